"""One viewer taken out of canonical files, on request, and the proof that nothing is left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.formats.events import canonical, engine, read_meta, reading, view_of, write_parquet
from hookline.model.tables import VIEWS, WATCHED, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VIEWS_GONE = "CREATE TEMP TABLE views_gone AS SELECT DISTINCT view_id FROM all_views SEMI JOIN viewer USING (viewer_id)"


def forget_viewer(files: Sequence[Path], viewer: str) -> dict[Path, int]:
    """Remove a pseudonym's rows from canonical Parquet files; how many rows went, by file.

    Each file is replaced whole or not at all; one without the viewer is not touched.  Stretches of watching name no
    viewer: those of the viewer's views go.

    Raises:
        Unreadable: a file is damaged or is not a canonical table.
    """
    gone: dict[Path, int] = {}
    if not files:
        return gone
    with engine(files[0].parent) as (con, _):
        tables = {path: canonical(con, path) for path in files}
        con.execute("CREATE TEMP TABLE viewer AS SELECT $viewer AS viewer_id", {"viewer": viewer})
        views = [path for path, table in tables.items() if table is VIEWS]
        view_of(con, "all_views", VIEWS, views)
        con.execute(VIEWS_GONE)
        last = sorted(tables.items(), key=lambda item: item[1] is VIEWS)  # views last: see views_gone
        for path, table in last:
            if rows := _without(con, path, table):
                gone[path] = rows
    return gone


def _without(con: DuckDBPyConnection, path: Path, table: Table) -> int:
    key, of = ("view_id", "views_gone") if table is WATCHED else ("viewer_id", "viewer")
    with reading(path):
        con.read_parquet(str(path)).create_view("given", replace=True)
        ((found,),) = con.execute(f"SELECT count(*) FROM given SEMI JOIN {of} USING ({key})").fetchall()  # noqa: S608
        if found:
            meta = read_meta(con, path)
            write_parquet(con, f"SELECT * FROM given ANTI JOIN {of} USING ({key})", path, meta=meta)  # noqa: S608
    return int(found)


def traces(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """The files under a folder in which any of the names stands: in a column of Parquet, or in other files' bytes."""
    wanted = [name for name in names if name]
    with engine(folder) as (con, scratch):
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and scratch not in p.parents):
            if path.suffix == ".parquet":
                if _in_table(con, path, wanted):
                    yield path
            elif any(name.encode() in path.read_bytes() for name in wanted):
                yield path


def _in_table(con: DuckDBPyConnection, path: Path, names: Sequence[str]) -> bool:
    with reading(path):
        table = con.read_parquet(str(path))
        texts = [f'"{c}"' for c, kind in zip(table.columns, table.types, strict=True) if str(kind) == "VARCHAR"]
        if not texts:
            return False
        table.create_view("looked", replace=True)
        tests = " OR ".join(f"list_contains($names, {column})" for column in texts)
        query = f"SELECT count(*) FROM looked WHERE {tests}"  # noqa: S608 - columns of the file, quoted
        ((found,),) = con.execute(query, {"names": list(names)}).fetchall()
        return bool(found)
