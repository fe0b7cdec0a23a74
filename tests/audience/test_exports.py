"""What platforms export, beside the player's own events and added to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.audience import audience_figures, curve_cells, keep_exports, kept_exports, platform_figures
from hookline.audience.exports import at, counted, falling, playing, staying
from hookline.audience.intervals import pooled, share, wilson
from hookline.audience.platforms import apart, bounds, completion, retention, watch_time
from hookline.audience.result import Answers, Figure, Group
from hookline.audience.sums import sum_up
from hookline.model.curve import PlatformCurve, PlatformExport, PlatformViews
from hookline.model.errors import BadInput
from hookline.model.estimate import Estimate, Grade
from hookline.model.quality import Quality, SetAside
from tests.audience.canonical import built, write

LENGTHS = {1: 10_000, 2: 20_000}
T0 = datetime(2026, 10, 1, 12)
ALL = Group()
HALF = PlatformCurve("youtube", 1, (0.05, 0.5, 0.95, 1.0), (1.0, 0.8, 0.5, 0.5), views=300, file="curves/ep01.csv")


def view(viewer: int, episode: int = 1, **other: Any) -> dict[str, Any]:
    exit_ms = 5_000 if viewer % 4 == 3 else LENGTHS[episode]
    return {
        "view_id": f"{viewer}-{episode}", "viewer_id": f"v{viewer}", "series": "show", "episode": episode,
        "cut": "full", "market": "US" if viewer < 60 else "MX", "platform": "ios",
        "started_at": T0 + timedelta(days=viewer % 3), "duration_ms": None, "exit_ms": exit_ms,
        "watched_ms": None, "completed": exit_ms == LENGTHS[episode], **other,
    }  # fmt: skip


def audience(root: Path, exports: list[PlatformExport], views: list[dict[str, Any]]) -> Path:
    files = [write(root / "views.parquet", "views", views)] if views else []
    folder = root / "built"
    built(folder, files, LENGTHS)
    sum_up(folder, series="show", sources=files)
    keep_exports(folder, exports, series="show", durations_ms=LENGTHS)
    return folder


def exported(*curves: PlatformCurve, counts: tuple[PlatformViews, ...] = ()) -> list[PlatformExport]:
    return [PlatformExport(curves, counts, Quality(3, 2, (SetAside("a cell is not a number", 1),)))]


def figure(found: Answers, name: str, group: Group = ALL, episode: int = 1) -> Figure:
    (one,) = [f for f in found.figures if (f.name, f.group, f.episode) == (name, group, episode)]
    return one


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audience(tmp_path_factory.mktemp("mixed"), exported(HALF), [view(v) for v in range(100)])


# Cells


def test_cells_are_the_stretches_between_points() -> None:
    cells = curve_cells(HALF, 10_000)
    assert cells.from_ms.tolist() == [0, 500, 5_000, 9_500]
    assert cells.to_ms.tolist() == [500, 5_000, 9_500, 10_000]
    assert cells.exits.tolist() == pytest.approx([0, 60, 90, 0])
    assert cells.at_risk.tolist() == pytest.approx([300, 300, 240, 150])
    assert cells.steps.tolist() == [1, 1, 1, 1]


@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=40))
def test_what_tells_of_leaving_never_rises_and_is_of_the_curve(shares: list[float]) -> None:
    points = tuple((float(i), share) for i, share in enumerate(shares))
    kept = falling(points)
    assert set(kept) <= set(points)
    assert all(a[1] >= b[1] for a, b in pairwise(kept))
    if all(a >= b for a, b in pairwise(shares)):
        assert kept == points


@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(15, 80))
def test_a_hump_or_a_hollow_leaves_the_rest_as_it_was(seed: int, width: int, first: int) -> None:
    """Away from it the same cells; across it the viewers who left on the way."""
    rng = np.random.default_rng(seed)
    plain = np.cumprod(1 - rng.uniform(0.002, 0.01, 100))
    for sign in (1, -1):
        bent = plain.copy()
        bent[first : first + width] += sign * 0.1
        curve = PlatformCurve("youtube", 1, tuple((np.arange(100) + 0.5) / 100), tuple(bent), views=1000)
        points = dict(staying(curve, 100_000))
        whole = staying(replace(curve, shares=tuple(plain)), 100_000)
        told = [abs(points[ms] - value) < 1e-9 for ms, value in whole if ms in points]
        assert all(told)
        lost = [round(ms / 1000 - 0.5) for ms, _ in whole[1:] if ms not in points]
        assert set(range(first, first + width)) <= set(lost)


def test_a_loop_counts_from_where_it_begins_and_its_plays_stay_as_given() -> None:
    curve = PlatformCurve("youtube", 1, (0.25, 0.75), (1.5, 1.2), views=100)
    assert np.array(staying(curve, 10_000)).ravel() == pytest.approx([0, 1, 2500, 1, 7500, 0.8])
    assert playing(curve, 10_000) == ((0.0, 1.5), (2500.0, 1.5), (7500.0, 1.2))
    assert at(playing(curve, 10_000), 5_000) == pytest.approx(1.35)


# One curve's figures


def test_shares_carry_wilsons_interval_and_the_rounding() -> None:
    exact = completion(HALF, 10_000)
    assert exact is not None
    assert (exact.value, exact.low, exact.high) == pytest.approx((0.5, *(float(x) for x in wilson(150, 300))))
    (low,), (high,) = bounds([0.5], replace(HALF, rounding=0.01))
    assert (low, high) == pytest.approx((float(wilson(147, 300)[0]), float(wilson(153, 300)[1])))


def test_wilson_and_rounding_hold_the_truth_of_simulated_curves() -> None:
    """A share of 0.37 seen by 400 views in whole percents, 2,000 times."""
    rng = np.random.default_rng(1)
    seen = np.round(rng.binomial(400, 0.37, 2_000) / 400, 2)
    low, high = (np.array(x) for x in bounds(seen.tolist(), replace(HALF, views=400, rounding=0.005)))
    assert 0.945 <= float(((low <= 0.37) & (high >= 0.37)).mean()) <= 0.99


def test_watch_time_is_the_area_or_the_platform_s_own_mean() -> None:
    area = watch_time(HALF, 10_000)
    assert area is not None
    assert area.value == pytest.approx(0.5 + 4.5 * 0.9 + 4.5 * 0.65 + 0.5 * 0.5)
    own = watch_time(replace(HALF, watch_s=6.0), 10_000)
    assert own is not None
    assert own.value == 6.0
    assert own.low < 6.0 < own.high


def test_the_interval_of_watch_time_holds_the_truth() -> None:
    """Viewers leave at a steady rate; the curve has 20 points; 500 samples of 300 views."""
    rng, held = np.random.default_rng(2), 0
    at_s = np.arange(1, 21) / 2
    truth = 20 * (1 - np.exp(-0.5))
    for _ in range(500):
        left = rng.exponential(20.0, 300)
        curve = PlatformCurve(
            "meta", 1, tuple(at_s / 10), tuple((left[:, None] > at_s).mean(axis=0)), 300, played=False
        )
        found = watch_time(curve, 10_000)
        assert found is not None
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 500 <= 0.985


def test_without_views_there_is_a_figure_and_no_interval() -> None:
    unknown = replace(HALF, views=0)
    for found in (completion(unknown, 10_000), watch_time(unknown, 10_000)):
        assert found is not None
        assert found.n == 0
        assert "no interval" in found.method
    track = retention(unknown, 10_000)
    assert (track.n, min(track.low[1:]), max(track.high)) == (0, 0.0, 1.0)


def test_a_curve_that_ends_early_says_nothing_of_the_end() -> None:
    short = PlatformCurve("meta", 1, (), (), 500, seconds=(0.0, 1.0, 5.0), second_shares=(1.0, 0.8, 0.5), played=False)
    assert completion(short, 90_000) is None
    assert watch_time(short, 90_000) is None
    assert len(retention(short, 90_000).value) == 6


# Beside and added


def test_figures_of_events_and_curve_are_added_by_their_views(mixed: Path) -> None:
    found = audience_figures(mixed)
    whole = figure(found, "completion of views").estimate
    assert whole.n == 400
    assert whole.value == pytest.approx((75 + 150) / 400)
    assert "added by views" in whole.method
    assert "the player's events" in whole.method
    assert "YouTube" in whole.method
    exact = share(225, 400)
    assert (whole.low, whole.high) == pytest.approx((exact.low, exact.high), abs=0.012)
    assert figure(found, "completion of views", Group(platform="youtube")).estimate.value == pytest.approx(0.5)
    assert figure(found, "reach").estimate.n == 100  # what needs viewers is of the player's alone


def test_retention_by_second_is_added_too(mixed: Path) -> None:
    found = audience_figures(mixed, episode=1)
    tracks = {(t.name, t.group): t for t in found.by_second}
    whole, own = tracks["retention", ALL], tracks["retention", Group(platform="youtube")]
    assert whole.n == 400
    assert whole.value[6] == pytest.approx((75 + 300 * own.value[6]) / 400)
    assert ("hazard", ALL) in tracks
    assert ("plays", Group(platform="youtube")) in tracks


def test_by_platform_each_stands_alone(mixed: Path) -> None:
    found = audience_figures(mixed, by=["platform"])
    assert figure(found, "completion of views", Group(platform="ios")).estimate.n == 100
    assert figure(found, "completion of views", Group(platform="youtube")).estimate.n == 300


def test_what_the_player_s_own_events_hold_is_not_added(tmp_path: Path) -> None:
    folder = audience(tmp_path, exported(HALF), [view(v, platform="YouTube") for v in range(100)])
    found = audience_figures(folder)
    assert figure(found, "completion of views").estimate.n == 100
    assert any("hold this platform's views" in note for note in found.notes)
    kept = kept_exports(folder)
    assert kept is not None
    assert not kept.curves[0].beside


@pytest.mark.parametrize(
    ("curve", "beside"),
    [
        (replace(HALF, market="US"), False),
        (replace(HALF, market="BR"), True),
        (replace(HALF, first_day="2026-11-01", last_day="2026-11-30"), True),
        (replace(HALF, first_day="2026-10-02", last_day="2026-11-30"), False),
        (replace(HALF, episode=2), True),
        (replace(HALF, platform="tiktok"), True),
    ],
)
def test_other_markets_days_episodes_and_platforms_stand_beside(
    curve: PlatformCurve, beside: bool, tmp_path: Path
) -> None:
    folder = audience(tmp_path, exported(curve), [view(v, platform="youtube_app") for v in range(100)])
    kept = kept_exports(folder)
    assert kept is not None
    assert kept.curves[0].beside is beside


def test_ads_and_curves_without_views_are_shown_and_not_added(tmp_path: Path) -> None:
    curves = (replace(HALF, platform="meta", paid=True), replace(HALF, views=0, file="curves/b.csv"))
    found = audience_figures(audience(tmp_path, exported(*curves), [view(v) for v in range(100)]))
    assert figure(found, "completion of views").estimate.n == 100
    assert figure(found, "completion of views", Group(platform="meta")).estimate.n == 300
    assert figure(found, "completion of views", Group(platform="youtube")).estimate.n == 0
    assert any("begin by themselves" in note for note in found.notes)
    assert any("--views" in note for note in found.notes)


def test_a_series_of_curves_alone_has_figures(tmp_path: Path) -> None:
    counts = (
        PlatformViews("youtube", 1, 900),
        PlatformViews("youtube", 2, 600),
        PlatformViews("youtube", 1, 500, "US"),
    )
    curves = (replace(HALF, views=0), replace(HALF, episode=2, views=0))
    folder = audience(tmp_path, exported(*curves, counts=counts), [])
    found = audience_figures(folder)
    assert found.series == "show"
    assert figure(found, "completion of views").estimate.n == 900  # of the views by country
    assert figure(found, "views", Group(platform="youtube", market="US")).estimate.value == 500
    following = figure(found, "next episode's views", Group(platform="youtube")).estimate
    assert following.value == pytest.approx(600 / 900)
    assert following.low < 600 / 900 < following.high
    assert audience_figures(folder, episode=2).by_second[0].n == 600
    with pytest.raises(BadInput):
        audience_figures(folder, by=["country"])


def test_one_platform_s_curves_are_added_where_they_share_no_view() -> None:
    whole, us = HALF, replace(HALF, market="US")
    assert apart([us, whole]) == [whole]
    november = replace(HALF, first_day="2026-11-01", last_day="2026-11-30")
    december = replace(HALF, first_day="2026-12-01", last_day="2026-12-31")
    assert apart([november, december]) == [november, december]
    assert apart([november, whole]) == [november]
    assert apart([whole, replace(HALF, platform="tiktok")]) == [whole, replace(HALF, platform="tiktok")]


def test_small_curves_are_left_out_and_counted(tmp_path: Path) -> None:
    folder = audience(tmp_path, exported(replace(HALF, views=12)), [view(v) for v in range(100)])
    kept = kept_exports(folder)
    assert kept is not None
    told = platform_figures(kept)
    assert (told.figures, told.suppressed) == ((), 1)


def test_a_curve_of_an_unknown_episode_says_what_is_missing(tmp_path: Path) -> None:
    found = audience_figures(audience(tmp_path, exported(replace(HALF, episode=9)), [view(v) for v in range(100)]))
    assert any("episode 9 is not in the story, so its length isn't known" in note for note in found.notes)


def test_views_of_a_curve_are_those_of_its_market_and_days() -> None:
    counts = [
        PlatformViews("youtube", 1, 10, "US", "2026-10-01"), PlatformViews("youtube", 1, 20, "BR", "2026-10-01"),
        PlatformViews("youtube", 1, 40, "US", "2026-11-01"), PlatformViews("tiktok", 1, 5),
        PlatformViews("youtube", 2, 7),
    ]  # fmt: skip
    assert counted(HALF, counts) == 70
    assert counted(replace(HALF, market="US"), counts) == 50
    assert counted(replace(HALF, first_day="2026-10-01", last_day="2026-10-31"), counts) == 30
    assert counted(replace(HALF, episode=2), counts) == 7


def test_pooled_figures_weigh_by_size() -> None:
    a, b = share(30, 100), share(240, 300)
    both = pooled([a, b])
    assert both.value == pytest.approx(270 / 400)
    assert both.low < both.value < both.high
    with pytest.raises(BadInput):
        pooled([a, replace(b, n=0)])
    with pytest.raises(BadInput):
        pooled([a, Estimate(1, 1, 1, 5, "m", Grade.WITHIN, "s")])


def test_pooled_intervals_hold_the_truth() -> None:
    """Two strata with shares of 0.2 and 0.7, 2,000 times."""
    rng, held = np.random.default_rng(3), 0
    for _ in range(2_000):
        both = pooled([share(int(rng.binomial(80, 0.2)), 80), share(int(rng.binomial(200, 0.7)), 200)])
        held += both.low <= (80 * 0.2 + 200 * 0.7) / 280 <= both.high
    assert 0.94 <= held / 2_000 <= 0.97


def test_the_fate_of_every_export_s_rows_is_kept(mixed: Path) -> None:
    kept = kept_exports(mixed)
    assert kept is not None
    assert (kept.quality.rows, kept.quality.counted) == (3, 2)
    assert kept.quality.set_aside[0].reason == "a cell is not a number"
