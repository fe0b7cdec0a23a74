"""The model behind ``feelings``: a linear classifier over hashed words and characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hookline.model.story import Emotion, Feeling

Floats = NDArray[np.float32]

BUCKETS = 1 << 17
LONGEST_CHARS = 400  # of a line; what comes after adds nothing to how it sounds
LABELS: Mapping[str, tuple[str, ...]] = {
    "en": ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"),
    "zh": (
        "anger",
        "astonished",
        "depress",
        "disgust",
        "fear",
        "grateful",
        "happy",
        "negative-other",
        "neutral",
        "positive-other",
        "relaxed",
        "sadness",
        "worried",
    ),
}
EMOTION_OF: Mapping[str, Emotion] = {
    **{emotion.value: emotion for emotion in Emotion},
    "astonished": Emotion.SURPRISE,
    "depress": Emotion.SADNESS,
    "grateful": Emotion.JOY,
    "happy": Emotion.JOY,
    "negative-other": Emotion.DISGUST,
    "positive-other": Emotion.JOY,
    "relaxed": Emotion.JOY,
    "worried": Emotion.FEAR,
}
SIGN_OF: Mapping[str, float] = {
    **dict.fromkeys(
        ("anger", "disgust", "fear", "sadness", "depress", "negative-other", "worried", "astonished"), -1.0
    ),
    **dict.fromkeys(("joy", "happy", "grateful", "positive-other", "relaxed"), 1.0),
}

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Said:
    """A line as the model reads it."""

    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The weights of one question: (buckets, classes) as small integers times a scale a class."""

    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    def probabilities(self, lines: Sequence[NDArray[np.int64]]) -> Floats:
        """(lines, classes); each row sums to 1."""
        scores = np.stack([self._score(buckets) for buckets in lines])
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)

    def _score(self, buckets: NDArray[np.int64]) -> Floats:
        total = self.weights[buckets].sum(axis=0, dtype=np.float32) * self.scale
        return np.asarray(total / np.sqrt(max(1, len(buckets))) + self.bias, np.float32)


def buckets_of(text: str, language: str) -> NDArray[np.int64]:
    """Where a line's words and characters stand in the table of weights, each once."""
    return np.array(
        sorted({crc32(f.encode("utf-8", "surrogatepass")) % BUCKETS for f in features(text, language)}), np.int64
    )


def features(text: str, language: str) -> Iterator[str]:
    """Words and their pairs, and runs of characters."""
    folded = " ".join(text[:LONGEST_CHARS].lower().replace("’", "'").split())
    if language == "en":
        words = ["^", *_WORD.findall(folded), "$"]
        yield from words[1:-1]
        yield from (f"{a} {b}" for a, b in pairwise(words))
        shortest, longest = 3, 5
    else:
        shortest, longest = 1, 3
    padded = f"^{folded}$"
    for size in range(shortest, longest + 1):
        yield from (f"#{padded[at : at + size]}" for at in range(len(padded) - size + 1))


@cache
def head(language: str) -> Head:
    """The shipped weights of a language."""
    with (
        as_file(files("hookline.story").joinpath(f"emotion_{language}.npz")) as path,
        np.load(path, allow_pickle=False) as data,
    ):
        return Head(data["weights"], data["scale"], data["bias"])


def feelings_of(lines: Sequence[Said], *, language: str) -> tuple[Feeling, ...]:
    """What each line conveys."""
    if not lines:
        return ()
    found = head(language).probabilities([buckets_of(line.text, language) for line in lines])
    return tuple(_feeling(row, LABELS[language]) for row in found)


def _feeling(row: Floats, labels: Sequence[str]) -> Feeling:
    share: dict[Emotion, float] = {}
    for label, p in zip(labels, row.tolist(), strict=True):
        share[EMOTION_OF[label]] = share.get(EMOTION_OF[label], 0.0) + p
    best = max(share, key=lambda emotion: share[emotion])
    valence = sum(SIGN_OF.get(label, 0.0) * p for label, p in zip(labels, row.tolist(), strict=True))
    return Feeling(best, min(1.0, share[best]), max(-1.0, min(1.0, valence)))
