"""Spend: is the recommended division better, how often is it worse, do the intervals hold; where the truth is known.

``python -m bench.spend`` simulates advertising accounts of which the response of every ad is known, asks
``hookline.insight.spend`` for the next budget's division from what a studio would see, and prints the markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.stats import binomtest

from hookline.audience.ad_cells import Ad, AdCells, Floats
from hookline.insight.spend.divide import STEP, SURE, best_division, bounds, divide
from hookline.insight.spend.payback import payback
from hookline.insight.spend.returns import Returns, recent, returns

ACCOUNTS = 120
DAYS, HORIZON = 90, 30


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of account."""

    name: str
    cuts: int = 8
    markets: int = 4
    between: float = 0.35  # sd of log return between cuts, between markets and between ads, each
    slope_sd: float = 0.12
    tail: float = 1.1  # sigma of log money a payer
    hill: bool = False  # installs saturate by Hill's curve instead of a power
    fatigue: float = 0.0  # by which an ad's log level falls over the account's days, and then stays
    steady: bool = False  # spend never varies
    a_day: float = 120.0  # spend of an ad


KINDS = (
    Kind("as the model says"),
    Kind("all ads equal", between=0.0, slope_sd=0.0),
    Kind("few payers", a_day=25.0),
    Kind("spend never varies", steady=True),
    Kind("another structure: Hill's curve, ads wear out, heavier tail", hill=True, fatigue=0.4, tail=1.5),
)


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """What is seen, and what is so."""

    cells: AdCells
    level: Floats  # log revenue a day to the horizon at the reference spend, now
    slope: Floats  # of a power; of Hill's curve its place of half the greatest, in reference spends
    reference: Floats
    hill: bool

    def revenue(self, spend: Floats) -> float:
        """True expected revenue a day."""
        times = spend / self.reference
        shape = times * (1 + self.slope) / (times + self.slope) if self.hill else times**self.slope
        return float((np.exp(self.level) * shape).sum())


def account(kind: Kind, rng: np.random.Generator) -> Account:
    """One account: ads of every cut in most markets, on two platforms."""
    ads = [
        Ad(f"cut{c}", ("meta", "tiktok")[(c + m) % 2], f"M{m}")
        for c in range(kind.cuts) for m in range(kind.markets) if rng.random() < 0.75
    ]  # fmt: skip
    cut = np.array([int(ad.cut[-1]) for ad in ads])
    market = np.array([int(ad.market[-1]) for ad in ads])

    def parts(sd: float) -> Floats:
        drawn = (
            rng.normal(0, sd, kind.cuts)[cut] + rng.normal(0, sd, kind.markets)[market] + rng.normal(0, sd, len(ads))
        )
        return np.asarray(drawn, float)

    share = kind.between / np.sqrt(3)  # three factors: installs a unit, payers an install, money a payer
    base = kind.a_day * np.exp(rng.normal(0, 0.5, len(ads)))
    wave = np.zeros((len(ads), DAYS)) if kind.steady else rng.normal(0, 0.35, (len(ads), DAYS))
    spend = base[:, None] * np.exp(wave - 0.5 * wave.var())
    reference = spend[:, -28:].mean(axis=1)
    a_unit, pays, money = np.log(0.55) + parts(share), np.log(0.05) + parts(share), np.log(9.0) + parts(share / 2)
    slope = np.clip(rng.normal(0.7, kind.slope_sd, len(ads)), 0.3, 0.98)
    if kind.hill:
        slope = np.exp(rng.normal(np.log(2.0), 0.5, len(ads)))
    times = spend / reference[:, None]
    shape = times * (1 + slope[:, None]) / (times + slope[:, None]) if kind.hill else times ** slope[:, None]
    worn = kind.fatigue * (1 - np.minimum(np.arange(DAYS) / (0.7 * DAYS), 1.0))
    shock = rng.normal(0, 0.08, DAYS)
    mean = np.exp(a_unit)[:, None] * reference[:, None] * shape * np.exp(worn + shock)
    installs = rng.poisson(mean * rng.gamma(1 / 0.03, 0.03, mean.shape)).astype(float)
    payers, paid, squares = _paid(installs, np.exp(pays), np.exp(money), kind.tail, rng)
    cells = AdCells("s", True, "USD", tuple(ads), date(2026, 1, 1), spend, installs, payers, paid, squares)
    seen = cells.known
    cells = replace(cells, payers=payers * seen, paid=paid * seen, squares=squares * seen)
    # shocks of single days average exp(var / 2): part of what a day brings
    level = a_unit + np.log(reference) + pays + money + 0.5 * 0.08**2
    return Account(cells, level, slope, reference, kind.hill)


def _paid(
    installs: Floats, pays: Floats, money: Floats, tail: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Payers, money and growth of squares by ad, day and age: two payments each, the first early, log-normal sums."""
    count = rng.binomial(installs.astype(int), np.minimum(pays, 0.9)[:, None])
    ad, day = np.repeat(np.indices(count.shape).reshape(2, -1), count.ravel(), axis=1)
    first = np.minimum(rng.exponential(4.0, len(ad)).astype(int), HORIZON)
    second = np.minimum(first + rng.exponential(9.0, len(ad)).astype(int), HORIZON)
    total = money[ad] * np.exp(rng.normal(-0.5 * tail**2, tail, len(ad)))
    early = total * rng.uniform(0.3, 1.0, len(ad))
    shape = (*installs.shape, HORIZON + 1)
    payers, paid, squares = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    np.add.at(payers, (ad, day, first), 1.0)
    np.add.at(paid, (ad, day, first), early)
    np.add.at(paid, (ad, day, second), total - early)
    np.add.at(squares, (ad, day, first), early**2)
    np.add.at(squares, (ad, day, second), total**2 - early**2)
    return payers, paid, squares


def oracle(truth: Account, today: Floats, budget: float) -> Floats:
    """The best division within the same bounds, by the truth."""
    low, high = today / STEP, today * STEP
    grid = low[:, None] * (high / low)[:, None] ** np.linspace(0, 1, 200)
    times = grid / truth.reference[:, None]
    k = truth.slope[:, None]
    rise = (1 + k) * k / (times + k) ** 2 if truth.hill else k * times ** (k - 1)
    marginal = np.exp(truth.level)[:, None] / truth.reference[:, None] * rise
    cheap, dear = 0.0, float(marginal.max())
    for _ in range(60):
        price = (cheap + dear) / 2
        wanted = np.array([np.interp(-price, -m, s) for m, s in zip(marginal, grid, strict=True)])
        cheap, dear = (price, dear) if wanted.sum() > budget else (cheap, price)
    best: Floats = wanted * budget / wanted.sum()
    return best


def proportional(score: Floats, today: Floats, budget: float) -> Floats:
    """What a buyer without a model does: shares by a score, inside the same bounds."""
    wanted = np.clip(today * (score / (score @ today / today.sum())) ** 2, today / STEP, today * STEP)
    shared: Floats = wanted * budget / wanted.sum()
    return shared


@dataclass(slots=True)
class Tally:
    """Over the accounts of one kind."""

    ads: int = 0
    covered: int = 0
    slopes: int = 0
    slopes_covered: int = 0
    totals_covered: int = 0
    recommended: int = 0
    harmful: int = 0  # recommended, and truly worse than today's
    gained: float = 0.0  # of today's revenue, by what is recommended
    whole: float = 0.0  # by the best on average, sure or not
    possible: float = 0.0  # by the oracle
    by_installs: float = 0.0  # by shares as installs a unit
    by_return: float = 0.0  # by shares as past return a unit
    worst: float = 0.0


def judge(truth: Account, tally: Tally, seed: int) -> None:
    """One account, through the functions that a studio's data go through."""
    cells = recent(truth.cells)
    curve = payback(cells, horizon=HORIZON, seed=seed)
    assert curve is not None
    found = returns(cells, curve, seed=seed)
    _cover(truth, found, tally)
    budget = float(found.today.sum())
    way = divide(found, budget)
    before = truth.revenue(way.today)
    gain = truth.revenue(way.chosen) / before - 1
    tally.recommended += way.step > 0
    tally.harmful += way.step > 0 and gain < 0
    tally.gained += gain
    tally.worst = min(tally.worst, gain)
    tally.whole += truth.revenue(best_division(found, budget, *bounds(found, way.today))) / before - 1
    tally.possible += truth.revenue(oracle(truth, way.today, budget)) / before - 1
    spent = np.maximum(cells.spend.sum(axis=1), 1e-9)
    for name, score in (("by_installs", cells.installs.sum(axis=1)), ("by_return", cells.paid.sum(axis=(1, 2)))):
        tried = truth.revenue(proportional(np.maximum(score / spent, 1e-6), way.today, budget)) / before - 1
        setattr(tally, name, getattr(tally, name) + tried)


def _cover(truth: Account, found: Returns, tally: Tally) -> None:
    true = np.exp(truth.level) / truth.reference
    low, high = np.quantile(np.exp(found.log_return), (0.025, 0.975), axis=0)
    tally.ads += len(true)
    tally.covered += int(((low <= true) & (true <= high)).sum())
    if not truth.hill:
        low, high = np.quantile(found.slope, (0.025, 0.975), axis=0)
        tally.slopes += len(true)
        tally.slopes_covered += int(((low <= truth.slope) & (truth.slope <= high)).sum())
    low, high = np.quantile(found.revenue(found.today).sum(axis=1), (0.025, 0.975))
    tally.totals_covered += bool(low <= truth.revenue(found.today) <= high)


def run(kind: Kind, accounts: int = ACCOUNTS) -> Tally:
    """All accounts of a kind."""
    tally = Tally()
    for seed in range(accounts):
        judge(account(kind, np.random.default_rng([seed, 11])), tally, seed)
    return tally


def rate(count: int, of: int) -> str:
    """A share with its exact 95 % interval."""
    ends = binomtest(count, of).proportion_ci()
    return f"{count / of:.1%} ({ends.low:.1%} to {ends.high:.1%})"


def report(kinds: Sequence[Kind] = KINDS, accounts: int = ACCOUNTS) -> str:
    """All figures as markdown."""
    lines = [
        f"{accounts} simulated accounts of each kind, {DAYS} days, about 24 ads of 8 cuts in 4 markets on 2 platforms, "
        f"through `returns` and `divide`; the oracle knows every ad's response and keeps the same bounds (a third to "
        f"three times today's spend). Exact binomial intervals; ads of one account aren't independent.",
        "",
        "| accounts | return intervals hold (95 %) | slopes hold | revenue of today's division holds | a change is "
        f"recommended | recommended and truly worse (at most {1 - SURE:.0%}) | worst | gain: recommended | sure or not "
        "| oracle | of the oracle's | shares by installs a unit | shares by past return |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds:
        t = run(kind, accounts)
        means = [x / accounts for x in (t.gained, t.whole, t.possible, t.by_installs, t.by_return)]
        gained, whole, possible, by_installs, by_return = means
        slopes = rate(t.slopes_covered, t.slopes) if t.slopes else ""
        part = f"{gained / possible:.0%}" if possible > 0.002 else ""
        lines.append(
            f"| {kind.name} | {rate(t.covered, t.ads)} | {slopes} | {rate(t.totals_covered, accounts)} | "
            f"{t.recommended / accounts:.0%} | {rate(t.harmful, accounts)} | {t.worst:+.1%} | {gained:+.1%} | "
            f"{whole:+.1%} | {possible:+.1%} | {part} | {by_installs:+.1%} | {by_return:+.1%} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
    sys.exit(0)
