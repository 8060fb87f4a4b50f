"""What may differ between networks that are trained side by side: a row of numbers for each."""

from dataclasses import dataclass, fields, replace

import numpy as np

from fastdense.layers import varied_numbers
from fastdense.settings.lanes import DRAWS, INIT_SCALE, NUMBERS, SEEDS


@dataclass(frozen=True, eq=False)
class Variants:
    """Seeds, hyper-parameters and initial parameters of trainings that are alike otherwise.

    Attributes
    ----------
    seed : ndarray of int64, shape (n,)
    learning_rate, l1, l2, clip_value, clip_norm : ndarray, shape (n,)
    hyper : ndarray, shape (n, hyper-parameters of the optimizer)
    layers : ndarray, shape (n, layers)
        Of each layer the number that may vary, the rate of a dropout; zero where there is none.
    parameters : ndarray, shape (n, network.size)
        Where each starts, in the recipe's dtype.
    draw : ndarray of int64, shape (n,)
        On which draw of the data each is trained.
    """

    seed: np.ndarray
    learning_rate: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    clip_value: np.ndarray
    clip_norm: np.ndarray
    hyper: np.ndarray
    layers: np.ndarray
    parameters: np.ndarray
    draw: np.ndarray

    @classmethod
    def of(cls, network, recipe, parameters, given=None):
        """The variants of a network and a recipe.

        Parameters
        ----------
        parameters : ndarray, shape (n, network.size)
        given : dict, optional
            What is varied: names, as `train_many` has them, to arrays of one shape, n numbers each.

        Raises
        ------
        FastdenseError
            A value that the recipe or the network would not take.
        """
        if given is None:
            given = {"seeds": np.array([recipe.seed])}
        else:
            check_varied(network, recipe, given)
        columns = {name: np.asarray(values, float).ravel() for name, values in given.items()}

        def again(numbers):
            """The same number or numbers again and again, in the memory of one."""
            row = np.array([numbers], float)
            if len(parameters) == 1:  # much faster than to broadcast
                return row
            return np.broadcast_to(row, (len(parameters), *row.shape[1:]))

        def column(name, number):
            return columns[name] if name in columns else again(number)

        def table(names, numbers):
            if columns.keys().isdisjoint(names):
                return again([*numbers])
            return np.stack([*map(column, names, numbers)], axis=1)

        hyper = recipe.optimizer.values
        names = [layer.varied.name if layer.varied else "" for layer in network.layers]
        return cls(
            seed=np.asarray(given["seeds"], np.int64).ravel(),
            hyper=table([*hyper], [*hyper.values()]),
            layers=table(names, network.varied),
            parameters=parameters,
            draw=np.asarray(given.get(DRAWS, np.zeros(len(parameters))), np.int64).ravel(),
            **{name: column(name, getattr(recipe, name)) for name in NUMBERS},
        )

    def task(self, task, row):
        """`task` with the numbers of one variant in place of its own."""
        recipe, network = task.recipe, task.network
        names = recipe.optimizer.values
        hyper = dict(zip(names, self.hyper[row].tolist(), strict=True))
        return replace(
            task.of_draw(int(self.draw[row])),
            network=network.vary(self.layers[row]),
            recipe=recipe.replace(
                seed=int(self.seed[row]),
                optimizer={"name": recipe.optimizer.name, **hyper},
                **{name: float(getattr(self, name)[row]) for name in NUMBERS},
            ),
            parameters=self.parameters[row],
        )

    def __len__(self):
        return len(self.seed)

    def __getitem__(self, rows):
        return Variants(*(getattr(self, field.name)[rows] for field in fields(self)))


def check_varied(network, recipe, given):
    """Raise what the recipe or the network says of the first value that it would not take."""
    finite = np.finfo(float).min, np.inf
    ranges = {
        **dict.fromkeys(NUMBERS, (0.0, np.inf)),
        **({"learning_rate": (finite[0], np.nextafter(0.0, 1.0))} if recipe.ascend else {}),
        **{name: (varied.low, varied.high) for name, varied in varied_numbers().items()},
        **dict.fromkeys(recipe.optimizer.values, finite),
        **recipe.optimizer.entry.ranges,
    }
    # What is beyond int64 becomes negative; it is not compared with a number that int64 does not
    # hold, for that corrupts the heap in NumPy before 2.2.6, if the integers are a broadcast array.
    good = np.asarray(given["seeds"]).astype(np.int64, copy=False) >= 0
    for name in given.keys() & ranges.keys():
        values = np.asarray(given[name], float)
        low, high = ranges[name]
        good &= (low <= values) & (values < high)
    if not good.all():
        place = np.unravel_index(good.argmin(), good.shape)
        vary(network, recipe, {name: values[place] for name, values in given.items()})


def vary(network, recipe, given):
    """A network and a recipe with some numbers changed, as `train_many` names them."""
    changes = {"seed": int(given["seeds"])}
    hyper, own = {}, varied_numbers()
    for name, value in given.items():
        if name in NUMBERS:
            changes[name] = float(value)
        elif name in own:
            network = network.vary(
                value if layer.varied and layer.varied.name == name else old
                for layer, old in zip(network.layers, network.varied, strict=True)
            )
        elif name not in (SEEDS, DRAWS, INIT_SCALE):
            hyper[name] = float(value)
    if hyper:
        changes["optimizer"] = {**recipe.optimizer.to_dict(), **hyper}
    return network, recipe.replace(**changes)
