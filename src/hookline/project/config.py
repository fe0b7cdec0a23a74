"""``hookline.toml``: what a series says of itself."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
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
# views = {{ "ep01.csv" = 18400 }}  # how many views a platform's curve rests on, by its file's name in curves/
# testers = []             # viewers' own ids, as players send them: their rows are set aside, and counted
# engine = "duckdb"        # where viewers are counted: here, or on a cluster ("spark"): see docs/scale.md
"""

SETTINGS: dict[str, type] = {"schema": int, "title": str, "language": str, "id": str, "smallest_group": int}
SECTIONS: dict[str, type] = {
    "experiments": list,
    "audience": dict,
    "engines": dict,
    "cut": dict,
    "platforms": dict,
    "prices": dict,
    "spend": dict,
}  # read by experiment_plans.py, cut_settings.py (cut, platforms), plans.py (prices), spending.py


WANTED = {int: "a whole number", str: "text in quotes", list: "one table each: [[{key}]]", dict: "a table: [{key}]"}
AUDIENCE: dict[str, type] = {"views": dict, "testers": list, "engine": str, "master": str, "remote": str, "spark": dict}
AUDIENCE_WANTED: dict[type, str] = {
    list: 'a list of texts: ["a", "b"]',
    str: "text in quotes",
    dict: 'lines such as spark.executor.memory = "8g"',
}
SECRET = re.compile(r"secret|password|access\.key|token|credential(?!s\.provider)", re.IGNORECASE)
LANGUAGE_SETTINGS: dict[str, tuple[type, ...]] = {  # of the table [engines.language]
    "base_url": (str,),
    "model": (str,),
    "key_env": (str,),
    "timeout_s": (int, float),
    "parallel": (int,),
    "price_in": (int, float),
    "price_out": (int, float),
}


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """Which language model reads scripts where one is asked to, and what it costs."""

    base_url: str
    model: str
    key_env: str = ""  # name of the environment variable with the key; "" where none is needed
    timeout_s: float = 120.0
    parallel: int = 4
    price_in: float | None = None  # of a million tokens sent, in the currency you count in
    price_out: float | None = None  # of a million tokens answered


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where viewers are counted: the table ``[audience]``, as far as it says that."""

    engine: str = "duckdb"  # or "spark"
    master: str = ""  # of Spark: spark://host:7077, yarn, k8s://..., local[2]
    remote: str = ""  # of a Spark Connect server instead: sc://host:15002
    spark: Mapping[str, str] = field(default_factory=dict)  # Spark's own settings, by its own names


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a series."""

    title: str
    language: str
    id: str
    smallest_group: int = 20
    language_engine: LanguageSettings | None = None
    testers: tuple[str, ...] = ()  # raw ids of viewers whose rows are set aside
    engine: EngineSettings = EngineSettings()  # where viewers are counted
    views: Mapping[str, int] = field(default_factory=dict)  # behind platforms' curves, by the name of the file
    sections: Mapping[str, Any] = field(default_factory=dict)  # as they stand in the file
    file: str = FILE  # where that was read


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
        language_engine=_language(table.get("engines", {}), path),
        testers=tuple(table.get("audience", {}).get("testers", ())),
        engine=_engine(table.get("audience", {})),
        views=dict(table.get("audience", {}).get("views", {})),
        sections={name: table[name] for name in SECTIONS if name in table},
        file=str(path),
    )


def _check(table: dict[str, Any], path: Path) -> None:
    known = SETTINGS | SECTIONS
    for key, value in table.items():
        if key not in known:
            raise BadInput(f"there is no setting {key!r}", where=str(path), mend=f"settings: {', '.join(known)}")
        if type(value) is not known[key]:
            raise BadInput(f"{key} is {value!r}", where=str(path), mend=f"give {WANTED[known[key]].format(key=key)}")
    _check_audience(table.get("audience", {}), path)
    if table.get("schema", 1) != 1:
        raise BadInput(
            f"schema {table['schema']} is newer than this Hookline", where=str(path), mend="upgrade hookline"
        )
    if table.get("smallest_group", 20) < 1:
        raise BadInput("smallest_group must be 1 or more", where=str(path), mend="20 is a good value")


def _language(engines: dict[str, Any], path: Path) -> LanguageSettings | None:
    if unknown := sorted(engines.keys() - {"language"}):
        raise BadInput(f"there is no engine {unknown[0]!r}", where=str(path), mend="engines: language")
    if "language" not in engines:
        return None
    table, where = engines["language"], f"{path} [engines.language]"
    if not isinstance(table, dict):
        raise BadInput("language is no table", where=str(path), mend="write [engines.language] above its settings")
    for key, value in table.items():
        if key not in LANGUAGE_SETTINGS:
            known = ", ".join(LANGUAGE_SETTINGS)
            raise BadInput(f"there is no setting {key!r}", where=where, mend=f"settings: {known}")
        if type(value) not in LANGUAGE_SETTINGS[key]:
            wanted = "text in quotes" if LANGUAGE_SETTINGS[key] == (str,) else "a number"
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"give {wanted}")
        if not isinstance(value, str) and not (0 < value < 1e9 or (value == 0 and key.startswith("price"))):
            raise BadInput(f"{key} is {value!r}", where=where, mend="give a number above 0")
    if missing := [key for key in ("base_url", "model") if not table.get(key)]:
        raise BadInput(f"{missing[0]} is missing", where=where, mend='such as base_url = "http://localhost:8000/v1"')
    return LanguageSettings(**table)


def _engine(table: dict[str, Any]) -> EngineSettings:
    where = {key: table[key] for key in ("engine", "master", "remote") if key in table}
    return EngineSettings(**where, spark=_flat("spark", table.get("spark", {})))


def _check_audience(table: dict[str, Any], path: Path) -> None:
    for key, value in table.items():
        if key not in AUDIENCE:
            raise BadInput(
                f"there is no setting audience.{key}", where=str(path), mend=f"settings: {', '.join(AUDIENCE)}"
            )
        texts = not isinstance(value, list) or all(isinstance(one, str) for one in value)
        if type(value) is not AUDIENCE[key] or not texts:
            wanted = AUDIENCE_WANTED[AUDIENCE[key]]
            raise BadInput(f"audience.{key} is {value!r}", where=str(path), mend=f"give {wanted}")
    _check_views(table.get("views", {}), path)
    for name in _flat("spark", table.get("spark", {})):
        if SECRET.search(name):
            raise BadInput(
                f"{name} is no setting for a file that is shared",
                where=str(path),
                mend="give credentials in the environment: docs/scale.md says which",
            )


def _flat(name: str, value: object) -> dict[str, str]:
    """TOML reads ``spark.a.b = 1`` as tables in tables; Spark wants its own names back, and texts."""
    if isinstance(value, dict):
        return {k: v for key, inner in value.items() for k, v in _flat(f"{name}.{key}", inner).items()}
    return {name: str(value).lower() if isinstance(value, bool) else str(value)}


def _check_views(value: object, path: Path) -> None:
    wrong = not isinstance(value, dict) or any(type(n) is not int or n < 1 for n in value.values())
    if wrong:
        raise BadInput(
            f"audience.views is {value!r}", where=str(path), mend='give whole numbers: { "ep01.csv" = 18400 }'
        )


def _quoted(text: str) -> str:
    return json.dumps(text.replace("\x7f", " "), ensure_ascii=False)  # JSON's strings are TOML's
