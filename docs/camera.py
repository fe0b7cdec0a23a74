"""What the camera follows: frames of the sample in four shapes, and the way of the 9:16 frame over time."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from docs.frames import cut_of
from hookline.edit.framing import frame
from hookline.edit.platforms import known_platforms
from hookline.edit.speakers import speaking
from hookline.edit.watching import Seen, see
from hookline.engines.faces import finder
from hookline.media.camera import crop_at
from hookline.media.encode import Encoding, MovieWriter
from hookline.model.cut import Fill, Framing
from hookline.sample.camera import HEIGHT, WIDTH, Camera
from hookline.sample.stage import read_stage

EPISODE = 1
SHOTS = 12  # of the episode, from its begin
TALL = 236  # pixels of a frame in the picture
SHAPES = {"9:16": "tiktok", "1:1": "x-square", "4:5": "facebook"}
COLOURS = {"9:16": (214, 64, 69), "1:1": (60, 120, 200), "4:5": (40, 150, 90)}
INK, PALE = (40, 40, 46), (225, 225, 230)
MOST_BYTES = 400_000


def make(folder: Path) -> list[Path]:
    """Draw the picture; what was written."""
    with tempfile.TemporaryDirectory() as work:
        path, frames = filmed(Path(work))
        seen = see(path, finder=finder())
    seen = speaking(seen, seen.voice)
    known = known_platforms()
    framings = {shape: frame(seen, platform=known[name].platform) for shape, name in SHAPES.items()}
    shown = with_faces(seen)
    rows = [row(frames[at], seen.times_ms[at], framings) for at in shown]
    way = drawn_way(seen, framings["9:16"], rows[0].width, [seen.times_ms[at] for at in shown])
    sheet = Image.new("RGB", (rows[0].width, sum(one.height + 8 for one in rows) + way.height), "white")
    top = 0
    for one in (*rows, way):
        sheet.paste(one, (0, top))
        top += one.height + 8
    return [save(sheet, folder / "camera.png")]


def filmed(folder: Path) -> tuple[Path, list[np.ndarray[Any, np.dtype[np.uint8]]]]:
    """The begin of the sample's episode as a master of 16:9, and its pictures."""
    camera, path = Camera(read_stage()), folder / "master.mp4"
    pictures = []
    with MovieWriter(path, Encoding(WIDTH, HEIGHT, (25, 1), crf=18)) as movie:
        for shot in cut_of(EPISODE)[:SHOTS]:
            for picture in camera.frames(shot):
                fitted = np.asarray(Image.fromarray(picture).resize((WIDTH, HEIGHT)))
                movie.picture(fitted, repeat=2)
                pictures += [fitted, fitted]
    return path, pictures


def with_faces(seen: Seen) -> list[int]:
    """The middles of the three longest shots in which most faces were found, in order."""
    worth = []
    for number, shot in enumerate(seen.footage.shots):
        found = [len(track.faces) for track in seen.tracks if track.shot == number]
        worth.append((sum(found) > 0, len(found), shot.span.duration_ms, (shot.first_frame + shot.end_frame) // 2))
    return sorted(at for *_, at in sorted(worth, reverse=True)[:3])


Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def row(picture: Pixels, at_ms: int, framings: dict[str, tuple[Framing, ...]]) -> Image.Image:
    """The master with the frames drawn in, and what each shows."""
    master = Image.fromarray(picture)
    views = []
    ink = ImageDraw.Draw(master)
    for shape, path in framings.items():
        views.append(seen_through(Image.fromarray(picture), path, at_ms, shape))
        crop = crop_at(next(one for one in path if one.span.contains(at_ms)), at_ms)
        box = (crop.left, crop.top, crop.left + crop.width - 1, crop.top + crop.height - 1)
        ink.rectangle(box, outline=COLOURS[shape], width=7)
    master = master.resize((WIDTH * TALL // HEIGHT, TALL), Image.Resampling.LANCZOS)
    made = Image.new("RGB", (master.width + sum(view.width + 8 for view in views), TALL), "white")
    left = 0
    for one in (master, *views):
        made.paste(one, (left, 0))
        left += one.width + 8
    return made


def seen_through(picture: Image.Image, path: tuple[Framing, ...], at_ms: int, shape: str) -> Image.Image:
    """One frame of a version."""
    one = next(framing for framing in path if framing.span.contains(at_ms))
    across, down = (int(part) for part in shape.split(":"))
    size = (round(TALL * across / down), TALL)
    if one.fill is Fill.BLUR:
        made = picture.resize((24, 14)).resize(size, Image.Resampling.BICUBIC)
        inner = picture.resize((size[0], size[0] * picture.height // picture.width))
        made.paste(inner, (0, (TALL - inner.height) // 2))
        return made
    halves = [path for path in (one.crops, one.second) if path]
    made = Image.new("RGB", size)
    for number, _ in enumerate(halves):
        crop = crop_at(Framing(one.span, one.fill, halves[number]), at_ms)
        box = (crop.left, crop.top, crop.left + crop.width, crop.top + crop.height)
        part = picture.resize((size[0], TALL // len(halves)), Image.Resampling.LANCZOS, box=box)
        made.paste(part, (0, number * TALL // len(halves)))
    return made


def drawn_way(seen: Seen, framings: tuple[Framing, ...], width: int, marks: list[int]) -> Image.Image:
    """Time to the right, the master's width upwards: the 9:16 frame, the faces, the cuts."""
    height, margin = 210, 30
    image = Image.new("RGB", (width, height), "white")
    ink = ImageDraw.Draw(image)

    def place(at_ms: float, x: float) -> tuple[float, float]:
        return at_ms / seen.footage.duration_ms * (width - 1), margin + x / seen.width * (height - 2 * margin)

    for at in seen.times_ms:
        one = next(framing for framing in framings if framing.span.contains(at))
        crop = crop_at(one, at)
        ink.line((place(at, crop.left), place(at, crop.left + crop.width)), fill=(250, 214, 214), width=2)
    for track in seen.tracks:
        points = [
            place(seen.times_ms[track.first_frame + n], face.left + face.width / 2)
            for n, face in enumerate(track.faces)
        ]
        ink.line(points, fill=INK, width=3)
    for framing in framings:
        for way in (0.0, 1.0):
            held = [at for at in seen.times_ms if framing.span.contains(at)]
            crops = [crop_at(framing, at) for at in held]
            edge = [place(at, crop.left + way * crop.width) for at, crop in zip(held, crops, strict=True)]
            ink.line(edge, fill=COLOURS["9:16"], width=3)
    for shot in seen.footage.shots:
        x = place(shot.span.start_ms, 0)[0]
        ink.line((x, margin - 6, x, height - margin + 6), fill=(150, 150, 156), width=1)
    for at in marks:
        x = place(at, 0)[0]
        ink.polygon([(x - 6, 8), (x + 6, 8), (x, 18)], fill=INK)
    ink.text((4, height - 22), "0 s", fill=INK, font_size=15)
    end = f"{seen.footage.duration_ms / 1000:.0f} s"
    ink.text((width - 40, height - 22), end, fill=INK, font_size=15)
    told = (
        "the 9:16 frame (red), faces (black), cuts (grey), the frames above (marks); the master's left side is on top"
    )
    ink.text((50, height - 22), told, fill=INK, font_size=15)
    return image


def save(image: Image.Image, path: Path) -> Path:
    """A PNG of at most MOST_BYTES."""
    for colours in (256, 128, 64):
        image.quantize(colours).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return path
    raise SystemExit(f"{path} does not fit in {MOST_BYTES} bytes")


if __name__ == "__main__":
    make(Path(__file__).parent / "pictures")
