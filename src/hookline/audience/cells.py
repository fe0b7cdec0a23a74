"""The cells and steps of a series as arrays, summed over what a model doesn't need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.audience.tables import ACTIONS, RETENTION, SPENDING
from hookline.formats.events import engine, reading
from hookline.model.errors import NotEnoughData
from hookline.model.tables import STEPS

Ints = NDArray[np.int64]

UNKNOWN = "unknown"  # how a market is called that no row names; "" stands for all of them


@dataclass(frozen=True, slots=True)
class HazardCells:
    """Who was watching and who left, by episode, market and second; all days and platforms together.

    The arrays are parallel, sorted by episode, market and second.  Dense: every (episode, market)
    that has a view has every second from 0 to the episode's last one, with 0 where nobody left.
    Cuts of another length than the episode's most viewed one are left out: their seconds are not the
    same moments of the story.  Nothing is suppressed here: who shows a group looks at its size.
    """

    series: str
    markets: tuple[str, ...]
    episode: Ints
    market: Ints  # index into `markets`
    second: Ints
    at_risk: Ints  # views that had not ended before this second
    exits: Ints  # views that ended in it without completing


@dataclass(frozen=True, slots=True)
class StepCounts:
    """What viewers did after each episode, by episode and market; all days, platforms and cuts together.

    The arrays are parallel, sorted by episode and market.  Counts are of distinct viewers; the market
    is that of the viewer's first view of the series.
    """

    series: str
    markets: tuple[str, ...]
    episode: Ints
    market: Ints  # index into `markets`
    starters: Ints
    finishers: Ints
    continued: Ints  # starters who also started the next episode
    finished_continued: Ints  # finishers who also started the next episode
    offered: Ints
    unlocked: Ints


def hazard_cells(folder: Path) -> HazardCells:
    """The cells of a built audience, as ``insight`` models leaving from them.

    Raises:
        NotEnoughData: no view was counted.
    """
    rows = _read(
        folder / f"{RETENTION.name}.parquet",
        "SELECT series, episode, market, second, at_risk, exits FROM given ORDER BY episode, market, second",
    )
    series, markets, market = _markets(rows)
    return HazardCells(
        series,
        markets,
        market=market,
        **{name: _ints(rows, name) for name in ("episode", "second", "at_risk", "exits")},
    )


def step_counts(folder: Path) -> StepCounts:
    """The steps of a built audience by episode and market.

    Raises:
        NotEnoughData: no viewer was counted.
    """
    counts = ("starters", "finishers", "continued", "finished_continued", "offered", "unlocked")
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in counts)
    rows = _read(
        folder / f"{STEPS.name}.parquet",
        f"SELECT series, episode, market, {sums} FROM given GROUP BY ALL ORDER BY episode, market",  # noqa: S608
    )
    series, markets, market = _markets(rows)
    return StepCounts(
        series, markets, market=market, episode=_ints(rows, "episode"), **{name: _ints(rows, name) for name in counts}
    )


@dataclass(frozen=True, slots=True)
class PriceSeen:
    """What an episode's unlock cost on average in one market and currency."""

    market: str
    currency: str
    amount: float  # in units of the currency
    coin: float  # share of all the market's unlocks that were paid in this currency
    unlocks: int  # that were paid


def prices_seen(folder: Path) -> tuple[PriceSeen, ...]:
    """The mean price of a paid unlock by market, in the currency that most money came in; none where nobody paid.

    The market is that of the viewer's first view of the series, as in the steps.
    """
    if not (folder / f"{SPENDING.name}.parquet").exists():
        return ()
    money = _read(
        folder / f"{SPENDING.name}.parquet",
        "SELECT series, market, currency, sum(paid_micros)::DOUBLE / 1e6 AS paid FROM given GROUP BY ALL "
        "ORDER BY market, paid DESC",
        needed=False,
    )
    unlocks = _read(
        folder / f"{ACTIONS.name}.parquet",
        "SELECT series, market, coalesce(sum(viewers) FILTER (action = 'unlocked_coin'), 0)::BIGINT AS coin, "
        "sum(viewers)::BIGINT AS n FROM given WHERE starts_with(action, 'unlocked_') GROUP BY ALL",
        needed=False,
    )
    counts = {
        str(m): (int(coin), int(n)) for m, coin, n in zip(*(unlocks[c] for c in ("market", "coin", "n")), strict=True)
    }
    found: dict[str, PriceSeen] = {}
    for market, currency, paid in zip(money["market"], money["currency"], money["paid"], strict=True):
        coin, n = counts.get(str(market), (0, 0))
        if coin and paid > 0:
            name = str(market) or UNKNOWN
            found.setdefault(name, PriceSeen(name, str(currency), float(paid) / coin, coin / n, coin))
    return tuple(found.values())


def nobody(series: str) -> tuple[HazardCells, StepCounts]:
    """The cells and steps of a series that nobody watched yet."""
    none = np.zeros(0, np.int64)
    return HazardCells(series, (), *[none] * 5), StepCounts(series, (), *[none] * 8)


def _read(path: Path, query: str, *, needed: bool = True) -> dict[str, NDArray[Any]]:
    if not path.exists():
        raise NotEnoughData(
            "the audience is not built yet", where=str(path), mend="import events first: hookline import"
        )
    with engine(path.parent) as (con, _), reading(path):
        con.read_parquet(str(path)).create_view("given")
        columns = {name: np.asarray(column) for name, column in con.execute(query).fetchnumpy().items()}
    if needed and not len(columns["series"]):
        raise NotEnoughData("no view was counted", where=str(path), mend="the quality of the rows says why")
    return columns


def _markets(rows: dict[str, NDArray[Any]]) -> tuple[str, tuple[str, ...], Ints]:
    names, index = np.unique(rows["market"].astype(str), return_inverse=True)
    return str(rows["series"][0]), tuple(str(name) or UNKNOWN for name in names), index.astype(np.int64)


def _ints(rows: dict[str, NDArray[Any]], name: str) -> Ints:
    return rows[name].astype(np.int64)
