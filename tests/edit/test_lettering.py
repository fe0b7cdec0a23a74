"""Captions as pictures: in the safe box, in the right order, joined and stacked as their scripts ask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.edit import fonts as fonts_module
from hookline.edit.bidi import visual_runs, without_controls
from hookline.edit.captions import CaptionStyle, Highlight, Said, captions
from hookline.edit.fonts import fonts_for, known_fonts
from hookline.edit.lettering import pictures
from hookline.edit.reading import reading
from hookline.edit.shaping import shaped
from hookline.media.overlay import Overlay
from hookline.model.cut import Caption, Clip
from hookline.model.errors import BadInput
from hookline.model.platform import Box, Platform
from hookline.model.span import Span
from tests.edit.test_captions import TEXTS

SHOWN = Span(0, 3_000)


def platform(width: int, height: int, safe: Box) -> Platform:
    return Platform("x", "Test", width, height, 23, 60, 0, None, None, None, None, safe, -14, -1, 2, "", "")


PLATFORMS = {
    "reels": platform(1080, 1920, Box(65, 269, 1015, 1248)),
    "tiktok": platform(1080, 1920, Box(0, 150, 930, 1480)),
    "feed": platform(1080, 1350, Box(64, 64, 1016, 1286)),
    "square": platform(1080, 1080, Box(0, 0, 1080, 1080)),
    "wide": platform(1920, 1080, Box(96, 54, 1824, 1026)),
    "small": platform(540, 960, Box(33, 134, 507, 624)),
}


def pixels(overlay: Overlay) -> tuple[int, int, int, int]:
    """The box of what isn't clear, in the delivered picture."""
    alpha = overlay.rgba[..., 3]
    rows, columns = np.nonzero(alpha.max(axis=1))[0], np.nonzero(alpha.max(axis=0))[0]
    return overlay.left + columns[0], overlay.top + rows[0], overlay.left + columns[-1] + 1, overlay.top + rows[-1] + 1


def check_inside(overlay: Overlay, safe: Box) -> None:
    left, top, right, bottom = pixels(overlay)
    assert safe.left <= left < right <= safe.right
    assert safe.top <= top < bottom <= safe.bottom


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("box", [False, True])
def test_every_pixel_lies_in_the_safe_box(name: str, language: str, box: bool) -> None:
    one = PLATFORMS[name]
    style = CaptionStyle(vertical=one.height > one.width, box=box, highlight=Highlight.WORD, speaker_colours=True)
    said = [Said("a", Span(0, 20_000), TEXTS[language], "Nell")]
    made = captions([Clip("a", Span(0, 25_000))], said, language, style=style)
    overlays = pictures(made, one, style, language=language)
    assert len(overlays) > len(made), "words light up"
    for overlay in overlays:
        check_inside(overlay, one.safe)
        h, w, channels = overlay.rgba.shape
        assert channels == 4
        assert one.safe.left <= overlay.left
        assert overlay.left + w <= one.safe.right
        assert one.safe.top <= overlay.top
        assert overlay.top + h <= one.safe.bottom


def test_letters_are_as_large_as_asked_and_smaller_only_to_fit() -> None:
    tall = PLATFORMS["reels"]
    (short,) = pictures([Caption(SHOWN, ("Kneel.",))], tall, language="en")
    left, top, right, bottom = pixels(short)
    assert bottom - top == pytest.approx(0.034 * 1920 * (0.73 + 0.15), rel=0.15), "a capital's height and its outline"
    assert (left + right) / 2 == pytest.approx((65 + 1015) / 2, abs=2)
    assert tall.safe.bottom - bottom <= 12
    (long,) = pictures([Caption(SHOWN, ("W" * 24,))], tall, language="en")
    left, _, right, _ = pixels(long)
    assert right - left > 0.97 * tall.safe.width
    with pytest.raises(BadInput, match="can't be read on Test: to fit it would be"):
        pictures([Caption(SHOWN, ("W" * 70,))], tall, language="en")


def test_letters_stand_on_an_outline_or_a_box_that_any_picture_bears() -> None:
    caption = [Caption(SHOWN, ("Kneel.",))]
    (outlined,) = pictures(caption, PLATFORMS["reels"], language="en")
    (boxed,) = pictures(caption, PLATFORMS["reels"], CaptionStyle(box=True), language="en")
    for picture in (outlined.rgba, boxed.rgba):
        solid = picture[picture[..., 3] == 255]
        assert (solid.min(axis=1) >= 250).any(), "white"
    black = (outlined.rgba[..., 3] == 255) & (outlined.rgba[..., :3].max(axis=-1) == 0)
    assert black.sum() > 500
    assert boxed.rgba[..., 3].min() == 158


def test_speakers_have_their_colours_and_words_light_up_in_turn() -> None:
    style = CaptionStyle(speaker_colours=True, highlight=Highlight.WORD)
    said = [Said("a", Span(0, 2_000), "Kneel now.", "Vivian"), Said("a", Span(3_000, 5_000), "Never again.", "Nell")]
    made = captions([Clip("a", Span(0, 6_000))], said, "en", style=style)
    overlays = pictures(made, PLATFORMS["reels"], style, language="en")
    assert [(o.span.start_ms, o.span.end_ms) for o in overlays[:3]] == [(0, 2_000), (0, 1_100), (1_100, 2_000)]
    whole = [overlay for overlay in overlays if overlay.span in {caption.span for caption in made}]
    colours = [tuple(o.rgba[o.rgba[..., :3].sum(axis=-1).argmax() // o.rgba.shape[1]].max(axis=0)[:3]) for o in whole]
    assert colours == [(255, 255, 255), (255, 225, 77)]
    first, second = overlays[1], overlays[2]
    assert first.left + first.rgba.shape[1] <= second.left, "the words stand side by side"


def test_lines_light_up_in_turn() -> None:
    style = CaptionStyle(highlight=Highlight.LINE)
    said = [Said("a", Span(0, 4_000), "Keep your name, Owen. I was only borrowing it.")]
    made = captions([Clip("a", Span(0, 6_000))], said, "en", style=style)
    whole, upper, lower = pictures(made, PLATFORMS["reels"], style, language="en")
    assert upper.span.end_ms == lower.span.start_ms
    assert upper.top + upper.rgba.shape[0] <= lower.top + 20
    assert whole.top <= upper.top


# ------------------------------------------------------------------ order


@pytest.mark.parametrize(
    ("text", "rtl", "shown"),
    [  # as browsers show them (UAX 9)
        ("abc", True, ["abc"]),
        ("قال OK لي", True, [" لي", "OK", "قال "]),
        ("قبل 11 عاماً", True, [" عاماً", "11", "قبل "]),
        ("السعر 25%!", True, ["%!", "25", "السعر "]),
        ("في 3.5 كم", True, [" كم", "3.5", "في "]),
        ("٣٥٫٥ كم", True, [" كم", "٣٥٫٥"]),
        ("(في OK)؟", True, [")؟", "OK", "(في "]),
        ("He said سلام twice", False, ["He said ", "سلام", " twice"]),
        ("no. 5 شارع 7", False, ["no. 5 ", "7", "شارع "]),
        ("- مرحبا", True, ["- مرحبا"]),
        ("Nell: سلام", True, [": سلام", "Nell"]),
    ],
)
def test_runs_stand_in_the_order_they_are_shown(text: str, rtl: bool, shown: list[str]) -> None:
    assert [text[run.start : run.end] for run in visual_runs(text, rtl=rtl)] == shown


@given(st.text(alphabet="ab 12.,%-()أب٣\u0650", max_size=30), st.booleans())
def test_every_character_stands_in_one_run(text: str, rtl: bool) -> None:
    runs = visual_runs(text, rtl=rtl)
    assert sorted(i for run in runs for i in range(run.start, run.end)) == list(range(len(text)))


def test_marks_that_steer_the_direction_are_not_drawn() -> None:
    assert without_controls("\u202bمرحبا\u202c\u200f!") == "مرحبا!"


# ------------------------------------------------------------------ shapes


def glyphs(text: str, language: str) -> list[int]:
    rules = reading(language)
    line = shaped(text, fonts_for(text, language), language=language, rtl=rules.rtl)
    assert all(glyph.id != 0 for glyph in line.glyphs), "no empty box"
    return [glyph.id for glyph in line.glyphs]


def test_arabic_letters_join_and_lam_alef_is_one() -> None:
    apart = [glyphs(letter, "ar")[0] for letter in "بيت"]
    assert len(set(glyphs("بيت", "ar")) - set(apart)) >= 3, "initial, medial and final shapes"
    assert len(glyphs("لا", "ar")) == 1 or glyphs("لا", "ar") != glyphs("ا", "ar") + glyphs("ل", "ar")
    text = "بت"
    line = shaped(text, fonts_for(text, "ar"), language="ar", rtl=True)
    first = [glyph for glyph in line.glyphs if glyph.char == 0]
    last = [glyph for glyph in line.glyphs if glyph.char == 1]
    assert min(glyph.x for glyph in first) > max(glyph.x for glyph in last), "the first letter stands right"


def test_hindi_conjuncts_and_vowels_take_their_places() -> None:
    assert len(glyphs("क्ष", "hi")) < 3, "a conjunct is one shape"
    line = shaped("कि", fonts_for("कि", "hi"), language="hi", rtl=False)
    assert line.glyphs[0].id != glyphs("क", "hi")[0], "the vowel sign i stands before its consonant"


def test_thai_marks_stand_above_their_letter() -> None:
    text = "ที่"
    line = shaped(text, fonts_for(text, "th"), language="th", rtl=False)
    alone = shaped("ท", fonts_for(text, "th"), language="th", rtl=False)
    assert line.advance == pytest.approx(alone.advance, abs=0.02), "marks take no room"
    assert line.top > alone.top + 0.1


def test_han_is_written_in_the_shapes_of_its_language() -> None:
    families = {language: fonts_for("直骨角", language)[0].family for language in ("zh-Hans", "zh-Hant", "ja", "ko")}
    if any("CJK" in family for family in families.values()):
        assert [families[language][-2:] for language in ("zh-Hans", "zh-Hant", "ja", "ko")] == ["SC", "TC", "JP", "KR"]


def test_a_line_of_two_scripts_takes_a_font_for_each() -> None:
    text = "Nell สวัสดี 你好"
    line = shaped(text, fonts_for(text, "th"), language="th", rtl=False)
    assert all(glyph.id != 0 for glyph in line.glyphs)
    assert len({glyph.font.path for glyph in line.glyphs}) >= 2


# ------------------------------------------------------------------ fonts


def test_a_character_that_no_font_has_is_named_with_what_to_install() -> None:
    with pytest.raises(
        BadInput, match=r"no font here can write 1 of the characters in the captions: \U00013000"
    ) as raised:
        fonts_for("a\U00013000", "en")
    assert "EGYPTIAN HIEROGLYPH A001" in str(raised.value)
    assert "fonts-noto-core" in str(raised.value)


def test_without_any_font_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts_module, "_installed", lambda: ())
    with pytest.raises(BadInput, match="no font here can write 2 of the characters") as raised:
        fonts_for("中文", "zh-Hans")
    assert "apt install fonts-noto-cjk" in str(raised.value)
    with pytest.raises(BadInput, match="no font here can write"):
        pictures([Caption(SHOWN, ("Kneel.",))], PLATFORMS["reels"], language="en")


def test_the_users_folder_comes_first(tmp_path: Path) -> None:
    thai = next(font for font in known_fonts() if font.writes("ก"))
    (tmp_path / f"Mine{thai.path.suffix}").write_bytes(thai.path.read_bytes())
    assert fonts_for("กข", "th", folder=tmp_path)[0].path.parent == tmp_path
    with pytest.raises(BadInput, match="the folder of fonts isn't there"):
        fonts_for("a", "en", folder=tmp_path / "none")


def test_a_broken_font_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    assert fonts_for("a", "en", folder=tmp_path)
