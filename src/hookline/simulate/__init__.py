"""Viewers for a series, drawn from a documented model, with effects planted where a plan says."""

from hookline.simulate.plan import Plan
from hookline.simulate.world import World, viewers
from hookline.simulate.write import write_parquet

__all__ = ["Plan", "World", "viewers", "write_parquet"]
