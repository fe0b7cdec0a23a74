"""Step 1, with subtitles: which word of a cue says which word of a line.

The words of the spoken lines and the words of the cues are aligned as two strings (Needleman and
Wunsch 1970): maximise the sum of +12 for a word met again, +4 for a kindred word (same beginning, or
one letter apart in length and nearly all letters shared), -4 for a word replaced, -4 for a word
dropped or added (-3 between two lines or two cues), and +4 where a line and a cue begin, or end,
together.  The path never goes back, so merged, split and partly missing lines need no special case.

The table of scores costs the product of both lengths.  Past ``MOST_CELLS`` the texts are first cut at
runs of words that stand once in each (as a patience diff does), and where there are none in the
middle of both: a season's subtitles beside a season's script stay within bounds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hookline.model.span import Span

# Han and kana stand alone; other scripts go by words.
TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]|[^\W_\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]+")

SAME, KINDRED, REPLACED, TOGETHER = 12, 4, -4, 4
SKIPPED, SKIPPED_BETWEEN = -4, -3  # inside a line or a cue; between two
MOST_CELLS = 4_000_000  # 16 MB of scores, some 2,000 words by 2,000
_RUN = 3  # words that stand once together are a place to cut

Pair = tuple[int, int]  # index of a word said, index of a word heard


@dataclass(frozen=True, slots=True)
class Word:
    """A word, where it comes from and, in a cue, when it is said."""

    text: str
    owner: int  # index of its line, or of its cue
    span: Span


def matched(said: Sequence[Word], heard: Sequence[Word]) -> list[Pair]:
    """Pairs (i, j) of words that the best alignment has meet, in order."""
    return [pair for rows, columns in _blocks(said, heard) for pair in _path(said, heard, rows, columns)]


def _path(said: Sequence[Word], heard: Sequence[Word], rows: range, columns: range) -> list[Pair]:
    if not rows or not columns:
        return []
    mine, theirs = said[rows.start : rows.stop], heard[columns.start : columns.stop]
    likeness = _likeness([w.text for w in mine], [w.text for w in theirs]) + _edges(mine, theirs)
    down, across = _skips(theirs), _skips(mine)
    best = _scores(likeness, down, across)
    i, j = likeness.shape
    pairs: list[Pair] = []
    while i and j:
        gain = int(likeness[i - 1, j - 1])
        if best[i, j] == best[i - 1, j - 1] + gain:
            i, j = i - 1, j - 1
            if gain > 0:
                pairs.append((rows.start + i, columns.start + j))
        elif best[i, j] == best[i - 1, j] + down[j]:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _skips(words: Sequence[Word]) -> NDArray[np.int32]:
    """What it costs to skip a word of the other text after so many of these: less where an owner's words end."""
    return np.concatenate([_opens(words), [1]]).astype(np.int32) * (SKIPPED_BETWEEN - SKIPPED) + np.int32(SKIPPED)


def _scores(likeness: NDArray[np.int32], down: NDArray[np.int32], across: NDArray[np.int32]) -> NDArray[np.int32]:
    """The table of best scores, a row at a time.

    A row's cells depend on their left neighbours only through skips of one price, so the running
    maximum of (score - price x column) gives the whole row at once.
    """
    rows, columns = likeness.shape
    ramp = np.arange(columns + 1, dtype=np.int32)
    best = np.empty((rows + 1, columns + 1), dtype=np.int32)
    best[0] = ramp * across[0]
    for i in range(rows):
        here = best[i + 1]
        here[0] = best[i, 0] + down[0]
        here[1:] = np.maximum(best[i, :-1] + likeness[i], best[i, 1:] + down[1:])
        slope = ramp * across[i + 1]
        here[:] = np.maximum.accumulate(here - slope) + slope
    return best


# ------------------------------------------------------------------ what two words are to each other


def _likeness(said: Sequence[str], heard: Sequence[str]) -> NDArray[np.int32]:
    left, right = sorted(set(said)), sorted(set(heard))
    columns_of = {word: number for number, word in enumerate(right)}
    table = np.full((len(left), len(right)), REPLACED, dtype=np.int32)
    stems: dict[str, list[str]] = {}
    for word in right:
        if len(word) > 3:
            stems.setdefault(word[:3], []).append(word)
    for row, word in enumerate(left):
        for other in stems.get(word[:3], ()):
            if kindred(word, other):
                table[row, columns_of[other]] = KINDRED
        if word in columns_of:
            table[row, columns_of[word]] = SAME
    rows_of = {word: number for number, word in enumerate(left)}
    rows, columns = np.array([rows_of[w] for w in said]), np.array([columns_of[w] for w in heard])
    likeness: NDArray[np.int32] = table[np.ix_(rows, columns)]
    return likeness


def kindred(one: str, other: str) -> bool:
    """Forms of one word: "promise", "promised"; "grey", "greys"."""
    short, long = sorted((one, other), key=len)
    shared = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return len(short) > 3 and shared >= max(4, len(long) - 3)


def _edges(said: Sequence[Word], heard: Sequence[Word]) -> NDArray[np.int32]:
    """More where a line and a cue begin together, or end together."""
    opens, closes = (np.outer(_opens(mine), _opens(theirs)) for mine, theirs in _both_ways(said, heard))
    return (opens + closes[::-1, ::-1]) * np.int32(TOGETHER)


def _both_ways(
    said: Sequence[Word], heard: Sequence[Word]
) -> tuple[tuple[Sequence[Word], Sequence[Word]], tuple[Sequence[Word], Sequence[Word]]]:
    return (said, heard), (said[::-1], heard[::-1])


def _opens(words: Sequence[Word]) -> NDArray[np.int32]:
    owners = np.array([word.owner for word in words])
    return np.concatenate([[1], owners[1:] != owners[:-1]]).astype(np.int32)


# ------------------------------------------------------------------ cutting what is too long


def _blocks(said: Sequence[Word], heard: Sequence[Word]) -> Iterator[tuple[range, range]]:
    """Parts of both texts to align with each other, in order, none larger than ``MOST_CELLS``."""
    if len(said) * len(heard) <= MOST_CELLS:
        yield range(len(said)), range(len(heard))
        return
    cuts = [(0, 0), *_lone_runs([w.text for w in said], [w.text for w in heard]), (len(said), len(heard))]
    for (i, j), (next_i, next_j) in pairwise(cuts):
        yield from _halved(range(i, next_i), range(j, next_j))


def _halved(rows: range, columns: range) -> Iterator[tuple[range, range]]:
    if len(rows) * len(columns) <= MOST_CELLS:
        yield rows, columns
        return
    i, j = len(rows) // 2, len(columns) // 2
    yield from _halved(rows[:i], columns[:j])
    yield from _halved(rows[i:], columns[j:])


def _lone_runs(said: Sequence[str], heard: Sequence[str]) -> list[Pair]:
    """Where runs of words that stand once in each text meet, in the longest order that both keep."""
    mine, theirs = (_lone(words) for words in (said, heard))
    return _rising(sorted((i, theirs[run]) for run, i in mine.items() if run in theirs))


def _lone(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    runs = [tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)]
    times = Counter(runs)
    return {run: i for i, run in enumerate(runs) if times[run] == 1}


def _rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest part of the pairs, sorted by the first, in which the second rises too."""
    tails: list[int] = []  # second of the pair that ends the best part of each length
    ends: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(tails, j)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [j]
        ends[length : length + 1] = [number]
    out: list[Pair] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        out.append(pairs[at])
        at = before[at]
    return out[::-1]
