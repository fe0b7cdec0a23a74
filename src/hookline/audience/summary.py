"""Every figure about viewers that a report draws, from cells and steps alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import UNKNOWN, HazardCells, StepCounts, hazard_cells, step_counts
from hookline.audience.intervals import METHOD, share, wilson
from hookline.audience.result import AudienceSummary, Curve, EpisodeStep, Paywall
from hookline.audience.tables import partitions
from hookline.formats.events import engine, read_meta, reading
from hookline.model.curve import PlatformCurve
from hookline.model.quality import Quality
from hookline.model.tables import CELLS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ALL = ""  # the market that stands for all of them


@dataclass(frozen=True, slots=True)
class _Whole:
    """The series as a whole."""

    simulated: bool
    views: int
    first_day: str
    last_day: str
    viewers: dict[str, int]  # by market, and under ALL
    platforms: dict[str, int]
    revenue: dict[tuple[int, str], dict[str, int]]  # (episode, market) -> currency -> micros


def summarise(
    folder: Path, *, quality: Quality, k: int = 20, platform_curves: Sequence[PlatformCurve] = ()
) -> AudienceSummary:
    """Retention by second, steps and paywalls of a built audience, with 95 % intervals.

    Args:
        folder: what ``build`` wrote.
        quality: what became of the rows, shown beside the figures.
        k: groups of fewer viewers are left out and counted in ``suppressed``.
        platform_curves: curves that platforms exported, passed on.

    Raises:
        NotEnoughData: no view was counted.
    """
    cells, steps = hazard_cells(folder), step_counts(folder)
    whole = _whole(folder)
    curves, few_curves = _kept(_curves(cells, k))
    episodes, few_steps = _kept(_steps(steps, whole, k))
    paywalls = tuple(_paywalls(steps, whole, k))
    small = [name for name, viewers in whole.viewers.items() if viewers < k]
    return AudienceSummary(
        simulated=whole.simulated,
        viewers=whole.viewers[ALL],
        views=whole.views,
        first_day=whole.first_day,
        last_day=whole.last_day,
        markets=tuple(name for name in _largest_first(whole.viewers) if name not in (ALL, *small)),
        platforms=_largest_first({name: n for name, n in whole.platforms.items() if n >= k}),
        quality=quality,
        curves=curves,
        steps=episodes,
        paywalls=paywalls,
        platform_curves=tuple(platform_curves),
        suppressed=few_curves + few_steps,
    )


def _curves(cells: HazardCells, k: int) -> Iterator[Curve | None]:
    """A curve for each episode, all markets and each; None where too few started."""
    for episode in np.unique(cells.episode):
        of_episode = cells.episode == episode
        seconds = int(cells.second[of_episode].max()) + 1
        at_risk = np.zeros((len(cells.markets), seconds), np.int64)
        at_risk[cells.market[of_episode], cells.second[of_episode]] = cells.at_risk[of_episode]
        yield _curve(int(episode), ALL, at_risk.sum(axis=0), k)
        for name, row in zip(cells.markets, at_risk, strict=True):
            if row[0]:
                yield _curve(int(episode), name, row, k)


def _curve(episode: int, market: str, at_risk: NDArray[np.int64], k: int) -> Curve | None:
    n = int(at_risk[0])
    if n < k:
        return None
    low, high = wilson(at_risk, n)
    return Curve(episode, market, n, tuple((at_risk / n).tolist()), tuple(low.tolist()), tuple(high.tolist()), METHOD)


def _steps(steps: StepCounts, whole: _Whole, k: int) -> Iterator[EpisodeStep | None]:
    last = int(steps.episode.max())
    for episode, market, here in _groups(steps):
        starters, viewers = _sum(steps.starters, here), whole.viewers.get(market, 0)
        if not starters:
            continue
        if starters < k:
            yield None
            continue
        continued = None if episode == last else share(_sum(steps.continued, here), starters)
        finishers = _sum(steps.finishers, here)
        yield EpisodeStep(
            episode, market, starters, finishers, share(starters, viewers), share(finishers, starters), continued
        )


def _paywalls(steps: StepCounts, whole: _Whole, k: int) -> Iterator[Paywall]:
    """The first episode that enough viewers were asked to pay for: over all markets, and in each."""
    seen: set[str] = set()
    for episode, market, here in _groups(steps):
        offered = _sum(steps.offered, here)
        if market in seen or offered < k:
            continue
        seen.add(market)
        unlocked = _sum(steps.unlocked, here)
        revenue = whole.revenue.get((episode, market), {})
        yield Paywall(episode, market, offered, unlocked, share(unlocked, offered), revenue)


def _groups(steps: StepCounts) -> Iterator[tuple[int, str, NDArray[np.bool_]]]:
    """Each episode with all markets, then with each of them, and the rows that belong to it."""
    for episode in np.unique(steps.episode):
        of_episode = steps.episode == episode
        yield int(episode), ALL, of_episode
        for index, name in enumerate(steps.markets):
            yield int(episode), name, of_episode & (steps.market == index)


def _sum(counts: NDArray[np.int64], here: NDArray[np.bool_]) -> int:
    return int(counts[here].sum())


def _kept(groups: Iterator[Any]) -> tuple[tuple[Any, ...], int]:
    """The groups that are large enough, and how many are not."""
    everything = list(groups)
    kept = tuple(group for group in everything if group is not None)
    return kept, len(everything) - len(kept)


def _largest_first(counts: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _whole(folder: Path) -> _Whole:
    with engine(folder) as (con, _), reading(folder):
        for name in ("cohorts", "revenue"):
            con.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
        files = [str(file) for file in partitions(folder, CELLS)]
        con.read_parquet(files, hive_partitioning=True).create_view("cells")
        (span,) = con.execute("SELECT sum(starts)::BIGINT, min(day), max(day) FROM cells").fetchall()
        viewers = _by(con, "market")
        revenue = con.execute(
            "SELECT episode, market, currency, sum(revenue_micros)::BIGINT FROM revenue GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return _Whole(
            simulated=bool(read_meta(con, folder / "retention.parquet").get("simulated")),
            views=int(span[0]),
            first_day=span[1].isoformat(),
            last_day=span[2].isoformat(),
            viewers={ALL: sum(viewers.values()), **viewers},
            platforms=_by(con, "platform"),
            revenue=_revenue(revenue),
        )


def _by(con: DuckDBPyConnection, column: str) -> dict[str, int]:
    rows = con.execute(f'SELECT "{column}", sum(viewers)::BIGINT FROM cohorts GROUP BY ALL').fetchall()  # noqa: S608
    return {name or UNKNOWN: int(count) for name, count in rows}


def _revenue(rows: Sequence[tuple[int, str, str, int]]) -> dict[tuple[int, str], dict[str, int]]:
    """Revenue by episode and market, each and all; "" where a payment names no currency."""
    sums: dict[tuple[int, str], dict[str, int]] = {}
    for episode, market, currency, micros in rows:
        for name in (ALL, market or UNKNOWN):
            into = sums.setdefault((episode, name), {})
            into[currency] = into.get(currency, 0) + int(micros)
    return sums
