"""What was tested stands above what was only observed: an experiment's result replaces the finding on its question.

An experiment says in its plan which question it asks: a passage of its episode, an element of the story, or a way
of ending that its variant takes out (or puts in).  A finding is on the same question where it is about that passage,
that element or that ending, and where the experiment's metric is the finding's outcome:

    leaving        completion, watch, continuation
    continuation   continuation
    unlock         unlock, revenue

What was observed stays in the finding's words, so that a reader sees what the test agreed with or contradicted.
An experiment that is not decided yet, or whose viewers were not dealt out as planned, replaces nothing; it is told in
a note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from types import MappingProxyType

from hookline.insight.result import Effect, ElementKind, Insight
from hookline.model.estimate import Estimate, Finding, FindingKind, Grade, Place
from hookline.model.experiment import Comparison, ExperimentResult, Metric, Verdict
from hookline.model.span import Span
from hookline.model.story import BeatType

SPEAKS_FOR: Mapping[str, tuple[Metric, ...]] = {
    "leaving": (Metric.COMPLETION, Metric.WATCH, Metric.CONTINUATION),
    "leaving the opening": (Metric.COMPLETION, Metric.WATCH, Metric.CONTINUATION),
    "continuation": (Metric.CONTINUATION,),
    "unlock": (Metric.UNLOCK, Metric.REVENUE),
}
RATIOS = ("odds ratio", "ratio of means")
DIFFERENCE = "share difference"  # the unit of a difference of shares
NOTHING: Mapping[str, str] = MappingProxyType({})
UNITS = {Metric.REVENUE: (1e6, "{} a viewer"), Metric.WATCH: (1e3, "s a viewer")}


@dataclass(frozen=True, slots=True)
class Question:
    """What an experiment asks: what its variant changes in its episode."""

    variant: str  # cut id
    element: str = ""  # an effect's subject, such as "exposition"
    ending: str = ""  # a way of ending
    span: Span | None = None  # the passage, in the episode's time
    added: bool = False  # the variant puts it in; else it takes it out

    def __str__(self) -> str:
        if self.ending:
            return f"an ending on {self.ending}" if self.ending != "resolved" else "a resolved ending"
        name = self.element.replace("_", " ")
        if not self.span:
            return name
        where = f"{_clock(self.span.start_ms)}-{_clock(self.span.end_ms)}"
        return f"{name} at {where}" if name else f"the passage at {where}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A question and what its experiment says today."""

    question: Question
    result: ExperimentResult

    @property
    def comparison(self) -> Comparison:
        """Of the variant that asks the question."""
        return next(one for one in self.result.comparisons if one.cut == self.question.variant)

    @property
    def decided(self) -> bool:
        """Whether it may overrule anything."""
        return self.result.sound and self.comparison.verdict is not Verdict.OPEN

    @property
    def helps(self) -> bool | None:
        """Whether the element itself did good; None where it made no difference."""
        if self.comparison.verdict is Verdict.ALIKE:
            return None
        return (self.comparison.verdict is Verdict.BETTER) == self.question.added


def overrule(
    found: Insight, tested: Sequence[Trial], waiting: Mapping[str, str] = NOTHING, *, reach: Mapping[int, float]
) -> Insight:
    """The findings with those that were tested replaced by what the tests say.

    Args:
        found: What was observed.
        tested: Experiments with the question that each asks.
        reach: Of the series' starters the share that starts each episode: what a tested change can move.
        waiting: Why experiments can't say anything yet, by their names.

    Returns:
        Findings in order again; effects of a tested element with the test's estimate; a note for each test.
    """
    notes: list[str] = []
    for test in tested:
        if test.decided:
            found, note = _replaced(found, test, reach.get(test.result.plan.episode, 1.0))
        else:
            note = _undecided(test)
        notes.append(note)
    notes += [f"The experiment “{name}” overrules nothing yet: {why.splitlines()[0]}" for name, why in waiting.items()]
    return replace(found, notes=(*found.notes, *notes))


def _replaced(found: Insight, test: Trial, reach: float) -> tuple[Insight, str]:
    effects = [one for one in found.effects if _of_effect(one, test)]
    observed = (one for one in found.findings if one.estimate.grade is not Grade.EXPERIMENT)
    old = [one for one in observed if _same_question(one, test, effects)]
    told = _finding(test, old, effects, reach)
    others = [one for one in found.findings if one not in old]
    rows = tuple(_tested_effect(one, test) if one in effects else one for one in found.effects)
    # a test without a difference, of what nobody had claimed, is a note: there is nothing to do
    findings = _placed(others, told) if old or test.comparison.verdict is not Verdict.ALIKE else tuple(others)
    return replace(found, findings=findings, effects=rows), _note(test, old)


def _same_question(one: Finding, test: Trial, effects: Sequence[Effect]) -> bool:
    if one.kind in (FindingKind.MOMENT, FindingKind.CURVE):
        return test.result.plan.metric in SPEAKS_FOR["leaving"] and any(_touches(place, test) for place in one.places)
    return any(_drawn_from(one, effect) for effect in effects)


def _drawn_from(one: Finding, effect: Effect) -> bool:
    """Whether a finding tells of that effect: it carries the effect's estimate."""
    a, b = one.estimate, effect.estimate
    return not one.markets and (a.value, a.low, a.high, a.n, a.unit) == (b.value, b.low, b.high, b.n, b.unit)


def _touches(place: Place, test: Trial) -> bool:
    span = test.question.span
    return place.episode == test.result.plan.episode and span is not None and place.span.overlap_ms(span) > 0


def _of_effect(one: Effect, test: Trial) -> bool:
    asked = test.question.ending if one.element is ElementKind.ENDING else test.question.element
    return not one.market and one.subject == asked and test.result.plan.metric in SPEAKS_FOR.get(one.outcome, ())


def _tested_effect(one: Effect, test: Trial) -> Effect:
    """The effect as tested; nothing unseen can explain a difference between viewers dealt out at random."""
    places = tuple(place for place in one.places if place.episode == test.result.plan.episode)
    q = min(1.0, 1 / max(test.comparison.e_value, 1e-12))
    return replace(one, estimate=_estimate(test), q=q, places=places or one.places, later=None, shrunk=0.0)


def _estimate(test: Trial) -> Estimate:
    """Variant less control, in points of a share, seconds or money."""
    difference, metric = test.comparison.difference, test.result.plan.metric
    assert difference is not None
    if metric.share:
        return replace(difference, unit=DIFFERENCE)
    scale, unit = UNITS[metric]
    value, low, high = (x / scale for x in (difference.value, difference.low, difference.high))
    return replace(difference, value=value, low=low, high=high, unit=unit.format(test.result.plan.currency))


def _finding(test: Trial, old: Sequence[Finding], effects: Sequence[Effect], reach: float) -> Finding:
    plan, question, estimate = test.result.plan, test.question, _estimate(test)
    kind = old[0].kind if old else _kind(question)
    doing = "with" if question.added else "without"
    claim = (
        f"Tested in episode {plan.episode} (“{plan.name}”): {doing} {question}, {plan.metric} changes by "
        f"{_amount(estimate)}, {_in_words(test)}. {_before(test, old, effects)}"
    )
    moves = abs(estimate.value) * reach * 1000 if plan.metric.share else 0.0
    place = (Place(plan.episode, question.span),) if question.span else ()
    return Finding(
        kind=kind,
        claim=claim.strip(),
        action=_action(test),
        estimate=estimate,
        gain=moves if test.comparison.verdict is not Verdict.ALIKE else 0.0,
        places=place or tuple(p for one in old for p in one.places if p.episode == plan.episode)[:1],
        beats=(BeatType(question.element),) if question.element in set(BeatType) else (),
        characters=old[0].characters if old else (),
        evidence=tuple(dict.fromkeys(source for one in old for source in one.evidence)),
        simulated=test.result.simulated,
    )


def _kind(question: Question) -> FindingKind:
    if question.ending:
        return FindingKind.ENDING
    return FindingKind.EFFECT if question.element else FindingKind.MOMENT


def _before(test: Trial, old: Sequence[Finding], effects: Sequence[Effect]) -> str:
    """What was observed, and whether the test agrees."""
    if old:
        claims = " ".join(one.claim for one in old)
        word = "The test agrees" if _agrees(test, old[0]) else "The test contradicts it, and the test counts"
        return f"Observed before: {claims} {word}."
    if effects:
        one = effects[0].estimate
        return (
            f"Observed before: odds of {effects[0].outcome} {one.value:.2f} times [{one.low:.2f} to {one.high:.2f}], "
            "not beyond chance. The test counts."
        )
    return "Nothing was claimed of it before."


def _agrees(test: Trial, old: Finding) -> bool:
    """Whether the test says of the element what was observed: that it harms, or that it helps."""
    if test.helps is None:
        return False
    estimate = old.estimate
    if estimate.unit == "odds ratio":
        helped = (estimate.value > 1) == (old.kind is FindingKind.ENDING)
    else:
        helped = estimate.value < 0  # an excess of leaving
    return helped == test.helps


def _in_words(test: Trial) -> str:
    if test.comparison.verdict is Verdict.ALIKE:
        return f"no difference worth finding ({_smallest(test)})"
    return "for the better" if test.comparison.verdict is Verdict.BETTER else "for the worse"


def _smallest(test: Trial) -> str:
    plan = test.result.plan
    if plan.metric.share:
        return f"{100 * plan.smallest:g} points"
    scale, unit = UNITS[plan.metric]
    return f"{plan.smallest / scale:g} {unit.format(plan.currency)}"


def _action(test: Trial) -> str:
    if test.comparison.verdict is Verdict.ALIKE:
        return "Leave it as it is: changing it gains nothing worth finding."
    better = test.comparison.verdict is Verdict.BETTER
    return f"Show {test.question.variant if better else test.result.plan.control} to everybody."


def _placed(others: Sequence[Finding], told: Finding) -> tuple[Finding, ...]:
    """Among the others by expected gain times certainty; the others keep their order."""
    worth = told.gain * _certainty(told.estimate)
    at = next((i for i, one in enumerate(others) if one.gain * _certainty(one.estimate) < worth), len(others))
    return (*others[:at], told, *others[at:])


def _certainty(estimate: Estimate) -> float:
    """The share of an effect that its interval guarantees."""
    value, ends = estimate.value, (estimate.low, estimate.high)
    if estimate.unit in RATIOS:
        value, ends = log(value), (log(ends[0]), log(ends[1]))
    if value == 0 or ends[0] * ends[1] <= 0:
        return 0.0
    return min(abs(end) for end in ends) / abs(value)


def _note(test: Trial, old: Sequence[Finding]) -> str:
    plan = test.result.plan
    what = f"The experiment “{plan.name}” tested {test.question} in episode {plan.episode}"
    if not old:
        return f"{what}: {_in_words(test)}; nothing had been claimed of it."
    agrees = "agrees with" if _agrees(test, old[0]) else "overrules"
    return f"{what} and {agrees} what was observed: {plan.metric} {_amount(_estimate(test))}, {_in_words(test)}."


def _undecided(test: Trial) -> str:
    plan = test.result.plan
    why = "is not decided yet" if test.result.sound else "is not sound (viewers were not dealt out as planned)"
    return f"The experiment “{plan.name}” on {test.question} in episode {plan.episode} {why}: it overrules nothing."


def _amount(estimate: Estimate) -> str:
    if estimate.unit == DIFFERENCE:
        value, low, high = (100 * x for x in (estimate.value, estimate.low, estimate.high))
        return f"{value:+.1f} points [{low:+.1f} to {high:+.1f}]"
    return f"{estimate.value:+.2f} {estimate.unit} [{estimate.low:+.2f} to {estimate.high:+.2f}]"


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"
