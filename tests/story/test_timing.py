from __future__ import annotations

from itertools import pairwise

import pytest

from hookline.model.script import Episode, Line, LineKind, Source
from hookline.model.span import Span
from hookline.story.timing import length_ms, timed_by_reading
from tests.story.written import written

HERE = Source("a", 1)

SCENE = """
INT. KITCHEN - NIGHT

Mei sets two bowls on the table.

MEI
You came back.

JUN
(beat)
I never left... I was in the next room.

[[the rain starts here]]

INT. STREET - NIGHT

Rain.
"""


def dialogue(text: str, delivery: str | None = None) -> Line:
    return Line(LineKind.DIALOGUE, text, HERE, "A", delivery)


def spans(episode: Episode) -> list[Span]:
    found = [line.span for line in episode.lines()]
    assert all(found)
    return [span for span in found if span]


def test_english_is_spoken_at_two_point_six_words_a_second() -> None:
    assert length_ms(dialogue("word " * 26)) == 10_000


def test_chinese_is_spoken_at_five_point_two_characters_a_second() -> None:
    assert length_ms(dialogue("字" * 52)) == 10_000


def test_action_plays_faster_than_talk() -> None:
    text = "He takes the old photograph from the wall and looks at it under the lamp"
    assert length_ms(Line(LineKind.ACTION, text, HERE)) < length_ms(dialogue(text))


def test_pauses_are_played() -> None:
    plain = length_ms(dialogue("I never said that"))
    assert length_ms(dialogue("I never said that...")) == plain + 400
    assert length_ms(dialogue("I never said that", "beat")) == plain + 800
    assert length_ms(dialogue("我从来没有说过那句话……")) == length_ms(dialogue("我从来没有说过那句话")) + 400


def test_a_caption_stays_long_enough_to_be_read() -> None:
    assert length_ms(Line(LineKind.CAPTION, "1999", HERE)) == 1_500


def test_the_median_chinese_episode_lasts_as_long_as_the_field_says() -> None:
    """289 Han of dialogue in 20 turns and 8 action lines of 20 Han: 60 to 90 s."""
    talk = "\n".join(f"{'林晚' if turn % 2 else '周彦'}：{'话' * (14 + turn % 2)}" for turn in range(20))
    action = "\n".join("△" + "动" * 20 for _ in range(8))
    episode = written(f"1-1 日 内 客厅\n{action}\n{talk}", language="zh").episodes[0]
    _, duration_ms = timed_by_reading(episode)
    assert 60_000 <= duration_ms <= 90_000


def test_spans_follow_each_other_and_a_new_scene_takes_a_breath() -> None:
    episode, duration_ms = timed_by_reading(written(SCENE).episodes[0])
    found = spans(episode)
    assert found[0].start_ms == 0
    assert found[-1].end_ms == duration_ms
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found))
    rain, mark = found[-1], found[-2]
    assert rain.start_ms - mark.end_ms == 400


def test_marks_take_no_time() -> None:
    episode, _ = timed_by_reading(written(SCENE).episodes[0])
    mark = next(line for line in episode.lines() if line.kind is LineKind.MARK)
    assert mark.span is not None
    assert mark.span.duration_ms == 0


@pytest.mark.parametrize("duration_ms", [1, 999, 12_345, 90_000])
def test_times_are_scaled_to_a_known_length(duration_ms: int) -> None:
    episode, length = timed_by_reading(written(SCENE).episodes[0], duration_ms=duration_ms)
    assert length == duration_ms
    assert spans(episode)[-1].end_ms == duration_ms


def test_an_episode_without_lines_has_no_length() -> None:
    assert timed_by_reading(Episode(1, ())) == (Episode(1, ()), 0)
