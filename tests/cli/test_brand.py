"""``hookline brand`` from files on: clicks planted at a placement, a placement without any, wrong files."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hookline.cli import main
from tests.audience.canonical import write
from tests.cli.test_insight import EFFECTS
from tests.cli.test_plan import LINES
from tests.story.test_document import checker

SCHEMA = Path("src/hookline/insight/brand.schema.json")
PLACED = """schema = 1
as_of = 2026-11-23

[[placement]]
episode = 1
from_s = 4
to_s = 7
brand = "Rose Tea"
spokesperson = "Anna"

[[placement]]
episode = 3
from_s = 4
to_s = 7
brand = "Rose Tea"
"""
USUAL, AT_BRAND = 0.002, 0.03  # chance of a click in a second


def clicks(views: Path, out: Path) -> Path:
    """Clicks of the views: usual ones, and many more in seconds 4 to 7 of episode 1; a third of them buy."""
    rng = np.random.default_rng(8)
    rows = []
    for view in pq.read_table(views).to_pylist():
        for second in range(view["exit_ms"] // 1000):
            at_brand = view["episode"] == 1 and 4 <= second < 7
            if rng.random() < (AT_BRAND if at_brand else USUAL):
                at = view["started_at"] + timedelta(seconds=second + float(rng.random()))
                row = {"viewer_id": view["viewer_id"], "series": "the-stone", "episode": view["episode"]}
                rows.append({**row, "event": "clicked", "at": at})
                if rng.random() < 1 / 3:
                    rows.append({**row, "event": "converted", "at": at + timedelta(minutes=4)})
    return write(out, "steps_raw", rows, simulated=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("brand") / "stone"
    script, planted, out = root.parent / "stone.fountain", root.parent / "planted.toml", root.parent / "viewers"
    script.write_text(f"Title: The Stone\n\n{LINES}\n")
    planted.write_text(EFFECTS.split("[[moment]]")[0])  # nobody leaves at the brand
    assert main(["new", str(root), "--title", "The Stone"]) == 0
    assert main(["import", str(root), str(script)]) == 0
    make = ["simulate", str(root), "--viewers", "6000", "--effects", str(planted), "--out", str(out)]
    assert main(make) == 0
    acts = clicks(out / "views.parquet", root.parent / "clicks.parquet")
    assert main(["import", str(root), str(out), str(acts)]) == 0
    (root / "brand.toml").write_text(PLACED)
    return root


def test_the_lift_is_found_where_it_was_planted_and_nowhere_else(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["brand", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    checker(SCHEMA).validate(document)
    report = document["series"]["the-stone"]["report"]
    first, other = report["placements"]
    assert (first["placement"]["episode"], other["placement"]["episode"]) == (1, 3)
    # first clicks in three seconds at 3 % against 0.2 %, of the 97 % who are still there in the middle of them
    more = 0.97 * ((1 - (1 - AT_BRAND) ** 3) - (1 - (1 - USUAL) ** 3))
    assert first["lift"]["low"] < 1000 * more < first["lift"]["high"]
    assert first["ratio"]["low"] > 2
    assert other["ratio"]["low"] < 1 < other["ratio"]["high"]
    assert other["lift"]["low"] < 0 < other["lift"]["high"]
    assert first["converted"]["low"] < 1 / 3 < first["converted"]["high"]
    assert first["leaving"]["low"] < 1 < first["leaving"]["high"]
    assert first["lift"]["grade"] == "within"
    assert report["simulated"]
    assert {cut["episode"] for cut in report["cuts"]} == {1, 3}
    assert "2 placements: what makes one work is judged from 8 on, 3 each way" in " ".join(report["notes"])


def test_it_is_told_in_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["brand", str(folder)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("the-stone: the brand in the story  [simulated viewers]")
    assert "with Anna" in told
    assert "views clicked; of those" in told


@pytest.mark.parametrize(
    ("change", "said", "answer"),
    [
        ("from_s = 4", "from_s = 9", "from 9 to 7 s has no length"),
        ("episode = 1", "episode = 9", "there is no episode 9"),
        ("episode = 1", 'episode = "1"', "episode is '1'"),
        ('spokesperson = "Anna"', 'person = "Anna"', "has no key 'person'"),
        ('brand = "Rose Tea"\nspokesperson', "spokesperson", "lacks brand"),
        ("from_s = 4\nto_s = 7", "from_s = 900\nto_s = 907", "begins after episode 1 ends"),
        ("schema = 1", "schema = 2", "schema 2 is newer"),
        ("[[placement]]", "[[placement]", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_told(
    folder: Path, change: str, said: str, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "brand.toml").write_text(PLACED.replace(change, said, 1))
    try:
        assert main(["brand", str(folder)]) == 2
        error = capsys.readouterr().err
        assert answer in error
        assert "brand.toml" in error
    finally:
        (folder / "brand.toml").write_text(PLACED)


def test_without_a_file_it_says_how_to_write_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "brand.toml").rename(folder / "other.toml")
    try:
        assert main(["brand", str(folder)]) == 2
        error = capsys.readouterr().err
        assert "no series says where a brand appears" in error
        assert "[[placement]]" in error
    finally:
        (folder / "other.toml").rename(folder / "brand.toml")
