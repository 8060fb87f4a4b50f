"""The inputs tell nothing of the targets."""

from fastdense.diagnosis.suspicion import Suspicion

LABEL = "DATA_RANDOM_TARGET"
WHY = "The best that can be predicted is then the mean, or the shares of the classes."
SOURCE = "Zhang, Bengio, Hardt, Recht, Vinyals (2017), arXiv:1611.03530."


def suspect(e):
    if not e.attainable.unrelated:
        return None
    return Suspicion(
        0.9,
        (
            f"on rows held out, the best of several networks explains {e.attainable.explained:.1%} "
            f"of the targets' variance, and {e.attainable.shuffled:.1%} after they were shuffled",
        ),
    )
