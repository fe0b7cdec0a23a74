"""Draws the frames of the sample's animatic that the documentation shows.

    python docs/make_animatic_pictures.py

Writes animatic-*.jpg into docs/pictures/, each under 150 kB.  Needs hookline[sample].
"""

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

PICTURES = Path(__file__).resolve().parent / "pictures"
MOST_BYTES = 150_000
WANTED = (  # name, episode, words of the line on screen, which of its shots, share of that shot
    ("hook", 1, "tray crashes", 0, 0.7),
    ("two-shot", 1, "got it on my shoe", 0, 0.6),
    ("outcry", 1, "your wife for three years", 0, 0.3),
    ("room", 1, "room freezes", 0, 0.6),
    ("flashback", 2, "door left ajar", 0, 0.7),
    ("hiding", 2, "shoes turn", 0, 0.6),
)


def main() -> None:
    """Draw each wanted frame."""
    PICTURES.mkdir(exist_ok=True)
    stage = read_stage()
    cuts = {number: cut_of(number) for number in {episode for _, episode, *_ in WANTED}}
    for name, episode, words, which, share in WANTED:
        shot = [shot for shot in cuts[episode] if words in shot.item.line.text][which]
        frames = list(Camera(stage).frames(shot))
        save(f"animatic-{name}.jpg", frames[int(share * (len(frames) - 1))])


def cut_of(number: int) -> tuple[Shot, ...]:
    """The shots of an English episode of the sample."""
    stage = read_stage()
    for resource in scripts("en"):
        with as_file(resource) as path:
            for episode in formats.read_script(path, file=path.name).episodes:
                if episode.number == number:
                    return shots(plan_episode(episode, stage), stage)
    raise SystemExit(f"the sample has no episode {number}")


def save(name: str, frame: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]) -> None:
    """A JPEG of at most MOST_BYTES."""
    picture = Image.fromarray(frame).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    for quality in range(88, 40, -6):
        picture.save(PICTURES / name, quality=quality, optimize=True)
        if (PICTURES / name).stat().st_size <= MOST_BYTES:
            return
    raise SystemExit(f"{name} does not fit in {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
