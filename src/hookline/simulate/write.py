"""Writes a world as Hookline's own tables, in Parquet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.model.tables import META_KEY, STEPS_RAW, VIEWS, WATCHED, Table
from hookline.simulate.world import EVENTS, World

# The arrays come in as tables v (views) and s (steps); lists turn indexes into names.
ROWS = {
    VIEWS: """
        SELECT format('w{:08d}', view) AS view_id, format('p{:07d}', viewer) AS viewer_id, $series AS series,
               episode, format('e{:02d}', episode) AS cut, list_extract($markets, market + 1) AS market,
               list_extract($platforms, platform + 1) AS platform, make_timestamp(started_ms * 1000) AS started_at,
               duration_ms, exit_ms, watched_ms, completed, NULL AS entry_ms
        FROM v ORDER BY viewer, started_ms
    """,
    WATCHED: """
        WITH part AS (
            SELECT *, 0 AS from_ms, rewind_from_ms AS to_ms FROM v WHERE rewind_from_ms > rewind_to_ms
            UNION ALL
            SELECT *, rewind_to_ms AS from_ms, exit_ms AS to_ms FROM v
        )
        SELECT format('w{:08d}', view) AS view_id, $series AS series, episode, format('e{:02d}', episode) AS cut,
               list_extract($markets, market + 1) AS market, list_extract($platforms, platform + 1) AS platform,
               from_ms, to_ms
        FROM part WHERE to_ms > from_ms ORDER BY view, from_ms
    """,
    STEPS_RAW: """
        SELECT format('p{:07d}', viewer) AS viewer_id, $series AS series, episode,
               list_extract($events, event + 1) AS event, make_timestamp(at_ms * 1000) AS "at",
               nullif(price_micros, 0) AS price_micros,
               CASE WHEN price_micros > 0 THEN list_extract($currencies, market + 1) END AS currency
        FROM s ORDER BY viewer, at_ms
    """,
}


def write_parquet(world: World, folder: Path) -> tuple[Path, ...]:
    """Writes ``views``, ``watched`` and ``steps_raw`` of a world; the files, marked as simulated."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        database.register("v", _views(world))
        database.register("s", _steps(world))
        return tuple(_write(database, world, table, folder / f"{table.name}.parquet") for table in ROWS)


def _write(database: Any, world: World, table: Table, path: Path) -> Path:
    values = {
        "series": world.series,
        "markets": list(world.markets),
        "platforms": list(world.platforms),
        "events": list(EVENTS),
        "currencies": [market.currency for market in world.plan.markets],
    }
    query = ROWS[table]
    used = {name: value for name, value in values.items() if f"${name}" in query}
    columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in table.columns)
    meta = json.dumps({"table": table.name, "version": table.version, "simulated": True, "seed": world.seed})
    database.execute(f"CREATE OR REPLACE TEMP TABLE rows AS SELECT {columns} FROM ({query})", used)  # noqa: S608 our own text
    if world.plan.duplicate_rows:
        share = world.plan.duplicate_rows
        database.execute("INSERT INTO rows SELECT * FROM rows WHERE hash(rowid) % 10000 < 10000 * ?", [share])
    target, note = (str(text).replace("'", "''") for text in (path, meta))
    database.execute(
        f"COPY rows TO '{target}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{META_KEY}: '{note}'}})"
    )
    return path


def _views(world: World) -> dict[str, NDArray[Any]]:
    views = world.views
    lengths = np.zeros(max(world.durations_ms) + 1, dtype=np.int64)
    lengths[list(world.durations_ms)] = list(world.durations_ms.values())
    return {
        "view": np.arange(len(views.viewer)),
        "viewer": views.viewer,
        "episode": views.episode,
        "market": world.viewer_market[views.viewer],
        "platform": world.viewer_platform[views.viewer],
        "started_ms": views.started_ms,
        "duration_ms": lengths[views.episode],
        "exit_ms": views.exit_ms,
        "watched_ms": views.watched_ms,
        "completed": views.completed,
        "rewind_from_ms": views.rewind_from_ms,
        "rewind_to_ms": views.rewind_to_ms,
    }


def _steps(world: World) -> dict[str, NDArray[Any]]:
    steps = world.steps
    return {
        "viewer": steps.viewer,
        "episode": steps.episode,
        "event": steps.event,
        "market": world.viewer_market[steps.viewer],
        "at_ms": steps.at_ms,
        "price_micros": steps.price_micros,
    }
