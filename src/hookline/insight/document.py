"""Answers of this room as JSON documents of their own, each with its schema in a file beside this one.

The shape follows the dataclasses; wherever a claim names its evidence, the lines stand there with their text.
The schemas are written from the same types by ``./dev docs schema``.  Within a version fields are only added;
what takes one away or changes it is a new version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hookline
from hookline.insight.brand.result import BrandReport
from hookline.insight.result import Insight
from hookline.insight.spend.result import SpendPlan
from hookline.model.codec import to_json
from hookline.model.script import Source
from hookline.story.document import schema_of

INSIGHT, SPEND, BRAND, VERSION = "hookline.insight", "hookline.spend", "hookline.brand", 1
HERE = Path(__file__).parent

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SeriesInsight:
    """What was found in one series."""

    simulated: bool  # the viewers were
    insight: Insight


@dataclass(frozen=True, slots=True)
class InsightDocument:
    """What holds and loses viewers, series by series: ``hookline insight --json``."""

    schema: str  # hookline.insight
    version: int
    hookline: str  # the release that wrote it
    market: str  # "" for everything; else what is said of that market and of all together
    series: dict[str, SeriesInsight]  # by the series' id


def insight_document(
    found: Mapping[str, SeriesInsight], texts: Mapping[str, Mapping[Source, str]], *, market: str = ""
) -> Json:
    """The findings of several series as plain JSON values.

    Args:
        found: By the series' id.
        texts: Of the lines that findings rest on, by the series' id.
        market: That they are of; "" for everything.
    """
    told = to_json(InsightDocument(INSIGHT, VERSION, hookline.__version__, market, dict(found)))
    for series, one in told["series"].items():
        for finding in one["insight"]["findings"]:
            for line in finding["evidence"]:
                line["text"] = texts[series].get(Source(line["file"], line["line"]), "")
    result: Json = told
    return result


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one series' budget."""

    plan: SpendPlan | None
    why_not: str = ""  # in words, where there is no plan


@dataclass(frozen=True, slots=True)
class SpendDocument:
    """How to divide the next budget, series by series: ``hookline spend --json``."""

    schema: str  # hookline.spend
    version: int
    hookline: str  # the release that wrote it
    series: dict[str, Said]  # by the series' id


def spend_document(found: Mapping[str, Said]) -> Json:
    """Budgets as plain JSON values."""
    told: Json = to_json(SpendDocument(SPEND, VERSION, hookline.__version__, dict(found)))
    return told


@dataclass(frozen=True, slots=True)
class BrandSaid:
    """What is said of a brand in one series."""

    report: BrandReport | None
    why_not: str = ""  # in words, where there is no report


@dataclass(frozen=True, slots=True)
class BrandDocument:
    """What a brand's placements do, series by series: ``hookline brand --json``."""

    schema: str  # hookline.brand
    version: int
    hookline: str  # the release that wrote it
    series: dict[str, BrandSaid]  # by the series' id


def brand_document(found: Mapping[str, BrandSaid]) -> Json:
    """Reports of placements as plain JSON values."""
    told: Json = to_json(BrandDocument(BRAND, VERSION, hookline.__version__, dict(found)))
    return told


def schemas() -> dict[Path, Json]:
    """The JSON Schemas (2020-12) by the file that ships them."""
    return {
        HERE / "insight.schema.json": schema_of(InsightDocument, INSIGHT, version=VERSION),
        HERE / "brand.schema.json": schema_of(BrandDocument, BRAND, version=VERSION),
        HERE / "spend.schema.json": schema_of(SpendDocument, SPEND, version=VERSION),
    }
