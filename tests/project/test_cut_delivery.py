from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hookline.cli import main
from hookline.engines.faces import CascadeFaces
from hookline.media.encode import AUDIO_RATE, Encoding, MovieWriter
from hookline.media.pictures import looking
from hookline.media.thumbnails import eyes_open, thumbnails
from tests.project import footage
from tests.shared import shared_data

LOBBY = """
[platforms.lobby]
like = "tiny"
width = 200
height = 288
safe = { left = 10, top = 10, right = 190, bottom = 240 }
"""


def filmed(path: Path, pictures: list[NDArray[np.uint8]]) -> None:
    height, width, _ = pictures[0].shape
    with MovieWriter(path, Encoding(width, height, crf=14, preset="ultrafast")) as movie:
        movie.sound(np.zeros((2, len(pictures) * AUDIO_RATE // 25), np.float32))
        for picture in pictures:
            movie.picture(picture)


def test_a_thumbnail_shows_the_face_with_open_eyes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a speaker whose closed eyes are shown longer and in a sharper picture than her open ones."""
    speaker = shared_data("media", "grid_lipnet", "pwij3p.mpg")
    with looking(speaker) as (_, pictures):
        shots = {picture.number: picture.small(360, 288) for picture in pictures if picture.number in (25, 50)}
    opened, shut = shots[25], shots[50]
    dice = np.random.default_rng(0)
    grain = np.zeros((90, 288, 360, 1), np.int64)
    grain[:, :60] = dice.integers(-20, 21, (90, 60, 360, 1))  # above the face
    closed = [np.clip(shut + grain[n], 0, 255).astype(np.uint8) for n in range(90)]
    root = footage.series(tmp_path / "series", episodes=1)
    toml = root / "hookline.toml"
    toml.write_text(toml.read_text().replace('["tiny", "wide"]', '["lobby"]') + LOBBY)
    filmed(root / "media" / "ep01.mp4", closed + [opened] * 30)
    assert main(["cut", str(root), "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    (cut,) = run["made"]
    folder = root / "out" / "cuts"
    (unseeing,) = thumbnails(folder / cut["video"], width=200)
    closed_eyes = _eyes(np.asarray(Image.open(io.BytesIO(unseeing.jpeg))))
    open_eyes = _eyes(np.asarray(Image.open(folder / cut["thumbnail"])))
    assert closed_eyes < 0.075, "without faces it is the sharper one"
    assert open_eyes > max(0.09, 1.2 * closed_eyes)


def _eyes(picture: Any) -> float:
    (face,) = CascadeFaces().find(picture)
    return eyes_open(picture.mean(axis=2).astype(np.float32), face)
