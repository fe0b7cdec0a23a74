"""The audience on Apache Spark beside DuckDB: the same files, the same tables, row for row.

    python -m bench.spark [--views 5000000] [--folder DIR]

The world of ``bench.audience`` (views, stretches watched again, steps), events in Segment's shape, and ads with their
installs.  Both engines build everything from the imported files and sum it up; then every row of every table is
compared.  Spark is a standalone cluster on this machine: a master and two workers of one core each, started here.  On
two cores that shows that the figures are the same and what Spark's machinery costs, not how fast a cluster is.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import audience as world
from hookline.audience.build import build
from hookline.audience.days import BY_DAY
from hookline.audience.engine import Open, chosen, embedded
from hookline.audience.sums import TABLES as SUM_TABLES
from hookline.audience.sums import sum_up
from hookline.audience.tables import COHORTS, RETENTION, REVENUE
from hookline.audience.totals import QUERY_OF
from hookline.formats import hookline_parquet, segment
from hookline.formats.events import engine
from hookline.model.tables import STEPS, Table

GIVEN: dict[str, Any] = {
    "series": "bench",
    "durations_ms": dict.fromkeys(range(1, world.EPISODES + 1), world.EPISODE_MS),
}
ONE_FILE = tuple(dict.fromkeys((STEPS, RETENTION, REVENUE, COHORTS, *QUERY_OF, *SUM_TABLES)))
CLUSTER = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1500m",
    "spark.executor.memory": "2500m",
    "spark.sql.shuffle.partitions": "8",
    "spark.locality.wait": "0s",
}
ADS = """
SELECT 'bench' AS series, 'ad' || a AS ad_cut, 'meta' AS platform, m AS market, DATE '2026-10-01' + d::INTEGER AS day,
    (50 + a) * 1000000 AS spend_micros, 'USD' AS currency, 9000 + a AS impressions, 90 AS clicks, 9 AS installs
FROM range(20) ads(a), unnest(['US', 'ID', 'BR']) markets(m), range(14) days(d)
"""
INSTALLS = """
SELECT viewer_id, 'bench' AS series, 'ad' || row_number() OVER () % 20 AS ad_cut, 'meta' AS platform, market,
    min(started_at) - INTERVAL 5 MINUTE AS "at"
FROM read_parquet($views) GROUP BY viewer_id, market HAVING hash(viewer_id) % 10 = 0
"""


def make(folder: Path, views: int) -> list[Path]:
    """Canonical files of every table."""
    world.make_views(folder, views)
    world.make_events(folder / "events.jsonl.gz", views // 25)
    with engine(folder) as (con, _):
        con.execute(f"COPY ({ADS}) TO '{folder / 'ads.parquet'}' (FORMAT parquet)")
        told = {"views": str(folder / "views.parquet")}
        con.execute(f"COPY ({INSTALLS}) TO '{folder / 'installs.parquet'}' (FORMAT parquet)", told)
    files = []
    for table in (*world.TABLES, "ads", "installs"):
        files.append(folder / f"canonical-{table}.parquet")
        hookline_parquet.load(folder / f"{table}.parquet", files[-1], series="bench", key=world.KEY)
    files.append(folder / "canonical-events.parquet")
    segment.load(folder / "events.jsonl.gz", files[-1], series="bench", key=world.KEY)
    return files


def run(files: Sequence[Path], out: Path, opened: Open) -> tuple[float, float, int]:
    """Seconds of the build and of the sums, and the rows that went in."""
    out.mkdir()
    began = time.perf_counter()
    quality = build(files, out, **GIVEN, engine=opened)
    built = time.perf_counter()
    sum_up(out, series=GIVEN["series"], sources=files, engine=opened)
    return built - began, time.perf_counter() - built, quality.rows


def compare(ours: Path, theirs: Path) -> dict[str, tuple[int, int]]:
    """Rows of each table, and how many of them the other engine doesn't have, either way."""
    found = {}
    with engine(ours) as (con, _):
        for table in (*BY_DAY, *ONE_FILE):
            for name, folder in (("ours", ours), ("theirs", theirs)):
                _open(con, name, table, folder)
            query = (
                "SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM (FROM ours EXCEPT ALL FROM theirs)) "
                "+ (SELECT count(*) FROM (FROM theirs EXCEPT ALL FROM ours))"
            )
            ((rows, other),) = con.execute(query).fetchall()
            found[table.name] = (int(rows), int(other))
    return found


def _open(con: Any, name: str, table: Table, folder: Path) -> None:
    path = f"{folder}/{table.name}/**/*.parquet" if table in BY_DAY else f"{folder}/{table.name}.parquet"
    columns = ", ".join(f'"{column}"' for column, _ in table.columns)
    found = con.read_parquet(path, hive_partitioning=table in BY_DAY)
    found.project(columns if "day" in found.columns else columns.replace('"day"', "NULL AS day")).create_view(
        name, replace=True
    )


def main() -> int:
    """Print the table; 1 where a row differs."""
    options = argparse.ArgumentParser(prog="python -m bench.spark")
    options.add_argument("--views", type=int, default=5_000_000)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    from tests.audience.cluster import WORKERS, cluster, missing

    if why := missing():
        print(f"Not measured: {why}.")
        return 0
    with TemporaryDirectory(dir=given.folder) as work:
        folder = Path(work)
        files = make(folder, given.views)
        ours = run(files, folder / "duckdb", embedded)
        with cluster(folder / "cluster", memory_mb=2600) as master:
            theirs = run(files, folder / "spark", chosen("spark", master=master, options=CLUSTER))
        found = compare(folder / "duckdb", folder / "spark")
    wrong = {name: other for name, (_, other) in found.items() if other}
    rows = sum(count for count, _ in found.values())
    print(f"{given.views:,} views and what goes with them, {ours[2]:,} rows in; load {os.getloadavg()[0]:.1f}.\n")
    print("| engine | build, s | sums, s | rows a second |\n|---|---|---|---|")
    for name, (built, summed, counted) in (("DuckDB, in this process", ours), (f"Spark, {WORKERS} workers", theirs)):
        print(f"| {name} | {built:.1f} | {summed:.1f} | {counted / (built + summed):,.0f} |")
    print(f"\nCompared row by row: {len(found)} tables, {rows:,} rows; {sum(wrong.values()):,} differ.")
    if wrong:
        print(f"\nDiffering: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
