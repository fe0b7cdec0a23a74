"""An encoded file looked at as a platform will: does it hold what the platform takes?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hookline.media.probe import probe
from hookline.model.platform import Platform


@dataclass(frozen=True, slots=True)
class Breach:
    """What a file does not keep: ``what`` names the rule, ``says`` tells it in words with the figures."""

    what: str
    says: str


def check(path: Path, platform: Platform, expected_ms: int) -> tuple[Breach, ...]:
    """What of a platform's rules a file breaks; nothing means it may be delivered.

    Raises:
        Unreadable: the file is missing or can't be decoded.
        MissingExtra: PyAV is not installed.
    """
    return tuple(_picture(path, platform, expected_ms))


def _picture(path: Path, platform: Platform, expected_ms: int) -> Iterator[Breach]:
    info = probe(path)
    if (info.width, info.height) != (platform.width, platform.height):
        yield Breach("size", f"{info.width}x{info.height} instead of {platform.width}x{platform.height}")
    if abs(info.duration_ms - expected_ms) > 40:
        yield Breach("duration", f"{info.duration_ms} ms instead of {expected_ms}")
