"""How fast the story room reads a season, and what it finds in real scripts and in the sample.

Prints, as markdown: seconds for a season of 100 episodes on one core; over the public English
short-drama scripts, where they are at hand, lines, unread lines, beats by type, endings and hooks;
over the sample season how far the beats agree with those its writer meant (``bench.sample_beats``).
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.shared import SHARED

from bench import sample_beats
from hookline.formats import fountain
from hookline.model.script import Script
from hookline.model.story import BeatType, EpisodeStory
from hookline.sample import scripts
from hookline.story import analyse

SEASON = 100


def main() -> None:
    """Print the three parts."""
    real = list(dramabench())
    print("| what | figure |\n|---|---|")
    speed(real)
    if real:
        counts([story for pair in real for story in analyse(pair, language="en").episodes], real)
    else:
        print("| public scripts | not here: counts left out |")
    print(f"\n{sample_beats.table()}")


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
    halves = [script for pair in real for script in pair] or sample() * 13
    season = [numbered(script, n) for n, script in enumerate(halves[:SEASON], start=1)]
    started = time.process_time()
    story = analyse(season, language="en")
    took_s = time.process_time() - started
    lines = sum(len(ep.episode.lines()) for ep in story.episodes)
    minutes = sum(ep.duration_ms for ep in story.episodes) / 60_000
    print(
        f"| season of {len(story.episodes)} episodes, {lines} lines, {minutes:.0f} min | {took_s:.2f} s of one core |"
    )


def counts(stories: Sequence[EpisodeStory], real: Sequence[Sequence[Script]]) -> None:
    """What the public scripts hold, and what is found in them."""
    lines = sum(len(story.episode.lines()) for story in stories)
    unread = sum(len(script.unread) for pair in real for script in pair)
    found = Counter(beat.type for story in stories for beat in story.beats)
    print(f"| DramaBench | {len(real)} scripts as {len(stories)} episodes, {lines} lines, {unread} unread |")
    print(f"| median episode | {statistics.median(s.duration_ms for s in stories) / 1000:.0f} s |")
    each = ", ".join(f"{type.value} {found[type] / len(stories):.2f}" for type in BeatType)
    print(f"| beats an episode | {sum(found.values()) / len(stories):.1f}: {each} |")
    endings = Counter(story.ending.type.value for story in stories).most_common()
    print(f"| endings | {', '.join(f'{name} {times}' for name, times in endings)} |")
    hooks = sorted(story.hook.at_ms / 1000 for story in stories if story.hook)
    print(f"| hook found | in {len(hooks)}, median at {statistics.median(hooks):.1f} s |")


def sample() -> list[Script]:
    """The sample's English scripts."""
    return [fountain.read(file.read_text(encoding="utf-8"), file=file.name) for file in scripts("en")]


if __name__ == "__main__":
    main()
