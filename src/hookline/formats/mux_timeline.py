"""Mux Data: views with their timeline of events, as the API's single views and the streaming exports have them.

JSON lines, arrays, or one answer a line (``{"data": {...}}``).  They become ``events``: each of a view's events says
when it was and where the playhead stood, so what was played is known to the millisecond.
"""

from __future__ import annotations

import re

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "Mux views with their timelines"


def _places(*names: str) -> tuple[str, ...]:
    """Where fields stand: as the API writes them, in camel case as the streams do, inside an answer's ``data``."""
    camel = (re.sub(r"_(.)", lambda found: found[1].upper(), name) for name in names)
    return tuple(dict.fromkeys((*names, *camel, *(f"data.{name}" for name in names))))


SOURCE = Source(
    name="mux_timeline",
    title=TITLE,
    expected='views with "events": [{"name": "playing", "viewer_time": 1790848800000, "playback_time": 0}]',
    fields={
        **{
            name: _places(name)
            for name in (
                "view_id", "view_start", "view_end", "viewer_user_id", "mux_viewer_id", "video_id", "video_title",
                "video_series", "viewer_device_category", "viewer_os_family",
            )
        },
        "video_duration": _places("video_duration", "video_source_duration"),
        "video_variant": _places("video_variant_id", "video_variant_name"),
        "episode": _places("episode", "video_episode"),
        "max_playhead": _places("view_max_playhead_position"),
        "playing_time": _places(
            "view_total_content_playback_time", "view_content_playback_time", "view_playing_time", "watch_time"
        ),
        "country": _places("country_code", "country"),
        "user_agent": _places("viewer_user_agent", "user_agent"),
        "start_json": _places("view_start"),
        "end_json": _places("view_end"),
        "events_json": _places("events"),
    },
    faults={
        "not_json": Fault("the line is no view", ""),
        "unneeded": Fault("the event says nothing of what was watched (rendition, requests, buffering, ads' details)"),
        "unknown_event": Fault("the event is none of Mux's"),
        "no_viewer": Fault("neither viewer_user_id nor mux_viewer_id is there", mend="send viewer_user_id"),
        "no_episode": Fault("neither video_id nor video_title is there"),
        "bad_episode": Fault("the episode is not a number", "episode_text", "name it in video_title: Episode 12"),
        "no_timeline": Fault(
            "the view has no timeline: taken as its start and its furthest position", "raw_time", "", True
        ),
    },
)  # fmt: skip


def judge(sample: Sample) -> Match | None:
    """Whether rows are Mux's views, any of them with a timeline."""
    told = [row["data"] if isinstance(row.get("data"), dict) else row for row in sample.rows]
    views = [row for row in told if {"view_id", "viewId"} & set(row) and {"view_start", "viewStart"} & set(row)]
    if not any(row.get("events") for row in views):
        return None
    return Match(0.97, f"{len(views)} of the first {len(told)} rows are Mux's views with their events")


recognise = recogniser(judge)
load = reader(SOURCE)
