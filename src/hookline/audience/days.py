"""A batch of days: their rows in, their views, cells and viewers' bits out, each day's in a folder of its own.

views/day=2026-10-01/data_0.parquet      (Hive's layout, which every engine reads)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hookline.audience.engine import Engine
from hookline.audience.manifest import Contents, Manifest, beside
from hookline.audience.quality import Counted
from hookline.audience.tables import PAYMENTS, VIEWER_DAYS, partitions
from hookline.formats.events import sql, table_meta
from hookline.model.tables import CELLS, EVENTS, STEPS_RAW, VIEWS, WATCHED, Table

QUERIES = Path(__file__).with_name("sql")
NO_TIME = "1970-01-01"  # the day of rows that name none
ORDER = {VIEWER_DAYS: "viewer"}  # ranges of viewers are read
BY_DAY = (VIEWS, WATCHED, STEPS_RAW, CELLS, VIEWER_DAYS, PAYMENTS)
TIMES = {"events": "at", "views": "started_at", "steps_raw": "at"}


@dataclass(frozen=True, slots=True)
class Work:
    """One build under way: its engine, and where it writes."""

    engine: Engine
    out: Path
    simulated: bool

    def stage(self, name: str) -> None:
        """Run a query file and keep its rows on disk, readable under its name."""
        self.engine.stage(name, sql(QUERIES, name))

    def show(self, name: str) -> None:
        """Make a query file readable under its name, computed as it is read."""
        self.engine.show(name, sql(QUERIES, name))

    def keep(self, name: str) -> None:
        """Keep a small query file's rows in memory, readable under its name."""
        self.engine.keep(name, sql(QUERIES, name))

    def publish(self, table: Table, query: str = "") -> None:
        """Write one of the tables that the build answers with as one file, readable under its name."""
        path = self.out / f"{table.name}.parquet"
        told = f"SELECT {_typed(table, day=True)} FROM ({query or sql(QUERIES, table.name)}) told"  # noqa: S608 - our own names
        self.engine.write(told, path, self._meta(table))
        self.engine.read(table.name, table, [path])

    def publish_days(self, table: Table, days: Sequence[str]) -> None:
        """Write a table's rows of these days, each day in its folder; readable under its name, with ``day``."""
        folder = self.out / table.name
        for day in days:
            shutil.rmtree(folder / f"day={day}", ignore_errors=True)
        told = f"SELECT {_typed(table)}, day FROM ({sql(QUERIES, table.name)}) told"  # noqa: S608
        self.engine.write_days(told, folder, days, self._meta(table), order=ORDER.get(table, ""))
        self.read_days(table, days)

    def read_days(self, table: Table, days: Sequence[str], *, name: str = "") -> None:
        """Make a table's rows of these days readable, with ``day``."""
        self.engine.read_days(name or table.name, table, self.out, days)

    def _meta(self, table: Table) -> dict[str, Any]:
        return table_meta(table, simulated=self.simulated, source="")


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
    """The rows of these days as ``views_in``, ``steps_in`` and, with what neighbours say of them, ``events_raw``."""
    work.engine.table("days", "day DATE", [[date.fromisoformat(day)] for day in days])
    around = sorted({d for day in days for d in (beside(day, -1), day, beside(day, 1))})
    for name, table, wanted in (("events", EVENTS, around), ("views", VIEWS, days), ("steps", STEPS_RAW, days)):
        some = [path for path, c in files.items() if c.table == table.name and any(day in c.rows for day in wanted)]
        work.engine.read(f"{name}_read", table, some)
    halves = [day for day in around if sum(c.table == EVENTS.name and day in c.rows for c in files.values()) > 1]
    eves = sorted({beside(day, -1) for day in days} - set(days))
    for name, source, limit in (
        ("events_around", "events", within("at", around)),
        ("events_halves", "events", within("at", halves)),
        ("events_near", "events", within("at", days, begin=-1, end=25)),
        ("events_eve", "events", within("at", eves, end=23)),
        ("events_late", "events", within("at", eves, begin=23)),
        ("views_in", "views", within("started_at", days)),
        ("steps_in", "steps", within("at", days)),
    ):
        work.engine.show(name, f"SELECT * FROM {source}_read WHERE {limit}")  # noqa: S608
    work.keep("events_early")
    work.show("events_raw")
    work.engine.show("watched_in", "SELECT * FROM watched_dated SEMI JOIN days USING (day)")


def within(column: str, days: Sequence[str], *, begin: int = 0, end: int = 24) -> str:
    """A condition on a time: between two hours of any of the days, in as few ranges as they allow.

    >>> print(within("at", ["2026-10-01", "2026-10-02"], begin=-1, end=25))
    ("at" >= TIMESTAMP '2026-09-30 23:00:00' AND "at" < TIMESTAMP '2026-10-03 01:00:00')
    """
    ranges: list[list[datetime]] = []
    for midnight in map(datetime.fromisoformat, sorted(days)):
        first, last = midnight + timedelta(hours=begin), midnight + timedelta(hours=end)
        if ranges and ranges[-1][1] >= first:
            ranges[-1][1] = last
        else:
            ranges.append([first, last])
    told = [f"(\"{column}\" >= TIMESTAMP '{a}' AND \"{column}\" < TIMESTAMP '{b}')" for a, b in ranges]
    return " OR ".join([*told, f'"{column}" IS NULL'] if NO_TIME in days else told) or "false"


def make_days(work: Work, days: Sequence[str]) -> list[tuple[str, Counted]]:
    """Views, stretches and steps of these days, from ``events_resolved`` and what ``open_days`` opened.

    Returns:
        What became of every row, by day.
    """
    work.keep("event_places")
    work.keep("second_best")
    work.show("events_checked")
    work.keep("ids_again")
    work.show("events_once")
    work.keep("midnights")
    work.keep("with_marks")
    work.show("events_dated")
    work.show("events_placed")
    for name in ("events_paired", "sittings_told", "passes", "views_of_events"):
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
    counts = ((q, of) for q, of in (("events", "event"), ("views", "view"), ("watched", "stretch"), ("steps", "step")))
    return [
        (day.isoformat(), Counted(of, code, int(rows or 0), example or ""))
        for query, of in counts
        for day, code, rows, example in work.engine.ask(sql(QUERIES, f"count_{query}"))
    ]


def add_up(work: Work, days: Sequence[str], manifest: Manifest) -> None:
    """Cells, viewers' bits and payments of days whose views, stretches and steps are there."""
    for table in (VIEWS, WATCHED, STEPS_RAW):
        work.read_days(table, days)
    work.read_days(WATCHED, days, name="stretches")
    work.publish_days(CELLS, days)
    places(work, manifest)
    for table in (VIEWER_DAYS, PAYMENTS):
        work.publish_days(table, days)


def link_day(previous: Path | None, out: Path, day: str) -> None:
    """A day's tables of the previous build, without copying where the file system can."""
    assert previous is not None
    for table in BY_DAY:
        for file in partitions(previous, table, day):
            target = out / file.relative_to(previous)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file, target)
            except OSError:  # another file system, or one without links
                shutil.copyfile(file, target)


def places(work: Work, manifest: Manifest) -> None:
    """The numbers of markets and platforms, those known before and those of ``cells``, which are fewer than views."""
    found = work.engine.ask("SELECT DISTINCT market, platform FROM cells ORDER BY market, platform")
    manifest.places.extend(list(place) for place in found if list(place) not in manifest.places)
    show_places(work.engine, manifest)


def show_places(engine: Engine, manifest: Manifest) -> None:
    """Markets and platforms as ``places``: their numbers, and their turn in the order of their names."""
    turns = {tuple(place): turn for turn, place in enumerate(sorted(manifest.places))}
    rows = [[*place, number, turns[tuple(place)]] for number, place in enumerate(manifest.places)]
    engine.table("places", "market VARCHAR, platform VARCHAR, place BIGINT, turn BIGINT", rows)


def _typed(table: Table, *, day: bool = False) -> str:
    """A table's columns in its types; ``day``, which the folder's name says of a day's file, on demand."""
    return ", ".join(f'CAST("{n}" AS {kind}) AS "{n}"' for n, kind in table.columns if n != "day" or day)
