"""The series folder: what is there, what is derived, what is stale; runs the work in order."""

from hookline.project.asked import ask, quality
from hookline.project.demo import demo
from hookline.project.doctor import Check, examine
from hookline.project.folder import Imported, Library, SeriesFolder, create, open_library, open_series
from hookline.project.forget import Forgotten, forget
from hookline.project.intake import Said, Skipped, Taken, take
from hookline.project.viewers import simulate_viewers
from hookline.project.work import LibraryRun, SeriesRun, run, timed_story

__all__ = [
    "Check",
    "Forgotten",
    "Imported",
    "Library",
    "LibraryRun",
    "Said",
    "SeriesFolder",
    "SeriesRun",
    "Skipped",
    "Taken",
    "ask",
    "create",
    "demo",
    "examine",
    "forget",
    "open_library",
    "open_series",
    "quality",
    "run",
    "simulate_viewers",
    "take",
    "timed_story",
]
