"""Three small derived tables of this room's own, beside the canonical ones.  All are additive."""

from __future__ import annotations

from hookline.model.tables import Table

# The cells of each episode's main length by market and second alone: a few ten thousand rows, whatever the audience.
RETENTION = Table(
    "retention",
    1,
    (
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("market", "VARCHAR"),
        ("second", "INTEGER"),
        ("starts", "BIGINT"),
        ("at_risk", "BIGINT"),
        ("exits", "BIGINT"),
        ("watched_ms", "BIGINT"),
        ("rewatches", "BIGINT"),
    ),
)

# What was paid, by currency: the steps can't hold amounts of different currencies.
REVENUE = Table(
    "revenue",
    1,
    (
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("day", "DATE"),  # cohort, as in the steps
        ("currency", "VARCHAR"),
        ("payments", "BIGINT"),
        ("revenue_micros", "BIGINT"),
    ),
)

# Exact distinct viewers of the series, which no sum over episodes gives.
COHORTS = Table(
    "cohorts",
    1,
    (
        ("series", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("day", "DATE"),
        ("viewers", "BIGINT"),
    ),
)
