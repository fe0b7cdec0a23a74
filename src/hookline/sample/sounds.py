"""Noises by code: what is heard once, and what a place sounds like all the time.  Mono, 48 kHz."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hookline.media.encode import AUDIO_RATE
from hookline.model.errors import BadInput
from hookline.sample.music import Sound

_Wave = NDArray[np.float64]
_LONGEST_NOISE_MS = 6_400


def effect(name: str) -> Sound:
    """A noise by its name in staging.toml; ``BadInput`` for one that nobody made."""
    if name not in _EFFECTS:
        raise BadInput(f"there is no sound {name!r}", mend=f"sounds: {', '.join(_EFFECTS)}")
    return _EFFECTS[name]().astype(np.float32)


def ambience(name: str, duration_ms: int) -> Sound:
    """A place's own sound for a while; any name not known is a quiet room."""
    make = _PLACES.get(name, _room)
    return make(duration_ms).astype(np.float32)


def low_pass(samples: _Wave, hertz: float) -> _Wave:
    """Without what lies above a frequency (a soft slope, in the frequency domain)."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / AUDIO_RATE)
    return np.fft.irfft(spectrum / (1 + (frequencies / hertz) ** 4), len(samples))


def _time(ms: int) -> _Wave:
    return np.arange(ms * AUDIO_RATE // 1000) / AUDIO_RATE


def _noise(ms: int, seed: int) -> _Wave:
    return np.random.default_rng(seed).normal(0, 1, ms * AUDIO_RATE // 1000)


def _band(ms: int, seed: int, low: float, high: float) -> _Wave:
    """Noise between two frequencies; a long one repeats, which nobody hears in noise."""
    noise = _noise(min(ms, _LONGEST_NOISE_MS), seed)
    return np.resize(low_pass(noise, high) - low_pass(noise, low), ms * AUDIO_RATE // 1000)


def _crash() -> _Wave:
    t = _time(1_900)
    ring = sum(
        np.sin(2 * np.pi * f * t) * np.exp(-t * d) for f, d in ((523, 4.2), (1370, 5), (2210, 6), (3480, 8), (5120, 10))
    )
    shatter = _band(1_900, 7, 1_800, 9_000) * (
        np.exp(-t * 14) + 0.4 * np.exp(-(((t - 0.16) / 0.05) ** 2)) + 0.25 * np.exp(-(((t - 0.34) / 0.08) ** 2))
    )
    return 0.16 * np.asarray(ring) + 0.8 * shatter


def _laugh() -> _Wave:
    t = _time(900)
    ha: _Wave = np.clip(np.sin(2 * np.pi * 4.6 * t), 0, 1) ** 2
    voice = sum(np.sin(2 * np.pi * f * (1 + 0.06 * np.sin(2 * np.pi * 2.3 * t)) * t) for f in (245, 490, 735)) / 3
    return (np.asarray(voice) * 0.35 + _band(900, 2, 600, 2_200) * 0.5) * ha * np.exp(-t * 2) * 0.35


def _paper() -> _Wave:
    t = _time(500)
    return _band(500, 11, 2_000, 8_000) * np.exp(-t * 8) * (0.6 + 0.4 * np.sin(2 * np.pi * 23 * t)) * 0.7


def _pen() -> _Wave:
    t = _time(1_100)
    strokes: _Wave = np.clip(np.sin(2 * np.pi * 3.1 * t), 0, 1)
    return _band(1_100, 12, 3_000, 9_000) * strokes * 0.25


def _buzz() -> _Wave:
    t = _time(700)
    return np.sign(np.sin(2 * np.pi * 148 * t)) * 0.12 * (np.sin(2 * np.pi * 2.9 * t) > -0.2) * np.minimum(1, t / 0.01)


def _curtain() -> _Wave:
    t = _time(1_100)
    return _band(1_100, 13, 900, 5_000) * np.exp(-(((t - 0.45) / 0.28) ** 2)) * 0.4


def _grab() -> _Wave:
    t = _time(500)
    return _band(500, 14, 200, 2_400) * np.exp(-t * 18) * 1.1 + np.sin(2 * np.pi * 70 * t) * np.exp(-t * 14) * 0.7


def _push() -> _Wave:
    t = _time(1_600)
    rush = _band(1_600, 15, 300, 3_000) * np.exp(-(((t - 0.35) / 0.3) ** 2)) * 0.7
    return rush + np.sin(2 * np.pi * 48 * t) * np.exp(-t * 2.4) * 0.8


def _steps() -> _Wave:
    out = np.zeros(1_500 * AUDIO_RATE // 1000)
    t = _time(220)
    step = np.sin(2 * np.pi * 92 * t) * np.exp(-t * 34) + _band(220, 16, 500, 2_600) * np.exp(-t * 60) * 0.5
    for number in range(3):
        start = number * 480 * AUDIO_RATE // 1000
        out[start : start + len(step)] += step * (0.5 + 0.2 * number)
    return out


def _accept() -> _Wave:
    t = _time(420)
    pitch = np.where(t < 0.14, 880, 1175)
    tone: _Wave = np.sin(2 * np.pi * pitch * t) * np.exp(-t * 5) * 0.22
    return tone


def _ring() -> _Wave:
    t = _time(1_700)
    tone = np.sin(2 * np.pi * 1046 * t) + 0.6 * np.sin(2 * np.pi * 1318 * t)
    return tone * (np.sin(2 * np.pi * 11 * t) > 0) * (np.mod(t, 0.85) < 0.5) * 0.16 + np.resize(_buzz(), len(t)) * 0.6


def _hall(ms: int) -> _Wave:
    """Many people, far off."""
    t = _time(ms)
    murmur = _band(ms, 21, 180, 900) * (
        1 + 0.35 * np.sin(2 * np.pi * 0.37 * t) + 0.25 * np.sin(2 * np.pi * 0.91 * t + 1)
    )
    return murmur * 0.010 + _band(ms, 22, 40, 160) * 0.006


def _ward(ms: int) -> _Wave:
    """Air, and the monitor at 58 a minute."""
    t = _time(ms)
    since = np.mod(t, 60 / 58)
    beep: _Wave = np.sin(2 * np.pi * 990 * t) * (since < 0.09) * np.sin(np.pi * np.clip(since / 0.09, 0, 1))
    return beep * 0.030 + _band(ms, 23, 60, 420) * 0.008


def _rain(ms: int) -> _Wave:
    drops = _band(ms, 24, 900, 7_000) * 0.030 + _band(ms, 25, 80, 400) * 0.014
    return drops * (1 + 0.15 * np.sin(2 * np.pi * 0.23 * _time(ms)))


def _room(ms: int) -> _Wave:
    return _band(ms, 26, 60, 500) * 0.006


_EFFECTS: dict[str, Callable[[], _Wave]] = {
    "crash": _crash,
    "laugh": _laugh,
    "paper": _paper,
    "pen": _pen,
    "buzz": _buzz,
    "curtain": _curtain,
    "grab": _grab,
    "push": _push,
    "steps": _steps,
    "accept": _accept,
    "ring": _ring,
}
_PLACES: dict[str, Callable[[int], _Wave]] = {"hall": _hall, "ward": _ward, "rain": _rain, "room": _room}
