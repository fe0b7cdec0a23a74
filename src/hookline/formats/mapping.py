"""Any columns, by a mapping file: which column or JSON path is which of a canonical table's, in which unit.

    table = "events"                                  # events, views, watched, steps_raw, ads or installs

    [columns]
    viewer_id = "user"                                # a column, or a path in JSON: a.b.c
    episode = "video.number"
    at = { from = "when", zone = "Asia/Shanghai" }    # of times that name no zone themselves
    kind = { from = "what", values = { play = "start", tick = "playing" } }
    position_ms = { from = "pos", unit = "s" }        # ms, s, min, or percent (of duration_ms)
    duration_ms = { from = "len", unit = "s" }
    market = { constant = "CN" }

Times may be ISO 8601 or Unix time.  A value that ``values`` doesn't name makes its row of no use, and is
counted.  Errors name the line of the mapping file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from hookline.formats import sources as shared
from hookline.formats.events import Intake, Pseudonyms, engine, reading
from hookline.formats.given import open_given, quoted
from hookline.formats.hookline_parquet import SHAPES, load_rows, zoneless
from hookline.model.errors import BadInput, Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.quality import SetAside
from hookline.model.tables import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TITLE = "mapped columns"
UNITS = {"ms": 1, "s": 1_000, "min": 60_000}  # in ms
SETTINGS = ("from", "constant", "unit", "zone", "values")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a canonical column comes from."""

    path: str = ""  # "" for a constant
    constant: str = ""
    unit: str = ""
    zone: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping file, read and checked."""

    table: Table
    columns: tuple[tuple[str, Column], ...]
    file: str


@dataclass(frozen=True, slots=True)
class _Text:
    """The mapping file's text, to say on which line something stands."""

    file: str
    text: str

    def wrong(self, what: str, key: str, *, mend: str = "") -> BadInput:
        lines = self.text.splitlines()
        found = (n for n, line in enumerate(lines, 1) if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]", line))
        line = next(found, 0) or next((n for n, line in enumerate(lines, 1) if key and key in line), 1)
        return BadInput(what, where=f"{self.file}:{line}", mend=mend)


def read(path: Path) -> Map:
    """Read a mapping file.

    Raises:
        BadInput: it is no TOML, or says something that can't be; names the line.
        Unreadable: it can't be opened.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", where=str(path), mend="save the mapping file as UTF-8") from error
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else str(path)
        raise BadInput(f"is no TOML ({error})", where=where, mend="see docs/events.md for a whole example") from error
    return _checked(said, _Text(str(path), text))


def _checked(said: Mapping[str, Any], text: _Text) -> Map:
    tables = {shape.table.name: shape for shape in SHAPES}
    if said.get("table") not in tables:
        raise text.wrong(f"there is no table {said.get('table')!r}", "table", mend=f"tables: {', '.join(tables)}")
    for key in set(said) - {"table", "columns"}:
        raise text.wrong(f"there is no setting {key!r}", key, mend="settings: table, columns")
    shape = tables[said["table"]]
    given = said.get("columns")
    if not isinstance(given, dict) or not given:
        raise text.wrong("no columns are mapped", "columns", mend="write [columns] with viewer_id = ...")
    for name in given:
        if name not in shape.table.names():
            raise text.wrong(
                f"{shape.table.name} has no column {name!r}", name, mend=f"columns: {', '.join(shape.table.names())}"
            )
    if missing := [name for name in shape.required if name not in given]:
        raise text.wrong(f"{shape.table.name} needs {', '.join(missing)}, too", "columns")
    columns = tuple((name, _column(name, value, text)) for name, value in given.items())
    percent = [name for name, column in columns if column.unit == "percent"]
    if percent and "duration_ms" not in given:
        raise text.wrong("percent of what? duration_ms is not mapped", percent[0], mend="map duration_ms, too")
    return Map(shape.table, columns, text.file)


def _column(name: str, value: Any, text: _Text) -> Column:
    if isinstance(value, str):
        value = {"from": value}
    if not isinstance(value, dict) or ("from" in value) == ("constant" in value):
        raise text.wrong(f"{name} needs either a column's name, from = ... or constant = ...", name)
    for key in value:
        if key not in SETTINGS:
            raise text.wrong(f"there is no setting {key!r} of {name}", name, mend=f"settings: {', '.join(SETTINGS)}")
    unit, zone = str(value.get("unit", "")), str(value.get("zone", ""))
    if unit and (
        unit not in (*UNITS, "percent") or not name.endswith("_ms") or (unit, name) == ("percent", "duration_ms")
    ):
        raise text.wrong(f"{name} can't be in {unit!r}", name, mend=f"units of times: {', '.join(UNITS)}, percent")
    if zone and not (name in ("at", "started_at") and (_OFFSET.fullmatch(zone) or zone in available_timezones())):
        raise text.wrong(f"{zone!r} is no time zone of {name}", name, mend='zones: "Asia/Shanghai", "+08:00"')
    values = value.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(to, str | int | bool) for to in values.values()):
        raise text.wrong(f'values of {name} must be pairs: {{ theirs = "ours" }}', name)
    if "from" in value and not (isinstance(value["from"], str) and value["from"]):
        raise text.wrong(f"from of {name} must be a column's name or a path", name)
    pairs = tuple(
        (str(theirs), str(ours).lower() if isinstance(ours, bool) else str(ours)) for theirs, ours in values.items()
    )
    return Column(str(value.get("from", "")), str(value.get("constant", "")), unit, zone, pairs)


def load(
    files: Path | Sequence[Path], out: Path, *, mapping: Map, series: str, key: bytes, progress: Progress = silent
) -> Intake:
    """Read files by a mapping to its canonical table at ``out``; ids become pseudonyms under ``key``.

    Raises:
        BadInput: the mapping names a column that no file has.
        Unreadable: a file can't be read to its end, or nothing in it is of use.
    """
    paths = [files] if isinstance(files, Path) else sorted(files)
    fields = {name: (column.path,) for name, column in mapping.columns if column.path}
    with engine(out.parent) as (con, _):
        shared.prepare(con, Pseudonyms.from_key(key), series)
        with reading(paths[0]):
            given = open_given(con, paths, fields)
            for name in [name for name in fields if name not in given.columns]:
                text = _Text(mapping.file, Path(mapping.file).read_text(encoding="utf-8-sig"))
                raise text.wrong(f"no column or path {fields[name][0]!r} is in {paths[0].name}", name)
            aside = _translate(con, mapping)
        columns = {row[0]: row[1] for row in con.execute("DESCRIBE given").fetchall()}
        if not any(column.zone for _, column in mapping.columns):
            with reading(paths[0]):
                aside += zoneless(con, given, mapping.table, columns)
        return load_rows(con, given, mapping.table, columns, out, series=series, progress=progress, aside=aside)


def _translate(con: DuckDBPyConnection, mapping: Map) -> tuple[SetAside, ...]:
    """The view ``given`` in the table's own words; what has no translation is counted and left out."""
    con.execute("ALTER VIEW given RENAME TO opened")
    lost = {name: _untranslated(name, column) for name, column in mapping.columns if column.values and column.path}
    aside = []
    for name, test in lost.items():
        query = f'SELECT count(*), min("{name}") FROM opened WHERE {test}'  # noqa: S608 - names of our own tables
        ((count, example),) = con.execute(query).fetchall()
        if count:
            aside.append(
                SetAside(f"{name} has a value that the mapping doesn't name", count, example, "add it to values")
            )
    columns = dict(mapping.columns)
    whole = _expression("duration_ms", columns["duration_ms"]) if "duration_ms" in columns else ""
    picked = ", ".join(f'{_expression(name, column, whole=whole)} AS "{name}"' for name, column in columns.items())
    kept = " AND ".join(f"NOT ({test})" for test in lost.values()) or "true"
    con.execute(f"CREATE TEMP VIEW given AS SELECT {picked} FROM opened WHERE {kept}")  # noqa: S608 - of our own table
    return tuple(aside)


def _untranslated(name: str, column: Column) -> str:
    known = ", ".join(quoted(theirs) for theirs, _ in column.values)
    return f'"{name}" IS NOT NULL AND "{name}" NOT IN ({known})'


def _expression(name: str, column: Column, *, whole: str = "") -> str:
    """A canonical column out of the text that was given; ``whole`` is the duration's."""
    text = f'"{name}"' if column.path else quoted(column.constant)
    if column.values:
        cases = " ".join(f"WHEN {quoted(theirs)} THEN {quoted(ours)}" for theirs, ours in column.values)
        text = f"CASE {text} {cases} END"
    if column.unit == "percent":
        return f"round(try_cast({text} AS DOUBLE) / 100 * try_cast({whole} AS DOUBLE))::BIGINT"
    if column.unit:
        return f"round(try_cast({text} AS DOUBLE) * {UNITS[column.unit]})::BIGINT"
    if column.zone:
        zone = quoted(column.zone)
        named = f"regexp_matches({text}, '([Zz]|[+-]\\d\\d(:?\\d\\d)?)$') OR regexp_full_match({text}, '\\d{{10,16}}')"
        moved = (
            f"instant({text} || {zone})"
            if _OFFSET.fullmatch(column.zone)
            else (f"make_timestamp(epoch_us(timezone({zone}, instant({text}))))")
        )
        return f"CASE WHEN {named} THEN instant({text}) ELSE {moved} END"
    return text
