"""What the source files hold, by day: rows, the lengths of cuts that they report, and names that others lack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hookline.audience.days import NO_TIME, QUERIES, TIMES, Work
from hookline.audience.engine import Engine
from hookline.audience.manifest import Contents, key_of
from hookline.formats.events import read_meta, sql
from hookline.model.tables import EVENTS, VIEWS, WATCHED, Table


def contents(engine: Engine, path: Path, table: Table, key: str) -> Contents:
    """Read a file once for what a plan needs to know of it."""
    simulated = bool(read_meta(engine.con, path).get("simulated"))
    with engine.reading(path):
        engine.read("looked_at", table, [path])
        if table.name not in TIMES:
            return Contents(table.name, simulated, {}, {"": key})
        time = TIMES[table.name]
        day = f"coalesce(CAST(\"{time}\" AS DATE), DATE '{NO_TIME}')"
        found = engine.ask(f"SELECT {day} AS day, count(*) AS n FROM looked_at GROUP BY {day} ORDER BY {day}")  # noqa: S608
        named, nameless = _names(engine) if table is EVENTS else ([], False)
    rows = {day.isoformat(): count for day, count in found}
    return Contents(table.name, simulated, rows, dict.fromkeys(rows, key), named, nameless)


def _names(engine: Engine) -> tuple[list[list[Any]], bool]:
    named = engine.ask(
        "SELECT cut, min(episode), max(episode) FROM looked_at WHERE cut <> '' AND episode IS NOT NULL "
        "GROUP BY cut ORDER BY cut"
    )
    told = engine.ask("SELECT coalesce(bool_or(episode IS NULL OR cut = ''), false) FROM looked_at")
    return [list(one) for one in named], bool(told[0][0])


def cut_episodes(engine: Engine, files: Iterable[Contents]) -> list[tuple[str, int]]:
    """Cuts that all files say to be of one episode, readable as ``cut_episodes`` too."""
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for one in files:
        for cut, low, high in one.named:
            least[cut] = min(low, least.get(cut, low))
            most[cut] = max(high, most.get(cut, high))
    found = sorted((cut, episode) for cut, episode in least.items() if most[cut] == episode)
    engine.table("cut_episodes", "cut VARCHAR, episode INTEGER", found)
    return found


def date_watched(work: Work, files: Mapping[Path, Contents]) -> dict[str, str]:
    """Imported stretches with the day of their view, as ``watched_dated``; a key of each day's.

    A stretch tells no time: it is of the first day that a view of its id has, and of no day without one.
    """
    some = {table: [path for path, c in files.items() if c.table == table.name] for table in (WATCHED, VIEWS)}
    work.engine.read("watched_all", WATCHED, some[WATCHED], filename=True)
    work.engine.read("views_all", VIEWS, some[VIEWS])
    if not some[WATCHED]:
        work.engine.show("watched_dated", "SELECT *, NULL::DATE AS day FROM watched_all WHERE false")
        return {}
    work.stage("watched_dated")
    found = work.engine.ask(sql(QUERIES, "watched_keys"))
    return {day.isoformat(): key_of(rows, int(total)) for day, rows, total in found}


def votes_of_days(work: Work, days: Sequence[str]) -> dict[str, list[list[Any]]]:
    """How many rows of each cut report which length, by day; ``open_days`` went before."""
    work.show("events_resolved")
    votes: dict[str, list[list[Any]]] = defaultdict(list, {day: [] for day in days})
    for day, *vote in work.engine.ask(sql(QUERIES, "votes")):
        votes[day.isoformat()].append(vote)
    return votes
