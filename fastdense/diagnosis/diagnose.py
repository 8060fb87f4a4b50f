"""`diagnose(network, recipe, data, ...) -> Diagnosis`: why a training is stuck, and its cure."""

from fastdense.diagnosis.case import Case
from fastdense.diagnosis.of_torch import case_of, is_module
from fastdense.diagnosis.search import Search
from fastdense.errors import FastdenseError
from fastdense.judging.progress import watched


def diagnose(
    network,
    recipe,
    data,
    loader=None,
    *,
    epochs=None,
    observed=None,
    effort="usual",
    budget=None,
    seeds=None,
    on_progress=None,
    device="cpu",
):
    """Find out why a training does not get where its data let it, by removing suspected causes.

    Of PyTorch it is `diagnose(module, loss, optimizer, loader)`: the training begins with the
    module's parameters, and answers are in PyTorch's words. Module, optimizer and global random
    numbers are left as they are.

    Parameters
    ----------
    network : Network or torch.nn.Module
    recipe : Recipe, or a loss of PyTorch
    data : Data or (inputs, targets), or an optimizer of PyTorch
    loader : DataLoader, Dataset or (inputs, targets) of tensors, optional
        With a module: the rows, of a loader also the size of the mini-batches and whether they are
        shuffled.
    epochs : int, optional
        With a module: how long it is trained, 100 if not given.
    observed : float or str, optional
        The loss at which your own training stands, as it is printed: if this one learns, which
        mistake of a program would leave it there.
    effort : str
        "quick", "usual" or "thorough": what may be spent, counted in arithmetic, so that the same
        call gives the same answer.
    budget : float, optional
        Seconds after which the search ends with what it knows.
    seeds : int, optional
        Starts of each training, at least 2; if not given 4, 8 or 20, and fewer of long trainings.
    on_progress : callable, optional
        `on_progress(done, total)`, in what may be spent; if it raises, the diagnosis ends.
    device : str
        Where networks are trained, as in `train`; changes that the device does not train are tried
        on the CPU. The answer is the same.

    Returns
    -------
    Diagnosis

    Raises
    ------
    FastdenseError
        An unknown effort, what is no network, recipe or data, or what the device does not train.
    """
    if is_module(network):
        if loader is None:
            raise FastdenseError(
                "the rows are missing; with a module give diagnose(module, loss, optimizer, loader)"
            )
        case = case_of(network, recipe, data, loader, epochs)
    elif loader is not None or epochs is not None:
        raise FastdenseError(
            "loader and epochs go with a module of PyTorch, and there is none; give "
            "diagnose(network, recipe, data)"
        )
    else:
        case = Case.of(network, recipe, data)
    with watched(on_progress):
        return Search(case, effort, budget, seeds, on_progress, observed, device=device).answer()
