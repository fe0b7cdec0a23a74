"""One pass over some sources that makes every version of them that is still missing.

A task is plain data, and safe to run twice, on any process or machine that sees the same folders.  A version
stands in the task's folder only when it is whole and was checked against its platform; beside it stands a
record of what the check found.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hookline.model.codec import dumps, loads
from hookline.model.cut import Cut
from hookline.model.errors import BadInput, HooklineError
from hookline.model.platform import Platform
from hookline.model.progress import Progress, silent
from hookline.project.store import file_digest, write_atomic

if TYPE_CHECKING:
    from hookline.edit.captions import CaptionStyle
    from hookline.media.overlay import Overlay
    from hookline.media.render import Rendered, RenderedFailed, Rendering

ATTEMPT = "at-work-"  # how the folders of attempts begin
_FATAL = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
)  # it will hit all others, too


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A source as it was when the work was planned."""

    name: str  # as clips name it
    path: Path
    bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Version:
    """A cut to be made for its platform."""

    cut: Cut
    platform: Platform
    language: str  # of its captions
    style: CaptionStyle
    fonts: Path | None = None  # a folder that letters are taken from first


@dataclass(frozen=True, slots=True)
class Task:
    """Versions that one pass over their sources makes."""

    versions: tuple[Version, ...]
    sources: tuple[SourceFile, ...]
    folder: Path
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Made:
    """A version that is whole and was checked."""

    id: str
    bytes: int
    sha256: str
    duration_ms: int
    fps: tuple[int, int]
    seconds: float  # of work, its share of the pass
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A version that could not be made, and why."""

    id: str
    what: str
    where: str = ""
    mend: str = ""
    fatal: bool = False  # the others would fail, too: the disk is full or can't be written


Outcome = Made | Failed


def video_of(folder: Path, id: str) -> Path:
    """Where a finished version stands."""
    return folder / f"{id}.mp4"


def record_of(folder: Path, id: str) -> Path:
    """Where the record of a finished version stands."""
    return folder / f"{id}.json"


def finished(folder: Path, id: str) -> Made | None:
    """What is known of a version that was made earlier; None when it wasn't."""
    try:
        made = loads(Made, record_of(folder, id).read_text(encoding="utf-8"))
        whole = video_of(folder, id).stat().st_size == made.bytes
    except (OSError, HooklineError):
        return None
    return made if whole else None


def forget(folder: Path, id: str) -> None:
    """Remove a version that was delivered."""
    record_of(folder, id).unlink(missing_ok=True)
    video_of(folder, id).unlink(missing_ok=True)


def perform(task: Task, progress: Progress = silent) -> tuple[Outcome, ...]:
    """Make what is missing of a task; what became of each of its versions, in their order."""
    there = {version.cut.id: finished(task.folder, version.cut.id) for version in task.versions}
    missing = tuple(version for version in task.versions if there[version.cut.id] is None)
    found: dict[str, Outcome] = {id: made for id, made in there.items() if made}
    if missing:
        found |= {outcome.id: outcome for outcome in _made(task, missing, progress)}
    return tuple(found[version.cut.id] for version in task.versions)


def _made(task: Task, missing: tuple[Version, ...], progress: Progress) -> Iterator[Outcome]:
    began = time.monotonic()
    jobs: list[Version] = []
    drawn: list[Rendering] = []
    with _attempt(task.folder) as work:
        for version in missing:
            try:
                drawn.append(_drawn(version, work))
                jobs.append(version)
            except HooklineError as error:
                yield failed(version.cut.id, error)
        try:
            _check_unchanged(task)
            results = _rendered(task, drawn, progress)
            _check_unchanged(task)
            share = (time.monotonic() - began) / max(1, len(jobs))
            for version, result in zip(jobs, results, strict=True):
                yield _kept(task, version, result, work, share)
        except HooklineError as error:
            yield from (failed(version.cut.id, error) for version in jobs)
        except OSError as error:
            yield from (refused(version.cut.id, error) for version in jobs)


@contextmanager
def _attempt(folder: Path) -> Iterator[Path]:
    """A folder of this attempt's own: another one that was thought lost may still be writing to its."""
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder, prefix=ATTEMPT))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _drawn(version: Version, work: Path) -> Rendering:
    """The rendering of a version, its captions drawn."""
    from hookline.edit.lettering import pictures
    from hookline.media.render import Rendering

    cut, platform = version.cut, version.platform
    over: tuple[Overlay, ...] = ()
    if cut.captions:
        over = pictures(cut.captions, platform, version.style, language=version.language, fonts=version.fonts)
    return Rendering(cut, platform, video_of(work, cut.id), over)


def _rendered(one: Task, jobs: Sequence[Rendering], progress: Progress) -> Sequence[Rendered | RenderedFailed]:
    from hookline.media.render import render

    def told(task: str, done: int, total: int) -> None:
        progress(f"cutting {stems}", done, total)

    stems = ", ".join(Path(source.name).stem for source in one.sources)
    return render(jobs, {source.name: source.path for source in one.sources}, threads=one.threads, progress=told)


def _check_unchanged(task: Task) -> None:
    """The sources are those that the cuts were planned from."""
    for source in task.sources:
        try:
            stat = source.path.stat()
        except OSError as error:
            mend = "put it back and run again; what was finished is kept"
            raise BadInput(f"the source is gone ({error.strerror})", where=str(source.path), mend=mend) from error
        if (stat.st_size, stat.st_mtime_ns) != (source.bytes, source.mtime_ns):
            mend = "run again: cuts are planned anew from what stands there now"
            raise BadInput("the source changed while it was being cut", where=str(source.path), mend=mend)


def _kept(task: Task, version: Version, result: Rendered | RenderedFailed, work: Path, seconds: float) -> Outcome:
    """A version that passed its check, moved to where finished ones stand, with its record."""
    from hookline.media.render import RenderedFailed

    id = version.cut.id
    if isinstance(result, RenderedFailed):
        return Failed(id, "; ".join(breach.says for breach in result.breaches), mend="it is not delivered")
    video = video_of(work, id)
    sha256 = file_digest(video)
    made = Made(id, video.stat().st_size, sha256, result.duration_ms, result.fps, round(seconds, 3), result.notes)
    video.replace(video_of(task.folder, id))
    write_atomic(record_of(task.folder, id), dumps(made))
    return made


def adopt(folder: Path, versions: Sequence[Version], sources: Mapping[str, Path]) -> None:
    """Take over what attempts that were killed had finished, and remove what they hadn't.

    A version stands under its name in an attempt's folder only when it was whole; it is checked again.
    """
    wanted = {version.cut.id: version for version in versions}
    for attempt in folder.glob(f"{ATTEMPT}*"):
        for video in attempt.glob("[!.]*.mp4"):
            if video.stem in wanted and finished(folder, video.stem) is None:
                _adopted(folder, wanted[video.stem], video, sources)
        shutil.rmtree(attempt, ignore_errors=True)


def _adopted(folder: Path, version: Version, video: Path, sources: Mapping[str, Path]) -> None:
    from hookline.media.check import check
    from hookline.media.probe import probe
    from hookline.media.sound import is_silent

    info = probe(video)
    silent = is_silent(version.cut.clips, sources)
    if check(video, version.platform, version.cut.duration_ms, silent=silent):
        return
    made = Made(version.cut.id, video.stat().st_size, file_digest(video), info.duration_ms, info.fps, 0.0)
    video.replace(video_of(folder, version.cut.id))
    write_atomic(record_of(folder, version.cut.id), dumps(made))


def failed(id: str, error: HooklineError) -> Failed:
    """An error of ours as a failure; one that the system's refusal to write led to stops the others, too."""
    cause = error.__cause__
    fatal = isinstance(cause, OSError) and cause.errno in _FATAL
    return Failed(id, error.what, error.where, error.mend, fatal=fatal)


def refused(id: str, error: OSError) -> Failed:
    """What the system refused, as a failure that says what to do."""
    where = str(error.filename or "")
    mends = {
        errno.ENOSPC: "free some space and run again; what was finished is kept",
        errno.EDQUOT: "free some of your quota and run again; what was finished is kept",
        errno.EFBIG: "this disk or account takes no file of that size",
    }
    mend = mends.get(error.errno or 0, "mend that and run again; what was finished is kept")
    return Failed(id, error.strerror or str(error), where, mend, fatal=error.errno in _FATAL)
