"""CMCD (CTA-5004, versions 1 and 2) out of CDN logs and collectors: query, headers, key=value lines or JSON lines.

Only what says where the playhead was is of use: version 2's ``pt``, ``sta`` and ``e``.  Version 1 tells of
requests and not of watching.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser

KIND = "events"
TITLE = "CMCD (CDN logs)"

SOURCE = Source(
    name="cmcd",
    title=TITLE,
    fields={"line": ("line",)},
    as_lines=True,
    expected='lines with CMCD keys sid="...", cid="...", pt=12000, sta=p',
    faults={
        "not_json": Fault("the line holds no CMCD", ""),
        "unneeded": Fault("no playhead is told (segment requests, bit rate, mute)"),
        "no_viewer": Fault("there is no sid"),
        "no_episode": Fault("there is no cid"),
        "no_time": Fault("neither ts nor the line's own time is usable", "raw_time"),
        "bad_position": Fault("pt is not a number: kept without it", "position_text", kept=True),
    },
)
_TELLING = re.compile(r'(?:^|[,\s"{&?=])"?(sid|cid)"?\s*[=:]\s*\\?"')
_PLAYING = re.compile(r'(?:^|[,\s"{])"?(?:pt|sta|e|bl|br|ot|mtp|ts)"?\s*[=:]')


def judge(sample: Sample) -> Match | None:
    """Whether lines hold CMCD keys."""
    fitting = sum(_holds(unquote(line) if "CMCD=" in line else line) for line in sample.lines)
    if fitting:
        return Match(0.9, f"{fitting} of the first {len(sample.lines)} lines hold CMCD keys")
    return None


def _holds(line: str) -> bool:
    return bool(_TELLING.search(line) and _PLAYING.search(line))


recognise = recogniser(judge)
load = reader(SOURCE)
