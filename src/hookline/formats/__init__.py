"""Others' files, in and out: one module per format, one registry.

Each module of ``FORMATS`` has

    KIND = "script"              what the file is to a series: one of KINDS
    TITLE = "Fountain"           its name as people say it
    def recognise(name: str, head: bytes) -> Match | None
                                 how sure, from the file's name and first 64 kB, and why

and the functions that its kind needs: ``read(text, *, file)`` for scripts, subtitles, curves and
corrections in plain text, ``read_bytes(data, *, file)`` for those in files of their own making, ``load`` for
viewer data (``sources``), which also ``judge`` the rows of a file that is packed or Parquet.  Modules are
imported only when a file is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from hookline.model.correction import Correction
from hookline.model.errors import BadInput, UnknownFormat, Unreadable
from hookline.model.script import Cue, Script

if TYPE_CHECKING:
    from hookline.formats.given import Sample
    from hookline.formats.writing import Written

KINDS = ("script", "subtitles", "video", "events", "curve", "corrections")

FORMATS: dict[str, tuple[str, str]] = {  # name -> kind, module
    "fountain": ("script", "hookline.formats.fountain"),
    "chinese": ("script", "hookline.formats.chinese"),
    "fdx": ("script", "hookline.formats.fdx"),
    "docx": ("script", "hookline.formats.docx"),
    "pdf": ("script", "hookline.formats.pdf"),
    "plain": ("script", "hookline.formats.plain"),
    "srt": ("subtitles", "hookline.formats.srt"),
    "vtt": ("subtitles", "hookline.formats.vtt"),
    "ass": ("subtitles", "hookline.formats.ass"),
    "ttml": ("subtitles", "hookline.formats.ttml"),
    "video": ("video", "hookline.formats.video"),
    "segment": ("events", "hookline.formats.segment"),
    "snowplow": ("events", "hookline.formats.snowplow"),
    "snowplow-tsv": ("events", "hookline.formats.snowplow_tsv"),
    "mux-timeline": ("events", "hookline.formats.mux_timeline"),
    "mux": ("events", "hookline.formats.mux"),
    "adobe": ("events", "hookline.formats.adobe"),
    "xapi": ("events", "hookline.formats.xapi"),
    "ga4": ("events", "hookline.formats.ga4"),
    "cmcd": ("events", "hookline.formats.cmcd"),
    "appsflyer": ("events", "hookline.formats.appsflyer"),
    "appsflyer-installs": ("events", "hookline.formats.appsflyer_installs"),
    "appsflyer-cost": ("events", "hookline.formats.appsflyer_cost"),
    "meta-ads": ("events", "hookline.formats.meta_ads"),
    "tiktok-ads": ("events", "hookline.formats.tiktok_ads"),
    "hookline": ("events", "hookline.formats.hookline_parquet"),
    "youtube-retention": ("curve", "hookline.formats.youtube_retention"),
    "youtube-views": ("curve", "hookline.formats.youtube_views"),
    "meta-video": ("curve", "hookline.formats.meta_video"),
    "tiktok-video": ("curve", "hookline.formats.tiktok_video"),
    "corrections": ("corrections", "hookline.formats.corrections"),
}

WRITERS: dict[str, str] = {  # formats of scripts that can be written -> module with ``write(script) -> str``
    "fountain": "hookline.formats.write_fountain",
    "chinese": "hookline.formats.write_chinese",
    "fdx": "hookline.formats.write_fdx",
}

HEAD_BYTES = 65_536
MAX_LINES = 200_000  # of a script in plain text: a season of a hundred episodes has some 20,000
MAX_CHARACTERS = 10_000_000


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
    return import_module(FORMATS[format][1])


def detect(path: Path, *, kind: str | None = None, format: str | None = None) -> Detected:
    """What the file is, by the surest format; ``kind`` and ``format`` narrow or decide the choice."""
    if kind is not None and kind not in KINDS:
        raise BadInput(f"there is no kind {kind!r}", mend=f"kinds: {', '.join(KINDS)}")
    if format is not None:
        chosen = module(format)
        if kind not in (None, chosen.KIND):
            raise BadInput(f"{format} is a format of {chosen.KIND}, not of {kind}", where=str(path))
        return Detected(format, chosen.KIND, chosen.TITLE, "as asked")
    head = read_head(path)
    if not head:
        raise _empty(path)
    candidates = [(name, module(name)) for name, (of_kind, _) in FORMATS.items() if kind in (None, of_kind)]
    sample = cache(partial(_sample, path))
    verdicts = [
        (name, chosen, chosen.judge(sample()) if hasattr(chosen, "judge") else chosen.recognise(path.name, head))
        for name, chosen in candidates
    ]
    fitting = [verdict for verdict in verdicts if verdict[2] is not None]
    if not fitting:
        wanted = f"as {kind}" if kind else "as any known format"
        known = [name for name, (of_kind, _) in FORMATS.items() if kind in (None, of_kind)]
        raise UnknownFormat(
            f"the file can't be read {wanted}",
            where=str(path),
            mend=f"say what it is with {'--format' if kind else '--as and --format'} (formats: {', '.join(known)})",
        )
    name, chosen, match = max(fitting, key=lambda verdict: verdict[2].score)
    return Detected(name, chosen.KIND, chosen.TITLE, match.why)


def _sample(path: Path) -> Sample:
    from hookline.formats.given import sample_file

    return sample_file(path)


def read_head(path: Path) -> bytes:
    """The first bytes of a file; ``Unreadable`` when it can't be opened."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error


def read_script(path: Path, *, file: str, format: str | None = None) -> Script:
    """The script in a file; sources carry ``file``, and its notes say how the bytes were read."""
    script, note = _read(path, detect(path, kind="script", format=format), file=file)
    assert isinstance(script, Script)
    return replace(script, notes=(note, *script.notes)) if note else script


def read_cues(path: Path, *, file: str, format: str | None = None) -> tuple[Cue, ...]:
    """The subtitles in a file, in the order of the file; sources carry ``file``."""
    cues, _ = _read(path, detect(path, kind="subtitles", format=format), file=file)
    assert isinstance(cues, tuple)
    return cues


def read_corrections(path: Path, *, file: str) -> tuple[Correction, ...]:
    """What people say in a table of corrections; sources carry ``file``."""
    corrections, _ = _read(path, detect(path, kind="corrections"), file=file)
    return cast("tuple[Correction, ...]", corrections)


def _read(path: Path, found: Detected, *, file: str) -> tuple[Script | tuple[Cue, ...], str]:
    """What a file holds, and how its bytes were read if that is worth telling."""
    from hookline.formats.text import read_text

    chosen = module(found.format)
    if hasattr(chosen, "read_bytes"):
        return chosen.read_bytes(read_whole(path), file=file), ""
    decoded = read_text(path)
    if not decoded.text:
        raise _empty(path)
    if found.kind == "script":
        _check_length(decoded.text, path)
    return chosen.read(decoded.text, file=file), decoded.note


def _check_length(text: str, path: Path) -> None:
    lines = text.count("\n")
    if lines > MAX_LINES or len(text) > MAX_CHARACTERS:
        raise Unreadable(
            f"is longer than a script can be ({lines:,} lines and {len(text):,} characters; "
            f"at most {MAX_LINES:,} and {MAX_CHARACTERS:,})",
            where=str(path),
            mend="split it into episodes, or check that it is the right file",
        )


def write_script(script: Script, *, format: str) -> Written:
    """A script as the bytes of a file (UTF-8), read back to say what the format could not hold.

    ``losses`` is empty where the file gives the same story again: the same titles, episodes, scenes and
    lines in the same order, whatever lines of whatever file they came from.
    """
    from hookline.formats.writing import Written, differences

    if format not in WRITERS:
        raise BadInput(f"scripts can't be written as {format!r}", mend=f"formats: {', '.join(WRITERS)}")
    data: bytes = import_module(WRITERS[format]).write(script).encode("utf-8", errors="replace")
    chosen = module(format)
    again = chosen.read_bytes(data, file="") if hasattr(chosen, "read_bytes") else chosen.read(data.decode(), file="")
    return Written(data, differences(script, again))


def read_whole(path: Path) -> bytes:
    """All bytes of a file; ``Unreadable`` when it is empty, larger than 64 MiB or can't be opened."""
    from hookline.formats.text import MAX_BYTES

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    if not data:
        raise _empty(path)
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"is larger than a script or a subtitle file can be (at most {MAX_BYTES:,} bytes)",
            where=str(path),
            mend="split it, or check that it is the right file",
        )
    return data


def _empty(path: Path) -> Unreadable:
    return Unreadable("the file is empty", where=str(path), mend="export it again and check its size")
