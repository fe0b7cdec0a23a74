from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hookline.formats import corrections
from hookline.formats.corrections import COLUMNS
from hookline.model.correction import What
from hookline.model.story import BeatType
from hookline.story import analyse, beats, hooks, notes, tension
from hookline.story.result import NoteKind
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


def test_the_worked_example_is_what_the_command_says() -> None:
    from docs import example

    assert example.written(TEXT) == TEXT, "run: ./dev docs example"


def test_statements_notes_and_columns_are_told() -> None:
    told = set(re.findall(r"`(\w+)`", TEXT))
    assert {*map(str, What), *COLUMNS} <= told
    assert {kind.value for kind in NoteKind} <= told
    for limit in notes.FORM.values():
        assert f"{limit.value:g}" in TEXT
    assert f"more than {notes.MOST_PARTS.value:g} speaking parts" in TEXT
    assert f"at most {notes.MOST_AN_EPISODE} notes and the series {notes.MOST_OF_SERIES}" in TEXT


def test_the_table_of_corrections_on_the_page_is_read() -> None:
    block = re.search(r"(?m)(?:^    .*\n){4}", TEXT[TEXT.index("    episode,what,") :])
    assert block is not None
    assert len(corrections.read(block[0].replace("    ", ""), file="page")) == 3
