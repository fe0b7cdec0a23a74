"""The arms of an experiment: who was shown which cut, and what they did then, summed by cut and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hookline.audience.sums import table_files
from hookline.formats.events import engine, reading, sql, view_of
from hookline.model.experiment import ArmDay, ExperimentPlan, Metric
from hookline.model.tables import STEPS_RAW, VIEWS

QUERIES = Path(__file__).with_name("sql")


@dataclass(frozen=True, slots=True)
class Arms:
    """An experiment's viewers."""

    assigned: dict[str, int]  # viewers first shown each cut
    crossed: int  # who saw several of them
    days: dict[Metric, tuple[ArmDay, ...]]  # of viewers whose window has passed


def arms(folder: Path, plan: ExperimentPlan, *, episodes: Sequence[int]) -> Arms:
    """Every metric's sums for an experiment, from the views and steps that ``build`` wrote.

    Args:
        folder: what ``build`` wrote.
        plan: the cuts, the episode, the window and the currency count.
        episodes: numbers of the series' episodes, to know the next one.
    """
    following = min((number for number in episodes if number > plan.episode), default=None)
    with engine(folder) as (con, _), reading(folder):
        for table in (VIEWS, STEPS_RAW):
            view_of(con, table.name, table, table_files(folder, table))
        con.execute("CREATE TEMP TABLE arms (cut VARCHAR)")
        con.executemany("INSERT INTO arms VALUES (?)", [(cut,) for cut in plan.cuts])
        con.execute(
            "CREATE TEMP TABLE trial (episode INTEGER, next_episode INTEGER, window_days INTEGER, currency VARCHAR, "
            "cap_micros BIGINT)"
        )
        con.execute(
            "INSERT INTO trial VALUES (?, ?, ?, ?, ?)",
            [plan.episode, following, plan.window_days, plan.currency, plan.cap_micros],
        )
        con.execute(f"CREATE TEMP TABLE shown AS {sql(QUERIES, 'shown')}")
        dealt = con.execute("SELECT cut, count(*), count(*) FILTER (crossed) FROM shown GROUP BY cut").fetchall()
        rows = con.execute(sql(QUERIES, "arm_days")).fetchall()
    days: dict[Metric, list[ArmDay]] = {metric: [] for metric in Metric}
    for metric, *row in rows:
        days[Metric(metric)].append(ArmDay(*row))
    return Arms(
        assigned={cut: n for cut, n, _ in dealt},
        crossed=sum(several for _, _, several in dealt),
        days={metric: tuple(found) for metric, found in days.items()},
    )
