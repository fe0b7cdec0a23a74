"""The division of a budget that brings most on average, how sure it is to beat today's, and how far to go.

    max over s of mean over draws of sum_i R_i(s_i),   sum s_i = budget,   today_i / STEP <= s_i <= STEP * today_i

Each R_i is concave in s_i in every draw, so its mean is, and one price of money, the same marginal return everywhere,
gives the optimum (bisection on it).  The bounds keep to the range in which the response is known.  Where the best
division isn't sure to gain WORTH over today's, a part of the way there may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hookline.audience.ad_cells import Floats
from hookline.insight.spend.returns import Returns

STEP = 3.0  # times today's spend, up or down, in one move
SURE = 0.95  # probability of a gain worth having that a recommendation needs
WORTH = 0.02  # of today's revenue: a smaller gain is not worth a move
PARTS = (1.0, 0.75, 0.5, 0.25)  # of the way
POINTS = 61  # of spend at which marginal returns are laid out
HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """A budget a day by ad, today's way and the recommended one."""

    today: Floats
    best: Floats  # the whole way
    chosen: Floats  # recommended: a part of the way, or today's
    step: float  # 1: the whole way; 0: none
    gain: Floats  # draws: of `chosen`, or of `best` where nothing is recommended
    certainty: float  # that it gains WORTH of today's revenue and more


def divide(found: Returns, budget: float) -> Division:
    """The best division of a day's budget beside today's."""
    today = found.today / found.today.sum() * budget
    best = best_division(found, budget, *bounds(found, today))
    before = found.revenue(today).sum(axis=1)
    for part in PARTS:
        tried = today + part * (best - today)
        gain = found.revenue(tried).sum(axis=1) - before
        sure = float((gain > WORTH * before).mean())
        if sure >= SURE:
            return Division(today, best, tried, part, gain, sure)
    gain = found.revenue(best).sum(axis=1) - before
    return Division(today, best, today, 0.0, gain, float((gain > WORTH * before).mean()))


def bounds(found: Returns, today: Floats) -> tuple[Floats, Floats]:
    """Least and most that each ad may get; one that stopped may be taken up again at a third of what it cost."""
    return today / STEP, np.where(today > 0, today * STEP, found.reference / STEP)


def best_division(found: Returns, budget: float, low: Floats, high: Floats) -> Floats:
    """The optimum by one marginal return for all ads that are at no bound."""
    spend, marginal = _laid_out(found, low, high)

    def at(price: float) -> Floats:
        return np.array([np.interp(-price, -m, s) for m, s in zip(marginal, spend, strict=True)])

    cheap, dear = 0.0, float(marginal.max()) * 1.01
    for _ in range(HALVINGS):
        price = (cheap + dear) / 2
        cheap, dear = (price, dear) if at(price).sum() > budget else (cheap, price)
    wanted = at((cheap + dear) / 2)
    left = budget - wanted.sum()  # of the grid's coarseness; or the bounds can't hold the whole budget
    room = (high - wanted) if left > 0 else (wanted - low)
    whole: Floats = wanted + left * room / max(float(room.sum()), 1e-12)
    return whole


def marginal_return(found: Returns, spend: Floats) -> Floats:
    """What one unit more brings; draws x ads."""
    times = np.maximum(spend, 1e-9) / found.reference
    here: Floats = np.exp(found.log_return) * found.slope * times ** (found.slope - 1)
    return here


def _laid_out(found: Returns, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Points of spend between the bounds and the mean marginal return there; ads x points, falling."""
    floor = np.maximum(low, high / 1000)
    spend = floor[:, None] * (high / floor)[:, None] ** np.linspace(0, 1, POINTS)
    marginal = np.stack([marginal_return(found, spend[:, p]).mean(axis=0) for p in range(POINTS)], axis=1)
    spend[:, 0] = low
    return spend, np.minimum.accumulate(marginal, axis=1)
