"""Places in an episode where more (or fewer) viewers leave than their position explains.

A scan statistic: every window of 2 to 15 seconds of every episode, in all markets together and in
each, is compared with the hazard that position alone gives (``hazard.fit`` without effects, the
found windows left out and fitted again).  The window with the largest likelihood ratio is the
episode's candidate (Kulldorff 1997), further ones follow where they don't overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hookline.insight.grid import Bools, Floats, Grid, Ints
from hookline.insight.hazard import Fit, fit
from hookline.insight.result import Moment
from hookline.model.estimate import Estimate, Grade, Place
from hookline.model.script import Line
from hookline.model.span import Span
from hookline.model.story import EpisodeStory

SHORTEST_S, LONGEST_S = 2, 15
MOST = 5  # candidates an episode
MISFIT = 0.02  # no smooth curve is exact: relative error of the expected that is never ruled out
REFITS = 4
SUSPECT = 12.0  # log likelihood ratio: chance makes 7 or so the best of an episode's 800 windows
SHOULDER_S = 1
DULL = 4.0  # further candidates below that are not worth measuring
CLEAR = 0.01  # p at which a window no longer shapes the fit
AT_ONCE = 512  # episodes scanned together: bounds memory
TAKEN = -1.0  # in place of a likelihood ratio (never below 0): not to be had
Z95 = 1.959964
MOST_LOG = 50.0  # an interval beyond e^50 says nothing


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of an episode beside what was expected there."""

    group: int  # in the grid that it was measured in
    where: tuple[int, int]  # the series' index in the library, and the episode
    start_s: int
    end_s: int  # exclusive
    market: str
    watching: float  # at its start
    starters: float  # of the episode
    left: float
    expected: float
    log_ratio: float  # of the odds of leaving, against the expected
    error: float  # its standard error
    doubt: float  # relative standard error of the expected
    p: float  # of the episode's whole scan

    @property
    def span(self) -> Span:
        """Where it lies in the episode."""
        return Span(self.start_s * 1000, self.end_s * 1000)

    def touches(self, other: Window) -> bool:
        """Whether both are of one episode and share a second, or lie a second apart at most.

        A place that begins within a second leaves a shoulder in the window before it.
        """
        near = self.start_s <= other.end_s + SHOULDER_S and other.start_s <= self.end_s + SHOULDER_S
        return self.where == other.where and near


@dataclass(frozen=True, slots=True)
class Spot:
    """A window that counts as found, in its episode, and what the report says of it."""

    window: Window
    episode: EpisodeStory
    moment: Moment


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Windows of a grid's episodes, as parallel arrays."""

    group: Ints
    start_s: Ints
    end_s: Ints  # exclusive
    tests: Ints  # windows looked at in the episode: Bonferroni's factor

    def where(self, wanted: Bools) -> Stretches:
        """Some of them."""
        return Stretches(self.group[wanted], self.start_s[wanted], self.end_s[wanted], self.tests[wanted])


def placed(groups: Sequence[int], windows: Sequence[Window]) -> Stretches:
    """Windows as arrays, in episodes of another grid."""
    ends = np.array([(window.start_s, window.end_s) for window in windows], dtype=np.int64).reshape(-1, 2)
    return Stretches(np.array(groups, dtype=np.int64), ends[:, 0], ends[:, 1], np.ones(len(ends), dtype=np.int64))


def scan(grid: Grid, market: str = "", *, start: Fit | None = None, quick: bool = False) -> tuple[Fit, list[Window]]:
    """The candidates of every episode, best first within each, and the fit they were held against.

    An episode's best candidate, where viewers' chance alone can't have made it, is left out of the
    fit that judges it (with few episodes the curve would bend to it); what stays clear remains left out.
    ``start`` is a fit of the same rows to begin from; ``quick`` lets each fit trust the one before (``fit``).
    """
    model = fit(grid, start=start)
    left_out = _covered(grid, _picked(model, first=SUSPECT, most=1))
    found = _picked(model, most=0)
    for _ in range(REFITS):
        model = fit(grid, leave_out=left_out, start=model, trusting=quick)
        found = _picked(model)
        clear = _covered(grid, found.where(_Judged.of(model, found).p < CLEAR))
        if np.array_equal(clear, left_out):
            break
        left_out = clear
    return model, measure(model, found, market=market)


def _covered(grid: Grid, found: Stretches) -> Bools:
    inside = np.zeros(len(grid.second) + 1)
    np.add.at(inside, grid.starts[found.group] + found.start_s, 1)
    np.add.at(inside, grid.starts[found.group] + found.end_s, -1)
    return inside.cumsum()[:-1] > 0


def _picked(model: Fit, *, first: float = 0.0, most: int = MOST) -> Stretches:
    """Each episode's windows by falling likelihood ratio, none overlapping another.

    The first of an episode must reach ``first``, further ones DULL.
    """
    grid = model.grid
    expected = grid.at_risk * model.p
    found = [np.zeros((5, 0), dtype=np.int64)]
    for low in range(0, grid.groups if most else 0, AT_ONCE):
        groups = np.arange(low, min(low + AT_ONCE, grid.groups))
        found.append(_picked_among(grid, expected, groups, first, most))
    group, order, start_s, end_s, tests = np.concatenate(found, axis=1)
    sort = np.lexsort((order, group))
    return Stretches(group[sort], start_s[sort], end_s[sort], tests[sort])


def _picked_among(grid: Grid, expected: Floats, groups: Ints, first: float, most: int) -> Ints:
    """Rows of the answer: episode, order within it, start, end, tests."""
    seconds = _usable(grid)[groups]
    starts, ends = all_windows(int(seconds.max(initial=0)))
    fits = (ends <= seconds[:, None]) & (ends - starts <= np.minimum(LONGEST_S, seconds // 2)[:, None])
    tests = fits.sum(axis=1)
    ratio = likelihood_ratio(_by_window(grid, grid.exits, groups), _by_window(grid, expected, groups))
    ratio[~fits] = TAKEN
    found, at = [np.zeros((5, 0), dtype=np.int64)], np.flatnonzero(tests)
    for order in range(most):
        if not len(at):
            break
        best = ratio[at].argmax(axis=1)
        enough = ratio[at, best] >= (DULL if order else first)
        at, best = at[enough], best[enough]
        found.append(np.stack([groups[at], np.full(len(at), order), starts[best], ends[best], tests[at]]))
        overlapping = (ends > starts[best][:, None]) & (starts < ends[best][:, None])
        ratio[at] = np.where(overlapping, TAKEN, ratio[at])
    return np.concatenate(found, axis=1)


def _usable(grid: Grid) -> Ints:
    """Seconds of each episode that are looked at."""
    return np.bincount(grid.group, grid.used, grid.groups).astype(np.int64)


def _by_window(grid: Grid, values: Floats, groups: Ints) -> Floats:
    """Sums over every window of ``all_windows``, one row an episode; past an episode's end they mean nothing."""
    longest = int(_usable(grid)[groups].max(initial=0))
    rows = slice(int(grid.starts[groups[0]]), int(grid.starts[groups[-1] + 1]))
    inside = grid.second[rows] < longest
    padded = np.zeros((len(groups), longest + 1))
    padded[grid.group[rows][inside] - groups[0], grid.second[rows][inside] + 1] = values[rows][inside]
    total = padded.cumsum(axis=1)
    sums = [total[:, length:] - total[:, :-length] for length in _lengths(longest)]
    return np.concatenate([np.zeros((len(groups), 0)), *sums], axis=1)


def _lengths(seconds: int) -> range:
    return range(SHORTEST_S, min(LONGEST_S, seconds // 2) + 1)


@cache
def all_windows(seconds: int) -> tuple[Ints, Ints]:
    """Starts and ends of every window of an episode's usable seconds, shortest first."""
    pairs = [(start, start + length) for length in _lengths(seconds) for start in range(seconds - length + 1)]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def likelihood_ratio(left: Floats, expected: Floats) -> Floats:
    """Log likelihood ratio of a Poisson count with a free rate against the expected one."""
    safe = np.where(left > 0, left, 1.0)
    ratio: Floats = np.where(left > 0, left * np.log(safe / np.maximum(expected, 1e-9)), 0.0) - (left - expected)
    return ratio


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """What windows hold beside what was expected, as parallel arrays."""

    left: Floats
    expected: Floats
    spread2: Floats  # relative variance of the expected: the curve's error, blocks' spread, misfit
    p: Floats

    @classmethod
    def of(cls, model: Fit, found: Stretches) -> _Judged:
        grid = model.grid
        left = _within(grid, grid.exits, found)
        expected = _within(grid, grid.at_risk * model.p, found)
        spread2 = _curve_variance(model, found) + model.tau2 + MISFIT**2
        p = np.minimum(1.0, 2 * found.tests * tail(left, expected, spread2))
        return cls(left, expected, spread2, p)


def _within(grid: Grid, values: Floats, found: Stretches) -> Floats:
    """Sums over windows."""
    total = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    summed: Floats = total[grid.starts[found.group] + found.end_s] - total[grid.starts[found.group] + found.start_s]
    return summed


def _curve_variance(model: Fit, found: Stretches) -> Floats:
    """Variance of the windows' mean log-odds (weighted by information), from the curve's own error."""
    information = model.information[:, None]
    columns = np.column_stack([model.columns, model.own, np.ones(len(information))])
    sums = _within(model.grid, columns * information, found)
    mean = sums[:, :-1] / np.maximum(sums[:, -1:], 1e-9)
    count = model.columns.shape[1]
    shared, own = mean[:, :count], mean[:, count:]
    along = ((shared @ model.shared_inverse) * shared).sum(axis=1)
    along += np.einsum("wi,wij,wj->w", own, model.own_inverse[found.group], own)
    variance: Floats = np.maximum(along, 0.0)
    return variance


def measure(model: Fit, found: Stretches, *, market: str) -> list[Window]:
    """Windows' odds ratios against the expected, with the errors of both."""
    grid, judged = model.grid, _Judged.of(model, found)
    first = grid.starts[found.group] + found.start_s
    at = first[:, None] + np.arange(int((found.end_s - found.start_s).max(initial=0)))
    inside = at < (grid.starts[found.group] + found.end_s)[:, None]
    at = np.where(inside, at, 0)
    log_ratio, information = log_odds_ratio(np.maximum(judged.left, 0.5), grid.at_risk[at] * inside, model.log_odds[at])
    error = np.sqrt(1 / information + judged.spread2)
    watching, starters = grid.at_risk[first], grid.at_risk[grid.starts[found.group]]
    columns = (watching, starters, judged.left, judged.expected, log_ratio, error, np.sqrt(judged.spread2), judged.p)
    places = zip(found.group.tolist(), found.start_s.tolist(), found.end_s.tolist(), strict=True)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    where = [(series, episode.number) for series, episode in grid.keys]
    return [
        Window(group, where[group], start_s, end_s, market, *told)
        for (group, start_s, end_s), told in zip(places, numbers, strict=True)
    ]


def log_odds_ratio(left: Floats | float, at_risk: Floats, log_odds: Floats) -> tuple[Floats, Floats]:
    """By window, the shift of its log-odds that explains the count, and the information about it (Newton's method).

    ``left`` is one number a window; ``at_risk`` and ``log_odds`` have its seconds along the last axis.
    """
    shift, information = np.zeros(np.shape(left)), np.full(np.shape(left), 1e-9)
    for _ in range(50):
        p = 1 / (1 + np.exp(-(log_odds + shift[..., None])))
        information = np.maximum((at_risk * p * (1 - p)).sum(axis=-1), 1e-9)
        step = np.clip((left - (at_risk * p).sum(axis=-1)) / information, -1, 1)
        shift = shift + step
        if np.abs(step).max(initial=0.0) < 1e-10:
            break
    return shift, information


def tail(left: Floats | float, expected: Floats | float, spread2: Floats | float) -> Floats:
    """Probability of a count as far out, one-sided: Poisson whose mean is itself uncertain (negative binomial).

    With size r = 1 / spread2 and mean E the count is at most k with probability I(r / (r + E); r, k + 1),
    I being the regularised incomplete beta function.
    """
    from scipy.special import betainc

    size, mean = 1 / np.asarray(spread2, dtype=float), np.maximum(expected, 1e-12)
    above = left > expected
    count = np.floor(np.where(above, left - 1, left))
    certain = count < 0  # at least none
    upper = betainc(np.maximum(count, 0) + 1, size, mean / (size + mean))
    lower = betainc(size, np.maximum(count, 0) + 1, size / (size + mean))
    chance: Floats = np.where(certain, 1.0, np.where(above, upper, lower))
    return chance


def excess(window: Window) -> Estimate:
    """Share of those watching who left beyond the expected.

    The interval of a difference from the intervals of its parts (Zou and Donner 2008): the count's
    is Poisson's score interval, the expected one's comes from the curve's error.
    """
    left, expected = window.left, window.expected
    middle, half = left + Z95**2 / 2, Z95 * np.sqrt(left + Z95**2 / 4)
    fewest, most = middle - half, middle + half
    least, greatest = expected * np.exp(-Z95 * window.doubt), expected * np.exp(Z95 * window.doubt)
    below = np.hypot(left - fewest, greatest - expected)
    above = np.hypot(most - left, expected - least)
    n, value = max(window.watching, 1.0), left - expected
    return Estimate(
        float(value / n),
        float((value - below) / n),
        float((value + above) / n),
        int(window.watching),
        "left there less what the episode's hazard curve expects; Zou-Donner interval",
        Grade.WITHIN,
        "share",
    )


def ratio(window: Window) -> Estimate:
    """Odds of leaving there against the expected."""
    return Estimate(
        float(np.exp(window.log_ratio)),
        float(np.exp(max(window.log_ratio - Z95 * window.error, -MOST_LOG))),
        float(np.exp(min(window.log_ratio + Z95 * window.error, MOST_LOG))),
        int(window.watching),
        "scan of the discrete-time hazard against a robust spline of position",
        Grade.WITHIN,
        "odds ratio",
    )


def describe(window: Window, episode: EpisodeStory, q: float, span: Span | None = None) -> Spot:
    """A window with the scene, line and beats that stand there; ``span`` where its rows are no whole seconds."""
    span = span or window.span
    line = line_in(episode, span)
    scene = next((scene for scene in episode.episode.scenes if line in scene.lines), None)
    share = (window.left - window.expected) / max(window.starters, 1.0)
    moment = Moment(
        place=Place(episode.number, span),
        market=window.market,
        excess=excess(window),
        ratio=ratio(window),
        lost=1000 * share,
        q=q,
        scene=scene.heading if scene else "",
        line=line.source if line else None,
        text=line.text if line else "",
        beats=tuple(dict.fromkeys(beat.type for beat in episode.beats if beat.span.overlap_ms(span) > 0)),
    )
    return Spot(window, episode, moment)


def line_in(episode: EpisodeStory, span: Span) -> Line | None:
    """The line that fills most of a span; in a pause the one before it."""
    timed = [(line.span.overlap_ms(span), -line.span.start_ms, line) for line in episode.episode.lines() if line.span]
    overlap, _, line = max(timed, key=lambda found: found[:2], default=(0, 0, None))
    return line if overlap > 0 else episode.line_at(span.start_ms)
