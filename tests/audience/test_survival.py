"""Survival and intervals: equal to what was published."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.audience.intervals import difference, mean_from_sums, newcombe, poisson, share, wilson
from hookline.audience.survival import kaplan_meier, smoothed_hazard
from hookline.model.errors import BadInput
from hookline.model.estimate import Estimate, Grade


def test_greenwood_of_the_6_mp_trial() -> None:
    """Klein & Moeschberger, Survival Analysis (2003), table 4.1A: remission under 6-MP (Freireich et al. 1963)."""
    left = kaplan_meier([21, 17, 15, 12, 11, 7, 6], [3, 1, 1, 1, 1, 1, 1])
    assert left.share.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert left.error == pytest.approx(errors, abs=6e-5)


def test_wilson_of_newcombes_table() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    cases = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    for k, n, low, high in cases:
        assert [float(end) for end in wilson(k, n)] == pytest.approx([low, high], abs=6e-5)


def test_newcombe_of_newcombes_table() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10."""
    cases = [
        ((56, 70, 48, 80), (0.0524, 0.3339)), ((9, 10, 3, 10), (0.1705, 0.8090)), ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)), ((0, 10, 0, 20), (-0.1611, 0.2775)), ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)), ((10, 10, 0, 10), (0.6075, 1.0)),
    ]  # fmt: skip
    for counts, interval in cases:
        assert newcombe(*counts) == pytest.approx(interval, abs=6e-5), counts


def test_the_poisson_interval_is_nearly_the_exact_one() -> None:
    stats = pytest.importorskip("scipy.stats")
    counts = np.array([1, 3, 10, 100, 5000])
    low, high = poisson(counts)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * counts + 2) / 2, rel=0.006)
    assert low[1:] == pytest.approx(stats.chi2.ppf(0.025, 2 * counts[1:]) / 2, rel=0.03)
    assert float(poisson(0)[0]) == 0.0


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(0, 100))
def test_without_censoring_kaplan_meier_is_counting(exits: list[int], stayed: int) -> None:
    left = np.array(exits)
    n = int(left.sum()) + stayed
    if not n:
        return
    at_risk = n - np.concatenate([[0], np.cumsum(left)[:-1]])
    found = kaplan_meier(at_risk, left)
    assert found.share == pytest.approx((at_risk - left) / n, abs=1e-12)
    assert np.all((found.low <= found.share) & (found.share <= found.high))
    assert np.all((found.low >= 0) & (found.high <= 1))


def test_a_constant_hazard_stays_constant_and_a_peak_is_spread() -> None:
    hazard, low, high = smoothed_hazard([1000, 900, 810, 729], [100, 90, 81, 72.9])
    assert hazard == pytest.approx([0.1] * 4)
    assert np.all((low < hazard) & (hazard < high))
    peak, _, _ = smoothed_hazard([100] * 9, [0, 0, 0, 0, 50, 0, 0, 0, 0], reach=2)
    assert int(peak.argmax()) == 4
    assert np.flatnonzero(peak).tolist() == [2, 3, 4, 5, 6]
    plain, _, _ = smoothed_hazard([100, 50], [50, 0], reach=0)
    assert plain.tolist() == [0.5, 0.0]
    with pytest.raises(BadInput, match="kernel"):
        smoothed_hazard([1], [0], reach=-1)


def test_a_difference_of_shares_is_newcombes_and_never_an_experiment_by_itself() -> None:
    found = difference(share(56, 70), share(48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=6e-5)
    assert (found.n, found.grade) == (150, Grade.ACROSS)
    with pytest.raises(BadInput, match="subtracted"):
        difference(share(1, 2), Estimate(1, 1, 1, 2, "", Grade.WITHIN, "USD"))


def test_the_interval_of_spending_covers_the_truth() -> None:
    """3 % pay, log-normal amounts: of 400 samples of 20,000 viewers, at least 92 % cover the true mean."""
    rng = np.random.default_rng(7)
    truth = 0.03 * np.exp(1 + 1.0**2 / 2)
    hits = 0
    for _ in range(400):
        spent = np.where(rng.random(20_000) < 0.03, rng.lognormal(1, 1.0, 20_000), 0)
        found = mean_from_sums(float(spent.sum()), float((spent**2).sum()), len(spent), unit="USD")
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98
