"""Short films drawn by code whose shots are known: cuts, dissolves, fades, flashes, a shaken camera.

A scene is a canvas of smooth colour noise with shapes on it, seen through a window that pans, with two figures
that move and with grain.  A film joins three scenes of 1.2 to 2 s (2.4 to 3.2 s where they melt) at 25 frames a second;
every second film's scenes share one palette, as rooms of one flat do.  Each kind has its own films:

    cut       hard cuts alone
    dissolve  linear dissolves of 8 to 26 frames
    fade      out to black or white and in again, 6 to 15 frames each way, 1 to 12 even frames between
    flash     hard cuts, and in each scene a flash of 1 to 5 frames, of the whole picture or fading
    shake     hard cuts, and a camera that shakes by up to 5% of the width for the whole film
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hookline.media.encode import Encoding, MovieWriter

KINDS = ("cut", "dissolve", "fade", "flash", "shake")
FPS = 25
SIZE = (320, 180)

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Change:
    """A true change of shots: the frames of the transition, first to last; of a cut the new shot's first frame."""

    first: int
    last: int
    kind: str


@dataclass(frozen=True, slots=True)
class Film:
    """A film to be written, with its truth."""

    kind: str
    frames: tuple[Picture, ...]
    changes: tuple[Change, ...]


def film(kind: str, seed: int, *, size: tuple[int, int] = SIZE) -> Film:
    """One film of a kind; the same seed draws the same film."""
    dice = np.random.default_rng([KINDS.index(kind), seed])
    palette = dice.uniform(30, 225, (5, 3)) if seed % 2 else None
    scenes = [_scene(dice, size, palette, kind) for _ in range(3)]
    if kind == "flash":
        scenes = [_flashed(scene, dice) for scene in scenes]
    frames, changes = list(scenes[0]), []
    for scene in scenes[1:]:
        frames, change = _joined(frames, scene, kind if kind in ("dissolve", "fade") else "cut", dice)
        changes.append(change)
    return Film(kind, tuple(frames), tuple(changes))


def write(made: Film, path: Path) -> Path:
    """The film as an MP4 without sound."""
    height, width = made.frames[0].shape[:2]
    with MovieWriter(path, Encoding(width, height, (FPS, 1), crf=23)) as movie:
        for frame in made.frames:
            movie.picture(frame)
    return path


def _scene(
    dice: np.random.Generator, size: tuple[int, int], palette: NDArray[np.float64] | None, kind: str
) -> list[Picture]:
    width, height = size
    canvas = _canvas(dice, width * 3 // 2, height * 3 // 2, palette)
    count = int(dice.integers(60, 81) if kind in ("dissolve", "fade") else dice.integers(30, 51))
    pan = dice.uniform(0, 0.25) * (dice.random() < 0.6)
    way = np.outer(np.linspace(0, pan, count), dice.choice([-1, 1], 2) * [1, 0.3]) + 0.25
    if kind == "shake":
        way = way + dice.uniform(-0.05, 0.05, (count, 2))
    figures = [_figure(dice, count) for _ in range(2)]
    return [_seen(canvas, size, way[t], [(path[t], colour) for path, colour in figures], dice) for t in range(count)]


def _canvas(
    dice: np.random.Generator, width: int, height: int, palette: NDArray[np.float64] | None
) -> NDArray[np.float32]:
    colours = dice.uniform(20, 235, (5, 3)) if palette is None else palette
    coarse = dice.normal(0, 1, (6, 9, 3)) * dice.uniform(10, 35) + colours[dice.integers(5)]
    rows, columns = np.linspace(0, 4.999, height), np.linspace(0, 7.999, width)
    r, c = rows.astype(int), columns.astype(int)
    fr, fc = (rows - r)[:, None, None], (columns - c)[None, :, None]
    top = coarse[r][:, c] * (1 - fc) + coarse[r][:, c + 1] * fc
    low = coarse[r + 1][:, c] * (1 - fc) + coarse[r + 1][:, c + 1] * fc
    canvas = top * (1 - fr) + low * fr
    for _ in range(14):
        y, x = int(dice.integers(height)), int(dice.integers(width))
        h, w = int(height * dice.uniform(0.05, 0.4)), int(width * dice.uniform(0.03, 0.3))
        canvas[y : y + h, x : x + w] = colours[dice.integers(5)] * dice.uniform(0.5, 1.2)
    drawn: NDArray[np.float32] = canvas.clip(0, 255).astype(np.float32)
    return drawn


def _figure(dice: np.random.Generator, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    start, end = dice.uniform(0.15, 0.7, 2), dice.uniform(0.15, 0.7, 2)
    sway = 0.02 * np.sin(np.linspace(0, dice.uniform(4, 20), count))[:, None]
    return np.linspace(start, start + 0.5 * (end - start), count) + sway, dice.uniform(0, 255, 3)


def _seen(
    canvas: NDArray[np.float32],
    size: tuple[int, int],
    at: NDArray[np.float64],
    figures: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
    dice: np.random.Generator,
) -> Picture:
    width, height = size
    x = int(np.clip(at[0] * width, 0, canvas.shape[1] - width))
    y = int(np.clip(at[1] * height, 0, canvas.shape[0] - height))
    view = canvas[y : y + height, x : x + width].copy()
    for place, colour in figures:
        left, top = int(place[0] * width), int(place[1] * height)
        view[top : top + height // 3, left : left + width // 8] = colour
    return (view + dice.normal(0, 3, (height, width, 1))).clip(0, 255).astype(np.uint8)


def _flashed(scene: list[Picture], dice: np.random.Generator) -> list[Picture]:
    at, length = int(dice.integers(8, len(scene) - 14)), int(dice.integers(1, 6))
    strength = dice.uniform(0.5, 1.0)
    fading = dice.random() < 0.5
    result = list(scene)
    for step in range(length):
        part = strength * (1 - step / length if fading else 1.0)
        result[at + step] = (scene[at + step] * (1 - part) + 255 * part).astype(np.uint8)
    return result


def _joined(
    frames: list[Picture], scene: list[Picture], kind: str, dice: np.random.Generator
) -> tuple[list[Picture], Change]:
    if kind == "cut":
        return [*frames, *scene], Change(len(frames), len(frames), kind)
    if kind == "dissolve":
        length = int(dice.integers(8, 27))
        mixed = [_mixed(frames[t - length], scene[t], (t + 1) / (length + 1)) for t in range(length)]
        first = len(frames) - length
        return [*frames[:-length], *mixed, *scene[length:]], Change(first, len(frames) - 1, kind)
    return _faded(frames, scene, dice)


def _faded(frames: list[Picture], scene: list[Picture], dice: np.random.Generator) -> tuple[list[Picture], Change]:
    out, rest, back = int(dice.integers(6, 16)), int(dice.integers(1, 13)), int(dice.integers(6, 16))
    even = np.full_like(scene[0], 0 if dice.random() < 0.75 else 255)
    gone = [_mixed(frames[t - out], even, (t + 1) / (out + 1)) for t in range(out)]
    come = [_mixed(even, scene[t], (t + 1) / (back + 1)) for t in range(back)]
    first = len(frames) - out
    made = [*frames[:-out], *gone, *([even] * rest), *come, *scene[back:]]
    return made, Change(first, first + out + rest + back - 1, "fade")


def _mixed(a: Picture, b: Picture, part: float) -> Picture:
    return (a * (1 - part) + b * part).astype(np.uint8)


def films(seeds: range) -> Iterator[tuple[str, int]]:
    """Kind and seed of every film of a set."""
    return ((kind, seed) for kind in KINDS for seed in seeds)
