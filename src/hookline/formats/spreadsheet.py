"""CSV that any spreadsheet opens as what it is: UTF-8 with a mark, and no cell taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

_FORMULA = ("=", "+", "-", "@", "\t")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A table as text; texts that begin like a formula get an apostrophe in front, as spreadsheets do it."""
    out = io.StringIO()
    table = csv.DictWriter(out, columns, lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
    return "\ufeff" + out.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("plain")
    ("'=1+1", 'plain')
    """
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """What ``guarded`` was given."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA) else cell
