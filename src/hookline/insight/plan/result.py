"""What plans answer with."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.model.estimate import Estimate
from hookline.model.story import CutPoint


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where an episode ends, and how many of its finishers are expected to go on."""

    point: CutPoint
    length_ms: int  # of the episode that ends there
    going_on: Estimate | None  # None after the season's last
    today: bool  # whether an episode ends there today


@dataclass(frozen=True, slots=True)
class Division:
    """A season in episodes."""

    boundaries: tuple[Boundary, ...]


@dataclass(frozen=True, slots=True)
class DivisionPlan:
    """The best division that was found, beside today's."""

    series: str
    today: Division
    best: Division
    watched_s_today: Estimate
    watched_s_best: Estimate
    gain_s: Estimate
    gain_reach: Estimate  # of the share who reach the last episode
    certainty: float  # share of draws in which the gain is above 0
    recommended: bool
    simulated: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaywallOption:
    """A first paid episode at a price, and what a starter is expected to bring."""

    episode: int
    price: float
    revenue: Estimate  # per starter, in the market's currency
    unlock: Estimate  # of those asked there the first time
    reach: Estimate  # share of starters who are asked there


@dataclass(frozen=True, slots=True)
class PaywallPlan:
    """Where to ask for money in one market, and how sure that is."""

    series: str
    market: str
    currency: str
    today: PaywallOption | None
    best: PaywallOption
    options: tuple[PaywallOption, ...]  # every first paid episode at today's price, in order
    prices: tuple[PaywallOption, ...]  # the best episode at other prices
    gain: Estimate  # per starter, against today
    certainty: float
    recommended: bool
    simulated: bool = False
    notes: tuple[str, ...] = ()
