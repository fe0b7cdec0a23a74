"""Segment Video events: the specification's own examples, and every kind of damage."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hookline.formats import segment
from hookline.formats.events import Intake
from hookline.model.errors import Unreadable
from hookline.model.quality import SetAside
from hookline.model.tables import EVENTS, META_KEY

KEY = b"0123456789abcdef0123456789abcdef"


def call(name: str, **properties: Any) -> dict[str, Any]:
    """A track call as the specification's examples show them."""
    return {
        "type": "track", "event": name, "userId": "user-7", "messageId": f"{name} {sorted(properties.items())}",
        "timestamp": "2026-10-01T10:00:00.500Z",
        "context": {"location": {"country": "United States"}, "device": {"type": "iOS"}},
        "properties": {"session_id": "12345", "asset_id": "0129370", "program": "Show", "season": "1",
                       "episode": "177", "total_length": 90, **properties},
    }  # fmt: skip


def read(
    tmp_path: Path, calls: Iterable[dict[str, Any] | str | bytes], *, series: str = "show", packed: bool = False
) -> tuple[Intake, list[dict[str, Any]]]:
    lines = [c if isinstance(c, bytes) else (c if isinstance(c, str) else json.dumps(c)).encode() for c in calls]
    source, out = tmp_path / "events.jsonl", tmp_path / "out.parquet"
    source.write_bytes(gzip.compress(b"\n".join(lines)) if packed else b"\n".join(lines))
    intake = segment.load(source, out, series=series, key=KEY)
    assert intake.rows == intake.written + sum(p.count for p in intake.set_aside if not p.kept)
    assert {p.name for p in tmp_path.iterdir()} == {"events.jsonl", "out.parquet"}
    found: list[dict[str, Any]] = sorted(pq.read_table(out).to_pylist(), key=lambda e: e["event_id"])
    assert intake.written == len(found)
    return intake, found


def problem(intake: Intake, words: str) -> SetAside:
    (found,) = [p for p in intake.set_aside if words in p.reason]
    return found


# Events, properties and values as the specification's example life cycle has them (position in s, ads counted
# in playback events: a 20 s mid-roll ad after 20 s of content).
LIFE_CYCLE = [
    call("Video Playback Started", content_asset_ids=["0129370"], asset_id=None, episode=None, program=None,
         position=0, total_length=392),
    call("Video Content Started", pod_id="segA", position=0, total_length=360),
    call("Video Content Playing", pod_id="segA", position=10, total_length=360),
    call("Video Content Playing", pod_id="segA", position=20, total_length=360),
    call("Video Content Completed", pod_id="segA", position=20, total_length=360),
    call("Video Ad Started", asset_id="ad123", pod_id="adSegA", type="mid-roll", position=0, total_length=30,
         episode=None, program=None, season=None),
    call("Video Ad Completed", asset_id="ad123", pod_id="adSegA", type="mid-roll", position=30, total_length=30,
         episode=None, program=None, season=None),
    call("Video Content Started", pod_id="segB", position=20, total_length=360),
    call("Video Playback Paused", content_asset_id="0129370", asset_id=None, episode=None, program=None, position=55,
         total_length=392),
    call("Video Playback Completed", content_asset_id="0129370", asset_id=None, episode=None, program=None,
         position=392, total_length=392),
]  # fmt: skip


def test_the_specifications_life_cycle(tmp_path: Path) -> None:
    intake, found = read(tmp_path, LIFE_CYCLE)
    assert Counter((e["kind"], e["position_ms"]) for e in found) == Counter([
        ("start", None), ("start", 0), ("playing", 10_000), ("playing", 20_000),
        ("pause", 20_000),  # the end of a part before an ad is not the end of the episode
        ("start", 20_000), ("pause", None), ("complete", None),
        ("ad_start", None), ("ad_end", None),  # of the episode that the session plays, and with no content time
    ])  # fmt: skip
    assert {(e["episode"], e["cut"], e["market"], e["platform"], e["series"]) for e in found} == {
        (177, "0129370", "US", "ios", "show")
    }
    assert {e["duration_ms"] for e in found} == {360_000, None}
    assert found[0]["at"] == datetime(2026, 10, 1, 10, 0, 0, 500_000)
    assert problem(intake, "may count ads").kept


def test_playback_positions_count_where_no_ad_can_be_in_them(tmp_path: Path) -> None:
    calls = [
        call("video_playback_started", position=0),
        call("VIDEO PLAYBACK PAUSED", position=4.5),
        call("Video Playback Resumed", position=4.5),
        call("Video Playback Seek Started", position=6, seek_position=30),
        call("Video Playback Seek Completed", position=30),
        call("Video Playback Interrupted", position=31, method="call"),
        call("Video Playback Exited", position=31),
    ]
    _, found = read(tmp_path, calls)
    assert {e["kind"]: e["position_ms"] for e in found} == {
        "start": 0, "pause": 4_500, "resume": 4_500, "seek_from": 6_000, "seek_to": 30_000,
        "interrupt": 31_000, "exit": 31_000,
    }  # fmt: skip


def test_ids_are_pseudonyms_and_no_raw_id_is_written(tmp_path: Path) -> None:
    _, found = read(tmp_path, LIFE_CYCLE[:2])
    inner, outer, plain = (
        hmac.new(KEY, label, hashlib.sha256).hexdigest()[:32].encode() for label in (b"inner", b"outer", b"plain")
    )
    viewer = hashlib.sha256(outer + hashlib.sha256(inner + b"user-7").hexdigest().encode()).hexdigest()[:32]
    assert {e["viewer_id"] for e in found} == {viewer}
    assert {e["session_id"] for e in found} == {hashlib.sha256(plain + b"12345").hexdigest()[:32]}
    assert b"user-7" not in (tmp_path / "out.parquet").read_bytes()
    assert b"12345" not in (tmp_path / "out.parquet").read_bytes()


def test_anonymous_viewers_and_simulated_files(tmp_path: Path) -> None:
    anonymous = {**call("Video Content Started", position=0), "userId": None, "anonymousId": "a1"}
    intake, _ = read(tmp_path, [anonymous, call("Video Content Playing", position=10, simulated=True)])
    assert intake.simulated
    meta = json.loads(pq.read_schema(tmp_path / "out.parquet").metadata[META_KEY.encode()])
    assert meta == {"table": "events", "version": EVENTS.version, "simulated": True, "source": "events.jsonl"}


def test_paid_steps(tmp_path: Path) -> None:
    named = {"program": None, "season": None, "episode": None, "asset_id": None, "total_length": None}
    calls = [
        call("Video Content Started", position=0, asset_id="ep8", episode="8"),
        call("Video Content Started", position=0, asset_id="ep9", episode="9"),
        call("Product Viewed", **{**named, "product_id": "ep8"}, price=0.5, currency="usd"),
        call(
            "Order Completed",
            **named,
            order_id="o1",
            revenue=1.1,
            currency="USD",
            products=[{"product_id": "ep8", "price": 0.5, "quantity": 1}, {"product_id": "ep9", "price": 0.6}],
        ),
        call("Order Completed", **{**named, "product_id": "ep9"}, revenue=0.7, currency="USD", products=[]),
        call("Episode Offered", episode="10"),
        call("Episode Unlocked", episode="10", method="ad"),
    ]
    _, found = read(tmp_path, calls)
    steps = [(e["episode"], e["kind"], e["price_micros"], e["currency"]) for e in found if e["position_ms"] is None]
    assert sorted(steps, key=str) == sorted(
        [
            (8, "offered", 500_000, "USD"),
            (8, "unlocked", 500_000, "USD"),
            (9, "unlocked", 600_000, "USD"),
            (9, "unlocked", 700_000, "USD"),
            (10, "offered", None, None),
            (10, "ad_unlocked", None, None),
        ],
        key=str,
    )
    assert len({e["event_id"] for e in found}) == 8


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2026-10-01T10:00:00+02:00", datetime(2026, 10, 1, 8)),
        ("2026-10-01T10:00:00.905-0730", datetime(2026, 10, 1, 17, 30, 0, 905_000)),
        ("2026-10-01 10:00:00z", datetime(2026, 10, 1, 10)),
        ("2026-10-01T10:00", datetime(2026, 10, 1, 10)),
        ("1790848800000", datetime(2026, 10, 1, 10)),
        ("1790848800", datetime(2026, 10, 1, 10)),
    ],
)
def test_times_of_any_zone_are_utc(tmp_path: Path, given: str, utc: datetime) -> None:
    _, found = read(tmp_path, [{**call("Video Content Started", position=0), "timestamp": given}])
    assert found[0]["at"] == utc


def test_a_wrong_clock_is_corrected_as_segment_does(tmp_path: Path) -> None:
    skewed = {
        **call("Video Content Started", position=0), "timestamp": None, "originalTimestamp": "2020-01-01T00:00:00Z",
        "sentAt": "2020-01-01T00:00:05Z", "receivedAt": "2026-10-01T10:00:05Z",
    }  # fmt: skip
    _, found = read(tmp_path, [skewed])
    assert found[0]["at"] == datetime(2026, 10, 1, 10)


def test_damage_is_counted_told_and_kept_out(tmp_path: Path) -> None:
    good = call("Video Content Playing", position=10)
    calls: list[dict[str, Any] | str | bytes] = [
        good,
        json.dumps(good)[:57],  # half a line
        b'{"event": "Video Content Playing", "userId": "\xff\xfe"}',  # another encoding
        "[1, 2]",
        '"text"',
        "",
        {"type": "identify", "userId": "u"},
        {**call("Song Played"), "messageId": "m-song"},
        {**call("Video Playback Buffer Started"), "messageId": "m-buffer"},
        {**good, "userId": "", "messageId": "m1"},
        {**good, "timestamp": "last Tuesday", "messageId": "m2"},
        {**good, "timestamp": "1970-01-01T00:00:00Z", "messageId": "m3"},
        call("Video Content Playing", position="soon"),
        call("Video Content Playing", position=20, episode="Pilot"),
        call("Video Content Playing", position=20, program="Another Show", asset_id="x"),
        call("Video Content Playing", position=20, season="2"),
        {**call("Video Content Playing", position=30), "properties": "none"},
        {**call("Video Content Playing", position=40), "timestamp": "2026-10-01T10:00:40", "messageId": "m4"},
        call("Video Content Playing", position=[50], session_id=None),
    ]
    intake, found = read(tmp_path, calls)
    assert intake.rows == len(calls) - 1  # an empty line is no row
    assert sorted((e["position_ms"] is None, e["position_ms"]) for e in found) == [
        (False, 10_000), (False, 40_000), (True, None), (True, None),
    ]  # fmt: skip
    expected = {
        "not a whole JSON object": (4, "line 2"),
        "no track call": (1, ""),
        "none of the Segment Video": (1, "line 8: Song Played"),
        "buffering": (1, "line 9: Video Playback Buffer Started"),
        "neither userId": (1, "line 10: Video Content Playing"),
        "no usable time": (2, None),
        "position is not a number": (2, None),
        "episode is not a number": (1, None),
        "another program": (1, None),
        "another season": (1, None),
        "neither episode nor asset": (1, None),
        "names no zone": (1, "line 18: 2026-10-01T10:00:40"),
        "no session_id": (0, None),
    }
    for words, (count, example) in expected.items():
        if count:
            assert problem(intake, words).count == count, words
            if example is not None:
                assert problem(intake, words).example == example


def test_ten_per_cent_sent_twice_change_nothing_later(tmp_path: Path) -> None:
    calls = [call("Video Content Playing", position=n) for n in range(50)]
    _, found = read(tmp_path, [*calls, *calls[:5]])
    assert len(found) == 55
    assert len({e["event_id"] for e in found}) == 50  # the build counts each id once


def test_another_series_name_is_told_and_several_programs_must_be_told_apart(tmp_path: Path) -> None:
    intake, _ = read(tmp_path, [call("Video Content Started", position=0)], series="my-series")
    assert problem(intake, "calls the program 'Show'").kept
    (tmp_path / "out.parquet").unlink()
    with pytest.raises(Unreadable, match=r"several programs.*Show"):
        read(
            tmp_path,
            [call("Video Content Started", position=0, program=p, asset_id=p) for p in ("Show", "Other")],
            series="my-series",
        )


@pytest.mark.parametrize("lines", [["{}"], ["not json at all"], [call("Song Played")], ['{"a": 1}', "[]"]])
def test_a_file_without_a_usable_event_is_unreadable(tmp_path: Path, lines: list[Any]) -> None:
    with pytest.raises(Unreadable, match=r"no event that can be used|neither JSON lines"):
        read(tmp_path, lines)
    assert not (tmp_path / "out.parquet").exists()


def test_utf_16_empty_and_cut_off_files_are_unreadable(tmp_path: Path) -> None:
    source = tmp_path / "events.jsonl.gz"
    whole = gzip.compress("\n".join(json.dumps(call("Video Content Playing", position=n)) for n in range(999)).encode())
    for content in (whole[: len(whole) // 2], b"", json.dumps(call("Video Content Started")).encode("utf-16")):
        source.write_bytes(content)
        with pytest.raises(Unreadable, match=r"events\.jsonl\.gz"):
            segment.load(source, tmp_path / "out.parquet", series="show", key=KEY)
    assert {p.name for p in tmp_path.iterdir()} == {"events.jsonl.gz"}


def test_packed_and_plain_give_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert read(tmp_path / "a", LIFE_CYCLE)[1] == read(tmp_path / "b", LIFE_CYCLE, packed=True)[1]


def test_recognise() -> None:
    line = json.dumps(LIFE_CYCLE[1]).encode() + b"\n"
    for head in (line * 3, gzip.compress(line * 3), gzip.compress(line * 3)[:-20], b"\xef\xbb\xbf" + line):
        match = segment.recognise("anything", head)
        assert match is not None
        assert match.score > 0.9
    other = segment.recognise("x", json.dumps({"event": "Song Played", "type": "track"}).encode())
    assert other is not None
    assert other.score < 0.5
    assert segment.recognise("x", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n") is None
    assert segment.recognise("x", b"\x1f\x8bbroken") is None
