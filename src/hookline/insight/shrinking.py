"""What an element does in each market: every market's own estimate, drawn towards what it does in the others.

With y_m a market's estimate and s_m its standard error,

    y_m ~ N(theta_m, s_m^2),   theta_m = mu + u_m,   E u_m = 0,   E u_m^2 = omega2

the estimate is mu + w_m (y_m - mu) with w_m = omega2 / (omega2 + s_m^2): all a market's own where it has many
viewers, the others' where it has few.  The interval is the robust one of Armstrong, Kolesar and Plagborg-Moller
(2022): half as wide as cva(s_m^2 / omega2) w_m s_m, cva being the critical value that a normal with a bias of
that mean square needs *whatever* the biases' distribution, so that it holds for 95% of the markets on average
even where they don't differ normally.  Few markets tell little of omega2: it is its mean under a half-normal
prior of scale PRIOR_SD, never 0, and what isn't known of mu is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.grid import Floats

PRIOR_SD = 0.2  # log-odds by which markets differ: ours, wide
OMEGAS = np.concatenate([np.linspace(0.01, 0.3, 30), np.linspace(0.33, 1.5, 40)])
LEVEL = 0.95
Z95 = 1.959964
LEAST_MARKETS = 3
HALVINGS = 24
FARTHEST = 12.0  # standard errors of bias beyond the critical value, where a normal surely lies outside


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A market's estimate, drawn towards the others'."""

    value: float
    low: float
    high: float
    drawn: float  # how far, 0..1


def shrink(own: Mapping[str, Uncertain]) -> dict[str, Shrunk]:
    """Every market's estimate; as they are where there are fewer than LEAST_MARKETS."""
    if len(own) < LEAST_MARKETS:
        return {name: Shrunk(one.value, one.bound(-1), one.bound(1), 0.0) for name, one in own.items()}
    y = np.array([one.value for one in own.values()])
    # as wide as its t interval: so the normal's quantiles serve
    s = np.array([(one.bound(1) - one.value) / Z95 for one in own.values()])
    omega2 = spread2(y, s)
    w, weight = omega2 / (omega2 + s**2), 1 / (omega2 + s**2)
    mu, doubt = float(weight @ y / weight.sum()), float(weight.sum() ** -0.5)
    critical = np.array([critical_value(float(ratio)) for ratio in s**2 / omega2])
    half = np.hypot(critical * w * s, (1 - w) * Z95 * doubt)
    middle = mu + w * (y - mu)
    told = zip(own, middle.tolist(), half.tolist(), (1 - w).tolist(), strict=True)
    return {name: Shrunk(value, value - side, value + side, drawn) for name, value, side, drawn in told}


def spread2(y: Floats, s: Floats) -> float:
    """The mean of omega2, given what was measured: restricted likelihood times a half-normal prior, on a grid."""
    logs = np.empty(len(OMEGAS))
    for at, omega in enumerate(OMEGAS):
        weight = 1 / (omega**2 + s**2)
        mu = weight @ y / weight.sum()
        logs[at] = 0.5 * np.log(weight).sum() - 0.5 * np.log(weight.sum()) - 0.5 * weight @ (y - mu) ** 2
    logs += np.log(np.gradient(OMEGAS)) - 0.5 * (OMEGAS / PRIOR_SD) ** 2
    chance = np.exp(logs - logs.max())
    return float(chance @ OMEGAS**2 / chance.sum())


@lru_cache(maxsize=4096)
def critical_value(mean_square: float, level: float = LEVEL) -> float:
    """The half width, in standard errors, that holds whatever biases of that mean square (their eq. 7, no kurtosis).

    >>> round(critical_value(0.0), 2)
    1.96
    """
    low, high = 1.0, 2.0 + np.sqrt((1 + mean_square) / (1 - level))  # Chebyshev's bound
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if worst_miss(middle, mean_square) > 1 - level else (low, middle)
    return float(high)


def worst_miss(width: float, mean_square: float) -> float:
    """The most that a normal with a random bias lies beyond ``width``, over all biases of a mean square.

    The chance of a miss as a function of the squared bias is convex, then concave: the worst bias is 0 at times
    and one value at others, or always the same (their lemma: the concave envelope).
    """
    from scipy.special import ndtr

    def missing(squared: Floats) -> Floats:
        bias = np.sqrt(squared)
        chance: Floats = ndtr(bias - width) + ndtr(-bias - width)
        return chance

    none = float(missing(np.zeros(1))[0])
    squares = np.linspace(0.0, width + FARTHEST, 500)[1:] ** 2
    steepness = (missing(squares) - none) / squares
    tangent = int(steepness.argmax())
    if mean_square >= squares[tangent]:
        return float(missing(np.array([mean_square]))[0])
    return none + mean_square * float(steepness[tangent])
