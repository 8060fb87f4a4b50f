"""Numbers as people read them."""

import math


def digits(value, count=3):
    """A number in so many digits: 0.00123, 12,300, 1.2e-7; "inf" and "nan" by these names."""
    value = float(value)
    if not math.isfinite(value):
        return {math.inf: "infinite", -math.inf: "-infinite"}.get(value, "undefined")
    size = abs(value)
    if size >= 1000 and size < 1e6:
        return f"{float(f'{value:.{count}g}'):,.0f}"
    return short(f"{value:.{count}g}")


def short(number):
    """A number as Python writes it, with a shorter exponent: 1e-07 is 1e-7."""
    mantissa, letter, exponent = number.partition("e")
    return f"{mantissa}e{int(exponent)}" if letter else mantissa


def percent(share):
    """A share in percent; what is nearly none or nearly all is not told as either."""
    whole = f"{share:.0%}"
    if (whole == "0%" and share > 0) or (whole == "100%" and share < 1):
        return (
            f"{share:.1%}" if 0.0005 <= share <= 0.9994 else ("<0.1%" if share < 0.5 else ">99.9%")
        )
    return "0%" if whole == "-0%" else whole


def interval(low, high):
    """The ends of an interval of shares, in percent."""
    return f"[{percent(low)}, {percent(high)}]"


def counted(count, singular, plural=None):
    """How many there are: "1 run", "2 runs"."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def cut(words, letters):
    """A text of so many letters at most."""
    words = " ".join(str(words).split())
    return words if len(words) <= letters else words[: max(letters - 1, 1)].rstrip() + "\u2026"
