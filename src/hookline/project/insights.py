"""What was found in every series of a library, brought up to date first: ``hookline insight``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.progress import Progress, silent
from hookline.model.script import Source
from hookline.project.folder import Library
from hookline.project.work import SeriesRun, understood

if TYPE_CHECKING:
    from hookline.insight.result import Insight


@dataclass(frozen=True, slots=True)
class SeriesFound:
    """What was found in one series."""

    series: str  # its id
    simulated: bool  # the viewers were
    insight: Insight
    texts: dict[Source, str]  # of the lines that findings rest on


def insights(library: Library, *, market: str = "", progress: Progress = silent) -> tuple[SeriesFound, ...]:
    """Moments, effects, findings and notes of every series with viewers or a platform's curve.

    Args:
        library: Series folders; effects are learnt over all of them.
        market: What is said of that market, and of all markets together; "" for everything.
        progress: Is told how far it is.

    Raises:
        NotEnoughData: No series has viewers or a curve.
        BadInput: Nobody in that market watched anything.
    """
    runs = [run for run in understood(library, progress=progress) if run.insight_step]
    if not runs:
        raise NotEnoughData(
            "there are no viewers yet",
            where=str(library.root),
            mend=f"import some: hookline import {library.root} EVENTS",
        )
    known = sorted({code for run in runs if (told := run.audience()) for code in told.markets})
    if market and market not in known:
        raise BadInput(
            f"nobody in {market} watched anything yet", mend=f"markets with viewers: {', '.join(known) or 'none'}"
        )
    return tuple(_found(run, market) for run in runs)


def of_market(found: Insight, market: str) -> Insight:
    """What is said of one market, and of all markets together."""
    return replace(
        found,
        moments=tuple(one for one in found.moments if one.market in ("", market)),
        effects=tuple(one for one in found.effects if one.market in ("", market)),
        findings=tuple(one for one in found.findings if not one.markets or market in one.markets),
    )


def insight_json(found: tuple[SeriesFound, ...], *, market: str = "") -> dict[str, Any]:
    """The answer as plain JSON values, by the published schema."""
    from hookline.insight.document import SeriesInsight, insight_document

    told = {one.series: SeriesInsight(one.simulated, one.insight) for one in found}
    return insight_document(told, {one.series: one.texts for one in found}, market=market)


def _found(run: SeriesRun, market: str) -> SeriesFound:
    insight, told = run.insight(), run.audience()
    assert insight is not None
    assert told is not None
    insight = of_market(insight, market) if market else insight
    wanted = {source for one in insight.findings for source in one.evidence}
    lines = (line for episode in run.story().episodes for line in episode.episode.lines())
    texts = {line.source: line.text for line in lines if line.source in wanted}
    return SeriesFound(run.folder.config().id, told.simulated, insight, texts)
