"""Who saw, left, clicked and bought, by episode, cut and second: what a brand's placements are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hookline.audience.engine import Open, embedded
from hookline.audience.groups import Source
from hookline.audience.sums import table_files
from hookline.audience.tables import BY_SECOND
from hookline.formats.events import canonical, sql
from hookline.model.tables import EVENTS, STEPS_RAW, VIEWS

QUERIES = Path(__file__).with_name("sql")
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CutSeconds:
    """One cut of an episode, second by second."""

    episode: int
    cut: str
    at_risk: Ints  # views that had not ended before the second
    exits: Ints
    clicks: Ints  # first clicks of views
    bought: Ints  # of those, by viewers who bought within a week
    unplaced: int  # first clicks whose second isn't known
    unplaced_bought: int

    @property
    def views(self) -> int:
        """Views begun."""
        return int(self.at_risk[0]) if len(self.at_risk) else 0


def cut_seconds(folder: Path, sources: Sequence[Path] = (), *, engine: Open = embedded) -> tuple[CutSeconds, ...]:
    """Every cut of every episode, from the views and steps that ``build`` wrote.

    Args:
        folder: what ``build`` and ``sum_up`` wrote.
        sources: canonical files; players' events among them say where in the episode a click fell.
        engine: where the queries run (see ``audience.engine``).
    """
    cells = Source(folder, BY_SECOND).figures("cells", ("cut",), ("market", "platform", "cut"), episode=0)
    clicks = clicks_of(folder, sources, engine)
    found = []
    keys = sorted({(int(e), str(c)) for e, c in zip(cells["episode"], cells["cut"], strict=True)})
    for episode, cut in keys:
        here = (cells["episode"] == episode) & (cells["cut"].astype(str) == cut)
        length = int(cells["second"][here].max()) + 1
        laid = {name: _laid(cells["second"][here], cells[name][here], length) for name in ("at_risk", "exits")}
        own = [row for row in clicks if (row[0], row[1]) == (episode, cut)]
        placed = [(min(second, length - 1), n, bought) for _, _, second, n, bought in own if second is not None]
        second, n, bought = np.array(placed, dtype=np.int64).reshape(-1, 3).T
        lost = [(n, bought) for _, _, second, n, bought in own if second is None]
        found.append(
            CutSeconds(
                episode, cut, laid["at_risk"], laid["exits"], _laid(second, n, length), _laid(second, bought, length),
                sum(n for n, _ in lost), sum(bought for _, bought in lost),
            )
        )  # fmt: skip
    return tuple(found)


def clicks_of(folder: Path, sources: Sequence[Path], engine: Open) -> list[tuple[int, str, int | None, int, int]]:
    """First clicks of views by episode, cut and second (None: not known), and how many of those viewers bought."""
    with engine(folder) as run, run.reading(folder):
        for table in (VIEWS, STEPS_RAW):
            run.read(table.name, table, table_files(folder, table))
        players = [path for path in sorted(set(sources)) if canonical(run.con, path) is EVENTS]
        run.read("events_in", EVENTS, players)
        return [(int(e), str(c), s, int(n), int(b)) for e, c, s, n, b in run.ask(sql(QUERIES, "brand_clicks"))]


def _laid(second: NDArray[np.int64], values: NDArray[np.int64], length: int) -> Ints:
    return np.bincount(second.astype(np.int64), values, minlength=length).astype(np.int64)
