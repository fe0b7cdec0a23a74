"""What was found, in a writer's words: one claim, its estimate, one thing to do.

Findings are ranked by ``gain * certainty``: ``gain`` is how many viewers of 1,000 starters of the
series acting would keep; ``certainty`` is the share of the effect that its interval guarantees
(the end nearest to none over the estimate, in log odds) times 1 - q.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hookline.insight import across, words
from hookline.insight.curves import Dip
from hookline.insight.effects import LATER_S, Ahead, Candidate
from hookline.insight.endings import STRENGTH, UNLOCK, Transition, UnlockCandidate, of_type
from hookline.insight.moments import Spot
from hookline.insight.result import Effect, Element, Moment
from hookline.insight.units import UnitCandidate
from hookline.insight.whole import LATE, NO_HOOK, OPENING, OPENING_S, Watched
from hookline.model.estimate import Estimate, Finding, FindingKind, Place
from hookline.model.script import Source
from hookline.model.span import Span
from hookline.model.story import BeatType, EndingType, EpisodeStory, SeriesStory

MOST_EVIDENCE = 20  # lines of an element that lies nearly everywhere


@dataclass(frozen=True, slots=True)
class Scored:
    """A finding and what it is ranked by."""

    finding: Finding
    certainty: float

    @property
    def score(self) -> float:
        """Expected gain times certainty."""
        return self.finding.gain * self.certainty


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an element's effect goes in one series."""

    places: tuple[Place, ...]
    lost: float  # viewers that leave under it beyond those who would without it; below 0: stay
    episodes: int  # of the series that anybody watched
    ahead: Ahead | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """The series that findings speak of."""

    index: int  # in the library
    story: SeriesStory
    starters: float  # of the series
    simulated: bool


def rank(scored: Sequence[Scored]) -> tuple[Finding, ...]:
    """Findings, best first."""
    return tuple(item.finding for item in sorted(scored, key=lambda item: -item.score))


def of_moment(spot: Spot, setting: Setting, kind: FindingKind = FindingKind.MOMENT, source: str = "") -> Scored:
    """A place where viewers leave, or stay, more than its position explains."""
    moment, window = spot.moment, spot.window
    episode = spot.episode
    harmful = moment.excess.value > 0
    share, extra = 100 * window.left / max(window.watching, 1.0), 100 * abs(moment.excess.value)
    low, high = sorted(100 * abs(end) for end in (moment.excess.low, moment.excess.high))
    where = f"episode {moment.place.episode}, {clock(moment.place.span)}"
    head = f"{'In ' + moment.market + ', v' if moment.market else 'V'}iewers {'leave' if harmful else 'stay'}"
    head = f"On {source}, {head[0].lower()}{head[1:]}" if source else head
    quote = f" at “{_short(moment.text)}”" if moment.text else ""
    claim = (
        f"{head}{quote} ({where}): {share:.1f} of 100 watching left there, {extra:.1f} "
        f"{'more' if harmful else 'fewer'} than its place in the episode explains [{low:.1f} to {high:.1f}]."
    )
    finding = Finding(
        kind=kind,
        claim=claim,
        action=_moment_action(moment, harmful),
        estimate=moment.excess,
        gain=abs(window.left - window.expected) / max(setting.starters, 1.0) * 1000,
        places=(moment.place,),
        beats=moment.beats,
        characters=_speakers(episode, moment.place.span),
        markets=(moment.market,) if moment.market else (),
        evidence=_sources(episode, moment.place.span),
        simulated=setting.simulated,
    )
    return Scored(finding, _certainty(moment.ratio, moment.q))


def of_effect(
    effect: Effect, candidate: Candidate, reach: Reach, setting: Setting, explains: Sequence[Moment]
) -> Scored:
    """What an element does to leaving in this series."""
    one, harmful = candidate.element, candidate.effect.value > 0
    where = reach.places
    episodes = {place.episode for place in where}
    told = words.of(one)
    head = f"In {effect.market}, {told.name}" if effect.market else told.name[0].upper() + told.name[1:]
    beside = "position explains" if candidate.kind else "position and beats explain"
    claim = (
        f"{head} {told.verb(harmful)} viewers: the odds of leaving are {_times(effect.estimate)} what {beside}, "
        f"over {len(where)} places of {len(episodes)} episodes."
    )
    if candidate.elsewhere is not None:
        claim = f"{claim[:-1]}; elsewhere {np.exp(candidate.elsewhere.value):.2f} times."
    claim += _later(effect)
    if explains:
        worst = max(explains, key=lambda moment: abs(moment.excess.value))
        claim += f" It shows most at “{_short(worst.text)}” (ep {worst.place.episode}, {clock(worst.place.span)})."
    finding = Finding(
        kind=FindingKind.EFFECT,
        claim=claim,
        action=_effect_action(told, effect.market, harmful),
        estimate=_with_e_value(effect),
        gain=_effect_gain(reach, setting, harmful, episodes),
        places=where,
        beats=(candidate.kind,) if candidate.kind else (),
        markets=(effect.market,) if effect.market else (),
        evidence=_beat_sources(setting.story, candidate.kind) if candidate.kind else _first_lines(setting.story, where),
        simulated=setting.simulated,
    )
    return Scored(finding, _certainty(effect.estimate, effect.q))


def _later(effect: Effect) -> str:
    """How many more or fewer are there a little later, of 100 who meet the element."""
    if effect.later is None:
        return ""
    low, value, high = sorted(100 * abs(x) for x in (effect.later.low, effect.later.value, effect.later.high))
    more = "more" if effect.later.value > 0 else "fewer"
    return f" Of 100 who meet it, {value:.1f} {more} are there {LATER_S} s later [{low:.1f} to {high:.1f}]."


def of_ending(effect: Effect, candidate: UnitCandidate, found: Sequence[Transition], setting: Setting) -> Scored:
    """What a way of ending does to starting the next episode, or to paying for it."""
    subject = candidate.element.name
    of_it = np.ones(len(found), dtype=bool) if subject == STRENGTH else of_type(found, subject)
    here = [t for t, ends_so in zip(found, of_it, strict=True) if t.series == setting.index and ends_so]
    harmful = candidate.effect.value < 0
    finding = Finding(
        kind=FindingKind.ENDING,
        claim=_ending_claim(effect, subject, here, harmful=harmful),
        action=_ending_action(subject, candidate.outcome, harmful),
        estimate=_with_e_value(effect),
        gain=_ending_gain(candidate, found, here, setting),
        places=tuple(Place(t.episode.number, t.episode.ending.span) for t in here),
        evidence=tuple(source for t in here for source in t.episode.ending.evidence[:1]),
        simulated=setting.simulated,
    )
    return Scored(finding, _certainty(effect.estimate, effect.q))


def of_unlock(effect: Effect, candidate: UnlockCandidate, setting: Setting) -> Scored:
    """A market that unlocks the first paid episode less than the others."""
    claim = (
        f"In {candidate.market}, {100 * candidate.share:.1f} of 100 viewers who are asked unlock episode "
        f"{candidate.episode}, against {100 * candidate.elsewhere:.1f} elsewhere: odds {_times(effect.estimate)}."
    )
    finding = Finding(
        kind=FindingKind.PAYWALL,
        claim=claim,
        action=f"Try a lower first price, or a later first paid episode, in {candidate.market}.",
        estimate=_with_e_value(effect),
        gain=candidate.asked * abs(candidate.elsewhere - candidate.share) / max(setting.starters, 1.0) * 1000,
        markets=(candidate.market,),
        simulated=setting.simulated,
    )
    return Scored(finding, _certainty(effect.estimate, effect.q))


def of_curve(spot: Spot, dip: Dip, setting: Setting) -> Scored:
    """A dip of a platform's curve; its views stand for the series' starters."""
    own = replace(setting, starters=dip.window.starters, simulated=False)
    return of_moment(spot, own, FindingKind.CURVE, dip.curve.title)


def clock(span: Span) -> str:
    """A span as players show it: ``0:22-0:31``.

    >>> clock(Span(22_000, 91_000))
    '0:22-1:31'
    """
    return "-".join(f"{ms // 60_000}:{ms // 1000 % 60:02d}" for ms in (span.start_ms, span.end_ms))


def _with_e_value(effect: Effect) -> Estimate:
    """The estimate, its method saying what it would take to explain it away."""
    needed = f"E-value {effect.e_value:.2f}, at the interval's end {effect.e_value_limit:.2f}"
    return replace(effect.estimate, method=f"{effect.estimate.method}; {needed}")


def _times(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} times [{estimate.low:.2f} to {estimate.high:.2f}]"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _certainty(odds_ratio: Estimate, q: float) -> float:
    """The share of an effect that its interval guarantees, times 1 - q."""
    value, ends = np.log(odds_ratio.value), (np.log(odds_ratio.low), np.log(odds_ratio.high))
    if value == 0 or ends[0] * ends[1] <= 0:
        return 0.0
    return float(min(abs(end) for end in ends) / abs(value) * (1 - q))


def _moment_action(moment: Moment, harmful: bool) -> str:
    if not harmful:
        return "Keep it, and try bringing it forward: fewer leave while it lasts."
    slow = next((kind for kind in moment.beats if kind in words.SLOW), None)
    if slow:
        return words.SLOW[slow]
    return "Cut or tighten this passage in a second version of the episode, and compare the two."


def _effect_action(told: words.Words, market: str, harmful: bool) -> str:
    action = told.harmful if harmful else told.helpful
    return f"{action[:-1]} in {market}'s version." if market else action


def _effect_gain(reach: Reach, setting: Setting, harmful: bool, episodes: set[int]) -> float:
    """Harmful: all that it loses.  Helpful: what one more in each episode without it would keep."""
    changed = abs(reach.lost) / max(setting.starters, 1.0) * 1000
    if harmful:
        return changed
    return changed / max(len(reach.places), 1) * max(reach.episodes - len(episodes), 1)


def _ending_claim(effect: Effect, subject: str, here: Sequence[Transition], *, harmful: bool) -> str:
    """In words; the odds ratio of strength is that of 1 against 0."""
    pays = effect.outcome == UNLOCK
    does = "who is asked unlocks the next episode" if pays else "a finisher starts the next episode"
    odds = f"the odds that {does} are {_times(effect.estimate)}"
    if subject == STRENGTH:
        head = f"{'Weaker' if harmful else 'Stronger'} endings {'make viewers pay' if pays else 'carry viewers on'}"
        return f"{head}: from weakest to strongest, {odds}."
    numbers = ", ".join(str(t.episode.number) for t in here)
    where = f"episodes {numbers}" if here else "none of this series so far"
    kind = "resolved endings" if subject == EndingType.RESOLVED else f"endings on {subject}"
    verb = "pay" if pays else "go on"
    return f"After {kind} {'fewer' if harmful else 'more'} {verb}: {odds} those after others ({where})."


def _ending_action(subject: str, outcome: str, harmful: bool) -> str:
    before = " before a paid one" if outcome == UNLOCK else ""
    if subject == STRENGTH:
        return f"Ease the endings{before}." if harmful else f"Sharpen the weakest endings{before} first."
    if subject == EndingType.RESOLVED and harmful:
        return f"End a beat sooner{before}, with the question still open."
    return f"Try another button than {subject}{before}." if harmful else f"End more episodes{before} on {subject}."


def _ending_gain(
    candidate: UnitCandidate, found: Sequence[Transition], here: Sequence[Transition], setting: Setting
) -> float:
    """Viewers who would go on (or pay) if the harmful endings were like the others, or the others like the helpful."""
    shift = candidate.effect.value
    ours = [t for t in found if t.series == setting.index]
    changed = here if shift < 0 else [t for t in ours if t not in here]
    step = abs(shift)
    if candidate.element.name == STRENGTH:  # a tenth stronger everywhere
        changed, step = ours, 0.1 * abs(shift)
    gained = sum(t.finishers * (_chance(t.log_odds + step) - _chance(t.log_odds)) for t in changed)
    return float(gained / max(setting.starters, 1.0) * 1000)


def of_episodes(effect: Effect, candidate: UnitCandidate, found: Sequence[Watched], setting: Setting) -> list[Scored]:
    """What a hook does to its opening, or pace to the rest of an episode; none where this series has nothing of it."""
    ours = [watched for watched in found if watched.series == setting.index]
    one, harmful = candidate.element, candidate.effect.value > 0
    here = [watched for watched in ours if _has(one, watched)] if candidate.outcome == OPENING else ours
    changed = here if harmful else [watched for watched in ours if watched not in here]
    if candidate.outcome == OPENING and not changed:
        return []
    told, numbers = words.of(one), ", ".join(str(watched.episode.number) for watched in here[:MOST_EVIDENCE])
    where = f" (here {numbers})" if numbers and candidate.outcome == OPENING else ""
    claim = (
        f"{told.name[0].upper() + told.name[1:]} {told.verb(harmful)} viewers: the odds of leaving "
        f"{'in the first ' + str(OPENING_S) + ' s' if candidate.outcome == OPENING else 'in any second'} are "
        f"{_times(effect.estimate)} those of other episodes{where}, over {candidate.units} episodes compared."
    )
    gained = sum(w.n * abs(_chance(w.level) - _chance(w.level - candidate.effect.value)) for w in changed)
    finding = Finding(
        kind=FindingKind.EFFECT,
        claim=claim,
        action=told.harmful if harmful else told.helpful,
        estimate=_with_e_value(effect),
        gain=float(gained / max(setting.starters, 1.0) * 1000) if candidate.outcome == OPENING else 0.0,
        places=tuple(Place(w.episode.number, Span(0, OPENING_S * 1000)) for w in here) if where else (),
        evidence=tuple(
            w.episode.hook.evidence[0] for w in here if where and w.episode.hook and w.episode.hook.evidence
        ),
        simulated=setting.simulated,
    )
    return [Scored(finding, _certainty(effect.estimate, effect.q))]


def _has(one: Element, watched: Watched) -> bool:
    hook = watched.episode.hook
    if one == LATE:
        return hook is None or hook.at_ms > OPENING_S * 1000 / 3
    return hook is None if one == NO_HOOK else hook is not None and str(hook.type) == one.name


def of_series(effect: Effect, candidate: UnitCandidate, setting: Setting) -> list[Scored]:
    """What an archetype, a trope or a shape does to whole series; told of series that have it.

    Nothing to be won by a change of this series: its gain is none, and it stands last.
    """
    if candidate.element not in across.elements(setting.story):
        return []
    told, harmful = words.of(candidate.element), candidate.effect.value < 0
    completes = candidate.outcome == across.COMPLETION
    what = "the odds that a starter finishes the last episode are" if completes else "what a starter pays is"
    claim = (
        f"Series with {told.name} {'are finished' if completes else 'earn'} {'less' if harmful else 'more'}"
        f"{' often' if completes else ''}: {what} {_times(effect.estimate)} that of the others, over {candidate.among} "
        f"of {candidate.units} series."
    )
    finding = Finding(
        kind=FindingKind.EFFECT,
        claim=claim,
        action=f"Weigh that in the choice of the next series; for {told.name} alone change nothing in this one.",
        estimate=_with_e_value(effect),
        gain=0.0,
        simulated=setting.simulated,
    )
    return [Scored(finding, _certainty(effect.estimate, effect.q))]


def _first_lines(story: SeriesStory, places: Sequence[Place]) -> tuple[Source, ...]:
    """The line under way where each of the first places begins."""
    episodes = {episode.number: episode for episode in story.episodes}
    lines = [episodes[place.episode].line_at(place.span.start_ms) for place in places[:MOST_EVIDENCE]]
    return tuple(dict.fromkeys(line.source for line in lines if line))


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _speakers(episode: EpisodeStory, span: Span) -> tuple[str, ...]:
    spoken = [line.speaker for line in episode.episode.lines() if line.span and line.span.overlap_ms(span) > 0]
    return tuple(dict.fromkeys(name for name in spoken if name))


def _sources(episode: EpisodeStory, span: Span) -> tuple[Source, ...]:
    return tuple(line.source for line in episode.episode.lines() if line.span and line.span.overlap_ms(span) > 0)


def _beat_sources(story: SeriesStory, kind: BeatType) -> tuple[Source, ...]:
    return tuple(
        source
        for episode in story.episodes
        for beat in episode.beats
        if beat.type is kind
        for source in beat.evidence[:1]
    )
