"""What a line says when its type is known and its neighbours don't matter.

Final Draft and styled Word files say which paragraph is a scene heading or a name; what the heading
or the name holds is for the text readers to say.  They are asked with the one line in a tiny script
around it, so there is one set of rules for every format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hookline.formats import chinese, fountain
from hookline.formats.screenplay import MAX_HEAD_CHARS
from hookline.model.script import Line, LineKind, Scene, Script, Source, Voice

_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_PARENTHESES = str.maketrans("（）", "()")
_MAYBE_EPISODE = re.compile(r"\W*(?:s\d|season|e\d|ep|第)", re.IGNORECASE)
_NO_HEADS = "no episode heads"


@dataclass(frozen=True, slots=True)
class EpisodeHead:
    """What an episode head says; ``note`` is text too long for a title."""

    number: int
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a name above a speech says: who, from where, and how."""

    name: str
    voice: Voice = Voice.ON
    delivery: str | None = None


def language_of(texts: Iterable[str]) -> str:
    """``zh`` where a third of the letters are Han characters, else ``en``.

    >>> language_of(["INT. 客厅", "马一花走进来"]), language_of(["MA YIHUA walks in"])
    ('zh', 'en')
    """
    han = letters = 0
    for text in texts:
        han += len(_HAN.findall(text))
        letters += len(_LETTER.findall(text))
    return "zh" if han * 3 >= letters > 0 else "en"


@lru_cache(maxsize=4096)
def scene_of(heading: str) -> Scene:
    """Number, setting, place and time of a heading, in either language; its place is the text where no rule fits.

    >>> scene_of("1-2 夜 外 街").place, scene_of("OUTSIDE THE STORE - NIGHT").time_of_day
    ('街', 'night')
    """
    bare = Scene(heading, Source("", 0), (), place=heading)
    if len(heading) > MAX_HEAD_CHARS or "\n" in heading or not heading:
        return bare
    if head := fountain.scene_head(heading):
        return head
    for script in (_chinese(f"第1集\n{heading}\n△雨"), _fountain(f".{heading}\n\n!x")):
        scene = script.episodes[0].scenes[0] if script.episodes else bare
        if scene.heading == heading and len(scene.lines) == 1:
            return Scene(
                heading,
                Source("", 0),
                (),
                number=scene.number,
                setting=scene.setting,
                place=scene.place,
                time_of_day=scene.time_of_day,
            )
    return bare


@lru_cache(maxsize=4096)
def episode_of(text: str) -> EpisodeHead | None:
    """What an episode head says, None for another line.

    >>> episode_of("EPISODE 3: The Call")
    EpisodeHead(number=3, title='The Call', note='')
    """
    if len(text) > MAX_HEAD_CHARS or "\n" in text or not _MAYBE_EPISODE.match(text):
        return None
    for script in (_fountain(f"# {text}\n\n!x"), _chinese(f"{text}\n场景：客厅 日 内\n△雨")):
        if len(script.episodes) != 1 or any(note.startswith(_NO_HEADS) for note in script.notes):
            continue
        *before, last = script.episodes[0].lines()
        if last.text in ("x", "雨") and len(before) <= 1:
            episode = script.episodes[0]
            return EpisodeHead(episode.number, episode.title, before[0].text if before else "")
    return None


@lru_cache(maxsize=4096)
def speaker_of(written: str) -> Speaker:
    """Who a name above a speech names.

    >>> speaker_of("JIM (O.S.) (CONT'D)").voice, speaker_of("马一花（VO）").name
    (<Voice.OFF: 'off'>, '马一花')
    """
    script = _fountain(f"@{written.translate(_PARENTHESES)}\nx")
    lines = script.episodes[0].lines() if script.episodes else ()
    if len(lines) == 1 and lines[0].kind is LineKind.DIALOGUE and lines[0].speaker:
        return Speaker(lines[0].speaker, lines[0].voice, lines[0].delivery)
    return Speaker(" ".join(written.split()))


@lru_cache(maxsize=4096)
def line_of(text: str, language: str) -> Line | None:
    """The text as one line of a script of that language; None where it is none or several."""
    script = _chinese(f"第1集\n{text}") if language == "zh" else _fountain(f"# Episode 1\n\n{text}")
    lines = [line for episode in script.episodes for line in episode.lines()]
    whole = len(lines) == 1 and not script.unread and len(script.episodes[0].scenes) == 1
    return lines[0] if whole and not script.episodes[0].scenes[0].heading else None


def _fountain(text: str) -> Script:
    return fountain.read(text + "\n", file="")


def _chinese(text: str) -> Script:
    return chinese.read(text + "\n", file="")
