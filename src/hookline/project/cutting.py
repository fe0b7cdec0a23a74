"""Every platform's cuts of a series, or of one video: watched, planned, made in one pass a source, checked, delivered.

What is finished stays, whatever happens to the rest: a run that was killed goes on with the versions that are
missing, and a second run does nothing.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hookline import formats
from hookline.model.errors import BadInput, HooklineError
from hookline.model.progress import Progress, silent
from hookline.model.story import SeriesStory
from hookline.project import cut_manifest, cut_settings
from hookline.project.cut_delivery import Shelf, deliver, delivered
from hookline.project.cut_manifest import CutsDocument, Delivered
from hookline.project.cut_plan import Plan, Planned, Wanted, needs_bytes, plan, tasks
from hookline.project.cut_settings import CutSettings
from hookline.project.cut_sources import (
    Filmed,
    Footages,
    appeal,
    first_paid,
    runs_with_viewers,
    source_file,
    videos_of,
    watched,
)
from hookline.project.cut_tasks import Failed, Made, SourceFile, Task, perform
from hookline.project.folder import Library, SeriesFolder, episode_of
from hookline.project.store import Store
from hookline.project.work import SeriesRun, keep_footage, timed_story
from hookline.project.workers import Lost, Workers, done_by

CUTS = "cuts"
WORK = "cutting"  # inside .hookline: what is derived for cuts, apart from the report's


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks for, over what ``hookline.toml`` says."""

    platforms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    episodes: tuple[int, ...] = ()
    variants: int = 0
    spoilers: bool = False
    workers: int = 0
    market: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class CutRun:
    """What became of a series' cuts."""

    series: str
    folder: Path
    plan: Plan
    there: tuple[Delivered, ...] = ()  # were made before
    made: tuple[Delivered, ...] = ()
    failed: tuple[Failed, ...] = ()
    left: tuple[Planned, ...] = ()  # not made yet: of a dry run, or after something that stopped the rest
    manifest: CutsDocument = field(default_factory=lambda: cut_manifest.empty(""))
    seconds: float = 0.0


def cut_library(library: Library, asked: Asked, *, progress: Progress = silent) -> tuple[CutRun, ...]:
    """The cuts of each series of a library that has video.

    Raises:
        BadInput: no series has video, or what was asked for can't be.
        SeriesLocked: another process cuts one of them.
    """
    filmed = [series for series in library.series if series.files("video")]
    if not filmed:
        mend = f"import it: hookline import {library.root} ep01.mp4"
        raise BadInput("there is no video here", where=str(library.root), mend=mend)
    return tuple(_cut_series(library, series, asked, progress) for series in filmed)


def cut_video(
    video: Path,
    *,
    subtitles: Path | None,
    out: Path,
    asked: Asked,
    settings: CutSettings | None = None,
    progress: Progress = silent,
) -> CutRun:
    """The cuts of one video that stands in no series folder.

    Args:
        video: any video file.
        subtitles: what is said in it; without them nothing is known of the story.
        out: the folder that the cuts are put in.
        asked: which.
        settings: platforms of the user's own.
    """
    if out.exists() and not out.is_dir():
        raise BadInput("there is a file of that name", where=str(out), mend="give a folder")
    settings = settings or cut_settings.alone()
    store = Store(out / ".hookline" / WORK)
    began = time.monotonic()
    with store.locked():
        number = episode_of(video.name) or 1
        source = source_file(video, store, name=video.name)
        workers = _workers(settings, asked)
        seen, failed = watched([source], store, settings, workers, progress)
        if failed:
            raise BadInput(failed[0].what, where=failed[0].where, mend=failed[0].mend)
        story = _told_alone(video, number, subtitles, seen[source.name])
        footages = _footages_alone(video, number, source, story, seen[source.name])
        found = _cut(footages, settings, asked, store, Shelf(out, by_episode=False), progress)
    return replace(found, seconds=time.monotonic() - began)


# ------------------------------------------------------------------ a series


def _cut_series(library: Library, series: SeriesFolder, asked: Asked, progress: Progress) -> CutRun:
    settings = cut_settings.settings(series.config(), series.root)
    store = Store(series.root / ".hookline" / WORK)
    began = time.monotonic()
    with store.locked():
        footages = _footages(library, series, settings, asked, store, progress)
        found = _cut(footages, settings, asked, store, Shelf(series.out / CUTS), progress)
    return replace(found, seconds=time.monotonic() - began)


def _footages(
    library: Library,
    series: SeriesFolder,
    settings: CutSettings,
    asked: Asked,
    store: Store,
    progress: Progress,
) -> Footages:
    """What there is to cut.  Each video is watched once: what is seen serves the story, too."""
    sources = videos_of(series, store)
    seen, failed = watched(list(sources.values()), store, settings, _workers(settings, asked), progress)
    for source in sources.values():
        if source.name in seen:
            keep_footage(series, source.path, seen[source.name].footage)
    runs, notes = runs_with_viewers(library, progress)
    run = next((run for run in runs if run.folder.root == series.root), None)
    story = run.story() if run else timed_story(series, progress=progress)
    paid, why = first_paid(settings, run.audience() if run else None)
    filmed = {
        number: Filmed(source, number, told, seen[source.name], appeal(run, number) if run else ())
        for number, source in sources.items()
        if source.name in seen and (told := story.episode(number))
    }
    untold = [number for number in sources if not story.episode(number)]
    if untold:
        notes += (f"episodes {', '.join(map(str, untold))} have a video but no script and no subtitles",)
    config = series.config()
    return Footages(config.id, story.language, story, filmed, paid, (*notes, *([why] if why else [])), failed)


# ------------------------------------------------------------------ one video


def _told_alone(video: Path, number: int, subtitles: Path | None, seen: Seen) -> SeriesStory:
    from hookline.story import analyse

    cues = {number: formats.read_cues(subtitles, file=subtitles.name)} if subtitles else {number: []}
    length = {number: seen.footage.duration_ms}
    return analyse([], cues=cues, durations_ms=length, footage={number: seen.footage}, title=video.stem)


# ------------------------------------------------------------------ the work


def _cut(
    footages: Footages, settings: CutSettings, asked: Asked, store: Store, shelf: Shelf, progress: Progress
) -> CutRun:
    manifest = cut_manifest.read(shelf.folder, series=footages.series)
    found = plan(footages, _wanted(settings, asked), progress=progress)
    there = {one.id: done for one in found.planned if (done := delivered(shelf, manifest, one))}
    left = tuple(one for one in found.planned if one.id not in there)
    run = CutRun(footages.series, shelf.folder, found, tuple(there.values()), left=left, manifest=manifest)
    if asked.dry_run:
        return replace(run, failed=footages.failed)
    work = _Work(footages, shelf, store, store.root / "versions", {one.id: one for one in left}, manifest)
    work.clean()
    for _, answer in done_by(_placed(settings, asked, left), perform, _tasks(...), progress=progress):
        work.take(answer)
    return work.run(run)
