"""Experiments: what daily looks cost an ordinary test, and don't cost ours.

``python -m bench.experiments`` simulates 2,000 experiments of 30 days each, looks at every one every day
through the same function that a studio's data go through, and prints the markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from hookline.insight.experiments import ALARM, analyse_experiment, design
from hookline.model.experiment import ArmDay, ExperimentPlan, ExperimentResult, Metric

EXPERIMENTS, DAYS, DAILY = 2_000, 30, 400  # experiments, looks, viewers a day and cut
FIRST = date(2026, 1, 1)
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, float, Floats], Floats]


@dataclass(frozen=True, slots=True)
class World:
    """A metric: how a viewer's outcome is drawn, and the plan that tests it."""

    name: str
    plan: ExperimentPlan
    draw: Draw
    lift: float  # of the treated, where there is an effect, in the metric's unit


def a_share(rng: np.random.Generator, n: int, lift: float, before: Floats) -> Floats:
    """Whether a viewer goes on: 62 % on average, likelier for who has watched much."""
    chance = np.clip(0.62 + lift + 0.12 * (before - before.mean()) / 40_000, 0.02, 0.98)
    did: Floats = (rng.random(n) < chance).astype(float)
    return did


def an_amount(rng: np.random.Generator, n: int, lift: float, before: Floats) -> Floats:
    """What a viewer pays: nine of ten nothing, the others log-normal with a heavy tail."""
    pays = rng.random(n) < np.clip(0.10 + 0.03 * (before - before.mean()) / 40_000, 0.01, 0.99)
    paid = np.exp(rng.normal(np.log(2.0e6), 1.0, n))
    amount: Floats = np.where(pays, paid * (1 + lift / (0.10 * 2.0e6 * np.exp(0.5))), 0.0)
    return amount


WORLDS = (
    World(
        "share (continuation, 62 %)",
        ExperimentPlan("share", 5, "a", ("b",), Metric.CONTINUATION, smallest=0.02),
        a_share,
        0.02,
    ),
    World(
        "amount with a heavy tail (revenue)",
        ExperimentPlan("amount", 5, "a", ("b",), Metric.REVENUE, smallest=60_000, currency="USD"),
        an_amount,
        60_000.0,
    ),
    World(
        "three cuts (continuation)",
        ExperimentPlan("three", 5, "a", ("b", "c"), Metric.CONTINUATION, smallest=0.02),
        a_share,
        0.02,
    ),
)


@dataclass(slots=True)
class Tally:
    """What happened over all simulated experiments."""

    called: int = 0  # always-valid interval without 0 at any look
    called_fixed: int = 0  # single-look interval without 0 at any look
    called_last: int = 0  # single-look interval without 0 at the last look
    missed: int = 0  # truth outside the always-valid interval at any look
    alarms: int = 0  # mismatch called
    stopped: list[int] = None  # type: ignore[assignment]  # day of the first call


def days_of(world: World, rng: np.random.Generator, lift: float) -> list[list[ArmDay]]:
    """Sums of every cut and day."""
    days = []
    for day in range(DAYS):
        row = []
        for cut in world.plan.cuts:
            before = rng.gamma(2.0, 40_000.0 / 2, DAILY)
            y = world.draw(rng, DAILY, lift if cut == "b" else 0.0, before)
            row.append(
                ArmDay(
                    cut, FIRST + timedelta(day), DAILY, y.sum(), (y * y).sum(), before.sum(),
                    (before * before).sum(), (before * y).sum(),
                )
            )  # fmt: skip
        days.append(row)
    return days


def looks(world: World, days: Sequence[Sequence[ArmDay]]) -> list[ExperimentResult]:
    """The experiment as it stands after each day."""
    seen: dict[str, ArmDay] = {}
    results = []
    for number, row in enumerate(days, 1):
        for arm in row:
            seen[arm.cut] = _plus(seen.get(arm.cut), arm)
        assigned = dict.fromkeys(world.plan.cuts, number * DAILY)
        results.append(analyse_experiment(world.plan, {world.plan.metric: list(seen.values())}, assigned=assigned))
    return results


def _plus(one: ArmDay | None, two: ArmDay) -> ArmDay:
    if one is None:
        return two
    return ArmDay(
        one.cut, one.day, one.n + two.n, one.y + two.y, one.yy + two.yy, one.x + two.x, one.xx + two.xx, one.xy + two.xy
    )


def run(world: World, lift: float, *, experiments: int = EXPERIMENTS) -> Tally:
    """Simulate and look daily."""
    tally = Tally(stopped=[])
    truth = {cut: lift if cut == "b" else 0.0 for cut in world.plan.variants}
    for seed in range(experiments):
        results = looks(world, days_of(world, np.random.default_rng([seed, int(lift * 1e6)]), lift))
        shown = [[c for c in r.comparisons if c.difference and c.fixed] for r in results]
        off = [any(not c.difference.low <= 0 <= c.difference.high for c in row if c.difference) for row in shown]
        off_fixed = [any(not c.fixed.low <= 0 <= c.fixed.high for c in row if c.fixed) for row in shown]
        tally.called += any(off)
        tally.called_fixed += any(off_fixed)
        tally.called_last += off_fixed[-1]
        tally.missed += any(
            not c.difference.low <= truth[c.cut] <= c.difference.high for row in shown for c in row if c.difference
        )
        tally.alarms += any(not r.sound for r in results)
        if any(off):
            tally.stopped.append(off.index(True) + 1)
    return tally


def rate(count: int, of: int = EXPERIMENTS) -> str:
    """A share with its exact 95 % interval."""
    ends = binomtest(count, of).proportion_ci()
    return f"{count / of:.1%} ({ends.low:.1%} to {ends.high:.1%})"


def mismatches(share: float, *, experiments: int = EXPERIMENTS) -> tuple[int, list[int]]:
    """How often a dealing of ``share`` to the control, planned as half, is called; and on which day."""
    from hookline.insight.sequential import mismatch

    days = []
    for seed in range(experiments):
        rng = np.random.default_rng([7, seed])
        to_control = rng.binomial(2 * DAILY, share, DAYS).cumsum()
        odds = [mismatch([n, 2 * DAILY * (d + 1) - n], [0.5, 0.5]) for d, n in enumerate(to_control.tolist())]
        first = next((d + 1 for d, value in enumerate(odds) if value >= ALARM), 0)
        days += [first] if first else []
    return len(days), days


def report() -> str:
    """All figures as markdown."""
    lines = [
        f"{EXPERIMENTS:,} simulated experiments each, {DAILY} viewers a day and cut, looked at on each of {DAYS} days "
        "through `analyse_experiment`; exact binomial intervals.",
        "",
        "| metric | effect | called at any look: always-valid | single-look interval at any look | single-look at day "
        f"{DAYS} only | truth outside the always-valid interval at any look | median day of the call |",
        "|---|---|---|---|---|---|---|",
    ]
    for world in WORLDS:
        for lift in (0.0, world.lift):
            t = run(world, lift)
            day = f"{np.median(t.stopped):.0f}" if t.stopped and lift else ""
            lines.append(
                f"| {world.name} | {'none' if not lift else f'{lift:g}'} | {rate(t.called)} | {rate(t.called_fixed)} | "
                f"{rate(t.called_last)} | {rate(t.missed)} | {day} |"
            )
    plan = design(WORLDS[0].plan, mean=0.62, daily_viewers=2 * DAILY)
    lines += [
        "",
        f"`design` asks {plan.viewers_per_cut:,} viewers a cut ({plan.days} days) for two points at 80 % power, a test "
        f"looked at once {plan.viewers_fixed:,}.",
        "",
        "| control gets (planned 50 %) | mismatch called within 30 days | median day |",
        "|---|---|---|",
    ]
    for share in (0.50, 0.49, 0.48, 0.45):
        count, days = mismatches(share)
        lines.append(f"| {share:.0%} | {rate(count)} | {f'{np.median(days):.0f}' if days else ''} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
    sys.exit(0)
