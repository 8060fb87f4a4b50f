"""`diagnose(network, recipe, data, ...) -> Diagnosis`: why a training is stuck, and its cure."""

from fastdense.diagnosis.case import Case
from fastdense.diagnosis.search import Search


def diagnose(
    network,
    recipe,
    data,
    *,
    observed=None,
    effort="usual",
    budget=None,
    seeds=None,
    on_progress=None,
):
    """Find out why a training does not get where its data let it, by removing suspected causes.

    Parameters
    ----------
    network : Network
    recipe : Recipe
    data : Data or (inputs, targets)
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
        `on_progress(done, total)`; if it raises, the diagnosis ends.

    Returns
    -------
    Diagnosis

    Raises
    ------
    FastdenseError
        An unknown effort, or what is no network, recipe or data.
    """
    case = Case.of(network, recipe, data)
    return Search(case, effort, budget, seeds, on_progress, observed).answer()
