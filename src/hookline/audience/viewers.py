"""Viewers over all days, and the steps that are counted from them.

A new day touches some viewers.  What the sums held of those is taken away and what they became is added; nobody else
is looked at.  So an update costs a reading of all viewers' names, and the work of those that the day touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hookline.audience.days import QUERIES, Work, read_days
from hookline.audience.tables import COHORT_SUMS, PAID_SUMS, PAYMENTS, STEP_SUMS, VIEWER_DAYS
from hookline.formats.events import sql, view_of
from hookline.model.tables import Table

SUMS = {STEP_SUMS: "steps_counted", PAID_SUMS: "paid_counted", COHORT_SUMS: "cohorts_counted"}
ROWS_AT_ONCE = 12_000_000  # of viewers' days in memory
VIEWERS_64 = 2**64


def count_all(work: Work, days: Sequence[str]) -> None:
    """The sums of all viewers, in so many ranges of them as memory bears."""
    _sums(work)
    work.read_days(VIEWER_DAYS, days, name="all_viewer_days")
    work.read_days(PAYMENTS, days, name="all_payments")
    ((rows,),) = work.con.execute("SELECT count(*) FROM all_viewer_days").fetchall()
    parts = 1 + int(rows) // ROWS_AT_ONCE
    edges = [-(2**63) + VIEWERS_64 * part // parts for part in range(parts)] + [2**63 - 1]
    for low, high in pairwise(edges):
        last = "<=" if high == edges[-1] else "<"
        limit = f"viewer >= {low} AND viewer {last} {high}"
        for name in ("viewer_days", "payments"):
            work.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM all_{name} WHERE {limit}")  # noqa: S608
        _count(work, sign=1)
    _keep(work)


def count_touched(
    work: Work, previous: Path, before: Sequence[str], days: Sequence[str], changed: Sequence[str]
) -> None:
    """The sums of a previous build, with the viewers of the changed days counted anew."""
    _sums(work, previous)
    same = sorted(set(days) - set(changed))
    read_days(work.con, previous, VIEWER_DAYS, sorted(set(before) - set(same)), name="days_gone")
    work.read_days(VIEWER_DAYS, sorted(changed), name="days_come")
    work.con.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT viewer FROM days_gone UNION SELECT viewer FROM days_come"
    )
    _touched_of(work, VIEWER_DAYS, same)
    _touched_of(work, PAYMENTS, same)
    for sign, folder, some in ((-1, previous, sorted(set(before) - set(same))), (1, work.out, sorted(changed))):
        for table in (VIEWER_DAYS, PAYMENTS):
            read_days(work.con, folder, table, some, name=f"own_{table.name}")
            work.con.execute(
                f"CREATE OR REPLACE TEMP VIEW {table.name} AS "  # noqa: S608
                f"SELECT * FROM same_{table.name} UNION ALL BY NAME SELECT * FROM own_{table.name}"
            )
        _count(work, sign=sign)
    _keep(work)


def _touched_of(work: Work, table: Table, days: Sequence[str]) -> None:
    """What days that stay say of the touched viewers."""
    work.read_days(table, days, name=f"all_{table.name}")
    work.stage(f"same_{table.name}", f"SELECT * FROM all_{table.name} SEMI JOIN touched USING (viewer)")  # noqa: S608


def _sums(work: Work, previous: Path | None = None) -> None:
    """A table for each kind of sum: empty, or with the sums of a previous build."""
    for table in SUMS:
        files = [previous / f"{table.name}.parquet"] if previous else []
        view_of(work.con, "given_sums", table, files)
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE open_{table.name} AS SELECT * FROM given_sums")  # noqa: S608


def _count(work: Work, *, sign: int) -> None:
    """Add what ``viewer_days`` and ``payments`` amount to, or take it away."""
    work.stage("viewer_masks")
    work.keep("masks_counted")
    for table, query in SUMS.items():
        facts = [f"{sign} * {name}" if kind == "BIGINT" else name for name, kind in table.columns]
        work.con.execute(
            f"INSERT INTO open_{table.name} SELECT {', '.join(facts)} FROM ({sql(QUERIES, query)})"  # noqa: S608
        )


def _keep(work: Work) -> None:
    """Add up and keep the sums; groups of nobody are gone."""
    for table in SUMS:
        keys = [name for name, kind in table.columns if kind != "BIGINT"]
        facts = [name for name, kind in table.columns if kind == "BIGINT"]
        sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in facts)
        nobody = " AND ".join(f"sum({name}) = 0" for name in facts)
        told = f"SELECT {', '.join(keys)}, {sums} FROM open_{table.name} GROUP BY {', '.join(keys)}"  # noqa: S608
        work.publish(table, f"{told} HAVING NOT ({nobody})")
