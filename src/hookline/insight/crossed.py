"""Units that belong to several groupings at once: random effects of each, drawn from their posterior.

    y_i = m + e_1[cut of i] + e_2[market of i] + ... + u_i + error_i
    e_k ~ N(0, sigma_k^2),  u_i ~ N(0, tau^2),  error_i ~ N(0, v_i), v_i known

sigma_k and tau are half-normal, laid out on a grid and drawn given their effects (griddy Gibbs: Ritter and Tanner
1992); all effects are drawn together given those.  The counterpart of ``mixed`` where one grouping is not enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.insight.grid import Floats, Ints
from hookline.insight.mixed import GRID

BURN = 150


def crossed_posterior(
    y: Floats,
    variance: Floats,
    groupings: Sequence[Ints],
    *,
    level: tuple[float, float] = (0.0, 10.0),
    scale: float = 0.5,
    draws: int = 1000,
    seed: int = 0,
) -> Floats:
    """Draws of every unit's true value; draws x units.

    Args:
        y: What was measured of each unit.
        variance: Its squared error; infinite where nothing was measured.
        groupings: The group of each unit, one array a grouping.
        level: Mean and standard deviation of what is believed of m.
        scale: Of the half-normal priors of sigma and tau.
        draws: How many.
        seed: Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    parts = [np.eye(int(group.max()) + 1)[group] for group in groupings]
    columns = np.column_stack([np.ones(len(y)), *parts])
    sizes = [part.shape[1] for part in parts]
    edges = np.cumsum([1, *sizes])
    y = np.where(np.isfinite(variance), y - level[0], 0.0)
    every = 1 / variance
    grid = GRID * scale / 0.5
    sigma, tau = np.full(len(parts), grid[3]), float(grid[3])
    kept = np.empty((draws, len(y)))
    for at in range(-BURN, draws):
        weight = 1 / (variance + tau**2)
        held = np.concatenate([[level[1] ** -2], np.repeat(sigma**-2.0, sizes)])
        precision = (columns * weight[:, None]).T @ columns + np.diag(held)
        factor = np.linalg.cholesky(precision)
        mean = np.linalg.solve(precision, columns.T @ (weight * y))
        effects = mean + np.linalg.solve(factor.T, rng.standard_normal(len(mean)))
        fitted = columns @ effects
        tight = every + tau**-2.0
        own = (y - fitted) * every / tight + rng.standard_normal(len(y)) / np.sqrt(tight)
        sigma = np.array([_sd(effects[a:b], grid, scale, rng) for a, b in pairwise(edges)])
        tau = _sd(own, grid, scale, rng)
        if at >= 0:
            kept[at] = fitted + own + level[0]
    return kept


def _sd(effects: NDArray[Any], grid: Floats, scale: float, rng: np.random.Generator) -> float:
    """A standard deviation given its effects, from the grid."""
    log = -len(effects) * np.log(grid) - 0.5 * (effects @ effects) / grid**2 - 0.5 * (grid / scale) ** 2
    upto = np.cumsum(np.exp(log - log.max()) * np.gradient(grid))
    return float(grid[np.searchsorted(upto, rng.random() * upto[-1])])
