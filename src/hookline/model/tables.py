"""The canonical tables, as code.  Parquet files carry name, version and more under ``META_KEY``.

Types are DuckDB's.  Raw viewer ids never stand in these tables: ``viewer_id`` is a pseudonym.
"""

from __future__ import annotations

from dataclasses import dataclass

META_KEY = "hookline"  # Parquet key-value metadata: JSON {"table", "version", "simulated", ...}


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, schema version and columns (name, DuckDB type)."""

    name: str
    version: int
    columns: tuple[tuple[str, str], ...]

    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(name for name, _ in self.columns)


# What players emit, normalised.  One row an event; `kind` is one of EVENT_KINDS.
EVENTS = Table(
    "events",
    3,
    (
        ("event_id", "VARCHAR"),  # the sender's message id, or a hash of the row
        ("session_id", "VARCHAR"),
        ("viewer_id", "VARCHAR"),
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("at", "TIMESTAMP"),  # UTC
        ("kind", "VARCHAR"),
        ("position_ms", "BIGINT"),  # content time; NULL where the event has none
        ("duration_ms", "BIGINT"),
        ("price_micros", "BIGINT"),
        ("currency", "VARCHAR"),
        ("agent", "VARCHAR"),  # since 2: "bot" or "tester" where the sender is known to be one, else NULL
        # since 3: NULL where the position is the content's, "ads" where it may count ads, "moment" where its sitting
        # may tell stretches, too (both are used only where no better one is told); "stretch": the edge of a stretch
        ("clock", "VARCHAR"),
    ),
)

PLAY_KINDS = ("start", "playing", "pause", "resume", "interrupt", "seek_from", "seek_to", "complete", "exit")
AROUND_KINDS = ("ad_start", "ad_end", "hidden", "shown")  # since 2: what happens around the content
STEP_KINDS = ("offered", "unlocked", "ad_unlocked", "shared", "liked", "commented", "clicked", "converted")
EVENT_KINDS = PLAY_KINDS + AROUND_KINDS + STEP_KINDS

VIEWS = Table(
    "views",
    2,
    (
        ("view_id", "VARCHAR"),
        ("viewer_id", "VARCHAR"),
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("started_at", "TIMESTAMP"),
        ("duration_ms", "INTEGER"),
        ("exit_ms", "INTEGER"),
        ("watched_ms", "INTEGER"),
        ("completed", "BOOLEAN"),
        ("entry_ms", "INTEGER"),  # since 2: where it began to be watched; NULL: from 0
    ),
)

WATCHED = Table(
    "watched",
    1,
    (
        ("view_id", "VARCHAR"),
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("from_ms", "INTEGER"),
        ("to_ms", "INTEGER"),
    ),
)

STEPS_RAW = Table(
    "steps_raw",
    1,
    (
        ("viewer_id", "VARCHAR"),
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("event", "VARCHAR"),  # one of STEP_KINDS
        ("at", "TIMESTAMP"),
        ("price_micros", "BIGINT"),
        ("currency", "VARCHAR"),
    ),
)

# Additive: partitions merge by adding.  Dense in `second` from 0 to the cut's last second.
CELLS = Table(
    "cells",
    1,
    (
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("day", "DATE"),  # UTC day the view started
        ("second", "INTEGER"),
        ("starts", "BIGINT"),  # views that began to be watched in this second
        ("at_risk", "BIGINT"),  # views that had begun by this second and not ended before it
        ("exits", "BIGINT"),  # views that ended in this second without completing
        ("watched_ms", "BIGINT"),  # content time played of this second, repeats counted
        ("rewatches", "BIGINT"),  # times this second was played again by a view that had played it
    ),
)

STEPS = Table(
    "steps",
    1,
    (
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("day", "DATE"),  # cohort: UTC day the viewer first started the series
        ("starters", "BIGINT"),  # distinct viewers who started the episode
        ("finishers", "BIGINT"),  # of the starters, who completed it
        ("continued", "BIGINT"),  # of the starters, who also started the next episode
        ("finished_continued", "BIGINT"),  # of the finishers, who also started the next episode
        ("offered", "BIGINT"),  # distinct viewers who were asked to pay for this episode
        ("unlocked", "BIGINT"),  # of those, who unlocked it (coin or ad)
        ("revenue_micros", "BIGINT"),
    ),
)

# What an ad platform reports of its own ads: one row an ad cut, platform, market and day.
ADS = Table(
    "ads",
    2,
    (
        ("series", "VARCHAR"),
        ("ad_cut", "VARCHAR"),  # the ad, as the exports of spend and of installs both name it
        ("platform", "VARCHAR"),  # where the ad ran
        ("market", "VARCHAR"),
        ("day", "DATE"),
        ("spend_micros", "BIGINT"),
        ("currency", "VARCHAR"),
        ("impressions", "BIGINT"),
        ("clicks", "BIGINT"),
        ("installs", "BIGINT"),  # as the platform counts them; NULL where it doesn't
        ("account", "VARCHAR"),  # since 2: the advertiser's account; two accounts may name an ad alike
    ),
)

# Which ad a viewer came from, as an attribution service says.
INSTALLS = Table(
    "installs",
    1,
    (
        ("viewer_id", "VARCHAR"),
        ("series", "VARCHAR"),
        ("ad_cut", "VARCHAR"),  # "" for who came without an ad
        ("platform", "VARCHAR"),
        ("market", "VARCHAR"),
        ("at", "TIMESTAMP"),  # UTC
    ),
)

TABLES = {table.name: table for table in (EVENTS, VIEWS, WATCHED, STEPS_RAW, CELLS, STEPS, ADS, INSTALLS)}
