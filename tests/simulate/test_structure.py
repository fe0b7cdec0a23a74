"""The second simulator: other shapes of hazard and frailty, effects that fade, endings that change paying."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench.worlds import made_up_story, step_counts

from hookline.model.errors import BadInput
from hookline.model.story import BeatType, EndingType
from hookline.simulate import Plan, viewers
from hookline.simulate.hazard import TICK_MS, cumulated
from hookline.simulate.plan import STRUCTURES, EndingEffect, LeavingEffect, Structure
from hookline.simulate.world import _log_frailties

STORY = made_up_story(1, episodes=12)


@pytest.mark.parametrize("frailty", ["normal", "gamma", "two-class"])
def test_frailties_of_every_kind_have_the_same_mean_and_variance(frailty: str) -> None:
    plan = replace(Plan.null(), structure=Structure(frailty=frailty))
    z = np.exp(_log_frailties(plan, 400_000, np.random.default_rng(1)))
    assert z.mean() == pytest.approx(1, abs=0.01)
    assert z.var() == pytest.approx(np.expm1(0.25), rel=0.03)


def log_ratios(plan: Plan, number: int) -> np.ndarray:
    """What is planted in each tick of an episode, in log odds."""
    episode = STORY.episode(number)
    assert episode is not None
    quiet = np.zeros(len(episode.episode.scenes))
    rates = [
        np.diff(cumulated(episode, one, "US", offset=0.0, scenes=quiet), prepend=0) / TICK_MS * 1000
        for one in (plan, plan.without_effects())
    ]
    return np.log(np.expm1(rates[0])) - np.log(np.expm1(rates[1]))


def test_an_effect_fades_over_its_seconds_and_over_the_season() -> None:
    steady = replace(Plan.null(), leaving=(LeavingEffect(BeatType.EXPOSITION, 2.0),))
    fading = replace(steady, structure=Structure(fades_s=4.0, fades_episodes=10.0))
    seen = [
        (number, beat.span)
        for number in range(1, 13)
        for beat in (STORY.episode(number) or STORY.episodes[0]).beats
        if beat.type is BeatType.EXPOSITION
    ]
    assert len(seen) > 2
    for number, span in seen:
        first, last = -(-span.start_ms // TICK_MS), span.end_ms // TICK_MS - 1
        assert log_ratios(steady, number)[first : last + 1] == pytest.approx(np.log(2))
        for tick in (first, last):
            since = ((tick + 0.5) * TICK_MS - span.start_ms) / 1000
            left = np.exp(-since / 4 - (number - 1) / 10)
            assert log_ratios(fading, number)[tick] == pytest.approx(np.log(2) * left, abs=1e-9)


def test_humps_are_where_they_are_said_to_be() -> None:
    episode = STORY.episodes[0]
    curve = cumulated(
        episode, Plan.null().structured("other"), "US", offset=0.0, scenes=np.zeros(len(episode.episode.scenes))
    )
    rate = np.diff(curve)
    at = (np.array([0.42, 0.6, 0.78, 0.93]) * len(rate)).astype(int)
    first, dip, second, end = rate[at]
    assert first > 1.15 * dip
    assert second > 1.1 * dip
    assert second > 1.1 * end
    assert rate[: 3_000 // TICK_MS] == pytest.approx(rate[0])  # a plateau before spike_s


def test_an_ending_changes_what_is_paid_for_the_next_episode() -> None:
    plan = Plan.null(first_paid=4)
    planted = replace(plan, endings=(EndingEffect(EndingType.CRISIS, unlock_odds_ratio=3.0),))
    one, other = (step_counts(viewers(STORY, p, viewers=60_000, seed=2, series="s")) for p in (planted, plan))
    after = [e.number + 1 for e in STORY.episodes if e.ending.type is EndingType.CRISIS and e.number >= 4]
    odds = []
    for counts in (one, other):
        rows = np.isin(counts.episode, after)
        asked, paid = counts.offered[rows].sum(), counts.unlocked[rows].sum()
        odds.append(paid / (asked - paid))
    assert np.log(odds[0] / odds[1]) == pytest.approx(np.log(3), abs=0.25)


def test_the_plan_file_takes_a_structure_and_refuses_an_unknown_one() -> None:
    plan = Plan.from_string('[structure]\nhazard = "humps"\nfrailty = "gamma"\nfades_s = 5')
    assert plan.structure == Structure("humps", "gamma", 5)
    with pytest.raises(BadInput, match="no frailty 'wild'") as error:
        Plan.from_string('days = 3\n[structure]\nfrailty = "wild"')
    assert ":3" in str(error.value)
    with pytest.raises(BadInput, match="no structure 'odd'"):
        Plan.null().structured("odd")
    assert Plan.null().structured("ordinary") == Plan.null()
    assert set(STRUCTURES) == {"ordinary", "other"}
