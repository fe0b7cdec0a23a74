"""A cut's MP4 as it is written: packets of its runs in the cut's order, with the sound beside them."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

from hookline.media.check import TAIL_S, Tail
from hookline.media.sound import Track
from hookline.media.whole import deliver, part_of, writing
from hookline.model.errors import MissingExtra


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are encoded."""

    crf: int = 20  # x264's constant quality, lower is better
    preset: str = "veryfast"
    gop_ms: int = 2_000  # a key frame at least this often
    threads: int = 1  # of each encoder
    max_kbps: int | None = None  # of the pictures, over a second; None: as much as the quality takes


_LEFT: list[Any] = []  # containers whose writing failed


class Movie:
    """One MP4 in the making.  Leaving the context removes what was not delivered.

    Pictures that are encoded before the sound is ready wait for it as packets.

    Moov stands first, groups of pictures are closed and no edit list is written: the first picture's and the first
    sound's time are both 0.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        frames: int,
        *,
        track: Future[Track],
        settings: Settings,
        runs: int,
    ) -> None:
        self.fps = fps
        self.tail = Tail()  # of what was given to the encoder
        self.tail_from = frames - math.ceil(TAIL_S * fps)
        self._path, self._part = path, part_of(path)
        self._size, self._track, self._settings = size, track, settings
        self._sounds: Iterator[Any] | None = None
        self._waiting: list[list[Any]] = [[] for _ in range(runs)]
        self._ended = [False] * runs
        self._writing = 0
        self._lock = threading.Lock()
        self._open = False

    def __enter__(self) -> Movie:
        """Open the part file."""
        try:
            import av
        except ImportError as error:
            raise MissingExtra(needs="PyAV", extra="media") from error
        self._av = av
        flags = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0", "avoid_negative_ts": "disabled"}
        with writing(self._path):
            self._file = av.open(str(self._part), "w", format="mp4", options=flags)
        self._open = True
        self._video = self._file.add_stream("libx264", rate=self.fps)
        self._set(self._video.codec_context)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open and remove the part."""
        try:
            if self._open and kind is not None:
                # closing would write the trailer, and FFmpeg's second pass over a file that can't grow may crash:
                # what failed is left alone until the process ends; nothing of it has a name any more
                _LEFT.append(self._file)
                self._open = False
            elif self._open:
                self._open = False
                self._file.close()
        except (OSError, ValueError):
            if kind is None:
                raise
        finally:
            self._part.unlink(missing_ok=True)

    def encoder(self, run: int) -> Encoder:
        """The encoder of a run; each run is used by one thread."""
        if run == 0:
            return Encoder(self, run, self._video.codec_context)
        context = self._av.CodecContext.create("libx264", "w")
        self._set(context)
        return Encoder(self, run, context)

    def take(self, run: int, packets: Any, *, ended: bool = False) -> None:
        """Write packets of a run, or keep them until the runs before it are written."""
        with self._lock:
            self._waiting[run] += packets
            self._ended[run] |= ended
            if self._track.done():
                self._write()

    def close(self) -> Path:
        """Wait for the sound and finish the part file; where it lies."""
        self._track.result()
        with self._lock:
            self._write()
        with writing(self._path):
            self._mux_sound(None)
            self._open = False
            self._file.close()
        return self._part

    def deliver(self) -> None:
        """Give the part its name."""
        deliver(self._part, self._path)

    def _write(self) -> None:
        """Write what waits and is next, the sound beside it."""
        with writing(self._path):
            if self._sounds is None:
                self._start_sound()
            while self._writing < len(self._waiting):
                for packet in self._waiting[self._writing]:
                    self._mux_sound(packet.pts * packet.time_base)
                    packet.stream = self._video
                    self._file.mux_one(packet)
                self._waiting[self._writing] = []
                if not self._ended[self._writing]:
                    return
                self._writing += 1

    def _start_sound(self) -> None:
        sound = _reading(self._track.result().m4a)
        template = sound.streams.audio[0]
        self._audio = self._file.add_stream_from_template(template)
        self._sounds = sound.demux(template)
        self._next_sound = next(self._sounds, None)

    def _mux_sound(self, until_s: Fraction | None) -> None:
        """Write the sound up to an instant, or all that is left."""
        assert self._sounds is not None
        while (packet := self._next_sound) is not None and packet.pts is not None:
            if until_s is not None and packet.pts * packet.time_base > until_s:
                return
            packet.stream = self._audio
            self._file.mux_one(packet)
            self._next_sound = next(self._sounds, None)

    def _set(self, context: Any) -> None:
        settings = self._settings
        context.width, context.height = self._size
        context.pix_fmt = "yuv420p"
        context.time_base, context.framerate = 1 / self.fps, self.fps
        context.sample_aspect_ratio = Fraction(1)
        context.thread_count = settings.threads
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709, as all HD
        context.color_range = 1
        gop = max(1, round(settings.gop_ms * self.fps / 1000))
        context.options = {
            "preset": settings.preset,
            "crf": str(settings.crf),
            "g": str(gop),
            "flags": "+cgop+global_header",
        }
        if settings.max_kbps is not None:
            context.options |= {"maxrate": f"{settings.max_kbps}k", "bufsize": f"{settings.max_kbps}k"}


def _reading(data: bytes) -> Any:
    import av

    return av.open(io.BytesIO(data))


class Encoder:
    """Encodes one run of a movie."""

    def __init__(self, movie: Movie, run: int, context: Any) -> None:
        self._movie, self._run, self._context = movie, run, context

    def add(self, frame: Any, number: int) -> None:
        """Encode a frame as the cut's ``number``-th."""
        if number >= self._movie.tail_from:
            self._movie.tail.add(frame)
        frame.pts, frame.time_base = number, self._context.time_base
        self._movie.take(self._run, self._context.encode(frame))

    def end(self) -> None:
        """Encode what is left."""
        self._movie.take(self._run, self._context.encode(None), ended=True)
