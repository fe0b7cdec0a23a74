"""Forecasts: bands that hold what happens, wide where nothing is known, and edits judged with the same luck."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from bench.forecasts import catalogue, crps, judged, left_out

from hookline.insight.forecast import forecast, learn, what_if
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Grade
from hookline.model.story import BeatType, EndingType, EpisodeStory, SeriesStory

LIBRARY = catalogue(1, series=8, episodes=8, count=2_500)


def test_the_score_is_that_of_a_normal_forecast() -> None:
    """CRPS of N(0, 1) at y: y (2 F(y) - 1) + 2 f(y) - 1 / sqrt(pi) (Gneiting and Raftery 2007, eq. 21)."""
    from scipy.stats import norm

    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    for y in (0.0, 0.7, -2.0):
        exact = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
        assert crps(draws, y) == pytest.approx(exact, abs=1e-3)


def test_left_out_series_lie_in_their_bands_and_the_story_helps() -> None:
    full, plain = left_out(LIBRARY, story=True), left_out(LIBRARY, story=False)
    held = np.mean([one.low <= one.happened <= one.high for one in full])
    assert 0.82 <= held <= 0.99
    score, bare = (np.mean([one.crps for one in found]) for found in (full, plain))
    assert score < bare


def test_without_a_catalogue_the_bands_are_wider_and_say_why() -> None:
    known, nothing = learn(LIBRARY), learn([])
    here, field = forecast(known, LIBRARY[0].story), forecast(nothing, LIBRARY[0].story)
    assert "priors alone" in field.basis
    assert field.episodes[0].completion.grade is Grade.PRIOR
    assert here.episodes[0].completion.grade is Grade.ACROSS
    for mine, wide in zip(here.episodes, field.episodes, strict=True):
        assert wide.completion.high - wide.completion.low > mine.completion.high - mine.completion.low
    wide_bands = [one for data in LIBRARY for one in judged(nothing, data)]
    assert np.mean([one.low <= one.happened <= one.high for one in wide_bands]) > 0.9


def test_curves_fall_and_begin_with_everybody() -> None:
    told = forecast(learn(LIBRARY), LIBRARY[0].story)
    for one in told.episodes:
        for curve in (one.watching.low, one.watching.mean, one.watching.high):
            assert curve[0] == 1.0
            assert all(later <= before for before, later in pairwise(curve))
    assert told.episodes[-1].continuation is None
    assert told.reach.low <= told.reach.value <= told.reach.high


def test_the_same_draft_twice_changes_nothing() -> None:
    told = what_if(learn(LIBRARY), LIBRARY[0].story, LIBRARY[0].story)
    assert told.episodes == ()
    assert told.reach.value == told.watched_s.value == 0


def test_an_edit_moves_what_it_should() -> None:
    """A dull passage cut and a resolved ending opened: more stay, more go on, and the interval knows the sign."""
    story = LIBRARY[0].story
    number = next(e.number for e in story.episodes if e.ending.type is EndingType.RESOLVED)
    known = learn(LIBRARY)
    edited = replace(story, episodes=tuple(_edited(one) if one.number == number else one for one in story.episodes))
    told = what_if(known, story, edited)
    (change,) = told.episodes
    assert change.episode == number
    assert change.continuation is not None
    assert change.continuation.low > 0
    assert told.reach.value > 0


def _edited(one: EpisodeStory) -> EpisodeStory:
    scene = one.episode.scenes[0]
    line = replace(scene.lines[0], text="Cut.")
    scenes = (replace(scene, lines=(line, *scene.lines[1:])), *one.episode.scenes[1:])
    return replace(
        one,
        episode=replace(one.episode, scenes=scenes),
        beats=tuple(beat for beat in one.beats if beat.type is not BeatType.EXPOSITION),
        ending=replace(one.ending, type=EndingType.CRISIS),
    )


def test_who_is_asked_and_pays_is_told_of_the_first_paid_episode() -> None:
    known = learn(LIBRARY)
    assert known.walls.series == len(LIBRARY)
    told = forecast(known, LIBRARY[0].story, first_paid=6)
    unlock = {one.episode: one.unlock for one in told.episodes if one.unlock}
    assert list(unlock) == [6]
    assert told.asked
    assert told.payers
    assert unlock[6].n == known.walls.asked > 0
    assert told.payers.value == pytest.approx(told.asked.value * unlock[6].value, rel=0.05)
    assert forecast(known, LIBRARY[0].story).first_paid == known.walls.usual
    with pytest.raises(BadInput, match="episode 1 can't be the first paid one"):
        forecast(known, LIBRARY[0].story, first_paid=1)


def test_without_walls_the_price_of_a_script_is_the_field_s_guess() -> None:
    nothing = learn([])
    here = forecast(learn(LIBRARY), LIBRARY[0].story, first_paid=6).payers
    told = forecast(nothing, LIBRARY[0].story, first_paid=6)
    assert forecast(nothing, LIBRARY[0].story).first_paid is None
    (unlock,) = [one.unlock for one in told.episodes if one.unlock]
    assert unlock.grade is Grade.PRIOR
    assert "no series of the catalogue asks for money" in unlock.method
    assert here
    assert told.payers
    assert told.payers.high - told.payers.low > here.high - here.low


def test_a_script_without_episodes_is_refused() -> None:
    with pytest.raises(NotEnoughData, match="no episode"):
        forecast(learn([]), SeriesStory("Nothing", "en", ()))
