"""A finished version into the folder that people take it from, with what goes along."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.model.errors import BadInput
from hookline.project.cut_manifest import ClipUsed, CutsDocument, Delivered
from hookline.project.cut_plan import Planned
from hookline.project.cut_sources import Filmed
from hookline.project.cut_tasks import Made, video_of
from hookline.project.store import file_digest, put

if TYPE_CHECKING:
    from hookline.formats.timeline import SourceFile as TimelineSource
    from hookline.model.cut import Cut
    from hookline.model.shot import Shot

TIMELINES = "timelines"
SIDECARS = ("srt", "vtt")  # what players and platforms take


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the cuts of a series are put."""

    folder: Path  # holds the manifest
    by_episode: bool = True

    def place(self, one: Planned) -> str:
        """The folder of a cut's files, inside this one; "" for this one itself."""
        return f"{one.version.cut.episode:03d}/" if self.by_episode else ""


def delivered(shelf: Shelf, manifest: CutsDocument, one: Planned) -> Delivered | None:
    """What the manifest says of a cut whose video is there and whole; None when it has to be made."""
    known = manifest.find(one.id)
    if known is None:
        return None
    path = shelf.folder / known.video
    try:
        whole = path.stat().st_size == known.bytes and file_digest(path) == known.sha256
    except OSError:
        return None
    beside = (*known.subtitles, *known.timelines, *([known.thumbnail] if known.thumbnail else []))
    return known if whole and all((shelf.folder / name).exists() for name in beside) else None


def deliver(shelf: Shelf, one: Planned, made: Made, work: Path, filmed: Mapping[str, Filmed]) -> Delivered:
    """Put a finished version in place: what goes along first, the video last.

    All of it is made in the work folder, so that nothing half ever stands on the shelf; the version itself
    stays there, too, until the manifest names it.
    """
    name = f"{shelf.place(one)}{one.id}"
    beside = work / f"{one.id}.files"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        found, notes = _beside(one, made, video_of(work, one.id), beside, filmed)
        for kind, files in found.items():
            for file in files:
                put(beside / file, shelf.folder / _named(shelf, one, kind, file))
        _put_video(video_of(work, one.id), beside / "video", shelf.folder / f"{name}.mp4")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    names = {kind: tuple(_named(shelf, one, kind, file) for file in files) for kind, files in found.items()}
    return _entry(one, made, f"{name}.mp4", names, notes, filmed)


def _named(shelf: Shelf, one: Planned, kind: str, file: str) -> str:
    return f"{TIMELINES}/{file}" if kind == TIMELINES else f"{shelf.place(one)}{file}"


def _put_video(video: Path, passing: Path, target: Path) -> None:
    """The video under its name, and still in the work folder: a second name for the same file where the disk can."""
    try:
        passing.hardlink_to(video)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        shutil.copyfile(video, passing)
    put(passing, target)


def _entry(
    one: Planned,
    made: Made,
    video: str,
    beside: Mapping[str, tuple[str, ...]],
    notes: Sequence[str],
    filmed: Mapping[str, Filmed],
) -> Delivered:
    cut, platform = one.version.cut, one.version.platform
    return Delivered(
        id=one.id,
        episode=cut.episode,
        kind=str(one.kind),
        platform=cut.platform,
        market=cut.market,
        variant=one.variant,
        reason=cut.reason,
        duration_ms=made.duration_ms,
        width=platform.width,
        height=platform.height,
        fps=made.fps,
        clips=tuple(ClipUsed(clip.source, clip.span, filmed[clip.source].source.sha256) for clip in cut.clips),
        video=video,
        bytes=made.bytes,
        sha256=made.sha256,
        subtitles=beside["subtitles"],
        thumbnail=next(iter(beside["thumbnail"]), ""),
        timelines=beside[TIMELINES],
        notes=(*one.notes, *made.notes, *notes),
        seconds=made.seconds,
    )


def _beside(
    one: Planned, made: Made, video: Path, folder: Path, filmed: Mapping[str, Filmed]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """What goes along with a video, made in a folder: the files' names by what they are, and what couldn't be made."""
    notes: list[str] = []
    found = {
        "subtitles": tuple(_subtitles(one, folder)),
        "thumbnail": tuple(_thumbnail(one, video, folder, filmed)),
        TIMELINES: tuple(_timelines(one, made, folder, filmed, notes)),
    }
    return found, tuple(notes)


def _subtitles(one: Planned, folder: Path) -> Iterator[str]:
    from hookline.formats.write_subtitles import SUFFIXES, Screen, write

    cut, platform = one.version.cut, one.version.platform
    if not cut.captions:
        return
    screen = Screen(platform.width, platform.height, platform.safe)
    for format in SIDECARS:
        name = f"{one.id}{SUFFIXES[format]}"
        (folder / name).write_bytes(write(cut.captions, format=format, language=one.version.language, screen=screen))
        yield name


def _thumbnail(one: Planned, video: Path, folder: Path, filmed: Mapping[str, Filmed]) -> Iterator[str]:
    from hookline.media.thumbnails import Tracked, faces_in, thumbnails

    cut, platform = one.version.cut, one.version.platform
    seen = {clip.source: filmed[clip.source].seen for clip in cut.clips}
    faces = faces_in(
        cut,
        {name: Tracked(found.times_ms, found.tracks) for name, found in seen.items()},
        size=(platform.width, platform.height),
    )
    joins = tuple(_joins_ms(cut, {name: found.footage.shots for name, found in seen.items()}))
    for picture in thumbnails(video, count=1, faces=faces, joins_ms=joins, width=platform.width):
        name = f"{one.id}.jpg"
        (folder / name).write_bytes(picture.jpeg)
        yield name


def _joins_ms(cut: Cut, shots: Mapping[str, Sequence[Shot]]) -> Iterator[int]:
    """Where a cut joins clips, and shots inside them, in its own time."""
    begins = 0
    for clip in cut.clips:
        yield begins
        starts = (shot.span.start_ms for shot in shots[clip.source])
        yield from (begins + at_ms - clip.span.start_ms for at_ms in starts if clip.span.contains(at_ms))
        begins += clip.span.duration_ms


def _timelines(one: Planned, made: Made, folder: Path, filmed: Mapping[str, Filmed], notes: list[str]) -> Iterator[str]:
    """The cut for editing programs; what one of them can't hold is told and left out."""
    from hookline.formats import edl, fcpxml, otio

    cut, platform = one.version.cut, one.version.platform
    sources = {clip.source: _as_timelines_name_it(filmed[clip.source]) for clip in cut.clips}
    size = platform.width, platform.height
    writers: dict[str, Callable[[], bytes]] = {
        otio.SUFFIX: lambda: otio.write(cut, fps=made.fps, sources=sources, size=size),
        fcpxml.SUFFIX: lambda: fcpxml.write(
            cut, fps=made.fps, sources=sources, size=size, language=one.version.language or "en"
        ),
        edl.SUFFIX: lambda: edl.write(cut, fps=made.fps, sources=sources),
    }
    for suffix, written in writers.items():
        try:
            (folder / f"{one.id}{suffix}").write_bytes(written())
            yield f"{one.id}{suffix}"
        except BadInput as error:
            notes.append(f"no {suffix} timeline: {error.what}")


def _as_timelines_name_it(filmed: Filmed) -> TimelineSource:
    from hookline.formats.timeline import SourceFile as TimelineSource
    from hookline.media.probe import probe

    path = filmed.source.path
    info = probe(path)
    return TimelineSource(
        filmed.source.name,
        path.as_uri(),
        info.duration_ms,
        info.fps,
        info.width,
        info.height,
        channels=info.channels,
        audio_hz=info.sample_rate or 48_000,
    )
