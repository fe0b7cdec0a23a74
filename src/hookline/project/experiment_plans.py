"""The experiments that a series plans in its settings, and the question that each asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hookline.model.errors import BadInput
from hookline.model.experiment import ExperimentPlan, Guardrail, Metric
from hookline.model.span import Span
from hookline.model.story import EndingType
from hookline.project.config import Config

if TYPE_CHECKING:
    from hookline.insight.overrule import Question

EXAMPLE = """\
[[experiments]]
name = "cold open"
episode = 3
control = "main"             # cut ids, as players send them
variants = ["cold-open"]
metric = "continuation"      # continuation, completion, unlock, revenue, watch, click, conversion
smallest = 0.02              # the smallest difference worth finding: two points
"""
TESTS_EXAMPLE = """\
tests = { element = "exposition", from_s = 22, to_s = 31 }   # what the variant takes out, and where
tests = { ending = "suspense", change = "added" }            # how the variant ends instead
"""
MICROS = 1_000_000
KEYS: dict[str, tuple[type, ...]] = {
    "name": (str,), "episode": (int,), "control": (str,), "variants": (list,), "metric": (str,),
    "smallest": (int, float), "shares": (list,), "window_days": (int,), "guardrails": (list,), "currency": (str,),
    "cap": (int, float), "alpha": (int, float), "tests": (dict,),
}  # fmt: skip
TESTS: dict[str, tuple[type, ...]] = {
    "element": (str,), "ending": (str,), "from_s": (int, float), "to_s": (int, float), "change": (str,),
    "variant": (str,),
}  # fmt: skip
CHANGES = ("removed", "added")
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


def questions(config: Config) -> dict[str, Question]:
    """What each experiment that says so tests, by its name; ``BadInput`` names the experiment and the key."""
    return {
        plan.name: _question(table["tests"], plan, f"{config.file}: experiment {plan.name!r}, tests")
        for plan, table in zip(plans(config), config.sections.get("experiments", ()), strict=True)
        if "tests" in table
    }


def _question(table: Mapping[str, Any], plan: ExperimentPlan, where: str) -> Question:
    from hookline.insight.overrule import Question

    for key, value in table.items():
        if key not in TESTS:
            raise BadInput(f"has no key {key!r}", where=where, mend=f"keys: {', '.join(TESTS)}")
        if not isinstance(value, TESTS[key]) or isinstance(value, bool):
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"write it as in\n\n{TESTS_EXAMPLE}")
    variant = table.get("variant") or (plan.variants[0] if len(plan.variants) == 1 else "")
    if variant not in plan.variants:
        raise BadInput("doesn't say which variant", where=where, mend=f"variant = one of {', '.join(plan.variants)}")
    if table.get("change", "removed") not in CHANGES:
        raise BadInput(f"there is no change {table['change']!r}", where=where, mend=f"changes: {', '.join(CHANGES)}")
    span, ending = _span(table, where), _ending(table.get("ending", ""), where)
    if not (table.get("element") or ending or span):
        raise BadInput("names nothing that is tested", where=where, mend=f"such as\n\n{TESTS_EXAMPLE}")
    return Question(variant, table.get("element", ""), ending, span, table.get("change") == "added")


def _ending(name: str, where: str) -> str:
    if name and name not in set(EndingType):
        raise BadInput(f"there is no ending {name!r}", where=where, mend=f"endings: {', '.join(EndingType)}")
    return name


def _span(table: Mapping[str, Any], where: str) -> Span | None:
    if not {"from_s", "to_s"} & table.keys():
        return None
    start, end = table.get("from_s", 0), table.get("to_s", 0)
    if not 0 <= start < end:
        raise BadInput(f"the passage from {start} to {end} s has no length", where=where, mend="from_s = 22, to_s = 31")
    return Span(round(1000 * start), round(1000 * end))


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
