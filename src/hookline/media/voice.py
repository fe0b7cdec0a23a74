"""When somebody speaks, as far as the sound alone tells: energy where voices are, against the quiet around them.

Every ``STEP_MS`` the power between 250 and 3500 Hz (where telephones keep speech) in dB.  The quiet is the 5th
percentile of that level over ``QUIET_S`` to either side; a step is voiced when it stands ``ABOVE_DB`` over it and
``DEEP_DB`` at most under the loud ones.  Music over the voice is voiced too: the mouths then tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.loudness import sounding
from hookline.media.probe import opened, video_stream

STEP_MS = 20
RATE = 16_000  # Hz
BAND_HZ = (250.0, 3500.0)
ABOVE_DB = 9.0
DEEP_DB = 32.0
QUIET_S = 8.0
HANG_STEPS = 6  # gaps inside words that are filled
_FLOOR_DB = -90.0
_BATCH_S = 30


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice of a video from its first picture on, a value each ``STEP_MS``."""

    levels_db: tuple[float, ...]
    active: tuple[bool, ...]


def voice_of(path: Path) -> Voice | None:
    """When somebody speaks in a video; None without sound.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        MissingExtra: PyAV is not installed.
    """
    with opened(path) as container:
        video = video_stream(container, path)
        if not container.streams.audio:
            return None
        start_s = float((video.start_time or 0) * video.time_base)
        levels = np.concatenate([np.zeros(0), *map(band_levels, _seconds(container, start_s))])
    return voice_in(levels)


def voice_in(levels_db: NDArray[np.float64]) -> Voice:
    """What is voiced in levels of the voice's band."""
    return Voice(tuple(np.round(levels_db, 1).tolist()), tuple(_active(levels_db).tolist()))


def band_levels(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Power in the voice's band of each whole step of mono samples at 16 kHz, in dB of full scale."""
    length = RATE * STEP_MS // 1000
    steps = samples[: len(samples) // length * length].reshape(-1, length).astype(np.float64)
    power = np.abs(np.fft.rfft(steps * np.hanning(length), axis=1)) ** 2
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    heard = power[:, (hertz >= BAND_HZ[0]) & (hertz <= BAND_HZ[1])].sum(axis=1) / length**2
    levels: NDArray[np.float64] = np.maximum(10 * np.log10(heard + 1e-12), _FLOOR_DB)
    return levels


def _active(levels: NDArray[np.float64]) -> NDArray[np.bool_]:
    if not len(levels):
        return np.zeros(0, np.bool_)
    smooth = np.convolve(np.pad(levels, 2, mode="edge"), np.full(5, 0.2), "valid")
    reach = round(QUIET_S * 1000 / STEP_MS)
    voiced = (smooth > _running(smooth, reach, 5) + ABOVE_DB) & (smooth > _running(smooth, reach, 95) - DEEP_DB)
    return _filled(voiced & (smooth > _FLOOR_DB + 20))


def _running(levels: NDArray[np.float64], reach: int, percent: float) -> NDArray[np.float64]:
    """A percentile of the levels up to ``reach`` steps to either side, taken every second and drawn between."""
    places = np.arange(0, len(levels) + 50, 50)
    found = [
        float(np.percentile(levels[max(0, at - reach) : at + reach + 1], percent))
        for at in places.clip(0, len(levels) - 1)
    ]
    drawn: NDArray[np.float64] = np.interp(np.arange(len(levels)), places, found)
    return drawn


def _filled(voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Short gaps are filled, lone steps dropped."""
    grown = np.convolve(voiced, np.ones(2 * HANG_STEPS + 1), "same") > 0
    shrunk: NDArray[np.bool_] = np.convolve(~grown, np.ones(2 * HANG_STEPS + 1), "same") == 0
    return shrunk | (voiced & (np.convolve(voiced, np.ones(3), "same") > 1))


def _seconds(container: Any, start_s: float) -> Iterator[NDArray[np.float32]]:
    """The sound that counts as mono at 16 kHz from the first picture on, in pieces of whole seconds."""
    import av

    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    held, written = np.zeros(0, np.float32), 0
    for frame in _frames(container):
        due = None if frame is None or frame.time is None else round((frame.time - start_s) * RATE)
        for made in resampler.resample(frame):
            samples = made.to_ndarray()[0]
            if due is not None and due - written > RATE // 10:
                samples = np.concatenate([np.zeros(due - written, np.float32), samples])
            elif due is not None and written == 0 and due < 0:
                samples = samples[-due:]
            due = None
            written += len(samples)
            held = np.concatenate([held, samples])
        if len(held) >= _BATCH_S * RATE:
            whole = len(held) // RATE * RATE
            yield held[:whole]
            held = held[whole:]
    yield held


def _frames(container: Any) -> Iterator[Any]:
    yield from container.decode(sounding(container)[0])
    yield None
