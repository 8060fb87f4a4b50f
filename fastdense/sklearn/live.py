"""A fitted network, whose weights are also those that it predicts with."""

from fastdense.devices import device_of


class Live:
    """Outputs of a network, by the weights that stand in its lists of arrays now.

    Parameters
    ----------
    network : Network
    parameters : ndarray, shape (network.size,)
        Copied.
    like : Live, optional
        Of the same network, in whose memory it may predict.

    Attributes
    ----------
    parameters : ndarray, shape (network.size,)
        Those it predicts with.
    coefs, intercepts : list of ndarray
        Views of them.
    """

    def __init__(self, network, parameters, like=None):
        self.network = network
        if like is None:
            self._predict = device_of("cpu").predictor(network, parameters)
        else:
            self._predict = like._predict.another(parameters)
        self.parameters = self._predict.parameters
        dense = network.split_dense(self.parameters)
        self.coefs = [weights for weights, _ in dense]
        self.intercepts = [bias for _, bias in dense]

    def __reduce__(self):
        return Live, (self.network, self.parameters.copy())

    def follow(self, coefs, intercepts):
        """Take over arrays that others were put in the place of; these remain views."""
        for views, given in (self.coefs, coefs), (self.intercepts, intercepts):
            for view, array in zip(views, given, strict=True):
                if array is not view:
                    view[:] = array

    def __call__(self, inputs, coefs, intercepts):
        """Outputs (n, outputs) of inputs (n, features)."""
        self.follow(coefs, intercepts)
        return self._predict(inputs)
