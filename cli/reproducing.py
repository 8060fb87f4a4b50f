"""Carries out many scenarios and theories, some at once, and keeps of each what is needed of it."""

import contextlib

AT_ONCE = 2  # while one is judged, which is Python's work, another trains


def carry_out_all(title, subjects, keep, draws=None, seeds=None, device="cpu", observe=0):
    """What `keep(report)` returns of the `Report` on each subject, in their order."""
    from fastdense.reports.report import report_of
    from fastdense_cli import subject

    def work(one, on_progress):
        done = subject.carry_out(one, seeds, 0, on_progress, draws, device=device, observe=observe)
        return keep(report_of(done))

    return side_by_side(title, subjects, work)


def side_by_side(title, subjects, work):
    """What `work(subject, on_progress)` returns of each, with one bar for all of them."""
    from fastdense.parallel import on_all_cores
    from fastdense_cli.console import progress

    shares = [0.0] * len(subjects)

    def one(index, check):
        def on_progress(done, total):
            check()
            shares[index] = done / total

        kept = work(subjects[index], on_progress)
        return_memory()
        return kept

    with progress(title, "scenarios") as report:
        return on_all_cores(one, len(subjects), lambda: report(sum(shares), len(shares)), AT_ONCE)


def return_memory():
    """Return what is kept or free to the system, for no scenario needs what another left."""
    import ctypes

    from fastdense.arrays import buffers

    buffers.release()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
