"""What a type of beat does to leaving, in all markets together and in each.

The hazard model with one indicator a type (its seconds; those just after a beat are left out),
errors clustered by scene.  A type is judged from at least PLACES places in EPISODES episodes.
Whether a market differs is tested against all others together, on the same seconds, so that what
is peculiar to a place falls out of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.clusters import effects as clustered
from hookline.insight.grid import Floats, Grid, SeriesData, aftermath, exposure, lay, scenes
from hookline.insight.hazard import Fit, fit
from hookline.model.estimate import Place
from hookline.model.story import BeatType

PLACES, EPISODES = 3, 2
MOST_INFLATION = 20.0  # of a type's variance by the other types: beyond, they can't be told apart
LEAST_EXPECTED = 10.0  # viewers leaving under a type's beats


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """The model of some markets with every type that could be judged."""

    market: str  # "" for all
    model: Fit
    kinds: tuple[BeatType, ...]  # in the order of the model's effects
    estimates: dict[BeatType, Uncertain]

    def lost(self, kind: BeatType) -> Floats:
        """By episode, the viewers that leave under a type's beats beyond those who would without it."""
        model = self.model
        without = model.log_odds - exposure(model.grid, kind) * self.estimates[kind].value
        change = model.grid.at_risk * (model.p - 1 / (1 + np.exp(-without)))
        return np.bincount(model.grid.group, change, model.grid.groups).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One hypothesis: a type's effect over all markets, or that it differs in one of them."""

    kind: BeatType
    market: str
    effect: Uncertain  # log odds ratio of leaving there
    elsewhere: Uncertain | None  # in the other markets together; None for all markets
    p: float


def learn(library: Sequence[SeriesData], markets: Sequence[str]) -> tuple[dict[str, Learnt], list[Candidate]]:
    """The fitted models, by market, and the hypotheses they judge."""
    everywhere = _fit(library, "", lambda market: True)
    models = {"": everywhere}
    candidates = [Candidate(kind, "", effect, None, effect.p) for kind, effect in everywhere.estimates.items()]
    for market in markets if len(markets) > 1 else ():
        here = models[market] = _fit(library, market, market.__eq__)
        others = _fit(library, "", market.__ne__)
        for kind in everywhere.kinds:
            if kind in here.estimates and kind in others.estimates:
                effect, elsewhere = here.estimates[kind], others.estimates[kind]
                candidates.append(Candidate(kind, market, effect, elsewhere, effect.minus(elsewhere).p))
    return models, candidates


def places(grid: Grid, kind: BeatType, series: int | None = None) -> tuple[Place, ...]:
    """Where beats of a type lie, in one series or in all."""
    return tuple(
        Place(episode.number, beat.span)
        for at, episode in grid.keys
        if series in (None, at)
        for beat in episode.beats
        if beat.type is kind
    )


def _fit(library: Sequence[SeriesData], market: str, keep: Callable[[str], bool]) -> Learnt:
    grid = lay(library, keep=keep)
    columns = {kind: exposure(grid, kind) for kind in BeatType if _enough(grid, kind)} if grid.groups else {}
    if not columns:
        return Learnt(market, fit(grid), (), {})
    model = fit(grid, effects=np.column_stack(list(columns.values())), leave_out=aftermath(grid))
    judged = dict(zip(columns, clustered(model, scenes(grid)), strict=True))
    told = {
        kind: estimate
        for index, (kind, estimate) in enumerate(judged.items())
        if _inflation(model, index) <= MOST_INFLATION and _expected(model, columns[kind]) >= LEAST_EXPECTED
    }
    return Learnt(market, model, tuple(columns), told)


def _enough(grid: Grid, kind: BeatType) -> bool:
    spots = [group for group, (_, episode) in enumerate(grid.keys) for beat in episode.beats if beat.type is kind]
    return len(spots) >= PLACES and len(set(spots)) >= EPISODES


def _inflation(model: Fit, index: int) -> float:
    """How much a type's variance grows because other columns say nearly the same."""
    column = len(model.coefficients) - model.effects + index
    own = model.columns[:, column]
    alone = float((own**2 * model.weight * model.information).sum())
    return alone * float(model.shared_inverse[column, column])


def _expected(model: Fit, under: Floats) -> float:
    return float((under * model.grid.used * model.grid.at_risk * model.p).sum())
