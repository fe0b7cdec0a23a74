"""What platforms take, as data: ``platforms.toml`` and what a user says above it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from hookline.model.errors import BadInput
from hookline.model.platform import Box, Platform

TABLE = Path(__file__).with_name("platforms.toml")
FIGURES = tuple(f.name for f in fields(Platform) if f.name not in ("name", "title", "source", "checked"))
UNKNOWN_MAY_BE = ("max_ms", "max_bytes", "max_kbps", "min_kbps")  # no limit is known
_SAID = ("title", "like", "sells", "source", "checked")  # what a user's table may say beside figures
_SIDES = ("left", "top", "right", "bottom")
_RANGES: dict[str, tuple[float, float]] = {
    "width": (64, 7680),
    "height": (64, 7680),
    "min_fps": (1, 240),
    "max_fps": (1, 240),
    "min_ms": (1, 86_400_000),
    "max_ms": (1, 86_400_000),
    "max_bytes": (10_000, 1_000_000_000_000),
    "max_kbps": (50, 1_000_000),
    "min_kbps": (1, 1_000_000),
    "loudness_lufs": (-40, -5),
    "true_peak_dbtp": (-12, 0),
    "channels": (1, 2),
}
_FRACTIONS = ("min_fps", "max_fps", "loudness_lufs", "true_peak_dbtp")


class Sureness(StrEnum):
    """How a figure is known."""

    OWN = "own"  # the platform's own pages
    OTHERS = "others"  # pages of people who publish there
    UNVERIFIED = "unverified"  # what is usual where nothing public says it
    USER = "user"  # you say so


@dataclass(frozen=True, slots=True)
class FigureSource:
    """Where a figure comes from."""

    what: str
    where: str  # an address, or ""
    checked: str  # ISO date
    kind: Sureness


@dataclass(frozen=True, slots=True)
class Listed:
    """A platform with the source of each of its figures."""

    platform: Platform
    sources: Mapping[str, FigureSource] = field(default_factory=dict)  # by figure
    sells: bool = False  # viewers pay for episodes there, so that paid ones are shown

    @property
    def unverified(self) -> tuple[str, ...]:
        """The figures that nothing public says."""
        return tuple(name for name, source in self.sources.items() if source.kind is Sureness.UNVERIFIED)


def known_platforms(own: Mapping[str, Any] = {}, *, where: str = "") -> dict[str, Listed]:
    """Every platform by name, the user's own figures above the shipped ones.

    Args:
        own: the tables ``[platforms.NAME]`` of a user's file.
        where: that file, for messages.

    Raises:
        BadInput: a table can't be; says which key, why, and how to mend it.

    >>> known_platforms({"tiktok": {"max_ms": 60_000}})["tiktok"].platform.max_ms
    60000
    """
    known = dict(_shipped())
    for name, table in own.items():
        known[name] = _with_users(known, name, table, f"{where} [platforms.{name}]".strip())
    return known


def read_tables(path: Path) -> dict[str, Any]:
    """The tables ``[platforms.NAME]`` of a user's TOML file."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"can't be opened ({error.strerror})", where=str(path), mend="check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is not valid TOML ({error})", where=str(path), mend="mend that line") from error
    tables = read.pop("platforms", {})
    read.pop("schema", None)
    if read or not isinstance(tables, dict):
        raise BadInput(
            f"has no place for {next(iter(read), 'platforms')!r}",
            where=str(path),
            mend="one table a platform: [platforms.tiktok]",
        )
    return tables


def choose_platforms(known: Mapping[str, Listed], names: tuple[str, ...]) -> tuple[Listed, ...]:
    """The platforms of these names, in that order; ``BadInput`` names the nearest where there is none."""
    from difflib import get_close_matches

    found = []
    for name in dict.fromkeys(names):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            did = f"did you mean {near[0]}? " if near else ""
            raise BadInput(f"there is no platform {name!r}", mend=f"{did}platforms: {', '.join(known)}")
        found.append(known[name])
    return tuple(found)


@cache
def _shipped() -> dict[str, Listed]:
    read = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    sources = {
        name: FigureSource(row["what"], row["where"], row["checked"], Sureness(row["kind"]))
        for name, row in read["sources"].items()
    }
    return {name: _listed(name, table, sources) for name, table in read["platforms"].items()}


def _listed(name: str, table: Mapping[str, Any], sources: Mapping[str, FigureSource]) -> Listed:
    said = table["from"]
    of = {figure: sources[said.get(figure, said["rest"])] for figure in FIGURES if figure in table}
    figures = {figure: table.get(figure) for figure in FIGURES}
    return _checked(name, table["title"], figures, of, sells=table.get("sells", False), where=str(TABLE))


def _with_users(known: Mapping[str, Listed], name: str, table: Any, where: str) -> Listed:
    _check_keys(table, where)
    base = _base(known, name, table, where)
    figures = {figure: getattr(base.platform, figure) for figure in FIGURES} if base else dict.fromkeys(FIGURES)
    said = {figure: table[figure] for figure in FIGURES if figure in table}
    missing = [figure for figure in FIGURES if (figures | said)[figure] is None and figure not in UNKNOWN_MAY_BE]
    if missing:
        raise BadInput(f"lacks {', '.join(missing)}", where=where, mend='give them, or start from one: like = "tiktok"')
    source = FigureSource(
        table.get("source", "your own figure"), "", _day(table.get("checked", ""), where), Sureness.USER
    )
    sources = {**(base.sources if base else {}), **dict.fromkeys(said, source)}
    title = table.get("title") or (base.platform.title if base and name in known else name)
    sells = table.get("sells", base.sells if base else False)
    return _checked(name, title, figures | said, sources, sells=sells, where=where)


def _base(known: Mapping[str, Listed], name: str, table: Mapping[str, Any], where: str) -> Listed | None:
    like = table.get("like", name)
    if "like" in table and like not in known:
        raise BadInput(f"there is no platform {like!r} to be like", where=where, mend=f"platforms: {', '.join(known)}")
    return known.get(like)


def _check_keys(table: Any, where: str) -> None:
    if not isinstance(table, dict):
        raise BadInput("is no table", where=where, mend="write [platforms.NAME] above its figures")
    for key, value in table.items():
        if key not in (*FIGURES, *_SAID):
            raise BadInput(f"there is no figure {key!r}", where=where, mend=f"figures: {', '.join(FIGURES)}")
        if key in _SAID and not isinstance(value, bool if key == "sells" else str):
            wanted = "true or false" if key == "sells" else "text in quotes"
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"give {wanted}")


def _day(text: str, where: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise BadInput(f"checked is {text!r}", where=where, mend='give a date: "2026-11-22"') from None


def _checked(
    name: str, title: str, figures: Mapping[str, Any], sources: Mapping[str, FigureSource], *, sells: bool, where: str
) -> Listed:
    """The platform, once every figure can be and all of them can be together."""
    numbers = {key: _number(key, value, where) for key, value in figures.items() if key != "safe"}
    box = _box(figures["safe"], where)
    days = sorted(source.checked for source in sources.values() if source.checked)
    told = "; ".join(dict.fromkeys(source.what for source in sources.values()))
    platform = Platform(name=name, title=title, safe=box, source=told, checked=days[0] if days else "", **numbers)
    _check_together(platform, where)
    return Listed(platform, dict(sources), sells)


def _number(key: str, value: Any, where: str) -> Any:
    if value is None and key in UNKNOWN_MAY_BE:
        return None
    low, high = _RANGES[key]
    kinds = (int, float) if key in _FRACTIONS else (int,)
    if isinstance(value, bool) or not isinstance(value, kinds):
        wanted = "a number" if key in _FRACTIONS else "a whole number"
        raise BadInput(f"{key} is {value!r}", where=where, mend=f"give {wanted}")
    if not low <= value <= high:
        raise BadInput(f"{key} is {value}", where=where, mend=f"give {low:g} to {high:g}")
    return float(value) if key in _FRACTIONS else value


def _box(value: Any, where: str) -> Box:
    if isinstance(value, Box):
        return value
    sides = value if isinstance(value, dict) else {}
    if set(sides) != set(_SIDES) or not all(type(side) is int for side in sides.values()):
        raise BadInput(
            f"safe is {value!r}", where=where, mend="safe = { left = 65, top = 150, right = 930, bottom = 1480 }"
        )
    return Box(**sides)


def _check_together(platform: Platform, where: str) -> None:
    safe = platform.safe
    small = safe.width < platform.width / 4 or safe.height < platform.height / 5
    inside = 0 <= safe.left < safe.right <= platform.width and 0 <= safe.top < safe.bottom <= platform.height
    wrong = {
        "width and height must be even: 4:2:0 video has no odd sides": platform.width % 2 or platform.height % 2,
        "min_fps is above max_fps": platform.min_fps > platform.max_fps,
        "min_ms is above max_ms": platform.max_ms is not None and platform.min_ms > platform.max_ms,
        "min_kbps is above max_kbps": (platform.min_kbps or 0) > (platform.max_kbps or 10**9),
        f"safe doesn't lie inside {platform.width}x{platform.height}": not inside,
        "safe is too small for captions": inside and small,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise BadInput(what, where=where, mend="mend the figures of this platform")
