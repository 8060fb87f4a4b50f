"""Functions that build models as estimators for scikit-learn: of Keras 2."""

import inspect

import numpy as np

from fastdense.keras.models import Model
from fastdense.keras.words import OLD


class _Wrapper:
    """A model that is built anew for each fit.

    Parameters
    ----------
    build_fn, model : callable
        Returns a compiled model.
    **given
        Arguments of it, of `fit`, `predict` and `score`.
    """

    def __init__(self, build_fn=None, model=None, **given):
        self.build_fn = build_fn if build_fn is not None else model
        self.sk_params = given

    def get_params(self, deep=True):
        return {"build_fn": self.build_fn, **self.sk_params}

    def set_params(self, **given):
        if "build_fn" in given:
            self.build_fn = given.pop("build_fn")
        self.sk_params.update(given)
        return self

    def __sklearn_tags__(self):
        from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

        mixin = ClassifierMixin if self._estimator_type == "classifier" else RegressorMixin
        return type("Tagged", (mixin, BaseEstimator), {})().__sklearn_tags__()

    def __sklearn_clone__(self):
        return type(self)(self.build_fn, **self.sk_params)

    def _given(self, function, extra=None):
        """The arguments that a function takes."""
        names = inspect.signature(function).parameters
        given = {OLD.get(k, k) if k not in names else k: v for k, v in self.sk_params.items()}
        given |= extra or {}
        return {name: value for name, value in given.items() if name in names}

    def fit(self, x, y, **given):
        build = self.build_fn
        if isinstance(build, Model):
            from fastdense.keras.models import clone_model

            original = build
            self.model = clone_model(original)
            self.model.compile(original.optimizer, original.loss, original._asked)
        else:
            build = self.__call__ if build is None else build
            self.model = build(**self._given(build))
        arguments = self._given(inspect.unwrap(Model.fit), given)
        arguments = {k: v for k, v in arguments.items() if k not in ("self", "x", "y")}
        self.history = self.model.fit(x, self._targets(y), **arguments)
        return self

    def _targets(self, y):
        return y

    def predict_outputs(self, x, given):
        arguments = self._given(inspect.unwrap(Model.predict), given)
        arguments = {k: v for k, v in arguments.items() if k not in ("self", "x")}
        arguments.setdefault("verbose", 0)
        return self.model.predict(x, **arguments)


class KerasClassifier(_Wrapper):
    """Of class labels or one-hot rows."""

    _estimator_type = "classifier"

    def _targets(self, y):
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
            return y
        self.classes_, labels = np.unique(y.ravel(), return_inverse=True)
        loss = self.model._loss.usual_name()
        if loss == "categorical_crossentropy":
            return np.eye(len(self.classes_))[labels]
        return labels

    def predict_proba(self, x, **given):
        outputs = self.predict_outputs(x, given)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def predict(self, x, **given):
        outputs = self.predict_outputs(x, given)
        if outputs.shape[1] > 1:
            return self.classes_[outputs.argmax(axis=1)]
        return self.classes_[(outputs[:, 0] > 0.5).astype(int)]

    def score(self, x, y, sample_weight=None, **given):
        """The share of right classes."""
        y = np.asarray(y)
        y = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.ravel()
        return float(np.average(self.predict(x, **given) == y, weights=sample_weight))


class KerasRegressor(_Wrapper):
    """Of numbers."""

    _estimator_type = "regressor"

    def predict(self, x, **given):
        return (
            np.squeeze(self.predict_outputs(x, given), axis=-1)
            if self.model.plan().outputs == (1,)
            else self.predict_outputs(x, given)
        )

    def score(self, x, y, sample_weight=None, **given):
        """The loss with the sign turned, as in Keras 2."""
        loss = self.model.evaluate(x, y, sample_weight=sample_weight, verbose=0)
        return -(loss[0] if isinstance(loss, list) else loss)
