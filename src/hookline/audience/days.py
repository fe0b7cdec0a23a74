"""A batch of days: their rows in, their views, cells and viewers' bits out, each day's in a folder of its own.

views/day=2026-10-01/data_0.parquet      (Hive's layout, which every engine reads)
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.audience.manifest import Contents, Manifest, beside
from hookline.audience.quality import Counted
from hookline.audience.tables import PAYMENTS, VIEWER_DAYS, partitions
from hookline.formats.events import sql, table_meta, view_of, write_parquet
from hookline.model.tables import CELLS, EVENTS, META_KEY, STEPS_RAW, VIEWS, WATCHED, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUERIES = Path(__file__).with_name("sql")
NO_TIME = "1970-01-01"  # the day of rows that name none
BY_DAY = (VIEWS, WATCHED, STEPS_RAW, CELLS, VIEWER_DAYS, PAYMENTS)
TIMES = {"events": "at", "views": "started_at", "steps_raw": "at"}


@dataclass(frozen=True, slots=True)
class Work:
    """One build under way: its engine, where it stages and where it writes."""

    con: DuckDBPyConnection
    scratch: Path
    out: Path
    simulated: bool

    def stage(self, name: str, query: str = "") -> None:
        """Run a query and keep its rows on disk, readable under its name."""
        path = self.scratch / f"{name}.parquet"
        write_parquet(self.con, query or sql(QUERIES, name), path)
        self.con.read_parquet(str(path)).create_view(name, replace=True)

    def show(self, name: str) -> None:
        """Make a query readable under its name, computed as it is read."""
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql(QUERIES, name)}")

    def keep(self, name: str) -> None:
        """Keep a small query's rows in memory, readable under its name."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql(QUERIES, name)}")

    def publish(self, table: Table, query: str = "") -> None:
        """Write one of the tables that the build answers with as one file, readable under its name."""
        path = self.out / f"{table.name}.parquet"
        meta = table_meta(table, simulated=self.simulated, source="")
        select = f"SELECT {_typed(table, day=True)} FROM ({query or sql(QUERIES, table.name)}) ORDER BY ALL"  # noqa: S608 - our own names
        write_parquet(self.con, select, path, meta=meta)
        self.con.read_parquet(str(path)).create_view(table.name, replace=True)

    def publish_days(self, table: Table, days: Sequence[str]) -> None:
        """Write a table's rows of these days, each day in its folder; readable under its name, with ``day``."""
        folder = self.out / table.name
        for day in days:
            shutil.rmtree(folder / f"day={day}", ignore_errors=True)
        folder.mkdir(exist_ok=True)
        meta = {META_KEY: _json(table_meta(table, simulated=self.simulated, source=""))}
        order = " ORDER BY viewer" if table is VIEWER_DAYS else ""
        self.con.execute(
            f"COPY (SELECT {_typed(table)}, day FROM ({sql(QUERIES, table.name)}){order}) TO $folder "  # noqa: S608
            "(FORMAT parquet, PARTITION_BY (day), OVERWRITE_OR_IGNORE true, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
            "DICTIONARY_SIZE_LIMIT 2000, KV_METADATA $meta)",
            {"folder": str(folder), "meta": meta},
        )
        self.read_days(table, days)

    def read_days(self, table: Table, days: Sequence[str], *, name: str = "") -> None:
        """Make a table's rows of these days readable, with ``day``."""
        read_days(self.con, self.out, table, days, name=name)


def read_days(con: DuckDBPyConnection, folder: Path, table: Table, days: Sequence[str], *, name: str = "") -> None:
    """Make a table's rows of these days readable, with ``day``; none where nothing was written."""
    files = [file for day in days for file in partitions(folder, table, day)]
    con.execute(f"DROP VIEW IF EXISTS temp.{name or table.name}")  # an empty one from before would hide the files
    if files:
        relation = con.read_parquet([str(file) for file in files], hive_partitioning=True)
        relation.create_view(name or table.name, replace=True)
        return
    columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in table.columns if column != "day")
    con.execute(f"CREATE OR REPLACE TEMP VIEW {name or table.name} AS SELECT {columns}, NULL::DATE AS day WHERE false")


def batches(days: Mapping[str, int], rows_at_once: int) -> Iterator[list[str]]:
    """Days in order, so many together as have about this many rows."""
    batch: list[str] = []
    rows = 0
    for day in sorted(days):
        if batch and rows + days[day] > rows_at_once:
            yield batch
            batch, rows = [], 0
        batch.append(day)
        rows += days[day]
    if batch:
        yield batch


def open_days(work: Work, files: Mapping[Path, Contents], days: Sequence[str]) -> None:
    """The rows of these days as ``views_in``, ``steps_in`` and, with their neighbours', ``events_raw``."""
    work.con.execute("CREATE OR REPLACE TEMP TABLE days AS SELECT unnest($days::DATE[]) AS day", {"days": list(days)})
    around = sorted({d for day in days for d in (beside(day, -1), day, beside(day, 1))})
    for name, table, wanted in (
        ("events_raw", EVENTS, around),
        ("views_in", VIEWS, days),
        ("steps_in", STEPS_RAW, days),
    ):
        some = [path for path, c in files.items() if c.table == table.name and any(day in c.rows for day in wanted)]
        view_of(work.con, f"all_{name}", table, some)
        limit = _within(TIMES[table.name], wanted)
        work.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM all_{name} WHERE {limit}")  # noqa: S608
    work.con.execute("CREATE OR REPLACE TEMP VIEW watched_in AS SELECT * FROM watched_dated SEMI JOIN days USING (day)")


def _within(column: str, days: Sequence[str]) -> str:
    """A condition on a time, in as few ranges as the days allow."""
    ranges: list[list[date]] = []
    for day in map(date.fromisoformat, sorted(days)):
        if ranges and ranges[-1][1] == day:
            ranges[-1][1] = day + timedelta(days=1)
        else:
            ranges.append([day, day + timedelta(days=1)])
    told = [f"(\"{column}\" >= TIMESTAMP '{a}' AND \"{column}\" < TIMESTAMP '{b}')" for a, b in ranges]
    return " OR ".join([*told, f'"{column}" IS NULL'] if NO_TIME in days else told)


def make_days(work: Work, days: Sequence[str], manifest: Manifest) -> list[tuple[str, Counted]]:
    """Every table of these days, from ``events_resolved``, ``views_in``, ``steps_in`` and ``watched_in``.

    Returns:
        What became of every row, by day.
    """
    for name in ("events_checked", "events_once", "events_placed", "passes", "views_of_events"):
        work.stage(name)
    work.show("views_checked")
    work.show("sittings")
    for name in ("views_several", "impossible"):
        work.keep(name)
    work.stage("views_merged")
    work.publish_days(VIEWS, days)
    work.show("sitting_of")
    for name in ("watched_checked", "stretches"):
        work.stage(name)
    work.publish_days(WATCHED, days)
    work.stage("steps_checked")
    work.publish_days(STEPS_RAW, days)
    add_up(work, days, manifest)
    counts = ((q, of) for q, of in (("events", "event"), ("views", "view"), ("watched", "stretch"), ("steps", "step")))
    return [
        (day.isoformat(), Counted(of, code, int(rows or 0), example or ""))
        for query, of in counts
        for day, code, rows, example in work.con.execute(sql(QUERIES, f"count_{query}")).fetchall()
    ]


def add_up(work: Work, days: Sequence[str], manifest: Manifest) -> None:
    """Cells, viewers' bits and payments of days whose views, stretches and steps are there."""
    for table in (VIEWS, WATCHED, STEPS_RAW):
        work.read_days(table, days)
    work.read_days(WATCHED, days, name="stretches")
    places(work, manifest)
    for table in (CELLS, VIEWER_DAYS, PAYMENTS):
        work.publish_days(table, days)


def places(work: Work, manifest: Manifest) -> None:
    """The numbers of markets and platforms, those known before and those of ``views``."""
    found = work.con.execute("SELECT DISTINCT market, platform FROM views ORDER BY market, platform").fetchall()
    manifest.places.extend(list(place) for place in found if list(place) not in manifest.places)
    show_places(work.con, manifest)


def show_places(con: DuckDBPyConnection, manifest: Manifest) -> None:
    """The numbers of markets and platforms as ``places``."""
    con.execute("CREATE OR REPLACE TEMP TABLE places (market VARCHAR, platform VARCHAR, place BIGINT)")
    con.executemany("INSERT INTO places VALUES (?, ?, ?)", [[*p, n] for n, p in enumerate(manifest.places)])


def _typed(table: Table, *, day: bool = False) -> str:
    """A table's columns in its types; ``day``, which the folder's name says of a day's file, on demand."""
    return ", ".join(f'CAST("{n}" AS {kind}) AS "{n}"' for n, kind in table.columns if n != "day" or day)


def _json(meta: Mapping[str, object]) -> str:
    import json

    return json.dumps(dict(meta), sort_keys=True)
