"""Captions on frames of the sample in four scripts, as two platforms show them: under 400 kB.

What the platform covers with its own buttons and words is shaded.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docs.frames import cut_of
from hookline.edit.captions import CaptionStyle, Highlight, Said, captions
from hookline.edit.lettering import pictures
from hookline.edit.platforms import known_platforms
from hookline.model.cut import Clip
from hookline.model.platform import Box, Platform
from hookline.model.span import Span
from hookline.sample.camera import Camera
from hookline.sample.stage import read_stage

MOST_BYTES = 400_000
TILE = (324, 576)
GAP = 12
PAGE = (250, 249, 246)
STYLES = {
    "tiktok": CaptionStyle(highlight=Highlight.WORD),
    "reels": CaptionStyle(box=True, speaker_colours=True),
}
SAID = {  # on which frame, where the middle of its crop lies, and what is said; Arabic and Thai are put so here
    "en": ("your wife for three years", 0.4, "I have been your wife for three years!"),
    "zh": ("got it on my shoe", 0.7, "跪下。你弄脏我的鞋了。知道这双鞋多少钱吗？"),
    "ar": ("your wife for three years", 0.4, "أنا زوجتك منذ 3 سنوات! قل لهم من أنا."),
    "th": ("got it on my shoe", 0.3, "คุกเข่าลง เธอทำรองเท้าของฉันเปื้อนหมดแล้ว"),
}
Picture = NDArray[np.uint8]


def make(folder: Path) -> list[Path]:
    """Draw the sheet into a folder."""
    frames = {language: frame_of(words, middle) for language, (words, middle, _) in SAID.items()}
    tiles = [
        [
            tile(frames[language], text, language, known_platforms()[name].platform)
            for language, (_, _, text) in SAID.items()
        ]
        for name in STYLES
    ]
    path = folder / "captions.jpg"
    path.write_bytes(jpeg(sheet(tiles)))
    return [path]


def frame_of(words: str, middle: float) -> Picture:
    """A frame of the first episode on which a line is said, cut to 9:16 around a share of its width."""
    shot = next(shot for shot in cut_of(1) if words in shot.item.line.text)
    frames = list(Camera(read_stage()).frames(shot))
    frame = frames[len(frames) // 3]
    height, width = frame.shape[:2]
    left = round(middle * width - height * 9 / 32)
    return np.asarray(frame[:, left : left + height * 9 // 16])


def tile(frame: Picture, text: str, language: str, platform: Platform) -> Image.Image:
    """A frame as a platform shows it, with the caption a second after its voice began."""
    style = STYLES[platform.name]
    made = captions([Clip("a", Span(0, 9_000))], [Said("a", Span(0, 5_000), text, "Nell")], language, style=style)
    picture = np.array(Image.fromarray(frame).resize((platform.width, platform.height), Image.Resampling.LANCZOS))
    shade(picture, platform.safe)
    for overlay in pictures(made, platform, style, language=language):
        if overlay.span.contains(1_000):
            lay(picture, overlay.rgba, overlay.left, overlay.top)
    return Image.fromarray(picture).resize(TILE, Image.Resampling.LANCZOS)


def shade(picture: Picture, safe: Box) -> None:
    """Darken what the platform covers."""
    covered = np.ones(picture.shape[:2], bool)
    covered[safe.top : safe.bottom, safe.left : safe.right] = False
    picture[covered] = picture[covered] // 2


def lay(picture: Picture, rgba: Picture, left: int, top: int) -> None:
    """Lay an overlay over a picture."""
    under = picture[top : top + rgba.shape[0], left : left + rgba.shape[1]]
    alpha = rgba[..., 3:].astype(np.float32) / 255
    under[:] = np.rint(under * (1 - alpha) + rgba[..., :3] * alpha)


def sheet(tiles: list[list[Image.Image]]) -> Image.Image:
    """Tiles in rows."""
    width, height = TILE[0] + GAP, TILE[1] + GAP
    made = Image.new("RGB", (width * len(tiles[0]) + GAP, height * len(tiles) + GAP), PAGE)
    for row, line in enumerate(tiles):
        for column, one in enumerate(line):
            made.paste(one, (GAP + column * width, GAP + row * height))
    return made


def jpeg(picture: Image.Image) -> bytes:
    """A JPEG of at most MOST_BYTES."""
    for quality in range(88, 40, -6):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise SystemExit(f"the sheet does not fit in {MOST_BYTES} bytes")
