from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.model.script import Episode
from hookline.model.span import Span
from hookline.model.story import (
    Ending,
    EndingType,
    EpisodeStory,
    SegmentType,
    Timing,
    TurningPoint,
    TurningPointType,
)
from hookline.story.segments import LEAST_EPISODES, boundaries, segments_of


def stories(levels: list[float], *, first: int = 1) -> list[EpisodeStory]:
    ending = Ending(EndingType.SUSPENSE, 0.5, Span(0, 0), ())
    return [
        EpisodeStory(Episode(number, ()), 60_000, Timing.READING, (), (level,) * 60, ending)
        for number, level in enumerate(levels, start=first)
    ]


def test_a_flat_season_is_cut_at_the_fields_shares() -> None:
    assert boundaries([0.3] * 100) == (15, 45, 80)


def test_boundaries_follow_the_tension() -> None:
    assert boundaries([0.2] * 12 + [0.35] * 28 + [0.5] * 45 + [0.7] * 15) == (12, 40, 85)


def test_a_turning_point_draws_a_boundary() -> None:
    assert boundaries([0.3] * 100, [46])[1] == 46


def test_segments_hold_every_episode_once_and_their_mean() -> None:
    season = stories([0.2] * 15 + [0.3] * 30 + [0.5] * 35 + [0.7] * 20, first=3)
    found = segments_of(season)
    assert [segment.type for segment in found] == list(SegmentType)
    assert [(s.first_episode, s.last_episode) for s in found] == [(3, 17), (18, 47), (48, 82), (83, 102)]
    assert [s.tension for s in found] == [0.2, 0.3, 0.5, 0.7]


def test_a_short_series_has_no_segments() -> None:
    assert segments_of(stories([0.3] * (LEAST_EPISODES - 1))) == ()
    assert len(segments_of(stories([0.3] * LEAST_EPISODES))) == 4


def test_why_names_the_turn() -> None:
    turn = TurningPoint(TurningPointType.CLIMAX, 17, Span(0, 1), 0.8, 0.5, ())
    assert "where the story turns" in segments_of(stories([0.3] * 20), [turn])[3].why


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=60), st.lists(st.integers(0, 59), max_size=5))
def test_every_stretch_holds_an_episode(levels: list[float], turns: list[int]) -> None:
    edges = [0, *boundaries(levels, turns), len(levels)]
    assert all(before < after for before, after in pairwise(edges))
