"""The words that give a story away: what a line must say, do or show for a sign to be seen.

The words themselves are data, ``en.toml`` and ``zh.toml``, so that a writer can correct them.  A
table ``[family.group]`` lists regular expressions by where they are looked for: ``said`` in
dialogue, ``done`` in action, ``shown`` in captions, ``how`` in deliveries.  Those carry weight 1;
with the prefix ``hint_`` they carry 0.5 and need company.  ``unless`` takes a sign back.  What can be
said can be shown as well: captions, and words quoted in action (a message, a headline), are searched
for both.  A family is a type of beat or one of the moods that support beats (``shock``, ``grief``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

PLACES = ("said", "done", "shown", "how")
STRONG, HINT = 1.0, 0.5
TOLD_ONLY = ("exposition", "hostile", "calm")  # what is said of these says nothing when it stands on screen
LANGUAGES = ("en", "zh")

# One character for one, so that a match's place in the folded text is its place in the text.
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "—", "―": "—"})


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a text where a sign of a family stands."""

    family: str
    group: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Group:
    """One group of expressions of one family in one place, behind a gate that tells quickly."""

    family: str
    name: str
    gate: re.Pattern[str]
    rules: tuple[tuple[float, str], ...]  # compiled when the gate first opens
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The signs of one language."""

    language: str
    groups: Mapping[str, tuple[_Group, ...]]  # by place
    asks: Mapping[tuple[str, str], str]  # (family, group) -> the question it leaves open
    lists: Mapping[str, frozenset[str]]  # plain word lists: titles, roles, ...
    counted: Mapping[str, re.Pattern[str]]  # words whose number in a line matters

    def matches(self, text: str, place: str) -> tuple[Match, ...]:
        """The signs in a text, at most one for each group, the weightier first found."""
        folded = fold(text)
        return tuple(match for group in self.groups[place] for match in _first(group, folded))

    def count(self, name: str, text: str) -> int:
        """How many of a counted list's words stand in the text."""
        return sum(1 for _ in self.counted[name].finditer(fold(text)))

    def listed(self, name: str) -> frozenset[str]:
        """A plain word list, empty where the language has none."""
        return self.lists.get(name, frozenset())

    def question(self, family: str, group: str) -> str:
        """The question that a sign leaves open, "" where none is written down."""
        return self.asks.get((family, group), "")


def fold(text: str) -> str:
    """Lower case and plain quotes, character by character."""
    lowered = text.translate(_SAME).lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower()[:1] or c for c in text)


def lexicon(language: str) -> Lexicon:
    """The lexicon of a language ("en", "zh-Hans", ...); one that sees nothing where none is written.

    >>> [m.family for m in lexicon("en").matches("I want a divorce.", "said")]
    ['decision', 'inciting']
    """
    primary = language.lower().split("-")[0].split("_")[0]
    return _load(primary if primary in LANGUAGES else "")


@cache
def _load(language: str) -> Lexicon:
    if not language:
        return Lexicon("", dict.fromkeys(PLACES, ()), {}, {}, {})
    data = tomllib.loads(files("hookline.story").joinpath(f"{language}.toml").read_text("utf-8"))
    return compiled(language, data)


def compiled(language: str, data: Mapping[str, Any]) -> Lexicon:
    """A lexicon out of the tables of its file."""
    spaced = bool(data["spaced"])
    names: dict[str, str] = dict(data["names"])
    tables = [(family, group, table) for family, groups in data["signs"].items() for group, table in groups.items()]
    return Lexicon(
        language=language,
        groups={place: tuple(_groups(tables, place, names, spaced)) for place in PLACES},
        asks={(family, group): table["asks"] for family, group, table in tables if "asks" in table},
        lists={name: frozenset(words) for name, words in data["lists"].items()},
        counted={name: re.compile(_any(words, names, spaced)) for name, words in data["counted"].items()},
    )


def _groups(
    tables: list[tuple[str, str, Mapping[str, Any]]], place: str, names: Mapping[str, str], spaced: bool
) -> Iterator[_Group]:
    for family, group, table in tables:
        places = ("shown", "said") if place == "shown" and family not in TOLD_ONLY else (place,)
        weighted = [(STRONG, p) for at in places for p in table.get(at, ())]
        weighted += [(HINT, p) for at in places for p in table.get(f"hint_{at}", ())]
        if not weighted:
            continue
        unless = table.get("unless")
        yield _Group(
            family=family,
            name=group,
            gate=re.compile(_any([p for _, p in weighted], names, spaced)),
            rules=tuple((weight, _any([p], names, spaced)) for weight, p in weighted),
            unless=re.compile(_any(unless, names, spaced)) if unless else None,
        )


def _any(patterns: list[str], names: Mapping[str, str], spaced: bool) -> str:
    """One expression for all; whole words in languages that space them."""
    joined = "|".join(_written_out(pattern, names) for pattern in patterns)
    return rf"(?<!\w)(?:{joined})(?!\w)" if spaced else f"(?:{joined})"


def _written_out(pattern: str, names: Mapping[str, str]) -> str:
    """``{name}`` becomes its alternatives; `` ~ `` up to three words between."""
    for name, alternatives in names.items():
        pattern = pattern.replace(f"{{{name}}}", f"(?:{alternatives})")
    return pattern.replace(" ~ ", r"\W+(?:[\w']+\W+){0,3}?")


@cache
def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(rule)


def _first(group: _Group, folded: str) -> Iterator[Match]:
    if not group.gate.search(folded) or (group.unless and group.unless.search(folded)):
        return
    for weight, rule in group.rules:
        found = _pattern(rule).search(folded)
        if found:
            yield Match(group.family, group.name, weight, found.start(), found.end())
            return
