"""Places in an episode where more (or fewer) viewers leave than their position explains.

A scan statistic: every window of 2 to 15 seconds of every episode, in all markets together and in
each, is compared with the hazard that position alone gives (``hazard.fit`` without effects, the
found windows left out and fitted again).  The window with the largest likelihood ratio is the
episode's candidate (Kulldorff 1997), further ones follow where they don't overlap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np

from hookline.insight.grid import Bools, Floats, Grid
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


def scan(grid: Grid, market: str = "") -> tuple[Fit, list[Window]]:
    """The candidates of every episode, best first within each, and the fit they were held against.

    An episode's best candidate, where viewers' chance alone can't have made it, is left out of the
    fit that judges it (with few episodes the curve would bend to it); what stays clear remains left out.
    """
    model = fit(grid)
    left_out = _covered(grid, [window for group in range(grid.groups) for window in _suspect(model, group, market)])
    windows = list[Window]()
    for _ in range(REFITS):
        model = fit(grid, leave_out=left_out, start=model)
        windows = [window for group in range(grid.groups) for window in _scan_episode(model, group, market)]
        clear = _covered(grid, [window for window in windows if window.p < CLEAR])
        if np.array_equal(clear, left_out):
            break
        left_out = clear
    return model, windows


def _suspect(model: Fit, group: int, market: str) -> list[Window]:
    return list(islice(_scan_episode(model, group, market, least=SUSPECT), 1))


def _covered(grid: Grid, windows: list[Window]) -> Bools:
    inside = np.zeros(len(grid.second), dtype=bool)
    for window in windows:
        inside[grid.rows(window.group)][window.start_s : window.end_s] = True
    return inside


def _scan_episode(model: Fit, group: int, market: str, *, least: float = 0.0) -> Iterator[Window]:
    """Candidates by falling likelihood ratio, none overlapping another; the first at any ratio from ``least``."""
    rows = model.grid.rows(group)
    seconds = int(model.grid.used[rows].sum())
    starts, ends = all_windows(seconds)
    if not len(starts):
        return
    left = _sums(model.grid.exits[rows], starts, ends)
    expected = _sums((model.grid.at_risk * model.p)[rows], starts, ends)
    ratio = likelihood_ratio(left, expected)
    free = np.ones(len(starts), dtype=bool)
    for number in range(MOST):
        best = int(np.argmax(np.where(free, ratio, -1.0)))
        if not free.any() or ratio[best] < (DULL if number else least):
            return
        yield measure(model, group, int(starts[best]), int(ends[best]), market=market, tests=len(starts))
        free &= (ends <= starts[best]) | (starts >= ends[best])


@cache
def all_windows(seconds: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of every window of an episode's usable seconds."""
    lengths = range(SHORTEST_S, min(LONGEST_S, seconds // 2) + 1)
    pairs = [(start, start + length) for length in lengths for start in range(seconds - length + 1)]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _sums(values: Floats, starts: np.ndarray, ends: np.ndarray) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(values)])
    summed: Floats = total[ends] - total[starts]
    return summed


def likelihood_ratio(left: Floats, expected: Floats) -> Floats:
    """Log likelihood ratio of a Poisson count with a free rate against the expected one."""
    safe = np.where(left > 0, left, 1.0)
    ratio: Floats = np.where(left > 0, left * np.log(safe / np.maximum(expected, 1e-9)), 0.0) - (left - expected)
    return ratio


def measure(model: Fit, group: int, start_s: int, end_s: int, *, market: str, tests: int) -> Window:
    """A window's odds ratio against the expected, with the error of both; ``tests`` is Bonferroni's factor."""
    grid, rows = model.grid, slice(model.grid.rows(group).start + start_s, model.grid.rows(group).start + end_s)
    left = float(grid.exits[rows].sum())
    expected = float((grid.at_risk * model.p)[rows].sum())
    spread2 = uncertainty(model, group, start_s, end_s)
    log_ratio, information = log_odds_ratio(max(left, 0.5), grid.at_risk[rows], model.log_odds[rows])
    series, episode = grid.keys[group]
    return Window(
        group=group,
        where=(series, episode.number),
        start_s=start_s,
        end_s=end_s,
        market=market,
        watching=float(grid.at_risk[rows.start]),
        starters=float(grid.at_risk[grid.starts[group]]),
        left=left,
        expected=expected,
        log_ratio=log_ratio,
        error=float(np.sqrt(1 / information + spread2)),
        doubt=float(np.sqrt(spread2)),
        p=min(1.0, 2 * tests * tail(left, expected, spread2)),
    )


def uncertainty(model: Fit, group: int, start_s: int, end_s: int) -> float:
    """Relative variance of a window's expected count: the curve's error, blocks' spread, misfit."""
    rows = model.grid.rows(group)
    gradient = np.zeros(rows.stop - rows.start)
    gradient[start_s:end_s] = model.information[rows][start_s:end_s]
    gradient /= max(gradient.sum(), 1e-9)
    curve = float(model.variance_along(gradient[:, None], group)[0])
    return curve + model.tau2 + MISFIT**2


def log_odds_ratio(left: float, at_risk: Floats, log_odds: Floats) -> tuple[float, float]:
    """The shift of all log-odds that explains the count, and the information about it (Newton's method)."""
    shift, information = 0.0, 1e-9
    for _ in range(50):
        p = 1 / (1 + np.exp(-(log_odds + shift)))
        information = max(float((at_risk * p * (1 - p)).sum()), 1e-9)
        step = float(np.clip((left - (at_risk * p).sum()) / information, -1, 1))
        shift += step
        if abs(step) < 1e-10:
            break
    return shift, information


def tail(left: float, expected: float, spread2: float) -> float:
    """Probability of a count as far out, one-sided: Poisson whose mean is itself uncertain (negative binomial)."""
    from scipy.stats import nbinom

    size = 1 / spread2
    chance = size / (size + max(expected, 1e-12))
    above = left > expected
    return float(nbinom.sf(left - 1, size, chance) if above else nbinom.cdf(left, size, chance))


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


def describe(window: Window, episode: EpisodeStory, q: float) -> Spot:
    """A window with the scene, line and beats that stand there."""
    span = window.span
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
