"""Hookline's own tables as Parquet: ``events``, ``views``, ``watched`` and ``steps_raw``.

For studios that prepare their data themselves.  A file or a folder of files of one table, recognised by its
columns; the columns and their types stand in ``hookline.model.tables`` and ``docs/audience.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.formats import Match
from hookline.formats.events import (
    Intake,
    Pseudonyms,
    engine,
    read_meta,
    reading,
    sql,
    table_meta,
    write_parquet,
)
from hookline.model.errors import Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.quality import SetAside
from hookline.model.tables import EVENTS, STEPS_RAW, VIEWS, WATCHED, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KIND = "events"
TITLE = "Hookline tables (Parquet)"

QUERIES = Path(__file__).with_name("sql")
MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a table can't do without, and what tells it from the others."""

    table: Table
    required: tuple[str, ...]
    telling: tuple[str, ...]


SHAPES = (
    _Shape(VIEWS, ("viewer_id", "episode", "started_at", "exit_ms"), ("exit_ms",)),
    _Shape(WATCHED, ("view_id", "from_ms", "to_ms"), ("from_ms", "to_ms")),
    _Shape(EVENTS, ("viewer_id", "episode", "at", "kind", "position_ms"), ("kind",)),
    _Shape(STEPS_RAW, ("viewer_id", "episode", "event", "at"), ("event", "at")),
)


def recognise(name: str, head: bytes) -> Match | None:
    """A Parquet file says so in its first bytes; what it holds is at its end, and ``load`` looks."""
    return Match(0.8, "a Parquet file") if head.startswith(MAGIC) else None


def load(source: Path, out: Path, *, series: str, key: bytes, progress: Progress = silent) -> Intake:
    """Read a file or a folder to its canonical table at ``out``; ids become pseudonyms under ``key``.

    Raises:
        Unreadable: damaged, of no known table, or nothing in it is usable.
    """
    files = _files(source)
    with engine(out.parent) as (con, _):
        Pseudonyms.from_key(key).install(con)
        with reading(source):
            con.read_parquet([str(file) for file in files], union_by_name=True).create_view("given")
        columns = {row[0]: row[1] for row in con.execute("DESCRIBE given").fetchall()}
        shape = _shape(columns, source)
        unknown = sorted(set(columns) - set(shape.table.names()))
        _complete(con, columns, shape.table)
        simulated = any(bool(read_meta(con, file).get("simulated")) for file in files)
        meta = table_meta(shape.table, simulated=simulated, source=source.name)
        progress("read events", 0, 2)
        with reading(source):
            rows, problems = _problems(con, shape)
            progress("read events", 1, 2)
            query = sql(QUERIES, f"own_{shape.table.name}")
            parameters = {"series": series} if "$series" in query else {}
            written = write_parquet(con, query, out, meta=meta, parameters=parameters)
        progress("read events", 2, 2)
    if not written:
        out.unlink()
        why = "; ".join(f"{p.reason} ({p.count})" for p in problems) or "it has no rows"
        raise Unreadable(f"holds no row that can be used: {why}", where=str(source))
    extra = tuple(
        SetAside(f"the column {name!r} is not one of {shape.table.name}: not read", rows, kept=True) for name in unknown
    )
    return Intake(shape.table.name, rows, written, simulated, (*problems, *extra))


def _files(source: Path) -> list[Path]:
    files = sorted(source.rglob("*.parquet")) if source.is_dir() else [source]
    if not files:
        raise Unreadable("no Parquet files are in this folder", where=str(source))
    return files


def _shape(columns: dict[str, str], source: Path) -> _Shape:
    """The table whose telling columns are there, with all that it requires."""
    fitting = [shape for shape in SHAPES if all(name in columns for name in shape.telling)]
    if not fitting:
        tables = "; ".join(f"{s.table.name}: {', '.join(s.required)}" for s in SHAPES)
        raise Unreadable(
            f"is none of Hookline's tables; columns found: {', '.join(columns)}",
            where=str(source),
            mend=f"columns that each table needs: {tables}",
        )
    shape = fitting[0]
    missing = [name for name in shape.required if name not in columns]
    if missing:
        raise Unreadable(
            f"looks like {shape.table.name} but lacks {', '.join(missing)}; columns found: {', '.join(columns)}",
            where=str(source),
            mend="add the missing columns; docs/audience.md says what they mean",
        )
    return shape


def _complete(con: DuckDBPyConnection, columns: dict[str, str], table: Table) -> None:
    """Every column of the table as ``rows_in``, of its type; NULL where missing or of no use."""
    picked = ", ".join(_cast(name, kind, columns.get(name)) for name, kind in table.columns)
    con.execute(f"CREATE TEMP VIEW rows_in AS SELECT {picked} FROM given")  # noqa: S608 - names of our own table


def _cast(name: str, kind: str, found: str | None) -> str:
    if found is None:
        return f'NULL::{kind} AS "{name}"'
    if found == kind:
        return f'"{name}"'
    if kind == "TIMESTAMP" and found == "TIMESTAMP WITH TIME ZONE":
        return f'make_timestamp(epoch_us("{name}")) AS "{name}"'
    return f'try_cast("{name}" AS {kind}) AS "{name}"'


def _problems(con: DuckDBPyConnection, shape: _Shape) -> tuple[int, tuple[SetAside, ...]]:
    """How many rows there are, and which lack something that they can't do without."""
    needed = [name for name in shape.required if name not in ("episode", "exit_ms", "position_ms")]
    tests = ", ".join(f'count(*) FILTER ("{name}" IS NULL)' for name in needed)
    first = " AND ".join(f'"{name}" IS NOT NULL' for name in needed)
    counts: Any = con.execute(f"SELECT count(*), count(*) FILTER ({first}), {tests} FROM rows_in").fetchone()  # noqa: S608
    lost = counts[0] - counts[1]
    if not lost:
        return counts[0], ()
    empty = ", ".join(f"{name} ({n})" for name, n in zip(needed, counts[2:], strict=True) if n)
    return counts[0], (SetAside(f"{empty}: missing, or not of its type", lost, mend="see docs/audience.md"),)
