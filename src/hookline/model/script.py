"""The story as written: a script or subtitles, line by line.

A script becomes a ``Script``: episodes of scenes of lines, each line with the file and line number
it came from.  What is read out of it stands in ``hookline.model.story``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.span import Span


class LineKind(StrEnum):
    """What a line of a script is."""

    DIALOGUE = "dialogue"
    ACTION = "action"
    CAPTION = "caption"  # text on screen: title cards, 【字幕】
    TRANSITION = "transition"
    MARK = "mark"  # a writer's mark that is not shown: 【卡点】, [[note]]


class Voice(StrEnum):
    """Where a speaker is heard from."""

    ON = "on"  # on screen
    OFF = "off"  # O.S.: present but unseen, or a thought
    OVER = "over"  # V.O., narration


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Where a line was read: file name inside the series folder and line number from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script: something said, done or shown."""

    kind: LineKind
    text: str
    source: Source
    speaker: str | None = None
    delivery: str | None = None  # the parenthetical: how it is said
    voice: Voice = Voice.ON
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of an episode in one place and time."""

    heading: str  # as written
    source: Source
    lines: tuple[Line, ...]
    number: str = ""  # as written: "1-2"
    setting: str = ""  # "interior", "exterior", "both" or "" when unsaid
    place: str = ""
    time_of_day: str = ""  # "day", "night", "dawn", "dusk" or "" when unsaid
    cast: tuple[str, ...] = ()  # whom a 人物 line lists


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode as written."""

    number: int
    scenes: tuple[Scene, ...]
    title: str = ""

    def lines(self) -> tuple[Line, ...]:
        """All lines in order."""
        return tuple(line for scene in self.scenes for line in scene.lines)


@dataclass(frozen=True, slots=True)
class Unread:
    """A line of a file that no rule could place.  Listed, never dropped."""

    source: Source
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Script:
    """What one script or subtitle file holds."""

    format: str
    language: str  # "en", "zh"
    episodes: tuple[Episode, ...]
    title: str = ""
    description: str = ""
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()  # what the reader decided, and why


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle."""

    span: Span
    text: str
    source: Source
    speaker: str | None = None
