"""What goes through a whole episode: its hook, its pace, archetypes that never leave the screen.

Such things don't change from second to second, so episodes are held against each other, as where endings are
judged (``units.py``), the place in the season held equal:

    hooks   log-odds that a starter leaves within the first OPENING_S seconds
    pace    log rate of leaving after them, the length held equal too; lines (shots) a minute, in tens
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight import elements
from hookline.insight.grid import TAIL_S, Bools, Floats, Ints, SeriesData
from hookline.insight.result import Element, ElementKind
from hookline.insight.units import UnitCandidate, Units, always_together, freed_of_markets, judge_units
from hookline.model.story import EndingType, EpisodeStory, SeriesStory

OPENING_S = 15
OPENING, LEAVING = "leaving the opening", "leaving"
LEAST = 20  # viewers of an episode and market, and as many leaving in all its markets
TEN = 10.0  # lines or shots a minute that a step of pace stands for
NO_HOOK, LATE = Element(ElementKind.HOOK, "none"), Element(ElementKind.HOOK, "late")
LINES, CUTS = Element(ElementKind.PACE, "lines a minute"), Element(ElementKind.PACE, "cuts a minute")


@dataclass(frozen=True, slots=True)
class Watched:
    """An episode, and what its viewers did in one stretch of it, cleared of the mix of markets."""

    series: int
    episode: EpisodeStory
    n: int
    level: float
    variance: float


def openings(library: Sequence[SeriesData]) -> list[Watched]:
    """How many leave each episode's first seconds."""
    return [found for at, data in enumerate(library) for found in _of_series(at, data, opening=True)]


def rates(library: Sequence[SeriesData]) -> list[Watched]:
    """At what rate viewers leave the rest of each episode."""
    return [found for at, data in enumerate(library) for found in _of_series(at, data, opening=False)]


def judge_hooks(found: Sequence[Watched]) -> list[UnitCandidate]:
    """The hypotheses about hooks."""
    hooks = [watched.episode.hook for watched in found]
    columns = {
        Element(ElementKind.HOOK, str(kind)): np.array([hook is not None and hook.type is kind for hook in hooks])
        for kind in EndingType
    }
    columns |= {NO_HOOK: np.array([hook is None for hook in hooks])}
    numbers = {one: column.astype(np.float64) for one, column in columns.items()}
    late = [1.0 if hook is None else min(hook.at_ms / (1000 * OPENING_S), 1.0) for hook in hooks]
    return judge_units(_units(found), numbers | {LATE: np.array(late)}, OPENING, beside=_place(found, length=False))


def judge_pace(
    found: Sequence[Watched], library: Sequence[SeriesData], within: Collection[Element]
) -> list[UnitCandidate]:
    """The hypotheses about pace, and about archetypes that nothing could be said of inside episodes (``within``)."""
    columns = {
        LINES: np.array([_begin(w.episode, _starts(w.episode)) for w in found]),
        CUTS: np.array([_begin(w.episode, w.episode.shots) for w in found]),
        **_archetypes(found, library, within),
    }
    if not all(watched.episode.shots for watched in found):
        del columns[CUTS]
    doubtful = {one for pair in always_together(columns) for one in pair}
    known = {one: column for one, column in columns.items() if one not in doubtful}
    return judge_units(_units(found), known, LEAVING, beside=_place(found, length=True))


def _starts(episode: EpisodeStory) -> list[int]:
    return [line.span.start_ms for line in episode.episode.lines() if line.span and line.span.duration_ms]


def _begin(episode: EpisodeStory, starts: Sequence[int]) -> float:
    return len(starts) / max(episode.duration_ms / 60_000, 1e-3) / TEN


def _archetypes(
    found: Sequence[Watched], library: Sequence[SeriesData], within: Collection[Element]
) -> dict[Element, Floats]:
    asked = {
        series for series in {watched.series for watched in found} if _carries(library[series].story) - set(within)
    }
    laid = {series: elements.carried(library[series].story) for series in asked}
    known = [laid.get(watched.series, {}).get(watched.episode.number, {}) for watched in found]
    names = [one for one in elements.everywhere(known) if one not in within]
    return {one: np.array([float(one in own) for own in known]) for one in names}


def _carries(story: SeriesStory) -> set[Element]:
    return {Element(ElementKind.ARCHETYPE, one.id) for person in story.characters for one in person.archetypes}


def _units(found: Sequence[Watched]) -> Units:
    return Units(
        np.array([watched.level for watched in found], dtype=np.float64),
        np.array([watched.variance for watched in found], dtype=np.float64),
        np.array([watched.n for watched in found], dtype=np.int64),
        np.array([watched.series for watched in found], dtype=np.int64),
    )


def _place(found: Sequence[Watched], *, length: bool) -> list[Floats]:
    """What is held equal: the place in the season, whether it is the first episode, the length."""
    number = np.array([watched.episode.number for watched in found], dtype=np.float64)
    columns = [np.log(np.maximum(number, 1)), (number == 1).astype(np.float64)]
    if length:
        columns.append(np.log([max(watched.episode.duration_ms, 1) for watched in found]))
    return [column for column in columns if len(column) and column.std() > 0]


def _of_series(at: int, data: SeriesData, *, opening: bool) -> list[Watched]:
    cells, story = data.hazard, {episode.number: episode for episode in data.story.episodes}
    highest = max([*story, int(cells.episode.max(initial=0))], default=0)
    length = np.zeros(highest + 1)
    length[list(story)] = [episode.duration_ms / 1000 for episode in story.values()]
    several = max(len(cells.markets), 1)
    key = cells.episode * several + cells.market
    whole = cells.second + 1 <= length[cells.episode] - TAIL_S
    asked = whole & ((cells.second < OPENING_S) == opening)
    first = asked & (cells.second == (0 if opening else OPENING_S))

    def summed(rows: Bools, counts: Ints) -> Floats:
        return np.bincount(key[rows], counts[rows], (highest + 1) * several).astype(np.float64)

    n, left = summed(first, cells.at_risk), summed(asked, cells.exits)
    watching = n if opening else summed(asked, cells.at_risk)
    some = np.flatnonzero((n >= LEAST) & (left > 0) & (left < n))
    some = some[(np.bincount(some // several, left[some], highest + 1) >= LEAST)[some // several]]
    some = some[np.isin(some // several, list(story))]
    if not len(some):
        return []
    episode, stayed = some // several, watching[some] - left[some] + 0.5
    level = np.log((left[some] + 0.5) / stayed)
    variance = 1 / (left[some] + 0.5) + (1 / stayed if opening else 0.0)
    numbers, levels, doubts = freed_of_markets(episode, some % several, n[some], level, variance)
    total = np.bincount(np.searchsorted(numbers, episode), n[some])
    return [
        Watched(at, story[int(number)], int(total[i]), float(levels[i]), float(doubts[i]))
        for i, number in enumerate(numbers)
    ]
