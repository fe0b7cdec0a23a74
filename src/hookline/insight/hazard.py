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
from typing import Any

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
CLOSE = 1e-3  # log-odds; the last step of a Newton iteration is far smaller than the one before


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model, with what intervals need of it."""

    grid: Grid
    log_odds: Floats  # by row
    coefficients: Floats  # of the shared columns, the effects last
    effects: int  # how many of them are effects
    tau2: float  # variance of blocks about the model
    weight: Floats  # by row: 1 where binomial variance is all, less with tau2 or far out, 0 unused
    position: Floats  # columns of the shared curve
    columns: Floats  # those and the effects', the episodes' own terms swept out
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

    def beyond(self) -> tuple[Floats, Floats]:
        """What each block did beyond the model, by row, as far as ``tau2`` says it isn't chance; and its variance.

        The block's one-step estimate (x - E) / I shrunk by tau2 I / (1 + tau2 I); variance tau2 / (1 + tau2 I).
        """
        blocks = _Blocks.of(self.grid, self.grid.used)
        rate = blocks.at_risk * self.p
        expected = np.add.reduceat(rate, blocks.starts)
        information = np.add.reduceat(rate * (1 - self.p), blocks.starts)
        shift = (blocks.left - expected) * self.tau2 / (1 + self.tau2 * information)
        unsure = self.tau2 / (1 + self.tau2 * information)
        by_row = np.repeat(np.column_stack([np.clip(shift, -2.0, 2.0), unsure]), blocks.sizes, axis=0)
        return by_row[:, 0], by_row[:, 1]

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
    trusting: bool = False,
    rounds: int = ROUNDS,
) -> Fit:
    """Fits the model by reweighted least squares.

    Args:
        grid: The cells.
        effects: Columns (rows x effects) whose log odds ratios are wanted.
        leave_out: Rows that must not shape the fit.
        robust: Whether blocks may deviate; without it the fit is plain (penalised) maximum likelihood.
        start: A fit of the same rows (of other markets, or with other rows left out) to begin from.
        trusting: Whether to begin from what ``start`` makes of each block too.  Saves rounds; a block on the
            edge of disbelief may then end on its other side.
        rounds: Steps at most; a few do from a near start, where errors are only weights.

    Penalised quasi-likelihood (Breslow and Clayton 1993): with the information I_b of a block its
    rows weigh w_b / (1 + tau2 I_b), w_b the robust weight.
    """
    position, own = (start.position, start.own) if start else (_position(grid), _own(grid))
    shared = position if effects is None else np.column_stack([position, effects])
    used = grid.used if leave_out is None else grid.used & ~leave_out
    design, blocks = _Design.of(grid, shared, own), _Blocks.of(grid, used)
    rate = max(grid.exits[used].sum(), 0.5) / max(grid.at_risk[used].sum(), 1.0)
    base = np.full(len(grid.second), np.log(rate)) if grid.offset is None else grid.offset
    log_odds = start.log_odds if start else base
    p = 1 / (1 + np.exp(-log_odds))
    spare = shared.shape[1] + 2 * grid.groups
    trust, tau2 = blocks.trust(p, spare) if start and robust and trusting else (used.astype(float), 0.0)
    for _ in range(rounds):
        information = np.maximum(grid.at_risk * p * (1 - p), 1e-12)
        target = log_odds + (grid.exits - grid.at_risk * p) / information - base
        solved = design.solve(trust * information, target, grid.held)
        step = np.clip(solved.fitted + base - log_odds, -2.0, 2.0)
        log_odds = log_odds + step
        if np.abs(step[used]).max(initial=0.0) < CLOSE:
            break
        p = 1 / (1 + np.exp(-log_odds))
        if robust:
            trust, tau2 = blocks.trust(p, spare)
    return Fit(
        grid=grid,
        log_odds=log_odds,
        coefficients=solved.beta,
        effects=0 if effects is None else effects.shape[1],
        tau2=tau2,
        weight=trust,
        position=position,
        columns=design.swept(solved),
        own=own,
        shared_inverse=solved.shared_inverse,
        own_inverse=solved.own_inverse,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    fitted: Floats
    beta: Floats
    load: Floats  # by episode, the shared columns' regression on its own
    shared_inverse: Floats
    own_inverse: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """All columns; weighted least squares with the episodes' own terms swept out, episode by episode."""

    shared: Floats
    both: Floats  # own and shared, side by side
    gather: Any  # sparse, (3 x episodes) x rows: sums of rows times the episode's own columns

    @classmethod
    def of(cls, grid: Grid, shared: Floats, own: Floats) -> _Design:
        from scipy.sparse import csc_array

        rows, width = own.shape
        at = (width * grid.group[:, None] + np.arange(width)).ravel()
        shape = (width * grid.groups, rows)
        gather = csc_array((own.ravel(), at, width * np.arange(rows + 1)), shape=shape)
        return cls(shared, np.column_stack([own, shared]), gather)

    def solve(self, weight: Floats, target: Floats, held: float = 0.0) -> _Solved:
        count, own = self.shared.shape[1], len(OWN_SD)
        weighted = np.empty((len(target), self.both.shape[1] + 1))
        np.multiply(self.both, weight[:, None], out=weighted[:, :-1])
        np.multiply(target, weight, out=weighted[:, -1])
        sums = (self.gather @ weighted).reshape(-1, own, own + count + 1)
        cross, own_target = sums[:, :, own:-1], sums[:, :, -1:]
        inverse = np.linalg.inv(sums[:, :, :own] + np.diag(np.power(OWN_SD, -2.0)))
        load = inverse @ cross
        flat = load.reshape(-1, count)
        total = self.shared.T @ weighted[:, own:] - flat.T @ sums[:, :, own:].reshape(-1, count + 1)
        normal, right = total[:, :-1], total[:, -1]
        # columns that say the same get a huge variance instead of an arbitrary split
        shared_inverse = np.linalg.inv(normal + np.diag(RIDGE * np.diag(normal) + RIDGE + held))
        beta = shared_inverse @ right
        gamma = inverse @ (own_target - (cross @ beta)[:, :, None])
        fitted = self.shared @ beta + self.gather.T @ gamma.ravel()
        return _Solved(fitted, beta, load, shared_inverse, inverse)

    def swept(self, solved: _Solved) -> Floats:
        """The shared columns with the episodes' own terms taken out."""
        taken: Floats = self.gather.T @ solved.load.reshape(-1, self.shared.shape[1])
        return self.shared - taken


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Stretches of BLOCK_S seconds, and what was seen in each."""

    starts: Ints
    sizes: Ints
    used: Bools
    at_risk: Floats  # 0 where unused
    left: Floats  # by block

    @classmethod
    def of(cls, grid: Grid, used: Bools) -> _Blocks:
        starts = np.flatnonzero(grid.second % BLOCK_S == 0)
        sizes = np.diff(np.append(starts, len(used)))
        return cls(starts, sizes, used, used * grid.at_risk, np.add.reduceat(used * grid.exits, starts))

    def trust(self, p: Floats, spare: int) -> tuple[Floats, float]:
        """How much each row counts, and the variance of blocks about the model."""
        rate = self.at_risk * p
        expected = np.add.reduceat(rate, self.starts)
        information = np.add.reduceat(rate * (1 - p), self.starts)
        full = expected > 0
        # Anscombe's residual: near normal for small counts too
        residual: Floats = np.zeros(len(expected))
        residual[full] = 1.5 * (self.left[full] ** (2 / 3) - expected[full] ** (2 / 3)) / expected[full] ** (1 / 6)
        tau2 = _spread(residual[full], information[full].astype(np.float64), spare)
        far = np.minimum(np.abs(residual) / np.sqrt(1 + tau2 * information) / BISQUARE, 1.0)
        weight = (1 - far**2) ** 2 / (1 + tau2 * information)
        trust = (self.used * np.repeat(weight, self.sizes)).astype(np.float64)
        return trust, tau2


def _spread(residual: Floats, information: Floats, spare: int) -> float:
    """The tau2 at which half of the standardised squares lie below their median, 0.4549 (chi-square, 1 df)."""
    told = information > 5
    squares, information = residual[told] ** 2, information[told]
    free = len(squares) - spare
    if free < 5:
        return 0.0
    goal, half = 0.4549 * free / len(squares), len(squares) // 2
    # each block says how great tau2 must be for its own square to lie below
    needed = np.partition((squares / goal - 1) / information, half)[half]
    return float(np.clip(needed, 0.0, MOST_TAU2))


def _position(grid: Grid) -> Floats:
    """Columns of the shared curve; no constant, the episodes have their own."""
    return _shared_curve(grid.middle_s, grid.length_s, _knots(grid))


def _knots(grid: Grid) -> Floats:
    longest = grid.length_s.max(initial=1.0)
    knots = FEW_KNOTS_S if grid.groups < FEW_EPISODES else KNOTS_S
    return np.array([*(knot for knot in knots if knot < longest - 5), longest])


def _shared_curve(at_s: Floats, length_s: Floats, knots: Floats) -> Floats:
    spline = natural_spline(np.log1p(at_s), np.log1p(knots))
    to_end = np.exp(-np.maximum(length_s - at_s, 0) / SPIKE_S)
    return np.column_stack([spline, to_end])


def _own(grid: Grid) -> Floats:
    at = grid.middle_s
    return np.column_stack([np.ones(len(at)), at / grid.length_s - 0.5, np.exp(-at / SPIKE_S)])


def position_columns(model: Fit, at_s: Floats, length_s: Floats) -> Floats:
    """The shared curve's columns at other places of episodes of other lengths; times its coefficients, log-odds."""
    return _shared_curve(at_s, length_s, _knots(model.grid))


def natural_spline(at: Floats, knots: Floats) -> NDArray[np.float64]:
    """Columns of a natural cubic spline without its constant (Hastie, Tibshirani and Friedman, eq. 5.4)."""

    def bent(knot: float) -> Floats:
        last = knots[-1]
        curve: Floats = (cubed(at - knot) - cubed(at - last)) / (last - knot)
        return curve

    def cubed(beyond: Floats) -> Floats:
        positive = np.maximum(beyond, 0)
        return positive * positive * positive

    return np.column_stack([at, *(bent(knot) - bent(knots[-2]) for knot in knots[:-2])])
