"""Numbers that are honest about themselves, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.script import Source
from hookline.model.span import Span
from hookline.model.story import BeatType


class Grade(StrEnum):
    """What an estimate rests on, best first."""

    EXPERIMENT = "experiment"  # cuts shown at random
    WITHIN = "within"  # the same episode, the same viewers
    ACROSS = "across"  # episodes compared
    PRIOR = "prior"  # the field's figures, no data of one's own


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, sample size, method and evidence grade.

    ``unit`` says what the value counts: "share" (0..1), "odds ratio", "viewers", "usd".
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    grade: Grade
    unit: str
    level: float = 0.95

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} lies outside its interval {self.low}..{self.high}")


class FindingKind(StrEnum):
    """What a finding is about."""

    MOMENT = "moment"  # a place in an episode where too many (or few) leave
    EFFECT = "effect"  # what a type of beat does to leaving
    ENDING = "ending"  # what an episode's ending does to continuation
    PAYWALL = "paywall"  # what happens at the first paid episode
    CURVE = "curve"  # a platform's retention curve, without viewers of one's own


@dataclass(frozen=True, slots=True)
class Place:
    """A span of one episode."""

    episode: int
    span: Span


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that its estimate supports, and one thing to do about it."""

    kind: FindingKind
    claim: str
    action: str  # "" where the data don't carry one
    estimate: Estimate
    gain: float  # expected viewers kept (or steps gained) by acting, per 1,000 starters of the series
    places: tuple[Place, ...] = ()
    beats: tuple[BeatType, ...] = ()
    characters: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()  # empty: all
    evidence: tuple[Source, ...] = ()
    simulated: bool = False
