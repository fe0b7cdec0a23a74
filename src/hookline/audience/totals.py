"""What is added up over all days: cells by second, and the viewers' steps, cohorts, payments and season.

A new day adds its cells.  It also touches some viewers: what the sums held of those is taken away and what they became
is added; nobody else is looked at.  So an update costs a reading of all viewers' names, and the work of those that the
day touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hookline.audience.days import QUERIES, Work
from hookline.audience.tables import CELL_SUMS, COHORT_SUMS, PAID_SUMS, PAYMENTS, SEASON_SUMS, STEP_SUMS, VIEWER_DAYS
from hookline.formats.events import sql
from hookline.model.tables import CELLS, Table

QUERY_OF = {
    CELL_SUMS: "cells_counted",
    STEP_SUMS: "steps_counted",
    COHORT_SUMS: "cohorts_counted",
    SEASON_SUMS: "season_counted",
    PAID_SUMS: "paid_counted",
}
ROWS_AT_ONCE = 12_000_000  # of viewers' days in memory
VIEWERS_64 = 2**64


def count_all(work: Work, days: Sequence[str]) -> None:
    """The sums of all days: cells at once, viewers in so many ranges of them as memory bears."""
    cells = [_cells(work, "all", work.out, days)]
    work.read_days(VIEWER_DAYS, days, name="all_viewer_days")
    work.read_days(PAYMENTS, days, name="all_payments")
    ((rows,),) = work.engine.ask("SELECT count(*) FROM all_viewer_days")
    parts = 1 + int(rows) // (ROWS_AT_ONCE * work.engine.times)
    edges = [-(2**63) + VIEWERS_64 * part // parts for part in range(parts)] + [2**63 - 1]
    viewers = []
    for part, (low, high) in enumerate(pairwise(edges)):
        last = "<=" if high == edges[-1] else "<"
        for name in ("viewer_days", "payments"):
            work.engine.show(name, f"SELECT * FROM all_{name} WHERE viewer >= {low} AND viewer {last} {high}")  # noqa: S608
        viewers.append(_viewers(work, f"part_{part}"))
    _keep(work, cells, viewers)


def count_touched(
    work: Work, previous: Path, before: Sequence[str], days: Sequence[str], changed: Sequence[str]
) -> None:
    """The sums of a previous build, with the cells and the viewers of the changed days counted anew."""
    same = sorted(set(days) - set(changed))
    sides = ((-1, previous, sorted(set(before) - set(same))), (1, work.out, sorted(changed)))
    for sign, folder, some in sides:
        work.engine.read_days(_of(sign, VIEWER_DAYS), VIEWER_DAYS, folder, some)
        work.engine.read_days(_of(sign, PAYMENTS), PAYMENTS, folder, some)
    work.engine.keep("touched", "SELECT viewer FROM gone_viewer_days UNION SELECT viewer FROM come_viewer_days")
    for table in (VIEWER_DAYS, PAYMENTS):
        work.read_days(table, same, name=f"all_{table.name}")
        touched = f"SELECT * FROM all_{table.name} SEMI JOIN touched USING (viewer)"  # noqa: S608
        work.engine.stage(f"same_{table.name}", touched)
    cells, viewers = [_given(work, previous)], [_given(work, previous)]
    for sign, folder, some in sides:
        cells.append(_cells(work, _of(sign), folder, some, sign=sign))
        for table in (VIEWER_DAYS, PAYMENTS):
            names = ", ".join(table.names())
            both = " UNION ALL ".join(f"SELECT {names} FROM {one}" for one in (f"same_{table.name}", _of(sign, table)))  # noqa: S608
            work.engine.show(table.name, both)
        viewers.append(_viewers(work, _of(sign), sign=sign))
    _keep(work, cells, viewers)


def _of(sign: int, table: Table | None = None) -> str:
    """What is taken away, and what is added, by name."""
    return ("gone" if sign < 0 else "come") + (f"_{table.name}" if table else "")


def _given(work: Work, previous: Path) -> str:
    """The sums of a previous build; how their names begin."""
    for table in QUERY_OF:
        work.engine.read(f"given_{table.name}", table, [previous / f"{table.name}.parquet"])
    return "given"


def _cells(work: Work, part: str, folder: Path, days: Sequence[str], *, sign: int = 1) -> str:
    """What the cells of these days amount to, to be added or taken away; how its name begins."""
    work.engine.read_days("cells_of_days", CELLS, folder, days)
    _count(work, CELL_SUMS, part, sign)
    return part


def _viewers(work: Work, part: str, *, sign: int = 1) -> str:
    """What ``viewer_days`` and ``payments`` amount to, to be added or taken away; how its names begin."""
    work.stage("people_counted")
    _masks(work, "SELECT several AS viewer FROM people_counted WHERE several IS NOT NULL")
    work.keep("masks_counted")
    for table in (STEP_SUMS, COHORT_SUMS, SEASON_SUMS):
        _count(work, table, part, sign)
    _masks(work, "SELECT viewer FROM payments")
    _count(work, PAID_SUMS, part, sign)
    return part


def _masks(work: Work, few: str) -> None:
    """The bits of a few viewers, one by one, as ``viewer_masks``."""
    work.engine.stage("few_days", f"SELECT * FROM viewer_days SEMI JOIN ({few}) few USING (viewer)")  # noqa: S608
    work.stage("viewer_masks")


def _count(work: Work, table: Table, part: str, sign: int) -> None:
    facts = [f"{sign} * {name} AS {name}" if kind == "BIGINT" else name for name, kind in table.columns]
    counted = sql(QUERIES, QUERY_OF[table])
    work.engine.keep(f"{part}_{table.name}", f"SELECT {', '.join(facts)} FROM ({counted}) told")  # noqa: S608


def _keep(work: Work, cells: Sequence[str], viewers: Sequence[str]) -> None:
    """Add up and keep the sums; groups of nobody are gone."""
    for table in QUERY_OF:
        parts = cells if table is CELL_SUMS else viewers
        keys = [name for name, kind in table.columns if kind != "BIGINT"]
        facts = [name for name, kind in table.columns if kind == "BIGINT"]
        columns = ", ".join(table.names())
        told = " UNION ALL ".join(f"SELECT {columns} FROM {part}_{table.name}" for part in parts)  # noqa: S608
        sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in facts)
        nobody = " AND ".join(f"sum({name}) = 0" for name in facts)
        added = f"SELECT {', '.join(keys)}, {sums} FROM ({told}) parts GROUP BY {', '.join(keys)}"  # noqa: S608
        work.publish(table, f"{added} HAVING NOT ({nobody})")
