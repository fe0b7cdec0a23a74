"""Wilson intervals to published values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from hookline.audience.intervals import share, wilson

# R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score), 95 %
NEWCOMBE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("k", "n", "low", "high"), NEWCOMBE)
def test_newcombes_table(k: int, n: int, low: float, high: float) -> None:
    found = wilson(k, n)
    assert (round(float(found[0]), 4), round(float(found[1]), 4)) == (low, high)


@settings(deadline=None)
@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_equal_to_statsmodels_and_never_parted_from_the_value(counts: tuple[int, int]) -> None:
    k, n = counts
    found = share(k, n)  # an Estimate refuses a value outside its interval
    low, high = proportion_confint(k, n, method="wilson")
    assert found.low == pytest.approx(low, abs=1e-12)
    assert found.high == pytest.approx(high, abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_no_trials_say_nothing() -> None:
    low, high = wilson([0, 0], [0, 10])
    assert (low[0], high[0], low[1]) == (0, 1, 0)
