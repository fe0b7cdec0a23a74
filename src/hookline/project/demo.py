"""The sample series, from nothing to the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hookline.model.errors import BadInput
from hookline.model.progress import Progress, silent
from hookline.project import config
from hookline.project.folder import SeriesFolder, create, open_library
from hookline.project.intake import Said, take
from hookline.project.viewers import simulate_viewers
from hookline.project.work import LibraryRun, run

SEED = 7
ANIMATED = (1, 2)  # the episodes that get an animatic


@dataclass(frozen=True, slots=True)
class _Version:
    folder: str
    title: str
    language: str
    id: str


