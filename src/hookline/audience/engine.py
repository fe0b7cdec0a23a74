"""Where the queries run: DuckDB inside this process, or Apache Spark (``engine_spark``), by one setting.

A query is written once, in DuckDB's SQL.  The rest of this room speaks to an ``Engine`` and never asks which one.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hookline.audience.tables import partitions
from hookline.formats import events
from hookline.formats.events import PARQUET, reading, view_of, write_parquet
from hookline.model.errors import BadInput
from hookline.model.tables import META_KEY, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = tuple[Any, ...]


class Engine(Protocol):
    """What runs queries in DuckDB's SQL, over tables that are known by name."""

    @property
    def con(self) -> DuckDBPyConnection:
        """A DuckDB, for what the heads of files say: the engine itself, or beside it."""

    @property
    def times(self) -> int:
        """How many times the rows it takes at once that the embedded engine takes."""

    def ask(self, query: str) -> list[Row]:
        """The rows of a query: few."""

    def table(self, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Make a few rows known under a name; ``columns`` as in ``CREATE TABLE``."""

    def read(self, name: str, table: Table, files: Sequence[Path], *, filename: bool = False) -> None:
        """Make files readable as a table's columns; an empty table without files."""

    def read_days(self, name: str, table: Table, folder: Path, days: Sequence[str]) -> None:
        """Make a table's rows of these days, as ``write_days`` laid them down, readable, with ``day``."""

    def show(self, name: str, query: str) -> None:
        """Make a query readable under a name, computed as it is read."""

    def keep(self, name: str, query: str) -> None:
        """Keep a small query's rows in memory, readable under a name."""

    def stage(self, name: str, query: str) -> None:
        """Run a query and keep its rows on disk, readable under a name."""

    def write(self, query: str, path: Path, meta: Mapping[str, Any]) -> None:
        """Write a query's rows as one Parquet file in the order of all columns, whole or not at all."""

    def write_days(
        self, query: str, folder: Path, days: Sequence[str], meta: Mapping[str, Any], *, order: str = ""
    ) -> None:
        """Write a query's rows, of these days, as Parquet, each day in its folder, sorted by ``order`` if any."""

    def reading(self, source: Path) -> AbstractContextManager[None]:
        """Turn complaints about a source file into ``Unreadable``."""


Open = Callable[[Path], AbstractContextManager[Engine]]  # in a folder, inside which what spills may lie


def chosen(
    name: str = "duckdb",
    *,
    master: str = "",
    remote: str = "",
    options: Mapping[str, str] | None = None,
    where: str = "",
) -> Open:
    """How to open an engine.

    Args:
        name: ``duckdb`` or ``spark``.
        master: of Spark: ``spark://host:7077``, ``yarn``, ``k8s://...`` or ``local[2]``.
        remote: of a Spark Connect server instead: ``sc://host:15002``.
        options: Spark's own settings, by its own names.
        where: the file that says so, for errors.

    Raises:
        BadInput: there is no such engine, or Spark is asked for without saying where it is.
    """
    if name == "duckdb":
        return embedded
    if name != "spark":
        raise BadInput(f"there is no audience engine {name!r}", where=where, mend='engines: "duckdb" or "spark"')
    if bool(master) == bool(remote):
        raise BadInput(
            "Spark is to count the audience, but where is it?",
            where=where,
            mend='write either master = "spark://host:7077" or remote = "sc://host:15002" beside engine = "spark"',
        )
    from hookline.audience.engine_spark import on_spark

    return on_spark(master=master, remote=remote, options=options)


@contextmanager
def embedded(folder: Path) -> Iterator[Engine]:
    """DuckDB inside this process, with a folder in ``folder`` for what spills."""
    with events.engine(folder) as (con, scratch):
        yield Embedded(con, scratch)


@dataclass(frozen=True, slots=True)
class Embedded:
    """DuckDB inside this process."""

    con: DuckDBPyConnection
    scratch: Path
    times: int = 1

    def ask(self, query: str) -> list[Row]:
        """The rows of a query."""
        return self.con.execute(query).fetchall()

    def table(self, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Make a few rows known under a name."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        if rows:
            lists = [list(column) for column in zip(*rows, strict=True)]
            self.con.execute(f"INSERT INTO {name} SELECT {', '.join('unnest(?)' for _ in lists)}", lists)

    def read(self, name: str, table: Table, files: Sequence[Path], *, filename: bool = False) -> None:
        """Make files readable as a table's columns."""
        view_of(self.con, name, table, files, filename=filename)

    def read_days(self, name: str, table: Table, folder: Path, days: Sequence[str]) -> None:
        """Make a table's rows of these days readable, with ``day``; none where nothing was written."""
        files = [file for day in days for file in partitions(folder, table, day)]
        self.con.execute(f"DROP VIEW IF EXISTS temp.{name}")  # an empty one from before would hide the files
        if files:
            relation = self.con.read_parquet([str(file) for file in files], hive_partitioning=True)
            relation.create_view(name, replace=True)
            return
        columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in table.columns if column != "day")
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns}, NULL::DATE AS day WHERE false")

    def show(self, name: str, query: str) -> None:
        """Make a query readable under a name, computed as it is read."""
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")

    def keep(self, name: str, query: str) -> None:
        """Keep a small query's rows in memory."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def stage(self, name: str, query: str) -> None:
        """Run a query and keep its rows on disk."""
        path = self.scratch / f"{name}.parquet"
        write_parquet(self.con, query, path)
        self.con.read_parquet(str(path)).create_view(name, replace=True)

    def write(self, query: str, path: Path, meta: Mapping[str, Any]) -> None:
        """Write a query's rows as one file."""
        write_parquet(self.con, f"SELECT * FROM ({query}) ORDER BY ALL", path, meta=meta)  # noqa: S608

    def write_days(
        self, query: str, folder: Path, days: Sequence[str], meta: Mapping[str, Any], *, order: str = ""
    ) -> None:
        """Write a query's rows, each day in its folder; a day alone by itself, as parting rows by day costs more."""
        folder.mkdir(exist_ok=True)
        told = f"SELECT * FROM ({query}) told" + (f" ORDER BY {order}" if order else "")  # noqa: S608
        if len(days) > 1:
            by_day = f"{PARQUET}, PARTITION_BY (day), OVERWRITE_OR_IGNORE true, KV_METADATA $meta"
            self.con.execute(
                f"COPY ({told}) TO $folder ({by_day})",
                {"folder": str(folder), "meta": {META_KEY: json.dumps(dict(meta), sort_keys=True)}},
            )
        elif days:
            file = folder / f"day={days[0]}" / "data_0.parquet"
            file.parent.mkdir()
            if not write_parquet(self.con, told.replace("*", "* EXCLUDE (day)", 1), file, meta=meta):
                shutil.rmtree(file.parent)  # as where rows are parted by day

    def reading(self, source: Path) -> AbstractContextManager[None]:
        """Turn DuckDB's complaints about a source file into ``Unreadable``."""
        return reading(source)
