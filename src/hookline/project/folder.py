"""The series folder: its files by kind, and what their names can't say.

    my-series/
      hookline.toml    settings
      imports.json     where files came from, and what was said of them on import
      scripts/ subtitles/ media/ events/ curves/ corrections/
      out/             what people take away
      .hookline/       derived; safe to delete

The folders are the truth: a file put there by hand counts as much as an imported one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from hookline.model.codec import dumps, loads
from hookline.model.errors import BadInput
from hookline.model.quality import SetAside
from hookline.project import config
from hookline.project.config import Config
from hookline.project.store import Store, write_atomic

FOLDERS = {
    "script": "scripts",
    "subtitles": "subtitles",
    "video": "media",
    "events": "events",
    "curve": "curves",
    "corrections": "corrections",
}
MANIFEST = "imports.json"

_EPISODE = (
    re.compile(r"第\s*0*(\d+)\s*[集话話]"),
    re.compile(r"(?i)(?<![a-z])(?:episode|epi|ep|e)[\s._-]*0*(\d+)(?!\d)"),
    re.compile(r"(?<!\d)0*(\d{1,3})(?!\d)(?=[^\d]*$)"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """What is known of one file of the folder beyond its name."""

    path: str  # inside the series folder, with /
    kind: str
    format: str
    origin: str = ""  # the name of the file it came from
    sha256: str = ""  # of that file; of several, of their own
    parts: tuple[str, ...] = ()  # sha256 of each file, where several were imported as one
    episode: int = 0  # 0: said by the file's name or content
    market: str = ""
    views: int = 0  # behind a platform's curve
    table: str = ""  # for events
    rows: int = 0
    written: int = 0
    simulated: bool = False
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that ``imports.json`` holds."""

    files: tuple[Imported, ...] = ()

    def find(self, path: str) -> Imported | None:
        """The entry of a file."""
        return next((entry for entry in self.files if entry.path == path), None)

    def with_entry(self, entry: Imported) -> Manifest:
        """The manifest with an entry added or replaced."""
        others = tuple(old for old in self.files if old.path != entry.path)
        return Manifest(tuple(sorted((*others, entry), key=lambda e: e.path)))

    def without(self, path: str) -> Manifest:
        """The manifest without the entry of a file."""
        return Manifest(tuple(entry for entry in self.files if entry.path != path))


@dataclass(frozen=True, slots=True)
class SeriesFolder:
    """A folder with a ``hookline.toml``."""

    root: Path

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.root.resolve().name

    @property
    def out(self) -> Path:
        """Where people find results."""
        return self.root / "out"

    def config(self) -> Config:
        """The settings, read anew."""
        return config.read(self.root)

    def store(self) -> Store:
        """The derived work."""
        derived = self.root / ".hookline"
        return Store(derived, swept=(self.root, derived, self.out, *(self.root / name for name in FOLDERS.values())))

    def manifest(self) -> Manifest:
        """What is known of the files, read anew."""
        path = self.root / MANIFEST
        return loads(Manifest, path.read_text(encoding="utf-8"), where=str(path)) if path.exists() else Manifest()

    def remember(self, entry: Imported) -> None:
        """Add or replace what is known of a file."""
        self._save(self.manifest().with_entry(entry))

    def forget(self, entry: Imported) -> None:
        """Remove a file that Hookline made in the folder, and what is known of it."""
        (self.root / entry.path).unlink(missing_ok=True)  # first: a file without its entry counts as put there by hand
        self._save(self.manifest().without(entry.path))

    def files(self, kind: str) -> tuple[Imported, ...]:
        """The files of a kind, in order of name; those put there by hand too."""
        manifest = self.manifest()
        folder = self.root / FOLDERS[kind]
        names = sorted(p.name for p in folder.glob("*") if p.is_file() and not p.name.startswith("."))
        paths = [f"{FOLDERS[kind]}/{name}" for name in names]
        return tuple(manifest.find(path) or Imported(path=path, kind=kind, format="") for path in paths)

    def _save(self, manifest: Manifest) -> None:
        write_atomic(self.root / MANIFEST, dumps(manifest, indent=1) + "\n")


@dataclass(frozen=True, slots=True)
class Library:
    """A folder of series folders.  A single series is a library of one."""

    root: Path
    series: tuple[SeriesFolder, ...]

    @property
    def alone(self) -> bool:
        """Whether the folder given was itself a series."""
        return len(self.series) == 1 and self.series[0].root == self.root


def create(root: Path, *, title: str = "", language: str = "") -> SeriesFolder:
    """Make a new series folder; ``BadInput`` where one stands already."""
    if (root / config.FILE).exists():
        raise BadInput(
            "there is a series here already", where=str(root), mend="import into it, or choose another folder"
        )
    if root.is_file():
        raise BadInput("there is a file of that name", where=str(root), mend="choose another folder")
    for folder in FOLDERS.values():
        (root / folder).mkdir(parents=True, exist_ok=True)
    text = config.template(title=title or root.resolve().name, language=language)
    write_atomic(root / config.FILE, text)
    return SeriesFolder(root)


def open_library(root: Path) -> Library:
    """The series at or right below a folder; ``BadInput`` where there is none."""
    if (root / config.FILE).is_file():
        return Library(root, (SeriesFolder(root),))
    found = sorted(path.parent for path in root.glob(f"*/{config.FILE}"))
    if not found:
        raise BadInput("there is no series here", where=str(root), mend=f"make one with: hookline new {root}")
    return Library(root, tuple(SeriesFolder(path) for path in found))


def open_series(root: Path) -> SeriesFolder:
    """The one series at a folder; ``BadInput`` for a library of several."""
    library = open_library(root)
    if not library.alone:
        names = ", ".join(series.name for series in library.series)
        raise BadInput("this is a library of series", where=str(root), mend=f"name one of them: {names}")
    return library.series[0]


def episode_of(name: str) -> int | None:
    """The episode that a file name speaks of.

    >>> episode_of("ep03.final.mp4"), episode_of("第12集.srt"), episode_of("S01E07.vtt"), episode_of("master.mp4")
    (3, 12, 7, None)
    """
    stem = re.sub(r"\.\w{1,5}$", "", name)
    for pattern in _EPISODE:
        if match := pattern.search(stem):
            return int(match.group(1))
    return None


def with_episode(entry: Imported) -> Imported:
    """The entry with the episode that its name speaks of, where nothing better is known."""
    return entry if entry.episode else replace(entry, episode=episode_of(Path(entry.path).name) or 0)
