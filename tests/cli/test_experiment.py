"""Experiments through the command line, on viewers dealt out by the test."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hookline.cli import main
from tests.audience.canonical import write

PLAN = """
[[experiments]]
name = "cold open"
episode = 1
control = "main"
variants = ["cold"]
metric = "continuation"
smallest = 0.05
guardrails = [{ metric = "unlock", margin = 0.05 }]
"""
SCRIPT = """Title: Dealt

EPISODE 1

INT. HALL - DAY

ANNA
You are late.

EPISODE 2

INT. HALL - NIGHT

ANNA
You are early.
"""
FIRST = datetime(2026, 5, 1)


def dealt(path: Path, *, lift: float, to_cold: float = 0.5, viewers: int = 6_000) -> Path:
    """Viewers dealt to two cuts of episode 1 over ten days; ``lift`` more of the second go on."""
    rng = np.random.default_rng(4)
    rows = []
    for number in range(viewers):
        cold = rng.random() < to_cold
        at = FIRST + timedelta(minutes=float(rng.uniform(0, 10 * 1440)))
        goes_on = rng.random() < 0.5 + lift * cold
        rows += [
            {
                "view_id": f"{number}-{episode}", "viewer_id": f"v{number}", "series": "dealt", "episode": episode,
                "cut": ("cold" if cold else "main") if episode == 1 else "main", "market": "US", "platform": "app",
                "started_at": at + timedelta(minutes=episode), "duration_ms": 3_000, "exit_ms": 2_000,
                "watched_ms": 2_000, "completed": False,
            }
            for episode in (1, 2)[: 1 + goes_on]
        ]  # fmt: skip
    return write(path, "views", rows)


@pytest.fixture
def series(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A series of two episodes whose cuts were dealt out."""
    folder, script = tmp_path / "dealt", tmp_path / "dealt.fountain"
    script.write_text(SCRIPT)
    views = dealt(tmp_path / "views.parquet", lift=0.10)
    assert main(["new", str(folder), "--title", "Dealt", "--language", "en"]) == 0
    (folder / "hookline.toml").write_text((folder / "hookline.toml").read_text() + PLAN)
    assert main(["import", str(folder), str(script), str(views)]) == 0
    capsys.readouterr()
    return folder


def test_a_better_cut_is_called_better(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", str(series)]) == 0
    out = capsys.readouterr().out
    assert "cold against main: better" in out
    assert "Show cold to everybody." in out
    assert "evidence: experiment" in out
    assert main(["experiment", str(series), "cold open", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["version"]) == ("hookline.experiments", 1)
    difference = document["value"][0]["comparisons"][0]["difference"]
    assert difference["low"] < 0.10 < difference["high"]
    assert 5_000 < difference["n"] < 6_000  # the last day's outcomes aren't in


def test_design_and_allocation(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", str(series), "cold open", "--design"]) == 0
    assert "at today's viewers" in capsys.readouterr().out
    assert main(["experiment", str(series), "cold open", "--allocate", "--json"]) == 0
    shares = json.loads(capsys.readouterr().out)["value"]
    assert shares["cold"] > 0.85
    assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('metric = "continuation"', 'metric = "applause"'),
        ('variants = ["cold"]', 'variants = ["main"]'),
        ("smallest = 0.05", 'smallest = "few"'),
        ("smallest = 0.05", ""),
        ("episode = 1", "episode = 1\nepisodes = 2"),
        ("margin = 0.05", "margin = true"),
        ('name = "cold open"', "name = 3"),
    ],
)
def test_a_wrong_plan_is_told(series: Path, change: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = series / "hookline.toml"
    settings.write_text(settings.read_text().replace(change, said))
    assert main(["experiment", str(series)]) == 2
    error = capsys.readouterr().err
    assert "hookline.toml" in error
    assert "experiment" in error
    assert "Traceback" not in error


def test_what_is_missing_is_told(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", str(series), "warm open"]) == 2
    assert "cold open" in capsys.readouterr().err
    assert main(["experiment", str(series), "--design"]) == 2
    settings = series / "hookline.toml"
    settings.write_text(settings.read_text().replace('["cold"]', '["warm"]'))
    assert main(["experiment", str(series)]) == 0
    assert "nobody was shown warm" in capsys.readouterr().out
    settings.write_text(settings.read_text().split("[[experiments]]")[0])
    assert main(["experiment", str(series)]) == 2
    assert "[[experiments]]" in capsys.readouterr().err
