"""Word (.docx): a zip of XML, read within bounds.

Where the file has paragraph styles for a screenplay (Scene Heading, Character, Dialogue, ...), they
say what is what.  Otherwise paragraphs become lines, with their indents and the gaps between them,
and the readers of plain text decide.  A line's number is the number of its paragraph.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hookline.formats import Match, pages
from hookline.formats.alone import episode_of, scene_of
from hookline.formats.markup import Element, parse
from hookline.formats.pages import PageRow
from hookline.formats.paragraphs import Paragraph, Type, script_of, title_page
from hookline.formats.screenplay import Assembly
from hookline.model.errors import Unreadable
from hookline.model.script import Script

KIND = "script"
TITLE = "Word"

MAX_PART_BYTES = 64 * 1024 * 1024  # of one part, unpacked; a season of scripts has some 20 MB
MAX_PARTS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an old .doc, or a .docx with a password
_DOCUMENT, _STYLES = "word/document.xml", "word/styles.xml"
_SKIP = frozenset(("del", "moveFrom", "Fallback", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr"))
_TWIPS_A_COLUMN = 144  # a tenth of an inch
_TWIPS_A_GAP = 80
_CENTRED, _RIGHT = 24, 45  # columns: where a page sets names, and transitions
_STYLE_TYPES = {
    Type.SCENE: "scene heading,scene,slugline,slug line,sceneheading,场景,场景标题,场次",
    Type.ACTION: "action,description,shot,动作,舞台指示",
    Type.CHARACTER: "character,character name,cue,角色,人物,角色名",
    Type.PARENTHETICAL: "parenthetical,parentheses,wryly,括号,情绪",
    Type.DIALOGUE: "dialogue,dialog,对白,台词",
    Type.LYRICS: "lyrics,lyric,singing",
    Type.TRANSITION: "transition,转场",
    Type.CAPTION: "super,title card,caption text,字幕",
}
_TYPE_OF_STYLE = {name: type for type, names in _STYLE_TYPES.items() for name in names.split(",")}


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the parts of a Word file at the head of the zip."""
    if head.startswith(b"PK\x03\x04") and (b"word/" in head or b"[Content_Types].xml" in head):
        return Match(0.98, "it is a zip with the parts of a Word file") if _says_word(name, head) else None
    if head.startswith(_OLE) and name.lower().endswith((".docx", ".doc")):
        return Match(0.5, "it is an old or a protected Word file")
    return None


def _says_word(name: str, head: bytes) -> bool:
    return b"word/" in head or name.lower().endswith(".docx")


def read_bytes(data: bytes, *, file: str) -> Script:
    """The script; every paragraph with text is in it, or in its ``unread``.

    Raises ``Unreadable`` for a file that is damaged, protected, larger than a script when unpacked, or
    without a script in it.
    """
    if data.startswith(_OLE):
        raise Unreadable(
            "is an old Word file (.doc) or one with a password", where=file, mend="save it as .docx without a password"
        )
    document, styles = _parts(data, file)
    texts = list(_paragraphs(document, _Styles(styles)))
    if not any(one.text for one in texts):
        raise Unreadable("holds no text", where=file, mend="check that it is the right file")
    script = _styled(texts, file) or pages.script_of(_rows(texts), file=file, format="docx", what="the Word file")
    counted = sum(one.counted for one in texts)
    note = f"Word numbers {counted} paragraphs by itself: those numbers are not in the file's text"
    return script if not counted else _with_note(script, note)


def _with_note(script: Script, note: str) -> Script:
    return replace(script, notes=(*script.notes, note))


# --- the zip -------------------------------------------------------------------------------------


def _parts(data: bytes, file: str) -> tuple[Element, Element | None]:
    """The document and its styles."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MAX_PARTS:
                raise Unreadable(f"has more than {MAX_PARTS:,} parts, which no Word file has", where=file)
            names = set(archive.namelist())
            if _DOCUMENT not in names:
                raise Unreadable("is a zip, but no Word file", where=file, mend="save it as .docx")
            document = _unpacked(archive, _DOCUMENT, file)
            styles = _unpacked(archive, _STYLES, file) if _STYLES in names else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Unreadable(
            f"is no whole Word file ({str(error)[:100]})", where=file, mend="save it as .docx again: it may be cut off"
        ) from error
    what = "a Word file"
    root = parse(document, where=file, what=what, skip=_SKIP)
    return root, parse(styles, where=file, what=what, skip=_SKIP) if styles else None


def _unpacked(archive: zipfile.ZipFile, name: str, file: str) -> bytes:
    """A part, unpacked no further than its bound, whatever size the zip claims."""
    with archive.open(name) as part:
        data = part.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise Unreadable(
            f"unpacks to more than {MAX_PART_BYTES:,} bytes, which no script does",
            where=file,
            mend="check where the file comes from: it may be made to fill the memory",
        )
    return data


# --- paragraphs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a style or a paragraph says about its looks; None where it says nothing."""

    indent: int | None = None  # twips
    before: int | None = None
    after: int | None = None
    align: str | None = None

    def over(self, base: _Layout) -> _Layout:
        return _Layout(
            base.indent if self.indent is None else self.indent,
            base.before if self.before is None else self.before,
            base.after if self.after is None else self.after,
            base.align if self.align is None else self.align,
        )


class _Styles:
    """Names and looks of the file's paragraph styles, with what they inherit."""

    def __init__(self, root: Element | None) -> None:
        styles = list(root.children("style")) if root else []
        self.by_id = {one.attributes.get("styleId", ""): one for one in styles}
        defaults = root.child("docDefaults", "pPrDefault", "pPr") if root else None
        self.base = _layout(defaults)
        normal = (one for one in styles if one.attributes.get("default") in ("1", "true") and _is_paragraph(one))
        self.normal = next((one.attributes.get("styleId", "") for one in normal), "")

    def chain(self, style: str) -> Iterator[Element]:
        """The style and those that it is based on."""
        for _ in range(20):
            element = self.by_id.get(style)
            if element is None:
                return
            yield element
            style = _value(element, "basedOn")

    def type(self, style: str) -> Type:
        """What the style's name, or that of one it is based on, says that a paragraph is."""
        names = [style, *(_value(element, "name") for element in self.chain(style))]
        known = (_TYPE_OF_STYLE.get(re.sub(r"[\s_-]+", " ", name).strip().lower()) for name in names)
        return next((type for type in known if type), Type.GENERAL)

    def layout(self, style: str, own: _Layout) -> _Layout:
        found = own
        for element in self.chain(style or self.normal):
            found = found.over(_layout(element.child("pPr")))
        return found.over(self.base)


def _is_paragraph(style: Element) -> bool:
    return style.attributes.get("type", "paragraph") == "paragraph"


def _layout(properties: Element | None) -> _Layout:
    indent = properties.child("ind") if properties else None
    spacing = properties.child("spacing") if properties else None
    left = _number(indent, "left", "start")
    first = (_number(indent, "firstLine") or 0) - (_number(indent, "hanging") or 0)
    return _Layout(
        None if indent is None else (left or 0) + first,
        _number(spacing, "before"),
        _number(spacing, "after"),
        _value(properties, "jc") or None if properties else None,
    )


def _number(element: Element | None, *names: str) -> int | None:
    written = next((element.attributes[name] for name in names if name in element.attributes), "") if element else ""
    return int(written) if re.fullmatch(r"-?\d{1,6}", written) else None


def _value(element: Element, name: str) -> str:
    child = element.child(name)
    return child.attributes.get("val", "") if child else ""


@dataclass(frozen=True, slots=True)
class _Text:
    """A paragraph of the file."""

    number: int
    text: str
    tabs: int
    type: Type
    layout: _Layout
    counted: bool  # Word puts a number before it
    title: bool


def _paragraphs(document: Element, styles: _Styles) -> Iterator[_Text]:
    for number, element in enumerate(document.all("p"), start=1):
        properties = element.child("pPr")
        style = _value(properties, "pStyle") if properties else ""
        raw = _text(element)
        tabs = len(raw) - len(raw.lstrip("\t"))
        counted = bool(raw.strip()) and properties is not None and properties.child("numPr") is not None
        layout = styles.layout(style, _layout(properties))
        text = "\n".join(line.strip() for line in raw.replace("\t", " ").split("\n")).strip()
        yield _Text(number, text, tabs, styles.type(style), layout, counted, style.lower() == "title")


def _text(paragraph: Element) -> str:
    """The words of a paragraph, without those of paragraphs in text boxes inside it."""
    parts: list[str] = []
    waiting = list(reversed(list(paragraph.children())))
    while waiting:
        one = waiting.pop()
        if one.name == "t":
            parts.append(one.text())
        elif one.name in _SIGNS:
            parts.append(_SIGNS[one.name])
        elif one.name not in ("p", "pPr"):
            waiting.extend(reversed(list(one.children())))
    return "".join(parts)


_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


# --- by styles -----------------------------------------------------------------------------------


def _styled(texts: list[_Text], file: str) -> Script | None:
    """The script by its styles; None where the file has none for a screenplay."""
    types = {one.type for one in texts if one.text}
    if not (Type.DIALOGUE in types and types & {Type.CHARACTER, Type.SCENE}):
        return None
    out = Assembly(file)
    written = [one for one in texts if one.text]
    start = next(i for i, one in enumerate(written) if one.type is not Type.GENERAL or _is_head(one.text))
    title_page([one.text for one in written[:start]], out)
    listed = (Paragraph(one.type, one.text, one.number) for one in written[start:])
    return script_of(listed, out, format="docx", captions=Type.CAPTION in types)


def _is_head(text: str) -> bool:
    return episode_of(text) is not None or bool(scene_of(text).setting)


# --- by looks ------------------------------------------------------------------------------------


def _rows(texts: list[_Text]) -> Iterator[PageRow]:
    """Rows with their indents; a gap is an empty paragraph, or more space than the file's paragraphs usually have."""
    written = [one for one in texts if one.text]
    usual = min((_space(above, one) for above, one in itertools.pairwise(written)), default=0)
    above: _Text | None = None
    for one in written:
        gap = above is not None and (one.number > above.number + 1 or _space(above, one) >= usual + _TWIPS_A_GAP)
        yield PageRow(one.text, one.number, _indent(one), gap)
        above = one


def _space(above: _Text, one: _Text) -> int:
    """Twips between two paragraphs."""
    return max(above.layout.after or 0, one.layout.before or 0)


def _indent(one: _Text) -> int:
    if one.layout.align == "center":
        return _CENTRED
    if one.layout.align in ("right", "end"):
        return _RIGHT
    return max(0, (one.layout.indent or 0) // _TWIPS_A_COLUMN) + 5 * one.tabs
