from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.model.codec import dumps
from hookline.model.script import Cue, Episode, Line, LineKind, Scene, Script, Source, Voice
from hookline.model.span import Span
from hookline.model.story import BeatType, EpisodeStory
from hookline.story import analyse
from hookline.story.beats import APART_MS
from tests.story.test_promises import check_promises

WORDS = (
    "I want a divorce", "you lied to me!", "Kneel.", "who are you?", "the truth is", "help!", "he slaps Mei", "…",
    "Mei finds the letter", "door bursts open.", "freezes", "three years ago", "我要离婚！", "你这个废物", "滚出去！",
    "△他举起刀", "突然", "真相就是", "妈？", "12", "—", "\n", " ", "No", "tea", "İ", "ẞ", "🙂", "(", "【闪回】",
    "İstanbul",
)  # fmt: skip

texts = st.one_of(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), st.text(max_size=60))
speakers = st.sampled_from([None, "LIN TIAN", "Lin Tian", "MR. LIN", "MEI", "林晚", "林总", "MOTHER", "İ", "A."])
lines = st.builds(
    Line,
    kind=st.sampled_from(LineKind),
    text=texts,
    source=st.builds(Source, st.just("a.txt"), st.integers(1, 400)),
    speaker=speakers,
    delivery=st.one_of(st.none(), st.sampled_from(["angrily", "beat", "冷笑", "crying", ""])),
    voice=st.sampled_from(Voice),
)
headings = st.sampled_from(
    ["", "INT. ROOM - DAY", "EXT. ROOF - NIGHT (FLASHBACK)", "1-2 日 内 客厅", "BACK TO PRESENT"]
)
scenes = st.builds(
    Scene, heading=headings, source=st.just(Source("a.txt", 1)), lines=st.lists(lines, max_size=12).map(tuple)
)
episodes = st.builds(Episode, number=st.integers(1, 5), scenes=st.lists(scenes, max_size=4).map(tuple))
scripts = st.builds(
    Script,
    format=st.just("test"),
    language=st.sampled_from(["en", "zh", "de", ""]),
    episodes=st.lists(episodes, max_size=4).map(tuple),
)
spans = st.tuples(st.integers(0, 90_000), st.integers(0, 9_000)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
cue_sources = st.builds(Source, st.just("a.srt"), st.integers(1, 99))
cues = st.dictionaries(
    st.integers(1, 5),
    st.lists(st.builds(Cue, span=spans, text=texts, source=cue_sources), max_size=9),
    max_size=3,
)
durations = st.dictionaries(st.integers(1, 5), st.integers(1, 200_000), max_size=3)


@settings(max_examples=100, deadline=None)
@given(st.lists(scripts, max_size=3), cues, durations)
def test_whatever_comes_in_the_story_holds_together(
    given_scripts: list[Script], given_cues: dict[int, list[Cue]], given_durations: dict[int, int]
) -> None:
    story = analyse(given_scripts, cues=given_cues, durations_ms=given_durations)
    numbers = [episode.number for episode in story.episodes]
    assert numbers == sorted(set(numbers))
    for episode in story.episodes:
        if episode.number in given_durations:
            assert episode.duration_ms == given_durations[episode.number]
        check_times(episode)
        check_tension(episode)
        check_beats(episode)
        check_ending(episode)
        assert not episode.dialogue_share or abs(sum(episode.dialogue_share.values()) - 1) < 1e-9
    check_promises(story)
    shared = sum(character.dialogue_share for character in story.characters)
    assert not shared or abs(shared - 1) < 1e-9
    again = analyse(given_scripts, cues=given_cues, durations_ms=given_durations)
    assert dumps(again) == dumps(story)


def check_times(story: EpisodeStory) -> None:
    found = [line.span for line in story.episode.lines()]
    timed = [span for span in found if span is not None]
    assert len(timed) == len(found)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(timed))
    assert all(span.start_ms >= 0 and span.end_ms <= story.duration_ms for span in timed)


def check_tension(story: EpisodeStory) -> None:
    assert len(story.tension) == story.seconds
    assert all(0.0 <= value <= 1.0 for value in story.tension)


def check_beats(story: EpisodeStory) -> None:
    sources = {line.source for line in story.episode.lines()}
    for beat in story.beats:
        assert beat.evidence
        assert set(beat.evidence) <= sources
        assert beat.why
        assert 0.0 <= beat.intensity <= 1.0
        assert 0 <= beat.span.start_ms <= beat.span.end_ms <= story.duration_ms
    for type in BeatType:
        same = [beat.span for beat in story.beats if beat.type is type]
        assert all(b.start_ms - a.end_ms >= APART_MS for a, b in pairwise(same))


def check_ending(story: EpisodeStory) -> None:
    assert 0.0 <= story.ending.strength <= 1.0
    assert story.ending.span.end_ms <= story.duration_ms
    assert set(story.ending.evidence) <= {line.source for line in story.episode.lines()}
    if story.hook:
        assert 0 <= story.hook.at_ms <= story.duration_ms
        assert story.hook.why
