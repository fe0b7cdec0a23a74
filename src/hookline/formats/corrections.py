"""What people say of a story, as a table: beats, times of lines, speakers, hooks, endings, archetypes.

A row is one statement (``hookline.model.correction``).  CSV with the columns of ``COLUMNS`` in any
order (comma, semicolon or tab; other columns are left alone), or JSON: a list of objects with the
same names, bare or as ``{"schema": "hookline.corrections", "version": 1, "corrections": [...]}``.

``was`` holds what an engine said in a row that was exported.  A row that still says it is nobody's
correction and is left out; one that was changed counts.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hookline.formats import Match
from hookline.formats.spreadsheet import as_csv, unguarded
from hookline.formats.text import peek
from hookline.model.correction import Correction, What
from hookline.model.errors import Unreadable
from hookline.model.script import Source
from hookline.model.story import BeatType, EndingType, Role

KIND = "corrections"
TITLE = "Hookline corrections"
SCHEMA, VERSION = "hookline.corrections", 1

COLUMNS = (
    "episode", "what", "type", "start", "end", "line", "text",
    "characters", "value", "question", "by", "comment", "was",
)  # fmt: skip
SAID = ("what", "type", "start", "end", "line", "characters", "value", "question")  # what ``was`` repeats
MOST_ROWS = 100_000
MOST_TOLD = 5

_TYPES: dict[What, tuple[str, ...]] = {  # which types a statement may have; others are free
    What.BEAT: tuple(BeatType),
    What.NOT_BEAT: ("", *BeatType),
    What.HOOK: ("", *(type for type in EndingType if type is not EndingType.RESOLVED)),
    What.ENDING: tuple(EndingType),
    What.ROLE: tuple(Role),
}
_NAMED = (What.ARCHETYPE, What.NOT_ARCHETYPE, What.TROPE, What.NOT_TROPE)  # need some type
_OF_PEOPLE = (What.SPEAKER, What.ARCHETYPE, What.NOT_ARCHETYPE, What.ROLE)
_OF_LINES = (What.BEAT, What.LINE_TIME, What.SPEAKER, What.HOOK)
_OF_EPISODES = (*_OF_LINES, What.NOT_BEAT, What.NO_HOOK, What.ENDING)

_TIME = re.compile(r"^(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?) ?s?$")
_LINE = re.compile(r"^(?:(.*):)?(\d+)$")
_PEOPLE = re.compile(r"\s*[;；、|]\s*")


def recognise(name: str, head: bytes) -> Match | None:
    """A header with ``what`` and ``episode``, or our schema's name."""
    text = peek(head)
    if not text:
        return None
    if SCHEMA in text[:300] and text.lstrip().startswith("{"):
        return Match(0.99, f"names the schema {SCHEMA}")
    if text.lstrip().startswith("[") and re.search(r'^\s*\[\s*\{[^{}]*"what"\s*:', text):
        return Match(0.9, 'a list of objects with "what"')
    header = text.split("\n", 1)[0].lower()
    if {"what", "episode"} <= {cell.strip().strip('"') for cell in re.split("[,;\t]", header)}:
        return Match(0.98, "its columns are those of corrections")
    return None


def read(text: str, *, file: str) -> tuple[Correction, ...]:
    """The corrections in a table, in order; rows that nobody changed since they were exported are left out.

    Raises:
        Unreadable: it is no such table, or rows are wrong; the first ``MOST_TOLD`` are named with their line.
    """
    rows = list(_json_rows(text, file) if text.lstrip()[:1] in ("{", "[") else _csv_rows(text, file))
    found: list[Correction] = []
    wrong: list[str] = []
    for number, row in rows:
        try:
            correction = _correction(row, Source(file, number))
        except ValueError as error:
            wrong.append(f"{file}:{number}: {error}")
            continue
        if not correction.was or correction.was != said(correction):
            found.append(correction)
    if wrong:
        more = f"\n  and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
        raise Unreadable(
            f"{len(wrong)} of {len(rows)} rows can't be understood\n  " + "\n  ".join(wrong[:MOST_TOLD]) + more,
            where=file,
            mend="mend those rows; docs/story.md says what each column holds",
        )
    return tuple(found)


def write_csv(corrections: Iterable[Correction]) -> str:
    """A table that ``read`` gives back, for any spreadsheet (UTF-8 with a mark, commas)."""
    return as_csv(COLUMNS, map(_cells, corrections))


def write_json(corrections: Iterable[Correction]) -> str:
    """The same as JSON."""
    rows = [{name: cell for name, cell in _cells(one).items() if cell} for one in corrections]
    return json.dumps({"schema": SCHEMA, "version": VERSION, "corrections": rows}, ensure_ascii=False, indent=1) + "\n"


def said(correction: Correction) -> str:
    """What a row says, in one text: two rows that say the same are equal here."""
    cells = _cells(correction)
    return " | ".join(cells[name] for name in SAID).rstrip(" |")


def _cells(one: Correction) -> dict[str, str]:
    return {
        "episode": str(one.episode or ""),
        "what": one.what.value,
        "type": one.type,
        "start": _seconds(one.start_ms),
        "end": _seconds(one.end_ms),
        "line": "" if one.line is None else (str(one.line) if one.line.file else str(one.line.line)),
        "text": one.text,
        "characters": "; ".join(one.characters),
        "value": "" if one.value is None else f"{one.value:g}",
        "question": one.question,
        "by": one.by,
        "comment": one.comment,
        "was": one.was,
    }


def _seconds(ms: int | None) -> str:
    return "" if ms is None else f"{ms / 1000:.3f}".rstrip("0").rstrip(".")


# ------------------------------------------------------------------ rows


def _csv_rows(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    names: list[str] = []
    before = 0
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            if not names:
                names = [cell.strip().lower() for cell in cells]
                _check_columns(names, file)
            elif any(cell.strip() for cell in cells):
                yield number, dict(zip(names, (unguarded(cell.strip()) for cell in cells), strict=False))
            _check_count(number, file)
    except csv.Error as error:
        raise Unreadable(
            f"is no whole CSV ({error})", where=f"{file}:{reader.line_num}", mend="export it again"
        ) from error


def _check_columns(names: Sequence[str], file: str) -> None:
    if "what" not in names:
        raise Unreadable(
            f"has no column 'what'; columns found: {', '.join(names)[:200]}",
            where=file,
            mend=f"columns: {', '.join(COLUMNS)}",
        )


def _check_count(number: int, file: str) -> None:
    if number > MOST_ROWS:
        raise Unreadable(f"has more than {MOST_ROWS:,} rows", where=file, mend="is it the right file?")


def _json_rows(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is no whole JSON ({error})", where=file, mend="export it again") from error
    rows = document.get("corrections") if isinstance(document, dict) else document
    if isinstance(document, dict) and (document.get("schema") != SCHEMA or document.get("version") != VERSION):
        raise Unreadable(
            f"holds {str(document.get('schema'))[:80]!r} version {str(document.get('version'))[:20]}",
            where=file,
            mend=f"expected {SCHEMA} version {VERSION}",
        )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("is no list of corrections", where=file, mend="a list of objects with 'what' and 'episode'")
    _check_count(len(rows), file)
    for number, row in enumerate(rows, start=1):
        yield number, {str(name).lower(): _as_cell(value) for name, value in row.items()}


def _as_cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return "" if value is None else str(value).strip()


def _correction(row: Mapping[str, str], source: Source) -> Correction:
    what = _what(row.get("what", ""))
    one = Correction(
        what=what,
        episode=_episode(row.get("episode", "")),
        type=row.get("type", "").lower().replace(" ", "_").replace("-", "_"),
        start_ms=_ms(row.get("start", ""), "start"),
        end_ms=_ms(row.get("end", ""), "end"),
        line=_line(row.get("line", "")),
        text=row.get("text", ""),
        characters=tuple(name for name in _PEOPLE.split(row.get("characters", "")) if name),
        value=_share(row.get("value", "")),
        question=row.get("question", ""),
        by=row.get("by", ""),
        comment=row.get("comment", ""),
        was=row.get("was", ""),
        source=source,
    )
    _check(one)
    return one


def _check(one: Correction) -> None:
    types = _TYPES.get(one.what)
    if types is not None and one.type not in types:
        raise ValueError(f"{one.type!r} is no type of {one.what}; types: {', '.join(t for t in types if t)}")
    if one.what in _NAMED and not one.type:
        raise ValueError(f"{one.what} needs a type")
    if one.what in _OF_PEOPLE and not one.characters:
        raise ValueError(f"{one.what} needs characters")
    placed = bool(one.line or one.text)
    if one.what in _OF_LINES and not placed and (one.start_ms is None or one.what in (What.SPEAKER, What.LINE_TIME)):
        raise ValueError(f"{one.what} needs the line it is about: line, text, or both")
    if one.what in _OF_EPISODES and not one.episode and not placed:
        raise ValueError(f"{one.what} needs an episode")
    if one.what is What.LINE_TIME and one.start_ms is None:
        raise ValueError("line_time needs a start")
    if one.start_ms is not None and one.end_ms is not None and one.end_ms < one.start_ms:
        raise ValueError(f"it ends ({one.end_ms / 1000:g} s) before it starts ({one.start_ms / 1000:g} s)")


def _what(text: str) -> What:
    name = text.strip().lower().replace(" ", "_").replace("-", "_")
    try:
        return What(name)
    except ValueError:
        raise ValueError(f"there is no statement {text[:40]!r}; what is one of: {', '.join(What)}") from None


def _episode(text: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise ValueError(f"{text[:40]!r} is no episode number")
    return int(text)


def _ms(text: str, name: str) -> int | None:
    if not text:
        return None
    found = _TIME.match(text)
    if not found or len(text) > 20:
        raise ValueError(f"{name} is {text[:40]!r}; give seconds (12.5) or m:ss (1:02.5)")
    hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in found.groups())
    return round(1000 * (3600 * hours + 60 * minutes + seconds))


def _line(text: str) -> Source | None:
    if not text:
        return None
    found = _LINE.match(text)
    if not found or len(found[2]) > 9:
        raise ValueError(f"line is {text[:60]!r}; give file:line (ep01.fountain:14) or the line's number")
    return Source((found[1] or "").strip(), int(found[2]))


def _share(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError(f"value is {text[:40]!r}; give a number from 0 to 1")
    return value
