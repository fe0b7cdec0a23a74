"""What a video shows and sounds like over time: its shots and its loudness."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.span import Span


class ShotStart(StrEnum):
    """How a shot comes in."""

    START = "start"  # with the video
    CUT = "cut"
    DISSOLVE = "dissolve"  # the shot before melts into it
    FADE = "fade"  # out of an even picture: black, white or another colour


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of one camera.  A dissolve counts from its middle, a fade from the end of the even picture."""

    span: Span
    begins: ShotStart
    first_frame: int  # counted as decoded, from 0
    end_frame: int  # half open, like the span


@dataclass(frozen=True, slots=True)
class Footage:
    """A watched video.

    ``fps`` is the average rate as a fraction; times come from the pictures' own stamps, so that they
    hold for a variable rate too, where a frame's number times the rate does not.
    """

    duration_ms: int
    fps: tuple[int, int]
    shots: tuple[Shot, ...]
    loudness_lufs: tuple[float, ...] | None = None  # by second; None without sound
