"""The story as a JSON document of its own: ``hookline story --json``.

The shape follows the dataclasses: field names, enums by value, tuples as lists, times in whole
milliseconds.  Wherever a claim names its evidence, the lines stand there with their text.  The
JSON Schemas beside this file, ``story.schema.json`` and ``comparison.schema.json`` (of ``hookline
compare --json``), are written from the same types by ``./dev docs schema``.  Within a version fields
are only added; what takes one away or changes it is a new version.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from hookline.model.script import Source
from hookline.model.story import SeriesStory
from hookline.story.notes import notes_of
from hookline.story.numbers import numbers_of
from hookline.story.result import Comparison, Note, SeriesNumbers

NAME, VERSION = "hookline.story", 1
COMPARISON = "hookline.comparison"
SCHEMA_FILE = Path(__file__).with_name("story.schema.json")
COMPARISON_SCHEMA_FILE = Path(__file__).with_name("comparison.schema.json")

Json = dict[str, Any]
Texts = Mapping[Source, str]


@dataclass(frozen=True, slots=True)
class StoryDocument:
    """Everything that is read out of a series, with its figures and notes."""

    schema: str  # hookline.story
    version: int
    hookline: str  # the release that wrote it
    engine: str  # "offline" or "llm": who read the script; ``origin`` says it for each claim
    story: SeriesStory
    numbers: SeriesNumbers
    notes: tuple[Note, ...]  # for the writer, the series' own first; ``story.notes`` are the readers' remarks


@dataclass(frozen=True, slots=True)
class Evidence:
    """A line that a claim rests on."""

    file: str
    line: int  # from 1
    text: str


def document(story: SeriesStory, *, engine: str = "offline", episode: int | None = None) -> Json:
    """A story as plain JSON values; with ``episode`` that episode alone, against the whole season's figures."""
    import hookline

    numbers = numbers_of(story)
    notes = notes_of(story, numbers)
    texts = {line.source: line.text for told in story.episodes for line in told.episode.lines()}
    if episode is not None:
        story = replace(story, episodes=tuple(told for told in story.episodes if told.number == episode))
        numbers = replace(numbers, episodes=tuple(one for one in numbers.episodes if one.episode == episode))
        notes = tuple(note for note in notes if note.episode == episode)
    whole = StoryDocument(NAME, VERSION, hookline.__version__, engine, story, numbers, notes)
    found: Json = plain(whole, texts)
    return found


def plain(value: Any, texts: Texts) -> Any:
    """A value of the room as plain JSON values; ``texts`` are the lines that evidence names."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _evidence(getattr(value, f.name), texts)
            if f.name == "evidence"
            else plain(getattr(value, f.name), texts)
            for f in fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {str(key): plain(item, texts) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item, texts) for item in value]
    return value


def _evidence(sources: tuple[Source, ...], texts: Texts) -> list[Json]:
    return [{"file": source.file, "line": source.line, "text": texts.get(source, "")} for source in sources]


def comparison_document(found: Comparison, texts: Texts) -> Json:
    """A comparison of two drafts as plain JSON values: ``hookline compare --json``."""
    import hookline

    return {"schema": COMPARISON, "version": VERSION, "hookline": hookline.__version__, **plain(found, texts)}


# ------------------------------------------------------------------ the schema


def schema() -> Json:
    """The JSON Schema (2020-12) of the document: its types, their docstrings and the comments beside fields."""
    return schema_of(StoryDocument, NAME)


def comparison_schema() -> Json:
    """The JSON Schema of a comparison: the fields of ``Comparison`` after those that name the document."""
    return schema_of(Comparison, COMPARISON)


def schema_of(kind: Any, name: str, *, version: int = VERSION) -> Json:
    """The JSON Schema of a document: its type's fields, their comments, and what names the document."""
    definitions: Json = {}
    root = _object(kind, definitions)
    release = {"type": "string", "description": "the release that wrote it"}
    head = {"schema": {"const": name}, "version": {"const": version}, "hookline": release}
    properties = head | {key: value for key, value in root["properties"].items() if key not in head}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{name.replace('.', ':')}:{version}",
        "title": f"{name} {version}",
        **root,
        "properties": properties,
        "required": list(properties),
        "$defs": dict(sorted(definitions.items())),
    }


def _object(kind: Any, definitions: Json) -> Json:
    hints, said = get_type_hints(kind), _comments(kind)
    properties = {}
    for f in fields(kind):
        of = tuple[Evidence, ...] if f.name == "evidence" else hints[f.name]
        properties[f.name] = _type(of, definitions) | ({"description": said[f.name]} if f.name in said else {})
    return {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n")[0],
        "properties": properties,
        "required": [f.name for f in fields(kind)],
    }


def _comments(kind: Any) -> dict[str, str]:
    """What stands beside each field."""
    found = re.finditer(r"(?m)^    (\w+): [^#\n]*?# (.+)$", inspect.getsource(kind))
    return {match[1]: re.sub(r"^noqa: \S+ - ", "", match[2]) for match in found}


def _type(of: Any, definitions: Json) -> Json:
    origin, parts = get_origin(of), get_args(of)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_type(part, definitions) for part in parts]}
    if origin is tuple and parts[-1] is Ellipsis:
        return {"type": "array", "items": _type(parts[0], definitions)}
    if origin is tuple:
        items = [_type(part, definitions) for part in parts]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(parts[1], definitions)}
    if isinstance(of, type) and (is_dataclass(of) or issubclass(of, Enum)):
        return _named(of, definitions)
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}[of]}


def _named(of: Any, definitions: Json) -> Json:
    if of.__name__ not in definitions:
        definitions[of.__name__] = {}  # stands there already when it names itself
        definitions[of.__name__] = (
            _object(of, definitions)
            if is_dataclass(of)
            else {"description": (of.__doc__ or "").split("\n")[0], "enum": [item.value for item in of]}
        )
    return {"$ref": f"#/$defs/{of.__name__}"}
