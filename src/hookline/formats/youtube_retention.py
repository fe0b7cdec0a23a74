"""Audience retention as YouTube exports it: share of the video against share of views.

YouTube Studio's CSV (``Video position (%)``, ``Absolute audience retention (%)``; its detailed activity with ``Started
watching``, ``Stopped watching``, ``Number of times each moment was seen``) and the Analytics API's report as CSV or
JSON (``elapsedVideoTimeRatio`` with ``audienceWatchRatio``, ``relativeRetentionPerformance``, ``startedWatching``,
``stoppedWatching``, ``totalSegmentImpressions``; by ``country`` where asked so).  Studio's ``Compared to other videos
(%)`` is not used: what it is a percentage of is not documented.

The curve counts plays of a moment for each view started: it may exceed 1 where viewers watch again.  A value is the
mean of a hundredth of the video: Studio names where that begins (0 to 99), the API where it ends (0.01 to 1); either is
placed at its middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any

from hookline.formats import Match
from hookline.formats.exports import (
    Fates,
    Row,
    Table,
    blank,
    cells,
    count,
    delimiter,
    half_unit,
    number,
    table,
)
from hookline.formats.given import fold
from hookline.formats.text import peek
from hookline.model.curve import PlatformCurve, PlatformExport
from hookline.model.errors import BadInput, Unreadable

KIND = "curve"
TITLE = "YouTube audience retention"
PLATFORM = "youtube"

# Headings by their folded names.  Those of other languages are known by their shape: a first column that counts the
# hundredths.
POSITIONS = ("videoposition", "elapsedvideotimeratio", "動画の位置")
SHARES = ("absoluteaudienceretention", "audienceretention", "audiencewatchratio", "視聴者維持率")
RELATIVES = ("relativeretentionperformance", "relativeaudienceretention", "相対視聴者維持率")
STARTED, STOPPED = ("startedwatching",), ("stoppedwatching",)
SEEN = ("totalsegmentimpressions", "numberoftimeseachmomentwasseen")
COUNTRIES, VIDEOS = ("country", "geography"), ("video", "content", "videoid")
SEGMENTS = (
    "subscriptionstatus",
    "subscribedstatus",
    "newandreturningviewers",
    "audiencetype",
    "audiencebywatchbehavior",
    "youtubeproduct",
)
EVERYBODY = ("", "all", "total", "everyone")
HUNDREDTHS = 100
MOST_SHARE = 20.0  # plays of a moment for each view: more must be percentages
SURE, LIKELY = 0.97, 0.6


@dataclass(frozen=True, slots=True)
class _Point:
    """One row: cells as numbers, in the file's own units."""

    at: float
    share: float | None
    relative: float | None
    started: int
    stopped: int
    seen: int
    signs: bool  # whether the share's cell has a % sign
    spelled: Any  # the share's cell
    market: str
    segment: str
    video: str


def recognise(name: str, head: bytes) -> Match | None:
    """Its header names a position and a retention, or its first column counts the hundredths of a video."""
    text = peek(head) or ""
    lines = text.lstrip("\ufeff").splitlines()[:12]
    if text.lstrip()[:1] in ("{", "["):
        api = all(word in text for word in ("elapsedVideoTimeRatio", "audienceWatchRatio"))
        return Match(SURE, "it names the columns of YouTube's audience retention") if api else None
    for line in lines:
        header = [fold(cell) for cell in cells(line)]
        if set(POSITIONS) & set(header) and {*SHARES, *SEEN} & set(header):
            return Match(SURE, "its columns are YouTube's audience retention")
    if len(lines) > 8 and _by_shape(lines[:9]):
        return Match(LIKELY, "its first column counts the hundredths of a video, as YouTube's retention does")
    return None


def _by_shape(lines: Sequence[str]) -> bool:
    """Whether words head two columns at least, the first of which counts 0, 1, 2... or 1, 2, 3..."""
    mark = delimiter(lines[0])
    rows = [[cell.strip().strip('"') for cell in line.split(mark)] for line in lines]
    heads = [number(cell) for cell in rows[0]]
    firsts = [number(row[0]) for row in rows[1:]]
    shares = [number(row[1]) if len(row) > 1 else None for row in rows[1:]]
    if any(head is not None for head in heads) or None in firsts or None in shares:
        return False
    found = [at for at in firsts if at is not None]
    named = any("%" in cell for cell in rows[0][:2])
    return named and found[0] in (0, 1) and all(after - at == 1 for at, after in pairwise(found))


def read(text: str, *, file: str, episode: int, views: int = 0, market: str = "") -> PlatformExport:
    """The retention of one video: one curve, or one a country where the report is by country.

    Args:
        text: CSV or JSON; a byte order mark, semicolons or tabs, decimal commas and ``%`` signs are all right.
        file: its name, for messages and the curves.
        episode: which episode the video is.
        views: how many views the curve rests on, 0 when only the export may know.
        market: which the curve is of, where the export doesn't say; "" for all.

    Raises:
        Unreadable: there is no retention in it, or it is of several videos or several kinds of viewers.
        BadInput: the number of views is negative.
    """
    if views < 0:
        raise BadInput(f"{views} views", mend="give how many views the curve rests on, 0 when not known")
    given = table(text, (*POSITIONS, *SHARES), file=file)
    names = _named(given, file)
    fates = Fates(file)
    if given.cut:
        fates.drop("the row is cut short", f"line {given.cut_at}", count=given.cut)
    points = [point for line, row in given.rows if (point := _point(line, row, names, fates)) is not None]
    points = _of_one_video(_of_everybody(points, file, fates), file)
    markets = dict.fromkeys(point.market for point in points)
    curves = [_curve([p for p in points if p.market == name], file, fates) for name in markets]
    made = tuple(
        _said(curve, episode, file, name or market, views if len(markets) == 1 else 0)
        for name, curve in zip(markets, curves, strict=True)
    )
    if not made or not any(curve.size for curve in made):
        raise Unreadable("holds no curve: no row has a position and a retention", where=file, mend=_tell(fates))
    return PlatformExport(made, quality=fates.quality(), notes=_notes(made))


def _tell(fates: Fates) -> str:
    told = "; ".join(f"{row.count} {row.reason}" for row in fates.aside.values())
    return f"set aside: {told}" if told else "export it again"


def _named(given: Table, file: str) -> dict[str, str]:
    """Which column is which; ``Unreadable`` where none is a position or none a retention."""
    folded = [fold(name) for name in given.columns]
    kinds = {"at": POSITIONS, "share": SHARES, "relative": RELATIVES, "started": STARTED, "stopped": STOPPED,
             "seen": SEEN, "market": COUNTRIES, "video": VIDEOS, "segment": SEGMENTS}  # fmt: skip
    names = {kind: name for kind, known in kinds.items() if (name := next((k for k in known if k in folded), ""))}
    if "at" not in names and len(folded) > 1 and _counts(given, folded[0]):
        names |= {"at": folded[0], "share": folded[1]}
    if "at" not in names or not {"share", "seen"} & names.keys():
        raise Unreadable(
            f"is no retention export; columns found: {', '.join(given.columns) or 'none'}",
            where=file,
            mend="expected: Video position (%), Absolute audience retention (%)",
        )
    return names


def _counts(given: Table, column: str) -> bool:
    found = [number(row.get(column)) for _, row in given.rows]
    told = [at for at in found if at is not None]
    return len(told) >= 8 and all(0 <= at <= HUNDREDTHS for at in told) and sorted(set(told)) == told


def _point(line: int, row: Row, names: Mapping[str, str], fates: Fates) -> _Point | None:
    cell = {kind: row.get(name) for kind, name in names.items()}
    where = f"line {line}: {cell.get('at')!r}, {cell.get('share', cell.get('seen'))!r}"
    at, share = number(cell.get("at")), number(cell.get("share"))
    seen = count(cell.get("seen")) or 0
    if at is None or (share is None and not blank(cell.get("share"))):
        fates.drop("a cell is not a number", where, mend="export it again as CSV")
    elif share is None and not seen:
        fates.drop("the platform gives no retention there", where)
    elif at < 0 or at > HUNDREDTHS or (share is not None and share < 0):
        fates.drop("the row is no point of a curve", where)
    else:
        return _Point(
            at=at,
            share=share,
            relative=number(cell.get("relative")),
            started=count(cell.get("started")) or 0,
            stopped=count(cell.get("stopped")) or 0,
            seen=seen,
            signs="%" in str(cell.get("share")),
            spelled=cell.get("share"),
            market=_market(cell.get("market")),
            segment=str(cell.get("segment") or "").strip().lower(),
            video=str(cell.get("video") or "").strip(),
        )
    return None


def _market(cell: Any) -> str:
    told = "" if blank(cell) else str(cell).strip().upper()
    return "" if told.lower() in EVERYBODY else told


def _of_everybody(points: list[_Point], file: str, fates: Fates) -> list[_Point]:
    """The rows of all viewers, where the export holds them beside those of some."""
    kinds = dict.fromkeys(point.segment for point in points)
    if len(kinds) < 2:
        return points
    whole = next((kind for kind in kinds if kind in EVERYBODY), None)
    if whole is None:
        raise Unreadable(
            f"holds several curves: {', '.join(kinds)}", where=file, mend="export one segment at a time: all views"
        )
    kept = [point for point in points if point.segment == whole]
    fates.drop("the row is of some viewers only; those of all are taken", count=len(points) - len(kept))
    return kept


def _of_one_video(points: list[_Point], file: str) -> list[_Point]:
    videos = dict.fromkeys(point.video for point in points if point.video)
    if len(videos) > 1:
        raise Unreadable(f"holds {len(videos)} videos: {', '.join(videos)}", where=file, mend="export one video a file")
    return points


def _curve(points: list[_Point], file: str, fates: Fates) -> PlatformCurve:
    """The curve of one kind of viewers, in order, its units made shares of 1."""
    once = _once(sorted(points, key=lambda point: point.at), file, fates)
    if not once:
        return PlatformCurve(PLATFORM, 0, (), ())
    whole = 1.0 if max(point.at for point in once) <= 1 else float(HUNDREDTHS)
    scale, rounding = _share_scale(once, whole, fates)
    seen = [point.seen for point in once]
    began = any(point.started for point in once)
    views = _views(once, scale)
    shares = [
        point.share / (100.0 if point.signs else scale) if point.share is not None else point.seen / max(views, 1)
        for point in once
    ]
    ranks = [point.relative for point in once]
    fates.counted += len(once)
    return PlatformCurve(
        PLATFORM, 0,
        positions=_middles([point.at / whole for point in once]),
        shares=tuple(shares),
        views=views if any(seen) else 0,
        relative=_ranks(ranks, fates),
        started=tuple(point.started for point in once) if began else (),
        stopped=tuple(point.stopped for point in once) if began else (),
        rounding=rounding,
    )  # fmt: skip


def _once(points: list[_Point], file: str, fates: Fates) -> list[_Point]:
    """Each position once; the same row twice is one, several curves in one file are refused."""
    kept: dict[float, _Point] = {}
    other = 0
    for point in points:
        if point.at not in kept:
            kept[point.at] = point
        elif (kept[point.at].share, kept[point.at].seen) == (point.share, point.seen):
            fates.drop("the row stands there twice", f"position {point.at:g}")
        else:
            other += 1
    if other:
        raise Unreadable(
            "holds several curves (positions repeat)", where=file, mend="export one segment at a time: all views"
        )
    return list(kept.values())


def _share_scale(points: list[_Point], whole: float, fates: Fates) -> tuple[float, float]:
    """What a retention of 1 is in the file, and half a unit of the last decimal, as a share.

    Percentages and shares are told apart by their size: the first tenth of a video is never watched by under 3 % of
    those who started it, nor 20 times by each.
    """
    spelled = [point.spelled for point in points if point.share is not None]
    early = [point.share for point in points[: max(1, len(points) // 10)] if point.share is not None]
    plain = [point.share for point in points if point.share is not None and not point.signs]
    signs = len(plain) < len(spelled)
    if not plain:
        return 100.0, half_unit(spelled) / 100
    top = max(early, default=max(plain))
    percent = top > 3 if whole == HUNDREDTHS else max(plain) > MOST_SHARE
    if signs and not percent:
        fates.mend("shares and percentages are mixed; each is read as its sign says", count=len(spelled) - len(plain))
    elif percent != (whole == HUNDREDTHS) and len(plain) > 1:
        fates.mend(
            f"the retention is read as {'percentages' if percent else 'shares'}: its size says so", count=len(plain)
        )
    scale = 100.0 if percent else 1.0
    return scale, half_unit(spelled) / scale


def _views(points: list[_Point], scale: float) -> int:
    """How many views the export says: plays of a moment over their share, else stretches begun."""
    told = [point.seen * scale / point.share for point in points if point.share and point.seen]
    return round(median(told)) if told else sum(point.started for point in points)


def _middles(ats: list[float]) -> tuple[float, ...]:
    """The middle of the hundredth that each value is the mean of; points that are no hundredths stay."""
    step = 1 / HUNDREDTHS
    even = len(ats) > 10 and all(abs(at / step - round(at / step)) < 1e-6 for at in ats)
    if not even or (min(ats) < step / 2 and max(ats) > 1 - step / 2):  # 0 to 100: points, not hundredths
        return tuple(max(at, step / HUNDREDTHS) for at in ats)
    shift = step / 2 if min(ats) < step / 2 else -step / 2
    return tuple(round(at + shift, 6) for at in ats)


def _ranks(ranks: list[float | None], fates: Fates) -> tuple[float, ...]:
    """Relative retention where every point has one, between 0 and 1."""
    told = [rank for rank in ranks if rank is not None]
    if not told:
        return ()
    scale = 100.0 if max(told) > 1 else 1.0
    if len(told) < len(ranks) or min(told) < 0 or max(told) > scale:
        fates.mend("the relative retention is not a rank at every point: it is left out", count=len(ranks))
        return ()
    return tuple(rank / scale for rank in told)


def _said(curve: PlatformCurve, episode: int, file: str, market: str, views: int) -> PlatformCurve:
    return replace(curve, episode=episode, file=file, market=market, views=views or curve.views)


def _notes(curves: tuple[PlatformCurve, ...]) -> tuple[str, ...]:
    notes = []
    if any(max(curve.shares, default=0) > 1 for curve in curves):
        notes.append("moments are played more than once a view: viewers watch them again, or it loops")
    if any(len(curve.shares) < HUNDREDTHS // 2 for curve in curves):
        notes.append("fewer than 50 of 100 points: what lies between is drawn straight")
    return tuple(notes)
