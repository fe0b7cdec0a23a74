"""Lays viewers' cells along the story: one row a second of an episode, several series end to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import HazardCells, StepCounts
from hookline.model.curve import PlatformCurve
from hookline.model.story import BeatType, EpisodeStory, SeriesStory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

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


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells of some markets, summed; sorted by episode and second, every second of an episode there.

    An episode's rows are ``starts[i]:starts[i + 1]``; ``keys[i]`` says which series (its index in
    the library) and episode they are of.
    """

    keys: tuple[tuple[int, EpisodeStory], ...]
    starts: Ints
    group: Ints  # index into keys, by row
    second: Ints
    length_s: Floats  # of the row's episode
    at_risk: Floats
    exits: Floats
    used: Bools  # not in an episode's tail, and somebody watching

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


def lay(library: Sequence[SeriesData], *, keep: Callable[[str], bool] = lambda market: True) -> Grid:
    """The cells of the markets that ``keep`` says, over every episode that has a story and views."""
    keys: list[tuple[int, EpisodeStory]] = []
    at_risk: list[Floats] = []
    exits: list[Floats] = []
    for at, data in enumerate(library):
        wanted = np.array([keep(market) for market in data.hazard.markets], dtype=bool)
        chosen = wanted[data.hazard.market] if len(wanted) else np.zeros(0, dtype=bool)
        for episode in sorted(data.story.episodes, key=lambda ep: ep.number):
            here = chosen & (data.hazard.episode == episode.number) & (data.hazard.second < episode.seconds)
            if not here.any() or not data.hazard.at_risk[here].any():
                continue
            keys.append((at, episode))
            second = data.hazard.second[here]
            at_risk.append(_sums(second, data.hazard.at_risk[here], episode.seconds))
            exits.append(_sums(second, data.hazard.exits[here], episode.seconds))
    return _grid(tuple(keys), at_risk, exits)


def _grid(keys: tuple[tuple[int, EpisodeStory], ...], at_risk: list[Floats], exits: list[Floats]) -> Grid:
    sizes = np.array([episode.seconds for _, episode in keys], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    group = np.repeat(np.arange(len(keys)), sizes)
    second = np.arange(starts[-1]) - starts[group]
    length = np.array([episode.duration_ms / 1000 for _, episode in keys])[group]
    watching = np.concatenate(at_risk) if at_risk else np.zeros(0)
    left = np.concatenate(exits) if exits else np.zeros(0)
    used = (second + 1 <= length - TAIL_S) & (watching > 0)
    return Grid(keys, starts, group, second, length, watching, left, used)


def _sums(second: Ints, values: Ints, seconds: int) -> Floats:
    return np.bincount(second, values, minlength=seconds).astype(np.float64)


def exposure(grid: Grid, kind: BeatType) -> Floats:
    """The share of each second that lies under a beat of that type."""
    covered = np.zeros(len(grid.second))
    for group, (_, episode) in enumerate(grid.keys):
        first = int(grid.starts[group])
        for beat in episode.beats:
            if beat.type is kind:
                for second in beat.span.seconds():
                    if second < episode.seconds:
                        inside = min(beat.span.end_ms, (second + 1) * 1000) - max(beat.span.start_ms, second * 1000)
                        covered[first + second] += inside / 1000
    return np.minimum(covered, 1.0)


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
