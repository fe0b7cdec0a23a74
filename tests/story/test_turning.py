from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.formats import chinese, fountain
from hookline.model.script import Script
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, SeriesStory, TurningPointType
from hookline.sample import scripts
from hookline.story import analyse
from hookline.story.turning import PULL, WHERE, Moment, place, pulls_of, turning_points_of

T = TurningPointType
QUIET = dict.fromkeys(T, 0.0)


def sample(language: str) -> list[Script]:
    reader = fountain if language == "en" else chinese
    return [reader.read(file.read_text(encoding="utf-8"), file=file.name) for file in scripts(language)]


@pytest.fixture(scope="module", params=["en", "zh"])
def season(request: pytest.FixtureRequest) -> SeriesStory:
    return analyse(sample(request.param), language=request.param)


def even(count: int) -> list[Moment]:
    return [Moment((at + 0.5) / count, QUIET) for at in range(count)]


def test_without_signs_the_places_are_the_published_ones() -> None:
    moments = even(400)
    for placed in place(moments):
        assert moments[placed.moment].position == pytest.approx(WHERE[placed.type][0], abs=0.002)


def test_a_strong_moment_draws_its_turning_point() -> None:
    moments = even(50)
    betrayal = Beat(BeatType.BETRAYAL, Span(0, 1), 1.0, ())
    moments[34] = replace(moments[34], pulls=pulls_of([betrayal], [], tension=0.0, valence=-0.5))
    assert next(p for p in place(moments) if p.type is T.MAJOR_SETBACK).moment == 34


pulls = st.fixed_dictionaries({type: st.floats(0, 1) for type in T})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), pulls), min_size=5, max_size=8))
def test_the_choice_is_the_best_of_all_ordered_ones(drawn: list[tuple[float, dict[T, float]]]) -> None:
    moments = [Moment(at, pulled) for at, pulled in sorted(drawn, key=lambda pair: pair[0])]

    def total(chosen: tuple[int, ...]) -> float:
        return sum(
            -0.5 * ((moments[m].position - WHERE[type][0]) / WHERE[type][1]) ** 2
            - math.log(WHERE[type][1])
            + PULL * moments[m].pulls[type]
            for type, m in zip(T, chosen, strict=True)
        )

    found = place(moments)
    every = list(itertools.combinations(range(len(moments)), 5))
    assert total(tuple(p.moment for p in found)) == pytest.approx(max(map(total, every)))
    weights = [math.exp(total(chosen) - max(map(total, every))) for chosen in every]
    for row, placed in enumerate(found):
        here = moments[placed.moment].position
        near = [w for c, w in zip(every, weights, strict=True) if abs(moments[c[row]].position - here) <= 0.025]
        assert placed.confidence == pytest.approx(sum(near) / sum(weights), abs=1e-3)


def test_more_of_a_beat_says_no_less() -> None:
    one = Beat(BeatType.REVEAL, Span(0, 1), 0.5, ())
    alone = pulls_of([one], [], tension=0.2, valence=0.0)
    beside = pulls_of([one], [one], tension=0.2, valence=0.0)
    both = pulls_of([one, one], [], tension=0.2, valence=0.0)
    assert all(alone[type] <= beside[type] <= both[type] <= 1.0 for type in T)
    assert pulls_of([], [], tension=0.0, valence=-1.0)[T.MAJOR_SETBACK] > 0.0
    assert pulls_of([], [], tension=0.0, valence=1.0)[T.MAJOR_SETBACK] == 0.0


def test_the_sample_turns_where_its_story_does(season: SeriesStory) -> None:
    points = season.turning_points
    assert [point.type for point in points] == list(T)
    assert [point.position for point in points] == sorted(point.position for point in points)
    assert [point.episode for point in points] == [1, 3, 5, 7, 8]
    for point in points:
        story = season.episode(point.episode)
        assert story is not None
        assert set(point.evidence) <= {line.source for line in story.episode.lines()}
        assert 0.0 < point.confidence <= 1.0
        assert point.why


def test_too_short_a_story_does_not_turn(season: SeriesStory) -> None:
    assert turning_points_of(season.episodes[:3]) == ()
    assert turning_points_of(()) == ()
