from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson
from statsmodels.stats.meta_analysis import combine_effects

from hookline.insight import meta
from hookline.insight.clusters import Uncertain
from hookline.insight.discovery import false_discovery
from hookline.insight.moments import Window, all_windows, excess, likelihood_ratio, log_odds_ratio, tail


def window(left: float, expected: float, doubt: float) -> Window:
    return Window(
        0, (0, 1), 10, 16, "", 1000, 2000, left, expected, float(np.log(max(left, 0.5) / expected)), 0.2, doubt, 0.01
    )


def test_false_discovery_on_the_example_of_benjamini_and_hochberg() -> None:
    """Their 15 p-values of 1995: at 5% the first four are rejected (Bonferroni: three)."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(q <= 0.05 for q in false_discovery(p)) == 4
    assert false_discovery([]) == []


def test_an_uncertain_mean_widens_the_poisson_tail() -> None:
    assert tail(30, 20, 1e-10) == pytest.approx(poisson.sf(29, 20), rel=1e-4)
    assert tail(10, 20, 1e-10) == pytest.approx(poisson.cdf(10, 20), rel=1e-4)
    assert tail(30, 20, 0.05) > 3 * tail(30, 20, 1e-10)


def test_the_excess_has_the_interval_of_its_parts() -> None:
    sure = excess(window(60, 20, 1e-9))
    assert sure.value == pytest.approx(0.04)
    # the score interval of a count of 60 is 46.6 to 77.2
    assert sure.low == pytest.approx(0.0266, abs=1e-4)
    assert sure.high == pytest.approx(0.0572, abs=1e-4)
    unsure = excess(window(60, 20, 0.3))
    assert unsure.low < sure.low
    assert unsure.high > sure.high
    none = excess(window(0, 12, 0.05))
    assert none.low <= none.value <= none.high < 0


def test_the_likelihood_ratio_is_none_where_the_count_is_as_expected() -> None:
    ratios = likelihood_ratio(np.array([10.0, 20.0, 5.0, 0.0]), np.array([10.0, 10.0, 10.0, 10.0]))
    assert ratios == pytest.approx([0, 20 * np.log(2) - 10, 5 * np.log(0.5) + 5, 10])


def test_every_window_is_looked_at_once() -> None:
    starts, ends = all_windows(40)
    pairs = set(zip(starts.tolist(), ends.tolist(), strict=True))
    assert len(pairs) == len(starts) == sum(40 - length + 1 for length in range(2, 16))
    assert max(ends) == 40
    assert len(all_windows(1)[0]) == 0


def test_an_odds_ratio_solves_its_own_equation() -> None:
    n, log_odds = np.array([100.0, 80.0, 60.0]), np.array([-2.0, -1.0, -3.0])
    shift, information = log_odds_ratio(50.0, n, log_odds)
    p = 1 / (1 + np.exp(-(log_odds + shift)))
    assert (n * p).sum() == pytest.approx(50)
    assert information == pytest.approx((n * p * (1 - p)).sum())


def test_the_variance_between_episodes_is_paule_and_mandels() -> None:
    """Against statsmodels, on eight made-up episodes; and never below the floor."""
    rng = np.random.default_rng(3)
    variance = np.full(8, 0.04)
    y = rng.normal(0, 0.5, 8)
    theirs = combine_effects(y, variance, method_re="iterated")
    ours = meta.meta_regression(y, variance, np.ones((8, 1)))
    assert ours
    assert ours.value == pytest.approx(float(theirs.mean_effect_re), abs=1e-5)
    assert ours.error == pytest.approx(float(theirs.sd_eff_w_re), abs=1e-4)
    alike = meta.meta_regression(np.zeros(8), variance, np.ones((8, 1)))
    assert alike
    assert alike.error == pytest.approx(np.sqrt((0.04 + meta.LEAST_TAU**2) / 8))


@pytest.mark.parametrize("errors", [[0.01] * 7, [0.01, 0.02, 0.02, 0.1, 0.1, 0.15, 0.15]])
def test_few_uneven_episodes_keep_their_level(errors: list[float]) -> None:
    """500 null seasons of seven episodes: at most 7.5% (three standard errors over 5%) at p < 0.05."""
    rng = np.random.default_rng(5)
    variance, wrong = np.array(errors) ** 2, 0
    for _ in range(500):
        kind = np.zeros(7)
        kind[rng.permutation(7)[: rng.integers(2, 4)]] = 1
        y = rng.normal(0, 0.1, 7) + rng.normal(0, np.sqrt(variance))
        told = meta.meta_regression(y, variance, np.column_stack([np.ones(7), kind]))
        assert told
        wrong += told.p < 0.05
    assert wrong / 500 < 0.08


def test_a_difference_adds_errors() -> None:
    apart = Uncertain(1.0, 0.3, 5).minus(Uncertain(0.5, 0.4, 5))
    assert (apart.value, apart.error) == (0.5, 0.5)
    assert apart.freedom == pytest.approx(9.27, abs=0.01)
