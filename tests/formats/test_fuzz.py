"""Whatever the bytes, a reader gives a value or an error of ours, in work that grows with the file.

``HOOKLINE_FUZZ=100`` multiplies the examples for a long run offline.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.formats import FORMATS, detect, module, read_cues, read_script
from hookline.formats.text import decode
from hookline.model.errors import HooklineError
from tests.formats.made_exports import EXPORTS, META_ROW, TIKTOK_ROW
from tests.formats.test_contract import GOOD as CONTRACT

TIMES = int(os.environ.get("HOOKLINE_FUZZ", "1"))
GOOD = {**CONTRACT, **{name: text.encode() for name, text in EXPORTS.items()}}
MINE = [name for name, (kind, _) in FORMATS.items() if kind in ("script", "subtitles", "curve")]
SLOW = {"pdf": 12, "docx": 25}

SPLICES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"9" * 400, b"-" * 3_000, b"<" * 500, b"(" * 2_000, b"[[" * 900, b"&#x110000;",
    b"00:00:01,000 --> 00:00:02,000\n", b"99999999999:99:99,999 --> 0\n", b"Dialogue: " + b"," * 300,
    "第999999999999999999999集\n".encode(), "第零〇万亿集\n".encode("gb18030"), b"# EPISODE " + b"9" * 5_000 + b"\n",
    b"<p begin='1e9s' end='-1s'>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"]]>", b"\r\r\n", b"\xed\xa0\x80", b"\xe2\x80\xae",
    b"INT. " + b"A" * 3_000 + b"\n", b"{\\p1}" * 200,
    "1-1 日 内 ".encode("utf-16"), b"<v " + b"a." * 900 + b">", b"\x1b[31m",
)  # fmt: skip


def read(name: str, data: bytes) -> object:
    """Read as the registry does, from bytes."""
    chosen = module(name)
    chosen.recognise(f"x.{name}", data[:65_536])
    if hasattr(chosen, "read_bytes"):
        return chosen.read_bytes(data, file="x")
    text = decode(data, where="x").text
    if chosen.KIND == "curve":
        return chosen.read(text, file="x", episode=1)
    return chosen.read(text, file="x")


def held(name: str, data: bytes) -> None:
    """A value, or an error of ours that names the file."""
    if name == "pdf":
        pytest.importorskip("pypdf", reason="pypdf is not installed: the extra scripts")
    assert _read_or_named(lambda: read(name, data))


def _read_or_named(reading: Callable[[], object]) -> bool:
    try:
        return reading() is not None
    except HooklineError as error:
        return "x" in error.where


def damaged(good: bytes, seed: int) -> bytes:
    """A good file with one to five things done to it."""
    chance = random.Random(seed)
    data = bytearray(good)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.randint(1, 60))
        way = chance.randrange(6)
        if way == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            del data[at:]
        elif way == 2:
            del data[at:to]
        elif way == 3:
            data[at:at] = chance.choice(SPLICES)
        elif way == 4:
            data[at:at] = data[at:to] * chance.randint(2, 40)
        else:
            data[at:at] = chance.randbytes(chance.randint(1, 20))
    return bytes(data)


@pytest.mark.parametrize("name", MINE)
def test_any_bytes_are_read_or_refused(name: str) -> None:
    @settings(max_examples=25 * TIMES, deadline=None, database=None)
    @given(st.binary(max_size=400))
    def holds(data: bytes) -> None:
        held(name, data)

    holds()


@pytest.mark.parametrize("name", MINE)
def test_any_text_is_read_or_refused(name: str) -> None:
    @settings(max_examples=25 * TIMES, deadline=None, database=None)
    @given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "gb18030", "utf-32"]))
    def holds(text: str, encoding: str) -> None:
        held(name, text.encode(encoding, errors="replace"))

    holds()


@pytest.mark.parametrize("name", MINE)
def test_any_damage_is_read_or_refused(name: str) -> None:
    @settings(max_examples=SLOW.get(name, 50) * TIMES, deadline=None, database=None)
    @given(st.integers(0, 2**64))
    def holds(seed: int) -> None:
        held(name, damaged(GOOD[name], seed))

    holds()


GROWING: dict[str, Callable[[int], bytes]] = {
    "fountain": lambda n: b"INT. A\n\nANN\n(b)\nHi [[x\n\n/*\n" * n,
    "plain": lambda n: b"INT. HALL - DAY\nANN\nHi there (\n" * n,
    "chinese": lambda n: "1-1 日 内 客厅\n人物：（（【\n△（雨\n马一花：（（走\n".encode() * n,
    "srt": lambda n: b"1\n00:00:01,000 --> 00:00:02,000\n<i {\\b1 <v a> Ann: - x\n\n" * n,
    "vtt": lambda n: b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n<c <c.<v a &amp &lt; {\\\n\n" * n,
    "ass": lambda n: b"[Events]\n" + b"Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\\p1}{{{m 0\n" * n,
    "fdx": lambda n: (
        b"<FinalDraft><Content>"
        + b'<Paragraph Type="Action"><Text>R</Text></Paragraph>' * n
        + b"</Content></FinalDraft>"
    ),
    "ttml": lambda n: b"<tt><body><div>" + b"<p begin='1s' end='2s'>H<br/>i</p>" * n + b"</div></body></tt>",
    "youtube-retention": lambda n: EXPORTS["youtube-retention"].encode() + b"99,50.50\n" * n,
    "youtube-views": lambda n: b"Geography,Views\n" + b"US,1\n" * n,
    "meta-video": lambda n: json.dumps([META_ROW] * n).encode(),
    "tiktok-video": lambda n: json.dumps([TIKTOK_ROW] * n).encode(),
}
ONE_LINE: dict[str, bytes] = {
    "spaces": b" ", "stars": b"*", "underscores": b"_a", "brackets": b"(", "notes": b"[[", "tags": b"<i",
    "braces": b"{\\",
    "colons": b"a:", "arrows": b"-->", "digits": b"1", "names": b"ANN ",
    "Han": "（".encode(), "heads": "第1集".encode(),
}  # fmt: skip


def steps(name: str, data: bytes) -> int:
    """Calls that reading makes: work that no other process can slow down."""
    count = 0

    def counting(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        held(name, data)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", GROWING)
def test_work_grows_with_the_file(name: str) -> None:
    made = GROWING[name]
    held(name, made(5))
    little, much = steps(name, made(40)), steps(name, made(320))
    assert much < 8 * little * 1.5 + 5_000


@pytest.mark.parametrize("text", ONE_LINE, ids=list(ONE_LINE))
@pytest.mark.parametrize("name", [name for name in MINE if name not in ("pdf", "docx", "fdx", "ttml")])
def test_one_long_line_backtracks_nowhere(name: str, text: str) -> None:
    data = GOOD[name] + ONE_LINE[text] * (20_000 // len(ONE_LINE[text])) + b"\n"
    began = time.process_time()
    held(name, data)
    assert time.process_time() - began < 3  # takes some hundredths


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_a_million_cues_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"many.{name}"
    head = b"WEBVTT\n\n" if name == "vtt" else b""
    path.write_bytes(head + b"00:01.000 --> 00:02.000\na\n\n" * 1_000_000)
    with pytest.raises(HooklineError, match=r"more than 100,000 subtitles"):
        read_cues(path, file="x", format=name)


@pytest.mark.parametrize("name", ["fountain", "plain", "chinese"])
@pytest.mark.parametrize("made", [b"INT. HALL - DAY\n", b"a" * 70_000 + b"\n"], ids=["lines", "long lines"])
def test_fifty_megabytes_of_script_are_refused_in_time(name: str, made: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"big.{name}"
    path.write_bytes(made * (50_000_000 // len(made)))
    began = time.process_time()
    with pytest.raises(HooklineError, match=r"big\..*longer than a script can be"):
        read_script(path, file="x", format=name)
    assert time.process_time() - began < 5


def test_a_file_is_never_taken_for_something_by_crashing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for seed in range(60 * TIMES):
        name = MINE[seed % len(MINE)]
        path.write_bytes(damaged(GOOD[name], seed) or b"x")
        assert _read_or_named(lambda: read_script(path, file="x") if detect(path).kind == "script" else path)


@pytest.mark.parametrize("name", MINE)
def test_the_command_line_refuses_in_words(name: str, tmp_path: Path) -> None:
    series, bad = tmp_path / "series", tmp_path / f"ep01.{name}"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3)
    call = [sys.executable, "-m", "hookline"]
    subprocess.run([*call, "new", series], check=True, capture_output=True)
    before = sorted(path for path in series.rglob("*") if ".hookline" not in path.parts)
    done = subprocess.run([*call, "import", series, bad, "--format", name], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert bad.name in done.stderr
    assert sorted(path for path in series.rglob("*") if ".hookline" not in path.parts) == before
