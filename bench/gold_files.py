"""The gold set's scripts, and the files that readers make of them: read and checked.

``bench/gold/guideline.md`` says what a record is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.real_input import records, season
from hookline.model.story import BeatType, EndingType

FOLDER = Path(__file__).parent / "gold"
CORPUS = 70
CHOSEN = 40
GRADES = 4  # strength 0 to 3
MAX_BEATS = 8
MAX_LEADS = 3

HOOKS = ("suspense", "emotion", "information", "crisis", "reversal", "none")
ENDINGS = tuple(type.value for type in EndingType)
BEATS = tuple(type.value for type in BeatType if type not in (BeatType.HOOK, BeatType.CLIFFHANGER))
ROLES = ("lead", "love", "rival", "villain", "ally")
ARCHETYPES = (
    "returning_war_god",
    "rebirth_revenge",
    "hidden_identity",
    "faked_death",
    "substitute_bride",
    "live_in_son_in_law",
    "flash_marriage_ceo",
    "contract_marriage",
    "secret_child",
    "winning_back",
    "palace_intrigue",
    "swapped_heiress",
    "mother_in_law",
    "cultivation",
    "system",
    "werewolf_mate",
    "mafia_boss",
    "second_chance",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A type and the lines it stands on; an empty type was not given."""

    type: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EpisodeReading:
    """What one reader, or the engine, says of an episode."""

    hook: Moment | None
    ending: Moment
    strength: float
    open: bool | None
    beats: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """One of the people a script is about."""

    line: int
    role: str
    archetypes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader, or the engine, says of a script; no leads when it names none."""

    episodes: tuple[EpisodeReading, ...]
    leads: tuple[Lead, ...] | None


@cache
def chosen() -> dict[str, str]:
    """The gold set's texts by id, in its order: the first 40 by the SHA-256 of their id."""
    ordered = sorted(records(CORPUS), key=lambda record: hashlib.sha256(record["id"].encode()).hexdigest())
    return {record["id"]: season(record) for record in ordered[:CHOSEN]}


def write_texts(folder: Path) -> None:
    """A file a script: every line that isn't blank, behind its number."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in chosen().items():
        lines = enumerate(text.splitlines(), start=1)
        numbered = "".join(f"{number}\t{line}\n" for number, line in lines if line.strip())
        (folder / f"{name}.txt").write_text(numbered, encoding="utf-8")


Row = dict[str, Any]  # as JSON gives it; ``read`` makes a value of it


def rows(file: Path) -> list[Row]:
    """A reader's records as they stand in the file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def problems(row: Row) -> Iterator[str]:
    """What is wrong with a record, in words."""
    name = str(row.get("id"))
    if name not in chosen():
        yield f"{name}: no script of the gold set"
        return
    text = chosen()[name].splitlines()
    second = text.index("# EPISODE 2")
    try:
        reading = read(row)
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        yield f"{name}: not of the guideline's shape: {fault!r}"
        return
    leads = reading.leads or ()
    if not 1 <= len(leads) <= MAX_LEADS or len(reading.episodes) != 2:
        yield f"{name}: one to {MAX_LEADS} leads and two episodes are wanted"
    for lead in leads:
        if lead.role not in ROLES or lead.archetypes - set(ARCHETYPES):
            yield f"{name}: unknown role or archetype {lead.role} {sorted(lead.archetypes)}"
        if not (1 <= lead.line <= len(text) and text[lead.line - 1].strip()):
            yield f"{name}: a lead at line {lead.line}, where nothing is"
    for number, episode in enumerate(reading.episodes, start=1):
        inside = range(1, second) if number == 1 else range(second + 2, len(text) + 1)
        for problem in episode_problems(episode, text, inside):
            yield f"{name} episode {number}: {problem}"


def episode_problems(episode: EpisodeReading, text: Sequence[str], inside: range) -> Iterator[str]:
    """What is wrong with an episode's record."""
    hook = episode.hook or Moment("none", ())
    named = [(hook, HOOKS), (episode.ending, ENDINGS), *((beat, BEATS) for beat in episode.beats)]
    for moment, types in named:
        if moment.type not in types:
            yield f"unknown type {moment.type}"
        for line in moment.lines:
            if line not in inside:
                yield f"line {line} is outside"
            elif why := points_wrong(text, line, heading=moment.type == BeatType.FLASHBACK):
                yield f"line {line} is {why}"
    if not (episode.strength in range(GRADES) and (episode.ending.type == "resolved" or episode.strength > 0)):
        yield f"strength {episode.strength} of a {episode.ending.type} ending"
    if not isinstance(episode.open, bool):
        yield "open is neither true nor false"
    if len(episode.beats) > MAX_BEATS:
        yield f"{len(episode.beats)} beats are too many to be the main ones"


def points_wrong(text: Sequence[str], line: int, *, heading: bool) -> str:
    """Why nothing happens on that line; empty when something may.  A flashback may point at its head."""
    here = text[line - 1].strip()
    if not here:
        return "blank"
    if heading:
        return ""
    if re.match(r"(INT|EXT)\b|FADE |CUT TO", here):
        return "a heading"
    after_blank = line < 2 or not text[line - 2].strip()
    before_text = line < len(text) and bool(text[line].strip())
    name = re.sub(r"\(.*\)$", "", here)
    if after_blank and before_text and name == name.upper() and len(name) < 40:
        return "a speaker's name"
    return "a parenthetical" if here.startswith("(") and here.endswith(")") else ""


def read(row: Row) -> Reading:
    """A reader's record; raises KeyError, TypeError or ValueError when it has another shape."""
    return Reading(
        tuple(read_episode(episode) for episode in row["episodes"]),
        tuple(Lead(int(lead["line"]), lead["role"], frozenset(lead["archetypes"])) for lead in row["leads"]),
    )


def read_episode(row: Row) -> EpisodeReading:
    """An episode of a reader's record."""
    hook, ending, beats = row["hook"], row["ending"], row["beats"]
    grade, stays = ending["strength"], ending["open"]
    if not isinstance(grade, int) or not isinstance(stays, bool):
        raise TypeError("strength is a whole number, open is true or false")
    return EpisodeReading(
        None if hook["type"] == "none" else read_moment(hook),
        read_moment(ending),
        float(grade),
        stays,
        tuple(read_moment(beat) for beat in beats),
    )


def read_moment(row: Row) -> Moment:
    """A type and its line."""
    line = row["line"]
    if not isinstance(line, int):
        raise TypeError(f"line {line!r} is no number")
    return Moment(str(row["type"]), (line,))
