"""The series folder: what is there, what is derived, what is stale; runs the work in order."""

from hookline.edit.platforms import Listed, choose_platforms
from hookline.project.asked import ask, quality
from hookline.project.branding import brand_json, brand_reports
from hookline.project.cut_estimate import Estimated
from hookline.project.cut_manifest import Delivered
from hookline.project.cut_settings import platforms_json, platforms_of
from hookline.project.cut_tasks import Failed
from hookline.project.cutting import Asked, CutRun, cut_library, cut_run_json, cut_video, estimated
from hookline.project.demo import demo
from hookline.project.doctor import Check, examine
from hookline.project.experiments import allocation, cuts_shown, design_experiment, experiments
from hookline.project.folder import Imported, Library, SeriesFolder, create, open_library, open_series
from hookline.project.forecasting import forecast_edit, forecast_script
from hookline.project.forget import Forgotten, forget
from hookline.project.insights import SeriesFound, insight_json, insights
from hookline.project.intake import Said, Skipped, Taken, take
from hookline.project.plans import market_prospects, plan_boundaries, plan_paywall
from hookline.project.spending import spend_json, spend_plans
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
    "Asked",
    "Check",
    "CutRun",
    "Delivered",
    "Estimated",
    "Failed",
    "Forgotten",
    "Imported",
    "Library",
    "LibraryRun",
    "Listed",
    "Said",
    "SeriesFolder",
    "SeriesFound",
    "SeriesRun",
    "Skipped",
    "Taken",
    "allocation",
    "ask",
    "brand_json",
    "brand_reports",
    "choose_platforms",
    "compare_drafts",
    "comparison_json",
    "create",
    "cut_library",
    "cut_run_json",
    "cut_video",
    "cuts_shown",
    "demo",
    "design_experiment",
    "draft",
    "estimated",
    "examine",
    "experiments",
    "export_corrections",
    "figures",
    "forecast_edit",
    "forecast_script",
    "forget",
    "insight_json",
    "insights",
    "market_prospects",
    "open_library",
    "open_series",
    "plan_boundaries",
    "plan_paywall",
    "platforms_json",
    "platforms_of",
    "quality",
    "run",
    "schema_texts",
    "simulate_viewers",
    "spend_json",
    "spend_plans",
    "story_json",
    "story_of_files",
    "take",
    "timed_story",
    "write_tables",
]
