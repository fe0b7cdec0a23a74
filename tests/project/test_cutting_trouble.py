"""What can go wrong while cutting: clear words, nothing half delivered, nothing lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hookline.cli import main
from hookline.media import render
from hookline.media.check import Breach
from hookline.media.encode import Encoding, MovieWriter
from tests.project import footage
from tests.shared import REPOSITORY


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series of one episode whose video was watched, and of which nothing is cut yet."""
    root = footage.series(tmp_path_factory.mktemp("watched") / "series", episodes=1)
    assert main(["cut", str(root), "--dry-run"]) == 0
    return root


@pytest.fixture
def series(watched: Path, tmp_path: Path) -> Path:
    shutil.copytree(watched, tmp_path / "series")
    return tmp_path / "series"


def cut(folder: Path, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "hookline", "cut", str(folder), *more]
    path = os.pathsep.join([str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": path}
    return subprocess.run(words, capture_output=True, text=True, check=False, env=env, **how)


def assert_refused_cleanly(run: subprocess.CompletedProcess[str], folder: Path, *said: str) -> None:
    assert run.returncode == 2, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert any(words in run.stderr for words in said), run.stderr
    assert [path.name for path in (folder / "out").rglob("*") if path.is_file()] in ([], ["manifest.json"])


# ------------------------------------------------------------------ the disk


def test_a_file_that_may_grow_no_further(series: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (48_000, 48_000))

    assert_refused_cleanly(cut(series, preexec_fn=little), series, "File too large", "too large")
    assert main(["cut", str(series)]) == 0
    assert len(list((series / "out").rglob("*.mp4"))) == 2


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(series: Path, tiny_disk: Path) -> None:
    root = tiny_disk / "series"
    shutil.copytree(series, root)
    filler = root / "filler"
    free = shutil.disk_usage(tiny_disk).free
    filler.write_bytes(b"\0" * (free - 60_000))
    assert_refused_cleanly(cut(root), root, "disk is full", "No space left")
    filler.unlink()
    again = cut(root)
    assert again.returncode == 0, again.stderr
    assert len(list((root / "out").rglob("*.mp4"))) == 2


def test_a_disk_that_can_only_be_read(series: Path, tiny_disk: Path) -> None:
    shutil.copytree(series, tiny_disk / "series")
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    assert_refused_cleanly(cut(tiny_disk / "series"), tiny_disk / "series", "Read-only file system")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_of_somebody_else(series: Path) -> None:
    for path in (series, *series.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert_refused_cleanly(cut(series), series, "Permission denied")


# ------------------------------------------------------------------ the source


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (lambda film: film.unlink(), "the source is gone"),
        (os.utime, "the source changed"),
        (lambda film: film.write_bytes(film.read_bytes()[:-9_000]), "the source changed"),
    ],
    ids=["gone", "touched", "cut short"],
)
def test_a_source_that_changes_while_it_is_cut(
    series: Path,
    trouble: Callable[[Path], None],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    film = series / "media" / "ep01.mp4"
    whole = film.read_bytes()
    rendered = render.render

    def meanwhile(*given: Any, **more: Any) -> Any:
        made = rendered(*given, **more)
        trouble(film)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(render, "render", meanwhile)
        assert main(["cut", str(series)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert not list((series / "out").rglob("*.mp4"))
    assert not list((series / ".hookline/cutting/versions").glob("*"))
    film.write_bytes(whole)
    assert main(["cut", str(series)]) == 0
    assert len(list((series / "out").rglob("*.mp4"))) == 2


def test_one_bad_version_does_not_keep_the_others(
    series: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A version that its platform's check refuses is told, and not delivered; the others are."""
    checked = vars(render)["check"]

    def strict(path: Path, platform: Any, expected_ms: int, **more: Any) -> Any:
        found = checked(path, platform, expected_ms, **more)
        return (Breach("size", "made up for this test"), *found) if platform.name == "wide" else found

    monkeypatch.setattr(render, "check", strict)
    assert main(["cut", str(series)]) == 2
    out, err = capsys.readouterr()
    assert "made up for this test" in err
    assert "1 made" in out
    assert "1 failed" in out
    (video,) = (series / "out").rglob("*.mp4")
    assert "-tiny-" in video.name


def sound_alone(path: Path) -> None:
    import av

    with av.open(str(path), "w", format="mp4") as file:
        stream: Any = file.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 48_000), np.float32), format="fltp", layout="stereo")
        frame.sample_rate = 48_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)


def noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(40_000))


def half(path: Path) -> None:
    footage.video(path)
    path.write_bytes(path.read_bytes()[:40_000])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (noise, "can't be decoded"),
        (half, "can't be decoded"),
        (sound_alone, "holds only sound"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: None, "No such file"),
    ],
    ids=["empty", "noise", "cut short", "sound alone", "folder", "missing"],
)
def test_a_video_that_is_none(
    tmp_path: Path, made: Callable[[Path], None], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path / "film.mp4")
    assert main(["cut", "--video", str(tmp_path / "film.mp4"), "--out", str(tmp_path / "cuts")]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "film.mp4" in told
    assert not [path for path in (tmp_path / "cuts").glob("*") if not path.name.startswith(".")]


def test_four_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Longer than a platform takes: said, with what would do; and a part of it can be had."""
    film = tmp_path / "long.mp4"
    with MovieWriter(film, Encoding(64, 36, (1, 20), crf=40, preset="ultrafast")) as movie:
        for number in range(4 * 3600 // 20):
            movie.picture(np.full((36, 64, 3), number % 256, np.uint8))
    assert Fraction(film.stat().st_size) < 2_000_000
    (tmp_path / "own.toml").write_text(footage.PLATFORM)
    words = ["cut", "--video", str(film), "--out", str(tmp_path / "cuts"), "--figures", str(tmp_path / "own.toml")]
    assert main([*words, "--platform", "tiny"]) == 2
    out = capsys.readouterr().out
    assert "lasts 14400.0 s" in out
    assert "trimmed" in out
