"""What a built audience was made from: so that the next build makes only what has changed.

It lies beside the tables as ``audience.json``.  A day's tables are a function of its inputs alone: the stretches of
the files that have rows of the day (or of its neighbours, for events: sittings run over midnight) and the lengths of
its cuts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FILE = "audience.json"
VERSION = 4  # of the tables' layout and rules; a newer one makes everything anew

Content = Callable[[Path], str]  # a key of a file's content
Vote = tuple[int, str, int | None, int]  # episode, cut, reported length in ms, rows


@dataclass(frozen=True, slots=True)
class Contents:
    """What one source holds, by UTC day."""

    table: str
    simulated: bool
    rows: dict[str, int]  # by day; rows without a time are of 1970-01-01
    stamps: dict[str, str]  # by day: a key of the day's rows
    named: list[list[Any]] = field(default_factory=list)  # of events: cut, least and greatest episode
    nameless: bool = False  # events without an episode or a cut


@dataclass(frozen=True, slots=True)
class Day:
    """What a day's tables were made from, and what became of its rows."""

    inputs: str  # key of the rows
    votes: list[list[Any]]  # which lengths its rows report
    key: str = ""  # key of the rows and of the lengths of their cuts
    quality: list[list[Any]] = field(default_factory=list)  # of, code, rows, example


@dataclass(slots=True)
class Manifest:
    """All that ``audience.json`` holds."""

    context: str  # key of what holds for all days: series, episodes, testers
    files: dict[str, Contents] = field(default_factory=dict)
    days: dict[str, Day] = field(default_factory=dict)
    places: list[list[str]] = field(default_factory=lambda: [["", ""]])  # market, platform; numbered, never renumbered
    variants: dict[str, list[str]] = field(default_factory=dict)  # an episode's cuts; numbered, never renumbered


def key_of(*parts: Any) -> str:
    """A short key of JSON-able parts."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def file_key(path: Path) -> str:
    """A key of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path | None, *, context: str) -> Manifest | None:
    """The manifest of a built audience; None where there is none that serves, and all must be made anew."""
    found = last(folder) if folder else None
    return found if found and found.context == context else None


def last(folder: Path) -> Manifest | None:
    """The manifest of a built audience, whatever it was built for; None without one of this version."""
    path = folder / FILE
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    if found["version"] != VERSION:
        return None
    return Manifest(
        found["context"],
        {key: Contents(**value) for key, value in found["files"].items()},
        {day: Day(**value) for day, value in found["days"].items()},
        found["places"],
        found["variants"],
    )


def write(folder: Path, manifest: Manifest) -> None:
    """Keep a manifest beside its tables, whole or not at all."""
    part = folder / f".{FILE}.part"
    part.write_text(json.dumps({"version": VERSION, **asdict(manifest)}, ensure_ascii=False, sort_keys=True), "utf-8")
    part.replace(folder / FILE)


def beside(day: str, by: int) -> str:
    """The day before or after."""
    return (date.fromisoformat(day) + timedelta(days=by)).isoformat()


def inputs_of(day: str, files: Sequence[Contents], watched: str, named: Sequence[Any]) -> str:
    """A key of all rows that a day's tables are made from."""
    own = sorted({c.stamps[day] for c in files if day in c.stamps and c.table != "watched"})
    near = sorted(
        {c.stamps[d] for c in files if c.table == "events" for d in (beside(day, -1), beside(day, 1)) if d in c.stamps}
    )
    nameless = any(c.nameless and day in c.stamps for c in files)
    return key_of(own, near, watched, list(named) if nameless else [])
