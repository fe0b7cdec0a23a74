"""Viewers' events to views, cells and steps, and every statistic from those.

``build`` makes the tables of a series in a folder, from the previous ones where there are any; ``summarise`` answers
with retention, continuation and paywall; ``sum_up`` adds what the figures by group need, and ``audience_figures``,
``funnel_figures`` and ``ad_figures`` answer from it; ``keep_exports`` keeps what platforms export beside them,
``platform_figures`` answers from that; ``forget`` removes a viewer from the files that all is made of;
``hazard_cells`` and ``step_counts`` give the arrays that models are fitted to, ``prices_seen`` what unlocks cost.
"""

from hookline.audience.answer import ad_figures, audience_figures, funnel_figures
from hookline.audience.build import build
from hookline.audience.cells import HazardCells, StepCounts, hazard_cells, nobody, prices_seen, step_counts
from hookline.audience.exports import CurveCells, Kept, curve_cells, keep_exports, kept_exports
from hookline.audience.forget import Forgotten, forget, traces
from hookline.audience.intervals import difference
from hookline.audience.platforms import platform_figures, platform_retention
from hookline.audience.summary import summarise
from hookline.audience.sums import sum_up

__all__ = [
    "CurveCells",
    "Forgotten",
    "HazardCells",
    "Kept",
    "StepCounts",
    "ad_figures",
    "audience_figures",
    "build",
    "curve_cells",
    "difference",
    "forget",
    "funnel_figures",
    "hazard_cells",
    "keep_exports",
    "kept_exports",
    "nobody",
    "platform_figures",
    "platform_retention",
    "prices_seen",
    "step_counts",
    "sum_up",
    "summarise",
    "traces",
]
