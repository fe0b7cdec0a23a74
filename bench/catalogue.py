"""Insight over a studio's whole catalogue: time and memory, and whether what it says is true.

``python -m bench.catalogue`` makes 100 series of 80 episodes in ten markets (cells drawn from a hazard with
types of beat planted, their odds differing from series to series), runs ``insight.analyse`` once on two
processes, and prints the markdown; then the same with nothing planted, where whatever is claimed is false.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.worlds import made_up_story
from hookline.audience.cells import HazardCells, StepCounts
from hookline.insight import Insight, SeriesData, analyse
from hookline.model.estimate import FindingKind
from hookline.model.story import BeatType, EpisodeStory, SeriesStory

MARKETS = ("US", "BR", "MX", "ID", "TH", "JP", "KR", "FR", "DE", "IN")
PLANTED = {BeatType.REVEAL: 0.75, BeatType.EXPOSITION: 1.35}  # odds of leaving under a beat
LOCAL = (BeatType.FLASHBACK, "ID", 1.5)  # and in one market alone
DIFFER = 0.1  # sd between series of a planted type's log odds ratio
STARTERS = 4_000.0  # of an episode in the largest market
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    series: int = 100
    episodes: int = 80
    null: bool = False  # nothing planted
    seed: int = 3


def made(size: Size) -> list[SeriesData]:
    """The catalogue."""
    return [_series(number, size) for number in range(size.series)]


def _series(number: int, size: Size) -> SeriesData:
    rng, episodes = np.random.default_rng([number, size.seed]), size.episodes
    effects = np.zeros((len(BeatType), len(MARKETS))) if size.null else _effects(rng)
    story = made_up_story(number, episodes=episodes)
    parts, steps = [], []
    for episode in story.episodes:
        starts = np.round(STARTERS * 0.985**episode.number / (1 + np.arange(len(MARKETS)) / 3)).astype(np.int64)
        hazard = 1 / (1 + np.exp(-(_log_odds(episode, effects) + rng.normal(0, 0.15))))
        at_risk, exits = _drawn(rng, starts, hazard)
        seconds = hazard.shape[1]
        grid = np.meshgrid(np.arange(len(MARKETS)), np.arange(seconds), indexing="ij")
        parts.append(
            np.stack(
                [np.full(at_risk.size, episode.number), *(g.ravel() for g in grid), at_risk.ravel(), exits.ravel()]
            )
        )
        finished = at_risk[:, -1] - exits[:, -1]
        going = rng.binomial(finished, 0.9)
        steps += [
            [episode.number, m, int(starts[m]), int(finished[m]), int(going[m]), int(going[m]), 0, 0]
            for m in range(len(MARKETS))
        ]
    name = f"made-up-{number}"
    counts = StepCounts(name, MARKETS, *np.array(steps, dtype=np.int64).T)
    cells = HazardCells(name, MARKETS, *np.concatenate(parts, axis=1))
    return SeriesData(name, SeriesStory(name, "en", story.episodes), cells, counts, simulated=True)


def _effects(rng: np.random.Generator) -> Floats:
    """Log odds ratios of leaving in one series, types x markets."""
    effects = np.zeros((len(BeatType), len(MARKETS)))
    kinds = list(BeatType)
    for kind, odds_ratio in PLANTED.items():
        effects[kinds.index(kind)] = np.log(odds_ratio) + rng.normal(0, DIFFER)
    kind, market, odds_ratio = LOCAL
    effects[kinds.index(kind), MARKETS.index(market)] = np.log(odds_ratio) + rng.normal(0, DIFFER)
    return effects


def _log_odds(episode: EpisodeStory, effects: Floats) -> Floats:
    """By market and second."""
    at, kinds = np.arange(episode.seconds) + 0.5, list(BeatType)
    value: Floats = np.tile(-5.2 + 1.6 * np.exp(-at / 4), (len(MARKETS), 1))
    for beat in episode.beats:
        under = slice(beat.span.start_ms // 1000, beat.span.seconds().stop)
        value[:, under] += effects[kinds.index(beat.type)][:, None]
    return value


def _drawn(rng: np.random.Generator, starts: Ints, hazard: Floats) -> tuple[Ints, Ints]:
    at_risk = np.zeros(hazard.shape, dtype=np.int64)
    exits = np.zeros_like(at_risk)
    left = starts
    for second in range(hazard.shape[1]):
        at_risk[:, second] = left
        exits[:, second] = rng.binomial(left, hazard[:, second])
        left = left - exits[:, second]
    return at_risk, exits


def truth_of(kind: str, market: str) -> float:
    """The middling series' odds ratio; the local one's share of all markets is the viewers'."""
    if kind == LOCAL[0].value:
        if market:
            return LOCAL[2] if market == LOCAL[1] else 1.0
        weight = 1 / (1 + np.arange(len(MARKETS)) / 3)
        share = float(weight[MARKETS.index(LOCAL[1])] / weight.sum())
        return 1 + share * (LOCAL[2] - 1)
    return next((odds_ratio for planted, odds_ratio in PLANTED.items() if planted.value == kind), 1.0)


def checked(told: Insight, size: Size) -> str:
    """How the estimates of types lie to the truth, as markdown."""
    effects = [effect for effect in told.effects if effect.outcome == "leaving"]
    truth = {(e.subject, e.market): 1.0 if size.null else truth_of(e.subject, e.market) for e in effects}
    rows = ["| odds of leaving | true | estimate |", "|---|---|---|"]
    for effect in effects:
        value = effect.estimate
        if not effect.market or (effect.subject, effect.market) == (LOCAL[0].value, LOCAL[1]):
            where = f" in {effect.market}" if effect.market else ""
            rows.append(
                f"| {effect.subject}{where} | {truth[effect.subject, effect.market]:.3g} "
                f"| {value.value:.3f} ({value.low:.3f} to {value.high:.3f}) |"
            )
    for name, some in (
        ("all markets", [e for e in effects if not e.market]),
        ("one market", [e for e in effects if e.market]),
    ):
        held = sum(e.estimate.low <= truth[e.subject, e.market] <= e.estimate.high for e in some)
        rows.append(f"| intervals of {name} that hold the truth | | {held} of {len(some)} |")
    return "\n".join(rows)


def claims(found: dict[str, Insight], size: Size) -> str:
    """What is claimed, and how much of it is false, as markdown."""
    moments = [moment for told in found.values() for moment in told.moments]
    alone = [f for told in found.values() for f in told.findings if f.kind is FindingKind.MOMENT]
    planted = {(kind, ()) for kind in PLANTED} | {(LOCAL[0], (LOCAL[1],))}
    types = {(f.beats[0], f.markets) for told in found.values() for f in told.findings if f.kind is FindingKind.EFFECT}
    false = types if size.null else types - planted
    return (
        f"Moments: {len(moments):,} beyond chance at a false discovery rate of 5 %, {len(alone):,} of them told as no "
        f"planted type's; nothing else was planted, so those are false. Types claimed: {len(types)}, "
        f"of them not planted: {len(false)}."
    )


def main() -> int:
    """Make, run, print; with effects planted, then with none."""
    options = argparse.ArgumentParser(prog="python -m bench.catalogue")
    options.add_argument("--series", type=int, default=100)
    options.add_argument("--episodes", type=int, default=80)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--seed", type=int, default=3)
    options.add_argument("--only", choices=("planted", "null"))
    given = options.parse_args()
    for null in (False, True):
        if given.only in (None, "null" if null else "planted"):
            measured(Size(given.series, given.episodes, null, given.seed), given.workers)
    return 0


def measured(size: Size, workers: int) -> None:
    """One catalogue: made, analysed, printed."""
    library = made(size)
    cells = sum(len(data.hazard.second) for data in library)
    before, began = _cpu_s(), time.perf_counter()
    found = analyse(library, workers=workers)
    wall = time.perf_counter() - began
    here, each = (_usage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"{'Nothing' if size.null else 'Effects'} planted: {size.series} series, {size.series * size.episodes:,} "
        f"episodes, {len(MARKETS)} markets, {cells:,} cells (made up), {workers} processes: **{wall:.1f} s** wall, "
        f"{_cpu_s() - before:.1f} CPU s, {here + workers * each:,.0f} MB at most, all processes together.\n"
    )
    print(claims(found, size), checked(next(iter(found.values())), size), sep="\n\n", end="\n\n")


def _usage(who: int) -> resource.struct_rusage:
    return resource.getrusage(who)


def _cpu_s() -> float:
    return sum(u.ru_utime + u.ru_stime for u in map(_usage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


if __name__ == "__main__":
    sys.exit(main())
