"""What a video shows and sounds like over time: shots and loudness together."""

from __future__ import annotations

from pathlib import Path

from hookline.media.loudness import loudness_by_second
from hookline.media.shots import shots_in, watched
from hookline.model.shot import Footage


def watch(path: Path, *, threads: int = 1) -> Footage:
    """The shots of a video and how loud each second is.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        MissingExtra: PyAV is not installed.
    """
    video = watched(path, threads=threads)
    loudness = loudness_by_second(path)
    seconds = -(-video.end_ms // 1000)
    return Footage(video.end_ms, video.fps, shots_in(video), None if loudness is None else loudness[:seconds])
