"""Captions as pictures: every letter inside the platform's safe box, in an outline that any picture bears.

The box that the ink fills is known before anything is drawn, so the letters are made as large as the
style asks and as small as the box needs.  Captions stand in its middle, at its bottom or at its top (``placing``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hookline.edit.bidi import without_controls
from hookline.edit.captions import PLAIN, CaptionStyle, Highlight
from hookline.edit.fonts import Font, fonts_for, harfbuzz
from hookline.edit.reading import Reading, reading
from hookline.edit.shaping import Glyph, Shaped, shaped
from hookline.media.overlay import Overlay
from hookline.model.cut import Caption, CaptionPlace, Word
from hookline.model.errors import BadInput
from hookline.model.platform import Platform
from hookline.model.span import Span

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]  # how much of each pixel is covered, 255 for all of it

_OUTLINE = 0.075  # of the letters' size
_LEADING = 1.28  # from one baseline to the next
_PAD = 0.28  # around the text on a box
_BOX_ALPHA = 158  # of 255
_EDGE = 2  # pixels that nothing is drawn on, within the safe box


@dataclass(frozen=True, slots=True)
class _Laid:
    """A caption's lines, shaped, with where each word begins."""

    caption: Caption
    lines: tuple[Shaped, ...]
    words: tuple[tuple[tuple[Word, int], ...], ...]  # by line: its words, and the character each begins at


def pictures(
    captions: Sequence[Caption],
    platform: Platform,
    style: CaptionStyle = PLAIN,
    *,
    language: str,
    fonts: Path | None = None,
) -> tuple[Overlay, ...]:
    """The captions as overlays in a platform's picture; where words light up, those lie over the caption's own.

    Args:
        captions: of a cut.
        platform: where the cut is shown; its safe box holds every pixel.
        style: how captions look.
        language: that they are in.
        fonts: a folder of fonts to take before others.

    Raises:
        BadInput: no font has a character, or a line is too long to be read in the box.
        MissingExtra: uharfbuzz is not installed.
    """
    captions = [caption for caption in captions if caption.place is not CaptionPlace.BESIDE]
    rules = reading(language)
    text = "".join(line for caption in captions for line in caption.lines)
    if not text.strip():
        return ()
    found = fonts_for(without_controls(text), rules.language, folder=fonts)
    laid = [_laid(caption, found, rules) for caption in captions]
    size = min(_fitting(one, platform, style) for one in laid)
    colours = _colours(captions, style)
    return tuple(over for one in laid for over in _overlays(one, size, platform, style, colours[one.caption.speaker]))


def _laid(caption: Caption, fonts: Sequence[Font], rules: Reading) -> _Laid:
    texts = [without_controls(line) for line in caption.lines]
    lines = tuple(shaped(text, fonts, language=rules.language, rtl=rules.rtl) for text in texts)
    return _Laid(caption, lines, tuple(_words_of(caption, texts)))


def _words_of(caption: Caption, texts: Sequence[str]) -> Iterator[tuple[tuple[Word, int], ...]]:
    """The words on each line, with the characters that they begin at."""
    words = list(caption.words)
    for text in texts:
        found: list[tuple[Word, int]] = []
        at = 0
        while words and (start := text.find(without_controls(words[0].text), at)) >= 0:
            word = words.pop(0)
            found.append((word, start))
            at = start + len(without_controls(word.text))
        yield tuple(found)


def _colours(captions: Sequence[Caption], style: CaptionStyle) -> dict[str, str]:
    """A colour for each speaker, in order of who speaks first."""
    speakers = list(dict.fromkeys(caption.speaker for caption in captions))
    if not style.speaker_colours:
        return dict.fromkeys(speakers, style.colour)
    named = [speaker for speaker in speakers if speaker]
    palette = style.palette
    return {"": style.colour} | {speaker: palette[i % len(palette)] for i, speaker in enumerate(named)}


# ------------------------------------------------------------------ sizes and places


def _fitting(laid: _Laid, platform: Platform, style: CaptionStyle) -> float:
    """The letters' size in pixels at which a caption fits the safe box, at most the style's."""
    around = 2 * (_PAD if style.box else _OUTLINE)
    width = max(line.right - line.left for line in laid.lines) + around
    height = _height(laid) + around
    safe = platform.safe
    most = min((safe.width - 2 * _EDGE) / width, (safe.height - 2 * _EDGE) / height)
    size = min(style.size * platform.height, most)
    if size < style.least_size * platform.height:
        raise BadInput(
            f"the caption {' / '.join(laid.caption.lines)!r} can't be read on {platform.title}: "
            f"to fit it would be {size:.0f} pixels high",
            mend="break it into shorter lines",
        )
    return size


def _height(laid: _Laid) -> float:
    """From the top of the first line's ink to the bottom of the last's."""
    return laid.lines[0].top + (len(laid.lines) - 1) * _LEADING - laid.lines[-1].bottom


def _overlays(laid: _Laid, size: float, platform: Platform, style: CaptionStyle, colour: str) -> Iterator[Overlay]:
    sheet = _Sheet(laid, size, platform, style)
    yield Overlay(laid.caption.span, sheet.left, sheet.top, sheet.picture(colour))
    if style.highlight is Highlight.WORD:
        yield from sheet.lit_words(style.lit)
    elif style.highlight is Highlight.LINE:
        yield from sheet.lit_lines(style.lit)


class _Sheet:
    """Where a caption's letters stand in the picture, and how they are drawn."""

    def __init__(self, laid: _Laid, size: float, platform: Platform, style: CaptionStyle) -> None:
        self.laid, self.size, self.style = laid, size, style
        pad = (_PAD if style.box else _OUTLINE) * size
        widest = max(line.right - line.left for line in laid.lines) * size
        self.width = min(platform.safe.width, int(np.ceil(widest + 2 * pad)) + 2)
        self.height = min(platform.safe.height, int(np.ceil(_height(laid) * size + 2 * pad)) + 2)
        self.left = platform.safe.left + (platform.safe.width - self.width) // 2
        if laid.caption.place is CaptionPlace.TOP:
            self.top = min(platform.safe.top + _EDGE, platform.safe.bottom - self.height)
        else:
            self.top = max(platform.safe.top, platform.safe.bottom - _EDGE - self.height)
        self.baselines = [pad + 1 + (laid.lines[0].top + i * _LEADING) * size for i in range(len(laid.lines))]

    def places(self, line: int) -> Iterator[tuple[Glyph, float, float]]:
        """A line's glyphs and where they stand, in pixels from the left and from the top."""
        shape = self.laid.lines[line]
        left = (self.width - (shape.right - shape.left) * self.size) / 2 - shape.left * self.size
        for glyph in shape.glyphs:
            yield glyph, left + glyph.x * self.size, self.baselines[line] - glyph.y * self.size

    def mask(self, glyphs: Sequence[tuple[Glyph, float, float]]) -> Mask:
        """How much of each pixel the glyphs cover."""
        hb = harfbuzz()
        draw = hb.RasterDraw()
        for glyph, x, y in glyphs:
            scale = self.size / glyph.font.upem
            draw.transform = (scale, 0, 0, scale, x, self.height - y)
            draw.draw_glyph(glyph.font.font, glyph.id)
        draw.extents = hb.RasterExtents(0, 0, self.width, self.height, 0)
        image = draw.render()
        if image is None:
            return np.zeros((self.height, self.width), np.uint8)
        rows = np.frombuffer(image.buffer, np.uint8).reshape(self.height, -1)[:, : self.width]
        return np.ascontiguousarray(rows[::-1])

    def picture(self, colour: str) -> Picture:
        """The caption in one colour, on its outline or its box."""
        letters = self.mask([place for line in range(len(self.laid.lines)) for place in self.places(line)])
        under = np.full_like(letters, _BOX_ALPHA) if self.style.box else _grown(letters, _OUTLINE * self.size)
        return _over(letters, under, colour)

    def lit_words(self, colour: str) -> Iterator[Overlay]:
        """Each word lit up while it is said."""
        for line, words in enumerate(self.laid.words):
            places = list(self.places(line))
            ends = [start for _, start in words[1:]] + [len(self.laid.lines[line].text)]
            for (word, start), until in zip(words, ends, strict=True):
                span = _within(word.span, self.laid.caption.span)
                yield from self._lit(span, [place for place in places if start <= place[0].char < until], colour)

    def lit_lines(self, colour: str) -> Iterator[Overlay]:
        """Each line lit up while it is said."""
        for line, words in enumerate(self.laid.words):
            if words:
                said = Span(words[0][0].span.start_ms, words[-1][0].span.end_ms)
                yield from self._lit(_within(said, self.laid.caption.span), list(self.places(line)), colour)

    def _lit(self, span: Span, glyphs: list[tuple[Glyph, float, float]], colour: str) -> Iterator[Overlay]:
        """Glyphs in another colour, cut to where they are."""
        letters = self.mask(glyphs)
        rows, columns = np.nonzero(letters.max(axis=1))[0], np.nonzero(letters.max(axis=0))[0]
        if span.duration_ms and len(rows):
            part = letters[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            picture = _over(part, np.zeros_like(part), colour)
            yield Overlay(span, self.left + int(columns[0]), self.top + int(rows[0]), picture)


def _within(span: Span, limits: Span) -> Span:
    start = min(max(span.start_ms, limits.start_ms), limits.end_ms)
    return Span(start, max(start, min(span.end_ms, limits.end_ms)))


# ------------------------------------------------------------------ pixels


def _over(letters: Mask, under: Mask, colour: str) -> Picture:
    """Letters in a colour over black; alpha not premultiplied."""
    covered = letters.astype(np.uint32)
    alpha = covered + (under * (255 - covered) + 127) // 255
    share = (covered * 255 + alpha // 2) // np.maximum(alpha, 1)
    made = np.empty((*letters.shape, 4), np.uint8)
    for channel, first in enumerate((1, 3, 5)):
        shades = np.rint(np.arange(256) / 255 * int(colour[first : first + 2], 16)).astype(np.uint8)
        made[..., channel] = shades[share]
    made[..., 3] = alpha
    return made


def _grown(mask: Mask, radius: float) -> Mask:
    """What lies within ``radius`` pixels of the mask: the largest value in a disc around each pixel."""
    grown = mask.copy()
    for dy, width in _disc(radius):
        rows = _widened(mask, width)
        up, down = max(0, dy), max(0, -dy)
        target = grown[up : grown.shape[0] - down or None]
        np.maximum(target, rows[down : rows.shape[0] - up or None], out=target)
    return grown


@lru_cache
def _disc(radius: float) -> tuple[tuple[int, int], ...]:
    """The rows of a disc: how far from its middle, and how wide to each side."""
    whole = int(radius)
    return tuple((dy, int((radius**2 - dy**2) ** 0.5)) for dy in range(-whole, whole + 1))


def _widened(mask: Mask, width: int) -> Mask:
    """The largest value within ``width`` pixels to the left and right."""
    wide = mask.copy()
    for step in range(1, width + 1):
        np.maximum(wide[:, step:], mask[:, :-step], out=wide[:, step:])
        np.maximum(wide[:, :-step], mask[:, step:], out=wide[:, :-step])
    return wide
