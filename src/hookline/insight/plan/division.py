"""Where episodes should end: the best division of a season, beside today's.

A starter of an episode from s to e (on the season's axis) passes into the next one with

    pass(s, e) = S(s, e) c(e) + (1 - S(s, e)) a

S the share who stay to its end (the hazard of ``hazard.py`` laid anew: the curve of position by the new
episode, what is particular to the content by the old seconds), c how many finishers go on after the
ending that a cut at e makes (``going_on.py``), a the share who skip ahead.  The value of a division is
the seconds of the season that a starter watches:

    V(s, k) = max over e of  W(s, e) + pass(s, e) V(e, k - 1),     W(s, e) = sum of survival over its seconds

with k episodes left, e within the length bounds: dynamic programming over the season's cut points, exact
for that model (Bellman 1957).  Where episodes are paid, passing into a paid one is multiplied by the share who
unlock.  The number of episodes stays today's: fewer doors always hold more viewers, but each door is sold.

The division is chosen by the posterior's mean and judged by its draws, today's endings by what was
seen of them.  It is recommended only where the gain is above 0 in 95 % of draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.discovery import require
from hookline.insight.effects import with_types
from hookline.insight.grid import Floats, Ints, Screen, SeriesData, spread
from hookline.insight.hazard import BLOCK_S, Fit, position_columns
from hookline.insight.plan.going_on import early_share, features, learnt, paid_shares
from hookline.insight.plan.result import Boundary, Division, DivisionPlan
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.story import CutPoint

STRETCH = 1.1  # lengths beyond today's by more than that are nobody's experience
DRAWS = 1_000
SURE = 0.95  # of draws in which the gain must be above 0
LEAST_KNOWN = 0.6  # of the season's seconds must have been watched
USUAL_HAZARD = 0.004  # of leaving in a second where nobody watched yet
METHOD = "exact dynamic programming over cut points; hazard by second and mixed model of endings, 1,000 draws"


def best_division(
    library: Sequence[SeriesData],
    series: str,
    points: Sequence[CutPoint],
    *,
    shortest_ms: int | None = None,
    longest_ms: int | None = None,
    seed: int = 0,
) -> DivisionPlan:
    """The division of a season that holds viewers longest, beside today's.

    Args:
        library: Series with stories and viewers; the more, the better endings are known.
        series: Whose season is divided.
        points: Where its episodes could end (``story.cutpoints``), today's ends among them.
        shortest_ms: Of an episode; without it a tenth under today's shortest.  What happens in episodes of
            lengths that the season doesn't have is extrapolated, and the intervals don't know by how much.
        longest_ms: The same; without it a tenth over today's longest.
        seed: Of the draws.

    Raises:
        NotEnoughData: too little of the season was watched.
        BadInput: no division fits the bounds.
    """
    require()
    at = next(index for index, data in enumerate(library) if data.series == series)
    lengths = [one.duration_ms for one in library[at].story.episodes]
    shortest_ms = shortest_ms or int(min(lengths, default=0) / STRETCH)
    longest_ms = longest_ms or int(max(lengths, default=0) * STRETCH)
    if shortest_ms > longest_ms:
        raise BadInput(
            f"the shortest episode ({shortest_ms / 1000:g} s) would be longer than the longest "
            f"({longest_ms / 1000:g} s)"
        )
    season = _Season.of(library[at], points, np.random.default_rng([seed, 2]))
    drawn = _drawn(library, at, season, seed)
    edges = _Edges.of(season, shortest_ms, longest_ms)
    new = _best(season, edges, drawn.mean(axis=0))
    if new is None:
        raise BadInput(
            f"no division of {season.count} episodes has them all between {shortest_ms / 1000:g} and "
            f"{longest_ms / 1000:g} s",
            where=series,
            mend="allow shorter or longer episodes",
        )
    return _plan(season, drawn, new)


@dataclass(frozen=True, slots=True, eq=False)
class _Season:
    """A season as cut points and seconds, on its own axis."""

    data: SeriesData
    points: tuple[CutPoint, ...]
    at_ms: Ints  # of each point
    today: Ints  # indices of the points where episodes end today
    content: Floats  # by second of the season, log-odds of leaving without position
    content_draws: Floats  # the same, draws x seconds
    curve: Fit
    curve_draws: Floats  # of the shared curve's coefficients, draws x columns
    early: float
    paid_from: int | None  # number in order of the first paid episode, from 0
    unlock: float
    unlock_again: float
    finishers: int

    @property
    def count(self) -> int:
        """How many episodes."""
        return len(self.today)

    @classmethod
    def of(cls, data: SeriesData, points: Sequence[CutPoint], rng: np.random.Generator) -> _Season:
        episodes = sorted(data.story.episodes, key=lambda one: one.number)
        starts = np.concatenate([[0], np.cumsum([one.duration_ms for one in episodes])])
        place = {one.number: index for index, one in enumerate(episodes)}
        known = [point for point in points if point.episode in place]
        at_ms = np.array([starts[place[p.episode]] + p.at_ms for p in known], dtype=np.int64)
        today = np.array(
            [i for i, p in enumerate(known) if p.at_ms == episodes[place[p.episode]].duration_ms], dtype=np.int64
        )
        if len(today) != len(episodes) or len(episodes) < 2:
            raise NotEnoughData(
                f"{len(today)} of {len(episodes)} episodes have lines and an end", where=data.series,
                mend="a season of two episodes or more with scripts or subtitles can be divided",
            )  # fmt: skip
        content, content_draws, curve = _content(data, starts, rng)
        first_paid, unlock, again = paid_shares(data)
        return cls(
            data,
            tuple(known),
            at_ms,
            today,
            content,
            content_draws,
            curve,
            _curve_draws(curve, rng),
            early_share(data),
            place.get(first_paid) if first_paid is not None else None,
            unlock,
            again,
            int(data.steps.finishers.sum()),
        )

    def door(self, episode: Ints) -> Floats:
        """Of those who want to go on into the episodes of those numbers (in order), the share who can."""
        shares = np.ones(len(episode))
        if self.paid_from is not None:
            shares = np.where(episode == self.paid_from, self.unlock, shares)
            shares = np.where(episode > self.paid_from, self.unlock_again, shares)
        return shares


def _content(data: SeriesData, starts_ms: Ints, rng: np.random.Generator) -> tuple[Floats, Floats, Fit]:
    """By second of the season, log-odds of leaving cleared of position; draws of them; and the fit they are from."""
    grid = spread([data]).grid()
    if not grid.groups:
        raise NotEnoughData("nobody watched yet", where=data.series, mend="import viewers' events first")
    fitted, _ = with_types(grid, Screen.of(grid))
    place = {one.number: index for index, one in enumerate(sorted(data.story.episodes, key=lambda e: e.number))}
    content = np.full(-(-int(starts_ms[-1]) // 1000), np.nan)
    draws = np.zeros((DRAWS, len(content)))
    shared = fitted.coefficients[: fitted.position.shape[1]]
    cleared = fitted.log_odds - fitted.position @ shared
    beyond, unsure = fitted.beyond()
    for group, (_, episode) in enumerate(grid.keys):
        rows = grid.rows(group)
        own = fitted.own[rows]
        spike = np.linalg.lstsq(own, cleared[rows], rcond=None)[0][2] * own[:, 2]  # the door's, not the content's
        seconds = np.minimum(int(starts_ms[place[episode.number]]) // 1000 + grid.second[rows], len(content) - 1)
        content[seconds] = cleared[rows] - spike + beyond[rows]
        terms = rng.multivariate_normal(np.zeros(2), fitted.own_inverse[group][:2, :2], DRAWS)
        blocks = rng.standard_normal((DRAWS, -(-len(own) // BLOCK_S))).repeat(BLOCK_S, axis=1)[:, : len(own)]
        draws[:, seconds] = terms @ own[:, :2].T + blocks * np.sqrt(unsure[rows])
    known = ~np.isnan(content)
    if known.mean() < LEAST_KNOWN:
        raise NotEnoughData(
            f"only {known.mean():.0%} of the season was watched", where=data.series, mend="wait for more viewers"
        )
    content[~known] = content[known].mean()
    return content, content + draws, fitted


def _curve_draws(fitted: Fit, rng: np.random.Generator) -> Floats:
    width = fitted.position.shape[1]
    shared, spread_of = fitted.coefficients[:width], fitted.shared_inverse[:width, :width]
    drawn = rng.multivariate_normal(np.zeros(width), (spread_of + spread_of.T) / 2, DRAWS)
    return np.asarray(shared + drawn - drawn.mean(axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Every episode that could be: from one point (or the start) to a later one within the bounds."""

    first: Ints  # index of the point it starts at, 0 for the season's start, 1 for the first point ...
    last: Ints  # index of the point it ends at, counted the same
    stay: Floats  # S
    watch_s: Floats  # W

    @classmethod
    def of(cls, season: _Season, shortest_ms: int, longest_ms: int) -> _Edges:
        at = np.concatenate([[0], season.at_ms])
        first: list[int] = []
        last: list[int] = []
        own = np.concatenate([[0], season.today + 1])
        for a in range(len(at)):
            low = np.searchsorted(at, at[a] + shortest_ms)
            high = np.searchsorted(at, at[a] + longest_ms, side="right")
            reached = set(range(low, high))
            if a in own[:-1]:  # today's own length
                reached.add(int(own[np.searchsorted(own, a) + 1]))
            first += [a] * len(reached)
            last += sorted(reached)
        starts, ends = np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)
        stay, watch = _survival(season, at[starts], at[ends])
        return cls(starts, ends, stay, watch)


def _survival(season: _Season, from_ms: Ints, to_ms: Ints) -> tuple[Floats, Floats]:
    """For each stretch taken as an episode, the share who stay to its end and the seconds they watch."""
    stay, watch = np.empty(len(from_ms)), np.empty(len(from_ms))
    shared = season.curve_draws.mean(axis=0)
    for index, (start, end) in enumerate(zip(from_ms.tolist(), to_ms.tolist(), strict=True)):
        position, seconds = _laid(season, start, end)
        left = np.cumprod(1 / (1 + np.exp(position @ shared + season.content[seconds])))
        stay[index], watch[index] = left[-1], left.sum()
    return stay, watch


def _laid(season: _Season, from_ms: int, to_ms: int) -> tuple[Floats, Ints]:
    """Columns of the curve of position over a stretch taken as an episode, and the season's seconds under it."""
    length = (to_ms - from_ms) / 1000
    at = np.arange(max(round(length), 1)).astype(np.float64) + 0.5
    seconds = np.minimum((from_ms / 1000 + at).astype(np.int64), len(season.content) - 1)
    return position_columns(season.curve, at, np.full(len(at), length)), seconds


def _drawn(library: Sequence[SeriesData], at: int, season: _Season, seed: int) -> Floats:
    """Draws of the share of finishers who go on after each point; draws x points."""
    known, found = learnt(library, draws=DRAWS, seed=seed)
    rng = np.random.default_rng([seed, 1])
    log_odds = known.of_group(at, features([point.ending for point in season.points]), rng)
    seen = {t.episode.number: unit for unit, t in enumerate(found) if t.series == at}
    for index in season.today.tolist():
        number = season.points[index].episode
        if number in seen:
            log_odds[:, index] = known.units[:, seen[number]]
    shares: Floats = 1 / (1 + np.exp(-log_odds))
    return shares


def _best(season: _Season, edges: _Edges, going_on: Floats) -> list[int] | None:
    """The points (counted as in ``_Edges``) where the best division's episodes end; None where none fits."""
    points, count = len(season.points) + 1, season.count
    cont = np.concatenate([[0.0], going_on])
    order = np.flatnonzero(np.diff(edges.first, prepend=-1))  # edges are sorted by where they start
    starts = edges.first[order]
    value = np.full(points, -np.inf)
    value[points - 1] = 0.0
    choice = np.zeros((count, points), dtype=np.int64)
    for number in range(count - 1, -1, -1):  # the episode that is placed, the last one first
        door = float(season.door(np.array([number + 1]))[0])
        passing = door * (edges.stay * cont[edges.last] + (1 - edges.stay) * season.early)
        later = value[edges.last]
        worth = edges.watch_s + np.where(np.isfinite(later), passing * np.where(np.isfinite(later), later, 0), later)
        best = np.maximum.reduceat(worth, order)
        value = np.full(points, -np.inf)
        value[starts] = best
        is_best = worth >= np.repeat(best, np.diff(np.append(order, len(worth))))
        where = np.flatnonzero(is_best)[::-1]  # of equals the first
        choice[number, edges.first[where]] = where
    if not np.isfinite(value[0]):
        return None
    ends, at = [], 0
    for number in range(count):
        at = int(edges.last[choice[number, at]])
        ends.append(at)
    return ends


def _value(season: _Season, ends: Sequence[int], going_on: Floats) -> tuple[Floats, Floats]:
    """Seconds that a starter watches, and the share who reach the last episode, by draw."""
    at_ms = [0, *(int(season.at_ms[end - 1]) for end in ends)]
    reach, watched = np.ones(len(going_on)), np.zeros(len(going_on))
    doors = season.door(np.arange(len(ends) + 1))
    for number, end in enumerate(ends):
        position, seconds = _laid(season, at_ms[number], at_ms[number + 1])
        log_odds = season.curve_draws @ position.T + season.content_draws[:, seconds]
        left = np.cumprod(1 / (1 + np.exp(log_odds)), axis=1)
        watched = watched + reach * left.sum(axis=1)
        if number < len(ends) - 1:
            stay = left[:, -1]
            reach = reach * doors[number + 1] * (stay * going_on[:, end - 1] + (1 - stay) * season.early)
    return watched, reach


def _plan(season: _Season, drawn: Floats, new: Sequence[int]) -> DivisionPlan:
    today = [int(index) + 1 for index in season.today]
    value_today, reach_today = _value(season, today, drawn)
    value_new, reach_new = _value(season, new, drawn)
    gain, reached = value_new - value_today, reach_new - reach_today
    sure = float((gain > 0).mean())
    return DivisionPlan(
        series=season.data.series,
        today=_division(season, today, drawn),
        best=_division(season, new, drawn),
        watched_s_today=_estimate(value_today, season.finishers, "seconds a starter"),
        watched_s_best=_estimate(value_new, season.finishers, "seconds a starter"),
        gain_s=_estimate(gain, season.finishers, "seconds a starter"),
        gain_reach=_estimate(reached, season.finishers, "share"),
        certainty=sure,
        recommended=sure >= SURE and list(new) != today,
        simulated=season.data.simulated,
    )


def _estimate(draws: Floats, n: int, unit: str) -> Estimate:
    low, high = (float(x) for x in np.quantile(draws, [0.025, 0.975]))
    return Estimate(min(max(float(draws.mean()), low), high), low, high, n, METHOD, Grade.ACROSS, unit)


def _division(season: _Season, ends: Sequence[int], drawn: Floats) -> Division:
    at_ms = [0, *(int(season.at_ms[end - 1]) for end in ends)]
    kept = set(season.today.tolist())
    return Division(
        tuple(
            Boundary(
                season.points[end - 1],
                length_ms=at_ms[number + 1] - at_ms[number],
                going_on=None
                if number == len(ends) - 1
                else _estimate(drawn[:, end - 1], season.finishers, "share of finishers"),
                today=end - 1 in kept,
            )
            for number, end in enumerate(ends)
        )
    )
