"""A source watched once for editing: shots, faces through each shot, mouths, motion, black bars, the voice.

One decode.  Of every picture the shot finder keeps its grid; as often as the finder of faces asks (and where the
picture jumps) faces are looked for in a small copy, and between two finds a face is drawn evenly from one to the
other.  The pictures between two finds are held until then, so that each mouth is measured in the full picture where
it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.edit.burnt import BurntText, TextFinder
from hookline.edit.tracking import Mouths, Tracker
from hookline.engines.faces import FaceFinder
from hookline.media.loudness import loudness_by_second
from hookline.media.pictures import Picture, Source, looking
from hookline.media.shots import ChangeFinder, Watched, grid_of, shots_in
from hookline.media.voice import Voice, voice_of
from hookline.model.face import Face, FaceTrack
from hookline.model.progress import Progress, silent
from hookline.model.shot import Footage, Shot

EYES_MS = 200  # how often what draws the eye is looked for
SMALL_PIXELS = 384 * 216  # of the copy in which faces are looked for
JUMP = 12.0  # grey levels between two pictures' grids that call for a look at once


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the upright source, in its pixels."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Interest:
    """What draws the eye at a moment: the middle of what moves and stands out, in pixels."""

    at_ms: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen and heard in a source.  Everything is in pixels of the upright picture with square pixels."""

    footage: Footage
    width: int
    height: int
    times_ms: tuple[int, ...]  # when each picture is shown
    areas: tuple[Area, ...]  # by shot, the picture without black bars
    tracks: tuple[FaceTrack, ...]
    mouths: tuple[tuple[float, ...], ...]  # by track and picture, how much more the mouth moves than the face
    interest: tuple[Interest, ...]
    voice: Voice | None
    finder: str  # which finder of faces, and its version
    remarks: tuple[str, ...]  # what is odd about the source, and what was done about it
    texts: tuple[BurntText, ...] = ()  # that are burnt in


def see(path: Path, *, finder: FaceFinder, threads: int = 1, progress: Progress = silent) -> Seen:
    """Watch a source once.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        BadInput: it can't be edited, and why.
        MissingExtra: PyAV or the finder's library is not installed.
    """
    with looking(path, threads=threads) as (source, pictures):
        watcher = _Watcher(source, finder)
        for picture in pictures:
            watcher.look(picture)
            if picture.number % 250 == 0:
                progress("watching", picture.number, 0)
        seen = watcher.seen()
    loudness = loudness_by_second(path)
    seconds = -(-seen.footage.duration_ms // 1000)
    footage = replace(seen.footage, loudness_lufs=None if loudness is None else loudness[:seconds])
    return replace(seen, footage=footage, voice=voice_of(path))


class _Watcher:
    """Takes one picture after the other; holds those since the last look for faces."""

    def __init__(self, source: Source, finder: FaceFinder) -> None:
        self._source, self._finder = source, finder
        shrink = min(1.0, (SMALL_PIXELS / (source.width * source.height)) ** 0.5)
        self._small = tuple(max(2, round(side * shrink / 2) * 2) for side in (source.width, source.height))
        self._changes = ChangeFinder(float(source.fps))
        self._last: NDArray[np.uint8] | None = None  # the last picture's grid
        self._eyed: tuple[int, NDArray[np.float32]] | None = None  # when and what was last looked at for interest
        self._interest: list[Interest] = []
        self._times: list[int] = []
        self._held: list[Picture] = []
        self._looked_ms = -finder.every_ms
        self._tracker = Tracker(Mouths(source.width, source.height))
        self._texts = TextFinder(source.width, source.height)
        self._edges: list[tuple[int, NDArray[np.uint8], NDArray[np.uint8]]] = []

    def look(self, picture: Picture) -> None:
        grid = grid_of(picture.frame)
        jumped = self._last is not None and _difference(grid, self._last) >= JUMP
        self._last = grid
        self._changes.take(grid)
        self._note_interest(grid, picture.at_ms, jumped=jumped)
        if self._texts.due(picture.at_ms, jumped=jumped):
            self._texts.look(picture.luma(), picture.at_ms, jumped=jumped)
        self._times.append(picture.at_ms)
        self._held.append(picture)
        if jumped or picture.at_ms - self._looked_ms >= self._finder.every_ms:
            self._find(picture, jumped=jumped)

    def _note_interest(self, grid: NDArray[np.uint8], at_ms: int, *, jumped: bool) -> None:
        if self._eyed is not None and not jumped and at_ms - self._eyed[0] < EYES_MS:
            return
        now = np.rot90(grid, -self._source.turn // 90).astype(np.float32)
        before = now if self._eyed is None or jumped else self._eyed[1]
        x, y = _middle(now, before)
        self._interest.append(Interest(at_ms, round(x * self._source.width, 1), round(y * self._source.height, 1)))
        self._eyed = (at_ms, now)

    def _find(self, picture: Picture, *, jumped: bool) -> None:
        small = picture.small(*self._small)
        scale = (self._source.width / self._small[0], self._source.height / self._small[1])
        faces = [_scaled(face, scale) for face in self._finder.find(small)]
        self._tracker.found(faces, self._held, jumped=jumped)
        self._held = [picture]  # the next mouth is compared with this one
        self._looked_ms = picture.at_ms
        bright = small.max(axis=2)
        self._edges.append((picture.number, _bright(bright, 1), _bright(bright, 0)))

    def seen(self) -> Seen:
        source = self._source
        self._tracker.finish(self._held)
        rate = source.fps
        end_ms = self._times[-1] + max(1, round(1000 / rate))
        fps = (rate.numerator, rate.denominator)
        shots = shots_in(Watched(self._changes.changes(), np.array(self._times), end_ms, fps))
        tracks = self._tracker.through(shots)
        return Seen(
            footage=Footage(end_ms, fps, shots),
            width=source.width,
            height=source.height,
            times_ms=tuple(self._times),
            areas=_areas(shots, self._edges, self._small, (source.width, source.height)),
            tracks=tuple(track for track, _ in tracks),
            mouths=tuple(mouth for _, mouth in tracks),
            interest=tuple(self._interest),
            voice=None,
            finder=f"{self._finder.name} {self._finder.version}",
            remarks=source.remarks,
            texts=self._texts.texts(end_ms),
        )


def _difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return float(np.abs(a.astype(np.int16) - b).mean())


def _scaled(face: Face, scale: tuple[float, float]) -> Face:
    """A face of the small copy in the source's pixels, to a tenth of one."""
    x, y = scale

    def point(at: tuple[float, float]) -> tuple[float, float]:
        return round(at[0] * x, 1), round(at[1] * y, 1)

    left, top = point((face.left, face.top))
    width, height = point((face.width, face.height))
    eyes = None if face.eyes is None else (point(face.eyes[0]), point(face.eyes[1]))
    mouth = None if face.mouth is None else point(face.mouth)
    return Face(left, top, width, height, round(face.score, 3), eyes, mouth)


# Black bars

_BLACK = 26  # grey levels; video's black with its noise
_MOST_BAR = 0.42  # of a side; more is a dark picture


def _bright(grey: NDArray[np.uint8], axis: int) -> NDArray[np.uint8]:
    """How bright each row (axis 1) or column (axis 0) gets, a few specks apart."""
    place = max(1, grey.shape[axis] // 50)
    line: NDArray[np.uint8] = np.partition(grey, -place, axis=axis).take(-place, axis=axis)
    return line


def _areas(
    shots: Sequence[Shot],
    edges: Sequence[tuple[int, NDArray[np.uint8], NDArray[np.uint8]]],
    small: Sequence[int],
    size: tuple[int, int],
) -> tuple[Area, ...]:
    """The picture without black bars, by shot; a shot too dark to tell takes the whole film's."""
    film = _area(edges, small, size) or Area(0, 0, *size)
    areas = []
    for shot in shots:
        mine = [one for one in edges if shot.first_frame < one[0] < shot.end_frame - 1]
        areas.append(_area(mine, small, size) or film)
    return tuple(areas)


def _area(edges: Sequence[Any], small: Sequence[int], size: tuple[int, int]) -> Area | None:
    if not edges:
        return None
    rows, columns = np.max([e[1] for e in edges], axis=0), np.max([e[2] for e in edges], axis=0)
    if min(np.median(rows), np.median(columns)) < 2 * _BLACK:
        return None
    top, bottom = _inside(rows)
    left, right = _inside(columns)
    x, y = size[0] / small[0], size[1] / small[1]
    return Area(left * x, top * y, (right - left) * x, (bottom - top) * y)


def _inside(line: NDArray[np.uint8]) -> tuple[int, int]:
    """From where to where a side is no bar; a line more is taken off a bar, for its soft edge."""
    lit = np.flatnonzero(line > _BLACK)
    first, end = int(lit[0]), int(lit[-1]) + 1
    most = _MOST_BAR * len(line)
    first = first + 1 if 1 < first <= most else 0
    end = end - 1 if 1 < len(line) - end <= most else len(line)
    return first, end


# What draws the eye where nobody's face is


def _middle(now: NDArray[np.float32], before: NDArray[np.float32]) -> tuple[float, float]:
    """The middle of what moves and stands out, as shares of width and height.

    What moves counts by its change beyond the picture's median change (a moving camera); what stands out by how
    far its colour is from the picture's mean (Achanta et al. 2009).  Both fall off towards the edges.
    """
    change = np.abs(now - before).sum(axis=2)
    moves = np.maximum(change - np.median(change) - 2, 0)
    stands = np.sqrt(((now - now.mean(axis=(0, 1))) ** 2).sum(axis=2))
    weight = moves / (moves.sum() + 50) * 3 + stands / (stands.sum() + 50)
    rows, columns = weight.shape
    y, x = (np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns
    weight = weight**2 * np.exp(-((y - 0.5) ** 2)[:, None] * 4 - ((x - 0.5) ** 2)[None, :] * 4)
    total = float(weight.sum())
    if total <= 0:
        return 0.5, 0.5
    return float((weight.sum(axis=0) * x).sum() / total), float((weight.sum(axis=1) * y).sum() / total)
