"""What is said of spend on ads."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.model.estimate import Estimate, Place
from hookline.model.story import BeatType


@dataclass(frozen=True, slots=True)
class AdShare:
    """An ad in a market, what it brings, and its share of the budget."""

    cut: str
    platform: str
    market: str
    today: float  # its share of what is spent now
    best: float  # of the recommended division; today's where nothing is recommended
    spend: float  # a day now, in the plan's currency; of an ad that stopped, what it cost when it ran
    returned: Estimate  # paid back to the horizon, of a unit spent at today's spend
    next_unit: Estimate  # paid back of one unit more
    slope: Estimate  # share of a relative change of spend that shows in revenue; 1: no diminishing
    slope_known: bool  # False: its spend never varied enough, the slope is the other ads' or the prior's
    payers: int  # seen so far
    advice: str  # "raise", "lower" or "keep"
    certainty: float  # that its next unit brings more (raise) or less (lower) than the budget's


@dataclass(frozen=True, slots=True)
class GroupReturn:
    """The return of a market, a platform or a cut."""

    dimension: str  # "market", "platform", "cut"
    name: str
    spend: float  # a day, of its ads that run
    returned: Estimate


@dataclass(frozen=True, slots=True)
class SplitTest:
    """The experiment that would decide the most: two cuts dealt out at random in one place."""

    platform: str
    market: str
    control: str
    variant: str
    smallest: float  # difference of revenue an install that is worth finding
    installs_per_cut: int
    days: int  # at today's installs of the two
    cost: float  # of the installs, at what they cost now


@dataclass(frozen=True, slots=True)
class Teaser:
    """An ad cut that Hookline made: what it shows and what it brings."""

    cut: str
    returned: Estimate  # against the middling cut in the same places: 1.2 is a fifth more
    beats: tuple[BeatType, ...]  # that it shows, longest first
    opens_on: str  # the beat in its first 3 s; "" for none
    shows: tuple[Place, ...]  # of the story, in the order of the cut


@dataclass(frozen=True, slots=True)
class TeaserEffect:
    """What goes along with a cut's return: an element that it shows or opens on."""

    element: str
    cuts: int  # that have it
    returned: Estimate  # with it against without
    q: float


@dataclass(frozen=True, slots=True)
class SpendPlan:
    """How to divide the next budget."""

    series: str
    simulated: bool
    currency: str
    budget: float  # for `days` days
    days: int
    horizon: int  # age in days to which payments count
    ads: tuple[AdShare, ...]  # largest gain first
    groups: tuple[GroupReturn, ...]
    revenue_today: Estimate  # of the budget in today's division
    revenue_best: Estimate  # in the recommended one
    gain: Estimate
    certainty: float  # that it beats today's division
    recommended: bool
    step: float  # of the way from today's to the best division that is recommended; 0: none
    last_unit: Estimate  # paid back by the budget's last unit
    payback: tuple[Estimate, ...]  # share of the horizon's revenue that is in by each day of age
    test: SplitTest | None = None
    teasers: tuple[Teaser, ...] = ()
    teaser_effects: tuple[TeaserEffect, ...] = ()
    notes: tuple[str, ...] = ()
