"""An experiment on the very passage that viewers were seen to leave at: it agrees, or it contradicts; both are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hookline.cli import main
from tests.cli.test_insight import EFFECTS
from tests.cli.test_plan import LINES

TRIAL = """
[[experiments]]
name = "shorter letter"
episode = 2
control = "main"
variants = ["tight"]
metric = "completion"
smallest = 0.04
tests = {{ from_s = {0}, to_s = {1} }}
"""


def dealt(folder: Path, span: tuple[int, int], *, mended: bool) -> None:
    """Half of episode 2's viewers get "tight"; where it mends the passage, nobody leaves there."""
    path = folder / "views.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    viewers = sorted({row["viewer_id"] for row in rows})
    tight = dict(zip(viewers, np.random.default_rng(5).random(len(viewers)) < 0.5, strict=True))
    for row in rows:
        if row["episode"] != 2:
            continue
        row["cut"] = "tight" if tight[row["viewer_id"]] else "main"
        left = span[0] <= row["exit_ms"] < span[1]
        if mended and left and tight[row["viewer_id"]]:
            row.update(exit_ms=row["duration_ms"], watched_ms=row["duration_ms"], completed=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, tuple[int, int]]:
    """A series with its script, simulated viewers beside it, and where they leave."""
    root = tmp_path_factory.mktemp("overrule")
    script, planted, out = root / "stone.fountain", root / "planted.toml", root / "viewers"
    script.write_text(f"Title: The Stone\n\n{LINES}\n")
    planted.write_text(EFFECTS)
    assert main(["new", str(root / "series"), "--title", "The Stone"]) == 0
    assert main(["import", str(root / "series"), str(script)]) == 0
    make = ["simulate", str(root / "series"), "--viewers", "20000", "--effects", str(planted), "--out", str(out)]
    assert main(make) == 0
    return root / "series", out, (2_000, 9_000)


def told(
    series: Path, out: Path, root: Path, span: tuple[int, int], capsys: pytest.CaptureFixture[str], *, mended: bool
) -> tuple[str, dict[str, Any]]:
    """What ``hookline insight`` says of a copy of the series with its viewers dealt out."""
    import shutil

    folder, viewers = root / "copy", root / "dealt"
    shutil.copytree(series, folder)
    shutil.copytree(out, viewers)
    dealt(viewers, span, mended=mended)
    settings = folder / "hookline.toml"
    settings.write_text(settings.read_text() + TRIAL.format(span[0] / 1000, span[1] / 1000))
    assert main(["import", str(folder), str(viewers)]) == 0
    capsys.readouterr()
    assert main(["insight", str(folder)]) == 0
    text = capsys.readouterr().out
    assert main(["insight", str(folder), "--json"]) == 0
    return text, json.loads(capsys.readouterr().out)["series"]["the-stone"]["insight"]


def test_a_test_that_contradicts_counts(
    made: tuple[Path, Path, tuple[int, int]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, found = told(*made[:2], tmp_path, made[2], capsys, mended=False)
    assert "without the passage at 0:02-0:09, completion changes by" in text
    assert "no difference worth finding (4 points)" in text
    assert "The test contradicts it, and the test counts." in text
    assert "overrules what was observed" in text
    (tested,) = [one for one in found["findings"] if one["estimate"]["grade"] == "experiment"]
    assert tested["action"] == "Leave it as it is: changing it gains nothing worth finding."
    assert tested["estimate"]["low"] < 0 < tested["estimate"]["high"]
    assert [one for one in found["findings"] if one["kind"] == "moment"] == [tested]


def test_a_test_that_agrees_says_so_and_stands_in_the_report(
    made: tuple[Path, Path, tuple[int, int]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, found = told(*made[:2], tmp_path, made[2], capsys, mended=True)
    assert "The test agrees." in text
    first = found["findings"][0]
    assert first["estimate"]["grade"] == "experiment"
    assert first["action"] == "Show tight to everybody."
    assert first["estimate"]["low"] > 0
    assert main(["run", str(tmp_path / "copy")]) == 0
    page = (tmp_path / "copy" / "out" / "report.html").read_text()
    assert "The test agrees." in page
    assert "experiment" in page


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("{ from_s = 9, to_s = 2 }", "has no length"),
        ('{ ending = "applause" }', "there is no ending 'applause'"),
        ("{ }", "names nothing that is tested"),
        ('{ element = "exposition", change = "moved" }', "there is no change 'moved'"),
        ('{ element = "exposition", variant = "other" }', "doesn't say which variant"),
        ('{ beat = "exposition" }', "has no key 'beat'"),
    ],
)
def test_a_question_that_cant_be_read_is_told(
    made: tuple[Path, Path, tuple[int, int]], said: str, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from hookline.model.errors import BadInput
    from hookline.project import open_series
    from hookline.project.experiment_plans import questions

    settings = made[0] / "hookline.toml"
    before = settings.read_text()
    settings.write_text(before + TRIAL.split("tests", maxsplit=1)[0] + f"tests = {said}\n")
    try:
        with pytest.raises(BadInput) as raised:
            questions(open_series(made[0]).config())
        assert answer in str(raised.value)
        assert "shorter letter" in str(raised.value)
    finally:
        settings.write_text(before)
