"""Step 9: the four stretches of a season, 起势, 攀升, 风暴, 决战.

The field gives their shares of the season: 0-15, 15-45, 45-80, 80-100 %.  The three boundaries between
episodes are those that minimise, over all places in order,

    sum over episodes of (t - mean of its stretch)^2 / variance of t        (the stretches differ in tension)
    + PULL x sum over boundaries of ((share - field's share) / SLACK)^2     (and stand near their shares)
    - TURN x boundaries at which a turning point falls into the next episode or the one before

with t the mean tension of an episode, by dynamic programming over (stretch, last episode).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from hookline.model.story import EpisodeStory, Segment, SegmentType, TurningPoint

SHARES = (0.15, 0.45, 0.80)  # where the field lets the 2nd, 3rd and 4th stretch begin
SLACK = 0.05  # of the season: how far from its share a boundary costs one PULL
PULL = 0.5
TURN = 0.25
LEAST_EPISODES = 8  # fewer have no four stretches worth telling apart

_Cost = tuple[float, tuple[int, ...]]


def segments_of(stories: Sequence[EpisodeStory], turning_points: Sequence[TurningPoint] = ()) -> tuple[Segment, ...]:
    """The four stretches of a season in order; none for fewer than ``LEAST_EPISODES`` episodes."""
    if len(stories) < LEAST_EPISODES:
        return ()
    levels = [sum(story.tension) / len(story.tension) if story.tension else 0.0 for story in stories]
    numbers = [story.number for story in stories]
    turns = [numbers.index(point.episode) for point in turning_points if point.episode in numbers]
    edges = [0, *boundaries(levels, turns), len(stories)]
    return tuple(
        _segment(type, stories[first:last], levels[first:last], first / len(stories), turns, first)
        for type, (first, last) in zip(SegmentType, pairwise(edges), strict=True)
    )


def boundaries(levels: Sequence[float], turns: Sequence[int] = ()) -> tuple[int, int, int]:
    """The indices at which the 2nd, 3rd and 4th stretch begin; every stretch holds at least one episode.

    Args:
        levels: tension of each episode, at least four.
        turns: indices of the episodes that hold a turning point.
    """
    spread = _Spread(levels)
    count = len(levels)
    best: dict[int, _Cost] = {end: (spread(0, end), ()) for end in range(1, count)}
    for stretch, share in enumerate(SHARES, start=1):
        best = {
            end: min(
                (cost + spread(start, end) + _moved(start / count, share) - _turned(start, turns), (*edges, start))
                for start, (cost, edges) in best.items()
                if start < end
            )
            for end in range(stretch + 1, count + 1)
        }
    first, second, third = best[count][1]
    return first, second, third


class _Spread:
    """Sum of squares about the mean of any stretch, over the variance of all: from running sums."""

    def __init__(self, levels: Sequence[float]) -> None:
        self.sums = [0.0, *accumulate(levels)]
        self.squares = [0.0, *accumulate(level * level for level in levels)]
        mean = self.sums[-1] / len(levels)
        self.variance = max(self.squares[-1] / len(levels) - mean * mean, 1e-6)

    def __call__(self, first: int, last: int) -> float:
        total = self.sums[last] - self.sums[first]
        within = self.squares[last] - self.squares[first] - total * total / (last - first)
        return max(0.0, within) / self.variance


def _moved(place: float, share: float) -> float:
    return PULL * ((place - share) / SLACK) ** 2


def _turned(start: int, turns: Sequence[int]) -> float:
    """What a boundary gains where the story turns right before or after it."""
    return TURN if any(turn in (start - 1, start) for turn in turns) else 0.0


def _segment(
    type: SegmentType,
    stories: Sequence[EpisodeStory],
    levels: Sequence[float],
    begins: float,
    turns: Sequence[int],
    first: int,
) -> Segment:
    seconds = [len(story.tension) for story in stories]
    mean = sum(level * length for level, length in zip(levels, seconds, strict=True)) / max(1, sum(seconds))
    why = f"begins at {begins:.0%} of the season" if begins else "the season's opening"
    if begins and _turned(first, turns):
        why += ", where the story turns"
    return Segment(type, stories[0].number, stories[-1].number, round(mean, 4), why)
