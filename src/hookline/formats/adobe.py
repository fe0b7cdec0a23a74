"""Adobe Media Collection: calls of the Media Collection API or its XDM form, one JSON object a line.

Each line is a call's body with the session it was sent to: ``sessionId`` or the call's ``url``
(``.../sessions/{id}/events``), or XDM's ``mediaCollection.sessionID``.
"""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "Adobe media collection calls"


def _param(name: str, xdm: str) -> tuple[str, ...]:
    """A parameter of the API, which has dots in its name, or its place in XDM's session details."""
    return (
        rf"params.{name.replace('.', chr(92) + '.')}",
        f"xdm.mediaCollection.sessionDetails.{xdm}",
        f"mediaCollection.sessionDetails.{xdm}",
    )


SOURCE = Source(
    name="adobe",
    title=TITLE,
    expected='JSON lines with "eventType": "ping", "playerTime": {"playhead", "ts"} and "sessionId"',
    fields={
        "event_type": ("eventType", "xdm.eventType"),
        "playhead": ("playerTime.playhead", "xdm.mediaCollection.playhead", "mediaCollection.playhead"),
        "ts": ("playerTime.ts",),
        "stamped": ("xdm.timestamp", "timestamp"),
        "session_id": ("sessionId", "session_id", "xdm.mediaCollection.sessionID", "mediaCollection.sessionID"),
        "url": ("url",),
        "visitor": (r"params.visitor\.marketingCloudUserId",),
        "analytics_visitor": (r"params.analytics\.visitorId",),
        "identity_map_json": ("xdm.identityMap", "identityMap"),
        "media_id": _param("media.id", "name"),
        "media_name": _param("media.name", "friendlyName"),
        "show": _param("media.show", "show"),
        "season": _param("media.season", "season"),
        "episode": _param("media.episode", "episode"),
        "length": _param("media.length", "length"),
        "player": _param("media.playerName", "playerName"),
        "channel": _param("media.channel", "channel"),
        "ad_id": (r"params.media\.ad\.id", "xdm.mediaCollection.advertisingDetails.name"),
        "country": ("customMetadata.country", "xdm.placeContext.geo.countryCode"),
        "user_agent": ("userAgent", "xdm.environment.browserDetails.userAgent"),
    },
    faults={
        "unneeded": Fault("the call says nothing of what was watched (buffering, bit rate, ad breaks, player states)"),
        "no_viewer": Fault(
            "neither the call nor its session's start names a visitor", mend="export sessionStart calls, too"
        ),
        "no_episode": Fault("neither the call nor its session's start names the media", mend="send media.id"),
        "no_session": Fault("there is no session id: sessions are told apart by viewer and time", kept=True),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the rows are calls with a playhead."""
    calls = sum(isinstance(row.get("playerTime"), dict) and "eventType" in row for row in sample.rows)
    bodies = [row.get("xdm", row) for row in sample.rows]
    xdm = sum(isinstance(body, dict) and "mediaCollection" in body for body in bodies)
    if calls or xdm:
        return Match(0.95, f"{calls or xdm} of the first {len(sample.rows)} lines are media collection calls")
    return None


recognise = recogniser(judge)
load = reader(SOURCE)
