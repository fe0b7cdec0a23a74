"""Tables that studios prepare themselves: recognised by columns, names made pseudonyms, damage told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hookline.formats import hookline_parquet
from hookline.formats.events import Intake, Pseudonyms
from hookline.model.errors import Unreadable
from hookline.model.quality import SetAside
from hookline.model.tables import META_KEY, TABLES, VIEWS

KEY = b"k" * 32
AT = datetime(2026, 10, 1, 10)

VIEW = {
    "view_id": "v1", "viewer_id": "ann@example.org", "series": "show", "episode": 1, "cut": "full", "market": "US",
    "platform": "ios", "started_at": AT, "duration_ms": 90_000, "exit_ms": 12_000, "watched_ms": 12_000,
    "completed": False,
}  # fmt: skip
EVENT = {"viewer_id": "ann", "episode": 1, "at": AT, "kind": "Playing", "position_ms": 10_000}
STEP = {"viewer_id": "ann", "episode": 9, "event": "unlocked", "at": AT, "price_micros": 5, "currency": "usd"}
STRETCH = {"view_id": "v1", "from_ms": 0, "to_ms": 12_000}


def file(path: Path, rows: list[dict[str, Any]], *, meta: dict[str, Any] | None = None) -> Path:
    table = pa.Table.from_pylist(rows)
    if meta is not None:
        table = table.replace_schema_metadata({META_KEY: json.dumps(meta)})
    pq.write_table(table, path)
    return path


def load(source: Path, out: Path) -> tuple[Intake, list[dict[str, Any]]]:
    intake = hookline_parquet.load(source, out, series="show", key=KEY)
    found: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    assert intake.rows == intake.written + sum(p.count for p in intake.set_aside if not p.kept)
    assert intake.written == len(found)
    return intake, found


@pytest.mark.parametrize(
    ("row", "table"), [(VIEW, "views"), (EVENT, "events"), (STEP, "steps_raw"), (STRETCH, "watched")]
)
def test_a_table_is_known_by_its_columns(tmp_path: Path, row: dict[str, Any], table: str) -> None:
    intake, found = load(file(tmp_path / "in.parquet", [row]), tmp_path / "out.parquet")
    mend = "send ISO 8601 times with a zone"
    zone = SetAside("the time names no zone: taken as UTC", 1, "2026-10-01 10:00:00", mend, True)
    assert intake == Intake(table, 1, 1, False, (zone,) if table != "watched" else ())
    names = Pseudonyms.from_key(KEY)
    if "viewer_id" in row:
        assert found[0]["viewer_id"] == names.viewer(row["viewer_id"])
    if "view_id" in row:
        assert found[0]["view_id"] == names.token("v1")
    assert found[0]["series"] == "show"
    assert b"ann@example.org" not in (tmp_path / "out.parquet").read_bytes()
    meta = json.loads(pq.read_schema(tmp_path / "out.parquet").metadata[META_KEY.encode()])
    assert meta == {"table": table, "version": TABLES[table].version, "simulated": False, "source": "in.parquet"}


def test_a_folder_is_read_whole_and_simulated_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "views" / "day=1").mkdir(parents=True)
    file(tmp_path / "views" / "day=1" / "a.parquet", [VIEW])
    file(tmp_path / "views" / "b.parquet", [{**VIEW, "view_id": "v2"}], meta={"simulated": True})
    intake, found = load(tmp_path / "views", tmp_path / "out.parquet")
    assert (intake.written, intake.simulated) == (2, True)
    assert [name for name, _ in VIEWS.columns] == list(found[0])


def test_other_types_are_read_and_what_can_not_be_read_is_told(tmp_path: Path) -> None:
    rows = [
        {**VIEW, "episode": "2", "exit_ms": 5.0, "started_at": "2026-10-01 10:00:00", "extra": 1},
        {**VIEW, "episode": "two", "exit_ms": None, "started_at": "soon", "extra": 1},
        {**VIEW, "episode": "3", "exit_ms": 6.0, "viewer_id": None, "started_at": "2026-10-01", "extra": 1},
    ]
    intake, found = load(file(tmp_path / "in.parquet", rows), tmp_path / "out.parquet")
    assert [(r["episode"], r["exit_ms"], r["started_at"]) for r in found] == [(2, 5, AT)]
    zoneless, lost, extra = intake.set_aside
    assert (zoneless.reason, zoneless.count) == ("the time names no zone: taken as UTC", 2)
    assert (lost.reason, lost.count) == ("viewer_id (1), started_at (1): missing, or not of its type", 2)
    assert (extra.reason, extra.kept) == ("the column 'extra' is not one of views: not read", True)


def test_times_with_a_zone_become_utc(tmp_path: Path) -> None:
    rows = [{**EVENT, "at": AT.replace(tzinfo=timezone(timedelta(hours=2)))}, {**EVENT, "at": AT.replace(tzinfo=UTC)}]
    _, found = load(file(tmp_path / "in.parquet", rows), tmp_path / "out.parquet")
    assert sorted(r["at"] for r in found) == [AT - timedelta(hours=2), AT]


def test_rows_without_an_id_of_their_own_get_one(tmp_path: Path) -> None:
    rows = [EVENT, EVENT, {**EVENT, "position_ms": 11}]
    _, found = load(file(tmp_path / "in.parquet", rows), tmp_path / "out.parquet")
    assert len({r["event_id"] for r in found}) == 2
    assert {r["kind"] for r in found} == {"playing"}


def test_what_is_missing_and_what_was_found_is_said(tmp_path: Path) -> None:
    without = {k: v for k, v in VIEW.items() if k != "viewer_id"}
    with pytest.raises(Unreadable, match=r"views but lacks viewer_id; columns found: view_id, series"):
        load(file(tmp_path / "in.parquet", [without]), tmp_path / "out.parquet")
    with pytest.raises(Unreadable, match=r"none of Hookline's tables; columns found: a, b"):
        load(file(tmp_path / "in.parquet", [{"a": 1, "b": 2}]), tmp_path / "out.parquet")


def test_damaged_empty_and_missing_files_are_unreadable(tmp_path: Path) -> None:
    whole = file(tmp_path / "in.parquet", [VIEW] * 2000).read_bytes()
    damaged = tmp_path / "damaged.parquet"
    for content in (whole[:-50], whole[: len(whole) // 2], b"", whole[:4] + bytes(2000) + whole[2004:]):
        damaged.write_bytes(content)
        with pytest.raises(Unreadable, match=r"damaged\.parquet"):
            load(damaged, tmp_path / "out.parquet")
    pq.write_table(pa.Table.from_pylist([VIEW]).slice(0, 0), tmp_path / "none.parquet")
    with pytest.raises(Unreadable, match=r"none\.parquet: holds no row"):
        load(tmp_path / "none.parquet", tmp_path / "out.parquet")
    (tmp_path / "folder").mkdir()
    with pytest.raises(Unreadable, match="no Parquet files"):
        load(tmp_path / "folder", tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()
    assert not list(tmp_path.glob(".*"))


def test_recognise() -> None:
    match = hookline_parquet.recognise("x", b"PAR1....")
    assert match is not None
    assert hookline_parquet.recognise("x.parquet", b"{}") is None
