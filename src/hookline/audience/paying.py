"""Who is asked to pay, who does and how, what they spend, and what else viewers do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from hookline.audience.cells import UNKNOWN
from hookline.audience.groups import Columns, Source, by_group, checked, visible, with_all
from hookline.audience.intervals import mean_from_sums, share
from hookline.audience.result import Figure, Group
from hookline.audience.season import COLUMNS
from hookline.audience.tables import ACTIONS, COHORTS, SPENDING
from hookline.model.tables import STEPS

EPOCH = date(1970, 1, 1)
WAYS = ("coin", "ad", "pass", "untold")
ENGAGEMENT = ("liked", "commented", "shared", "clicked")
HORIZONS = (0, 7, 30, 90)  # days of lifetime value


Counts = dict[tuple[Group, int], dict[str, int]]


def funnel(folder: Path, *, by: Sequence[str] = (), episode: int = 0, k: int = 20) -> tuple[tuple[Figure, ...], int]:
    """The paywall of each episode: who unlocked it of those asked, and in which way; Wilson's intervals.

    ``unlock``: any way; ``unlock by coin`` (a price was paid), ``by ad``, ``by pass`` (price 0), ``way untold`` (no
    price named): the first way counts, so the ways add up.  Distinct viewers of the episode, by their first market and
    platform.  Groups of fewer than k viewers asked are left out and counted.
    """
    return _answer(folder, by, episode, k, "offered", _funnel)


def _funnel(group: Group, episode: int, counts: dict[str, int]) -> Iterator[Figure]:
    offered = counts["offered"]
    ways = {way: counts.get(f"unlocked_{way}", 0) for way in WAYS}
    yield Figure("unlock", group, share(sum(ways.values()), offered), episode)
    for way, n in ways.items():
        if n:
            name = "unlock, way untold" if way == "untold" else f"unlock by {way}"
            yield Figure(name, group, share(n, offered), episode)


def engagement(
    folder: Path, *, by: Sequence[str] = (), episode: int = 0, k: int = 20
) -> tuple[tuple[Figure, ...], int]:
    """What viewers do with an episode and its brand; Wilson's intervals.

    ``liked``, ``commented``, ``shared``, ``clicked``: of the episode's starters; ``converted``: of those who clicked,
    where at least k did.  Left out where more did it than could have (clicks that are not sent, an app that likes
    unseen).
    """
    return _answer(folder, by, episode, k, "starters", lambda group, number, counts: _engaged(group, number, counts, k))


def _engaged(group: Group, episode: int, counts: dict[str, int], k: int) -> Iterator[Figure]:
    starters, clicked, converted = counts["starters"], counts.get("clicked", 0), counts.get("converted", 0)
    for name in ENGAGEMENT:
        if 0 < counts.get(name, 0) <= starters:
            yield Figure(name, group, share(counts[name], starters), episode)
    if k <= clicked and 0 < converted <= clicked:
        yield Figure("converted", group, share(converted, clicked), episode)


def _answer(
    folder: Path,
    by: Sequence[str],
    episode: int,
    k: int,
    of: str,
    figures: Callable[[Group, int, dict[str, int]], Iterator[Figure]],
) -> tuple[tuple[Figure, ...], int]:
    """The figures of every episode and group of which at least k viewers stand behind the share."""
    by = checked(by, known=COLUMNS)
    made: list[Figure] = []
    suppressed = 0
    for dims in with_all(by):
        counts = _counts(folder, dims, episode)
        for number in sorted({e for _, e in counts}):
            groups = {group: counts[group, e].get(of, 0) for group, e in counts if e == number}
            shown, few = visible(groups, dims, k=k)
            suppressed += few
            for group in sorted(shown, key=str):
                made += figures(group, number, counts[group, number])
    return tuple(made), suppressed


def _counts(folder: Path, by: Sequence[str], episode: int) -> Counts:
    """Distinct viewers by group and episode, under the name of what they did."""
    acts = Source(folder, ACTIONS).figures("actions", by, COLUMNS, episode=episode)
    began = Source(folder, STEPS).figures("starters", by, COLUMNS, episode=episode)
    counts: Counts = {}
    for rows in (acts, began):
        for group, own in by_group(rows, by):
            for number, action, n in zip(own["episode"], own["action"], own["n"], strict=True):
                counts.setdefault((group, int(number)), {})[str(action)] = int(n)
    return counts


def revenue(folder: Path, *, by: Sequence[str] = (), k: int = 20) -> tuple[tuple[Figure, ...], int]:
    """What viewers pay, by currency; currencies are never added.  See ``intervals.mean_from_sums``.

    ``paying``: who ever paid in the currency, of the group's viewers; ``revenue per starter`` and ``revenue per
    payer``: the mean of what each spent so far; ``lifetime value to day d`` (0, 7, 30, 90): the mean of what each
    spent in the first d days after the day on which they began, over the viewers who began early enough for all of
    them to be seen.  Nothing is extrapolated beyond the days observed.

    Where a group pays in several currencies (all markets together), only ``revenue per payer`` is given: in each of
    them most viewers could not have paid at all.  An amount is left out, and counted, where it is of fewer than k
    payers: the sum of few is what one paid.
    """
    by = checked(by, known=COLUMNS)
    made: list[Figure] = []
    suppressed = 0
    for dims in with_all(by):
        spending, viewers = _spending(folder, dims), _cohorts(folder, dims)
        last = (Source(folder, SPENDING).last_day() - EPOCH).days
        currencies = sorted({c for _, c in spending})
        for currency in currencies:
            payers = {g: int(own["payers"].sum()) for (g, c), own in spending.items() if c == currency}
            shown, few = visible(payers, dims, k=k)
            suppressed += few
            for group in sorted(shown & viewers.keys(), key=str):
                several = any((group, other) in spending for other in currencies if other != currency)
                own, cohorts = spending[group, currency], None if several else viewers[group]
                made += _money(group, currency, own, cohorts, last, k)
    return tuple(made), suppressed


def _money(group: Group, currency: str, own: Columns, cohorts: Columns | None, last: int, k: int) -> Iterator[Figure]:
    group, unit = replace(group, currency=currency or UNKNOWN), currency or "currency untold"
    payers = int(own["payers"].sum())
    total, squares = float(own["paid_micros"].sum()) / 1e6, float(own["squares"].sum())
    yield Figure("revenue per payer", group, mean_from_sums(total, squares, payers, unit=unit))
    if cohorts is None:
        return
    viewers = int(cohorts["n"].sum())
    yield Figure("paying", group, share(min(payers, viewers), viewers))
    yield Figure("revenue per starter", group, mean_from_sums(total, squares, viewers, unit=unit))
    for days in HORIZONS:
        old = cohorts["day"] + days <= last
        seen = (own["day"] + days <= last) & (own["age_days"] <= days)
        n, paid = int(cohorts["n"][old].sum()), int(own["payers"][seen].sum())
        if n >= k and paid >= k:
            sums = (float(own["paid_micros"][seen].sum()) / 1e6, float(own["squares"][seen].sum()))
            yield Figure(f"lifetime value to day {days}", group, mean_from_sums(*sums, n, unit=unit))


def _spending(folder: Path, by: Sequence[str]) -> dict[tuple[Group, str], Columns]:
    """Payments by group and currency; ``day`` in days since 1970."""
    rows = Source(folder, SPENDING).figures("spending", by, COLUMNS)
    found = {}
    for group, own in by_group(rows, by):
        for currency in np.unique(own["currency"].astype(str)):
            here = own["currency"].astype(str) == currency
            found[group, str(currency)] = {name: column[here] for name, column in own.items()}
    return found


def _cohorts(folder: Path, by: Sequence[str]) -> dict[Group, Columns]:
    rows = Source(folder, COHORTS).figures("began", by, COLUMNS)
    return dict(by_group(rows, by))
