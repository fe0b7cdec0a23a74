from __future__ import annotations

import io
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from PIL import Image

from hookline.media.encode import Encoding, MovieWriter
from hookline.media.stills import still
from hookline.model.errors import BadInput, Unreadable
from tests.shared import shared_data


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds at 25 frames a second whose grey says which frame it is: 2 per frame from 20."""
    path = tmp_path_factory.mktemp("stills") / "steps.mp4"
    with MovieWriter(path, Encoding(160, 90, channels=1, crf=8)) as movie:
        movie.sound(np.zeros((1, 4 * 48_000), dtype=np.float32))
        for number in range(100):
            movie.picture(np.full((90, 160, 3), 20 + 2 * number, dtype=np.uint8))
    return path


def _grey(jpeg: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(jpeg)).convert("L")).mean())


@pytest.mark.parametrize(
    ("at_ms", "frame"), [(0, 0), (39, 0), (40, 1), (1_000, 25), (1_079, 26), (2_520, 63), (3_960, 99)]
)
def test_the_frame_at_or_before(steps: Path, at_ms: int, frame: int) -> None:
    assert _grey(still(steps, at_ms=at_ms, width=160)) == pytest.approx(20 + 2 * frame, abs=1.2)


@pytest.mark.parametrize(("at_ms", "frame"), [(-5, 0), (4_000, 99), (3_600_000, 99)])
def test_outside_gives_the_nearest_end(steps: Path, at_ms: int, frame: int) -> None:
    assert _grey(still(steps, at_ms=at_ms, width=160)) == pytest.approx(20 + 2 * frame, abs=1.2)


@pytest.mark.parametrize(
    "parts",
    [
        ("tears_of_steel", "battle-clip-medium.webm"),
        ("mdn", "friday.mp4"),
        ("grid_lipnet", "bbaf2n.mpg"),
        ("moviepy", "big_buck_bunny_0_30.webm"),
    ],
    ids=lambda parts: parts[-1],
)
def test_real_media(parts: tuple[str, ...]) -> None:
    path = shared_data("media", *parts)
    picture = Image.open(io.BytesIO(still(path, at_ms=1_500, width=320)))
    assert picture.format == "JPEG"
    assert picture.width == 320
    assert np.asarray(picture).std() > 10, "a real picture, not one flat colour"


def test_two_moments_of_a_film_differ() -> None:
    path = shared_data("media", "tears_of_steel", "battle-clip-medium.webm")
    early, late = (
        np.asarray(Image.open(io.BytesIO(still(path, at_ms=at, width=160))), dtype=float) for at in (5_000, 50_000)
    )
    assert np.abs(early - late).mean() > 10


def test_a_late_still_does_not_decode_the_whole_film() -> None:
    path = shared_data("media", "tears_of_steel", "battle-clip-medium.webm")
    started = perf_counter()
    still(path, at_ms=65_000, width=320)
    assert perf_counter() - started < 3


def test_a_turned_picture_stands_upright(steps: Path, tmp_path: Path) -> None:
    from tests.media.test_probe import _turn_by_quarter

    turned = tmp_path / "turned.mp4"
    turned.write_bytes(steps.read_bytes())
    _turn_by_quarter(turned)
    picture = Image.open(io.BytesIO(still(turned, at_ms=0, width=90)))
    assert picture.size == (90, 160)


def test_no_width(steps: Path) -> None:
    with pytest.raises(BadInput):
        still(steps, at_ms=0, width=0)


def test_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "noise.webm").write_bytes(b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 20)
    with pytest.raises(Unreadable):
        still(tmp_path / "noise.webm", at_ms=0, width=100)
