"""What units with errors of their own tell about units not seen yet: a linear mixed model with priors.

    y_i = level of its group + x_i b + u_i + error_i
    level ~ N(m, sigma2),  b_j ~ N(mean_j, sd_j^2),  u_i ~ N(0, tau2),  error_i ~ N(0, v_i), v_i known

Priors: m flat (sd 10 log-odds), tau and sigma half-normal; both are laid out on a grid and drawn by
their posterior weight, so that few units give wide answers instead of tau = 0 (Gelman 2006).  Given the
two everything is normal and drawn exactly.  Used where a choice is made among many places: shrinking
towards no effect is what keeps the best-looking of many from being believed too much (Gelman, Hill and
Yajima 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, Ints

WIDE_SD = 10.0  # of the mean level: says nothing
TAU_SCALE, SIGMA_SCALE = 0.3, 0.5  # of the half-normal priors, log-odds
GRID = np.array([0.02, 0.05, 0.08, 0.12, 0.17, 0.23, 0.30, 0.40, 0.55, 0.75, 1.05])


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is believed before any unit is seen; normal throughout."""

    means: Floats  # of each column's effect
    sds: Floats
    level: float = 0.0  # m
    level_sd: float = WIDE_SD


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of everything that is not known; the first axis is the draw."""

    mean: Floats  # m
    levels: Floats  # draws x groups
    effects: Floats  # draws x columns
    units: Floats  # draws x units: the true value of each, its own u in it
    tau: Floats
    sigma: Floats

    @property
    def draws(self) -> int:
        """How many."""
        return len(self.mean)

    def of_group(self, group: int | None, design: Floats, rng: np.random.Generator) -> Floats:
        """Draws of new units of a group (None: of a group not seen yet); draws x units."""
        fresh = self.mean + self.sigma * rng.standard_normal(self.draws)
        level = fresh if group is None else self.levels[:, group]
        spread = self.tau[:, None] * rng.standard_normal((self.draws, len(design)))
        drawn: Floats = level[:, None] + self.effects @ design.T + spread
        return drawn


def posterior(
    y: Floats,
    variance: Floats,
    design: Floats,
    group: Ints,
    *,
    groups: int,
    prior: Prior,
    draws: int = 1000,
    seed: int = 0,
) -> Posterior:
    """Draws from the posterior; without any unit, from the prior.

    Args:
        y: What was measured of each unit.
        variance: Its squared error.
        design: Units x columns.
        group: Of each unit, 0 to groups - 1.
        groups: How many groups there are, seen or not.  Of a single one the level is m itself.
        prior: Of the effects and the mean level.
        draws: How many.
        seed: Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    usually = prior.level + design @ prior.means
    y = y - usually
    pairs = [(tau, sigma) for tau in GRID for sigma in (GRID if groups > 1 else GRID[:1])]
    columns = _columns(design, group, groups)
    weights = np.array([_log_weight(y, variance, columns, tau, sigma, prior) for tau, sigma in pairs])
    weights = np.exp(weights - weights.max())
    chosen = rng.choice(len(pairs), size=draws, p=weights / weights.sum())
    coefficients = np.empty((draws, columns.shape[1]))
    for index in np.unique(chosen):
        tau, sigma = pairs[index]
        factor, mean = _solved(y, variance, columns, tau, sigma, prior)
        here = chosen == index
        noise = rng.standard_normal((columns.shape[1], int(here.sum())))
        coefficients[here] = (mean[:, None] + np.linalg.solve(factor.T, noise)).T
    tau, sigma = np.array([pairs[index] for index in chosen]).T
    mean, levels, effects = np.split(coefficients, [1, 1 + groups], axis=1)
    fitted = coefficients @ columns.T
    precision = 1 / variance + 1 / tau[:, None] ** 2
    units = (y / variance + fitted / tau[:, None] ** 2) / precision
    units = units + rng.standard_normal(units.shape) / np.sqrt(precision)
    return Posterior(
        mean[:, 0] + prior.level, levels + mean + prior.level, effects + prior.means, units + usually, tau, sigma
    )


def _columns(design: Floats, group: Ints, groups: int) -> Floats:
    """The mean, each group's own deviation, the effects."""
    return np.column_stack([np.ones(len(design)), np.eye(groups)[group], design])


def _precisions(columns: Floats, sigma: float, prior: Prior) -> Floats:
    groups = columns.shape[1] - 1 - len(prior.sds)
    return np.concatenate([[prior.level_sd**-2], np.full(groups, sigma**-2.0), prior.sds**-2.0])


def _solved(
    y: Floats, variance: Floats, columns: Floats, tau: float, sigma: float, prior: Prior
) -> tuple[Floats, Floats]:
    """Cholesky factor of the coefficients' posterior precision, and their mean."""
    weight = 1 / (variance + tau**2)
    precision = (columns * weight[:, None]).T @ columns + np.diag(_precisions(columns, sigma, prior))
    factor = np.linalg.cholesky(precision)
    mean = np.linalg.solve(precision, columns.T @ (weight * y))
    return factor.astype(np.float64), mean.astype(np.float64)


def _log_weight(y: Floats, variance: Floats, columns: Floats, tau: float, sigma: float, prior: Prior) -> float:
    """Log of the marginal likelihood times the prior of tau and sigma, but for a constant."""
    factor, mean = _solved(y, variance, columns, tau, sigma, prior)
    weight, held = 1 / (variance + tau**2), _precisions(columns, sigma, prior)
    squares = float((weight * (y - columns @ mean) ** 2).sum() + (held * mean**2).sum())
    log_det = 2 * float(np.log(np.diag(factor)).sum()) - float(np.log(weight).sum() + np.log(held).sum())
    spacing = float(np.log(np.gradient(GRID))[np.searchsorted(GRID, tau)])
    of_tau = spacing - 0.5 * (tau / TAU_SCALE) ** 2
    of_sigma = float(np.log(np.gradient(GRID))[np.searchsorted(GRID, sigma)]) - 0.5 * (sigma / SIGMA_SCALE) ** 2
    return -0.5 * (squares + log_det) + of_tau + of_sigma
