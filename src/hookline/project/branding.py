"""Where a brand appears in a series (``brand.toml``), and what its placements do: ``hookline brand``."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.model.errors import BadInput, NotEnoughData, Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.span import Span
from hookline.project.experiment_results import read_results, results_step
from hookline.project.folder import Library, SeriesFolder
from hookline.project.work import built_audience, engine_of, trial_viewers

if TYPE_CHECKING:
    from hookline.insight.brand import BrandReport, Placement
    from hookline.model.experiment import ExperimentResult
    from hookline.project.work import SeriesRun

FILE = "brand.toml"
EXAMPLE = """\
schema = 1
as_of = 2026-11-23            # when this was last true

[[placement]]
episode = 2
from_s = 12.0                 # in the episode's own time
to_s = 18.5
brand = "Rose Tea"
spokesperson = "Nell"         # may be left out
cut = "main"                  # in this cut alone; left out: in every cut
"""
KEYS: dict[str, tuple[type, ...]] = {
    "episode": (int,), "from_s": (int, float), "to_s": (int, float), "brand": (str,), "spokesperson": (str,),
    "cut": (str,),
}  # fmt: skip
NEEDED = ("episode", "from_s", "to_s", "brand")
TOP: dict[str, type] = {"schema": int, "as_of": date, "placement": list}


def brand_reports(library: Library, *, progress: Progress = silent) -> dict[str, BrandReport | NotEnoughData]:
    """What the brand's placements do in every series that has some, or why nothing can be said.

    Raises:
        NotEnoughData: No series has a ``brand.toml``.
        BadInput, Unreadable: One can't be read.
    """
    placed = {series.root: placements(series) for series in library.series}
    named = [series for series in library.series if placed[series.root]]
    if not named:
        mend = f"write where the brand shows into {library.series[0].root / FILE}, such as\n\n{EXAMPLE}"
        raise NotEnoughData("no series says where a brand appears", where=str(library.root), mend=mend)
    reports: dict[str, BrandReport | NotEnoughData] = {}
    for done, series in enumerate(named):
        progress("brand", done, len(named))
        try:
            reports[series.config().id] = _report(built_audience(series, progress=progress), placed[series.root])
        except NotEnoughData as why:
            reports[series.config().id] = why
    progress("brand", len(named), len(named))
    return reports


def brand_json(found: dict[str, BrandReport | NotEnoughData]) -> dict[str, Any]:
    """The answer as plain JSON values, by the published schema."""
    from hookline.insight.document import BrandSaid, brand_document

    return brand_document(
        {n: BrandSaid(None, str(one)) if isinstance(one, NotEnoughData) else BrandSaid(one) for n, one in found.items()}
    )


def placements(series: SeriesFolder) -> tuple[Placement, ...]:
    """Where the brand shows; nothing without a ``brand.toml``; errors name the file and the placement."""
    path = series.root / FILE
    if not path.exists():
        return ()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"is not valid TOML ({error})", where=str(path), mend="mend that line") from error
    for key, value in table.items():
        if key not in TOP or type(value) is not TOP[key]:
            raise BadInput(f"{key} is {value!r}", where=str(path), mend=f"write it as in\n\n{EXAMPLE}")
    if table.get("schema", 1) != 1:
        raise BadInput(
            f"schema {table['schema']} is newer than this Hookline", where=str(path), mend="upgrade hookline"
        )
    return tuple(_placement(one, path, number) for number, one in enumerate(table.get("placement", ()), 1))


def _placement(table: Any, path: Path, number: int) -> Placement:
    from hookline.insight.brand import Placement

    where = f"{path}: placement {number}"
    if not isinstance(table, dict):
        raise BadInput("is not a table", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    for key, value in table.items():
        if key not in KEYS:
            raise BadInput(f"has no key {key!r}", where=where, mend=f"keys: {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]) or isinstance(value, bool):
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    if missing := [key for key in NEEDED if key not in table]:
        raise BadInput(f"lacks {', '.join(missing)}", where=where, mend=f"a whole one:\n\n{EXAMPLE}")
    start, end = table["from_s"], table["to_s"]
    if not 0 <= start < end < 1e6:
        raise BadInput(f"from {start} to {end} s has no length", where=where, mend="from_s = 12, to_s = 18.5")
    return Placement(
        table["episode"], Span(round(1000 * start), round(1000 * end)), table["brand"],
        table.get("spokesperson", ""), table.get("cut", ""),
    )  # fmt: skip


def _report(run: SeriesRun, placed: tuple[Placement, ...]) -> BrandReport:
    from hookline.audience.brand_cells import cut_seconds
    from hookline.insight.brand import brand_report

    series, config, summary = run.folder, run.folder.config(), run.audience()
    assert run.audience_step is not None
    assert summary is not None
    _check(series, run, placed)
    if not summary.views:
        raise NotEnoughData("no view was counted", where=str(series.root), mend="the quality of the rows says why")
    sources = [series.root / entry.path for entry in series.files("events")]
    cuts = cut_seconds(run.audience_step.folder, sources, engine=engine_of(config))
    return brand_report(
        config.id,
        cuts,
        run.story(),
        placed,
        experiments=_experiments(run),
        simulated=summary.simulated,
        k=config.smallest_group,
    )


def _check(series: SeriesFolder, run: SeriesRun, placed: tuple[Placement, ...]) -> None:
    """``BadInput`` for a placement in an episode that there isn't, or past its end."""
    lengths = {episode.number: episode.duration_ms for episode in run.story().episodes}
    for number, one in enumerate(placed, 1):
        where = f"{series.root / FILE}: placement {number}"
        if one.episode not in lengths:
            known = ", ".join(map(str, sorted(lengths)))
            raise BadInput(f"there is no episode {one.episode}", where=where, mend=f"episodes: {known}")
        if one.span.start_ms >= lengths[one.episode]:
            ends = lengths[one.episode] / 1000
            raise BadInput(f"begins after episode {one.episode} ends ({ends:.1f} s)", where=where, mend="mend from_s")


def _experiments(run: SeriesRun) -> tuple[ExperimentResult, ...]:
    if "experiments" not in run.folder.config().sections:
        return ()
    store = run.folder.store()
    with store.locked():
        step = results_step(run.folder.config(), trial_viewers(run), store)
    return read_results(step).found if step else ()
