"""Cuts: the versions of an episode that viewers can get."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hookline.model.span import Span


class CutKind(StrEnum):
    """What a version is for."""

    FULL = "full"  # the whole episode
    TRIMMED = "trimmed"  # the whole story in a platform's limit
    TEASER = "teaser"  # the hook first, ends on the open question
    RECAP = "recap"  # "previously on"
    AD = "ad"  # 6, 15 or 30 seconds
    HIGHLIGHT = "highlight"  # the strongest stretch
    SILENT = "silent"  # understood with the sound off


class Fill(StrEnum):
    """How a picture fills a frame of another shape.  It is never stretched."""

    CROP = "crop"
    SPLIT = "split"  # two crops, one above the other
    BLUR = "blur"  # the whole picture over a blurred one of itself


@dataclass(frozen=True, slots=True)
class Crop:
    """Where the camera looks at a moment, in pixels of the upright source picture with square pixels."""

    at_ms: int  # in the source's own time
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Framing:
    """How a stretch of the source is seen.  Between two crops the camera moves evenly; one crop stands still."""

    span: Span  # in the source's own time
    fill: Fill
    crops: tuple[Crop, ...]
    second: tuple[Crop, ...] = ()  # of a split, the lower half


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a source file, in the source's own time."""

    source: str
    span: Span
    framings: tuple[Framing, ...] = ()  # touching, over the whole span; none: the source's own frame


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a caption and when it is said, in the cut's time."""

    span: Span
    text: str


class CaptionPlace(StrEnum):
    """Where a caption stands."""

    BOTTOM = "bottom"  # of the safe box
    TOP = "top"
    BESIDE = "beside"  # in the files beside the video alone: the picture shows it already


@dataclass(frozen=True, slots=True)
class Caption:
    """Text on the picture for a while, in the cut's time."""

    span: Span
    lines: tuple[str, ...]
    speaker: str = ""
    words: tuple[Word, ...] = ()
    place: CaptionPlace = CaptionPlace.BOTTOM


@dataclass(frozen=True, slots=True)
class Cut:
    """One version of an episode.  Every view names the cut it watched."""

    id: str
    series: str
    episode: int
    clips: tuple[Clip, ...]
    kind: str = CutKind.FULL
    platform: str = ""
    market: str = ""
    captions: tuple[Caption, ...] = ()
    reason: str = ""  # why these clips, in words

    @property
    def duration_ms(self) -> int:
        """Length of the cut."""
        return sum(clip.span.duration_ms for clip in self.clips)
