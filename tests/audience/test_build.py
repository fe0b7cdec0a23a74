"""The build against a slow, obvious implementation, and against itself in another order."""

from __future__ import annotations

import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hookline.audience.build import build
from hookline.model.errors import BadInput, Unreadable
from hookline.model.quality import Quality
from hookline.model.tables import AROUND_KINDS, PLAY_KINDS
from tests.audience import oracle
from tests.audience.canonical import built, cells_of, rows, steps_of, write

DURATIONS_MS = {1: 30_000, 2: 45_300, 3: 12_000}
T0 = datetime(2026, 10, 1, 23, 50)
SKEWS = (-40_000, -3_600, -700, -1, 1, 300, 1_500, 4_000, 80_000)


def event(number: int, kind: str, position_ms: int | None, at: datetime, **other: Any) -> dict[str, Any]:
    plain = {
        "event_id": f"e{number}", "session_id": "s1", "viewer_id": "ann", "series": "show", "episode": 1, "cut": "c1",
        "market": "US", "platform": "ios", "at": at, "kind": kind, "position_ms": position_ms, "duration_ms": None,
        "price_micros": None, "currency": None, "agent": None,
    }  # fmt: skip
    return {**plain, **other}


def sitting(rng: random.Random, number: int) -> list[dict[str, Any]]:
    """A sitting of someone with something: heartbeats, seeks, pauses, some of it lost, wrong or at the same time."""
    episode = rng.choice((1, 1, 2, 3))
    at = T0 + timedelta(seconds=rng.choice((0, 0, 30, 400, 40_000)) + rng.random() * rng.choice((0, 60)))
    position, kind, events = rng.choice((0, 0, 0, 5_000, 12_345)), "start", []
    viewer, session = rng.choice("abc"), rng.choice(("s1", "s2", "s3", ""))
    marks = rng.choice(((), (), AROUND_KINDS))
    agent = rng.choice((None,) * 12 + ("bot", "tester"))
    place = {"agent": agent, "market": rng.choice(("US", "MX", "")), "platform": rng.choice(("ios", "web"))}
    for turn in range(rng.randrange(1, 14)):
        shown = rng.choice((position, position, position, position + rng.choice((-40_000, 100_000)), None))
        events.append(
            event(
                number * 100 + turn,
                kind,
                shown,
                at,
                viewer_id=viewer,
                session_id=session,
                episode=episode,
                cut=rng.choice((f"cut{episode}", f"cut{episode}", "short")) if rng.random() < 0.1 else f"cut{episode}",
                **place,
            )
        )
        went_ms = rng.choice((0, 0, 1, 900, 4_000, 10_000, 10_000, 31_000))
        at += timedelta(milliseconds=went_ms + rng.choice((0, 0, 7, 2_000, 2_000_000)))
        position += went_ms if rng.random() < 0.85 else rng.randrange(-20_000, 20_000)
        kind = rng.choice((*PLAY_KINDS, *marks, "playing", "playing", "playing"))
    return events


def stream(rng: random.Random) -> list[dict[str, Any]]:
    """A shuffled stream with duplicates, steps, and an episode that isn't there."""
    events = [e for number in range(rng.randrange(1, 12)) for e in sitting(rng, number)]
    for number in range(rng.randrange(6)):
        kind = rng.choice(("offered", "unlocked", "ad_unlocked", "liked"))
        price = rng.choice((None, 990_000)) if kind == "unlocked" else None
        at = T0 + timedelta(seconds=rng.randrange(100_000))
        events.append(
            event(9_000 + number, kind, None, at, viewer_id=rng.choice("abz"), episode=rng.choice((1, 2)),
                  price_micros=price, currency="USD" if price else None)
        )  # fmt: skip
    events += [event(8_000, "playing", 1_000, T0, episode=99)] * rng.randrange(2)
    events += [dict(e) for e in rng.choices(events, k=len(events) // 10)]
    events += [{**e, "event_id": e["event_id"] + "again"} for e in rng.choices(events, k=2)]
    # sent again by a client whose clock went wrong in between
    events += [{**e, "at": e["at"] + timedelta(seconds=rng.choice(SKEWS))} for e in rng.choices(events, k=2)]
    rng.shuffle(events)
    return events


def crowd(seed: int, streams: int = 40) -> list[dict[str, Any]]:
    """Many streams of different viewers in one: a build costs the same for one as for all."""
    rng = random.Random(seed)
    events = [
        {**e, "event_id": f"{number}-{e['event_id']}", "viewer_id": f"{number}-{e['viewer_id']}"}
        for number in range(streams)
        for e in stream(rng)
    ]
    rng.shuffle(events)
    return events


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("rows_at_once", [1, 15_000_000], ids=["a day at a time", "all days together"])
def test_any_stream_gives_what_the_obvious_implementation_gives(
    rows_at_once: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, events = tmp_path_factory.mktemp("stream"), crowd(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[build.__module__], "ROWS_AT_ONCE", rows_at_once)
        quality = built(folder / "out", [write(folder / "e.parquet", "events", events)], DURATIONS_MS)
    found = oracle.views(events, DURATIONS_MS)
    columns = ("market", "platform", "started_at", "duration_ms", "exit_ms", "watched_ms", "completed", "entry_ms")
    ours = {
        (r["viewer_id"], r["episode"], r["cut"], r["started_at"].date()): tuple(r[name] for name in columns)
        for r in rows(folder / "out", "views")
    }
    assert all(r["day"] == r["started_at"].date() for r in rows(folder / "out", "views"))
    expected = {
        (v.viewer, v.episode, v.cut, v.started_at.date()): tuple(getattr(v, name) for name in columns) for v in found
    }
    assert ours == expected
    assert cells_of(folder / "out") == oracle.cells(found)
    assert steps_of(folder / "out") == oracle.steps(found, events, DURATIONS_MS)
    assert quality.rows == len(events)
    conserved(quality)


def conserved(quality: Quality) -> None:
    assert quality.rows == quality.counted + sum(a.count for a in quality.set_aside if not a.kept)


def outcome(folder: Path, sources: list[Path]) -> tuple[Any, ...]:
    built(folder, sources, DURATIONS_MS)
    return cells_of(folder), steps_of(folder), sorted(tuple(r.values()) for r in rows(folder, "cohorts"))


def test_twice_in_halves_and_shuffled_give_the_same(tmp_path: Path) -> None:
    events = crowd(7)
    whole = write(tmp_path / "whole.parquet", "events", events)
    again = write(tmp_path / "again.parquet", "events", sorted(events, key=lambda e: (e["at"], e["event_id"])))
    cut = len(events) // 3
    halves = [write(tmp_path / f"{n}.parquet", "events", part) for n, part in ((1, events[cut:]), (2, events[:cut]))]
    once = outcome(tmp_path / "a", [whole])
    assert once[0]
    assert outcome(tmp_path / "b", [again]) == once
    assert outcome(tmp_path / "c", [whole, again]) == once
    assert outcome(tmp_path / "d", halves) == once


def prepared(rng: random.Random, viewers: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Views of a studio's own making, some in several sittings, some with their stretches."""
    views, watched = [], []
    for viewer in range(viewers):
        for sitting_number in range(rng.randrange(1, 5)):
            episode = rng.choice((1, 2, 3))
            exit_ms = rng.randrange(0, DURATIONS_MS[episode] + 500)
            view = {
                "view_id": f"v{viewer}-{sitting_number}", "viewer_id": f"u{viewer}", "series": "show",
                "episode": episode, "cut": "full", "market": rng.choice(("US", "BR")), "platform": "ios",
                "started_at": T0 + timedelta(seconds=rng.randrange(200_000)), "duration_ms": DURATIONS_MS[episode],
                "exit_ms": exit_ms, "watched_ms": exit_ms, "completed": None,
            }  # fmt: skip
            views.append(view)
            for _ in range(rng.choice((0, 0, 1, 3))):
                a, b = sorted(rng.sample(range(-100, DURATIONS_MS[episode] + 100), 2))
                watched.append({**view, "from_ms": a, "to_ms": b})
    return views, watched


def test_prepared_views_are_merged_added_up_and_counted_once(tmp_path: Path) -> None:
    views, watched = prepared(random.Random(3), 150)
    files = [write(tmp_path / "v.parquet", "views", views), write(tmp_path / "w.parquet", "watched", watched)]
    once = outcome(tmp_path / "a", files)
    expected: dict[tuple[str, int, date], list[dict[str, Any]]] = {}
    for view in views:
        expected.setdefault((view["viewer_id"], view["episode"], view["started_at"].date()), []).append(view)
    ours = {(r["viewer_id"], r["episode"], r["day"]): r for r in rows(tmp_path / "a", "views")}
    assert ours.keys() == expected.keys()
    for key, sittings in expected.items():
        furthest = max(s["exit_ms"] for s in sittings)
        completed = furthest >= DURATIONS_MS[key[1]] - 1000
        assert ours[key]["completed"] == completed
        assert ours[key]["exit_ms"] == (DURATIONS_MS[key[1]] if completed else furthest)
        assert ours[key]["market"] == min(sittings, key=lambda s: s["started_at"])["market"]
        assert ours[key]["watched_ms"] == sum(s["watched_ms"] for s in sittings)
    # the same files again, under other names and in other orders and parts
    views2 = write(tmp_path / "v2.parquet", "views", views[::-1])
    watched2 = write(tmp_path / "w2.parquet", "watched", watched[::-1])
    assert outcome(tmp_path / "b", [*files, views2, watched2]) == once
    half = len(views) // 2
    v1 = write(tmp_path / "v3.parquet", "views", views[:half])
    v2 = write(tmp_path / "v4.parquet", "views", views[half:])
    assert outcome(tmp_path / "c", [v2, watched2, v1]) == once


def test_what_begins_ends_or_completes_and_time_is_conserved(tmp_path: Path) -> None:
    events = write(tmp_path / "e.parquet", "events", crowd(11))
    views, watched = prepared(random.Random(4), 100)
    files = [write(tmp_path / "v.parquet", "views", views), write(tmp_path / "w.parquet", "watched", watched), events]
    quality = built(tmp_path / "out", files, DURATIONS_MS)
    conserved(quality)
    found, cells = rows(tmp_path / "out", "views"), rows(tmp_path / "out", "cells")
    for cut in {r["cut"] for r in found}:
        of_cut = [c for c in cells if c["cut"] == cut]
        completed = sum(r["completed"] for r in found if r["cut"] == cut)
        assert sum(c["starts"] for c in of_cut) == sum(c["exits"] for c in of_cut) + completed
    stretches = rows(tmp_path / "out", "watched")
    with_stretches = {r["view_id"] for r in stretches}
    straight = sum(
        r["exit_ms"]
        for r in found
        if r["view_id"] not in with_stretches and r["watched_ms"] and abs(r["watched_ms"] - r["exit_ms"]) <= 1000
    )
    assert sum(c["watched_ms"] for c in cells) == straight + sum(r["to_ms"] - r["from_ms"] for r in stretches)
    assert min(c["at_risk"] for c in cells) >= 0
    assert min(c["watched_ms"] for c in cells) >= 0
    assert min(c["rewatches"] for c in cells) >= 0


def test_cells_are_dense(tmp_path: Path) -> None:
    built(tmp_path / "out", [write(tmp_path / "e.parquet", "events", crowd(2, streams=5))], DURATIONS_MS)
    seconds: dict[tuple[Any, ...], list[int]] = {}
    for key in cells_of(tmp_path / "out"):
        seconds.setdefault(key[:-1], []).append(key[-1])
    for stratum, found in seconds.items():
        assert sorted(found) == list(range(-(-DURATIONS_MS[stratum[0]] // 1000)))


def test_a_rewatched_stretch_a_seek_and_a_pause(tmp_path: Path) -> None:
    at = [T0 + timedelta(seconds=s) for s in (0, 10, 70, 75, 76, 86)]
    events = [
        event(1, "start", 0, at[0]),
        event(2, "pause", 10_000, at[1]),
        event(3, "resume", 10_000, at[2]),
        event(4, "seek_from", 15_000, at[3]),
        event(5, "seek_to", 5_000, at[4]),
        event(6, "exit", 15_000, at[5]),
    ]
    built(tmp_path / "out", [write(tmp_path / "e.parquet", "events", events)], DURATIONS_MS)
    cells = {key[-1]: facts for key, facts in cells_of(tmp_path / "out").items()}
    stretches = sorted((r["from_ms"], r["to_ms"]) for r in rows(tmp_path / "out", "watched"))
    assert stretches == [(0, 15_000), (5_000, 15_000)]
    assert [s for s, facts in sorted(cells.items()) if facts[4]] == list(range(5, 15))  # seen again
    assert [s for s, facts in sorted(cells.items()) if facts[2]] == [15]  # left
    assert cells[7][3] == 2_000
    assert [cells[s][1] for s in (0, 15, 16, 29)] == [1, 1, 0, 0]


# events as (kind, position in s, time in s), and the view they make: exit_ms, watched_ms, completed
BY_HAND: list[tuple[list[tuple[str, int | None, int]], int, int, bool]] = [
    ([("start", 0, 0), ("exit", 0, 0)], 0, 0, False),
    ([("start", 0, 0)], 0, 0, False),
    ([("start", 0, 0), ("playing", 10, 10), ("playing", 20, 20)], 20_000, 20_000, False),
    ([("start", 0, 0), ("playing", 10, 10), ("complete", 30, 30)], 30_000, 30_000, True),
    ([("start", 0, 0), ("exit", 29, 29)], 30_000, 29_000, True),  # within 1 s of the end
    ([("start", 0, 0), ("exit", 28, 28)], 28_000, 28_000, False),
    ([("start", 0, 0), ("playing", 10, 10), ("playing", 25, 11)], 25_000, 10_000, False),  # jumped
    ([("start", 0, 0), ("seek_to", 29, 5), ("exit", 29, 6)], 29_000, 0, False),  # peeked at the end
    ([("start", 0, 0), ("playing", 10, 10), ("resume", 10, 590), ("exit", 20, 605)], 20_000, 20_000, False),
    ([("exit", 20, 20), ("start", 0, 0), ("playing", 10, 10)], 20_000, 20_000, False),  # late and out of order
    ([("start", -5, 0), ("exit", 99, 40)], 30_000, 30_000, True),  # outside at both ends
    ([("start", 0, 0), ("exit", 99, 5)], 29_999, 0, False),  # nobody plays 30 s in 5
    # it is ten to midnight: whoever goes on over it is of the day before
    ([("start", 0, 0), ("playing", 5, 595), ("playing", 10, 601), ("exit", 15, 606)], 15_000, 15_000, False),
    # an advertisement of 20 s: content stands still, and its own positions aren't the content's
    (
        [("start", 0, 0), ("ad_start", 5, 5), ("playing", 19, 20), ("ad_end", 5, 25), ("exit", 9, 29)],
        9_000,
        9_000,
        False,
    ),
    # the clock leaves out advertisements: 25 s of content in 30 s, of which 28 are one
    ([("start", 0, 0), ("ad_start", None, 1), ("ad_end", None, 29), ("exit", 25, 30)], 25_000, 0, False),
    # an advertisement whose end never comes ends after five minutes
    ([("start", 0, 0), ("ad_start", 0, 1), ("exit", 9, 299)], 0, 0, False),
    ([("start", 0, 0), ("ad_start", 0, 1), ("playing", 0, 302), ("exit", 9, 311)], 9_000, 9_000, False),
    # played on in the background: heard, not seen
    ([("start", 0, 0), ("hidden", 8, 8), ("playing", 18, 18), ("complete", 30, 30)], 8_000, 8_000, False),
    ([("start", 0, 0), ("hidden", 8, 8), ("shown", 18, 18), ("exit", 25, 25)], 25_000, 15_000, False),
    ([("start", 0, 0), ("hidden", None, 3), ("shown", None, 4), ("exit", 9, 9)], 9_000, 0, False),
]


def test_views_by_hand(tmp_path: Path) -> None:
    events = [
        event(
            100 * case + n, kind, None if p is None else p * 1000, T0 + timedelta(seconds=s), viewer_id=f"case {case}"
        )
        for case, (told, *_) in enumerate(BY_HAND)
        for n, (kind, p, s) in enumerate(told)
    ]
    built(tmp_path / "out", [write(tmp_path / "e.parquet", "events", events)], DURATIONS_MS)
    found = {r["viewer_id"]: (r["exit_ms"], r["watched_ms"], r["completed"]) for r in rows(tmp_path / "out", "views")}
    assert found == {f"case {case}": tuple(view) for case, (_, *view) in enumerate(BY_HAND)}


def test_playback_events_learn_their_episode_from_content_events_of_other_files(tmp_path: Path) -> None:
    content = write(tmp_path / "a.parquet", "events", [event(1, "start", 0, T0, cut="asset-1")])
    nameless = [
        event(2, "pause", 5_000, T0 + timedelta(seconds=5), cut="asset-1", episode=None),
        event(3, "exit", 9_000, T0 + timedelta(seconds=9), cut="", episode=None),
        event(4, "exit", 9_000, T0 + timedelta(seconds=9), cut="asset-2", episode=None, session_id="s2"),
    ]
    quality = built(tmp_path / "out", [content, write(tmp_path / "b.parquet", "events", nameless)], DURATIONS_MS)
    (view,) = rows(tmp_path / "out", "views")
    assert (view["episode"], view["exit_ms"], quality.counted) == (1, 9_000, 3)


@pytest.mark.parametrize("rows_at_once", [1, 15_000_000])
def test_a_late_copy_carries_no_sitting_over_midnight(
    rows_at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[build.__module__], "ROWS_AT_ONCE", rows_at_once)
    midnight = datetime(2026, 10, 2)
    events = [
        event(1, "start", 0, midnight - timedelta(hours=12)),
        event(1, "start", 0, midnight - timedelta(minutes=1)),  # the same, sent again by a wrong clock
        event(2, "start", 0, midnight + timedelta(minutes=10)),
        event(3, "playing", 5_000, midnight + timedelta(minutes=10, seconds=5)),
        event(4, "start", 0, midnight - timedelta(minutes=1), viewer_id="bob"),
        event(5, "playing", 9_000, midnight + timedelta(minutes=10), viewer_id="bob"),
    ]
    built(tmp_path / "out", [write(tmp_path / "e.parquet", "events", events)], DURATIONS_MS)
    found = {(r["viewer_id"], r["day"]): r["exit_ms"] for r in rows(tmp_path / "out", "views")}
    first, second = date(2026, 10, 1), date(2026, 10, 2)
    assert found == {("ann", first): 0, ("ann", second): 5_000, ("bob", first): 9_000}


def test_a_trailer_has_its_own_length_and_milliseconds_are_seen(tmp_path: Path) -> None:
    events = [
        event(1, "start", 0, T0, cut="trailer", duration_ms=10_000),
        event(2, "exit", 9_500, T0 + timedelta(seconds=10), cut="trailer", duration_ms=10_000),
        event(3, "start", 0, T0, cut="c9", duration_ms=30_000_000),
        event(4, "exit", 7_000_000, T0 + timedelta(seconds=7), cut="c9", duration_ms=30_000_000),
    ]
    quality = built(tmp_path / "out", [write(tmp_path / "e.parquet", "events", events)], DURATIONS_MS)
    views = {r["cut"]: (r["duration_ms"], r["exit_ms"], r["completed"]) for r in rows(tmp_path / "out", "views")}
    assert views == {"trailer": (10_000, 10_000, True), "c9": (30_000, 7_000, False)}
    assert any("another length" in a.reason for a in quality.set_aside)
    assert any("divided by 1,000" in a.reason for a in quality.set_aside)


def test_revenue_of_two_currencies_is_never_added(tmp_path: Path) -> None:
    steps = [
        event(n, "", None, T0, viewer_id=f"v{n}", event="unlocked", price_micros=1_000_000, currency=currency)
        for n, currency in enumerate(("USD", "BRL"))
    ]
    built(tmp_path / "out", [write(tmp_path / "s.parquet", "steps_raw", steps)], DURATIONS_MS)
    (step,) = rows(tmp_path / "out", "steps")
    assert (step["offered"], step["unlocked"], step["revenue_micros"]) == (2, 2, None)
    paid = {r["currency"]: r["revenue_micros"] for r in rows(tmp_path / "out", "revenue")}
    assert paid == {"USD": 1_000_000, "BRL": 1_000_000}


def test_no_temporary_files_stay(tmp_path: Path) -> None:
    built(tmp_path / "out", [write(tmp_path / "e.parquet", "events", crowd(1, streams=2))], DURATIONS_MS)
    by_day = {"views", "watched", "steps_raw", "cells", "viewer_days", "payments"}
    figures = {"retention", "by_second", "steps", "revenue", "cohorts"}
    sums = {"cell_sums", "step_sums", "paid_sums", "cohort_sums", "season_sums"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {f"{t}.parquet" for t in figures | sums} | by_day | {
        "audience.json"
    }
    assert {p.name[:4] for t in by_day for p in (tmp_path / "out" / t).iterdir()} <= {"day="}


def test_what_is_no_table_of_hooklines_is_refused(tmp_path: Path) -> None:
    good = write(tmp_path / "e.parquet", "events", crowd(1, streams=2))
    cut_off = tmp_path / "cut.parquet"
    cut_off.write_bytes(good.read_bytes()[:-100])
    (tmp_path / "out").mkdir()
    with pytest.raises(Unreadable, match=r"cut\.parquet"):
        build([cut_off], tmp_path / "out", series="show", durations_ms=DURATIONS_MS)
    with pytest.raises(BadInput, match="without a length"):
        build([good], tmp_path / "out", series="show", durations_ms={1: 0})
    assert not list((tmp_path / "out").iterdir())


def test_who_goes_on_another_day_is_at_risk_only_from_there(tmp_path: Path) -> None:
    plain = {"viewer_id": "ann", "series": "show", "episode": 1, "cut": "c1", "market": "US", "platform": "ios"}
    day = datetime(2026, 10, 5, 12)
    prepared_views = [
        {**plain, "view_id": "1", "started_at": day, "exit_ms": 12_300},
        {**plain, "view_id": "2", "started_at": day + timedelta(days=1), "entry_ms": 12_300, "exit_ms": 20_800,
         "watched_ms": 8_500},
    ]  # fmt: skip
    played = [
        event(n, kind, position, day + timedelta(days=days, seconds=seconds), session_id=f"s{days}")
        for n, (days, seconds, kind, position) in enumerate(
            [(0, 0, "start", 0), (0, 12.3, "exit", 12_300), (1, 0, "resume", 12_300), (1, 8.5, "exit", 20_800)]
        )
    ]
    for table, some in (("views", prepared_views), ("events", played)):
        out = tmp_path / table
        built(out, [write(tmp_path / f"{table}.parquet", table, some)], DURATIONS_MS)
        cells = {(key[4].day, key[5]): facts for key, facts in cells_of(out).items()}
        assert [second for second in range(30) if cells[6, second][0]] == [12]
        assert [second for second in range(30) if cells[6, second][1]] == list(range(12, 21))
        assert [cells[6, second][3] for second in (11, 12, 13, 20, 21)] == [0, 700, 1000, 800, 0]
        assert [second for second in range(30) if cells[5, second][1]] == list(range(13))
