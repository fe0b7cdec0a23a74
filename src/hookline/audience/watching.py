"""What is watched of each episode, second by second: retention, hazard, rewatching, skipping, watch time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hookline.audience.groups import DIMENSIONS, Source, by_group, checked, visible, with_all
from hookline.audience.intervals import METHOD, Z95, Floats, poisson, share, wilson
from hookline.audience.result import BySecond, Figure, Group
from hookline.audience.survival import KAPLAN_MEIER, SMOOTHED, kaplan_meier, retained, smoothed_hazard
from hookline.audience.tables import BY_SECOND
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Estimate, Grade

Ints = NDArray[np.int64]

POSITIONS = 20  # of relative retention
LIKE_LENGTH = 0.2  # an episode is like another if it is at most this much longer or shorter
PEERS = 5  # so many others it takes
REACH_S = 3  # of the hazard's kernel


@dataclass(frozen=True, slots=True)
class Watched:
    """One episode's cells in one group, all days together; dense from second 0."""

    episode: int
    group: Group
    at_risk: Ints
    exits: Ints
    watched_ms: Ints
    rewatches: Ints
    starts: int  # views begun, wherever


def watched(folder: Path, *, by: Sequence[str] = (), episode: int = 0, k: int = 20) -> tuple[tuple[Watched, ...], int]:
    """The cells of each episode, of all viewers and of each group, and how many groups are too small to be shown.

    Args:
        folder: where ``build`` and ``sum_up`` wrote.
        by: of market, platform and cut.  Without cut only cuts of the episode's most viewed length count, since
            another cut's seconds are other moments.
        episode: that one alone; 0 for every one.
        k: the smallest group that is shown, counted in views.

    Raises:
        BadInput: there is no such dimension, or no such episode.
        NotEnoughData: the audience is not built, or nobody watched.
    """
    by = checked(by)
    source = Source(folder, BY_SECOND)
    kept: list[Watched] = []
    suppressed = 0
    for dims in with_all(by):
        found = list(_read(source, dims, episode))
        shown, few = _shown(found, dims, k)
        kept += shown
        suppressed += few
    if not kept and not suppressed:
        raise (
            BadInput(f"nobody watched episode {episode}", mend="check its number")
            if episode
            else NotEnoughData("no view was counted", mend="hookline audience quality says why")
        )
    return tuple(kept), suppressed


def anybody(folder: Path, episode: int = 0) -> bool:
    """Whether the player's own events hold a view: of an episode, or of any."""
    found = Source(folder, BY_SECOND).figures("anybody", episode=episode)
    return bool(found["n"][0])


def _read(source: Source, by: Sequence[str], episode: int) -> Iterator[Watched]:
    rows = source.figures("cells", by, DIMENSIONS, episode=episode)
    for group, own in by_group(rows, by):
        edges = [*np.flatnonzero(np.diff(own["episode"], prepend=-1)), len(own["episode"])]
        for start, end in pairwise(edges):
            part = {name: column[start:end] for name, column in own.items()}
            yield Watched(
                int(part["episode"][0]), group, part["at_risk"], part["exits"], part["watched_ms"], part["rewatches"],
                int(part["starts"].sum()),
            )  # fmt: skip


def _shown(found: Sequence[Watched], by: Sequence[str], k: int) -> tuple[list[Watched], int]:
    """The groups that may be shown, episode by episode."""
    counts: dict[int, dict[Group, int]] = {}
    for one in found:
        counts.setdefault(one.episode, {})[one.group] = one.starts
    seen = {episode: visible(groups, by, k=k) for episode, groups in counts.items()}
    kept = [one for one in found if one.group in seen[one.episode][0]]
    return kept, sum(few for _, few in seen.values())


def retention(cells: Watched, *, interval: str = "greenwood") -> BySecond:
    """The share of started views that had not ended before each second.

    ``S(s) = prod over i < s of (1 - exits_i / at_risk_i)``; with Greenwood's variance and a log(-log) interval, or
    Wilson's of as many views as would give Greenwood's variance (``survival.retained``).  Who began in the middle is at
    risk from there on.  See ``survival.kaplan_meier`` and ``intervals.wilson``.
    """
    if interval == "wilson":
        value, n = retained(cells.at_risk, cells.exits)
        low, high = wilson(value * n, n)
        return _by_second("retention", cells, value, low, high, "share", METHOD)
    if interval != "greenwood":
        raise BadInput(f"there is no interval {interval!r}", mend="intervals: greenwood, wilson")
    left = kaplan_meier(cells.at_risk, cells.exits)
    value, low, high = (np.concatenate([[1.0], column[:-1]]) for column in (left.share, left.low, left.high))
    return _by_second("retention", cells, value, low, high, "share", KAPLAN_MEIER)


def hazard(cells: Watched, *, reach: int = REACH_S) -> BySecond:
    """The share of those still there who leave in each second, smoothed (see ``survival.smoothed_hazard``)."""
    value, low, high = smoothed_hazard(cells.at_risk, cells.exits, reach=reach)
    return _by_second("hazard", cells, value, low, high, "share a second", SMOOTHED.format(reach))


def rewatching(cells: Watched) -> BySecond:
    """How often each second is played again, for each view that got there: rewatches(s) / at_risk(s).

    Interval: Byar's of the count (``intervals.poisson``).  It takes repeats for independent; one viewer who plays a
    second ten times makes it too narrow, so look for neighbouring seconds that agree.
    """
    there = np.maximum(cells.at_risk, 1)
    low, high = poisson(cells.rewatches)
    return _by_second(
        "rewatching",
        cells,
        cells.rewatches / there,
        low / there,
        high / there,
        "repeats a view",
        "Byar's Poisson interval",
    )


def skipping(cells: Watched) -> BySecond:
    """The share of the views passing each second that don't play it.

    ``1 - (watched_ms / 1000 - rewatches - exits / 2) / (at_risk - exits)``, within 0..1.  Those who leave in a second
    are taken to have played half of it; the interval is Wilson's, from the lower end where they played none of it to
    the upper where they played all.  The last second, of unknown length, has none.  Watched time that no second is
    known for ("unplaced" in the quality) shows up as skipping.
    """
    passing = np.maximum(cells.at_risk - cells.exits, 0)[:-1]
    played = (cells.watched_ms / 1000 - cells.rewatches)[:-1]
    some = np.maximum(passing, 1)
    part = np.array([0.0, 0.5, 1.0])[:, None] * cells.exits[None, :-1]
    least, value, most = np.where(passing > 0, np.clip(1 - (played - part) / some, 0, 1), 0)
    low, high = wilson(least * passing, passing)[0], wilson(most * passing, passing)[1]
    return _by_second("skipping", cells, value, np.minimum(low, value), np.maximum(high, value), "share", METHOD)


def completion(cells: Watched) -> Figure:
    """The share of started views that reached the end: 1 - sum of exits / starts, with Wilson's interval."""
    return _figure("completion of views", cells, share(cells.starts - int(cells.exits.sum()), cells.starts))


def watch_time(cells: Watched) -> Figure:
    """Content time played for each started view, in seconds: sum of watched_ms / starts, repeats counted.

    The interval is that of the mean second reached (restricted mean), whose spread the exits give, in proportion; it
    takes time watched to be proportional to the second reached.  J. P. Klein, M. L. Moeschberger, Survival Analysis
    (2003) 4.5.
    """
    n = cells.starts
    mean = float(cells.watched_ms.sum()) / 1000 / n
    reached, seconds = cells.exits, np.arange(len(cells.exits)) + 0.5
    whole = n - int(reached.sum())
    length = float(len(reached))
    middle = (float(reached @ seconds) + whole * length) / n
    squares = (float(reached @ seconds**2) + whole * length**2) / n
    error = np.sqrt(max(squares - middle**2, 0) / n) / middle if middle else 0.0
    half = float(Z95 * error * mean)
    method = "mean; spread of the second reached"
    return _figure(
        "watch time", cells, Estimate(mean, max(mean - half, 0.0), mean + half, n, method, Grade.WITHIN, "s a view")
    )


def relative_retention(cells: Sequence[Watched]) -> tuple[Figure, ...]:
    """How each episode's retention stands among the series' own episodes of like length: 0.5 is the middle.

    At 20 positions of the length, the share of the other episodes (at most 20 % longer or shorter, at least five of
    them) that hold fewer, ties counting half; the mean over the positions.  Platforms' relative retention compares with
    all their videos; this one with the series' own.  The interval takes the ends of the episode's own retention
    interval through the same comparison, so it holds chance among viewers, not chance among episodes.  Grade: across.
    """
    figures = []
    for group in dict.fromkeys(one.group for one in cells):
        own = [one for one in cells if one.group == group]
        tracks = {one.episode: _positions(one) for one in own}
        for one in own:
            others = [tracks[o.episode] for o in own if o is not one and _like(len(one.at_risk), len(o.at_risk))]
            if len(others) >= PEERS:
                figures.append(_figure("relative retention", one, _place(tracks[one.episode], others)))
    return tuple(figures)


def _positions(cells: Watched) -> tuple[Floats, Floats, Floats]:
    curve = retention(cells)
    at = (np.arange(1, POSITIONS + 1) / POSITIONS * len(cells.at_risk)).astype(int).clip(0, len(cells.at_risk) - 1)
    value, low, high = (np.asarray(column)[at] for column in (curve.value, curve.low, curve.high))
    return value, low, high


def _like(length: int, other: int) -> bool:
    return abs(other - length) <= LIKE_LENGTH * length


def _place(track: tuple[Floats, Floats, Floats], others: Sequence[tuple[Floats, Floats, Floats]]) -> Estimate:
    values = np.stack([value for value, _, _ in others])
    value, low, high = (float(((values < mine) + 0.5 * (values == mine)).mean()) for mine in track)
    return Estimate(
        value,
        min(low, value),
        max(high, value),
        len(others),
        "rank among episodes of like length",
        Grade.ACROSS,
        "rank",
    )


def _by_second(name: str, cells: Watched, value: Floats, low: Floats, high: Floats, unit: str, method: str) -> BySecond:
    values, lows, highs = (tuple(column.tolist()) for column in (value, low, high))
    return BySecond(name, cells.group, cells.episode, cells.starts, values, lows, highs, unit, method)


def _figure(name: str, cells: Watched, estimate: Estimate) -> Figure:
    return Figure(name, cells.group, estimate, cells.episode)
