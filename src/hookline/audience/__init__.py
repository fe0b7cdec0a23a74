"""Viewers' events to views, cells and steps, and every statistic from those.

``build`` makes the tables of a series in a folder; ``summarise`` answers with retention, continuation
and paywall; ``hazard_cells`` and ``step_counts`` give the arrays that models are fitted to.
"""

from hookline.audience.build import build
from hookline.audience.cells import HazardCells, StepCounts, hazard_cells, nobody, step_counts
from hookline.audience.summary import summarise

__all__ = ["HazardCells", "StepCounts", "build", "hazard_cells", "nobody", "step_counts", "summarise"]
