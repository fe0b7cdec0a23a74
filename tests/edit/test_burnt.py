from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.burnt import texts_in
from bench.burnt_films import film, grounds
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hookline.edit.burnt import BurntText, TextFinder
from hookline.edit.fonts import known_fonts
from tests.shared import shared_data

SIZE = (640, 360)
STEP_MS = 400
Luma = NDArray[np.uint8]


def lettered(text: str = "Who sent you here?", *, letters: int = 22) -> Luma:
    """White letters in a black outline; 128 is see-through."""
    font = next(one.path for one in known_fonts() if all(one.writes(char) for char in text))
    sheet = Image.new("L", (520, 40), 128)
    pen: Any = ImageDraw.Draw(sheet)
    face = ImageFont.truetype(str(font), letters)
    pen.text((10, 5), text, font=face, fill=255, stroke_width=2, stroke_fill=0)
    return np.asarray(sheet)


def laid(luma: Luma, text: Luma, *, left: int = 60, top: int = 300) -> Luma:
    made = luma.copy()
    part = made[top : top + text.shape[0], left : left + text.shape[1]]
    part[text != 128] = text[text != 128]
    return made


def ground(kind: str, count: int, seed: int = 3) -> list[Luma]:
    """Pictures 0.4 s apart."""
    pictures = list(grounds(np.random.default_rng(seed), kind, SIZE, 5 * count))[::5]
    return [picture.mean(axis=2).astype(np.uint8) for picture in pictures]


def seen(pictures: list[Luma], *, cuts: tuple[int, ...] = ()) -> tuple[BurntText, ...]:
    finder = TextFinder(*SIZE)
    for number, luma in enumerate(pictures):
        finder.look(luma, number * STEP_MS, jumped=number in cuts)
    return finder.texts(len(pictures) * STEP_MS)


def test_a_subtitle_is_found_where_and_when_it_stands() -> None:
    plain = ground("still", 1) * 12
    text = lettered()
    (found,) = seen([laid(one, text) if 3 <= number < 8 else one for number, one in enumerate(plain)])
    assert abs(found.span.start_ms - 1200) <= STEP_MS
    assert abs(found.span.end_ms - 3200) <= STEP_MS
    ink = np.flatnonzero((text != 128).any(axis=0))
    assert found.left == pytest.approx(60 + ink[0], abs=12)
    assert found.left + found.width == pytest.approx(60 + ink[-1], abs=12)
    assert found.top < 310
    assert found.top + found.height > 326


def test_text_that_outlasts_a_cut_is_found_and_a_fence_that_does_not_is_none() -> None:
    one, two = ground("still", 1, seed=4)[0], ground("still", 1, seed=5)[0]
    fence = one.copy()
    fence[200:240, ::9] = 255
    fence[200:240, 1::9] = 0
    assert seen([fence] * 5 + [two] * 5, cuts=(5,)) == ()
    (found,) = seen([laid(fence, lettered())] * 5 + [laid(two, lettered())] * 5, cuts=(5,))
    assert found.top > 280
    assert found.span.start_ms == 0


def test_a_mark_over_what_moves_is_found_and_what_moves_is_none() -> None:
    moving = ground("drift", 12)
    moved = [np.roll(one, 53 * number, axis=1) for number, one in enumerate(moving)]
    assert seen(moved) == ()
    (found,) = seen([laid(one, lettered("HOOKLINE TV"), top=12) for one in moved])
    assert (found.span.start_ms, found.span.end_ms) == (0, 12 * STEP_MS)
    assert found.top < 40


def test_where_subtitles_follow_each_other_all_are_found() -> None:
    """The second stands from cut to cut over a still picture: only its place tells."""
    one, two, three = (ground("still", 1, seed=seed)[0] for seed in (6, 7, 8))
    first, second = laid(two, lettered("Then he is alive.")), laid(three, lettered("You lied to all of us."))
    pictures = [one, one, *[laid(one, lettered())] * 3, one, *[first] * 4, *[second] * 4]
    starts = {text.span.start_ms for text in seen(pictures, cuts=(6, 10)) if text.top > 280}
    assert len(starts) >= 1
    alone = seen([*[one] * 4, *[first] * 4, *[three] * 4], cuts=(4, 8))
    assert alone == (), "said in the module's own words: this one can't be told from a fence"


def test_ten_bits_and_little_pictures() -> None:
    plain = ground("still", 1) * 8
    text = lettered()
    pictures = [laid(one, text) if number >= 3 else one for number, one in enumerate(plain)]
    finder, small = TextFinder(*SIZE), TextFinder(64, 36)
    for number, luma in enumerate(pictures):
        finder.look(luma.astype(np.uint16) * 4, number * STEP_MS, jumped=False)
        small.look(luma[::10, ::10], number * STEP_MS, jumped=False)
    assert len(finder.texts(3200)) == 1
    assert small.texts(3200) == ()


def test_a_film_that_was_encoded(tmp_path: Path) -> None:
    made = film(tmp_path, 2)
    found, _, _ = texts_in(made.path)
    first = made.texts[0]
    over = [one for one in found if one.span.overlap_ms(first.span) > 0.7 * first.span.duration_ms]
    assert any(one.top < first.box[3] and first.box[1] < one.top + one.height for one in over)


def test_a_real_film_without_text() -> None:
    found, _, _ = texts_in(shared_data("media", "mdn", "friday.mp4"))
    assert found == ()
