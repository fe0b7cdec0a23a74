from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.model.script import Line, LineKind, Source
from hookline.model.story import Emotion
from hookline.story import analyse
from hookline.story.feelings import NOTHING, feel
from tests.story.written import written


def said(*texts: str, kind: LineKind = LineKind.DIALOGUE) -> list[Line]:
    return [Line(kind, text, Source("x.txt", n), "ANN" if n % 2 else "BOB") for n, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("language", "text", "emotion"),
    [
        ("en", "I am so scared, I'm terrified!", Emotion.FEAR),
        ("en", "Thank you so much, I love it!", Emotion.JOY),
        ("en", "Shut up, you stupid bastard!", Emotion.ANGER),
    ],
)
def test_plain_feelings_are_named(language: str, text: str, emotion: Emotion) -> None:
    (found,) = feel(said(text), language=language)
    assert found.emotion is emotion
    assert (found.valence > 0) is (emotion is Emotion.JOY)


@given(
    st.lists(st.tuples(st.sampled_from(list(LineKind)), st.text(max_size=80)), max_size=8),
    st.sampled_from(["en", "zh-Hans", "es"]),
)
def test_one_feeling_a_line_whatever_the_text(rows: list[tuple[LineKind, str]], language: str) -> None:
    lines = [Line(kind, text, Source("x", 1)) for kind, text in rows]
    found = feel(lines, language=language)
    assert len(found) == len(lines)
    assert found == feel(lines, language=language)
    for line, feeling in zip(lines, found, strict=True):
        assert 0 <= feeling.confidence <= 1
        assert -1 <= feeling.valence <= 1
        if line.kind in (LineKind.TRANSITION, LineKind.MARK) or language == "es":
            assert feeling == NOTHING


def test_a_huge_line_takes_bounded_time() -> None:
    began = time.process_time()
    feel(said("why " * 1_000_000, "为什么" * 1_000_000), language="zh")
    feel(said("why " * 1_000_000), language="en")
    assert time.process_time() - began < 5


def test_an_episode_has_a_feeling_a_line_and_a_mood_a_second() -> None:
    page = "INT. ROOM - DAY\n\nBob cries.\n\nBOB\nI hate you! Get out!\n\nANN\nThank you so much, this is wonderful!\n"
    story = analyse([written(page)], durations_ms={1: 20_500})
    (episode,) = story.episodes
    assert len(episode.feelings) == len(episode.episode.lines())
    assert len(episode.valence) == episode.seconds == 21
    assert min(episode.valence) < 0 < max(episode.valence)


def test_a_language_without_a_model_is_told() -> None:
    story = analyse([written("INT. ROOM - DAY\n\nBOB\nNo te vayas.\n", language="es")], language="es")
    assert any("no emotion model for es" in note for note in story.notes)
    assert all(feeling == NOTHING for feeling in story.episodes[0].feelings)
    assert set(story.episodes[0].valence) == {0.0}
