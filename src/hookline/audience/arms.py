"""The arms of an experiment: who was shown which cut, and what they did then, summed by cut and day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hookline.audience.engine import Open, embedded
from hookline.audience.sums import table_files
from hookline.formats.events import sql
from hookline.model.experiment import ArmDay, ExperimentPlan, Metric
from hookline.model.tables import STEPS_RAW, VIEWS

QUERIES = Path(__file__).with_name("sql")


@dataclass(frozen=True, slots=True)
class Arms:
    """An experiment's viewers."""

    assigned: dict[str, int]  # viewers first shown each cut
    crossed: int  # who saw several of them
    days: dict[Metric, tuple[ArmDay, ...]]  # of viewers whose window has passed


def arms(folder: Path, plan: ExperimentPlan, *, episodes: Sequence[int], engine: Open = embedded) -> Arms:
    """Every metric's sums for an experiment, from the views and steps that ``build`` wrote.

    Args:
        folder: what ``build`` wrote.
        plan: the cuts, the episode, the window and the currency count.
        episodes: numbers of the series' episodes, to know the next one.
        engine: where the queries run.
    """
    following = min((number for number in episodes if number > plan.episode), default=None)
    with engine(folder) as run, run.reading(folder):
        for table in (VIEWS, STEPS_RAW):
            run.read(table.name, table, table_files(folder, table))
        run.table("arms", "cut VARCHAR", [[cut] for cut in plan.cuts])
        trial = [plan.episode, following, plan.window_days, plan.currency, plan.cap_micros]
        run.table(
            "trial",
            "episode INTEGER, next_episode INTEGER, window_days INTEGER, currency VARCHAR, cap_micros BIGINT",
            [trial],
        )
        run.keep("shown", sql(QUERIES, "shown"))
        dealt = run.ask("SELECT cut, count(*), count(*) FILTER (crossed) FROM shown GROUP BY cut")
        rows = run.ask(sql(QUERIES, "arm_days"))
    days: dict[Metric, list[ArmDay]] = {metric: [] for metric in Metric}
    for metric, cut, day, n, *sums in rows:
        days[Metric(metric)].append(ArmDay(cut, day, n, *map(float, sums)))
    return Arms(
        assigned={cut: n for cut, n, _ in dealt},
        crossed=sum(several for _, _, several in dealt),
        days={metric: tuple(found) for metric, found in days.items()},
    )
