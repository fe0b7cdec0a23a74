"""A viewer's rows out of every file, on request, and the proof that nothing is left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.audience import manifest as manifests
from hookline.audience.days import NO_TIME, TIMES
from hookline.audience.engine import Engine, embedded
from hookline.audience.manifest import Content, file_key
from hookline.audience.sources import contents
from hookline.formats.events import canonical, engine, read_meta, reading, write_parquet
from hookline.model.tables import WATCHED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went: rows by file that was written anew, and the UTC days to make anew."""

    files: Mapping[Path, int]
    days: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Of all files."""
        return sum(self.files.values())


def forget(
    sources: Sequence[Path], viewer: str, *, built: Path | None = None, content: Content = file_key
) -> Forgotten:
    """Remove a viewer's rows from canonical files, each rewritten whole or left as it was.

    ``build(..., previous=built)`` then makes the viewer's days anew, and only those; the folder ``built`` still holds
    the viewer until it is removed.

    Args:
        sources: all canonical files of the series: imported stretches name no viewer, only a view of one.
        viewer: the viewer's pseudonym.
        built: the folder of the last build, which learns that the files' other days are as they were.
        content: a key of a file's content, as ``build`` was given.
    """
    files = sorted(set(sources))
    if not files:
        return Forgotten({}, ())
    rewritten: dict[Path, set[str]] = {}
    rows: dict[Path, int] = {}
    old = {path: content(path) for path in files} if built else {}
    with embedded(files[0].parent) as run:
        con = run.con
        con.execute("CREATE TEMP TABLE views_of (view_id VARCHAR)")
        ordered = sorted(files, key=lambda path: canonical(con, path) is WATCHED)  # stretches after all views
        for path in ordered:
            days, gone = _without(con, path, viewer)
            if gone:
                rewritten[path], rows[path] = days, gone
        if built:
            _restamp(run, built, rewritten, old, content)
    return Forgotten(rows, tuple(sorted(set().union(*rewritten.values()))))


def _without(con: DuckDBPyConnection, path: Path, viewer: str) -> tuple[set[str], int]:
    """Rewrite a file without the viewer: the days of the rows that went, and how many they were."""
    with reading(path):
        con.read_parquet(str(path)).create_view("given", replace=True)
        columns = {row[0] for row in con.execute("DESCRIBE given").fetchall()}
        mine = "viewer_id = $viewer" if "viewer_id" in columns else "view_id IN (SELECT view_id FROM views_of)"
        asked = {"viewer": viewer} if "viewer_id" in columns else {}
        time = TIMES.get(canonical(con, path).name)
        day = f"CAST(coalesce(CAST(\"{time}\" AS DATE), DATE '{NO_TIME}') AS VARCHAR)" if time else "''"
        found = con.execute(f"SELECT {day}, count(*) FROM given WHERE {mine} GROUP BY 1", asked).fetchall()  # noqa: S608
        if not found:
            return set(), 0
        if "view_id" in columns and "viewer_id" in columns:
            con.execute(f"INSERT INTO views_of SELECT view_id FROM given WHERE {mine}", asked)  # noqa: S608
        query = f"SELECT * FROM given WHERE ({mine}) IS NOT TRUE"  # noqa: S608
        write_parquet(con, query, path, meta=read_meta(con, path), parameters=asked)
    return {row[0] for row in found if row[0]}, sum(row[1] for row in found)


def _restamp(run: Engine, built: Path, rewritten: dict[Path, set[str]], old: dict[Path, str], content: Content) -> None:
    """Tell the last build's manifest that the rewritten files' other days hold what they held."""
    manifest = manifests.last(built)
    for path, days in rewritten.items():
        before = manifest.files.pop(old[path], None) if manifest else None
        if manifest and before:
            now = contents(run, path, canonical(run.con, path), content(path))
            same = {day: stamp for day, stamp in before.stamps.items() if day in now.stamps and day not in days}
            manifest.files[content(path)] = replace(now, stamps={**now.stamps, **same})
    if manifest:
        manifests.write(built, manifest)


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
