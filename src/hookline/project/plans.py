"""Plans over the seasons of a library: where episodes should end, where to ask for money, where to go next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.progress import Progress, silent
from hookline.project.config import Config
from hookline.project.folder import Library
from hookline.project.work import SeriesRun, built_audience, data_of

if TYPE_CHECKING:
    from hookline.insight import SeriesData
    from hookline.insight.markets import Prospects
    from hookline.insight.plan import DivisionPlan, PaywallPlan, Price

PRICES_EXAMPLE = """\
[prices]
US = { amount = 0.40, currency = "USD" }
"""
PRICE_KEYS: dict[str, tuple[type, ...]] = {"amount": (int, float), "currency": (str,), "coin": (int, float)}


def plan_boundaries(
    library: Library,
    *,
    shortest_ms: int | None = None,
    longest_ms: int | None = None,
    progress: Progress = silent,
) -> dict[str, DivisionPlan | NotEnoughData]:
    """The best division of every series' season into episodes, beside today's; or why there is none.

    Args:
        library: Series folders; what endings do is learnt over all of them.
        shortest_ms: Of an episode; without it a tenth under the season's shortest.
        longest_ms: The same; without it a tenth over the season's longest.
        progress: Is told how far it is.
    """
    from hookline.insight.plan import best_division
    from hookline.story.cutpoints import cut_points

    watched = _watched(library, progress)
    plans: dict[str, DivisionPlan | NotEnoughData] = {}
    for done, data in enumerate(watched):
        progress("plan", done, len(watched))
        try:
            plans[data.series] = best_division(
                watched, data.series, cut_points(data.story), shortest_ms=shortest_ms, longest_ms=longest_ms
            )
        except NotEnoughData as why:
            plans[data.series] = why
    progress("plan", len(watched), len(watched))
    return plans


def plan_paywall(
    library: Library, *, progress: Progress = silent
) -> dict[str, tuple[PaywallPlan, ...] | NotEnoughData]:
    """The best first paid episode of every series in each market, beside today's; or why there is none.

    Prices are what viewers paid on average for an episode; ``[prices]`` in ``hookline.toml`` stands above them.
    """
    from hookline.insight.plan import best_paywalls

    runs = _runs(library, progress)
    watched = [data_of(run) for run in runs]
    prices = {
        (data.series, market): price
        for data, run in zip(watched, runs, strict=True)
        for market, price in _prices(run).items()
    }
    plans: dict[str, tuple[PaywallPlan, ...] | NotEnoughData] = {}
    for done, data in enumerate(watched):
        progress("plan", done, len(watched))
        try:
            plans[data.series] = best_paywalls(watched, data.series, prices)
        except NotEnoughData as why:
            plans[data.series] = why
    progress("plan", len(watched), len(watched))
    return plans


def market_prospects(library: Library, *, progress: Progress = silent) -> dict[str, Prospects]:
    """Where every series of a library should go next, and what each market likes of it."""
    from hookline.insight.markets import prospects

    return prospects(_watched(library, progress))


def _watched(library: Library, progress: Progress) -> Sequence[SeriesData]:
    return [data_of(run) for run in _runs(library, progress)]


def _runs(library: Library, progress: Progress) -> list[SeriesRun]:
    """The series that have viewers; in a library the others are passed over."""
    runs, missing = [], NotEnoughData("there is no series here", where=str(library.root))
    for series in library.series:
        try:
            runs.append(built_audience(series, progress=progress))
        except NotEnoughData as why:
            missing = why
    if not runs:
        raise missing
    return runs


def _prices(run: SeriesRun) -> Mapping[str, Price]:
    """What an episode costs, by market."""
    from hookline import audience
    from hookline.insight.plan import Price

    assert run.audience_step is not None
    seen = audience.prices_seen(run.audience_step.folder)
    return {one.market: Price(one.amount, one.currency, one.coin) for one in seen} | _said(run.folder.config())


def _said(config: Config) -> dict[str, Price]:
    """The prices that ``hookline.toml`` names."""
    from hookline.insight.plan import Price

    found = {}
    for market, table in config.sections.get("prices", {}).items():
        where = f"{config.file} [prices]"
        if not isinstance(table, dict) or not {"amount", "currency"} <= table.keys():
            raise BadInput(f"{market} has no amount and currency", where=where, mend=f"write\n\n{PRICES_EXAMPLE}")
        for key, value in table.items():
            if key not in PRICE_KEYS or isinstance(value, bool) or not isinstance(value, PRICE_KEYS[key]):
                raise BadInput(f"{market}: {key} is {value!r}", where=where, mend=f"write\n\n{PRICES_EXAMPLE}")
        coin = float(table.get("coin", 1.0))
        if not table["amount"] > 0 or not 0 < coin <= 1:
            raise BadInput(
                f"{market}: amount must be above 0, and coin (the share of unlocks that pay it) up to 1", where=where
            )
        found[market] = Price(float(table["amount"]), table["currency"], coin)
    return found
