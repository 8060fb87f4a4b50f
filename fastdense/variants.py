"""What may differ between networks that are trained side by side: a row of numbers for each."""

from dataclasses import dataclass, fields, replace

import numpy as np

from fastdense.network import Dropout, Network

NUMBERS = "learning_rate", "l1", "l2", "clip_value", "clip_norm"  # of a recipe


@dataclass(frozen=True, eq=False)
class Variants:
    """Seeds, hyper-parameters and initial parameters of trainings that are alike otherwise.

    Attributes
    ----------
    seed : ndarray of int64, shape (n,)
    learning_rate, l1, l2, clip_value, clip_norm : ndarray, shape (n,)
    hyper : ndarray, shape (n, hyper-parameters of the optimizer)
    dropout : ndarray, shape (n, layers)
        Rates; zero for a layer that drops nothing.
    parameters : ndarray, shape (n, network.size)
        Where each starts, in the recipe's dtype.
    """

    seed: np.ndarray
    learning_rate: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    clip_value: np.ndarray
    clip_norm: np.ndarray
    hyper: np.ndarray
    dropout: np.ndarray
    parameters: np.ndarray

    @classmethod
    def of(cls, networks, recipes, parameters):
        """The variants of some recipes, each with its network."""
        hyper = [[*recipe.optimizer.values("optimizers").values()] for recipe in recipes]
        return cls(
            seed=np.array([recipe.seed for recipe in recipes], np.int64),
            hyper=np.array(hyper, float),
            dropout=np.array([_dropout_rates(network) for network in networks]),
            parameters=parameters,
            **{name: np.array([getattr(recipe, name) for recipe in recipes]) for name in NUMBERS},
        )

    def task(self, task, row):
        """`task` with the numbers of one variant in place of its own."""
        recipe, network = task.recipe, task.network
        names = recipe.optimizer.values("optimizers")
        hyper = dict(zip(names, self.hyper[row].tolist(), strict=True))
        layers = (
            Dropout(rate) if isinstance(layer, Dropout) else layer
            for layer, rate in zip(network.layers, self.dropout[row].tolist(), strict=True)
        )
        return replace(
            task,
            network=replace(network, layers=tuple(layers)),
            recipe=recipe.but(
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


def _dropout_rates(network):
    """The rate of each layer, zero for a dense one."""
    return [layer.rate if isinstance(layer, Dropout) else 0.0 for layer in network.layers]


def vary(network, recipe, given):
    """A network and a recipe with some numbers changed, as `train_many` names them."""
    changes = {"seed": int(given["seeds"])}
    hyper = {}
    for name, value in given.items():
        if name in NUMBERS:
            changes[name] = float(value)
        elif name == "dropout":
            layers = (
                Dropout(float(value)) if isinstance(layer, Dropout) else layer
                for layer in network.layers
            )
            network = Network(network.inputs, tuple(layers))
        elif name not in ("seeds", "init_scale"):
            hyper[name] = float(value)
    if hyper:
        changes["optimizer"] = {**recipe.optimizer.to_dict(), **hyper}
    return network, recipe.but(**changes)
