"""What the room says beside the story itself: figures, notes, and how two drafts differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.script import Source
from hookline.model.span import Span
from hookline.model.story import Beat, EndingType, Timing

# ------------------------------------------------------------------ figures


@dataclass(frozen=True, slots=True)
class SpeakerNumbers:
    """One person's talk in an episode."""

    name: str
    lines: int
    dialogue_ms: int
    dialogue_share: float  # of the episode's attributed dialogue time, 0..1


@dataclass(frozen=True, slots=True)
class SceneNumbers:
    """One scene."""

    number: int  # its place in the episode, from 1
    heading: str
    source: Source
    span: Span
    place: str
    setting: str  # "interior", "exterior", "both" or "" when unsaid
    time_of_day: str  # "day", "night", "dawn", "dusk" or "" when unsaid
    lines: int
    dialogue_ms: int
    speakers: tuple[SpeakerNumbers, ...]  # most talk first


@dataclass(frozen=True, slots=True)
class EpisodeNumbers:
    """One episode in figures."""

    episode: int
    title: str
    duration_ms: int
    timing: Timing
    scenes: tuple[SceneNumbers, ...]
    lines: int
    dialogue_lines: int
    action_lines: int
    words: int  # words of scripts with spaces, in lines that are said, done or shown
    han: int  # Han characters in the same lines
    dialogue_ms: int
    units_per_minute: float  # words and Han characters said, for each minute of the episode
    speakers: tuple[SpeakerNumbers, ...]  # most talk first
    hook_ms: int | None  # None where the episode has no hook
    pulls_ms: tuple[int, ...]  # hook, spikes (else the beats that press) and the end, in order
    longest_gap_ms: int  # between two of them, from the first one on
    tension: float  # mean, 0..1
    peak_tension: float
    peak_ms: int
    ending: EndingType
    ending_strength: float  # 0..1
    question: str  # that the ending leaves open


@dataclass(frozen=True, slots=True)
class Spread:
    """How a figure lies over the episodes."""

    name: str
    unit: str
    n: int
    median: float
    low: float  # first quartile
    high: float  # third quartile


@dataclass(frozen=True, slots=True)
class PlaceNumbers:
    """A location of the series."""

    name: str  # as first written
    scenes: int
    episodes: tuple[int, ...]
    duration_ms: int
    source: Source  # where it is first


@dataclass(frozen=True, slots=True)
class SeriesNumbers:
    """A series in figures."""

    episodes: tuple[EpisodeNumbers, ...]
    spreads: tuple[Spread, ...]
    places: tuple[PlaceNumbers, ...]  # most used first
    duration_ms: int
    settings: dict[str, int]  # "interior", "exterior", "both", "unsaid" -> scenes
    times_of_day: dict[str, int]  # "day", "night", ..., "unsaid" -> scenes


# ------------------------------------------------------------------ notes


class NoteKind(StrEnum):
    """What a note is about."""

    NO_HOOK = "no_hook"
    SLOW_OPENING = "slow_opening"
    GAP = "gap"  # too long without anything that pulls
    SAGGING_MIDDLE = "sagging_middle"
    CLOSED_ENDING = "closed_ending"  # ends at rest
    WEAK_ENDING = "weak_ending"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    UNUSUAL = "unusual"  # a figure far from the season's own
    CROWDED = "crowded"  # many speaking parts
    LONE_PLACES = "lone_places"  # locations of one scene
    ONE_LINERS = "one_liners"  # speaking parts of one line
    OPEN_PROMISES = "open_promises"  # set up and never paid off
    EVERYWHERE = "everywhere"  # one kind of note in much of the season


class Severity(StrEnum):
    """How much it matters."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"


class Basis(StrEnum):
    """What a note measures against."""

    FORM = "form"  # figures of the short-drama form, with their source
    SEASON = "season"  # this season's own episodes
    SCRIPTS = "scripts"  # public scripts that were counted


@dataclass(frozen=True, slots=True)
class Note:
    """A deviation that a writer can act on."""

    kind: NoteKind
    severity: Severity
    claim: str
    why: str  # the figure measured beside the one it is held against, and where that is from
    action: str
    basis: Basis
    measured: float
    limit: float
    unit: str
    episode: int = 0  # 0: of the series
    span: Span | None = None
    evidence: tuple[Source, ...] = ()
    episodes: tuple[int, ...] = ()  # where a note of the series speaks of several


# ------------------------------------------------------------------ two drafts


class ChangeKind(StrEnum):
    """What became of something from one draft to the next."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that is not the same in both drafts."""

    kind: ChangeKind
    before: Source | None  # None when it is new
    after: Source | None  # None when it is gone
    text_before: str = ""
    text_after: str = ""
    speaker_before: str = ""
    speaker_after: str = ""
    to_episode: int = 0  # of the later draft, where a line moved to another episode


@dataclass(frozen=True, slots=True)
class BeatChange:
    """A beat that came, went, or weighs otherwise."""

    kind: ChangeKind
    before: Beat | None
    after: Beat | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What of an episode, or of all of them, is set side by side."""

    duration_ms: int = 0
    scenes: int = 0
    lines: int = 0
    beats: int = 0
    tension: float = 0.0  # mean, 0..1
    peak_tension: float = 0.0
    opening_tension: float = 0.0  # mean of the first 15 s
    closing_tension: float = 0.0  # mean of the last 15 s
    hook_ms: int | None = None
    hook: str = ""  # why it holds
    ending: EndingType | None = None
    ending_strength: float = 0.0
    question: str = ""
    speakers: dict[str, float] | None = None  # name -> share of the talk


@dataclass(frozen=True, slots=True)
class EpisodeChange:
    """An episode in both drafts, or in the one that has it."""

    kind: ChangeKind  # MOVED: the same under another number
    number_before: int | None
    number_after: int | None
    alike: float  # share of the wording that both have, 0..1
    before: Figures | None
    after: Figures | None
    lines: tuple[LineChange, ...] = ()
    beats: tuple[BeatChange, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A speaking part in both drafts."""

    kind: ChangeKind
    name: str
    lines_before: int
    lines_after: int
    share_before: float
    share_after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one draft became another."""

    before: str  # title
    after: str
    total_before: Figures
    total_after: Figures
    episodes: tuple[EpisodeChange, ...]  # in the order of the later draft, removed ones where they stood
    people: tuple[PersonChange, ...]  # those whose part changed, most first

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return all(one.kind is ChangeKind.SAME for one in self.episodes)
