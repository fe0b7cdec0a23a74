"""The best pictures of a cut to show for it: sharp, well exposed, no blend of two, a large face with open eyes.

Two looks.  The first takes the key frames alone and, where faces are given, the moments of the largest ones: cheap, and
enough for a shortlist.  The second decodes a few pictures around each of those and scores them all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.camera import crop_at
from hookline.media.probe import opened, video_stream
from hookline.media.stills import still
from hookline.model.cut import Clip, Crop, Cut, Fill
from hookline.model.errors import Unreadable
from hookline.model.face import Face, FaceTrack, Point

APART_MS = 2_000  # two thumbnails
SHORTLIST = 4  # moments looked at again for each picture asked for
AROUND_MS = 240  # what is decoded around such a moment
EDGE_MS = 300  # from the start, the end and a join, where pictures may still blend
NEAR_FACE_MS = 120  # a face tells of pictures as near as this
OPEN = 0.06  # from what ``eyes_open`` says an eye is open (bench/README.md, eyes)
_SHUT, _WIDE = 0.045, 0.075  # nearly surely closed, nearly surely open
_EYE = (12, 16)  # rows and columns of samples of an eye
_FINE = 3  # samples a sample is the mean of, both ways
_MIDDLE = 118.0  # luma of a well exposed picture
_BLENDS = 12.0  # grey levels that a still scene's pictures don't change by from one to the next

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of a cut as JPEG, when it is shown, and why it was chosen."""

    at_ms: int
    jpeg: bytes = field(repr=False)
    why: str


@dataclass(frozen=True, slots=True)
class Tracked:
    """Faces of a source: when each of its pictures is shown, and the tracks through them."""

    times_ms: Sequence[int]
    tracks: Sequence[FaceTrack]


@dataclass(frozen=True, slots=True, order=True)
class _Look:
    score: float
    at_ms: int
    why: str = field(compare=False)


def thumbnails(
    path: Path,
    *,
    count: int = 1,
    faces: Sequence[tuple[int, Face]] = (),
    joins_ms: Sequence[int] = (),
    width: int = 1080,
) -> tuple[Thumbnail, ...]:
    """The best pictures of a finished cut, the best first, at least two seconds apart.

    Args:
        path: the delivered video.
        count: how many at most.
        faces: faces in the delivered picture, each with its time in the cut, as ``faces_in`` gives them.
        joins_ms: where the cut joins clips or shots; pictures near them are not taken while there are others.
        width: of the JPEG in pixels.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
    """
    ordered = sorted(faces, key=lambda entry: entry[0])
    with opened(path) as container:
        stream = video_stream(container, path)
        keys = list(_keys(container, stream))
        if not keys:
            raise Unreadable("no picture in it can be decoded", where=str(path), mend="copy or export it again")
        end_ms = _ms(stream.duration or 0, stream)
        avoided = (0, end_ms, *joins_ms)
        moments = _shortlist(keys, ordered, count * SHORTLIST, avoided)
        looks = [look for at_ms in moments for look in _looked(container, stream, at_ms, ordered, avoided)]
    best = _apart(sorted(looks, reverse=True), count)
    return tuple(Thumbnail(one.at_ms, still(path, at_ms=one.at_ms, width=width), one.why) for one in best)


def faces_in(cut: Cut, sources: Mapping[str, Tracked], *, size: tuple[int, int]) -> tuple[tuple[int, Face], ...]:
    """Faces found in sources as a cut of some size shows them, wholly in the picture, with their times in the cut."""
    found: list[tuple[int, Face]] = []
    begins = 0
    for clip in cut.clips:
        if clip.source in sources:
            found += _faces_of(clip, sources[clip.source], begins, size)
        begins += clip.span.duration_ms
    return tuple(sorted(found, key=lambda entry: entry[0]))


def _faces_of(clip: Clip, source: Tracked, begins: int, size: tuple[int, int]) -> Iterator[tuple[int, Face]]:
    starts = [framing.span.start_ms for framing in clip.framings]
    for track in source.tracks:
        for number, face in enumerate(track.faces, start=track.first_frame):
            at_ms = source.times_ms[number]
            if face.score <= 0 or not clip.span.contains(at_ms) or not starts:
                continue
            framing = clip.framings[max(0, bisect_right(starts, at_ms) - 1)]
            if framing.fill is Fill.CROP and (shown := _shown(face, crop_at(framing, at_ms), size)):
                yield begins + at_ms - clip.span.start_ms, shown


def _shown(face: Face, crop: Crop, size: tuple[int, int]) -> Face | None:
    """A face as a crop shows it; None where it is cut off."""
    factor = size[0] / crop.width
    left, top = (face.left - crop.left) * factor, (face.top - crop.top) * factor
    width, height = face.width * factor, face.height * factor
    if left < 0 or top < 0 or left + width > size[0] or top + height > size[1]:
        return None

    def moved(point: Point) -> Point:
        return (point[0] - crop.left) * factor, (point[1] - crop.top) * factor

    eyes = (moved(face.eyes[0]), moved(face.eyes[1])) if face.eyes else None
    mouth = moved(face.mouth) if face.mouth else None
    return replace(face, left=left, top=top, width=width, height=height, eyes=eyes, mouth=mouth)


# Looking


def _keys(container: Any, stream: Any) -> Iterator[_Look]:
    """The key frames, scored for themselves."""
    context = stream.codec_context
    context.skip_frame = "NONKEY"
    for frame in container.decode(stream):
        luma = _luma(frame)
        yield _Look(_sharp(luma) * _exposed(luma), _ms(frame.pts - (stream.start_time or 0), stream), "")
    context.skip_frame = "DEFAULT"


def _shortlist(
    keys: Sequence[_Look], faces: Sequence[tuple[int, Face]], count: int, avoided: Sequence[int]
) -> list[int]:
    """Moments worth a second look, in order of time."""
    by_face = [_Look(face.width * face.height * face.score, at_ms, "") for at_ms, face in faces]
    # a key frame often begins a shot: what follows shortly is clear of the cut
    by_key = [replace(key, at_ms=key.at_ms + EDGE_MS + AROUND_MS // 2) for key in keys]
    chosen: list[_Look] = []
    for looks in (by_face, by_key):
        clear = [look for look in looks if _is_clear(look.at_ms, avoided)]
        for look in sorted(clear or looks, reverse=True):
            if len(chosen) < count and all(abs(look.at_ms - one.at_ms) >= APART_MS // 2 for one in chosen):
                chosen.append(look)
    return sorted(look.at_ms for look in chosen)


def _is_clear(at_ms: int, avoided: Sequence[int]) -> bool:
    return all(abs(at_ms - other) >= EDGE_MS for other in avoided)


def _looked(
    container: Any, stream: Any, at_ms: int, faces: Sequence[tuple[int, Face]], avoided: Sequence[int]
) -> list[_Look]:
    """The pictures around a moment, scored; a picture that differs much from a neighbour is a blend or a blur."""
    found = [(shown_ms, _luma(frame)) for shown_ms, frame in _around(container, stream, at_ms)]
    looks = []
    for number, (shown_ms, luma) in enumerate(found):
        beside = [found[other][1] for other in (number - 1, number + 1) if 0 <= other < len(found)]
        changes = max((float(np.abs(luma - other)[::4, ::4].mean()) for other in beside), default=0.0)
        steady = 1 / (1 + (changes / _BLENDS) ** 2) * (1.0 if _is_clear(shown_ms, avoided) else 0.3)
        near = [face for face_ms, face in _between(faces, shown_ms - NEAR_FACE_MS, shown_ms + NEAR_FACE_MS)]
        looks.append(_scored(shown_ms, luma, steady, near))
    return looks


def _between(faces: Sequence[tuple[int, Face]], low: int, high: int) -> Sequence[tuple[int, Face]]:
    return faces[
        bisect_left(faces, low, key=lambda entry: entry[0]) : bisect_right(faces, high, key=lambda entry: entry[0])
    ]


def _scored(at_ms: int, luma: Grey, steady: float, faces: Sequence[Face]) -> _Look:
    score = _sharp(luma) * _exposed(luma) * steady
    why = ["sharp", "well exposed"]
    if faces:
        face = max(faces, key=lambda one: one.width * one.height)
        area = face.width * face.height / luma.size
        score *= 1 + 6 * min(area, 0.15) / 0.15
        why.insert(0, "a large face" if area > 0.05 else "a face")
        if face.eyes is not None:
            measured = eyes_open(luma, face)
            score *= 0.1 + 0.9 * min(1.0, max(0.0, (measured - _SHUT) / (_WIDE - _SHUT)))
            if measured >= OPEN:
                why.insert(1, "open eyes")
    return _Look(score, at_ms, ", ".join(why))


def _around(container: Any, stream: Any, at_ms: int) -> Iterator[tuple[int, Any]]:
    start = stream.start_time or 0
    container.seek(start + max(0, int(Fraction(at_ms - AROUND_MS, 1000) / stream.time_base)), stream=stream)
    stream.codec_context.flush_buffers()
    for frame in container.decode(stream):
        shown_ms = _ms(frame.pts - start, stream)
        if shown_ms > at_ms + AROUND_MS:
            return
        if shown_ms >= at_ms - AROUND_MS:
            yield shown_ms, frame


def _apart(looks: Sequence[_Look], count: int) -> list[_Look]:
    chosen: list[_Look] = []
    for look in looks:
        if len(chosen) < count and all(abs(look.at_ms - one.at_ms) >= APART_MS for one in chosen):
            chosen.append(look)
    return chosen


# Measures


def eyes_open(luma: Grey, face: Face) -> float:
    """How much stands upright in the less open of a face's eyes: about 0.05 in a closed one, 0.1 in an open one.

    An open eye has edges from left to right (white, iris, white); a closed one is a line of lashes, whose edges run up
    and down alone.  Each eye is looked at along the line through both, in a box as wide and as high as half of their
    distance, at ``_EYE`` samples.  What is given is the mean difference between neighbours in the quarter of its rows
    that differ most, against the eye's mean brightness.  Rows make it bear eyes that stand a little higher or lower.
    """
    assert face.eyes is not None
    return min(_upright_edges(_eye(luma, face.eyes, eye)) for eye in face.eyes)


def _eye(luma: Grey, eyes: tuple[Point, Point], eye: Point) -> Grey:
    """An eye along the line through both, as ``_EYE`` samples."""
    across, down = (eyes[1][0] - eyes[0][0]) / 2, (eyes[1][1] - eyes[0][1]) / 2  # the box's sides
    rows, columns = (_EYE[0] * _FINE, _EYE[1] * _FINE)
    u = ((np.arange(columns) + 0.5) / columns - 0.5)[None, :]
    v = ((np.arange(rows) + 0.5) / rows - 0.5)[:, None]
    x = np.rint(eye[0] + u * across - v * down).astype(np.intp).clip(0, luma.shape[1] - 1)
    y = np.rint(eye[1] + u * down + v * across).astype(np.intp).clip(0, luma.shape[0] - 1)
    seen: Grey = luma[y, x].reshape(_EYE[0], _FINE, _EYE[1], _FINE).mean(axis=(1, 3))
    return seen


def _upright_edges(eye: Grey) -> float:
    rows = np.sort(np.abs(np.diff(eye, axis=1)).mean(axis=1))
    return float(rows[-len(rows) // 4 :].mean() / (eye.mean() + 1))


def _luma(frame: Any) -> Grey:
    plane = frame.planes[0]
    pixels = np.frombuffer(plane, np.uint8)[: plane.height * plane.line_size].reshape(plane.height, plane.line_size)
    return pixels[:, : plane.width].astype(np.float32)


def _sharp(luma: Grey) -> float:
    """The logarithm of the variance of the Laplacian at half the size."""
    small = luma[::2, ::2]
    edges = 4 * small[1:-1, 1:-1] - small[:-2, 1:-1] - small[2:, 1:-1] - small[1:-1, :-2] - small[1:-1, 2:]
    return float(np.log1p(edges.var()))


def _exposed(luma: Grey) -> float:
    """From 0 to 1: neither dark nor bright, with contrast."""
    middle = 1 - abs(float(luma.mean()) - _MIDDLE) / _MIDDLE
    return max(0.0, middle) * min(1.0, float(luma.std()) / 40)


def _ms(stamp: int, stream: Any) -> int:
    return round(float(stamp * stream.time_base) * 1000)
