"""What ads cost and brought, as arrays: by ad, day and age of the cohort, in one currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.audience.groups import Columns, Source
from hookline.audience.tables import ACQUIRED, SPENT
from hookline.model.errors import NotEnoughData

EPOCH = date(1970, 1, 1)
AD = ("cut", "platform", "market")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ad:
    """An ad where it ran."""

    cut: str
    platform: str
    market: str


@dataclass(frozen=True, slots=True, eq=False)
class AdCells:
    """Spend, installs and payments by ad and day of the install; days run from the first to the last one seen."""

    series: str
    simulated: bool
    currency: str  # of all amounts
    ads: tuple[Ad, ...]
    first_day: date
    spend: Floats  # ads x days
    installs: Floats  # ads x days
    payers: Floats  # ads x days x ages: who paid for the first time at that age, in full days since the install
    paid: Floats  # the same: what was paid
    squares: Floats  # the same: by how much the sum of squares of each viewer's payments grew
    left_out: tuple[str, ...] = ()  # currencies of spend or payments for which no rate is known

    @property
    def days(self) -> int:
        """Days from the first to the last one seen."""
        return int(self.spend.shape[1])

    @property
    def known(self) -> NDArray[np.bool_]:
        """Days x ages: whether everything that a cohort paid at that age was seen."""
        days, ages = self.spend.shape[1], self.paid.shape[2]
        seen: NDArray[np.bool_] = np.arange(ages) <= (days - 2 - np.arange(days))[:, None]
        return seen


def ad_cells(folder: Path, *, horizon: int = 30, rates: Mapping[str, float] | None = None) -> AdCells:
    """The ads of a built audience.

    Args:
        folder: where ``build`` and ``sum_up`` wrote.
        horizon: the oldest age of a cohort that is counted, in days since the install.
        rates: units of the spend's currency for one unit of another; amounts of a currency that has none are left
            out, and said.

    Raises:
        NotEnoughData: no ad's spend, or no install, is known.
    """
    spent = Source(folder, SPENT).figures("spent", AD, AD)
    source = Source(folder, ACQUIRED)
    acquired = source.figures("acquired", AD, AD)
    if not len(spent["day"]) or not len(acquired["day"]):
        what = "spend" if not len(spent["day"]) else "install"
        raise NotEnoughData(
            f"no {what} of an ad is known",
            mend="import the platforms' reports of spend and an attribution export: docs/events.md",
        )
    currency = _main_currency(spent)
    known = {currency: 1.0, **(rates or {})}
    ads = sorted(
        {ad for rows in (spent, acquired) for ad in _ads(rows)}, key=lambda ad: (ad.cut, ad.platform, ad.market)
    )
    first, last = int(min(spent["day"].min(), acquired["day"].min())), (source.last_day() - EPOCH).days
    shape = (len(ads), last - first + 1)
    place = {ad: at for at, ad in enumerate(ads)}

    def laid(rows: Columns, name: str, scale: float, *, ages: bool = False, power: int = 1) -> Floats:
        return _laid(rows, name, place, known, (*shape, horizon + 1) if ages else shape, first, scale, power)

    began, paid = _where(acquired, acquired["age_days"] < 0), _where(acquired, acquired["age_days"] >= 0)
    told = {str(c) for rows in (spent, paid) for c in np.unique(rows["currency"].astype(str))}
    meta = source.rows("SELECT series FROM given LIMIT 1")["series"]
    return AdCells(
        str(meta[0]) if len(meta) else "",
        bool(source.meta().get("simulated")),
        currency,
        tuple(ads),
        date.fromordinal(EPOCH.toordinal() + first),
        spend=laid(spent, "spend_micros", 1e-6),
        installs=_laid(began, "installs", place, {"": 1.0}, shape, first, 1.0, 1),
        payers=laid(paid, "payers", 1.0, ages=True, power=0),
        paid=laid(paid, "paid_micros", 1e-6, ages=True),
        squares=laid(paid, "squares", 1.0, ages=True, power=2),
        left_out=tuple(sorted(c or "untold" for c in told if c not in known)),
    )


def _main_currency(spent: Columns) -> str:
    """The currency in which most is spent."""
    names, index = np.unique(spent["currency"].astype(str), return_inverse=True)
    return str(names[np.bincount(index, spent["spend_micros"]).argmax()])


def _ads(rows: Columns) -> list[Ad]:
    columns = [rows[name].astype(str).tolist() for name in AD]
    return [Ad(*row) for row in zip(*columns, strict=True)]


def _where(columns: Columns, here: NDArray[np.bool_]) -> Columns:
    return {name: column[here] for name, column in columns.items()}


def _laid(
    rows: Columns,
    name: str,
    place: Mapping[Ad, int],
    rates: Mapping[str, float],
    shape: tuple[int, ...],
    first: int,
    scale: float,
    power: int,
) -> Floats:
    """A column by ad and day (and age), amounts in the one currency: times the rate to the power."""
    laid = np.zeros(shape)
    at = np.array([place[ad] for ad in _ads(rows)], dtype=np.int64)
    rate = np.array([rates.get(str(c), np.nan) for c in rows["currency"]], dtype=float) ** power
    day = (rows["day"] - first).astype(np.int64)
    where: list[Any] = [at, day]
    use = np.isfinite(rate) & (day >= 0) & (day < shape[1])
    if len(shape) > 2:
        age = rows["age_days"].astype(np.int64)
        use &= age < shape[2]
        where.append(age)
    np.add.at(laid, tuple(axis[use] for axis in where), rows[name][use] * rate[use] * scale)
    return laid
