"""Experiments of a series as they stand, what one needs, whom to show what tomorrow."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.experiment import ExperimentPlan, ExperimentResult
from hookline.model.progress import Progress, silent
from hookline.project import cut_manifest
from hookline.project.cut_manifest import Delivered
from hookline.project.experiment_plans import EXAMPLE, plans
from hookline.project.experiment_results import Viewers, read_results, results_step
from hookline.project.folder import SeriesFolder
from hookline.project.work import built_audience, trial_viewers

if TYPE_CHECKING:
    from hookline.insight.experiments import Design


def experiments(
    series: SeriesFolder, *, name: str = "", progress: Progress = silent
) -> tuple[tuple[ExperimentPlan, ExperimentResult | NotEnoughData], ...]:
    """Every planned experiment (or the named one) as it stands today, or why nothing can be said yet."""
    chosen = _chosen(series, name)
    viewers, store = _viewers(series, progress), series.store()
    progress("experiments", 0, 1)
    with store.locked():
        step = results_step(series.config(), viewers, store)
    assert step is not None
    found = read_results(step)
    progress("experiments", 1, 1)
    return tuple((plan, found.of(plan)) for plan in chosen)


def design_experiment(series: SeriesFolder, *, name: str, progress: Progress = silent) -> Design:
    """How many viewers a planned experiment needs and how long that takes, from the viewers so far.

    The metric's mean and spread and the number of viewers a day are the control cut's until now.
    """
    from hookline.audience.arms import arms
    from hookline.insight.experiments import design

    (plan,) = _chosen(series, name)
    viewers = _viewers(series, progress)
    days = arms(viewers.step.folder, plan, episodes=viewers.episodes, engine=viewers.engine).days[plan.metric]
    control = [day for day in days if day.cut == plan.control]
    n, y, yy = (sum(getattr(day, key) for day in control) for key in ("n", "y", "yy"))
    if n < series.config().smallest_group:
        raise NotEnoughData(
            f"{n} viewers were shown {plan.control!r} of episode {plan.episode}: too few to plan from",
            mend="wait for more viewers",
        )
    mean = y / n
    sd = max(yy / n - mean * mean, 0.0) ** 0.5
    if sd == 0:
        raise NotEnoughData(f"every viewer of {plan.control!r} did the same: {plan.metric} has no spread to plan from")
    return design(plan, mean=mean, sd=sd, daily_viewers=n / len(control))


def allocation(series: SeriesFolder, *, name: str, seed: int = 0, progress: Progress = silent) -> dict[str, float]:
    """Shares in which to deal out tomorrow's viewers of an experiment, by cut."""
    from hookline.audience.arms import arms
    from hookline.insight.experiments import allocate

    (plan,) = _chosen(series, name)
    viewers = _viewers(series, progress)
    days = arms(viewers.step.folder, plan, episodes=viewers.episodes, engine=viewers.engine).days[plan.metric]
    return allocate(plan, days, seed=seed)


def cuts_shown(series: SeriesFolder, plan: ExperimentPlan) -> tuple[Delivered, ...]:
    """Those of an experiment's cuts that Hookline made, control first.

    Raises:
        BadInput: an id is of another episode's cut, or reads like one of ours and is none.
    """
    made = cut_manifest.read(series.out / "cuts", series=series.config().id)
    where = f"{series.config().file}: experiment {plan.name!r}"
    found = []
    for id in (plan.control, *plan.variants):
        cut = made.find(id)
        if cut is None and cut_manifest.reads_like_ours(id):
            near = get_close_matches(id, [one.id for one in made.cuts if one.episode == plan.episode], n=1)
            mend = f"did you mean {near[0]}?" if near else "the ids stand in out/cuts/manifest.json"
            raise BadInput(f"there is no cut {id!r}", where=where, mend=mend)
        if cut and cut.episode != plan.episode:
            mend = f"say episode = {cut.episode}, or name cuts of episode {plan.episode}"
            raise BadInput(f"{id} is a cut of episode {cut.episode}, not {plan.episode}", where=where, mend=mend)
        found += [cut] if cut else []
    return tuple(found)


def _chosen(series: SeriesFolder, name: str) -> tuple[ExperimentPlan, ...]:
    found = plans(series.config())
    where = series.config().file
    if not found:
        raise BadInput("no experiment is planned", where=where, mend=f"add one, such as\n\n{EXAMPLE}")
    for plan in found:
        cuts_shown(series, plan)
    if not name:
        return found
    named = tuple(plan for plan in found if plan.name == name)
    if not named:
        raise BadInput(
            f"there is no experiment {name!r}", where=where, mend=f"experiments: {', '.join(p.name for p in found)}"
        )
    return named


def _viewers(series: SeriesFolder, progress: Progress) -> Viewers:
    """The series' audience, brought up to date."""
    return trial_viewers(built_audience(series, progress=progress))
