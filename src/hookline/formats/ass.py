"""Advanced SubStation Alpha subtitles (.ass, .ssa).

pysubs2 reads these too, but forgets where a line stood and takes the fields in one fixed order; the
format lets a file name its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from hookline.formats import Match
from hookline.formats.subtitles import MAX_CUES, TIMING, RawCue, cues_of, too_many
from hookline.formats.text import peek
from hookline.model.errors import Unreadable
from hookline.model.script import Cue

KIND = "subtitles"
TITLE = "SubStation Alpha subtitles"

_SECTION = re.compile(r"\s*\[([^\]]{1,40})\]\s*$")
_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_TIME = re.compile(r"\s*-?\d{1,4}:\d{1,2}:\d{1,2}(?:[.,:]\d{1,3})?\s*$")
_OVERRIDE = re.compile(r"\{[^{}]*\}")
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?=\{[^{}]*\\p0[^{}]*\}|$)")
_BREAK = re.compile(r"\\[Nn]")


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the section that the format begins with, and the name."""
    text = peek(head)
    if text is None:
        return None
    if text.lstrip().lower().startswith("[script info]"):
        return Match(1.0, "it begins with [Script Info]")
    if re.search(r"^\[Events\]\s*$", text, re.MULTILINE) and "\nDialogue:" in text:
        return Match(0.99, "it has an [Events] section")
    return Match(0.5, "its name says so") if name.lower().endswith((".ass", ".ssa")) else None


def read(text: str, *, file: str) -> tuple[Cue, ...]:
    """The cues in the order of the file; comments and drawings are none, and the same cue twice is one.

    Raises ``Unreadable`` for a dialogue line without its fields or times, and for a file without any.
    """
    raw = list(islice(_dialogue(text, file), MAX_CUES + 1))
    if len(raw) > MAX_CUES:
        raise too_many(file)
    if not raw:
        raise Unreadable("holds no subtitle", where=file, mend="check that it is a whole ASS file with [Events]")
    cues = {(cue.span, cue.speaker, cue.text): cue for cue in reversed(cues_of(raw, file=file))}
    return tuple(reversed(cues.values()))


def _dialogue(text: str, file: str) -> Iterator[RawCue]:
    section = ""
    fields: tuple[str, ...] = _FIELDS
    for number, line in enumerate(text.split("\n"), start=1):
        if heading := _SECTION.match(line):
            section = heading[1].strip().lower()
        elif section == "events":
            key, _, rest = line.strip().partition(":")
            if key.lower() == "format":
                fields = tuple(field.strip().lower() for field in rest.split(","))
            elif key.lower() == "dialogue":
                yield _cue(rest, fields, file=file, line=number)


def _cue(rest: str, fields: tuple[str, ...], *, file: str, line: int) -> RawCue:
    values = dict(zip(fields, rest.strip().split(",", len(fields) - 1), strict=False))
    start, end = values.get("start", ""), values.get("end", "")
    timing = TIMING.match(f"{_clock(start)} --> {_clock(end)}") if _TIME.match(start) and _TIME.match(end) else None
    if timing is None or "text" not in values:
        raise Unreadable(
            f"this is no line of dialogue: {rest.strip()[:80]!r}",
            where=f"{file}:{line}",
            mend="write it as Dialogue: 0,0:00:01.00,0:00:02.50,Default,NAME,0,0,0,,text",
        )
    words = _BREAK.split(_OVERRIDE.sub("", _DRAWING.sub("", values["text"])).replace("\\h", " "))
    name = re.sub(r"[<>]", "", values.get("name", values.get("actor", ""))).strip()[:80]
    return RawCue(line, timing, [f"<v {name}>{words[0]}", *words[1:]] if name else words)


def _clock(time: str) -> str:
    """``0:00:01:50``, as some write hundredths, as a clock time."""
    return re.sub(r"^(-?\d+:\d+:\d+):(\d+)$", r"\1.\2", time.strip())
