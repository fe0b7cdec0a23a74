"""Reports of video ads: how many plays got to marks of the video, as Meta and TikTok count them.

Each mark is a column of counts: a share of the length (quartiles) or a second.  Rows are of an ad, perhaps by day and
country; days are added up, countries stay apart.  Shares are of the plays.  Meta's play curve stands beside the marks
as a list of shares by second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hookline.formats import Match
from hookline.formats.exports import Fates, Row, blank, cells, count, day, first_of, number, seconds, table
from hookline.formats.given import fold
from hookline.formats.text import peek
from hookline.model.curve import PlatformCurve, PlatformExport
from hookline.model.errors import BadInput, Unreadable

SURE, BESIDE_SPEND = 0.97, 0.9  # a report that also says what was spent is taken for that, unless --as curve
ADS = ("adid", "adname", "itemid", "videoid")
COUNTRIES = ("country", "countrycode", "countryregion", "region")
DAYS = ("datestart", "stattimeday", "date", "day", "byday", "reportingstarts")
LAST_DAYS = ("datestop", "reportingends", *DAYS)
SPEND = ("spend", "cost", "amountspent")
ACTION = "video_view"
MOST_SHARE = 1.5  # a share of plays is never as much: then it is a percentage
SLACK = 0.02  # platforms' counts of one thing differ by so much

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a platform calls its columns; names folded."""

    platform: str
    why: str
    plays: Names
    quartiles: Mapping[float, Names]  # share of the length -> column
    marks: Mapping[float, Names]  # second -> column
    watch: Names  # mean time played
    curve: Names = ()
    curve_seconds: Sequence[float] = ()
    about: str = ""  # what the user should know

    def columns(self) -> set[str]:
        """The columns that say how far plays got."""
        return {name for names in (*self.quartiles.values(), *self.marks.values(), self.curve) for name in names}


@dataclass(frozen=True, slots=True)
class _Row:
    plays: int
    counts: Mapping[tuple[str, float], int]  # ("share" or "second", where) -> plays that got there
    curve: tuple[float, ...]
    watch_s: float | None
    ad: str
    market: str
    first_day: str
    last_day: str


def recognise(report: Report, head: bytes) -> Match | None:
    """Whether the columns say how far plays got on this platform."""
    text = (peek(head) or "").lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        names = {fold(word) for word in text.split('"')[1::2]}
    else:
        names = {fold(cell) for line in text.splitlines()[:12] for cell in cells(line)}
    found = names & report.columns()
    if not found or not names & {*report.plays, *report.curve}:
        return None
    spend = any(name.startswith(SPEND) for name in names)
    return Match(BESIDE_SPEND if spend else SURE, report.why)


def read(report: Report, text: str, *, file: str, episode: int, views: int, market: str) -> PlatformExport:
    """The curve of one video ad: of all its rows together, or one a country.

    Raises:
        Unreadable: nothing says how far plays got, or the rows are of several ads.
        BadInput: the number of views is negative.
    """
    if views < 0:
        raise BadInput(f"{views} views", mend="give how many views the curve rests on, 0 when not known")
    given = table(text, (*report.plays, *report.columns()), file=file)
    fates = Fates(file)
    if given.cut:
        fates.drop("the row is cut short", f"line {given.cut_at}", count=given.cut)
    rows = [row for line, cells in given.rows if (row := _row(line, cells, report, fates)) is not None]
    ads = dict.fromkeys(row.ad for row in rows if row.ad)
    if len(ads) > 1:
        some = ", ".join(list(ads)[:5])
        raise Unreadable(f"holds {len(ads)} ads: {some}", where=file, mend="export one ad a file: filter by it")
    if not rows:
        told = "; ".join(f"{row.count} set aside: {row.reason}" for row in fates.aside.values())
        raise Unreadable(
            "no row says how far plays got",
            where=file,
            mend=told or f"expected: {', '.join(sorted(report.columns())[:6])}",
        )
    fates.counted += len(rows)
    markets = dict.fromkeys(row.market for row in rows)
    made = [_curve(report, [row for row in rows if row.market == name], name) for name in markets]
    curves = tuple(
        replace(
            curve, episode=episode, file=file, market=curve.market or market,
            views=views if views and len(made) == 1 else curve.views,
        )
        for curve in made
    )  # fmt: skip
    return PlatformExport(curves, quality=fates.quality(), notes=(report.about,) if report.about else ())


def _row(line: int, row: Row, report: Report, fates: Fates) -> _Row | None:
    plays = count(_value(first_of(row, report.plays)))
    curve = _shares(first_of(row, report.curve), line, report, fates) if report.curve else ()
    if not plays and not curve:
        fates.drop(
            "the row says no plays", f"line {line}: {first_of(row, report.plays)!r}", mend="export the plays too"
        )
        return None
    counts: dict[tuple[str, float], int] = {}
    for kind, names in (("share", report.quartiles), ("second", report.marks)):
        for at, columns in names.items():
            cell = _value(first_of(row, columns))
            told = count(cell)
            if told is None and not blank(cell):
                fates.mend("a count is none and left out", f"line {line}: {columns[0]} {cell!r}")
            elif told is not None and told > (plays or 0) * (1 + SLACK):
                fates.mend(
                    "more plays got to a mark than began; the mark is left out", f"line {line}: {told} of {plays}"
                )
            elif told is not None:
                counts[kind, at] = told
    if not counts and not curve:
        fates.drop("the row doesn't say how far plays got", f"line {line}")
        return None
    return _Row(
        plays or 0,
        counts,
        curve,
        seconds(_value(first_of(row, report.watch))),
        str(first_of(row, ADS) or ""),
        _market(first_of(row, COUNTRIES)),
        day(first_of(row, DAYS)) or "",
        day(first_of(row, LAST_DAYS)) or "",
    )


def _market(cell: Any) -> str:
    told = str(cell or "").strip().upper()
    return "" if told in ("ALL", "UNKNOWN", "TOTAL") else told


def _value(cell: Any) -> Any:
    """Meta wraps figures as a list of actions; tables are flat."""
    if isinstance(cell, list) and cell and isinstance(cell[0], dict):
        values = [one.get("value") for one in cell if one.get("action_type", ACTION) == ACTION]
        return values[0] if values else None
    return cell


def _shares(cell: Any, line: int, report: Report, fates: Fates) -> tuple[float, ...]:
    """A curve's values as shares of 1; () where there is none, or none that can be used."""
    given = _value(cell)
    if isinstance(given, str):
        given = [part for part in given.strip("[] ").replace(";", ",").split(",") if part.strip()]
    if given is None or not given:
        return ()
    told = [number(value) for value in given] if isinstance(given, list) else [None]
    values = [value for value in told if value is not None and value >= 0]
    if len(values) < len(told) or len(values) > len(report.curve_seconds) or max(values) > 100 * MOST_SHARE:
        fates.mend("the curve is no list of shares and left out", f"line {line}: {str(cell)[:60]}")
        return ()
    if max(values) > MOST_SHARE:
        return tuple(value / 100 for value in values)
    if any(values):
        fates.mend("the curve is read as shares, not percentages: its size says so", f"line {line}")
    return tuple(values)


def _curve(report: Report, rows: Sequence[_Row], market: str) -> PlatformCurve:
    """The rows of one country, added by their plays."""
    drawn = [row for row in rows if row.curve]
    weights = [max(row.plays, 1) for row in drawn]
    along = {
        second: sum((row.curve[i] if i < len(row.curve) else 0.0) * w for row, w in zip(drawn, weights, strict=True))
        / sum(weights)
        for i, second in enumerate(report.curve_seconds)
        if drawn
    }
    while along and next(reversed(along.values())) == 0:  # after the video's end
        along.popitem()
    marks = _marks(rows, "second")
    seconds_told = {**{at: share for at, share in marks.items() if at not in along}, **along}
    shares = _marks(rows, "share")
    timed = [row for row in rows if row.watch_s is not None and row.plays]
    return PlatformCurve(
        report.platform, 0,
        positions=tuple(shares), shares=tuple(shares.values()),
        seconds=tuple(sorted(seconds_told)), second_shares=tuple(seconds_told[at] for at in sorted(seconds_told)),
        views=sum(row.plays for row in rows),
        market=market,
        played=False,
        rounding=0.005 if along else 0.0,
        watch_s=sum((row.watch_s or 0.0) * row.plays for row in timed) / max(sum(row.plays for row in timed), 1),
        first_day=min((row.first_day for row in rows if row.first_day), default=""),
        last_day=max((row.last_day for row in rows if row.last_day), default=""),
        paid=True,
    )  # fmt: skip


def _marks(rows: Sequence[_Row], kind: str) -> dict[float, float]:
    """Share of plays that got to each mark, over the rows that have it."""
    found: dict[float, float] = {}
    for at in sorted({at for row in rows for of, at in row.counts if of == kind}):
        there = [row for row in rows if (kind, at) in row.counts]
        found[at] = sum(row.counts[kind, at] for row in there) / sum(row.plays for row in there)
    return found
