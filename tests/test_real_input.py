"""Real scripts and a real two-shot video through the importer: a right timeline, no line lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.real_input import lost, records, script_of, season

from hookline import project
from hookline.cli import main
from hookline.model.story import Timing
from tests.shared import shared_data


@pytest.mark.parametrize("number", [0, 7, 19, 33, 52, 69])
def test_no_line_of_a_real_script_is_lost(number: int, tmp_path: Path) -> None:
    shared_data("story", "dramabench", "dev.jsonl")
    record = records(70)[number]
    text = season(record)
    script = tmp_path / "season.fountain"
    script.write_text(text, encoding="utf-8")
    root = tmp_path / "series"
    assert main(["new", str(root), "--title", record["title"], "--language", "en"]) == 0
    assert main(["import", str(root), str(script)]) == 0
    story = project.timed_story(project.open_series(root))
    assert [episode.number for episode in story.episodes] == [1, 2]
    assert not lost([line for line in text.splitlines() if line.strip()], script_of([script]), story)
    for episode in story.episodes:
        spans = [line.span for line in episode.episode.lines()]
        assert all(span is not None for span in spans)
        assert len(episode.tension) == episode.seconds


def test_a_video_with_subtitles_and_no_script(tmp_path: Path) -> None:
    video = shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4")
    subtitles = shared_data("media", "grid_twoshot", "grid_twoshot.srt")
    root = tmp_path / "series"
    assert main(["new", str(root), "--language", "en"]) == 0
    assert main(["import", str(root), str(video), str(subtitles), "--episode", "1"]) == 0
    (episode,) = project.timed_story(project.open_series(root)).episodes
    assert episode.timing is Timing.SUBTITLES
    assert 32_000 < episode.duration_ms < 34_000
    lines = episode.episode.lines()
    assert lines[1].text == "bin red by k seven now"
    assert lines[1].span is not None
    assert abs(lines[1].span.start_ms - 3_000) <= 40
