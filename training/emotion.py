"""Trains the weights of ``hookline.story.emotion`` and writes them beside it.

    HOOKLINE_SHARED=... python -m training.emotion

Data: GoEmotions (Apache-2.0), EmoryNLP (Apache-2.0), CPED (Apache-2.0); nothing else, no vectors from
elsewhere.  Method: penalised maximum likelihood by L-BFGS from zero, so that the same machine gives the
same file.  What is chosen (tilt, sharpness) is chosen on folds of the training rows alone.  Needs
scipy, which Hookline does not.  ``training/emotion.md`` is the model card.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_matrix, hstack
from tests.shared import SHARED

from hookline.story.emotion import BUCKETS, GUIDE, Floats, Head, Ints, Model, Rows, centred, counted, mixed, softmax
from hookline.story.emotion import weighted as weighted_by

OUT = Path(__file__).resolve().parent.parent / "src" / "hookline" / "story"
EKMAN = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
EMORY = ("Joyful", "Mad", "Neutral", "Peaceful", "Powerful", "Sad", "Scared")
SENTIMENTS = ("negative", "neutral", "positive")
MOODS = (
    "anger", "astonished", "depress", "disgust", "fear", "grateful", "happy",
    "negative-other", "neutral", "positive-other", "relaxed", "sadness", "worried",
)  # fmt: skip
RARE = 2  # texts a bucket must stand in
ROUNDS = 60
TILTS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FOLDS = 3
PENALTIES = {"alone": 1.0, "scene": 2.0}  # of single comments; of lines in scenes


@dataclass(frozen=True, slots=True)
class Told:
    """Texts with what people said of them.  Sequences run along the texts."""

    texts: tuple[str, ...]
    shares: Floats  # (texts, labels): 1 for the label, or split among several
    scenes: tuple[int, ...]  # a number for each conversation
    speakers: tuple[str, ...]
    groups: tuple[str, ...]  # what must not be split between training and test

    @property
    def label(self) -> Ints:
        """The label of each text, the first of several."""
        return np.asarray(self.shares.argmax(axis=1), np.int64)

    def only(self, at: NDArray[np.bool_]) -> Told:
        """The chosen texts."""
        kept = np.flatnonzero(at).tolist()
        return Told(
            tuple(self.texts[k] for k in kept),
            self.shares[kept],
            tuple(self.scenes[k] for k in kept),
            tuple(self.speakers[k] for k in kept),
            tuple(self.groups[k] for k in kept),
        )


# --- data ----------------------------------------------------------------------------------------


def goemotions(part: str) -> Told:
    """Comments; a row with k labels counts 1/k for each."""
    lines = (SHARED / "story" / "goemotions" / f"{part}.tsv").read_text("utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line]
    shares = np.zeros((len(rows), len(EKMAN)), np.float32)
    for k, row in enumerate(rows):
        labels = [int(label) for label in row[1].split(",")]
        shares[k, labels] = 1 / len(labels)
    return Told(
        tuple(row[0] for row in rows), shares, tuple(range(len(rows))), ("",) * len(rows), tuple(row[2] for row in rows)
    )


def emorynlp(part: str) -> Told:
    """Lines of a sitcom in scenes; groups are episodes."""
    rows = _rows("emorynlp", f"{part}.csv")
    episodes = [f"{row['Season']}-{row['Episode']}" for row in rows]
    return _told(
        [row["Utterance"] for row in rows],
        [EMORY.index(row["Emotion"]) for row in rows],
        len(EMORY),
        [f"{episode}-{row['Scene_ID']}" for episode, row in zip(episodes, rows, strict=True)],
        [row["Speaker"] for row in rows],
        episodes,
    )


def cped(column: str) -> Told:
    """Lines of Chinese TV drama in dialogues; groups are the five shows.  ``column``: Sentiment, Emotion."""
    rows = _rows("cped", "valid_split.csv")
    labels = SENTIMENTS if column == "Sentiment" else MOODS
    return _told(
        [row["Utterance"] for row in rows],
        [labels.index(row[column]) for row in rows],
        len(labels),
        [row["Dialogue_ID"] for row in rows],
        [row["Speaker"] for row in rows],
        [row["TV_ID"] for row in rows],
    )


def _rows(folder: str, name: str) -> list[dict[str, str]]:
    with (SHARED / "story" / folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _told(
    texts: list[str], labels: list[int], count: int, scenes: list[str], speakers: list[str], groups: list[str]
) -> Told:
    numbers = {scene: at for at, scene in enumerate(dict.fromkeys(scenes))}
    shares = np.eye(count, dtype=np.float32)[labels]
    return Told(tuple(texts), shares, tuple(numbers[scene] for scene in scenes), tuple(speakers), tuple(groups))


# --- training ------------------------------------------------------------------------------------


def idf_of(blocks: Sequence[Rows]) -> Floats:
    """``ln((1 + texts) / (1 + texts with the bucket)) + 1``; 0 for rare ones."""
    met = np.bincount(np.concatenate([block.buckets for block in blocks]), minlength=BUCKETS)
    idf = np.log((1 + len(blocks[0])) / (1 + met)) + 1
    return np.where(met >= RARE, np.maximum(idf, 0.0), 0.0).astype(np.float16).astype(np.float32)


def matrix(rows: Rows) -> csr_matrix:
    """Rows for scipy."""
    return csr_matrix((rows.values, rows.buckets, rows.starts), shape=(len(rows), BUCKETS))


def beside(told: Told) -> csr_matrix:
    """(texts, texts): what mixing with neighbours does, as a matrix."""
    scenes = np.asarray(told.scenes)
    edges = [0, *(np.flatnonzero(np.diff(scenes)) + 1).tolist(), len(scenes)]
    owners, others, values = [], [], []
    for first, last in pairwise(edges):
        part = mixed(np.eye(last - first, dtype=np.float32), told.speakers[first:last])
        at = np.nonzero(part)
        owners.append(at[0] + first)
        others.append(at[1] + first)
        values.append(part[at])
    where = (np.concatenate(owners), np.concatenate(others))
    return csr_matrix((np.concatenate(values), where), shape=(len(scenes), len(scenes)))


def fit(x: csr_matrix, shares: Floats, *, penalty: float) -> tuple[Floats, Floats]:
    """Weights (columns, labels) and bias of a multinomial logistic regression.

    Minimises ``- sum of shares x ln p + penalty / 2 x sum of squared weights``.
    """
    (_, width), count, used = x.shape, shares.shape[1], np.unique(x.indices)
    x = x[:, used].tocsr()
    turned, mass = x.T.tocsr(), shares.sum(axis=1, keepdims=True)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        single = flat.astype(np.float32)
        weights, bias = single[:-count].reshape(-1, count), single[-count:]
        scores = x @ weights + bias
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = np.exp(logs) * mass - shares
        value = -float((logs * shares).sum(dtype=np.float64))
        value += 0.5 * penalty * float((weights * weights).sum(dtype=np.float64))
        return value, np.concatenate([(turned @ wrong + penalty * weights).ravel(), wrong.sum(axis=0)]).astype(float)

    start = np.zeros((len(used) + 1) * count)
    found = minimize(loss, start, method="L-BFGS-B", jac=True, options={"maxiter": ROUNDS, "maxcor": 6})
    full = np.zeros((width, count), np.float32)
    full[used] = found.x[:-count].reshape(-1, count)
    return full, found.x[-count:].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Task:
    """What a head is trained on: features (texts, columns) beside what people said."""

    features: csr_matrix  # the buckets, then one column for each label of the guiding head
    told: Told
    labels: tuple[str, ...]
    penalty: float


def task(told: Told, idf: Floats, labels: tuple[str, ...], *, language: str, guide: Head | None = None) -> Task:
    """A task: rows of TF-IDF, mixed with neighbours where there are any, and a guiding head's scores."""
    rows = weighted_by(counted(told.texts, language), idf)
    alone = len(set(told.scenes)) == len(told.scenes)
    mix = None if alone else beside(told)
    x = matrix(rows) if mix is None else mix @ matrix(rows)
    led = np.zeros((len(rows), 0), np.float32)
    if guide is not None:
        led = GUIDE * centred(guide.scores(rows) + guide.bias)
    return Task(hstack([x, csr_matrix(led)]).tocsr(), told, labels, PENALTIES["alone" if alone else "scene"])


def trained(one: Task, *, inner: int = FOLDS) -> Head:
    """A head with its tilt and sharpness, which are chosen on ``inner`` folds of the task's own groups."""
    held = [fold for fold, _ in zip(folds(one.told.groups), range(inner), strict=False)]
    logits, truth, priors = [], [], []
    for test in held:
        weights, bias = fit(one.features[np.flatnonzero(~test)], one.told.shares[~test], penalty=one.penalty)
        logits.append(one.features[np.flatnonzero(test)] @ weights + bias)
        truth.append(one.told.shares[test])
        priors.append(np.tile(prior_of(one.told.shares[~test]), (int(test.sum()), 1)))
    scores, shares, prior = np.vstack(logits).astype(np.float32), np.vstack(truth), np.vstack(priors)
    weights, bias = fit(one.features, one.told.shares, penalty=one.penalty)
    sharpness = sharpest(scores, shares)
    return Head(
        labels=one.labels,
        **packed(weights[:BUCKETS]),
        bias=bias,
        guide=weights[BUCKETS:],
        prior=prior_of(one.told.shares),
        tilt=best_tilt(softmax(scores * sharpness), shares, prior),
        sharpness=sharpness,
    )


def folds(groups: Sequence[str]) -> Iterator[NDArray[np.bool_]]:
    """Which texts are held out: groups dealt out in turn, as many folds as there are groups, at most ``FOLDS``."""
    names = {name: at for at, name in enumerate(dict.fromkeys(groups))}
    count = min(FOLDS, len(names))
    dealt = np.array([names[name] % count for name in groups])
    return (dealt == fold for fold in range(count))


def prior_of(shares: Floats) -> Floats:
    """The share of each label, a little smoothed."""
    mass = shares.sum(axis=0) + 1.0
    return np.asarray(mass / mass.sum(), np.float32)


def sharpest(scores: Floats, shares: Floats) -> float:
    """The factor on scores that makes held-out labels likeliest (temperature scaling, Guo et al. 2017)."""

    def loss(log_factor: float) -> float:
        return -float((np.log(softmax(scores * np.float32(math.exp(log_factor))) + 1e-9) * shares).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-1.5, 1.5), method="bounded").x))


def best_tilt(probabilities: Floats, shares: Floats, prior: Floats) -> float:
    """The tilt with the best mean of macro and weighted F1 on held-out rows of one label."""
    sure = shares.max(axis=1) > 0.99
    truth, logs = shares.argmax(axis=1)[sure], np.log(probabilities + 1e-9)[sure]
    scored = {tilt: sum(f1(truth, np.argmax(logs - tilt * np.log(prior[sure]), axis=1))) for tilt in TILTS}
    return max(scored, key=lambda tilt: scored[tilt])


def f1(truth: Ints, found: Ints) -> tuple[float, float]:
    """Macro and weighted F1, in percent, over the labels that the truth has."""
    size = int(max(truth.max(), found.max())) + 1
    table = np.bincount(truth * size + found, minlength=size * size).reshape(size, size)
    both = table.sum(axis=0) + table.sum(axis=1)
    each = 200 * np.diag(table) / np.maximum(both, 1)
    support = table.sum(axis=1)
    return float(each[support > 0].mean()), float(each @ support / support.sum())


# --- the files -----------------------------------------------------------------------------------


def packed(weights: Floats) -> dict[str, Any]:
    """Weights as small integers and a scale for each label."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return {"weights": np.round(weights / scale).astype(np.int8), "scale": scale.astype(np.float32)}


def english() -> Model:
    """GoEmotions' head, and EmoryNLP's, which it guides."""
    comments, lines = goemotions("train"), emorynlp("train")
    idf = idf_of(counted((*comments.texts, *lines.texts), "en"))
    first = trained(task(comments, idf, EKMAN, language="en"))
    second = trained(task(lines, idf, EMORY, language="en", guide=first))
    return Model(idf, {"goemotions": first, "emorynlp": second})


def chinese(*, without: str = "", inner: int = FOLDS) -> Model:
    """CPED's heads; ``without`` a show, to be tested on it."""
    heads, idf = {}, None
    for name, labels in (("Sentiment", SENTIMENTS), ("Emotion", MOODS)):
        told = cped(name)
        told = told.only(np.array([group != without for group in told.groups]))
        idf = idf_of(counted(told.texts, "zh")) if idf is None else idf
        heads[name.lower()] = trained(task(told, idf, labels, language="zh"), inner=inner)
    assert idf is not None
    return Model(idf, heads)


def write(model: Model, path: Path) -> None:
    """The model as one .npz of plain arrays."""
    arrays: dict[str, Any] = {"idf": model.idf.astype(np.float16), "heads": np.array(list(model.heads))}
    for name, head in model.heads.items():
        for key in ("weights", "scale", "bias", "guide", "prior", "tilt", "sharpness"):
            arrays[f"{name}.{key}"] = np.asarray(getattr(head, key))
        arrays[f"{name}.labels"] = np.array(head.labels)
    with path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in sorted(arrays.items()):
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _npy(array))


def _npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def main() -> None:
    """Trains and writes."""
    for language, make in (("zh", chinese), ("en", english)):
        path = OUT / f"emotion_{language}.npz"
        write(make(), path)
        size, digest = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{path.name}: {size:,} bytes, sha256 {digest}")  # noqa: T201


if __name__ == "__main__":
    main()
