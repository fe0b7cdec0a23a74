"""Viewers' events to views, cells and steps, and every statistic from those.

<<<<<<< HEAD
``build`` makes the tables of a series in a folder; ``summarise`` answers with retention, continuation
and paywall; ``hazard_cells`` and ``step_counts`` give the arrays that models are fitted to.
"""

from hookline.audience.build import build
from hookline.audience.cells import HazardCells, StepCounts, hazard_cells, step_counts
from hookline.audience.summary import summarise

__all__ = ["HazardCells", "StepCounts", "build", "hazard_cells", "step_counts", "summarise"]
=======
``build.build`` makes the tables from canonical files, ``summary.summarise`` the figures that a report draws,
``cells.hazard_cells`` and ``cells.step_counts`` the arrays that models are fitted to, ``quality.with_intakes`` what
became of every row.  What each figure means: ``docs/audience.md``.
"""
>>>>>>> audience
