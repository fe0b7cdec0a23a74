"""A score by code: a soft piano over strings, a heartbeat before the end, a hit where the story turns.

Everything is a pure function to mono float samples at 48 kHz.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hookline.media.encode import AUDIO_RATE

Sound = NDArray[np.float32]

_CHORDS = (
    (57, 60, 64),
    (53, 57, 60),
    (48, 55, 64),
    (55, 59, 62),
    (57, 60, 64),
    (50, 57, 65),
    (52, 56, 62),
    (57, 60, 64),
)
_BAR_MS = 3_200
_FIGURE = (0, 2, 1, 2, 0, 2, 1, 2)  # which note of a chord the piano plays, eight to a bar


def score(duration_ms: int, *, seed: int, turns_ms: tuple[int, ...] = (), tense_from_ms: int = 0) -> Sound:
    """The music bed of an episode.

    Args:
        duration_ms: its length.
        seed: varies the piano's touch and where the progression starts.
        turns_ms: where the story turns: a low hit and a held breath of the piano.
        tense_from_ms: from here the heartbeat beats, faster and louder towards the end.
    """
    out = np.zeros(_samples(duration_ms), dtype=np.float32)
    dice = np.random.default_rng(seed)
    for bar in range(-(-duration_ms // _BAR_MS)):
        chord = _CHORDS[(bar + seed) % len(_CHORDS)]
        tense = bar * _BAR_MS >= tense_from_ms
        _add(out, _strings(chord), bar * _BAR_MS, 0.34 if tense else 0.24)
        for step, voice in enumerate(_FIGURE):
            at_ms = bar * _BAR_MS + step * _BAR_MS // 8
            held = any(turn - 200 <= at_ms < turn + 1_800 for turn in turns_ms)
            if not held and not (tense and step % 2):
                touch = 0.15 + 0.05 * float(dice.random()) + (0.05 if step == 0 else 0)
                _add(out, _piano(chord[voice] + 12 * (step in (3, 7))), at_ms, touch)
    for turn in turns_ms:
        _add(out, hit(), turn, 0.85)
    for at_ms, strength in _beats(tense_from_ms, duration_ms):
        _add(out, heartbeat(), at_ms, strength)
    return out


def hit() -> Sound:
    """A low drum with a metal edge."""
    t = _time(2_600)
    drum = np.sin(2 * np.pi * (44 * t + 9 * (1 - np.exp(-t * 9)))) * np.exp(-t * 2.2)
    edge = _noise(2_600, 3) * np.exp(-t * 26) * 0.25
    return _mono(drum + edge)


@cache
def heartbeat() -> Sound:
    """Two soft thumps."""
    t = _time(700)
    first = np.sin(2 * np.pi * 52 * t) * np.exp(-t * 17)
    later = np.clip(t - 0.24, 0, None)
    second = np.sin(2 * np.pi * 46 * later) * np.exp(-later * 19) * (later > 0) * 0.7
    return _mono(first + second)


def _beats(from_ms: int, until_ms: int) -> list[tuple[int, float]]:
    beats, at_ms = [], float(from_ms)
    while at_ms < until_ms - 400:
        share = (at_ms - from_ms) / max(1, until_ms - from_ms)
        beats.append((int(at_ms), 0.35 + 0.45 * share))
        at_ms += 1_050 - 330 * share
    return beats


@cache
def _strings(chord: tuple[int, ...]) -> Sound:
    """Detuned, slowly opening saws without their upper partials."""
    long_ms = _BAR_MS + 900
    t = _time(long_ms)
    dice = np.random.default_rng(chord)
    out = np.zeros_like(t)
    for note in (chord[0] - 12, *chord):
        for detune in (-0.12, 0.09):
            pitch = _hertz(note + detune)
            phase = float(dice.random())
            for partial in range(1, 7):
                out += np.sin(2 * np.pi * (pitch * partial * t + phase * partial)) / partial**1.7
    swell = np.minimum(1, t / 0.9) * np.minimum(1, (long_ms / 1000 - t) / 0.9)
    return _mono(out * swell * (1 + 0.08 * np.sin(2 * np.pi * 4.6 * t)) * 0.07)


@cache
def _piano(note: int) -> Sound:
    t = _time(2_200)
    pitch = _hertz(note)
    out = np.zeros_like(t)
    for partial in range(1, 8):
        stretch = partial * (1 + 0.0004 * partial * partial)  # a string's stiffness
        out += np.sin(2 * np.pi * pitch * stretch * t) * np.exp(-t * (1.5 + 0.9 * partial)) / partial**1.35
    soft = np.minimum(1, t / 0.006)
    return _mono(out * soft)


def _hertz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _samples(ms: int) -> int:
    return ms * AUDIO_RATE // 1000


def _time(ms: int) -> NDArray[np.float64]:
    return np.arange(_samples(ms)) / AUDIO_RATE


def _noise(ms: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, _samples(ms))


def _mono(samples: NDArray[np.float64]) -> Sound:
    return samples.astype(np.float32)


def _add(out: Sound, sound: Sound, at_ms: int, gain: float) -> None:
    """Lay a sound into the mix; what reaches past the end is cut."""
    start = _samples(at_ms)
    piece = sound[: max(0, len(out) - start)]
    out[start : start + len(piece)] += piece * np.float32(gain)
