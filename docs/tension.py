"""A picture of one episode's tension with its beats: the report's own chart of the sample's first episode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hookline.formats import fountain
from hookline.report import charts
from hookline.sample import scripts
from hookline.story import analyse

EPISODE = 1
WIDTH = 860  # of the plots, in pixels


def make(folder: Path) -> list[Path]:
    """Draw the picture; what was written."""
    import vl_convert

    story = analyse([fountain.read(file.read_text(encoding="utf-8"), file=file.name) for file in scripts("en")])
    told = story.episode(EPISODE)
    assert told is not None
    path = folder / "episode-tension.png"
    path.write_bytes(vl_convert.vegalite_to_png(wide(charts.episode(told)), scale=1.5))
    return [path]


def wide(spec: dict[str, Any]) -> dict[str, Any]:
    """The chart as a picture of its own: white below it, and the width that a page's script would set."""
    panels = [panel | {"width": WIDTH} for panel in spec["vconcat"]]
    config = {**charts.CONFIG, "background": "white"}
    return spec | {
        "vconcat": panels,
        "params": [{"name": "plotWidth", "value": WIDTH}],
        "config": config,
        "padding": 16,
    }
