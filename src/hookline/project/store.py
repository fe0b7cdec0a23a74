"""Derived work, named by the content of what it was made from.

A step's result is a folder ``.hookline/derived/<step>/<key>``; the key is a hash of the step's code,
its inputs' content and its options.  A result appears whole or not at all: it is made in
``.hookline/tmp`` and moved into place, and goes the same way.  So a second run finds everything there, a
change redoes only what depends on it, and a killed run leaves nothing behind that counts: what is being
written is called ``.hookline-...``, and the next one who takes the lock sweeps it out.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hookline
from hookline.model.errors import SeriesLocked

Make = Callable[[Path], None]
UNFINISHED = ".hookline-"  # how the names of files and folders begin that are being written beside their place


def digest(*parts: Any) -> str:
    """A short content key of JSON-able parts."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_digest(*rooms: str) -> str:
    """A key of the code of some rooms or files, so that changed code never answers with an old result."""
    root = Path(hookline.__file__).parent
    sources = sorted(path for room in rooms for path in (root / room, *(root / room).rglob("*")) if path.is_file())
    kept = [path for path in sources if path.suffix != ".pyc"]
    return digest([[str(path.relative_to(root)), file_digest(path)] for path in kept])


def write_atomic(path: Path, text: str | bytes) -> None:
    """Write a whole file or leave the old one: to a temporary beside it, synced, then moved over it."""
    data = text.encode() if isinstance(text, str) else text
    with _replacing(path) as made, made.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def copy_atomic(source: Path, target: Path) -> None:
    """Copy a file so that the target is whole or absent."""
    with _replacing(target) as made:
        shutil.copyfile(source, made)


def put(made: Path, target: Path) -> None:
    """Move a whole file to where people find it; nothing half is ever there, not even under a passing name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy_atomic(made, target)  # another disk: made beside the target and renamed
        made.unlink()


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """An empty folder beside a file that is to be made in it and then moved over; gone afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=UNFINISHED))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A temporary file beside the target that takes its place when all went well, and is gone when not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{UNFINISHED}{target.name}.")
    os.close(handle)
    made = Path(name)
    try:
        yield made
        _publish(made, target)
    finally:
        made.unlink(missing_ok=True)


def _publish(made: Path, target: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    made.chmod(0o666 & ~mask)  # mkstemp gives 0600
    made.replace(target)


@dataclass(frozen=True, slots=True)
class Derived:
    """One step's result: its folder, its key, and whether this run made it."""

    step: str
    key: str
    folder: Path
    fresh: bool
    seconds: float


@dataclass(slots=True)
class Store:
    """The ``.hookline`` folder of a series or a library."""

    root: Path
    swept: tuple[Path, ...] = ()  # folders in which a killed run may have left what it was writing
    used: set[Path] = field(default_factory=set)
    _known: dict[str, list[Any]] | None = None  # content hashes by path, read once

    @contextmanager
    def locked(self) -> Iterator[Store]:
        """Hold the folder for this process alone; ``SeriesLocked`` at once when another has it."""
        from filelock import FileLock, Timeout

        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise SeriesLocked(
                f"another hookline is at work here{self._holder()}",
                where=str(self.root.parent),
                mend="wait for it to end, or stop it; nothing was changed",
            ) from error
        try:
            (self.root / "holder").write_text(str(os.getpid()))
            self._sweep()
            yield self
        finally:
            (self.root / "holder").unlink(missing_ok=True)
            lock.release()

    def derive(self, step: str, parts: list[Any], make: Make) -> Derived:
        """The result of a step for these inputs: found, or made by ``make(folder)`` and kept."""
        there = self.found(step, parts)
        if there:
            return there
        key, folder = self._named(step, parts)
        began = time.monotonic()
        with self.scratch() as work:
            make(work)
            folder.parent.mkdir(parents=True, exist_ok=True)
            work.replace(folder)
        seconds = time.monotonic() - began
        self.record("derived", step=step, key=key, seconds=round(seconds, 3))
        return Derived(step, key, folder, fresh=True, seconds=seconds)

    def found(self, step: str, parts: list[Any]) -> Derived | None:
        """The result of a step for these inputs, if it was made before."""
        key, folder = self._named(step, parts)
        self.used.add(folder)
        return Derived(step, key, folder, fresh=False, seconds=0.0) if folder.is_dir() else None

    def latest(self, step: str, *, holding: str) -> Path | None:
        """The folder of a step's last result that holds a file of this name; None without one."""
        found = [path.parent for path in (self.root / "derived" / step).glob(f"*/{holding}")]
        return max(found, key=lambda folder: (folder / holding).stat().st_mtime_ns, default=None)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder that is gone afterwards, unless it was moved into place."""
        (self.root / "tmp").mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=self.root / "tmp"))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def prune(self, step: str = "*") -> None:
        """Remove results, of one step or of all, that this run had no use for: of older inputs, options or code."""
        for folder in (self.root / "derived").glob(f"{step}/*"):
            if folder not in self.used:
                with self.scratch() as work:  # half a result must never stand under its name
                    folder.replace(work / folder.name)

    def record(self, action: str, **what: Any) -> None:
        """Add a line to the ledger: what was done, when, by which version."""
        self.root.mkdir(parents=True, exist_ok=True)
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "hookline": hookline.__version__,
            "action": action,
        }
        with (self.root / "ledger.jsonl").open("a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(entry | what, ensure_ascii=False) + "\n")

    def content(self, path: Path) -> str:
        """A file's content hash, remembered by its size and time of change."""
        known = self._hashes()
        stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        name = str(path)
        if name in known and known[name][:3] == stamp:
            return str(known[name][3])
        known[name] = [*stamp, file_digest(path)]
        write_atomic(self.root / "hashes.json", json.dumps(known))
        return str(known[name][3])

    def _sweep(self) -> None:
        """Remove what a killed run left."""
        shutil.rmtree(self.root / "tmp", ignore_errors=True)
        for left in (left for folder in self.swept for left in folder.glob(f"{UNFINISHED}*")):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    def _named(self, step: str, parts: list[Any]) -> tuple[str, Path]:
        key = digest(hookline.__version__, step, parts)
        return key, self.root / "derived" / step / key

    def _hashes(self) -> dict[str, list[Any]]:
        if self._known is None:
            try:
                self._known = dict(json.loads((self.root / "hashes.json").read_text()))
            except (OSError, ValueError):
                self._known = {}  # only a cache: lost or torn, it is made anew
        return self._known

    def _holder(self) -> str:
        try:
            return f" (process {(self.root / 'holder').read_text()})"
        except OSError:
            return ""
