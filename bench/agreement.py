"""Measures of agreement between two readers, and intervals for them.

Undefined measures (nothing to compare, no spread) are NaN: they print as a dash.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

RESAMPLES = 1_000
NAN = math.nan
T = TypeVar("T")


def share(hits: Sequence[bool]) -> float:
    """The share that is true."""
    return sum(hits) / len(hits) if hits else NAN


def f1(met: float, wanted: float, found: float) -> float:
    """The harmonic mean of precision met/found and recall met/wanted: 2 met / (wanted + found)."""
    return 2 * met / (wanted + found) if wanted + found else NAN


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 over the classes that the first of the pairs hold."""
    classes = sorted({truth for truth, _ in pairs})
    if not classes:
        return NAN
    scores = []
    for name in classes:
        met = sum(truth == guess == name for truth, guess in pairs)
        wanted, found = sum(t == name for t, _ in pairs), sum(g == name for _, g in pairs)
        scores.append(f1(met, wanted, found))
    return sum(scores) / len(scores)


def kappa(pairs: Sequence[tuple[object, object]]) -> float:
    """Cohen's kappa (Cohen 1960): agreement beyond chance, 1 - observed / expected disagreement.

    Assumes that the two judged independently and that every disagreement weighs the same.

    >>> kappa([("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15)
    0.4
    """
    classes = sorted({name for pair in pairs for name in pair}, key=str)
    place = {name: n for n, name in enumerate(classes)}
    return _kappa([(place[a], place[b]) for a, b in pairs], 1.0 - np.eye(len(classes), dtype=np.float64))


def weighted_kappa(pairs: Sequence[tuple[int, int]], steps: int) -> float:
    """Cohen's kappa with quadratic weights (Cohen 1968) for grades 0 to ``steps`` - 1.

    A disagreement weighs the square of its distance.
    """
    grades = np.arange(steps, dtype=np.float64)
    return _kappa(pairs, np.square(grades[:, None] - grades[None, :]))


def _kappa(pairs: Sequence[tuple[int, int]], weights: NDArray[np.float64]) -> float:
    if not pairs:
        return NAN
    table = np.zeros_like(weights)
    for one, other in pairs:
        table[one, other] += 1
    table /= table.sum()
    chance = float((weights * np.outer(table.sum(1), table.sum(0))).sum())
    return round(1 - float((weights * table).sum()) / chance, 12) if chance else NAN


def spearman(pairs: Sequence[tuple[float, float]]) -> float:
    """Spearman's rank correlation, ties at their mean rank."""
    if len(pairs) < 3:
        return NAN
    one, other = (rankdata([pair[n] for pair in pairs]) for n in (0, 1))
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return NAN
    return float(np.corrcoef(one, other)[0, 1])


def interval(scripts: Sequence[T], measure: Callable[[Sequence[T]], float]) -> tuple[float, float]:
    """A 95% percentile bootstrap interval (Efron 1979), scripts drawn whole.

    Whole, since the episodes of one script are no independent samples.  A draw for which the measure is
    undefined is left out.
    """
    rng = np.random.default_rng(20)
    draws = rng.integers(0, len(scripts), (RESAMPLES, len(scripts)))
    values = [measure([scripts[n] for n in draw]) for draw in draws]
    kept = [value for value in values if not math.isnan(value)]
    if not kept:
        return NAN, NAN
    low, high = np.percentile(kept, (2.5, 97.5))
    return float(low), float(high)
