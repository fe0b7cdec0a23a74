"""Lays viewers' cells along the story: one row a second of an episode, several series end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import HazardCells, PriceSeen, StepCounts
from hookline.insight import elements
from hookline.insight.result import Element, ElementKind
from hookline.model.curve import PlatformCurve
from hookline.model.story import BeatType, EpisodeStory, SeriesStory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Key = tuple[int, EpisodeStory]  # a series' index in the library, and an episode of it

TAIL_S = 2  # an episode's last seconds: players disagree whether who stops there has finished
AFTER_S = 2  # after a beat some still react to it: neither under it nor free of it


@dataclass(frozen=True, slots=True, eq=False)
class SeriesData:
    """What is known of one series: its story and its viewers."""

    series: str
    story: SeriesStory
    hazard: HazardCells
    steps: StepCounts
    simulated: bool = False
    platform_curves: tuple[PlatformCurve, ...] = ()
    prices: tuple[PriceSeen, ...] = ()  # what paid unlocks brought in, by market


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells of some markets, summed; sorted by episode and second, every second of an episode there.

    An episode's rows are ``starts[i]:starts[i + 1]``; ``keys[i]`` says which series (its index in
    the library) and episode they are of.
    """

    keys: tuple[Key, ...]
    starts: Ints
    group: Ints  # index into keys, by row
    second: Ints
    length_s: Floats  # of the row's episode
    at_risk: Floats
    exits: Floats
    used: Bools  # not in an episode's tail, and somebody watching
    widest: Ints  # where each row stands among those of all markets
    at_s: Floats | None = None  # the middle of each row, where rows are no whole seconds
    offset: Floats | None = None  # log-odds that the shared curve begins from
    held: float = 0.0  # how firmly: precision of its coefficients about that

    @property
    def middle_s(self) -> Floats:
        """The middle of each row."""
        whole: Floats = (self.second + 0.5).astype(np.float64)
        return whole if self.at_s is None else self.at_s

    @property
    def groups(self) -> int:
        """How many episodes."""
        return len(self.keys)

    def rows(self, group: int) -> slice:
        """The rows of one episode."""
        return slice(int(self.starts[group]), int(self.starts[group + 1]))


def markets(library: Sequence[SeriesData]) -> tuple[str, ...]:
    """All markets of the library, in order of first appearance."""
    return tuple(dict.fromkeys(market for data in library for market in data.hazard.markets))


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Cells of every market along the story: rows as in a ``Grid``, of every episode that anybody watched."""

    keys: tuple[Key, ...]
    markets: tuple[str, ...]
    at_risk: Floats  # markets x rows
    exits: Floats

    def grid(self, keep: Callable[[str], bool] = lambda market: True) -> Grid:
        """The markets that ``keep`` says, summed; without episodes that nobody watched there."""
        chosen = np.array([keep(market) for market in self.markets], dtype=bool)
        at_risk, exits = self.at_risk[chosen].sum(axis=0), self.exits[chosen].sum(axis=0)
        sizes = np.array([episode.seconds for _, episode in self.keys], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        watched = np.maximum.reduceat(at_risk, starts) > 0 if len(starts) else np.zeros(0, dtype=bool)
        rows = np.flatnonzero(np.repeat(watched, sizes))
        keys = tuple(key for key, seen in zip(self.keys, watched, strict=True) if seen)
        return _grid(keys, at_risk[rows], exits[rows], rows)


def spread(library: Sequence[SeriesData], *, first: int = 0) -> Spread:
    """The cells of every episode that has a story and views; ``first`` is the index of the first series."""
    codes = markets(library)
    laid = [_laid(first + at, data, codes) for at, data in enumerate(library)]
    return Spread(
        tuple(key for keys, *_ in laid for key in keys),
        codes,
        np.concatenate([np.zeros((len(codes), 0)), *(watching for _, watching, _ in laid)], axis=1),
        np.concatenate([np.zeros((len(codes), 0)), *(left for *_, left in laid)], axis=1),
    )


def lay(library: Sequence[SeriesData], *, keep: Callable[[str], bool] = lambda market: True) -> Grid:
    """The cells of the markets that ``keep`` says, over every episode that has a story and views."""
    return spread(library).grid(keep)


def _laid(at: int, data: SeriesData, codes: tuple[str, ...]) -> tuple[list[Key], Floats, Floats]:
    """The watched episodes of one series, with who watches and who leaves by market and second."""
    cells, episodes = data.hazard, sorted(data.story.episodes, key=lambda ep: ep.number)
    sizes = np.array([episode.seconds for episode in episodes], dtype=np.int64)
    highest = max([*(episode.number for episode in episodes), int(cells.episode.max(initial=0))], default=0)
    start, size = np.zeros(highest + 1, dtype=np.int64), np.zeros(highest + 1, dtype=np.int64)
    numbers = [episode.number for episode in episodes]
    start[numbers], size[numbers] = np.cumsum(sizes) - sizes, sizes
    chosen, width = cells.second < size[cells.episode], int(sizes.sum())
    market = np.array([codes.index(code) for code in cells.markets], dtype=np.int64)[cells.market[chosen]]
    index = market * width + (start[cells.episode] + cells.second)[chosen]
    watching, left = (
        np.bincount(index, count[chosen], len(codes) * width).reshape(len(codes), width).astype(np.float64)
        for count in (cells.at_risk, cells.exits)
    )
    total = watching.sum(axis=0)
    seen = [bool(total[end - size : end].any()) for size, end in zip(sizes, np.cumsum(sizes), strict=True)]
    rows = np.repeat(np.array(seen, dtype=bool), sizes)
    keys = [(at, episode) for episode, watched in zip(episodes, seen, strict=True) if watched]
    return keys, watching[:, rows], left[:, rows]


def _grid(keys: tuple[Key, ...], at_risk: Floats, exits: Floats, widest: Ints) -> Grid:
    sizes = np.array([episode.seconds for _, episode in keys], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    group = np.repeat(np.arange(len(keys)), sizes)
    second = np.arange(starts[-1]) - starts[group]
    length = np.array([episode.duration_ms / 1000 for _, episode in keys])[group]
    used = (second + 1 <= length - TAIL_S) & (at_risk > 0)
    return Grid(keys, starts, group, second, length, at_risk, exits, used, widest)


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is on screen in each row of the widest grid: worked out once, used by every market's fit."""

    under: dict[BeatType, Floats]  # share of the second under beats of that type
    after: Bools
    scene: Ints
    more: dict[Element, Floats] = field(default_factory=dict)  # the same of everything that is no beat

    @classmethod
    def of(cls, grid: Grid, stories: Mapping[int, SeriesStory] | None = None) -> Screen:
        """What the stories of a grid have on screen; beats alone without ``stories`` (by a series' index)."""
        found = exposures(grid, [elements.beats(episode) for _, episode in grid.keys])
        under = {kind: found[elements.beat(kind)] for kind in BeatType if elements.beat(kind) in found}
        more = exposures(grid, _all_but_beats(grid, stories)) if stories else {}
        return cls(under, aftermath(grid), scenes(grid), more)


def _all_but_beats(grid: Grid, stories: Mapping[int, SeriesStory]) -> list[elements.Spans]:
    known = {series: elements.of_series(stories[series]) for series in {series for series, _ in grid.keys}}
    laid = [known[series][episode.number] for series, episode in grid.keys]
    return [{one: spans for one, spans in own.items() if one.kind is not ElementKind.BEAT} for own in laid]


def exposures(grid: Grid, laid: Sequence[elements.Spans]) -> dict[Element, Floats]:
    """The share of each second that lies under each element, of all episodes end to end."""
    seconds, found = np.diff(grid.starts), {}
    for one in elements.everywhere(laid):
        spans = [(group, span) for group, own in enumerate(laid) for span in own.get(one, ())]
        found[one] = elements.share_of_seconds(spans, grid.starts[:-1], seconds)
    return found


def begins(grid: Grid, under: Floats) -> Ints:
    """The rows in which an element comes on screen."""
    before = np.concatenate([[0.0], under[:-1]]) if len(under) else under
    before[grid.starts[:-1]] = 0.0
    return np.flatnonzero((under > 0) & (before == 0))


def aftermath(grid: Grid) -> Bools:
    """The seconds just after a beat's end that no beat covers."""
    after, covered = np.zeros(len(grid.second), dtype=bool), np.zeros(len(grid.second), dtype=bool)
    for group, (_, episode) in enumerate(grid.keys):
        rows = grid.rows(group)
        for beat in episode.beats:
            end = beat.span.seconds().stop
            covered[rows][beat.span.start_ms // 1000 : end] = True
            after[rows][end : end + AFTER_S] = True
    return after & ~covered


def scenes(grid: Grid) -> Ints:
    """A number for the scene of each row, unique over the grid: the independent unit of every interval."""
    number = np.zeros(len(grid.second), dtype=np.int64)
    for group, (_, episode) in enumerate(grid.keys):
        for scene in episode.episode.scenes[1:]:
            starts = [line.span.start_ms for line in scene.lines if line.span]
            if starts:
                at = min(min(starts) // 1000, episode.seconds - 1)
                number[grid.rows(group)][at] = 1
    number[grid.starts[:-1]] = 1
    return np.cumsum(number) - 1
