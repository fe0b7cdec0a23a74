from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hookline.media.encode import Encoding, MovieWriter
from hookline.media.loudness import SILENCE_LUFS, loudness_by_second, loudness_of


def sine(dbfs: float, *, hertz: float = 997.0, seconds: int = 3) -> NDArray[np.float32]:
    times = np.arange(seconds * 48_000) / 48_000
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


@pytest.mark.parametrize("dbfs", [-23.0, -33.0])
def test_the_sines_of_tech_3341(dbfs: float) -> None:
    # EBU Tech 3341, cases 1 and 2: a stereo sine of that peak level reads as that many LUFS, within 0.1
    assert loudness_of(np.stack([sine(dbfs)] * 2)) == pytest.approx([dbfs] * 3, abs=0.1)


def test_one_channel_is_three_decibels_quieter_than_two() -> None:
    assert loudness_of(sine(-20.0)[None]) == pytest.approx([-23.0] * 3, abs=0.05)


def test_a_low_hum_counts_less() -> None:
    assert loudness_of(sine(-20.0, hertz=25.0)[None])[1] < -30.0


def test_silence() -> None:
    assert loudness_of(np.zeros((2, 48_000), np.float32)) == (SILENCE_LUFS,)


def test_out_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tone.mp4"
    with MovieWriter(path, Encoding(64, 64)) as movie:
        movie.sound(np.stack([sine(-23.0)] * 2))
        movie.picture(np.zeros((64, 64, 3), np.uint8), repeat=75)
    found = loudness_by_second(path)
    assert found is not None
    assert found[:3] == pytest.approx([-23.0] * 3, abs=0.2)  # AAC adds its own
