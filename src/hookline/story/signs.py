"""Step 3: what can be seen in each line, before anything is made of it.

A sign is a place where a line's words, delivery or form give something away; ``lexicon`` says
which words.  Heat is how charged a line is by itself, opposition how much it is against somebody:
both 0..1, and all later steps read them from here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hookline.model.script import Episode, Line, LineKind
from hookline.model.span import Span
from hookline.story.lexicon import Lexicon, Match
from hookline.story.people import Cast

PLACE_OF = {
    LineKind.DIALOGUE: "said",
    LineKind.ACTION: "done",
    LineKind.CAPTION: "shown",
    LineKind.TRANSITION: "shown",  # 【闪回】 comes as one
}
SHOWN = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)
QUOTE_CHARS = 70

_SENTENCE_END = re.compile(r"(?<=[.!?。！？…])[\s\"'”’]*(?=\S)|\n|(?<=[;；])|——")
_QUOTED = re.compile(r"[\"“「『《]([^\"”」』》]{8,})[\"”」』》]")
_SHOUT = re.compile(r"\b[A-Z]{3,}\b")
_EXCLAIMS = re.compile(r"[!！]")
_CUT_OFF = re.compile(r"(?:—|--|–)[\"'”’]?\s*$")
_TRAILS_OFF = re.compile(r"(?:\.{3,}|…+)[\"'”’]?\s*$")
_ASKS = re.compile(r"[?？]")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something seen in a line."""

    line: int  # index in the episode
    family: str
    group: str
    weight: float
    words: str  # the sentence it stands in, as written
    place: str  # "said", "done", "shown", "how"

    @property
    def seen(self) -> str:
        """The sign in plain words."""
        if self.place == "said":
            return f'says "{self.words}"'
        if self.place == "shown":
            return f'the screen reads "{self.words}"'
        return f"said ({self.words})" if self.place == "how" else f'we see "{self.words}"'


@dataclass(frozen=True, slots=True)
class Reading:
    """An episode with everything seen in it.  Sequences run along its lines."""

    episode: Episode
    duration_ms: int
    lines: tuple[Line, ...]
    scenes: tuple[int, ...]  # index of the line's scene
    signs: tuple[Sign, ...]  # in the order of lines
    heat: tuple[float, ...]
    opposition: tuple[float, ...]
    asks: tuple[bool, ...]  # ends on, or holds, a question
    cut_off: tuple[bool, ...]  # breaks off in mid-sentence
    trails_off: tuple[bool, ...]

    def span(self, index: int) -> Span:
        """When the line plays."""
        span = self.lines[index].span
        if span is None:
            raise ValueError("a reading is made of timed lines")
        return span

    def of(self, family: str) -> tuple[Sign, ...]:
        """The signs of one family, in order."""
        return tuple(sign for sign in self.signs if sign.family == family)

    def spoken(self) -> tuple[int, ...]:
        """Indices of the lines of dialogue."""
        return tuple(i for i, line in enumerate(self.lines) if line.kind is LineKind.DIALOGUE)


def read(episode: Episode, duration_ms: int, lexicon: Lexicon, cast: Cast) -> Reading:
    """What is seen in each line of a timed episode."""
    lines = episode.lines()
    by_line = [_signs(index, line, lexicon, cast) for index, line in enumerate(lines)]
    return Reading(
        episode=episode,
        duration_ms=duration_ms,
        lines=lines,
        scenes=tuple(number for number, scene in enumerate(episode.scenes) for _ in scene.lines),
        signs=tuple(sign for signs in by_line for sign in signs),
        heat=tuple(_heat(line, lexicon) for line in lines),
        opposition=tuple(_opposition(line, signs) for line, signs in zip(lines, by_line, strict=True)),
        asks=tuple(line.kind is LineKind.DIALOGUE and bool(_ASKS.search(line.text)) for line in lines),
        cut_off=tuple(line.kind is LineKind.DIALOGUE and bool(_CUT_OFF.search(line.text)) for line in lines),
        trails_off=tuple(line.kind is LineKind.DIALOGUE and bool(_TRAILS_OFF.search(line.text)) for line in lines),
    )


def quote(text: str, start: int, end: int) -> str:
    """The sentence of a text around a place, cut to fit.

    >>> quote("Wait. I want a divorce. Now.", 6, 22)
    'I want a divorce.'
    """
    edges = [0, *(m.start() for m in _SENTENCE_END.finditer(text)), len(text)]
    opens = max(edge for edge in edges if edge <= start)
    closes = min((edge for edge in edges if edge >= end), default=len(text))
    sentence = " ".join(text[opens:closes].split()).strip("—- ")
    if len(sentence) <= QUOTE_CHARS:
        return sentence
    middle = start - opens
    left = max(0, min(middle - QUOTE_CHARS // 3, len(sentence) - QUOTE_CHARS))
    left = sentence.rfind(" ", 0, left + 1) + 1
    cut = sentence[left : left + QUOTE_CHARS]
    right = cut if left + QUOTE_CHARS >= len(sentence) or " " not in cut else cut[: cut.rfind(" ")]
    return ("... " if left else "") + right + ("" if left + len(right) >= len(sentence) else " ...")


def _signs(index: int, line: Line, lexicon: Lexicon, cast: Cast) -> list[Sign]:
    place = PLACE_OF.get(line.kind)
    if place is None:
        return []
    found = [_sign(index, line.text, match, place) for match in lexicon.matches(cast.masked(line.text), place)]
    if line.delivery:
        found += [_sign(index, line.delivery, match, "how") for match in lexicon.matches(line.delivery, "how")]
    if line.kind is LineKind.ACTION:
        for quoted in _QUOTED.finditer(line.text):
            shown = lexicon.matches(cast.masked(quoted[1]), "shown")
            found += [_sign(index, quoted[1], match, "shown") for match in shown]
    return found


def _sign(index: int, text: str, match: Match, place: str) -> Sign:
    words = text.strip("()（） ") if place == "how" else quote(text, match.start, match.end)
    return Sign(index, match.family, match.group, match.weight, words, place)


def _heat(line: Line, lexicon: Lexicon) -> float:
    """1 - product of what each sign of charge leaves: hot words, "!", capitals, breaking off; calmed by warm words."""
    if line.kind not in SHOWN or not lexicon.counted:
        return 0.0
    text = f"{line.text} {line.delivery or ''}"
    hot, warm = lexicon.count("hot", text), lexicon.count("warm", text)
    shouts = 0 if line.text.isupper() else len(_SHOUT.findall(line.text)) * (line.kind is LineKind.DIALOGUE)
    exclaims = len(_EXCLAIMS.findall(line.text))
    left = 0.80 ** min(hot, 5) * 0.86 ** min(exclaims, 3) * 0.88 ** min(shouts, 2)
    left *= 0.90 if _CUT_OFF.search(line.text) else 1.0
    return (1.0 - left) * 0.75 ** min(warm, 3)


def _opposition(line: Line, signs: Sequence[Sign]) -> float:
    """How much a spoken line is against somebody: hostile words and delivery, insults, threats, "!"."""
    if line.kind is not LineKind.DIALOGUE:
        return 0.0
    against = {"hostile": 0.55, "humiliation": 0.55, "threat": 0.5, "comeback": 0.5, "betrayal": 0.45}
    left = 1.0
    for sign in signs:
        left *= 1.0 - against.get(sign.family, 0.0) * sign.weight
    left *= 0.85 ** min(len(_EXCLAIMS.findall(line.text)), 2) * (0.9 if _CUT_OFF.search(line.text) else 1.0)
    return 1.0 - left
