"""The docs say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs import commands

from hookline.project import config
from tests.shared import REPOSITORY

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
    missing = [name for name in config.SETTINGS if f"`{name}`" not in page]
    assert not missing


def test_every_folder_of_the_house_stands_in_the_architecture() -> None:
    page = (REPOSITORY / "docs" / "architecture.md").read_text()
    rooms = [path.name for path in (REPOSITORY / "src" / "hookline").iterdir() if (path / "__init__.py").exists()]
    assert not [room for room in rooms if f"`{room}/`" not in page]
