"""The best pictures of a cut to show for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.probe import opened, video_stream
from hookline.media.stills import still
from hookline.model.errors import Unreadable
from hookline.model.face import Face

APART_MS = 2_000  # two thumbnails


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of a cut as JPEG, when it is shown, and why it was chosen."""

    at_ms: int
    jpeg: bytes = field(repr=False)
    why: str


def thumbnails(
    path: Path, *, count: int = 1, faces: Sequence[tuple[int, Face]] = (), width: int = 1080
) -> tuple[Thumbnail, ...]:
    """The best pictures of a finished cut, the best first, at least two seconds apart.

    Args:
        path: the delivered video.
        count: how many at most.
        faces: faces in the delivered picture, each with its time in the cut.
        width: of the JPEG in pixels.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
    """
    scored = sorted(_scored(path), reverse=True)
    if not scored:
        raise Unreadable("no picture in it can be decoded", where=str(path))
    chosen: list[int] = []
    for _, at_ms in scored:
        if len(chosen) < count and all(abs(at_ms - other) >= APART_MS for other in chosen):
            chosen.append(at_ms)
    return tuple(Thumbnail(at_ms, still(path, at_ms=at_ms, width=width), "sharp and well exposed") for at_ms in chosen)


def _scored(path: Path) -> list[tuple[float, int]]:
    with opened(path) as container:
        stream = video_stream(container, path)
        stream.codec_context.skip_frame = "NONKEY"
        start = stream.start_time or 0
        return [
            (_quality(frame), round(Fraction(frame.pts - start) * stream.time_base * 1000))
            for frame in container.decode(stream)
        ]


def _quality(frame: Any) -> float:
    """How sharp and well exposed a picture is."""
    luma = np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)[:, : frame.width]
    small: NDArray[np.float32] = luma[::2, ::2].astype(np.float32)
    edges = 4 * small[1:-1, 1:-1] - small[:-2, 1:-1] - small[2:, 1:-1] - small[1:-1, :-2] - small[1:-1, 2:]
    exposure = 1 - abs(float(small.mean()) - 118) / 118
    return float(np.log1p(edges.var())) * max(0.0, exposure)
