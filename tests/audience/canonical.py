"""Canonical Parquet files from plain rows, and the tables of a built audience as plain rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hookline.audience.build import build
from hookline.model.quality import Quality
from hookline.model.tables import META_KEY, TABLES

TYPES = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
}

Row = Mapping[str, Any]


def write(path: Path, table: str, rows: Sequence[Row], *, simulated: bool = False) -> Path:
    """A canonical file of one table."""
    meta = {"table": table, "version": TABLES[table].version, "simulated": simulated, "source": "test"}
    fields = [(name, TYPES[kind]) for name, kind in TABLES[table].columns]
    schema = pa.schema(fields).with_metadata({META_KEY: json.dumps(meta)})
    columns = {name: [row.get(name) for row in rows] for name, _ in fields}
    pq.write_table(pa.table(columns, schema=schema), path)
    return path


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a built table."""
    path = folder / f"{table}.parquet"
    if path.exists():
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return found
    days = sorted((folder / table).glob("day=*/*.parquet"))
    return [
        {**row, "day": date.fromisoformat(file.parent.name.removeprefix("day="))}
        for file in days
        for row in pq.read_table(file, partitioning=None).to_pylist()
    ]


def built(folder: Path, sources: Sequence[Path], durations_ms: Mapping[int, int]) -> Quality:
    """Build into a new folder."""
    folder.mkdir()
    return build(sources, folder, series="show", durations_ms=durations_ms)


def cells_of(folder: Path) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Cells by (episode, cut, market, platform, day, second)."""
    key = ("episode", "cut", "market", "platform", "day", "second")
    facts = ("starts", "at_risk", "exits", "watched_ms", "rewatches")
    return {tuple(r[n] for n in key): tuple(r[n] for n in facts) for r in rows(folder, "cells")}


def steps_of(folder: Path) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Steps by (episode, cut, market, platform, day)."""
    key = ("episode", "cut", "market", "platform", "day")
    facts = (
        "starters", "finishers", "continued", "finished_continued", "offered", "unlocked", "revenue_micros"
    )  # fmt: skip
    return {tuple(r[n] for n in key): tuple(r[n] for n in facts) for r in rows(folder, "steps")}
