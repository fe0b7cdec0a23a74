"""The series folder: what is there, what is derived, what is stale; runs the work in order."""

from hookline.project.demo import demo
from hookline.project.doctor import Check, examine
from hookline.project.experiments import allocation, design_experiment, experiments
from hookline.project.folder import Imported, Library, SeriesFolder, create, open_library, open_series
from hookline.project.intake import Said, Skipped, Taken, take
from hookline.project.viewers import simulate_viewers
from hookline.project.work import LibraryRun, SeriesRun, run, timed_story

__all__ = [
    "Check",
    "Imported",
    "Library",
    "LibraryRun",
    "Said",
    "SeriesFolder",
    "SeriesRun",
    "Skipped",
    "Taken",
    "allocation",
    "create",
    "demo",
    "design_experiment",
    "examine",
    "experiments",
    "open_library",
    "open_series",
    "run",
    "simulate_viewers",
    "take",
    "timed_story",
]
