from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.model.shot import Footage, Shot, ShotStart
from hookline.model.span import Span
from hookline.model.story import Emotion, EpisodeStory, Feeling
from hookline.story import analyse
from hookline.story.lexicon import lexicon
from hookline.story.people import cast_of
from hookline.story.signs import read
from hookline.story.tension import SMOOTH_S, smoothed, tension_of
from tests.story.written import written

CALM = """
INT. KITCHEN - DAY

Steam rises from the rice.

ANN
The tea is nearly done.

BOB
I will set the table.

They sit by the window.
"""

FIGHT = """
INT. KITCHEN - DAY

Ann slams the door.

ANN
You lied to me! Get out!

BOB
How dare you? I'll destroy you!

ANN
Liar! I won't go!

Bob grabs a knife. He points the knife at her throat.
"""


def episode(text: str, language: str = "en") -> EpisodeStory:
    return analyse([written(text, language=language)]).episodes[0]


def mean(story: EpisodeStory) -> float:
    return sum(story.tension) / len(story.tension)


def test_a_fight_is_tenser_than_tea() -> None:
    assert mean(episode(FIGHT)) > 3 * mean(episode(CALM))
    assert max(episode(CALM).tension) < 0.3
    assert max(episode(FIGHT).tension) > 0.6


def test_chinese_fights_are_tense_too() -> None:
    fight = (
        "1-1 夜 内 客厅\n林晚：你骗我！滚出去！\n周彦：闭嘴！你敢动手试试！\n林晚：我杀了你！\n△林晚举起刀，扑向周彦。"
    )
    calm = "1-1 日 内 客厅\n林晚：茶泡好了。\n周彦：放桌上吧。\n林晚：今天天气不错。\n△两个人坐在窗边看报纸。"
    assert mean(episode(fight, "zh")) > 3 * mean(episode(calm, "zh"))


def test_tension_peaks_where_the_fight_is() -> None:
    mixed = CALM + FIGHT.replace("INT. KITCHEN - DAY", "INT. HALL - DAY") + CALM
    story = episode(mixed)
    at_s = story.tension.index(max(story.tension))
    scene = story.episode.scenes[1]
    first, last = scene.lines[0].span, scene.lines[-1].span
    assert first is not None
    assert last is not None
    assert first.start_ms // 1000 <= at_s <= last.end_ms // 1000


def test_a_question_keeps_hanging() -> None:
    asked = episode(CALM.replace("nearly done.", "nearly done?"))
    assert mean(asked) > mean(episode(CALM))


def test_an_unanswered_question_hangs_longer() -> None:
    answered = episode(CALM.replace("nearly done.", "nearly done?"))
    asked_back = episode(CALM.replace("nearly done.", "nearly done?").replace("set the table.", "set the table?"))
    assert mean(asked_back) > mean(answered)


def test_fear_and_anger_press_and_joy_does_not() -> None:
    words, cast = lexicon("en"), cast_of([], lexicon("en"))
    calm = episode(CALM)
    reading = read(calm.episode, calm.duration_ms, words, cast)

    def level(emotion: Emotion) -> float:
        return sum(tension_of(reading, (), feelings=[Feeling(emotion, 0.9, 0.0)] * len(reading.lines)))

    none = sum(tension_of(reading, ()))
    assert level(Emotion.FEAR) > level(Emotion.SADNESS) > none
    assert level(Emotion.JOY) == level(Emotion.NEUTRAL) == none


@pytest.mark.parametrize("length", [1, 2, 5, 40])
def test_smoothing_keeps_a_level_and_the_length(length: int) -> None:
    assert smoothed([0.4] * length) == pytest.approx([0.4] * length)


def test_smoothing_spreads_a_peak_evenly() -> None:
    values = smoothed([0.0] * 10 + [1.0] + [0.0] * 10)
    assert values[10] == max(values)
    assert values[10 - 1] == pytest.approx(values[10 + 1])
    assert sum(values) == pytest.approx(1.0)
    assert values[10 + int(SMOOTH_S) + 1] > 0


def filmed(*starts_ms: int, loudness: tuple[float, ...] | None = None, duration_ms: int = 60_000) -> Footage:
    ends = [*starts_ms[1:], duration_ms]
    shots = tuple(
        Shot(Span(start, end), ShotStart.CUT, start // 40, end // 40)
        for start, end in zip(starts_ms, ends, strict=True)
    )
    return Footage(duration_ms, (25, 1), shots, loudness)


@given(
    st.lists(st.integers(1, 59_999), max_size=40, unique=True),
    st.one_of(st.none(), st.lists(st.floats(-70, 0), min_size=0, max_size=70).map(tuple)),
)
@settings(max_examples=30, deadline=None)
def test_a_video_only_adds(starts: list[int], loudness: tuple[float, ...] | None) -> None:
    script = written(FIGHT, language="en")
    bare = analyse([script], durations_ms={1: 60_000}).episodes[0]
    seen = filmed(0, *sorted(starts), loudness=loudness)
    with_video = analyse([script], durations_ms={1: 60_000}, footage={1: seen}).episodes[0]
    assert len(with_video.tension) == len(bare.tension)
    assert all(0 <= a <= b <= min(1.0, a + 0.19) for a, b in zip(bare.tension, with_video.tension, strict=True))
    assert with_video.shots == (0, *sorted(starts))
    assert with_video.beats == bare.beats


def test_an_evenly_cut_and_mixed_video_changes_nothing() -> None:
    script = written(FIGHT, language="en")
    bare = analyse([script], durations_ms={1: 60_000})
    other_episodes = analyse([script], durations_ms={1: 60_000}, footage={7: filmed(0, 5000)})
    assert other_episodes == bare
    even = analyse([script], durations_ms={1: 60_000}, footage={1: filmed(0, loudness=(-20.0,) * 60)})
    assert even.episodes[0].tension == bare.episodes[0].tension


def test_quick_cutting_and_loud_seconds_press() -> None:
    script = written(CALM, language="en")
    bare = analyse([script], durations_ms={1: 60_000}).episodes[0].tension
    quick = filmed(0, *range(40_000, 46_000, 1000), loudness=(-25.0,) * 20 + (-12.0,) * 5 + (-25.0,) * 35)
    tension = analyse([script], durations_ms={1: 60_000}, footage={1: quick}).episodes[0].tension
    assert tension[43] > bare[43] + 0.05
    assert tension[22] > bare[22] + 0.04
    assert tension[8] == bare[8]
