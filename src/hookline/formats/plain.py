"""English screenplays that lost their formatting: copied text, text taken out of a PDF.

Fountain tells names from action by blank lines.  Where those are gone, added or broken by page
furniture, ``lines.py`` says what each line is, and this reader puts the lines together: wrapped lines
to paragraphs, speeches over page breaks to one speech.  Page furniture is kept as marks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from hookline.formats import Match
from hookline.formats.fountain import scene_head
from hookline.formats.lines import Tag, classify, clean
from hookline.formats.screenplay import MAX_HEAD_CHARS, Assembly
from hookline.formats.text import peek
from hookline.model.script import LineKind, Scene, Script, Voice

KIND = "script"
TITLE = "English script with lost formatting"

LOST = 0.15  # share of names, heads and transitions whose blank lines Fountain would misread
_HEAD_LINES = 800  # enough to tell
_COVER_ROWS = 12
_OTHER_FILES = (".csv", ".tsv", ".json", ".jsonl", ".srt", ".vtt", ".ass", ".fdx", ".html", ".xml")
_NOT_A_SCRIPT = re.compile(r"\s*(?:[<{]|WEBVTT)|.*\d -->", re.DOTALL)
_FOUNTAIN_ONLY = re.compile(r"\s*(?:[#=!@~]|[A-Z][a-z]+(?: [a-z]+)?: )")  # sections, forced lines, title pages
_HAN = re.compile(r"[\u3400-\u9fff]")

_EPISODE = re.compile(
    r"(?P<season>season\s+\d{1,2}[\s,:-]*)?(?:episode|ep\.?)[ #]*(?P<number>\d{1,4})"
    r"(?:\s*[-:–—.|]+\s*(?P<title>.{0,120}))?$",
    re.IGNORECASE,
)
_BY = re.compile(r"(?:(?:screenplay|teleplay|script|story|written|created|adapted)\s+)*by\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:SUPER(?:IMPOSE)?|TITLE(?: CARD)?|CAPTION|CHYRON|ON[- ]SCREEN(?: TEXT)?|SUBTITLE|CARD)\s*:\s*(?P<text>\S.*)$"
)
_CONTINUED = re.compile(r"\W*cont\W?(?:d|inued|inuing)?\W*$", re.IGNORECASE)
_VOICES = (
    (re.compile(r"v\W?\s?[o0]\b|voice|narrat", re.IGNORECASE), Voice.OVER),
    (re.compile(r"[o0]\W?\s?[sc]\b|off", re.IGNORECASE), Voice.OFF),
)
_WIDEST_PAGE = 90  # longer lines aren't wrapped: each is a paragraph


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: above Fountain where blank lines don't tell names from action, below it where they do."""
    text = peek(head)
    if text is None or name.lower().endswith(_OTHER_FILES) or _NOT_A_SCRIPT.match(text[:4000]):
        return None
    if len(_HAN.findall(text)) > 0.02 * len(text):
        return None
    lines = ["" if _FOUNTAIN_ONLY.match(line) else line for line in text.split("\n")[:_HEAD_LINES]]
    tags = classify(lines)
    if not _is_script(lines, tags):
        return None
    lost, marks = _lost(tags)
    if lost > max(2, LOST * marks):
        return Match(0.92, f"blank lines don't tell what its lines are ({lost} of {marks} names and heads)")
    return Match(0.2, f"it has {marks} names and heads")


def read(text: str, *, file: str) -> Script:
    r"""The script; every line of the text is in it, or in its ``unread``.

    Args:
        text: the script with ``\n`` line ends.
        file: the name that sources carry.
    """
    return _Reader(text.split("\n"), file).read().script("plain", "en")


def _is_script(lines: Sequence[str], tags: Sequence[Tag]) -> bool:
    heads = sum(tag is Tag.SCENE and scene_head(clean(line)) is not None for line, tag in zip(lines, tags, strict=True))
    names = Counter(clean(line).split("(")[0] for line, tag in zip(lines, tags, strict=True) if tag is Tag.CHARACTER)
    return heads > 0 or sum(times for times in names.values() if times > 1) >= 3


def _lost(tags: Sequence[Tag]) -> tuple[int, int]:
    """How many lines Fountain would misread for their blank lines; how many names, heads and transitions there are."""
    lost = sum(tag is Tag.OTHER for tag in tags)
    for above, tag in zip((Tag.BLANK, *tags), tags, strict=False):
        lost += tag is Tag.CHARACTER and above is not Tag.BLANK  # a name needs a blank line above
        lost += tag is Tag.ACTION and above in (Tag.DIALOGUE, Tag.PARENTHETICAL)  # so does action after speech
        lost += tag is Tag.BLANK and above is Tag.CHARACTER  # and a name none below
    return lost, sum(tag in (Tag.CHARACTER, Tag.SCENE, Tag.TRANSITION) for tag in tags)


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    number: int  # line of the file, from 1
    text: str
    tag: Tag
    gap: bool  # a blank line stands above


@dataclass(slots=True)
class _Speech:
    """What one name says until the next."""

    cue: _Row | None
    name: str | None = None
    voice: Voice = Voice.ON
    delivery: list[str] = field(default_factory=list)
    delivery_line: int = 0
    text: list[str] = field(default_factory=list)
    text_line: int = 0
    said: bool = False


class _Reader:
    """One walk over tagged rows that fills the assembly."""

    def __init__(self, lines: Sequence[str], file: str) -> None:
        self.out = Assembly(file)
        self.rows = _rows(lines)
        self.wide = _width([row for row in self.rows if row.tag is Tag.ACTION])
        self.at = 0
        self.speech: _Speech | None = None
        self.furniture = 0

    def read(self) -> Assembly:
        self._cover()
        while self.at < len(self.rows):
            row = self.rows[self.at]
            if row.tag not in (Tag.OTHER, Tag.DIALOGUE, Tag.PARENTHETICAL):
                self._end_speech()
            _RULES[row.tag](self)
        self._end_speech()
        if self.furniture:
            self.out.notes.append(f"{self.furniture} lines of page furniture (page numbers, CONTINUED) kept as marks")
        return self.out

    def _take(self) -> _Row:
        self.at += 1
        return self.rows[self.at - 1]

    def _more(self, tag: Tag, *, goes_on: Callable[[_Row, _Row], bool]) -> list[str]:
        """Texts of the rows below that continue the one above them."""
        found = []
        while self.at < len(self.rows):
            above, row = self.rows[self.at - 1], self.rows[self.at]
            if row.tag is not tag or row.gap or not goes_on(above, row):
                break
            found.append(self._take().text)
        return found

    def _cover(self) -> None:
        """A title page: what stands above the first scene, where one of its lines says by whom."""
        opens = (k for k, row in enumerate(self.rows) if row.tag in (Tag.SCENE, Tag.BLANK))
        end = next(opens, len(self.rows))
        by = next((k for k, row in enumerate(self.rows[: min(end, _COVER_ROWS)]) if _BY.match(row.text)), None)
        if by is None:
            return
        self.at = end if end <= by + _COVER_ROWS else min(by + 2, end)
        self.out.title = self.rows[0].text if by else ""
        self.out.notes += [row.text for row in self.rows[bool(by) : self.at]]

    # -- rules

    def _episode(self) -> None:
        row = self._take()
        head = _EPISODE.match(row.text)
        assert head is not None
        if head["season"]:
            self.out.notes.append(row.text)
        title = (head["title"] or "").strip()
        self.out.episode(int(head["number"]), title=title, written=row.text, line=row.number)

    def _scene(self) -> None:
        row = self._take()
        text = " ".join([row.text, *self._more(Tag.SCENE, goes_on=lambda _, below: scene_head(below.text) is None)])
        head = (scene_head(text) if len(text) <= MAX_HEAD_CHARS else None) or Scene(text, self.out.source(1), ())
        time = head.time_of_day
        if time == "same":
            before = self.out.current_scene()
            time = before.time_of_day if before else ""
        self.out.scene(replace(head, source=self.out.source(row.number), time_of_day=time))

    def _transition(self) -> None:
        row = self._take()
        self.out.line(LineKind.TRANSITION, row.text, row.number)

    def _action(self) -> None:
        row = self._take()
        text = " ".join([row.text, *self._more(Tag.ACTION, goes_on=self._wraps)])
        caption = _CAPTION.match(text)
        kind = LineKind.CAPTION if caption else LineKind.ACTION
        self.out.line(kind, caption["text"] if caption else text, row.number)

    def _wraps(self, above: _Row, row: _Row) -> bool:
        """Whether a row goes on with the paragraph above it: that had no room for its first word."""
        if row.text[0].islower() or self.wide > _WIDEST_PAGE:
            return row.text[0].islower()
        return len(above.text) + 1 + len(row.text.split(" ", 1)[0]) > 0.8 * self.wide

    def _furniture(self) -> None:
        row = self._take()
        self.furniture += 1
        self.out.line(LineKind.MARK, row.text, row.number)

    # -- speech

    def _name(self) -> None:
        row = self._take()
        name, voice, delivery = _cue(row.text)
        self.speech = _Speech(row, name, voice, delivery, row.number)

    def _dialogue(self) -> None:
        row = self._take()
        speech = self.speech = self.speech or _Speech(None)
        speech.text_line = speech.text_line if speech.text else row.number
        speech.text.append(row.text)

    def _parenthetical(self) -> None:
        row = self._take()
        speech = self.speech = self.speech or _Speech(None)
        self._say(speech)
        text = " ".join([row.text, *self._more(Tag.PARENTHETICAL, goes_on=lambda above, _: above.text[-1] != ")")])
        speech.delivery_line = row.number
        inner = text.removeprefix("(").removesuffix(")").strip()
        if inner:
            speech.delivery.append(inner)

    def _say(self, speech: _Speech) -> None:
        if not speech.text:
            return
        self.out.line(
            LineKind.DIALOGUE,
            " ".join(speech.text),
            speech.text_line,
            speaker=speech.name,
            delivery=", ".join(speech.delivery) or None,
            voice=speech.voice,
        )
        speech.text, speech.delivery, speech.said = [], [], True

    def _end_speech(self) -> None:
        """Settles what has no words: something done by the speaker, or a name alone."""
        speech, self.speech = self.speech, None
        if speech is None:
            return
        self._say(speech)
        if speech.delivery:
            text = " ".join(f"({one})" for one in speech.delivery)
            self.out.line(LineKind.ACTION, text, speech.delivery_line, speaker=speech.name, voice=speech.voice)
        elif speech.cue and not speech.said:
            self.out.unread(speech.cue.text, "a character's name with nothing said under it", at=speech.cue.number)


_RULES: dict[Tag, Callable[[_Reader], None]] = {
    Tag.BLANK: _Reader._episode,  # only heads of episodes are without a tag
    Tag.SCENE: _Reader._scene,
    Tag.ACTION: _Reader._action,
    Tag.CHARACTER: _Reader._name,
    Tag.DIALOGUE: _Reader._dialogue,
    Tag.PARENTHETICAL: _Reader._parenthetical,
    Tag.TRANSITION: _Reader._transition,
    Tag.OTHER: _Reader._furniture,
}


def _rows(lines: Sequence[str]) -> list[_Row]:
    """Rows with text; episode heads, which films don't have and the classifier doesn't know, are set apart first."""
    texts = [clean(line) for line in lines]
    heads = [len(text) <= MAX_HEAD_CHARS and _EPISODE.match(text) is not None for text in texts]
    tags = classify(["" if head else line for line, head in zip(lines, heads, strict=True)])
    gaps = [True, *(not text for text in texts[:-1])]
    rows = zip(range(1, len(lines) + 1), texts, tags, gaps, strict=True)
    return [_Row(number, text, tag, gap) for number, text, tag, gap in rows if text]


def _width(rows: Sequence[_Row]) -> int:
    """The length that few lines exceed: where the page was wrapped."""
    lengths = sorted(len(row.text) for row in rows) or [0]
    return lengths[int(0.95 * (len(lengths) - 1))]


def _cue(text: str) -> tuple[str, Voice, list[str]]:
    """Name, voice and delivery of a line like ``ANNA (V.O.) (CONT'D)``.

    >>> _cue("ANNA (V.O.) (cont'd)")
    ('ANNA', <Voice.OVER: 'over'>, [])
    """
    name, *extensions = re.split(r"\s*[()]\s*", text)
    told = [part for part in extensions if part and not _CONTINUED.match(part)]
    voice = next((voice for part in told for pattern, voice in _VOICES if pattern.match(part)), Voice.ON)
    delivery = [part for part in told if not any(pattern.match(part) for pattern, _ in _VOICES)]
    return (name.rstrip(" :^") or text), voice, delivery
