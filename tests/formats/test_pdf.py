from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.formats import detect, fountain, pdf, read_script
from hookline.formats.pdf import clean
from hookline.model.errors import HooklineError, MissingExtra, Unreadable
from hookline.model.script import Line, LineKind, Script
from tests.formats import made
from tests.formats.made import PAGE
from tests.formats.test_fountain import dramabench, joined

pytest.importorskip("pypdf", reason="pypdf is not installed: the extra scripts")

D, A, T = LineKind.DIALOGUE, LineKind.ACTION, LineKind.TRANSITION
TITLE = "\n" * 15 + " " * 24 + "THE LETTER\n\n" + " " * 24 + "Written by\n\n" + " " * 24 + "Ann Lee\n"


def read(*pages: str, numbered: bool = False) -> Script:
    placed = [made.typed(page) for page in pages]
    if numbered:
        placed = [[(7.2, 756.0, f"{i}."), *page] for i, page in enumerate(placed, start=1)]
    return pdf.read_bytes(made.pdf(placed), file="a.pdf")


def lines(script: Script) -> list[Line]:
    return [line for episode in script.episodes for line in episode.lines()]


def test_indents_tell_names_from_what_is_said() -> None:
    script = read(PAGE)
    assert [(line.kind, line.speaker, line.delivery, line.text, line.source.line) for line in lines(script)] == [
        (A, None, None, "We are in a TV station listening to the announcer on the other side of the glass.", 1002),
        (D, "DJ", "bored", "Hey everyone, this is some music that sounds kinda terrible.", 1006),
        (T, None, None, "CUT TO:", 1008),
        (A, None, None, "DAVE waits.", 1010),
        (D, "DAVE", None, "Bye.", 1012),
    ]
    assert (script.format, script.language) == ("pdf", "en")
    assert not script.unread


def test_a_page_with_speech_alone_keeps_its_indents() -> None:
    speech = "                      DAVE\n          Still here.\n\n                      ANN\n          Go."
    script = read(PAGE, speech)
    assert [(line.speaker, line.text, line.source.line) for line in lines(script)[-2:]] == [
        ("DAVE", "Still here.", 2002),
        ("ANN", "Go.", 2004),
    ]


def test_page_numbers_headers_and_breaks_are_listed_and_not_read() -> None:
    pages = [f"THE LETTER - draft {i}\n\n{PAGE}\n\n(CONTINUED)" for i in range(3)]
    script = read(*pages, numbered=True)
    assert [one.text for one in script.unread] == [
        text for i in range(3) for text in (f"{i + 1}.", f"THE LETTER - draft {i}", "(CONTINUED)")
    ]
    assert len(lines(script)) == 15


def test_a_sentence_runs_on_over_the_page() -> None:
    first, second = "INT. HALL - DAY\n\nShe opens the letter and", "reads it twice.\n\nShe cries."
    assert [line.text for line in lines(read(first, second))] == [
        "She opens the letter and reads it twice.",
        "She cries.",
    ]


def test_a_speech_runs_on_over_the_page() -> None:
    name, words = " " * 22 + "DAVE", " " * 10
    pages = [
        f"EXT. STREET - NIGHT\n\nRain.\n\n{name}",
        f"{words}Still here.\n\n{name}\n{words}Come in.",
        f"{words}Sit down.",
    ]
    assert [(line.speaker, line.text) for line in lines(read(*pages))] == [
        (None, "Rain."),
        ("DAVE", "Still here."),
        ("DAVE", "Come in. Sit down."),
    ]


def test_a_title_page_is_none_of_the_story() -> None:
    script = read(TITLE, PAGE)
    assert script.title == "THE LETTER"
    assert {"Credit: Written by", "Author: Ann Lee"} <= set(script.notes)
    assert lines(script)[0].source.line == 2002


def test_characters_made_of_radicals_are_whole_again() -> None:
    """Chromium's PDFs give these for a page in Noto CJK."""
    assert clean("1-1 ⽇ 内 客厅") == "1-1 日 内 客厅"
    assert clean("⼈物：⻢⼀花 △⻢⼀花推⻔⻅⻋⻓⻛⻜") == "人物：马一花 △马一花推门见车长风飞"


def test_a_chinese_script_printed_by_a_browser(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    rows = ["第1集：重逢", "1-1 日 内 客厅", "人物：马一花、林晚", "△马一花推门。"]
    rows += ["马一花：（怒）" + "你骗我，" * 20, "林晚（OS）：她知道了。"]
    body = "".join(f"<p>{row}</p>" for row in rows)
    with playwright.sync_playwright() as browsers:
        try:
            browser = browsers.chromium.launch(executable_path="/usr/bin/chromium")
        except playwright.Error:
            pytest.skip("no Chromium to print with")
        page = browser.new_page()
        page.set_content(f"<meta charset=utf-8><body style='font: 12pt Noto Serif CJK SC'>{body}")
        data = page.pdf()
        browser.close()
    script = pdf.read_bytes(data, file="a.pdf")
    assert (script.language, script.episodes[0].title) == ("zh", "重逢")
    assert script.episodes[0].scenes[0].cast == ("马一花", "林晚")
    assert [(line.speaker, line.delivery, line.text) for line in lines(script)] == [
        (None, None, "马一花推门。"),
        ("马一花", "怒", "你骗我，" * 20),
        ("林晚", None, "她知道了。"),
    ]


def test_real_scripts_set_as_pages_give_the_same_speeches() -> None:
    """Of real scripts, typed on pages as screenplays are, the speeches come back with their speakers."""
    right = wrong = 0
    for row in dramabench()[:12]:
        expected = fountain.read(joined(row), file="")
        speeches = [line for line in lines(expected) if line.kind is D and line.speaker]
        script = pdf.read_bytes(made.pdf(_typeset(lines(expected))), file="a.pdf")
        found = {(line.speaker, " ".join(line.text.split())) for line in lines(script) if line.kind is D}
        hits = sum((line.speaker, _ascii(" ".join(line.text.split()))) in found for line in speeches)
        right, wrong = right + hits, wrong + len(speeches) - hits
    assert right > 200
    assert right / (right + wrong) > 0.99, (right, wrong)


def _typeset(story: list[Line]) -> list[list[made.Placed]]:
    import textwrap

    rows = ["INT. ROOM - DAY", ""]
    for line in story:
        text = _ascii(" ".join(line.text.split()))
        if line.kind is D and line.speaker:
            rows += [" " * 22 + line.speaker, *(" " * 10 + part for part in textwrap.wrap(text, 35)), ""]
        elif line.kind is A:
            rows += [*textwrap.wrap(text, 60), ""]
    blocks = [rows[i : i + 50] for i in range(0, len(rows), 50)]
    return [made.typed("\n".join(block)) for block in blocks]


def _ascii(text: str) -> str:
    signs = {"—": "--", "–": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "..."}
    return "".join(signs.get(sign, sign) for sign in text).encode("latin-1", errors="replace").decode("latin-1")


def test_it_is_detected_and_read_from_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "ep07.pdf"
    path.write_bytes(made.pdf([made.typed(PAGE)]))
    assert detect(path).format == "pdf"
    assert read_script(path, file="scripts/ep07.pdf").episodes[0].number == 7


# --- damage --------------------------------------------------------------------------------------

GOOD = made.pdf([made.typed(PAGE)])
PLAIN = made.pdf([made.typed(PAGE)], packed=False)
LOCK = "/Encrypt << /Filter /Standard /V 1 /R 2 /O <{0}> /U <{0}> /P -4 >> /ID [<{1}> <{1}>]"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (made.pdf_of([b"1 0 0 RG 0 0 m 100 100 l S"]), "hold no text"),
        (made.pdf_of([b""]), "hold no text"),
        (made.pdf_of([], packed=False), "hold no text"),
        (made.pdf_of([b"BT /F1 12 Tf (x) Tj ET"], trailer=LOCK.format("41" * 32, "42" * 16)), "is locked"),
        (made.pdf([[(7.0, 700.0, "1.")], [(7.0, 700.0, "2.")]]), "page numbers and headers only"),
        (made.pdf([made.typed("Dear Ann,\nit rained all day.\nYours, Mei")]), "nothing that looks like a script"),
        (b"%PDF-1.7\n", "no whole PDF"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "no whole PDF"),
        (b"", "no whole PDF"),
    ],
    ids=["drawing", "blank", "no pages", "locked", "numbers", "a letter", "cut", "binary", "empty"],
)
def test_files_without_a_script_are_refused(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as error:
        pdf.read_bytes(data, file="a.pdf")
    assert "a.pdf" in str(error.value)


@pytest.mark.parametrize("content", [b"0 0 m " * 30_000_000, b"BT (a) Tj ET " * 700_000], ids=["too long", "too many"])
def test_a_bomb_is_refused_within_bounds(content: bytes) -> None:
    data = made.pdf_of([content])
    assert len(data) < 1_000_000
    begin = time.process_time()
    with pytest.raises(Unreadable):
        pdf.read_bytes(data, file="a.pdf")
    assert time.process_time() - begin < 20


@settings(deadline=None, max_examples=60)
@given(st.integers(9, len(PLAIN)), st.binary(min_size=1, max_size=8), st.booleans())
def test_any_damage_is_read_or_refused(at: int, garbage: bytes, cut: bool) -> None:
    data = PLAIN[:at] + garbage + (b"" if cut else PLAIN[at + len(garbage) :])
    with contextlib.suppress(HooklineError):
        pdf.read_bytes(data, file="a")


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(HooklineError):
        pdf.read_bytes(b"%PDF-1.4\n" + data, file="a")


def test_without_pypdf_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(MissingExtra, match=r"hookline\[scripts\]"):
        pdf.read_bytes(GOOD, file="a.pdf")
