"""Small words for drawing: colours, paths and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Light:
    """How a set lights people: what it multiplies colours by, and the colour of its rim light."""

    ambient: str = "#ffffff"
    rim: str = "#ffffff"
    rim_strength: float = 0.5  # 0..1
    shade: str = "#3a2040"  # what shadows are mixed with


def chance(seed: int | str) -> Random:
    """Chance that falls the same way every time, for windows, drops and blinks."""
    return Random(seed)  # noqa: S311 - drawing, not secrets


def rgb(colour: str) -> tuple[int, int, int]:
    """A "#rrggbb" colour's parts, 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexed(parts: tuple[float, float, float]) -> str:
    """Parts 0..255 as "#rrggbb", clipped."""
    return "#" + "".join(f"{min(255, max(0, round(part))):02x}" for part in parts)


def mix(colour: str, other: str, share: float) -> str:
    """A colour with a share (0..1) of another.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    a, b = rgb(colour), rgb(other)
    return hexed((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share))


def multiply(colour: str, light: str) -> str:
    """A colour under coloured light."""
    a, b = rgb(colour), rgb(light)
    return hexed((a[0] * b[0] / 255, a[1] * b[1] / 255, a[2] * b[2] / 255))


def darker(colour: str, share: float) -> str:
    """Towards black by a share."""
    return mix(colour, "#000000", share)


def lighter(colour: str, share: float) -> str:
    """Towards white by a share."""
    return mix(colour, "#ffffff", share)


def path(d: str, fill: str = "none", *, opacity: float = 1.0, line: str = "", width: float = 0, extra: str = "") -> str:
    """One filled and/or outlined path."""
    see_through = f' fill-opacity="{opacity:g}" stroke-opacity="{opacity:g}"' if opacity < 1 else ""
    stroke = f' stroke="{line}" stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round"' if line else ""
    return f'<path d="{d}" fill="{fill}"{see_through}{stroke}{" " + extra if extra else ""}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, *, opacity: float = 1.0, extra: str = "") -> str:
    """One filled ellipse."""
    see_through = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    more = " " + extra if extra else ""
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"{see_through}{more}/>'


def rect(
    x: float, y: float, w: float, h: float, fill: str, *, opacity: float = 1.0, r: float = 0, extra: str = ""
) -> str:
    """One filled rectangle."""
    see_through = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    round_ = f' rx="{r:g}"' if r else ""
    more = " " + extra if extra else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" fill="{fill}"{round_}{see_through}{more}/>'


def group(content: str, transform: str = "", *, extra: str = "") -> str:
    """Content moved, turned or filtered together."""
    moved = f' transform="{transform}"' if transform else ""
    return f"<g{moved}{' ' + extra if extra else ''}>{content}</g>"


def linear(id: str, stops: list[tuple[float, str, float]], *, x2: float = 0, y2: float = 1) -> str:
    """A linear gradient from the top left towards (x2, y2) of a shape's box: (offset, colour, opacity)."""
    return f'<linearGradient id="{id}" x1="0" y1="0" x2="{x2:g}" y2="{y2:g}">{_stops(stops)}</linearGradient>'


def radial(id: str, stops: list[tuple[float, str, float]], *, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
    """A radial gradient in a shape's box: (offset, colour, opacity)."""
    return f'<radialGradient id="{id}" cx="{cx:g}" cy="{cy:g}" r="{r:g}">{_stops(stops)}</radialGradient>'


def blur(id: str, deviation: float) -> str:
    """A blur filter with room around the shape."""
    return (
        f'<filter id="{id}" x="-50%" y="-50%" width="200%" height="200%">'
        f'<feGaussianBlur stdDeviation="{deviation:g}"/></filter>'
    )


def _stops(stops: list[tuple[float, str, float]]) -> str:
    return "".join(f'<stop offset="{at:g}" stop-color="{c}" stop-opacity="{o:g}"/>' for at, c, o in stops)


def picture(content: str, *, width: int, height: int, box: tuple[float, float, float, float], defs: str = "") -> str:
    """A whole SVG document that shows ``box`` (x, y, width, height) of its content."""
    view = " ".join(f"{value:.3f}" for value in box)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{view}">'
    return f"{head}<defs>{defs}</defs>{content}</svg>"
