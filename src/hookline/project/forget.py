"""One viewer deleted from a series, on request: their rows, what was derived from them, and the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hookline.formats.events import Pseudonyms
from hookline.model.errors import BadInput, HooklineError
from hookline.model.progress import Progress, silent
from hookline.project.folder import Library, SeriesFolder
from hookline.project.intake import KEY_VARIABLE, pseudonym_key
from hookline.project.work import content_keys, latest_audience, run


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted of one viewer in one series."""

    series: str
    rows: int
    files: tuple[str, ...]  # inside the series folder


def forget(library: Library, viewer: str, *, progress: Progress = silent) -> tuple[Forgotten, ...]:
    """Delete a viewer from every series of a library, make anew what was derived, and look that nothing is left.

    Args:
        library: a series or several.
        viewer: the id as it stood in the imported files (not the pseudonym).
        progress: told as work goes on.

    Raises:
        BadInput: no id was given.
        HooklineError: the viewer still stands in a file that Hookline did not make (say, a raw export in the folder).
    """
    if not viewer:
        raise BadInput("whose data?", mend="give the viewer's id: --viewer ID")
    names = {series: Pseudonyms.from_key(pseudonym_key(series)).viewer(viewer) for series in library.series}
    done = tuple(_forget(series, name) for series, name in names.items())
    if any(one.rows for one in done):
        run(library, progress=progress)
    for series, name in names.items():
        _prove(series, name)
    return done


def _forget(series: SeriesFolder, name: str) -> Forgotten:
    from hookline import audience

    with series.store().locked():
        files = {series.root / entry.path: entry for entry in series.files("events")}
        store = series.store()
        gone = audience.forget(list(files), name, built=latest_audience(store), content=content_keys(store)).files
        for path, rows in gone.items():
            entry = files[path]
            if entry.rows:
                series.remember(replace(entry, rows=entry.rows - rows, written=entry.written - rows))
        told = Forgotten(series.name, sum(gone.values()), tuple(files[path].path for path in gone))
        if told.rows:
            series.store().record("forgot a viewer", rows=told.rows, files=list(told.files))  # never who
    return told


def _prove(series: SeriesFolder, name: str) -> None:
    """Look for the pseudonym in every file of the folder that holds or is made from viewers' rows."""
    from hookline import audience

    left: list[Path] = []
    for folder in (series.root / "events", series.root / ".hookline", series.out):
        if folder.is_dir():
            left += audience.traces(folder, [name])
    if left:
        raise HooklineError(
            "the viewer still stands here",
            where=", ".join(str(path) for path in left),
            mend=f"remove these files by hand, then run again; was {KEY_VARIABLE} changed?",
        )
