"""What is installed, what is missing and how to get it; what a series lacks."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hookline.model.errors import HooklineError, MissingExtra
from hookline.project.config import LanguageSettings
from hookline.project.folder import FOLDERS, SeriesFolder, open_library

_CORE = {
    "duckdb": "tables and queries",
    "numpy": "arrays",
    "pysubs2": "subtitles",
    "filelock": "locks",
    "rich": "progress",
}
_EXTRAS = {  # extra -> (module, what it gives)
    "insight": (("statsmodels",), "findings: models of what holds viewers"),
    "report": (("jinja2", "vl_convert"), "the report page and its charts"),
    "media": (("av",), "video: probe, stills, encoding"),
    "voice": (("espeakng_loader",), "offline voices (espeak-ng, GPL-3.0-or-later, run as a program of its own)"),
    "scripts": (("pypdf",), "scripts in PDF"),
    "cut": (("av", "cv2", "uharfbuzz", "budoux"), "cuts for every platform, with faces and captions"),
    "ray": (("ray",), "cuts on several machines"),
    "sample": (("PIL", "vl_convert", "av", "espeakng_loader"), "the sample series' animatics"),
}
_LITTLE_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    what: str
    fine: bool
    found: str
    mend: str = ""
    optional: bool = False


def examine(folder: Path | None = None) -> tuple[Check, ...]:
    """Look over the installation and, when given, a series or library."""
    checks = [_python(), *_core(), *_extras(), _disk(folder or Path.cwd())]
    return (*checks, *(_series(folder) if folder else ()))


def _python() -> Check:
    fine = sys.version_info >= (3, 11)
    return Check("Python", fine, platform.python_version(), "Hookline needs Python 3.11 or newer")


def _core() -> Iterator[Check]:
    for module, use in _CORE.items():
        there = importlib.util.find_spec(module) is not None
        mend = "python3 -m pip install hookline"
        yield Check(module, there, use if there else f"missing ({use})", mend)


def _extras() -> Iterator[Check]:
    for extra, (modules, use) in _EXTRAS.items():
        missing = [module for module in modules if importlib.util.find_spec(module) is None]
        found = use if not missing else f"not installed ({use}); lacks {', '.join(missing)}"
        yield Check(f"extra {extra}", not missing, found, MissingExtra(needs=extra, extra=extra).mend, optional=True)


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(there).free
    return Check("disk", free > _LITTLE_BYTES, f"{free / 1e9:.1f} GB free", "free some space: 2 GB at least")


def _series(folder: Path) -> Iterator[Check]:
    try:
        library = open_library(folder)
    except HooklineError as error:
        yield Check("series", False, error.what, error.mend)
        return
    for series in library.series:
        yield from _one_series(series)


def _one_series(series: SeriesFolder) -> Iterator[Check]:
    try:
        language = series.config().language_engine
        counts = {kind: len(series.files(kind)) for kind in FOLDERS}
    except HooklineError as error:
        yield Check(series.name, False, str(error), error.mend)
        return
    found = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number) or "empty"
    told = counts["script"] + counts["subtitles"] > 0
    yield Check(series.name, told, found, f"import a script: hookline import {series.root} SCRIPT...")
    if language:
        yield _language(series.name, language)
    lost = [entry.path for entry in series.manifest().files if not (series.root / entry.path).exists()]
    if lost:
        yield Check(f"{series.name}: files", False, f"gone: {', '.join(lost)}", "import them again")


def _language(name: str, settings: LanguageSettings) -> Check:
    """Whether the language engine's endpoint answers."""
    from hookline.project.annotating import engine_of

    what = f"{name}: language engine {settings.model}"
    try:
        return Check(what, True, f"{settings.base_url} {engine_of(settings).answers()}", optional=True)
    except HooklineError as error:
        return Check(what, False, f"{error.where or settings.base_url}: {error.what}", error.mend, optional=True)
