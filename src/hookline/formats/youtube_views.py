"""Views of a video by country and day, as YouTube exports them.

YouTube Studio's CSV (``Geography`` or ``Date``, ``Views``, ``Watch time (hours)``, ``Average view duration``; a first
row ``Total``, which holds small countries too) and the Analytics API's report (``country``, ``day``, ``views``,
``estimatedMinutesWatched``).  They say how many views a retention curve rests on, and where and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hookline.formats import Match
from hookline.formats.exports import Fates, Row, cells, count, day, first_of, number, seconds, table
from hookline.formats.given import fold
from hookline.formats.text import peek
from hookline.model.curve import PlatformExport, PlatformViews
from hookline.model.errors import BadInput, Unreadable

KIND = "curve"
TITLE = "YouTube views by country and day"
PLATFORM = "youtube"

VIEWS = (
    "views",
    "視聴回数",
    "aufrufe",
    "vues",
    "visualizaciones",
    "visualizações",
    "visualizzazioni",
    "观看次数",
    "조회수",
)
PLACES = ("geography", "country", "地域", "geografie", "zonegéographique", "geografía", "geografia", "地理位置", "지역")
DAYS = ("date", "day", "日付", "datum", "fecha", "data", "日期", "날짜")
HOURS, MINUTES = ("watchtimehours",), ("estimatedminuteswatched",)
MEAN = ("averageviewduration",)
VIDEOS = ("video", "content", "videoid")
TOTAL = ("total", "合計", "gesamt", "totale", "总计", "總計", "합계")
SPEND = ("cost", "spend", "amountspent", "impressions")


def recognise(name: str, head: bytes) -> Match | None:
    """Its columns are views by country or day, and nothing of another kind."""
    text = (peek(head) or "").lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        told = '"columnHeaders"' in text and '"views"' in text and ('"country"' in text or '"day"' in text)
        return Match(0.9, "it names YouTube's views by country or day") if told else None
    line = next(iter(text.splitlines()), "")
    header = [fold(cell) for cell in cells(line)]
    first = bool(header) and header[0] in (*PLACES, *DAYS, *VIDEOS)
    if first and set(VIEWS) & set(header) and {*PLACES, *DAYS} & set(header) and not set(SPEND) & set(header):
        return Match(0.85, "its columns are YouTube's views by country or day")
    return None


def read(text: str, *, file: str, episode: int, views: int = 0, market: str = "") -> PlatformExport:
    """Views by country and day of one video; a row ``Total`` is of all countries.

    Raises:
        Unreadable: there are no views in it, or they are of several videos.
        BadInput: a number of views was given by hand.
    """
    if views:
        raise BadInput("the file itself says how many views there were", where=file, mend="leave --views out")
    given = table(text, (*VIEWS,), file=file)
    folded = {fold(name) for name in given.columns}
    if not folded & set(VIEWS) or not folded & {*PLACES, *DAYS}:
        raise Unreadable(
            f"holds no views by country or day; columns found: {', '.join(given.columns) or 'none'}",
            where=file,
            mend="expected: Geography (or Date), Views",
        )
    fates = Fates(file)
    if given.cut:
        fates.drop("the row is cut short", f"line {given.cut_at}", count=given.cut)
    videos = {str(told) for _, row in given.rows if (told := first_of(row, VIDEOS)) and str(told).lower() not in TOTAL}
    if len(videos) > 1:
        raise Unreadable(f"holds {len(videos)} videos", where=file, mend="export one video a file")
    rows = [found for line, row in given.rows if (found := _row(line, row, fates))]
    if not rows:
        raise Unreadable("holds no views: no row could be used", where=file, mend="export it again")
    fates.counted += len(rows)
    counts = tuple(
        replace(one, episode=episode, file=file, market=one.market or market)
        for one in _kept(rows)
    )  # fmt: skip
    return PlatformExport(counts=counts, quality=fates.quality())


def _row(line: int, row: Row, fates: Fates) -> PlatformViews | None:
    place, when, told = (first_of(row, names) for names in (PLACES, DAYS, VIEWS))
    n = count(told)
    place, when = (None if _is_total(cell) else cell for cell in (place, when))
    if n is None:
        fates.drop("the views are not a number", f"line {line}: {told!r}", mend="export it again as CSV")
        return None
    date = day(when) if when is not None else ""
    if date is None:
        fates.drop("the day is none", f"line {line}: {when!r}", mend="export dates as YYYY-MM-DD")
        return None
    return PlatformViews(PLATFORM, 0, n, str(place or "").strip().upper(), date, _watched_ms(row, n))


def _is_total(cell: object) -> bool:
    """Whether a cell stands for all of them: small countries are in the total alone."""
    return str(cell).strip().lower() in TOTAL


def _watched_ms(row: Row, views: int) -> int:
    hours, minutes = (number(first_of(row, names)) for names in (HOURS, MINUTES))
    if hours is not None and hours >= 0:
        return round(hours * 3_600_000)
    if minutes is not None and minutes >= 0:
        return round(minutes * 60_000)
    mean = seconds(first_of(row, MEAN))
    return round(mean * 1000 * views) if mean is not None else 0


def _kept(rows: Sequence[PlatformViews]) -> list[PlatformViews]:
    """Rows that count anybody; countries without a view are many."""
    return [row for row in rows if row.views] or [rows[0]]
