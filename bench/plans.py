"""Seasons divided and walls placed in simulated worlds, beside an oracle that knows the world.

    python -m bench.plans [--worlds 100]

Each world is a library of series of one kind of audience: an ending's strength and type shift how many go
on, every ending differs by a random amount, and so do series, episodes and scenes.  The oracle knows every
coefficient of the world, but not what no data can tell: the random part of an ending that nobody saw.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.worlds import made_up_story
from hookline.audience.cells import HazardCells, StepCounts
from hookline.insight import SeriesData
from hookline.insight.grid import Floats
from hookline.insight.plan import Price, best_division, best_paywalls
from hookline.insight.plan import division as engine
from hookline.model.span import Span
from hookline.model.story import CutPoint, Ending, EndingType, SeriesStory

KINDS = list(EndingType)
STRENGTH = 1.2  # log-odds of going on, from the weakest ending to the strongest
OF_TYPE = dict(zip(KINDS, (0.25, 0.0, 0.1, 0.3, 0.15, -0.5), strict=True))
TAU, LEVEL, LEVEL_SD = 0.15, 2.0, 0.3
EARLY = 0.12  # who leaves an episode goes on to the next all the same
EPISODE_SD, SCENE_SD = 0.15, 0.2


@dataclass(frozen=True, slots=True)
class Known:
    """One series with what is true of it."""

    data: SeriesData
    points: tuple[CutPoint, ...]
    going_on: Floats  # true share by point, as seen today where an episode ends
    expected: Floats  # the same without the random part where nobody saw the ending
    content: Floats  # true log-odds by second of the season


def world(seed: int, *, series: int, episodes: int, starters: int, flat: bool = False) -> list[Known]:
    """A library; ``flat``: endings do nothing."""
    rng = np.random.default_rng([seed, 11])
    return [_series(rng, f"series-{i}", made_up_story(seed * 100 + i, episodes=episodes), starters, flat=flat)
            for i in range(series)]  # fmt: skip


def _series(rng: np.random.Generator, name: str, story: SeriesStory, starters: int, *, flat: bool) -> Known:
    points = _points(rng, story)
    level = LEVEL + LEVEL_SD * rng.standard_normal()
    shift = np.array([0.0 if flat else STRENGTH * (p.ending.strength - 0.5) + OF_TYPE[p.ending.type] for p in points])
    own = TAU * rng.standard_normal(len(points))
    ends = {p.episode: i for i, p in enumerate(points) if p.at_ms == _length(story, p.episode)}
    seen = np.isin(np.arange(len(points)), list(ends.values()))
    draws = TAU * rng.standard_normal((200, 1))
    expected = np.where(seen, _share(level + shift + own), _share(level + shift + draws).mean(axis=0))
    going_on = _share(level + shift + own)
    data, content = _watched(
        rng, name, _ended(story, points, ends), starters, {n: going_on[i] for n, i in ends.items()}
    )
    return Known(data, points, going_on, expected, content)


def _share(log_odds: Floats) -> Floats:
    share: Floats = 1 / (1 + np.exp(-log_odds))
    return share


def _length(story: SeriesStory, number: int) -> int:
    told = story.episode(number)
    assert told is not None
    return told.duration_ms


def _points(rng: np.random.Generator, story: SeriesStory) -> tuple[CutPoint, ...]:
    """After every line an ending by chance."""
    points = []
    for episode in story.episodes:
        for line in episode.episode.lines():
            assert line.span is not None
            kind, strength = KINDS[int(rng.integers(len(KINDS)))], float(rng.uniform(0.1, 0.95))
            ending = Ending(kind, strength, Span(max(line.span.end_ms - 6000, 0), line.span.end_ms), (line.source,))
            points.append(CutPoint(episode.number, line.span.end_ms, ending, False, line.text, line.source))
    return tuple(points)


def _ended(story: SeriesStory, points: Sequence[CutPoint], ends: dict[int, int]) -> SeriesStory:
    """The story with the endings that its cut points say."""
    return replace(
        story,
        episodes=tuple(replace(one, ending=points[ends[one.number]].ending) for one in story.episodes),
    )


def _hazard(at_s: Floats, length_s: float, content: Floats) -> Floats:
    chance = 0.0022 + 0.018 * np.exp(-at_s / 4)
    log_odds: Floats = np.log(chance / (1 - chance)) + 0.3 * (at_s / length_s - 0.5) + content
    return _share(log_odds)


def _watched(
    rng: np.random.Generator, name: str, story: SeriesStory, starters: int, going_on: dict[int, float]
) -> tuple[SeriesData, Floats]:
    """Viewers by the second and from episode to episode; and the content's own log-odds by second."""
    content, cells, steps = [], [], []
    coming = starters
    for episode in story.episodes:
        seconds = episode.seconds
        scenes = np.repeat(SCENE_SD * rng.standard_normal(-(-seconds // 20)), 20)[:seconds]
        own = EPISODE_SD * rng.standard_normal() + scenes
        content.append(own[: round(episode.duration_ms / 1000)])
        watching = coming
        for second, p in enumerate(
            _hazard(np.arange(seconds, dtype=np.float64) + 0.5, episode.duration_ms / 1000, own)
        ):
            left = int(rng.binomial(watching, p)) if second < seconds - 1 else 0
            cells.append((episode.number, 0, second, watching, left))
            watching -= left
        finished = watching
        went = int(rng.binomial(finished, going_on[episode.number]))
        early = int(rng.binomial(coming - finished, EARLY))
        steps.append((episode.number, 0, coming, finished, went + early, went, 0, 0))
        coming = went + early
    hazard = HazardCells(name, ("US",), *np.array(cells, dtype=np.int64).T)
    counts = StepCounts(name, ("US",), *np.array(steps, dtype=np.int64).T)
    return SeriesData(name, story, hazard, counts, simulated=True), np.concatenate(content)


def true_value(known: Known, ends_ms: Sequence[int], going_on: dict[int, float]) -> float:
    """Seconds that a starter truly watches of a division."""
    reach = watched = 0.0
    reach, starts = 1.0, [0, *ends_ms[:-1]]
    for start, end in zip(starts, ends_ms, strict=True):
        stay, seen = true_survival(known, start, end)
        watched += reach * seen
        reach *= stay * going_on.get(end, 0.0) + (1 - stay) * EARLY
    return watched


def true_survival(known: Known, start_ms: int, end_ms: int) -> tuple[float, float]:
    """The true share who stay through a stretch taken as an episode, and the seconds they watch."""
    length = (end_ms - start_ms) / 1000
    at = np.arange(max(round(length), 1), dtype=np.float64) + 0.5
    seconds = np.minimum((start_ms / 1000 + at).astype(np.int64), len(known.content) - 1)
    staying: Floats = 1 - _hazard(at, length, known.content[seconds])
    left = np.cumprod(staying)
    return float(left[-1]), float(left.sum())


def oracle(known: Known, plan_season: engine._Season, edges: engine._Edges) -> list[int]:
    """The best division of one who knows the world."""
    at = np.concatenate([[0], plan_season.at_ms])
    told = np.array(
        [true_survival(known, int(at[a]), int(at[b])) for a, b in zip(edges.first, edges.last, strict=True)]
    )
    season = replace(plan_season, early=EARLY)
    found = engine._best(season, replace(edges, stay=told[:, 0], watch_s=told[:, 1]), known.expected)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """One season's plan against the truth."""

    gain: float  # true seconds (or money) gained by what was proposed, as far as anybody could know
    best: float  # the oracle's
    happens: float  # the gain with what nobody could know
    stated: tuple[float, float, float]
    recommended: bool


def judged(seed: int, *, series: int, episodes: int, starters: int, flat: bool = False) -> Judged:
    """Plans the first series of a world."""
    library = world(seed, series=series, episodes=episodes, starters=starters, flat=flat)
    known = library[0]
    data = [one.data for one in library]
    plan = best_division(data, "series-0", known.points)
    season = engine._Season.of(known.data, known.points, np.random.default_rng(0))
    lengths = [one.duration_ms for one in known.data.story.episodes]
    edges = engine._Edges.of(season, int(min(lengths) / 1.1), int(max(lengths) * 1.1))
    shares = {int(ms): float(c) for ms, c in zip(season.at_ms, known.expected, strict=True)}
    happens = {int(ms): float(c) for ms, c in zip(season.at_ms, known.going_on, strict=True)}
    now = [int(season.at_ms[i]) for i in season.today]
    today = true_value(known, now, shares)
    starts = np.concatenate([[0], np.cumsum([e.duration_ms for e in known.data.story.episodes])])
    new = [int(starts[b.point.episode - 1]) + b.point.at_ms for b in plan.best.boundaries]
    best = [int(season.at_ms[end - 1]) for end in oracle(known, season, edges)]
    return Judged(
        true_value(known, new, shares) - today,
        true_value(known, best, shares) - today,
        true_value(known, new, happens) - true_value(known, now, happens),
        (plan.gain_s.low, plan.gain_s.value, plan.gain_s.high),
        plan.recommended,
    )


# ------------------------------------------------------------------ walls

WALL_LEVEL, WALL_SD, OWN_SD = -1.1, 0.5, 0.15  # log-odds of the first unlock; of a series and market; of one place
OF_EPISODE, OF_STRENGTH = 0.4, 0.9
AGAIN = 0.93  # later unlocks
MARKETS = {"US": 0.0, "BR": -0.4, "ID": -0.9}


@dataclass(frozen=True, slots=True)
class Walls:
    """One series in several markets, with what is true of its walls."""

    data: SeriesData
    unlock: dict[str, Floats]  # true share by market and episode in order, the random part of today's in it
    expected: dict[str, Floats]  # the same without the random part of places where nobody was asked
    want: dict[str, Floats]


def walls(seed: int, *, series: int, episodes: int, starters: int, flat: bool = False) -> list[Walls]:
    """A library with walls at chance episodes; ``flat``: where the wall stands changes nothing about unlocking."""
    rng = np.random.default_rng([seed, 13])
    return [
        _walled(rng, f"series-{i}", made_up_story(seed * 100 + i, episodes=episodes), starters, flat=flat)
        for i in range(series)
    ]


def _walled(rng: np.random.Generator, name: str, story: SeriesStory, starters: int, *, flat: bool) -> Walls:
    count, first = len(story.episodes), int(rng.integers(3, 13))
    strengths = np.array([0.5, *(one.ending.strength for one in story.episodes[:-1])])
    place = np.log(np.maximum(np.arange(count) + 1, 1) / 8)
    told = np.zeros(count) if flat else OF_EPISODE * place + OF_STRENGTH * (strengths - 0.5)
    rows: list[tuple[int, ...]] = []
    unlock, expected, wants = dict[str, Floats](), dict[str, Floats](), dict[str, Floats]()
    for code, (market, shift) in enumerate(MARKETS.items()):
        level = WALL_LEVEL + shift + WALL_SD * rng.standard_normal()
        own = OWN_SD * rng.standard_normal(count)
        unlock[market] = _share(level + told + own)
        unseen = _share(level + told + OWN_SD * rng.standard_normal((200, 1))).mean(axis=0)
        expected[market] = np.where(np.arange(count) == first - 1, unlock[market], unseen)
        wants[market] = _share(1.6 + 0.8 * (np.append(strengths[1:], 0.5) - 0.5) + 0.1 * rng.standard_normal(count))
        rows += _walked(rng, code, starters, wants[market], first - 1, float(unlock[market][first - 1]))
    none = np.zeros(0, dtype=np.int64)
    steps = StepCounts(name, tuple(MARKETS), *np.array(sorted(rows), dtype=np.int64).T)
    data = SeriesData(name, story, HazardCells(name, tuple(MARKETS), *[none] * 5), steps, simulated=True)
    return Walls(data, unlock, expected, wants)


def _walked(
    rng: np.random.Generator, market: int, starters: int, want: Floats, first: int, unlock: float
) -> list[tuple[int, ...]]:
    """The steps of one market's viewers."""
    rows = list[tuple[int, ...]]()
    coming = starters
    for at, share in enumerate(want.tolist()):
        asked = paid = 0
        if at >= first:
            asked, paid = coming, int(rng.binomial(coming, unlock if at == first else AGAIN))
            coming = paid
        going = int(rng.binomial(coming, share))
        after = going
        if at + 1 >= first:  # who refuses the next one hasn't started it
            after = int(rng.binomial(going, unlock if at + 1 == first else AGAIN))
        rows.append((at + 1, market, coming, coming, after, after, asked, paid))
        coming = going
    return rows


def true_revenue(one: Walls, market: str, at: int, unlock: Floats) -> float:
    """Unlocks that a starter truly brings with the wall before the ``at``-th episode."""
    want = one.want[market]
    reach = float(np.prod(want[:at]))
    later = float(np.cumprod(want[at:-1] * AGAIN).sum())
    return reach * float(unlock[at]) * (1 + later)


def walls_judged(seed: int, *, series: int, episodes: int, starters: int, flat: bool = False) -> list[Judged]:
    """The plans of the first series' markets against the truth."""
    library = walls(seed, series=series, episodes=episodes, starters=starters, flat=flat)
    one, data = library[0], [known.data for known in library]
    prices = {(known.series, market): Price(1.0, "USD") for known in data for market in MARKETS}
    found = []
    for plan in best_paywalls(data, "series-0", prices):
        assert plan.today is not None
        sure, happens = one.expected[plan.market], one.unlock[plan.market]
        at, now = plan.best.episode - 1, plan.today.episode - 1
        today = true_revenue(one, plan.market, now, sure)
        best = max(true_revenue(one, plan.market, place, sure) for place in range(1, episodes))
        found.append(
            Judged(
                true_revenue(one, plan.market, at, sure) - today,
                best - today,
                true_revenue(one, plan.market, at, happens) - true_revenue(one, plan.market, now, happens),
                (plan.gain.low, plan.gain.value, plan.gain.high),
                plan.recommended,
            )
        )
    return found


def report(name: str, found: Sequence[Judged]) -> None:
    """One row of a table."""
    gain, best = sum(one.gain for one in found), sum(one.best for one in found)
    told = [one for one in found if one.recommended]
    of_told = sum(one.gain for one in told) / max(sum(one.best for one in told), 1e-9)
    wrong = sum(one.gain < 0 for one in told)
    holds = sum(one.stated[0] <= one.happens <= one.stated[2] for one in found)
    shares = f"{gain / best:.1%} | {len(told)} | {of_told:.1%} | {wrong} | {holds} of {len(found)}"
    print(f"| {name} | {len(found)} | {shares} |", flush=True)


HEAD = "| of the oracle's gain | recommended | of the oracle's, there | of them harmful | intervals hold |"
SIZES = (("6 series", 6), ("20 series", 20), ("one series", 1))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--only", choices=("division", "paywall"))
    asked = parser.parse_args()
    began = time.process_time()
    if asked.only != "paywall":
        print(f"| division: 20 episodes, 20,000 starters | seasons {HEAD}\n|---|---|---|---|---|---|---|")
        for name, series in SIZES:
            report(name, [judged(s, series=series, episodes=20, starters=20_000) for s in range(asked.worlds)])
        flat = [judged(s, series=6, episodes=20, starters=20_000, flat=True) for s in range(asked.worlds)]
        report("6 series, endings do nothing", flat)
        print()
    if asked.only != "division":
        print(f"| paywall: 40 episodes, 20,000 starters a market | walls {HEAD}\n|---|---|---|---|---|---|---|")
        for name, series in SIZES:
            sizes = [walls_judged(s, series=series, episodes=40, starters=20_000) for s in range(asked.worlds)]
            report(name, [one for world in sizes for one in world])
        same = [walls_judged(s, series=20, episodes=40, starters=20_000, flat=True) for s in range(asked.worlds)]
        report("20 series, the place does nothing", [one for world in same for one in world])
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
