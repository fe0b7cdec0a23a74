"""``hookline.toml``: what a series says of itself."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hookline.model.errors import BadInput, Unreadable

FILE = "hookline.toml"

TEMPLATE = """\
# What Hookline knows of this series.  Everything else is read from the folders beside this file.
schema = 1
title = {title}
language = {language}      # of the scripts that count: "en" or "zh"; "" takes the first one read
id = {id}                  # how viewers' events and tables name the series
smallest_group = 20        # groups of fewer viewers are never shown

# [audience]
# testers = []             # viewers' own ids, as players send them: their rows are set aside, and counted
"""

SETTINGS: dict[str, type] = {"schema": int, "title": str, "language": str, "id": str, "smallest_group": int}
TABLES: dict[str, tuple[str, ...]] = {"audience": ("testers",)}  # lists of texts, by table


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a series."""

    title: str
    language: str
    id: str
    smallest_group: int = 20
    testers: tuple[str, ...] = ()  # raw ids of viewers whose rows are set aside


def slug(text: str) -> str:
    """A name that is safe in files and tables.

    >>> slug("The Bride's Ledger!")
    'the-bride-s-ledger'
    """
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "series"


def template(*, title: str, language: str) -> str:
    """The text of a new ``hookline.toml``."""
    return TEMPLATE.format(title=_quoted(title), language=_quoted(language), id=_quoted(slug(title)))


def read(folder: Path) -> Config:
    """The settings of a series folder; ``BadInput`` names the line's key and the mend."""
    path = folder / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"is not valid TOML ({error})", where=str(path), mend="mend that line") from error
    _check(table, path)
    title = table.get("title") or folder.resolve().name
    return Config(
        title=title,
        language=table.get("language", ""),
        id=table.get("id") or slug(title),
        smallest_group=table.get("smallest_group", 20),
        testers=tuple(table.get("audience", {}).get("testers", ())),
    )


def _check(table: dict[str, Any], path: Path) -> None:
    for key, value in table.items():
        if key in TABLES:
            _check_table(key, value, path)
            continue
        if key not in SETTINGS:
            raise BadInput(f"there is no setting {key!r}", where=str(path), mend=f"settings: {', '.join(SETTINGS)}")
        if type(value) is not SETTINGS[key]:
            wanted = "a whole number" if SETTINGS[key] is int else "text in quotes"
            raise BadInput(f"{key} is {value!r}", where=str(path), mend=f"give {wanted}")
    if table.get("schema", 1) != 1:
        raise BadInput(
            f"schema {table['schema']} is newer than this Hookline", where=str(path), mend="upgrade hookline"
        )
    if table.get("smallest_group", 20) < 1:
        raise BadInput("smallest_group must be 1 or more", where=str(path), mend="20 is a good value")


def _check_table(name: str, table: Any, path: Path) -> None:
    known = TABLES[name]
    if not isinstance(table, dict):
        raise BadInput(f"{name} is {table!r}", where=str(path), mend=f"write it as a table: [{name}]")
    for key, value in table.items():
        if key not in known:
            raise BadInput(f"there is no setting {name}.{key}", where=str(path), mend=f"settings: {', '.join(known)}")
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadInput(f"{name}.{key} is {value!r}", where=str(path), mend='give a list of texts: ["a", "b"]')


def _quoted(text: str) -> str:
    return json.dumps(text.replace("\x7f", " "), ensure_ascii=False)  # JSON's strings are TOML's
