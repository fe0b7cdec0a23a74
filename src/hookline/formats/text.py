"""Bytes to text: which encoding a file is in, said out loud; binary files are refused.

A byte order mark decides.  Without one, NUL bytes mean UTF-16 or a binary file; then strict UTF-8,
and what is left is Windows-1252 (a lone high byte here and there, as in ``it's`` typed in Word) or
GB18030 (high bytes side by side, as in any Chinese text).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from hookline.model.errors import Unreadable

MAX_BYTES = 64 * 1024 * 1024

_MARKS = (  # UTF-32 before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"gb18030": "GB18030", "cp1252": "Windows-1252"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f\ufffe\uffff]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROL_SHARE = 0.001  # a stray control character is a flaw of the text, more of them make it binary
_MEND = "save it as plain text in UTF-8"


@dataclass(frozen=True, slots=True)
class Decoded:
    r"""A file's text with ``\n`` line ends, and how it was decoded."""

    text: str
    encoding: str
    note: str = ""  # "" where it was plain UTF-8


def read_text(path: Path) -> Decoded:
    """The text of a file; ``Unreadable`` when it is binary, larger than 64 MiB or can't be opened."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(
                f"is larger than a script or a subtitle file can be ({size:,} bytes, at most {MAX_BYTES:,})",
                where=str(path),
                mend="split it, or check that it is the right file",
            )
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    return decode(data, where=str(path))


def decode(data: bytes, *, where: str = "", whole: bool = True) -> Decoded:
    """Text of bytes; ``whole=False`` for the head of a file, which may end inside a character.

    >>> decode("场景".encode("gb18030")).note
    'read as GB18030'
    """
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", ""))
    encoding = encoding or _guess(data, whole=whole)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data[len(mark) :], whole)
    except UnicodeDecodeError as error:
        name = _NAMES.get(encoding, encoding.upper())
        raise Unreadable(f"is not text: neither UTF-8, UTF-16 nor {name}", where=where, mend=_MEND) from error
    if len(_CONTROL.findall(text)) > len(text) * _CONTROL_SHARE or (not mark and _is_chance(text, encoding)):
        raise Unreadable("is a binary file, not text", where=where, mend=_MEND)
    note = "" if encoding == "utf-8" else f"read as {_NAMES.get(encoding, encoding.upper())}"
    return Decoded(normal_newlines(text), encoding, note)


def peek(head: bytes) -> str | None:
    """The text of a file's first bytes for recognition; None when they are no text."""
    try:
        return decode(head, whole=False).text
    except Unreadable:
        return None


def normal_newlines(text: str) -> str:
    r"""Text whose lines end in ``\n`` alone, without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _guess(data: bytes, *, whole: bool) -> str:
    if b"\0" in data:
        return _utf16_order(data)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, whole)
    except UnicodeDecodeError:
        return "cp1252" if _high_bytes_stand_alone(data) else "gb18030"
    return "utf-8"


def _utf16_order(data: bytes) -> str:
    """Latin letters, spaces and line ends of UTF-16 put their NUL on one side."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    return "utf-16-le" if odd >= even else "utf-16-be"


def _is_chance(text: str, encoding: str) -> bool:
    """Whether UTF-16 was guessed for bytes that are none: real text has spaces or line ends."""
    return encoding.startswith("utf-16") and " " not in text and "\n" not in text


def _high_bytes_stand_alone(data: bytes) -> bool:
    runs = [len(run) for run in _HIGH.findall(data)]
    return sum(length == 1 for length in runs) > 0.8 * sum(runs)
