# ruff: noqa: E501 - rows as they stand in files
"""Any columns by a mapping file: units, zones, values, paths; and errors that name its line."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hookline.formats import mapping
from hookline.formats.events import Intake, Pseudonyms
from hookline.model.errors import BadInput, Unreadable

KEY = b"k" * 32
EVENTS = """table = "events"

[columns]
viewer_id = "user.id"
session_id = "sitting"
episode = "ep"
at = { from = "when", zone = "Asia/Shanghai" }
kind = { from = "what", values = { play = "start", tick = "playing", stop = "exit" } }
position_ms = { from = "pos", unit = "s" }
duration_ms = { from = "len", unit = "min" }
market = { constant = "CN" }
"""
ROWS: list[dict[str, Any]] = [
    {"user": {"id": "raw-ann"}, "sitting": "raw-s", "ep": 3, "when": "2026-10-01 10:00:00", "what": "play", "pos": 0, "len": 1.5},
    {"user": {"id": "raw-ann"}, "sitting": "raw-s", "ep": "3", "when": "2026-10-01T02:00:10Z", "what": "tick", "pos": "10.25", "len": 1.5},
    {"user": {"id": "raw-ann"}, "sitting": "raw-s", "ep": 3, "when": 1790820020000, "what": "stop", "pos": 20, "len": 1.5},
]  # fmt: skip


def load(tmp_path: Path, text: str, lines: list[str]) -> tuple[Intake, list[dict[str, Any]]]:
    (tmp_path / "map.toml").write_text(text)
    (tmp_path / "data").write_text("\n".join(lines))
    out = tmp_path / "out.parquet"
    intake = mapping.load(tmp_path / "data", out, mapping=mapping.read(tmp_path / "map.toml"), series="show", key=KEY)
    assert intake.rows == intake.written + sum(p.count for p in intake.set_aside if not p.kept)
    assert b"raw-" not in out.read_bytes()
    return intake, sorted(pq.read_table(out).to_pylist(), key=str)


def test_json_paths_units_zones_values_and_constants(tmp_path: Path) -> None:
    intake, rows = load(tmp_path, EVENTS, [json.dumps(row) for row in ROWS])
    assert (intake.rows, intake.written, intake.set_aside) == (3, 3, ())
    assert sorted((r["at"], r["kind"], r["position_ms"]) for r in rows) == [
        (datetime(2026, 10, 1, 2, 0, 0), "start", 0),
        (datetime(2026, 10, 1, 2, 0, 10), "playing", 10_250),
        (datetime(2026, 10, 1, 2, 0, 20), "exit", 20_000),
    ]
    assert {(r["episode"], r["duration_ms"], r["market"], r["series"]) for r in rows} == {(3, 90_000, "CN", "show")}
    assert {r["viewer_id"] for r in rows} == {Pseudonyms.from_key(KEY).viewer("raw-ann")}


def test_views_of_a_table_in_per_cent(tmp_path: Path) -> None:
    text = """table = "views"
[columns]
viewer_id = "User"
episode = "Folge"
started_at = { from = "Beginn", zone = "+02:00" }
exit_ms = { from = "Bis %", unit = "percent" }
duration_ms = { from = "Dauer", unit = "s" }
completed = { from = "Fertig", values = { ja = true, nein = false } }
"""
    lines = ["User;Folge;Beginn;Bis %;Dauer;Fertig", "raw-1;2;2026-10-01 12:00:00;50;90;nein",
             "raw-2;2;2026-10-01 12:00:00;100;90;ja", "raw-3;2;2026-10-01 12:00:00;100;90;vielleicht", "raw-4;2"]  # fmt: skip
    intake, rows = load(tmp_path, text, lines)
    assert [(r["exit_ms"], r["completed"], r["started_at"]) for r in sorted(rows, key=lambda r: r["exit_ms"])] == [
        (45_000, False, datetime(2026, 10, 1, 10)),
        (90_000, True, datetime(2026, 10, 1, 10)),
    ]
    untold, cut = intake.set_aside
    assert (untold.reason, untold.count, untold.example) == (
        "completed has a value that the mapping doesn't name", 1, "vielleicht"
    )  # fmt: skip
    assert (cut.count, cut.example) == (1, "line 5")


def test_lines_that_can_not_be_used_are_counted(tmp_path: Path) -> None:
    bad = [{**ROWS[0], "when": "soon"}, {**ROWS[0], "user": {}}, {**ROWS[0], "what": "dance"}]
    intake, rows = load(tmp_path, EVENTS, [*(json.dumps(row) for row in (*ROWS, *bad)), '{"user": {"id"', "[]"])
    assert (len(rows), intake.rows) == (3, 8)
    assert {p.reason: p.count for p in intake.set_aside} == {
        "kind has a value that the mapping doesn't name": 1,
        "viewer_id (3), at (3), kind (2): missing, or not of its type": 4,
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('table = "events"', 'table = "plays"', 1, "no table 'plays'"),
        ('episode = "ep"', 'episoed = "ep"', 6, "no column 'episoed'"),
        ('unit = "s"', 'unit = "h"', 9, "position_ms can't be in 'h'"),
        ('zone = "Asia/Shanghai"', 'zone = "Shanghai"', 7, "'Shanghai' is no time zone"),
        ('constant = "CN"', "", 11, "market needs either"),
        ('from = "what"', 'form = "what"', 8, "kind needs either"),
        ('from = "len", unit', 'from = "len", unti', 10, "no setting 'unti'"),
        ('viewer_id = "user.id"', "", 3, "events needs viewer_id"),
        ('session_id = "sitting"', 'session_id = sitting', 5, "no TOML"),
        ('session_id = "sitting"', 'session_id = "stting"', 5, "no column or path 'stting'"),
        ('{ from = "len", unit = "min" }', '{ from = "len", unit = "percent" }', 10, "can't be in 'percent'"),
        ("[columns]", "[colums]", 3, "no setting 'colums'"),
    ],
)  # fmt: skip
def test_errors_name_the_line_of_the_mapping_file(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert old in EVENTS
    lines = [",".join(["user.id", "sitting", "ep", "when", "what", "pos", "len"]), "raw-a,s,1,2026-10-01,play,1,1"]
    with pytest.raises(BadInput) as caught:
        load(tmp_path, EVENTS.replace(old, new), lines)
    assert caught.value.where.endswith(f"map.toml:{line}")
    assert what in caught.value.what


def test_a_mapping_that_can_not_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="can't be opened"):
        mapping.read(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"table = '\xe9'")
    with pytest.raises(Unreadable, match="UTF-8"):
        mapping.read(tmp_path / "latin.toml")
