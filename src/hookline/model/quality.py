"""What became of rows that came in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows that were not counted, or were mended, and why."""

    reason: str  # in words: "the episode is not in this series"
    count: int
    example: str = ""
    mend: str = ""
    kept: bool = False  # mended and counted all the same


@dataclass(frozen=True, slots=True)
class Quality:
    """The fate of every row: ``rows == counted + sum of the set aside that are not kept``."""

    rows: int
    counted: int
    set_aside: tuple[SetAside, ...] = ()
