"""A timeline cut into shots: what the camera sees, when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from hookline.model.script import LineKind, Voice
from hookline.model.span import Span
from hookline.sample.draw_face import Mood
from hookline.sample.draw_set import Place
from hookline.sample.stage import Figure, Stage, first_match
from hookline.sample.timeline import Item, Timeline

_LONGEST_MS = 3_900  # a line that takes longer is cut
_SHORTEST_MS = 1_200
_FRAME_MS = 80  # pictures are drawn on twos


class Framing(StrEnum):
    """How close the camera is."""

    WIDE = "wide"  # the set, people small in it
    TWO = "two"  # both, from the waist
    OVER = "over"  # the subject over the other's shoulder
    CLOSE = "close"  # the subject's face
    MEDIUM = "medium"  # the subject alone, from the waist
    INSERT = "insert"  # a thing


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture between two cuts."""

    span: Span
    framing: Framing
    place: Place
    item: Item
    subject: Figure | None = None
    other: Figure | None = None
    insert: str = ""
    mood: Mood = Mood.NEUTRAL
    other_mood: Mood = Mood.NEUTRAL
    away: bool = False  # the subject looks away
    low: bool = False  # the lead is on her knees
    tears: bool = False
    entering: bool = False
    flashback: bool = False
    rain: bool = False
    push: tuple[float, float] = (1.0, 1.05)  # zoom at the shot's start and end
    caption: str = ""  # text over the picture
    title: str = ""  # of the series and episode, small, while the hook is on


def shots(timeline: Timeline, stage: Stage) -> tuple[Shot, ...]:
    """Cut an episode: touching shots from 0 to its end."""
    cut: list[Shot] = []
    state = _State()
    for index, item in enumerate(timeline.items):
        state = _moved_on(state, timeline, item, stage)
        part = [_possible(shot, state) for shot in _shots_of(item, state, timeline, stage, index)]
        cut += [replace(part[0], caption="" if item.draw == "phone" else item.overlay), *part[1:]]
        state = _remember(state, item, cut[-1])
    name = f"Episode {timeline.episode.number}" + (f": {timeline.episode.title}" if timeline.episode.title else "")
    return (replace(cut[0], title=f"{stage.title}  |  {name}"), *cut[1:])


@dataclass(frozen=True, slots=True)
class _State:
    """What carries over from line to line."""

    scene: int = -1
    present: tuple[Figure, ...] = ()
    speaker: Figure | None = None
    low: bool = False
    turn: int = 0  # counts spoken lines of the scene, to vary the framing
    insert: str = ""
    instead: tuple[tuple[str, str], ...] = ()  # who can't be shown standing, and the insert that shows them


def _moved_on(state: _State, timeline: Timeline, item: Item, stage: Stage) -> _State:
    if item.scene != state.scene:
        state = _State(scene=item.scene, insert=state.insert)
    present = (*state.present, *(f for f in _people(item, stage) if f not in state.present))
    low = state.low or (item.line.kind is LineKind.ACTION and first_match(stage.lows, item.line.text) is not None)
    return replace(state, present=present, low=low, instead=(*state.instead, *_instead(timeline, item, stage)))


def _instead(timeline: Timeline, item: Item, stage: Stage) -> list[tuple[str, str]]:
    place = stage.place(timeline.scene(item).place, setting="", time="").id
    lowered = item.line.text.casefold()
    return [
        (row.figure, row.draw)
        for row in stage.instead
        if row.place == place and all(word in lowered for word in row.words)
    ]


def _possible(shot: Shot, state: _State) -> Shot:
    """The shot without people who can't be shown standing."""
    instead = dict(state.instead)
    if shot.framing is Framing.INSERT:
        return shot
    if shot.subject and shot.subject.id in instead:
        return replace(shot, framing=Framing.INSERT, insert=instead[shot.subject.id])
    if shot.other and shot.other.id in instead and shot.framing is not Framing.CLOSE:
        return replace(shot, framing=Framing.MEDIUM, other=None)
    return shot


def _remember(state: _State, item: Item, last: Shot) -> _State:
    insert = last.insert or state.insert
    if item.figure is None:
        return replace(state, insert=insert)
    return replace(state, insert=insert, speaker=item.figure, turn=state.turn + 1)


def _shots_of(item: Item, state: _State, timeline: Timeline, stage: Stage, index: int) -> list[Shot]:
    scene = timeline.scene(item)
    shot = Shot(
        span=item.span,
        framing=Framing.WIDE,
        place=stage.place(scene.place, setting=scene.setting, time=scene.time_of_day),
        item=item,
        insert=item.draw,
        low=state.low,
        flashback="flashback" in scene.heading.casefold(),
        rain=any("rain" in line.text.casefold().split(".")[0] for line in scene.lines if line.speaker is None),
    )
    if item.draw:
        who = stage.named(item.line.text) or tuple(f for f in stage.figures if f.id == stage.lead)
        return [replace(shot, framing=Framing.INSERT, subject=who[0], push=_push(index, 0.05))]
    if item.figure is not None:
        return _spoken(shot, item.figure, state, timeline, stage, index)
    return [_acted(shot, item, state, stage, index)]


def _acted(shot: Shot, item: Item, state: _State, stage: Stage, index: int) -> Shot:
    """Somebody named does something, or the whole room does."""
    named = stage.named(item.line.text)
    if not named:
        pair = _pair(state, stage)
        return replace(shot, subject=pair[0], other=pair[1], mood=_usual(pair[0]), other_mood=_usual(pair[1]))
    who = named[0]
    entering = first_match(stage.enters, item.line.text) is not None
    framing = Framing.MEDIUM if entering else Framing.CLOSE
    return replace(
        shot,
        framing=framing,
        subject=who,
        mood=who.mood,
        entering=entering,
        push=_push(index, 0.02 if entering else 0.06),
    )


def _spoken(shot: Shot, who: Figure, state: _State, timeline: Timeline, stage: Stage, index: int) -> list[Shot]:
    item = shot.item
    listener = _listener(who, state, timeline, stage, index)
    shot = replace(
        shot,
        subject=who,
        other=listener,
        mood=stage.mood(who, item.line.delivery, item.line.text),
        other_mood=_usual(listener),
        away="away" in (item.line.delivery or ""),
    )
    spans = _parts(item)
    if item.line.voice is Voice.OVER:
        parts = enumerate(reversed(spans))
        return [_remembered(replace(shot, span=span), left) for left, span in parts][::-1]
    last = index == len(timeline.items) - 1
    answered = len(spans) == 2 and not last and listener is not None and timeline.items[index + 1].figure == listener
    return [
        _one(replace(shot, span=span), state, number, last=last, answered=answered, index=index)
        for number, span in enumerate(spans)
    ]


def _one(shot: Shot, state: _State, number: int, *, last: bool, answered: bool, index: int) -> Shot:
    """A part of a spoken line: its first shot varies, then come the listener, the speaker, what was seen last.

    Where the listener answers next, the camera stays: it will be on the listener soon enough.
    """
    if last:
        return replace(shot, framing=Framing.CLOSE, push=(1.0, 1.12))
    if number == 1 and shot.other is not None and answered:
        other_way = Framing.CLOSE if _first_framing(shot, state) is Framing.TWO else Framing.TWO
        return replace(shot, framing=other_way, push=(1.02, 1.07))
    if number == 1 and shot.other is not None:
        return replace(
            shot, framing=Framing.CLOSE, subject=shot.other, other=shot.subject, mood=shot.other_mood, push=(1.0, 1.07)
        )
    if number % 2 == 1 and state.insert:
        return replace(shot, framing=Framing.INSERT, insert=state.insert, push=(1.04, 1.1))
    if number > 0:
        return replace(shot, framing=Framing.CLOSE, push=(1.0, 1.07))
    return replace(shot, framing=_first_framing(shot, state), push=_push(index, 0.05))


def _first_framing(shot: Shot, state: _State) -> Framing:
    if shot.other is None:
        return Framing.CLOSE if state.turn % 2 else Framing.MEDIUM
    if "!" in shot.item.line.text:
        return Framing.CLOSE
    return (Framing.TWO, Framing.OVER, Framing.CLOSE, Framing.OVER, Framing.CLOSE)[state.turn % 5]


def _remembered(shot: Shot, left: int) -> Shot:
    """A voice over: somebody alone, small in the place where they think, then close with tears."""
    if left % 2 == 1:
        return replace(shot, framing=Framing.WIDE, other=None, push=(1.0, 1.06))
    return replace(shot, framing=Framing.CLOSE, tears=True, push=(1.0, 1.12))


def _parts(item: Item) -> list[Span]:
    """A line's time cut at the pauses of its speech, in parts that nobody tires of."""
    count = -(-item.span.duration_ms // _LONGEST_MS)
    pauses = _pauses(item)
    cuts = [item.span.start_ms]
    for number in range(1, count):
        ideal = item.span.start_ms + item.span.duration_ms * number // count
        near = [p for p in pauses if abs(p - ideal) < 1_100] or [ideal]
        at_ms = _on_a_frame(min(near, key=lambda p: abs(p - ideal)))
        if at_ms - cuts[-1] >= _SHORTEST_MS and item.span.end_ms - at_ms >= _SHORTEST_MS:
            cuts.append(at_ms)
    return [Span(a, b) for a, b in zip(cuts, [*cuts[1:], item.span.end_ms], strict=True)]


def _pauses(item: Item) -> list[int]:
    phones = item.speech.phones if item.speech else ()
    return [item.span.start_ms + p.span.end_ms for p in phones if not p.symbol and p.span.duration_ms >= 80]


def _on_a_frame(at_ms: int) -> int:
    return round(at_ms / _FRAME_MS) * _FRAME_MS


def _listener(who: Figure, state: _State, timeline: Timeline, stage: Stage, index: int) -> Figure | None:
    """Whom a speaker speaks to: whom the line names, else the lead, else the last speaker or the next."""
    item = timeline.items[index]
    here = [figure for figure in state.present if figure != who]
    named = [figure for figure in stage.named(item.line.text) if figure in here]
    same = [other for other in timeline.items if other.scene == item.scene]
    lead = [f for other in same for f in _people(other, stage) if f.id == stage.lead and f != who]
    later = [other.figure for other in timeline.items[index + 1 :] if other in same and other.figure not in (None, who)]
    last = [state.speaker] if state.speaker and state.speaker != who else []
    return next(iter([*named, *lead, *last, *later, *here]), None)


def _people(item: Item, stage: Stage) -> tuple[Figure, ...]:
    """Who speaks in a line, or whom its action names."""
    return (item.figure,) if item.figure else stage.named(item.line.text)


def _pair(state: _State, stage: Stage) -> tuple[Figure | None, Figure | None]:
    lead = next((f for f in state.present if f.id == stage.lead), None)
    others = [f for f in state.present if f.id != stage.lead]
    return lead or (others[0] if others else None), (others[-1] if others and lead else None)


def _usual(figure: Figure | None) -> Mood:
    return figure.mood if figure else Mood.NEUTRAL


def _push(index: int, by: float) -> tuple[float, float]:
    """The camera creeps in, and out at every third line."""
    return (1.0 + by, 1.0) if index % 3 == 2 else (1.0, 1.0 + by)
