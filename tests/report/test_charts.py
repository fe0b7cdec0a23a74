from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from hookline.model.curve import PlatformCurve
from hookline.model.span import Span
from hookline.model.story import BeatType
from hookline.report import charts
from hookline.report.families import FAMILIES
from hookline.report.lookup import Sight, around, by_second, leaving, share_at
from hookline.report.marks import Axis, axis_for, presence, sparkline, whisker
from tests.report import fixture

SERIES = fixture.story()
FIRST = SERIES.episodes[0]
SEEN = fixture.audience(SERIES)
FOUND = fixture.insight(SERIES)
CURVE = next(c for c in SEEN.curves if c.episode == 1 and not c.market)


def unpacked(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(table["fields"], row, strict=True)) for row in table["rows"]]


def tables(chart: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [unpacked(table) for table in chart["tables"].values()]


def made(**options: Any) -> dict[str, Any]:
    return charts.packed(charts.episode(FIRST, **options))


def test_each_beat_type_has_one_family() -> None:
    of = [beat for family in FAMILIES for beat in family.beats]
    assert sorted(of) == sorted(BeatType)


def test_the_curve_is_drawn_second_by_second_with_its_interval() -> None:
    rows = next(t for t in tables(made(curve=CURVE)) if t and set(t[0]) == {"t", "s", "l", "h"})
    assert [row["t"] for row in rows] == list(range(FIRST.seconds))
    assert rows[7] == {"t": 7, "s": round(CURVE.share[7], 4), "l": round(CURVE.low[7], 4), "h": round(CURVE.high[7], 4)}


def test_beats_lie_in_their_familys_lane_with_their_own_name() -> None:
    rows = next(t for t in tables(made()) if t and t[0].get("text") == "hook")
    assert [(r["t"], r["text"]) for r in rows] == [
        (b.span.start_ms / 1000, b.type.value.replace("_", " ")) for b in FIRST.beats
    ]
    colours = {beat.value: family.colour for family in FAMILIES for beat in family.beats}
    assert all(r["c"] == colours[r["text"].replace(" ", "_")] for r in rows)


def test_beats_of_one_family_that_overlap_lie_under_each_other() -> None:
    first, second = (replace(b, type=BeatType.REVEAL) for b in FIRST.beats[:2])
    over = replace(second, span=Span(first.span.start_ms + 500, first.span.end_ms + 500))
    chart = charts.packed(charts.episode(replace(FIRST, beats=(first, over))))
    rows = next(t for t in tables(chart) if t and t[0].get("text") == "reveal")
    assert [r["row"] for r in rows] == [0, 1]
    labels = next(t for t in tables(chart) if t and t[0].get("name") == "Truth")
    assert [r["name"] for r in labels] == ["Truth", ""]


def test_text_of_a_beat_may_reach_to_the_next_in_its_lane_and_no_further() -> None:
    rows = next(t for t in tables(made()) if t and t[0].get("text") == "hook")
    for lane in {r["row"] for r in rows}:
        own = [r for r in rows if r["row"] == lane]
        ends = [r["t"] + r["room"] * FIRST.duration_ms / 1000 for r in own]
        starts = [r["t"] for r in own[1:]]
        assert all(end <= start + 0.01 for end, start in zip(ends, starts, strict=False))


def test_moments_are_numbered_in_time_and_those_of_one_market_told_apart() -> None:
    moments = Sight(SERIES, SEEN, FOUND).moments[1]
    rows = charts.dips(moments)
    assert [r["k"] for r in rows] == ["1", "2", "3"]
    assert [r["t"] for r in rows] == sorted(r["t"] for r in rows)
    assert [r["one"] for r in rows] == [True, False, False]


def test_more_speakers_than_lanes_share_one() -> None:
    names = [f"P{i}" for i in range(9)]
    crowd = replace(FIRST, dialogue_share=dict.fromkeys(names, 1 / 9))
    labels = next(t for t in tables(charts.packed(charts.episode(crowd))) if any(r.get("name") == "Scene" for r in t))
    assert [r["name"] for r in labels] == ["Scene", *names[:6], "others"]


@given(st.lists(st.fixed_dictionaries({"t": st.integers(), "x": st.text()}), max_size=5))
def test_packing_loses_nothing(rows: list[dict[str, Any]]) -> None:
    chart = charts.packed({"layer": [{"data": {"values": rows}}, {"data": {"values": rows}}]})
    names = {layer["data"]["name"] for layer in chart["spec"]["layer"]}
    assert len(names) == len(chart["tables"]) == 1
    assert unpacked(chart["tables"][names.pop()]) == rows


def filled(chart: dict[str, Any]) -> dict[str, Any]:
    datasets = {name: unpacked(table) for name, table in chart["tables"].items()}
    return {**chart["spec"], "datasets": datasets, "config": charts.CONFIG}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"curve": CURVE, "expected": FOUND.expected[0].share, "moments": FOUND.moments[:2], "simulated": True},
        {"platform": fixture.platform_only(SERIES).platform_curves[:1]},
    ],
)
def test_vega_lite_draws_the_chart(options: dict[str, Any]) -> None:
    svg = vl_convert.vegalite_to_svg(filled(made(**options)))
    assert "MARA" in svg
    assert ("SIMULATED VIEWERS" in svg) == options.get("simulated", False)


def test_vega_lite_draws_the_season_of_one_market() -> None:
    spec = charts.season(SEEN.steps, episodes=range(1, 9), gates=[6])
    spec["params"][1]["value"] = "BR"
    svg = vl_convert.vegalite_to_svg({**filled(charts.packed(spec)), "config": {**charts.CONFIG, "aria": True}})
    assert "paywall" in svg
    for step in SEEN.steps:
        if step.market == "BR":
            assert f"ep: {step.episode}; reach: {step.reach.value:.0%}" in svg
    assert svg.count("; reach: ") == 8


def test_a_share_axis_begins_below_everything_on_it() -> None:
    for low in (0.0, 0.05, 0.1, 0.58, 0.7, 0.999, 1.0):
        floor = charts.share_floor([low])
        assert 0 <= floor < 1
        assert floor <= low


def test_leaving_is_of_those_still_watching() -> None:
    assert leaving((1.0, 0.5, 0.25, 0.25, 0.0)) == (0.5, 0.5, 0.0, 1.0)
    assert leaving((0.0, 0.0)) == (None,)


def test_retention_between_seconds_lies_between_them() -> None:
    assert share_at((1.0, 0.8, 0.6), 1_500) == pytest.approx(0.7)
    assert share_at((1.0, 0.8), 99_000) == 0.8
    assert share_at((1.0,), 500) == 1.0


def test_a_platforms_curve_by_second() -> None:
    curve = PlatformCurve("youtube", 1, (0.25, 0.5, 0.75, 1.0), (1.0, 0.8, 0.6, 0.4))
    four, eight = (replace(FIRST, duration_ms=ms) for ms in (4_000, 8_000))
    assert by_second(curve, four) == pytest.approx((1.0, 1.0, 0.8, 0.6))
    assert by_second(curve, eight) == pytest.approx((1.0, 1.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5))


def test_the_line_of_a_moment_that_names_none_is_the_one_heard() -> None:
    lines = FIRST.episode.lines()
    at = lines[3].span
    assert at is not None
    assert [(line.text, here) for line, here in around(FIRST, None, at.start_ms + 100)] == [
        (lines[2].text, False),
        (lines[3].text, True),
        (lines[4].text, False),
    ]
    assert list(around(FIRST, None, 0)) == []


def test_whiskers_of_one_scale_keep_their_order() -> None:
    axis = Axis(0.5, 4.0, 1.0, log=True)
    assert axis.x(0.5) < axis.x(1.0) < axis.x(2.0) < axis.x(4.0) == axis.x(float("inf"))
    assert axis.x(2.0) - axis.x(1.0) == pytest.approx(axis.x(4.0) - axis.x(2.0), abs=0.2)
    odds = [f.estimate for f in FOUND.findings if f.estimate.unit == "odds ratio"]
    assert axis_for(odds).zero == 1.0
    assert "NaN" not in whisker(odds[0], axis_for(odds))


def test_one_wide_interval_does_not_flatten_the_others() -> None:
    tight = next(f.estimate for f in FOUND.findings if f.estimate.unit == "odds ratio")
    wide = replace(tight, low=0.02, high=30.0)
    axis = axis_for([tight, wide])
    assert axis.x(tight.high) - axis.x(tight.low) > 20
    assert whisker(wide, axis).count("<path") == 2
    assert "<path" not in whisker(tight, axis)


def test_small_drawings_bear_nothing_at_all() -> None:
    assert sparkline([], floor=0.0) == ""
    assert sparkline([0.5], floor=0.0) == ""
    assert presence([]).startswith("<svg")
