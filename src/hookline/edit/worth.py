"""Step 2 of choosing: what each second of an episode is worth to a cut, and the lines it turns on.

Worth comes from the story: tension, the beats on the lines they rest on, the spikes.  Where viewers'
data are there, ``appeal`` raises what holds them and lowers what doesn't.  The figures below are
choices of ours; a cut's reason names the lines, so that anyone can judge them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hookline.edit.pieces import Material, Piece
from hookline.model.script import Line, LineKind, Source
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, EpisodeStory, PromiseKind

SCALE = 1_000  # worth is counted in thousandths of an even second's
_EVEN = 0.3  # what a second without tension is worth
_TENSION = 0.7
_BEAT = 0.9  # what a beat of full intensity adds to the seconds of its lines
_SPIKE = 0.5
_UNTOLD, _SEEN, _SAID = 0.8, 1.6, 0.9  # seconds of a silent cut: no line, something done or shown, something said
_LETTERS_PER_S, _HAN_PER_S = 17.0, 9.0  # read in captions
_FEW_WORDS_S = 1.8  # a line read in this time is short
_LEAST_APPEAL, _MOST_APPEAL = -0.9, 2.0

HOOKING = frozenset(
    (
        BeatType.HOOK,
        BeatType.HUMILIATION,
        BeatType.REVEAL,
        BeatType.REVERSAL,
        BeatType.BETRAYAL,
        BeatType.THREAT,
        BeatType.CONFRONTATION,
        BeatType.COMEBACK,
        BeatType.NEAR_MISS,
        BeatType.DECLARATION,
    )
)
TELLING = frozenset(
    (
        BeatType.INCITING,
        BeatType.REVEAL,
        BeatType.REVERSAL,
        BeatType.DISCOVERY,
        BeatType.DECISION,
        BeatType.BETRAYAL,
        BeatType.DECLARATION,
        BeatType.PAYOFF,
        BeatType.CLIFFHANGER,
    )
)
_ASKED = re.compile(r"[?？؟]['\"”’»」』）)]*\s*$")
_ASKS = 0.45  # a question asked in passing, at full tension; one that stays open has 0.5 or more
_HANGING = frozenset((PromiseKind.QUESTION, PromiseKind.SECRET, PromiseKind.THREAT))


@dataclass(frozen=True, slots=True)
class Moment:
    """A line that a cut can open with or end on."""

    source: Source
    span: Span  # of the line, in the source's time
    text: str
    strength: float  # 0..1; 1..2 for what the episode itself ends on
    why: str
    asks: bool = False  # leaves something open


def spans_of(story: EpisodeStory) -> dict[Source, Line]:
    """The episode's lines by where they are written."""
    return {line.source: line for line in story.episode.lines() if line.span and line.span.duration_ms}


def by_second(material: Material) -> tuple[float, ...]:
    """Worth of each second of the source."""
    story = material.story
    seconds = max(story.seconds, -(-material.duration_ms // 1000))
    rates = [_EVEN + _TENSION * (story.tension[s] if s < len(story.tension) else 0.0) for s in range(seconds)]
    lines = spans_of(story)
    added = [0.0] * seconds
    for beat in story.beats:
        for span in _evidence_spans(beat, lines):
            _raise_to(added, span, _BEAT * beat.intensity)
    for spike in story.spikes:
        _raise_to(added, Span(spike.at_ms, spike.at_ms + 1_000), _SPIKE * spike.pull)
    return tuple(
        (rate + more) * _appealing(material, s) for s, (rate, more) in enumerate(zip(rates, added, strict=True))
    )


def _evidence_spans(beat: Beat, lines: Mapping[Source, Line]) -> Iterator[Span]:
    for source in beat.evidence:
        line = lines.get(source)
        if line is not None and line.span is not None:
            yield line.span


def _raise_to(added: list[float], span: Span, value: float) -> None:
    for second in span.seconds():
        if second < len(added):
            added[second] = max(added[second], value)


def _appealing(material: Material, second: int) -> float:
    if second >= len(material.appeal):
        return 1.0
    return 1.0 + min(_MOST_APPEAL, max(_LEAST_APPEAL, material.appeal[second]))


def integral(rates: tuple[float, ...], span: Span) -> float:
    """A rate by second, summed over a span; per second, so an even second at rate 1 gives 1."""
    return (
        sum(rates[s] * span.overlap_ms(Span(s * 1000, s * 1000 + 1000)) for s in span.seconds() if s < len(rates))
        / 1000
    )


def worth_of(pieces: Iterable[Piece], rates: Mapping[int, tuple[float, ...]]) -> tuple[int, ...]:
    """The worth of each piece, by the rates of its episode."""
    return tuple(round(SCALE * integral(rates[piece.episode], piece.span)) for piece in pieces)


def hooks(material: Material) -> tuple[Moment, ...]:
    """Lines that give a reason to watch, strongest first, one of each line."""
    story, lines = material.story, spans_of(material.story)
    found: list[Moment] = []
    if story.hook is not None:
        at = [lines[source] for source in story.hook.evidence if source in lines]
        found += [_moment(line, 1.0, f"the episode's hook: {story.hook.why}") for line in at[:1]]
    for beat in story.beats:
        at = [lines[source] for source in beat.evidence if source in lines]
        if beat.type in HOOKING and at:
            found.append(_moment(at[0], beat.intensity, f"{beat.type.value.replace('_', ' ')}: {beat.why}"))
    return _strongest(found)


def questions(material: Material) -> tuple[Moment, ...]:
    """Lines that leave something open: the ending's first, then what stays open, then what is asked in passing."""
    story, lines = material.story, spans_of(material.story)
    found: list[Moment] = []
    at = [lines[source] for source in story.ending.evidence if source in lines]
    if at and story.ending.question:
        last = max(at, key=lambda line: line.span or Span(0, 0))
        found.append(_moment(last, 1.0 + story.ending.strength, story.ending.question, asks=True))
    for promise in material.promises:
        stays = promise.payoff is None or promise.payoff.episode > story.number
        if promise.episode != story.number or promise.kind not in _HANGING or not stays:
            continue
        found += [
            _moment(lines[source], promise.confidence or 0.5, promise.what, asks=True)
            for source in promise.evidence[-1:]
            if source in lines
        ]
    asked = (line for line in lines.values() if line.kind is LineKind.DIALOGUE and _ASKED.search(line.text))
    found += [_moment(line, _ASKS * _tension_at(story, line), "the question asked there", asks=True) for line in asked]
    return _strongest(found)


def _tension_at(story: EpisodeStory, line: Line) -> float:
    """The highest tension while a line is said."""
    assert line.span is not None
    return max((story.tension[s] for s in line.span.seconds() if s < len(story.tension)), default=0.0)


def _moment(line: Line, strength: float, why: str, *, asks: bool = False) -> Moment:
    assert line.span is not None
    return Moment(line.source, line.span, line.text, strength, why, asks)


def _strongest(found: Iterable[Moment]) -> tuple[Moment, ...]:
    best: dict[Source, Moment] = {}
    for moment in sorted(found, key=lambda moment: (-moment.strength, moment.span)):
        best.setdefault(moment.source, moment)
    return tuple(best.values())


def essentials(material: Material) -> tuple[Moment, ...]:
    """Lines that the story can't be followed without: its turns, its hook and ending, what is promised and paid."""
    story, lines = material.story, spans_of(material.story)
    found: list[Moment] = []
    for beat in story.beats:
        if beat.type in TELLING:
            why = f"{beat.type.value.replace('_', ' ')}: {beat.why}"
            found += [_moment(lines[source], beat.intensity, why) for source in beat.evidence if source in lines]
    if story.hook is not None:
        found += [_moment(lines[s], 1.0, f"the hook: {story.hook.why}") for s in story.hook.evidence if s in lines]
    found += [
        _moment(lines[s], 1.0, f"the ending: {story.ending.question}") for s in story.ending.evidence if s in lines
    ]
    for promise in material.promises:
        evidence = [*promise.evidence] if promise.episode == story.number else []
        if promise.payoff is not None and promise.payoff.episode == story.number:
            evidence += promise.payoff.evidence
        found += [
            _moment(lines[s], promise.confidence or 0.5, f"promise: {promise.what}") for s in evidence if s in lines
        ]
    return _strongest(found)


def silent_rates(material: Material, rates: tuple[float, ...]) -> tuple[float, ...]:
    """The rates for viewers without sound: what is seen counts more, what is said as far as it can be read."""
    factors = [_UNTOLD] * len(rates)
    for line in material.story.episode.lines():
        if line.span is None or not line.span.duration_ms:
            continue
        factor = _SEEN if line.kind is not LineKind.DIALOGUE else _read(line.text, line.span)
        for second in line.span.seconds():
            if second < len(factors):
                factors[second] = factor
    return tuple(rate * factor for rate, factor in zip(rates, factors, strict=True))


def _read(text: str, span: Span) -> float:
    """What a line said is to those who read it: less where it goes by too fast, and the longer it is."""
    needed_s = sum(1 / (_HAN_PER_S if char >= "\u2e80" else _LETTERS_PER_S) for char in text)
    in_time = min(1.0, span.duration_ms / 1000 / needed_s) if needed_s else 1.0
    return _SAID * in_time * in_time * float(min(1.0, _FEW_WORDS_S / max(needed_s, 0.1)) ** 0.5)
