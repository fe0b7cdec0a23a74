"""Runs the steps over a library and keeps what is not chance: one false discovery rate over all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from hookline.insight import curves, elements, findings, notes
from hookline.insight.across import COMPLETION, REVENUE, AcrossFound, judge_series
from hookline.insight.clusters import Uncertain
from hookline.insight.confounding import e_values
from hookline.insight.discovery import LEVEL, false_discovery, require
from hookline.insight.effects import LATER_S, Ahead, Candidate
from hookline.insight.endings import (
    CONTINUATION,
    STRENGTH,
    UNLOCK,
    Transition,
    UnlockCandidate,
    judge,
    judge_unlocking,
    judge_unlocks,
    of_type,
    transitions,
    unlocking,
)
from hookline.insight.grid import AFTER_S, SeriesData, markets
from hookline.insight.moments import Spot, Window, describe
from hookline.insight.pooling import pool
from hookline.insight.processes import studies_apart
from hookline.insight.result import Effect, Element, ElementKind, Expected, Insight
from hookline.insight.shrinking import Shrunk, shrink
from hookline.insight.study import Study, Suspect, study
from hookline.insight.units import UnitCandidate
from hookline.insight.whole import Watched, judge_hooks, judge_pace, openings, rates
from hookline.model.estimate import Estimate, Grade, Place
from hookline.model.story import SeriesStory

APART = 10  # series: from there on each has its own curve and estimates, which are then put together
ONE_FIT = "discrete-time hazard with spline of position; CR2 errors by scene, t"
TOGETHER = "discrete-time hazard with spline of position in each of {} series; random effects over series, t"
LEAST_EFFECT = float(np.log(1.05))  # of the interval's end nearest to none, before an effect is a finding
MUCH = 0.25  # of a market's effect: the others' must reach that for the type to be claimed everywhere
UNEXPLAINED = 3.0  # standard errors that a place must stand out from what its types of beat explain
KEPT = 0.5  # of a beat's effect must be left once a claimed element that comes with it is held equal
BY_UNIT = "random-effects meta-regression over {} {}; t"
UNITS = {COMPLETION: "series", REVENUE: "series"}


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
    units: list[tuple[UnitCandidate, float]]  # episodes compared, or series
    unlocks: list[tuple[UnlockCandidate, float]]


class _Analysis:
    """One run over a library; each step is computed once, when first asked for."""

    def __init__(self, library: tuple[SeriesData, ...], workers: int) -> None:
        self.library = library
        self.workers = workers
        self.apart = len(library) >= APART
        self.estimates: dict[tuple[Element, str], Estimate] = {}  # by market; made when asked for
        self.places: dict[tuple[int, frozenset[int], bool], dict[Element, tuple[Place, ...]]] = {}

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
        """What is asked of types of beat and of whatever else is on screen."""
        if self.apart:
            held = [told.held for told in self.studies]
            return pool([told.rough for told in self.studies], markets(self.library), held)
        return list(self.studies[0].candidates)

    @cached_property
    def openings(self) -> list[Watched]:
        """Episodes' first seconds."""
        return openings(self.library)

    @cached_property
    def paid(self) -> list[Transition]:
        """Ends of episodes whose next one is paid."""
        return unlocking(self.library)

    @cached_property
    def across(self) -> AcrossFound:
        """What is asked of whole series."""
        return judge_series(self.library)

    @cached_property
    def units(self) -> list[UnitCandidate]:
        """What is asked of whole episodes, then of whole series."""
        within = {candidate.element for candidate in self.types}
        return [
            *judge(self.transitions),
            *judge_unlocking(self.paid),
            *judge_hooks(self.openings),
            *judge_pace(rates(self.library), self.library, within),
            *self.across.candidates,
        ]

    @cached_property
    def looked(self) -> list[curves.Looked]:
        """What stands in platforms' curves, series by series."""
        return [curves.scan_curves(data.platform_curves, data.story, at=at) for at, data in enumerate(self.library)]

    @cached_property
    def found(self) -> _Found:
        """Everything that was looked at, with its false discovery rate over all of it."""
        drawn = [(dip, at) for at, looked in enumerate(self.looked) for dip in looked.dips]
        types, units, unlocks = self.types, self.units, judge_unlocks(self.library)
        ps = [p for told in self.studies for p in told.p.tolist()] + [dip.window.p for dip, _ in drawn]
        ps += [c.p for c in types] + [c.p for c in units] + [c.p for c in unlocks]
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
            units=[(candidate, next(q)) for candidate in units],
            unlocks=[(candidate, next(q)) for candidate in unlocks],
        )

    @cached_property
    def claimed(self) -> list[tuple[Candidate, float]]:
        """Elements whose effect is claimed: everywhere, or in the one market where it differs."""
        sure = [(candidate, q) for candidate, q in self.found.types if q <= LEVEL and _worth(candidate)]
        local = [(c, q) for c, q in sure if c.elsewhere and c.effect.p < LEVEL and _stronger(c)]
        only = {c.element for c, _ in local if _alone(c)}
        told = [(c, q) for c, q in sure if c.elsewhere is None and c.element not in only] + local
        if all(c.kind for c, _ in told):
            return told
        return [(c, q) for c, q in told if c.kind is None or not _carried(c)]

    @cached_property
    def shrunk(self) -> dict[Element, dict[str, Shrunk]]:
        """Every element's effect in each market, drawn towards the others'; those claimed to differ stand apart."""
        apart = {(c.element, c.market) for c, _ in self.claimed if c.elsewhere}
        own: dict[Element, dict[str, Uncertain]] = {}
        for candidate, _ in self.found.types:
            if candidate.elsewhere and (candidate.element, candidate.market) not in apart:
                own.setdefault(candidate.element, {})[candidate.market] = candidate.effect
        return {element: shrink(by_market) for element, by_market in own.items()}

    @cached_property
    def spots(self) -> dict[int, list[tuple[Spot, Element | None]]]:
        """Moments by series, each with the claimed element that explains it (if one does)."""
        sure = [(suspect, q) for suspect, q in self.found.windows if q <= LEVEL]
        kept: dict[tuple[int, int], list[Window]] = {}
        told: dict[int, list[tuple[Spot, Element | None]]] = {}
        for suspect, q in sorted(sure, key=lambda found: (found[0].owner.market != "", found[1])):
            near = kept.setdefault(suspect.owner.where, [])
            if not any(suspect.owner.touches(other) for other in near):
                near.append(suspect.owner)
                if spot := self._placed(suspect, q):
                    told.setdefault(suspect.owner.where[0], []).append(spot)
        return told

    def _placed(self, suspect: Suspect, q: float) -> tuple[Spot, Element | None] | None:
        """A moment with the element that explains it; None where it only mirrors types of beat elsewhere."""
        series, number = suspect.owner.where
        episode = self.library[series].story.episode(number)
        assert episode is not None
        spot = describe(suspect.owner, episode, q)
        beats = [c.element for c, _ in self.claimed if c.kind and self._stands(c, suspect.owner)]
        others = [c.element for c, _ in self.claimed if c.kind is None and self._stands(c, suspect.owner)]
        if any(c.kind for c, _ in self.claimed) and _explained(suspect.owner, suspect.left):
            return (spot, beats[0]) if beats else None
        if others and _explained(suspect.owner, suspect.rest):
            return spot, others[0]
        return spot, None

    def _stands(self, candidate: Candidate, window: Window) -> bool:
        """Whether a claimed element lies at a window and does to leaving what is seen there."""
        series, number = window.where
        same_way = (candidate.effect.value > 0) == (window.log_ratio > 0)
        if not same_way or candidate.market not in ("", window.market):
            return False
        return any(
            place.episode == number
            and place.span.start_ms < window.span.end_ms
            and window.span.start_ms < place.span.end_ms + AFTER_S * 1000
            for place in self._places(series, window.market, candidate.element)
        )

    def by_series(self) -> dict[str, Insight]:
        """What is said of each series."""
        return {data.series: self._insight(at, data) for at, data in enumerate(self.library)}

    def _insight(self, at: int, data: SeriesData) -> Insight:
        setting = findings.Setting(at, data.story, _starters(data), data.simulated)
        spots = self.spots.get(at, [])
        scored = [findings.of_moment(spot, setting) for spot, element in spots if element is None]
        for candidate, q in self.claimed:
            reach = self._reach(candidate, at)
            if reach.places:
                explains = [spot.moment for spot, element in spots if element == candidate.element]
                effect = self._type_effect(candidate, q, at)
                scored.append(findings.of_effect(effect, candidate, reach, setting, explains))
        scored += self._units(at, setting) + self._unlocks(at, setting) + self._curves(at, setting)
        told = self._study(at)
        return Insight(
            moments=(*(spot.moment for spot, _ in spots), *(spot.moment for spot, _ in self._dips(at, data.story))),
            effects=self._effects(at),
            findings=findings.rank(scored),
            expected=self._expected(at),
            notes=notes.of_series(data, told.extents, self.found.types, bool(scored), self._doubts(at)),
        )

    def _doubts(self, at: int) -> notes.Doubts:
        """What can't be told from something else."""
        claimed = {c.element for c, _ in self.claimed}
        sure = [c for c, q in self.found.types if q <= LEVEL and _worth(c) and not c.elsewhere]
        carried = [c.element for c in sure if c.kind and c.element not in claimed and _carried(c)]
        return notes.Doubts(self._study(at).alike, self.across.together, tuple(carried))

    def _expected(self, at: int) -> tuple[Expected, ...]:
        """The decline that position alone gives: of viewers' events, else of a platform's curve."""
        own = self._study(at).expected.get(at, ())
        known = {expected.episode for expected in own}
        return (*own, *(expected for expected in self.looked[at].expected if expected.episode not in known))

    def _effects(self, at: int) -> tuple[Effect, ...]:
        types = [self._type_effect(candidate, q, at) for candidate, q in self.found.types]
        units = [_unit_effect(candidate, q) for candidate, q in self.found.units]
        unlocks = [_unlock_effect(candidate, q) for candidate, q in self.found.unlocks if candidate.series == at]
        return (*types, *units, *unlocks)

    def _type_effect(self, candidate: Candidate, q: float, at: int) -> Effect:
        one, market = candidate.element, candidate.market
        shrunk = self.shrunk.get(one, {}).get(market) if candidate.elsewhere else None
        claimed = (candidate, q) in self.claimed
        places = self._places(at, market, one) if candidate.kind or claimed else ()  # others lie nearly everywhere
        estimate = self._estimate(candidate, shrunk)
        made = _effect(one, "leaving", market, estimate, q, places)
        return replace(
            made,
            later=_later(self._study(at).ahead.get((market, one)), estimate),
            shrunk=shrunk.drawn if shrunk else 0.0,
        )

    def _estimate(self, candidate: Candidate, shrunk: Shrunk | None) -> Estimate:
        asked = (candidate.element, candidate.market)
        if asked not in self.estimates:
            method = TOGETHER.format(candidate.series) if self.apart else ONE_FIT
            views = sum(told.extents[asked[1]].views for told in self.studies if asked[1] in told.extents)
            if shrunk:
                method += f"; drawn {shrunk.drawn:.0%} of the way to the other markets, robust empirical Bayes interval"
                logs = (shrunk.value, shrunk.low, shrunk.high)
                self.estimates[asked] = _ratio(logs, int(views), method, Grade.WITHIN)
            else:
                self.estimates[asked] = _odds_ratio(candidate, int(views), method, Grade.WITHIN)
        return self.estimates[asked]

    def _places(self, at: int, market: str, one: Element) -> tuple[Place, ...]:
        """Where an element lies in a series' episodes that the market watched."""
        watched = self._study(at).watched.get(market, {}).get(at, frozenset())
        of_beats = one.kind is ElementKind.BEAT
        if (at, watched, of_beats) not in self.places:
            story = self.library[at].story
            laid = {} if of_beats else elements.of_series(story)
            found: dict[Element, tuple[Place, ...]] = {}
            for episode in sorted(story.episodes, key=lambda episode: episode.number):
                if episode.number in watched:
                    own = elements.beats(episode) if of_beats else laid[episode.number]
                    for name, spans in own.items():
                        found[name] = (*found.get(name, ()), *(Place(episode.number, span) for span in spans))
            self.places[at, watched, of_beats] = found
        return self.places[at, watched, of_beats].get(one, ())

    def _reach(self, candidate: Candidate, at: int) -> findings.Reach:
        """How far an element's effect goes in a series: leaving is rare in a second, so odds are as good as chances."""
        told, market, one = self._study(at), candidate.market, candidate.element
        lost = told.leaving.get((at, market, one), 0.0) * -float(np.expm1(-candidate.effect.value))
        return findings.Reach(
            self._places(at, market, one),
            lost,
            len(told.watched.get(market, {}).get(at, ())),
            told.ahead.get((market, one)),
        )

    def _units(self, at: int, setting: findings.Setting) -> list[findings.Scored]:
        """What is claimed of endings, hooks, pace and whole series, where this series has something to do with it."""
        sure = [(c, q) for c, q in self.found.units if q <= LEVEL and _worth(c)]
        seen = {CONTINUATION: self.transitions, UNLOCK: self.paid}
        told = list[findings.Scored]()
        for candidate, q in sure:
            effect = _unit_effect(candidate, q)
            if found := seen.get(candidate.outcome):
                ours = [t for t in found if t.series == at]
                if ours and (candidate.effect.value > 0 or _ends_so(ours, candidate.element.name)):
                    told.append(findings.of_ending(effect, candidate, found, setting))
            elif candidate.outcome in UNITS:
                told += findings.of_series(effect, candidate, setting)
            else:
                told += findings.of_episodes(effect, candidate, self.openings, setting)
        return told

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


def _explained(window: Window, left: Window | None) -> bool:
    """Whether nothing much is left of a window once elements are in the model."""
    if left is None or left.log_ratio * window.log_ratio <= 0:
        return True
    return abs(left.log_ratio) < UNEXPLAINED * left.error or abs(left.log_ratio) < abs(window.log_ratio) / 2


def _worth(candidate: Candidate | UnitCandidate | UnlockCandidate) -> bool:
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


def _carried(candidate: Candidate) -> bool:
    """Whether a type of beat does little by itself: what it seems to do is that of elements that come with it."""
    effect, held = candidate.effect, candidate.held
    return held is not None and held.p > LEVEL and abs(held.value) < KEPT * abs(effect.value)


def _ends_so(found: Sequence[Transition], subject: str) -> bool:
    """Whether any of the episodes ends in that way; strength, all of them do."""
    return subject == STRENGTH or bool(of_type(found, subject).any())


def _starters(data: SeriesData) -> float:
    """Viewers of the series: those of its most started episode."""
    starters = np.bincount(data.steps.episode, data.steps.starters) if len(data.steps.episode) else np.zeros(1)
    return float(starters.max())


def _unit_effect(candidate: UnitCandidate, q: float) -> Effect:
    method = BY_UNIT.format(candidate.units, UNITS.get(candidate.outcome, "episodes"))
    unit = "ratio of means" if candidate.outcome == REVENUE else "odds ratio"
    estimate = replace(_odds_ratio(candidate, candidate.n, method, Grade.ACROSS), unit=unit)
    return _effect(candidate.element, candidate.outcome, "", estimate, q)


def _unlock_effect(candidate: UnlockCandidate, q: float) -> Effect:
    method = "odds against the other markets; Wald interval"
    estimate = _odds_ratio(candidate, candidate.asked, method, Grade.ACROSS)
    return _effect(Element(ElementKind.MARKET, "first paid episode"), UNLOCK, candidate.market, estimate, q)


def _effect(
    one: Element, outcome: str, market: str, estimate: Estimate, q: float, places: tuple[Place, ...] = ()
) -> Effect:
    """An effect with what it would take to explain it away; leaving in any one second is rare, the others are not."""
    rare = outcome == "leaving" or estimate.unit != "odds ratio"
    strongest, cautious = e_values(estimate, common=not rare)
    return Effect(one.name, outcome, market, estimate, q, places, strongest, cautious, one.kind)


def _later(told: Ahead | None, odds: Estimate) -> Estimate | None:
    """The same as a change in the share still watching LATER_S seconds after the element begins."""
    if told is None:
        return None
    value, *ends = (told.change(float(np.log(ratio))) for ratio in (odds.value, odds.low, odds.high))
    method = f"the odds ratio laid on the fitted hazard of the {LATER_S} s from where it begins; {odds.method}"
    return Estimate(value, min(ends), max(ends), odds.n, method, odds.grade, "share difference")


def _odds_ratio(candidate: Candidate | UnitCandidate | UnlockCandidate, n: int, method: str, grade: Grade) -> Estimate:
    effect = candidate.effect
    return _ratio((effect.value, effect.bound(-1), effect.bound(1)), n, method, grade)


def _ratio(logs: tuple[float, float, float], n: int, method: str, grade: Grade) -> Estimate:
    value, low, high = (float(np.exp(x)) for x in logs)
    return Estimate(value, low, high, n, method, grade, "odds ratio")
