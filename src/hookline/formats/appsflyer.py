"""AppsFlyer in-app events (raw data reports): purchases of episodes, as CSV or Parquet.

Take the customer user id for what the app sends as the viewer's id elsewhere: then payments and views are
the same viewers'.
"""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser
from hookline.model.tables import STEPS_RAW

KIND = "events"
TITLE = "AppsFlyer in-app events"

SOURCE = Source(
    name="appsflyer",
    title=TITLE,
    table=STEPS_RAW,
    expected="the columns Event Time, Event Name (af_purchase), Event Value, AppsFlyer ID",
    fields={
        "event_name": ("Event Name",),
        "event_time": ("Event Time",),
        "event_value": ("Event Value",),
        "event_revenue": ("Event Revenue",),
        "event_revenue_currency": ("Event Revenue Currency",),
        "appsflyer_id": ("AppsFlyer ID",),
        "customer_user_id": ("Customer User ID",),
        "country_code": ("Country Code",),
        "platform": ("Platform",),
        "user_agent": ("User Agent",),
    },
    faults={
        "unneeded": Fault("the event is no purchase, offer or share of an episode"),
        "no_viewer": Fault("neither AppsFlyer ID nor Customer User ID is there"),
        "no_episode": Fault("the event's value names no content", mend='send {"af_content_id": "ep12", ...}'),
        "bad_episode": Fault("the content is no episode's", "episode_text", 'send {"episode": 12, ...}'),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the columns are those of AppsFlyer's raw data, and rows are events after the install."""
    if not sample.has("AppsFlyer ID", "Event Name", "Event Time"):
        return None
    names = {str(row.get("Event Name", row.get("event_name", ""))) for row in sample.rows}
    if names <= {"install", "re-engagement", "re-attribution", "reinstall"}:
        return Match(0.4, "AppsFlyer's raw data, but no in-app events")
    return Match(0.95, "AppsFlyer's raw data with in-app events")


recognise = recogniser(judge)
load = reader(SOURCE)
