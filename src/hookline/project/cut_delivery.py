"""A finished version into the folder that people take it from, with what goes along."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hookline.project.cut_manifest import ClipUsed, CutsDocument, Delivered
from hookline.project.cut_plan import Planned
from hookline.project.cut_sources import Filmed
from hookline.project.cut_tasks import Made, video_of
from hookline.project.store import file_digest, put

TIMELINES = "timelines"


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
        found = _beside(one, video_of(work, one.id), beside, filmed)
        for kind, files in found.items():
            for file in files:
                put(beside / file, shelf.folder / _named(shelf, one, kind, file))
        _put_video(video_of(work, one.id), beside / "video", shelf.folder / f"{name}.mp4")
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    names = {kind: tuple(_named(shelf, one, kind, file) for file in files) for kind, files in found.items()}
    return _entry(one, made, f"{name}.mp4", names, filmed)


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
    one: Planned, made: Made, video: str, beside: Mapping[str, tuple[str, ...]], filmed: Mapping[str, Filmed]
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
        clips=tuple(ClipUsed(clip.source, clip.span, filmed[clip.source].source.sha256) for clip in cut.clips),
        video=video,
        bytes=made.bytes,
        sha256=made.sha256,
        subtitles=beside["subtitles"],
        thumbnail=next(iter(beside["thumbnail"]), ""),
        timelines=beside[TIMELINES],
        loudness_lufs=made.loudness_lufs,
        true_peak_dbtp=made.true_peak_dbtp,
        notes=one.notes,
        seconds=made.seconds,
    )


def _beside(one: Planned, video: Path, folder: Path, filmed: Mapping[str, Filmed]) -> dict[str, tuple[str, ...]]:
    """What goes along with a video, made in a folder: the names of the files by what they are."""
    return {
        "subtitles": tuple(_subtitles(one, folder)),
        "thumbnail": tuple(_thumbnail(one, video, folder)),
        TIMELINES: tuple(_timelines(one, folder, filmed)),
    }


def _subtitles(one: Planned, folder: Path) -> Iterator[str]:
    return iter(())


def _thumbnail(one: Planned, video: Path, folder: Path) -> Iterator[str]:
    return iter(())


def _timelines(one: Planned, folder: Path, filmed: Mapping[str, Filmed]) -> Iterator[str]:
    return iter(())
