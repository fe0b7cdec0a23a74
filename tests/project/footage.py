"""A small series with real video for tests of cutting: drawn, with a tone, quick to cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hookline.media.encode import AUDIO_RATE, Encoding, MovieWriter

SIZE = (320, 180)
FPS = 25
PLATFORM = """
[platforms.tiny]
like = "tiktok"
title = "Tiny"
width = 90
height = 160
safe = { left = 5, top = 10, right = 85, bottom = 130 }
min_kbps = 1

[platforms.wide]
like = "tiny"
title = "Wide"
width = 160
height = 90
safe = { left = 8, top = 5, right = 152, bottom = 85 }
"""
LINES = (
    (0.3, 1.0, "MIA", "Who sent you here?"),
    (1.2, 1.9, "LEO", "You know who sent me."),
    (2.1, 2.8, "MIA", "Then he is alive."),
    (3.0, 3.8, "LEO", "He betrayed you."),
    (4.0, 4.7, "MIA", "What did you say?"),
)


def video(path: Path, *, seconds: float = 5.0, seed: int = 0) -> Path:
    """A video of even colours that change every 2.5 s, with a moving block and a tone."""
    width, height = SIZE
    noise = np.random.default_rng(seed)
    with MovieWriter(path, Encoding(width, height, (FPS, 1), crf=23, preset="ultrafast")) as movie:
        times = np.arange(round(seconds * AUDIO_RATE)) / AUDIO_RATE
        tone = 0.2 * np.sin(2 * np.pi * 440 * times) * (1 + np.sin(2 * np.pi * 1.3 * times)) / 2
        movie.sound(np.stack([tone, tone]).astype(np.float32))
        for number in range(round(seconds * FPS)):
            shot = number // 62
            picture = np.full((height, width, 3), (60 + 40 * shot) % 200 + 20, np.uint8)
            picture[:, :, shot % 3] = 200
            left = (7 * number) % (width - 60)
            picture[60:120, left : left + 50] = noise.integers(0, 255, (60, 50, 3), np.uint8)
            movie.picture(picture)
    return path


def subtitles(path: Path) -> Path:
    """What is said in its first 5 s."""
    blocks = [f"{n}\n{_time(a)} --> {_time(b)}\n{who}: {text}" for n, (a, b, who, text) in enumerate(LINES, start=1)]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return path


def _time(seconds: float) -> str:
    return f"00:00:{int(seconds):02d},{round(seconds % 1 * 1000):03d}"


def series(root: Path, *, episodes: int = 2, seconds: float = 5.0) -> Path:
    """A series folder with so many episodes of it, and two small platforms."""
    from hookline import project

    project.create(root, title="Small Lies", language="en")
    with (root / "hookline.toml").open("a") as file:
        file.write('[cut]\nplatforms = ["tiny", "wide"]\n' + PLATFORM)
    for number in range(1, episodes + 1):
        video(root / "media" / f"ep{number:02d}.mp4", seconds=seconds, seed=number)
        subtitles(root / "subtitles" / f"ep{number:02d}.srt")
    return root
