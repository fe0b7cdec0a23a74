# ruff: noqa: E501 - the query that makes the events
"""How fast raw Segment events become canonical events and views: JSONL.gz and Parquet, beside the bare parse.

    python -m bench.events [--events 2000000] [--folder DIR]

The events are written by this file alone, with nothing of the readers: viewers with ids like those of players, each
watching a geometric number of 80 episodes of 90 s with a heartbeat every 10 s; message ids are random, so that nothing is
easier to pack than in life.  JSON is written in parts of a million events, Parquet nested as Segment's lake is.
Each contestant runs in a process of its own.  CPU seconds are user and system of that process; on two idle cores
events/s is events over wall time; on a busy machine events over half the CPU seconds says what two cores would do.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

KEY = b"0123456789abcdef0123456789abcdef"
EPISODES, EPISODE_MS, PART = 80, 90_000, 1_000_000

# A view is a start, a content start, a heartbeat every 10 s and an end: ten events on average of these.
MAKE = """
WITH plays AS (
    SELECT range AS view, hash(range // 12) AS viewer, 1 + range % 80 AS episode, hash(range * 7) AS dice,
        CASE WHEN hash(range * 3) % 10 < 8 THEN 90 ELSE hash(range * 5) % 90 END AS exit_s
    FROM range($first, $last)
),
events AS (
    SELECT *, unnest(list_concat([-2, -1], range(10, exit_s::BIGINT, 10), [1000])) AS step FROM plays
)
SELECT
    'track' AS "type",
    CASE step WHEN -2 THEN 'Video Playback Started' WHEN -1 THEN 'Video Content Started'
        WHEN 1000 THEN CASE WHEN exit_s = 90 THEN 'Video Content Completed' ELSE 'Video Playback Exited' END
        ELSE 'Video Content Playing' END AS event,
    printf('ajs-next-%016x%016x', hash(view * 131 + step), hash(view + step * 977)) AS "messageId",
    printf('%016x-%08x', viewer, viewer % 4294967296) AS "anonymousId",
    printf('user-%016x', viewer) AS "userId",
    strftime(TIMESTAMP '2026-10-01' + to_milliseconds(((dice % 1209600) * 1000 + s * 1000)::BIGINT), '%Y-%m-%dT%H:%M:%S.%gZ')
        AS "timestamp",
    strftime(TIMESTAMP '2026-10-01' + to_milliseconds(((dice % 1209600) * 1000 + s * 1000 + 50)::BIGINT), '%Y-%m-%dT%H:%M:%S.%gZ')
        AS "sentAt",
    strftime(TIMESTAMP '2026-10-01' + to_milliseconds(((dice % 1209600) * 1000 + s * 1000 + 400)::BIGINT), '%Y-%m-%dT%H:%M:%S.%gZ')
        AS "receivedAt",
    {'library': {'name': 'analytics.js', 'version': '2.11.1'}, 'locale': 'en-US', 'location': {'country': ['US', 'ID', 'BR', 'DE'][1 + (viewer % 4)::INTEGER]},
     'device': {'type': ['ios', 'android'][1 + (viewer % 2)::INTEGER]}, 'ip': '203.0.113.' || viewer % 256,
     'userAgent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'} AS context,
    {'session_id': printf('%016x', hash(view)), 'asset_id': printf('ep%03d', episode), 'program': 'Bench', 'season': '1',
     'episode': episode::VARCHAR, 'position': s, 'total_length': 90, 'livestream': false, 'quality': 'hd1080'} AS properties
FROM (SELECT *, CASE WHEN step < 0 THEN 0 WHEN step = 1000 THEN exit_s ELSE step END AS s FROM events)
"""


def make(folder: Path, events: int) -> None:
    """The same events as parts of JSON lines, gzipped, and of Parquet."""
    import duckdb

    con = duckdb.connect(
        config={"memory_limit": "2GB", "temp_directory": str(folder), "preserve_insertion_order": False}
    )
    con.execute("SET enable_progress_bar = false")
    views = events // 10
    for part, first in enumerate(range(0, views, PART // 10)):
        query = MAKE.replace("$first", str(first)).replace("$last", str(min(first + PART // 10, views)))
        con.execute(f"COPY ({query}) TO '{folder}/part-{part:03d}.parquet' (FORMAT parquet, COMPRESSION zstd)")
        con.execute(
            f"COPY (SELECT * FROM '{folder}/part-{part:03d}.parquet') TO '{folder}/part-{part:03d}.jsonl.gz'"
            " (FORMAT json, COMPRESSION gzip)"
        )


def _parse(folder: Path, suffix: str) -> dict[str, Any]:
    """The limit: every object parsed, or every column that is needed decoded, and nothing else."""
    from hookline.formats.events import engine

    files = str(folder / f"part-*{suffix}")
    with engine(folder) as (con, _):
        query = (
            "SELECT count(json) FROM read_ndjson_objects($files)"
            if suffix == ".jsonl.gz"
            else "SELECT count(*), max(event), max(messageId), max(userId), max(timestamp), max(context.location.country),"
            " max(context.device.type), max(context.userAgent), max(properties.session_id), max(properties.asset_id),"
            " max(properties.program), max(properties.season), max(properties.episode), max(properties.position),"
            " max(properties.total_length) FROM read_parquet($files)"
        )
        counted = con.execute(query, {"files": files}).fetchone()
    assert counted is not None
    return {"rows": counted[0]}


def _import(folder: Path, suffix: str) -> dict[str, Any]:
    """Raw events to canonical events."""
    from hookline.formats import segment

    files = sorted(folder.glob(f"part-*{suffix}"))
    intake = segment.load(files, folder / f"canonical{suffix}.parquet", series="bench", key=KEY)
    assert intake.written == intake.rows, intake
    return {"rows": intake.rows}


def _build(folder: Path, suffix: str) -> dict[str, Any]:
    """Canonical events to views, cells and steps."""
    from hookline.audience import build

    out = folder / "built"
    out.mkdir()
    quality = build(
        [folder / f"canonical{suffix}.parquet"], out, series="bench",
        durations_ms=dict.fromkeys(range(1, EPISODES + 1), EPISODE_MS),
    )  # fmt: skip
    return {"rows": quality.rows}


CONTESTANTS: dict[str, tuple[str, Callable[[Path, str], dict[str, Any]], str]] = {
    "parse-json": ("bare parse of JSONL.gz (limit)", _parse, ".jsonl.gz"),
    "import-json": ("**Hookline**: import JSONL.gz", _import, ".jsonl.gz"),
    "parse-parquet": ("bare decode of Parquet (limit)", _parse, ".parquet"),
    "import-parquet": ("**Hookline**: import Parquet", _import, ".parquet"),
    "build": ("**Hookline**: canonical events to views, cells, steps", _build, ".parquet"),
}


def compete(name: str, folder: Path) -> dict[str, Any]:
    """One contestant in a fresh process: what it answers, its wall time and its peak memory."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "bench.events", "--run", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {**json.loads(done.stdout), "wall": time.perf_counter() - begin}


def _peak_mb() -> int:
    """Peak memory of this process alone; what getrusage says, includes the parent's before the start."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def report(results: dict[str, dict[str, Any]]) -> str:
    """One table."""
    lines = [
        "| | events | wall s | CPU s | events/s (wall) | events/s (of 2 cores' CPU) | peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in results.items():
        lines.append(
            f"| {CONTESTANTS[name][0]} | {found['rows']:,} | {found['wall']:.1f} | {found['cpu']:.1f} "
            f"| {found['rows'] / found['wall']:,.0f} | {2 * found['rows'] / found['cpu']:,.0f} | {found['peak_mb']:,} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Make the data, let everyone run, print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=2_000_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--run", choices=CONTESTANTS)
    given = options.parse_args()
    if given.run:
        _, function, suffix = CONTESTANTS[given.run]
        answer = function(given.folder, suffix)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({**answer, "peak_mb": _peak_mb(), "cpu": used.ru_utime + used.ru_stime}))
        return
    with TemporaryDirectory(dir=given.folder) as temporary:
        folder = Path(temporary)
        make(folder, given.events)
        bytes_each = sum(file.stat().st_size for file in folder.glob("*.gz")) / given.events
        results = {name: compete(name, folder) for name in CONTESTANTS}
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {bytes_each:.0f} bytes an event as JSONL.gz.\n")
    print(report(results))


if __name__ == "__main__":
    main()
