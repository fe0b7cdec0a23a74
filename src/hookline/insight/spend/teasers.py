"""Which story moments make ad cuts that bring viewers who pay: what cuts show, joined with what they return.

Cuts are the units.  A cut's own return against the middling cut of the same places is compared between cuts that show
(or open on) an element and cuts that don't, by random-effects meta-regression (``meta``), one false discovery rate
over all elements.  Whoever sees an ad wasn't chosen at random, and cuts differ in more than one thing: ``across``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.audience.ad_cells import AdCells
from hookline.insight.compared import LEAST_UNITS, Compared, with_and_without
from hookline.insight.spend.result import Teaser, TeaserEffect
from hookline.insight.spend.returns import Returns
from hookline.model.estimate import Estimate, Grade, Place
from hookline.model.story import BeatType, SeriesStory

OPENING_MS = 3_000  # the field's window of the hook
METHOD = "own return against the same places; random-effects meta-regression over cuts, t"
METHOD_CUT = "own return against the other cuts of the same places, t of the normal"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cut shows of the story, in the cut's order."""

    cut: str
    places: tuple[Place, ...]


def teasers(
    cells: AdCells, found: Returns, story: SeriesStory, shown: Mapping[str, Shown]
) -> tuple[tuple[Teaser, ...], tuple[TeaserEffect, ...], tuple[str, ...]]:
    """Cuts whose content is known with their returns, best first; what goes along with it; what can't be said."""
    against = _by_cut(cells, found)
    known = [name for name in against if name in shown]
    told = tuple(
        sorted((_teaser(shown[name], *against[name], story) for name in known), key=lambda one: -one.returned.value)
    )
    if not known:
        note = "No ad names a cut that Hookline made, so what pays can't be laid along the story: name ads by cut ids."
        return told, (), (note,)
    if len(known) < LEAST_UNITS:
        note = f"{len(known)} cuts with payers are known: what makes a teaser pay is judged from {LEAST_UNITS} on."
        return told, (), (note,)
    return told, _effects(told, [against[one.cut] for one in told]), ()


def _by_cut(cells: AdCells, found: Returns) -> dict[str, tuple[float, float, int]]:
    """Each cut's log return against its places' middle, its variance and its payers."""
    use = np.flatnonzero(np.isfinite(found.own_variance) & (found.payers > 0))
    places = np.array([f"{cells.ads[i].platform}\n{cells.ads[i].market}" for i in use])
    y, weight = found.own[use].copy(), 1 / found.own_variance[use]
    for place in np.unique(places):
        here = places == place
        y[here] -= (weight[here] @ y[here]) / weight[here].sum()
    cuts = np.array([cells.ads[i].cut for i in use])
    return {
        str(name): (
            float(weight[cuts == name] @ y[cuts == name] / weight[cuts == name].sum()),
            float(1 / weight[cuts == name].sum()),
            int(found.payers[use][cuts == name].sum()),
        )
        for name in np.unique(cuts)
    }


def _teaser(shown: Shown, value: float, variance: float, payers: int, story: SeriesStory) -> Teaser:
    half = 1.96 * float(np.sqrt(variance))
    low, middle, high = (float(np.exp(x)) for x in (value - half, value, value + half))
    times = _shown_ms(shown.places, story)
    return Teaser(
        shown.cut,
        Estimate(middle, low, high, payers, METHOD_CUT, Grade.ACROSS, "times"),
        tuple(sorted(times, key=lambda kind: -times[kind])),
        _opening(shown.places, story),
        shown.places,
    )


def _shown_ms(places: Sequence[Place], story: SeriesStory) -> dict[BeatType, int]:
    times: dict[BeatType, int] = {}
    for place in places:
        episode = story.episode(place.episode)
        for beat in episode.beats if episode else ():
            if overlap := beat.span.overlap_ms(place.span):
                times[beat.type] = times.get(beat.type, 0) + overlap
    return times


def _opening(places: Sequence[Place], story: SeriesStory) -> str:
    first = places[0] if places else None
    episode = story.episode(first.episode) if first else None
    if not first or not episode:
        return ""
    start, end = first.span.start_ms, first.span.start_ms + OPENING_MS
    inside = [beat for beat in episode.beats if beat.span.start_ms < end and start < beat.span.end_ms]
    return str(max(inside, key=lambda beat: beat.intensity).type) if inside else ""


def _effects(told: Sequence[Teaser], against: Sequence[tuple[float, float, int]]) -> tuple[TeaserEffect, ...]:
    y, variance = np.array([a[0] for a in against]), np.array([a[1] for a in against])
    shows = {f"shows {_name(kind)}": np.array([kind in one.beats for one in told]) for kind in BeatType}
    opens = {f"opens on {_name(kind)}": np.array([one.opens_on == kind for one in told]) for kind in BeatType}
    return tuple(_effect(one, len(told)) for one in with_and_without(y, variance, shows | opens))


def _effect(one: Compared, cuts: int) -> TeaserEffect:
    value, low, high = (float(np.exp(x)) for x in (one.effect.value, one.effect.bound(-1), one.effect.bound(1)))
    return TeaserEffect(one.element, one.units, Estimate(value, low, high, cuts, METHOD, Grade.ACROSS, "times"), one.q)


def _name(kind: BeatType) -> str:
    return str(kind).replace("_", " ")
