"""The series laid end to end, line by line, as setups and payoffs look at it.

Content words are what tells one line from another: in English words of three letters or more that are
no function words, without their endings; in Chinese pairs of characters.  A word weighs
max(0, log(F / lines that hold it)) with F = ``FREQUENT`` of all lines, at least ``FREQUENT_LINES``: words that many
lines hold tie nothing together.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hookline.model.script import Line, LineKind, Source
from hookline.model.story import Beat, EpisodeStory
from hookline.story.lexicon import LANGUAGES, fold
from hookline.story.people import Cast

FREQUENT, FREQUENT_LINES = 0.04, 6
SHOWN = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)

_LATIN = re.compile(r"[a-z][a-z']{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
_HAN_STOP = re.compile(r"[的了是在我你他她它们这那有不就都也还要会来去说和个一上下着把被给让吗呢吧啊哦]")
_ENDINGS = re.compile(r"(?:'s|'|ing|ed|es|s)$")


@dataclass(frozen=True, slots=True)
class Spot:
    """A line and where it stands in the series."""

    index: int
    at_ms: int  # content time from the start of the first episode
    episode: int
    scene: int  # running number over the series
    line: Line
    folded: str
    masked: str  # folded, names of the cast as one word
    words: frozenset[str]
    people: frozenset[str]  # who speaks and who is named
    objects: frozenset[str]
    beats: tuple[Beat, ...]  # those it is evidence of


@dataclass(frozen=True, slots=True)
class Plotline:
    """All lines that are seen or heard, in order."""

    stories: tuple[EpisodeStory, ...]
    spots: tuple[Spot, ...]
    by_source: Mapping[Source, Spot]
    weight: Mapping[str, float]  # of each content word
    fame: Mapping[str, float]  # the same for each person
    holding: Mapping[str, tuple[int, ...]]  # content word -> indices of the lines that hold it
    naming: Mapping[str, tuple[int, ...]]  # thing -> indices of the lines that name it
    beating: tuple[int, ...]  # indices of the lines that are evidence of a beat
    duration_ms: int

    def of(self, episode: int) -> tuple[Spot, ...]:
        """The lines of one episode."""
        return tuple(spot for spot in self.spots if spot.episode == episode)


@dataclass(frozen=True, slots=True)
class PlotWords:
    """One language of ``promises.toml``, compiled."""

    spaced: bool
    kinds: Mapping[str, re.Pattern[str]]
    unless: Mapping[str, re.Pattern[str]]
    questions: Mapping[str, re.Pattern[str]]
    answers: Mapping[str, re.Pattern[str]]
    objects: Mapping[str, re.Pattern[str]]
    refusal: re.Pattern[str]
    no_question: re.Pattern[str]
    handled: re.Pattern[str]
    stop: frozenset[str]

    def sets_up(self, kind: str, masked: str) -> tuple[int, int] | None:
        """Where a text sets up something of a kind."""
        found = self.kinds[kind].search(masked)
        taken_back = self.unless.get(kind)
        if not found or (taken_back and taken_back.search(masked)):
            return None
        return found.span()

    def form(self, folded: str) -> str:
        """What a question asks for ("who", "why", ...); "" where it is none of the plot's questions."""
        if "?" not in folded:
            return ""
        return next((form for form, pattern in self.questions.items() if pattern.search(folded)), "")

    def answers_to(self, form: str, masked: str) -> bool:
        """Whether a statement has the form of an answer."""
        pattern = self.answers.get(form)
        return bool(pattern and pattern.search(masked))

    def rhetorical(self, folded: str) -> bool:
        """Whether a question wants no answer."""
        return bool(self.no_question.search(folded))

    def refuses(self, folded: str) -> bool:
        """Whether a reply refuses to answer."""
        return bool(self.refusal.search(folded))

    def handles(self, masked: str) -> bool:
        """Whether something is done with the hands."""
        return bool(self.handled.search(masked))

    def named(self, masked: str) -> frozenset[str]:
        """The things with weight that a text names."""
        return frozenset(thing for thing, pattern in self.objects.items() if pattern.search(masked))

    def object_at(self, thing: str, masked: str) -> tuple[int, int]:
        """Where a text names a thing."""
        found = self.objects[thing].search(masked)
        return found.span() if found else (0, 1)

    def content(self, masked: str) -> frozenset[str]:
        """The content words of a text."""
        if not self.spaced:
            runs = (_HAN_STOP.sub(" ", run) for run in _HAN.findall(masked))
            return frozenset(part[at : at + 2] for run in runs for part in run.split() for at in range(len(part) - 1))
        found = (word for word in _LATIN.findall(masked) if word.replace("'", "") not in self.stop)
        return frozenset(_ENDINGS.sub("", word) if len(word) > 4 else word for word in found)


@cache
def plot_words(language: str) -> PlotWords | None:
    """The words of a language; None where none are written down."""
    if language not in LANGUAGES:
        return None
    data = tomllib.loads(files("hookline.story").joinpath("promises.toml").read_text("utf-8"))[language]
    spaced = bool(data["spaced"])

    def any_of(*patterns: str) -> re.Pattern[str]:
        joined = "|".join(patterns)
        return re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if spaced else f"(?:{joined})")

    return PlotWords(
        spaced=spaced,
        kinds={kind: any_of(*data[kind]) for kind in ("secret", "threat", "vow")},
        unless={kind: any_of(*data[f"{kind}_unless"]) for kind in ("threat", "vow")},
        questions={form: any_of(pattern) for form, pattern in data["questions"].items()},
        answers={form: any_of(pattern) for form, pattern in data["answers"].items()},
        objects={thing: any_of(pattern) for thing, pattern in data["objects"].items()},
        refusal=any_of(*data["refusal"]),
        no_question=any_of(*data["question_unless"]),
        handled=any_of(data["handled"]),
        stop=frozenset(data["stop"].split()),
    )


def plotline(stories: Sequence[EpisodeStory], cast: Cast, words: PlotWords) -> Plotline:
    """The lines of all episodes in order, with what ties them together."""
    spots = tuple(_spots(stories, cast, words))
    counts = Counter(word for spot in spots for word in spot.words)
    frequent = max(FREQUENT_LINES, FREQUENT * len(spots))
    heard = Counter(name for spot in spots for name in spot.people)
    return Plotline(
        stories=tuple(stories),
        spots=spots,
        by_source={spot.line.source: spot for spot in spots},
        weight={word: max(0.0, math.log(frequent / count)) for word, count in counts.items()},
        fame={name: math.log((len(spots) + 1) / count) for name, count in heard.items()},
        holding=_indices((word, spot.index) for spot in spots for word in spot.words),
        naming=_indices((thing, spot.index) for spot in spots for thing in spot.objects),
        beating=tuple(spot.index for spot in spots if spot.beats),
        duration_ms=sum(story.duration_ms for story in stories),
    )


def _indices(held: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """What is held, with the indices at which it is, in order."""
    found: dict[str, list[int]] = {}
    for one, index in held:
        found.setdefault(one, []).append(index)
    return {one: tuple(indices) for one, indices in found.items()}


def _spots(stories: Sequence[EpisodeStory], cast: Cast, words: PlotWords) -> Iterator[Spot]:
    index = scene_number = began_ms = 0
    for story in stories:
        beats = _beats_of(story)
        for scene in story.episode.scenes:
            scene_number += 1
            for line in scene.lines:
                if line.kind not in SHOWN or line.span is None:
                    continue
                folded, masked = fold(line.text).replace("？", "?"), cast.masked(line.text)
                yield Spot(
                    index=index,
                    at_ms=began_ms + line.span.start_ms,
                    episode=story.number,
                    scene=scene_number,
                    line=line,
                    folded=folded,
                    masked=masked,
                    words=words.content(masked),
                    people=frozenset(name for name in (line.speaker, *cast.named_in(line.text)) if name),
                    objects=words.named(masked),
                    beats=tuple(beats.get(line.source, ())),
                )
                index += 1
        began_ms += story.duration_ms


def _beats_of(story: EpisodeStory) -> dict[Source, list[Beat]]:
    found: dict[Source, list[Beat]] = {}
    for beat in story.beats:
        for source in beat.evidence:
            found.setdefault(source, []).append(beat)
    return found
