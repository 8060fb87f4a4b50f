"""`begin_abreast`: networks side by side that go on together and stop one by one."""

import numpy as np

from fastdense.devices import device_of
from fastdense.task import prepare
from fastdense.variants import Variants


class Abreast:
    """Trainings of one network from several starts, in the lanes of one core.

    Each has the bits that a `Training` alone would have with the same orders of rows.

    Parameters
    ----------
    session
        From a device's `begin_packs`.
    count, visits : int
    """

    def __init__(self, session, count, visits):
        self._session, self.count, self._visits = session, count, visits

    @property
    def epoch(self):
        """Epochs that are complete."""
        return self._session.epoch

    def orders(self, ahead):
        """Let each network have orders of its own; returns the table, to be written before epochs.

        Returns
        -------
        ndarray of int, shape (ahead, visits, lanes)
            Epoch e of network i visits the rows [e mod ahead, :, i].
        """
        table = np.zeros((ahead, self._visits, self._session.lanes), np.int64)
        self._session.follow(table)
        return table

    def advance(self, epochs):
        """Go on for some epochs, of all that have not stopped."""
        until = self.epoch + epochs
        while not (self._session.done or (self.epoch >= until and self._session.between_epochs)):
            self._session.advance(until=until)

    def curves(self, since):
        """Running losses and penalties of the epochs after `since`, each (epochs, count)."""
        return self._session.curves(since)[:2]

    def stop(self, number):
        """Leave a network as it is."""
        self._session.freeze(number)

    def parameters(self, number):
        """Those of a network, a copy of shape (size,)."""
        return self._session.parameters_of(number).copy()


def begin_abreast(network, recipe, data, parameters, varied, visits, threads=1):
    """Trainings that have not begun, cut for so many threads: pairs (rows, `Abreast`).

    Parameters
    ----------
    network, recipe, data : as in `Training`
    parameters : ndarray, shape (n, network.size)
        Where each starts.
    varied : dict
        Their seeds at least, and what is varied, as `train_many` names it: arrays of n numbers.
    visits : int
        Rows that an epoch visits.
    threads : int
    """
    # Two epochs in the order of the rows, so that nobody takes them to be all alike.
    order = np.tile(np.arange(visits), (2, 1))
    task = prepare(network, recipe, data, parameters[0], order, evaluated="test")
    variants = Variants.of(task.trained.network, task.trained.recipe, parameters, varied)
    packs = device_of("cpu").begin_packs(task.trained, variants, threads)
    return [(rows, Abreast(session, rows.stop - rows.start, visits)) for rows, session in packs]
