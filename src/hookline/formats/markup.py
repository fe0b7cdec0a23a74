"""XML from strangers: a small tree with line numbers, without entities, document types or surprises.

The parser is the standard library's expat.  What makes XML dangerous is refused before it can
work: document type declarations (entities that multiply, files and addresses that are fetched),
trees larger or deeper than a script can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from hookline.model.errors import Unreadable

MAX_ELEMENTS = 400_000  # a season of a hundred scripts has some 100,000
MAX_SKIPPED = 4_000_000
MAX_DEPTH = 100
_CHUNK = 65_536


@dataclass(slots=True)
class Element:
    """An element: its name without the namespace, its attributes likewise, and what it holds, in order."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    content: list[Element | str] = field(default_factory=list)

    def children(self, *names: str) -> Iterator[Element]:
        """The elements right inside, of these names or of any."""
        return (one for one in self.content if isinstance(one, Element) and (not names or one.name in names))

    def child(self, *path: str) -> Element | None:
        """The element that a path of names leads to, always taking the first."""
        at: Element | None = self
        for name in path:
            at = next(at.children(name), None) if at else None
        return at

    def all(self, *names: str) -> Iterator[Element]:
        """Every element inside of these names, in the order of the file."""
        waiting = list(reversed(list(self.children())))
        while waiting:
            one = waiting.pop()
            if one.name in names:
                yield one
            waiting.extend(reversed(list(one.children())))

    def text(self) -> str:
        """The text inside, elements' within it too."""
        parts: list[str] = []
        waiting: list[Element | str] = list(reversed(self.content))
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                parts.append(one)
            else:
                waiting.extend(reversed(one.content))
        return "".join(parts)


def parse(data: bytes, *, where: str, what: str, skip: frozenset[str] = frozenset()) -> Element:
    """The root of an XML document; ``Unreadable`` for one that is broken, dangerous or too large.

    Args:
        data: the file's bytes.
        where: the file's name, for messages.
        what: what the file should be, for messages: "a Final Draft file".
        skip: names of elements that are left out with all that they hold.
    """
    builder = _Builder(where, what, skip)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.refuse
    parser.EntityDeclHandler = builder.refuse
    parser.StartElementHandler = lambda name, attributes: builder.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        for at in range(0, len(data), _CHUNK):
            parser.Parse(data[at : at + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise Unreadable(
            f"is no whole XML file ({reason})",
            where=f"{where}:{error.lineno}",
            mend=f"export {what} again: the file may be cut off or changed by hand",
        ) from error
    except (LookupError, ValueError) as error:  # an encoding that Python lacks or that expat can't take
        raise Unreadable("is in an encoding that can't be read", where=where, mend="save it in UTF-8") from error
    assert builder.root is not None, "expat refuses a document without a root"
    return builder.root


class _Builder:
    """Builds the tree from expat's events."""

    def __init__(self, where: str, what: str, skip: frozenset[str]) -> None:
        self.where = where
        self.what = what
        self.skip = skip
        self.skipping = 0  # how deep inside a skipped element
        self.skipped = 0
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def refuse(self, *_: object) -> None:
        raise Unreadable(
            "declares a document type or entities, which no script needs and which can harm",
            where=self.where,
            mend=f"export {self.what} again with the program that made it",
        )

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        local = _local(name)
        if self.skipping or (local in self.skip and self.open):
            self.skipping += 1
            self.skipped += 1
        else:
            self._open(Element(local, line, {_local(key): value for key, value in attributes.items()}))
        if self.count > MAX_ELEMENTS or self.skipped > MAX_SKIPPED or len(self.open) + self.skipping > MAX_DEPTH:
            raise Unreadable(
                f"is larger or deeper than {self.what} can be"
                f" (at most {MAX_ELEMENTS:,} elements, {MAX_DEPTH} inside one another)",
                where=f"{self.where}:{line}",
                mend="split it, or check that it is the right file",
            )

    def _open(self, element: Element) -> None:
        self.count += 1
        if self.open:
            self.open[-1].content.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, _: str) -> None:
        if self.skipping:
            self.skipping -= 1
        else:
            self.open.pop()

    def characters(self, text: str) -> None:
        if not self.skipping:
            self.open[-1].content.append(text)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
