"""The sound of a cut: joined to the sample, as loud as the platform asks, as AAC.

Steps: the stretches of the sources are decoded to 48 kHz stereo (``hear``), joined with short crossfades of equal
power (``joined``), brought to the platform's loudness under its true peak (``levelled``), encoded, and measured again
as a viewer's player decodes it (``encoded``): AAC moves peaks by up to a few decibels, so the limit holds after it.

Loudness is EBU R128's integrated loudness (ITU-R BS.1770-5: K filter, blocks of 400 ms every 100 ms, gates at -70 LUFS
and 10 LU under the mean); true peak is the largest sample at four times the rate.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.encode import AUDIO_RATE
from hookline.media.loudness import k_response, sounding
from hookline.media.probe import opened, video_stream
from hookline.media.source import stretches
from hookline.model.cut import Clip
from hookline.model.span import Span

Samples = NDArray[np.float32]  # (channels, n) in -1..1 at 48 kHz

SILENT_LUFS = -70.0
JOIN_S = 0.010  # a crossfade at a join
EDGE_S = 0.005  # a fade at the start and the end of a cut
LEAD = 1024  # samples that AAC begins with before the first of ours
FREE_LU, UNDER_LU = 6.0, 15.0  # how much quieter music is than dialogue, alone and under it
_NEAR_LU = 0.2  # as loud as asked
_MORE_DB = 6.0  # gain that may give back what the limiter takes
_OFF_LU = 0.4  # how far encoded sound may be off
_MARGIN_DB = 1.5  # what AAC may add to a peak, first guess
_ROUNDS = 5
_REACH_S = 0.020  # over which the limiter's gain falls and rises
_PATCH = 4096
_BLOCK, _HOP = AUDIO_RATE * 4 // 10, AUDIO_RATE // 10


@dataclass(frozen=True, slots=True)
class Heard:
    """Decoded sound of stretches of one source; ``stretches`` has (first sample in source time, samples)."""

    stretches: tuple[tuple[int, Samples], ...]
    notes: tuple[str, ...] = ()

    def between(self, start: int, end: int) -> Samples:
        """Samples of source time, silence where there are none."""
        found = np.zeros((2, end - start), np.float32)
        for first, samples in self.stretches:
            low, high = max(start, first), min(end, first + samples.shape[1])
            if low < high:
                found[:, low - start : high - start] = samples[:, low - first : high - first]
        return found


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a source's sound in a cut, in samples of the source's own time."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Level:
    """How loud sound is."""

    lufs: float
    dbtp: float


@dataclass(frozen=True, slots=True)
class Track:
    """A cut's sound as an MP4 with one AAC stream, how loud it is when decoded, and what is to be said of it."""

    m4a: bytes = field(repr=False)
    level: Level
    digest: str  # SHA-256 of its packets
    notes: tuple[str, ...] = ()


# Hearing


def hear(path: Path, spans: Sequence[Span]) -> Heard:
    """Decode the sound around some spans of a source to 48 kHz stereo.

    Of several streams the one that counts is taken (``sounding``), and ``notes`` says so.

    Raises:
        Unreadable: the file is damaged.
    """
    with opened(path) as container:
        stream, count = sounding(container)
        if stream is None:
            return Heard((), (f"{path.name} has no sound: silence is put in its place",))
        start_s = _start_s(container, path)
        found = tuple(_stretch(container, stream, start_s, span) for span in stretches(spans))
        number = [one.index for one in container.streams.audio].index(stream.index) + 1
        return Heard(found, _stream_notes(path, number, count))


def is_silent(clips: Sequence[Clip], sources: Mapping[str, Path]) -> bool:
    """Whether nothing is heard in some clips of their sources.

    Raises:
        Unreadable: a source is damaged.
    """
    for name in dict.fromkeys(clip.source for clip in clips):
        spans = [clip.span for clip in clips if clip.source == name]
        sound = hear(sources[name], spans)
        for span in spans:
            found = sound.between(span.start_ms * AUDIO_RATE // 1000, span.end_ms * AUDIO_RATE // 1000)
            if integrated_lufs(found) > SILENT_LUFS:
                return False
    return True


def _stream_notes(path: Path, number: int, count: int) -> tuple[str, ...]:
    return (f"of {count} sound streams of {path.name}, number {number} is the first with sound",) if count > 1 else ()


def _start_s(container: Any, path: Path) -> float:
    if not container.streams.video:
        return 0.0
    video = video_stream(container, path)
    return float((video.start_time or 0) * video.time_base)


def _stretch(container: Any, stream: Any, start_s: float, span: Span) -> tuple[int, Samples]:
    """Sound of a span and a little around it, placed by its stamps."""
    import av

    first = max(0, span.start_ms - 100) * AUDIO_RATE // 1000
    end = (span.end_ms + 100) * AUDIO_RATE // 1000
    made = np.zeros((2, end - first), np.float32)
    container.seek(max(0, round((start_s + first / AUDIO_RATE - 0.3) * 1_000_000)))
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=AUDIO_RATE)
    at: int | None = None
    for frame in _frames(container, stream):
        due = None if frame.time is None else round((frame.time - start_s) * AUDIO_RATE) - first
        if at is None or (due is not None and abs(due - at) > AUDIO_RATE // 50):  # a gap or a jump in its stamps
            at = due if due is not None else (at or 0)
        for block in resampler.resample(frame):
            at = _put(made, at, block.to_ndarray())
        if at >= made.shape[1]:
            return first, made
    for block in resampler.resample(None):
        at = _put(made, at or 0, block.to_ndarray())
    return first, made


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Decoded blocks; one that can't be decoded, as the first after a seek, is left out, and silence stays there."""
    import av

    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _put(made: Samples, at: int, block: Any) -> int:
    low, high = max(0, at), min(made.shape[1], at + block.shape[1])
    if low < high:
        made[:, low:high] = block[:, low - at : high - at]
    return at + int(block.shape[1])


# Joining


def joined(pieces: Sequence[Piece], sounds: Mapping[str, Heard], *, channels: int = 2) -> Samples:
    """The pieces one after the other, exactly as long as they are together.

    A join is a crossfade of 10 ms and equal power around the cut, made of what the sources hold beyond it; pieces
    that go on where the last one ended are not touched.  The whole begins and ends with a fade of 5 ms.
    """
    half = min([round(JOIN_S * AUDIO_RATE / 2), *((piece.end - piece.start) // 2 for piece in pieces)])
    whole = np.zeros((2, sum(piece.end - piece.start for piece in pieces)), np.float32)
    at = 0
    for number, piece in enumerate(pieces):
        length = piece.end - piece.start
        fade_in = number > 0 and not _goes_on(pieces[number - 1], piece)
        fade_out = number + 1 < len(pieces) and not _goes_on(piece, pieces[number + 1])
        before, after = half * fade_in, half * fade_out
        sound = sounds[piece.source].between(piece.start - before, piece.end + after)
        _ramp(sound, 2 * before, 2 * after)
        low, high = max(0, at - before), min(whole.shape[1], at + length + after)
        whole[:, low:high] += sound[:, low - at + before : high - at + before]
        at += length
    edge = min(round(EDGE_S * AUDIO_RATE), whole.shape[1] // 2)
    _ramp(whole, edge, edge)
    return whole if channels == 2 else np.ascontiguousarray(whole.mean(axis=0, keepdims=True))


def _goes_on(one: Piece, two: Piece) -> bool:
    return one.source == two.source and abs(one.end - two.start) <= 1


def _ramp(sound: Samples, rise: int, fall: int) -> None:
    """Fade a sound in and out in place, with sine slopes, so that two crossed ones keep their power."""
    rise, fall = min(rise, sound.shape[1]), min(fall, sound.shape[1])
    if rise:
        sound[:, :rise] *= np.sin((np.arange(rise) + 0.5) / rise * np.pi / 2).astype(np.float32)
    if fall:
        sound[:, -fall:] *= np.cos((np.arange(fall) + 0.5) / fall * np.pi / 2).astype(np.float32)


# A bed of music


def bedded(voice: Samples, music: Samples) -> Samples:
    """Dialogue over music that is kept clear of it.

    Music is ``FREE_LU`` quieter than the dialogue's integrated loudness, and ``UNDER_LU`` quieter while somebody
    speaks: it goes down within 0.3 s before the first word and comes back over 0.8 s once 0.4 s have been quiet.
    Music shorter than the dialogue ends with a fade; silence in the place of dialogue leaves the music alone.
    """
    bed = np.zeros_like(voice)
    length = min(voice.shape[1], music.shape[1])
    bed[:, :length] = music[: voice.shape[0], :length] if len(music) >= len(voice) else music[:1, :length]
    fade = min(AUDIO_RATE, length)
    bed[:, length - fade : length] *= np.linspace(1, 0, fade, dtype=np.float32)
    spoken, played = integrated_lufs(voice), integrated_lufs(music)
    if spoken <= SILENT_LUFS or played <= SILENT_LUFS:
        return voice + bed
    active = _spoken(voice, spoken)
    gain_db = spoken - played - FREE_LU - (UNDER_LU - FREE_LU) * active
    return voice + bed * (10 ** (gain_db / 20)).astype(np.float32)


def _spoken(voice: Samples, lufs: float) -> NDArray[np.float64]:
    """From 0 to 1, by sample, how far the music is down for the voice."""
    loud = np.concatenate(list(_hop_powers(voice))) > _power(lufs - 10)
    padded = np.pad(loud, (4, 3))
    held = np.array([padded[n : n + 8].any() for n in range(len(loud))])  # 0.3 s ahead, 0.4 s after
    slope = np.empty(len(held))
    level = float(held[0])
    for n, down in enumerate(held.tolist()):
        level = min(1.0, level + 1 / 2) if down else max(0.0, level - 1 / 8)
        slope[n] = level
    hops = (np.arange(len(slope)) + 0.5) * _HOP
    return np.interp(np.arange(voice.shape[1]), hops, slope)


# Measuring


def level_of(samples: Samples) -> Level:
    """Integrated loudness and true peak of samples at 48 kHz; silence reads -70 LUFS."""
    return Level(integrated_lufs(samples), true_peak_dbtp(samples))


def integrated_lufs(samples: Samples) -> float:
    """EBU R128's integrated loudness; sound under 400 ms is taken as one block."""
    hops = np.concatenate(list(_hop_powers(samples)), axis=0)
    per = _BLOCK // _HOP
    if len(hops) >= per:
        sums = np.cumsum(np.concatenate([[0.0], hops]))
        blocks = (sums[per:] - sums[:-per]) / per
    else:
        blocks = hops.mean(keepdims=True)
    gated = blocks[blocks > _power(SILENT_LUFS)]
    if not len(gated):
        return SILENT_LUFS
    gated = gated[gated > gated.mean() / 10]
    return -0.691 + 10 * math.log10(float(gated.mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _hop_powers(samples: Samples) -> Iterator[NDArray[np.float64]]:
    """Power of each 100 ms after the K filter, the channels added."""
    context, per = AUDIO_RATE // 4, 16 * _HOP
    total = samples.shape[1]
    for start in range(0, max(total, 1), per):
        low, high = max(0, start - context), min(total, start + per)
        size = context + per
        padded = np.zeros((samples.shape[0], size))
        padded[:, context - (start - low) : context + high - start] = samples[:, low:high]
        heard = np.fft.irfft(np.fft.rfft(padded, axis=1) * k_response(size), n=size, axis=1)[:, context:]
        count = max(1, -(-(high - start) // _HOP)) if high - start < per else 16
        whole = (heard**2).sum(axis=0).reshape(16, _HOP)[:count].sum(axis=1)
        lengths = np.minimum(_HOP, np.maximum(1, (high - start) - _HOP * np.arange(count)))
        yield whole / lengths


def true_peak_dbtp(samples: Samples) -> float:
    """The largest sample at four times the rate, in dB of full scale."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak == 0.0:
        return -120.0
    return 20 * math.log10(max(peak, _between_peak(samples, peak / 2)))


def _between_peak(samples: Samples, least: float) -> float:
    """The peak at four times the rate of the stretches whose samples come near it."""
    return float(_envelope_over(samples, least).max(initial=0.0))


def _envelope_over(samples: Samples, least: float) -> NDArray[np.float32]:
    """The envelope; where the samples stay under ``least``, theirs alone."""
    envelope: NDArray[np.float32] = np.abs(samples).max(axis=0)
    for start in range(0, samples.shape[1], _PATCH):
        low, high = max(0, start - 16), start + _PATCH + 16
        if float(envelope[start : start + _PATCH].max()) >= least:
            found = _envelope(samples[:, low:high])[start - low :]
            envelope[start : start + _PATCH] = found[: len(envelope[start : start + _PATCH])]
    return envelope


def _envelope(samples: Samples) -> NDArray[np.float32]:
    """For each sample the largest magnitude at four times the rate until the next, over the channels."""
    envelope: NDArray[np.float32] = np.abs(samples).max(axis=0)
    for phase in _phases():
        for channel in samples:
            np.maximum(envelope, np.abs(np.convolve(channel, phase, mode="same")), out=envelope)
    return envelope


@lru_cache(maxsize=1)
def _phases() -> tuple[NDArray[np.float32], ...]:
    """Windowed sinc filters that read a sound a quarter, a half and three quarters of a sample later."""
    taps = np.arange(-12, 13)
    window = np.kaiser(25, 6.0)
    return tuple((np.sinc(taps + part) * window).astype(np.float32) for part in (0.25, 0.5, 0.75))


# Levelling


@dataclass(frozen=True, slots=True)
class _Raw:
    """Sound with what levelling it again and again needs to be measured once."""

    samples: Samples
    lufs: float
    envelope: NDArray[np.float32]  # magnitudes between samples too

    @classmethod
    def of(cls, samples: Samples, *, lufs: float, dbtp: float) -> _Raw:
        """Measure; what stays well under the limit after the most gain keeps the envelope of its samples."""
        now = integrated_lufs(samples)
        most = 10 ** ((lufs - now + _MORE_DB) / 20)
        return cls(samples, now, _envelope_over(samples, 0.7 * 10 ** (dbtp / 20) / most))


def levelled(samples: Samples, *, lufs: float, dbtp: float) -> Samples:
    """Sound brought to a loudness by one gain, its peaks held under a limit; silence stays silence.

    The limiter's gain falls and rises over 20 ms, so that speech isn't pumped.  What it takes from the loudness is
    given back by a little more gain, in a few rounds.
    """
    return _levelled(_Raw.of(samples, lufs=lufs, dbtp=dbtp), lufs=lufs, dbtp=dbtp)


def _levelled(raw: _Raw, *, lufs: float, dbtp: float | NDArray[np.float32]) -> Samples:
    """``dbtp`` may be a limit for each sample."""
    if raw.lufs <= SILENT_LUFS:
        return raw.samples
    gain_db = lufs - raw.lufs
    ceiling = (10 ** (np.asarray(dbtp) / 20)).astype(np.float32)
    made = raw.samples
    for _ in range(5):
        made = _limited(raw, gain=10 ** (gain_db / 20), ceiling=ceiling)
        short = lufs - integrated_lufs(made)
        if abs(short) <= _NEAR_LU:
            break
        gain_db = min(gain_db + short, lufs - raw.lufs + _MORE_DB)
    return made


def _limited(raw: _Raw, *, gain: float, ceiling: NDArray[np.float32]) -> Samples:
    highest = np.maximum(raw.envelope * np.float32(gain), np.float32(1e-9))
    made = raw.samples * np.float32(gain)
    needed = np.minimum(np.float32(1.0), ceiling / highest)
    if float(needed.min(initial=1.0)) < 1.0:
        made *= _smooth(needed)
    return made


def _smooth(needed: NDArray[np.float32]) -> NDArray[np.float32]:
    """A gain never above the needed one: its least over 40 ms, averaged twice over windows that fit into that."""
    reach = round(_REACH_S * AUDIO_RATE) // 2 * 2
    least = _window_least(np.pad(needed, 2 * reach, constant_values=1.0), 2 * reach + 1)
    return _mean(_mean(least, reach + 1), reach + 1)


def _window_least(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The least of each window, by doubling."""
    least, reach = values, 1
    while reach * 2 <= width:
        least, reach = np.minimum(least[:-reach], least[reach:]), reach * 2
    rest = width - reach
    return np.minimum(least[:-rest], least[rest:]) if rest else least


def _mean(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    sums = np.cumsum(np.pad(values, (1, 0)), dtype=np.float64)
    means: NDArray[np.float32] = ((sums[width:] - sums[:-width]) / width).astype(np.float32)
    return means


# Encoding


def encoded(samples: Samples, *, lufs: float, dbtp: float, kbps: int = 160) -> Track:
    """Sound levelled and encoded, so that both hold when it is decoded again.

    Raises:
        MissingExtra: PyAV is not installed.
    """
    raw = _Raw.of(samples, lufs=lufs, dbtp=dbtp)
    if raw.lufs <= SILENT_LUFS:
        data = _aac(samples, kbps)
        return Track(data, Level(SILENT_LUFS, -120.0), decoded(data)[1], ("the cut is silent",))
    limits = np.full(samples.shape[1], dbtp - _MARGIN_DB, np.float32)
    asked = lufs
    for _ in range(_ROUNDS):
        data = _aac(_levelled(raw, lufs=asked, dbtp=limits), kbps)
        made, digest = decoded(data)
        level = level_of(made)
        track = Track(data, level, digest, _level_notes(level, lufs))
        off_lu = lufs - level.lufs
        if level.dbtp <= dbtp and abs(off_lu) <= _OFF_LU:
            break
        limits -= _over_db(made, dbtp, len(limits))
        asked += off_lu if abs(off_lu) > _OFF_LU else 0.0
    return track


def _over_db(made: Samples, dbtp: float, length: int) -> NDArray[np.float32]:
    """How far encoded sound is over its limit around each sample, and a little more, in dB."""
    ceiling = 10 ** (dbtp / 20)
    over = np.zeros(length, np.float32)
    envelope = _envelope_over(made, ceiling / 2)[:length]
    over[: len(envelope)] = 20 * np.log10(np.maximum(envelope / ceiling, 1.0))
    reach = AUDIO_RATE // 2  # AAC's errors move when the sound is changed: all that is near is taken down with it
    around = -_window_least(np.pad(-over, reach), 2 * reach + 1)
    spread: NDArray[np.float32] = np.where(around > 0, around + np.float32(0.5), np.float32(0))
    return spread


def _level_notes(level: Level, lufs: float) -> tuple[str, ...]:
    if abs(level.lufs - lufs) <= 1.0:
        return ()
    return (f"the sound reaches {level.lufs:.1f} LUFS instead of {lufs:.1f} under its peak limit",)


def _aac(samples: Samples, kbps: int) -> bytes:
    """Samples as an MP4 in memory.

    AAC begins with a block of 1024 samples of its own, which an edit list would hide.  Not every platform takes
    edit lists: the block stands in for the first 21 ms of the sound instead, which are silent then, and all that
    follows is in its place.
    """
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4", options={"use_editlist": "0"}) as container:
        stream: Any = container.add_stream("aac", rate=AUDIO_RATE)
        stream.codec_context.layout = "mono" if samples.shape[0] == 1 else "stereo"
        stream.codec_context.bit_rate = kbps * 1000
        stream.codec_context.time_base = Fraction(1, AUDIO_RATE)
        layout = stream.codec_context.layout.name
        for start in range(LEAD, max(samples.shape[1], LEAD + 1), 1024):
            piece = np.ascontiguousarray(samples[:, start : start + 1024], dtype=np.float32)
            if start == LEAD:
                rise = min(240, piece.shape[1])
                piece[:, :rise] *= np.linspace(0, 1, rise, dtype=np.float32)
            block = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
            block.sample_rate, block.pts, block.time_base = AUDIO_RATE, start, Fraction(1, AUDIO_RATE)
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def decoded(data: bytes) -> tuple[Samples, str]:
    """The sound of an MP4 in memory as a player makes it, and the SHA-256 of its packets."""
    import av

    container: Any = av.open(io.BytesIO(data))
    known = hashlib.sha256()
    blocks = []
    with container:
        for packet in container.demux(audio=0):
            known.update(bytes(packet))
            blocks += [frame.to_ndarray() for frame in packet.decode()]
    return np.concatenate(blocks, axis=1), known.hexdigest()
