"""Cuts shown at random: how long to run, what can be said today, whom to show what tomorrow.

Everything is computed from sums by cut and day (``ArmDay``), so a day's viewers cost a day's work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from hookline.insight.sequential import evidence, mismatch, radius
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.experiment import (
    ArmDay,
    Comparison,
    ExperimentPlan,
    ExperimentResult,
    GuardrailState,
    Metric,
    Verdict,
)

LEAST_VIEWERS = 200  # of each cut, before the first look: the normal must fit
LEAST_EACH_WAY = 25  # viewers who did it, and who didn't, of each cut
LEAST_PAYERS = 100.0  # effective number of viewers that a mean with a heavy tail rests on
ALARM = 1_000.0  # e-value at which the dealing is called wrong: false once in 1,000 experiments at most
POWER = 0.80
MOST_DAYS = 3_650
DRAWS = 20_000

METHOD = "always-valid interval (mixture sequential test)"
METHOD_ADJUSTED = f"{METHOD}, adjusted for what viewers had watched before"
METHOD_FIXED = "normal interval for a single look"
UNITS = {Metric.REVENUE: "micros per viewer", Metric.WATCH: "ms per viewer"}


@dataclass(frozen=True, slots=True)
class Design:
    """How many viewers an experiment needs, and how long that takes."""

    viewers_per_cut: int  # with always-valid intervals, looked at daily
    viewers_fixed: int  # with one look at the end
    days: int  # 0 when the daily number of viewers wasn't given
    power: float
    smallest: float
    alpha: float  # of each comparison
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sums:
    """An arm's sums over days."""

    n: int = 0
    y: float = 0.0
    yy: float = 0.0
    x: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def within(self) -> tuple[float, float, float]:
        """Sums of squares and products about the arm's own means: of y, x and xy."""
        return self.yy - self.y**2 / self.n, self.xx - self.x**2 / self.n, self.xy - self.x * self.y / self.n


def check(plan: ExperimentPlan) -> None:
    """``BadInput`` where a plan can't be carried out."""
    where = f"experiment {plan.name!r}"
    if len(set(plan.cuts)) != len(plan.cuts) or not plan.variants:
        raise BadInput("needs a control and other cuts, each once", where=where, mend="give control and variants")
    if plan.shares and (len(plan.shares) != len(plan.cuts) or min(plan.shares) <= 0):
        raise BadInput(f"has {len(plan.shares)} shares for {len(plan.cuts)} cuts, all must be above 0", where=where)
    if plan.smallest <= 0 or (plan.metric.share and plan.smallest >= 1):
        raise BadInput("needs the smallest difference worth finding, such as 0.02", where=where)
    if plan.metric is Metric.REVENUE and not plan.currency:
        raise BadInput("counts revenue but names no currency", where=where, mend='add currency = "USD"')
    if not 0 < plan.alpha < 0.5 or plan.window_days < 1:
        raise BadInput("needs 0 < alpha < 0.5 and a window of at least a day", where=where)


def design(
    plan: ExperimentPlan, *, mean: float, sd: float | None = None, daily_viewers: float = 0.0, power: float = POWER
) -> Design:
    """Viewers and days that find the smallest difference worth finding with the given power.

    The always-valid number is where the estimate's error s has ``radius(s²) + z_power s = smallest``: the power
    of the last look alone.  Earlier looks add some, so it is on the safe side.  Equal shares make it smallest;
    with others the rarest cut decides.

    Args:
        plan: what will be tried.
        mean: of the metric today: a share, or an amount per viewer.
        sd: of the metric over viewers; needed for amounts, sqrt(mean (1 - mean)) for shares.
        daily_viewers: who start the episode each day.
        power: chance of finding a true difference of ``plan.smallest``.

    Raises:
        BadInput: the plan can't be carried out, or the spread of an amount is missing.
    """
    check(plan)
    if sd is None:
        if not plan.metric.share or not 0 < mean < 1:
            raise BadInput("needs the metric's mean between 0 and 1, or its spread over viewers", where=plan.name)
        sd = sqrt(mean * (1 - mean))
    alpha = plan.alpha / len(plan.variants)
    reach = NormalDist().inv_cdf(power)
    fixed = plan.smallest / (NormalDist().inv_cdf(1 - alpha / 2) + reach)
    low, high = 0.0, fixed
    for _ in range(80):
        error = (low + high) / 2
        enough = radius(error**2, mixture=plan.smallest, alpha=alpha) + reach * error <= plan.smallest
        low, high = (error, high) if enough else (low, error)
    shares = plan.planned_shares
    rarest = min(shares)
    # s² = sd² (1/n_control + 1/n_variant), with n in proportion to the shares
    per_total = sd**2 * (1 / shares[0] + 1 / min(shares[1:]))
    total, total_fixed = per_total / low**2, per_total / fixed**2
    days = int(-(-total // daily_viewers)) + plan.window_days if daily_viewers > 0 else 0
    notes = [] if days <= 60 else [f"{days:,} days are long: try a larger difference, fewer cuts or more viewers"]
    if days > MOST_DAYS:
        notes = ["no season runs that long: the difference is too small for these viewers"]
    return Design(
        max(int(-(-total * rarest // 1)), LEAST_VIEWERS),
        max(int(-(-total_fixed * rarest // 1)), LEAST_VIEWERS),
        days, power, plan.smallest, alpha, tuple(notes),
    )  # fmt: skip


def analyse_experiment(
    plan: ExperimentPlan,
    arms: Mapping[Metric, Sequence[ArmDay]],
    *,
    assigned: Mapping[str, int],
    crossed: int = 0,
    least: int = 1,
) -> ExperimentResult:
    """What an experiment says today; looking again tomorrow is safe.

    Each variant is held against the control at alpha / variants (Bonferroni), so that all of them
    together err no more often than alpha.  Guardrails don't share in that: each has its own alpha.

    Args:
        plan: as fixed before the first viewer.
        arms: sums by cut and day for the plan's metric and its guardrails', of viewers whose window has passed.
        assigned: viewers first shown each cut, those too whose window hasn't passed.
        crossed: viewers who saw several of the cuts; they count for the first.
        least: nothing is shown while a cut has fewer viewers than that.

    Raises:
        BadInput: the plan can't be carried out.
        NotEnoughData: no viewer was shown one of the cuts, or too few outcomes are in.
    """
    check(plan)
    missing = [cut for cut in plan.cuts if not assigned.get(cut)]
    if missing:
        raise NotEnoughData(
            f"experiment {plan.name!r}: nobody was shown {', '.join(missing)} yet",
            mend="check that the cut ids are those that players send",
        )
    fewest = min(plan.cuts, key=lambda cut: assigned[cut])
    if assigned[fewest] < least:
        raise NotEnoughData(f"experiment {plan.name!r}: fewer than {least} viewers were shown {fewest!r} yet")
    odds = mismatch([assigned[cut] for cut in plan.cuts], plan.planned_shares)
    sums = {metric: _by_cut(plan, days) for metric, days in arms.items()}
    alpha = plan.alpha / len(plan.variants)
    comparisons = tuple(compare(plan, plan.metric, sums[plan.metric], cut, alpha=alpha) for cut in plan.variants)
    rails = tuple(_guard(plan, sums, index, cut) for index in range(len(plan.guardrails)) for cut in plan.variants)
    main = sums[plan.metric]
    return ExperimentResult(
        plan=plan,
        days=len({day.day for day in arms[plan.metric]}),
        viewers=tuple((cut, main[cut].n) for cut in plan.cuts),
        comparisons=comparisons,
        guardrails=rails,
        mismatch=odds,
        sound=odds < ALARM,
        notes=tuple(_notes(plan, assigned, main, comparisons, odds, crossed)),
    )


def compare(
    plan: ExperimentPlan, metric: Metric, sums: Mapping[str, _Sums], cut: str, *, alpha: float, mixture: float = 0.0
) -> Comparison:
    """One variant against the control.

    Means are adjusted by what viewers had watched before they were shown a cut (CUPED: A. Deng, Y. Xu,
    R. Kohavi, T. Walker, WSDM 2013): ``y - theta (x - mean x)`` with theta = Sxy / Sxx within arms.  What was
    watched before can't depend on the cut, so the difference stays unbiased and its variance falls by
    the squared correlation.
    """
    control, variant = sums[plan.control], sums[cut]
    if not _ready(metric, control, variant):
        return Comparison(cut, metric, None, None, Verdict.OPEN, 1.0)
    difference, variance, adjusted = _difference(control, variant)
    tau = mixture or plan.smallest
    half = radius(variance, mixture=tau, alpha=alpha)
    once = NormalDist().inv_cdf(1 - alpha / 2) * sqrt(variance)
    n, unit, level = control.n + variant.n, UNITS.get(metric, "share"), 1 - alpha

    def interval(width: float, how: str) -> Estimate:
        return Estimate(difference, difference - width, difference + width, n, how, Grade.EXPERIMENT, unit, level)

    always = interval(half, METHOD_ADJUSTED if adjusted else METHOD)
    verdict = _verdict(always, plan.smallest)
    return Comparison(
        cut, metric, always, interval(once, METHOD_FIXED), verdict, evidence(difference, variance, mixture=tau)
    )


def allocate(
    plan: ExperimentPlan, arms: Sequence[ArmDay], *, floor: float = 0.1, seed: int = 0, draws: int = DRAWS
) -> dict[str, float]:
    """Shares in which to deal out tomorrow's viewers: by the chance that each cut is the best (Thompson 1933).

    Posterior means are normal around each cut's mean with its error (flat prior); no cut falls below
    ``floor``, so that all stay comparable.  Once shares move with results, read the difference by days
    of equal shares, or accept that later viewers weigh more.
    """
    check(plan)
    if not 0 < floor <= 1 / len(plan.cuts):
        raise BadInput(f"a floor of {floor} doesn't leave room for {len(plan.cuts)} cuts", where=plan.name)
    sums = _by_cut(plan, arms)
    if any(total.n < 2 for total in sums.values()):
        return dict(zip(plan.cuts, plan.planned_shares, strict=True))
    means = np.array([total.y / total.n for total in sums.values()])
    # one success and one failure more than seen: a cut that all or none took must not seem certain
    spread = [max(total.within()[0] / (total.n - 1), 1 / (total.n + 2)) for total in sums.values()]
    errors = np.sqrt(np.array(spread) / np.array([total.n for total in sums.values()]))
    drawn = np.random.default_rng(seed).normal(means, errors, (draws, len(means)))
    best: NDArray[np.float64] = np.bincount(drawn.argmax(axis=1), minlength=len(means)) / draws
    shares = floor + best * (1 - floor * len(means))
    return dict(zip(plan.cuts, shares.tolist(), strict=True))


def _by_cut(plan: ExperimentPlan, days: Sequence[ArmDay]) -> dict[str, _Sums]:
    """Each cut's sums over all days, in the plan's order."""
    sums = {cut: _Sums() for cut in plan.cuts}
    for day in days:
        if day.cut in sums:
            one = sums[day.cut]
            sums[day.cut] = _Sums(
                one.n + day.n, one.y + day.y, one.yy + day.yy, one.x + day.x, one.xx + day.xx, one.xy + day.xy
            )
    return sums


def _difference(control: _Sums, variant: _Sums) -> tuple[float, float, bool]:
    """Variant minus control, its variance, and whether what was watched before was taken out."""
    raw = variant.y / variant.n - control.y / control.n
    inner = [one.within() for one in (control, variant)]
    sxx = sum(xx for _, xx, _ in inner)
    theta = sum(xy for _, _, xy in inner) / sxx if sxx > 0 else 0.0
    shift = theta * (variant.x / variant.n - control.x / control.n)
    left = [max(yy - 2 * theta * xy + theta * theta * xx, 0.0) for yy, xx, xy in inner]
    variance = sum(s / (one.n - 1) / one.n for s, one in zip(left, (control, variant), strict=True))
    return raw - shift, variance, theta != 0.0


def _ready(metric: Metric, *arms: _Sums) -> bool:
    """Whether a normal fits well enough for a first look."""
    if min(one.n for one in arms) < LEAST_VIEWERS:
        return False
    if metric.share:
        return all(LEAST_EACH_WAY <= one.y <= one.n - LEAST_EACH_WAY for one in arms)
    return all(one.yy > 0 and one.y**2 / one.yy >= LEAST_PAYERS for one in arms)


def _verdict(difference: Estimate, smallest: float) -> Verdict:
    if difference.low > 0:
        return Verdict.BETTER
    if difference.high < 0:
        return Verdict.WORSE
    return Verdict.ALIKE if max(abs(difference.low), abs(difference.high)) < smallest else Verdict.OPEN


def _guard(plan: ExperimentPlan, sums: Mapping[Metric, Mapping[str, _Sums]], index: int, cut: str) -> GuardrailState:
    rail = plan.guardrails[index]
    found = compare(plan, rail.metric, sums[rail.metric], cut, alpha=plan.alpha, mixture=rail.margin)
    known = found.difference
    state = "open" if known is None else "harmed" if known.high < 0 else "safe" if known.low > -rail.margin else "open"
    return GuardrailState(found, rail.margin, state)


def _notes(
    plan: ExperimentPlan,
    assigned: Mapping[str, int],
    sums: Mapping[str, _Sums],
    comparisons: Sequence[Comparison],
    odds: float,
    crossed: int,
) -> list[str]:
    told = []
    if odds >= ALARM:
        dealt = ", ".join(
            f"{cut} {assigned[cut]:,} (planned {share:.0%})"
            for cut, share in zip(plan.cuts, plan.planned_shares, strict=True)
        )
        told.append(
            f"Viewers were not dealt out as planned: {dealt}; e-value {odds:,.0f}. Find the cause (a player that fails "
            "on a cut, a cache, a bot) before you believe any difference."
        )
    if any(c.difference is None for c in comparisons):
        told.append(
            f"Too few outcomes for a first look: it wants {LEAST_VIEWERS} viewers of each cut and, of each, "
            + (
                f"{LEAST_EACH_WAY} who did and {LEAST_EACH_WAY} who didn't."
                if plan.metric.share
                else f"as many as {LEAST_PAYERS:.0f} who carry its sum evenly."
            )
        )
    if crossed:
        told.append(f"{crossed:,} viewers saw several of the cuts: they count for the first they saw.")
    waiting = sum(assigned[cut] for cut in plan.cuts) - sum(one.n for one in sums.values())
    if waiting > 0:
        told.append(f"{waiting:,} viewers' outcomes are not in yet: each has {plan.window_days} days.")
    return told
