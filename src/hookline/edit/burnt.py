"""Text that is burnt into a source: subtitles, titles, marks of an owner; where it stands, and from when to when.

Every ``EVERY_MS`` (and where the picture jumps) a small grey copy is looked at.  Letters are strokes: pixels brighter,
or darker, than what lies a little to their left and to their right.  Strokes that stay as they are from one look to
the next, close together along a line, may be text; so may a fence.  What tells them apart is time: text stays where the
picture cuts, comes and goes while the picture doesn't, and stands still where what is around it moves.  One of these
must have been seen, of the text itself or of other text on the same line of the picture.

Text that stands over a still picture from its first moment to its last, on a line where no other ever stood, is
therefore not found; bench/README.md (burnt) has the figures.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.engines.faces import opencv
from hookline.model.span import Span

EVERY_MS = 400
PIXELS = 640 * 360  # of the copy
RECENT = 7  # looks that are kept: a film of hours takes no more memory than a short one
CELL = 8  # pixels of the copy; what is kept of a look is one value a cell
_REACHES = (2, 5)  # pixels from a stroke to what is beside it: thin and thick letters
_STROKE = 44  # grey levels between a stroke and what is beside it
_SAME = 26  # grey levels that text may change by from look to look
_INK = 16  # of 255: share of a text's cell that is strokes, at least
_WIDEST_GAP = 5  # cells between words
_LEAST_WIDE, _MOST_HIGH = 5, 9  # cells
_LEAST_FULL = 0.5  # share of its box that a line's cells fill
_LEAST_MS = 500
_ALIKE = 0.4  # overlap of a line from look to look
_MOVES = 6.0  # grey levels from look to look, around text that stands still
_CALM = 4.0  # the same, where text comes and goes
_MARGIN = 0.5  # cells that letters reach over the ones in which they were found

Grey = NDArray[np.uint8]
Cells = NDArray[np.uint8]
_Box = tuple[int, int, int, int]  # cells: left, top, right, bottom


@dataclass(frozen=True, slots=True)
class BurntText:
    """A line of text in a source's picture, in pixels of the upright picture."""

    span: Span
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Look:
    """What is kept of a look: by cell, how much of it is strokes, strokes that stayed, and change."""

    at_ms: int
    jumped: bool
    strokes: Cells
    stayed: Cells
    changed: Cells


@dataclass(slots=True)
class _Line:
    """Text on its way through the looks, and what was seen of it that a fence doesn't do."""

    start_ms: int
    end_ms: int
    box: _Box  # where it was found last
    sides: NDArray[np.int64]  # of its boxes, added up
    count: int = 0
    moving: int = 0  # looks in which all around it moved
    outlasts: bool = False  # a cut of the picture
    comes_or_goes: bool = False  # while what is around it goes on as before

    @property
    def place(self) -> _Box:
        """The mean of its boxes."""
        left, top, right, bottom = np.rint(self.sides / self.count).astype(int).tolist()
        return left, top, right, bottom

    @property
    def is_proven(self) -> bool:
        """Whether it is text for sure."""
        return self.outlasts or self.comes_or_goes or (self.count > 1 and 2 * self.moving > self.count)

    def add(self, box: _Box) -> None:
        """Found once more."""
        self.box, self.sides, self.count = box, self.sides + np.array(box), self.count + 1


class TextFinder:
    """Takes looks at a source and tells where text stood."""

    def __init__(self, width: int, height: int) -> None:
        self._source = (width, height)
        self._size: tuple[int, int] = (0, 0)  # of the copy, known at the first look
        self._shrink = 1  # by whole numbers, which is quick
        self._stored: tuple[int, int] = (0, 0)  # columns and rows as stored: pixels may be wider than high
        self._looks: deque[_Look] = deque(maxlen=RECENT)
        self._going: list[_Line] = []
        self._gone: list[_Line] = []
        self._last: tuple[Grey, Grey] | None = None  # the last copy and its strokes

    def due(self, at_ms: int, *, jumped: bool) -> bool:
        """Whether it is time for a look."""
        return jumped or not self._looks or at_ms - self._looks[-1].at_ms >= EVERY_MS

    def look(self, luma: NDArray[Any], at_ms: int, *, jumped: bool) -> None:
        """Look at a picture's luma, upright, of 8 or 10 bits."""
        cv2 = opencv()
        grey = self._small(cv2, luma)
        strokes = _strokes(cv2, grey)
        before, there = self._last or (grey, np.zeros_like(strokes))
        change = cv2.absdiff(grey, before)
        stayed = cv2.bitwise_and(cv2.bitwise_and(strokes, there), (change <= _SAME).view(np.uint8) * np.uint8(255))
        self._looks.append(_Look(at_ms, jumped, *(self._cells(cv2, one) for one in (strokes, stayed, change))))
        self._last = (grey, strokes)
        self._follow(list(_boxes(cv2, self._looks[-1].stayed)))

    def texts(self, end_ms: int) -> tuple[BurntText, ...]:
        """All the text that was found, in order of time."""
        for line in self._going:
            line.end_ms = end_ms
        lines = self._gone + [line for line in self._going if end_ms - line.start_ms >= _LEAST_MS]
        proven = [line for line in lines if line.is_proven]
        kept = [line for line in lines if line.is_proven or _follows(line, proven)]
        return tuple(sorted((self._text(line) for line in kept), key=lambda one: (one.span, one.top, one.left)))

    def _small(self, cv2: Any, luma: NDArray[Any]) -> Grey:
        """The copy; what doesn't fill a cell is cut off at the right and the bottom."""
        rows, columns = luma.shape
        if not self._looks:
            self._shrink = max(1, round((rows * columns / PIXELS) ** 0.5))
            self._stored = (columns, rows)
            self._size = (columns // self._shrink // CELL * CELL, rows // self._shrink // CELL * CELL)
        part = luma[: self._size[1] * self._shrink, : self._size[0] * self._shrink]
        whole = part if part.strides[1] == part.itemsize else np.ascontiguousarray(part)
        grey = cv2.resize(whole, self._size, interpolation=cv2.INTER_AREA) if self._shrink > 1 else whole
        made: Grey = grey if grey.dtype == np.uint8 else (grey >> 2).astype(np.uint8)
        return made

    def _cells(self, cv2: Any, pixels: Grey) -> Cells:
        width, height = self._size
        cells: Cells = cv2.resize(pixels, (width // CELL, height // CELL), interpolation=cv2.INTER_AREA)
        return cells

    # From look to look

    def _follow(self, boxes: list[_Box]) -> None:
        """Take up the lines of the last look: those that go on, those that are gone, new ones."""
        now, still = self._looks[-1], []
        for line in self._going:
            near = max(boxes, key=lambda box: _overlap(box, line.box), default=None)
            if near is not None and _overlap(near, line.box) >= _ALIKE:
                boxes.remove(near)
                self._add(line, near)
                still.append(line)
            else:
                self._close(line)
        before = self._looks[-2] if len(self._looks) > 1 else now
        for box in boxes:
            line = _Line(before.at_ms, now.at_ms, box, np.zeros(4, np.int64))
            line.comes_or_goes = len(self._looks) > 2 and self._is_new(box, self._looks[-3], before, later=before)
            self._add(line, box)
            still.append(line)
        self._going = still

    def _add(self, line: _Line, box: _Box) -> None:
        line.add(box)
        line.outlasts |= self._looks[-1].jumped
        ring = _ring(self._looks[-1], box)
        line.moving += len(ring) > 0 and float(np.percentile(ring, 25)) >= _MOVES

    def _close(self, line: _Line) -> None:
        now, before = self._looks[-1], self._looks[-2]
        line.end_ms = now.at_ms
        if before.at_ms - line.start_ms >= _LEAST_MS:
            line.comes_or_goes |= self._is_new(line.box, now, before, later=now)
            self._gone.append(line)

    def _is_new(self, box: _Box, without: _Look, there: _Look, *, later: _Look) -> bool:
        """Whether text is in one of two looks alone, while what is around it went on as before."""
        ink, none = (float(_within(look.strokes, box).mean()) for look in (there, without))
        if later.jumped or none >= 0.25 * ink:
            return False
        now = _around(later, box)
        return now < _CALM or now < 1.5 * float(np.median([_around(look, box) for look in self._looks]))

    def _text(self, line: _Line) -> BurntText:
        cell = CELL * self._shrink
        across, down = (side / stored * cell for side, stored in zip(self._source, self._stored, strict=True))
        left, top, right, bottom = line.place
        return BurntText(
            Span(line.start_ms, line.end_ms),
            round(max(0.0, (left - _MARGIN) * across), 1),
            round(max(0.0, (top - _MARGIN) * down), 1),
            round((right - left + 2 * _MARGIN) * across, 1),
            round((bottom - top + 2 * _MARGIN) * down, 1),
        )


def _follows(line: _Line, proven: Sequence[_Line]) -> bool:
    """Whether it stands where texts are known to."""
    others = [other for other in proven if _on_one_line(line.place, other.place)]
    return len(others) > 1 or any(other.outlasts for other in others)


def _around(look: _Look, box: _Box) -> float:
    """How much the cells around a box changed since the look before: the quarter that changed most."""
    ring = _ring(look, box)
    return float(np.percentile(ring, 75)) if len(ring) else 0.0


def _ring(look: _Look, box: _Box) -> NDArray[np.float32]:
    """Change of the cells around a box, but for those next to it, which hold its edges."""
    left, top, right, bottom = box
    outer = (max(0, left - 4), max(0, top - 4), right + 4, bottom + 4)
    kept = np.ones_like(_within(look.changed, outer), np.bool_)
    y, x = top - 1 - outer[1], left - 1 - outer[0]
    kept[max(0, y) : bottom + 1 - outer[1], max(0, x) : right + 1 - outer[0]] = False
    return _within(look.changed, outer)[kept].astype(np.float32)


def _strokes(cv2: Any, grey: Grey) -> Grey:
    """255 where a pixel is brighter, or darker, than what lies to both its sides."""
    hats = np.zeros_like(grey)
    for reach in _REACHES:
        middle, left, right = grey[:, reach:-reach], grey[:, : -2 * reach], grey[:, 2 * reach :]
        bright = cv2.min(cv2.subtract(middle, left), cv2.subtract(middle, right))
        dark = cv2.min(cv2.subtract(left, middle), cv2.subtract(right, middle))
        inner = hats[:, reach:-reach]
        np.maximum(inner, cv2.max(bright, dark), out=inner)
    made: Grey = cv2.threshold(hats, _STROKE - 1, 255, cv2.THRESH_BINARY)[1]
    return made


def _boxes(cv2: Any, stayed: Cells) -> Iterator[_Box]:
    """Lines of cells in which strokes stayed."""
    inked = (stayed >= _INK).view(np.uint8)
    joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((1, _WIDEST_GAP), np.uint8))
    runs = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, _LEAST_WIDE), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=4)
    for left, top, width, height, area in stats[1:count].tolist():
        if height <= _MOST_HIGH and width >= 1.5 * height and area >= _LEAST_FULL * width * height:
            yield left, top, left + width, top + height


def _overlap(one: _Box, two: _Box) -> float:
    """Intersection over union."""
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, two))
    return across * down / (areas - across * down)


def _on_one_line(a: _Box, b: _Box) -> bool:
    """Whether two texts stand at one height and over one another, as subtitles that follow each other do."""
    down = min(a[3], b[3]) - max(a[1], b[1])
    across = min(a[2], b[2]) - max(a[0], b[0])
    return down >= 0.6 * max(a[3] - a[1], b[3] - b[1]) and across > 0


def _within(cells: Cells, box: _Box) -> Cells:
    return cells[box[1] : box[3], box[0] : box[2]]


def standing(texts: Sequence[BurntText], span: Span) -> tuple[BurntText, ...]:
    """The text that stands during some of a span."""
    return tuple(text for text in texts if text.span.overlap_ms(span))
