"""Hookline: content intelligence and production for short dramas."""

__version__ = "0.1.0"
