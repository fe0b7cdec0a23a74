"""The sample series, from nothing to the report.

Makes a library of two: the sample in English, with animatics and simulated viewers, and the same
story in the Chinese short-drama format, as a script alone.  What is there already is not made again.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hookline.model.progress import Progress, silent
from hookline.project import config
from hookline.project.folder import SeriesFolder, create, open_library
from hookline.project.intake import Said, take
from hookline.project.store import Store, code_digest
from hookline.project.viewers import simulate_viewers
from hookline.project.work import LibraryRun, run

SEED = 7
ANIMATED = (1, 2)  # the episodes that get an animatic


def demo(root: Path, *, viewers: int, progress: Progress = silent) -> LibraryRun:
    """Make the sample under ``root`` and bring everything up to date.  The English series comes first."""
    from hookline import sample

    english = _series(root / "heartbeat-en", sample.title("en"), "en")
    chinese = _series(root / "heartbeat-zh", sample.title("zh"), "zh")
    for series in (english, chinese):
        _scripts(series, progress)
    _animatics(root, english, progress)
    _viewers(english, viewers, progress)
    return run(open_library(root), progress=progress)


def _series(folder: Path, title: str, language: str) -> SeriesFolder:
    if (folder / config.FILE).exists():
        return SeriesFolder(folder)
    return create(folder, title=title, language=language)


def _scripts(series: SeriesFolder, progress: Progress) -> None:
    from hookline import sample

    with tempfile.TemporaryDirectory() as work:
        written = sample.copy_scripts(Path(work), language=series.config().language)
        take(series, written, said=Said(kind="script"), progress=progress)


def _animatics(root: Path, series: SeriesFolder, progress: Progress) -> None:
    from hookline import sample

    store = Store(root / ".hookline")

    def make(work: Path) -> None:
        sample.render_animatics(work, episodes=ANIMATED, progress=progress)

    with store.locked():
        step = store.derive(
            "animatics", [code_digest("model", "formats", "media", "engines", "sample"), ANIMATED], make
        )
    take(series, [step.folder], progress=progress)


def _viewers(series: SeriesFolder, viewers: int, progress: Progress) -> None:
    from hookline import sample

    if any(entry.simulated for entry in series.files("events")):
        return
    with sample.effects() as effects:
        simulate_viewers(series, viewers=viewers, seed=SEED, effects=effects, progress=progress)
