"""Step 6: where an episode first gives a reason to stay, and how it lets go.

The hook is the first line of the first 15 s that pulls hard enough at somebody who knows nothing more:
``pull = 1 - product(1 - w)`` over its heat and its signs (those of beats, and the weaker words of
the family "pull"); where none does, the strongest early line that pulls at all.

The ending is read from the last seconds: every sign and beat there speaks for one of the field's
five buttons (or for rest), later ones louder.  The button with the loudest voice names the ending,
and has to be louder than suspense usually is (0.50); its strength is the pull of all
open signs together, ``1 - product(1 - w_i r_i)`` with w_i the sign's weight for its button and r_i
between 0.5 (at the start of the window) and 1 (the last line).  An ending is at rest where rest is
seen and louder than any button, or where the episode has raised nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hookline.model.script import LineKind
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, Ending, EndingType, Hook
from hookline.story.beats import ENOUGH, lines_span, phrase
from hookline.story.lexicon import Lexicon
from hookline.story.signs import Reading, Sign

B, E = BeatType, EndingType

_HAN = re.compile(r"[\u3400-\u9fff]")

# What a line's signs are worth to somebody who knows nothing more, 0..1.  Our reading of the form; a
# sign of a beat holds the eye better than a word that merely hints at one.
HOOKING_SIGNS = (
    "reveal", "reversal", "betrayal", "threat", "humiliation", "comeback", "near_miss", "declaration", "discovery",
    "decision", "inciting", "shock", "grief", "suspense", "hostile",
)  # fmt: skip
SIGN_PULLS, HINT_PULLS = 0.50, 0.20
WORD_PULLS, WORD_HINT_PULLS = 0.45, 0.20  # the family "pull"
HEAT_PULLS = 0.60
HOOK_PULL = 0.45  # a line that pulls so hard is enough
HOOK_PULL_LATE = 0.60  # after the first 15 s, when most who leave have left
HOOK_PULL_LEAST = 0.20  # else the strongest line of the first 15 s, if it pulls at all
HOOK_MS = 15_000
QUIET_BEATS = (B.PAYOFF, B.EXPOSITION, B.FLASHBACK)

# What a hook's line and its neighbours say for a button, 0..1: by family and group of a sign, or by family.
HOOK_SAYS: dict[tuple[str, str], tuple[EndingType, float]] = {
    ("threat", ""): (E.CRISIS, 0.70),
    ("pull", "danger"): (E.CRISIS, 0.60),
    ("inciting", ""): (E.CRISIS, 0.30),
    ("grief", ""): (E.EMOTION, 0.60),
    ("humiliation", ""): (E.EMOTION, 0.50),
    ("pull", "hurt"): (E.EMOTION, 0.50),
    ("declaration", ""): (E.EMOTION, 0.40),
    ("pull", "wrong"): (E.EMOTION, 0.35),
    ("betrayal", ""): (E.EMOTION, 0.30),
    ("reveal", ""): (E.INFORMATION, 0.50),
    ("discovery", ""): (E.INFORMATION, 0.35),
    ("reversal", ""): (E.REVERSAL, 0.50),
    ("comeback", ""): (E.REVERSAL, 0.30),
    ("suspense", "stranger"): (E.SUSPENSE, 0.50),
    ("pull", "secret"): (E.SUSPENSE, 0.30),
}
HOOK_USUAL = {E.SUSPENSE: 0.45}  # before its signs are heard; chosen on the gold set's scripts with even ids

ENDING_MS = 15_000
ENDING_LINES = 10
OPEN_FROM = 0.35  # pull from which an ending is a cliffhanger
SHOWN_KINDS = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)

# What each kind of evidence says for a button, 0..1.  Our reading; to be learnt from continuation rates.
BEAT_SAYS: dict[BeatType, tuple[EndingType, float]] = {
    B.THREAT: (E.CRISIS, 0.75),
    B.CONFRONTATION: (E.CRISIS, 0.35),
    B.HUMILIATION: (E.EMOTION, 0.40),
    B.REVEAL: (E.INFORMATION, 0.70),
    B.DISCOVERY: (E.INFORMATION, 0.65),
    B.REVERSAL: (E.REVERSAL, 0.70),
    B.COMEBACK: (E.REVERSAL, 0.60),
    B.BETRAYAL: (E.REVERSAL, 0.60),
    B.NEAR_MISS: (E.SUSPENSE, 0.65),
    B.DECISION: (E.SUSPENSE, 0.35),
    B.DECLARATION: (E.EMOTION, 0.55),
    B.PAYOFF: (E.RESOLVED, 0.50),
    B.INCITING: (E.CRISIS, 0.40),
}
MOOD_SAYS: dict[tuple[str, str], tuple[EndingType, float]] = {
    ("suspense", "stranger"): (E.SUSPENSE, 0.55),
    ("suspense", "arrival"): (E.SUSPENSE, 0.30),
    ("suspense", "unfinished"): (E.SUSPENSE, 0.45),
    ("suspense", "plan"): (E.SUSPENSE, 0.40),
    ("shock", "seen"): (E.INFORMATION, 0.40),
    ("grief", "seen"): (E.EMOTION, 0.50),
    ("pull", "danger"): (E.CRISIS, 0.30),
    ("pull", "hurt"): (E.EMOTION, 0.45),
    ("pull", "wrong"): (E.EMOTION, 0.30),
    ("pull", "secret"): (E.SUSPENSE, 0.25),
    ("pull", "stakes"): (E.SUSPENSE, 0.10),
    ("calm", "closed"): (E.RESOLVED, 0.50),
}
# How loud the usual way of ending is at least, while something in the episode is open: the form ends on what is to
# come, so another button has to be louder than this.
USUAL = {E.SUSPENSE: 0.50}
QUESTION_SAYS = 0.50  # the last spoken line asks
# The writer's own word that the episode stops on something, and the looser custom of saying so.
MARKS_SAY = {"卡点": 0.4, "钩子": 0.4, "付费点": 0.4, "cliffhanger": 0.4, "to be continued": 0.15, "未完待续": 0.15}


@dataclass(frozen=True, slots=True)
class _Voice:
    """One piece of evidence for one way of ending."""

    type: EndingType
    weight: float
    line: int
    why: str
    asks: str
    name: str  # what it is, so that the same thing isn't heard twice


# ------------------------------------------------------------------ the hook


def find_hook(reading: Reading, beats: Sequence[Beat]) -> tuple[Hook, Beat] | None:
    """The first moment that gives a reason to stay, as hook and as beat; None when nothing does."""
    index = _hooking_line(reading)
    if index is None:
        return None
    source = reading.lines[index].source
    span = lines_span(reading, index, index)
    reason = _reason(reading, beats, index)
    early = 1.0 if span.start_ms < 3_000 else 0.85 if span.start_ms < HOOK_MS else 0.6  # the field's 3 s and 15 s
    beat = Beat(
        B.HOOK,
        span,
        round(min(1.0, early * (0.7 + 0.3 * reading.heat[index])), 3),
        (source,),
        _speaker(reading, index),
        reason,
    )
    return Hook(reading.span(index).start_ms, (source,), reason, _hook_type(reading, index)), beat


def _hook_type(reading: Reading, index: int) -> EndingType:
    """The button that the signs on the line and beside it press loudest."""
    says: dict[EndingType, dict[tuple[str, str], float]] = {}
    for sign in reading.signs:
        group = sign.group if (sign.family, sign.group) in HOOK_SAYS else ""
        said = HOOK_SAYS.get((sign.family, group))
        if said and abs(sign.line - index) <= 1:
            kinds = says.setdefault(said[0], {})
            kinds.setdefault((sign.family, sign.group), said[1] * min(1.0, sign.weight))
    loud = {type: _together([*says.get(type, {}).values(), HOOK_USUAL.get(type, 0.0)]) for type in E}
    return max(E, key=loud.__getitem__)


def _hooking_line(reading: Reading) -> int | None:
    """The first line that pulls hard enough; where that comes late, the strongest early one that pulls at all."""
    pulls = _pulls(reading)
    early = [index for index in pulls if reading.span(index).start_ms < HOOK_MS]
    enough = next((index for index in early if pulls[index] >= HOOK_PULL), None)
    if enough is not None:
        return enough
    best = max(early, key=pulls.__getitem__, default=None)  # of equals the first
    if best is not None and pulls[best] >= HOOK_PULL_LEAST:
        return best
    return next((index for index in pulls if pulls[index] >= HOOK_PULL_LATE), None)


def _pulls(reading: Reading) -> dict[int, float]:
    """How hard each line that is seen or heard holds somebody who knows nothing more, 0..1, in order."""
    left = {
        index: 1.0 - HEAT_PULLS * reading.heat[index]
        for index, line in enumerate(reading.lines)
        if line.kind in SHOWN_KINDS
    }
    for sign in reading.signs:
        if sign.line in left:
            left[sign.line] *= 1.0 - _sign_pulls(sign)
    return {index: round(1.0 - value, 3) for index, value in left.items()}  # one word of weight 0.45 is 0.45


def _sign_pulls(sign: Sign) -> float:
    if sign.family == "pull":
        return WORD_PULLS if sign.weight >= ENOUGH else WORD_HINT_PULLS
    if sign.family in HOOKING_SIGNS and sign.group != "unfinished":
        strong = sign.weight >= ENOUGH and sign.group != "arrival"  # people come in all the time
        return SIGN_PULLS if strong else HINT_PULLS
    return 0.0


def _reason(reading: Reading, beats: Sequence[Beat], index: int) -> str:
    """What holds: the beat that lands on the line, else its strongest sign, else its heat."""
    source = reading.lines[index].source
    landing = [beat for beat in beats if beat.evidence[0] == source and beat.type not in QUIET_BEATS]
    if landing:
        return max(landing, key=lambda beat: beat.intensity).why
    signs = [sign for sign in reading.signs if sign.line == index and _sign_pulls(sign) > 0]
    if signs:
        return phrase(max(signs, key=_sign_pulls), reading)
    return f'opens hot: "{_short(reading.lines[index].text)}"'


def _speaker(reading: Reading, index: int) -> tuple[str, ...]:
    speaker = reading.lines[index].speaker
    return (speaker,) if speaker else ()


# ------------------------------------------------------------------ the ending


def find_ending(reading: Reading, beats: Sequence[Beat], lexicon: Lexicon) -> tuple[Ending, Beat | None]:
    """How the episode ends, and its cliffhanger beat when it stays open."""
    window = _window(reading)
    if not window:
        return Ending(E.RESOLVED, 0.0, Span(reading.duration_ms, reading.duration_ms), ()), None
    span = lines_span(reading, window[0], window[-1])
    voices = _strongest_once(
        [
            *_beat_voices(reading, beats, window, lexicon),
            *_sign_voices(reading, window, lexicon),
            *_question_voice(reading, window),
        ]
    )
    loudness = {type: _together([_heard(v, window) for v in voices if v.type is type]) for type in E}
    best = max((type for type in E if type is not E.RESOLVED), key=lambda way: _likely(way, loudness))
    pull = _together([_heard(v, window) for v in voices if v.type is not E.RESOLVED])
    pull = _together([pull * (1 - 0.6 * loudness[E.RESOLVED]), _marked(reading)])
    if _comes_to_rest(reading, beats, loudness, pull):
        last = reading.lines[window[-1]].source
        resting = [v for v in voices if v.type is E.RESOLVED]
        evidence = tuple(reading.lines[v.line].source for v in resting) or (last,)
        return Ending(E.RESOLVED, round(min(pull, OPEN_FROM), 3), span, evidence), None
    speaking = sorted((v for v in voices if v.type is best), key=lambda v: -_heard(v, window))[:3]
    lines = sorted({v.line for v in speaking}) or [window[-1]]
    evidence = tuple(dict.fromkeys(reading.lines[index].source for index in lines))
    ending = Ending(best, round(pull, 3), span, evidence, _question(reading, beats, speaking, window, lexicon))
    if not speaking or pull < OPEN_FROM:
        return ending, None
    people = tuple(dict.fromkeys(name for index in lines for name in _speaker(reading, index)))
    said = f"ends on {best.value}: {speaking[0].why}"
    return ending, Beat(
        B.CLIFFHANGER, lines_span(reading, lines[0], window[-1]), ending.strength, evidence, people, said
    )


def _likely(way: EndingType, loudness: Mapping[EndingType, float]) -> float:
    """How loud a way of ending is, or is taken to be because it is usual."""
    return max(loudness[way], USUAL.get(way, 0.0))


def _comes_to_rest(reading: Reading, beats: Sequence[Beat], loudness: Mapping[EndingType, float], pull: float) -> bool:
    """Whether rest is seen and nothing speaks louder, or nothing was ever raised."""
    if loudness[E.RESOLVED] > 0.0:
        return loudness[E.RESOLVED] > max(loudness[type] for type in E if type is not E.RESOLVED)
    if pull >= OPEN_FROM or _raised(beats):
        return False
    return not any(sign.family == "pull" for sign in reading.signs)


def _raised(beats: Sequence[Beat]) -> list[Beat]:
    """The beats of the episode that leave something open."""
    return [beat for beat in beats if beat.type in BEAT_SAYS and beat.type is not B.PAYOFF]


def _window(reading: Reading) -> list[int]:
    shown = [
        index for index, line in enumerate(reading.lines) if line.kind in SHOWN_KINDS and not _is_mark(reading, index)
    ]
    if not shown:
        return []
    since_ms = reading.span(shown[-1]).end_ms - ENDING_MS
    return [index for index in shown[-ENDING_LINES:] if reading.span(index).end_ms > since_ms] or shown[-1:]


def _is_mark(reading: Reading, index: int) -> bool:
    line = reading.lines[index]
    return line.kind is not LineKind.DIALOGUE and any(mark in line.text.lower() for mark in MARKS_SAY)


def _marked(reading: Reading) -> float:
    tail = [line.text.lower() for line in reading.lines[-4:] if line.kind is not LineKind.DIALOGUE]
    return max((says for mark, says in MARKS_SAY.items() if any(mark in text for text in tail)), default=0.0)


def _beat_voices(reading: Reading, beats: Sequence[Beat], window: Sequence[int], lexicon: Lexicon) -> Iterator[_Voice]:
    index_of = {line.source: index for index, line in enumerate(reading.lines)}
    for beat in beats:
        lines = [index_of[source] for source in beat.evidence if index_of[source] in window]
        if lines and beat.type in BEAT_SAYS:
            type, weight = BEAT_SAYS[beat.type]
            asks = _asked_by(beat, reading, lexicon)
            yield _Voice(type, weight * (0.5 + 0.5 * beat.intensity), lines[-1], beat.why, asks, beat.type.value)


def _asked_by(beat: Beat, reading: Reading, lexicon: Lexicon) -> str:
    """The question that the weightiest sign of a beat leaves open."""
    own = [s for s in reading.of(beat.type.value) if reading.lines[s.line].source in beat.evidence]
    best = max(own, key=lambda sign: sign.weight, default=None)
    return lexicon.question(best.family, best.group) if best else "Who wins?"


def _sign_voices(reading: Reading, window: Sequence[int], lexicon: Lexicon) -> Iterator[_Voice]:
    for sign in reading.signs:
        said = MOOD_SAYS.get((sign.family, sign.group))
        if said is None or sign.line not in window:
            continue
        if sign.group == "unfinished" and sign.line != _last_spoken(reading, window):
            continue
        if (sign.group, sign.place) == ("secret", "said"):  # mostly questions, which are heard as such
            continue
        asks = lexicon.question(sign.family, sign.group)
        yield _Voice(
            said[0], said[1] * sign.weight, sign.line, phrase(sign, reading), asks, f"{sign.family}.{sign.group}"
        )


def _question_voice(reading: Reading, window: Sequence[int]) -> Iterator[_Voice]:
    last = _last_spoken(reading, window)
    if last is not None and _asked(reading.lines[last].text):
        line = reading.lines[last]
        yield _Voice(
            E.SUSPENSE, QUESTION_SAYS, last, f'{line.speaker or "a voice"} asks "{_short(line.text)}"', "", "asked"
        )


def _last_spoken(reading: Reading, window: Sequence[int]) -> int | None:
    return next((i for i in reversed(window) if reading.lines[i].kind is LineKind.DIALOGUE), None)


def _strongest_once(voices: Sequence[_Voice]) -> list[_Voice]:
    """Each kind of evidence once, where it is heard last and loudest."""
    best: dict[str, _Voice] = {}
    for voice in voices:
        before = best.get(voice.name)
        if before is None or (voice.weight, voice.line) >= (before.weight, before.line):
            best[voice.name] = voice
    return list(best.values())


def _heard(voice: _Voice, window: Sequence[int]) -> float:
    place = window.index(voice.line) / max(1, len(window) - 1)
    return voice.weight * (0.5 + 0.5 * place if len(window) > 1 else 1.0)


def _together(parts: Sequence[float]) -> float:
    return 1.0 - math.prod(1.0 - part for part in parts)


def _question(
    reading: Reading, beats: Sequence[Beat], voices: Sequence[_Voice], window: Sequence[int], lexicon: Lexicon
) -> str:
    """What the ending leaves open: a question asked there, else its first sign's, else the last beat's."""
    last = _last_spoken(reading, window)
    asked = _asked(reading.lines[last].text) if last is not None else ""
    if last is not None and asked:
        speaker = reading.lines[last].speaker
        return f'{speaker}: "{_short(asked)}"' if speaker else f'"{_short(asked)}"'
    raised = [_asked_by(beat, reading, lexicon) for beat in reversed(_raised(beats))]
    sure = [voice.asks for voice in voices if not voice.name.startswith("pull.")]
    own = [*sure, *raised, *(voice.asks for voice in voices)]
    said = voices[0].why if voices else _told_last(reading, window)
    return next((asks for asks in own if asks), f"What follows, after: {said}?")


def _told_last(reading: Reading, window: Sequence[int]) -> str:
    return f'"{_short(reading.lines[window[-1]].text)}"'


def _asked(text: str) -> str:
    """The question that a text ends on, if it does and it is no mere call ("Miss?")."""
    last = next((part for part in reversed(_sentences(text)) if part.strip("\"'”’ ")), "")
    long_enough = len(last.split()) > 1 or len(last) > 8 or bool(_HAN.search(last))
    return last if long_enough and last.rstrip("\"'”’ ").endswith(("?", "？")) else ""


def _sentences(text: str) -> list[str]:
    parts, start = [], 0
    for index, char in enumerate(text):
        if char in ".?!。？！":
            parts.append(text[start : index + 1].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


def _short(text: str, limit: int = 70) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 4].rsplit(" ", 1)[0] + " ..."
