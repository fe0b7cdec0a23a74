"""What is read out of a script: times, beats, tension, people, hooks, endings.

The story room makes a ``SeriesStory`` of ``hookline.model.script.Script`` values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hookline.model.script import Episode, Line, Source, Unread
from hookline.model.span import Span


class Timing(StrEnum):
    """Where the times of an episode's lines come from."""

    SUBTITLES = "subtitles"
    READING = "reading"  # a reading-speed model: an estimate


class Origin(StrEnum):
    """Who says so: the offline engine, a language model, or a person (who stands above both)."""

    OFFLINE = "offline"
    MODEL = "model"
    PERSON = "person"


class Emotion(StrEnum):
    """Ekman's six and none of them."""

    NEUTRAL = "neutral"
    JOY = "joy"
    SADNESS = "sadness"
    ANGER = "anger"
    FEAR = "fear"
    DISGUST = "disgust"
    SURPRISE = "surprise"


@dataclass(frozen=True, slots=True)
class Feeling:
    """What a line conveys."""

    emotion: Emotion
    confidence: float  # the emotion's probability by the model, 0..1
    valence: float  # -1 bad .. 1 good for whom we are with, as the words say it
    origin: Origin = Origin.OFFLINE


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


@dataclass(frozen=True, slots=True)
class Answer:
    """Where something that was left open is settled."""

    episode: int
    span: Span
    evidence: tuple[Source, ...]


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
    answer: Answer | None = None  # where the question is answered; None while it stays open
    origin: Origin = Origin.OFFLINE


@dataclass(frozen=True, slots=True)
class Hook:
    """The first moment that gives a reason to stay."""

    at_ms: int
    evidence: tuple[Source, ...]
    why: str
    type: EndingType | None = None  # which of the five buttons it presses; None when undecided
    origin: Origin = Origin.OFFLINE


@dataclass(frozen=True, slots=True)
class Spike:
    """A moment that pulls anew: between two of them is a gap in which viewers may drift."""

    at_ms: int
    pull: float  # 0..1
    evidence: tuple[Source, ...]
    why: str


class Role(StrEnum):
    """What a person is to the story."""

    LEAD = "lead"
    LOVE = "love"  # wanted by the lead, not followed themselves
    RIVAL = "rival"  # wants what the lead wants
    VILLAIN = "villain"
    ALLY = "ally"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Trait:
    """An archetype of a person or a trope of a series, with the lines that speak for it."""

    id: str  # of the taxonomy in ``docs/story.md``: "hidden_identity"
    score: float  # 0..1
    evidence: tuple[Source, ...]
    why: str = ""
    origin: Origin = Origin.OFFLINE


@dataclass(frozen=True, slots=True)
class Character:
    """A person of the story and how much of it is theirs."""

    name: str
    aliases: tuple[str, ...] = ()
    lines: int = 0
    dialogue_ms: int = 0
    dialogue_share: float = 0.0  # of all dialogue time of the series, 0..1
    episodes: tuple[int, ...] = ()
    screen_ms: int = 0  # time of the scenes' lines that they speak, act in or are spoken to
    role: Role | None = None
    archetypes: tuple[Trait, ...] = ()  # surest first
    arc: tuple[float, ...] = ()  # mean valence of their lines in each of ``episodes``, -1..1
    role_origin: Origin = Origin.OFFLINE


@dataclass(frozen=True, slots=True)
class Bond:
    """Two people who share scenes."""

    people: tuple[str, str]  # in alphabetical order
    scenes: int
    shared_ms: int
    valence: float  # of what they say to each other, -1..1
    episodes: tuple[int, ...] = ()


class ArcShape(StrEnum):
    """The six classic emotional shapes (Reagan et al. 2016)."""

    RISE = "rise"  # rags to riches
    FALL = "fall"  # tragedy
    FALL_RISE = "fall_rise"  # man in a hole
    RISE_FALL = "rise_fall"  # Icarus
    RISE_FALL_RISE = "rise_fall_rise"  # Cinderella
    FALL_RISE_FALL = "fall_rise_fall"  # Oedipus


@dataclass(frozen=True, slots=True)
class Arc:
    """How the mood moves from start to end, and which of the six shapes it is most like."""

    values: tuple[float, ...]  # smoothed valence at evenly spaced points, -1..1
    shape: ArcShape
    fit: float  # share of the variance that the shape explains, 0..1
    fits: dict[str, float] = field(default_factory=dict)  # of every shape


class TurningPointType(StrEnum):
    """The five turning points of a plot (TRIPOD: Papalampidi, Keller, Lapata 2019)."""

    OPPORTUNITY = "opportunity"
    CHANGE_OF_PLANS = "change_of_plans"
    POINT_OF_NO_RETURN = "point_of_no_return"
    MAJOR_SETBACK = "major_setback"
    CLIMAX = "climax"


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """A place where the plot turns."""

    type: TurningPointType
    episode: int
    span: Span
    position: float  # of the whole story's length, 0..1
    confidence: float  # 0..1
    evidence: tuple[Source, ...]
    why: str = ""
    origin: Origin = Origin.OFFLINE


class SegmentType(StrEnum):
    """The four stretches of a short-drama season."""

    START = "start"  # 起势
    CLIMB = "climb"  # 攀升
    STORM = "storm"  # 风暴
    SHOWDOWN = "showdown"  # 决战


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the season."""

    type: SegmentType
    first_episode: int
    last_episode: int
    tension: float  # its mean, 0..1
    why: str = ""


class PromiseKind(StrEnum):
    """What is set up to be paid off."""

    QUESTION = "question"
    SECRET = "secret"  # noqa: S105 - of the plot
    THREAT = "threat"
    VOW = "vow"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Promise:
    """Something set up, and where it is paid off."""

    kind: PromiseKind
    what: str  # in words
    episode: int
    span: Span
    evidence: tuple[Source, ...]
    payoff: Answer | None = None  # None while it stays open
    open_ms: int = 0  # content time from setup to payoff, or to the end of the story
    confidence: float = 0.0  # that the payoff is its own, 0..1
    characters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaywallPlace:
    """An episode that could be the first to be paid for."""

    episode: int  # the first paid one
    score: float  # 0..1: how strongly the episode before it asks for the next
    why: str
    evidence: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A place between two lines where an episode could end."""

    episode: int  # as the season is divided today
    at_ms: int  # on that episode's own axis; its duration where it ends today
    ending: Ending  # how an episode that ends here would let go, on the same axis
    scene_ends: bool
    text: str  # of the line before
    source: Source


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
    feelings: tuple[Feeling, ...] = ()  # one for each of ``episode.lines()``
    valence: tuple[float, ...] = ()  # one value a second, -1..1, like ``tension``
    arc: Arc | None = None  # None where too little is said to draw one
    spikes: tuple[Spike, ...] = ()
    shots: tuple[int, ...] = ()  # ms at which shots begin; none where no video was watched
    loudness: tuple[float, ...] = ()  # LUFS of each second of the video; none without sound

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
    arc: Arc | None = None
    turning_points: tuple[TurningPoint, ...] = ()
    segments: tuple[Segment, ...] = ()
    promises: tuple[Promise, ...] = ()
    bonds: tuple[Bond, ...] = ()
    tropes: tuple[Trait, ...] = ()
    paywall: tuple[PaywallPlace, ...] = ()  # best first
    description: str = ""  # what the script says of itself before its first scene

    def episode(self, number: int) -> EpisodeStory | None:
        """The episode of that number, if the series has it."""
        return next((ep for ep in self.episodes if ep.number == number), None)
