"""How far the offline story engine agrees with the sample's writer.

    python -m bench.sample_beats [--lines]

For every beat in ``beats_meant.toml``: *same* (the engine rests a beat of that type on that line),
*fair* (one of the types that the writer allows for it), *near* (that type within 3 s), *other*
(only beats of other types there) or *missed*.  Beats that match nothing meant are *extra*.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hookline.formats import chinese, fountain
from hookline.model.script import Line
from hookline.model.story import Beat, BeatType, EpisodeStory, SeriesStory
from hookline.sample import MeantBeat, MeantEpisode, beats_meant, scripts
from hookline.story import analyse

NEAR_MS = 3_000
STRETCHES = (BeatType.FLASHBACK, BeatType.EXPOSITION, BeatType.CONFRONTATION)
VERDICTS = ("same", "fair", "near", "other", "missed")
HEADS = "| sample | beats meant | same | fair | near | other | missed | extra | ending's type | open or closed |"
READERS = {"en": fountain, "zh": chinese}


@dataclass(frozen=True, slots=True)
class Compared:
    """A beat meant, how the engine did on it, the lines it rests on and the beats found there."""

    meant: MeantBeat
    verdict: str
    lines: tuple[Line, ...]
    found: tuple[Beat, ...]


def main() -> None:
    """Prints the agreement in both languages, with every line of it where ``--lines`` is given."""
    with_lines = "--lines" in sys.argv[1:]
    for language in READERS:
        story = season(language)
        pairs = list(zip(beats_meant(), story.episodes, strict=True))
        compared = [one for meant, episode in pairs for one in compare(meant, episode, language)]
        if with_lines:
            for meant, episode in pairs:
                show(meant, episode, language)
        summarise(language, pairs, compared)


def season(language: str) -> SeriesStory:
    """The sample as the engine reads it."""
    read = READERS[language].read
    texts = [read(file.read_text(encoding="utf-8"), file=file.name) for file in scripts(language)]
    return analyse(texts, language=language)


def compare(meant: MeantEpisode, episode: EpisodeStory, language: str) -> Iterator[Compared]:
    """Every beat meant in an episode beside what was found there."""
    for beat in meant.beats:
        lines = lines_of(episode, beat, language)
        found = tuple(b for b in episode.beats if rests_on(b, lines))
        yield Compared(beat, verdict(beat, lines, found, episode), lines, found)


def lines_of(episode: EpisodeStory, beat: MeantBeat, language: str) -> tuple[Line, ...]:
    """The lines that a meant beat rests on."""
    played = [line for line in episode.episode.lines() if line.span and line.span.end_ms > line.span.start_ms]
    first = next(number for number, line in enumerate(played) if line.text.startswith(beat.opening[language]))
    return tuple(played[first : first + beat.lines])


def rests_on(beat: Beat, lines: tuple[Line, ...]) -> bool:
    """Whether a beat has one of the lines as evidence, or is a stretch of time that holds them."""
    if {line.source for line in lines} & set(beat.evidence):
        return True
    return beat.type in STRETCHES and all(line.span and beat.span.contains(line.span.start_ms) for line in lines)


def verdict(beat: MeantBeat, lines: tuple[Line, ...], found: tuple[Beat, ...], episode: EpisodeStory) -> str:
    """One of ``VERDICTS``."""
    types = {one.type for one in found}
    if beat.type in types:
        return "same"
    if types & set(beat.also):
        return "fair"
    spans = [line.span for line in lines if line.span]
    start, end = spans[0].start_ms - NEAR_MS, spans[-1].end_ms + NEAR_MS
    if any(b.type is beat.type and b.span.start_ms < end and b.span.end_ms > start for b in episode.beats):
        return "near"
    return "other" if found else "missed"


def extra(compared: list[Compared], episode: EpisodeStory) -> list[Beat]:
    """The beats found that match nothing meant."""
    wanted = [(one.found, {one.meant.type, *one.meant.also}) for one in compared]
    return [b for b in episode.beats if not any(b in found and b.type in types for found, types in wanted)]


def show(meant: MeantEpisode, episode: EpisodeStory, language: str) -> None:
    """Prints an episode's beats, meant and found."""
    compared = list(compare(meant, episode, language))
    print(f"\n{language} {meant.number}  {episode.duration_ms / 1000:.1f} s  {ending(meant, episode)}")
    for one in compared:
        types = ", ".join(b.type.value for b in one.found)
        print(f"  {one.verdict:7}{one.meant.type.value:14}{at(one.lines[0])}  {one.lines[0].text[:56]}  [{types}]")
    for beat in extra(compared, episode):
        print(f"  extra  {beat.type.value:14}{beat.span.start_ms / 1000:5.1f}  {beat.why[:100]}")


def at(line: Line) -> str:
    """When a line starts, in seconds."""
    return f"{line.span.start_ms / 1000:5.1f}" if line.span else "    ?"


def ending(meant: MeantEpisode, episode: EpisodeStory) -> str:
    """How the episode ends, read and meant."""
    read, how = episode.ending, "open" if meant.strong else "closed"
    return f"ends on {read.type.value} {read.strength:.2f}, meant {meant.ending.value}, {how}"


def summarise(language: str, pairs: list[tuple[MeantEpisode, EpisodeStory]], compared: list[Compared]) -> None:
    """Prints a language's counts."""
    print(row(language, pairs, compared))
    for kind in sorted({one.meant.type for one in compared}):
        of_kind = [one for one in compared if one.meant.type is kind]
        print(f"    {kind.value:14}{sum(one.verdict in ('same', 'fair') for one in of_kind)} of {len(of_kind)}")


def row(language: str, pairs: list[tuple[MeantEpisode, EpisodeStory]], compared: list[Compared]) -> str:
    """A language's counts as a row of a table with the columns of ``HEADS``."""
    count = Counter(one.verdict for one in compared)
    more = sum(len(extra(list(compare(meant, ep, language)), ep)) for meant, ep in pairs)
    named = sum(meant.ending is ep.ending.type for meant, ep in pairs)
    pulling = sum(meant.strong == (ep.ending.strength >= 0.4) for meant, ep in pairs)
    cells = (language, len(compared), *(count[name] for name in VERDICTS), more, f"{named} of 8", f"{pulling} of 8")
    return f"| {' | '.join(map(str, cells))} |"


def table() -> str:
    """The agreement in both languages as markdown."""
    rows = []
    for language in READERS:
        pairs = list(zip(beats_meant(), season(language).episodes, strict=True))
        rows.append(
            row(language, pairs, [one for meant, episode in pairs for one in compare(meant, episode, language)])
        )
    return "\n".join((HEADS, "|---" * HEADS.count(" | ") + "|---|", *rows))


if __name__ == "__main__":
    main()
