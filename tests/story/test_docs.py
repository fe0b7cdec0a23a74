from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hookline.model.story import BeatType, EndingType
from hookline.story import analyse, beats, hooks, pull, tension, traits
from hookline.story.timing import PACE
from tests.shared import REPOSITORY
from tests.story.written import written

TEXT = (REPOSITORY / "docs" / "story.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TYPES = {type.value for type in BeatType}


def rows() -> Iterator[tuple[str, str, str]]:
    for found in ROW.finditer(TEXT):
        if found[1] in TYPES:
            yield found[1], found[3], found[4]


def english(example: str) -> str:
    """``NAME: words`` is said, ``CAPTION: words`` shown, anything else done."""
    parts = [re.sub(r"^([A-Z]+): ", r"\1\n", part) for part in example.split(" / ")]
    parts = [part.replace("CAPTION\n", "CAPTION: ") for part in parts]
    return "INT. ROOM - DAY\n\nANN\nGood evening.\n\nBOB\nGood evening.\n\n" + "\n\n".join(parts)


def chinese(example: str) -> str:
    return "1-1 日 内 客厅\n林晚：你好。\n周彦：你好。\n" + "\n".join(example.split(" / "))


def test_every_type_has_its_row() -> None:
    assert {type for type, _, _ in rows()} == TYPES


@pytest.mark.parametrize(("type", "example"), [(type, en) for type, en, _ in rows()], ids=[t for t, _, _ in rows()])
def test_english_examples_give_their_beat(type: str, example: str) -> None:
    (story,) = analyse([written(english(example))]).episodes
    assert type in {beat.type.value for beat in story.beats}


@pytest.mark.parametrize(("type", "example"), [(type, zh) for type, _, zh in rows()], ids=[t for t, _, _ in rows()])
def test_chinese_examples_give_their_beat(type: str, example: str) -> None:
    (story,) = analyse([written(chinese(example), language="zh")]).episodes
    assert type in {beat.type.value for beat in story.beats}


def test_constants_are_as_written() -> None:
    assert f"English dialogue {PACE.spoken_words_per_s} words/s" in TEXT
    assert f"English action {PACE.action_words_per_s:g} words/s" in TEXT
    assert f"Chinese dialogue {PACE.spoken_han_per_s} Han/s" in TEXT
    assert f"Chinese action {PACE.action_han_per_s:g} Han/s" in TEXT
    for weight in tension.WEIGHTS.values():
        assert f"{weight:.2f}" in TEXT
    assert f"Below {hooks.OPEN_FROM}" in TEXT
    assert f"the last {hooks.ENDING_MS // 1000} s (at most {hooks.ENDING_LINES} lines)" in TEXT
    assert f"for {beats.LONG_TALK_MS // 1000} s, or for {beats.LONG_TOLD_MS // 1000} s" in TEXT
    assert f"nearer than {beats.APART_MS // 1000} s are one" in TEXT


def test_every_archetype_stands_in_the_table() -> None:
    for row in traits.table()["archetype"]:
        assert f"| `{row['id']}` | {row['en']}, {row['zh']} | {row['means']} |" in TEXT


def test_people_and_paywall_are_as_written() -> None:
    weights = traits.table()["weights"]
    assert f"title or description ({weights['told']:.2f})" in TEXT
    assert f"hints ({weights['hint']:.2f})" in TEXT
    assert f"Below {weights['floor']} nothing is" in TEXT
    assert f"at least {hooks.USUAL[EndingType.SUSPENSE]:.2f} loud" in TEXT
    assert f"a start of {hooks.HOOK_USUAL[EndingType.SUSPENSE]}" in TEXT
    assert f"under {traits.MINOR_BELOW} of the lead's part" in TEXT
    assert f"from {traits.LEADS_AT_LEAST} of the lead's part" in TEXT
    assert f"with {traits.RIVAL_FROM} `rival`" in TEXT
    assert f"of at least {pull.SPIKE_FROM}; of two within {pull.APART_MS // 1000} s" in TEXT
    assert f"at {pull.FALLS_OFF} of the season" in TEXT


def test_the_examples_of_people_and_paywall_hold() -> None:
    said = "INT. A - DAY\n\nMIA\nI can't let them know my real identity.\n\nLEO\nWhat is it that you say there?\n"
    mia = analyse([written(said)]).characters
    trait = next(t for person in mia if person.name == "Mia" for t in person.archetypes)
    assert (trait.id, trait.score, [s.line for s in trait.evidence]) == ("hidden_identity", 0.5, [4])
    loving = "INT. A - DAY\n\nMIA\nI love you, Leo.\n\nLEO\nMarry me, Mia.\n"
    (bond,) = analyse([written(loving)]).bonds
    assert bond.people == ("Leo", "Mia")
    assert bond.scenes == 1
    assert bond.valence > 0
