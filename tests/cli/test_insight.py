"""``hookline insight`` on simulated viewers: findings, markets, the document and its schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hookline.cli import main
from tests.cli.test_plan import LINES
from tests.story.test_document import checker

SCHEMA = Path("src/hookline/insight/insight.schema.json")
EFFECTS = """
[paywall]
first = 5

[[market]]
code = "US"

[[market]]
code = "BR"

[[moment]]
episode = 2
line = "Who told you"
odds_ratio = 6.0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("insight") / "stone"
    script, planted = root.parent / "stone.fountain", root.parent / "planted.toml"
    script.write_text(f"Title: The Stone\n\n{LINES}\n")
    planted.write_text(EFFECTS)
    assert main(["new", str(root), "--title", "The Stone"]) == 0
    assert main(["import", str(root), str(script)]) == 0
    assert main(["simulate", str(root), "--viewers", "12000", "--effects", str(planted)]) == 0
    return root


def test_findings_moments_and_effects_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["insight", str(folder)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("the-stone  [simulated viewers]")
    assert "1. Viewers leave at “Who told you?" in told
    assert "evidence: within" in told
    assert "moments: where more (+) or fewer (-) leave" in told
    assert "effects: odds with the element against without" in told


def test_the_document_holds_its_schema_and_quotes_the_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["insight", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    checker(SCHEMA).validate(document)
    assert (document["schema"], document["version"], document["market"]) == ("hookline.insight", 1, "")
    found = document["series"]["the-stone"]
    assert found["simulated"]
    first = found["insight"]["findings"][0]
    assert first["places"][0]["episode"] == 2
    assert any(line["text"].startswith("Who told you?") for line in first["evidence"])


def test_a_market_is_told_with_what_holds_everywhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["insight", str(folder), "--json"]) == 0
    everything = json.loads(capsys.readouterr().out)["series"]["the-stone"]["insight"]
    assert main(["insight", str(folder), "--market", "US", "--json"]) == 0
    of_us = json.loads(capsys.readouterr().out)["series"]["the-stone"]["insight"]
    markets = {one["market"] for one in of_us["effects"]}
    assert markets == {"", "US"} < {one["market"] for one in everything["effects"]}
    assert all(one["market"] in ("", "US") for one in of_us["moments"])
    assert main(["insight", str(folder), "--market", "XX"]) == 2
    assert "markets with viewers: BR, US" in capsys.readouterr().err


def test_a_library_is_told_series_by_series(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["insight", str(folder.parent)]) == 0
    assert capsys.readouterr().out.startswith("the-stone  [simulated viewers]")


def test_without_viewers_it_says_what_to_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "one.fountain"
    script.write_text(f"Title: One\n\n{LINES}\n")
    assert main(["new", str(tmp_path / "one")]) == 0
    assert main(["import", str(tmp_path / "one"), str(script)]) == 0
    assert main(["insight", str(tmp_path / "one")]) == 2
    error = capsys.readouterr().err
    assert "no viewers yet" in error
    assert "hookline import" in error
