"""Viewers' events as Segment's Video specification names them: JSON lines, plain or gzipped.

``track`` calls of the playback, content and ad events, with Segment's ecommerce names (and plain
"Episode Offered", "Episode Unlocked") for what is paid.  Names may differ in case, spaces and
underscores.  What each rule is and why stands in ``docs/audience.md``.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline.formats import Match
from hookline.formats.events import Intake, Pseudonyms, engine, reading, sql, table_meta, write_parquet
from hookline.model.errors import Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.quality import SetAside
from hookline.model.tables import EVENTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KIND = "events"
TITLE = "Segment Video events"

QUERIES = Path(__file__).with_name("sql")
GZIP = b"\x1f\x8b"
LOOK_BYTES = 64 * 1024 * 1024  # how far into a file the line numbers of problems are looked for
PAID = ("productviewed", "ordercompleted", "episodeoffered", "episodeunlocked")

# ISO 8601 with a zone, without one (taken as UTC), or Unix time in s or ms.
INSTANT = r"""
CREATE OR REPLACE TEMP MACRO instant(t) AS CASE
    WHEN ends_with(t, 'Z') THEN try_cast(t AS TIMESTAMP)  -- nearly all, and cheap
    WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*([Zz]|[+-]\d\d(:?\d\d)?)')
        THEN make_timestamp(epoch_us(try_cast(upper(t) AS TIMESTAMPTZ)))
    WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?') THEN try_cast(t AS TIMESTAMP)
    WHEN regexp_full_match(t, '\d{13}') THEN make_timestamp(try_cast(t AS BIGINT) * 1000)
    WHEN regexp_full_match(t, '\d{10}') THEN make_timestamp(try_cast(t AS BIGINT) * 1000000)
END"""
FOLD = r"CREATE OR REPLACE TEMP MACRO fold(t) AS regexp_replace(lower(t), '[^\p{L}\p{N}]', '', 'g')"

# code -> reason, example column, what to do, kept all the same
FAULTS: dict[str, tuple[str, str, str, bool]] = {
    "not_json": ("the line is not a whole JSON object", "", "export again if there are many", False),
    "not_track": ("the line is no track call (identify, page, ...)", "event_name", "", False),
    "unknown_event": (
        "the event is none of the Segment Video specification's",
        "event_name",
        "rename it in your tracking plan if it is about playback",
        False,
    ),
    "unneeded": ("the event says nothing of what was watched (buffering, quality)", "event_name", "", False),
    "ad": ("advertisement events: they tell ad time from content time and are not counted", "event_name", "", False),
    "no_viewer": ("neither userId nor anonymousId is there", "event_name", "send anonymousId with every call", False),
    "no_time": ("there is no usable time", "raw_time", "send ISO 8601 times with a zone", False),
    "other_program": ("the event is of another program", "program", "", False),
    "other_season": ("the event is of another season", "season", "", False),
    "bad_episode": ("the episode is not a number", "episode_text", "send the episode's number", False),
    "no_episode": ("neither episode nor asset is named", "event_name", "send asset_id and episode", False),
    "bad_position": ("the position is not a number: kept without it", "position_text", "send seconds", True),
    "ad_clock": (
        "the position may count ads too: the session's content events are used instead",
        "event_name",
        "",
        True,
    ),
    "no_session": ("there is no session_id: sessions are told apart by viewer and time", "event_name", "", True),
    "no_zone": ("the time names no zone: taken as UTC", "raw_time", "send ISO 8601 times with a zone", True),
}


def recognise(name: str, head: bytes) -> Match | None:
    """A Segment file has ``track`` calls, one JSON object a line."""
    calls = [call for call in map(_call, _lines(_plain(head))[:50]) if call is not None]
    names = [re.sub("[^a-z0-9]", "", str(call["event"]).lower()) for call in calls]
    fitting = [n for n in names if n.startswith(("videoplayback", "videocontent", "videoad")) or n in PAID]
    if fitting:
        return Match(0.95, f"{len(fitting)} of the first {len(calls)} calls are Segment Video events")
    if calls:
        return Match(0.3, "lines are Segment track calls")
    return None


def load(source: Path, out: Path, *, series: str, key: bytes, progress: Progress = silent) -> Intake:
    """Read one file to the canonical table ``events`` at ``out``; ids become pseudonyms under ``key``.

    Raises:
        Unreadable: the file can't be read to its end, or nothing in it is a usable event.
    """
    names = Pseudonyms.from_key(key)
    with engine(out.parent) as (con, scratch):
        names.install(con)
        con.execute(INSTANT)
        con.execute(FOLD)
        progress("read events", 0, 3)
        with reading(source):
            _stage_lines(con, source, scratch / "lines.parquet")
        progress("read events", 1, 3)
        notes = _choose_program(con, series, source)
        _stage_events(con, series, scratch / "events.parquet")
        progress("read events", 2, 3)
        problems = _problems(con, source, names)
        simulated = bool(_value(con, "SELECT coalesce(bool_or(simulated), false) FROM segment_lines"))
        total = int(_value(con, "SELECT count(*) FROM segment_events"))
        if not int(_value(con, "SELECT count(*) FROM segment_events WHERE fault IS NULL")):
            raise _nothing_usable(con, source, problems)
        written = _write(con, out, simulated=simulated, source=source)
        progress("read events", 3, 3)
    return Intake(EVENTS.name, total, written, simulated, (*problems, *notes))


def _stage_lines(con: DuckDBPyConnection, source: Path, staged: Path) -> None:
    with source.open("rb") as file:
        compression = "gzip" if file.read(2) == GZIP else "auto_detect"
    parameters = {"file": str(source), "compression": compression}
    write_parquet(con, sql(QUERIES, "segment_lines"), staged, parameters=parameters)
    con.read_parquet(str(staged)).create_view("segment_lines")


def _choose_program(con: DuckDBPyConnection, series: str, source: Path) -> tuple[SetAside, ...]:
    """Which program and season of the file are the series; told where it is not the series' own name."""
    rows = con.execute(
        "SELECT program, count(*) FROM segment_lines WHERE fault IS NULL AND program IS NOT NULL"
        " GROUP BY program ORDER BY count(*) DESC, program"
    ).fetchall()
    own = con.execute("SELECT fold($series)", {"series": series}).fetchone()
    folded = {row[0]: _value(con, "SELECT fold($name)", {"name": row[0]}) for row in rows}
    mine = [row[0] for row in rows if own is not None and folded[row[0]] == own[0]]
    if len(set(folded.values())) > 1 and not mine:
        raise Unreadable(
            f"holds events of several programs, none of them named {series!r}: {', '.join(folded)}",
            where=str(source),
            mend="give the series one of these names, or export its events alone",
        )
    program = mine[0] if mine else (rows[0][0] if rows else None)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen AS SELECT $program::VARCHAR AS program, ("
        "SELECT season FROM segment_lines WHERE fault IS NULL AND season IS NOT NULL"
        " AND ($program IS NULL OR fold(program) = fold($program))"
        " GROUP BY season ORDER BY count(*) DESC, season LIMIT 1) AS season",
        {"program": program},
    )
    if program is None or mine:
        return ()
    named = f"the file calls the program {program!r}: taken for this series"
    return (SetAside(named, sum(row[1] for row in rows), kept=True),)


def _stage_events(con: DuckDBPyConnection, series: str, staged: Path) -> None:
    con.read_csv(str(QUERIES / "countries.csv"), header=True).create_view("countries")
    write_parquet(con, sql(QUERIES, "segment_events"), staged, parameters={"series": series})
    con.read_parquet(str(staged)).create_view("segment_events")


def _write(con: DuckDBPyConnection, out: Path, *, simulated: bool, source: Path) -> int:
    columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in EVENTS.columns)
    meta = table_meta(EVENTS, simulated=simulated, source=source.name)
    return write_parquet(con, f"SELECT {columns} FROM segment_events WHERE fault IS NULL", out, meta=meta)  # noqa: S608


def _problems(con: DuckDBPyConnection, source: Path, names: Pseudonyms) -> tuple[SetAside, ...]:
    rows = con.execute(sql(QUERIES, "segment_problems")).fetchall()
    where = _line_numbers(source, {row[2] for row in rows}, names)
    return tuple(
        _problem(code, count, where.get(event_id, 0), dict(example or {})) for code, count, event_id, example in rows
    )


def _problem(code: str, count: int, line: int, example: dict[str, Any]) -> SetAside:
    reason, column, mend, kept = FAULTS[code]
    shown = str(example.get(column) or "")[:80] if column else ""
    place = f"line {line}" if line else ""
    return SetAside(reason, count, ": ".join(part for part in (place, shown) if part), mend, kept)


def _nothing_usable(con: DuckDBPyConnection, source: Path, problems: Iterable[SetAside]) -> Unreadable:
    found = con.execute("SELECT DISTINCT event_name FROM segment_lines WHERE event_name IS NOT NULL LIMIT 8").fetchall()
    events = ", ".join(repr(row[0]) for row in found) or "no track calls at all"
    why = "; ".join(f"{p.reason} ({p.count})" for p in problems if not p.kept)
    return Unreadable(
        f"holds no event that can be used: {why or 'it has no lines'}. Events found: {events}",
        where=str(source),
        mend='expected JSON lines with "event": "Video Content Playing" and "properties": {"episode", "position"}',
    )


def _line_numbers(source: Path, wanted: set[str | None], names: Pseudonyms) -> dict[str | None, int]:
    """Line numbers of problem rows by event id, of the first broken line under None."""
    found: dict[str | None, int] = {}
    if not wanted:
        return found
    seen = 0
    for number, line in enumerate(_open_lines(source), 1):
        seen += len(line)
        event_id = _event_id(line, names)
        if line.strip() and event_id in wanted and event_id not in found:
            found[event_id] = number
        if len(found) == len(wanted) or seen > LOOK_BYTES:
            break
    return found


def _open_lines(source: Path) -> Iterator[bytes]:
    with source.open("rb") as raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield from unpacked
        else:
            yield from raw


def _event_id(line: bytes, names: Pseudonyms) -> str | None:
    try:
        call = json.loads(line)
    except ValueError:
        return None
    if not isinstance(call, dict) or not call:
        return None
    return names.token(str(call["messageId"])) if "messageId" in call else ""


def _value(con: DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None) -> Any:
    row = con.execute(query, parameters).fetchone() if parameters else con.execute(query).fetchone()
    assert row is not None
    return row[0]


def _plain(head: bytes) -> bytes:
    if not head.startswith(GZIP):
        return head
    try:
        return zlib.decompressobj(31).decompress(head, 1 << 20)
    except zlib.error:
        return b""


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]


def _call(line: bytes) -> dict[str, Any] | None:
    try:
        call = json.loads(line)
    except ValueError:
        return None
    return call if isinstance(call, dict) and isinstance(call.get("event"), str) else None
