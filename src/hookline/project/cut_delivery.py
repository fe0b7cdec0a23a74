"""A finished version into the folder that people take it from, with what goes along."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hookline.model.errors import Unreadable
from hookline.model.progress import Progress, silent
from hookline.project.cut_manifest import ClipUsed, CutsDocument, Delivered
from hookline.project.cut_plan import Planned
from hookline.project.cut_sources import Filmed
from hookline.project.cut_tasks import Made, record_of, video_of
from hookline.project.store import file_digest, write_atomic

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
    """Put a finished version in place: what goes along first, the video last, each whole or not at all."""
    video = video_of(work, one.id)
    name = f"{shelf.place(one)}{one.id}"
    subtitles = _subtitles(shelf, one, name)
    thumbnail = _thumbnail(shelf, one, video, name)
    timelines = _timelines(shelf, one, filmed)
    target = shelf.folder / f"{name}.mp4"
    target.parent.mkdir(parents=True, exist_ok=True)
    _moved(video, target)
    record_of(work, one.id).unlink(missing_ok=True)
    cut, platform = one.version.cut, one.version.platform
    return Delivered(
        id=one.id,
        episode=cut.episode,
        kind=cut.kind,
        platform=cut.platform,
        market=cut.market,
        variant=one.variant,
        reason=cut.reason,
        duration_ms=made.duration_ms,
        width=platform.width,
        height=platform.height,
        clips=tuple(ClipUsed(clip.source, clip.span, filmed[clip.source].source.sha256) for clip in cut.clips),
        video=f"{name}.mp4",
        bytes=made.bytes,
        sha256=made.sha256,
        subtitles=subtitles,
        thumbnail=thumbnail,
        timelines=timelines,
        loudness_lufs=made.loudness_lufs,
        true_peak_dbtp=made.true_peak_dbtp,
        notes=one.notes,
        seconds=made.seconds,
    )
