"""Final Draft (.fdx): XML in which every paragraph says what it is.

A line's number is that of its paragraph in the file.  What a Final Draft file says beside the script
(page layout, window state, revisions) is not the story's and is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from hookline.formats import Match
from hookline.formats.alone import episode_of
from hookline.formats.markup import Element, parse
from hookline.formats.paragraphs import Paragraph, Type, script_of, title_page
from hookline.formats.screenplay import Assembly
from hookline.formats.text import peek
from hookline.model.errors import Unreadable
from hookline.model.script import Script

KIND = "script"
TITLE = "Final Draft"

_TYPES = {type.value: type for type in Type} | {
    "Shot": Type.ACTION,
    "Singing": Type.LYRICS,
    "Lyric": Type.LYRICS,
    "New Act": Type.NOTE,
    "End of Act": Type.NOTE,
    "Outline": Type.NOTE,
    "Synopsis": Type.NOTE,
    "Super": Type.CAPTION,
    "Title Card": Type.CAPTION,
}
_MAY_HEAD_EPISODES = frozenset(("New Act", "Outline", "Cold Opening", "Show/Ep. Title", "Show/Ep. Name"))


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the element that a Final Draft file begins with, and the name."""
    text = peek(head)
    if text is None:
        return None
    if "<FinalDraft" in text[:4096]:
        return Match(0.99, "it begins with the element FinalDraft")
    return Match(0.6, "its name ends in .fdx") if name.lower().endswith(".fdx") else None


def read_bytes(data: bytes, *, file: str) -> Script:
    """The script; every paragraph with text is in it, or in its ``unread``.

    Raises ``Unreadable`` for XML that is broken, or dangerous, or no Final Draft file.
    """
    root = parse(data, where=file, what="a Final Draft file")
    content = root.child("Content")
    if root.name != "FinalDraft" or content is None:
        raise Unreadable(
            "is XML, but holds no Final Draft script", where=file, mend="save it as .fdx with Final Draft or Fade In"
        )
    out = Assembly(file)
    page = root.child("TitlePage", "Content")
    title_page([text for one in page.children("Paragraph") if (text := _text(one))] if page else [], out)
    _script_notes(root, out)
    declared = {setting.attributes.get("Type", "") for setting in root.children("ElementSettings")}
    paragraphs = list(_paragraphs(content, out))
    return script_of(paragraphs, out, format="fdx", captions=Type.CAPTION.value in declared)


def _paragraphs(content: Element, out: Assembly) -> Iterator[Paragraph]:
    """The paragraphs in order, dual dialogue one after the other, notes after what they are about."""
    strange: dict[str, int] = {}
    for element in _flat(content):
        written = element.attributes.get("Type", Type.GENERAL.value)
        type = _TYPES.get(written)
        if type is None or written in _MAY_HEAD_EPISODES:
            type = Type.GENERAL if type is None else _unless_episode(element, type)
            if written not in _MAY_HEAD_EPISODES:
                strange.setdefault(written, element.line)
        yield Paragraph(type, _text(element), element.line, element.attributes.get("Number", ""), _cast(element))
        for note in element.children("ScriptNote"):
            yield Paragraph(Type.NOTE, _note(note), note.line)
    for name, line in strange.items():
        out.notes.append(f"paragraphs of type {name} are read by their words (the first: {out.source(line)})")


def _unless_episode(element: Element, type: Type) -> Type:
    return Type.GENERAL if episode_of(_text(element)) else type


def _flat(content: Element) -> Iterator[Element]:
    for paragraph in content.children("Paragraph"):
        dual = list(paragraph.children("DualDialogue"))
        if not dual:
            yield paragraph
        for both in dual:
            yield from both.children("Paragraph")


def _text(element: Element) -> str:
    """The words of a paragraph: its pieces of different style, joined."""
    return "".join(piece.text() for piece in element.children("Text")).strip()


def _note(note: Element) -> str:
    return "\n".join(text for paragraph in note.all("Paragraph") if (text := _text(paragraph)))


def _cast(heading: Element) -> tuple[str, ...]:
    names = (beat.attributes.get("Name", "").strip() for beat in heading.all("CharacterArcBeat"))
    return tuple(dict.fromkeys(name for name in names if name))


def _script_notes(root: Element, out: Assembly) -> None:
    """Notes that newer versions keep outside the text, by their place in it."""
    for notes in root.children("ScriptNotes"):
        for note in notes.children("ScriptNote"):
            if text := _note(note):
                out.unread(text, "a note that Final Draft keeps apart from the script", at=note.line)
