"""The next advertising budget as text or JSON: ``hookline spend``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hookline import project
from hookline.cli import draw
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Estimate

if TYPE_CHECKING:
    from hookline.insight.spend import AdShare, SpendPlan, Teaser

ADS, TEASERS, EFFECTS = 24, 8, 6  # shown; all of them stand in the JSON
SAYS = 0.05


def spend(options: argparse.Namespace) -> None:
    """``hookline spend DIR``."""
    library = project.open_library(options.dir)
    with draw.progress() as progress:
        found = project.spend_plans(library, budget=options.budget, market=options.market, progress=progress)
    print(told(found, as_json=options.json))


def told(found: Mapping[str, SpendPlan | NotEnoughData], *, as_json: bool) -> str:
    """Every series' budget."""
    if as_json:
        return json.dumps(project.spend_json(found), ensure_ascii=False, indent=1)
    return "\n\n".join(
        f"{name}: {plan}" if isinstance(plan, NotEnoughData) else "\n".join(_plan(plan)) for name, plan in found.items()
    )


def _plan(plan: SpendPlan) -> Iterator[str]:
    simulated = "  [simulated viewers]" if plan.simulated else ""
    yield f"{plan.series}: the next {plan.days} days, {plan.currency} {plan.budget:,.0f}{simulated}"
    yield from _ads(plan)
    yield from _verdict(plan)
    yield "\nreturn of a unit spent, by day " + f"{plan.horizon}"
    for group in plan.groups:
        yield f"  {group.dimension:<9}{group.name:<32}{_range(group.returned):>22}  {group.spend:>10,.0f} a day"
    yield from _test(plan)
    yield from _teasers(plan)
    if plan.notes:
        yield "\nnotes"
        yield from (f"  {note}" for note in plan.notes)


def _ads(plan: SpendPlan) -> Iterator[str]:
    back = f"back by day {plan.horizon}"
    yield (
        f"\n  {'ad':<28} {'platform':<10} {'market':>6} {'today':>7} {'next':>7}  {back:>20} {'of one more':>20} "
        f"{'slope':>19} {'payers':>7}  do"
    )
    for ad in plan.ads[:ADS]:
        slope = f"{_range(ad.slope)}{'' if ad.slope_known else '?'}"
        yield (
            f"  {_cut(ad.cut):<28} {ad.platform[:10]:<10} {ad.market:>6} {ad.today:>7.1%} {ad.best:>7.1%}  "
            f"{_range(ad.returned):>20} {_range(ad.next_unit):>20} {slope:>19} {ad.payers:>7,}  {_do(ad)}"
        )
    if len(plan.ads) > ADS:
        yield f"  and {len(plan.ads) - ADS} more: --json has them all"


def _do(ad: AdShare) -> str:
    return "keep" if ad.advice == "keep" else f"{ad.advice} ({ad.certainty:.0%} sure)"


def _verdict(plan: SpendPlan) -> Iterator[str]:
    today, best = plan.revenue_today, plan.revenue_best
    yield f"\n  today's division brings {plan.currency} {_money(today)} by day {plan.horizon}"
    if plan.recommended:
        whole = "" if plan.step == 1 else f", {plan.step:.0%} of the way to the best on average"
        yield f"  recommended{whole}: {plan.currency} {_money(best)}; {_money(plan.gain, sign=True)} more, " + (
            f"{plan.certainty:.0%} sure that it gains"
        )
    else:
        yield f"  not recommended to change: the best found is only {plan.certainty:.0%} sure to gain " + (
            f"({_money(plan.gain, sign=True)}); 95% are asked for"
        )
    yield f"  the budget's last unit brings back {_range(plan.last_unit)}"


def _test(plan: SpendPlan) -> Iterator[str]:
    if plan.test:
        test = plan.test
        yield f"\nwhat would decide most: {test.control} against {test.variant} on {test.platform} in {test.market}"
        yield (
            f"  deal viewers out to both at random: {test.installs_per_cut:,} installs of each, about {test.days:,} "
            f"days and {plan.currency} {test.cost:,.0f}; finds {test.smallest:.3g} an install"
        )


def _teasers(plan: SpendPlan) -> Iterator[str]:
    if plan.teasers:
        yield "\ncuts that bring viewers who pay, against the others in the same places"
        yield from (f"  {_teaser(one)}" for one in plan.teasers[:TEASERS])
    for one in [effect for effect in plan.teaser_effects if effect.q <= SAYS][:EFFECTS]:
        yield f"  {one.element}: {_range(one.returned)} times the return ({one.cuts} cuts; q {one.q:.3f}; across cuts)"
    if plan.teaser_effects and not any(effect.q <= SAYS for effect in plan.teaser_effects):
        yield f"  nothing that {len(plan.teasers)} cuts show stands out from chance"


def _teaser(one: Teaser) -> str:
    beats = ", ".join(str(kind).replace("_", " ") for kind in one.beats[:3]) or "no beat"
    opens = f"opens on {one.opens_on.replace('_', ' ')}" if one.opens_on else "opens on no beat"
    return f"{_cut(one.cut):<32} {_range(one.returned):>20} times  shows {beats}; {opens}"


def _cut(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:12]}...{name[-13:]}"


def _range(one: Estimate) -> str:
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"


def _money(one: Estimate, *, sign: bool = False) -> str:
    plus = "+" if sign else ""
    return f"{one.value:{plus},.0f} [{one.low:{plus},.0f}, {one.high:{plus},.0f}]"
