"""The user's path through the command line, from nothing to the report."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hookline import project, sample
from hookline.cli import main
from hookline.model.estimate import FindingKind
from tests.formats import made_exports


def hookline(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a user runs it."""
    words = [sys.executable, "-m", "hookline", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's scripts with 4,000 simulated viewers, run once; copied by tests that change it."""
    root = tmp_path_factory.mktemp("path") / "series"
    scripts = sample.copy_scripts(tmp_path_factory.mktemp("scripts"), language="en")
    assert main(["new", str(root), "--title", "The Heartbeat Clause", "--language", "en"]) == 0
    assert main(["import", str(root), *map(str, scripts)]) == 0
    assert main(["simulate", str(root), "--viewers", "4000", "--seed", "3"]) == 0
    assert main(["run", str(root)]) == 0
    return root


@pytest.fixture
def series(finished: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "series"
    shutil.copytree(finished, copy)
    return copy


def test_the_report_is_there_and_marked_as_simulated(finished: Path) -> None:
    page = (finished / "out" / "report.html").read_text()
    assert "The Heartbeat Clause" in page
    assert "simulated" in page.lower()
    assert "hookline" in page.lower()


def test_a_second_run_does_nothing(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.stat().st_mtime_ns for p in finished.rglob("*") if p.is_file() and p.name not in ("holder", "lock")}
    assert main(["run", str(finished)]) == 0
    assert "nothing to do" in capsys.readouterr().out
    after = {p: p.stat().st_mtime_ns for p in finished.rglob("*") if p.is_file() and p.name not in ("holder", "lock")}
    assert before == after


def test_a_changed_script_redoes_what_depends_on_it(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", str(series)])  # the copy has other paths and times; content decides
    assert "nothing to do" in capsys.readouterr().out
    script = series / "scripts" / "ep01.fountain"
    script.write_text(script.read_text() + "\nNELL\nI will be back for the pen.\n")
    assert main(["run", str(series)]) == 0
    told = capsys.readouterr().out
    assert all(step in told for step in ("story", "audience", "insight", "report"))


def test_new_viewers_do_not_redo_the_story(series: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(series), "--viewers", "500", "--seed", "9"]) == 0
    capsys.readouterr()
    assert main(["run", str(series)]) == 0
    (told,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("series:")]
    assert "audience" in told
    assert "story" not in told


def test_derived_work_is_safe_to_delete(series: Path) -> None:
    page = (series / "out" / "report.html").read_bytes()
    shutil.rmtree(series / ".hookline")
    shutil.rmtree(series / "out")
    assert main(["run", str(series)]) == 0
    assert (series / "out" / "report.html").read_bytes() == page


def test_a_file_imported_twice_changes_nothing(
    series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = tmp_path / "another name ep01.fountain"
    shutil.copy(series / "scripts" / "ep01.fountain", copied)
    before = sorted(p.name for p in (series / "scripts").iterdir())
    assert main(["import", str(series), str(copied)]) == 0
    assert "0 imported, 1 known already" in capsys.readouterr().out
    assert sorted(p.name for p in (series / "scripts").iterdir()) == before


def test_another_file_of_the_same_name_does_not_overwrite(series: Path, tmp_path: Path) -> None:
    other = tmp_path / "ep01.fountain"
    other.write_text("# EPISODE 9\n\nINT. ROOM - DAY\n\nNELL\nHello there.\n")
    before = (series / "scripts" / "ep01.fountain").read_text()
    assert main(["import", str(series), str(other)]) == 0
    assert (series / "scripts" / "ep01.fountain").read_text() == before
    assert len(list((series / "scripts").glob("ep01-*.fountain"))) == 1


def test_simulating_again_replaces_the_viewers(series: Path) -> None:
    before = {p.name for p in (series / "events").glob("*.parquet")}
    assert main(["simulate", str(series), "--viewers", "300", "--seed", "4"]) == 0
    after = {p.name for p in (series / "events").glob("*.parquet")}
    assert after
    assert not before & after


def test_a_killed_run_goes_on_where_it_stopped(series: Path) -> None:
    shutil.rmtree(series / ".hookline")
    code = (
        "import os, hookline.insight as room\n"
        "room.analyse = lambda *a, **k: os._exit(9)\n"  # dies in the middle of a step
        f"from hookline.cli import main\nmain(['run', {str(series)!r}])\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 9
    done = hookline("run", series)
    assert done.returncode == 0, done.stderr
    assert "insight" in done.stdout
    assert "story" not in done.stdout.split("report:")[0].replace("story of", "")
    assert not (series / ".hookline" / "tmp").exists() or not list((series / ".hookline" / "tmp").iterdir())


def test_a_library_gets_an_index(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(finished, tmp_path / "one")
    assert main(["new", str(tmp_path / "two"), "--title", "Second & last", "--language", "en"]) == 0
    script = tmp_path / "ep01.fountain"
    script.write_text("INT. ROOM - DAY\n\nNELL\nWho are you?\n\nOWEN\nYour brother.\n")
    assert main(["import", str(tmp_path / "two"), str(script)]) == 0
    capsys.readouterr()
    assert main(["report", str(tmp_path)]) == 0
    index = Path(capsys.readouterr().out.splitlines()[-1])
    assert index == tmp_path / "out" / "index.html"
    page = index.read_text()
    assert "../one/out/report.html" in page
    assert "Second &amp; last" in page


def test_the_doctor_looks_over_everything(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", str(finished)]) == 0
    told = capsys.readouterr().out
    assert "duckdb" in told
    assert "8 script" in told
    assert main(["doctor", str(finished / "nowhere")]) == 2


def test_no_raw_id_lies_in_the_folder(series: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    names = ["Video Content Started", "Video Content Playing", "Video Playback Exited"]
    where = {"session_id": "raw-session-88", "content_asset_id": "ep01", "episode": 1, "total_length": 60}
    who = {"type": "track", "userId": "raw-viewer-id-77"}
    rows = [
        who
        | {"event": name, "messageId": f"m{n}", "timestamp": f"2026-03-01T10:00:{n:02d}Z"}
        | {"properties": where | {"position": n}}
        for n, name in enumerate(names)
    ]
    events.write_text("\n".join(map(json.dumps, rows)))
    assert main(["import", str(series), str(events)]) == 0
    assert main(["run", str(series)]) == 0
    for path in series.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"raw-viewer-id-77" not in data, path
            assert b"raw-session-88" not in data, path
    mode = (series / "events" / ".pseudonym-key").stat().st_mode
    assert mode & 0o077 == 0


FULL = """
import resource, signal, sys
from hookline.cli import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))  # no file may grow past that, as on a full disk
sys.exit(main(sys.argv[1:]))
"""


def test_a_full_disk_is_told_and_nothing_is_lost(series: Path, tmp_path: Path) -> None:
    script = tmp_path / "ep09.fountain"
    script.write_text("INT. ROOM - DAY\n\n" + "NELL\nSay it again, and look at me this time.\n\n" * 100)
    before = {p: p.read_bytes() for p in series.rglob("*") if p.is_file() and ".hookline" not in p.parts}
    words = [sys.executable, "-c", FULL, "import", str(series), str(script)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr
    after = {p: p.read_bytes() for p in series.rglob("*") if p.is_file() and ".hookline" not in p.parts}
    assert after == before
    assert main(["import", str(series), str(script)]) == 0


CURVE = "Video position (%),Absolute audience retention (%)\n" + "".join(
    f"{p},{100 - 0.4 * p - (9 if p >= 46 else 0):.1f}\n" for p in range(1, 101)
)


def test_a_platform_curve_alone_says_where_it_falls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, curve = tmp_path / "series", tmp_path / "retention ep01.csv"
    curve.write_text(CURVE)
    assert main(["new", str(root), "--title", "Curve", "--language", "en"]) == 0
    assert main(["import", str(root), *map(str, sample.copy_scripts(tmp_path / "in", language="en"))]) == 0
    assert main(["import", str(root), str(curve), "--episode", "1", "--views", "50000"]) == 0
    assert main(["run", str(root)]) == 0
    (run,) = project.run(project.open_library(root)).series
    insight = run.insight()
    assert insight is not None
    (found,) = [f for f in insight.findings if f.kind is FindingKind.CURVE]
    fell_at = 0.46 * run.story().episodes[0].duration_ms
    assert any(p.span.start_ms - 2_000 <= fell_at <= p.span.end_ms + 2_000 for p in found.places)
    assert 30_000 < found.estimate.n <= 50_000  # who still watches there


def test_a_curve_without_views_is_drawn_without_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, curve = tmp_path / "series", tmp_path / "ep01.csv"
    curve.write_text(CURVE)
    assert main(["new", str(root), "--language", "en"]) == 0
    assert main(["import", str(root), *map(str, sample.copy_scripts(tmp_path / "in", language="en"))]) == 0
    assert main(["import", str(root), str(curve)]) == 0
    assert "--views" in capsys.readouterr().out
    assert main(["run", str(root)]) == 0
    (run,) = project.run(project.open_library(root)).series
    insight = run.insight()
    assert insight is not None
    assert not insight.findings
    assert any("views" in note for note in insight.notes)


def test_every_platform_s_export_is_known_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A YouTube curve with its views by country, Meta's and TikTok's reports; views in hookline.toml; quality told."""
    root, given = tmp_path / "series", tmp_path / "given"
    given.mkdir()
    files = {
        "retention ep01.csv": made_exports.STUDIO + "12,half\n", "countries ep01.csv": made_exports.GEOGRAPHY,
        "meta ep01.json": made_exports.meta(), "tiktok ep02.json": made_exports.tiktok(),
        "ep02.csv": made_exports.STUDIO,
    }  # fmt: skip
    for name, text in files.items():
        (given / name).write_text(text)
    assert main(["new", str(root), "--title", "Out", "--language", "en"]) == 0
    assert main(["import", str(root), *map(str, sample.copy_scripts(tmp_path / "in", language="en"))]) == 0
    settings = root / "hookline.toml"
    settings.write_text(settings.read_text() + '\n[audience]\nviews = { "ep02.csv" = 7000 }\n')
    assert main(["import", str(root), str(given)]) == 0
    assert "5 imported" in capsys.readouterr().out
    assert main(["audience", str(root), "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    shown = {(r["platform"], r["market"], r["episode"]): r for r in rows if r["figure"] == "completion of views"}
    sizes = {key: int(row["n"]) for key, row in shown.items()}
    assert sizes == {
        ("", "", "1"): 20_500, ("", "", "2"): 7000, ("youtube", "", "1"): 20_500, ("youtube", "", "2"): 7000,
        ("meta", "", "1"): 8000, ("tiktok", "", "2"): 5000,
    }  # fmt: skip
    assert all(float(r["low"]) <= float(r["value"]) <= float(r["high"]) for r in rows)
    assert {r["market"] for r in rows if r["figure"] == "views"} == {"", "US", "BR"}
    assert main(["audience", "quality", str(root)]) == 0
    assert "a cell is not a number" in capsys.readouterr().out


@pytest.mark.parametrize("setting", ["[1]", '{ "a.csv" = 0 }', '{ "a.csv" = "many" }'])
def test_views_in_the_settings_are_whole_numbers(
    setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "s")]) == 0
    shutil.copy(sample.copy_scripts(tmp_path / "in", language="en")[0], tmp_path / "s" / "scripts")
    settings = tmp_path / "s" / "hookline.toml"
    settings.write_text(settings.read_text() + f"\n[audience]\nviews = {setting}\n")
    assert main(["run", str(tmp_path / "s")]) == 2
    assert "views is" in capsys.readouterr().err


def test_viewers_of_another_series_are_set_aside_and_the_page_says_why(series: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert main(["simulate", str(series), "--viewers", "300", "--seed", "2", "--out", str(other)]) == 0
    alone = tmp_path / "alone"
    assert main(["new", str(alone), "--title", "Alone", "--language", "en"]) == 0
    assert main(["import", str(alone), str(series / "scripts")]) == 0
    assert main(["import", str(alone), str(other)]) == 0
    assert main(["run", str(alone)]) == 0
    assert "it is of another series" in (alone / "out" / "report.html").read_text()
