"""Writes a script as Final Draft XML, which Final Draft, Fade In and others open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from hookline.formats.paragraphs import FREE_NOTE, Type
from hookline.formats.writing import own_notes
from hookline.model.script import Episode, Line, LineKind, Scene, Script, Voice

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    '<FinalDraft DocumentType="Script" Template="No" Version="5">',
)
_EPISODE = "New Act"
_VOICES = {Voice.ON: "", Voice.OFF: " (O.S.)", Voice.OVER: " (V.O.)"}
_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REMARKS = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)?)\)\s*")
_OWN_TYPES = (Type.CAPTION, Type.NOTE, Type.LYRICS)  # not among Final Draft's own: the file declares them


def write(script: Script) -> str:
    """The script as the text of an .fdx file, sources, spans and unread lines left out.

    ``fdx.read_bytes`` gives the same story again; ``hookline.formats.write_script`` says where not.
    """
    rows = [*_HEAD, "  <Content>"]
    for episode in script.episodes:
        rows += _episode(episode, script.language)
    rows += ["  </Content>", *_settings(), *_title_page(script), "</FinalDraft>"]
    return "\n".join(rows) + "\n"


def _episode(episode: Episode, language: str) -> Iterator[str]:
    yield from _paragraph(_EPISODE, _episode_head(episode, language))
    for index, scene in enumerate(episode.scenes):
        if scene.heading or index:
            yield from _heading(scene)
        elif scene.cast:
            yield from _paragraph(Type.CAST, ", ".join(scene.cast))
        for line in scene.lines:
            yield from _line(line)


def _episode_head(episode: Episode, language: str) -> str:
    if language == "zh":
        return f"第{episode.number}集" + (f"：{episode.title}" if episode.title else "")
    return f"EPISODE {episode.number}" + (f": {episode.title}" if episode.title else "")


def _heading(scene: Scene) -> Iterator[str]:
    number = f" Number={quoteattr(_xml(scene.number))}" if scene.number else ""
    yield f'    <Paragraph{number} Type="{Type.SCENE}">'
    if scene.cast:
        yield '      <SceneProperties Title="">'
        yield "        <SceneArcBeats>"
        yield from (f"          <CharacterArcBeat Name={quoteattr(_xml(name))}/>" for name in scene.cast)
        yield "        </SceneArcBeats>"
        yield "      </SceneProperties>"
    yield f"      <Text>{_escaped(scene.heading)}</Text>"
    yield "    </Paragraph>"


def _line(line: Line) -> Iterator[str]:
    if line.kind is LineKind.DIALOGUE:
        yield from _cue(line)
        if line.delivery and line.delivery != "sung":
            yield from _paragraph(Type.PARENTHETICAL, f"({line.delivery})")
        yield from _paragraph(Type.LYRICS if line.delivery == "sung" else Type.DIALOGUE, line.text)
    elif line.speaker and (remarks := _REMARKS.findall(line.text.replace("（", "(").replace("）", ")"))):
        yield from _cue(line)
        for remark in remarks:
            yield from _paragraph(Type.PARENTHETICAL, f"({remark})")
    else:
        yield from _paragraph(_TYPES[line.kind], line.text)


_TYPES = {
    LineKind.ACTION: Type.ACTION,
    LineKind.TRANSITION: Type.TRANSITION,
    LineKind.CAPTION: Type.CAPTION,
    LineKind.MARK: Type.NOTE,
}


def _cue(line: Line) -> Iterator[str]:
    """The name above a speech; an empty one where nobody is named, so that the speaker before doesn't go on."""
    name = line.speaker or ""
    narrates = line.voice is Voice.OVER and name.upper().startswith("NARRAT")
    yield from _paragraph(Type.CHARACTER, f"{name}{_VOICES[line.voice]}" if name and not narrates else name)


def _paragraph(type: str, text: str) -> Iterator[str]:
    yield f'    <Paragraph Type="{type}">'
    yield f"      <Text>{_escaped(text)}</Text>"
    yield "    </Paragraph>"


def _settings() -> Iterator[str]:
    for type in _OWN_TYPES:
        yield f'  <ElementSettings Type="{type}">'
        yield '    <FontSpec Font="Courier Final Draft" Size="12" Style=""/>'
        yield '    <ParagraphSpec Alignment="Left" LeftIndent="1.50" RightIndent="7.50" SpaceBefore="12" Spacing="1"/>'
        yield '    <Behavior PaginateAs="General" ReturnKey="Action" Shortcut=""/>'
        yield "  </ElementSettings>"


def _title_page(script: Script) -> Iterator[str]:
    texts = list(_title_texts(script))
    if not texts:
        return
    yield "  <TitlePage>"
    yield "    <Content>"
    for text in texts:
        yield f'      <Paragraph Alignment="Center"><Text>{_escaped(text)}</Text></Paragraph>'
    yield "    </Content>"
    yield "  </TitlePage>"


def _title_texts(script: Script) -> Iterable[str]:
    """The title, what it is about, and the notes as ``Key: value`` or as they stood on a title page."""
    if script.title:
        yield script.title if ":" not in script.title and "：" not in script.title else f"Title: {script.title}"
    if script.description:
        yield f"Description: {script.description}"
    notes = own_notes(script)
    if notes and not script.title:
        yield "Title:"
    for note in notes:
        free = note.removeprefix(f"{FREE_NOTE}: ")
        yield note if ":" in free else free


def _escaped(text: str) -> str:
    return escape(_xml(text))


def _xml(text: str) -> str:
    """Text with a space for each character that XML has no way to write: dropped, it would glue two words."""
    return _NOT_XML.sub(" ", text)
