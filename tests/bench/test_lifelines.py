"""Kaplan-Meier, its interval and its standard error equal lifelines'."""

from __future__ import annotations

import numpy as np
import pytest

from hookline.audience.survival import kaplan_meier

lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed: pip install lifelines")


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_equals_lifelines(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seconds = rng.geometric(0.03, 3_000)
    seen = (rng.random(3_000) < 0.8) & (seconds < 90)
    seconds = np.minimum(seconds, 90)
    at = np.arange(1, 91)
    at_risk = (seconds[None, :] >= at[:, None]).sum(axis=1)
    exits = ((seconds[None, :] == at[:, None]) & seen[None, :]).sum(axis=1)
    found = kaplan_meier(at_risk, exits)
    theirs = lifelines.KaplanMeierFitter().fit(seconds, seen, timeline=at)
    assert found.share == pytest.approx(theirs.survival_function_.iloc[:, 0].to_numpy(), abs=1e-12)
    interval = theirs.confidence_interval_
    assert found.low == pytest.approx(interval.iloc[:, 0].to_numpy(), abs=1e-9)
    assert found.high == pytest.approx(interval.iloc[:, 1].to_numpy(), abs=1e-9)
