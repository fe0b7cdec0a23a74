"""Viewers' events to views, cells and steps, and every statistic from those.

``build`` makes the tables of a series in a folder; ``summarise`` answers with retention, continuation
and paywall; ``sum_up`` adds what the figures by group need, and ``audience_figures``, ``funnel_figures`` and
``ad_figures`` answer from it; ``forget_viewer`` takes one viewer out of canonical files; ``hazard_cells`` and
``step_counts`` give the arrays that models are fitted to.
"""

from hookline.audience.answer import ad_figures, audience_figures, funnel_figures
from hookline.audience.build import build
from hookline.audience.cells import HazardCells, StepCounts, hazard_cells, nobody, step_counts
from hookline.audience.forget import forget_viewer, traces
from hookline.audience.intervals import difference
from hookline.audience.summary import summarise
from hookline.audience.sums import sum_up

__all__ = [
    "HazardCells",
    "StepCounts",
    "ad_figures",
    "audience_figures",
    "build",
    "difference",
    "forget_viewer",
    "funnel_figures",
    "hazard_cells",
    "nobody",
    "step_counts",
    "sum_up",
    "summarise",
    "traces",
]
