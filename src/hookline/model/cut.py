"""Cuts: the versions of an episode that viewers can get."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.model.span import Span


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a source file, in the source's own time."""

    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Cut:
    """One version of an episode.  Every view names the cut it watched."""

    id: str
    series: str
    episode: int
    clips: tuple[Clip, ...]
    kind: str = "full"
    platform: str = ""
    market: str = ""

    @property
    def duration_ms(self) -> int:
        """Length of the cut."""
        return sum(clip.span.duration_ms for clip in self.clips)
