from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hookline.media.loudness import SILENCE_LUFS, loudness_by_second
from hookline.media.sound import (
    Heard,
    Piece,
    bedded,
    encoded,
    hear,
    integrated_lufs,
    joined,
    level_of,
    levelled,
    true_peak_dbtp,
)
from hookline.media.voice import voice_of
from hookline.model.span import Span
from tests.media.films import RATE, plain, program, tone
from tests.shared import shared_data

Samples = NDArray[np.float32]


def sine(dbfs: float, seconds: float, hertz: float = 1000.0) -> Samples:
    return tone(seconds, hertz=hertz, amplitude=10 ** (dbfs / 20))


# EBU Tech 3341, table 1: what an integrated meter must read, within 0.1 LU
TECH_3341 = [
    ([(-23.0, 20)], -23.0),
    ([(-33.0, 20)], -33.0),
    ([(-36.0, 10), (-23.0, 60), (-36.0, 10)], -23.0),
    ([(-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10)], -23.0),
    ([(-26.0, 20), (-20.0, 20.1), (-26.0, 20)], -23.0),
]


@pytest.mark.parametrize(("parts", "expected"), TECH_3341)
def test_the_integrated_cases_of_tech_3341(parts: list[tuple[float, float]], expected: float) -> None:
    sound = np.concatenate([sine(dbfs, seconds) for dbfs, seconds in parts], axis=1)
    assert integrated_lufs(sound) == pytest.approx(expected, abs=0.1)


# cases 15 to 19: a sine whose samples miss its peaks; within +0.2 and -0.4 dB
@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude", "expected"),
    [(4, 0, 0.5, -6.0), (4, 45, 0.5, -6.0), (6, 60, 0.5, -6.0), (8, 67.5, 0.5, -6.0), (4, 45, 1.41, 3.0)],
)
def test_the_true_peak_cases_of_tech_3341(divisor: int, degrees: float, amplitude: float, expected: float) -> None:
    phase = 2 * np.pi * np.arange(RATE) / divisor + np.radians(degrees)
    sound = np.tile(amplitude * np.sin(phase), (2, 1)).astype(np.float32)
    sound *= np.minimum(1, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 2000).astype(np.float32)
    assert -0.4 <= true_peak_dbtp(sound) - expected <= 0.2


def test_silence_reads_as_silence() -> None:
    assert level_of(np.zeros((2, RATE), np.float32)).lufs == -70.0


# Joins


def test_pieces_are_joined_to_the_sample() -> None:
    ramp: Samples = np.tile(np.arange(20_000, dtype=np.float32) / np.float32(40_000), (2, 1))
    sounds = {"a": Heard(((0, ramp),))}
    whole = joined([Piece("a", 1000, 5000), Piece("a", 5000, 9000), Piece("a", 12_000, 15_000)], sounds)
    assert whole.shape == (2, 11_000)
    assert np.array_equal(whole[:, 500:7500], ramp[:, 1500:8500]), "what goes on is not touched"
    assert np.array_equal(whole[:, 8300:10_500], ramp[:, 12_300:14_500])


def test_a_join_keeps_its_power_and_does_not_click() -> None:
    dice = np.random.default_rng(8)
    noise = [(0.1 * dice.standard_normal((2, 40_000))).astype(np.float32) for _ in "ab"]
    sounds = {name: Heard(((0, sound),)) for name, sound in zip("ab", noise, strict=True)}
    joins = [joined([Piece("a", n, n + 8000), Piece("b", n, n + 8000)], sounds) for n in range(2000, 20_000, 400)]
    power = np.mean([join[:, 7900:8100] ** 2 for join in joins])
    assert power == pytest.approx(0.01, rel=0.05), "equal power through the crossfade"
    steady: Samples = np.full((2, 40_000), 0.5, np.float32)
    high = {"a": Heard(((0, steady),)), "b": Heard(((0, -steady),))}
    jump = joined([Piece("a", 1000, 9000), Piece("b", 1000, 9000)], high)
    assert np.abs(np.diff(jump)).max() < 0.006, "no step at the join, the start or the end"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 3000)), min_size=1, max_size=8))
def test_joined_is_as_long_as_its_pieces(parts: list[tuple[int, int]]) -> None:
    sounds = {"a": Heard(((0, np.ones((2, 12_000), np.float32)),))}
    whole = joined([Piece("a", start, start + length) for start, length in parts], sounds)
    assert whole.shape == (2, sum(length for _, length in parts))
    assert float(np.abs(whole).max()) <= 2.0
    assert np.isfinite(whole).all()


def test_what_a_source_does_not_hold_is_silent() -> None:
    heard = Heard(((100, np.ones((2, 50), np.float32)),))
    assert heard.between(80, 170)[0].tolist() == [0.0] * 20 + [1.0] * 50 + [0.0] * 20


# Loudness


def crackling(seconds: float = 8.0) -> Samples:
    """Noise like speech: syllables, pauses and hard peaks."""
    dice = np.random.default_rng(9)
    noise = dice.standard_normal((2, round(seconds * RATE)))
    times = np.arange(noise.shape[1]) / RATE
    syllables = np.maximum(0, np.sin(2 * np.pi * 3.1 * times)) ** 2 * (np.sin(2 * np.pi * 0.2 * times) > -0.6)
    sound = 0.05 * noise * syllables
    sound[:, :: RATE // 3] = 0.9
    made: Samples = sound.astype(np.float32)
    return made


@pytest.mark.parametrize(("lufs", "dbtp"), [(-14.0, -1.0), (-16.0, -1.5), (-23.0, -2.0)])
def test_loudness_and_peak_are_reached(lufs: float, dbtp: float) -> None:
    made = levelled(crackling(), lufs=lufs, dbtp=dbtp)
    assert integrated_lufs(made) == pytest.approx(lufs, abs=0.3)
    assert true_peak_dbtp(made) <= dbtp + 0.05


def test_quiet_sound_is_only_made_louder() -> None:
    sound = sine(-40.0, 3.0, 440)
    made = levelled(sound, lufs=-20.0, dbtp=-1.0)
    ratio = made[:, 1000:-1000] / np.where(np.abs(sound[:, 1000:-1000]) > 1e-3, sound[:, 1000:-1000], np.nan)
    assert np.nanstd(ratio) < 1e-4, "one gain, no limiter"


REAL = [
    ("grid_twoshot", "grid_twoshot_1280x720.mp4", 0, 15_000),  # speech
    ("tears_of_steel", "battle-clip-medium.webm", 20_000, 35_000),  # music, shots, shouts
]


@pytest.mark.parametrize(("room", "name", "start", "end"), REAL, ids=[one[0] for one in REAL])
@pytest.mark.parametrize(("lufs", "dbtp"), [(-14.0, -1.0), (-16.0, -1.5)])
def test_real_sound_by_an_independent_meter(
    tmp_path: Path, room: str, name: str, start: int, end: int, lufs: float, dbtp: float
) -> None:
    path = shared_data("media", room, name)
    heard = hear(path, [Span(start, end)])
    track = encoded(joined([Piece("a", start * 48, end * 48)], {"a": heard}), lufs=lufs, dbtp=dbtp)
    (tmp_path / "sound.m4a").write_bytes(track.m4a)
    asked = [program("ffmpeg"), "-hide_banner", "-nostats"]
    told = subprocess.run(
        [*asked, "-i", str(tmp_path / "sound.m4a"), "-af", "ebur128=peak=true", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr.split("Summary:")[-1]
    found_lufs, found_peak = (float(re.search(rf"{key}:\s+(-?[\d.]+)", told)[1]) for key in ("I", "Peak"))  # type: ignore[index]
    assert found_lufs == pytest.approx(lufs, abs=1.0), told
    assert found_peak <= dbtp + 0.1, told
    assert track.level.lufs == pytest.approx(found_lufs, abs=0.15), "our meter and ffmpeg's agree"
    assert track.level.dbtp == pytest.approx(found_peak, abs=0.25)


# Music


def test_music_makes_way_for_speech() -> None:
    voice = np.zeros((2, 12 * RATE), np.float32)
    voice[:, 4 * RATE : 8 * RATE] = sine(-23.0, 4.0, 500)
    music = sine(-10.0, 12.0, 2000)
    bed = bedded(voice, music) - voice
    level = [integrated_lufs(bed[:, round(a * RATE) : round(b * RATE)]) for a, b in ((0, 3.4), (4, 8), (9.6, 11))]
    spoken = integrated_lufs(voice)
    assert spoken - level[1] >= 14, "well under the words"
    assert spoken - level[0] == pytest.approx(6, abs=0.7)
    assert spoken - level[2] == pytest.approx(6, abs=0.7)
    assert np.abs(bed[:, -50:]).max() < 0.01, "ends with a fade"


def test_music_where_nobody_speaks_is_left_alone() -> None:
    music = sine(-20.0, 3.0)
    assert np.array_equal(bedded(np.zeros((2, 2 * RATE), np.float32), music)[:, :RATE], music[:, :RATE])


def test_analysis_and_cuts_hear_the_same_stream(tmp_path: Path) -> None:
    """The first is silent, the second only for a second and a half: that one counts, in every stretch of it."""
    silence = np.zeros((1, 3 * RATE), np.float32)
    late = tone(3.0, hertz=600, channels=1)
    late[:, : RATE * 3 // 2] = 0
    film = plain(tmp_path / "film.mp4", 75, sounds=(silence, late, tone(3.0, hertz=90)))
    loud = loudness_by_second(film)
    voice = voice_of(film)
    assert loud is not None
    assert voice is not None
    assert loud[0] == SILENCE_LUFS
    assert loud[2] > -40
    assert np.mean(voice.levels_db[:70]) < np.mean(voice.levels_db[-70:]) - 20
    early = hear(film, [Span(0, 1000)])
    assert "number 2 is the first with sound" in early.notes[0]
    assert float(np.abs(early.between(0, RATE)).max()) < 0.001
    assert float(np.abs(hear(film, [Span(0, 3000)]).between(2 * RATE, 3 * RATE)).max()) > 0.05
