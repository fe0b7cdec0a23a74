"""Cuts rendered: one decode of each source feeds every version that needs it.

The pictures of a source are decoded once, in order, and handed to one strand for each run of clips that goes forward in
it.  A strand frames the picture, lays captions over it and encodes, in a thread of its own; all that is costly happens
in C without Python's lock.  A cut that goes back in its source, or takes clips of several, has several runs: each
begins with a key frame of its own and their packets are put one behind the other.

Memory is bounded: a strand holds at most ``QUEUED`` decoded pictures, and no more encoders run side by side than fit
into ``MEMORY_MB``; jobs beyond that wait for another pass over the source.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.camera import Camera
from hookline.media.check import Breach, check
from hookline.media.encode import AUDIO_RATE
from hookline.media.movie import Movie, Settings
from hookline.media.overlay import Overlay
from hookline.media.sound import SILENT_LUFS, Heard, Piece, Track, bedded, encoded, hear, joined
from hookline.media.source import Source, check_unchanged, examine, fitted_rate, pictures
from hookline.media.stamp import Stamp
from hookline.media.whole import make_folder
from hookline.model.cut import Clip, Cut
from hookline.model.errors import BadInput, Unreadable
from hookline.model.platform import Platform
from hookline.model.progress import Progress, silent
from hookline.model.span import Span

HELD = 3  # pictures that the last of a source stands in for
QUEUED = 3  # decoded pictures that wait for one strand
MEMORY_MB = 1_000  # for encoders side by side
_MB_BY_PIXEL = 60 / 1_000_000  # an encoder of veryfast: its lookahead, its references, its own pictures
LONGEST_MS = 30 * 60_000
_WITHIN = 0.4  # of a picture's time, where the source is looked at: clear of its edges, at half the rate too
TASK = "render"
TRIES = 3  # at a file whose weight its platform doesn't take
WEIGHTS = frozenset(("file size", "bit rate"))
SPARE = 0.05  # of the limit that a further try stays under it
SOUND_KBPS = 165  # the sound with its place in the file
LEAST_KBPS = 100  # of pictures; less shows nothing
FINEST_CRF = 1


@dataclass(frozen=True, slots=True)
class Rendering:
    """A cut to be made for a platform, with the pictures that go over it."""

    cut: Cut
    platform: Platform
    out: Path
    overlays: tuple[Overlay, ...] = ()
    music: Path | None = None  # laid under the dialogue, which stays clear of it


@dataclass(frozen=True, slots=True)
class Rendered:
    """A cut that lies at ``job.out``, whole, and passed its platform's check."""

    job: Rendering
    duration_ms: int
    fps: tuple[int, int]
    notes: tuple[str, ...] = ()  # what was done that nobody asked for, in words


@dataclass(frozen=True, slots=True)
class RenderedFailed:
    """A cut that didn't pass its platform's check; nothing lies at ``job.out``."""

    job: Rendering
    breaches: tuple[Breach, ...]
    notes: tuple[str, ...] = ()
    kbps: float = 0.0  # of the whole file

    def __str__(self) -> str:
        return f"{self.job.out.name}: " + "; ".join(breach.says for breach in self.breaches)


def render(
    jobs: Sequence[Rendering],
    sources: Mapping[str, Path],
    *,
    threads: int = 1,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> tuple[Rendered | RenderedFailed, ...]:
    """Make cuts; each file appears under its name only when it is whole and passed its check.

    Args:
        jobs: what to make.
        sources: the file behind each name that the cuts' clips use.
        threads: cores to keep busy.
        settings: of the encoder.
        progress: told about pictures encoded.

    Returns:
        For each job, in order, what came of it.

    Raises:
        BadInput: a clip names an unknown source or reaches past its end, or a file can't be written.
        Unreadable: a source is missing, damaged, without pictures, or changed while it was read.
        MissingExtra: PyAV is not installed.
    """
    if not jobs:
        return ()
    looked = _examined(jobs, sources)
    plans = [_planned(job, looked) for job in jobs]
    heard = _heard(plans, sources)
    count = _Count(sum(plan.frames for plan in plans), progress)
    results: dict[int, Rendered | RenderedFailed] = {}
    with _pool(max(1, threads)) as pool:
        tracks: dict[tuple[object, ...], Future[Track]] = {}
        for plan in plans:
            if _sound_key(plan) not in tracks:
                tracks[_sound_key(plan)] = pool.submit(_track, plan, heard)
        left = [_Try(plan, settings or Settings()) for plan in plans]
        while left:
            for wave in _waves(left):
                each = max(1, threads // len(wave))
                found = _made([(one, tracks[_sound_key(one.plan)]) for one in wave], looked, each, count, pool)
                results |= {id(one.plan.job): result for one, result in zip(wave, found, strict=True)}
            left = [again for one in left if (again := _lighter(one, results[id(one.plan.job)]))]
            count.more(sum(one.plan.frames for one in left))
    return tuple(results[id(job)] for job in jobs)


# Planning


@dataclass(frozen=True, slots=True)
class _Run:
    """Clips that go forward in one source: which of its moments become which frames of the cut."""

    source: str
    first_frame: int
    moments_s: NDArray[np.float64]  # ascending; one a frame
    clips: tuple[tuple[int, Clip], ...]  # each with its first frame


@dataclass(frozen=True, slots=True)
class _Plan:
    job: Rendering
    fps: Fraction
    frames: int
    runs: tuple[_Run, ...]
    pieces: tuple[Piece, ...]

    @property
    def megabytes(self) -> float:
        return self.job.platform.width * self.job.platform.height * _MB_BY_PIXEL


def _examined(jobs: Sequence[Rendering], sources: Mapping[str, Path]) -> dict[str, Source]:
    spans: dict[str, list[Span]] = {}
    for job in jobs:
        if not job.cut.clips or job.cut.duration_ms <= 0:
            raise BadInput("the cut is empty", where=job.cut.id)
        if job.cut.duration_ms > LONGEST_MS:
            minutes = (
                f"{job.cut.duration_ms / 60_000:.0f} minutes; its sound is held in memory, so {LONGEST_MS // 60_000}"
            )
            raise BadInput(f"the cut lasts {minutes} are the most", where=job.cut.id, mend="cut it in parts")
        for clip in job.cut.clips:
            if clip.source not in sources:
                raise BadInput(f"no file is known for the source {clip.source!r}", where=job.cut.id)
            spans.setdefault(clip.source, []).append(clip.span)
    return {name: examine(sources[name], found) for name, found in spans.items()}


def _planned(job: Rendering, looked: Mapping[str, Source]) -> _Plan:
    platform = job.platform
    fps = fitted_rate(looked[job.cut.clips[0].source].fps, least=platform.min_fps, most=platform.max_fps)
    at_ms = 0
    placed: list[tuple[int, Clip, NDArray[np.float64]]] = []
    pieces: list[Piece] = []
    for clip in job.cut.clips:
        first, at_ms = round(at_ms * fps / 1000), at_ms + clip.span.duration_ms
        end = round(at_ms * fps / 1000)
        start_s = looked[clip.source].nearest_start(clip.span.start_ms / 1000)
        moments = np.arange(end - first, dtype=np.float64)
        moments = start_s + (moments + _WITHIN) / float(fps)
        placed.append((first, clip, moments))
        sample = round(start_s * AUDIO_RATE)
        length = round(end * AUDIO_RATE / fps) - round(first * AUDIO_RATE / fps)
        pieces.append(Piece(clip.source, sample, sample + length))
    return _Plan(job, fps, placed[-1][0] + len(placed[-1][2]), tuple(_runs(placed)), tuple(pieces))


def _runs(placed: Sequence[tuple[int, Clip, NDArray[np.float64]]]) -> Iterator[_Run]:
    number, last_s, keys = 0, -1.0, []
    for index, (_, clip, moments) in enumerate(placed):
        if index and (clip.source != placed[index - 1][1].source or moments[0] < last_s):
            number += 1
        last_s = float(moments[-1])
        keys.append(number)
    for _, group in groupby(zip(keys, placed, strict=True), key=lambda pair: pair[0]):
        clips = [entry for _, entry in group]
        yield _Run(
            clips[0][1].source,
            clips[0][0],
            np.concatenate([moments for _, _, moments in clips]),
            tuple((first, clip) for first, clip, _ in clips),
        )


@dataclass(frozen=True, slots=True)
class _Try:
    """A cut that is to be encoded, how, and what was said of the tries before."""

    plan: _Plan
    settings: Settings
    notes: tuple[str, ...] = ()


def _waves(tries: Sequence[_Try]) -> Iterator[list[_Try]]:
    """Jobs in groups whose encoders fit into memory side by side."""
    wave: list[_Try] = []
    for one in tries:
        if wave and sum(other.plan.megabytes for other in wave) + one.plan.megabytes > MEMORY_MB:
            yield wave
            wave = []
        wave.append(one)
    if wave:
        yield wave


def _lighter(tried: _Try, result: Rendered | RenderedFailed) -> _Try | None:
    """Another try with a rate that the platform takes, where the last one's weight alone was wrong."""
    if not isinstance(result, RenderedFailed) or {one.what for one in result.breaches} - WEIGHTS:
        return None
    if len(tried.notes) >= TRIES - 1:
        return None
    settings = _settings_for(tried, result)
    if settings is None:
        return None
    how = f"at {settings.max_kbps} kbit/s at most" if settings.max_kbps else f"at quality {settings.crf}"
    said = "; ".join(breach.says for breach in result.breaches)
    return _Try(tried.plan, settings, (*tried.notes, f"{said}: encoded again {how}"))


def _settings_for(tried: _Try, result: RenderedFailed) -> Settings | None:
    """Settings that bring a file's weight into its platform's limits; None where that would leave no picture."""
    platform, settings = tried.plan.job.platform, tried.settings
    seconds = float(tried.plan.frames / tried.plan.fps)
    by_size = platform.max_bytes * 8 / 1000 / seconds if platform.max_bytes is not None else float("inf")
    most = min(by_size, platform.max_kbps if platform.max_kbps is not None else float("inf"))
    if result.kbps > most:
        wanted = most * (1 - SPARE) - SOUND_KBPS
        given = 1.0 if settings.max_kbps is None else settings.max_kbps / max(1.0, result.kbps - SOUND_KBPS)
        return replace(settings, max_kbps=round(wanted * min(1.0, given))) if wanted >= LEAST_KBPS else None
    if platform.min_kbps is not None and result.kbps < platform.min_kbps and settings.max_kbps is None:
        finer = settings.crf - 2 - math.ceil(9 * math.log2(platform.min_kbps / max(result.kbps, 1.0)))
        return replace(settings, crf=finer) if finer >= FINEST_CRF else None
    return None


# Sound


def _sound_key(plan: _Plan) -> tuple[object, ...]:
    platform = plan.job.platform
    return (plan.pieces, plan.job.music, platform.loudness_lufs, platform.true_peak_dbtp, platform.channels)


def _heard(plans: Sequence[_Plan], sources: Mapping[str, Path]) -> dict[str, Heard]:
    spans: dict[str, list[Span]] = {}
    for plan in plans:
        for clip in plan.job.cut.clips:
            spans.setdefault(clip.source, []).append(clip.span)
    return {name: hear(sources[name], found) for name, found in spans.items()}


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for the sound and the checks; when work stops early, what waits is dropped."""
    pool = ThreadPoolExecutor(threads, "sound")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _track(plan: _Plan, heard: Mapping[str, Heard]) -> Track:
    platform = plan.job.platform
    samples = joined(plan.pieces, heard, channels=platform.channels)
    if plan.job.music is not None:
        length_ms = samples.shape[1] * 1000 // AUDIO_RATE + 1
        samples = bedded(samples, hear(plan.job.music, [Span(0, length_ms)]).between(0, samples.shape[1]))
    track = encoded(samples, lufs=platform.loudness_lufs, dbtp=platform.true_peak_dbtp)
    notes = [note for name in dict.fromkeys(piece.source for piece in plan.pieces) for note in heard[name].notes]
    return replace(track, notes=(*notes, *track.notes))


# Pictures


def _made(
    wave: Sequence[tuple[_Try, Future[Track]]],
    looked: Mapping[str, Source],
    threads: int,
    count: _Count,
    pool: ThreadPoolExecutor,
) -> list[Rendered | RenderedFailed]:
    plans = [one.plan for one, _ in wave]
    with ExitStack() as stack:
        movies = []
        for one, track in wave:
            make_folder(one.plan.job.out)
            settings = replace(one.settings, threads=threads)
            movies.append(stack.enter_context(_movie(one.plan, track, settings)))
        for name in dict.fromkeys(run.source for plan in plans for run in plan.runs):
            _feed(looked[name], _strands(plans, movies, looked[name], name, count))
        parts = zip(wave, movies, strict=True)
        delivered = [pool.submit(_delivered, one, track, movie, looked) for (one, track), movie in parts]
        return [one.result() for one in delivered]


def _movie(plan: _Plan, track: Future[Track], settings: Settings) -> Movie:
    platform = plan.job.platform
    return Movie(
        plan.job.out,
        (platform.width, platform.height),
        plan.fps,
        plan.frames,
        track=track,
        settings=settings,
        runs=len(plan.runs),
    )


def _strands(
    plans: Sequence[_Plan], movies: Sequence[Movie], source: Source, name: str, count: _Count
) -> list[_Strand]:
    return [
        _Strand(run, number, plan.job, movie, source, count)
        for plan, movie in zip(plans, movies, strict=True)
        for number, run in enumerate(plan.runs)
        if run.source == name
    ]


def _feed(source: Source, strands: Sequence[_Strand]) -> None:
    """Decode a source once for all strands."""
    spans = [clip.span for strand in strands for _, clip in strand.run.clips]
    frames = pictures(source, spans)
    try:
        last = None
        for picture in frames:
            for strand in strands:
                strand.offer(picture.frame, picture.end_s)
            last = picture.frame
        for strand in strands:
            strand.end(last)
        check_unchanged(source)
    except BaseException:
        for strand in strands:
            strand.stop()
        raise
    finally:
        frames.close()  # type: ignore[attr-defined]
        for strand in strands:
            strand.finish()
    for strand in strands:
        strand.check()


class _Strand:
    """Frames, captions and encodes one run of clips, in a thread of its own."""

    def __init__(self, run: _Run, number: int, job: Rendering, movie: Movie, source: Source, count: _Count) -> None:
        self.run = run
        self._number, self._job, self._movie, self._source, self._count = number, job, movie, source, count
        self._given = 0
        self._queue: queue.Queue[tuple[Any, int, int] | None] = queue.Queue(QUEUED)
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None

    def offer(self, frame: Any, until_s: float) -> None:
        """Take the frame for all moments before an instant that have none yet; waits while the queue is full."""
        if self._error is not None:
            raise self._error
        end = int(np.searchsorted(self.run.moments_s, until_s))
        if end > self._given:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=f"strand {self._job.out.name}", daemon=True)
                self._thread.start()
            self._queue.put((frame, self._given, end))
            self._given = end

    def end(self, last: Any) -> None:
        """Take the last frame for what is left, which a rounded end may leave but no more."""
        left = len(self.run.moments_s) - self._given
        if left > HELD or last is None:
            at_s = float(self.run.moments_s[self._given])
            raise Unreadable(
                f"its pictures stop before {at_s:.2f} s", where=str(self._source.path), mend="copy or export it again"
            )
        self.offer(last, float("inf"))

    def stop(self) -> None:
        """Drop what waits."""
        self._error = self._error or _Stopped()

    def finish(self) -> None:
        """Wait until all is encoded."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()

    def check(self) -> None:
        """Raise what went wrong in the thread."""
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            self._encode()
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that asked)
            self._error = error
            while self._queue.get() is not None:
                pass

    def _encode(self) -> None:
        stamp = Stamp(self._job.overlays)
        platform = self._job.platform
        camera: Camera | None = None
        clip_number = -1
        fps = self._movie.fps
        encoder = self._movie.encoder(self._number)
        while (item := self._queue.get()) is not None:
            frame, start, end = item
            if self._error is not None:
                continue
            for index in range(start, end):
                number = self.run.first_frame + index
                here = _clip_at(self.run.clips, number)
                if camera is None or here != clip_number:
                    clip_number = here
                    camera = Camera(
                        self.run.clips[here][1].framings,
                        source=(self._source.width, self._source.height),
                        stored=(frame.width, frame.height),
                        out=(platform.width, platform.height),
                    )
                seen = camera.see(frame, float(self.run.moments_s[index]) * 1000)
                encoder.add(stamp.on(seen, float((number + Fraction(1, 2)) / fps * 1000)), number)
            self._count.add(end - start)
        encoder.end()


class _Stopped(Exception):
    """The strand is to end early."""


def _clip_at(clips: Sequence[tuple[int, Clip]], frame: int) -> int:
    return max(index for index, (first, _) in enumerate(clips) if first <= frame or index == 0)


class _Count:
    """Frames encoded, over all threads."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress, self._done = total, progress, 0
        self._lock = threading.Lock()

    def more(self, frames: int) -> None:
        """So many are to be encoded once more."""
        self._total += frames

    def add(self, frames: int) -> None:
        with self._lock:
            self._done += frames
            self._progress(TASK, self._done, self._total)


# Delivering


def _delivered(
    tried: _Try, sound: Future[Track], movie: Movie, looked: Mapping[str, Source]
) -> Rendered | RenderedFailed:
    plan, part, track = tried.plan, movie.close(), sound.result()
    names = dict.fromkeys(clip.source for clip in plan.job.cut.clips)
    notes = (*(note for name in names for note in looked[name].notes), *track.notes, *tried.notes)
    length_ms = round(plan.frames * 1000 / plan.fps)
    levels = {track.digest: track.level}
    found = check(part, plan.job.platform, length_ms, silent=track.level.lufs <= SILENT_LUFS, measured=levels)
    breaches, excused = _excused(found, movie.tail.state)
    notes += excused
    if breaches:
        return RenderedFailed(plan.job, breaches, notes, part.stat().st_size * 8 / length_ms)
    movie.deliver()
    return Rendered(plan.job, length_ms, (plan.fps.numerator, plan.fps.denominator), notes)


def _excused(found: Sequence[Breach], given: str) -> tuple[tuple[Breach, ...], tuple[str, ...]]:
    """A tail that was black or frozen before it was encoded is no fault of the file: it is told instead."""
    same = [breach for breach in found if given and breach.what == f"{given} tail"]
    notes = tuple(f"{breach.says}, as they are in the source" for breach in same)
    return tuple(breach for breach in found if breach not in same), notes
