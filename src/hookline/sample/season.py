"""The sample season's texts: the scripts in both languages, and what their writer meant."""

from __future__ import annotations

import tomllib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from hookline.model.errors import BadInput
from hookline.model.story import BeatType, EndingType

LANGUAGES = ("en", "zh")
SUFFIXES = (".fountain", ".txt")


@dataclass(frozen=True, slots=True)
class MeantBeat:
    """A beat as its writer meant it; ``opening`` is how the first of its ``lines`` begins, by language.

    ``also`` are types that a fair reader may as well give to the same line.
    """

    type: BeatType
    opening: dict[str, str]
    lines: int = 1
    also: tuple[BeatType, ...] = ()


@dataclass(frozen=True, slots=True)
class MeantEpisode:
    """What the writer meant with an episode; ``strong`` is false where it closes on purpose instead of pulling."""

    number: int
    title: dict[str, str]
    beats: tuple[MeantBeat, ...]
    hook: dict[str, str]  # opening words of the hook's line, by language
    ending: EndingType
    strong: bool
    question: str  # what the ending leaves open


def scripts(language: str) -> tuple[Traversable, ...]:
    """The sample's script files in one language, in order: eight Fountain files, or one Chinese season.

    Raises:
        BadInput: the sample is not written in that language.

    >>> [file.name for file in scripts("zh")]
    ['season.txt']
    """
    if language not in LANGUAGES:
        raise BadInput(f"the sample has no scripts in {language!r}", mend=f"languages: {', '.join(LANGUAGES)}")
    found = (file for file in _here("scripts", language).iterdir() if file.name.endswith(SUFFIXES))
    return tuple(sorted(found, key=lambda file: file.name))


def copy_scripts(folder: Path, *, language: str) -> tuple[Path, ...]:
    """Writes the scripts of one language into a folder, made if missing, and says what it wrote.

    A file of the same name is overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copies = tuple((folder / file.name, file.read_bytes()) for file in scripts(language))
    for path, content in copies:
        path.write_bytes(content)
    return tuple(path for path, _ in copies)


def title(language: str) -> str:
    """The sample's title in one language.

    >>> title("en")
    'The Heartbeat Clause'
    """
    table = tomllib.loads(_here("cast.toml").read_text(encoding="utf-8"))
    return str(table["series"][f"title_{language}"])


def effects() -> AbstractContextManager[Path]:
    """The file of effects planted in the sample's simulated viewers, as a path for as long as it is held."""
    return as_file(_here("effects.toml"))


def beats_meant() -> tuple[MeantEpisode, ...]:
    """What the writer meant, episode by episode, noted before any engine had read the scripts.

    >>> beats_meant()[0].ending.value
    'information'
    """
    table = tomllib.loads(_here("beats_meant.toml").read_text(encoding="utf-8"))
    return tuple(_episode(entry) for entry in table["episode"])


def _here(*parts: str) -> Traversable:
    return files("hookline.sample").joinpath(*parts)


def _by_language(entry: dict[str, Any]) -> dict[str, str]:
    return {language: entry[language] for language in LANGUAGES}


def _episode(entry: dict[str, Any]) -> MeantEpisode:
    return MeantEpisode(
        number=entry["number"],
        title={"en": entry["title"], "zh": entry["title_zh"]},
        beats=tuple(_beat(beat) for beat in entry["beats"]),
        hook=_by_language(entry["hook"]),
        ending=EndingType(entry["ending"]),
        strong=entry["strong"],
        question=entry["question"],
    )


def _beat(entry: dict[str, Any]) -> MeantBeat:
    return MeantBeat(
        type=BeatType(entry["type"]),
        opening=_by_language(entry),
        lines=entry.get("lines", 1),
        also=tuple(BeatType(name) for name in entry.get("also", ())),
    )
