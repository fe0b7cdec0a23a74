"""Model files: which are wanted, where they are looked for, whether they are the right ones.  Nothing is fetched."""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from hookline.model.errors import BadInput

TABLE = Path(__file__).with_name("models.toml")
FOLDER_VARIABLE = "HOOKLINE_MODELS"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file as its makers published it."""

    name: str
    title: str
    file: str
    version: str
    sha256: str
    bytes: int
    licence: str
    upstream: str  # where it comes from, in words
    without: str  # what is done when it isn't there

    def check(self, path: Path) -> None:
        """Raise ``BadInput`` when a file is another one."""
        found = _sha256(path, path.stat().st_mtime_ns)
        if found != self.sha256:
            raise BadInput(
                f"it is not {self.name} {self.version}: its sha256 begins with {found[:12]}, not {self.sha256[:12]}",
                where=str(path),
                mend=f"put the file of {self.upstream} there, or take it away",
            )


class ModelState(StrEnum):
    """Whether a model file can be used."""

    FOUND = "found"
    MISSING = "missing"
    WRONG = "wrong"  # a file of that name with other content


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What ``hookline models`` says of one model file."""

    wanted: ModelFile
    path: Path  # where it is, or where to put it
    state: ModelState


def read_table(path: Path = TABLE) -> dict[str, ModelFile]:
    """The model files of a table, by name."""
    with path.open("rb") as file:
        table = tomllib.load(file)
    return {name: ModelFile(name, **row) for name, row in table.items() if isinstance(row, dict)}


MODELS = read_table()


def model_folder() -> Path:
    """Where model files are looked for: ``$HOOKLINE_MODELS``, else the user's data folder."""
    if said := os.environ.get(FOLDER_VARIABLE):
        return Path(said)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "hookline" / "models"


def find_model(wanted: ModelFile) -> Path | None:
    """The path of a model file; None when it is nowhere.

    Raises:
        BadInput: a file of its name has other content.
    """
    path = model_folder() / wanted.file
    if not path.is_file():
        return None
    wanted.check(path)
    return path


def model_files() -> tuple[ModelReport, ...]:
    """Every model file that Hookline can use, with its state."""
    return tuple(_report(wanted) for wanted in MODELS.values())


def _report(wanted: ModelFile) -> ModelReport:
    path = model_folder() / wanted.file
    if not path.is_file():
        return ModelReport(wanted, path, ModelState.MISSING)
    right = _sha256(path, path.stat().st_mtime_ns) == wanted.sha256
    return ModelReport(wanted, path, ModelState.FOUND if right else ModelState.WRONG)


@cache
def _sha256(path: Path, changed_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
