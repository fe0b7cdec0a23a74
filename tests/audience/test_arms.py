"""The arms of an experiment against the slow, obvious way."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.audience.arms import Arms, arms
from hookline.model.experiment import ExperimentPlan, Metric
from tests.audience.canonical import write

FIRST = datetime(2026, 5, 1)
PLAN = ExperimentPlan(
    "x", 2, "a", ("b",), Metric.CONTINUATION, 0.02, window_days=2, currency="USD", cap_micros=1_500_000
)
EPISODES = (1, 2, 3)

hours = st.integers(0, 24 * 6)
views = st.tuples(
    st.integers(0, 5), st.sampled_from(EPISODES), st.sampled_from("abz"), hours, st.integers(0, 9), st.booleans()
)
steps = st.tuples(
    st.integers(0, 5),
    st.sampled_from(["unlocked", "ad_unlocked", "clicked", "converted", "shared"]),
    hours,
    st.integers(0, 3),
    st.sampled_from(["USD", "EUR"]),
)


def at(hour: int) -> datetime:
    """A time of the data."""
    return FIRST + timedelta(hours=hour)


def slow(
    seen: list[dict[str, Any]], done: list[dict[str, Any]]
) -> tuple[dict[str, int], int, dict[Any, list[tuple[float, float]]]]:
    """Assigned, crossed and, by metric, cut and day, the list of (x, y) of the ready viewers."""
    latest = max([v["started_at"] for v in seen] + [s["at"] for s in done])
    assigned: dict[str, int] = defaultdict(int)
    crossed = 0
    told: dict[Any, list[tuple[float, float]]] = defaultdict(list)
    for viewer in {v["viewer_id"] for v in seen}:
        own = [v for v in seen if v["viewer_id"] == viewer]
        met = sorted(
            (v for v in own if v["episode"] == 2 and v["cut"] in "ab"), key=lambda v: (v["started_at"], v["cut"])
        )
        if not met:
            continue
        start, end = met[0]["started_at"], met[0]["started_at"] + timedelta(days=PLAN.window_days)
        assigned[met[0]["cut"]] += 1
        crossed += len(met) > 1
        if end > latest:
            continue
        after = [v for v in own if start <= v["started_at"] < end]
        acts = [s for s in done if s["viewer_id"] == viewer and start <= s["at"] < end]
        paid = sum(s["price_micros"] for s in acts if s["event"] == "unlocked" and s["currency"] == "USD")
        y = {
            "continuation": any(v["episode"] == 3 for v in after),
            "completion": met[0]["completed"],
            "unlock": any(s["event"] in ("unlocked", "ad_unlocked") for s in acts),
            "revenue": min(paid, PLAN.cap_micros),
            "watch": sum(v["watched_ms"] for v in after),
            "click": any(s["event"] == "clicked" for s in acts),
            "conversion": any(s["event"] == "converted" for s in acts),
        }
        x = sum(v["watched_ms"] for v in own if v["started_at"] < start)
        for metric, value in y.items():
            told[metric, met[0]["cut"], start.date()].append((float(x), float(value)))
    return dict(assigned), crossed, told


def laid(folder: Path, seen: list[dict[str, Any]], done: list[dict[str, Any]]) -> Arms:
    """What the room says."""
    write(folder / "views.parquet", "views", seen)
    write(folder / "steps_raw.parquet", "steps_raw", done)
    return arms(folder, PLAN, episodes=EPISODES)


def view(viewer: int, episode: int, cut: str, hour: int, watched: int, completed: bool) -> dict[str, Any]:
    """A row of views."""
    return {
        "view_id": f"{viewer}-{episode}-{cut}", "viewer_id": f"v{viewer}", "series": "s", "episode": episode,
        "cut": cut, "market": "US", "platform": "app", "started_at": at(hour), "duration_ms": 9_000,
        "exit_ms": watched * 1000, "watched_ms": watched * 1000, "completed": completed,
    }  # fmt: skip


def step(viewer: int, event: str, hour: int, price: int, currency: str) -> dict[str, Any]:
    """A row of steps_raw."""
    return {
        "viewer_id": f"v{viewer}", "series": "s", "episode": 3, "event": event, "at": at(hour),
        "price_micros": price * 1_000_000, "currency": currency,
    }  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(views, min_size=1, max_size=25, unique_by=lambda v: v[:3]), st.lists(steps, max_size=12))
def test_arms_are_what_the_slow_way_counts(seen: list[Any], done: list[Any]) -> None:
    rows, acts = [view(*v) for v in seen], [step(*s) for s in done]
    assigned, crossed, told = slow(rows, acts)
    with TemporaryDirectory() as folder:
        found = laid(Path(folder), rows, acts)
    assert found.assigned == assigned
    assert found.crossed == crossed
    days = {(str(metric), d.cut, d.day): d for metric, row in found.days.items() for d in row}
    assert set(days) == set(told)
    for key, pairs in told.items():
        d = days[key]
        expected = (
            len(pairs), sum(y for _, y in pairs), sum(y * y for _, y in pairs), sum(x for x, _ in pairs),
            sum(x * x for x, _ in pairs), sum(x * y for x, y in pairs),
        )  # fmt: skip
        assert (d.n, d.y, d.yy, d.x, d.xx, d.xy) == pytest.approx(expected)


def test_the_last_episode_has_nothing_to_go_on_to(tmp_path: Path) -> None:
    write(tmp_path / "views.parquet", "views", [view(1, 2, "a", 0, 5, True), view(2, 2, "a", 99, 5, True)])
    write(tmp_path / "steps_raw.parquet", "steps_raw", [])
    found = arms(tmp_path, PLAN, episodes=(1, 2))
    assert [d.y for d in found.days[Metric.CONTINUATION]] == [0.0]
