"""Films with burnt-in text, made with a fixed seed: fonts, scripts, sizes, places, looks and grounds differ.

Each film is some shots of moving or still ground (drawn noise of several scales, stripes and bricks, or a real film's
pictures where those of ``shared`` are there), with text over it that comes and goes at its own times, cuts or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from tests.shared import SHARED

from hookline.edit.fonts import known_fonts
from hookline.media.encode import Encoding, MovieWriter
from hookline.media.pictures import looking
from hookline.model.span import Span

FPS = 12
SECONDS = 8
TEXTS = {
    "Latin": ("Who sent you here?", "You know who sent me.", "Then he is alive. You lied to all of us.", "Paris, 1998"),
    "Cyrillic": ("Кто тебя послал?", "Ты знаешь, кто меня послал."),
    "Chinese": ("是谁派你来的？", "你知道是谁派我来的。", "他还活着"),
    "Japanese": ("誰に送られた？", "知っているだろう。"),
    "Korean": ("누가 널 보냈지?", "누가 보냈는지 알잖아."),
    "Thai": ("ใครส่งเธอมาที่นี่", "เธอรู้ว่าใครส่งฉันมา"),
    "Arabic": ("من أرسلك إلى هنا؟", "أنت تعرف من أرسلني."),
}
SIZES = ((640, 360), (360, 640), (640, 480))
REAL = (
    "tears_of_steel/battle-clip-medium.webm",
    "simpl/vp9_webrtc_2.webm",
    "grid_twoshot/grid_twoshot_1280x720.mp4",
    "moviepy/big_buck_bunny_0_30.webm",
)

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as it was drawn: when, and the box of its ink in pixels."""

    span: Span
    box: tuple[int, int, int, int]  # left, top, right, bottom
    script: str
    look: str


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was made, and what stands on it."""

    path: Path
    ground: str
    size: tuple[int, int]
    texts: tuple[Shown, ...]


def film(folder: Path, seed: int) -> Film:
    """One film."""
    dice = np.random.default_rng(seed)
    size = SIZES[seed % len(SIZES)]
    kinds = ["drift", "still", "stripes", *(["real"] if SHARED.joinpath("media").exists() else [])]
    ground = kinds[seed % len(kinds)]
    count = FPS * SECONDS
    frames = list(grounds(dice, ground, size, count))
    drawn = list(_texts(dice, size))
    shown = []
    for at in range(count):
        at_ms = round(at * 1000 / FPS)
        for text, picture, (left, top), _, _ in drawn:
            if text.contains(at_ms):
                _over(frames[at], picture, left, top)
    for text, picture, (left, top), script, look in drawn:
        inked = np.flatnonzero(picture[..., :3].max(axis=2).max(axis=1) > 150)
        across = np.flatnonzero(picture[..., :3].max(axis=2).max(axis=0) > 150)
        box = (left + int(across[0]), top + int(inked[0]), left + int(across[-1]) + 1, top + int(inked[-1]) + 1)
        shown.append(Shown(text, box, script, look))
    path = folder / f"{seed:03d}-{ground}.mp4"
    with MovieWriter(path, Encoding(*size, (FPS, 1), crf=int(dice.integers(20, 31)), preset="veryfast")) as movie:
        movie.sound(np.zeros((2, 4800), np.float32))
        for frame in frames:
            movie.picture(frame)
    return Film(path, ground, size, tuple(shown))


def grounds(dice: np.random.Generator, kind: str, size: tuple[int, int], count: int) -> Iterator[Picture]:
    """The pictures of a film without text: shots of 1.5 to 3.5 s."""
    if kind == "real":
        yield from _real(dice, size, count)
        return
    made = 0
    while made < count:
        length = min(count - made, int(dice.integers(18, 42)))
        large = _noise(dice, (size[1] + 80, size[0] + 160))
        if kind == "stripes":
            every, thick = int(dice.integers(10, 40)), int(dice.integers(2, 8))
            large[:, np.arange(large.shape[1]) % every < thick] = dice.integers(0, 256, 3)
        speed = 0.0 if kind == "still" or (kind == "stripes" and dice.random() < 0.5) else dice.uniform(0.5, 3.0)
        for step in range(length):
            x, y = int(step * speed) % 160, int(step * speed / 3) % 80
            grain = dice.normal(0, 2, (size[1], size[0], 1))
            yield np.clip(large[y : y + size[1], x : x + size[0]] + grain, 0, 255).astype(np.uint8)
        made += length


def _noise(dice: np.random.Generator, shape: tuple[int, int]) -> Picture:
    """Blots of several sizes in colour, like things out of focus and in it."""
    made = np.zeros((*shape, 3))
    for cells in (3, 9, 27, 81):
        small = dice.uniform(0, 255, (cells, cells * 2, 3)).astype(np.uint8)
        large = Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
        made += np.asarray(large, np.float64) / cells**0.5
    low, high = made.min(), made.max()
    scaled: Picture = ((made - low) / (high - low) * dice.uniform(120, 250)).astype(np.uint8)
    return scaled


def _real(dice: np.random.Generator, size: tuple[int, int], count: int) -> Iterator[Picture]:
    path = SHARED.joinpath("media", REAL[int(dice.integers(len(REAL)))])
    pictures: list[Picture] = []
    with looking(path) as (source, decoded):
        shape = size[0] / size[1]
        wide = max(size[0], round(size[1] * source.width / source.height / 2) * 2)
        high = round(wide * source.height / source.width / 2) * 2
        step = max(1, round(float(source.fps) / FPS))
        for picture in decoded:
            if picture.number % step == 0:
                whole = picture.small(wide, high)
                left = (wide - size[0]) // 2
                cut = whole[:, left : left + size[0]] if wide / high >= shape else whole
                pictures.append(np.asarray(Image.fromarray(cut).resize(size), np.uint8).copy())
            if len(pictures) == count:
                break
    while len(pictures) < count:
        pictures.append(pictures[-1].copy())
    yield from pictures


_Text = tuple[Span, Picture, tuple[int, int], str, str]


def _texts(dice: np.random.Generator, size: tuple[int, int]) -> Iterator[_Text]:
    """Subtitles one after the other in one place, in half of the films a mark or a title besides."""
    script = str(dice.choice(list(TEXTS)))
    font = _font(dice, script)
    look = str(dice.choice(["outline", "shadow", "box", "bare"], p=[0.5, 0.2, 0.2, 0.1]))
    height = size[1] if size[0] > size[1] else round(size[1] * 0.62)
    letters = round(height * dice.uniform(0.045, 0.085))
    line = dice.choice([0.86, 0.78, 0.12], p=[0.6, 0.25, 0.15])
    colour = tuple(int(c) for c in ((255, 255, 255), (255, 235, 80), (245, 245, 245))[int(dice.integers(3))])
    at_ms = int(dice.integers(200, 900))
    while at_ms < SECONDS * 1000 - 1300:
        length = int(dice.integers(1100, 2600))
        text = str(dice.choice(list(TEXTS[script])))
        picture = _drawn(text, font, letters, look, colour, size[0] - 20)
        top = round(line * size[1] - picture.shape[0] / 2)
        yield Span(at_ms, at_ms + length), picture, ((size[0] - picture.shape[1]) // 2, top), script, look
        at_ms += length + int(dice.choice([80, 400, 900]))
    if dice.random() < 0.5:
        picture = _drawn("HOOKLINE TV", _font(dice, "Latin"), round(0.7 * letters), "bare", (255, 255, 255), size[0])
        yield Span(0, SECONDS * 1000), picture, (size[0] - picture.shape[1] - 12, round(0.05 * size[1])), "mark", "bare"


def _font(dice: np.random.Generator, script: str) -> Path:
    fonts = [font for font in known_fonts() if all(font.writes(c) for c in "".join(TEXTS[script]) if c != " ")]
    return fonts[int(dice.integers(len(fonts)))].path


def _drawn(text: str, font: Path, letters: int, look: str, colour: Sequence[int], most: int) -> Picture:
    """Text in RGBA, cut to its ink; smaller letters where it would be too wide."""
    face = ImageFont.truetype(str(font), letters)
    wide = round(face.getlength(text)) + 24
    if wide > most:
        return _drawn(text, font, max(8, letters * most // wide - 1), look, colour, most)
    sheet = Image.new("RGBA", (wide, letters * 3), (0, 0, 0, 0))
    pen: Any = ImageDraw.Draw(sheet)
    at = (12, letters // 2)
    edge = max(1, letters // 12)
    if look == "box":
        box = pen.textbbox(at, text, font=face)
        pen.rectangle((box[0] - 6, box[1] - 4, box[2] + 6, box[3] + 4), fill=(0, 0, 0, 170))
    if look == "shadow":
        pen.text((at[0] + edge, at[1] + edge), text, font=face, fill=(0, 0, 0, 220))
    pen.text(at, text, font=face, fill=(*colour, 255), stroke_width=edge * (look == "outline"), stroke_fill=(0, 0, 0))
    box = sheet.getbbox()
    return np.asarray(sheet.crop(box), np.uint8)


def _over(frame: Picture, picture: Picture, left: int, top: int) -> None:
    part = frame[top : top + picture.shape[0], left : left + picture.shape[1]]
    cut = picture[: part.shape[0], : part.shape[1]].astype(np.float32)
    alpha = cut[..., 3:] / 255
    part[:] = np.round(part * (1 - alpha) + cut[..., :3] * alpha).astype(np.uint8)
