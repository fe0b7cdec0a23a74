"""Step 8: where the plot of a season turns: the five turning points of TRIPOD.

Papalampidi, Keller and Lapata ("Movie Plot Analysis via Turning Point Identification", EMNLP 2019) name five
and measure where films have them.  Nothing is learnt here; every beat of the season may be the moment of
a turning point, and the five are the ordered choice of moments m_1 < ... < m_5 that maximises

    sum over k of  -((p - mean_k) / sd_k)^2 / 2  -  log sd_k  +  PULL x pull_k(m)

with p the moment's place in the story (0..1), mean and sd the paper's (``WHERE``), and the pull of a moment

    pull_k = 1 - product (1 - says_k(beat) x intensity x nearness)

over the beats of its scene: nearness is 1 for its own and ``BESIDE`` for the others; ``SAYS`` tells what each type
of beat says for a turning point.  For the setback a dark mood, for the climax tension counts like one more
beat.  The best choice is found by dynamic programming over moments in order.

Confidence is the share of all ordered choices, each weighing exp(its sum), that put the turning point
within ``NEAR`` of the story's length of the place named (forward and backward sums over the same table).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from hookline.model.story import Beat, BeatType, EpisodeStory, TurningPoint, TurningPointType

B, T = BeatType, TurningPointType

# Mean and standard deviation of the place in a film's synopsis: Papalampidi et al. 2019, table of the
# expected positions.  Wide enough for a season; a season's own figures are not known.
WHERE = {
    T.OPPORTUNITY: (0.1139, 0.0672),
    T.CHANGE_OF_PLANS: (0.3186, 0.1126),
    T.POINT_OF_NO_RETURN: (0.5065, 0.1215),
    T.MAJOR_SETBACK: (0.7415, 0.0840),
    T.CLIMAX: (0.8943, 0.0474),
}
# What a beat says for a turning point, 0..1: our reading of the paper's definitions.
SAYS: dict[TurningPointType, dict[BeatType, float]] = {
    T.OPPORTUNITY: {B.INCITING: 0.9, B.DISCOVERY: 0.5, B.REVEAL: 0.5, B.DECISION: 0.4, B.HUMILIATION: 0.3},
    T.CHANGE_OF_PLANS: {B.DECISION: 0.8, B.DISCOVERY: 0.5, B.REVEAL: 0.5, B.REVERSAL: 0.5, B.DECLARATION: 0.3},
    T.POINT_OF_NO_RETURN: {B.REVEAL: 0.7, B.REVERSAL: 0.6, B.COMEBACK: 0.6, B.DECISION: 0.6, B.DECLARATION: 0.4},
    T.MAJOR_SETBACK: {B.BETRAYAL: 0.9, B.REVERSAL: 0.6, B.THREAT: 0.5, B.HUMILIATION: 0.5, B.REVEAL: 0.4},
    T.CLIMAX: {B.PAYOFF: 0.8, B.COMEBACK: 0.7, B.CONFRONTATION: 0.7, B.REVEAL: 0.6, B.REVERSAL: 0.6, B.THREAT: 0.4},
}
MEANS = {
    T.OPPORTUNITY: "the chance or the trouble that opens the story",
    T.CHANGE_OF_PLANS: "the goal of the story is set",
    T.POINT_OF_NO_RETURN: "from here there is no way back",
    T.MAJOR_SETBACK: "everything falls apart",
    T.CLIMAX: "the main conflict comes to its head",
}
PULL = 2.0
BESIDE = 0.4
DARK = 0.5  # what full gloom says for the setback
TENSE = 0.5  # what full tension says for the climax
NEAR = 0.025
LEAST_EPISODES = 4
LEAST_MOMENTS = 15


@dataclass(frozen=True, slots=True)
class Moment:
    """A place where the story may turn."""

    position: float  # of the whole story, 0..1
    pulls: Mapping[TurningPointType, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """Which moment a turning point is."""

    type: TurningPointType
    moment: int
    confidence: float


def turning_points_of(stories: Sequence[EpisodeStory]) -> tuple[TurningPoint, ...]:
    """The five turning points in order; none where the story is too short to have them.

    Too short: fewer than ``LEAST_EPISODES`` episodes, or ``LEAST_MOMENTS`` beats that turn anything.
    """
    found = list(_beats(stories))
    if len(stories) < LEAST_EPISODES or len(found) < LEAST_MOMENTS:
        return ()
    placed = place([moment for moment, _, _ in found])
    return tuple(_told(one, *found[one.moment]) for one in placed)


def pulls_of(
    own: Sequence[Beat], beside: Sequence[Beat], *, tension: float, valence: float
) -> dict[TurningPointType, float]:
    """How much a moment's beats, tension and mood say for each turning point, 0..1."""
    heard = [(beat, 1.0) for beat in own] + [(beat, BESIDE) for beat in beside]
    extra = {T.MAJOR_SETBACK: DARK * max(0.0, -valence), T.CLIMAX: TENSE * tension}
    return {
        type: 1.0
        - (1.0 - extra.get(type, 0.0))
        * math.prod(1.0 - says.get(beat.type, 0.0) * beat.intensity * near for beat, near in heard)
        for type, says in SAYS.items()
    }


def place(moments: Sequence[Moment]) -> tuple[Placed, ...]:
    """The best ordered choice of moments for the five turning points, with the confidence of each.

    Args:
        moments: in order of position, at least five.
    """
    scores = [[_score(type, moment) for moment in moments] for type in T]
    chosen = _best(scores)
    near = _marginals(scores)
    return tuple(
        Placed(type, index, _about(moments, index, near[row]))
        for row, (type, index) in enumerate(zip(T, chosen, strict=True))
    )


def _score(type: TurningPointType, moment: Moment) -> float:
    mean, deviation = WHERE[type]
    far = (moment.position - mean) / deviation
    return -0.5 * far * far - math.log(deviation) + PULL * moment.pulls[type]


def _best(scores: Sequence[Sequence[float]]) -> list[int]:
    """Indices m_1 < ... < m_k with the greatest sum, of equals the earliest."""
    count = len(scores[0])
    back: list[list[int]] = []
    sums = list(scores[0])
    for row in scores[1:]:
        leaders: list[int] = []  # of the sums before each index
        best = 0
        for index in range(count):
            leaders.append(best)
            if sums[index] > sums[best]:
                best = index
        sums = [-math.inf if index == 0 else sums[leaders[index]] + row[index] for index in range(count)]
        back.append(leaders)
    chosen = [max(range(count), key=sums.__getitem__)]
    for leaders in reversed(back):
        chosen.append(leaders[chosen[-1]])
    return chosen[::-1]


def _marginals(scores: Sequence[Sequence[float]]) -> list[list[float]]:
    """For each turning point the share of all ordered choices, weighed, that put it at each index."""
    weights = [[math.exp(score - max(row)) for score in row] for row in scores]
    before = _running(weights)
    after = [row[::-1] for row in _running([row[::-1] for row in weights[::-1]])][::-1]
    result = []
    for row, first, last in zip(weights, before, after, strict=True):
        joint = [w * a * b for w, a, b in zip(row, first, last, strict=True)]
        total = sum(joint)
        result.append([value / total if total else 0.0 for value in joint])
    return result


def _running(weights: Sequence[Sequence[float]]) -> list[list[float]]:
    """For each row and index the summed weight of all ordered choices in the rows above, before the index."""
    sums = [[1.0] * len(weights[0])]
    for row in weights[:-1]:
        reached = [w * s for w, s in zip(row, sums[-1], strict=True)]
        sums.append([0.0, *accumulate(reached)][:-1])
    return sums


def _about(moments: Sequence[Moment], index: int, shares: Sequence[float]) -> float:
    here = moments[index].position
    near = sum(share for moment, share in zip(moments, shares, strict=True) if abs(moment.position - here) <= NEAR)
    return round(min(1.0, near), 4)


# ------------------------------------------------------------------ a season's moments

_Found = tuple[Moment, EpisodeStory, Beat]


def _beats(stories: Sequence[EpisodeStory]) -> Iterator[_Found]:
    total_ms = sum(story.duration_ms for story in stories) or 1
    began_ms = 0
    for story in stories:
        turning = [beat for beat in story.beats if any(beat.type in says for says in SAYS.values())]
        scene_of = _scenes(story)
        for beat in turning:
            scene = scene_of.get(beat.evidence[0])
            beside = [b for b in turning if b is not beat and scene_of.get(b.evidence[0]) == scene]
            pulls = pulls_of([beat], beside, tension=_at(story.tension, beat), valence=_at(story.valence, beat))
            yield Moment((began_ms + beat.span.start_ms) / total_ms, pulls), story, beat
        began_ms += story.duration_ms


def _scenes(story: EpisodeStory) -> dict[object, int]:
    return {line.source: number for number, scene in enumerate(story.episode.scenes) for line in scene.lines}


def _at(curve: Sequence[float], beat: Beat) -> float:
    """The mean of a curve over a beat; 0 where there is no curve."""
    values = [curve[second] for second in beat.span.seconds() if second < len(curve)]
    return sum(values) / len(values) if values else 0.0


def _told(placed: Placed, moment: Moment, story: EpisodeStory, beat: Beat) -> TurningPoint:
    mean, _ = WHERE[placed.type]
    return TurningPoint(
        type=placed.type,
        episode=story.number,
        span=beat.span,
        position=round(moment.position, 4),
        confidence=placed.confidence,
        evidence=beat.evidence,
        why=f"{MEANS[placed.type]}: {beat.why} ({beat.type.value} at {moment.position:.0%}; usual {mean:.0%})",
    )
