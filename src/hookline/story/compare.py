"""How one draft became another: which episode is which, which line is which, and what that changed.

Episodes are paired by their wording, not by their numbers: the likeness of two episodes is the share
of three-word runs (Han characters count as words) that both hold (Dice), and pairs are taken from the
most alike down to ``ALIKE``, of equals the one that keeps its number.  What is left under one number
is that episode written anew; the rest was added or removed.  Lines of a pair are aligned by their
letters (difflib); a stretch that was replaced is paired line by line while two are alike
(``REWORDED``), and what is gone here and new there has moved.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from hookline.model.script import Line
from hookline.model.story import EpisodeStory, SeriesStory
from hookline.story.corrections import letters
from hookline.story.people import shares
from hookline.story.result import (
    BeatChange,
    ChangeKind,
    Comparison,
    EpisodeChange,
    Figures,
    LineChange,
    PersonChange,
)

C = ChangeKind

ALIKE = 0.25  # share of the wording from which two episodes are one
REWORDED = 0.5  # share of letters that a reworded line keeps
MOVED_LETTERS = 8  # a shorter line is said anywhere
WEIGHS_OTHERWISE = 0.1  # a beat's intensity that changed by less has not changed
PART_CHANGED = 0.01  # a person's share of all talk likewise
EDGE_S = 15  # the opening and the closing whose tension is set side by side

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Pair:
    """An episode in both drafts, or in one."""

    before: EpisodeStory | None
    after: EpisodeStory | None
    alike: float = 0.0


def compare(before: SeriesStory, after: SeriesStory) -> Comparison:
    """What changed from one draft to the next, episode by episode and in all."""
    pairs = _paired(before.episodes, after.episodes)
    changes = [_change(pair) for pair in pairs]
    changes = _moved_between(changes)
    return Comparison(
        before=before.title,
        after=after.title,
        total_before=_total(before.episodes),
        total_after=_total(after.episodes),
        episodes=tuple(changes),
        people=_people(before, after),
    )


# ------------------------------------------------------------------ which episode is which


def _paired(before: Sequence[EpisodeStory], after: Sequence[EpisodeStory]) -> list[_Pair]:
    left = {told.number: (told, _runs(told)) for told in before}
    right = {told.number: (told, _runs(told)) for told in after}
    scored = sorted(
        ((_dice(left[a][1], right[b][1]), a == b, a, b) for a in left for b in right),
        key=lambda row: (-row[0], not row[1], row[2], row[3]),
    )
    pairs: list[_Pair] = []
    for alike, _, a, b in scored:
        if alike >= ALIKE and a in left and b in right:
            pairs.append(_Pair(left.pop(a)[0], right.pop(b)[0], alike))
    for number in sorted(left.keys() & right.keys()):
        (old, old_runs), (new, new_runs) = left.pop(number), right.pop(number)
        pairs.append(_Pair(old, new, _dice(old_runs, new_runs)))
    pairs += [_Pair(None, told) for told, _ in right.values()]
    return _in_order(pairs, [told for told, _ in left.values()])


def _in_order(pairs: Sequence[_Pair], removed: Sequence[EpisodeStory]) -> list[_Pair]:
    """By the later draft's numbers; what was removed stands after what it followed."""
    places = {pair.before.number: pair.after.number for pair in pairs if pair.before and pair.after}
    keyed = [((pair.after.number, 0, 0), pair) for pair in pairs if pair.after]
    for told in removed:
        earlier = [number for number in places if number < told.number]
        keyed.append(((places[max(earlier)] if earlier else 0, 1, told.number), _Pair(told, None)))
    return [pair for _, pair in sorted(keyed, key=lambda row: row[0])]


def _runs(told: EpisodeStory) -> Counter[tuple[str, ...]]:
    words = [word for line in told.episode.lines() for word in _WORD.findall(line.text.casefold())]
    if len(words) < 3:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(words, words[1:], words[2:], strict=False))


def _dice(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> float:
    """2 |A and B| / (|A| + |B|) of two bags; two empty ones are alike."""
    size = one.total() + other.total()
    small, large = sorted((one, other), key=len)
    met = sum(min(times, large[run]) for run, times in small.items() if run in large)
    return 2 * met / size if size else 1.0


# ------------------------------------------------------------------ one episode


def _change(pair: _Pair) -> EpisodeChange:
    old, new = pair.before, pair.after
    if old is None or new is None:
        told = old or new
        assert told is not None
        return EpisodeChange(
            kind=C.REMOVED if new is None else C.ADDED,
            number_before=old.number if old else None,
            number_after=new.number if new else None,
            alike=0.0,
            before=_figures(old) if old else None,
            after=_figures(new) if new else None,
            lines=_all_lines(old, new),
            title=told.episode.title,
        )
    met = _met(old.episode.lines(), new.episode.lines())
    lines, beats = _line_changes(old, new, met), _beat_changes(old, new, met)
    before, after = _figures(old), _figures(new)
    same = not lines and not beats and before == after
    kind = C.MOVED if old.number != new.number else C.SAME if same else C.CHANGED
    return EpisodeChange(kind, old.number, new.number, pair.alike, before, after, lines, beats, new.episode.title)


def _all_lines(old: EpisodeStory | None, new: EpisodeStory | None) -> tuple[LineChange, ...]:
    gone = [_gone(line) for line in old.episode.lines()] if old else []
    return (*gone, *(_new(line) for line in (new.episode.lines() if new else ())))


def _met(old: Sequence[Line], new: Sequence[Line]) -> dict[int, int]:
    """Which line became which."""
    left, right = [letters(line.text) for line in old], [letters(line.text) for line in new]
    met: dict[int, int] = {}
    for tag, a, a_end, b, b_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            met |= dict(zip(range(a, a_end), range(b, b_end), strict=True))
        elif tag == "replace":
            met |= dict(_reworded(left, right, range(a, a_end), range(b, b_end)))
    return met


def _reworded(left: Sequence[str], right: Sequence[str], gone: range, came: range) -> Iterator[tuple[int, int]]:
    """Pairs within a replaced stretch, in order: each old line takes the first new one that is alike."""
    start = came.start
    for a in gone:
        b = next((b for b in range(start, came.stop) if _alike(left[a], right[b])), None)
        if b is not None:
            yield a, b
            start = b + 1


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= REWORDED and matcher.quick_ratio() >= REWORDED and matcher.ratio() >= REWORDED


def _line_changes(old: EpisodeStory, new: EpisodeStory, met: Mapping[int, int]) -> tuple[LineChange, ...]:
    left, right = old.episode.lines(), new.episode.lines()
    kept = set(met.values())
    found: list[tuple[float, LineChange]] = []
    for a, b in met.items():
        if (left[a].text, left[a].speaker) != (right[b].text, right[b].speaker):
            found.append((b, _both(C.CHANGED, left[a], right[b])))
    gone = [a for a in range(len(left)) if a not in met]
    came = [b for b in range(len(right)) if b not in kept]
    for a in list(gone):
        text = letters(left[a].text)
        there = [b for b in came if letters(right[b].text) == text] if len(text) >= MOVED_LETTERS else []
        if there:
            found.append((there[0], _both(C.MOVED, left[a], right[there[0]])))
            gone.remove(a)
            came.remove(there[0])
    found += [(b, _new(right[b])) for b in came]
    found += [(max((met[i] for i in met if i < a), default=-1) + 0.5, _gone(left[a])) for a in gone]
    return tuple(change for _, change in sorted(found, key=lambda row: row[0]))


def _both(kind: ChangeKind, old: Line, new: Line) -> LineChange:
    return LineChange(kind, old.source, new.source, old.text, new.text, old.speaker or "", new.speaker or "")


def _gone(line: Line) -> LineChange:
    return LineChange(C.REMOVED, line.source, None, text_before=line.text, speaker_before=line.speaker or "")


def _new(line: Line) -> LineChange:
    return LineChange(C.ADDED, None, line.source, text_after=line.text, speaker_after=line.speaker or "")


def _beat_changes(old: EpisodeStory, new: EpisodeStory, met: Mapping[int, int]) -> tuple[BeatChange, ...]:
    """Beats are one when they are of a type and share a line; the rest came or went."""
    left = {line.source: index for index, line in enumerate(old.episode.lines())}
    right = {line.source: index for index, line in enumerate(new.episode.lines())}
    lines_after = [{right[source] for source in beat.evidence if source in right} for beat in new.beats]
    came = list(range(len(new.beats)))
    found: list[tuple[int, BeatChange]] = []
    for beat in old.beats:
        lines = {met[left[source]] for source in beat.evidence if source in left and left[source] in met}
        same = next((n for n in came if new.beats[n].type is beat.type and lines & lines_after[n]), None)
        if same is None:
            found.append((beat.span.start_ms, BeatChange(C.REMOVED, beat, None)))
            continue
        came.remove(same)
        if abs(new.beats[same].intensity - beat.intensity) >= WEIGHS_OTHERWISE:
            found.append((new.beats[same].span.start_ms, BeatChange(C.CHANGED, beat, new.beats[same])))
    found += [(new.beats[n].span.start_ms, BeatChange(C.ADDED, None, new.beats[n])) for n in came]
    return tuple(change for _, change in sorted(found, key=lambda row: row[0]))


def _moved_between(changes: Sequence[EpisodeChange]) -> list[EpisodeChange]:
    """Lines that left one episode and came into another have moved."""
    came: dict[str, list[tuple[int, LineChange]]] = {}
    for place, change in enumerate(changes):
        for line in change.lines:
            if line.kind is C.ADDED and len(letters(line.text_after)) >= MOVED_LETTERS:
                came.setdefault(letters(line.text_after), []).append((place, line))
    taken: set[tuple[int, LineChange]] = set()
    found = []
    for change in changes:
        lines = []
        for line in change.lines:
            there = came.get(letters(line.text_before)) if line.kind is C.REMOVED else None
            if there:
                place, new = there.pop(0)
                taken.add((place, new))
                line = replace(  # noqa: PLW2901
                    line,
                    kind=C.MOVED,
                    after=new.after,
                    text_after=new.text_after,
                    speaker_after=new.speaker_after,
                    to_episode=changes[place].number_after or 0,
                )
            lines.append(line)
        found.append(replace(change, lines=tuple(lines)))
    return [
        replace(change, lines=tuple(line for line in change.lines if (place, line) not in taken))
        for place, change in enumerate(found)
    ]


# ------------------------------------------------------------------ figures side by side


def _figures(told: EpisodeStory) -> Figures:
    lines = told.episode.lines()
    return Figures(
        duration_ms=told.duration_ms,
        scenes=len(told.episode.scenes),
        lines=len(lines),
        beats=len(told.beats),
        tension=_mean(told.tension),
        peak_tension=max(told.tension, default=0.0),
        opening_tension=_mean(told.tension[:EDGE_S]),
        closing_tension=_mean(told.tension[-EDGE_S:]),
        hook_ms=told.hook.at_ms if told.hook else None,
        hook=told.hook.why if told.hook else "",
        ending=told.ending.type,
        ending_strength=told.ending.strength,
        question=told.ending.question,
        speakers=shares(told.episode),
    )


def _total(episodes: Sequence[EpisodeStory]) -> Figures:
    """Sums of the counts; tension over all seconds, openings and closings over episodes."""
    every = [value for told in episodes for value in told.tension]
    return Figures(
        duration_ms=sum(told.duration_ms for told in episodes),
        scenes=sum(len(told.episode.scenes) for told in episodes),
        lines=sum(len(told.episode.lines()) for told in episodes),
        beats=sum(len(told.beats) for told in episodes),
        tension=_mean(every),
        peak_tension=max(every, default=0.0),
        opening_tension=_mean([_mean(told.tension[:EDGE_S]) for told in episodes]),
        closing_tension=_mean([_mean(told.tension[-EDGE_S:]) for told in episodes]),
        ending_strength=_mean([told.ending.strength for told in episodes]),
    )


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0


def _people(before: SeriesStory, after: SeriesStory) -> tuple[PersonChange, ...]:
    old = {person.name: person for person in before.characters}
    new = {person.name: person for person in after.characters}
    changes = []
    for name in dict.fromkeys([*new, *old]):
        a, b = old.get(name), new.get(name)
        change = PersonChange(
            kind=C.ADDED if a is None else C.REMOVED if b is None else C.CHANGED,
            name=name,
            lines_before=a.lines if a else 0,
            lines_after=b.lines if b else 0,
            share_before=a.dialogue_share if a else 0.0,
            share_after=b.dialogue_share if b else 0.0,
        )
        if change.kind is not C.CHANGED or abs(change.share_after - change.share_before) >= PART_CHANGED:
            changes.append(change)
    return tuple(sorted(changes, key=lambda one: (-abs(one.share_after - one.share_before), one.name)))
