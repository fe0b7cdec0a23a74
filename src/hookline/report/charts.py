"""Charts as Vega-Lite: plain dictionaries, every text of a script as data and never as an expression.

All plots of a chart share one left gutter, where their rows are named, and one width, which
``page.js`` sets (``plotWidth``) from the page's.  Axes are in seconds of content or in episodes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from hookline.audience.result import BySecond, Curve, EpisodeStep
from hookline.insight.result import Moment
from hookline.model.curve import PlatformCurve
from hookline.model.script import LineKind, Voice
from hookline.model.story import Beat, EpisodeStory
from hookline.report.families import FAMILIES, family_of
from hookline.report.lookup import leaving

Spec = dict[str, Any]
Rows = list[dict[str, Any]]

GUTTER, NARROW = 74, 36
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
    "aria": False,  # a chart is one picture to a screen reader; its numbers stand in the tables
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
    tracks: tuple[BySecond, ...] = (),
    moments: tuple[Moment, ...] = (),
    floor: float = 0.0,
    simulated: bool = False,
) -> Spec:
    """One episode: retention, leaving, tension, beats and who speaks, over one time axis.

    ``platform`` are curves as platforms export them, ``tracks`` what they say of who stays, with its interval;
    ``floor`` is where the share axis begins, the same for all episodes of a page.
    """
    length = max(0.001, told.duration_ms / 1000)
    bands = dips(moments)
    panels: list[Spec] = []
    if curve or platform:
        panels.append(_retention(curve, expected, (platform, tracks), bands, floor, length))
    if curve:
        panels.append(_leaving(curve, expected, bands, length))
    if told.tension:
        panels.append(_tension(told, bands, length))
    if told.beats:
        panels.append(_beats(told.beats, bands, length))
    panels.append(_cast(told, bands, length))
    return _stack(panels, simulated=simulated)


def dips(moments: Iterable[Moment]) -> Rows:
    """Moments as numbered bands: seconds, and whether viewers are lost or kept."""
    return [
        {
            "t": m.place.span.start_ms / 1000,
            "e": max(m.place.span.end_ms, m.place.span.start_ms + 500) / 1000,
            "k": str(number),
            "loss": m.excess.value >= 0,
            "one": bool(m.market),
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
    spec["spacing"] = 52
    return spec


def market_curve(*, length: float, floor: float, simulated: bool = False) -> Spec:
    """One market's retention over everybody's; its rows come as the dataset ``curve``."""
    y = _share_axis("s", floor)
    layers: list[Spec] = [
        {"mark": {"type": "line", "color": EXPECTED, "strokeWidth": 1.2}, "encoding": {"y": {**y, "field": "all"}}},
        {
            "mark": {"type": "area", "color": CURVE, "opacity": 0.18},
            "encoding": {"y": {**y, "field": "l"}, "y2": {"field": "h"}},
        },
        {"mark": {"type": "line", "color": CURVE, "strokeWidth": 1.8}, "encoding": {"y": y}},
    ]
    plot = _timed(layers, length, height=110, labels=True, gutter=NARROW)
    spec = _stack([{**plot, "data": {"name": "curve"}}], simulated=simulated)
    spec["usermeta"]["gutter"] = NARROW
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


def packed(spec: Spec) -> Spec:
    """A chart whose rows stand once each, as arrays, beside its specification.

    A hundred episodes on one page repeat their rows' field names a hundred thousand times
    otherwise.  ``page.js`` turns ``tables`` back into the datasets that the specification names.
    """
    tables: dict[str, Spec] = {}
    names: dict[str, str] = {}

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"values"}:
            key = json.dumps(node["values"])
            name = names.setdefault(key, f"d{len(names)}")
            tables[name] = table(node["values"])
            return {"name": name}
        return {key: walk(value) for key, value in node.items()}

    return {"spec": walk(spec), "tables": tables}


def table(rows: Rows) -> Spec:
    """Rows as their fields and their values."""
    fields = list(rows[0]) if rows else []
    return {"fields": fields, "rows": [[row[field] for field in fields] for row in rows]}


def _timed(
    layers: list[Spec],
    length: float,
    *,
    height: int,
    bands: Rows | None = None,
    fixed: Sequence[Spec] = (),
    labels: bool = False,
    gutter: int = GUTTER,
) -> Spec:
    """A plot over the time axis: rows begin at ``t``; ``fixed`` layers stand at pixels instead."""
    stripes = [_bands(bands)] if bands else []
    timed = {"encoding": {"x": _seconds(length, labels=labels)}, "layer": [*stripes, *layers]}
    return {"height": height, "width": 600, "layer": [timed, *fixed, _gutter(gutter)]}


def _gutter(left: int = GUTTER) -> Spec:
    """Unseen marks that hold the left gutter and the right margin at one width in every plot."""
    unseen = {"type": "point", "y": 0, "opacity": 0, "size": 0}
    right = {"expr": f"plotWidth + {MARGIN}"}
    return {"data": {"values": [{}]}, "layer": [{"mark": {**unseen, "x": -left}}, {"mark": {**unseen, "x": right}}]}


def _label(text: str, *, y: float, size: float = 11) -> Spec:
    """The name of a plot, in the gutter; only ever our own words."""
    mark = {"type": "text", "align": "right", "baseline": "middle", "x": -8, "y": y, "color": SOFT, "fontSize": size}
    return {"data": {"values": [{"name": text}]}, "mark": mark, "encoding": {"text": {"field": "name"}}}


def _heading(text: str) -> Spec:
    """The name of a plot, above it."""
    mark = {"type": "text", "align": "left", "x": -GUTTER, "y": -18, "color": INK, "fontSize": 12, "fontWeight": 600}
    return {"data": {"values": [{"name": text}]}, "mark": mark, "encoding": {"text": {"field": "name"}}}


def _seconds(length: float, *, labels: bool = False) -> Spec:
    """The time axis; only the lowest plot of a stack says the times."""
    axis: Spec = {"title": None, "values": ticks(length), "labels": labels, "ticks": labels, "domain": labels}
    if labels:
        axis |= {"labelExpr": CLOCK, "labelOverlap": "greedy", "labelSeparation": 8, "labelFlush": False}
    scale = {"domain": [0, length], "nice": False, "zero": False}
    return {"field": "t", "type": "quantitative", "scale": scale, "axis": axis}


def ticks(length: float, *, most: int = 13) -> list[int]:
    """Whole, round seconds for a time axis.

    >>> ticks(44)
    [0, 5, 10, 15, 20, 25, 30, 35, 40]
    """
    step = next((s for s in (5, 10, 15, 30, 60, 120, 300, 600) if length / s <= most), 1200)
    return list(range(0, int(length) + 1, step))


LOSS_OR_KEEP = {"condition": {"test": "datum.loss", "value": LOSS}, "value": KEEP}


def _bands(bands: Rows) -> Spec:
    """Moments as stripes through a whole plot."""
    return {
        "data": {"values": bands},
        "mark": {"type": "rect", "clip": True},
        "encoding": {
            "x2": {"field": "e"},
            "color": LOSS_OR_KEEP,
            "opacity": {"condition": {"test": "datum.one", "value": 0.06}, "value": 0.14},
        },
    }


def _badges(bands: Rows, length: float) -> list[Spec]:
    """The moments' numbers, above their stripes; close ones in two rows."""
    spots: Rows = []
    for row in bands:
        middle = (row["t"] + row["e"]) / 2
        near = bool(spots) and middle - spots[-1]["t"] < 0.09 * length
        spots.append({**row, "t": middle, "y": 29 if near and spots[-1]["y"] == 9 else 9})
    y = {"field": "y", "type": "quantitative", "scale": None}
    disc = {"type": "point", "size": 230, "opacity": 1, "strokeWidth": 1.5}
    number = {"type": "text", "fontSize": 10, "fontWeight": 700, "baseline": "middle", "dy": 0.5}
    hollow = {"test": "datum.one", "value": "#fff"}
    loss, keep = {"test": "datum.loss", "value": LOSS}, {"value": KEEP}
    fill = {"condition": [hollow, loss], **keep}
    ink = {"condition": [{"test": "!datum.one", "value": "#fff"}, loss], **keep}
    return [
        {"data": {"values": spots}, "mark": disc, "encoding": {"y": y, "fill": fill, "stroke": LOSS_OR_KEEP}},
        {"data": {"values": spots}, "mark": number, "encoding": {"y": y, "text": {"field": "k"}, "color": ink}},
    ]


def _share_axis(field: str, floor: float, *, top: float = 1.0) -> Spec:
    step = 0.1 if top - floor <= 0.55 else 0.2
    first = math.ceil(round(floor / step, 6))
    values = [round(step * i, 2) for i in range(first, round(top / step + 1e-6) + 1) if step * i <= top + 1e-9]
    axis = {"title": None, "format": ".0%", "values": values, "domain": False, "ticks": False, "labelPadding": 8}
    scale = {"domain": [floor, top], "zero": False, "nice": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _retention(
    curve: Curve | None,
    expected: tuple[float, ...],
    exported: tuple[tuple[PlatformCurve, ...], tuple[BySecond, ...]],
    bands: Rows,
    floor: float,
    length: float,
) -> Spec:
    platform, tracks = exported
    top = max([1.0, *(share for c in platform for _, share in c.points(round(length * 1000)))])
    y = _share_axis("s", floor, top=math.ceil(10 * top - 1e-9) / 10)
    layers: list[Spec] = []
    if expected and (curve or platform):
        rows = [{"t": t, "s": _short(s)} for t, s in enumerate(expected)]
        line = {"type": "line", "color": EXPECTED, "strokeDash": [5, 4], "strokeWidth": 1.5, "clip": True}
        layers.append({"data": {"values": rows}, "mark": line, "encoding": {"y": y}})
    if curve:
        layers += _curve_layers(curve, y)
    layers += [_platform_band(track, y) for track in tracks if track.n]
    layers += [_platform_line(c, y, length) for c in platform]
    return _timed([*layers, *_badges(bands, length)], length, height=210, bands=bands)


def _curve_layers(curve: Curve, y: Spec) -> list[Spec]:
    data = {"values": seconds_of(curve)}
    area = {"type": "area", "color": CURVE, "opacity": 0.2, "clip": True}
    line = {"type": "line", "color": CURVE, "strokeWidth": 2.2, "clip": True}
    return [
        {"data": data, "mark": area, "encoding": {"y": {**y, "field": "l"}, "y2": {"field": "h"}}},
        {"data": data, "mark": line, "encoding": {"y": y}},
    ]


def _platform_band(track: BySecond, y: Spec) -> Spec:
    """The interval of a platform's retention."""
    triples = enumerate(zip(track.low, track.high, strict=True))
    rows = [{"t": t, "l": _short(low), "h": _short(high)} for t, (low, high) in triples]
    area = {"type": "area", "color": PLATFORM, "opacity": 0.18, "clip": True}
    encoding = {"y": {**y, "field": "l"}, "y2": {"field": "h"}}
    return {"data": {"values": rows}, "mark": area, "encoding": encoding}


def _platform_line(curve: PlatformCurve, y: Spec, length: float) -> Spec:
    rows = [{"t": _short(at / 1000), "s": _short(share)} for at, share in curve.points(round(length * 1000))]
    line = {"type": "line", "color": PLATFORM, "strokeWidth": 1.8, "strokeDash": [2, 2], "clip": True}
    return {"data": {"values": rows}, "mark": line, "encoding": {"y": y}}


def _leaving(curve: Curve, expected: tuple[float, ...], bands: Rows, length: float) -> Spec:
    """Share of those watching who leave in each second; the highest bar beyond the scale says its value."""
    hazard = [(t, q) for t, q in enumerate(leaving(curve.share)) if q is not None and t < length]
    top = _leaving_top([q for _, q in hazard])
    highest = max((q for _, q in hazard), default=0.0)
    shared = [row for row in bands if not row["one"]]
    rows = [
        {
            "t": t,
            "e": min(t + 1, length),
            "q": _short(min(q, top)),
            "over": f"{100 * q:.0f}% \u2191" if q == highest > top else "",
            "in": next((row["loss"] for row in shared if row["t"] <= t + 0.5 < row["e"]), None),
        }
        for t, q in hazard
    ]
    axis = {"title": None, "format": ".1~%", "values": [0, top], "grid": False, "domain": False, "ticks": False}
    scale = {"domain": [0, top], "nice": False}
    y = {"field": "q", "type": "quantitative", "scale": scale, "axis": {**axis, "labelPadding": 8}}
    tests = [{"test": "datum.in === true", "value": LOSS}, {"test": "datum.in === false", "value": KEEP}]
    bars: Spec = {
        "data": {"values": rows},
        "mark": {"type": "rect", "stroke": "#fff", "strokeWidth": 0.5},
        "encoding": {
            "x2": {"field": "e"},
            "y": y,
            "y2": {"datum": 0},
            "color": {"condition": tests, "value": "#a9b8cc"},
        },
    }
    over = {"type": "text", "align": "left", "dx": 4, "y": -6, "fontSize": 10, "color": SOFT}
    beyond = {"data": {"values": [r for r in rows if r["over"]]}, "mark": over, "encoding": {"text": {"field": "over"}}}
    layers = [bars, *([beyond] if highest > top else []), *_due(expected, top, y)]
    return _timed(layers, length, height=60, bands=bands, fixed=[_label("leave per s", y=30, size=10)])


def _due(expected: tuple[float, ...], top: float, y: Spec) -> list[Spec]:
    """Expected leaving by second, as a line."""
    rows = [{"t": t + 0.5, "q": _short(min(q, top))} for t, q in enumerate(leaving(expected)) if q is not None]
    line = {"type": "line", "color": SOFT, "strokeWidth": 1.2, "strokeDash": [4, 3], "clip": True}
    return [{"data": {"values": rows}, "mark": line, "encoding": {"y": y}}] if rows else []


def _leaving_top(hazard: list[float]) -> float:
    """A scale for leaving that the first seconds, when many swipe on, don't flatten."""
    highest = max(hazard[4:] or hazard, default=0.0)
    return max(0.01, math.ceil(highest * 1.08 * 200) / 200)


def _tension(told: EpisodeStory, bands: Rows, length: float) -> Spec:
    points = [(t + 0.5, v) for t, v in enumerate(told.tension) if t + 0.5 <= length]
    points = [(0.0, told.tension[0]), *points, (length, told.tension[-1])]
    rows = [{"t": t, "v": _short(v)} for t, v in points]
    y = {"field": "v", "type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}
    line = {"color": "#7d90aa", "strokeWidth": 1.2}
    area = {"type": "area", "color": "#b9c6d8", "line": line, "interpolate": "monotone"}
    layer = {"data": {"values": rows}, "mark": area, "encoding": {"y": y}}
    return _timed([layer], length, height=44, bands=bands, fixed=[_label("Tension", y=30)])


ROW = 19


def _lanes(rows: Rows, names: list[str], bands: Rows, length: float, *, edged: bool, labels: bool) -> Spec:
    """Bars in named rows: a pale bar, with a strong edge if wanted, and its text as far as there is room.

    A row has ``t`` and ``e`` (seconds), ``row`` (which lane), ``c`` (colour), ``o`` (strength of
    the tint), ``text`` and ``room`` (the share of the axis that its text may take).
    """
    y = {"field": "row", "type": "ordinal", "scale": {"domain": list(range(len(names)))}, "axis": None}
    data = {"values": rows}
    colour = {"field": "c", "type": "nominal", "scale": None}
    opacity = {"field": "o", "type": "quantitative", "scale": None}
    tick = {"type": "tick", "thickness": 3, "size": ROW - 5, "orient": "vertical", "xOffset": 1.5, "opacity": 1}
    edge = {"data": data, "mark": tick, "encoding": {"y": y, "color": colour}}
    layers: list[Spec] = [
        {
            "data": data,
            "mark": {"type": "bar", "height": ROW - 5, "cornerRadius": 1.5},
            "encoding": {"y": y, "x2": {"field": "e"}, "color": colour, "opacity": opacity},
        },
        *([edge] if edged else []),
        {
            "data": {"values": [row for row in rows if row["text"]]},
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "dx": 6,
                "fontSize": 10.5,
                "limit": {"expr": "max(1, datum.room * plotWidth - 8)"},
                "opacity": {"expr": "datum.room * plotWidth > 30 ? 1 : 0"},
            },
            "encoding": {"y": y, "text": {"field": "text"}},
        },
    ]
    name = {"type": "text", "align": "right", "baseline": "middle", "x": -8, "limit": GUTTER - 10, "color": SOFT}
    named = {
        "data": {"values": [{"row": i, "name": name} for i, name in enumerate(names)]},
        "mark": name,
        "encoding": {"y": y, "text": {"field": "name"}},
    }
    return _timed(layers, length, height=ROW * len(names), bands=bands, fixed=[named], labels=labels)


def _beats(beats: tuple[Beat, ...], bands: Rows, length: float) -> Spec:
    placed = _in_lanes(beats)
    lanes = sorted({key for _, key in placed})
    names = [FAMILIES[family].name if part == 0 else "" for family, part in lanes]
    rows = [
        {
            "t": beat.span.start_ms / 1000,
            "e": max(beat.span.end_ms / 1000, beat.span.start_ms / 1000 + 0.4),
            "row": lanes.index(key),
            "c": family_of(beat.type).colour,
            "o": round(0.16 + 0.4 * min(1.0, max(0.0, beat.intensity)), 2),
            "text": beat.type.value.replace("_", " "),
        }
        for beat, key in placed
    ]
    return _lanes(_with_room(rows, length), names, bands, length, edged=True, labels=False)


def _in_lanes(beats: tuple[Beat, ...]) -> list[tuple[Beat, tuple[int, int]]]:
    """Each beat with its lane: its family, and a further lane of it where beats overlap."""
    ends: dict[tuple[int, int], int] = {}
    placed = []
    for beat in sorted(beats, key=lambda b: (b.span, b.type)):
        family, part = FAMILIES.index(family_of(beat.type)), 0
        while ends.get((family, part), -1) > beat.span.start_ms:
            part += 1
        ends[family, part] = beat.span.end_ms
        placed.append((beat, (family, part)))
    return placed


def _with_room(rows: Rows, length: float) -> Rows:
    """Each row with the share of the axis up to the next in its lane, for its text."""
    following: dict[int, float] = {}
    roomy: Rows = []
    for row in reversed(rows):
        end = following.get(row["row"], length)
        roomy.append({**row, "room": round(max(0.0, end - row["t"]) / length, 4) if length else 0.0})
        following[row["row"]] = row["t"]
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
            rows.append({"t": start, "e": end, "row": row, "c": "#5d7ea8", "o": strong, "text": "", "room": 0})
    return _lanes(rows, ["Scene", *names, *([others] if others else [])], bands, length, edged=False, labels=True)


def _scene_rows(told: EpisodeStory) -> Rows:
    rows: Rows = []
    for i, scene in enumerate(told.episode.scenes):
        spans = [line.span for line in scene.lines if line.span]
        if spans:
            rows.append(
                {
                    "t": min(s.start_ms for s in spans) / 1000,
                    "e": max(s.end_ms for s in spans) / 1000,
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


def _by_episode(domain: Spec) -> Spec:
    axis = {"title": None, "ticks": False, "labelAngle": 0, "labelOverlap": "greedy"}
    return {"field": "ep", "type": "ordinal", "scale": domain, "axis": axis}


def _gate(gates: Sequence[int], domain: Spec) -> list[Spec]:
    """The paywall: a line before its episode, with its name."""
    if not gates:
        return []
    x = {**_by_episode(domain), "bandPosition": -0.12}
    rows = {"values": [{"ep": gate, "name": "paywall"} for gate in gates]}
    rule = {"type": "rule", "color": "#8a5a00", "strokeDash": [3, 3], "strokeWidth": 1.2}
    text = {"type": "text", "align": "left", "dx": 4, "y": 6, "color": "#8a5a00", "fontSize": 10.5}
    return [
        {"data": rows, "mark": rule, "encoding": {"x": x}},
        {"data": rows, "mark": text, "encoding": {"x": x, "text": {"field": "name"}}},
    ]


def _of_market(rows: Rows, layers: list[Spec], domain: Spec, *, height: int, fixed: list[Spec]) -> Spec:
    """A plot over episodes, for the market in the parameter."""
    shown = {
        "data": {"values": rows},
        "transform": [{"filter": "datum.market === market"}],
        "encoding": {"x": _by_episode(domain)},
        "layer": layers,
    }
    return {"height": height, "width": 600, "layer": [shown, *fixed, _gutter()]}


def _reach(rows: Rows, domain: Spec, gates: Sequence[int]) -> Spec:
    y = _share_axis("reach", 0.0)
    bar = {"type": "bar", "cornerRadiusEnd": 1.5}
    whisker = {"type": "rule", "color": INK, "strokeWidth": 1.2}
    layers: list[Spec] = [
        {"mark": {**bar, "color": "#c6d3e4"}, "encoding": {"y": y}},
        {"mark": {**bar, "color": "#4f739f"}, "encoding": {"y": {**y, "field": "done"}}},
        {"mark": whisker, "encoding": {"y": {**y, "field": "rl"}, "y2": {"field": "rh"}}},
    ]
    fixed = [*_gate(gates, domain), _heading("Of everybody who started the series")]
    return _of_market(rows, layers, domain, height=190, fixed=fixed)


def _continuation(rows: Rows, domain: Spec, gates: Sequence[int]) -> Spec:
    y = _share_axis("go", share_floor(r["gl"] for r in rows))
    whisker = {"type": "rule", "color": CURVE, "strokeWidth": 2}
    dot = {"type": "point", "filled": True, "size": 46, "color": CURVE, "opacity": 1}
    layers: list[Spec] = [
        {"mark": whisker, "encoding": {"y": {**y, "field": "gl"}, "y2": {"field": "gh"}}},
        {"mark": dot, "encoding": {"y": y}},
    ]
    fixed = [*_gate(gates, domain)[:1], _heading("Of an episode's starters, who goes on to the next")]
    return _of_market(rows, layers, domain, height=110, fixed=fixed)
