"""Runs the steps over a library and keeps what is not chance: one false discovery rate over all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from hookline.insight import curves, findings, notes
from hookline.insight.confounding import e_values
from hookline.insight.discovery import LEVEL, false_discovery, require
from hookline.insight.effects import Candidate
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
from hookline.insight.grid import AFTER_S, SeriesData, markets
from hookline.insight.moments import Spot, Window, describe
from hookline.insight.pooling import pool
from hookline.insight.processes import studies_apart
from hookline.insight.result import Effect, Expected, Insight
from hookline.insight.study import Study, Suspect, study
from hookline.model.estimate import Estimate, Grade, Place
from hookline.model.story import BeatType, SeriesStory

APART = 10  # series: from there on each has its own curve and estimates, which are then put together
ONE_FIT = "discrete-time hazard with spline of position; CR2 errors by scene, t"
TOGETHER = "discrete-time hazard with spline of position in each of {} series; random effects over series, t"
LEAST_EFFECT = float(np.log(1.05))  # of the interval's end nearest to none, before an effect is a finding
MUCH = 0.25  # of a market's effect: the others' must reach that for the type to be claimed everywhere
UNEXPLAINED = 3.0  # standard errors that a place must stand out from what its types of beat explain


def analyse(library: Sequence[SeriesData], *, workers: int = 1) -> dict[str, Insight]:
    """What holds viewers and what loses them, by series; effects are learnt over the whole library.

    Args:
        library: Series with their stories, cells and steps; one alone will do.
        workers: Processes to share a library of ten series or more between; 1: this one.

    Returns:
        For each series its moments, effects and findings, best first, at a false discovery rate of
        5% over everything that was looked at, and notes on what could not be said.

    Raises:
        MissingExtra: statsmodels is not installed.
    """
    require()
    return _Analysis(tuple(library), workers).by_series()


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidates of every kind with their q, in one family."""

    windows: list[tuple[Suspect, float]]
    dips: list[tuple[curves.Dip, int, float]]  # with the series' index
    types: list[tuple[Candidate, float]]
    endings: list[tuple[EndingCandidate, float]]
    unlocks: list[tuple[UnlockCandidate, float]]


class _Analysis:
    """One run over a library; each step is computed once, when first asked for."""

    def __init__(self, library: tuple[SeriesData, ...], workers: int) -> None:
        self.library = library
        self.workers = workers
        self.apart = len(library) >= APART
        self.estimates: dict[tuple[str, str], Estimate] = {}  # by type and market; made when asked for
        self.places: dict[tuple[int, frozenset[int]], dict[BeatType, tuple[Place, ...]]] = {}

    @cached_property
    def studies(self) -> list[Study]:
        """One of the whole library, or where series are many one of each."""
        if not self.apart:
            return [study(self.library, 0, apart=False)]
        return studies_apart(self.library, self.workers)

    def _study(self, series: int) -> Study:
        return self.studies[series if self.apart else 0]

    @cached_property
    def transitions(self) -> list[Transition]:
        """Episode ends."""
        return transitions(self.library)

    @cached_property
    def types(self) -> list[Candidate]:
        """What is asked of types of beat."""
        if self.apart:
            return pool([told.rough for told in self.studies], markets(self.library))
        return list(self.studies[0].candidates)

    @cached_property
    def looked(self) -> list[curves.Looked]:
        """What stands in platforms' curves, series by series."""
        return [curves.scan_curves(data.platform_curves, data.story, at=at) for at, data in enumerate(self.library)]

    @cached_property
    def found(self) -> _Found:
        """Everything that was looked at, with its false discovery rate over all of it."""
        drawn = [(dip, at) for at, looked in enumerate(self.looked) for dip in looked.dips]
        types, endings, unlocks = self.types, judge(self.transitions), judge_unlocks(self.library)
        ps = [p for told in self.studies for p in told.p.tolist()] + [dip.window.p for dip, _ in drawn]
        ps += [c.p for c in types] + [c.p for c in endings] + [c.p for c in unlocks]
        q = iter(false_discovery(ps))
        of_windows = [list(islice(q, len(told.p))) for told in self.studies]
        return _Found(
            windows=[
                (suspect, own[suspect.at])
                for told, own in zip(self.studies, of_windows, strict=True)
                for suspect in told.suspects
            ],
            dips=[(dip, at, next(q)) for dip, at in drawn],
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
    def spots(self) -> dict[int, list[tuple[Spot, BeatType | None]]]:
        """Moments by series, each with the claimed type that explains it (if one does)."""
        sure = [(suspect, q) for suspect, q in self.found.windows if q <= LEVEL]
        kept: dict[tuple[int, int], list[Window]] = {}
        told: dict[int, list[tuple[Spot, BeatType | None]]] = {}
        for suspect, q in sorted(sure, key=lambda found: (found[0].owner.market != "", found[1])):
            near = kept.setdefault(suspect.owner.where, [])
            if not any(suspect.owner.touches(other) for other in near):
                near.append(suspect.owner)
                if spot := self._placed(suspect, q):
                    told.setdefault(suspect.owner.where[0], []).append(spot)
        return told

    def _placed(self, suspect: Suspect, q: float) -> tuple[Spot, BeatType | None] | None:
        """A moment with the type of beat that explains it; None where it only mirrors such types."""
        window = suspect.owner
        series, number = window.where
        episode = self.library[series].story.episode(number)
        assert episode is not None
        spot = describe(window, episode, q)
        if not self.claimed or not _explained(suspect):
            return spot, None
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
                return spot, candidate.kind
        return None

    def by_series(self) -> dict[str, Insight]:
        """What is said of each series."""
        return {data.series: self._insight(at, data) for at, data in enumerate(self.library)}

    def _insight(self, at: int, data: SeriesData) -> Insight:
        setting = findings.Setting(at, data.story, _starters(data), data.simulated)
        spots = self.spots.get(at, [])
        scored = [findings.of_moment(spot, setting) for spot, kind in spots if kind is None]
        for candidate, q in self.claimed:
            reach = self._reach(candidate, at)
            if reach.places:
                explains = [spot.moment for spot, kind in spots if kind is candidate.kind]
                effect = self._type_effect(candidate, q, at)
                scored.append(findings.of_effect(effect, candidate, reach, setting, explains))
        scored += self._endings(at, setting) + self._unlocks(at, setting) + self._curves(at, setting)
        told = self._study(at)
        return Insight(
            moments=(*(spot.moment for spot, _ in spots), *(spot.moment for spot, _ in self._dips(at, data.story))),
            effects=self._effects(at),
            findings=findings.rank(scored),
            expected=self._expected(at),
            notes=notes.of_series(data, told.extents, self.found.types, bool(scored)),
        )

    def _expected(self, at: int) -> tuple[Expected, ...]:
        """The decline that position alone gives: of viewers' events, else of a platform's curve."""
        own = self._study(at).expected.get(at, ())
        known = {expected.episode for expected in own}
        return (*own, *(expected for expected in self.looked[at].expected if expected.episode not in known))

    def _effects(self, at: int) -> tuple[Effect, ...]:
        types = [self._type_effect(candidate, q, at) for candidate, q in self.found.types]
        endings = [_ending_effect(candidate, q) for candidate, q in self.found.endings]
        unlocks = [_unlock_effect(candidate, q) for candidate, q in self.found.unlocks if candidate.series == at]
        return (*types, *endings, *unlocks)

    def _type_effect(self, candidate: Candidate, q: float, at: int) -> Effect:
        places = self._places(at, candidate.market).get(candidate.kind, ())
        estimate = self._estimate(candidate)
        return _effect(str(candidate.kind), "leaving", candidate.market, estimate, q, places)

    def _estimate(self, candidate: Candidate) -> Estimate:
        asked = (str(candidate.kind), candidate.market)
        if asked not in self.estimates:
            method = TOGETHER.format(candidate.series) if self.apart else ONE_FIT
            views = sum(told.extents[asked[1]].views for told in self.studies if asked[1] in told.extents)
            self.estimates[asked] = _odds_ratio(candidate, int(views), method, Grade.WITHIN)
        return self.estimates[asked]

    def _places(self, at: int, market: str) -> dict[BeatType, tuple[Place, ...]]:
        """Where beats of each type lie in a series' episodes that the market watched."""
        watched = self._study(at).watched.get(market, {}).get(at, frozenset())
        if (at, watched) not in self.places:
            episodes = sorted(self.library[at].story.episodes, key=lambda episode: episode.number)
            found: dict[BeatType, tuple[Place, ...]] = {}
            for episode in episodes:
                for beat in episode.beats if episode.number in watched else ():
                    found[beat.type] = (*found.get(beat.type, ()), Place(episode.number, beat.span))
            self.places[at, watched] = found
        return self.places[at, watched]

    def _reach(self, candidate: Candidate, at: int) -> findings.Reach:
        """How far a type's effect goes in a series: leaving is rare in any second, so odds are as good as chances."""
        told, market, kind = self._study(at), candidate.market, candidate.kind
        lost = told.leaving.get((at, market, kind), 0.0) * -float(np.expm1(-candidate.effect.value))
        places = self._places(at, market).get(kind, ())
        return findings.Reach(places, lost, len(told.watched.get(market, {}).get(at, ())))

    def _endings(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        sure = [(c, q) for c, q in self.found.endings if q <= LEVEL and _worth(c)]
        ours = [t for t in self.transitions if t.series == at]
        told = [(c, q) for c, q in sure if ours and (c.effect.value > 0 or _ends_so(ours, c.subject))]
        return [findings.of_ending(_ending_effect(c, q), c, self.transitions, setting) for c, q in told]

    def _unlocks(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        sure = [(c, q) for c, q in self.found.unlocks if q <= LEVEL and c.series == at and _worth(c)]
        return [findings.of_unlock(_unlock_effect(c, q), c, setting) for c, q in sure if c.effect.value < 0]

    def _curves(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        return [findings.of_curve(spot, dip, setting) for spot, dip in self._dips(at, setting.story)]

    def _dips(self, at: int, story: SeriesStory) -> list[tuple[Spot, curves.Dip]]:
        """Places where a series' curves fall more, or less, than chance explains."""
        sure = [(dip, q) for dip, series, q in self.found.dips if series == at and q <= LEVEL]
        told = [(dip, q, story.episode(dip.curve.episode)) for dip, q in sure]
        return [(curves.place(dip, episode, q), dip) for dip, q, episode in told if episode]


def _explained(suspect: Suspect) -> bool:
    """Whether nothing much is left of a window once types of beat are in the model."""
    window, left = suspect.owner, suspect.left
    if left is None or left.log_ratio * window.log_ratio <= 0:
        return True
    return abs(left.log_ratio) < UNEXPLAINED * left.error or abs(left.log_ratio) < abs(window.log_ratio) / 2


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
    return _effect(candidate.subject, "continuation", "", _odds_ratio(candidate, candidate.n, method, Grade.ACROSS), q)


def _unlock_effect(candidate: UnlockCandidate, q: float) -> Effect:
    method = "odds against the other markets; Wald interval"
    estimate = _odds_ratio(candidate, candidate.asked, method, Grade.ACROSS)
    return _effect("first paid episode", "unlock", candidate.market, estimate, q)


def _effect(
    subject: str, outcome: str, market: str, estimate: Estimate, q: float, places: tuple[Place, ...] = ()
) -> Effect:
    """An effect with what it would take to explain it away; leaving in any one second is rare, the others are not."""
    strongest, cautious = e_values(estimate, common=outcome != "leaving")
    return Effect(subject, outcome, market, estimate, q, places, strongest, cautious)


def _odds_ratio(
    candidate: Candidate | EndingCandidate | UnlockCandidate, n: int, method: str, grade: Grade
) -> Estimate:
    effect = candidate.effect
    value, low, high = (float(np.exp(x)) for x in (effect.value, effect.bound(-1), effect.bound(1)))
    return Estimate(value, low, high, n, method, grade, "odds ratio")
