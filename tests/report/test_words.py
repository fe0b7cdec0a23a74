from __future__ import annotations

import doctest
import importlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.model.estimate import Estimate, Grade
from hookline.report import words


@pytest.mark.parametrize("name", ["words", "families", "lookup", "charts", "page", "library", "marks"])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"hookline.report.{name}")).failed == 0


def made(value: float, low: float, high: float, unit: str) -> Estimate:
    return Estimate(value, low, high, 100, "m", Grade.WITHIN, unit)


@pytest.mark.parametrize(
    ("estimate", "value", "interval"),
    [
        (made(0.042, 0.031, 0.053, "points"), "+4.2 points", "+3.1 to +5.3"),
        (made(-0.042, -0.053, 0.0, "points"), "−4.2 points", "−5.3 to 0"),
        (made(0.7093, 0.7052, 0.7133, "share"), "70.9%", "70.5 to 71.3%"),
        (made(0.5, 0.38, 0.62, "share"), "50%", "38 to 62%"),
        (made(0.00412, 0.0038, 0.0045, "share"), "0.41%", "0.38 to 0.45%"),
        (made(1.0, 1.0, 1.0, "share"), "100%", "100 to 100%"),
        (made(1.31, 0.98, 1.74, "odds ratio"), "1.31× the odds", "0.98 to 1.74"),
        (made(1234.0, 1100.0, 1400.0, "viewers"), "1,234 viewers", "1,100 to 1,400"),
        (made(12.5, 12.1, 12.9, "usd"), "USD 12.5", "12.1 to 12.9"),
        (made(2.0, 1.2, math.inf, "odds ratio"), "2.00× the odds", "1.20 to ∞"),
    ],
)
def test_estimates(estimate: Estimate, value: str, interval: str) -> None:
    assert words.value(estimate) == value
    assert words.interval(estimate) == interval


@given(st.floats(-1, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_an_interval_never_reads_as_if_it_missed_its_value(value: float, below: float, above: float) -> None:
    estimate = made(value, value - below, value + above, "points")
    low, high = (number(part) for part in words.interval(estimate).split(" to "))
    assert low <= number(words.value(estimate).removesuffix(" points")) <= high


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


def test_days_of_any_kind() -> None:
    assert words.days("2026-05-03", "2026-05-03") == "3 May 2026"
    assert words.days("2025-12-28", "2026-01-04") == "28 December 2025 – 4 January 2026"
    assert words.days("", "") == ""
    assert words.days("week 3", "week 4") == "week 3 – week 4"


def test_names_in_a_row() -> None:
    assert words.listed(()) == ""
    assert words.listed(("US",)) == "US"
    assert words.listed(("US", "BR", "DE")) == "US, BR and DE"
