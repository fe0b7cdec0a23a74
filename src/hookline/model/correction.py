"""What a person says instead of an engine: one row of a corrections table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.script import Source


class What(StrEnum):
    """What a correction is about."""

    BEAT = "beat"  # there is a beat of this type here
    NOT_BEAT = "not_beat"  # there is none (of this type, or of any where no type is given)
    LINE_TIME = "line_time"  # the line plays from start to end
    SPEAKER = "speaker"  # the line is said by ``characters``
    HOOK = "hook"  # the episode's hook is this line
    NO_HOOK = "no_hook"  # the episode has none
    ENDING = "ending"  # the episode ends like this
    ARCHETYPE = "archetype"  # the person is of this archetype
    NOT_ARCHETYPE = "not_archetype"
    ROLE = "role"  # the person's role
    TROPE = "trope"  # the series has this trope
    NOT_TROPE = "not_trope"


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that a person says of a story.  It stands above what an engine says.

    The line it is about is found by ``line`` and ``text`` together, by ``text`` alone where the line
    has moved, by ``line`` alone where no text was given.
    """

    what: What
    episode: int = 0  # 0: of the series
    type: str = ""  # of the beat, ending, hook, archetype, role or trope
    start_ms: int | None = None
    end_ms: int | None = None
    line: Source | None = None  # file and line number; a file of "" is any file
    text: str = ""  # what the line says, or its beginning
    characters: tuple[str, ...] = ()
    value: float | None = None  # intensity, strength or score, 0..1
    question: str = ""  # what an ending leaves open
    by: str = ""  # who says so
    comment: str = ""
    was: str = ""  # what an engine said, in a row that was exported and then changed
    source: Source | None = None  # file and row that the correction stands in
