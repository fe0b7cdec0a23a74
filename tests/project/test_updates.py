"""A series' viewers day by day, through the command line: only the days that changed are made, and no kill is felt."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hookline.cli import main
from hookline.project import open_series
from hookline.project.folder import SeriesFolder
from hookline.project.work import built_audience
from tests.audience.canonical import write
from tests.audience.test_days import weeks

SCRIPT = """Title: show

# EPISODE 1

INT. KITCHEN - NIGHT

NELL
Who sent you?

OWEN
Your father did.

# EPISODE 2

INT. ROOF - NIGHT

NELL
My father is dead.

# EPISODE 3

EXT. HARBOUR - DAWN

OWEN
Then who is that?
"""
TABLES = ("views", "watched", "steps_raw", "cells", "steps", "retention", "revenue", "cohorts")
SUMS = ("by_second", "actions", "spending", "season", "acquired", "spent")
T0 = datetime(2026, 10, 3, 12)
Rows = list[dict[str, Any]]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOOKLINE_PSEUDONYM_KEY", "the same for every series of this test")
    path = tmp_path / "season.fountain"
    path.write_text(SCRIPT)
    return path


def series(root: Path, *files: Path) -> SeriesFolder:
    done("new", str(root), "--title", "show", "--language", "en")
    done("import", str(root), *map(str, files))
    return open_series(root)


def done(*command: str) -> None:
    assert main(list(command)) == 0


def audience(made: SeriesFolder) -> Path:
    """The audience's folder, brought up to date."""
    done("audience", str(made.root))
    step = built_audience(made).audience_step
    assert step
    assert not step.fresh
    return step.folder


def figures(folder: Path) -> dict[str, list[str]]:
    """Every row of every table, in an order of their own, and the summary."""
    told: dict[str, list[str]] = {name: [] for name in (*TABLES, *SUMS)} | {
        "summary": [(folder / "summary.json").read_text()]
    }
    for name in (*TABLES, *SUMS):
        for file in [*folder.glob(f"{name}.parquet"), *sorted((folder / name).glob("day=*/*.parquet"))]:
            day = file.parent.name if file.parent.name.startswith("day=") else ""
            rows = pq.read_table(file, partitioning=None).to_pylist()
            told[name] += [f"{day} {sorted(row.items())}" for row in rows]
    return {name: sorted(rows) for name, rows in told.items()}


def of_days(folder: Path) -> dict[str, dict[str, int]]:
    """The files of each day, by name, with what tells whether they were made anew."""
    files: dict[str, dict[str, int]] = {}
    for path in folder.glob("*/day=*/*.parquet"):
        files.setdefault(path.parent.name.removeprefix("day="), {})[str(path)] = path.stat().st_ino
    return {day: {Path(name).parts[-3]: inode for name, inode in some.items()} for day, some in files.items()}


def views(day: int, viewers: int = 60) -> Rows:
    rng = random.Random(day)
    return [
        {"view_id": f"{day}-{v}-{e}", "viewer_id": f"u{v}", "series": "show", "episode": e, "cut": "", "market": "US",
         "platform": "ios", "started_at": T0 + timedelta(days=day, seconds=100 * e), "exit_ms": rng.randrange(4_000)}
        for v in range(viewers) for e in (1, 2, 3) if rng.random() < 0.5
    ]  # fmt: skip


def test_a_second_day_is_added_and_late_rows_change_only_their_day(script: Path, tmp_path: Path) -> None:
    days = [write(tmp_path / f"{day}.parquet", "views", views(day)) for day in range(2)]
    late_rows = [{**views(0)[0], "view_id": "late", "viewer_id": "late", "exit_ms": 900}]
    late = write(tmp_path / "late.parquet", "views", late_rows)
    show = series(tmp_path / "show", script, days[0])
    first = of_days(audience(show))
    assert sorted(first) == ["2026-10-03"]
    done("import", str(show.root), str(days[1]))
    both = audience(show)
    second = of_days(both)
    assert sorted(second) == ["2026-10-03", "2026-10-04"]
    assert second["2026-10-03"] == first["2026-10-03"]
    assert figures(both) == figures(audience(series(tmp_path / "at-once", script, *days)))
    done("import", str(show.root), str(late))
    third = of_days(audience(show))
    assert third["2026-10-04"] == second["2026-10-04"]
    assert third["2026-10-03"]["views"] != second["2026-10-03"]["views"]
    at_once = series(tmp_path / "again", script, late, *days)
    assert figures(audience(show)) == figures(audience(at_once))
    done("import", str(show.root), str(late))
    assert of_days(audience(show)) == third


WARM = ("hookline.cli", "hookline.project.work", "hookline.audience", "hookline.formats.hookline_parquet", "duckdb")
DAYS = 4


def worker() -> ForkServerContext:
    """Where each command is a process of its own, forked where everything is imported: it is killed at its work."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*WARM, __name__])
    return context


def command(arguments: Sequence[str], log: str) -> None:
    with Path(log).open("a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    code = main(list(arguments))
    os._exit(code)


def killed(arguments: Sequence[str], after_s: float, log: Path) -> bool:
    """Run a command and kill it after a while; whether it was still at work."""
    process = worker().Process(target=command, args=(arguments, str(log)))
    process.start()
    process.join(after_s)
    if process.exitcode is None:
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), log.read_text()
    return process.exitcode != 0


def whole(arguments: Sequence[str], log: Path) -> float:
    """Run a command to its end; how long that took, in seconds."""
    began = time.monotonic()
    assert not killed(arguments, 120, log), log.read_text()
    return time.monotonic() - began


def snapshot(root: Path) -> dict[str, bytes | None]:
    """Every file of a series by name; those that people see with what is in them.

    The ledger tells what happened, and one who was killed has done more.  Hashes go by the time of change.
    """
    told = ("ledger.jsonl", "hashes.json", "lock")
    files = [path for path in root.rglob("*") if path.is_file() and path.name not in told]
    seen = {str(path.relative_to(root)): path for path in files}
    return {name: None if name.startswith(".hookline") else path.read_bytes() for name, path in seen.items()}


def commands(root: Path, late: Sequence[Path], last: str) -> list[list[str]]:
    return [["import", str(root), *map(str, late)], [last, str(root)]]


def late_data(folder: Path) -> list[Path]:
    rows = weeks(9, days=DAYS)
    new = [row for row in rows if row["at"].date() > date(2026, 10, 3)]
    return [write(folder / "e.parquet", "events", new), write(folder / "v.parquet", "views", views(2, 300))]


@pytest.mark.parametrize("last", ["audience", "run"])
def test_killed_at_any_moment_nothing_is_lost_doubled_or_left_over(
    script: Path, tmp_path: Path, last: str, record_property: Callable[[str, object], None]
) -> None:
    """HOOKLINE_KILLS kills (4 without it): each trial kills ``hookline import`` and then ``audience``, or ``run``."""
    trials, log = int(os.environ.get("HOOKLINE_KILLS", "4")) // 4, tmp_path / "log"
    early = write(tmp_path / "early.parquet", "events", weeks(9, days=1))
    made = series(tmp_path / "made", script, early, write(tmp_path / "early_views.parquet", "views", views(0)))
    whole([last, str(made.root)], log)
    late = late_data(tmp_path)
    same = tmp_path / "trial" / "show"  # names of folders are part of what is compared
    reset(made.root, same)
    times = [whole(one, log) for one in commands(same, late, last)]
    expected, wanted = snapshot(same), figures(audience(open_series(same)))
    struck = 0
    for trial in range(trials):
        rng = random.Random(f"{last} {trial}")
        reset(made.root, same)
        for one, usual_s in zip(commands(same, late, last), times, strict=True):
            struck += killed(one, rng.uniform(0, usual_s), log)
        for one in commands(same, late, last):
            whole(one, log)
        assert snapshot(same) == expected
        assert figures(audience(open_series(same))) == wanted
    record_property("killed at work", f"{struck} of {2 * trials}")
    assert struck, "the test must kill somebody at work"


def reset(made: Path, target: Path) -> None:
    shutil.rmtree(target.parent, ignore_errors=True)
    shutil.copytree(made, target, copy_function=shutil.copy2)
