# ruff: noqa: E501 - a file as it stands
"""Folders, patterns and mapping files of viewer data, as the command line brings them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from hookline.cli import main
from hookline.project import open_series
from tests.formats import made_events


def part(folder: Path, name: str, lines: tuple[str, ...]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n")


def test_a_folder_is_one_import_and_only_new_parts_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines, parts = made_events.segment().lines, tmp_path / "parts"
    assert main(["new", str(tmp_path / "show")]) == 0
    part(parts, "1.jsonl", lines[:6])
    part(parts, "2.jsonl", lines[6:12])
    part(parts, "cost.csv", made_events.appsflyer_cost().lines)
    assert main(["import", str(tmp_path / "show"), str(parts)]) == 0
    series = open_series(tmp_path / "show")
    assert sorted((e.table, e.rows, len(e.parts)) for e in series.files("events")) == [("ads", 2, 0), ("events", 12, 2)]
    part(parts, "3.jsonl", lines[12:])
    for told in ("3 events of 3 rows, 1 of 3 parts new", "0 imported, 2 known already"):
        assert main(["import", str(tmp_path / "show"), str(parts / "*.jsonl"), str(parts / "cost.csv")]) == 0
        assert told in capsys.readouterr().out
    assert sum(e.written for e in series.files("events") if e.table == "events") == len(lines)
    assert main(["import", str(tmp_path / "show"), str(tmp_path / "none*.jsonl")]) == 2
    assert "no file fits this pattern" in capsys.readouterr().err


def test_any_columns_by_a_mapping_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "show")]) == 0
    (tmp_path / "table.csv").write_text("who,ep,when,left\nann,1,2026-10-01T10:00:00Z,12.5\n")
    text = 'table = "views"\n[columns]\nviewer_id = "who"\nepisode = "ep"\nstarted_at = "when"\nexit_ms = { from = "left", unit = "s" }\n'
    (tmp_path / "map.toml").write_text(text)
    command = ["import", str(tmp_path / "show"), str(tmp_path / "table.csv"), "--map", str(tmp_path / "map.toml")]
    assert main(command) == 0
    assert "1 views of 1 rows" in capsys.readouterr().out
    (tmp_path / "map.toml").write_text(text.replace('"s"', '"furlong"'))
    (tmp_path / "table.csv").write_text("who,ep,when,left\nbob,1,2026-10-01T10:00:00Z,12.5\n")
    assert main(command) == 2
    assert "map.toml:6" in capsys.readouterr().err
