"""Estimates that differ by more than their errors, put together: random-effects meta-regression.

    y_i = level of its stratum + x_i b + u_i + error_i,   u_i ~ N(0, tau2),  Var(error_i) = v_i

Episodes are the units where endings are judged, whole series where effects of types are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.grid import Floats, Ints

LEAST_TAU = 0.05  # units differ by more than what is judged: log-odds that are never ruled out
HALVINGS = 40


def meta_regression(y: Floats, variance: Floats, design: Floats, *, strata: Ints | None = None) -> Uncertain | None:
    """The last coefficient of a random-effects meta-regression; None where the units can't tell.

    Args:
        y: Estimates.
        variance: Their squared standard errors.
        design: Units x columns; without strata it has its own constant.
        strata: The stratum of each unit, where each has its own level (swept out: Frisch-Waugh-Lovell).

    tau2 is Paule and Mandel's, never below LEAST_TAU squared.  What is known of it depends on how
    many units are measured well.  Satterthwaite's degrees of freedom say that (with V(tau2) the
    coefficient's variance and I the restricted information about tau2: 2 V^2 I / V'^2) but too
    timidly, the usual number too boldly; their mean holds its level (``bench/insight.py``).
    """
    levels = np.zeros(0, dtype=np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    count = int(levels.max(initial=-1)) + 1
    usual = len(y) - design.shape[1] - count
    even = _Weighted.of(np.ones(len(y)), y, design, levels)
    if usual < 2 or np.linalg.matrix_rank(even.design) < design.shape[1]:
        return None
    low, high = 0.0, 10.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        more = _Weighted.of(1 / (variance + middle), y, design, levels).heterogeneity() > usual
        low, high = (middle, high) if more else (low, middle)
    last = _Weighted.of(1 / (variance + max(high, LEAST_TAU**2)), y, design, levels)
    pull = last.weight * (last.design @ last.inverse[:, -1])  # weight of each unit in the coefficient
    timid = float(last.inverse[-1, -1] ** 2 * last.about_spread() / (pull**2).sum() ** 2)
    freedom = (usual + min(max(timid, 1.0), usual)) / 2
    return Uncertain(float(last.beta[-1]), float(np.sqrt(last.inverse[-1, -1])), float(freedom))


@dataclass(frozen=True, slots=True, eq=False)
class _Weighted:
    """Weighted least squares with the strata's levels swept out."""

    weight: Floats
    levels: Ints
    design: Floats
    y: Floats
    inverse: Floats
    beta: Floats

    @classmethod
    def of(cls, weight: Floats, y: Floats, design: Floats, levels: Ints) -> _Weighted:
        both = np.column_stack([design, y])
        if len(levels):
            total = _by_level(levels, both * weight[:, None]) / _by_level(levels, weight[:, None])
            both = both - total[levels]
        x, left = both[:, :-1], both[:, -1]
        normal = (x * weight[:, None]).T @ x
        inverse = (1 / normal if normal.size == 1 else np.linalg.pinv(normal)).astype(np.float64)
        return cls(weight, levels, x, left, inverse, inverse @ (x.T @ (weight * left)))

    def heterogeneity(self) -> float:
        """Cochran's Q of the residuals."""
        return float((self.weight * (self.y - self.design @ self.beta) ** 2).sum())

    def about_spread(self) -> float:
        """Twice the restricted information about tau2: trace of P P, with P = W - W X (X'WX)^-1 X'W, strata in X.

        Summed without writing P (units x units) out: levels and columns are orthogonal once swept.
        """
        w, x = self.weight[:, None], self.design
        squared, cubed = (x * w**2).T @ x, (x * w**3).T @ x
        of_levels = float((w**2).sum())
        if len(self.levels):
            once, twice, thrice = (_by_level(self.levels, w**power) for power in (1, 2, 3))
            of_levels += float((-2 * thrice / once + (twice / once) ** 2).sum())
            crossed = _by_level(self.levels, x * w**2)
            cubed = cubed - (crossed / once).T @ crossed
        pressed = self.inverse @ squared
        return of_levels - 2 * float((self.inverse * cubed).sum()) + float((pressed * pressed.T).sum())


def _by_level(levels: Ints, values: Floats) -> Floats:
    return np.column_stack([np.bincount(levels, column) for column in values.T])
