"""What viewers cost and bring, by the ad they came from: spend joined to installs, and those to what they paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import UNKNOWN
from hookline.audience.groups import Columns, Source, by_group, checked, visible, with_all
from hookline.audience.intervals import Z95, poisson, share
from hookline.audience.result import Figure, Group
from hookline.audience.tables import ACQUIRED, SPENT
from hookline.model.estimate import Estimate, Grade

EPOCH = date(1970, 1, 1)
AD = ("cut", "platform", "market")  # the ad, where it ran
HORIZONS = (0, 7, 30)  # days after the install
PAYBACK = tuple(range(31))
METHOD_COST = "spend fixed, Byar's Poisson interval of the installs"
METHOD_RETURN = "spend fixed, revenue a compound Poisson sum, log scale"


@dataclass(frozen=True, slots=True)
class _Ad:
    """One group's spend in one currency, its installs and what they paid; days since 1970."""

    group: Group
    currency: str
    spend: Columns  # day, spend_micros, impressions, clicks
    installs: Columns  # day, installs, starters
    paid: Columns  # day, age_days, payers, paid_micros, squares
    last: int  # the last day on which anything was seen


def acquisition(folder: Path, *, by: Sequence[str] = (), k: int = 20) -> tuple[tuple[Figure, ...], int]:
    """Cost per install, payback and return on ad spend of all ads and by ad cut, platform and market.

    ``cost per install``: spend / installs that the attribution service named, interval from Byar's of the installs.
    ``installs that watch``: who started the series, of the installs (Wilson).  ``return on ad spend to day d``
    (0, 7, 30): what viewers paid in the first d + 1 times 24 hours after their install, divided by the spend of the
    same days, over the days old enough for every one of them to be seen (later days' installs and spend stand on
    neither side).  ``payback to day d`` is the same for each day to 30, with the cohorts that are 30 days old alone,
    so that the curve is of one group of people.

    Interval: with S the spend and x a viewer's payments to day d, sum(x) / S * exp(± z sqrt(sum(x²)) / sum(x)).  That
    is the delta method for a compound Poisson sum, which is what resampling viewers with Poisson(1) weights gives;
    with few payers and a heavy tail it covers less than it says.  Spend is taken as known.

    Only one currency's spend and payments meet in a return: none is converted.  Groups of fewer than k installs, and
    returns of fewer than k payers, are left out and counted.
    """
    by = checked(by, known=AD)
    made: list[Figure] = []
    suppressed = 0
    for dims in with_all(by):
        ads = list(_ads(folder, dims))
        counts = {one.group: int(one.installs["installs"].sum()) for one in ads}
        shown, few = visible(counts, dims, k=k)
        suppressed += few
        for one in ads:
            if one.group in shown:
                made += _figures(one, k)
    return tuple(made), suppressed


def _figures(ad: _Ad, k: int) -> Iterator[Figure]:
    group = replace(ad.group, currency=ad.currency or UNKNOWN)
    spend, installs = float(ad.spend["spend_micros"].sum()) / 1e6, int(ad.installs["installs"].sum())
    starters = int(ad.installs["starters"].sum())
    yield Figure("installs that watch", ad.group, share(starters, installs))
    if spend > 0:
        yield Figure("cost per install", group, _cost(spend, installs, ad.currency))
        for days in HORIZONS:
            if found := _return(ad, days, days, k):
                yield Figure(f"return on ad spend to day {days}", group, found)
        for days in PAYBACK:
            if found := _return(ad, days, PAYBACK[-1], k):
                yield Figure(f"payback to day {days}", group, found)


def _cost(spend: float, installs: int, currency: str) -> Estimate:
    low, high = poisson(installs)
    return Estimate(
        spend / installs, spend / float(high), spend / float(low), installs, METHOD_COST, Grade.WITHIN,
        currency or "currency untold",
    )  # fmt: skip


def _return(ad: _Ad, days: int, age: int, k: int) -> Estimate | None:
    """What came back by a day of the spend of the days that are at least ``age`` days and one old; None for too few."""
    until = ad.last - age - 1
    spend = float(ad.spend["spend_micros"][ad.spend["day"] <= until].sum()) / 1e6
    installs = int(ad.installs["installs"][ad.installs["day"] <= until].sum())
    seen = (ad.paid["day"] <= until) & (ad.paid["age_days"] <= days)
    paid, squares = float(ad.paid["paid_micros"][seen].sum()) / 1e6, float(ad.paid["squares"][seen].sum())
    if spend <= 0 or installs < k or int(ad.paid["payers"][seen].sum()) < k:
        return None
    factor = float(np.exp(Z95 * np.sqrt(squares) / paid))
    value = paid / spend
    return Estimate(value, value / factor, value * factor, installs, METHOD_RETURN, Grade.WITHIN, "of the spend")


def _ads(folder: Path, by: Sequence[str]) -> Iterator[_Ad]:
    """Each group with installs, in each currency that its ads were paid in ("" where no ad was)."""
    spent = dict(by_group(Source(folder, SPENT).figures("spent", by, AD), by))
    acquired = dict(by_group(Source(folder, ACQUIRED).figures("acquired", by, AD), by))
    last = (Source(folder, ACQUIRED).last_day() - EPOCH).days
    for group, own in acquired.items():
        began = own["age_days"] < 0
        costs = spent.get(group, _none(("day", "spend_micros", "clicks"), currency=""))
        for currency in sorted(set(costs["currency"].tolist())) or [""]:
            yield _Ad(
                group,
                currency,
                _where(costs, costs["currency"] == currency),
                _where(own, began),
                _where(own, ~began & (own["currency"] == currency)),
                last,
            )


def _where(columns: Columns, here: NDArray[np.bool_]) -> Columns:
    return {name: column[here] for name, column in columns.items()}


def _none(names: Sequence[str], **empty: str) -> Columns:
    none: dict[str, NDArray[Any]] = {name: np.zeros(0, np.int64) for name in names}
    return none | {name: np.zeros(0, object) for name in empty}
