"""How a series is cut: ``[cut]`` and ``[platforms.NAME]`` of ``hookline.toml``, and ``platforms.toml`` beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hookline.edit.assemble import Look
from hookline.edit.platforms import Listed, choose_platforms, known_platforms, read_tables
from hookline.model.codec import to_json
from hookline.model.cut import CutKind, Fill
from hookline.model.errors import BadInput
from hookline.model.span import Span
from hookline.project import config
from hookline.project.config import Config

PLATFORMS_FILE = "platforms.toml"
USUAL_PLATFORMS = ("tiktok", "reels", "shorts")
AD_SECONDS = (6, 15, 30)
ENGINES = ("local", "ray")
KEYS: dict[str, tuple[type, ...]] = {
    "platforms": (list,), "kinds": (list,), "variants": (int,), "first_paid": (int,), "workers": (int,),
    "memory_gb": (int, float), "engine": (str,), "address": (str,), "faces": (str,), "fonts": (str,),
    "look": (list,),
}  # fmt: skip
EXAMPLE = """\
[cut]
platforms = ["tiktok", "reels", "shorts"]
kinds = ["full", "teaser"]
first_paid = 9               # nothing from this episode on is shown to those who haven't paid
"""
LOOK = """\
[[cut.look]]
episode = 1
from_s = 12.4
to_s = 15.0
x = 0.3                      # the middle of the crop: shares of the source's width and height
y = 0.4
"""


@dataclass(frozen=True, slots=True)
class WantedKind:
    """A kind of version, and how long one may be; ``None`` takes the kind's own length."""

    kind: CutKind
    limit_ms: int | None = None

    def __str__(self) -> str:
        return f"{self.kind.value}{self.limit_ms // 1000}" if self.limit_ms else self.kind.value


@dataclass(frozen=True, slots=True)
class CutSettings:
    """How a series is cut where the command line doesn't say otherwise."""

    known: Mapping[str, Listed]  # every platform, with what the user says above the shipped figures
    platforms: tuple[Listed, ...]
    kinds: tuple[WantedKind, ...]
    variants: int = 1
    first_paid: int | None = None  # None: as the audience was offered it, or as the story suggests
    workers: int | None = None  # None: as many as processors and memory bear
    memory_bytes: int | None = None  # for all of the work together; None: half of what is free
    ray: str = ""  # the address of a cluster; "" for this machine
    faces: str = ""  # the face finder's model file; "" for the one that works out of the box
    fonts: Path | None = None  # a folder of the user's own, taken before those that are installed
    looks: tuple[Look, ...] = ()  # where people say the camera looks


def settings(said: Config, folder: Path) -> CutSettings:
    """The settings of a series folder.

    Raises:
        BadInput: a key, a kind, a platform or one of its figures can't be; says which and how to mend it.
    """
    own: dict[str, Any] = {}
    if (folder / PLATFORMS_FILE).exists():
        own |= read_tables(folder / PLATFORMS_FILE)
    known = known_platforms(own, where=str(folder / PLATFORMS_FILE)) if own else known_platforms()
    above = said.sections.get("platforms", {})
    if above:
        known = known_platforms(own | above, where=said.file)
    table, where = said.sections.get("cut", {}), f"{said.file} [cut]"
    _check(table, where)
    return CutSettings(
        known=known,
        platforms=choose_platforms(known, tuple(table.get("platforms", USUAL_PLATFORMS))),
        kinds=kinds_of(table.get("kinds", ["full"]), where=where),
        variants=table.get("variants", 1),
        first_paid=table.get("first_paid"),
        workers=table.get("workers"),
        memory_bytes=round(table["memory_gb"] * 1e9) if "memory_gb" in table else None,
        ray=(table.get("address", "") or "auto") if table.get("engine") == "ray" else "",
        faces=str(_beside(folder, table["faces"])) if table.get("faces") else "",
        fonts=_beside(folder, table["fonts"]) if table.get("fonts") else None,
        looks=tuple(_look(one, f"{where}: look {number}") for number, one in enumerate(table.get("look", ()), start=1)),
    )


def _beside(folder: Path, said: str) -> Path:
    """What a path in ``hookline.toml`` means: one that isn't absolute begins in the series folder."""
    return (folder / Path(said).expanduser()).resolve()


def alone(figures: Path | None = None) -> CutSettings:
    """The settings of a video that stands in no series folder; ``figures`` holds platforms of the user's own."""
    known = known_platforms(read_tables(figures), where=str(figures)) if figures else known_platforms()
    return CutSettings(known, choose_platforms(known, USUAL_PLATFORMS), kinds_of(["full"]))


def platforms_of(folder: Path | None) -> Mapping[str, Listed]:
    """Every platform, with a series' own figures above the shipped ones."""
    return settings(config.read(folder), folder).known if folder else known_platforms()


def platforms_json(known: Mapping[str, Listed]) -> list[dict[str, Any]]:
    """Platforms as plain JSON values: ``hookline platforms --json``."""
    return [{**to_json(one.platform), "sells": one.sells, "sources": to_json(one.sources)} for one in known.values()]


def kinds_of(names: Sequence[str], *, where: str = "") -> tuple[WantedKind, ...]:
    """Kinds by name; ``ad`` stands for its three lengths, ``ad15`` and ``teaser-45`` for one of their own.

    >>> [str(kind) for kind in kinds_of(["full", "ad", "teaser-45"])]
    ['full', 'ad6', 'ad15', 'ad30', 'teaser45']
    """
    found: list[WantedKind] = []
    for name in names:
        match = re.fullmatch(r"([a-z]+)(?:-?(\d+)s?)?", str(name))
        if not match or match[1] not in set(CutKind):
            listed = ", ".join([*CutKind, "ad15 (an ad of 15 s)"])
            raise BadInput(f"there is no kind {name!r}", where=where, mend=f"kinds: {listed}")
        kind, seconds = CutKind(match[1]), int(match[2] or 0)
        if seconds and kind in (CutKind.FULL, CutKind.SILENT):
            raise BadInput(f"{kind.value} has no length of its own", where=where, mend="take trimmed")
        lengths = (seconds,) if seconds else AD_SECONDS if kind is CutKind.AD else (0,)
        found += [WantedKind(kind, length * 1000 or None) for length in lengths]
    return tuple(dict.fromkeys(found))


def _look(table: Any, where: str) -> Look:
    keys = {"episode", "from_s", "to_s", "x", "y", "zoom", "fill", "platform"}
    if not isinstance(table, dict) or not {"episode", "from_s", "to_s"} <= set(table) <= keys:
        raise BadInput("can't be read", where=where, mend=f"write it as in\n\n{LOOK}")
    numbers = {key: table[key] for key in keys - {"fill", "platform"} if key in table}
    fill, platform = table.get("fill", "crop"), table.get("platform", "")
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in numbers.values()):
        raise BadInput("has a figure that is no number", where=where, mend=f"write it as in\n\n{LOOK}")
    right = {
        "from_s comes before to_s": 0 <= numbers["from_s"] < numbers["to_s"],
        "x and y lie between 0 and 1": all(0 <= numbers.get(key, 0.5) <= 1 for key in "xy"),
        "zoom is 1 to 8": 1 <= numbers.get("zoom", 1) <= 8,
        'fill is "crop" or "blur"': fill in ("crop", "blur"),
        "platform is one of them in quotes": isinstance(platform, str),
    }
    if wrong := [what for what, is_so in right.items() if not is_so]:
        raise BadInput(f"can't be: {wrong[0]}", where=where, mend=f"write it as in\n\n{LOOK}")
    return Look(
        episode=int(numbers["episode"]),
        span=Span(round(numbers["from_s"] * 1000), round(numbers["to_s"] * 1000)),
        x=float(numbers.get("x", 0.5)),
        y=float(numbers.get("y", 0.5)),
        zoom=float(numbers.get("zoom", 1.0)),
        fill=Fill(fill),
        platform=platform,
    )


def _check(table: Mapping[str, Any], where: str) -> None:
    for key, value in table.items():
        if key not in KEYS:
            raise BadInput(f"there is no setting {key!r}", where=where, mend=f"settings: {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]) or isinstance(value, bool):
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
        if isinstance(value, (int, float)) and value <= 0:
            raise BadInput(f"{key} is {value}", where=where, mend="give a number above 0")
        if key != "look" and isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise BadInput(f"{key} is {value!r}", where=where, mend=f"write it as in\n\n{EXAMPLE}")
    if table.get("engine", "local") not in ENGINES:
        raise BadInput(f"there is no engine {table['engine']!r}", where=where, mend=f"engines: {', '.join(ENGINES)}")
    if "address" in table and table.get("engine") != "ray":
        raise BadInput('an address goes with engine = "ray"', where=where, mend="say both, or neither")
