"""Video files, known by their first bytes.  What is inside one is for ``hookline.media`` to say."""

from __future__ import annotations

from pathlib import PurePath

from hookline.formats import Match

KIND = "video"
TITLE = "Video"

_EBML = b"\x1a\x45\xdf\xa3"
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1")  # pictures in the same box format
_SOUND_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_MOVIE_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # QuickTime files older than `ftyp`
_TS_PACKET = 188


def recognise(name: str, head: bytes) -> Match | None:
    """How sure, from magic bytes alone; a file's name only settles what bytes leave open."""
    for check in (_mp4, _matroska, _riff, _mpeg, _transport, _flash):
        match = check(name, head)
        if match is not None:
            return match
    return None


def _mp4(name: str, head: bytes) -> Match | None:
    box, brand = head[4:8], head[8:12]
    if box == b"ftyp" and brand not in _STILL_BRANDS + _SOUND_BRANDS:
        return Match(0.98, f"starts with an MP4/QuickTime header, brand {brand.decode('latin-1').strip()!r}")
    if box in _MOVIE_BOXES and PurePath(name).suffix.lower() in (".mov", ".qt", ".mp4"):
        return Match(0.9, f"starts with a QuickTime {box.decode()!r} box")
    return None


def _matroska(name: str, head: bytes) -> Match | None:
    if not head.startswith(_EBML):
        return None
    if b"webm" in head[:64]:
        return Match(0.98, "starts with a WebM header")
    return Match(0.97, "starts with a Matroska header")


def _riff(name: str, head: bytes) -> Match | None:
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Match(0.98, "starts with an AVI header")
    return None


def _mpeg(name: str, head: bytes) -> Match | None:
    if head[:4] in (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"):
        return Match(0.97, "starts with an MPEG pack or sequence header")
    return None


def _transport(name: str, head: bytes) -> Match | None:
    synced = len(head) > 3 * _TS_PACKET and all(head[i * _TS_PACKET] == 0x47 for i in range(4))
    if synced and b"\xff" in head[: 4 * _TS_PACKET]:  # padding; text, where 0x47 is a G, has none
        return Match(0.95, "holds MPEG transport stream packets")
    return None


def _flash(name: str, head: bytes) -> Match | None:
    return Match(0.95, "starts with an FLV header") if head[:4] == b"FLV\x01" else None
