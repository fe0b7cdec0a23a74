from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import norm

from hookline.insight.clusters import Uncertain
from hookline.insight.shrinking import critical_value, shrink, worst_miss

SURE = 1_000_000.0  # degrees of freedom


@pytest.mark.parametrize(("width", "mean_square"), [(2.0, 0.3), (2.6, 1.0), (3.5, 4.0), (8.0, 30.0)])
def test_the_worst_bias_is_what_a_linear_programme_finds(width: float, mean_square: float) -> None:
    """Over all distributions of the squared bias on a fine grid with that mean."""
    squares = np.linspace(0, np.sqrt(mean_square) * 6 + width + 5, 1500) ** 2
    miss = norm.sf(width - np.sqrt(squares)) + norm.sf(width + np.sqrt(squares))
    best = linprog(-miss, A_eq=[np.ones(len(squares)), squares], b_eq=[1, mean_square])
    assert worst_miss(width, mean_square) == pytest.approx(-best.fun, abs=1e-4)


def test_critical_values_grow_with_the_bias() -> None:
    assert critical_value(0.0) == pytest.approx(1.959964, abs=1e-4)
    assert 1.96 < critical_value(0.1) < critical_value(1.0) < critical_value(10.0)
    assert worst_miss(critical_value(2.0), 2.0) == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize("markets", [4, 10])
@pytest.mark.parametrize("differ", ["normally", "one alone", "not at all"])
def test_intervals_hold_the_truth_of_markets_on_average(markets: int, differ: str) -> None:
    """200 catalogues; markets' errors from 0.03 to 0.3 log-odds."""
    rng = np.random.default_rng(4)
    held = narrower = 0.0
    for _ in range(200):
        errors = rng.uniform(0.03, 0.3, markets)
        truth = {
            "normally": rng.normal(0.3, 0.15, markets),
            "one alone": np.where(np.arange(markets) == 0, 0.7, 0.0),
            "not at all": np.full(markets, 0.3),
        }[differ]
        y = truth + rng.normal(0, errors)
        told = shrink({str(i): Uncertain(float(y[i]), float(errors[i]), SURE) for i in range(markets)})
        held += np.mean([told[str(i)].low <= truth[i] <= told[str(i)].high for i in range(markets)])
        narrower += np.mean([told[str(i)].high - told[str(i)].low < 2 * 1.96 * errors[i] for i in range(markets)])
    assert held / 200 >= 0.93
    assert narrower / 200 > 0.6


def test_a_market_of_few_viewers_is_drawn_further() -> None:
    told = shrink({"US": Uncertain(0.0, 0.02, SURE), "BR": Uncertain(0.1, 0.05, SURE), "JP": Uncertain(0.9, 0.4, SURE)})
    assert told["US"].drawn < told["BR"].drawn < told["JP"].drawn
    assert 0 < told["JP"].value < 0.9


def test_two_markets_stay_as_they_are() -> None:
    told = shrink({"US": Uncertain(0.2, 0.1, 12.0), "BR": Uncertain(0.5, 0.1, 12.0)})
    assert [one.drawn for one in told.values()] == [0.0, 0.0]
    assert told["US"].low == pytest.approx(Uncertain(0.2, 0.1, 12.0).bound(-1))
