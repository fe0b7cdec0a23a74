"""PDF with text: where words stand on the page tells names from what is said.

pypdf gives each page twice: as words, and set on a grid of columns.  The grid gives indents and gaps,
the words give clean text, and the readers of plain text decide on the lines.  A line's number is its page
times a thousand plus its row on the page: ``7012`` is row 12 of page 7.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hookline.formats import Match, pages
from hookline.formats.alone import episode_of, scene_of
from hookline.formats.pages import PageRow
from hookline.model.errors import MissingExtra, Unreadable
from hookline.model.script import Script, Source, Unread

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

KIND = "script"
TITLE = "PDF"

MAX_PAGES = 2_000  # a season of a hundred scripts has some 300
MAX_STREAM_BYTES = 16 * 1024 * 1024  # of one stream, unpacked; a page of text has some 10 kB
ROWS_A_PAGE = 1_000  # line 7012 is row 12 of page 7
MAX_STREAM_PARTS = 300_000  # of one stream, parsed; a page that sets each letter has some 30,000
MAX_STEPS = 2_000_000  # instructions of all pages
_DAMAGE = (  # what pypdf lets through where the objects of a file aren't what they should be
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError),
    *(RecursionError, OverflowError, ZeroDivisionError, NotImplementedError, OSError),
)
_PAGE_NUMBER = re.compile(r"\W*(?:page|第)?\s*\d{1,4}\s*(?:页|(?:of|/)\s*\d{1,4})?\W*$", re.IGNORECASE)
_PAGE_BREAK = re.compile(r"\(?(?:MORE|CONTINUED:?(?:\s*\(\d+\))?|CONT'?D:?)\)?$")
_NUMBERS = "line numbers tell page and row: 7012 is row 12 of page 7"
_CREDIT = re.compile(r"(?:written|screenplay|teleplay|story|created)\s+by\b|^by$|编剧", re.IGNORECASE)
_SENTENCE_END = tuple(".!?。！？…”\"')）:：")
_HAN_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s{2,}(?=[\u3000-\u9fff\uff00-\uffef])")
_HEADER_PAGES = 3  # the same words at the edge of so many pages are a header

# Programs that embed fonts may give radicals in place of the characters they look like.
_RADICALS = str.maketrans(
    "⺒⺓⺛⺝⺠⻁⻃⻄⻅⻆⻇⻉⻊⻋⻏⻑⻓⻔⻕⻗⻘⻙⻚⻛⻜⻝⻞⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻱",
    "巳幺旡月民虎覀西见角角贝足车阝長长门阜雨青韦页风飞食食首马骨鬼鱼鸟卤麦黄黾齐齿龙龜",
)
_KANGXI = re.compile(r"[\u2e9f\u2ef3\u2f00-\u2fd5]")


def recognise(name: str, head: bytes) -> Match | None:
    """How sure: by the sign that a PDF begins with."""
    return Match(0.98, "it begins with %PDF-") if b"%PDF-" in head[:1024] else None


def read_bytes(data: bytes, *, file: str) -> Script:
    """The script; every line of text is in it, or in its ``unread`` (page numbers, repeated headers).

    Raises ``Unreadable`` for a file that is damaged, locked, without text, without a script, or larger than
    one; ``MissingExtra`` without pypdf.
    """
    sheets = _sheets(data, file)
    if not any(sheet.rows for sheet in sheets):
        raise Unreadable(
            f"its {len(sheets)} pages hold no text: they are pictures, such as scans",
            where=file,
            mend="export it again from the program it was written in, or run text recognition on it first",
        )
    front = _title_page(sheets)
    sheets, unread = _without_edges(sheets[1:] if front else sheets, file)
    rows = list(_joined(sheets))
    if not rows:
        raise Unreadable("holds page numbers and headers only", where=file, mend="check that it is the right file")
    script = pages.script_of(rows, file=file, format="pdf", what="the PDF", wrapped=True)
    script = replace(
        script,
        unread=tuple(sorted((*script.unread, *unread), key=lambda one: one.source.line)),
        notes=(*script.notes, _NUMBERS),
    )
    return pages.with_title_page(script, front) if front else script


# --- the pages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page and its rows."""

    number: int
    rows: list[PageRow]


def _sheets(data: bytes, file: str) -> list[_Sheet]:
    """The rows of each page; what pypdf raises about a damaged file becomes ``Unreadable``."""
    try:
        import pypdf
        from pypdf import errors
    except ModuleNotFoundError as error:
        raise MissingExtra(needs="pypdf", extra="scripts") from error
    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # its warnings are no messages of ours
    bounds = pypdf.Configuration(
        zlib_maximum_output_length=MAX_STREAM_BYTES,
        lzw_maximum_output_length=MAX_STREAM_BYTES,
        run_length_maximum_output_length=MAX_STREAM_BYTES,
        array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
        stream_parsing_work_maximum_count=MAX_STREAM_PARTS,
    )
    with pypdf.apply_configuration(bounds):
        try:
            reader = pypdf.PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise _locked(file)
            return list(_read_pages(reader, file))
        except errors.DependencyError as error:  # a cipher that needs one more library
            raise _locked(file) from error
        except (errors.PyPdfError, *_DAMAGE) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
            raise Unreadable(
                f"is no whole PDF ({reason})", where=file, mend="export it again: it may be cut off or damaged"
            ) from error


def _locked(file: str) -> Unreadable:
    return Unreadable(
        "is locked: it is encrypted, or needs a password",
        where=file,
        mend="print it to a new PDF from a viewer that can open it, and use that",
    )


def _read_pages(reader: PdfReader, file: str) -> Iterator[_Sheet]:
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise Unreadable(f"has {count:,} pages; a script has at most {MAX_PAGES:,}", where=file, mend="split it")
    steps = _Steps(file)
    grids = [_grid(page, steps) for page in reader.pages]
    margin = min((grid.left for grid in grids if grid.lines), default=0.0)
    for index, grid in enumerate(grids, start=1):
        rows: list[PageRow] = []
        shift = round((grid.left - margin) / grid.column)
        gap = False
        for line in grid.lines:
            if not line.strip():
                gap = True
                continue
            number = index * ROWS_A_PAGE + min(len(rows) + 1, ROWS_A_PAGE - 1)
            rows.append(PageRow(grid.words(line), number, len(line) - len(line.lstrip()) + shift, gap))
            gap = False
        yield _Sheet(index, rows)


class _Steps:
    """Counts the instructions of all pages, and stops where a file holds more than a script can."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count > MAX_STEPS:
            raise Unreadable(
                f"has more than {MAX_STEPS:,} drawing instructions, which no script has",
                where=self.file,
                mend="export it again as plain text or .docx",
            )


@dataclass(frozen=True, slots=True)
class _Grid:
    """A page set on columns, and its words without the grid's spaces."""

    lines: list[str]
    plain: dict[str, str]  # a line without spaces -> as its words stand
    left: float  # where its leftmost text begins, in points
    column: float  # how wide a column is

    def words(self, line: str) -> str:
        text = line.strip()
        return clean(self.plain.get(_packed(text), _HAN_GAP.sub("", text)))


def _grid(page: PageObject, steps: _Steps) -> _Grid:
    starts: list[float] = []
    sizes: Counter[float] = Counter()

    def note_place(text: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        if text.strip():
            starts.append(tm[4] * cm[0] + tm[5] * cm[2] + cm[4])
            sizes[abs(size * cm[0])] += len(text)

    words = page.extract_text(visitor_text=note_place, visitor_operand_before=steps.step).split("\n")
    lines = page.extract_text(extraction_mode="layout").split("\n") if any(map(str.strip, words)) else []
    if sum(map(len, map(_packed, lines))) < 0.9 * sum(map(len, map(_packed, words))):
        lines = words  # the grid leaves out text inside forms: words without indents are better than none
    size = sizes.most_common(1)[0][0] if sizes else 0
    return _Grid(lines, {_packed(line): line.strip() for line in words}, min(starts, default=0.0), 0.6 * size or 7.2)


def _packed(text: str) -> str:
    return "".join(text.split())


def clean(text: str) -> str:
    """Text with whole characters where the PDF gives radicals, and without characters that stand for nothing.

    >>> clean("⻢⼀花推⻔")
    '马一花推门'
    """
    text = _KANGXI.sub(lambda sign: unicodedata.normalize("NFKC", sign[0]), text.translate(_RADICALS))
    return text.replace("\xa0", " ").replace("\xad", "").replace("\x00", "").strip()


# --- what stands at the edges --------------------------------------------------------------------


def _title_page(sheets: list[_Sheet]) -> list[str]:
    """The texts of a first page that says who wrote it and holds no scene; [] where there is none."""
    if len(sheets) < 2:
        return []
    texts = [row.text for row in sheets[0].rows]
    credited = any(_CREDIT.search(text) for text in texts)
    if not credited or len(texts) > 30 or any(episode_of(text) or scene_of(text).setting for text in texts):
        return []
    return texts


def _without_edges(sheets: list[_Sheet], file: str) -> tuple[list[_Sheet], list[Unread]]:
    """The pages without page numbers, repeated headers and signs of a page break; and those, as unread."""
    unread: list[Unread] = []
    numberless = [_stripped(sheet, frozenset(), file, unread) for sheet in sheets]
    repeated = _headers(numberless)
    return [_stripped(sheet, repeated, file, unread) for sheet in numberless], unread


def _stripped(sheet: _Sheet, repeated: frozenset[str], file: str, unread: list[Unread]) -> _Sheet:
    """The page without what stands at its edges and is none of the script; that goes to ``unread``."""
    rows = list(sheet.rows)
    for at in (0, -1):
        while rows and (why := _edge(rows, at, repeated)):
            row = rows.pop(at)
            unread.append(Unread(Source(file, row.number), row.text, why))
    return _Sheet(sheet.number, rows)


def _headers(sheets: list[_Sheet]) -> frozenset[str]:
    """What stands apart at the edge of most pages, whatever number is in it."""
    edges = Counter(key for sheet in sheets for key in _edge_keys(sheet.rows))
    return frozenset(key for key, pages in edges.items() if pages >= _HEADER_PAGES and pages * 2 > len(sheets))


def _edge_keys(rows: list[PageRow]) -> set[str]:
    return {_header_key(rows[at].text) for at in (0, -1) if _apart(rows, at)}


def _apart(rows: list[PageRow], at: int) -> bool:
    """Whether a gap lies between the first or last row of a page and the others."""
    return len(rows) > 1 and rows[1 if at == 0 else -1].gap


def _header_key(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def _edge(rows: list[PageRow], at: int, repeated: frozenset[str]) -> str:
    """Why a row at the edge of a page is none of the script's; "" where it is."""
    text = rows[at].text
    if _PAGE_NUMBER.match(text):
        return "a page number"
    if _PAGE_BREAK.match(text):
        return "a sign that the page breaks here"
    if _apart(rows, at) and _header_key(text) in repeated:
        return "a header or footer, the same on most pages"
    return ""


def _joined(sheets: list[_Sheet]) -> Iterator[PageRow]:
    """The rows of all pages; a speech or a sentence that goes on on the next page does so without a gap."""
    above: PageRow | None = None
    for sheet in sheets:
        for i, row in enumerate(sheet.rows):
            yield replace(row, gap=not _runs_on(above, row)) if i == 0 and above else row
            above = row


def _runs_on(above: PageRow, row: PageRow) -> bool:
    """Whether the first row of a page goes on with the last of the page before.

    Set with indents, a speech goes on where nothing stands further right than before, as names do.
    """
    if above.indent > 1 and row.indent > 1:
        return row.indent <= above.indent + 1 or row.text.startswith("(")
    return not above.text.endswith(_SENTENCE_END) and abs(above.indent - row.indent) <= 1
