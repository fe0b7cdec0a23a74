"""Viewers' events to views, cells and steps, and every statistic from those."""
