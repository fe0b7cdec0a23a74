"""Whether insight's intervals hold what was planted, and how often it is wrong where nothing was.

    python -m bench.recovery [--catalogues 200] [--folder bench/.work/recovery] [--workers 1]

Simulated catalogues of one to three series, 8 to 12 episodes, four markets and 20,000 to 60,000 viewers a series
(``docs/simulate.md``): frailty between viewers, random effects of episodes and series, types of beat that keep to
a part of the episode.  Every piece of work leaves a file in the folder; what is there already isn't done again,
so a long run may be stopped, go on, and be made longer.  The table is of all that is there.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import norm

from bench.insight import is_planted
from bench.worlds import hazard_cells, made_up_story, step_counts
from hookline.audience.intervals import wilson
from hookline.insight import Insight, SeriesData, analyse
from hookline.insight.result import Effect, ElementKind
from hookline.model.estimate import Estimate, FindingKind
from hookline.model.story import BeatType, EndingType, EpisodeStory, SeriesStory
from hookline.simulate import Plan, viewers
from hookline.simulate.hazard import TICK_MS, cumulated, faded
from hookline.simulate.plan import EndingEffect, LeavingEffect

Z95 = 1.959964
CONFOUNDED = {BeatType.EXPOSITION: (0.0, 0.4), BeatType.COMEBACK: (0.5, 1.0), BeatType.REVEAL: (0.6, 1.0)}
PLANTED = replace(
    Plan.null(first_paid=4),
    leaving=(
        LeavingEffect(BeatType.EXPOSITION, 1.5),
        LeavingEffect(BeatType.COMEBACK, 0.7),
        LeavingEffect(BeatType.FLASHBACK, 1.8, ("ID",)),
    ),
    endings=(
        EndingEffect(EndingType.RESOLVED, continuation_odds_ratio=0.6),
        EndingEffect(EndingType.CRISIS, unlock_odds_ratio=1.8),
    ),
)
RANDOM = replace(PLANTED.random, episode_unlock=0.08)
SERIES_SD = {"leaving": 0.15, "going_on": 0.2, "unlock": 0.2}  # of series' levels, log-odds
SIZES = (20_000, 40_000, 60_000)
SMALL = (2_500, 5_000, 10_000)  # further sizes for the power curves
ENOUGH = 1_000_000  # viewers that tell what frailty makes of an odds ratio
OUTCOMES = ("leaving", "continuation", "unlock")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of catalogue."""

    plan: Plan
    sizes: Sequence[int] = SIZES
    share: float = 1.0  # of the catalogues asked for


KINDS = {
    "planted": Kind(PLANTED),
    "null": Kind(PLANTED.without_effects()),
    "small": Kind(PLANTED, SMALL, 0.3),
    "other": Kind(PLANTED.structured("other")),
    "other-null": Kind(PLANTED.structured("other").without_effects(), share=0.5),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One effect that the analysis told, beside the truth; all in log odds."""

    outcome: str
    subject: str
    market: str
    planted: bool
    truth: float  # for the single viewer
    value: float
    low: float
    high: float
    claimed: bool
    oracle: float  # chance that a test which knows all but this effect finds it at 5 %

    def holds(self, kept: float = 1.0) -> bool:
        """Whether the interval holds the truth, of which ``kept`` is left in the mean of all viewers."""
        return self.low <= self.truth * kept <= self.high

    @property
    def seen(self) -> bool:
        """Whether the interval leaves out none."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What came of one."""

    kind: str
    seed: int
    viewers: int  # of each series
    series: int
    cpu_s: float
    effects: tuple[Told, ...]
    findings: int
    false: int  # findings of what isn't so
    moments: int  # with those that findings leave to a type of beat


def stories(seed: int, count: int) -> list[SeriesStory]:
    """Of a catalogue; their lengths vary with the seed."""
    return [
        made_up_story(1000 * seed + at, episodes=8 + (seed // 9 + at) % 5, placed=CONFOUNDED) for at in range(count)
    ]


def of_series(plan: Plan, rng: np.random.Generator) -> Plan:
    """The plan with one series' own levels."""
    leaving, going_on, unlock = (float(rng.normal(0, sd)) for sd in SERIES_SD.values())
    base, wall = plan.baseline, plan.paywall
    assert wall is not None
    level = {name: getattr(base, name) * float(np.exp(leaving)) for name in ("floor_per_s", "spike_per_s")}
    return replace(
        plan,
        baseline=replace(base, going_on=_shifted(base.going_on, going_on), **level),
        paywall=replace(wall, unlock=_shifted(wall.unlock, unlock), unlock_again=_shifted(wall.unlock_again, unlock)),
        random=RANDOM,
    )


def _shifted(chance: float, by: float) -> float:
    return float(1 / (1 + np.exp(-(np.log(chance / (1 - chance)) + by))))


def made(kind: str, seed: int) -> tuple[list[SeriesData], list[Plan], int]:
    """A catalogue, its series' plans, and the viewers of each."""
    asked = KINDS[kind]
    count, number = asked.sizes[seed % 3], 1 + seed // 3 % 3
    rng = np.random.default_rng([seed, 17])
    library, plans = list[SeriesData](), list[Plan]()
    for at, story in enumerate(stories(seed, number)):
        plan = of_series(asked.plan, rng)
        world = viewers(story, plan, viewers=count, seed=1000 * seed + at, series=f"made-up-{at}")
        library.append(SeriesData(world.series, story, hazard_cells(world), step_counts(world), simulated=True))
        plans.append(plan)
    return library, plans, count


def measured(kind: str, seed: int) -> Catalogue:
    """One catalogue made, analysed and held against the truth."""
    began = time.process_time()
    library, plans, count = made(kind, seed)
    found = analyse(library)
    judged = [
        is_planted(finding, data.story, plan)
        for data, plan in zip(library, plans, strict=True)
        for finding in found[data.series].findings
    ]
    return Catalogue(
        kind=kind,
        seed=seed,
        viewers=count,
        series=len(library),
        cpu_s=time.process_time() - began,
        effects=tuple(_told(library, plans, found)),
        findings=len(judged),
        false=judged.count(False),
        moments=sum(len(told.moments) for told in found.values()),
    )


def _told(library: Sequence[SeriesData], plans: Sequence[Plan], found: dict[str, Insight]) -> Iterator[Told]:
    """Effects of beats and endings of the whole catalogue, and of markets on unlocks, series by series."""
    for at, data in enumerate(library):
        for effect in found[data.series].effects:
            of_market = effect.element is ElementKind.MARKET
            if (effect.element in (ElementKind.BEAT, ElementKind.ENDING) and not at) or of_market:
                truth, information = (0.0, 0.0) if of_market else _truth(effect, library, plans)
                estimate = effect.estimate
                value, low, high = np.log([estimate.value, estimate.low, estimate.high]).tolist()
                yield Told(
                    "unlock by market" if of_market else effect.outcome,
                    effect.subject,
                    effect.market,
                    _is_planted(effect, plans[0]),
                    truth,
                    value,
                    low,
                    high,
                    any(_claims(told, effect) for told in found.values()),
                    _power(truth, information),
                )


def _is_planted(effect: Effect, plan: Plan) -> bool:
    types = {(str(e.beat), code) for e in plan.leaving for code in e.markets or ("",)}
    if effect.outcome == "leaving":
        return (effect.subject, effect.market) in types
    return any(str(e.type) == effect.subject and _ratio(e, effect.outcome) != 1 for e in plan.endings)


def _claims(told: Insight, effect: Effect) -> bool:
    """Whether a finding of a series says the effect."""
    for finding in told.findings:
        if finding.kind is FindingKind.EFFECT and effect.outcome == "leaving":
            if tuple(map(str, finding.beats)) == (effect.subject,) and finding.markets[:1] == tuple(
                filter(None, [effect.market])
            ):
                return True
        elif finding.kind is FindingKind.ENDING and _same(finding.estimate, effect.estimate):
            return True
    return False


def _same(one: Estimate, other: Estimate) -> bool:
    return (one.value, one.low, one.high) == (other.value, other.low, other.high)


def _power(truth: float, information: float) -> float:
    """Of a two-sided test at 5 % of one number about which that much is known."""
    out = abs(truth) * information**0.5
    return float(norm.sf(Z95 - out) + norm.cdf(-Z95 - out))


def _truth(effect: Effect, library: Sequence[SeriesData], plans: Sequence[Plan]) -> tuple[float, float]:
    """The log odds ratio that was planted, in the mean of where it was, and the information about it."""
    if effect.outcome == "leaving":
        return _of_leaving(effect.subject, effect.market, library, plans)
    if effect.outcome not in OUTCOMES:
        return 0.0, 0.0
    ratios, information = list[float](), 0.0
    ratio = next((_ratio(e, effect.outcome) for e in plans[0].endings if str(e.type) == effect.subject), 1.0)
    for data, plan in zip(library, plans, strict=True):
        for episode in data.story.episodes:
            told = _of_ending(data, episode, effect.outcome)
            if told and str(episode.ending.type) == effect.subject:
                ratios.append(float(np.log(ratio)) * faded(plan, episode.number))
                information += told
    return float(np.mean(ratios)) if ratios else 0.0, information


def _ratio(planted: EndingEffect, outcome: str) -> float:
    return planted.continuation_odds_ratio if outcome == "continuation" else planted.unlock_odds_ratio


def _of_ending(data: SeriesData, episode: EpisodeStory, outcome: str) -> float:
    """Information of an episode's end about log odds: n c (1 - c); 0 where it tells nothing of the outcome."""
    steps = data.steps
    here, after = steps.episode == episode.number, steps.episode == episode.number + 1
    asked, paid = float(steps.offered[after].sum()), float(steps.unlocked[after].sum())
    if outcome == "unlock":
        return paid * (asked - paid) / asked if asked else 0.0
    finished, on = float(steps.finishers[here].sum()), float(steps.finished_continued[here].sum())
    if not finished or not after.any():
        return 0.0
    share = min(on / finished / (paid / asked if asked else 1.0), 1.0)
    return finished * share * (1 - share)


def _of_leaving(kind: str, market: str, library: Sequence[SeriesData], plans: Sequence[Plan]) -> tuple[float, float]:
    """Expected exits under a type with its effect over those without, others' effects there in both."""
    left = np.zeros(2)
    seen = 0.0
    for data, plan in zip(library, plans, strict=True):
        without = replace(plan, leaving=tuple(e for e in plan.leaving if str(e.beat) != kind))
        for episode in data.story.episodes:
            spans = [beat.span for beat in episode.beats if str(beat.type) == kind]
            for code in plan.markets if spans else ():
                if market not in ("", code.code):
                    continue
                at_risk, exits = _cells(data, episode, code.code)
                ticks = (np.arange(-(-episode.duration_ms // TICK_MS)) + 0.5) * TICK_MS
                under = np.any([(ticks >= span.start_ms) & (ticks < span.end_ms) for span in spans], axis=0)
                second = (ticks // 1000).astype(int)
                quiet = np.zeros(len(episode.episode.scenes))
                shift = float(np.log(code.leaving_odds_ratio))
                for i, one in enumerate((plan, without)):
                    rate = np.diff(cumulated(episode, one, code.code, offset=shift, scenes=quiet), prepend=0)
                    left[i] += (rate * at_risk[second])[under].sum()
                seen += exits[second][under].sum() * TICK_MS / 1000
    return (float(np.log(left[0] / left[1])) if left[1] else 0.0), float(seen)


def _cells(data: SeriesData, episode: EpisodeStory, market: str) -> tuple[np.ndarray, np.ndarray]:
    cells = data.hazard
    rows = (cells.episode == episode.number) & (cells.market == cells.markets.index(market))
    at_risk, exits = np.zeros(episode.seconds), np.zeros(episode.seconds)
    at_risk[cells.second[rows]], exits[cells.second[rows]] = cells.at_risk[rows], cells.exits[rows]
    return at_risk, exits


def kept(structure: str) -> dict[str, float]:
    """How much of each log odds ratio is left in the mean of all viewers: who is frail leaves first.

    One series with a million viewers, each effect there and not; Mantel and Haenszel's odds ratio over seconds (or
    episodes), episodes and markets.  Episodes' random effects are the same in both.  Who has paid before is all
    that makes viewers differ in paying, so there all of it is left.
    """
    story, plan = stories(0, 1)[0], replace(PLANTED.structured(structure), random=RANDOM)
    worlds = [
        viewers(story, one, viewers=ENOUGH, seed=9, series="large")
        for one in (plan, replace(plan, leaving=()), replace(plan, endings=()))
    ]
    data = [SeriesData("large", story, hazard_cells(w), step_counts(w), simulated=True) for w in worlds]
    marginal = {
        "leaving": _of_worlds(data[0], data[1], story, _under),
        "continuation": _of_worlds(data[0], data[2], story, _going_on),
    }
    single = {
        "leaving": _of_leaving(str(BeatType.EXPOSITION), "", [data[0]], [plan])[0],
        "continuation": _planted_mean(EndingType.RESOLVED, "continuation", data[0], plan),
    }
    return {outcome: told / single[outcome] for outcome, told in marginal.items()} | {"unlock": 1.0}


def _planted_mean(kind: EndingType, outcome: str, data: SeriesData, plan: Plan) -> float:
    """As ``_truth`` has it, each episode counting by what it tells."""
    ends = [(e, _of_ending(data, e, outcome)) for e in data.story.episodes if e.ending.type is kind]
    ratio = next(_ratio(e, outcome) for e in plan.endings if e.type is kind)
    weights = np.array([told for _, told in ends])
    return float(np.log(ratio) * (weights @ [faded(plan, e.number) for e, _ in ends]) / weights.sum())


Counts = tuple[np.ndarray, np.ndarray]  # who was there, who did it; rows in the same order in every world


def _of_worlds(
    one: SeriesData, other: SeriesData, story: SeriesStory, counts: Callable[[SeriesData, SeriesStory], Counts]
) -> float:
    """Mantel and Haenszel's log odds ratio of two worlds."""
    (n1, x1), (n0, x0) = counts(one, story), counts(other, story)
    total = np.maximum(n1 + n0, 1)
    return float(np.log((x1 * (n0 - x0) / total).sum() / (x0 * (n1 - x1) / total).sum()))


def _under(data: SeriesData, story: SeriesStory) -> Counts:
    """Whole seconds under the planted type that no other planted type touches."""
    parts = [(_cells(data, e, code), _alone(e)) for e in story.episodes for code in data.hazard.markets]
    n = np.concatenate([at_risk[inside] for (at_risk, _), inside in parts])
    x = np.concatenate([exits[inside] for (_, exits), inside in parts])
    return n, x


def _alone(episode: EpisodeStory) -> np.ndarray:
    inside = np.zeros(episode.seconds, dtype=bool)
    for beat in episode.beats:
        if beat.type is BeatType.EXPOSITION:
            inside[-(-beat.span.start_ms // 1000) : beat.span.end_ms // 1000] = True
    for beat in episode.beats:
        if beat.type in (BeatType.COMEBACK, BeatType.FLASHBACK):
            inside[beat.span.start_ms // 1000 : -(-beat.span.end_ms // 1000)] = False
    return inside


def _ends(story: SeriesStory, kind: EndingType) -> list[int]:
    return [e.number for e in story.episodes if e.ending.type is kind and story.episode(e.number + 1)]


def _going_on(data: SeriesData, story: SeriesStory) -> Counts:
    """Free ends only: behind the wall who is asked is not who starts."""
    steps = data.steps
    first_paid = int(steps.episode[steps.offered > 0].min())
    rows = np.isin(steps.episode, [n for n in _ends(story, EndingType.RESOLVED) if n + 1 < first_paid])
    return steps.finishers[rows].astype(float), steps.finished_continued[rows].astype(float)


# What the runs add up to


def share(held: Sequence[bool]) -> str:
    """A share with its Wilson interval, in percent, and of how many."""
    if not held:
        return "– (0)"
    low, high = wilson(sum(held), len(held))
    return f"{100 * sum(held) / len(held):.1f} % ({100 * float(low):.1f} to {100 * float(high):.1f}; {len(held):,})"


def bias(some: Sequence[Told], kept_share: float) -> str:
    """Of planted effects, in percent of the log odds ratio, with a 95 % interval over the estimates."""
    off = np.array([told.value / (told.truth * kept_share) - 1 for told in some])
    half = Z95 * off.std(ddof=1) / len(off) ** 0.5 if len(off) > 1 else float("nan")
    return f"{100 * off.mean():+.1f} % ({100 * (off.mean() - half):+.1f} to {100 * (off.mean() + half):+.1f})"


def _row(name: str, some: Sequence[Told], left: float, *, planted: bool) -> str:
    cells = [name, share([told.holds(left) for told in some]), share([told.holds() for told in some])]
    return "| " + " | ".join([*cells, bias(some, left) if planted and some else ""]) + " |"


def coverage(kind: str, runs: Sequence[Catalogue], left: dict[str, float]) -> Iterator[str]:
    """Rows of intervals that hold the truth."""
    told = [effect for run in runs for effect in run.effects]
    yield f"| {kind}: {len(runs)} catalogues | truth of all viewers held | single viewer's | bias |"
    yield "|---|---|---|---|"
    for outcome in OUTCOMES:
        mine = [one for one in told if one.outcome == outcome]
        for names, some in (
            ("planted", [one for one in mine if one.planted and not one.market]),
            ("planted, one market", [one for one in mine if one.planted and one.market]),
            ("nothing planted", [one for one in mine if not one.planted and not one.market]),
            ("nothing planted, one market", [one for one in mine if not one.planted and one.market]),
        ):
            if some:
                yield _row(f"{outcome}, {names}", some, left[outcome], planted=names.startswith("planted"))
        yield _row(f"**{outcome}, all**", mine, left[outcome], planted=False)
    markets = [one for one in told if one.outcome == "unlock by market"]
    yield _row("unlock by market, nothing planted", markets, 1.0, planted=False)
    yield ""


def falsehoods(by_kind: dict[str, list[Catalogue]]) -> Iterator[str]:
    """Rows of what is claimed that isn't so."""
    yield "| false claims | catalogues with a finding | with a moment | mean share of findings that is false |"
    yield "|---|---|---|---|"
    for kind, runs in by_kind.items():
        if not runs:
            continue
        rate = np.array([run.false / max(run.findings, 1) for run in runs])
        half = Z95 * rate.std() / len(rate) ** 0.5
        told = f"{100 * rate.mean():.1f} % (± {100 * half:.1f})"
        if kind.endswith("null"):
            any_found = share([run.findings > 0 for run in runs])
            yield f"| {kind} | {any_found} | {share([run.moments > 0 for run in runs])} | {told} |"
        else:
            yield f"| {kind} ({len(runs)}) | | | {told} |"
    yield ""


def power(runs: Sequence[Catalogue]) -> Iterator[str]:
    """Rows of how often a planted effect is found, by viewers, beside the oracle."""
    yield "| planted effect | viewers | interval leaves out none | claimed | oracle |"
    yield "|---|---|---|---|---|"
    names = {(one.outcome, one.subject, one.market) for run in runs for one in run.effects if one.planted}
    for outcome, subject, market in sorted(names, key=lambda name: (OUTCOMES.index(name[0]), *name[1:])):
        for size in sorted({run.viewers for run in runs}):
            some = [
                one
                for run in runs
                if run.viewers == size
                for one in run.effects
                if one.planted and (one.outcome, one.subject, one.market) == (outcome, subject, market)
            ]
            if some:
                where = f" in {market}" if market else ""
                best = 100 * float(np.mean([one.oracle for one in some]))
                seen, claimed = share([one.seen for one in some]), share([one.claimed for one in some])
                yield f"| {outcome}: {subject}{where} | {size:,} | {seen} | {claimed} | {best:.0f} % |"
    yield ""


def table(by_kind: dict[str, list[Catalogue]], left: dict[str, dict[str, float]]) -> str:
    """Everything, as markdown."""
    rows = list[str]()
    for kind, structure in (("planted", "ordinary"), ("null", "ordinary"), ("other", "other")):
        if by_kind[kind]:
            rows += coverage(kind, by_kind[kind], left[structure])
    rows += falsehoods(by_kind)
    rows += power(by_kind["planted"] + by_kind["small"])
    told = ", ".join(
        f"{outcome} {100 * left['ordinary'][outcome]:.1f} % ({100 * left['other'][outcome]:.1f} %)"
        for outcome in OUTCOMES
    )
    rows.append(f"Left of a single viewer's log odds ratio in the mean of all viewers, ordinary (other): {told}.")
    runs = [run for some in by_kind.values() for run in some]
    rows.append(f"{len(runs)} catalogues, {sum(run.cpu_s for run in runs) / 60:.1f} CPU minutes.")
    return "\n".join(rows)


# Work that can be stopped and goes on


def pieces(catalogues: int) -> Iterator[tuple[str, int]]:
    """Kinds and seeds, so ordered that all kinds grow alike."""
    for seed in range(catalogues):
        for kind, asked in KINDS.items():
            if seed < round(catalogues * asked.share):
                yield kind, seed


def piece(folder: Path, kind: str, seed: int) -> None:
    """Does one piece and keeps it; a file is there whole or not at all."""
    _keep(folder / f"{kind}-{seed:04}.json", asdict(measured(kind, seed)))


def _keep(path: Path, value: object) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)


def read(paths: Iterable[Path]) -> list[Catalogue]:
    """Pieces that were kept."""
    made = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths)]
    return [Catalogue(**{**one, "effects": tuple(Told(**told) for told in one["effects"])}) for one in made]


def kept_of(folder: Path) -> dict[str, dict[str, float]]:
    """``kept`` of both structures; computed once."""
    path = folder / "kept.json"
    if not path.exists():
        _keep(path, {structure: kept(structure) for structure in ("ordinary", "other")})
    told: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    return told


def main() -> None:
    """Does what is missing and prints the table of all that is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalogues", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / ".work" / "recovery")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    folder: Path = given.folder
    folder.mkdir(parents=True, exist_ok=True)
    left = kept_of(folder)
    missing = [(k, s) for k, s in pieces(given.catalogues) if not (folder / f"{k}-{s:04}.json").exists()]
    with ProcessPoolExecutor(given.workers) as pool:
        for done in [pool.submit(piece, folder, kind, seed) for kind, seed in missing]:
            done.result()
    print(table({kind: read(folder.glob(f"{kind}-[0-9]*.json")) for kind in KINDS}, left))


if __name__ == "__main__":
    main()
