"""Step 2: who speaks, under which names, and how much of the talk is theirs.

Spellings are one person when they differ in case and punctuation only ("LIN TIAN", "Lin Tian").  A
shorter name joins a longer one ("QINGHUA" and "SONG QINGHUA", "Mr. Lin" and "LIN TIAN") when it
fits exactly one, is no mere role ("WOMAN"), and the two never speak in the same scene, where a
writer who uses two names means two people.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hookline.model.script import Episode, Line, LineKind
from hookline.model.story import Character, EpisodeStory
from hookline.story.lexicon import Lexicon, fold

NAME_MASK = "ж"  # a letter that neither English nor Chinese scripts use

_HAN = re.compile(r"[\u3400-\u9fff]")
_NAME_WORD = re.compile(r"[^\s&,/]+")
_NUMBERED = re.compile(r"^(?:[a-z]|\d+|[甲乙丙丁])$")
_INITIALS = frozenset({"CEO", "HR", "AI", "MC", "VIP", "CFO", "TV", "FBI", "DJ", "VP", "II", "III", "IV"})


@dataclass(frozen=True, slots=True)
class Cast:
    """The names a series uses: every spelling with the person it means."""

    person: Mapping[str, str]  # spelling in lower case -> name
    spellings: Mapping[str, tuple[str, ...]]  # name -> other spellings, as written
    pattern: re.Pattern[str] | None  # finds any spelling in a text
    proper: re.Pattern[str] | None  # the same, without spellings that are mere roles ("MOTHER")

    def masked(self, text: str) -> str:
        """The text, folded, with every proper name as one word of ``NAME_MASK``, no longer and no shorter."""
        folded = fold(text)
        return self.proper.sub(lambda m: NAME_MASK * len(m.group()), folded) if self.proper else folded

    def is_named(self, name: str) -> bool:
        """Whether a person has a name, and not only a role ("NURSE", "FEMALE CLASSMATE A")."""
        key = fold(_spaced(name))
        return bool(self.proper and self.proper.fullmatch(key)) and not _NUMBERED.match(key.split()[-1])

    def named_in(self, text: str) -> tuple[str, ...]:
        """The people whom a text names, in order of mention."""
        if self.pattern is None:
            return ()
        found = (self.person[_spaced(m.group())] for m in self.pattern.finditer(fold(text)))
        return tuple(dict.fromkeys(found))


def cast_of(episodes: Sequence[Episode], lexicon: Lexicon) -> Cast:
    """Everyone who speaks in the episodes."""
    spoken = Counter(_spaced(line.speaker) for ep in episodes for line in ep.lines() if line.speaker)
    scenes = [
        frozenset(fold(_spaced(line.speaker)) for line in scene.lines if line.speaker)
        for ep in episodes
        for scene in ep.scenes
    ]
    return _cast(spoken, _together(scenes), lexicon)


def recast(episode: Episode, cast: Cast) -> Episode:
    """The episode with every speaker under their one name."""
    scenes = tuple(
        replace(scene, lines=tuple(_renamed(line, cast) for line in scene.lines)) for scene in episode.scenes
    )
    return replace(episode, scenes=scenes)


def shares(episode: Episode) -> dict[str, float]:
    """Share of the attributed dialogue time by speaker, most first; sums to 1, or is empty."""
    times = _talk_ms(episode)
    total = sum(times.values())
    return {name: ms / total for name, ms in times.most_common()} if total else {}


def characters(stories: Sequence[EpisodeStory], cast: Cast) -> tuple[Character, ...]:
    """Everyone who speaks, by dialogue time, most first."""
    talk: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    seen: dict[str, list[int]] = {}
    for story in stories:
        talk.update(_talk_ms(story.episode))
        names = [li.speaker for li in story.episode.lines() if li.kind is LineKind.DIALOGUE and li.speaker]
        lines.update(names)
        for name in dict.fromkeys(names):
            seen.setdefault(name, []).append(story.number)
    total = sum(talk.values())
    return tuple(
        Character(
            name=name,
            aliases=cast.spellings[name],
            lines=lines[name],
            dialogue_ms=talk[name],
            dialogue_share=talk[name] / total if total else 0.0,
            episodes=tuple(seen[name]),
        )
        for name in sorted(lines, key=lambda name: (-talk[name], -lines[name], name))
    )


def _talk_ms(episode: Episode) -> Counter[str]:
    times: Counter[str] = Counter()
    for line in episode.lines():
        if line.kind is LineKind.DIALOGUE and line.speaker and line.span:
            times[line.speaker] += line.span.duration_ms
    return times


def _renamed(line: Line, cast: Cast) -> Line:
    return replace(line, speaker=cast.person[fold(_spaced(line.speaker))]) if line.speaker else line


def _spaced(name: str) -> str:
    return " ".join(name.replace("’", "'").split())


# ------------------------------------------------------------------ one person, several spellings


def _together(scenes: Sequence[frozenset[str]]) -> frozenset[tuple[str, str]]:
    return frozenset((a, b) for names in scenes for a in names for b in names if a != b)


def _cast(spoken: Counter[str], together: frozenset[tuple[str, str]], lexicon: Lexicon) -> Cast:
    ways: dict[str, Counter[str]] = {}
    for written, count in spoken.items():
        ways.setdefault(fold(written), Counter())[written] += count
    joined = {key: _fuller(key, ways, together, lexicon) for key in ways}
    person = {key: _display(ways[_root(key, joined)]) for key in ways}
    spellings: dict[str, set[str]] = {name: set() for name in person.values()}
    for key, name in person.items():
        spellings[name] |= set(ways[key]) - {name}
    roles = lexicon.listed("roles") | lexicon.listed("titles")
    proper = [key for key in person if any(word.strip(".") not in roles for word in _NAME_WORD.findall(key))]
    others = {name: tuple(sorted(found)) for name, found in spellings.items()}
    return Cast(person, others, _finder(person), _finder(proper))


def _root(key: str, joined: Mapping[str, str]) -> str:
    while joined[key] != key:
        key = joined[key]
    return key


def _finder(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of the names, the longest first."""
    ordered = sorted(names, key=lambda name: (-len(name), name))
    spaced = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in ordered if not _HAN.search(name))
    unspaced = [re.escape(name) for name in ordered if _HAN.search(name)]
    found = [rf"(?<!\w)(?:{spaced})(?!\w)"] * bool(spaced) + unspaced
    return re.compile("|".join(found)) if found else None


def _fuller(key: str, keys: Mapping[str, object], together: frozenset[tuple[str, str]], lexicon: Lexicon) -> str:
    """The one longer name that a name is short for; itself when there is none or more than one."""
    bare = _untitled(key, lexicon)
    if bare != key and bare in keys:
        return bare if (key, bare) not in together else key
    fits = _han_fits if _HAN.search(key) else _spaced_fits
    longer = [other for other in keys if len(other) > len(key) and fits(key, other, lexicon)]
    longer = [other for other in longer if _untitled(other, lexicon) != key]
    if len(longer) != 1:
        titled = [other for other in keys if other != key and _titled_fits(key, other, lexicon)]
        longer = titled if not longer else []
    if len(longer) != 1 or (key, longer[0]) in together:
        return key
    return longer[0]


def _spaced_fits(short: str, long: str, lexicon: Lexicon) -> bool:
    """All words of the short name stand in the long one, and one of them is a name."""
    titles = lexicon.listed("titles")
    roles = lexicon.listed("roles") | titles
    few, many = short.split(), long.split()
    extra = [word for word in many if word not in few]
    return (
        set(few) < set(many)
        and any(word.strip(".") not in roles for word in few)
        and not any(_NUMBERED.match(word) or word.endswith("'s") for word in [*extra, *few])
        and not any(word.strip(".") in roles and word.strip(".") not in titles for word in extra)
    )


def _untitled(key: str, lexicon: Lexicon) -> str:
    """The name without the titles in front of it: "zhao qin" for "young zhao qin"."""
    words = key.split()
    while len(words) > 1 and words[0].strip(".") in lexicon.listed("titles"):
        words = words[1:]
    return " ".join(words)


def _titled_fits(key: str, other: str, lexicon: Lexicon) -> bool:
    """Whether a title and a name fit a fuller name: "Mr. Lin" and "Lin Tian", 林总 and 林晚."""
    titles = lexicon.listed("titles")
    if _HAN.search(key):
        surname = next((key.removesuffix(t) for t in sorted(titles, key=len, reverse=True) if key.endswith(t)), "")
        return bool(surname) and 1 <= len(surname) <= 2 and len(other) in (2, 3, 4) and other.startswith(surname)
    words = key.split()
    bare = {word for word in words if word.strip(".") not in titles}
    full = {word for word in other.split() if word.strip(".") not in titles}
    return 0 < len(bare) < len(words) and bare < full and not any(word.endswith("'s") for word in full)


def _han_fits(short: str, long: str, lexicon: Lexicon) -> bool:
    """A given name of two or more characters at the end of a full name: 一花 in 马一花."""
    roles = lexicon.listed("roles")
    return len(short) >= 2 and len(long) == len(short) + 1 and long.endswith(short) and short not in roles


def _display(ways: Counter[str]) -> str:
    """The name as people write it: a mixed-case spelling if there is one, else capitalised."""
    mixed = [name for name in ways if not name.isupper() and not name.islower()]
    if mixed:
        return max(mixed, key=lambda name: (ways[name], name))
    return " ".join(_capitalised(word) for word in max(ways, key=lambda name: (ways[name], name)).split())


def _capitalised(word: str) -> str:
    if word.upper() in _INITIALS:
        return word.upper()
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
