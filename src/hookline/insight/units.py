"""Whole things held against each other: episodes, where endings or hooks are judged; series, where tropes are.

Each unit has the log-odds of an outcome, cleared of the mix of markets, and enters a random-effects
meta-regression (``meta.py``) with an indicator for each element.  Few units carry few columns: the clearest
element is held equal while the others are judged, then the next, as long as they are clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.grid import Floats, Ints
from hookline.insight.meta import meta_regression
from hookline.insight.result import Element

TAKE = 0.05  # an element this clear is held equal while the others are judged
LEAST_SIDE = 2  # units with an element, and without
SAME = 0.95  # correlation from which two elements can't be told apart


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What was measured of some units, as parallel arrays."""

    y: Floats  # log-odds, or a log of means
    variance: Floats
    n: Ints  # viewers behind it
    strata: Ints | None = None  # each with a level of its own


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """One hypothesis about units: what an element does to an outcome."""

    element: Element
    outcome: str
    effect: Uncertain  # log odds ratio, or log ratio
    n: int  # viewers
    p: float
    units: int
    among: int  # units with it


def judge_units(
    units: Units,
    columns: Mapping[Element, Floats],
    outcome: str,
    *,
    beside: Sequence[Floats] = (),
    least_side: int = LEAST_SIDE,
) -> list[UnitCandidate]:
    """The hypotheses, clearest first; each with the clear ones before it held equal.

    Args:
        units: What was measured.
        columns: Of elements: 1 where a unit has it, or an amount.
        outcome: What was measured, in words.
        beside: Columns that are always held equal.
        least_side: Units with and without an element that it takes.
    """
    waiting = {one: column for one, column in columns.items() if len(column) and _sides(column) >= least_side}
    held, judged = list(beside), list[UnitCandidate]()
    while waiting:
        tried = {one: _effect(units, [*held, column]) for one, column in waiting.items()}
        able = {one: effect for one, effect in tried.items() if effect is not None}
        if not able:
            break
        best = min(able, key=lambda one: able[one].p)
        chosen = [best] if able[best].p < TAKE else list(able)
        for one in chosen:
            column = waiting.pop(one)
            held.append(column)
            among, n = int((column > 0).sum()), int(units.n.sum())
            judged.append(UnitCandidate(one, outcome, able[one], n, able[one].p, len(units.y), among))
        if able[best].p >= TAKE:
            break
    return judged


def _sides(column: Floats) -> int:
    """The fewer of the units with an element and those without; of an amount that varies, half of them."""
    if len(np.unique(column)) > 2:
        return len(column) // 2 if column.std() > 0.05 else 0
    return int(min((column > 0).sum(), (column <= 0).sum()))


def _effect(units: Units, columns: list[Floats]) -> Uncertain | None:
    """The last column's effect with the others held equal; None where the units can't tell."""
    design = columns if units.strata is not None else [np.ones(len(units.y)), *columns]
    return meta_regression(units.y, units.variance, np.column_stack(design), strata=units.strata)


def always_together(columns: Mapping[Element, Floats]) -> list[tuple[Element, Element]]:
    """Pairs of elements that (nearly) the same units have."""
    names = [one for one, column in columns.items() if len(column) and column.std() > 0]
    if len(names) < 2:
        return []
    alike = np.corrcoef([columns[one] for one in names])
    return [(names[i], names[j]) for i, j in np.argwhere(np.triu(np.abs(alike) > SAME, 1)).tolist()]


def freed_of_markets(
    unit: Ints, market: Ints, weight: Floats, y: Floats, variance: Floats
) -> tuple[Ints, Floats, Floats]:
    """Units' levels with the mix of markets taken out: y_um = a_u + b_m by weighted least squares.

    Args:
        unit: Which unit each measurement is of.
        market: Which market.
        weight: Viewers behind it: the level is that of their mean.
        y: What was measured.
        variance: Its squared error.

    Returns:
        The units, their levels, and the levels' variances.
    """
    numbers, of_unit = np.unique(unit, return_inverse=True)
    codes, of_market = np.unique(market, return_inverse=True)
    share = np.bincount(of_market, weight)[1:]
    design = np.column_stack([np.eye(len(numbers))[of_unit], np.eye(len(codes))[of_market][:, 1:]])
    design[:, len(numbers) :] -= share / weight.sum()  # the level is that of the average viewer
    inverse = np.linalg.pinv((design / variance[:, None]).T @ design)
    level = inverse @ (design.T @ (y / variance))
    return numbers, level[: len(numbers)], np.diag(inverse)[: len(numbers)].copy()
