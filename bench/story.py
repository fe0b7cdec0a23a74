"""How fast the story room reads a season, and what it finds in real scripts and in the sample.

Run from the checkout: ``python bench/story.py``.  It prints

- seconds for a season of 100 episodes, on one core;
- over the public English short-drama scripts, where they are at hand: lines, unread lines, beats an
  episode by type, endings, where hooks stand;
- over the sample season: how far the beats agree with those its writer meant.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.shared import SHARED  # noqa: E402

from hookline.formats import chinese, fountain  # noqa: E402
from hookline.model.story import BeatType, EpisodeStory, Line, Script, SeriesStory  # noqa: E402
from hookline.sample.season import MeantEpisode, beats_meant, scripts  # noqa: E402
from hookline.story import analyse  # noqa: E402

SEASON = 100


def main() -> None:
    """Prints the three parts."""
    real = list(dramabench())
    speed(real)
    if real:
        counts([story for pair in real for story in analyse(pair, language="en").episodes], real)
    else:
        print(f"no public scripts at {SHARED}: counts left out")
    for language in ("en", "zh"):
        agreement(language)


def dramabench() -> Iterator[list[Script]]:
    """Each public script as two episodes: the given half and its continuation."""
    path = SHARED / "story" / "dramabench" / "dev.jsonl"
    if not path.exists():
        return
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        halves = (row["context"], row["continuation"])
        yield [
            numbered(fountain.read(text, file=f"{row['id']}-{n}.fountain"), n) for n, text in enumerate(halves, start=1)
        ]


def numbered(script: Script, number: int) -> Script:
    """The script as one episode of that number."""
    scenes = tuple(scene for episode in script.episodes for scene in episode.scenes)
    return replace(script, episodes=(replace(script.episodes[0], number=number, scenes=scenes),))


def speed(real: Sequence[Sequence[Script]]) -> None:
    """Seconds for a season of 100 episodes."""
    halves = [script for pair in real for script in pair] or sample("en") * 13
    season = [numbered(script, n) for n, script in enumerate(halves[:SEASON], start=1)]
    started = time.process_time()
    story = analyse(season, language="en")
    took_s = time.process_time() - started
    lines = sum(len(ep.episode.lines()) for ep in story.episodes)
    minutes = sum(ep.duration_ms for ep in story.episodes) / 60_000
    print(
        f"speed: {len(story.episodes)} episodes, {lines} lines, {minutes:.0f} min of story: {took_s:.2f} s of one core"
    )


def counts(stories: Sequence[EpisodeStory], real: Sequence[Sequence[Script]]) -> None:
    """What the public scripts hold, and what is found in them."""
    lines = sum(len(story.episode.lines()) for story in stories)
    unread = sum(len(script.unread) for pair in real for script in pair)
    found = Counter(beat.type for story in stories for beat in story.beats)
    print(f"public scripts: {len(real)} scripts as {len(stories)} episodes, {lines} lines, {unread} unread")
    print(f"  median episode {statistics.median(s.duration_ms for s in stories) / 1000:.0f} s")
    print(f"  beats an episode: {sum(found.values()) / len(stories):.1f}")
    for type in BeatType:
        print(f"    {type.value:14} {found[type] / len(stories):.2f}")
    print(f"  endings: {dict(Counter(story.ending.type.value for story in stories).most_common())}")
    hooks = sorted(story.hook.at_ms / 1000 for story in stories if story.hook)
    print(f"  hook found in {len(hooks)}, median at {statistics.median(hooks):.0f} s")


def agreement(language: str) -> None:
    """How far the beats found in the sample are those that its writer meant."""
    story = analyse(sample(language), language=language)
    hits: Counter[str] = Counter()
    misses: list[str] = []
    extra: list[str] = []
    for meant in beats_meant():
        compare(meant, story, language, hits, misses, extra)
    print(f"sample {language}: {hits['met']} of {hits['meant']} meant beats found")
    print(f"  {hits['fair']} of {hits['found']} beats found were meant")
    print(f"  endings right {hits['ending']} of {hits['episodes']}, hooks right to 3 s {hits['hook']}")
    for title, rows in (("missed", misses), ("not meant", extra)):
        print(f"  {title}:")
        print("\n".join(f"    {row}" for row in rows))


def compare(
    meant: MeantEpisode, story: SeriesStory, language: str, hits: Counter[str], misses: list[str], extra: list[str]
) -> None:
    """Adds an episode's agreement: a beat is met when one of its types covers its line."""
    found = story.episode(meant.number)
    if found is None:
        misses.append(f"episode {meant.number} is not there")
        return
    fair: set[int] = set()
    for beat in meant.beats:
        line = meant_line(found, beat.opening[language])
        near = [
            n
            for n, b in enumerate(found.beats)
            if line and line.span and (b.span.overlap_ms(line.span) or line.source in b.evidence)
        ]
        good = [n for n in near if found.beats[n].type in (beat.type, *beat.also)]
        fair.update(good)
        hits["meant"] += 1
        hits["met"] += bool(good)
        if not good:
            others = ", ".join(found.beats[n].type.value for n in near)
            misses.append(f"{meant.number} {beat.type.value}: {beat.opening[language]} (there: {others or 'nothing'})")
    hits["found"] += len(found.beats)
    hits["fair"] += len(fair)
    extra += [f"{meant.number} {b.type.value}: {b.why}" for n, b in enumerate(found.beats) if n not in fair]
    hits["episodes"] += 1
    right = found.ending.type is meant.ending or (not meant.strong and found.ending.type.value == "resolved")
    hits["ending"] += right
    if not right:
        misses.append(
            f"{meant.number} ends {meant.ending.value}, found {found.ending.type.value} {found.ending.strength}"
        )
    if found.hook:
        line = meant_line(found, meant.hook[language])
        hits["hook"] += bool(line and line.span and abs(line.span.start_ms - found.hook.at_ms) <= 3_000)


def meant_line(story: EpisodeStory, opening: str) -> Line | None:
    """The line that is the opening, else the first that starts with it."""
    lines = story.episode.lines()
    starting = [line for line in lines if line.text.startswith(opening)]
    return next((line for line in starting if line.text == opening), starting[0] if starting else None)


def sample(language: str) -> list[Script]:
    """The sample's scripts."""
    reader = {"en": fountain, "zh": chinese}[language]
    return [reader.read(file.read_text(encoding="utf-8"), file=file.name) for file in scripts(language)]


if __name__ == "__main__":
    main()
