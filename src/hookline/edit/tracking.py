"""Faces linked from find to find, drawn evenly between, and their mouths measured on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hookline.engines.faces import overlap
from hookline.media.pictures import Picture
from hookline.model.face import Face, FaceTrack
from hookline.model.shot import Shot

SAME = 0.25  # overlap of two finds of one face, or else
NEAR = 0.7  # at most so many of its widths apart, and
ALIKE = 1.7  # at most so many times as wide
LOST_PICTURES_S = 1.2  # a face not found for longer is gone
SHORTEST_FINDS = 2  # a face found less often is none, unless its shot is as short
_PATCH = (20, 32)  # rows and columns of samples


class Mouths:
    """How much mouths move, from the full pictures' luma."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)

    def moved(self, before: NDArray[np.generic], now: NDArray[np.generic], face: Face) -> float:
        """How much more of the mouth than of the face above it changed between two pictures, against its contrast."""
        mouth, above = _parts(face)
        return max(0.0, self._change(before, now, mouth) - self._change(before, now, above))

    def _change(
        self, before: NDArray[np.generic], now: NDArray[np.generic], box: tuple[float, float, float, float]
    ) -> float:
        rows = _places(box[1], box[3], now.shape[0] / self._size[1], now.shape[0], _PATCH[0])
        columns = _places(box[0], box[2], now.shape[1] / self._size[0], now.shape[1], _PATCH[1])
        one, two = (p[rows][:, columns].astype(np.float32) for p in (before, now))
        one, two = (p.reshape(_PATCH[0], 2, _PATCH[1], 2).mean(axis=(1, 3)) for p in (one, two))
        change = np.abs((one - one.mean()) - (two - two.mean())).mean()
        return float(change / (two.std() + 0.02 * _full(now)))


def _full(luma: NDArray[np.generic]) -> float:
    return 1023.0 if luma.dtype == np.uint16 else 255.0


def _places(start: float, length: float, scale: float, most: int, count: int) -> NDArray[np.intp]:
    places = (start + (np.arange(2 * count) + 0.5) / (2 * count) * length) * scale
    return places.astype(np.intp).clip(0, most - 1)


def _parts(face: Face) -> tuple[tuple[float, float, float, float], tuple[float, float, float, float]]:
    """Boxes (left, top, width, height) of the mouth with the chin, and of the eyes and cheeks."""
    x, y = face.mouth or (face.left + face.width / 2, face.top + 0.78 * face.height)
    width, height = 0.5 * face.width, 0.3 * face.height
    mouth = (x - width / 2, y - 0.42 * height, width, height)
    above = (face.left + 0.2 * face.width, face.top + 0.22 * face.height, 0.6 * face.width, 0.33 * face.height)
    return mouth, above


@dataclass(slots=True)
class _Track:
    finds: list[tuple[int, Face]]
    mouths: dict[int, float] = field(default_factory=dict)  # by picture
    seen_ms: int = 0

    @property
    def last(self) -> Face:
        return self.finds[-1][1]


class Tracker:
    """Links finds into tracks."""

    def __init__(self, mouths: Mouths) -> None:
        self._mouths = mouths
        self._open: list[_Track] = []
        self._closed: list[_Track] = []

    def found(self, faces: Sequence[Face], held: Sequence[Picture], *, jumped: bool) -> None:
        """Take the faces of the last held picture; the first held one is the last that was looked at."""
        now = held[-1]
        matches = {} if jumped else _matches([track.last for track in self._open], faces)
        lumas = [picture.luma() for picture in held] if self._open or faces else []
        for number, track in enumerate(self._open):
            match = matches.get(number)
            after = faces[match] if match is not None else None
            self._measure(track, after, held, lumas, jumped=jumped)
            if after is not None:
                track.finds.append((now.number, after))
                track.seen_ms = now.at_ms
        taken = set(matches.values())
        kept = [t for t in self._open if not jumped and now.at_ms - t.seen_ms <= LOST_PICTURES_S * 1000]
        self._closed += [track for track in self._open if track not in kept]
        self._open = kept + [
            _Track([(now.number, face)], seen_ms=now.at_ms) for i, face in enumerate(faces) if i not in taken
        ]

    def finish(self, held: Sequence[Picture]) -> None:
        """No more pictures come."""
        lumas = [picture.luma() for picture in held] if self._open else []
        for track in self._open:
            self._measure(track, None, held, lumas, jumped=False)
            if len(held) > 1 and track.finds[-1][0] == held[0].number:
                track.finds.append((held[-1].number, _unsure(track.last)))
        self._closed += self._open
        self._open = []

    def _measure(
        self,
        track: _Track,
        after: Face | None,
        held: Sequence[Picture],
        lumas: Sequence[NDArray[np.generic]],
        *,
        jumped: bool,
    ) -> None:
        """The mouth in each held picture; where the picture jumped the face stood until the one before."""
        end = len(held) - 1 if jumped else len(held)
        for step in range(1, end):
            face = track.last if after is None else between(track.last, after, step / (len(held) - 1))
            track.mouths[held[step].number] = self._mouths.moved(lumas[step - 1], lumas[step], face)
        if jumped and end > 1:
            track.finds.append((held[end - 1].number, _unsure(track.last)))

    def through(self, shots: Sequence[Shot]) -> list[tuple[FaceTrack, tuple[float, ...]]]:
        """The tracks shot by shot, with the mouths' motion by picture."""
        made = [piece for track in self._closed for piece in _pieces(track, shots)]
        return sorted(made, key=lambda one: (one[0].first_frame, one[0].faces[0].left))


def _unsure(face: Face) -> Face:
    return Face(face.left, face.top, face.width, face.height, 0.0, face.eyes, face.mouth)


def _matches(known: Sequence[Face], found: Sequence[Face]) -> dict[int, int]:
    """Which find continues which track, the likeliest pairs first."""
    pairs = sorted(
        ((_likeness(a, b), i, j) for i, a in enumerate(known) for j, b in enumerate(found)),
        reverse=True,
    )
    matched: dict[int, int] = {}
    for likeness, i, j in pairs:
        if likeness > 0 and i not in matched and j not in matched.values():
            matched[i] = j
    return matched


def _likeness(a: Face, b: Face) -> float:
    """Above 0 when both can be one face a moment later."""
    shared = overlap(a, b)
    if shared >= SAME:
        return 1 + shared
    size = max(a.width, b.width) / min(a.width, b.width)
    apart = np.hypot(a.left + a.width / 2 - b.left - b.width / 2, a.top + a.height / 2 - b.top - b.height / 2) / max(
        a.width, b.width
    )
    return float(1 - apart) if apart <= NEAR and size <= ALIKE else 0.0


def between(a: Face, b: Face, part: float) -> Face:
    """A face on the way from one find to the next; its score is 0."""

    def mix(one: float, two: float) -> float:
        return round(one + part * (two - one), 1)

    def point(one: tuple[float, float], two: tuple[float, float]) -> tuple[float, float]:
        return mix(one[0], two[0]), mix(one[1], two[1])

    eyes = (point(a.eyes[0], b.eyes[0]), point(a.eyes[1], b.eyes[1])) if a.eyes and b.eyes else None
    mouth = point(a.mouth, b.mouth) if a.mouth and b.mouth else None
    return Face(
        mix(a.left, b.left), mix(a.top, b.top), mix(a.width, b.width), mix(a.height, b.height), 0.0, eyes, mouth
    )


def _pieces(track: _Track, shots: Sequence[Shot]) -> Iterator[tuple[FaceTrack, tuple[float, ...]]]:
    for number, shot in enumerate(shots):
        finds = [(at, face) for at, face in track.finds if shot.first_frame <= at < shot.end_frame]
        sure = sum(face.score > 0 for _, face in finds)
        short = shot.end_frame - shot.first_frame <= SHORTEST_FINDS * 5
        if not sure or (sure < SHORTEST_FINDS and not short):
            continue
        faces = _drawn(finds)
        mouths = [round(track.mouths.get(finds[0][0] + step, 0.0), 4) for step in range(len(faces))]
        yield FaceTrack(number, finds[0][0], tuple(faces)), tuple(mouths)


def _drawn(finds: Sequence[tuple[int, Face]]) -> list[Face]:
    """A face for each picture from the first find to the last."""
    faces = [finds[0][1]]
    for (start, a), (end, b) in pairwise(finds):
        faces += [between(a, b, step / (end - start)) for step in range(1, end - start)]
        faces.append(b)
    return faces
