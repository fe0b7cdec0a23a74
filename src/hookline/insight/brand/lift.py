"""A placement's clicks (or exits) against those of the same cut's other seconds.

In blocks of BLOCK_S seconds without a placement, x of n view-seconds did it:

    log E[x] = log n + level of the cut + a exp(-s / 4) + b exp(-(end - s) / 4) + c s / end + d log(1 + s)
    Var = mu + tau2 mu^2,   levels ~ N(their mean, 1.5^2)

Viewers aren't the independent units here; stretches of an episode are, which tau2 says.  With E expected in the
window by that fit, and s2 the fit's variance there plus tau2 (of a window as long as a block; longer ones average),
the ratio x / E has the interval of a Poisson count (Byar) and of E put together on the log scale (Zou and Donner 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.audience.intervals import Z95, poisson
from hookline.insight.grid import Bools, Floats, Ints

BLOCK_S = 6
AFTER_S = 5  # seconds after a placement in which a click is still its own
LAST_S = 2  # of a cut, in which nobody knows who finished
LEVEL_SD, SHAPE_SD, SHAPES = 1.5, 1.5, 4
LEAST_ELSEWHERE = 20  # of what is counted, outside all windows: from fewer nothing is expected
ROUNDS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One cut, second by second."""

    at_risk: Ints
    counts: Ints
    windows: Bools  # seconds that belong to a placement


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What a cut's seconds would have without a placement."""

    coefficients: Floats
    covariance: Floats
    spread: float  # tau2
    tracks: int


@dataclass(frozen=True, slots=True)
class Lift:
    """A window's count against the expected."""

    count: int
    expected: float
    error: float  # of the expected's logarithm

    def ratio(self) -> tuple[float, float, float]:
        """Value and ends of count / expected."""
        low, high = (float(end) for end in poisson(self.count))
        value = max(self.count, 0.5) / self.expected
        half = Z95 * self.error
        below = np.exp(-np.hypot(np.log(max(self.count, 0.5) / low), half)) if low > 0 else 0.0
        above = np.exp(np.hypot(np.log(high / max(self.count, 0.5)), half))
        return value, value * float(below), value * float(above)

    def extra(self) -> tuple[float, float, float]:
        """Value and ends of count - expected."""
        low, high = (float(end) for end in poisson(self.count))
        least, most = (self.expected * float(np.exp(side * Z95 * self.error)) for side in (-1, 1))
        value = self.count - self.expected
        return (
            value,
            value - float(np.hypot(self.count - low, most - self.expected)),
            value + float(np.hypot(high - self.count, self.expected - least)),
        )


def expect(tracks: Sequence[Track]) -> Expected | None:
    """Fit the seconds without a placement; None where too little happens there."""
    rows = [_blocks(track, at, len(tracks)) for at, track in enumerate(tracks)]
    design, exposed, counts = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    if counts.sum() < LEAST_ELSEWHERE:
        return None
    level = float(np.log(counts.sum() / exposed.sum()))
    prior = np.concatenate([np.full(len(tracks), level), np.zeros(SHAPES)])
    held = np.diag(np.concatenate([np.full(len(tracks), LEVEL_SD**-2), np.full(SHAPES, SHAPE_SD**-2)]))
    beta, spread, covariance = prior.copy(), 0.05, held
    for _ in range(ROUNDS):
        eta = design @ beta
        mu = exposed * np.exp(np.clip(eta, -25, 3))
        weight = mu / (1 + spread * mu)
        covariance = np.linalg.inv((design * weight[:, None]).T @ design + held)
        new = covariance @ (design.T @ (weight * (eta + (counts - mu) / np.maximum(mu, 1e-12))) + held @ prior)
        moved, beta = float(np.abs(new - beta).max()), new
        spread = _spread(counts, mu, len(beta))
        if moved < 1e-6:
            break
    return Expected(beta, covariance, spread, len(tracks))


def lift(track: Track, at: int, fit: Expected, window: range) -> Lift:
    """A window of a cut, ``at`` among those that were fitted, against what is expected there."""
    seconds = np.arange(window.start, window.stop)
    design = _design(seconds + 0.5, len(track.at_risk), at, fit.tracks)
    rate = track.at_risk[seconds] * np.exp(design @ fit.coefficients)
    expected = float(rate.sum())
    mean = rate @ design / max(expected, 1e-12)
    own = fit.spread * min(1.0, BLOCK_S / len(seconds))
    error = float(np.sqrt(mean @ fit.covariance @ mean + own))
    return Lift(int(track.counts[seconds].sum()), expected, error)


def window_of(start_ms: int, end_ms: int, length: int) -> range:
    """A placement's seconds in a cut of some seconds, with those after it; empty where it lies beyond its end."""
    stop = min(-(-end_ms // 1000) + AFTER_S, length - LAST_S)
    return range(min(start_ms // 1000, stop), stop)


def _blocks(track: Track, at: int, tracks: int) -> tuple[Floats, NDArray[Any], NDArray[Any]]:
    """Design, view-seconds and counts of a cut's blocks, the windows and the last seconds left out."""
    length = len(track.at_risk)
    use = ~track.windows
    use[max(length - LAST_S, 0) :] = False
    block = np.arange(length) // BLOCK_S
    exposed = np.bincount(block, track.at_risk * use)
    counts = np.bincount(block, track.counts * use)
    some = exposed > 0
    weight = track.at_risk * use
    columns = _design(np.arange(length) + 0.5, length, at, tracks)
    means = np.column_stack([np.bincount(block, weight * column) for column in columns.T])
    return means[some] / exposed[some][:, None], exposed[some], counts[some]


def _design(at_s: NDArray[Any], length: int, at: int, tracks: int) -> Floats:
    level = np.zeros((len(at_s), tracks))
    level[:, at] = 1.0
    ends = (np.exp(-at_s / 4), np.exp(-(length - at_s) / 4))
    return np.column_stack([level, *ends, at_s / length - 0.5, np.log1p(at_s) - 2.0])


def _spread(counts: NDArray[Any], mu: Floats, columns: int) -> float:
    """Overdispersion by moments: E (y - mu)^2 = mu + tau2 mu^2."""
    scale = len(counts) / max(len(counts) - columns, 1)
    return float(np.clip((scale * (counts - mu) ** 2 - mu).sum() / (mu**2).sum(), 0.0, 2.0))
