"""Measures of the loss over the training rows."""

import numpy as np

from fastdense.measures.registry import measure, relative


@measure
def initial_loss(run, data):
    """loss at the start"""
    return run.initial_loss


@measure
def final_loss(run, data):
    """loss at the end"""
    return run.final_loss


@measure
def loss_left(run, data):
    """loss at the end over loss at the start"""
    return relative(run.final_loss, run.initial_loss)


@measure
def excess(run, data):
    """loss above the irreducible, over that of the best constant prediction"""
    return relative(
        run.final_loss - run.baselines.irreducible,
        run.baselines.constant - run.baselines.irreducible,
    )


# Where steps are noisy, theorems speak of the expected loss, of which the last epoch is one draw
# (Bottou, Curtis, Nocedal, 2018, arXiv:1606.04838, theorem 4.6).
@measure
def late_excess(run, data):
    """mean loss of the last half above the irreducible, over that of the best constant"""
    late = float(run.loss[len(run.loss) // 2 :].mean()) - run.baselines.irreducible
    return relative(late, run.baselines.constant - run.baselines.irreducible)


@measure
def loss_change(run, data):
    """largest change of the loss from its start, relative"""
    return relative(np.abs(run.loss - run.loss[0]).max(), run.loss.max())


@measure
def early_change(run, data):
    """largest change of the loss from its start over the first half of training, relative"""
    early = run.loss[: (len(run.loss) + 1) // 2]
    return relative(np.abs(early - early[0]).max(), early.max())


@measure
def late_change(run, data):
    """range of the loss over the last half of training, relative"""
    late = run.loss[len(run.loss) // 2 :]
    return relative(late.max() - late.min(), late.max())


@measure
def swing(run, data):
    """range of the loss over the last fifth, over its median"""
    late = run.loss[-max(2, len(run.loss) // 5) :]
    return relative(late.max() - late.min(), np.median(late))


@measure
def rises(run, data):
    """share of epochs in which the loss rises"""
    return float((np.diff(run.loss) > 0).mean()) if len(run.loss) > 1 else 0.0


@measure
def time_to_leave(run, data):
    """share of training until the loss is a tenth below the best constant's"""
    left = run.loss - run.baselines.irreducible < 0.9 * (
        run.baselines.constant - run.baselines.irreducible
    )
    return float(run.epochs[left.argmax()] / max(run.epochs[-1], 1)) if left.any() else np.inf


@measure
def time_to_converge(run, data):
    """share of training until 1% of the best constant's loss is left"""
    reached = run.loss - run.baselines.irreducible <= max(
        0.01 * (run.baselines.constant - run.baselines.irreducible), run.baselines.rounding
    )
    if not reached.any():
        return np.inf
    return float(run.epochs[reached.argmax()] / max(run.epochs[-1], 1))


@measure
def transition(run, data):
    """time to converge once the loss has left the best constant's, over the time before"""
    leaving = time_to_leave(run, data)
    return relative(time_to_converge(run, data) - leaving, leaving)


@measure
def running_over_evaluated(run, data):
    """mean loss of the batches over the loss evaluated after them, in the last fifth"""
    late = slice(-max(1, len(run.loss) // 5), None)
    return relative(float(run.running_loss[late].mean()), float(run.loss[late].mean()))


@measure
def relapse(run, data):
    """rise of the loss after it was halved, over its start"""
    halved = run.loss <= run.loss[0] / 2
    if not halved.any():
        return 0.0
    late = run.loss[halved.argmax() :]
    return relative(float((late - np.fmin.accumulate(late)).max()), run.initial_loss)


@measure
def running_range(run, data):
    """range of the epochs' mean loss of the batches, over its median"""
    running = run.running_loss[1:]  # entry 0 is from before the first batch
    if not len(running):
        return 0.0
    return relative(float(running.max() - running.min()), float(np.median(running)))
