"""What an episode relies on in those before it, for "previously on".

It relies on what it pays off, on what the last episode ended on, on what came out about people who are in
it, and on lines whose rare words come up in it again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hookline.edit.pieces import Material
from hookline.edit.worth import Moment, spans_of
from hookline.model.script import Line, LineKind, Source
from hookline.model.story import BeatType

_IDLE = -0.5  # a second that the episode doesn't rely on
_PROMISE = 3.0  # a line that sets up what this episode pays off
_ENDING = 2.5  # the lines that the last episode ended on
_KNOWN = 1.2  # what came out about people who are in this one
_WORDS = 1.0  # a line with three rare words that come up again
_FADES = 0.93  # an episode further back
_COMES_OUT = frozenset((BeatType.REVEAL, BeatType.DISCOVERY, BeatType.BETRAYAL, BeatType.INCITING))
_WORD = re.compile(r"[^\W\d_\u2e80-\u9fff\uac00-\ud7ff]{5,}|[\u4e00-\u9fff]+")
_RARE = 3  # lines of all these episodes that a rare word stands in, at most


def recap_rates(material: Material, earlier: Sequence[Material]) -> Mapping[int, tuple[float, ...]]:
    """By episode, what each second is worth to viewers of ``material`` who saw the earlier ones a while ago."""
    reliances = relied_on(material, earlier)
    return {one.number: _rates(material, one, reliances[one.number]) for one in earlier}


def _rates(material: Material, one: Material, moments: Sequence[Moment]) -> tuple[float, ...]:
    rates = [_IDLE] * -(-one.duration_ms // 1000)
    fade = _FADES ** (material.number - one.number - 1)
    for moment in moments:
        for second in moment.span.seconds():
            if second < len(rates):
                rates[second] = max(rates[second], moment.strength * fade)
    return tuple(rates)


def relied_on(material: Material, earlier: Sequence[Material]) -> dict[int, tuple[Moment, ...]]:
    """By episode, the lines that ``material`` relies on, strongest first, each once."""
    now = _spoken(material)
    spoken = {one.number: _spoken(one) for one in earlier}
    counts = Counter(word for lines in (now, *spoken.values()) for words in lines.values() for word in words)
    again = {word for words in now.values() for word in words if counts[word] <= _RARE}
    found: dict[int, tuple[Moment, ...]] = {}
    for one in earlier:
        reasons = (*_by_story(material, one, last=one is earlier[-1]), *_by_words(spoken[one.number], again))
        found[one.number] = tuple(_strongest(one, reasons))
    return found


def _strongest(one: Material, reasons: Sequence[tuple[Source, float, str]]) -> list[Moment]:
    """Each line with its strongest reason."""
    lines = spans_of(one.story)
    best: dict[Source, Moment] = {}
    for source, strength, why in reasons:
        line = lines.get(source)
        if line is not None and line.span is not None and (source not in best or best[source].strength < strength):
            best[source] = Moment(source, line.span, line.text, strength, why)
    return sorted(best.values(), key=lambda moment: (-moment.strength, moment.span))


def _by_story(material: Material, one: Material, *, last: bool) -> Iterator[tuple[Source, float, str]]:
    for promise in material.promises:
        if promise.episode == one.number and promise.payoff and promise.payoff.episode == material.number:
            for source in promise.evidence:
                yield source, _PROMISE * (promise.confidence or 0.5), f"it is paid off now ({promise.what})"
    if last:
        question = one.story.ending.question
        for source in one.story.ending.evidence:
            yield source, _ENDING, f"it left open: {question}" if question else "the last episode ended on it"
    here = {line.speaker for line in material.story.episode.lines() if line.speaker}
    for beat in one.story.beats:
        if beat.type in _COMES_OUT and (known := sorted(here & set(beat.characters))):
            for source in beat.evidence:
                yield source, _KNOWN * beat.intensity, f"it came out about {', '.join(known)}"


def _by_words(spoken: Mapping[Source, set[str]], again: set[str]) -> Iterator[tuple[Source, float, str]]:
    """Lines with rare words that come up again."""
    for source, words in spoken.items():
        shared = sorted(words & again)
        if len(shared) >= 2:
            yield source, _WORDS * min(1.0, len(shared) / 3), f"its words come up again ({', '.join(shared[:3])})"


def _spoken(material: Material) -> dict[Source, set[str]]:
    """The words of each line said."""
    return {line.source: _words(line) for line in material.story.episode.lines() if line.kind is LineKind.DIALOGUE}


def _words(line: Line) -> set[str]:
    """Words, and pairs of Han characters."""
    found: set[str] = set()
    for word in _WORD.findall(line.text.casefold()):
        found |= {word} if word < "\u2e80" else {word[i : i + 2] for i in range(len(word) - 1)}
    return found
