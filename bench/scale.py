"""Cells and steps of a hit: 3, 30 and 347 million plays of up to 30 million viewers, beside hand-written SQL.

    python -m bench.scale [--viewers 300000 3000000 30000000] [--folder DIR] [--only NAME ...] [--again NAME ...]

The world, by formula and without a seed (every number is a hash of the viewer and episode): viewers of ten markets and
six platforms begin on one of 30 days and see a geometric number of the 80 episodes (12 on average), eight a day; two
in five of those who stop leave the last episode at its end, the others early more often than late.  It lies as the
engine keeps views: Parquet (zstd), a folder a day, every column of the canonical table, here sorted by viewer.

What is made stays in the folder (8 GB; by default ``hookline-scale`` where temporary files lie): views are made once,
and a contestant that has run with this very code isn't run again unless it is named under ``--again``.  So a run that
was stopped goes on where it was.  Each contestant runs in a process of its own with all cores and 1.2 GB for DuckDB.

"Hookline" makes cells (dense, by second, market, platform and day), viewers' bits, steps, cohorts, retention and all
other sums from those views.  "One more day" adds the thirtieth to the other 29.  "By hand" is the SQL that one who
knows DuckDB well would write for the same cells and steps: of five ways to count viewers and three to fill the seconds
the quickest.  Polars does exits by second and the steps, streaming (of 30 million viewers it took more than 23 GB and
was killed, so it isn't asked); pandas the same of one day's plays.  "Scan" reads the columns that are needed and
nothing else.  "Whole build" starts from imported files instead: it checks every row,
looks for machines, repeats and sittings to be merged, and writes the views.  Sums of at risk, exits, time watched,
starters, finishers and continued must be equal wherever they are computed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VIEWERS = (300_000, 3_000_000, 30_000_000)
EPISODES = 80
EPISODE_MS = 90_000
DAYS = [(date(2026, 10, 1) + timedelta(days=n)).isoformat() for n in range(30)]
SUMS = ("at_risk", "exits", "watched_ms", "starters", "finishers", "continued")

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


def make(folder: Path, viewers: int) -> None:
    """The views, a folder a day: those that are not there yet."""
    from hookline.audience.engine import embedded
    from hookline.formats.events import PARQUET, table_meta
    from hookline.model.tables import META_KEY, VIEWS

    missing = [n for n, day in enumerate(DAYS) if not (folder / "views" / f"day={day}").exists()]
    if not missing:
        return
    (folder / "views").mkdir(parents=True, exist_ok=True)
    meta = {META_KEY: json.dumps(table_meta(VIEWS, simulated=True, source="bench"))}
    with embedded(folder) as run, tempfile.TemporaryDirectory(dir=folder) as scratch:
        con = run.con
        con.execute("CREATE TEMP MACRO chance(a, b) AS hash(a * 1000003 + b) / 18446744073709551616.0")
        con.execute("SET preserve_insertion_order = true")  # of viewers
        people, part = Path(scratch) / "people.parquet", Path(scratch) / "day"
        con.execute(f"COPY ({PEOPLE}) TO '{people}' (FORMAT parquet)", {"viewers": viewers})
        con.read_parquet(str(people)).create_view("people")
        for number in missing:
            part.mkdir()
            values = {"day": number, "meta": meta}
            con.execute(f"COPY ({PLAYS}) TO '{part / 'data_0.parquet'}' ({PARQUET}, KV_METADATA $meta)", values)
            part.rename(folder / "views" / f"day={DAYS[number]}")


def plays_of(folder: Path) -> dict[str, int]:
    """How many plays each day has."""
    import duckdb

    files = "SELECT num_rows FROM parquet_file_metadata($file)"
    return {
        day: duckdb.execute(files, {"file": str(folder / f"views/day={day}/data_0.parquet")}).fetchall()[0][0]
        for day in DAYS
    }


# Hookline


def _count(folder: Path, out: Path, days: Sequence[str], previous: Path | None = None) -> dict[str, Any]:
    """What ``audience.build`` does once the days' views lie there, and what ``sum_up`` adds."""
    from hookline.audience import manifest as manifests
    from hookline.audience import sum_up
    from hookline.audience.build import Plan, count, describe, settle_cuts
    from hookline.audience.days import Work, link_day
    from hookline.audience.engine import embedded
    from hookline.audience.manifest import Day, Manifest

    shutil.rmtree(out, ignore_errors=True)
    plays = plays_of(folder)
    votes = [[episode, f"ep{episode:03d}", EPISODE_MS, 1] for episode in range(1, EPISODES + 1)]
    began = time.perf_counter()
    before = (manifests.last(previous) if previous else None) or Manifest("bench")
    manifest = Manifest("bench", days={day: Day("", votes) for day in days}, places=list(before.places))
    manifest.variants.update(before.variants)
    changed = [day for day in days if day not in before.days]
    for day in changed:
        shutil.copytree(folder / f"views/day={day}", out / f"views/day={day}", copy_function=os.link)
    with embedded(out) as run:
        work = Work(run, out, simulated=True)
        describe(run, "bench", dict.fromkeys(range(1, EPISODES + 1), EPISODE_MS), ())
        settle_cuts(run, manifest)
        for day in before.days:
            link_day(previous, out, day)
        count(work, Plan({}, manifest, before, previous, Counter(plays), changed))
        manifests.write(out, manifest)
    counted = {"s": time.perf_counter() - began, "cpu": _cpu()}
    sum_up(out, series="bench")
    seconds = time.perf_counter() - began
    rows = sum(plays[day] for day in changed)
    return {"rows": rows, "s": seconds, "counted": counted, "figures": _sums_of(out, days)}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _sums_of(out: Path, days: Sequence[str]) -> dict[str, int]:
    """What must be equal."""
    import duckdb

    cells = [str(file) for day in days for file in (out / "cells" / f"day={day}").glob("*.parquet")]
    found: dict[str, int] = {}
    for files, names in ((cells, SUMS[:3]), ([str(out / "steps.parquet")], SUMS[3:])):
        sums = ", ".join(f"sum({name})::BIGINT" for name in names)
        row = duckdb.execute(f"SELECT {sums} FROM read_parquet($files)", {"files": files}).fetchall()[0]
        found |= dict(zip(names, row, strict=True))
    return found


def run_all(folder: Path) -> dict[str, Any]:
    """All days at once."""
    return _count(folder, folder / "all", DAYS)


def run_answers(folder: Path) -> dict[str, Any]:
    """Every question of ``bench.figures`` that these tables can answer."""
    from bench.figures import questions, timed
    from hookline.model.errors import NotEnoughData

    took: dict[str, float] = {}
    for name, ask in questions(folder / "all").items():
        try:
            _, took[name] = timed(ask)
        except NotEnoughData:  # nobody pays in this world
            continue
    slowest = max(took, key=lambda name: took[name])
    return {"questions": len(took), "slowest": slowest, "s": took[slowest]}


def run_most(folder: Path) -> dict[str, Any]:
    """All but the last day, which is added next."""
    return _count(folder, folder / "most", DAYS[:-1])


def run_day(folder: Path) -> dict[str, Any]:
    """The last day, added to the others."""
    return _count(folder, folder / "day", DAYS, folder / "most")


def run_build(folder: Path) -> dict[str, Any]:
    """The whole build, from files as an import leaves them."""
    from hookline import audience

    out = folder / "build"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    lengths = dict.fromkeys(range(1, EPISODES + 1), EPISODE_MS)
    began = time.perf_counter()
    quality = audience.build(sorted((folder / "views").rglob("*.parquet")), out, series="bench", durations_ms=lengths)
    audience.sum_up(out, series="bench")
    seconds = time.perf_counter() - began
    figures = _sums_of(out, DAYS)
    shutil.rmtree(out)
    return {"rows": quality.rows, "s": seconds, "figures": figures}


# Others

HAND_CELLS = """
WITH ends AS (
    SELECT
        episode, cut, market, platform, day, exit_ms // 1000 AS second, count(*) AS views,
        count(*) FILTER (NOT completed) AS exits, sum(exit_ms % 1000) AS rest
    FROM views GROUP BY ALL
), edges AS (
    SELECT * FROM ends UNION ALL SELECT DISTINCT episode, cut, market, platform, day, 0, 0, 0, 0 FROM ends
), facts AS (
    SELECT
        episode, cut, market, platform, day, second, sum(views)::BIGINT AS views, sum(exits)::BIGINT AS exits,
        sum(rest)::BIGINT AS rest
    FROM edges GROUP BY ALL
), running AS (
    SELECT
        *, sum(views) OVER stratum AS starts, coalesce(sum(exits) OVER upto, 0) AS gone,
        coalesce(sum(views) OVER upto, 0) AS ended, coalesce(lead(second) OVER upto, 90) AS until
    FROM facts
    WINDOW stratum AS (PARTITION BY episode, cut, market, platform, day),
        upto AS (PARTITION BY episode, cut, market, platform, day ORDER BY second)
), grid AS (
    SELECT *, unnest(range(second, until)) AS s FROM running WHERE second < 90
)
SELECT
    'bench' AS series, episode, cut, market, platform, day, s::INTEGER AS second,
    CASE WHEN s = 0 THEN starts ELSE 0 END::BIGINT AS starts,
    (starts - gone + CASE WHEN s = second THEN exits ELSE 0 END)::BIGINT AS at_risk,
    CASE WHEN s = second THEN exits ELSE 0 END AS exits,
    (1000 * (starts - ended) + CASE WHEN s = second THEN rest ELSE 0 END)::BIGINT AS watched_ms, 0::BIGINT AS rewatches
FROM grid
"""
HAND_STEPS = """
WITH places AS (
    SELECT market, platform, row_number() OVER (ORDER BY market, platform) AS place
    FROM (SELECT DISTINCT market, platform FROM views)
), viewers AS (
    SELECT
        viewer_id, min(epoch_us(started_at) * 1024 + place) AS first, bit_or(1::HUGEINT << episode) AS seen,
        coalesce(bit_or(1::HUGEINT << episode) FILTER (completed), 0) AS finished
    FROM views JOIN places USING (market, platform) GROUP BY viewer_id
), patterns AS (
    SELECT market, platform, make_timestamp(first // 1024)::DATE AS day, seen, finished, count(*) AS n
    FROM viewers JOIN places ON place = first % 1024 GROUP BY ALL
), told AS (
    SELECT
        episode, market, platform, day, n, finished & (1::HUGEINT << episode) <> 0 AS finished,
        seen & (1::HUGEINT << (episode + 1)) <> 0 AS continued
    FROM patterns JOIN range(1, 81) e(episode) ON seen & (1::HUGEINT << episode::INTEGER) <> 0
)
SELECT
    'bench' AS series, episode::INTEGER AS episode, printf('ep%03d', episode) AS cut, market, platform, day,
    sum(n)::BIGINT AS starters, coalesce(sum(n) FILTER (finished), 0)::BIGINT AS finishers,
    coalesce(sum(n) FILTER (continued), 0)::BIGINT AS continued,
    coalesce(sum(n) FILTER (finished AND continued), 0)::BIGINT AS finished_continued
FROM told GROUP BY ALL
"""


def run_hand(folder: Path) -> dict[str, Any]:
    """The same cells and steps as one would write them for DuckDB."""
    from hookline.audience.engine import embedded

    began = time.perf_counter()
    with embedded(folder) as run, tempfile.TemporaryDirectory(dir=folder) as scratch:
        views = run.con.read_parquet(str(folder / "views/*/*.parquet"), hive_partitioning=True)
        views.create_view("views")
        figures: dict[str, int] = {}
        for name, query, sums in (("cells", HAND_CELLS, SUMS[:3]), ("steps", HAND_STEPS, SUMS[3:])):
            file = Path(scratch) / f"{name}.parquet"
            run.con.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
            row = run.ask(f"SELECT {', '.join(f'sum({one})::BIGINT' for one in sums)} FROM '{file}'")[0]
            figures |= dict(zip(sums, row, strict=True))
        rows = run.ask("SELECT count(*) FROM views")[0][0]
    return {"rows": rows, "s": time.perf_counter() - began, "figures": figures}


def run_scan(folder: Path) -> dict[str, Any]:
    """The limit: decoding the columns that are needed."""
    from hookline.audience.engine import embedded

    began = time.perf_counter()
    with embedded(folder) as run:
        row = run.ask(
            "SELECT count(*), max(hash(viewer_id)), max(episode), max(cut), max(market), max(platform), "
            "max(started_at), max(exit_ms), max(watched_ms), count_if(completed) "
            f"FROM read_parquet('{folder}/views/*/*.parquet')"
        )[0]
    return {"rows": row[0], "s": time.perf_counter() - began}


def run_polars(folder: Path) -> dict[str, Any]:
    """Exits by second and steps in Polars, streaming: the sums behind the same cells and steps."""
    import polars as pl

    began = time.perf_counter()
    views = pl.scan_parquet(folder / "views/*/*.parquet", hive_partitioning=False)
    stratum = ["episode", "cut", "market", "platform", pl.col("started_at").dt.date().alias("day")]
    ends = views.group_by([*stratum, (pl.col("exit_ms") // 1000).alias("second")]).agg(
        exits=(~pl.col("completed")).sum(), views=pl.len(), rest=(pl.col("exit_ms") % 1000).sum()
    )
    found = ends.collect(engine="streaming")
    watched_ms = int((found["second"].cast(pl.Int64) * 1000 * found["views"] + found["rest"]).sum())
    first = ["market", "platform", "started_at"]
    viewers = views.group_by("viewer_id").agg(
        *(pl.col(name).get(pl.col("started_at").arg_min()) for name in first),
        seen=pl.col("episode").max(),  # everyone here sees episodes without a gap
        finished=pl.col("completed").sum(),
    )
    patterns = viewers.group_by(["market", "platform", pl.col("started_at").dt.date(), "seen", "finished"]).agg(
        n=pl.len()
    )
    people = patterns.collect(engine="streaming")
    starters, finishers = (int((people[name].cast(pl.Int64) * people["n"]).sum()) for name in ("seen", "finished"))
    sums = (int(found["exits"].sum()), watched_ms, starters, finishers, starters - int(people["n"].sum()))
    figures = dict(zip(SUMS[1:], sums, strict=True))
    return {"rows": int(found["views"].sum()), "s": time.perf_counter() - began, "figures": figures}


def run_pandas(folder: Path) -> dict[str, Any]:
    """Exits by second and continuation in pandas: of one day's views, a sample."""
    import pandas as pd

    began = time.perf_counter()
    columns = ["viewer_id", "episode", "market", "platform", "exit_ms", "completed"]
    views = pd.read_parquet(folder / f"views/day={DAYS[15]}/data_0.parquet", columns=columns)
    second = (views.exit_ms // 1000).rename("second")
    assert len(views.groupby(["episode", "market", "platform", second]).completed.agg(["size", "sum"]))
    pairs = views[["viewer_id", "episode"]]
    on = pairs.merge(pairs.assign(episode=pairs.episode - 1, on=True), how="left", on=["viewer_id", "episode"])
    assert on.groupby("episode").on.count().sum()
    return {"rows": len(views), "s": time.perf_counter() - began}


# The run


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who runs, under which name, with how many viewers at most."""

    run: Callable[[Path], dict[str, Any]]
    label: str
    most: int = 10**9
    after: str = ""  # whose folder it reads


CONTESTANTS = {
    "scan": Contestant(run_scan, "scan of the columns needed (limit)"),
    "all": Contestant(run_all, "the same and every sum that figures are asked of"),
    "answers": Contestant(run_answers, "", after="all"),
    "most": Contestant(run_most, "the same and every sum"),
    "day": Contestant(run_day, "the same and every sum", after="most"),
    "hand": Contestant(run_hand, "DuckDB by hand: cells and steps"),
    "polars": Contestant(run_polars, "Polars, streaming: exits by second and steps", most=3_000_000),
    "pandas": Contestant(run_pandas, "pandas: exits by second and continuation of one day"),
    "build": Contestant(run_build, "**Hookline**: whole build, from imported files", most=3_000_000),
}
COUNTED = {  # before everything is summed up
    "all": "**Hookline**: cells and steps",
    "most": "**Hookline**: cells and steps of 29 days",
    "day": "**Hookline**: cells and steps of one more day",
}
Results = dict[str, dict[str, Any]]


def code() -> str:
    """A key of what is measured."""
    files = [
        Path(__file__),
        *sorted((ROOT / "src/hookline/audience").rglob("*.*")),
        ROOT / "src/hookline/formats/events.py",
    ]
    texts = b"".join(file.read_bytes() for file in files if file.suffix in (".py", ".sql"))
    return hashlib.sha256(texts).hexdigest()[:12]


def compete(folder: Path, viewers: int, only: Sequence[str], again: Sequence[str]) -> Results:
    """What each contestant took; those that ran with this code before aren't run again."""
    file = folder / "results.json"
    kept: Results = json.loads(file.read_text()) if file.exists() else {}
    results: Results = {}
    for name, contestant in CONTESTANTS.items():
        if name not in only or viewers > contestant.most:
            continue
        if name in again or kept.get(name, {}).get("code") != code():
            if contestant.after and not (folder / contestant.after / "audience.json").exists():
                _alone(contestant.after, folder)
            kept[name] = {**_alone(name, folder), "code": code()}
            file.write_text(json.dumps(kept, indent=1))
        results[name] = kept[name]
        if name in ("answers", "day"):
            for done in ("all",) if name == "answers" else ("most", "day"):
                shutil.rmtree(folder / done, ignore_errors=True)
    equal(results)
    return results


def _alone(name: str, folder: Path) -> dict[str, Any]:
    """One contestant in a process of its own."""
    command = [sys.executable, "-m", "bench.scale", "--run", name, "--folder", str(folder)]
    load = os.getloadavg()[0]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return {**json.loads(done.stdout), "load": load}


def equal(results: Results) -> None:
    """Every figure that several computed is the same."""
    for name in SUMS:
        told = {who: found["figures"][name] for who, found in results.items() if name in found.get("figures", {})}
        told.pop("most", None)
        if len(set(told.values())) > 1:
            raise SystemExit(f"{name} differs: {told}")


def report(viewers: int, plays: int, results: Results) -> str:
    """One table."""
    lines = [
        f"{plays:,} plays of {viewers:,} viewers; {os.cpu_count()} cores",
        "",
        "| | rows | wall s | CPU s | rows/s (wall) | µs of CPU a row | peak MB | load before |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, found in results.items():
        if name == "answers":
            continue
        rows, load = found["rows"], f"{found['peak_mb']:,} | {found['load']:.1f}"
        times = [(CONTESTANTS[name].label, found["s"], found["cpu"])]
        if "counted" in found:
            times.insert(0, (COUNTED[name], found["counted"]["s"], found["counted"]["cpu"]))
        for label, wall, cpu in times:
            speed = f"{rows / wall:,.0f} | {1e6 * cpu / rows:.2f}"
            lines.append(f"| {label} | {rows:,} | {wall:.1f} | {cpu:.1f} | {speed} | {load} |")
    if "answers" in results:
        told = results["answers"]
        lines += [
            "",
            f"Slowest of {told['questions']} questions asked of these tables: {told['slowest']}, {told['s']:.2f} s.",
        ]
    return "\n".join(lines)


def growth(found: Mapping[int, tuple[int, Results]]) -> str:
    """How the cost grows with the plays."""
    lines = [
        "| plays | ours, s (CPU) | by hand, s (CPU) | ours / by hand (CPU) | µs of CPU a play | a day more, s (CPU) |",
        "|---|---|---|---|---|---|",
    ]
    for plays, results in found.values():
        if not {"all", "hand", "day"} <= results.keys():
            continue
        ours, hand, day = results["all"]["counted"], results["hand"], results["day"]["counted"]
        first, second, third = (f"{one['s']:.1f} ({one['cpu']:.1f})" for one in (ours, hand, day))
        ratio, each = f"{ours['s'] / hand['s']:.2f} ({ours['cpu'] / hand['cpu']:.2f})", 1e6 * ours["cpu"] / plays
        lines.append(f"| {plays:,} | {first} | {second} | {ratio} | {each:.2f} | {third} |")
    return "\n".join(lines) if len(lines) > 2 else ""


def main() -> None:
    """Make the views, let everyone run, print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--viewers", type=int, nargs="+", default=list(VIEWERS))
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hookline-scale")
    options.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    options.add_argument("--again", nargs="+", choices=CONTESTANTS, default=[])
    options.add_argument("--run", choices=CONTESTANTS, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.run:
        answer = CONTESTANTS[given.run].run(given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({**answer, "peak_mb": used.ru_maxrss // 1024, "cpu": used.ru_utime + used.ru_stime}))
        return
    found: dict[int, tuple[int, Results]] = {}
    for viewers in given.viewers:
        folder = given.folder / str(viewers)
        make(folder, viewers)
        found[viewers] = (sum(plays_of(folder).values()), compete(folder, viewers, given.only, given.again))
    texts = [report(viewers, *told) for viewers, told in found.items()]
    print("\n\n".join(filter(None, [growth(found), *texts])))


if __name__ == "__main__":
    main()
