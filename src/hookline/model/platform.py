"""What a platform takes: the picture, the sound, the limits, and where its buttons stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the delivered picture; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """How wide it is."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """How high it is."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Platform:
    """One deliverable of one platform.  Every figure has a source and a date in the table it is read from."""

    name: str  # as the command line takes it: "tiktok"
    title: str  # as people say it: "TikTok"
    width: int
    height: int
    min_fps: float
    max_fps: float
    min_ms: int
    max_ms: int | None  # None: no limit is known
    max_bytes: int | None
    max_kbps: int | None  # of picture and sound together
    min_kbps: int | None
    safe: Box  # no button, title or caption of the platform's own covers it
    loudness_lufs: float
    true_peak_dbtp: float
    channels: int
    source: str
    checked: str  # the date of the source, ISO
