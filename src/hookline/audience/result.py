"""What the audience room answers with."""

from __future__ import annotations

from dataclasses import dataclass, field

from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate
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
