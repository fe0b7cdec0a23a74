"""Step 12: what people are to the story, which archetypes they carry, and the tropes of the series.

A role is read from how much of the story is a person's, what they do to the lead (beats in which they
speak against the lead) and whether the two speak and act as lovers do.

An archetype is told by kinds of evidence: title or description, what is said, what is done or shown,
and hints.  ``archetypes.toml`` holds the words and what each kind weighs:

    score = 1 - product(1 - weight x (1 + 0.3 x min(2, more lines of that kind)))

Evidence counts for whom it is about: the speaker ("I am ..."), the one spoken to ("you are ..."), else
the one whom the line names; what is said of nobody in particular counts for those whom the archetype
usually belongs to (``whose``).  Below ``floor`` nothing is shown.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from hookline.model.script import LineKind, Source
from hookline.model.story import BeatType, Character, EpisodeStory, Role, Trait
from hookline.story.lexicon import fold
from hookline.story.people import NAME_MASK, Cast
from hookline.story.presence import Seen

KINDS = ("told", "said", "done", "hint")
MORE_LINES = 2  # so many further lines of a kind still add
MORE = 0.3
HOSTILE = (BeatType.HUMILIATION, BeatType.THREAT, BeatType.BETRAYAL, BeatType.CONFRONTATION)

# What makes a role.  Our reading; MINOR_BELOW chosen on the gold set's scripts with even ids.
LEADS_AT_LEAST = 0.75  # of the first lead's part: a second person we are with as much
MINOR_BELOW = 0.15  # of the first lead's part
VILLAIN_FROM = 1.0  # hostile beats against the lead for each of their episodes
RIVAL_FROM = 0.3
LOVE_FROM = 1.0  # lines with lovers' words between the two, for each of their episodes
MOST_TRAITS = 6
QUOTE_CHARS = 60

_FIRST = re.compile(r"(?<!\w)(?:i|i'm|i've|my|me)(?!\w)|我|本(?:宫|座|王|尊)")
_SECOND = re.compile(r"(?<!\w)(?:you|you're|you've|your)(?!\w)|你|您")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Kind:
    """One archetype, or one payoff of a series, as ``archetypes.toml`` tells it."""

    id: str
    en: str
    zh: str
    means: str
    whose: str
    patterns: Mapping[str, re.Pattern[str]]  # kind of evidence -> words


@dataclass(frozen=True, slots=True)
class Payoff:
    """A satisfaction that a series sells."""

    id: str
    beats: frozenset[BeatType]
    needs_all: bool
    words: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Words:
    """``archetypes.toml`` for one language."""

    kinds: tuple[Kind, ...]
    payoffs: tuple[Payoff, ...]
    weights: Mapping[str, float]
    love: re.Pattern[str]
    kin: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that speaks for an archetype."""

    kind: str
    source: Source | None  # None: title or description
    quote: str
    people: tuple[str, ...]  # whom it is about; nobody in particular when empty


def words_of(language: str) -> Words | None:
    """The words of a language; None where none are written."""
    primary = language.lower().split("-")[0].split("_")[0]
    return _load(primary) if primary in ("en", "zh") else None


@cache
def table() -> Mapping[str, Any]:
    """``archetypes.toml`` as it stands."""
    return tomllib.loads(files("hookline.story").joinpath("archetypes.toml").read_text("utf-8"))


@cache
def _load(language: str) -> Words:
    data = table()
    return Words(
        kinds=tuple(_kind(row, language) for row in data["archetype"]),
        payoffs=tuple(_payoff(row, language) for row in data["payoff"]),
        weights=data["weights"],
        love=_any(data["bonds"][f"love_{language}"], language),
        kin=_any(data["bonds"][f"kin_{language}"], language),
    )


def _kind(row: Mapping[str, Any], language: str) -> Kind:
    found = {kind: row.get(f"{kind}_{language}", ()) for kind in KINDS}
    patterns = {kind: _any(words, language) for kind, words in found.items() if words}
    return Kind(row["id"], row["en"], row["zh"], row["means"], row["whose"], patterns)


def _payoff(row: Mapping[str, Any], language: str) -> Payoff:
    words = row.get(f"words_{language}")
    beats = frozenset(BeatType(name) for name in row["beats"])
    return Payoff(row["id"], beats, row.get("all", False), _any(words, language) if words else None)


def _any(words: Sequence[str], language: str) -> re.Pattern[str]:
    joined = "|".join(word.replace(" ~ ", r"\W+(?:[\w'-]+\W+){0,5}?") for word in words)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if language == "en" else f"(?:{joined})")


# ------------------------------------------------------------------ roles


def with_roles(
    people: Sequence[Character],
    stories: Sequence[EpisodeStory],
    seen: Sequence[Seen],
    cast: Cast,
    words: Words | None,
    told: str,
) -> tuple[Character, ...]:
    """The characters, each with what they are to the story."""
    if not people:
        return ()
    part = parts(people, told, cast)
    lead = max(part, key=lambda name: (part[name], name))
    against = _against(lead, stories, seen)
    loving = _loving(lead, seen, words)
    return tuple(
        replace(
            person,
            role=Role.LEAD
            if person.name == lead
            else _role(
                part[person.name] / part[lead] if part[lead] else 0.0,
                against=against[person.name] / max(1, len(person.episodes)),
                loving=loving[person.name] / max(1, len(person.episodes)),
            ),
        )
        for person in people
    )


def parts(people: Sequence[Character], told: str, cast: Cast) -> Mapping[str, float]:
    """How much of the story is each person's: the mean of their shares of dialogue and of screen time.

    Whom title or description names counts half as much again, who has no name but a role ("NURSE") half as much.
    """
    total = sum(person.screen_ms for person in people) or 1
    folded = fold(told)
    return {
        person.name: (person.dialogue_share + person.screen_ms / total)
        / 2
        * (1.5 if any(fold(name) in folded for name in (person.name, *person.aliases)) else 1.0)
        * (1.0 if cast.is_named(person.name) else 0.5)
        for person in people
    }


def _role(share: float, *, against: float, loving: float) -> Role:
    """What somebody other than the lead is, by their part of the lead's and what they do in each of their episodes."""
    if share < MINOR_BELOW:
        return Role.MINOR
    if loving >= LOVE_FROM and loving >= against:
        return Role.LEAD if share >= LEADS_AT_LEAST else Role.LOVE
    if against >= VILLAIN_FROM:
        return Role.VILLAIN
    if against >= RIVAL_FROM:
        return Role.RIVAL
    return Role.LEAD if share >= LEADS_AT_LEAST else Role.ALLY


def _against(lead: str, stories: Sequence[EpisodeStory], seen: Sequence[Seen]) -> Counter[str]:
    """In how many hostile beats each speaks against the lead."""
    to_lead = {one.line.source: one.line.speaker for one in seen if lead in one.to}
    found: Counter[str] = Counter()
    for story in stories:
        for beat in story.beats:
            if beat.type in HOSTILE:
                found.update({name for source in beat.evidence if (name := to_lead.get(source))})
    return found


def _loving(lead: str, seen: Sequence[Seen], words: Words | None) -> Counter[str]:
    """How many lines between each and the lead hold lovers' words."""
    found: Counter[str] = Counter()
    for one in seen:
        if words is None or lead not in one.here or not words.love.search(fold(one.line.text)):
            continue
        found.update(name for name in one.here if name != lead)
    return found


# ------------------------------------------------------------------ archetypes


def with_archetypes(
    people: Sequence[Character], seen: Sequence[Seen], cast: Cast, words: Words | None, told: str
) -> tuple[Character, ...]:
    """The characters with the archetypes they carry, surest first."""
    if words is None or not people:
        return tuple(people)
    carriers = {whose: _carriers(people, whose) for whose in ("lead", "pair", "all")}
    traits: defaultdict[str, list[Trait]] = defaultdict(list)
    for kind in words.kinds:
        hits = list(_hits(kind, seen, cast, told))
        for person in people:
            own = [hit for hit in hits if person.name in (hit.people or carriers[kind.whose])]
            trait = _trait(kind.id, own, words)
            if trait and person.role is not Role.MINOR:
                traits[person.name].append(trait)
    return tuple(replace(person, archetypes=_surest(traits[person.name])) for person in people)


def tropes(
    people: Sequence[Character], stories: Sequence[EpisodeStory], seen: Sequence[Seen], words: Words | None
) -> tuple[Trait, ...]:
    """The archetypes that anybody carries, each with its surest carrier's score, and the payoffs that beats give."""
    best: dict[str, Trait] = {}
    for trait in (trait for person in people for trait in person.archetypes):
        if trait.id not in best or trait.score > best[trait.id].score:
            best[trait.id] = trait
    paid = [] if words is None else [t for p in words.payoffs if (t := _paid(p, stories, seen))]
    return _surest([*best.values(), *paid])


def _carriers(people: Sequence[Character], whose: str) -> frozenset[str]:
    roles = {"lead": (Role.LEAD,), "pair": (Role.LEAD, Role.LOVE), "all": (Role.LEAD, Role.LOVE)}[whose]
    named = [person.name for person in people if person.role in roles]
    return frozenset(named[:1] if whose == "lead" else named)


def _hits(kind: Kind, seen: Sequence[Seen], cast: Cast, told: str) -> Iterator[Hit]:
    if "told" in kind.patterns and (found := kind.patterns["told"].search(fold(told))):
        yield Hit("told", None, _around(told, found.start(), found.end()), ())
    for one in seen:
        for place in _places(one):
            pattern = kind.patterns.get(place)
            found = pattern.search(cast.masked(one.line.text)) if pattern else None
            if found:
                quote = _around(one.line.text, found.start(), found.end())
                yield Hit(place, one.line.source, quote, _about(one, found.group(), place, cast))
                break


def _places(one: Seen) -> tuple[str, ...]:
    if one.line.kind is LineKind.DIALOGUE:
        return ("said", "hint")
    return ("done", "said", "hint") if one.line.kind in (LineKind.ACTION, LineKind.CAPTION) else ()


def _about(one: Seen, words: str, place: str, cast: Cast) -> tuple[str, ...]:
    """Whom the words are about."""
    if one.line.kind is LineKind.ACTION:
        return cast.named_in(one.line.text)[:1]
    if place == "hint":
        return ()
    if _FIRST.search(words) and one.line.speaker:
        return (one.line.speaker,)
    if _SECOND.search(words):
        return one.to
    return cast.named_in(one.line.text) if NAME_MASK in words else ()


def _trait(id: str, hits: Sequence[Hit], words: Words) -> Trait | None:
    by_kind: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_kind[hit.kind].append(hit)
    left = math.prod(
        1.0 - min(0.95, words.weights[kind] * (1.0 + MORE * min(MORE_LINES, len(found) - 1)))
        for kind, found in by_kind.items()
    )
    score = 1.0 - left
    if score < words.weights["floor"]:
        return None
    ranked = [hit for kind in KINDS for hit in by_kind[kind]]
    evidence = tuple(dict.fromkeys(hit.source for hit in ranked if hit.source))[:5]
    return Trait(id, round(score, 3), evidence, "; ".join(dict.fromkeys(_says(hit) for hit in ranked[:2])))


def _says(hit: Hit) -> str:
    return f'title or description: "{hit.quote}"' if hit.source is None else f'"{hit.quote}"'


def _paid(payoff: Payoff, stories: Sequence[EpisodeStory], seen: Sequence[Seen]) -> Trait | None:
    """A payoff's score: 1 - 0.75^beats x 0.9^lines of its words, at most six of each."""
    beats = [beat for story in stories for beat in story.beats if beat.type in payoff.beats]
    if not beats or (payoff.needs_all and {beat.type for beat in beats} != payoff.beats):
        return None
    lines = [one for one in seen if payoff.words and payoff.words.search(fold(one.line.text))]
    score = 1.0 - 0.75 ** min(len(beats), 6) * 0.9 ** min(len(lines), 6)
    strongest = sorted(beats, key=lambda beat: -beat.intensity)[:3]
    evidence = tuple(dict.fromkeys(source for beat in strongest for source in beat.evidence))[:5]
    return Trait(payoff.id, round(score, 3), evidence, strongest[0].why)


def _surest(traits: Sequence[Trait]) -> tuple[Trait, ...]:
    return tuple(sorted(traits, key=lambda trait: (-trait.score, trait.id)))[:MOST_TRAITS]


def _around(text: str, start: int, end: int) -> str:
    """The words around a place, cut to fit."""
    left = max(0, start - (QUOTE_CHARS - (end - start)) // 2)
    cut = text[left : left + QUOTE_CHARS]
    if not _HAN.search(text):
        cut = cut if left == 0 else cut.partition(" ")[2]
        cut = cut if left + QUOTE_CHARS >= len(text) else cut.rpartition(" ")[0]
    return " ".join(cut.split())
