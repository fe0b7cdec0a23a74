"""A person's head in three-quarter view, looking to the right; mirror it to look left.

Units: the eyes lie on y = 0, the chin at 112, the crown at -130; the head turns about (-8, 118).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.engines.voice import Mouth
from hookline.sample.draw_svg import Light, darker, ellipse, lighter, mix, multiply, path

NECK = (-8, 118)  # what the head turns about
EYES_BOX = (-70.0, -62.0, 142.0, 90.0)  # x, y, width, height of what lids, gaze and brows change
MOUTH_BOX = (-76.0, 44.0, 152.0, 90.0)  # and of what a mouth and jaw change


class Mood(StrEnum):
    """What a face shows."""

    NEUTRAL = "neutral"
    SMUG = "smug"
    WARM = "warm"
    ANGRY = "angry"
    SAD = "sad"
    AFRAID = "afraid"
    COLD = "cold"


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks, whatever happens."""

    id: str
    female: bool
    age: int
    skin: str
    hair: str
    hair_style: str
    clothes: str
    accent: str
    garment: str = "plain"
    eyes: str = "#5a3d28"
    lips: str = ""
    jewels: str = ""  # colour of earrings, "" for none


@dataclass(frozen=True, slots=True)
class Face:
    """What a face does now."""

    mood: Mood = Mood.NEUTRAL
    mouth: Mouth = Mouth.REST
    lids: float = 1.0  # 1 open .. 0 shut
    gaze: float = 0.0  # -1 back .. 1 ahead
    brow: float = 0.0  # 0..1 raised by emphasis
    tears: bool = False


@dataclass(frozen=True, slots=True)
class Paint:
    """A look's colours under a light."""

    skin: str
    shade: str
    deep: str
    line: str
    hair: str
    hair_dark: str
    hair_light: str
    lips: str
    white: str
    rim: str
    rim_strength: float


def paint(look: Look, light: Light) -> Paint:
    """The colours to draw a head with."""
    skin = multiply(look.skin, light.ambient)
    hair = multiply(look.hair, light.ambient)
    lips = multiply(look.lips or mix(look.skin, "#a8483f", 0.45 if look.female else 0.28), light.ambient)
    return Paint(
        skin=skin,
        shade=mix(mix(skin, "#a04a3c", 0.22), light.shade, 0.26),
        deep=mix(mix(skin, "#7a2f2a", 0.35), light.shade, 0.42),
        line=mix(darker(skin, 0.72), light.shade, 0.3),
        hair=hair,
        hair_dark=mix(darker(hair, 0.35), light.shade, 0.25),
        hair_light=mix(hair, "#fff0dc", 0.3),
        lips=lips,
        white=multiply("#fbf6f1", light.ambient),
        rim=light.rim,
        rim_strength=light.rim_strength,
    )


def head(look: Look, face: Face, light: Light) -> str:
    """Everything of a head that lies in front of the body."""
    tone = paint(look, light)
    parts = (_skull(look, face, tone), _features(look, face, tone), _front_hair(look, tone), _jewels(look, light))
    return "".join(parts)


def back_hair(look: Look, light: Light) -> str:
    """Hair that falls behind the body."""
    return _BACK[_style(look)](look, paint(look, light))


# the skull


def _skull(look: Look, face: Face, tone: Paint) -> str:
    contour = _contour(look, _MOUTHS[face.mouth].jaw)
    shadow = (
        "M-66,-40 C-68,0 -67,26 -61,46 C-54,70 -34,90 -12,103 C-20,92 -34,80 -42,60 C-50,38 -44,8 -47,-14 C-50,-36"
        " -58,-40 -66,-40 Z"
    )
    return "".join(
        (
            _ear(look, tone) if _style(look) not in _COVERS_EARS else "",
            path(contour, tone.skin, line=tone.line, width=2.4),
            path(shadow, tone.shade, opacity=0.55),
            _cheeks(look, tone),
            _under_lip(tone, _MOUTHS[face.mouth].jaw),
        )
    )


def _contour(look: Look, jaw: float) -> str:
    """The face's edge; the chin drops with the jaw and squares with a man's."""
    w, c = (0.0, -3.0) if look.female else (5.0, 4.0)
    j = jaw
    return (
        "M-66,-30 "
        f"C-68,0 -68,24 {-63 - w * 0.8},{45 + c} "
        f"C{-58 - w},{64 + c + j * 0.3} {-47 - w},{78 + c + j * 0.6} {-31 - w},{91 + c + j * 0.9} "
        f"C{-16 - w},{103 + c + j} {-4 - w},{111 + c + j} {12 - w},{112 + c + j} "
        f"C{22},{113 + c + j} {32 + w},{112 + c + j} {38 + w},{104 + c + j} "
        f"C{47 + w * 0.7},{92 + c + j * 0.8} {55 + w * 0.5},{74 + j * 0.3} {58},{56} "
        "C61,44 65,34 64,24 C63,14 58,8 59,0 C60,-10 65,-18 64,-34 "
        "C62,-84 30,-114 -8,-114 C-50,-114 -66,-75 -66,-30 Z"
    )


def _ear(look: Look, tone: Paint) -> str:
    return path("M-60,-12 C-74,-22 -84,-10 -80,8 C-77,24 -70,36 -60,32 Z", tone.shade, line=tone.line, width=2) + path(
        "M-64,-4 C-72,-8 -76,0 -73,10 C-71,16 -68,20 -65,20", line=tone.deep, width=2
    )


def _cheeks(look: Look, tone: Paint) -> str:
    blush = mix(tone.skin, "#d8594f", 0.4)
    parts = [ellipse(-30, 40, 19, 10, blush, opacity=0.28 if look.female else 0.14)]
    parts.append(ellipse(50, 38, 8, 9, blush, opacity=0.28 if look.female else 0.14))
    if look.age >= 50:
        parts += [
            path("M-2,48 C-8,56 -10,64 -8,72", line=tone.deep, width=2, opacity=0.6),
            path("M44,50 C48,58 48,64 46,72", line=tone.deep, width=1.6, opacity=0.5),
            path("M-44,16 C-36,22 -24,24 -14,20", line=tone.deep, width=1.5, opacity=0.5),
            path("M26,20 C34,24 42,22 48,18", line=tone.deep, width=1.3, opacity=0.5),
            path("M-24,-58 C-4,-64 24,-63 44,-56", line=tone.deep, width=1.4, opacity=0.4),
            path("M-20,-47 C0,-52 24,-51 42,-46", line=tone.deep, width=1.2, opacity=0.35),
        ]
    if not look.female and look.age < 50:
        parts.append(
            path(
                "M-40,70 C-20,96 10,110 34,104 C46,92 52,80 54,66 C46,84 30,92 14,92 C-8,92 -26,84 -40,70 Z",
                tone.deep,
                opacity=0.13,
            )
        )
    return "".join(parts)


def _under_lip(tone: Paint, jaw: float) -> str:
    return path(
        f"M12,{95 + jaw * 0.9} C18,{98 + jaw * 0.9} 26,{98 + jaw * 0.9} 31,{95 + jaw * 0.9}",
        line=tone.shade,
        width=3,
        opacity=0.8,
    )


# what shows feeling


def _features(look: Look, face: Face, tone: Paint) -> str:
    return "".join(
        (
            _nose(look, tone),
            _eye(look, face, tone, near=True),
            _eye(look, face, tone, near=False),
            _brows(look, face, tone),
            _mouth(look, face, tone),
            _tears(face) if face.tears else "",
        )
    )


def _nose(look: Look, tone: Paint) -> str:
    man = 0 if look.female else 4
    return "".join(
        (
            path(
                f"M18,2 C22,18 {34 + man},34 {36 + man},43 C{36 + man},48 28,51 20,50 C12,49 11,44 15,40 C20,34 19,16"
                " 18,2 Z",
                tone.shade,
                opacity=0.5,
            ),
            path(f"M27,14 C30,26 {35 + man},36 {36 + man},42 C{37 + man},48 31,50 27,49", line=tone.line, width=2),
            path("M16,47 C18,51 23,51 25,49", line=tone.deep, width=2.6),
        )
    )


@dataclass(frozen=True, slots=True)
class _EyeShape:
    """Numbers that a mood changes on an eye and its brow."""

    open: float = 1.0  # height of the opening
    upper: float = 0.0  # how much the upper lid weighs on the iris
    slant: float = 0.0  # inner corner of the brow down (+) or up (-)
    lift: float = 0.0  # brow up (-y)


_EYES = {
    Mood.NEUTRAL: _EyeShape(),
    Mood.SMUG: _EyeShape(open=0.8, upper=0.3, slant=2, lift=3),
    Mood.WARM: _EyeShape(open=0.92, slant=-2, lift=2),
    Mood.ANGRY: _EyeShape(open=0.95, upper=0.25, slant=10, lift=-4),
    Mood.SAD: _EyeShape(open=0.86, upper=0.15, slant=-9, lift=1),
    Mood.AFRAID: _EyeShape(open=1.22, slant=-8, lift=7),
    Mood.COLD: _EyeShape(open=0.76, upper=0.35, slant=4, lift=-2),
}


def _eye(look: Look, face: Face, tone: Paint, *, near: bool) -> str:
    shape = _EYES[face.mood]
    cx, half = (-21.0, 25.0) if near else (39.0, 17.5)
    grown = 1.0 if look.female else 0.86
    tall = 15.6 * grown * shape.open * max(0.0, face.lids)
    if face.lids < 0.25:
        return _shut_eye(look, tone, cx, half)
    inner, outer = (cx + half, cx - half) if near else (cx - half, cx + half)
    top, low = -tall, tall * 0.62 if face.lids > 0.6 else tall * 0.5 + 2
    lid = (
        f"M{outer},{1:.1f} C{outer + (inner - outer) * 0.22:.1f},{top * 1.12:.1f}"
        f" {outer + (inner - outer) * 0.68:.1f},{top * 1.2:.1f} {inner},{4:.1f}"
    )
    opening = (
        lid + f" C{outer + (inner - outer) * 0.72:.1f},{low + 3:.1f}"
        f" {outer + (inner - outer) * 0.3:.1f},{low * 1.15 + 2:.1f} {outer},{1:.1f} Z"
    )
    name = f"{'n' if near else 'f'}eye"
    iris_x, iris_y = cx + (2.5 if near else 1.5) + face.gaze * 6, -1 - shape.upper * 2
    r = 12.4 * grown if near else 11.0 * grown
    return "".join(
        (
            f'<clipPath id="{name}"><path d="{opening}"/></clipPath>',
            path(opening, tone.white),
            f'<g clip-path="url(#{name})">{_iris(look, tone, iris_x, iris_y, r, near)}'
            + path(
                f"M{cx - half - 4},{top - 8} L{cx + half + 4},{top - 8} L{cx + half + 4},{top * 0.42:.1f}"
                f" L{cx - half - 4},{top * 0.5:.1f} Z",
                "#2a1a2c",
                opacity=0.28,
            )
            + "</g>",
            _lashes(look, tone, outer, inner, top, low, near=near),
            _crease(look, tone, outer, inner, top),
        )
    )


def _iris(look: Look, tone: Paint, x: float, y: float, r: float, near: bool) -> str:
    wide = r if near else r * 0.86
    return "".join(
        (
            ellipse(x, y, wide, r * 1.06, darker(look.eyes, 0.45)),
            ellipse(x, y + r * 0.22, wide * 0.84, r * 0.78, look.eyes),
            ellipse(x, y + r * 0.5, wide * 0.58, r * 0.42, lighter(look.eyes, 0.32), opacity=0.8),
            ellipse(x, y, wide * 0.46, r * 0.52, "#120a10"),
            ellipse(x + wide * 0.36, y - r * 0.4, wide * 0.28, r * 0.28, "#ffffff"),
            ellipse(x - wide * 0.4, y + r * 0.46, wide * 0.13, r * 0.13, "#ffffff", opacity=0.8),
        )
    )


def _lashes(look: Look, tone: Paint, outer: float, inner: float, top: float, low: float, *, near: bool) -> str:
    d = inner - outer
    thick = 4.6 if look.female else 3.0
    flick = (0.16 if near else 0.05) if look.female else 0.03
    dark = mix(tone.line, "#0c060a", 0.7)
    upper = (
        f"M{outer - d * flick:.1f},{-2 if look.female else 1} C{outer + d * 0.2:.1f},{top * 1.12 - thick * 0.7:.1f}"
        f" {outer + d * 0.7:.1f},{top * 1.2 - thick * 0.8:.1f} {inner},4 C{outer + d * 0.68:.1f},{top * 1.2 + 1:.1f}"
        f" {outer + d * 0.24:.1f},{top * 1.12 + 1.4:.1f} {outer},2 Z"
    )
    lower = (
        f"M{outer + d * 0.1:.1f},{low * 0.7 + 2:.1f} C{outer + d * 0.3:.1f},{low * 1.15 + 2.4:.1f}"
        f" {outer + d * 0.62:.1f},{low + 3:.1f} {inner - d * 0.12:.1f},{low * 0.6 + 3:.1f}"
    )
    return path(upper, dark) + path(lower, line=tone.deep, width=1.5)


def _crease(look: Look, tone: Paint, outer: float, inner: float, top: float) -> str:
    d = inner - outer
    y = top * 1.12 - 7
    return path(
        f"M{outer + d * 0.06:.1f},{y * 0.5:.1f} C{outer + d * 0.26:.1f},{y:.1f} {outer + d * 0.66:.1f},{y - 1:.1f}"
        f" {inner - d * 0.08:.1f},{y * 0.42:.1f}",
        line=tone.deep,
        width=1.5,
        opacity=0.75,
    )


def _shut_eye(look: Look, tone: Paint, cx: float, half: float) -> str:
    dark = mix(tone.line, "#0c060a", 0.6)
    return path(
        f"M{cx - half},2 C{cx - half * 0.4},10 {cx + half * 0.5},10 {cx + half},3",
        line=dark,
        width=3.6 if look.female else 2.8,
    ) + path(
        f"M{cx - half * 0.8},-6 C{cx - half * 0.3},-3 {cx + half * 0.4},-3 {cx + half * 0.8},-6",
        line=tone.deep,
        width=1.4,
        opacity=0.7,
    )


def _brows(look: Look, face: Face, tone: Paint) -> str:
    shape = _EYES[face.mood]
    colour = mix(tone.hair_dark, tone.line, 0.3) if look.age < 50 else mix(tone.hair, tone.line, 0.45)
    thick = 5.0 if look.female else 8.0
    y = -27 - shape.lift - face.brow * 5 + (0 if look.female else 4)
    smug = 5 if face.mood is Mood.SMUG else 0
    return _brow(-48, 2, y, thick, shape.slant, colour) + _brow(58, 24, y - smug, thick * 0.85, shape.slant, colour)


def _brow(outer: float, inner: float, y: float, thick: float, slant: float, colour: str) -> str:
    d = inner - outer
    inside = y + slant * 0.9
    peak = y - 6 - slant * 0.25
    return path(
        f"M{outer},{y + 7 - slant * 0.2:.1f} C{outer + d * 0.25:.1f},{peak:.1f}"
        f" {outer + d * 0.6:.1f},{(peak + inside) / 2 - 2:.1f} {inner},{inside:.1f}"
        f" L{inner - d * 0.02:.1f},{inside + thick:.1f} C{outer + d * 0.6:.1f},{(peak + inside) / 2 + thick * 0.7:.1f}"
        f" {outer + d * 0.3:.1f},{peak + thick * 0.8:.1f} {outer},{y + 7 - slant * 0.2:.1f} Z",
        colour,
    )


def _tears(face: Face) -> str:
    drop = path("M-26,15 C-30,26 -31,38 -29,48 C-27,54 -22,54 -21,47 C-20,38 -21,26 -22,15 Z", "#eaf6ff", opacity=0.65)
    return drop + ellipse(-25.5, 46, 2.2, 4, "#ffffff", opacity=0.8)


# mouths


@dataclass(frozen=True, slots=True)
class _MouthShape:
    """Half width, inner lip edges above and below the line, thickness, teeth and tongue (0..1), jaw drop."""

    half: float
    up: float = 0.0
    low: float = 0.0
    lips: float = 1.0
    teeth: float = 0.0
    tongue: float = 0.0
    jaw: float = 0.0


_MOUTHS = {
    Mouth.REST: _MouthShape(21),
    Mouth.CLOSED: _MouthShape(17.5, lips=0.72),
    Mouth.TEETH: _MouthShape(17, up=2.2, low=2, lips=0.85, teeth=1.0, jaw=1),
    Mouth.NARROW: _MouthShape(19, up=2.4, low=3.2, lips=0.9, teeth=0.9, jaw=2),
    Mouth.TONGUE: _MouthShape(18, up=3, low=6, teeth=0.5, tongue=0.8, jaw=4),
    Mouth.WIDE: _MouthShape(22, up=3, low=4.5, lips=0.85, teeth=0.75, jaw=3),
    Mouth.MID: _MouthShape(18, up=3.4, low=7, teeth=0.45, tongue=0.3, jaw=5),
    Mouth.OPEN: _MouthShape(18.5, up=4.5, low=14, teeth=0.35, tongue=0.5, jaw=10),
    Mouth.ROUND: _MouthShape(13, up=5, low=10, lips=1.1, teeth=0.15, jaw=8),
    Mouth.PURSED: _MouthShape(9, up=3, low=4.5, lips=1.25, jaw=3),
}

_CORNERS = {
    Mood.NEUTRAL: (0.0, 0.0),
    Mood.SMUG: (1.0, 5.5),
    Mood.WARM: (4.0, 4.0),
    Mood.ANGRY: (-3.0, -3.0),
    Mood.SAD: (-4.5, -4.0),
    Mood.AFRAID: (-2.5, -2.0),
    Mood.COLD: (-1.0, -0.5),
}


def _mouth(look: Look, face: Face, tone: Paint) -> str:
    shape = _MOUTHS[face.mouth]
    near, far = _CORNERS[face.mood]
    cx, cy = 20.0, 75.0
    left, right = cx - shape.half * 1.1, cx + shape.half * 0.92
    ly, ry = cy - near, cy - far
    thick = (6.2 if look.female else 3.6) * shape.lips
    up, low = cy - shape.up, cy + shape.low
    if shape.up == 0:
        return _closed_mouth(look, tone, (left, ly), (right, ry), cx, cy, thick)
    inner_up = (
        f"C{left + 6:.1f},{up + 0.6:.1f} {cx - 3},{up - 0.5:.1f} {cx + 1},{up:.1f} C{cx + 5},{up - 0.5:.1f}"
        f" {right - 5:.1f},{up + 0.6:.1f} {right:.1f},{ry:.1f}"
    )
    inner_low = f"C{right - 2:.1f},{low + 1:.1f} {left + 3:.1f},{low + 1.5:.1f} {left:.1f},{ly:.1f}"
    cavity = f"M{left:.1f},{ly:.1f} {inner_up} {inner_low} Z"
    return "".join(
        (
            path(
                _outer_lips(left, ly, right, ry, cx, up, low, thick), tone.lips, line=darker(tone.lips, 0.35), width=1.1
            ),
            path(cavity, "#3d0f16"),
            _tongue(shape, left, right, cx, low) if shape.tongue else "",
            _teeth(shape, tone, left, ly, right, ry, cx, up) if shape.teeth else "",
            path(cavity, line=darker(tone.lips, 0.55), width=1.3),
            path(
                f"M{cx - 6},{low + thick * 0.75:.1f} C{cx - 2},{low + thick:.1f} {cx + 5},{low + thick:.1f}"
                f" {cx + 8},{low + thick * 0.7:.1f}",
                line=lighter(tone.lips, 0.45),
                width=1.6,
                opacity=0.7 if look.female else 0.3,
            ),
        )
    )


def _outer_lips(left: float, ly: float, right: float, ry: float, cx: float, up: float, low: float, thick: float) -> str:
    return (
        f"M{left - 1.5:.1f},{ly:.1f} C{left + 5:.1f},{up - thick * 0.7:.1f} {cx - 5:.1f},{up - thick * 1.25:.1f}"
        f" {cx + 0.5:.1f},{up - thick * 0.75:.1f} C{cx + 5:.1f},{up - thick * 1.25:.1f}"
        f" {right - 4:.1f},{up - thick * 0.7:.1f} {right + 1.5:.1f},{ry:.1f} C{right - 2:.1f},{low + thick * 1.5:.1f}"
        f" {left + 3:.1f},{low + thick * 1.7:.1f} {left - 1.5:.1f},{ly:.1f} Z"
    )


def _closed_mouth(
    look: Look, tone: Paint, left: tuple[float, float], right: tuple[float, float], cx: float, cy: float, thick: float
) -> str:
    (lx, ly), (rx, ry) = left, right
    seam = (
        f"M{lx:.1f},{ly:.1f} C{lx + 7:.1f},{cy + 0.5} {cx - 3},{cy - 1.6} {cx + 1},{cy} C{cx + 5},{cy - 1.6}"
        f" {rx - 5:.1f},{cy + 0.5} {rx:.1f},{ry:.1f}"
    )
    return "".join(
        (
            path(_outer_lips(lx, ly, rx, ry, cx, cy, cy, thick), tone.lips, opacity=1 if look.female else 0.75),
            path(seam, line=darker(mix(tone.lips, tone.line, 0.4), 0.35), width=2.2),
            path(
                f"M{cx - 5},{cy + thick * 0.85:.1f} C{cx - 1},{cy + thick:.1f} {cx + 5},{cy + thick:.1f}"
                f" {cx + 8},{cy + thick * 0.7:.1f}",
                line=lighter(tone.lips, 0.5),
                width=1.6,
                opacity=0.65 if look.female else 0.25,
            ),
            path(f"M{lx - 2:.1f},{ly - 1:.1f} l-1.5,2", line=tone.deep, width=1.8, opacity=0.7),
        )
    )


def _teeth(
    shape: _MouthShape, tone: Paint, left: float, ly: float, right: float, ry: float, cx: float, up: float
) -> str:
    drop = shape.teeth * min(6.0, shape.up + shape.low * 0.8)
    d = (
        f"M{left + 3:.1f},{ly - 0.3:.1f} C{left + 7:.1f},{up + 1:.1f} {cx - 3},{up:.1f} {cx + 1},{up + 0.4:.1f}"
        f" C{cx + 5},{up:.1f} {right - 6:.1f},{up + 1:.1f} {right - 3:.1f},{ry - 0.3:.1f}"
        f" C{right - 6:.1f},{up + drop + 0.6:.1f} {left + 6:.1f},{up + drop + 1:.1f} {left + 3:.1f},{ly - 0.3:.1f} Z"
    )
    return path(d, tone.white)


def _tongue(shape: _MouthShape, left: float, right: float, cx: float, low: float) -> str:
    high = low - shape.tongue * (shape.low + shape.up) * 0.5
    return path(
        f"M{left + 5:.1f},{low - 1:.1f} C{left + 8:.1f},{high - 1:.1f} {right - 8:.1f},{high - 1:.1f}"
        f" {right - 4:.1f},{low - 1.4:.1f} C{right - 7:.1f},{low + 1:.1f} {left + 8:.1f},{low + 1.2:.1f}"
        f" {left + 5:.1f},{low - 1:.1f} Z",
        "#b5474d",
    )


# hair


def _style(look: Look) -> str:
    words = look.hair_style
    for style, needs in _STYLES:
        if all(word in words for word in needs):
            return style
    return "tied" if look.female else "parted"


_STYLES = (
    ("cap", ("cap",)),
    ("tied", ("long", "tied")),
    ("waves", ("long", "wave")),
    ("streak", ("long",)),
    ("swept", ("short", "swept")),
    ("parted", ("short",)),
)
_COVERS_EARS = ("waves", "streak")


def _front_hair(look: Look, tone: Paint) -> str:
    return _FRONT[_style(look)](look, tone)


def _cap_of_hair(tone: Paint, hairline: str, *, outer: str) -> str:
    return path(f"{outer} {hairline} Z", tone.hair, line=tone.hair_dark, width=2)


def _strands(tone: Paint, lines: tuple[str, ...], *, width: float = 2.2, light: bool = False) -> str:
    return "".join(path(d, line=tone.hair_light if light else tone.hair_dark, width=width, opacity=0.6) for d in lines)


def _rim(tone: Paint, d: str, width: float = 4.0) -> str:
    return path(d, line=tone.rim, width=width, opacity=tone.rim_strength)


def _tied_front(look: Look, tone: Paint) -> str:
    outer = "M65,-20 C74,-74 50,-130 -6,-132 C-68,-132 -92,-84 -88,-30 C-88,-2 -84,14 -76,26"
    hairline = "C-68,22 -64,8 -63,-8 C-60,-34 -46,-60 -20,-76 C6,-88 32,-82 47,-64 C57,-52 62,-36 65,-20"
    return "".join(
        (
            _cap_of_hair(tone, hairline, outer=outer),
            path(
                "M-20,-78 C-50,-70 -78,-52 -86,-30 C-90,-60 -76,-104 -34,-122 C-2,-118 20,-100 30,-80 C14,-86 -4,-84"
                " -20,-78 Z",
                tone.hair_light,
                opacity=0.22,
            ),
            _strands(
                tone,
                (
                    "M-14,-80 C-42,-78 -72,-58 -84,-28",
                    "M10,-84 C-20,-100 -60,-86 -86,-44",
                    "M34,-76 C14,-108 -34,-116 -70,-86",
                    "M-40,-62 C-58,-48 -72,-30 -80,-8",
                    "M52,-58 C48,-84 30,-104 4,-114",
                ),
            ),
            path(
                "M30,-80 C44,-66 54,-40 54,-6 C52,12 58,26 55,38 C66,20 64,-30 62,-42 C58,-62 46,-76 30,-80 Z",
                tone.hair,
                line=tone.hair_dark,
                width=1.4,
            ),
            path(
                "M-52,-46 C-62,-20 -66,10 -60,44 C-58,56 -64,66 -68,72 C-56,66 -52,54 -54,40 C-56,14 -54,-14 -44,-50 Z",
                tone.hair,
                line=tone.hair_dark,
                width=1.4,
            ),
            _rim(tone, "M-87,-34 C-90,-84 -66,-130 -8,-131", 3.5),
        )
    )


def _tied_back(look: Look, tone: Paint) -> str:
    tail = (
        "M-70,-30 C-112,-34 -132,6 -122,60 C-114,110 -124,150 -140,196 C-112,180 -92,140 -90,90 C-88,50 -80,20 -62,6 Z"
    )
    return (
        path(tail, tone.hair_dark)
        + path("M-80,-22 C-106,-20 -118,14 -110,62 C-104,104 -112,140 -126,172", line=tone.hair, width=7, opacity=0.8)
        + _rim(tone, "M-96,-26 C-126,-6 -128,30 -122,62 C-116,106 -124,146 -138,190", 2.5)
    )


def _waves_front(look: Look, tone: Paint) -> str:
    outer = "M66,10 C80,-50 60,-134 -4,-136 C-78,-138 -104,-82 -98,-20 C-96,30 -104,60 -96,104 C-92,140 -78,150 -66,160"
    hairline = (
        "C-58,130 -74,96 -66,58 C-60,28 -64,-6 -54,-30 C-44,-56 -8,-74 22,-86 C44,-80 58,-58 60,-34 C62,-16 62,-4 66,10"
    )
    return "".join(
        (
            _cap_of_hair(tone, hairline, outer=outer),
            path(
                "M22,-88 C2,-104 -44,-102 -70,-66 C-84,-44 -86,-14 -84,16 C-92,-24 -92,-70 -62,-102 C-36,-126 6,-120"
                " 22,-88 Z",
                tone.hair_light,
                opacity=0.5,
            ),
            _strands(
                tone,
                (
                    "M18,-86 C-24,-86 -66,-54 -76,-4 C-82,36 -76,70 -82,110",
                    "M8,-96 C-50,-104 -86,-62 -88,-2 C-90,34 -92,60 -88,96",
                    "M-52,-30 C-66,4 -66,40 -74,76 C-76,100 -70,126 -70,146",
                    "M28,-92 C48,-84 60,-58 63,-28",
                ),
            ),
            path(
                "M22,-86 C42,-84 66,-56 66,-8 C66,26 74,50 66,82 C84,54 82,10 80,-20 C78,-62 60,-98 22,-86 Z",
                tone.hair,
                line=tone.hair_dark,
                width=1.6,
            ),
            _rim(tone, "M-99,-22 C-102,-84 -76,-136 -6,-135", 4),
        )
    )


def _waves_back(look: Look, tone: Paint) -> str:
    mass = (
        "M-84,-60 C-118,0 -96,60 -118,110 C-136,160 -112,210 -126,262 C-92,268 -60,250 -44,226 C0,250 66,244 92,214"
        " C80,180 100,150 84,104 C74,70 82,30 70,-30 Z"
    )
    return "".join(
        (
            path(mass, tone.hair_dark),
            path(
                "M-96,20 C-92,70 -114,110 -110,160 C-108,200 -116,230 -116,254 C-100,240 -84,200 -88,150 C-90,110"
                " -80,80 -84,30 Z",
                tone.hair,
                opacity=0.9,
            ),
            path(
                "M68,60 C80,100 66,140 78,180 C82,200 80,210 84,216 C94,190 96,150 82,104 C78,86 78,74 76,60 Z",
                tone.hair,
                opacity=0.9,
            ),
            _rim(tone, "M-98,10 C-98,60 -116,96 -120,120 C-134,164 -114,206 -125,258", 3),
        )
    )


def _streak_front(look: Look, tone: Paint) -> str:
    silver = mix(tone.hair_light, "#f2f4f6", 0.6)
    base = _waves_front(look, tone)
    return base + path(
        "M22,-86 C-6,-90 -44,-66 -58,-26 C-66,4 -64,40 -72,74 C-60,50 -58,20 -54,-8 C-48,-42 -14,-70 22,-86 Z", silver
    )


def _parted_front(look: Look, tone: Paint) -> str:
    outer = "M64,-24 C72,-52 70,-84 52,-104 C30,-134 -20,-142 -54,-122 C-84,-104 -90,-60 -82,-14 C-80,-2 -76,4 -70,8"
    hairline = (
        "C-66,-6 -62,-20 -62,-36 C-54,-50 -44,-62 -32,-70 C-36,-60 -36,-54 -34,-50 C-18,-74 20,-84 44,-72 C56,-64"
        " 60,-44 64,-24"
    )
    return "".join(
        (
            _cap_of_hair(tone, hairline, outer=outer),
            path(
                "M-32,-70 C-10,-96 34,-102 56,-78 C48,-104 8,-122 -24,-112 C-40,-104 -44,-86 -32,-70 Z",
                tone.hair_light,
                opacity=0.3,
            ),
            _strands(
                tone,
                (
                    "M-32,-72 C-14,-98 26,-108 54,-86",
                    "M-34,-78 C-24,-108 16,-124 44,-104",
                    "M-36,-70 C-56,-66 -72,-50 -76,-24",
                    "M-40,-80 C-62,-84 -80,-66 -82,-40",
                    "M-30,-60 C-6,-82 30,-86 52,-68",
                ),
            ),
            path("M-62,-36 C-60,-14 -60,0 -63,14 L-70,10 C-74,-4 -74,-20 -70,-34 Z", tone.hair_dark),
            _rim(tone, "M-84,-22 C-90,-66 -82,-106 -52,-122 C-30,-136 10,-136 36,-120", 3.5),
        )
    )


def _swept_front(look: Look, tone: Paint) -> str:
    outer = "M63,-30 C70,-66 62,-96 42,-112 C14,-134 -36,-134 -62,-110 C-88,-86 -90,-46 -83,-6 C-82,4 -78,12 -72,16"
    hairline = "C-66,4 -62,-16 -62,-34 C-58,-52 -46,-66 -34,-74 C-16,-92 22,-98 44,-82 C56,-70 60,-50 63,-30"
    return "".join(
        (
            _cap_of_hair(tone, hairline, outer=outer),
            path(
                "M-26,-82 C2,-102 40,-98 56,-70 C50,-100 14,-122 -18,-116 C-44,-110 -64,-84 -66,-56 C-58,-66 -44,-76"
                " -26,-82 Z",
                tone.hair_light,
                opacity=0.45,
            ),
            _strands(
                tone,
                (
                    "M-30,-78 C-52,-80 -74,-62 -80,-34",
                    "M-12,-90 C-40,-102 -72,-84 -82,-50",
                    "M12,-95 C-16,-116 -56,-106 -74,-82",
                    "M34,-90 C18,-114 -16,-124 -42,-116",
                    "M-44,-66 C-60,-58 -72,-40 -76,-16",
                ),
            ),
            path("M-62,-34 C-59,-14 -60,4 -63,18 L-72,16 C-78,2 -76,-18 -72,-34 Z", tone.hair_dark),
            _rim(tone, "M-85,-16 C-90,-60 -80,-96 -58,-112 C-34,-132 8,-132 34,-116", 3.5),
        )
    )


def _cap_front(look: Look, tone: Paint) -> str:
    outer = "M62,-30 C66,-60 40,-84 -8,-84 C-60,-84 -84,-54 -84,-12 C-84,16 -82,34 -72,46"
    hairline = "C-64,40 -62,20 -62,0 C-60,-26 -52,-46 -40,-56 C-10,-66 34,-62 50,-50 C56,-44 60,-38 62,-30"
    cloth = multiply(look.clothes, "#ffffff")
    shade = mix(cloth, tone.line, 0.35)
    return "".join(
        (
            _cap_of_hair(tone, hairline, outer=outer),
            _strands(
                tone,
                (
                    "M-46,-48 C-64,-34 -74,-8 -76,28",
                    "M-54,-54 C-72,-36 -80,-10 -80,16",
                    "M-30,-60 C-4,-66 28,-62 46,-52",
                ),
            ),
            path(
                "M70,-58 C74,-96 46,-136 -10,-138 C-66,-138 -98,-100 -94,-52 C-60,-76 20,-86 70,-58 Z",
                cloth,
                line=shade,
                width=2.2,
            ),
            path(
                "M-94,-52 C-98,-100 -66,-138 -12,-138 C-46,-124 -66,-96 -66,-66 C-76,-62 -86,-58 -94,-52 Z",
                shade,
                opacity=0.55,
            ),
            path(
                "M71,-56 C20,-84 -60,-76 -94,-50 L-92,-36 C-58,-62 22,-70 69,-42 Z",
                mix(cloth, "#ffffff", 0.18),
                line=shade,
                width=1.8,
            ),
            _rim(tone, "M-95,-54 C-98,-102 -64,-138 -10,-137", 3.5),
        )
    )


def _no_back(look: Look, tone: Paint) -> str:
    return path("M-80,-40 C-92,10 -84,50 -66,76 C-50,60 -50,0 -50,-40 Z", tone.hair_dark)


_FRONT = {
    "tied": _tied_front,
    "waves": _waves_front,
    "streak": _streak_front,
    "parted": _parted_front,
    "swept": _swept_front,
    "cap": _cap_front,
}
_BACK = {
    "tied": _tied_back,
    "waves": _waves_back,
    "streak": _waves_back,
    "parted": _no_back,
    "swept": _no_back,
    "cap": _no_back,
}


def _jewels(look: Look, light: Light) -> str:
    if not look.jewels:
        return ""
    gold = multiply(look.jewels, light.ambient)
    return ellipse(-66, 44, 4, 5, lighter(gold, 0.4)) + path(
        "M-66,48 L-70,66 L-66,78 L-62,66 Z", gold, line=darker(gold, 0.4), width=1
    )
