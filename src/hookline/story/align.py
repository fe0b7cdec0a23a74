"""Step 1, with subtitles: a script's lines take the times of the cues that speak them.

The words of the spoken lines and the words of the cues are aligned as two strings (Needleman and
Wunsch 1970): maximise the sum of +3 for a word met again, +1 for a kindred word (same beginning, or
one letter apart in length and nearly all letters shared), -1 for a word replaced, -1 for a word
dropped or added.  The path never goes back, so merged, split and partly missing lines need no
special case.  A line is placed by the cue time of its first and last word met, words sharing their
cue's time by length.  Lines that nobody speaks are laid into the gaps in script order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hookline.model.script import Cue, Episode, Line, LineKind, Scene, Source
from hookline.model.span import Span
from hookline.story.timing import PACE, length_ms, with_spans

# Han and kana stand alone; other scripts go by words.
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]|[^\W_\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]+")
_NOT_SPOKEN = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|♪|♫|<[^>]*>|\{\\[^}]*\}")
_TWO_VOICES = re.compile(r"(?m)^\s*[-–—‐]\s*(?=\S)")

SAME, KINDRED, REPLACED, SKIPPED = 3, 1, -1, -1
Met = dict[tuple[int, int], list[Span]]  # (line, cue) -> when the words that met are said

LEAST_MET = 0.3  # share of a line's words that must be met before it is placed by its cues
LEAST_MATCH = 0.25  # share of spoken lines placed, under which the cues are not this script's


@dataclass(frozen=True, slots=True)
class Aligned:
    """An episode timed by its cues, or as far as that went."""

    episode: Episode
    duration_ms: int
    placed: int  # spoken lines that took the time of cues
    spoken: int  # spoken lines in all

    @property
    def fits(self) -> bool:
        """Whether the cues are this script's at all."""
        return self.spoken > 0 and self.placed >= LEAST_MATCH * self.spoken


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, where it comes from and, in a cue, when it is said."""

    text: str
    owner: int  # index of its line, or of its cue
    span: Span


def timed_by_cues(episode: Episode, cues: Sequence[Cue], *, duration_ms: int | None = None) -> Aligned:
    """The episode with its spoken lines at the times of the cues and the rest in the gaps."""
    cues = in_order(cues, duration_ms)
    lines = episode.lines()
    placed = _placed(lines, cues)
    natural_end_ms = max([cue.span.end_ms for cue in cues], default=0) + _after_last(lines, placed)
    whole_ms = natural_end_ms if duration_ms is None else duration_ms
    spans = _fill_gaps(lines, placed, whole_ms)
    spoken = sum(line.kind is LineKind.DIALOGUE for line in lines)
    kept = sum(lines[index].kind is LineKind.DIALOGUE for index in placed)
    return Aligned(with_spans(episode, spans), whole_ms, kept, spoken)


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
    limit = ordered[-1].span.end_ms if duration_ms is None else duration_ms
    starts = [cue.span.start_ms for cue in ordered[1:]] + [limit]
    return tuple(
        replace(cue, span=Span(cue.span.start_ms, max(cue.span.start_ms, min(cue.span.end_ms, until, limit))))
        for cue, until in zip(ordered, starts, strict=True)
    )


def _lines_of(cue: Cue) -> tuple[Line, ...]:
    spoken = _NOT_SPOKEN.sub(" ", cue.text)
    if not _TOKEN.search(spoken):
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


# ------------------------------------------------------------------ placing spoken lines


def _placed(lines: Sequence[Line], cues: Sequence[Cue]) -> dict[int, Span]:
    """Spans of the lines whose words were met in the cues; they don't overlap and don't go back."""
    said, heard = _words_of_lines(lines), _words_of_cues(cues)
    if not said or not heard:
        return {}
    met: Met = {}
    for i, j in _path(said, heard):
        met.setdefault((said[i].owner, heard[j].owner), []).append(heard[j].span)
    sizes = Counter(word.owner for word in said)
    met = {pair: words for pair, words in met.items() if not _stray(pair, met)}
    found = Counter(dict.fromkeys(sizes, 0))
    for (index, _), words in met.items():
        found[index] += len(words)
    enough = {index for index, size in sizes.items() if found[index] >= max(1, LEAST_MET * size)}
    return _kept_apart(_extents({pair: words for pair, words in met.items() if pair[0] in enough}, cues))


def _stray(pair: tuple[int, int], met: Met) -> bool:
    """One word of a line met by chance in a cue that is another line's."""
    index, cue = pair
    elsewhere = max((len(words) for (i, c), words in met.items() if i == index and c != cue), default=0)
    others = max((len(words) for (i, c), words in met.items() if c == cue and i != index), default=0)
    return len(met[pair]) == 1 and elsewhere > 1 and others > 1


def _extents(met: Met, cues: Sequence[Cue]) -> dict[int, Span]:
    """From first to last word met; to the cue's own edge where no other line has words before or after."""
    first_in: dict[int, int] = {}
    last_in: dict[int, int] = {}
    cues_of: dict[int, list[int]] = {}
    for index, cue in sorted(met):
        first_in.setdefault(cue, index)
        last_in[cue] = index
        cues_of.setdefault(index, []).append(cue)
    spans = {}
    for index, own in cues_of.items():
        opens, closes = own[0], own[-1]
        start = cues[opens].span.start_ms if first_in[opens] == index else met[index, opens][0].start_ms
        end = cues[closes].span.end_ms if last_in[closes] == index else met[index, closes][-1].end_ms
        spans[index] = Span(start, end)
    return spans


def _kept_apart(spans: dict[int, Span]) -> dict[int, Span]:
    """Lines that the alignment lets touch get a clean edge."""
    apart: dict[int, Span] = {}
    until = 0
    for index in sorted(spans):
        start = max(until, spans[index].start_ms)
        apart[index] = Span(start, max(start, spans[index].end_ms))
        until = apart[index].end_ms
    return apart


def _words_of_lines(lines: Sequence[Line]) -> list[_Word]:
    nowhere = Span(0, 0)
    heard = (LineKind.DIALOGUE, LineKind.CAPTION)
    return [
        _Word(token.lower(), index, nowhere)
        for index, line in enumerate(lines)
        if line.kind in heard
        for token in _TOKEN.findall(line.text)
    ]


def _words_of_cues(cues: Sequence[Cue]) -> list[_Word]:
    words: list[_Word] = []
    for index, cue in enumerate(cues):
        tokens = _TOKEN.findall(_NOT_SPOKEN.sub(" ", cue.text)) or _TOKEN.findall(cue.text)
        if tokens:
            spans = _shared_out(cue.span, [len(token) + 1 for token in tokens])
            words += [_Word(token.lower(), index, span) for token, span in zip(tokens, spans, strict=True)]
    return words


def _path(said: Sequence[_Word], heard: Sequence[_Word]) -> list[tuple[int, int]]:
    """Pairs (i, j) of words that the best alignment has meet, in order."""
    likeness = _likeness([w.text for w in said], [w.text for w in heard])
    best = _scores(likeness)
    i, j = len(said), len(heard)
    pairs: list[tuple[int, int]] = []
    while i and j:
        gain = int(likeness[i - 1, j - 1])
        if best[i, j] == best[i - 1, j - 1] + gain:
            i, j = i - 1, j - 1
            if gain > 0:
                pairs.append((i, j))
        elif best[i, j] == best[i - 1, j] + SKIPPED:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _scores(likeness: NDArray[np.int32]) -> NDArray[np.int32]:
    """The table of best scores, a row at a time.

    A row's cells depend on their left neighbours only through skips of one price, so the running
    maximum of (score - price x column) gives the whole row at once.
    """
    rows, columns = likeness.shape
    ramp = np.arange(columns + 1, dtype=np.int32) * SKIPPED
    best = np.empty((rows + 1, columns + 1), dtype=np.int32)
    best[0] = ramp
    for i in range(rows):
        here = best[i + 1]
        here[0] = best[i, 0] + SKIPPED
        here[1:] = np.maximum(best[i, :-1] + likeness[i], best[i, 1:] + SKIPPED)
        here[:] = np.maximum.accumulate(here - ramp) + ramp
    return best


def _likeness(said: Sequence[str], heard: Sequence[str]) -> NDArray[np.int32]:
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys([*said, *heard]))}
    words = list(vocabulary)
    left = sorted({vocabulary[w] for w in said})
    right = sorted({vocabulary[w] for w in heard})
    table = np.full((len(words), len(words)), REPLACED, dtype=np.int32)
    np.fill_diagonal(table, SAME)
    stems: dict[str, list[int]] = {}
    for number in right:
        if len(words[number]) > 3:
            stems.setdefault(words[number][:3], []).append(number)
    for number in left:
        for other in stems.get(words[number][:3], ()):
            if other != number and _kindred(words[number], words[other]):
                table[number, other] = KINDRED
    rows = np.array([vocabulary[w] for w in said])
    columns = np.array([vocabulary[w] for w in heard])
    likeness: NDArray[np.int32] = table[np.ix_(rows, columns)]
    return likeness


def _kindred(one: str, other: str) -> bool:
    """Forms of one word: "promise", "promised"; "grey", "greys"."""
    short, long = sorted((one, other), key=len)
    shared = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return len(short) > 3 and shared >= max(4, len(long) - 3)


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
