"""A line of text as glyphs with their places: joined, stacked and ordered as its script asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hookline.edit.bidi import Run, visual_runs
from hookline.edit.fonts import Font, font_of, harfbuzz

_JOINS = frozenset(("Mn", "Mc", "Me", "Cf"))  # stay in the font of what they stand on


@dataclass(frozen=True, slots=True)
class Glyph:
    """A shape of a font and where it stands, in shares of the letters' size; y goes up from the baseline."""

    font: Font
    id: int
    x: float
    y: float
    char: int  # index of the first character that it is made of


@dataclass(frozen=True, slots=True)
class Shaped:
    """A line of text laid out, with the box that its ink fills, in shares of the letters' size."""

    text: str
    glyphs: tuple[Glyph, ...]
    advance: float
    left: float
    right: float
    top: float
    bottom: float


def shaped(text: str, fonts: Sequence[Font], *, language: str, rtl: bool) -> Shaped:
    """A line laid out from left to right."""
    glyphs: list[Glyph] = []
    x = 0.0
    for run in visual_runs(text, rtl=rtl):
        parts = list(_of_one_font(text, run, fonts))
        for start, end, font in reversed(parts) if run.rtl else parts:
            placed, x = _placed(text, Run(start, end, run.rtl), font, x, language)
            glyphs += placed
    return Shaped(text, tuple(glyphs), x, *_ink(glyphs))


def _of_one_font(text: str, run: Run, fonts: Sequence[Font]) -> Iterator[tuple[int, int, Font]]:
    """The parts of a run that one font writes; spaces and marks go with what stands before them."""
    start, before = run.start, None
    for index in range(run.start, run.end):
        char = text[index]
        follows = (
            before is not None
            and (char == " " or unicodedata.category(char) in _JOINS)
            and (char == " " or before.writes(char) or unicodedata.category(char) == "Cf")
        )
        font = before if follows and before is not None else font_of(char, fonts)
        if before is not None and font is not before:
            yield start, index, before
            start = index
        before = font
    if before is not None:
        yield start, run.end, before


def _placed(text: str, run: Run, font: Font, x: float, language: str) -> tuple[list[Glyph], float]:
    hb = harfbuzz()
    buffer = hb.Buffer()
    buffer.add_str(text, run.start, run.end - run.start)
    buffer.direction = "rtl" if run.rtl else "ltr"
    buffer.guess_segment_properties()
    buffer.language = language
    hb.shape(font.font, buffer)
    placed: list[Glyph] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        at = x + position.x_offset / font.upem
        placed.append(Glyph(font, info.codepoint, at, position.y_offset / font.upem, info.cluster))
        x += position.x_advance / font.upem
    return placed, x


def _ink(glyphs: Sequence[Glyph]) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of all that is drawn."""
    boxes = [box for glyph in glyphs if (box := _box(glyph))]
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    lefts, rights, tops, bottoms = zip(*boxes, strict=True)
    return min(lefts), max(rights), max(tops), min(bottoms)


def _box(glyph: Glyph) -> tuple[float, float, float, float] | None:
    extents = glyph.font.font.get_glyph_extents(glyph.id)
    if extents is None or not extents.width:
        return None
    upem = glyph.font.upem
    left, top = glyph.x + extents.x_bearing / upem, glyph.y + extents.y_bearing / upem
    return left, left + extents.width / upem, top, top + extents.height / upem
