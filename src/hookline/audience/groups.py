"""Sums by group, read from a built audience's small tables, with the groups that may not be shown left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import UNKNOWN
from hookline.audience.result import Group
from hookline.audience.suppress import Key, hidden
from hookline.formats.events import read_meta, reading, sql
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.tables import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUERIES = Path(__file__).with_name("sql") / "figures"
DIMENSIONS = ("market", "platform", "cut")

Columns = dict[str, NDArray[Any]]


def checked(by: Sequence[str], *, known: Sequence[str] = DIMENSIONS) -> tuple[str, ...]:
    """The dimensions asked for; ``BadInput`` for one that there isn't."""
    unknown = [name for name in by if name not in known]
    if unknown:
        raise BadInput(f"there is no dimension {', '.join(unknown)}", mend=f"dimensions: {', '.join(known)}")
    return tuple(dict.fromkeys(by))


@dataclass(frozen=True, slots=True)
class Source:
    """A built table, read by SQL as ``given``."""

    folder: Path
    table: Table

    @property
    def path(self) -> Path:
        """The table's file."""
        return self.folder / f"{self.table.name}.parquet"

    def figures(self, name: str, by: Sequence[str] = (), known: Sequence[str] = (), **values: object) -> Columns:
        """What a query of ``sql/figures`` gives, by column.

        Args:
            name: of the query.
            by: the dimensions asked for.
            known: those that the query knows; each is a parameter that says whether it was asked for.
            values: the query's other parameters.
        """
        asked = {dimension: dimension in by for dimension in known}
        return self.rows(sql(QUERIES, name), {**asked, **values})

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> Columns:
        """What a query gives, by column; ``NotEnoughData`` where the audience is not built yet."""
        if not self.path.exists():
            raise NotEnoughData("the audience is not built yet", where=str(self.path), mend="run: hookline run")
        with _reader().cursor() as con, reading(self.path):
            con.execute("SET enable_progress_bar = false")  # on, it writes to the terminal
            path = str(self.path).replace("'", "''")
            con.execute(f"CREATE TEMP VIEW given AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 - quoted
            found = con.execute(query, dict(values or {})).fetchnumpy()
        return {name: np.ma.getdata(column) for name, column in found.items()}

    def meta(self) -> dict[str, Any]:
        """Hookline's metadata of the file."""
        with _reader().cursor() as con:
            return read_meta(con, self.path)

    def last_day(self) -> date:
        """The last day on which anything happened; of tables that ``sum_up`` wrote."""
        told = str(self.meta().get("last_day") or "")
        return date.fromisoformat(told) if told else date(2100, 1, 1)


@cache
def _reader() -> DuckDBPyConnection:
    """One engine for all questions: starting one takes longer than an answer.  It holds nothing and spills nothing."""
    import duckdb

    return duckdb.connect(config={"temp_directory": "", "autoinstall_known_extensions": False})


def group_of(row: Mapping[str, str], by: Sequence[str]) -> Group:
    """The group that a row is of; a name that is missing is ``unknown``."""
    return Group(**{name: (row[name] or UNKNOWN) for name in by})


def visible(counts: Mapping[Group, int], by: Sequence[str], *, k: int) -> tuple[frozenset[Group], int]:
    """The groups that may be shown, and how many may not (see ``suppress``); those of nobody count as neither."""
    some = {group: n for group, n in counts.items() if n > 0}
    keys: dict[Key, Group] = {tuple(str(getattr(group, name)) for name in by): group for group in some}
    gone = hidden({key: some[group] for key, group in keys.items()}, k=k)
    return frozenset(group for key, group in keys.items() if key not in gone), len(gone)


def by_group(columns: Columns, by: Sequence[str]) -> Iterator[tuple[Group, Columns]]:
    """The rows of each group, in order; quick where rows of one group lie together."""
    if not len(next(iter(columns.values()))):
        return
    if not by:
        yield Group(), columns
        return
    numbers: dict[tuple[str, ...], int] = {}
    names = [columns[name] for name in by]
    begins = np.flatnonzero(np.append(True, np.any([name[1:] != name[:-1] for name in names], axis=0)))
    runs = zip(*(name[begins].tolist() for name in names), strict=True)
    of_run = np.fromiter((numbers.setdefault(run, len(numbers)) for run in runs), np.int64)
    index = np.repeat(of_run, np.diff(np.append(begins, len(names[0]))))
    order = np.argsort(index, kind="stable")
    edges = np.searchsorted(index[order], np.arange(len(numbers) + 1))
    for key, number in sorted(numbers.items()):
        part = order[edges[number] : edges[number + 1]]
        yield group_of(dict(zip(by, key, strict=True)), by), {name: column[part] for name, column in columns.items()}


def with_all(by: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """All viewers first, then the breakdown asked for."""
    return ((), tuple(by)) if by else ((),)
