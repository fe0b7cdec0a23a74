"""What was found, in a writer's words: one claim, its estimate, one thing to do.

Findings are ranked by ``gain * certainty``: ``gain`` is how many viewers of 1,000 starters of the
series acting would keep; ``certainty`` is the share of the effect that its interval guarantees
(the end nearest to none over the estimate, in log odds) times 1 - q.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hookline.insight.curves import Dip
from hookline.insight.effects import Candidate
from hookline.insight.endings import STRENGTH, EndingCandidate, Transition, UnlockCandidate, of_type
from hookline.insight.moments import Spot
from hookline.insight.result import Effect, Moment
from hookline.model.estimate import Estimate, Finding, FindingKind, Place
from hookline.model.script import Source
from hookline.model.span import Span
from hookline.model.story import BeatType, EndingType, EpisodeStory, SeriesStory

HARMFUL_ACTION = {
    BeatType.EXPOSITION: "Tell it in half the lines, or inside a quarrel; show in a second cut whether it helps.",
    BeatType.FLASHBACK: "Shorten the flashbacks, or open them on their strongest image.",
    BeatType.CONFRONTATION: "Enter the quarrels later and leave them sooner.",
    BeatType.DECLARATION: "Cut the declarations to their one line that matters.",
}
HELPFUL_ACTION = {
    BeatType.CLIFFHANGER: "Set it up earlier, so that more viewers are still there to see it.",
    BeatType.HOOK: "Open more episodes with one.",
}
NAMES = {
    BeatType.EXPOSITION: "exposition",
    BeatType.INCITING: "inciting incidents",
    BeatType.DISCOVERY: "discoveries",
    BeatType.NEAR_MISS: "near misses",
    BeatType.BETRAYAL: "betrayals",
    BeatType.HUMILIATION: "humiliation",
}
SINGULAR = (BeatType.EXPOSITION, BeatType.HUMILIATION)


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
    """How far a type's effect goes in one series."""

    places: tuple[Place, ...]
    lost: float  # viewers that leave under its beats beyond those who would without it; below 0: stay
    episodes: int  # of the series that anybody watched


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
    """What a type of beat does to leaving in this series."""
    kind, harmful = candidate.kind, candidate.effect.value > 0
    where = reach.places
    episodes = {place.episode for place in where}
    name, verb = NAMES.get(kind, f"{kind}s"), "lose" if harmful else "hold"
    verb = f"{verb}s" if kind in SINGULAR else verb
    head = f"In {effect.market}, {name}" if effect.market else name[0].upper() + name[1:]
    claim = (
        f"{head} {verb} viewers: the odds of leaving are {_times(effect.estimate)} what position explains, "
        f"over {len(where)} places of {len(episodes)} episodes."
    )
    if candidate.elsewhere is not None:
        claim = f"{claim[:-1]}; elsewhere {np.exp(candidate.elsewhere.value):.2f} times."
    if explains:
        worst = max(explains, key=lambda moment: abs(moment.excess.value))
        claim += f" It shows most at “{_short(worst.text)}” (ep {worst.place.episode}, {clock(worst.place.span)})."
    finding = Finding(
        kind=FindingKind.EFFECT,
        claim=claim,
        action=_effect_action(kind, name, effect.market, harmful),
        estimate=_with_e_value(effect),
        gain=_effect_gain(reach, setting, harmful, episodes),
        places=where,
        beats=(kind,),
        markets=(effect.market,) if effect.market else (),
        evidence=_beat_sources(setting.story, kind),
        simulated=setting.simulated,
    )
    return Scored(finding, _certainty(effect.estimate, effect.q))


def of_ending(effect: Effect, candidate: EndingCandidate, found: Sequence[Transition], setting: Setting) -> Scored:
    """What a way of ending does to starting the next episode."""
    of_it = np.ones(len(found), dtype=bool) if candidate.subject == STRENGTH else of_type(found, candidate.subject)
    here = [t for t, ends_so in zip(found, of_it, strict=True) if t.series == setting.index and ends_so]
    harmful = candidate.effect.value < 0
    finding = Finding(
        kind=FindingKind.ENDING,
        claim=_ending_claim(effect, candidate.subject, here, harmful=harmful),
        action=_ending_action(candidate.subject, harmful),
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
    slow = next((kind for kind in moment.beats if kind in HARMFUL_ACTION), None)
    if slow:
        return HARMFUL_ACTION[slow]
    return "Cut or tighten this passage in a second version of the episode, and compare the two."


def _effect_action(kind: BeatType, name: str, market: str, harmful: bool) -> str:
    inside = f" in {market}'s version" if market else ""
    if harmful:
        fewer = f"less {name}, or make it shorter" if kind in SINGULAR else f"fewer {name}, or make them shorter"
        action = HARMFUL_ACTION.get(kind, f"Use {fewer}.")
    else:
        action = HELPFUL_ACTION.get(kind, f"Write more {name}, and earlier.")
    return f"{action[:-1]}{inside}." if inside else action


def _effect_gain(reach: Reach, setting: Setting, harmful: bool, episodes: set[int]) -> float:
    """Harmful: all that it loses.  Helpful: what one more in each episode without it would keep."""
    changed = abs(reach.lost) / max(setting.starters, 1.0) * 1000
    if harmful:
        return changed
    return changed / max(len(reach.places), 1) * max(reach.episodes - len(episodes), 1)


def _ending_claim(effect: Effect, subject: str, here: Sequence[Transition], *, harmful: bool) -> str:
    """In words; the odds ratio of strength is that of 1 against 0."""
    odds = f"the odds that a finisher starts the next episode are {_times(effect.estimate)}"
    if subject == STRENGTH:
        return f"{'Weaker' if harmful else 'Stronger'} endings carry viewers on: from weakest to strongest, {odds}."
    numbers = ", ".join(str(t.episode.number) for t in here)
    where = f"episodes {numbers}" if here else "none of this series so far"
    kind = "resolved endings" if subject == EndingType.RESOLVED else f"endings on {subject}"
    return f"After {kind} {'fewer' if harmful else 'more'} go on: {odds} those after others ({where})."


def _ending_action(subject: str, harmful: bool) -> str:
    if subject == STRENGTH:
        return "Ease the endings." if harmful else "Sharpen the weakest endings first."
    if subject == EndingType.RESOLVED and harmful:
        return "End a beat sooner, with the question still open."
    return f"Try another button than {subject}." if harmful else f"End more episodes on {subject}."


def _ending_gain(
    candidate: EndingCandidate, found: Sequence[Transition], here: Sequence[Transition], setting: Setting
) -> float:
    """Viewers who would go on if the harmful endings were like the others, or the others like the helpful."""
    shift = candidate.effect.value
    ours = [t for t in found if t.series == setting.index]
    changed = here if shift < 0 else [t for t in ours if t not in here]
    step = abs(shift)
    if candidate.subject == STRENGTH:  # a tenth stronger everywhere
        changed, step = ours, 0.1 * abs(shift)
    gained = sum(t.finishers * (_chance(t.log_odds + step) - _chance(t.log_odds)) for t in changed)
    return float(gained / max(setting.starters, 1.0) * 1000)


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
