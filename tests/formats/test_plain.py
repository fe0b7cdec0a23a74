"""Scripts with lost formatting, read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import lines as bench
from hookline.formats import detect, fountain, plain, read_script
from hookline.formats.lines import Tag
from hookline.model.script import Line, LineKind, Script, Voice
from tests.formats.accounting import ENGLISH_SYNTAX, dropped, misplaced
from tests.formats.test_lines import page, without_blank_lines, without_indents, without_layout
from tests.shared import REPOSITORY, shared_data

SAMPLE = sorted((REPOSITORY / "src" / "hookline" / "sample" / "scripts" / "en").glob("*.fountain"))

SYNTAX = ENGLISH_SYNTAX | {"0"}  # V.0., as recognition of print reads V.O.


def lines_of(script: Script) -> list[Line]:
    return [line for episode in script.episodes for line in episode.lines()]


def said(script: Script) -> list[tuple[str | None, str]]:
    return [(line.speaker, " ".join(line.text.split())) for line in lines_of(script) if line.kind is LineKind.DIALOGUE]


@pytest.mark.parametrize("change", [list, without_indents, without_blank_lines, without_layout])
def test_a_page_becomes_a_script(change: Callable[[list[tuple[str, Tag]]], list[tuple[str, Tag]]]) -> None:
    script = plain.read("\n".join(line for line, _ in change(page())), file="a.txt")
    (episode,) = script.episodes
    assert [(scene.number, scene.setting, scene.place, scene.time_of_day) for scene in episode.scenes] == [
        ("12", "interior", "HARBOUR OFFICE", "night"),
        ("13", "exterior", "QUAY", "dawn"),
    ]
    assert said(script) == [
        ("MARTA", "We are closed. The boats come back at six, if they come back at all."),
        ("JONAS", "I am not here about the boats."),
        ("MARTA", "You were on the list. I read your name myself."),
        ("JONAS", "Then somebody made a mistake."),
        ("MARTA", "Jonas! You forgot this."),
    ]
    jonas = next(line for line in lines_of(script) if line.speaker == "JONAS")
    assert (jonas.voice, jonas.delivery) == (Voice.OFF, "shaking the rain off his coat")
    assert [line.text for line in lines_of(script) if line.kind is LineKind.TRANSITION] == ["CUT TO:"]
    done = [line.text for line in lines_of(script) if line.kind is LineKind.ACTION]
    assert done[0] == ("Rain on the window. MARTA sorts letters under a lamp and does not look up when the door opens.")
    assert sum(line.kind is LineKind.MARK for line in lines_of(script)) == 3
    assert "3 lines of page furniture" in " ".join(script.notes)
    assert not script.unread


def test_a_speech_over_a_page_break_is_one() -> None:
    text = "INT. HALL - DAY\n\nANN\nI wanted to say it all\n(MORE)\n\n12.\n\nat once, and now I can't.\n\nBEN\nTry."
    assert said(plain.read(text, file="a.txt"))[0] == ("ANN", "I wanted to say it all at once, and now I can't.")


def test_episode_heads_and_the_title_page() -> None:
    text = (
        "THE LONG WAY\nby\nA. Writer\n\n"
        "EPISODE 3: The Door\nINT. HALL - DAY\nAnn waits.\nANN\nWho is there?\nBEN\nOnly me.\n"
        "Episode 4\nEXT. YARD - NIGHT\nSnow falls.\nBEN\nWe should go.\nANN\nNot yet."
    )
    script = plain.read(text, file="a.txt")
    assert [(episode.number, episode.title) for episode in script.episodes] == [(3, "The Door"), (4, "")]
    assert script.title == "THE LONG WAY"
    assert "A. Writer" in script.notes
    assert said(script)[-1] == ("ANN", "Not yet.")


def test_captions_voices_and_what_is_done_without_words() -> None:
    text = (
        "INT. HALL - DAY\n\nTITLE: Ten years earlier\n\nANN (V.O.) (CONT'D)\nI was young.\n\nBEN (into phone)\nYes.\n\n"
        "ANN\n(shakes her head)\n\nBen leaves the room."
    )
    found = [(line.kind, line.speaker, line.text, line.voice) for line in lines_of(plain.read(text, file="a.txt"))]
    assert (LineKind.CAPTION, None, "Ten years earlier", Voice.ON) in found
    assert (LineKind.DIALOGUE, "ANN", "I was young.", Voice.OVER) in found
    assert (LineKind.ACTION, "ANN", "(shakes her head)", Voice.ON) in found


def test_the_sample_without_its_layout_says_the_same() -> None:
    whole: list[tuple[str | None, str]] = []
    bare: list[tuple[str | None, str]] = []
    for path in SAMPLE:
        _, body = re.split(r"^# Episode.*$", path.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)
        rows = [row.strip() for row in body.split("\n") if row.strip() and row.strip()[0] not in "#=["]
        whole += said(fountain.read(body, file="a.fountain"))
        bare += said(plain.read("\n".join(rows), file="a.txt"))
    missing = [line for line in whole if line not in bare]
    assert len(whole) > 80
    assert len(missing) <= 0.1 * len(whole), missing


@pytest.mark.parametrize("layout", bench.CONDITIONS)
def test_no_word_of_a_film_is_dropped(layout: str) -> None:
    for name, lines in bench.films(shared_data("story", "screenplay_tags")).items():
        text = "\n".join(line for line, _ in bench.CONDITIONS[layout](lines))
        script = plain.read(text, file=name)
        assert dropped(text, script, syntax=SYNTAX) == []
        assert [row for row in misplaced(text, script) if not re.match(r"\S+: \(", row)] == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=40),
            st.sampled_from(
                [
                    "",
                    "ANNA",
                    "BEN (V.O.)",
                    "(beat)",
                    "(",
                    ")",
                    "INT. X - DAY",
                    "CUT TO:",
                    "12.",
                    "by",
                    "Episode 2",
                    "*",
                    "Hello there.",
                ]
            ),
        ),
        max_size=25,
    )
)
def test_no_word_of_any_text_is_dropped(lines: list[str]) -> None:
    text = "\n".join(lines)
    lost = dropped(text, plain.read(text, file="a.txt"), syntax=SYNTAX)
    assert [word for word in lost if not re.fullmatch(r"(?:ep|episode)\d+", word)] == []  # a number of its own then


# --- recognition ---------------------------------------------------------------------------------


def test_fountain_keeps_what_its_rules_read(tmp_path: Path) -> None:
    for source in SAMPLE:
        path = tmp_path / "a.txt"
        path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        assert detect(path, kind="script").format == "fountain"


def test_a_script_without_blank_lines_is_read_as_plain(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(line for line, _ in without_layout(page())), encoding="utf-8")
    found = detect(path, kind="script")
    assert found.format == "plain"
    assert "blank lines don't tell" in found.why
    assert read_script(path, file="a.txt").format == "plain"
    assert read_script(path, file="a.txt", format="fountain").format == "fountain"


@pytest.mark.parametrize(
    "text",
    [
        "Dear all,\n\nthe meeting is on Monday.\nPlease bring the papers.\n",
        "1\n00:00:01,000 --> 00:00:02,000\nANN\nHello\n",
        "第1集\n1-1 日 内 客厅\n人物：安\n△安走进来。\n安：你好。\n",
        "<html><body>INT. HALL - DAY</body></html>",
        "",
    ],
)
def test_what_is_no_english_script_is_left_to_others(text: str) -> None:
    assert plain.recognise("a.txt", text.encode()) is None


def test_short_dramas_as_written_stay_with_fountain(tmp_path: Path) -> None:
    rows = shared_data("story", "dramabench", "dev.jsonl").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "a.txt"
    others = []
    for row in map(json.loads, rows):
        path.write_text(row["context"] + "\n" + row["continuation"], encoding="utf-8")
        if detect(path, kind="script").format != "fountain":
            others.append(row["id"])
    assert others == []
