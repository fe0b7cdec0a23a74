"""What elements of the story do to leaving, in all markets together and in each.

Types of beat are judged in the hazard model with one indicator a type (its seconds; those just after a beat
are left out).  Everything else on screen (``elements.py``) is judged in a second, wider model that holds the
types of beat, and all the other elements, equal.  Errors are clustered by scene.  An element is judged from
at least PLACES places in EPISODES episodes.  Whether a market differs is tested against all others together,
on the same seconds, so that what is peculiar to a place falls out of the comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from hookline.insight import elements
from hookline.insight.clusters import Uncertain
from hookline.insight.clusters import effects as clustered
from hookline.insight.grid import Floats, Grid, Screen, Spread, begins
from hookline.insight.hazard import ROUNDS, Fit, fit
from hookline.insight.result import Element, ElementKind
from hookline.model.story import BeatType

PLACES, EPISODES = 3, 2
MOST_INFLATION = 20.0  # of an element's variance by the others: beyond, they can't be told apart
LEAST_EXPECTED = 10.0  # viewers leaving under an element
LEAST_FREE_S = 5.0  # of an episode without an element, before it counts as coming or going there
LATER_S = 10
FEW_ROUNDS = 3  # of a market's wide model, begun from that of all: the last step is far below its errors
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """The model of some markets with every element that has places enough."""

    market: str  # "" for all
    model: Fit
    columns: dict[Element, Floats]  # exposure by row, in the order of the model's effects
    estimates: dict[Element, Uncertain]  # of those that could be judged

    def leaving(self, element: Element, under: Floats, p: Floats) -> Floats:
        """By row, the share of those there who leave because of an element, with it there; ``p`` is the model's.

        Such that times (1 - 1 / odds ratio), at the model's own estimate, it is exactly those who would not have
        left without it; at another estimate nearly so, leaving being rare in any second.
        """
        estimate = self.estimates.get(element)
        if estimate is None or estimate.value == 0:
            return under * p
        without = self.model.log_odds - under * estimate.value
        share: Floats = (p - 1 / (1 + np.exp(-without))) / -np.expm1(-estimate.value)
        return share

    @property
    def alike(self) -> tuple[Element, ...]:
        """The elements that others say nearly as well."""
        inflated = zip(self.columns, range(len(self.columns)), strict=True)
        return tuple(one for one, index in inflated if _inflation(self.model, index) > MOST_INFLATION)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The LATER_S seconds from where an element begins, for a viewer who is there: rates of leaving, summed."""

    under: float  # while it lasts, with it there
    beside: float

    def change(self, log_odds_ratio: float) -> float:
        """What the element does to the share still watching at their end: exp(-u - b) - exp(-u / OR - b).

        The share with the element is what was seen; without it the rate under it falls by the odds ratio, leaving
        being rare in any second.

        >>> round(Ahead(0.04, 0.02).change(float(np.log(2))), 4)
        -0.0186
        """
        without = self.under * np.exp(-log_odds_ratio) + self.beside
        return float(np.exp(-self.under - self.beside) - np.exp(-without))


@dataclass(frozen=True, slots=True)
class Candidate:
    """One hypothesis: an element's effect over all markets, or that it differs in one of them."""

    element: Element
    market: str
    effect: Uncertain  # log odds ratio of leaving there
    elsewhere: Uncertain | None  # in the other markets together; None for all markets
    p: float
    series: int = 0  # how many were combined; 0: one model over all
    held: Uncertain | None = None  # a beat's effect once everything else on screen is held equal too

    @property
    def kind(self) -> BeatType | None:
        """The type of beat; None of other elements."""
        return BeatType(self.element.name) if self.element.kind is ElementKind.BEAT else None


@dataclass(frozen=True, slots=True)
class Models:
    """The fitted models by market: of types of beat, and of everything on screen (empty where there is no more)."""

    beats: dict[str, Learnt]
    wide: dict[str, Learnt]


def learn(cells: Spread, screen: Screen, judged: Sequence[str]) -> tuple[Models, list[Candidate]]:
    """The fitted models, by market, and the hypotheses they judge.

    Args:
        cells: Of one series, or of several that share a curve.
        screen: What is on screen in its rows.
        judged: Markets to be held against the others.
    """
    of_beats, asked = _learn(cells, screen, judged, wide=False)
    if not screen.more:
        return Models(of_beats, {}), asked
    of_all, others = _learn(cells, screen, judged, wide=True)
    held = {(one.element, one.market): one.effect for one in others}
    asked = [replace(one, held=held.get((one.element, one.market))) for one in asked]
    return Models(of_beats, of_all), [*asked, *(one for one in others if one.kind is None)]


def _learn(
    cells: Spread, screen: Screen, judged: Sequence[str], *, wide: bool
) -> tuple[dict[str, Learnt], list[Candidate]]:
    everywhere = _judged(cells.grid(), "", screen, wide=wide)
    models = {"": everywhere}
    candidates = [Candidate(one, "", effect, None, effect.p) for one, effect in everywhere.estimates.items()]
    for market in judged:
        here = models[market] = _judged(cells.grid(market.__eq__), market, screen, wide=wide)
        others = _judged(cells.grid(market.__ne__), "", screen, wide=wide)
        for one in everywhere.columns:
            if one in here.estimates and one in others.estimates:
                effect, elsewhere = here.estimates[one], others.estimates[one]
                candidates.append(Candidate(one, market, effect, elsewhere, effect.minus(elsewhere).p))
    return models, candidates


def _judged(grid: Grid, market: str, screen: Screen, *, wide: bool) -> Learnt:
    """A fit with elements, and each one's effect with errors from its scenes."""
    learnt = fitted(grid, market, screen, wide=wide)
    if not learnt.columns:
        return learnt
    judged = dict(zip(learnt.columns, clustered(learnt.model, screen.scene[grid.widest]), strict=True))
    return replace(learnt, estimates={one: judged[one] for one in told_apart(learnt.model, learnt.columns)})


def fitted(grid: Grid, market: str, screen: Screen, *, wide: bool, start: Fit | None = None) -> Learnt:
    """The hazard of one market (or all) with types of beat, or with everything on screen; nothing judged yet."""
    if wide:
        model, columns = with_everything(grid, screen, start)
        return Learnt(market, model, columns, {})
    of_beats, types = with_types(grid, screen, start)
    return Learnt(market, of_beats, {elements.beat(kind): column for kind, column in types.items()}, {})


def with_types(grid: Grid, screen: Screen, start: Fit | None = None) -> tuple[Fit, dict[BeatType, Floats]]:
    """The hazard with one indicator for each type that has places enough, and those indicators.

    ``start`` may be a fit of the same rows with the same types; from one without them, the robust weights
    would start by disbelieving the very seconds that are asked about.
    """
    columns = {kind: screen.under[kind][grid.widest] for kind in _frequent(grid)}
    return _with(grid, columns, screen, start), columns


def with_everything(grid: Grid, screen: Screen, start: Fit | None = None) -> tuple[Fit, dict[Element, Floats]]:
    """The same with every other element that has places enough; from a ``start``, in a few steps."""
    columns = {elements.beat(kind): screen.under[kind][grid.widest] for kind in _frequent(grid)}
    for one, whole in screen.more.items():
        column = _inside(grid, whole[grid.widest])
        at = begins(grid, column)
        if len(at) >= PLACES and len(np.unique(grid.group[at])) >= EPISODES:
            columns[one] = column
    return _with(grid, columns, screen, start, rounds=FEW_ROUNDS if start else ROUNDS), columns


def _inside(grid: Grid, under: Floats) -> Floats:
    """An element's exposure in the episodes where it comes or goes; elsewhere it would compare episodes."""
    there = np.bincount(grid.group, under * grid.used, grid.groups)
    free = np.bincount(grid.group, grid.used, grid.groups) - there
    kept: Floats = under * ((there >= 1) & (free >= LEAST_FREE_S))[grid.group]
    return kept


def _with(grid: Grid, columns: Mapping[Key, Floats], screen: Screen, start: Fit | None, *, rounds: int = ROUNDS) -> Fit:
    if not columns:
        return fit(grid, start=start)
    effects = np.column_stack(list(columns.values()))
    return fit(
        grid, effects=effects, leave_out=screen.after[grid.widest], start=start, trusting=rounds < ROUNDS, rounds=rounds
    )


def told_apart(model: Fit, columns: Mapping[Key, Floats]) -> list[Key]:
    """The elements that viewers enough left under, and that others don't say nearly as well."""
    return [
        one
        for index, (one, column) in enumerate(columns.items())
        if _inflation(model, index) <= MOST_INFLATION and _expected(model, column) >= LEAST_EXPECTED
    ]


def ahead(model: Fit, under: Floats) -> Ahead | None:
    """What follows where an element begins, in the mean of those who are there; None where LATER_S never follow."""
    grid = model.grid
    first = begins(grid, under)
    first = first[first + LATER_S <= grid.starts[grid.group[first] + 1]]
    weight = grid.at_risk[first]
    if not weight.sum():
        return None
    at = first[:, None] + np.arange(LATER_S)
    rate = np.logaddexp(0.0, model.log_odds[at])
    lasting, whole = (float(weight @ part.sum(axis=1) / weight.sum()) for part in (under[at] * rate, rate))
    return Ahead(lasting, whole - lasting)


def _expected(model: Fit, under: Floats) -> float:
    return float((under * model.grid.used * model.grid.at_risk * model.p).sum())


def _frequent(grid: Grid) -> list[BeatType]:
    spots = Counter(beat.type for _, episode in grid.keys for beat in episode.beats)
    episodes = Counter(kind for _, episode in grid.keys for kind in {beat.type for beat in episode.beats})
    return [kind for kind in BeatType if spots[kind] >= PLACES and episodes[kind] >= EPISODES]


def _inflation(model: Fit, index: int) -> float:
    """How much a type's variance grows because other columns say nearly the same."""
    column = len(model.coefficients) - model.effects + index
    own = model.columns[:, column]
    alone = float((own**2 * model.weight * model.information).sum())
    return alone * float(model.shared_inverse[column, column])
