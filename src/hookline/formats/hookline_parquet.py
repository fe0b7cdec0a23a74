"""Hookline's own tables: ``events``, ``views``, ``watched``, ``steps_raw``, ``ads`` and ``installs``.

For studios that prepare their data themselves: Parquet, CSV or JSON lines.  A file or a folder of files of one
table, recognised by its columns; the columns and their types stand in ``hookline.model.tables`` and
``docs/audience.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.formats import Match
from hookline.formats import sources as shared
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
from hookline.formats.given import Given, Sample, open_given, sample_file
from hookline.model.errors import Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.quality import SetAside
from hookline.model.tables import ADS, EVENTS, INSTALLS, STEPS_RAW, VIEWS, WATCHED, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KIND = "events"
TITLE = "Hookline tables"

QUERIES = Path(__file__).with_name("sql")


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
    _Shape(ADS, ("ad_cut", "platform", "day", "spend_micros"), ("ad_cut", "spend_micros")),
    _Shape(INSTALLS, ("viewer_id", "ad_cut", "at"), ("ad_cut", "at")),
)
OPTIONAL = ("episode", "exit_ms", "position_ms")  # columns that must be there, but may be empty


def judge(sample: Sample) -> Match | None:
    """Whether the columns are those of one of Hookline's tables."""
    fitting = [shape for shape in SHAPES if set(shape.required) <= set(sample.columns)]
    if fitting:
        return Match(0.96, f"the columns of Hookline's table {fitting[0].table.name}")
    return Match(0.1, "a Parquet file") if sample.shape == "parquet" else None


recognise = shared.recogniser(judge)


def load(files: Path | Sequence[Path], out: Path, *, series: str, key: bytes, progress: Progress = silent) -> Intake:
    """Read a file or files to their canonical table at ``out``; ids become pseudonyms under ``key``.

    Raises:
        Unreadable: damaged, of no known table, or nothing in it is usable.
    """
    paths = _files(files)
    with engine(out.parent) as (con, _):
        shared.prepare(con, Pseudonyms.from_key(key), series)
        with reading(paths[0]):
            given, columns = _open(con, paths)
        shape = _shape(columns, paths[0])
        with reading(paths[0]):
            told = zoneless(con, given, shape.table, columns)
        return load_rows(con, given, shape.table, columns, out, series=series, progress=progress, aside=told)


def load_rows(
    con: DuckDBPyConnection,
    given: Given,
    table: Table,
    columns: dict[str, str],
    out: Path,
    *,
    series: str,
    progress: Progress,
    aside: tuple[SetAside, ...] = (),
) -> Intake:
    """Write the view ``given``, whose columns are the table's, as the canonical table at ``out``.

    Args:
        con: an engine with ``sources.prepare`` done.
        given: what the view was opened from.
        table: which table it is.
        columns: the view's columns and their types.
        out: where the table goes.
        series: for rows that name none.
        progress: told at the beginning, between and at the end.
        aside: what was set aside before, whose rows are in the view no more, or mended.
    """
    file = given.files[0]
    shape = next(shape for shape in SHAPES if shape.table is table)
    unknown = sorted(set(columns) - {*table.names(), "blank"})
    _complete(con, columns, table)
    simulated = any(_is_simulated(con, path) for path in given.files)
    meta = table_meta(table, simulated=simulated, source=file.name)
    progress("read events", 0, 2)
    with reading(file):
        query = sql(QUERIES, f"own_{table.name}")
        written = write_parquet(con, query, out, meta=meta, parameters={"series": series})
        progress("read events", 1, 2)
        rows, problems = _problems(con, shape, given)
    progress("read events", 2, 2)
    problems = (*aside, *problems)
    rows += sum(problem.count for problem in aside if not problem.kept)
    if not written:
        out.unlink()
        why = "; ".join(f"{p.reason} ({p.count})" for p in problems) or "it has no rows"
        raise Unreadable(f"holds no row that can be used: {why}", where=str(file))
    extra = tuple(
        SetAside(f"the column {name!r} is not one of {table.name}: not read", rows, kept=True) for name in unknown
    )
    return Intake(table.name, rows, written, simulated, (*problems, *extra))


def _meta(con: DuckDBPyConnection, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        parquet = file.read(4) == b"PAR1"
    return read_meta(con, path) if parquet else {}


def _is_simulated(con: DuckDBPyConnection, path: Path) -> bool:
    return bool(_meta(con, path).get("simulated"))


def _is_ours(con: DuckDBPyConnection, path: Path) -> bool:
    return bool(_meta(con, path))


def _open(con: DuckDBPyConnection, files: Sequence[Path]) -> tuple[Given, dict[str, str]]:
    """The files as the view ``given``; its columns and their types."""
    samples = [sample_file(path) for path in files]
    if {sample.shape for sample in samples} == {"parquet"}:
        con.read_parquet([str(file) for file in files], union_by_name=True).create_view("given")
        given = Given(tuple(files), frozenset({"parquet"}))
    else:
        names = dict.fromkeys(name for sample in samples for name in sample.columns)
        given = open_given(con, files, {name: (name,) for name in names if "." not in name})
    return given, {row[0]: row[1] for row in con.execute("DESCRIBE given").fetchall()}


def _files(source: Path | Sequence[Path]) -> list[Path]:
    if not isinstance(source, Path):
        return sorted(source)
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
    if kind == "TIMESTAMP" and found == "VARCHAR":
        return f'coalesce(instant("{name}"), try_cast("{name}" AS TIMESTAMP)) AS "{name}"'
    if kind == "TIMESTAMP" and found == "TIMESTAMP WITH TIME ZONE":
        return f'make_timestamp(epoch_us("{name}")) AS "{name}"'
    return f'try_cast("{name}" AS {kind}) AS "{name}"'


def _problems(con: DuckDBPyConnection, shape: _Shape, given: Given) -> tuple[int, tuple[SetAside, ...]]:
    """How many rows there are, and which lack something that they can't do without."""
    needed = [name for name in shape.required if name not in OPTIONAL]
    tests = ", ".join(f'count(*) FILTER ("{name}" IS NULL)' for name in needed)
    first = " AND ".join(f'"{name}" IS NOT NULL' for name in needed)
    counts: Any = con.execute(f"SELECT count(*), count(*) FILTER ({first}), {tests} FROM rows_in").fetchone()  # noqa: S608
    rejected, place = given.rejected(con)
    lost = counts[0] - counts[1] - given.marked
    found = []
    if lost:
        empty = ", ".join(f"{name} ({n - given.marked})" for name, n in zip(needed, counts[2:], strict=True) if n)
        found.append(SetAside(f"{empty}: missing, or not of its type", lost, mend="see docs/audience.md"))
    if rejected:
        found.append(SetAside("the line has not the columns of the header, or is cut off", rejected, place))
    return counts[0] - given.marked + rejected, tuple(found)


def zoneless(con: DuckDBPyConnection, given: Given, table: Table, columns: dict[str, str]) -> tuple[SetAside, ...]:
    """How many times of the view ``given`` name no zone, and one of them; tables that Hookline wrote are in UTC."""
    name = next((name for name, kind in table.columns if kind == "TIMESTAMP"), "")
    kind = columns.get(name, "")
    if kind == "VARCHAR":
        test = f'zoneless("{name}")'
    elif kind == "TIMESTAMP" and not all(_is_ours(con, path) for path in given.files):
        test = f'"{name}" IS NOT NULL'
    else:
        return ()
    ((count, example),) = con.execute(f'SELECT count(*), min("{name}")::VARCHAR FROM given WHERE {test}').fetchall()  # noqa: S608
    fault = shared.FAULTS["no_zone"]
    return (SetAside(fault.reason, count, str(example), fault.mend, kept=True),) if count else ()
