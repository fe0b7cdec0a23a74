"""A person from the neck to the hips in three-quarter view, looking to the right, in a head's units.

The head of ``draw_face`` sits on it unmoved: shoulders lie near y = 200, the waist near 470.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

from hookline.sample.draw_face import Look, Paint, paint
from hookline.sample.draw_svg import Light, darker, ellipse, group, lighter, mix, multiply, path, rect

BOTTOM = 760  # where a body ends


@dataclass(frozen=True, slots=True)
class Arm:
    """How the near arm is held: degrees from hanging straight down, forwards positive."""

    upper: float = -6.0
    fore: float = 4.0


RESTING = Arm()


@dataclass(frozen=True, slots=True)
class _Cloth:
    base: str
    shade: str
    deep: str
    light: str
    line: str
    accent: str
    accent_shade: str


def body(look: Look, light: Light) -> str:
    """Neck, torso and far arm."""
    tone, cloth, wide = paint(look, light), _cloth(look, light), _width(look)
    return "".join(
        (
            _far_arm(look, tone, cloth, wide),
            _neck(look, tone),
            _TORSOS.get(look.garment, _plain)(look, tone, cloth, wide),
            _rim(tone, wide),
        )
    )


def near_arm(look: Look, light: Light, arm: Arm) -> str:
    """The arm on the viewer's side, in front of everything but held objects."""
    tone, cloth, wide = paint(look, light), _cloth(look, light), _width(look)
    sleeve = 0.0 if look.garment == "gown" else 0.45 if look.garment in ("uniform", "scrubs") else 1.0
    shoulder = (-106 * wide, 222.0) if look.female else (-112 * wide, 232.0)
    elbow = _reach(shoulder, arm.upper, 190)
    wrist = _reach(elbow, arm.upper + arm.fore, 160)
    thick = 34 if look.female else 41
    hand = group(_hand(tone, look), f"translate({wrist[0]:.1f},{wrist[1]:.1f}) rotate({90 - arm.upper - arm.fore:.1f})")
    skin_arm = _limb(shoulder, elbow, wrist, thick, tone.skin, tone.line, tone.shade)
    covered = "" if sleeve == 0 else _sleeve(shoulder, elbow, wrist, thick * 1.14, cloth, sleeve)
    return hand + (skin_arm if sleeve < 1 else "") + covered


def seen_from_behind(look: Look, light: Light) -> str:
    """Head and shoulders from the back, for a shot over the shoulder."""
    tone, cloth, wide = paint(look, light), _cloth(look, light), _width(look)
    bare = look.garment == "gown"
    shoulders = (
        f"M{-230 * wide},560 C{-226 * wide},330 {-190 * wide},232 -60,196 L60,196 "
        f"C{190 * wide},232 {226 * wide},330 {230 * wide},560 Z"
    )
    edge = f"M66,198 C{188 * wide},234 {224 * wide},330 {229 * wide},540"
    return "".join(
        (
            path("M-46,60 L-58,214 L58,214 L46,60 Z", tone.shade),
            path(shoulders, tone.shade if bare else cloth.shade, line=cloth.line, width=2),
            path(shoulders, tone.skin if bare else cloth.base, opacity=0.5),
            path(edge, line=tone.rim, width=8, opacity=tone.rim_strength),
            (
                path("M-50,196 C-20,214 20,214 50,196 L54,224 C20,240 -20,240 -54,224 Z", cloth.accent_shade)
                if not bare
                else ""
            ),
            _hair_from_behind(look, tone),
        )
    )


def _hair_from_behind(look: Look, tone: Paint) -> str:
    tied, long = "tied" in look.hair_style, "long" in look.hair_style
    skull = (
        "M0,-134 C-66,-134 -92,-88 -88,-24 C-86,30 -70,66 -48,92 C-20,106 20,106 48,92 C70,66 86,30 88,-24 "
        "C92,-88 66,-134 0,-134 Z"
    )
    falling = (
        "M0,-134 C-72,-134 -98,-84 -94,-20 C-92,60 -116,130 -118,250 C-92,300 -60,290 -36,306 C-10,292 24,312 46,296 "
        "C76,300 104,280 118,250 C116,130 92,60 94,-20 C98,-84 72,-134 0,-134 Z"
    )
    tail = "M-26,-30 C-40,40 -34,140 -10,250 C14,230 36,120 26,-30 Z"
    loose = long and not tied
    lines = (
        "M-60,-80 C-84,20 -70,120 -84,240",
        "M-20,-120 C-40,0 -20,130 -36,280",
        "M24,-120 C40,0 24,140 34,280",
        "M62,-80 C84,20 72,120 86,240",
    )
    ears = "" if loose else ellipse(-88, 6, 12, 22, tone.shade) + ellipse(88, 6, 12, 22, tone.skin)
    cap = (
        path(
            "M-96,-50 C-100,-120 -50,-142 0,-142 C50,-142 100,-120 96,-50 C60,-66 -60,-66 -96,-50 Z",
            multiply(look.clothes, tone.white),
        )
        if "cap" in look.hair_style
        else ""
    )
    return "".join(
        (
            ears,
            path(falling if loose else skull, tone.hair, line=tone.hair_dark, width=2),
            "".join(path(d, line=tone.hair_dark, width=7, opacity=0.7) for d in lines) if loose else "",
            (
                ""
                if loose
                else path(
                    "M-88,-24 C-86,30 -70,66 -48,92 C-30,60 -60,0 -56,-100 C-80,-80 -92,-50 -88,-24 Z",
                    tone.hair_dark,
                    opacity=0.8,
                )
            ),
            (
                path(tail, tone.hair_dark) + path("M-8,-20 C-16,60 -10,140 -4,220", line=tone.hair, width=9)
                if tied
                else ""
            ),
            path("M10,-128 C60,-120 84,-80 80,-20 C70,-70 50,-104 10,-128 Z", tone.hair_light, opacity=0.5),
            cap,
            path("M91,-30 C96,-90 66,-132 8,-134", line=tone.rim, width=7, opacity=tone.rim_strength),
        )
    )


def _cloth(look: Look, light: Light) -> _Cloth:
    base, accent = multiply(look.clothes, light.ambient), multiply(look.accent, light.ambient)
    bright = sum(int(base[i : i + 2], 16) for i in (1, 3, 5)) > 540
    return _Cloth(
        base=base,
        shade=mix(darker(base, 0.22 if bright else 0.34), light.shade, 0.26),
        deep=mix(darker(base, 0.42 if bright else 0.55), light.shade, 0.34),
        light=lighter(base, 0.5 if bright else 0.14),
        line=mix(darker(base, 0.6), light.shade, 0.3),
        accent=accent,
        accent_shade=mix(darker(accent, 0.25), light.shade, 0.25),
    )


def _width(look: Look) -> float:
    return 1.0 if look.female else 1.26


def _reach(start: tuple[float, float], degrees: float, length: float) -> tuple[float, float]:
    return start[0] + length * sin(radians(degrees)), start[1] + length * cos(radians(degrees))


def _limb(
    a: tuple[float, float],
    b: tuple[float, float],
    c: tuple[float, float],
    thick: float,
    fill: str,
    line: str,
    shade: str,
) -> str:
    return _part(a, b, thick, thick * 0.82, fill, line, shade) + _part(
        b, c, thick * 0.82, thick * 0.5, fill, line, shade
    )


def _part(
    a: tuple[float, float], b: tuple[float, float], start: float, end: float, fill: str, line: str, shade: str
) -> str:
    """Half a limb: filled, with a dark back edge; its outline leaves the joint above open."""
    return path(_taper(a, b, start, end), fill) + _shade(a, b, start, end, shade) + _edges(a, b, start, end, line)


def _shade(a: tuple[float, float], b: tuple[float, float], start: float, end: float, shade: str) -> str:
    back = f"M{_at(_aside(a, b, -start * 0.96))} L{_at(_aside(b, a, end * 0.96))} L{_at(_aside(b, a, end * 0.3))} Z"
    return path(back, shade, opacity=0.75)


def _edges(a: tuple[float, float], b: tuple[float, float], start: float, end: float, line: str) -> str:
    near, far = (
        _along(_aside(a, b, start), _aside(b, a, -end), 0.3),
        _along(_aside(a, b, -start), _aside(b, a, end), 0.12),
    )
    edges = f"M{_at(near)} L{_at(_aside(b, a, -end))} M{_at(far)} L{_at(_aside(b, a, end))}"
    return path(edges, line=line, width=2.4)


def _along(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _aside(a: tuple[float, float], b: tuple[float, float], by: float) -> tuple[float, float]:
    x, y = b[0] - a[0], b[1] - a[1]
    long = max(1.0, (x * x + y * y) ** 0.5)
    return a[0] + y / long * by, a[1] - x / long * by


def _taper(a: tuple[float, float], b: tuple[float, float], start: float, end: float) -> str:
    """A rounded limb from a to b, half as thick as the two numbers say on each side."""
    (p, q), (r, s) = (_aside(a, b, start), _aside(a, b, -start)), (_aside(b, a, end), _aside(b, a, -end))
    return (
        f"M{p[0]:.1f},{p[1]:.1f} L{s[0]:.1f},{s[1]:.1f} A{end:.1f},{end:.1f} 0 0 1 {r[0]:.1f},{r[1]:.1f} "
        f"L{q[0]:.1f},{q[1]:.1f} A{start:.1f},{start:.1f} 0 0 1 {p[0]:.1f},{p[1]:.1f} Z"
    )


def _sleeve(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], thick: float, cloth: _Cloth, length: float
) -> str:
    if length < 1:
        end = _along(a, b, 0.62)
        hem = f"M{_at(_aside(end, a, thick * 0.99))} L{_at(_aside(end, a, -thick * 0.99))}"
        inside = (
            f"M{_at(_aside(end, a, thick))} L{_at(_aside(end, a, -thick))} L{_at(_aside(_along(end, b, 0.09), a, 0))} Z"
        )
        tube = (
            f"M{_at(_aside(a, end, thick))} L{_at(_aside(end, a, -thick))} L{_at(_aside(end, a, thick))}"
            f" L{_at(_aside(a, end, -thick))} Z"
        )
        return "".join(
            (
                path(inside, cloth.deep),
                ellipse(a[0], a[1], thick, thick, cloth.base),
                path(tube, cloth.base),
                _shade(a, end, thick, thick, cloth.shade) + _edges(a, end, thick, thick, cloth.line),
                path(hem, line=cloth.line, width=3),
            )
        )
    end = _along(c, b, 0.08)
    cuff = f"M{_at(_aside(end, b, thick * 0.56))} L{_at(_aside(end, b, -thick * 0.56))}"
    shirt = cloth.accent if look_has_cuffs(cloth) else cloth.base
    return "".join(
        (
            path(_taper(b, c, thick * 0.5, thick * 0.56), shirt),
            _part(b, end, thick * 0.88, thick * 0.58, cloth.base, cloth.line, cloth.shade),
            _part(a, b, thick, thick * 0.88, cloth.base, cloth.line, cloth.shade),
            path(cuff, line=cloth.line, width=2.4),
        )
    )


def look_has_cuffs(cloth: _Cloth) -> bool:
    """Whether a light shirt shows at the wrist."""
    return sum(int(cloth.accent[i : i + 2], 16) for i in (1, 3, 5)) > 540


def _hand(tone: Paint, look: Look) -> str:
    size = 0.98 if look.female else 1.2
    glove = look.garment == "scrubs"
    skin, line, shade = ("#eef3f3", "#6d8288", "#bccdd0") if glove else (tone.skin, tone.line, tone.shade)
    palm = (
        "M-6,-17 C10,-21 24,-21 36,-18 L70,-15 C78,-14 78,-5 70,-5 L46,-5 L76,-2 C84,0 83,8 75,8 L46,6 "
        "L70,11 C78,14 75,22 67,20 L40,15 L54,25 C59,30 52,36 46,32 L24,21 C12,21 2,20 -6,17 Z"
    )
    thumb = "M4,-15 C14,-32 30,-46 40,-43 C48,-39 40,-28 32,-18 Z"
    return group(
        path(thumb, skin, line=line, width=2)
        + path(palm, skin, line=line, width=2)
        + path("M-6,17 C2,20 12,21 24,21 L40,29 C24,14 8,10 -6,6 Z", shade, opacity=0.6),
        f"scale({size})",
    )


def _far_arm(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    bare = look.garment == "gown"
    fill, line = (tone.shade, tone.line) if bare else (cloth.shade, cloth.line)
    arm = (
        f"M{84 * w},196 C{124 * w},206 {134 * w},300 {132 * w},400 C{130 * w},500 {118 * w},600 {112 * w},700"
        f" L{66 * w},700 L{70 * w},300 Z"
    )
    return path(arm, fill, line=line, width=2.2)


def _neck(look: Look, tone: Paint) -> str:
    w = 0 if look.female else 9
    near = (
        f"M{-44 - w},54 C{-42 - w},96 {-44 - w},130 {-62 - w},160 C-70,176 -96,190 -112,196 L92,200 C66,190 40,180"
        f" {32 + w},164 C{26 + w},146 {28 + w},124 {30 + w},96 Z"
    )
    shadow = (
        f"M{-44 - w},60 C-30,92 -4,110 30,{106} L{30 + w},128 C{26 + w},140 {6},144 -12,138 C-34,130 {-44 - w},110"
        f" {-44 - w},60 Z"
    )
    return path(near, tone.skin, line=tone.line, width=2.2) + path(shadow, tone.deep, opacity=0.75)


def _outline(w: float, *, top: float = 0) -> str:
    """A dressed torso: shoulders, chest, waist, hips; ``top`` lowers the neckline."""
    return (
        f"M-62,{158 + top} C-84,176 {-112 * w},182 {-128 * w},204 C{-142 * w},232 {-132 * w},300 {-116 * w},352"
        f" C{-104 * w},400 {-92 * w},440 {-92 * w},480 C{-94 * w},560 {-116 * w},640 {-122 * w},{BOTTOM}"
        f" L{110 * w},{BOTTOM} C{104 * w},640 {82 * w},560 {80 * w},480 C{82 * w},430 {98 * w},380 {100 * w},330"
        f" C{108 * w},270 {114 * w},230 {98 * w},200 C{84 * w},182 56,176 40,{160 + top} C24,{206 + top}"
        f" -40,{206 + top} -62,{158 + top} Z"
    )


def _fold(w: float, cloth: _Cloth) -> str:
    """The side turned from the light."""
    return path(
        f"M{-128 * w},204 C{-142 * w},232 {-132 * w},300 {-116 * w},352 C{-104 * w},400 {-92 * w},440 {-92 * w},480"
        f" C{-94 * w},560 {-116 * w},640 {-122 * w},{BOTTOM} L{-62 * w},{BOTTOM} C{-54 * w},640 {-40 * w},560"
        f" {-44 * w},480 C{-50 * w},400 {-86 * w},330 {-84 * w},250 C{-84 * w},220 {-100 * w},190 {-112 * w},190 Z",
        cloth.shade,
        opacity=0.85,
    )


def _creases(w: float, cloth: _Cloth) -> str:
    lines = (
        f"M{-60 * w},470 C{-30 * w},482 {10 * w},480 {40 * w},466",
        f"M{-70 * w},500 C{-40 * w},514 0,514 {24 * w},506",
        f"M{86 * w},330 C{64 * w},346 {50 * w},352 {36 * w},352",
        f"M{-98 * w},330 C{-80 * w},350 {-64 * w},360 {-48 * w},362",
    )
    return "".join(path(d, line=cloth.deep, width=2.4, opacity=0.55) for d in lines)


def _plain(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    return path(_outline(w), cloth.base, line=cloth.line, width=2.6) + _fold(w, cloth) + _creases(w, cloth)


def _uniform(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    seam = "M4,196 C12,300 14,480 16,760"
    collar_near = "M-64,150 C-52,176 -26,204 2,226 L-36,244 C-62,226 -84,196 -88,178 Z"
    collar_far = "M38,152 C36,176 24,206 6,226 L36,240 C54,222 62,198 62,178 Z"
    buttons = "".join(
        ellipse(9 + i * 1.5, 280 + i * 70, 5, 5, cloth.accent) + ellipse(8.5 + i * 1.5, 279 + i * 70, 2, 2, cloth.line)
        for i in range(5)
    )
    return "".join(
        (
            _plain(look, tone, cloth, w),
            path("M-60,156 C-40,190 -14,214 4,228 C18,210 32,184 38,158 C10,178 -30,180 -60,156 Z", tone.shade),
            path(seam, line=cloth.deep, width=2.2),
            buttons,
            path(collar_near, cloth.accent, line=cloth.line, width=2.2),
            path(collar_far, cloth.accent_shade, line=cloth.line, width=2.2),
            rect(34, 296, 44, 26, "#eef1f0", r=3)
            + rect(38, 302, 26, 4, cloth.line)
            + rect(38, 310, 18, 3, cloth.line, opacity=0.6),
            path("M-96,470 C-40,490 30,490 82,470 L84,494 C30,512 -40,512 -94,494 Z", cloth.deep, opacity=0.7),
        )
    )


def _shirt_front(tone: Paint, cloth: _Cloth, colour: str) -> str:
    return path("M-64,152 C-54,220 -10,330 8,420 C20,330 46,230 40,156 C10,176 -34,176 -64,152 Z", colour) + path(
        "M-64,152 C-58,196 -36,256 -14,320 C-20,260 -38,210 -36,170 Z", mix(colour, cloth.line, 0.3), opacity=0.8
    )


def _collar(cloth: _Cloth, colour: str) -> str:
    shade = mix(colour, cloth.line, 0.2)
    return path(
        "M-66,138 C-60,164 -30,186 2,196 L-24,216 C-52,204 -72,176 -74,154 Z", colour, line=cloth.line, width=1.8
    ) + path("M36,142 C36,164 22,184 4,196 L26,212 C42,196 48,172 46,152 Z", shade, line=cloth.line, width=1.8)


def _jacket(look: Look, tone: Paint, cloth: _Cloth, w: float, shirt: str) -> str:
    lapel = cloth.light if look.garment == "dinner" else mix(cloth.base, cloth.light, 0.5)
    return "".join(
        (
            _plain(look, tone, cloth, w),
            _shirt_front(tone, cloth, shirt),
            path("M8,420 C10,520 10,640 8,760", line=cloth.deep, width=3),
            path(
                f"M-70,150 C-88,166 -104,180 {-96 * w * 0.86:.0f},196 C-92,236 -74,246 -78,256 L-62,268 C-44,330"
                " -14,386 8,424 C-6,346 -56,236 -70,150 Z",
                lapel,
                line=cloth.line,
                width=2.2,
            ),
            path(
                f"M44,154 C62,170 76,180 {74 * w:.0f},196 C76,226 62,240 60,250 L66,262 C54,320 32,372 8,424 C18,340"
                " 48,236 44,154 Z",
                mix(lapel, cloth.deep, 0.35),
                line=cloth.line,
                width=2.2,
            ),
            ellipse(6, 452, 6, 6, cloth.deep),
        )
    )


def _dinner(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    bow = (
        "M4,206 C-10,190 -36,186 -38,196 C-42,210 -38,226 -32,230 C-18,232 -6,222 4,214 C14,222 26,228 34,224 C40,216"
        " 40,200 36,192 C28,188 14,194 4,206 Z"
    )
    studs = "".join(ellipse(6 - i * 0.4, 270 + i * 46, 3.6, 3.6, cloth.deep) for i in range(3))
    return "".join(
        (
            _jacket(look, tone, cloth, w, cloth.accent),
            _collar(cloth, cloth.accent),
            studs,
            path(bow, cloth.deep, line="#08080c", width=1.6) + ellipse(3, 209, 7, 9, cloth.base),
            path("M62,300 L92,292 L90,316 L66,318 Z", cloth.accent),
        )
    )


def _suit(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    shirt = mix("#e9edf2", cloth.base, 0.12)
    tie = "M-6,200 C2,194 10,194 16,200 L12,222 C22,280 26,340 8,424 C-8,360 -10,290 -2,222 Z"
    return "".join(
        (
            _jacket(look, tone, cloth, w, shirt),
            path(tie, cloth.accent, line=darker(cloth.accent, 0.4), width=1.6),
            path("M-4,222 C-10,290 -8,350 6,410 C2,340 0,280 4,222 Z", cloth.accent_shade),
            _collar(cloth, shirt),
        )
    )


def _gown(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    bust = (
        "M-126,262 C-112,248 -88,258 -60,284 C-34,262 20,262 40,282 C60,262 84,250 104,262 C104,320 92,380 82,430"
        f" C78,470 78,480 82,500 C96,590 120,680 132,{BOTTOM} L-150,{BOTTOM} C-132,660 -100,570 -92,490 C-96,430"
        " -122,340 -126,262 Z"
    )
    return "".join(
        (
            path(_outline(w), tone.skin)
            + path("M-62,158 C-84,176 -112,182 -128,204 M98,200 C84,182 56,176 40,160", line=tone.line, width=2.2),
            path(
                "M-128,204 C-142,232 -132,270 -126,300 L-96,300 C-104,260 -104,216 -104,196 Z", tone.shade, opacity=0.55
            ),
            path("M-52,190 C-34,204 -16,206 -4,202", line=tone.shade, width=3)
            + path("M16,204 C30,206 44,200 56,192", line=tone.shade, width=3),
            path(bust, cloth.base, line=cloth.line, width=2.4),
            path(
                f"M-126,262 C-122,340 -96,430 -92,490 C-100,570 -132,660 -150,{BOTTOM} L-80,{BOTTOM} C-60,640 -40,560"
                " -48,490 C-58,420 -100,330 -96,254 Z",
                cloth.shade,
                opacity=0.8,
            ),
            path(
                "M-126,262 C-112,248 -88,258 -60,284 C-34,262 20,262 40,282 C60,262 84,250 104,262 L103,276 C86,264"
                " 64,276 42,298 C20,278 -34,278 -58,300 C-88,274 -110,264 -125,278 Z",
                cloth.accent,
                line=darker(cloth.accent, 0.35),
                width=1.4,
            ),
            path(
                "M-96,470 C-40,486 30,486 82,468 L82,494 C30,510 -40,510 -94,496 Z",
                cloth.accent,
                line=darker(cloth.accent, 0.35),
                width=1.4,
            ),
            "".join(
                path(d, line=cloth.shade, width=3, opacity=0.8)
                for d in (
                    "M-30,520 C-40,600 -60,700 -70,760",
                    "M20,520 C26,600 34,700 40,760",
                    "M60,510 C74,600 88,700 96,760",
                    "M-34,320 C-26,380 -22,430 -24,470",
                    "M30,320 C32,380 30,430 30,468",
                )
            ),
            _necklace(cloth),
        )
    )


def _necklace(cloth: _Cloth) -> str:
    chain = path("M-58,166 C-40,206 -10,232 6,238 C20,226 34,198 38,170", line=cloth.accent, width=4)
    return chain + path(
        "M6,232 L-5,250 L6,272 L17,250 Z", lighter(cloth.accent, 0.45), line=darker(cloth.accent, 0.4), width=1.6
    )


def _scrubs(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    neck = "M-64,152 C-44,200 -12,244 8,268 C24,240 40,196 42,156 C10,178 -34,178 -64,152 Z"
    return "".join(
        (
            _plain(look, tone, cloth, w),
            path(neck, tone.shade),
            path(
                "M-70,152 C-50,206 -16,254 8,284 C28,252 46,202 48,156 L38,158 C36,196 22,240 8,264 C-12,240 -42,200"
                " -60,152 Z",
                cloth.light,
                line=cloth.line,
                width=2,
            ),
            path("M40,318 L86,312 L82,372 L44,378 Z", cloth.shade, line=cloth.line, width=2),
            path("M-58,166 C-40,260 -20,330 -6,372 M36,170 C30,260 16,330 4,372", line="#d7e0e0", width=4),
            rect(-24, 370, 48, 62, "#f3f6f5", r=4)
            + rect(-16, 378, 20, 24, tone.skin)
            + rect(-16, 408, 32, 4, "#7b8c8f")
            + rect(-16, 417, 24, 3, "#7b8c8f"),
        )
    )


def _coat(look: Look, tone: Paint, cloth: _Cloth, w: float) -> str:
    scarf = mix(cloth.accent, tone.skin, 0.15)
    return "".join(
        (
            _plain(look, tone, cloth, w),
            path("M-62,146 C-54,190 -20,240 6,270 C24,230 40,190 40,152 C10,176 -34,176 -62,146 Z", scarf),
            path(
                "M-76,140 C-116,170 -124,210 -104,250 L-76,240 L-66,282 C-40,320 -14,350 6,384 C-2,300 -52,220"
                " -60,140 Z",
                cloth.light,
                line=cloth.line,
                width=2.4,
            ),
            path(
                "M46,146 C78,170 92,200 82,240 L62,236 L58,276 C44,314 26,350 6,384 C16,300 40,220 42,146 Z",
                cloth.shade,
                line=cloth.line,
                width=2.4,
            ),
            path("M6,384 C8,500 8,640 6,760", line=cloth.deep, width=3),
            "".join(ellipse(-18, y, 7, 7, cloth.deep) + ellipse(32, y, 7, 7, cloth.deep) for y in (420, 500, 600)),
            path("M-94,470 C-40,490 30,490 84,468 L86,500 C30,518 -40,518 -96,502 Z", cloth.deep, opacity=0.85),
        )
    )


def _rim(tone: Paint, w: float) -> str:
    edge = f"M-66,160 C-86,177 {-112 * w},183 {-128 * w},205 C{-141 * w},232 {-131 * w},300 {-115 * w},352"
    return path(edge, line=tone.rim, width=4, opacity=tone.rim_strength)


_TORSOS = {
    "uniform": _uniform,
    "dinner": _dinner,
    "suit": _suit,
    "gown": _gown,
    "scrubs": _scrubs,
    "coat": _coat,
}
