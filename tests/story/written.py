"""Scripts out of plain text: the shortest reader that serves tests of the story room.

The real readers live in ``hookline.formats`` and have tests of their own; here the text of a test
stays the text of the test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hookline.model.script import Episode, Line, LineKind, Scene, Script, Source, Voice

_EPISODE = re.compile(r"^(?:EPISODE (\d+)|第(\d+)集)$")
_HEAD = re.compile(r"^(?:INT|EXT)\.|^\d+-\d+\b|^FLASHBACK - ")
_SHOWN = re.compile(
    r"^(?:ON[- ]SCREEN(?: TEXT)?|CAPTION): *(.+)$|^【字幕[:：]?(.+?)】$|^【(闪回|闪回结束|回忆|回忆结束)】$"
)
_MARK = re.compile(r"^【(卡点|钩子|付费点|特写)】$|^\[\[(.+)\]\]$")
_CUT = re.compile(r"^(?:FADE|CUT|SMASH CUT|DISSOLVE)\b.*[.:]?$")
_HAN_SPEECH = re.compile(r"^([^\s△：:（(【]{1,8})(?:[（(](OS|VO|画外音|旁白)[）)])?[：:](?:[（(]([^）)]+)[）)])?(.+)$")
_NAME = re.compile(r"^([A-Z][A-Z0-9 .'’&-]+?)(?: \((V\.O\.|O\.S\.|CONT'D|[^)]*)\))?$")
_VOICES = {"V.O.": Voice.OVER, "O.S.": Voice.OFF, "OS": Voice.OFF, "VO": Voice.OVER, "旁白": Voice.OVER}


@dataclass
class _Page:
    episodes: list[tuple[int, list[tuple[str, Source, list[Line]]]]] = field(default_factory=list)

    def scene(self, heading: str, source: Source) -> None:
        if not self.episodes:
            self.episodes.append((1, []))
        self.episodes[-1][1].append((heading, source, []))

    def add(self, line: Line) -> None:
        if not self.episodes or not self.episodes[-1][1]:
            self.scene("", line.source)
        self.episodes[-1][1][-1][2].append(line)


def written(text: str, *, language: str = "en", file: str = "test.txt") -> Script:
    """A script out of Fountain-like or Chinese text."""
    page = _Page()
    speaking: tuple[str, Voice] | None = None
    delivery: str | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        stripped, source = raw.strip(), Source(file, number)
        if not stripped:
            speaking = delivery = None
        elif found := _EPISODE.match(stripped):
            page.episodes.append((int(found[1] or found[2]), []))
        elif _HEAD.match(stripped):
            page.scene(stripped, source)
            speaking = delivery = None
        elif speaking and re.fullmatch(r"\(.*\)", stripped):
            delivery = stripped.strip("()")
        elif speaking:
            page.add(Line(LineKind.DIALOGUE, stripped, source, speaking[0], delivery, speaking[1]))
            delivery = None
        elif line := _unspoken(stripped, source):
            page.add(line)
        elif (found := _NAME.match(stripped)) and stripped == stripped.upper() and len(stripped) < 40:
            speaking = (found[1], _VOICES.get(found[2] or "", Voice.ON))
        else:
            page.add(_rest(stripped, source, language))
    return Script("test", language, tuple(_episode(n, scenes) for n, scenes in page.episodes))


def _unspoken(text: str, source: Source) -> Line | None:
    if found := _SHOWN.match(text):
        return Line(LineKind.CAPTION, next(g for g in found.groups() if g), source)
    if found := _MARK.match(text):
        return Line(LineKind.MARK, next(g for g in found.groups() if g), source)
    if _CUT.match(text) and text == text.upper():
        return Line(LineKind.TRANSITION, text, source)
    return None


def _rest(text: str, source: Source, language: str) -> Line:
    if language == "zh" and (found := _HAN_SPEECH.match(text)) and found[1] != "人物":
        voice = _VOICES.get(found[2] or "", Voice.OVER if found[1] == "旁白" else Voice.ON)
        return Line(LineKind.DIALOGUE, found[4].strip(), source, found[1], found[3], voice)
    return Line(LineKind.ACTION, text.lstrip("△ "), source)


def _episode(number: int, scenes: list[tuple[str, Source, list[Line]]]) -> Episode:
    return Episode(number, tuple(Scene(heading, source, tuple(lines)) for heading, source, lines in scenes))
