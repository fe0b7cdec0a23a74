"""Viewers over all days, and the steps that are counted from them.

A new day touches some viewers.  What the sums held of those is taken away and what they became is added; nobody else
is looked at.  So an update costs a reading of all viewers' names, and the work of those that the day touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hookline.audience.days import QUERIES, Work
from hookline.audience.tables import COHORT_SUMS, PAID_SUMS, PAYMENTS, STEP_SUMS, VIEWER_DAYS
from hookline.formats.events import sql
from hookline.model.tables import Table

SUMS = {STEP_SUMS: "steps_counted", PAID_SUMS: "paid_counted", COHORT_SUMS: "cohorts_counted"}
ROWS_AT_ONCE = 12_000_000  # of viewers' days in memory
VIEWERS_64 = 2**64


def count_all(work: Work, days: Sequence[str]) -> None:
    """The sums of all viewers, in so many ranges of them as memory bears."""
    work.read_days(VIEWER_DAYS, days, name="all_viewer_days")
    work.read_days(PAYMENTS, days, name="all_payments")
    ((rows,),) = work.engine.ask("SELECT count(*) FROM all_viewer_days")
    parts = 1 + int(rows) // (ROWS_AT_ONCE * work.engine.times)
    edges = [-(2**63) + VIEWERS_64 * part // parts for part in range(parts)] + [2**63 - 1]
    counted = []
    for part, (low, high) in enumerate(pairwise(edges)):
        last = "<=" if high == edges[-1] else "<"
        for name in ("viewer_days", "payments"):
            work.engine.show(name, f"SELECT * FROM all_{name} WHERE viewer >= {low} AND viewer {last} {high}")  # noqa: S608
        counted.append(_count(work, f"part_{part}"))
    _keep(work, counted)


def count_touched(
    work: Work, previous: Path, before: Sequence[str], days: Sequence[str], changed: Sequence[str]
) -> None:
    """The sums of a previous build, with the viewers of the changed days counted anew."""
    same = sorted(set(days) - set(changed))
    gone = sorted(set(before) - set(same))
    work.engine.read_days("days_gone", VIEWER_DAYS, previous, gone)
    work.read_days(VIEWER_DAYS, sorted(changed), name="days_come")
    work.engine.keep("touched", "SELECT viewer FROM days_gone UNION SELECT viewer FROM days_come")
    _touched_of(work, VIEWER_DAYS, same)
    _touched_of(work, PAYMENTS, same)
    counted = [_given(work, previous)]
    for sign, folder, some in ((-1, previous, gone), (1, work.out, sorted(changed))):
        for table in (VIEWER_DAYS, PAYMENTS):
            work.engine.read_days(f"own_{table.name}", table, folder, some)
            columns = ", ".join(table.names())
            work.engine.show(
                table.name,
                f"SELECT {columns} FROM same_{table.name} UNION ALL SELECT {columns} FROM own_{table.name}",  # noqa: S608
            )
        counted.append(_count(work, "gone" if sign < 0 else "come", sign=sign))
    _keep(work, counted)


def _touched_of(work: Work, table: Table, days: Sequence[str]) -> None:
    """What days that stay say of the touched viewers."""
    work.read_days(table, days, name=f"all_{table.name}")
    work.engine.stage(f"same_{table.name}", f"SELECT * FROM all_{table.name} SEMI JOIN touched USING (viewer)")  # noqa: S608


def _given(work: Work, previous: Path) -> str:
    """The sums of a previous build; how their names begin."""
    for table in SUMS:
        work.engine.read(f"given_{table.name}", table, [previous / f"{table.name}.parquet"])
    return "given"


def _count(work: Work, part: str, *, sign: int = 1) -> str:
    """What ``viewer_days`` and ``payments`` amount to, to be added or taken away; how its names begin."""
    work.stage("viewer_masks")
    work.keep("masks_counted")
    for table, query in SUMS.items():
        facts = [f"{sign} * {name} AS {name}" if kind == "BIGINT" else name for name, kind in table.columns]
        work.engine.keep(f"{part}_{table.name}", f"SELECT {', '.join(facts)} FROM ({sql(QUERIES, query)}) told")  # noqa: S608
    return part


def _keep(work: Work, counted: Sequence[str]) -> None:
    """Add up and keep the sums; groups of nobody are gone."""
    for table in SUMS:
        keys = [name for name, kind in table.columns if kind != "BIGINT"]
        facts = [name for name, kind in table.columns if kind == "BIGINT"]
        columns = ", ".join(table.names())
        told = " UNION ALL ".join(f"SELECT {columns} FROM {part}_{table.name}" for part in counted)  # noqa: S608
        sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in facts)
        nobody = " AND ".join(f"sum({name}) = 0" for name in facts)
        added = f"SELECT {', '.join(keys)}, {sums} FROM ({told}) parts GROUP BY {', '.join(keys)}"  # noqa: S608
        work.publish(table, f"{added} HAVING NOT ({nobody})")
