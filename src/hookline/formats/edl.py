"""Edit decision lists (CMX 3600): the oldest list of cuts, which every editor reads.

It holds cuts, picture and sound, no crops and no captions.  Its one rate is the timeline's: a source of
another rate is counted in the timeline's frames.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hookline.formats.timeline import START, Edit, Rate, SourceFile, drops, edits, frame_of, nearest, timecode
from hookline.model.cut import Cut
from hookline.model.errors import BadInput

TITLE = "CMX 3600 edit decision list"
SUFFIX = ".edl"
_MOST_EVENTS = 9_999
_REEL = 8  # letters of a reel's name


def write(cut: Cut, *, fps: Rate, sources: Mapping[str, SourceFile], start: str = START) -> bytes:
    """A cut as an EDL.

    Args:
        cut: whose clips are listed.
        fps: of the timeline; drop-frame timecode at 29.97 and 59.94.
        sources: the files that clips are cut from, by the name the clips give.
        start: the timeline's first timecode.

    Raises:
        BadInput: what can't stand in an EDL.
    """
    listed = edits(cut, fps=fps, sources=sources)
    if len(listed) > _MOST_EVENTS:
        raise BadInput(f"an EDL holds {_MOST_EVENTS:,} cuts, not {len(listed):,}", mend="write FCPXML or OTIO")
    reels = _reels(listed)
    lines = [f"TITLE: {_plain(cut.id)}", f"FCM: {'DROP FRAME' if drops(fps) else 'NON-DROP FRAME'}"]
    for number, edit in enumerate(listed, start=1):
        lines += _event(number, edit, reels[edit.source.name], fps, frame_of(start, fps))
    return ("\r\n".join(lines) + "\r\n").encode("ascii", errors="replace")


def _event(number: int, edit: Edit, reel: str, fps: Rate, origin: int) -> Iterator[str]:
    first = nearest(round(1000 * edit.source_start * edit.source.fps[1] / edit.source.fps[0]), fps)
    times = (first, first + edit.end - edit.start, origin + edit.start, origin + edit.end)
    codes = " ".join(timecode(frame, fps) for frame in times)
    yield f"{number:03d}  {reel:<8} {_channels(edit.source):<5} C        {codes}"
    yield f"* FROM CLIP NAME: {_plain(edit.source.name)}"
    yield f"* SOURCE FILE: {_plain(edit.source.url)}"


def _channels(source: SourceFile) -> str:
    """Picture alone, with one channel of sound, or with two."""
    return {0: "V", 1: "B"}.get(source.channels, "AA/V")


def _reels(listed: tuple[Edit, ...]) -> dict[str, str]:
    """A reel's name for each source: at most eight letters and digits, no two alike."""
    reels: dict[str, str] = {}
    for name in dict.fromkeys(edit.source.name for edit in listed):
        stem = re.sub(r"[^A-Z0-9]", "", name.rsplit("/", 1)[-1].rsplit(".", 1)[0].upper())[:_REEL] or "REEL"
        taken, number = set(reels.values()), 1
        reel = stem
        while reel in taken:
            number += 1
            reel = f"{stem[: _REEL - len(str(number))]}{number}"
        reels[name] = reel
    return reels


def _plain(text: str) -> str:
    """One line."""
    return " ".join(text.split())
