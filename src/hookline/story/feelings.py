"""What each line conveys: one of seven emotions, how sure, and how good or bad it sounds.

``emotion`` gives probabilities; here they become a ``Feeling``.  Lines are dialogue, action and
captions; transitions and marks convey nothing.  ``docs/story.md`` ("Emotion and mood") tells the rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hookline.model.script import Episode, Line, LineKind
from hookline.model.story import Emotion, Feeling

LANGUAGES = ("en", "zh")
FELT = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)
NOTHING = Feeling(Emotion.NEUTRAL, 0.0, 0.0)
SMOOTH_S = 2.0
SMOOTH_REACH_S = 6


def feel(lines: Sequence[Line], *, language: str) -> tuple[Feeling, ...]:
    """What each line of one scene conveys, in order.

    Args:
        lines: of one scene, because a line is read beside its neighbours.
        language: "en", "zh-Hans", ...; see ``has_model``.

    Returns:
        One for each line; neutral with confidence and valence 0 where the line is no dialogue, action
        or caption, or the language has no model.
    """
    if not has_model(language):
        return (NOTHING,) * len(lines)
    from hookline.story.emotion import Said, feelings_of  # numpy stays out of ``import hookline``

    places = [at for at, line in enumerate(lines) if line.kind in FELT and line.text.strip()]
    said = [Said(lines[at].text, lines[at].speaker or "") for at in places]
    found = dict(zip(places, feelings_of(said, language=_primary(language)), strict=True))
    return tuple(found.get(at, NOTHING) for at in range(len(lines)))


def has_model(language: str) -> bool:
    """Whether there is a model for the language."""
    return _primary(language) in LANGUAGES


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def valence_of(episode: Episode, feelings: Sequence[Feeling], *, seconds: int) -> tuple[float, ...]:
    """The mood at every second, -1..1.

    The valence under way in each whole second, 0 in silence, smoothed with a normal kernel::

        valence(t) = sum of K(t - s) v(s) / sum of K(t - s),  K(d) = exp(-d^2 / (2 SMOOTH_S^2)), |d| <= 6 s

    Where several lines share a second, v is their mean.
    """
    heard: list[list[float]] = [[] for _ in range(seconds)]
    for line, feeling in zip(episode.lines(), feelings, strict=True):
        if line.span is None or line.kind not in FELT:
            continue
        for second in line.span.seconds():
            if second < seconds:
                heard[second].append(feeling.valence)
    return _smoothed([sum(values) / len(values) if values else 0.0 for values in heard])


def _smoothed(values: Sequence[float]) -> tuple[float, ...]:
    kernel = {step: math.exp(-0.5 * (step / SMOOTH_S) ** 2) for step in range(-SMOOTH_REACH_S, SMOOTH_REACH_S + 1)}
    result = []
    for at in range(len(values)):
        near = {step: weight for step, weight in kernel.items() if 0 <= at + step < len(values)}
        mean = sum(values[at + step] * weight for step, weight in near.items()) / sum(near.values())
        result.append(max(-1.0, min(1.0, mean)))
    return tuple(result)
