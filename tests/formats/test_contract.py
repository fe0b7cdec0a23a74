"""What every script and subtitle format owes, whichever it is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hookline import formats
from hookline.formats import FORMATS, KINDS, WRITERS, read_cues, read_script
from hookline.model.errors import BadInput, HooklineError, Unreadable
from tests.formats import made
from tests.formats.made import PAGE
from tests.formats.test_docx import INDENTED
from tests.shared import REPOSITORY

LOST = "INT. HALL - DAY\nLin waits by the door.\nLIN\nYou came.\nMEI\nI did.\nLIN\nWhy now?\n" * 4
MINE = [name for name, (kind, _) in FORMATS.items() if kind in ("script", "subtitles")]
GOOD: dict[str, bytes] = {
    "fountain": b"INT. HALL - DAY\n\nLIN\nYou came.\n\nMEI\nI did.\n",
    "plain": LOST.encode(),
    "chinese": "1-1 日 内 客厅\n△雨。\n马一花：走！\n".encode(),
    "fdx": b'<FinalDraft><Content><Paragraph Type="Action"><Text>Rain.</Text></Paragraph></Content></FinalDraft>',
    "docx": made.docx(INDENTED),
    "pdf": made.pdf([made.typed(PAGE)]),
    "srt": b"1\n00:00:01,000 --> 00:00:02,000\nHi.\n",
    "vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi.\n",
    "ass": b"[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Hi.\n",
    "ttml": b"<tt><body><div><p begin='1s' end='2s'>Hi.</p></div></body></tt>",
}


def read(path: Path, name: str) -> object:
    if name == "pdf":
        pytest.importorskip("pypdf", reason="pypdf is not installed: the extra scripts")
    reader = read_script if FORMATS[name][0] == "script" else read_cues
    return reader(path, file=path.name, format=name)


def read_or_message(path: Path, name: str) -> bool:
    """Whether the file is read, or refused with its name."""
    try:
        return read(path, name) is not None
    except HooklineError as error:
        return path.name in str(error)


def test_every_format_is_here() -> None:
    assert set(GOOD) == set(MINE)


@pytest.mark.parametrize("name", MINE)
def test_it_has_what_the_registry_asks_and_knows_its_own(name: str, tmp_path: Path) -> None:
    chosen = formats.module(name)
    assert FORMATS[name][0] == chosen.KIND
    assert chosen.KIND in KINDS
    assert chosen.TITLE
    assert hasattr(chosen, "read") != hasattr(chosen, "read_bytes")
    path = tmp_path / "no-suffix"
    path.write_bytes(GOOD[name])
    assert formats.detect(path).format == name
    assert read(path, name)


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize(
    "content",
    [b"", b"\0\1\2\3" * 50, b"\x89PNG\r\n\x1a\n\0\0" * 9, b"PK\x03\x04" + b"\0" * 30],
    ids=["empty", "NUL", "PNG", "zip"],
)
def test_what_is_not_its_own_is_refused_with_the_name_of_the_file(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "wrong.bin"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"wrong\.bin"):
        read(path, name)


@pytest.mark.parametrize("name", MINE)
def test_a_cut_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.bin"
    for share in (0.25, 0.5, 0.9):
        path.write_bytes(GOOD[name][: int(len(GOOD[name]) * share)])
        assert read_or_message(path, name)


@pytest.mark.parametrize("name", MINE)
def test_a_file_that_is_too_large_is_refused_unread(name: str, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    begin = time.process_time()
    with pytest.raises(Unreadable, match="larger than a script"):
        read(path, name)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("name", ["fdx", "ttml", "ass"])
def test_fifty_megabytes_are_read_or_refused_in_time(name: str, tmp_path: Path) -> None:
    one = {
        "fdx": b'<Paragraph Type="Action"><Text>Rain on the roof.</Text></Paragraph>\n',
        "ttml": b"<p begin='1s' end='2s'>Rain on the roof.</p>\n",
        "ass": b"Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,Rain on the roof.\n",
    }[name]
    head, tail = GOOD[name].split({"fdx": b"<Paragraph", "ttml": b"<p ", "ass": b"Dialogue"}[name])[0], b""
    path = tmp_path / "big"
    path.write_bytes(head + one * (50_000_000 // len(one)) + tail)
    begin = time.process_time()
    with pytest.raises(Unreadable, match=r"larger or deeper|more than"):
        read(path, name)
    assert time.process_time() - begin < 10


def test_the_formats_are_documented() -> None:
    page = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
    assert not [name for name in (*MINE, *WRITERS) if f"`{name}`" not in page]
