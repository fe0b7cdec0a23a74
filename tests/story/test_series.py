from __future__ import annotations

import subprocess
import sys

from hookline.model.codec import dumps, loads
from hookline.model.script import Cue, Episode, Script, Source, Unread
from hookline.model.span import Span
from hookline.model.story import BeatType, EndingType, SeriesStory, Timing
from hookline.story import analyse
from tests.story.written import written

TEXT = """
EPISODE 1

INT. ROOM - DAY

ANN
What does it say about the house?

BOB
It says the house was never ours.

EPISODE 2

INT. ROOM - DAY

ANN
I want a divorce.
"""


def cue(start_ms: int, end_ms: int, text: str, speaker: str | None = None) -> Cue:
    return Cue(Span(start_ms, end_ms), text, Source("x.srt", 1), speaker)


def test_nothing_in_is_an_empty_story_that_says_so() -> None:
    story = analyse([])
    assert story.episodes == ()
    assert story.notes == ("no script or subtitle file holds an episode",)


def test_a_script_without_episodes_and_an_episode_without_lines() -> None:
    story = analyse([Script("test", "en", (), title="Bare"), Script("test", "en", (Episode(3, ()),))])
    (episode,) = story.episodes
    assert (episode.number, episode.duration_ms, episode.tension, episode.beats, episode.hook) == (3, 0, (), (), None)
    assert episode.ending.type is EndingType.RESOLVED
    assert "Bare: the script holds no episode" in story.notes
    assert "episode 3 has no lines in an empty script" in story.notes


def test_an_empty_episode_with_a_video_keeps_its_length() -> None:
    (episode,) = analyse([Script("test", "en", (Episode(1, ()),))], durations_ms={1: 4_500}).episodes
    assert episode.tension == (0.0,) * 5


def test_subtitles_time_the_script_and_episodes_without_a_script_come_from_them() -> None:
    cues = {
        1: [
            cue(1_000, 3_000, "What does it say about the house?"),
            cue(4_000, 6_000, "It says the house was never ours."),
        ],
        7: [cue(500, 2_000, "Who are you?", "Ann")],
    }
    story = analyse([written(TEXT)], cues=cues)
    assert [(ep.number, ep.timing) for ep in story.episodes] == [
        (1, Timing.SUBTITLES),
        (2, Timing.READING),
        (7, Timing.SUBTITLES),
    ]
    assert [line.span for line in story.episodes[0].episode.lines()] == [Span(1_000, 3_000), Span(4_000, 6_000)]
    (line,) = story.episodes[2].episode.lines()
    assert (line.text, line.speaker, line.span) == ("Who are you?", "Ann", Span(500, 2_000))
    assert story.episodes[2].dialogue_share == {"Ann": 1.0}


def test_subtitles_of_another_episode_are_not_used_and_it_is_said() -> None:
    story = analyse([written(TEXT)], cues={1: [cue(0, 9_000, "Seven ducks went swimming over the hills")]})
    assert story.episodes[0].timing is Timing.READING
    told = "episode 1: the subtitles are not this script's ("
    assert any(note.startswith(told) and "% of the words met" in note for note in story.notes)


def test_a_video_much_longer_than_its_script_is_worth_a_word() -> None:
    story = analyse([written(TEXT)], durations_ms={1: 60_000, 2: 1_500})
    assert story.episodes[0].duration_ms == 60_000
    assert [note for note in story.notes if "check that the two belong together" in note] == [
        "episode 1: the script reads as 6 s and the video lasts 60 s; times were scaled to the video: "
        "check that the two belong together"
    ]


def test_the_series_language_decides_between_two_scripts_of_an_episode() -> None:
    english = written("INT. ROOM - DAY\n\nANN\nI want a divorce.\n", file="en.txt")
    chinese = written("1-1 日 内 客厅\n林晚：离婚吧。", language="zh", file="zh.txt")
    first = analyse([english, chinese])
    asked = analyse([english, chinese], language="zh")
    assert first.episodes[0].episode.lines()[0].speaker == "Ann"
    assert asked.episodes[0].episode.lines()[0].speaker == "林晚"
    assert asked.notes == ("episode 1 stands in zh.txt and in en.txt: zh.txt counts",)
    assert (first.language, asked.language) == ("en", "zh")


def test_a_language_without_words_is_timed_and_says_so() -> None:
    text = "INT. ROOM - DAY\n\nANN\nIch will die Scheidung.\n"
    story = analyse([written(text, language="de")])
    assert story.episodes[0].duration_ms > 0
    assert story.notes == (
        "no words are known for de: beats need one of en, zh",
        "no emotion model for de: feelings need one of en, zh",
    )


def test_the_language_of_bare_subtitles_is_read_from_them() -> None:
    story = analyse([], cues={1: [cue(0, 2_000, "我们离婚吧。"), cue(2_000, 4_000, "好。")]})
    assert story.language == "zh"
    assert BeatType.DECISION in {beat.type for beat in story.episodes[0].beats}


def test_what_readers_noted_is_handed_on() -> None:
    unread = Unread(Source("a.txt", 4), "???", "no rule")
    script = Script("test", "en", written(TEXT).episodes, title="T", unread=(unread,), notes=("read as Fountain",))
    story = analyse([script])
    assert (story.title, story.unread, story.notes) == ("T", (unread,), ("read as Fountain",))


def test_a_story_can_be_saved() -> None:
    story = analyse([written(TEXT)])
    assert loads(SeriesStory, dumps(story)) == story


def test_importing_the_room_is_light() -> None:
    code = "import sys, hookline.story; sys.exit(any(m in sys.modules for m in ('duckdb', 'pandas', 'av', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
