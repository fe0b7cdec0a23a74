"""Calibration of the insight room: false findings in null worlds, coverage and power where effects are planted.

    python -m bench.insight [--worlds 50]

Worlds have frailty between viewers, random effects of episodes and markets, and a paywall
(``docs/simulate.md``).  Every figure in ``docs/insight.md`` comes from here.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from bench.sample_beats import season
from bench.worlds import hazard_cells, made_up_story, step_counts
from hookline.audience import cells as audience_cells
from hookline.audience.build import build
from hookline.formats import hookline_parquet
from hookline.insight import Insight, SeriesData, analyse
from hookline.model.estimate import Finding, FindingKind, Place
from hookline.model.story import BeatType, EndingType, SeriesStory
from hookline.simulate import Plan, viewers, write_parquet
from hookline.simulate.hazard import TICK_MS, cumulated, span_of
from hookline.simulate.plan import EndingEffect, LeavingEffect, MomentEffect

PLANTED = replace(
    Plan.null(),
    leaving=(
        LeavingEffect(BeatType.EXPOSITION, 1.8),
        LeavingEffect(BeatType.COMEBACK, 0.6),
        LeavingEffect(BeatType.FLASHBACK, 2.0, ("ID",)),
    ),
    moments=(MomentEffect(3, 4.0, 20.3, 28.0),),
    endings=(EndingEffect(EndingType.RESOLVED, 0.5),),
)


def data(story: SeriesStory, plan: Plan, count: int, seed: int) -> SeriesData:
    """A simulated series as the insight room takes it."""
    world = viewers(story, plan, viewers=count, seed=seed, series="bench")
    return SeriesData("bench", story, hazard_cells(world), step_counts(world), simulated=True)


def null_worlds(plan: Plan, worlds: int) -> None:
    """Worlds where the story does nothing: how many have a finding all the same."""
    print("| nothing planted | worlds with a finding | of | seconds a world |")
    print("|---|---|---|---|")
    for count in (5_000, 50_000, 200_000):
        wrong, start = 0, time.perf_counter()
        for seed in range(worlds):
            wrong += bool(analyse([data(made_up_story(seed), plan, count, seed)])["bench"].findings)
        took = (time.perf_counter() - start) / worlds
        print(f"| {count:,} viewers | {wrong} | {worlds} | {took:.2f} |", flush=True)
    print()


def truth_of(place: Place, story: SeriesStory, plan: Plan, market: str = "") -> float:
    """The true odds ratio of leaving at a place, planted effects against none; markets by their share."""
    told = story.episode(place.episode)
    assert told is not None
    quiet = np.zeros(len(told.episode.scenes))
    ticks = slice(place.span.start_ms // TICK_MS, place.span.end_ms // TICK_MS)
    left = np.zeros(2)
    for chosen in plan.markets:
        if market in ("", chosen.code):
            shift = float(np.log(chosen.leaving_odds_ratio))
            for at, kind in enumerate((plan, plan.without_effects())):
                rate = np.diff(cumulated(told, kind, chosen.code, offset=shift, scenes=quiet), prepend=0)
                left[at] += chosen.share * rate[ticks].sum()
    return float(left[0] / left[1])


def planted_checks(story: SeriesStory, plan: Plan, insight: Insight) -> Iterator[tuple[str, bool, bool]]:
    """For each planted effect: its name, whether it was found, whether the interval holds the truth."""
    for effect in plan.leaving:
        market = effect.markets[0] if effect.markets else ""
        for told in insight.effects:
            if (told.subject, told.outcome, told.market) == (str(effect.beat), "leaving", market):
                found = any(f.beats == (effect.beat,) and f.kind == FindingKind.EFFECT for f in insight.findings)
                holds = told.estimate.low <= effect.odds_ratio <= told.estimate.high
                yield f"{effect.beat}{market and ' in ' + market}, odds ratio {effect.odds_ratio}", found, holds
    for moment in plan.moments:
        episode = story.episode(moment.episode)
        assert episode is not None
        span = span_of(moment, episode)
        near = [m for m in insight.moments if m.place.episode == moment.episode and m.place.span.overlap_ms(span) > 0]
        best = max(near, key=lambda m: m.place.span.overlap_ms(span), default=None)
        truth = truth_of(best.place, story, plan, best.market) if best else 0.0
        name = f"moment, odds ratio {moment.odds_ratio}"
        yield name, best is not None, best is not None and best.ratio.low <= truth <= best.ratio.high
    for ending in plan.endings:
        for told in insight.effects:
            if (told.subject, told.outcome) == (str(ending.type), "continuation"):
                found = any(f.kind == FindingKind.ENDING for f in insight.findings)
                holds = told.estimate.low <= ending.continuation_odds_ratio <= told.estimate.high
                yield f"ending {ending.type}, odds ratio {ending.continuation_odds_ratio}", found, holds


def is_planted(finding: Finding, story: SeriesStory, plan: Plan) -> bool:
    """Whether a finding says something that was planted."""
    if finding.kind is FindingKind.EFFECT:
        return any(
            finding.beats == (e.beat,) and set(finding.markets) == set(e.markets) and _same_way(finding, e.odds_ratio)
            for e in plan.leaving
        )
    if finding.kind is FindingKind.ENDING:
        return any(str(e.type) in finding.claim for e in plan.endings)
    if finding.kind is FindingKind.MOMENT:
        truth = truth_of(finding.places[0], story, plan, *finding.markets[:1])
        return (truth > 1.1) if finding.estimate.value > 0 else (truth < 0.9)
    return False


def _same_way(finding: Finding, odds_ratio: float) -> bool:
    return (finding.estimate.value > 1) == (odds_ratio > 1)


def planted_worlds(name: str, plan: Plan, worlds: int, count: int, *, story: SeriesStory | None = None) -> None:
    """Coverage and power for each planted effect, and whether the first findings are planted ones."""
    seen: Counter[str] = Counter()
    found_in: Counter[str] = Counter()
    held_in: Counter[str] = Counter()
    first = first_three = total = false = 0
    for seed in range(worlds):
        told = story or made_up_story(seed)
        insight = analyse([data(told, plan, count, seed)])["bench"]
        for what, found, holds in planted_checks(told, plan, insight):
            seen[what] += 1
            found_in[what] += found
            held_in[what] += holds
        planted = [is_planted(finding, told, plan) for finding in insight.findings]
        first += bool(planted[:1]) and planted[0]
        first_three += len(planted) >= 3 and all(planted[:3])
        total, false = total + len(planted), false + planted.count(False)
    print(f"| {name}, {count:,} viewers | interval holds truth | found | of |")
    print("|---|---|---|---|")
    for what, times in seen.items():
        print(f"| {what} | {held_in[what]} | {found_in[what]} | {times} |")
    print(f"| first finding is planted | | {first} | {worlds} |")
    print(f"| first three findings are planted | | {first_three} | {worlds} |")
    print(f"| findings that are not planted | | {false} | {total} |\n", flush=True)


def the_long_way(count: int) -> None:
    """The cells above are made in memory; the tables, the importer and the audience build give the same."""
    world = viewers(made_up_story(1), Plan.null(), viewers=count, seed=1, series="bench")
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for path in write_parquet(world, Path(folder) / "events"):
            sources.append(Path(folder) / f"canonical-{path.name}")
            hookline_parquet.load(path, sources[-1], series=world.series, key=bytes(range(32)))
        out = Path(folder) / "out"
        out.mkdir()
        build(sources, out, series=world.series, durations_ms=world.durations_ms)
        cells = audience_cells.hazard_cells(out)
    ours = hazard_cells(world)
    one, other = (
        sorted(zip(np.array(c.markets)[c.market], c.episode, c.second, c.at_risk, c.exits, strict=True))
        for c in (cells, ours)
    )
    same = one == other
    print(f"{len(world.views.viewer):,} views written as Parquet, imported and built: ", end="")
    print(f"{len(cells.second):,} cells, {'the same' if same else 'NOT THE SAME'} as made in memory.\n")


def main() -> None:
    """All tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--sample", action="store_true", help="only the sample series")
    given = parser.parse_args()
    worlds = given.worlds
    text = files("hookline.sample").joinpath("effects.toml").read_text(encoding="utf-8")
    for language in ("en", "zh"):
        planted_worlds(f"sample, {language}", Plan.from_string(text), worlds, 200_000, story=season(language))
    if given.sample:
        return
    null_worlds(Plan.null(), worlds)
    planted_worlds("made-up stories", PLANTED, worlds, 200_000)
    planted_worlds("made-up stories", PLANTED, worlds, 20_000)
    rough = replace(PLANTED, random=replace(PLANTED.random, scene_leaving=0.15))
    planted_worlds("made-up stories, scenes differ (sd 0.15)", rough, worlds, 200_000)
    the_long_way(50_000)


if __name__ == "__main__":
    main()
