"""The networks that are timed: shapes, activation, optimizer, batch."""

from dataclasses import dataclass

import numpy as np

from fastdense import Network, Recipe


@dataclass(frozen=True)
class Workload:
    """One row of a table; all peers train it on the same rows in the same order."""

    widths: tuple[int, ...]
    activation: str
    optimizer: str
    batch: int
    samples: int
    epochs: int
    learning_rate: float

    @property
    def name(self):
        shape = "-".join(map(str, self.widths))
        return f"{shape} {self.activation} {self.optimizer} b{self.batch}"

    @property
    def steps(self):
        return self.epochs * self.samples // self.batch

    @property
    def flops(self):
        """Of one step: three products a layer, but no input gradient for the first."""
        pairs = list(zip(self.widths, self.widths[1:], strict=False))
        products = 3 * sum(a * b for a, b in pairs) - pairs[0][0] * pairs[0][1]
        return 2 * self.batch * products

    def data(self):
        """Inputs, targets and the order of rows in every epoch."""
        generator = np.random.default_rng(0)
        x = generator.standard_normal((self.samples, self.widths[0])).astype(np.float32)
        y = generator.standard_normal((self.samples, self.widths[-1])).astype(np.float32)
        order = np.stack([generator.permutation(self.samples) for _ in range(self.epochs)])
        return x, y, order

    def network(self):
        return Network.of(*self.widths, activation=self.activation)

    def recipe(self):
        return Recipe(
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            batch=self.batch,
            epochs=self.epochs,
        )


WORKLOADS = [
    Workload((1, 16, 8, 1), "sigmoid", "sgd", 32, 128, 2000, 0.1),
    Workload((1, 16, 8, 1), "relu", "sgd", 32, 128, 2000, 0.1),
    Workload((1, 10, 1), "tanh", "adam", 32, 128, 2000, 0.01),
    Workload((1, 32, 1), "tanh", "adam", 32, 128, 2000, 0.01),
    Workload((64, 64, 64, 10), "relu", "adam", 32, 2048, 20, 0.001),
    Workload((64, 64, 64, 10), "relu", "adam", 128, 2048, 20, 0.001),
    Workload((784, 256, 128, 10), "relu", "adam", 32, 2048, 4, 0.001),
    Workload((784, 256, 128, 10), "relu", "adam", 128, 2048, 8, 0.001),
    Workload((784, 256, 128, 10), "relu", "sgd", 128, 2048, 8, 0.01),
    Workload((784, 1024, 1024, 10), "relu", "adam", 128, 2048, 2, 0.001),
    Workload((784, 1024, 1024, 10), "relu", "sgd", 128, 2048, 2, 0.01),
]
