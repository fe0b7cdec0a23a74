"""The worked example of the story page, run afresh: the sample's second episode as ``hookline story`` tells it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

from hookline import sample
from hookline.cli import main

EPISODE = 2
WIDTH = 104
PAGE = Path(__file__).parent / "story.md"
BETWEEN = re.compile(r"(<!-- example -->\n```text\n).*?(```\n<!-- /example -->)", re.DOTALL)


def written(page: str) -> str:
    """The page with what the command says now."""
    return BETWEEN.sub(lambda found: f"{found[1]}{told()}{found[2]}", page)


def told() -> str:
    """What the command says."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with tempfile.TemporaryDirectory() as work, contextlib.redirect_stdout(io.StringIO()) as out:
            files = sample.copy_scripts(Path(work), language="en")
            main(["story", "--script", *map(str, files), "--episode", str(EPISODE)])
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({"COLUMNS": before} if before else {})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def make() -> list[Path]:
    """Write it into the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return [PAGE]
