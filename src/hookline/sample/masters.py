"""The sample's masters: episodes of the English script as animatics with their subtitles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import as_file
from pathlib import Path

from hookline import formats
from hookline.model.progress import Progress, silent
from hookline.model.script import Episode
from hookline.sample.season import scripts


def render_animatics(folder: Path, *, episodes: Iterable[int], progress: Progress = silent) -> tuple[Path, ...]:
    """Render episodes to ``ep01.mp4`` and ``ep01.srt`` in a folder, side by side; the files written.

    Raises:
        MissingExtra: what draws, speaks or encodes is not installed.
    """
    from hookline.sample.animatic import Job, render_episodes  # heavy, and only for those who render
    from hookline.sample.stage import read_stage

    wanted = set(episodes)
    jobs = [
        Job(episode, folder / f"ep{episode.number:02d}.mp4", folder / f"ep{episode.number:02d}.srt")
        for episode in _written()
        if episode.number in wanted
    ]
    render_episodes(jobs, read_stage(), progress=progress)
    return tuple(path for job in jobs for path in (job.out_video, job.out_subtitles))


def _written() -> Iterator[Episode]:
    for resource in scripts("en"):
        with as_file(resource) as path:
            yield from formats.read_script(path, file=path.name).episodes
