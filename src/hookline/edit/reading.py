"""How captions are read in each language: what counts as a character, and how many fit a line and a second."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hookline.model.errors import BadInput

TABLE = Path(__file__).with_name("languages.toml")
_NOT_LANGUAGES = frozenset(("schema", "source", "timing"))
_CHINESE = {"cn": "zh-Hans", "sg": "zh-Hans", "hans": "zh-Hans", "tw": "zh-Hant", "hk": "zh-Hant", "hant": "zh-Hant"}


@dataclass(frozen=True, slots=True)
class Timing:
    """How long captions stand, for all languages."""

    least_ms: int
    most_ms: int
    gap_frames: int
    past_frames: int
    vertical_chars: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How one language is read."""

    language: str
    line_chars: int
    chars_per_s: float
    child_chars_per_s: float
    dash: str
    before: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    follows: frozenset[str] = frozenset()
    half: str = ""
    unread: str = ""
    model: str = ""  # of BudouX, where words stand without spaces between them
    rtl: bool = False

    def count(self, text: str) -> float:
        """How many characters a text is to its reader.

        >>> reading("ja").count("OK。")
        2.0
        """
        return sum(self._counts(char) for char in text)

    def _counts(self, char: str) -> float:
        if self.unread == "diacritics" and unicodedata.category(char) == "Mn":
            return 0.0
        if self.half == "latin" and unicodedata.east_asian_width(char) not in "WF":
            return 0.5
        return 1.0


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def timing() -> Timing:
    """The times that hold for every language."""
    return Timing(**_table()["timing"])


def languages() -> tuple[str, ...]:
    """The languages that captions can be made in."""
    return tuple(name for name in _table() if name not in _NOT_LANGUAGES)


def reading(language: str) -> Reading:
    """How a language is read, by its code: ``en``, ``en-GB``, ``zh``, ``zh-TW``, ``pt``.

    Raises:
        BadInput: it is not in the table.

    >>> reading("zh-TW").language
    'zh-Hant'
    """
    return _read(_named(language))


@cache
def _read(name: str) -> Reading:
    entry = _table()[name]
    words: dict[str, Any] = {key: frozenset(entry.get(key, ())) for key in ("before", "keeps", "follows")}
    return Reading(language=name, **(entry | words))


def _named(language: str) -> str:
    known = {name.lower(): name for name in languages()}
    parts = language.replace("_", "-").lower().split("-")
    if parts[0] == "zh":
        return next((_CHINESE[part] for part in parts[1:] if part in _CHINESE), "zh-Hans")
    if parts[0] == "pt":
        return "pt-BR"
    for length in range(len(parts), 0, -1):
        if (name := "-".join(parts[:length])) in known:
            return known[name]
    raise BadInput(f"captions can't be made in {language!r}", mend=f"languages: {', '.join(languages())}")
