"""What is on screen in each second: every element of the story that leaving is laid along.

An element stands in an episode at some spans:

    beat       each beat of a type
    emotion    lines that convey an emotion other than none; those that follow each other are one place
    tension    rising, falling: the seconds whose tension is CHANGE above or below that of CHANGE_S before
    speaker    anyone: somebody speaks; lead: the lead does
    archetype  the lines with a person of that archetype in them: who speaks, acts or is spoken to
    pace       quick lines, quick cuts: as many lines (shots) begin within NEAR_S as QUICK times the episode's own rate

What goes through whole episodes (hooks, an episode's pace, archetypes that never leave the screen) is judged between
episodes (``whole.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hookline.insight.result import Element, ElementKind
from hookline.model.script import LineKind
from hookline.model.span import Span
from hookline.model.story import BeatType, Emotion, EpisodeStory, Role, SeriesStory
from hookline.story.lexicon import lexicon
from hookline.story.people import cast_of
from hookline.story.presence import seen_lines

CHANGE, CHANGE_S = 0.15, 4  # of tension: about the strongest tenth of the seconds either way
NEAR_S, QUICK, LEAST_QUICK = 5, 1.5, 3
JOINED_MS = 1_000  # lines so near each other are one place
Spans = Mapping[Element, tuple[Span, ...]]  # of one episode, in order of time

RISING, FALLING = Element(ElementKind.TENSION, "rising"), Element(ElementKind.TENSION, "falling")
ANYONE, LEAD = Element(ElementKind.SPEAKER, "anyone"), Element(ElementKind.SPEAKER, "lead")
LINES, CUTS = Element(ElementKind.PACE, "quick lines"), Element(ElementKind.PACE, "quick cuts")
_ORDER = {
    element: at
    for at, element in enumerate(
        (
            *(Element(ElementKind.BEAT, str(kind)) for kind in BeatType),
            *(Element(ElementKind.EMOTION, str(emotion)) for emotion in Emotion),
            *(RISING, FALLING, ANYONE, LEAD, LINES, CUTS),
        )
    )
}


def beat(kind: BeatType) -> Element:
    """A type of beat as an element."""
    return Element(ElementKind.BEAT, str(kind))


def in_order(elements: Iterable[Element]) -> list[Element]:
    """Each once: beats as ``BeatType`` has them, then the others."""
    return sorted(set(elements), key=lambda one: (_ORDER.get(one, len(_ORDER)), str(one.kind), one.name))


def beats(episode: EpisodeStory) -> dict[Element, tuple[Span, ...]]:
    """Where an episode's beats lie, by type."""
    found: dict[Element, tuple[Span, ...]] = {}
    for one in episode.beats:
        found[beat(one.type)] = (*found.get(beat(one.type), ()), one.span)
    return found


def of_series(story: SeriesStory) -> dict[int, Spans]:
    """Where every element lies, by episode."""
    leads, archetypes = _leads(story), carried(story)
    return {
        episode.number: {
            **beats(episode),
            **dict(chain(_emotions(episode), _tension(episode), _speakers(episode, leads), _pace(episode))),
            **archetypes.get(episode.number, {}),
        }
        for episode in story.episodes
    }


def _emotions(episode: EpisodeStory) -> Iterator[tuple[Element, tuple[Span, ...]]]:
    felt = [
        (feeling.emotion, line.span)
        for line, feeling in zip(episode.episode.lines(), episode.feelings, strict=False)
        if line.span and feeling.emotion is not Emotion.NEUTRAL
    ]
    for emotion in {emotion for emotion, _ in felt}:
        own = joined([span for told, span in felt if told is emotion])
        yield Element(ElementKind.EMOTION, str(emotion)), own


def _tension(episode: EpisodeStory) -> Iterator[tuple[Element, tuple[Span, ...]]]:
    values = np.array(episode.tension)
    if len(values) > CHANGE_S:
        change = np.concatenate([np.zeros(CHANGE_S), values[CHANGE_S:] - values[:-CHANGE_S]])
        for element, moved in ((RISING, change >= CHANGE), (FALLING, change <= -CHANGE)):
            if moved.any():
                yield element, _runs(moved)


def _leads(story: SeriesStory) -> frozenset[str]:
    """Whom the story follows; where no role says so, who speaks most."""
    leads = frozenset(person.name for person in story.characters if person.role is Role.LEAD)
    most = max(story.characters, key=lambda person: person.dialogue_ms, default=None)
    return leads or frozenset({most.name} if most and most.dialogue_ms else ())


def _speakers(episode: EpisodeStory, leads: frozenset[str]) -> Iterator[tuple[Element, tuple[Span, ...]]]:
    said = [(li.speaker, li.span) for li in episode.episode.lines() if li.kind is LineKind.DIALOGUE and li.span]
    if said:
        yield ANYONE, joined([span for _, span in said])
    if own := [span for speaker, span in said if speaker in leads]:
        yield LEAD, joined(own)


def carried(story: SeriesStory) -> dict[int, dict[Element, tuple[Span, ...]]]:
    """Archetypes on screen, by episode."""
    of = {person.name: [trait.id for trait in person.archetypes] for person in story.characters if person.archetypes}
    if not of:
        return {}
    found: dict[int, dict[str, list[Span]]] = {}
    cast = cast_of([episode.episode for episode in story.episodes], lexicon(story.language))
    for seen in seen_lines(story.episodes, cast):
        if span := seen.line.span:
            for archetype in {one for name in seen.here for one in of.get(name, ())}:
                found.setdefault(seen.episode, {}).setdefault(archetype, []).append(span)
    return {
        number: {Element(ElementKind.ARCHETYPE, name): joined(spans) for name, spans in own.items()}
        for number, own in found.items()
    }


def _pace(episode: EpisodeStory) -> Iterator[tuple[Element, tuple[Span, ...]]]:
    lines = [line.span.start_ms for line in episode.episode.lines() if line.span and line.span.duration_ms]
    for element, starts in ((LINES, lines), (CUTS, episode.shots)):
        quick = _quick(np.array(starts, dtype=np.int64), episode.duration_ms)
        if quick.any():
            yield element, _runs(quick)


def _quick(starts_ms: NDArray[np.int64], duration_ms: int) -> NDArray[np.bool_]:
    """The seconds round whose middle much more begins than is usual in the episode; its edges see less far."""
    middle = np.arange(-(-duration_ms // 1000)) * 1000 + 500
    first, last = np.maximum(middle - NEAR_S * 1000, 0), np.minimum(middle + NEAR_S * 1000, duration_ms)
    begun = np.searchsorted(starts_ms, last) - np.searchsorted(starts_ms, first)
    usual = len(starts_ms) * (last - first) / max(duration_ms, 1)
    return (begun >= QUICK * usual) & (begun >= LEAST_QUICK)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order of time, those that touch or lie JOINED_MS apart at most made one; without empty ones.

    >>> joined([Span(0, 2_000), Span(5_000, 6_000), Span(2_500, 4_000)])
    (Span(start_ms=0, end_ms=6000),)
    """
    made: list[Span] = []
    for span in sorted(span for span in spans if span.duration_ms):
        if made and span.start_ms <= made[-1].end_ms + JOINED_MS:
            made[-1] = Span(made[-1].start_ms, max(made[-1].end_ms, span.end_ms))
        else:
            made.append(span)
    return tuple(made)


def _runs(there: NDArray[np.bool_]) -> tuple[Span, ...]:
    """Whole seconds that follow each other, as spans."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]])))
    return tuple(Span(int(a) * 1000, int(b) * 1000) for a, b in edges.reshape(-1, 2))


def share_of_seconds(
    spans: Sequence[tuple[int, Span]], first_row: NDArray[np.int64], seconds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The share of each second that lies under some spans, of all episodes end to end.

    Args:
        spans: Each with the index of its episode.
        first_row: Where each episode begins.
        seconds: How many each has.

    Every edge changes the rate of covering from its instant on: its own second gets the part that is left of it,
    the next one the rest, and all later ones keep the sum.
    """
    at = np.array([episode for episode, _ in spans], dtype=np.int64)
    ends = np.array([(span.start_ms, span.end_ms) for _, span in spans], dtype=np.int64).reshape(-1, 2)
    edges = np.minimum(ends, 1000 * seconds[at][:, None])
    change = np.zeros(int(seconds.sum()) + 2)
    for side, sign in ((0, 1.0), (1, -1.0)):
        row, part = first_row[at] + edges[:, side] // 1000, edges[:, side] % 1000 / 1000
        np.add.at(change, row, sign * (1 - part))
        np.add.at(change, row + 1, sign * part)
    return np.clip(np.round(np.cumsum(change)[:-2], 9), 0.0, 1.0)


def everywhere(found: Iterable[Spans]) -> list[Element]:
    """Every element of some episodes, in order."""
    return in_order(chain.from_iterable(found))
