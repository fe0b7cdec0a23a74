"""Probability of leaving along an episode, in ticks of a tenth of a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from hookline.model.errors import BadInput
from hookline.model.span import Span
from hookline.model.story import EpisodeStory, SeriesStory
from hookline.simulate.plan import MomentEffect, Plan

Floats = NDArray[np.float64]

TICK_MS = 100


def cumulated(story: EpisodeStory, plan: Plan, market: str, *, offset: float, scenes: Floats) -> Floats:
    """Cumulated rate of leaving at the end of each tick, for a viewer of frailty 1.

    ``offset`` are the episode's and the market's random log-odds, ``scenes`` one a scene.  With
    p(t) the probability of leaving within the second at t, the rate is -log(1 - p(t)) a second.
    """
    at_s = (np.arange(-(-story.duration_ms // TICK_MS)) + 0.5) * TICK_MS / 1000
    log_odds = _baseline(at_s, story.duration_ms / 1000, plan) + offset
    for scene, shift in zip(story.episode.scenes, scenes, strict=True):
        spans = [line.span for line in scene.lines if line.span]
        if spans:
            log_odds += shift * _inside(at_s, [Span(spans[0].start_ms, max(s.end_ms for s in spans))])
    for spans_of_effect, odds_ratio in planted(story, plan, market):
        log_odds += np.log(odds_ratio) * _strength(at_s, spans_of_effect, plan, story.number)
    # -log(1 - p) with p = 1 / (1 + exp(-log_odds)), without cancellation
    return np.cumsum(np.logaddexp(0.0, log_odds)) * TICK_MS / 1000


def planted(story: EpisodeStory, plan: Plan, market: str) -> Iterator[tuple[tuple[Span, ...], float]]:
    """The spans and odds ratios that the plan puts into an episode, for one market."""
    for effect in plan.leaving:
        if not effect.markets or market in effect.markets:
            yield tuple(beat.span for beat in story.beats if beat.type is effect.beat), effect.odds_ratio
    for moment in plan.moments:
        if moment.episode == story.number and (not moment.markets or market in moment.markets):
            yield (span_of(moment, story),), moment.odds_ratio


def span_of(moment: MomentEffect, story: EpisodeStory) -> Span:
    """Where a planted moment lies; ``BadInput`` when its line is not in the episode."""
    if moment.from_s is not None and moment.to_s is not None:
        return Span(round(moment.from_s * 1000), round(moment.to_s * 1000))
    lines = [(line.text, line.span) for line in story.episode.lines() if line.span]
    openings = tuple(text.casefold() for text in moment.line)
    for at, (text, span) in enumerate(lines):
        if text.casefold().startswith(openings):
            return Span(span.start_ms, lines[min(at + moment.lines, len(lines)) - 1][1].end_ms)
    wanted = " or ".join(repr(text) for text in moment.line)
    raise BadInput(f"episode {story.number} has no line that opens with {wanted}", where="[[moment]]")


def check(story: SeriesStory, plan: Plan) -> None:
    """Refuses a plan that plants something where this story has nothing."""
    for moment in plan.moments:
        episode = story.episode(moment.episode)
        if episode is None:
            raise BadInput(f"the story has no episode {moment.episode}", where="[[moment]]")
        if span_of(moment, episode).end_ms > episode.duration_ms:
            seconds = episode.duration_ms / 1000
            raise BadInput(f"episode {moment.episode} is only {seconds:.1f} s long", where="[[moment]]")


def faded(plan: Plan, episode: int) -> float:
    """What is left of every effect by that episode: 1, unless the plan's structure lets effects fade."""
    over = plan.structure.fades_episodes
    return float(np.exp(-(episode - 1) / over)) if over else 1.0


def _strength(at_s: Floats, spans: Iterable[Span], plan: Plan, episode: int) -> Floats:
    """How much of an effect is there in each tick: all of it inside its spans, or less the longer they last."""
    over, strength = plan.structure.fades_s, np.zeros(len(at_s))
    for span in spans:
        own = np.exp(-(at_s - span.start_ms / 1000) / over) if over else np.ones(len(at_s))
        strength = np.maximum(strength, np.where(_inside(at_s, [span]), own, 0.0))
    return strength * faded(plan, episode)


def _baseline(at_s: Floats, length_s: float, plan: Plan) -> Floats:
    base = plan.baseline
    if plan.structure.hazard == "humps":
        return _humps(at_s, length_s, plan)
    chance = base.floor_per_s + base.spike_per_s * np.exp(-at_s / base.spike_s)
    log_odds: Floats = np.log(chance / (1 - chance)) + base.drift * (at_s / length_s)
    return log_odds


def _humps(at_s: Floats, length_s: float, plan: Plan) -> Floats:
    """A plateau, then a power of time (Weibull's hazard), on a floor with two humps."""
    base, share = plan.baseline, at_s / length_s
    humps = 0.4 * np.exp(-(((share - 0.42) / 0.10) ** 2)) + 0.3 * np.exp(-(((share - 0.78) / 0.08) ** 2))
    early = np.minimum(1.0, (at_s / base.spike_s) ** -1.3)
    chance = base.floor_per_s * (1 + humps) + base.spike_per_s * early
    log_odds: Floats = np.log(chance / (1 - chance))
    return log_odds


def _inside(at_s: Floats, spans: Iterable[Span]) -> NDArray[np.bool_]:
    inside = np.zeros(len(at_s), dtype=bool)
    for span in spans:
        inside |= (at_s * 1000 >= span.start_ms) & (at_s * 1000 < span.end_ms)
    return inside
