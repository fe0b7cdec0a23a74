"""Snowplow's enriched events as pipelines keep them: lines of 131 columns, parted by tabs, without a header.

The columns and their order are the enriched event's (``sql/snowplow_tsv.sql``); what is in them is read as in JSON.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.snowplow import SOURCE as SNOWPLOW
from hookline.formats.sources import Fault, reader, recogniser

KIND = "events"
TITLE = "Snowplow enriched events (TSV)"
COLUMNS = 131
COLLECTED, EVENT_ID = 3, 6  # columns that every enriched event has

SOURCE = replace(
    SNOWPLOW,
    title=TITLE,
    fields={"line": ("line",)},
    as_lines=True,
    columns="snowplow_tsv",
    id_path="",
    expected=f"lines of {COLUMNS} columns parted by tabs, with the media_player context in one of them",
    faults={**SNOWPLOW.faults, "not_json": Fault(f"the line has not the {COLUMNS} columns of an enriched event", "")},
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}")


def judge(sample: Sample) -> Match | None:
    """Whether lines are enriched events: so many columns, and time and id where they belong."""
    rows = [line.split("\t") for line in sample.lines]
    fitting = [r for r in rows if len(r) >= COLUMNS and _TIME.match(r[COLLECTED]) and _ID.fullmatch(r[EVENT_ID])]
    if not fitting:
        return None
    if any("media_player" in cell or "media/" in cell for row in fitting for cell in row):
        return Match(0.96, f"{len(fitting)} of the first {len(rows)} lines are enriched events, some of media")
    return Match(0.55, f"{len(fitting)} of the first {len(rows)} lines are enriched events")


recognise = recogniser(judge)
load = reader(SOURCE)
