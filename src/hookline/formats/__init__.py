"""Others' files, in and out: one module per format, one registry.

Each module of ``FORMATS`` has

    KIND = "script"              what the file is to a series: one of KINDS
    TITLE = "Fountain"           its name as people say it
    def recognise(name: str, head: bytes) -> Match | None
                                 how sure, from the file's name and first 64 kB, and why

and the functions that its kind needs (``read`` for scripts, subtitles and curves, ``load`` for
events; see those modules).  Modules are imported only when a file is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from hookline.model.errors import BadInput, UnknownFormat, Unreadable

KINDS = ("script", "subtitles", "video", "events", "curve")

FORMATS: dict[str, str] = {
    "fountain": "hookline.formats.fountain",
    "chinese": "hookline.formats.chinese",
    "srt": "hookline.formats.srt",
    "vtt": "hookline.formats.vtt",
    "video": "hookline.formats.video",
    "segment": "hookline.formats.segment",
    "hookline": "hookline.formats.hookline_parquet",
    "youtube-retention": "hookline.formats.youtube_retention",
}

HEAD_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Match:
    """How sure a format is that a file is its own: 0..1, and why, in words."""

    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Detected:
    """What a file was taken for."""

    format: str
    kind: str
    title: str
    why: str


def module(format: str) -> ModuleType:
    """The module of a format; ``BadInput`` for a name that isn't registered."""
    if format not in FORMATS:
        raise BadInput(f"there is no format {format!r}", mend=f"formats: {', '.join(FORMATS)}")
    return import_module(FORMATS[format])


def detect(path: Path, *, kind: str | None = None, format: str | None = None) -> Detected:
    """What the file is, by the surest format; ``kind`` and ``format`` narrow or decide the choice."""
    if kind is not None and kind not in KINDS:
        raise BadInput(f"there is no kind {kind!r}", mend=f"kinds: {', '.join(KINDS)}")
    if format is not None:
        chosen = module(format)
        return Detected(format, chosen.KIND, chosen.TITLE, "as asked")
    head = read_head(path)
    if not head:
        raise Unreadable("the file is empty", where=str(path), mend="export it again and check its size")
    verdicts = [(name, module(name), module(name).recognise(path.name, head)) for name in FORMATS]
    fitting = [v for v in verdicts if v[2] is not None and kind in (None, v[1].KIND)]
    if not fitting:
        wanted = f"as {kind}" if kind else "as any known format"
        raise UnknownFormat(
            f"the file can't be read {wanted}",
            where=str(path),
            mend=f"say what it is with --as and --format (formats: {', '.join(FORMATS)})",
        )
    name, chosen, match = max(fitting, key=lambda verdict: verdict[2].score)
    return Detected(name, chosen.KIND, chosen.TITLE, match.why)


def read_head(path: Path) -> bytes:
    """The first bytes of a file; ``Unreadable`` when it can't be opened."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
