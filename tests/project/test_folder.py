from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hookline.model.errors import BadInput, EngineFailed, HooklineError
from hookline.model.quality import SetAside
from hookline.project import config
from hookline.project.folder import Imported, create, episode_of, open_library, open_series
from hookline.project.work import engine_of


def test_a_new_series_says_what_it_was_told(tmp_path: Path) -> None:
    series = create(tmp_path / "s", title='The "Quiet" Heir \\ 隐藏', language="en")
    settings = series.config()
    assert settings.title == 'The "Quiet" Heir \\ 隐藏'
    assert settings.id == "the-quiet-heir-隐藏"
    assert (settings.language, settings.smallest_group) == ("en", 20)
    assert {p.name for p in series.root.iterdir()} == {
        "hookline.toml", "scripts", "subtitles", "media", "events", "curves", "corrections",
    }  # fmt: skip


def test_a_series_is_not_made_over_another(tmp_path: Path) -> None:
    create(tmp_path)
    (tmp_path / "hookline.toml").write_text("title = 'mine'")
    with pytest.raises(BadInput, match="a series here already"):
        create(tmp_path)
    assert (tmp_path / "hookline.toml").read_text() == "title = 'mine'"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titel = 'x'", "no setting 'titel'"),
        ("title = 3", "give text in quotes"),
        ("smallest_group = '3'", "give a whole number"),
        ("smallest_group = true", "give a whole number"),
        ("smallest_group = 0", "1 or more"),
        ("schema = 9", "upgrade hookline"),
        ("title = ", "not valid TOML"),
    ],
)
def test_wrong_settings_are_told_with_the_mend(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "hookline.toml").write_text(text)
    with pytest.raises(HooklineError, match=told) as error:
        config.read(tmp_path)
    assert "hookline.toml" in str(error.value)


def test_a_library_is_a_folder_of_series(tmp_path: Path) -> None:
    create(tmp_path / "b")
    create(tmp_path / "a")
    library = open_library(tmp_path)
    assert [series.name for series in library.series] == ["a", "b"]
    assert not library.alone
    assert open_library(tmp_path / "a").alone
    with pytest.raises(BadInput, match="library of series") as error:
        open_series(tmp_path)
    assert "a, b" in str(error.value)
    with pytest.raises(BadInput, match="no series here"):
        open_library(tmp_path / "nowhere")


def test_files_put_there_by_hand_count(tmp_path: Path) -> None:
    series = create(tmp_path)
    (tmp_path / "scripts" / "b.txt").write_text("x")
    (tmp_path / "scripts" / ".hidden").write_text("x")
    series.remember(Imported("scripts/a.txt", "script", "fountain", episode=4, set_aside=(SetAside("why", 2),)))
    (tmp_path / "scripts" / "a.txt").write_text("x")
    known, by_hand = series.files("script")
    assert (known.format, known.episode, known.set_aside[0].count) == ("fountain", 4, 2)
    assert (by_hand.path, by_hand.format) == ("scripts/b.txt", "")
    series.forget(known)
    assert [entry.path for entry in series.files("script")] == ["scripts/b.txt"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("ep03.fountain", 3), ("EP 12 final.mp4", 12), ("Episode-7.srt", 7), ("s01e09.vtt", 9), ("第十二集.txt", None),
        ("第12集.txt", 12), ("07.mp4", 7), ("take 2 of 14.mp4", 14), ("master.mp4", None), ("scene.mp4", None),
        ("recap2026.mp4", None), ("step4.mp4", 4),
    ],
)  # fmt: skip
def test_the_episode_in_a_file_name(name: str, number: int | None) -> None:
    assert episode_of(name) == number


def test_testers_are_a_list_of_texts(tmp_path: Path) -> None:
    file = tmp_path / "hookline.toml"
    file.write_text('title = "A"\n[audience]\ntesters = ["qa-1", "qa-2"]\n')
    assert config.read(tmp_path).testers == ("qa-1", "qa-2")
    for wrong in ("testers = 3", "testers = [3]", "tester = []"):
        file.write_text(f'title = "A"\n[audience]\n{wrong}\n')
        with pytest.raises(BadInput, match=r"audience\.tester"):
            config.read(tmp_path)


def test_viewers_are_counted_where_one_setting_says(tmp_path: Path) -> None:
    file = tmp_path / "hookline.toml"
    file.write_text('title = "A"\n')
    assert config.read(tmp_path).engine == config.EngineSettings("duckdb")
    file.write_text(
        'title = "A"\n[audience]\nengine = "spark"\nmaster = "spark://host:7077"\n'
        'spark.executor.memory = "4g"\nspark.speculation = true\nspark.sql.shuffle.partitions = 400\n'
    )
    own = {"spark.executor.memory": "4g", "spark.speculation": "true", "spark.sql.shuffle.partitions": "400"}
    assert config.read(tmp_path).engine == config.EngineSettings("spark", master="spark://host:7077", spark=own)
    file.write_text('[audience]\nspark.hadoop.fs.s3a.secret.key = "x"\n')
    with pytest.raises(BadInput, match="environment"):
        config.read(tmp_path)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('engine = "sparc"', "no audience engine 'sparc'"),
        ('engine = "spark"', "where is it"),
        ('engine = "spark"\nmaster = "local"\nremote = "sc://a:1"', "where is it"),
        ("engine = 3", "text in quotes"),
        ('spark = "x"', "spark.executor"),
    ],
)
def test_wrong_engines_are_told(tmp_path: Path, settings: str, told: str) -> None:
    (tmp_path / "hookline.toml").write_text(f"[audience]\n{settings}\n")
    with pytest.raises(BadInput, match=told) as error:
        engine_of(config.read(tmp_path))
    assert "hookline.toml" in str(error.value)


def test_a_cluster_that_nobody_runs_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    with socket.socket() as held:  # bound, not listening: the port answers nobody
        held.bind(("127.0.0.1", 0))
        for place in ('master = "spark://127.0.0.1:{}"', 'remote = "sc://127.0.0.1:{}"'):
            where = place.format(held.getsockname()[1])
            (tmp_path / "hookline.toml").write_text(f'[audience]\nengine = "spark"\n{where}\n')
            with pytest.raises(EngineFailed, match="can't be reached"), engine_of(config.read(tmp_path))(tmp_path):
                raise AssertionError("it opened")
