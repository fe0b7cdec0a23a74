"""What each kind of cut keeps: on the sample season, and against trying everything on small episodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from bench.sample_season import sample_season
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.edit import choose as rules
from hookline.edit.choose import HOOK_MS, LEAST_TEASER_MS, MOST_OVERLAP, MOST_TEASED, Choice, choose
from hookline.edit.optimum import Problem
from hookline.edit.pieces import FLASH_MS, Material, Row, row_of, sentences
from hookline.edit.worth import Moment, by_second, hooks, questions, worth_of
from hookline.model.cut import Clip, CutKind
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.script import Episode, Line, LineKind, Scene, Source
from hookline.model.shot import Footage, Shot, ShotStart
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, Ending, EndingType, EpisodeStory, Hook, Timing
from tests.edit.test_optimum import everything, value_of

KINDS = [
    (CutKind.TRIMMED, 45_000),
    (CutKind.TEASER, 30_000),
    (CutKind.TEASER, 60_000),
    (CutKind.AD, 6_000),
    (CutKind.AD, 15_000),
    (CutKind.AD, 30_000),
    (CutKind.HIGHLIGHT, 20_000),
    (CutKind.SILENT, 40_000),
]


@pytest.fixture(scope="module", params=range(8), ids=lambda index: f"episode {index + 1}")
def material(request: pytest.FixtureRequest) -> Material:
    number: int = request.param
    return sample_season()[number]


def starts_in_cut(choice: Choice) -> list[tuple[Clip, int]]:
    """Clips and when they begin in the cut."""
    at, found = 0, []
    for clip in choice.clips:
        found.append((clip, at))
        at += clip.span.duration_ms
    return found


def in_cut(choice: Choice, at_ms: int) -> int | None:
    """When an instant of the source is seen in the cut."""
    for clip, start in starts_in_cut(choice):
        if clip.span.contains(at_ms):
            return start + at_ms - clip.span.start_ms
    return None


def line_of(material: Material, source: Source | None) -> Span:
    line = next(line for line in material.story.episode.lines() if line.source == source)
    assert line.span is not None
    return line.span


def check(material: Material, choice: Choice, limit_ms: int) -> None:
    """What holds for every choice."""
    assert choice.duration_ms <= limit_ms
    assert choice.reason
    cuts = [shot.span.start_ms for shot in material.footage.shots[1:]]
    spoken = sentences(material)
    for clip in choice.clips:
        assert clip.span.duration_ms >= 1_000
        for edge in (clip.span.start_ms, clip.span.end_ms):
            assert not any(span.start_ms < edge < span.end_ms for span in spoken), "a sentence is cut"
        assert not any(0 < cut - clip.span.start_ms < FLASH_MS for cut in cuts), "the shot before flashes"
        assert not any(0 < clip.span.end_ms - cut < FLASH_MS for cut in cuts), "the shot after flashes"
    for one, other in pairwise(sorted(clip.span for clip in choice.clips)):
        assert one.end_ms <= other.start_ms, "something is shown twice"


@pytest.mark.parametrize(("kind", "limit_ms"), KINDS)
def test_every_kind_keeps_whole_sentences_in_its_limit(material: Material, kind: CutKind, limit_ms: int) -> None:
    for choice in choose(material, kind, limit_ms=limit_ms, variants=3):
        check(material, choice, limit_ms)
        assert "whole sentences" in choice.meets


@pytest.mark.parametrize("limit_ms", [15_000, 30_000, 60_000])
def test_a_teaser_hooks_in_three_seconds_and_ends_on_the_open_question(material: Material, limit_ms: int) -> None:
    first, *others = choose(material, CutKind.TEASER, limit_ms=limit_ms, variants=3)
    assert "ends on an open question" in first.meets
    if material.story.ending.question:
        assert first.question == questions(material)[0].source, "it asks what the episode leaves open"
    for choice in (first, *others):
        assert choice.duration_ms <= MOST_TEASED * material.duration_ms
        opens = in_cut(choice, line_of(material, choice.hook).start_ms)
        assert opens is not None
        assert opens <= HOOK_MS
        asks = line_of(material, choice.question)
        last = choice.clips[-1].span
        assert last.start_ms <= asks.start_ms
        assert asks.end_ms <= last.end_ms
        after = [span for span in sentences(material) if asks.end_ms <= span.start_ms < last.end_ms]
        assert not after, "something is said after the question"


@pytest.mark.parametrize(("kind", "limit_ms"), [(CutKind.TEASER, 30_000), (CutKind.AD, 15_000), (CutKind.AD, 6_000)])
def test_variants_differ_in_what_they_show_and_what_they_open_with(
    material: Material, kind: CutKind, limit_ms: int
) -> None:
    variants = choose(material, kind, limit_ms=limit_ms, variants=3)
    assert len(variants) >= 2
    assert len({choice.reason for choice in variants}) == len(variants)
    for index, one in enumerate(variants):
        for other in variants[:index]:
            shared = sum(a.span.overlap_ms(b.span) for a in one.clips for b in other.clips)
            assert shared <= MOST_OVERLAP * (one.duration_ms + other.duration_ms - shared) + 1
    assert (variants[0].hook, variants[0].question) != (variants[1].hook, variants[1].question)
    assert variants[0].value >= max(choice.value for choice in variants)


def test_a_trimmed_episode_keeps_its_turns_and_its_ending(material: Material) -> None:
    (choice,) = choose(material, CutKind.TRIMMED, limit_ms=58_000)
    assert "the whole story" in choice.meets
    ending = max(line_of(material, source).end_ms for source in material.story.ending.evidence)
    assert choice.clips[-1].span.end_ms >= ending
    (shorter,) = choose(material, CutKind.TRIMMED, limit_ms=12_000)
    assert "the whole story" not in shorter.meets
    assert "No room for" in shorter.reason


def test_an_episode_that_fits_is_kept_whole(material: Material) -> None:
    (choice,) = choose(material, CutKind.TRIMMED, limit_ms=180_000)
    assert [clip.span for clip in choice.clips] == [Span(0, material.duration_ms)]
    assert choice.reason.endswith("Nothing is left out.")


@pytest.mark.parametrize("number", range(2, 9))
def test_a_recap_ends_before_its_episode_and_keeps_the_order(number: int) -> None:
    season = sample_season()
    (choice,) = choose(season[number - 1], CutKind.RECAP, limit_ms=20_000, earlier=season[: number - 1])
    assert choice.duration_ms <= 20_000
    order = [(clip.source, clip.span.start_ms) for clip in choice.clips]
    assert order == sorted(order)
    assert choice.clips[-1].source == season[number - 2].source, "it leads up to where the last episode ended"
    for clip in choice.clips:
        one = next(material for material in season if material.source == clip.source)
        assert one.number < number
        for edge in (clip.span.start_ms, clip.span.end_ms):
            assert not any(span.start_ms < edge < span.end_ms for span in sentences(one))


def test_nothing_after_the_paywall_or_the_given_moment_is_shown() -> None:
    season = sample_season()
    with pytest.raises(BadInput, match="episode 4 is paid for"):
        choose(season[3], CutKind.TEASER, limit_ms=30_000, free_until=3)
    assert choose(season[3], CutKind.TEASER, limit_ms=30_000, free_until=3, spoilers=True)
    assert choose(season[3], CutKind.TRIMMED, limit_ms=30_000, free_until=3)
    for kind in (CutKind.AD, CutKind.HIGHLIGHT, CutKind.FULL):
        for choice in choose(season[0], kind, limit_ms=None if kind is CutKind.FULL else 15_000, before_ms=40_000):
            assert max(clip.span.end_ms for clip in choice.clips) <= 40_000


def test_what_viewers_stay_for_is_kept() -> None:
    material = sample_season()[0]
    (plain,) = choose(material, CutKind.HIGHLIGHT, limit_ms=15_000)
    loved = [-0.5] * 66
    loved[47:57] = [2.0] * 10
    (asked,) = choose(replace(material, appeal=tuple(loved)), CutKind.HIGHLIGHT, limit_ms=15_000)
    wanted = Span(47_000, 57_000)
    assert sum(clip.span.overlap_ms(wanted) for clip in asked.clips) > 7_000
    assert sum(clip.span.overlap_ms(wanted) for clip in plain.clips) < 7_000


def test_what_cannot_be_is_said() -> None:
    material = sample_season()[0]
    with pytest.raises(BadInput, match=r"lasts 65\.8 s, more than 60\.0 s"):
        choose(material, CutKind.FULL, limit_ms=60_000)
    with pytest.raises(NotEnoughData, match="nothing in the episodes before"):
        choose(material, CutKind.RECAP, limit_ms=20_000)
    with pytest.raises(BadInput, match="0 variants"):
        choose(material, CutKind.AD, limit_ms=20_000, variants=0)
    unasked = replace(material, story=replace(material.story, ending=replace(material.story.ending, evidence=())))
    (choice,) = choose(replace(unasked, promises=()), CutKind.TEASER, limit_ms=30_000)
    assert choice.question is not None
    assert "ends on an open question" in choice.meets
    quiet = replace(material.story, beats=(), hook=None)
    with pytest.raises(NotEnoughData, match="no hook and open question"):
        choose(replace(material, story=quiet), CutKind.TEASER, limit_ms=30_000)


# ------------------------------------------------------------------ against trying everything


@st.composite
def episodes(draw: st.DrawFn) -> Material:
    """A small episode: two to five lines with silences between them, shots anywhere, a hook and an ending."""
    lines: list[Line] = []
    at = draw(st.integers(0, 10)) * 200
    for number in range(draw(st.integers(2, 4))):
        end = at + draw(st.integers(4, 12)) * 200
        text = draw(st.sampled_from(["Go.", "Who are you?", "No!"]))
        lines.append(
            Line(LineKind.DIALOGUE, text, Source("a", number), speaker=draw(st.sampled_from("AB")), span=Span(at, end))
        )
        at = end + draw(st.integers(0, 6)) * 200
    end_ms = at + draw(st.integers(0, 8)) * 200
    cuts = sorted(draw(st.sets(st.integers(1, max(1, end_ms // 200 - 1)), max_size=3)))
    edges = [0, *(cut * 200 for cut in cuts if cut * 200 < end_ms), end_ms]
    shots = tuple(
        Shot(Span(a, b), ShotStart.CUT if a else ShotStart.START, a // 200, b // 200) for a, b in pairwise(edges)
    )
    hook, asks = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    beats = tuple(
        Beat(BeatType.REVEAL, line.span or Span(0, 0), draw(st.integers(0, 10)) / 10, (line.source,))
        for line in lines[:2]
    )
    story = EpisodeStory(
        Episode(1, (Scene("", Source("a", 0), tuple(lines)),)),
        end_ms,
        Timing.SUBTITLES,
        beats,
        tuple(draw(st.lists(st.floats(0, 1), min_size=-(-end_ms // 1000), max_size=-(-end_ms // 1000)))),
        Ending(EndingType.SUSPENSE, 0.7, Span(at, end_ms), (lines[asks].source,), question="Who is it?"),
        hook=Hook(0, (lines[hook].source,), "it begins"),
    )
    return Material("a.mp4", Footage(end_ms, (5, 1), shots), story)


def every_teaser(material: Material, limit: int, ends: tuple[Moment, ...]) -> Iterator[int]:
    """The value of every teaser that ends on one of some lines, by the rules as they are written down."""
    row = row_of(material)
    worth = worth_of(row.pieces, {1: by_second(material)})
    problem = replace(
        Problem(
            frames=tuple(piece.frames for piece in row.pieces),
            worth=worth,
            leaves=tuple(border.leaves for border in row.borders),
            enters=tuple(border.enters for border in row.borders),
            may_start=tuple(border.may_start for border in row.borders),
            may_end=tuple(border.may_end for border in row.borders),
            limit=limit,
            least_clip=5,
            join=350,
            jump=900,
        )
    )
    for hook in hooks(material):
        for question in ends:
            bonus = round(6_000 * hook.strength + 6_000 * question.strength)
            yield from (value + bonus for value in of_pair(material, row, problem, hook, question))


def of_pair(material: Material, row: Row, problem: Problem, hook: Moment, question: Moment) -> Iterator[int]:
    holds = {i for i, piece in enumerate(row.pieces) if piece.span.overlap_ms(hook.span)}
    asks = {i for i, piece in enumerate(row.pieces) if piece.span.overlap_ms(question.span)}
    ends = [b for b in range(max(asks) + 1, len(row.borders)) if row.borders[b].may_end]
    if not ends:
        return
    for clips in everything(problem):
        kept = {i for start, end in clips for i in range(start, end)}
        if not clips or not holds | asks <= kept or clips[-1][1] != ends[0]:
            continue
        first = row.borders[clips[0][0]].at_ms
        value = value_of(problem, clips)
        if value is not None and clips[0][0] <= min(holds) and hook.span.start_ms - first <= HOOK_MS:
            yield value
    yield from ahead(row, problem, holds, asks, ends[0], hook)


def ahead(row: Row, problem: Problem, holds: set[int], asks: set[int], last: int, hook: Moment) -> Iterator[int]:
    starts = [
        b
        for b in range(min(holds) + 1)
        if row.borders[b].may_start and hook.span.start_ms - row.borders[b].at_ms <= HOOK_MS
    ]
    ends = [b for b in range(max(holds) + 1, len(row.borders)) if row.borders[b].may_end]
    if not starts or not ends:
        return
    opening = set(range(max(starts), ends[0]))
    frames = sum(problem.frames[i] for i in opening)
    rest = replace(problem, barred=frozenset(opening), limit=problem.limit - frames)
    for clips in everything(rest):
        kept = {i for start, end in clips for i in range(start, end)}
        value = value_of(rest, clips)
        if value is not None and asks <= kept and clips[-1][1] == last and frames >= problem.least_clip:
            yield value + sum(problem.worth[i] for i in opening) - problem.join - 1_200


@settings(max_examples=80, deadline=None)
@given(episodes(), st.integers(2_000, 9_000))
def test_a_teaser_is_the_best_of_all_teasers(material: Material, limit_ms: int) -> None:
    whole_ms = material.duration_ms
    shown_ms = max(round(MOST_TEASED * whole_ms), min(whole_ms, LEAST_TEASER_MS))
    limit = min(limit_ms, shown_ms) * 5 // 1000
    values = list(every_teaser(material, limit, questions(material)[:3]))
    values = values or list(every_teaser(material, limit, hooks(material)[:5]))
    if not values:
        with pytest.raises(NotEnoughData):
            choose(material, CutKind.TEASER, limit_ms=limit_ms)
        return
    (choice,) = choose(material, CutKind.TEASER, limit_ms=limit_ms)
    assert choice.value == max(values) / 1000
    check(material, choice, limit_ms)


def test_the_rules_tried_here_are_the_rules_chosen_by() -> None:
    assert (rules._HOOK, rules._QUESTION, rules._JOIN, rules._JUMP, rules._AHEAD) == (6_000, 6_000, 350, 900, 1_200)


def test_a_recap_shows_what_is_paid_off_and_what_was_left_open() -> None:
    season = sample_season()
    (choice,) = choose(season[4], CutKind.RECAP, limit_ms=20_000, earlier=season[:4])
    assert 'Episode 1, "Fine. Divorce papers. Sign, and you can keep the mop.": it is paid off now' in choice.reason
    assert "it left open: What does the newcomer change?" in choice.reason
    assert choice.clips[0].source == "ep01.mp4"


def test_too_little_time_still_keeps_hook_and_ending() -> None:
    material = sample_season()[0]
    assert material.story.hook is not None
    (choice,) = choose(material, CutKind.SILENT, limit_ms=22_000)
    for source in (*material.story.hook.evidence, *material.story.ending.evidence):
        line = line_of(material, source)
        assert any(clip.span.overlap_ms(line) == line.duration_ms for clip in choice.clips)
    assert "No room for" in choice.reason
