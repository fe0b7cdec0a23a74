"""The discrete-time hazard model: who leaves in each second, of those still watching.

With n viewers watching in a second and x leaving, x ~ Binomial(n, p) and

    logit p = f(second) + d(seconds to the end) + g_e(second) + effects

``f`` is a natural cubic spline in log(1 + second), ``d`` decays from the end, and both are common
to all episodes; ``g_e`` is the episode's own level, slope and opening spike, each a random effect
with a fixed wide prior.  Every four seconds of an episode (a block) may deviate from that by a
random amount of variance ``tau2``, which is estimated robustly; blocks far out are weighted down
(Tukey's bisquare), so that a dip doesn't hide itself.  See ``docs/insight.md``.

Cox (1972) for the logit form; Efron (1988) for splines in it; Frisch-Waugh-Lovell for how the
episodes' own terms are swept out, so that cost grows with the number of cells and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hookline.insight.grid import Bools, Floats, Grid, Ints

KNOTS_S = (0.0, 2.0, 5.0, 12.0, 30.0, 60.0, 150.0)
SPIKE_S = 4.0  # how fast an opening spike (and the pull of the end) fades
OWN_SD = (2.0, 0.5, 0.5)  # prior of an episode's own level, slope and opening spike, log-odds
FEW_EPISODES, FEW_KNOTS_S = 3, (0.0, 4.0, 20.0)  # so few can't carry as fine a curve
BLOCK_S = 4
MOST_TAU2 = 4.0
BISQUARE = 6.0  # residuals beyond that count nothing
ROUNDS = 60
RIDGE = 1e-9
CLOSE = 1e-4  # log-odds; the last step of a Newton iteration is far smaller than the one before


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model, with what intervals need of it."""

    grid: Grid
    log_odds: Floats  # by row
    coefficients: Floats  # of the shared columns, the effects last
    effects: int  # how many of them are effects
    tau2: float  # variance of blocks about the model
    weight: Floats  # by row: 1 where binomial variance is all, less with tau2 or far out, 0 unused
    columns: Floats  # shared columns, the episodes' own terms swept out
    own: Floats  # the episodes' own columns
    shared_inverse: Floats
    own_inverse: Floats  # one 3 x 3 matrix an episode

    @property
    def p(self) -> Floats:
        """Probability of leaving in each second."""
        chance: Floats = 1 / (1 + np.exp(-self.log_odds))
        return chance

    @property
    def information(self) -> Floats:
        """Binomial information of each second about its log-odds."""
        p = self.p
        told: Floats = self.grid.at_risk * p * (1 - p)
        return told

    def variance_along(self, gradient: Floats, group: int) -> Floats:
        """Variance of linear combinations of one episode's log-odds; ``gradient`` is rows x combinations."""
        rows = self.grid.rows(group)
        shared, own = self.columns[rows].T @ gradient, self.own[rows].T @ gradient
        along: Floats = np.einsum("ik,ij,jk->k", shared, self.shared_inverse, shared)
        along += np.einsum("ik,ij,jk->k", own, self.own_inverse[group], own)
        return along


def fit(
    grid: Grid,
    *,
    effects: Floats | None = None,
    leave_out: Bools | None = None,
    robust: bool = True,
    start: Fit | None = None,
) -> Fit:
    """Fits the model by reweighted least squares.

    Args:
        grid: The cells.
        effects: Columns (rows x effects) whose log odds ratios are wanted.
        leave_out: Rows that must not shape the fit.
        robust: Whether blocks may deviate; without it the fit is plain (penalised) maximum likelihood.
        start: A fit of the same cells to begin from.
        start: A fit of the same grid to begin from.

    Penalised quasi-likelihood (Breslow and Clayton 1993): with the information I_b of a block its
    rows weigh w_b / (1 + tau2 I_b), w_b the robust weight.
    """
    shared = _position(grid) if effects is None else np.column_stack([_position(grid), effects])
    own = _own(grid)
    used = grid.used if leave_out is None else grid.used & ~leave_out
    blocks = _blocks(grid)
    rate = max(grid.exits[used].sum(), 0.5) / max(grid.at_risk[used].sum(), 1.0)
    log_odds = start.log_odds if start else np.full(len(grid.second), np.log(rate))
    trust, tau2 = used.astype(float), 0.0
    spare = shared.shape[1] + 2 * grid.groups
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-log_odds))
        information = np.maximum(grid.at_risk * p * (1 - p), 1e-12)
        weight = trust * information
        target = log_odds + (grid.exits - grid.at_risk * p) / information - np.log(rate)
        solved = _solve(grid, shared, own, weight, target)
        step = np.clip(solved.fitted + np.log(rate) - log_odds, -2.0, 2.0)
        log_odds = log_odds + step
        if np.abs(step[used]).max(initial=0.0) < CLOSE:
            break
        if robust:
            trust, tau2 = _trust(grid, log_odds, used, blocks, spare)
    count = 0 if effects is None else effects.shape[1]
    return Fit(
        grid,
        log_odds,
        solved.beta,
        count,
        tau2,
        trust,
        solved.columns,
        own,
        solved.shared_inverse,
        solved.own_inverse,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    fitted: Floats
    beta: Floats
    columns: Floats
    shared_inverse: Floats
    own_inverse: Floats


def _solve(grid: Grid, shared: Floats, own: Floats, weight: Floats, target: Floats) -> _Solved:
    """Weighted least squares with the episodes' own terms swept out, episode by episode."""
    weighted = own * weight[:, None]
    inverse = np.linalg.inv(_by_group(grid, weighted[:, :, None] * own[:, None, :]) + np.diag(np.power(OWN_SD, -2.0)))
    cross = _by_group(grid, weighted[:, :, None] * shared[:, None, :])
    load = inverse @ cross
    columns = shared - np.einsum("ri,rij->rj", own, load[grid.group])
    own_target = _by_group(grid, weighted * target[:, None])
    normal = (shared * weight[:, None]).T @ shared - np.einsum("gij,gik->jk", cross, load)
    right = shared.T @ (weight * target) - np.einsum("gij,gi->j", load, own_target)
    # columns that say the same get a huge variance instead of an arbitrary split
    shared_inverse = np.linalg.inv(normal + np.diag(RIDGE * np.diag(normal) + RIDGE))
    beta = shared_inverse @ right
    gamma = np.einsum("gij,gj->gi", inverse, own_target - cross @ beta)
    fitted = shared @ beta + np.einsum("ri,ri->r", own, gamma[grid.group])
    return _Solved(fitted, beta, columns, shared_inverse, inverse)


def _by_group(grid: Grid, values: Floats) -> Floats:
    summed: Floats = np.add.reduceat(values, grid.starts[:-1], axis=0)
    return summed


def _trust(grid: Grid, log_odds: Floats, used: Bools, blocks: Ints, spare: int) -> tuple[Floats, float]:
    """How much each row counts, and the variance of blocks about the model."""
    p = 1 / (1 + np.exp(-log_odds))
    count = int(blocks[-1]) + 1
    expected = np.bincount(blocks, used * grid.at_risk * p, count)
    left = np.bincount(blocks, used * grid.exits, count)
    information = np.bincount(blocks, used * grid.at_risk * p * (1 - p), count)
    full = expected > 0
    # Anscombe's residual: near normal for small counts too
    residual: Floats = np.zeros(count)
    residual[full] = 1.5 * (left[full] ** (2 / 3) - expected[full] ** (2 / 3)) / expected[full] ** (1 / 6)
    tau2 = _spread(residual[full], information[full].astype(np.float64), spare)
    scale = np.sqrt(1 + tau2 * information)
    far = np.minimum(np.abs(residual) / scale / BISQUARE, 1.0)
    weight = (1 - far**2) ** 2 / (1 + tau2 * information)
    return used * weight[blocks], tau2


def _spread(residual: Floats, information: Floats, spare: int) -> float:
    """The tau2 at which half of the standardised squares lie below their median, 0.4549 (chi-square, 1 df)."""
    told = information > 5
    squares, information = residual[told] ** 2, information[told]
    free = len(squares) - spare
    if free < 5:
        return 0.0
    goal, half = 0.4549 * free / len(squares), len(squares) // 2
    low, high = 0.0, MOST_TAU2
    if np.partition(squares, half)[half] <= goal:
        return 0.0
    for _ in range(25):
        middle = (low + high) / 2
        above = np.partition(squares / (1 + middle * information), half)[half] > goal
        low, high = (middle, high) if above else (low, middle)
    return high


def _blocks(grid: Grid) -> Ints:
    """A number for each stretch of BLOCK_S seconds, unique over the grid."""
    new = (grid.second % BLOCK_S == 0).astype(np.int64)
    return np.cumsum(new) - 1


def _position(grid: Grid) -> Floats:
    """Columns of the shared curve; no constant, the episodes have their own."""
    at = grid.second + 0.5
    longest = grid.length_s.max(initial=1.0)
    knots = FEW_KNOTS_S if grid.groups < FEW_EPISODES else KNOTS_S
    inner = [knot for knot in knots if knot < longest - 5]
    spline = natural_spline(np.log1p(at), np.log1p(np.array([*inner, longest])))
    to_end = np.exp(-np.maximum(grid.length_s - at, 0) / SPIKE_S)
    return np.column_stack([spline, to_end])


def _own(grid: Grid) -> Floats:
    at = grid.second + 0.5
    return np.column_stack([np.ones(len(at)), at / grid.length_s - 0.5, np.exp(-at / SPIKE_S)])


def natural_spline(at: Floats, knots: Floats) -> NDArray[np.float64]:
    """Columns of a natural cubic spline without its constant (Hastie, Tibshirani and Friedman, eq. 5.4)."""

    def bent(knot: float) -> Floats:
        last = knots[-1]
        curve: Floats = (np.maximum(at - knot, 0) ** 3 - np.maximum(at - last, 0) ** 3) / (last - knot)
        return curve

    return np.column_stack([at, *(bent(knot) - bent(knots[-2]) for knot in knots[:-2])])
