"""A viewer who asks to be forgotten is in no file afterwards, and all others are as they were."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hookline import project, sample
from hookline.cli import main
from hookline.formats.events import Pseudonyms
from hookline.project.intake import pseudonym_key
from tests.audience.canonical import write

T0 = datetime(2026, 10, 1, 12)


@pytest.fixture
def series(tmp_path: Path) -> project.SeriesFolder:
    sample.copy_scripts(tmp_path / "scripts", language="en")
    views = [
        {"view_id": f"w{v}", "viewer_id": f"ann-{v}", "series": "show", "episode": 1, "market": "US", "platform": "ios",
         "started_at": T0, "exit_ms": 9_000, "watched_ms": 12_000, "completed": False}
        for v in range(40)
    ]  # fmt: skip
    watched = [{"view_id": f"w{v}", "series": "show", "episode": 1, "from_ms": f, "to_ms": 9_000}
               for v in range(40) for f in (0, 6_000)]  # fmt: skip
    steps = [
        {"viewer_id": f"ann-{v}", "series": "show", "episode": 1, "event": "unlocked", "at": T0, "price_micros": 5}
        for v in range(40)
    ]
    events = [
        {"event_id": f"e{v}{kind}", "session_id": f"s{v}", "viewer_id": f"ann-{v}", "series": "show", "episode": 2,
         "market": "US", "platform": "ios", "at": T0, "kind": kind, "position_ms": at, "duration_ms": 60_000}
        for v in range(40) for kind, at in (("start", 0), ("exit", 4_000))
    ]  # fmt: skip
    made = project.create(tmp_path / "show", title="show")
    tables: dict[str, list[dict[str, Any]]] = {"views": views, "watched": watched, "steps_raw": steps, "events": events}
    files = [write(tmp_path / f"{name}.parquet", name, rows) for name, rows in tables.items()]
    project.take(made, [tmp_path / "scripts", *files])
    project.run(project.open_library(made.root))
    return made


def names_in(folder: Path) -> set[str]:
    """Every text in every Parquet file of a folder."""
    texts: set[str] = set()
    for path in folder.rglob("*.parquet"):
        for row in pq.read_table(path).to_pylist():
            texts |= {value for value in row.values() if isinstance(value, str)}
    return texts


def test_a_forgotten_viewer_is_nowhere(series: project.SeriesFolder, capsys: pytest.CaptureFixture[str]) -> None:
    keys = Pseudonyms.from_key(pseudonym_key(series))
    ann, view, other = keys.viewer("ann-7"), keys.token("w7"), keys.viewer("ann-8")
    assert {ann, view, other} <= names_in(series.root)
    assert main(["audience", "forget", str(series.root), "--viewer", "ann-7"]) == 0
    assert "6 rows deleted" in capsys.readouterr().out  # a view, two stretches, a step, two events
    left = names_in(series.root)
    assert ann not in left
    assert view not in left
    assert other in left
    for path in series.root.rglob("*"):
        assert not path.is_file() or ann.encode() not in path.read_bytes()
    summary = project.run(project.open_library(series.root)).series[0].audience()
    assert summary is not None
    assert (summary.viewers, summary.quality.rows) == (39, 39 * 6)
    assert "forgot a viewer" in (series.root / ".hookline" / "ledger.jsonl").read_text()
    assert main(["audience", "forget", str(series.root), "--viewer", "ann-7"]) == 0
    assert "nothing of this viewer was there" in capsys.readouterr().out


def test_what_is_left_somewhere_is_said(series: project.SeriesFolder, capsys: pytest.CaptureFixture[str]) -> None:
    name = Pseudonyms.from_key(pseudonym_key(series)).viewer("ann-7")
    (series.out / "list.csv").write_text(f"viewer\n{name}\n")
    assert main(["audience", "forget", str(series.root), "--viewer", "ann-7"]) == 2
    assert "still stands here" in (told := capsys.readouterr().err)
    assert "list.csv" in told
    assert name not in told


def test_the_audience_answers_in_three_shapes(series: project.SeriesFolder, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(series.root)
    assert main(["audience", root, "--by", "market"]) == 0
    assert "completion" in capsys.readouterr().out
    assert main(["audience", root, "--episode", "1", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        "series,simulated,figure,market,platform,cut,cohort,currency,episode,second,value,low,high"
    )
    assert any(line.startswith("show,false,retention,,,,,,1,0,1.0,") for line in lines)
    assert main(["audience", "funnel", root, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["version"], found["question"]) == ("hookline.audience", 1, "funnel")
    assert found["series"][0]["figures"][0]["name"] == "unlock"
    assert main(["audience", "quality", root]) == 0
    assert "240 rows" in capsys.readouterr().out
    assert main(["audience", "ads", root]) == 0
    assert "no install is known" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--by", "planet"], ["--episode", "99"]])
def test_a_wrong_question_ends_with_2(
    series: project.SeriesFolder, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audience", str(series.root), *wrong]) == 2
    assert "hookline:" in capsys.readouterr().err
