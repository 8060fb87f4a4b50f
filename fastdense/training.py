"""`Training`: one network's training as an object; `train(network, recipe, data) -> Run`."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from fastdense import catalogue
from fastdense.checks import whole
from fastdense.dataset import Data, check_targets, in_dtype, rectangular, weights_of
from fastdense.devices import device_of
from fastdense.errors import FastdenseError, shown
from fastdense.files import checkpoint
from fastdense.judging.progress import watched
from fastdense.network import Network
from fastdense.outcome import USUAL, Thresholds, check_thresholds
from fastdense.recipe import Recipe
from fastdense.run import Run
from fastdense.task import given_parameters, prepare

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Report:
    """What is known of a training after an epoch.

    Attributes
    ----------
    epoch, steps : int
        How many are complete.
    loss, running_loss, accuracy, test_loss, test_accuracy : float or None
        As `Run` has them, after this epoch; None for what was not measured then.
    signals : dict
        Name to array, a number for each dense layer; empty where none were measured then.
    """

    epoch: int
    steps: int
    loss: float | None = None
    running_loss: float | None = None
    accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    signals: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class OptimizerState:
    """What an optimizer has come to: with it another training goes on where one was left.

    Attributes
    ----------
    slots : ndarray, shape (slots, network.size)
        Momenta, means of squares, ...: as many as the optimizer keeps.
    powers : ndarray, shape (3,)
        Its running products.
    steps : int
        Mini-batches so far, of which schedules and dropout are functions.
    """

    slots: np.ndarray
    powers: np.ndarray
    steps: int


class Curves(NamedTuple):
    """What the steps of some epochs descended, one number an epoch.

    Attributes
    ----------
    running_loss : ndarray, shape (epochs,)
    running_penalty : ndarray, shape (epochs,)
        Where the reduction is "weighted_mean" or penalties are kept: the mean over the samples of
        the penalty of their mini-batch before its update, divided by its weights in that
        reduction; zeros otherwise.
    test_loss : ndarray, shape (epochs,), or None
        After the epoch, if there are test rows.
    """

    running_loss: np.ndarray
    running_penalty: np.ndarray
    test_loss: np.ndarray | None


class Training:
    """One network's training, which goes on when it is asked to.

    `train` is this to the end. Wherever a training is stopped, and whether or not it is saved and
    loaded between, it arrives at the same bits.

    Parameters
    ----------
    network, recipe, data, parameters, order, evaluate_every, observe_every, thresholds, device, \
threads : as in `train`
    evaluated : str
        "all" rows; or only those of the "test", and none before the first epoch: of the training
        rows there is only the running loss then, and it does not end a training that diverges.
    keep_outputs : bool
        Whether `outputs` are kept.
    keep_penalties : bool
        Whether `running_penalty` is; of the reduction "weighted_mean" it always is.

    Examples
    --------
    >>> training = Training(network, recipe, data)
    >>> for report in training.epochs(every=10):
    ...     if report.loss < 0.01:
    ...         break
    >>> run = training.result()
    """

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        data: "Data | tuple[ArrayLike, ArrayLike]",
        *,
        parameters: "ArrayLike | None" = None,
        order: "ArrayLike | None" = None,
        evaluate_every: int = 1,
        observe_every: int = 0,
        thresholds: Thresholds = USUAL,
        evaluated: Literal["all", "test"] = "all",
        keep_outputs: bool = False,
        keep_penalties: bool = False,
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        if evaluated not in ("all", "test"):
            raise FastdenseError(f'evaluated is {shown(evaluated)}; expected "all" or "test"')
        check_thresholds(thresholds)
        if threads is not None:
            threads = whole("threads", threads, 1)
        started = time.perf_counter()
        where = device_of(device)
        self._task = task = prepare(
            network,
            recipe,
            data,
            parameters,
            order,
            evaluate_every,
            observe_every,
            where.parts,
            evaluated,
            bool(keep_outputs),
            bool(keep_penalties),
        )
        self._thresholds, self._device = thresholds, device
        # Of the data as they are now: their owner may write into them.
        self._baselines = task.baselines and task.baselines[0]
        self._session = where.begin(task.trained, threads)
        self._seconds = time.perf_counter() - started

    @property
    def network(self) -> Network:
        """The network that is trained."""
        return self._task.network

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        return self._task.recipe

    @property
    def epoch(self) -> int:
        """Epochs that are complete."""
        return self._session.epoch

    @property
    def steps(self) -> int:
        """Mini-batches that are complete, those of `step` among them."""
        return self._session.steps

    @property
    def done(self) -> bool:
        """Whether the recipe's epochs are over, or the loss is not finite any more."""
        return self._session.done

    def __repr__(self) -> str:
        return f"Training(epoch {self.epoch} of {self.recipe.epochs})"

    def advance(self, epochs: int = 1, on_progress: Callable[[int], object] | None = None) -> None:
        """Go on for some epochs, or as many as the recipe has left.

        An epoch that is under way, after an interrupt or `advance_steps`, counts as one of them.

        Parameters
        ----------
        epochs : int
        on_progress : callable, optional
            Called as `on_progress(epochs_done)` about every 30 ms; it may raise to stop.
        """
        until = min(self.epoch + whole("epochs", epochs, 0), self.recipe.epochs)
        session, started = self._session, time.perf_counter()
        try:
            while not (session.done or (session.epoch >= until and session.between_epochs)):
                session.advance(until=until)
                if on_progress is not None:
                    on_progress(session.epoch)
        finally:
            self._seconds += time.perf_counter() - started

    def advance_steps(self, steps: int = 1) -> None:
        """Go on for some mini-batches, and what is to be measured if they end an epoch."""
        session, started = self._session, time.perf_counter()
        try:
            session.advance_steps(steps if steps == 1 else whole("steps", steps, 0))
        finally:
            self._seconds += time.perf_counter() - started

    @property
    def digest(self) -> str:
        """A text that other rows have not, as they are trained on."""
        return self._task.digest

    @property
    def learning_rate(self) -> float:
        """That of the coming steps, before the schedule's factor; it may be set."""
        return self._session.rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._session.rate = self.recipe.replace(learning_rate=rate).learning_rate

    @property
    def parameters(self) -> np.ndarray:
        """As they are now, a copy of shape (network.size,); they may be set."""
        return self._session.parameters.copy()

    @parameters.setter
    def parameters(self, parameters: "ArrayLike") -> None:
        shape = (self.network.size,)
        self._session.parameters[:] = given_parameters(parameters, [shape], self.recipe.dtype)

    @property
    def optimizer_state(self) -> OptimizerState:
        """What the optimizer has come to, as a copy; that of another training may be set."""
        return OptimizerState(*self._session.optimizer_state())

    @optimizer_state.setter
    def optimizer_state(self, state: OptimizerState) -> None:
        self._session.restore(state.slots, state.powers, whole("steps", state.steps, 0))

    @property
    def running_loss(self) -> float:
        """Mean loss of the samples that the epoch's steps have visited, each before its update.

        NaN before the first step, and in epochs that are not evaluated.
        """
        return self._session.running_loss

    @property
    def running_penalty(self) -> float:
        """The penalty that goes with `running_loss`, where penalties are kept; else 0."""
        return self._session.running_penalty

    def curves(self, since: int = 0) -> Curves:
        """The `Curves` of the epochs after number `since`, where every epoch is evaluated.

        Raises
        ------
        FastdenseError
            Not every epoch is evaluated.
        """
        if self._task.evaluate_every != 1:
            raise FastdenseError(
                f"evaluate_every is {self._task.evaluate_every}; expected 1, for curves of all "
                "epochs"
            )
        curves = self._session.curves(whole("since", since, 0))
        losses, penalties, test_losses = curves[:, :, 0]
        return Curves(losses, penalties, test_losses if self._task.data.test else None)

    def outputs(self) -> tuple[np.ndarray, np.ndarray]:
        """What the network gave in the steps of the epoch that was last or is under way.

        Returns
        -------
        rows : ndarray of int, shape (visited,)
            Which rows these steps visited, one after the other.
        outputs : ndarray, shape (visited, outputs)
            For each, in training, with dropout, before the update.

        Raises
        ------
        FastdenseError
            They are not kept.
        """
        if not self._task.keep_outputs:
            raise FastdenseError("the outputs of steps are not kept; give keep_outputs=True")
        rows, outputs = self._session.outputs()
        if self._task.fused[0] is not self.network:  # trained from its pre-activations
            entry = catalogue.get("activations", self.network.layers[-1].activation)
            outputs = entry.spec(outputs.astype(float), 0.0)[0].astype(outputs.dtype)
        return rows, outputs

    def epochs(self, every: int = 1) -> Iterator[Report]:
        """Go on to the end, with a `Report` after every so many epochs and after the last.

        To stop early, leave the loop; what was trained remains, and may go on later.
        """
        whole("every", every, 1)
        while not self.done:
            self.advance(every)
            yield self.report()

    def report(self) -> Report:
        """What is known now."""
        latest = self._session.latest()
        signals = latest.pop("signals", {})
        if latest.pop("observed_epoch", None) != self.epoch:
            signals = {}
        if latest.pop("epoch", None) != self.epoch:
            latest = {}
        return Report(self.epoch, self.steps, signals=signals, **latest)

    def step(
        self, inputs: "ArrayLike", targets: "ArrayLike", weights: "ArrayLike | None" = None
    ) -> float:
        """One update on a mini-batch of your own, which is a step, but part of no epoch.

        Parameters
        ----------
        inputs : array_like, shape (n, features)
        targets : array_like, shape (n, columns)
        weights : array_like, shape (n,), optional

        Returns
        -------
        float
            Mean loss of the mini-batch before the update, with dropout and without penalties.
        """
        return self._session.step(*self._mini_batch(inputs, targets, weights))

    def _mini_batch(self, inputs: Any, targets: Any, weights: Any) -> tuple[Any, Any, Any]:
        """Checked, and in the recipe's dtype."""
        task = self._task
        dtype = task.inputs.dtype
        # Arrays in this dtype that need no conversion are what is given in a loop: look only at
        # their numbers.
        if not (_is_ready(inputs, dtype) and _is_ready(targets, dtype) and weights is None):
            data = Data(inputs, targets, weights)
            inputs = in_dtype("inputs", data.inputs, dtype)
            targets = in_dtype("targets", data.targets, dtype)
            weights = data.weights
        elif len(inputs) != len(targets):
            raise FastdenseError(f"{len(inputs)} rows of inputs but {len(targets)} of targets")
        elif not (np.isfinite(inputs).all() and np.isfinite(targets).all()):
            rectangular("inputs", inputs, 2), rectangular("targets", targets, 2)
        if inputs.shape[1] != task.network.features:
            raise FastdenseError(
                f"the network takes {task.network.features} inputs but the mini-batch has "
                f"{inputs.shape[1]}"
            )
        check_targets(targets, task.recipe.loss.entry, task.network.outputs)
        if task.recipe.class_weights:
            weights = weights_of(Data(inputs, targets, weights), task.recipe)
        return inputs, targets, weights

    def result(self) -> Run:
        """The `Run` so far; the training may go on.

        Its curves end with the last evaluation; its parameters are those of now, also if an epoch
        is under way, after an interrupt or an exception in the middle of one.
        """
        if self.epoch == 0:
            self.advance(0)  # the losses before the first step
        return self._result(final=False)

    def _result(self, final: bool) -> Run:
        result = self._session.result(final)
        return Run(
            network=self.network,
            recipe=self.recipe,
            baselines=self._baselines,
            thresholds=self._thresholds,
            initial_parameters=self._task.parameters,
            seconds=self._seconds,
            **result,
        )

    def save(self, path: "str | PathLike[str]") -> None:
        """Write a checkpoint, a safetensors file, from which `Training.load` goes on.

        A mini-batch that is half done, and what is to be measured after it, is completed first.
        It holds the network, the recipe, the parameters, the optimizer's state, the curves and the
        counters, but not the data. A file that exists is replaced when the new one is whole.
        """
        counters, arrays = self._session.take()
        task = self._task
        arrays = {**arrays, "initial_parameters": task.parameters}
        if task.order.size:
            arrays["given_order"] = task.order
        about = {
            "network": self.network.to_dict(),
            "recipe": self.recipe.to_dict(),
            "evaluate_every": task.evaluate_every,
            "observe_every": task.observe_every,
            "evaluated": task.evaluated,
            "thresholds": asdict(self._thresholds),
            "seconds": self._seconds,
            "counters": counters,
            "data": task.digest,
        }
        checkpoint.write(path, arrays, about)

    @classmethod
    def load(
        cls,
        path: "str | PathLike[str]",
        data: "Data | tuple[ArrayLike, ArrayLike]",
        *,
        device: str = "cpu",
        threads: int | None = None,
    ) -> "Training":
        """The training that a checkpoint was taken of, to go on with the same data.

        Parameters
        ----------
        path : path
        data : Data or (inputs, targets)
            The rows that it was trained on.
        device, threads
            As in `train`; the device may be another one than it was taken on.

        Returns
        -------
        Training

        Raises
        ------
        FastdenseError
            No whole checkpoint, one that was changed, one of other data, or one of a fastdense
            whose numbers are others.
        """
        arrays, about = checkpoint.read(path)
        start, order = arrays.pop("initial_parameters", None), arrays.pop("given_order", None)
        with checkpoint.explained(path):
            written = {key: about["network"][key] for key in ("inputs", "layers")}
            network = Network.from_dict(written)
            training = cls(
                network,
                Recipe.from_dict(about["recipe"]),
                data,
                parameters=start,
                order=order,
                evaluate_every=about["evaluate_every"],
                observe_every=about["observe_every"],
                evaluated=about["evaluated"],
                thresholds=Thresholds(**about["thresholds"]),
                device=device,
                threads=threads,
            )
        if training._task.digest != about["data"]:
            raise FastdenseError(
                f"{shown(str(path))} was taken of a training on other data; give the same rows"
            )
        with checkpoint.explained(path):
            training._session.put(about["counters"], arrays)
            training._seconds = float(about["seconds"])
        return training


def _is_ready(array: Any, dtype: Any) -> bool:
    """Whether an array can be used where it is."""
    return (
        type(array) is np.ndarray
        and array.ndim == 2
        and array.dtype == dtype
        and array.flags.carray
        and len(array) > 0
    )


def train(
    network: Network,
    recipe: Recipe,
    data: "Data | tuple[ArrayLike, ArrayLike]",
    *,
    parameters: "ArrayLike | None" = None,
    order: "ArrayLike | None" = None,
    evaluate_every: int = 1,
    observe_every: int = 0,
    thresholds: Thresholds = USUAL,
    on_progress: Callable[[int], object] | None = None,
    device: str = "cpu",
    threads: int | None = None,
) -> Run:
    """Train one network.

    Parameters
    ----------
    network : Network
    recipe : Recipe
    data : Data or (inputs, targets)
        float32 C-contiguous arrays are used in place (float64 with dtype "float64").
    parameters : array_like, shape (network.size,), optional
        Where to start; drawn from the recipe's seed if not given.
    order : array_like of int, shape (rows, visits), optional
        The samples that epoch 1, 2, ... visits, instead of a permutation; reused from the first
        row when the rows run out.
    evaluate_every : int
        Epochs between evaluations of the loss over all training and test rows; 0 for none. Then
        only the running loss of the last epoch is known, and nothing ends a training that diverges.
    observe_every : int
        Epochs between measurements of the signals of every layer; 0 for none.
    thresholds : Thresholds
        The numbers in the definitions of the outcomes.
    on_progress : callable, optional
        Called as `on_progress(epochs_done)` about every 30 ms; it may raise to stop. A
        `ProgressBar` shows it.
    device : str
        "cpu" (compiled) or "reference" (NumPy, slow, the definition).
    threads : int, optional
        How many may share the work, where there is enough to share: as many as there are
        processors, if not given. The result has the same bits for any number.

    Returns
    -------
    Run

    Raises
    ------
    FastdenseError
        Data, parameters or an order that do not fit the network or the recipe.
    """
    if on_progress is not None and not callable(on_progress):
        raise FastdenseError(f"on_progress is {shown(on_progress)}; expected a function or nothing")
    training = Training(
        network,
        recipe,
        data,
        parameters=parameters,
        order=order,
        evaluate_every=evaluate_every,
        observe_every=observe_every,
        thresholds=thresholds,
        device=device,
        threads=threads,
    )
    with watched(on_progress, recipe.epochs):
        while not training.done:
            training.advance(recipe.epochs, on_progress)
    return training._result(final=True)
