"""Experiments as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hookline.model.codec import to_json
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Estimate
from hookline.model.experiment import Comparison, ExperimentPlan, ExperimentResult, Metric, Verdict

if TYPE_CHECKING:
    from hookline.insight.experiments import Design

SAID = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.ALIKE: "alike: any difference is smaller than worth finding",
    Verdict.OPEN: "open: not decided yet",
}
DO = {
    Verdict.BETTER: "Show {cut} to everybody.",
    Verdict.WORSE: "Stop {cut}.",
    Verdict.ALIKE: "Keep whichever is cheaper.",
    Verdict.OPEN: "Let it run: looking daily is safe.",
}
Results = Sequence[tuple[ExperimentPlan, ExperimentResult | NotEnoughData]]


def results(found: Results, *, as_json: bool) -> str:
    """Every experiment as it stands."""
    if as_json:
        rows = [to_json(one) if isinstance(one, ExperimentResult) else _waiting(plan, one) for plan, one in found]
        return _document("experiments", rows)
    return "\n\n".join(
        _result(one) if isinstance(one, ExperimentResult) else f"{plan.name}: {one}" for plan, one in found
    )


def designed(design: Design, *, as_json: bool) -> str:
    """How much an experiment needs."""
    if as_json:
        return _document("experiment-design", to_json(design))
    lines = [
        f"{design.viewers_per_cut:,} viewers of each cut find a difference of {design.smallest:g} with "
        f"{design.power:.0%} power, looked at as often as you like",
        f"({design.viewers_fixed:,} would do for a single look at the end)",
        f"at today's viewers: {design.days:,} days",
        *design.notes,
    ]
    return "\n".join(lines)


def dealt(shares: Mapping[str, float], *, as_json: bool) -> str:
    """Tomorrow's shares."""
    if as_json:
        return _document("experiment-allocation", dict(shares))
    return "\n".join(f"{share:6.1%}  {cut}" for cut, share in shares.items())


def _result(found: ExperimentResult) -> str:
    plan = found.plan
    viewers = ", ".join(f"{cut} {n:,}" for cut, n in found.viewers)
    lines = [f"{plan.name}: {plan.metric} of episode {plan.episode}, {found.days} days, viewers: {viewers}"]
    if found.simulated:
        lines.append("  simulated viewers")
    if not found.sound:
        lines.append("  NOT SOUND: viewers were not dealt out as planned; nothing below may be believed")
    for one in found.comparisons:
        lines.append(f"  {one.cut} against {plan.control}: {SAID[one.verdict]}")
        if one.difference:
            lines.append(f"    {_amount(one.difference, one.metric, plan)}; e-value {one.e_value:.3g}")
        if found.sound:
            lines.append(f"    {DO[one.verdict].format(cut=one.cut)}")
    lines += [f"  guardrail {_rail(rail.comparison, rail.state, rail.margin, plan)}" for rail in found.guardrails]
    lines += [f"  {note}" for note in found.notes]
    return "\n".join(lines)


def _rail(one: Comparison, state: str, margin: float, plan: ExperimentPlan) -> str:
    shown = f": {_amount(one.difference, one.metric, plan)}" if one.difference else ""
    return f"{one.metric} of {one.cut}: {state} (a fall below {_in_words(margin, one.metric, plan)} is borne){shown}"


def _amount(value: Estimate, metric: Metric, plan: ExperimentPlan) -> str:
    """A difference with everything that makes it honest."""
    value_, low, high = (_in_words(x, metric, plan, sign=True) for x in (value.value, value.low, value.high))
    how = f"{100 * value.level:.3g}% {value.method}; evidence: {value.grade.value}"
    return f"{value_} [{low} to {high}]; n = {value.n:,}; {how}"


def _in_words(value: float, metric: Metric, plan: ExperimentPlan, *, sign: bool = False) -> str:
    plus = "+" if sign else ""
    if metric is Metric.REVENUE:
        return f"{value / 1e6:{plus}.3f} {plan.currency} a viewer"
    if metric is Metric.WATCH:
        return f"{value / 1e3:{plus}.1f} s a viewer"
    return f"{100 * value:{plus}.2f} points"


def _waiting(plan: ExperimentPlan, why: NotEnoughData) -> dict[str, Any]:
    return {"plan": to_json(plan), "waiting": str(why)}


def _document(schema: str, value: Any) -> str:
    return json.dumps({"schema": f"hookline.{schema}", "version": 1, "value": value}, ensure_ascii=False, indent=2)
