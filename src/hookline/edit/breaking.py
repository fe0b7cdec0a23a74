"""Where a caption's text may be broken into lines, and where it is broken best.

After punctuation is best, before a conjunction or a preposition well; a line doesn't end on an article
or another word that belongs to the next (the tables are in ``languages.toml``).  Chinese, Japanese and
Thai have no spaces: BudouX, a small model that knows where phrases end, gives the places; the marks that
may not begin or end a line (JIS X 4051's kinsoku) hold there besides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hookline.edit.reading import Reading
from hookline.model.errors import MissingExtra

_NO_START = frozenset(
    "、。，．,.:;?!：；？！）)］]｝}〉》」』】〕’”…‥ー・々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ～〜%％ๆฯ।॥،؛؟»·—"
)
_NO_END = frozenset("（([［{｛〈《「『【〔‘“¿¡«")
_STOPS = frozenset(".!?…。！？؟।॥‥")
_PAUSES = frozenset(",;:，、；：،؛—–-")
_MARKS = ".,!?;:…'\"”’»」』）)]。，！？、"
_LATIN = re.compile(r"[A-Za-z0-9À-ɏ'’._%$€£+-]+")
_BEST, _GOOD, _FAIR, _PLAIN, _BAD, _WORST = 0.0, 0.6, 1.2, 2.0, 12.0, 30.0


@dataclass(frozen=True, slots=True)
class Token:
    """What stays together on a line, with the space that follows it where it isn't the last of one."""

    text: str
    space: str = ""
    cost: float = _PLAIN  # of breaking after it


def tokens(text: str, reading: Reading) -> tuple[Token, ...]:
    """A text cut where it may be broken, each with the cost of breaking after it."""
    words = [word for chunk in text.split() for word in _unspaced(chunk, reading)]
    made: list[Token] = []
    for index, (word, space) in enumerate(words):
        after = words[index + 1][0] if index + 1 < len(words) else ""
        made.append(Token(word, space, _cost(word, space, after, reading)))
    return tuple(made)


def _unspaced(chunk: str, reading: Reading) -> Iterator[tuple[str, str]]:
    """The breakable parts of what stands between two spaces, the last with a space after it."""
    parts = _kinsoku(_phrases(reading.model)(chunk)) if reading.model and not chunk.isascii() else [chunk]
    for part in parts[:-1]:
        yield part, ""
    yield parts[-1], " "


def _kinsoku(parts: Sequence[str]) -> list[str]:
    """Parts joined where the break would begin or end a line with a mark that may not, or split a Latin word."""
    made: list[str] = []
    for part in parts:
        if made and (
            part[0] in _NO_START or made[-1][-1] in _NO_END or _is_mark(part[0]) or _inside_latin(made[-1], part)
        ):
            made[-1] += part
        else:
            made.append(part)
    return made


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc", "Me")


def _inside_latin(before: str, after: str) -> bool:
    return bool(_LATIN.fullmatch(before[-1]) and _LATIN.fullmatch(after[0]))


@cache
def _phrases(model: str) -> Callable[[str], list[str]]:
    try:
        import budoux
    except ImportError as error:
        raise MissingExtra(
            needs="BudouX, which finds where Chinese, Japanese and Thai may be broken,", extra="cut"
        ) from error
    load = {
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
        "th": budoux.load_default_thai_parser,
    }[model]
    parse: Callable[[str], list[str]] = load().parse
    return parse


def _cost(word: str, space: str, after: str, reading: Reading) -> float:
    """What it costs to break after a word."""
    last, bare = word.rstrip("'\"”’»」』）)]")[-1:], word.strip("¿¡'\"“«").lower()
    if last in _STOPS and not _is_title(bare, reading):
        return _BEST
    if last in _PAUSES:
        return _GOOD
    if bare in reading.keeps or after.strip(_MARKS).lower() in reading.follows:
        return _BAD
    if after.lower() in reading.before or (reading.model and any(after.startswith(one) for one in reading.before)):
        return _FAIR
    if word[:1].isupper() and after[:1].isupper() and word[1:2].islower():
        return _BAD  # first and last name
    return _PLAIN


def _is_title(bare: str, reading: Reading) -> bool:
    return bare.endswith(".") and bare in reading.keeps


def joined(parts: Sequence[Token]) -> str:
    """Tokens as a line's text."""
    return "".join(token.text + token.space for token in parts).rstrip()


Line = tuple[Token, ...]

_CAPTION = 8.0  # what one more caption costs: less than to tear apart what belongs together
_SHORT = 10.0  # what a caption costs besides that is nearly empty: it comes and goes too fast
_SHORT_SHARE = 0.6  # of a line; with less a caption is short


def captions_of(text: str, reading: Reading, *, line_chars: int) -> list[tuple[str, ...]]:
    """A text as captions of at most two lines, as ``broken`` breaks it.

    >>> from hookline.edit.reading import reading
    >>> captions_of("Keep your name, Owen. I was only borrowing it.", reading("en"), line_chars=25)
    [('Keep your name, Owen.', 'I was only borrowing it.')]
    """
    return [
        tuple(joined(line) for line in lines) for lines in broken(tokens(text, reading), reading, line_chars=line_chars)
    ]


def broken(parts: Sequence[Token], reading: Reading, *, line_chars: int) -> list[tuple[Line, ...]]:
    """Tokens as captions of at most two lines: few, and broken where it costs least.

    A token that is too long for a line stands alone on one.
    """
    sizes = _Sizes(tuple(parts), reading, line_chars)
    best: list[tuple[float, int, tuple[int, ...]]] = [(0.0, 0, ())]  # cost, start, borders of lines; up to each token
    for end in range(1, len(parts) + 1):
        best.append(min(_captions_up_to(best, sizes, end)))
    made: list[tuple[Line, ...]] = []
    end = len(parts)
    while end:
        _, start, borders = best[end]
        made.append(tuple(tuple(parts[a:b]) for a, b in pairwise((start, *borders, end))))
        end = start
    return made[::-1]


@dataclass(frozen=True, slots=True)
class _Sizes:
    parts: tuple[Token, ...]
    reading: Reading
    most: int

    def of(self, start: int, end: int) -> float:
        """Characters of a line."""
        return self.reading.count(joined(self.parts[start:end]))

    def after(self, end: int) -> float:
        """What it costs to break before token ``end``; nothing at the text's end."""
        return self.parts[end - 1].cost if end < len(self.parts) else 0.0


def _captions_up_to(
    best: Sequence[tuple[float, int, tuple[int, ...]]], sizes: _Sizes, end: int
) -> Iterator[tuple[float, int, tuple[int, ...]]]:
    """Ways to make the last caption of the first ``end`` tokens."""
    for start in range(end - 1, -1, -1):
        whole = sizes.of(start, end)
        if whole > 2 * sizes.most and start < end - 1:
            return
        before = best[start][0] + _CAPTION + 1.5 * sizes.after(end)
        before += _SHORT * max(0.0, 1 - whole / (_SHORT_SHARE * sizes.most))
        if whole <= sizes.most or start == end - 1:
            yield before + _overfull(whole, sizes.most), start, ()
        else:
            yield from ((before + cost, start, (middle,)) for middle, cost in _two_lines(sizes, start, end))


def _overfull(size: float, most: int) -> float:
    return _WORST * max(0.0, size - most)


def _two_lines(sizes: _Sizes, start: int, end: int) -> Iterator[tuple[int, float]]:
    for middle in range(start + 1, end):
        upper, lower = sizes.of(start, middle), sizes.of(middle, end)
        if (upper > sizes.most and middle > start + 1) or (lower > sizes.most and middle < end - 1):
            continue
        uneven = abs(upper - lower) / sizes.most + (0.3 if upper > lower else 0.0)
        overfull = _overfull(upper, sizes.most) + _overfull(lower, sizes.most)
        yield middle, sizes.after(middle) + uneven + overfull
