"""A linear rise from `start` to 1 over the first `over` epochs."""

SOURCE = "Goyal et al. (2017), arXiv:1706.02677."
HYPER = {"over": 5.0, "start": 0.0}
RANGES = {"over": (5e-324, float("inf")), "start": (0.0, float("inf"))}


def factor(epoch, epochs, hyper):
    over, start = hyper
    return start + (1.0 - start) * min(epoch / over, 1.0)


def spec(epoch, epochs, hyper):
    return (
        1.0
        if epoch >= hyper["over"]
        else (hyper["start"] * (1 - epoch / hyper["over"]) + epoch / hyper["over"])
    )
