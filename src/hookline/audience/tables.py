"""Two small derived tables of this room's own, beside the canonical ones.  Both are additive."""

from __future__ import annotations

from hookline.model.tables import Table

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
