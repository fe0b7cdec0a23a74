from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.formats import text as reading
from hookline.formats.text import decode, peek, read_text
from hookline.model.errors import Unreadable

CHINESE = "1-1 日 内 客厅\n人物：马一花\n△水泥地操场。\n马一花：（怒）闭嘴！\n"
ENGLISH = "INT. OFFICE - DAY\n\nLIN TIAN\nIt's over.\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "note"),
    [
        ("utf-8", b"", ""),
        ("utf-8", b"\xef\xbb\xbf", ""),
        ("gb18030", b"", "read as GB18030"),
        ("utf-16-le", b"\xff\xfe", "read as UTF-16-LE"),
        ("utf-16-be", b"\xfe\xff", "read as UTF-16-BE"),
        ("utf-16-le", b"", "read as UTF-16-LE"),
        ("utf-16-be", b"", "read as UTF-16-BE"),
        ("utf-32-le", b"\xff\xfe\0\0", "read as UTF-32-LE"),
        ("utf-32-be", b"\0\0\xfe\xff", "read as UTF-32-BE"),
    ],
)
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_every_encoding_gives_the_same_text(text: str, encoding: str, mark: bytes, note: str) -> None:
    decoded = decode(mark + text.encode(encoding))
    assert decoded.text == text
    plain_ascii = text.isascii() and encoding == "gb18030"  # then the bytes are UTF-8 too
    assert decoded.note == ("" if plain_ascii else note)


def test_word_s_quotes_are_windows_1252_and_not_chinese() -> None:
    decoded = decode("It’s “over” — he’s gone…\n".encode("cp1252"))
    assert decoded.text == "It’s “over” — he’s gone…\n"
    assert decoded.note == "read as Windows-1252"


def test_line_ends_become_one_kind() -> None:
    assert decode(b"a\r\nb\rc\n").text == "a\nb\nc\n"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0" * 50,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        bytes(range(256)) * 20,
        b"%PDF-1.4\n" + bytes([0x80, 0xFF, 0x00, 0x01]) * 100,
        b"\xff" * 100,
    ],
)
def test_binary_is_refused_with_a_way_out(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        decode(data, where="a.docx")
    assert "a.docx" in str(error.value)
    assert "UTF-8" in str(error.value)
    assert peek(data) is None


def test_a_head_may_end_inside_a_character() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = CHINESE.encode(encoding)
        assert [peek(data[:size]) is not None for size in range(20, 40)] == [True] * 20
    with pytest.raises(Unreadable):
        decode("客厅".encode()[:-1] + b"\xff\xff")


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.txt"
    path.write_text("x" * 101)
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    with pytest.raises(Unreadable, match="larger than"):
        read_text(path)
    monkeypatch.setattr(reading, "MAX_BYTES", 101)
    assert len(read_text(path).text) == 101


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="can't be opened"):
        read_text(tmp_path / "none.txt")


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    head = peek(data)
    try:
        decoded = decode(data)
    except Unreadable:
        return
    assert "\r" not in decoded.text
    assert head is not None


@given(st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cs", "Cn")), max_size=200))
def test_utf8_always_comes_back_whole(text: str) -> None:
    assert decode(text.encode()).text == text.removeprefix("\ufeff").removeprefix("\ufeff")
