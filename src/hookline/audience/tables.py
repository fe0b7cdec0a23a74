"""Derived tables of this room's own, beside the canonical ones.  All are additive, or by viewer and day."""

from __future__ import annotations

from pathlib import Path

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
    2,
    (
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("day", "DATE"),  # cohort, as in the steps
        ("currency", "VARCHAR"),
        ("payers", "BIGINT"),  # since 2: distinct viewers who paid for the episode
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

# What each viewer did on a day, in bits (see sql/viewer_days.sql): what the steps of later days need to know of it.
VIEWER_DAYS = Table(
    "viewer_days",
    1,
    (
        ("viewer", "BIGINT"),
        ("day", "DATE"),
        ("block", "SMALLINT"),
        ("variant", "SMALLINT"),
        ("started", "BIGINT"),
        ("finished", "BIGINT"),
        ("offered", "BIGINT"),
        ("unlocked", "BIGINT"),
        ("first", "BIGINT"),
    ),
)

PAYMENTS = Table(
    "payments",
    1,
    (
        ("viewer", "BIGINT"),
        ("day", "DATE"),
        ("episode", "INTEGER"),
        ("currency", "VARCHAR"),
        ("unlocks", "BIGINT"),
        ("payments", "BIGINT"),
        ("revenue_micros", "BIGINT"),
    ),
)

_GROUP = (("episode", "INTEGER"), ("cut", "VARCHAR"), ("market", "VARCHAR"), ("platform", "VARCHAR"), ("day", "DATE"))

# The sums behind steps, revenue and cohorts: a new day adds what its viewers became and takes away what they were.
STEP_SUMS = Table(
    "step_sums",
    1,
    (
        *_GROUP,
        ("starters", "BIGINT"),
        ("finishers", "BIGINT"),
        ("continued", "BIGINT"),
        ("finished_continued", "BIGINT"),
        ("offered", "BIGINT"),
        ("unlocked", "BIGINT"),
        ("unoffered", "BIGINT"),  # unlocked without an offer
    ),
)
PAID_SUMS = Table(
    "paid_sums",
    2,
    (
        *_GROUP,
        ("currency", "VARCHAR"),
        ("unlocks", "BIGINT"),
        ("payers", "BIGINT"),
        ("payments", "BIGINT"),
        ("revenue_micros", "BIGINT"),
    ),
)
COHORT_SUMS = Table(
    "cohort_sums",
    1,
    (("market", "VARCHAR"), ("platform", "VARCHAR"), ("day", "DATE"), ("viewers", "BIGINT")),
)
SEASON_SUMS = Table(
    "season_sums",
    1,
    (
        ("episode", "INTEGER"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("day", "DATE"),
        ("finished_season", "BIGINT"),
    ),
)

# The cells without their days, and of how many days each is: a new day adds its own, a changed one takes its old away.
CELL_SUMS = Table(
    "cell_sums",
    1,
    (
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("second", "INTEGER"),
        ("starts", "BIGINT"),
        ("at_risk", "BIGINT"),
        ("exits", "BIGINT"),
        ("watched_ms", "BIGINT"),
        ("rewatches", "BIGINT"),
        ("days", "BIGINT"),
    ),
)


def partitions(folder: Path, table: Table, day: str = "*") -> list[Path]:
    """The files of a table that lies by day: of one day, or of all."""
    return sorted((folder / table.name).glob(f"day={day}/*.parquet"))


# The cells without their days, for the screens; `main`: whole cuts of the episode's most viewed length.
BY_SECOND = Table(
    "by_second",
    1,
    (
        ("series", "VARCHAR"),
        ("episode", "INTEGER"),
        ("cut", "VARCHAR"),
        ("market", "VARCHAR"),
        ("platform", "VARCHAR"),
        ("second", "INTEGER"),
        ("starts", "BIGINT"),
        ("at_risk", "BIGINT"),
        ("exits", "BIGINT"),
        ("watched_ms", "BIGINT"),
        ("rewatches", "BIGINT"),
        ("main", "BOOLEAN"),
    ),
)

_COHORT = (("series", "VARCHAR"), ("market", "VARCHAR"), ("platform", "VARCHAR"), ("day", "DATE"))

# What viewers did besides watching: offered, unlocked_coin, unlocked_ad, unlocked_pass, unlocked_untold, clicked, ...
ACTIONS = Table(
    "actions",
    1,
    (
        *_COHORT,
        ("episode", "INTEGER"),
        ("action", "VARCHAR"),
        ("viewers", "BIGINT"),  # distinct, of the episode
        ("times", "BIGINT"),
    ),
)

# Payments by the payer's age in the series.  Sums up to an age are of each viewer's spending up to it.
SPENDING = Table(
    "spending",
    1,
    (
        *_COHORT,
        ("currency", "VARCHAR"),
        ("age_days", "INTEGER"),  # since the viewer first started the series
        ("payers", "BIGINT"),  # who paid for the first time
        ("paid_micros", "BIGINT"),
        ("squares", "DOUBLE"),  # by how much the sum of squares of viewers' spending grew, currency units squared
    ),
)

SEASON = Table(
    "season",
    1,
    (
        *_COHORT,
        ("episode", "INTEGER"),
        ("finished_season", "BIGINT"),  # of the episode's finishers, who also finished the season's last episode
    ),
)

_AD = (
    ("series", "VARCHAR"),
    ("ad_cut", "VARCHAR"),
    ("platform", "VARCHAR"),
    ("market", "VARCHAR"),
    ("day", "DATE"),
    ("currency", "VARCHAR"),
)

# Installs and what those viewers paid, by full days since the install; age -1 counts the installs themselves.
ACQUIRED = Table(
    "acquired",
    1,
    (
        *_AD,
        ("age_days", "INTEGER"),
        ("installs", "BIGINT"),
        ("starters", "BIGINT"),
        ("payers", "BIGINT"),
        ("paid_micros", "BIGINT"),
        ("squares", "DOUBLE"),
    ),
)

SPENT = Table(
    "spent",
    1,
    (
        *_AD,
        ("spend_micros", "BIGINT"),
        ("impressions", "BIGINT"),
        ("clicks", "BIGINT"),
        ("installs", "BIGINT"),
    ),
)
