"""Insight over a studio's whole catalogue: time and memory.

``python -m bench.catalogue`` makes 100 series of 80 episodes in ten markets (cells drawn from a hazard with
types of beat planted), runs ``insight.analyse`` once in a process of its own, and prints the markdown.
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
from hookline.insight import SeriesData, analyse
from hookline.model.story import BeatType, EpisodeStory, SeriesStory

MARKETS = ("US", "BR", "MX", "ID", "TH", "JP", "KR", "FR", "DE", "IN")
PLANTED = {BeatType.REVEAL: 0.75, BeatType.EXPOSITION: 1.35}  # odds of leaving under a beat
STARTERS = 4_000.0  # of an episode in the largest market
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    series: int = 100
    episodes: int = 80


def made(size: Size) -> list[SeriesData]:
    """The catalogue."""
    return [_series(number, size.episodes) for number in range(size.series)]


def _series(number: int, episodes: int) -> SeriesData:
    rng = np.random.default_rng([number, 3])
    story = made_up_story(number, episodes=episodes)
    parts, steps = [], []
    for episode in story.episodes:
        starts = np.round(STARTERS * 0.985**episode.number / (1 + np.arange(len(MARKETS)) / 3)).astype(np.int64)
        hazard = 1 / (1 + np.exp(-(_log_odds(episode) + rng.normal(0, 0.15))))
        at_risk, exits = _drawn(rng, starts, hazard)
        seconds = len(hazard)
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


def _log_odds(episode: EpisodeStory) -> Floats:
    at = np.arange(episode.seconds) + 0.5
    value: Floats = -5.2 + 1.6 * np.exp(-at / 4)
    for beat in episode.beats:
        if beat.type in PLANTED:
            value[beat.span.start_ms // 1000 : beat.span.seconds().stop] += np.log(PLANTED[beat.type])
    return value


def _drawn(rng: np.random.Generator, starts: Ints, hazard: Floats) -> tuple[Ints, Ints]:
    at_risk = np.zeros((len(starts), len(hazard)), dtype=np.int64)
    exits = np.zeros_like(at_risk)
    left = starts
    for second, chance in enumerate(hazard):
        at_risk[:, second] = left
        exits[:, second] = rng.binomial(left, chance)
        left = left - exits[:, second]
    return at_risk, exits


def main() -> int:
    """Make, run, print."""
    options = argparse.ArgumentParser(prog="python -m bench.catalogue")
    options.add_argument("--series", type=int, default=100)
    options.add_argument("--episodes", type=int, default=80)
    given = options.parse_args()
    size = Size(given.series, given.episodes)
    library = made(size)
    cells = sum(len(data.hazard.second) for data in library)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    found = analyse(library)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = next(iter(found.values())).effects
    effects = {e.subject: e.estimate for e in told if not e.market and e.outcome == "leaving"}
    print(
        f"{size.series} series, {size.series * size.episodes:,} episodes, {len(MARKETS)} markets, {cells:,} cells "
        "(made up): "
        f"**{wall:.1f} s** wall, {cpu:.1f} CPU s, {after.ru_maxrss / 1024:,.0f} MB at most.\n"
    )
    print("| planted | true odds ratio | found |\n|---|---|---|")
    for kind, truth in PLANTED.items():
        e = effects.get(kind.value)
        print(f"| {kind.value} | {truth} | {f'{e.value:.3f} ({e.low:.3f} to {e.high:.3f})' if e else 'not claimed'} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
