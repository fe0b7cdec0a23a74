"""Story and audience joined: what holds viewers, what loses them, and what to change."""

from hookline.insight.analysis import analyse
from hookline.insight.grid import SeriesData
from hookline.insight.result import Effect, Element, ElementKind, Expected, Insight, Moment

__all__ = ["Effect", "Element", "ElementKind", "Expected", "Insight", "Moment", "SeriesData", "analyse"]
