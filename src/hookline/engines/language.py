"""What a language engine is: a prompt in, JSON that fits a schema out, and what it used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Schema = Mapping[str, Any]  # the part of JSON Schema that ``faults`` knows

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a service counted, over all requests of an answer."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0

    def plus(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.requests + other.requests,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """JSON that fits the schema that was asked for."""

    value: Any
    usage: Usage


class Language(Protocol):
    """A language engine."""

    model: str

    def complete(self, system: str, prompt: str, *, schema: Schema) -> Answer:
        """An answer that fits the schema.

        Raises:
            AnswerRefused: the engine answered, twice, with something else.
            EngineFailed: it can't be reached, or keeps failing.
        """


def estimated_tokens(text: str) -> int:
    """About how many tokens a text is: one for a Han, kana or hangul character, one for four others.

    A rule of thumb for prices before anything is asked; services count in their own ways, and their own
    count is what is told afterwards.

    >>> estimated_tokens("你好, Anna."), estimated_tokens("")
    (4, 0)
    """
    han = len(_HAN.findall(text))
    return han + -(-(len(text) - han) // 4)


def faults(value: Any, schema: Schema, *, at: str = "answer") -> Iterator[str]:
    """What a JSON value has that the schema doesn't allow, in words.

    Knows type (also a list of types), enum, properties, required, additionalProperties (false), items,
    maxItems, minimum, maximum.

    >>> list(faults({"a": 3}, {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["b"]}))
    ['answer lacks b', 'answer.a is 3, not a string']
    """
    wanted = schema.get("type", [])
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield f"{at} is {_short(value)}, not {' or '.join(f'a {kind}' for kind in kinds)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is {_short(value)}, not one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, dict):
        yield from _faults_of_object(value, schema, at)
    elif isinstance(value, list):
        yield from _faults_of_array(value, schema, at)
    elif _is(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at} is {value}, not from {schema.get('minimum', '')} to {schema.get('maximum', '')}"


def _faults_of_object(value: Mapping[str, Any], schema: Schema, at: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{at} lacks {name}" for name in schema.get("required", ()) if name not in value)
    for name, item in value.items():
        if name in known:
            yield from faults(item, known[name], at=f"{at}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at} has {name[:40]!r}, which was not asked for"


def _faults_of_array(value: list[Any], schema: Schema, at: str) -> Iterator[str]:
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at} has {len(value)} items, more than {schema['maxItems']}"
    for number, item in enumerate(value):
        yield from faults(item, schema.get("items", {}), at=f"{at}[{number}]")


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
