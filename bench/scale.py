"""Cells and steps of a hit: up to 300 million plays of 30 million viewers, beside hand-written SQL and others.

    python -m bench.scale [--plays 3000000] [--folder DIR] [--only NAME ...]

The world, by formula and without a seed (every number is a hash of the viewer and episode): viewers of ten markets and
six platforms begin on one of 30 days and see a geometric number of the 80 episodes (12 on average), eight a day; two
in five of those who stop leave the last episode at its end, the others early more often than late.  It lies as the
engine keeps views: Parquet (zstd), a folder a day, sorted by viewer, every column of the canonical table.

Each contestant runs in a process of its own.  "Hookline" makes cells (dense, by second, market, platform and day),
viewers' bits, steps, cohorts and retention from those views; "one more day" adds the thirtieth to the other 29.  "By
hand" is the SQL that one would write for the same cells and steps.  Polars does the same cells and steps, streaming;
pandas the same of one day's viewers.  "Scan" reads the columns that are needed and nothing else.  Sums of at risk,
exits, starters and continued must be equal wherever all of them are computed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hookline.audience.engine import Engine

EPISODES = 80
EPISODE_MS = 90_000
DAYS = [(date(2026, 10, 1) + timedelta(days=n)).isoformat() for n in range(30)]

PEOPLE = """
SELECT
    i,
    printf('%016x%016x', (i * (18446744073709551615 // $viewers))::UBIGINT, hash(i)) AS viewer_id,
    ['US', 'ID', 'BR', 'MX', 'JP', 'KR', 'TH', 'DE', 'FR', 'GB'][1 + floor(10 * chance(i, 1) ** 2)::INT] AS market,
    ['ios', 'android', 'web', 'tiktok', 'youtube', 'tv'][1 + floor(6 * chance(i, 2) ** 2)::INT] AS platform,
    floor(30 * chance(i, 3))::INT AS began,
    least(80, 1 + floor(ln(1 - chance(i, 4)) / ln(0.9165))::INT) AS sees,
    (chance(i, 5) * 80000)::INT AS second_of_day
FROM range($viewers) people(i)
"""
PLAYS = """
SELECT
    left(viewer_id, 29) || printf('%03d', episode) AS view_id, viewer_id, 'bench' AS series, episode,
    printf('ep%03d', episode) AS "cut", market, platform,
    DATE '2026-10-01' + $day + to_seconds(second_of_day + (episode - 1) % 8 * 100) AS started_at,
    90000::INTEGER AS duration_ms,
    CASE WHEN ended THEN 90000 ELSE (chance(i, 3000 + episode) ** 2 * 88000)::INT END AS exit_ms, exit_ms AS watched_ms,
    ended AS completed
FROM (
    SELECT *, episode < sees OR chance(i, 1000 + episode) < 0.4 AS ended
    FROM (
        SELECT *, unnest(range(1 + 8 * ($day - began), 1 + least(sees, 8 * ($day - began) + 8)))::INTEGER AS episode
        FROM people WHERE began <= $day AND sees > 8 * ($day - began)
    )
)
"""


def make(folder: Path, plays: int) -> int:
    """The views, a folder a day; how many there are."""
    from hookline.formats.events import engine

    rows = 0
    with engine(folder) as (con, scratch):
        con.execute("CREATE TEMP MACRO chance(a, b) AS hash(a * 1000003 + b) / 18446744073709551616.0")
        people = scratch / "people.parquet"
        con.execute("SET preserve_insertion_order = true")
        con.execute(f"COPY ({PEOPLE}) TO '{people}' (FORMAT parquet)", {"viewers": int(plays / 11.99)})
        con.read_parquet(str(people)).create_view("people")
        for number, day in enumerate(DAYS):
            target = folder / "views" / f"day={day}"
            target.mkdir(parents=True)
            options = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000"
            copied = con.execute(
                f"COPY ({PLAYS}) TO '{target / 'data_0.parquet'}' ({options})", {"day": number}
            ).fetchall()
            rows += int(copied[0][0])
    return rows


def _figures(run: Engine, out: Path) -> dict[str, int]:
    """What must be equal."""
    from hookline.model.tables import CELLS

    run.read_days("cells", CELLS, out, DAYS)
    con = run.con
    (cells,) = con.execute("SELECT sum(at_risk)::BIGINT, sum(exits)::BIGINT FROM cells").fetchall()
    con.read_parquet(str(out / "steps.parquet")).create_view("all_steps", replace=True)
    (steps,) = con.execute("SELECT sum(starters)::BIGINT, sum(continued)::BIGINT FROM all_steps").fetchall()
    return dict(zip(("at_risk", "exits", "starters", "continued"), (*cells, *steps), strict=True))


def _hookline(folder: Path, out: Path, days: Sequence[str], previous: Path | None) -> dict[str, Any]:
    from hookline.audience.viewers import count_all, count_touched

    from hookline.audience import manifest as manifests
    from hookline.audience.build import ROWS_AT_ONCE, _cuts, _this
    from hookline.audience.days import Work, add_up, batches, show_places
    from hookline.audience.engine import embedded
    from hookline.audience.manifest import Day, Manifest
    from hookline.audience.tables import COHORTS, RETENTION, REVENUE, VIEWER_DAYS, partitions
    from hookline.model.tables import CELLS, STEPS

    parts: dict[str, float] = {}
    began = time.perf_counter()
    before = manifests.last(previous) if previous else None
    manifest = before or Manifest("bench")
    fresh = [day for day in days if day not in manifest.days]
    old = sorted(manifest.days)
    out.mkdir(exist_ok=True)
    for day in days:
        _link(folder / "views" / f"day={day}", out / "views" / f"day={day}")
    for day in old:
        assert previous
        for table in (CELLS, VIEWER_DAYS):
            _link(previous / table.name / f"day={day}", out / table.name / f"day={day}")
    with embedded(out) as run:
        work = Work(run, out, simulated=True)
        _this(run, "bench", dict.fromkeys(range(1, EPISODES + 1), EPISODE_MS), [])
        manifest.days.update({day: Day("", [[e, f"ep{e:03d}", EPISODE_MS, 1] for e in range(1, 81)]) for day in fresh})
        _cuts(run, manifest)
        sizes = {day: _rows(run.con, partitions(folder, _views(), day)) for day in fresh}
        for batch in batches(sizes, ROWS_AT_ONCE):
            add_up(work, batch, manifest)
        parts["cells and bits"] = time.perf_counter() - began
        show_places(run, manifest)
        if previous:
            count_touched(work, previous, old, list(days), fresh)
        else:
            count_all(work, list(days))
        for table in (STEPS, REVENUE, COHORTS):
            work.publish(table)
        parts["viewers"] = time.perf_counter() - began - parts["cells and bits"]
        work.read_days(CELLS, list(days))
        work.publish(RETENTION)
        manifests.write(out, manifest)
        seconds = time.perf_counter() - began
        return {"rows": sum(sizes.values()), "s": seconds, "parts": parts, "figures": _figures(run, out)}


def _views() -> Any:
    from hookline.model.tables import VIEWS

    return VIEWS


def _rows(con: Any, files: Sequence[Path]) -> int:
    names = [str(file) for file in files]
    found = con.execute("SELECT sum(num_rows) FROM parquet_file_metadata($files)", {"files": names}).fetchall()
    return int(found[0][0] or 0)


def _link(source: Path, target: Path) -> None:
    if source.exists():
        target.mkdir(parents=True, exist_ok=True)
        for file in source.glob("*.parquet"):
            os.link(file, target / file.name)


def run_all(folder: Path) -> dict[str, Any]:
    """All days at once."""
    return _hookline(folder, folder / "all", DAYS, None)


def run_most(folder: Path) -> dict[str, Any]:
    """All but the last day, which is added next."""
    return _hookline(folder, folder / "most", DAYS[:-1], None)


def run_day(folder: Path) -> dict[str, Any]:
    """The last day, added to the others."""
    return _hookline(folder, folder / "day", DAYS, folder / "most")


HAND_CELLS = """
WITH ends AS (
    SELECT episode, market, platform, started_at::DATE AS day, exit_ms // 1000 AS second, count(*) AS views,
        count(*) FILTER (NOT completed) AS exits, sum(exit_ms % 1000) AS rest
    FROM views GROUP BY ALL
), strata AS (
    SELECT episode, market, platform, day, sum(views) AS starts FROM ends GROUP BY ALL
), grid AS (
    SELECT *, unnest(range(90)) AS second FROM strata
)
SELECT g.episode, g.market, g.platform, g.day, g.second,
    starts - coalesce(sum(exits) OVER w, 0) + coalesce(exits, 0) AS at_risk, coalesce(exits, 0) AS exits,
    1000 * (starts - coalesce(sum(views) OVER w, 0)) + coalesce(rest, 0) AS watched_ms
FROM grid g LEFT JOIN ends e USING (episode, market, platform, day, second)
WINDOW w AS (PARTITION BY g.episode, g.market, g.platform, g.day ORDER BY g.second)
"""
HAND_STEPS = """
WITH viewers AS (
    SELECT viewer_id, min(started_at) AS first, arg_min(market, started_at) AS market,
        arg_min(platform, started_at) AS platform, bit_or(1::HUGEINT << episode) AS seen,
        bit_or(CASE WHEN completed THEN 1::HUGEINT << episode ELSE 0 END) AS finished
    FROM views GROUP BY viewer_id
), patterns AS (
    SELECT market, platform, first::DATE AS day, seen, finished, count(*) AS n FROM viewers GROUP BY ALL
)
SELECT episode, market, platform, day, sum(n) AS starters, sum(n) FILTER (finished & (1::HUGEINT << episode) <> 0) AS
    finishers, sum(n) FILTER (seen & (1::HUGEINT << (episode + 1)) <> 0) AS continued
FROM patterns JOIN range(1, 81) e(episode) ON seen & (1::HUGEINT << episode::INTEGER) <> 0
GROUP BY ALL
"""


def run_hand(folder: Path) -> dict[str, Any]:
    """The same cells and steps as one would write them for DuckDB."""
    from hookline.formats.events import engine

    began = time.perf_counter()
    with engine(folder) as (con, scratch):
        con.read_parquet(str(folder / "views/*/*.parquet")).create_view("views")
        found: list[int] = []
        parts: dict[str, float] = {}
        for name, query, sums in (
            ("cells", HAND_CELLS, "sum(at_risk)::BIGINT, sum(exits)::BIGINT"),
            ("steps", HAND_STEPS, "sum(starters)::BIGINT, sum(continued)::BIGINT"),
        ):
            con.execute(f"COPY ({query}) TO '{scratch / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")
            parts[name] = time.perf_counter() - began - sum(parts.values())
            found += con.execute(f"SELECT {sums} FROM '{scratch / name}.parquet'").fetchall()[0]
        row = con.execute("SELECT count(*) FROM views").fetchall()[0]
        figures = dict(zip(("at_risk", "exits", "starters", "continued"), found, strict=True))
        return {"rows": row[0], "s": time.perf_counter() - began, "parts": parts, "figures": figures}


def run_scan(folder: Path) -> dict[str, Any]:
    """The limit: decoding the columns that are needed."""
    from hookline.formats.events import engine

    began = time.perf_counter()
    with engine(folder) as (con, _):
        row = con.execute(
            "SELECT count(*), max(viewer_id), max(episode), max(market), max(platform), max(started_at), max(exit_ms),"
            f" max(watched_ms), count_if(completed) FROM read_parquet('{folder}/views/*/*.parquet')"
        ).fetchall()[0]
    return {"rows": row[0], "s": time.perf_counter() - began}


def run_polars(folder: Path) -> dict[str, Any]:
    """Exits by second and steps in Polars, streaming: the sums behind the same cells and steps."""
    import polars as pl

    began = time.perf_counter()
    views = pl.scan_parquet(folder / "views/*/*.parquet", hive_partitioning=False)
    stratum = ["episode", "market", "platform", pl.col("started_at").dt.date().alias("day")]
    left = views.filter(~pl.col("completed")).group_by([*stratum, (pl.col("exit_ms") // 1000).alias("second")])
    exits = int(left.agg(n=pl.len()).collect(engine="streaming")["n"].sum())
    viewers = views.group_by("viewer_id").agg(
        pl.col("market").sort_by("started_at").first(),
        pl.col("started_at").min(),
        pl.col("episode").max().alias("last"),
    )
    by_last = viewers.group_by(["market", pl.col("started_at").dt.date(), "last"]).agg(n=pl.len())
    found = by_last.collect(engine="streaming")
    starters = int((found["last"].cast(pl.Int64) * found["n"]).sum())  # everyone here sees episodes without a gap
    rows = int(views.select(pl.len()).collect()["len"][0])
    figures = {"exits": exits, "starters": starters, "continued": starters - int(found["n"].sum())}
    return {"rows": rows, "s": time.perf_counter() - began, "figures": figures}


def run_pandas(folder: Path) -> dict[str, Any]:
    """Exits by second and continuation in pandas: of one day's views, a sample."""
    import pandas as pd

    began = time.perf_counter()
    columns = ["viewer_id", "episode", "market", "platform", "started_at", "exit_ms", "completed"]
    views = pd.read_parquet(folder / f"views/day={DAYS[15]}/data_0.parquet", columns=columns)
    second = (views.exit_ms // 1000).rename("second")
    assert len(views[~views.completed].groupby(["episode", "market", "platform", second]).size())
    pairs = views[["viewer_id", "episode"]]
    following = pairs.assign(episode=pairs.episode - 1, continued=True)
    on = pairs.merge(following, how="left", on=["viewer_id", "episode"])
    assert on.groupby("episode").continued.count().sum()
    return {"rows": len(views), "s": time.perf_counter() - began}


CONTESTANTS: dict[str, tuple[str, Callable[[Path], dict[str, Any]]]] = {
    "scan": ("scan of the columns needed (limit)", run_scan),
    "all": ("**Hookline**: cells and steps", run_all),
    "most": ("**Hookline**: of 29 days", run_most),
    "day": ("**Hookline**: one more day", run_day),
    "hand": ("DuckDB by hand", run_hand),
    "polars": ("Polars, streaming", run_polars),
    "pandas": ("pandas, one day's views alone", run_pandas),
}


def compete(name: str, folder: Path) -> dict[str, Any]:
    """One contestant in a process of its own."""
    command = [sys.executable, "-m", "bench.scale", "--run", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def report(rows: int, made_s: float, results: dict[str, dict[str, Any]]) -> str:
    """One table."""
    lines = [
        f"{rows:,} plays, made in {made_s:.0f} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "",
        "| | rows | wall s | CPU s | peak MB | rows/s |",
        "|---|---|---|---|---|---|",
    ]
    for name, found in results.items():
        parts = "".join(f"; {part} {took:.1f}" for part, took in found.get("parts", {}).items())
        lines.append(
            f"| {CONTESTANTS[name][0]}{parts} | {found['rows']:,} | {found['s']:.1f} | {found['cpu']:.1f} "
            f"| {found['peak_mb']:,} | {found['rows'] / found['s']:,.0f} |"
        )
    return "\n".join(lines)


def equal(results: dict[str, dict[str, Any]]) -> None:
    """Every figure that several computed is the same."""
    for name in ("at_risk", "exits", "starters", "continued"):
        told = {who: found["figures"][name] for who, found in results.items() if name in found.get("figures", {})}
        told.pop("most", None)
        if len(set(told.values())) > 1:
            raise SystemExit(f"{name} differs: {told}")


def main() -> None:
    """Make the views, let everyone run, print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--plays", type=int, nargs="+", default=[3_000_000])
    options.add_argument("--folder", type=Path)
    options.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    options.add_argument("--run", choices=CONTESTANTS)
    given = options.parse_args()
    if given.run:
        answer = CONTESTANTS[given.run][1](given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({**answer, "peak_mb": used.ru_maxrss // 1024, "cpu": used.ru_utime + used.ru_stime}))
        return
    texts = []
    for plays in given.plays:
        with TemporaryDirectory(dir=given.folder) as temporary:
            folder, began = Path(temporary), time.perf_counter()
            rows = make(folder, plays)
            made_s = time.perf_counter() - began
            results = {}
            for name in given.only:
                results[name] = compete(name, folder)
                if name in ("all", "day"):
                    shutil.rmtree(folder / name)
            equal(results)
            texts.append(report(rows, made_s, results))
    print("\n\n".join(texts))


if __name__ == "__main__":
    main()
