"""docs/audience.md has an entry for every figure that the command line and the report show."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from hookline.audience import paying, platforms
from tests.shared import REPOSITORY

PAGE = (REPOSITORY / "docs" / "audience.md").read_text(encoding="utf-8")
ROOM = REPOSITORY / "src" / "hookline"
MAKERS = {"Figure", "BySecond", "_figure", "_by_second", "_track", "_passing"}


def told(node: ast.expr) -> str:
    """The text of a literal, its placeholders as one letter: ``lifetime value to day d``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "d" for v in node.values)
    return ""


def named() -> Iterator[str]:
    """Every name that a figure is given in the audience's code, and the tuples and dicts that names come from."""
    for path in sorted((ROOM / "audience").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                made = node.func.id if isinstance(node.func, ast.Name) else ""
                if made in MAKERS and told(node.args[0]):
                    yield told(node.args[0])
                for word in node.keywords:  # replace(figure, name="hooked episode")
                    if word.arg == "name" and made == "replace" and told(word.value):
                        yield told(word.value)
    yield from (*paying.ENGAGEMENT, *platforms.ADDED, platforms.RANK, "started watching", "stopped watching")
    yield from ("unlock, way untold", *(f"unlock by {way}" for way in paying.WAYS if way != "untold"))


def entries() -> set[str]:
    """What stands in the first column of the tables of figures."""
    rows = re.findall(r"(?m)^\| ((?:`[^`|]+`,? ?)+) \|", PAGE.split("## Figures by group")[1])
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_the_scan_sees_the_figures() -> None:
    assert len(set(named())) >= 35


@pytest.mark.parametrize("name", sorted(set(named())))
def test_every_figure_has_an_entry(name: str) -> None:
    assert name in entries()


def test_no_entry_is_of_a_figure_that_is_gone() -> None:
    assert entries() <= set(named())


def test_every_entry_has_its_formula_and_says_when_not_to_trust_it() -> None:
    """Four cells: the figure, the formula, the interval, and where it misleads."""
    tables = PAGE.split("## Figures by group")[1].split("A difference of two groups")[0]
    rows = [row.strip("|").split("|") for row in tables.splitlines() if row.startswith("| `")]
    assert len(rows) >= 30
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in rows)


def labels() -> Iterator[str]:
    """The headings of the page's tables and lists, and of its tiles."""
    page = (ROOM / "report" / "page.html.j2").read_text(encoding="utf-8")
    for label in re.findall(r"<(?:th|dt)(?: [^>]*)?>([^<{]*)(?:\{\{ \w+ \}\})?</(?:th|dt)>", page):
        yield label.strip()
    code = ast.parse((ROOM / "report" / "sections.py").read_text(encoding="utf-8"))
    for node in ast.walk(code):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Tile", "_share_tile"):
            yield told(node.args[0]).removesuffix(" d")


def test_every_label_of_the_report_has_an_entry() -> None:
    section = " ".join(PAGE.split("## On the report's page")[1].split("\n## ")[0].split())
    shown = {label for label in labels() if label}
    assert len(shown) >= 30
    assert not sorted(label for label in shown if not re.search(rf"(?<!\w){re.escape(label)}(?!\w)", section))
