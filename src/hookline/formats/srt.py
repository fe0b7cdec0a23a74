"""SubRip subtitles (.srt)."""

from __future__ import annotations

import re

from hookline.formats import Match
from hookline.formats.subtitles import MAX_CUES, TIMING, RawCue, cues_of, timing_of, too_many
from hookline.formats.text import peek
from hookline.model.script import Cue

KIND = "subtitles"
TITLE = "SubRip subtitles"

_COUNTER = re.compile(r"\s*\d+\s*$")


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by a timing line with an arrow, and the name."""
    text = peek(head)
    if text is None or text.lstrip().startswith("WEBVTT"):
        return None
    named = name.lower().endswith(".srt")
    if any(TIMING.match(line) for line in text.split("\n")):
        return Match(0.99, "its name ends in .srt") if named else Match(0.98, "it has timing lines")
    return Match(0.5, "its name ends in .srt") if named else None


def read(text: str, *, file: str) -> tuple[Cue, ...]:
    """The cues; their sources name the line of the timing.

    A text may hold empty lines: it ends where the next counter or timing stands.  What stands above
    the first timing is no subtitle.  Raises ``Unreadable`` for a broken timing line or none at all.
    """
    cues: list[RawCue] = []
    counted = False
    above = ""
    for number, line in enumerate(text.split("\n"), start=1):
        timing = timing_of(line, file=file, line=number)
        if timing:
            if len(cues) == MAX_CUES:
                raise too_many(file)
            is_counter = bool(_COUNTER.match(above))
            counted = is_counter if not cues else counted
            if cues and counted and is_counter:
                cues[-1].text.pop()
            cues.append(RawCue(number, timing))
        elif cues:
            cues[-1].text.append(line)
        above = line
    return cues_of(cues, file=file)
