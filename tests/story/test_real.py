"""The room on scripts and subtitles that others wrote."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace

from hookline.formats import fountain, srt
from hookline.model.script import Script
from hookline.model.story import BeatType, Timing
from hookline.story import analyse
from tests.shared import shared_data
from tests.story.test_properties import check_beats, check_ending, check_tension, check_times


def public_scripts() -> list[Script]:
    """The halves of the public scripts, numbered through."""
    rows = shared_data("story", "dramabench", "dev.jsonl").read_text(encoding="utf-8").splitlines()
    halves = [row[half] for row in map(json.loads, rows) for half in ("context", "continuation")]
    scripts = []
    for number, text in enumerate(halves, start=1):
        script = fountain.read(text, file=f"{number}.fountain")
        scenes = tuple(scene for episode in script.episodes for scene in episode.scenes)
        scripts.append(replace(script, episodes=(replace(script.episodes[0], number=number, scenes=scenes),)))
    return scripts


def test_public_scripts_give_stories_a_writer_can_read() -> None:
    stories = [analyse([script], language="en").episodes[0] for script in public_scripts()]
    assert len(stories) == 140
    for story in stories:
        check_times(story)
        check_tension(story)
        check_beats(story)
        check_ending(story)
    found = Counter(beat.type for story in stories for beat in story.beats)
    assert {type for type in BeatType if not found[type]} == set()
    assert 2.5 <= sum(found.values()) / len(stories) <= 7
    assert sum(story.hook is not None for story in stories) >= 100
    assert len({story.ending.type for story in stories}) == 6


def test_a_season_of_a_hundred_episodes_takes_seconds() -> None:
    season = public_scripts()[:100]
    started = time.process_time()
    assert len(analyse(season, language="en").episodes) == 100
    assert time.process_time() - started < 10


def test_subtitles_of_a_real_two_shot_give_their_own_times() -> None:
    path = shared_data("media", "grid_twoshot", "grid_twoshot.srt")
    cues = srt.read(path.read_text(encoding="utf-8"), file=path.name)
    story = analyse([], cues={1: cues}, durations_ms={1: 33_000}).episodes[0]
    assert story.timing is Timing.SUBTITLES
    assert [line.span for line in story.episode.lines()] == [cue.span for cue in cues]
    check_tension(story)
