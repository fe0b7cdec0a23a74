"""What an episode relies on in those before it, for "previously on"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hookline.edit.pieces import Material
from hookline.edit.worth import spans_of
from hookline.model.script import Line, Source
from hookline.model.story import BeatType

_IDLE = -0.5  # a second that the episode doesn't rely on
_PROMISE = 3.0  # a line that sets up what this episode pays off
_ENDING = 2.5  # the lines that the last episode ended on
_KNOWN = 1.2  # what came out about people who are in this one
_FADES = 0.93  # an episode further back
_COMES_OUT = frozenset((BeatType.REVEAL, BeatType.DISCOVERY, BeatType.BETRAYAL, BeatType.INCITING))


def recap_rates(material: Material, earlier: Sequence[Material]) -> Mapping[int, tuple[float, ...]]:
    """By episode, what each second is worth to viewers of ``material`` who saw the earlier ones a while ago."""
    return {one.number: _rates(material, one, last=one is earlier[-1]) for one in earlier}


def _rates(material: Material, one: Material, *, last: bool) -> tuple[float, ...]:
    lines = spans_of(one.story)
    rates = [_IDLE] * -(-one.duration_ms // 1000)
    fade = _FADES ** (material.number - one.number - 1)
    for source, value in _relied_on(material, one, last=last):
        if source in lines:
            _raise(rates, lines[source], value * fade)
    return tuple(rates)


def _relied_on(material: Material, one: Material, *, last: bool) -> list[tuple[Source, float]]:
    found: list[tuple[Source, float]] = []
    for promise in material.promises:
        if promise.episode == one.number and promise.payoff and promise.payoff.episode == material.number:
            found += [(source, _PROMISE * (promise.confidence or 0.5)) for source in promise.evidence]
    if last:
        found += [(source, _ENDING) for source in one.story.ending.evidence]
    here = {line.speaker for line in material.story.episode.lines() if line.speaker}
    for beat in one.story.beats:
        if beat.type in _COMES_OUT and here & set(beat.characters):
            found += [(source, _KNOWN * beat.intensity) for source in beat.evidence]
    return found


def _raise(rates: list[float], line: Line, value: float) -> None:
    assert line.span is not None
    for second in line.span.seconds():
        if second < len(rates):
            rates[second] = max(rates[second], value)
