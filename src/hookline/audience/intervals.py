"""Confidence intervals of shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hookline.model.estimate import Estimate, Grade

Z95 = 1.959963984540054  # the normal distribution's 97.5 % point
METHOD = "Wilson score interval"

Floats = NDArray[np.float64]


def wilson(successes: ArrayLike, trials: ArrayLike, *, z: float = Z95) -> tuple[Floats, Floats]:
    r"""The Wilson score interval of a share, elementwise: (low, high), within 0..1.

    With p = successes / trials and n = trials::

        (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209-212;
    method 3 of R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17
    (1998) 857-872.  Assumes independent trials with one probability; (0, 1) where there are none.

    >>> low, high = wilson(15, 148)
    >>> f"{float(low):.4f} {float(high):.4f}"
    '0.0624 0.1605'
    """
    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    some = np.where(n > 0, n, 1.0)
    p = k / some
    middle = p + z * z / (2 * some)
    half = z * np.sqrt(p * (1 - p) / some + z * z / (4 * some * some))
    scale = 1 + z * z / some
    # rounding must not lift the lower end off 0 or the upper off 1, nor part the interval from its value
    low = np.where((n > 0) & (k > 0), np.minimum((middle - half) / scale, p), 0.0)
    high = np.where((n > 0) & (k < n), np.maximum((middle + half) / scale, p), 1.0)
    return low.clip(0, 1), high.clip(0, 1)


def share(successes: int, trials: int) -> Estimate:
    """A share as an estimate with its Wilson 95 % interval; needs at least one trial.

    It describes the viewers who were there; it is within one episode and says nothing of causes.
    """
    low, high = wilson(successes, trials)
    return Estimate(successes / trials, float(low), float(high), trials, METHOD, Grade.WITHIN, "share")
