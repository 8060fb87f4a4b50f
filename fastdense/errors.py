"""The one exception that says what was given, what was expected and what to do."""

import difflib

MOST_LETTERS = 250  # of the names that a message lists
NEAR = 0.65  # share of letters in common, from which a name may be the other misspelled


class FastdenseError(ValueError):
    """Input that cannot be used; its message is one sentence for the user."""


def shown(value: object) -> str:
    """A value on one short line of a message; arrays write their rows on several."""
    return " ".join(repr(value).split())[:80]


def unknown(kind: str, given: object, known, also=()) -> FastdenseError:
    """The error for a name that does not exist, with the nearest one that does.

    Names in `also` are understood too, but not listed.
    """
    known = sorted(known)
    spelled = {name.casefold(): name for name in [*sorted(also), *known]}
    near = difflib.get_close_matches(str(given).casefold(), spelled, n=1, cutoff=NEAR)
    if near:
        hint = f"did you mean {spelled[near[0]]!r}?"
    elif len(", ".join(known)) <= MOST_LETTERS:
        hint = f"known: {', '.join(known)}"
    else:
        some = difflib.get_close_matches(str(given), known, n=6, cutoff=0.0)
        hint = f"the nearest of {len(known)} are: {', '.join(some)}"
    return FastdenseError(f"unknown {kind} {str(given)[:80]!r}; {hint}")
