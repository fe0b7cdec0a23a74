"""How strong something unseen would have to be to explain an effect away."""

from __future__ import annotations

import math

from hookline.model.estimate import Estimate


def e_values(odds_ratio: Estimate, *, common: bool) -> tuple[float, float]:
    """E-values of an effect and of its interval's end nearest to none (VanderWeele and Ding 2017).

    Something that comes with the element and changes the outcome must do both by at least that risk
    ratio, beyond what is held equal, to explain the effect away; 1: nothing is needed.

        E = RR + sqrt(RR (RR - 1)),   RR above 1 (else 1 / RR)

    Where the outcome is rare RR is the odds ratio, where it is ``common`` its square root.  Their
    example of smoking and lung cancer, RR 10.73 with an interval from 8.02:

    >>> from hookline.model.estimate import Grade
    >>> smoking = Estimate(10.73, 8.02, 14.36, 100, "", Grade.ACROSS, "odds ratio")
    >>> [round(value, 1) for value in e_values(smoking, common=False)]
    [20.9, 15.5]
    """
    value = _away(odds_ratio.value)
    if odds_ratio.low <= 1 <= odds_ratio.high:
        return _e_value(value, common=common), 1.0
    nearest = min(_away(odds_ratio.low), _away(odds_ratio.high))
    return _e_value(value, common=common), _e_value(nearest, common=common)


def _away(ratio: float) -> float:
    return max(ratio, 1 / ratio)


def _e_value(ratio: float, *, common: bool) -> float:
    risk = math.sqrt(ratio) if common else ratio
    return risk + math.sqrt(risk * (risk - 1))
