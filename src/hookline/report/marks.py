"""Small drawings inside text: a dot with its whisker, a sparkline, a strip of episodes.

They are plain SVG without styles or scripts, so that they show before any script runs, by the
hundred, and in print.  Everything drawn to be read off an axis is a chart instead (``charts.py``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hookline.model.estimate import Estimate

WIDTH, HEIGHT = 120, 18
STEM = "#1f3a5f"
FAINT = "#c9d1dc"
REACH = 2.5  # a scale of ratios goes so far beyond its values: one wide interval must not flatten the others


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale that several whiskers share; ``zero`` is where nothing happens, if anywhere."""

    low: float
    high: float
    zero: float | None = None
    log: bool = False

    def x(self, number: float) -> float:
        """Where a number stands, in pixels; what lies outside stands at the edge."""
        low, high, at = (self._turn(v) for v in (self.low, self.high, number))
        share = (at - low) / (high - low) if high > low else 0.5
        return round(4 + (WIDTH - 8) * min(1.0, max(0.0, share)), 1)

    def _turn(self, number: float) -> float:
        return math.log(max(number, 1e-6)) if self.log else number


def axis_for(estimates: Sequence[Estimate], *, unit: str = "") -> Axis:
    """One scale that holds all the estimates, and the point of no effect where the unit has one."""
    unit = unit or estimates[0].unit
    log = unit == "odds ratio"
    bounds = [b for e in estimates for b in (e.low, e.value, e.high) if math.isfinite(b) and (b > 0 or not log)]
    if unit == "share":
        return Axis(0.0, min(1.0, 1.12 * max(bounds, default=1.0)) or 1.0)
    zero = 1.0 if log else 0.0
    low, high = min([zero, *bounds]), max([zero, *bounds])
    if log:
        values = [e.value for e in estimates if 0 < e.value < math.inf] or [1.0]
        low, high = max(low, min(zero, *values) / REACH), min(high, max(zero, *values) * REACH)
        return Axis(low / 1.1, high * 1.1, zero, log=True)
    margin = 0.06 * (high - low) or 1.0
    return Axis(low - margin, high + margin, zero)


def whisker(estimate: Estimate, axis: Axis, *, colour: str = STEM) -> str:
    """A dot at the value and a line over the interval, as SVG; an arrow where it leaves the scale."""
    low, at, high = (axis.x(v) for v in (estimate.low, estimate.value, estimate.high))
    zero = ""
    if axis.zero is not None:
        x = axis.x(axis.zero)
        zero = f'<line x1="{x}" x2="{x}" y1="1" y2="{HEIGHT - 1}" stroke="#8b95a5" stroke-dasharray="2 2"/>'
    return (
        f'<svg class="whisker" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<line x1="4" x2="{WIDTH - 4}" y1="9" y2="9" stroke="#e3e8ee"/>{zero}'
        f'<line x1="{low}" x2="{high}" y1="9" y2="9" stroke="{colour}" stroke-width="2.5" stroke-linecap="round"/>'
        f"{_arrows(estimate, axis, colour)}"
        f'<circle cx="{at}" cy="9" r="4.2" fill="{colour}" stroke="#fff" stroke-width="1.2"/></svg>'
    )


def _arrows(estimate: Estimate, axis: Axis, colour: str) -> str:
    left = f'<path d="M0 9l6-4v8z" fill="{colour}"/>' if estimate.low < axis.low else ""
    right = f'<path d="M{WIDTH} 9l-6-4v8z" fill="{colour}"/>' if estimate.high > axis.high else ""
    return left + right


def sparkline(shares: Sequence[float], *, floor: float, dips: Sequence[float] = ()) -> str:
    """A curve of shares between ``floor`` and 1, with dots at ``dips`` (0..1 along it), as SVG."""
    width, height = 132, 34
    if len(shares) < 2:
        return ""

    def y(share: float) -> float:
        return round(2 + (height - 4) * (1 - (min(1.0, max(floor, share)) - floor) / (1 - floor)), 1)

    every = max(1, len(shares) // 66)
    spots = sorted({*range(0, len(shares), every), len(shares) - 1})
    line = " ".join(f"{round(width * i / (len(shares) - 1), 1)},{y(shares[i])}" for i in spots)
    dots = "".join(
        f'<circle cx="{round(width * at, 1)}" cy="{y(shares[round(at * (len(shares) - 1))])}" r="2.6" fill="#d9480f"/>'
        for at in dips
    )
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<polygon points="0,{height} {line} {width},{height}" fill="#e8eef6"/>'
        f'<polyline points="{line}" fill="none" stroke="{STEM}" stroke-width="1.6"/>{dots}</svg>'
    )


def bar(share: float, *, colour: str = "#5d7ea8") -> str:
    """A share of 0..1 as a bar, as SVG."""
    length = round(100 * min(1.0, max(0.0, share)), 1)
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="8" fill="#eef1f5"/><rect width="{length}" height="8" fill="{colour}"/></svg>'
    )


def presence(present: Sequence[bool]) -> str:
    """One cell per episode, filled where somebody is in it, as SVG."""
    cells = "".join(
        f'<rect x="{i}" y="0" width="0.84" height="1" fill="{STEM if here else "#e3e8ee"}"/>'
        for i, here in enumerate(present)
    )
    return (
        f'<svg class="presence" viewBox="0 0 {max(1, len(present))} 1" preserveAspectRatio="none" '
        f'aria-hidden="true">{cells}</svg>'
    )


def strength(share: float, *, steps: int = 4) -> str:
    """A strength of 0..1 as filled steps, as SVG."""
    filled = round(share * steps)
    cells = "".join(
        f'<rect x="{7 * i}" y="0" width="5" height="9" rx="1" fill="{STEM if i < filled else FAINT}"/>'
        for i in range(steps)
    )
    width = 7 * steps - 2
    return f'<svg class="strength" viewBox="0 0 {width} 9" width="{width}" height="9" aria-hidden="true">{cells}</svg>'
