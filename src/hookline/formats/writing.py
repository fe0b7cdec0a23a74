"""What the script writers share: which notes are a file's own, and what a written file doesn't hold.

No format can say everything that another can.  So every script that is written is read back, and
what came out different is told: ``differences`` compares two scripts up to the lines that they came
from and up to what readers note of their own decisions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from itertools import zip_longest

from hookline.model.script import Episode, Line, Scene, Script

_DECISION = re.compile(
    r"read as (?:UTF|GB|Windows)|no episode heads|what stands before the head"
    r"|episode \d+ (?:holds scenes|is headed again)|line numbers |paragraphs of type |Word numbers "
)
_BESIDE_STORY = frozenset(("source", "lines", "span"))


@dataclass(frozen=True, slots=True)
class Written:
    """A script as a file's bytes, and what reading them back doesn't give, in words."""

    data: bytes
    losses: tuple[str, ...]


def own_notes(script: Script) -> tuple[str, ...]:
    """The notes that the script's file holds itself (its title page), without what a reader decided."""
    return tuple(note for note in script.notes if not _DECISION.match(note))


def differences(script: Script, again: Script) -> tuple[str, ...]:
    """What differs between two scripts beside sources, format and readers' decisions; () for the same story."""
    return tuple(_differences(script, again))


def _differences(script: Script, again: Script) -> Iterator[str]:
    for name in ("title", "description"):
        yield from _changed(name, getattr(script, name), getattr(again, name))
    yield from _changed("notes", own_notes(script), own_notes(again))
    if script.unread:
        yield f"{len(script.unread)} lines that no rule could place are not written"
    for one, other in zip_longest(script.episodes, again.episodes):
        if one is None or other is None:
            yield f"episode {(one or other).number} is only {'before' if one else 'after'}"
        else:
            yield from _of_episode(one, other)


def _of_episode(one: Episode, other: Episode) -> Iterator[str]:
    where = f"episode {one.number}"
    yield from _changed(f"{where}: number", one.number, other.number)
    yield from _changed(f"{where}: title", one.title, other.title)
    for index, (scene, again) in enumerate(zip_longest(one.scenes, other.scenes), start=1):
        if scene is None or again is None:
            yield f"{where}: scene {index} is only {'before' if scene else 'after'}"
        else:
            yield from _of_scene(f"{where}, scene {index}", scene, again)


def _of_scene(where: str, one: Scene, other: Scene) -> Iterator[str]:
    yield from _of_fields(where, one, other)
    before, after = ([_story(line) for line in side.lines] for side in (one, other))
    pairs = SequenceMatcher(None, before, after, autojunk=False)
    for change, start, end, again_start, again_end in pairs.get_opcodes():
        if change == "equal":
            continue
        for i, (line, again) in enumerate(zip_longest(one.lines[start:end], other.lines[again_start:again_end])):
            if line is None or again is None:
                yield f"{where}: {'this line is gone' if line else 'a line came in'}: {(line or again).text[:60]!r}"
            else:
                yield from _of_fields(f"{where}, line {start + i + 1}", line, again)


def _story(line: Line) -> tuple[object, ...]:
    return line.kind, line.text, line.speaker, line.delivery, line.voice


def _of_fields(where: str, one: Scene | Line, other: Scene | Line) -> Iterator[str]:
    for field in fields(one):
        if field.name not in _BESIDE_STORY:
            yield from _changed(f"{where}: {field.name}", getattr(one, field.name), getattr(other, field.name))


def _changed(what: str, before: object, after: object) -> Iterator[str]:
    if before != after:
        yield f"{what} {str(before)[:80]!r} became {str(after)[:80]!r}"
