"""How loud a video's sound is, second by second, as an ear has it (ITU-R BS.1770, EBU R128).

For each second: the sound at 48 kHz passes the K filter (a shelf of +4 dB above 1.7 kHz for the head, then a
high pass at 38 Hz), and with z_i the mean square of channel i

    L = -0.691 + 10 log10(sum of G_i z_i)   LUFS,   G = 1, but 1.41 for surround channels and 0 for the LFE.

This is R128's momentary loudness over a window of 1 s that doesn't overlap the next, without a gate.  The filter is
applied to each second in the frequency domain, with a quarter of a second before it: by then the filter's
answer has died away to less than 1e-20.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.probe import opened, video_stream

RATE = 48_000  # Hz
QUIET = 0.001  # -60 dBFS: a stream that never gets louder holds no sound
SILENCE_LUFS = -70.0  # R128's absolute gate; nothing is told as quieter
_CONTEXT = RATE // 4
# BS.1770-5, tables 1 and 2: numerator and denominator of each stage at 48 kHz
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_SURROUND = 1.41


def loudness_by_second(path: Path) -> tuple[float, ...] | None:
    """Loudness of each second in LUFS, from the first picture on; None without sound.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        MissingExtra: PyAV is not installed.
    """
    with opened(path) as container:
        video = video_stream(container, path)
        if not container.streams.audio:
            return None
        start_s = float((video.start_time or 0) * video.time_base)
        sound, _ = sounding(container)
        weights, pieces = _weights(sound.codec_context.layout), _decoded(container, sound, start_s)
        return tuple(_level(second, weights) for second in _seconds(pieces))


def sounding(container: Any) -> tuple[Any, int]:
    """The stream of sound that counts, and how many there are: the first that isn't silent, else the first of all.

    Analysis and cuts take the same.  A file with one stream is not read for it.
    """
    streams = list(container.streams.audio)
    if len(streams) < 2:
        return (streams[0] if streams else None), len(streams)
    heard = next((stream for stream in streams if _is_heard(container, stream)), streams[0])
    container.seek(0)
    return heard, len(streams)


def _is_heard(container: Any, stream: Any) -> bool:
    import av

    container.seek(0)
    resampler = av.AudioResampler(format="fltp", rate=RATE)
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:  # the first after a seek
            continue
        for frame in frames:
            for made in resampler.resample(frame):
                if float(np.abs(_samples(made)).max(initial=0.0)) > QUIET:
                    return True
    return False


def loudness_of(samples: NDArray[np.float32], *, weights: NDArray[np.float64] | None = None) -> tuple[float, ...]:
    """Loudness of each second of (channels, n) samples at 48 kHz, in LUFS."""
    gains = np.ones(samples.shape[0]) if weights is None else weights
    return tuple(_level(second, gains) for second in _seconds(iter([samples])))


def _decoded(container: Any, stream: Any, start_s: float) -> Iterator[NDArray[np.float32]]:
    """Sound from the first picture on; what is missing before it or in between is silence."""
    import av

    resampler = av.AudioResampler(format="fltp", rate=RATE)
    written = 0
    for frame in container.decode(stream):
        due = None if frame.time is None else round((frame.time - start_s) * RATE)
        for made in resampler.resample(frame):
            samples = _samples(made)
            if due is not None and due - written > RATE // 10:
                yield np.zeros((samples.shape[0], due - written), np.float32)
                written = due
            if due is not None and written == 0 and due < 0:
                samples = samples[:, -due:]
            due = None
            written += samples.shape[1]
            yield samples
    for made in resampler.resample(None):
        yield _samples(made)


def _samples(frame: Any) -> NDArray[np.float32]:
    samples: NDArray[np.float32] = frame.to_ndarray()
    return samples


def _weights(layout: Any) -> NDArray[np.float64]:
    surround = ("BL", "BR", "SL", "SR")
    return np.array([0.0 if c.name == "LFE" else _SURROUND if c.name in surround else 1.0 for c in layout.channels])


def _seconds(pieces: Iterator[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """Each second with the quarter before it; the last may be shorter."""
    held: NDArray[np.float32] | None = None
    for piece in pieces:
        held = np.concatenate([np.zeros((piece.shape[0], _CONTEXT), np.float32) if held is None else held, piece], 1)
        while held.shape[1] >= _CONTEXT + RATE:
            yield held[:, : _CONTEXT + RATE]
            held = held[:, RATE:]
    if held is not None and held.shape[1] > _CONTEXT:
        yield held


def _level(second: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    length = second.shape[1]
    spectrum = np.fft.rfft(second.astype(np.float64), axis=1) * k_response(length)
    heard = np.fft.irfft(spectrum, n=length, axis=1)[:, _CONTEXT:]
    power = float(weights @ (heard**2).mean(axis=1))
    return round(max(SILENCE_LUFS, -0.691 + 10 * math.log10(power)), 2) if power > 0 else SILENCE_LUFS


@lru_cache(maxsize=4)
def k_response(length: int) -> NDArray[np.complex128]:
    """The K filter's answer at the frequencies of a real transform of so many samples at 48 kHz."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(length))
    answer: NDArray[np.complex128] = np.ones_like(z)
    for above, below in (_SHELF, _HIGH_PASS):
        answer = answer * np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    return answer
