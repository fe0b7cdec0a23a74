"""Places: each is 1600 by 900 units, drawn from the back forwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

from hookline.sample.draw_svg import (
    Light,
    blur,
    chance,
    darker,
    ellipse,
    group,
    lighter,
    linear,
    mix,
    path,
    radial,
    rect,
)

WIDTH, HEIGHT = 1600, 900


@dataclass(frozen=True, slots=True)
class Place:
    """A set as cast.toml lists it."""

    id: str
    name: str
    setting: str
    time: str
    palette: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A drawn set: shapes, their definitions, and how it lights people."""

    content: str
    defs: str
    light: Light
    rain: bool = False


def backdrop(place: Place, *, rain: bool = False) -> Backdrop:
    """Draw a place; one that has no drawing of its own gets a room or a skyline in its palette."""
    draw = _SETS.get(place.id) or (_skyline if place.setting == "exterior" else _room)
    return draw(place, rain)


# the banquet hall


def _banquet_hall(place: Place, rain: bool) -> Backdrop:
    dark, wine, gold, cream, brown = place.palette[:5]
    dice = chance(9)
    defs = "".join(
        (
            linear("wall", [(0, darker(wine, 0.62), 1), (0.55, darker(wine, 0.2), 1), (1, darker(wine, 0.45), 1)]),
            linear(
                "floor", [(0, mix(cream, wine, 0.55), 1), (0.4, mix(brown, dark, 0.35), 1), (1, darker(dark, 0.2), 1)]
            ),
            linear(
                "curtain",
                [
                    (0, darker(wine, 0.35), 1),
                    (0.3, wine, 1),
                    (0.55, darker(wine, 0.3), 1),
                    (0.8, lighter(wine, 0.08), 1),
                    (1, darker(wine, 0.4), 1),
                ],
                x2=1,
                y2=0,
            ),
            radial("glow", [(0, "#ffe9b0", 0.95), (0.25, "#ffcf75", 0.5), (1, "#ff9a3a", 0)]),
            radial("pool", [(0, "#ffdf9c", 0.5), (1, "#ffb45c", 0)]),
            linear("gold", [(0, lighter(gold, 0.55), 1), (0.5, gold, 1), (1, darker(gold, 0.4), 1)]),
            linear("cloth", [(0, "#fff8ea", 1), (1, mix(cream, wine, 0.4), 1)]),
            blur("soft", 10),
            blur("haze", 26),
        )
    )
    content = "".join(
        (
            rect(0, 0, WIDTH, 640, "url(#wall)"),
            _panels(wine, gold, dark),
            _stage(wine, gold, dark),
            portrait(800, 262, 0.62, gold),
            _letters(gold),
            rect(0, 606, WIDTH, 300, "url(#floor)"),
            _tiles(cream, dark),
            ellipse(800, 640, 620, 60, "url(#pool)"),
            _crowd(dice, dark, gold, y=640, size=0.9, count=15, shade=0.35),
            _chandelier(330, 150, 1.0, gold),
            _chandelier(1270, 150, 1.0, gold),
            _table(210, 720, 1.0, gold, dice),
            _table(1390, 720, 1.0, gold, dice),
            _table(500, 668, 0.6, gold, dice),
            _table(1100, 668, 0.6, gold, dice),
            ellipse(330, 180, 420, 300, "url(#glow)", opacity=0.22),
            ellipse(1270, 180, 420, 300, "url(#glow)", opacity=0.22),
            ellipse(800, 300, 520, 320, "url(#glow)", opacity=0.10),
        )
    )
    return Backdrop(content, defs, Light("#fff1dd", "#ffcf7a", 0.75, "#4a1a34"))


def _panels(wine: str, gold: str, dark: str) -> str:
    cornice = rect(0, 0, WIDTH, 30, darker(dark, 0.2)) + rect(0, 26, WIDTH, 6, "url(#gold)", opacity=0.8)
    return "".join(
        (
            *(_panel(x, wine, gold, dark) for x in (30, 190, 350, 1090, 1250, 1410)),
            *(_pilaster(x, wine, gold) for x in (0, 168, 328, 500, 1068, 1228, 1388, 1566)),
            cornice,
            *(_sconce(x) for x in (95, 255, 415, 1155, 1315, 1475)),
        )
    )


def _panel(x: float, wine: str, gold: str, dark: str) -> str:
    return "".join(
        (
            rect(x, 90, 130, 420, darker(wine, 0.18), r=4),
            rect(x + 8, 98, 114, 404, mix(wine, dark, 0.3), r=3),
            path(f"M{x + 14},104 H{x + 116} V496 H{x + 14} Z", line=gold, width=2, opacity=0.55),
            path(f"M{x + 65},270 m-26,0 q26,-44 52,0 q-26,44 -52,0 Z", line=gold, width=1.6, opacity=0.4),
        )
    )


def _pilaster(x: float, wine: str, gold: str) -> str:
    shaft = rect(x, 40, 24, 570, mix(wine, gold, 0.16)) + rect(x + 4, 40, 5, 570, lighter(wine, 0.22), opacity=0.5)
    return shaft + rect(x - 8, 30, 40, 20, "url(#gold)") + rect(x - 8, 588, 40, 22, "url(#gold)", opacity=0.7)


def _sconce(x: float) -> str:
    return ellipse(x, 300, 90, 120, "url(#glow)", opacity=0.5) + ellipse(x, 292, 7, 18, "#fff3cf")


def _stage(wine: str, gold: str, dark: str) -> str:
    folds = "".join(rect(524 + i * 46, 40, 46, 560, "url(#curtain)") for i in range(12))
    return "".join(
        (
            folds,
            rect(524, 40, 552, 560, darker(dark, 0.2), opacity=0.28),
            path("M520,40 C600,120 700,130 800,96 C900,130 1000,120 1080,40 Z", darker(wine, 0.1), line=gold, width=4),
            path("M520,40 C560,180 560,360 536,600 L500,600 L500,40 Z", wine, line=darker(wine, 0.4), width=2),
            path(
                "M1080,40 C1040,180 1040,360 1064,600 L1100,600 L1100,40 Z",
                darker(wine, 0.1),
                line=darker(wine, 0.4),
                width=2,
            ),
            rect(470, 566, 660, 46, darker(wine, 0.35)) + rect(470, 560, 660, 10, "url(#gold)"),
            rect(440, 600, 720, 26, darker(dark, 0.1)),
        )
    )


def _letters(gold: str) -> str:
    shown = (
        ' font-family="Liberation Sans, sans-serif" font-weight="bold" font-size="50" letter-spacing="7"'
        ' text-anchor="middle"'
    )
    return (
        f'<text x="800" y="508"{shown} fill="#1a0a10" opacity="0.7" dx="2" dy="4">HARROW &amp; CRANE</text>'
        f'<text x="800" y="508"{shown} fill="url(#gold)">HARROW &amp; CRANE</text>'
    )


def portrait(x: float, y: float, size: float, gold: str, *, face: str = "") -> str:
    """The founder's portrait in its frame, a black ribbon across a corner; 320 by 420 at size 1."""
    likeness = face or (
        path("M-70,-30 C-96,60 -90,110 -104,150 L104,150 C90,110 96,60 70,-30 C60,-120 -60,-120 -70,-30 Z", "#3a2c26")
        + path("M-44,-40 C-46,10 -26,56 2,58 C30,56 48,10 46,-40 C40,-84 -38,-84 -44,-40 Z", "#e3bb9d")
        + path("M-52,-20 C-50,-84 50,-84 50,-20 C36,-62 -10,-70 -52,-20 Z", "#3a2c26")
        + path("M-18,50 L-20,84 L24,84 L22,50 Z", "#c99b80")
        + path("M-26,-10 q10,-6 18,0 M12,-10 q8,-6 18,0 M-6,30 q8,4 16,0", line="#4a2a20", width=3)
        + path("M-120,190 C-112,110 -60,92 -24,78 L0,120 L26,78 C62,92 114,110 122,190 Z", "#b3202c")
        + path("M-24,78 L0,120 L26,78 L40,90 L4,170 L-40,92 Z", "#8c1520")
    )
    frame = "".join(
        (
            rect(-160, -210, 320, 420, "#140a0c", opacity=0.5, extra='transform="translate(8,12)"'),
            rect(-160, -210, 320, 420, gold)
            + rect(-150, -200, 300, 400, darker(gold, 0.45))
            + rect(-144, -194, 288, 388, lighter(gold, 0.3)),
            rect(-134, -184, 268, 368, "#2b3a3c") + ellipse(0, -20, 130, 170, "#56696a", opacity=0.7),
            '<clipPath id="frame"><rect x="-134" y="-184" width="268" height="368"/></clipPath>',
            group(likeness, extra='clip-path="url(#frame)"'),
            path("M-160,60 L-160,130 L30,-210 L-42,-210 Z", "#0b0709"),
            path("M-160,78 L-24,-210 M-160,112 L16,-210", line="#33242a", width=3),
        )
    )
    return group(frame, f"translate({x},{y}) scale({size})")


def _tiles(cream: str, dark: str) -> str:
    lines = [
        path(f"M{800 + i * 60},606 L{800 + i * 260},900", line=cream, width=1.6, opacity=0.16) for i in range(-9, 10)
    ]
    lines += [
        path(f"M0,{606 + 290 * (k / 7) ** 1.8:.0f} H1600", line=cream, width=1.6, opacity=0.14) for k in range(1, 8)
    ]
    shine = "".join(
        path(f"M{x},612 L{x + d},900 L{x + d + 70},900 L{x + 22},612 Z", "#ffe2a8", opacity=0.10)
        for x, d in ((320, -60), (1240, 40), (770, -10))
    )
    return "".join(lines) + shine


def _chandelier(x: float, y: float, size: float, gold: str) -> str:
    parts = [path("M0,-160 V-60", line=darker(gold, 0.3), width=5), ellipse(0, 0, 200, 150, "url(#glow)", opacity=0.85)]
    for tier, (width, top) in enumerate(((150, 10), (104, -34), (56, -70))):
        parts.append(
            path(
                f"M{-width},{top} C{-width * 0.6},{top + 34} {width * 0.6},{top + 34} {width},{top}", line=gold, width=6
            )
        )
        for i in range(7 - tier):
            at = -width + i * 2 * width / (6 - tier)
            sag = 26 * cos(at / width * pi / 2)
            parts.append(
                rect(at - 4, top + sag - 30, 8, 26, "#fff6df", r=3) + ellipse(at, top + sag - 36, 9, 13, "#fffbe9")
            )
            parts.append(path(f"M{at - 5},{top + sag + 4} l5,20 l5,-20 Z", "#fff4d4", opacity=0.75))
    return group("".join(parts), f"translate({x},{y}) scale({size})")


def _table(x: float, y: float, size: float, gold: str, dice: Random) -> str:
    drops = "".join(
        path(
            f"M{-150 + i * 60},8 C{-146 + i * 60},60 {-152 + i * 58},110 {-150 + i * 60 + 6},150",
            line="#a98d80",
            width=3,
            opacity=0.5,
        )
        for i in range(1, 6)
    )
    glasses = "".join(_glass(gx, -10 + dice.uniform(-6, 6)) for gx in (-110, -62, 66, 112))
    flowers = "".join(
        ellipse(dice.uniform(-34, 34), -62 + dice.uniform(-22, 20), 13, 11, c)
        for c in ("#a3122a", "#d9485c", "#f6e7d8", "#c22a42", "#f3d9c9", "#8c1024", "#e26a78")
    )
    return group(
        ellipse(0, 160, 190, 26, "#0a0406", opacity=0.5)
        + path("M-168,0 C-172,60 -176,110 -172,150 C-110,176 110,176 172,150 C176,110 172,60 168,0 Z", "url(#cloth)")
        + drops
        + ellipse(0, 0, 168, 36, "#fffaf0")
        + ellipse(0, -6, 120, 90, "url(#glow)", opacity=0.35)
        + rect(-9, -46, 18, 46, gold)
        + flowers
        + glasses,
        f"translate({x},{y}) scale({size})",
    )


def _glass(x: float, y: float) -> str:
    return path(
        f"M{x - 9},{y - 40} L{x - 3},{y - 12} L{x - 2},{y + 2} L{x - 9},{y + 5} L{x + 9},{y + 5} L{x + 2},{y + 2}"
        f" L{x + 3},{y - 12} L{x + 9},{y - 40} Z",
        "#fdf3dd",
        opacity=0.75,
    ) + path(f"M{x - 8},{y - 32} L{x - 3},{y - 14} L{x + 3},{y - 14} L{x + 8},{y - 32} Z", "#e0b24f", opacity=0.9)


def _crowd(dice: Random, dark: str, rim: str, *, y: float, size: float, count: int, shade: float) -> str:
    """Guests as silhouettes, edged by the light behind them."""
    people = []
    for i in range(count):
        x = 40 + i * 1520 / (count - 1) + dice.uniform(-24, 24)
        if 560 < x < 1040:
            continue
        people.append(
            _guest(
                dice,
                x,
                y + dice.uniform(-6, 18),
                size * dice.uniform(0.88, 1.06),
                mix(dark, "#000000", dice.uniform(0.1, shade)),
                rim,
            )
        )
    return "".join(people)


def _guest(dice: Random, x: float, y: float, size: float, colour: str, rim: str) -> str:
    gown = dice.random() < 0.5
    body = (
        "M-30,-128 C-40,-60 -26,-30 -44,60 L44,60 C26,-30 40,-60 30,-128 C16,-140 -16,-140 -30,-128 Z"
        if gown
        else "M-42,-128 C-50,-60 -40,0 -38,60 L38,60 C40,0 50,-60 42,-128 C20,-142 -20,-142 -42,-128 Z"
    )
    hair = ellipse(0, -172, 23 if gown else 20, 26, mix(colour, "#5a3626", 0.35))
    top = mix(colour, "#7a2540" if gown else "#1a1d2a", 0.5)
    turn = dice.choice((-1, 1))
    return group(
        path(body, top)
        + rect(-9, -150, 18, 26, mix(colour, "#9a6a50", 0.6))
        + ellipse(2, -166, 18, 23, mix(colour, "#b27f63", 0.65))
        + hair.replace('cy="-172"', 'cy="-178"')
        + path("M30,-128 C40,-60 28,-30 42,40", line=rim, width=3, opacity=0.45),
        f"translate({x:.0f},{y:.0f}) scale({turn * size:.2f},{size:.2f})",
    )


# room nine


def _room_nine(place: Place, rain: bool) -> Backdrop:
    night, teal, mist, pale, pulse = place.palette[:5]
    defs = "".join(
        (
            linear("wall", [(0, darker(night, 0.35), 1), (0.6, mix(night, teal, 0.6), 1), (1, night, 1)]),
            linear("floor", [(0, darker(teal, 0.35), 1), (1, darker(night, 0.5), 1)]),
            linear("beam", [(0, "#cfe9df", 0.42), (1, "#cfe9df", 0)], x2=-0.4, y2=1),
            radial("lamp", [(0, "#d7f3ea", 0.7), (1, "#7fb7b2", 0)]),
            radial("green", [(0, pulse, 0.65), (1, pulse, 0)]),
            radial("red", [(0, "#ff5a4a", 0.9), (1, "#ff2a1a", 0)]),
            linear("sheet", [(0, mix(pale, teal, 0.1), 1), (1, mix(pale, night, 0.55), 1)]),
            linear(
                "drape",
                [(0, mix(mist, night, 0.55), 1), (0.5, mix(mist, night, 0.2), 1), (1, mix(mist, night, 0.6), 1)],
                x2=1,
                y2=0,
            ),
        )
    )
    content = "".join(
        (
            rect(0, 0, WIDTH, 660, "url(#wall)"),
            rect(0, 420, WIDTH, 8, darker(night, 0.3)) + rect(0, 428, WIDTH, 232, mix(night, teal, 0.35), opacity=0.6),
            _blinds(130, 110, night, mist),
            _ward_door(1230, 120, night, mist),
            rect(0, 640, WIDTH, 270, "url(#floor)"),
            path("M1250,640 L1450,640 L1240,900 L820,900 Z", "#cfe9df", opacity=0.16),
            _bed(560, 500, mist, pale, night),
            _monitor(1010, 250, pulse, night),
            _drip(500, 240, mist, night),
            _drape(mist),
            ellipse(800, 330, 460, 260, "url(#lamp)", opacity=0.30),
            path("M1260,150 L1420,150 L1000,900 L420,900 Z", "url(#beam)", opacity=0.35),
            group(
                rect(-17, -24, 34, 48, "#0a1216", r=5)
                + ellipse(0, -42, 6, 6, "#ff5a4a")
                + ellipse(0, -42, 34, 34, "url(#red)", opacity=0.8),
                "translate(1150,560)",
            ),
        )
    )
    return Backdrop(content, defs, Light("#c3dcd9", "#8ff0d2", 0.7, "#10283a"))


def _blinds(x: float, y: float, night: str, mist: str) -> str:
    lights = chance(4)
    city = "".join(
        rect(
            x + lights.uniform(4, 246),
            y + lights.uniform(60, 270),
            5,
            7,
            lights.choice(("#f2c14e", "#bfe3ff", "#f7e3a6")),
            opacity=0.8,
        )
        for _ in range(60)
    )
    slats = "".join(
        rect(x, y + i * 19, 256, 9, mix(mist, night, 0.62)) + rect(x, y + i * 19, 256, 2, mist, opacity=0.35)
        for i in range(15)
    )
    return rect(x - 12, y - 12, 280, 310, darker(night, 0.2)) + rect(x, y, 256, 286, "#0b1830") + city + slats


def _ward_door(x: float, y: float, night: str, mist: str) -> str:
    return "".join(
        (
            rect(x - 16, y - 16, 232, 540, darker(night, 0.25)),
            rect(x, y, 200, 524, mix(mist, night, 0.66)),
            rect(x + 4, y, 4, 524, mist, opacity=0.35),
            ellipse(x + 100, y + 130, 170, 190, "url(#lamp)", opacity=0.7),
            rect(x + 46, y + 50, 108, 170, "#e6f5ec", r=4)
            + rect(x + 97, y + 50, 6, 170, mix(mist, night, 0.6))
            + rect(x + 46, y + 132, 108, 5, mix(mist, night, 0.6)),
            rect(x + 166, y + 286, 22, 8, "#cfd9d6", r=4),
            (
                f'<text x="{x + 100}" y="{y + 300}" font-size="58" font-weight="bold" text-anchor="middle"'
                f' fill="{mist}" font-family="Liberation Sans, sans-serif">9</text>'
            ),
        )
    )


def _bed(x: float, y: float, mist: str, pale: str, night: str) -> str:
    rail = "".join(rect(40 + i * 52, 26, 7, 74, mist, opacity=0.85) for i in range(9))
    return group(
        ellipse(260, 250, 380, 34, "#04090c", opacity=0.6)
        + rect(-30, -70, 16, 300, mix(mist, night, 0.3), r=5)
        + rect(540, 0, 14, 230, mix(mist, night, 0.4), r=5)
        + rect(-20, 120, 560, 40, darker(mist, 0.55))
        + path("M-14,60 C0,30 70,28 120,44 L540,64 L540,136 L-14,136 Z", "url(#sheet)")
        + path("M-10,58 C-10,14 90,8 112,44 C116,66 20,72 -10,58 Z", pale)
        + path("M34,36 C34,12 86,8 94,32 C98,50 44,56 34,36 Z", "#d9b9a2")
        + path("M26,40 C22,4 70,-2 92,14 C70,14 44,20 40,44 C36,52 28,50 26,40 Z", "#4a4038")
        + path(
            "M120,46 C200,20 300,26 380,52 C440,64 500,62 540,66 L540,130 L150,134 C130,110 118,80 120,46 Z",
            mix(pale, mist, 0.35),
        )
        + path(
            "M180,44 C220,70 240,100 236,132 M330,46 C350,70 356,100 350,132",
            line=mix(mist, night, 0.35),
            width=4,
            opacity=0.7,
        )
        + rect(36, 22, 430, 8, mist, r=4)
        + rail
        + rect(36, 96, 430, 7, mist, r=3)
        + rect(0, 160, 10, 76, mix(mist, night, 0.4))
        + rect(510, 160, 10, 76, mix(mist, night, 0.4))
        + ellipse(5, 240, 13, 13, "#0a1418")
        + ellipse(515, 240, 13, 13, "#0a1418"),
        f"translate({x},{y})",
    )


def _monitor(x: float, y: float, pulse: str, night: str) -> str:
    return group(
        rect(78, 150, 14, 300, mix(pulse, night, 0.85))
        + ellipse(85, 75, 240, 190, "url(#green)", opacity=0.4)
        + rect(-8, -8, 186, 158, "#0a1216", r=10)
        + rect(4, 4, 162, 128, "#04140f", r=4)
        + path("M8,70 H50 l8,-8 l8,14 l10,-50 l12,78 l10,-40 l8,6 H162", line=pulse, width=4)
        + path("M8,108 q12,-16 24,0 t24,0 t24,0 t24,0 t24,0 t24,0", line="#f2c14e", width=2.4, opacity=0.8)
        + f'<text x="158" y="34" font-size="26" text-anchor="end" fill="{pulse}" font-family="Liberation Sans,'
        ' sans-serif" font-weight="bold">58</text>',
        f"translate({x},{y})",
    )


def _drip(x: float, y: float, mist: str, night: str) -> str:
    return group(
        rect(-3, 0, 6, 400, mix(mist, night, 0.35))
        + path("M-30,6 H30", line=mist, width=5)
        + path("M-34,10 C-40,50 -38,84 -24,96 C-10,84 -8,50 -14,10 Z", "#d8efe9", opacity=0.75)
        + path("M-24,96 C-24,200 60,180 80,300", line="#d8efe9", width=2.4, opacity=0.7),
        f"translate({x},{y})",
    )


def _drape(mist: str) -> str:
    strips = "".join(rect(392 + i * 30, 84, 31, 560 - (i % 2) * 8, "url(#drape)") for i in range(3))
    return rect(380, 76, 560, 7, mist, r=3) + strips


# the roof


def _rooftop(place: Place, rain: bool) -> Backdrop:
    night, blue, slate, lamp, pale = place.palette[:5]
    dice = chance(21)
    defs = "".join(
        (
            linear("sky", [(0, darker(night, 0.35), 1), (0.6, blue, 1), (1, mix(slate, "#7a5a72", 0.35), 1)]),
            radial("haze", [(0, "#e9a65a", 0.5), (1, "#e9a65a", 0)]),
            radial("moon", [(0, "#f4f7ff", 0.5), (1, "#c7d0e0", 0)]),
            radial("glow", [(0, "#ffe7a8", 0.95), (0.3, lamp, 0.5), (1, lamp, 0)]),
            linear("deck", [(0, mix(slate, night, 0.3), 1), (1, darker(night, 0.25), 1)]),
            blur("soft", 14),
        )
    )
    content = "".join(
        (
            rect(0, 0, WIDTH, 700, "url(#sky)"),
            _clouds(pale, blue, dice),
            ellipse(800, 620, 900, 230, "url(#haze)", opacity=0.55),
            _towers(dice, mix(blue, slate, 0.4), lamp, base=640, low=120, high=330, width=(46, 90), lit=0.30),
            _towers(dice, mix(night, blue, 0.55), lamp, base=660, low=90, high=440, width=(70, 130), lit=0.42),
            rect(0, 600, WIDTH, 70, mix(night, slate, 0.5)) + rect(0, 594, WIDTH, 10, mix(slate, pale, 0.25)),
            rect(0, 664, WIDTH, 240, "url(#deck)"),
            "".join(
                path(f"M{800 + i * 150},664 L{800 + i * 330},900", line=pale, width=1.5, opacity=0.10)
                for i in range(-6, 7)
            ),
            _puddles(dice, pale, lamp) if rain else "",
            _aerial(250, 600, 1.0, night, pale),
            _aerial(1040, 600, 0.7, night, pale),
            _roof_door(1310, 300, night, slate, lamp),
        )
    )
    return Backdrop(content, defs, Light("#b4c2e2", "#ffd58a" if not rain else "#bcd2ff", 0.7, "#0c1434"), rain)


def _clouds(pale: str, blue: str, dice: Random) -> str:
    banks = "".join(
        ellipse(
            dice.uniform(0, 1600),
            dice.uniform(40, 260),
            dice.uniform(160, 340),
            dice.uniform(18, 44),
            mix(blue, pale, 0.25),
            opacity=0.35,
        )
        for _ in range(9)
    )
    return group(banks, extra='filter="url(#soft)"')


def _towers(
    dice: Random,
    colour: str,
    lamp: str,
    *,
    base: float,
    low: float,
    high: float,
    width: tuple[float, float],
    lit: float,
) -> str:
    parts: list[str] = []
    x = -20.0
    while x < WIDTH:
        wide, tall = dice.uniform(*width), dice.uniform(low, high)
        parts.append(rect(x, base - tall, wide, tall, mix(colour, "#000000", dice.uniform(0, 0.25))))
        parts.append(rect(x, base - tall, 4, tall, lighter(colour, 0.2), opacity=0.5))
        if dice.random() < 0.3:
            parts.append(
                rect(x + wide / 2 - 2, base - tall - 50, 4, 50, colour)
                + ellipse(x + wide / 2, base - tall - 50, 4, 4, "#ff4b3e")
            )
        for row in range(int(tall // 18) - 1):
            for column in range(int(wide // 14) - 1):
                if dice.random() < lit:
                    tint = dice.choice((lamp, "#f7e3a6", "#bfe3ff", "#ffd08a"))
                    parts.append(
                        rect(
                            x + 8 + column * 14,
                            base - tall + 10 + row * 18,
                            7,
                            9,
                            tint,
                            opacity=round(dice.uniform(0.35, 0.95), 2),
                        )
                    )
        x += wide + dice.uniform(2, 16)
    return "".join(parts)


def _puddles(dice: Random, pale: str, lamp: str) -> str:
    return "".join(
        ellipse(
            dice.uniform(60, 1540),
            dice.uniform(700, 880),
            dice.uniform(60, 170),
            dice.uniform(6, 14),
            dice.choice((pale, lamp)),
            opacity=0.16,
        )
        for _ in range(14)
    )


def _aerial(x: float, y: float, size: float, night: str, pale: str) -> str:
    bars = "".join(path(f"M{-40 + i * 8},{-190 + i * 34} H{40 - i * 8}", line=night, width=6) for i in range(4))
    return group(
        path("M0,0 V-230", line=night, width=9)
        + bars
        + ellipse(0, -234, 7, 7, "#ff4b3e")
        + ellipse(0, -234, 22, 22, "#ff4b3e", opacity=0.25),
        f"translate({x},{y}) scale({size})",
    )


def _roof_door(x: float, y: float, night: str, slate: str, lamp: str) -> str:
    return "".join(
        (
            rect(x - 60, y - 60, 340, 430, mix(night, slate, 0.45)),
            rect(x - 60, y - 72, 360, 18, mix(slate, "#ffffff", 0.12)),
            "".join(rect(x - 60, y - 30 + i * 40, 340, 2, night, opacity=0.5) for i in range(10)),
            rect(x, y + 30, 150, 340, darker(night, 0.3)) + rect(x + 10, y + 40, 130, 330, mix(slate, night, 0.35)),
            rect(x + 122, y + 200, 9, 26, "#c9b37a", r=4),
            ellipse(x + 75, y + 10, 260, 230, "url(#glow)", opacity=0.55),
            path(f"M{x + 50},{y - 6} H{x + 100} L{x + 112},{y + 20} H{x + 38} Z", "#2a2a30")
            + ellipse(x + 75, y + 20, 32, 8, "#fff1c2"),
        )
    )


# places nobody has drawn


def _room(place: Place, rain: bool) -> Backdrop:
    c = [*place.palette, "#333333", "#555555", "#888888", "#aaaaaa", "#cccccc"][:5]
    day = place.time == "day"
    wall, trim, warm, lit, wood = (c[0], c[1], c[4], "#ffffff", c[3]) if day else (c[0], c[1], c[2], c[3], c[4])
    dice = chance(place.id)
    defs = (
        linear("wall", [(0, darker(wall, 0.25), 1), (1, wall, 1)])
        + linear("floor", [(0, darker(wood, 0.2), 1), (1, darker(wood, 0.6), 1)])
        + radial("glow", [(0, lit, 0.8), (1, lit, 0)])
        + linear("sky", [(0, "#9cc4e4", 1), (1, "#eef5f8", 1)] if day else [(0, "#0b1830", 1), (1, "#2a3a5e", 1)])
    )
    panes = "".join(rect(180 + i * 215, 110, 200, 330, "url(#sky)") for i in range(4))
    city = "".join(
        rect(
            180 + dice.uniform(0, 800),
            440 - (h := dice.uniform(40, 210)),
            dice.uniform(30, 60),
            h,
            mix(trim, "#0b1830" if not day else "#8fa6b5", 0.6),
            opacity=0.8,
        )
        for _ in range(24)
    )
    content = "".join(
        (
            rect(0, 0, WIDTH, 660, "url(#wall)"),
            rect(166, 96, 872, 358, darker(trim, 0.3)) + panes + city,
            "".join(rect(380 + i * 215, 110, 15, 330, darker(trim, 0.3)) for i in range(3)),
            rect(0, 600, WIDTH, 60, darker(trim, 0.25)),
            rect(0, 650, WIDTH, 260, "url(#floor)"),
            rect(1140, 170, 300, 430, darker(wood, 0.25))
            + "".join(rect(1156, 190 + i * 100, 268, 84, darker(wood, 0.5)) for i in range(4)),
            "".join(
                rect(
                    1162 + dice.uniform(0, 240),
                    214 + (k % 4) * 100,
                    dice.uniform(8, 18),
                    58,
                    dice.choice((warm, trim, lit, wood)),
                    opacity=0.85,
                )
                for k in range(40)
            ),
            ellipse(1090, 330, 260, 240, "url(#glow)", opacity=0.5),
            rect(1086, 380, 8, 280, darker(trim, 0.4))
            + path("M1040,380 L1064,290 H1116 L1140,380 Z", lighter(warm, 0.45)),
            path("M420,560 H1000 L1040,620 H380 Z", wood)
            + rect(400, 620, 620, 160, darker(wood, 0.45))
            + rect(380, 612, 660, 14, lighter(wood, 0.15)),
        )
    )
    return Backdrop(content, defs, Light("#ffffff" if day else "#f4dcc4", lit, 0.6, "#2a2440"))


def _skyline(place: Place, rain: bool) -> Backdrop:
    palette = (*place.palette, "#0a0f1f", "#18233f", "#33456b", "#f2c14e", "#c7d0e0")[:5]
    return _rooftop(Place(place.id, place.name, place.setting, place.time, palette), rain)


def rain_streaks(seed: int) -> str:
    """One picture of falling rain over 1280 by 720; a few of them in turn make it fall."""
    dice = chance(seed)
    far = "".join(_streak(dice, 46, 1.2, 0.28) for _ in range(130))
    near = "".join(_streak(dice, 120, 2.2, 0.34) for _ in range(46))
    return far + near


def _streak(dice: Random, long: float, width: float, opacity: float) -> str:
    x, y = dice.uniform(-40, 1320), dice.uniform(-120, 720)
    tall = long * dice.uniform(0.7, 1.2)
    return path(f"M{x:.0f},{y:.0f} l{-tall * sin(0.16):.1f},{tall:.1f}", line="#cfe0ff", width=width, opacity=opacity)


_SETS: dict[str, Callable[[Place, bool], Backdrop]] = {
    "banquet_hall": _banquet_hall,
    "room_nine": _room_nine,
    "rooftop": _rooftop,
}
