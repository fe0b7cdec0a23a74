"""The series folder: what is there, what is derived, what is stale; runs the work in order."""

from hookline.project.asked import ask, quality
from hookline.project.demo import demo
from hookline.project.doctor import Check, examine
from hookline.project.experiments import allocation, design_experiment, experiments
from hookline.project.folder import Imported, Library, SeriesFolder, create, open_library, open_series
from hookline.project.forget import Forgotten, forget
from hookline.project.intake import Said, Skipped, Taken, take
from hookline.project.plans import plan_boundaries, plan_paywall
from hookline.project.stories import (
    compare_drafts,
    comparison_json,
    draft,
    export_corrections,
    figures,
    schema_texts,
    story_json,
    story_of_files,
    write_tables,
)
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
    "allocation",
    "ask",
    "compare_drafts",
    "comparison_json",
    "create",
    "demo",
    "design_experiment",
    "draft",
    "examine",
    "experiments",
    "export_corrections",
    "figures",
    "forget",
    "open_library",
    "open_series",
    "plan_boundaries",
    "plan_paywall",
    "quality",
    "run",
    "schema_texts",
    "simulate_viewers",
    "story_json",
    "story_of_files",
    "take",
    "timed_story",
    "write_tables",
]
