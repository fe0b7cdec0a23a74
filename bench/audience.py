"""How fast the audience engine is: prepared views and raw Segment events, beside pandas and the bare limits.

    python bench/audience.py [--views 5000000] [--events 1000000] [--folder DIR]

The world it makes, by formula and without a seed (every number is a hash of the viewer and episode): viewers of ten
markets and six platforms begin on one of 14 days and see a geometric number of the 80 episodes (12 on average); the
last one they see they leave early more often than not, early seconds first; a tenth of views go back and see 10 s
again; episodes 9 and later are paid: each viewer who gets that far is asked at 9, and a third unlocks.  Ids look like
those of players, so that nothing is easier to pack than in life.

Each contestant runs in a process of its own; wall time and peak memory are its own.  "Hookline" is everything from
the raw files to the report's figures: import with pseudonyms, build, summarise.  "pandas" computes the same
retention and steps from the same files without importing, pseudonyms, or cells to keep; its figures must be equal.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

KEY = b"0123456789abcdef0123456789abcdef"
EPISODE_MS = 90_000
EPISODES = 80
PAYWALL = 9
TABLES = ("views", "watched", "steps_raw")

WORLD = """
CREATE TEMP MACRO chance(a, b) AS hash(a * 1000003 + b) / 18446744073709551616.0;
CREATE TEMP VIEW people AS
SELECT
    i,
    printf('%08x-%04x-4%03x-%012x', hash(i) % 4294967296, i % 65536, i % 4096, hash(i + 1) % 281474976710656)
        AS viewer_id,
    ['US', 'ID', 'BR', 'MX', 'JP', 'KR', 'TH', 'DE', 'FR', 'GB'][1 + floor(10 * chance(i, 1) ** 2)::INT] AS market,
    ['ios', 'android', 'web', 'tiktok', 'youtube', 'tv'][1 + floor(6 * chance(i, 2) ** 2)::INT] AS platform,
    TIMESTAMP '2026-10-01' + to_seconds((chance(i, 3) * 86400 * 14)::BIGINT) AS began,
    least($episodes, 1 + floor(ln(1 - chance(i, 4)) / ln(0.9165))::INT) AS sees
FROM range(($views / 12)::BIGINT) people(i);
CREATE TEMP VIEW plays AS
SELECT
    *,
    printf('%016x%016x', hash(i * 100 + episode), hash(i * 100 + episode + 7)) AS view_id,
    episode < sees OR chance(i, 1000 + episode) < 0.4 AS completed,
    chance(i, 2000 + episode) < 0.1 AS again,
    CASE WHEN episode < sees OR chance(i, 1000 + episode) < 0.4 THEN 90000
        ELSE (chance(i, 3000 + episode) ** 2 * 88000)::INT END AS exit_ms
FROM (SELECT *, unnest(range(1, sees + 1))::INTEGER AS episode FROM people)
"""
MAKE = {
    "views": """
        SELECT view_id, viewer_id, 'bench' AS series, episode, printf('ep%03d-full', episode) AS "cut",
            market, platform, began + to_seconds(episode * 100) AS started_at, 90000::INTEGER AS duration_ms, exit_ms,
            exit_ms + CASE WHEN again AND exit_ms > 20000 THEN 10000 ELSE 0 END AS watched_ms, completed
        FROM plays""",
    "watched": """
        SELECT view_id, 'bench' AS series, episode, printf('ep%03d-full', episode) AS "cut", market, platform,
            unnest([0, exit_ms - 15000])::INTEGER AS from_ms, unnest([exit_ms - 5000, exit_ms])::INTEGER AS to_ms
        FROM plays WHERE again AND exit_ms > 20000""",
    "steps_raw": """
        SELECT viewer_id, 'bench' AS series, 9 AS episode,
            unnest(['offered', 'unlocked'][:1 + (chance(i, 9) < 0.33)::INT]) AS event,
            began + INTERVAL 1 HOUR AS "at", 490000 AS price_micros, 'USD' AS currency
        FROM people WHERE sees >= 8""",
}


def make_views(folder: Path, views: int) -> None:
    """Raw views, stretches and steps as Parquet."""
    import duckdb

    con = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)})
    con.execute("SET enable_progress_bar = false")
    for statement in WORLD.replace("$views", str(views)).replace("$episodes", str(EPISODES)).split(";"):
        con.execute(statement)
    for table, select in MAKE.items():
        con.execute(f"COPY ({select}) TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def make_events(path: Path, events: int) -> int:
    """Segment calls as JSON lines, gzipped: starts, heartbeats every 10 s, exits and completions."""
    written = 0
    with gzip.open(path, "wt", compresslevel=4) as file:
        for view in range(events):
            mixed = (view * 2654435761) % 2**32
            exit_s = EPISODE_MS // 1000 if mixed % 5 else mixed // 7 % 90
            beats = [("Video Content Playing", s) for s in range(10, exit_s, 10)]
            end = ("Video Content Completed" if exit_s == 90 else "Video Playback Exited", exit_s)
            for name, second in [("Video Playback Started", 0), ("Video Content Started", 0), *beats, end]:
                file.write(json.dumps(_call(name, second, view, mixed)) + "\n")
                written += 1
            if written >= events:
                break
    return written


def _call(name: str, second: int, view: int, mixed: int) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1_790_000_000 + mixed % 1_000_000 + second))
    return {
        "type": "track", "event": name, "messageId": f"ajs-next-{mixed:08x}{view:08x}{second:04x}{len(name):02x}",
        "anonymousId": f"{mixed % 40_000:08x}-0000-4000-8000-000000000000", "userId": f"user-{mixed % 40_000}",
        "timestamp": f"{at}.000Z", "sentAt": f"{at}.050Z", "receivedAt": f"{at}.400Z",
        "context": {"library": {"name": "analytics.js", "version": "2.11.1"}, "locale": "en-US",
                    "location": {"country": "US"}, "device": {"type": "ios"}, "userAgent": "Mozilla/5.0 (iPhone)"},
        "properties": {"session_id": f"s{view:08x}", "asset_id": f"ep{view % 12 + 1:03d}", "program": "Bench",
                       "season": "1", "episode": str(view % 12 + 1), "position": second, "total_length": 90},
    }  # fmt: skip


def run_hookline(folder: Path) -> dict[str, Any]:
    """Raw files to the report's figures."""
    from hookline.audience.build import build
    from hookline.audience.cells import hazard_cells, step_counts
    from hookline.audience.summary import summarise
    from hookline.formats import hookline_parquet

    out = folder / "audience"
    out.mkdir()
    seconds: dict[str, float] = {}
    with _timed(seconds, "import"):
        canonical = [folder / f"canonical-{table}.parquet" for table in TABLES]
        for table, path in zip(TABLES, canonical, strict=True):
            hookline_parquet.load(folder / f"{table}.parquet", path, series="bench", key=KEY)
    with _timed(seconds, "build"):
        durations_ms = dict.fromkeys(range(1, EPISODES + 1), EPISODE_MS)
        quality = build(canonical, out, series="bench", durations_ms=durations_ms)
    with _timed(seconds, "summarise"):
        summary = summarise(out, quality=quality)
    assert summary.curves
    cells, steps = hazard_cells(out), step_counts(out)
    figures = {"at_risk": int(cells.at_risk.sum()), "exits": int(cells.exits.sum())}
    for name in ("starters", "finishers", "continued", "finished_continued", "offered", "unlocked"):
        figures[name] = int(getattr(steps, name).sum())
    return {"rows": quality.rows, "parts": seconds, "figures": figures}


def run_pandas(folder: Path) -> dict[str, Any]:
    """The same figures as one would write them in pandas."""
    import numpy as np
    import pandas as pd

    views = pd.read_parquet(folder / "views.parquet")
    steps = pd.read_parquet(folder / "steps_raw.parquet")
    seconds = EPISODE_MS // 1000
    left = views[~views.completed]
    group = ["episode", "market"]
    exits = left.groupby([*group, left.exit_ms // 1000]).size().unstack(fill_value=0)
    exits = exits.reindex(columns=range(seconds), fill_value=0)
    starts = views.groupby(group).size()
    exits = exits.reindex(starts.index, fill_value=0)
    at_risk = starts.to_numpy()[:, None] - np.cumsum(exits.to_numpy(), axis=1) + exits.to_numpy()
    pairs = views.sort_values("started_at").groupby(["viewer_id", "episode"]).agg(finished=("completed", "max"))
    pairs = pairs.reset_index()
    following = pairs[["viewer_id", "episode"]].assign(episode=pairs.episode - 1, continued=True)
    pairs = pairs.merge(following, on=["viewer_id", "episode"], how="left")
    pairs["continued"] = pairs.continued.notna()
    first = views.sort_values("started_at").groupby("viewer_id")[["market", "platform"]].first()
    pairs = pairs.join(first, on="viewer_id")
    pairs["both"] = pairs.finished & pairs.continued
    by_episode = pairs.groupby(group).agg(
        starters=("viewer_id", "size"),
        finishers=("finished", "sum"),
        continued=("continued", "sum"),
        both=("both", "sum"),
    )
    asked = steps.assign(paid=steps.event == "unlocked").groupby(["viewer_id", "episode"]).paid.max()
    watched = pd.read_parquet(folder / "watched.parquet")
    assert len(watched)
    figures = {
        "at_risk": int(at_risk.sum()), "exits": int(exits.to_numpy().sum()), "starters": int(by_episode.starters.sum()),
        "finishers": int(by_episode.finishers.sum()), "continued": int(by_episode.continued.sum()),
        "finished_continued": int(by_episode.both.sum()), "offered": len(asked), "unlocked": int(asked.sum()),
    }  # fmt: skip
    return {"rows": len(views) + len(steps) + len(watched), "figures": figures}


def run_scan(folder: Path) -> dict[str, Any]:
    """The limit: reading the columns that are needed, and nothing else."""
    from hookline.formats.events import engine

    with engine(folder) as (con, _):
        counted = con.execute(
            "SELECT count(*), max(view_id), max(viewer_id), max(episode), max(market), max(platform), max(started_at),"
            " max(exit_ms), max(watched_ms), count_if(completed) FROM read_parquet($file)",
            {"file": str(folder / "views.parquet")},
        ).fetchone()
    assert counted is not None
    return {"rows": counted[0]}


def run_segment(folder: Path) -> dict[str, Any]:
    """Segment JSON lines to canonical events."""
    from hookline.formats import segment

    intake = segment.load(folder / "events.jsonl.gz", folder / "events.parquet", series="bench", key=KEY)
    return {"rows": intake.rows}


def run_events(folder: Path) -> dict[str, Any]:
    """Canonical events to cells and steps."""
    from hookline.audience.build import build

    out = folder / "from-events"
    out.mkdir()
    quality = build(
        [folder / "events.parquet"], out, series="bench", durations_ms=dict.fromkeys(range(1, 13), EPISODE_MS)
    )
    return {"rows": quality.rows}


def run_parse(folder: Path) -> dict[str, Any]:
    """The limit: unpacking the lines and parsing each as JSON, and nothing else."""
    from hookline.formats.events import engine

    with engine(folder) as (con, _):
        query = "SELECT count(json) FROM read_ndjson_objects($file)"
        counted = con.execute(query, {"file": str(folder / "events.jsonl.gz")}).fetchone()
    assert counted is not None
    return {"rows": counted[0]}


CONTESTANTS: dict[str, tuple[str, Callable[[Path], dict[str, Any]]]] = {
    "scan": ("bare scan of the views (limit)", run_scan),
    "hookline": ("**Hookline**: import, build, summarise", run_hookline),
    "pandas": ("pandas: retention and steps only", run_pandas),
    "parse": ("bare parse of Segment JSONL.gz (limit)", run_parse),
    "segment": ("**Hookline**: import Segment JSONL.gz", run_segment),
    "events": ("**Hookline**: events to cells and steps", run_events),
}


@contextmanager
def _timed(into: dict[str, float], name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    into[name] = round(time.perf_counter() - begin, 2)


def compete(name: str, folder: Path) -> dict[str, Any]:
    """One contestant in a fresh process: what it answers, its wall time and its peak memory."""
    begin = time.perf_counter()
    command = [sys.executable, __file__, "--run", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    wall = time.perf_counter() - begin
    return {**json.loads(done.stdout), "wall": wall}


def report(results: dict[str, dict[str, Any]]) -> str:
    """One table."""
    lines = ["| | rows | wall s | CPU s | peak MB | rows/s |", "|---|---|---|---|---|---|"]
    for name, found in results.items():
        parts = "".join(f"; {part} {took:.1f}" for part, took in found.get("parts", {}).items())
        lines.append(
            f"| {CONTESTANTS[name][0]}{parts} | {found['rows']:,} | {found['wall']:.1f} | {found['cpu']:.1f} "
            f"| {found['peak_mb']:,} | {found['rows'] / found['wall']:,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Make the data, let everyone run, print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--views", type=int, default=5_000_000)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--run", choices=CONTESTANTS)
    given = options.parse_args()
    if given.run:
        answer = CONTESTANTS[given.run][1](given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({**answer, "peak_mb": used.ru_maxrss // 1024, "cpu": used.ru_utime + used.ru_stime}))
        return
    with TemporaryDirectory(dir=given.folder) as temporary:
        folder = Path(temporary)
        make_views(folder, given.views)
        make_events(folder / "events.jsonl.gz", given.events)
        results = {name: compete(name, folder) for name in CONTESTANTS}
    assert results["hookline"]["figures"] == results["pandas"]["figures"], results
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Hookline's figures equal pandas's: yes\n")
    print(report(results))


if __name__ == "__main__":
    main()
