"""Mux Data: views as its exports hold them, one row a view: CSV, JSON lines or Parquet.

They become ``views``.  Which stretches were watched stands only in the timeline of a view's events: where that is
exported, too, ``mux_timeline`` reads it.
"""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser
from hookline.model.tables import VIEWS

KIND = "events"
TITLE = "Mux views"

SOURCE = Source(
    name="mux",
    title=TITLE,
    table=VIEWS,
    expected="the columns view_id, view_start, view_max_playhead_position, viewer_user_id, video_title",
    fields={
        **{
            name: (name,)
            for name in (
                "view_id", "view_start", "view_end", "viewer_user_id", "mux_viewer_id", "video_id", "video_title",
                "video_series", "video_duration", "video_source_duration", "viewer_device_category", "viewer_os_family",
                "watch_time",
            )
        },
        "video_variant": ("video_variant_id", "video_variant_name"),
        "episode": ("episode", "video_episode"),
        "max_playhead": ("view_max_playhead_position",),
        "content_playback_time": ("view_total_content_playback_time", "view_content_playback_time"),
        "playing_time": ("playing_time", "view_playing_time"),
        "country": ("country_code", "country"),
        "user_agent": ("viewer_user_agent", "user_agent"),
    },
    faults={
        "no_viewer": Fault("neither viewer_user_id nor mux_viewer_id is there", "raw_time", "send viewer_user_id"),
        "no_episode": Fault("neither video_id nor video_title is there", "raw_time"),
        "bad_episode": Fault("the episode is not a number", "episode_text", "name it in video_title: Episode 12"),
        "no_exit": Fault(
            "view_max_playhead_position is not a number: where the view ended is not known", "position_text"
        ),
    },
)  # fmt: skip


def judge(sample: Sample) -> Match | None:
    """Whether the columns are those of Mux's views, without timelines."""
    if any(row.get("events") for row in sample.rows):
        return None
    if sample.has("view_id", "view_start") and (
        sample.has("view_max_playhead_position") or sample.has("mux_viewer_id") or sample.has("watch_time")
    ):
        return Match(0.95, "the columns of Mux's video views")
    return None


recognise = recogniser(judge)
load = reader(SOURCE)
