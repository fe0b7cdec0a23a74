"""``out/cuts/manifest.json``: every cut that was delivered, under the id that viewers' events name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hookline
from hookline.model.codec import from_json, to_json
from hookline.model.cut import Cut
from hookline.model.errors import Unreadable
from hookline.model.span import Span
from hookline.project.store import put, write_atomic

if TYPE_CHECKING:
    from hookline.project.cut_plan import Planned

FILE = "manifest.json"
NAME, VERSION = "hookline.cuts", 1
SCHEMA_FILE = Path(__file__).with_name("cuts.schema.json")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClipUsed:
    """A stretch of a source that a cut shows."""

    source: str  # the file, inside the series folder
    span: Span  # in the source's own time, milliseconds
    sha256: str  # of the source


@dataclass(frozen=True, slots=True)
class Delivered:
    """A cut that was made, checked and put in place."""

    id: str  # what players and ad tools send back with every view
    episode: int
    kind: str  # as asked for: full, trimmed, teaser, recap, ad15, highlight, silent
    platform: str
    market: str  # "" for all
    variant: int  # from 1; several of a kind are for testing against each other
    reason: str  # why these clips, in words
    duration_ms: int
    width: int
    height: int
    fps: tuple[int, int]  # pictures a second, as a fraction
    clips: tuple[ClipUsed, ...]
    video: str  # the file, inside the folder of this manifest
    bytes: int
    sha256: str
    subtitles: tuple[str, ...] = ()
    thumbnail: str = ""
    timelines: tuple[str, ...] = ()  # for editing programs
    notes: tuple[str, ...] = ()  # what an editor should know
    current: bool = True  # false: what it was made from has changed since; its viewers still count
    seconds: float = 0.0  # of work that this cut took, its share of a shared pass


@dataclass(frozen=True, slots=True)
class CutsDocument:
    """All cuts of a series, those of earlier runs too."""

    schema: str  # hookline.cuts
    version: int
    hookline: str  # the release that wrote it
    series: str  # its id, as in events
    cuts: tuple[Delivered, ...]

    def find(self, id: str) -> Delivered | None:
        """The cut of that id."""
        return next((cut for cut in self.cuts if cut.id == id), None)


def empty(series: str) -> CutsDocument:
    """The manifest of a series without cuts."""
    return CutsDocument(NAME, VERSION, hookline.__version__, series, ())


def read(folder: Path, *, series: str) -> CutsDocument:
    """The manifest of a folder of cuts; an empty one where there is none.

    Raises:
        Unreadable: the file is damaged or newer than this Hookline.
    """
    path = folder / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != NAME or data["version"] > VERSION:
            raise ValueError(f"{data['schema']} {data['version']}, not {NAME} {VERSION}")
        found: CutsDocument = from_json(CutsDocument, data)
    except FileNotFoundError:
        return empty(series)
    except (KeyError, TypeError, ValueError) as error:
        mend = "restore it, or move it away: cuts that are there are checked and listed anew"
        raise Unreadable(f"is no list of cuts ({error})", where=str(path), mend=mend) from error
    return found


def reads_like_ours(id: str) -> bool:
    """Whether an id has the shape of those that Hookline gives.

    >>> reads_like_ours("small-lies-001-teaser-reels-5a368762"), reads_like_ours("cold-open")
    (True, False)
    """
    return re.search(r"-\d{3,}-[a-z]+\d*-[\w-]+-[0-9a-f]{8}$", id) is not None


def with_cut(manifest: CutsDocument, cut: Delivered) -> CutsDocument:
    """The manifest with a cut added or replaced, in order of episode and id."""
    cuts = (*(one for one in manifest.cuts if one.id != cut.id), cut)
    return replace(manifest, cuts=tuple(sorted(cuts, key=lambda one: (one.episode, one.id))))


def retired(manifest: CutsDocument, planned: Sequence[Planned]) -> CutsDocument:
    """The manifest with those cuts marked in whose place other ones are planned now."""
    ids = {one.id for one in planned}
    places = {_place(one.version.cut.episode, str(one.kind), one.version.cut, one.variant) for one in planned}
    return replace(
        manifest,
        cuts=tuple(
            replace(cut, current=cut.id in ids or _place(cut.episode, cut.kind, cut, cut.variant) not in places)
            for cut in manifest.cuts
        ),
    )


def _place(episode: int, kind: str, cut: Cut | Delivered, variant: int) -> tuple[int, str, str, str, int]:
    return episode, kind, cut.platform, cut.market, variant


def write(folder: Path, manifest: CutsDocument, *, work: Path) -> Path:
    """Put the manifest in place, unless it stands there as it is; it is made in another folder of the same disk."""
    path = folder / FILE
    text = json.dumps(to_json(replace(manifest, hookline=hookline.__version__)), ensure_ascii=False, indent=1) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_atomic(work / FILE, text)
        put(work / FILE, path)
    return path


def schema() -> Json:
    """The JSON Schema (2020-12) of the manifest."""
    from hookline.story.document import schema_of

    return schema_of(CutsDocument, NAME, version=VERSION)
