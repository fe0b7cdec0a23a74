"""What a type of beat does to leaving, in all markets together and in each.

The hazard model with one indicator a type (its seconds; those just after a beat are left out),
errors clustered by scene.  A type is judged from at least PLACES places in EPISODES episodes.
Whether a market differs is tested against all others together, on the same seconds, so that what
is peculiar to a place falls out of the comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.clusters import effects as clustered
from hookline.insight.grid import Floats, Grid, Screen, Spread
from hookline.insight.hazard import Fit, fit
from hookline.model.story import BeatType

PLACES, EPISODES = 3, 2
MOST_INFLATION = 20.0  # of a type's variance by the other types: beyond, they can't be told apart
LEAST_EXPECTED = 10.0  # viewers leaving under a type's beats


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """The model of some markets with every type that has places enough."""

    market: str  # "" for all
    model: Fit
    columns: dict[BeatType, Floats]  # exposure by row, in the order of the model's effects
    estimates: dict[BeatType, Uncertain]  # of the types that could be judged

    def leaving(self, under: Floats, kind: BeatType) -> Floats:
        """By episode, the viewers that leave under a type's beats, with it there.

        Such that times (1 - 1 / odds ratio), at the model's own estimate, it is exactly those who would not have
        left without it; at another estimate nearly so, leaving being rare in any second.
        """
        model, estimate = self.model, self.estimates.get(kind)
        if estimate is None or estimate.value == 0:
            change = under * model.p
        else:
            without = model.log_odds - under * estimate.value
            change = (model.p - 1 / (1 + np.exp(-without))) / -np.expm1(-estimate.value)
        return np.bincount(model.grid.group, model.grid.at_risk * change, model.grid.groups).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One hypothesis: a type's effect over all markets, or that it differs in one of them."""

    kind: BeatType
    market: str
    effect: Uncertain  # log odds ratio of leaving there
    elsewhere: Uncertain | None  # in the other markets together; None for all markets
    p: float
    series: int = 0  # how many were combined; 0: one model over all


def learn(cells: Spread, screen: Screen, judged: Sequence[str]) -> tuple[dict[str, Learnt], list[Candidate]]:
    """The fitted models, by market, and the hypotheses they judge.

    Args:
        cells: Of one series, or of several that share a curve.
        screen: What is on screen in its rows.
        judged: Markets to be held against the others.
    """
    everywhere = _judged(cells.grid(), "", screen)
    models = {"": everywhere}
    candidates = [Candidate(kind, "", effect, None, effect.p) for kind, effect in everywhere.estimates.items()]
    for market in judged:
        here = models[market] = _judged(cells.grid(market.__eq__), market, screen)
        others = _judged(cells.grid(market.__ne__), "", screen)
        for kind in everywhere.columns:
            if kind in here.estimates and kind in others.estimates:
                effect, elsewhere = here.estimates[kind], others.estimates[kind]
                candidates.append(Candidate(kind, market, effect, elsewhere, effect.minus(elsewhere).p))
    return models, candidates


def _judged(grid: Grid, market: str, screen: Screen) -> Learnt:
    """A fit with types of beat, and each type's effect with errors from its scenes."""
    model, columns = with_types(grid, screen)
    if not columns:
        return Learnt(market, model, {}, {})
    judged = dict(zip(columns, clustered(model, screen.scene[grid.widest]), strict=True))
    return Learnt(market, model, columns, {kind: judged[kind] for kind in told_apart(model, columns)})


def with_types(grid: Grid, screen: Screen, start: Fit | None = None) -> tuple[Fit, dict[BeatType, Floats]]:
    """The hazard with one indicator for each type that has places enough, and those indicators.

    ``start`` may be a fit of the same rows with the same types; from one without them, the robust weights
    would start by disbelieving the very seconds that are asked about.
    """
    columns = {kind: screen.under[kind][grid.widest] for kind in _frequent(grid)}
    if not columns:
        return fit(grid, start=start), {}
    effects = np.column_stack(list(columns.values()))
    return fit(grid, effects=effects, leave_out=screen.after[grid.widest], start=start), columns


def told_apart(model: Fit, columns: Mapping[BeatType, Floats]) -> list[BeatType]:
    """The types that viewers enough left under, and that others don't say nearly as well."""
    return [
        kind
        for index, (kind, column) in enumerate(columns.items())
        if _inflation(model, index) <= MOST_INFLATION and _expected(model, column) >= LEAST_EXPECTED
    ]


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
