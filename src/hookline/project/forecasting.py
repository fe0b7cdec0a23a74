"""Forecasts of scripts from the catalogue of a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.model.errors import BadInput
from hookline.model.progress import Progress, silent
from hookline.project.folder import Library
from hookline.project.stories import draft
from hookline.project.work import built_audience, data_of

if TYPE_CHECKING:
    from hookline.insight import SeriesData
    from hookline.insight.forecast import Forecast, WhatIf


def forecast_script(
    library: Library,
    script: Path,
    *,
    market: str = "",
    first_paid: int | None = None,
    format: str | None = None,
    progress: Progress = silent,
) -> Forecast:
    """What viewers are expected to do with a script, from the series of a library that have some.

    Args:
        library: The studio's catalogue; without viewers in it the field's priors stand in, and the answer says so.
        script: A script, a folder of scripts, or a series folder.
        market: Learn from one market's viewers alone.
        first_paid: The first episode that viewers would be asked to pay for; None: as is usual in the library.
        format: Read the script in this format, whatever it looks like.
        progress: Is told how far it is.

    Raises:
        BadInput: No series of the library has viewers in that market; the script has no such episode.
    """
    from hookline.insight.forecast import forecast, learn

    story = draft(script, format=format, progress=progress)
    return forecast(learn(_catalogue(library, market, progress)), story, market=market, first_paid=first_paid)


def forecast_edit(
    library: Library,
    before: Path,
    after: Path,
    *,
    market: str = "",
    first_paid: int | None = None,
    format: str | None = None,
    progress: Progress = silent,
) -> WhatIf:
    """What an edit is expected to change: two drafts, forecast with the same luck; see ``forecast_script``."""
    from hookline.insight.forecast import learn, what_if

    first, second = (draft(path, format=format, progress=progress) for path in (before, after))
    known = learn(_catalogue(library, market, progress))
    return what_if(known, first, second, market=market, first_paid=first_paid)


def _catalogue(library: Library, market: str, progress: Progress) -> Sequence[SeriesData]:
    watched = [series for series in library.series if series.files("events")]  # others teach nothing
    found = [data_of(built_audience(series, progress=progress)) for series in watched]
    if not market:
        return found
    known = sorted({code for data in found for code in data.hazard.markets})
    if market not in known:
        raise BadInput(
            f"nobody in {market} watched anything yet", mend=f"markets with viewers: {', '.join(known) or 'none'}"
        )
    return [_of_market(data, market) for data in found if market in data.hazard.markets]


def _of_market(data: SeriesData, market: str) -> SeriesData:
    """The series as one market saw it."""
    import numpy as np

    cells, steps = data.hazard, data.steps
    watched = cells.market == cells.markets.index(market)
    stepped = steps.market == (steps.markets.index(market) if market in steps.markets else -1)
    hazard = replace(
        cells,
        markets=(market,),
        market=np.zeros(int(watched.sum()), dtype=np.int64),
        **{name: getattr(cells, name)[watched] for name in ("episode", "second", "at_risk", "exits")},
    )
    counts = ("episode", "starters", "finishers", "continued", "finished_continued", "offered", "unlocked")
    kept = replace(
        steps,
        markets=(market,),
        market=np.zeros(int(stepped.sum()), dtype=np.int64),
        **{name: getattr(steps, name)[stepped] for name in counts},
    )
    return replace(data, hazard=hazard, steps=kept)
