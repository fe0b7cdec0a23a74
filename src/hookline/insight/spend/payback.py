"""How much of what a cohort will have paid by the horizon is in at each age: the chain ladder.

With C_dk what the cohort of day d had paid by age k,

    f_k = sum over the cohorts seen to age k+1 of C_d,k+1  /  the same cohorts' C_dk
    G_k = 1 / (f_k f_k+1 ... f_H-1)

so that cohorts of every age count as far as they were seen (Mack 1993).  Uncertainty: cohorts, which are the
independent units, are drawn anew with replacement (Efron 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hookline.audience.ad_cells import AdCells, Floats

REPLICATES = 200
LEAST_COHORTS = 3  # days of installs that were seen to the horizon


@dataclass(frozen=True, slots=True, eq=False)
class Payback:
    """Shares of the horizon's sum by age, with their replicates."""

    horizon: int
    revenue: Floats  # ages
    payers: Floats
    revenue_drawn: Floats  # replicates x ages


def payback(cells: AdCells, *, horizon: int, seed: int = 0) -> Payback | None:
    """The curve of all ads together; None where nobody paid.

    The horizon is cut to the greatest age that LEAST_COHORTS days of installs have reached.
    """
    known = cells.known
    reached = np.flatnonzero(known.sum(axis=0) >= LEAST_COHORTS)
    if not len(reached) or cells.paid.sum() == 0:
        return None
    horizon = int(min(horizon, reached.max()))
    known = known[:, : horizon + 1]
    paid, payers = (np.where(known, of.sum(axis=0)[:, : horizon + 1], 0.0) for of in (cells.paid, cells.payers))
    days = len(known)
    rng = np.random.default_rng(seed)
    times = rng.multinomial(days, np.full(days, 1 / days), REPLICATES).astype(float)
    one = np.ones((1, days))
    return Payback(horizon, _shares(paid, known, one)[0], _shares(payers, known, one)[0], _shares(paid, known, times))


def _shares(grown: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], times: Floats) -> Floats:
    """By replicate and age; ``times`` says how often each cohort counts."""
    upto = np.cumsum(grown, axis=1)
    later = known[:, 1:]
    after, before = times @ (upto[:, 1:] * later), times @ (upto[:, :-1] * later)
    factor = np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
    ahead = np.cumprod(np.maximum(factor, 1.0)[:, ::-1], axis=1)[:, ::-1]
    return np.concatenate([1 / ahead, np.ones((len(times), 1))], axis=1)
