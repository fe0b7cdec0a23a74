"""A page as its elements, by the standard library's parser, for tests to look into."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "img", "input", "br", "hr", "link", "path", "rect", "circle", "line", "polyline", "polygon"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str = "", *, cls: str = "", id: str = "") -> list[Element]:
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, str):
                continue
            fits = (not tag or child.tag == tag) and (not cls or cls in child.classes())
            if fits and (not id or child.attributes.get("id") == id):
                found.append(child)
            found += child.all(tag, cls=cls, id=id)
        return found

    def one(self, tag: str = "", *, cls: str = "", id: str = "") -> Element:
        (found,) = self.all(tag, cls=cls, id=id)
        return found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice: {attrs}"
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> at line {self.getpos()[0]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str) -> Element:
    """The page's elements; fails where a tag is not closed in order."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    assert parser.open == [parser.root], f"left open: {[e.tag for e in parser.open[1:]]}"
    return parser.root


def data(page: Element) -> dict[str, Any]:
    """What the page carries for its script, by id."""
    blocks = [s for s in page.all("script") if s.attributes.get("type") == "application/json"]
    return {s.attributes["id"]: json.loads(s.text) for s in blocks}
