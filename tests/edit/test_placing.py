from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hookline.edit.burnt import BurntText
from hookline.edit.captions import CaptionStyle
from hookline.edit.framing import frame
from hookline.edit.lettering import pictures
from hookline.edit.placing import placed
from hookline.edit.watching import Seen
from hookline.model.cut import Caption, CaptionPlace, Clip, Crop, Fill, Framing
from hookline.model.platform import Platform
from hookline.model.span import Span
from tests.edit.scenes import PORTRAIT, STEP_MS, WIDE, scene

STYLE = CaptionStyle()
SAID = (Caption(Span(200, 1800), ("Who sent you here?",)), Caption(Span(1900, 3600), ("You know", "who sent me.")))


def places(seen: Seen, framing: Framing, platform: Platform = PORTRAIT) -> tuple[list[CaptionPlace], tuple[str, ...]]:
    clip = Clip("a", Span(0, 4000), (framing,))
    made, notes = placed(SAID, (clip,), {"a": seen}, platform, style=STYLE, language="en")
    return [one.place for one in made], notes


@pytest.fixture
def room() -> Seen:
    """Four seconds of one face in a wide picture, from 300 to 500 of 1280 across and near the top."""
    made = scene([(300.0, np.zeros(4000 // STEP_MS))], top=60.0)
    return replace(made, texts=())


def crop(left: float, top: float, width: float, height: float) -> Framing:
    return Framing(Span(0, 4000), Fill.CROP, (Crop(0, left, top, width, height),))


def test_captions_stand_at_the_bottom_where_nothing_is_under_them(room: Seen) -> None:
    assert places(room, crop(200, 0, 405, 720)) == ([CaptionPlace.BOTTOM] * 2, ())


def test_captions_leave_a_face_that_fills_the_frame(room: Seen) -> None:
    face = room.tracks[0].faces[0]
    near = crop(face.left - 10, face.top + 0.1 * face.height, face.width + 20, (face.width + 20) * 16 / 9)
    low = crop(face.left - 10, face.top - 0.8 * face.height, face.width + 20, (face.width + 20) * 16 / 9)
    assert places(room, near)[0] == [CaptionPlace.BOTTOM] * 2
    found, notes = places(room, low)
    assert found == [CaptionPlace.TOP] * 2
    assert "2 of 2 captions stand at the top" in notes[0]


def test_subtitles_of_the_sources_own_are_not_burnt_in_again(room: Seen) -> None:
    own = tuple(BurntText(one.span, 300, 600, 300, 40) for one in SAID)
    subtitled = replace(room, texts=own)
    found, notes = places(subtitled, crop(200, 0, 405, 720))
    assert found == [CaptionPlace.BESIDE] * 2
    assert "2 of 2 captions are not burnt in again" in notes[0]
    assert places(subtitled, crop(320, 0, 405, 720))[0] == [CaptionPlace.TOP] * 2, (
        "half of it is seen: nobody can read it"
    )


def test_a_title_is_kept_clear(room: Seen) -> None:
    title = replace(room, texts=(BurntText(Span(0, 1800), 250, 530, 300, 90),))
    assert places(title, crop(200, 0, 405, 720))[0] == [CaptionPlace.TOP, CaptionPlace.BOTTOM]
    mark = replace(room, texts=(BurntText(Span(0, 60_000), 250, 530, 300, 90),))
    assert places(mark, crop(200, 0, 405, 720))[0] == [CaptionPlace.TOP] * 2


def test_captions_are_drawn_in_their_places() -> None:
    def drawn(place: CaptionPlace) -> list[int]:
        overlays = pictures([replace(SAID[0], place=place)], PORTRAIT, STYLE, language="en")
        return [edge for one in overlays for edge in (one.top, one.top + one.rgba.shape[0])]

    assert drawn(CaptionPlace.BESIDE) == []
    top, bottom = drawn(CaptionPlace.TOP), drawn(CaptionPlace.BOTTOM)
    assert PORTRAIT.safe.top <= top[0] < top[1] < bottom[0] < bottom[1] <= PORTRAIT.safe.bottom


def test_a_frame_leaves_out_text_that_it_would_cut(room: Seen) -> None:
    subtitled = replace(room, texts=(BurntText(Span(0, 4000), 140, 610, 1000, 60),))
    (made,) = frame(subtitled, platform=PORTRAIT, captioned=True)
    assert made.crops[0].top + made.crops[0].height <= 610
    (whole,) = frame(subtitled, platform=PORTRAIT)
    assert whole.crops[0].height == 720, "nobody else says what is said"
    (wide,) = frame(subtitled, platform=WIDE, captioned=True)
    assert wide.crops[0].height == 720, "it is seen whole there"
    high = replace(room, texts=(BurntText(Span(0, 4000), 140, 400, 1000, 60),))
    (kept,) = frame(high, platform=PORTRAIT, captioned=True)
    assert kept.crops[0].height == 720, "too much would be lost"
