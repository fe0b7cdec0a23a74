"""The page for editors: its commands are run as they stand, on a small series under the page's names."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from hookline.cli import main
from hookline.edit.platforms import FIGURES
from hookline.model.cut import CutKind
from hookline.project import cut_settings
from tests.project import footage
from tests.shared import REPOSITORY

PAGE = (REPOSITORY / "docs" / "edit.md").read_text(encoding="utf-8")
COMMANDS = [re.sub(r"\s+#.*$", "", line) for line in re.findall(r"(?m)^hookline (.*)$", PAGE)]
SMALL = "width = 90\nheight = 160\nmin_kbps = 1\nsafe = { left = 5, top = 10, right = 85, bottom = 130 }\n"
NAMES = ("tiktok", "reels", "shorts", "facebook", "x-square")
TABLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``my-series``, ``ep01.mp4`` and ``ep01.srt``, with the page's platforms made small."""
    root = tmp_path_factory.mktemp("page")
    series = footage.series(root / "my-series")
    (series / "platforms.toml").write_text("".join(f"[platforms.{name}]\n{SMALL}" for name in NAMES))
    (root / "figures.toml").write_text((series / "platforms.toml").read_text())
    shutil.copy(series / "media" / "ep01.mp4", root)
    shutil.copy(series / "subtitles" / "ep01.srt", root)
    return root


def test_commands_of_the_page_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert len(COMMANDS) == 9
    toml = (folder / "my-series" / "hookline.toml").read_text()
    (folder / "my-series" / "hookline.toml").write_text(re.sub(r"(?m)^platforms = .*\n", "", toml))
    for command in COMMANDS:
        words = shlex.split(command)
        more = ["--figures", "figures.toml"] if "--video" in words else []
        assert main([*words, *more]) == 0, command
    made = sorted(path.name.rsplit("-", 1)[0] for path in Path("my-series/out/cuts/001").glob("*.mp4"))
    assert {"small-lies-001-full-tiktok", "small-lies-001-teaser-facebook", "small-lies-001-teaser-reels"} <= set(made)
    assert len(list(Path("cuts").glob("*.mp4"))) == 2


def test_settings_of_the_page_are_taken(folder: Path, tmp_path: Path) -> None:
    series = tmp_path / "series"
    shutil.copytree(folder / "my-series", series)
    before = (series / "hookline.toml").read_text().split("[cut]")[0]
    for table in TABLES:
        if "experiments" not in table:
            (series / "hookline.toml").write_text(before + table)
            assert cut_settings.platforms_of(series)


def test_what_can_be_said_stands_there() -> None:
    told = set(re.findall(r"`(\w+)", PAGE))
    assert {*FIGURES, *cut_settings.KEYS, *(kind.value for kind in CutKind)} <= told
    assert cut_settings.LOOK.splitlines()[0] in PAGE
