"""Step 4 of choosing: what a kind of cut asks for, and the choices that meet it.

Each kind turns an episode into a ``Problem`` (what must be in, where it begins and ends, what it may
last); ``optimum.best`` answers it exactly.  Teasers and ads are answered once for each pair of a hook
and an open question, and the best pair wins.  Variants after the first are the best that differ enough.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hookline.edit.optimum import Problem, Solution, best, best_by_end
from hookline.edit.pieces import Material, Row, frame_at, joined, row_of
from hookline.edit.recap import recap_rates, relied_on
from hookline.edit.worth import (
    SCALE,
    Moment,
    by_second,
    essentials,
    hooks,
    questions,
    silent_rates,
    worth_of,
)
from hookline.model.cut import Clip, CutKind
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.script import LineKind, Source
from hookline.model.span import Span
from hookline.model.story import Timing

HOOK_MS = 3_000  # in which the hook begins
LEAST_CLIP_MS = 1_000
MOST_TEASED = 0.5  # of an episode that a teaser shows: the rest is why people come
LEAST_TEASER_MS = 6_000  # that a teaser of a very short episode may last all the same
MOST_OVERLAP = 0.5  # of two variants: shared time by the time of both together (Jaccard)
AD_LIMITS_MS = (6_000, 15_000, 30_000)
_LEAST_AD = 0.6  # of its limit
_JOIN = round(0.35 * SCALE)
_JUMP = round(0.9 * SCALE)  # a join within a shot shows as a jump
_AHEAD = round(1.2 * SCALE)  # to open with what comes later asks viewers to find their way back
_HOOK = 6 * SCALE
_QUESTION = 6 * SCALE
_ESSENTIAL = 1_000 * SCALE  # more than any cut's seconds together
_HOOKS, _QUESTIONS = 5, 3  # tried for a teaser
_TELLING = frozenset((CutKind.TRIMMED, CutKind.SILENT))  # keep the story whole
_SHOWING = frozenset((CutKind.TEASER, CutKind.AD, CutKind.HIGHLIGHT))  # made for people who have not paid


@dataclass(frozen=True, slots=True)
class Choice:
    """What one version keeps, and why."""

    kind: CutKind
    clips: tuple[Clip, ...]  # in order of play
    reason: str
    value: float  # in even seconds, joins paid for; comparable among choices of one kind and episode
    meets: tuple[str, ...]  # what it keeps to, in words
    hook: Source | None = None
    question: Source | None = None

    @property
    def duration_ms(self) -> int:
        """Length of the version."""
        return sum(clip.span.duration_ms for clip in self.clips)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A solved problem on its row: clips in order of play, as stretches of pieces."""

    row: Row
    clips: tuple[tuple[int, int], ...]
    value: int
    hook: Moment | None = None
    question: Moment | None = None
    missing: tuple[Moment, ...] = ()  # essentials that found no room


def choose(
    material: Material,
    kind: CutKind,
    *,
    limit_ms: int | None,
    least_ms: int = 0,
    variants: int = 1,
    earlier: Sequence[Material] = (),
    before_ms: int | None = None,
    free_until: int | None = None,
    spoilers: bool = False,
) -> tuple[Choice, ...]:
    """What to keep of an episode for one kind of version, best first.

    Args:
        material: the episode; for a recap the one that follows it.
        kind: what the version is for.
        limit_ms: what it may last; None for no limit.
        least_ms: what it must last.
        variants: how many to give; fewer where the episode has no others that differ enough.
        earlier: the episodes before it, for a recap.
        before_ms: nothing from this moment on is shown.
        free_until: the last episode that viewers see without paying; teasers, ads and highlights show none after it.
        spoilers: show paid episodes all the same.

    Raises:
        BadInput: the options can't be met, or the episode may not be shown.
        NotEnoughData: the episode has nothing that such a version could be made of.
    """
    _check(material, kind, limit_ms=limit_ms, variants=variants, free_until=None if spoilers else free_until)
    asked = _Asked(material, kind, limit_ms, least_ms, tuple(earlier), before_ms)
    choices = _choices(asked, variants)
    while limit_ms is not None and (longest := max(one.duration_ms for one in choices)) > limit_ms:
        asked = replace(asked, spared=asked.spared + 1 + asked.frames(longest - limit_ms))
        choices = _choices(asked, variants)  # frames of an uneven rate can last longer than counted
    return choices


def _choices(asked: _Asked, variants: int) -> tuple[Choice, ...]:
    return tuple(_choice(asked, draft) for draft in _different(asked, variants))


@dataclass(frozen=True, slots=True)
class _Asked:
    material: Material
    kind: CutKind
    limit_ms: int | None
    least_ms: int
    earlier: tuple[Material, ...]
    before_ms: int | None
    spared: int = 0  # frames

    @property
    def limit(self) -> int:
        """Frames at most."""
        whole_ms = sum(each.duration_ms for each in (self.material, *self.earlier))
        if self.kind is CutKind.TEASER:
            whole_ms = max(round(MOST_TEASED * whole_ms), min(whole_ms, LEAST_TEASER_MS))
        limit_ms = whole_ms if self.limit_ms is None else min(self.limit_ms, whole_ms)
        rate, scale = self.material.footage.fps
        return limit_ms * rate // (1000 * scale) - self.spared

    def frames(self, ms: int) -> int:
        """Frames in so many milliseconds, the nearest number."""
        return frame_at(self.material.footage, ms)


def _check(material: Material, kind: CutKind, *, limit_ms: int | None, variants: int, free_until: int | None) -> None:
    if variants < 1:
        raise BadInput(f"{variants} variants can't be made", mend="ask for one or more")
    if limit_ms is not None and limit_ms < LEAST_CLIP_MS:
        raise BadInput(f"a cut can't be {limit_ms} ms long", mend=f"allow {LEAST_CLIP_MS} ms or more")
    if kind is CutKind.FULL and limit_ms is not None and material.duration_ms > limit_ms:
        raise BadInput(
            f"episode {material.number} lasts {material.duration_ms / 1000:.1f} s, more than {limit_ms / 1000:.1f} s",
            mend="choose the kind 'trimmed', or a platform that takes longer videos",
        )
    if free_until is not None and kind in _SHOWING and material.number > free_until:
        raise BadInput(
            f"episode {material.number} is paid for (free are those up to {free_until}), this {kind.value} shows it",
            mend="make it of a free episode, or ask for spoilers",
        )


# ------------------------------------------------------------------ the kinds


Solve = Callable[["_Asked", frozenset[int], float], Iterator[_Draft]]


def _different(asked: _Asked, variants: int) -> list[_Draft]:
    """The best draft, then the best ones that share little with those before."""
    solve = _SOLVERS[asked.kind]
    kept: list[_Draft] = []
    for discount in (0.0, 0.3, 0.6, 0.9, 1.0):
        while len(kept) < variants:
            shown = frozenset(piece for draft in kept for piece in _pieces(draft))
            pairs = {(draft.hook, draft.question) for draft in kept}
            fitting = [draft for draft in solve(asked, shown, discount) if all(_differs(draft, one) for one in kept)]
            if not fitting:
                break
            kept.append(max(fitting, key=lambda draft: ((draft.hook, draft.question) not in pairs, draft.value)))
    if not kept:
        raise _nothing(asked)
    return kept


def _pieces(draft: _Draft) -> Iterator[int]:
    return (piece for first, end in draft.clips for piece in range(first, end))


def _differs(one: _Draft, other: _Draft) -> bool:
    """Whether two share at most ``MOST_OVERLAP`` of their time."""
    mine, yours = set(_pieces(one)), set(_pieces(other))
    frames = one.row.pieces
    shared = sum(frames[piece].frames for piece in mine & yours)
    return shared <= MOST_OVERLAP * sum(frames[piece].frames for piece in mine | yours)


def _nothing(asked: _Asked) -> NotEnoughData:
    wanted = {
        CutKind.TEASER: "no hook and open question that fit",
        CutKind.AD: "no hook that fits",
        CutKind.RECAP: "nothing in the episodes before that it relies on",
    }.get(asked.kind, "nothing that fits")
    limit = "" if asked.limit_ms is None else f" in {asked.limit_ms / 1000:g} s"
    return NotEnoughData(
        f"episode {asked.material.number} has {wanted}{limit}",
        mend="allow more time, or correct the episode's hook and ending (hookline story --export)",
    )


def _problem(asked: _Asked, row: Row, worth: Sequence[int]) -> Problem:
    borders = row.borders
    return Problem(
        frames=tuple(piece.frames for piece in row.pieces),
        worth=tuple(worth),
        leaves=tuple(border.leaves for border in borders),
        enters=tuple(border.enters for border in borders),
        may_start=tuple(border.may_start for border in borders),
        may_end=tuple(border.may_end for border in borders),
        limit=asked.limit,
        least=asked.frames(asked.least_ms),
        least_clip=max(1, asked.frames(LEAST_CLIP_MS)),
        join=_JOIN,
        jump=_JUMP,
        barred=_too_late(asked, row),
        breaks=row.breaks,
    )


def _too_late(asked: _Asked, row: Row) -> frozenset[int]:
    """Pieces of the episode itself that reach beyond ``before_ms``."""
    if asked.before_ms is None:
        return frozenset()
    number = asked.material.number
    return frozenset(
        i for i, piece in enumerate(row.pieces) if piece.episode == number and piece.span.end_ms > asked.before_ms
    )


def _solved(
    row: Row, problem: Problem, solution: Solution, worth: Sequence[int], missing: tuple[Moment, ...] = ()
) -> _Draft:
    """A solution at its own worth, whatever the problem made of its pieces."""
    kept = [piece for first, end in solution.clips for piece in range(first, end)]
    value = solution.value + sum(worth[piece] - problem.worth[piece] for piece in kept)
    return _Draft(row, solution.clips, value, missing=missing)


def _discounted(worth: Sequence[int], shown: frozenset[int], discount: float) -> tuple[int, ...]:
    return tuple(round(value * (1 - discount)) if i in shown else value for i, value in enumerate(worth))


def _full(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    row = row_of(asked.material)
    problem = _problem(asked, row, worth_of(row.pieces, {asked.material.number: by_second(asked.material)}))
    last = min(problem.barred, default=len(row.pieces))
    if last:
        yield _Draft(row, ((0, last),), sum(problem.worth[:last]))


def _trimmed(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    yield from _with_essentials(asked, by_second(asked.material), shown, discount)


def _silent(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    rates = silent_rates(asked.material, by_second(asked.material))
    yield from _with_essentials(asked, rates, shown, discount)


def _with_essentials(
    asked: _Asked, rates: tuple[float, ...], shown: frozenset[int], discount: float
) -> Iterator[_Draft]:
    """The most worth that keeps every line the story needs; where they don't all fit, the most of them."""
    row = row_of(asked.material)
    worth = worth_of(row.pieces, {asked.material.number: rates})
    problem = _problem(asked, row, _discounted(worth, shown, discount))
    wanted = [(moment, _covering(row, moment)) for moment in essentials(asked.material)]
    wanted = [(moment, pieces) for moment, pieces in wanted if not pieces & problem.barred]
    solution = best(replace(problem, needed=_together(wanted)))
    if solution is not None:
        yield _solved(row, problem, solution, worth)
        return
    paid = _paid_for(problem, wanted)
    ends = [(moment, pieces) for moment, pieces in wanted if moment.strength >= 1]  # the hook and the ending
    solution = best(replace(paid, needed=_together(ends))) or best(paid)
    if solution is not None:
        kept = {piece for first, end in solution.clips for piece in range(first, end)}
        yield _solved(row, paid, solution, worth, tuple(moment for moment, pieces in wanted if not pieces <= kept))


def _together(wanted: Iterable[tuple[Moment, frozenset[int]]]) -> frozenset[int]:
    return frozenset().union(*(pieces for _, pieces in wanted))


def _paid_for(problem: Problem, wanted: Iterable[tuple[Moment, frozenset[int]]]) -> Problem:
    """The problem with pieces of wanted lines worth more than all others together."""
    worth = list(problem.worth)
    for moment, pieces in wanted:
        for piece in pieces:
            worth[piece] = max(worth[piece], problem.worth[piece] + round(_ESSENTIAL * moment.strength))
    return replace(problem, worth=tuple(worth))


def _highlight(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    """The stretch that stands out most: every second counts by how far it is above the episode's mean."""
    row = row_of(asked.material)
    rates = by_second(asked.material)
    mean = sum(rates) / max(1, len(rates))
    worth = worth_of(row.pieces, {asked.material.number: tuple(rate - mean for rate in rates)})
    never = sum(abs(value) for value in worth) + 1
    problem = replace(_problem(asked, row, _discounted(worth, shown, discount)), join=never)
    solution = best(replace(problem, barred=problem.barred | (shown if discount == 1.0 else frozenset())))
    if solution is not None and len(solution.clips) == 1:
        yield _solved(row, problem, solution, worth)


def _recap(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    """What the episode relies on in those before it; seconds that it doesn't rely on cost."""
    rates = recap_rates(asked.material, asked.earlier)
    told = [material for material in asked.earlier if any(rate > 0 for rate in rates[material.number])]
    if not told:
        return
    row = joined(told)
    worth = worth_of(row.pieces, rates)
    problem = _problem(asked, row, _discounted(worth, shown, discount))
    solution = best(problem)
    if solution is not None and solution.value > 0:
        yield _solved(row, problem, solution, worth)


def _teaser(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    """A hook first and an open question last; without any question, it breaks off on a line that hooks."""
    drafts = list(_hooked(asked, questions(asked.material)[:_QUESTIONS], shown, discount))
    yield from drafts or _hooked(asked, hooks(asked.material)[:_HOOKS], shown, discount)


def _ad(asked: _Asked, shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    """As a teaser, filling most of its time; it may end on anything left hanging, in 6 s on the hook itself."""
    least = replace(asked, least_ms=max(asked.least_ms, round(_LEAST_AD * (asked.limit_ms or 0))))
    asks = questions(asked.material)[:_QUESTIONS]
    known = {moment.source for moment in asks}
    ends = [*asks, *(moment for moment in hooks(asked.material)[:_HOOKS] if moment.source not in known)]
    drafts = list(_hooked(least, ends, shown, discount))
    yield from drafts or _hooked(asked, ends, shown, discount)


def _hooked(asked: _Asked, ends: Sequence[Moment], shown: frozenset[int], discount: float) -> Iterator[_Draft]:
    """The best version for each pair of a hook and a line to end on."""
    row = row_of(asked.material)
    worth = worth_of(row.pieces, {asked.material.number: by_second(asked.material)})
    problem = _problem(asked, row, _discounted(worth, shown, discount))
    for hook in hooks(asked.material)[:_HOOKS]:
        drafts = [*_in_order(row, problem, hook, ends), *_ahead(row, problem, hook, ends)]
        for question in ends:
            draft = max((one for one in drafts if one.question is question), key=lambda one: one.value, default=None)
            if draft is not None:
                more = round(_HOOK * hook.strength + _QUESTION * question.strength)
                more += sum(worth[piece] - problem.worth[piece] for piece in _pieces(draft))
                yield replace(draft, value=draft.value + more)


def _in_order(row: Row, problem: Problem, hook: Moment, ends: Sequence[Moment]) -> Iterator[_Draft]:
    """Hook first and the rest as it comes."""
    needed, starts = _covering(row, hook), _starts(row, hook)
    if not starts or needed & problem.barred:
        return
    before = frozenset(range(min(starts)))
    opened = replace(problem, needed=needed, starts_at=frozenset(starts), barred=problem.barred | before)
    for question, solution in _ending_on(row, opened, ends):
        yield _Draft(row, solution.clips, solution.value, hook, question)


def _ahead(row: Row, problem: Problem, hook: Moment, ends: Sequence[Moment]) -> Iterator[_Draft]:
    """A later moment first, alone, then the way there and past it; it isn't shown twice."""
    shown = _covering(row, hook)
    start = next(iter(_starts(row, hook)), 0)
    until = _border_after(row, hook)
    if not start or until is None or shown & problem.barred:
        return
    opening = frozenset(range(start, until))
    frames, worth = sum(problem.frames[i] for i in opening), sum(problem.worth[i] for i in opening)
    if frames < problem.least_clip:
        return
    rest = replace(
        problem,
        limit=problem.limit - frames,
        least=max(0, problem.least - frames),
        barred=problem.barred | opening,
    )
    for question, solution in _ending_on(row, rest, ends):
        if solution.clips[0][0] < start:
            value = worth + solution.value - problem.join - _AHEAD
            yield _Draft(row, ((start, until), *solution.clips), value, hook, question)


def _ending_on(row: Row, problem: Problem, ends: Sequence[Moment]) -> Iterator[tuple[Moment, Solution]]:
    """The best clips that end on each of some lines, all of the line in them."""
    places = {end: moment for moment in ends if (end := _border_after(row, moment)) is not None}
    solutions = {solution.clips[-1][1]: solution for solution in best_by_end(problem, sorted(places))}
    for moment in ends:
        end, asks = _border_after(row, moment), _covering(row, moment)
        if end not in solutions or asks & problem.barred:
            continue
        solution: Solution | None = solutions[end]
        if solution is not None and not asks <= {i for first, until in solution.clips for i in range(first, until)}:
            solution = best(replace(problem, needed=problem.needed | asks, ends_at=end))
        if solution is not None:
            yield moment, solution


def _covering(row: Row, moment: Moment) -> frozenset[int]:
    """The pieces of an episode that hold a line."""
    first = bisect_right(row.pieces, moment.span.start_ms, key=lambda piece: piece.span.end_ms)
    end = bisect_left(row.pieces, moment.span.end_ms, key=lambda piece: piece.span.start_ms)
    return frozenset(range(first, end))


def _starts(row: Row, hook: Moment) -> list[int]:
    """Borders from which a clip may begin so that the hook begins in its first seconds, nearest first."""
    first = min(_covering(row, hook), default=-1)
    return [
        border
        for border in range(first, -1, -1)
        if row.borders[border].may_start and hook.span.start_ms - row.borders[border].at_ms <= HOOK_MS
    ]


def _border_after(row: Row, moment: Moment) -> int | None:
    """The first border at or after the end of a line at which a clip may end."""
    last = max(_covering(row, moment), default=-1)
    return next((border for border in range(last + 1, len(row.borders)) if row.borders[border].may_end), None)


_SOLVERS: dict[CutKind, Solve] = {
    CutKind.FULL: _full,
    CutKind.TRIMMED: _trimmed,
    CutKind.TEASER: _teaser,
    CutKind.RECAP: _recap,
    CutKind.AD: _ad,
    CutKind.HIGHLIGHT: _highlight,
    CutKind.SILENT: _silent,
}


# ------------------------------------------------------------------ in words


def _choice(asked: _Asked, draft: _Draft) -> Choice:
    clips = tuple(_clip(draft.row, first, end) for first, end in draft.clips)
    return Choice(
        asked.kind,
        clips,
        " ".join(_reason(asked, draft)),
        draft.value / SCALE,
        tuple(_meets(asked, draft)),
        draft.hook.source if draft.hook else None,
        draft.question.source if draft.question else None,
    )


def _clip(row: Row, first: int, end: int) -> Clip:
    pieces = row.pieces[first:end]
    return Clip(pieces[0].source, Span(pieces[0].span.start_ms, pieces[-1].span.end_ms))


def _reason(asked: _Asked, draft: _Draft) -> Iterator[str]:
    if draft.hook:
        later = " (from later in the episode)" if draft.clips[0][0] > min(first for first, _ in draft.clips) else ""
        yield f'Opens with "{_short(draft.hook.text)}"{later}: {_ended(draft.hook.why)}'
    if draft.question:
        open_still = ", which leaves open" if draft.question.asks else ", and breaks off there"
        yield f'Ends on "{_short(draft.question.text)}"{open_still}: {_ended(draft.question.why)}'
    if asked.kind in _TELLING and not draft.missing:
        yield "Every line that the story turns on is kept."
    if asked.kind is CutKind.HIGHLIGHT:
        yield from _peak(asked, draft)
    if asked.kind is CutKind.RECAP:
        yield from _relied_on(asked, draft)
    yield from _left_out(asked, draft)
    for moment in draft.missing:
        yield f'No room for "{_short(moment.text)}" ({moment.why}).'


def _ended(text: str) -> str:
    """A text that ends as a sentence does."""
    return text if text.rstrip("\"'”’」』").endswith((".", "!", "?", "…", "。", "！", "？")) else f"{text}."


def _peak(asked: _Asked, draft: _Draft) -> Iterator[str]:
    """The strongest moment of a highlight."""
    spans = [_clip(draft.row, first, end).span for first, end in draft.clips]
    inside = [moment for moment in hooks(asked.material) if any(span.overlap_ms(moment.span) for span in spans)]
    if inside:
        yield f'The stretch that stands out most, at its strongest "{_short(inside[0].text)}": {_ended(inside[0].why)}'


def _relied_on(asked: _Asked, draft: _Draft) -> Iterator[str]:
    """What a recap shows, and what for."""
    clips = [_clip(draft.row, first, end) for first, end in draft.clips]
    reliances = relied_on(asked.material, asked.earlier)
    for one in asked.earlier:
        for moment in reliances[one.number]:
            if any(clip.source == one.source and clip.span.overlap_ms(moment.span) for clip in clips):
                yield f'Episode {one.number}, "{_short(moment.text)}": {_ended(moment.why)}'


def _left_out(asked: _Asked, draft: _Draft) -> Iterator[str]:
    if asked.kind is CutKind.FULL:
        yield "The whole episode."
        return
    kept = set(_pieces(draft))
    gone = [piece for i, piece in enumerate(draft.row.pieces) if i not in kept]
    lines = (
        []
        if asked.kind is CutKind.RECAP
        else [
            line.text
            for line in asked.material.story.episode.lines()
            if line.kind is LineKind.DIALOGUE
            and line.span
            and any(piece.episode == asked.material.number and piece.span.overlap_ms(line.span) for piece in gone)
        ]
    )
    seconds = sum(piece.span.duration_ms for piece in gone) / 1000
    if not seconds:
        yield "Nothing is left out."
    elif lines:
        quoted = ", ".join(f'"{_short(text)}"' for text in lines[:3])
        more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
        yield f"Left out: {seconds:.0f} s worth least here, among them {quoted}{more}."
    else:
        yield f"Left out: {seconds:.0f} s."


def _meets(asked: _Asked, draft: _Draft) -> Iterator[str]:
    timed = asked.material.story.timing is Timing.SUBTITLES or asked.material.heard
    yield "whole sentences" if timed else "whole lines, as far as their reading time tells"
    if asked.kind in _TELLING and not draft.missing:
        yield "the whole story"
    if asked.limit_ms is not None:
        yield f"at most {asked.limit_ms / 1000:g} s"
    if asked.kind is CutKind.TEASER and asked.material.duration_ms * MOST_TEASED >= LEAST_TEASER_MS:
        yield f"at most {100 * MOST_TEASED:.0f} % of the episode"
    if draft.hook:
        yield f"hook in the first {HOOK_MS / 1000:g} s"
    if draft.question:
        yield "ends on an open question" if draft.question.asks else "breaks off on a line that hooks"
    if asked.before_ms is not None:
        yield f"nothing from {asked.before_ms / 1000:g} s on"


def _short(text: str, most: int = 60) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
