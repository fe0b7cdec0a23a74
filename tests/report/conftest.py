"""Pages that several tests look into, made once."""

from __future__ import annotations

import pytest

from hookline.report import render, wanted_stills
from tests.report import fixture
from tests.report.pages import Element, parse


@pytest.fixture(scope="session")
def full_html() -> str:
    """The report of a plausible series with simulated viewers and stills."""
    series = fixture.story()
    found = fixture.insight(series)
    stills = {key: fixture.still(key[1]) for key in wanted_stills(series, found)}
    return render(series, audience=fixture.audience(series), insight=found, stills=stills, generated="22 November 2026")


@pytest.fixture(scope="session")
def full(full_html: str) -> Element:
    return parse(full_html)


@pytest.fixture(scope="session")
def hostile_html() -> str:
    series, seen, found = fixture.hostile()
    return render(series, audience=seen, insight=found)
