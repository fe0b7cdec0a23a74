"""The docs say what is so."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from bench.segment_writer import write_segment
from docs import commands

from hookline import formats, sample
from hookline.cli import main, parser
from hookline.cli.commands import COMMANDS
from hookline.project import config
from hookline.simulate import Plan, viewers
from hookline.story import analyse
from tests.shared import REPOSITORY, shared_data

PAGES = [*sorted(REPOSITORY.glob("docs/**/*.md")), REPOSITORY / "README.md", REPOSITORY / "CHANGELOG.md"]


def test_the_command_page_is_the_command_line() -> None:
    assert (REPOSITORY / "docs" / "commands.md").read_text() == commands.page(), "run: ./dev docs commands"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not lost


def test_every_setting_is_documented() -> None:
    page = (REPOSITORY / "docs" / "series-folder.md").read_text()
    missing = [name for name in config.SETTINGS | config.SECTIONS if f"`{name}`" not in page]
    assert not missing


def test_every_folder_of_the_house_stands_in_the_architecture() -> None:
    page = (REPOSITORY / "docs" / "architecture.md").read_text()
    rooms = [path.name for path in (REPOSITORY / "src" / "hookline").iterdir() if (path / "__init__.py").exists()]
    assert not [room for room in rooms if f"`{room}/`" not in page]


def told_commands() -> list[str]:
    """Every command of hookline that stands on a line of its own in the docs."""
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    found = [m for text in texts for m in re.findall(r"(?m)^\s*(?:\./dev )?hookline ((?!COMMAND|\[)\w.*)$", text)]
    return sorted({re.sub(r"\s+#.*$", "", command).strip() for command in found})


@pytest.mark.parametrize("command", told_commands())
def test_commands_in_the_docs_are_understood(command: str) -> None:
    assert parser().parse_args(shlex.split(command)).command in COMMANDS


def test_the_tour_of_the_readme_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's tour as it stands there, on the sample's files under the names that it uses."""
    monkeypatch.chdir(tmp_path)
    sample.copy_scripts(tmp_path / "scripts", language="en")
    video = shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4")
    shutil.copy(video, tmp_path / "ep01.mp4")
    shutil.copy(video.with_name("grid_twoshot.srt"), tmp_path / "ep01.srt")
    story = analyse([formats.read_script(tmp_path / "scripts" / "ep01.fountain", file="ep01.fountain")], language="en")
    write_segment(viewers(story, Plan.null(), viewers=60, seed=1, series="my-series"), tmp_path / "events.jsonl.gz")
    tour = (REPOSITORY / "README.md").read_text().split("## The tour")[1].split("```")[1]
    commands_told = re.findall(r"(?m)^\./dev hookline ([^#\n]*)", tour)
    for draft, episode in (("draft-1", "ep01"), ("draft-2", "ep02")):
        shutil.copy(tmp_path / "scripts" / f"{episode}.fountain", tmp_path / f"{draft}.fountain")
    assert len(commands_told) == 9
    for command in commands_told:
        assert main([word for word in shlex.split(command) if word != "--open"]) == 0, command
    assert (tmp_path / "my-series" / "out" / "report.html").exists()


def test_the_readme_opens_with_the_two_commands_and_ci_runs_the_second() -> None:
    readme = (REPOSITORY / "README.md").read_text()
    first = readme.split("```sh")[1].split("```")[0]
    assert [line.split()[:2] for line in first.strip().splitlines()] == [["./dev", "demo"], ["./dev", "test"]]
    assert "\n./dev test " in (REPOSITORY / ".ci" / "run").read_text()
