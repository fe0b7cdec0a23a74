"""Faces in a video: where they are, and who of them speaks."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]  # x, y in pixels of the upright picture


@dataclass(frozen=True, slots=True)
class Face:
    """A face in one picture, in pixels of the upright picture."""

    left: float
    top: float
    width: float
    height: float
    score: float  # the finder's own, 0 to 1
    eyes: tuple[Point, Point] | None = None  # the picture's left one first
    mouth: Point | None = None  # its middle


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One face through one shot.

    ``faces`` has one entry a picture from ``first_frame`` on; the ones between two finds are drawn
    evenly between them, with the score 0.
    """

    shot: int  # index into the footage's shots
    first_frame: int
    faces: tuple[Face, ...]
    speaking: tuple[float, ...] = ()  # by picture, how likely this face is the one that speaks, 0 to 1
