"""The whole answer: every ad's return, the division of the next budget, what would decide more, what teasers show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from hookline.audience.ad_cells import AdCells, Floats
from hookline.insight.spend.divide import SURE, WORTH, Division, divide, marginal_return
from hookline.insight.spend.payback import Payback, payback
from hookline.insight.spend.result import AdShare, GroupReturn, SpendPlan
from hookline.insight.spend.returns import SLOPE, WINDOW, Returns, recent, returns
from hookline.insight.spend.teasers import Shown, teasers
from hookline.insight.spend.testing import worth_testing
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.story import SeriesStory

HORIZON = 30  # days after the install
DAYS = 28  # that a budget is for
LEAST_PAYERS = 50  # of all ads together, before anything is said
METHOD = "power response; random effects over cuts, markets and platforms; chain ladder"
METHOD_PAYBACK = "chain ladder over days of installs; bootstrap of days"


def best_spend(
    cells: AdCells,
    story: SeriesStory,
    shown: Mapping[str, Shown],
    *,
    budget: float = 0.0,
    days: int = DAYS,
    horizon: int = HORIZON,
    market: str = "",
    seed: int = 0,
) -> SpendPlan:
    """How to divide the next budget between the ads of a series.

    Args:
        cells: What ads cost and brought.
        story: What cuts show.
        shown: Cuts whose content is known, by the name that ads give them.
        budget: For ``days`` days, in the cells' currency; 0: what those days would cost as of late.
        days: That the budget is for.
        horizon: Payments count to this age, in days after the install.
        market: Divide this market's budget alone; what is learnt is learnt over all.
        seed: Of the random numbers.

    Raises:
        NotEnoughData: Too few paid, no cohort is old enough, or nothing is spent now.
        BadInput: No ad runs in the market.
    """
    cells = recent(cells)
    curve = payback(cells, horizon=horizon, seed=seed)
    if curve is None or cells.payers.sum() < LEAST_PAYERS:
        seen = int(cells.payers.sum())
        raise NotEnoughData(
            f"{seen} viewers from ads have paid: a return is told from {LEAST_PAYERS} on, and {LEAST_PAYERS} days old",
            mend="wait for more payers, or import payments that belong to these installs",
        )
    found = returns(cells, curve, seed=seed)
    if market:
        cells, found = _of_market(cells, found, market)
    if found.today.sum() <= 0:
        raise NotEnoughData("no ad has spent anything in the last four weeks", mend="import newer reports of spend")
    a_day = budget / days if budget else float(found.today.sum())
    way = divide(found, a_day)
    told, effects, remarks = teasers(cells, found, story, shown)
    return SpendPlan(
        series=cells.series,
        simulated=cells.simulated,
        currency=cells.currency,
        budget=a_day * days,
        days=days,
        horizon=curve.horizon,
        ads=_ads(cells, found, way),
        groups=tuple(_groups(cells, found, way)),
        revenue_today=_drawn(found.revenue(way.today).sum(axis=1) * days, found, cells.currency),
        revenue_best=_drawn(found.revenue(way.chosen).sum(axis=1) * days, found, cells.currency),
        gain=_drawn(way.gain * days, found, cells.currency),
        certainty=way.certainty,
        recommended=way.step > 0,
        step=way.step,
        last_unit=_drawn(_price(found, way.chosen), found, "of a unit spent"),
        payback=tuple(_payback(curve, int(found.payers.sum()))),
        test=worth_testing(cells, found),
        teasers=told,
        teaser_effects=effects,
        notes=(*_notes(cells, curve, found, way, horizon), *remarks),
    )


def _of_market(cells: AdCells, found: Returns, market: str) -> tuple[AdCells, Returns]:
    from dataclasses import replace

    here = np.array([ad.market == market for ad in cells.ads], dtype=bool)
    if not here.any():
        known = ", ".join(sorted({ad.market for ad in cells.ads}))
        raise BadInput(f"no ad runs in {market}", mend=f"markets with ads: {known}")
    at = np.flatnonzero(here)
    by_ad = ("reference", "today", "own", "own_variance", "slope_known", "payers", "installs_a_unit")
    kept = replace(
        cells,
        ads=tuple(cells.ads[i] for i in at),
        **{name: getattr(cells, name)[at] for name in ("spend", "installs", "payers", "paid", "squares")},
    )
    return kept, replace(
        found,
        log_return=found.log_return[:, at],
        slope=found.slope[:, at],
        **{name: getattr(found, name)[at] for name in by_ad},
    )


def _ads(cells: AdCells, found: Returns, way: Division) -> tuple[AdShare, ...]:
    returned, marginal = np.exp(found.log_return), marginal_return(found, way.today)
    price = _price(found, way.chosen)
    budget = way.today.sum()
    rows = []
    for i, ad in enumerate(cells.ads):
        above = float((marginal[:, i] > price).mean())
        change = way.chosen[i] - way.today[i]
        advice = "raise" if change > 0.02 * budget / len(cells.ads) else "lower" if change < 0 else "keep"
        advice = advice if way.step and abs(change) > 0.05 * max(way.today[i], 1e-9) else "keep"
        spend = float(found.today[i] or found.reference[i])
        n = int(found.payers[i])
        rows.append(
            AdShare(
                ad.cut, ad.platform, ad.market, float(way.today[i] / budget), float(way.chosen[i] / budget), spend,
                _estimate(returned[:, i], n, "of a unit spent"), _estimate(marginal[:, i], n, "of a unit spent"),
                _estimate(found.slope[:, i], n, "elasticity"), bool(found.slope_known[i]), n, advice,
                above if advice == "raise" else 1 - above if advice == "lower" else max(above, 1 - above),
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: -abs(row.best - row.today)))


def _price(found: Returns, spend: Floats) -> Floats:
    """What the budget's next unit brings on average, divided as the spend is; draws."""
    weight = spend / spend.sum()
    average: Floats = marginal_return(found, spend) @ weight
    return average


def _groups(cells: AdCells, found: Returns, way: Division) -> Iterator[GroupReturn]:
    revenue = found.revenue(found.today)
    for dimension in ("market", "platform", "cut"):
        names = np.array([getattr(ad, dimension) for ad in cells.ads])
        for name in np.unique(names):
            here = (names == name) & (found.today > 0)
            if here.any():
                spend = float(found.today[here].sum())
                drawn = revenue[:, here].sum(axis=1) / spend
                payers = int(found.payers[here].sum())
                yield GroupReturn(dimension, str(name), spend, _estimate(drawn, payers, "of a unit spent"))


def _payback(curve: Payback, payers: int) -> Iterator[Estimate]:
    low, high = np.quantile(curve.revenue_drawn, (0.025, 0.975), axis=0)
    for value, least, most in zip(curve.revenue, low, high, strict=True):
        ends = float(min(least, value)), float(max(most, value))
        yield Estimate(float(value), *ends, payers, METHOD_PAYBACK, Grade.ACROSS, "share")


def _drawn(draws: Floats, found: Returns, unit: str) -> Estimate:
    return _estimate(draws, int(found.payers.sum()), unit)


def _estimate(draws: Floats, n: int, unit: str) -> Estimate:
    """The draws' mean and middle 95 %; ads are compared that ran for other people: ``across``."""
    low, high = (float(x) for x in np.quantile(draws, (0.025, 0.975)))
    value = float(np.clip(draws.mean(), low, high))
    return Estimate(value, low, high, n, METHOD, Grade.ACROSS, unit)


def _notes(cells: AdCells, curve: Payback, found: Returns, way: Division, horizon: int) -> Iterator[str]:
    yield "What an ad's viewers pay is not all the ad's doing: some would have come anyway."
    if curve.horizon < horizon:
        yield f"No installs are old enough for day {horizon}: returns are to day {curve.horizon}."
    young = float(cells.installs[:, max(cells.days - 1 - curve.horizon, 0) :].sum() / max(cells.installs.sum(), 1))
    if young > 0:
        yield (
            f"{young:.0%} of the installs are younger than {curve.horizon} days: what they paid is scaled by the "
            "payback curve, and its uncertainty is in every interval."
        )
    unknown = int((~found.slope_known).sum())
    if unknown:
        yield (
            f"Of {unknown} of {len(cells.ads)} ads the spend never varied enough to show diminishing returns: the "
            f"other ads and a prior stand in ({SLOPE[0]:g} ± {SLOPE[1]:g}: doubling a day's spend brings "
            f"{2 ** SLOPE[0]:.1f} times as much). Spend half on some days and one and a half times on others, by lot."
        )
    if cells.left_out:
        yield (
            f"Amounts in {', '.join(cells.left_out)} are left out: say what they are worth in {cells.currency} under "
            "[spend] rates in hookline.toml."
        )
    if not way.step:
        yield (
            f"No other division is at least {SURE:.0%} sure to bring {WORTH:.0%} more than today's "
            f"({way.certainty:.0%}): keep it."
        )
    yield f"From the last {min(WINDOW, cells.days)} days; ads that spent nothing in them are not here."
