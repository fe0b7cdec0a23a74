from __future__ import annotations

from dataclasses import replace

import pytest

from hookline.model.span import Span
from hookline.model.story import EndingType, Promise, PromiseKind, SeriesStory
from hookline.story import analyse
from hookline.story.notes import FORM, MOST_AN_EPISODE, MOST_OF_SERIES, notes_of, robust_z
from hookline.story.numbers import numbers_of
from hookline.story.result import Basis, Note, NoteKind, Severity
from tests.shared import shared_data
from tests.story.written import written

K = NoteKind
TWO = """EPISODE 1
INT. KITCHEN - DAY
ANN
One two three four.
BOB
Five six.
EXT. YARD - NIGHT
Rain falls on the old roof.
ANN
Seven.
EPISODE 2
INT. KITCHEN - NIGHT
BOB
Eight nine.
"""


def story_of(text: str, *, language: str = "en") -> SeriesStory:
    spread = "\n\n".join(text.splitlines()).replace("ANN\n\n", "ANN\n").replace("BOB\n\n", "BOB\n")
    return analyse([written(spread, language=language)])


def notes(story: SeriesStory, kind: NoteKind | None = None) -> list[Note]:
    return [note for note in notes_of(story, numbers_of(story)) if kind in (None, note.kind)]


def test_an_episode_is_counted() -> None:
    story = story_of(TWO)
    numbers = numbers_of(story)
    one = numbers.episodes[0]
    assert (len(one.scenes), one.lines, one.dialogue_lines, one.action_lines) == (2, 4, 3, 1)
    assert (one.words, one.han) == (13, 0)
    assert [(who.name, who.lines) for who in one.speakers] == [("Ann", 2), ("Bob", 1)]
    assert sum(who.dialogue_share for who in one.speakers) == pytest.approx(1)
    assert one.dialogue_ms == sum(who.dialogue_ms for who in one.speakers) == sum(s.dialogue_ms for s in one.scenes)
    assert one.units_per_minute == pytest.approx(7 / (one.duration_ms / 60_000))
    assert one.duration_ms == story.episodes[0].duration_ms


def test_a_series_is_counted() -> None:
    numbers = numbers_of(story_of(TWO))
    assert numbers.settings == {"unsaid": 3} or sum(numbers.settings.values()) == 3
    assert numbers.duration_ms == sum(one.duration_ms for one in numbers.episodes)
    spread = {spread.name: spread for spread in numbers.spreads}
    assert (spread["scenes"].median, spread["scenes"].n) == (1.5, 2)
    assert spread["length"].low <= spread["length"].median <= spread["length"].high


def test_han_are_counted_apart() -> None:
    numbers = numbers_of(analyse([written("1-1 日 内 客厅\n林晚：你好，Bob。\n周彦：走。", language="zh")]))
    assert (numbers.episodes[0].han, numbers.episodes[0].words) == (3, 1)


def test_nothing_is_a_series_too() -> None:
    empty = SeriesStory("", "en", ())
    assert numbers_of(empty).spreads == ()
    assert notes(empty) == []


def talk(seconds: int, *, hot: str = "", calm: str = "We walk along the quiet old road.") -> str:
    """Dialogue that reads for about so long."""
    lines = [f"{'ANN' if n % 2 else 'BOB'}\n{calm}" for n in range(round(seconds / 2.9))]
    return "EPISODE 1\n\nINT. ROOM - DAY\n\n" + "\n\n".join([*([hot] if hot else []), *lines])


@pytest.mark.parametrize(
    ("seconds", "kind", "severity"),
    [(30, K.TOO_SHORT, Severity.LOW), (20, K.TOO_SHORT, Severity.MIDDLE), (140, K.TOO_LONG, Severity.MIDDLE),
     (240, K.TOO_LONG, Severity.HIGH)],
)  # fmt: skip
def test_lengths_off_the_form_are_noted(seconds: int, kind: NoteKind, severity: Severity) -> None:
    (note,) = notes(analyse([written(talk(seconds + 5 if seconds == 30 else seconds))]), kind)
    assert (note.severity, note.basis) == (severity, Basis.FORM)
    assert "by reading speed" in note.why
    assert note.action


def test_a_length_of_the_form_is_not_noted() -> None:
    found = {note.kind for note in notes(analyse([written(talk(85))]))}
    assert not found & {K.TOO_LONG, K.TOO_SHORT}


def test_an_opening_without_a_hook_and_a_late_one() -> None:
    (none,) = notes(analyse([written(talk(80))]), K.NO_HOOK)
    assert none.severity is Severity.HIGH
    assert none.evidence
    late = talk(20) + "\n\nA masked man raises a knife.\n\nANN\nHelp! He will kill me!"
    (slow,) = notes(analyse([written(late)]), K.SLOW_OPENING)
    assert slow.severity is Severity.HIGH
    assert slow.measured > FORM["second window"].value
    early = talk(80, hot="A masked man raises a knife.")
    assert not notes(analyse([written(early)]), K.SLOW_OPENING)


def test_a_long_stretch_without_a_pull_is_noted_with_its_lines() -> None:
    story = analyse([written(talk(90, hot="A masked man raises a knife."))])
    (gap,) = notes(story, K.GAP)
    assert gap.measured > FORM["spike"].value
    assert gap.span is not None
    spans = {line.source: line.span for line in story.episodes[0].episode.lines()}
    assert gap.evidence
    assert all((span := spans[source]) and span.overlap_ms(gap.span) for source in gap.evidence)


def test_an_ending_at_rest_is_noted_but_for_the_last_episode() -> None:
    rest = "\n\nBOB\nGood night, my love. All is well.\n\nThe rain has stopped. They sleep."
    two = talk(70, hot="A masked man raises a knife.") + rest
    story = analyse([written(two + "\n\n" + two.replace("EPISODE 1", "EPISODE 2"))])
    ended = [replace(ep, ending=replace(ep.ending, type=EndingType.RESOLVED, strength=0.1)) for ep in story.episodes]
    found = notes(replace(story, episodes=tuple(ended)), K.CLOSED_ENDING)
    assert [note.episode for note in found] == [1]


def season(lengths: list[int], *, places: bool = False) -> SeriesStory:
    texts = [
        talk(length, hot="A masked man raises a knife.")
        .replace("EPISODE 1", f"EPISODE {n}")
        .replace("INT. ROOM", f"INT. PLACE {n}" if places else "INT. ROOM")
        for n, length in enumerate(lengths, start=1)
    ]
    return analyse([written("\n\n".join(texts))])


def test_an_episode_unlike_its_season_is_noted() -> None:
    lengths = [80, 82, 84, 80, 83, 81, 82, 85, 115]
    found = notes(season(lengths), K.UNUSUAL)
    assert {note.episode for note in found} == {9}
    assert all(note.basis is Basis.SEASON for note in found)
    assert not notes(season(lengths[:-1]), K.UNUSUAL)


def test_a_habit_of_the_season_is_one_note_of_the_series() -> None:
    story = season([140] * 7)
    (habit,) = [note for note in notes(story, K.EVERYWHERE) if "Too long" in note.claim]
    assert habit.episodes == (1, 2, 3, 4, 5, 6, 7)
    assert not notes(season([140] * 2 + [80] * 5), K.EVERYWHERE) or all(
        "Too long" not in note.claim for note in notes(season([140] * 2 + [80] * 5), K.EVERYWHERE)
    )


def test_never_more_than_a_writer_reads() -> None:
    found = notes(season([20, 30, 140, 240, 80, 90, 100, 200, 10, 60]))
    by_episode = [sum(note.episode == n for note in found) for n in range(1, 11)]
    assert max(by_episode) <= MOST_AN_EPISODE
    assert sum(not note.episode for note in found) <= MOST_OF_SERIES
    for note in found:
        assert note.claim
        assert note.why
        assert note.action


def test_what_is_never_paid_off_is_noted_once() -> None:
    story = season([80] * 12)
    line = story.episodes[0].episode.lines()[0]
    open_one = Promise(PromiseKind.SECRET, "whose child it is", 1, Span(0, 1), (line.source,), confidence=0.8)
    (note,) = notes(replace(story, promises=(open_one, replace(open_one, episode=12))), K.OPEN_PROMISES)
    assert note.episodes == (1,)
    assert "whose child it is" in note.claim


def test_robust_distance_is_that_of_iglewicz_and_hoaglin() -> None:
    # Their modified z is 0.6745 (x - median) / MAD; here the median is 2.45 and the MAD 0.15.
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    assert robust_z(values) == pytest.approx([0.6745 * (x - 2.45) / 0.15 for x in values], abs=0.01)


def test_a_constant_season_has_no_distance() -> None:
    assert robust_z([5.0] * 9) == [0.0] * 9
    assert robust_z([5.0] * 8 + [9.0])[-1] > 3.5


def test_notes_of_real_scripts_name_lines_that_are_there() -> None:
    import json

    from hookline.formats import fountain

    rows = shared_data("story", "dramabench", "dev.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    for row in map(json.loads, rows):
        story = analyse([fountain.read(row["context"] + "\n\n" + row["continuation"], file="a")])
        known = {line.source for ep in story.episodes for line in ep.episode.lines()}
        known |= {scene.source for ep in story.episodes for scene in ep.episode.scenes}
        assert all(set(note.evidence) <= known for note in notes(story))
