"""Experiments: published figures, truth at every look, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from math import exp, inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.insight.experiments import LEAST_VIEWERS, allocate, analyse_experiment, design
from hookline.insight.sequential import evidence, mismatch, radius
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.experiment import ArmDay, ExperimentPlan, Guardrail, Metric, Verdict

PLAN = ExperimentPlan("ending", 3, "a", ("b",), Metric.CONTINUATION, smallest=0.02)
DAY = date(2026, 3, 1)


def arm(cut: str, y: Sequence[float] | np.ndarray, x: Sequence[float] | np.ndarray | None = None) -> ArmDay:
    """The sums of some viewers."""
    a, b = np.asarray(y, float), np.zeros(len(y)) if x is None else np.asarray(x, float)
    return ArmDay(cut, DAY, len(a), a.sum(), (a * a).sum(), b.sum(), (b * b).sum(), (a * b).sum())


def shares(did: int, of: int) -> np.ndarray:
    """Viewers of whom some did it."""
    return np.arange(of) < did


def looked(plan: ExperimentPlan, *arms: ArmDay, **also: Sequence[ArmDay]):  # type: ignore[no-untyped-def]
    """The plan's result over some sums."""
    by_metric = {plan.metric: arms} | {Metric(name): days for name, days in also.items()}
    return analyse_experiment(plan, by_metric, assigned={one.cut: one.n for one in arms})


# ------------------------------------------------------------------ always-valid statistics


@given(st.floats(1e-4, 1.0), st.floats(1e-3, 1.0), st.floats(0.001, 0.2))
def test_the_interval_leaves_out_none_exactly_when_the_evidence_says_so(error: float, tau: float, alpha: float) -> None:
    """Radius and e-value are the same test: at the interval's edge the e-value is 1 / alpha."""
    edge = radius(error**2, mixture=tau, alpha=alpha)
    assert evidence(edge, error**2, mixture=tau) == pytest.approx(1 / alpha, rel=1e-6)


@given(st.floats(1e-4, 1.0), st.floats(0.01, 1.0))
def test_looking_often_costs_width(error: float, tau: float) -> None:
    assert radius(error**2, mixture=tau) > 1.96 * error


def test_without_variance_nothing_is_known() -> None:
    assert radius(0.0, mixture=0.1) == inf
    assert evidence(0.3, 0.0, mixture=0.1) == 1.0


def test_mismatch_is_the_beta_binomial_bayes_factor() -> None:
    """By hand: 1 and 1 viewers under Beta(1, 1): B(2, 2) / B(1, 1) / (1/2)^2 = 4 / 6."""
    assert mismatch([1, 1], [1, 1], concentration=2.0) == pytest.approx(4 / 6)


def test_mismatch_is_one_on_average_where_the_dealing_is_as_planned() -> None:
    rng = np.random.default_rng(5)
    values = [mismatch(rng.multinomial(500, [0.2, 0.8]).tolist(), [1, 4]) for _ in range(4000)]
    assert np.mean(values) == pytest.approx(1.0, abs=0.03)


# ------------------------------------------------------------------ analysis


def test_a_share_is_compared_as_two_means() -> None:
    found = looked(PLAN, arm("a", shares(600, 1000)), arm("b", shares(700, 1000))).comparisons[0]
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.1)
    variance = 0.6 * 0.4 / 999 + 0.7 * 0.3 / 999
    assert found.difference.high - 0.1 == pytest.approx(radius(variance, mixture=0.02))
    assert found.fixed is not None
    assert found.fixed.high - 0.1 == pytest.approx(1.959964 * sqrt(variance), rel=1e-6)
    assert found.verdict is Verdict.BETTER


@pytest.mark.parametrize(
    ("did", "of", "verdict"),
    [(61_000, 100_000, Verdict.BETTER), (59_000, 100_000, Verdict.WORSE), (60_010, 100_000, Verdict.ALIKE)],
)
def test_verdicts(did: int, of: int, verdict: Verdict) -> None:
    assert looked(PLAN, arm("a", shares(60_000, 100_000)), arm("b", shares(did, of))).comparisons[0].verdict is verdict


def test_no_look_before_the_normal_fits() -> None:
    result = looked(PLAN, arm("a", shares(90, LEAST_VIEWERS - 1)), arm("b", shares(90, 1000)))
    assert result.comparisons[0].difference is None
    assert result.comparisons[0].verdict is Verdict.OPEN
    assert any("Too few outcomes" in note for note in result.notes)


def test_a_mean_that_few_payers_carry_waits() -> None:
    plan = replace(PLAN, metric=Metric.REVENUE, smallest=50_000, currency="USD")
    few = np.zeros(10_000)
    few[:40] = 5e6
    assert looked(plan, arm("a", few), arm("b", few)).comparisons[0].difference is None
    many = np.zeros(10_000)
    many[:400] = 5e6
    assert looked(plan, arm("a", many), arm("b", many)).comparisons[0].difference is not None


def test_what_was_watched_before_narrows_the_interval_and_moves_no_truth() -> None:
    """CUPED: with correlation r the variance falls to 1 - r^2; over many draws the mean stays the difference."""
    values, plain, adjusted = [], [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = rng.normal(0, 1, (2, 1000))
        y = 0.8 * x + 0.6 * rng.normal(0, 1, (2, 1000)) + np.array([[0.0], [0.1]])
        plan = replace(PLAN, metric=Metric.WATCH, smallest=0.1)
        result = looked(plan, arm("a", y[0] + 10, x[0] + 5), arm("b", y[1] + 10, x[1] + 5)).comparisons[0]
        without = looked(plan, arm("a", y[0] + 10), arm("b", y[1] + 10)).comparisons[0]
        assert result.fixed is not None
        assert without.fixed is not None
        values.append(result.fixed.value)
        adjusted.append(result.fixed.high - result.fixed.value)
        plain.append(without.fixed.high - without.fixed.value)
    assert np.mean(values) == pytest.approx(0.1, abs=4 * 0.6 * sqrt(2 / 1000 / 300))
    assert np.mean(adjusted) / np.mean(plain) == pytest.approx(0.6, rel=0.03)


def test_days_add() -> None:
    rng = np.random.default_rng(3)
    y, x = rng.random(900) < 0.5, rng.normal(3, 1, 900)
    whole = looked(PLAN, arm("a", y, x), arm("b", ~y, x))
    parts = looked(
        PLAN,
        arm("a", y[:300], x[:300]),
        arm("b", ~y[:500], x[:500]),
        arm("a", y[300:], x[300:]),
        arm("b", ~y[500:], x[500:]),
    )
    one, two = whole.comparisons[0].difference, parts.comparisons[0].difference
    assert one is not None
    assert two is not None
    assert (one.value, one.low, one.n) == (pytest.approx(two.value), pytest.approx(two.low), two.n)


def test_several_variants_share_the_error() -> None:
    plan = replace(PLAN, variants=("b", "c", "d"))
    arms = [arm(cut, shares(600, 1000)) for cut in plan.cuts]
    found = looked(plan, *arms).comparisons
    assert [c.cut for c in found] == ["b", "c", "d"]
    assert all(c.difference is not None and c.difference.level == pytest.approx(1 - 0.05 / 3) for c in found)


@pytest.mark.parametrize(("did", "state"), [(30_000, "safe"), (29_000, "harmed"), (29_600, "open")])
def test_guardrails(did: int, state: str) -> None:
    plan = replace(PLAN, guardrails=(Guardrail(Metric.UNLOCK, 0.01),))
    main = [arm(cut, shares(60_000, 100_000)) for cut in "ab"]
    rails = [arm("a", shares(30_000, 100_000)), arm("b", shares(did, 100_000))]
    assert looked(plan, *main, unlock=rails).guardrails[0].state == state


def test_a_wrong_dealing_makes_the_result_unsound_and_says_so() -> None:
    result = looked(PLAN, arm("a", shares(600, 10_000)), arm("b", shares(700, 11_200)))
    assert not result.sound
    assert "not dealt out as planned" in result.notes[0]
    assert looked(PLAN, arm("a", shares(600, 10_000)), arm("b", shares(700, 10_100))).sound


def test_daily_looks_are_safe_and_ordinary_ones_are_not() -> None:
    """300 experiments without an effect, 20 looks each: bench/experiments.py does 2,000 of 30."""
    called, called_fixed = 0, 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        a, b = rng.random((2, 20 * 300)) < 0.6
        looks = [looked(PLAN, arm("a", a[:n]), arm("b", b[:n])).comparisons[0] for n in range(300, 6001, 300)]
        called += any(c.difference is not None and not c.difference.low <= 0 <= c.difference.high for c in looks)
        called_fixed += any(c.fixed is not None and not c.fixed.low <= 0 <= c.fixed.high for c in looks)
    assert called <= 22  # 5 % of 300, and two standard errors
    assert called_fixed >= 40


# ------------------------------------------------------------------ design and allocation


def test_the_fixed_number_is_the_textbook_one() -> None:
    """n = 2 p q (1.96 + 0.842)^2 / d^2 for each of two arms: 0.5 and 5 points give 1,570."""
    plan = replace(PLAN, smallest=0.05)
    assert design(plan, mean=0.5).viewers_fixed == pytest.approx(2 * 0.25 * (1.959964 + 0.841621) ** 2 / 0.05**2, abs=1)


def test_the_designed_number_of_viewers_finds_the_difference() -> None:
    """With as many viewers as designed, at one look at the end, 80 % of true differences are called."""
    plan = replace(PLAN, smallest=0.05)
    n = design(plan, mean=0.525).viewers_per_cut
    rng = np.random.default_rng(11)
    calls = 0
    for _ in range(400):
        result = looked(plan, arm("a", rng.random(n) < 0.5), arm("b", rng.random(n) < 0.55))
        calls += result.comparisons[0].verdict is Verdict.BETTER
    assert calls / 400 == pytest.approx(0.8, abs=0.06)


def test_days_follow_from_daily_viewers() -> None:
    told = design(PLAN, mean=0.6, daily_viewers=2_000)
    assert told.days == -(-2 * told.viewers_per_cut // 2_000) + PLAN.window_days
    assert design(PLAN, mean=0.6, daily_viewers=3).notes


def test_allocation_follows_the_better_cut_and_keeps_a_floor() -> None:
    plan = replace(PLAN, variants=("b", "c"))
    arms = [arm("a", shares(300, 1000)), arm("b", shares(420, 1000)), arm("c", shares(310, 1000))]
    dealt = allocate(plan, arms, floor=0.1)
    assert sum(dealt.values()) == pytest.approx(1)
    assert min(dealt.values()) >= 0.1
    assert dealt["b"] > 0.79
    assert allocate(plan, arms, seed=1) == allocate(plan, arms, seed=1)
    alike = allocate(plan, [arm(cut, shares(300, 1000)) for cut in plan.cuts])
    assert max(alike.values()) < 0.4
    assert allocate(plan, []) == dict.fromkeys(plan.cuts, pytest.approx(1 / 3))


def test_allocation_is_the_posterior_chance() -> None:
    """Two normal posteriors: P(b best) = Phi(d / s)."""
    plan = PLAN
    arms = [arm("a", shares(500, 1000)), arm("b", shares(520, 1000))]
    s = sqrt(0.5 * 0.5 / 999 + 0.52 * 0.48 / 999)
    chance = 0.5 * (1 + np.tanh(0.02 / s * 0.797885 * (1 + 0.044715 * (0.02 / s) ** 2)))  # Phi, to 3 digits
    assert allocate(plan, arms, floor=0.001, draws=200_000)["b"] == pytest.approx(chance, abs=0.01)


# ------------------------------------------------------------------ what is refused

BAD: list[Callable[[], ExperimentPlan]] = [
    lambda: replace(PLAN, variants=()),
    lambda: replace(PLAN, variants=("a",)),
    lambda: replace(PLAN, shares=(1.0,)),
    lambda: replace(PLAN, shares=(1.0, 0.0)),
    lambda: replace(PLAN, smallest=0.0),
    lambda: replace(PLAN, smallest=2.0),
    lambda: replace(PLAN, metric=Metric.REVENUE, smallest=1000.0),
    lambda: replace(PLAN, alpha=0.7),
    lambda: replace(PLAN, window_days=0),
]


@pytest.mark.parametrize("plan", BAD)
def test_plans_that_cannot_be_carried_out(plan: Callable[[], ExperimentPlan]) -> None:
    with pytest.raises(BadInput):
        design(plan(), mean=0.5)


def test_a_cut_that_nobody_saw() -> None:
    with pytest.raises(NotEnoughData, match="nobody was shown b"):
        analyse_experiment(PLAN, {Metric.CONTINUATION: []}, assigned={"a": 10})


def test_the_evidence_doubles_as_stated() -> None:
    """By hand: x = 3 s, tau = s: sqrt(1/2) exp(9/4)."""
    assert evidence(3.0, 1.0, mixture=1.0) == pytest.approx(sqrt(0.5) * exp(9 / 4))
