"""Google Analytics 4, as exported to BigQuery: rows of ``events_*`` as JSON lines or Parquet."""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "Google Analytics 4 events (BigQuery)"

SOURCE = Source(
    name="ga4",
    title=TITLE,
    expected='rows with "event_name": "video_progress" and event_params',
    fields={
        "event_name": ("event_name",),
        "event_timestamp": ("event_timestamp",),
        "user_id": ("user_id",),
        "user_pseudo_id": ("user_pseudo_id",),
        "platform": ("platform",),
        "country": ("geo.country",),
        "device": ("device.category",),
        "language": ("device.language",),
        "event_params_json": ("event_params",),
        "items_json": ("items",),
    },
    faults={
        "unneeded": Fault("the event says nothing of what was watched or paid (page_view, session_start, ...)"),
        "no_viewer": Fault("neither user_id nor user_pseudo_id is there"),
        "no_episode": Fault("no video or item is named", mend="send video_title with the episode's number, or episode"),
        "no_session": Fault("there is no ga_session_id: sessions are told apart by viewer and time", kept=True),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the columns are the export's."""
    if not sample.has("event_name", "event_timestamp", "event_params"):
        return None
    video = sum(str(row.get("event_name", "")).startswith("video_") for row in sample.rows)
    return Match(0.95, f"GA4's columns; {video} of the first {len(sample.rows)} events are about video")


recognise = recogniser(judge)
load = reader(SOURCE)
