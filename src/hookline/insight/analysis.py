"""Runs the steps over a library and keeps what is not chance: one false discovery rate over all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hookline.insight import curves, findings, notes
from hookline.insight.discovery import LEVEL, false_discovery, require
from hookline.insight.effects import Candidate, Learnt, learn, places
from hookline.insight.endings import (
    STRENGTH,
    EndingCandidate,
    Transition,
    UnlockCandidate,
    judge,
    judge_unlocks,
    of_type,
    transitions,
)
from hookline.insight.grid import AFTER_S, Grid, SeriesData, lay, markets
from hookline.insight.hazard import Fit, fit
from hookline.insight.moments import Spot, Window, describe, measure, scan
from hookline.insight.result import Effect, Expected, Insight
from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate, Grade
from hookline.model.story import BeatType

DIFFERS = 3.0  # standard errors between one market and the others before a place is that market's alone
STANDS = 2.0  # standard errors below which a place does nothing elsewhere
LEAST_EFFECT = float(np.log(1.05))  # of the interval's end nearest to none, before an effect is a finding
MUCH = 0.25  # of a market's effect: the others' must reach that for the type to be claimed everywhere
UNEXPLAINED = 3.0  # standard errors that a place must stand out from what its types of beat explain


def analyse(library: Sequence[SeriesData]) -> dict[str, Insight]:
    """What holds viewers and what loses them, by series; effects are learnt over the whole library.

    Args:
        library: Series with their stories, cells and steps; one alone will do.

    Returns:
        For each series its moments, effects and findings, best first, at a false discovery rate of
        5% over everything that was looked at, and notes on what could not be said.

    Raises:
        MissingExtra: statsmodels is not installed.
    """
    require()
    return _Analysis(tuple(library)).by_series()


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates of every kind with their q, in one family."""

    windows: list[tuple[Window, float]]
    curves: list[tuple[PlatformCurve, int, Window, float]]  # with the series' index
    types: list[tuple[Candidate, float]]
    endings: list[tuple[EndingCandidate, float]]
    unlocks: list[tuple[UnlockCandidate, float]]


class _Analysis:
    """One run over a library; each step is computed once, when first asked for."""

    def __init__(self, library: tuple[SeriesData, ...]) -> None:
        self.library = library
        self.markets = markets(library)
        self.others: dict[str, Fit] = {}  # position alone, without one market; made when asked for

    @cached_property
    def scans(self) -> dict[str, tuple[Fit, list[Window]]]:
        """Position alone, and the candidate windows, for all markets together ("") and each."""
        several = self.markets if len(self.markets) > 1 else ()
        return {market: self._scan(market) for market in ("", *several)}

    def _scan(self, market: str) -> tuple[Fit, list[Window]]:
        return scan(lay(self.library, keep=lambda code: market in ("", code)), market)

    @cached_property
    def learnt(self) -> tuple[dict[str, Learnt], list[Candidate]]:
        """Models with types of beat, and what they say."""
        return learn(self.library, self.markets)

    @cached_property
    def transitions(self) -> list[Transition]:
        """Episode ends."""
        return transitions(self.library)

    @cached_property
    def found(self) -> _Found:
        """Everything that was looked at, with its false discovery rate over all of it."""
        windows = [window for _, found in self.scans.values() for window in found]
        drawn = [
            (curve, at, window)
            for at, data in enumerate(self.library)
            for curve in data.platform_curves
            if not curves.unusable(curve, data.story) and (episode := data.story.episode(curve.episode))
            for window in curves.scan_curve(curve, episode)
        ]
        types, endings, unlocks = self.learnt[1], judge(self.transitions), judge_unlocks(self.library)
        ps = [window.p for window in windows] + [window.p for _, _, window in drawn]
        ps += [c.p for c in types] + [c.p for c in endings] + [c.p for c in unlocks]
        q = iter(false_discovery(ps))
        return _Found(
            windows=[(window, next(q)) for window in windows],
            curves=[(curve, at, window, next(q)) for curve, at, window in drawn],
            types=[(candidate, next(q)) for candidate in types],
            endings=[(candidate, next(q)) for candidate in endings],
            unlocks=[(candidate, next(q)) for candidate in unlocks],
        )

    @cached_property
    def claimed(self) -> list[tuple[Candidate, float]]:
        """Types whose effect is claimed: everywhere, or in the one market where it differs."""
        sure = [(candidate, q) for candidate, q in self.found.types if q <= LEVEL and _worth(candidate)]
        local = [(c, q) for c, q in sure if c.elsewhere and c.effect.p < LEVEL and _stronger(c)]
        only = {c.kind for c, _ in local if _alone(c)}
        return [(c, q) for c, q in sure if c.elsewhere is None and c.kind not in only] + local

    @cached_property
    def spots(self) -> list[tuple[int, Spot, BeatType | None]]:
        """Moments by series index, each with the claimed type that explains it (if one does)."""
        sure = [(self._owner(window), q) for window, q in self.found.windows if q <= LEVEL]
        kept: list[tuple[Window, float]] = []
        for window, q in sorted(sure, key=lambda found: (found[0].market != "", found[1])):
            if not any(window.touches(other) for other, _ in kept):
                kept.append((window, q))
        judged = [self._placed(window, q) for window, q in kept]
        return [spot for spot in judged if spot]

    def _owner(self, window: Window) -> Window:
        """A window of all markets, or of the one market that alone shows it."""
        if window.market or len(self.markets) < 2:
            return window
        for market in self.markets:
            here = self._measured(self.scans[market][0], window, market)
            others = self._measured(self._without(market), window, "")
            if here and others:
                apart = (here.log_ratio - others.log_ratio) / np.hypot(here.error, others.error)
                if abs(apart) > DIFFERS and abs(others.log_ratio) < STANDS * others.error:
                    return here
        return window

    def _without(self, market: str) -> Fit:
        if market not in self.others:
            self.others[market] = fit(lay(self.library, keep=market.__ne__))
        return self.others[market]

    def _measured(self, model: Fit, window: Window, market: str) -> Window | None:
        """The same window in another model's cells; None where those don't have the episode."""
        group = self._group(model.grid, window)
        if group is None:
            return None
        return measure(model, group, window.start_s, window.end_s, market=market, tests=1)

    def _group(self, grid: Grid, window: Window) -> int | None:
        """The index of a window's episode in another grid."""
        return next((i for i, (at, ep) in enumerate(grid.keys) if (at, ep.number) == window.where), None)

    def _placed(self, window: Window, q: float) -> tuple[int, Spot, BeatType | None] | None:
        """A moment with the type of beat that explains it; None where it only mirrors such types."""
        at, episode = self.scans[window.market][0].grid.keys[window.group]
        spot = describe(window, episode, q)
        explained = self.claimed and self._explained(window)
        if not explained:
            return at, spot, None
        for candidate, _ in self.claimed:
            same_way = (candidate.effect.value > 0) == (window.log_ratio > 0)
            here = candidate.market in ("", window.market)
            touches = any(
                beat.type is candidate.kind
                and beat.span.start_ms < window.span.end_ms
                and window.span.start_ms < beat.span.end_ms + AFTER_S * 1000
                for beat in episode.beats
            )
            if same_way and here and touches:
                return at, spot, candidate.kind
        return None

    def _explained(self, window: Window) -> bool:
        """Whether nothing much is left of a window once types of beat are in the model."""
        model = self.learnt[0].get(window.market, self.learnt[0][""]).model
        left = self._measured(model, window, window.market)
        if left is None or left.log_ratio * window.log_ratio <= 0:
            return True
        return abs(left.log_ratio) < UNEXPLAINED * left.error or abs(left.log_ratio) < abs(window.log_ratio) / 2

    def by_series(self) -> dict[str, Insight]:
        """What is said of each series."""
        return {data.series: self._insight(at, data) for at, data in enumerate(self.library)}

    def _insight(self, at: int, data: SeriesData) -> Insight:
        setting = findings.Setting(at, data.story, _starters(data), data.simulated)
        spots = [(spot, kind) for series, spot, kind in self.spots if series == at]
        scored = [findings.of_moment(spot, setting) for spot, kind in spots if kind is None]
        for candidate, q in self.claimed:
            model = self.learnt[0][candidate.market]
            if places(model.model.grid, candidate.kind, at):
                explains = [spot.moment for spot, kind in spots if kind is candidate.kind]
                effect = self._type_effect(candidate, q, at)
                scored.append(findings.of_effect(effect, candidate, model, setting, explains))
        scored += self._endings(at, setting) + self._unlocks(at, setting) + self._curves(at, setting)
        return Insight(
            moments=tuple(spot.moment for spot, _ in spots),
            effects=self._effects(at),
            findings=findings.rank(scored),
            expected=self._expected(at),
            notes=notes.of_series(data, self.scans, self.found.types, bool(scored)),
        )

    def _effects(self, at: int) -> tuple[Effect, ...]:
        types = [self._type_effect(candidate, q, at) for candidate, q in self.found.types]
        endings = [_ending_effect(candidate, q) for candidate, q in self.found.endings]
        unlocks = [_unlock_effect(candidate, q) for candidate, q in self.found.unlocks if candidate.series == at]
        return (*types, *endings, *unlocks)

    def _type_effect(self, candidate: Candidate, q: float, at: int) -> Effect:
        grid = self.learnt[0][candidate.market].model.grid
        method = "discrete-time hazard with spline of position; CR2 errors by scene, t"
        n = int(grid.at_risk[grid.starts[:-1]].sum())
        estimate = _odds_ratio(candidate, n, method, Grade.WITHIN)
        where = places(grid, candidate.kind, at)
        return Effect(str(candidate.kind), "leaving", candidate.market, estimate, q, where)

    def _endings(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        sure = [(c, q) for c, q in self.found.endings if q <= LEVEL and _worth(c)]
        ours = [t for t in self.transitions if t.series == at]
        told = [(c, q) for c, q in sure if ours and (c.effect.value > 0 or _ends_so(ours, c.subject))]
        return [findings.of_ending(_ending_effect(c, q), c, self.transitions, setting) for c, q in told]

    def _unlocks(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        sure = [(c, q) for c, q in self.found.unlocks if q <= LEVEL and c.series == at and _worth(c)]
        return [findings.of_unlock(_unlock_effect(c, q), c, setting) for c, q in sure if c.effect.value < 0]

    def _curves(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        scored = []
        for curve, series, window, q in self.found.curves:
            episode = setting.story.episode(curve.episode)
            if series == at and q <= LEVEL and episode:
                scored.append(findings.of_curve(describe(window, episode, q), curve, setting))
        return scored

    def _expected(self, at: int) -> tuple[Expected, ...]:
        model = self.scans[""][0]
        drawn = []
        for group, (series, episode) in enumerate(model.grid.keys):
            if series == at:
                staying = np.cumprod(1 - model.p[model.grid.rows(group)])
                drawn.append(Expected(episode.number, tuple(float(s) for s in (1.0, *staying[:-1]))))
        return tuple(drawn)


def _worth(candidate: Candidate | EndingCandidate | UnlockCandidate) -> bool:
    """Whether even the cautious end of the interval is an effect to speak of."""
    effect = candidate.effect
    return min(abs(effect.bound(-1)), abs(effect.bound(1))) >= LEAST_EFFECT


def _stronger(candidate: Candidate) -> bool:
    """Whether a market's effect goes further than the others', not just less far."""
    assert candidate.elsewhere is not None
    return abs(candidate.effect.value) > abs(candidate.elsewhere.value)


def _alone(candidate: Candidate) -> bool:
    """Whether a type does nothing much in the other markets, so that "everywhere" would mislead."""
    here, elsewhere = candidate.effect, candidate.elsewhere
    assert elsewhere is not None
    return elsewhere.p > LEVEL or abs(elsewhere.value) < abs(here.value) * MUCH


def _ends_so(found: Sequence[Transition], subject: str) -> bool:
    """Whether any of the episodes ends in that way; strength, all of them do."""
    return subject == STRENGTH or bool(of_type(found, subject).any())


def _starters(data: SeriesData) -> float:
    """Viewers of the series: those of its most started episode."""
    starters = np.bincount(data.steps.episode, data.steps.starters) if len(data.steps.episode) else np.zeros(1)
    return float(starters.max())


def _ending_effect(candidate: EndingCandidate, q: float) -> Effect:
    method = "random-effects meta-regression over episodes; Knapp-Hartung t"
    return Effect(candidate.subject, "continuation", "", _odds_ratio(candidate, candidate.n, method, Grade.ACROSS), q)


def _unlock_effect(candidate: UnlockCandidate, q: float) -> Effect:
    method = "odds against the other markets; Wald interval"
    estimate = _odds_ratio(candidate, candidate.asked, method, Grade.ACROSS)
    return Effect("first paid episode", "unlock", candidate.market, estimate, q)


def _odds_ratio(
    candidate: Candidate | EndingCandidate | UnlockCandidate, n: int, method: str, grade: Grade
) -> Estimate:
    effect = candidate.effect
    value, low, high = (float(np.exp(x)) for x in (effect.value, effect.bound(-1), effect.bound(1)))
    return Estimate(value, low, high, n, method, grade, "odds ratio")
