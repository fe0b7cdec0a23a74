"""What the insight room answers with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.estimate import Estimate, Finding, Place
from hookline.model.script import Source
from hookline.model.story import BeatType


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in an episode where more (or fewer) viewers leave than its position explains."""

    place: Place
    market: str  # "" for all
    excess: Estimate  # share of those watching who left beyond the expected; below 0: fewer
    ratio: Estimate  # leaving there against the expected, odds ratio
    lost: float  # viewers lost beyond the expected, per 1,000 starters of the episode
    q: float  # false discovery rate at which it is called
    scene: str = ""
    line: Source | None = None
    text: str = ""
    beats: tuple[BeatType, ...] = ()


class ElementKind(StrEnum):
    """What sort of thing an effect is of."""

    BEAT = "beat"
    EMOTION = "emotion"
    TENSION = "tension"
    ARCHETYPE = "archetype"
    SPEAKER = "speaker"
    HOOK = "hook"
    PACE = "pace"
    ENDING = "ending"
    TROPE = "trope"
    ARC = "arc"
    MARKET = "market"  # of itself, whatever the story


@dataclass(frozen=True, slots=True, order=True)
class Element:
    """One thing of the story that may change what viewers do."""

    kind: ElementKind
    name: str  # "exposition", "anger", "rising"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an element of the story does, everything else held equal.

    Where markets are compared, a market's own estimate is drawn towards the others' (``shrunk``), unless it is
    claimed that the market differs.
    """

    subject: str  # the element's name
    outcome: str  # "leaving", "leaving the opening", "continuation", "unlock", "completion", "revenue"
    market: str  # "" for all
    estimate: Estimate  # odds ratio; of revenue, a ratio of means
    q: float
    places: tuple[Place, ...] = ()
    e_value: float = 1.0  # risk ratio that something unseen must have with element and outcome to explain it away
    e_value_limit: float = 1.0  # the same of the interval's end nearest to none
    element: ElementKind = ElementKind.BEAT
    later: Estimate | None = None  # change in the share still watching 10 s after the element begins
    shrunk: float = 0.0  # how far a market's own estimate was drawn towards the others', 0..1


@dataclass(frozen=True, slots=True)
class Expected:
    """The retention that an episode's length and position alone would give, by second."""

    episode: int
    share: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Insight:
    """Moments, effects and the findings drawn from them, best first."""

    moments: tuple[Moment, ...] = ()
    effects: tuple[Effect, ...] = ()
    findings: tuple[Finding, ...] = ()
    expected: tuple[Expected, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be said, and what would decide it
