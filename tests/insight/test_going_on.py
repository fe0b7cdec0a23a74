"""The error of going on behind a paywall is that of the share who were asked, not of who paid."""

from __future__ import annotations

import numpy as np
import pytest

from hookline.audience.cells import StepCounts
from hookline.insight.endings import _going_on


@pytest.mark.parametrize(("unlock", "others"), [(0.35, 0), (0.35, 300), (0.9, 300)])
def test_the_variance_is_that_of_many_draws(unlock: float, others: int) -> None:
    """2,000 finishers of whom 85 % ask, others who ask without having finished, and one chance of paying."""
    rng = np.random.default_rng(3)
    told = []
    for _ in range(1_500):
        asked = rng.binomial(2_000, 0.85)
        paid, beside = rng.binomial(asked, unlock), rng.binomial(others, unlock)
        rows = [[1, 0, 3_000, 2_000, paid + beside, paid, 0, 0], [2, 0, 0, 0, 0, 0, asked + others, paid + beside]]
        found = _going_on(StepCounts("s", ("US",), *np.array(rows, dtype=np.int64).T), 0)
        assert found is not None
        told.append(found[1:])
    log_odds, variance = np.array(told).T
    assert log_odds.mean() == pytest.approx(np.log(0.85 / 0.15), abs=0.03)
    assert variance.mean() == pytest.approx(log_odds.var(), rel=0.15)
