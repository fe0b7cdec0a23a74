"""Everything on screen but beats, whole episodes, and how endings sell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench.elements import ANGER, LEAD, PLANTED, rich_story, standing_in, world

from hookline.audience.cells import StepCounts, nobody
from hookline.insight import Effect, Element, ElementKind, Insight, SeriesData, analyse
from hookline.insight.effects import Ahead
from hookline.insight.elements import FALLING, LINES, RISING, joined, of_series, share_of_seconds
from hookline.insight.endings import judge_unlocking, unlocking
from hookline.insight.whole import LATE, judge_hooks, openings
from hookline.model.codec import dumps, loads
from hookline.model.estimate import FindingKind, Grade
from hookline.model.span import Span
from hookline.model.story import EndingType, EpisodeStory
from hookline.simulate import Plan
from hookline.simulate.hazard import TICK_MS, cumulated

LONG = rich_story(9, episodes=40)
PLAN = replace(Plan.null(), random=replace(Plan.null().random, scene_leaving=0.05))


@pytest.fixture(scope="module")
def planted() -> tuple[SeriesData, Insight]:
    data = world(1, PLANTED, count=50_000, plan=PLAN)
    return data, analyse([data])["bench"]


def leaving(told: Insight) -> dict[Element, Effect]:
    return {Element(e.element, e.subject): e for e in told.effects if e.outcome == "leaving" and not e.market}


def test_what_is_planted_on_screen_is_found(planted: tuple[SeriesData, Insight]) -> None:
    data, told = planted
    effects = leaving(told)
    for one, odds in PLANTED.items():
        assert effects[one].estimate.low < odds < effects[one].estimate.high
        assert effects[one].q <= 0.05
        assert effects[one].estimate.grade is Grade.WITHIN
    claims = [finding.claim for finding in told.findings if finding.kind is FindingKind.EFFECT]
    assert len(claims) == len(PLANTED)
    assert any(claim.startswith("Anger loses viewers: the odds of leaving are 1.") for claim in claims)
    assert all("are there 10 s later [" in claim for claim in claims)
    assert all(finding.action and finding.evidence for finding in told.findings)
    anger = next(finding for finding in told.findings if finding.claim.startswith("Anger"))
    own = of_series(data.story)
    assert [place.span for place in anger.places] == [
        span for episode in data.story.episodes for span in own[episode.number].get(ANGER, ())
    ]
    assert loads(Insight, dumps(told)) == told


def test_the_share_watching_ten_seconds_later_holds_the_truth(planted: tuple[SeriesData, Insight]) -> None:
    """Against the simulator's own hazard where anger begins, with and without it; viewers of middling frailty."""
    data, told = planted
    later = leaving(told)[ANGER].later
    assert later
    simulated, effects = standing_in(data.story, PLANTED)
    plan = replace(PLAN, leaving=effects)
    without = replace(plan, leaving=tuple(one for one in effects if one.odds_ratio != PLANTED[ANGER]))
    changes = []
    for episode, spans in ((e, of_series(data.story)[e.number].get(ANGER, ())) for e in simulated.episodes):
        curves = [
            np.concatenate([[0.0], cumulated(episode, one, "US", offset=0.0, scenes=np.zeros(3))])
            for one in (plan, without)
        ]
        for span in spans:
            first, last = span.start_ms // TICK_MS, span.start_ms // TICK_MS + 10_000 // TICK_MS
            if last < len(curves[0]):
                with_it, free = (float(np.exp(-(curve[last] - curve[first]))) for curve in curves)
                changes.append(with_it - free)
    assert later.low < np.mean(changes) < later.high
    assert later.unit == "share difference"


def test_where_nothing_is_planted_nothing_is_claimed() -> None:
    """Three worlds; ``bench.elements`` runs forty."""
    for seed in range(50, 53):
        assert analyse([world(seed, {}, count=20_000, plan=PLAN)])["bench"].findings == ()


def test_a_beat_that_only_comes_with_an_emotion_is_not_claimed_for_it() -> None:
    """Every confrontation is angry; anger alone, which also stands elsewhere, makes viewers leave."""
    story = rich_story(3)
    told = world(3, {ANGER: 1.8}, count=60_000, plan=PLAN)
    quarrels = tuple(
        _quarrelling(episode, of_series(story)[episode.number].get(ANGER, ())) for episode in story.episodes
    )
    insight = analyse([replace(told, story=replace(story, episodes=quarrels))])["bench"]
    effects = leaving(insight)
    quarrels_alone = effects[Element(ElementKind.BEAT, "confrontation")]
    assert quarrels_alone.q <= 0.05  # by itself it looks as if quarrels lost viewers
    claims = [finding.claim for finding in insight.findings if finding.kind is FindingKind.EFFECT]
    assert any(claim.startswith("Anger loses viewers") for claim in claims)
    assert not any("confrontations" in claim for claim in claims)
    assert "Not claimed, since what comes with it explains it: confrontations." in insight.notes


def _quarrelling(episode: EpisodeStory, spans: tuple[Span, ...]) -> EpisodeStory:
    """The episode with each second angry stretch as its only quarrels."""
    beats = tuple(beat for beat in episode.beats if beat.type != "confrontation")
    first = next((beat for beat in episode.beats), None)
    assert first
    quarrels = tuple(replace(first, type=type(first.type).CONFRONTATION, span=span) for span in spans[::2])
    return replace(episode, beats=(*beats, *quarrels))


def test_markets_stand_beside_each_other_drawn_together(planted: tuple[SeriesData, Insight]) -> None:
    _, told = planted
    by_market = {
        e.market: e for e in told.effects if (e.element, e.subject) == (ElementKind.SPEAKER, "lead") and e.market
    }
    assert set(by_market) == {"US", "BR", "ID", "JP"}
    assert all(0 < effect.shrunk < 1 for effect in by_market.values())
    assert by_market["JP"].shrunk > by_market["US"].shrunk  # fewer viewers
    assert all(e.estimate.low < PLANTED[LEAD] < e.estimate.high for e in by_market.values())
    assert "of the way to the other markets" in by_market["JP"].estimate.method


def test_shares_of_seconds_are_what_a_loop_gives() -> None:
    rng = np.random.default_rng(1)
    seconds, first = np.array([20, 31, 7]), np.array([0, 20, 51])
    spans = []
    for _ in range(12):
        at, start = int(rng.integers(3)), int(rng.integers(0, 6_000))
        spans.append((at, Span(start, start + int(rng.integers(1, 9_000)))))
    spans = [(at, span) for at in range(3) for span in joined([s for own, s in spans if own == at])]
    told = share_of_seconds(spans, first, seconds)
    for at in range(3):
        for second in range(seconds[at]):
            inside = sum(Span(second * 1000, second * 1000 + 1000).overlap_ms(s) for own, s in spans if own == at)
            assert told[first[at] + second] == pytest.approx(inside / 1000)


def test_tension_and_pace_are_read_from_the_story() -> None:
    episode = rich_story(2, episodes=1).episodes[0]
    flat = replace(episode, tension=(0.2,) * 10 + (0.5,) * 10 + (0.1,) * (episode.seconds - 20))
    own = of_series(replace(rich_story(2, episodes=1), episodes=(flat,)))[1]
    assert own[RISING] == (Span(10_000, 14_000),)
    assert own[FALLING] == (Span(20_000, 24_000),)
    assert LINES not in own or all(span.duration_ms < episode.duration_ms / 2 for span in own[LINES])


def test_an_element_without_effect_changes_nothing_later() -> None:
    assert Ahead(0.05, 0.02).change(0.0) == 0.0
    assert Ahead(0.05, 0.02).change(0.5) < 0 < Ahead(0.05, 0.02).change(-0.5)


def test_endings_that_sell_the_next_episode() -> None:
    """Six series of forty episodes, paid from the tenth; more unlock after reversals (odds 1.6); 20 worlds."""
    held = 0
    for seed in range(20):
        found = judge_unlocking(unlocking([_sold(series, seed, 1.6) for series in range(6)]))
        effect = {c.element.name: c.effect for c in found}["reversal"]
        held += effect.bound(-1) <= np.log(1.6) <= effect.bound(1)
    assert held >= 17


def test_endings_that_sell_no_better_are_rarely_called_so() -> None:
    wrong = [c.p < 0.05 for s in range(20) for c in judge_unlocking(unlocking([_sold(n, s, 1.0) for n in range(6)]))]
    assert np.mean(wrong) < 0.1


def _sold(number: int, seed: int, odds: float) -> SeriesData:
    rng = np.random.default_rng([number, seed])
    kinds = [list(EndingType)[int(rng.integers(6))] for _ in LONG.episodes]
    episodes = zip(LONG.episodes, kinds, strict=True)
    story = replace(LONG, episodes=tuple(replace(one, ending=replace(one.ending, type=kind)) for one, kind in episodes))
    rows = []
    for episode in story.episodes:
        n, finishers = 3000, 2600
        before = story.episode(episode.number - 1)
        offered = 2200 if episode.number >= 10 else 0
        shift = np.log(odds) * (before is not None and before.ending.type is EndingType.REVERSAL)
        level = -0.6 if episode.number == 10 else 1.8
        share = 1 / (1 + np.exp(-(level + shift + rng.normal(0, 0.15))))
        rows += [[episode.number, m, n, finishers, 2300, 2200, offered, rng.binomial(offered, share)] for m in (0, 1)]
    steps = StepCounts(f"s{number}", ("US", "BR"), *np.array(rows, dtype=np.int64).T)
    return SeriesData(f"s{number}", story, nobody(f"s{number}")[0], steps)


def test_hooks_are_held_against_the_openings_of_other_episodes() -> None:
    library = [world(seed, {}, count=20_000, plan=PLAN, episodes=20) for seed in (1, 2)]
    began = openings(library)
    found = {c.element.name: c for c in judge_hooks(began)}
    assert {"suspense", "crisis", "none", LATE.name} <= set(found)
    assert all(c.units == len(began) and c.outcome == "leaving the opening" for c in found.values())
    assert sum(c.p < 0.05 for c in found.values()) <= 1
