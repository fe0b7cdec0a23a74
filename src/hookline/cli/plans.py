"""Plans as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hookline.model.codec import to_json
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Estimate

if TYPE_CHECKING:
    from hookline.insight.plan import Boundary, DivisionPlan, PaywallOption, PaywallPlan

VERSION = 1  # of the JSON
LINE = 46  # characters of a line that are shown
SHOWN = 12  # places of a wall that are shown around the best and today's


def boundaries(found: Mapping[str, DivisionPlan | NotEnoughData], *, as_json: bool) -> str:
    """Every season's division."""
    if as_json:
        return _document("boundaries", {name: _value(plan) for name, plan in found.items()})
    return "\n\n".join(
        f"{name}: {plan}" if isinstance(plan, NotEnoughData) else "\n".join(_division(plan))
        for name, plan in found.items()
    )


def paywalls(found: Mapping[str, tuple[PaywallPlan, ...] | NotEnoughData], *, as_json: bool) -> str:
    """Every series' wall, by market."""
    if as_json:
        return _document("paywall", {name: _value(plans) for name, plans in found.items()})
    return "\n\n".join(
        f"{name}: {plans}" if isinstance(plans, NotEnoughData) else "\n\n".join("\n".join(_wall(p)) for p in plans)
        for name, plans in found.items()
    )


def _document(kind: str, series: Mapping[str, object]) -> str:
    value = {"schema": f"hookline.plan.{kind}", "version": VERSION, "series": dict(series)}
    return json.dumps(value, ensure_ascii=False, indent=1)


def _value(plan: object) -> object:
    return {"error": str(plan)} if isinstance(plan, NotEnoughData) else to_json(plan)


def _division(plan: DivisionPlan) -> Iterator[str]:
    count = len(plan.best.boundaries)
    yield f"{plan.series}: {count} episodes, divided so that viewers stay longest{_simulated(plan.simulated)}"
    yield f"  {'':4}{'today ends':>12}  {'goes on':>8}   {'best ends':>12}  {'goes on':>8}   after"
    for number, (today, best) in enumerate(zip(plan.today.boundaries, plan.best.boundaries, strict=True), 1):
        same = today.point == best.point
        after = "" if same else f"{best.point.ending.type}: {_short(best.point.text)}"
        yield f"  {number:3} {_place(today):>12}  {_share(today):>8}   {'=' if same else _place(best):>12}  " + (
            f"{_share(best):>8}   {after}"
        )
    yield f"  a starter watches {_minutes(plan.watched_s_today)} today, {_minutes(plan.watched_s_best)} so divided:"
    yield f"  {plan.gain_s.value / 60:+.1f} min [{plan.gain_s.low / 60:+.1f}, {plan.gain_s.high / 60:+.1f}]; " + (
        f"reaching the last episode {100 * plan.gain_reach.value:+.1f} points "
        f"[{100 * plan.gain_reach.low:+.1f}, {100 * plan.gain_reach.high:+.1f}]"
    )
    if plan.recommended:
        yield f"  Recommended ({plan.certainty:.0%} sure that it gains).  Cut it so, and show both at random."
    elif plan.best == plan.today:
        yield "  Today's division is the best there is."
    else:
        yield f"  Not recommended: only {plan.certainty:.0%} sure that it gains; 95% are asked for."
    yield from (f"  {note}" for note in plan.notes)


def _wall(plan: PaywallPlan) -> Iterator[str]:
    yield f"{plan.series}, {plan.market}: the first paid episode{_simulated(plan.simulated)}"
    yield f"  {'episode':>9} {'reach it':>9} {'unlock it':>22}   revenue a starter, {plan.currency}"
    for option in _shown(plan):
        mark = "best" if option.episode == plan.best.episode else ""
        mark = "today" if plan.today and option.episode == plan.today.episode else mark
        yield f"  {option.episode:9} {option.reach.value:9.1%} {_percent(option.unlock):>22}   " + (
            f"{_amount(option.revenue)} {mark}".rstrip()
        )
    yield f"  best against {'today' if plan.today else 'the story alone'}: {_amount(plan.gain)} a starter"
    if plan.recommended:
        yield f"  Recommended ({plan.certainty:.0%} sure): ask before episode {plan.best.episode}; try it on half."
    elif plan.today and plan.best.episode == plan.today.episode:
        yield "  Today's place is the best there is."
    else:
        yield f"  Not recommended: {plan.certainty:.0%} sure that it gains, and 95% by data of your own are asked for."
    yield from (f"  {note}" for note in plan.notes)


def _shown(plan: PaywallPlan) -> Iterator[PaywallOption]:
    """The best, today's, and those around them."""
    middle = [plan.best.episode, *([plan.today.episode] if plan.today else [])]
    near = sorted(plan.options, key=lambda option: min(abs(option.episode - at) for at in middle))
    chosen = {option.episode for option in near[:SHOWN]}
    return (option for option in plan.options if option.episode in chosen)


def _simulated(simulated: bool) -> str:
    return "  (simulated viewers)" if simulated else ""


def _place(boundary: Boundary) -> str:
    seconds = boundary.point.at_ms / 1000
    return f"E{boundary.point.episode} {int(seconds // 60)}:{seconds % 60:04.1f}"


def _share(boundary: Boundary) -> str:
    return f"{boundary.going_on.value:.1%}" if boundary.going_on else ""


def _minutes(estimate: Estimate) -> str:
    return f"{estimate.value / 60:.1f} min"


def _percent(one: Estimate) -> str:
    return f"{one.value:.1%} [{one.low:.1%}, {one.high:.1%}]"


def _amount(one: Estimate) -> str:
    return f"{one.value:.4g} [{one.low:.4g}, {one.high:.4g}]"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text}"' if len(text) <= LINE else f'"{text[: LINE - 3]}..."'
