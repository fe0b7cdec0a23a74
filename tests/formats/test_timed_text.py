"""ASS and TTML."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.formats import ass, detect, read_cues, ttml, vtt
from hookline.model.errors import HooklineError, Unreadable
from hookline.model.script import Cue
from hookline.model.span import Span
from tests.shared import shared_data

EVENTS = "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
TT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    ' xmlns:ttm="http://www.w3.org/ns/ttml#metadata" {}>\n{}</tt>'
)


def from_ass(*lines: str, fields: str = EVENTS) -> tuple[Cue, ...]:
    return ass.read("\n".join(["[Script Info]", "Title: x", "[Events]", fields, *lines]), file="a.ass")


def from_ttml(body: str, *, root: str = "", head: str = "") -> tuple[Cue, ...]:
    return ttml.read_bytes(TT.format(root, f"{head}<body>\n{body}\n</body>").encode(), file="a.ttml")


def shape(cues: tuple[Cue, ...]) -> list[tuple[int, int, int, str | None, str]]:
    return [(cue.source.line, cue.span.start_ms, cue.span.end_ms, cue.speaker, cue.text) for cue in cues]


# --- ASS -----------------------------------------------------------------------------------------


def test_ass_cues_with_names_tags_breaks_and_lines() -> None:
    cues = from_ass(
        "Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not shown",
        r"Dialogue: 0,0:00:01.00,0:00:02.50,Default,ANN,0,0,0,,{\an8\b1}Hello,{\b0} you\Nthere",
        r"Dialogue: 1,0:00:01.00,0:00:02.50,Shadow,ANN,0,0,0,,Hello, you\Nthere",
        r"Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\p1}m 0 0 l 9 9{\p0}",
        "Dialogue: 0,0:00:05.00,0:00:06.50,Default,,0,0,0,,林晚：你来了",
    )
    assert shape(cues) == [(6, 1000, 2500, "ANN", "Hello, you\nthere"), (9, 5000, 6500, "林晚", "你来了")]


def test_ass_fields_stand_where_the_file_says() -> None:
    cues = from_ass("Dialogue: 0:00:05.00,Ann,0:00:01.00,Hi, you", fields="Format: End, Actor, Start, Text")
    assert shape(cues) == [(5, 1000, 5000, "Ann", "Hi, you")]


def test_ass_agrees_with_pysubs2(tmp_path: Path) -> None:
    """An outside implementation wrote the file from real subtitles; and it reads the same times and words."""
    subs = pysubs2.load(str(shared_data("media", "mdn", "friday.vtt")))
    path = tmp_path / "friday.ass"
    subs.save(str(path))
    again = pysubs2.load(str(path))
    expected = [(event.start, event.end, event.plaintext.split()) for event in again if event.plaintext.strip()]
    cues = read_cues(path, file="a")
    assert len(cues) == len(expected)
    assert detect(path).format == "ass"
    found = {(cue.span.start_ms, cue.span.end_ms) for cue in cues}
    assert found == {(start, end) for start, end, _ in expected}
    words = [word for cue in cues for word in cue.text.split()]
    assert sum(len(w) for _, _, w in expected) >= len(words) > 0.9 * sum(len(w) for _, _, w in expected)


@pytest.mark.parametrize(
    "line", ["Dialogue: 0,soon,0:00:02.00,Default,,0,0,0,,x", "Dialogue: 0,0:00:01.00", "Dialogue:"]
)
def test_a_broken_line_of_dialogue_is_named(line: str) -> None:
    with pytest.raises(Unreadable, match=r"a\.ass:5"):
        from_ass(line)


def test_an_ass_file_without_dialogue_is_refused() -> None:
    with pytest.raises(Unreadable, match="holds no subtitle"):
        from_ass()


_ASS = st.sampled_from(
    (
        *(
            "[Events]",
            "[Script Info]",
            EVENTS,
            "Format: Text",
            "Format:",
            "Comment: x",
            "Style: x",
            "",
            "Dialogue: ,,,",
        ),
        "Dialogue: 0,0:00:01.00,0:00:02.00,D,A,0,0,0,,{\\p1}x",
        "Dialogue: 0,0:00:01.00,0:00:02.00,D,<A>,0,0,0,,a\\Nb",
    )
)


@given(st.lists(st.one_of(_ASS, st.text(max_size=30)), max_size=12))
def test_any_ass_is_read_or_refused(lines: list[str]) -> None:
    with contextlib.suppress(HooklineError):
        assert all(cue.text for cue in ass.read("\n".join(["[Events]", *lines]), file="a"))


# --- TTML ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "root", "ms"),
    [
        ("00:00:01.5", "", 1500),
        ("01:00:00", "", 3_600_000),
        ("00:00:01:15", 'ttp:frameRate="30"', 1500),
        ("00:00:01:13", 'ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', 1542),
        ("00:00:01:12.1", 'ttp:frameRate="24" ttp:subFrameRate="2"', 1521),
        ("90s", "", 90_000),
        ("1.5m", "", 90_000),
        ("0.5h", "", 1_800_000),
        ("1500ms", "", 1500),
        ("36f", 'ttp:frameRate="24"', 1500),
        ("15000000t", 'ttp:tickRate="10000000"', 1500),
        ("48t", 'ttp:frameRate="24"', 2000),
    ],
)
def test_ttml_times(written: str, root: str, ms: int) -> None:
    (cue,) = from_ttml(f'<div><p begin="{written}" dur="1s">x</p></div>', root=root)
    assert cue.span == Span(ms, ms + 1000)


def test_ttml_times_count_from_the_parent_and_in_sequence() -> None:
    body = (
        '<div begin="10s" end="12s"><p begin="1s" end="9s">A</p></div>'
        '<div timeContainer="seq" begin="20s"><p dur="1s">B</p><p begin="1s" dur="2s">C</p><p dur="1s">D</p></div>'
    )
    assert [(cue.text, cue.span.start_ms, cue.span.end_ms) for cue in from_ttml(body)] == [
        ("A", 11_000, 12_000),
        ("B", 20_000, 21_000),
        ("C", 22_000, 24_000),
        ("D", 24_000, 25_000),
    ]


def test_ttml_text_speakers_and_lines() -> None:
    head = '<head><metadata><ttm:agent xml:id="a"><ttm:name>Ann</ttm:name></ttm:agent></metadata></head>'
    body = (
        '<div><p begin="1s" end="2s" ttm:agent="a">Hello <span>there</span>,<br/>\n  you &amp; me.</p>\n'
        '<p begin="3s" end="5s">All <span begin="1s" end="2s">late</span></p><p begin="6s"> </p></div>'
    )
    assert shape(from_ttml(body, head=head)) == [
        (4, 1000, 2000, "Ann", "Hello there,\nyou & me."),
        (6, 3000, 5000, None, "All"),
        (6, 4000, 5000, None, "late"),
    ]


def test_ttml_written_by_pysubs2_reads_as_the_subtitles_it_was_made_from(tmp_path: Path) -> None:
    source = shared_data("media", "mdn", "friday.vtt")
    expected = vtt.read(source.read_text(encoding="utf-8"), file="")
    path = tmp_path / "friday.ttml"
    pysubs2.load(str(source)).save(str(path), format_="ttml")
    assert detect(path).format == "ttml"
    cues = read_cues(path, file="a")
    assert {(cue.span.start_ms, cue.span.end_ms) for cue in cues} == {
        (c.span.start_ms, c.span.end_ms) for c in expected
    }
    words = {word for cue in cues for word in cue.text.split()}
    assert len({word for cue in expected for word in cue.text.split()} - words) <= 2


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<tt><body><div><p begin='soon'>x</p></div></body></tt>", "'soon' is no time"),
        (b"<tt><body><div><p begin='99999999h'>x</p></div></body></tt>", "later than any film"),
        (b"<tt><body/></tt>", "holds no subtitle"),
        (b"<tt/>", "holds no subtitle"),
        (b"<html/>", "no Timed Text"),
        (b"<tt><body><div><p begin='1s'>x", "no whole XML"),
        (b'<!DOCTYPE tt [<!ENTITY a "x">]><tt/>', "declares a document type"),
        (b"", "no whole XML"),
    ],
)
def test_ttml_that_is_broken_or_dangerous_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as error:
        ttml.read_bytes(data, file="a.ttml")
    assert "a.ttml" in str(error.value)


_attributes = st.sampled_from(
    ["begin='1s'", "end='2s'", "dur='00:00:01:05'", "begin='1t'", "agent='#x'", "timeContainer='seq'", ""]
)
_leaf = st.one_of(st.sampled_from(["x", "<br/>", "&amp;", " ", "NAME: y"]), st.just("<span begin='1s'>z</span>"))
_elements = st.builds(
    lambda name, attribute, inner: f"<{name} {attribute}>{''.join(inner)}</{name}>",
    st.sampled_from(["div", "p", "span", "region"]),
    _attributes,
    st.lists(_leaf, max_size=3),
)


@given(st.lists(_elements, max_size=6), st.binary(max_size=5))
def test_any_ttml_is_read_or_refused(elements: list[str], garbage: bytes) -> None:
    body = "".join(elements)
    for inner in (f"<div>{body}</div>".encode(), body.encode(), body.encode() + garbage):
        with contextlib.suppress(HooklineError):
            assert all(cue.text for cue in ttml.read_bytes(b"<tt><body>" + inner + b"</body></tt>", file="a"))
