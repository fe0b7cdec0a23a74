"""Every query gives on Spark what it gives on DuckDB, to the last count: one run of each, compared query by query."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from hookline.audience.arms import arms
from hookline.audience.brand_cells import clicks_of
from hookline.audience.build import build
from hookline.audience.days import QUERIES
from hookline.audience.engine import Embedded, Engine, Open, chosen, embedded
from hookline.audience.exports import keep_exports
from hookline.audience.spark_sql import picks
from hookline.audience.sums import sum_up
from hookline.model.experiment import ExperimentPlan, Metric
from hookline.model.tables import Table
from tests.audience.canonical import write
from tests.audience.cluster import cluster, missing
from tests.audience.test_build import DURATIONS_MS, T0, crowd, event, prepared
from tests.audience.test_days import weeks
from tests.shared import REPOSITORY

FILES = {  # but for those of figures: they read small tables of this machine, whichever engine made those
    path.read_text(encoding="utf-8").rstrip().rstrip(";"): path.relative_to(QUERIES)
    for path in QUERIES.rglob("*.sql")
    if path.parent.name != "figures"
}
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # small data: most time would go into compiling
ONE_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.memory": "1g",
    "spark.executor.extraJavaOptions": QUICK,
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.locality.wait": "0s",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
LATE = date(2026, 10, 2)
TESTERS = ["tess", "ann\\"]
PLAN = ExperimentPlan("x", 1, "cut1", ("other",), Metric.REVENUE, 0.02, window_days=1, currency="USD")


@dataclass(frozen=True)
class Told:
    """What a query gave."""

    name: str
    query: str
    rows: list[str]

    @property
    def file(self) -> str:
        return next((str(file) for text, file in FILES.items() if text in self.query), "")


@dataclass
class Recorded:
    """An engine that writes down what every query gave.  What lies in files is read by DuckDB, whoever wrote it."""

    engine: Engine
    told: list[Told] = field(default_factory=list)

    @property
    def con(self) -> Any:
        return self.engine.con

    @property
    def times(self) -> int:
        return 1

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        rows = self.engine.ask(query)
        self.told.append(Told("asked", query, in_order(rows)))
        return rows

    def table(self, name: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        self.engine.table(name, columns, rows)

    def read(self, name: str, table: Table, files: Sequence[Path], *, filename: bool = False) -> None:
        self.engine.read(name, table, files, filename=filename)

    def read_days(self, name: str, table: Table, folder: Path, days: Sequence[str]) -> None:
        self.engine.read_days(name, table, folder, days)

    def show(self, name: str, query: str) -> None:
        self.engine.show(name, query)
        if query in FILES:
            self._tell(name, query)

    def keep(self, name: str, query: str) -> None:
        self.engine.keep(name, query)
        self._tell(name, query)

    def stage(self, name: str, query: str) -> None:
        self.engine.stage(name, query)
        self._tell(name, query)

    def write(self, query: str, path: Path, meta: Mapping[str, Any]) -> None:
        self.engine.write(query, path, meta)
        self.told.append(Told(path.name, query, self._in_files(str(path))))

    def write_days(
        self, query: str, folder: Path, days: Sequence[str], meta: Mapping[str, Any], *, order: str = ""
    ) -> None:
        self.engine.write_days(query, folder, days, meta, order=order)
        self.told.append(Told(folder.name, query, self._in_files(f"{folder}/**/*.parquet")))

    def reading(self, source: Path) -> AbstractContextManager[None]:
        return self.engine.reading(source)

    def _tell(self, name: str, query: str) -> None:
        self.told.append(Told(name, query, in_order(self._rows(name, query))))

    def _rows(self, name: str, query: str) -> list[Any]:
        if isinstance(self.engine, Embedded):
            return in_columns(self.con.table(name))
        found = self.engine.session.table(name)  # type: ignore[attr-defined]
        if picks(query):  # no file of its own
            return [row.asDict() for row in found.collect()]
        (path,) = {str(Path(urlsplit(file).path).parent) for file in found.inputFiles()}
        return in_columns(self.con.read_parquet(f"{path}/*.parquet"))

    def _in_files(self, pattern: str) -> list[str]:
        return in_order(in_columns(self.con.read_parquet(pattern, hive_partitioning=True)))


def in_columns(relation: Any) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def in_order(rows: Sequence[Any]) -> list[str]:
    """The rows in an order of their own.  Numbers that stand for values are each engine's: how often each comes counts.

    Of events told twice at the same moment either may come first: which of them is which isn't compared.
    """
    rows = [dict(row) if isinstance(row, dict) else row for row in rows]
    for name in ("sitting", "id"):
        numbers = Counter(row[name] for row in rows if isinstance(row, dict) and isinstance(row.get(name), int))
        for row in rows:
            if isinstance(row, dict) and row.get(name) in numbers:
                row[name] = numbers[row[name]]
    told_twice = [row for row in rows if isinstance(row, dict) and "again" in row and "at" in row]
    rows += [{name: row.pop(name) for name in ("place", "copies")} | {"at": row["at"]} for row in told_twice]
    return sorted(repr([plain(one) for one in row] if isinstance(row, tuple) else plain(row)) for row in rows)


def plain(value: Any) -> Any:
    """A value without its engine's clothes: fields by name without their signs of NULL, whole numbers as such."""
    if hasattr(value, "asDict"):
        value = value.asDict()
    if isinstance(value, dict):
        return sorted((name, plain(one)) for name, one in value.items() if not name.startswith("no_"))
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal | float) and value == int(value):
        return int(value)
    if isinstance(value, str) and value.endswith(".parquet"):
        return unquote(Path(value).name)
    return value


def recorded(opened: Open, told: list[Told]) -> Open:
    @contextmanager
    def recording(folder: Path) -> Iterator[Engine]:
        with opened(folder) as engine:
            yield Recorded(engine, told)

    return recording


def told_by(opened: Open, run: Callable[[Open, Path], None], folder: Path) -> list[Told]:
    """What an engine told of every query, in order."""
    told: list[Told] = []
    run(recorded(opened, told), folder)
    return told


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    if why := missing():
        pytest.skip(why)
    from pyspark.sql import SparkSession

    with cluster(tmp_path_factory.mktemp("cluster")) as master:
        yield chosen("spark", master=master, options=ONE_MACHINE)
        if session := SparkSession.getActiveSession():
            session.stop()


def traps(folder: Path) -> list[Path]:
    """Files of every table with every trap that the other tests know, and missing values in nearly every column."""
    rng = random.Random(11)
    folder.mkdir()
    views, watched = prepared(rng, 60)
    views += robot()
    events = weeks(5, days=3) + crowd(7, streams=10) + twins() + second_best()
    steps = [step(rng) for _ in range(400)] + [click for view in views for click in bought(view)]
    ads = [ad(rng) for _ in range(60)]
    installs = [install(rng, rng.choice(views)["viewer_id"]) for _ in range(80)]
    tables = {
        "events": events,
        "views": views,
        "watched": watched,
        "steps_raw": steps,
        "ads": ads,
        "installs": installs,
    }
    files = []
    for name, rows in tables.items():
        whole = [{**row} for row in rows]
        for row in rng.sample(whole, k=len(whole) // 12):
            row[rng.choice([column for column in row if column not in ("event_id", "cut")])] = None
        half = len(whole) // 2
        parts = (whole[: half + 20], whole[half:])
        if name == "views":
            late = [row for row in whole if not row["started_at"] or row["started_at"].date() == LATE]
            parts = ([row for row in whole if row not in late[20:]], late)
        files += [write(folder / f"{name} {number}.parquet", name, some) for number, some in enumerate(parts, 1)]
    return files


def twins() -> list[dict[str, Any]]:
    """One id twice on the day before the late one: in its last hour, and before that."""
    return [event(1, "playing", 2_000, at, event_id="twin") for at in (T0, T0 - timedelta(hours=9))]


def second_best() -> list[dict[str, Any]]:
    """Positions of statements in a session that tells its stretches; those of playback events, content and an ad."""
    told = [("start", 0, "stretch"), ("pause", 9_000, "stretch"), ("resume", 4_000, "moment")]
    advertised = [("start", 0, None), ("ad_start", None, None), ("ad_end", None, None), ("pause", 9_000, "ads")]
    return [
        event(number, kind, position, T0 + timedelta(hours=2, seconds=9 * number), viewer_id=viewer, session_id=viewer,
              event_id=f"{viewer}{number}{half}", clock=clock)
        for viewer, some in (("una", told), ("ida", advertised))
        for half in range(8)  # so many that both of the files have some
        for number, (kind, position, clock) in enumerate(some)
    ]  # fmt: skip


def step(rng: random.Random) -> dict[str, Any]:
    viewers = ("ann", "bob", "0123456789abcdef0123456789abcdef", "ffffffffffffffff", "a_b", "é'\\", "")
    event = rng.choice(("offered", "unlocked", "unlocked", "ad_unlocked", "shared", "clicked", "converted", "cursed"))
    return {
        "viewer_id": rng.choice(viewers),
        "series": rng.choice(("show",) * 9 + ("other",)), "episode": rng.choice((1, 2, 3, 3, 9)), "event": event,
        "at": T0 + timedelta(seconds=rng.randrange(300_000), microseconds=rng.randrange(1_000_000)),
        "price_micros": rng.choice((None, 0, 990_000, 1_234_567_891_234)) if event == "unlocked" else None,
        "currency": rng.choice((None, "USD", "USD", "IDR")),
    }  # fmt: skip


def bought(view: dict[str, Any]) -> list[dict[str, Any]]:
    """A click five seconds into a view, and what its viewer bought an hour later."""
    if not view.get("viewer_id") or not view.get("started_at"):
        return []
    row = {name: view.get(name) for name in ("viewer_id", "series", "episode")}
    return [
        {**row, "event": event, "at": view["started_at"] + timedelta(seconds=after), "price_micros": None}
        for event, after in (("clicked", 5), ("converted", 3_600))
    ]


def ad(rng: random.Random) -> dict[str, Any]:
    return {
        "series": rng.choice(("show", "show", "other")), "ad_cut": rng.choice("ab"), "platform": "meta",
        "market": rng.choice(("US", "")), "day": date(2026, 10, rng.randrange(1, 5)),
        "spend_micros": rng.randrange(10**9), "currency": rng.choice(("USD", None)), "impressions": rng.randrange(1000),
        "clicks": rng.randrange(50), "installs": rng.choice((None, 5)),
    }  # fmt: skip


def install(rng: random.Random, viewer: str | None) -> dict[str, Any]:
    return {
        "viewer_id": rng.choice((viewer, "ann", "bob")), "series": "show", "ad_cut": rng.choice(("a", "b", "")),
        "platform": "meta", "market": "US", "at": T0 - timedelta(hours=30) + timedelta(hours=rng.randrange(40)),
    }  # fmt: skip


def robot() -> list[dict[str, Any]]:
    """More views in a minute than anybody begins."""
    view = {"viewer_id": "robot", "series": "show", "cut": "full", "market": "US", "platform": "web", "exit_ms": 9_000}
    return [
        {**view, "view_id": f"r{n}", "episode": 1 + n % 3, "started_at": T0 + timedelta(hours=9, milliseconds=500 * n)}
        for n in range(70)
    ]


def everything(files: Sequence[Path], early: Path) -> Callable[[Open, Path], None]:
    """Late data to what DuckDB had built, the sums, an experiment's arms, and clicks by second."""

    def run(opened: Open, folder: Path) -> None:
        given: dict[str, Any] = {"series": "show", "durations_ms": DURATIONS_MS}
        folder.mkdir()
        build(files, folder, **given, testers=TESTERS, previous=early, engine=opened)
        sum_up(folder, series="show", sources=files, engine=opened)
        arms(folder, PLAN, episodes=[1, 2, 3], engine=opened)
        keep_exports(folder, [], **given, engine=opened)
        clicks_of(folder, files, opened)

    return run


def early_of(files: Sequence[Path], out: Path) -> Path:
    """What is built of all files but one, whose rows are of one day, or of none."""
    out.mkdir()
    some = [file for file in files if file.name != "views 2.parquet"]
    build(some, out, series="show", durations_ms=DURATIONS_MS, testers=TESTERS)
    return out


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(sys.modules["hookline.audience.build"], "TOUCHED_SHARE", 1.0)
    return traps(tmp_path / "files")


def test_every_query_is_in_the_suite_and_has_something_to_say(files: list[Path], tmp_path: Path) -> None:
    told = told_by(embedded, everything(files, early_of(files, tmp_path / "early")), tmp_path / "out")
    assert {str(file) for file in FILES.values()} - {one.file for one in told if one.rows} == set()


def test_every_query_gives_the_same_on_a_cluster(spark: Open, files: list[Path], tmp_path: Path) -> None:
    """One test: the cluster is slow to come up, and xdist would bring up one for each of several."""
    run = everything(files, early_of(files, tmp_path / "early"))
    ours = told_by(embedded, run, tmp_path / "duckdb")
    theirs = told_by(spark, run, tmp_path / "spark")
    for one, two in zip(ours, theirs, strict=True):
        assert (one.name, one.query) == (two.name, two.query)
        assert one.rows == two.rows, f"{one.name} of {one.file or one.query} differs"


STARTER = """
import sys, time
from tests.audience.cluster import watched
with open(sys.argv[1], "wb") as log, watched(["sleep", "600"], log, {}) as group:
    print(group, flush=True)
    time.sleep(600)
"""


def test_a_cluster_goes_with_whoever_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as starter:
        assert starter.stdout
        group = int(starter.stdout.readline())
        os.killpg(group, 0)
        starter.kill()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("what it had started still runs")
