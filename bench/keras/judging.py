"""Whether values found are those expected, by a test stated for each kind."""

import statistics

LEVEL = 0.001  # a p of the rank test under it is a difference
ENOUGH = 5  # runs without which ranks cannot tell: 5 against 10 have p >= .0007
SHARE = 0.35
FLOOR = 1e-7  # absolute, for what is zero but for rounding


def numbers(value):
    """The numbers of a list, without those of its tables and of lists within lists."""
    return [abs(entry) for entry in value if isinstance(entry, (int, float))]


def near(found, wanted, tolerance, scale=0.0, floor=FLOOR):
    """Whether nested numbers agree, relative to the largest of the list that they stand in."""
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and set(found) == set(wanted)
            and all(near(found[key], wanted[key], tolerance, floor=floor) for key in wanted)
        )
    if isinstance(wanted, list):
        scale = max((n for n in numbers(wanted) if n < float("inf")), default=0.0)
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(near(f, w, tolerance, scale, floor) for f, w in zip(found, wanted, strict=True))
        )
    if not isinstance(wanted, (int, float)) or not isinstance(found, (int, float)):
        return found == wanted
    if found == wanted or (found != found and wanted != wanted):  # infinity, NaN
        return True
    return abs(found - wanted) <= max(tolerance * max(abs(wanted), scale), floor)


def rank_test(first, second):
    """The exact two-sided p of Wilcoxon's rank sum, with mean ranks for ties."""
    both = sorted(first + second)
    # Twice the mean rank, which is a whole number.
    rank = {v: 2 * sum(w < v for w in both) + both.count(v) + 1 for v in set(both)}
    ways = [{0: 1}] + [{} for _ in first]  # ways[n]: of n values, how many have a sum of ranks
    for value in both:
        for n in range(len(first), 0, -1):
            for total, count in ways[n - 1].items():
                total += rank[value]
                ways[n][total] = ways[n].get(total, 0) + count
    middle = len(first) * (len(both) + 1)
    seen = abs(sum(rank[value] for value in first) - middle)
    extreme = sum(count for total, count in ways[-1].items() if abs(total - middle) >= seen)
    return extreme / sum(ways[-1].values())


def difference(found, expected):
    """A sentence on what differs between the runs' values of a key and what is expected, or None.

    `found` has a value for each run.
    """
    kind = expected["kind"]
    if kind == "equal":
        wrong = [value for value in found if value != expected["value"]]
        return f"{wrong[0]!r}, not {expected['value']!r}" if wrong else None
    if kind == "number":
        bounds = expected["tolerance"], 0.0, expected.get("floor", FLOOR)
        wrong = [v for v in found if not near(v, expected["value"], *bounds)]
        return f"{wrong[0]!r}, not {expected['value']!r}" if wrong else None
    if kind == "share":
        share = sum(map(bool, found)) / len(found)
        if len(found) >= ENOUGH and abs(share - expected["value"]) > SHARE:
            return f"true in {share:.0%} of {len(found)} runs, not in {expected['value']:.0%}"
        return None
    values = expected["values"]
    low, high = min(values), max(values)
    middle = statistics.median(found)
    p = rank_test(found, values) if len(found) >= ENOUGH else 1.0
    if p < LEVEL or not 2 * low - high <= middle <= 2 * high - low:
        usual = f"{expected['median']:.6g} ({low:.6g} to {high:.6g})"
        return f"median {middle:.6g} (p {p:.2g}), not {usual}"
    return None


def differences(reports, expected):
    """One sentence for each key that differs; `reports` has {kind: {key: value}} of each run."""
    flat = [{key: v for kind in report.values() for key, v in kind.items()} for report in reports]
    for key, wanted in expected.items():
        if any(key not in report for report in flat):
            yield f"{key}: missing"
            continue
        try:
            sentence = difference([report[key] for report in flat], wanted)
        except TypeError as error:
            sentence = f"not to be compared: {error}"
        if sentence:
            yield f"{key}: {sentence}"
