"""Timed Text (.ttml, .dfxp, .xml): the W3C's TTML, in the profiles that platforms deliver.

Times may be clock times, offsets, frames or ticks; an element's times count from its parent's
(or, in a sequence, from where its elder sibling ended).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hookline.formats import Match
from hookline.formats.markup import Element, parse
from hookline.formats.subtitles import TIMING, RawCue, cues_of
from hookline.formats.text import peek
from hookline.model.errors import Unreadable
from hookline.model.script import Cue

KIND = "subtitles"
TITLE = "Timed Text subtitles (TTML)"

_CLOCK = re.compile(r"(\d{2,4}):(\d{2}):(\d{2})(?:(\.\d{1,9})|:(\d{1,4})(?:\.(\d{1,4}))?)?$")
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|m|s|ms|f|t)$")
_SECONDS = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
_MAX_MS = 9999 * 3_600_000
_SPACE = re.compile(r"[ \t\r\n]+")


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the root element of Timed Text, and the name."""
    text = peek(head)
    if text is None:
        return None
    if re.search(r"<(?:\w+:)?tt[\s>]", text[:4096]):
        return Match(0.99, "its root is the element tt")
    return Match(0.5, "its name says so") if name.lower().endswith((".ttml", ".dfxp")) else None


def read_bytes(data: bytes, *, file: str) -> tuple[Cue, ...]:
    """The cues in the order of the file; a cue's line is that of its paragraph, or of the span that has its own time.

    Raises ``Unreadable`` for XML that is broken, or dangerous, or holds no Timed Text, and for a time
    that is none.
    """
    root = parse(data, where=file, what="a TTML file")
    if root.name != "tt":
        raise Unreadable("is XML, but no Timed Text", where=file, mend="export the subtitles as TTML or WebVTT")
    body = root.child("body")
    names = dict(_agents(root))
    cues = list(_Walk(_Clock.of(root, file), names, file).cues(body)) if body else []
    if not cues:
        raise Unreadable(
            "holds no subtitle with text", where=file, mend="check that it is whole, and text rather than pictures"
        )
    return cues_of(cues, file=file)


def _agents(root: Element) -> Iterator[tuple[str, str]]:
    """Names of speakers by the identifiers that cues refer to."""
    for agent in root.all("agent"):
        name = agent.child("name")
        if name and (text := " ".join(name.text().split())):
            yield agent.attributes.get("id", ""), text


# --- times ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Clock:
    """How the file counts frames and ticks."""

    file: str
    frames: Fraction = Fraction(30)  # a second
    ticks: Fraction = Fraction(1)  # a second
    sub_frames: int = 1  # a frame

    @classmethod
    def of(cls, root: Element, file: str) -> _Clock:
        said = root.attributes
        rate = _whole(said.get("frameRate"), 30)
        times, _, by = said.get("frameRateMultiplier", "1 1").strip().replace(":", " ").partition(" ")
        frames = Fraction(rate * _whole(times, 1), _whole(by, 1))
        default_ticks = frames if "frameRate" in said else Fraction(1)
        ticks = Fraction(_whole(said["tickRate"], 1)) if "tickRate" in said else default_ticks
        return cls(file, frames, ticks, _whole(said.get("subFrameRate"), 1))

    def seconds(self, written: str, line: int) -> Fraction:
        """A time expression in seconds."""
        text = written.strip()
        if clock := _CLOCK.match(text):
            hours, minutes, seconds, fraction, frames, sub = clock.groups()
            count = Fraction(frames or 0) + Fraction(int(sub or 0), self.sub_frames)
            return (
                Fraction(f"{int(hours) * 3600 + int(minutes) * 60 + int(seconds)}{fraction or ''}")
                + count / self.frames
            )
        if offset := _OFFSET.match(text):
            value, unit = Fraction(offset[1]), offset[2]
            if unit in ("f", "t"):
                return value / (self.frames if unit == "f" else self.ticks)
            return value * _SECONDS[unit]
        raise Unreadable(
            f"{written[:40]!r} is no time", where=f"{self.file}:{line}", mend="write it as 00:00:01.500 or 1.5s"
        )


def _whole(text: str | None, default: int) -> int:
    """A positive whole number; the default where there is none."""
    return int(text) if text and re.fullmatch(r"[1-9]\d{0,8}", text.strip()) else default


# --- the tree ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in time an element lies, and what it hands down; ``end`` is None where nothing says."""

    begin: Fraction
    end: Fraction | None
    speaker: str
    keeps_space: bool


class _Walk:
    """Walks a body and gives its timed texts."""

    def __init__(self, clock: _Clock, names: dict[str, str], file: str) -> None:
        self.clock = clock
        self.names = names
        self.file = file

    def cues(self, body: Element) -> Iterator[RawCue]:
        yield from self._inside(body, self._place(body, _Place(Fraction(0), None, "", False), Fraction(0)))

    def _inside(self, parent: Element, place: _Place) -> Iterator[RawCue]:
        in_sequence = parent.attributes.get("timeContainer") == "seq"
        at = place.begin
        for one in parent.children("div", "p"):
            inner = self._place(one, place, at if in_sequence else place.begin)
            if one.name == "p":
                yield from self._paragraph(one, inner)
            else:
                yield from self._inside(one, inner)
            at = inner.end or at

    def _place(self, one: Element, parent: _Place, zero: Fraction) -> _Place:
        said = one.attributes
        begin = zero + (self.clock.seconds(said["begin"], one.line) if "begin" in said else 0)
        ends = [parent.end]
        if "end" in said:
            ends.append(zero + self.clock.seconds(said["end"], one.line))
        if "dur" in said:
            ends.append(begin + self.clock.seconds(said["dur"], one.line))
        speaker = self.names.get(said.get("agent", "").split(" ")[0].lstrip("#"), parent.speaker)
        space = said.get("space")
        keeps = space == "preserve" or (parent.keeps_space and space is None)
        return _Place(begin, min((end for end in ends if end is not None), default=None), speaker, keeps)

    def _paragraph(self, one: Element, place: _Place) -> Iterator[RawCue]:
        """A cue for the paragraph's own words, and one for each span in it that has its own times."""
        own: list[str] = []
        spans: list[RawCue] = []
        self._gather(one, place, own, spans)
        if cue := self._cue(one.line, place, "".join(own)):
            yield cue
        yield from spans

    def _gather(self, one: Element, place: _Place, own: list[str], spans: list[RawCue]) -> None:
        for piece in one.content:
            if isinstance(piece, str):
                own.append(piece if place.keeps_space else _SPACE.sub(" ", piece))
            elif piece.name == "br":
                own.append("\n")
            elif piece.name == "span" and {"begin", "end", "dur"} & piece.attributes.keys():
                spans.extend(self._paragraph(piece, self._place(piece, place, place.begin)))
            elif piece.name == "span":
                self._gather(piece, place, own, spans)

    def _cue(self, line: int, place: _Place, text: str) -> RawCue | None:
        rows = [row.strip() for row in text.split("\n") if row.strip()]
        if not rows:
            return None
        begin = round(place.begin * 1000)
        end = begin if place.end is None else round(place.end * 1000)
        if max(begin, end) > _MAX_MS:
            raise Unreadable("a time is later than any film lasts", where=f"{self.file}:{line}", mend="check its unit")
        timing = TIMING.match(f"{_clock(begin)} --> {_clock(end)}")
        assert timing is not None
        return RawCue(line, timing, [f"<v {place.speaker}>{rows[0]}", *rows[1:]] if place.speaker else rows)


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
