# ruff: noqa: E501 - rows as they stand in files
"""A small file of each source of viewer data, written from its published specification.

Every one tells the same story: ann watches episode 12 of Show in Germany, pauses at 20 s, is shown an ad, jumps from 30 s to 60 s
and finishes; she is offered episode 13 and buys it.  Bob, in the US, leaves at 15 s.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

START = datetime(2026, 10, 1, 10, 0, 0, tzinfo=UTC)
ANN, BOB = "ann-raw-id@example.org", "bob-raw-id@example.org"
SESSIONS = {ANN: "raw-session-ann", BOB: "raw-session-bob"}
COUNTRIES = {ANN: "DE", BOB: "US"}
LENGTH_S = 90

# (viewer, seconds after the start, what happens, position in s)
STORY: tuple[tuple[str, int, str, float | None], ...] = (
    (ANN, 0, "start", 0),
    (ANN, 10, "playing", 10),
    (ANN, 20, "pause", 20),
    (ANN, 21, "ad_start", None),
    (ANN, 36, "ad_end", None),
    (ANN, 36, "resume", 20),
    (ANN, 46, "seek_from", 30),
    (ANN, 46, "seek_to", 60),
    (ANN, 56, "playing", 70),
    (ANN, 76, "complete", 90),
    (BOB, 100, "start", 0),
    (BOB, 110, "playing", 10),
    (BOB, 115, "exit", 15),
)


@dataclass(frozen=True)
class Made:
    """A source's file: its name and lines (of JSON, or a header and rows), and how many canonical rows it makes."""

    format: str
    name: str
    lines: tuple[str, ...]
    table: str = "events"
    ids: tuple[str, ...] = (ANN, BOB)  # that must not be found in what is written
    viewer_ids: tuple[str, str] = (ANN, BOB)
    written: int = 0

    def content(self) -> bytes:
        """The file."""
        return "\n".join(self.lines).encode() + b"\n"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def iso(seconds: float) -> str:
    return at(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def millis(seconds: float) -> int:
    return round(at(seconds).timestamp() * 1000)


def rows_of(*kinds: str) -> list[tuple[int, str, int, str, float | None]]:
    return [(n, *row) for n, row in enumerate(STORY) if row[2] in kinds]


def _lines(values: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(json.dumps(value) for value in values)


def segment() -> Made:
    names = {
        "start": "Video Content Started", "playing": "Video Content Playing", "pause": "Video Playback Paused",
        "resume": "Video Playback Resumed", "ad_start": "Video Ad Started", "ad_end": "Video Ad Completed",
        "seek_from": "Video Playback Seek Started", "seek_to": "Video Playback Seek Completed",
        "complete": "Video Content Completed", "exit": "Video Playback Exited",
    }  # fmt: skip
    calls = []
    for n, viewer, second, kind, position in rows_of(*names):
        ad = kind.startswith("ad")
        properties = {
            "session_id": SESSIONS[viewer],
            "asset_id": "ad-9" if ad else "ep012",
            "position": position,
            "total_length": LENGTH_S,
            "program": "Show",
            "season": "1",
            "episode": "12",
            "livestream": False,
        }
        properties |= {"content_asset_id": "ep012"} if ad else {}
        calls.append({
            "type": "track", "event": names[kind], "userId": viewer, "messageId": f"raw-message-{n}",
            "timestamp": iso(second), "sentAt": iso(second), "receivedAt": iso(second + 1),
            "context": {"location": {"country": COUNTRIES[viewer]}, "device": {"type": "ios"},
                        "library": {"name": "analytics-ios", "version": "4.1.6"}, "userAgent": "Mozilla/5.0 (iPhone)"},
            "properties": properties,
        })  # fmt: skip
    paid = {"program": "Show", "product_id": "ep013", "episode": "13", "price": 0.49, "currency": "EUR"}
    for n, name in enumerate(("Product Viewed", "Order Completed")):
        calls.append({**calls[0], "event": name, "messageId": f"raw-paid-{n}", "timestamp": iso(80 + n),
                      "properties": paid})  # fmt: skip
    return Made("segment", "segment.jsonl", _lines(calls), written=15,
                ids=(ANN, BOB, *SESSIONS.values(), "raw-message"))  # fmt: skip


def snowplow() -> Made:
    """Rows as the Analytics SDK gives them: contexts and unstruct events under names of their schemas."""
    names = {
        "start": "play_event", "playing": "ping_event", "pause": "pause_event", "resume": "play_event",
        "ad_start": "ad_start_event", "ad_end": "ad_complete_event", "seek_from": "seek_start_event",
        "seek_to": "seek_end_event", "complete": "end_event",
    }  # fmt: skip
    ours = "contexts_com_snowplowanalytics_snowplow"
    rows = []
    for n, viewer, second, kind, position in rows_of(*names):
        shown = 20.0 if position is None else float(position)  # during an ad the content's time stands
        row = {
            "app_id": "show", "platform": "mob", "event": "unstruct", "event_name": names[kind],
            "event_id": f"c6ef3124-b53a-4b13-a233-{n:012d}", "event_vendor": "com.snowplowanalytics.snowplow.media",
            "event_format": "jsonschema", "event_version": "1-0-0", "collector_tstamp": iso(second + 2),
            "derived_tstamp": iso(second), "dvce_created_tstamp": iso(second + 3600), "user_id": viewer,
            "domain_userid": "raw-cookie", "geo_country": COUNTRIES[viewer], "useragent": "okhttp/4.9.2",
            f"unstruct_event_com_snowplowanalytics_snowplow_media_{names[kind]}_1": {},
            f"{ours}_media_player_2": [{
                "currentTime": shown, "duration": 90.0, "ended": kind == "complete", "paused": kind == "pause",
                "label": "Show - Episode 12", "mediaType": "video", "muted": False, "playbackRate": 1,
                "playerType": "com.google.android-exoplayer", "volume": 100}],
            f"{ours}_media_session_1": [{"mediaSessionId": SESSIONS[viewer], "startedAt": iso(0), "pingInterval": 10,
                                         "timePlayed": 12.5, "contentWatched": 12.0}],
        }  # fmt: skip
        if kind.startswith("ad"):
            row |= {f"{ours}_media_ad_1": [{"adId": "ad-9", "podPosition": 1, "duration": 15, "skippable": False}],
                    f"{ours}_media_ad_break_1": [{"breakId": "b1", "startTime": 20, "breakType": "linear"}]}  # fmt: skip
        rows.append(row)
    return Made(
        "snowplow", "snowplow.jsonl", _lines(rows), written=12, ids=(ANN, BOB, "raw-cookie", *SESSIONS.values())
    )


def snowplow_described() -> Made:
    """The same rows with contexts and events self-describing, as trackers and collectors pass them on."""
    ours = "iglu:com.snowplowanalytics.snowplow"
    rows = []
    for line in snowplow().lines:
        old = json.loads(line)
        player, session = old["contexts_com_snowplowanalytics_snowplow_media_player_2"], old[
            "contexts_com_snowplowanalytics_snowplow_media_session_1"]  # fmt: skip
        contexts = [{"schema": f"{ours}/media_player/jsonschema/2-0-0", "data": player[0]},
                    {"schema": f"{ours}.media/session/jsonschema/1-0-0", "data": session[0]}]  # fmt: skip
        kept = {k: v for k, v in old.items() if not k.startswith(("contexts_", "unstruct_", "event_name"))}
        rows.append({
            **kept, "contexts": {"schema": f"{ours}/contexts/jsonschema/1-0-1", "data": contexts},
            "unstruct_event": {"schema": f"{ours}/unstruct_event/jsonschema/1-0-0", "data": {
                "schema": f"{ours}.media/{old['event_name']}/jsonschema/1-0-0", "data": {}}},
        })  # fmt: skip
    return Made("snowplow", "collector.jsonl", _lines(rows), written=12, ids=(ANN, BOB, *SESSIONS.values()))


def snowplow_tsv() -> Made:
    """The same rows as the pipeline keeps them: 131 columns, parted by tabs; who reads counts them from 0."""
    places = {"app_id": 0, "platform": 1, "collector_tstamp": 3, "dvce_created_tstamp": 4, "event_id": 6, "user_id": 12,
              "domain_userid": 15, "network_userid": 17, "geo_country": 18, "useragent": 77, "br_lang": 83,
              "derived_tstamp": 124, "event_name": 126}  # fmt: skip
    lines = []
    for flat, described in zip(snowplow().lines, snowplow_described().lines, strict=True):
        row, sent = json.loads(flat), json.loads(described)
        cells = [""] * 131
        for name, place in places.items():
            cells[place] = str(row.get(name) or "").removesuffix("Z").replace("T", " " if "tstamp" in name else "T")
        cells[5], cells[52], cells[58] = "unstruct", json.dumps(sent["contexts"]), json.dumps(sent["unstruct_event"])
        cells[122] = json.dumps({
            "schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1",
            "data": [{"schema": "iglu:nl.basjes/yauaa_context/jsonschema/1-0-4", "data": {"agentClass": "Browser"}}],
        })  # fmt: skip
        lines.append("\t".join(cells))
    return Made("snowplow-tsv", "enriched.tsv", tuple(lines), written=12, ids=(ANN, BOB, *SESSIONS.values()))


def adobe() -> Made:
    names = {
        "start": "sessionStart", "playing": "ping", "pause": "pauseStart", "ad_start": "adStart", "ad_end": "adComplete",
        "resume": "play", "complete": "sessionComplete", "exit": "sessionEnd",
    }  # fmt: skip
    calls: list[dict[str, Any]] = []
    for _, viewer, second, kind, position in rows_of(*names):
        call: dict[str, Any] = {
            "playerTime": {"playhead": 20 if position is None else position, "ts": millis(second)},
            "eventType": names[kind], "sessionId": SESSIONS[viewer],
        }  # fmt: skip
        if kind == "start":
            call["params"] = {
                "media.channel": "app", "media.contentType": "VOD", "media.id": "ep012", "media.length": LENGTH_S,
                "media.name": "Episode 12", "media.playerName": "ios", "media.show": "Show", "media.season": "1",
                "media.episode": "12", "visitor.marketingCloudUserId": viewer,
                "visitor.marketingCloudOrgId": "6B33@AdobeOrg", "analytics.trackingServer": "t.example.org",
            }  # fmt: skip
            call["customMetadata"] = {"country": COUNTRIES[viewer]}
        if kind == "ad_start":
            call["params"] = {"media.ad.id": "ad-9", "media.ad.length": 15, "media.ad.podPosition": 0}
        calls.append(call)
    return Made("adobe", "adobe.jsonl", _lines(calls), written=11, ids=(ANN, BOB, *SESSIONS.values()))


def adobe_xdm() -> Made:
    calls = []
    for line in adobe().lines:
        old = json.loads(line)
        params = old.get("params", {})
        collection = {"sessionID": old["sessionId"], "playhead": old["playerTime"]["playhead"]}
        if old["eventType"] == "sessionStart":
            collection["sessionDetails"] = {
                "name": "ep012", "friendlyName": "Episode 12", "length": LENGTH_S, "show": "Show", "season": "1",
                "episode": "12", "playerName": "ios", "channel": "app", "contentType": "VOD"}  # fmt: skip
        xdm = {"eventType": f"media.{old['eventType']}", "mediaCollection": collection,
               "timestamp": datetime.fromtimestamp(old["playerTime"]["ts"] / 1000, UTC).isoformat()}  # fmt: skip
        if "visitor.marketingCloudUserId" in params:
            xdm["identityMap"] = {"ECID": [{"id": params["visitor.marketingCloudUserId"], "primary": True}]}
            xdm["placeContext"] = {"geo": {"countryCode": old["customMetadata"]["country"]}}
        calls.append({"xdm": xdm})
    return Made("adobe", "xdm.jsonl", _lines(calls), written=11, ids=(ANN, BOB, *SESSIONS.values()))


PLAYED = {  # what the profile wants with paused, completed and terminated
    (ANN, "pause"): "0[.]20",
    (ANN, "complete"): "0[.]30[,]60[.]90",
    (BOB, "exit"): "0[.]15",
}


def xapi() -> Made:
    video = "https://w3id.org/xapi/video"
    verbs = {
        "start": f"{video}/verbs/played", "resume": f"{video}/verbs/played", "pause": f"{video}/verbs/paused",
        "seek_from": f"{video}/verbs/seeked", "complete": "http://adlnet.gov/expapi/verbs/completed",
        "exit": "http://adlnet.gov/expapi/verbs/terminated",
    }  # fmt: skip
    statements = []
    for n, viewer, second, kind, position in rows_of(*verbs):
        extensions: dict[str, Any] = {f"{video}/extensions/time": position}
        if kind == "seek_from":
            extensions = {f"{video}/extensions/time-from": 30, f"{video}/extensions/time-to": 60}
        if played := PLAYED.get((viewer, kind)):
            extensions |= {f"{video}/extensions/progress": 1.0, f"{video}/extensions/played-segments": played}
        statements.append({
            "id": f"raw-statement-{n:012d}",
            "actor": {"objectType": "Agent", "account": {"homePage": "https://app.example.org", "name": viewer}},
            "verb": {"id": verbs[kind], "display": {"en-US": "..."}},
            "object": {"id": "https://app.example.org/show/12", "objectType": "Activity", "definition": {
                "type": f"{video}/activity-type/video", "name": {"en-US": "Show, episode 12"}}},
            "result": {"extensions": extensions},
            "context": {"registration": "raw-registration", "language": f"en-{COUNTRIES[viewer]}", "platform": "ios",
                        "contextActivities": {"category": [{"id": video}]},
                        "extensions": {f"{video}/extensions/session-id": SESSIONS[viewer],
                                       f"{video}/extensions/length": LENGTH_S}},
            "timestamp": iso(second),
        })  # fmt: skip
    return Made("xapi", "xapi.jsonl", _lines(statements), written=8 + 7,  # edges of what was played
                ids=(ANN, BOB, "raw-statement", "raw-registration", *SESSIONS.values()))  # fmt: skip


def xapi_pages() -> Made:
    """The same statements as a record store answers them: a few at a time, with where the next are."""
    told = [json.loads(line) for line in xapi().lines]
    pages = [{"statements": told[n : n + 2], "more": f"/xapi/statements?from={n + 2}"} for n in range(0, len(told), 2)]
    return Made("xapi", "pages.json", _lines(pages), written=8 + 7,
                ids=(ANN, BOB, "raw-statement", "raw-registration", *SESSIONS.values()))  # fmt: skip


def ga4() -> Made:
    names = {"start": "video_start", "playing": "video_progress", "complete": "video_complete"}
    rows = []
    for _, viewer, second, kind, position in rows_of(*names):
        params: dict[str, dict[str, Any]] = {
            "video_current_time": {"int_value": str(int(position or 0))}, "video_duration": {"int_value": "90"},
            "video_percent": {"int_value": str(int(100 * (position or 0) / LENGTH_S))},
            "video_provider": {"string_value": "youtube"}, "video_title": {"string_value": "Show | Episode 12"},
            "video_url": {"string_value": "https://www.youtube.com/watch?v=x"}, "ga_session_id": {"int_value": "1790848800"},
        }  # fmt: skip
        rows.append(_ga4_row(names[kind], viewer, second, params))
    item = {"item_id": "ep13", "item_name": "Episode 13", "price": 0.49, "quantity": 1}
    paid: dict[str, dict[str, Any]] = {"value": {"double_value": 0.49}, "currency": {"string_value": "EUR"}}
    rows += [{**_ga4_row(name, ANN, 80 + n, paid), "items": [item]} for n, name in enumerate(("view_item", "purchase"))]
    return Made("ga4", "events_20261001.jsonl", _lines(rows), written=8)


def _ga4_row(name: str, viewer: str, second: int, params: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "event_date": "20261001", "event_timestamp": str(millis(second) * 1000), "event_name": name,
        "event_params": [{"key": key, "value": value} for key, value in params.items()],
        "user_pseudo_id": viewer, "geo": {"country": {"DE": "Germany", "US": "United States"}[COUNTRIES[viewer]]},
        "device": {"category": "mobile", "language": "de-de"}, "platform": "ANDROID", "items": [],
    }  # fmt: skip


def mux() -> Made:
    header = (
        "view_id,view_start,view_end,viewer_user_id,mux_viewer_id,video_id,video_title,video_series,video_duration,"
        "view_max_playhead_position,view_total_content_playback_time,watch_time,country_code,viewer_device_category,"
        "viewer_user_agent,view_dropped"
    )
    rows = [
        f"raw-view-1,{iso(0)},{iso(76)},{ANN},raw-mux-1,ep012,Episode 12,Show,90000,90000,60000,76000,DE,phone,Mozilla/5.0,false",
        f"raw-view-2,{iso(100)},{iso(115)},{BOB},raw-mux-2,ep012,Episode 12,Show,90000,15000,15000,15100,US,tv,Mozilla/5.0,true",
    ]
    return Made("mux", "mux.csv", (header, *rows), "views", (ANN, BOB, "raw-view", "raw-mux"), written=2)


def mux_timeline() -> Made:
    """Views as the API answers them one by one.  `seeking` says where it is going; `playing` is no heartbeat."""
    names = {
        "start": "viewstart", "pause": "pause", "ad_start": "adplaying", "ad_end": "adended", "resume": "playing",
        "seek_from": "seeking", "seek_to": "seeked", "complete": "ended", "exit": "viewend",
    }  # fmt: skip
    views = []
    for viewer in (ANN, BOB):
        events: list[dict[str, Any]] = []
        for _, who, second, kind, position in rows_of(*names):
            if who == viewer:
                place = 60 if kind == "seek_from" else 20 if position is None else position
                events.append({"viewer_time": millis(second), "playback_time": round(place * 1000), "name": names[kind],
                               "event_time": millis(second), "details": {}})  # fmt: skip
        view = {
            "view_id": f"raw-view-{viewer}", "view_start": iso(0 if viewer == ANN else 100), "view_end": iso(115),
            "viewer_user_id": viewer, "mux_viewer_id": f"raw-mux-{viewer}", "video_id": "ep012",
            "video_title": "Episode 12", "video_series": "Show", "video_duration": 90000,
            "view_max_playhead_position": 90000, "country_code": COUNTRIES[viewer], "viewer_device_category": "phone",
            "viewer_user_agent": "Mozilla/5.0", "events": events,
        }  # fmt: skip
        views.append({"data": view, "timeframe": [1790846400, 1790850000]})
    return Made("mux-timeline", "views.jsonl", _lines(views), ids=(ANN, BOB, "raw-view", "raw-mux"), written=10)


def mux_stream() -> Made:
    """The same views as the streaming export writes its protocol buffers in JSON."""

    def seconds(ms: int) -> dict[str, int]:
        return {"seconds": ms // 1000, "nanos": ms % 1000 * 1_000_000}

    def camel(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.title() for part in rest)

    views = []
    for line in mux_timeline().lines:
        view = json.loads(line)["data"]
        events = [
            {"viewerTime": seconds(e["viewer_time"]), "serverTime": seconds(e["viewer_time"] + 900),
             "playheadTime": seconds(e["playback_time"]), "type": e["name"], "sequenceNumber": n}
            for n, e in enumerate(view["events"], 1)
        ]  # fmt: skip
        start = seconds(view["events"][0]["viewer_time"])
        views.append({camel(k): v for k, v in view.items()} | {"events": events, "viewStart": start, "viewEnd": start})
    return Made("mux-timeline", "stream.jsonl", _lines(views), ids=(ANN, BOB, "raw-view", "raw-mux"), written=10)


def cmcd() -> Made:
    """Event mode of version 2: one report a line."""
    states = {"start": "p", "playing": None, "pause": "a", "resume": "p", "complete": "e", "exit": "q"}
    lines = []
    for n, viewer, second, kind, position in rows_of(*states, "ad_start", "ad_end"):
        keys = [f'sid="{SESSIONS[viewer]}"', 'cid="show-ep12"', f"ts={millis(second)}", "v=2", f"sn={n}"]
        if kind.startswith("ad"):
            keys += [f"e={'as' if kind == 'ad_start' else 'ae'}"]
        elif states[kind]:
            keys += ["e=ps", f"sta={states[kind]}", f"pt={round((position or 0) * 1000)}"]
        else:
            keys += ["e=t", "sta=p", f"pt={round((position or 0) * 1000)}"]
        lines.append(",".join(sorted(keys)))
    return Made("cmcd", "cmcd.log", tuple(lines), ids=tuple(SESSIONS.values()),
                viewer_ids=(SESSIONS[ANN], SESSIONS[BOB]), written=11)  # fmt: skip


def cmcd_query() -> Made:
    """The same reports as a CDN logs them: a query argument, encoded."""
    lines = [f"2026-10-01 10:00:00 GET /seg.m4s?CMCD={quote(line, safe='')} 200 1234" for line in cmcd().lines]
    return Made("cmcd", "cdn.log", tuple(lines), ids=tuple(SESSIONS.values()),
                viewer_ids=(SESSIONS[ANN], SESSIONS[BOB]), written=11)  # fmt: skip


def cmcd_json() -> Made:
    lines = []
    for line in cmcd().lines:
        keys = dict(part.split("=", 1) for part in line.split(","))
        values = {k: v.strip('"') if k in ("sid", "cid", "e", "sta") else int(v) for k, v in keys.items()}
        lines.append(json.dumps({"cmcd": values, "status": 204}))
    return Made("cmcd", "collector.jsonl", tuple(lines), ids=tuple(SESSIONS.values()),
                viewer_ids=(SESSIONS[ANN], SESSIONS[BOB]), written=11)  # fmt: skip


_APPSFLYER = (
    "Attributed Touch Type,Attributed Touch Time,Install Time,Event Time,Event Name,Event Value,Event Revenue,"
    "Event Revenue Currency,Event Revenue USD,Media Source,Campaign,Adset,Ad,Ad ID,Country Code,AppsFlyer ID,"
    "Customer User ID,Platform,User Agent"
)


def appsflyer() -> Made:
    value = '"{""af_content_id"":""ep13"",""af_revenue"":""0.49"",""af_currency"":""EUR"",""af_quantity"":""1""}"'
    start = "click,2026-09-30 10:00:00,2026-09-30 11:00:00"
    end = f"facebook,Launch,Broad,Slap cut A,238,DE,raw-af-1,{ANN},android,Dalvik/2.1.0"
    rows = [
        f"{start},2026-10-01 10:01:20,af_content_view,{value},,,,{end}",
        f"{start},2026-10-01 10:01:21,af_purchase,{value},0.49,EUR,0.55,{end}",
        f"{start},2026-10-01 10:01:22,af_purchase,{value},0.49,EUR,0.55,{end.replace(ANN, BOB)}",
    ]
    return Made("appsflyer", "in-app-events.csv", (_APPSFLYER, *rows), "steps_raw", (ANN, BOB, "raw-af"), written=3)


def appsflyer_installs() -> Made:
    rows = [
        f"click,2026-09-30 10:00:00,2026-09-30 11:00:00,2026-09-30 11:00:00,install,,,,,facebook,Launch,Broad,Slap cut A,"
        f"238,DE,raw-af-1,{ANN},android,Dalvik/2.1.0",
        f",,2026-09-30 12:00:00,2026-09-30 12:00:00,install,,,,,organic,,,,,US,raw-af-2,{BOB},ios,Dalvik/2.1.0",
    ]
    return Made("appsflyer-installs", "installs.csv", (_APPSFLYER, *rows), "installs", (ANN, BOB, "raw-af"), written=2)


def appsflyer_cost() -> Made:
    rows = (
        "Date,Media Source,Campaign,Adset,Ad,Country,Impressions,Clicks,Installs,Cost,Currency",
        "2026-09-30,facebook,Launch,Broad,Slap cut A,DE,12000,340,51,123.45,USD",
        "2026-09-30,tiktokglobal_int,Launch,Broad,Slap cut B,US,9000,120,14,60,USD",
    )
    return Made("appsflyer-cost", "cost.csv", rows, "ads", (), written=2)


def meta_ads() -> Made:
    rows = (
        "Campaign name,Ad name,Day,Country,Amount spent (USD),Impressions,Link clicks,App installs,Reporting starts,Reporting ends",
        "Launch,Slap cut A,2026-09-30,DE,123.45,12000,340,51,2026-09-30,2026-09-30",
        'Launch,Slap cut B,2026-09-30,US,"1,060.00","9,000",120,,2026-09-30,2026-09-30',
    )
    return Made("meta-ads", "meta.csv", rows, "ads", (), written=2)


def meta_ads_api() -> Made:
    rows = [
        {"ad_name": ad, "date_start": "2026-09-30", "date_stop": "2026-09-30", "spend": spend, "impressions": "12000",
         "clicks": "400", "inline_link_clicks": "340", "account_currency": "USD", "country": country,
         "actions": [{"action_type": "link_click", "value": "340"}, {"action_type": "mobile_app_install", "value": "51"}]}
        for ad, spend, country in (("Slap cut A", "123.45", "DE"), ("Slap cut B", "60", "US"))
    ]  # fmt: skip
    return Made("meta-ads", "insights.jsonl", _lines(rows), "ads", (), written=2)


def tiktok_ads() -> Made:
    rows = (
        "Ad name,Date,Country/Region,Cost,Impressions,Clicks (destination),App install,Currency",
        "Slap cut A,2026-09-30,Germany,123.45,12000,340,51,USD",
        "Slap cut B,2026-09-30,United States,60,9000,120,14,USD",
    )
    return Made("tiktok-ads", "tiktok.csv", rows, "ads", (), written=2)


def tiktok_ads_api() -> Made:
    rows = [
        {"dimensions": {"stat_time_day": "2026-09-30 00:00:00", "ad_id": "17", "country_code": country},
         "metrics": {"ad_name": ad, "spend": spend, "impressions": "12000", "clicks": "340", "app_install": "51",
                     "currency": "USD"}}
        for ad, spend, country in (("Slap cut A", "123.45", "DE"), ("Slap cut B", "60", "US"))
    ]  # fmt: skip
    return Made("tiktok-ads", "report.jsonl", _lines(rows), "ads", (), written=2)


def own() -> Made:
    rows = [
        f"{SESSIONS[viewer]},{viewer},12,ep012,{COUNTRIES[viewer]},ios,{iso(second)},{kind},"
        f"{'' if position is None else round(position * 1000)},90000"
        for _, viewer, second, kind, position in rows_of(*{row[2] for row in STORY})
    ]
    header = "session_id,viewer_id,episode,cut,market,platform,at,kind,position_ms,duration_ms"
    return Made("hookline", "own.csv", (header, *rows), written=13, ids=(ANN, BOB, *SESSIONS.values()))


MAKERS: tuple[Callable[[], Made], ...] = (
    segment, snowplow, snowplow_described, snowplow_tsv, mux_timeline, mux_stream, adobe, adobe_xdm, xapi, xapi_pages, ga4, mux, cmcd, cmcd_query, cmcd_json, appsflyer,
    appsflyer_installs, appsflyer_cost, meta_ads, meta_ads_api, tiktok_ads, tiktok_ads_api, own,
)  # fmt: skip
