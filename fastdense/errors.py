"""The one exception that says what was given, what was expected and what to do."""

import difflib
from collections.abc import Iterable

MAX_LETTERS = 400  # of a message
TAIL = 150  # of these, are kept of the end of a longer one: there it says what to do
MAX_LISTED = 330  # letters of the names that a message lists
MAX_KNOWN = 1000  # names that the nearest is looked for among
NEAR = 0.65  # share of letters in common, from which a name may be the other misspelled


class FastdenseError(ValueError):
    """Input that cannot be used; its message is one sentence for the user.

    Whatever is quoted in it, a message is one printable line of at most 400 letters.
    """

    def __init__(self, message: object) -> None:
        super().__init__(sentence(message))


def plain(text: str) -> str:
    """A text without what a terminal would obey: control characters as Python writes them."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def plain_lines(text: str) -> str:
    """The same of a text of several lines."""
    return "\n".join(map(plain, text.split("\n")))


def sentence(message: object) -> str:
    """A message as one printable line, without its middle if it is too long."""
    line = plain(" ".join(str(message).split()))
    if len(line) <= MAX_LETTERS:
        return line
    gap = " ... "
    return line[: MAX_LETTERS - TAIL - len(gap)].rstrip() + gap + line[-TAIL:].lstrip()


def shown(value: object) -> str:
    """A value on one short line of a message; arrays write their rows on several."""
    return " ".join(repr(value).split())[:80]


def unknown(
    kind: str, given: object, known: Iterable[str], also: Iterable[str] = ()
) -> FastdenseError:
    """The error for a name that does not exist, with the nearest one that does.

    Names in `also` are understood too, but not listed.
    """
    word, known = str(given)[:80], sorted(known)[:MAX_KNOWN]
    names = [*sorted(also), *known]
    spelled = {name.casefold().rpartition(".")[2]: name for name in names}
    spelled |= {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), spelled, n=3, cutoff=NEAR)
    # The same letters in another order are a slip of the fingers.
    near.sort(key=lambda name: sorted(name) != sorted(word.casefold()))
    listed = ", ".join(known)
    if near:
        hint = f"did you mean {spelled[near[0]]!r:.80}?"
    elif len(listed) <= MAX_LISTED:
        hint = f"known: {listed}"
    else:
        some = difflib.get_close_matches(word, known, n=6, cutoff=0.0)
        hint = f"the nearest of {len(known)} are: {', '.join(name[:40] for name in some)}"
    return FastdenseError(f"unknown {kind} {word!r}; {hint}")
