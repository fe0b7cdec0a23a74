"""Who plays, where, and how it is staged: cast.toml and staging.toml as values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hookline.engines.voice import VoiceStyle
from hookline.model.errors import BadInput
from hookline.sample.draw_face import Look, Mood
from hookline.sample.draw_set import Place

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the cast: how they look, sound and usually feel."""

    id: str
    name: str
    look: Look
    voice: VoiceStyle
    mood: Mood


@dataclass(frozen=True, slots=True)
class Match:
    """Words that an action line must hold, and what they call for."""

    words: tuple[str, ...]
    what: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Instead:
    """Somebody who can't be shown standing: what to show of them, in a place, once words have been read there."""

    figure: str
    draw: str
    place: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that rendering needs to know beside the script."""

    title: str
    figures: tuple[Figure, ...]
    places: tuple[Place, ...]
    lead: str
    moods: dict[str, Mood]
    inserts: tuple[Match, ...]
    enters: tuple[Match, ...]
    lows: tuple[Match, ...]
    instead: tuple[Instead, ...]
    sounds: tuple[Match, ...]
    ambience: dict[str, str]
    telephone: tuple[str, ...]

    def figure(self, cue: str | None) -> Figure | None:
        """Whom a cue name means, in any case of letters."""
        return next((f for f in self.figures if cue and f.name.casefold() == cue.casefold()), None)

    def named(self, text: str) -> tuple[Figure, ...]:
        """Whom a line of action names, in the order of naming."""
        found = [(text.casefold().find(f.name.casefold()), f) for f in self.figures]
        return tuple(figure for at, figure in sorted(found, key=lambda pair: pair[0]) if at >= 0)

    def place(self, heading_place: str, *, setting: str, time: str) -> Place:
        """The set of a scene's heading; an unknown one takes the colours of the first."""
        for place in self.places:
            if place.name.casefold() == heading_place.casefold():
                return place
        return Place("unknown", heading_place, setting, time, self.places[0].palette)

    def mood(self, figure: Figure, delivery: str | None, text: str) -> Mood:
        """The face for a line: the parenthetical's, anger for an exclamation, or the usual one."""
        for word, mood in self.moods.items():
            if delivery and word in delivery.casefold():
                return mood
        return Mood.ANGRY if "!" in text else figure.mood


def first_match(matches: tuple[Match, ...], text: str) -> Match | None:
    """The first row whose words all stand in the text."""
    lowered = text.casefold()
    return next((match for match in matches if all(word in lowered for word in match.words)), None)


def read_stage(
    cast_file: Path = _HERE / "cast.toml", staging_file: Path = _HERE / "staging.toml", *, language: str = "en"
) -> Stage:
    """Read the cast and its staging.

    Raises:
        BadInput: a file misses a key, or the staging names somebody who isn't in the cast.
    """
    cast, staging = _toml(cast_file), _toml(staging_file)
    try:
        figures = tuple(_figure(row, staging["figure"].get(row["id"], {}), language) for row in cast["character"])
        places = tuple(
            Place(row["id"], row[f"name_{language}"], row["setting"], row["time"], tuple(row["palette"]))
            for row in cast["set"]
        )
        return Stage(
            title=cast["series"][f"title_{language}"],
            figures=figures,
            places=places,
            lead=_known(staging["lead"], figures, staging_file),
            moods={word: Mood(mood) for word, mood in staging["moods"].items()},
            inserts=_matches(staging, "insert", what="draw"),
            enters=_matches(staging, "enter"),
            lows=_matches(staging, "low"),
            instead=tuple(
                Instead(row["figure"], row["draw"], row["place"], tuple(row.get("words", ())))
                for row in staging.get("instead", [])
            ),
            sounds=_matches(staging, "sound", what="play"),
            ambience=staging["ambience"],
            telephone=tuple(staging["telephone"]["words"]),
        )
    except KeyError as error:
        raise BadInput(f"misses the key {error}", where=f"{cast_file.name} or {staging_file.name}") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"can't be read ({error})", where=str(path)) from error


def _matches(staging: dict[str, Any], name: str, *, what: str = "") -> tuple[Match, ...]:
    return tuple(Match(tuple(row["words"]), row.get(what, ""), row.get("at", 0.0)) for row in staging.get(name, []))


def _known(id: str, figures: tuple[Figure, ...], file: Path) -> str:
    if id not in {figure.id for figure in figures}:
        raise BadInput(f"the lead {id!r} is not in the cast", where=file.name)
    return id


def _figure(row: dict[str, Any], hints: dict[str, Any], language: str) -> Figure:
    look = Look(
        id=row["id"],
        female=row["sex"] == "female",
        age=row["age"],
        skin=row["skin"],
        hair=row["hair"],
        hair_style=row["hair_style"],
        clothes=row["clothes"],
        accent=row["clothes_accent"],
        garment=hints.get("garment", "plain"),
        eyes=hints.get("eyes", "#5a3d28"),
        lips=hints.get("lips", ""),
        jewels=hints.get("jewels", ""),
    )
    voice = VoiceStyle(
        variant=hints.get("variant", "f2" if look.female else "m3"),
        pitch=row["voice"]["pitch"],
        melody=hints.get("melody", 50),
        words_per_minute=row["voice"]["pace"],
    )
    return Figure(row["id"], row[f"name_{language}"], look, voice, Mood(hints.get("mood", "neutral")))
