"""The model behind ``feelings``: linear classifiers over words and characters, mixed over a scene.

A text becomes a row of hashed words, word pairs and runs of characters, weighted by TF-IDF.  A head
answers one question (which emotion, which sentiment) by multinomial logistic regression.  Because a
head is linear, reading a line beside its neighbours is mixing scores::

    score(i) = s(i) + SAME x mean of s over the same speaker's near lines + OTHER x mean of s over the others'

where a line ``d`` lines away counts ``DECAY^d``, up to ``REACH`` lines.  Trained by
``training/emotion.py``; ``training/emotion.md`` is the model card.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

BITS = 18
BUCKETS = 1 << BITS
LONGEST_CHARS = 400  # of a line; what comes after adds nothing to how it sounds
WORD_RUNS = (2, 3, 4, 5)  # characters, inside a word and its two edges
HAN_RUNS = (1, 2, 3)  # characters, across words
DECAY, REACH = 0.7, 8
SAME, OTHER = 1.0, 0.5
GUIDE = 0.2  # how loud a guiding head's scores are beside a text's own features

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]")
_NO_WORD = re.compile(r"[\W_]+")
_STEP, _SPREAD = np.uint64(1_000_003), np.uint64(0x9E37_79B9_7F4A_7C15)
_SPACE = 32


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts as sparse rows: ``buckets`` and ``values`` of row k stand at ``starts[k]:starts[k + 1]``."""

    buckets: Ints
    values: Floats
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class Head:
    """One question: weights (buckets, labels) as small integers times a scale for each label."""

    labels: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats
    guide: Floats  # (labels of the guiding head, labels); no rows where none guides
    prior: Floats  # share of each label in training
    tilt: float  # how much of the prior is taken back when one label must be named
    sharpness: float  # what scores are multiplied by so that probabilities are calibrated

    def scores(self, rows: Rows) -> Floats:
        """(rows, labels), before mixing and bias."""
        if not len(rows):
            return np.zeros((0, len(self.labels)), np.float32)
        each = self.weights[rows.buckets] * rows.values[:, None]
        sums = np.concatenate([np.zeros((1, each.shape[1])), np.cumsum(each, axis=0, dtype=np.float64)])
        return np.asarray((sums[rows.starts[1:]] - sums[rows.starts[:-1]]) * self.scale, np.float32)

    def probabilities(self, scores: Floats, *, guided_by: Floats | None = None) -> Floats:
        """Calibrated; each row sums to 1."""
        led = 0.0 if guided_by is None else GUIDE * guided_by @ self.guide
        return softmax((scores + led + self.bias) * self.sharpness)

    def named(self, probabilities: Floats) -> Ints:
        """The label that stands out: probabilities with part of the prior taken back."""
        return np.asarray(np.argmax(np.log(probabilities + 1e-9) - self.tilt * np.log(self.prior), axis=1), np.int64)


@dataclass(frozen=True, slots=True)
class Model:
    """What ships for a language."""

    idf: Floats  # (buckets,); 0 where too rare in training to count
    heads: Mapping[str, Head]

    def rows(self, texts: Sequence[str], language: str) -> Rows:
        """Texts as rows of this model."""
        return weighted(counted(texts, language), self.idf)


def softmax(scores: Floats) -> Floats:
    """Scores as shares of 1, row by row."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


def centred(scores: Floats) -> Floats:
    """Scores less their mean in each row: what one head tells another."""
    return np.asarray(scores - scores.mean(axis=1, keepdims=True), np.float32)


# --- text ----------------------------------------------------------------------------------------


def counted(texts: Sequence[str], language: str) -> tuple[Rows, ...]:
    """How often each word and run of characters stands in each text, ``1 + ln n``, a block for each kind."""
    folded = [_folded(text, language) for text in texts]
    if language == "zh":
        return (_counts(*_runs(folded, HAN_RUNS, across=True), len(folded)),)
    words = _counts(*_words(folded), len(folded))
    return words, _counts(*_runs(folded, WORD_RUNS, across=False), len(folded))


def weighted(blocks: Sequence[Rows], idf: Floats) -> Rows:
    """TF-IDF: each block's rows of length 1, blocks side by side in one table."""
    owners, buckets, values = [], [], []
    for block in blocks:
        owner = np.repeat(np.arange(len(block)), np.diff(block.starts))
        value = block.values * idf[block.buckets]
        length = np.sqrt(np.bincount(owner, value * value, minlength=len(block)))
        owners.append(owner)
        buckets.append(block.buckets)
        values.append(value / np.maximum(length, 1e-9)[owner])
    owner, bucket, value = np.concatenate(owners), np.concatenate(buckets), np.concatenate(values)
    order = np.flatnonzero(value)[np.argsort(owner[np.flatnonzero(value)], kind="stable")]
    starts = np.searchsorted(owner[order], np.arange(len(blocks[0]) + 1))
    return Rows(bucket[order], value[order].astype(np.float32), starts)


def _folded(text: str, language: str) -> str:
    """Lower case, single spaces; the Chinese lines that were learnt from have no punctuation."""
    text = text[:LONGEST_CHARS].lower().replace("’", "'")
    return " ".join((_NO_WORD.sub(" ", text) if language == "zh" else text).split())


def _words(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Text and bucket of every word and pair of words."""
    owners, hashes = [], []
    for at, text in enumerate(texts):
        words = _WORD.findall(text)
        grams = words + [f"{a} {b}" for a, b in pairwise(["^", *words, "$"])]
        hashes += [crc32(gram.encode("utf-8", "surrogatepass")) for gram in grams]
        owners += [at] * len(grams)
    return np.array(owners, np.int64), np.array(hashes, np.int64) & (BUCKETS - 1)


def _runs(texts: Sequence[str], sizes: Sequence[int], *, across: bool) -> tuple[Ints, Ints]:
    """Text and bucket of every run of so many characters, by a rolling hash over all texts at once."""
    joined = "".join(f" {text} " for text in texts)
    code = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
    space = code == _SPACE
    owners, hashes, rolled = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)], np.zeros(len(code), np.uint64)
    for size in range(1, max(sizes) + 1):
        count = len(code) - size + 1
        if count <= 0:
            break
        rolled = rolled[:count] * _STEP + code[size - 1 :]
        if size in sizes:
            at = np.flatnonzero(_whole(owner, space, size, across=across))
            owners.append(owner[at])
            hashes.append(((rolled[at] + np.uint64(size)) * _SPREAD) >> np.uint64(64 - BITS))
    return np.concatenate(owners), np.concatenate(hashes).astype(np.int64)


def _whole(owner: Ints, space: NDArray[np.bool_], size: int, *, across: bool) -> NDArray[np.bool_]:
    """Where a run of a size starts that stays in its text, holds a letter, and in its word unless ``across``."""
    count = len(owner) - size + 1
    inside = owner[:count] == owner[size - 1 :]
    if not across:
        for step in range(1, size - 1):
            inside &= ~space[step : step + count]
    if size <= 2:
        inside &= ~(space[:count] & space[size - 1 :])
    return np.asarray(inside, np.bool_)


def _counts(owner: Ints, bucket: Ints, texts: int) -> Rows:
    keys, times = np.unique((owner << BITS) | bucket, return_counts=True)
    starts = np.searchsorted(keys, np.arange(texts + 1) << BITS)
    return Rows(keys & (BUCKETS - 1), (1 + np.log(times)).astype(np.float32), starts)


# --- neighbours ----------------------------------------------------------------------------------


def mixed(scores: Floats, speakers: Sequence[str], *, scenes: Sequence[int] | None = None) -> Floats:
    """Scores of lines with their neighbours' in the same scene mixed in (see the head of this file)."""
    count = len(scores)
    names = {name: at for at, name in enumerate(dict.fromkeys(speakers))}
    who = np.array([names[name] if name else -1 - at for at, name in enumerate(speakers)], np.int64)
    where = np.zeros(count, np.int64) if scenes is None else np.asarray(scenes, np.int64)
    result = scores.astype(np.float64)
    for same, weight in ((True, SAME), (False, OTHER)):
        total, share = np.zeros(scores.shape), np.zeros(count)
        for step in [*range(-REACH, 0), *range(1, REACH + 1)]:
            at = np.arange(max(0, -step), min(count, count - step))
            at = at[(where[at] == where[at + step]) & ((who[at] == who[at + step]) == same)]
            total[at] += DECAY ** abs(step) * scores[at + step]
            share[at] += DECAY ** abs(step)
        result += weight * total / np.maximum(share, 1e-9)[:, None]
    return np.asarray(result, np.float32)


# --- the shipped files ---------------------------------------------------------------------------


@cache
def model(language: str) -> Model:
    """The shipped weights of "en" or "zh"."""
    resource = files("hookline.story").joinpath(f"emotion_{language}.npz")
    with as_file(resource) as path, np.load(path, allow_pickle=False) as data:
        heads = {name: _head(data, name) for name in data["heads"].tolist()}
        return Model(data["idf"].astype(np.float32), heads)


def _head(data: Mapping[str, NDArray[np.generic]], name: str) -> Head:
    def part(key: str) -> NDArray[np.generic]:
        return data[f"{name}.{key}"]

    return Head(
        labels=tuple(str(label) for label in part("labels").tolist()),
        weights=part("weights").astype(np.int8),
        scale=part("scale").astype(np.float32),
        bias=part("bias").astype(np.float32),
        guide=part("guide").astype(np.float32),
        prior=part("prior").astype(np.float32),
        tilt=float(part("tilt")[()]),
        sharpness=float(part("sharpness")[()]),
    )
