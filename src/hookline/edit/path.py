"""How a camera gets along one side of the picture: still where stillness will do, else in few smooth moves.

For each picture there is a range in which the frame's edge may stand (the subject then lies in the frame).  First the
fewest standstills that the ranges allow are taken, each as long as it can be (stabbing intervals greedily, which is
optimal in their number).  Where a standstill would be shorter than ``STAND_S``, or than ``WAY_S`` between two moves
in one direction, the subject is on its way, and the camera follows along straight lines.  Then the path is smoothed
with a cubic B-spline, widened until speed and jerk keep their limits.  A B-spline averages with weights above 0, so
the path never leaves the range of what it smooths: a frame inside the source stays inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STAND_S = 1.2
WAY_S = 3.0
MOVE_S = 0.8  # a move takes at least about so long
SPEED = 0.8  # sides of the frame a second
JERK = 20.0  # sides of the frame a second cubed

Path = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standstill:
    """The frame's edge stands at a place for the pictures from ``start`` to before ``end``."""

    start: int
    end: int
    place: float


def camera_path(low: Path, high: Path, ideal: Path, *, fps: float, side: float) -> Path:
    """Where one edge of the frame stands at each picture.

    Args:
        low: by picture, the least place at which the subject is in the frame; NaN where there is none.
        high: the greatest such place, not below the least.
        ideal: where it is best placed; NaN where there is no subject.
        fps: pictures a second.
        side: of the frame, in the same unit.
    """
    stands = standstills(low, high, ideal)
    return smoothed(_followed(stands, fps, len(low)), fps=fps, side=side)


def standstills(low: Path, high: Path, ideal: Path) -> tuple[Standstill, ...]:
    """The fewest standstills that keep to the ranges."""
    least, most = -np.inf, np.inf
    cuts, ranges = [0], []
    for t, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if np.isnan(a):
            continue
        if max(a, least) > min(b, most):
            ranges.append((least, most))
            cuts.append(t)
            least, most = a, b
        else:
            least, most = max(a, least), min(b, most)
    ranges.append((least, most))
    places = [
        _placed(ideal[start:end], *limits)
        for start, end, limits in zip(cuts, [*cuts[1:], len(low)], ranges, strict=True)
    ]
    moves = [_early(cuts[i], cuts[i - 1], places[i], low, high) for i in range(1, len(cuts))]
    edges = [0, *moves, len(low)]
    return tuple(Standstill(a, b, place) for a, b, place in zip(edges[:-1], edges[1:], places, strict=True))


def _placed(ideal: Path, least: float, most: float) -> float:
    """The usual ideal place, held between two limits."""
    known = ideal[~np.isnan(ideal)]
    return float(np.clip(np.median(known) if len(known) else 0.0, least, most))


def _early(cut: int, before: int, place: float, low: Path, high: Path) -> int:
    """The middle of the time in which both the standstill before a cut and the one after it will do."""
    first = cut
    while first > before + 1 and not (low[first - 1] > place or high[first - 1] < place):
        first -= 1
    return (max(first, (before + cut) // 2) + cut + 1) // 2


def _followed(stands: tuple[Standstill, ...], fps: float, count: int) -> Path:
    """Standstills as a path of steps; through short ones in a row, straight lines."""
    path = np.empty(count)
    for one in stands:
        path[one.start : one.end] = one.place
    short = [_passing(stands, i, fps) for i in range(len(stands))]
    for i in range(len(stands) - 1):
        one, two = stands[i], stands[i + 1]
        if not (short[i] or short[i + 1]):
            continue
        a = (one.start + one.end) // 2 if short[i] else max(one.start, one.end - round(MOVE_S / 2 * fps))
        b = (two.start + two.end) // 2 if short[i + 1] else min(two.end, two.start + round(MOVE_S / 2 * fps))
        if b > a:
            path[a : b + 1] = np.linspace(one.place, two.place, b - a + 1)[: count - a]
    return path


def _passing(stands: tuple[Standstill, ...], at: int, fps: float) -> bool:
    """Whether a standstill is a point on a way: too short, or between two moves in one direction."""
    one = stands[at]
    between = 0 < at < len(stands) - 1 and (stands[at - 1].place < one.place) == (one.place < stands[at + 1].place)
    return one.end - one.start < (WAY_S if between else STAND_S) * fps


def smoothed(path: Path, *, fps: float, side: float) -> Path:
    """A path smoothed just so far that speed and jerk keep their limits."""
    if np.ptp(path) < 1e-9:
        return path
    width = max(1, round(MOVE_S / 4 * fps))
    while True:
        made = _spline(path, width)
        speed, jerk = motion(made, fps=fps, side=side)
        if (speed <= SPEED and jerk <= JERK) or width > 50 * len(path):
            return made
        width = width + max(1, width // 8)


def _spline(path: Path, width: int) -> Path:
    """Four running means, which make a cubic B-spline; the ends stand still."""
    width += 1 - width % 2
    for _ in range(4):
        sums = np.cumsum(np.pad(path, (width // 2 + 1, width // 2), mode="edge"))
        path = ((sums[width:] - sums[:-width]) / width).clip(path.min(), path.max())  # sums round
    return path


def motion(path: Path, *, fps: float, side: float) -> tuple[float, float]:
    """The greatest speed and jerk of a path, in sides of the frame a second and a second cubed."""
    if len(path) < 4:
        return (float(np.abs(np.diff(path)).max(initial=0.0)) * fps / side, 0.0)
    speed = float(np.abs(np.diff(path)).max()) * fps / side
    jerk = float(np.abs(np.diff(path, 3)).max()) * fps**3 / side
    return speed, jerk
