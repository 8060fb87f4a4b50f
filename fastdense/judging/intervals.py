"""How sure a share or a mean is: intervals of confidence."""

import math
from statistics import NormalDist

import numpy as np

CONFIDENCE = 0.95  # of the intervals that are shown
NORMAL_95 = 1.959963984540054  # quantile of the normal distribution that leaves 2.5% above


def quantile(confidence):
    """How many standard errors to either side an interval of so much confidence reaches."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


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


def standard_error(values):
    """The standard error of the mean of independent numbers (n,); infinite for a single one."""
    values = np.asarray(values, float)
    if len(values) < 2:
        return math.inf
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def normal(center, error, z=NORMAL_95):
    """The interval of a number with a normal standard error: (low, high)."""
    reach = z * error if error else 0.0
    return center - reach, center + reach
