"""WebVTT subtitles (.vtt)."""

from __future__ import annotations

import re

from hookline.formats import Match
from hookline.formats.subtitles import MAX_CUES, RawCue, cues_of, timing_of, too_many
from hookline.formats.text import peek
from hookline.model.script import Cue

KIND = "subtitles"
TITLE = "WebVTT subtitles"

_COUNTER = re.compile(r"\s*\d+\s*$")


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the WEBVTT line that the format demands, and the name."""
    text = peek(head)
    if text is None:
        return None
    if text.lstrip().startswith("WEBVTT"):
        return Match(1.0, "it begins with WEBVTT")
    return Match(0.5, "its name ends in .vtt") if name.lower().endswith(".vtt") else None


def read(text: str, *, file: str) -> tuple[Cue, ...]:
    """The cues; their sources name the line of the timing.

    As the format says, a cue's text ends at an empty line, and what no timing line heads is none:
    the header, identifiers, NOTE, STYLE and REGION blocks.  Raises ``Unreadable`` for a broken timing
    line or none at all.
    """
    cues: list[RawCue] = []
    inside = False  # between a timing line and the empty line that ends its text
    for number, line in enumerate(text.split("\n"), start=1):
        timing = timing_of(line, file=file, line=number)
        if timing:
            if len(cues) == MAX_CUES:
                raise too_many(file)
            if inside and cues[-1].text and _COUNTER.match(cues[-1].text[-1]):
                cues[-1].text.pop()  # no empty line above: the identifier of this cue
            cues.append(RawCue(number, timing))
            inside = True
        elif not line.strip():
            inside = False
        elif inside:
            cues[-1].text.append(line)
    return cues_of(cues, file=file)
