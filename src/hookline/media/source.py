"""The pictures of a source as cuts need them: upright, progressive, 8-bit 4:2:0 BT.709, with their own times."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media import hdr
from hookline.media.probe import clockwise, opened, video_stream
from hookline.model.errors import BadInput, Unreadable
from hookline.model.span import Span

RATES = tuple(
    Fraction(*rate)
    for rate in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48, 1), (50, 1), (60000, 1001), (60, 1))
)
SKIPPED_MS = 10_000  # a gap between wanted stretches that is jumped over instead of decoded
_UNSAID = (0, 2)


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded frame and the stretch of source time, in seconds, in which it is shown."""

    frame: Any  # an av.VideoFrame, yuv420p
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Source:
    """What cutting needs to know of a source before its pictures are decoded."""

    path: Path
    width: int  # upright, with square pixels
    height: int
    fps: Fraction  # a common rate near its own
    stamps_s: NDArray[np.float64]  # of the pictures in the wanted stretches, sorted
    duration_s: float
    identity: tuple[int, int]  # size and time of change, to tell that it changed meanwhile
    notes: tuple[str, ...] = ()

    def nearest_start(self, at_s: float) -> float:
        """The time of the picture that begins nearest to an instant."""
        if not len(self.stamps_s):
            return at_s
        after = int(np.searchsorted(self.stamps_s, at_s))
        near = self.stamps_s[max(0, after - 1) : after + 1]
        return float(near[np.abs(near - at_s).argmin()])


def identity(path: Path) -> tuple[int, int]:
    """Size and time of change of a file."""
    try:
        stat = path.stat()
    except OSError as error:
        raise Unreadable(f"can't be opened ({error.strerror})", where=str(path)) from error
    return stat.st_size, stat.st_mtime_ns


def examine(path: Path, spans: Iterable[Span]) -> Source:
    """Look at a source: its size, rate and the times of its pictures in some spans.

    Raises:
        Unreadable: the file is missing, empty, damaged or holds no pictures.
        BadInput: a span reaches past its end.
        MissingExtra: PyAV is not installed.
    """
    known = identity(path)
    wanted = stretches(spans)
    with opened(path) as container:
        stream = video_stream(container, path)
        first = _first_frame(container, stream, path)
        width, height = _square_size(first, stream.sample_aspect_ratio)
        stamps, end_s = _stamps(container, stream, wanted)
    rate = _common_rate(stamps, Fraction(stream.average_rate or stream.guessed_rate or 25))
    _check_end(path, wanted, end_s, rate)
    return Source(path, width, height, rate, stamps, end_s, known, tuple(_notes(first)))


def stretches(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order of time, joined where the gap between them is small."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_ms - joined[-1].end_ms <= SKIPPED_MS:
            joined[-1] = Span(joined[-1].start_ms, max(joined[-1].end_ms, span.end_ms))
        else:
            joined.append(span)
    return tuple(joined)


def fitted_rate(rate: Fraction, *, least: float, most: float) -> Fraction:
    """The rate of a version: the source's own where the platform takes it.

    Else, of the common rates that it takes, a whole multiple or part of the source's, so that pictures are left out or
    repeated evenly; else the nearest.

    >>> fitted_rate(Fraction(50), least=23, most=30), fitted_rate(Fraction(12), least=23, most=60)
    (Fraction(25, 1), Fraction(24, 1))
    """
    taken = [one for one in (rate, *RATES) if least - 0.05 <= float(one) <= most + 0.05]
    if not taken:
        raise BadInput(f"no common frame rate lies between {least:g} and {most:g}", mend="correct the platform's table")
    return min(taken, key=lambda one: (one != rate, not _even(one, rate), abs(float(one - rate))))


def _even(one: Fraction, two: Fraction) -> bool:
    return (max(one, two) / min(one, two)).denominator == 1


def pictures(source: Source, spans: Iterable[Span], *, threads: int = 1) -> Iterator[Picture]:
    """The pictures shown in some spans of a source, in order, each once.

    Raises:
        Unreadable: a picture can't be decoded, or the file ends early.
    """
    with opened(source.path) as container:
        stream = video_stream(container, source.path)
        stream.codec_context.thread_count = threads
        stream.thread_type = "AUTO" if threads != 1 else "NONE"
        until, upright = -1.0, _Upright()
        for span in stretches(spans):
            for picture in _decoded(container, stream, span, upright):
                if picture.start_s >= until:
                    yield picture
                    until = picture.end_s


def check_unchanged(source: Source) -> None:
    """Raise ``Unreadable`` when the file is not the one that was examined."""
    if identity(source.path) != source.identity:
        raise Unreadable("the source changed while it was read", where=str(source.path), mend="run it again")


# Decoding


def _decoded(container: Any, stream: Any, span: Span, upright: _Upright) -> Iterator[Picture]:
    base, start = stream.time_base, stream.start_time or 0
    step = 1 / float(stream.average_rate or stream.guessed_rate or 25)
    container.seek(start + max(0, int(Fraction(span.start_ms, 1000) / base)), stream=stream)
    held: tuple[Any, float] | None = None
    for frame in container.decode(stream):
        at_s = float((frame.pts - start) * base) if frame.pts is not None else (held[1] + step if held else 0.0)
        if held is not None:
            if at_s <= held[1]:
                continue
            if at_s * 1000 > span.start_ms:
                _check_whole(held[0], held[1], container.name)
                yield from upright.take(held[0], held[1], at_s)
            if held[1] * 1000 >= span.end_ms:
                held = None
                break
        held = (frame, at_s)
    if held is not None:
        yield from upright.take(held[0], held[1], held[1] + step)
    yield from upright.rest()


def _check_whole(frame: Any, at_s: float, name: str) -> None:
    if frame.is_corrupt:
        raise Unreadable(f"the picture at {at_s:.2f} s is damaged", where=name, mend="copy or export it again")


class _Upright:
    """Turns decoded frames into what cuts are made of; costs nothing where they are that already.

    A frame may come out later than it went in: fields are joined with the help of the next picture's.
    """

    def __init__(self) -> None:
        self._graph: Any = None
        self._key: tuple[object, ...] = ()
        self._times: deque[tuple[float, float]] = deque()  # of the frames that are still inside

    def take(self, frame: Any, start_s: float, end_s: float) -> Iterator[Picture]:
        """Take a frame; the pictures that are ready."""
        steps = _steps(frame)
        key = (frame.width, frame.height, frame.format.name, *steps) if steps else ()
        if key != self._key:
            yield from self.rest()
        if not steps:
            yield Picture(frame, start_s, end_s)
            return
        if self._graph is None:
            self._graph, self._key = _graph(frame, steps), key
        self._times.append((start_s, end_s))
        self._graph.vpush(frame)
        yield from self._ready()

    def rest(self) -> Iterator[Picture]:
        """The pictures that are still inside."""
        if self._times:
            self._graph.vpush(None)
            yield from self._ready()
        self._graph, self._key = None, ()

    def _ready(self) -> Iterator[Picture]:
        while self._times:
            try:
                made = self._graph.vpull()
            except (BlockingIOError, EOFError):  # it waits for more
                return
            yield Picture(made, *self._times.popleft())


Step = tuple[str, str | int]  # a filter and what it is given


_TURNS: dict[int, list[Step]] = {
    0: [],
    90: [("transpose", "clock")],
    180: [("hflip", ""), ("vflip", "")],
    270: [("transpose", "cclock")],
}


def _steps(frame: Any) -> list[Step]:
    """The filters that a frame needs to be upright, progressive, 8-bit, 4:2:0 and BT.709."""
    steps: list[Step] = []
    if frame.interlaced_frame:
        steps.append(("bwdif", "mode=send_frame:deint=interlaced"))
    matrix = _matrix(frame)
    if int(frame.color_trc) in hdr.NAMES:
        steps += [("scale", f"in_color_matrix={matrix}:flags=bicubic"), ("format", "gbrp10le")]
        steps += [("lut3d", int(frame.color_trc))]
        steps += [("scale", "out_color_matrix=bt709:out_range=tv:flags=bicubic"), ("format", "yuv420p")]
    elif frame.format.name != "yuv420p" or matrix != "bt709" or int(frame.color_range) == 2:
        given = f"in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv:flags=bicubic"
        steps += [("scale", given), ("format", "yuv420p")]
    return steps + _TURNS[clockwise(frame)]


def _matrix(frame: Any) -> str:
    said = int(frame.colorspace)
    if said in _UNSAID and int(frame.color_trc) in hdr.NAMES:
        return "bt2020"
    if said in _UNSAID:
        return "bt709" if frame.height >= 720 else "bt601"
    return {1: "bt709", 9: "bt2020", 10: "bt2020"}.get(said, "bt601")


def _graph(frame: Any, steps: Sequence[Step]) -> Any:
    import av

    graph = av.filter.Graph()
    nodes = [graph.add_buffer(template=frame, time_base=frame.time_base)]
    with ExitStack() as stack:
        for name, given in steps:
            # an int is a transfer characteristic, whose table is read when the graph is configured
            table = f"file='{stack.enter_context(hdr.table_file(given))}'" if isinstance(given, int) else given
            nodes.append(graph.add(name, table or None))
        graph.link_nodes(*nodes, graph.add("buffersink"))
        graph.configure()
    return graph


# Looking


def _first_frame(container: Any, stream: Any, path: Path) -> Any:
    for frame in container.decode(stream):
        return frame
    raise Unreadable("no picture in it can be decoded", where=str(path), mend="copy or export it again")


def _square_size(frame: Any, aspect: Fraction | None) -> tuple[int, int]:
    pixel = float(aspect or 1)
    width, height = round(frame.width * pixel), frame.height
    return (height, width) if clockwise(frame) in (90, 270) else (width, height)


def _notes(frame: Any) -> Iterator[str]:
    if int(frame.color_trc) in hdr.NAMES:
        yield f"high dynamic range ({hdr.NAMES[int(frame.color_trc)]}) was mapped to standard range"
    if frame.interlaced_frame:
        yield "interlaced pictures were made progressive"


def _stamps(container: Any, stream: Any, wanted: Sequence[Span]) -> tuple[NDArray[np.float64], float]:
    """Times of the pictures around the spans in seconds, and where the pictures end."""
    base, start = stream.time_base, stream.start_time or 0
    found: set[float] = set()
    missing = False
    end_s = 0.0
    for span in wanted:
        container.seek(start + max(0, int(Fraction(span.start_ms, 1000) / base)), stream=stream)
        for packet in container.demux(stream):
            if packet.pts is None:
                missing |= packet.size > 0
                continue
            at_s = float((packet.pts - start) * base)
            found.add(at_s)
            end_s = max(end_s, at_s + float((packet.duration or 0) * base))
            if packet.dts is not None and float((packet.dts - start) * base) * 1000 > span.end_ms + 1000:
                break
    return (np.zeros(0) if missing else np.array(sorted(found))), end_s


def _common_rate(stamps: NDArray[np.float64], average: Fraction) -> Fraction:
    """The common rate that the pictures keep; else their own if steady; else the one nearest to their usual gap."""
    near = min(RATES, key=lambda rate: abs(float(rate) - float(average)))
    if abs(float(near) - float(average)) < 0.0005 * float(average):
        return near
    gaps = np.diff(stamps)
    usual = float(np.median(gaps)) if len(gaps) > 2 else 0.0
    if usual <= 0 or float(np.mean(np.abs(gaps - usual) < 0.002)) > 0.98:
        return average.limit_denominator(1001)
    return min(RATES, key=lambda rate: abs(float(rate) - 1 / usual))


def _check_end(path: Path, wanted: Sequence[Span], end_s: float, rate: Fraction) -> None:
    last = wanted[-1].end_ms / 1000 if wanted else 0.0
    if last > end_s + 2 / float(rate):
        raise BadInput(
            f"a clip ends at {last:.2f} s, the pictures at {end_s:.2f} s", where=str(path), mend="shorten the clip"
        )
