"""Stories out of folders and loose files, and what people take away of them: JSON, tables, corrections."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hookline import formats
from hookline.model.errors import BadInput, Unreadable
from hookline.model.progress import Progress, silent
from hookline.model.script import Script
from hookline.model.story import SeriesStory
from hookline.project import config
from hookline.project.folder import SeriesFolder, episode_of, open_series
from hookline.project.store import write_atomic
from hookline.project.work import corrections_of, timed_story

if TYPE_CHECKING:
    from hookline.story.result import Comparison, Note, SeriesNumbers

Json = dict[str, Any]


def story_of_files(
    scripts: Sequence[Path], *, subtitles: Sequence[Path] = (), format: str | None = None
) -> SeriesStory:
    """The story of scripts that lie in no series folder.

    Of several scripts, those of one episode take the number in their name.  Subtitles belong to the
    episode in their name; a single file to a single episode.
    """
    from hookline.story import analyse

    _check_there([*scripts, *subtitles])
    read = [formats.read_script(path, file=path.name, format=format) for path in scripts]
    for path, script in zip(scripts, read, strict=True):
        if not any(episode.lines() for episode in script.episodes):
            raise Unreadable("holds no scene and no line", where=str(path), mend="is it a script? choose with --format")
    if len(read) > 1:
        read = [_numbered(script, path) for script, path in zip(read, scripts, strict=True)]
    numbers = sorted({episode.number for script in read for episode in script.episodes})
    cues = {
        _subtitled(path, numbers, alone=len(subtitles) == 1): formats.read_cues(path, file=path.name)
        for path in subtitles
    }
    title = next((script.title for script in read if script.title), scripts[0].stem if scripts else "")
    return analyse(read, cues=cues, title=title)


def draft(path: Path, *, format: str | None = None, progress: Progress = silent) -> SeriesStory:
    """The story of a draft: a script file, a series folder, or a plain folder of scripts."""
    if (path / config.FILE).is_file():
        return timed_story(open_series(path), progress=progress)
    if not path.is_dir():
        return story_of_files([path], format=format)
    files = sorted(child for child in path.iterdir() if child.is_file() and not child.name.startswith("."))
    if not files:
        raise BadInput("there is no script here", where=str(path), mend="give a script, or a folder of scripts")
    return replace(story_of_files(files, format=format), title=path.resolve().name)


def figures(story: SeriesStory) -> tuple[SeriesNumbers, tuple[Note, ...]]:
    """A story in figures, and the notes that they give rise to."""
    from hookline.story.notes import notes_of
    from hookline.story.numbers import numbers_of

    numbers = numbers_of(story)
    return numbers, notes_of(story, numbers)


def compare_drafts(before: SeriesStory, after: SeriesStory) -> Comparison:
    """How one draft became the other."""
    from hookline.story.compare import compare

    return compare(before, after)


def story_json(story: SeriesStory, *, engine: str = "offline", episode: int | None = None) -> Json:
    """The published JSON document of a story."""
    from hookline.story.document import document

    return document(story, engine=engine, episode=episode)


def comparison_json(found: Comparison) -> Json:
    """The JSON document of a comparison; lines stand in it with their text already."""
    from hookline.story.document import comparison_document

    return comparison_document(found, {})


def write_tables(story: SeriesStory, folder: Path) -> tuple[Path, ...]:
    """The story as a folder of CSV files; the files written."""
    from hookline.formats.spreadsheet import as_csv
    from hookline.story.tables import tables

    if folder.exists() and not folder.is_dir():
        raise BadInput("there is a file of that name", where=str(folder), mend="choose a folder")
    written = []
    for name, rows in tables(story).items():
        path = folder / f"{name}.csv"
        write_atomic(path, as_csv(list(rows[0]), rows))
        written.append(path)
    return tuple(written)


def export_corrections(story: SeriesStory, path: Path, *, series: SeriesFolder | None = None) -> int:
    """What engines and people say of a story as a table that ``import --as beats`` takes back; its rows.

    The ending of the file's name decides: ``.json`` or ``.csv``.
    """
    from hookline.formats import corrections
    from hookline.story.corrections import statements

    writers = {".csv": corrections.write_csv, ".json": corrections.write_json}
    if path.suffix.lower() not in writers:
        raise BadInput("is neither .csv nor .json", where=str(path), mend="name the file beats.csv or beats.json")
    engine = [replace(row, was=corrections.said(row)) for row in statements(story)]
    rows = [*(corrections_of(series) if series else ()), *engine]
    rows.sort(key=lambda row: row.episode)
    write_atomic(path, writers[path.suffix.lower()](rows))
    return len(rows)


def schema_texts() -> dict[Path, str]:
    """The published JSON Schemas of stories, comparisons, cuts and findings, by the file that ships them."""
    from hookline.insight.document import schemas
    from hookline.project import cut_manifest
    from hookline.story import document

    found = {
        document.SCHEMA_FILE: document.schema(),
        document.COMPARISON_SCHEMA_FILE: document.comparison_schema(),
        cut_manifest.SCHEMA_FILE: cut_manifest.schema(),
        **schemas(),
    }
    return {path: json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for path, schema in found.items()}


def _check_there(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise Unreadable("there is no such file", where=str(path), mend="check the path")
        if path.is_dir():
            raise BadInput("is a folder", where=str(path), mend="give files")


def _numbered(script: Script, path: Path) -> Script:
    number = episode_of(path.name)
    if number is None or len(script.episodes) != 1:
        return script
    return replace(script, episodes=(replace(script.episodes[0], number=number),))


def _subtitled(path: Path, numbers: Sequence[int], *, alone: bool) -> int:
    if alone and len(numbers) == 1:
        return numbers[0]
    number = episode_of(path.name)
    if number is None:
        raise BadInput("which episode is this?", where=str(path), mend="put the number in its name: ep03.srt")
    return number
