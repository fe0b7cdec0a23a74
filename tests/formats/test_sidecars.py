"""Captions written as sidecars and read again by our readers and by pysubs2."""

from __future__ import annotations

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.formats import ass, srt, ttml, vtt
from hookline.formats.write_subtitles import SUFFIXES, Screen, write
from hookline.model.cut import Caption, Word
from hookline.model.errors import BadInput
from hookline.model.platform import Box
from hookline.model.script import Cue
from hookline.model.span import Span

SCREEN = Screen(1080, 1920, Box(65, 269, 930, 1248))


def read_again(data: bytes, format: str) -> tuple[Cue, ...]:
    if format == "ttml":
        return ttml.read_bytes(data, file="a.ttml")
    return {"srt": srt.read, "vtt": vtt.read, "ass": ass.read}[format](data.decode(), file=f"a{SUFFIXES[format]}")


CAPTIONS = (
    Caption(
        Span(1_000, 2_400),
        ("Keep your name, Owen.", "I was only borrowing it."),
        "Nell",
        (
            Word(Span(1_000, 1_400), "Keep"),
            Word(Span(1_400, 1_600), "your"),
            Word(Span(1_600, 1_800), "name,"),
            Word(Span(1_800, 1_900), "Owen."),
            Word(Span(1_900, 2_000), "I"),
            Word(Span(2_000, 2_100), "was"),
            Word(Span(2_100, 2_200), "only"),
            Word(Span(2_200, 2_300), "borrowing"),
            Word(Span(2_300, 2_400), "it."),
        ),
    ),
    Caption(Span(2_500, 3_900), ("十一年前，我亲手葬了我妈。", "那我埋的，到底是谁？")),
    Caption(Span(3_661_000, 3_662_000), ("<b> & {x}",)),
)


@pytest.mark.parametrize("format", SUFFIXES)
def test_sidecars_are_read_again_with_the_same_times_and_words(format: str) -> None:
    cues = read_again(write(CAPTIONS, format=format, language="en", screen=SCREEN), format)
    assert [(cue.span.start_ms, cue.span.end_ms) for cue in cues] == [
        (c.span.start_ms, c.span.end_ms) for c in CAPTIONS
    ]
    assert [cue.text for cue in cues[:2]] == ["\n".join(c.lines) for c in CAPTIONS[:2]]
    if format in ("vtt", "ass"):
        assert cues[0].speaker == "Nell"


@pytest.mark.parametrize("format", ["srt", "vtt", "ass"])
def test_pysubs2_reads_the_same_cues(format: str) -> None:
    text = write(CAPTIONS, format=format, language="en", screen=SCREEN).decode()
    read = pysubs2.SSAFile.from_string(text, format_=format)
    assert [(event.start, event.end) for event in read] == [(c.span.start_ms, c.span.end_ms) for c in CAPTIONS]
    assert [event.plaintext for event in read][1] == "\n".join(CAPTIONS[1].lines)


def test_substation_names_the_picture_and_keeps_out_of_the_buttons() -> None:
    text = write(CAPTIONS, format="ass", language="en", screen=SCREEN).decode()
    read = pysubs2.SSAFile.from_string(text, format_="ass")
    style = read.styles["Default"]
    assert (read.info["PlayResX"], read.info["PlayResY"]) == ("1080", "1920")
    assert (style.marginl, style.marginr, style.marginv) == (65, 150, 672)
    karaoke = [int(part.split("}")[0]) for part in read[0].text.split("{\\k")[1:]]
    assert karaoke == [40, 20, 20, 10, 10, 10, 10, 10, 10]


def test_words_have_their_times_in_webvtt() -> None:
    text = write(CAPTIONS[:1], format="vtt", language="en", screen=SCREEN).decode()
    assert "<v Nell>Keep <00:00:01.400>your" in text
    assert "line:65.0%,end position:46.1%,center size:80.1%" in text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(BadInput, match="can't be written as 'doc'"):
        write(CAPTIONS, format="doc", language="en", screen=SCREEN)


LINES = st.text(st.characters(codec="utf-8", categories=["L", "Nd", "Po", "Sm"]), min_size=1, max_size=30).filter(
    lambda text: any(char.isalpha() for char in text)
)


@given(
    st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(1, 5_000), st.lists(LINES, min_size=1, max_size=2)), max_size=6
    )
)
def test_timed_text_holds_any_words(entries: list[tuple[int, int, list[str]]]) -> None:
    at, captions = 0, []
    for gap, length, lines in entries:
        captions.append(Caption(Span(at + gap, at + gap + length), tuple(lines)))
        at += gap + length
    if not captions:
        return
    cues = read_again(write(captions, format="ttml", language="en", screen=SCREEN), "ttml")
    assert {(cue.span.start_ms, cue.span.end_ms) for cue in cues} == {
        (c.span.start_ms, c.span.end_ms) for c in captions
    }
