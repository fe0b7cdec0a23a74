"""Text as it stands on pages (Word, PDF) to a script: which reader, which lines, where from.

A page shows by indents and gaps what plain text shows by blank lines.  So the rows of the pages are
laid out as plain text, the reader for English or Chinese scripts reads that, and the sources of what
it found are led back to the paragraph or line of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from hookline.formats import HEAD_BYTES, Match, chinese, fountain, plain
from hookline.formats.paragraphs import title_page
from hookline.formats.screenplay import Assembly
from hookline.model.errors import Unreadable
from hookline.model.script import Scene, Script, Source

MAX_INDENT = 60  # columns


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row of a page: its text, where it begins, and whether there is a gap above it."""

    text: str
    number: int  # what a source names: the paragraph of a Word file, the line of a PDF
    indent: int = 0  # columns of a tenth of an inch
    gap: bool = False


def script_of(rows: Iterable[PageRow], *, file: str, format: str, what: str, wrapped: bool = False) -> Script:
    """The script that rows of pages hold; ``Unreadable`` where no reader finds a script in them.

    Args:
        rows: in reading order, none of them empty.
        file: the name that sources carry.
        format: the name of the format.
        what: the file in words, for messages: "the Word file".
        wrapped: whether rows end where the page does, so that the rows of one line are one row.
    """
    text, numbers = _laid_out(rows)
    reader = _reader(text)
    if reader is None:
        raise Unreadable(
            f"{what} holds text, but nothing that looks like a script: no scene heads, no speakers",
            where=file,
            mend="check that it is the right file; a script needs scene heads or names above what is said",
        )
    script = renumbered(replace(reader(text, file=file), format=format), numbers)
    return _unwrapped(script) if wrapped else script


def with_title_page(script: Script, texts: list[str]) -> Script:
    """The script with what its title page says; what the script itself says goes first."""
    out = Assembly("")
    title_page(texts, out)
    return replace(
        script,
        title=script.title or out.title,
        description=script.description or "\n".join(out.description),
        notes=(*out.notes, *script.notes),
    )


def _laid_out(rows: Iterable[PageRow]) -> tuple[str, list[int]]:
    """Plain text, and for each of its lines the number of the row that it came from."""
    lines: list[str] = []
    numbers: list[int] = []
    for row in rows:
        if row.gap and lines:
            lines.append("")
            numbers.append(row.number)
        for piece in row.text.split("\n"):
            lines.append(" " * min(row.indent, MAX_INDENT) + piece if piece else piece)
            numbers.append(row.number)
    return "\n".join(lines) + "\n", numbers


class _Read(Protocol):
    def __call__(self, text: str, *, file: str) -> Script: ...


def _reader(text: str) -> _Read | None:
    """The surest of the readers of text; None if none knows it."""
    head = text.encode("utf-8", errors="replace")[:HEAD_BYTES]
    matches = [(match.score, read) for recognise, read in _READERS if (match := recognise("", head))]
    return max(matches, key=lambda match: match[0])[1] if matches else None


_READERS: tuple[tuple[Callable[[str, bytes], Match | None], _Read], ...] = (
    (fountain.recognise, fountain.read),
    (chinese.recognise, chinese.read),
    (plain.recognise, plain.read),
)


def renumbered(script: Script, numbers: list[int]) -> Script:
    """The script with each line number replaced by the number that stands for it, from 1."""

    def source(old: Source) -> Source:
        return Source(old.file, numbers[min(old.line, len(numbers)) - 1])

    def scene(old: Scene) -> Scene:
        lines = tuple(replace(line, source=source(line.source)) for line in old.lines)
        return replace(old, source=source(old.source), lines=lines)

    def note(old: str) -> str:
        return re.sub(r"(?<=:)\d+\b", lambda line: str(numbers[min(int(line[0]), len(numbers)) - 1]), old)

    return replace(
        script,
        episodes=tuple(replace(one, scenes=tuple(map(scene, one.scenes))) for one in script.episodes),
        unread=tuple(replace(one, source=source(one.source)) for one in script.unread),
        notes=tuple(note(one) if _TELLS_LINE.match(one) else one for one in script.notes),
    )


def _unwrapped(script: Script) -> Script:
    """The script with the rows of each line joined: by a space, or by nothing in Chinese and after a hyphen."""

    def scene(old: Scene) -> Scene:
        return replace(old, lines=tuple(replace(line, text=_one_row(line.text)) for line in old.lines))

    return replace(
        script, episodes=tuple(replace(one, scenes=tuple(map(scene, one.scenes))) for one in script.episodes)
    )


def _one_row(text: str) -> str:
    return _WRAP.sub(" ", _HYPHEN_WRAP.sub("", _HAN_WRAP.sub("", text)))


_HYPHEN_WRAP = re.compile(r"(?<=\w-)\n|(?<=\w--)\n|(?<=\w[–—])\n")
_WRAP = re.compile(r"\s*\n\s*")
_HAN_WRAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*|\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])")
_TELLS_LINE = re.compile(r"episode \d+ is headed again at ")
