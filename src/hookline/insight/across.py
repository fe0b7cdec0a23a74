"""What series are made of, against how they end up: archetypes, tropes and the shape of the story.

A catalogue's series are the units (``units.py``), LEAST_SERIES of them or more.  Of each, in each market:

    completion  log-odds that a starter of the first episode finishes the last one
    revenue     log of what was paid for unlocks per starter, in the market's currency

cleared of the mix of markets (and of their currencies), with the number of episodes and where the wall stands
held equal.  Series differ in everything else too: who plays, what was spent, when they ran.  A hint for the
next series, never a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, SeriesData
from hookline.insight.result import Element, ElementKind
from hookline.insight.units import UnitCandidate, Units, always_together, freed_of_markets, judge_units
from hookline.model.story import SeriesStory

LEAST_SERIES = 10
LEAST_SIDE = 3  # series with an element, and without
LEAST = 50  # starters of a market
LEAST_DONE = 10  # of them, who completed it or paid
COMPLETION, REVENUE = "completion", "revenue"
APIECE = 2.0  # variance of a payer's spending about its mean, relative, and 1: as if unlocks were geometric


@dataclass(frozen=True, slots=True)
class Measured:
    """One series in one market."""

    series: int
    market: str
    starters: int
    y: float
    variance: float


@dataclass(frozen=True, slots=True)
class AcrossFound:
    """The hypotheses about series, and which elements can't be told apart."""

    candidates: tuple[UnitCandidate, ...] = ()
    together: tuple[tuple[Element, Element], ...] = ()


def judge_series(library: Sequence[SeriesData]) -> AcrossFound:
    """What a catalogue tells of whole series; nothing of fewer than LEAST_SERIES."""
    candidates, together = list[UnitCandidate](), list[tuple[Element, Element]]()
    for outcome, cells in ((COMPLETION, completions(library)), (REVENUE, revenues(library))):
        series = sorted({cell.series for cell in cells})
        if len(series) >= LEAST_SERIES:
            columns, alike = _columns([library[at] for at in series])
            together += [pair for pair in alike if pair not in together]
            beside = _beside([library[at] for at in series])
            candidates += judge_units(_units(cells), columns, outcome, beside=beside, least_side=LEAST_SIDE)
    return AcrossFound(tuple(candidates), tuple(together))


def completions(library: Sequence[SeriesData]) -> list[Measured]:
    """How many of who starts the first episode finish the last, by series and market."""
    found = []
    for at, data in enumerate(library):
        last = max((episode.number for episode in data.story.episodes), default=0)
        for market, n in _starters(data).items():
            own = (data.steps.market == data.steps.markets.index(market)) & (data.steps.episode == last)
            x = min(int(data.steps.finishers[own].sum()), n)
            if n >= LEAST and min(x, n - x) >= LEAST_DONE:
                log_odds = float(np.log((x + 0.5) / (n - x + 0.5)))
                found.append(Measured(at, market, n, log_odds, 1 / (x + 0.5) + 1 / (n - x + 0.5)))
    return found


def revenues(library: Sequence[SeriesData]) -> list[Measured]:
    """What was paid per starter, by series, market and currency.

    Payers are at least the most who paid for any one episode.  The variance matters little: series differ by more.
    """
    found = []
    for at, data in enumerate(library):
        starters = _starters(data)
        for price in data.prices:
            n = starters.get(price.market, 0)
            if n >= LEAST and price.unlocks >= LEAST_DONE and price.amount > 0:
                own = data.steps.market == data.steps.markets.index(price.market)
                payers = max(float(data.steps.unlocked[own].max(initial=0)) * price.coin, 1.0)
                mean = price.amount * price.unlocks / n
                found.append(Measured(at, f"{price.market} {price.currency}", n, float(np.log(mean)), APIECE / payers))
    return found


def elements(story: SeriesStory) -> list[Element]:
    """What a series is made of.  A trope that is somebody's archetype is told as that."""
    archetypes = {trait.id for person in story.characters for trait in person.archetypes}
    found = [Element(ElementKind.ARCHETYPE, name) for name in sorted(archetypes)]
    found += [Element(ElementKind.TROPE, trait.id) for trait in story.tropes if trait.id not in archetypes]
    return [*found, Element(ElementKind.ARC, str(story.arc.shape))] if story.arc else found


def _starters(data: SeriesData) -> dict[str, int]:
    """Of the first episode, by market."""
    first = min((episode.number for episode in data.story.episodes), default=0)
    here = data.steps.episode == first
    codes = zip(data.steps.market[here].tolist(), data.steps.starters[here].tolist(), strict=True)
    return {data.steps.markets[code]: int(n) for code, n in codes}


def _columns(library: Sequence[SeriesData]) -> tuple[dict[Element, Floats], list[tuple[Element, Element]]]:
    """A column for each element; those that the same series have are left out, and told."""
    own = [set(elements(data.story)) for data in library]
    columns = {one: np.array([float(one in mine) for mine in own]) for one in sorted(set().union(*own))}
    enough = {one: column for one, column in columns.items() if LEAST_SIDE <= column.sum() <= len(column) - LEAST_SIDE}
    alike = always_together(enough)
    doubtful = {one for pair in alike for one in pair}
    return {one: column for one, column in enough.items() if one not in doubtful}, alike


def _beside(library: Sequence[SeriesData]) -> list[Floats]:
    """The number of episodes, whether there is a wall, and how much lies before it."""
    count = np.array([max(len(data.story.episodes), 1) for data in library], dtype=np.float64)
    walls = [data.steps.episode[data.steps.offered > 0] for data in library]
    first = np.array([wall.min() if len(wall) else 0 for wall in walls], dtype=np.float64)
    paid = (first > 0).astype(np.float64)
    columns = [np.log(count), paid, paid * np.log(np.maximum(first, 1) / count)]
    return [column for column in columns if column.std() > 0]


def _units(cells: Sequence[Measured]) -> Units:
    codes = sorted({cell.market for cell in cells})
    series = np.array([cell.series for cell in cells], dtype=np.int64)
    starters = np.array([cell.starters for cell in cells], dtype=np.int64)
    numbers, level, doubt = freed_of_markets(
        series,
        np.array([codes.index(cell.market) for cell in cells], dtype=np.int64),
        starters.astype(np.float64),
        np.array([cell.y for cell in cells]),
        np.array([cell.variance for cell in cells]),
    )
    return Units(level, doubt, np.bincount(np.searchsorted(numbers, series), starters).astype(np.int64))
