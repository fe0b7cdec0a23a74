"""What the camera follows: a source framed for a platform.

Shot by shot.  The faces of a shot become people; people who fit into the frame together are shown together; of
others the one who speaks is shown, with a cut to the other where the turn changes, or both one above the other
where turns are too short for cuts.  Within a view the camera stands still as long as the face stays in the frame, and
moves smoothly where it can't (``edit/path.py``).  Where there is no face it looks at a chosen place, or at what moves;
a face that fits in no frame of that shape is shown whole over a blurred picture of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hookline.edit.burnt import standing
from hookline.edit.path import camera_path
from hookline.edit.people import Person, leads, people_of
from hookline.edit.speakers import Turn, speaking
from hookline.edit.watching import Area, Seen
from hookline.model.cut import Crop, Fill, Framing
from hookline.model.face import Face
from hookline.model.platform import Platform
from hookline.model.shot import Shot
from hookline.model.span import Span

SAME_SHAPE = 0.01
AROUND = 0.06  # of a face's width, that it needs of room to each side
OVER = 0.15  # of a face's height, for the hair above it
APART = 0.20  # of a face's width, that people shown together need of room to each side
EYE_LINE = 0.40  # of the safe area's height, where eyes stand best
NEARER = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)  # of the largest frame: the camera goes no nearer than the last
TOGETHER = 0.97  # share of the pictures in which people must fit together
MIN_VIEW_S = 0.8  # no switch sooner after the last, or after a cut
BUSY_S = 2.2  # turns shorter than that, three and more in a row, are shown in a split screen
TEXTLESS = 0.72  # of the picture's height, that must be left without the rows that text stands in
EMPTY_ROOM = 0.3  # of the frame, in which what moves may wander before the camera follows

Place = tuple[float, float]  # as shares of the picture's width and height


@dataclass(frozen=True, slots=True)
class _View:
    """Some pictures of a shot seen in one way; no person: the whole picture or a chosen place."""

    first: int
    end: int
    fill: Fill
    people: tuple[Person, ...] = ()


def frame(
    seen: Seen,
    *,
    platform: Platform,
    centre: Place | None = None,
    turns: Sequence[Turn] = (),
    empty: Fill = Fill.CROP,
    captioned: bool = False,
) -> tuple[Framing, ...]:
    """How a whole source is seen on a platform; the framings touch and cover it.

    Args:
        seen: a watched source; who speaks in it is taken from there, or found anew where turns are given.
        platform: its size and safe area.
        centre: where to look when there is no face, as shares of width and height; None: at what moves.
        turns: of a script or subtitles.
        empty: ``Fill.BLUR`` shows pictures without a face whole.
        captioned: captions will say what is said: text of the source's own may be left out where it can't be whole.
    """
    if turns:
        seen = speaking(seen, seen.voice, turns)
    made = [
        framing
        for number, shot in enumerate(seen.footage.shots)
        for framing in _Shot(seen, number, shot, platform, captioned).framings(centre, empty)
    ]
    return tuple(made)


class _Shot:
    """One shot on its way to framings."""

    def __init__(self, seen: Seen, number: int, shot: Shot, platform: Platform, captioned: bool) -> None:
        self.seen, self.number, self.shot, self.platform = seen, number, shot, platform
        self.area = seen.areas[number]
        self.fps = seen.footage.fps[0] / seen.footage.fps[1]
        self.shape = platform.width / platform.height
        self.people = people_of(seen, number)
        if captioned and not self._as_it_is():
            self.area = self._without_text()

    def _without_text(self) -> Area:
        """The picture without the rows that text of the source's own stands in, where little is lost by it.

        A frame of another shape would cut such text in two.
        """
        top, bottom = self.area.top, self.area.top + self.area.height
        middle = (top + bottom) / 2
        for text in standing(self.seen.texts, self.shot.span):
            if text.top > middle:
                bottom = min(bottom, text.top)
            elif text.top + text.height < middle:
                top = max(top, text.top + text.height)
        height = bottom - top
        whole = replace(self.area, top=top, height=height)
        if height == self.area.height or height < TEXTLESS * self.area.height or not self._holds(whole):
            return self.area
        return whole

    def _holds(self, area: Area) -> bool:
        """Whether the faces of the shot lie in an area nearly always."""
        held = []
        for at in range(self.shot.first_frame, self.shot.end_frame, 5):
            for face in (face for one in self.people if (face := one.at(at))):
                held.append(face.top >= area.top and face.top + face.height <= area.top + area.height)
        return not held or bool(np.mean(held) >= TOGETHER)

    def framings(self, centre: Place | None, empty: Fill) -> Iterator[Framing]:
        if self._as_it_is():
            yield self._still(_View(self.shot.first_frame, self.shot.end_frame, Fill.CROP), self.area)
            return
        for view in self._views(empty):
            if view.fill is Fill.BLUR:
                yield self._still(view, self.area)
            elif not any(one.at(at) for one in view.people for at in range(view.first, view.end)):
                yield self._empty(view, centre)
            elif view.fill is Fill.SPLIT:
                upper, lower = (self._crops(view, (one,), self.shape * 2) for one in view.people)
                yield Framing(self._span(view), Fill.SPLIT, upper, lower)
            else:
                yield Framing(self._span(view), Fill.CROP, self._crops(view, view.people, self.shape))

    def _as_it_is(self) -> bool:
        return abs(self.area.width / self.area.height / self.shape - 1) <= SAME_SHAPE

    # Views

    def _views(self, empty: Fill) -> Iterator[_View]:
        first, end = self.shot.first_frame, self.shot.end_frame
        if not self.people:
            yield _View(first, end, empty)
            return
        if self._fit(self.people, self.shape):
            yield _View(first, end, Fill.CROP, self.people)
            return
        least = round(MIN_VIEW_S * self.fps)
        runs = leads(self.people, first, end, least=least)
        if self._busy(runs):
            pair = self._pair(runs)
            if all(self._fit((one,), self.shape * 2) for one in pair):
                yield _View(first, end, Fill.SPLIT, pair)
                return
        for start, stop, who in runs:
            fits = self._fit((who,), self.shape)
            yield _View(start, stop, Fill.CROP if fits else Fill.BLUR, (who,))

    def _busy(self, runs: Sequence[tuple[int, int, Person]]) -> bool:
        pace = (self.shot.end_frame - self.shot.first_frame) / len(runs)
        return (
            len(runs) >= 3 and len({id(who) for _, _, who in runs}) == 2 and pace < BUSY_S * self.fps and self.shape < 1
        )

    @staticmethod
    def _pair(runs: Sequence[tuple[int, int, Person]]) -> tuple[Person, Person]:
        one = runs[0][2]
        two = next(who for _, _, who in runs if who is not one)
        return (one, two) if one.middle <= two.middle else (two, one)

    def _fit(self, people: Sequence[Person], shape: float) -> bool:
        """Whether people's faces fit together into the largest frame of a shape; one face needs no room around it."""
        room = APART if len(people) > 1 else 0.0
        width, height = _largest(self.area, shape)
        wide, high = [], []
        for at in range(self.shot.first_frame, self.shot.end_frame, 5):
            faces = [face for one in people if (face := one.at(at))]
            if faces:
                left, top, right, bottom = _bounds(faces, around=room, over=room)
                wide.append(right - left <= width)
                high.append(bottom - top <= height)
        return not wide or bool(min(np.mean(wide), np.mean(high)) >= TOGETHER)

    # Crops

    def _span(self, view: _View) -> Span:
        times = self.seen.times_ms
        start = self.shot.span.start_ms if view.first == self.shot.first_frame else times[view.first]
        end = self.shot.span.end_ms if view.end == self.shot.end_frame else times[view.end]
        return Span(start, end)

    def _still(self, view: _View, area: Area) -> Framing:
        span = self._span(view)
        return Framing(span, view.fill, (Crop(span.start_ms, area.left, area.top, area.width, area.height),))

    def _empty(self, view: _View, centre: Place | None) -> Framing:
        width, height = _largest(self.area, self.shape)
        if centre is not None:
            left = centre[0] * self.seen.width - width / 2
            top = centre[1] * self.seen.height - height / 2
            return self._still(view, _inside(Area(left, top, width, height), self.area))
        points = [one for one in self.seen.interest if self._span(view).contains(one.at_ms)]
        times = self.seen.times_ms[view.first : view.end]
        paths = []
        for axis, (side, start, whole) in enumerate(self._sides(width, height)):
            found = np.array([one.y if axis else one.x for one in points] or [start + whole / 2])
            at = np.interp(times, [one.at_ms for one in points] or [0], _calm(found)) - side / 2
            room = EMPTY_ROOM * side
            low, high = (np.clip(at + way, start, start + whole - side) for way in (-room, room))
            paths.append(camera_path(low, high, np.clip(at, start, start + whole - side), fps=self.fps, side=side))
        return Framing(self._span(view), Fill.CROP, _keys(times, paths, (width, height)))

    def _crops(self, view: _View, people: Sequence[Person], shape: float) -> tuple[Crop, ...]:
        size = self._size(view, people, shape)
        ranges = [self._ranges(people, at, size) for at in range(view.first, view.end)]
        table = np.array(ranges)  # (pictures, 6): low, high and ideal of left, then of top
        times = self.seen.times_ms[view.first : view.end]
        paths = [
            camera_path(*(table[:, 3 * axis + column] for column in range(3)), fps=self.fps, side=side)
            for axis, side in enumerate(size)
        ]
        return _keys(times, paths, size)

    def _size(self, view: _View, people: Sequence[Person], shape: float) -> tuple[float, float]:
        """The largest frame in which eyes come to stand in the safe area, or the largest of all."""
        whole = _largest(self.area, shape)
        pictures = range(view.first, view.end, 5)
        best, share = whole, -1.0
        for part in NEARER:
            size = (whole[0] * part, whole[1] * part)
            good = np.mean([self._eyes_safe(people, at, size) for at in pictures])
            if good > share + 0.05:
                best, share = size, float(good)
            if share >= TOGETHER:
                break
        return best

    def _eyes_safe(self, people: Sequence[Person], at: int, size: tuple[float, float]) -> bool:
        faces = [face for one in people if (face := one.at(at))]
        if not faces:
            return True
        return all(self._range(faces, axis, size)[3] for axis in (0, 1))

    def _ranges(self, people: Sequence[Person], at: int, size: tuple[float, float]) -> tuple[float, ...]:
        faces = [face for one in people if (face := one.at(at))]
        if not faces:
            return (np.nan,) * 6
        return (*self._range(faces, 0, size)[:3], *self._range(faces, 1, size)[:3])

    def _range(self, faces: Sequence[Face], axis: int, size: tuple[float, float]) -> tuple[float, float, float, bool]:
        """Where the frame's left (axis 0) or top may stand, where best, and whether eyes are safe there."""
        side, start, whole = self._sides(*size)[axis]
        limits = (start, start + whole - side)
        bounds = _bounds(faces)
        low, high = bounds[axis + 2] - side, bounds[axis]
        if low > high:  # too large for its room
            low = high = (low + high) / 2
        low, high = (min(max(value, limits[0]), limits[1]) for value in (low, high))
        eyes = [point[axis] for face in faces for point in _eyes(face)]
        safe = self._safe(axis)
        ideal = self._ideal(faces, eyes, axis, side)
        eye_low, eye_high = max(eyes) - safe[1] * side, min(eyes) - safe[0] * side
        both = (max(low, eye_low), min(high, eye_high))
        fine = both[0] <= both[1]
        if fine:
            low, high = both
        return low, high, min(max(ideal, low), high), fine

    def _ideal(self, faces: Sequence[Face], eyes: Sequence[float], axis: int, side: float) -> float:
        safe = self._safe(axis)
        if axis == 0:
            middle = (min(f.left for f in faces) + max(f.left + f.width for f in faces)) / 2
            return middle - 0.5 * side
        return float(np.mean(eyes)) - (safe[0] + EYE_LINE * (safe[1] - safe[0])) * side

    def _safe(self, axis: int) -> tuple[float, float]:
        """The safe area along one side, as shares of the frame."""
        box = self.platform.safe
        if axis == 0:
            return box.left / self.platform.width, box.right / self.platform.width
        return box.top / self.platform.height, box.bottom / self.platform.height

    def _sides(self, width: float, height: float) -> tuple[tuple[float, float, float], ...]:
        return (width, self.area.left, self.area.width), (height, self.area.top, self.area.height)


def _eyes(face: Face) -> tuple[Place, Place]:
    if face.eyes is not None:
        return face.eyes
    line = face.top + 0.36 * face.height
    return (face.left + 0.28 * face.width, line), (face.left + 0.72 * face.width, line)


def _bounds(faces: Sequence[Face], *, around: float = AROUND, over: float = OVER) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of faces with the room that they need."""
    return (
        min(face.left - around * face.width for face in faces),
        min(face.top - over * face.height for face in faces),
        max(face.left + (1 + around) * face.width for face in faces),
        max(face.top + (1 + around) * face.height for face in faces),
    )


def _largest(area: Area, shape: float) -> tuple[float, float]:
    width = min(area.width, area.height * shape)
    return width, width / shape


def _inside(crop: Area, area: Area) -> Area:
    left = min(max(crop.left, area.left), area.left + area.width - crop.width)
    top = min(max(crop.top, area.top), area.top + area.height - crop.height)
    return Area(left, top, crop.width, crop.height)


def _calm(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Running medians of five."""
    padded = np.pad(points, 2, mode="edge")
    return np.array([np.median(padded[i : i + 5]) for i in range(len(points))])


def _keys(times: Sequence[int], paths: Sequence[NDArray[np.float64]], size: tuple[float, float]) -> tuple[Crop, ...]:
    """The path as crops, without those that lie on the straight line between their neighbours."""
    left, top = paths
    bends = np.zeros(len(times), np.bool_)
    bends[0] = bends[-1] = True
    for path in paths:
        bends[1:-1] |= np.abs(np.diff(path, 2)) > 1e-3
    if np.ptp(left) < 0.01 and np.ptp(top) < 0.01:
        bends[1:] = False
    return tuple(
        Crop(times[i], round(float(left[i]), 2), round(float(top[i]), 2), round(size[0], 2), round(size[1], 2))
        for i in np.flatnonzero(bends).tolist()
    )
