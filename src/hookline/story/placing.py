"""Step 1, with subtitles: which cues speak which line.

``word_match`` finds most of it, but its path never goes back and knows words alone.  So three looks
follow.  *Strays*: one word met by chance in a cue that is another line's counts for nothing, and a
line of which too little was met is not placed.  *Moved lines*: actors and editors let neighbours
change places; a line that was hardly met is looked for among the words around it that no other line
claims, as far as its scene goes.  *Leftovers*: where a short line was put in quite other words and
stands between two that were met, the cue between theirs is its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from hookline.model.script import Cue
from hookline.model.span import Span
from hookline.story.word_match import Word, matched

LEAST_MET = 0.3  # share of a line's words that must be met before it is placed by its cues
# Of words met, under which the cues are another script's.  Over the bench's material the worst damage leaves a
# script's own subtitles 0.49 or more; another episode's come to 0.41 at most, but for a few of six lines.
LEAST_MATCH = 0.45
WELL_MET = 0.6  # share from which a line is no longer looked for elsewhere
LEAST_MOVED = 0.5  # share that must be met where a line is looked for out of its order
REACH = 2  # lines before and after between which a moved line is looked for
MOST_PAIRS = 2_500  # leftover lines times leftover cues: past it they are no leftovers but another text

Held = dict[int, list[int]]  # line -> words heard that speak it, in order


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of the lines and of the cues, and where each begins."""

    said: dict[int, list[Word]]  # by line
    heard: list[Word]
    scene_of: Sequence[int]  # by line
    sounds: frozenset[int] = frozenset()  # cues that nobody speaks

    def cue(self, word: int) -> int:
        """The cue of a word heard."""
        return self.heard[word].owner


def placed_lines(texts: Texts, cues: Sequence[Cue]) -> tuple[dict[int, Span], float]:
    """Spans of the lines whose cues were found, by index, and the share of words met, of the shorter text.

    The spans go back within a scene at most.  Under ``LEAST_MATCH`` nothing is guessed beyond the words.
    """
    if not texts.said or not texts.heard:
        return {}, 0.0
    held = _without_strays(_matched(texts), texts)
    shorter = min(sum(len(words) for words in texts.said.values()), len(texts.heard))
    share = sum(len(words) for words in held.values()) / shorter
    held = {line: words for line, words in held.items() if len(words) >= max(1, LEAST_MET * len(texts.said[line]))}
    if share >= LEAST_MATCH:
        held = _without_strays(_with_moved(held, texts), texts)
        held = _with_leftovers(held, texts)
    return _extents(held, texts, cues), share


def _matched(texts: Texts) -> Held:
    said = [word for words in texts.said.values() for word in words]
    held: Held = {}
    for i, j in matched(said, texts.heard):
        held.setdefault(said[i].owner, []).append(j)
    return held


def _without_strays(held: Held, texts: Texts) -> Held:
    by_cue = {line: Counter(texts.cue(j) for j in words) for line, words in held.items()}
    total = Counter(texts.cue(j) for words in held.values() for j in words)

    def stray(line: int, j: int) -> bool:
        cue = texts.cue(j)
        others, elsewhere = total[cue] - by_cue[line][cue], len(held[line]) - by_cue[line][cue]
        return by_cue[line][cue] == 1 and elsewhere > 1 and others > 0

    return {line: [j for j in words if not stray(line, j)] for line, words in held.items()}


# --- lines that changed places -------------------------------------------------------------------


def _with_moved(held: Held, texts: Texts) -> Held:
    sure = {line for line, words in held.items() if len(words) >= WELL_MET * len(texts.said[line])}
    out = dict(held)
    taken = {j for words in held.values() for j in words}
    for line in [line for line in texts.said if len(held.get(line, ())) < len(texts.said[line])] * 2:
        own = out.get(line, [])
        free = [j for j in _around(line, sure, out, texts) if j not in taken]
        best = max((_said_in(line, run, texts) for run in _runs(free)), key=len, default=[])
        if len(best) > len(own):
            taken = (taken - set(own)) | set(best)
            out[line] = best
    return out


def _around(line: int, sure: set[int], held: Held, texts: Texts) -> range:
    """The words heard from some lines before to some lines after, in the line's own scene."""
    scene = texts.scene_of[line]
    before, after = sorted(one for one in sure if one < line), sorted(one for one in sure if one > line)
    own_before = [one for one in before if texts.scene_of[one] == scene]
    own_after = [one for one in after if texts.scene_of[one] == scene]
    first = max((held[one][-1] + 1 for one in before if texts.scene_of[one] != scene), default=0)
    last = min((held[one][0] for one in after if texts.scene_of[one] != scene), default=len(texts.heard))
    if len(own_before) >= REACH:
        first = max(first, held[own_before[-REACH]][0])
    if len(own_after) >= REACH:
        last = min(last, held[own_after[REACH - 1]][-1] + 1)
    return range(first, last)


def _runs(words: Sequence[int]) -> Iterator[list[int]]:
    for _, run in groupby(enumerate(words), key=lambda pair: pair[1] - pair[0]):
        yield [word for _, word in run]


def _said_in(line: int, run: Sequence[int], texts: Texts) -> list[int]:
    """Words of a run that are the line's, if they are most of the line and a fair part of their stretch."""
    words = texts.said[line]
    least = max(1.0, LEAST_MOVED * len(words), LEAST_MET * min(len(run), len(words) + 2))
    stems = {word.text[:3] for word in words}  # kindred words begin alike
    if sum(texts.heard[j].text[:3] in stems for j in run) < least:
        return []
    found = [run[j] for _, j in matched(words, [texts.heard[j] for j in run])]
    return found if len(found) >= least else []


# --- lines put in other words --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of a line that were not met: a whole line, or the tail or head of one that has its cue."""

    line: int
    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Words of a cue that no line claims: a whole cue, or an edge of one."""

    words: list[int]
    text: str
    whole: bool


def _with_leftovers(held: Held, texts: Texts) -> Held:
    """Lines left over between two that were met go to the cues left over between those, by likeness."""
    out = {line: list(words) for line, words in held.items()}
    free = _stretches(held, texts)
    marks = sorted(held)
    for before, after in zip([-1, *marks], [*marks, max(texts.said) + 1], strict=True):
        first = held[before][-1] if before in held else -1
        last = held[after][0] if after in held else len(texts.heard)
        between = [one for one in free if first < one.words[0] and one.words[-1] < last]
        if between:
            pieces = list(_pieces(before, after, texts, held))
            same = sum(piece.whole for piece in pieces) == sum(stretch.whole for stretch in between)
            for piece, stretch in _paired(pieces, between, favour=0.25 if same else 0.0):
                out[piece.line] = sorted([*out.get(piece.line, []), *stretch.words])
    return out


def _stretches(held: Held, texts: Texts) -> list[_Stretch]:
    claimed = {j for words in held.values() for j in words}
    found: list[_Stretch] = []
    for cue, group in groupby(range(len(texts.heard)), key=texts.cue):
        words = list(group)
        if cue in texts.sounds:
            continue
        free = [j for j in words if j not in claimed]
        found += [_Stretch(run, _text(texts.heard[j] for j in run), run == words) for run in _runs(free)]
    return found


def _pieces(before: int, after: int, texts: Texts, held: Held) -> Iterator[_Piece]:
    """The unmet tail of the line before, the lines between, the unmet head of the line after."""
    if before in held and (tail := _unmet(before, held, texts)[1]):
        yield _Piece(before, tail, whole=False)
    yield from (_Piece(line, _text(texts.said[line]), whole=True) for line in texts.said if before < line < after)
    if after in held and (head := _unmet(after, held, texts)[0]):
        yield _Piece(after, head, whole=False)


def _unmet(line: int, held: Held, texts: Texts) -> tuple[str, str]:
    """What stands in a line before its first word met, and after its last; "" where that word was only kindred."""
    words = [word.text for word in texts.said[line]]
    first, last = texts.heard[held[line][0]].text, texts.heard[held[line][-1]].text
    head = words[: words.index(first)] if first in words else []
    tail = words[len(words) - words[::-1].index(last) :] if last in words else []
    return " ".join(head), " ".join(tail)


def _paired(pieces: Sequence[_Piece], stretches: Sequence[_Stretch], *, favour: float) -> list[tuple[_Piece, _Stretch]]:
    """The pairs, in order on both sides, whose likeness sums highest; nobody has to be paired."""
    if len(pieces) * len(stretches) > MOST_PAIRS:
        return []
    best: list[list[tuple[float, list[tuple[_Piece, _Stretch]]]]] = [[(0.0, [])] * (len(stretches) + 1)]
    for piece in pieces:
        row: list[tuple[float, list[tuple[_Piece, _Stretch]]]] = [(0.0, [])]
        for column, stretch in enumerate(stretches):
            score, chosen = best[-1][column]
            both = (score + _likeness(piece, stretch, favour), [*chosen, (piece, stretch)])
            row.append(max(best[-1][column + 1], row[-1], both, key=lambda option: option[0]))
        best.append(row)
    return best[-1][-1][1]


def _likeness(piece: _Piece, stretch: _Stretch, favour: float) -> float:
    """Above 0 where the two may be the same: letters shared side by side, length, and each being whole."""
    if not (piece.whole or stretch.whole):
        return 0.0
    one, other = piece.text, stretch.text
    length = min(len(one), len(other)) / max(len(one), len(other), 1)
    whole = favour + 0.3 if piece.whole and stretch.whole else 0.1 if stretch.whole else -0.6
    return 2 * _shared(one, other) + 0.6 * (length - 0.5) + whole


def _shared(one: str, other: str) -> float:
    """Dice's coefficient of pairs of letters."""
    a, b = (Counter(x + y for x, y in pairwise(f" {text} ")) for text in (one, other))
    return 2 * (a & b).total() / (a.total() + b.total())


def _text(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)


# --- their times ---------------------------------------------------------------------------------


def _extents(held: Held, texts: Texts, cues: Sequence[Cue]) -> dict[int, Span]:
    """From first to last word met; to the cue's own edge where no other line has words before or after."""
    first_in: dict[int, tuple[int, int]] = {}
    last_in: dict[int, tuple[int, int]] = {}
    for line, words in held.items():
        for j in words:
            cue = texts.cue(j)
            first_in[cue] = min(first_in.get(cue, (j, line)), (j, line))
            last_in[cue] = max(last_in.get(cue, (j, line)), (j, line))
    spans = {}
    for line, words in held.items():
        opens, closes = words[0], words[-1]
        start, end = texts.heard[opens].span.start_ms, texts.heard[closes].span.end_ms
        if first_in[texts.cue(opens)][1] == line:
            start = cues[texts.cue(opens)].span.start_ms
        if last_in[texts.cue(closes)][1] == line:
            end = cues[texts.cue(closes)].span.end_ms
        spans[line] = Span(start, end)
    return spans
