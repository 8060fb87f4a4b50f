"""How sure a share of seeds is, and a comparison of two arms seed by seed."""

import math

NORMAL_95 = 1.959963984540054  # quantile of the normal distribution that leaves 2.5% above


def wilson(successes, trials, z=NORMAL_95):
    """The interval of a probability after `successes` in `trials`: (low, high).

    Wilson (1927), Probable inference, the law of succession, and statistical inference. With the
    default `z` it covers the true probability in about 95% of experiments. Without trials it is
    (0, 1).
    """
    if trials == 0:
        return 0.0, 1.0
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    # What rounding leaves at the ends is not to exclude a share of nothing or all.
    low = 0.0 if successes == 0 else max(middle - half, 0.0)
    high = 1.0 if successes == trials else min(middle + half, 1.0)
    return low, high


def sign_test(wins, losses):
    """P(at least `wins` of `wins + losses` fair coins), the one-sided sign test; ties left out."""
    n = wins + losses
    if wins <= losses:  # the longer tail, from the shorter one
        return 1.0 - sign_test(losses + 1, wins - 1) if wins else 1.0
    # Terms relative to the first; each is smaller than the one before.
    total = term = 1.0
    for k in range(wins + 1, n + 1):
        term *= (n - k + 1) / k
        total += term
        if term < 1e-18:
            break
    first = math.lgamma(n + 1) - math.lgamma(wins + 1) - math.lgamma(losses + 1)
    return math.exp(first - n * math.log(2)) * total
