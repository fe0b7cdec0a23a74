"""What an episode's ending does to continuation, and how markets differ at the paywall.

Episodes are the independent units here, and there are few.  Each episode's log-odds of going on
(of those who finished it), cleared of the mix of markets, enter a random-effects meta-regression:

    y_e = series + effect * indicator + u_e + error_e,   u_e ~ N(0, tau2),  Var(error_e) = v_e

with tau2 after Paule and Mandel (1982) and t intervals whose degrees of freedom allow for how little
a few episodes, some measured far better than others, tell about tau2.

Where the next episode is paid, who is asked has already gone on: the share who went on is the
share who started it divided by the share of the asked who unlocked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hookline.audience.cells import StepCounts
from hookline.insight.clusters import Uncertain
from hookline.insight.grid import Bools, Floats, SeriesData
from hookline.insight.meta import meta_regression
from hookline.model.story import EndingType, EpisodeStory

STRENGTH = "strength"  # the subject beside the types: how strong the ending is, 0 to 1
LEAST = 20  # viewers of an episode and market before its share counts
TAKE = 0.05  # an ending this clear is held equal while the others are judged
GREAT = 1_000_000_000  # degrees of freedom where viewers themselves are the units


@dataclass(frozen=True, slots=True)
class Transition:
    """An episode's end, and the log-odds that its finishers go on."""

    series: int
    episode: EpisodeStory
    finishers: int
    log_odds: float
    variance: float


@dataclass(frozen=True, slots=True)
class EndingCandidate:
    """One hypothesis about endings."""

    subject: str  # an ending type, or STRENGTH
    effect: Uncertain  # log odds ratio of going on
    n: int  # finishers
    p: float


@dataclass(frozen=True, slots=True)
class UnlockCandidate:
    """One hypothesis: viewers of a market unlock the first paid episode more, or less, than others."""

    series: int
    episode: int
    market: str
    effect: Uncertain  # log odds ratio of unlocking
    asked: int
    share: float
    elsewhere: float
    p: float


def transitions(library: Sequence[SeriesData]) -> list[Transition]:
    """Every episode of the library that has a next one and enough finishers."""
    return [found for at, data in enumerate(library) for found in _of_series(at, data)]


def judge(found: Sequence[Transition]) -> list[EndingCandidate]:
    """The hypotheses about endings, clearest first; each with the clear ones before it held equal."""
    waiting = {str(kind): np.array([t.episode.ending.type is kind for t in found], dtype=float) for kind in EndingType}
    waiting = {name: column for name, column in waiting.items() if 2 <= column.sum() <= len(found) - 2}
    strength = np.array([t.episode.ending.strength for t in found])
    if len(found) > 3 and strength.std() > 0.05:
        waiting[STRENGTH] = strength
    held: list[Floats] = []
    judged: list[EndingCandidate] = []
    while waiting:
        tried = {name: _effect(found, [*held, column]) for name, column in waiting.items()}
        able = {name: effect for name, effect in tried.items() if effect is not None}
        if not able:
            break
        best = min(able, key=lambda name: able[name].p)
        chosen = [best] if able[best].p < TAKE else list(able)
        for name in chosen:
            judged.append(EndingCandidate(name, able[name], sum(t.finishers for t in found), able[name].p))
            held.append(waiting.pop(name))
        if able[best].p >= TAKE:
            break
    return judged


def judge_unlocks(library: Sequence[SeriesData]) -> list[UnlockCandidate]:
    """Each market's unlock at its series' first paid episode, against the other markets'."""
    judged = []
    for at, data in enumerate(library):
        steps = data.steps
        paid = steps.episode[steps.offered > 0]
        if not len(paid):
            continue
        here = steps.episode == paid.min()
        asked, unlocked = steps.offered[here].astype(float), steps.unlocked[here].astype(float)
        for index, code in enumerate(steps.market[here]):
            others = np.arange(len(asked)) != index
            n, x, n2, x2 = asked[index], unlocked[index], asked[others].sum(), unlocked[others].sum()
            if min(n, n2) < LEAST:
                continue
            value = _logit(x, n) - _logit(x2, n2)
            error = float(np.sqrt(sum(1 / (count + 0.5) for count in (x, n - x, x2, n2 - x2))))
            effect = Uncertain(value, error, GREAT)
            judged.append(
                UnlockCandidate(
                    at, int(paid.min()), steps.markets[code], effect, int(n), float(x / n), float(x2 / n2), effect.p
                )
            )
    return judged


def _logit(successes: float, trials: float) -> float:
    return float(np.log((successes + 0.5) / (trials - successes + 0.5)))


def _of_series(at: int, data: SeriesData) -> list[Transition]:
    """An episode's log-odds with the mix of markets taken out: y_em = a_e + b_m by weighted least squares."""
    steps, story = data.steps, {episode.number: episode for episode in data.story.episodes}
    known = np.array([number in story and number + 1 in story for number in steps.episode.tolist()], dtype=bool)
    cells = [(row, *value) for row in np.flatnonzero(known) if (value := _going_on(steps, int(row))) is not None]
    if not cells:
        return []
    row, finishers, log_odds, variance = (np.array(column) for column in zip(*cells, strict=True))
    numbers, of_episode = np.unique(steps.episode[row], return_inverse=True)
    codes, of_market = np.unique(steps.market[row], return_inverse=True)
    share = np.bincount(of_market, finishers)[1:]
    design = np.column_stack([np.eye(len(numbers))[of_episode], np.eye(len(codes))[of_market][:, 1:]])
    design[:, len(numbers) :] -= share / finishers.sum()  # the level is that of the average viewer
    inverse = np.linalg.pinv((design / variance[:, None]).T @ design)
    level = inverse @ (design.T @ (log_odds / variance))
    total = np.bincount(of_episode, finishers)
    return [
        Transition(at, story[int(number)], int(total[i]), float(level[i]), float(inverse[i, i]))
        for i, number in enumerate(numbers)
    ]


def _going_on(steps: StepCounts, row: int) -> tuple[int, float, float] | None:
    """Finishers, log-odds of going on and its variance in one episode and market; None where too few."""
    n, x = float(steps.finishers[row]), float(steps.finished_continued[row])
    following = (steps.episode == steps.episode[row] + 1) & (steps.market == steps.market[row])
    asked, unlocked = float(steps.offered[following].sum()), float(steps.unlocked[following].sum())
    if n < LEAST or (asked > 0 and min(asked, unlocked) < LEAST):
        return None
    unlock = unlocked / asked if asked else 1.0
    share = (x + 0.5) / (n + 1) / unlock
    if share > 0.995:
        return None
    of_log = (1 - share * unlock) / (n * share * unlock) + ((1 - unlock) / unlocked if asked else 0.0)
    return int(n), float(np.log(share / (1 - share))), of_log / (1 - share) ** 2


def _effect(found: Sequence[Transition], columns: list[Floats]) -> Uncertain | None:
    """The last column's effect with the others held equal; None where the episodes can't tell."""
    y, variance = np.array([t.log_odds for t in found]), np.array([t.variance for t in found])
    return meta_regression(y, variance, np.column_stack(columns), strata=np.array([t.series for t in found]))


def of_type(found: Sequence[Transition], subject: str) -> Bools:
    """Which transitions end in that type."""
    return np.array([str(t.episode.ending.type) == subject for t in found], dtype=bool)
