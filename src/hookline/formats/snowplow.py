"""Snowplow media tracking, version 2: enriched events as JSON lines or Parquet.

As the Analytics SDK turns enriched TSV into JSON (``contexts_com_snowplowanalytics_snowplow_media_player_2``),
or with ``contexts`` and ``unstruct_event`` self-describing as they were sent.
"""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "Snowplow media events"
_OURS = "contexts_com_snowplowanalytics_snowplow"
_PLAYER = (f"{_OURS}_media_player_2.0", f"{_OURS}_media_player_1.0")
_MEDIA_EVENT = "unstruct_event_com_snowplowanalytics_snowplow_media_"

SOURCE = Source(
    name="snowplow",
    title=TITLE,
    id_path="event_id",
    expected='JSON lines with "event_name": "ping_event" and the context media_player',
    fields={
        **{
            name: (name,)
            for name in (
                "app_id", "event_id", "event_name", "derived_tstamp", "collector_tstamp", "dvce_created_tstamp",
                "user_id", "domain_userid", "network_userid", "domain_sessionid", "platform", "geo_country", "br_lang",
                "useragent", "page_title", "page_urlpath", "tr_total", "tr_currency",
            )
        },
        "client_userid": (f"{_OURS}_client_session_1.0.userId", f"{_OURS}_client_session_2.0.userId"),
        "client_session": (f"{_OURS}_client_session_1.0.sessionId", f"{_OURS}_client_session_2.0.sessionId"),
        "current_time_s": tuple(f"{player}.currentTime" for player in _PLAYER),
        "duration_s": tuple(f"{player}.duration" for player in _PLAYER),
        "label": tuple(f"{player}.label" for player in _PLAYER),
        "media_session": (f"{_OURS}_media_session_1.0.mediaSessionId",),
        "robot": ("contexts_com_iab_snowplow_spiders_and_robots_1.0.spiderOrRobot",),
        "agent_class": ("contexts_nl_basjes_yauaa_context_1.0.agentClass",),
        "revenue": (f"{_OURS}_ecommerce_transaction_1.0.revenue",),
        "currency": (f"{_OURS}_ecommerce_transaction_1.0.currency",),
        "contexts_json": ("contexts",),
        "derived_json": ("derived_contexts",),
        "unstruct_json": ("unstruct_event",),
    },
    faults={
        "unneeded": Fault("the event says nothing of what was watched (buffering, volume, quality, page views)"),
        "no_viewer": Fault("neither user_id, domain_userid nor network_userid is there"),
        "no_episode": Fault("the media player has no label", mend="set the label of the media: Episode 12"),
        "bad_episode": Fault("the episode is not a number", "episode_text"),
        "no_session": Fault("there is no media session: sessions are told apart by viewer and time", kept=True),
    },
)  # fmt: skip


def judge(sample: Sample) -> Match | None:
    """Whether the columns are Snowplow's atomic ones, with a media player among them."""
    if not sample.has("event_id", "collector_tstamp") and not sample.has("event_id", "derived_tstamp"):
        return None
    text = " ".join([*sample.columns, *(str(row.get("contexts", "")) for row in sample.rows[:10])])
    if "media_player" in text or _MEDIA_EVENT in text:
        return Match(0.95, "Snowplow's atomic columns with the media player's context")
    return Match(0.5, "Snowplow's atomic columns")


recognise = recogniser(judge)
load = reader(SOURCE)
