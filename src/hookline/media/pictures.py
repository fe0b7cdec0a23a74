"""A video's pictures as analysis looks at them: upright, with square pixels, small, in order of their own stamps.

Nothing is copied that isn't looked at.  The luma of nearly all video is read where the decoder left it; a small colour
picture is only made when asked for.  Interlaced pictures are looked at in one field, pictures of high dynamic range
(PQ and HLG) are mapped to the standard one, and what was done so is said in ``Source.remarks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.probe import clockwise, opened, video_stream
from hookline.model.errors import BadInput, Unreadable

LEAST_SIDE = 32  # pixels; smaller pictures show nobody
MOST_ASPECT = 8.0  # wider or higher ones are strips, not films
_EIGHT_BITS = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray")
_TEN_BITS = ("yuv420p10le", "yuv422p10le", "yuv444p10le", "gray10le")
_PQ, _HLG = 16, 18  # transfer characteristics, ITU-T H.273
_PAPER_WHITE_NITS = 203.0  # BT.2408: where a diffuse white lies in PQ and HLG
_TOP_FIELD = 2  # every second line


@dataclass(frozen=True, slots=True)
class Source:
    """A video that is being looked at."""

    path: Path
    width: int  # upright, in square pixels
    height: int
    fps: Fraction  # the average
    turn: int  # degrees clockwise from stored to upright
    transfer: int  # H.273; 16 is PQ, 18 HLG
    interlaced: bool
    has_sound: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One decoded picture."""

    number: int  # counted as decoded, from 0
    at_ms: int  # from the first picture on
    frame: Any  # an av.VideoFrame, as stored
    source: Source

    def luma(self) -> NDArray[Any]:
        """Brightness, upright, as stored otherwise: rows and columns need not stand for square pixels.

        8 bits, or 10 as uint16.  Of interlaced pictures one field.
        """
        name = self.frame.format.name
        frame = self.frame if name in _EIGHT_BITS + _TEN_BITS else self.frame.reformat(format="yuv420p")
        deep = frame.format.name in _TEN_BITS
        plane = frame.planes[0]
        samples = np.frombuffer(plane, np.uint16 if deep else np.uint8).reshape(frame.height, -1)[:, : frame.width]
        if self.source.interlaced:
            samples = samples[::_TOP_FIELD]
        return np.rot90(samples, -self.source.turn // 90)

    def small(self, width: int, height: int) -> NDArray[np.uint8]:
        """The picture in colour, scaled by area: (height, width, 3) RGB."""
        lying = self.source.turn in (90, 270)
        size = (height, width) if lying else (width, height)
        made = self.frame.reformat(*size, format="rgb24", interpolation="AREA").to_ndarray()
        if self.source.transfer in (_PQ, _HLG):
            made = _tone_curve(self.source.transfer)[made]
        upright: NDArray[np.uint8] = np.ascontiguousarray(np.rot90(made, -self.source.turn // 90))
        return upright


@contextmanager
def looking(path: Path, *, threads: int = 1) -> Iterator[tuple[Source, Iterator[Picture]]]:
    """Open a video to look at its pictures, each decoded once.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        BadInput: its pictures are too small, or strips.
        MissingExtra: PyAV is not installed.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        stream.codec_context.thread_count = threads
        stream.thread_type = "AUTO" if threads != 1 else "NONE"
        frames = container.decode(stream)
        first = next(frames, None)
        if first is None:
            raise Unreadable("no picture in it can be decoded", where=str(path), mend="copy or export it again")
        source = _source(container, stream, first, path)
        yield source, _pictures(first, frames, stream, source)


def _source(container: Any, stream: Any, first: Any, path: Path) -> Source:
    pixel = float(stream.sample_aspect_ratio or 1)
    width, height, turn = round(first.width * pixel), first.height, clockwise(first)
    if turn % 90:
        raise BadInput(f"it is turned by {turn} degrees", where=str(path), mend="export it upright")
    if turn in (90, 270):
        width, height = height, width
    if min(width, height) < LEAST_SIDE or max(width, height) > MOST_ASPECT * min(width, height):
        raise BadInput(
            f"its pictures are {width} x {height}: no film", where=str(path), mend="export it in its own size"
        )
    return Source(
        path=path,
        width=width,
        height=height,
        fps=Fraction(stream.average_rate or stream.guessed_rate or 25),
        turn=turn,
        transfer=int(first.color_trc),
        interlaced=bool(first.interlaced_frame),
        has_sound=bool(container.streams.audio),
        remarks=tuple(_remarks(container, first, turn, pixel)),
    )


def _remarks(container: Any, first: Any, turn: int, pixel: float) -> Iterator[str]:
    moving = [s for s in container.streams.video if "attached_pic" not in str(s.disposition)]
    if len(moving) > 1:
        yield f"it holds {len(moving)} streams of pictures: the first is used"
    if len(container.streams.audio) > 1:
        yield f"it holds {len(container.streams.audio)} streams of sound: the first that isn't silent is used"
    if not container.streams.audio:
        yield "it has no sound"
    if turn:
        yield f"stored lying, turned upright by {turn} degrees"
    if abs(pixel - 1) > 0.005:
        yield f"pixels {pixel:.3f} times as wide as high, shown square"
    if first.interlaced_frame:
        yield "interlaced: faces and mouths are looked at in one field"
    if int(first.color_trc) in (_PQ, _HLG):
        yield f"high dynamic range ({'PQ' if int(first.color_trc) == _PQ else 'HLG'}), mapped to the standard one"


def _pictures(first: Any, rest: Iterator[Any], stream: Any, source: Source) -> Iterator[Picture]:
    step = float(1000 / source.fps)
    start = first.pts
    last_ms = -step
    number = 0
    frame = first
    while frame is not None:
        stamp = None if frame.pts is None or start is None else float((frame.pts - start) * stream.time_base * 1000)
        last_ms = max(last_ms, stamp) if stamp is not None else last_ms + step
        yield Picture(number, max(0, round(last_ms)), frame, source)
        number += 1
        frame = next(rest, None)


@cache
def _tone_curve(transfer: int) -> NDArray[np.uint8]:
    """Code values of a high dynamic range to those of the standard one, each channel by itself.

    The signal becomes light (SMPTE ST 2084's or ARIB STD-B67's formula, the latter on a 1000 nit screen), paper white
    becomes 0.75, and what is brighter is rolled off by x/(1+x/4); then BT.1886's gamma.  The colour primaries
    stay as they are: for finding faces that is enough, and nothing else looks at these pictures.
    """
    code = np.arange(256) / 255.0
    if transfer == _PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        power = code ** (1 / m2)
        nits = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
        nits = 1000 * scene**1.2
    light = nits / _PAPER_WHITE_NITS
    shown = light / (1 + light / 4)
    curve: NDArray[np.uint8] = np.round(255 * np.clip(shown, 0, 1) ** (1 / 2.4)).astype(np.uint8)
    return curve
