"""Step 1: how long a script takes to play, when nothing was timed yet.

A reading-speed model: what is said takes its words at speaking speed and a breath between turns,
what is done or shown takes its words at reading speed.  Latin words and Han characters are counted
apart, so mixed lines need no language.  The constants are data, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from hookline.model.script import Episode, Line, LineKind
from hookline.model.span import Span

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]")
_WORD = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff]+(?:['’-][^\W_]+)*")
_TRAILING_OFF = re.compile(r"\.{3,}|…+")
_HELD = re.compile(r"\b(?:beat|pauses?|silence|long moment)\b|停顿|沉默|片刻|半晌|良久", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a script plays: units a second, and pauses in milliseconds."""

    # Screen dialogue runs at 150-160 words a minute.
    spoken_words_per_s: float = 2.6
    # Action is seen, not read out: an 18-word line covers about 4 s of film at the trade's page a
    # minute, and vertical drama cuts closer than that.
    action_words_per_s: float = 5.0
    # Solved from the field's median Chinese episode (289 Han of dialogue, 8 action lines, 541 Han
    # in all; about 165 of them action once names and heads are off) lasting 75 s, the middle of
    # 60-90 s: 289 / 5.2 + 20 turns x 0.2 + 165 / 11 = 75.
    spoken_han_per_s: float = 5.2
    action_han_per_s: float = 11.0
    turn_gap_ms: int = 200  # conversation's usual gap between speakers
    scene_gap_ms: int = 400  # a cut to a new place is read before anything is said
    trailing_off_ms: int = 400  # "..." is played
    held_ms: int = 800  # (beat), (pause)
    least_said_ms: int = 500
    least_done_ms: int = 800
    least_shown_ms: int = 1_500  # a caption stays long enough to be read
    transition_ms: int = 300


PACE = Pace()


def timed_by_reading(episode: Episode, *, duration_ms: int | None = None, pace: Pace = PACE) -> tuple[Episode, int]:
    """The episode with a span on every line, and its length.

    With ``duration_ms`` the times are scaled to it.  Marks take no time: their span is empty.
    """
    gaps, lengths = _gaps_and_lengths(episode, pace)
    ends = list(accumulate(g + n for g, n in zip(gaps, lengths, strict=True)))
    natural_ms = ends[-1] if ends else 0
    scale = 1.0 if duration_ms is None or not natural_ms else duration_ms / natural_ms
    spans = [Span(round((end - n) * scale), round(end * scale)) for end, n in zip(ends, lengths, strict=True)]
    return with_spans(episode, spans), natural_ms if duration_ms is None else duration_ms


def with_spans(episode: Episode, spans: Sequence[Span]) -> Episode:
    """The episode with the n-th span on its n-th line."""
    following = iter(spans)
    scenes = tuple(
        replace(scene, lines=tuple(replace(line, span=next(following)) for line in scene.lines))
        for scene in episode.scenes
    )
    return replace(episode, scenes=scenes)


def length_ms(line: Line, pace: Pace = PACE) -> int:
    """How long a line plays.

    >>> from hookline.model.story import Source
    >>> length_ms(Line(LineKind.DIALOGUE, "You never told me she was alive.", Source("a", 1)))
    2692
    """
    if line.kind is LineKind.MARK:
        return 0
    if line.kind is LineKind.TRANSITION:
        return pace.transition_ms
    if line.kind is LineKind.DIALOGUE:
        said = _played_ms(line.text, pace.spoken_words_per_s, pace.spoken_han_per_s)
        return max(pace.least_said_ms, said) + _pauses_ms(line, pace)
    least = pace.least_shown_ms if line.kind is LineKind.CAPTION else pace.least_done_ms
    return max(least, _played_ms(line.text, pace.action_words_per_s, pace.action_han_per_s))


def counted(text: str) -> tuple[int, int]:
    """Words of a text in letters, and its Han characters.

    >>> counted("OK，我们走吧")
    (1, 4)
    """
    return len(_WORD.findall(text)), len(_HAN.findall(text))


def _played_ms(text: str, words_per_s: float, han_per_s: float) -> int:
    words, han = counted(text)
    return round(1000 * (words / words_per_s + han / han_per_s))


def _pauses_ms(line: Line, pace: Pace) -> int:
    held = pace.held_ms if _HELD.search(line.delivery or "") else 0
    return held + pace.trailing_off_ms * len(_TRAILING_OFF.findall(line.text))


def _gaps_and_lengths(episode: Episode, pace: Pace) -> tuple[list[int], list[int]]:
    gaps: list[int] = []
    lengths: list[int] = []
    before: Line | None = None
    for number, scene in enumerate(episode.scenes):
        for index, line in enumerate(scene.lines):
            opens = index == 0 and number > 0
            gaps.append(pace.scene_gap_ms if opens else _turn_gap_ms(before, line, pace))
            lengths.append(length_ms(line, pace))
            before = line
    return gaps, lengths


def _turn_gap_ms(before: Line | None, line: Line, pace: Pace) -> int:
    both_speak = before is not None and before.kind is line.kind is LineKind.DIALOGUE
    return pace.turn_gap_ms if both_speak and before is not None and before.speaker != line.speaker else 0
