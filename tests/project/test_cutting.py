from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from hookline.cli import main
from hookline.edit import fonts
from hookline.media.probe import probe
from hookline.media.stills import still
from hookline.project import cut_manifest
from hookline.project.cut_manifest import Delivered
from tests.project import footage

KILLS = int(os.environ.get("HOOKLINE_KILLS", "3"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two episodes that nothing has been done with; copied by each test."""
    return footage.series(tmp_path_factory.mktemp("template") / "series")


@pytest.fixture(scope="module")
def finished(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, cut."""
    root = tmp_path_factory.mktemp("finished") / "series"
    shutil.copytree(template, root)
    assert main(["cut", str(root), "--workers", "1"]) == 0
    return root


@pytest.fixture
def series(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "series")
    return tmp_path / "series"


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path / "series")
    return tmp_path / "series"


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "hookline", "cut", *map(str, arguments)]


def digests(root: Path) -> dict[str, str]:
    """Every video under ``out``, by name."""
    found = sorted((root / "out").rglob("*.mp4"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def manifest(root: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((root / "out" / "cuts" / "manifest.json").read_text())
    return read


def run_json(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["cut", *map(str, arguments), "--json"]) == code
    (run,) = json.loads(capsys.readouterr().out)
    assert isinstance(run, dict)
    return run


# ------------------------------------------------------------------ what is delivered


def test_every_version_stands_there_with_what_goes_along(finished: Path) -> None:
    cuts = manifest(finished)["cuts"]
    assert [(cut["episode"], cut["platform"]) for cut in cuts] == [(1, "tiny"), (1, "wide"), (2, "tiny"), (2, "wide")]
    folder = finished / "out" / "cuts"
    for cut in cuts:
        video = folder / cut["video"]
        assert video.relative_to(folder).parts == (f"{cut['episode']:03d}", f"{cut['id']}.mp4")
        info = probe(video)
        assert (info.width, info.height) == (cut["width"], cut["height"])
        assert abs(info.duration_ms - 5_000) < 50
        assert info.has_audio
        assert cut["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
        assert "You know who sent me." in (folder / cut["subtitles"][0]).read_text()
        assert (folder / cut["thumbnail"]).read_bytes().startswith(b"\xff\xd8")
        assert {Path(name).suffix for name in cut["timelines"]} == {".otio", ".fcpxml", ".edl"}
        assert cut["id"].startswith(f"small-lies-{cut['episode']:03d}-full-{cut['platform']}-")
        assert cut["clips"][0]["source"] == f"media/ep{cut['episode']:02d}.mp4"


def test_the_manifest_is_what_its_published_schema_says(finished: Path) -> None:
    schema = json.loads(cut_manifest.SCHEMA_FILE.read_text())
    assert schema == cut_manifest.schema(), "run: ./dev docs schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(manifest(finished))
    broken = manifest(finished)
    del broken["cuts"][0]["id"]
    assert not validator.is_valid(broken)
    assert set(schema["$defs"]["Delivered"]["properties"]) == {f.name for f in fields(Delivered)}


def test_a_second_run_changes_nothing(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (done / "out").rglob("*") if path.is_file()}
    run = run_json(capsys, done)
    assert (len(run["made"]), len(run["there"])) == (0, 4)
    assert before == {path: path.stat().st_mtime_ns for path in (done / "out").rglob("*") if path.is_file()}


def test_workers_make_the_same_cuts(finished: Path, series: Path) -> None:
    assert main(["cut", str(series), "--workers", "2"]) == 0
    made, expected = manifest(series)["cuts"], manifest(finished)["cuts"]
    assert [cut["id"] for cut in made] == [cut["id"] for cut in expected]
    assert [cut["duration_ms"] for cut in made] == [cut["duration_ms"] for cut in expected]


def test_one_pass_feeds_all_versions_still_missing(
    done: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two versions of episode 1 and one of episode 2 that are gone, each source is decoded once."""
    from hookline.media import render, source

    gone = [path for path in digests(done) if "-001-" in path or "002-full-wide" in path]
    for name in gone:
        next((done / "out").rglob(name)).unlink()
    decoded: list[str] = []
    pictures = source.pictures

    def counted(film: source.Source, *rest: Any, **more: Any) -> Any:
        decoded.append(film.path.name)
        return pictures(film, *rest, **more)

    monkeypatch.setattr(render, "pictures", counted)
    run = run_json(capsys, done, "--workers", "1")
    assert sorted(cut["video"].split("/")[1] for cut in run["made"]) == sorted(gone)
    assert decoded == ["ep01.mp4", "ep02.mp4"]


def test_a_changed_source_makes_its_cuts_anew_and_keeps_the_old_ones_known(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = {cut["id"] for cut in manifest(done)["cuts"] if cut["episode"] == 1}
    path = done / "subtitles" / "ep01.srt"
    path.write_text(path.read_text().replace("You know", "I know"))
    run = run_json(capsys, done)
    assert {cut["episode"] for cut in run["made"]} == {1}
    current = {cut["id"]: cut["current"] for cut in manifest(done)["cuts"]}
    assert all(not current[id] for id in old)
    assert sum(current.values()) == 4
    assert len(digests(done)) == 6


def test_a_dry_run_makes_nothing_and_says_why_and_how_much(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_json(capsys, series, "--dry-run", "--kind", "full,teaser")
    assert not (series / "out").exists()
    assert len(run["left"]) == 8
    for one in run["left"]:
        assert one["reason"]
        assert 0 < one["estimate"]["low_bytes"] < one["estimate"]["high_bytes"]
    assert main(["cut", str(series), "--dry-run"]) == 0
    assert "4 to make" in capsys.readouterr().out


def test_what_was_promised_is_what_is_made(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From four cuts on, sizes are estimated from the series' own; eight of ten should lie inside."""
    promised = run_json(capsys, done, "--dry-run", "--kind", "trimmed4")["left"]
    made = {cut["id"]: cut["bytes"] for cut in run_json(capsys, done, "--kind", "trimmed4")["made"]}
    assert len(made) == 4
    inside = [p["estimate"]["low_bytes"] * 0.7 <= made[p["id"]] <= p["estimate"]["high_bytes"] * 1.4 for p in promised]
    assert sum(inside) >= 3


# ------------------------------------------------------------------ fonts


def test_captions_are_written_with_a_font_that_only_the_series_folder_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thai, on a machine of whose own fonts none has Thai letters."""
    installed = fonts.known_fonts()
    thai = next(font for font in installed if font.writes("ก"))
    monkeypatch.setattr(fonts, "_installed", lambda: tuple(font for font in installed if not font.writes("ก")))
    root = footage.series(tmp_path / "series", episodes=1, seconds=3.2)
    (root / "subtitles" / "ep01.srt").write_text("1\n00:00:00,200 --> 00:00:01,900\nใครส่งเธอมา\n")
    toml = root / "hookline.toml"
    said = toml.read_text().replace('language = "en"', 'language = "th"')
    toml.write_text(said)
    failed = run_json(capsys, root, "--platform", "tiny", code=2)["failed"]
    assert "no font here can write" in failed[0]["what"]
    assert 'fonts = "my-fonts"' in failed[0]["mend"]

    (root / "my-fonts").mkdir()
    shutil.copy(thai.path, root / "my-fonts")
    toml.write_text(said.replace("[cut]", '[cut]\nfonts = "my-fonts"'))
    (first,) = run_json(capsys, root, "--platform", "tiny")["made"]
    (root / "my-fonts" / f"another{thai.path.suffix}").write_bytes(thai.path.read_bytes())
    (second,) = run_json(capsys, root, "--platform", "tiny")["made"]
    assert first["id"] != second["id"]  # other letters are another cut

    shutil.rmtree(root / "my-fonts")
    assert main(["cut", str(root)]) == 2
    assert "the folder of fonts isn't there" in capsys.readouterr().err


# ------------------------------------------------------------------ spoilers


def test_paid_episodes_are_shown_only_when_asked_for_or_where_they_are_sold(
    series: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = series / "hookline.toml"
    text = toml.read_text().replace("[cut]", "[cut]\nfirst_paid = 2")
    toml.write_text(f'{text}\n[platforms.app]\nlike = "tiny"\nsells = true\n')
    run = run_json(capsys, series, "--dry-run", "--platform", "tiny,app", "--kind", "full,teaser")
    assert {(one["episode"], one["kind"], one["platform"]) for one in run["left"]} == {
        (1, "full", "tiny"),
        (1, "teaser", "tiny"),
        (1, "full", "app"),
        (1, "teaser", "app"),
        (2, "full", "app"),
    }
    assert all("--spoilers" in skipped["why"] for skipped in run["skipped"])
    assert len(run["skipped"]) == 3
    shown = run_json(capsys, series, "--dry-run", "--platform", "tiny", "--kind", "teaser", "--spoilers")
    assert {one["episode"] for one in shown["left"]} == {1, 2}


# ------------------------------------------------------------------ killed


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_any_moment_and_started_again(
    seed: int, series: Path, finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing half stands in ``out``, what was delivered is not made again, and all comes out the same."""
    dice = random.Random(f"{seed} {os.environ.get('HOOKLINE_SEED', '')}")
    workers = dice.choice(["1", "2"])
    expected = digests(finished)
    for _ in range(2):  # killed twice in a row
        _killed(command(series, "--workers", workers), series, dice)
        _nothing_half(series, expected)
    before = {name: path.stat().st_mtime_ns for path in (series / "out").rglob("*.mp4") for name in [path.name]}
    listed = {cut["id"] for cut in manifest(series)["cuts"]} if (series / "out/cuts/manifest.json").exists() else set()
    run = run_json(capsys, series, "--workers", workers)
    assert {cut["id"] for cut in run["there"]} == listed
    assert not listed & {cut["id"] for cut in run["made"]}
    after = {path.name: path.stat().st_mtime_ns for path in (series / "out").rglob("*.mp4")}
    assert all(after[name] == stamp for name, stamp in before.items() if name.removesuffix(".mp4") in listed)
    _nothing_half(series, expected)
    assert set(digests(series)) == set(expected)
    for name in expected:
        assert likeness(next((series / "out").rglob(name))) == likeness(next((finished / "out").rglob(name)))
    assert not list((series / ".hookline" / "cutting" / "versions").glob("*.mp4"))


def _killed(words: list[str], root: Path, dice: random.Random) -> None:
    """Start the command and kill it at a moment between its start and its end."""
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    moment = dice.choice(["at once", "planning", "cutting", "cutting", "delivered", "delivered"])
    if moment in ("planning", "cutting"):
        for line in process.stderr:
            if moment in line:
                break
    elif moment == "delivered":
        wanted = dice.randint(1, 3)
        while process.poll() is None and len(list((root / "out").rglob("*.mp4"))) < wanted:
            time.sleep(0.001)
    time.sleep(dice.random() * {"at once": 2.0, "planning": 0.3, "cutting": 1.0, "delivered": 0.02}[moment])
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()


def likeness(path: Path) -> tuple[object, ...]:
    """What a prober sees, and the pictures themselves but for what the number of an encoder's threads changes."""
    pictures = still(path, at_ms=2_000, width=90), still(path, at_ms=4_800, width=90)
    return probe(path), tuple(round(np.asarray(Image.open(io.BytesIO(one))).mean()) for one in pictures)


def _nothing_half(root: Path, expected: Iterable[str]) -> None:
    files = [path for path in (root / "out").rglob("*") if path.is_file()]
    assert not [path.name for path in files if path.name.startswith(".")]
    assert set(digests(root)) <= set(expected)
    for path in files:
        if path.suffix == ".mp4":
            assert abs(probe(path).duration_ms - 5_000) < 50
    if (root / "out/cuts/manifest.json").exists():
        for cut in manifest(root)["cuts"]:
            assert (root / "out/cuts" / cut["video"]).stat().st_size == cut["bytes"]


def test_ctrl_c_ends_it_cleanly(series: Path) -> None:
    process = subprocess.Popen(
        command(series, "--workers", "2"), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if "cutting" in line:
            break
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    said += process.stderr.read()
    assert process.wait(60) == 130
    assert "the next run goes on from there" in said
    assert "Traceback" not in said
    assert not list((series / ".hookline/cutting/versions").glob("at-work-*/*.mp4"))
    assert main(["cut", str(series)]) == 0
