"""Every platform's cuts of a series, or of one video: watched, planned, made in one pass a source, checked, delivered.

What is finished stays, whatever happens to the rest: a run that was killed goes on with the versions that are
missing, and a second run does nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hookline
from hookline import formats
from hookline.edit.platforms import choose_platforms
from hookline.model.codec import to_json
from hookline.model.cut import CutKind
from hookline.model.errors import BadInput
from hookline.model.progress import Progress, silent
from hookline.model.script import Episode, Script
from hookline.model.story import SeriesStory
from hookline.project import config, cut_manifest, cut_settings
from hookline.project.cut_delivery import Shelf, deliver, delivered
from hookline.project.cut_estimate import Estimated, estimate
from hookline.project.cut_manifest import CutsDocument, Delivered
from hookline.project.cut_plan import Plan, Planned, Wanted, check_episodes, needs_bytes, plan, tasks
from hookline.project.cut_settings import CutSettings
from hookline.project.cut_sources import (
    Footages,
    appeal,
    check_source,
    filmed,
    first_paid,
    runs_with_viewers,
    seen_of,
    source_file,
    videos_of,
    watched,
)
from hookline.project.cut_tasks import Failed, Made, Outcome, SourceFile, Task, adopt, forget, perform, refused
from hookline.project.folder import Library, SeriesFolder
from hookline.project.store import Store
from hookline.project.work import keep_footage, timed_story
from hookline.project.workers import Lost, Workers, done_by

if TYPE_CHECKING:
    from hookline.edit.watching import Seen

Json = dict[str, Any]

CUTS = "cuts"
LETTERS = {  # by language, where its letters tell it
    "ja": (("\u3041", "\u30ff"),),
    "zh": (("\u4e00", "\u9fff"),),
    "ko": (("\uac00", "\ud7af"),),
    "th": (("\u0e01", "\u0e5b"),),
    "ar": (("\u0620", "\u06ff"),),
    "hi": (("\u0901", "\u097f"),),
}
WORK = "cutting"  # inside .hookline: what is derived for cuts, apart from the report's
WATCH_BYTES = 400_000_000  # that watching one video takes, measured


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
    shot = [series for series in library.series if series.files("video")]
    if not shot:
        mend = f"import it: hookline import {library.root} ep01.mp4"
        raise BadInput("there is no video here", where=str(library.root), mend=mend)
    return tuple(_cut_series(library, series, asked, progress) for series in shot)


def cut_video(
    video: Path,
    *,
    subtitles: Path | None,
    out: Path,
    asked: Asked,
    language: str = "",
    figures: Path | None = None,
    progress: Progress = silent,
) -> CutRun:
    """The cuts of one video that stands in no series folder.

    Args:
        video: any video file.
        subtitles: what is said in it; without them nothing is known of the story.
        out: the folder that the cuts are put in.
        asked: which; its one episode, if any, is the number that the cuts get.
        language: of what is said; "" to be told from the subtitles.
        figures: a TOML file with platforms of the user's own.
        progress: told how far it is.
    """
    if out.exists() and not out.is_dir():
        raise BadInput("there is a file of that name", where=str(out), mend="give a folder")
    settings = cut_settings.alone(figures)
    wanted = _wanted(settings, asked)
    check_source(video)
    store = Store(out / ".hookline" / WORK)
    began = time.monotonic()
    with store.locked():
        number = asked.episodes[0] if asked.episodes else 1
        source = source_file(video, store, name=video.name)
        steps, _ = watched([source], store, settings, _watchers(settings, asked, 1), progress)
        seen = seen_of(steps[source.name])
        story, said = _told_alone(video, number, subtitles, seen)
        footages = _footages_alone(source, number, story, seen, language or language_of(said))
        found = _cut(footages, settings, asked, wanted, store, Shelf(out, by_episode=False), progress)
    return replace(found, seconds=time.monotonic() - began)


def estimated(run: CutRun) -> dict[str, Estimated]:
    """What the versions that are left will come to, by cut."""
    return estimate(run.left, run.manifest.cuts)


def cut_run_json(run: CutRun) -> Json:
    """A run as plain JSON values: ``hookline cut --json``."""
    about = estimated(run)
    return {
        "schema": "hookline.cut-run",
        "version": 1,
        "hookline": hookline.__version__,
        "series": run.series,
        "folder": str(run.folder),
        "notes": list(run.plan.notes),
        "made": to_json(run.made),
        "there": to_json(run.there),
        "left": [_left_json(one, about[one.id]) for one in run.left],
        "skipped": to_json(run.plan.skipped),
        "failed": to_json(run.failed),
        "seconds": round(run.seconds, 3),
    }


def _left_json(one: Planned, about: Estimated) -> Json:
    cut = one.version.cut
    return {
        "id": one.id,
        "episode": cut.episode,
        "kind": str(one.kind),
        "platform": cut.platform,
        "market": cut.market,
        "variant": one.variant,
        "reason": cut.reason,
        "meets": list(one.choice.meets),
        "duration_ms": cut.duration_ms,
        "clips": [{"source": clip.source, "span": to_json(clip.span)} for clip in cut.clips],
        "estimate": to_json(about),
        "notes": list(one.notes),
    }


# ------------------------------------------------------------------ a series


def _cut_series(library: Library, series: SeriesFolder, asked: Asked, progress: Progress) -> CutRun:
    settings = cut_settings.settings(series.config(), series.root)
    wanted = _wanted(settings, asked)
    store = Store(series.root / ".hookline" / WORK)
    began = time.monotonic()
    with store.locked():
        footages = _footages(library, series, settings, asked, wanted, store, progress)
        found = _cut(footages, settings, asked, wanted, store, Shelf(series.out / CUTS), progress)
    return replace(found, seconds=time.monotonic() - began)


def _footages(
    library: Library,
    series: SeriesFolder,
    settings: CutSettings,
    asked: Asked,
    wanted: Wanted,
    store: Store,
    progress: Progress,
) -> Footages:
    """What there is to cut.  Each video is watched once: what is seen serves the story, too."""
    sources = _needed(videos_of(series, store), wanted)
    steps, failed = watched(list(sources.values()), store, settings, _watchers(settings, asked, len(sources)), progress)
    seen = {name: seen_of(step) for name, step in steps.items()}
    for source in sources.values():
        if source.name in seen:
            keep_footage(series, source.path, seen[source.name].footage)
    runs, notes = runs_with_viewers(library, progress)
    run = next((run for run in runs if run.folder.root == series.root), None)
    story = run.story() if run else timed_story(series, progress=progress)
    paid, why = first_paid(settings, run.audience() if run else None)
    shot = {
        number: filmed(source, number, told, seen[source.name], appeal(run, number) if run else ())
        for number, source in sources.items()
        if source.name in seen and (told := story.episode(number))
    }
    untold = [number for number in sources if not story.episode(number)]
    if untold:
        notes += (f"episodes {', '.join(map(str, untold))} have a video but no script and no subtitles",)
    remarks = [f"{name}: {remark}" for name, found in seen.items() for remark in found.remarks]
    notes = (*notes, *remarks, *([why] if why else []))
    return Footages(series.config().id, story.language, story, shot, paid, notes, failed)


def _needed(sources: Mapping[int, SourceFile], wanted: Wanted) -> dict[int, SourceFile]:
    """The episodes asked for, and where a recap is wanted those before them."""
    check_episodes(wanted, sources)
    last = max(wanted.episodes, default=0)
    recap = any(kind.kind is CutKind.RECAP for kind in wanted.kinds)
    return {
        number: source
        for number, source in sources.items()
        if not wanted.episodes or number in wanted.episodes or (recap and number < last)
    }


# ------------------------------------------------------------------ one video


def _told_alone(video: Path, number: int, subtitles: Path | None, seen: Seen) -> tuple[SeriesStory, str]:
    """The story that subtitles tell, and what they say; without them, one of which nothing is known."""
    from hookline.story import analyse

    cues = formats.read_cues(subtitles, file=subtitles.name) if subtitles else ()
    untold = () if cues else (Script("none", "en", (Episode(number, ()),)),)
    story = analyse(
        untold,
        cues={number: cues},
        durations_ms={number: seen.footage.duration_ms},
        footage={number: seen.footage},
        title=video.stem,
    )
    return story, " ".join(cue.text for cue in cues)


def _footages_alone(source: SourceFile, number: int, story: SeriesStory, seen: Seen, language: str) -> Footages:
    told = story.episode(number)
    assert told is not None
    series = config.slug(Path(source.name).stem)
    return Footages(series, language, story, {number: filmed(source, number, told, seen)}, None, seen.remarks)


def language_of(text: str) -> str:
    """The language that a text's letters belong to; what is written in Latin letters counts as English.

    >>> language_of("ที่นี่"), language_of("你好吗"), language_of("ここだ"), language_of("Who is there?")
    ('th', 'zh', 'ja', 'en')
    """
    counts = {name: sum(low <= char <= high for char in text for low, high in spans) for name, spans in LETTERS.items()}
    if counts["ja"]:
        return "ja"  # Han letters stand among the Japanese ones
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] else "en"


# ------------------------------------------------------------------ the work


def _cut(
    footages: Footages,
    settings: CutSettings,
    asked: Asked,
    wanted: Wanted,
    store: Store,
    shelf: Shelf,
    progress: Progress,
) -> CutRun:
    manifest = cut_manifest.read(shelf.folder, series=footages.series)
    found = plan(footages, wanted, progress=progress)
    there = {one.id: done for one in found.planned if (done := delivered(shelf, manifest, one))}
    left = {one.id: one for one in found.planned if one.id not in there}
    run = CutRun(footages.series, shelf.folder, found, there=tuple(there.values()), failed=footages.failed)
    if asked.dry_run:
        return replace(run, left=tuple(left.values()), manifest=manifest)
    folder = store.root / "versions"
    for id in there:
        forget(folder, id)  # killed after the manifest named it
    sources = {source.name: source.path for one in left.values() for source in one.sources}
    adopt(folder, [one.version for one in left.values()], sources)
    work = _Work(footages, shelf, folder, left, cut_manifest.retired(manifest, found.planned))
    if found.planned:
        work.keep()
    jobs, workers = _jobs(tuple(left.values()), settings, asked, folder)
    for task, answer in done_by(workers, perform, jobs, progress=progress):
        if work.take(task, answer):
            break  # the disk is full or can't be written: nothing else would fare better
    for delivery in work.made:
        store.record("cut", id=delivery.id, bytes=delivery.bytes, seconds=delivery.seconds)
    return replace(
        run,
        made=tuple(work.made),
        failed=(*footages.failed, *work.failed),
        left=tuple(work.left.values()),
        manifest=work.manifest,
    )


@dataclass(slots=True)
class _Work:
    """Versions on their way from the work folder to the shelf; the manifest is written with each of them."""

    footages: Footages
    shelf: Shelf
    folder: Path
    left: dict[str, Planned]
    manifest: CutsDocument
    made: list[Delivered] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    def take(self, task: Task, answer: tuple[Outcome, ...] | Lost) -> bool:
        """Deliver what a task made; whether something stops all the others, too."""
        if isinstance(answer, Lost):
            answer = tuple(Failed(version.cut.id, answer.why) for version in task.versions)
        for outcome in answer:
            one = self.left.pop(outcome.id)
            try:
                found = self._deliver(one, outcome) if isinstance(outcome, Made) else outcome
            except OSError as error:
                found = refused(one.id, error)
            if isinstance(found, Failed):
                self.failed.append(found)
                if found.fatal:
                    return True
            else:
                self.made.append(found)
        return False

    def keep(self) -> None:
        """Write the manifest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        cut_manifest.write(self.shelf.folder, self.manifest, work=self.folder)

    def _deliver(self, one: Planned, made: Made) -> Delivered:
        sources = {each.source.name: each for each in self.footages.filmed.values()}
        delivery = deliver(self.shelf, one, made, self.folder, sources)
        self.manifest = cut_manifest.with_cut(self.manifest, delivery)
        self.keep()
        forget(self.folder, one.id)
        return delivery


def _wanted(settings: CutSettings, asked: Asked) -> Wanted:
    return Wanted(
        platforms=choose_platforms(settings.known, asked.platforms) if asked.platforms else settings.platforms,
        kinds=cut_settings.kinds_of(asked.kinds) if asked.kinds else settings.kinds,
        episodes=asked.episodes,
        variants=asked.variants or settings.variants,
        spoilers=asked.spoilers,
        market=asked.market,
        looks=settings.looks,
        fonts=settings.fonts,
    )


def _jobs(
    left: Sequence[Planned], settings: CutSettings, asked: Asked, folder: Path
) -> tuple[tuple[Task, ...], Workers]:
    """The passes to make, and how many of them memory and processors bear side by side."""
    memory = settings.memory_bytes or free_bytes() // 2
    jobs = tasks(left, folder=folder, memory_bytes=memory)
    need = max((needs_bytes(task.versions) for task in jobs), default=0)
    if settings.ray:
        return jobs, Workers(ray=settings.ray, memory_bytes=need)
    count = _count(settings, asked, len(jobs), memory // max(1, need))
    threads = max(1, processors() // count)
    return tuple(replace(task, threads=threads) for task in jobs), Workers(count, threads=threads)


def _watchers(settings: CutSettings, asked: Asked, sources: int) -> Workers:
    if settings.ray:
        return Workers(ray=settings.ray)
    memory = settings.memory_bytes or free_bytes() // 2
    count = _count(settings, asked, sources, memory // WATCH_BYTES)
    return Workers(count, threads=max(1, processors() // count))


def _count(settings: CutSettings, asked: Asked, jobs: int, bearable: int) -> int:
    return max(1, min(asked.workers or settings.workers or processors(), jobs, bearable))


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_bytes() -> int:
    """How much memory is free for us, about, within the group's limit; 4 GB where the system says nothing."""
    found = _available(Path("/proc/meminfo")), _limit(Path("/sys/fs/cgroup/memory.max"))
    return min((one for one in found if one), default=4_000_000_000)


def _available(path: Path) -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in path.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # "max": none
        return None
