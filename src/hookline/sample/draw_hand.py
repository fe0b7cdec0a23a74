"""Hands seen close, out of rounded strokes."""

from __future__ import annotations

from hookline.sample.draw_face import Look, paint
from hookline.sample.draw_svg import Light, darker, ellipse, group, lighter, mix, path

Point = tuple[float, float]


def finger(points: tuple[Point, ...], width: float, skin: str, line: str) -> str:
    """A finger along points, outlined."""
    d = "M" + " L".join(f"{x:.0f},{y:.0f}" for x, y in points)
    return path(d, line=line, width=width + 5) + path(d, line=skin, width=width)


def nail(x: float, y: float, turn: float, skin: str, size: float = 1) -> str:
    """A fingernail."""
    return group(
        ellipse(0, 0, 9 * size, 6.5 * size, lighter(mix(skin, "#f2b8a8", 0.4), 0.35)),
        f"translate({x:.0f},{y:.0f}) rotate({turn:.0f})",
    )


def grip(skin: str, line: str, shade: str, *, sleeve: str = "", cuff: str = "", ring: str = "", behind: bool) -> str:
    """A right hand closed round something upright at the origin; the arm leaves to the lower right."""
    if behind:
        arm = path(
            "M24,-66 C80,-84 140,-50 176,-6 L420,210 L300,360 L104,112 C70,104 44,92 24,74 Z", skin, line=line, width=5
        )
        arm += path(
            "M40,74 C80,84 110,100 150,150 L300,330 L280,360 L104,112 C70,104 54,92 40,74 Z", shade, opacity=0.7
        )
        cover = (
            path("M212,20 L520,290 L390,450 L120,140 Z", sleeve, line=darker(sleeve, 0.5), width=5) if sleeve else ""
        )
        edge = path("M194,4 L228,36 L134,152 L104,118 Z", cuff, line=darker(cuff, 0.4), width=4) if cuff else ""
        return arm + edge + cover
    fingers = "".join(
        finger(((52, y + 4), (6, y - 3), (-36, y + 2), (-40, y + 13)), 31, skin, line) for y in (66, 33, 0, -34)
    )
    stone = signet(6, 31, ring) if ring else ""
    thumb = finger(((86, -58), (44, -82), (-8, -74)), 34, skin, line) + nail(-14, -74, 8, skin)
    return fingers + stone + thumb


def signet(x: float, y: float, stone: str) -> str:
    """A gold ring with a stone."""
    return "".join(
        (
            path(
                f"M{x - 9},{y - 20} C{x - 3},{y} {x - 3},{y + 10} {x - 9},{y + 20} L{x + 8},{y + 20} C{x + 13},{y + 8}"
                f" {x + 13},{y - 6} {x + 8},{y - 20} Z",
                "#d9b04a",
                line="#6a4a12",
                width=2.5,
            ),
            path(
                f"M{x - 17},{y} L{x - 8},{y - 16} L{x + 10},{y - 16} L{x + 19},{y} L{x + 10},{y + 16}"
                f" L{x - 8},{y + 16} Z",
                stone,
                line="#3c0610",
                width=3,
            ),
            path(f"M{x - 8},{y - 16} L{x - 3},{y} L{x - 8},{y + 16} L{x - 17},{y} Z", lighter(stone, 0.35)),
            path(
                f"M{x - 8},{y - 16} L{x + 10},{y - 16} L{x + 4},{y - 3} L{x - 3},{y - 3} Z",
                lighter(stone, 0.6),
                opacity=0.9,
            ),
        )
    )


def flat(skin: str, line: str, shade: str, *, sleeve: str = "", cuff: str = "", ring: str = "") -> str:
    """A hand stretched out to the right, palm down, fingertips near (190, 0); the arm leaves to the left."""
    arm = path(
        "M-420,-52 L-60,-58 C-10,-62 40,-60 70,-50 L74,52 C40,66 -10,66 -60,56 L-420,60 Z", skin, line=line, width=5
    )
    tips = ((188, -34, -40), (206, -6, -12), (198, 22, 14), (168, 46, 40))
    fingers = "".join(
        finger(((58, y), (124, (y + ty) / 2 - 3), (x, ty)), 27 - i, skin, line) for i, (x, ty, y) in enumerate(tips)
    )
    nails = "".join(nail(x - 1, ty, 4, skin, 0.9) for x, ty, _ in tips)
    thumb = finger(((-8, 46), (48, 86), (104, 92)), 30, skin, line) + nail(106, 92, 0, skin)
    palm = path("M-70,-54 C-10,-60 40,-58 74,-46 L78,50 C40,62 -10,64 -70,54 Z", skin) + path(
        "M-60,40 C-10,54 40,54 78,38 L78,52 C40,64 -10,66 -60,56 Z", shade, opacity=0.7
    )
    cover = path("M-460,-96 L-96,-78 L-96,84 L-460,104 Z", sleeve, line=darker(sleeve, 0.5), width=5) if sleeve else ""
    edge = path("M-104,-72 L-70,-66 L-70,70 L-104,78 Z", cuff, line=darker(cuff, 0.4), width=4) if cuff else ""
    return arm + thumb + fingers + nails + palm + edge + cover + (signet(112, 4, ring) if ring else "")


def hand_paint(look: Look, light: Light) -> tuple[str, str, str]:
    """Skin, line and shade of somebody's hands under a light."""
    tone = paint(look, light)
    return tone.skin, tone.line, tone.shade
