"""One fit's worth of series, from cells to everything the library needs to know of them.

A few series are one study: they share the curve of position, and a type's effect is one number for
all of them.  Many series are one study each (``apart``): every series has its own curve and its own
estimates, which ``pooling`` then puts together.  A study holds no cells, so that it can be made in
another process and costs little to keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hookline.insight import elements
from hookline.insight.clusters import rough_errors
from hookline.insight.discovery import LEVEL
from hookline.insight.effects import Ahead, Candidate, Learnt, Models, ahead, fitted, learn, told_apart
from hookline.insight.grid import Floats, Grid, Screen, SeriesData, Spread, spread
from hookline.insight.hazard import Fit, fit
from hookline.insight.moments import Window, measure, placed, scan
from hookline.insight.result import Element, ElementKind, Expected

DIFFERS = 3.0  # standard errors between one market and the others before a place is that market's alone
STANDS = 2.0  # standard errors below which a place does nothing elsewhere
Where = tuple[int, str]  # a series' index in the library, and a market ("" for all)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A window that may be more than chance."""

    at: int  # index among the study's p
    window: Window
    owner: Window  # of all markets, or of the one market that alone shows it
    left: Window | None  # the owner once types of beat are in the model
    rest: Window | None = None  # the owner once everything on screen is; None where there is no more than beats


@dataclass(frozen=True, slots=True)
class Rough:
    """One series' own estimate of an element's effect, for ``pooling``."""

    value: float  # log odds ratio
    error: float


@dataclass(frozen=True, slots=True)
class Extent:
    """How much was seen in a market."""

    episodes: int
    views: float  # of all episodes together
    middling: float  # views of the middling episode
    hazard: float  # of leaving, in the middling second


@dataclass(frozen=True, slots=True)
class Study:
    """What a study answers with."""

    p: Floats  # of every window that was looked at
    suspects: tuple[Suspect, ...]
    extents: dict[str, Extent]  # by market, "" for all
    watched: dict[str, dict[int, frozenset[int]]]  # by market and series, the numbers of its episodes
    leaving: dict[tuple[int, str, Element], float]  # viewers who leave under an element
    expected: dict[int, tuple[Expected, ...]]  # by series
    ahead: dict[tuple[str, Element], Ahead]  # by market
    alike: tuple[Element, ...]  # what can't be told from other elements
    candidates: tuple[Candidate, ...] = ()  # of a study of several series
    rough: dict[str, dict[Element, Rough]] = field(default_factory=dict)  # by market, of one series apart
    held: dict[Element, Rough] = field(default_factory=dict)  # beats with everything else on screen held equal


def study(part: Sequence[SeriesData], first: int, *, apart: bool) -> Study:
    """Everything that can be said of some series by themselves.

    Args:
        part: Series that share a curve of position; one, where ``apart``.
        first: The index of the first in the library.
        apart: Whether ``pooling`` will put this study's effects together with others'.
    """
    cells = spread(part, first=first)
    grid = cells.grid()
    model, windows = scan(grid, quick=apart)
    scans = {"": (model, windows)}
    if len(cells.markets) > 1:
        for market in cells.markets:
            own = cells.grid(market.__eq__)
            scans[market] = scan(own, market, start=_same_rows(model, own) if apart else None, quick=apart)
    position = {market: found[0] for market, found in scans.items()}
    screen = Screen.of(grid, {first + at: data.story for at, data in enumerate(part)})
    rough, held = dict[str, dict[Element, Rough]](), dict[Element, Rough]()
    candidates = list[Candidate]()
    if apart:
        models = _fitted(position, screen)
        rough, held = _rough(models, screen)
    else:
        models, candidates = learn(cells, screen, [market for market in position if market])
    everything = [window for _, found in scans.values() for window in found]
    return Study(
        p=np.array([window.p for window in everything]),
        suspects=tuple(_suspects(everything, cells, position, models, apart=apart)),
        extents={market: _extent(model) for market, model in position.items()},
        watched={market: _watched(model) for market, model in position.items()},
        leaving=_leaving(models, screen),
        expected=_expected(model),
        ahead=_ahead(models, screen),
        alike=_alike(models),
        candidates=tuple(candidates),
        rough=rough,
        held=held,
    )


def _fitted(position: Mapping[str, Fit], screen: Screen) -> Models:
    """Models with what is on screen, each market's begun from that of all: they differ little."""
    wide = _of_markets(position, screen, wide=True) if screen.more else {}
    return Models(_of_markets(position, screen, wide=False), wide)


def _of_markets(position: Mapping[str, Fit], screen: Screen, *, wide: bool) -> dict[str, Learnt]:
    learnt = {"": fitted(position[""].grid, "", screen, wide=wide)}
    for market in filter(None, position):
        grid = position[market].grid
        start = _same_rows(learnt[""].model, grid)
        learnt[market] = fitted(grid, market, screen, wide=wide, start=start)
    return learnt


def _rough(models: Models, screen: Screen) -> tuple[dict[str, dict[Element, Rough]], dict[Element, Rough]]:
    """By market, beats' effects by themselves and the others' beside them; and the beats' once those are held."""
    found = {market: _estimates(learnt, screen) for market, learnt in models.beats.items()}
    held = dict[Element, Rough]()
    for market, learnt in models.wide.items():
        for one, estimate in _estimates(learnt, screen).items():
            if one.kind is not ElementKind.BEAT:
                found[market][one] = estimate
            elif not market:
                held[one] = estimate
    return found, held


def _estimates(learnt: Learnt, screen: Screen) -> dict[Element, Rough]:
    model = learnt.model
    if not learnt.columns:
        return {}
    first = len(model.coefficients) - model.effects
    errors = rough_errors(model, screen.scene[model.grid.widest])
    found = dict(zip(learnt.columns, zip(model.coefficients[first:], errors, strict=True), strict=True))
    return {one: Rough(*(float(told) for told in found[one])) for one in told_apart(model, learnt.columns)}


def _suspects(
    windows: Sequence[Window],
    cells: Spread,
    position: Mapping[str, Fit],
    models: Models,
    *,
    apart: bool,
) -> list[Suspect]:
    suspects = [(at, window) for at, window in enumerate(windows) if window.p <= LEVEL]
    owners = _owners([window for _, window in suspects], cells, position, apart=apart)
    left, rest = _left(owners, models.beats), _left(owners, models.wide)
    told = zip(suspects, owners, left, rest, strict=True)
    return [Suspect(at, window, owner, some, others) for (at, window), owner, some, others in told]


def _owners(windows: Sequence[Window], cells: Spread, position: Mapping[str, Fit], *, apart: bool) -> list[Window]:
    """Each window, or the same of the one market that alone shows it."""
    owners = list(windows)
    shared = [i for i, window in enumerate(windows) if not window.market]
    for market in filter(None, position):
        if not shared:
            break
        rest = cells.grid(market.__ne__)
        others = fit(rest, start=_same_rows(position[""], rest) if apart else None)
        asked = [windows[i] for i in shared]
        pairs = zip(shared, remeasured(position[market], asked, market), remeasured(others, asked, ""), strict=True)
        mine = {i: here for i, here, elsewhere in pairs if here and elsewhere and _alone(here, elsewhere)}
        for i, here in mine.items():
            owners[i] = here
        shared = [i for i in shared if i not in mine]
    return owners


def _same_rows(model: Fit, grid: Grid) -> Fit | None:
    return model if model.grid.groups == grid.groups else None


def _alone(here: Window, elsewhere: Window) -> bool:
    apart = (here.log_ratio - elsewhere.log_ratio) / np.hypot(here.error, elsewhere.error)
    return bool(abs(apart) > DIFFERS and abs(elsewhere.log_ratio) < STANDS * elsewhere.error)


def _left(windows: Sequence[Window], learnt: Mapping[str, Learnt]) -> list[Window | None]:
    """What is left of windows once elements are in their market's model."""
    left = list[Window | None]([None] * len(windows))
    for market, found in learnt.items():
        some = [i for i, window in enumerate(windows) if window.market == market]
        for i, rest in zip(some, remeasured(found.model, [windows[i] for i in some], market), strict=True):
            left[i] = rest
    return left


def remeasured(model: Fit, windows: Sequence[Window], market: str) -> list[Window | None]:
    """The same windows in another model's cells; None where those don't have the episode."""
    at = {(series, episode.number): i for i, (series, episode) in enumerate(model.grid.keys)}
    known = [i for i, window in enumerate(windows) if window.where in at]
    again = list[Window | None]([None] * len(windows))
    found = placed([at[windows[i].where] for i in known], [windows[i] for i in known])
    for i, window in zip(known, measure(model, found, market=market), strict=True):
        again[i] = window
    return again


def _extent(model: Fit) -> Extent:
    grid = model.grid
    if not grid.groups:
        return Extent(0, 0.0, 0.0, 0.0)
    views = grid.at_risk[grid.starts[:-1]]
    hazard = grid.exits[grid.used].sum() / max(grid.at_risk[grid.used].sum(), 1)
    return Extent(grid.groups, float(views.sum()), float(np.median(views)), float(hazard))


def _watched(model: Fit) -> dict[int, frozenset[int]]:
    series = {at for at, _ in model.grid.keys}
    return {at: frozenset(ep.number for own, ep in model.grid.keys if own == at) for at in series}


def _own(models: Models, screen: Screen) -> Iterator[tuple[str, Learnt, dict[Element, Floats]]]:
    """By market, each model with the exposure in its rows of every element that it judges."""
    beats = {elements.beat(kind): under for kind, under in screen.under.items()}
    for learnt, exposures in ((models.beats, beats), (models.wide, screen.more)):
        for market, told in learnt.items():
            if told.model.grid.groups:
                yield market, told, {one: under[told.model.grid.widest] for one, under in exposures.items()}


def _leaving(models: Models, screen: Screen) -> dict[tuple[int, str, Element], float]:
    """By series, market and element, the viewers whom the model has leave under it."""
    found = dict[tuple[int, str, Element], float]()
    for market, told, exposures in _own(models, screen):
        grid, p = told.model.grid, told.model.p
        series = np.array([at for at, _ in grid.keys], dtype=np.int64)[grid.group]
        for one, under in exposures.items():
            total = np.bincount(series, grid.at_risk * told.leaving(one, under, p))
            found |= {(int(at), market, one): float(total[at]) for at in np.unique(series)}
    return found


def _ahead(models: Models, screen: Screen) -> dict[tuple[str, Element], Ahead]:
    found = {
        (market, one): ahead(told.model, under)
        for market, told, exposures in _own(models, screen)
        for one, under in exposures.items()
    }
    return {at: told for at, told in found.items() if told}


def _alike(models: Models) -> tuple[Element, ...]:
    return models.wide[""].alike if models.wide else models.beats[""].alike


def _expected(model: Fit) -> dict[int, tuple[Expected, ...]]:
    drawn: dict[int, list[Expected]] = {}
    p = model.p
    for group, (series, episode) in enumerate(model.grid.keys):
        staying = np.cumprod(1 - p[model.grid.rows(group)])
        drawn.setdefault(series, []).append(Expected(episode.number, (1.0, *staying[:-1].tolist())))
    return {series: tuple(curves) for series, curves in drawn.items()}
