"""What the audience room answers with."""

from __future__ import annotations

from dataclasses import dataclass, field

from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate, Grade
from hookline.model.quality import Quality


@dataclass(frozen=True, slots=True)
class Curve:
    """Retention by second: the share of started views that had not ended before each second."""

    episode: int
    market: str  # "" for all
    n: int  # views started
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    method: str


@dataclass(frozen=True, slots=True)
class EpisodeStep:
    """How an episode stands in the season, in one market ("" for all)."""

    episode: int
    market: str
    starters: int
    finishers: int
    reach: Estimate  # starters, of the series' starters
    completion: Estimate  # finishers, of the starters
    continuation: Estimate | None  # who started the next episode, of the starters; None for the last


@dataclass(frozen=True, slots=True)
class Paywall:
    """What happened where viewers were first asked to pay, in one market ("" for all)."""

    episode: int
    market: str
    offered: int
    unlocked: int
    unlock: Estimate  # unlocked, of those offered
    revenue_micros: dict[str, int] = field(default_factory=dict)  # by currency


@dataclass(frozen=True, slots=True)
class Group:
    """Whose figure it is: "" stands for all, "unknown" for none named."""

    market: str = ""
    platform: str = ""
    cut: str = ""
    cohort: str = ""  # ISO day (or Monday of the week) of the viewers' first view
    currency: str = ""

    def __str__(self) -> str:
        named = [name for name in (self.market, self.platform, self.cut, self.cohort, self.currency) if name]
        return ", ".join(named) or "all viewers"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a group: of the series (episode 0) or of one episode."""

    name: str
    group: Group
    estimate: Estimate
    episode: int = 0


@dataclass(frozen=True, slots=True)
class BySecond:
    """A figure for each second of an episode: the tuples run from second 0."""

    name: str
    group: Group
    episode: int
    n: int  # views
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    unit: str
    method: str
    grade: Grade = Grade.WITHIN


@dataclass(frozen=True, slots=True)
class AudienceSummary:
    """Everything about viewers that a report draws.  Groups under k viewers are left out."""

    simulated: bool
    viewers: int
    views: int
    first_day: str  # ISO dates, UTC; "" with no views
    last_day: str
    markets: tuple[str, ...]
    platforms: tuple[str, ...]
    quality: Quality
    curves: tuple[Curve, ...] = ()
    steps: tuple[EpisodeStep, ...] = ()
    paywalls: tuple[Paywall, ...] = ()
    platform_curves: tuple[PlatformCurve, ...] = ()
    suppressed: int = 0  # groups left out because fewer than k viewers stand in them
    platform_figures: tuple[Figure, ...] = ()  # of what platforms export, by platform and market
    platform_retention: tuple[BySecond, ...] = ()  # by platform, market and episode
    platform_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What a question about an audience is answered with.  Groups under k viewers are left out and counted."""

    series: str
    simulated: bool
    figures: tuple[Figure, ...] = ()
    by_second: tuple[BySecond, ...] = ()
    suppressed: int = 0
    k: int = 20
    notes: tuple[str, ...] = ()
