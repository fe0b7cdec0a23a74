"""What a person says stands above what an engine says, and goes on doing so when the script changes.

Each correction is laid to a line of the script as it is now: the line at its file and number if it
still begins with the text given; else the line of that text nearest by; else the only such line of
another episode; else the one line of the episode that is nearly it (``ALIKE``).  What finds no line is
kept in its table, not applied, and told.

Corrections work on the way, where the step they are about is done, so that later steps follow: times
and speakers before anything is read out of the lines; beats before tension, hook and ending are;
hook and ending before tension; people and tropes at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

from hookline.model.correction import Correction, What
from hookline.model.script import Episode, Line, LineKind, Source
from hookline.model.span import Span
from hookline.model.story import (
    Beat,
    BeatType,
    Character,
    Ending,
    EndingType,
    EpisodeStory,
    Hook,
    Origin,
    Role,
    SeriesStory,
    Timing,
    Trait,
)
from hookline.story.beats import APART_MS, in_order, lines_span
from hookline.story.hooks import OPEN_FROM
from hookline.story.lexicon import fold
from hookline.story.signs import Reading
from hookline.story.timing import with_spans

W = What

ALIKE = 0.75  # share of letters that a reworded line keeps
SURE_LETTERS = 6  # a shorter text is followed to no other episode, and has to be the whole line
BELOW_LINES = 2  # a speech may be named by the line of its speaker's name, right above it
SAID_INTENSITY = 0.7  # of a beat that no engine had and whose weight nobody gave
SAID_STRENGTH = 0.6  # of an open ending likewise
TEXT_CHARS = 80  # of a line's text in an exported row

_LETTERS = re.compile(r"[\W_]+")
_PEOPLE = (W.ROLE, W.ARCHETYPE, W.NOT_ARCHETYPE)
_SERIES = (*_PEOPLE, W.TROPE, W.NOT_TROPE)


@dataclass(frozen=True, slots=True)
class Laid:
    """A correction and the line it is about."""

    said: Correction
    index: int | None = None  # of the episode's lines; None where it is about no line

    @property
    def by(self) -> str:
        """Who says so, in words."""
        return self.said.by or "a person"

    @property
    def why(self) -> str:
        """The reason to show."""
        return self.said.comment or f"marked by {self.by}"


@dataclass(frozen=True, slots=True)
class Placed:
    """Corrections where they belong."""

    episodes: Mapping[int, tuple[Laid, ...]] = field(default_factory=dict)
    series: tuple[Laid, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, episode: int) -> tuple[Laid, ...]:
        """Those of one episode."""
        return self.episodes.get(episode, ())


# ------------------------------------------------------------------ laying them to lines


def place(corrections: Sequence[Correction], episodes: Sequence[Episode]) -> Placed:
    """Each correction with its line, and a note on each that moved, clashed or found none."""
    pages = {episode.number: _Page(episode) for episode in episodes}
    notes: list[str] = []
    found: dict[tuple[object, ...], tuple[int, Laid]] = {}
    for said in corrections:
        spot = _spot(said, pages, notes)
        if spot is None:
            continue
        number, laid = spot
        key = _key(number, laid)
        if key in found and not _agree(found[key][1], laid):
            earlier = found[key][1].said.source
            notes.append(f"{earlier} and {said.source} speak of the same thing: {said.source} counts")
        found[key] = (number, laid)
    by_episode: dict[int, list[Laid]] = {}
    for number, laid in found.values():
        by_episode.setdefault(number, []).append(laid)
    if found:
        notes.insert(
            0,
            f"{_count(len(found), 'correction')} by people above what the engine says",
        )
    series = tuple(by_episode.pop(0, ()))
    return Placed({number: tuple(own) for number, own in by_episode.items()}, series, tuple(notes))


class _Page:
    """An episode's lines as they are looked up."""

    def __init__(self, episode: Episode) -> None:
        self.lines = episode.lines()

    @cached_property
    def letters(self) -> list[str]:
        return [letters(line.text) for line in self.lines]


def letters(text: str) -> str:
    """A text by its letters and digits alone, so that typography doesn't count.

    >>> letters("You—lied to me!") == letters("you lied, to ME")
    True
    """
    return _LETTERS.sub("", text.casefold())


def _key(number: int, laid: Laid) -> tuple[object, ...]:
    """Two corrections of one key speak of the same thing."""
    said = laid.said
    if said.what in (W.BEAT, W.NOT_BEAT):
        return ("beat", number, said.type, laid.index, None if laid.index is not None else said.start_ms)
    if said.what in (W.HOOK, W.NO_HOOK):
        return ("hook", number)
    if said.what is W.ENDING:
        return ("ending", number)
    if said.what in (W.LINE_TIME, W.SPEAKER):
        return (said.what, number, laid.index)
    return (said.what.removeprefix("not_"), *(fold(name) for name in said.characters[:1]), *_typed(said))


def _typed(said: Correction) -> tuple[str, ...]:
    return () if said.what is W.ROLE else (said.type,)


def _agree(one: Laid, other: Laid) -> bool:
    plain = {"by": "", "comment": "", "was": "", "source": None, "line": None, "text": ""}
    return replace(one.said, **plain) == replace(other.said, **plain)  # type: ignore[arg-type]


def _spot(said: Correction, pages: Mapping[int, _Page], notes: list[str]) -> tuple[int, Laid] | None:
    if said.what in _SERIES:
        return 0, Laid(said)
    if not (said.line or said.text):
        if said.episode in pages:
            return said.episode, Laid(said)
        notes.append(f"{said.source}: there is no episode {said.episode}; the correction is kept and not applied")
        return None
    found = _anchor(said, pages)
    if found is None:
        what = f'"{_short(said.text)}"' if said.text else str(said.line)
        where = f" in episode {said.episode}" if said.episode else ""
        notes.append(f"{said.source}: the line {what} is gone{where}; the correction is kept and not applied")
        return None
    number, index, remark = found
    if remark:
        notes.append(f"{said.source}: {remark}")
    return number, Laid(said, index)


def _anchor(said: Correction, pages: Mapping[int, _Page]) -> tuple[int, int, str] | None:
    """(episode, line, remark) of the line that a correction is about."""
    own = {said.episode: pages[said.episode]} if said.episode in pages else {}
    near = own or ({} if said.episode else pages)
    wanted = letters(said.text)
    if not wanted:
        return _by_number(said, near)
    matches = [
        (number, index)
        for number, page in near.items()
        for index, text in enumerate(page.letters)
        if _begins(text, wanted)
    ]
    if matches:
        number, index = min(matches, key=lambda match: _off(said, pages[match[0]].lines[match[1]]))
        return number, index, ""
    return _elsewhere(said, wanted, pages, near) or _reworded(said, wanted, near)


def _begins(text: str, wanted: str) -> bool:
    return text.startswith(wanted) if len(wanted) >= SURE_LETTERS else text == wanted


def _off(said: Correction, line: Line) -> tuple[int, int]:
    """How far a line stands from where it is said to be."""
    if said.line is None:
        return (0, 0)
    return (0 if _same_file(said.line, line.source) else 1, abs(line.source.line - said.line.line))


def _same_file(given: Source, there: Source) -> bool:
    return (
        given.file in ("", there.file) or there.file.endswith("/" + given.file) or given.file.endswith("/" + there.file)
    )


def _by_number(said: Correction, near: Mapping[int, _Page]) -> tuple[int, int, str] | None:
    """The line of that number, or right below it."""
    given = said.line
    assert given is not None
    reached = [
        (line.source.line - given.line, number, index)
        for number, page in near.items()
        for index, line in enumerate(page.lines)
        if 0 <= line.source.line - given.line <= BELOW_LINES and _same_file(given, line.source)
    ]
    return (min(reached)[1], min(reached)[2], "") if reached else None


def _elsewhere(
    said: Correction, wanted: str, pages: Mapping[int, _Page], near: Mapping[int, _Page]
) -> tuple[int, int, str] | None:
    matches = [
        (number, index)
        for number, page in pages.items()
        if number not in near
        for index, text in enumerate(page.letters)
        if len(wanted) >= SURE_LETTERS and text.startswith(wanted)
    ]
    if len(matches) != 1:
        return None
    ((number, index),) = matches
    return number, index, f'follows its line "{_short(said.text)}" from episode {said.episode} to episode {number}'


def _reworded(said: Correction, wanted: str, near: Mapping[int, _Page]) -> tuple[int, int, str] | None:
    if len(wanted) < SURE_LETTERS:
        return None
    alike = [
        (_likeness(wanted, text), number, index)
        for number, page in near.items()
        for index, text in enumerate(page.letters)
        if text
    ]
    best = max(alike, default=(0.0, 0, 0))
    if best[0] < ALIKE:
        return None
    _, number, index = best
    return number, index, f'follows its line, now "{_short(near[number].lines[index].text)}"'


def _likeness(wanted: str, text: str) -> float:
    """Share of letters that both have in order; a text cut short is held against the line's beginning."""
    text = text[: max(len(wanted), len(text) if len(wanted) < TEXT_CHARS // 2 else len(wanted))]
    matcher = SequenceMatcher(None, wanted, text, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _short(text: str, limit: int = 50) -> str:
    return text if len(text) <= limit else text[: limit - 4].rstrip() + " ..."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


# ------------------------------------------------------------------ speakers and times


def respoken(episode: Episode, mine: Sequence[Laid]) -> Episode:
    """The episode with its lines said by whom a person says; an action line that somebody says is dialogue."""
    speakers = {laid.index: laid.said.characters[0] for laid in mine if laid.said.what is W.SPEAKER}
    if not speakers:
        return episode
    numbers = iter(range(len(episode.lines())))
    scenes = tuple(
        replace(scene, lines=tuple(_said_by(line, speakers.get(next(numbers))) for line in scene.lines))
        for scene in episode.scenes
    )
    return replace(episode, scenes=scenes)


def _said_by(line: Line, speaker: str | None) -> Line:
    if speaker is None:
        return line
    kind = LineKind.DIALOGUE if line.kind is LineKind.ACTION else line.kind
    return replace(line, speaker=speaker, kind=kind)


def retimed(
    episode: Episode, duration_ms: int, timing: Timing, mine: Sequence[Laid], *, fixed: bool
) -> tuple[Episode, int, tuple[str, ...]]:
    """The episode with lines at the times a person gives.

    Times from reading speed are drawn along between the given ones in proportion; lines timed by
    subtitles keep their own times and only make room.  ``fixed``: the video's length is known, and
    nothing may lie beyond it.
    """
    spans = [line.span or Span(0, 0) for line in episode.lines()]
    given, notes = _given(spans, mine, duration_ms if fixed else None)
    if not given:
        return episode, duration_ms, notes
    if timing is Timing.SUBTITLES:
        moved = _made_room(spans, given)
        whole_ms = max(duration_ms, *(span.end_ms for span in given.values()))
    else:
        whole_ms = duration_ms if fixed else _stretched(spans, given, duration_ms)
        moved = _drawn_along(spans, given, duration_ms, whole_ms)
    return with_spans(episode, moved), whole_ms, notes


def _given(
    spans: Sequence[Span], mine: Sequence[Laid], limit_ms: int | None
) -> tuple[dict[int, Span], tuple[str, ...]]:
    """The times given, in order of the lines; one that goes back behind another, or past the end, is told."""
    wanted: dict[int, tuple[Span, Laid]] = {}
    for laid in mine:
        if laid.said.what is W.LINE_TIME and laid.index is not None and laid.said.start_ms is not None:
            end = laid.said.end_ms
            length = spans[laid.index].duration_ms
            wanted[laid.index] = (Span(laid.said.start_ms, laid.said.start_ms + length if end is None else end), laid)
    given: dict[int, Span] = {}
    notes, until = [], 0
    for index in sorted(wanted):
        span, laid = wanted[index]
        if span.start_ms < until:
            notes.append(f"{laid.said.source}: the time lies before that of an earlier line; not applied")
        elif limit_ms is not None and span.end_ms > limit_ms:
            notes.append(
                f"{laid.said.source}: the time lies past the video's end ({limit_ms / 1000:.1f} s); not applied"
            )
        else:
            given[index], until = span, span.end_ms
    return given, tuple(notes)


def _made_room(spans: Sequence[Span], given: Mapping[int, Span]) -> list[Span]:
    moved = list(spans)
    for index, span in given.items():
        moved[index] = span
        for before in range(index):
            if before not in given:
                end = min(moved[before].end_ms, span.start_ms)
                moved[before] = Span(min(moved[before].start_ms, end), end)
        for after in range(index + 1, len(moved)):
            if after not in given:
                start = max(moved[after].start_ms, span.end_ms)
                moved[after] = Span(start, max(moved[after].end_ms, start))
    return moved


def _stretched(spans: Sequence[Span], given: Mapping[int, Span], duration_ms: int) -> int:
    """The length when what follows the last given time keeps its own."""
    last = max(given)
    return given[last].end_ms + max(0, duration_ms - spans[last].end_ms)


def _drawn_along(spans: Sequence[Span], given: Mapping[int, Span], duration_ms: int, whole_ms: int) -> list[Span]:
    points = [(0, 0)]
    for index in sorted(given):
        points += [(spans[index].start_ms, given[index].start_ms), (spans[index].end_ms, given[index].end_ms)]
    points.append((duration_ms, whole_ms))
    moved, until = [], 0
    for index, span in enumerate(spans):
        new = given.get(index) or Span(*sorted((_along(span.start_ms, points), _along(span.end_ms, points))))
        start = max(until, new.start_ms) if index not in given else new.start_ms
        moved.append(Span(start, max(start, new.end_ms)))
        until = moved[-1].end_ms
    return _not_beyond(moved, given)


def _along(at_ms: int, points: Sequence[tuple[int, int]]) -> int:
    for (old, new), (old_end, new_end) in pairwise(points):
        if old <= at_ms <= old_end and old_end > old:
            return round(new + (new_end - new) * (at_ms - old) / (old_end - old))
    return points[-1][1]


def _not_beyond(spans: list[Span], given: Mapping[int, Span]) -> list[Span]:
    """No line may reach into the next one whose time was given."""
    limit: int | None = None
    for index in range(len(spans) - 1, -1, -1):
        if limit is not None and index not in given:
            end = min(spans[index].end_ms, limit)
            spans[index] = Span(min(spans[index].start_ms, end), end)
        if index in given:
            limit = spans[index].start_ms
    return spans


# ------------------------------------------------------------------ beats, hook, ending


def with_beats(beats: Sequence[Beat], reading: Reading, mine: Sequence[Laid]) -> tuple[Beat, ...]:
    """The beats as a person has them.  Doing it twice changes nothing more."""
    kept = list(beats)
    for laid in mine:
        if laid.said.what is W.NOT_BEAT:
            kept = [beat for beat in kept if not _denied(beat, reading, laid)]
        elif laid.said.what is W.BEAT:
            made = _beat(reading, laid, kept)
            kept = [beat for beat in kept if not _replaced(beat, made, laid)] + [made]
    return in_order(kept)


def _denied(beat: Beat, reading: Reading, laid: Laid) -> bool:
    said = laid.said
    if said.type not in ("", beat.type) or beat.origin is Origin.PERSON:
        return False
    if laid.index is not None:
        line = reading.lines[laid.index]
        return line.source in beat.evidence or beat.span.overlap_ms(reading.span(laid.index)) > 0
    if said.start_ms is None:
        return True
    return beat.span.overlap_ms(Span(said.start_ms, said.end_ms or said.start_ms + 1)) > 0


def _beat(reading: Reading, laid: Laid, there: Sequence[Beat]) -> Beat:
    said = laid.said
    span, evidence = _span(reading, laid), _evidence(reading, laid)
    engine = [beat for beat in there if beat.type == said.type and _near(beat.span, span)]
    people = said.characters or (engine[0].characters if engine else _speaker(reading, laid))
    weight = max((beat.intensity for beat in engine), default=SAID_INTENSITY)
    lines = tuple(dict.fromkeys((*evidence, *(source for beat in engine[:1] for source in beat.evidence))))
    return Beat(
        BeatType(said.type),
        span,
        weight if said.value is None else said.value,
        lines,
        people,
        laid.why,
        Origin.PERSON,
    )


def _replaced(beat: Beat, made: Beat, laid: Laid) -> bool:
    """An engine's beat that a person's one stands for; also the one that an exported row was before."""
    if not _near(beat.span, made.span) and not set(beat.evidence) & set(made.evidence):
        return False
    if beat.type is made.type:
        return beat.origin is not Origin.PERSON or beat.evidence[:1] == made.evidence[:1]
    was = laid.said.was.split(" | ")
    return beat.origin is not Origin.PERSON and len(was) > 1 and was[1] == beat.type and was[0] == W.BEAT


def _near(one: Span, other: Span) -> bool:
    return one.start_ms - other.end_ms < APART_MS and other.start_ms - one.end_ms < APART_MS


def _span(reading: Reading, laid: Laid) -> Span:
    """When it happens: at the times given while the line still plays there, else where the line does."""
    said, whole = laid.said, reading.duration_ms
    own = lines_span(reading, laid.index, laid.index) if laid.index is not None else None
    if said.start_ms is None:
        return own or Span(0, whole)
    start = min(said.start_ms, whole)
    given = Span(start, max(start, min(whole, said.end_ms if said.end_ms is not None else start + 1000)))
    if own is None or own.overlap_ms(given):
        return given
    return Span(own.start_ms, min(whole, own.start_ms + max(own.duration_ms, given.duration_ms)))


def _evidence(reading: Reading, laid: Laid) -> tuple[Source, ...]:
    if laid.index is not None:
        return (reading.lines[laid.index].source,)
    if laid.said.start_ms is None:
        return ()
    before = [line for line in reading.lines if line.span and line.span.start_ms <= laid.said.start_ms]
    line = before[-1] if before else next(iter(reading.lines), None)
    return (line.source,) if line else ()


def _speaker(reading: Reading, laid: Laid) -> tuple[str, ...]:
    speaker = reading.lines[laid.index].speaker if laid.index is not None else None
    return (speaker,) if speaker else ()


def with_ending(
    found: tuple[Ending, Beat | None], reading: Reading, mine: Sequence[Laid]
) -> tuple[Ending, Beat | None]:
    """The ending as a person has it, and its cliffhanger beat."""
    laid = next((one for one in mine if one.said.what is W.ENDING), None)
    if laid is None:
        return found
    engine, beat = found
    said, type = laid.said, EndingType(laid.said.type)
    open_end = type is not EndingType.RESOLVED
    usual = max(engine.strength, SAID_STRENGTH) if open_end else 0.0
    strength = usual if said.value is None else said.value
    placed = laid.index is not None or said.start_ms is not None
    span = Span(_span(reading, laid).start_ms, reading.duration_ms) if placed else engine.span
    evidence = _evidence(reading, laid) or engine.evidence
    question = said.question or (engine.question if open_end else "")
    ending = Ending(type, strength, span, evidence, question, engine.answer if open_end else None, Origin.PERSON)
    if not open_end or strength < OPEN_FROM:
        return ending, None
    people = beat.characters if beat else _speaker(reading, laid)
    why = f"ends on {type.value}: {laid.why}"
    return ending, Beat(BeatType.CLIFFHANGER, span, strength, evidence, people, why, Origin.PERSON)


def with_hook(found: tuple[Hook, Beat] | None, reading: Reading, mine: Sequence[Laid]) -> tuple[Hook, Beat] | None:
    """The hook as a person has it, and its beat."""
    laid = next((one for one in mine if one.said.what in (W.HOOK, W.NO_HOOK)), None)
    if laid is None:
        return found
    if laid.said.what is W.NO_HOOK:
        return None
    span, evidence = _span(reading, laid), _evidence(reading, laid)
    type = EndingType(laid.said.type) if laid.said.type else None
    weight = SAID_INTENSITY if laid.said.value is None else laid.said.value
    people = laid.said.characters or _speaker(reading, laid)
    beat = Beat(BeatType.HOOK, span, weight, evidence, people, laid.why, Origin.PERSON)
    return Hook(span.start_ms, evidence, laid.why, type, Origin.PERSON), beat


# ------------------------------------------------------------------ people and tropes


def with_people(story: SeriesStory, placed: Placed) -> SeriesStory:
    """The series with roles, archetypes and tropes as a person has them."""
    notes: list[str] = []
    people = {person.name: person for person in story.characters}
    names = {fold(name): person.name for person in story.characters for name in (person.name, *person.aliases)}
    tropes = story.tropes
    for laid in placed.series:
        if laid.said.what in (W.TROPE, W.NOT_TROPE):
            tropes = _traits(tropes, laid, keep=laid.said.what is W.TROPE)
            continue
        name = names.get(fold(laid.said.characters[0]))
        if name is None:
            notes.append(
                f"{laid.said.source}: nobody called {laid.said.characters[0]} speaks; the correction is kept and not "
                "applied"
            )
            continue
        people[name] = _person(people[name], laid)
    return replace(story, characters=tuple(people.values()), tropes=tropes, notes=(*story.notes, *notes))


def _person(person: Character, laid: Laid) -> Character:
    if laid.said.what is W.ROLE:
        return replace(person, role=Role(laid.said.type), role_origin=Origin.PERSON)
    return replace(person, archetypes=_traits(person.archetypes, laid, keep=laid.said.what is W.ARCHETYPE))


def _traits(traits: Sequence[Trait], laid: Laid, *, keep: bool) -> tuple[Trait, ...]:
    before = next((trait for trait in traits if trait.id == laid.said.type), None)
    others = [trait for trait in traits if trait.id != laid.said.type]
    if not keep:
        return tuple(others)
    score = 1.0 if laid.said.value is None else laid.said.value
    evidence = before.evidence if before else ()
    said = Trait(laid.said.type, score, evidence, laid.why, Origin.PERSON)
    return tuple(sorted([*others, said], key=lambda trait: -trait.score))


# ------------------------------------------------------------------ the same table out


def statements(story: SeriesStory) -> Iterator[Correction]:
    """What the engines say of a story as rows of the corrections table; what people said isn't repeated."""
    for told in story.episodes:
        texts = {line.source: line.text for line in told.episode.lines()}
        rows = [*_hook_row(told), *_beat_rows(told), _ending_row(told)]
        for origin, row in rows:
            if origin is not Origin.PERSON:
                yield _anchored(row, told.number, texts, origin)
    for person in story.characters:
        if person.role and person.role_origin is not Origin.PERSON:
            yield Correction(W.ROLE, type=person.role.value, characters=(person.name,), by=person.role_origin.value)
        yield from _trait_rows(W.ARCHETYPE, person.archetypes, (person.name,))
    yield from _trait_rows(W.TROPE, story.tropes, ())


Row = tuple[Origin, tuple[Correction, tuple[Source, ...]]]


def _hook_row(told: EpisodeStory) -> Iterable[Row]:
    if told.hook:
        type = told.hook.type.value if told.hook.type else ""
        yield told.hook.origin, (Correction(W.HOOK, type=type, comment=told.hook.why), told.hook.evidence)


def _beat_rows(told: EpisodeStory) -> Iterable[Row]:
    for beat in told.beats:
        if beat.type not in (BeatType.HOOK, BeatType.CLIFFHANGER):  # they come with the hook and the ending
            row = Correction(
                W.BEAT,
                type=beat.type.value,
                start_ms=beat.span.start_ms,
                end_ms=beat.span.end_ms,
                characters=beat.characters,
                value=round(beat.intensity, 3),
                comment=beat.why,
            )
            yield beat.origin, (row, beat.evidence)


def _ending_row(told: EpisodeStory) -> Row:
    ending = told.ending
    row = Correction(W.ENDING, type=ending.type.value, value=round(ending.strength, 3), question=ending.question)
    return ending.origin, (row, ending.evidence)


def _anchored(
    row: tuple[Correction, tuple[Source, ...]], episode: int, texts: Mapping[Source, str], origin: Origin
) -> Correction:
    said, evidence = row
    line = evidence[0] if evidence else None
    text = texts.get(line, "")[:TEXT_CHARS] if line else ""
    return replace(said, episode=episode, line=line, text=text, by=origin.value)


def _trait_rows(what: What, traits: Sequence[Trait], people: tuple[str, ...]) -> Iterator[Correction]:
    for trait in traits:
        if trait.origin is not Origin.PERSON:
            yield Correction(
                what,
                type=trait.id,
                characters=people,
                value=round(trait.score, 3),
                by=trait.origin.value,
                comment=trait.why,
            )
