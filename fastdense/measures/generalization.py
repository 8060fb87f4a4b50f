"""Measures of the loss over the test rows."""

from fastdense.measures.registry import measure, relative


@measure
def test_loss_at_end(run, data):
    """test loss at the end"""
    return float(run.test_loss[-1])


@measure
def test_loss_rise(run, data):
    """test loss at the end over its lowest"""
    return relative(float(run.test_loss[-1]), float(run.test_loss.min()))


@measure
def test_loss_changes(run, data):
    """epochs whose test loss differs from the first, to the last bit"""
    return int((run.test_loss != run.test_loss[0]).sum())


@measure
def test_loss_range(run, data):
    """range of the test loss"""
    return float(run.test_loss.max() - run.test_loss.min())


@measure
def test_loss_over_training(run, data):
    """test loss over training loss, at the end"""
    return relative(float(run.test_loss[-1]), run.final_loss)
