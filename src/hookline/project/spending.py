"""The division of the next advertising budget of every series: ``hookline spend``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Place
from hookline.model.progress import Progress, silent
from hookline.project import cut_manifest
from hookline.project.config import Config
from hookline.project.cut_manifest import Delivered
from hookline.project.folder import Library, SeriesFolder
from hookline.project.work import SeriesRun, built_audience, by_episode

if TYPE_CHECKING:
    from hookline.insight.spend import Shown, SpendPlan

EXAMPLE = """\
[spend]
rates = { BRL = 0.18, IDR = 0.000061 }   # what one of it is worth in the currency of the ads
days = 28                                # that a budget is for
horizon = 30                             # payments count to this age, in days after the install
"""
KEYS: dict[str, type] = {"rates": dict, "days": int, "horizon": int}
MOST = 365  # days


def spend_plans(
    library: Library, *, budget: float = 0.0, market: str = "", progress: Progress = silent
) -> dict[str, SpendPlan | NotEnoughData]:
    """The best division of every series' next budget, beside today's; or why there is none.

    Args:
        library: Series folders; a budget is of one series, ads of several don't compete for it.
        budget: For the days that the settings name (28), in the ads' currency; 0: what those days cost as of late.
        market: Divide this market's budget alone.
        progress: Is told how far it is.

    Raises:
        BadInput: A budget for several series at once, or settings that can't be read.
    """
    if budget and not library.alone:
        names = ", ".join(series.name for series in library.series)
        raise BadInput("a budget is of one series", where=str(library.root), mend=f"name one of them: {names}")
    plans: dict[str, SpendPlan | NotEnoughData] = {}
    for done, series in enumerate(library.series):
        progress("spend", done, len(library.series))
        settings = settings_of(series.config())
        try:
            run = built_audience(series, progress=progress)
            plans[series.config().id] = _plan(run, settings, budget=budget, market=market)
        except NotEnoughData as why:
            plans[series.config().id] = why
    progress("spend", len(library.series), len(library.series))
    return plans


def spend_json(found: Mapping[str, SpendPlan | NotEnoughData]) -> dict[str, Any]:
    """The answer as plain JSON values, by the published schema."""
    from hookline.insight.document import Said, spend_document

    return spend_document(
        {name: Said(None, str(one)) if isinstance(one, NotEnoughData) else Said(one) for name, one in found.items()}
    )


def settings_of(config: Config) -> Mapping[str, Any]:
    """The table ``[spend]`` of the settings; ``BadInput`` names the key."""
    table: Mapping[str, Any] = config.sections.get("spend", {})
    where = f"{config.file} [spend]"
    for key, value in table.items():
        if key not in KEYS:
            raise BadInput(f"there is no setting {key!r}", where=where, mend=f"settings: {', '.join(KEYS)}")
        whole = KEYS[key] is not int or (type(value) is int and 1 <= value <= MOST)
        if type(value) is not KEYS[key] or not whole:
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    for code, rate in table.get("rates", {}).items():
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not rate > 0:
            raise BadInput(f"the rate of {code} is {rate!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    return table


def _plan(run: SeriesRun, settings: Mapping[str, Any], *, budget: float, market: str) -> SpendPlan:
    from hookline.audience.ad_cells import ad_cells
    from hookline.insight.spend import best_spend

    assert run.audience_step is not None
    days, horizon = settings.get("days", 28), settings.get("horizon", 30)
    rates = {code.upper(): float(rate) for code, rate in settings.get("rates", {}).items()}
    cells = ad_cells(run.audience_step.folder, horizon=horizon, rates=rates)
    shown = shown_by_cuts(run.folder, [ad.cut for ad in cells.ads])
    return best_spend(cells, run.story(), shown, budget=budget, days=days, horizon=horizon, market=market)


def shown_by_cuts(series: SeriesFolder, ads: list[str]) -> dict[str, Shown]:
    """What the ads show of the story, by the ad's name: those that are, or hold, the id of a cut that Hookline made."""
    from hookline.insight.spend import Shown

    made = cut_manifest.read(series.out / "cuts", series=series.config().id)
    videos = {entry.path: number for number, entry in by_episode(series.files("video")).items()}
    found = {}
    for name in dict.fromkeys(ads):
        cut = made.find(name) or next((one for one in made.cuts if one.id in name), None)
        if cut:
            found[name] = Shown(name, tuple(_places(cut, videos)))
    return found


def _places(cut: Delivered, videos: Mapping[str, int]) -> Iterator[Place]:
    """Where in the story each clip lies: an episode's video runs in the story's own time."""
    for clip in cut.clips:
        yield Place(videos.get(clip.source, cut.episode), clip.span)
