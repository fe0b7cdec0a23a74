"""What goes along with an outcome over few units: those with an element against those without, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.discovery import false_discovery
from hookline.insight.grid import Bools, Floats
from hookline.insight.meta import meta_regression

LEAST_UNITS, LEAST_EACH = 8, 3  # in all, and with and without an element, before anything is said of it


@dataclass(frozen=True, slots=True)
class Compared:
    """An element's units against the others."""

    element: str
    units: int  # that have it
    effect: Uncertain
    q: float


def with_and_without(y: Floats, variance: Floats, has: Mapping[str, Bools]) -> tuple[Compared, ...]:
    """Random-effects meta-regression on one indicator at a time; one false discovery rate over all, clearest first.

    Args:
        y: Of each unit.
        variance: Its squared error.
        has: Which units have each element.
    """
    if len(y) < LEAST_UNITS:
        return ()
    judged = []
    for name, those in has.items():
        if LEAST_EACH <= those.sum() <= len(y) - LEAST_EACH:
            effect = meta_regression(y, variance, np.column_stack([np.ones(len(y)), those.astype(float)]))
            judged += [(name, int(those.sum()), effect)] if effect else []
    q = false_discovery([effect.p for _, _, effect in judged])
    found = [Compared(*one, rate) for one, rate in zip(judged, q, strict=True)]
    return tuple(sorted(found, key=lambda one: one.q))
