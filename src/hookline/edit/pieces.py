"""Step 1 of choosing: where an episode may be cut, and the pieces between those places.

A cut stands at a shot's border or in a silence, never inside a sentence: lines that a sentence runs
across are kept together, and so is what voices are heard to say.  A clip doesn't begin with the tail of
a shot nor end with the head of the next: the eye takes less than ``FLASH_MS`` of a shot for a fault.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hookline.model.script import Line, LineKind
from hookline.model.shot import Footage
from hookline.model.span import Span
from hookline.model.story import EpisodeStory, Promise

FLASH_MS = 320  # of a shot; less is seen as a flash
LEAST_SILENCE_MS = 60  # between two sentences, to put a cut into
BREATH_MS = 160  # that a clip keeps before and after what is said, where the silence is long enough
_ENDS = re.compile(r"[.!?…。！？؟।۔‥\-—–]['\"”’»」』）)\]]*\s*$")
_UNENDED_SHARE = 0.5  # of lines with an end mark: with fewer, the language or the file sets none
_RUN_ON_MS = 120  # with no marks at all, lines of one voice closer than this are one sentence


@dataclass(frozen=True, slots=True)
class Material:
    """An episode as shot and what is known of it.  All times are the source's own."""

    source: str  # the file, as clips name it
    footage: Footage
    story: EpisodeStory
    promises: tuple[Promise, ...] = ()  # of the series; those of other episodes are passed over
    heard: tuple[Span, ...] = ()  # stretches in which words are said, where that was measured
    appeal: tuple[float, ...] = ()  # by second: how much better (1) or worse (-1) than expected viewers stay

    @property
    def number(self) -> int:
        """The episode's number."""
        return self.story.number

    @property
    def duration_ms(self) -> int:
        """Length of the source."""
        return self.footage.duration_ms


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a source that is kept or left out whole."""

    source: str
    episode: int
    span: Span
    frames: int


@dataclass(frozen=True, slots=True)
class Border:
    """A place between two pieces, in the source's time, and what it is good for."""

    at_ms: int
    leaves: int  # the shot before it, counted over all sources
    enters: int
    may_start: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The pieces of one or several sources in order; borders stand before, between and after them.

    Between two sources stands one border; ``breaks`` names it.
    """

    pieces: tuple[Piece, ...]
    borders: tuple[Border, ...]
    breaks: frozenset[int]


def sentences(material: Material) -> tuple[Span, ...]:
    """What is said without a place to cut: spans in order, apart from each other."""
    lines = [line for line in material.story.episode.lines() if line.kind is LineKind.DIALOGUE and line.span]
    marked = sum(bool(_ENDS.search(line.text)) for line in lines) >= _UNENDED_SHARE * len(lines)
    spans: list[Span] = []
    before: Line | None = None
    for line in lines:
        assert line.span is not None
        if before is not None and spans and _goes_on(before, line, marked=marked):
            spans[-1] = Span(spans[-1].start_ms, max(spans[-1].end_ms, line.span.end_ms))
        elif line.span.duration_ms:
            spans.append(line.span)
        before = line
    heard = [span for span in material.heard if span.duration_ms]
    return tuple(_apart([*spans, *heard]))


def _goes_on(before: Line, line: Line, *, marked: bool) -> bool:
    """Whether a line goes on with the sentence of the one before."""
    assert before.span is not None
    assert line.span is not None
    if before.speaker != line.speaker:
        return False
    if marked:
        return not _ENDS.search(before.text)
    return line.span.start_ms - before.span.end_ms < _RUN_ON_MS


def _apart(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans in order; those that overlap or leave too little silence for a cut are one."""
    start = end = -1
    for span in sorted(spans):
        if end >= 0 and span.start_ms - end < LEAST_SILENCE_MS:
            end = max(end, span.end_ms)
            continue
        if end >= 0:
            yield Span(start, end)
        start, end = span.start_ms, span.end_ms
    if end >= 0:
        yield Span(start, end)


def row_of(material: Material) -> Row:
    """An episode's pieces."""
    return joined([material])


def joined(materials: Sequence[Material]) -> Row:
    """The pieces of several episodes one after the other."""
    pieces: list[Piece] = []
    borders: list[Border] = []
    breaks: list[int] = []
    shots = 0
    for material in materials:
        own = _borders(material, shots)
        if borders:
            breaks.append(len(pieces))
            last = borders.pop()
            own[0] = Border(own[0].at_ms, last.leaves, own[0].enters, own[0].may_start, last.may_end)
        pieces += _between(material, own)
        borders += own
        shots += len(material.footage.shots) + 1
    return Row(tuple(pieces), tuple(borders), frozenset(breaks))


def _between(material: Material, borders: Sequence[Border]) -> Iterator[Piece]:
    for left, right in pairwise(borders):
        span = Span(left.at_ms, right.at_ms)
        yield Piece(material.source, material.number, span, _frames(material, span))


def frame_at(footage: Footage, at_ms: int) -> int:
    """The frame nearest to an instant, at the average rate."""
    rate, scale = footage.fps
    return (2 * at_ms * rate + 1000 * scale) // (2000 * scale)


def frame_ms(footage: Footage, frame: int) -> int:
    """When a frame begins, at the average rate."""
    rate, scale = footage.fps
    return (2 * frame * 1000 * scale + rate) // (2 * rate)


def _frames(material: Material, span: Span) -> int:
    return frame_at(material.footage, span.end_ms) - frame_at(material.footage, span.start_ms)


def _borders(material: Material, shots_before: int) -> list[Border]:
    spoken = sentences(material)
    cuts = [shot.span.start_ms for shot in material.footage.shots[1:]]
    places = sorted({0, material.duration_ms, *_free(cuts, spoken), *_in_silences(material, spoken, cuts)})
    return [_border(at_ms, cuts, material.duration_ms, shots_before) for at_ms in _a_frame_apart(places, material)]


def _a_frame_apart(places: Sequence[int], material: Material) -> Iterator[int]:
    """Places without those that fall on the same frame as the one before; the last one stays."""
    last = frame_at(material.footage, places[-1])
    before = -1
    for at_ms in places[:-1]:
        frame = frame_at(material.footage, at_ms)
        if before < frame < last:
            yield at_ms
            before = frame
    yield places[-1]


def _free(cuts: Sequence[int], spoken: Sequence[Span]) -> Iterator[int]:
    """The shot borders at which nobody is speaking."""
    starts = [span.start_ms for span in spoken]
    for cut in cuts:
        index = bisect_right(starts, cut) - 1
        if index < 0 or not spoken[index].start_ms < cut < spoken[index].end_ms:
            yield cut


def _in_silences(material: Material, spoken: Sequence[Span], cuts: Sequence[int]) -> Iterator[int]:
    """A place in each silence between sentences; in a long one, a breath after the one and before the other."""
    edges = [0, *(edge for span in spoken for edge in (span.start_ms, span.end_ms)), material.duration_ms]
    for opens, closes in zip(edges[::2], edges[1::2], strict=True):
        if closes - opens >= 2 * BREATH_MS + FLASH_MS:
            places = [opens + BREATH_MS, closes - BREATH_MS]
        else:
            places = [(opens + closes) // 2]
        for at_ms in places:
            snapped = frame_ms(material.footage, frame_at(material.footage, at_ms))
            if opens <= snapped <= closes and 0 < snapped < material.duration_ms:
                yield snapped


def _border(at_ms: int, cuts: Sequence[int], end_ms: int, shots_before: int) -> Border:
    after = bisect_right(cuts, at_ms)
    on_cut = after > 0 and cuts[after - 1] == at_ms
    next_cut = cuts[after] if after < len(cuts) else end_ms
    before = after - on_cut
    last_cut = cuts[before - 1] if before > 0 else 0
    return Border(
        at_ms,
        shots_before + before,
        shots_before + after,
        may_start=at_ms < end_ms and (next_cut - at_ms >= FLASH_MS or next_cut == end_ms),
        may_end=at_ms > 0 and (at_ms - last_cut >= FLASH_MS or last_cut == 0),
    )
