"""Sources whose pictures and sounds are known: a picture's number stands in it as bars, beeps go with flashes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from hookline.model.platform import Box, Platform

BITS = 10
RATE = 48_000


def platform(width: int = 96, height: int = 160, **changes: Any) -> Platform:
    """A platform that takes nearly everything."""
    given: dict[str, Any] = {
        "name": "test",
        "title": "Test",
        "width": width,
        "height": height,
        "min_fps": 23,
        "max_fps": 60,
        "min_ms": 0,
        "max_ms": None,
        "max_bytes": None,
        "max_kbps": None,
        "min_kbps": None,
        "safe": Box(0, 0, width, height),
        "loudness_lufs": -14.0,
        "true_peak_dbtp": -1.0,
        "channels": 2,
        "source": "made up",
        "checked": "2026-11-23",
    }
    return Platform(**(given | changes))


def numbered(number: int, *, size: tuple[int, int] = (160, 90)) -> NDArray[np.uint8]:
    """A picture of bars that say a number, most significant first."""
    width, height = size
    bits = [(number >> bit) & 1 for bit in reversed(range(BITS))]
    row = np.repeat(np.array(bits, np.uint8) * 180 + 40, width // BITS)
    picture = np.full((height, width, 3), 40, np.uint8)
    picture[:, : len(row)] = row[None, :, None]
    return picture


def number_in(luma: NDArray[np.uint8]) -> int:
    """The number that a picture's bars say."""
    middle = luma[luma.shape[0] // 2].astype(float)
    per = luma.shape[1] / BITS
    means = [middle[round((n + 0.25) * per) : round((n + 0.75) * per)].mean() for n in range(BITS)]
    return sum(int(mean > 128) << (BITS - 1 - n) for n, mean in enumerate(means))


def write(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    stamps_s: Sequence[float] | None = None,
    rate: Fraction = Fraction(25),
    sounds: Sequence[NDArray[np.float32]] = (),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pix_fmt: str = "yuv420p",
    **context: Any,
) -> Path:
    """A source; pictures are RGB, each sound (channels, n) at 48 kHz and a stream of its own."""
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream(codec, rate=rate, options=options or {"preset": "ultrafast", "crf": "12"})
        streams: list[Any] = [container.add_stream("aac", rate=RATE) for _ in sounds]
        for stream, sound in zip(streams, sounds, strict=True):
            stream.codec_context.layout = "mono" if len(sound) == 1 else "stereo"
        base = Fraction(1, 90_000)
        for number, picture in enumerate(pictures):
            frame: Any = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format=pix_fmt, dst_colorspace="ITU709"
            )
            if number == 0:
                video.width, video.height, video.pix_fmt = frame.width, frame.height, pix_fmt
                video.codec_context.time_base = base if stamps_s else 1 / rate
                for name, value in context.items():
                    setattr(video.codec_context, name, value)
            frame.pts = round(stamps_s[number] * 90_000) if stamps_s else number
            frame.time_base = base if stamps_s else 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for stream, sound in zip(streams, sounds, strict=True):
            _write_sound(container, stream, sound)
    return path


def _write_sound(container: Any, stream: Any, sound: NDArray[np.float32]) -> None:
    for start in range(0, sound.shape[1], 1024):
        piece = np.ascontiguousarray(sound[:, start : start + 1024])
        block = av.AudioFrame.from_ndarray(piece, format="fltp", layout=stream.codec_context.layout.name)
        block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
        container.mux(stream.encode(block))
    container.mux(stream.encode(None))


def tone(seconds: float, *, hertz: float = 440.0, amplitude: float = 0.2, channels: int = 2) -> NDArray[np.float32]:
    times = np.arange(round(seconds * RATE)) / RATE
    return np.tile(amplitude * np.sin(2 * np.pi * hertz * times), (channels, 1)).astype(np.float32)


def plain(path: Path, frames: int = 75, *, rate: Fraction = Fraction(25), **given: Any) -> Path:
    """A source of numbered pictures with a tone."""
    sound = tone(frames / float(rate))
    return write(path, (numbered(n) for n in range(frames)), rate=rate, sounds=given.pop("sounds", (sound,)), **given)


def flash_and_beep(path: Path, at_s: Sequence[float], *, seconds: float, rate: Fraction = Fraction(25)) -> Path:
    """Grey pictures and a little noise; at each instant one white picture and the start of a beep of 60 ms."""
    dice = np.random.default_rng(4)
    sound = (0.001 * dice.standard_normal((2, round(seconds * RATE)))).astype(np.float32)
    beep = tone(0.06, hertz=1000.0, amplitude=0.5)
    flashes = {round(at * rate) for at in at_s}
    for flash in flashes:
        first = round(flash / rate * RATE)
        sound[:, first : first + beep.shape[1]] += beep

    def pictures() -> Iterable[NDArray[np.uint8]]:
        for number in range(round(seconds * rate)):
            yield np.full((90, 160, 3), 235 if number in flashes else 60 + number % 7, np.uint8)

    return write(path, pictures(), rate=rate, sounds=(sound,))


def lumas(path: Path) -> list[NDArray[np.uint8]]:
    """The luma of every picture, in order."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane: Any = frame.planes[0]
            pixels = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            found.append(pixels[:, : plane.width].copy())
    return found


def sound_of(path: Path) -> NDArray[np.float32]:
    with av.open(str(path)) as container:
        blocks: Any = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1)


def program(name: str) -> str:
    """A program of ffmpeg's; skips the test where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: it is the independent witness of this test")
    return found


def ffprobe(path: Path, *entries: str) -> dict[str, Any]:
    asked = [program("ffprobe"), "-v", "error", "-of", "json", *entries, str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    return answer


def offsets_ms(path: Path) -> list[float]:
    """How much later each beep begins than its flash, as ffmpeg decodes both."""
    times = [
        float(f["pts_time"]) for f in ffprobe(path, "-select_streams", "v", "-show_entries", "frame=pts_time")["frames"]
    ]
    ffmpeg = [program("ffmpeg"), "-v", "error", "-i", str(path)]
    grey = subprocess.run(
        [*ffmpeg, "-map", "0:v", "-vf", "scale=8:8,format=gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
        check=True,
        capture_output=True,
    ).stdout
    means = np.frombuffer(grey, np.uint8).reshape(len(times), -1).mean(axis=1)
    flashes = [time for time, mean, before in zip(times, means, [0, *means], strict=False) if mean > 180 >= before]
    heard = subprocess.run(
        [*ffmpeg, "-map", "0:a", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-f", "f32le", "-"],
        check=True,
        capture_output=True,
    ).stdout
    loud = np.abs(np.frombuffer(heard, np.float32)) > 0.1
    quiet = np.concatenate([[False] * 4800, loud])
    beeps = [n / RATE for n in np.flatnonzero(loud).tolist() if not quiet[n : n + 4800].any()]
    assert len(beeps) == len(flashes), (beeps, flashes)
    return [(beep - flash) * 1000 for beep, flash in zip(beeps, flashes, strict=True)]
