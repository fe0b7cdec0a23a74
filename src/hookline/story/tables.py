"""The story as plain tables, for a spreadsheet or a notebook: ``hookline story --csv``.

One table a file, times in whole milliseconds, evidence as ``file:line`` separated by spaces.  Tables
of things that a series doesn't have (spikes, promises, bonds ...) are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hookline.model.script import Source
from hookline.model.story import SeriesStory, Trait
from hookline.story.notes import notes_of
from hookline.story.numbers import numbers_of
from hookline.story.result import Note, SeriesNumbers, SpeakerNumbers

Row = dict[str, Any]


def tables(story: SeriesStory) -> dict[str, list[Row]]:
    """Rows by the name of their table; every row of a table has the same columns."""
    numbers = numbers_of(story)
    found: dict[str, Iterable[Row]] = {
        "episodes": _episodes(story, numbers),
        "scenes": _scenes(numbers),
        "lines": _lines(story),
        "beats": _beats(story),
        "seconds": _seconds(story),
        "people": _people(story),
        "talk": _talk(numbers),
        "places": _places(numbers),
        "notes": _notes(notes_of(story, numbers)),
        "spikes": _spikes(story),
        "traits": _traits(story),
        "bonds": _bonds(story),
        "turning_points": _turning_points(story),
        "segments": _segments(story),
        "promises": _promises(story),
        "paywall": _paywall(story),
    }
    return {name: kept for name, rows in found.items() if (kept := list(rows))}


def _episodes(story: SeriesStory, numbers: SeriesNumbers) -> Iterator[Row]:
    for told, one in zip(story.episodes, numbers.episodes, strict=True):
        yield {
            "episode": one.episode,
            "title": one.title,
            "duration_ms": one.duration_ms,
            "timing": one.timing.value,
            "scenes": len(one.scenes),
            "lines": one.lines,
            "dialogue_lines": one.dialogue_lines,
            "action_lines": one.action_lines,
            "words": one.words,
            "han": one.han,
            "dialogue_ms": one.dialogue_ms,
            "units_per_minute": round(one.units_per_minute, 1),
            "speaking_parts": len(one.speakers),
            "beats": len(told.beats),
            "tension": round(one.tension, 4),
            "peak_tension": round(one.peak_tension, 4),
            "peak_ms": one.peak_ms,
            "longest_gap_ms": one.longest_gap_ms,
            "hook_ms": "" if one.hook_ms is None else one.hook_ms,
            "hook": told.hook.why if told.hook else "",
            "hook_type": told.hook.type.value if told.hook and told.hook.type else "",
            "hook_by": told.hook.origin.value if told.hook else "",
            "ending": one.ending.value,
            "ending_strength": round(one.ending_strength, 4),
            "question": one.question,
            "answered_in": told.ending.answer.episode if told.ending.answer else "",
            "ending_by": told.ending.origin.value,
            "ending_evidence": _sources(told.ending.evidence),
            "arc": told.arc.shape.value if told.arc else "",
            "arc_fit": round(told.arc.fit, 4) if told.arc else "",
        }


def _scenes(numbers: SeriesNumbers) -> Iterator[Row]:
    for one in numbers.episodes:
        for scene in one.scenes:
            yield {
                "episode": one.episode,
                "scene": scene.number,
                "heading": scene.heading,
                "source": str(scene.source),
                "start_ms": scene.span.start_ms,
                "end_ms": scene.span.end_ms,
                "place": scene.place,
                "setting": scene.setting,
                "time_of_day": scene.time_of_day,
                "lines": scene.lines,
                "dialogue_ms": scene.dialogue_ms,
                "speaking_parts": len(scene.speakers),
            }


def _lines(story: SeriesStory) -> Iterator[Row]:
    for told in story.episodes:
        scenes = (number for number, scene in enumerate(told.episode.scenes, start=1) for _ in scene.lines)
        lines = told.episode.lines()
        feelings = told.feelings or (None,) * len(lines)
        for number, (scene, line, feeling) in enumerate(zip(scenes, lines, feelings, strict=True), start=1):
            yield {
                "episode": told.number,
                "scene": scene,
                "number": number,
                "source": str(line.source),
                "start_ms": line.span.start_ms if line.span else "",
                "end_ms": line.span.end_ms if line.span else "",
                "kind": line.kind.value,
                "speaker": line.speaker or "",
                "voice": line.voice.value,
                "delivery": line.delivery or "",
                "text": line.text,
                "emotion": feeling.emotion.value if feeling else "",
                "emotion_confidence": round(feeling.confidence, 4) if feeling else "",
                "valence": round(feeling.valence, 4) if feeling else "",
            }


def _beats(story: SeriesStory) -> Iterator[Row]:
    for told in story.episodes:
        for beat in told.beats:
            yield {
                "episode": told.number,
                "type": beat.type.value,
                "start_ms": beat.span.start_ms,
                "end_ms": beat.span.end_ms,
                "intensity": round(beat.intensity, 4),
                "characters": "; ".join(beat.characters),
                "why": beat.why,
                "by": beat.origin.value,
                "evidence": _sources(beat.evidence),
            }


def _seconds(story: SeriesStory) -> Iterator[Row]:
    for told in story.episodes:
        for second in range(told.seconds):
            line = told.line_at(second * 1000)
            yield {
                "episode": told.number,
                "second": second,
                "tension": told.tension[second] if second < len(told.tension) else "",
                "valence": told.valence[second] if second < len(told.valence) else "",
                "beats": " ".join(beat.type.value for beat in told.beats_at(second * 1000)),
                "speaker": (line.speaker or "") if line else "",
                "line": str(line.source) if line else "",
            }


def _people(story: SeriesStory) -> Iterator[Row]:
    for person in story.characters:
        yield {
            "name": person.name,
            "aliases": "; ".join(person.aliases),
            "role": person.role.value if person.role else "",
            "lines": person.lines,
            "dialogue_ms": person.dialogue_ms,
            "dialogue_share": round(person.dialogue_share, 4),
            "screen_ms": person.screen_ms,
            "first_episode": person.episodes[0] if person.episodes else "",
            "episodes": len(person.episodes),
        }


def _talk(numbers: SeriesNumbers) -> Iterator[Row]:
    for one in numbers.episodes:
        yield from (_said(one.episode, 0, who) for who in one.speakers)
        yield from (_said(one.episode, scene.number, who) for scene in one.scenes for who in scene.speakers)


def _said(episode: int, scene: int, who: SpeakerNumbers) -> Row:
    return {
        "episode": episode,
        "scene": scene or "",  # "": the whole episode
        "name": who.name,
        "lines": who.lines,
        "dialogue_ms": who.dialogue_ms,
        "dialogue_share": round(who.dialogue_share, 4),
    }


def _places(numbers: SeriesNumbers) -> Iterator[Row]:
    for place in numbers.places:
        yield {
            "place": place.name,
            "scenes": place.scenes,
            "episodes": " ".join(map(str, place.episodes)),
            "duration_ms": place.duration_ms,
            "first": str(place.source),
        }


def _notes(notes: Sequence[Note]) -> Iterator[Row]:
    for note in notes:
        yield {
            "episode": note.episode or "",
            "kind": note.kind.value,
            "severity": note.severity.value,
            "start_ms": note.span.start_ms if note.span else "",
            "end_ms": note.span.end_ms if note.span else "",
            "claim": note.claim,
            "why": note.why,
            "action": note.action,
            "measured": note.measured,
            "limit": note.limit,
            "unit": note.unit,
            "basis": note.basis.value,
            "episodes": " ".join(map(str, note.episodes)),
            "evidence": _sources(note.evidence),
        }


def _spikes(story: SeriesStory) -> Iterator[Row]:
    for told in story.episodes:
        for spike in told.spikes:
            yield {
                "episode": told.number,
                "at_ms": spike.at_ms,
                "pull": round(spike.pull, 4),
                "why": spike.why,
                "evidence": _sources(spike.evidence),
            }


def _traits(story: SeriesStory) -> Iterator[Row]:
    yield from (_trait("", trait) for trait in story.tropes)
    yield from (_trait(person.name, trait) for person in story.characters for trait in person.archetypes)


def _trait(name: str, trait: Trait) -> Row:
    return {
        "of": name,  # "": a trope of the series
        "id": trait.id,
        "score": round(trait.score, 4),
        "why": trait.why,
        "by": trait.origin.value,
        "evidence": _sources(trait.evidence),
    }


def _bonds(story: SeriesStory) -> Iterator[Row]:
    for bond in story.bonds:
        yield {
            "one": bond.people[0],
            "other": bond.people[1],
            "scenes": bond.scenes,
            "shared_ms": bond.shared_ms,
            "valence": round(bond.valence, 4),
            "episodes": " ".join(map(str, bond.episodes)),
        }


def _turning_points(story: SeriesStory) -> Iterator[Row]:
    for point in story.turning_points:
        yield {
            "type": point.type.value,
            "episode": point.episode,
            "start_ms": point.span.start_ms,
            "end_ms": point.span.end_ms,
            "position": round(point.position, 4),
            "confidence": round(point.confidence, 4),
            "why": point.why,
            "by": point.origin.value,
            "evidence": _sources(point.evidence),
        }


def _segments(story: SeriesStory) -> Iterator[Row]:
    for segment in story.segments:
        yield {
            "type": segment.type.value,
            "first_episode": segment.first_episode,
            "last_episode": segment.last_episode,
            "tension": round(segment.tension, 4),
            "why": segment.why,
        }


def _promises(story: SeriesStory) -> Iterator[Row]:
    for promise in story.promises:
        payoff = promise.payoff
        yield {
            "kind": promise.kind.value,
            "what": promise.what,
            "episode": promise.episode,
            "start_ms": promise.span.start_ms,
            "paid_in": payoff.episode if payoff else "",
            "paid_ms": payoff.span.start_ms if payoff else "",
            "open_ms": promise.open_ms,
            "confidence": round(promise.confidence, 4),
            "characters": "; ".join(promise.characters),
            "evidence": _sources(promise.evidence),
            "payoff_evidence": _sources(payoff.evidence) if payoff else "",
        }


def _paywall(story: SeriesStory) -> Iterator[Row]:
    for place in story.paywall:
        yield {
            "episode": place.episode,
            "score": round(place.score, 4),
            "why": place.why,
            "evidence": _sources(place.evidence),
        }


def _sources(sources: Sequence[Source]) -> str:
    return " ".join(map(str, sources))
