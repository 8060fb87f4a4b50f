"""The compiled device."""

from fastdense.devices.session import Session


def train(task, on_progress=None, threads=None):
    """Train one network to the end; see `fastdense.training.train`."""
    session = Session(task, threads)
    while not session.done:
        session.advance()
        if on_progress is not None:
            on_progress(session.epoch)
    return session.result()
