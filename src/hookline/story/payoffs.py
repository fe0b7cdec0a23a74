"""Where a promise is paid off: the one later moment that settles it best, if any settles it well enough.

A moment is a line after the setup.  It settles a promise by what it is and by what it shares with it:

    what it is     form    the line has the form of an answer ("because ..." to a why)          ``FORM``
                   beat    strongest of the beats that settle the kind (``SETTLES``) there; a      ``BEAT``
                           neighbouring line's counts ``BESIDE``
    what it shares words   weight of the setup's content words that it holds, of all of theirs   ``WORDS``
                   people  weight of the setup's people who speak or are named there, of all       ``PEOPLE``
                   thing   the object itself                                                       ``THING``
                   near    2 ^ -(time since the setup / ``NEAR_MS``)                               ``NEAR``

    confidence = 1 - product (1 - weight x value)

A person weighs, like a word, the less the more lines hold them: that the lead is there says nothing.  A payoff
needs something of both: an answer's form or a beat, and words or the object; the question of an ending may instead be
taken up by at least half of its people within ``TAKEN_UP_MS``, and an object may return in the same words without a
beat.  An ending's question is settled in a later episode.  Far from its setup (``FAR_MS``) much is alike by chance:
there the two must share two telling words; a rare object may do with one of its people, and a question that was put
in no words is taken up sooner or not at all.  Of moments above ``ENOUGH`` the surest settles the promise, of equals
the first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from hookline.model.script import LineKind, Source
from hookline.model.story import BeatType, EndingType, PromiseKind
from hookline.story.plotline import Plotline, PlotWords, Spot

B, K = BeatType, PromiseKind

FORM = 0.45
BEAT = 0.55
WORDS = 0.70
PEOPLE = 0.25
THING = 0.50
NEAR = 0.25
NEAR_MS = 45_000
TAKEN_UP_MS = 90_000  # about the next episode
FAR_MS = 180_000  # some three episodes
RARE_SCENES = 5  # an object that so few scenes name is its story's own
BESIDE = 0.6
ENOUGH = 0.55
LEAST_WORDS = 0.20  # sharing less of the words' weight is sharing none
LEAST_PEOPLE = 0.5
SOONEST_MS = 3_000  # a line nearer than this is still the setup

# Which beats settle which promise, and how well, 0..1.
SETTLES: dict[PromiseKind, dict[BeatType, float]] = {
    K.QUESTION: {B.REVEAL: 1.0, B.DISCOVERY: 0.8, B.BETRAYAL: 0.6, B.REVERSAL: 0.8},
    K.SECRET: {B.REVEAL: 1.0, B.DISCOVERY: 1.0, B.BETRAYAL: 0.8},
    K.THREAT: {B.COMEBACK: 0.8, B.PAYOFF: 1.0, B.THREAT: 0.6, B.REVERSAL: 0.8, B.HUMILIATION: 0.6},
    K.VOW: {B.COMEBACK: 1.0, B.PAYOFF: 1.0, B.DECISION: 0.8, B.REVERSAL: 0.8, B.DECLARATION: 0.5},
    K.OBJECT: {
        B.REVEAL: 1.0, B.DISCOVERY: 1.0, B.COMEBACK: 1.0, B.PAYOFF: 0.8, B.REVERSAL: 0.8, B.BETRAYAL: 0.8,
        B.DECISION: 0.8, B.THREAT: 0.6, B.DECLARATION: 0.5,
    },
}  # fmt: skip


# An ending's question is settled by what its button leaves open.
ENDS: dict[EndingType, dict[BeatType, float]] = {
    EndingType.CRISIS: {
        B.THREAT: 0.6, B.COMEBACK: 0.8, B.REVERSAL: 0.8, B.DECISION: 1.0, B.PAYOFF: 0.8, B.HUMILIATION: 0.6
    },
    EndingType.EMOTION: {B.DECISION: 1.0, B.DECLARATION: 0.8, B.COMEBACK: 0.8, B.PAYOFF: 0.8, B.BETRAYAL: 0.5},
    EndingType.REVERSAL: {B.COMEBACK: 0.8, B.REVEAL: 0.8, B.CONFRONTATION: 0.6, B.PAYOFF: 0.8, B.DECISION: 0.6},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setup:
    """Something set up."""

    kind: PromiseKind
    what: str
    spot: Spot  # where it begins
    last: Spot  # and where it ends
    people: frozenset[str]
    words: frozenset[str]
    evidence: tuple[Source, ...]
    form: str = ""  # what a question asks for
    object: str = ""
    ends: EndingType | None = None  # the ending that asks it


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a promise is paid off."""

    spot: Spot
    confidence: float


def settled(setup: Setup, line: Plotline, words: PlotWords) -> Landing | None:
    """The moment that pays a promise off; None while it stays open."""
    best: Landing | None = None
    since_ms = setup.last.at_ms + SOONEST_MS
    for index in _candidates(setup, line):
        spot = line.spots[index]
        if spot.at_ms < since_ms or (setup.ends and spot.episode == setup.last.episode):
            continue
        confidence = _confidence(setup, spot, line, words)
        if confidence >= ENOUGH and (best is None or confidence > best.confidence):
            best = Landing(spot, round(confidence, 3))
    return best


def _candidates(setup: Setup, line: Plotline) -> list[int]:
    """Indices of the later lines that share a telling word or the object, or take an ending's question up soon."""
    if setup.object:
        return [index for index in line.naming[setup.object] if index > setup.last.index]
    sharing = {index for word in setup.words if line.weight[word] > 0.0 for index in line.holding[word]}
    if setup.ends:
        sharing.update(index for index in line.beating if line.spots[index].at_ms - setup.last.at_ms <= TAKEN_UP_MS)
        sharing.update(
            index + step for index in list(sharing) for step in (-1, 1) if 0 <= index + step < len(line.spots)
        )
    return sorted(index for index in sharing if index > setup.last.index)


def _confidence(setup: Setup, spot: Spot, line: Plotline, words: PlotWords) -> float:
    form = _answers(setup, spot, words)
    beat = _settling(setup, spot, line)
    shared = _share(setup.words, spot.words, line.weight)
    people = _share(setup.people, spot.people, line.fame)
    near = 0.5 ** ((spot.at_ms - setup.last.at_ms) / NEAR_MS)
    thing = bool(setup.object) and setup.object in spot.objects
    if setup.object and (not thing or spot.scene == setup.spot.scene):
        return 0.0
    told = shared >= LEAST_WORDS
    taken_up = bool(setup.ends) and people >= LEAST_PEOPLE and spot.at_ms - setup.last.at_ms <= TAKEN_UP_MS
    if not (form or beat or (thing and told)) or not (thing or told or taken_up):
        return 0.0
    if spot.at_ms - setup.last.at_ms > FAR_MS and not _tied(setup, spot, people, line):
        return 0.0
    parts = (
        (FORM, float(form)), (BEAT, beat), (WORDS, shared), (PEOPLE, people), (THING, float(thing)), (NEAR, near)
    )  # fmt: skip
    return 1.0 - math.prod(1.0 - weight * value for weight, value in parts)


def _tied(setup: Setup, spot: Spot, people: float, line: Plotline) -> bool:
    """Whether more than chance ties a moment to a setup far away."""
    if setup.object and people >= LEAST_PEOPLE:
        scenes = {line.spots[index].scene for index in line.naming[setup.object]}
        if len(scenes) <= RARE_SCENES:
            return True
    if setup.ends and not setup.form:
        return False
    return sum(line.weight[word] > 0.0 for word in setup.words & spot.words) >= 2


def _answers(setup: Setup, spot: Spot, words: PlotWords) -> bool:
    spoken = spot.line.kind is not LineKind.ACTION
    return bool(setup.form) and spoken and "?" not in spot.folded and words.answers_to(setup.form, spot.masked)


def _settling(setup: Setup, spot: Spot, line: Plotline) -> float:
    says = ENDS.get(setup.ends, SETTLES[setup.kind]) if setup.ends and not setup.form else SETTLES[setup.kind]
    beside = (line.spots[at] for at in (spot.index - 1, spot.index + 1) if 0 <= at < len(line.spots))
    near = [(spot, 1.0), *((other, BESIDE) for other in beside if other.scene == spot.scene)]
    return max(
        (
            share * says.get(beat.type, 0.0) * (0.5 + 0.5 * beat.intensity)
            for other, share in near
            if other.index > setup.last.index
            for beat in other.beats
        ),
        default=0.0,
    )


def _share(wanted: frozenset[str], held: frozenset[str], weight: Mapping[str, float]) -> float:
    total = sum(weight[one] for one in wanted)
    return sum(weight[one] for one in wanted & held) / total if total else 0.0
