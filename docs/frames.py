"""Frames of the sample's animatics, drawn anew for docs/: each under 150 kB."""

from __future__ import annotations

from importlib.resources import as_file
from pathlib import Path

import numpy as np
from PIL import Image

from hookline import formats
from hookline.sample import scripts
from hookline.sample.animatic import plan_episode
from hookline.sample.camera import HEIGHT, WIDTH, Camera
from hookline.sample.shots import Shot, shots
from hookline.sample.stage import read_stage

MOST_BYTES = 150_000
WANTED = (  # name, episode, words of the line on screen, which of its shots, share of that shot
    ("hook", 1, "tray crashes", 0, 0.7),
    ("two-shot", 1, "got it on my shoe", 0, 0.6),
    ("outcry", 1, "your wife for three years", 0, 0.3),
    ("room", 1, "room freezes", 0, 0.6),
    ("flashback", 2, "door left ajar", 0, 0.7),
    ("hiding", 2, "shoes turn", 0, 0.6),
)


def make(folder: Path) -> list[Path]:
    """Draw each wanted frame into a folder; what was written."""
    stage, made = read_stage(), []
    cuts = {number: cut_of(number) for number in {episode for _, episode, *_ in WANTED}}
    for name, episode, words, which, share in WANTED:
        shot = [shot for shot in cuts[episode] if words in shot.item.line.text][which]
        frames = list(Camera(stage).frames(shot))
        made.append(save(folder / f"animatic-{name}.jpg", frames[int(share * (len(frames) - 1))]))
    return made


def cut_of(number: int) -> tuple[Shot, ...]:
    """The shots of an English episode of the sample."""
    stage = read_stage()
    for resource in scripts("en"):
        with as_file(resource) as path:
            for episode in formats.read_script(path, file=path.name).episodes:
                if episode.number == number:
                    return shots(plan_episode(episode, stage), stage)
    raise SystemExit(f"the sample has no episode {number}")


def save(path: Path, frame: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]) -> Path:
    """A JPEG of at most MOST_BYTES."""
    picture = Image.fromarray(frame).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    for quality in range(88, 40, -6):
        picture.save(path, quality=quality, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return path
    raise SystemExit(f"{path} does not fit in {MOST_BYTES} bytes")
