"""Cuts shown at random: what is planned, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hookline.model.estimate import Estimate


class Metric(StrEnum):
    """What a viewer of an experiment is judged by.  All count from the moment they were shown a cut."""

    CONTINUATION = "continuation"  # started the next episode
    COMPLETION = "completion"  # watched the episode to its end
    UNLOCK = "unlock"  # unlocked an episode, by coin, ad or pass
    REVENUE = "revenue"  # paid, in micros of the plan's currency
    WATCH = "watch"  # milliseconds of the series watched
    CLICK = "click"  # clicked for a brand
    CONVERSION = "conversion"  # bought from a brand

    @property
    def share(self) -> bool:
        """Whether a viewer either does it or doesn't."""
        return self not in (Metric.REVENUE, Metric.WATCH)


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that a variant must not harm."""

    metric: Metric
    margin: float  # a fall smaller than that is borne; in the metric's unit


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What is fixed before the first viewer."""

    name: str
    episode: int
    control: str  # cut id
    variants: tuple[str, ...]  # cut ids
    metric: Metric
    smallest: float  # smallest difference worth finding, in the metric's unit: 0.02 is two points of a share
    shares: tuple[float, ...] = ()  # of control and variants; equal when empty
    window_days: int = 1  # a viewer's outcome is counted that long, and the viewer only afterwards
    guardrails: tuple[Guardrail, ...] = ()
    currency: str = ""  # of revenue
    cap_micros: int = 0  # a viewer's revenue above that counts as that; 0 for none
    alpha: float = 0.05

    @property
    def cuts(self) -> tuple[str, ...]:
        """Control first."""
        return (self.control, *self.variants)

    @property
    def planned_shares(self) -> tuple[float, ...]:
        """Share of viewers that each cut is to get; they add up to 1."""
        given = self.shares or (1.0,) * len(self.cuts)
        return tuple(share / sum(given) for share in given)


@dataclass(frozen=True, slots=True)
class ArmDay:
    """Sums over the viewers who were first shown a cut on one day.  Additive.

    ``y`` is the metric, ``x`` what the viewer had watched of the series before (milliseconds).
    """

    cut: str
    day: date
    n: int
    y: float
    yy: float
    x: float
    xx: float
    xy: float


class Verdict(StrEnum):
    """What can be said of a variant by now."""

    BETTER = "better"
    WORSE = "worse"
    ALIKE = "alike"  # any difference is smaller than the smallest worth finding
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant against the control on one metric."""

    cut: str
    metric: Metric
    difference: Estimate | None  # of the means, always valid: true at every look; None before the first look
    fixed: Estimate | None  # the interval that would hold for one look only; beside it, never instead
    verdict: Verdict
    e_value: float  # against no difference


@dataclass(frozen=True, slots=True)
class GuardrailState:
    """Whether a variant keeps inside a guardrail."""

    comparison: Comparison
    margin: float
    state: str  # "safe", "harmed" or "open"


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """What an experiment says today."""

    plan: ExperimentPlan
    days: int  # with viewers whose outcomes are in
    viewers: tuple[tuple[str, int], ...]  # by cut, control first
    comparisons: tuple[Comparison, ...]
    guardrails: tuple[GuardrailState, ...]
    mismatch: float  # e-value against "dealt out as planned"
    sound: bool  # False: viewers were not dealt out as planned; nothing above may be believed
    notes: tuple[str, ...] = ()
    simulated: bool = False
