from __future__ import annotations

import contextlib
import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.formats import chinese, detect, docx, fountain, read_script
from hookline.model.errors import HooklineError, UnknownFormat, Unreadable
from hookline.model.script import Line, LineKind, Script, Voice
from tests.formats import made
from tests.formats.accounting import CHINESE_SYNTAX, ENGLISH_SYNTAX, dropped
from tests.formats.made import P
from tests.formats.test_chinese import SEASON

D, A, T, M = LineKind.DIALOGUE, LineKind.ACTION, LineKind.TRANSITION, LineKind.MARK
SCREENPLAY = {"s1": "Scene Heading", "s2": "Action", "s3": "Character", "s4": "Dialogue", "s5": "Parenthetical"}
STYLED = [
    P("The Letter", "Title"),
    P("Written by"),
    P("Ann Lee"),
    P("EPISODE 2: THE CALL"),
    P("INT. HALL - DAY", "s1"),
    P("Rain on the roof.", "s2"),
    P("LIN (V.O.)", "s3"),
    P("(softly)", "s5"),
    P("CUT TO:", "s4"),
    P("CUT TO:", "Transition"),
]
INDENTED = [
    P("INT. HALL - DAY"),
    P(),
    P("Lin waits by the door."),
    P(),
    P("LIN", indent=3168),
    P("(softly)", indent=2304),
    P("You came.", indent=1440),
    P(),
    P("MEI", align="center"),
    P("I did.", indent=1440),
]


def read(paragraphs: list[P], **more: dict[str, str]) -> Script:
    return docx.read_bytes(made.docx(paragraphs, names=more.get("names")), file="a.docx")


def lines(script: Script) -> list[Line]:
    return [line for episode in script.episodes for line in episode.lines()]


def said(script: Script) -> list[tuple[LineKind, str | None, str | None, str, int]]:
    return [(line.kind, line.speaker, line.delivery, line.text, line.source.line) for line in lines(script)]


def test_styles_for_a_screenplay_decide() -> None:
    script = read(STYLED, names=SCREENPLAY)
    assert (script.format, script.language, script.title) == ("docx", "en", "The Letter")
    assert {"Credit: Written by", "Author: Ann Lee"} <= set(script.notes)
    assert [(one.number, one.title) for one in script.episodes] == [(2, "THE CALL")]
    assert said(script) == [
        (A, None, None, "Rain on the roof.", 6),
        (D, "LIN", "softly", "CUT TO:", 9),
        (T, None, None, "CUT TO:", 10),
    ]
    assert lines(script)[1].voice is Voice.OVER


def test_indents_and_gaps_decide_without_styles() -> None:
    script = read(INDENTED)
    assert said(script) == [
        (A, None, None, "Lin waits by the door.", 3),
        (D, "LIN", "softly", "You came.", 7),
        (D, "MEI", None, "I did.", 10),
    ]
    assert script.episodes[0].scenes[0].source.line == 1


def test_more_space_than_usual_is_a_gap() -> None:
    rows = [P("INT. HALL - DAY", before=240), P("LIN", before=240, indent=3000), P("You came.", indent=1500)]
    again = [P("MEI", before=240, indent=3000), P("I did.", indent=1500)]
    found = lines(read(rows + again))
    assert [(line.speaker, line.text) for line in found] == [("LIN", "You came."), ("MEI", "I did.")]


def test_typed_line_under_line_without_any_layout() -> None:
    rows = ["INT. HALL - DAY", "Lin waits by the door.", "LIN", "You came.", "MEI", "I did.", "LIN", "Why now?"] * 3
    script = read([P(row) for row in rows])
    assert [(line.speaker, line.text) for line in lines(script)][:4] == [
        (None, "Lin waits by the door."),
        ("LIN", "You came."),
        ("MEI", "I did."),
        ("LIN", "Why now?"),
    ]


def test_a_chinese_season_in_word_is_the_season_in_plain_text() -> None:
    script = read([P(line) for line in SEASON.split("\n")])
    plain = chinese.read(SEASON, file="a.docx")
    assert (script.language, script.title, script.description) == ("zh", plain.title, plain.description)
    assert script.episodes == plain.episodes, "a paragraph a line: even the numbers agree"


def test_notes_name_paragraphs_too() -> None:
    script = read([P("第1集：甲"), P("1-1 日 内 厅\n△雨。\n△风。"), P("第1集：乙"), P("1-2 日 内 厅"), P("△雪。")])
    assert any("headed again at a.docx:3" in note for note in script.notes), script.notes


def test_breaks_inside_a_paragraph_and_tabs() -> None:
    script = read([P("1-1 日 内 客厅\n△雨。\n马一花：走！"), P("\t林晚：不。")])
    assert [(line.text, line.source.line) for line in lines(script)] == [("雨。", 1), ("走！", 1), ("不。", 2)]


def test_numbers_that_word_makes_are_told() -> None:
    script = read([P("1-1 日 内 客厅"), P("△雨。", numbered=True), P("马一花：走！", numbered=True)])
    assert any("numbers 2 paragraphs by itself" in note for note in script.notes)


def test_deleted_text_is_gone_and_text_boxes_and_tables_are_read() -> None:
    row = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>马一花：</w:t></w:r><w:r><w:t>走！</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    inner = "<w:txbxContent><w:p><w:r><w:t>林晚：不。</w:t></w:r></w:p></w:txbxContent>"
    box = f"<w:p><w:r><w:pict>{inner}</w:pict></w:r></w:p>"
    gone = "<w:p><w:del><w:r><w:t>马一花：留下。</w:t></w:r></w:del><w:ins><w:r><w:t>△雨。</w:t></w:r></w:ins></w:p>"
    body = made.document([P("1-1 日 内 客厅")]).replace("</w:body>", f"{gone}{row}{box}</w:body>")
    script = docx.read_bytes(made.zipped({"word/document.xml": body}), file="a")
    assert [(line.speaker, line.text) for line in lines(script)] == [
        (None, "雨。"),
        ("马一花", "走！"),
        ("林晚", "不。"),
    ]


def test_it_is_detected_and_read_from_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "ep02.docx"
    path.write_bytes(made.docx(INDENTED))
    assert detect(path).format == "docx"
    assert read_script(path, file="scripts/ep02.docx").episodes[0].number == 2
    path.write_bytes(made.zipped({"xl/workbook.xml": "<workbook/>"}))
    with pytest.raises(UnknownFormat):
        detect(path.rename(tmp_path / "a.xlsx"), kind="script")


# --- damage --------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """A small file whose document unpacks to ``size`` bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        part.write(made.document([]).replace("</w:body></w:document>", "<w:p><w:r><w:t>").encode())
        for _ in range(size // 1_000_000):
            part.write(b"a" * 1_000_000)
    return out.getvalue()


def test_a_bomb_is_refused_within_bounds() -> None:
    data = bomb(300_000_000)
    assert len(data) < 1_000_000
    tracemalloc.start()
    begin = time.process_time()
    with pytest.raises(Unreadable, match="unpacks to more than"):
        docx.read_bytes(data, file="a.docx")
    assert time.process_time() - begin < 5
    assert tracemalloc.get_traced_memory()[1] < 300_000_000
    tracemalloc.stop()


def lying(data: bytes) -> bytes:
    """A zip that says its document is 10 bytes long."""
    at = data.index(b"PK\x01\x02")
    while b"document.xml" not in data[at : at + 80]:
        at = data.index(b"PK\x01\x02", at + 4)
    return data[: at + 24] + (10).to_bytes(4, "little") + data[at + 28 :]


GOOD = made.docx(INDENTED)
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (GOOD[: len(GOOD) // 2], "no whole Word file"),
        (b"PK\x03\x04" + b"\0" * 100, "no whole Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file .* or one with a password"),
        (made.zipped({"xl/workbook.xml": "<w/>"}), "no Word file"),
        (made.zipped({"word/document.xml": "<w:document"}), "no whole XML"),
        (made.zipped({"word/document.xml": made.document([P("x")], head=XXE)}), "declares a document type"),
        (made.docx([P(), P()]), "holds no text"),
        (made.docx([P("Dear Ann,"), P("it rained all day."), P("Yours, Mei")]), "nothing that looks like a script"),
        (lying(GOOD), "no whole Word file|no whole XML"),
        (bytes(range(256)) * 40, "no whole Word file"),
    ],
    ids=[
        "cut",
        "empty zip",
        "old or locked",
        "a sheet",
        "cut inside",
        "entity",
        "no text",
        "a letter",
        "lying",
        "binary",
    ],
)
def test_damaged_files_are_refused(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as error:
        docx.read_bytes(data, file="a.docx")
    assert "a.docx" in str(error.value)


@given(st.integers(0, len(GOOD)), st.binary(min_size=1, max_size=8))
def test_any_damage_is_read_or_refused(at: int, garbage: bytes) -> None:
    with contextlib.suppress(HooklineError):
        docx.read_bytes(GOOD[:at] + garbage + GOOD[at + len(garbage) :], file="a")


_TEXTS = [
    "INT. A - DAY",
    "EPISODE 2",
    "第3集",
    "JIM (O.S.)",
    "(beat)",
    "CUT TO:",
    "",
    "SUPER: x",
    "1-1 日 内 客厅",
    "林晚：走",
]
_loose = st.text(st.characters(min_codepoint=32, exclude_categories=["C"]), max_size=20)
_paragraphs = st.builds(
    P,
    st.one_of(st.sampled_from(_TEXTS), _loose),
    st.sampled_from(["", *SCREENPLAY]),
    st.sampled_from([0, 1500, 3000]),
    st.sampled_from([0, 240]),
)


@given(st.lists(_paragraphs, max_size=12))
def test_no_word_of_a_paragraph_is_dropped(paragraphs: list[P]) -> None:
    try:
        script = docx.read_bytes(made.docx(paragraphs, names=SCREENPLAY), file="a")
    except Unreadable:
        return
    text = "\n".join(one.text for one in paragraphs)
    assert not dropped(text, script, syntax=ENGLISH_SYNTAX | CHINESE_SYNTAX)
    assert all(0 < line.source.line <= len(paragraphs) for line in lines(script))


def test_it_agrees_with_fountain_on_the_same_page() -> None:
    text = "INT. HALL - DAY\n\nLin waits.\n\nLIN\nYou came.\n\nMEI\nI did.\n"
    expected = [(line.kind, line.speaker, line.text) for line in lines(fountain.read(text, file=""))]
    script = read([P(row) for row in text.split("\n")])
    assert [(line.kind, line.speaker, line.text) for line in lines(script)] == expected
