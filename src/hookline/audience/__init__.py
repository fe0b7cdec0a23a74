"""Viewers' events to views, cells and steps, and every statistic from those.

``build.build`` makes the tables from canonical files, ``summary.summarise`` the figures that a report draws,
``cells.hazard_cells`` and ``cells.step_counts`` the arrays that models are fitted to, ``quality.with_intakes`` what
became of every row.  What each figure means: ``docs/audience.md``.
"""
