"""How long each question takes on the cells of a large series: 10 markets, 6 platforms, 80 episodes, 90 s, 30 days.

Cells, steps, cohorts and payments are written as a geometric drop-off gives them (3 % a second, 5 % an episode),
without viewers behind them; the sums by second are made from the cells as ``build`` does.  Each figure is the median
of five runs at the API, warm, in wall seconds, on whatever else the machine does.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from hookline.audience import season, watching
from hookline.audience.answer import ad_figures
from hookline.audience.days import QUERIES
from hookline.audience.paying import engagement, funnel, revenue
from hookline.audience.tables import ACQUIRED, ACTIONS, BY_SECOND, COHORTS, SEASON, SPENDING, SPENT
from hookline.formats.events import engine, sql, table_meta, write_parquet
from hookline.model.tables import CELLS, STEPS, Table

MARKETS, PLATFORMS, EPISODES, SECONDS, DAYS = 10, 6, 80, 90, 30
RUNS = 5
COHORT = "'show' AS series, 'm' || m AS market, 'p' || p AS platform, DATE '2026-10-01' + d::INTEGER AS day"
ALL = f"range({MARKETS}) a(m), range({PLATFORMS}) b(p), range({DAYS}) c(d)"
EPISODE = f"range(1, {EPISODES + 1}) e(episode)"
STAYING = "(20000 * 0.95 ** (episode - 1) * (1 + m / 10))::BIGINT"
ROWS = {
    STEPS: f"""SELECT {COHORT}, episode, '' AS cut, {STAYING} + 40 AS starters, (0.8 * {STAYING})::BIGINT AS finishers,
        (0.8 * {STAYING})::BIGINT AS continued, 0 AS finished_continued, {STAYING} AS offered,
        {STAYING} // 4 AS unlocked, 0 AS revenue_micros FROM {ALL}, {EPISODE}""",
    COHORTS: f"SELECT {COHORT}, 20000 * 2 AS viewers FROM {ALL}",
    SEASON: f"SELECT {COHORT}, episode, 1 AS finished_season FROM {ALL}, {EPISODE}",
    ACTIONS: f"""SELECT {COHORT}, episode, action, CASE WHEN action = 'offered' THEN 100 ELSE 20 END AS viewers,
        20 AS times
        FROM {ALL}, {EPISODE}, (VALUES ('offered'), ('unlocked_coin'), ('unlocked_ad'), ('clicked')) v(action)""",
    SPENDING: f"""SELECT {COHORT}, 'USD' AS currency, age AS age_days, 50 AS payers, 50000000 AS paid_micros,
        80.0 AS squares FROM {ALL}, range({DAYS}) g(age)""",
    ACQUIRED: f"""SELECT 'show' AS series, 'ad' || d % 9 AS ad_cut, 'p' || p AS platform, 'm' || m AS market,
        DATE '2026-10-01' + d::INTEGER AS day, CASE WHEN age < 0 THEN '' ELSE 'USD' END AS currency, age AS age_days,
        CASE WHEN age < 0 THEN 500 ELSE 0 END AS installs, 0 AS starters, 5 AS payers, 5000000 AS paid_micros,
        6.0 AS squares FROM {ALL}, range(-1, {DAYS}) g(age)""",
    SPENT: f"""SELECT 'show' AS series, 'ad' || d % 9 AS ad_cut, 'p' || p AS platform, 'm' || m AS market,
        DATE '2026-10-01' + d::INTEGER AS day, 'USD' AS currency, 500000000 AS spend_micros, 9 AS impressions,
        9 AS clicks, 9 AS installs FROM {ALL}""",
    CELLS: f"""SELECT 'show' AS series, episode, 'e' || episode AS cut, 'm' || m AS market, 'p' || p AS platform,
        DATE '2026-10-01' + d::INTEGER AS day, second, CASE WHEN second = 0 THEN n ELSE 0 END AS starts,
        (n * 0.97 ** second)::BIGINT AS at_risk,
        (n * 0.97 ** second)::BIGINT - (n * 0.97 ** (second + 1))::BIGINT AS exits,
        (n * 0.97 ** second)::BIGINT * 1000 AS watched_ms, n // 100 AS rewatches
        FROM (SELECT *, {STAYING} + 40 AS n FROM {ALL}, {EPISODE}), range({SECONDS}) s(second)""",
}  # fmt: skip


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        began = time.perf_counter()
        cells, sums_s = prepare(folder)
        print(
            f"{cells:,} cells "
            f"({MARKETS} markets x {PLATFORMS} platforms x {EPISODES} episodes x {SECONDS} s x {DAYS} days), "
            f"written in {time.perf_counter() - began:.0f} s; summed by second once in {sums_s:.1f} s.\n"
        )
        print("| question | figures | seconds | target |\n|---|---|---|---|")
        for name, ask in questions(folder).items():
            count, seconds = timed(ask)
            print(f"| {name} | {count:,} | {seconds:.3f} | 0.3 |")


def prepare(folder: Path) -> tuple[int, float]:
    """The tables of a large audience; how many cells, and how long the sum by second took."""
    with engine(folder) as (con, _):
        cells = 0
        for table, query in ROWS.items():
            cells = write(con, table, query, folder)
        con.read_parquet(str(folder / "cells.parquet")).create_view("cells_of_days")
        con.execute("CREATE TEMP TABLE this AS SELECT 'show' AS series")
        con.execute(f"CREATE TEMP TABLE cuts AS SELECT episode, 'e' || episode AS cut, true AS whole FROM {EPISODE}")
        began = time.perf_counter()
        con.execute(f"CREATE TEMP TABLE cell_sums AS {sql(QUERIES, 'cells_counted')}")
        write(con, BY_SECOND, sql(QUERIES, "by_second"), folder)
        return cells, time.perf_counter() - began


def write(con: duckdb.DuckDBPyConnection, table: Table, query: str, folder: Path) -> int:
    """Write one table; how many rows."""
    columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in table.columns)
    meta = table_meta(table, simulated=True, source="bench") | {"last_day": "2026-11-15"}
    return write_parquet(con, f"SELECT {columns} FROM ({query})", folder / f"{table.name}.parquet", meta=meta)


def questions(folder: Path) -> dict[str, Callable[[], int]]:
    """Each statistic, answered from the tables; how many figures came back."""

    def tracks(make: Callable[[watching.Watched], object], **options: object) -> int:
        return len([make(one) for one in watching.watched(folder, **options)[0]])  # type: ignore[arg-type]

    by = ("market", "platform")
    return {
        "retention by second, 80 episodes": lambda: tracks(watching.retention),
        "hazard, 80 episodes": lambda: tracks(watching.hazard),
        "rewatching, 80 episodes": lambda: tracks(watching.rewatching),
        "skipping, 80 episodes": lambda: tracks(watching.skipping),
        "watch time and completion, 80 episodes": lambda: tracks(watching.watch_time) + tracks(watching.completion),
        "relative retention": lambda: len(watching.relative_retention(watching.watched(folder)[0])),
        "retention of one episode by market and platform": lambda: tracks(watching.retention, by=by, episode=3),
        "retention of all episodes by market": lambda: tracks(watching.retention, by=("market",)),
        "continuation by market": lambda: sum(
            len(season.continuation(one)) for one in season.stepped(folder, by=("market",))[0]
        ),
        "season survival and hooked episode": lambda: sum(
            len(season.season_survival(one)) + bool(season.hooked(one)) for one in season.stepped(folder)[0]
        ),
        "cohorts by week": lambda: len(season.cohort_curves(folder)[0]),
        "paywall funnel by market": lambda: len(funnel(folder, by=("market",))[0]),
        "engagement and conversion": lambda: len(engagement(folder)[0]),
        "revenue and lifetime value by market": lambda: len(revenue(folder, by=("market",))[0]),
        "ads by cut": lambda: len(ad_figures(folder, by=("cut",)).figures),
    }


def timed(ask: Callable[[], int]) -> tuple[int, float]:
    """How many figures, and the median seconds."""
    count, times = ask(), []
    for _ in range(RUNS):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return count, statistics.median(times)


if __name__ == "__main__":
    main()
