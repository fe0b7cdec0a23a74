"""Charts as Vega-Lite: plain dictionaries, every text of a script as data and never as an expression.

All plots of a chart share one left gutter, where their rows are named, and one width, which
``page.js`` sets (``plotWidth``) from the page's.  Axes are in seconds of content or in episodes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from hookline.audience.result import Curve, EpisodeStep
from hookline.insight.result import Moment
from hookline.model.curve import PlatformCurve
from hookline.model.story import Beat, EpisodeStory, LineKind, Voice
from hookline.report.families import FAMILIES, family_of
from hookline.report.lookup import leaving

Spec = dict[str, Any]
Rows = list[dict[str, Any]]

GUTTER = 74
MARGIN = 14
INK, SOFT, FAINT = "#1d2530", "#5a6675", "#e6eaf0"
CURVE, EXPECTED, PLATFORM = "#1f3a5f", "#8b95a5", "#2b8a7e"
LOSS, KEEP = "#d9480f", "#2f8f4e"
SPEAKERS = 6
CLOCK = "floor(datum.value / 60) + ':' + pad('' + round(datum.value % 60), 2, '0', 'left')"

CONFIG: Spec = {
    "font": '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", '
    '"PingFang SC", "Hiragino Sans", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "labelFontSize": 11,
        "titleColor": SOFT,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": FAINT,
        "domainColor": "#c9d1dc",
        "tickColor": "#c9d1dc",
        "tickSize": 4,
    },
    "text": {"fontSize": 11, "color": INK},
    "lineBreak": "\u0000",
}


def episode(
    told: EpisodeStory,
    *,
    curve: Curve | None = None,
    expected: tuple[float, ...] = (),
    platform: tuple[PlatformCurve, ...] = (),
    moments: tuple[Moment, ...] = (),
    floor: float = 0.0,
    simulated: bool = False,
) -> Spec:
    """One episode: retention, leaving, tension, beats and who speaks, over one time axis.

    ``floor`` is where the share axis begins, the same for all episodes of a page.
    """
    length = told.duration_ms / 1000
    bands = dips(moments)
    panels: list[Spec] = []
    if curve or platform:
        panels.append(_retention(told, curve, expected, platform, bands, floor, length))
    if curve:
        panels.append(_leaving(curve, expected, bands, length))
    if told.tension:
        panels.append(_tension(told, bands, length))
    if told.beats:
        panels.append(_beats(told.beats, bands, length))
    panels.append(_cast(told, bands, length))
    panels[-1]["layer"].append(_time_axis(length))
    return _stack(panels, simulated=simulated)


def dips(moments: Iterable[Moment]) -> Rows:
    """Moments as numbered bands: seconds, and whether viewers are lost or kept."""
    return [
        {
            "a": m.place.span.start_ms / 1000,
            "b": max(m.place.span.end_ms, m.place.span.start_ms + 500) / 1000,
            "k": str(number),
            "loss": m.excess.value >= 0,
        }
        for number, m in enumerate(moments, start=1)
    ]


def season(
    steps: Sequence[EpisodeStep], *, episodes: Sequence[int], gates: Sequence[int], simulated: bool = False
) -> Spec:
    """Starters and finishers by episode, and who goes on, for the market in the parameter ``market``."""
    rows = [_step(s) for s in steps]
    domain = {"domain": list(episodes), "paddingInner": 0.25, "paddingOuter": 0.2}
    goes_on = [r for r in rows if r["go"] is not None]
    panels = [_reach(rows, domain, gates)]
    if goes_on:
        panels.append(_continuation(goes_on, domain, gates))
    spec = _stack(panels, simulated=simulated)
    spec["params"].append({"name": "market", "value": ""})
    spec["spacing"] = 34
    return spec


def market_curve(*, length: float, floor: float, simulated: bool = False) -> Spec:
    """One market's retention over everybody's; its rows come as the dataset ``curve``."""
    x = _seconds(length, labels=True)
    y = _share_axis("s", floor)
    spec = _stack(
        [
            {
                "height": 110,
                "width": 200,
                "data": {"name": "curve"},
                "layer": [
                    {
                        "mark": {"type": "line", "color": EXPECTED, "strokeWidth": 1.2},
                        "encoding": {"x": x, "y": {**y, "field": "all"}},
                    },
                    {
                        "mark": {"type": "area", "color": CURVE, "opacity": 0.18},
                        "encoding": {"x": x, "y": {**y, "field": "l"}, "y2": {"field": "h"}},
                    },
                    {"mark": {"type": "line", "color": CURVE, "strokeWidth": 1.8}, "encoding": {"x": x, "y": y}},
                    _gutter(36),
                ],
            }
        ],
        simulated=simulated,
    )
    spec["usermeta"]["gutter"] = 36
    return spec


def seconds_of(curve: Curve, *, every: int = 1) -> Rows:
    """A curve's rows: second, share and interval."""
    return [
        {"t": t, "s": _short(curve.share[t]), "l": _short(curve.low[t]), "h": _short(curve.high[t])}
        for t in range(0, len(curve.share), every)
    ]


def share_floor(lows: Iterable[float]) -> float:
    """Where a share axis may begin so that everything fits: a whole tenth below the lowest.

    >>> share_floor([0.72, 0.58]), share_floor([])
    (0.5, 0.0)
    """
    lowest = min((low for low in lows if math.isfinite(low)), default=0.0)
    return max(0, math.ceil(round(10 * lowest, 6)) - 1) / 10


def _short(number: float) -> float:
    return round(number, 4)


def _stack(panels: list[Spec], *, simulated: bool) -> Spec:
    """Plots under each other on one x axis, marked when viewers are simulated."""
    spec: Spec = {
        "vconcat": panels,
        "spacing": 12,
        "resolve": {"scale": {"x": "shared", "y": "independent", "color": "independent"}},
        "params": [{"name": "plotWidth", "value": 600}],
        "padding": 0,
        "usermeta": {"gutter": GUTTER, "margin": MARGIN},
    }
    if simulated:
        spec["title"] = {
            "text": "SIMULATED VIEWERS",
            "anchor": "end",
            "fontSize": 9.5,
            "fontWeight": 600,
            "color": "#8a5a00",
            "offset": 6,
        }
    return spec


def _gutter(left: int = GUTTER) -> Spec:
    """Unseen marks that hold the left gutter and the right margin at one width in every plot."""
    return {
        "data": {"values": [{}]},
        "layer": [
            {"mark": {"type": "point", "x": -left, "y": 0, "opacity": 0, "size": 0}},
            {"mark": {"type": "point", "x": {"expr": f"plotWidth + {MARGIN}"}, "y": 0, "opacity": 0, "size": 0}},
        ],
    }


def _label(text: str, *, y: float, size: float = 11) -> Spec:
    """The name of a plot, in the gutter; only ever our own words."""
    mark = {"type": "text", "align": "right", "baseline": "middle", "x": -8, "y": y, "color": SOFT, "fontSize": size}
    return {"data": {"values": [{"name": text}]}, "mark": mark, "encoding": {"text": {"field": "name"}}}


def _seconds(length: float, *, labels: bool = False, field: str = "t") -> Spec:
    """The time axis; only the lowest plot of a stack says the times."""
    axis: Spec = {
        "title": None,
        "values": ticks(length),
        "labels": labels,
        "labelExpr": CLOCK,
        "ticks": labels,
        "domain": labels,
        "labelOverlap": "greedy",
        "labelFlush": False,
        "grid": True,
        "zindex": 0,
    }
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, length], "nice": False, "zero": False},
        "axis": axis,
    }


def ticks(length: float, *, most: int = 13) -> list[int]:
    """Whole, round seconds for a time axis.

    >>> ticks(44)
    [0, 5, 10, 15, 20, 25, 30, 35, 40]
    """
    step = next((s for s in (5, 10, 15, 30, 60, 120, 300, 600) if length / s <= most), 1200)
    return list(range(0, int(length) + 1, step))


def _time_axis(length: float) -> Spec:
    """The labelled time axis, as a layer without marks of its own."""
    return {
        "data": {"values": [{"t": 0}]},
        "mark": {"type": "point", "opacity": 0, "size": 0},
        "encoding": {"x": _seconds(length, labels=True)},
    }


def _bands(bands: Rows, length: float) -> Spec:
    """Moments as stripes through a whole plot."""
    return {
        "data": {"values": bands},
        "mark": {"type": "rect", "opacity": 0.13, "clip": True},
        "encoding": {
            "x": _seconds(length, field="a"),
            "x2": {"field": "b"},
            "color": {"condition": {"test": "datum.loss", "value": LOSS}, "value": KEEP},
        },
    }


def _badges(bands: Rows, length: float) -> list[Spec]:
    """The moments' numbers, above their stripes."""
    spots = [{**row, "m": (row["a"] + row["b"]) / 2} for row in bands]
    colour = {"condition": {"test": "datum.loss", "value": LOSS}, "value": KEEP}
    x = _seconds(length, field="m")
    return [
        {
            "data": {"values": spots},
            "mark": {"type": "point", "filled": True, "size": 230, "y": 9, "opacity": 1},
            "encoding": {"x": x, "color": colour},
        },
        {
            "data": {"values": spots},
            "mark": {"type": "text", "y": 9.5, "color": "#fff", "fontSize": 10, "fontWeight": 700, "baseline": "middle"},
            "encoding": {"x": x, "text": {"field": "k"}},
        },
    ]


def _share_axis(field: str, floor: float, *, top: float = 1.0) -> Spec:
    step = 0.1 if top - floor <= 0.55 else 0.2
    first = math.ceil(round(floor / step, 6))
    values = [round(step * i, 2) for i in range(first, int(round(top / step, 6)) + 1)]
    axis = {"title": None, "format": ".0%", "values": values, "domain": False, "ticks": False, "labelPadding": 8}
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [floor, top], "zero": False, "nice": False},
        "axis": axis,
    }


def _retention(
    told: EpisodeStory,
    curve: Curve | None,
    expected: tuple[float, ...],
    platform: tuple[PlatformCurve, ...],
    bands: Rows,
    floor: float,
    length: float,
) -> Spec:
    top = max([1.0, *(share for c in platform for share in c.shares)])
    x, y = _seconds(length), _share_axis("s", floor, top=math.ceil(10 * top - 1e-9) / 10)
    layers = [_bands(bands, length)]
    if expected and curve:
        rows = [{"t": t, "s": _short(s)} for t, s in enumerate(expected)]
        line = {"type": "line", "color": EXPECTED, "strokeDash": [5, 4], "strokeWidth": 1.5, "clip": True}
        layers.append({"data": {"values": rows}, "mark": line, "encoding": {"x": x, "y": y}})
    if curve:
        area = {"type": "area", "color": CURVE, "opacity": 0.2, "clip": True}
        drawn = {"type": "line", "color": CURVE, "strokeWidth": 2.2, "clip": True}
        layers += [
            {"mark": area, "encoding": {"x": x, "y": {**y, "field": "l"}, "y2": {"field": "h"}}},
            {"mark": drawn, "encoding": {"x": x, "y": y}},
        ]
    layers += [_platform_line(c, x, y, length) for c in platform]
    layers += [*_badges(bands, length), _gutter()]
    plot: Spec = {"height": 210, "width": 600, "layer": layers}
    return {**plot, "data": {"values": seconds_of(curve)}} if curve else plot


def _platform_line(curve: PlatformCurve, x: Spec, y: Spec, length: float) -> Spec:
    rows = [
        {"t": _short(position * length), "s": _short(share)}
        for position, share in zip(curve.positions, curve.shares, strict=True)
    ]
    line = {"type": "line", "color": PLATFORM, "strokeWidth": 1.8, "strokeDash": [2, 2], "clip": True}
    return {"data": {"values": rows}, "mark": line, "encoding": {"x": x, "y": y}}


def _leaving(curve: Curve, expected: tuple[float, ...], bands: Rows, length: float) -> Spec:
    """Share of those watching who leave in each second; bars beyond the scale say their value."""
    marked = [(row["a"], row["b"], row["loss"]) for row in bands]
    hazard = [(t, q) for t, q in enumerate(leaving(curve.share)) if q is not None and t < length]
    top = _leaving_top([q for _, q in hazard])
    rows = [
        {
            "t": t,
            "e": min(t + 1, length),
            "q": _short(min(q, top)),
            "over": f"{100 * q:.0f}%" if q > top else None,
            "in": next((loss for a, b, loss in marked if t + 1 > a and t < b), None),
        }
        for t, q in hazard
    ]
    y = {
        "field": "q",
        "type": "quantitative",
        "scale": {"domain": [0, top], "nice": False},
        "axis": {
            "title": None,
            "format": ".1~%",
            "values": [0, top],
            "grid": False,
            "domain": False,
            "ticks": False,
            "labelPadding": 8,
        },
    }
    colour = {
        "condition": [{"test": "datum.in === true", "value": LOSS}, {"test": "datum.in === false", "value": KEEP}],
        "value": "#a9b8cc",
    }
    x = _seconds(length)
    bars = {"type": "bar", "binSpacing": 0, "stroke": "#fff", "strokeWidth": 0.5}
    over = {"type": "text", "align": "left", "dx": 6, "y": 5, "fontSize": 9.5, "color": SOFT}
    layers: list[Spec] = [
        _bands(bands, length),
        {"mark": bars, "encoding": {"x": x, "x2": {"field": "e"}, "y": y, "color": colour}},
        {
            "transform": [{"filter": "datum.over !== null"}],
            "mark": over,
            "encoding": {"x": x, "text": {"field": "over"}},
        },
        _gutter(),
    ]
    if expected:
        due = [{"t": t + 0.5, "q": _short(min(q, top))} for t, q in enumerate(leaving(expected)) if q is not None]
        line = {"type": "line", "color": "#5a6675", "strokeWidth": 1.2, "strokeDash": [4, 3], "clip": True}
        layers.insert(2, {"data": {"values": due}, "mark": line, "encoding": {"x": x, "y": y}})
    layers.append(_label("leave per s", y=30, size=10))
    return {"height": 60, "width": 600, "data": {"values": rows}, "layer": layers}


def _leaving_top(hazard: list[float]) -> float:
    """A scale for leaving that the first seconds, when many swipe on, don't flatten."""
    later = hazard[4:] or hazard
    highest = max(later, default=0.0)
    return max(0.01, math.ceil(highest * 1.08 * 200) / 200)


def _tension(told: EpisodeStory, bands: Rows, length: float) -> Spec:
    rows = [{"t": min(t + 0.5, length), "v": _short(v)} for t, v in enumerate(told.tension)]
    y = {"field": "v", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}
    area = {"type": "area", "color": "#b9c6d8", "line": {"color": "#7d90aa", "strokeWidth": 1.2}}
    return {
        "height": 44,
        "width": 600,
        "layer": [
            _bands(bands, length),
            {
                "data": {"values": rows},
                "mark": {**area, "interpolate": "monotone"},
                "encoding": {"x": _seconds(length), "y": y},
            },
            _label("Tension", y=30),
            _gutter(),
        ],
    }


ROW = 19


def _lanes(rows: Rows, names: list[str], bands: Rows, length: float, *, tint: bool) -> Spec:
    """Bars in named rows: a pale bar with a strong edge, and what it is, as far as there is room.

    A row has ``a`` and ``b`` (seconds), ``row`` (which lane), ``c`` (colour), ``o`` (strength of
    the tint), ``text`` and ``room`` (the share of the axis that its text may take).
    """
    y = {"field": "row", "type": "ordinal", "scale": {"domain": list(range(len(names)))}, "axis": None}
    x = _seconds(length, field="a")
    colour = {"field": "c", "type": "nominal", "scale": None}
    where = {"x": x, "y": y}
    labels = [{"row": i, "name": name} for i, name in enumerate(names)]
    layers: list[Spec] = [
        _bands(bands, length),
        {
            "mark": {"type": "bar", "height": ROW - 5, "cornerRadius": 1.5},
            "encoding": {
                **where,
                "x2": {"field": "b"},
                "color": colour,
                "opacity": {"field": "o", "type": "quantitative", "scale": None},
            },
        },
    ]
    if tint:
        edge = {"type": "tick", "thickness": 3, "size": ROW - 5, "orient": "vertical", "xOffset": 1.5, "opacity": 1}
        layers.append({"mark": edge, "encoding": {**where, "color": colour}})
    layers += [
        {
            "transform": [{"filter": "datum.text"}],
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "dx": 6,
                "fontSize": 10.5,
                "limit": {"expr": "max(1, datum.room * plotWidth - 8)"},
                "opacity": {"expr": "datum.room * plotWidth > 30 ? 1 : 0"},
            },
            "encoding": {**where, "text": {"field": "text"}},
        },
        {
            "data": {"values": labels},
            "mark": {"type": "text", "align": "right", "baseline": "middle", "x": -8, "limit": GUTTER - 10, "color": SOFT},
            "encoding": {"y": y, "text": {"field": "name"}},
        },
        _gutter(),
    ]
    return {"height": ROW * len(names), "width": 600, "data": {"values": rows}, "layer": layers}


def _beats(beats: tuple[Beat, ...], bands: Rows, length: float) -> Spec:
    present = [f for f in FAMILIES if any(family_of(b.type) is f for b in beats)]
    lane = {family.name: i for i, family in enumerate(present)}
    rows = [
        {
            "a": beat.span.start_ms / 1000,
            "b": max(beat.span.end_ms / 1000, beat.span.start_ms / 1000 + 0.4),
            "row": lane[family_of(beat.type).name],
            "c": family_of(beat.type).colour,
            "o": round(0.16 + 0.4 * min(1.0, max(0.0, beat.intensity)), 2),
            "text": beat.type.value.replace("_", " "),
        }
        for beat in sorted(beats, key=lambda b: b.span)
    ]
    return _lanes(_with_room(rows, length), [f.name for f in present], bands, length, tint=True)


def _with_room(rows: Rows, length: float) -> Rows:
    """Each row with the share of the axis up to the next in its lane, for its text."""
    following: dict[int, float] = {}
    roomy: Rows = []
    for row in reversed(rows):
        end = following.get(row["row"], length)
        roomy.append({**row, "room": round(max(0.0, end - row["a"]) / length, 4) if length else 0.0})
        following[row["row"]] = row["a"]
    return roomy[::-1]


def _cast(told: EpisodeStory, bands: Rows, length: float) -> Spec:
    """Scenes as a strip, and who speaks when, one row per speaker."""
    ranked = sorted(told.dialogue_share, key=lambda who: -told.dialogue_share[who])
    names = ranked[:SPEAKERS]
    others = "others" if len(ranked) > SPEAKERS else None
    lane = {who: i + 1 for i, who in enumerate(names)}
    rows = _with_room(_scene_rows(told), length)
    for line in told.episode.lines():
        if line.kind is not LineKind.DIALOGUE or not line.span or not line.speaker:
            continue
        row = lane.get(line.speaker, len(names) + 1 if others else None)
        if row is not None:
            start, end = line.span.start_ms / 1000, line.span.end_ms / 1000
            strong = 0.85 if line.voice is Voice.ON else 0.4
            rows.append({"a": start, "b": end, "row": row, "c": "#5d7ea8", "o": strong, "text": "", "room": 0})
    return _lanes(rows, ["Scene", *names, *([others] if others else [])], bands, length, tint=False)


def _scene_rows(told: EpisodeStory) -> Rows:
    rows: Rows = []
    for i, scene in enumerate(told.episode.scenes):
        spans = [line.span for line in scene.lines if line.span]
        if spans:
            rows.append(
                {
                    "a": min(s.start_ms for s in spans) / 1000,
                    "b": max(s.end_ms for s in spans) / 1000,
                    "row": 0,
                    "c": "#d5dce6" if i % 2 == 0 else "#e6eaf0",
                    "o": 1,
                    "text": scene.place or scene.heading,
                }
            )
    return rows


def _step(step: EpisodeStep) -> dict[str, Any]:
    goes_on = step.continuation
    return {
        "ep": step.episode,
        "market": step.market,
        "reach": _short(step.reach.value),
        "rl": _short(step.reach.low),
        "rh": _short(step.reach.high),
        "done": _short(step.reach.value * step.completion.value),
        "go": _short(goes_on.value) if goes_on else None,
        "gl": _short(goes_on.low) if goes_on else None,
        "gh": _short(goes_on.high) if goes_on else None,
    }


def _by_episode(domain: Spec, *, labels: bool) -> Spec:
    return {
        "field": "ep",
        "type": "ordinal",
        "scale": domain,
        "axis": {
            "title": "episode" if labels else None,
            "labels": labels,
            "ticks": False,
            "labelAngle": 0,
            "labelOverlap": "greedy",
            "domain": labels,
        },
    }


IN_MARKET = [{"filter": "datum.market === market"}]


def _gate(gates: Sequence[int], domain: Spec, *, named: bool) -> list[Spec]:
    """The paywall: a line before its episode, named once."""
    if not gates:
        return []
    x = {**_by_episode(domain, labels=False), "bandPosition": -0.12}
    rows = {"values": [{"ep": gate, "name": "paywall"} for gate in gates]}
    rule: Spec = {
        "data": rows,
        "mark": {"type": "rule", "color": "#8a5a00", "strokeDash": [3, 3], "strokeWidth": 1.2},
        "encoding": {"x": x},
    }
    text = {"type": "text", "align": "left", "dx": 4, "y": 6, "color": "#8a5a00", "fontSize": 10.5}
    label = {"data": rows, "mark": text, "encoding": {"x": x, "text": {"field": "name"}}}
    return [rule, label] if named else [rule]


def _reach(rows: Rows, domain: Spec, gates: Sequence[int]) -> Spec:
    x, y = _by_episode(domain, labels=True), _share_axis("reach", 0.0)
    x["axis"]["title"] = None
    bar = {"type": "bar", "cornerRadiusEnd": 1.5}
    return {
        "height": 190,
        "width": 600,
        "data": {"values": rows},
        "transform": IN_MARKET,
        "layer": [
            {"mark": {**bar, "color": "#c6d3e4"}, "encoding": {"x": x, "y": y}},
            {"mark": {**bar, "color": "#4f739f"}, "encoding": {"x": x, "y": {**y, "field": "done"}}},
            {
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.2},
                "encoding": {"x": x, "y": {**y, "field": "rl"}, "y2": {"field": "rh"}},
            },
            *_gate(gates, domain, named=True),
            _label("of starters", y=200, size=10),
            _gutter(),
        ],
    }


def _continuation(rows: Rows, domain: Spec, gates: Sequence[int]) -> Spec:
    floor = share_floor(r["gl"] for r in rows)
    x, y = _by_episode(domain, labels=True), _share_axis("go", floor)
    return {
        "height": 110,
        "width": 600,
        "data": {"values": rows},
        "transform": IN_MARKET,
        "layer": [
            {
                "mark": {"type": "rule", "color": CURVE, "strokeWidth": 2},
                "encoding": {"x": x, "y": {**y, "field": "gl"}, "y2": {"field": "gh"}},
            },
            {"mark": {"type": "point", "filled": True, "size": 46, "color": CURVE, "opacity": 1}, "encoding": {"x": x, "y": y}},
            *_gate(gates, domain, named=False),
            _label("go on", y=120, size=10),
            _gutter(),
        ],
    }
