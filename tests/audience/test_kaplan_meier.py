"""Kaplan-Meier, its error and its interval equal those of two libraries.

lifelines wants an older pandas than what ships, so it isn't among the pins: its test runs where somebody has it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hookline.audience.survival import kaplan_meier

AT = np.arange(1, 91)


def drawn(seed: int) -> tuple[Any, Any]:
    """Seconds at which viewers left, and whether they did or the episode ended; 3,000 of them."""
    rng = np.random.default_rng(seed)
    seconds = rng.geometric(0.03, 3_000)
    seen = (rng.random(3_000) < 0.8) & (seconds < 90)
    seconds = np.minimum(seconds, 90)
    return seconds, seen


def counted(seconds: Any, seen: Any) -> tuple[Any, Any]:
    """At risk and exits by second."""
    return (seconds[None, :] >= AT[:, None]).sum(axis=1), ((seconds[None, :] == AT[:, None]) & seen[None, :]).sum(
        axis=1
    )


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_equals_statsmodels(seed: int) -> None:
    """Greenwood's error, and the log(-log) interval made of it."""
    from statsmodels.duration.survfunc import SurvfuncRight

    seconds, seen = drawn(seed)
    found = kaplan_meier(*counted(seconds, seen))
    theirs = SurvfuncRight(seconds, seen.astype(int))
    here = np.isin(AT, theirs.surv_times)
    share, error = theirs.surv_prob, theirs.surv_prob_se
    assert np.asarray(found.share)[here] == pytest.approx(share, abs=1e-12)
    width = 1.959963984540054 * error / (share * np.abs(np.log(share)))
    assert np.asarray(found.low)[here] == pytest.approx(share ** np.exp(width), abs=1e-9)
    assert np.asarray(found.high)[here] == pytest.approx(share ** np.exp(-width), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_equals_lifelines(seed: int) -> None:
    lifelines = pytest.importorskip("lifelines", reason="lifelines is not installed (it wants an older pandas)")
    seconds, seen = drawn(seed)
    found = kaplan_meier(*counted(seconds, seen))
    theirs = lifelines.KaplanMeierFitter().fit(seconds, seen, timeline=AT)
    assert found.share == pytest.approx(theirs.survival_function_.iloc[:, 0].to_numpy(), abs=1e-12)
    interval = theirs.confidence_interval_
    assert found.low == pytest.approx(interval.iloc[:, 0].to_numpy(), abs=1e-9)
    assert found.high == pytest.approx(interval.iloc[:, 1].to_numpy(), abs=1e-9)
