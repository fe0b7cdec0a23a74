"""The sums that cells and steps don't hold: without days, by the payer's age, by ad, by who finished the season.

They are made once from a built audience's canonical tables; every figure then reads small tables.  All are additive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.audience.tables import ACQUIRED, ACTIONS, BY_SECOND, SEASON, SPENDING, SPENT
from hookline.formats.events import canonical, engine, read_meta, reading, sql, table_meta, view_of, write_parquet
from hookline.model.progress import Progress, silent
from hookline.model.tables import ADS, CELLS, INSTALLS, STEPS_RAW, VIEWS, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUERIES = Path(__file__).with_name("sql") / "sums"
TABLES = (BY_SECOND, ACTIONS, SPENDING, SEASON, ACQUIRED, SPENT)


def sum_up(
    folder: Path,
    *,
    series: str,
    durations_ms: Mapping[int, int],
    sources: Sequence[Path] = (),
    progress: Progress = silent,
) -> None:
    """Write the sums of a built audience beside its other tables, each whole or not at all.

    Args:
        folder: what ``build`` wrote.
        series: the series' name in the tables.
        durations_ms: length of each episode of the series, by its number.
        sources: canonical files; ``ads`` and ``installs`` among them are joined to the viewers, others passed over.
        progress: told after each table.

    Raises:
        Unreadable: a file is damaged or is not a canonical table.
    """
    with engine(folder) as (con, _):
        simulated = _open(con, folder, sources)
        con.execute("CREATE TEMP TABLE this AS SELECT $series AS series", {"series": series})
        con.execute("CREATE TEMP TABLE episodes (episode INTEGER, duration_ms BIGINT)")
        con.executemany("INSERT INTO episodes VALUES (?, ?)", sorted(durations_ms.items()))
        for name in ("whole", "finishers", "first_seen", "installed"):
            con.execute(f"CREATE TEMP TABLE {name} AS {sql(QUERIES, name)}")
        ((last,),) = con.execute(sql(QUERIES, "last_day")).fetchall()
        more = {"last_day": last.isoformat() if last else ""}
        for done, table in enumerate(TABLES, 1):
            _publish(con, table, folder, {**table_meta(table, simulated=simulated, source=""), **more})
            progress("sum up the audience", done, len(TABLES))


def table_files(folder: Path, table: Table) -> list[Path]:
    """Where a built table lies: one file, or a folder of parts."""
    one = folder / f"{table.name}.parquet"
    return [one] if one.is_file() else sorted((folder / table.name).rglob("*.parquet"))


def _open(con: DuckDBPyConnection, folder: Path, sources: Sequence[Path]) -> bool:
    """The built tables under their names, the reports of ads as ``ads_in`` and ``installs_in``."""
    simulated = False
    for table in (VIEWS, STEPS_RAW, CELLS):
        files = table_files(folder, table)
        with reading(folder):
            view_of(con, table.name, table, files)
        simulated |= any(bool(read_meta(con, path).get("simulated")) for path in files)
    found = {path: canonical(con, path) for path in sorted(set(sources))}
    for table in (ADS, INSTALLS):
        files = [path for path, kind in found.items() if kind is table]
        with reading(files[0] if files else folder):
            view_of(con, f"{table.name}_in", table, files, filename=table is ADS)
    return simulated


def _publish(con: DuckDBPyConnection, table: Table, folder: Path, meta: Mapping[str, object]) -> None:
    columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in table.columns)
    select = f"SELECT {columns} FROM ({sql(QUERIES, table.name)})"  # noqa: S608 - names of our own tables
    write_parquet(con, select, folder / f"{table.name}.parquet", meta=meta)
