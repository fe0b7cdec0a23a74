"""Every figure about viewers that a report draws, from cells and steps alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import UNKNOWN, HazardCells, StepCounts, hazard_cells, step_counts
from hookline.audience.groups import visible
from hookline.audience.intervals import METHOD, share, wilson
from hookline.audience.result import AudienceSummary, Curve, EpisodeStep, Group, Paywall
from hookline.audience.survival import retained
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
    paid: dict[tuple[int, str], dict[str, tuple[int, int]]]  # (episode, currency) -> market -> payers, micros


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
    markets, _ = _visible({name: n for name, n in whole.viewers.items() if name != ALL}, "market", k)
    platforms, _ = _visible(whole.platforms, "platform", k)
    few: Counter[str] = Counter()
    curves = tuple(_curves(cells, k, few))
    episodes = tuple(_steps(steps, whole, markets | {ALL}, k, few))
    paywalls = tuple(_paywalls(steps, whole, k))
    return AudienceSummary(
        simulated=whole.simulated,
        viewers=whole.viewers[ALL],
        views=whole.views,
        first_day=whole.first_day,
        last_day=whole.last_day,
        markets=tuple(name for name in _largest_first(whole.viewers) if name in markets),
        platforms=tuple(name for name in _largest_first(whole.platforms) if name in platforms),
        quality=quality,
        curves=curves,
        steps=episodes,
        paywalls=paywalls,
        platform_curves=tuple(platform_curves),
        suppressed=few.total(),
    )


def _visible(counts: Mapping[str, int], dimension: str, k: int) -> tuple[frozenset[str], int]:
    """The markets or platforms that may be shown beside their total, and how many may not (see ``suppress``)."""
    shown, few = visible({Group(**{dimension: name}): n for name, n in counts.items()}, (dimension,), k=k)
    return frozenset(str(getattr(group, dimension)) for group in shown), few


def _and_all(counts: Mapping[str, int], k: int, few: Counter[str], what: str) -> frozenset[str]:
    """The markets of which a table may tell, and ALL; those that it may not are counted."""
    total = sum(counts.values())
    if total < k:
        few[what] += sum(n > 0 for n in counts.values()) + 1
        return frozenset()
    shown, hidden = _visible(counts, "market", k)
    few[what] += hidden
    return shown | {ALL}


def _curves(cells: HazardCells, k: int, few: Counter[str]) -> Iterator[Curve]:
    """A curve for each episode, all markets and each that may be shown."""
    for episode in np.unique(cells.episode):
        of_episode = cells.episode == episode
        seconds = int(cells.second[of_episode].max()) + 1
        at_risk = np.zeros((len(cells.markets), seconds), np.int64)
        at_risk[cells.market[of_episode], cells.second[of_episode]] = cells.at_risk[of_episode]
        exits = np.zeros_like(at_risk)
        exits[cells.market[of_episode], cells.second[of_episode]] = cells.exits[of_episode]
        began = dict(zip(cells.markets, at_risk[:, 0].tolist(), strict=True))
        shown = _and_all(began, k, few, "curves")
        if ALL in shown:
            yield _curve(int(episode), ALL, at_risk.sum(axis=0), exits.sum(axis=0))
        for name, row, left in zip(cells.markets, at_risk, exits, strict=True):
            if name in shown:
                yield _curve(int(episode), name, row, left)


def _curve(episode: int, market: str, at_risk: NDArray[np.int64], exits: NDArray[np.int64]) -> Curve:
    value, n = retained(at_risk, exits)
    low, high = wilson(value * n, n)
    return Curve(
        episode, market, int(at_risk[0]), tuple(value.tolist()), tuple(low.tolist()), tuple(high.tolist()), METHOD
    )


def _steps(
    steps: StepCounts, whole: _Whole, markets: frozenset[str], k: int, few: Counter[str]
) -> Iterator[EpisodeStep]:
    last = int(steps.episode.max())
    for episode, groups in _groups(steps):
        began = {market: _sum(steps.starters, here) for market, here in groups.items() if market != ALL}
        if not any(began.values()):
            continue
        shown = _and_all(began, k, few, "steps") & markets  # a reach tells how many viewers a market has
        for market, here in groups.items():
            if market in shown:
                yield _step(episode, market, here, steps, whole.viewers.get(market, 0), last=episode == last)


def _step(
    episode: int, market: str, here: NDArray[np.bool_], steps: StepCounts, viewers: int, *, last: bool
) -> EpisodeStep:
    starters, finishers = _sum(steps.starters, here), _sum(steps.finishers, here)
    continued = None if last else share(_sum(steps.continued, here), starters)
    return EpisodeStep(
        episode, market, starters, finishers, share(starters, viewers), share(finishers, starters), continued
    )


def _paywalls(steps: StepCounts, whole: _Whole, k: int) -> Iterator[Paywall]:
    """The first episode that enough viewers were asked to pay for: over all markets, and in each."""
    seen: set[str] = set()
    for episode, groups in _groups(steps):
        offered = {market: _sum(steps.offered, here) for market, here in groups.items()}
        shown = _and_all({market: n for market, n in offered.items() if market != ALL}, k, Counter(), "paywalls")
        for market, here in groups.items():
            if market not in shown or market in seen:
                continue
            seen.add(market)
            unlocked = _sum(steps.unlocked, here)
            revenue = _revenue(whole, episode, market, k)
            yield Paywall(episode, market, offered[market], unlocked, share(unlocked, offered[market]), revenue)


def _revenue(whole: _Whole, episode: int, market: str, k: int) -> dict[str, int]:
    """What was paid for an episode in a market or in all, by currency, where enough paid ("" : none is named)."""
    found: dict[str, int] = {}
    for (of, currency), paid in whole.paid.items():
        payers = {name: n for name, (n, _) in paid.items()}
        if of == episode and market in _and_all(payers, k, Counter(), "revenue"):
            found[currency] = sum(micros for name, (_, micros) in paid.items() if market in (ALL, name))
    return found


def _groups(steps: StepCounts) -> Iterator[tuple[int, dict[str, NDArray[np.bool_]]]]:
    """Each episode's rows: of all markets, and of each."""
    for episode in np.unique(steps.episode):
        of_episode = steps.episode == episode
        own = {name: of_episode & (steps.market == index) for index, name in enumerate(steps.markets)}
        yield int(episode), {ALL: of_episode, **own}


def _sum(counts: NDArray[np.int64], here: NDArray[np.bool_]) -> int:
    return int(counts[here].sum())


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
            "SELECT episode, currency, market, sum(payers)::BIGINT, sum(revenue_micros)::BIGINT FROM revenue "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return _Whole(
            simulated=bool(read_meta(con, folder / "retention.parquet").get("simulated")),
            views=int(span[0]),
            first_day=span[1].isoformat(),
            last_day=span[2].isoformat(),
            viewers={ALL: sum(viewers.values()), **viewers},
            platforms=_by(con, "platform"),
            paid=_paid(revenue),
        )


def _by(con: DuckDBPyConnection, column: str) -> dict[str, int]:
    rows = con.execute(f'SELECT "{column}", sum(viewers)::BIGINT FROM cohorts GROUP BY ALL').fetchall()  # noqa: S608
    return {name or UNKNOWN: int(count) for name, count in rows}


def _paid(rows: Sequence[tuple[int, str, str, int, int]]) -> dict[tuple[int, str], dict[str, tuple[int, int]]]:
    """Payers and amounts by episode and currency ("" where a payment names none), in each market."""
    paid: dict[tuple[int, str], dict[str, tuple[int, int]]] = {}
    for episode, currency, market, payers, micros in rows:
        paid.setdefault((episode, currency), {})[market or UNKNOWN] = int(payers), int(micros)
    return paid
