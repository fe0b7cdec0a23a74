"""What is said of a brand in a series."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.model.estimate import Estimate
from hookline.model.span import Span
from hookline.model.story import BeatType


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a brand is shown, as the series' ``brand.toml`` says."""

    episode: int
    span: Span  # in the episode's own time
    brand: str
    spokesperson: str = ""
    cut: str = ""  # in this cut alone; "" for every cut


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement and what viewers did there."""

    placement: Placement
    exposed: int  # views that reached it
    clicked: Estimate  # of those, who clicked while it showed or in the seconds after
    lift: Estimate  # clicks of 1,000 exposed beyond what the rest of the episode explains
    ratio: Estimate | None  # clicks against those expected; None where hardly anybody clicks elsewhere
    leaving: Estimate | None  # views that left against those expected; None with too few
    converted: Estimate | None  # of those who clicked there, who bought within a week
    beats: tuple[BeatType, ...]
    tension: float  # mean while it shows, 0..1
    position: str  # "opening", "middle" or "end" of the episode
    tested: Estimate | None = None  # an experiment's answer on its cut: it counts, not the lift


@dataclass(frozen=True, slots=True)
class Where:
    """How placements with a trait do against those without."""

    trait: str  # "on a reveal", "at the end", "with Nell", "at high tension"
    placements: int  # that have it
    ratio: Estimate  # of their clicks' ratios, with it against without
    q: float


@dataclass(frozen=True, slots=True)
class CutClicks:
    """One cut of an episode with a placement."""

    episode: int
    cut: str
    clicked: Estimate  # of its views
    converted: Estimate | None  # of those who clicked


@dataclass(frozen=True, slots=True)
class BrandReport:
    """A brand in a series."""

    series: str
    simulated: bool
    placements: tuple[Placed, ...]  # largest lift first
    cuts: tuple[CutClicks, ...]
    where: tuple[Where, ...]  # clearest first
    notes: tuple[str, ...] = ()
