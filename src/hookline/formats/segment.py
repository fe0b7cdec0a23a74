"""Viewers' events as Segment's Video specification names them: JSON lines or Parquet.

``track`` calls of the playback, content and ad events, with Segment's ecommerce names (and plain
"Episode Offered", "Episode Unlocked") for what is paid.  Names may differ in case, spaces and
underscores.  What each rule is and why stands in ``docs/audience.md`` and ``docs/events.md``.
"""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample, fold
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "Segment Video events"
PAID = ("productviewed", "ordercompleted", "episodeoffered", "episodeunlocked")
VIDEO = ("videoplayback", "videocontent", "videoad")


def _properties(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (f"properties.{name}",) for name in names}


SOURCE = Source(
    name="segment",
    title=TITLE,
    prefix="properties",
    id_path="messageId",
    expected='JSON lines with "event": "Video Content Playing" and "properties": {"episode", "position"}',
    fields={
        "type": ("type", "action"),
        "event": ("event",),
        "message_id": ("messageId", "id"),
        "user_id": ("userId",),
        "anonymous_id": ("anonymousId",),
        "timestamp": ("timestamp",),
        "original_timestamp": ("originalTimestamp",),
        "sent_at": ("sentAt",),
        "received_at": ("receivedAt",),
        "locale": ("context.locale",),
        "location_country": ("context.location.country",),
        "device_type": ("context.device.type",),
        "os_name": ("context.os.name",),
        "library_name": ("context.library.name",),
        "user_agent": ("context.userAgent",),
        "traits_tester": ("context.traits.tester",),
        **_properties(
            "session_id", "asset_id", "content_asset_id", "cut_id", "program", "season", "episode", "position",
            "total_length", "market", "country", "platform", "simulated", "product_id", "price", "revenue", "total",
            "currency", "method", "tester",
        ),
        "content_asset_ids_json": ("properties.content_asset_ids",),
        "products_json": ("properties.products",),
    },
    faults={
        "not_track": Fault("the line is no track call (identify, page, ...)"),
        "unknown_event": Fault(
            "the event is none of the Segment Video specification's",
            mend="rename it in your tracking plan if it is about playback",
        ),
        "unneeded": Fault("the event says nothing of what was watched (buffering, quality)"),
        "no_viewer": Fault("neither userId nor anonymousId is there", mend="send anonymousId with every call"),
        "no_episode": Fault("neither episode nor asset is named", mend="send asset_id and episode"),
        "no_session": Fault("there is no session_id: sessions are told apart by viewer and time", kept=True),
    },
)  # fmt: skip


def judge(sample: Sample) -> Match | None:
    """Whether the rows are Segment's: ``event`` names of its Video specification."""
    calls = [row for row in sample.rows if isinstance(row.get("event"), str)]
    names = [fold(row["event"]) for row in calls]
    fitting = [name for name in names if name.startswith(VIDEO) or name in PAID]
    if fitting:
        return Match(0.95, f"{len(fitting)} of the first {len(calls)} calls are Segment Video events")
    if calls and sample.has("type", "event") and sample.shape == "json":
        return Match(0.3, "lines are Segment track calls")
    return None


recognise = recogniser(judge)
load = reader(SOURCE)
