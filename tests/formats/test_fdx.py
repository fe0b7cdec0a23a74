from __future__ import annotations

import contextlib
import itertools
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.formats import detect, fdx, fountain, read_script
from hookline.model.errors import HooklineError, Unreadable
from hookline.model.script import Line, LineKind, Script, Voice
from tests.formats.accounting import CHINESE_SYNTAX, ENGLISH_SYNTAX, dropped
from tests.shared import shared_data

D, A, C, T, M = LineKind.DIALOGUE, LineKind.ACTION, LineKind.CAPTION, LineKind.TRANSITION, LineKind.MARK
PROGRAMS = ("FD", "FI", "FD-Write-cpp", "FD-Write-csharp", "FD-Write-js", "FD-Write-py")


def final_draft(*paragraphs: tuple[str, str], more: str = "") -> bytes:
    rows = (f'<Paragraph Type="{type}">\n<Text>{escape(text)}</Text>\n</Paragraph>' for type, text in paragraphs)
    content = "\n".join(rows)
    return (
        f'<?xml version="1.0"?>\n<FinalDraft Version="5">\n<Content>\n{content}\n</Content>{more}</FinalDraft>'.encode()
    )


def read(*paragraphs: tuple[str, str], more: str = "") -> Script:
    return fdx.read_bytes(final_draft(*paragraphs, more=more), file="a.fdx")


def lines(script: Script) -> list[Line]:
    return [line for episode in script.episodes for line in episode.lines()]


def story(script: Script) -> list[tuple[str, str, str, str, list[tuple[object, ...]]]]:
    return [
        (scene.heading, scene.setting, scene.place, scene.time_of_day, [_said(line) for line in scene.lines])
        for episode in script.episodes
        for scene in episode.scenes
    ]


def _said(line: Line) -> tuple[object, ...]:
    return line.kind, line.speaker, line.voice, line.delivery, line.text


@pytest.mark.parametrize("program", PROGRAMS)
def test_real_files_tell_the_story_of_the_fountain_file_beside_them(program: str) -> None:
    """Six programs wrote the same script; the Fountain file is what their authors expect of it."""
    name = f"TestFDX-{program}.fdx"
    path = shared_data("story", "screenplay_formats", name)
    other = "TestFDX-FI.fountain" if "FI" in name else "TestFDX-FD.fountain"
    expected = fountain.read(shared_data("story", "screenplay_formats", other).read_text(encoding="utf-8"), file="")
    script = read_script(path, file=name)
    assert story(script) == story(expected)
    assert script.format == "fdx"
    assert not script.unread


def test_real_title_page_numbers_and_cast() -> None:
    script = read_script(shared_data("story", "screenplay_formats", "TestFDX-FD.fdx"), file="a")
    assert script.title == "FDX Test Script"
    assert {"Credit: Written by", "Author: Ian", "Notes: Copyright (c) 2026"} <= set(script.notes)
    assert [scene.number for scene in script.episodes[0].scenes] == ["1", "2"]
    assert script.episodes[0].scenes[0].cast == ("DAVE", "DJ", "JIM")


def test_a_line_names_the_line_of_its_paragraph() -> None:
    script = read(("Scene Heading", "INT. A - DAY"), ("Action", "Rain."))
    assert script.episodes[0].scenes[0].source.line == 4
    assert [str(line.source) for line in lines(script)] == ["a.fdx:7"]


@pytest.mark.parametrize(
    ("written", "name", "voice", "delivery"),
    [
        ("JIM", "JIM", Voice.ON, None),
        ("Jim", "Jim", Voice.ON, None),
        ("JIM (O.S.)", "JIM", Voice.OFF, None),
        ("JIM (V.O.) (CONT'D)", "JIM", Voice.OVER, None),
        ("JIM (on phone)", "JIM", Voice.ON, "on phone"),
        ("马一花（OS）", "马一花", Voice.OFF, None),
        ("CUT TO BLACK", "CUT TO BLACK", Voice.ON, None),
    ],
)
def test_names(written: str, name: str, voice: Voice, delivery: str | None) -> None:
    (line,) = lines(read(("Character", written), ("Dialogue", "Hi.")))
    assert (line.kind, line.speaker, line.voice, line.delivery) == (D, name, voice, delivery)


def test_the_type_decides_and_not_the_words() -> None:
    script = read(
        ("Character", "ANN"), ("Dialogue", "CUT TO:"), ("Dialogue", "INT. is Latin."), ("Dialogue", "(really)")
    )
    assert [(line.kind, line.speaker, line.text) for line in lines(script)] == [
        (D, "ANN", "CUT TO:"),
        (D, "ANN", "INT. is Latin."),
        (D, "ANN", "(really)"),
    ]


def test_parentheticals_belong_to_what_follows() -> None:
    speech = (("Character", "ANN"), ("Parenthetical", "(softly)"), ("Dialogue", "Go."), ("Parenthetical", "(beat)"))
    assert [_said(line) for line in lines(read(*speech, ("Dialogue", "Now.")))] == [
        (D, "ANN", Voice.ON, "softly", "Go."),
        (D, "ANN", Voice.ON, "beat", "Now."),
    ]
    assert _said(lines(read(*speech))[-1]) == (A, "ANN", Voice.ON, None, "(beat)")


def test_other_types() -> None:
    script = read(
        ("Action", "SUPER: London"),
        ("Action", "Ten years ago."),
        ("Shot", "CLOSE ON the ring"),
        ("Lyrics", "la la"),
        ("General", "EXT. STREET - NIGHT"),
        ("General", "Rain."),
        ("Cast List", "ANN, BOB"),
        ("Transition", "FADE OUT."),
        ("End of Act", "END OF ACT ONE"),
        ("Wild Lines", "She waits."),
    )
    assert [(line.kind, line.text) for line in lines(script)] == [
        (C, "London"),
        (C, "Ten years ago."),
        (A, "CLOSE ON the ring"),
        (D, "la la"),
        (A, "Rain."),
        (T, "FADE OUT."),
        (M, "END OF ACT ONE"),
        (A, "She waits."),
    ]
    assert lines(script)[3].delivery == "sung"
    assert script.episodes[0].scenes[1].cast == ("ANN", "BOB")
    assert any("Wild Lines" in note for note in script.notes)


def test_dual_dialogue_is_one_speech_after_the_other() -> None:
    sides = "".join(
        f'<Paragraph Type="Character"><Text>{name}</Text></Paragraph>'
        f'<Paragraph Type="Dialogue"><Text>{text}</Text></Paragraph>'
        for name, text in (("ANN", "Yes."), ("BOB", "No."))
    )
    xml = f"<FinalDraft><Content><Paragraph><DualDialogue>{sides}</DualDialogue></Paragraph></Content></FinalDraft>"
    said = [(line.speaker, line.text) for line in lines(fdx.read_bytes(xml.encode(), file="a"))]
    assert said == [("ANN", "Yes."), ("BOB", "No.")]


def test_text_in_pieces_and_with_line_breaks() -> None:
    xml = (
        '<FinalDraft><Content><Paragraph Type="Action">'
        '<Text>He </Text><Text Style="Bold">runs</Text><Text>.\nFar.</Text>'
        "<ScriptNote><Paragraph><Text>too fast?</Text></Paragraph></ScriptNote></Paragraph></Content></FinalDraft>"
    )
    found = lines(fdx.read_bytes(xml.encode(), file="a"))
    assert [(line.kind, line.text) for line in found] == [(A, "He runs.\nFar."), (M, "too fast?")]


def test_episodes_in_both_languages() -> None:
    english = read(("New Act", "EPISODE 2: The Call"), ("Action", "x"), ("Scene Heading", "EPISODE 3"), ("Action", "y"))
    assert [(one.number, one.title) for one in english.episodes] == [(2, "The Call"), (3, "")]
    chinese = read(
        ("General", "第3集：重逢"), ("Scene Heading", "3-1 夜 外 街"), ("Character", "林晚"), ("Dialogue", "你来了。")
    )
    assert chinese.language == "zh"
    assert [(one.number, one.title) for one in chinese.episodes] == [(3, "重逢")]
    scene = chinese.episodes[0].scenes[0]
    assert (scene.number, scene.setting, scene.place, scene.time_of_day) == ("3-1", "exterior", "街", "night")


def test_nothing_is_dropped() -> None:
    kept_apart = "<ScriptNotes><ScriptNote><Paragraph><Text>ask Ann</Text></Paragraph></ScriptNote></ScriptNotes>"
    script = read(("Character", "BOB"), ("Action", "He leaves."), more=kept_apart)
    assert sorted(one.text for one in script.unread) == ["BOB", "ask Ann"]


ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE FinalDraft [{}]>'
    "<FinalDraft><Content><Paragraph><Text>&a;</Text></Paragraph></Content></FinalDraft>"
)
LETTERS = "zyxwvutsrqponmlkjihgfedcba"
LAUGHS = '<!ENTITY z "ha">' + "".join(
    '<!ENTITY {} "{}">'.format(one, 10 * f"&{before};") for before, one in itertools.pairwise(LETTERS)
)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (ENTITY.format('<!ENTITY a SYSTEM "file:///etc/passwd">').encode(), "declares a document type"),
        (ENTITY.format(LAUGHS).encode(), "declares a document type"),
        (ENTITY.format(LAUGHS).encode("utf-16"), "declares a document type"),
        (b'<!DOCTYPE FinalDraft SYSTEM "http://localhost/x.dtd"><FinalDraft/>', "declares a document type"),
        (b"<FinalDraft><Content><Paragraph><Text>&a;</Text></Paragraph></Content></FinalDraft>", "undefined entity"),
        (b"<FinalDraft><Content><Paragraph Type='Action'><Text>x", "no whole XML"),
        (b"<html><Content/></html>", "no Final Draft"),
        (b"<FinalDraft/>", "no Final Draft"),
        (b"\x00\x01\x02\x03", "no whole XML"),
        (b"<?xml version='1.0' encoding='klingon'?><FinalDraft/>", "encoding"),
        (b"<a>" * 5000, "deeper"),
        (b"<FinalDraft>" + b"<a/>" * 500_000, "larger"),
    ],
    ids=[
        "file",
        "laughs",
        "laughs in UTF-16",
        "DTD",
        "entity",
        "cut",
        "html",
        "bare",
        "binary",
        "encoding",
        "deep",
        "wide",
    ],
)
def test_dangerous_and_broken_files_are_refused(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as error:
        fdx.read_bytes(data, file="a.fdx")
    assert "a.fdx" in str(error.value)


def test_it_is_known_by_its_root() -> None:
    assert fdx.recognise("a.txt", final_draft()) is not None
    assert fdx.recognise("a.xml", b"<html/>") is None
    assert fdx.recognise("a.fdx", b"\x89PNG\x00\x01" * 9) is None
    assert detect(shared_data("story", "screenplay_formats", "TestFDX-FD.fdx")).format == "fdx"


_TYPES = ["Scene Heading", "Action", "Character", "Parenthetical", "Dialogue", "Transition", "General", "Odd"]
_TEXTS = ["INT. A - DAY", "EPISODE 2", "第3集", "JIM (O.S.)", "(beat)", "CUT TO:", "", "SUPER: x", "1-1 日 内 客厅"]
_loose = st.text(st.characters(min_codepoint=32, exclude_categories=["C"]), max_size=20)
_paragraphs = st.lists(st.tuples(st.sampled_from(_TYPES), st.one_of(st.sampled_from(_TEXTS), _loose)), max_size=12)


@given(_paragraphs)
def test_no_word_of_a_paragraph_is_dropped(paragraphs: list[tuple[str, str]]) -> None:
    script = read(*paragraphs)
    text = "\n".join(text for _, text in paragraphs)
    assert not dropped(text, script, syntax=ENGLISH_SYNTAX | CHINESE_SYNTAX)
    assert all(line.source.line % 3 == 1 for line in lines(script)), "a paragraph begins every third line"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for candidate in (data, b"<FinalDraft><Content>" + data, final_draft(("Action", "x"))[:-1] + data):
        with contextlib.suppress(HooklineError):
            fdx.read_bytes(candidate, file="a")
