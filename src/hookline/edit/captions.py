"""Captions of a cut, from subtitles or from the script's own times.

What is said is placed in the cut, broken into captions of at most two lines (``breaking``) and given
times in which it can be read in its language (``pacing``, ``reading``).  ``faults`` says which captions
still break a rule: a voice can be faster than readers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hookline.edit.breaking import Token, broken, tokens
from hookline.edit.pacing import Draft, Rules, paced
from hookline.edit.reading import Reading, reading, timing
from hookline.model.cut import Caption, Clip, Word
from hookline.model.script import Cue, Line, LineKind
from hookline.model.span import Span

_TAGS = re.compile(r"<[^<>\n]{1,80}>|\{\\[^{}]*\}|♪")
_SOUNDS = re.compile(r"\[[^\]]*\]|【[^】]*】|^\s*\([^)]*\)\s*$|^\s*（[^）]*）\s*$")
_HEARD_SHARE = 0.5  # of what is said must be in a clip for its caption to be


class Highlight(StrEnum):
    """What is lit up while it is said."""

    NONE = "none"
    WORD = "word"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class CaptionStyle:
    """How captions are read and look.  Sizes are shares of the picture's height."""

    vertical: bool = True  # the picture is higher than wide: shorter lines
    children: bool = False  # read by children, so slower
    highlight: Highlight = Highlight.NONE
    speaker_colours: bool = False
    speaker_names: bool = False  # before what they say, where another one spoke last
    box: bool = False  # on a dark box, not only outlined
    size: float = 0.034  # of the letters
    least_size: float = 0.018  # smaller ones can't be read on a phone
    colour: str = "#ffffff"
    lit: str = "#ffe14d"
    palette: tuple[str, ...] = ("#ffffff", "#ffe14d", "#7fe3ff", "#a5f08b", "#ffb3d1", "#ffc48a")


PLAIN = CaptionStyle()


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a source and when they are said there."""

    source: str
    span: Span
    text: str
    speaker: str = ""
    words: tuple[Word, ...] = ()  # in the source's time, where known


@dataclass(frozen=True, slots=True)
class Fault:
    """A caption that breaks a rule, in words and in numbers."""

    caption: int  # its place, from 0
    rule: str
    value: float
    limit: float


def said_in(source: str, lines: Iterable[Line | Cue]) -> tuple[Said, ...]:
    """What is said in a source, from its script's timed lines or its subtitles."""
    found: list[Said] = []
    for line in lines:
        if isinstance(line, Line) and line.kind is not LineKind.DIALOGUE:
            continue
        text = _plain(line.text)
        if line.span is not None and line.span.duration_ms and text:
            found.append(Said(source, line.span, text, line.speaker or ""))
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(_SOUNDS.sub(" ", _TAGS.sub("", text)).split())


def captions(
    clips: Sequence[Clip],
    said: Sequence[Said],
    language: str,
    *,
    style: CaptionStyle = PLAIN,
    fps: tuple[int, int] = (25, 1),
) -> tuple[Caption, ...]:
    """The captions of a cut, in its own time, in order, none over another.

    Args:
        clips: the cut's, in order of play.
        said: what is said in their sources (``said_in``).
        language: that it is said in.
        style: how captions are read and look.
        fps: of the cut, for the gap between captions.

    Raises:
        BadInput: the language is not in ``languages.toml``.
        MissingExtra: the language has no spaces, and BudouX is not installed.
    """
    rules = Rules(reading(language), style.vertical, style.children, fps)
    placed = _placed(clips, said)
    spoken = _with_names(placed) if style.speaker_names else placed
    drafts = [draft for one in spoken for draft in _broken(one, rules)]
    return tuple(paced(drafts, rules, sum(clip.span.duration_ms for clip in clips)))


def _placed(clips: Sequence[Clip], said: Sequence[Said]) -> list[Said]:
    """What is said in the cut, in the cut's time and order."""
    placed: list[Said] = []
    at_ms = 0
    for clip in clips:
        shift = at_ms - clip.span.start_ms
        placed += [_moved(one, clip.span, shift) for one in said if _is_heard(one, clip)]
        at_ms += clip.span.duration_ms
    return sorted(placed, key=lambda one: one.span)


def _is_heard(one: Said, clip: Clip) -> bool:
    return one.source == clip.source and one.span.overlap_ms(clip.span) > _HEARD_SHARE * one.span.duration_ms


def _moved(one: Said, within: Span, shift: int) -> Said:
    def shifted(span: Span) -> Span:
        start = min(max(span.start_ms, within.start_ms), within.end_ms)
        return Span(start + shift, max(start, min(span.end_ms, within.end_ms)) + shift)

    words = tuple(Word(shifted(word.span), word.text) for word in one.words)
    return replace(one, span=shifted(one.span), words=words)


def _with_names(placed: Sequence[Said]) -> Iterator[Said]:
    """What is said, the speaker's name before it where another one spoke last."""
    before = ""
    for one in placed:
        named = one.speaker and one.speaker != before
        yield replace(one, text=f"{one.speaker}: {one.text}", words=()) if named else one
        before = one.speaker


def _broken(one: Said, rules: Rules) -> Iterator[Draft]:
    """What is said as captions, its time shared among them by letters, or by its words' own times."""
    parts = tokens(one.text, rules.reading)
    words = iter(_words(one, parts, rules.reading))
    for lines in broken(parts, rules.reading, line_chars=rules.line_chars):
        mine = tuple(next(words) for line in lines for _ in line)
        yield Draft(Span(mine[0].span.start_ms, mine[-1].span.end_ms), lines, one.speaker, mine)


def _words(one: Said, parts: Sequence[Token], rules: Reading) -> tuple[Word, ...]:
    """Its words with their times: as measured, or by the letters they have."""
    if [word.text for word in one.words] == [part.text for part in parts]:
        return one.words
    weights = [rules.count(part.text) + 0.5 for part in parts]
    total, done, start = sum(weights), 0.0, one.span.start_ms
    made: list[Word] = []
    for part, weight in zip(parts, weights, strict=True):
        done += weight
        end = one.span.start_ms + round(one.span.duration_ms * done / total)
        made.append(Word(Span(start, end), part.text))
        start = end
    return tuple(made)


def faults(captions: Sequence[Caption], language: str, *, style: CaptionStyle = PLAIN) -> tuple[Fault, ...]:
    """Where captions break the rules of their language: speed, length of lines, number of lines, time on screen."""
    rules = Rules(reading(language), style.vertical, style.children, (25, 1))
    return tuple(fault for index, caption in enumerate(captions) for fault in _faults(index, caption, rules))


def _faults(index: int, caption: Caption, rules: Rules) -> Iterator[Fault]:
    shown_s = caption.span.duration_ms / 1000
    speed = sum(rules.reading.count(line) for line in caption.lines) / max(shown_s, 0.001)
    if speed > rules.chars_per_s:
        yield Fault(index, "characters a second", speed, rules.chars_per_s)
    widest = max(rules.reading.count(line) for line in caption.lines)
    if widest > rules.line_chars:
        yield Fault(index, "characters a line", widest, rules.line_chars)
    if len(caption.lines) > 2:
        yield Fault(index, "lines", len(caption.lines), 2)
    if caption.span.duration_ms < timing().least_ms:
        yield Fault(index, "seconds at least", shown_s, timing().least_ms / 1000)
    if caption.span.duration_ms > timing().most_ms:
        yield Fault(index, "seconds at most", shown_s, timing().most_ms / 1000)
