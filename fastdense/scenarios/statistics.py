"""Intervals for what is counted over seeds."""

from math import sqrt


def wilson(successes, trials, z=1.96):
    """The score interval of a probability, (low, high), from so many successes in so many trials.

    Wilson (1927), Journal of the American Statistical Association 22, 209. `z` is the normal
    quantile: 1.96 for 95% of confidence. Without trials it is (0, 1).
    """
    if trials == 0:
        return 0.0, 1.0
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    reach = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    # At the ends the formula is exact but its rounding is not.
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    high = 1.0 if successes == trials else min(1.0, middle + reach)
    return low, high
