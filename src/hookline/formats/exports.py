"""What readers of platforms' exports share: rows of CSV or JSON, numbers of any locale, and what became of each row.

A file that is no table at all is refused; a row that can't be used is set aside, counted by reason, with an example.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hookline.formats.given import fold
from hookline.model.errors import Unreadable
from hookline.model.quality import Quality, SetAside

PREAMBLE = 10  # lines before a header, at most: titles and filters that some exports put there
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
GROUPED = re.compile(r"\d{1,3}(?:[.,' \u00a0\u202f\u2019]\d{3})+(?:[.,]\d+)?", re.ASCII)
CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)", re.ASCII)
BLANK = ("", "-", "\u2013", "\u2014", "n/a", "na", "null", "none")

Row = Mapping[str, Any]  # folded column -> cell


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with their line (CSV) or number (JSON), and the columns as the file names them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    cut: int = 0  # rows with too few or too many cells
    cut_at: int = 0  # the first of them
    json: bool = False


@dataclass(slots=True)
class Fates:
    """Counts what becomes of rows."""

    file: str
    rows: int = 0
    counted: int = 0
    aside: dict[tuple[str, bool], SetAside] = field(default_factory=dict)

    def drop(self, reason: str, example: str = "", *, mend: str = "", count: int = 1) -> None:
        """Rows that are set aside."""
        self._tell(reason, example, mend, count, kept=False)

    def mend(self, reason: str, example: str = "", *, count: int = 1) -> None:
        """Rows that were mended and kept."""
        self._tell(reason, example, "", count, kept=True)

    def _tell(self, reason: str, example: str, mend: str, count: int, *, kept: bool) -> None:
        before = self.aside.get((reason, kept))
        told = SetAside(
            reason, count + (before.count if before else 0), before.example if before else example, mend, kept
        )
        self.aside[reason, kept] = told

    def quality(self) -> Quality:
        """The fate of every row."""
        lost = sum(row.count for row in self.aside.values() if not row.kept)
        return Quality(self.counted + lost, self.counted, tuple(self.aside.values()))


def table(text: str, known: Iterable[str], *, file: str) -> Table:
    """The rows of an export.

    Args:
        text: CSV, or JSON: one object, an array, lines, or an answer of an API that holds the rows.
        known: folded column names by which a CSV's header is known behind a preamble.
        file: its name, for messages.

    Raises:
        Unreadable: it is empty, or JSON that ends early.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _json_table(text, file)
    return _csv_table(text, set(known), file)


def _csv_table(text: str, known: set[str], file: str) -> Table:
    lines = text.splitlines()
    if not lines:
        return Table((), ())
    heads = [len(known & {fold(cell) for cell in cells(line)}) for line in lines[:PREAMBLE]]
    start = heads.index(max(heads))
    mark = delimiter(lines[start])
    rows: list[tuple[int, Row]] = []
    cut, cut_at = 0, 0
    header: list[str] = []
    try:
        reader = csv.reader(lines[start:], delimiter=mark)
        header = [cell.strip() for cell in next(reader)]
        for row in reader:
            line = start + reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                cut, cut_at = cut + 1, cut_at or line
                continue
            rows.append((line, {fold(name): cell.strip() for name, cell in zip(header, row, strict=True)}))
    except csv.Error as error:
        raise Unreadable(f"is no CSV ({error})", where=file, mend="export it again") from error
    return Table(tuple(header), tuple(rows), cut, cut_at)


def _json_table(text: str, file: str) -> Table:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        document = _json_lines(text)
        if document is None:
            raise Unreadable(f"is no JSON ({error})", where=file, mend="export it again, whole") from error
    given = _rows_in(document)
    rows = [(n, flat(row)) for n, row in enumerate(given, 1) if isinstance(row, dict)]
    columns = dict.fromkeys(name for _, row in rows for name in row)
    wrong = next((n for n, row in enumerate(given, 1) if not isinstance(row, dict)), 0)
    return Table(tuple(columns), tuple(rows), len(given) - len(rows), wrong, json=True)


def _json_lines(text: str) -> list[Any] | None:
    """One object a line; a last line that is cut off is a row that can't be read."""
    found: list[Any] = []
    for line in filter(str.strip, text.splitlines()):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            if not found:
                return None
            found.append(None)
    return found if any(isinstance(row, dict) for row in found) and len(found) > 1 else None


def _rows_in(document: Any) -> Sequence[Any]:
    """The rows of an answer: YouTube's headers and rows, Meta's ``data``, TikTok's ``data.list``."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return ()
    headers, rows = document.get("columnHeaders"), document.get("rows")
    if isinstance(headers, list):
        names = [str(head.get("name", "")) if isinstance(head, dict) else str(head) for head in headers]
        wide = [row if isinstance(row, list) and len(row) == len(names) else None for row in rows or ()]
        return [dict(zip(names, row, strict=True)) if row is not None else None for row in wide]
    inner = document.get("data", rows)
    if isinstance(inner, dict):
        inner = inner.get("list", [inner])
    return inner if isinstance(inner, list) else [document]


def flat(row: Mapping[str, Any]) -> Row:
    """A row whose nested objects (TikTok's ``metrics`` and ``dimensions``) stand beside the rest."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {fold(str(inner)): cell for inner, cell in value.items()}
        else:
            found[fold(str(name))] = value
    return found


def cells(line: str) -> list[str]:
    """A header's cells; no delimiter stands in the names."""
    return [cell.strip().strip('"') for cell in line.removeprefix("\ufeff").split(delimiter(line))]


def delimiter(line: str) -> str:
    """Where decimals are commas, cells are parted by semicolons or tabs."""
    return max(",;\t", key=line.count)


def blank(cell: Any) -> bool:
    """Whether a cell says nothing."""
    return cell is None or str(cell).strip().lower() in BLANK


def number(cell: Any) -> float | None:
    """A number in the spelling of any locale, a ``%`` sign left out; None for what is none.

    >>> number("12,5 %"), number(0.31), number("half"), number("1e-3")
    (12.5, 0.31, None, 0.001)
    """
    if isinstance(cell, bool):
        return None
    plain = re.sub(r"[\s%\u00a0\u202f\u066a\uff05]", "", str(cell))
    if not NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    return value if abs(value) < 1e15 else None


def count(cell: Any) -> int | None:
    """A whole number at or above 0, thousands grouped or not; None for what is none.

    >>> count("1,234"), count("12.345.678"), count(7), count("12.0"), count("-3"), count("1.5")
    (1234, 12345678, 7, 12, None, None)
    """
    text = str(cell).strip()
    if GROUPED.fullmatch(text):
        text = re.sub(r"[.,' \u00a0\u202f\u2019]", "", text)
    value = number(text) if not isinstance(cell, bool) else None
    return int(value) if value is not None and value >= 0 and value == int(value) and "%" not in text else None


def seconds(cell: Any) -> float | None:
    """A length of time as platforms write it: 7.4, 0:04:34, 4:34; None for what is none.

    >>> seconds("0:04:34"), seconds("4:34"), seconds("7.4")
    (274.0, 274.0, 7.4)
    """
    if match := CLOCK.fullmatch(str(cell).strip()):
        hours, minutes, rest = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
    value = number(cell)
    return value if value is not None and value >= 0 and "%" not in str(cell) else None


def half_unit(spelled: Iterable[Any]) -> float:
    """Half a unit of the last decimal that any of these cells has.

    >>> half_unit(["100", "72.34", "31,5"])
    0.005
    """
    found = [re.search(r"\d[.,](\d+)", str(cell)) for cell in spelled]
    exact = any(re.search(r"\d[eE][-+]?\d", str(cell)) for cell in spelled)
    places = max((len(match.group(1)) for match in found if match), default=0)
    return 0.0 if exact or places > 6 else 0.5 * 10.0**-places


def day(cell: Any) -> str | None:
    """An ISO date out of a cell: 2026-10-01, 2026-10-01 00:00:00, 20261001; None for what is none."""
    match = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?", str(cell).strip(), re.ASCII)
    if not match or not ("01" <= match[2] <= "12" and "01" <= match[3] <= "31"):
        return None
    return f"{match[1]}-{match[2]}-{match[3]}"


def first_of(row: Row, names: Sequence[str]) -> Any:
    """The first of these columns that says something; None where none does."""
    return next((row[name] for name in names if name in row and not blank(row[name])), None)
