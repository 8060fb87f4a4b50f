"""The results of `fastdense bench diagnosis`: for a terminal, as JSON, and as Markdown."""

from collections import Counter

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from fastdense.judging.plain import heading
from fastdense_bench.diagnosis import beside
from fastdense_bench.diagnosis.score import ARM, ONCE_MORE, PUBLISHED, PUT_IN, score

COLUMNS = "case", "published", "first cause", "right", "verified remedy", "seconds"
ARMS = "arm", "what its source says", "verdict", "first cause", "verified remedy"


ABOUT_ARMS = (
    "Each arm that is not healthy, with the first claim of a source that is judged by it, and the "
    "cause that a diagnosis names."
)


def rows(found):
    """A row of texts for each diagnosis."""
    return [
        (
            one.id, ", ".join(one.labels), one.causes[0] if one.causes else one.verdict,
            "yes" if one.right else "no", one.remedy or ("" if one.healthy else "none"),
            f"{one.seconds:.1f}",
        )
        for one in found if one.kind != ARM
    ]  # fmt: skip


def arms(found):
    """A row of texts for each arm of a scenario that is not healthy."""
    return [
        (one.id, one.claim, one.verdict, one.names[0] if one.names else "", one.remedy)
        for one in found if one.kind == ARM and one.verdict != "healthy"
    ]  # fmt: skip


def groups(found):
    """The cases that figures are given of, by what they are."""
    published = [one for one in found if one.kind == PUBLISHED]
    return {
        "published cases": published,
        "published cases whose labels are sure": [one for one in published if one.high],
        "faults put into sound trainings": [one for one in found if one.kind == PUT_IN],
    }


def summaries(found):
    """The figures in sentences, of each kind of case."""
    texts = []
    for name, some in groups(found).items():
        figures = score(some)
        texts.append(
            f"{name}: {figures.templates} templates, first cause right in {figures.recall:.0%} of "
            f"the faults and {figures.precision:.0%} of the answers (F3 {figures.f3:.2f}); causes "
            f"named in {figures.false_alarms:.0%} of the healthy trainings; a verified remedy for "
            f"{figures.cured:.0%} of the faults; {figures.fail:.0%} of the faults do harm on these "
            f"rows, and of those {figures.curable:.0%} have a verified remedy"
        )
    return [*texts, *_of_arms(found), *_once_more(found), *_of_chance(found)]


def _once_more(found):
    tried = [one.again for one in found if one.again is not None]
    return [
        f"of {len(tried)} verified remedies {sum(tried)} cure on {ONCE_MORE} other starts, too"
    ] if tried else []  # fmt: skip


def _of_arms(found):
    sound = [one for one in found if one.kind == ARM and one.healthy]
    others = [one for one in found if one.kind == ARM and not one.healthy]
    named = sum(one.causes != [] for one in sound)
    counts = Counter(one.verdict for one in others)
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
    return [
        f"arms of scenarios: of {len(sound)} that converge, causes are named in {named}; of "
        f"{len(others)} others the verdicts are {said}"
    ] if sound or others else []  # fmt: skip


def _of_chance(found):
    tried = [one for one in found if one.chance is not None]
    pairs = [(one.cured or 0.0, share) for one in tried for share in one.chance]
    if not pairs:
        return []
    better, even = (
        sum(holds) / len(pairs) for holds in zip(*((a > b, a == b) for a, b in pairs), strict=True)
    )
    ours, theirs = (sum(shares) / len(pairs) for shares in zip(*pairs, strict=True))
    return [
        f"{len(tried)} faults, random changes drawn {len(tried[0].chance)} times beside each: the "
        f"remedy cures more fresh starts than the best of them for as much arithmetic in "
        f"{better:.0%}, as many in {even:.0%}, fewer in {1 - better - even:.0%}; of all starts "
        f"{ours:.0%}, and chance {theirs:.0%}"
    ]


def for_terminal(found, left_out):
    """Something of rich's."""
    reasons = [Text(f"not built: {name} ({reason})") for name, reason in left_out.items()]
    tables = _table(COLUMNS, rows(found)), _table(ARMS, arms(found))
    return Group(*tables, *reasons, *map(Text, summaries(found)))


def peers_for_terminal(results, cases, found=()):
    """What other packages say, as something of rich's."""
    table = _table(beside.COLUMNS, beside.rows(results, cases, found))
    return Group(table, *map(Text, beside.notes(results)))


def _table(columns, some):
    table = Table(*columns, box=SIMPLE_HEAD, header_style="bold", padding=(0, 1))
    for row in some:
        table.add_row(*row)
    return table


def to_dict(found, left_out):
    """Plain values."""
    return {**heading(), "cases": [one.to_dict() for one in found], "left_out": left_out}


def markdown(found, left_out, results, cases):
    """The body of `bench/diagnosis.md`; `results` are those of other packages on the `cases`."""
    lines = _markdown(beside.COLUMNS, beside.rows(results, cases, found))
    lines += ["", *(f"- {text}." for text in beside.notes(results)), ""]
    lines += _markdown(COLUMNS, rows(found))
    lines += ["", *(f"- {text}." for text in summaries(found))]
    lines += [f"- Not built: `{name}`, {reason}." for name, reason in left_out.items()]
    lines += ["", "## Arms of scenarios", "", ABOUT_ARMS, "", *_markdown(ARMS, arms(found))]
    return "\n".join(lines)


def _markdown(columns, some):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return lines + ["| " + " | ".join(row) + " |" for row in some]
