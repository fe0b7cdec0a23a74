"""Fountain 1.1 and plain English scripts, with what short-drama scripts add to them.

The text goes through three steps: notes and boneyards are lifted out (``_lift``), every line gets
its shape (``_Reader.shape``), and one walk over the shapes fills the assembly (``_Reader.read``).
Where the Fountain rules and a careful reader disagree, ``docs/formats.md`` says who wins and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from hookline.formats import Match
from hookline.formats.screenplay import MAX_HEAD_CHARS, Assembly, number_in_name
from hookline.formats.text import peek
from hookline.model.script import LineKind, Scene, Script, Source, Voice

KIND = "script"
TITLE = "Fountain or English script"

_NOWHERE = Source("", 0)  # until the walk says where
_TITLE_KEYS = frozenset(
    (
        "title",
        "credit",
        "author",
        "authors",
        "source",
        "notes",
        "draft date",
        "date",
        "contact",
        "copyright",
        "revision",
        "description",
        "logline",
        "synopsis",
        "language",
        "format",
        "genre",
        "series",
        "episode",
        "episode title",
        "font",
        "writer",
        "written by",
        "market",
        "summary",
    )
)
_DESCRIPTIONS = frozenset(("description", "logline", "synopsis", "summary"))
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9 _-]{0,29}):[ \t]*(.*)$")

_PAGE_BREAK = re.compile(r"={3,}$")
_NUMBER_WORDS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)
_EPISODE = re.compile(
    r"(?:s(?:eason)?\s*\d{1,2}[\s,]*)?(?:episode|eps?\.?|e(?=\d))\s*\#?\s*"
    rf"(?P<number>\d{{1,4}}|{'|'.join(_NUMBER_WORDS)})\b\s*(?P<sign>[-:–—.|]*)\s*(?P<title>.*)$",
    re.IGNORECASE,
)

_PLACES = r"INT\.?\s?/\s?EXT|EXT\.?\s?/\s?INT|I\.?\s?/\s?E|E\.?\s?/\s?I|INT|EXT|EST"
_SCENE = re.compile(
    rf"(?:(?P<before>[A-Z][A-Z' ]{{2,30}})\s*[-–—:]\s*)?(?P<in>{_PLACES})(?P<sep>\.|[ \t:]|\s?[-–—])\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_NUMBERED_SCENE = re.compile(
    r"(?P<label>scene\s+(?P<number>\d{1,4}(?:\s*-\s*\d{1,4})?[a-z]?))(?:\s*[-:–—.]+\s*(?P<rest>.*)|\s*)$",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"(?P<number>\d{1,4}(?:-\d{1,4})?[A-Z]?)[.)]?\s+(?P<rest>.+)$")
_TRAILING_NUMBER = re.compile(r"\s*#(?P<number>[\w.)(-]{1,20})#\s*$")
_REMARK = re.compile(r"\s*\([^()]*\)")
_TIMES = {
    "day": "day morning afternoon noon midday daytime daylight",
    "night": "night midnight nighttime late-night",
    "dawn": "dawn sunrise daybreak",
    "dusk": "dusk sunset evening twilight",
}
_TIME_OF_WORD = {word: time for time, words in _TIMES.items() for word in words.split()}
_SAME_TIME = frozenset(("continuous", "same", "continues", "intercut"))
_TIME_WORDS = frozenset((*_TIME_OF_WORD, *_SAME_TIME, "later", "earlier", "ago", "moments"))

_CAPTION = re.compile(
    r"(?:ON[- ]?SCREEN(?: TEXT)?|TEXT ON SCREEN|SCREEN TEXT|TITLE CARD|INTERTITLE|TITLES?|SUPER(?:IMPOSED?)?|CHYRON"
    r"|CAPTION|LOWER THIRD|SUBTITLE|GRAPHIC|CARD)\s*(?::|\s[-–—])\s*(?P<text>.*)$"
)
_BRACKETED_CAPTION = re.compile(_CAPTION.pattern, re.IGNORECASE)
_UNITS = r"(?:YEARS?|MONTHS?|WEEKS?|DAYS?|NIGHTS?|HOURS?|MINUTES?|SECONDS?)"
_BARE_CAPTION = re.compile(
    rf"(?:(?:[A-Z0-9'-]+ ){{0,4}}{_UNITS} (?:LATER|AGO|EARLIER|BEFORE)|THE END|TO BE CONTINUED)[.…!]{{0,3}}$",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"(?:(?:[A-Z'-]+ ){1,5}TO:"
    r"|FADE (?:IN|OUT|UP|TO [A-Z]+)|(?:[A-Z]+ )?CUT(?: TO [A-Z]+| BACK| OUT)?|DISSOLVE|BACK TO [A-Z ]+"
    r"|BLACKOUT|(?:BLACK|WHITE) SCREEN|FLASH(?=[.:])|SCENE CUTS?|(?:QUICK|FLASH|TIME) CUTS?|SERIES OF SHOTS"
    r"|(?:MOMENTS? )?LATER|END (?:OF )?(?:SCENE|FLASHBACKS?|FLASH ?FORWARD|MONTAGE|INTERCUT|DREAM|DREAM SEQUENCE)"
    r"|(?:BEGIN |START )?(?:FLASH ?BACKS?|FLASH ?FORWARDS?|MONTAGE|INTERCUT|DREAM SEQUENCE)"
    r"(?: BEGINS?| STARTS?| ENDS?| CONTINUES?)?(?:\s?[-–—:]\s?[^.!?]{1,60})?)[.:…]{0,3}$"
)
_MIXED_TURN = re.compile(
    r"(?:(?:smash|hard|jump|match|quick) )?(?:(?:cut|dissolve|back) to(?: black)?:|fade (?:in|out)[.:])$", re.IGNORECASE
)
_TURN_AND_MORE = re.compile(
    r"(?P<turn>(?:[A-Z]+ ){0,2}(?:CUT|FADE|DISSOLVE|BACK)(?: BACK)? TO(?: [A-Z]+)?:)\s+(?P<more>\S.*)$"
)
_MARK = re.compile(
    r"(?:(?:THE )?END OF (?:EPISODE|EP|ACT|SEASON|PART)\b.*|END (?:EPISODE|EP)\b.*|EPISODE ENDS?"
    r"|(?:CLIFF-?HANGER|PAY-?WALL|COLD OPEN|TEASER|OPENING HOOK)(?:\s*[:.–—-].*)?|(?:HOOK|BUTTON)\s*:.*)$"
)
_BRACKETED_MARK = re.compile(r"(?:HOOK|BUTTON)\b.*$")  # bare, they may be names

_CUE = re.compile(r"(?P<name>[^()^]*[^()^\s])(?P<extensions>(?:\s*\([^()]*\))*)\s*(?P<dual>\^?)$")
_INLINE = re.compile(
    r"(?P<name>[A-Z][\w .'’&/-]{0,40}?)(?P<extensions>(?:\s?\([^()]{1,40}\)){0,3})\s?:\s+(?P<text>\S.*)$"
)
_NOT_NAMES = re.compile(
    r"(?:INSERT|CLOSE ON|CLOSE-?UP|ANGLE ON|POV|WIDE (?:SHOT|ON)|ECU|SFX|VFX|BGM|ACTION|NOTE|SCENE|CAST)\b(?!')"
)
_TITLED = re.compile(r"\b(?:MR|MRS|MS|DR|JR|SR|ST|PROF|CAPT|LT|SGT|NO|[A-Z])\.")
_LETTER = re.compile(r"[^\W\d_]")
_LOWER = re.compile(r"[a-zß-öø-ÿ]")
_VOICES = (
    (re.compile(r"\bv\.?\s?/?\s?o\b|voice ?over|pre-?lap|narrat", re.I), Voice.OVER),
    (
        re.compile(r"\bo\.?\s?/?\s?[sc]\b|\boff[ -]?(?:screen|camera)|thinking|thoughts?\b|\binner\b|internal", re.I),
        Voice.OFF,
    ),
)
_BARE_VOICE = re.compile(r"(?:v\.?\s?/?\s?o\.?|o\.?\s?/?\s?[sc]\.?|voice ?over|off[ -]?(?:screen|camera))$", re.I)
_PARENTHETICAL = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)?\)\.?$")
_LEADING_PARENTHETICAL = re.compile(r"\((?P<inner>[^()]{1,200})\)\s*(?P<rest>\S.*)$")
_SENTENCE_ENDS = tuple('.!?…"”—-')
MOST_EMPTY = 2  # lines between a name and its words that a writer leaves by mistake
_TALKS = re.compile(r"[?!]|\b(?:I|I'm|you|your|my|me|we|our|us)\b", re.IGNORECASE)  # what action lines don't hold
_CONTINUED = re.compile(r"(?:cont(?:['’]?d|inued|inuing)?\.?)$", re.I)
_EMPHASIS = (
    re.compile(r"(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1"),
    re.compile(r"(?<!\w)(_)(?=[^\s_])([^_\n]*[^\s_])_(?!\w)"),
)
_ESCAPED = re.compile(r"\\([*_])")
_HIDDEN = {"*": "\ufdd0", "_": "\ufdd1"}  # noncharacters: no text holds them


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the ``.fountain`` name, scene heads, and names in capitals above what they say."""
    text = peek(head)
    lower = name.lower()
    if text is None or lower.endswith((".csv", ".tsv", ".json", ".jsonl", ".srt", ".vtt")):
        return None
    if lower.endswith((".fountain", ".spmd")):
        return Match(0.95, "its name ends in .fountain")
    reader = _Reader(_lift(text)[0], "")
    heads = sum(1 for row in reader.rows if len(row.text) <= MAX_HEAD_CHARS and scene_head(row.text) is not None)
    cues = reader.count_speech()
    if heads:
        return Match(min(0.9, 0.5 + 0.05 * (heads + cues)), f"it has {heads} scene heads and {cues} speaker cues")
    if cues >= 3:
        return Match(min(0.7, 0.3 + 0.02 * cues), f"it has {cues} speaker cues")
    return None


def read(text: str, *, file: str) -> Script:
    r"""The script; every line of the text is in it, or in its ``unread``.

    Args:
        text: the script with ``\n`` line ends.
        file: the name that sources carry.
    """
    rows, lifted = _lift(text)
    assembly = _Reader(rows, file, lifted).read()
    return assembly.script("fountain", "en")


def plain(text: str) -> str:
    r"""Text without Fountain's emphasis signs.

    >>> plain(r"**Run**, *now*. He dialed *69. A \*star\*")
    'Run, now. He dialed *69. A *star*'
    """
    if "*" not in text and "_" not in text:
        return text
    text = _ESCAPED.sub(lambda sign: _HIDDEN[sign[1]], text)
    for _ in range(2):  # once more for emphasis inside emphasis
        for pattern in _EMPHASIS:
            text = pattern.sub(r"\2", text)
    return text.replace(_HIDDEN["*"], "*").replace(_HIDDEN["_"], "_")


# --- notes and boneyards -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    text: str  # stripped
    indent: int = 0  # columns
    spaced: bool = False  # blank, but with two spaces: keeps a dialogue going

    @property
    def blank(self) -> bool:
        return not self.text


_BLANK, _SPACED = _Row(0, ""), _Row(0, "", spaced=True)


@dataclass(frozen=True, slots=True)
class _Lifted:
    """A note or a boneyard: text that stands in the file and not in the script."""

    line: int
    text: str


def _lift(text: str) -> tuple[list[_Row], list[_Lifted]]:
    """The rows of a script without its notes and boneyards, and those."""
    boneyards = list(_boneyards(text))
    lifted: list[_Lifted] = []
    pieces: list[str] = []
    at = line = 0
    gone: set[int] = set()  # lines that held nothing but lifted text: neither text nor blank
    for start, end, inner in sorted([*boneyards, *_notes(text, boneyards)]):
        pieces.append(text[at:start])
        line += text.count("\n", at, start)
        breaks = text.count("\n", start, end)
        lifted.append(_Lifted(line + 1, inner.strip()))
        gone.update(range(line, line + breaks + 1))
        pieces.append("\n" * breaks)
        line, at = line + breaks, end
    pieces.append(text[at:])
    return _rows("".join(pieces).split("\n"), gone), lifted


def _rows(lines: list[str], gone: set[int]) -> list[_Row]:
    """Rows with text, and one for each run of blank lines."""
    loose = _spaces_mean_nothing(lines)
    rows: list[_Row] = []
    for number, line in enumerate(lines):
        text = line.strip()
        if text:
            rows.append(_Row(number + 1, text, _indent(line)))
        elif rows and rows[-1].spaced and len(line) < 2:
            rows[-1] = _BLANK
        elif number not in gone and not (rows and rows[-1].blank):
            rows.append(_BLANK if loose or len(line) < 2 else _SPACED)
    return rows


def _indent(line: str) -> int:
    if line[0] not in " \t":
        return 0
    head = line[:80].expandtabs(4)
    return len(head) - len(head.lstrip())


def _spaces_mean_nothing(rows: list[str]) -> bool:
    """Whether an editor padded the file's blank lines: then two spaces don't keep a dialogue going."""
    blank = [row for row in rows if not row.strip()]
    return sum(len(row) >= 2 for row in blank) * 2 > len(blank)


def _boneyards(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    while (start := text.find("/*", at)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        yield start, end + 2, text[start : end + 2]
        at = end + 2


def _notes(text: str, boneyards: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Spans of ``[[notes]]`` outside boneyards; a note may run over lines but not over an empty one."""
    at = 0
    for start, end, _ in [*boneyards, (len(text), len(text), "")]:
        while (close := text.find("]]", at, start)) >= 0:
            begin = text.rfind("[[", at, close)
            if begin >= 0 and "\n\n" not in text[begin:close]:
                yield begin, close + 2, text[begin + 2 : close]
            at = close + 2
        at = end


# --- scene heads ---------------------------------------------------------------------------------


def scene_head(text: str) -> Scene | None:
    """What a scene head says; its source is the caller's to fill.  None when the text is none.

    >>> head = scene_head("INT. OFFICE - NIGHT #1-2#")
    >>> head.number, head.setting, head.place, head.time_of_day
    ('1-2', 'interior', 'OFFICE', 'night')
    """
    heading, number = _without_trailing_number(_bare(text))
    if match := _NUMBERED_SCENE.match(heading):
        rest = match["rest"] or ""
        return _head_of(rest, heading=heading, number=number or match["number"].replace(" ", ""))
    if (match := _LEADING_NUMBER.match(heading)) and _opens_scene(match["rest"]):
        doubled = re.compile(rf"\s+{re.escape(match['number'])}\.?$")  # shooting scripts number both margins
        return _head_of(doubled.sub("", match["rest"]), heading=heading, number=number or match["number"])
    return _head_of(heading, heading=heading, number=number) if _opens_scene(heading) else None


def _without_trailing_number(text: str) -> tuple[str, str]:
    match = _TRAILING_NUMBER.search(text[-40:])
    return (text[: -len(match[0])], match["number"]) if match else (text, "")


def _opens_scene(text: str) -> bool:
    match = _SCENE.match(text)
    if not match or (match["before"] and not match["before"].isupper()):
        return False
    return match["in"].isupper() or match["sep"] == "." or "/" in match["in"]


def _head_of(text: str, *, heading: str, number: str) -> Scene:
    match = _SCENE.match(text)
    setting, rest = (_setting(match["in"]), match["rest"]) if match and _opens_scene(text) else ("", text)
    place, time = _place_and_time(rest)
    return Scene(heading, _NOWHERE, (), number=number, setting=setting, place=place, time_of_day=time)


def _setting(prefix: str) -> str:
    if "/" in prefix:
        return "both"
    return "interior" if prefix.upper().startswith("INT") else "exterior"


def _place_and_time(rest: str) -> tuple[str, str]:
    """``OFFICE - NIGHT (FLASHBACK)`` -> ("OFFICE", "night"); "same" where the head says continuous."""
    parts = [part.strip() for part in re.split(r"\s+[-–—]+\s+|\s*[–—]\s*", _REMARK.sub("", rest))]
    words = [frozenset(re.findall(r"[a-z-]+", part.lower())) for part in parts]
    timed = [i for i in range(len(parts)) if words[i] & _TIME_WORDS and (i or (len(parts) == 1 and len(words[i]) == 1))]
    place = " - ".join(part for i, part in enumerate(parts) if part and i not in timed)
    said = [word for i in timed for word in words[i]]
    times = sorted({_TIME_OF_WORD[word] for word in said if word in _TIME_OF_WORD})
    if times:
        return place, times[0]
    return place, "same" if _SAME_TIME.intersection(said) else ""


# --- the walk ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cue:
    """A speaker's name above what is said."""

    name: str
    line: int
    written: str
    voice: Voice = Voice.ON
    delivery: tuple[str, ...] = ()
    colon: bool = False  # written with one: "LIN TIAN:"


@dataclass(slots=True)
class _Speech:
    """What is said under a cue, as it is read."""

    cue: _Cue | None
    voice: Voice = Voice.ON
    delivery: list[str] = field(default_factory=list)
    delivery_line: int = 0
    inline: bool = False
    said: bool = False
    text: list[str] = field(default_factory=list)
    text_line: int = 0
    indent: int = 0  # of its first text row
    sung: bool = False

    @classmethod
    def of(cls, cue: _Cue, *, inline: bool = False) -> _Speech:
        return cls(cue, cue.voice, list(cue.delivery), cue.line, inline)


class _Reader:
    """Walks the rows of one script.  ``at`` is the row under the eye."""

    def __init__(self, rows: list[_Row], file: str, lifted: list[_Lifted] | None = None) -> None:
        self.rows = rows
        self.at = 0
        self.fresh = True  # the row above is blank or a head: a cue may stand here
        self.lifted = list(reversed(lifted or []))
        self.out = Assembly(file)
        self.known: frozenset[str] = frozenset()
        self.inline: frozenset[str] = frozenset()
        self.speaking: _Cue | None = None  # whose words stand right above
        self.carried: tuple[int, _Speech] | None = None  # (row, speech): a cue whose words follow the next episode head

    def read(self) -> Assembly:
        """Walks the whole script."""
        self.known = frozenset(self.names())
        self.inline = self._inline_names()
        self._title_page()
        while self.at < len(self.rows):
            row = self.rows[self.at]
            self._lifted_before(row.number)
            if row.blank:
                self.at, self.fresh = self.at + 1, True
            elif self.carried and self.carried[0] == self.at:
                (_, speech), self.carried = self.carried, None
                self._speech(speech)
            else:
                _RULES[self.shape(self.at)](self)
        self._lifted_before(None)
        return self.out

    # -- names

    def names(self) -> Counter[str]:
        """How often each name stands as a cue above text."""
        found: Counter[str] = Counter()
        with_colon: set[str] = set()
        for i, row in enumerate(self.rows):
            if row.blank or not self._text_below(i) or not (i == 0 or self.rows[i - 1].blank or self._stands_out(i)):
                continue
            cue = _cue(row)
            if cue and (_upper(cue.name) or row.text[0] == "@") and not self._is_head(row.text):
                found[cue.name.casefold()] += 1
                if cue.colon:
                    with_colon.add(cue.name.casefold())
        for name in with_colon:  # once is a heading, twice is a name
            if found[name] < 2:
                del found[name]
        return found

    def count_speech(self) -> int:
        """How many lines name a speaker who speaks more than once."""
        names = self.names()
        self.known = frozenset(names)
        self.inline = self._inline_names()
        inline = sum(self._is_inline(row.text) for row in self.rows) if len(self.inline) > 1 else 0
        return inline + sum(times for times in names.values() if times > 1)

    def _stands_out(self, i: int) -> bool:
        """Whether a page sets this row in the middle, as it does names, and not what stands below."""
        return self.rows[i].indent >= 16 and self.rows[i + 1].indent < self.rows[i].indent

    def _inline_names(self) -> frozenset[str]:
        """Names before a colon, as in ``LIN: Run!``: twice at least, or once and as a cue elsewhere."""
        found: Counter[str] = Counter()
        for row in self.rows:
            match = _INLINE.match(row.text)
            if match and not _NOT_NAMES.match(match["name"]) and not self._head(row.text[:MAX_HEAD_CHARS]):
                name = match["name"]
                if _upper(name) or (not self.known and name.istitle() and len(name.split()) <= 3):
                    found[name.casefold()] += 1
        return frozenset(name for name, times in found.items() if times >= 2 or name in self.known)

    # -- shapes

    def shape(self, i: int) -> str:
        """What the row at ``i`` is, by its own text and the rows beside it: a key of ``_RULES``."""
        text = self.rows[i].text
        if forced := self._forced(i, text):
            return forced
        if len(text) <= MAX_HEAD_CHARS:
            if head := self._head(text):
                return head
            if self._is_cue(i):
                return "cue"
        return "inline" if self._is_inline(text) else "action"

    def _forced(self, i: int, text: str) -> str:
        """What a sign at the start of the line makes of it."""
        if _PAGE_BREAK.match(text):
            return "mark"
        if text[0] == "#":
            return self._section(text.lstrip("#").strip())
        if text[0] == ">":
            return "centred" if len(text) > 1 and text[-1] == "<" else "transition"
        if text[0] == ".":
            return "scene" if self.fresh and text[1:2].isalnum() and len(text) <= MAX_HEAD_CHARS else ""
        if text[0] == "@":
            return "cue" if self._text_below(i) and _cue(self.rows[i]) else "action"
        return {"=": "note", "!": "action", "~": "lyric"}.get(text[0], "")

    def _section(self, title: str) -> str:
        if len(title) > MAX_HEAD_CHARS:
            return "note"
        if _episode_head(title):
            return "episode"
        return "scene" if scene_head(title) else "note"

    def _head(self, text: str) -> str:
        return _head_kind(text, self.fresh)

    def _is_head(self, text: str) -> bool:
        return len(text) > MAX_HEAD_CHARS or text[0] in "#>=!~[" or bool(self._head(text))

    def _is_cue(self, i: int) -> bool:
        cue = _cue(self.rows[i])
        if cue is None:
            return False
        known, upper = cue.name.casefold() in self.known, _upper(cue.name)
        if not self.fresh:
            return known and upper and self._text_below(i)
        if self._text_below(i):
            return known or (upper and not cue.colon)
        return upper and (known or self._parenthetical_opens_next_episode(i))

    def _is_inline(self, text: str) -> bool:
        match = _INLINE.match(text)
        return match is not None and match["name"].casefold() in self.inline

    def _text_below(self, i: int) -> bool:
        return i + 1 < len(self.rows) and not self.rows[i + 1].blank

    def _next_text(self, i: int) -> int | None:
        return next((j for j in range(i, len(self.rows)) if not self.rows[j].blank), None)

    # -- rules: each takes the row at ``at`` and moves on

    def _take(self) -> _Row:
        row = self.rows[self.at]
        self.at, self.fresh = self.at + 1, True
        return row

    def _emit(self, kind: LineKind, text: str, row: _Row) -> None:
        if text:
            self.out.line(kind, plain(text), row.number)
            self.speaking = None
        self.speaking = None

    def _episode(self) -> None:
        row = self._take()
        number, title = _episode_head(_unwrapped(_bare(row.text.lstrip("#").strip()))) or (1, row.text)
        self.speaking = None
        self.out.episode(number, title=title, written=row.text, line=row.number)
        self._title_page()

    def _scene(self) -> None:
        row = self._take()
        text = row.text.lstrip("#").strip()
        head = None if text.startswith(".") else scene_head(text)
        if head is None:
            heading, number = _without_trailing_number(_bare(text.removeprefix(".")))
            head = _head_of(heading, heading=heading, number=number)
        time = head.time_of_day
        if time == "same":
            before = self.out.current_scene()
            time = before.time_of_day if before else ""
        self.speaking = None
        self.out.scene(replace(head, source=self.out.source(row.number), time_of_day=time))

    def _transition(self) -> None:
        row = self._take()
        self._emit(LineKind.TRANSITION, _unwrapped(_bare(row.text.lstrip(">").strip())), row)

    def _turn_and_more(self) -> None:
        """``CUT TO: WIFE walks in.`` is a transition, and whatever its rest is."""
        row = self.rows[self.at]
        match = _TURN_AND_MORE.match(_unwrapped(_bare(row.text)))
        assert match is not None
        self._emit(LineKind.TRANSITION, match["turn"], row)
        self.rows[self.at], self.fresh = _Row(row.number, match["more"]), True

    def _caption(self) -> None:
        row = self._take()
        text = _caption_of(_bare(row.text))
        if not text and self.at < len(self.rows) and not self.rows[self.at].blank and self.shape(self.at) == "action":
            row = self._take()
            text = row.text
        self._emit(LineKind.CAPTION, text or row.text, row)

    def _mark(self) -> None:
        row = self._take()
        self._emit(LineKind.MARK, _unwrapped(_bare(row.text)), row)

    def _note(self) -> None:
        row = self._take()
        self._emit(LineKind.MARK, row.text.lstrip("#=").strip(), row)

    def _centred(self) -> None:
        row = self._take()
        text = row.text[1:-1].strip()
        self._emit(LineKind.CAPTION if _BARE_CAPTION.match(plain(text).upper()) else LineKind.ACTION, text, row)

    def _lyric(self) -> None:
        row = self._take()
        if text := row.text[1:].strip():
            self.out.line(LineKind.DIALOGUE, plain(text), row.number, delivery="sung")

    def _action(self) -> None:
        first = self.rows[self.at]
        if first.text == "!" or (first.text.rstrip(":") == "ACTION" and self._text_below(self.at)):
            self._take()  # a sign or a label with nothing in it
            return
        if first.text[0] == "(" and (rows := self._parenthetical()[1]) and self._text_below(self.at + rows - 1):
            self._speech(_Speech(self.speaking))  # how something is said, with no name above
            return
        if first.text[0] == "(" and self.speaking and self._goes_on():
            return
        self._take()
        self.fresh = False
        text = [first.text]
        while self.at < len(self.rows) and not self.rows[self.at].blank and self.shape(self.at) == "action":
            text.append(self.rows[self.at].text)
            self.at += 1
        self._emit(LineKind.ACTION, "\n".join(part.removeprefix("!").strip() for part in text).strip(), first)

    def _goes_on(self) -> bool:
        """Whether a lone parenthetical right after a speech leads into more of it, an empty line below."""
        inner, rows = self._parenthetical()
        start, line = self.at, self.rows[self.at].number
        speech = _Speech(self.speaking)
        speech.delivery, speech.delivery_line = [inner], line
        self.at += rows
        opening = self._opening_below(speech) if rows else None
        if opening is None:
            self.at = start
            return False
        self.carried = (opening, speech)
        return True

    def _cue(self) -> None:
        row = self._take()
        cue = _cue(row)
        assert cue is not None
        self._speech(_Speech.of(cue))

    def _inline_dialogue(self) -> None:
        row = self.rows[self.at]
        match = _INLINE.match(row.text)
        assert match is not None
        written = match["name"] + match["extensions"]
        speech = _Speech.of(_cue(_Row(row.number, written)) or _Cue(written, row.number, written), inline=True)
        text = match["text"]
        if delivery := _LEADING_PARENTHETICAL.match(text):
            speech.delivery.append(delivery["inner"])
            text = delivery["rest"]
        self.rows[self.at] = _Row(row.number, text)
        self._speech(speech)

    # -- dialogue

    def _speech(self, speech: _Speech) -> None:
        """Reads the block under a cue, and settles what has no words."""
        self.fresh = False
        start = self.at
        while self.at < len(self.rows) and not (self._ends_speech(speech) if self.at > start else self._empty_block()):
            if self.rows[self.at].blank:
                self.at += 1
            else:
                self._speech_row(speech)
        self._flush(speech)
        if speech.delivery or (speech.cue and not speech.said):
            self._no_words(speech)

    def _empty_block(self) -> bool:
        row = self.rows[self.at]
        return row.blank or (len(row.text) <= MAX_HEAD_CHARS and self._head(row.text) == "scene")

    def _ends_speech(self, speech: _Speech) -> bool:
        row = self.rows[self.at]
        if row.blank:
            return not (row.spaced and self._text_below(self.at))
        if row.text[0] in "#=!>" or self._is_inline(row.text):
            return True
        if row.indent <= speech.indent - 4 and row.text[0] != "(":
            return True  # a page set with indents: action goes back to the margin
        if speech.inline and speech.text and speech.text[-1][-1:] in _SENTENCE_ENDS:
            return True
        if len(row.text) > MAX_HEAD_CHARS:
            return False
        return self._head(row.text) in ("scene", "caption", "turn and more", "transition") or self._is_cue(self.at)

    def _speech_row(self, speech: _Speech) -> None:
        row = self.rows[self.at]
        inner, rows = self._parenthetical()
        if rows:
            self._flush(speech)
            if _BARE_VOICE.match(inner):
                speech.voice = _voice_of(inner)
            else:
                speech.delivery_line = speech.delivery_line if speech.delivery else row.number
                speech.delivery.append(inner)
            self.at += rows
            return
        sung = row.text[0] == "~"
        if sung != speech.sung:
            self._flush(speech)
        if not speech.text:
            speech.text_line, speech.indent = row.number, speech.indent or row.indent
        speech.sung = sung
        speech.text.append(plain(row.text.removeprefix("~").strip()))
        self.at += 1

    def _parenthetical(self) -> tuple[str, int]:
        """The text of a parenthetical that begins at ``at`` and how many rows it takes; 0 where none does."""
        text = self.rows[self.at].text
        if text[0] != "(" or len(text) > 1000:
            return "", 0
        for rows in range(1, 5):
            if ")" in text:
                return (plain(text[1:].rstrip(").").strip()), rows) if _PARENTHETICAL.match(text) else ("", 0)
            below = self.at + rows
            if below >= len(self.rows) or self.rows[below].blank:
                break
            text = f"{text} {self.rows[below].text}"
        return "", 0

    def _flush(self, speech: _Speech) -> None:
        text = "\n".join(speech.text).strip()
        speech.text = []
        if not text:
            return
        self.out.line(
            LineKind.DIALOGUE,
            text,
            speech.text_line,
            speaker=speech.cue.name if speech.cue else None,
            delivery=", ".join(speech.delivery) or ("sung" if speech.sung else None),
            voice=speech.voice,
        )
        speech.delivery, speech.said = [], True
        self.speaking = speech.cue

    def _no_words(self, speech: _Speech) -> None:
        """A cue without words: they follow an empty line or the next episode head, or there are none."""
        opening = None if speech.said else self._opening_of_next_episode(self.at)
        if opening is None and not speech.said:
            opening = self._opening_below(speech)
        if opening is not None:
            self.carried = (opening, speech)
        elif speech.delivery:  # something the speaker does
            text = " ".join(f"({one})" for one in speech.delivery)
            name = speech.cue.name if speech.cue else None
            self.out.line(LineKind.ACTION, text, speech.delivery_line, speaker=name, voice=speech.voice)
        elif speech.cue:
            self.out.unread(speech.cue.written, "a character's name with nothing said under it", at=speech.cue.line)

    def _opening_below(self, speech: _Speech) -> int | None:
        """The row of a cue's words where an empty line got between them: how it is said, or what somebody says."""
        opening = self._next_text(self.at)
        if speech.cue is None or opening is None or not 0 < opening - self.at <= MOST_EMPTY:
            return None
        text = self.rows[opening].text
        if text[0] == "(":
            return opening if not speech.delivery and self._text_below(opening) else None
        self.fresh = True
        return opening if _TALKS.search(text) and self.shape(opening) == "action" else None

    def _opening_of_next_episode(self, i: int) -> int | None:
        """The row that opens the next episode, if its head is the next text and plain text follows it."""
        head = self._next_text(i)
        if head is None or not _is_episode_head(self.rows[head].text):
            return None
        opening = self._next_text(head + 1)
        if opening is None or _title_key(self.rows[opening].text):
            return None
        text = self.rows[opening].text
        fresh, self.fresh = self.fresh, True
        taken = text[0] in "#>=!~[.@" or (len(text) <= MAX_HEAD_CHARS and bool(self._head(text)))
        named = not taken and len(text) <= MAX_HEAD_CHARS and text[0] != "(" and self._is_cue(opening)
        self.fresh = fresh
        return None if taken or named or self._is_inline(text) else opening

    def _parenthetical_opens_next_episode(self, i: int) -> bool:
        opening = self._opening_of_next_episode(i + 1)
        return opening is not None and self.rows[opening].text[0] == "("

    # -- beside the walk

    def _title_page(self) -> None:
        """``Key: value`` lines at the top, or right under an episode head."""
        first = self._next_text(self.at)
        if first is None or _title_key(self.rows[first].text) not in _TITLE_KEYS:
            return
        self.at = first
        while self.at < len(self.rows) and not self.rows[self.at].blank:
            match = _KEY.match(self.rows[self.at].text)
            if not match:
                break
            self.at += 1
            values = [match[2].strip()]
            while self.at < len(self.rows) and not self.rows[self.at].blank and self.rows[self.at].indent >= 2:
                values.append(self.rows[self.at].text)
                self.at += 1
            self._keep_entry(match[1].strip(), plain("\n".join(value for value in values if value)))
        self.fresh = True

    def _keep_entry(self, key: str, value: str) -> None:
        name = key.lower()
        if name == "title" and not self.out.title:
            self.out.title = value.replace("\n", " ")
        elif name in _DESCRIPTIONS and not self.out.description:
            self.out.description.append(value)
        else:
            self.out.notes.append(f"{key}: {value}")
        if name == "episode" and self.out.number is None:
            self.out.number = number_in_name(value)

    def _lifted_before(self, line: int | None) -> None:
        while self.lifted and (line is None or self.lifted[-1].line < line):
            one = self.lifted.pop()
            if one.text:
                self.out.line(LineKind.MARK, one.text, one.line)


_RULES: dict[str, Callable[[_Reader], None]] = {
    "episode": _Reader._episode,
    "scene": _Reader._scene,
    "transition": _Reader._transition,
    "turn and more": _Reader._turn_and_more,
    "caption": _Reader._caption,
    "mark": _Reader._mark,
    "note": _Reader._note,
    "centred": _Reader._centred,
    "lyric": _Reader._lyric,
    "cue": _Reader._cue,
    "inline": _Reader._inline_dialogue,
    "action": _Reader._action,
}


# --- single lines --------------------------------------------------------------------------------


def _episode_head(text: str) -> tuple[int, str] | None:
    """Number and title of an episode head."""
    match = _EPISODE.match(text)
    if not match or (match["title"] and not match["sign"] and not text.isupper()):
        return None
    word = match["number"].lower()
    number = int(word) if word.isdigit() else _NUMBER_WORDS.index(word) + 1
    return number, plain(match["title"].strip())


@lru_cache(maxsize=4096)
def _head_kind(text: str, fresh: bool) -> str:
    """Which head a short line is by its own text; "" for none."""
    bare = _bare(text)
    inner = _unwrapped(bare)
    if fresh and _episode_head(inner):
        return "episode"
    if scene_head(bare) and (fresh or bare[:3].isupper()):
        return "scene"
    if _caption_of(bare) is not None:
        return "caption"
    if _MARK.match(inner) or (inner != bare and _BRACKETED_MARK.match(inner)):
        return "mark"
    if _TURN.match(inner) or _MIXED_TURN.match(inner):
        return "transition"
    return "turn and more" if _TURN_AND_MORE.match(inner) else ""


def _is_episode_head(text: str) -> bool:
    return len(text) <= MAX_HEAD_CHARS and _episode_head(_unwrapped(_bare(text.lstrip("#").strip()))) is not None


def _caption_of(bare: str) -> str | None:
    """What a caption line shows; None when the line is none."""
    inner = _unwrapped(bare)
    match = (_CAPTION if inner == bare else _BRACKETED_CAPTION).match(inner)
    if match:
        return match["text"].strip()
    return inner if _BARE_CAPTION.match(inner) else None


def _cue(row: _Row) -> _Cue | None:
    """The speaker that a line names, if it could be a cue at all."""
    cue = _cue_of(row.text) if len(row.text) <= 80 else None
    return replace(cue, line=row.number) if cue else None


@lru_cache(maxsize=4096)
def _cue_of(written: str) -> _Cue | None:
    forced = written.startswith("@")
    text = _bare(written.removeprefix("@").strip())
    colon = not forced and text.endswith(":")
    match = _CUE.match(text[:-1].rstrip() if colon else text)
    if not match or not _LETTER.search(match["name"]):
        return None
    name = " ".join(match["name"].split())
    if not forced and (_NOT_NAMES.match(name) or not _could_be_a_name(name)):
        return None
    voice, delivery = _extensions(match["extensions"])
    if voice is Voice.ON and name.upper().startswith("NARRAT"):
        voice = Voice.OVER
    return _Cue(name, 0, written, voice, delivery, colon)


def _could_be_a_name(name: str) -> bool:
    if name[-1] in ".!?…,;:-–—" and not _TITLED.search(name[-5:]):
        return False
    return len(name.split()) <= 8 and not re.search(r'["“”\[\]{}<>]|[.!?…] ', _TITLED.sub("", name))


def _extensions(text: str) -> tuple[Voice, tuple[str, ...]]:
    """Voice and delivery from what stands in parentheses after a name; CONT'D says nothing."""
    voice, delivery = Voice.ON, []
    for part in (part.strip() for inner in re.findall(r"\(([^()]*)\)", text) for part in re.split(r"[,;]", inner)):
        if not part or _CONTINUED.match(part):
            continue
        if voice is Voice.ON:
            voice = _voice_of(part)
        if not _BARE_VOICE.match(part):
            delivery.append(part)
    return voice, tuple(delivery)


def _voice_of(text: str) -> Voice:
    return next((voice for pattern, voice in _VOICES if pattern.search(text)), Voice.ON)


def _upper(name: str) -> bool:
    return not _LOWER.search(name)


def _title_key(text: str) -> str:
    match = _KEY.match(text)
    return match[1].strip().lower() if match else ""


def _bare(text: str) -> str:
    """A short line without the emphasis that marks it as a head."""
    return plain(text).strip("*_ ") if "*" in text or "_" in text else text


def _unwrapped(text: str) -> str:
    """``(FLASHBACK)`` or ``[FLASHBACK]`` without its brackets."""
    if len(text) > 2 and text[0] + text[-1] in ("()", "[]") and not re.search(r"[()\[\]]", text[1:-1]):
        return text[1:-1].strip()
    return text
