"""Apache Spark as the engine: the same queries and the same tables, on a cluster.

Driver and workers see the same folders (one machine, a network file system, a mounted bucket).  What one query hands
to the next lies as Parquet in a folder beside the tables.  Tables of one file are few rows: Spark adds them up and the
driver writes them, so that they are the very files that the embedded engine writes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from hookline.audience.engine import Engine, Open, Row
from hookline.audience.spark_sql import KINDS, picks, rows_as_values, turned
from hookline.audience.tables import partitions
from hookline.formats import events
from hookline.formats.events import write_parquet
from hookline.model.errors import EngineFailed, MissingExtra, Unreadable
from hookline.model.tables import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import DataFrame, SparkSession

# Times without a zone stay without one, and where one must be assumed it is UTC; overflow is an error, as in DuckDB.
RULES = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "true",
}
# No marks of success and no checksums beside our files; nothing listens on a port for a person to look at.
START = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    "spark.hadoop.fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
}
MANY = 10_000  # times the rows that one machine takes at once: Spark splits the work itself


def on_spark(*, master: str = "", remote: str = "", options: Mapping[str, str] | None = None) -> Open:
    """How to open Spark: with the executors of a ``master``, or through a Spark Connect server (``remote``).

    Args:
        master: such as ``spark://host:7077``, ``yarn``, ``k8s://...`` or ``local[2]``.
        remote: such as ``sc://host:15002``.
        options: settings of Spark's own, which win over ours of the start.
    """

    @contextmanager
    def opened(folder: Path) -> Iterator[Engine]:
        session = _session(master, remote, options or {})
        with events.engine(folder) as (con, scratch):
            engine = Spark(con, scratch, session)
            try:
                yield engine
            finally:
                engine.forget()

    return opened


def _session(master: str, remote: str, options: Mapping[str, str]) -> SparkSession:
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtra(needs="pyspark", extra="spark") from error
    _look(master, remote)
    builder = SparkSession.builder.appName("hookline")
    builder = builder.remote(remote) if remote else builder.master(master)
    for name, value in ({} if remote else START | dict(options)).items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.getOrCreate()
        for name, value in RULES.items():
            session.conf.set(name, value)
    except (PySparkException, Py4JError, OSError) as error:
        raise _unreached(remote or master, _first_line(error)) from error
    except ImportError as error:  # Connect's own libraries are imported late
        raise MissingExtra(needs="pyspark's Connect client", extra="spark") from error
    return session


def _look(master: str, remote: str) -> None:
    """Is there anybody?  Spark itself asks for a minute, and says little."""
    if not remote and not (which("java") or os.environ.get("JAVA_HOME")):
        raise _unreached(master, "there is no Java on this machine")
    hosts = re.findall(r"([\w.-]+):(\d+)", (remote or master).partition("//")[2])
    if not hosts or not (remote or master).startswith(("spark://", "sc://")):
        return
    for host, port in hosts:  # several masters stand by for each other
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
            return
    raise _unreached(remote or master, "nobody listens there")


def _unreached(address: str, why: str) -> EngineFailed:
    return EngineFailed(
        f"Spark can't be reached ({why})",
        where=address,
        mend="is the cluster up, and Java 17 or newer on this machine?  docs/scale.md says how to get both",
    )


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark session, over tables that are known by name."""

    con: DuckDBPyConnection
    scratch: Path
    session: SparkSession
    times: int = MANY
    names: set[str] = field(default_factory=set)

    def ask(self, query: str) -> list[Row]:
        """The rows of a query."""
        return [tuple(row) for row in self.session.sql(turned(query)).collect()]

    def table(self, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        """Make a few rows known under a name."""
        self._name(name, self.session.sql(rows_as_values(columns, rows)))

    def read(self, name: str, table: Table, files: Sequence[Path], *, filename: bool = False) -> None:
        """Make files readable as a table's columns; ``day`` of a table that lies by day is its folder's."""
        extra = ["regexp_replace(_metadata.file_path, '^file:/+', '/') AS filename"] if filename else []
        if not files:
            extra = ["CAST(NULL AS STRING) AS filename"] if filename else []
            found = self._empty(table)
        else:
            by_day = files[0].parent.name.startswith("day=")
            reader = self.session.read.schema(_schema(table, day=by_day))
            reader = reader.option("basePath", str(files[0].parent.parent)) if by_day else reader
            found = reader.parquet(*map(str, files))
        self._name(name, found.selectExpr("*", *extra))

    def read_days(self, name: str, table: Table, folder: Path, days: Sequence[str]) -> None:
        """Make a table's rows of these days readable, with ``day``."""
        files = [file for day in days for file in partitions(folder, table, day)]
        if files:
            self.read(name, table, files)
        else:
            self._name(name, self._empty(table, day=True))

    def show(self, name: str, query: str) -> None:
        """Make a query readable under a name; what takes work is worked out once, and kept on disk.

        Spark would else put views over views into one plan, whose making takes longer than its running.
        """
        if picks(query):
            self._name(name, self.session.sql(turned(query)))
        else:
            self.stage(name, query)

    def keep(self, name: str, query: str) -> None:
        """Keep a small query's rows on disk: executors' memory is theirs."""
        self.stage(name, query)

    def stage(self, name: str, query: str) -> None:
        """Run a query and keep its rows on disk."""
        path = self.scratch / f"{name}-{len(list(self.scratch.glob(f'{name}-*')))}"  # an older one may still be read
        found = self.session.sql(turned(query))
        found.write.parquet(str(path))
        self._name(name, self.session.read.schema(found.schema).parquet(str(path)))

    def write(self, query: str, path: Path, meta: Mapping[str, Any]) -> None:
        """Write a query's rows as one file, by the driver."""
        parts = self.scratch / f".{path.name}"
        found = self.session.sql(turned(query))
        found.coalesce(1).write.mode("overwrite").parquet(str(parts))
        self.con.read_parquet([str(part) for part in parts.glob("*.parquet")]).create_view("parts", replace=True)
        write_parquet(self.con, "SELECT * FROM parts ORDER BY ALL", path, meta=meta)
        shutil.rmtree(parts)

    def write_days(
        self, query: str, folder: Path, days: Sequence[str], meta: Mapping[str, Any], *, order: str = ""
    ) -> None:
        """Write a query's rows, each day in its folder, in as many files as it has for Spark's taste.

        Spark writes no notes into files: what a table is stands beside them, in ``_hookline.json``.
        """
        found = self.session.sql(turned(query)).hint("rebalance", "day")
        found = found.sortWithinPartitions("day", *order.split(", ")) if order else found
        found.write.mode("append").partitionBy("day").parquet(str(folder))
        (folder / "_hookline.json").write_text(json.dumps(dict(meta), sort_keys=True), encoding="utf-8")

    @contextmanager
    def reading(self, source: Path) -> Iterator[None]:
        """Turn Spark's complaints about a source file into ``Unreadable``."""
        from pyspark.errors import PySparkException

        try:
            with events.reading(source):
                yield
        except PySparkException as error:
            raise Unreadable(
                f"can't be read to its end ({_first_line(error)})",
                where=str(source),
                mend="export or download it again",
            ) from error

    def forget(self) -> None:
        """Let go of all names."""
        for name in self.names:
            self.session.catalog.dropTempView(name)

    def _name(self, name: str, found: DataFrame) -> None:
        found.createOrReplaceTempView(name)
        self.names.add(name)

    def _empty(self, table: Table, *, day: bool = False) -> DataFrame:
        return self.session.sql(rows_as_values(_columns(table, day=day), []))


def _columns(table: Table, *, day: bool = False) -> str:
    """A table's columns; with ``day`` last, as in tables that lie by day."""
    named = [f"{name} {kind}" for name, kind in table.columns if not (day and name == "day")]
    return ", ".join([*named, "day DATE"] if day else named)


def _schema(table: Table, *, day: bool = False) -> str:
    told = (one.split(" ", 1) for one in _columns(table, day=day).split(", "))
    return ", ".join(f"`{name}` {KINDS.get(kind, kind)}" for name, kind in told)
