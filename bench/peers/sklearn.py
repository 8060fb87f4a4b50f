"""scikit-learn's MLPClassifier, and its MLPRegressor with scaled rates.

The regressor's gradient is that of half the squared error, summed over outputs, not of the mean,
and its reported loss is half the mean.
"""

import warnings

from fastdense_bench.job import SHUFFLED

NAME = "sklearn"
IMPORTS = ("sklearn.neural_network",)
PACKAGES = ("scikit-learn",)
INSTALL = "pip install scikit-learn"
ACTIVATIONS = {"relu": "relu", "tanh": "tanh", "sigmoid": "logistic"}


def make(job, epochs=1):
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    workload = job.workload

    class Given(MLPClassifier if workload.classifies else MLPRegressor):
        """Starts from the job's parameters."""

        def _initialize(self, *arguments):
            self._given = iter(job.layers)
            super()._initialize(*arguments)

        def _init_coef(self, fan_in, fan_out, dtype):
            weights, bias = next(self._given)
            return weights.astype(dtype), bias.astype(dtype)

    scale = 1 if workload.classifies else 2 / workload.widths[-1]
    sgd = workload.optimizer == "sgd"
    return Given(
        hidden_layer_sizes=workload.widths[1:-1],
        activation=ACTIVATIONS[workload.activation],
        solver=workload.optimizer or "sgd",
        alpha=0.0,
        batch_size=workload.batch,
        # Adam divides the gradient's scale out, all but its epsilon.
        learning_rate_init=workload.learning_rate * (scale if sgd else 1) or 0.001,
        epsilon=1e-8 / scale,
        momentum=0.0,
        shuffle=job.order == SHUFFLED,
        random_state=0,
        max_iter=epochs,
        n_iter_no_change=epochs + 1,
    )


def arrays(job):
    x, y = job.arranged
    if job.workload.classifies:
        return x, y.argmax(axis=1)
    return x, y.ravel() if y.shape[1] == 1 else y


def train(job):
    from sklearn.exceptions import ConvergenceWarning

    x, y = arrays(job)

    def run(epochs):
        with warnings.catch_warnings():
            # It is told how long to train, and warns that it did.
            warnings.simplefilter("ignore", ConvergenceWarning)
            loss = make(job, epochs).fit(x, y).loss_curve_[-1]
        return loss if job.workload.classifies else 2 * loss

    return run


def predict(job):
    x, y = arrays(job)
    model = make(job).partial_fit(x, y)
    model.coefs_ = [weights for weights, _ in job.layers]
    model.intercepts_ = [bias for _, bias in job.layers]
    return lambda: model.predict(x)
