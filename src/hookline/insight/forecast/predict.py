"""A script's viewers before it has any: every draw of the experience sends an audience through it.

A draw holds one world: what types and endings do, how far the series is from the others, each episode from its
series, each four seconds from the model.  Bands are quantiles over draws, so that they hold what nobody knows yet
(this series' own level above all) and not only what a fit leaves open.  Two drafts are forecast with the same
draws: what they share cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hookline.insight.forecast.experience import DRAWS, Experience, place_of
from hookline.insight.forecast.paying import unlocking
from hookline.insight.forecast.result import Band, EpisodeChange, EpisodeForecast, Forecast, WhatIf
from hookline.insight.grid import Floats
from hookline.insight.hazard import BLOCK_S, SPIKE_S
from hookline.insight.mixed import Posterior
from hookline.insight.plan.going_on import features
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.story import BeatType, EpisodeStory, SeriesStory

LEVEL = 0.9
EARLY = (0.0, 0.25)  # of those who leave an episode, the share who go on all the same: evenly between
METHOD = "1,000 draws of hazard and mixed models over {} series"
WALLS = "1,000 draws of a mixed model over the walls of {} series"
FIELD_WALL = "1,000 draws of the field's priors: no series of the catalogue asks for money, wide on purpose"
FIELD = "1,000 draws of the field's priors: no catalogue, wide on purpose"


def forecast(
    known: Experience, story: SeriesStory, *, market: str = "", first_paid: int | None = None, seed: int = 0
) -> Forecast:
    """What viewers are expected to do with a script.

    Args:
        known: What the catalogue has seen (``experience.learn``).
        story: The timed script; it has no viewers yet, and if it has they are not looked at.
        market: What the catalogue was cut down to, to be named.
        first_paid: The first episode that viewers are asked to pay for; None: as the catalogue's usual series.
        seed: Of the draws that are the script's own.

    Raises:
        BadInput: the first paid episode is not one of the script's, or its first.
        NotEnoughData: the script has no episode.
    """
    return _told(known, story, _drawn(known, story, first_paid, seed), market)


def what_if(
    known: Experience,
    before: SeriesStory,
    after: SeriesStory,
    *,
    market: str = "",
    first_paid: int | None = None,
    seed: int = 0,
) -> WhatIf:
    """What changes from one draft to the next: both forecast with the same luck; see ``forecast``."""
    first, second = (_drawn(known, story, first_paid, seed) for story in (before, after))
    shared = [number for number in first.numbers if number in second.numbers]
    changes = [
        _changed(known, number, first, second) for number in shared if _text(before, number) != _text(after, number)
    ]
    return WhatIf(
        _told(known, before, first, market),
        _told(known, after, second, market),
        tuple(changes),
        _estimate(known, second.reach - first.reach, "share"),
        _estimate(known, second.watched_s - first.watched_s, "seconds"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """A script's audience in every draw."""

    numbers: tuple[int, ...]
    watching: tuple[Floats, ...]  # by episode: draws x (seconds + 1)
    going_on: Floats  # draws x episodes
    reach: Floats  # the last episode, were all free
    watched_s: Floats
    wall: int | None  # in order, of the first paid episode
    asked: Floats  # share of the first episode's starters who come to be asked for it
    unlock: Floats  # share of those


def _drawn(known: Experience, story: SeriesStory, first_paid: int | None, seed: int) -> _Drawn:
    episodes = sorted(story.episodes, key=lambda one: one.number)
    if not episodes:
        raise NotEnoughData("the script holds no episode to forecast", mend="give a script with scenes and lines")
    wall = _wall(known, [one.number for one in episodes], first_paid)
    turned = [_of_new_series(term, episodes, known, [seed, 6, at]) for at, term in enumerate(known.terms)]
    terms = np.einsum("ij,jde->ide", known.turn, np.array(turned))
    watching = tuple(
        _watching(known, episode, [term[:, at] for term in terms], seed) for at, episode in enumerate(episodes)
    )
    going_on = 1 / (1 + np.exp(-_new_endings(known, episodes, seed)))
    early = np.random.default_rng([seed, 8]).uniform(*EARLY, DRAWS)
    reach, watched, asked = np.ones(DRAWS), np.zeros(DRAWS), np.zeros(DRAWS)
    for at, curve in enumerate(watching):
        asked = reach if at == wall else asked
        watched = watched + reach * curve[:, 1:].sum(axis=1)
        if at < len(watching) - 1:
            stay = curve[:, -1]
            reach = reach * (stay * going_on[:, at] + (1 - stay) * early)
    unlock = unlocking(known.walls, episodes[wall - 1], story=known.story, seed=seed) if wall else np.zeros(DRAWS)
    return _Drawn(tuple(one.number for one in episodes), watching, going_on, reach, watched, wall, asked, unlock)


def _wall(known: Experience, numbers: Sequence[int], first_paid: int | None) -> int | None:
    """The place, in order, of the first paid episode: the one named, else the catalogue's usual one if it is there."""
    if first_paid is None:
        usual = known.walls.usual
        return numbers.index(usual) if usual in numbers[1:] else None
    if first_paid not in numbers[1:]:
        raise BadInput(
            f"episode {first_paid} can't be the first paid one",
            mend=f"it is one of the script's, and not its first: {numbers[0]} to {numbers[-1]}",
        )
    return numbers.index(first_paid)


def _of_new_series(term: Posterior, episodes: Sequence[EpisodeStory], known: Experience, seed: list[int]) -> Floats:
    """A term of each episode of a series that nobody saw yet, draws x episodes.

    Every episode's own luck hangs on its number alone, so that two drafts share it.
    """
    series = term.mean + term.sigma * np.random.default_rng(seed).standard_normal(DRAWS)
    design = np.array([place_of(one, story=known.story) for one in episodes])
    luck = np.column_stack([np.random.default_rng([*seed, one.number]).standard_normal(DRAWS) for one in episodes])
    drawn: Floats = series[:, None] + term.effects @ design.T + term.tau[:, None] * luck
    return drawn


def _new_endings(known: Experience, episodes: Sequence[EpisodeStory], seed: int) -> Floats:
    told, rng = known.endings, np.random.default_rng([seed, 7])
    series = told.mean + told.sigma * rng.standard_normal(DRAWS)
    luck = np.column_stack([np.random.default_rng([seed, 7, e.number]).standard_normal(DRAWS) for e in episodes])
    shift = told.effects @ features([one.ending for one in episodes]).T if known.story else 0.0
    drawn: Floats = series[:, None] + shift + told.tau[:, None] * luck
    return drawn


def _watching(known: Experience, episode: EpisodeStory, own: Sequence[Floats], seed: int) -> Floats:
    """The share still watching at the start of each second and at the end, draws x (seconds + 1)."""
    seconds, length_s = episode.seconds, episode.duration_ms / 1000
    at = np.arange(seconds, dtype=np.float64) + 0.5
    level, slope, spike = own
    log_odds = known.position(at, length_s) + level[:, None]
    log_odds = log_odds + np.outer(slope, at / length_s - 0.5) + np.outer(spike, np.exp(-at / SPIKE_S))
    for kind, effect in known.types.items():
        under = _under(episode, kind, seconds)
        if under.any():
            log_odds = log_odds + np.outer(effect, under)
    luck = np.random.default_rng([seed, 9, episode.number]).standard_normal((DRAWS, -(-seconds // BLOCK_S)))
    log_odds = log_odds + known.blocks * luck.repeat(BLOCK_S, axis=1)[:, :seconds]
    staying = np.cumprod(1 / (1 + np.exp(log_odds)), axis=1)
    return np.column_stack([np.ones(DRAWS), staying]).astype(np.float64)


def _under(episode: EpisodeStory, kind: BeatType, seconds: int) -> Floats:
    """The share of each second that lies under beats of a type."""
    covered = np.zeros(seconds)
    for beat in episode.beats:
        if beat.type is kind:
            for second in beat.span.seconds():
                if second < seconds:
                    inside = min(beat.span.end_ms, (second + 1) * 1000) - max(beat.span.start_ms, second * 1000)
                    covered[second] += inside / 1000
    return np.minimum(covered, 1.0)


def _told(known: Experience, story: SeriesStory, drawn: _Drawn, market: str) -> Forecast:
    last = len(drawn.numbers) - 1
    basis = (
        f"{known.series} series of your own with {known.views:,.0f} views"
        if known.series
        else "the field's priors alone: no series with viewers is in the library, so the bands are wide"
    )
    return Forecast(
        story.title,
        market,
        basis,
        known.series,
        tuple(
            EpisodeForecast(
                number,
                _band(curve),
                _estimate(known, curve[:, -1], "share"),
                None if at == last else _estimate(known, drawn.going_on[:, at], "share of finishers"),
                _of_asked(known, drawn.unlock) if at == drawn.wall else None,
            )
            for at, (number, curve) in enumerate(zip(drawn.numbers, drawn.watching, strict=True))
        ),
        _estimate(known, drawn.reach, "share"),
        _estimate(known, drawn.watched_s, "seconds"),
        None if drawn.wall is None else drawn.numbers[drawn.wall],
        None if drawn.wall is None else _estimate(known, drawn.asked, "share"),
        None if drawn.wall is None else _of_asked(known, drawn.asked * drawn.unlock, "share"),
    )


def _of_asked(known: Experience, draws: Floats, unit: str = "share of the asked") -> Estimate:
    """An estimate that rests on the catalogue's walls."""
    told = _estimate(known, draws, unit)
    if not known.walls.series:
        return replace(told, n=0, method=FIELD_WALL, grade=Grade.PRIOR)
    return replace(told, n=known.walls.asked, method=WALLS.format(known.walls.series))


def _band(curve: Floats) -> Band:
    low, high = np.quantile(curve, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    mean, least, most = (tuple(np.round(row, 5).tolist()) for row in (curve.mean(axis=0), low, high))
    return Band(mean, least, most, LEVEL)


def _changed(known: Experience, number: int, first: _Drawn, second: _Drawn) -> EpisodeChange:
    here, there = first.numbers.index(number), second.numbers.index(number)
    ends = here == len(first.numbers) - 1 or there == len(second.numbers) - 1
    going = None if ends else second.going_on[:, there] - first.going_on[:, here]
    walled = first.wall == here + 1 and second.wall == there + 1
    return EpisodeChange(
        number,
        _estimate(known, second.watching[there][:, -1] - first.watching[here][:, -1], "share"),
        None if going is None else _estimate(known, going, "share of finishers"),
        _of_asked(known, second.unlock - first.unlock) if walled else None,
    )


def _text(story: SeriesStory, number: int) -> list[str]:
    episode = story.episode(number)
    return [f"{line.speaker}: {line.text}" for line in episode.episode.lines()] if episode else []


def _estimate(known: Experience, draws: Floats, unit: str) -> Estimate:
    low, high = (float(x) for x in np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    method = METHOD.format(known.series) if known.series else FIELD
    grade = Grade.ACROSS if known.series else Grade.PRIOR
    value = min(max(float(draws.mean()), low), high)
    return Estimate(value, low, high, int(known.views), method, grade, unit, LEVEL)
