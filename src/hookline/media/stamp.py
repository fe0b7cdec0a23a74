"""Captions and marks laid over a frame, in its own 4:2:0 planes and only where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hookline.media.overlay import Overlay

# BT.709, limited range
_LUMA = np.array([0.2126, 0.7152, 0.0722]) * 219 / 255
_BLUE = np.array([-0.2126, -0.7152, 0.9278]) / 1.8556 * 224 / 255
_RED = np.array([0.7874, -0.7152, -0.0722]) / 1.5748 * 224 / 255

Part = tuple[int, int, NDArray[np.uint16], NDArray[np.uint16]]  # top, left, colour times alpha, 256 less alpha


class Stamp:
    """Lays overlays over the frames of a cut."""

    def __init__(self, overlays: Sequence[Overlay]) -> None:
        self._overlays = sorted(overlays, key=lambda overlay: overlay.span.start_ms)
        self._ready: dict[int, tuple[Part, ...]] = {}

    def on(self, frame: Any, at_ms: float) -> Any:
        """The frame with what is shown at an instant; pixels that others see too are copied first."""
        shown = [n for n, one in enumerate(self._overlays) if one.span.start_ms <= at_ms < one.span.end_ms]
        for old in [n for n in self._ready if n not in shown]:
            del self._ready[old]
        if not shown:
            return frame
        frame.make_writable()
        for number in shown:
            if number not in self._ready:
                self._ready[number] = _parts(self._overlays[number], frame.width, frame.height)
            for plane, part in zip(frame.planes, self._ready[number], strict=True):
                _blend(plane, part)
        return frame


def _pixels(plane: Any) -> NDArray[np.uint8]:
    pixels = np.frombuffer(plane, np.uint8)[: plane.height * plane.line_size]
    return pixels.reshape(plane.height, plane.line_size)[:, : plane.width]


def _blend(plane: Any, part: Part) -> None:
    top, left, colour, rest = part
    under = _pixels(plane)[top : top + rest.shape[0], left : left + rest.shape[1]]
    mixed = np.multiply(under, rest, dtype=np.uint16)
    mixed += colour
    mixed >>= 8
    under[:] = mixed


def _parts(overlay: Overlay, width: int, height: int) -> tuple[Part, ...]:
    """An overlay cut to the frame, as luma and the two chromas, each times its alpha."""
    top, left, rgba = _inside(overlay, width, height)
    alpha = np.round(rgba[..., 3] * (256 / 255))
    colours = rgba[..., :3].astype(np.float64)
    small_alpha = _halved(alpha)
    heavy = np.maximum(_halved(alpha), 1e-6)
    small = np.stack([_halved(colours[..., n] * alpha) / heavy for n in range(3)], axis=-1)
    return (
        _part(top, left, colours @ _LUMA + 16, alpha),
        _part(top // 2, left // 2, small @ _BLUE + 128, small_alpha),
        _part(top // 2, left // 2, small @ _RED + 128, small_alpha),
    )


def _part(top: int, left: int, colour: NDArray[np.float64], alpha: NDArray[np.float64]) -> Part:
    whole = np.round(alpha)
    return top, left, np.round(colour * whole).astype(np.uint16), (256 - whole).astype(np.uint16)


def _inside(overlay: Overlay, width: int, height: int) -> tuple[int, int, NDArray[np.uint8]]:
    """The part of an overlay inside the frame, grown to even places and sides."""
    rows, columns = overlay.rgba.shape[:2]
    top, left = max(0, overlay.top), max(0, overlay.left)
    bottom, right = min(height, overlay.top + rows), min(width, overlay.left + columns)
    even = (top // 2 * 2, left // 2 * 2, -(-bottom // 2) * 2, -(-right // 2) * 2)
    made = np.zeros((max(0, even[2] - even[0]), max(0, even[3] - even[1]), 4), np.uint8)
    if bottom > top and right > left:
        made[top - even[0] : bottom - even[0], left - even[1] : right - even[1]] = overlay.rgba[
            top - overlay.top : bottom - overlay.top, left - overlay.left : right - overlay.left
        ]
    return even[0], even[1], made


def _halved(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = plane.shape
    halved: NDArray[np.float64] = plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    return halved
