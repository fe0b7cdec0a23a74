"""Captions as sidecar files: SubRip, WebVTT, SubStation Alpha and Timed Text (IMSC 1.1 text).

Each names the size of the picture and keeps its text out of the platform's buttons as far as the format
can: SubRip can't.  Words that light up are WebVTT's timestamps and SubStation's karaoke.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from hookline.model.cut import Caption, CaptionPlace, Word
from hookline.model.errors import BadInput
from hookline.model.platform import Box

SUFFIXES = {"srt": ".srt", "vtt": ".vtt", "ass": ".ass", "ttml": ".ttml"}
_ASS_PLACE = {CaptionPlace.TOP: "{\\an8}"}
_TT = "http://www.w3.org/ns/ttml"
_STYLING, _PARAMETER = f"{_TT}#styling", f"{_TT}#parameter"
_IMSC = f"{_TT}/profile/imsc1.1/text"
_XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True, slots=True)
class Screen:
    """The picture that captions stand on: its size and the box they keep to, in pixels."""

    width: int
    height: int
    safe: Box
    letters: float = 0.034  # their size, a share of the height


def write(captions: Sequence[Caption], *, format: str, language: str, screen: Screen) -> bytes:
    """Captions as the bytes of a sidecar file, UTF-8.

    Args:
        captions: in the cut's time, in order.
        format: one of ``SUFFIXES``.
        language: of the captions, as a BCP 47 code.
        screen: where they stand.

    Raises:
        BadInput: there is no such format.
    """
    writers = {"srt": _srt, "vtt": _vtt, "ass": _ass, "ttml": _ttml}
    if format not in writers:
        raise BadInput(f"captions can't be written as {format!r}", mend=f"formats: {', '.join(writers)}")
    return writers[format](captions, language, screen).encode()


def clock(at_ms: int, *, point: str = ".", digits: int = 3) -> str:
    """A time as hours, minutes, seconds and a fraction.

    >>> clock(3_723_045), clock(3_723_045, point=",")
    ('01:02:03.045', '01:02:03,045')
    """
    seconds, ms = divmod(at_ms, 1000)
    fraction = f"{ms:03d}"[:digits]
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{fraction}"


def _srt(captions: Sequence[Caption], language: str, screen: Screen) -> str:
    blocks = (
        f"{number}\n{clock(c.span.start_ms, point=',')} --> {clock(c.span.end_ms, point=',')}\n" + "\n".join(c.lines)
        for number, c in enumerate(captions, start=1)
    )
    return "\n\n".join(blocks) + "\n"


def _vtt(captions: Sequence[Caption], language: str, screen: Screen) -> str:
    safe = screen.safe
    middle = 100 * (safe.left + safe.right) / 2 / screen.width
    lines = dict.fromkeys(CaptionPlace, f"line:{100 * safe.bottom / screen.height:.1f}%,end")
    lines[CaptionPlace.TOP] = f"line:{100 * safe.top / screen.height:.1f}%,start"
    settings = f"position:{middle:.1f}%,center size:{100 * safe.width / screen.width:.1f}% align:center"
    blocks = (
        f"{clock(c.span.start_ms)} --> {clock(c.span.end_ms)} {lines[c.place]} {settings}\n{_vtt_text(c)}"
        for c in captions
    )
    return f"WEBVTT\nLanguage: {language}\n\n" + "\n\n".join(blocks) + "\n"


def _vtt_text(caption: Caption) -> str:
    lines = []
    for parts in _words_by_line(caption):
        line = ""
        for space, text, word in parts:
            stamp = f"<{clock(word.span.start_ms)}>" if word and caption.span.contains(word.span.start_ms - 1) else ""
            line += space + stamp + html.escape(text, quote=False)
        lines.append(line)
    said = "\n".join(lines)
    speaker = " ".join(caption.speaker.split()).replace(">", "").replace("&", "&amp;").replace("<", "&lt;")
    return f"<v {speaker}>{said}" if speaker else said


def _words_by_line(caption: Caption) -> Iterator[list[tuple[str, str, Word | None]]]:
    """Each line's words with the space before them and their times, or the whole line where no times are known."""
    words = iter(caption.words)
    word = next(words, None)
    for line in caption.lines:
        parts: list[tuple[str, str, Word | None]] = []
        at = 0
        while word is not None and (found := line.find(word.text, at)) >= 0:
            parts.append((line[at:found], word.text, word))
            at = found + len(word.text)
            word = next(words, None)
        if line[at:]:
            parts.append(("", line[at:], None))
        yield parts


# ------------------------------------------------------------------ SubStation Alpha


def _ass(captions: Sequence[Caption], language: str, screen: Screen) -> str:
    size = round(screen.letters * screen.height * 1.25)  # SubStation counts a font's whole height
    safe = screen.safe
    style = (
        f"Style: Default,Noto Sans,{size},&H00FFFFFF,&H004DE1FF,&H00000000,&H9E000000,-1,0,0,0,100,100,0,0,1,"
        f"{size * 0.06:.1f},0,2,{safe.left},{screen.width - safe.right},{screen.height - safe.bottom},1"
    )
    head = (
        "[Script Info]\nScriptType: v4.00+\n"
        f"PlayResX: {screen.width}\nPlayResY: {screen.height}\nScaledBorderAndShadow: yes\nWrapStyle: 2\n"
        f"Language: {language}\n\n[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        f"MarginR, MarginV, Encoding\n{style}\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    )
    return head + "".join(_ass_event(caption) for caption in captions)


def _ass_event(caption: Caption) -> str:
    start, end = round(caption.span.start_ms / 10), round(caption.span.end_ms / 10)
    name = " ".join(caption.speaker.replace(",", " ").split())
    times = f"{_ass_time(start)},{_ass_time(end)}"
    return f"Dialogue: 0,{times},Default,{name},0,0,0,,{_ASS_PLACE.get(caption.place, '')}{_ass_text(caption)}\n"


def _ass_time(hundredths: int) -> str:
    return clock(hundredths * 10, digits=2)[1:]


def _ass_text(caption: Caption) -> str:
    lines: list[str] = []
    at = round(caption.span.start_ms / 10)
    for parts in _words_by_line(caption):
        line = ""
        for space, text, word in parts:
            if word is not None:
                until = max(at, round(word.span.end_ms / 10))
                line += f"{space}{{\\k{until - at}}}"
                at = until
            line += _ass_escaped(text)
        lines.append(line)
    return "\\N".join(lines)


def _ass_escaped(text: str) -> str:
    """Braces open tags, so they become round brackets; a backslash would begin one."""
    return text.replace("{", "(").replace("}", ")").replace("\\", "/")


# ------------------------------------------------------------------ Timed Text


def _ttml(captions: Sequence[Caption], language: str, screen: Screen) -> str:
    for prefix, name in (("", _TT), ("tts", _STYLING), ("ttp", _PARAMETER)):
        register_namespace(prefix, name)
    root = Element(f"{{{_TT}}}tt")
    root.set(f"{{{_XML}}}lang", language)
    root.set(f"{{{_XML}}}space", "preserve")
    root.set(f"{{{_PARAMETER}}}contentProfiles", _IMSC)
    root.set(f"{{{_PARAMETER}}}timeBase", "media")
    root.set(f"{{{_STYLING}}}extent", f"{screen.width}px {screen.height}px")
    _head(SubElement(root, f"{{{_TT}}}head"), screen)
    body = SubElement(root, f"{{{_TT}}}body", {"region": "safe", "style": "caption"})
    division = SubElement(body, f"{{{_TT}}}div")
    for caption in captions:
        _paragraph(division, caption)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _head(head: Element, screen: Screen) -> None:
    safe = screen.safe
    _styled(
        SubElement(SubElement(head, f"{{{_TT}}}styling"), f"{{{_TT}}}style", {f"{{{_XML}}}id": "caption"}),
        fontFamily="proportionalSansSerif",
        fontSize=f"{round(screen.letters * screen.height)}px",
        fontWeight="bold",
        color="#ffffff",
        textAlign="center",
        textOutline=f"#000000 {max(1, round(0.06 * screen.letters * screen.height))}px",
    )
    _styled(
        SubElement(SubElement(head, f"{{{_TT}}}layout"), f"{{{_TT}}}region", {f"{{{_XML}}}id": "safe"}),
        origin=f"{safe.left}px {safe.top}px",
        extent=f"{safe.width}px {safe.height}px",
        displayAlign="after",
    )
    indent(head, " ")


def _styled(element: Element, **styles: str) -> None:
    for name, value in styles.items():
        element.set(f"{{{_STYLING}}}{name}", value)


def _paragraph(division: Element, caption: Caption) -> None:
    times = {"begin": clock(caption.span.start_ms), "end": clock(caption.span.end_ms)}
    paragraph = SubElement(division, f"{{{_TT}}}p", times)
    paragraph.text = _xml_text(caption.lines[0])
    for line in caption.lines[1:]:
        SubElement(paragraph, f"{{{_TT}}}br").tail = _xml_text(line)


def _xml_text(text: str) -> str:
    """A text without the control characters that XML can't hold."""
    return "".join(char for char in text if char >= " " or char == "\t")
