"""Single pictures out of a video."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from hookline.media.probe import clockwise, opened, video_stream
from hookline.model.errors import BadInput, Unreadable


def still(path: Path, *, at_ms: int, width: int) -> bytes:
    """The picture shown at an instant, as a JPEG.

    Args:
        path: a video file.
        at_ms: content time; before the start gives the first picture, past the end the last.
        width: of the JPEG in pixels; the height follows the picture as shown.

    Raises:
        Unreadable: the file is damaged or holds no pictures.
        BadInput: the width is not positive.
    """
    if width < 2:
        raise BadInput(f"a still can't be {width} pixels wide", mend="ask for 2 pixels or more")
    with opened(path) as container:
        stream = video_stream(container, path)
        frame = _frame_at(container, stream, max(0, at_ms), path)
        return _jpeg(_upright(frame), width=width, aspect=_shown_aspect(frame, stream.sample_aspect_ratio))


def _frame_at(container: Any, stream: Any, at_ms: int, path: Path) -> Any:
    """The last frame whose time is not after the instant."""
    start = stream.start_time or 0
    wanted = start + int(Fraction(at_ms, 1000) / stream.time_base)
    for target in (wanted, start):  # where nothing follows a seek past the end, decode from the start
        container.seek(target, stream=stream)
        found = _last_until(container.decode(stream), wanted)
        if found is not None:
            return found
    raise Unreadable("no picture in it can be decoded", where=str(path), mend="copy or export it again")


def _last_until(frames: Any, wanted: int) -> Any:
    found = None
    for frame in frames:
        if found is not None and frame.pts is not None and frame.pts > wanted:
            break
        found = frame
    return found


def _upright(frame: Any) -> Any:
    turn = clockwise(frame)
    if turn == 0:
        return frame
    import av
    import numpy as np

    turned = np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), k=-turn // 90))
    return av.VideoFrame.from_ndarray(turned, format="rgb24")


def _shown_aspect(frame: Any, pixel: Fraction | None) -> Fraction:
    """Width to height as shown: pixels need not be square, and the picture may lie on its side."""
    aspect = Fraction(frame.width, frame.height) * Fraction(pixel or 1)
    return 1 / aspect if clockwise(frame) in (90, 270) else aspect


def _jpeg(frame: Any, *, width: int, aspect: Fraction) -> bytes:
    import av

    size = (width - width % 2, max(2, round(width / aspect / 2) * 2))
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": "3", "qmax": "3"}
    small = frame.reformat(*size, format="yuvj420p", interpolation="AREA")
    small.pts = 0
    packets = [*encoder.encode(small), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
