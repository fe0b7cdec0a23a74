"""What each line conveys: one of seven emotions, how sure, and how good or bad it sounds.

Three steps: ``emotion`` gives the probabilities of the labels of its training data, ``_english`` and
``_chinese`` turn them into our seven emotions, and words that settle it ("sobbing", 冷笑, "Get out!":
``feelings.toml``) are laid over them.  ``docs/story.md`` ("Emotion and mood") tells the rules.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from hookline.model.script import Episode, Line, LineKind
from hookline.model.story import Emotion, Feeling

if TYPE_CHECKING:  # numpy stays out of ``import hookline``
    from hookline.story.emotion import Floats, Ints

LANGUAGES = ("en", "zh")
FELT = (LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION)
NOTHING = Feeling(Emotion.NEUTRAL, 0.0, 0.0)
EMOTIONS = tuple(Emotion)
SIGN: Mapping[Emotion, int] = {  # surprise is neither, as in Demszky et al. 2020
    **dict.fromkeys((Emotion.ANGER, Emotion.DISGUST, Emotion.FEAR, Emotion.SADNESS), -1),
    **dict.fromkeys((Emotion.NEUTRAL, Emotion.SURPRISE), 0),
    Emotion.JOY: 1,
}

SITCOM = 0.25  # how much EmoryNLP's head has to say of English dialogue, beside GoEmotions' 0.75
OF_SITCOM: Mapping[str, Mapping[Emotion, float]] = {
    "Joyful": {Emotion.JOY: 1.0},
    "Mad": {Emotion.ANGER: 1.0},
    "Neutral": {Emotion.NEUTRAL: 1.0},
    "Peaceful": {Emotion.JOY: 0.5, Emotion.NEUTRAL: 0.5},
    "Powerful": {Emotion.JOY: 0.5, Emotion.NEUTRAL: 0.5},
    "Sad": {Emotion.SADNESS: 1.0},
    "Scared": {Emotion.FEAR: 1.0},
}
OF_CPED: Mapping[str, Emotion] = {
    "anger": Emotion.ANGER,
    "astonished": Emotion.SURPRISE,
    "depress": Emotion.SADNESS,
    "disgust": Emotion.DISGUST,
    "fear": Emotion.FEAR,
    "grateful": Emotion.JOY,
    "happy": Emotion.JOY,
    "neutral": Emotion.NEUTRAL,
    "positive-other": Emotion.JOY,
    "relaxed": Emotion.JOY,
    "sadness": Emotion.SADNESS,
    "worried": Emotion.FEAR,
}  # "negative-other" goes to the other negative emotions in their proportion
POSITIVE_MOODS = frozenset({"grateful", "happy", "positive-other", "relaxed"})

TILT = 0.4  # how much of how usual an emotion is in the data is taken back when one is named
LEAST = 0.5  # an emotion is named if it has at least this share of the likeliest one's probability
ASKED = 0.3  # of a plain question's surprise; GoEmotions counts curiosity as surprise
SETTLED = {"said": 0.6, "done": 0.5, "how": 0.7}  # how much settling words count beside the model
SETTLED_VALENCE = 0.8  # of an emotion that is settled
LONGEST = 2000  # characters of a line that are searched for settling words

SMOOTH_S = 2.0
SMOOTH_REACH_S = 6

_CLAUSES = re.compile(r"[^。！？!?…；;\n]+")


@dataclass(frozen=True, slots=True)
class _Read:
    """Probabilities of the seven emotions, in the order of ``EMOTIONS``, the name given, and the valence."""

    shares: tuple[float, ...]
    emotion: Emotion
    valence: float


UNJUDGED = _Read((0.0,) * len(EMOTIONS), Emotion.NEUTRAL, 0.0)  # Chinese action: no data has any


def feel(lines: Sequence[Line], *, language: str) -> tuple[Feeling, ...]:
    """What each line of one scene conveys, in order.

    Args:
        lines: of one scene, because dialogue is read beside its neighbours.
        language: "en", "zh-Hans", ...; see ``has_model``.

    Returns:
        One for each line; neutral with confidence and valence 0 where the line is no dialogue, action
        or caption, holds no letter, is Chinese action that names no emotion, or the language has no model.

    >>> from hookline.model.script import Source
    >>> (one,) = feel([Line(LineKind.DIALOGUE, "Thank you, I love it!", Source("a", 1))], language="en")
    >>> one.emotion, one.valence > 0
    (<Emotion.JOY: 'joy'>, True)
    """
    if not has_model(language):
        return (NOTHING,) * len(lines)
    primary = _primary(language)
    read = _english if primary == "en" else _chinese
    found: dict[int, _Read] = {}
    for kind in FELT:
        places = [at for at, line in enumerate(lines) if line.kind is kind and _says(line.text)]
        if places and kind is LineKind.ACTION and primary == "zh":
            found |= dict.fromkeys(places, UNJUDGED)
        elif places:
            found |= zip(places, read([lines[at] for at in places], together=kind is LineKind.DIALOGUE), strict=True)
    return tuple(_feeling(found[at], line, primary) if at in found else NOTHING for at, line in enumerate(lines))


def has_model(language: str) -> bool:
    """Whether there is a model for the language."""
    return _primary(language) in LANGUAGES


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def _says(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _asks(text: str) -> bool:
    """Whether a line is one question and no cry."""
    return text.rstrip().endswith("?") and text.count("?") == 1 and "!" not in text


# --- from the labels of the data to ours -----------------------------------------------------------


def _english(lines: Sequence[Line], *, together: bool) -> list[_Read]:
    """GoEmotions' head for all; for dialogue EmoryNLP's as well, which sees the neighbours."""
    import numpy as np

    from hookline.story.emotion import centred, mixed, model

    shipped = model("en")
    rows = shipped.rows([line.text for line in lines], "en")
    first, second = shipped.heads["goemotions"], shipped.heads["emorynlp"]
    scores = first.scores(rows)
    shares = first.probabilities(scores) @ _table({name: {Emotion(name): 1.0} for name in first.labels}, first.labels)
    prior = first.prior @ _table({name: {Emotion(name): 1.0} for name in first.labels}, first.labels)
    if together:
        heard = mixed(second.scores(rows), [line.speaker or "" for line in lines])
        sitcom = second.probabilities(heard, guided_by=centred(scores + first.bias))
        shares = (1 - SITCOM) * shares + SITCOM * (sitcom @ _table(OF_SITCOM, second.labels))
        prior = (1 - SITCOM) * prior + SITCOM * (second.prior @ _table(OF_SITCOM, second.labels))
    asks = np.array([_asks(line.text) for line in lines])
    surprise, neutral = EMOTIONS.index(Emotion.SURPRISE), EMOTIONS.index(Emotion.NEUTRAL)
    moved = np.where(asks, (1 - ASKED) * shares[:, surprise], 0.0)
    shares[:, surprise] -= moved
    shares[:, neutral] += moved
    signs = np.array([SIGN[emotion] for emotion in EMOTIONS])
    moods = np.stack([shares[:, signs == sign].sum(axis=1) for sign in (-1, 0, 1)], axis=1)
    usual = np.array([prior[signs == sign].sum() for sign in (-1, 0, 1)])
    return _reads(shares, prior, _valence(moods, usual))


def _chinese(lines: Sequence[Line], *, together: bool) -> list[_Read]:
    """CPED's heads on each clause of a line, as CPED cuts its lines, then their mean by length."""
    import numpy as np

    from hookline.story.emotion import mixed, model

    shipped = model("zh")
    clauses = [(at, part) for at, line in enumerate(lines) for part in _clauses(line.text)]
    owner = np.array([at for at, _ in clauses], np.int64)
    rows = shipped.rows([part for _, part in clauses], "zh")
    speakers = [lines[at].speaker or "" for at in owner] if together else [str(at) for at in owner]
    scenes = None if together else owner.tolist()
    moods, names = (
        head.probabilities(mixed(head.scores(rows), speakers, scenes=scenes))
        for head in (shipped.heads["sentiment"], shipped.heads["emotion"])
    )
    weight = np.array([len(part) for _, part in clauses], np.float32)
    moods, names = (_pooled(each, owner, weight, len(lines)) for each in (moods, names))
    sentiment, emotion = shipped.heads["sentiment"], shipped.heads["emotion"]
    shares = _seven(emotion.labels, names, moods)
    prior = _seven(emotion.labels, emotion.prior[None], sentiment.prior[None])[0]
    return _reads(shares, prior, _valence(moods, sentiment.prior))


def _clauses(text: str) -> list[str]:
    return [part for part in _CLAUSES.findall(text) if _says(part)] or [text]


def _pooled(values: Floats, owner: Ints, weight: Floats, count: int) -> Floats:
    import numpy as np

    total = np.zeros((count, values.shape[1]))
    np.add.at(total, owner, values * weight[:, None])
    return np.asarray(total / total.sum(axis=1, keepdims=True), np.float32)


def _seven(labels: Sequence[str], names: Floats, moods: Floats) -> Floats:
    """P(emotion) = P(sentiment) P(emotion | sentiment): the sentiment's head knows more than the emotion's."""
    import numpy as np

    group = np.array([2 if name in POSITIVE_MOODS else 1 if name == "neutral" else 0 for name in labels])
    mass = np.stack([names[:, group == k].sum(axis=1) for k in range(3)], axis=1)
    named = names * moods[:, group] / np.maximum(mass[:, group], 1e-9)
    other = labels.index("negative-other")
    kin = (group == 0) & (np.arange(len(labels)) != other)
    named[:, kin] *= 1 + named[:, [other]] / np.maximum(named[:, kin].sum(axis=1, keepdims=True), 1e-9)
    named[:, other] = 0.0
    return np.asarray(named @ _table({name: {to: 1.0} for name, to in OF_CPED.items()}, labels), np.float32)


def _table(of: Mapping[str, Mapping[Emotion, float]], labels: Sequence[str]) -> Floats:
    """(labels, seven): what each label is of ours."""
    import numpy as np

    return np.array([[of.get(label, {}).get(emotion, 0.0) for emotion in EMOTIONS] for label in labels], np.float32)


def _valence(moods: Floats, usual: Floats) -> Floats:
    """Expected sentiment were bad, neither and good equally frequent: ``P(good) - P(bad)``.

    ``P(s) ~ p(s) / usual(s)`` takes back how often each stands in the training data, so that a line which
    says nothing is 0 and not a little bad.
    """
    import numpy as np

    even = moods / usual
    even = even / even.sum(axis=1, keepdims=True)
    return np.asarray(even[:, 2] - even[:, 0], np.float32)


def _reads(shares: Floats, prior: Floats, valence: Floats) -> list[_Read]:
    import numpy as np

    odds = np.log(shares + 1e-9) - TILT * np.log(prior + 1e-9)
    best = np.argmax(np.where(shares >= LEAST * shares.max(axis=1, keepdims=True), odds, -np.inf), axis=1)
    return [
        _Read(tuple(row), EMOTIONS[at], value)
        for row, at, value in zip(shares.tolist(), best.tolist(), valence.tolist(), strict=True)
    ]


# --- words that settle it -----------------------------------------------------------------------------


def _feeling(read: _Read, line: Line, language: str) -> Feeling:
    """The model's reading, with what words settle laid over it, the delivery last."""
    texts = {
        "said": line.text if line.kind is not LineKind.ACTION else "",
        "done": line.text if line.kind is LineKind.ACTION else "",
        "how": line.delivery or "",
    }
    for place, text in texts.items():
        if named := settled(text, language, table="said" if place == "said" else "named"):
            read = _over(read, named, SETTLED[place])
    confidence = read.shares[EMOTIONS.index(read.emotion)]
    return Feeling(read.emotion, max(0.0, min(1.0, confidence)), max(-1.0, min(1.0, read.valence)))


def _over(read: _Read, named: Sequence[Emotion], share: float) -> _Read:
    part = share / len(named)
    shares = tuple(
        (1 - share) * p + part * named.count(emotion) for emotion, p in zip(EMOTIONS, read.shares, strict=True)
    )
    valence = sum(SETTLED_VALENCE * SIGN[emotion] for emotion in named) / len(named)
    emotion = max(named, key=lambda one: shares[EMOTIONS.index(one)])
    return _Read(shares, emotion, (1 - share) * read.valence + share * valence)


def settled(text: str, language: str, *, table: str = "named") -> tuple[Emotion, ...]:
    """The emotions that words of ``feelings.toml`` settle, in the order of ``EMOTIONS``.

    >>> settled("sobbing, furious", "en")
    (<Emotion.SADNESS: 'sadness'>, <Emotion.ANGER: 'anger'>)
    """
    rest, found = text[:LONGEST].lower().replace("’", "'"), set()
    for emotion, pattern in _settling(language, table) if text else ():
        rest, count = pattern.subn(" ", rest)
        if count:
            found.add(emotion)
    return tuple(sorted(found, key=EMOTIONS.index))


@cache
def _settling(language: str, table: str) -> tuple[tuple[Emotion, re.Pattern[str]], ...]:
    """Expressions, the longest Chinese ones first so that 苦笑 isn't taken for 笑."""
    data = tomllib.loads(files("hookline.story").joinpath("feelings.toml").read_text("utf-8"))[language][table]
    if language == "en":
        return tuple(
            (Emotion(name), re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")) for name, words in data.items()
        )
    words = sorted(((word, name) for name, words in data.items() for word in words), key=lambda pair: -len(pair[0]))
    return tuple((Emotion(name), re.compile(word)) for word, name in words)


# --- the mood over time ------------------------------------------------------------------------------


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
