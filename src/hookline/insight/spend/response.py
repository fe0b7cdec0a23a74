"""Installs by spend: each ad's level and slope, from days on which it spent more and less.

    log E[installs_id] = a_i + b_i (log s_id - log ref_i) + c_i min(d - last + 28, 0) / 28 + day_d
    Var = mu + tau2 mu^2,   c_i ~ N(0, TREND^2),  day_d ~ N(0, DAY^2)

A power curve in spend (b below 1: diminishing returns), a drift of each ad until four weeks ago (ads wear out; "now" is
the last four weeks), and shocks that all ads of a day share (weekends, an outage).  Quasi-likelihood by reweighted
least squares; ads' own columns are swept out so that the cost is ads x days^2 (Schur complement).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hookline.audience.ad_cells import Floats

TREND, DAY = 0.3, 0.2  # sd of the priors, log scale
MONTH = 28
WIDE = 5.0  # sd of the flat priors of level and slope
ROUNDS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """By ad: log installs a day at the reference spend now, and the slope, with their variances."""

    level: Floats
    level_variance: Floats
    slope: Floats
    slope_variance: Floats
    spread: float  # tau2 of installs between days


def installs_by_spend(installs: Floats, spend: Floats, reference: Floats) -> Response:
    """Fit the response of installs; ads x days, days without spend don't count."""
    use = spend > 0
    days = spend.shape[1]
    from_reference = np.where(use, np.log(np.where(use, spend, 1.0) / reference[:, None]), 0.0)
    since = np.broadcast_to(np.minimum(np.arange(days) - (days - 1) + MONTH, 0) / MONTH, spend.shape)
    design = np.stack([np.ones_like(spend), from_reference, since], axis=2)  # ads x days x 3
    held = np.diag([WIDE**-2, WIDE**-2, TREND**-2])
    start = np.log((installs.sum(axis=1) + 0.5) / np.maximum((spend / reference[:, None]).sum(axis=1), 1e-9))
    beta = np.column_stack([start, np.full(len(start), 0.8), np.zeros(len(start))])
    shock, spread = np.zeros(days), 0.02
    covariance = np.zeros((len(start), 3, 3))
    prior = np.array([0.0, 0.8, 0.0])
    prior_mean = np.column_stack([start, np.tile(prior[1:], (len(start), 1))])
    for _ in range(ROUNDS):
        eta = np.einsum("adk,ak->ad", design, beta) + shock
        mu = np.exp(np.clip(eta, -12, 20))
        weight = np.where(use, mu / (1 + spread * mu), 0.0)
        working = eta + (installs - mu) / mu
        new, shock_new, covariance = _solve(design, weight, working, held, prior_mean)
        moved = float(np.abs(new - beta).max(initial=0.0))
        beta, shock = new, shock_new
        spread = _spread(installs, mu, use, 3 * len(start))
        if moved < 1e-6:
            break
    return Response(beta[:, 0], covariance[:, 0, 0], beta[:, 1], covariance[:, 1, 1], spread)


def _solve(
    design: Floats, weight: Floats, working: Floats, held: Floats, prior: Floats
) -> tuple[Floats, Floats, Floats]:
    """Ads' coefficients, the days' shocks, and the ads' covariances with the shocks' uncertainty in them."""
    block = np.einsum("adk,ad,adl->akl", design, weight, design) + held
    cross = np.einsum("adk,ad->akd", design, weight)
    own = np.einsum("adk,ad->ak", design, weight * working) + prior @ held
    of_days = (weight * working).sum(axis=0)
    inverse = np.linalg.inv(block)
    pull = inverse @ cross  # ads x 3 x days
    schur = np.diag(weight.sum(axis=0) + DAY**-2) - np.einsum("akd,ake->de", cross, pull)
    shock = np.linalg.solve(schur, of_days - np.einsum("akd,ak->d", pull, own))
    beta = np.einsum("akl,al->ak", inverse, own) - np.einsum("akd,d->ak", pull, shock)
    covariance = inverse + np.einsum("akd,de,ale->akl", pull, np.linalg.inv(schur), pull, optimize=True)
    return beta, shock, covariance


def _spread(counts: Floats, mu: Floats, use: NDArray[np.bool_], columns: int) -> float:
    """Overdispersion by moments: E (y - mu)^2 = mu + tau2 mu^2."""
    n = int(use.sum())
    scale = n / max(n - columns, 1)
    excess = (scale * (counts - mu) ** 2 - mu)[use].sum()
    return float(np.clip(excess / (mu[use] ** 2).sum(), 0.0, 1.0))
