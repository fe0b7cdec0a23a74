"""Writes a script as Fountain.

What reads as it should is written as a writer would write it; only what would be taken for something
else gets Fountain's signs of force (``.``, ``@``, ``!``, ``>``).  Where plain writing reads back
different because of its neighbours, everything is forced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hookline.formats import fountain
from hookline.formats.alone import line_of
from hookline.formats.writing import differences, own_notes
from hookline.model.script import Episode, Line, LineKind, Scene, Script, Voice

_VOICES = {Voice.ON: "", Voice.OFF: " (O.S.)", Voice.OVER: " (V.O.)"}
_SETTINGS = {"interior": "INT. ", "exterior": "EXT. ", "both": "INT./EXT. ", "": "."}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,29}:")
_SIGNS = tuple("(#=!>~@")
_ENDED = tuple(".!?…,;:-–—")  # no name ends so
_REMARKS = re.compile(r"[(（]([^()（）]*)[)）]\s*")


def write(script: Script) -> str:
    """The script as Fountain text, sources, spans and unread lines left out.

    ``fountain.read`` gives the same story again wherever Fountain has words for it;
    ``hookline.formats.write_script`` says where it has not.
    """
    plain = _text(script, forced=False)
    lost = differences(script, fountain.read(plain, file=""))
    if not lost:
        return plain
    forced = _text(script, forced=True)
    return forced if len(differences(script, fountain.read(forced, file=""))) < len(lost) else plain


def _text(script: Script, *, forced: bool) -> str:
    blocks = [*_title_page(script)]
    for episode in script.episodes:
        blocks += _episode(episode, forced)
    return "\n\n".join(blocks) + "\n"


def _title_page(script: Script) -> Iterator[str]:
    notes = own_notes(script)
    if not (script.title or script.description or notes):
        return
    rows = [f"Title: {_kept(script.title)}".rstrip()]
    rows += _entry("Description", script.description) if script.description else []
    for note in notes:
        key, _, value = note.partition(":") if _KEY.match(note) else ("Notes", ":", note)
        rows += _entry(key, value.strip())
    yield "\n".join(rows)


def _entry(key: str, value: str) -> list[str]:
    first, *more = _kept(value).split("\n")
    return [f"{key}: {first}", *(f"    {row}" for row in more)] if not more else [f"{key}:", *_indented(first, *more)]


def _indented(*rows: str) -> list[str]:
    return [f"    {row}" for row in rows]


def _episode(episode: Episode, forced: bool) -> Iterator[str]:
    yield f"# Episode {episode.number}: {_kept(episode.title)}" if episode.title else f"# Episode {episode.number}"
    for scene in episode.scenes:
        if scene.heading:
            yield _heading(scene)
        if scene.cast:
            yield f"[[Cast: {', '.join(scene.cast)}]]"
        for line in scene.lines:
            yield _BLOCKS[line.kind](line, forced)


# --- heads ---------------------------------------------------------------------------------------


def _heading(scene: Scene) -> str:
    """The heading as it was written if it says where the scene is in Fountain's terms, else one made from that."""
    number = f" #{scene.number}#" if scene.number else ""
    time = f" - {scene.time_of_day.upper()}" if scene.time_of_day else ""
    made = f"{_SETTINGS[scene.setting]}{scene.place or scene.heading}{time}{number}"
    for written in (scene.heading, scene.heading + number, f".{scene.heading}", f".{scene.heading}{number}", made):
        if _says(written, scene):
            return written
    return made if scene.setting or scene.time_of_day else f".{scene.heading}{number}"


def _says(written: str, scene: Scene) -> bool:
    read = _head(written)
    if read is None:
        return False
    meant = fountain.scene_head(scene.heading)
    time = scene.time_of_day
    if meant and meant.time_of_day == "same" and not read.time_of_day:
        time = ""  # the scene before it says which
    return (read.number, read.setting, read.place, read.time_of_day) == (scene.number, scene.setting, scene.place, time)


@lru_cache(maxsize=4096)
def _head(written: str) -> Scene | None:
    script = fountain.read(f"# Episode 1\n\n{written}\n\n!x\n", file="")
    scenes = script.episodes[0].scenes if len(script.episodes) == 1 else ()
    return scenes[0] if len(scenes) == 1 and scenes[0].heading and len(scenes[0].lines) == 1 else None


# --- lines ---------------------------------------------------------------------------------------


def _action(line: Line, forced: bool) -> str:
    if line.speaker and (remarks := _REMARKS.findall(line.text)):
        return "\n".join([_cue(line, forced), *(f"({_kept(remark)})" for remark in remarks)])
    rows = line.text.split("\n")
    return "\n".join(_action_row(row, forced or (len(rows) > 1 and not row.endswith(_ENDED))) for row in rows)


def _action_row(row: str, forced: bool) -> str:
    kept = _kept(row)
    return f"!{kept}" if forced or not _is_prose(row) or not _reads_as(kept, LineKind.ACTION, row) else kept


def _is_prose(row: str) -> bool:
    """Whether no neighbour can make a name or speech of the row."""
    return row != row.upper() and ":" not in row[:80] and not row.startswith("(")


def _dialogue(line: Line, forced: bool) -> str:
    rows = line.text.split("\n")
    if line.delivery == "sung":
        sung = [f"~{_kept(row)}" for row in rows]
        return "\n".join([_cue(line, forced), *sung] if line.speaker else sung)
    said = [_said(row) for row in rows]
    delivery = [f"({_kept(' '.join(line.delivery.split()))})"] if line.delivery else []
    return "\n".join([*([_cue(line, forced)] if line.speaker else []), *delivery, *said])


def _said(row: str) -> str:
    """A row of dialogue; emphasis hides a sign at its start that would make it something else."""
    kept = _kept(row)
    return f"*{kept}*" if row.startswith(_SIGNS) and "*" not in row else kept


def _cue(line: Line, forced: bool) -> str:
    name = line.speaker or ""
    voice = "" if line.voice is Voice.OVER and name.upper().startswith("NARRAT") else _VOICES[line.voice]
    cue = f"{name}{voice}"
    return cue if not forced and _is_cue(cue, name) else f"@{cue}"


@lru_cache(maxsize=4096)
def _is_cue(cue: str, name: str) -> bool:
    told = line_of(f"{cue}\nx", "en")
    return told is not None and told.kind is LineKind.DIALOGUE and told.speaker == name


def _transition(line: Line, forced: bool) -> str:
    kept = _kept(" ".join(line.text.split("\n")))
    return kept if not forced and _reads_as(kept, LineKind.TRANSITION, line.text) else f"> {kept}"


def _caption(line: Line, _: bool) -> str:
    kept = _kept(" ".join(line.text.split("\n")))
    return kept if _reads_as(kept, LineKind.CAPTION, line.text) else f"ON SCREEN: {kept}"


def _mark(line: Line, _: bool) -> str:
    text = line.text
    if text.startswith("/*") and text.endswith("*/") and len(text) > 3:
        return text
    if _reads_as(_kept(text), LineKind.MARK, text):
        return _kept(text)
    text = re.sub(r"\n{2,}", "\n", text)  # a note ends at an empty line
    return f"[[ {text} ]]" if text.startswith("[") or text.endswith("]") else f"[[{text}]]"


_BLOCKS = {
    LineKind.ACTION: _action,
    LineKind.DIALOGUE: _dialogue,
    LineKind.TRANSITION: _transition,
    LineKind.CAPTION: _caption,
    LineKind.MARK: _mark,
}


def _reads_as(written: str, kind: LineKind, text: str) -> bool:
    told = line_of(written, "en") if len(written) < 2000 else None
    return told is not None and (told.kind, told.text, told.speaker) == (kind, text, None)


def _kept(text: str) -> str:
    """Text whose stars and underlines stay what they are."""
    return re.sub(r"([*_])", r"\\\1", text) if fountain.plain(text) != text else text
