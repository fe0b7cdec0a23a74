# ruff: noqa: E501 - rows as they stand in files
"""Each source's own fields become the canonical rows that they mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hookline import formats
from hookline.formats.events import Intake
from hookline.model.errors import Unreadable
from tests.formats import made_events as made_by
from tests.formats.made_events import COUNTRIES, START, STORY, Made

KEY = b"k" * 32


def load(folder: Path, format: str, lines: tuple[str, ...] | list[str]) -> tuple[Intake, list[dict[str, Any]]]:
    source, out = folder / "in", folder / "out.parquet"
    source.write_text("\n".join(lines) + "\n")
    intake: Intake = formats.module(format).load(source, out, series="show", key=KEY)
    return intake, pq.read_table(out).to_pylist()


def changed(made: Made, **changes: Any) -> list[str]:
    """The first line of a source's file with other values."""
    return [json.dumps(json.loads(made.lines[0]) | changes)]


# which of the story's events each source can tell, and which positions it has for them
WITHOUT_POSITION = {"segment": ("pause", "resume", "seek_from", "seek_to")}  # they may count ads, and there was one
AD_POSITION = {
    "snowplow": 20_000,
    "snowplow_described": 20_000,
    "snowplow_tsv": 20_000,
}  # the content's time, which stands meanwhile
UNTOLD = {
    "snowplow": ("exit",), "snowplow_described": ("exit",), "snowplow_tsv": ("exit",), "mux_timeline": ("playing",),
    "mux_stream": ("playing",), "adobe": ("seek_from", "seek_to"),
    "adobe_xdm": ("seek_from", "seek_to"), "xapi": ("playing", "ad_start", "ad_end"),
    "xapi_pages": ("playing", "ad_start", "ad_end"),
    "ga4": ("pause", "resume", "ad_start", "ad_end", "seek_from", "seek_to", "exit"),
    "cmcd": ("seek_from", "seek_to"), "cmcd_query": ("seek_from", "seek_to"), "cmcd_json": ("seek_from", "seek_to"),
}  # fmt: skip
PAID = {"segment", "ga4"}
PLAYERS = (
    made_by.segment, made_by.snowplow, made_by.snowplow_described, made_by.snowplow_tsv, made_by.mux_timeline,
    made_by.mux_stream, made_by.adobe, made_by.adobe_xdm, made_by.xapi,
    made_by.xapi_pages,
    made_by.ga4, made_by.cmcd, made_by.cmcd_query, made_by.cmcd_json, made_by.own,
)  # fmt: skip


@pytest.mark.parametrize("make", PLAYERS, ids=lambda make: make.__name__)
def test_the_story_is_read_as_it_was_told(make: Callable[[], Made], tmp_path: Path) -> None:
    made, name = make(), make.__name__
    _, rows = load(tmp_path, made.format, made.lines)
    expected = []
    for viewer, second, kind, position_s in STORY:
        if kind in UNTOLD.get(name, ()):
            continue
        position = None if position_s is None else round(position_s * 1000)
        if kind.startswith("ad"):
            position = AD_POSITION.get(name)
        if kind in WITHOUT_POSITION.get(name, ()) or made.format == "xapi":  # told by the stretches instead
            position = None
        at = (START + timedelta(seconds=second)).replace(tzinfo=None)
        expected.append((at, kind, position, COUNTRIES[viewer] if made.format != "cmcd" else ""))
    played = [row for row in rows if row["kind"] not in ("offered", "unlocked") and row["clock"] != "stretch"]
    found = [(row["at"], row["kind"], row["position_ms"], row["market"]) for row in played]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert {(row["series"], row["episode"]) for row in played} == {("show", 12)}
    assert len({row["viewer_id"] for row in played}) == len({row["session_id"] for row in played}) == 2
    assert {row["duration_ms"] for row in played} <= {90_000, None}
    assert (90_000 in {row["duration_ms"] for row in played}) == (made.format != "cmcd")
    assert {row["agent"] for row in played} == {None}
    paid = sorted((r["kind"], r["episode"], r["price_micros"], r["currency"]) for r in rows if "ed" in r["kind"])
    assert paid == ([("offered", 13, 490_000, "EUR"), ("unlocked", 13, 490_000, "EUR")] if name in PAID else [])


def test_mux_views(tmp_path: Path) -> None:
    _, rows = load(tmp_path, "mux", made_by.mux().lines)
    found = [(r["episode"], r["cut"], r["market"], r["exit_ms"], r["watched_ms"], r["duration_ms"], r["completed"], r["platform"])
             for r in sorted(rows, key=lambda r: r["market"])]  # fmt: skip
    assert found == [
        (12, "ep012", "DE", 90_000, 60_000, 90_000, True, "phone"),
        (12, "ep012", "US", 15_000, 15_000, 90_000, False, "tv"),
    ]


def test_appsflyer_purchases_and_installs(tmp_path: Path) -> None:
    _, steps = load(tmp_path, "appsflyer", made_by.appsflyer().lines)
    assert sorted((s["event"], s["episode"], s["price_micros"], s["currency"]) for s in steps) == [
        ("offered", 13, 490_000, "EUR"), ("unlocked", 13, 490_000, "EUR"), ("unlocked", 13, 490_000, "EUR"),
    ]  # fmt: skip
    _, installs = load(tmp_path, "appsflyer-installs", made_by.appsflyer_installs().lines)
    assert sorted((i["ad_cut"], i["platform"], i["market"], i["at"]) for i in installs) == [
        ("", "organic", "US", datetime(2026, 9, 30, 12)), ("Slap cut A", "facebook", "DE", datetime(2026, 9, 30, 11)),
    ]  # fmt: skip
    assert {i["viewer_id"] for i in installs} >= {s["viewer_id"] for s in steps if s["event"] == "offered"}


@pytest.mark.parametrize(
    ("make", "platform"),
    [(made_by.meta_ads, "facebook"), (made_by.meta_ads_api, "facebook"), (made_by.tiktok_ads, "tiktok"),
     (made_by.tiktok_ads_api, "tiktok"), (made_by.appsflyer_cost, "facebook")],
    ids=lambda value: getattr(value, "__name__", value),
)  # fmt: skip
def test_ad_spend(make: Callable[[], Made], platform: str, tmp_path: Path) -> None:
    made = make()
    _, rows = load(tmp_path, made.format, made.lines)
    assert min(rows, key=lambda row: row["ad_cut"]) == {
        "series": "show", "ad_cut": "Slap cut A", "platform": platform, "market": "DE", "day": date(2026, 9, 30),
        "spend_micros": 123_450_000, "currency": "USD", "impressions": 12_000, "clicks": 340, "installs": 51, "account": "",
    }  # fmt: skip


def test_sums_and_spans_of_ad_reports_are_set_aside(tmp_path: Path) -> None:
    lines = ["Ad name,Reporting starts,Reporting ends,Amount spent (EUR),Impressions",
             "A,2026-09-30,2026-09-30,1.5,10", ",2026-09-30,2026-09-30,99,10", "B,2026-09-01,2026-09-30,50,10",
             "C,2026-09-30,2026-09-30,n/a,10"]  # fmt: skip
    intake, rows = load(tmp_path, "meta-ads", lines)
    assert [(row["ad_cut"], row["spend_micros"], row["currency"]) for row in rows] == [("A", 1_500_000, "EUR")]
    assert sorted(p.reason.split(":")[0] for p in intake.set_aside) == [
        "no ad is named", "the row is of several days", "what was spent is not a number",
    ]  # fmt: skip


def test_bots_and_testers_are_told_apart(tmp_path: Path) -> None:
    call = json.loads(made_by.segment().lines[0])
    bot = {**call, "messageId": "2", "context": {"userAgent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}}
    tester = {**call, "messageId": "3", "properties": {**call["properties"], "tester": True}}
    _, rows = load(tmp_path, "segment", [json.dumps(one) for one in (call, bot, tester)])
    assert sorted(str(row["agent"]) for row in rows) == ["None", "bot", "tester"]
    robot = changed(made_by.snowplow(), contexts_com_iab_snowplow_spiders_and_robots_1=[{"spiderOrRobot": True}])
    assert load(tmp_path, "snowplow", robot)[1][0]["agent"] == "bot"
    lines = [
        line.replace("Mozilla/5.0", "HeadlessChrome") if "view-2" in line else line for line in made_by.mux().lines
    ]
    intake, views = load(tmp_path, "mux", lines)
    assert (len(views), intake.set_aside[0].count, "program" in intake.set_aside[0].reason) == (1, 1, True)


def test_what_goes_to_the_background(tmp_path: Path) -> None:
    call = json.loads(made_by.segment().lines[0])
    away = [{**call, "event": f"Application {name}", "messageId": name, "properties": {"session_id": "raw-session-ann"}}
            for name in ("Backgrounded", "Foregrounded")]  # fmt: skip
    _, rows = load(tmp_path, "segment", [json.dumps(one) for one in (call, *away)])
    assert {(row["kind"], row["episode"]) for row in rows} == {("start", 12), ("hidden", 12), ("shown", 12)}
    mobile = changed(made_by.snowplow(), event_name="application_background")
    assert load(tmp_path, "snowplow", mobile)[1][0]["kind"] == "hidden"
    reports = ['bg,cid="ep1",e=b,sid="s",ts=1790848800000,v=2', 'cid="ep1",e=b,sid="s",ts=1790848801000,v=2']
    _, rows = load(tmp_path, "cmcd", reports)
    assert [row["kind"] for row in sorted(rows, key=lambda row: row["at"])] == ["hidden", "shown"]


def test_xapi_stretches_stand_for_the_positions_of_their_session(tmp_path: Path) -> None:
    segments = {"extensions": {"https://w3id.org/xapi/video/extensions/played-segments": "0[.]5.5[,]7[.]9"}}
    verb = {"id": "http://adlnet.gov/expapi/verbs/terminated"}
    _, rows = load(tmp_path, "xapi", changed(made_by.xapi(), verb=verb, result=segments))
    told = [(row["kind"], row["position_ms"], row["clock"]) for row in sorted(rows, key=lambda row: row["at"])]
    assert told == [
        ("start", 0, "stretch"), ("pause", 5_500, "stretch"), ("seek_to", 7_000, "stretch"), ("pause", 9_000, "stretch"),
        ("exit", None, "moment"),
    ]  # fmt: skip


def test_cmcd_headers_and_requests(tmp_path: Path) -> None:
    lines = [
        '2026-10-01T10:00:05Z 200 CMCD-Request: bl=21300,mtp=48100 CMCD-Session: cid="ep7",sid="raw-s1",v=2,pt=5000,sta=p',
        '2026-10-01T10:00:07Z 200 CMCD-Request: bl=21300,d=4004 CMCD-Session: cid="ep7",sid="raw-s1"',
        "#Fields: date time cs-uri-query",
        "2026-10-01T10:00:09Z 404 nothing",
    ]
    intake, rows = load(tmp_path, "cmcd", lines)
    assert [(row["kind"], row["position_ms"], row["episode"]) for row in rows] == [("playing", 5_000, 7)]
    assert sorted((p.count, p.reason) for p in intake.set_aside) == [
        (1, "no playhead is told (segment requests, bit rate, mute)"), (1, "the line holds no CMCD"),
    ]  # fmt: skip


def test_ga4_of_players_that_send_per_cent_only(tmp_path: Path) -> None:
    row = json.loads(made_by.ga4().lines[1])
    row["event_params"] = [p for p in row["event_params"] if p["key"] != "video_current_time"]
    _, rows = load(tmp_path, "ga4", [json.dumps(row)])
    assert rows[0]["position_ms"] == 9_900  # 11 % of 90 s


def test_several_programs_must_be_told_apart(tmp_path: Path) -> None:
    lines = [line.replace('"Show"', f'"{name}"') for name in ("One", "Two") for line in made_by.segment().lines]
    with pytest.raises(Unreadable, match="several programs"):
        load(tmp_path, "segment", lines)
