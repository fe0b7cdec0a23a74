"""Canonical events, views and steps of any number of files to one set of views, cells and steps.

The rules stand in ``docs/audience.md`` and, each in its place, in ``sql/*.sql``.  They don't depend on the
order of files or rows, nor on how often a file is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.audience.quality import Counted, quality_of
from hookline.audience.tables import COHORTS, RETENTION, REVENUE
from hookline.formats.events import canonical, engine, read_meta, reading, sql, table_meta, view_of, write_parquet
from hookline.model.errors import BadInput
from hookline.model.progress import Progress, silent
from hookline.model.quality import Quality
from hookline.model.tables import CELLS, EVENTS, STEPS, STEPS_RAW, VIEWS, WATCHED, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUERIES = Path(__file__).with_name("sql")
SOURCES = (EVENTS, VIEWS, WATCHED, STEPS_RAW)
STAGES = 6


@dataclass(frozen=True, slots=True)
class _Work:
    """One build under way: its engine, where it stages and where it writes."""

    con: DuckDBPyConnection
    scratch: Path
    out: Path
    simulated: bool

    def stage(self, name: str) -> None:
        """Run a query and keep its rows on disk, readable under its name."""
        path = self.scratch / f"{name}.parquet"
        write_parquet(self.con, sql(QUERIES, name), path)
        self.con.read_parquet(str(path)).create_view(name, replace=True)

    def show(self, name: str) -> None:
        """Make a query readable under its name, computed as it is read."""
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql(QUERIES, name)}")

    def publish(self, table: Table) -> None:
        """Write one of the tables that the build answers with, readable under its name."""
        path = self.out / f"{table.name}.parquet"
        columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in table.columns)
        select = f"SELECT {columns} FROM ({sql(QUERIES, table.name)})"  # noqa: S608 - names of our own tables
        meta = table_meta(table, simulated=self.simulated, source="")
        write_parquet(self.con, select, path, meta=meta)
        self.con.read_parquet(str(path)).create_view(table.name, replace=True)


def build(
    sources: Sequence[Path],
    out: Path,
    *,
    series: str,
    durations_ms: Mapping[int, int],
    progress: Progress = silent,
) -> Quality:
    """Build every table of a series' audience in the folder ``out``, which must exist.

    Writes ``views``, ``watched``, ``steps_raw``, ``cells`` and ``steps`` (see ``model.tables``), ``retention``,
    ``revenue`` and ``cohorts`` (see ``audience.tables``), each whole or not at all.

    Args:
        sources: canonical Parquet files as the event formats write them, in any order.
        out: folder for the tables; temporary files lie in it while the build runs.
        series: the series' name in the tables; rows of another one are set aside.
        durations_ms: length of each episode of the series, by its number.
        progress: told after each of six stages.

    Returns:
        What became of every row: ``rows == counted + set aside``.

    Raises:
        BadInput: an episode's length is not positive.
        Unreadable: a source is damaged or is not a canonical table.
    """
    wrong = [episode for episode, duration_ms in durations_ms.items() if duration_ms <= 0]
    if wrong or not durations_ms:
        raise BadInput(
            f"episodes without a length: {wrong or 'all'}", mend="give each episode's length in milliseconds"
        )
    with engine(out) as (con, scratch):
        simulated = _open_sources(con, sources)
        _episodes(con, series, durations_ms)
        work = _Work(con, scratch, out, simulated)
        counted: list[Counted] = []
        for done, part in enumerate((_events, _views, _watched, _steps_raw, _cells, _steps), 1):
            counted += part(work)
            progress("build the audience", done, STAGES)
    return quality_of(counted)


def _open_sources(con: DuckDBPyConnection, sources: Sequence[Path]) -> bool:
    """Every source readable as ``events_raw``, ``views_in``, ...; whether any of them is simulated."""
    tables = {path: canonical(con, path) for path in sorted(set(sources))}
    for table, name in zip(SOURCES, ("events_raw", "views_in", "watched_in", "steps_in"), strict=True):
        files = [path for path, found in tables.items() if found is table]
        with reading(files[0] if files else Path()):
            view_of(con, name, table, files, filename=table is WATCHED)
    return any(bool(read_meta(con, path).get("simulated")) for path in tables)


def _episodes(con: DuckDBPyConnection, series: str, durations_ms: Mapping[int, int]) -> None:
    numbers = sorted(durations_ms)
    following = dict(pairwise(numbers))
    con.execute("CREATE TEMP TABLE this AS SELECT $series AS series", {"series": series})
    con.execute("CREATE TEMP TABLE episodes (episode INTEGER, duration_ms BIGINT, next_episode INTEGER)")
    rows = [(number, durations_ms[number], following.get(number)) for number in numbers]
    con.executemany("INSERT INTO episodes VALUES (?, ?, ?)", rows)


def _events(work: _Work) -> list[Counted]:
    """Events once each, what they played, and the views they make."""
    work.stage("events_resolved")
    work.con.execute("CREATE TEMP VIEW events_in AS SELECT * FROM events_resolved")
    work.con.execute(f"CREATE TEMP TABLE cuts AS {sql(QUERIES, 'cuts')}")
    for name in ("events_checked", "events_once", "passes", "views_of_events"):
        work.stage(name)
    return list(_counts(work.con, "count_events", "event"))


def _views(work: _Work) -> list[Counted]:
    work.show("views_checked")
    work.show("sittings")
    work.con.execute(f"CREATE TEMP TABLE views_several AS {sql(QUERIES, 'views_several')}")
    work.stage("views_merged")
    work.publish(VIEWS)
    return list(_counts(work.con, "count_views", "view"))


def _watched(work: _Work) -> list[Counted]:
    work.show("sitting_of")
    work.stage("watched_checked")
    work.stage("stretches")
    work.publish(WATCHED)
    return list(_counts(work.con, "count_watched", "stretch"))


def _steps_raw(work: _Work) -> list[Counted]:
    work.stage("steps_checked")
    work.publish(STEPS_RAW)
    return list(_counts(work.con, "count_steps", "step"))


def _cells(work: _Work) -> list[Counted]:
    work.publish(CELLS)
    work.publish(RETENTION)
    return []


def _steps(work: _Work) -> list[Counted]:
    work.show("views_whole")
    work.stage("viewers")
    for table in (STEPS, REVENUE, COHORTS):
        work.publish(table)
    return []


def _counts(con: DuckDBPyConnection, query: str, of: str) -> Iterator[Counted]:
    for code, rows, example in con.execute(sql(QUERIES, query)).fetchall():
        yield Counted(of, code, int(rows or 0), example or "")
