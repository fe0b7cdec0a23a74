from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline import formats
from hookline.formats import corrections, read_corrections
from hookline.model.correction import Correction, What
from hookline.model.errors import BadInput, HooklineError, Unreadable
from hookline.model.script import Source
from hookline.model.story import BeatType

HEAD = "episode,what,type,start,end,line,text,characters,value,question,by,comment\n"
GOOD = HEAD + "3,beat,reveal,1:02.5,65,ep03.fountain:14,I am your father.,Ann; Bob,0.9,,Mia,it turns here\n"

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=20)
names = words.filter(lambda text: not set(text) & set(";；、|")).filter(bool)
times = st.none() | st.integers(0, 10_000_000)


@st.composite
def beats(draw: st.DrawFn) -> Correction:
    start = draw(st.integers(0, 10_000_000))
    return Correction(
        What.BEAT,
        episode=draw(st.integers(1, 999)),
        type=draw(st.sampled_from([type.value for type in BeatType])),
        start_ms=start,
        end_ms=draw(st.none() | st.integers(start, start + 10_000)),
        line=draw(st.none() | st.builds(Source, st.just("scripts/a.fountain"), st.integers(1, 9999))),
        text=draw(words),
        characters=tuple(draw(st.lists(names, max_size=3))),
        value=draw(st.none() | st.integers(0, 1000).map(lambda n: n / 1000)),
        question=draw(words),
        by=draw(words),
        comment=draw(words),
    )


def bare(found: tuple[Correction, ...]) -> list[Correction]:
    return [replace(one, source=None) for one in found]


def test_a_row_is_read_as_it_stands() -> None:
    (one,) = corrections.read(GOOD, file="beats.csv")
    assert one == Correction(
        What.BEAT, 3, "reveal", 62_500, 65_000, Source("ep03.fountain", 14), "I am your father.", ("Ann", "Bob"), 0.9,
        by="Mia", comment="it turns here", source=Source("beats.csv", 2),
    )  # fmt: skip


@given(st.lists(beats(), max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(found: list[Correction]) -> None:
    assert bare(corrections.read(corrections.write_csv(found).removeprefix("\ufeff"), file="a")) == found
    assert bare(corrections.read(corrections.write_json(found), file="a")) == found


@pytest.mark.parametrize("cut", [";", "\t"])
def test_other_spreadsheets_separate_otherwise(cut: str) -> None:
    text = GOOD.replace("Ann; Bob", "Ann|Bob").replace(",", cut)
    assert bare(corrections.read(text, file="a"))[0].characters == ("Ann", "Bob")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "beats.csv"
    path.write_bytes((HEAD + "1,speaker,,,,第1集.txt:4,你到底是谁？,林晚,,,,\n").encode(encoding))
    (one,) = read_corrections(path, file="beats.csv")
    assert (one.characters, one.text) == (("林晚",), "你到底是谁？")


def test_a_row_as_exported_says_nothing_and_a_changed_one_counts() -> None:
    engine = Correction(
        What.BEAT, 1, "threat", 1000, 2000, Source("a", 4), "Give me that.", ("Ann",), 0.6, by="offline"
    )
    marked = replace(engine, was=corrections.said(engine))
    again = corrections.read(corrections.write_csv([marked, replace(marked, type="reveal")]).lstrip("\ufeff"), file="b")
    assert [one.type for one in again] == ["reveal"]


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    evil = Correction(What.NO_HOOK, 1, comment="=HYPERLINK(1)", text="-2+3")
    text = corrections.write_csv([evil])
    assert ",'=HYPERLINK(1)," in text
    assert bare(corrections.read(text.removeprefix("\ufeff"), file="a")) == [evil]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1,beet,,,,,,,,,,", "no statement 'beet'"),
        ("1,beat,kiss,,,a:3,,,,,,", "'kiss' is no type of beat"),
        ("1,beat,reveal,,,,,,,,,", "needs the line"),
        ("x,ending,crisis,,,,,,,,,", "no episode number"),
        ("0,ending,crisis,,,,,,,,,", "no episode number"),
        (",ending,crisis,,,,,,,,,", "needs an episode"),
        ("1,beat,reveal,9,3,,,,,,,", "before it starts"),
        ("1,beat,reveal,soon,,a:3,,,,,,", "start is 'soon'"),
        ("1,beat,reveal,,,line three,,,,,,", "line is 'line three'"),
        ("1,beat,reveal,,,a:3,,,7,,,", "from 0 to 1"),
        ("1,beat,reveal,,,a:3,,,nan,,,", "from 0 to 1"),
        ("1,speaker,,,,a:3,,,,,,", "needs characters"),
        ("1,line_time,,,,a:3,,,,,,", "needs a start"),
        (",role,hero,,,,,Ann,,,,", "'hero' is no type of role"),
        (",trope,,,,,,,,,,", "needs a type"),
    ],
)
def test_a_wrong_row_is_named_with_what_is_wrong(row: str, told: str) -> None:
    with pytest.raises(Unreadable) as error:
        corrections.read(f"{HEAD}{row}\n", file="beats.csv")
    assert told in str(error.value)
    assert "beats.csv:2" in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        '{"schema": "hookline.corrections", "version": 2, "corrections": []}',
        '{"schema": "other"}',
        "[1, 2]",
        "{",
        "[" * 100_000,
        HEAD + '1,beat,"reveal\n' * 3,
        "what\n" + "x\n" * 100_001,
    ],
    ids=["columns", "version", "schema", "numbers", "cut", "deep", "quotes", "rows"],
)
def test_what_is_no_table_of_corrections_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"beats\.csv"):
        corrections.read(text, file="beats.csv")


def read_or_message(path: Path) -> bool:
    """Whether the table is read, or refused with its name."""
    try:
        return isinstance(read_corrections(path, file="beats.csv"), tuple)
    except HooklineError as error:
        return "beats.csv" in str(error)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=80, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "beats.csv"
    path.write_bytes(GOOD.encode()[:40] + data)
    assert read_or_message(path)


def test_it_is_known_by_its_columns_and_by_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    for text in (GOOD, corrections.write_json([Correction(What.NO_HOOK, 1)]), '[{"what": "no_hook", "episode": 1}]'):
        path.write_text(text, encoding="utf-8")
        assert formats.detect(path).format == "corrections"
    path.write_text("episode,views\n1,20\n")
    with pytest.raises(BadInput):
        read_corrections(path, file="x.txt")


def test_json_takes_lists_and_numbers() -> None:
    rows = [{"episode": 2, "what": "beat", "type": "reveal", "line": 14, "characters": ["Ann", "Bob"], "value": 0.5}]
    (one,) = corrections.read(json.dumps(rows), file="a.json")
    assert (one.line, one.characters, one.value) == (Source("", 14), ("Ann", "Bob"), 0.5)
