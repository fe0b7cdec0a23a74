"""Figures by group: equal to what counting viewers one by one gives."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hookline.audience import ad_figures, audience_figures, funnel_figures, season, watching
from hookline.audience.result import Answers, Group
from hookline.audience.sums import sum_up
from hookline.model.errors import BadInput, NotEnoughData
from tests.audience.canonical import built, rows, write

LENGTHS = {1: 10_000, 2: 20_000, 3: 10_000}
T0 = datetime(2026, 10, 1, 12)


def view(viewer: int, episode: int, exit_ms: int, **other: Any) -> dict[str, Any]:
    plain = {
        "view_id": f"{viewer}-{episode}", "viewer_id": f"v{viewer}", "series": "show", "episode": episode,
        "cut": "full", "market": "US" if viewer < 60 else "MX", "platform": "ios" if viewer % 2 else "web",
        "started_at": T0 + timedelta(days=viewer % 3, minutes=episode), "duration_ms": None, "exit_ms": exit_ms,
        "watched_ms": None, "completed": exit_ms == LENGTHS[episode],
    }  # fmt: skip
    return {**plain, **other}


def step(viewer: int, event: str, days: float = 1, *, episode: int = 3, micros: int | None = None) -> dict[str, Any]:
    return {
        "viewer_id": f"v{viewer}", "series": "show", "episode": episode, "event": event,
        "at": T0 + timedelta(days=viewer % 3 + days), "price_micros": micros, "currency": "USD" if micros else None,
    }  # fmt: skip


def install(viewer: int) -> dict[str, Any]:
    at = T0 + timedelta(days=viewer % 3, minutes=-5)
    ad, market = ("ad-a" if viewer < 50 else "ad-b"), ("US" if viewer < 60 else "MX")
    return {"viewer_id": f"v{viewer}", "series": "show", "ad_cut": ad, "platform": "meta", "market": market, "at": at}


def spend(day: int, micros: int, ad: str = "ad-a", market: str = "US") -> dict[str, Any]:
    return {
        "series": "show", "ad_cut": ad, "platform": "meta", "market": market, "day": date(2026, 10, 1 + day),
        "spend_micros": micros, "currency": "USD", "impressions": 1000, "clicks": 50, "installs": 20,
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 viewers start; 80 go on to episode 2; 60 are asked at 3, 40 pay 1 USD, 10 see an ad, 5 have a pass."""
    root = tmp_path_factory.mktemp("figures")
    views = [view(v, 1, 5_000 if v % 4 == 3 else 10_000) for v in range(100)]
    views += [view(v, 2, 20_000 if v < 60 else 7_000) for v in range(80)]
    views += [view(v, 3, 10_000) for v in range(55)]
    steps = [step(v, "offered") for v in range(60)]
    steps += [step(v, "unlocked", 1.1, micros=1_000_000) for v in range(40)]
    steps += [step(v, "unlocked", 9, episode=2, micros=2_000_000) for v in range(25)]
    steps += [step(v, "ad_unlocked", 1.1) for v in range(40, 50)]
    steps += [step(v, "unlocked", 1.1, micros=0) for v in range(50, 55)]
    steps += [step(v, "liked", 0.1, episode=1) for v in range(30)] + [
        step(v, "liked", 0.2, episode=1) for v in range(30)
    ]
    steps += [step(v, "clicked", 0.1, episode=1) for v in range(40)] + [
        step(v, "converted", episode=1) for v in range(8)
    ]
    files = [
        write(root / "v.parquet", "views", views), write(root / "s.parquet", "steps_raw", steps),
        write(root / "i.parquet", "installs", [install(v) for v in range(100)]),
        write(root / "a.parquet", "ads", [spend(d, 20_000_000) for d in range(3)] + [spend(0, 9_000_000, "ad-b")]),
        write(root / "a2.parquet", "ads", [spend(0, 20_000_000)]),  # the same day exported again
    ]  # fmt: skip
    built(root / "out", files, LENGTHS)
    sum_up(root / "out", series="show", sources=files)
    return root / "out"


def figure(found: Answers, name: str, episode: int = 0, **group: str) -> tuple[float, int]:
    (one,) = [f for f in found.figures if (f.name, f.episode, f.group) == (name, episode, Group(**group))]
    assert one.estimate.low <= one.estimate.value <= one.estimate.high
    return one.estimate.value, one.estimate.n


def test_the_season_is_what_counting_gives(folder: Path) -> None:
    found = audience_figures(folder, by=("market",))
    assert figure(found, "reach", 2) == (0.8, 100)
    assert figure(found, "continuation", 1) == (0.8, 100)
    assert figure(found, "continuation", 2) == pytest.approx((55 / 80, 80))
    assert figure(found, "season survival", 2)[0] == pytest.approx(0.8 * 55 / 80)
    assert figure(found, "completion", 1) == (0.75, 100)
    assert figure(found, "completion", 2, market="US") == (1.0, 60)
    assert figure(found, "finishing the season", 2) == pytest.approx((55 / 60, 60))
    assert figure(found, "watch time", 2)[0] == pytest.approx((60 * 20 + 20 * 7) / 80)
    assert figure(found, "liked", 1) == (0.3, 100)  # twice is one viewer
    assert figure(found, "clicked", 1) == (0.4, 100)
    assert figure(found, "converted", 1) == (0.2, 40)
    assert figure(found, "reach of cohort", 2, cohort="2026-09-28")[1] == 100  # the week from Monday


def test_the_hooked_episode_is_the_first_after_the_pilot_whose_viewers_finish(folder: Path) -> None:
    (all_,), _ = season.stepped(folder)
    assert all_.finished_season == (42, 55, 55)  # 13 of those 55 left the first episode early
    found = season.hooked(all_)
    assert found is not None
    assert (found.episode, found.estimate.n) == (2, 60)
    assert season.hooked(all_, share_needed=0.95) is None
    settled, _ = season.stepped(folder, settled_days=10)
    assert settled[0].viewers == 67  # the last day seen is 12 October: who began on the 3rd doesn't count


def test_the_funnel_tells_the_ways_apart(folder: Path) -> None:
    found = funnel_figures(folder)
    assert figure(found, "unlock", 3) == pytest.approx((55 / 60, 60))
    ways = {way: figure(found, f"unlock by {way}", 3)[0] * 60 for way in ("coin", "ad", "pass")}
    assert ways == pytest.approx({"coin": 40, "ad": 10, "pass": 5})
    steps = [r for r in rows(folder, "steps") if r["episode"] == 3]
    assert sum(r["offered"] for r in steps) == 60  # the same people as in the steps


def test_money_is_per_viewer_by_age_and_by_currency(folder: Path) -> None:
    found = funnel_figures(folder)
    spent = np.array([3.0] * 25 + [1.0] * 15 + [0.0] * 60)
    assert figure(found, "paying", currency="USD") == (0.4, 100)
    assert figure(found, "revenue per starter", currency="USD") == pytest.approx((spent.mean(), 100))
    assert figure(found, "revenue per payer", currency="USD") == pytest.approx((90 / 40, 40))
    (one,) = [f.estimate for f in found.figures if f.name == "revenue per starter"]
    error = spent.std(ddof=1) / np.sqrt(100) / spent.mean()
    assert one.high / one.value == pytest.approx(np.exp(1.959964 * error), rel=1e-4)
    # all cohorts are 7 days old on the last day seen (12 October); what was paid on day 9 is not in day 7's value
    assert figure(found, "lifetime value to day 7", currency="USD") == pytest.approx((0.4, 100))
    assert not [f for f in found.figures if f.name == "lifetime value to day 30"]


def test_ads_meet_what_their_viewers_paid(folder: Path) -> None:
    found = ad_figures(folder, by=("cut",))
    assert figure(found, "cost per install", cut="ad-a", currency="USD") == pytest.approx((60 / 50, 50))
    assert figure(found, "cost per install", cut="ad-b", currency="USD") == pytest.approx((9 / 50, 50))
    assert figure(found, "installs that watch", cut="ad-a") == (1.0, 50)
    # 40 paid 1 USD some 26 hours after their install: by day 7, and not by day 0
    assert figure(found, "return on ad spend to day 7", cut="ad-a", currency="USD") == pytest.approx((40 / 60, 50))
    assert not [f for f in found.figures if f.name in ("return on ad spend to day 0", "return on ad spend to day 30")]
    (one,) = [f.estimate for f in found.figures if f.name == "return on ad spend to day 7" and f.group.cut == "ad-a"]
    resampled = np.random.default_rng(1).poisson(1, (4_000, 40)).sum(axis=1) / 60  # Poisson bootstrap of the payers
    assert np.log(one.high / one.low) == pytest.approx(np.ptp(np.log(np.quantile(resampled, [0.025, 0.975]))), rel=0.05)


def test_overlapping_reports_count_once_and_accounts_are_added(tmp_path: Path) -> None:
    week = [spend(0, 20_000_000), spend(1, 5_000_000), spend(1, 2_000_000)]  # an ad in two ad sets on the second day
    later = [spend(1, 7_500_000), spend(2, 1_000_000)]  # the second day once more, now complete
    other = [{**spend(1, 4_000_000), "account": "other"}]
    parts = {"week": week, "later": later, "week again": week, "other": other}
    files = [write(tmp_path / f"{name}.parquet", "ads", some) for name, some in parts.items()]
    views = write(tmp_path / "v.parquet", "views", [view(1, 1, 10_000)])
    for number, order in enumerate(([0, 1, 2, 3], [3, 2, 1, 0])):
        out = tmp_path / str(number)
        sources = [views, *(files[n] for n in order)]
        built(out, sources, LENGTHS)
        sum_up(out, series="show", sources=sources)
        told = {row["day"].day: row["spend_micros"] for row in rows(out, "spent")}
        assert told == {1: 20_000_000, 2: 7_500_000 + 4_000_000, 3: 1_000_000}


def test_small_groups_take_others_with_them_everywhere(folder: Path) -> None:
    found = audience_figures(folder, by=("market",), k=45)  # 40 from MX
    assert {f.group.market for f in found.figures if f.episode != 3} == {""}  # nobody from MX is in episode 3
    assert found.suppressed > 0
    ads = ad_figures(folder, by=("market",), k=45)
    assert {f.group.market for f in ads.figures} == {""}
    assert not [f for f in funnel_figures(folder, k=41).figures if f.group.currency]  # 40 payers


def test_seconds_of_one_episode(folder: Path) -> None:
    found = audience_figures(folder, episode=1, by=("platform",))
    tracks = {(t.name, t.group.platform): t for t in found.by_second}
    curve = tracks["retention", ""]
    assert curve.value == pytest.approx([1.0] * 6 + [0.75] * 4)
    assert curve.n == 100
    assert tracks["retention", "web"].value[9] == 1.0  # odd viewers alone leave early
    assert tracks["skipping", ""].low == (0.0,) * 9
    assert [v for s, v in enumerate(tracks["skipping", ""].value) if s != 5] == pytest.approx([0.0] * 8)
    assert max(tracks["rewatching", ""].value) == 0.0
    assert int(np.argmax(tracks["hazard", ""].value)) == 5
    (cells,), _ = watching.watched(folder, episode=1)
    wilson = watching.retention(cells, interval="wilson")
    assert wilson.value == pytest.approx(curve.value)
    assert (wilson.low[9], wilson.high[9]) == pytest.approx((0.6570, 0.8245), abs=1e-4)


def test_relative_retention_ranks_episodes_of_like_length() -> None:
    def cells(episode: int, gone: int, seconds: int = 60) -> watching.Watched:
        exits = np.full(seconds, gone)
        at_risk = 10_000 - np.concatenate([[0], np.cumsum(exits)[:-1]])
        return watching.Watched(episode, Group(), at_risk, exits, at_risk * 1000, exits * 0, int(at_risk[0]))

    found = watching.relative_retention([*(cells(e, 10 * e) for e in range(1, 8)), cells(9, 1, seconds=200)])
    assert {f.episode: f.estimate.value for f in found} == pytest.approx(
        {e: (7 - e) / 6 for e in range(1, 8)}, abs=0.06
    )
    assert not watching.relative_retention([cells(e, e) for e in range(1, 6)])  # too few to compare with


def test_wrong_questions_say_what_is_wrong(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no dimension planet"):
        audience_figures(folder, by=("planet",))
    with pytest.raises(BadInput, match="nobody watched episode 7"):
        audience_figures(folder, episode=7)
    with pytest.raises(NotEnoughData, match="not built"):
        audience_figures(tmp_path)
