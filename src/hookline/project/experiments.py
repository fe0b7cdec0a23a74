"""Experiments of a series: plans from its settings, results from its audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.experiment import ExperimentPlan, ExperimentResult, Guardrail, Metric
from hookline.model.progress import Progress, silent
from hookline.project import cut_manifest
from hookline.project.config import Config
from hookline.project.cut_manifest import Delivered
from hookline.project.folder import SeriesFolder
from hookline.project.work import built_audience, engine_of

if TYPE_CHECKING:
    from hookline.audience.engine import Open
    from hookline.insight.experiments import Design

EXAMPLE = """\
[[experiments]]
name = "cold open"
episode = 3
control = "main"             # cut ids, as players send them
variants = ["cold-open"]
metric = "continuation"      # continuation, completion, unlock, revenue, watch, click, conversion
smallest = 0.02              # the smallest difference worth finding: two points
"""
MICROS = 1_000_000
KEYS: dict[str, tuple[type, ...]] = {
    "name": (str,), "episode": (int,), "control": (str,), "variants": (list,), "metric": (str,),
    "smallest": (int, float), "shares": (list,), "window_days": (int,), "guardrails": (list,), "currency": (str,),
    "cap": (int, float), "alpha": (int, float),
}  # fmt: skip
NEEDED = ("name", "episode", "control", "variants", "metric", "smallest")


def plans(config: Config) -> tuple[ExperimentPlan, ...]:
    """The experiments that ``hookline.toml`` plans; ``BadInput`` names the experiment and the key.

    Amounts are given in units of the currency, watch time in seconds.
    """
    from hookline.insight.experiments import check

    found = tuple(
        _plan(table, f"{config.file}: experiment {number}")
        for number, table in enumerate(config.sections.get("experiments", ()), 1)
    )
    names = [plan.name for plan in found]
    for plan in found:
        try:
            check(plan)
        except BadInput as wrong:
            raise BadInput(wrong.what, where=f"{config.file}: experiment {plan.name!r}", mend=wrong.mend) from None
        if names.count(plan.name) > 1:
            raise BadInput(
                f"two experiments are called {plan.name!r}", where=config.file, mend="give each its own name"
            )
    return found


def experiments(
    series: SeriesFolder, *, name: str = "", progress: Progress = silent
) -> tuple[tuple[ExperimentPlan, ExperimentResult | NotEnoughData], ...]:
    """Every planned experiment (or the named one) as it stands today, or why nothing can be said yet."""
    chosen = _chosen(series, name)
    viewers = _viewers(series, progress)
    results = []
    for done, plan in enumerate(chosen):
        progress("experiments", done, len(chosen))
        results.append((plan, _result(series, plan, viewers)))
    progress("experiments", len(chosen), len(chosen))
    return tuple(results)


def design_experiment(series: SeriesFolder, *, name: str, progress: Progress = silent) -> Design:
    """How many viewers a planned experiment needs and how long that takes, from the viewers so far.

    The metric's mean and spread and the number of viewers a day are the control cut's until now.
    """
    from hookline.audience.arms import arms
    from hookline.insight.experiments import design

    (plan,) = _chosen(series, name)
    viewers = _viewers(series, progress)
    days = arms(viewers.folder, plan, episodes=viewers.episodes, engine=viewers.engine).days[plan.metric]
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
    return allocate(
        plan, arms(viewers.folder, plan, episodes=viewers.episodes, engine=viewers.engine).days[plan.metric], seed=seed
    )


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


@dataclass(frozen=True, slots=True)
class _Viewers:
    """Where a series' views and steps lie, and what of them experiments must know."""

    folder: Path
    episodes: tuple[int, ...]
    simulated: bool
    engine: Open


def _viewers(series: SeriesFolder, progress: Progress) -> _Viewers:
    """The series' audience, brought up to date."""
    done = built_audience(series, progress=progress)
    summary = done.audience()
    assert done.audience_step is not None
    assert summary is not None
    episodes = tuple(episode.number for episode in done.story().episodes)
    return _Viewers(done.audience_step.folder, episodes, summary.simulated, engine_of(series.config()))


def _result(series: SeriesFolder, plan: ExperimentPlan, viewers: _Viewers) -> ExperimentResult | NotEnoughData:
    from hookline.audience.arms import arms
    from hookline.insight.experiments import analyse_experiment

    dealt = arms(viewers.folder, plan, episodes=viewers.episodes, engine=viewers.engine)
    try:
        found = analyse_experiment(
            plan, dealt.days, assigned=dealt.assigned, crossed=dealt.crossed, least=series.config().smallest_group
        )
    except NotEnoughData as why:
        return why
    return replace(found, simulated=viewers.simulated)


def _plan(table: Any, where: str) -> ExperimentPlan:
    if not isinstance(table, dict):
        raise BadInput("is not a table", where=where, mend=f"write it as\n\n{EXAMPLE}")
    for key, value in table.items():
        if key not in KEYS:
            raise BadInput(f"has no key {key!r}", where=where, mend=f"keys: {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]) or isinstance(value, bool):
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    if missing := [key for key in NEEDED if key not in table]:
        raise BadInput(f"lacks {', '.join(missing)}", where=where, mend=f"a whole one:\n\n{EXAMPLE}")
    metric = _metric(table["metric"], where)
    return ExperimentPlan(
        name=table["name"],
        episode=table["episode"],
        control=table["control"],
        variants=_of(table["variants"], str, "variants", where),
        metric=metric,
        smallest=_scaled(table["smallest"], metric),
        shares=tuple(float(share) for share in _of(table.get("shares", []), (int, float), "shares", where)),
        window_days=table.get("window_days", 1),
        guardrails=tuple(_guardrail(rail, where) for rail in table.get("guardrails", [])),
        currency=table.get("currency", "").upper(),
        cap_micros=round(table.get("cap", 0) * MICROS),
        alpha=float(table.get("alpha", 0.05)),
    )


def _guardrail(table: Any, where: str) -> Guardrail:
    if not isinstance(table, Mapping) or set(table) != {"metric", "margin"} or not _number(table["margin"]):
        raise BadInput("has a guardrail that can't be read", where=where, mend='{ metric = "unlock", margin = 0.01 }')
    metric = _metric(table["metric"], where)
    return Guardrail(metric, _scaled(table["margin"], metric))


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _metric(name: Any, where: str) -> Metric:
    try:
        return Metric(name)
    except ValueError:
        raise BadInput(f"there is no metric {name!r}", where=where, mend=f"metrics: {', '.join(Metric)}") from None


def _scaled(value: float, metric: Metric) -> float:
    """In the table's units: micros for money, milliseconds for time."""
    return float(value) * (MICROS if metric is Metric.REVENUE else 1_000 if metric is Metric.WATCH else 1)


def _of(values: list[Any], kind: type | tuple[type, ...], key: str, where: str) -> tuple[Any, ...]:
    if not all(isinstance(value, kind) and not isinstance(value, bool) for value in values):
        raise BadInput(f"{key} is {values!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    return tuple(values)
