"""What the subtitle readers share: from the cues of a file to ``Cue`` values.

pysubs2 reads the times and the tags; it forgets where a cue stood, takes WebVTT notes for text, and
drops a last line that is only a number.  So each reader cuts its file into cues, where every line
number is known, and pysubs2 gets exactly one timing line and one text for each: its n-th event is
the n-th cue.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pysubs2 import SSAEvent, SSAFile

from hookline.model.errors import Unreadable
from hookline.model.script import Cue, Source
from hookline.model.span import Span

MAX_CUES = 100_000  # a season of a hundred episodes in one file has some 10,000
_TIME = r"(?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
TIMING = re.compile(rf"\s*(?P<start>-?{_TIME})\s*--?>\s*(?P<end>-?{_TIME})(?![\d:])")
_ARROW = re.compile(r"\s*-?\d{1,4}:\S{0,20}\s*--?>")

# What pysubs2 would misread travels through it as noncharacters, which no text holds.
_OPEN_TAG, _OPEN_BRACE, _COLON, _END, _NAME, _NAME_END = map(chr, range(0xFDD0, 0xFDD6))
_NONCHARACTERS = dict.fromkeys(range(0xFDD0, 0xFDF0))
_STRAY_TAG = re.compile(r"<(?![^<>\n]*>)")
_STRAY_BRACE = re.compile(r"\{(?!\\[^{}\n]*\})")
_CLOCK_COLON = re.compile(r"(?<=\d):(?=\d)")  # two clock times in a text would make it a timing line
_KARAOKE = re.compile(r"<\d{1,4}:[\d:.]+>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>\n]{1,80})>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,6}|#x[0-9A-Fa-f]{1,5});")

_NAMED = re.compile(f"{_NAME}([^{_NAME}{_NAME_END}]*){_NAME_END}")
_DASH = re.compile(r"\s*[-–—‐](?:\s+|(?=[^\W\d]))")
_PREFIX = re.compile(
    r"[\[(（【]?(?P<name>[^\W\d_][\w .'’&-]{0,30}?)[\])）】]?\s*(?::(?!\S)|[:：](?=[^\x00-\x7f])|：)\s*"
)
_HAN_NAME = re.compile(r"[\u3400-\u9fff·]{1,6}$")
_NO_NAMES = re.compile(
    r"(?:字幕|翻译|校对|时间轴|注意?|制作|来源|NOTE|WARNING|SUBTITLES?(?: BY)?|TRANSLAT\w+(?: BY)?)$", re.IGNORECASE
)
_LOWER = re.compile(r"[a-zß-öø-ÿ]")


@dataclass(frozen=True, slots=True)
class RawCue:
    """A cue as it stands in the file: the line of its timing, its times, and its text lines."""

    line: int
    timing: re.Match[str]
    text: list[str] = field(default_factory=list)


def timing_of(text: str, *, file: str, line: int) -> re.Match[str] | None:
    """The times of a timing line, None for another line; ``Unreadable`` for a timing line that is broken."""
    if ">" not in text:
        return None
    match = TIMING.match(text)
    if match is None and _ARROW.match(text):
        raise Unreadable(
            f"this is no timing line: {text.strip()[:80]!r}",
            where=f"{file}:{line}",
            mend="write it as 00:00:01,000 --> 00:00:02,500",
        )
    return match


def cues_of(raw: list[RawCue], *, file: str) -> tuple[Cue, ...]:
    """Cues in the order of the file, their text without tags, their speakers apart.

    A cue in which speakers take turns becomes one for each, with the same span.  A cue that ends
    before it starts keeps its text and start and has no length; one without text is left out.
    """
    if len(raw) > MAX_CUES:
        raise too_many(file)
    if not raw:
        raise Unreadable("holds no subtitle", where=file, mend="check that it is a whole SRT or WebVTT file")
    timed = [(cue, event.start, event.end, _plain(event)) for cue, event in zip(raw, _parsed(raw), strict=True)]
    names = _recurring_names(text for _, _, _, text in timed)
    return tuple(
        Cue(Span(start, max(start, end)), text, Source(file, cue.line), speaker)
        for cue, start, end, whole in timed
        for speaker, text in _turns(whole, names)
    )


def too_many(file: str) -> Unreadable:
    """The refusal of a file that no series can have."""
    return Unreadable(f"has more than {MAX_CUES:,} subtitles, which no series has", where=file, mend="split it")


def _parsed(raw: list[RawCue]) -> SSAFile:
    blocks = (
        f"{_time(cue.timing['start'])} --> {_time(cue.timing['end'])}\n{_guarded(cue.text)}{_END}\n" for cue in raw
    )
    return SSAFile.from_string("\n".join(blocks), format_="vtt")


def _time(written: str) -> str:
    """A time as pysubs2 takes it, with hours and three decimals; a negative one is the start."""
    if written.startswith("-"):
        return "00:00:00.000"
    whole, _, fraction = written.replace(",", ".").partition(".")
    hours, minutes, seconds = ["00", *whole.split(":")][-3:]
    return f"{hours:0>2}:{minutes:0>2}:{seconds:0>2}.{fraction:0<3}"


def _guarded(lines: list[str]) -> str:
    text = "\n".join(line.strip() for line in lines if line.strip()).translate(_NONCHARACTERS)
    text = _VOICE.sub(lambda voice: f"{_NAME}{voice[1].strip()}{_NAME_END}", _KARAOKE.sub("", text))
    text = _STRAY_BRACE.sub(_OPEN_BRACE, _STRAY_TAG.sub(_OPEN_TAG, text))
    return _CLOCK_COLON.sub(_COLON, text)


def _plain(event: SSAEvent) -> str:
    text = event.plaintext.replace(_END, "").replace(_OPEN_TAG, "<").replace(_OPEN_BRACE, "{").replace(_COLON, ":")
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text).replace("\u200e", "").strip()


# --- speakers ------------------------------------------------------------------------------------


def _turns(text: str, names: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    """Speaker and text of each turn in a cue: ``<v Ann>``, ``ANN:`` and dashes begin one."""
    before, *voiced = _NAMED.split(text)
    yield from _turns_by_line(before, names)
    for name, said in zip(voiced[::2], voiced[1::2], strict=True):
        if said.strip():
            yield name or None, _DASH.sub("", said, count=1).strip() if _DASH.match(said) else said.strip()


def _turns_by_line(text: str, names: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    turns: list[tuple[str | None, list[str]]] = []
    for line in text.split("\n"):
        dash = _DASH.match(line)
        rest = line[dash.end() :] if dash else line
        name, said = _speaker(rest, names)
        if name or dash or not turns:
            turns.append((name, [said]))
        else:
            turns[-1][1].append(line)
    for name, lines in turns:
        if said := "\n".join(line for line in lines if line.strip()).strip():
            yield name, said


def _speaker(line: str, names: frozenset[str]) -> tuple[str | None, str]:
    match = _PREFIX.match(line)
    if match is None or _NO_NAMES.match(match["name"]):
        return None, line
    name = match["name"]
    if _HAN_NAME.match(name) or not _LOWER.search(name) or name in names:
        return name, line[match.end() :]
    return None, line


def _recurring_names(texts: Iterator[str]) -> frozenset[str]:
    """Names in mixed case that stand before a colon at least twice: ``Look: a bird`` is no speaker."""
    found = Counter(
        match["name"]
        for text in texts
        for line in text.split("\n")
        if (match := _PREFIX.match(_DASH.sub("", line, count=1))) and _is_titled(match["name"])
    )
    return frozenset(name for name, times in found.items() if times >= 2)


def _is_titled(name: str) -> bool:
    words = name.split()
    return len(words) <= 3 and all(word[0].isupper() for word in words)
