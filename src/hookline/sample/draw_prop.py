"""Inserts: things seen close, on a 1280 by 720 picture, in layers that can move and come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hookline.sample.draw_face import Face, Look, Mood, back_hair, head, paint
from hookline.sample.draw_hand import finger, flat, grip, hand_paint, nail
from hookline.sample.draw_set import Backdrop, portrait, rain_streaks
from hookline.sample.draw_svg import (
    Light,
    chance,
    darker,
    ellipse,
    group,
    linear,
    mix,
    multiply,
    path,
    radial,
    rect,
)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an insert: when it is there (shares of the shot) and how it moves (picture units)."""

    content: str
    defs: str = ""
    since: float = 0.0
    until: float = 1.01
    start: Point = (0.0, 0.0)
    end: Point = (0.0, 0.0)
    by: float = 1.0  # the share of the shot by which the move is done
    shake: float = 0.0  # trembling, in picture units
    backdrop: bool = False  # drawn in the set's 1600 by 900 units and blurred


@dataclass(frozen=True, slots=True)
class Scenery:
    """What an insert may show: the set behind it, the people of the story, and words."""

    set: Backdrop
    looks: dict[str, Look]
    subject: str  # id of whom the line is about
    text: str = ""

    def look(self, id: str) -> Look:
        """Somebody's look; the subject's where the story has no such person."""
        return self.looks.get(id) or self.looks[self.subject]


def insert(name: str, scenery: Scenery) -> tuple[Layer, ...]:
    """The layers of an insert, from the back forwards."""
    return INSERTS[name](scenery)


# surfaces


def _marble(seed: int = 3) -> tuple[str, str]:
    dice = chance(seed)
    veins = "".join(
        path(
            f"M{dice.uniform(-100, 1300):.0f},{dice.uniform(-50, 700):.0f}"
            f" q{dice.uniform(-160, 160):.0f},{dice.uniform(20, 120):.0f}"
            f" {dice.uniform(40, 260):.0f},{dice.uniform(-60, 160):.0f}"
            f" t{dice.uniform(60, 200):.0f},{dice.uniform(-60, 120):.0f}",
            line="#8f7a6c",
            width=dice.uniform(1, 3),
            opacity=0.35,
        )
        for _ in range(16)
    )
    seams = path(
        "M-80,470 L1380,430 M-80,170 L1380,180 M380,-60 L250,800 M980,-60 L1120,800",
        line="#7d6557",
        width=3,
        opacity=0.45,
    )
    defs = linear("marble", [(0, "#b99f8a", 1), (0.5, "#e2cfba", 1), (1, "#8f705f", 1)], x2=0.7, y2=1) + radial(
        "lamp", [(0, "#fff3d2", 0.75), (1, "#ffdf9e", 0)]
    )
    return rect(-80, -60, 1440, 840, "url(#marble)") + veins + seams + ellipse(860, 150, 520, 260, "url(#lamp)"), defs


def _dark(colour: str, glow: str, *, x: float = 0.5, y: float = 0.45) -> tuple[str, str]:
    defs = radial(
        "dark", [(0, mix(colour, glow, 0.45), 1), (0.6, colour, 1), (1, darker(colour, 0.5), 1)], cx=x, cy=y, r=0.8
    )
    return rect(-80, -60, 1440, 840, "url(#dark)"), defs


def _tray(x: float, y: float, turn: float, size: float = 1) -> tuple[str, str]:
    defs = linear(
        "steel", [(0, "#f6f3ee", 1), (0.45, "#a9a7a8", 1), (0.6, "#e9e6e2", 1), (1, "#6d6a70", 1)], x2=1, y2=1
    )
    return (
        group(
            ellipse(14, 22, 330, 150, "#1a0c0c", opacity=0.4)
            + ellipse(0, 0, 330, 150, "#5a565c")
            + ellipse(0, -5, 326, 146, "url(#steel)")
            + ellipse(0, -2, 290, 124, "#8d8a90")
            + ellipse(0, 3, 288, 122, "url(#steel)", opacity=0.9)
            + path("M-240,-40 C-120,-110 60,-116 170,-84", line="#ffffff", width=5, opacity=0.7),
            f"translate({x},{y}) rotate({turn}) scale({size})",
        ),
        defs,
    )


# the inserts


def _crash(s: Scenery) -> tuple[Layer, ...]:
    floor, defs = _marble()
    tray, steel = _tray(820, 380, -14, 0.95)
    pool = (
        "M300,470 C220,430 260,380 360,392 C420,360 560,372 600,420 C700,430 690,500 600,520 C560,570 440,580 390,540"
        " C320,550 270,510 300,470 Z"
    )
    dice = chance(5)
    drops = "".join(
        ellipse(dice.uniform(150, 760), dice.uniform(300, 640), r := dice.uniform(4, 15), r * 0.6, "#7d0d22")
        for _ in range(26)
    )
    wet = path("M350,440 C420,400 500,408 540,430 C480,428 420,436 380,460 Z", "#d9516a", opacity=0.75)
    shards = "".join(
        path(
            f"M{dice.uniform(420, 1000):.0f},{dice.uniform(380, 620):.0f}"
            f" l{dice.uniform(14, 44):.0f},{dice.uniform(-26, 6):.0f}"
            f" l{dice.uniform(-10, 14):.0f},{dice.uniform(14, 36):.0f} Z",
            "#f4fbff",
            opacity=0.8,
            line="#9fb3bd",
            width=1.5,
        )
        for _ in range(18)
    )
    stem = group(
        path("M-60,0 L60,0", line="#e9f4f8", width=8)
        + ellipse(70, 0, 10, 38, "#dfeef4", opacity=0.9)
        + path("M-60,-8 C-110,-40 -150,-40 -168,-20 L-150,4 L-166,22 C-140,44 -110,36 -60,8 Z", "#e3f2f8", opacity=0.7),
        "translate(640,610) rotate(-24)",
    )
    return (
        Layer(floor, defs),
        Layer(group(path(pool, "#6b0a1c"), "translate(264,276) scale(0.42)") + drops, until=0.2),
        Layer(group(path(pool, "#6b0a1c") + wet, "translate(110,115) scale(0.76)") + drops, since=0.2, until=0.42),
        Layer(path(pool, "#6b0a1c") + path(pool, "#8c1029", opacity=0.6) + wet + drops, since=0.42),
        Layer(_shoe(), start=(-12, -6), by=0.3),
        Layer(
            path(
                "M300,372 C330,362 352,378 360,392 C330,398 312,394 300,372 Z M214,392 C236,380 262,386 270,400"
                " C246,412 226,408 214,392 Z",
                "#7d0d22",
            ),
            since=0.42,
        ),
        Layer(tray, steel, start=(26, -26), by=0.16, shake=1.2),
        Layer(shards + stem, start=(10, -8), by=0.2),
    )


def _shoe() -> str:
    return "".join(
        (
            ellipse(230, 412, 190, 26, "#2a1210", opacity=0.45),
            path("M60,-80 C40,60 40,150 66,214 L128,226 C160,140 168,40 172,-80 Z", "#e9bfa4", line="#6a3a2c", width=4),
            path("M60,-80 C46,60 44,140 66,214 L88,218 C76,140 86,40 96,-80 Z", "#c58e78", opacity=0.7),
            path("M56,190 C40,240 34,300 40,404 L58,404 C62,330 80,290 110,278 Z", "#d8d2cb", line="#5d5550", width=4),
            path(
                "M56,190 C90,214 120,206 138,196 C180,250 250,300 350,344 C398,366 410,394 386,402 C300,412 220,384"
                " 170,330 C140,296 96,280 62,268 C50,246 50,214 56,190 Z",
                "#fbf8f4",
                line="#5d5550",
                width=4,
            ),
            path(
                "M62,268 C100,276 146,290 174,322 C220,372 300,398 386,396 L386,404 C300,414 216,388 168,334 C140,304"
                " 96,288 62,280 Z",
                "#cfc6bf",
            ),
            path("M150,230 C210,288 290,330 352,354", line="#ffffff", width=6),
            path("M56,190 C90,214 120,206 138,196", line="#d4af37", width=7),
        )
    )


def _filming(s: Scenery) -> tuple[Layer, ...]:
    victim = s.look(s.subject)
    low = Light("#e9d8cc", s.set.light.rim, 0.3, "#3a1a30")
    kneeling = group(back_hair(victim, low) + head(victim, Face(Mood.SAD, lids=0.5), low), "translate(0,26) rotate(12)")
    return (
        Layer(s.set.content, s.set.defs, backdrop=True),
        Layer(_phone_held(330, 392, 0.86, -7, kneeling, s), start=(-18, 14)),
        Layer(_phone_held(980, 372, 0.80, 8, kneeling, s), start=(20, 20)),
        Layer(_phone_held(650, 408, 1.06, 1, kneeling, s), start=(0, 34), shake=1.0),
    )


def _phone_held(x: float, y: float, size: float, turn: float, shown: str, s: Scenery) -> str:
    skin, line = "#8c5a45", "#2a1212"
    clip = f"c{x:.0f}"
    screen = (
        f'<clipPath id="{clip}"><rect x="-112" y="-196" width="224" height="392"/></clipPath>'
        + rect(-112, -196, 224, 392, "#5b2036")
        + group(
            ellipse(0, 250, 190, 190, "#7c8790") + group(shown, "translate(0,-14) scale(0.94)"),
            extra=f'clip-path="url(#{clip})"',
        )
        + ellipse(-88, -170, 9, 9, "#ff3b30")
        + rect(-70, -176, 54, 12, "#ffffff", opacity=0.85, r=5)
        + path(
            "M-100,-120 V-184 H-60 M100,-120 V-184 H60 M-100,130 V184 H-60 M100,130 V184 H60",
            line="#ffffff",
            width=3,
            opacity=0.65,
        )
        + ellipse(0, 166, 22, 22, "#ffffff", opacity=0.9)
        + ellipse(0, 166, 16, 16, "#ff3b30")
    )
    back = path("M-60,120 C-160,200 -190,330 -200,520 L150,520 C150,380 140,260 90,170 Z", "#1c1018") + path(
        "M-126,150 C-160,196 -176,260 -170,330 L120,330 C130,260 130,200 116,150 Z", skin, line=line, width=4
    )
    fingers = "".join(finger(((150, y0 + 16), (128, y0), (100, y0 + 2)), 34, skin, line) for y0 in (20, 66, 112))
    thumb = finger(((-150, 190), (-132, 90), (-104, 40)), 40, skin, line)
    body = rect(-126, -214, 252, 428, "#0d0b10", r=26) + rect(
        -126, -214, 252, 428, "none", r=26, extra='stroke="#ffd98a" stroke-width="3" stroke-opacity="0.5"'
    )
    return group(back + body + screen + fingers + thumb, f"translate({x},{y}) rotate({turn}) scale({size})")


def _papers(s: Scenery) -> tuple[Layer, ...]:
    floor, defs = _marble(8)
    tray, steel = _tray(640, 430, -3, 1.45)
    dice = chance(12)
    wet = "".join(
        ellipse(
            dice.uniform(280, 1000), dice.uniform(330, 540), r := dice.uniform(4, 16), r * 0.55, "#8c1029", opacity=0.75
        )
        for _ in range(24)
    )
    sheet = group(
        path("M-230,-120 L210,-150 L260,120 L-200,160 Z", "#000000", opacity=0.28, extra='transform="translate(14,18)"')
        + path("M-230,-120 L210,-150 L260,120 L-200,160 Z", "#fbf7ee", line="#8a8074", width=3)
        + path("M-215,16 L236,-18 L260,120 L-200,160 Z", "#e8e0d2")
        + group(
            '<text x="0" y="-70" font-family="Liberation Sans, sans-serif" font-weight="bold" font-size="40"'
            ' text-anchor="middle" fill="#2a2224" letter-spacing="3">DIVORCE</text><text x="0" y="-32"'
            ' font-family="Liberation Sans, sans-serif" font-size="26" text-anchor="middle" fill="#2a2224"'
            ' letter-spacing="2">SETTLEMENT AGREEMENT</text>'
            + "".join(rect(-170, 0 + i * 22, 340 - (i % 3) * 50, 5, "#8a8286", opacity=0.8) for i in range(5)),
            "rotate(-4)",
        ),
        "translate(640,404)",
    )
    blot = ellipse(500, 500, 60, 22, "#a3122a", opacity=0.55) + ellipse(560, 520, 24, 10, "#a3122a", opacity=0.5)
    return (
        Layer(floor, defs),
        Layer(tray + wet, steel),
        Layer(sheet, start=(40, -560), by=0.28),
        Layer(blot, since=0.5),
    )


def _toast(s: Scenery) -> tuple[Layer, ...]:
    look = s.look("gideon")
    skin, line, shade = hand_paint(look, s.set.light)
    sleeve, cuff = multiply(look.clothes, s.set.light.ambient), "#efeae2"
    glass = (
        path(
            "M-62,-330 C-66,-210 -40,-150 -10,-132 L-8,250 L8,250 L10,-132 C40,-150 66,-210 62,-330 Z",
            "#fff8e6",
            opacity=0.35,
            line="#fff6dd",
            width=4,
        )
        + path("M-60,-270 C-58,-196 -36,-154 -8,-140 H8 C36,-154 58,-196 60,-270 Z", "#eabf5a", opacity=0.85)
        + ellipse(0, -270, 60, 12, "#f7dc8e", opacity=0.9)
        + path("M-44,-310 C-46,-240 -34,-190 -20,-168", line="#ffffff", width=6, opacity=0.8)
        + "".join(
            ellipse(x, y, 3, 3, "#fff6d8")
            for x, y in ((-20, -200), (8, -230), (24, -250), (-8, -250), (14, -190), (-30, -240))
        )
    )
    hand = group(
        grip(skin, line, shade, sleeve=sleeve, cuff=cuff, behind=True)
        + glass
        + grip(skin, line, shade, ring=look.accent, behind=False),
        "translate(600,400) scale(1.25) rotate(-6)",
    )
    return (Layer(s.set.content, s.set.defs, backdrop=True), Layer(hand, start=(30, 130), by=0.5))


def _pen(s: Scenery) -> tuple[Layer, ...]:
    floor, defs = _document()
    return (Layer(floor, defs), Layer(_writing_hand(s), start=(60, 40), end=(0, 0), by=0.5, shake=0.0))


def _sign(s: Scenery) -> tuple[Layer, ...]:
    floor, defs = _document()
    strokes = (
        "M420,420 C440,330 470,330 466,420 C470,360 500,330 510,420",
        "M520,404 C548,380 552,420 526,418 C550,426 566,404 580,380 C576,420 588,424 600,396 C604,330 590,420 616,416",
        (
            "M640,420 C650,340 676,330 680,420 C690,340 716,330 720,420 C740,380 760,400 748,418 C770,396 776,420"
            " 800,396 C820,420 880,404 930,410"
        ),
    )
    ink = tuple(Layer(path(d, line="#1c2a5e", width=6), since=0.08 + i * 0.17) for i, d in enumerate(strokes))
    lit = group(
        rect(-110, -200, 220, 400, "#0d0b10", r=24)
        + rect(-98, -184, 196, 368, "#1d3a5c", r=10)
        + ellipse(0, 0, 260, 300, "url(#call)", opacity=0.7)
        + rect(-80, -60, 160, 74, "#f4f8ff", r=12)
        + rect(-66, -44, 90, 9, "#5a6a80")
        + rect(-66, -26, 128, 9, "#9aa8ba")
        + rect(-66, -8, 70, 9, "#9aa8ba"),
        "translate(1090,250) rotate(14)",
    )
    dead = group(
        rect(-110, -200, 220, 400, "#0d0b10", r=24) + rect(-98, -184, 196, 368, "#17141b", r=10),
        "translate(1090,250) rotate(14)",
    )
    glow = radial("call", [(0, "#9fd0ff", 0.8), (1, "#4a90e0", 0)])
    return (
        Layer(floor, defs),
        Layer(dead, until=0.66),
        Layer(lit, glow, since=0.66, shake=2.0),
        *ink,
        Layer(_writing_hand(s), start=(-330, 0), end=(190, 0), by=0.58, until=0.72),
    )


def _document() -> tuple[str, str]:
    defs = linear("page", [(0, "#fffdf6", 1), (1, "#d9cdb9", 1)], x2=0.3, y2=1) + radial(
        "shade", [(0.3, "#2a0f1a", 0), (1, "#2a0f1a", 0.55)], r=0.75
    )
    lines = "".join(rect(160, 60 + i * 44, 900 - (i * 97) % 240, 9, "#8a8286", opacity=0.55) for i in range(6))
    wine = ellipse(250, 560, 130, 90, "#a3122a", opacity=0.28) + ellipse(250, 560, 100, 66, "url(#page)", opacity=0.8)
    words = (
        '<text x="330" y="478" font-family="Liberation Sans, sans-serif" font-size="24" fill="#6a6266">Signature of'
        " wife</text>"
    )
    page = (
        rect(-80, -60, 1440, 840, "url(#page)")
        + lines
        + wine
        + path("M320,440 H960", line="#4a4246", width=3)
        + path("M290,420 l22,22 M312,420 l-22,22", line="#4a4246", width=4)
        + words
    )
    return page + rect(-80, -60, 1440, 840, "url(#shade)"), defs


def _writing_hand(s: Scenery) -> str:
    skin, line, _ = hand_paint(s.look(s.subject), s.set.light)
    sleeve = multiply(s.look(s.subject).clothes, s.set.light.ambient)
    pen = (
        path("M0,0 L14,-34 L150,-250 L176,-234 L44,-16 Z", "#1a1c24", line="#000000", width=2)
        + path("M0,0 L14,-34 L44,-16 Z", "#d4af37")
        + path("M40,-60 L150,-232", line="#5a6070", width=5)
    )
    palm = path(
        "M60,-60 C110,-110 190,-120 250,-60 L520,180 L400,330 L150,90 C90,70 50,30 60,-60 Z", skin, line=line, width=5
    )
    fingers = (
        finger(((210, 50), (120, 70), (70, 40)), 40, skin, line)
        + finger(((220, 0), (120, 24), (56, -8)), 40, skin, line)
        + finger(((210, -60), (120, -76), (40, -44)), 40, skin, line)
    )
    thumb = finger(((180, -96), (120, -130), (70, -96)), 42, skin, line) + nail(66, -92, 60, skin)
    cover = path("M330,0 L640,260 L520,470 L250,200 Z", sleeve, line=darker(sleeve, 0.5), width=5)
    return group(palm + fingers + pen + thumb + cover, "translate(470,420)")


def _phone(s: Scenery) -> tuple[Layer, ...]:
    skin, line, _ = hand_paint(s.look(s.subject), Light("#9fb4d8", "#9fd0ff", 0.8, "#10143a"))
    back, defs = _dark("#141a30", "#3a5f9a")
    lines = _wrapped(s.text, 19)
    bubble_tall = 74 + 52 * len(lines)
    words = "".join(
        f'<text x="-172" y="{-74 + i * 52}" font-family="Liberation Sans, sans-serif" font-size="36" font-weight="bold"'
        f' fill="#16202e">{_escaped(row)}</text>'
        for i, row in enumerate(lines)
    )
    phone = group(
        path("M-300,420 C-330,260 -270,120 -226,60 L236,60 C300,140 330,280 330,460 Z", skin, line=line, width=5)
        + rect(-226, -420, 452, 860, "#07080c", r=48)
        + rect(-226, -420, 452, 860, "none", r=48, extra='stroke="#8fb8e8" stroke-width="4" stroke-opacity="0.7"')
        + rect(-208, -400, 416, 820, "url(#screen)", r=34)
        + '<text x="0" y="-244" font-family="Liberation Sans, sans-serif" font-size="92" text-anchor="middle"'
        ' fill="#f2f7ff">21:47</text>'
        + '<text x="-190" y="-158" font-family="Liberation Sans, sans-serif" font-size="25" fill="#cfe0f5">UNKNOWN'
        " NUMBER</text>"
        + rect(-196, -138, 392, bubble_tall, "#f4f8ff", r=24)
        + words
        + "".join(finger(((262, y + 30), (240, y), (196, y + 4)), 48, skin, line) for y in (40, 106, 172))
        + finger(((-286, 240), (-246, 110), (-190, 40)), 56, skin, line)
        + nail(-188, 42, -48, skin, 1.5),
        "translate(640,430) rotate(-3)",
    )
    defs += linear("screen", [(0, "#1f3f6e", 1), (1, "#0c1830", 1)]) + radial(
        "halo", [(0, "#8fc4ff", 0.55), (1, "#4a90e0", 0)]
    )
    return (
        Layer(back + ellipse(640, 380, 620, 480, "url(#halo)"), defs),
        Layer(phone, defs, start=(0, 26), by=0.3, shake=0.6),
    )


def _wrapped(text: str, width: int) -> list[str]:
    rows: list[str] = []
    row = ""
    for word in text.split():
        if row and len(row) + 1 + len(word) > width:
            rows, row = [*rows, row], word
        else:
            row = f"{row} {word}".strip()
    return [*rows, row]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _portrait(s: Scenery) -> tuple[Layer, ...]:
    from hookline.sample.draw_body import body

    look = s.look("evelyn")
    light = Light("#e9d3b4", "#ffe2a0", 0.3, "#3a2030")
    painted = group(
        back_hair(look, light) + body(look, light) + head(look, Face(Mood.WARM), light), "translate(0,-24) scale(0.82)"
    )
    gold = "#d4af37"
    defs = radial("spot", [(0, "#ffe2a0", 0.7), (1, "#ffb45c", 0)])
    wall = (
        rect(-80, -60, 1440, 840, "#3a1424")
        + "".join(rect(-80 + i * 120, -60, 60, 840, "#44192b") for i in range(13))
        + ellipse(640, 330, 560, 470, "url(#spot)")
    )
    return (Layer(wall + portrait(640, 372, 1.55, gold, face=painted), defs),)


def _wrist(s: Scenery) -> tuple[Layer, ...]:
    victim = s.look(s.subject)
    skin, line, shade = hand_paint(victim, s.set.light)
    back, defs = _dark("#0b161c", "#1f3a44", x=0.8)
    plug = group(
        rect(-90, -130, 180, 260, "#16262c", r=16)
        + rect(-60, -60, 120, 130, "#05090b", r=14)
        + path("M0,70 C0,200 40,300 60,420", line="#05090b", width=26)
        + ellipse(0, -96, 13, 13, "#ff5a4a")
        + ellipse(0, -96, 130, 130, "url(#red)"),
        "translate(1090,330)",
    )
    arm = group(
        flat(skin, line, shade, sleeve=multiply(victim.clothes, s.set.light.ambient)),
        "translate(740,360) rotate(-4) scale(1.15)",
    )
    glove, seam, dusk = "#d5e4e2", "#3b5258", "#93adb0"
    grab = group(
        path(
            "M-40,-110 C-90,-200 -110,-330 -90,-520 L150,-520 C150,-330 130,-200 90,-110 Z",
            multiply("#5f9ea0", s.set.light.ambient),
            line="#16302f",
            width=5,
        )
        + path("M-64,-90 C-40,-150 80,-150 104,-90 L104,-20 L-64,-20 Z", glove, line=seam, width=5)
        + path("M-70,-150 L112,-150 L106,-110 L-64,-110 Z", dusk, line=seam, width=4)
        + "".join(finger(((x, -60), (x - 4, 20), (x - 2, 78), (x + 6, 96)), 40, glove, seam) for x in (88, 44, 0, -44))
        + finger(((-70, -50), (-112, 10), (-96, 70)), 42, glove, seam),
        "translate(560,350) rotate(-8)",
    )
    return (
        Layer(back + plug, defs + radial("red", [(0, "#ff4a3a", 0.6), (1, "#ff2a1a", 0)])),
        Layer(arm, start=(-150, 30), by=0.24, shake=1.4),
        Layer(grab, start=(-60, -420), by=0.3),
    )


def _asleep(s: Scenery) -> tuple[Layer, ...]:
    look = s.look("evelyn")
    light = s.set.light
    defs = (
        linear("pillow", [(0, "#dcebe8", 1), (1, "#7fa3a6", 1)])
        + linear("blanket", [(0, "#a7c6c4", 1), (1, "#3d6066", 1)])
        + radial("lamp", [(0, "#eafff6", 0.5), (1, "#8ff0d2", 0)])
        + radial("green", [(0, "#39d98a", 0.6), (1, "#39d98a", 0)])
    )
    back = (
        rect(-80, -60, 1440, 840, "#10222a")
        + rect(-80, -60, 1440, 300, "#152d36")
        + ellipse(1120, 150, 300, 220, "url(#green)", opacity=0.5)
        + group(
            rect(0, 0, 200, 150, "#04140f", r=8)
            + path("M10,80 H60 l8,-8 l8,14 l10,-50 l12,78 l10,-40 l8,6 H190", line="#39d98a", width=5),
            "translate(1020,70)",
        )
    )
    pillow = path(
        "M60,520 C40,360 180,250 420,270 C640,280 720,360 700,470 C690,560 420,600 240,590 C140,590 70,570 60,520 Z",
        "url(#pillow)",
        line="#5d8286",
        width=4,
    )
    sleeping = group(
        path(
            "M-92,-20 C-150,-60 -170,60 -150,150 C-120,230 0,240 80,190 C120,120 90,-20 40,-90 Z",
            paint(look, light).hair_dark,
        )
        + path("M-40,60 L-44,170 L60,190 L34,90 Z", paint(look, light).shade)
        + head(look, Face(Mood.NEUTRAL, lids=0), light),
        "translate(440,380) rotate(-66) scale(1.5)",
    )
    blanket = (
        path(
            "M520,640 C560,470 700,420 900,430 C1080,440 1240,470 1400,520 L1400,800 L480,800 Z",
            "url(#blanket)",
            line="#2c4a50",
            width=4,
        )
        + path(
            "M520,640 C580,560 700,520 900,520 C1080,520 1240,550 1400,590 L1400,560 C1240,500 1080,470 900,460"
            " C720,450 600,500 520,640 Z",
            "#d7e8e5",
        )
        + path(
            "M760,560 C820,620 840,700 836,800 M1040,560 C1080,630 1090,700 1090,800",
            line="#365960",
            width=6,
            opacity=0.7,
        )
    )
    tube = (
        path("M560,372 C600,330 600,250 690,200 C780,160 860,60 900,-40", line="#cfe6e0", width=9, opacity=0.85)
        + path("M556,376 C540,360 530,330 536,300", line="#cfe6e0", width=9, opacity=0.85)
        + path("M470,318 C520,296 570,300 598,322", line="#bfe0d8", width=6, opacity=0.8)
    )
    curtain = "".join(
        path(
            f"M{-80 + i * 74},-60 C{-60 + i * 74},200 {-90 + i * 74},500 {-76 + i * 74},800 L{-2 + i * 74},800"
            f" C{-12 + i * 74},500 {8 + i * 74},200 {-6 + i * 74},-60 Z",
            mix("#3f6f74", "#0f1d24", 0.15 + 0.25 * (i % 2)),
        )
        for i in range(20)
    )
    return (
        Layer(back + pillow + sleeping + ellipse(420, 330, 420, 280, "url(#lamp)", opacity=0.6) + blanket + tube, defs),
        Layer(curtain, start=(0, 0), end=(1320, 0), by=0.55),
    )


def _hands(s: Scenery) -> tuple[Layer, ...]:
    look, other = s.look(s.subject), s.look("evelyn")
    defs = linear("blanket", [(0, "#8fb3b2", 1), (1, "#2d4c54", 1)]) + radial(
        "lamp", [(0, "#eafff6", 0.45), (1, "#8ff0d2", 0)]
    )
    bed = (
        rect(-80, -60, 1440, 840, "url(#blanket)")
        + path(
            "M-80,180 C200,120 500,200 760,150 C1000,110 1200,160 1400,120 M-80,620 C200,560 520,640 800,590 C1000,560"
            " 1200,610 1400,570",
            line="#3d6068",
            width=8,
            opacity=0.6,
        )
        + ellipse(640, 340, 520, 320, "url(#lamp)")
    )
    pale, line, shade = hand_paint(other, s.set.light)
    thin = mix(pale, "#dfeeee", 0.35)
    under = group(
        flat(thin, line, shade, sleeve="#cfe2e0")
        + path("M-40,-30 l60,-6 M-30,-22 v-18 M-60,-40 C-120,-90 -200,-100 -300,-90", line="#eef6f4", width=8),
        "translate(760,380) rotate(184) scale(1.2,-1.2)",
    )
    over = group(
        flat(*hand_paint(look, s.set.light), sleeve=multiply(look.clothes, s.set.light.ambient)),
        "translate(560,330) rotate(10) scale(1.15)",
    )
    return (Layer(bed, defs), Layer(under), Layer(over, start=(-260, -60), by=0.45))


def _ajar(s: Scenery) -> tuple[Layer, ...]:
    figure = _red_coat(s, "translate(730,300) scale(0.62)")
    door = (
        rect(-80, -60, 520, 840, "#05070d")
        + rect(846, -60, 520, 840, "#070a12")
        + rect(432, -60, 12, 840, "#33456b", opacity=0.9)
        + rect(846, -60, 7, 840, "#5a6f9c", opacity=0.8)
        + ellipse(880, 400, 14, 40, "#6d5f3a")
    )
    return (
        Layer(s.set.content, s.set.defs, backdrop=True, start=(60, 0), end=(40, 0)),
        Layer(figure),
        *(Layer(rain_streaks(seed), start=(4, -50), end=(-4, 50)) for seed in (1, 2)),
        Layer(door, start=(-60, 0), end=(0, 0)),
    )


def _red_coat(s: Scenery, where: str) -> str:
    look = s.look("evelyn")
    coat = multiply(look.clothes, s.set.light.ambient)
    hair = multiply(look.hair, s.set.light.ambient)
    rim = s.set.light.rim
    return group(
        ellipse(0, 610, 150, 22, "#000000", opacity=0.5)
        + path("M-40,470 L-44,600 L-8,600 L-4,470 Z M10,470 L14,600 L48,600 L44,470 Z", "#14121a")
        + path(
            "M-60,60 C-120,84 -118,170 -110,260 C-124,360 -140,430 -150,500 C-60,530 60,530 150,500 C140,430 124,360"
            " 110,260 C118,170 120,84 60,60 C20,48 -20,48 -60,60 Z",
            coat,
            line=darker(coat, 0.6),
            width=4,
        )
        + path(
            "M-60,60 C-120,84 -118,170 -110,260 C-124,360 -140,430 -150,500 L-60,518 C-50,400 -70,300 -66,200 Z",
            darker(coat, 0.35),
        )
        + path("M-112,250 C-40,270 40,270 112,250 L114,280 C40,298 -40,298 -114,280 Z", darker(coat, 0.5))
        + path(
            "M0,-110 C-64,-110 -78,-50 -70,20 C-80,90 -100,130 -84,190 C-40,210 40,210 84,190 C100,130 80,90 70,20"
            " C78,-50 64,-110 0,-110 Z",
            hair,
        )
        + path("M20,-108 C70,-96 80,-40 70,22 C80,90 98,130 84,188", line=rim, width=6, opacity=0.85)
        + path("M64,62 C120,90 118,170 110,260 C124,360 140,430 150,498", line=rim, width=6, opacity=0.85),
        where,
    )


def _push(s: Scenery) -> tuple[Layer, ...]:
    look = s.look("gideon")
    skin, line, shade = hand_paint(look, s.set.light)
    arm = group(
        flat(skin, line, shade, sleeve=multiply(look.clothes, s.set.light.ambient), cuff="#b9c3d8", ring=look.accent),
        "translate(330,380) scale(1.5)",
    )
    return (
        Layer(s.set.content, s.set.defs, backdrop=True),
        Layer(_red_coat(s, "translate(900,240) scale(0.86)"), until=0.5),
        Layer(_red_coat(s, "translate(980,330) rotate(24) scale(0.84)"), since=0.5, until=0.58),
        Layer(_red_coat(s, "translate(1010,560) rotate(50) scale(0.8)"), since=0.58, until=0.66),
        Layer(arm, start=(-420, 30), end=(110, 0), by=0.5),
    )


def _footsteps(s: Scenery) -> tuple[Layer, ...]:
    defs = radial("lit", [(0, "#f2fff6", 1), (1, "#9fd8c4", 1)]) + radial(
        "lamp", [(0, "#d7f3ea", 0.7), (1, "#7fb7b2", 0)]
    )
    wall = (
        rect(-80, -60, 1440, 840, "#0f1f27")
        + rect(330, -60, 620, 840, "#0a151b")
        + rect(360, -60, 560, 840, "#24424a")
        + rect(360, -60, 10, 840, "#7fb7b2", opacity=0.4)
    )
    window = rect(480, 60, 320, 430, "url(#lit)", r=8)
    man = path(
        "M-90,520 C-90,300 -80,210 -30,196 C-66,170 -70,60 0,56 C70,60 66,170 30,196 C80,210 90,300 90,520 Z",
        "#16262c",
        opacity=0.92,
    )
    frame = (
        path("M480,60 H800 V490 H480 Z", line="#0a151b", width=16)
        + rect(632, 60, 14, 430, "#0a151b")
        + rect(480, 262, 320, 12, "#0a151b")
    )
    edges = (
        rect(-80, -60, 560, 840, "#0f1f27")
        + rect(330, -60, 150, 840, "#24424a")
        + rect(330, -60, 30, 840, "#0a151b")
        + rect(800, -60, 120, 840, "#24424a")
        + rect(920, -60, 460, 840, "#0f1f27")
        + rect(920, -60, 30, 840, "#0a151b")
        + rect(480, 490, 320, 300, "#24424a")
        + rect(480, -60, 320, 120, "#24424a")
    )
    handle = (
        rect(820, 560, 70, 20, "#b9c9c6", r=10)
        + ellipse(830, 570, 22, 22, "#8fa5a3")
        + ellipse(640, 280, 520, 480, "url(#lamp)", opacity=0.5)
    )
    return (
        Layer(wall + window, defs),
        Layer(group(man, "translate(640,60) scale(1.25)"), start=(380, 0), end=(-10, 0), by=0.85),
        Layer(edges + frame + handle, defs),
    )


def _under_bed(s: Scenery, *, toes_here: bool) -> tuple[Layer, ...]:
    look = s.look(s.subject)
    light = Light("#93b4b8", "#8ff0d2", 0.9, "#061018")
    defs = (
        linear("floor", [(0, "#24464f", 1), (1, "#081218", 1)])
        + linear("under", [(0, "#020507", 1), (1, "#0a171c", 1)])
        + radial("lamp", [(0, "#d7f3ea", 0.5), (1, "#7fb7b2", 0)])
    )
    room = (
        rect(-80, -60, 1440, 840, "#16303a")
        + rect(-80, 420, 1440, 400, "url(#floor)")
        + ellipse(960, 470, 460, 120, "url(#lamp)")
    )
    shoes = _shoe_front(0) + _shoe_front(190) if toes_here else _shoe_side(0) + _shoe_side(150)
    face = _lying(look, light, "translate(420,500) rotate(62) scale(-1.3,1.3)")
    bed = (
        rect(-80, -60, 1440, 230, "url(#under)")
        + rect(-80, 150, 1440, 26, "#3d6068")
        + rect(-80, 172, 1440, 8, "#0a1418")
        + path(
            "M-80,180 C200,240 420,190 640,230 C860,260 1100,200 1400,240 L1400,176 L-80,176 Z", "#9dbdbb", opacity=0.9
        )
        + path("M60,190 C80,260 70,330 90,400 C30,380 -20,390 -80,380 L-80,180 Z", "#7fa3a6", opacity=0.8)
    )
    step = Layer(group(shoes, "translate(820,0)"), start=(0, 0) if toes_here else (300, -8), by=0.4)
    return (Layer(room, defs), step, Layer(bed, defs), Layer(face, shake=0.8))


def _lying(look: Look, light: Light, where: str) -> str:
    """Somebody flat on the floor, head up and afraid."""
    from hookline.sample.draw_body import body

    face = head(look, Face(Mood.AFRAID, gaze=-0.9), light)
    return group(back_hair(look, light) + body(look, light) + face, where)


def _shoe_side(x: float) -> str:
    return group(
        path("M120,-60 L100,440 C104,470 240,470 236,440 L260,-60 Z", "#141824")
        + path("M120,-60 L100,440 L140,450 L160,-60 Z", "#0a0d15")
        + ellipse(60, 560, 190, 18, "#000000", opacity=0.5)
        + path(
            "M236,430 C244,500 244,540 238,556 L-92,556 C-116,530 -80,500 -20,486 C40,470 80,450 102,424 Z",
            "#07080c",
            line="#4a6a74",
            width=4,
        )
        + path("M-60,520 C-20,500 40,488 84,470", line="#cfe6e0", width=7, opacity=0.7)
        + rect(-96, 552, 336, 12, "#000000", r=6),
        f"translate({x},0)",
    )


def _shoe_front(x: float) -> str:
    return group(
        path("M-10,-60 L-6,420 C0,450 120,450 124,420 L136,-60 Z", "#141824")
        + path("M60,-60 L62,440", line="#05070c", width=5)
        + ellipse(60, 590, 130, 20, "#000000", opacity=0.5)
        + path(
            "M-8,410 C-30,480 -50,540 -30,580 C0,606 120,606 150,580 C170,540 148,480 126,410 Z",
            "#07080c",
            line="#4a6a74",
            width=4,
        )
        + path("M0,470 C20,486 100,486 118,470 M6,440 L112,462 M112,440 L6,462", line="#2c3c44", width=6)
        + path("M-16,560 C0,580 40,588 80,586", line="#cfe6e0", width=7, opacity=0.7),
        f"translate({x},0)",
    )


def _thumb(s: Scenery) -> tuple[Layer, ...]:
    weak, strong = s.look("evelyn"), s.look("gideon")
    defs = (
        linear("glass", [(0, "#0f2a33", 1), (1, "#06141a", 1)])
        + radial("scan", [(0, "#39d98a", 0.8), (1, "#39d98a", 0)])
        + linear("blanket", [(0, "#6f9496", 1), (1, "#1f3a42", 1)])
    )
    pad = rect(-80, -60, 1440, 840, "url(#blanket)") + group(
        rect(-330, -230, 660, 460, "#05090b", r=30)
        + rect(-306, -206, 612, 412, "url(#glass)", r=14)
        + '<text x="-270" y="-140" font-family="Liberation Sans, sans-serif" font-size="34" font-weight="bold"'
        ' fill="#d9ece8">PROXY RENEWAL</text>'
        + '<text x="-270" y="-98" font-family="Liberation Sans, sans-serif" font-size="25" fill="#7fb7b2">E. Harrow:'
        " 51% of votes</text>"
        + rect(-270, -70, 250, 6, "#2c5a5c")
        + rect(-270, -50, 200, 6, "#2c5a5c")
        + rect(-270, -30, 230, 6, "#2c5a5c")
        + ellipse(130, 40, 150, 150, "url(#scan)", opacity=0.7)
        + "".join(
            path(
                f"M{130 - r},{40 + r * 0.2} C{130 - r},{40 - r * 1.1} {130 + r},{40 - r * 1.1} {130 + r},{40 + r * 0.2}"
                f" C{130 + r},{40 + r} {130 + r * 0.5},{40 + r * 1.2} {130},{40 + r * 1.3}",
                line="#39d98a",
                width=4,
            )
            for r in (18, 34, 50, 66)
        ),
        "translate(560,330) rotate(-5)",
    )
    done = group(
        '<text x="0" y="0" font-family="Liberation Sans, sans-serif" font-size="42" font-weight="bold"'
        ' fill="#39d98a">ACCEPTED</text>',
        "translate(310,470) rotate(-5)",
    )
    skin, line, _ = hand_paint(weak, s.set.light)
    pale = mix(skin, "#dfeeee", 0.35)
    weak_hand = group(
        path(
            "M330,60 C240,40 150,60 110,110 L120,220 C190,270 280,260 340,230 L700,300 L700,80 Z",
            pale,
            line=line,
            width=5,
        )
        + "".join(
            finger(((130, y), (80, y + 12), (70, y + 36), (104, y + 44)), 40, pale, line) for y in (120, 160, 200)
        )
        + finger(((200, 60), (120, 10), (10, 4)), 46, pale, line)
        + nail(2, 4, 6, pale, 1.6),
        "translate(690,366)",
    )
    firm, dark, dusk = hand_paint(strong, s.set.light)
    strong_hand = group(
        grip(firm, dark, dusk, sleeve=multiply(strong.clothes, s.set.light.ambient), cuff="#c9d8d8", behind=True)
        + grip(firm, dark, dusk, ring=strong.accent, behind=False),
        "translate(900,420) rotate(-40) scale(1.35)",
    )
    return (
        Layer(pad, defs),
        Layer(weak_hand, start=(80, -90), by=0.4),
        Layer(strong_hand, start=(80, -90), by=0.4),
        Layer(done, since=0.62),
    )


def _ringing(s: Scenery) -> tuple[Layer, ...]:
    look = s.look(s.subject)
    light = Light("#a9c6e8", "#bfe0ff", 1.0, "#081026")
    back, defs = _dark("#050a0e", "#16303a", x=0.6, y=0.7)
    defs += radial("call", [(0, "#9fd0ff", 0.75), (1, "#4a90e0", 0)])
    face = _lying(look, light, "translate(430,350) rotate(58) scale(-1.6,1.6)")
    phone = group(
        ellipse(0, 0, 470, 250, "url(#call)")
        + path("M-240,30 L-120,-90 L260,-70 L210,90 Z", "#05070a", line="#2c4a6a", width=4)
        + path("M-214,26 L-112,-76 L240,-58 L196,76 Z", "#1d4f8c")
        + path("M-60,-46 L60,-40 L50,-20 L-74,-26 Z", "#eaf4ff")
        + ellipse(-92, 16, 30, 16, "#ff4b3e")
        + ellipse(104, 30, 30, 16, "#39d98a"),
        "translate(880,540)",
    )
    return (Layer(back, defs), Layer(face, shake=0.7), Layer(phone, defs, shake=3.5))


INSERTS: dict[str, Callable[[Scenery], tuple[Layer, ...]]] = {
    "crash": _crash,
    "filming": _filming,
    "papers": _papers,
    "toast": _toast,
    "pen": _pen,
    "sign": _sign,
    "phone": _phone,
    "portrait": _portrait,
    "wrist": _wrist,
    "asleep": _asleep,
    "hands": _hands,
    "ajar": _ajar,
    "push": _push,
    "footsteps": _footsteps,
    "shoes": lambda s: _under_bed(s, toes_here=False),
    "shoes_turn": lambda s: _under_bed(s, toes_here=True),
    "thumb": _thumb,
    "ringing": _ringing,
}
