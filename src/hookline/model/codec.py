"""Frozen values to JSON and back, with a schema version on every saved document.

The shape follows the dataclass: field names, enums by value, tuples as lists.  A saved document is
``{"schema": "SeriesStory", "version": 1, "value": {...}}``.  When a type changes, its version in
``VERSIONS`` goes up and ``UPGRADES`` gains a function from the old value's JSON to the new one's.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hookline.model.errors import Unreadable

Value = TypeVar("Value")

VERSIONS: dict[str, int] = {}  # schema name -> current version; 1 where absent
UPGRADES: dict[tuple[str, int], Callable[[Any], Any]] = {}  # (name, from version) -> upgrade


def dumps(value: Any, *, indent: int | None = None) -> str:
    """A dataclass value as a versioned JSON document."""
    name = type(value).__name__
    document = {"schema": name, "version": VERSIONS.get(name, 1), "value": to_json(value)}
    return json.dumps(document, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))


def loads(kind: type[Value], text: str, *, where: str = "") -> Value:
    """The value of a versioned JSON document; ``Unreadable`` when it is none of that kind."""
    try:
        document = json.loads(text)
        if document["schema"] != kind.__name__:
            raise Unreadable(f"holds a {document['schema']}, not a {kind.__name__}", where=where)
        value: Value = from_json(kind, _upgraded(kind.__name__, document["version"], document["value"]))
        return value
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"is not a saved {kind.__name__} ({error})", where=where) from error


def to_json(value: Any) -> Any:
    """Plain JSON values for a dataclass, enum, tuple, dict or scalar."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(kind: Any, data: Any) -> Any:
    """The value of type ``kind`` that ``to_json`` gave as ``data``."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _from_union(get_args(kind), data)
    if origin in (tuple, list):
        return _from_sequence(origin, get_args(kind), data)
    if origin is dict:
        key_type, item_type = get_args(kind)
        return {from_json(key_type, key): from_json(item_type, item) for key, item in data.items()}
    if is_dataclass(kind):
        return _from_fields(kind, data)
    return _from_scalar(kind, data)


def _upgraded(name: str, version: int, data: Any) -> Any:
    current = VERSIONS.get(name, 1)
    if version > current:
        raise ValueError(f"version {version} is newer than this Hookline knows ({current})")
    while version < current:
        data, version = UPGRADES[name, version](data), version + 1
    return data


def _from_union(options: tuple[Any, ...], data: Any) -> Any:
    if data is None and type(None) in options:
        return None
    (kind,) = (option for option in options if option is not type(None))
    return from_json(kind, data)


def _from_sequence(origin: Any, items: tuple[Any, ...], data: Any) -> Any:
    if origin is tuple and not (len(items) == 2 and items[1] is Ellipsis):
        return tuple(from_json(kind, item) for kind, item in zip(items, data, strict=True))
    return origin(from_json(items[0], item) for item in data)


def _from_fields(kind: Any, data: Any) -> Any:
    hints, known = _shape(kind)
    missing = [
        name for name, f in known.items() if name not in data and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"{kind.__name__} lacks {', '.join(missing)}")
    return kind(**{name: from_json(hints[name], data[name]) for name in known if name in data})


@cache
def _shape(kind: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return get_type_hints(kind), {f.name: f for f in fields(kind)}


def _from_scalar(kind: Any, data: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind is datetime:
        return datetime.fromisoformat(data)
    if kind in (int, float, str, bool):
        if kind is float and isinstance(data, int):
            return float(data)
        if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
            raise ValueError(f"expected {kind.__name__}, found {data!r}")
    return data
