"""The optimiser against trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.edit.optimum import Problem, Solution, best

Clips = tuple[tuple[int, int], ...]


def everything(problem: Problem, at: int = 0) -> Iterator[Clips]:
    """Every way to take clips from border ``at`` on, none included."""
    yield ()
    n = len(problem.frames)
    for start in range(at, n):
        for end in range(start + 1, n + 1):
            touches = end if end in problem.breaks else end + 1
            for rest in everything(problem, touches):
                yield ((start, end), *rest)


def value_of(problem: Problem, clips: Clips) -> int | None:
    """What clips are worth; None where they break a rule."""
    kept = [piece for start, end in clips for piece in range(start, end)]
    frames = sum(problem.frames[piece] for piece in kept)
    meets = (
        clips
        and problem.least <= frames <= problem.limit
        and all(problem.may_start[start] and problem.may_end[end] for start, end in clips)
        and all(sum(problem.frames[start:end]) >= problem.least_clip for start, end in clips)
        and not any(start < border < end for start, end in clips for border in problem.breaks)
        and problem.needed <= set(kept)
        and not problem.barred & set(kept)
        and (problem.starts_at is None or clips[0][0] in problem.starts_at)
        and problem.ends_at in (None, clips[-1][1])
    )
    if not meets:
        return None
    value = sum(problem.worth[piece] for piece in kept)
    for (_, end), (start, _) in pairwise(clips):
        value -= problem.join + (problem.jump if problem.leaves[end] == problem.enters[start] else 0)
    return value


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    n = draw(st.integers(1, 7))
    cuts = [draw(st.booleans()) for _ in range(n + 1)]
    breaks = frozenset(draw(st.sets(st.integers(1, n - 1), max_size=1)) if n > 1 else ())
    leaves, enters, shot = [], [], 0
    for border in range(n + 1):
        leaves.append(shot)
        shot += border > 0 and (cuts[border] or border in breaks)
        enters.append(shot)
    pieces = st.integers(0, n - 1)
    borders = st.none() | st.integers(0, n)
    flags = st.lists(st.sampled_from([True, True, True, False]), min_size=n + 1, max_size=n + 1)
    frames = tuple(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)))
    return Problem(
        frames=frames,
        worth=tuple(draw(st.lists(st.integers(-5, 20), min_size=n, max_size=n))),
        leaves=tuple(leaves),
        enters=tuple(enters),
        may_start=tuple(draw(flags)),
        may_end=tuple(draw(flags)),
        limit=draw(st.integers(1, sum(frames) + 2)),
        least=draw(st.integers(0, 6)),
        least_clip=draw(st.integers(1, 8)),
        join=draw(st.integers(0, 6)),
        jump=draw(st.integers(0, 6)),
        needed=frozenset(draw(st.sets(pieces, max_size=2))),
        barred=frozenset(draw(st.sets(pieces, max_size=2))),
        breaks=breaks,
        starts_at=draw(st.none() | st.frozensets(st.integers(0, n), min_size=1, max_size=3)),
        ends_at=draw(borders),
    )


@settings(max_examples=300, deadline=None)
@given(problems())
def test_the_optimum_is_the_best_of_everything(problem: Problem) -> None:
    values = [value for clips in everything(problem) if (value := value_of(problem, clips)) is not None]
    found = best(problem)
    assert (None if found is None else found.value) == max(values, default=None)
    if found is not None:
        assert value_of(problem, found.clips) == found.value
        assert sum(sum(problem.frames[start:end]) for start, end in found.clips) == found.frames


PLAIN = Problem(
    frames=(10, 10, 10, 10),
    worth=(5, 1, 1, 9),
    leaves=(0, 0, 0, 1, 1),
    enters=(0, 0, 1, 1, 1),
    may_start=(True,) * 5,
    may_end=(True,) * 5,
    limit=20,
)


def test_a_join_is_paid_for_and_a_jump_within_a_shot_more() -> None:
    assert best(PLAIN) == Solution(((0, 1), (3, 4)), 14, 20)
    assert best(replace(PLAIN, join=5)) == Solution(((2, 4),), 10, 20)
    one_shot = replace(PLAIN, leaves=(0,) * 5, enters=(0,) * 5, jump=5)
    assert best(one_shot) == Solution(((2, 4),), 10, 20)


def test_what_cannot_be_is_none() -> None:
    assert best(replace(PLAIN, needed=frozenset((0, 1, 2)))) is None
    assert best(replace(PLAIN, least_clip=21)) is None
    assert best(replace(PLAIN, starts_at=frozenset((2,)), ends_at=1)) is None


@pytest.mark.parametrize("limit", [10, 20, 30, 40])
def test_more_time_is_never_worth_less(limit: int) -> None:
    less, more = best(replace(PLAIN, limit=limit - 5)), best(replace(PLAIN, limit=limit))
    assert more is not None
    assert less is None or less.value <= more.value
