from __future__ import annotations

import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest
from bench.shot_films import KINDS, film, write
from bench.shots import matched

from hookline.media.encode import Encoding, MovieWriter
from hookline.media.footage import watch
from hookline.media.shots import GRID, ChangeFinder, boundaries, grid_of, shots_of
from hookline.model.codec import dumps, loads
from hookline.model.errors import Unreadable
from hookline.model.shot import Footage, ShotStart
from tests.shared import shared_data


def test_the_cuts_between_two_speakers() -> None:
    found = shots_of(shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4"))
    assert [shot.first_frame for shot in found] == [0, 150, 300, 450, 600, 750]
    assert [shot.begins for shot in found] == [ShotStart.START, *[ShotStart.CUT] * 5]
    assert [shot.span.start_ms for shot in found] == [0, 6000, 12_000, 18_000, 24_000, 30_000]
    assert found[-1].span.end_ms == 33_000
    assert found[-1].end_frame == 825


@pytest.mark.parametrize("kind", KINDS)
def test_films_whose_shots_are_known(kind: str, tmp_path: Path) -> None:
    hits = said = true = 0
    for seed in range(2):
        made = film(kind, seed)
        found = shots_of(write(made, tmp_path / f"{seed}.mp4"))[1:]
        hits += matched([shot.first_frame for shot in found], made.changes)
        said, true = said + len(found), true + len(made.changes)
    assert (hits, said, true) == (4, 4, 4)


def test_shots_cover_the_video_and_travel_as_json(tmp_path: Path) -> None:
    footage = watch(write(film("cut", 0), tmp_path / "cut.mp4"))
    ends = [shot.span.end_ms for shot in footage.shots]
    assert [shot.span.start_ms for shot in footage.shots] == [0, *ends[:-1]]
    assert ends[-1] == footage.duration_ms
    assert footage.loudness_lufs is None or footage.loudness_lufs == ()
    assert loads(Footage, dumps(footage)) == footage


def test_one_even_picture_is_one_shot(tmp_path: Path) -> None:
    with MovieWriter(tmp_path / "even.mp4", Encoding(64, 64)) as movie:
        movie.picture(np.zeros((64, 64, 3), np.uint8), repeat=30)
    assert [shot.begins for shot in shots_of(tmp_path / "even.mp4")] == [ShotStart.START]


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "torn.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(4000))
    with pytest.raises(Unreadable):
        shots_of(path)


def test_a_long_film_in_windows_has_the_same_shots() -> None:
    pictures = [
        grid_of(av.VideoFrame.from_ndarray(picture, format="rgb24"))
        for seed in range(1)
        for kind in KINDS
        for picture in film(kind, seed).frames
    ]
    black = [np.full_like(pictures[0], (16, 128, 128))] * 900  # longer than a window's context
    pictures[300:300] = black
    whole = boundaries(np.stack(pictures), fps=25)
    finder = ChangeFinder(25, window=400)
    for picture in pictures:
        finder.take(picture)
    assert finder.changes() == whole
    assert len(whole) >= 10


def test_a_long_film_needs_no_more_memory_than_a_short_one() -> None:
    finder = ChangeFinder(25, window=1000)
    dice = np.random.default_rng(3)
    scenes = [dice.integers(20, 230, (*GRID, 3), dtype=np.uint8) for _ in range(40)]
    tracemalloc.start()
    frames = 12_000
    early = 0
    for number in range(frames):
        finder.take(scenes[number // 400 % len(scenes)])
        if number == 5_000:
            early = tracemalloc.get_traced_memory()[1]
    late = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [change.frame for change in finder.changes()] == list(range(400, frames, 400))
    assert late < 1.2 * early
