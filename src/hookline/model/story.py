"""The story as written and shot, and what is read out of it.

A script becomes a ``Script``: episodes of scenes of lines, each line with the file and line number
it came from.  The story room gives lines their spans and finds beats: a ``SeriesStory``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


class Timing(StrEnum):
    """Where the times of an episode's lines come from."""

    SUBTITLES = "subtitles"
    READING = "reading"  # a reading-speed model: an estimate


class Origin(StrEnum):
    """Who says so: the offline engine, a language model, or a person (who stands above both)."""

    OFFLINE = "offline"
    MODEL = "model"
    PERSON = "person"


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


class BeatType(StrEnum):
    """What happens in the story.  ``docs/story.md`` defines each with an example."""

    HOOK = "hook"
    INCITING = "inciting"
    REVEAL = "reveal"
    REVERSAL = "reversal"
    CONFRONTATION = "confrontation"
    HUMILIATION = "humiliation"
    COMEBACK = "comeback"
    NEAR_MISS = "near_miss"
    DECLARATION = "declaration"
    BETRAYAL = "betrayal"
    THREAT = "threat"
    DISCOVERY = "discovery"
    DECISION = "decision"
    PAYOFF = "payoff"
    FLASHBACK = "flashback"
    EXPOSITION = "exposition"
    CLIFFHANGER = "cliffhanger"


@dataclass(frozen=True, slots=True)
class Beat:
    """A story event, with the lines it rests on."""

    type: BeatType
    span: Span
    intensity: float  # 0..1
    evidence: tuple[Source, ...]
    characters: tuple[str, ...] = ()
    why: str = ""  # the cue, in words: 'says "you are fired"'
    origin: Origin = Origin.OFFLINE


class EndingType(StrEnum):
    """How an episode ends: the field's five buttons, or none."""

    SUSPENSE = "suspense"
    EMOTION = "emotion"
    INFORMATION = "information"
    CRISIS = "crisis"
    REVERSAL = "reversal"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Ending:
    """The last seconds of an episode."""

    type: EndingType
    strength: float  # 0..1
    span: Span
    evidence: tuple[Source, ...]
    question: str = ""  # what it leaves open, in words


@dataclass(frozen=True, slots=True)
class Hook:
    """The first moment that gives a reason to stay."""

    at_ms: int
    evidence: tuple[Source, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Character:
    """A person of the story and how much of it is theirs."""

    name: str
    aliases: tuple[str, ...] = ()
    lines: int = 0
    dialogue_ms: int = 0
    dialogue_share: float = 0.0  # of all dialogue time of the series, 0..1
    episodes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EpisodeStory:
    """An episode on its own time axis."""

    episode: Episode  # every line has its span
    duration_ms: int
    timing: Timing
    beats: tuple[Beat, ...]
    tension: tuple[float, ...]  # one value a second, 0..1; len == ceil(duration)
    ending: Ending
    hook: Hook | None = None
    dialogue_share: dict[str, float] = field(default_factory=dict)  # speaker -> share, sums to 1

    @property
    def number(self) -> int:
        """The episode's number."""
        return self.episode.number

    @property
    def seconds(self) -> int:
        """Whole seconds on the episode's axis, the last one possibly cut short."""
        return -(-self.duration_ms // 1000)

    def line_at(self, at_ms: int) -> Line | None:
        """The line heard or seen at an instant; in a pause the one before it."""
        before = [li for li in self.episode.lines() if li.span and li.span.start_ms <= at_ms]
        return before[-1] if before else None

    def beats_at(self, at_ms: int) -> tuple[Beat, ...]:
        """The beats under way at an instant."""
        return tuple(beat for beat in self.beats if beat.span.contains(at_ms))


@dataclass(frozen=True, slots=True)
class SeriesStory:
    """A whole series as a timed story."""

    title: str
    language: str
    episodes: tuple[EpisodeStory, ...]
    characters: tuple[Character, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()

    def episode(self, number: int) -> EpisodeStory | None:
        """The episode of that number, if the series has it."""
        return next((ep for ep in self.episodes if ep.number == number), None)
