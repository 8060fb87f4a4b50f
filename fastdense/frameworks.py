"""Names of Keras, PyTorch and scikit-learn that no entry is exactly, and what is said to them.

What an entry is exactly stands in its own file, as `ALIASES`. Each text here goes on from
"loss 'CrossEntropyLoss' "; names of entries stand between single quotes.
"""

import re


def spelling(name: str) -> str:
    """What a name's spellings have in common: `MSELoss`, `mse_loss` and `MSE` are all `mse`."""
    letters = re.sub(r"[^a-z0-9]", "", name.casefold())
    return letters.removesuffix("loss") or letters


def _by_name(table):
    return {name: text for names, text in table for name in names.split()}


ANSWERS = {
    "losses": _by_name(
        [
            (
                "CrossEntropyLoss cross_entropy",
                "is 'softmax_cross_entropy' for targets that are one-hot rows or distributions, "
                "and 'sparse_softmax_cross_entropy' for class labels 0, 1, 2, ...; both take "
                "outputs without a softmax",
            ),
            (
                "BCELoss binary_cross_entropy",
                "is 'binary_crossentropy_bounded'; 'binary_crossentropy_logits', on outputs "
                "without a sigmoid, has a slope wherever a prediction is wrong",
            ),
            (
                "log_loss binary_log_loss",
                "is of one output 'binary_crossentropy_logits', of several "
                "'sparse_softmax_cross_entropy' for class labels and 'softmax_cross_entropy' for "
                "one-hot rows; all take outputs without a sigmoid or softmax",
            ),
            (
                "squared_error",
                "is half of 'mse' in scikit-learn: take 'mse', whose gradient is twice as large",
            ),
            (
                "KLDivLoss kl_div",
                "is 'kl_divergence_log' with reduction=\"batchmean\"; with PyTorch's default it is "
                "divided by the number of outputs besides",
            ),
            (
                "SoftMarginLoss",
                "is 'binary_crossentropy_logits' with targets 0 and 1 in place of -1 and 1",
            ),
            ("NLLLoss2d", "is 'nll' of images, which are not there; 'nll' takes one label a row"),
            (
                "BinaryFocalCrossentropy CategoricalFocalCrossentropy",
                "is not there; class_weights let rare classes count more in "
                "'binary_crossentropy_logits' and 'softmax_cross_entropy'",
            ),
            (
                "CategoricalGeneralizedCrossEntropy",
                "is not there; nearest are 'softmax_cross_entropy' and, for wrong labels, 'mae'",
            ),
            (
                "CategoricalHinge MultiMarginLoss MultiLabelMarginLoss",
                "is not there; 'hinge' takes every output for itself, with targets -1 and 1, and "
                "'softmax_cross_entropy' one class of several",
            ),
            (
                "HingeEmbeddingLoss CosineEmbeddingLoss TripletMarginLoss "
                "TripletMarginWithDistanceLoss MarginRankingLoss Circle",
                "is of pairs of samples, which are not there: every loss here compares the outputs "
                "for one sample with its targets",
            ),
            (
                "CosineSimilarity Dice Tversky",
                "is not there; for outputs that are numbers take 'mse', for classes "
                "'binary_crossentropy_logits' or 'softmax_cross_entropy'",
            ),
            ("CTC CTCLoss", "is of sequences, which are not there"),
            (
                "GaussianNLLLoss",
                "needs a variance beside each output, which is not there; with a constant one it "
                "is 'mse' but for factor and constant",
            ),
            (
                "LinearCrossEntropyLoss",
                "is the last layer and its loss in one: take a layer of activation identity, and "
                "'softmax_cross_entropy' or 'sparse_softmax_cross_entropy'",
            ),
        ]
    ),
    "optimizers": _by_name(
        [
            (
                "LBFGS L-BFGS",
                "is not there: it searches along a line in each of its steps; take 'adam', or "
                "'momentum' with batch_size = \"full\"",
            ),
            ("ASGD", "averages the parameters of many steps, which is not there; take 'sgd'"),
            ("Rprop", "is not there; nearest is 'rmsprop' with batch_size = \"full\""),
            ("RAdam", "is not there; nearest is 'adam' with schedule = \"warmup\""),
            ("SparseAdam", "is 'adam' for sparse gradients, which are not there; take 'adam'"),
            ("Adafactor", "is not there; nearest is 'adam', which keeps all of the squares"),
            ("Muon Lion Lamb ScheduleFreeAdamW", "is not there; nearest is 'adamw'"),
            ("Ftrl", "is not there; nearest is 'adagrad'"),
            (
                "LossScaleOptimizer MultiOptimizer OptimizerMap",
                "wraps other optimizers, which is not there; name one, as 'adam'",
            ),
        ]
    ),
    "activations": _by_name(
        [
            (
                "LeakyReLU",
                "is 'leaky_relu' with the slope of PyTorch's default, 0.01; Keras's slopes, 0.2 of "
                "the function and 0.3 of the layer, are not there",
            ),
            ("PReLU RReLU", "is not there; nearest is 'leaky_relu'"),
            ("Threshold", "is not there; at the threshold 0 it is 'relu'"),
            ("LogSigmoid", "is not there; it is minus 'softplus' of minus the input"),
            ("Softmin", "is 'softmax' of minus the input, and not there"),
            ("gumbel_softmax", "is random, and not there; take 'softmax'"),
            ("Softmax2d", "is 'softmax' of images, which are not there"),
            ("sparsemax", "is not there; nearest is 'softmax'"),
            ("sparse_plus squareplus", "is not there; nearest is 'softplus'"),
            ("sparse_sigmoid", "is not there; nearest is 'hard_sigmoid'"),
            ("Hardshrink Softshrink Tanhshrink", "is not there; no entry is flat around 0"),
            (
                "GLU MultiheadAttention",
                "is not a function of one unit each, and not there; a gate of its own is in 'silu'",
            ),
        ]
    ),
    "initializers": _by_name(
        [
            ("Ones ones_ one", "is 'constant' with value = 1"),
            ("constant_", "is 'constant', with the value in its table"),
            ("normal_", "is 'normal' with std = 1"),
            ("uniform_", "is 'uniform' with low = 0 and high = 1"),
            ("trunc_normal_", "is 'truncated_normal' with std = 1"),
            (
                "HeNormal",
                "is 'he_normal', of the same variance, but Keras's is cut at two standard "
                "deviations and 'he_normal' is not",
            ),
            (
                "GlorotNormal",
                "is 'glorot_normal', of the same variance, but Keras's is cut at two standard "
                "deviations and 'glorot_normal' is not",
            ),
            (
                "LecunNormal",
                "is 'lecun_normal', of the same variance, but Keras's is cut at two standard "
                "deviations and 'lecun_normal' is not",
            ),
            ("glorot xavier", "is 'glorot_uniform' or 'glorot_normal'"),
            ("he kaiming", "is 'he_uniform' or 'he_normal'"),
            ("lecun", "is 'lecun_uniform' or 'lecun_normal'"),
            (
                "VarianceScaling",
                "is, by its scale, mode and distribution, one of 'glorot_uniform', "
                "'glorot_normal', 'he_uniform', 'he_normal', 'lecun_uniform' and 'lecun_normal'",
            ),
            (
                "Identity IdentityInitializer eye_",
                "is 'explicit' with the rows of the identity matrix as its values",
            ),
            ("sparse_ dirac_ STFT STFTInitializer", "is not there; 'explicit' takes any values"),
        ]
    ),
    "schedules": _by_name(
        [
            ("StepLR", "is 'step' with every = step_size, in epochs"),
            (
                "ExponentialLR ExponentialDecay",
                "is 'exponential', whose gamma is the factor of one epoch; the rate falls at every "
                "step",
            ),
            (
                "CosineAnnealingLR CosineDecay",
                "is 'cosine' over all epochs; its floor is a share of the learning rate",
            ),
            ("InverseTimeDecay", "is 'inverse_time', whose decay is that of one epoch"),
            ("LinearLR", "is 'warmup' from start = start_factor, over epochs, to 1"),
            ("ConstantLR", "is not there; 'constant' keeps the learning rate as it is"),
            (
                "MultiStepLR PiecewiseConstantDecay",
                "is not there; nearest is 'step', whose steps are alike",
            ),
            (
                "CosineDecayRestarts CosineAnnealingWarmRestarts CyclicLR OneCycleLR",
                "is not there; nearest is 'cosine'",
            ),
            ("PolynomialDecay PolynomialLR", "is not there; nearest is 'cosine'"),
            (
                "ReduceLROnPlateau",
                "is not there, as it looks at the loss; nearest is 'step' or 'exponential'",
            ),
            (
                "LambdaLR MultiplicativeLR ChainedScheduler SequentialLR",
                "is not there; one of 'constant', 'cosine', 'exponential', 'inverse_time', 'step' "
                "and 'warmup' is",
            ),
        ]
    ),
}
