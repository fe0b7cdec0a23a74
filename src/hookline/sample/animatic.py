"""The animatic: a script, acted, drawn, scored and encoded by code."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from hookline.engines.espeak import EspeakVoice
from hookline.engines.voice import Voice
from hookline.media.encode import Encoding, MovieWriter
from hookline.model.progress import Progress, silent
from hookline.model.script import Episode
from hookline.model.span import Span
from hookline.sample.camera import HEIGHT, WIDTH, Camera
from hookline.sample.shots import Shot, shots
from hookline.sample.soundtrack import soundtrack
from hookline.sample.stage import Stage
from hookline.sample.subtitles import srt
from hookline.sample.timeline import Timeline, timeline

FPS = 25
# as small as x264's "veryfast" makes flat drawings, in two thirds of its time
_ENCODING = Encoding(
    WIDTH, HEIGHT, fps=(FPS, 1), preset="superfast", crf=21, x264="mbtree=1:rc-lookahead=10:partitions=none:8x8dct=1"
)


@dataclass(frozen=True, slots=True)
class Animatic:
    """What was made of an episode."""

    episode: int
    video: Path
    subtitles: Path
    duration_ms: int
    cuts_ms: tuple[int, ...]  # where a new shot starts, 0 first
    lines: tuple[tuple[Span, str], ...]  # what is said, when


@dataclass(frozen=True, slots=True)
class Job:
    """One episode to render and where it goes."""

    episode: Episode
    out_video: Path
    out_subtitles: Path


def render_episode(
    episode: Episode,
    stage: Stage,
    *,
    out_video: Path,
    out_subtitles: Path,
    voice: Voice | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Animatic:
    """Make an episode's animatic: 1280x720, 25 frames a second, stereo, and its subtitles.

    The same episode, stage and seed give the same frames and the same sound.

    Args:
        episode: as a script's reader gives it.
        stage: the cast and how it is staged: ``read_stage()`` for the sample's.
        out_video: an MP4; appears when it is whole.
        out_subtitles: a SubRip file; written after the video.
        voice: who speaks; the offline voice by default.
        seed: varies grain, trembling and the music's touch.
        progress: told after every shot, in seconds of the episode.

    Raises:
        MissingExtra: PyAV, espeakng-loader, Pillow or vl-convert is not installed.
        BadInput: somebody speaks who is not in the cast.
    """
    plan = plan_episode(episode, stage, voice=voice)
    cut = shots(plan, stage)
    task = f"episode {episode.number}"
    with MovieWriter(out_video, _ENCODING) as movie:
        progress(task, 0, plan.duration_ms // 1000)
        movie.sound(soundtrack(plan, stage, seed=seed + episode.number))
        camera = Camera(stage, seed=seed)
        for shot in cut:
            for frame in camera.frames(shot):
                movie.picture(frame, repeat=2)
            progress(task, shot.span.end_ms // 1000, plan.duration_ms // 1000)
    out_subtitles.parent.mkdir(parents=True, exist_ok=True)
    out_subtitles.write_text(srt(plan), encoding="utf-8")
    return _made(plan, cut, out_video, out_subtitles)


def plan_episode(episode: Episode, stage: Stage, *, voice: Voice | None = None) -> Timeline:
    """An episode's lines in their times, spoken; the offline voice by default."""
    if voice is not None:
        return timeline(episode, stage, voice)
    with EspeakVoice() as offline:
        return timeline(episode, stage, offline)


def render_episodes(
    jobs: Sequence[Job], stage: Stage, *, seed: int = 0, workers: int = 2, progress: Progress = silent
) -> tuple[Animatic, ...]:
    """Render episodes side by side, each in a process of its own; an interrupt ends them all.

    Args:
        jobs: what to render; results come back in this order.
        stage: as for ``render_episode``.
        seed: as for ``render_episode``.
        workers: processes at once.
        progress: told in seconds of all the episodes together.
    """
    if len(jobs) == 1 or workers == 1:
        return tuple(_render(job, stage, seed, progress) for job in jobs)
    context = get_context("spawn")
    tally = (context.Value("i", 0), context.Value("i", 0), context.Value("i", 0))
    pool = ProcessPoolExecutor(min(workers, len(jobs)), context, initializer=_remember, initargs=tally)
    try:
        waiting = [pool.submit(_render_counted, job, stage, seed) for job in jobs]
        _watch(waiting, tally[0], tally[1], progress)
        return tuple(future.result() for future in waiting)
    finally:
        tally[2].value = 1  # whoever still renders, after an interrupt or a failure, stops at its next shot
        pool.shutdown(wait=True, cancel_futures=True)


class _Stopped(Exception):
    """The parent was interrupted."""


def _watch(
    waiting: list[Future[Animatic]], done: Synchronized[int], total: Synchronized[int], progress: Progress
) -> None:
    left: set[Future[Animatic]] = set(waiting)
    while left:
        finished, left = wait(left, timeout=0.25, return_when=FIRST_COMPLETED)
        for future in finished:
            future.result()
        progress("animatic", done.value, total.value)


_tally: list[Synchronized[int]] = []  # in a worker: seconds rendered, seconds to render, 1 to stop


def _remember(done: Synchronized[int], total: Synchronized[int], stop: Synchronized[int]) -> None:
    _tally[:] = [done, total, stop]


def _render_counted(job: Job, stage: Stage, seed: int) -> Animatic:
    last = 0

    def count(task: str, done: int, total: int) -> None:
        nonlocal last
        counter, whole, stop = _tally
        if stop.value:
            raise _Stopped
        with counter.get_lock():
            counter.value += done - last
            whole.value += total if done == 0 else 0
        last = done

    return _render(job, stage, seed, count)


def _render(job: Job, stage: Stage, seed: int, progress: Progress) -> Animatic:
    return render_episode(
        job.episode, stage, out_video=job.out_video, out_subtitles=job.out_subtitles, seed=seed, progress=progress
    )


def _made(plan: Timeline, cut: tuple[Shot, ...], video: Path, subtitles: Path) -> Animatic:
    return Animatic(
        episode=plan.episode.number,
        video=video,
        subtitles=subtitles,
        duration_ms=plan.duration_ms,
        cuts_ms=tuple(shot.span.start_ms for shot in cut),
        lines=tuple((item.span, item.line.text) for item in plan.items if item.speech is not None),
    )
