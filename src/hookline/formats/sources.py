"""The steps that every reader of others' viewer data shares.

A reader is a ``Source``: the fields it looks for, and one query (``sql/<name>.sql``) that says which of
them means what.  From there on all are alike:

    given    the files as text columns                            given.py
    source   what the source calls each event, viewer, position   sql/<name>.sql
    picked   ids made pseudonyms, values checked; staged          sql/<table>_picked.sql
    final    which episode, cut and market; what is at fault      sql/<table>.sql
    out      the canonical table, whole or not at all
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hookline.formats import Match
from hookline.formats.events import Intake, Pseudonyms, engine, reading, sql, table_meta, write_parquet
from hookline.formats.given import Fields, Given, Sample, open_given, sample_of
from hookline.model.errors import Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.quality import SetAside
from hookline.model.tables import EVENTS, STEPS_RAW, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUERIES = Path(__file__).with_name("sql")
LOOK_BYTES = 64 * 1024 * 1024  # how far into a file the line numbers of problems are looked for
GZIP = b"\x1f\x8b"

# ISO 8601 with a zone, without one (taken as UTC), or Unix time in s, ms or us.
INSTANT = r"""
CREATE OR REPLACE TEMP MACRO instant(t) AS CASE
    WHEN ends_with(t, 'Z') THEN try_cast(t AS TIMESTAMP)  -- nearly all, and cheap
    WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*([Zz]|[+-]\d\d(:?\d\d)?)')
        THEN make_timestamp(epoch_us(try_cast(upper(t) AS TIMESTAMPTZ)))
    WHEN regexp_full_match(t, '\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?( UTC)?')
        THEN try_cast(replace(t, ' UTC', '') AS TIMESTAMP)
    WHEN regexp_full_match(t, '\d{16}') THEN make_timestamp(try_cast(t AS BIGINT))
    WHEN regexp_full_match(t, '\d{13}(\.\d+)?') THEN make_timestamp((try_cast(t AS DOUBLE) * 1000)::BIGINT)
    WHEN regexp_full_match(t, '\d{10}(\.\d+)?') THEN make_timestamp((try_cast(t AS DOUBLE) * 1000000)::BIGINT)
END"""
# Whether a time written as ISO 8601 names no zone.
ZONELESS = r"""
CREATE OR REPLACE TEMP MACRO zoneless(t) AS CASE
    WHEN ends_with(t, 'Z') THEN false  -- nearly all
    ELSE t LIKE '____-__-__%' AND NOT regexp_matches(t, ':\d\d(\.\d+)?\s*([Zz]|UTC|[+-]\d\d(:?\d\d)?)$')
END"""
FOLD = r"CREATE OR REPLACE TEMP MACRO fold(t) AS regexp_replace(lower(t), '[^\p{L}\p{N}]', '', 'g')"
# Programs that say they are no viewer (the words of the IAB's and of crawler lists that stand in browsers' names).
# No pattern: of plain functions the engine computes a dictionary's entries once.  In lower case already: within OR it
# would be lowered for each word anew.
BOTS = (
    "bot", "crawl", "spider", "headless", "phantomjs", "lighthouse", "python-requests", "python-urllib", "curl/",
    "wget/", "go-http-client", "slurp", "facebookexternalhit", "pingdom", "uptime",
)  # fmt: skip
IS_BOT = "CREATE OR REPLACE TEMP MACRO is_bot(agent) AS coalesce({}, false)".format(
    " OR ".join(f"contains(agent, '{word}')" for word in BOTS)
)
# A text without spaces around it, NULL where nothing is left.  Most have none, and looking is cheaper than trimming.
CLEAN = """
CREATE OR REPLACE TEMP MACRO clean(t) AS
    CASE WHEN t = '' OR starts_with(t, ' ') OR ends_with(t, ' ') THEN nullif(trim(t), '') ELSE t END"""

# The episode that a title, an address or an asset's name tells: "Episode 12", "ep_012.mp4", "S01E12", "第12集", "12".
EPISODE_IN = r"""
CREATE OR REPLACE TEMP MACRO episode_in(t) AS coalesce(
    nullif(regexp_extract(
        t, '(?i)(?:^|[^a-z0-9])(?:s\d+[\s._-]*)?(?:episode|epi|ep)[\s._#/-]*0*(\d{1,4})(?:[^0-9]|$)', 1
    ), ''),
    nullif(regexp_extract(t, '(?i)(?:^|[^a-z0-9])s\d+[\s._-]*e0*(\d{1,4})(?:[^0-9]|$)', 1), ''),
    nullif(regexp_extract(t, '(?i)^\s*(?:e|第)?\s*0*(\d{1,4})\s*[集话話]?\s*$', 1), ''),
    nullif(regexp_extract(t, '第\s*0*(\d{1,4})\s*[集话話]', 1), '')
)"""
# A day however it is written, or the day of a time.
DAY_OF = r"""
CREATE OR REPLACE TEMP MACRO day_of(t) AS coalesce(
    try_cast(instant(t) AS DATE), try_strptime(t, ['%Y%m%d', '%Y/%m/%d', '%d.%m.%Y', '%b %d, %Y', '%d %b %Y'])::DATE
)"""
# The value of a CMCD key, in whichever form: sid="x", "sid":"x", sta=p.
CMCD_TEXT = r"""
CREATE OR REPLACE TEMP MACRO cmcd_text(t, k) AS nullif(regexp_extract(
    t, concat('(?:^|[,\s{?&:"])"?', k, '"?\s*[=:]\s*(?:\\?"([^"\\]*)|([^",}\s&]*))'), 1
) || regexp_extract(
    t, concat('(?:^|[,\s{?&:"])"?', k, '"?\s*[=:]\s*(?:\\?"([^"\\]*)|([^",}\s&]*))'), 2
), '')"""
# Numbers as spreadsheets write them: 1,234.50 or $12.
NUMBER = r"""
CREATE OR REPLACE TEMP MACRO number(t) AS try_cast(regexp_replace(t, '[,\s$€£¥]', '', 'g') AS DOUBLE)"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is set aside or what was mended in it: in words, with the column that shows it."""

    reason: str
    shows: str = "event_name"
    mend: str = ""
    kept: bool = False


ZONES = "send ISO 8601 times with a zone"
FAULTS: dict[str, Fault] = {
    "not_json": Fault("the line is not a whole JSON object", "", "export again if there are many"),
    "unknown_event": Fault(
        "the event is none that the format knows", mend="rename it in your tracking plan if it is about playback"
    ),
    "unneeded": Fault("the event says nothing of what was watched"),
    "no_viewer": Fault("no viewer is named"),
    "no_time": Fault("there is no usable time", "raw_time", ZONES),
    "other_program": Fault("the event is of another program", "program"),
    "other_season": Fault("the event is of another season", "season"),
    "bad_episode": Fault("the episode is not a number", "episode_text", "send the episode's number"),
    "no_episode": Fault("neither episode nor asset is named"),
    "bad_position": Fault("the position is not a number: kept without it", "position_text", "send seconds", True),
    "ad_clock": Fault(
        "the position may count ads too: the session's content events are used instead", "event_name", "", True
    ),
    "no_session": Fault("there is no session id: sessions are told apart by viewer and time", kept=True),
    "bot": Fault("a program and no viewer, as its user agent says", "raw_time"),
    "no_ad": Fault("no ad is named: a sum of the whole report, or not broken down by ad", "raw_time", "export by ad"),
    "no_day": Fault("there is no day", "raw_time", "break the report down by day"),
    "no_spend": Fault("what was spent is not a number", "position_text"),
    "no_exit": Fault("where the view ended is not a number", "position_text"),
    "no_currency": Fault("no currency is named", "raw_time", "export with the account's currency", True),
    "several_days": Fault("the row is of several days", "raw_time", "break the report down by day"),
    "no_zone": Fault("the time names no zone: taken as UTC", "raw_time", ZONES, True),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One way in which viewer data come: what is looked for, and in whose words it is told."""

    name: str  # of its query
    title: str
    fields: Fields
    table: Table = EVENTS
    prefix: str = ""  # of paths, left out by flat tables
    id_path: str = ""  # where the message id stands in JSON: problems are then told with their line
    as_lines: bool = False  # read lines as they are, whatever the file is
    columns: str = ""  # a query that makes the fields out of what was read, where a file names none
    within: str = ""  # where a page holds its rows
    expected: str = ""  # what a usable row looks like
    faults: Mapping[str, Fault] = field(default_factory=dict)

    def fault(self, code: str) -> Fault:
        """The words for a fault of this source."""
        return self.faults.get(code) or FAULTS[code]


class Load(Protocol):
    """What a format of viewer data has: its files to a canonical table."""

    def __call__(
        self, files: Path | Sequence[Path], out: Path, *, series: str, key: bytes, progress: Progress = silent
    ) -> Intake:
        """See ``load``."""


def reader(source: Source) -> Load:
    """The ``load`` of a format."""

    def load_source(
        files: Path | Sequence[Path], out: Path, *, series: str, key: bytes, progress: Progress = silent
    ) -> Intake:
        return load(source, files, out, series=series, key=key, progress=progress)

    return load_source


def recogniser(judge: Callable[[Sample], Match | None]) -> Callable[[str, bytes], Match | None]:
    """The ``recognise`` of a format, from what it makes of a file's beginning."""

    def recognise(name: str, head: bytes) -> Match | None:
        return judge(sample_of(head))

    return recognise


def load(
    source: Source,
    files: Path | Sequence[Path],
    out: Path,
    *,
    series: str,
    key: bytes,
    progress: Progress = silent,
) -> Intake:
    """Read the files of a source to one canonical table at ``out``; ids become pseudonyms under ``key``.

    Raises:
        Unreadable: a file can't be read to its end, or nothing in them is of use.
    """
    paths = [files] if isinstance(files, Path) else sorted(files)
    names = Pseudonyms.from_key(key)
    with engine(out.parent) as (con, scratch):
        prepare(con, names, series)
        progress("read events", 0, 3)
        with reading(paths[0]):
            given = _open(con, source, paths)
            _pick(con, source, scratch / "picked.parquet")
            progress("read events", 1, 3)
            notes, simulated = _choose_program(con, series, paths[0])
            _learn(con, source)
            _finish(con, source)
            total, problems = _problems(con, source, given, names)
            progress("read events", 2, 3)
            if total <= sum(p.count for p in problems if not p.kept):
                raise _nothing_usable(con, source, paths[0], problems)
            written = _write(con, source.table, out, simulated=simulated, file=paths[0])
        progress("read events", 3, 3)
    return Intake(source.table.name, total, written, simulated, (*problems, *notes))


def _open(con: DuckDBPyConnection, source: Source, paths: Sequence[Path]) -> Given:
    given = open_given(con, paths, source.fields, prefix=source.prefix, as_lines=source.as_lines, within=source.within)
    if source.columns:
        con.execute("ALTER VIEW given RENAME TO lines")
        con.execute(f"CREATE TEMP VIEW given AS {sql(QUERIES, source.columns)}")
    return given


def prepare(con: DuckDBPyConnection, names: Pseudonyms, series: str) -> None:
    """What the queries need: pseudonyms, macros, the series' name, countries."""
    names.install(con)
    con.execute("SET TimeZone = 'UTC'")
    for macro in (INSTANT, ZONELESS, FOLD, IS_BOT, CLEAN, EPISODE_IN, DAY_OF, CMCD_TEXT, NUMBER):
        con.execute(macro)
    con.execute("CREATE TEMP TABLE this AS SELECT $series AS series", {"series": series})
    con.read_csv(str(QUERIES / "countries.csv"), header=True).create_view("countries")


def _pick(con: DuckDBPyConnection, source: Source, staged: Path) -> None:
    """The source's own query, completed by the columns that it has no use for, checked and staged."""
    own = sql(QUERIES, source.name)
    picked, wanted = PICKED[source.table.name]
    have = [column[0] for column in con.execute(f"FROM ({own}) LIMIT 0").description or ()]
    missing = [f'{MADE.get(name, "NULL")}::{kind} AS "{name}"' for name, kind in wanted.items() if name not in have]
    con.execute(f"CREATE TEMP VIEW source AS SELECT {', '.join(['*', *missing])} FROM ({own})")  # noqa: S608 - our own
    write_parquet(con, sql(QUERIES, picked), staged)
    con.read_parquet(str(staged)).create_view("picked")


_EVENT_COLUMNS = dict.fromkeys(
    ("fault", "mended", "event_name", "message", "viewer", "viewer_name", "session", "kind", "raw_time", "program",
     "season", "episode", "asset", "cut_id", "place", "locale", "platform", "position", "length", "products_json",
     "price", "revenue", "currency", "method", "user_agent", "clock"),
    "VARCHAR",
) | {
    "counts_ads": "BOOLEAN", "robot": "BOOLEAN", "at": "TIMESTAMP", "per_s": "INTEGER", "simulated": "BOOLEAN",
    "tester": "BOOLEAN",
}  # fmt: skip
_VIEW_COLUMNS = _EVENT_COLUMNS | {"watched": "VARCHAR", "completed": "BOOLEAN"}
_AD_COLUMNS = dict.fromkeys(
    ("fault", "raw_time", "program", "place", "locale", "platform", "viewer", "ad", "spend", "currency", "impressions",
     "clicks", "installs", "account", "user_agent"),
    "VARCHAR",
) | {"at": "TIMESTAMP"}  # fmt: skip
# Columns that are made from others, unless the source's query makes them: where a viewer's id may stand in several
# columns, it is quicker to make a pseudonym of each, once for each entry of its dictionary, than of what was chosen.
MADE = {"viewer_name": "pseudonym(viewer)"}
# table -> the query that checks its rows, and the columns that a source's own query may give
PICKED: dict[str, tuple[str, dict[str, str]]] = {
    "events": ("events_picked", _EVENT_COLUMNS),
    "steps_raw": ("events_picked", _EVENT_COLUMNS),
    "views": ("views_picked", _VIEW_COLUMNS),
    "ads": ("ads_picked", _AD_COLUMNS),
    "installs": ("installs_picked", _AD_COLUMNS),
}


def _choose_program(con: DuckDBPyConnection, series: str, file: Path) -> tuple[tuple[SetAside, ...], bool]:
    """Which program and season of the file are the series; told where it is not the series' own name.

    Also whether any row is simulated.
    """
    rows = con.execute(sql(QUERIES, "programs")).fetchall()
    own = _value(con, "SELECT fold(series) FROM this")
    counts: Counter[str] = Counter()
    for program, _, _, count, _ in rows:
        counts.update({program: count} if program is not None and count else {})
    folded = {program: name for program, name, *_ in rows}
    programs = sorted(counts, key=lambda program: (-counts[program], program))
    mine = [program for program in programs if folded[program] == own]
    if len({folded[program] for program in programs}) > 1 and not mine:
        raise Unreadable(
            f"holds events of several programs, none of them named {series!r}: {', '.join(programs[:8])}",
            where=str(file),
            mend="give the series one of these names, or export its events alone",
        )
    chosen = next(iter(mine or programs), None)
    seasons: Counter[str] = Counter()
    for program, name, season, count, _ in rows:
        if season is not None and count and (chosen is None or (program is not None and name == folded[chosen])):
            seasons[season] += count
    season = min(seasons, key=lambda one: (-seasons[one], one), default=None)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE chosen AS SELECT $program::VARCHAR AS program, $season::VARCHAR AS season",
        {"program": chosen, "season": season},
    )
    simulated = any(row[4] for row in rows)
    if chosen is None or mine:
        return (), simulated
    named = f"the file calls the program {chosen!r}: taken for this series"
    return (SetAside(named, counts.total(), kept=True),), simulated


def _finish(con: DuckDBPyConnection, source: Source) -> None:
    """The canonical rows, with what is at fault, as the view ``final``."""
    if source.table is STEPS_RAW:  # steps are events without a position
        con.execute(f"CREATE TEMP VIEW events AS {sql(QUERIES, 'events')}")
    con.execute(f"CREATE TEMP VIEW final AS {sql(QUERIES, source.table.name)}")


def _learn(con: DuckDBPyConnection, source: Source) -> None:
    if source.table in (EVENTS, STEPS_RAW):
        for name in ("assets", "sessions"):
            con.execute(f"CREATE TEMP TABLE {name} AS {sql(QUERIES, f'learn_{name}')}")


def _write(con: DuckDBPyConnection, table: Table, out: Path, *, simulated: bool, file: Path) -> int:
    columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in table.columns)
    meta = table_meta(table, simulated=simulated, source=file.name)
    return write_parquet(con, f"SELECT {columns} FROM final WHERE fault IS NULL", out, meta=meta)  # noqa: S608


def _problems(
    con: DuckDBPyConnection, source: Source, given: Given, names: Pseudonyms
) -> tuple[int, tuple[SetAside, ...]]:
    """How many rows there are, and what became of those that were not simply taken."""
    rows = con.execute(sql(QUERIES, "problems")).fetchall()
    # the line behind a byte order mark was read twice: whole, and as an empty row
    rows = [(code, n - (given.marked if code == "not_json" else 0), *rest) for code, n, *rest in rows]
    rows = [row for row in rows if row[1]]
    where = _line_numbers(given.files, {row[2] for row in rows}, source, names)
    found = [_problem(source, code, count, where.get(event_id, ""), example) for code, count, event_id, example in rows]
    rejected, place = given.rejected(con)
    if rejected:
        why = "the line has not the columns of the header, or is cut off"
        found.append(SetAside(why, rejected, place, "export it again if there are many"))
    count = sql(QUERIES, "events_rows") if source.table in (EVENTS, STEPS_RAW) else "SELECT count(*) FROM picked"
    total = int(_value(con, count)) - given.marked + rejected
    return total, tuple(found)


def _problem(source: Source, code: str, count: int, place: str, example: Mapping[str, Any] | None) -> SetAside:
    fault = source.fault(code)
    shown = str((example or {}).get(fault.shows) or "")[:80] if fault.shows else ""
    return SetAside(fault.reason, count, ": ".join(part for part in (place, shown) if part), fault.mend, fault.kept)


def _nothing_usable(con: DuckDBPyConnection, source: Source, file: Path, problems: Iterable[SetAside]) -> Unreadable:
    found = con.execute("SELECT DISTINCT event_name FROM final WHERE event_name IS NOT NULL LIMIT 8").fetchall()
    events = ", ".join(repr(row[0]) for row in found) or "none"
    why = "; ".join(f"{p.reason} ({p.count})" for p in problems if not p.kept)
    return Unreadable(
        f"holds no event that can be used: {why or 'it has no lines'}. Events found: {events}",
        where=str(file),
        mend=f"expected {source.expected}" if source.expected else "",
    )


def _line_numbers(
    files: Sequence[Path], wanted: set[str | None], source: Source, names: Pseudonyms
) -> dict[str | None, str]:
    """Where problem rows stand, by event id; the first broken line under None.  Of several files it names which."""
    found: dict[str | None, str] = {}
    if not wanted or not source.id_path:
        return found
    seen = 0
    for path in files:
        before = f"{path.name}, " if len(files) > 1 else ""
        for number, line in enumerate(_open_lines(path), 1):
            seen += len(line)
            event_id = _event_id(line, source.id_path, names)
            if line.strip() and event_id in wanted and event_id not in found:
                found[event_id] = f"{before}line {number}"
            if len(found) == len(wanted) or seen > LOOK_BYTES:
                return found
    return found


def _open_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield from unpacked
        else:
            yield from raw


def _event_id(line: bytes, id_path: str, names: Pseudonyms) -> str | None:
    try:
        call = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None
    if not isinstance(call, dict) or not call:
        return None
    return names.mark(str(call[id_path])) if id_path in call else ""


def _value(con: DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    assert row is not None
    return row[0]
