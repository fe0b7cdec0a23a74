"""What platforms export, in the spellings that it comes in, whole and damaged."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline import formats
from hookline.formats import exports, meta_video, tiktok_video, youtube_retention, youtube_views
from hookline.model.curve import PlatformCurve, PlatformExport
from hookline.model.errors import BadInput, HooklineError, Unreadable
from tests.formats import made_exports as made
from tests.shared import shared_data

HEAD = "Video position (%),Absolute audience retention (%)\n"
PLAIN = HEAD + "0,118.2\n50,72.5\n100,31\n"
SPELLINGS = {
    "as exported": PLAIN,
    "byte order mark": "\ufeff" + PLAIN,
    "quoted, relative beside": (
        '"Video position (%)","Relative audience retention (%)","Absolute audience retention (%)"\r\n'
        '"0","0.5","118.2"\r\n"50","0.4","72.5"\r\n"100","0.1","31"\r\n'
    ),
    "decimal commas": "Video position (%);Absolute audience retention (%)\n0;118,2\n50;72,5\n100;31\n",
    "decimal commas, quoted": HEAD + '0,"118,2"\n50,"72,5"\n100,31\n',
    "per cent signs and blanks": (
        "Video position (%)\tAbsolute audience retention (%)\n0\t118.2 %\n50\t72.5\xa0%\n\n100\t31%\n"
    ),
    "rows in another order": HEAD + "100,31\n50,72.5\n0,118.2\n",
    "a preamble": f"Audience retention,Episode 3\n2026-10-01 to 2026-10-31\n\n{PLAIN}",
    "shares where percentages are named": HEAD + "0,1.182\n50,0.725\n100,0.31\n",
    "the API's report": "elapsedVideoTimeRatio,audienceWatchRatio\n0.0,1.182\n0.5,0.725\n1.0,0.31\n",
    "Japanese headings": "動画の位置 (%),視聴者維持率 (%),相対視聴者維持率 (%)\n0,118.2,0.5\n50,72.5,0.4\n100,31,0.1\n",
}


def youtube(text: str, **said: Any) -> PlatformCurve:
    export = youtube_retention.read(text, file="a.csv", episode=3, **said)
    balanced(export)
    (curve,) = export.curves
    return curve


def balanced(export: PlatformExport) -> None:
    """No row is lost without a word."""
    told = export.quality
    assert told.rows == told.counted + sum(row.count for row in told.set_aside if not row.kept)
    assert all(row.count > 0 and row.reason for row in told.set_aside)


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_gives_the_same_curve(text: str) -> None:
    curve = youtube(text, views=1000, market="US")
    assert curve.positions == pytest.approx((0, 0.5, 1.0), abs=1e-3)
    assert curve.shares == pytest.approx((1.182, 0.725, 0.31))
    assert (curve.platform, curve.episode, curve.views, curve.market, curve.file) == (
        "youtube", 3, 1000, "US", "a.csv",
    )  # fmt: skip
    assert curve.played
    for encoding in ("utf-8", "utf-16"):
        assert youtube_retention.recognise("a.csv", text.encode(encoding)) is not None


def test_a_hundredth_stands_at_its_middle_wherever_the_export_puts_it() -> None:
    """Studio names where a hundredth begins, the API where it ends (exclusive)."""
    studio, api = youtube(made.STUDIO), youtube(json.dumps(made.youtube_api()))
    assert studio.positions == pytest.approx([(i + 0.5) / 100 for i in range(100)])
    assert api.positions == pytest.approx([(i + 0.5) / 100 for i in range(100)])
    whole = youtube(HEAD + "".join(f"{i},{100 - i / 2}\n" for i in range(101)))
    assert whole.positions[1:] == pytest.approx([i / 100 for i in range(1, 101)])  # from 0 to 100: points


def test_the_api_s_own_fields_are_read() -> None:
    export = youtube_retention.read(json.dumps(made.youtube_api()), file="a.json", episode=1)
    (curve,) = export.curves
    assert curve.views == pytest.approx(2_000, abs=3)  # plays of a hundredth over their share
    assert curve.relative[:2] == pytest.approx((0.401, 0.402))
    assert (curve.started[0], curve.stopped[0], len(curve.started)) == (2_000, 9, 100)
    assert (export.quality.rows, export.quality.counted) == (100, 100)
    bare = [dict(zip(made.YOUTUBE_METRICS, row, strict=True)) for row in made.youtube_api()["rows"]]
    assert youtube(json.dumps(bare)).shares == curve.shares
    table = "\n".join([",".join(made.YOUTUBE_METRICS), *(",".join(map(str, row.values())) for row in bare)])
    assert youtube(table).shares == pytest.approx(curve.shares)


def test_a_report_by_country_is_a_curve_each() -> None:
    told, other = made.youtube_api(country="US"), made.youtube_api(country="BR", views=500)
    told["rows"] += other["rows"]
    export = youtube_retention.read(json.dumps(told), file="a.json", episode=1)
    assert [(curve.market, curve.views) for curve in export.curves] == [("US", 2000), ("BR", 500)]


def test_detailed_activity_says_its_own_number_of_views() -> None:
    curve = youtube(made.ACTIVITY)
    assert curve.views == 1000 + 99 * 3  # stretches begun
    assert curve.shares[0] == pytest.approx(1000 / 1297)


def test_rounding_is_half_of_the_last_decimal() -> None:
    assert youtube(made.STUDIO).rounding == pytest.approx(0.00005)  # 72.34 %
    assert youtube(HEAD + "0,100\n50,72\n100,31\n").rounding == pytest.approx(0.005)


def test_viewers_of_a_kind_give_way_to_all_of_them() -> None:
    head = "Video position (%),Absolute audience retention (%),Subscription status\n"
    rows = [f"{i},{100 - i},{kind}\n" for kind in ("Subscribed", "All") for i in range(0, 100, 10)]
    export = youtube_retention.read(head + "".join(rows), file="a.csv", episode=1)
    assert export.quality.counted == 10
    assert export.quality.set_aside[0].count == 10
    with pytest.raises(Unreadable, match="several curves: subscribed, not subscribed"):
        youtube_retention.read(head + "".join(rows).replace("All", "Not subscribed"), file="a.csv", episode=1)


def test_any_other_language_is_known_by_its_shape() -> None:
    text = "Положение (%),Удержание (%)\n" + made.STUDIO.split("\n", 1)[1]
    for spelled in (text, text.replace(",", ";").replace(".", ",")):
        match = youtube_retention.recognise("x", spelled.encode())
        assert match is not None
        assert match.score < 0.9
        assert youtube(spelled).shares == pytest.approx(youtube(made.STUDIO).shares)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "columns found: none"),
        ("Date,Views\n2026-01-01,3\n", "columns found: Date, Views"),
        (PLAIN + "50,70\n", "several curves"),
        (HEAD, "holds no curve"),
        (HEAD + "half,whole\n", "1 a cell is not a number"),
        ('{"columnHeaders": [{"name": "elapsedVideoTimeRatio"}], "rows": [[0.1', "is no JSON"),
        ("Video,Video position (%),Absolute audience retention (%)\na,1,100\nb,2,99\n", "2 videos: a, b"),
    ],
)
def test_what_is_no_curve_is_said(text: str, says: str) -> None:
    with pytest.raises(Unreadable) as told:
        youtube_retention.read(text, file="a.csv", episode=1)
    assert says in str(told.value)
    assert "a.csv" in str(told.value)


DAMAGE: dict[str, tuple[str, str, int]] = {  # lines put into Studio's export -> why and how many
    "a word": ("12,half\n", "not a number", 1),
    "a half line": ("12", "cut short", 1),
    "too many cells": ("12,50,3\n", "cut short", 1),
    "no retention": ("12,\n13,\n", "gives no retention", 2),
    "beyond the end": ("120,10\n", "no point of a curve", 1),
    "below none": ("12,-1\n", "no point of a curve", 1),
    "twice": ("0,100.00\n1,99.50\n", "stands there twice", 2),
}


@pytest.mark.parametrize(("more", "why", "count"), DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_rows_are_counted_and_the_others_stand(more: str, why: str, count: int) -> None:
    good = "".join(line for line in made.STUDIO.splitlines(keepends=True) if not line.startswith(("12,", "13,")))
    export = youtube_retention.read(good + more, file="a.csv", episode=1)
    balanced(export)
    (row,) = [row for row in export.quality.set_aside if why in row.reason]
    assert (row.count, row.kept) == (count, False)
    assert export.quality.counted == 98


def test_mixed_units_are_read_as_each_cell_says() -> None:
    """A share among percentages with signs, and percentages under a heading that means shares."""
    rows = "".join(f"{i / 100},{1 - i / 200}\n" if i % 10 else f"{i / 100},{100 - i / 2}%\n" for i in range(1, 101))
    mixed = youtube_retention.read("elapsedVideoTimeRatio,audienceWatchRatio\n" + rows, file="a", episode=1)
    assert mixed.curves[0].shares == pytest.approx([1 - i / 200 for i in range(1, 101)])
    assert any("mixed" in row.reason and row.count == 10 for row in mixed.quality.set_aside)
    wrong = "elapsedVideoTimeRatio,audienceWatchRatio\n" + "".join(f"{i / 100},{100 - i / 2}\n" for i in range(1, 101))
    read = youtube_retention.read(wrong, file="a", episode=1)
    assert read.curves[0].shares == pytest.approx([1 - i / 200 for i in range(1, 101)])
    assert any("percentages" in row.reason and row.kept for row in read.quality.set_aside)


@pytest.mark.parametrize("reader", [youtube_retention, meta_video, tiktok_video])
def test_views_are_not_negative(reader: Any) -> None:
    with pytest.raises(BadInput):
        reader.read(PLAIN, file="a.csv", episode=1, views=-1)


# Meta and TikTok


def test_meta_s_curve_and_quartiles_stand_where_the_documentation_puts_them() -> None:
    export = meta_video.read(made.meta(), file="m.json", episode=2, market="US")
    balanced(export)
    (curve,) = export.curves
    assert curve.seconds[:16] == tuple(map(float, range(16)))
    assert curve.seconds[16:] == (20.0, 25.0, 30.0, 40.0, 50.0)  # nobody over 60 s: the video has ended
    assert curve.second_shares[3] == pytest.approx(0.64)
    assert dict(zip(curve.positions, curve.shares, strict=True)) == pytest.approx(
        {0.25: 0.4, 0.5: 0.3, 0.75: 0.25, 0.95: 0.225, 1.0: 0.2125}
    )
    assert (curve.views, curve.market, curve.watch_s, curve.rounding) == (8000, "US", 19.0, 0.005)
    assert (curve.paid, curve.played, curve.first_day) == (True, False, "2026-10-01")
    assert dict(curve.points(58_000))[58_000] == pytest.approx(0.2125)


def test_meta_s_days_are_added_by_their_plays_and_countries_stay_apart() -> None:
    other = made.META_ROW | {
        "date_start": "2026-10-02", "date_stop": "2026-10-02", "video_play_actions": made.actions("2000"),
        "video_play_curve_actions": made.actions([100, 32] + [0] * 20),
    }  # fmt: skip
    (curve,) = meta_video.read(made.meta(made.META_ROW, other), file="m", episode=1).curves
    assert curve.views == 10_000
    assert curve.second_shares[1] == pytest.approx(0.8 * 0.82 + 0.2 * 0.32)
    assert (curve.first_day, curve.last_day) == ("2026-10-01", "2026-10-02")
    rows = [made.META_ROW | {"country": "US"}, other | {"country": "BR"}]
    assert [c.market for c in meta_video.read(made.meta(*rows), file="m", episode=1).curves] == ["US", "BR"]


def test_ads_managers_tables_say_the_same() -> None:
    (api,) = meta_video.read(made.meta(), file="m", episode=1).curves
    (table,) = meta_video.read(made.META_TABLE, file="m", episode=1).curves
    assert (table.positions, table.shares, table.views) == (api.positions, api.shares, api.views)
    assert dict(zip(table.seconds, table.second_shares, strict=True)) == pytest.approx({3.0: 0.6375, 15.0: 0.4125})
    (api,) = tiktok_video.read(made.tiktok(), file="t", episode=1).curves
    (table,) = tiktok_video.read(made.TIKTOK_TABLE, file="t", episode=1).curves
    assert table == api


def test_tiktok_s_own_fields_are_read() -> None:
    (curve,) = tiktok_video.read(made.tiktok(), file="t", episode=1).curves
    assert dict(curve.points(60_000)) == pytest.approx(
        {2_000: 0.6, 6_000: 0.4, 15_000: 0.3, 30_000: 0.2, 45_000: 0.16, 60_000: 0.12}
    )
    assert (curve.views, curve.watch_s, curve.paid) == (5000, 9.31, True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"video_play_curve_actions": made.actions("soon")}, "no list of shares"),
        ({"video_play_curve_actions": made.actions([1.0, *[0.5] * 21])}, "shares, not percentages"),
        ({"video_play_curve_actions": made.actions([100] * 40)}, "no list of shares"),
        ({"video_play_curve_actions": made.actions([100, -5])}, "no list of shares"),
        ({"video_p25_watched_actions": made.actions("many")}, "a count is none"),
        ({"video_p25_watched_actions": made.actions("9000")}, "more plays got to a mark"),
        ({"video_p25_watched_actions": {"value": 3}}, ""),
    ],
)
def test_meta_s_damage_is_counted(change: dict[str, Any], why: str) -> None:
    export = meta_video.read(made.meta(made.META_ROW | change), file="m", episode=1)
    balanced(export)
    assert export.curves[0].size > 4
    assert not why or any(why in row.reason for row in export.quality.set_aside)


def test_rows_without_plays_or_marks_are_set_aside() -> None:
    none = {"ad_id": "120210", "video_play_actions": made.actions("800")}
    rows = [made.META_ROW, none, {"ad_id": "120210"}, ["no", "row"]]
    export = meta_video.read(json.dumps({"data": rows}), file="m", episode=1)
    assert (export.quality.rows, export.quality.counted) == (4, 1)
    with pytest.raises(Unreadable, match="no row says how far"):
        meta_video.read(json.dumps({"data": [none]}), file="m", episode=1)
    with pytest.raises(Unreadable, match="2 ads: 120210, 7"):
        meta_video.read(made.meta(made.META_ROW, made.META_ROW | {"ad_id": "7"}), file="m", episode=1)
    half = json.dumps(made.META_ROW) + "\n" + json.dumps(made.META_ROW)[:200]
    cut = meta_video.read(half, file="m", episode=1)
    assert any("cut short" in row.reason for row in cut.quality.set_aside)


# Views by country and day


def test_views_by_country_and_day() -> None:
    export = youtube_views.read(made.GEOGRAPHY, file="g.csv", episode=1)
    balanced(export)
    assert [(c.market, c.views, c.watched_ms) for c in export.counts] == [
        ("", 20_500, 838_800_000), ("US", 12_000, 515_880_000), ("BR", 8_500, 322_920_000),
    ]  # fmt: skip
    dated = youtube_views.read(made.DATES, file="d.csv", episode=1)
    assert [(c.market, c.day, c.views) for c in dated.counts] == [("US", "2026-10-01", 700), ("US", "2026-10-02", 500)]
    assert dated.quality.counted == 3  # a country without a view is counted, and is none


def test_youtube_s_own_exports_are_read() -> None:
    for name, rows, views in (("Chart data.csv", 73_365, 14_344_009), ("Table data.csv", 202, 14_344_009 + 15_503_810)):
        data = shared_data("audience", "youtube_studio_geography", name).read_bytes()
        assert formats.detect(shared_data("audience", "youtube_studio_geography", name)).format == "youtube-views"
        export = youtube_views.read(data.decode(), file=name, episode=1)
        balanced(export)
        assert export.quality.rows == rows
        assert sum(count.views for count in export.counts) == views


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (made.DATES + "2026-10-03,US,many\n", "not a number"),
        (made.DATES + "yesterday,US,5\n", "the day is none"),
        (made.DATES + "2026-10-03,US", "cut short"),
        (made.DATES + "2026-13-03,US,5\n", "the day is none"),
    ],
)
def test_views_damage_is_counted(text: str, why: str) -> None:
    export = youtube_views.read(text, file="d.csv", episode=1)
    balanced(export)
    assert [row.count for row in export.quality.set_aside if why in row.reason] == [1]
    assert sum(count.views for count in export.counts) == 1200


# All of them

READERS = {name: formats.module(name) for name in made.EXPORTS}


@pytest.mark.parametrize("name", READERS)
def test_each_is_known_as_itself_and_as_nothing_else(name: str, tmp_path: Path) -> None:
    path = tmp_path / "no-suffix"
    tables = {"meta-video": [made.META_TABLE], "tiktok-video": [made.TIKTOK_TABLE]}
    for text in (made.EXPORTS[name], *tables.get(name, [])):
        path.write_text(text)
        assert formats.detect(path).format == name
        others = [other for other in READERS if other != name and READERS[other].recognise("x", text.encode())]
        assert not others


def test_a_report_that_says_what_was_spent_is_taken_for_that(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(made.META_ROW | {"spend": "40.5", "clicks": "30"}) + "\n")
    assert formats.detect(path).format == "meta-ads"
    assert formats.detect(path, kind="curve").format == "meta-video"


WRONG: tuple[Any, ...] = (None, "", "?", -3, 1e308, [1], {"a": {}}, "9" * 40, True, "NaN", "Infinity", "12.5 %", "1,5")


@pytest.mark.parametrize("name", ["meta-video", "tiktok-video", "youtube-retention"])
def test_any_cell_may_be_anything(name: str) -> None:
    """Each cell of each source spoilt in every way: counted or refused in words."""
    rows = {"meta-video": made.META_ROW, "tiktok-video": made.TIKTOK_ROW["metrics"]}
    good = rows.get(name) or dict(zip(made.YOUTUBE_METRICS, made.youtube_api()["rows"][50], strict=True))
    for key in good:
        for value in WRONG:
            spoilt = {**good, key: value}
            told = [dict(zip(made.YOUTUBE_METRICS, row, strict=True)) for row in made.youtube_api()["rows"][:40]]
            text = json.dumps([*told, spoilt] if name == "youtube-retention" else [good, spoilt])
            with suppress(Unreadable):
                balanced(READERS[name].read(text, file="x", episode=1))


@given(st.sampled_from(sorted(READERS)), st.integers(0, 10_000))
def test_a_cut_or_stirred_file_is_read_or_refused(name: str, seed: int) -> None:
    chance = random.Random(seed)
    text = made.EXPORTS[name]
    at = chance.randrange(len(text))
    thrown = chance.choice(["", "\0", ",,,", '"', "\n\n", "%", "\ufeff", "9" * 30])
    stirred = text[:at] + thrown + text[at + chance.randrange(9) :]
    READERS[name].recognise("x", stirred.encode())
    with suppress(HooklineError):
        export = READERS[name].read(stirred, file="x", episode=1)
        balanced(export)
        for curve in export.curves:
            assert all(0 <= at <= 1 for at in curve.positions)
            assert curve.points(60_000) == tuple(sorted(curve.points(60_000)))


@given(st.text(max_size=200))
def test_no_text_gives_a_traceback(text: str) -> None:
    for reader in READERS.values():
        reader.recognise("x", text.encode(errors="ignore"))
        for head in (HEAD, "", "Geography,Date,Views\n"):
            with suppress(HooklineError):
                balanced(reader.read(head + text, file="x", episode=1))


def test_numbers_of_any_locale() -> None:
    assert exports.number("72,5 %") == 72.5
    assert exports.number("1.234.567") is None
    assert exports.count("1 234") == 1234
    assert exports.count("50%") is None
    assert exports.day("2026-10-01T00:00:00") == "2026-10-01"
