"""Somebody drawn at one size, ready to be set into frame after frame.

What a frame needs is put together from pieces that are drawn once: body, arm, hair, head, and the
patches of a head that change with lids and mouth.  A piece is an image and where it goes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from math import ceil, cos, floor, radians, sin
from typing import Any

from hookline.engines.voice import Mouth
from hookline.model.errors import MissingExtra
from hookline.sample.draw_body import BOTTOM, RESTING, Arm, body, near_arm
from hookline.sample.draw_face import EYES_BOX, MOUTH_BOX, NECK, Face, Look, Mood, back_hair, head
from hookline.sample.draw_svg import Light, group, picture

Box = tuple[float, float, float, float]
Piece = tuple[Any, int, int]  # a Pillow image and its offset from the puppet's origin

_HEAD_BOX: Box = (-160, -158, 280, 330)
_HAIR_BOX: Box = (-170, -158, 300, 450)
_BODY_BOX: Box = (-300, 40, 620, BOTTOM - 40)
_ARM_BOX: Box = (-330, 130, 760, BOTTOM - 130)


@dataclass(frozen=True, slots=True)
class Pose:
    """All that changes from frame to frame, in steps coarse enough to be drawn once each."""

    tilt: int = 0  # degrees of the head
    mouth: Mouth = Mouth.REST
    lids: float = 1.0
    gaze: float = 0.0
    brow: float = 0.0
    arm: int = 0  # 0 hanging .. 4 raised, open hand


_ARMS = (RESTING, Arm(-2, 30), Arm(6, 62), Arm(13, 84), Arm(17, 96))


def rasterised(svg: str) -> Any:
    """A drawn SVG as a Pillow image with transparency.

    Raises:
        MissingExtra: Pillow or vl-convert is not installed.
    """
    try:
        import vl_convert
        from PIL import Image
    except ImportError as error:
        raise MissingExtra(needs="Pillow or vl-convert-python", extra="sample") from error
    return Image.open(io.BytesIO(vl_convert.svg_to_png(svg))).convert("RGBA")


class Puppet:
    """One person at one size under one light, looking right, or left where ``mirrored``."""

    def __init__(
        self,
        look: Look,
        light: Light,
        *,
        scale: float,
        mirrored: bool,
        mood: Mood,
        tears: bool = False,
        floor: float = BOTTOM,
    ) -> None:
        self.look, self.light, self.scale, self.mirrored, self.mood = look, light, scale, mirrored, mood
        self.tears = tears
        self.floor = floor  # head units below the eyes that are seen; the rest is not drawn
        self._drawn: dict[Any, Piece] = {}

    def pieces(self, pose: Pose) -> tuple[Piece, ...]:
        """From the back forwards: hair behind, body with its arm, head."""
        hair = self._once(("hair", pose.tilt), lambda: self._hair(pose.tilt))
        torso = self._once(("body", pose.arm), lambda: self._torso(pose.arm))
        face = self._once(pose_key(pose), lambda: self._head(pose))
        return hair, torso, face

    def _once(self, key: Any, draw: Any) -> Piece:
        if key not in self._drawn:
            self._drawn[key] = draw()
        return self._drawn[key]

    def _hair(self, tilt: int) -> Piece:
        return _cropped(self._draw(_turned(back_hair(self.look, self.light), tilt), self._seen(_HAIR_BOX)))

    def _torso(self, arm: int) -> Piece:
        base = self._once("torso", lambda: self._draw(body(self.look, self.light), self._seen(_BODY_BOX)))
        limb = self._draw(near_arm(self.look, self.light, _ARMS[arm]), self._seen(_ARM_BOX))
        return _cropped(_merged(base, limb))

    def _head(self, pose: Pose) -> Piece:
        base, x, y = self._once(
            ("head", pose.tilt), lambda: self._draw(self._svg(pose.tilt, Face(self.mood, tears=self.tears)), _HEAD_BOX)
        )
        image = base.copy()
        eyes = ("eyes", pose.tilt, pose.lids, pose.gaze, pose.brow)
        for key, box, face in (
            (eyes, EYES_BOX, Face(self.mood, Mouth.REST, pose.lids, pose.gaze, pose.brow, self.tears)),
            (("mouth", pose.tilt, pose.mouth), MOUTH_BOX, Face(self.mood, pose.mouth, tears=self.tears)),
        ):
            patch, px, py = self._once(key, lambda box=box, face=face: self._patch(pose.tilt, box, face))
            image.paste(patch, (px - x, py - y))
        return image, x, y

    def _patch(self, tilt: int, box: Box, face: Face) -> Piece:
        return self._draw(self._svg(tilt, face), _bounds(box, tilt))

    def _seen(self, box: Box) -> Box:
        x, y, width, height = box
        return x, y, width, max(8.0, min(height, self.floor - y))

    def _svg(self, tilt: int, face: Face) -> str:
        return _turned(head(self.look, face, self.light), tilt)

    def _draw(self, content: str, box: Box) -> Piece:
        """Rasterise what a box of head units shows, cut on whole pixels so that patches fit."""
        x, y, width, height = box
        if self.mirrored:
            content, x = group(content, "scale(-1,1)"), -x - width
        left, top = floor(x * self.scale), floor(y * self.scale)
        wide, tall = ceil((x + width) * self.scale) - left, ceil((y + height) * self.scale) - top
        view = (left / self.scale, top / self.scale, wide / self.scale, tall / self.scale)
        return rasterised(picture(content, width=wide, height=tall, box=view)), left, top


@cache
def pose_key(pose: Pose) -> tuple[str, Pose]:
    """A head's state: the pose but for the arm."""
    return "face", Pose(pose.tilt, pose.mouth, pose.lids, pose.gaze, pose.brow)


def _turned(content: str, tilt: int) -> str:
    return group(content, f"rotate({tilt} {NECK[0]} {NECK[1]})") if tilt else content


def _bounds(box: Box, tilt: int) -> Box:
    """The upright box round a box that turns about the neck."""
    x, y, width, height = box
    c, s = cos(radians(tilt)), sin(radians(tilt))
    corners = [(px - NECK[0], py - NECK[1]) for px in (x, x + width) for py in (y, y + height)]
    xs = [NECK[0] + px * c - py * s for px, py in corners]
    ys = [NECK[1] + px * s + py * c for px, py in corners]
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _cropped(piece: Piece) -> Piece:
    """A piece without its empty borders."""
    image, x, y = piece
    box = image.getbbox() or (0, 0, 1, 1)
    return image.crop(box), x + box[0], y + box[1]


def _merged(under: Piece, over: Piece) -> Piece:
    from PIL import Image

    left, top = min(under[1], over[1]), min(under[2], over[2])
    right = max(piece[1] + piece[0].width for piece in (under, over))
    low = max(piece[2] + piece[0].height for piece in (under, over))
    image = Image.new("RGBA", (right - left, low - top))
    for piece in (under, over):
        image.alpha_composite(piece[0], (piece[1] - left, piece[2] - top))
    return image, left, top
