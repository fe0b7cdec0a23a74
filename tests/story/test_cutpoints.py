"""Where episodes could end."""

from __future__ import annotations

import pytest
from bench.sample_beats import season

from hookline.model.story import EndingType, SeriesStory
from hookline.story.cutpoints import cut_points


@pytest.mark.parametrize("language", ["en", "zh"])
def test_todays_ends_are_among_them_with_their_own_endings(language: str) -> None:
    story = season(language)
    ends = {p.episode: p for p in cut_points(story) if p.at_ms == _length(story, p.episode)}
    assert sorted(ends) == [one.number for one in story.episodes]
    assert all(ends[one.number].ending == one.ending for one in story.episodes)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_place_lies_inside_a_line(language: str) -> None:
    story = season(language)
    for point in cut_points(story):
        episode = story.episode(point.episode)
        assert episode is not None
        inside = [
            line
            for line in episode.episode.lines()
            if line.span and line.span.start_ms < point.at_ms < line.span.end_ms
        ]
        assert not inside, (point, inside)


def test_endings_differ_along_an_episode() -> None:
    points = cut_points(season("en"))
    kinds = {point.ending.type for point in points}
    assert {EndingType.SUSPENSE, EndingType.CRISIS, EndingType.INFORMATION} <= kinds
    strengths = [point.ending.strength for point in points]
    assert min(strengths) < 0.2
    assert max(strengths) > 0.8


def test_an_end_that_stands_is_heard_alike_as_a_place_between() -> None:
    """The last place before an episode's end lies after the same lines but the last: mostly heard alike."""
    story = season("en")
    strengths: dict[int, list[float]] = {}
    for point in cut_points(story):
        strengths.setdefault(point.episode, []).append(point.ending.strength)
    near = [abs(found[-1] - found[-2]) < 0.5 for found in strengths.values()]
    assert sum(near) >= len(near) - 2


def test_an_empty_season_has_none() -> None:
    assert cut_points(SeriesStory("Nothing", "en", ())) == ()


def _length(story: SeriesStory, number: int) -> int:
    episode = story.episode(number)
    assert episode is not None
    return episode.duration_ms
