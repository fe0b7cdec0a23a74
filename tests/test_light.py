"""Starting is quick because nothing heavy is imported; the times themselves stand in bench/README.md."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"duckdb", "numpy", "pandas", "scipy", "statsmodels", "av", "PIL", "jinja2", "vl_convert", "pysubs2", "rich"}


def loaded(code: str) -> set[str]:
    """The top-level modules that some code leaves imported."""
    tail = "\nimport json, sys\nprint(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    out = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True).stdout
    return set(json.loads(out.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import hookline",
        "import hookline.cli",
        "import hookline.project",
        "import hookline.cli\ntry: hookline.cli.main(['--help'])\nexcept SystemExit: pass",
    ],
    ids=["package", "cli", "project", "help"],
)
def test_nothing_heavy_is_imported(code: str) -> None:
    assert not loaded(code) & HEAVY


def test_the_check_can_fail() -> None:
    assert "numpy" in loaded("import numpy")
