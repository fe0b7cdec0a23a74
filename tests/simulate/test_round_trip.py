"""What happened in a simulated world is what the importers read back, whichever way it was written."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from bench.segment_writer import write_segment
from bench.worlds import hazard_cells, made_up_story, step_counts

from hookline.audience import build
from hookline.audience import cells as audience_cells
from hookline.formats import hookline_parquet, segment
from hookline.simulate import Plan, World, viewers, write_parquet

KEY = b"a key of thirty-two bytes, at least"


@pytest.fixture(scope="module")
def world() -> World:
    return viewers(made_up_story(3), Plan.null(), viewers=1_500, seed=3, series="made-up")


def same(one: object, other: object) -> None:
    """Equal arrays; markets may stand in another order, so rows are compared by market code."""
    assert _rows(one) == _rows(other)


def _rows(cells: object) -> list[tuple[object, ...]]:
    names = [f.name for f in fields(cells) if f.name not in ("series", "markets", "market")]  # type: ignore[arg-type]
    codes = [cells.markets[i] for i in cells.market]  # type: ignore[attr-defined]
    return sorted(zip(codes, *(np.asarray(getattr(cells, name)).tolist() for name in names), strict=True))


def built(world: World, sources: list[Path], folder: Path) -> Path:
    folder.mkdir()
    build(sources, folder, series=world.series, durations_ms=world.durations_ms)
    return folder


def test_own_tables_give_the_cells_of_the_world(world: World, tmp_path: Path) -> None:
    sources = []
    for path in write_parquet(world, tmp_path / "events"):
        sources.append(tmp_path / f"canonical-{path.name}")
        assert hookline_parquet.load(path, sources[-1], series=world.series, key=KEY).simulated
    folder = built(world, sources, tmp_path / "out")
    same(audience_cells.hazard_cells(folder), hazard_cells(world))
    same(audience_cells.step_counts(folder), step_counts(world))


def test_segment_events_give_the_cells_of_the_world(world: World, tmp_path: Path) -> None:
    path, canonical = tmp_path / "events.jsonl.gz", tmp_path / "events.parquet"
    lines = write_segment(world, path)
    intake = segment.load(path, canonical, series=world.series, key=KEY)
    assert intake.simulated
    assert intake.rows == lines
    folder = built(world, [canonical], tmp_path / "out")
    same(audience_cells.hazard_cells(folder), hazard_cells(world))
    same(audience_cells.step_counts(folder), step_counts(world))
