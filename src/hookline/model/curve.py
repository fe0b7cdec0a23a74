"""Retention curves that a platform exports, without viewers of one's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlatformCurve:
    """What share of an episode's views were watching at each share of its length.

    ``positions`` run over (0, 1]; ``shares`` are of the views started and may exceed 1 where
    viewers watch a moment again.  ``views`` is how many views the curve rests on, 0 when the
    export doesn't say and the user didn't either: then no interval can be given.
    """

    platform: str
    episode: int
    positions: tuple[float, ...]
    shares: tuple[float, ...]
    views: int = 0
    market: str = ""
    file: str = ""
