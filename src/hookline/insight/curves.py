"""Retention curves that platforms export, as cells of coarser seconds: where such a video loses more than it does.

With n views, the falling part of a curve says how many of them left between two of its points.  The same model and
scan as on viewers' own events (``hazard.fit``, ``moments.scan``) run on those cells: curves of one platform are fitted
together, so that "such a video" is what position and length make of the series' other episodes; a curve alone is held
to the field's prior curve (``field_curve.toml``), a falling rate of leaving.  See ``docs/insight.md``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

import numpy as np

from hookline.audience.exports import CurveCells, curve_cells
from hookline.insight.grid import TAIL_S, Floats, Grid, Ints
from hookline.insight.hazard import FEW_EPISODES, Fit
from hookline.insight.moments import Z95, Spot, Window, describe, excess, scan
from hookline.insight.result import Expected
from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate
from hookline.model.span import Span
from hookline.model.story import EpisodeStory, SeriesStory

LEAST_POINTS = 20
OPENING_S, OPENING_CELLS = 5.0, 5  # whichever is more
SHOULDER = 3  # cells beside a place in which it may still show
MOST_STEPS = 12  # of a curve in one cell: wider, its place says nothing
BLUR = 0.4  # cells; measured: bench/curves.py
TAIL_SHARE = 0.03  # of the length; smoothing bends a curve's last points
PRIOR = Path(__file__).with_name("field_curve.toml")
AGAINST_OTHERS = "against {} curves of this series on {}, by position and length"
AGAINST_PRIOR = "against a smooth decline: the field's prior shape, its level and slope from this curve"


@dataclass(frozen=True, slots=True)
class Dip:
    """A place where a curve falls more, or less, than such a video's does."""

    curve: PlatformCurve
    window: Window  # its seconds are the curve's cells; its counts are of the views that chance and rounding leave
    span: Span
    method: str

    @property
    def watching(self) -> int:
        """Views that were watching there."""
        return round(self.window.watching / max(self.window.starters, 1e-9) * self.curve.views)


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything that was looked at in a series' curves, and the decline that they were held against."""

    dips: tuple[Dip, ...] = ()
    expected: tuple[Expected, ...] = ()  # of episodes whose curve stands alone


def scan_curves(curves: Sequence[PlatformCurve], story: SeriesStory, *, at: int = 0) -> Looked:
    """The windows of every usable curve, best first within each.

    Curves of one platform and market are fitted together.  Where a platform gives a curve of all markets, those of
    single markets are not looked at: they are parts of it.

    Args:
        curves: of one series; those that ``unusable`` names are left out.
        story: the series.
        at: its index in the library.
    """
    found: list[Dip] = []
    drawn: dict[int, Expected] = {}
    for group in _groups([curve for curve in curves if not unusable(curve, story)]):
        episodes = [story.episode(curve.episode) for curve in group]
        pairs = [(curve, episode) for curve, episode in zip(group, episodes, strict=True) if episode]
        laid = lay_curves(pairs, at=at)
        model, windows = scan(laid.grid, group[0].market)
        method = _method(pairs)
        dips = [_dip(window, pairs[window.group][0], laid, method) for window in windows]
        found += _told_once([dip for dip in dips if not _blurred(dip, laid.steps[dip.window.group])])
        for number, (_, episode) in enumerate(pairs):
            drawn.setdefault(episode.number, _expected(model, number, laid, episode))
    return Looked(tuple(found), tuple(drawn[number] for number in sorted(drawn)))


def _told_once(dips: Sequence[Dip]) -> list[Dip]:
    """Each place once, by its clearest window: smoothing and the means over a cell leave shoulders beside it."""
    kept: list[Dip] = []
    for dip in sorted(dips, key=lambda d: d.window.p):
        near = [other.window for other in kept if other.window.group == dip.window.group]
        if not any(w.start_s < dip.window.end_s + SHOULDER and dip.window.start_s < w.end_s + SHOULDER for w in near):
            kept.append(dip)
    return kept


def _blurred(dip: Dip, steps: Ints) -> bool:
    """Whether a gap in the curve (watched again, or skipped) may have made a place.

    Who was lifted there comes down beside it: a fall right after a gap, or few leaving around one, mean nothing.  A
    fall from before a gap to behind it does, unless the gap is so wide that its place means nothing.
    """
    start, end = dip.window.start_s, dip.window.end_s
    before = max(start - SHOULDER, 0)
    if dip.window.log_ratio < 0:
        return bool((steps[before : end + SHOULDER] > 1).any())
    return bool((steps[before:start] > 1).any() or (steps[start:end] > MOST_STEPS).any())


def place(dip: Dip, episode: EpisodeStory, q: float) -> Spot:
    """A dip with the line and beats that stand there; its sizes are the views that really watched."""
    spot = describe(dip.window, episode, q, dip.span)
    return replace(
        spot, moment=replace(spot.moment, excess=extra(dip), ratio=replace(spot.moment.ratio, n=dip.watching))
    )


def extra(dip: Dip) -> Estimate:
    """Share of those watching who left beyond the expected, its interval widened by the curve's resolution.

    A point is the mean of a cell, and platforms smooth: each end of a place is known to half a cell or so.  Of m cells
    that is a relative standard error of BLUR / m, added in quadrature to the interval of ``moments.excess``.
    """
    plain = excess(dip.window)
    cells = dip.window.end_s - dip.window.start_s
    blur = Z95 * BLUR / cells * abs(plain.value)
    low = plain.value - float(np.hypot(plain.value - plain.low, blur))
    high = plain.value + float(np.hypot(plain.high - plain.value, blur))
    return replace(
        plain, low=low, high=high, n=dip.watching, method=f"{plain.method}, cells' width counted; {dip.method}"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Curves as rows of cells end to end; the rest by curve."""

    grid: Grid
    edges: list[Floats]  # of the cells, ms
    steps: list[Ints]  # of the export in each cell; more than one: a gap
    starters: list[float]  # views that the rows count from, before the opening


def lay_curves(pairs: Sequence[tuple[PlatformCurve, EpisodeStory]], *, at: int = 0) -> Laid:
    """Curves as rows of cells.

    The opening is left out: every video falls steeply there, an intro ends in it with a step, and no platform says how
    it counts views that have hardly begun.
    """
    whole = [curve_cells(curve, episode.duration_ms) for curve, episode in pairs]
    laid = [_behind(cells, _opening(cells)) for cells in whole]
    weights = [_trust(curve, c.share - c.share_after) for (curve, _), c in zip(pairs, laid, strict=True)]
    edges = [np.append(c.from_ms, c.to_ms[-1:]) for c in laid]
    return Laid(
        _grid(pairs, laid, weights, at),
        edges,
        [c.steps for c in laid],
        [weight * curve.views for (curve, _), weight in zip(pairs, weights, strict=True)],
    )


def _behind(cells: CurveCells, first: int) -> CurveCells:
    return CurveCells(*(getattr(cells, field.name)[first:] for field in fields(cells)))


def _grid(
    pairs: Sequence[tuple[PlatformCurve, EpisodeStory]], laid: Sequence[CurveCells], weights: Sequence[float], at: int
) -> Grid:
    sizes = np.array([len(c.to_ms) for c in laid], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    group = np.repeat(np.arange(len(pairs)), sizes)
    weight, length = np.array(weights)[group], np.array([e.duration_ms / 1000 for _, e in pairs])[group]
    at_risk, exits = (weight * np.concatenate([getattr(c, name) for c in laid]) for name in ("at_risk", "exits"))
    ends, begins = (np.concatenate([getattr(c, name) for c in laid]) / 1000 for name in ("to_ms", "from_ms"))
    middle, width = (begins + ends) / 2, ends - begins
    used = (ends <= length - np.maximum(TAIL_S, TAIL_SHARE * length)) & (at_risk > 0)
    alone = len(pairs) < FEW_EPISODES
    shape, held = field_prior() if alone else (1.0, 0.0)
    rate = max(float(exits[used].sum()), 0.5) / max(float((at_risk * width)[used].sum()), 1.0)
    fall = (shape - 1) * (np.log1p(middle) - np.average(np.log1p(middle), weights=at_risk + 1e-9))
    return Grid(
        keys=tuple((at, episode) for _, episode in pairs),
        starts=starts,
        group=group,
        second=np.arange(starts[-1]) - starts[group],
        length_s=length,
        at_risk=at_risk,
        exits=exits,
        used=used,
        widest=np.arange(starts[-1]),
        at_s=middle,
        offset=np.log(rate * width) + fall,
        held=held,
    )


def _opening(cells: CurveCells) -> int:
    """How many cells of a curve belong to the opening."""
    return max(int((cells.to_ms <= OPENING_S * 1000).sum()), min(OPENING_CELLS, len(cells.to_ms) // 4))


@cache
def field_prior() -> tuple[float, float]:
    """The shape of the field's prior curve and the precision with which a curve alone is held to it.

    Two published points (t, S) of a survival curve make a Weibull time of leaving, whose rate goes with
    t ** (shape - 1): shape = log(log S2 / log S1) / log(t2 / t1).
    """
    told = tomllib.loads(PRIOR.read_text(encoding="utf-8"))["curve"]
    (t1, s1), (t2, s2) = ((point["at_s"], 1 - point["left"]) for point in told["points"])
    return float(np.log(np.log(s2) / np.log(s1)) / np.log(t2 / t1)), float(told["slope_sd"]) ** -2


def _trust(curve: PlatformCurve, falls: Floats) -> float:
    """Which share of its views a curve is worth once its rounding is counted.

    A fall f between two points has the binomial variance f / n; rounding to units of u adds u² / 6.  The weight makes
    the one as large as both together for the curve's mean fall.
    """
    unit = 2 * curve.rounding
    mean = max(float(falls.mean()) if len(falls) else 0.0, 1e-9)
    return 1 / (1 + curve.views * unit * unit / 6 / mean)


def _groups(curves: Sequence[PlatformCurve]) -> list[list[PlatformCurve]]:
    """Curves that are judged together: of one platform, all markets where there is one, else market by market."""
    groups: dict[tuple[str, str], dict[int, PlatformCurve]] = {}
    whole = {(curve.platform, curve.episode) for curve in curves if not curve.market}
    for curve in sorted(curves, key=lambda c: (-c.views, -c.size)):
        if not curve.market or (curve.platform, curve.episode) not in whole:
            groups.setdefault((curve.platform, curve.market), {}).setdefault(curve.episode, curve)
    return [list(group.values()) for group in groups.values()]


def _method(pairs: Sequence[tuple[PlatformCurve, EpisodeStory]]) -> str:
    if len(pairs) < FEW_EPISODES:
        return AGAINST_PRIOR
    return AGAINST_OTHERS.format(len(pairs), pairs[0][0].title)


def _dip(window: Window, curve: PlatformCurve, laid: Laid, method: str) -> Dip:
    edges = laid.edges[window.group]
    span = Span(round(float(edges[window.start_s])), round(float(edges[window.end_s])))
    return Dip(curve, replace(window, starters=laid.starters[window.group]), span, method)


def _expected(model: Fit, group: int, laid: Laid, episode: EpisodeStory) -> Expected:
    """The decline that position and length alone give, by whole second, from where the opening ends."""
    rows = model.grid.rows(group)
    first = float(model.grid.at_risk[rows][0]) / laid.starters[group]
    staying = first * np.concatenate([[1.0], np.cumprod(1 - model.p[rows])])
    share = np.interp(np.arange(episode.seconds) * 1000.0, np.append(0.0, laid.edges[group]), np.append(1.0, staying))
    return Expected(episode.number, tuple(share.tolist()))


def unusable(curve: PlatformCurve, story: SeriesStory) -> str:
    """Why a curve can't be judged, and what would mend it; "" when it can."""
    name = f"{curve.file or curve.title}, episode {curve.episode}"
    if story.episode(curve.episode) is None:
        return f"{name}: the story has no such episode; the curve can't be laid along it."
    if curve.size < LEAST_POINTS:
        return f"{name}: {curve.size} points are too few to tell a dip from the decline."
    if curve.views <= 0:
        return (
            f"{name}: the export doesn't say how many views it rests on; give --views (or audience.views in "
            "hookline.toml), and dips get intervals."
        )
    if not curve.beside:
        return f"{name}: the player's own events hold these views; they are judged there, second by second."
    return ""
