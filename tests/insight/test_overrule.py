"""Tests stand above observation: effects, endings, what is undecided or unsound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hookline.insight.overrule import Question, Trial, overrule
from hookline.insight.result import Effect, ElementKind, Insight
from hookline.model.estimate import Estimate, Finding, FindingKind, Grade, Place
from hookline.model.experiment import Comparison, ExperimentPlan, ExperimentResult, Metric, Verdict
from hookline.model.span import Span
from hookline.model.story import BeatType

PLAN = ExperimentPlan("no letter", 3, "main", ("b",), Metric.COMPLETION, smallest=0.02)
LEAVES = Estimate(1.6, 1.3, 2.0, 9_000, "hazard", Grade.WITHIN, "odds ratio")
GOES = Estimate(0.5, 0.4, 0.7, 9_000, "meta", Grade.ACROSS, "odds ratio")
PLACES = (Place(3, Span(20_000, 30_000)), Place(5, Span(1_000, 4_000)))
EXPOSITION = Finding(
    FindingKind.EFFECT, "Exposition loses viewers.", "Cut it.", replace(LEAVES, method="hazard; E-value 2"), 30.0,
    places=PLACES, beats=(BeatType.EXPOSITION,),
)  # fmt: skip
RESOLVED = Finding(FindingKind.ENDING, "After resolved endings fewer go on.", "End sooner.", GOES, 20.0)
ONLY_ID = replace(EXPOSITION, claim="In ID, exposition loses viewers.", markets=("ID",), gain=10.0)
FOUND = Insight(
    effects=(
        Effect("exposition", "leaving", "", LEAVES, 0.01, PLACES),
        Effect("exposition", "leaving", "ID", LEAVES, 0.01, PLACES),
        Effect("resolved", "continuation", "", GOES, 0.01, element=ElementKind.ENDING),
    ),
    findings=(EXPOSITION, RESOLVED, ONLY_ID),
)
BETTER, WORSE, ALIKE = (0.05, 0.03, 0.07), (-0.05, -0.07, -0.03), (0.001, -0.01, 0.012)


def trial(
    question: Question, ends: tuple[float, float, float], *, metric: Metric = Metric.COMPLETION, sound: bool = True
) -> Trial:
    value, low, high = ends
    verdict = Verdict.BETTER if low > 0 else Verdict.WORSE if high < 0 else Verdict.ALIKE
    if high - low > 0.05:
        verdict = Verdict.OPEN
    estimate = Estimate(value, low, high, 4_000, "always valid", Grade.EXPERIMENT, "share")
    compared = Comparison("b", metric, estimate, None, verdict, 400.0)
    result = ExperimentResult(
        replace(PLAN, metric=metric), 14, (("main", 2_000), ("b", 2_000)), (compared,), (), 1.0, sound
    )
    return Trial(question, result)


OUT = Question("b", "exposition")


def test_a_test_that_agrees_takes_the_findings_place() -> None:
    told = overrule(FOUND, [trial(OUT, BETTER)], reach={3: 0.5})
    first = told.findings[0]
    assert first.claim.startswith(
        "Tested in episode 3 (“no letter”): without exposition, completion changes by +5.0 points [+3.0 to +7.0], "
        "for the better."
    )
    assert first.claim.endswith("Observed before: Exposition loses viewers. The test agrees.")
    assert (first.estimate.grade, first.action) == (Grade.EXPERIMENT, "Show b to everybody.")
    assert first.gain == pytest.approx(0.05 * 0.5 * 1000)
    assert first.places == PLACES[:1]  # where it was tested
    assert told.findings[1:] == (RESOLVED, ONLY_ID)  # another question, and one market's own
    assert told.effects[0].estimate.grade is Grade.EXPERIMENT
    assert told.effects[0].estimate.unit == "share difference"
    assert told.effects[1:] == FOUND.effects[1:]
    assert "agrees with what was observed" in told.notes[0]


@pytest.mark.parametrize(("ends", "action"), [(WORSE, "Show main to everybody."), (ALIKE, "Leave it as it is")])
def test_a_test_that_contradicts_counts(ends: tuple[float, float, float], action: str) -> None:
    told = overrule(FOUND, [trial(OUT, ends)], reach={})
    (one,) = [one for one in told.findings if one.estimate.grade is Grade.EXPERIMENT]
    assert "The test contradicts it, and the test counts." in one.claim
    assert one.action.startswith(action)
    assert EXPOSITION not in told.findings
    assert "overrules what was observed" in told.notes[0]
    if ends is ALIKE:
        assert one.gain == 0.0
        assert told.findings[-1] is one


def test_putting_in_what_harms_is_the_same_question_the_other_way_round() -> None:
    told = overrule(FOUND, [trial(replace(OUT, added=True), WORSE)], reach={})
    assert "with exposition, completion changes by -5.0 points" in told.findings[0].claim
    assert "The test agrees." in told.findings[0].claim


def test_an_ending_is_tested_by_going_on_alone() -> None:
    asked = Question("b", ending="resolved")
    told = overrule(FOUND, [trial(asked, BETTER, metric=Metric.CONTINUATION)], reach={})
    assert "without a resolved ending, continuation changes by" in told.findings[0].claim
    assert "The test agrees." in told.findings[0].claim
    assert RESOLVED not in told.findings
    other = overrule(FOUND, [trial(asked, BETTER, metric=Metric.UNLOCK)], reach={})
    assert RESOLVED in other.findings  # another outcome is another question


def test_what_is_open_or_unsound_overrules_nothing() -> None:
    for test, said in (
        (trial(OUT, (0.01, -0.04, 0.06)), "is not decided yet"),
        (trial(OUT, BETTER, sound=False), "is not sound"),
    ):
        told = overrule(FOUND, [test], reach={})
        assert (told.findings, told.effects) == (FOUND.findings, FOUND.effects)
        assert said in told.notes[0]


def test_what_nobody_claimed_is_a_finding_only_where_the_test_found_something() -> None:
    asked = Question("b", "flashback")
    told = overrule(FOUND, [trial(asked, WORSE)], reach={})
    (new,) = [one for one in told.findings if one not in FOUND.findings]
    assert "Nothing was claimed of it before." in new.claim
    assert new.beats == (BeatType.FLASHBACK,)
    assert overrule(FOUND, [trial(asked, ALIKE)], reach={}).findings == FOUND.findings


def test_two_tests_of_one_element_both_stand() -> None:
    second = trial(OUT, WORSE)
    second = replace(second, result=replace(second.result, plan=replace(second.result.plan, name="again", episode=5)))
    told = overrule(FOUND, [trial(OUT, BETTER), second], reach={})
    both = [one for one in told.findings if one.estimate.grade is Grade.EXPERIMENT]
    assert [name for name in ("no letter", "again") if any(name in one.claim for one in both)] == [
        "no letter",
        "again",
    ]


def test_money_is_told_as_money() -> None:
    value = Estimate(120_000, 60_000, 180_000, 4_000, "m", Grade.EXPERIMENT, "micros per viewer")
    plan = replace(PLAN, metric=Metric.REVENUE, currency="USD", smallest=50_000)
    compared = Comparison("b", Metric.REVENUE, value, None, Verdict.BETTER, 90.0)
    result = ExperimentResult(plan, 14, (("main", 2_000), ("b", 2_000)), (compared,), (), 1.0, sound=True)
    told = overrule(FOUND, [Trial(Question("b", span=Span(0, 4_000)), result)], reach={})
    assert "revenue changes by +0.12 USD a viewer [+0.06 to +0.18], for the better." in told.findings[-1].claim
