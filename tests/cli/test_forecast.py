"""Forecasts through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hookline.cli import main
from tests.cli.test_plan import LINES


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("forecast") / "library"
    script = root.parent / "stone.fountain"
    script.write_text(f"Title: The Stone\n\n{LINES}\n")
    assert main(["new", str(root / "stone"), "--title", "The Stone"]) == 0
    assert main(["import", str(root / "stone"), str(script)]) == 0
    assert main(["simulate", str(root / "stone"), "--viewers", "5000"]) == 0
    return root


def test_a_new_script_is_forecast_from_the_catalogue(
    catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "new.fountain"
    script.write_text(f"Title: New\n\n{LINES}\n")
    capsys.readouterr()
    assert main(["forecast", str(catalogue), "--script", str(script)]) == 0
    told = capsys.readouterr().out
    assert "a forecast; nobody has watched it" in told
    assert "from 1 series of your own" in told
    assert main(["forecast", str(catalogue), "--script", str(script), "--market", "US", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "hookline.forecast"
    assert document["forecast"]["market"] == "US"
    assert len(document["forecast"]["episodes"]) == 6
    assert main(["forecast", str(catalogue), "--script", str(script), "--market", "FR"]) == 2
    assert "nobody in FR" in capsys.readouterr().err


def test_an_edit_is_held_against_the_draft(catalogue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = tmp_path / "one.fountain", tmp_path / "two.fountain"
    before.write_text(f"Title: One\n\n{LINES}\n")
    after.write_text(f"Title: Two\n\n{LINES.replace('Was it Nora?', 'Never mind. All is well now. Goodnight.')}\n")
    capsys.readouterr()
    assert main(["forecast", str(catalogue), "--script", str(before), "--edit", str(after)]) == 0
    told = capsys.readouterr().out
    assert "episode 3: stay to the end" in told
    assert "episode 4" not in told


def test_without_viewers_the_priors_speak(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "new.fountain"
    script.write_text(f"Title: New\n\n{LINES}\n")
    assert main(["new", str(tmp_path / "empty")]) == 0
    capsys.readouterr()
    assert main(["forecast", str(tmp_path / "empty"), "--script", str(script)]) == 0
    assert "priors alone" in capsys.readouterr().out
    assert main(["forecast", str(tmp_path / "empty"), "--script", str(tmp_path / "no.fountain")]) == 2
