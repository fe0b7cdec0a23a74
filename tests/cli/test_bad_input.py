"""Bad input is told in words (what, where, how to mend), with exit code 2, and nothing is lost."""

from __future__ import annotations

import gzip
import html
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hookline import project
from hookline.cli import main

SCRIPT = """# EPISODE 1

INT. KITCHEN - NIGHT

NELL
Who sent you?

OWEN
Your father did.

# EPISODE 2

INT. ROOF - NIGHT

NELL
My father is dead.
"""


@pytest.fixture
def series(tmp_path: Path) -> Path:
    root = tmp_path / "series"
    script = tmp_path / "season.fountain"
    script.write_text(SCRIPT)
    assert main(["new", str(root), "--language", "en"]) == 0
    assert main(["import", str(root), str(script)]) == 0
    return root


def refused(series: Path, *paths: Path, words: tuple[str, ...] = ()) -> str:
    """Import in a process of its own; what it says when it refuses."""
    before = snapshot(series)
    command = [sys.executable, "-m", "hookline", "import", str(series), *map(str, paths), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert str(paths[0].name) in done.stderr
    assert snapshot(series) == before, "a refused import must change nothing"
    return done.stderr


def snapshot(series: Path) -> dict[str, bytes]:
    kept = (path for path in series.rglob("*") if path.is_file() and ".hookline" not in path.parts)
    return {str(path): path.read_bytes() for path in kept if path.name != ".pseudonym-key"}


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.fountain", b""),
        ("empty.jsonl", b""),
        ("empty.srt", b""),
        ("noise.bin", bytes(range(256)) * 40),
        ("noise.fountain", bytes(range(256)) * 40),
        ("half.jsonl.gz", cut(gzip.compress(b'{"type": "track"}\n' * 9000))),
        ("half.parquet", b"PAR1" + b"\0" * 400),
        ("columns.csv", b"a,b,c\n1,2,3\n"),
        ("ep01.mp4", b"\0\0\0\x18ftypmp42" + b"\0" * 500),
    ],
)
def test_what_can_not_be_read_is_refused(series: Path, tmp_path: Path, name: str, data: bytes) -> None:
    bad = tmp_path / name
    bad.write_bytes(data)
    told = refused(series, bad)
    assert "hookline: " in told


def test_a_missing_file_is_refused_before_anything_is_kept(series: Path, tmp_path: Path) -> None:
    refused(series, tmp_path / "gone.srt")


def test_an_unknown_file_among_good_ones_stops_the_import(series: Path, tmp_path: Path) -> None:
    good = tmp_path / "ep03.fountain"
    good.write_text("INT. ROOM - DAY\n\nNELL\nHello.\n")
    bad = tmp_path / "bad.bin"
    bad.write_bytes(bytes(range(256)) * 9)
    refused(series, bad, good)


def test_a_folder_imports_what_it_knows_and_names_the_rest(
    series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "ep03.fountain").write_text("INT. ROOM - DAY\n\nNELL\nHello.\n")
    (folder / "invoice.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 64)
    assert main(["import", str(series), str(folder)]) == 0
    told = capsys.readouterr().out
    assert "skipped" in told
    assert "invoice.xlsx" in told
    assert (series / "scripts" / "ep03.fountain").exists()


def test_an_unknown_format_is_told_with_those_that_exist(series: Path, tmp_path: Path) -> None:
    script = tmp_path / "x.txt"
    script.write_text(SCRIPT)
    told = refused_text(series, script, "--format", "final-draft")
    assert "no format 'final-draft'" in told
    assert "fountain" in told


def refused_text(series: Path, path: Path, *words: str) -> str:
    command = [sys.executable, "-m", "hookline", "import", str(series), str(path), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_read(series: Path, tmp_path: Path, encoding: str) -> None:
    script = tmp_path / "season.txt"
    script.write_bytes("3-1 日 内 客厅\n人物：林晚、周彦\n△林晚推开门。\n林晚：（冷冷）你怎么在这？\n".encode(encoding))
    assert main(["import", str(series), str(script), "--as", "script"]) == 0


# Events


def track(number: int, name: str, **properties: Any) -> dict[str, Any]:
    known = {"session_id": "s1", "episode": 1, "content_asset_id": "ep01", "total_length": 8}
    return {
        "type": "track", "event": name, "messageId": f"m{number}", "userId": "viewer-1",
        "timestamp": f"2026-03-01T10:00:{number:02d}Z", "properties": known | properties,
    }  # fmt: skip


def good() -> list[dict[str, Any]]:
    return [
        track(0, "Video Content Started", position=0),
        track(4, "Video Content Playing", position=4),
        track(6, "Video Playback Exited", position=6),
    ]


def nobody(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "userId"}


Damage = Callable[[list[dict[str, Any]]], list[Any]]

DAMAGES: dict[str, tuple[Damage, str]] = {
    "an episode the series lacks": (
        lambda rows: [*rows, track(9, "Video Content Started", episode=77, position=0)],
        "episode",
    ),
    "a position below zero": (lambda rows: [*rows, track(7, "Video Content Playing", position=-5)], "before the start"),
    "a position past the end": (lambda rows: [*rows, track(7, "Video Content Playing", position=5000)], "beyond"),
    "a tenth sent twice": (lambda rows: [*rows, rows[0]], "more than once"),
    "half a line": (lambda rows: [*rows, '{"type": "track", "event": "Video Con'], "JSON"),
    "no viewer": (lambda rows: [*rows, nobody(track(8, "Video Content Playing"))], "userId"),
    "an unknown event": (lambda rows: [*rows, track(8, "Video Confetti Shown")], "event"),
}


@pytest.mark.parametrize("name", DAMAGES)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_damaged_events_are_counted_and_explained(series: Path, tmp_path: Path, name: str, packed: bool) -> None:
    damage, word = DAMAGES[name]
    lines = [row if isinstance(row, str) else json.dumps(row) for row in damage(good())]
    text = "\n".join(lines).encode()
    events = tmp_path / ("events.jsonl.gz" if packed else "events.jsonl")
    events.write_bytes(gzip.compress(text) if packed else text)
    assert main(["import", str(series), str(events)]) == 0
    assert main(["run", str(series)]) == 0
    (run,) = project.run(project.open_library(series)).series
    audience = run.audience()
    assert audience is not None
    reasons = [row.reason for row in audience.quality.set_aside if word.lower() in row.reason.lower()]
    assert reasons, audience.quality
    page = (series / "out" / "report.html").read_text()
    assert html.escape(reasons[0], quote=False) in page.replace("&#39;", "'")
    kept_out = sum(row.count for row in audience.quality.set_aside if not row.kept)
    assert audience.quality.rows == len(lines) == audience.quality.counted + kept_out
