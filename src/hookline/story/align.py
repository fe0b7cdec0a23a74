"""Step 1, with subtitles: a script's lines take the times of the cues that speak them.

``placing`` says which cues those are.  A line is placed by the cue time of its first and last word
met, words sharing their cue's time by length.  Within a scene lines stand in the order they are
played in; lines that nobody speaks keep to the line they followed and are laid into the gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from hookline.model.script import Cue, Episode, Line, LineKind, Scene, Source
from hookline.model.span import Span
from hookline.story.placing import LEAST_MATCH, Texts, placed_lines
from hookline.story.timing import PACE, length_ms, with_spans
from hookline.story.word_match import TOKEN, Word

_NOT_SPOKEN = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|♪[^♪\n]*♪?|♫|<[^>]*>|\{\\[^}]*\}")
_TWO_VOICES = re.compile(r"(?m)^\s*[-–—‐]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Aligned:
    """An episode timed by its cues, or as far as that went."""

    episode: Episode
    duration_ms: int
    placed: int  # spoken lines that took the time of cues
    spoken: int  # spoken lines in all
    met: float = 0.0  # share of words met, of the shorter text
    moved: tuple[Source, ...] = ()  # lines that are played before one that they were written after

    @property
    def fits(self) -> bool:
        """Whether the cues are this script's at all."""
        return self.spoken > 0 and self.met >= LEAST_MATCH


def timed_by_cues(episode: Episode, cues: Sequence[Cue], *, duration_ms: int | None = None) -> Aligned:
    """The episode with its spoken lines at the times of the cues and the rest in the gaps."""
    cues = in_order(cues, duration_ms)
    placed, met = placed_lines(_texts(episode, cues), cues)
    episode, placed, moved = _as_played(episode, placed)
    lines = episode.lines()
    placed = _kept_apart(placed)
    natural_end_ms = max([cue.span.end_ms for cue in cues], default=0) + _after_last(lines, placed)
    whole_ms = natural_end_ms if duration_ms is None else duration_ms
    spans = _fill_gaps(lines, placed, whole_ms)
    spoken = sum(line.kind is LineKind.DIALOGUE for line in lines)
    kept = sum(lines[index].kind is LineKind.DIALOGUE for index in placed)
    return Aligned(with_spans(episode, spans), whole_ms, kept, spoken, met, moved)


def told_by_cues(number: int, cues: Sequence[Cue], *, duration_ms: int | None = None) -> tuple[Episode, int]:
    """An episode that has cues and no script: every cue a line, sounds in brackets as action."""
    cues = in_order(cues, duration_ms)
    lines = tuple(line for cue in cues for line in _lines_of(cue))
    source = cues[0].source if cues else Source("", 1)
    end_ms = max((cue.span.end_ms for cue in cues), default=0)
    scenes = (Scene(heading="", source=source, lines=lines),) if lines else ()
    return Episode(number, scenes), end_ms if duration_ms is None else duration_ms


def in_order(cues: Sequence[Cue], duration_ms: int | None) -> tuple[Cue, ...]:
    """Cues by time, none overlapping the next, none beyond the end of the video."""
    ordered = sorted(cues, key=lambda cue: (cue.span.start_ms, cue.span.end_ms))
    if duration_ms is not None:
        ordered = [cue for cue in ordered if cue.span.start_ms < duration_ms]
    if not ordered:
        return ()
    limit = max(cue.span.end_ms for cue in ordered) if duration_ms is None else duration_ms
    groups = [tuple(group) for _, group in groupby(ordered, key=lambda cue: cue.span.start_ms)]
    starts = [group[0].span.start_ms for group in groups[1:]] + [limit]
    return tuple(cue for group, until in zip(groups, starts, strict=True) for cue in _in_turn(group, min(until, limit)))


def _in_turn(group: Sequence[Cue], until_ms: int) -> Iterator[Cue]:
    """Cues that begin together, as the voices of one cue do: each takes its share, none beyond ``until_ms``."""
    start_ms = group[0].span.start_ms
    end_ms = max(start_ms, min(max(cue.span.end_ms for cue in group), until_ms))
    spans = _shared_out(Span(start_ms, end_ms), [max(1, len(cue.text)) for cue in group])
    return (replace(cue, span=span) for cue, span in zip(group, spans, strict=True))


def _lines_of(cue: Cue) -> tuple[Line, ...]:
    spoken = _NOT_SPOKEN.sub(" ", cue.text)
    if not TOKEN.search(spoken):
        return (Line(LineKind.ACTION, cue.text.strip("[]()（）【】 \n"), cue.source, span=cue.span),)
    voices = [" ".join(part.split()) for part in _TWO_VOICES.split(spoken) if part.strip()]
    weights = [max(1, len(voice)) for voice in voices]
    speaker = cue.speaker if len(voices) == 1 else None
    return tuple(
        Line(LineKind.DIALOGUE, voice, cue.source, speaker=speaker, span=span)
        for voice, span in zip(voices, _shared_out(cue.span, weights), strict=True)
    )


def _shared_out(span: Span, weights: Sequence[int]) -> list[Span]:
    """The span cut into consecutive parts, as long as their weights ask for."""
    total = sum(weights)
    edges = [span.start_ms + round(span.duration_ms * sum(weights[:i]) / total) for i in range(len(weights) + 1)]
    return [Span(start, end) for start, end in pairwise(edges)]


# ------------------------------------------------------------------ words of both


def _texts(episode: Episode, cues: Sequence[Cue]) -> Texts:
    scene_of = [number for number, scene in enumerate(episode.scenes) for _ in scene.lines]
    heard, sounds = _words_of_cues(cues)
    said = {index: words for index, line in enumerate(episode.lines()) if (words := _words_of_line(index, line))}
    return Texts(said, heard, scene_of, sounds)


def _words_of_line(index: int, line: Line) -> list[Word]:
    if line.kind not in (LineKind.DIALOGUE, LineKind.CAPTION):
        return []
    return [Word(token.lower(), index, Span(0, 0)) for token in TOKEN.findall(line.text)]


def _words_of_cues(cues: Sequence[Cue]) -> tuple[list[Word], frozenset[int]]:
    """The words heard, and the cues that are sounds or text on screen: what they say stands in brackets."""
    words: list[Word] = []
    sounds: set[int] = set()
    for index, cue in enumerate(cues):
        tokens = TOKEN.findall(_NOT_SPOKEN.sub(" ", cue.text))
        if not tokens:
            sounds.add(index)
            tokens = TOKEN.findall(cue.text)
        if tokens:
            spans = _shared_out(cue.span, [len(token) + 1 for token in tokens])
            words += [Word(token.lower(), index, span) for token, span in zip(tokens, spans, strict=True)]
    return words, frozenset(sounds)


# ------------------------------------------------------------------ the order of play


def _as_played(episode: Episode, placed: dict[int, Span]) -> tuple[Episode, dict[int, Span], tuple[Source, ...]]:
    """The episode with each scene's lines in order of time, their places by the new order, and what moved."""
    order: list[int] = []
    scenes: list[Scene] = []
    for scene in episode.scenes:
        first = len(order)
        own = _order_in(range(first, first + len(scene.lines)), placed)
        scenes.append(replace(scene, lines=tuple(scene.lines[index - first] for index in own)))
        order += own
    lines = episode.lines()
    moved = tuple(lines[b].source for a, b in pairwise(order) if b < a and b in placed)
    now = {position: placed[index] for position, index in enumerate(order) if index in placed}
    return (replace(episode, scenes=tuple(scenes)) if moved else episode), now, moved


def _order_in(indices: range, placed: dict[int, Span]) -> list[int]:
    """Indices by time; one without a time keeps to the one before it."""
    at: dict[int, tuple[int, int]] = {}
    last = (-1, -1)
    for index in indices:
        last = (placed[index].start_ms, index) if index in placed else last
        at[index] = last
    return sorted(indices, key=lambda index: (at[index], index))


def _kept_apart(spans: dict[int, Span]) -> dict[int, Span]:
    """Lines that the alignment lets touch get a clean edge."""
    apart: dict[int, Span] = {}
    until = 0
    for index in sorted(spans):
        start = max(until, spans[index].start_ms)
        apart[index] = Span(start, max(start, spans[index].end_ms))
        until = apart[index].end_ms
    return apart


# ------------------------------------------------------------------ the lines in between


def _after_last(lines: Sequence[Line], placed: dict[int, Span]) -> int:
    last = max(placed, default=-1)
    return sum(length_ms(line) for line in lines[last + 1 :])


def _fill_gaps(lines: Sequence[Line], placed: dict[int, Span], duration_ms: int) -> list[Span]:
    """Spans for all lines: runs without a cue share the gap between their neighbours."""
    spans: list[Span] = []
    index = 0
    while index < len(lines):
        if index in placed:
            spans.append(_inside(placed[index], duration_ms))
            index += 1
            continue
        until = next((i for i in range(index, len(lines)) if i in placed), len(lines))
        opens = spans[-1].end_ms if spans else 0
        closes = min(placed[until].start_ms, duration_ms) if until < len(lines) else duration_ms
        spans += _laid(lines[index:until], Span(opens, max(opens, closes)), last=until == len(lines))
        index = until
    return spans


def _inside(span: Span, duration_ms: int) -> Span:
    return Span(min(span.start_ms, duration_ms), min(span.end_ms, duration_ms))


def _laid(lines: Sequence[Line], gap: Span, *, last: bool) -> list[Span]:
    """Lines into a gap by their own lengths, stretched to fill it; never past the end."""
    weights = [length_ms(line, PACE) for line in lines]
    total = sum(weights)
    if not total:
        return [Span(gap.start_ms, gap.start_ms) for _ in lines]
    used = min(total, gap.duration_ms) if last else gap.duration_ms
    return _shared_out(Span(gap.start_ms, gap.start_ms + used), weights)
