"""Step 13: moments that pull anew within an episode, and where in the season to ask for money.

A spike is a line at which the pull of the beats that land on it reaches ``SPIKE_FROM``, at least
``APART_MS`` after the one before (of two nearer ones the stronger stays).  The field wants one every
20 to 40 s.

A place for the paywall is the episode after a strong ending:

    score = strength x (0.6 + 0.4 fit) x (1 + 0.25 open) / 1.25

with the ending's strength 0..1, ``fit`` how well the place fits the form (1 where the free part is a
tenth to a fifth of the season, falling off on both sides), and ``open`` 1 when a question is asked
that no later line has settled.  The first and the last episode never are one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from hookline.model.story import Beat, BeatType, EndingType, EpisodeStory, PaywallPlace, Promise, Spike

SPIKE_FROM = 0.45
APART_MS = 8_000
QUIET = (BeatType.EXPOSITION, BeatType.FLASHBACK)

# Where the first paid episode usually stands: sources name 5-8, 8-10 and 10-20 of 80, so the free part is
# 5% to 25%; a tenth to a fifth is where they meet.
USUAL_FROM, USUAL_TO = 0.10, 0.20
FALLS_OFF = 0.12  # share of the season at which fit has fallen to 1/e outside
LEAST_FREE = 2  # nobody pays for a story they don't know
MOST_PLACES = 5
MOMENT = {
    EndingType.REVERSAL: "everything has just turned over",
    EndingType.CRISIS: "somebody is in danger",
    EndingType.INFORMATION: "something has just come out",
    EndingType.SUSPENSE: "something is about to come out",
    EndingType.EMOTION: "a strong feeling is left unspent",
}


def spikes_of(beats: Sequence[Beat]) -> tuple[Spike, ...]:
    """The moments of an episode that pull anew, in order."""
    kept: list[Spike] = []
    for beat in sorted(beats, key=lambda beat: beat.span.start_ms):
        if beat.type in QUIET or beat.intensity < SPIKE_FROM:
            continue
        spike = Spike(beat.span.start_ms, round(beat.intensity, 3), beat.evidence, f"{beat.type.value}: {beat.why}")
        if kept and spike.at_ms - kept[-1].at_ms < APART_MS:
            kept[-1] = max(kept[-1], spike, key=lambda one: one.pull)
        else:
            kept.append(spike)
    return tuple(kept)


def gaps_ms(story: EpisodeStory) -> tuple[int, ...]:
    """The stretches of an episode without a spike: before the first, between two, after the last."""
    edges = [0, *(spike.at_ms for spike in story.spikes), story.duration_ms]
    return tuple(b - a for a, b in pairwise(edges))


def paywall_places(stories: Sequence[EpisodeStory], promises: Sequence[Promise] = ()) -> tuple[PaywallPlace, ...]:
    """Episodes that could be the first to be paid for, best first; none in a season of fewer than four episodes."""
    if len(stories) < LEAST_FREE + 2:
        return ()
    found = sorted(_places(stories, promises), key=lambda place: (-place.score, place.episode))
    return tuple(found[:MOST_PLACES])


def _places(stories: Sequence[EpisodeStory], promises: Sequence[Promise]) -> Iterator[PaywallPlace]:
    for free in range(LEAST_FREE, len(stories) - 1):
        before, paid = stories[free - 1], stories[free]
        ending = before.ending
        if ending.type is EndingType.RESOLVED:
            continue
        fit = _fit(free / len(stories))
        waiting = _waiting(before.number, promises)
        is_open = bool(ending.question) or bool(waiting)
        score = ending.strength * (0.6 + 0.4 * fit) * (1.25 if is_open else 1.0) / 1.25
        yield PaywallPlace(paid.number, round(score, 3), _why(before, fit, waiting), ending.evidence)


def _fit(share: float) -> float:
    away = max(USUAL_FROM - share, share - USUAL_TO, 0.0)
    return math.exp(-away / FALLS_OFF)


def _waiting(episode: int, promises: Sequence[Promise]) -> list[Promise]:
    """The promises that stand open when an episode ends."""
    return [p for p in promises if p.episode <= episode and (p.payoff is None or p.payoff.episode > episode)]


def _why(before: EpisodeStory, fit: float, waiting: Sequence[Promise]) -> str:
    ending = before.ending
    asks = f", and asks: {ending.question.rstrip('.')}" if ending.question else ""
    place = "where the form usually asks for money" if fit >= 0.8 else "away from where the form usually asks for money"
    promised = f"; {len(waiting)} promises stand open" if len(waiting) > 1 else ""
    moment = MOMENT.get(ending.type, "it stays open")
    ends = f"episode {before.number} ends with strength {ending.strength:.2f} on {ending.type.value} ({moment}){asks}"
    return f"{ends}; {place}{promised}"
