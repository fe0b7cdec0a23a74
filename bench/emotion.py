"""How well emotions are told: macro and weighted F1 on three sets, beside majority and TF-IDF + LR.

Run from the checkout: ``python -m bench.emotion`` (needs scikit-learn for the baselines).

- *GoEmotions*: the shipped head on the dev rows of one label.  *EmoryNLP*: the shipped head on dev.
- *CPED*: trained anew without each of the five shows and tested on it; tilt and sharpness are chosen on
  one of the other four.

Baselines are TF-IDF + logistic regression by scikit-learn, plain and with balanced class weights, with
two vocabularies each; a difference is taken to the best of the four, for each measure apart.
Intervals are 95% percentile bootstrap over clusters: rows, scenes and dialogues.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.shared import SHARED
from training.emotion import EKMAN, EMORY, MOODS, OUT, Told, chinese, cped, emorynlp, f1, goemotions

from hookline.model.script import Line, LineKind, Source
from hookline.model.story import Emotion
from hookline.story.emotion import Floats, Head, Ints, Model, centred, mixed, model
from hookline.story.feelings import OF_CPED, OF_SITCOM, feel, settled

DRAWS = 1000
BLAME = frozenset({Emotion.ANGER, Emotion.DISGUST})  # what CPED's negative-other counts as right here
BINS = 10
ENGLISH: dict[str, dict[str, Any]] = {
    "words": {},
    "words and pairs": {"ngram_range": (1, 2), "sublinear_tf": True},
}
CHINESE: dict[str, dict[str, Any]] = {
    "1-2 characters": {"analyzer": "char", "ngram_range": (1, 2)},
    "1-3 characters": {"analyzer": "char", "ngram_range": (1, 3), "sublinear_tf": True},
}
Folds = Sequence[tuple[NDArray[np.bool_], Told, Told]]  # where the test rows are, training, test


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system said, and how sure it was."""

    found: Ints
    sure: Floats


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure for each draw; the first is of the data as they are."""

    macro: NDArray[np.float64]
    weighted: NDArray[np.float64]


# --- systems -------------------------------------------------------------------------------------


def answered(head: Head, scores: Floats, *, guided_by: Floats | None = None) -> Answer:
    """A head's answers."""
    p = head.probabilities(scores, guided_by=guided_by)
    found = head.named(p)
    return Answer(found, p[np.arange(len(p)), found])


def english(name: str, told: Told, shipped: Model) -> Answer:
    """The shipped head on English text."""
    first, rows = shipped.heads["goemotions"], shipped.rows(told.texts, "en")
    if name == "goemotions":
        return answered(first, first.scores(rows))
    second = shipped.heads["emorynlp"]
    heard = mixed(second.scores(rows), told.speakers, scenes=told.scenes)
    return answered(second, heard, guided_by=centred(first.scores(rows) + first.bias))


def crossed() -> dict[str, Answer]:
    """CPED by heads trained on the other shows."""
    told = {"sentiment": cped("Sentiment"), "emotion": cped("Emotion")}
    found = {name: np.zeros(len(one.texts), np.int64) for name, one in told.items()}
    sure = {name: np.zeros(len(one.texts), np.float32) for name, one in told.items()}
    for show in dict.fromkeys(told["sentiment"].groups):
        made = chinese(without=show, inner=1)
        for name, head in made.heads.items():
            test = np.array([group == show for group in told[name].groups])
            part = told[name].only(test)
            scores = mixed(head.scores(made.rows(part.texts, "zh")), part.speakers, scenes=part.scenes)
            answer = answered(head, scores)
            found[name][test], sure[name][test] = answer.found, answer.sure
    return {name: Answer(found[name], sure[name]) for name in told}


def baselines(kinds: Mapping[str, dict[str, Any]], parts: Folds, count: int) -> dict[str, Ints]:
    """Majority, and TF-IDF + LR in each vocabulary, plain and balanced."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    found: dict[str, Ints] = {"majority": np.zeros(count, np.int64)}
    for test, train, _ in parts:
        found["majority"][test] = np.bincount(train.label).argmax()
    for kind, options in kinds.items():
        for title, weight in ((f"TF-IDF + LR, {kind}", None), (f"TF-IDF + LR, {kind}, balanced", "balanced")):
            found[title] = np.zeros(count, np.int64)
            for test, train, held in parts:
                words = TfidfVectorizer(**options)
                x = words.fit_transform(train.texts)
                learnt = LogisticRegression(max_iter=300, class_weight=weight).fit(x, train.label)
                found[title][test] = learnt.predict(words.transform(held.texts))
    return found


# --- figures -------------------------------------------------------------------------------------


def measured(truth: Ints, found: Ints, clusters: Ints, draws: NDArray[np.int64]) -> Measured:
    """Macro and weighted F1 in percent for each draw of clusters (draws, clusters), counts of each."""
    size = int(max(truth.max(), found.max())) + 1
    tables = np.zeros((int(clusters.max()) + 1, size * size))
    np.add.at(tables, (clusters, truth * size + found), 1)
    drawn = (draws @ tables).reshape(-1, size, size)
    hits = np.einsum("dkk->dk", drawn)
    support = drawn.sum(axis=2)
    each = 200 * hits / np.maximum(support + drawn.sum(axis=1), 1)
    there = support > 0
    return Measured((each * there).sum(axis=1) / there.sum(axis=1), (each * support).sum(axis=1) / support.sum(axis=1))


def drawn(clusters: Ints) -> NDArray[np.int64]:
    """How often each cluster is taken; in the first draw each once."""
    count = int(clusters.max()) + 1
    source = np.random.default_rng(11)
    return np.vstack([np.ones((1, count), np.int64), source.multinomial(count, np.full(count, 1 / count), size=DRAWS)])


def told_of(values: NDArray[np.float64], *, sign: str = "") -> str:
    """A figure with its interval."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return f"{values[0]:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def ece(truth: Ints, answer: Answer) -> float:
    """Expected calibration error of the named label's confidence, ``BINS`` bins of equal count, in percent."""
    order = np.argsort(answer.sure, kind="stable")
    right = (truth == answer.found)[order].astype(float)
    parts = zip(np.array_split(right, BINS), np.array_split(answer.sure[order], BINS), strict=True)
    return 100 * sum(abs(float(r.mean()) - float(s.mean())) * len(r) for r, s in parts) / len(right)


def accuracy(truth: Ints, found: Ints) -> str:
    """Share of right answers, in percent."""
    return f"{100 * float(np.mean(found == truth)):.1f}"


def table(title: str, truth: Ints, clusters: Ints, ours: Answer, others: Mapping[str, Ints]) -> None:
    """Prints one set's figures."""
    draws = drawn(clusters)
    mine = measured(truth, ours.found, clusters, draws)
    theirs = {name: measured(truth, found, clusters, draws) for name, found in others.items()}
    print(f"| {title} | macro F1 | weighted F1 | accuracy |\n|---|---|---|---|")
    for name, one in theirs.items():
        print(f"| {name} | {told_of(one.macro)} | {told_of(one.weighted)} | {accuracy(truth, others[name])} |")
    print(f"| **ours** | {told_of(mine.macro)} | {told_of(mine.weighted)} | {accuracy(truth, ours.found)} |")
    gains = []
    for measure in ("macro", "weighted"):
        best = max(theirs.values(), key=lambda one: float(getattr(one, measure)[0]))
        gains.append(told_of(getattr(mine, measure) - getattr(best, measure), sign="+"))
    print(f"| ours less the best baseline | {gains[0]} | {gains[1]} | |")
    print(
        f"\nn = {len(truth):,} in {len(set(clusters.tolist())):,} clusters; ECE {ece(truth, ours):.1f}%.\n", flush=True
    )


def whole(train: Told, test: Told) -> Folds:
    """One fold: all of the test set."""
    return [(np.ones(len(test.texts), np.bool_), train, test)]


def by_show(told: Told) -> Folds:
    """A fold for each show."""
    tests = [np.array([group == show for group in told.groups]) for show in dict.fromkeys(told.groups)]
    return [(test, told.only(~test), told.only(test)) for test in tests]


def sure_only(told: Told) -> Told:
    """Rows of one label."""
    return told.only(told.shares.max(axis=1) > 0.99)


def through_feel(told: Told) -> str:
    """GoEmotions through ``feel``, where the rules for scripts are laid over the head's answers."""
    felt = [feel([Line(LineKind.CAPTION, text, Source("x", 1))], language="en")[0] for text in told.texts]
    found = np.array([EKMAN.index(one.emotion.value) for one in felt])
    macro, weighted = f1(told.label, found)
    error = ece(told.label, Answer(found, np.array([one.confidence for one in felt], np.float32)))
    return f"Through `feel`, GoEmotions dev has macro {macro:.1f}, weighted {weighted:.1f}, ECE {error:.1f}%."


def settling() -> None:
    """Prints how often what settles an emotion has its label, and how usual the label is."""
    goes, lines, drama = sure_only(goemotions("train")), emorynlp("train"), cped("Emotion")
    sets: list[tuple[Told, str, list[frozenset[Emotion]]]] = [
        (goes, "en", [frozenset({Emotion(name)}) for name in EKMAN]),
        (lines, "en", [frozenset(OF_SITCOM[name]) for name in EMORY]),
        (drama, "zh", [frozenset({OF_CPED[name]}) if name in OF_CPED else BLAME for name in MOODS]),
    ]
    print("| said, of `feelings.toml` | GoEmotions train | EmoryNLP train | CPED |\n|---|---|---|---|")
    for emotion in (one for one in Emotion if one is not Emotion.NEUTRAL):
        print(f"| {emotion} | {' | '.join(_settled(emotion, *each) for each in sets)} |")
    print()


def _settled(emotion: Emotion, told: Told, language: str, fits: Sequence[frozenset[Emotion]]) -> str:
    right = np.array([emotion in fits[label] for label in told.label])
    fires = np.array([emotion in settled(text, language, table="said") for text in told.texts])
    if not fires.any() or not right.any():
        return "no such label" if not right.any() else "never said"
    return f"{100 * right[fires].mean():.0f}% of {fires.sum()} (usual {100 * right.mean():.0f}%)"


def speed(language: str, told: Told) -> str:
    """Lines a second of one core, through ``feel``, in scenes of 20."""
    lines = [Line(LineKind.DIALOGUE, text, Source("x", 1), f"S{at % 3}") for at, text in enumerate(told.texts[:6000])]
    feel(lines[:40], language=language)
    began = time.process_time()
    for at in range(0, len(lines), 20):
        feel(lines[at : at + 20], language=language)
    return f"{len(lines) / (time.process_time() - began):,.0f} {language}"


def main() -> None:
    """Prints the tables."""
    if not (SHARED / "story" / "goemotions").exists():
        print("the sets are not here: set HOOKLINE_SHARED")
        return
    shipped = model("en")
    dev, lines = sure_only(goemotions("dev")), emorynlp("dev")
    english_sets: list[tuple[str, str, Told, Told, Ints]] = [
        ("GoEmotions dev, 7 emotions", "goemotions", sure_only(goemotions("train")), dev, np.arange(len(dev.texts))),
        ("EmoryNLP dev, 7 emotions", "emorynlp", emorynlp("train"), lines, np.asarray(lines.scenes)),
    ]
    for title, name, train, test, clusters in english_sets:
        others = baselines(ENGLISH, whole(train, test), len(test.texts))
        table(title, test.label, clusters, english(name, test, shipped), others)
    found = crossed()
    for title, column in (("CPED by show, 3 sentiments", "Sentiment"), ("CPED by show, 13 emotions", "Emotion")):
        told = cped(column)
        kinds = CHINESE if column == "Sentiment" else dict(list(CHINESE.items())[:1])
        others = baselines(kinds, by_show(told), len(told.texts))
        table(title, told.label, np.asarray(told.scenes), found[column.lower()], others)
    settling()
    print(through_feel(dev))
    sizes = [f"`{path.name}` {path.stat().st_size / 1e6:.2f} MB" for path in sorted(OUT.glob("emotion_*.npz"))]
    rates = [speed("en", lines), speed("zh", cped("Sentiment"))]
    print(
        f"Weights: {', '.join(sizes)}. Lines a second of one core through `feel`, in scenes of 20: {', '.join(rates)}."
    )


if __name__ == "__main__":
    main()
