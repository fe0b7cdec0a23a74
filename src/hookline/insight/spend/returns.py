"""What a unit of spend brings back from each ad: installs for it, payers among them, money from each; by draws.

    return at the spend s = installs(s) / s * payers an install * money a payer,   installs ~ s^b

Each factor has its own random effects over cuts, markets and platforms (``crossed``), so that an ad with few payers
leans on its cut elsewhere and on its market's other cuts.  Cohorts too young for the horizon count by the share of
payers, and of money, that the payback curve says is in.  Money is heavy-tailed: the spread of a payer's sum is that
of all payers together, since a few of one ad's say little about their own tail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hookline.audience.ad_cells import AdCells, Floats
from hookline.insight.crossed import crossed_posterior
from hookline.insight.grid import Ints
from hookline.insight.spend.payback import Payback
from hookline.insight.spend.response import MONTH, installs_by_spend

DRAWS = 800
SLOPE = (0.75, 0.15)  # prior of the slope where spend tells nothing: doubling a day's spend brings 1.7 times as much
STEEPEST, FLATTEST = 1.0, 0.1  # returns never grow with spend
QUALITY_SD = 0.15  # prior of how payers an install fall with spend
KNOWN = 0.2  # standard error of an ad's own slope under which it is said to be known
WINDOW = 120  # days of installs that count: what an ad did before says little about it now


@dataclass(frozen=True, slots=True, eq=False)
class Returns:
    """Draws by ad; ``log_return`` is of a unit spent at the reference spend."""

    reference: Floats  # spend a day: of the last four weeks, else of the days on which the ad ran
    today: Floats  # spend a day in the last four weeks
    log_return: Floats  # draws x ads
    slope: Floats  # draws x ads
    own: Floats  # log return of the ad's own days alone, nothing leant on others
    own_variance: Floats  # infinite where nobody paid
    slope_known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    payers: Floats  # seen
    installs_a_unit: Floats  # at the reference, now
    money_a_payer: float
    squares_ratio: float  # E[x^2] / E[x]^2 over payers

    def revenue(self, spend: Floats) -> Floats:
        """Revenue a day to the horizon; draws x ads."""
        times = np.maximum(spend, 1e-12) / self.reference
        found: Floats = np.exp(self.log_return) * self.reference * times**self.slope
        return np.where(spend > 0, found, 0.0)


def recent(cells: AdCells) -> AdCells:
    """The last days alone, and the ads that spent in them."""
    start = max(cells.days - WINDOW, 0)
    ran = np.flatnonzero((cells.spend[:, start:] > 0).sum(axis=1) > 0)

    def cut(of: Floats) -> Floats:
        return of[ran, start:]

    return replace(
        cells,
        ads=tuple(cells.ads[at] for at in ran),
        spend=cut(cells.spend),
        installs=cut(cells.installs),
        payers=cut(cells.payers),
        paid=cut(cells.paid),
        squares=cut(cells.squares),
    )


def returns(cells: AdCells, curve: Payback, *, draws: int = DRAWS, seed: int = 0) -> Returns:
    """Draws of every ad's return and slope, from its recent days."""
    reference, today = _levels(cells.spend)
    groupings = [_codes([getattr(ad, name) for ad in cells.ads]) for name in ("cut", "market", "platform")]
    response = installs_by_spend(cells.installs, cells.spend, reference)
    paying = _Paying.of(cells, curve)
    tilt, tilt_variance = paying.tilt(cells.spend, reference)
    rng = np.random.default_rng([seed, 1])

    def drawn(y: Floats, variance: Floats, at: int, *, scale: float = 0.5) -> Floats:
        return crossed_posterior(y, variance, groupings, scale=scale, draws=draws, seed=seed + at)

    a_unit = response.level - np.log(reference)
    rate, rate_variance = paying.rate()
    money, money_variance = paying.money()
    slope = crossed_posterior(
        response.slope, response.slope_variance, groupings[:1], level=SLOPE, scale=0.15, draws=draws, seed=seed + 3
    )
    shift = paying.young(curve)[rng.integers(len(curve.revenue_drawn), size=draws)]
    quality = tilt + np.sqrt(tilt_variance) * rng.standard_normal(draws)
    log_return = drawn(a_unit, response.level_variance, 0) + drawn(rate, rate_variance, 1) + shift
    log_return += drawn(money, money_variance, 2, scale=0.3)
    return Returns(
        reference=reference,
        today=today,
        log_return=log_return,
        slope=np.clip(slope + quality[:, None], FLATTEST, STEEPEST),
        own=a_unit + rate + money,
        own_variance=response.level_variance + rate_variance + money_variance,
        slope_known=np.sqrt(response.slope_variance) < KNOWN,
        payers=paying.payers.sum(axis=1),
        installs_a_unit=np.exp(a_unit),
        money_a_payer=paying.mean,
        squares_ratio=paying.ratio,
    )


def _levels(spend: Floats) -> tuple[Floats, Floats]:
    """An ad's spend on a day that it runs, lately or else whenever it ran; and its spend a day lately."""
    late = spend[:, -MONTH:]
    ran, ran_late = (spend > 0).sum(axis=1), (late > 0).sum(axis=1)
    whenever = spend.sum(axis=1) / np.maximum(ran, 1)
    today = late.sum(axis=1) / late.shape[1]
    return np.where(ran_late > 0, today, whenever), today


def _codes(names: list[str]) -> Ints:
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Paying:
    """Payers and money by ad and day, and the installs that could have paid by now."""

    payers: Floats  # ads x days, seen
    paid: Floats  # ads, seen
    exposed: Floats  # ads x days: installs times the share of payers in by their age
    exposed_money: Floats  # ads: the same of money
    installs: Floats  # ads x days
    age: Ints  # days: of each cohort; below 0: not a day old
    mean: float  # of a payer's sum to the horizon, over all ads
    ratio: float  # E[x^2] / E[x]^2 of a payer's sum
    spread: float  # overdispersion of payers: variance over mean

    @classmethod
    def of(cls, cells: AdCells, curve: Payback) -> _Paying:
        known = cells.known[:, : curve.horizon + 1]
        payers, paid, squares = (
            np.where(known, of[:, :, : curve.horizon + 1], 0.0) for of in (cells.payers, cells.paid, cells.squares)
        )
        age = np.minimum(cells.days - 2 - np.arange(cells.days), curve.horizon)
        old = age >= 0
        share, of_money = (np.where(old, of[np.maximum(age, 0)], 0.0) for of in (curve.payers, curve.revenue))
        exposed, money = cells.installs * share, (cells.installs * of_money).sum(axis=1)
        seen, sums = payers.sum(axis=2), paid.sum(axis=(1, 2))
        n, total = seen.sum(), sums.sum()
        mean = float(total / money.sum()) / float(n / exposed.sum())
        rate = seen.sum(axis=1) / np.maximum(exposed.sum(axis=1), 1e-9)
        expected = rate[:, None] * exposed
        cellwise = expected > 0
        left = ((seen - expected)[cellwise] ** 2 / expected[cellwise]).sum()
        freedom = max(int(cellwise.sum()) - len(seen), 1)
        return cls(
            seen, sums, exposed, money, cells.installs, age, mean,
            max(float(squares.sum() * n / total**2), 1.05), max(float(left / freedom), 1.0),
        )  # fmt: skip

    def rate(self) -> tuple[Floats, Floats]:
        """Log payers an install, to the horizon, and the variance; half a payer stands where none was seen."""
        n, exposed = self.payers.sum(axis=1), self.exposed.sum(axis=1)
        some = exposed > 0
        value = np.log((n + 0.5) / np.where(some, exposed, 1.0))
        return value, np.where(some, self.spread / (n + 0.5), np.inf)

    def money(self) -> tuple[Floats, Floats]:
        """Log money a payer and its variance; a mean of few with a heavy tail is usually too low: raised by half it."""
        n, exposed = self.payers.sum(axis=1), np.maximum(self.exposed.sum(axis=1), 1e-9)
        some = (n > 0) & (self.paid > 0)
        each = np.where(some, self.paid / np.maximum(self.exposed_money, 1e-9) / np.maximum(n, 1) * exposed, 1.0)
        variance = np.where(some, (self.ratio - 1) / np.maximum(n, 1), np.inf)
        return np.log(each) + np.where(some, variance / 2, 0.0), variance

    def tilt(self, spend: Floats, reference: Floats) -> tuple[float, float]:
        """How payers an install change with spend: one slope for all ads, each with its own level (Newton's step).

        Payers of an ad are multinomial over its days with weights exposed * (s / ref)^g; normal prior of g.
        """
        use = (spend > 0) & (self.exposed > 0)
        x = np.where(use, np.log(np.where(use, spend, 1.0) / reference[:, None]), 0.0)
        n = np.where(use, self.payers, 0.0)
        slope, information = 0.0, QUALITY_SD**-2
        for _ in range(20):
            weight = np.where(use, self.exposed * np.exp(slope * x), 0.0)
            total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
            mean = (weight * x).sum(axis=1, keepdims=True) / total
            spread = (weight * (x - mean) ** 2).sum(axis=1) / total[:, 0]
            score = (n * (x - mean)).sum() / self.spread - slope / QUALITY_SD**2
            information = (n.sum(axis=1) * spread).sum() / self.spread + QUALITY_SD**-2
            slope += float(score / information)
        return slope, 1 / information

    def young(self, curve: Payback) -> Floats:
        """How much each replicate of the payback curve moves an ad's log return; replicates x ads."""
        old = self.age >= 0
        shares = np.where(old, curve.revenue_drawn[:, np.maximum(self.age, 0)], 0.0)
        exposed = shares @ self.installs.T
        moved: Floats = -np.log(np.maximum(exposed, 1e-9) / np.maximum(self.exposed_money, 1e-9))
        return moved
