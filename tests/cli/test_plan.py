"""Plans through the command line, on the sample's season and simulated viewers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hookline.cli import main

LINES = "\n\n".join(
    f"""EPISODE {number}

INT. HALL - DAY

ANNA
You are late again, and I know why. Somebody saw you there.

BEN
Who told you? Was it {name}?

Ben tears the letter in two. A red stone falls out.

ANNA
Stop! That was your mother's. She is alive.

BEN
My mother died eleven years ago.

ANNA
Then who is calling you right now?"""
    for number, name in enumerate(("Lena", "Mark", "Nora", "Otto", "Paul", "Rosa"), 1)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plan") / "stone"
    script = root.parent / "stone.fountain"
    script.write_text(f"Title: The Stone\n\n{LINES}\n")
    assert main(["new", str(root), "--title", "The Stone"]) == 0
    assert main(["import", str(root), str(script)]) == 0
    assert main(["simulate", str(root), "--viewers", "20000"]) == 0
    return root


def test_boundaries_are_told_beside_todays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(folder), "--boundaries"]) == 0
    told = capsys.readouterr().out
    assert "6 episodes, divided so that viewers stay longest  (simulated viewers)" in told
    assert "ecommended" in told or "Today's division is the best" in told
    assert main(["plan", str(folder), "--boundaries", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "hookline.plan.boundaries"
    plan = document["series"]["the-stone"]
    assert len(plan["best"]["boundaries"]) == len(plan["today"]["boundaries"]) == 6
    assert plan["gain_s"]["low"] <= plan["gain_s"]["value"] <= plan["gain_s"]["high"]
    assert plan["simulated"]


def test_walls_are_told_by_market(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(folder), "--paywall"]) == 0
    told = capsys.readouterr().out
    assert "the-stone, US: the first paid episode" in told
    assert "Not recommended" in told  # one wall alone
    assert main(["plan", str(folder), "--paywall", "--json"]) == 0
    plans = json.loads(capsys.readouterr().out)["series"]["the-stone"]
    us = next(plan for plan in plans if plan["market"] == "US")
    assert us["today"]["episode"] == 5
    assert us["today"]["price"] == pytest.approx(0.40)
    assert 0.33 < us["today"]["unlock"]["value"] < 0.37  # simulated as 0.35


def test_prices_of_the_settings_stand_above_those_seen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = folder / "hookline.toml"
    text = settings.read_text()
    settings.write_text(text + '\n[prices]\nUS = { amount = 0.80, currency = "EUR" }\n')
    assert main(["plan", str(folder), "--paywall", "--json"]) == 0
    plans = json.loads(capsys.readouterr().out)["series"]["the-stone"]
    us = next(plan for plan in plans if plan["market"] == "US")
    assert (us["currency"], us["today"]["price"]) == ("EUR", 0.8)
    settings.write_text(text + "\n[prices]\nUS = 0.8\n")
    assert main(["plan", str(folder), "--paywall"]) == 2
    assert "US has no amount and currency" in capsys.readouterr().err
    settings.write_text(text)


def test_bad_bounds_and_no_viewers_are_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(folder), "--boundaries", "--shortest", "90", "--longest", "60"]) == 2
    assert "longer than the longest" in capsys.readouterr().err
    empty = tmp_path / "empty"
    assert main(["new", str(empty)]) == 0
    script = tmp_path / "one.fountain"
    script.write_text(f"Title: One\n\n{LINES}\n")
    assert main(["import", str(empty), str(script)]) == 0
    assert main(["plan", str(empty), "--boundaries"]) == 2
    assert "no viewers yet" in capsys.readouterr().err
