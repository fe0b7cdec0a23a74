"""Audience retention as YouTube exports it: share of the video against share of views.

YouTube Studio's CSV (``Video position (%)``, ``Absolute audience retention (%)``, sometimes a relative
column beside them) and the Analytics API's report (``elapsedVideoTimeRatio``, ``audienceWatchRatio``).
The curve counts views of a moment for each view started: it may exceed 1 where viewers watch again, and
it is worldwide even where a country was chosen.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from hookline.formats import Match
from hookline.model.curve import PlatformCurve
from hookline.model.errors import BadInput, Unreadable

KIND = "curve"
TITLE = "YouTube audience retention"
PLATFORM = "youtube"

POSITIONS = {"videoposition": 100.0, "elapsedvideotimeratio": 1.0}  # name -> what the whole video is
SHARES = {"absoluteaudienceretention": 100.0, "audienceretention": 100.0, "audiencewatchratio": 1.0}


def recognise(name: str, head: bytes) -> Match | None:
    """Its header names a position and a retention."""
    lines = _decoded(head).splitlines()
    if not lines:
        return None
    header = [_plain(cell) for cell in _cells(lines[0])]
    if _find(header, POSITIONS) is not None and _find(header, SHARES) is not None:
        return Match(0.97, "its columns are YouTube's audience retention")
    return None


def read(text: str, *, file: str, episode: int, views: int = 0, market: str = "") -> PlatformCurve:
    """The retention curve of one video.

    Args:
        text: the CSV; a byte order mark, semicolons or tabs, decimal commas and ``%`` signs are all right.
        file: its name, for messages and the curve.
        episode: which episode the video is.
        views: how many views the curve rests on, 0 when not known.
        market: "" for all.

    Raises:
        Unreadable: the columns are missing, a value is no share, or several curves are mixed.
        BadInput: the number of views is negative.
    """
    if views < 0:
        raise BadInput(f"{views} views", mend="give how many views the curve rests on, 0 when not known")
    points = sorted(_points(text.removeprefix("\ufeff"), file))
    positions = tuple(position for position, _ in points)
    if len(set(positions)) < len(positions):
        raise Unreadable(
            "holds several curves (positions repeat)", where=file, mend="export one segment at a time: all views"
        )
    if not points:
        raise Unreadable("holds no curve: no position after the start has a retention", where=file)
    return PlatformCurve(PLATFORM, episode, positions, tuple(share for _, share in points), views, market, file)


def _points(text: str, file: str) -> Iterator[tuple[float, float]]:
    """(position, share) of every row past the start that has a retention; YouTube leaves some empty."""
    lines = text.splitlines()
    header = [_plain(cell) for cell in _cells(lines[0])] if lines else []
    at, of = _find(header, POSITIONS), _find(header, SHARES)
    if at is None or of is None:
        raise Unreadable(
            f"is no retention export; columns found: {', '.join(_cells(lines[0])) if lines else 'none'}",
            where=file,
            mend="expected: Video position (%), Absolute audience retention (%)",
        )
    for number, row in enumerate(_rows(lines, file), 1):
        if number == 1 or not any(cell.strip() for cell in row) or len(row) <= max(at, of) or not row[of].strip():
            continue
        position = _number(row[at], f"{file}:{number}") / POSITIONS[header[at]]
        share = _number(row[of], f"{file}:{number}") / SHARES[header[of]]
        if not 0 <= position <= 1 or share < 0:
            raise Unreadable(f"{row[at]!r}, {row[of]!r} is no point of a curve", where=f"{file}:{number}")
        if position > 0:
            yield position, share


def _rows(lines: list[str], file: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=_delimiter(lines[0]))
    except csv.Error as error:
        raise Unreadable(f"is no CSV ({error})", where=file) from error


def _find(header: list[str], names: dict[str, float]) -> int | None:
    return next((index for index, cell in enumerate(header) if cell in names), None)


def _number(cell: str, where: str) -> float:
    """A number in the spelling of any locale: 12.5, 12,5, 12,5 %."""
    plain = re.sub(r"[\s%\u00a0\u202f]", "", cell)
    if not re.fullmatch(r"-?\d+([.,]\d+)?", plain, re.ASCII):
        raise Unreadable(f"{cell!r} is not a number", where=where, mend="export again as CSV")
    return float(plain.replace(",", "."))


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(_delimiter(line))]  # no delimiter stands in the names


def _delimiter(line: str) -> str:
    """Where decimals are commas, cells are parted by semicolons or tabs."""
    return max(",;\t", key=line.count)


def _plain(cell: str) -> str:
    return re.sub(r"[^a-z]", "", cell.lower())


def _decoded(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="ignore").removeprefix("\ufeff")
    return head.decode("utf-8-sig", errors="ignore")
