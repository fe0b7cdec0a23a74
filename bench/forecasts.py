"""Forecasts of series left out of a simulated catalogue: bands, and the score beside position alone.

    python -m bench.forecasts [--catalogues 3]

Each catalogue has 30 series of 12 episodes with levels, spikes and endings of their own, planted effects of three types
of beat and of endings, frailty between viewers, and 4,000 viewers each; money is asked for from an episode between the
5th and the 9th on, and series differ in who pays.  Every series is forecast from the other 29, told its first paid
episode, and held against what its viewers then did.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.worlds import hazard_cells, made_up_story, step_counts
from hookline.insight import SeriesData
from hookline.insight.forecast import Experience, learn
from hookline.insight.forecast import predict as engine
from hookline.insight.grid import Floats
from hookline.model.story import BeatType, EndingType
from hookline.simulate import Plan, viewers
from hookline.simulate.plan import EndingEffect, LeavingEffect, PaywallPlan

AT = (3, 15, 30, -1)  # seconds at which curves are judged; -1: the end


def catalogue(seed: int, *, series: int = 30, episodes: int = 12, count: int = 4_000) -> list[SeriesData]:
    """A studio's series."""
    return [_series(seed, number, episodes, count) for number in range(series)]


def _series(seed: int, number: int, episodes: int, count: int) -> SeriesData:
    rng = np.random.default_rng([seed, number, 17])
    plan = Plan.null(first_paid=None)
    base, wall = plan.baseline, PaywallPlan(5 + int(rng.integers(0, min(5, episodes - 5))))
    pays = float(1 / (1 + np.exp(-(-0.8 + 0.4 * rng.standard_normal()))))
    own = replace(
        base,
        floor_per_s=base.floor_per_s * float(np.exp(0.3 * rng.standard_normal())),
        spike_per_s=base.spike_per_s * float(np.exp(0.3 * rng.standard_normal())),
        going_on=float(1 / (1 + np.exp(-(2.0 + 0.35 * rng.standard_normal())))),
    )
    plan = replace(
        plan,
        baseline=own,
        paywall=replace(wall, unlock=pays),
        leaving=(
            LeavingEffect(BeatType.EXPOSITION, 2.2),
            LeavingEffect(BeatType.COMEBACK, 0.5),
            LeavingEffect(BeatType.FLASHBACK, 1.8),
        ),
        endings=(EndingEffect(EndingType.RESOLVED, 0.45), EndingEffect(EndingType.CRISIS, 1.5)),
    )
    # beats are frequent in some episodes and absent from others, as in life
    story = made_up_story(seed * 1000 + number, episodes=episodes, beats_per_episode=int(rng.integers(2, 8)))
    world = viewers(story, plan, viewers=count, seed=seed * 1000 + number, series=f"series-{number}")
    return SeriesData(f"series-{number}", story, hazard_cells(world), step_counts(world), simulated=True)


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure of one episode: what was forecast, and what happened."""

    what: str
    low: float
    high: float
    crps: float
    happened: float


def crps(draws: Floats, happened: float) -> float:
    """The continuous ranked probability score of draws (Gneiting and Raftery 2007, eq. 20); lower is better.

    >>> crps(np.array([1.0, 1.0]), 3.0)
    2.0
    """
    ordered = np.sort(draws)
    n = len(ordered)
    spread = float((2 * np.arange(1, n + 1) - n - 1) @ ordered) / n**2
    return float(np.abs(ordered - happened).mean()) - spread


def judged(known: Experience, data: SeriesData) -> list[Judged]:
    """A series' forecast held against its viewers."""
    steps = data.steps
    first_paid = int(steps.episode[steps.offered > 0].min())
    drawn = engine._drawn(known, data.story, first_paid, 0)
    asked = steps.episode == first_paid
    paid = int(steps.unlocked[asked].sum()) / int(steps.offered[asked].sum())
    found = [_judge("unlock of the asked", drawn.unlock, paid)]
    for at, number in enumerate(drawn.numbers):
        watching = _watching(data, number)
        if watching is None:
            continue
        for second in AT:
            where = second if second >= 0 else len(watching) - 1
            found.append(_judge(f"watching at {second} s" if second >= 0 else "completion",
                                drawn.watching[at][:, where], float(watching[where])))  # fmt: skip
        rows = steps.episode == number
        finished, went = int(steps.finishers[rows].sum()), int(steps.finished_continued[rows].sum())
        if number < first_paid - 1 and finished >= 200:
            found.append(_judge("continuation", drawn.going_on[:, at], went / finished))
    return found


def _watching(data: SeriesData, number: int) -> Floats | None:
    """The share of starters still watching at the start of each second, and at the end."""
    cells = data.hazard
    rows = cells.episode == number
    seconds = int(cells.second[rows].max(initial=-1)) + 1
    at_risk = np.bincount(cells.second[rows], cells.at_risk[rows], seconds)
    exits = np.bincount(cells.second[rows], cells.exits[rows], seconds)
    if not seconds or at_risk[0] < 200:
        return None
    watching: Floats = np.append(at_risk, at_risk[-1] - exits[-1]) / at_risk[0]
    return watching


def _judge(what: str, draws: Floats, happened: float) -> Judged:
    low, high = np.quantile(draws, [0.05, 0.95])
    return Judged(what, float(low), float(high), crps(draws, happened), happened)


def left_out(library: Sequence[SeriesData], *, story: bool) -> list[Judged]:
    """Every series forecast from the others."""
    found = []
    for at, data in enumerate(library):
        others = [one for index, one in enumerate(library) if index != at]
        found += judged(learn(others, story=story), data)
    return found


def table(full: Sequence[Judged], plain: Sequence[Judged], field: Sequence[Judged]) -> None:
    """One row a figure."""
    print("| | forecasts | 90% bands hold | width | CRPS | position alone | better by | priors: hold | width |")
    print("|---|---|---|---|---|---|---|---|---|")
    names = [*dict.fromkeys(one.what for one in full), ""]
    for name in names:
        own, bare, wide = ([one for one in found if name in ("", one.what)] for found in (full, plain, field))
        mine, theirs = (float(np.mean([one.crps for one in found])) for found in (own, bare))
        print(
            f"| {name or '**all**'} | {len(own)} | {_held(own):.1%} | {_width(own):.3f} | {mine:.4f} | {theirs:.4f} | "
            f"{1 - mine / theirs:.1%} | {_held(wide):.1%} | {_width(wide):.3f} |",
            flush=True,
        )


def _held(found: Sequence[Judged]) -> float:
    return float(np.mean([one.low <= one.happened <= one.high for one in found]))


def _width(found: Sequence[Judged]) -> float:
    return float(np.mean([one.high - one.low for one in found]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--catalogues", type=int, default=2)
    asked = parser.parse_args()
    began = time.process_time()
    full, plain, field = list[Judged](), list[Judged](), list[Judged]()
    for seed in range(asked.catalogues):
        library = catalogue(seed)
        full += left_out(library, story=True)
        plain += left_out(library, story=False)
        none = learn([])
        field += [one for data in library for one in judged(none, data)]
    table(full, plain, field)
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
