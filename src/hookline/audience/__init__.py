"""Viewers' events to views, cells and steps, and every statistic from those.

``build`` makes the tables of a series in a folder, from the previous ones where there are any; ``forget`` removes a
viewer from the files they are made of; ``summarise`` answers with retention, continuation
and paywall; ``hazard_cells`` and ``step_counts`` give the arrays that models are fitted to.
"""

from hookline.audience.build import build
from hookline.audience.cells import HazardCells, StepCounts, hazard_cells, nobody, step_counts
from hookline.audience.forget import Forgotten, forget
from hookline.audience.summary import summarise

__all__ = [
    "Forgotten",
    "HazardCells",
    "StepCounts",
    "build",
    "forget",
    "hazard_cells",
    "nobody",
    "step_counts",
    "summarise",
]
