"""Frames and sound to an MP4 that platforms take: H.264 4:2:0, closed GOPs, AAC 48 kHz, moov first."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.model.errors import BadInput, MissingExtra

AUDIO_RATE = 48_000  # Hz; every platform takes it


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a movie is written."""

    width: int
    height: int
    fps: tuple[int, int] = (25, 1)
    channels: int = 2
    crf: int = 20  # x264's constant quality, lower is better
    preset: str = "veryfast"
    x264: str = ""  # more of x264's own settings, as "name=value:name=value"
    gop_ms: int = 2_000  # a key frame at least this often
    audio_kbps: int = 160
    threads: int = 1


class MovieWriter:
    """Writes one MP4; the file appears under its name only when whole.

    Use as a context manager.  An exception inside removes what was written::

        with MovieWriter(path, Encoding(1280, 720)) as movie:
            movie.sound(samples)  # (channels, n) float32 in -1..1 at 48 kHz
            movie.picture(frame)  # (height, width, 3) uint8 RGB

    Sound may come whole or in pieces, before or between pictures.
    """

    def __init__(self, path: Path, encoding: Encoding) -> None:
        if encoding.width % 2 or encoding.height % 2:
            raise BadInput(f"{encoding.width}x{encoding.height}: 4:2:0 video needs even sides")
        self.path = path
        self.encoding = encoding
        self._frames = 0
        self._samples = 0

    def __enter__(self) -> MovieWriter:
        """Open the part file."""
        try:
            import av
        except ImportError as error:
            raise MissingExtra(needs="PyAV", extra="media") from error
        self._av = av
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._part = self.path.with_name(f".{self.path.name}.part")
        self._container = av.open(str(self._part), "w", format="mp4", options={"movflags": "+faststart"})
        self._video = self._add_video()
        self._audio = self._add_audio()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish and rename, or clean up."""
        try:
            if kind is None:
                self._mux(self._video.encode(None))
                self._mux(self._audio.encode(None))
        finally:
            self._container.close()
            if kind is not None:
                self._part.unlink(missing_ok=True)
        if kind is None:
            self._part.replace(self.path)

    def picture(self, frame: NDArray[np.uint8], *, repeat: int = 1) -> None:
        """Append a picture, (height, width, 3) RGB, shown for ``repeat`` frames; scaled to the movie's size."""
        if frame.ndim != 3 or frame.shape[2] != 3:
            raise BadInput(f"a picture of shape {frame.shape} is not (height, width, 3)")
        picture = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        size = (self.encoding.width, self.encoding.height)
        self.frame(
            picture.reformat(*size, format="yuv420p", dst_colorspace="ITU709", interpolation="BICUBIC"), repeat=repeat
        )

    def frame(self, frame: Any, *, repeat: int = 1) -> None:
        """Append a PyAV frame that is yuv420p already."""
        for _ in range(repeat):
            frame.pts, frame.time_base = self._frames, self._video.codec_context.time_base
            self._frames += 1
            self._mux(self._video.encode(frame))

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Append sound, (channels, n) in -1..1 at 48 kHz."""
        if samples.ndim != 2 or samples.shape[0] != self.encoding.channels:
            raise BadInput(f"sound of shape {samples.shape} doesn't fit {self.encoding.channels} channels")
        layout = "mono" if self.encoding.channels == 1 else "stereo"
        for start in range(0, samples.shape[1], 1024):
            piece = np.ascontiguousarray(samples[:, start : start + 1024], dtype=np.float32)
            block = self._av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
            block.sample_rate, block.pts, block.time_base = AUDIO_RATE, self._samples, Fraction(1, AUDIO_RATE)
            self._samples += piece.shape[1]
            self._mux(self._audio.encode(block))

    def _add_video(self) -> Any:
        options = self.encoding
        stream = self._container.add_stream("libx264", rate=Fraction(*options.fps))
        stream.width, stream.height, stream.pix_fmt = options.width, options.height, "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(options.fps[1], options.fps[0])
        context.thread_count = options.threads
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709, as all HD
        context.color_range = 1
        gop = max(1, options.gop_ms * options.fps[0] // (options.fps[1] * 1000))
        settings: dict[str, object] = {
            "preset": options.preset,
            "crf": str(options.crf),
            "g": str(gop),
            "flags": "+cgop",
        }
        stream.options = settings | ({"x264-params": options.x264} if options.x264 else {})
        return stream

    def _add_audio(self) -> Any:
        stream = self._container.add_stream("aac", rate=AUDIO_RATE)
        stream.codec_context.layout = "mono" if self.encoding.channels == 1 else "stereo"
        stream.codec_context.bit_rate = self.encoding.audio_kbps * 1000
        return stream

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            self._container.mux(packet)
