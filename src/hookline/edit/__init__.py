"""Editing: what to show of a video, framed and captioned for each platform."""

from hookline.edit.platforms import FigureSource, Listed, Sureness, choose_platforms, known_platforms, read_tables

__all__ = ["FigureSource", "Listed", "Sureness", "choose_platforms", "known_platforms", "read_tables"]
