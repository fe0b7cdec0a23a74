"""Reading by a language model, scene by scene, into the same story the offline engine gives.

``questions`` makes a prompt of every scene, ``annotated`` puts checked answers in place of the offline
engine's beats, feelings, hooks, endings and archetypes (marked ``Origin.MODEL``), ``disagreements`` lists where
the two differ.  What a person said stands above both.  Asking itself is the project's business.

A model points at lines by the numbers its prompt gives them; whatever points at a line that isn't in its
scene is refused and told, never bent to fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from hookline.model.script import Line, LineKind, Scene, Source
from hookline.model.span import Span
from hookline.model.story import (
    Beat,
    BeatType,
    Character,
    Emotion,
    Ending,
    EndingType,
    EpisodeStory,
    Feeling,
    Hook,
    Origin,
    Promise,
    PromiseKind,
    SeriesStory,
    Trait,
)
from hookline.story.beats import in_order

PROMPT = "scene-1"  # the prompt's file and version: another text is another file
ARCHETYPES = (
    "returning_war_god", "rebirth_revenge", "hidden_identity", "faked_death", "substitute_bride",
    "live_in_son_in_law", "flash_marriage_ceo", "contract_marriage", "secret_child", "winning_back",
    "palace_intrigue", "swapped_heiress", "mother_in_law", "cultivation", "system", "werewolf_mate",
    "mafia_boss", "second_chance",
)  # fmt: skip
_OWN_STEP = (BeatType.HOOK, BeatType.CLIFFHANGER)  # these come with the hook and the ending
_SHOWN = {LineKind.DIALOGUE: "", LineKind.ACTION: "[action] ", LineKind.CAPTION: "[on screen] "}
_NEAR = 2  # lines between which two beats of a type are the same


@dataclass(frozen=True, slots=True)
class Question:
    """One scene, as a model is asked about it."""

    episode: int
    scene: int  # from 0, in its episode
    system: str
    prompt: str
    lines: dict[int, Line]  # by the number that the prompt gives them


@dataclass(frozen=True, slots=True)
class Refused:
    """Something a model said that counts for nothing, and why."""

    episode: int
    scene: int
    why: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the offline engine and the model say different things."""

    episode: int
    what: str  # "beat", "hook", "ending", "emotion"
    offline: str  # "" where it says nothing
    model: str
    evidence: tuple[Source, ...]


def _one_of(names: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(names)}


def _record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list_of(items: Any, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most}


_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_LINES = _list_of({"type": "integer"}, 40)
_TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = _record(
    beats=_list_of(
        _record(
            type=_one_of([kind for kind in BeatType if kind not in _OWN_STEP]),
            lines=_LINES,
            intensity=_SHARE,
            characters=_list_of(_TEXT, 20),
            why=_TEXT,
        ),
        12,
    ),
    emotions=_list_of(
        _record(
            line={"type": "integer"},
            emotion=_one_of(list(Emotion)),
            valence={"type": "number", "minimum": -1, "maximum": 1},
            confidence=_SHARE,
        ),
        500,
    ),
    archetypes=_list_of(_record(character=_TEXT, type=_one_of(ARCHETYPES), lines=_LINES, score=_SHARE, why=_TEXT), 12),
    hook={
        **_record(line={"type": "integer"}, type=_one_of([k for k in EndingType if k != "resolved"]), why=_TEXT),
        "type": ["object", "null"],
    },
    ending={
        **_record(type=_one_of(list(EndingType)), strength=_SHARE, lines=_LINES, question=_TEXT),
        "type": ["object", "null"],
    },
    questions=_list_of(_record(line={"type": "integer"}, question=_TEXT), 12),
)


# --- asking --------------------------------------------------------------------------------------


def questions(story: SeriesStory) -> tuple[Question, ...]:
    """A question for every scene with lines to read, in order."""
    system = files("hookline.story").joinpath("prompts", f"{PROMPT}.txt").read_text(encoding="utf-8")
    return tuple(question for episode in story.episodes for question in _of_episode(episode, system))


def _of_episode(story: EpisodeStory, system: str) -> Iterator[Question]:
    numbered = [(n, scene, _numbered(scene)) for n, scene in enumerate(story.episode.scenes)]
    told = [(n, scene, lines) for n, scene, lines in numbered if lines]
    for place, (n, scene, lines) in enumerate(told):
        which = (
            "first and last" if len(told) == 1 else "first" if not place else "last" if place == len(told) - 1 else ""
        )
        head = f"Episode {story.number}, scene {place + 1} of {len(told)}" + (f": its {which} scene." if which else ".")
        rows = [_row(number, line) for number, line in lines.items()]
        prompt = "\n".join([head, f"Heading: {scene.heading or '(none)'}", "", *rows])
        yield Question(story.number, n, system, prompt, lines)


def _numbered(scene: Scene) -> dict[int, Line]:
    shown = (line for line in scene.lines if line.kind in _SHOWN and line.text.strip())
    return dict(enumerate(shown, start=1))


def _row(number: int, line: Line) -> str:
    said_by = f"{line.speaker}: " if line.kind is LineKind.DIALOGUE and line.speaker else ""
    delivery = f"({line.delivery}) " if line.delivery else ""
    return f"{number} {_SHOWN[line.kind]}{said_by}{delivery}{' '.join(line.text.split())}"


# --- answers into the story ----------------------------------------------------------------------


def annotated(
    story: SeriesStory, asked: Sequence[Question], answers: Mapping[tuple[int, int], Any]
) -> tuple[SeriesStory, tuple[Refused, ...]]:
    """The story as the model reads it, and what of the answers was refused.

    Args:
        story: the offline engine's.
        asked: ``questions(story)``.
        answers: values that fit ``SCHEMA``, by episode and scene.  A scene without one keeps what the offline
            engine says, marked as its own.
    """
    readings = [_Reading(question, answers[question.episode, question.scene]) for question in asked
                if (question.episode, question.scene) in answers]  # fmt: skip
    by_episode: dict[int, list[_Reading]] = {}
    for reading in readings:
        by_episode.setdefault(reading.question.episode, []).append(reading)
    episodes = tuple(_retold(one, by_episode.get(one.number, [])) for one in story.episodes)
    refused = tuple(refused for reading in readings for refused in reading.refused())
    end_ms = {one.number: one.duration_ms for one in story.episodes}
    promises = [promise for reading in readings for promise in reading.promises(end_ms)]
    kept = tuple(one for one in story.promises if one.kind is not PromiseKind.QUESTION)
    note = f"beats, feelings, hooks, endings and archetypes by a language model ({PROMPT}) in {len(readings)} of "
    note += f"{len(asked)} scenes; tension, arcs and times are the offline engine's"
    return replace(
        story,
        episodes=episodes,
        characters=tuple(_retyped(person, readings) for person in story.characters),
        promises=(*kept, *promises) if promises else story.promises,
        notes=(*story.notes, note),
    ), refused


@dataclass(frozen=True, slots=True)
class _Reading:
    """A question and its answer."""

    question: Question
    answer: Any

    def sources(self, numbers: Sequence[int]) -> tuple[Source, ...] | None:
        """The lines of those numbers; None if there is none, or one that isn't there."""
        known = self.question.lines
        found = sorted(set(numbers))
        return tuple(known[n].source for n in found) if found and all(n in known for n in found) else None

    def span(self, numbers: Sequence[int]) -> Span:
        """From the first of the lines to the end of the last."""
        spans = [span for n in numbers if (span := self.question.lines[n].span)]
        return Span(min(s.start_ms for s in spans), max(s.end_ms for s in spans)) if spans else Span(0, 0)

    def refused(self) -> Iterator[Refused]:
        """What points at lines that aren't there."""
        parts = [(f"the beat {one['type']}", one["lines"]) for one in self.answer["beats"]]
        parts += [("an emotion", [one["line"]]) for one in self.answer["emotions"]]
        parts += [(f"the archetype {one['type']}", one["lines"]) for one in self.answer["archetypes"]]
        parts += [("a question", [one["line"]]) for one in self.answer["questions"]]
        parts += [("the hook", [hook["line"]])] if (hook := self.answer["hook"]) else []
        parts += [("the ending", ending["lines"])] if (ending := self.answer["ending"]) else []
        for what, numbers in parts:
            if self.sources(numbers) is None:
                pointed = ", ".join(map(str, numbers)) or "none"
                why = f"{what} points at lines that aren't in the scene ({pointed})"
                yield Refused(self.question.episode, self.question.scene, why)

    def beats(self) -> Iterator[Beat]:
        """The beats that stand on lines of the scene."""
        for one in self.answer["beats"]:
            if evidence := self.sources(one["lines"]):
                yield Beat(
                    BeatType(one["type"]), self.span(one["lines"]), float(one["intensity"]), evidence,
                    tuple(one["characters"]), one["why"], Origin.MODEL,
                )  # fmt: skip

    def feelings(self) -> Iterator[tuple[Line, Feeling]]:
        """Lines and what they convey."""
        for one in self.answer["emotions"]:
            if line := self.question.lines.get(one["line"]):
                feeling = Feeling(
                    Emotion(one["emotion"]), float(one["confidence"]), float(one["valence"]), Origin.MODEL
                )
                yield line, feeling

    def hook(self) -> Hook | None:
        """The first reason to stay, if the scene holds it."""
        one = self.answer["hook"]
        evidence = self.sources([one["line"]]) if one else None
        if not evidence:
            return None
        return Hook(self.span([one["line"]]).start_ms, evidence, one["why"], EndingType(one["type"]), Origin.MODEL)

    def ending(self) -> Ending | None:
        """How the scene ends its episode."""
        one = self.answer["ending"]
        evidence = self.sources(one["lines"]) if one else None
        if not evidence:
            return None
        kind, strength = EndingType(one["type"]), float(one["strength"])
        return Ending(kind, strength, self.span(one["lines"]), evidence, one["question"], origin=Origin.MODEL)

    def promises(self, end_ms: Mapping[int, int]) -> Iterator[Promise]:
        """The questions left open; whether they are answered a scene alone can't say."""
        episode = self.question.episode
        later_ms = sum(length for number, length in end_ms.items() if number > episode)
        for one in self.answer["questions"]:
            if (evidence := self.sources([one["line"]])) and one["question"].strip():
                span = self.span([one["line"]])
                open_ms = max(0, end_ms[episode] - span.end_ms) + later_ms
                yield Promise(PromiseKind.QUESTION, one["question"], episode, span, evidence, open_ms=open_ms)

    def traits(self, names: frozenset[str]) -> Iterator[Trait]:
        """Archetypes of a person of these names."""
        for one in self.answer["archetypes"]:
            evidence = self.sources(one["lines"])
            if evidence and one["character"].strip().casefold() in names:
                yield Trait(one["type"], float(one["score"]), evidence, one["why"], Origin.MODEL)


def _retold(story: EpisodeStory, readings: Sequence[_Reading]) -> EpisodeStory:
    if not readings:
        return story
    read = {line.source for one in readings for line in one.question.lines.values()}
    kept = [beat for beat in story.beats if beat.origin is Origin.PERSON or not read.issuperset(beat.evidence)]
    told = [beat for one in readings for beat in one.beats()]
    told = [beat for beat in told if not any(_same(beat, other) for other in kept if other.origin is Origin.PERSON)]
    hook = next((hook for one in readings if (hook := one.hook())), None)
    ending = next((ending for one in reversed(readings) if (ending := one.ending())), None)
    hook = story.hook if hook is None or (story.hook and story.hook.origin is Origin.PERSON) else hook
    ending = story.ending if ending is None or story.ending.origin is Origin.PERSON else ending
    own = [beat for beat in story.beats if beat.type in _OWN_STEP and beat not in kept]
    beats = in_order([*kept, *told, *_own_steps(own, hook, ending)])
    return replace(story, beats=beats, hook=hook, ending=ending, feelings=_felt(story, readings))


def _own_steps(offline: Sequence[Beat], hook: Hook | None, ending: Ending) -> Iterator[Beat]:
    """The beats of the hook and of the ending, where their lines now are."""
    for beat in offline:
        place: Hook | Ending | None = hook if beat.type is BeatType.HOOK else ending
        if place is None or place.origin is not Origin.MODEL:
            yield beat
    if hook and hook.origin is Origin.MODEL:
        yield Beat(BeatType.HOOK, Span(hook.at_ms, hook.at_ms + 1_000), 0.5, hook.evidence, (), hook.why, Origin.MODEL)
    if ending.origin is Origin.MODEL and ending.type is not EndingType.RESOLVED:
        why = ending.question
        yield Beat(BeatType.CLIFFHANGER, ending.span, ending.strength, ending.evidence, (), why, Origin.MODEL)


def _felt(story: EpisodeStory, readings: Sequence[_Reading]) -> tuple[Feeling, ...]:
    """A feeling for every line: the model's, else what stood there, else none, without confidence."""
    said = {(line.source, line.text): feeling for one in readings for line, feeling in one.feelings()}
    if not said:
        return story.feelings
    none = Feeling(Emotion.NEUTRAL, 0.0, 0.0)
    lines = story.episode.lines()
    before = story.feelings if len(story.feelings) == len(lines) else (none,) * len(lines)
    return tuple(
        old if old.origin is Origin.PERSON else said.get((line.source, line.text), old)
        for line, old in zip(lines, before, strict=True)
    )


def _retyped(person: Character, readings: Sequence[_Reading]) -> Character:
    names = frozenset(name.casefold() for name in (person.name, *person.aliases))
    found: dict[str, Trait] = {}
    for trait in (trait for one in readings for trait in one.traits(names)):
        before = found.get(trait.id)
        if before:
            surer = max(trait, before, key=lambda one: one.score)
            trait = replace(surer, evidence=tuple(sorted({*trait.evidence, *before.evidence})))  # noqa: PLW2901
        found[trait.id] = trait
    if not found:
        return person
    said = tuple(trait for trait in person.archetypes if trait.origin is Origin.PERSON)
    others = [trait for trait in found.values() if trait.id not in {one.id for one in said}]
    return replace(person, archetypes=(*said, *sorted(others, key=lambda trait: -trait.score)))


# --- where the two differ ------------------------------------------------------------------------


def disagreements(offline: SeriesStory, model: SeriesStory) -> tuple[Disagreement, ...]:
    """Where the model says something else than the offline engine, in order of episodes."""
    pairs = ((one, model.episode(one.number)) for one in offline.episodes)
    return tuple(found for one, other in pairs if other for found in _differing(one, other))


def _differing(one: EpisodeStory, other: EpisodeStory) -> Iterator[Disagreement]:
    number = one.number
    theirs = [beat for beat in other.beats if beat.type not in _OWN_STEP]
    ours = [beat for beat in one.beats if beat.type not in _OWN_STEP]
    for beat in (beat for beat in ours if not any(_same(beat, found) for found in theirs)):
        yield Disagreement(number, "beat", beat.type.value, "", beat.evidence)
    for beat in (beat for beat in theirs if not any(_same(beat, found) for found in ours)):
        yield Disagreement(number, "beat", "", beat.type.value, beat.evidence)
    if _hook(one.hook) != _hook(other.hook):
        evidence = other.hook.evidence if other.hook else one.hook.evidence if one.hook else ()
        yield Disagreement(number, "hook", _hook(one.hook), _hook(other.hook), evidence)
    if one.ending.type is not other.ending.type:
        yield Disagreement(number, "ending", one.ending.type.value, other.ending.type.value, other.ending.evidence)
    if len(one.feelings) == len(other.feelings) == len(other.episode.lines()):
        for line, mine, theirs_ in zip(other.episode.lines(), one.feelings, other.feelings, strict=True):
            if mine.emotion is not theirs_.emotion:
                yield Disagreement(number, "emotion", mine.emotion.value, theirs_.emotion.value, (line.source,))


def _hook(hook: Hook | None) -> str:
    return f"{hook.type.value if hook.type else 'hook'} at {', '.join(map(str, hook.evidence))}" if hook else ""


def _same(one: Beat, other: Beat) -> bool:
    """Beats of a type on lines that touch."""
    return one.type is other.type and any(
        a.file == b.file and abs(a.line - b.line) <= _NEAR for a in one.evidence for b in other.evidence
    )
