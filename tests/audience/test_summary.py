"""Figures from cells: equal to counting by hand, with small groups left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hookline.audience.cells import hazard_cells, step_counts
from hookline.audience.summary import summarise
from hookline.model.errors import NotEnoughData
from hookline.model.quality import Quality
from tests.audience.canonical import built, write

DURATIONS_MS = {1: 10_000, 2: 20_000, 4: 10_000}
T0 = datetime(2026, 10, 1, 12)


def view(viewer: int, episode: int, exit_ms: int, **other: Any) -> dict[str, Any]:
    plain = {
        "view_id": f"{viewer}-{episode}-{other.get('cut', '')}", "viewer_id": f"v{viewer}", "series": "show",
        "episode": episode, "cut": "full", "market": "US" if viewer < 60 else ("MX" if viewer < 95 else ""),
        "platform": "ios", "started_at": T0 + timedelta(days=viewer % 3, minutes=episode), "duration_ms": None,
        "exit_ms": exit_ms, "watched_ms": None, "completed": exit_ms == DURATIONS_MS[episode],
    }  # fmt: skip
    return {**plain, **other}


def step(viewer: int, event: str, micros: int | None = None) -> dict[str, Any]:
    return {
        "viewer_id": f"v{viewer}", "series": "show", "episode": 4, "event": event, "at": T0 + timedelta(days=9),
        "price_micros": micros, "currency": "USD" if micros else None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 viewers: half leave episode 1 at 5 s, the rest see all of it; 40 go on, 30 are asked at 4, 10 unlock."""
    root = tmp_path_factory.mktemp("audience")
    views = [view(v, 1, 5_000 if v % 2 else 10_000) for v in range(100)]
    views += [view(v, 1, 3_000, cut="trailer", duration_ms=4_000) for v in range(30)]
    views += [view(v, 2, 20_000) for v in range(0, 80, 2)]
    steps = [step(v, "offered") for v in range(0, 60, 2)]
    steps += [step(v, "unlocked", 500_000) for v in range(0, 20, 2)]
    files = [write(root / "v.parquet", "views", views, simulated=True), write(root / "s.parquet", "steps_raw", steps)]
    quality = built(root / "out", files, DURATIONS_MS)
    assert quality.rows == quality.counted == len(views) + len(steps)
    return root / "out"


def test_curves_steps_and_paywall_are_what_counting_gives(folder: Path) -> None:
    found = summarise(folder, quality=Quality(1, 1))
    assert (found.viewers, found.views, found.simulated) == (100, 170, True)
    assert (found.first_day, found.last_day) == ("2026-10-01", "2026-10-03")
    assert (found.markets, found.platforms) == (("US",), ("ios",))  # MX would give the five away who name no market
    curve = found.curves[0]
    assert (curve.episode, curve.market, curve.n) == (1, "", 100)
    assert curve.share == (1.0,) * 6 + (0.5,) * 4  # at risk in second 5, gone in second 6
    assert (curve.low[9], curve.high[9]) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    steps = {(s.episode, s.market): s for s in found.steps}
    first = steps[1, ""]
    assert (first.starters, first.finishers) == (100, 50)
    assert (first.reach.value, first.completion.value, first.completion.n) == (1.0, 0.5, 100)
    assert first.continuation is not None
    assert first.continuation.value == 0.4
    assert steps[1, "US"].starters == 60
    assert (4, "") not in steps  # nobody started it
    all_, us = found.paywalls
    assert (all_.episode, all_.market, all_.offered, all_.unlocked) == (4, "", 30, 10)
    assert (us.market, us.offered, us.revenue_micros) == ("US", 30, {})  # ten paid: too few
    few = summarise(folder, quality=Quality(1, 1), k=10).paywalls
    assert [one.revenue_micros for one in few] == [{"USD": 5_000_000}] * 2
    assert not summarise(folder, quality=Quality(1, 1), k=11).paywalls[0].revenue_micros


def test_groups_under_k_are_left_out_and_counted(folder: Path) -> None:
    found = summarise(folder, quality=Quality(1, 1), k=20)
    shown = {c.market for c in found.curves} | {s.market for s in found.steps} | {p.market for p in found.paywalls}
    assert shown == {"", "US"}  # five viewers name no market: all but US and MX would tell them
    assert found.suppressed == 8  # of two markets, in episodes 1 and 2, curves and steps: 10 of 40 in MX would tell US
    open_ = summarise(folder, quality=Quality(1, 1), k=1)
    assert open_.markets == ("US", "MX", "unknown")
    assert {(s.market, s.starters) for s in open_.steps if s.episode == 1} == {
        ("", 100),
        ("US", 60),
        ("MX", 35),
        ("unknown", 5),
    }
    assert open_.suppressed == 0
    assert not summarise(folder, quality=Quality(1, 1), k=101).curves


def test_hazard_cells_are_dense_and_leave_out_cuts_of_another_length(folder: Path) -> None:
    cells = hazard_cells(folder)
    assert cells.markets == ("unknown", "MX", "US")
    assert cells.series == "show"
    of_first = cells.episode == 1
    assert cells.second[of_first].tolist() == list(range(10)) * 3
    assert cells.exits[of_first].sum() == 50
    assert cells.at_risk[of_first & (cells.second == 0)].sum() == 100
    assert np.all(np.diff(cells.at_risk[of_first & (cells.market == 2)]) <= 0)


def test_step_counts_add_up(folder: Path) -> None:
    counts = step_counts(folder)
    assert counts.starters[counts.episode == 1].sum() == 100
    assert counts.finished_continued[counts.episode == 1].sum() == 40
    assert counts.continued[counts.episode == 2].sum() == 0
    assert (counts.offered.sum(), counts.unlocked.sum()) == (30, 10)
    assert np.all(counts.finishers <= counts.starters)


def test_an_empty_audience_says_so(tmp_path: Path) -> None:
    nothing = write(tmp_path / "v.parquet", "views", [view(1, 1, 5_000, series="another")])
    quality = built(tmp_path / "out", [nothing], DURATIONS_MS)
    assert (quality.counted, quality.set_aside[0].reason) == (0, "view: it is of another series")
    with pytest.raises(NotEnoughData, match="no view was counted"):
        summarise(tmp_path / "out", quality=quality)
    with pytest.raises(NotEnoughData, match="not built"):
        hazard_cells(tmp_path)
