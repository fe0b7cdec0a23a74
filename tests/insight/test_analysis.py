from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from bench.insight import PLANTED, data, is_planted, planted_checks
from bench.worlds import hazard_cells, made_up_story, step_counts

from hookline.audience.cells import HazardCells, StepCounts
from hookline.insight import ElementKind, Insight, SeriesData, analyse
from hookline.model.codec import dumps, loads
from hookline.model.curve import PlatformCurve
from hookline.model.errors import MissingExtra
from hookline.model.estimate import FindingKind, Grade
from hookline.model.span import Span
from hookline.model.story import BeatType, EpisodeStory, SeriesStory
from hookline.simulate import Plan, viewers
from hookline.simulate.plan import LeavingEffect, MarketPlan, MomentEffect


@pytest.fixture(scope="module")
def planted() -> tuple[SeriesStory, Insight]:
    story = made_up_story(1)
    return story, analyse([data(story, PLANTED, 200_000, 1)])["bench"]


def nobody(series: str = "empty") -> tuple[HazardCells, StepCounts]:
    none = np.zeros(0, dtype=np.int64)
    return HazardCells(series, (), *[none] * 5), StepCounts(series, (), *[none] * 8)


def one_episode(story: SeriesStory, plan: Plan, count: int = 20_000) -> SeriesData:
    return data(replace(story, episodes=story.episodes[:1]), plan, count, 3)


def without_beats(episode: EpisodeStory) -> EpisodeStory:
    return replace(episode, beats=())


def test_a_world_without_effects_gives_no_findings() -> None:
    """Ten worlds; the bench runs 150.  One with a finding would still be within 5% by chance."""
    found = [analyse([data(made_up_story(seed), Plan.null(), 20_000, seed)])["bench"].findings for seed in range(10)]
    assert sum(bool(findings) for findings in found) <= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_planted_is_found(seed: int) -> None:
    story = made_up_story(seed)
    insight = analyse([data(story, PLANTED, 200_000, seed)])["bench"]
    checks = list(planted_checks(story, PLANTED, insight))
    assert len(checks) == 5
    assert sum(found for _, found, _ in checks) >= 4
    assert sum(holds for _, _, holds in checks) >= 4
    assert all(is_planted(finding, story, PLANTED) for finding in insight.findings[:3])


def test_findings_speak_of_what_a_writer_knows(planted: tuple[SeriesStory, Insight]) -> None:
    story, insight = planted
    moment = next(finding for finding in insight.findings if finding.kind is FindingKind.MOMENT)
    assert "(episode 3, 0:20-0:28)" in moment.claim
    assert "more than its place in the episode explains [" in moment.claim
    assert moment.action
    assert moment.estimate.grade is Grade.WITHIN
    assert moment.characters == ("LIN",)
    line = next(li for li in story.episodes[2].episode.lines() if li.span and li.span.contains(24_000))
    assert line.source in moment.evidence
    effect = next(f for f in insight.findings if f.kind is FindingKind.EFFECT and f.beats == (BeatType.EXPOSITION,))
    assert effect.claim.startswith("Exposition loses viewers: the odds of leaving are 1.")
    assert all(place.episode for place in effect.places)
    ending = next(finding for finding in insight.findings if finding.kind is FindingKind.ENDING)
    assert ending.estimate.grade is Grade.ACROSS
    assert all(finding.simulated for finding in insight.findings)
    assert loads(Insight, dumps(insight)) == insight


def test_the_same_thing_is_said_once(planted: tuple[SeriesStory, Insight]) -> None:
    """Places that a claimed type explains are moments, but no findings of their own."""
    _, insight = planted
    alone = [finding for finding in insight.findings if finding.kind is FindingKind.MOMENT]
    assert len(alone) == 1
    assert len(insight.moments) > 3
    assert all(moment.q <= 0.05 for moment in insight.moments)
    spans = [(moment.place.episode, moment.market, moment.place.span) for moment in insight.moments]
    for at, (episode, _, span) in enumerate(spans):
        assert not any(e == episode and span.overlap_ms(s) > 0 for e, _, s in spans[at + 1 :])


def test_a_market_s_own_effect_is_claimed_for_that_market_only(planted: tuple[SeriesStory, Insight]) -> None:
    _, insight = planted
    flashbacks = [finding for finding in insight.findings if finding.beats == (BeatType.FLASHBACK,)]
    assert [finding.markets for finding in flashbacks] == [("ID",)]
    assert flashbacks[0].claim.startswith("In ID, flashbacks lose viewers")


def test_a_local_moment_does_not_become_a_type(planted: tuple[SeriesStory, Insight]) -> None:
    """The strongest moment lies over some beats; none of their types may be claimed for it."""
    _, insight = planted
    truth = {BeatType.EXPOSITION: 1.8, BeatType.COMEBACK: 0.6}
    for effect in insight.effects:
        if effect.element is ElementKind.BEAT and not effect.market and effect.subject != "flashback":
            assert abs(np.log(effect.estimate.value / truth.get(BeatType(effect.subject), 1.0))) < 0.15


def test_expected_curves_are_what_position_alone_gives(planted: tuple[SeriesStory, Insight]) -> None:
    story, insight = planted
    for expected, episode in zip(insight.expected, story.episodes, strict=True):
        assert len(expected.share) == episode.seconds
        assert expected.share[0] == 1.0
        assert all(a >= b for a, b in zip(expected.share, expected.share[1:], strict=False))


def test_a_moment_of_one_market_is_named_for_it() -> None:
    moment = MomentEffect(2, 5.0, 30.0, 37.0, markets=("BR",))
    story = made_up_story(4)
    insight = analyse([data(story, replace(Plan.null(), moments=(moment,)), 200_000, 4)])["bench"]
    assert [(f.kind, f.markets) for f in insight.findings] == [(FindingKind.MOMENT, ("BR",))]


def test_a_moment_inside_a_second_leaves_no_shoulder() -> None:
    moment = MomentEffect(1, 6.0, 42.6, 47.4)
    insight = analyse([data(made_up_story(7), replace(Plan.null(), moments=(moment,)), 200_000, 7)])["bench"]
    assert [(f.kind, f.places[0].episode) for f in insight.findings] == [(FindingKind.MOMENT, 1)]


def test_a_market_that_unlocks_less_is_found() -> None:
    plan = Plan.null()
    poor = tuple(replace(m, unlock_odds_ratio=0.5) if m.code == "ID" else m for m in plan.markets)
    insight = analyse([data(made_up_story(6), replace(plan, markets=poor), 50_000, 6)])["bench"]
    assert [(f.kind, f.markets) for f in insight.findings] == [(FindingKind.PAYWALL, ("ID",))]
    estimate = insight.findings[0].estimate
    assert estimate.low < 0.5 < estimate.high


def test_effects_are_learnt_over_a_library() -> None:
    """Three short series that can't tell alone, together can; each hears of its own places."""
    plan = replace(Plan.null(first_paid=None), leaving=(LeavingEffect(BeatType.EXPOSITION, 2.5),))
    library = []
    for seed in range(4):
        story = made_up_story(seed, episodes=3)
        world = viewers(story, plan, viewers=40_000, seed=seed, series=f"series-{seed}")
        library.append(SeriesData(world.series, story, hazard_cells(world), step_counts(world)))
    together = analyse(library)
    assert list(together) == [data.series for data in library]
    (effect,) = [e for e in together["series-1"].effects if (e.subject, e.market) == ("exposition", "")]
    assert effect.estimate.low < 2.5 < effect.estimate.high
    assert effect.q <= 0.05
    own = [b for ep in library[1].story.episodes for b in ep.beats if b.type is BeatType.EXPOSITION]
    assert len(effect.places) == len(own)


def test_no_library_is_nothing() -> None:
    assert analyse([]) == {}


def test_a_series_without_viewers_says_so() -> None:
    insight = analyse([SeriesData("empty", made_up_story(1), *nobody())])["empty"]
    assert not insight.findings
    assert any("No viewer events yet" in note for note in insight.notes)


def test_a_series_without_viewers_beside_one_with() -> None:
    full = data(made_up_story(2), PLANTED, 50_000, 2)
    both = analyse([SeriesData("empty", made_up_story(1), *nobody()), full])
    assert not both["empty"].moments
    assert both["bench"].findings


def test_a_story_without_beats_keeps_its_moments() -> None:
    story = made_up_story(1)
    told = data(story, replace(Plan.null(), moments=(MomentEffect(3, 4.0, 20.0, 28.0),)), 50_000, 1)
    insight = analyse([replace(told, story=replace(story, episodes=tuple(map(without_beats, story.episodes))))])[
        "bench"
    ]
    assert [finding.kind for finding in insight.findings] == [FindingKind.MOMENT]
    assert any("no beats" in note for note in insight.notes)


def test_one_episode_gives_moments_only() -> None:
    plan = replace(Plan.null(first_paid=None), moments=(MomentEffect(1, 4.0, 20.0, 28.0),))
    insight = analyse([one_episode(made_up_story(1), plan)])["bench"]
    assert [finding.kind for finding in insight.findings] == [FindingKind.MOMENT]
    assert any("With one episode" in note for note in insight.notes)


def test_one_market_needs_no_comparison() -> None:
    plan = replace(PLANTED, markets=(MarketPlan("US"),), leaving=PLANTED.leaving[:2])
    insight = analyse([data(made_up_story(1), plan, 50_000, 1)])["bench"]
    assert insight.findings
    assert not any(moment.market for moment in insight.moments)


def test_when_all_leave_at_once_nothing_is_claimed() -> None:
    told = data(made_up_story(1), Plan.null(), 5_000, 1)
    cells = told.hazard
    first = cells.second == 0
    gone = replace(cells, at_risk=np.where(first, cells.at_risk, 0), exits=np.where(first, cells.at_risk, 0))
    none = np.zeros_like(told.steps.starters)
    steps = replace(told.steps, finishers=none, continued=none, finished_continued=none, offered=none, unlocked=none)
    insight = analyse([replace(told, hazard=gone, steps=steps)])["bench"]
    assert not insight.findings
    assert any("Nobody has finished" in note for note in insight.notes)


def test_when_nobody_leaves_nothing_is_claimed() -> None:
    told = data(made_up_story(1), Plan.null(), 5_000, 1)
    stay = replace(told.hazard, exits=np.zeros_like(told.hazard.exits))
    insight = analyse([replace(told, hazard=stay)])["bench"]
    assert not insight.findings
    assert any("Nobody" in note for note in insight.notes)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_handful_of_viewers_gives_notes_and_no_findings(count: int) -> None:
    insight = analyse([data(made_up_story(1), PLANTED, count, 1)])["bench"]
    assert not insight.findings
    assert any("Not enough viewers yet: about" in note or "Nobody" in note for note in insight.notes)


def test_episodes_that_only_one_side_knows_are_told() -> None:
    told = data(made_up_story(1), Plan.null(), 5_000, 1)
    insight = analyse([replace(told, story=replace(told.story, episodes=told.story.episodes[2:]))])["bench"]
    assert any("Episodes 1, 2 have viewers but no script" in note for note in insight.notes)


def test_without_the_statistics_library_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels.stats.multitest", None)
    with pytest.raises(MissingExtra, match=r"hookline\[insight\]"):
        analyse([])


def curve_of(told: SeriesData, episode: int, views: int) -> PlatformCurve:
    """The hundred points that a platform would export of the simulated viewers."""
    here = (told.hazard.episode == episode) & (told.hazard.market == 0)
    share = told.hazard.at_risk[here] / told.hazard.at_risk[here][0]
    at = np.arange(1, 101) / 100
    points = np.interp(at * len(share), np.arange(len(share)), share)
    return PlatformCurve("YouTube", episode, tuple(at), tuple(np.round(points, 4)), views=views)


def test_a_platform_s_curve_alone_points_at_the_line() -> None:
    story = made_up_story(9)
    plan = replace(Plan.null(), moments=(MomentEffect(1, 4.0, 30.0, 37.0),))
    told = data(story, plan, 60_000, 9)
    views = int(told.hazard.at_risk[(told.hazard.episode == 1) & (told.hazard.market == 0)].max())
    for given, expected in ((views, 1), (0, 0)):
        only = SeriesData("curve", story, *nobody(), platform_curves=(curve_of(told, 1, given),))
        insight = analyse([only])["curve"]
        assert len(insight.findings) == expected
        assert any("--views" in note for note in insight.notes) == (given == 0)
    calm = replace(told, platform_curves=(curve_of(data(story, Plan.null(), 60_000, 8), 1, views),), hazard=nobody()[0])
    assert not any(finding.kind is FindingKind.CURVE for finding in analyse([calm])["bench"].findings)


def test_the_curve_finding_names_its_platform_and_place() -> None:
    story = made_up_story(9)
    told = data(story, replace(Plan.null(), moments=(MomentEffect(1, 4.0, 30.0, 37.0),)), 60_000, 9)
    only = SeriesData("curve", story, *nobody(), platform_curves=(curve_of(told, 1, 20_000),))
    (finding,) = analyse([only])["curve"].findings
    assert finding.kind is FindingKind.CURVE
    assert finding.claim.startswith("On YouTube, viewers leave at “Line at 29 s")
    assert finding.places[0].span.overlap_ms(Span(30_000, 37_000)) > 4_000
    assert not finding.simulated
