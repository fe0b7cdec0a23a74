"""Step 4: beats, each with the lines it rests on.

A moment of a type is found where its signs, within three lines, weigh 1 or more, with at least one
sign of the type's own (moods such as shock only support).  Intensity starts from the type's own,
and grows with more signs, with the heat of the lines and with how people take it.  Confrontations
are found from turns, flashbacks from captions and headings, exposition from long talk that nobody
opposes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise

from hookline.model.script import LineKind, Source, Voice
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType
from hookline.story.people import Cast
from hookline.story.signs import Reading, Sign, quote

B = BeatType

_HAN = re.compile(r"[\u3400-\u9fff]")

ENOUGH = 1.0  # weight that makes a moment
REACH_LINES = 2  # signs this many lines apart still belong to one moment
APART_MS = 3_000  # the same type nearer than this is one beat
TOLD_WORDS, TOLD_HAN = 5, 6  # a statement shorter than this tells nothing new
LEAST_MS = 1_000  # a beat lasts at least this long
INCITING_EPISODES = 3  # the story is set going here or not at all


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type of beat weighs before its signs are looked at."""

    base: float  # intensity with one sign of weight 1 and cool lines
    supported_by: tuple[str, ...] = ()  # moods that help its hints
    helped: float = 0.5  # how much a mood near by adds


# Bases rank the types by how much of an episode's pull rests on them, as the field tells it:
# threats, reveals and reversals sell an unlock; decisions and finds carry it along.
MOMENTS: dict[BeatType, Kind] = {
    B.REVEAL: Kind(0.60, ("shock",)),
    B.REVERSAL: Kind(0.60, ("shock",)),
    B.BETRAYAL: Kind(0.60, ("shock", "grief")),
    B.THREAT: Kind(0.55),
    B.HUMILIATION: Kind(0.55),
    B.COMEBACK: Kind(0.55),
    B.NEAR_MISS: Kind(0.45),
    B.DECLARATION: Kind(0.45),
    B.DISCOVERY: Kind(0.45, ("shock",)),
    B.DECISION: Kind(0.45),
    B.PAYOFF: Kind(0.50),
    B.CONFRONTATION: Kind(0.50),
    B.INCITING: Kind(0.55, ("shock", "grief")),
}


@dataclass(frozen=True, slots=True)
class _Moment:
    """Signs that belong together."""

    type: BeatType
    signs: tuple[Sign, ...]

    @property
    def first(self) -> int:
        return self.signs[0].line

    @property
    def last(self) -> int:
        return self.signs[-1].line


def find_beats(reading: Reading, cast: Cast, *, opening: bool = False) -> tuple[Beat, ...]:
    """The beats of an episode in order of time, but for the hook and the cliffhanger.

    ``opening``: the story may be set going here; the first trouble that can do it is the inciting beat.
    """
    moments = [moment for type in MOMENTS if type is not B.INCITING for moment in _moments(type, reading, cast)]
    moments += islice(_moments(B.INCITING, reading, cast), 1 if opening else 0)
    beats = [_told(moment, reading, cast) for moment in moments]
    beats += [*_confrontations(reading, cast), *_flashbacks(reading), *_expositions(reading, cast)]
    return in_order(_merged(beats))


def in_order(beats: Iterable[Beat]) -> tuple[Beat, ...]:
    """Beats by time, then type."""
    return tuple(sorted(beats, key=lambda beat: (beat.span, beat.type)))


def lines_span(reading: Reading, first: int, last: int) -> Span:
    """From the start of one line to the end of another, at least ``LEAST_MS`` where the episode allows."""
    start, end = reading.span(first).start_ms, reading.span(last).end_ms
    end = min(max(end, start + LEAST_MS), reading.duration_ms)
    return Span(max(0, min(start, end - LEAST_MS)), end)


# ------------------------------------------------------------------ moments


def _moments(type: BeatType, reading: Reading, cast: Cast) -> Iterator[_Moment]:
    for found in _clusters(_own(type, reading, cast), reading):
        cluster = _closed_up(found)
        helpers = _helpers(MOMENTS[type], cluster, reading)
        weight = _weight(cluster) + MOMENTS[type].helped * max((sign.weight for sign in helpers), default=0.0)
        if weight >= ENOUGH and _holds(type, cluster, reading):
            yield _Moment(type, tuple(sorted([*cluster, *helpers[:1]], key=lambda sign: sign.line)))


def _own(type: BeatType, reading: Reading, cast: Cast) -> list[Sign]:
    """A type's signs; a blow struck back is a comeback's and no humiliation's."""
    own = [sign for sign in reading.of(type.value) if _counts(sign, reading)]
    if type is B.REVEAL:
        return sorted([*own, *_taken_hard(reading)], key=lambda sign: sign.line)
    if type not in (B.HUMILIATION, B.COMEBACK):
        return own
    struck_back = [sign for sign in reading.of("humiliation") if _strikes_back(sign, reading, cast)]
    if type is B.HUMILIATION:
        return [sign for sign in own if sign not in struck_back]
    return sorted([*own, *struck_back], key=lambda sign: sign.line)


def _taken_hard(reading: Reading) -> Iterator[Sign]:
    """Statements at which somebody else is shocked the next moment: news by its effect, whatever its words."""
    shocks = {sign.line for sign in reading.of("shock") if sign.weight >= ENOUGH}
    for index in reading.spoken():
        line, after = reading.lines[index], index + 1
        if after not in shocks or reading.scenes[after] != reading.scenes[index] or reading.asks[index]:
            continue
        told = len(line.text.split()) >= TOLD_WORDS or len(_HAN.findall(line.text)) >= TOLD_HAN
        if told and reading.lines[after].speaker != line.speaker and reading.opposition[index] < AGAINST:
            yield Sign(index, "reveal", "taken", 0.5, quote(line.text, 0, 1), "said")


def _closed_up(cluster: Sequence[Sign]) -> list[Sign]:
    """Around strong signs, only the hints right beside them belong to the moment."""
    strong = [sign.line for sign in cluster if sign.weight >= ENOUGH]
    if not strong:
        return list(cluster)
    return [sign for sign in cluster if any(abs(sign.line - line) <= 1 for line in strong)]


def _counts(sign: Sign, reading: Reading) -> bool:
    """A narrator's words tell about a moment and rarely are one."""
    line = reading.lines[sign.line]
    return not (line.voice is Voice.OVER and sign.place == "said" and sign.weight < ENOUGH)


def _clusters(signs: Sequence[Sign], reading: Reading) -> Iterator[list[Sign]]:
    cluster: list[Sign] = []
    for sign in signs:
        if cluster and not _near(cluster[-1], sign, reading):
            yield cluster
            cluster = []
        cluster.append(sign)
    if cluster:
        yield cluster


def _near(before: Sign, sign: Sign, reading: Reading) -> bool:
    same_scene = reading.scenes[before.line] == reading.scenes[sign.line]
    return same_scene and sign.line - before.line <= REACH_LINES


def _helpers(kind: Kind, cluster: Sequence[Sign], reading: Reading) -> list[Sign]:
    first, last = cluster[0].line, cluster[-1].line
    scene = reading.scenes[first]
    return [
        sign
        for sign in reading.signs
        if sign.family in kind.supported_by
        and first <= sign.line <= last + REACH_LINES
        and reading.scenes[sign.line] == scene
    ]


def _weight(cluster: Sequence[Sign]) -> float:
    """Each kind of evidence counts once: three sneers are no more than a sneer."""
    best: dict[tuple[str, str], float] = {}
    for sign in cluster:
        key = (sign.group, sign.place)
        best[key] = max(best.get(key, 0.0), sign.weight)
    return sum(best.values())


def _holds(type: BeatType, cluster: Sequence[Sign], reading: Reading) -> bool:
    """What a type asks for beyond its words."""
    if type is B.COMEBACK:
        return any(s.weight >= ENOUGH and s.place == "said" for s in cluster) or _was_down(cluster, reading)
    if type is B.HUMILIATION:
        return _has_target(cluster, reading)
    return True


def _was_down(cluster: Sequence[Sign], reading: Reading) -> bool:
    """Somebody else had the upper hand shortly before."""
    first = cluster[0].line
    speaker = reading.lines[first].speaker
    return any(
        sign.family in ("humiliation", "threat")
        and first - 12 <= sign.line < first
        and reading.lines[sign.line].speaker != speaker
        for sign in reading.signs
    )


def _strikes_back(sign: Sign, reading: Reading, cast: Cast) -> bool:
    """A blow seen, dealt by somebody who has put nobody down, after somebody else did."""
    if sign.place != "done" or sign.weight < ENOUGH:
        return False
    actors = cast.named_in(reading.lines[sign.line].text)
    before = {reading.lines[s.line].speaker for s in reading.of("humiliation") if s.line < sign.line} - {None}
    return bool(actors and before) and actors[0] not in before


def _has_target(cluster: Sequence[Sign], reading: Reading) -> bool:
    """Humiliation needs somebody to bear it: another speaker in the scene, or a deed seen."""
    scene = reading.scenes[cluster[0].line]
    speakers = {li.speaker for li, number in zip(reading.lines, reading.scenes, strict=True) if number == scene}
    return len(speakers - {None}) > 1 or any(sign.place == "done" for sign in cluster)


def _told(moment: _Moment, reading: Reading, cast: Cast) -> Beat:
    own = [sign for sign in moment.signs if sign.family not in MOMENTS[moment.type].supported_by]
    return Beat(
        type=moment.type,
        span=lines_span(reading, moment.first, moment.last),
        intensity=_intensity(moment, own, reading),
        evidence=_sources(reading, {sign.line for sign in moment.signs}),
        characters=_people(reading, {sign.line for sign in moment.signs}, cast),
        why=why(own if any(s.weight >= ENOUGH for s in own) else moment.signs, reading),
    )


def _intensity(moment: _Moment, own: Sequence[Sign], reading: Reading) -> float:
    """Base, plus up to 0.15 for more signs, 0.15 for hot lines and 0.10 for being taken hard."""
    more = min(0.15, 0.075 * (len(own) - 1))
    hot = 0.15 * max(reading.heat[sign.line] for sign in moment.signs)
    taken = any(
        sign.family in ("shock", "grief") and moment.first <= sign.line <= moment.last + REACH_LINES
        for sign in reading.signs
    )
    return round(min(1.0, MOMENTS[moment.type].base + more + hot + 0.10 * taken), 3)


def why(signs: Sequence[Sign], reading: Reading) -> str:
    """What was seen, the weightiest two signs in order, with who says it."""
    best = sorted(sorted(signs, key=lambda sign: -sign.weight)[:2], key=lambda sign: sign.line)
    phrases = [phrase(sign, reading) for sign in best]
    return "; ".join(dict.fromkeys(phrases))


def phrase(sign: Sign, reading: Reading) -> str:
    """A sign in plain words, with who says it."""
    speaker = reading.lines[sign.line].speaker
    return f"{speaker} {sign.seen}" if speaker and sign.place == "said" else sign.seen


def _sources(reading: Reading, indices: Iterable[int]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(reading.lines[index].source for index in sorted(indices)))


def _people(reading: Reading, indices: Iterable[int], cast: Cast) -> tuple[str, ...]:
    names: list[str] = []
    for index in sorted(indices):
        line = reading.lines[index]
        names += [line.speaker] if line.speaker else cast.named_in(line.text)
    return tuple(dict.fromkeys(names))


def _merged(beats: Iterable[Beat]) -> Iterator[Beat]:
    """Beats of one type nearer than three seconds become one."""
    open_beats: dict[BeatType, Beat] = {}
    for beat in in_order(beats):
        before = open_beats.get(beat.type)
        if before and beat.span.start_ms - before.span.end_ms < APART_MS:
            open_beats[beat.type] = _joined(before, beat)
            continue
        if before:
            yield before
        open_beats[beat.type] = beat
    yield from open_beats.values()


def _joined(one: Beat, other: Beat) -> Beat:
    stronger = max(one, other, key=lambda beat: beat.intensity)
    return replace(
        stronger,
        span=Span(one.span.start_ms, max(one.span.end_ms, other.span.end_ms)),
        evidence=tuple(dict.fromkeys([*one.evidence, *other.evidence])),
        characters=tuple(dict.fromkeys([*one.characters, *other.characters])),
    )


# ------------------------------------------------------------------ confrontation

AGAINST = 0.4  # a line this opposed stands against somebody
CLASH_TURNS = 3  # so many opposed lines, from both sides, make a clash
CLASH_REACH_LINES = 4


def _confrontations(reading: Reading, cast: Cast) -> Iterator[Beat]:
    opposed = [i for i in reading.spoken() if reading.opposition[i] >= AGAINST and _on_stage(reading, i)]
    run: list[int] = []
    for index in opposed:
        far = run and (index - run[-1] > CLASH_REACH_LINES or reading.scenes[index] != reading.scenes[run[-1]])
        if far:
            yield from _clash(run, reading, cast)
            run = []
        run.append(index)
    yield from _clash(run, reading, cast)


def _on_stage(reading: Reading, index: int) -> bool:
    line = reading.lines[index]
    return line.speaker is not None and line.voice is not Voice.OVER


def _clash(run: Sequence[int], reading: Reading, cast: Cast) -> Iterator[Beat]:
    speakers = [reading.lines[index].speaker for index in run]
    changes = sum(a != b for a, b in pairwise(speakers))
    if len(run) < CLASH_TURNS or len(set(speakers)) < 2 or changes < 2:
        return
    mean = sum(reading.opposition[index] for index in run) / len(run)
    sides = list(dict.fromkeys(s for s in speakers if s))
    sharpest = max(run, key=lambda index: (reading.opposition[index], -index))
    yield Beat(
        type=B.CONFRONTATION,
        span=lines_span(reading, run[0], run[-1]),
        intensity=round(min(1.0, 0.35 + 0.4 * mean + 0.03 * min(len(run), 8)), 3),
        evidence=_sources(reading, run),
        characters=_people(reading, run, cast),
        why=f"{sides[0]} and {sides[1]} go against each other over {len(run)} lines, at its sharpest "
        f'"{_short(reading.lines[sharpest].text)}"',
    )


def _short(text: str, limit: int = 70) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 4].rsplit(" ", 1)[0] + " ..."


# ------------------------------------------------------------------ flashback

_HEADED_PAST = re.compile(
    r"flash ?back|闪回|回忆|\b(?:years?|months?|days?|hours?) (?:ago|earlier)\b|年前", re.IGNORECASE
)
_HEADED_END = re.compile(r"end (?:of )?flash ?back|present|back to|现实|结束", re.IGNORECASE)


def _flashbacks(reading: Reading) -> Iterator[Beat]:
    """Stretches that go back in time.

    A scene with a heading that says so is one.  After a caption or note that goes back, the past
    lasts to the note that returns, to a place where the episode was before, or to its end.
    """
    opened: int | None = None
    headed = False
    for index, scene in enumerate(reading.scenes):
        heading = _new_heading(reading, index)
        past = bool(_HEADED_PAST.search(heading)) and not _HEADED_END.search(heading)
        groups = {s.group for s in reading.signs if s.line == index and s.family == "flashback"}
        if opened is not None and ("end" in groups or _returns(reading, heading, opened, past=past, headed=headed)):
            yield from _flashback(reading, opened, index - 1)
            opened = None
        if opened is None and (past or "begin" in groups) and "end" not in groups:
            opened, headed = index, bool(_HEADED_PAST.search(reading.episode.scenes[scene].heading))
        elif opened is None and "inset" in groups:
            yield from _flashback(reading, index, index)
    if opened is not None:
        yield from _flashback(reading, opened, len(reading.lines) - 1)


def _new_heading(reading: Reading, index: int) -> str:
    """The heading of the scene that starts with this line, "" inside a scene."""
    scene = reading.scenes[index]
    return reading.episode.scenes[scene].heading if index == 0 or reading.scenes[index - 1] != scene else ""


def _returns(reading: Reading, heading: str, opened: int, *, past: bool, headed: bool) -> bool:
    """Whether a new scene leaves the past: it says so, a headed past is over, or the place was left for the past."""
    if not heading or past:
        return False
    inside = opened > 0 and reading.scenes[opened - 1] == reading.scenes[opened]
    left = {_place(scene.heading) for scene in reading.episode.scenes[: reading.scenes[opened] + inside]}
    return headed or bool(_HEADED_END.search(heading)) or _place(heading) in left


def _place(heading: str) -> str:
    """A heading without what changes from visit to visit: numbers, time of day, brackets."""
    return re.sub(r"[\d\W]|\b(?:day|night|continuous|later|present)\b|[日夜晨昏晚]", "", heading.lower())


def _flashback(reading: Reading, first: int, last: int) -> Iterator[Beat]:
    if last < first:
        return
    line = reading.lines[first]
    heading = reading.episode.scenes[reading.scenes[first]].heading
    marked = next((s.words for s in reading.signs if s.line == first and s.family == "flashback"), heading)
    yield Beat(
        type=B.FLASHBACK,
        span=lines_span(reading, first, last),
        intensity=0.3,
        evidence=(line.source,),
        why=f'goes back in time: "{_short(marked)}"',
    )


# ------------------------------------------------------------------ exposition

LONG_TALK_MS = 12_000  # one voice, nobody answering
LONG_TOLD_MS = 8_000  # the same, when it tells of the past or explains, or is a voice over
COOL = 0.45  # a line hotter than this is more than telling
# Telling often holds news; words that do one of these to somebody are no telling.
DOES_SOMETHING = {"threat", "declaration", "decision", "humiliation", "comeback", "confrontation", "inciting"}


def _expositions(reading: Reading, cast: Cast) -> Iterator[Beat]:
    for run in _tellings(reading):
        talk_ms = sum(reading.span(i).duration_ms for i in run)
        told = [s for s in reading.signs if s.family == "exposition" and s.line in run]
        over = all(reading.lines[i].voice is Voice.OVER for i in run)
        if talk_ms < (LONG_TOLD_MS if told or over else LONG_TALK_MS):
            continue
        who = reading.lines[run[0]].speaker or "a voice"
        yield Beat(
            type=B.EXPOSITION,
            span=lines_span(reading, run[0], run[-1]),
            intensity=round(min(0.6, 0.2 + talk_ms / 60_000), 3),
            evidence=_sources(reading, run),
            characters=_people(reading, run, cast),
            why=f"{who} talks for {talk_ms / 1000:.0f} s and nobody answers" + (f': "{told[0].words}"' if told else ""),
        )


def _tellings(reading: Reading) -> Iterator[list[int]]:
    """Monologues, cut where a line does something to somebody."""
    for run in _monologues(reading):
        for does, lines in groupby(run, key=lambda index: _stirs(reading, index)):
            if not does:
                yield list(lines)


def _stirs(reading: Reading, index: int) -> bool:
    """Whether a line opposes, burns, or acts on somebody."""
    acts = any(s.line == index and s.weight >= ENOUGH and s.family in DOES_SOMETHING for s in reading.signs)
    return acts or reading.opposition[index] >= AGAINST or reading.heat[index] > COOL


def _monologues(reading: Reading) -> Iterator[list[int]]:
    """Runs of lines by one speaker, broken by another voice, by much action or by a new scene."""
    run: list[int] = []
    since_ms = 0
    for index, line in enumerate(reading.lines):
        new_scene = bool(run) and reading.scenes[index] != reading.scenes[run[-1]]
        if line.kind is not LineKind.DIALOGUE:
            since_ms += reading.span(index).duration_ms
        elif run and (new_scene or line.speaker != reading.lines[run[0]].speaker or since_ms > APART_MS):
            yield run
            run, since_ms = [index], 0
        else:
            run, since_ms = [*run, index], 0
    if run:
        yield run
