"""The sums that cells and steps don't hold: by the payer's age, by ad, by deed, by who finished the season.

They are made once from a built audience's canonical tables; every figure then reads small tables.  All are additive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hookline.audience import manifest as manifests
from hookline.audience.days import show_places
from hookline.audience.engine import Engine, Open, embedded
from hookline.audience.tables import ACQUIRED, ACTIONS, SEASON, SEASON_SUMS, SPENDING, SPENT, VIEWER_DAYS
from hookline.formats.events import canonical, read_meta, sql, table_meta
from hookline.model.errors import NotEnoughData
from hookline.model.progress import Progress, silent
from hookline.model.tables import ADS, INSTALLS, STEPS_RAW, VIEWS, Table

QUERIES = Path(__file__).with_name("sql") / "sums"
TABLES = (ACTIONS, SPENDING, SEASON, ACQUIRED, SPENT)


def sum_up(
    folder: Path,
    *,
    series: str,
    sources: Sequence[Path] = (),
    engine: Open = embedded,
    progress: Progress = silent,
) -> None:
    """Write the sums of a built audience beside its other tables, each whole or not at all.

    Args:
        folder: what ``build`` wrote.
        series: the series' name in the tables.
        sources: canonical files; ``ads`` and ``installs`` among them are joined to the viewers, others passed over.
        engine: where the queries run.
        progress: told after each table.

    Raises:
        NotEnoughData: nothing is built in the folder.
        Unreadable: a file is damaged or is not a canonical table.
    """
    with engine(folder) as run:
        simulated = _open(run, folder, sources)
        run.table("this", "series VARCHAR", [[series]])
        for name in ("first_seen", "installed"):
            run.keep(name, sql(QUERIES, name))
        ((last,),) = run.ask(sql(QUERIES, "last_day"))
        more = {"last_day": last.isoformat() if last else ""}
        for done, table in enumerate(TABLES, 1):
            _publish(run, table, folder, {**table_meta(table, simulated=simulated, source=""), **more})
            progress("sum up the audience", done, len(TABLES))


def table_files(folder: Path, table: Table) -> list[Path]:
    """Where a built table lies: one file, or a folder of parts."""
    one = folder / f"{table.name}.parquet"
    return [one] if one.is_file() else sorted((folder / table.name).rglob("*.parquet"))


def _open(engine: Engine, folder: Path, sources: Sequence[Path]) -> bool:
    """The built tables under their names, the reports of ads as ``ads_in`` and ``installs_in``."""
    manifest = manifests.last(folder)
    if not manifest:
        raise NotEnoughData("the audience is not built yet", where=str(folder), mend="run: hookline run")
    simulated = bool(read_meta(engine.con, folder / "steps.parquet").get("simulated"))
    show_places(engine, manifest)
    engine.read(SEASON_SUMS.name, SEASON_SUMS, [folder / f"{SEASON_SUMS.name}.parquet"])
    for table in (VIEWS, STEPS_RAW, VIEWER_DAYS):
        with engine.reading(folder):
            engine.read_days(table.name, table, folder, sorted(manifest.days))
    found = {path: canonical(engine.con, path) for path in sorted(set(sources))}
    for table in (ADS, INSTALLS):
        files = [path for path, kind in found.items() if kind is table]
        with engine.reading(files[0] if files else folder):
            engine.read(f"{table.name}_in", table, files, filename=table is ADS)
    return simulated


def _publish(engine: Engine, table: Table, folder: Path, meta: Mapping[str, object]) -> None:
    columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in table.columns)
    told = f"SELECT {columns} FROM ({sql(QUERIES, table.name)}) told"  # noqa: S608 - names of our own tables
    engine.write(told, folder / f"{table.name}.parquet", meta)
