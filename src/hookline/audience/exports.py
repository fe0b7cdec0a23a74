"""What platforms export, as cells of coarser seconds, beside the cells of the player's own events.

A curve becomes one cell for each stretch between two of its points.  What it says of leaving is the part of it that
never rises: a hump (viewers watch again) or a hollow (they skip) becomes one wider cell.  Counts follow from the number
of views; without it there are shares alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hookline.audience.engine import Open, embedded
from hookline.audience.tables import partitions
from hookline.formats.events import sql
from hookline.formats.given import fold
from hookline.model.codec import dumps, loads
from hookline.model.curve import PlatformCurve, PlatformExport, PlatformViews
from hookline.model.quality import Quality, SetAside
from hookline.model.tables import CELLS

QUERIES = Path(__file__).with_name("sql")
FILE = "exports.json"
NEAR = 10  # points each side of a gap that say how fast a curve usually falls there
ALSO = {"meta": ("meta", "facebook", "instagram")}  # what the player's events may call a platform

Points = tuple[tuple[float, float], ...]  # (ms, share)


@dataclass(frozen=True, slots=True)
class Kept:
    """Exports as they stand beside a built audience."""

    series: str
    curves: tuple[PlatformCurve, ...]
    counts: tuple[PlatformViews, ...]
    lengths: tuple[tuple[int, int], ...]  # of every episode: its number, ms
    quality: Quality
    notes: tuple[str, ...]

    @property
    def durations_ms(self) -> dict[int, int]:
        """The length of each episode."""
        return dict(self.lengths)


@dataclass(frozen=True, slots=True, eq=False)
class CurveCells:
    """A curve as cells, one for each stretch between two points; counts are 0 where the views aren't known."""

    from_ms: NDArray[np.float64]
    to_ms: NDArray[np.float64]
    share: NDArray[np.float64]  # of the views that had not ended at from_ms
    share_after: NDArray[np.float64]  # and at to_ms
    at_risk: NDArray[np.float64]
    exits: NDArray[np.float64]
    steps: NDArray[np.int64]  # between points of the export: more than one where a hump or a hollow was left out


def keep_exports(
    folder: Path,
    exports: Sequence[PlatformExport],
    *,
    series: str,
    durations_ms: Mapping[int, int],
    engine: Open = embedded,
) -> Kept:
    """Keep what platforms export beside a built audience, and say what it rests on.

    A curve without a number of views takes that of the views by country and day of the same episode and platform.
    ``beside`` is false where the player's own events hold a platform's views of the episode.

    Args:
        folder: what ``build`` wrote.
        exports: what was read of every export.
        series: the series' name.
        durations_ms: length of each episode, by its number; a curve of another one can't be laid along it.
        engine: where the queries run.
    """
    counts = _once(tuple(one for export in exports for one in export.counts))
    given = [curve for export in exports for curve in export.curves]
    curves = [curve if curve.views else replace(curve, views=counted(curve, counts)) for curve in given]
    seen = _seen(folder, engine)
    kept = Kept(
        series,
        tuple(replace(curve, beside=not _inside(curve, seen)) for curve in curves if curve.episode in durations_ms),
        counts,
        tuple(sorted(durations_ms.items())),
        _together([export.quality for export in exports]),
        tuple(_lost(curve) for curve in curves if curve.episode not in durations_ms),
    )
    (folder / FILE).write_text(dumps(kept), encoding="utf-8")
    return kept


def kept_exports(folder: Path) -> Kept | None:
    """What ``keep_exports`` kept in a folder; None where it has none."""
    path = folder / FILE
    return loads(Kept, path.read_text(encoding="utf-8"), where=str(path)) if path.exists() else None


def _lost(curve: PlatformCurve) -> str:
    return (
        f"{curve.file or curve.title}: episode {curve.episode} is not in the story, so its length isn't known and the "
        "curve can't be laid along it: import its script, subtitles or video."
    )


def counted(curve: PlatformCurve, counts: Sequence[PlatformViews]) -> int:
    """How many views the platform counts of a curve's episode in its market and on its days; 0 where it doesn't say.

    Views by day are preferred to views of no day, and those by country to those of all: a sum must not hold a view
    twice.
    """
    own = [c for c in counts if (c.platform, c.episode) == (curve.platform, curve.episode)]
    dated = [c for c in own if c.day and _within(c.day, curve)]
    some = dated or [c for c in own if not c.day]
    if curve.market:
        return sum(c.views for c in some if c.market == curve.market)
    return sum(c.views for c in some if not c.market) or sum(c.views for c in some)


def _within(day: str, curve: PlatformCurve) -> bool:
    return (curve.first_day or day) <= day <= (curve.last_day or day)


def _once(counts: tuple[PlatformViews, ...]) -> tuple[PlatformViews, ...]:
    """A platform's count of a market and day once, however many files say it: the greatest, which is the latest."""
    kept: dict[tuple[str, int, str, str], PlatformViews] = {}
    for one in counts:
        key = one.platform, one.episode, one.market, one.day
        if key not in kept or one.views > kept[key].views:
            kept[key] = one
    return tuple(kept.values())


def _seen(folder: Path, engine: Open) -> list[tuple[int, str, str, str, str]]:
    """(episode, platform, market, first day, last day) of the player's own views."""
    days = sorted({file.parent.name.removeprefix("day=") for file in partitions(folder, CELLS)})
    with engine(folder) as run, run.reading(folder):
        run.read_days(CELLS.name, CELLS, folder, days)
        found = run.ask(sql(QUERIES, "platforms_seen"))
    return [(int(episode), str(p or ""), str(m or ""), first, last) for episode, p, m, first, last in found]


def _inside(curve: PlatformCurve, seen: Sequence[tuple[int, str, str, str, str]]) -> bool:
    """Whether the player's events hold views of the curve's platform, episode, market and days."""
    names = ALSO.get(curve.platform, (curve.platform,))
    return any(
        episode == curve.episode
        and any(name in fold(platform) for name in names)
        and (not curve.market or curve.market == market)
        and (curve.first_day or first) <= last
        and first <= (curve.last_day or last)
        for episode, platform, market, first, last in seen
    )


def falling(points: Points) -> Points:
    """The points of a curve that viewers' leaving explains: the others stand on a hump or in a hollow.

    Who leaves is gone, so what tells of leaving never rises.  Viewers who play a passage again lift the curve over it,
    those who skip one lower it.  The longest run of points that never rises is kept (of hump and hollow what has fewer
    points goes); then a gap grows until the curve falls across it at least as fast as it usually does, since who was
    lifted above the rest comes down again beside it.  What happened inside a gap is not known.  A curve that never
    rises stays as it is.

    >>> falling(((0, 1.0), (1, 0.9), (2, 1.2), (3, 1.1), (4, 0.7), (5, 0.6)))
    ((0, 1.0), (1, 0.9), (4, 0.7), (5, 0.6))
    """
    kept = _longest([share for _, share in points])
    if len(kept) == len(points):
        return points
    told: list[int] = kept[:1]
    for place, here in enumerate(kept[1:], 1):
        before = told[-1]
        fall = (points[before][1] - points[here][1]) / (points[here][0] - points[before][0])
        if here == before + 1 or here == kept[-1] or fall >= _usual(points, kept, place):
            told.append(here)
    return tuple(points[i] for i in told)


def _usual(points: Points, kept: Sequence[int], place: int) -> float:
    """How fast the curve falls before and after a place in what is kept, the slower of the two."""
    found = []
    for near in (kept[max(place - NEAR, 0) : place], kept[place : place + NEAR]):
        steps = [(points[i], points[j]) for i, j in pairwise(near) if j == i + 1]
        falls = sorted((a - b) / (right - left) for (left, a), (right, b) in steps)
        found += falls[len(falls) // 2 : len(falls) // 2 + 1]
    return min(found, default=0.0)


def _longest(shares: Sequence[float]) -> list[int]:
    """Where the longest run of values that never rises stands (patience sorting, by negated values)."""
    ends: list[float] = []  # of runs of each length, the least last value negated
    at: list[int] = []
    before: list[int] = []
    for i, share in enumerate(shares):
        place = bisect_right(ends, -share)
        before.append(at[place - 1] if place else -1)
        ends[place:] = [-share] if place == len(ends) else [-share, *ends[place + 1 :]]
        at[place:] = [i] if place == len(at) else [i, *at[place + 1 :]]
    run: list[int] = []
    i = at[-1] if at else -1
    while i >= 0:
        run.append(i)
        i = before[i]
    return run[::-1]


def staying(curve: PlatformCurve, duration_ms: int) -> Points:
    """(ms, share of the views that had not ended), from 0 to the curve's last point; 1 at the start.

    Plays of a moment that begin above 1 (a video that loops, viewers who watch again) are taken in relation to where
    they begin.
    """
    points = falling(curve.points(duration_ms))
    scale = max([1.0, *(share for _, share in points[:1])])
    told = tuple((at, share / scale) for at, share in points)
    return told if told and told[0][0] == 0 else ((0.0, 1.0), *told)


def playing(curve: PlatformCurve, duration_ms: int) -> Points:
    """(ms, plays of the moment for each view) as the platform gives them, from 0 on."""
    points = curve.points(duration_ms)
    return points if not points or points[0][0] == 0 else ((0.0, points[0][1] if curve.played else 1.0), *points)


def at(points: Points, ms: float) -> float:
    """A curve's value at a moment: straight between its points, level beyond them."""
    if ms <= points[0][0]:
        return points[0][1]
    for (left, before), (right, after) in pairwise(points):
        if ms <= right:
            return before + (after - before) * (ms - left) / (right - left)
    return points[-1][1]


def curve_cells(curve: PlatformCurve, duration_ms: int) -> CurveCells:
    """The cells of a curve along an episode of that length, to the curve's last point."""
    points = np.array(staying(curve, duration_ms))
    at_ms, share = points[:, 0], points[:, 1]
    watching = curve.views * share
    given = np.unique([0.0, *(at for at, _ in curve.points(duration_ms))])
    steps = np.diff(np.searchsorted(given, at_ms))
    exits = watching[:-1] - watching[1:]
    return CurveCells(at_ms[:-1], at_ms[1:], share[:-1], share[1:], watching[:-1], exits, steps)


def _together(parts: Sequence[Quality]) -> Quality:
    """The fate of all rows of all files."""
    aside: dict[tuple[str, bool], SetAside] = {}
    for row in (row for part in parts for row in part.set_aside):
        before = aside.get((row.reason, row.kept))
        aside[row.reason, row.kept] = replace(before, count=before.count + row.count) if before else row
    return Quality(sum(p.rows for p in parts), sum(p.counted for p in parts), tuple(aside.values()))
