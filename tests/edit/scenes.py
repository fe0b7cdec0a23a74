"""Watched scenes made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hookline.edit.watching import Area, Interest, Seen
from hookline.media.voice import Voice
from hookline.model.face import Face, FaceTrack
from hookline.model.platform import Box, Platform
from hookline.model.shot import Footage, Shot, ShotStart
from hookline.model.span import Span

Floats = NDArray[np.float64]
STEP_MS = 40


def face(left: float, top: float = 250.0, width: float = 150.0) -> Face:
    eyes = ((left + 0.3 * width, top + 0.45 * width), (left + 0.7 * width, top + 0.45 * width))
    return Face(left, top, width, 1.3 * width, 0.9, eyes, (left + width / 2, top + width))


def scene(
    people: Sequence[tuple[float | Floats, Floats]],
    *,
    size: tuple[int, int] = (1280, 720),
    cuts: Sequence[int] = (),
    count: int = 0,
    width: float = 150.0,
    top: float = 250.0,
) -> Seen:
    """People by their faces' left edge (standing or by picture) and mouths' motion, in shots cut at some frames."""
    count = count or len(people[0][1])
    edges = [0, *cuts, count]
    shots = tuple(
        Shot(Span(a * STEP_MS, b * STEP_MS), ShotStart.CUT if a else ShotStart.START, a, b) for a, b in pairwise(edges)
    )
    tracks, mouths = [], []
    for left, mouth in people:
        lefts = np.broadcast_to(left, count)
        for number, shot in enumerate(shots):
            mine = slice(shot.first_frame, shot.end_frame)
            faces = tuple(face(float(x), top, width) for x in lefts[mine])
            tracks.append(FaceTrack(number, shot.first_frame, faces))
            mouths.append(tuple(mouth[mine].tolist()))
    return Seen(
        footage=Footage(count * STEP_MS, (25, 1), shots),
        width=size[0],
        height=size[1],
        times_ms=tuple(range(0, count * STEP_MS, STEP_MS)),
        areas=(Area(0, 0, *size),) * len(shots),
        tracks=tuple(tracks),
        mouths=tuple(mouths),
        interest=tuple(Interest(at, size[0] / 2, size[1] / 2) for at in range(0, count * STEP_MS, 200)),
        voice=None,
        finder="by hand",
        remarks=(),
    )


def heard(loud: NDArray[np.bool_]) -> Voice:
    """A voice, loud or soft by picture, heard all the time."""
    levels = np.repeat(np.where(loud, -20.0, -40.0), 2)
    return Voice(tuple(levels.tolist()), (True,) * len(levels))


def platform(width: int, height: int, safe: tuple[float, float, float, float] = (0.04, 0.08, 0.96, 0.9)) -> Platform:
    """A platform of a size, its safe area as shares."""
    box = Box(round(safe[0] * width), round(safe[1] * height), round(safe[2] * width), round(safe[3] * height))
    return Platform("p", "P", width, height, 23, 60, 0, None, None, None, None, box, -14, -1, 2, "", "")


PORTRAIT, SQUARE, FEED, WIDE = platform(1080, 1920), platform(1080, 1080), platform(1080, 1350), platform(1920, 1080)
