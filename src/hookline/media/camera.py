"""What the camera sees: a source's picture framed for a platform, without leaving 4:2:0 and C.

A crop is cut out in three steps, all of them libavfilter's: a window of whole source pixels around it (no copy),
scaled by the same factor both ways, and in the scaled picture the frame itself, to the nearest pixel of the
*delivered* size.  A slow pan of an enlarged picture so moves by one delivered pixel at a time where cutting first would
jump by two to four.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hookline.model.cut import Crop, Fill, Framing
from hookline.model.errors import BadInput
from hookline.model.span import Span

SCALER = "bicubic"
_SMALL = 16  # how much smaller a picture is blurred


class Camera:
    """Frames the pictures of one source for one size; give it upright frames in yuv420p."""

    def __init__(
        self, framings: Sequence[Framing], *, source: tuple[int, int], stored: tuple[int, int], out: tuple[int, int]
    ) -> None:
        self._framings = framings or (_whole(source, out),)
        self._starts = [framing.span.start_ms for framing in self._framings]
        self._source, self._stored, self._out = source, stored, out
        self._view: _View | None = None

    def see(self, frame: Any, at_ms: float) -> Any:
        """The frame as seen at an instant of the source's own time."""
        framing = self._framings[max(0, bisect_right(self._starts, at_ms) - 1)]
        crops = tuple(_at(path, at_ms) for path in (framing.crops, framing.second) if path)
        boxes = tuple(self._pixels(crop) for crop in crops)
        if self._view is None or not self._view.fits(framing.fill, boxes):
            self._view = _View(frame, framing.fill, boxes, self._out)
        return self._view.of(frame, boxes)

    def _pixels(self, crop: Crop) -> Box:
        """A crop in stored pixels, which need not be square, held inside the picture."""
        across, down = self._stored[0] / self._source[0], self._stored[1] / self._source[1]
        width, height = min(crop.width, self._source[0]), min(crop.height, self._source[1])
        left = min(max(0.0, crop.left), self._source[0] - width)
        top = min(max(0.0, crop.top), self._source[1] - height)
        return left * across, top * down, width * across, height * down


Box = tuple[float, float, float, float]  # left, top, width, height


def crop_at(framing: Framing, at_ms: float) -> Crop:
    """Where the camera looks at an instant: evenly between two keys, still before the first and after the last.

    >>> keys = (Crop(0, 0, 0, 90, 160), Crop(1000, 50, 0, 90, 160))
    >>> crop_at(Framing(Span(0, 1000), Fill.CROP, keys), 500).left
    25.0
    """
    return _at(framing.crops, at_ms)


def _at(path: Sequence[Crop], at_ms: float) -> Crop:
    after = bisect_right(path, at_ms, key=lambda crop: crop.at_ms)
    if after == 0 or after == len(path):
        return path[min(after, len(path) - 1)]
    one, two = path[after - 1], path[after]
    part = (at_ms - one.at_ms) / (two.at_ms - one.at_ms)
    return Crop(
        round(at_ms),
        *(
            a + part * (b - a)
            for a, b in zip(
                (one.left, one.top, one.width, one.height), (two.left, two.top, two.width, two.height), strict=True
            )
        ),
    )


def _whole(source: tuple[int, int], out: tuple[int, int]) -> Framing:
    """The source's own frame: as it is where the shapes agree, else whole over a blurred one of itself."""
    alike = abs(source[0] * out[1] - source[1] * out[0]) <= 0.01 * source[1] * out[0]
    crop = Crop(0, 0, 0, source[0], source[1])
    return Framing(Span(0, 0), Fill.CROP if alike else Fill.BLUR, (crop,))


class _View:
    """A filter graph for crops of one size; where they stand changes by the frame."""

    def __init__(self, frame: Any, fill: Fill, boxes: Sequence[Box], out: tuple[int, int]) -> None:
        import av

        self._fill, self._sizes = fill, _sizes(boxes)
        self._graph = av.filter.Graph()
        start = self._graph.add(
            "buffer",
            video_size=f"{frame.width}x{frame.height}",
            pix_fmt="yuv420p",
            time_base="1/1000",
            pixel_aspect="1/1",
            colorspace="bt709",
            range="tv",
        )
        end = self._graph.add("buffersink")
        self._holes: list[_Hole] = []
        size = (frame.width, frame.height)
        if fill is Fill.SPLIT:
            self._split(start, end, size, boxes, out)
        elif fill is Fill.BLUR:
            self._blur(start, end, size, boxes[0], out)
        else:
            self._hole(start, size, boxes[0], out).link_to(end)
        self._graph.configure()

    def fits(self, fill: Fill, boxes: Sequence[Box]) -> bool:
        """Whether the graph can show such crops."""
        return fill is self._fill and _sizes(boxes) == self._sizes

    def of(self, frame: Any, boxes: Sequence[Box]) -> Any:
        """The picture through the crops."""
        for hole, box in zip(self._holes, boxes, strict=False):
            hole.move(box)
        frame.colorspace, frame.color_range = 1, 1
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _hole(self, before: Any, size: tuple[int, int], box: Box, out: tuple[int, int]) -> Any:
        hole = _Hole(self._graph, size, box, out)
        self._holes.append(hole)
        before.link_to(hole.first)
        return hole.last

    def _split(self, start: Any, end: Any, size: tuple[int, int], boxes: Sequence[Box], out: tuple[int, int]) -> None:
        if len(boxes) != 2:
            raise BadInput("a split framing needs two crops")
        fork, stack = self._graph.add("split", "2"), self._graph.add("vstack", "inputs=2")
        start.link_to(fork)
        upper = out[1] // 4 * 2
        for number, (box, height) in enumerate(zip(boxes, (upper, out[1] - upper), strict=True)):
            hole = _Hole(self._graph, size, _shaped(box, out[0] / height), (out[0], height))
            self._holes.append(hole)
            fork.link_to(hole.first, number, 0)
            hole.last.link_to(stack, 0, number)
        stack.link_to(end)

    def _blur(self, start: Any, end: Any, size: tuple[int, int], box: Box, out: tuple[int, int]) -> None:
        add = self._graph.add
        fork, over = add("split", "2"), add("overlay", "x=(W-w)/2:y=(H-h)/2:format=yuv420:eof_action=endall")
        start.link_to(fork)
        wide = _covering(size, out[0] / out[1])
        small = (max(2, out[0] // _SMALL // 2 * 2), max(2, out[1] // _SMALL // 2 * 2))
        chain = [
            add("crop", f"{wide[0]}:{wide[1]}"),
            add("scale", f"{small[0]}:{small[1]}:flags=area"),
            add("gblur", "sigma=3:steps=2"),
            add("scale", f"{out[0]}:{out[1]}:flags=bicubic"),
            add("setsar", "1"),
        ]
        fork.link_to(chain[0], 0, 0)
        for one, two in pairwise(chain):
            one.link_to(two)
        chain[-1].link_to(over, 0, 0)
        factor = min(out[0] / box[2], out[1] / box[3])
        fitted = (round(box[2] * factor / 2) * 2, round(box[3] * factor / 2) * 2)
        hole = _Hole(self._graph, size, box, fitted)
        self._holes.append(hole)
        fork.link_to(hole.first, 1, 0)
        hole.last.link_to(over, 0, 1)
        over.link_to(end)


class _Hole:
    """Window, scale, frame: a crop that can move."""

    def __init__(self, graph: Any, size: tuple[int, int], box: Box, out: tuple[int, int]) -> None:
        self._size, self._out = size, out
        self._factor = (out[0] / box[2], out[1] / box[3])
        self._window = tuple(_window(length, whole) for length, whole in zip(box[2:], size, strict=True))
        self._scaled = tuple(
            max(side, round(length * factor / 2) * 2)
            for side, length, factor in zip(out, self._window, self._factor, strict=True)
        )
        nodes = [graph.add("crop", f"{self._window[0]}:{self._window[1]}:0:0")]
        if self._scaled != self._window:
            nodes.append(graph.add("scale", f"{self._scaled[0]}:{self._scaled[1]}:flags={SCALER}"))
        nodes += [graph.add("crop", f"{out[0]}:{out[1]}:0:0:exact=1"), graph.add("setsar", "1")]
        for one, two in pairwise(nodes):
            one.link_to(two)
        self.first, self.last, self._frame = nodes[0], nodes[-1], nodes[-2]
        self._places: tuple[int, ...] = (0, 0, 0, 0)

    def move(self, box: Box) -> None:
        """Look elsewhere."""
        places = (*self._place(box[0], 0), *self._place(box[1], 1))
        commands = ((self.first, "x"), (self._frame, "x"), (self.first, "y"), (self._frame, "y"))
        for (node, name), place, was in zip(commands, places, self._places, strict=True):
            if place != was:
                node.process_command(name, str(place))
        self._places = places

    def _place(self, at: float, side: int) -> tuple[int, int]:
        """Where the window begins in the source, and the frame in the scaled window, along one side."""
        window = min(int(at), self._size[side] - self._window[side]) // 2 * 2
        frame = round((at - window) * self._scaled[side] / self._window[side])
        return window, min(max(0, frame), self._scaled[side] - self._out[side])


def _window(length: float, whole: int) -> int:
    """Whole, even pixels that hold a crop wherever it stands."""
    return min(whole // 2 * 2, int(length) // 2 * 2 + (4 if length < whole else 0))


def _sizes(boxes: Sequence[Box]) -> tuple[tuple[float, float], ...]:
    return tuple((round(box[2], 2), round(box[3], 2)) for box in boxes)


def _shaped(box: Box, aspect: float) -> Box:
    """A crop cut to an exact shape around its middle."""
    left, top, width, height = box
    fitted = (min(width, height * aspect), min(height, width / aspect))
    return left + (width - fitted[0]) / 2, top + (height - fitted[1]) / 2, *fitted


def _covering(size: tuple[int, int], aspect: float) -> tuple[int, int]:
    """The largest crop of a shape in a picture, in even pixels."""
    width, height = min(size[0], size[1] * aspect), min(size[1], size[0] / aspect)
    return max(2, int(width) // 2 * 2), max(2, int(height) // 2 * 2)
