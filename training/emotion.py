"""Trains the weights of ``hookline.story.emotion``.

HOOKLINE_SHARED=... python -m training.emotion
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from tests.shared import SHARED

from hookline.story.emotion import BUCKETS, LABELS, buckets_of

OUT = Path(__file__).resolve().parent.parent / "src" / "hookline" / "story"
Floats = NDArray[np.float64]


def goemotions(part: str) -> tuple[list[str], NDArray[np.int64]]:
    """Comments and their class; those with several are left out."""
    rows = [
        line.split("\t") for line in (SHARED / "story" / "goemotions" / f"{part}.tsv").read_text("utf-8").splitlines()
    ]
    kept = [row for row in rows if "," not in row[1]]
    return [row[0] for row in kept], np.array([int(row[1]) for row in kept])


def cped() -> tuple[list[str], NDArray[np.int64]]:
    """Lines and their emotion."""
    with (SHARED / "story" / "cped" / "valid_split.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["Utterance"] for row in rows], np.array([LABELS["zh"].index(row["Emotion"]) for row in rows])


def matrix(texts: Sequence[str], language: str) -> csr_matrix:
    """Lines by buckets, each row of length 1."""
    rows = [buckets_of(text, language) for text in texts]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(1, len(row)))) for row in rows])
    return csr_matrix((values, np.concatenate(rows), ends), shape=(len(rows), BUCKETS))


def fit(x: csr_matrix, y: NDArray[np.int64], classes: int, *, penalty: float) -> tuple[Floats, Floats]:
    """Weights and bias of a multinomial logistic regression."""
    told = np.eye(classes)[y]

    def loss(flat: Floats) -> tuple[float, Floats]:
        w, b = flat[:-classes].reshape(-1, classes), flat[-classes:]
        scores = x @ w + b
        scores -= scores.max(axis=1, keepdims=True)
        log = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = np.exp(log) - told
        value = -float((log * told).sum()) + 0.5 * penalty * float((w * w).sum())
        return value, np.concatenate([(x.T @ wrong + penalty * w).ravel(), wrong.sum(axis=0)])

    found = minimize(loss, np.zeros((BUCKETS + 1) * classes), method="L-BFGS-B", jac=True, options={"maxiter": 40})
    return found.x[:-classes].reshape(-1, classes), found.x[-classes:]


def main() -> None:
    """Trains and writes."""
    for language, (texts, y) in {"en": goemotions("train"), "zh": cped()}.items():
        weights, bias = fit(matrix(texts, language), y, len(LABELS[language]), penalty=1.0)
        scale = np.abs(weights).max(axis=0) / 127
        np.savez_compressed(
            OUT / f"emotion_{language}.npz",
            weights=np.round(weights / scale).astype(np.int8),
            scale=scale.astype(np.float32),
            bias=bias.astype(np.float32),
        )


if __name__ == "__main__":
    main()
