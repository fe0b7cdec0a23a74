"""Which market a series should go to next, and what of it each market likes.

For every series s and market m that watched it, three outcomes as log-odds: starters who finish an episode, finishers
(of free episodes) who go on, and the asked who unlock the first paid one.  Each is a mixed model (``mixed.py``):

    y_sm = level of the series + market_m + sum over elements of x_s (b + d_m) + u_sm + error_sm

x are the series' elements (tropes, archetypes of its people, minutes of each type of beat); b what an element does
everywhere, d_m how a market differs, shrunk towards none.  A series that other markets saw brings its own level along.
An element is judged where at least two series have it and two don't.

Markets are ranked by the episodes that a starter is expected to watch, going on and finishing together.  Everything
compares whole series, which differ in much else: it ranks where to try first, not what a market is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, SeriesData
from hookline.insight.mixed import Posterior, Prior, posterior
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.story import SeriesStory

DRAWS = 2_000
LEAST = 50  # viewers behind a share, before it counts
WITH, WITHOUT = 2, 2  # series that have an element, and that don't
MARKET_SD, ELEMENT_SD, DIFFERS_SD = 0.7, 0.3, 0.2  # priors, log-odds
SURE = 0.9  # of draws on one side, before an element is called liked or disliked
OUTCOMES = ("finishing", "going on", "unlocking")
USUAL = {"finishing": (1.0, 1.0), "going on": (2.0, 0.7), "unlocking": (-1.1, 0.8)}
METHOD = "mixed model over series and markets: elements, their differences by market, 2,000 draws"


@dataclass(frozen=True, slots=True)
class Preference:
    """What an element of the story does in a market, beside what it does in the middling one."""

    element: str
    outcome: str
    effect: Estimate  # odds ratio in that market
    differs: Estimate  # against the other markets
    advice: str  # "keep"; "adapt": liked less here than elsewhere; "drop": by none; "" where nothing can be said


@dataclass(frozen=True, slots=True)
class MarketProspect:
    """What a series is expected to do in a market."""

    market: str
    watched: bool  # whether the series has viewers there already
    finishing: Estimate  # share of an episode's starters
    going_on: Estimate  # share of finishers
    unlocking: Estimate | None  # share of the asked; None where no series asks
    episodes: Estimate  # that a starter is expected to watch
    best: float  # share of draws in which no other market not watched yet is better; 0 where it is watched
    preferences: tuple[Preference, ...] = ()


@dataclass(frozen=True, slots=True)
class Prospects:
    """A series' markets, best first."""

    series: str
    markets: tuple[MarketProspect, ...]
    simulated: bool = False
    notes: tuple[str, ...] = ()


def elements(story: SeriesStory) -> dict[str, float]:
    """What a series is made of: its tropes, its people's archetypes, and minutes of each type of beat an hour.

    Tropes and archetypes count 1; beats by the share of time under them, in tenths.
    """
    found = {f"trope: {trait.id}": 1.0 for trait in story.tropes}
    for person in story.characters:
        found |= {f"archetype: {trait.id}": 1.0 for trait in person.archetypes}
    length = sum(one.duration_ms for one in story.episodes)
    for episode in story.episodes:
        for beat in episode.beats:
            name = f"beat: {beat.type}"
            found[name] = found.get(name, 0.0) + 10 * beat.span.duration_ms / max(length, 1)
    return found


def prospects(library: Sequence[SeriesData], *, seed: int = 0) -> dict[str, Prospects]:
    """Every series' markets, best first.

    Raises:
        NotEnoughData: no series has a market with enough viewers.
    """
    models = {outcome: _Model.of(library, outcome, seed) for outcome in OUTCOMES}
    if models["going on"] is None and models["finishing"] is None:
        raise NotEnoughData(f"no market has {LEAST} viewers of a series", mend="import viewers' events first")
    return {data.series: _of_series(at, data, library, models, seed) for at, data in enumerate(library)}


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """One outcome's mixed model."""

    outcome: str
    markets: tuple[str, ...]
    names: tuple[str, ...]  # of elements
    told: Posterior
    x: Floats  # series x elements, about their means
    cells: Mapping[tuple[int, str], int]  # which unit a series and market are
    n: int

    @classmethod
    def of(cls, library: Sequence[SeriesData], outcome: str, seed: int) -> _Model | None:
        """The model, or None where nobody did enough."""
        rows = [
            (at, market, *share)
            for at, data in enumerate(library)
            for market in data.steps.markets
            if (share := _share(data, market, outcome)) is not None
        ]
        if not rows:
            return None
        markets = tuple(sorted({market for _, market, *_ in rows}))
        names, x = _design(library)
        y, variance, design = [], [], []
        for at, market, happened, n in rows:
            chance = (happened + 0.5) / (n + 1)
            y.append(np.log(chance / (1 - chance)))
            variance.append(1 / (n * chance * (1 - chance)))
            design.append(_columns(x[at], markets.index(market), len(markets)))
        width, several = len(names), len(markets)
        sds = np.concatenate(
            [np.full(several, MARKET_SD), np.full(width, ELEMENT_SD), np.full(several * width, DIFFERS_SD)]
        )
        told = posterior(
            np.array(y),
            np.array(variance),
            np.array(design),
            np.array([at for at, *_ in rows], dtype=np.int64),
            groups=len(library),
            prior=Prior(np.zeros(len(sds)), sds, *USUAL[outcome]),
            draws=DRAWS,
            seed=seed,
        )
        cells = {(at, market): unit for unit, (at, market, *_) in enumerate(rows)}
        return cls(outcome, markets, names, told, x, cells, int(sum(n for *_, n in rows)))

    def expected(self, at: int, market: str, rng: np.random.Generator) -> Floats:
        """Draws of the share in a market: as seen there, or as the series and the market lead to expect."""
        if (at, market) in self.cells:
            log_odds = self.told.units[:, self.cells[at, market]]
        else:
            design = _columns(self.x[at], self.markets.index(market), len(self.markets))[None, :]
            log_odds = self.told.of_group(at, design, rng)[:, 0]
        shares: Floats = 1 / (1 + np.exp(-log_odds))
        return shares

    def of_element(self, element: int, market: str) -> tuple[Floats, Floats]:
        """Draws of what an element does in a market, and of how that differs from the markets' mean."""
        several, width = len(self.markets), len(self.names)
        everywhere = self.told.effects[:, several + element]
        first = several + width
        own = [self.told.effects[:, first + code * width + element] for code in range(several)]
        here = own[self.markets.index(market)]
        return everywhere + here, here - np.mean(own, axis=0)


def _columns(x: Floats, market: int, several: int) -> Floats:
    """Which market; the elements; the elements once more, in that market's columns."""
    own = np.zeros(several)
    own[market] = 1.0
    return np.concatenate([own, x, np.outer(own, x).ravel()])


def _design(library: Sequence[SeriesData]) -> tuple[tuple[str, ...], Floats]:
    """The elements that can be judged, and every series' amounts of them about their means."""
    told = [elements(data.story) for data in library]
    everything = sorted({name for one in told for name in one})
    names = tuple(
        name
        for name in everything
        if sum(name in one for one in told) >= WITH
        and (sum(name not in one for one in told) >= WITHOUT or name.startswith("beat: "))
    )
    x = np.array([[one.get(name, 0.0) for name in names] for one in told], dtype=np.float64)
    x = x.reshape(len(library), len(names))
    return names, x - x.mean(axis=0, keepdims=True)


def _share(data: SeriesData, market: str, outcome: str) -> tuple[float, float] | None:
    """How many did it, of how many, in one market; None where too few could."""
    steps = data.steps
    own = steps.market == steps.markets.index(market)
    paid = steps.episode[own & (steps.offered > 0)]
    first = int(paid.min()) if len(paid) else None
    if outcome == "unlocking":
        rows = own & (steps.episode == first) if first is not None else own & False
        happened, n = float(steps.unlocked[rows].sum()), float(steps.offered[rows].sum())
    elif outcome == "finishing":
        happened, n = float(steps.finishers[own].sum()), float(steps.starters[own].sum())
    else:
        last = int(steps.episode.max(initial=0))
        free = own & (steps.episode < (last if first is None else first - 1))
        happened, n = float(steps.finished_continued[free].sum()), float(steps.finishers[free].sum())
    return (happened, n) if n >= LEAST else None


def _of_series(
    at: int, data: SeriesData, library: Sequence[SeriesData], models: Mapping[str, _Model | None], seed: int
) -> Prospects:
    known = sorted({market for one in library for market in one.steps.markets})
    rng = np.random.default_rng([seed, 9, at])
    count = len(data.story.episodes)
    tried = {market: _drawn(models, at, market, count, rng) for market in known}
    drawn = {market: found for market, found in tried.items() if found is not None}
    watched = set(data.steps.markets)
    open_ = [market for market in drawn if market not in watched]
    top = np.max([drawn[market]["episodes"] for market in open_], axis=0) if open_ else None
    rows = [
        _prospect(market, found, models, data, top if market not in watched else None)
        for market, found in drawn.items()
    ]
    rows.sort(key=lambda one: -one.episodes.value)
    notes = []
    if not open_:
        notes.append(
            "every market that the library knows has seen this series: a new market needs a series there first"
        )
    if len(library) < WITH + WITHOUT:
        notes.append(f"{len(library)} series: elements can't be told apart before there are {WITH + WITHOUT}")
    return Prospects(data.series, tuple(rows), data.simulated, tuple(notes))


def _drawn(
    models: Mapping[str, _Model | None], at: int, market: str, count: int, rng: np.random.Generator
) -> dict[str, Floats] | None:
    found = {}
    for outcome, model in models.items():
        if model is not None and market in model.markets:
            found[outcome] = model.expected(at, market, rng)
    if not {"finishing", "going on"} <= found.keys():
        return None
    passing = found["finishing"] * found["going on"]
    found["episodes"] = (1 - passing**count) / (1 - passing)
    return found


def _prospect(
    market: str,
    found: Mapping[str, Floats],
    models: Mapping[str, _Model | None],
    data: SeriesData,
    top: Floats | None,
) -> MarketProspect:
    n = max(model.n for model in models.values() if model is not None)
    return MarketProspect(
        market,
        market in data.steps.markets,
        _estimate(found["finishing"], n, "share of starters"),
        _estimate(found["going on"], n, "share of finishers"),
        _estimate(found["unlocking"], n, "share of the asked") if "unlocking" in found else None,
        _estimate(found["episodes"], n, "episodes a starter"),
        0.0 if top is None else float((found["episodes"] >= top).mean()),
        tuple(_preferences(market, models, data)),
    )


def _preferences(market: str, models: Mapping[str, _Model | None], data: SeriesData) -> list[Preference]:
    """What the series has that this market likes or dislikes, clearest first."""
    own = elements(data.story)
    found = []
    for model in models.values():
        if model is None or market not in model.markets:
            continue
        for index, name in enumerate(model.names):
            if own.get(name):
                effect, differs = model.of_element(index, market)
                found.append((abs(float((effect > 0).mean()) - 0.5), _preference(model, name, effect, differs)))
    found.sort(key=lambda one: -one[0])
    return [preference for _, preference in found if preference.advice]


def _preference(model: _Model, name: str, effect: Floats, differs: Floats) -> Preference:
    liked, more = float((effect > 0).mean()), float((differs > 0).mean())
    against = "adapt" if more <= 1 - SURE else "drop"
    advice = "keep" if liked >= SURE else against if liked <= 1 - SURE else ""
    return Preference(
        name,
        model.outcome,
        _estimate(np.exp(effect), model.n, "odds ratio"),
        _estimate(np.exp(differs), model.n, "odds ratio"),
        advice,
    )


def _estimate(draws: Floats, n: int, unit: str) -> Estimate:
    low, high = (float(x) for x in np.quantile(draws, [0.025, 0.975]))
    return Estimate(min(max(float(draws.mean()), low), high), low, high, n, METHOD, Grade.ACROSS, unit)
