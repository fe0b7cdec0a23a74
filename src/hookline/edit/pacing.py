"""How long captions stand: as long as it takes to read them, next to when they are said.

A caption comes with its voice and stays until it is read, at most half a second (12 frames) past the
voice and never over the next one.  Where the voice is faster than readers are, it shares its place with
a neighbour that has time, comes a little earlier, lets the next come a little later, and last of all
stays up to a second longer where nobody speaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hookline.edit.breaking import Line, Token, broken, joined
from hookline.edit.reading import Reading, timing
from hookline.model.cut import Caption, Word
from hookline.model.span import Span

_LEAD_MS = 200  # before the voice
_LATE_MS = 160  # after it began
_LINGER_MS = 1_000  # after it ended
_TOGETHER_MS = 500  # silence between two that share a caption


@dataclass(frozen=True, slots=True)
class Rules:
    """What captions in one language keep to."""

    reading: Reading
    vertical: bool
    children: bool
    fps: tuple[int, int]

    @property
    def line_chars(self) -> int:
        """Characters that a line holds."""
        most = timing().vertical_chars
        return min(self.reading.line_chars, most) if self.vertical else self.reading.line_chars

    @property
    def chars_per_s(self) -> float:
        """Characters that are read in a second."""
        return self.reading.child_chars_per_s if self.children else self.reading.chars_per_s

    def frames_ms(self, frames: int) -> int:
        """So many frames in milliseconds, rounded up."""
        rate, scale = self.fps
        return -(-frames * 1000 * scale // rate)

    @property
    def gap_ms(self) -> int:
        """Least time between two captions."""
        return self.frames_ms(timing().gap_frames)

    @property
    def past_ms(self) -> int:
        """How long a caption usually stays after the voice."""
        return self.frames_ms(timing().past_frames)


@dataclass(frozen=True, slots=True)
class Draft:
    """A caption to be: when its voice is heard, its lines, and the words in them with their times."""

    heard: Span
    lines: tuple[Line, ...]
    speaker: str
    words: tuple[Word, ...]

    def needed_ms(self, rules: Rules) -> int:
        """How long it takes to read."""
        chars = sum(rules.reading.count(joined(line)) for line in self.lines)
        return max(timing().least_ms, -int(-1000 * chars // rules.chars_per_s))


def paced(drafts: Sequence[Draft], rules: Rules, end_ms: int) -> Iterator[Caption]:
    """Captions in order, none over another; ``end_ms`` is the cut's."""
    shared = _shared(sorted(drafts, key=lambda draft: draft.heard), rules, end_ms)
    free_ms = 0
    for index, draft in enumerate(shared):
        start, end = _times(shared, index, free_ms, rules, end_ms)
        lines = tuple(joined(line) for line in draft.lines)
        yield Caption(Span(start, end), lines, draft.speaker, draft.words)
        free_ms = end + rules.gap_ms


# ------------------------------------------------------------------ sharing a caption


def _shared(drafts: Sequence[Draft], rules: Rules, end_ms: int) -> list[Draft]:
    """Drafts, those that can't be read in time put together with a neighbour where both then can, or nearly."""
    made = list(drafts)
    index = 0
    while index + 1 < len(made):
        hurry = max(_hurry(made, at, rules, end_ms) for at in (index, index + 1))
        together = _together(made[index], made[index + 1], rules) if hurry > 1 else None
        if together is not None:
            trial = [*made[:index], together, *made[index + 2 :]]
            if _hurry(trial, index, rules, end_ms) < hurry:
                made = trial
                index = max(0, index - 1)
                continue
        index += 1
    return made


def _hurry(drafts: Sequence[Draft], index: int, rules: Rules, end_ms: int) -> float:
    """The time that a draft needs by the time that it has; above 1 it can't be read."""
    draft = drafts[index]
    free_ms = drafts[index - 1].heard.end_ms + rules.gap_ms if index else 0
    until_ms = drafts[index + 1].heard.start_ms - rules.gap_ms if index + 1 < len(drafts) else end_ms
    start = max(free_ms, draft.heard.start_ms - _LEAD_MS)
    end = min(until_ms, draft.heard.end_ms + rules.past_ms)
    return draft.needed_ms(rules) / max(1, end - start)


def _together(one: Draft, other: Draft, rules: Rules) -> Draft | None:
    """Two drafts as one caption; None where they don't fit one, or are too far apart."""
    heard = Span(one.heard.start_ms, max(one.heard.end_ms, other.heard.end_ms))
    if other.heard.start_ms - one.heard.end_ms > _TOGETHER_MS or heard.duration_ms > timing().most_ms:
        return None
    by_turns = one.speaker != other.speaker or other.heard.start_ms < one.heard.end_ms  # or at once
    lines = _as_turns(one, other, rules) if by_turns else _as_one(one, other, rules)
    if lines is None:
        return None
    speaker = one.speaker if one.speaker == other.speaker else ""
    return Draft(heard, lines, speaker, (*one.words, *other.words))


def _as_turns(one: Draft, other: Draft, rules: Rules) -> tuple[Line, ...] | None:
    """Each on a line of its own, behind a dash."""
    if len(one.lines) > 1 or len(other.lines) > 1:
        return None
    lines = tuple(_dashed(draft.lines[0], rules.reading.dash) for draft in (one, other))
    return lines if all(rules.reading.count(joined(line)) <= rules.line_chars for line in lines) else None


def _dashed(line: Line, dash: str) -> Line:
    first = line[0]
    return (first if first.text.startswith(dash.strip()) else replace(first, text=dash + first.text), *line[1:])


def _as_one(one: Draft, other: Draft, rules: Rules) -> tuple[Line, ...] | None:
    """One after the other, broken anew."""
    parts: list[Token] = [token for draft in (one, other) for line in draft.lines for token in line]
    made = broken(parts, rules.reading, line_chars=rules.line_chars)
    widest = max(rules.reading.count(joined(line)) for lines in made for line in lines)
    return made[0] if len(made) == 1 and widest <= rules.line_chars else None


# ------------------------------------------------------------------ times


def _times(drafts: Sequence[Draft], index: int, free_ms: int, rules: Rules, end_ms: int) -> tuple[int, int]:
    """When a caption comes and goes."""
    draft = drafts[index]
    needed = draft.needed_ms(rules)
    until_ms = drafts[index + 1].heard.start_ms - rules.gap_ms if index + 1 < len(drafts) else end_ms
    start = max(free_ms, draft.heard.start_ms)
    usual = min(until_ms, draft.heard.end_ms + rules.past_ms)
    end = max(min(usual, start + needed), min(until_ms, draft.heard.end_ms))
    if end - start < needed:
        start = max(free_ms, start - min(_LEAD_MS, needed - (end - start)))
    if end - start < needed and index + 1 < len(drafts):
        end = min(start + needed, usual + _spared(drafts, index + 1, rules, end_ms))
    if end - start < needed:
        end = max(end, min(start + needed, until_ms, draft.heard.end_ms + _LINGER_MS))
    end = max(end, start + 1, min(start + rules.gap_ms, end_ms))
    return start, min(end, start + timing().most_ms)


def _spared(drafts: Sequence[Draft], index: int, rules: Rules, end_ms: int) -> int:
    """How much later a caption may come and still be read."""
    draft = drafts[index]
    until_ms = drafts[index + 1].heard.start_ms - rules.gap_ms if index + 1 < len(drafts) else end_ms
    room = min(until_ms, draft.heard.end_ms + rules.past_ms) - draft.heard.start_ms
    return min(_LATE_MS, max(0, room - draft.needed_ms(rules)))
