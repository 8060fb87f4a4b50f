"""Which cause is the answer: how suspected it was, and how much its removal cures."""

import numpy as np

NEAR = 0.8  # of what is attainable: a start that explains as much is good, if it leaves no more
LEFT = 3.0  # times what has to be left, and
SPARE = 0.08  # of the variance
HARDLY_MORE, HARDLY_SPARE = 1.5, 0.03  # likewise, where nothing at all is to be wrong
MEMORIZED = 0.5  # of what is memorized where the inputs tell nothing: likewise
CURED = 0.3  # of what is wrong a change must take away to count
PARTLY = 0.7  # as good as good starts are starts that come near
UNPROVEN = 0.15  # of its strength is left of a suspicion that no change bears out
SHOWN = 0.4  # confidence from which on a cause explains its effects
NEARLY = 0.2  # less may be cured by a cause than by its effects
EFFECT = 0.5  # as likely as it seems is what another cause explains


def bar_of(found):
    """From which share of the targets' variance on a start counts as good."""
    if found.unrelated:  # then there is nothing to learn, but rows that may be memorized
        return max(MEMORIZED * found.memorized, 0.05)
    most = _most(found)
    return max(NEAR * most, 1 - LEFT * (1 - most) - SPARE)


def full_bar_of(found):
    """From which share on a start leaves hardly more than the best network does."""
    return max(bar_of(found), 1 - HARDLY_MORE * (1 - _most(found)) - HARDLY_SPARE)


def _most(found):
    return min(found.explained if found.held_out else found.memorized, found.limit)


def cure(one, evidence):
    """How much of what is wrong a tried change takes away, from 0 to 1.

    The share of the bad starts that it makes good; or, if that is more, most of the way that the
    typical start comes to the bar.
    """
    starts = len(one.good)
    was = evidence.good[:starts].mean()
    good_share = (one.good.mean() - was) / max(1 - was, 1e-9)
    explained = evidence.trained.explained[:starts]
    before, after = (typical(a) for a in (explained, one.trained.explained))
    way = (after - before) / max(evidence.bar - before, 1e-9)
    return float(np.clip(max(good_share, PARTLY * min(way, 1.0)), 0.0, 1.0))


def _credit(finding, one, tried, evidence):
    """Of what a change cures, what a cause can claim that asks for it.

    Of a sum of changes its share; and no more than the others leave, alone.
    """
    parts = one.change.parts
    own = {change.words for change in finding.changes}
    others = [
        cure(other, evidence) for other in tried
        if other.change.words in parts and other.change.words not in own
    ] if len(parts) > 1 else []  # fmt: skip
    whole = cure(one, evidence)
    return min(whole / len(parts), whole - max(others, default=0.0))


def typical(explained):
    """What the typical start explains; -1 of all that is worse."""
    return np.median(np.maximum(explained, -1.0))


def ranked(findings, tried, evidence):
    """The causes whose removal cures, and those that are certain, best first."""
    rows = []
    for finding in findings:
        cures = [_credit(finding, one, tried, evidence) for one in tried
                 if finding.name in one.causes]  # fmt: skip
        cured = max(cures, default=0.0)
        borne_out = 1.0 if finding.certain else UNPROVEN + (1 - UNPROVEN) * cured
        value = finding.strength * borne_out
        if finding.certain or cured >= CURED:
            rows.append((finding, value, cured))
    found = []
    for finding, value, cured in rows:
        # What cures more than its explanation does is no mere effect of it.
        explained = any(
            finding.name in other.cause.explains
            and (other.certain or (strength >= SHOWN and share >= cured - NEARLY))
            for other, strength, share in rows
        )
        found.append(finding.with_confidence(value * EFFECT if explained else value))
    return sorted(found, key=lambda one: (not one.certain, -one.confidence))
