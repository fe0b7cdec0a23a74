"""Every query gives on Spark what it gives on DuckDB, to the last count: one run of each, compared query by query."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hookline.audience.arms import arms
from hookline.audience.build import build
from hookline.audience.days import QUERIES
from hookline.audience.engine import Engine, EngineSettings, Open, embedded, open_with
from hookline.audience.spark_sql import rows_as_values, turned
from hookline.audience.sums import sum_up
from hookline.model.errors import BadInput
from hookline.model.experiment import ExperimentPlan, Metric
from hookline.model.tables import Table
from tests.audience.canonical import write
from tests.audience.cluster import cluster, missing
from tests.audience.test_build import DURATIONS_MS, T0, crowd, prepared
from tests.audience.test_days import weeks

FILES = {path.read_text(encoding="utf-8").rstrip(): path.relative_to(QUERIES) for path in QUERIES.rglob("*.sql")}
ONE_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
}
PLAN = ExperimentPlan("x", 1, "cut1", ("other",), Metric.REVENUE, 0.02, window_days=1, currency="USD")


@dataclass
class Told:
    """What a query gave."""

    name: str
    query: str
    rows: list[str]


@dataclass
class Recorded:
    """An engine that writes down what every query gave."""

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
        self._told(name, columns)

    def read(self, name: str, table: Table, files: Sequence[Path], *, filename: bool = False) -> None:
        self.engine.read(name, table, files, filename=filename)
        self._told(name, "read")

    def read_days(self, name: str, table: Table, folder: Path, days: Sequence[str]) -> None:
        self.engine.read_days(name, table, folder, days)
        self._told(name, "read")

    def show(self, name: str, query: str) -> None:
        self.engine.show(name, query)
        self._told(name, query)

    def keep(self, name: str, query: str) -> None:
        self.engine.keep(name, query)
        self._told(name, query)

    def stage(self, name: str, query: str) -> None:
        self.engine.stage(name, query)
        self._told(name, query)

    def write(self, query: str, path: Path, meta: Mapping[str, Any]) -> None:
        self.ask(query)
        self.engine.write(query, path, meta)

    def write_days(self, query: str, folder: Path, meta: Mapping[str, Any], *, order: str = "") -> None:
        self.ask(query)
        self.engine.write_days(query, folder, meta, order=order)

    def reading(self, source: Path) -> AbstractContextManager[None]:
        return self.engine.reading(source)

    def _told(self, name: str, query: str) -> None:
        self.told.append(Told(name, query, in_order(self.engine.ask(f"SELECT * FROM {name}"))))


def in_order(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    return sorted(repr(tuple(map(plain, row))) for row in rows)


def plain(value: Any) -> Any:
    """A value without its engine's clothes: structs without their signs of NULL, whole decimals as numbers."""
    if hasattr(value, "asDict"):
        value = value.asDict()
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if not name.startswith("no_")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal) and value == int(value):
        return int(value)
    if isinstance(value, str) and value.endswith(".parquet"):
        return Path(value).name
    return value


def recorded(opened: Open, told: list[Told]) -> Open:
    @contextmanager
    def recording(folder: Path) -> Iterator[Engine]:
        with opened(folder) as engine:
            yield Recorded(engine, told)

    return recording


def compared(run: Callable[[Open, Path], None], engines: Mapping[str, Open], folder: Path) -> list[Told]:
    """What DuckDB told; the first query of which Spark tells something else is named."""
    told: dict[str, list[Told]] = {name: [] for name in engines}
    for name, opened in engines.items():
        (folder / name).mkdir()
        run(recorded(opened, told[name]), folder / name)
    ours, theirs = told["duckdb"], told["spark"]
    for one, two in zip(ours, theirs, strict=True):
        file = next((str(file) for text, file in FILES.items() if text in one.query), one.query)
        assert (one.name, one.query) == (two.name, two.query)
        assert one.rows == two.rows, f"{one.name} of {file} differs"
    return ours


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    if why := missing():
        pytest.skip(why)
    from pyspark.sql import SparkSession

    with cluster(tmp_path_factory.mktemp("cluster")) as master:
        yield open_with(EngineSettings("spark", master, spark=ONE_MACHINE))
        if session := SparkSession.getActiveSession():
            session.stop()


def traps(folder: Path) -> list[Path]:
    """Files of every table with every trap that the other tests know, and missing values in nearly every column."""
    rng = random.Random(11)
    folder.mkdir()
    views, watched = prepared(rng, 60)
    events = weeks(5, days=3) + crowd(7, streams=10)
    steps = [step(rng) for _ in range(400)]
    ads = [ad(rng) for _ in range(60)]
    installs = [install(rng, rng.choice(views)["viewer_id"]) for _ in range(80)]
    tables = {"events": events, "views": views, "watched": watched, "steps_raw": steps, "ads": ads, "installs": installs}
    files = []
    for name, rows in tables.items():
        whole = [{**row} for row in rows]
        for row in rng.sample(whole, k=len(whole) // 12):
            row[rng.choice([column for column in row if column not in ("event_id", "cut")])] = None
        half = len(whole) // 2
        files += [write(folder / f"{name} {part}.parquet", name, some) for part, some in
                  ((1, whole[:half + 20]), (2, whole[half:]))]  # fmt: skip
    return files


def step(rng: random.Random) -> dict[str, Any]:
    event = rng.choice(("offered", "unlocked", "unlocked", "ad_unlocked", "shared", "clicked", "converted", "cursed"))
    return {
        "viewer_id": rng.choice(("ann", "bob", "0123456789abcdef0123456789abcdef", "ffffffffffffffff", "a_b", "é'\\", "")),
        "series": rng.choice(("show",) * 9 + ("other",)), "episode": rng.choice((1, 2, 3, 3, 9)), "event": event,
        "at": T0 + timedelta(seconds=rng.randrange(300_000), microseconds=rng.randrange(1_000_000)),
        "price_micros": rng.choice((None, 0, 990_000, 1_234_567_891_234)) if event == "unlocked" else None,
        "currency": rng.choice((None, "USD", "USD", "IDR")),
    }  # fmt: skip


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


def everything(files: Sequence[Path]) -> Callable[[Open, Path], None]:
    """Built, built again with late data, summed up and asked for an experiment's arms."""
    given: dict[str, Any] = {"series": "show", "durations_ms": DURATIONS_MS}

    def run(opened: Open, folder: Path) -> None:
        late = next(file for file in files if file.name == "views 2.parquet")
        out = folder / "out"
        for target, sources, previous in (
            (folder / "early", [file for file in files if file != late], None), (out, files, folder / "early")
        ):  # fmt: skip
            target.mkdir()
            build(sources, target, **given, testers=["tess", "ann\\"], previous=previous, engine=opened)
        sum_up(out, **given, sources=files, engine=opened)
        arms(out, PLAN, episodes=[1, 2, 3], engine=opened)

    return run


def test_every_query_gives_the_same_on_a_cluster(
    spark: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test: the cluster is slow to come up, and xdist would bring up one for each of several."""
    import sys

    monkeypatch.setattr(sys.modules["hookline.audience.build"], "TOUCHED_SHARE", 1.0)
    engines = {"duckdb": embedded, "spark": spark}
    told = compared(everything(traps(tmp_path / "files")), engines, tmp_path)
    asked = {file for text, file in FILES.items() if any(text in one.query for one in told)}
    assert set(FILES.values()) == asked
    assert [one.name for one in told if not one.rows and one.query in FILES] == []
