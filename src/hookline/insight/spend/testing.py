"""The split test that would decide the most: two cuts in one place, by what knowing would be worth."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from hookline.audience.ad_cells import AdCells
from hookline.insight.experiments import design
from hookline.insight.spend.result import SplitTest
from hookline.insight.spend.returns import Returns
from hookline.model.experiment import ExperimentPlan, Metric


def worth_testing(cells: AdCells, found: Returns) -> SplitTest | None:
    """The pair of cuts in one place for which perfect knowledge would gain most; None without two running in one.

    Knowing the better of i and j gains E[max(r_i, r_j)] - max(E r_i, E r_j) of a unit of what both spend (the expected
    value of perfect information: Raiffa and Schlaifer 1961).  Viewers by ``experiments.design`` for the difference
    that is expected between the two, in revenue an install.
    """
    r = np.exp(found.log_return)
    best, pair = 0.0, None
    for i, j in combinations(range(len(cells.ads)), 2):
        a, b = cells.ads[i], cells.ads[j]
        if (a.platform, a.market) != (b.platform, b.market) or min(found.today[i], found.today[j]) <= 0:
            continue
        gain = np.maximum(r[:, i], r[:, j]).mean() - max(r[:, i].mean(), r[:, j].mean())
        if (worth := float(gain * (found.today[i] + found.today[j]))) > best:
            best, pair = worth, (i, j)
    return _designed(cells, found, *pair) if pair else None


def _designed(cells: AdCells, found: Returns, i: int, j: int) -> SplitTest | None:
    r = np.exp(found.log_return)
    i, j = (i, j) if r[:, i].mean() >= r[:, j].mean() else (j, i)
    a_unit = (found.installs_a_unit[i] + found.installs_a_unit[j]) / 2
    an_install = float((r[:, i].mean() + r[:, j].mean()) / 2 / a_unit)
    smallest = float(np.abs(r[:, i] - r[:, j]).mean() / a_unit)
    second = an_install * found.money_a_payer * found.squares_ratio  # E[x^2]: the share that pays times E[x^2 | pays]
    sd = float(np.sqrt(max(second - an_install**2, 1e-12)))
    daily = float((found.installs_a_unit[[i, j]] * found.today[[i, j]]).sum())
    a, b = cells.ads[i], cells.ads[j]
    plan = ExperimentPlan("spend", 0, a.cut, (b.cut,), Metric.REVENUE, smallest, currency=cells.currency)
    needs = design(plan, mean=an_install, sd=sd, daily_viewers=daily)
    cost = needs.viewers_per_cut * float((1 / found.installs_a_unit[[i, j]]).sum())
    return SplitTest(a.platform, a.market, a.cut, b.cut, smallest, needs.viewers_per_cut, needs.days, cost)
