"""What each line of a screenplay is, where the page's layout is lost: copied text, text of a PDF.

A linear-chain model: every line gets signs of its own and of its neighbours (capitals, punctuation,
length, indent where any is left, names that recur, scene prefixes, a few words), every pair of
neighbours gets links (blank lines between, change of indent, an open parenthesis), each with a weight
per role or pair of roles; the best sequence is found by Viterbi.  The weights in ``lines.json`` are made
by ``training/lines.py`` from scripts with a permissive licence, printed in many layouts.

Method: conditional random field, Lafferty, McCallum and Pereira 2001.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Tag(StrEnum):
    """What a line of a screenplay is."""

    SCENE = "S"
    ACTION = "N"
    CHARACTER = "C"
    DIALOGUE = "D"
    PARENTHETICAL = "E"
    TRANSITION = "T"
    OTHER = "M"  # page numbers, running titles, (CONTINUED), (MORE)
    BLANK = "-"


TAGS = tuple(tag for tag in Tag if tag is not Tag.BLANK)
ROLES = (  # what the chain tells apart, in the order of its weights: a tag, and what it remembers of the lines above
    (Tag.SCENE, ""),
    (Tag.ACTION, "first"),
    (Tag.ACTION, "more"),
    (Tag.CHARACTER, ""),
    (Tag.DIALOGUE, "first"),
    (Tag.DIALOGUE, "more"),
    (Tag.PARENTHETICAL, "first"),
    (Tag.PARENTHETICAL, "more"),
    (Tag.TRANSITION, ""),
    (Tag.OTHER, "in action"),
    (Tag.OTHER, "in speech"),  # a page may end inside a speech
)
LINKS = ("gap", "dent", "paren", "flow", "wrap", "room")  # kinds of links, in the order of ``Signs.links``
BLOCK_LINES = 20_000  # a longer text is classified block by block, which bounds memory
MAX_SIGN_CHARS = 400  # what stands behind says nothing more about what a line is

_HEAD_CHARS = 120  # no head, transition or running title is longer
_STRAY_SMALL = 2
_NO_NAME = -20.0  # what no sign outweighs
_NEAR = 14  # lines above and below that tell what the margin of this page is

_PLACES = r"INT\.?\s?/\s?EXT|EXT\.?\s?/\s?INT|I\s?/\s?E|E\s?/\s?I|INTERIOR|EXTERIOR|INT|EXT|[IL1]NT|EST"
_SCENE = re.compile(rf"(?:{_PLACES})(?:[.:]|\s*[-–—/]|\s+(?=[A-Z0-9]))", re.IGNORECASE)
_LATER_SCENE = re.compile(rf"[A-Z' ]{{3,30}}\s*[-–—:]\s*(?:{_PLACES})\.\s")
_SCENE_WORD = re.compile(r"SCENE\s+\d", re.IGNORECASE)
_TIME = re.compile(
    r"(?:\bDAY|NIGHT|MORNING|EVENING|AFTERNOON|DAWN|DUSK|NOON|SUNSET|SUNRISE|LATER|CONTINUOUS|SAME(?: TIME)?)\W*$"
)
_NUMBER_BEFORE = re.compile(r"[A-Z]{0,2}\d{1,4}[A-Z]{0,2}[.)]?\s+(?=\S)")
_NUMBER_AFTER = re.compile(r"\s+[A-Z]?\d{1,4}[A-Z]{0,2}\.?$")
_REVISED = re.compile(r"(?<=\S)\s+\*+\s*$")  # an asterisk in the right margin marks a changed line
_TURN = re.compile(
    r"(?:[A-Z' -]{2,30}\bTO(?: (?:BLACK|WHITE|RED))?\s*[:.]?|FADE\b[A-Z ]{0,12}[:.]?|[A-Z]* ?(?:CUT|DISSOLVE|WIPE)\b"
    r"(?: TO| IN| OUT| BACK)?(?: [A-Z]+){0,2}\s*[:.]?|(?:CUT|FADE|WIPE|DISSOLVE) TO [A-Z ]{3,20}[:.]?)$"
)
_TURN_WORD = re.compile(r"\b(?:(?:INTER)?CUT|FADE|DISSOLVE|WIPE|TRANSITION|IRIS|BLACK ?OUT)\b")
_PAGE = re.compile(r"[-–—\[( ]*(?:page\s*)?\d{1,4}\s*[A-Z]?(?:\s*(?:/|of)\s*\d{1,4})?[-–—\]). ]*$", re.IGNORECASE)
_CONTINUED = re.compile(
    r"\W*(?:\d{1,4}[A-Z]?\s+)?\(?\s*(?:CONTINUED|CONT'?D|MORE)\b\s*[:.]?\)?[:.]?(?:\s*\(\d+\))?[\s\d*A-Z.]{0,70}$"
)
_DATE = re.compile(r"\b\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{2,4}\b|\b(?:19|20)\d\d\b")
_DRAFT = re.compile(
    r"\b(?:rev(?:ised|isions?|\.)|draft|script|screenplay|copyright|converted|final|goldenrod|shooting)\b", re.I
)
_EXTENSION = re.compile(r"\s*\(([^()]{0,30})\)?\s*")
_OF_VOICE = re.compile(r"v\W?\s?[o0]|o\W?\s?[sc]\b|cont|off|voice|over|phone|more", re.IGNORECASE)
_CUE = re.compile(r"[^a-z.!?…\"“”:;,()]{1,38}(?:(?:JR|SR|DR|MR|MRS|MS|ST)\.[^a-z.!?…\"“”:;,()]{0,30})?$")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_WORDS = {
    word: kind
    for kind, words in {
        "I": "i i'm i'll i've i'd me my mine myself we we're we'll we've we'd us our let's",
        "you": "you your yours you're you'll you've you'd ya yourself",
        "they": "he she his her him they their them himself herself",
        "says": "yeah yes no okay ok hey hello please sorry thanks thank god well oh maybe gonna wanna sir what why"
        " how",
        "does": "look looks turn turns walk walks stare stares hold holds enter enters exit exits nod nods smile smiles"
        " stand stands sit sits take takes step steps reaches pull pulls open opens hand hands eyes face door room"
        " camera slowly suddenly behind toward towards across onto into shot angle beat continue continues",
    }.items()
    for word in words.split()
}
_SHORTENED = ("n't", "'ll", "'re", "'m", "'ve", "'d")
_DIGITS = str.maketrans("123456789", "0" * 9)
_LOUD = re.compile(r"\b[A-Z][A-Z'-]{2,}\b")
_NAMED = re.compile(r"[A-Z][a-z]+\b")
_CALLED = re.compile(r", [A-Z][a-z]+[.!?,]|^[A-Z][a-z]+[,!?]")
_SHAPES = (("s", _SCENE), ("sl", _LATER_SCENE), ("sw", _SCENE_WORD), ("t", _TURN), ("p", _PAGE), ("cont", _CONTINUED))

# Where a value goes from one step to the next; a value on the edge belongs below it.
_WORD_STEPS = (1, 2, 3, 5, 8, 12, 20)
_CHAR_STEPS = (3, 10, 20, 30, 36, 42, 50, 60, 75, 100)
_WIDE_STEPS = (0.2, 0.4, 0.55, 0.7, 0.85)
_REMARK_STEPS = (4, 9)
_LOUD_STEPS = (0, 1)
_TIMES_STEPS = (1, 2, 5)
_ANSWERED_STEPS = (0.3, 0.7)
_LONGER_STEPS = (-20, -6, 6, 20)
_NEIGHBOUR_STEPS = (24, 34, 40, 48, 62)
_FULL_STEPS = (25, 33, 37, 42, 50, 58, 64, 72)
_DENT_STEPS = (0, 2, 6, 9, 13, 17, 21, 27, 35, 45)
_USUAL_STEPS = (0.02, 0.1, 0.25)
_CHANGE_STEPS = (-12, -6, -2, 1, 5, 11)
_WRAP_STEPS = (28, 36, 44, 56, 66)
_ROOM_STEPS = (0.4, 0.6, 0.85, 1)


def classify(lines: Sequence[str]) -> tuple[Tag, ...]:
    """The tag of each line; ``Tag.BLANK`` for lines without text.

    >>> [tag.value for tag in classify(["INT. HALL - DAY", "", "Ann waits.", "", "ANN", "Who is there?"])]
    ['S', '-', 'N', '-', 'C', 'D']
    """
    return tuple(tag for at in range(0, len(lines), BLOCK_LINES) for tag in _classify(lines[at : at + BLOCK_LINES]))


def _classify(lines: Sequence[str]) -> list[Tag]:
    found = [Tag.BLANK] * len(lines)
    signs = read_signs(lines)
    for row, tag in zip(signs.rows, weights().best(signs), strict=True):
        found[row.at] = tag
    return found


def clean(line: str) -> str:
    """A line without margins, doubled spaces and the asterisk that marks it as revised.

    >>> clean("      She  runs.          *")
    'She runs.'
    """
    return " ".join(_REVISED.sub("", line).split())


# --- rows ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Row:
    """A line with text, and what its own characters say."""

    at: int  # index among all lines
    text: str  # without margins, revision marks and doubled spaces
    indent: int
    gap: int  # blank lines above, the page's usual ones not counted
    shapes: tuple[str, ...] = ()
    name: str = ""  # the cue it could be, without extensions
    voiced: bool = False  # has an extension like (V.O.)
    small: bool = False  # has small letters, so it is no name
    inside: bool = False  # begins inside a parenthesis that a line above opened
    after: int = 0  # blank lines below
    short: str = ""  # one letter for its shape, as its neighbours see it


@dataclass(frozen=True, slots=True)
class Signs:
    """All that the model sees of a document."""

    rows: tuple[Row, ...]
    of_row: tuple[tuple[str, ...], ...]
    links: tuple[tuple[int, ...], ...]  # per row: the state of each kind of link to the row above; 0 on the first


def read_signs(lines: Sequence[str]) -> Signs:
    """Rows, signs and links of a document's lines."""
    rows = list(_rows(lines))
    page = _Page.of(rows)
    return Signs(
        tuple(rows),
        tuple(tuple(_signs(i, rows, page)) for i in range(len(rows))),
        tuple(_links(i, rows, page) for i in range(len(rows))),
    )


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    written = [(at, _cut(line)) for at, line in enumerate(lines) if line.strip()]
    if not written:
        return
    gaps = [at - before - 1 for (before, _), (at, _) in pairwise(written)]
    usual = 1 if gaps and sum(gap > 0 for gap in gaps) > 0.93 * len(gaps) else 0  # a page set in double space
    gaps = [max(0, gap - usual) for gap in gaps]
    open_for = 0
    for (at, line), gap, after in zip(written, [1, *gaps], [*gaps, 1], strict=True):
        row = _row(at, line, gap, after, inside=open_for > 0 and gap == 0)
        yield row
        open_for = _still_open(row, open_for)


def _cut(line: str) -> str:
    """The start of a line that holds text, its margin in columns."""
    head = line[:MAX_SIGN_CHARS].expandtabs(8)
    return head if head.strip() else line.strip()[:MAX_SIGN_CHARS]


def _row(at: int, line: str, gap: int, after: int, *, inside: bool) -> Row:
    text = clean(line)
    name, voiced = _name(text)
    shapes = tuple(_shapes(text))
    row = Row(at, text, len(line) - len(line.lstrip()), gap, shapes, name, voiced, _small(text), inside, after)
    row.short = _short(row)
    return row


def _still_open(row: Row, open_for: int) -> int:
    """How many more lines an open parenthesis may run on."""
    opened, closed = row.text.rfind("("), row.text.rfind(")")
    if opened > closed:
        return 3 if opened == 0 else 0
    return 0 if closed >= 0 or not row.inside else open_for - 1


def _shapes(text: str) -> Iterator[str]:
    """Names of the patterns that a line fits."""
    if text[0].islower():
        return
    bare = _NUMBER_BEFORE.sub("", text, count=1)
    for name, pattern in _SHAPES:
        if pattern.match(bare if name in ("s", "sl") else text):
            yield name
    if len(text) <= _HEAD_CHARS:
        yield from _marks(text)


def _marks(text: str) -> Iterator[str]:
    """Words that heads, transitions and running titles hold."""
    if not text[-1].islower() and _TIME.search(_NUMBER_AFTER.sub("", text)):
        yield "time"
    if _TURN_WORD.search(text):
        yield "turn"
    if _DATE.search(text):
        yield "date"
    if _DRAFT.search(text):
        yield "draft"


def _name(text: str) -> tuple[str, bool]:
    """The name that a line is, if it could be a cue, and whether an extension follows it."""
    at = text.find("(")
    bare, extension = (text[:at].rstrip(), text[at:]) if at > 0 else (text, "")
    bare = bare.rstrip(" ^:") if bare.endswith((":", "^")) and len(bare) > 1 else bare
    if extension and not _EXTENSION.match(extension):
        return "", False
    if not _CUE.match(bare) or not any(sign.isalpha() for sign in bare):
        return "", False
    return bare, bool(extension) and bool(_OF_VOICE.search(extension))


def _small(text: str) -> bool:
    """Whether a line has more small letters outside parentheses than a misread name has (``McCOY``, ``ANNl``)."""
    bare = text.split("(", 1)[0]
    return not bare.isupper() and sum(sign.islower() for sign in bare) > _STRAY_SMALL


def _short(row: Row) -> str:
    for shape, letter in (("s", "s"), ("sl", "s"), ("p", "p"), ("cont", "p"), ("t", "t")):
        if shape in row.shapes:
            return letter
    if row.text[0] == "(":
        return "e" if row.text[-1] in ").:" else "o"
    if row.name:
        return "c"
    return "u" if row.text.isupper() else "l" if row.text[0].islower() else "x"


# --- pages ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """What the whole document says."""

    indented: bool  # whether indents tell anything
    blanks: str  # how usual blank lines are
    wide: int  # length that few lines exceed
    margins: tuple[int, ...]  # per row: the least indent near it
    names: Counter[str]
    answered: Counter[str]  # of them: times that text follows at once
    voiced: frozenset[str]  # names seen with an extension
    people: frozenset[str]  # words of names that recur, as action writes them
    repeated: Counter[str]  # lines, with digits masked
    indents: Counter[int]  # how often each distance from the margin is used

    @classmethod
    def of(cls, rows: Sequence[Row]) -> _Page:
        names = Counter(row.name for row in rows if row.name)
        lengths = sorted(len(row.text) for row in rows) or [0]
        margins = _margins([row.indent for row in rows])
        distances = Counter(row.indent - margin for row, margin in zip(rows, margins, strict=True))
        voiced = frozenset(row.name for row in rows if row.voiced)
        return cls(
            indented=sum(times for gap, times in distances.items() if gap > 2) > 0.2 * len(rows),
            blanks=_share([row.gap > 0 for row in rows]),
            wide=lengths[int(0.97 * (len(lengths) - 1))],
            margins=margins,
            names=names,
            answered=Counter(row.name for row in rows if row.name and row.after == 0),
            voiced=voiced,
            people=frozenset(
                word.capitalize()
                for name, times in names.items()
                if times > 1 or name in voiced
                for word in name.split()
                if len(word) > 2
            ),
            repeated=Counter(_masked(row.text) for row in rows if not row.name),
            indents=distances,
        )


def _margins(indents: Sequence[int]) -> tuple[int, ...]:
    return tuple(min(indents[max(0, i - _NEAR) : i + _NEAR + 1]) for i in range(len(indents)))


def _share(flags: Sequence[bool]) -> str:
    share = sum(flags) / max(1, len(flags))
    return "none" if share < 0.08 else "few" if share < 0.28 else "many"


def _masked(text: str) -> str:
    return text.lower().translate(_DIGITS)


# --- signs ---------------------------------------------------------------------------------------


def _signs(i: int, rows: Sequence[Row], page: _Page) -> Iterator[str]:
    row = rows[i]
    above = rows[i - 1] if i else None
    below = rows[i + 1] if i + 1 < len(rows) else None
    yield "any"
    yield from _own(row, page)
    yield from _said_or_done(row, page)
    yield from _as_cue(row, below, page)
    yield from _around(row, above, below, page)
    if page.indented:
        yield from _dents(i, rows, page)


def _own(row: Row, page: _Page) -> Iterator[str]:
    text = row.text
    words = text.count(" ") + 1
    upper = text.isupper()
    first = "U" if text[0].isupper() else "l" if text[0].islower() else "9" if text[0].isdigit() else text[0]
    last = "a" if text[-1].isalpha() else "9" if text[-1].isdigit() else text[-1]
    yield f"short:{row.short}"
    yield f"words:{bisect_left(_WORD_STEPS, words)}:{upper:d}"
    yield f"chars:{bisect_left(_CHAR_STEPS, len(text))}"
    yield f"wide:{bisect_left(_WIDE_STEPS, len(text) / max(page.wide, 1))}:{row.after > 0:d}"
    yield f"first:{first}"
    yield f"last:{last}:{upper:d}"
    yield f"case:{upper:d}:{text.istitle():d}:{row.name != '':d}"
    for shape in row.shapes:
        yield f"is:{shape}"
        yield f"is:{shape}:{upper:d}:{row.gap > 0:d}"
    if row.inside:
        yield f"inside:{')' in text:d}"
    if text[0] == "(":
        yield f"paren:{text[-1] == ')':d}:{bisect_left(_REMARK_STEPS, words)}:{text[1:2].islower():d}"
    if not row.name and page.repeated[_masked(text)] > 2:
        yield f"repeated:{upper:d}"


def _said_or_done(row: Row, page: _Page) -> Iterator[str]:
    """Words of speech and words of action."""
    text = row.text
    words = _WORD.findall(text.lower().replace("’", "'"))
    kinds = dict.fromkeys(_WORDS[word] for word in words if word in _WORDS)
    for kind in kinds:
        yield f"word:{kind}"
    if any(word.endswith(_SHORTENED) for word in words):
        yield "word:n't"
    if not text.isupper() and text[0] != "(":
        yield f"loud:{bisect_left(_LOUD_STEPS, len(_LOUD.findall(text)))}"
        yield f"asks:{'?' in text:d}{'!' in text:d}{'...' in text or '--' in text:d}"
        if _CALLED.search(text):
            yield "called"
        addressed = "I" in kinds or "you" in kinds or "says" in kinds
        third = len(words) > 1 and len(words[1]) > 3 and words[1].endswith("s") and text[0].isupper()
        yield f"told:{not addressed and text[-1] == '.':d}:{third:d}:{row.gap > 0:d}"
        yield from _people(text, page)


def _people(text: str, page: _Page) -> Iterator[str]:
    start, *rest = text.split(" ", 2)
    if start.rstrip("'s") in page.people or start in page.people:
        verb = rest[0] if rest else ""
        yield f"person:{verb.endswith('s') and verb.islower():d}"
    elif start in ("The", "A", "An", "He", "She", "They", "We", "His", "Her", "In", "As", "On"):
        yield f"start:{start}:{bool(rest) and rest[0].endswith('s'):d}"
    if any(found in page.people for found in _NAMED.findall(text)[1:]):
        yield "people"


def _as_cue(row: Row, below: Row | None, page: _Page) -> Iterator[str]:
    if not row.name:
        return
    times = page.names[row.name]
    tied = below is not None and row.after == 0
    yield f"cue:{bisect_left(_TIMES_STEPS, times)}:{tied:d}:{page.blanks}"
    yield f"cue>{below.short if below else ''}:{tied:d}"
    yield f"cue~{bisect_left(_ANSWERED_STEPS, page.answered[row.name] / times)}:{tied:d}"
    yield f"cue#{row.name.count(' ') + 1 > 3:d}:{row.name[-1].isdigit():d}"
    if row.voiced:
        yield "cue:voiced"
    elif row.name in page.voiced:
        yield "cue:known"
    if row.text.endswith(")") and not row.voiced:
        yield "cue:remark"


def _around(row: Row, above: Row | None, below: Row | None, page: _Page) -> Iterator[str]:
    up, down = above.short if above else "", below.short if below else ""
    yield f"gaps:{min(row.gap, 2)}:{min(row.after, 2)}:{page.blanks}"
    yield f"up:{up}:{row.gap > 0:d}:{row.short}"
    yield f"down:{down}:{row.after > 0:d}:{row.short}"
    yield f"between:{up}{row.gap > 0:d}{row.after > 0:d}{down}"
    if row.gap > 0 and row.after > 0:
        yield f"alone:{row.short}:{page.blanks}"
    if above and row.gap == 0:
        yield f"longer:{bisect_left(_LONGER_STEPS, len(row.text) - len(above.text))}:{above.short}"
        yield f"above:{bisect_left(_NEIGHBOUR_STEPS, len(above.text))}"
    if below and row.after == 0:
        yield f"below:{bisect_left(_NEIGHBOUR_STEPS, len(below.text))}"
        room = len(row.text) + 1 + len(below.text.split(" ", 1)[0])
        yield f"full:{bisect_left(_FULL_STEPS, room)}:{below.short}"


def _dents(i: int, rows: Sequence[Row], page: _Page) -> Iterator[str]:
    row = rows[i]
    dent = row.indent - page.margins[i]
    step = bisect_left(_DENT_STEPS, dent)
    yield f"dent:{step}"
    yield f"dent:{step}:{row.short}"
    yield f"dents:{bisect_left(_USUAL_STEPS, page.indents[dent] / len(rows))}:{dent > 2:d}:{row.short}"
    if i:
        yield f"dent<{_dent_change(rows[i - 1], row)}:{row.short}:{rows[i - 1].short}"
    if i + 1 < len(rows):
        yield f"dent>{_dent_change(row, rows[i + 1])}:{row.short}:{rows[i + 1].short}"


def _dent_change(above: Row, row: Row) -> int:
    return bisect_left(_CHANGE_STEPS, row.indent - above.indent)


# --- links ---------------------------------------------------------------------------------------


def _links(i: int, rows: Sequence[Row], page: _Page) -> tuple[int, ...]:
    """The state of each kind of link of ``LINKS``."""
    if i == 0:
        return (0,) * len(LINKS)
    above, row = rows[i - 1], rows[i]
    blanks = ("none", "few", "many").index(page.blanks)
    room = len(above.text) + 1 + len(row.text.split(" ", 1)[0])
    return (
        1 + blanks * 3 + min(row.gap, 2),
        1 + _dent_change(above, row) if page.indented else 0,
        1 + row.inside,
        1 + 4 * (row.gap > 0) + 2 * (above.text[-1] in '.!?…"”):—-') + row.text[0].islower(),
        1 + 2 * bisect_left(_WRAP_STEPS, room) + (row.gap > 0),
        1 + 2 * bisect_left(_ROOM_STEPS, room / max(page.wide, 1)) + (row.gap > 0),
    )


STATES = (10, 8, 3, 9, 13, 11)  # how many states each kind of link has


# --- weights -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained model: what each sign says for each role, each link for each pair of roles."""

    places: dict[str, int]  # sign -> row of ``signs``
    signs: Floats  # (signs + 1, roles); the last row is zero, for signs never seen
    links: tuple[Floats, ...]  # per kind: (states, roles, roles); the role above first

    def best(self, signs: Signs) -> list[Tag]:
        """The likeliest sequence of tags."""
        return [ROLES[k][0] for k in viterbi(*self.scores(signs))] if signs.rows else []

    def scores(self, signs: Signs) -> tuple[Floats, Floats]:
        """(rows, roles) for each row alone and (rows, roles, roles) for each with the row above."""
        import numpy as np

        unseen = len(self.places)
        flat = [self.places.get(sign, unseen) for of_row in signs.of_row for sign in of_row]
        starts = np.cumsum([0, *(len(of_row) for of_row in signs.of_row[:-1])])
        alone: Floats = np.add.reduceat(self.signs[flat], starts, axis=0)
        alone[[row.small for row in signs.rows], ROLES.index((Tag.CHARACTER, ""))] += _NO_NAME
        states = np.asarray(signs.links)
        pairs: Floats = np.sum([table[states[:, k]] for k, table in enumerate(self.links)], axis=0)
        return alone, pairs


def viterbi(alone: Floats, pairs: Floats) -> list[int]:
    """The path with the greatest sum of scores; ties go to what stands first."""
    import numpy as np

    best = alone[0]
    came: list[Any] = []
    for one, pair in zip(alone[1:], pairs[1:], strict=True):
        through = best[:, None] + pair
        came.append(through.argmax(axis=0))
        best = through.max(axis=0) + one
    path = [int(np.argmax(best))]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


@cache
def weights() -> Weights:
    """The weights that ship with Hookline."""
    return load(json.loads(files("hookline.formats").joinpath("lines.json").read_text(encoding="utf-8")))


def load(data: dict[str, Any]) -> Weights:
    """Weights from what ``training/lines.py`` wrote."""
    import numpy as np

    places = {sign: k for k, sign in enumerate(data["signs"])}
    rows = np.array([*data["signs"].values(), [0] * len(ROLES)], dtype=np.float64)
    return Weights(places, rows, tuple(np.array(data["links"][kind], dtype=np.float64) for kind in LINKS))
