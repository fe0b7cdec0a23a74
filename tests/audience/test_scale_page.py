"""The arithmetic of docs/scale.md gives the figures that stand in its table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hookline.project import config
from tests.shared import REPOSITORY

PAGE = (REPOSITORY / "docs" / "scale.md").read_text(encoding="utf-8")
WHERE = {
    "plays a second in the busiest hour": "plays_a_second",
    "views, stretches and steps a day, GB": "views_gb",
    "the same as heartbeats, GB": "events_gb",
    "viewers' bits a day, GB": "bits_gb",
    "cells a day, GB": "cells_gb",
    "files of 256 MB a day": "partitions",
    "kept, GB": "kept_gb",
    "storage, USD a month": "storage_usd_month",
    "network between zones, USD a day": "network_usd_day",
}
GROUPS = {
    "core hours": "core_hours",
    "hours on one machine of 16 cores": "hours_16",
    "hours on 128 cores": "hours_128",
    "USD a day": "usd_a_day",
}


def test_the_table_is_what_the_arithmetic_gives() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, Any] = {}
    exec(block, found)
    rows = re.findall(r"^\| ([^|]+) \| ([\d.,]+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 19
    for name, figure in rows:
        group, _, case = name.partition(": ")
        value = found[GROUPS[group]][case.replace(" on ", ", ")] if case else found[WHERE[name]]
        places = len(figure.partition(".")[2])
        assert f"{value:,.{places}f}" == figure, name


def test_the_settings_of_the_page_are_understood(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "hookline.toml").write_text(block)
    engine = config.read(tmp_path).engine
    assert (engine.engine, engine.master) == ("spark", "spark://head-node:7077")
    assert engine.spark == {"spark.executor.memory": "8g", "spark.sql.shuffle.partitions": "256"}
