"""What an episode's ending does to continuation and to unlocks, and how markets differ at the paywall.

Episodes are the independent units here, and there are few.  Each episode's log-odds of going on
(of those who finished it), cleared of the mix of markets, enter a random-effects meta-regression:

    y_e = series + effect * indicator + u_e + error_e,   u_e ~ N(0, tau2),  Var(error_e) = v_e

with tau2 after Paule and Mandel (1982) and t intervals whose degrees of freedom allow for how little
a few episodes, some measured far better than others, tell about tau2.

Where the next episode is paid, who is asked has already gone on: the share who went on is the
share who started it divided by the share of the asked who unlocked.  That share, of all who were asked, is
judged likewise (``unlocking``): after which endings more pay.  The first paid episode, where most refuse, and
how far an episode lies behind it are held equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.audience.cells import StepCounts
from hookline.insight.clusters import Uncertain
from hookline.insight.grid import Bools, Floats, SeriesData
from hookline.insight.result import Element, ElementKind
from hookline.insight.units import UnitCandidate, Units, freed_of_markets, judge_units
from hookline.model.story import EndingType, EpisodeStory

STRENGTH = "strength"  # the subject beside the types: how strong the ending is, 0 to 1
LEAST = 20  # viewers of an episode and market before its share counts
LEAST_PAYING = 10  # of the asked who pay, and who don't, before their share counts
CONTINUATION, UNLOCK = "continuation", "unlock"
Measured = tuple[int, float, float]  # viewers, log-odds and their variance
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
    return [found for at, data in enumerate(library) for found in _of_series(at, data, _going_on)]


def unlocking(library: Sequence[SeriesData]) -> list[Transition]:
    """Every episode whose next one is paid: its finishers are those asked, the log-odds that they unlock."""
    return [found for at, data in enumerate(library) for found in _of_series(at, data, _unlocking)]


def judge(found: Sequence[Transition]) -> list[UnitCandidate]:
    """The hypotheses about endings and going on."""
    return judge_units(_units(found), _endings(found), CONTINUATION)


def judge_unlocking(found: Sequence[Transition]) -> list[UnitCandidate]:
    """The hypotheses about endings and paying."""
    if not found:
        return []
    number = np.array([t.episode.number for t in found])
    series = np.array([t.series for t in found])
    first = np.array([number[series == own].min() for own in series])
    beside = [(number == first).astype(np.float64), np.log1p(number - first)]
    beside = [column for column in beside if column.std() > 0]
    return judge_units(_units(found), _endings(found), UNLOCK, beside=beside)


def _units(found: Sequence[Transition]) -> Units:
    return Units(
        np.array([t.log_odds for t in found], dtype=np.float64),
        np.array([t.variance for t in found], dtype=np.float64),
        np.array([t.finishers for t in found], dtype=np.int64),
        np.array([t.series for t in found], dtype=np.int64),
    )


def _endings(found: Sequence[Transition]) -> dict[Element, Floats]:
    """A column for each type of ending, and the strength."""
    kinds = {Element(ElementKind.ENDING, str(kind)): of_type(found, str(kind)) for kind in EndingType}
    columns = {one: column.astype(np.float64) for one, column in kinds.items()}
    strength = np.array([t.episode.ending.strength for t in found])
    if len(found) > 3 and strength.std() > 0.05:
        columns[Element(ElementKind.ENDING, STRENGTH)] = strength
    return columns


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


def _of_series(at: int, data: SeriesData, measured: Callable[[StepCounts, int], Measured | None]) -> list[Transition]:
    """An episode's log-odds with the mix of markets taken out."""
    steps, story = data.steps, {episode.number: episode for episode in data.story.episodes}
    known = np.array([number in story and number + 1 in story for number in steps.episode.tolist()], dtype=bool)
    cells = [(row, *value) for row in np.flatnonzero(known) if (value := measured(steps, int(row))) is not None]
    if not cells:
        return []
    row, finishers, log_odds, variance = (np.array(column) for column in zip(*cells, strict=True))
    numbers, level, doubt = freed_of_markets(
        steps.episode[row], steps.market[row], finishers.astype(np.float64), log_odds, variance
    )
    total = np.bincount(np.searchsorted(numbers, steps.episode[row]), finishers)
    return [
        Transition(at, story[int(number)], int(total[i]), float(level[i]), float(doubt[i]))
        for i, number in enumerate(numbers)
    ]


def _unlocking(steps: StepCounts, row: int) -> Measured | None:
    """Who is asked for the next episode in a market, log-odds that they unlock it and its variance."""
    following = (steps.episode == steps.episode[row] + 1) & (steps.market == steps.market[row])
    n, x = float(steps.offered[following].sum()), float(steps.unlocked[following].sum())
    if min(x, n - x) < LEAST_PAYING:
        return None
    return int(n), _logit(x, n), 1 / (x + 0.5) + 1 / (n - x + 0.5)


def _going_on(steps: StepCounts, row: int) -> Measured | None:
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
    of_log = (1 - share) / (n * share)
    if asked:
        # x and the share who unlocked are of the same viewers, but for those asked who hadn't finished
        others = 1 - min(x / unlocked, 1.0)
        of_log += others * (1 - unlock) / (unlock * n * share)
    return int(n), float(np.log(share / (1 - share))), of_log / (1 - share) ** 2


def of_type(found: Sequence[Transition], subject: str) -> Bools:
    """Which transitions end in that type."""
    return np.array([str(t.episode.ending.type) == subject for t in found], dtype=bool)
