"""How sure a share or a mean is: intervals of confidence."""

import math
from functools import cache
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


@cache
def student(confidence, freedom):
    """How far an interval reaches by Student's t with so many degrees of freedom.

    Hill (1970), Algorithm 396, Communications of the ACM 13, 619; six digits or more.
    """
    p = 1.0 - confidence
    if freedom == 1:
        return 1.0 / math.tan(p * math.pi / 2)
    if freedom == 2:
        return math.sqrt(2.0 / (p * (2.0 - p)) - 2.0)
    a = 1.0 / (freedom - 0.5)
    b = 48.0 / (a * a)
    c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36
    d = ((94.5 / (b + c) - 3.0) / b + 1.0) * math.sqrt(a * math.pi / 2) * freedom
    y = (d * p) ** (2.0 / freedom)
    if y > 0.05 + a:
        x = -quantile(confidence)
        y = x * x
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x
        y = math.expm1(a * y * y)
    else:
        y = (
            (1.0 / (((freedom + 6.0) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2.0) * 3.0))
            + 0.5 / (freedom + 4.0)
        ) * y - 1.0
        y = y * (freedom + 1.0) / (freedom + 2.0) + 1.0 / ((d * p) ** (2.0 / freedom))
    return math.sqrt(freedom * y)


def share_interval(true, confidence=CONFIDENCE):
    """The interval of a share in a nested design: (low, high).

    Wilson's, with Student's t, for as many trials as tell as much: p (1 - p) over the squared
    standard error of the mean over units (Korn and Graubard, 1998, Survey Methodology 24, 193),
    no fewer than there are units and no more than there are trials. Where units do not differ, as
    when all trials are true, they may still be alike within, so that only units count.

    Parameters
    ----------
    true : array_like of bool, shape (units, trials)
        Units are independent, such as draws of the data; trials within one may be alike.
    """
    true = np.asarray(true, bool)
    units, trials = true.shape
    by_unit = true.mean(axis=1)
    share = float(by_unit.mean())
    if units < 2:
        return 0.0, 1.0
    variance = float(by_unit.var(ddof=1)) / units
    if variance > 0:
        effective = min(max(share * (1 - share) / variance, units), units * trials)
    else:
        effective = units * trials if 0 < share < 1 else units
    return wilson(share * effective, effective, student(confidence, units - 1))


def median_interval(values, confidence=CONFIDENCE):
    """The interval of a median, from two of the independent numbers (n,): (low, high).

    It needs no distribution: the median lies below the k-th smallest with the chance of fewer than
    k heads among n coins. Infinite where there are too few numbers.
    """
    values = np.sort(np.asarray(values, float))
    place = _outermost(len(values), confidence)
    if place is None:
        return -math.inf, math.inf
    return float(values[place]), float(values[-1 - place])


@cache
def _outermost(n, confidence):
    """The largest k for which fewer than k + 1 heads among n coins come seldom enough."""
    allowed, total, found = (1 - confidence) / 2, 0.0, None
    for k in range(n // 2):
        total += math.comb(n, k) / 2**n
        if total > allowed:
            break
        found = k
    return found
