"""What the timeline writers share: a cut in whole frames, and timecode.

An editor's timeline counts frames.  A clip's first and last frame are those nearest to its span at the
rate of its source; on the timeline each clip begins where the one before it ended, so that nothing
drifts however many clips there are.  A source of an uneven rate (a phone's, a screen recording's) is
counted in the nearest rate that editors know: its clips are right in time, to half a frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from hookline.model.cut import Clip, Cut
from hookline.model.errors import BadInput

Rate = tuple[int, int]

START = "01:00:00:00"  # where editors let a timeline begin
RATES: tuple[Rate, ...] = ((24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A source as a timeline names it."""

    name: str  # as clips name it
    url: str  # where editors find it: a file: address
    duration_ms: int
    fps: Rate
    width: int  # upright, with square pixels
    height: int
    channels: int = 2  # of its sound; 0 for none
    audio_hz: int = 48_000


@dataclass(frozen=True, slots=True)
class Edit:
    """A clip in frames: where it lies in its source, at the source's rate, and on the timeline, at the timeline's."""

    clip: Clip
    source: SourceFile
    source_start: int
    source_end: int
    start: int
    end: int


def edits(cut: Cut, *, fps: Rate, sources: Mapping[str, SourceFile]) -> tuple[Edit, ...]:
    """The clips of a cut in frames.

    Raises:
        BadInput: the rate is none of ``RATES``, a source is not named, or a clip is shorter than a frame.
    """
    if fps not in RATES:
        known = ", ".join(f"{rate / scale:.5g}" for rate, scale in RATES)
        raise BadInput(f"no editor counts {fps[0]}/{fps[1]} pictures a second", mend=f"choose one of {known}")
    return tuple(_edits(cut, fps, sources))


def _edits(cut: Cut, fps: Rate, sources: Mapping[str, SourceFile]) -> Iterator[Edit]:
    played = Fraction(0)  # seconds
    for clip in cut.clips:
        if clip.source not in sources:
            raise BadInput(f"{clip.source} is cut from but not among the sources", mend="name it")
        source = replace(sources[clip.source], fps=counted(sources[clip.source].fps))
        first, end = nearest(clip.span.start_ms, source.fps), nearest(clip.span.end_ms, source.fps)
        start = round(played * Fraction(*fps))
        played += (end - first) / Fraction(*source.fps)
        if end <= first or round(played * Fraction(*fps)) <= start:
            raise BadInput(f"a clip of {clip.source} at {clip.span.start_ms} ms is shorter than a frame")
        yield Edit(clip, source, first, end, start, round(played * Fraction(*fps)))


def counted(fps: Rate) -> Rate:
    """The rate that editors count a source in: its own, or where it is uneven the nearest that they have.

    >>> counted((2_499, 100)), counted((30_000, 1001))
    ((25, 1), (30000, 1001))
    """
    return fps if fps in RATES else min(RATES, key=lambda rate: abs(Fraction(*rate) - Fraction(*fps)))


def nearest(at_ms: int, fps: Rate) -> int:
    """The frame nearest to an instant.

    >>> nearest(1001, (30_000, 1001))
    30
    """
    rate, scale = fps
    return (2 * at_ms * rate + 1000 * scale) // (2000 * scale)


def drops(fps: Rate) -> bool:
    """Whether the rate's timecode leaves numbers out (drop frame)."""
    return fps[1] == 1001 and fps[0] in (30_000, 60_000)


def timecode(frame: int, fps: Rate) -> str:
    """A frame's timecode; drop frame, with a semicolon, at 29.97 and 59.94.

    >>> timecode(1800, (30_000, 1001))
    '00:01:00;02'
    >>> timecode(1800, (30, 1))
    '00:01:00:00'
    """
    base = -(-fps[0] // fps[1])
    mark = ":"
    if drops(fps):
        frame, mark = frame + _left_out(frame, base), ";"
    seconds, frames = divmod(frame, base)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{frames:02d}"


def _left_out(frame: int, base: int) -> int:
    """Numbers that drop frame skips up to a frame: ``base / 15`` each minute, but none each tenth."""
    skip = base // 15
    ten, rest = divmod(frame, 600 * base - 9 * skip)
    return 9 * skip * ten + (skip * ((rest - skip) // (60 * base - skip)) if rest >= skip else 0)


def frame_of(code: str, fps: Rate) -> int:
    """The frame that a timecode names.

    >>> frame_of("01:00:00;00", (30_000, 1001))
    107892
    """
    hours, minutes, seconds, frames = (int(part) for part in code.replace(";", ":").split(":"))
    base = -(-fps[0] // fps[1])
    minutes += 60 * hours
    number = (60 * minutes + seconds) * base + frames
    return number - (base // 15) * (minutes - minutes // 10) if drops(fps) else number
