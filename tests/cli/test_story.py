"""What a writer does in a terminal: read a story, correct it, compare drafts."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hookline import project, sample
from hookline.cli import main
from hookline.model.story import Origin


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(sample.copy_scripts(tmp_path_factory.mktemp("scripts"), language="en"))


@pytest.fixture
def series(tmp_path: Path, scripts: list[Path]) -> Path:
    root = tmp_path / "series"
    assert main(["new", str(root), "--title", "The Heartbeat Clause", "--language", "en"]) == 0
    assert main(["import", str(root), *map(str, scripts)]) == 0
    return root


def out(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    capsys.readouterr()
    assert main([str(word) for word in words]) == code
    told = capsys.readouterr()
    return told.out if code == 0 else told.err


def story_of(root: Path) -> project.SeriesFolder:
    return project.open_series(root)


@pytest.mark.parametrize("width", [40, 50, 70, 80, 120])
def test_a_season_fits_the_terminal(
    scripts: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    told = out(capsys, "story", "--script", *scripts)
    assert "8 episodes" in told
    assert "Notes" in told
    assert "\x1b" not in told, "no colour where nobody sees it"
    assert max(map(len, told.splitlines())) <= width + 1


def test_an_episode_is_told_line_by_line(scripts: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    told = out(capsys, "story", "--script", *scripts, "--episode", 2)
    assert "Episode 2: Room Nine" in told
    assert "Touch that plug, and you kill her." in told
    assert "> threat" in told
    assert "Ends on" in told
    assert "ep02.fountain:" in told


def test_nothing_in_a_script_reaches_the_terminal_as_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "x.fountain"
    script.write_text(
        "INT. A - DAY\n\nBOB\n[bold]Hi[/bold] \x1b[31mred\x1b]0;title\x07 :smile: \u202edrawkcab\n\n"
        + "Rain.\n\n" * 400
    )
    told = out(capsys, "story", "--script", script, "--episode", 1)
    assert "[bold]Hi[/bold]" in told
    assert ":smile:" in told
    assert not set(told) & {"\x1b", "\x07", "\u202e"}


def test_json_and_tables_of_a_file(scripts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = out(capsys, "story", "--script", scripts[0], "--json", "--csv", tmp_path / "tables")
    found = json.loads(told)
    assert (found["schema"], found["engine"]) == ("hookline.story", "offline")
    with (tmp_path / "tables" / "lines.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [line for scene in found["story"]["episodes"][0]["episode"]["scenes"] for line in scene["lines"]]
    assert [row["text"] for row in rows] == [line["text"] for line in lines]


def test_subtitles_time_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, cues = tmp_path / "x.fountain", tmp_path / "x.srt"
    script.write_text("INT. A - DAY\n\nANN\nWhere were you last night?\n\nBOB\nI was at the office.\n")
    cues.write_text(
        "1\n00:00:05,000 --> 00:00:07,000\nWhere were you last night?\n\n"
        "2\n00:00:09,000 --> 00:00:11,000\nI was at the office.\n"
    )
    found = json.loads(out(capsys, "story", "--script", script, "--subtitles", cues, "--json"))
    one = found["story"]["episodes"][0]
    assert one["timing"] == "subtitles"
    assert one["episode"]["scenes"][0]["lines"][0]["span"] == {"start_ms": 5000, "end_ms": 7000}


def test_a_library_is_one_document_a_line(series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(series, tmp_path / "library" / "one")
    shutil.copytree(series, tmp_path / "library" / "two")
    told = out(capsys, "story", tmp_path / "library", "--json", "--csv", tmp_path / "tables")
    assert [json.loads(line)["story"]["title"] for line in told.splitlines()] == ["The Heartbeat Clause"] * 2
    assert (tmp_path / "tables" / "two" / "beats.csv").exists()
    assert "8 episodes" in out(capsys, "story", tmp_path / "library")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give a series folder, or --script FILE"),
        (["--script", "gone.fountain"], "there is no such file"),
        (["nowhere"], "there is no series here"),
        (["nowhere", "--script", "x"], "give a series folder, or --script FILE"),
        (["nowhere", "--subtitles", "x"], "go with --script"),
    ],
)
def test_what_can_not_be_done_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in out(capsys, "story", *words, code=2)


@pytest.mark.parametrize("data", [b"", bytes(range(256)) * 40, b"\n\n\n"], ids=["empty", "binary", "blank"])
def test_a_file_that_is_no_script_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> None:
    path = tmp_path / "x.fountain"
    path.write_bytes(data)
    assert "x.fountain" in out(capsys, "story", "--script", path, code=2)
    assert "x.fountain" in out(capsys, "compare", path, path, code=2)


def test_an_episode_that_is_none_is_told(scripts: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert "episodes: 1-8" in out(capsys, "story", "--script", *scripts, "--episode", 9, code=2)


def test_a_reader_that_stops_early_is_no_error(scripts: list[Path]) -> None:
    command = [sys.executable, "-m", "hookline", "story", "--script", *map(str, scripts), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        done.stdout.read(10)
        done.stdout.close()
        assert b"Traceback" not in done.stderr.read()


# Corrections


def exported(series: Path, path: Path) -> list[dict[str, str]]:
    assert main(["story", str(series), "--export", str(path)]) == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def persons(series: Path) -> list[tuple[int, str]]:
    story = project.timed_story(project.open_series(series))
    return [(ep.number, beat.type.value) for ep in story.episodes for beat in ep.beats if beat.origin is Origin.PERSON]


def test_corrections_go_out_and_in_and_stay(series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "beats.csv"
    rows = exported(series, path)
    assert "nothing is corrected" in out(capsys, "import", series, path, "--as", "beats")
    assert persons(series) == []
    row = next(row for row in rows if row["what"] == "beat" and row["episode"] == "2" and row["type"] == "threat")
    row |= {"type": "betrayal", "by": "Mia"}
    write(path, rows)
    told = out(capsys, "import", series, path, "--as", "beats")
    assert "1 correction: 1 beat" in told
    assert "takes the place of the beats.csv imported before" in told
    assert persons(series) == [(2, "betrayal")]
    told = out(capsys, "story", series, "--episode", 2)
    assert re.search(r"> betrayal 0\.\d\d \(by a person\)", told)
    script = series / "scripts" / "ep02.fountain"
    script.write_text(script.read_text().replace("# Episode 2: Room Nine", "\n\n# Episode 2: Room Nine"))
    assert persons(series) == [(2, "betrayal")]
    shutil.rmtree(series / ".hookline")
    assert persons(series) == [(2, "betrayal")]
    again = exported(series, tmp_path / "again.csv")
    assert [row["type"] for row in again if row["by"] == "Mia"] == ["betrayal"]


def test_what_a_newer_table_leaves_out_is_told(
    series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "beats.json"
    first = [{"episode": 1, "what": "no_hook"}, {"episode": 2, "what": "ending", "type": "crisis"}]
    path.write_text(json.dumps(first))
    assert main(["import", str(series), str(path)]) == 0
    path.write_text(json.dumps(first[1:]))
    told = out(capsys, "import", series, path)
    assert "1 correction of the older one no longer stand: no_hook (row 1)" in told


def test_a_correction_redoes_the_story_once(series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(series)]) == 0
    path = tmp_path / "mine.csv"
    path.write_text("episode,what,type,text\n3,beat,betrayal,Not every owner.\n1,no_hook,,\n")
    assert main(["import", str(series), str(path)]) == 0
    assert "story" in out(capsys, "run", series)
    assert "nothing to do" in out(capsys, "run", series)
    story = project.timed_story(project.open_series(series))
    assert story.episodes[0].hook is None
    assert any("from episode 3 to episode 4" in note for note in story.notes), "the line is episode 4's"


def test_a_wrong_table_is_refused_whole(series: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "beats.csv"
    path.write_text("episode,what,type,line\n1,no_hook,,\n1,beat,kiss,3\n")
    told = out(capsys, "import", series, path, code=2)
    assert "beats.csv:3: 'kiss' is no type of beat" in told
    assert not list((series / "corrections").iterdir())


# Two drafts


def test_drafts_are_compared_as_files_folders_and_series(
    series: Path, scripts: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "draft2"
    folder.mkdir()
    for path in scripts:
        shutil.copy(path, folder)
    assert "Nothing changed" in out(capsys, "compare", series, folder)
    two = folder / "ep02.fountain"
    two.write_text(two.read_text().replace("Kill who? Who are you?", "Kill whom? Who are you?"))
    (folder / "ep04.fountain").unlink()
    told = out(capsys, "compare", series, folder)
    assert "removed" in told
    assert "+ Nell: Kill whom? Who are you?" in told
    found = json.loads(out(capsys, "compare", scripts[1], two, "--json"))
    assert found["schema"] == "hookline.comparison"
    assert [line["kind"] for line in found["episodes"][0]["lines"]] == ["changed"]
