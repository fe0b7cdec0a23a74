"""Simulated viewers for a series, brought in as any studio's would be."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hookline.model.progress import Progress, silent
from hookline.project.folder import SeriesFolder
from hookline.project.intake import Said, drop_simulated, take
from hookline.project.work import timed_story


def simulate_viewers(
    series: SeriesFolder,
    *,
    viewers: int,
    seed: int,
    effects: Path | None = None,
    structure: str = "",
    out: Path | None = None,
    progress: Progress = silent,
) -> Sequence[Path]:
    """Simulate viewers of the series' own story and import them in place of earlier simulated ones.

    With ``out`` the files are written there and nothing is imported.  Returns the files written.
    """
    from hookline.simulate import Plan, write_parquet
    from hookline.simulate import viewers as simulate

    plan = Plan.from_toml(effects) if effects else Plan.null()
    plan = plan.structured(structure) if structure else plan
    story = timed_story(series, progress=progress)
    world = simulate(story, plan, viewers=viewers, seed=seed, series=series.config().id)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        return write_parquet(world, out)
    with tempfile.TemporaryDirectory() as work:
        written = write_parquet(world, Path(work))
        drop_simulated(series)
        taken, _ = take(series, written, said=Said(kind="events"), progress=progress)
        return [series.root / one.entry.path for one in taken]
