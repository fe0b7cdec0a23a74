"""Step 5: tension, second by second.

For the middle of each second, sources between 0 and 1:

    heat      charge of the line under way (``signs``: hot words, "!", capitals, breaking off)
    emotion   how sure the line is angry, afraid, disgusted, sad or surprised, as far as that presses (``PRESSING``)
    conflict  mean opposition of two successive turns by different speakers; a line that is surely angry or
              disgusted opposes by ``ANGRY`` more of what is left to 1
    pace      lines that start within 5 s either way, against 8 in 10 s
    question  1 when a question is put, halved every 6 s; every 20 s while nobody answers it
    beat      strongest beat under way, fading over 4 s after its end

and, where the video was watched, two more that say how it is cut and mixed, each against the episode's own median
second, so that a loud or quick series is not tenser for it, and neither takes anything away:

    cutting   shots that begin within 5 s either way: 0 at the median, 1 at twice as many and 3 more
    loudness  LU above the median of the seconds that are not silent: 0 at the median, 1 at 10 LU

combine as ``1 - product(1 - w_k x_k)``: each source takes its share of the calm that the others
leave, so the sum stays in 0..1 and no source alone makes full tension.  The weights are
``WEIGHTS`` and ``FILMED``.  The curve is then smoothed with a normal kernel of 1.5 s, cut off at 4 s and
normalised at the ends.  It is a reading of the script, comparable between episodes; it is not
scaled to the episode's own highest point, so a calm episode looks calm.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from hookline.model.script import LineKind
from hookline.model.shot import Footage
from hookline.model.story import Beat, BeatType, Emotion, Feeling
from hookline.story.signs import Reading

WEIGHTS = {"heat": 0.45, "emotion": 0.20, "conflict": 0.40, "pace": 0.15, "question": 0.15, "beat": 0.60}
FILMED = {"cutting": 0.10, "loudness": 0.10}  # small: form follows what happens more than it makes it

CALM = (BeatType.EXPOSITION, BeatType.FLASHBACK, BeatType.HOOK)  # these don't press by themselves
RELIEVING = {BeatType.PAYOFF: 0.5, BeatType.DECISION: 0.8, BeatType.DECLARATION: 0.8}
# How hard an emotion presses, 0..1: our reading.  Joy and calm don't.
PRESSING = {Emotion.ANGER: 1.0, Emotion.FEAR: 1.0, Emotion.DISGUST: 0.8, Emotion.SURPRISE: 0.5, Emotion.SADNESS: 0.5}
HOSTILE = (Emotion.ANGER, Emotion.DISGUST)
ANGRY = 0.30
QUESTION_HALF_LIFE_S = 6.0
OPEN_HALF_LIFE_S = 20.0  # of a question that nobody answers in the next two lines
BEAT_FADES_S = 4.0
PACE_REACH_S = 5.0
PACE_FULL = 8
CUTTING_REACH_S = 5.0
CUTTING_MORE = 3  # shots beyond twice the median that make it full
LOUDER_LU = 10.0
SILENT_LUFS = -60.0
SMOOTH_S = 1.5
SMOOTH_REACH_S = 4


def tension_of(
    reading: Reading, beats: Sequence[Beat], *, feelings: Sequence[Feeling] = (), footage: Footage | None = None
) -> tuple[float, ...]:
    """Tension 0..1 for every second that the episode touches.

    Args:
        reading: the episode with what is seen in each line.
        beats: all its beats.
        feelings: one for each line; without them emotion is 0 throughout.
        footage: the watched video; without it only what is written counts.
    """
    seconds = -(-reading.duration_ms // 1000)
    sources = {
        "heat": _heat(reading, seconds),
        "emotion": _emotion(reading, feelings, seconds),
        "conflict": _conflict(reading, feelings, seconds),
        "pace": _pace(reading, seconds),
        "question": _questions(reading, seconds),
        "beat": _pressing(beats, seconds),
    }
    weights = WEIGHTS
    if footage is not None:
        sources |= {"cutting": _cutting(footage, seconds), "loudness": _loudness(footage, seconds)}
        weights = WEIGHTS | FILMED
    raw = [
        1.0 - math.prod(1.0 - weight * sources[name][second] for name, weight in weights.items())
        for second in range(seconds)
    ]
    return tuple(round(min(1.0, max(0.0, value)), 4) for value in smoothed(raw))


def smoothed(values: Sequence[float]) -> list[float]:
    """Means weighted by a normal kernel; at the ends over what there is."""
    kernel = [math.exp(-0.5 * (step / SMOOTH_S) ** 2) for step in range(-SMOOTH_REACH_S, SMOOTH_REACH_S + 1)]
    result = []
    for at in range(len(values)):
        first = max(0, at - SMOOTH_REACH_S)
        window = values[first : at + SMOOTH_REACH_S + 1]
        weights = kernel[first - at + SMOOTH_REACH_S :][: len(window)]
        result.append(sum(v * w for v, w in zip(window, weights, strict=True)) / sum(weights))
    return result


def _heat(reading: Reading, seconds: int) -> list[float]:
    values = [0.0] * seconds
    for index, heat in enumerate(reading.heat):
        _raise(values, reading.span(index).seconds(), heat)
    return values


def _emotion(reading: Reading, feelings: Sequence[Feeling], seconds: int) -> list[float]:
    values = [0.0] * seconds
    for index, feeling in enumerate(feelings):
        _raise(values, reading.span(index).seconds(), PRESSING.get(feeling.emotion, 0.0) * feeling.confidence)
    return values


def _conflict(reading: Reading, feelings: Sequence[Feeling], seconds: int) -> list[float]:
    values = [0.0] * seconds
    against = list(reading.opposition)
    for index, feeling in enumerate(feelings):
        if feeling.emotion in HOSTILE and against[index] > 0.0:  # anger at nobody in the room is heat, not conflict
            against[index] = 1.0 - (1.0 - against[index]) * (1.0 - ANGRY * feeling.confidence)
    spoken = reading.spoken()
    for before, index in pairwise(spoken):
        if reading.lines[before].speaker == reading.lines[index].speaker:
            continue
        if reading.scenes[before] == reading.scenes[index]:
            pressed = (against[before] + against[index]) / 2
            _raise(values, reading.span(index).seconds(), pressed)
    return values


def _pace(reading: Reading, seconds: int) -> list[float]:
    shown = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)
    starts = sorted(reading.span(i).start_ms / 1000 for i, line in enumerate(reading.lines) if line.kind in shown)
    near = (
        bisect_right(starts, second + 0.5 + PACE_REACH_S) - bisect_left(starts, second + 0.5 - PACE_REACH_S)
        for second in range(seconds)
    )
    return [min(1.0, count / PACE_FULL) for count in near]


def _questions(reading: Reading, seconds: int) -> list[float]:
    """The question that presses most: each from its end on, an unanswered one for longer."""
    values = [0.0] * seconds
    for index, asks in enumerate(reading.asks):
        if not asks:
            continue
        asked_s = reading.span(index).end_ms / 1000
        half_life_s = OPEN_HALF_LIFE_S if _unanswered(reading, index) else QUESTION_HALF_LIFE_S
        for second in range(max(0, math.ceil(asked_s - 0.5)), seconds):
            values[second] = max(values[second], 0.5 ** ((second + 0.5 - asked_s) / half_life_s))
    return values


def _unanswered(reading: Reading, index: int) -> bool:
    """Whether nobody else says anything but a question in the next two lines of the scene."""
    following = range(index + 1, min(index + 3, len(reading.lines)))
    return not any(
        reading.scenes[other] == reading.scenes[index]
        and reading.lines[other].kind is LineKind.DIALOGUE
        and reading.lines[other].speaker != reading.lines[index].speaker
        and not reading.asks[other]
        for other in following
    )


def _pressing(beats: Sequence[Beat], seconds: int) -> list[float]:
    values = [0.0] * seconds
    for beat in beats:
        if beat.type in CALM:
            continue
        press = beat.intensity * RELIEVING.get(beat.type, 1.0)
        _raise(values, beat.span.seconds(), press)
        for second in range(beat.span.end_ms // 1000, min(seconds, beat.span.end_ms // 1000 + int(BEAT_FADES_S))):
            age_s = second + 0.5 - beat.span.end_ms / 1000
            _raise(values, range(second, second + 1), press * max(0.0, 1.0 - age_s / BEAT_FADES_S))
    return values


def _cutting(footage: Footage, seconds: int) -> list[float]:
    starts = [shot.span.start_ms / 1000 for shot in footage.shots[1:]]
    near = [
        bisect_right(starts, second + 0.5 + CUTTING_REACH_S) - bisect_left(starts, second + 0.5 - CUTTING_REACH_S)
        for second in range(seconds)
    ]
    usual = statistics.median(near) if near else 0.0
    return [min(1.0, max(0.0, (count - usual) / (usual + CUTTING_MORE))) for count in near]


def _loudness(footage: Footage, seconds: int) -> list[float]:
    """A second without sound, or past its end, is no louder than any."""
    levels = [*(footage.loudness_lufs or ())][:seconds]
    heard = [level for level in levels if level > SILENT_LUFS]
    usual = statistics.median(heard) if heard else 0.0
    louder = [min(1.0, max(0.0, (level - usual) / LOUDER_LU)) for level in levels] if heard else []
    return louder + [0.0] * (seconds - len(louder))


def _raise(values: list[float], seconds: range, level: float) -> None:
    for second in seconds:
        if second < len(values):
            values[second] = max(values[second], min(1.0, level))
