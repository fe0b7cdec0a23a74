"""Markets as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hookline.model.codec import to_json
from hookline.model.estimate import Estimate

if TYPE_CHECKING:
    from hookline.insight.markets import MarketProspect, Preference, Prospects

VERSION = 1  # of the JSON
TOLD = 6  # elements of a market


def prospects(found: Mapping[str, Prospects], *, as_json: bool) -> str:
    """Every series' markets."""
    if as_json:
        series = {name: to_json(one) for name, one in found.items()}
        return json.dumps(
            {"schema": "hookline.markets", "version": VERSION, "series": series}, ensure_ascii=False, indent=1
        )
    return "\n\n".join("\n".join(_series(one)) for one in found.values())


def _series(found: Prospects) -> Iterator[str]:
    simulated = "  (simulated viewers)" if found.simulated else ""
    yield f"{found.series}: where next, by the episodes that a starter is expected to watch{simulated}"
    yield f"  {'market':8}{'episodes':>22}{'finish':>20}{'go on':>20}{'unlock':>20}"
    for one in found.markets:
        note = "watched there" if one.watched else f"new; the best new one in {one.best:.0%} of draws"
        unlock = _share(one.unlocking) if one.unlocking else ""
        yield f"  {one.market:8}{_number(one.episodes):>22}{_share(one.finishing):>20}{_share(one.going_on):>20}" + (
            f"{unlock:>20}  {note}"
        )
    for one in found.markets:
        yield from _elements(one)
    yield from (f"  {note}" for note in found.notes)


def _elements(one: MarketProspect) -> Iterator[str]:
    for advice in ("keep", "adapt", "drop"):
        told = [_element(preference) for preference in one.preferences if preference.advice == advice]
        if told:
            yield f"  {one.market}: {advice} {'; '.join(told[:TOLD])}"


def _element(one: Preference) -> str:
    effect = one.effect
    return f"{one.element} ({one.outcome} x{effect.value:.2f} [{effect.low:.2f}, {effect.high:.2f}])"


def _share(one: Estimate) -> str:
    return f"{one.value:.0%} [{one.low:.0%}, {one.high:.0%}]"


def _number(one: Estimate) -> str:
    return f"{one.value:.1f} [{one.low:.1f}, {one.high:.1f}]"
