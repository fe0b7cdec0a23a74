"""An episode's sound: voices in their room, noises, the place's own sound, music that makes way for voices."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from hookline.engines.voice import Speech
from hookline.media.encode import AUDIO_RATE
from hookline.model.script import LineKind, Voice
from hookline.sample.music import Sound, score
from hookline.sample.sounds import ambience, effect, low_pass
from hookline.sample.stage import Stage
from hookline.sample.timeline import Item, Timeline

_VOICE_RMS = 0.115  # about -19 dBFS while somebody speaks
_DUCK = 0.36  # music under a voice: -9 dB
_MASTER = 1.4  # lifts the mix to about -15 LUFS, between what platforms ask for
_PEAK = 0.84  # -1.5 dBFS
_TENSE_MS = 14_000  # the heartbeat's time before the end


def soundtrack(timeline: Timeline, stage: Stage, *, seed: int) -> NDArray[np.float32]:
    """The mix, (2, n) float32 at 48 kHz, as long as the timeline."""
    length = timeline.duration_ms * AUDIO_RATE // 1000
    voices = _voices(timeline, stage, length)
    bed = score(
        timeline.duration_ms,
        seed=seed,
        turns_ms=_turns(timeline),
        tense_from_ms=max(0, timeline.duration_ms - _TENSE_MS),
    )
    around = _noises(timeline, stage, length) + _places(timeline, stage, length)
    ducked = bed[:length] * _ducking(voices.sum(axis=0)) * 0.42
    return _limited((voices + ducked + around) * np.float32(_MASTER))


def _voices(timeline: Timeline, stage: Stage, length: int) -> NDArray[np.float32]:
    """Each line at its time, at one loudness, a little to the speaker's side, with its room."""
    out = np.zeros((2, length), dtype=np.float32)
    for item in timeline.items:
        if item.speech is None or item.figure is None:
            continue
        dry = _levelled(_resampled(item.speech))
        inside = item.line.voice is Voice.OVER
        side = 0.0 if inside else (-0.16 if item.figure.id == stage.lead else 0.16)
        wet = dry if inside else _in_a_room(dry, large=timeline.scene(item).setting == "interior")
        start = item.span.start_ms * AUDIO_RATE // 1000
        piece = wet[: length - start]
        out[0, start : start + len(piece)] += piece * (1 - side)
        out[1, start : start + len(piece)] += piece * (1 + side)
    return out


def _resampled(speech: Speech) -> NDArray[np.float64]:
    """Speech at 48 kHz, through its spectrum, with a gentle lift of the chest and no hiss."""
    samples = speech.samples.astype(np.float64) / 32_768
    wanted = len(samples) * AUDIO_RATE // speech.rate_hz
    spectrum = np.fft.rfft(samples)
    longer = np.zeros(wanted // 2 + 1, dtype=np.complex128)
    longer[: len(spectrum)] = spectrum[: len(longer)]
    frequencies = np.fft.rfftfreq(wanted, 1 / AUDIO_RATE)
    tone = (1 + 0.45 * np.exp(-(((frequencies - 190) / 120) ** 2))) / (1 + (frequencies / 7_600) ** 6)
    tone *= 1 / (1 + (70 / np.maximum(frequencies, 1)) ** 4)
    return np.fft.irfft(longer * tone, wanted) * (wanted / max(1, len(samples)))


def _levelled(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    loud = samples[np.abs(samples) > 0.01]
    rms = float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0
    return samples * (_VOICE_RMS / rms) if rms else samples


def _in_a_room(dry: NDArray[np.float64], *, large: bool) -> NDArray[np.float64]:
    """A short tail of decaying noise: early reflections and little more."""
    tail_s = 0.55 if large else 0.18
    count = int(tail_s * AUDIO_RATE)
    t = np.arange(count) / AUDIO_RATE
    echo = np.random.default_rng(5).normal(0, 1, count) * np.exp(-t * 6.9 / tail_s)
    echo = low_pass(echo, 3_800)
    echo *= (0.17 if large else 0.07) / np.sqrt(np.sum(echo**2))
    echo[0] = 1.0
    size = 1 << (len(dry) + count - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(echo, size), size)[: len(dry) + count]


def _noises(timeline: Timeline, stage: Stage, length: int) -> Sound:
    out = np.zeros(length, dtype=np.float32)
    for item in timeline.items:
        if item.line.kind is not LineKind.ACTION:
            continue
        lowered = item.line.text.casefold()
        for match in stage.sounds:
            if all(word in lowered for word in match.words):
                at_ms = item.span.start_ms + round(match.at * item.span.duration_ms)
                _lay(out, effect(match.what), at_ms * AUDIO_RATE // 1000, 0.5)
    return out


def _places(timeline: Timeline, stage: Stage, length: int) -> Sound:
    out = np.zeros(length, dtype=np.float32)
    for number, group in groupby(timeline.items, key=lambda item: item.scene):
        items = list(group)
        scene = timeline.episode.scenes[number]
        place = stage.place(scene.place, setting=scene.setting, time=scene.time_of_day)
        start_ms, end_ms = items[0].span.start_ms, items[-1].span.end_ms
        sound = ambience(stage.ambience.get(place.id, "room"), end_ms - start_ms)
        _lay(out, _faded(sound), start_ms * AUDIO_RATE // 1000, 1.0)
    return out


def _faded(sound: Sound) -> Sound:
    count = min(len(sound) // 2, AUDIO_RATE // 20)
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    faded = sound.copy()
    faded[:count] *= ramp
    faded[len(faded) - count :] *= ramp[::-1]
    return faded


def _lay(out: Sound, sound: Sound, start: int, gain: float) -> None:
    piece = sound[: max(0, len(out) - start)]
    out[start : start + len(piece)] += piece * np.float32(gain)


def _turns(timeline: Timeline) -> tuple[int, ...]:
    """Where the story turns: what a telephone says, an outcry, the last line."""
    found = [item.span.start_ms for item in timeline.items if item.draw == "phone" or _outcry(item)]
    return (*found, timeline.items[-1].span.start_ms)


def _outcry(item: Item) -> bool:
    return item.speech is not None and item.line.text.rstrip().endswith("!") and len(item.line.text.split()) >= 5


def _ducking(voice: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 in silence, less under voices; falls at once and rises within half a second."""
    block = AUDIO_RATE // 50
    count = -(-len(voice) // block)
    padded = np.zeros(count * block, dtype=np.float32)
    padded[: len(voice)] = np.abs(voice)
    heard = padded.reshape(count, block).max(axis=1) > 0.02
    gain, level = np.empty(count, dtype=np.float32), 1.0
    for index, speaking in enumerate(heard):
        level = max(_DUCK, level - 0.16) if speaking else min(1.0, level + 0.025)
        gain[index] = level
    return np.interp(np.arange(len(voice)), (np.arange(count) + 0.5) * block, gain).astype(np.float32)


def _limited(mix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Peaks bent, not cut: straight up to half the ceiling, then ever flatter."""
    knee = _PEAK / 2
    over = np.abs(mix) > knee
    bent = np.sign(mix) * (knee + knee * np.tanh((np.abs(mix) - knee) / knee))
    return np.where(over, bent, mix).astype(np.float32)
