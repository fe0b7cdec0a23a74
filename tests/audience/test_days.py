"""A build that is shown the previous one gives what a build of everything gives, and makes no more than it must."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hookline.audience import forget
from hookline.audience.build import build
from hookline.model.quality import Quality
from hookline.model.tables import META_KEY
from tests.audience.canonical import rows, write
from tests.audience.test_build import DURATIONS_MS, T0, conserved, crowd, event, prepared

TABLES = (
    "views", "watched", "steps_raw", "cells", "by_second", "retention", "steps", "revenue", "cohorts",
    "cell_sums", "season_sums",
)  # fmt: skip
Built = Mapping[str, list[str]]


def tables(folder: Path) -> Built:
    """Every table that a build answers with, its rows in an order of their own."""
    return {name: sorted(str(sorted(r.items())) for r in rows(folder, name)) for name in TABLES}


def step(out: Path, sources: Sequence[Path], previous: Path | None = None, **other: Any) -> Quality:
    out.mkdir()
    given = {"series": "show", "durations_ms": DURATIONS_MS, **other}
    quality = build(sources, out, previous=previous, **given)
    conserved(quality)
    return quality


def inodes(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_ino for p in folder.glob("*/day=*/*.parquet")}


def weeks(seed: int, days: int = 6) -> list[dict[str, Any]]:
    """Streams of the same viewers on several days, some of whom see episodes again in another cut."""
    rng = random.Random(seed)
    events = []
    for day in range(days):
        for e in crowd(seed + rng.randrange(3), streams=6):
            cut = rng.choice((e["cut"], e["cut"], "other"))
            at = e["at"] + timedelta(days=day)
            events.append({**e, "event_id": f"{day} {e['event_id']}", "at": at, "cut": cut})
    return events


@settings(max_examples=1, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_any_split_into_files_and_any_order_of_updates_give_the_same(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, rng = tmp_path_factory.mktemp("days"), random.Random(seed)
    events = weeks(seed, days=4)
    views, watched = prepared(rng, 40)
    by_file: dict[int, list[dict[str, Any]]] = {}
    for e in events:  # mostly by day, some late
        by_file.setdefault((e["at"].date() - T0.date()).days + (rng.random() < 0.03), []).append(e)
    files = [write(folder / f"{day}.parquet", "events", some) for day, some in by_file.items()]
    files += [write(folder / "v.parquet", "views", views), write(folder / "w.parquet", "watched", watched)]
    once = step(folder / "whole", files)
    rng.shuffle(files)
    previous = None
    for number in sorted({1, *rng.sample(range(2, len(files)), 2), len(files)}):  # one, two or more files at a time
        quality = step(folder / f"{number}", files[:number], previous)
        previous = folder / f"{number}"
    assert previous is not None
    assert tables(previous) == tables(folder / "whole")
    assert sorted(map(str, quality.set_aside)) == sorted(map(str, once.set_aside))
    assert (quality.rows, quality.counted) == (once.rows, once.counted)


def test_late_data_change_only_their_day(tmp_path: Path) -> None:
    views, _ = prepared(random.Random(1), 200)
    files = [write(tmp_path / "v.parquet", "views", views)]
    step(tmp_path / "a", files)
    late = {**views[0], "view_id": "late", "viewer_id": "someone", "started_at": datetime(2026, 10, 2, 12)}
    files.append(write(tmp_path / "late.parquet", "views", [late]))
    step(tmp_path / "b", files, tmp_path / "a")
    before, after = inodes(tmp_path / "a"), inodes(tmp_path / "b")
    assert {name.split("/")[1] for name in after if before.get(name) != after[name]} == {"day=2026-10-02"}
    assert len(after) > 8
    step(tmp_path / "c", files[::-1])
    assert tables(tmp_path / "b") == tables(tmp_path / "c")


def test_an_update_counts_the_touched_viewers_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sums come from the previous build: if those were wrong by one, so is the update."""
    views, _ = prepared(random.Random(1), 200)
    first = [v for v in views if v["started_at"].date() < date(2026, 10, 3)]
    files = [write(tmp_path / "1.parquet", "views", first)]
    step(tmp_path / "a", files)
    files.append(write(tmp_path / "2.parquet", "views", [v for v in views if v not in first]))
    monkeypatch.setattr(sys.modules["hookline.audience.build"], "TOUCHED_SHARE", 1.0)
    step(tmp_path / "b", files, tmp_path / "a")
    monkeypatch.setattr("hookline.audience.totals.ROWS_AT_ONCE", 50)  # ranges of viewers
    step(tmp_path / "c", files)
    assert tables(tmp_path / "b") == tables(tmp_path / "c")


def test_a_changed_length_of_the_story_makes_everything_anew(tmp_path: Path) -> None:
    views, _ = prepared(random.Random(1), 50)
    files = [write(tmp_path / "v.parquet", "views", [{**v, "duration_ms": None} for v in views])]
    step(tmp_path / "a", files)
    longer = {**DURATIONS_MS, 1: 33_000}
    step(tmp_path / "b", files, tmp_path / "a", durations_ms=longer)
    step(tmp_path / "c", files, durations_ms=longer)
    assert tables(tmp_path / "b") == tables(tmp_path / "c") != tables(tmp_path / "a")


def test_a_series_of_more_episodes_than_a_block_of_bits(tmp_path: Path) -> None:
    views = [
        event(0, "", None, T0, view_id=f"{viewer}-{n}", viewer_id=f"v{viewer}", episode=n, cut="c",
              started_at=T0 + timedelta(hours=9 * n), exit_ms=30_000, watched_ms=30_000)
        for viewer in range(3)
        for n in range(1 + viewer, 132 - 10 * viewer)
    ]  # fmt: skip
    files = [write(tmp_path / "v.parquet", "views", views)]
    step(tmp_path / "a", files, durations_ms=dict.fromkeys(range(1, 132), 30_000))
    counts = {r["episode"]: (r["starters"], r["finishers"], r["continued"]) for r in _by_episode(tmp_path / "a")}
    for n in range(1, 132):
        there = [viewer for viewer in range(3) if 1 + viewer <= n < 132 - 10 * viewer]
        on = [viewer for viewer in there if n + 1 < 132 - 10 * viewer]
        assert counts[n] == (len(there), len(there), len(on)), n
    to_the_end = {r["episode"]: r["finished_season"] for r in rows(tmp_path / "a", "season_sums")}
    assert to_the_end == dict.fromkeys(range(1, 132), 1)


def test_a_viewer_of_two_blocks_on_a_day_belongs_where_the_first_view_was(tmp_path: Path) -> None:
    views = [
        event(0, "", None, T0, view_id=f"{n}", viewer_id="v", episode=n, cut="c", market=market,
              started_at=T0.replace(hour=hour), exit_ms=30_000, watched_ms=30_000)
        for n, market, hour in ((61, "US", 9), (1, "MX", 10), (2, "MX", 11))
    ]  # fmt: skip
    step(
        tmp_path / "a",
        [write(tmp_path / "v.parquet", "views", views)],
        durations_ms=dict.fromkeys(range(1, 62), 30_000),
    )
    assert {(r["episode"], r["market"]) for r in rows(tmp_path / "a", "steps")} == {(1, "US"), (2, "US"), (61, "US")}
    assert [(r["market"], r["viewers"]) for r in rows(tmp_path / "a", "cohorts")] == [("US", 1)]


def _by_episode(folder: Path) -> list[dict[str, Any]]:
    sums: dict[int, dict[str, Any]] = {}
    for row in rows(folder, "steps"):
        into = sums.setdefault(
            row["episode"], {"episode": row["episode"], "starters": 0, "finishers": 0, "continued": 0}
        )
        for name in ("starters", "finishers", "continued"):
            into[name] += row[name]
    return list(sums.values())


def test_machines_and_testers_are_set_aside_and_counted(tmp_path: Path) -> None:
    views, _ = prepared(random.Random(1), 20)
    plain = {**views[0], "watched_ms": 1_000, "exit_ms": 1_000}
    at = datetime(2026, 10, 5, 12)
    robot = [
        {
            **plain,
            "view_id": f"r{n}",
            "viewer_id": "robot",
            "cut": f"c{n}",
            "started_at": at + timedelta(milliseconds=n),
        }
        for n in range(61)
    ]
    awake = [
        {**plain, "view_id": f"a{n}", "viewer_id": "awake", "cut": f"c{n}", "watched_ms": 12_000_000,
         "started_at": at + timedelta(hours=n)}
        for n in range(7)
    ]  # fmt: skip
    tester = [{**plain, "view_id": "t", "viewer_id": "tester"}]
    step(tmp_path / "a", [write(tmp_path / "v.parquet", "views", views)])
    files = [write(tmp_path / "w.parquet", "views", [*views, *robot, *awake, *tester])]
    quality = step(tmp_path / "b", files, testers=["tester"])
    lost = {a.reason: a.count for a in quality.set_aside if not a.kept}
    assert sum(n for reason, n in lost.items() if "no person does that" in reason) == 68
    assert sum(n for reason, n in lost.items() if "tester" in reason) == 1
    assert {r["viewer_id"] for r in rows(tmp_path / "b", "views")} == {v["viewer_id"] for v in views}
    sixty = [write(tmp_path / "x.parquet", "views", [*views, *robot[:60]])]
    step(tmp_path / "c", sixty)
    assert any(r["viewer_id"] == "robot" for r in rows(tmp_path / "c", "views"))


def test_nothing_of_a_forgotten_viewer_stays_in_any_file(tmp_path: Path) -> None:
    views, watched = prepared(random.Random(2), 60)
    name = next(v["viewer_id"] for v in views if sum(o["viewer_id"] == v["viewer_id"] for o in views) == 1)
    files = [
        write(tmp_path / "v.parquet", "views", views),
        write(tmp_path / "w.parquet", "watched", watched),
        write(tmp_path / "e.parquet", "events", weeks(3, days=3)),
    ]
    step(tmp_path / "a", files)
    mine = {r["day"].isoformat() for r in rows(tmp_path / "a", "views") if r["viewer_id"] == name}
    gone = forget(files, name, built=tmp_path / "a")
    assert gone.rows > 0
    step(tmp_path / "b", files, tmp_path / "a")
    before, after = inodes(tmp_path / "a"), inodes(tmp_path / "b")
    made = {name.split("/day=")[1][:10] for name in after if before.get(name) != after[name]}
    assert mine <= made
    assert len(made) == 1 < len({path.split("/day=")[1][:10] for path in after})
    step(tmp_path / "c", files)
    assert tables(tmp_path / "b") == tables(tmp_path / "c")
    for file in [*files, *(tmp_path / "b").rglob("*.parquet")]:
        assert not any(name in (r.get("viewer_id"), r.get("view_id")) for r in plain_rows(file)), file
    assert not forget(files, name, built=tmp_path / "b").rows


def plain_rows(file: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = pq.read_table(file, partitioning=None).to_pylist()
    return found


def test_events_of_version_one_still_load(tmp_path: Path) -> None:
    import json

    import pyarrow.parquet as pq

    events = [e for e in crowd(5, streams=8) if e["agent"] is None and e["kind"] not in ("ad_start", "hidden")]
    new = write(tmp_path / "2.parquet", "events", events)
    table = pq.read_table(new).drop_columns(["agent"])
    meta = json.loads(table.schema.metadata[META_KEY.encode()])
    old = tmp_path / "1.parquet"
    pq.write_table(table.replace_schema_metadata({META_KEY: json.dumps({**meta, "version": 1})}), old)
    step(tmp_path / "a", [new])
    step(tmp_path / "b", [old])
    assert tables(tmp_path / "a") == tables(tmp_path / "b")
    step(tmp_path / "c", [old, new])
    assert tables(tmp_path / "c") == tables(tmp_path / "b")


def test_nothing_changed_makes_nothing(tmp_path: Path) -> None:
    files = [write(tmp_path / "e.parquet", "events", crowd(4, streams=3))]
    step(tmp_path / "a", files)
    step(tmp_path / "b", files, tmp_path / "a")
    assert inodes(tmp_path / "a") == inodes(tmp_path / "b")
    assert (tmp_path / "b" / "audience.json").stat().st_size
    assert tables(tmp_path / "a") == tables(tmp_path / "b")


KILLED = """
import os, signal, sys, threading, pathlib
from tests.audience.test_days import step
threading.Timer(float(sys.argv[1]), lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
work, out = map(pathlib.Path, sys.argv[2:])
step(out, [work / "e.parquet", work / "v.parquet"], work / "a")
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class Update:
    """A build, files that are new since, and what a build of everything gives."""

    folder: Path
    files: Sequence[Path]
    before: Built
    whole: Built


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Update:
    folder = tmp_path_factory.mktemp("killed")
    views, _ = prepared(random.Random(5), 120)
    files = [write(folder / "v.parquet", "views", views), write(folder / "e.parquet", "events", weeks(9, days=3))]
    step(folder / "a", files[:1])
    step(folder / "whole", files)
    return Update(folder, files, tables(folder / "a"), tables(folder / "whole"))


@pytest.mark.parametrize("trial", range(int(os.environ.get("HOOKLINE_KILLS", "3"))))
def test_a_killed_update_leaves_the_previous_build_and_is_done_again(
    trial: int, update: Update, tmp_path: Path
) -> None:
    """A killed build harms nothing of the one before, whose files it shares by links; the store removes its folder."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    after_s = str(random.Random(trial).uniform(0.3, 3.0))
    command = [sys.executable, "-c", KILLED, after_s, str(update.folder), str(tmp_path / "out")]
    done = subprocess.run(command, check=False, env=env)
    assert done.returncode in (-signal.SIGKILL, 0)
    assert tables(update.folder / "a") == update.before
    step(tmp_path / "b", update.files, update.folder / "a")
    assert tables(tmp_path / "b") == update.whole
    assert not [p for p in (tmp_path / "b").rglob("*") if p.name.startswith(".")]
