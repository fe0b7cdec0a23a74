"""The examples in the docstrings are so."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

MODULES = ("edit.bidi", "edit.breaking", "edit.reading", "formats.timeline", "formats.write_subtitles")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(import_module(f"hookline.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
