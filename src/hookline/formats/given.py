"""Opens a source's files as one relation of named text columns, whatever they are.

JSON (lines or one array), CSV, Parquet and plain lines of text; plain, gzipped or zstd, told by their
first bytes and not by their names.  A reader names the fields it wants by path (``context.device.type``,
``contexts.0.currentTime``); the same field is found nested in JSON or Parquet, or flattened in a table
(``context_device_type``).  What is not there is NULL.
"""

# ruff: noqa: S608 - every name and path in a query is quoted by _named and quoted
from __future__ import annotations

import csv
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.model.errors import Unreadable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HEAD_BYTES = 65_536
SAMPLE_ROWS = 50
PACKINGS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
PARQUET = b"PAR1"
BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
OBJECT_BYTES = 16 * 1024 * 1024  # of one JSON object
PAGE_BYTES = 128 * 1024 * 1024  # of one JSON object around many

PAGES = re.compile(r'^\s*\{[^\[{]{0,2000}?"(statements)"\s*:\s*\[')  # an object around the rows, by the rows' name

Fields = Mapping[str, Sequence[str]]  # column -> paths, the first that is there wins; see open_given


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file: enough to tell whose it is."""

    shape: str  # json, array, pages, csv, parquet, lines
    packing: str = "none"
    rows: tuple[dict[str, Any], ...] = ()
    columns: tuple[str, ...] = ()  # of a table; top names of JSON objects
    lines: tuple[str, ...] = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    marked: bool = False  # JSON that begins with a byte order mark

    def has(self, *names: str) -> bool:
        """Whether all these columns are there, whatever their case and punctuation."""
        return {fold(name) for name in names} <= {fold(column) for column in self.columns}


@dataclass(frozen=True, slots=True)
class Given:
    """What was opened: how rows that never became rows are counted."""

    files: tuple[Path, ...]
    shapes: frozenset[str]
    marked: int = 0  # first lines behind a byte order mark, read apart: each also comes as one empty row
    columns: frozenset[str] = field(default_factory=frozenset)  # fields that some file has

    def rejected(self, con: DuckDBPyConnection) -> tuple[int, str]:
        """Rows of CSV that have not the columns of their header; where the first is."""
        if not self.shapes & {"csv", "lines"}:
            return 0, ""
        found = con.execute(  # a file that is read twice rejects the same lines twice
            "SELECT DISTINCT s.file_path, e.line FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id)"
            " ORDER BY ALL"
        ).fetchall()
        if not found:
            return 0, ""
        path, line = found[0]
        return len(found), (f"{Path(path).name}, " if len(self.files) > 1 else "") + f"line {line}"


def fold(name: str) -> str:
    """A column's name without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.lower())


def packing_of(head: bytes) -> str:
    """How a file is packed, by its first bytes."""
    return next((name for magic, name in PACKINGS.items() if head.startswith(magic)), "none")


def sample_of(head: bytes) -> Sample:
    """What the first bytes of a file say; gzipped or plain (zstd and Parquet want ``sample_file``)."""
    packing = packing_of(head)
    if packing == "zstd" or head.startswith(PARQUET):
        return Sample("parquet" if head.startswith(PARQUET) else "lines", packing)
    plain = _unzipped(head) if packing == "gzip" else head
    return _sample_text(plain, packing, cut=len(head) >= HEAD_BYTES or packing != "none")


def sample_file(path: Path) -> Sample:
    """What a file's beginning says, whatever its packing.

    Raises:
        Unreadable: it can't be opened, is empty, or is Parquet or zstd and damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    if not head:
        raise Unreadable("the file is empty", where=str(path), mend="export it again and check its size")
    if head.startswith(PARQUET):
        return _sample_parquet(path)
    if packing_of(head) == "zstd":
        return _sample_text(_first_lines(path).encode(), "zstd", cut=True)
    return sample_of(head)


def _unzipped(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(head, 1 << 20)
    except zlib.error:
        return b""


def _first_lines(path: Path) -> str:
    import duckdb

    with duckdb.connect() as con:
        try:
            rows = con.execute(f"SELECT line FROM {_lines_scan([path], 'zstd')} LIMIT {SAMPLE_ROWS}").fetchall()
        except duckdb.Error as error:
            raise _damaged(path, error) from error
    return "\n".join(row[0] or "" for row in rows) + "\n"


def _sample_parquet(path: Path) -> Sample:
    import duckdb

    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        try:
            relation = con.read_parquet(str(path))
            columns = tuple(relation.columns)
            rows = con.execute(
                f"SELECT to_json(r)::VARCHAR FROM (SELECT * FROM {_parquet_scan([path])} LIMIT {SAMPLE_ROWS}) r"
            ).fetchall()
        except duckdb.Error as error:
            raise _damaged(path, error) from error
    return Sample("parquet", rows=tuple(json.loads(row[0]) for row in rows), columns=columns)


def _damaged(path: Path, error: Exception) -> Unreadable:
    first = str(error).splitlines()[0]
    return Unreadable(f"can't be read ({first})", where=str(path), mend="export or download it again")


def _sample_text(plain: bytes, packing: str, *, cut: bool) -> Sample:
    encoding = "utf-16" if plain.startswith(UTF_16) else "utf-8-sig"
    text = plain.decode(encoding, errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if cut and len(lines) > 1:
        lines = lines[:-1]  # the last one is cut off
    lines = lines[:SAMPLE_ROWS]
    start = text.lstrip()[:1]
    if page := PAGES.match(text):
        rows = _array(text[page.end() - 1 :])
        return Sample("pages", packing, rows, tuple(dict.fromkeys(name for row in rows for name in row)))
    if start != "[":
        rows = tuple(row for row in map(_object, lines) if row is not None)
        if rows:
            names = tuple(dict.fromkeys(name for row in rows for name in row))
            return Sample("json", packing, rows, names, tuple(lines), marked=plain.startswith(BOM))
    if start == "[":
        rows = _array(text)
        if rows:
            return Sample("array", packing, rows, tuple(dict.fromkeys(name for row in rows for name in row)))
    return _sample_table(lines, packing, "utf-16" if encoding == "utf-16" else "utf-8")


def _sample_table(lines: list[str], packing: str, encoding: str) -> Sample:
    if not lines or "\0" in lines[0]:
        return Sample("lines", packing, lines=tuple(lines))
    delimiter = max(",;\t|", key=lines[0].count)
    try:
        cells = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return Sample("lines", packing, lines=tuple(lines))
    header = [cell.strip() for cell in cells[0]] if cells else []
    # a header's names are no numbers, and each its own
    named = len(header) > 1 and len(set(header)) == len(header) and all(re.match(r"[^\W\d]", h) for h in header)
    if not named:
        return Sample("lines", packing, lines=tuple(lines))
    rows = tuple(dict(zip(header, row, strict=False)) for row in cells[1:])
    return Sample("csv", packing, rows, tuple(header), tuple(lines), delimiter, encoding)


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


def _array(text: str) -> tuple[dict[str, Any], ...]:
    """The first objects of an array that may be cut off."""
    found: list[dict[str, Any]] = []
    decoder, at = json.JSONDecoder(), text.index("[") + 1
    while len(found) < SAMPLE_ROWS:
        at = next((n for n in range(at, len(text)) if text[n] not in " \t\r\n,"), len(text))
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if isinstance(value, dict):
            found.append(value)
    return tuple(found)


def open_given(
    con: DuckDBPyConnection,
    files: Sequence[Path],
    fields: Fields,
    *,
    prefix: str = "",
    as_lines: bool = False,
    within: str = "",
) -> Given:
    """Make the files readable as the view ``given``: each field a text column, and ``blank`` where none is there.

    Args:
        con: an engine.
        files: of one source, in any mixture of shapes and packings.
        fields: the columns wanted and where they may stand; ``line`` takes the lines of a file that is no table.
            A column called ``..._json`` keeps its JSON, one called ``..._heading`` is its heading in a table.
        prefix: a first part of paths that flat tables leave out (``properties`` for Segment).
        as_lines: take every file line by line, whatever it is.
        within: the name under which pages (JSON objects around several rows) hold their rows.

    Raises:
        Unreadable: a file is empty, damaged at its beginning, or none of the fields stands in it.
    """
    samples = [(path, sample_file(path)) for path in files]
    if as_lines:
        samples = [(path, Sample("lines", sample.packing)) for path, sample in samples]
    groups: dict[tuple[Any, ...], list[Path]] = {}
    for path, sample in samples:
        header = sample.columns if sample.shape == "csv" else ()
        groups.setdefault((sample.shape, sample.packing, header, sample.delimiter, sample.encoding), []).append(path)
    parts, seen = [], set()
    for (shape, packing, header, delimiter, encoding), paths in groups.items():
        if shape in ("json", "array"):
            parts.append(_json_select(paths, fields, shape, packing))
            seen |= set(fields)
        elif shape == "pages":
            parts.append(_pages_select(paths, fields, packing, within))
            seen |= set(fields)
        elif shape == "parquet":
            relation = con.execute(f"SELECT * FROM {_parquet_scan(paths)} LIMIT 0")
            types = {column[0]: column[1] for column in relation.description or ()}
            text, found = _table_select(_parquet_scan(paths), _trees(con, paths), types, fields, prefix)
            parts.append(text)
            seen |= found
        elif shape == "csv":
            scan = _csv_scan(paths, header, packing, delimiter, encoding)
            text, found = _table_select(scan, {name: {} for name in header}, {}, fields, prefix)
            parts.append(text)
            seen |= found
        else:
            if "line" not in fields:
                raise Unreadable(
                    "is neither JSON lines, CSV with a header, nor Parquet",
                    where=str(paths[0]),
                    mend="export it again; if it is packed, as gzip or zstd",
                )
            parts.append(_lines_select(paths, fields, packing))
            seen.add("line")
    if not seen:
        names = ", ".join(dict.fromkeys(name for _, sample in samples for name in sample.columns))
        raise Unreadable(f"has none of the columns that are looked for; columns found: {names}", where=str(files[0]))
    marked = [(path, sample) for path, sample in samples if sample.marked]
    parts += [_first_object(sample, fields) for _, sample in marked]
    con.execute(f"CREATE OR REPLACE TEMP VIEW given AS {' UNION ALL '.join(parts)}")
    return Given(tuple(files), frozenset(s.shape for _, s in samples), len(marked), frozenset(seen))


def quoted(text: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def _list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _parquet_scan(paths: Sequence[Path]) -> str:
    return f"read_parquet({_list(paths)}, union_by_name = true)"


def _csv_scan(paths: Sequence[Path], header: Sequence[str], packing: str, delimiter: str, encoding: str) -> str:
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in header)
    return (
        f"read_csv({_list(paths)}, auto_detect = false, columns = {{{columns}}}, header = true,"
        f" delim = {quoted(delimiter)}, quote = '\"', escape = '\"', encoding = {quoted(encoding)},"
        f" compression = {quoted(packing)}, ignore_errors = true, store_rejects = true, rejects_limit = 0,"
        f" max_line_size = {OBJECT_BYTES})"
    )


def _lines_scan(paths: Sequence[Path], packing: str) -> str:
    """Lines as they are: the delimiter, a control character, stands in no log."""
    return (
        f"read_csv({_list(paths)}, auto_detect = false, columns = {{'line': 'VARCHAR'}}, header = false,"
        f" delim = '\x01', quote = '', escape = '', compression = {quoted(packing)}, ignore_errors = true,"
        f" store_rejects = true, rejects_limit = 0, max_line_size = {OBJECT_BYTES})"
    )


def _lines_select(paths: Sequence[Path], fields: Fields, packing: str) -> str:
    picked = ", ".join(f"{'line' if name == 'line' else 'NULL::VARCHAR'} AS {_named(name)}" for name in fields)
    return f"SELECT {picked}, false AS blank FROM {_lines_scan(paths, packing)}"


def _json_select(paths: Sequence[Path], fields: Fields, shape: str, packing: str) -> str:
    tree = _tree(fields)
    columns = ", ".join(f"{quoted(name)}: {quoted(_type(branch))}" for name, branch in tree.items())
    layout = "newline_delimited" if shape == "json" else "array"
    scan = (
        f"read_json({_list(paths)}, format = '{layout}', ignore_errors = {str(shape == 'json').lower()},"
        f" compression = {quoted(packing)}, maximum_object_size = {OBJECT_BYTES}, columns = {{{columns}}})"
    )
    blank = " AND ".join(f"{_named(name)} IS NULL" for name in tree)
    return f"SELECT {_picked_json(fields)}, {blank} AS blank FROM {scan} r"


def _pages_select(paths: Sequence[Path], fields: Fields, packing: str, within: str) -> str:
    """The rows of objects that hold many of them, one page after the other."""
    tree = _tree(fields)
    shape = "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(_type(branch))}" for name, branch in tree.items()) + "}"
    scan = (
        f"read_json({_list(paths)}, format = 'unstructured', compression = {quoted(packing)},"
        f" maximum_object_size = {PAGE_BYTES}, columns = {{{quoted(within)}: 'JSON[]'}})"
    )
    rows = f"SELECT unnest({_named(within)}) AS one FROM {scan}"
    blank = " AND ".join(f"{_named(name)} IS NULL" for name in tree)
    told = f"SELECT unnest(CASE WHEN json_type(one) = 'OBJECT' THEN from_json(one, {quoted(shape)}) END) FROM ({rows})"
    return f"SELECT {_picked_json(fields)}, {blank} AS blank FROM ({told}) r"


def _picked_json(fields: Fields) -> str:
    return ", ".join(f"{_first_of([_reach(path) for path in paths])} AS {_named(n)}" for n, paths in fields.items())


def _first_object(sample: Sample, fields: Fields) -> str:
    """The first line behind a byte order mark, which the engine can't read."""
    tree = _tree(fields)
    shape = "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(_type(branch))}" for name, branch in tree.items()) + "}"
    line = quoted(sample.lines[0].removeprefix("\ufeff"))
    return f"SELECT {_picked_json(fields)}, false AS blank FROM (SELECT unnest(from_json({line}, {quoted(shape)})))"


def _first_of(expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"coalesce({', '.join(expressions)})"


def _reach(path: str) -> str:
    """A path as an expression over JSON's structs; a number is a place in a list."""
    first, *rest = _steps(path)
    return _named(first) + "".join(f"[{int(part) + 1}]" if part.isdigit() else f".{_named(part)}" for part in rest)


def _steps(path: str) -> list[str]:
    """The parts of a path; a dot that belongs to a name has a backslash before it."""
    return [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", path)]


def _tree(fields: Fields) -> dict[str, Any]:
    """All paths as one tree; a leaf is True where its JSON is kept, else False."""
    tree: dict[str, Any] = {}
    for name, paths in fields.items():
        for path in paths:
            *stem, leaf = _steps(path)
            branch = tree
            for part in stem:
                branch = branch.setdefault("0" if part.isdigit() else part, {})
            branch.setdefault(leaf, name.endswith("_json"))
    return tree


def _type(branch: Any) -> str:
    if not isinstance(branch, dict):
        return "JSON" if branch else "VARCHAR"
    if set(branch) == {"0"}:
        return f"{_type(branch['0'])}[]"
    return f"STRUCT({', '.join(f'{_named(name)} {_type(below)}' for name, below in branch.items())})"


def _trees(con: DuckDBPyConnection, paths: Sequence[Path]) -> dict[str, Any]:
    """The columns of Parquet files with what is nested in them."""
    relation = con.sql(f"SELECT * FROM {_parquet_scan(paths)} LIMIT 0")
    return {name: _nested(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}


def _nested(kind: Any) -> dict[str, Any]:
    if kind.id == "struct":
        return {name: _nested(below) for name, below in kind.children}
    if kind.id == "list":
        return {"0": _nested(kind.children[0][1])}
    return {}


def _table_select(
    scan: str, columns: Mapping[str, Any], types: Mapping[str, Any], fields: Fields, prefix: str
) -> tuple[str, set[str]]:
    """The fields of a table, nested or flat; which of them are there."""
    flat = {fold(name): name for name in columns}
    picked, found = [], set()
    for name, paths in fields.items():
        places = [place for path in paths if (place := _place(path, columns, flat, prefix))]
        texts = [_as_text(place, name, types) for place in places]
        if texts:
            found.add(name)
        picked.append(f"{_first_of(texts) if texts else 'NULL::VARCHAR'} AS {_named(name)}")
    blank = " AND ".join(f"{_named(name)} IS NULL" for name in sorted(found)) or "true"
    return f"SELECT *, {blank} AS blank FROM (SELECT {', '.join(picked)} FROM {scan})", found


def _place(path: str, columns: Mapping[str, Any], flat: Mapping[str, str], prefix: str) -> str:
    """Where a field stands in a table: nested under its path, or as a flat column; "" where it is not."""
    if path.endswith("*"):  # the rest of the name says something, too: Amount spent (USD)
        return next((_named(name) for key, name in flat.items() if key.startswith(fold(path))), "")
    branch: Any = columns
    for part in _steps(path):
        branch = branch.get("0" if part.isdigit() else part) if isinstance(branch, dict) else None
        if branch is None:
            break
    else:
        return _reach(path)
    names = [path] + ([path.removeprefix(f"{prefix}.")] if prefix else [])
    return next((_named(flat[fold(name)]) for name in names if fold(name) in flat), "")


def _as_text(place: str, name: str, types: Mapping[str, Any]) -> str:
    """A table's value as the text that JSON would have: times with a zone in UTC, lists and structs as JSON."""
    if name.endswith("_heading"):
        return quoted(place.strip('"'))
    if not types:
        return f"nullif(trim({place}), '')" if not name.endswith("_json") else f"try_cast({place} AS JSON)"
    kind = str(types.get(place.strip('"'), ""))
    if name.endswith("_json"):
        return (
            f"CASE WHEN json_valid({place}::VARCHAR) THEN {place}::VARCHAR::JSON END"
            if kind == "VARCHAR"
            else (f"to_json({place})")
        )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"(make_timestamp(epoch_us({place}))::VARCHAR || 'Z')"
    return place if kind == "VARCHAR" else f"{place}::VARCHAR"
