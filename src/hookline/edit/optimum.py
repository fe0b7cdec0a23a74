"""Step 3 of choosing: the best clips out of a row of pieces, exactly.

Dynamic programming over the borders between pieces and the frames used.  Worths are whole numbers, so
the value found is the highest there is, not nearly so; the tests hold it equal to trying everything.

For border ``i`` and ``t`` frames used: ``waiting[i][t]`` is the most that clips ended before ``i`` can
be worth, every join paid for; ``running[i][t]`` the same with a clip, long enough already, that reaches
up to ``i``.  A clip may end where ``running`` may stop, and the next may begin at any later border.  So
n pieces and T frames cost about ``5 n`` sums of T numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.int64]

NEVER = -(1 << 60)  # worth of what can't be: no sum of real worths comes near


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of pieces and what is asked of the clips taken from it.

    Borders are numbered from 0, before the first piece, to ``len(frames)``.
    """

    frames: tuple[int, ...]  # length of each piece
    worth: tuple[int, ...]  # of each piece, if it is kept
    leaves: tuple[int, ...]  # by border: the shot that ends there or goes on
    enters: tuple[int, ...]  # by border: the shot that begins there or goes on
    may_start: tuple[bool, ...]  # by border: whether a clip may begin there
    may_end: tuple[bool, ...]
    limit: int  # frames in all
    least: int = 0  # frames in all
    least_clip: int = 1  # frames of a clip
    join: int = 0  # what a join between two clips costs
    jump: int = 0  # what it costs besides, within one shot
    needed: frozenset[int] = frozenset()  # pieces that must be kept
    barred: frozenset[int] = frozenset()  # pieces that must not
    breaks: frozenset[int] = frozenset()  # borders that no clip goes over: another source begins
    starts_at: frozenset[int] | None = None  # borders at one of which the first clip begins
    ends_at: int | None = None  # border at which the last clip ends


@dataclass(frozen=True, slots=True)
class Solution:
    """Clips as stretches of pieces [first, end), in order, and what they are worth, joins paid for."""

    clips: tuple[tuple[int, int], ...]
    value: int
    frames: int


def best(problem: Problem) -> Solution | None:
    """The clips worth most; None where nothing meets what is asked."""
    ends = range(len(problem.frames) + 1) if problem.ends_at is None else (problem.ends_at,)
    return max(best_by_end(problem, ends), key=lambda solution: solution.value, default=None)


def best_by_end(problem: Problem, ends: Iterable[int]) -> Iterator[Solution]:
    """For each border at which the last clip may end, the clips worth most that do; those that can't be are left out.

    One table answers for all of them; ``problem.ends_at`` is not looked at.
    """
    if problem.limit < max(problem.least, problem.least_clip):
        return
    waiting, running = _tables(problem)
    last_needed = max(problem.needed, default=-1)
    for end in ends:
        if end <= last_needed or not problem.may_end[end]:
            continue
        worths = running[end][problem.least :]
        used = problem.least + int(worths.argmax())
        value = int(running[end][used])
        if value > NEVER // 2:
            yield Solution(tuple(_traced(problem, waiting, running, end, used)), value, used)


def _tables(problem: Problem) -> tuple[list[Row], list[Row]]:
    size = problem.limit + 1
    never = np.full(size, NEVER, np.int64)
    begin = never.copy()
    begin[0] = 0
    waiting: list[Row] = []
    running: list[Row] = [never]
    far, near, shot = never, never, -1  # clips ended in earlier shots, and in this one, the next join paid for
    for i in range(len(problem.frames) + 1):
        if problem.enters[i] != shot:
            far, near, shot = np.maximum(far, near + problem.jump), never, problem.enters[i]
        if i in problem.breaks and problem.may_end[i]:
            far = np.maximum(far, running[i] - problem.join)
        ended = np.maximum(far, near)
        waiting.append(np.maximum(ended, begin) if problem.starts_at is None or i in problem.starts_at else ended)
        if i == len(problem.frames):
            break
        if i in problem.needed:
            far, near, begin = never, never, never
        elif problem.may_end[i] and i not in problem.breaks:
            if problem.leaves[i] == shot:
                near = np.maximum(near, running[i] - (problem.join + problem.jump))
            else:
                far = np.maximum(far, running[i] - problem.join)
        running.append(_running(problem, waiting, running, i, never))
    return waiting, running


def _running(problem: Problem, waiting: list[Row], running: list[Row], i: int, never: Row) -> Row:
    """``running`` at border ``i + 1``: piece ``i`` goes on with a clip, or makes a new one long enough."""
    if i in problem.barred:
        return never
    row = never
    if i not in problem.breaks:
        row = _moved(running[i], problem.frames[i], problem.worth[i])
    for start, frames, worth in _newly_long(problem, i + 1):
        row = np.maximum(row, _moved(waiting[start], frames, worth))
    return row


def _newly_long(problem: Problem, end: int) -> Iterator[tuple[int, int, int]]:
    """Starts from which a clip up to ``end`` is long enough, and one piece less is not."""
    frames = worth = 0
    for start in range(end - 1, -1, -1):
        if start in problem.barred:
            return
        frames += problem.frames[start]
        worth += problem.worth[start]
        if frames - problem.frames[end - 1] >= problem.least_clip:
            return
        if frames >= problem.least_clip and problem.may_start[start]:
            yield start, frames, worth
        if start in problem.breaks:
            return


def _moved(row: Row, frames: int, worth: int) -> Row:
    """A row with ``frames`` more used and ``worth`` more gained."""
    moved = np.empty_like(row)
    moved[:frames] = NEVER
    np.add(row[: max(0, len(row) - frames)], worth, out=moved[frames:])
    return moved


def _traced(problem: Problem, waiting: list[Row], running: list[Row], at: int, used: int) -> list[tuple[int, int]]:
    """The clips that lead to ``running[at][used]``, by taking its sums apart again."""
    clips: list[tuple[int, int]] = []
    while True:
        start, used = _clip_start(problem, waiting, running, at, used)
        clips.append((start, at))
        before = _clip_before(problem, waiting, running, start, used)
        if before is None:
            return clips[::-1]
        at = before


def _clip_start(problem: Problem, waiting: list[Row], running: list[Row], at: int, used: int) -> tuple[int, int]:
    """Where the clip up to border ``at`` begins, and the frames used before it."""
    while True:
        value = int(running[at][used])
        for start, frames, worth in _newly_long(problem, at):
            if frames <= used and int(waiting[start][used - frames]) + worth == value:
                return start, used - frames
        used -= problem.frames[at - 1]
        at -= 1


def _clip_before(problem: Problem, waiting: list[Row], running: list[Row], start: int, used: int) -> int | None:
    """The border at which the clip before the one from ``start`` ends; None if that is the first."""
    value = int(waiting[start][used])
    for end in range(start if start in problem.breaks else start - 1, -1, -1):
        if end < start and end in problem.needed:
            break
        cost = problem.join + (problem.jump if problem.leaves[end] == problem.enters[start] else 0)
        if problem.may_end[end] and int(running[end][used]) - cost == value:
            return end
    return None
