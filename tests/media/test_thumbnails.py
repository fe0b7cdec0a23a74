from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from bench.eyes import marked
from numpy.typing import NDArray

from hookline.engines.faces import CascadeFaces, FaceFinder, YuNetFaces
from hookline.engines.models import MODELS
from hookline.media.thumbnails import OPEN, Tracked, eyes_open, faces_in, thumbnails
from hookline.model.cut import Clip, Crop, Cut, Fill, Framing
from hookline.model.errors import Unreadable
from hookline.model.face import Face, FaceTrack
from hookline.model.span import Span
from tests.media.films import write
from tests.shared import shared_data

Picture = NDArray[np.uint8]
SIZE = (180, 320)
EYES = ((70.0, 140.0), (110.0, 140.0))


def face(*, score: float = 0.9) -> Face:
    return Face(40, 90, 100, 130, score, EYES, (90.0, 190.0))


def drawn(*, is_open: bool = True, grain: float = 12.0, light: float = 1.0, seed: int = 0) -> Picture:
    """A head on a grainy ground, its eyes open or closed."""
    dice = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    luma = 90 + grain * dice.standard_normal((SIZE[1], SIZE[0]))
    luma[((rows - 155) / 65) ** 2 + ((columns - 90) / 50) ** 2 < 1] = 170
    for x, y in EYES:
        high = 5 if is_open else 1
        luma[((rows - y) / high) ** 2 + ((columns - x) / 5) ** 2 < 1] = 30
    return np.repeat(np.clip(luma * light, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def blurred(picture: Picture) -> Picture:
    small = picture[::8, ::8]
    return np.repeat(np.repeat(small, 8, axis=0), 8, axis=1)[: SIZE[1], : SIZE[0]] // 2 + 60


def test_open_and_closed_eyes() -> None:
    opened = eyes_open(drawn()[..., 0].astype(np.float32), face())
    closed = eyes_open(drawn(is_open=False)[..., 0].astype(np.float32), face())
    assert opened > OPEN
    assert closed < OPEN


@pytest.mark.parametrize("name", ["opencv-cascades", "yunet"])
def test_eyes_that_were_looked_at(name: str) -> None:
    """One speaker's eyes in fifteen pictures, two of them in a blink."""
    if name == "yunet":
        finder: FaceFinder = YuNetFaces(shared_data("models", MODELS["yunet"].file))
    else:
        shared_data("media", "grid_lipnet")
        finder = CascadeFaces()
    seen = list(marked(finder, only="grid_lipnet/pwij3p"))
    assert [is_open for is_open, _, _ in seen].count(False) == 2
    assert all((eyes_open(luma, one) >= OPEN) == is_open for is_open, luma, one in seen)


def test_the_sharp_well_lit_picture_is_found(tmp_path: Path) -> None:
    pictures = [
        *(blurred(drawn(seed=1)) for _ in range(50)),
        *(drawn(grain=25, seed=2) for _ in range(50)),
        *(drawn(grain=25, light=0.2, seed=3) for _ in range(50)),
    ]
    film = write(tmp_path / "film.mp4", pictures, options={"preset": "ultrafast", "g": "25"})
    (found,) = thumbnails(film, width=90)
    assert 2000 < found.at_ms < 4000
    assert found.why == "sharp, well exposed"
    container: Any = av.open(BytesIO(found.jpeg))
    with container:
        assert next(container.decode(video=0)).width == 90


def test_open_eyes_are_preferred(tmp_path: Path) -> None:
    pictures = [drawn(is_open=100 <= n < 120, seed=n // 5) for n in range(150)]
    film = write(tmp_path / "film.mp4", pictures, options={"preset": "ultrafast", "g": "50", "crf": "15"})
    faces = [(40 * n, face()) for n in range(0, 150, 5)]
    (found,) = thumbnails(film, faces=faces)
    assert 4000 <= found.at_ms < 4800
    assert found.why.startswith("a large face, open eyes")


def test_joins_are_avoided_and_pictures_stand_apart(tmp_path: Path) -> None:
    film = write(
        tmp_path / "film.mp4", [drawn(seed=n // 25) for n in range(175)], options={"preset": "ultrafast", "g": "25"}
    )
    found = thumbnails(film, count=3, joins_ms=[n * 1000 for n in range(7)], width=90)
    assert len(found) == 3
    times = sorted(one.at_ms for one in found)
    assert all(b - a >= 2000 for a, b in pairwise(times))
    assert all(300 <= at_ms % 1000 <= 700 for at_ms in times)


def test_faces_through_the_camera() -> None:
    crop = Framing(Span(0, 1000), Fill.CROP, (Crop(0, 20, 0, 200, 300), Crop(1000, 120, 0, 200, 300)))
    cut = Cut("c", "s", 1, (Clip("a", Span(0, 200)), Clip("a", Span(0, 1000), (crop,))))
    track = FaceTrack(0, 0, tuple(face(score=0.9 if n != 1 else 0.0) for n in range(4)))
    found = faces_in(cut, {"a": Tracked((0, 100, 150, 900), (track,))}, size=(400, 600))
    assert [at_ms for at_ms, _ in found] == [200, 350], "not the one drawn between finds, not the one cut off"
    assert found[0][1].left == pytest.approx((40 - 20) * 2)
    assert found[1][1].left == pytest.approx((40 - 35) * 2)
    assert found[1][1].eyes is not None
    assert np.array(found[1][1].eyes) == pytest.approx(np.array([[70, 280], [150, 280]]))


def test_a_file_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no")
    with pytest.raises(Unreadable):
        thumbnails(tmp_path / "film.mp4")
