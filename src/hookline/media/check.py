"""An encoded file looked at as a platform will: does it keep what the platform takes?

Nothing is taken from the encoder's word: the file is opened again, its boxes, packets and stamps are read, its last
second is decoded, and its sound is decoded and measured (or known by the content of its packets, where the same
packets were measured before).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.encode import AUDIO_RATE
from hookline.media.probe import clockwise, opened, video_stream
from hookline.media.sound import SILENT_LUFS, Level, level_of
from hookline.model.errors import Unreadable
from hookline.model.platform import Platform

NEAR_LU = 1.0
OFFSET_MS = 20  # how far sound may be from the picture
TAIL_S = 1.0  # a black or frozen end as long as this is a fault
_PEAK_SLACK = 0.1  # dB: two true-peak meters agree within it
_BLACK = 18.0  # grey levels of limited range; 16 is black
_STILL = 0.02  # grey levels between two pictures


@dataclass(frozen=True, slots=True)
class Breach:
    """What a file does not keep: ``what`` names the rule, ``says`` tells it in words with the figures."""

    what: str
    says: str


@dataclass(frozen=True, slots=True)
class _File:
    """What is read of a file once."""

    path: Path
    format: str
    codec: str
    pixels: str
    size: tuple[int, int]
    aspect: Fraction
    turned: int
    stamps: tuple[int, ...]  # of pictures in the order of the file
    keys: tuple[bool, ...]
    base: Fraction
    sound: _Sound | None

    @property
    def shown_s(self) -> NDArray[np.float64]:
        return np.sort(np.array(self.stamps, dtype=np.float64)) * float(self.base)

    @property
    def step_s(self) -> float:
        shown = self.shown_s
        return float(np.median(np.diff(shown))) if len(shown) > 1 else 0.0

    @property
    def duration_s(self) -> float:
        shown = self.shown_s
        return float(shown[-1] - shown[0]) + self.step_s

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size

    @property
    def kbps(self) -> float:
        return self.bytes * 8 / 1000 / max(self.duration_s, 1e-3)


@dataclass(frozen=True, slots=True)
class _Sound:
    codec: str
    rate: int
    channels: int
    start_s: float
    end_s: float
    digest: str


def check(
    path: Path,
    platform: Platform,
    expected_ms: int,
    *,
    silent: bool = False,
    measured: Mapping[str, Level] | None = None,
) -> tuple[Breach, ...]:
    """What of a platform's rules a file breaks; nothing means it may be delivered.

    Args:
        path: the file.
        platform: whose rules.
        expected_ms: how long it should be.
        silent: whether it is meant to be silent.
        measured: loudness of sounds measured before, by the SHA-256 of their packets.

    Raises:
        Unreadable: the file is missing or can't be decoded.
        MissingExtra: PyAV is not installed.
    """
    file = _read(path)
    return (
        *_container(file),
        *_picture(file, platform),
        *_length(file, platform, expected_ms),
        *_groups(file),
        *_weight(file, platform),
        *_sound(file, platform, silent, measured or {}),
        *_tail(path),
    )


# Reading


def _read(path: Path) -> _File:
    with opened(path) as container:
        video = video_stream(container, path)
        sound = _read_sound(container)
        container.seek(0)
        packets = [(packet.pts, bool(packet.is_keyframe)) for packet in container.demux(video) if packet.size]
        container.seek(0)
        first = next(iter(container.decode(video)), None)
        if first is None or any(pts is None for pts, _ in packets):
            raise Unreadable("its pictures can't be read", where=str(path))
        context = video.codec_context
        return _File(
            path,
            container.format.name,
            context.name,
            context.pix_fmt,
            (context.width, context.height),
            Fraction(video.sample_aspect_ratio or 1) or Fraction(1),
            clockwise(first),
            tuple(pts for pts, _ in packets),
            tuple(key for _, key in packets),
            Fraction(video.time_base),
            sound,
        )


def _read_sound(container: Any) -> _Sound | None:
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    known = hashlib.sha256()
    start = end = None
    for packet in container.demux(stream):
        known.update(bytes(packet))
        if packet.size and packet.pts is not None:
            start = packet.pts if start is None else min(start, packet.pts)
            end = max(end or 0, packet.pts + (packet.duration or 0))
    base, context = float(stream.time_base), stream.codec_context
    return _Sound(
        context.name,
        context.sample_rate,
        context.layout.nb_channels,
        (start or 0) * base,
        (end or 0) * base,
        known.hexdigest(),
    )


# Rules


def _container(file: _File) -> Iterator[Breach]:
    if "mp4" not in file.format:
        yield Breach("container", f"the container is {file.format}, not MP4")
        return
    boxes = list(_boxes(file.path))
    names = [name for name, _ in boxes]
    if "moov" not in names or names.index("moov") > names.index("mdat"):
        yield Breach("moov first", "the index (moov) stands behind the pictures, so that a player must wait for it")
    if any(name == "elst" for name, depth in boxes if depth):
        yield Breach("edit list", "the file has an edit list, which not every platform follows")


def _picture(file: _File, platform: Platform) -> Iterator[Breach]:
    if file.codec != "h264" or file.pixels != "yuv420p":
        yield Breach("codec", f"the pictures are {file.codec} {file.pixels}, not h264 yuv420p")
    if file.size != (platform.width, platform.height) or file.aspect != 1 or file.turned:
        shown = f"{file.size[0]}x{file.size[1]}, pixels {file.aspect}, turned by {file.turned} degrees"
        yield Breach("size", f"the picture is {shown} instead of {platform.width}x{platform.height} upright")
    gaps = np.diff(file.shown_s)
    rate = 1 / file.step_s if file.step_s else 0.0
    if not platform.min_fps - 0.05 <= rate <= platform.max_fps + 0.05:
        yield Breach("fps", f"{rate:.3f} frames a second; {platform.min_fps:g} to {platform.max_fps:g} are taken")
    if len(gaps) and float(np.abs(gaps - file.step_s).max()) > 0.0015:
        yield Breach("constant rate", f"pictures stand between {gaps.min():.4f} and {gaps.max():.4f} s apart")


def _length(file: _File, platform: Platform, expected_ms: int) -> Iterator[Breach]:
    length_ms = round(file.duration_s * 1000)
    if abs(length_ms - expected_ms) > file.step_s * 500 + 1:
        yield Breach("duration", f"it lasts {length_ms} ms instead of {expected_ms} ms")
    if length_ms < platform.min_ms:
        yield Breach("too short", f"it lasts {length_ms / 1000:.1f} s; at least {platform.min_ms / 1000:g} s are taken")
    if platform.max_ms is not None and length_ms > platform.max_ms + file.step_s * 500:
        yield Breach("too long", f"it lasts {length_ms / 1000:.1f} s; at most {platform.max_ms / 1000:g} s are taken")


def _groups(file: _File) -> Iterator[Breach]:
    """Closed: nothing decoded before a key frame is shown after it, and nothing after it before it."""
    latest = -1
    for number, (stamp, key) in enumerate(zip(file.stamps, file.keys, strict=True)):
        if key:
            begins = stamp
            if latest > stamp:
                yield Breach("closed groups", f"picture {number} refers across a key frame")
                return
        elif number == 0 or stamp < begins:
            yield Breach("closed groups", f"picture {number} refers across a key frame")
            return
        latest = max(latest, stamp)


def _weight(file: _File, platform: Platform) -> Iterator[Breach]:
    if platform.max_bytes is not None and file.bytes > platform.max_bytes:
        yield Breach("file size", f"{file.bytes / 1e6:.1f} MB; at most {platform.max_bytes / 1e6:.1f} MB are taken")
    if platform.max_kbps is not None and file.kbps > platform.max_kbps:
        yield Breach("bit rate", f"{file.kbps:.0f} kbit/s; at most {platform.max_kbps} are taken")
    if platform.min_kbps is not None and file.kbps < platform.min_kbps:
        yield Breach("bit rate", f"{file.kbps:.0f} kbit/s; at least {platform.min_kbps} are asked for")


def _sound(file: _File, platform: Platform, silent: bool, measured: Mapping[str, Level]) -> Iterator[Breach]:
    sound = file.sound
    if sound is None:
        yield Breach("sound", "the file has no sound stream")
        return
    if (sound.codec, sound.rate, sound.channels) != ("aac", AUDIO_RATE, platform.channels):
        given = f"{sound.codec}, {sound.rate} Hz, {sound.channels} channels"
        yield Breach("sound", f"the sound is {given} instead of aac, 48000 Hz, {platform.channels} channels")
    yield from _offset(file, sound)
    level = measured.get(sound.digest) or _measured(file.path)
    if silent:
        return
    if level.lufs <= SILENT_LUFS:
        yield Breach("loudness", "the sound is silent")
    elif abs(level.lufs - platform.loudness_lufs) > NEAR_LU:
        yield Breach("loudness", f"{level.lufs:.1f} LUFS instead of {platform.loudness_lufs:g}")
    if level.dbtp > platform.true_peak_dbtp + _PEAK_SLACK:
        yield Breach("true peak", f"{level.dbtp:.1f} dBTP; at most {platform.true_peak_dbtp:g} is taken")


def _offset(file: _File, sound: _Sound) -> Iterator[Breach]:
    begins_s = float(file.shown_s[0])
    if abs(sound.start_s - begins_s) * 1000 > OFFSET_MS:
        yield Breach("offset", f"the sound begins {(sound.start_s - begins_s) * 1000:+.0f} ms from the picture")
    late_ms = (sound.end_s - begins_s - file.duration_s) * 1000
    if not -OFFSET_MS - 1000 * file.step_s <= late_ms <= OFFSET_MS + 1000 * file.step_s:
        yield Breach("offset", f"the sound ends {late_ms:+.0f} ms from the picture")


def _measured(path: Path) -> Level:
    with opened(path) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return level_of(np.concatenate(blocks, axis=1)) if blocks else Level(SILENT_LUFS, -120.0)


def _tail(path: Path) -> Iterator[Breach]:
    state = tail_of(path)
    if state:
        yield Breach(f"{state} tail", f"the last {TAIL_S:g} s are {state}")


def tail_of(path: Path) -> str:
    """Whether a video's last second is "black" or "frozen"; "" for neither, or where it is shorter."""
    with opened(path) as container:
        stream = video_stream(container, path)
        base, start = stream.time_base, stream.start_time or 0
        end_s = float((stream.duration or 0) * base) or (container.duration or 0) / 1e6
        if end_s < TAIL_S:
            return ""
        container.seek(start + max(0, int((end_s - TAIL_S) / base)), stream=stream)
        tail = Tail()
        for frame in container.decode(stream):
            if float((frame.pts - start) * base) >= end_s - TAIL_S - 0.001:
                tail.add(frame)
        return tail.state


class Tail:
    """Looks at pictures one after the other for whether all are black, or all the same."""

    def __init__(self) -> None:
        self._black = self._still = True
        self._before: NDArray[np.float32] | None = None

    def add(self, frame: Any) -> None:
        """Look at the next one."""
        if not self._black and not self._still:
            return
        luma = _luma(frame)
        self._black &= float(luma.mean()) < _BLACK and float(luma.std()) < 2.0
        self._still &= self._before is None or float(np.abs(luma - self._before).mean()) < _STILL
        self._before = luma

    @property
    def state(self) -> str:
        """What they were: "black", "frozen", or ""."""
        if self._before is None:
            return ""
        return "black" if self._black else "frozen" if self._still else ""


def _luma(frame: Any) -> NDArray[np.float32]:
    plane = frame.planes[0]
    pixels = np.frombuffer(plane, np.uint8)[: plane.height * plane.line_size].reshape(plane.height, plane.line_size)
    return pixels[::2, : plane.width : 2].astype(np.float32)


# Boxes of ISO base media


def _boxes(path: Path) -> Iterator[tuple[str, int]]:
    """Names of the boxes of an MP4 with their depth; inside moov only what may hold edit lists."""
    with path.open("rb") as file:
        yield from _boxes_in(file, path.stat().st_size, 0)


def _boxes_in(file: Any, end: int, depth: int) -> Iterator[tuple[str, int]]:
    while file.tell() + 8 <= end:
        begins = file.tell()
        head = file.read(8)
        size, name = int.from_bytes(head[:4], "big"), head[4:8].decode("latin-1")
        if size == 1:
            size = int.from_bytes(file.read(8), "big")
        elif size == 0:
            size = end - begins
        yield name, depth
        if name in ("moov", "trak", "edts"):
            yield from _boxes_in(file, begins + size, depth + 1)
        if size < 8:
            return
        file.seek(begins + size)
