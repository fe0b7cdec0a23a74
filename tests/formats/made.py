"""Word and PDF files made by hand, so that the tests know every byte of them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


@dataclass(frozen=True)
class P:
    """A paragraph of a Word file."""

    text: str = ""
    style: str = ""
    indent: int = 0  # twips
    before: int = 0  # twips
    align: str = ""
    numbered: bool = False

    def xml(self) -> str:
        style = f'<w:pStyle w:val="{self.style}"/>' if self.style else ""
        number = '<w:numPr><w:numId w:val="1"/></w:numPr>' if self.numbered else ""
        looks = f'<w:spacing w:before="{self.before}"/><w:ind w:left="{self.indent}"/>'
        align = f'<w:jc w:val="{self.align}"/>' if self.align else ""
        half = len(self.text) // 2  # Word splits words into runs as it likes
        runs = "".join(
            f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
            for part in (self.text[:half], self.text[half:])
            if part
        ).replace("\n", "</w:t><w:br/><w:t>")
        return f"<w:p><w:pPr>{style}{number}{looks}{align}</w:pPr>{runs}</w:p>"


def document(paragraphs: Iterable[P], *, head: str = "") -> str:
    body = "".join(paragraph.xml() for paragraph in paragraphs)
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<w:document {_W}><w:body>{body}</w:body></w:document>'


def styles(names: dict[str, str]) -> str:
    """Styles by identifier and name, as a program with its own identifiers writes them."""
    made = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/></w:style>' for id, name in names.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><w:styles {_W}>{made}</w:styles>'


def docx(paragraphs: Iterable[P], *, names: dict[str, str] | None = None) -> bytes:
    return zipped({"word/document.xml": document(paragraphs), **({"word/styles.xml": styles(names)} if names else {})})


def zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"[Content_Types].xml": _TYPES, **parts}.items():
            archive.writestr(name, text)
    return out.getvalue()


# --- PDF -----------------------------------------------------------------------------------------

PAGE = """\
INT. RADIO STUDIO - DAY

We are in a TV station listening to the announcer on the other
side of the glass.

                      DJ (V.O.)
                (bored)
          Hey everyone, this is some music
          that sounds kinda terrible.

                                             CUT TO:

EXT. STREET - NIGHT

DAVE waits.

                      DAVE
          Bye.
"""
Placed = tuple[float, float, str]  # inches from the left, points from the bottom, text


def pdf(pages: Sequence[Sequence[Placed]], *, packed: bool = True) -> bytes:
    """Pages of text in Courier 12."""
    return pdf_of([_content(page) for page in pages], packed=packed)


def typed(text: str, *, left: float = 1.5, leading: float = 12) -> list[Placed]:
    """A page as typed: a column is a tenth of an inch."""
    return [
        (left + (len(line) - len(line.lstrip())) / 10, 720 - leading * row, line.strip())
        for row, line in enumerate(text.split("\n"))
        if line.strip()
    ]


def _content(page: Sequence[Placed]) -> bytes:
    shown = (f"BT /F1 12 Tf {inches * 72:.1f} {bottom:.1f} Td ({_quoted(text)}) Tj ET" for inches, bottom, text in page)
    return "\n".join(shown).encode("latin-1")


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def pdf_of(contents: Sequence[bytes], *, packed: bool = True, trailer: str = "") -> bytes:
    """A PDF whose pages have these instructions."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for i, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * i} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        data = zlib.compress(content) if packed else content
        how = " /Filter /FlateDecode" if packed else ""
        objects.append(f"<< /Length {len(data)}{how} >>\nstream\n".encode() + data + b"\nendstream")
    return _file(objects, trailer)


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
