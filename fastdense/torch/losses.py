"""What a loss of PyTorch is here: an entry, a reduction, and class weights; or why it is none."""

from dataclasses import dataclass

from fastdense import catalogue
from fastdense.errors import FastdenseError, shown


@dataclass(frozen=True)
class LossHere:
    """The fields of a recipe that a loss decides."""

    loss: dict
    reduction: str = "mean"
    class_weights: tuple = ()

    @property
    def fields(self):
        return {
            "loss": self.loss, "reduction": self.reduction, "class_weights": self.class_weights
        }  # fmt: skip


# Of these the sample's loss is the mean over its outputs, or has but one number.
FUNCTIONS = {
    "mse_loss": "MSELoss", "l1_loss": "L1Loss", "smooth_l1_loss": "SmoothL1Loss",
    "huber_loss": "HuberLoss", "binary_cross_entropy_with_logits": "BCEWithLogitsLoss",
    "binary_cross_entropy": "BCELoss", "cross_entropy": "CrossEntropyLoss", "nll_loss": "NLLLoss",
    "poisson_nll_loss": "PoissonNLLLoss", "multilabel_soft_margin_loss": "MultiLabelSoftMarginLoss",
}  # fmt: skip
# Whose targets PyTorch would broadcast against the outputs.
BROADCAST = "mse", "mae", "huber", "poisson", "poisson_log"


def loss_of(given, of_labels=True):
    """The `LossHere` of a loss of PyTorch.

    Parameters
    ----------
    given : module under `torch.nn`, or function under `torch.nn.functional`
        A function is taken with its usual options.
    of_labels : bool
        Whether the targets of a cross entropy are class labels, and not a number for each class.

    Raises
    ------
    FastdenseError
        It is not exactly a loss here, with what to do.
    """
    from torch import nn
    from torch.nn import functional

    name = getattr(given, "__name__", "")
    if name in FUNCTIONS and getattr(functional, name) is given:
        given = getattr(nn, FUNCTIONS[name])()
    name = type(given).__name__
    if getattr(nn, name, None) is not type(given) or not isinstance(given, nn.Module):
        raise FastdenseError(
            f"the loss {shown(given)} is none under torch.nn; give one of these, such as "
            "nn.MSELoss()"
        )
    maker = MAKERS.get(name)
    if maker is None:
        catalogue.Choice.of("losses", name)  # says what is nearest
        raise FastdenseError(f"the loss {name} is not here; give nn.MSELoss() or another one")
    if given.reduction == "none":
        raise _refused(given, 'reduction="none"', 'reduction="mean" or "sum"')
    return maker(given, of_labels) if name == "CrossEntropyLoss" else maker(given)


def _refused(loss, what, instead):
    return FastdenseError(
        f"{type(loss).__name__} has {what}, which is not exactly here; give it {instead}"
    )


def _plain(name, **hyper):
    """A loss that is an entry as it is, and the attributes that are its constants."""

    def make(loss):
        own = {ours: float(getattr(loss, theirs)) for ours, theirs in hyper.items()}
        return LossHere({"name": name, **own}, loss.reduction)

    return make


def _smooth_l1(loss):
    if loss.beta != 1:
        raise _refused(loss, f"beta={loss.beta:g}", "beta=1, or take nn.HuberLoss(delta=...)")
    return LossHere({"name": "huber"}, loss.reduction)


def _of_probabilities(loss):
    if loss.weight is not None:
        raise _refused(loss, "a weight", "none: weights of samples go into Data")
    return LossHere({"name": "binary_crossentropy_bounded"}, loss.reduction)


def _binary(loss):
    if loss.weight is not None:
        raise _refused(loss, "a weight", "none: weights of samples go into Data")
    if loss.pos_weight is not None:
        numbers = loss.pos_weight.detach().cpu().ravel().tolist()
        instead = "none; with one output and targets of 0 and 1 the same is "
        instead += f"recipe.replace(class_weights=[1, {numbers[0]:g}])"
        raise _refused(loss, "a pos_weight", instead)
    return LossHere({"name": "binary_crossentropy_logits"}, loss.reduction)


def _of_classes(name, loss, smoothing=0.0):
    """A loss of class labels, with a weight for each class where that is the same."""
    if loss.ignore_index >= 0:
        raise _refused(
            loss, f"ignore_index={loss.ignore_index}", "none, and leave such rows out of the data"
        )
    weights = ()
    if loss.weight is not None:
        weights = tuple(loss.weight.detach().cpu().double().tolist())
        if loss.reduction != "sum":
            raise _refused(
                loss, "a weight with reduction=\"mean\", which PyTorch divides by the sum of the "
                "rows' weights", 'reduction="sum", or no weight',
            )  # fmt: skip
        if smoothing:
            raise _refused(loss, "a weight and label_smoothing", "one of them")
    hyper = {"label_smoothing": smoothing} if smoothing else {}
    return LossHere({"name": name, **hyper}, loss.reduction, weights)


def _cross_entropy(loss, of_labels):
    smoothing = float(loss.label_smoothing)
    if smoothing == 1:
        raise _refused(loss, "label_smoothing=1", "less, as nothing is left to learn")
    if not of_labels:
        if loss.weight is not None:
            raise _refused(loss, "a weight, and targets that are probabilities", "no weight")
        hyper = {"label_smoothing": smoothing} if smoothing else {}
        return LossHere({"name": "softmax_cross_entropy", **hyper}, loss.reduction)
    return _of_classes("sparse_softmax_cross_entropy", loss, smoothing)


def _multilabel(loss):
    if loss.weight is not None:
        raise _refused(loss, "a weight", "none")
    reduction = "sum_keras" if loss.reduction == "sum" else "mean"
    return LossHere({"name": "binary_crossentropy_logits"}, reduction)


def _divergence(loss):
    if loss.log_target:
        raise _refused(loss, "log_target=True", "targets that are probabilities")
    if loss.reduction == "mean":
        raise _refused(
            loss, 'reduction="mean", which divides by the number of outputs, too',
            'reduction="batchmean"',
        )  # fmt: skip
    return LossHere({"name": "kl_divergence_log"}, loss.reduction.removeprefix("batch"))


def _poisson(loss):
    if loss.full:
        raise _refused(loss, "full=True", "full=False, whose gradient is the same")
    if loss.log_input:
        return LossHere({"name": "poisson_log"}, loss.reduction)
    return LossHere({"name": "poisson", "epsilon": float(loss.eps)}, loss.reduction)


MAKERS = {
    "MSELoss": _plain("mse"),
    "L1Loss": _plain("mae"),
    "SmoothL1Loss": _smooth_l1,
    "HuberLoss": _plain("huber", delta="delta"),
    "BCELoss": _of_probabilities,
    "BCEWithLogitsLoss": _binary,
    "CrossEntropyLoss": _cross_entropy,
    "NLLLoss": lambda loss: _of_classes("nll", loss),
    "MultiLabelSoftMarginLoss": _multilabel,
    "KLDivLoss": _divergence,
    "PoissonNLLLoss": _poisson,
}
