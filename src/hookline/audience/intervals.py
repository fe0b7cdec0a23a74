"""Confidence intervals: of shares, counts, means and differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hookline.model.errors import BadInput
from hookline.model.estimate import Estimate, Grade

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point
METHOD = "Wilson score interval"

Floats = NDArray[np.float64]


def wilson(successes: ArrayLike, trials: ArrayLike, *, z: float = Z95) -> tuple[Floats, Floats]:
    r"""The Wilson score interval of a share, elementwise: (low, high), within 0..1.

    With p = successes / trials and n = trials::

        (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212;
    method 3 of R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
    (1998) 857-872.  Assumes independent trials with one probability; (0, 1) where there are none.

    >>> low, high = wilson(15, 148)
    >>> f"{float(low):.4f} {float(high):.4f}"
    '0.0624 0.1605'
    """
    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    some = np.where(n > 0, n, 1.0)
    p = k / some
    middle = p + z * z / (2 * some)
    half = z * np.sqrt(p * (1 - p) / some + z * z / (4 * some * some))
    scale = 1 + z * z / some
    # rounding must not lift the lower end off 0 or the upper off 1, nor part the interval from its value
    low = np.where((n > 0) & (k > 0), np.minimum((middle - half) / scale, p), 0.0)
    high = np.where((n > 0) & (k < n), np.maximum((middle + half) / scale, p), 1.0)
    return low.clip(0, 1), high.clip(0, 1)


def share(successes: int, trials: int) -> Estimate:
    """A share as an estimate with its Wilson 95 % interval; needs at least one trial.

    It describes the viewers who were there; it is within one episode and says nothing of causes.
    """
    low, high = wilson(successes, trials)
    return Estimate(successes / trials, float(low), float(high), trials, METHOD, Grade.WITHIN, "share")


def newcombe(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float]:
    r"""The interval of the difference of two independent shares, k1/n1 - k2/n2: (low, high), within -1..1.

    With the shares p, q and their Wilson intervals (l1, u1), (l2, u2)::

        p - q - sqrt((p - l1)² + (u2 - q)²)   to   p - q + sqrt((u1 - p)² + (q - l2)²)

    Method 10 of R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998) 873-890.  Assumes two independent groups: no viewer stands in both.

    >>> "{:.4f} {:.4f}".format(*newcombe(56, 70, 48, 80))
    '0.0524 0.3339'
    """
    return mover(k1 / n1, wilson(k1, n1), k2 / n2, wilson(k2, n2))


def mover(
    a: float, of_a: tuple[ArrayLike, ArrayLike], b: float, of_b: tuple[ArrayLike, ArrayLike]
) -> tuple[float, float]:
    """The interval of a - b from each one's own interval (method of variance estimates recovery).

    G. Y. Zou, A. Donner, Construction of confidence limits about effect measures, Statistics in Medicine 27 (2008)
    1693-1702.  With Wilson intervals of shares it is Newcombe's.  Assumes independent estimates.
    """
    (low_a, high_a), (low_b, high_b) = ((float(np.asarray(x)), float(np.asarray(y))) for x, y in (of_a, of_b))
    d = a - b
    return d - float(np.hypot(a - low_a, high_b - b)), d + float(np.hypot(high_a - a, b - low_b))


def difference(a: Estimate, b: Estimate) -> Estimate:
    """How much larger a figure is in one group than in another, with its 95 % interval (see ``mover``).

    It compares who was there: the groups may differ in much else, so its grade is ``across`` unless both come from an
    experiment.  The groups must not share viewers.
    """
    if a.unit != b.unit:
        raise BadInput(f"{a.unit} and {b.unit} can't be subtracted", mend="compare the same figure of two groups")
    low, high = mover(a.value, (a.low, a.high), b.value, (b.low, b.high))
    grade = Grade.EXPERIMENT if a.grade is b.grade is Grade.EXPERIMENT else Grade.ACROSS
    return Estimate(a.value - b.value, low, high, a.n + b.n, f"difference (MOVER) of: {a.method}", grade, a.unit)


def pooled(parts: Sequence[Estimate]) -> Estimate:
    """One figure of several groups that share no viewer: the mean of theirs, weighted by their n.

    With weights w = n / sum(n), value sum(w v) and interval (Zou and Donner's MOVER for a sum)::

        sum(w v) - sqrt(sum((w (v - l))²))   to   sum(w v) + sqrt(sum((w (u - v))²))

    Assumes independent groups, each figure a mean or a share over its own n.  A figure without n can't be weighted.
    """
    if any(part.n <= 0 or part.unit != parts[0].unit for part in parts):
        raise BadInput("figures without a size, or of different things, can't be added", mend="show them side by side")
    n = sum(part.n for part in parts)
    value = sum(part.n / n * part.value for part in parts)
    below = np.sqrt(sum((part.n / n * (part.value - part.low)) ** 2 for part in parts))
    above = np.sqrt(sum((part.n / n * (part.high - part.value)) ** 2 for part in parts))
    grade = max((part.grade for part in parts), key=list(Grade).index)
    method = "added by views: " + "; ".join(dict.fromkeys(part.method for part in parts))
    return Estimate(value, value - float(below), value + float(above), n, method, grade, parts[0].unit)


def poisson(count: ArrayLike, *, z: float = Z95) -> tuple[Floats, Floats]:
    """The interval of a count's expectation, elementwise: Byar's approximation to the exact one.

    N. E. Breslow, N. E. Day, Statistical Methods in Cancer Research II (1987), equations 2.10 and 2.11.  Assumes events
    that come independently: where few viewers cause many of them it is too narrow.

    >>> low, high = poisson(10)
    >>> f"{float(low):.2f} {float(high):.2f}"
    '4.78 18.39'
    """
    k = np.asarray(count, np.float64)
    some = np.maximum(k, 1)
    low = np.where(k > 0, some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3, 0)
    up = k + 1
    return np.maximum(low, 0), up * (1 - 1 / (9 * up) + z / (3 * np.sqrt(up))) ** 3


MEAN_METHOD = "mean of all viewers from sums and sums of squares, log scale"


def mean_from_sums(total: float, squares: float, n: int, *, unit: str, method: str = MEAN_METHOD) -> Estimate:
    """A mean over n viewers, most of whom may be at 0, from the sum and the sum of squares of what each gave.

    With m = total / n and its standard error e = sqrt((squares / n - m²) / (n - 1)), by the delta method on the log
    scale (G. W. Oehlert, A note on the delta method, The American Statistician 46 (1992) 27-29)::

        m exp(± z e / m)

    On the log scale the interval leans upward, as money does.  Assumes independent viewers and a finite variance; with
    few payers and a heavy tail it still covers less than it says: ``docs/audience.md`` has measured figures.
    Needs n of at least 2.
    """
    mean = total / n
    if total <= 0:
        return Estimate(0.0, 0.0, 0.0, n, method + "; nobody paid, so chance can't be judged", Grade.WITHIN, unit)
    error = float(np.sqrt(max(squares / n - mean * mean, 0.0) / max(n - 1, 1)))
    factor = float(np.exp(Z95 * error / mean))
    return Estimate(mean, mean / factor, mean * factor, n, method, Grade.WITHIN, unit)
