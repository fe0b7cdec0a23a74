"""What a series' experiments say, kept beside its audience where everything that needs it finds it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.model.codec import dumps, loads, to_json
from hookline.model.errors import NotEnoughData
from hookline.model.experiment import ExperimentPlan, ExperimentResult
from hookline.project.config import Config
from hookline.project.experiment_plans import plans, questions
from hookline.project.store import Derived, Store, code_digest

if TYPE_CHECKING:
    from hookline.audience.engine import Open
    from hookline.insight.overrule import Trial

FILE = "results.json"


@dataclass(frozen=True, slots=True)
class Viewers:
    """A series' built audience, and what of it experiments must know."""

    step: Derived
    episodes: tuple[int, ...]
    simulated: bool
    engine: Open


@dataclass(frozen=True, slots=True)
class Results:
    """Every planned experiment as it stands."""

    found: tuple[ExperimentResult, ...] = ()
    waiting: dict[str, str] = field(default_factory=dict)  # by name, why nothing can be said yet

    def of(self, plan: ExperimentPlan) -> ExperimentResult | NotEnoughData:
        """One experiment's, or why there is none."""
        there = next((one for one in self.found if one.plan.name == plan.name), None)
        return there or NotEnoughData(self.waiting[plan.name])


def results_step(config: Config, viewers: Viewers, store: Store) -> Derived | None:
    """The step that keeps the results of all experiments; None where none is planned."""
    planned = plans(config)
    if not planned:
        return None
    told = [to_json(plan) for plan in planned]
    parts = [code_digest("model", "audience", "insight"), viewers.step.key, told, config.smallest_group]

    def make(work: Path) -> None:
        found = _results(planned, viewers, config.smallest_group)
        (work / FILE).write_text(dumps(found), encoding="utf-8")

    return store.derive("experiments", parts, make)


def read_results(step: Derived) -> Results:
    """What a step kept."""
    path = step.folder / FILE
    return loads(Results, path.read_text(encoding="utf-8"), where=str(path))


def tested(config: Config, step: Derived) -> tuple[tuple[Trial, ...], dict[str, str]]:
    """The experiments that say what they test: what they say today, and why the others can't yet."""
    from hookline.insight.overrule import Trial

    asked, results = questions(config), read_results(step)
    said = tuple(Trial(asked[one.plan.name], one) for one in results.found if one.plan.name in asked)
    return said, {name: why for name, why in results.waiting.items() if name in asked}


def _results(planned: Sequence[ExperimentPlan], viewers: Viewers, k: int) -> Results:
    found, waiting = [], {}
    for plan in planned:
        try:
            found.append(_result(plan, viewers, k))
        except NotEnoughData as why:
            waiting[plan.name] = str(why)
    return Results(tuple(found), waiting)


def _result(plan: ExperimentPlan, viewers: Viewers, k: int) -> ExperimentResult:
    from hookline.audience.arms import arms
    from hookline.insight.experiments import analyse_experiment

    dealt = arms(viewers.step.folder, plan, episodes=viewers.episodes, engine=viewers.engine)
    found = analyse_experiment(plan, dealt.days, assigned=dealt.assigned, crossed=dealt.crossed, least=k)
    return replace(found, simulated=viewers.simulated)
