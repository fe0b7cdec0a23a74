from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from hookline.model.correction import Correction, What
from hookline.model.script import Cue, Line, LineKind, Script, Source
from hookline.model.span import Span
from hookline.model.story import BeatType, EndingType, Origin, Role, SeriesStory
from hookline.story import analyse
from hookline.story.corrections import statements
from tests.story.written import written

TEXT = """EPISODE 1
INT. ROOM - DAY

ANN
Good evening.

BOB
You are late again.

A masked man raises a knife.

ANN
I am your father's daughter.

BOB
Then whose child is this?

EPISODE 2
INT. YARD - NIGHT

ANN
We will meet on the bridge tonight.

BOB
Nobody must know about it.
"""
KNIFE = "A masked man raises a knife."


def line_of(text: str, script: str = TEXT) -> int:
    return script.splitlines().index(text) + 1


def say(what: What, **given: object) -> Correction:
    return Correction(what, source=Source("beats.csv", 2), **{"episode": 1, **given})  # type: ignore[arg-type]


def told(*corrections: Correction, text: str = TEXT, **more: object) -> SeriesStory:
    return analyse([written(text)], corrections=corrections, **more)  # type: ignore[arg-type]


def beats(story: SeriesStory, type: str, episode: int = 0) -> list[Origin]:
    return [beat.origin for beat in story.episodes[episode].beats if beat.type == type]


def first(story: SeriesStory, text: str) -> Line:
    return next(line for ep in story.episodes for line in ep.episode.lines() if line.text == text)


def test_a_persons_beat_stands_and_tension_follows() -> None:
    plain = told()
    mine = told(say(What.BEAT, type="reversal", text="You are late again.", value=1.0, by="Mia"))
    (beat,) = [beat for beat in mine.episodes[0].beats if beat.type == "reversal"]
    assert (beat.origin, beat.intensity, beat.characters, beat.why) == (Origin.PERSON, 1.0, ("Bob",), "marked by Mia")
    second = beat.span.start_ms // 1000
    assert mine.episodes[0].tension[second] > plain.episodes[0].tension[second]


def test_a_persons_beat_takes_the_engines_place() -> None:
    assert beats(told(), "threat") == [Origin.OFFLINE]
    assert beats(told(say(What.BEAT, type="threat", text=KNIFE, value=0.2)), "threat") == [Origin.PERSON]


@pytest.mark.parametrize("type", ["threat", ""])
def test_a_beat_that_is_none_goes(type: str) -> None:
    story = told(say(What.NOT_BEAT, type=type, line=Source("test.txt", line_of(KNIFE))))
    assert beats(story, "threat") == []


def test_an_exported_beat_of_another_type_replaces_the_engines() -> None:
    row = next(row for row in statements(told()) if row.type == "threat")
    changed = replace(row, type="reveal", was="beat | threat | ...", source=Source("beats.csv", 2))
    story = told(changed)
    assert beats(story, "threat") == []
    assert Origin.PERSON in beats(story, "reveal")


def test_hook_and_ending_are_a_persons() -> None:
    story = told(
        say(What.HOOK, type="crisis", text=KNIFE),
        say(What.ENDING, type="reversal", value=0.9, question="Whose knife is it?"),
    )
    one = story.episodes[0]
    assert one.hook is not None
    assert (one.hook.origin, one.hook.type) == (Origin.PERSON, EndingType.CRISIS)
    assert one.hook.evidence == (first(story, KNIFE).source,)
    assert beats(story, "hook") == [Origin.PERSON]
    assert (one.ending.type, one.ending.strength, one.ending.question, one.ending.origin) == (
        EndingType.REVERSAL, 0.9, "Whose knife is it?", Origin.PERSON,
    )  # fmt: skip
    assert beats(story, "cliffhanger") == [Origin.PERSON]


def test_no_hook_and_an_ending_at_rest() -> None:
    story = told(say(What.NO_HOOK), say(What.ENDING, type="resolved"))
    assert story.episodes[0].hook is None
    assert beats(story, "hook") == beats(story, "cliffhanger") == []
    assert story.episodes[0].ending.strength == 0


def test_a_speaker_changes_whose_talk_it_is() -> None:
    story = told(say(What.SPEAKER, text="You are late again.", characters=("Cara",)))
    assert first(story, "You are late again.").speaker == "Cara"
    assert "Cara" in {person.name for person in story.characters}
    spoken = told(say(What.SPEAKER, text=KNIFE, characters=("Cara",)))
    assert first(spoken, KNIFE).kind is LineKind.DIALOGUE


def spans(story: SeriesStory) -> list[Span]:
    return [line.span for line in story.episodes[0].episode.lines() if line.span]


def in_order(found: list[Span]) -> bool:
    return all(a.end_ms <= b.start_ms for a, b in pairwise(found))


def test_a_given_time_draws_the_lines_around_it_along() -> None:
    story = told(say(What.LINE_TIME, text=KNIFE, start_ms=20_000, end_ms=24_000))
    assert first(story, KNIFE).span == Span(20_000, 24_000)
    assert in_order(spans(story))
    assert first(story, "You are late again.").span != first(told(), "You are late again.").span
    assert story.episodes[0].duration_ms > told().episodes[0].duration_ms


def test_within_a_videos_length_nothing_goes_beyond_it() -> None:
    story = told(say(What.LINE_TIME, text=KNIFE, start_ms=20_000, end_ms=24_000), durations_ms={1: 30_000})
    assert story.episodes[0].duration_ms == 30_000
    assert in_order(spans(story))
    assert spans(story)[-1].end_ms <= 30_000
    late = told(say(What.LINE_TIME, text=KNIFE, start_ms=29_000, end_ms=34_000), durations_ms={1: 30_000})
    assert any("past the video's end" in note for note in late.notes)


def test_subtitled_lines_make_room_and_keep_their_own_times() -> None:
    texts = ["Good evening.", "You are late again.", "I am your father's daughter.", "Then whose child is this?"]
    cues = [Cue(Span(n * 3000, n * 3000 + 2000), text, Source("a.srt", n)) for n, text in enumerate(texts)]
    story = told(say(What.LINE_TIME, text=texts[1], start_ms=1500, end_ms=4000), cues={1: cues})
    assert first(story, texts[0]).span == Span(0, 1500)
    assert first(story, texts[1]).span == Span(1500, 4000)
    assert first(story, texts[3]).span == Span(9000, 11_000)
    assert in_order(spans(story))


def test_a_time_that_goes_back_is_told_and_left_out() -> None:
    story = told(
        say(What.LINE_TIME, text="You are late again.", start_ms=9000), say(What.LINE_TIME, text=KNIFE, start_ms=2000)
    )
    assert any("earlier line" in note for note in story.notes)
    assert in_order(spans(story))


def test_roles_archetypes_and_tropes_are_a_persons() -> None:
    story = told(
        say(What.ROLE, characters=("ann",), type="lead"),
        say(What.ARCHETYPE, characters=("Ann",), type="hidden_identity", value=0.8),
        say(What.TROPE, episode=0, type="rebirth"),
        say(What.ROLE, characters=("Nobody",), type="lead"),
    )
    ann = next(person for person in story.characters if person.name == "Ann")
    assert ann.role is Role.LEAD
    assert [(trait.id, trait.score, trait.origin) for trait in ann.archetypes] == [
        ("hidden_identity", 0.8, Origin.PERSON)
    ]
    assert [trait.id for trait in story.tropes] == ["rebirth"]
    assert any("nobody called Nobody speaks" in note for note in story.notes)
    denied = told(
        say(What.ARCHETYPE, characters=("Ann",), type="x"), say(What.NOT_ARCHETYPE, characters=("Ann",), type="x")
    )
    assert all(not person.archetypes for person in denied.characters)


# ------------------------------------------------------------------ when the script changes


def anchored(text: str, **given: object) -> tuple[SeriesStory, list[tuple[int, str]]]:
    mark = {
        "type": "betrayal",
        "line": Source("test.txt", line_of("You are late again.")),
        "text": "You are late again.",
    }
    story = told(say(What.BEAT, **{**mark, **given}), text=text)
    texts = {line.source: line.text for ep in story.episodes for line in ep.episode.lines()}
    return story, [
        (ep.number, texts[beat.evidence[0]])
        for ep in story.episodes
        for beat in ep.beats
        if beat.origin is Origin.PERSON and beat.type is BeatType.BETRAYAL
    ]


def test_a_line_that_moved_is_followed_by_its_text() -> None:
    story, marked = anchored("\n\n" + TEXT.replace("Good evening.", "Good evening.\n\nBOB\nAre you alone?"))
    assert marked == [(1, "You are late again.")]
    assert not [note for note in story.notes if "beats.csv:2" in note]


def test_a_line_that_was_reworded_is_followed_and_told() -> None:
    story, marked = anchored(TEXT.replace("You are late again.", "You are late once again!"))
    assert marked == [(1, "You are late once again!")]
    assert any("follows its line, now" in note for note in story.notes)


def test_a_line_that_went_to_another_episode_is_followed_and_told() -> None:
    moved = TEXT.replace("BOB\nYou are late again.\n\n", "").replace(
        "Nobody must", "You are late again.\n\nBOB\nNobody must"
    )
    story, marked = anchored(moved)
    assert marked == [(2, "You are late again.")]
    assert any("from episode 1 to episode 2" in note for note in story.notes)


def test_a_line_that_is_gone_is_told_and_nothing_is_marked() -> None:
    story, marked = anchored(TEXT.replace("BOB\nYou are late again.\n\n", ""))
    assert marked == []
    assert any("is gone in episode 1; the correction is kept and not applied" in note for note in story.notes)


def test_of_the_same_words_the_nearest_count() -> None:
    twice = TEXT.replace("Then whose child is this?", "You are late again.")
    near = line_of("You are late again.", twice)
    far = len(twice.splitlines()) - twice.splitlines()[::-1].index("You are late again.")
    for number in (near, far):
        story = told(
            say(What.BEAT, type="betrayal", text="You are late again.", line=Source("test.txt", number)), text=twice
        )
        (beat,) = [beat for beat in story.episodes[0].beats if beat.origin is Origin.PERSON]
        assert beat.evidence[0].line == number


@pytest.mark.parametrize("line", [Source("", 4), Source("test.txt", 4), Source("scripts/test.txt", 4)])
def test_a_speech_is_named_by_its_line_or_that_of_its_speaker(line: Source) -> None:
    story = told(say(What.SPEAKER, line=line, characters=("Cara",)))
    assert first(story, "Good evening.").speaker == "Cara"


def test_times_given_count_until_the_line_moves() -> None:
    plain = first(told(), KNIFE).span
    assert plain is not None
    given = {"type": "betrayal", "text": KNIFE, "start_ms": plain.start_ms, "end_ms": plain.end_ms + 1500}
    for text in (TEXT, TEXT.replace("Good evening.", "Good evening. " * 20)):
        story = told(say(What.BEAT, **given), text=text)
        (beat,) = [beat for beat in story.episodes[0].beats if beat.type == "betrayal"]
        start = first(story, KNIFE).span
        assert start is not None
        assert beat.span == Span(start.start_ms, start.start_ms + plain.duration_ms + 1500)


def test_the_last_word_on_a_thing_counts_and_a_clash_is_told() -> None:
    one = say(What.ENDING, type="crisis")
    other = replace(one, type="emotion", source=Source("late.csv", 9))
    story = told(one, other)
    assert story.episodes[0].ending.type is EndingType.EMOTION
    assert any("late.csv:9 counts" in note for note in story.notes)
    assert not any("counts" in note for note in told(one, replace(one, source=Source("late.csv", 9))).notes)


def test_an_episode_that_is_none_is_told() -> None:
    story = told(say(What.ENDING, episode=9, type="crisis"))
    assert any("there is no episode 9" in note for note in story.notes)


def test_what_the_engine_says_changes_nothing_when_it_is_said_again() -> None:
    plain = told()
    rows = [replace(row, source=Source("all.csv", n)) for n, row in enumerate(statements(plain))]
    again = told(*rows)
    for a, b in zip(plain.episodes, again.episodes, strict=True):
        assert [(x.type, x.span, x.intensity) for x in a.beats if x.type not in ("hook", "cliffhanger")] == [
            (x.type, x.span, x.intensity) for x in b.beats if x.type not in ("hook", "cliffhanger")
        ]
        assert (a.ending.type, a.ending.strength, a.hook and a.hook.at_ms) == (
            b.ending.type, b.ending.strength, b.hook and b.hook.at_ms,
        )  # fmt: skip
    assert not list(statements(again)), "what people said is not the engine's to say"


def test_nothing_said_is_nothing_changed() -> None:
    script: Script = written(TEXT)
    assert analyse([script], corrections=()) == analyse([script])
