from __future__ import annotations

from pathlib import Path

import pysubs2
import pytest
from hypothesis import given

from hookline.formats import read_cues, srt, vtt
from hookline.formats.subtitles import TIMING
from hookline.model.errors import HooklineError, Unreadable
from hookline.model.script import Cue
from hookline.model.span import Span
from tests.formats.strategies import subtitle_files
from tests.shared import shared_data


def shape(cues: tuple[Cue, ...]) -> list[tuple[int, int, int, str | None, str]]:
    return [(cue.source.line, cue.span.start_ms, cue.span.end_ms, cue.speaker, cue.text) for cue in cues]


def said(text: str) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in srt.read(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n", file="a.srt")]


def test_srt_cues_keep_the_line_of_their_timing() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,500\nHello\nthere.\n\n"
        "3\n00:00:09,000 --> 00:00:10,000\nLater.\n\n"
        "2\n00:00:05,000 --> 00:00:06,000\nEarlier.\n"
    )
    cues = srt.read(text, file="subtitles/a.srt")
    assert shape(cues) == [
        (2, 1000, 2500, None, "Hello\nthere."),
        (7, 9000, 10000, None, "Later."),
        (11, 5000, 6000, None, "Earlier."),
    ]
    assert str(cues[1].source) == "subtitles/a.srt:7"


def test_srt_without_empty_lines_without_counters_and_with_numbers_said() -> None:
    counted = "1\n00:00:01,000 --> 00:00:02,000\nCount:\n3\n2\n00:00:03,000 --> 00:00:04,000\n4\n"
    assert shape(srt.read(counted, file="a")) == [(2, 1000, 2000, None, "Count:\n3"), (6, 3000, 4000, None, "4")]
    bare = "00:00:01,000 --> 00:00:02,000\nCount:\n3\n00:00:03,000 --> 00:00:04,000\nDone.\n"
    assert shape(srt.read(bare, file="a")) == [(1, 1000, 2000, None, "Count:\n3"), (4, 3000, 4000, None, "Done.")]
    spaced = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\nTwo.\n\n2\n00:00:03,000 --> 00:00:04,000\nDone.\n"
    assert [cue.text for cue in srt.read(spaced, file="a")] == ["One.\nTwo.", "Done."]


@pytest.mark.parametrize(
    ("timing", "start_ms", "end_ms"),
    [
        ("00:00:01,000 --> 00:00:02,500", 1000, 2500),
        ("0:0:1.5 --> 0:0:2.25", 1500, 2250),
        ("00:01,000 --> 00:02,000", 1000, 2000),
        ("00:00:01 --> 00:00:02", 1000, 2000),
        ("  00:00:01,000-->00:00:02,000  X1:10 X2:20", 1000, 2000),
        ("123:00:01,000 --> 123:00:02,000", 442801000, 442802000),
        ("00:00:05,000 --> 00:00:02,000", 5000, 5000),
        ("00:00:05,000 --> 00:00:05,000", 5000, 5000),
        ("-00:00:01,000 --> 00:00:02,000", 0, 2000),
    ],
)
def test_times(timing: str, start_ms: int, end_ms: int) -> None:
    for module in (srt, vtt):
        (cue,) = module.read(f"WEBVTT\n\n{timing}\nHello.\n", file="a")
        assert cue.span == Span(start_ms, end_ms)


@pytest.mark.parametrize(
    "timing",
    ["00:00:0x,000 --> 00:00:02,000", "00:00:01,000 --> later", "1:2:3:4 --> 5", "00:00:01,000 --> 00:00:02:000"],
)
def test_a_broken_timing_line_is_named(timing: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n{timing}\nThere.\n"
    with pytest.raises(Unreadable) as error:
        srt.read(text, file="a.srt")
    assert "a.srt:6" in str(error.value)


@pytest.mark.parametrize("text", ["", "Just prose.\n", "WEBVTT\n\nNOTE nothing\n", "1\n2\n3\n"])
def test_a_file_without_cues_is_refused(text: str) -> None:
    for module in (srt, vtt):
        with pytest.raises(Unreadable, match="holds no subtitle"):
            module.read(text, file="a")


WEBVTT = """\
WEBVTT - Title
X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0

STYLE
::cue { color: red }

NOTE the first
00:00 is not a time

intro
00:01.000 --> 00:02.000 align:start position:10%
<v Ann Lee>Hello &amp; <c.loud>welcome</c></v>
<v Bob>Hi</v>

NOTE
between two cues

00:00:03.000 --> 00:00:04.000
<00:00:03.200>karaoke <00:00:03.600>text
00:00:05.000 --> 00:00:06.000
no empty line above
"""


def test_webvtt_blocks_settings_and_voices() -> None:
    assert shape(vtt.read(WEBVTT, file="a.vtt")) == [
        (11, 1000, 2000, "Ann Lee", "Hello & welcome"),
        (11, 1000, 2000, "Bob", "Hi"),
        (18, 3000, 4000, None, "karaoke text"),
        (20, 5000, 6000, None, "no empty line above"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<i>Hello</i> <b>there</b>", [(None, "Hello there")]),
        ('<font color="#ff0000">Red</font>', [(None, "Red")]),
        ("{\\an8}Up here", [(None, "Up here")]),
        ("3 < 4 and {really}", [(None, "3 < 4 and {really}")]),
        ("From 00:00:01,000 to 00:00:02,000", [(None, "From 00:00:01,000 to 00:00:02,000")]),
        ("♪ La la ♪", [(None, "♪ La la ♪")]),
        ("AT&amp;T &lt;3 R&D", [(None, "AT&T <3 R&D")]),
        ("ANN: Hello\nthere.", [("ANN", "Hello\nthere.")]),
        ("ANN: Hello.\nBOB: Hi.", [("ANN", "Hello."), ("BOB", "Hi.")]),
        ("[ANN]: Hello.", [("ANN", "Hello.")]),
        ("MR. GU: Hello.", [("MR. GU", "Hello.")]),
        ("- Hello.\n- Hi.", [(None, "Hello."), (None, "Hi.")]),
        ("Hello.\n- Hi.", [(None, "Hello."), (None, "Hi.")]),
        ("- ANN: Hello.\n- BOB: Hi.", [("ANN", "Hello."), ("BOB", "Hi.")]),
        ("-5 degrees", [(None, "-5 degrees")]),
        ("林晚：站住！", [("林晚", "站住！")]),
        ("字幕：张三", [(None, "字幕：张三")]),
        ("Look: a bird.", [(None, "Look: a bird.")]),
        ("See https://example.org: it", [(None, "See https://example.org: it")]),
        ("It is 10:30 now", [(None, "It is 10:30 now")]),
    ],
)
def test_texts_and_speakers(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert said(text) == expected


def test_a_name_in_mixed_case_must_come_twice() -> None:
    block = "00:00:0{0},000 --> 00:00:0{0},500\n{1}\n\n"
    text = block.format(1, "Ann: Hello.") + block.format(2, "Look: a bird.") + block.format(3, "Ann: Bye.")
    assert [cue.speaker for cue in srt.read(text, file="a")] == ["Ann", None, "Ann"]


def test_a_cue_without_text_is_left_out() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nHello.\n"
    assert [cue.source.line for cue in srt.read(text, file="a")] == [5]


@given(subtitle_files)
def test_any_text_gives_cues_at_timing_lines_or_a_reason(text: str) -> None:
    rows = text.split("\n")
    for module in (srt, vtt):
        try:
            cues = module.read(text, file="a")
        except HooklineError:
            continue
        assert all(TIMING.match(rows[cue.source.line - 1]) for cue in cues)
        assert all(cue.text.strip() for cue in cues)


TIME = "00:00:01,000 --> 00:00:02,000\n"
HUGE = (
    TIME + "<a" * 500_000, TIME + "{\\" * 1_000_000, f"1\n{TIME}hi\n\n" * 5_000, TIME + "\n" * 2_000_000,
    TIME + "1" * 1_000_000, "-->" * 1_000_000 + "\n" + TIME + "x", TIME + "A: " * 300_000, TIME + "<v a>" * 100_000,
    TIME + "&a" * 300_000, TIME + "- a\n" * 20_000,
)  # fmt: skip


@pytest.mark.parametrize("text", HUGE, ids=lambda text: repr(text[-6:]))
def test_a_huge_file_is_read_in_bounded_work(text: str) -> None:
    for module in (srt, vtt):
        assert sum(len(cue.text) for cue in module.read(text, file="a")) <= len(text)


# --- real subtitles -------------------------------------------------------------------------------


def real_files() -> list[Path]:
    found = [*shared_data("media").rglob("*"), *shared_data("production", "elephants-dream-captions").rglob("*")]
    return sorted(path for path in found if path.suffix in (".srt", ".vtt"))


def test_every_real_file_against_its_own_lines() -> None:
    """Every cue's source line holds its times, every line of text under it is in its text, none is lost."""
    assert len(real_files()) > 20
    for path in real_files():
        rows = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").split("\n")
        cues = read_cues(path, file=path.name)
        timings = [number for number, row in enumerate(rows, start=1) if "-->" in row]
        assert sorted({cue.source.line for cue in cues}) == timings, path.name
        for cue in cues:
            text = pysubs2.SSAEvent(text=cue.text).plaintext.split("\n")[0]
            below = "\n".join(rows[cue.source.line : cue.source.line + 4]).replace("&nbsp;", "\u00a0")
            assert text in below.replace("<i>", "").replace("</i>", ""), (path.name, cue)


def test_real_times_agree_with_pysubs2_alone() -> None:
    for path in real_files():
        theirs = {(event.start, event.end) for event in pysubs2.load(str(path), format_=path.suffix[1:])}
        ours = {(cue.span.start_ms, cue.span.end_ms) for cue in read_cues(path, file=path.name)}
        assert ours == theirs, path.name
