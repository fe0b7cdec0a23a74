"""Step 11: who is in which line, who speaks to whom, and what they are to each other.

A person is in a line that they speak (a narrator's voice apart), act in or are spoken to.  A line is
said to those whom it names in the scene, else to the other who spoke last, else to the other who
speaks next.  Two people share a scene when both are in some line of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from hookline.model.script import Line, LineKind, Voice
from hookline.model.story import Bond, Character, EpisodeStory, Feeling
from hookline.story.people import Cast


@dataclass(frozen=True, slots=True)
class Seen:
    """A line with the people of it."""

    episode: int
    scene: int  # index in the episode
    line: Line
    feeling: Feeling | None
    here: tuple[str, ...]  # who speaks, acts or is spoken to
    to: tuple[str, ...] = ()  # to whom it is said

    @property
    def ms(self) -> int:
        """How long the line plays."""
        return self.line.span.duration_ms if self.line.span else 0


def seen_lines(stories: Sequence[EpisodeStory], cast: Cast) -> tuple[Seen, ...]:
    """Every line of the series with the people of it."""
    return tuple(seen for story in stories for seen in _of_episode(story, cast))


def _of_episode(story: EpisodeStory, cast: Cast) -> Iterator[Seen]:
    felt = iter(story.feelings)
    for number, scene in enumerate(story.episode.scenes):
        named = [cast.named_in(line.text) if _can_name(line) else () for line in scene.lines]
        present = _present(scene.lines, named)
        for index, line in enumerate(scene.lines):
            to = _addressed(index, scene.lines, named, present)
            acting = named[index] if line.kind is LineKind.ACTION else ()
            speaking = (line.speaker,) if line.speaker and line.voice is not Voice.OVER else ()
            here = tuple(dict.fromkeys([*speaking, *acting, *to]))
            yield Seen(story.number, number, line, next(felt, None), here, to)


def _can_name(line: Line) -> bool:
    return line.kind in (LineKind.DIALOGUE, LineKind.ACTION)


def _present(lines: Sequence[Line], named: Sequence[tuple[str, ...]]) -> frozenset[str]:
    """Who speaks or acts in a scene."""
    speaking = {line.speaker for line in lines if line.speaker and line.voice is not Voice.OVER}
    acting = {name for line, names in zip(lines, named, strict=True) if line.kind is LineKind.ACTION for name in names}
    return frozenset(speaking | acting)


def _addressed(
    index: int, lines: Sequence[Line], named: Sequence[tuple[str, ...]], present: frozenset[str]
) -> tuple[str, ...]:
    speaker = lines[index].speaker
    if speaker is None or lines[index].kind is not LineKind.DIALOGUE or lines[index].voice is Voice.OVER:
        return ()
    called = tuple(name for name in named[index] if name in present and name != speaker)
    if called:
        return called
    around = [*reversed(lines[:index]), *lines[index + 1 :]]
    other = next(
        (li.speaker for li in around if li.speaker not in (None, speaker) and li.voice is not Voice.OVER), None
    )
    return (other,) if other else ()


def with_presence(people: Sequence[Character], seen: Sequence[Seen]) -> tuple[Character, ...]:
    """The characters with their time on screen and the mean valence of what they say in each of their episodes."""
    screen: Counter[str] = Counter()
    felt: defaultdict[tuple[str, int], list[tuple[float, int]]] = defaultdict(list)
    for one in seen:
        for name in one.here:
            screen[name] += one.ms
        if one.line.speaker and one.feeling:
            felt[one.line.speaker, one.episode].append((one.feeling.valence, one.ms))
    return tuple(
        replace(
            person,
            screen_ms=screen[person.name],
            arc=tuple(_mean(felt[person.name, number]) for number in person.episodes),
        )
        for person in people
    )


def bonds(people: Sequence[Character], seen: Sequence[Seen]) -> tuple[Bond, ...]:
    """Every two people who share scenes, most shared time first.

    ``valence`` is the mean valence of what either says to the other, each line by its length; 0 when
    they never speak to each other.
    """
    known = {person.name for person in people}
    shared: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for episode, length_ms, names in _scenes(seen):
        for a, b in combinations(sorted(names & known), 2):
            shared[a, b].append((episode, length_ms))
    said = _said_between(seen)
    found = [
        Bond(
            people=pair,
            scenes=len(scenes),
            shared_ms=sum(ms for _, ms in scenes),
            valence=_mean(said.get(pair, ())),
            episodes=tuple(sorted({number for number, _ in scenes})),
        )
        for pair, scenes in shared.items()
    ]
    return tuple(sorted(found, key=lambda bond: (-bond.shared_ms, bond.people)))


def _scenes(seen: Sequence[Seen]) -> Iterator[tuple[int, int, set[str]]]:
    """Each scene's episode, length and people."""
    lengths: Counter[tuple[int, int]] = Counter()
    names: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for one in seen:
        lengths[one.episode, one.scene] += one.ms
        names[one.episode, one.scene].update(one.here)
    for key, found in names.items():
        yield key[0], lengths[key], found


def _said_between(seen: Sequence[Seen]) -> Mapping[tuple[str, str], Sequence[tuple[float, int]]]:
    said: defaultdict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for one in seen:
        speaker = one.line.speaker
        for name in one.to:
            if speaker and one.feeling:
                said[(speaker, name) if speaker < name else (name, speaker)].append((one.feeling.valence, one.ms))
    return said


def _mean(weighed: Sequence[tuple[float, int]]) -> float:
    """The mean of values, each by its weight; 0 of nothing."""
    total = sum(ms for _, ms in weighed)
    return round(sum(value * ms for value, ms in weighed) / total, 4) if total else 0.0
