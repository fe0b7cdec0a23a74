"""The order in which a line's characters stand from left to right.

Unicode's bidirectional algorithm (UAX 9) for one line without embedding controls, which captions don't
hold: the weak rules W1 to W7, the neutral rules N1 and N2, the levels of I1 and I2, L1 and L2.  Brackets
are taken as neutrals (not paired, N0).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby

_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_STRONG = frozenset(("L", "R"))
_NEUTRAL = frozenset(("B", "S", "WS", "ON", "ET", "ES", "CS", "BN"))


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line that is read one way: characters [start, end) of the text."""

    start: int
    end: int
    rtl: bool


def visual_runs(text: str, *, rtl: bool) -> tuple[Run, ...]:
    """A line's runs from left to right; ``rtl`` is the direction of its language.

    >>> [text[run.start:run.end] for text in ["abc אבג 12"] for run in visual_runs(text, rtl=True)]
    ['12', ' אבג ', 'abc']
    """
    levels = _levels(text, base=int(rtl))
    runs: list[Run] = []
    at = 0
    for level, group in groupby(levels):
        length = len(list(group))
        runs.append(Run(at, at + length, level % 2 == 1))
        at += length
    return tuple(_reordered(runs, [levels[run.start] for run in runs]))


def without_controls(text: str) -> str:
    """A text without the marks that steer its direction: the algorithm finds it."""
    return "".join(char for char in text if char not in _CONTROLS)


def _levels(text: str, *, base: int) -> list[int]:
    edge = "R" if base else "L"
    types = [unicodedata.bidirectional(char) or "L" for char in text]
    for rule in (_marks, _european_numbers, _arabic_letters, _separators, _terminators):
        rule(types, edge)
    types = ["ON" if kind in _NEUTRAL else kind for kind in types]
    _latin_numbers(types, edge)
    _neutrals(types, edge)
    return [_level(kind, base) for kind in types]


def _marks(types: list[str], edge: str) -> None:
    """W1: a mark is what it stands on."""
    for i, kind in enumerate(types):
        if kind == "NSM":
            types[i] = types[i - 1] if i else edge


def _european_numbers(types: list[str], edge: str) -> None:
    """W2: a number after an Arabic letter is an Arabic number."""
    strong = edge
    for i, kind in enumerate(types):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            types[i] = "AN"


def _arabic_letters(types: list[str], edge: str) -> None:
    """W3: an Arabic letter is read from the right."""
    types[:] = ["R" if kind == "AL" else kind for kind in types]


def _separators(types: list[str], edge: str) -> None:
    """W4: one separator inside a number belongs to it."""
    for i in range(1, len(types) - 1):
        before, after = types[i - 1], types[i + 1]
        if before == after == "EN" and types[i] in ("ES", "CS"):
            types[i] = "EN"
        elif before == after == "AN" and types[i] == "CS":
            types[i] = "AN"


def _terminators(types: list[str], edge: str) -> None:
    """W5: currency and percent signs beside a number belong to it."""
    for order in (range(1, len(types)), range(len(types) - 2, -1, -1)):
        step = -1 if order.step == 1 else 1
        for i in order:
            if types[i] == "ET" and types[i + step] == "EN":
                types[i] = "EN"


def _latin_numbers(types: list[str], edge: str) -> None:
    """W7: a number after a Latin letter is read with it."""
    strong = edge
    for i, kind in enumerate(types):
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "L":
            types[i] = "L"


def _neutrals(types: list[str], edge: str) -> None:
    """N1 and N2: what is neutral goes with both its neighbours, or with the line; numbers count as right-to-left."""
    at = 0
    for neutral, group in groupby(list(types), key=lambda kind: kind == "ON"):
        length = len(list(group))
        if neutral:
            before = _side(types[at - 1]) if at else edge
            after = _side(types[at + length]) if at + length < len(types) else edge
            types[at : at + length] = [before if before == after else edge] * length
        at += length


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _level(kind: str, base: int) -> int:
    """I1 and I2."""
    if base == 0:
        return {"L": 0, "R": 1}.get(kind, 2)
    return 1 if kind == "R" else 2


def _reordered(runs: list[Run], levels: list[int]) -> list[Run]:
    """L2: from the highest level down to the lowest odd one, what is at it or above stands the other way round."""
    order = list(range(len(runs)))
    for level in range(max(levels, default=0), 0, -1):
        at = 0
        for inside, group in groupby(list(order), key=lambda run: levels[run] >= level):
            length = len(list(group))
            if inside:
                order[at : at + length] = order[at : at + length][::-1]
            at += length
    return [runs[index] for index in order]
