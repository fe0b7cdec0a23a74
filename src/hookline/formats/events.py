"""What every reader of viewers' events shares: the engine, pseudonyms, what an import answers with.

A reader has ``load(source, out, *, series, key, progress) -> Intake``: it reads one file in bounded
memory, normalises it to one canonical table (``hookline.model.tables``) and writes that as Parquet at
``out``, whole or not at all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hookline.model.errors import Unreadable
from hookline.model.quality import SetAside
from hookline.model.tables import META_KEY, TABLES, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_MB = 1_024  # of the engine; what doesn't fit goes to disk beside the output
MEMORY_MB_PER_CORE = 64
ID_CHARS = 32  # hex: 128 bits
# no dictionary where nearly every value is its own: ids
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000"


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one file: ``rows == written + sum(not kept set_aside)``.

    A row is a line or a table row; an order of several episodes counts as one row for each.
    """

    table: str  # canonical table that was written
    rows: int
    written: int
    simulated: bool
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Keyed names for viewers, sessions, views and events: the same id always gets the same name.

    A viewer's is ``SHA-256(k2 || SHA-256(k1 || id))``, the inner digest in hexadecimal: the nested construction of
    NMAC and HMAC (Bellare, Canetti, Krawczyk 1996).  A session's or view's, which names no person, is
    ``SHA-256(k3 || id)``, at half the cost; an event's, which only has to tell copies, ``MD5(k4 || id)``, at a third of
    that.  All are cut to 128 bits, which also closes the single ones to lengthening.  The keys are derived from the
    series' key: without it, ids can neither be read back nor tried out, nor made to collide.
    """

    inner: str
    outer: str
    plain: str
    event: str

    @classmethod
    def from_key(cls, key: bytes) -> Pseudonyms:
        """The keys of a series, from its secret key: 128 bits each, in hexadecimal."""
        labels = (b"inner", b"outer", b"plain", b"event")
        return cls(*(hmac.new(key, label, hashlib.sha256).hexdigest()[:ID_CHARS] for label in labels))

    def viewer(self, raw: str) -> str:
        """The pseudonym of a viewer's id; what ``pseudonym`` gives in SQL."""
        inner = hashlib.sha256((self.inner + raw).encode()).hexdigest()
        return hashlib.sha256((self.outer + inner).encode()).hexdigest()[:ID_CHARS]

    def token(self, raw: str) -> str:
        """The name of a session or view; what ``token`` gives in SQL."""
        return hashlib.sha256((self.plain + raw).encode()).hexdigest()[:ID_CHARS]

    def mark(self, raw: str) -> str:
        """The name of an event; what ``mark`` gives in SQL."""
        return hashlib.md5((self.event + raw).encode(), usedforsecurity=False).hexdigest()

    def install(self, con: DuckDBPyConnection) -> None:
        """Make ``pseudonym(text)``, ``token(text)`` and ``mark(text)`` known to the engine.

        They are made of functions that the engine computes once for each entry of a dictionary-coded column (no
        slices, no ``unhex``): in Parquet, ids that come again cost next to nothing.
        """
        for name in ("inner", "outer", "plain", "event"):
            con.execute(f"SET VARIABLE hookline_{name} = $key", {"key": getattr(self, name)})
        con.execute(
            "CREATE OR REPLACE TEMP MACRO pseudonym(raw) AS substring(sha256("
            f"getvariable('hookline_outer') || sha256(getvariable('hookline_inner') || raw)), 1, {ID_CHARS})"
        )
        con.execute(
            "CREATE OR REPLACE TEMP MACRO token(raw) AS "
            f"substring(sha256(getvariable('hookline_plain') || raw), 1, {ID_CHARS})"
        )
        con.execute("CREATE OR REPLACE TEMP MACRO mark(raw) AS md5(getvariable('hookline_event') || raw)")


@contextmanager
def engine(scratch: Path) -> Iterator[tuple[DuckDBPyConnection, Path]]:
    """A DuckDB of its own with all cores, bounded memory, and a folder for what spills.

    The folder lies inside ``scratch`` and is gone afterwards.  DuckDB's complaints about a user's data
    come out as ``Unreadable`` where the reader knows which file it is (see ``reading``).
    """
    import duckdb

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with TemporaryDirectory(dir=scratch, prefix=".work-") as folder:
        con = duckdb.connect(
            config={
                "threads": max(cores, 2),  # with one, JSON behind a byte order mark is read in another way (see given)
                "memory_limit": f"{MEMORY_MB + MEMORY_MB_PER_CORE * cores}MB",
                "temp_directory": folder,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,  # never from the network
            }
        )
        try:
            con.execute("SET enable_progress_bar = false")  # on, it writes to the terminal
            yield con, Path(folder)
        finally:
            con.close()


@contextmanager
def reading(source: Path) -> Iterator[None]:
    """Turn the engine's errors about a source file into ``Unreadable``."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        damage = isinstance(error, (duckdb.IOException, duckdb.InvalidInputException))
        if not damage and type(error) is not duckdb.Error:  # the bare class is damaged Parquet; others are our mistakes
            raise
        first = str(error).splitlines()[0]
        raise Unreadable(
            f"can't be read to its end ({first})", where=str(source), mend="export or download it again"
        ) from error


def sql(folder: Path, name: str) -> str:
    """The text of a query file."""
    return (folder / f"{name}.sql").read_text(encoding="utf-8").rstrip().rstrip(";")


def write_parquet(
    con: DuckDBPyConnection,
    select: str,
    path: Path,
    *,
    meta: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Write what ``select`` gives as Parquet (zstd), whole or not at all; returns the number of rows."""
    part = path.with_name(f".{path.name}.part")
    options = PARQUET
    values = {**(parameters or {}), "part": str(part)}
    if meta is not None:
        options += ", KV_METADATA $meta"
        values["meta"] = {META_KEY: json.dumps(dict(meta), sort_keys=True)}
    try:
        row = con.execute(f"COPY ({select}) TO $part ({options})", values).fetchone()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    assert row is not None
    return int(row[0])


def table_meta(table: Table, *, simulated: bool, source: str) -> dict[str, Any]:
    """What stands in a canonical file's key-value metadata."""
    return {"table": table.name, "version": table.version, "simulated": simulated, "source": source}


def read_meta(con: DuckDBPyConnection, path: Path) -> dict[str, Any]:
    """Hookline's metadata of a Parquet file; empty when it has none."""
    with reading(path):
        rows = con.execute("SELECT key, value FROM parquet_kv_metadata($path)", {"path": str(path)}).fetchall()
    values = [value for key, value in rows if bytes(key) == META_KEY.encode()]
    if not values:
        return {}
    try:
        meta = json.loads(bytes(values[0]))
    except ValueError as error:
        raise Unreadable("carries Hookline metadata that are damaged", where=str(path)) from error
    return meta if isinstance(meta, dict) else {}


def canonical(con: DuckDBPyConnection, path: Path) -> Table:
    """Which canonical table a file holds; ``Unreadable`` when it is none, or of a newer version."""
    meta = read_meta(con, path)
    table = TABLES.get(str(meta.get("table", "")))
    if table is None:
        raise Unreadable("is not one of Hookline's tables", where=str(path), mend="import it first: hookline import")
    if not 1 <= int(meta.get("version", 0)) <= table.version:
        raise Unreadable(
            f"holds {table.name} of version {meta.get('version')}, this Hookline reads up to {table.version}",
            where=str(path),
            mend="import the events again",
        )
    return table


def view_of(con: DuckDBPyConnection, name: str, table: Table, files: Sequence[Path], *, filename: bool = False) -> None:
    """Make the files readable as a view of the table's columns; an empty one without files."""
    con.execute(f"DROP VIEW IF EXISTS temp.{name}")  # an empty one from before would hide the files
    if files:
        relation = con.read_parquet([str(file) for file in files], union_by_name=True, filename=filename)
        older = [f'NULL::{kind} AS "{column}"' for column, kind in table.columns if column not in relation.columns]
        relation.project(", ".join(["*", *older])).create_view(name, replace=True)
        return
    columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in table.columns)
    extra = ", NULL::VARCHAR AS filename" if filename else ""
    con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns}{extra} WHERE false")
