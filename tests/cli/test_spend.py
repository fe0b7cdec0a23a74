"""``hookline spend`` from imported files on: two cuts in two markets, one of which brings twice the money."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hookline.cli import main
from tests.audience.canonical import write
from tests.cli.test_experiment import SCRIPT
from tests.story.test_document import checker

SCHEMA = Path("src/hookline/insight/spend.schema.json")
Row = dict[str, Any]
FIRST, DAYS = date(2026, 3, 1), 56
ADS = (("good", "US", 0.10), ("poor", "US", 0.04), ("good", "BR", 0.06), ("poor", "BR", 0.03))  # share that pays


def account(folder: Path) -> list[Path]:
    """Reports of spend, installs, and what those viewers watched and paid."""
    rng = np.random.default_rng(3)
    ads: list[Row] = []
    installs: list[Row] = []
    views: list[Row] = []
    steps: list[Row] = []
    for cut, market, pays in ADS:
        for day in range(DAYS):
            spend = float(40 * np.exp(rng.normal(0, 0.4)))
            at = FIRST + timedelta(day)
            count = int(rng.poisson(30 * (spend / 40) ** 0.7))
            ads.append(
                {
                    "series": "dealt", "ad_cut": cut, "platform": "meta", "market": market, "day": at,
                    "spend_micros": round(spend * 1e6), "currency": "USD", "impressions": 9_000,
                    "clicks": 90 if cut == "poor" else 30, "installs": count,
                }
            )  # fmt: skip
            for _ in range(count):
                viewer, when = (
                    f"v{len(installs)}",
                    datetime(at.year, at.month, at.day) + timedelta(hours=rng.random() * 24),
                )
                who = {"viewer_id": viewer, "series": "dealt", "market": market}
                installs.append({**who, "ad_cut": cut, "platform": "meta", "at": when})
                started = when + timedelta(minutes=5)
                views.append(
                    {
                        **who, "view_id": viewer, "episode": 1, "cut": "main", "platform": "app", "started_at": started,
                        "duration_ms": 3_000, "exit_ms": 3_000, "watched_ms": 3_000, "completed": True,
                    }
                )  # fmt: skip
                if rng.random() < pays:
                    paid = started + timedelta(days=float(rng.exponential(2.0)))
                    price = round(float(rng.lognormal(1.8, 0.8)) * 1e6)
                    steps.append(
                        {**who, "episode": 2, "event": "unlocked", "at": paid, "price_micros": price, "currency": "USD"}
                    )
    last = datetime(2026, 3, 1) + timedelta(days=DAYS)
    return [
        write(folder / "ads.parquet", "ads", ads),
        write(folder / "installs.parquet", "installs", installs),
        write(folder / "views.parquet", "views", views),
        write(folder / "steps_raw.parquet", "steps_raw", [row for row in steps if row["at"] < last]),
    ]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("spend")
    folder, script = root / "dealt", root / "dealt.fountain"
    script.write_text(SCRIPT)
    assert main(["new", str(folder), "--title", "Dealt", "--language", "en"]) == 0
    assert main(["import", str(folder), str(script), *map(str, account(root))]) == 0
    return folder


def test_the_budget_goes_where_money_comes_back_and_not_where_clicks_are(
    series: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["spend", str(series), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    checker(SCHEMA).validate(document)
    plan = document["series"]["dealt"]["plan"]
    ads = {(ad["cut"], ad["market"]): ad for ad in plan["ads"]}
    assert ads["good", "US"]["advice"] == "raise"
    assert ads["poor", "BR"]["advice"] == "lower"
    assert ads["good", "US"]["best"] > 0.4
    assert ads["poor", "BR"]["best"] < 0.1
    assert sum(ad["best"] for ad in plan["ads"]) == pytest.approx(1)
    assert plan["recommended"]
    assert plan["certainty"] >= 0.95
    assert plan["gain"]["low"] > 0
    # truth: 0.75 installs a unit, of whom 10 % pay e^(1.8 + 0.32) = 8.3 each
    back = ads["good", "US"]["returned"]
    assert back["low"] < 0.75 * 0.10 * 8.33 < back["high"]
    assert back["grade"] == "across"
    assert {group["name"] for group in plan["groups"] if group["dimension"] == "market"} == {"US", "BR"}


def test_it_is_told_in_a_table(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spend", str(series), "--budget", "10,000"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("dealt: the next 28 days, USD 10,000")
    assert "raise (" in told
    assert "recommended" in told
    assert "No ad names a cut that Hookline made" in told
    assert "scaled by the payback curve" in told


def test_one_markets_budget_is_divided_alone(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spend", str(series), "--market", "BR", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)["series"]["dealt"]["plan"]
    assert {ad["market"] for ad in plan["ads"]} == {"BR"}
    assert sum(ad["today"] for ad in plan["ads"]) == pytest.approx(1)
    assert main(["spend", str(series), "--market", "XX"]) == 2
    assert "markets with ads: BR, US" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("rate = 1", "there is no setting 'rate'"),
        ("days = 0", "days is 0"),
        ("rates = { BRL = -1 }", "the rate of BRL is -1"),
        ("horizon = true", "horizon is True"),
    ],
)
def test_wrong_settings_are_told(series: Path, said: str, answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = series / "hookline.toml"
    before = settings.read_text()
    settings.write_text(f"{before}\n[spend]\n{said}\n")
    try:
        assert main(["spend", str(series)]) == 2
        error = capsys.readouterr().err
        assert answer in error
        assert "[spend]" in error
    finally:
        settings.write_text(before)


def test_without_ads_it_says_what_to_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.cli.test_experiment import dealt

    folder, script = tmp_path / "dealt", tmp_path / "dealt.fountain"
    script.write_text(SCRIPT)
    views = dealt(tmp_path / "views.parquet", lift=0.0, viewers=300)
    assert main(["new", str(folder), "--title", "Dealt", "--language", "en"]) == 0
    assert main(["import", str(folder), str(script), str(views)]) == 0
    capsys.readouterr()
    assert main(["spend", str(folder)]) == 0
    assert "no spend of an ad is known" in capsys.readouterr().out
