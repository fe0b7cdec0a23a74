"""Where shots begin in a video: hard cuts, dissolves and fades; flashes and camera shake are none.

One decode.  Of each picture a grid of luma and chroma samples is kept (``GRID`` cells of three values; the
samples of a cell are averaged), about 1.7 kB a frame; all else is arithmetic on these grids.  Grids are worked on
in windows of ``WINDOW`` frames that overlap by more than any change of shots is long, so that a long film needs no
more memory than a short one.  With ``D(a, b)``
the mean absolute difference of two grids in grey levels, the least over shifts of up to two cells where the
camera may have moved:

Hard cut before frame t
    ``D(t-1, t)`` is at least ``CUT`` and ``CUT_RATIO`` times the median change of the ``NEAR`` frames on either
    side, and no picture up to ``FLASH_S`` later looks like the one before it, nor one up to ``FLASH_S`` earlier
    like the one after it (less than ``RETURNS`` of the jump, or the same texture: a correlation above ``ALIKE``,
    which a flash that fades or a lamp that goes on leaves as it was); nor does the picture of that long before come
    back that long after.
Dissolve from frame a to b
    The pictures between lie on the straight line from grid a to grid b, in even steps: the place on it,
    ``<f-a, b-a> / |b-a|^2``, is that of a straight ramp within ``RAMP`` and what lies off the line is less than
    ``OFF_LINE`` of ``|b-a|``.  A pan leaves the line; a slow one is locally straight, but goes on:
    before a and after b the picture must change less than ``STILL`` of what it did between.  Lengths
    of ``DISSOLVE_S`` are tried.  A change of light alone keeps the texture (``ALIKE``) and is none; nor is a
    change that a shift of up to ``PANNED`` cells undoes, or that less than ``WIDE`` of the cells show.
Fade
    A run of even pictures (deviation of luma under ``EVEN``) that is entered or left gradually.  The shot
    begins where the even run ends.

Shots shorter than ``SHORTEST_S`` are not told from flashes.  Thresholds were set on other seeds of the
generator in ``bench/shots.py`` than the ones its figures come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.probe import opened, video_stream
from hookline.model.errors import Unreadable
from hookline.model.shot import Shot, ShotStart
from hookline.model.span import Span

GRID = (18, 32)  # rows, columns
WINDOW = 3000  # frames that are worked on together,
CONTEXT_S = 8.0  # with so much more on either side
EVEN_KEPT = 150  # frames of a longer even run that are kept: its begin and its end tell all

CUT = 6.0  # grey levels
CUT_RATIO = 2.5
NEAR = 6
FLASH_S = 0.30
RETURNS = 0.55
ALIKE = 0.80
SHORTEST_S = 0.20
SHIFTS = 2  # cells

DISSOLVE_S = (0.24, 0.32, 0.44, 0.60, 0.80, 1.1, 1.5, 2.0, 2.7)
DISSOLVE = 9.0  # grey levels between its ends
RAMP = 0.17
OFF_LINE = 0.30
STILL = 0.42
CHANGED = 5.0  # grey levels; in a dissolve the whole picture changes,
WIDE = 0.5  # so at least this share of the cells by as much
PANNED = 6  # cells that a camera may have moved from end to end

EVEN = 3.5  # grey levels
SLOW = 3  # frames that an entry into an even run takes at least, to be a fade

Grids = NDArray[np.float32]  # (frames, rows, columns, 3)


@dataclass(frozen=True, slots=True)
class Boundary:
    """A change of shots: ``frame`` is the first of the new one."""

    frame: int
    kind: ShotStart


@dataclass(frozen=True, slots=True)
class Watched:
    """Where shots change in a video, and when its pictures are shown."""

    changes: tuple[Boundary, ...]
    times_ms: NDArray[np.int64]  # from the first picture on
    end_ms: int
    fps: tuple[int, int]


def shots_of(path: Path) -> tuple[Shot, ...]:
    """The shots of a video, in order; together they cover it.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        MissingExtra: PyAV is not installed.
    """
    return shots_in(watched(path))


def watched(path: Path, *, threads: int = 1) -> Watched:
    """Decode a video once and find where its shots change."""
    with opened(path) as container:
        stream = video_stream(container, path)
        stream.codec_context.thread_count = threads
        stream.thread_type = "AUTO" if threads != 1 else "NONE"
        rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
        finder = ChangeFinder(float(rate))
        stamps: list[int | None] = []
        for frame in container.decode(stream):
            finder.take(grid_of(frame))
            stamps.append(frame.pts)
        if not stamps:
            raise Unreadable("no picture in it can be decoded", where=str(path), mend="copy or export it again")
        times = _times(stamps, stream.time_base, rate)
    end_ms = int(times[-1]) + max(1, round(1000 / rate))
    return Watched(finder.changes(), times, end_ms, (rate.numerator, rate.denominator))


def shots_in(video: Watched) -> tuple[Shot, ...]:
    """The shots of pictures already watched."""
    starts = [Boundary(0, ShotStart.START), *video.changes]
    ends = [*(b.frame for b in starts[1:]), len(video.times_ms)]
    times = [*video.times_ms.tolist(), video.end_ms]
    return tuple(
        Shot(Span(times[start.frame], times[end]), start.kind, start.frame, end)
        for start, end in zip(starts, ends, strict=True)
    )


class ChangeFinder:
    """Takes one grid after the other and finds where shots change, within a bounded memory."""

    def __init__(self, fps: float, *, window: int = WINDOW) -> None:
        self._fps, self._window = fps, window
        self._context = round(CONTEXT_S * fps) + EVEN_KEPT
        self._grids: list[NDArray[np.uint8]] = []
        self._numbers: list[int] = []
        self._even = 0  # so many of the last grids are even
        self._count = 0
        self._settled = 0  # changes before this frame are known
        self._found: list[Boundary] = []

    def take(self, grid: NDArray[np.uint8]) -> None:
        """The next picture's grid."""
        self._grids.append(grid)
        self._numbers.append(self._count)
        self._count += 1
        self._even = self._even + 1 if float(grid[..., 0].std()) < EVEN else 0
        if self._even > EVEN_KEPT:
            del self._grids[-EVEN_KEPT // 2], self._numbers[-EVEN_KEPT // 2]
        if len(self._grids) >= self._window + 2 * self._context:
            self._settle(self._numbers[-self._context])
            del self._grids[: -2 * self._context], self._numbers[: -2 * self._context]

    def changes(self) -> tuple[Boundary, ...]:
        """Where shots changed in all that was taken."""
        if self._grids:
            self._settle(self._count)
        return tuple(self._found)

    def _settle(self, until: int) -> None:
        """Find the changes up to a frame; what comes after it may still change them."""
        for found in boundaries(np.stack(self._grids), fps=self._fps):
            frame = self._numbers[found.frame]
            if self._settled <= frame < until:
                self._found.append(Boundary(frame, found.kind))
        self._settled = until


def boundaries(grids: NDArray[np.uint8], *, fps: float) -> tuple[Boundary, ...]:
    """Where shots change in a row of grids, in order of time."""
    pictures = grids.astype(np.float32)
    fades, blocked = _fades(pictures, fps)
    cuts = [t for t in _cuts(pictures, fps) if not blocked[t]]
    dissolves = _dissolves(pictures, fps, [*cuts, *(b.frame for b in fades)], blocked)
    found = [*fades, *(Boundary(t, ShotStart.CUT) for t in cuts), *(Boundary(t, ShotStart.DISSOLVE) for t in dissolves)]
    return tuple(sorted(found, key=lambda boundary: boundary.frame))


# Pictures


def grid_of(frame: Any) -> NDArray[np.uint8]:
    """A PyAV frame as a grid of luma and chroma, (rows, columns, 3).

    Planar 4:2:0 of 8 bits, as nearly all video is, is sampled where it lies; all else is scaled first.
    """
    if frame.format.name not in ("yuv420p", "yuvj420p") or min(frame.width, frame.height) < 72:
        frame = frame.reformat(256, 144, format="yuv420p", interpolation="AREA")
    return np.stack([_cells(plane) for plane in frame.planes], axis=-1)


def _cells(plane: Any) -> NDArray[np.uint8]:
    """Means over the cells of a plane, of four by four samples in each where there are so many."""
    rows, columns = GRID
    down, across = _spread(plane.height, rows), _spread(plane.width, columns)
    pixels = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    samples = pixels.take(down, axis=0).take(across, axis=1).astype(np.uint16)
    per = (len(down) // rows, len(across) // columns)
    lines = sum((samples[step :: per[0]] for step in range(1, per[0])), start=samples[:: per[0]])
    sums = sum((lines[:, step :: per[1]] for step in range(1, per[1])), start=lines[:, :: per[1]])
    means: NDArray[np.uint8] = (sums // (per[0] * per[1])).astype(np.uint8)
    return means


@cache
def _spread(size: int, cells: int) -> NDArray[np.intp]:
    """Places of the samples along one side, as many in each cell."""
    per = min(4, max(1, size // cells))
    return ((np.arange(cells * per) + 0.5) * size / (cells * per)).astype(np.intp)


def _times(stamps: Sequence[int | None], base: Fraction, rate: Fraction) -> NDArray[np.int64]:
    """Milliseconds from the first picture; a picture without a stamp follows the last by one frame."""
    step = 1 / (rate * base)
    first = next((stamp for stamp in stamps if stamp is not None), 0)
    times, last = [], Fraction(first) - step
    for stamp in stamps:
        last = max(last, Fraction(stamp)) if stamp is not None else last + step
        times.append(round((last - first) * base * 1000))
    return np.maximum.accumulate(np.array(times, dtype=np.int64)).clip(0)


# Hard cuts


def _cuts(pictures: Grids, fps: float) -> list[int]:
    jumps = np.zeros(len(pictures), np.float32)
    jumps[1:] = _difference(pictures[1:], pictures[:-1])
    reach = max(2, round(FLASH_S * fps))
    found: list[int] = []
    for t in np.flatnonzero(jumps >= CUT).tolist():
        jump = _shifted(pictures[t - 1], pictures[t])
        near = np.concatenate([jumps[max(1, t - NEAR) : t], jumps[t + 1 : t + 1 + NEAR]])
        usual = float(np.median(near)) if len(near) else 0.0
        if jump >= max(CUT, CUT_RATIO * usual) and not _returns(pictures, t, jump, reach):
            found.append(t)
    return _apart(found, jumps, max(2, round(SHORTEST_S * fps)))


def _returns(pictures: Grids, t: int, jump: float, reach: int) -> bool:
    """Whether the picture before comes back after, or the one after was there before: a flash, a shake."""
    before = pictures[max(0, t - reach) : t]
    after = pictures[t : t + reach]
    pairs = [(before[-1], other) for other in after] + [(other, after[0]) for other in before]
    pairs += [(before[0], after[-1])] if len(before) == len(after) == reach else []
    return any(_shifted(a, b) < RETURNS * jump or _same_texture(a, b) for a, b in pairs)


def _apart(frames: Sequence[int], strength: NDArray[np.float32], least: int) -> list[int]:
    """Of cuts closer than the least, the strongest."""
    kept: list[int] = []
    for frame in sorted(frames, key=lambda t: -strength[t]):
        if all(abs(frame - other) >= least for other in kept):
            kept.append(frame)
    return sorted(kept)


def _difference(a: Grids, b: Grids) -> NDArray[np.float32]:
    result: NDArray[np.float32] = np.abs(a - b).mean(axis=(-3, -2, -1))
    return result


def _moved(a: Grids, b: Grids) -> bool:
    """Whether a camera's move, or things moving in a part of the picture, explain the change."""
    change = np.abs(a - b).mean(axis=2)
    if float((change > CHANGED).mean()) < WIDE:
        return True
    return _shifted(a, b, reach=PANNED) < RETURNS * float(change.mean())


def _shifted(a: Grids, b: Grids, *, reach: int = SHIFTS) -> float:
    """Mean difference of two grids, the least over small shifts."""
    rows, columns = GRID
    best = np.inf
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            one = a[max(0, down) : rows + min(0, down), max(0, right) : columns + min(0, right)]
            two = b[max(0, -down) : rows + min(0, -down), max(0, -right) : columns + min(0, -right)]
            best = min(best, float(np.abs(one - two).mean()))
    return best


def _same_texture(a: Grids, b: Grids) -> bool:
    """Whether two pictures differ in light only."""
    one, two = a[..., 0] - a[..., 0].mean(), b[..., 0] - b[..., 0].mean()
    scale = float(np.sqrt((one**2).sum() * (two**2).sum()))
    even = min(one.std(), two.std()) < EVEN
    return not even and float((one * two).sum()) > ALIKE * scale


# Dissolves


def _dissolves(pictures: Grids, fps: float, taken: Sequence[int], blocked: NDArray[np.bool_]) -> list[int]:
    coarse = np.ascontiguousarray(
        pictures.reshape(len(pictures), GRID[0] // 2, 2, GRID[1] // 2, 2, 3).mean(axis=(2, 4))
    ).reshape(len(pictures), -1)
    found = [one for seconds in DISSOLVE_S for one in _ramps(coarse, max(4, round(seconds * fps)), taken, blocked)]
    kept: list[tuple[int, int]] = []
    for _, start, end in sorted(found, reverse=True):
        if _same_texture(pictures[start], pictures[end]) or _moved(pictures[start], pictures[end]):
            continue
        if all(end <= a or start >= b for a, b in kept):
            kept.append((start, end))
    return [(start + end) // 2 for start, end in kept]


def _ramps(
    flat: NDArray[np.float32], length: int, taken: Sequence[int], blocked: NDArray[np.bool_]
) -> list[tuple[float, int, int]]:
    """Straight ramps of one length as (score, first frame, last frame)."""
    count = len(flat) - length
    if count <= 0:
        return []
    whole = flat[length:] - flat[:-length]
    size = np.sqrt((whole**2).mean(axis=1))
    possible = size >= DISSOLVE
    for t in taken:
        possible[max(0, t - length) : t] = False  # a cut inside is no ramp
    possible &= ~(blocked[:-length] | blocked[length:])
    starts = np.flatnonzero(possible)
    if not len(starts):
        return []
    steady, off = _straight(flat, starts, length, whole[starts])
    margin = max(2, length // 2)
    early = np.maximum(starts - margin, _floor(starts, taken))
    late = np.minimum(starts + length + margin, _ceiling(starts + length, taken, len(flat) - 1))
    outside = np.maximum(_rms(flat[starts] - flat[early]), _rms(flat[late] - flat[starts + length]))
    still = outside / size[starts]
    good = (steady <= RAMP) & (off <= OFF_LINE) & (still <= STILL)
    scores = size[starts] * (1 - off) * (1 - still) * (1 - steady)
    return [(float(scores[i]), int(starts[i]), int(starts[i]) + length) for i in np.flatnonzero(good)]


def _straight(
    flat: NDArray[np.float32], starts: NDArray[np.intp], length: int, whole: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far the inner pictures are from an even ramp, and from the line: the worst of each, as shares."""
    square = (whole**2).sum(axis=1)
    steady = np.zeros(len(starts), np.float32)
    off = np.zeros(len(starts), np.float32)
    for step in sorted({round(length * part / 6) for part in range(1, 6)}):
        part = flat[starts + step] - flat[starts]
        place = (part * whole).sum(axis=1) / square
        steady = np.maximum(steady, np.abs(place - step / length))
        off = np.maximum(off, np.sqrt(((part - place[:, None] * whole) ** 2).sum(axis=1) / square))
    return steady, off


def _floor(starts: NDArray[np.intp], taken: Sequence[int]) -> NDArray[np.intp]:
    """The first frame of the shot that each frame is in."""
    marks = np.array([0, *sorted(taken)], dtype=np.intp)
    return marks[np.searchsorted(marks, starts, side="right") - 1]


def _ceiling(ends: NDArray[np.intp], taken: Sequence[int], last: int) -> NDArray[np.intp]:
    """The last frame of the shot that each frame is in."""
    marks = np.array([*sorted(t - 1 for t in taken), last], dtype=np.intp)
    return marks[np.minimum(np.searchsorted(marks, ends), len(marks) - 1)]


def _rms(values: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = np.sqrt((values**2).mean(axis=1))
    return result


# Fades


def _fades(pictures: Grids, fps: float) -> tuple[list[Boundary], NDArray[np.bool_]]:
    """Fades, and the frames that belong to one, at which no other boundary can be."""
    texture = pictures[..., 0].std(axis=(1, 2))
    blocked = np.zeros(len(pictures), np.bool_)
    found = []
    for first, end in _runs(texture < EVEN):
        before, after = _slope(texture, first - 1, -1), _slope(texture, end, 1)
        if max(before, after) < SLOW or _flashed(pictures, first - before, end + after, fps):
            continue
        blocked[max(0, first - before if before >= SLOW else first + 1) : end + (after if after >= SLOW else 0) + 1] = (
            True
        )
        if first - before > 0 and end < len(pictures):
            found.append(Boundary(end, ShotStart.FADE))
    return found, blocked


def _flashed(pictures: Grids, first: int, end: int, fps: float) -> bool:
    """Whether an even run was a flash: short, and the same picture on both sides."""
    if first < 1 or end >= len(pictures) or end - first > 2 * FLASH_S * fps:
        return False
    return _same_texture(pictures[first - 1], pictures[end])


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _slope(texture: NDArray[np.float32], at: int, step: int) -> int:
    """For how many frames the texture rises steadily, going away from an even run."""
    count, level = 0, EVEN / 1.02
    while 0 <= at < len(texture) and texture[at] > level * 1.01:
        if texture[at] > 3 * level + 6:  # a jump: the picture was there at once
            break
        count, level, at = count + 1, float(texture[at]), at + step
    return count
