"""What a video file is: size, length, rate, sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from hookline.model.errors import MissingExtra, Unreadable

_SAMPLED_PACKETS = 240  # what a guess at a variable rate looks at
_WHOLE = 0.8  # a file whose pictures stop before this share of its stated length was cut short


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a video file holds.  ``width`` and ``height`` are as shown, after rotation."""

    duration_ms: int
    width: int
    height: int
    fps: tuple[int, int]  # average frames a second as a fraction
    codec: str
    rotation: int  # degrees clockwise that a player turns the stored picture: 0, 90, 180 or 270
    variable_rate: bool  # a guess from the first pictures' times
    has_audio: bool
    sample_rate: int = 0  # Hz; 0 without sound
    channels: int = 0


def probe(path: Path) -> VideoInfo:
    """Read what a video file is, without decoding more than its first picture.

    Raises:
        Unreadable: the file is missing, empty, damaged, cut short, or holds no pictures.
        MissingExtra: PyAV is not installed.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        first = _first_frame(container, stream, path)
        rotation = clockwise(first)
        times = _packet_times(container, stream)
        width, height = (first.height, first.width) if rotation in (90, 270) else (first.width, first.height)
        rate = stream.average_rate or stream.guessed_rate
        sound = container.streams.audio[0] if container.streams.audio else None
        return VideoInfo(
            duration_ms=_duration_ms(container, stream, path),
            width=width,
            height=height,
            fps=(rate.numerator, rate.denominator) if rate else (0, 1),
            codec=stream.codec_context.name,
            rotation=rotation,
            variable_rate=_varies(times),
            has_audio=sound is not None,
            sample_rate=sound.codec_context.sample_rate if sound else 0,
            channels=sound.codec_context.channels if sound else 0,
        )


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """An open PyAV container; foreign errors inside come out as ``Unreadable``."""
    try:
        import av
    except ImportError as error:
        raise MissingExtra(needs="PyAV", extra="media") from error
    _check_size(path)
    try:
        with av.open(str(path)) as container:
            yield container
    except av.FFmpegError as error:
        raise Unreadable(
            f"the video can't be decoded ({error.strerror})", where=str(path), mend="copy or export it again"
        ) from error


def video_stream(container: Any, path: Path) -> Any:
    """The first stream of moving pictures; ``Unreadable`` when there is none."""
    pictures = [s for s in container.streams.video if not _is_cover(s)]
    if pictures:
        return pictures[0]
    sound = container.streams.audio
    what = f"holds only sound ({sound[0].codec_context.name}), no pictures" if sound else "holds no pictures"
    raise Unreadable(what, where=str(path), mend="export it with its video track")


def clockwise(frame: Any) -> int:
    """How far a player turns a decoded frame, in degrees clockwise."""
    return int(-frame.rotation) % 360  # PyAV counts counter-clockwise


def _is_cover(stream: Any) -> bool:
    return "attached_pic" in str(stream.disposition)


def _check_size(path: Path) -> None:
    try:
        empty = path.stat().st_size == 0
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    if empty:
        raise Unreadable("the file is empty", where=str(path), mend="copy or export it again")


def _first_frame(container: Any, stream: Any, path: Path) -> Any:
    for frame in container.decode(stream):
        return frame
    raise Unreadable("no picture in it can be decoded", where=str(path), mend="copy or export it again")


def _packet_times(container: Any, stream: Any) -> list[float]:
    """Presentation times in seconds of the first packets, sorted."""
    container.seek(0)
    times: list[float] = []
    for packet in container.demux(stream):
        if packet.pts is not None:
            times.append(float(packet.pts * packet.time_base))
        if len(times) >= _SAMPLED_PACKETS:
            break
    return sorted(times)


def _varies(times: list[float]) -> bool:
    """Whether gaps differ by more than a container's rounding to milliseconds explains."""
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if len(gaps) < 3:
        return False
    usual = median(gaps)
    odd = sum(abs(gap - usual) > 0.2 * usual + 0.002 for gap in gaps)
    return odd > 0.02 * len(gaps)


def _duration_ms(container: Any, stream: Any, path: Path) -> int:
    """Stated length, checked against the last packet that is really there."""
    stated = _stated_ms(container, stream)
    # a stream's own length is that of its pictures; a container's may be that of longer sound
    streams = [stream] if stream.duration else [*container.streams.video, *container.streams.audio]
    reached = _last_packet_ms(container, stream, streams, stated)
    if reached < _WHOLE * stated:
        raise Unreadable(
            f"the pictures stop at {reached / 1000:.1f} s of {stated / 1000:.1f} s: the file was cut short",
            where=str(path),
            mend="copy or export it again",
        )
    return stated or reached


def _stated_ms(container: Any, stream: Any) -> int:
    if stream.duration:
        return round(float(stream.duration * stream.time_base) * 1000)
    return round(container.duration / 1000) if container.duration else 0


def _last_packet_ms(container: Any, stream: Any, streams: list[Any], stated_ms: int) -> int:
    """Where the last packet of some streams ends; looks at the last second, or at all of a file cut short."""
    start_ms = round(float((stream.start_time or 0) * stream.time_base) * 1000)
    last = 0.0
    for from_ms in (max(0, start_ms + stated_ms - 1000), 0):
        container.seek(from_ms * 1000)
        for packet in container.demux(streams):
            if packet.pts is not None:
                last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if last:
            break
    return round(last * 1000) - start_ms
