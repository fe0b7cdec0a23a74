"""Answers about an audience as text for people, CSV for spreadsheets and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hookline.audience.result import Answers, BySecond, Figure, Group
from hookline.model.codec import to_json
from hookline.model.estimate import Estimate
from hookline.model.quality import Quality
from hookline.project import Forgotten

VERSION = 1  # of the JSON and the CSV: goes up when a name or a meaning changes, not when figures are added
COLUMNS = (
    "series", "simulated", "figure", "market", "platform", "cut", "cohort", "currency", "episode", "second",
    "value", "low", "high", "n", "unit", "level", "grade", "method",
)  # fmt: skip
SHARES = ("share", "share a second")
WIDTH = 25


def answers(found: Sequence[Answers], *, question: str, shape: str) -> Iterable[str]:
    """The answers of every series, in a shape: text, csv or json."""
    if shape == "json":
        return (_json("audience", {"question": question, "series": [to_json(one) for one in found]}),)
    if shape == "csv":
        return _csv(COLUMNS, (row for one in found for row in _rows(one)))
    return (line for one in found for line in _text(one))


def quality(found: Mapping[str, Quality], *, shape: str) -> Iterable[str]:
    """What became of every row, by series."""
    if shape == "json":
        return (_json("quality", {"series": {name: to_json(one) for name, one in found.items()}}),)
    if shape == "csv":
        columns = ("series", "fate", "reason", "rows", "example", "mend")
        return _csv(columns, (row for name, one in found.items() for row in _fates(name, one)))
    return (line for name, one in found.items() for line in _told(name, one))


def forgotten(found: Sequence[Forgotten]) -> Iterable[str]:
    """What was deleted of a viewer."""
    for one in found:
        if one.rows:
            yield f"{one.series}: {one.rows:,} rows deleted from {', '.join(one.files)}"
        else:
            yield f"{one.series}: nothing of this viewer was there"
    yield "looked through every file that holds viewers' rows or is made from them: nothing is left"
    yield "the files that were imported are not here: delete the viewer there too, or importing them brings them back"


def _json(kind: str, value: Mapping[str, object]) -> str:
    return json.dumps({"schema": f"hookline.{kind}", "version": VERSION, **value}, ensure_ascii=False, indent=1)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    for row in (columns, *rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(row)
        yield line.getvalue()


def _rows(found: Answers) -> Iterator[tuple[object, ...]]:
    head = (found.series, str(found.simulated).lower())
    for one in found.figures:
        e = one.estimate
        tail = (e.value, e.low, e.high, e.n, e.unit, e.level, e.grade.value, e.method)
        yield (*head, one.name, *_named(one.group), one.episode or "", "", *tail)
    for track in found.by_second:
        where = (*head, track.name, *_named(track.group), track.episode)
        for second, (value, low, high) in enumerate(zip(track.value, track.low, track.high, strict=True)):
            yield (*where, second, value, low, high, track.n, track.unit, 0.95, track.grade.value, track.method)


def _named(group: Group) -> tuple[str, ...]:
    return group.market, group.platform, group.cut, group.cohort, group.currency


def _fates(name: str, found: Quality) -> Iterator[tuple[object, ...]]:
    yield name, "counted", "", found.counted, "", ""
    for row in found.set_aside:
        yield name, "mended" if row.kept else "set aside", row.reason, row.count, row.example, row.mend


def _told(name: str, found: Quality) -> Iterator[str]:
    yield f"{name}: {found.rows:,} rows, {found.counted:,} counted, {found.rows - found.counted:,} set aside"
    for row in found.set_aside:
        what = "mended and counted" if row.kept else "set aside"
        yield f"  {row.count:>12,} {what}: {row.reason}"
        if row.example:
            yield f"{'':15}for example: {row.example}"
        if row.mend:
            yield f"{'':15}{row.mend}"


def _text(found: Answers) -> Iterator[str]:
    marked = "  [simulated viewers]" if found.simulated else ""
    yield f"{found.series}{marked}; value (95 % interval)"
    groups = dict.fromkeys([f.group for f in found.figures if f.episode] + [f.group for f in found.figures])
    for group in groups:
        yield from _group(group, [one for one in found.figures if one.group == group])
    for track in found.by_second:
        yield from _track(track)
    if found.suppressed:
        why = f"fewer than {found.k} viewers, or they would give such a group away"
        yield f"\n{found.suppressed} groups are left out: {why}"
    yield from (f"\n{note}" for note in found.notes)


def _group(group: Group, figures: Sequence[Figure]) -> Iterator[str]:
    yield f"\n{group}"
    episodes = sorted({one.episode for one in figures if one.episode and one.name != "hooked episode"})
    names = list(dict.fromkeys(one.name for one in figures if one.episode in episodes and one.name != "hooked episode"))
    cells = {(one.episode, one.name): number(one.estimate) for one in figures}
    for start in range(0, len(names), 4):
        part = names[start : start + 4]
        yield "  episode " + "".join(f"{name:>{WIDTH}}" for name in part)
        for episode in episodes:
            if any((episode, name) in cells for name in part):
                yield f"  {episode:>7} " + "".join(f"{cells.get((episode, name), ''):>{WIDTH}}" for name in part)
    for one in figures:
        if not one.episode or one.name == "hooked episode":
            at = f" {one.episode}" if one.episode else ""
            yield f"  {one.name + at:<34}{number(one.estimate):>{WIDTH}}  n = {_size(one.estimate.n)}"


def _track(track: BySecond) -> Iterator[str]:
    rests = f"n = {track.n:,} views" if track.n else "n unknown"
    yield f"\n{track.name}, episode {track.episode}, {track.group}; {rests}; {track.method}"
    scale, sign = (100, "%") if track.unit in SHARES else (1, "")
    for second, (value, low, high) in enumerate(zip(track.value, track.low, track.high, strict=True)):
        interval = f"({scale * low:.2f}-{scale * high:.2f})" if track.n else "(no interval)"
        yield f"  {second:>4} s  {scale * value:7.2f}{sign} {interval}"


def _size(n: int) -> str:
    return f"{n:,}" if n else "unknown"


def number(estimate: Estimate) -> str:
    """An estimate in a table's cell: 78.3 % (77.6-78.9); without an interval where its size isn't known."""
    if not estimate.n:
        percent = estimate.unit in SHARES
        return f"{100 * estimate.value:.1f}% (no interval)" if percent else f"{estimate.value:.4g} (no interval)"
    if estimate.unit in SHARES:
        return f"{100 * estimate.value:.1f}% ({100 * estimate.low:.1f}-{100 * estimate.high:.1f})"
    if estimate.unit == "views":  # counted, not estimated
        return f"{estimate.value:,.0f}"
    figures = f"{estimate.value:.4g} ({estimate.low:.4g}-{estimate.high:.4g})"
    return f"{figures} {estimate.unit}" if len(estimate.unit) == 3 else figures
