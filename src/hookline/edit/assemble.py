"""Clips with their framing, and the name of a cut: by what it shows, so that the same cut has the same name."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hookline.model.codec import to_json
from hookline.model.cut import Clip, Crop, Cut, Fill, Framing
from hookline.model.platform import Platform
from hookline.model.span import Span


def framed(clip: Clip, framings: Sequence[Framing]) -> Clip:
    """The clip with those parts of a whole source's framing that it shows.

    Args:
        clip: a stretch of the source.
        framings: touching, over the whole source, in order.
    """
    shown = [within(one, clip.span) for one in framings if one.span.overlap_ms(clip.span)]
    if shown:  # a picture of the source may begin a moment after its sound, and end before it
        first, last = shown[0], shown[-1]
        shown[0] = replace(first, span=Span(clip.span.start_ms, first.span.end_ms))
        shown[-1] = replace(shown[-1], span=Span(shown[-1].span.start_ms, max(last.span.end_ms, clip.span.end_ms)))
    return replace(clip, framings=tuple(shown))


@dataclass(frozen=True, slots=True)
class Look:
    """What a person says of the framing: in this stretch of an episode the camera looks there."""

    episode: int
    span: Span  # in the source's own time
    x: float = 0.5  # the middle of the crop, as shares of the source's width and height
    y: float = 0.5
    zoom: float = 1.0  # 1: as much of the picture as fits; 2: half of that
    fill: Fill = Fill.CROP  # BLUR shows the whole picture
    platform: str = ""  # "" for all


def looked(framings: Sequence[Framing], looks: Sequence[Look], *, size: tuple[int, int], shape: float) -> list[Framing]:
    """The framings of a source with what people say in place of them, the last word on a stretch counting.

    Args:
        framings: touching, over the whole source, in order.
        looks: of this source's episode and platform.
        size: of the upright source in pixels.
        shape: of the delivered picture, width by height.
    """
    found = list(framings)
    for look in looks:
        before = [within(one, Span(0, look.span.start_ms)) for one in found if one.span.start_ms < look.span.start_ms]
        end_ms = max((one.span.end_ms for one in found), default=0)
        after = [within(one, Span(look.span.end_ms, end_ms)) for one in found if one.span.end_ms > look.span.end_ms]
        span = Span(min(look.span.start_ms, end_ms), min(look.span.end_ms, end_ms))
        if span.duration_ms:
            found = [*before, Framing(span, look.fill, (_seen_there(look, size, shape),)), *after]
    return found


def _seen_there(look: Look, size: tuple[int, int], shape: float) -> Crop:
    """The crop that a look means, moved so far that it stays inside the picture."""
    width, height = float(size[0]), float(size[1])
    if look.fill is Fill.BLUR:
        return Crop(look.span.start_ms, 0.0, 0.0, width, height)
    wide = min(width, height * shape) / look.zoom
    high = wide / shape
    left = min(max(0.0, look.x * width - wide / 2), width - wide)
    top = min(max(0.0, look.y * height - high / 2), height - high)
    return Crop(look.span.start_ms, left, top, wide, high)


def within(framing: Framing, span: Span) -> Framing:
    """The part of a framing inside a span; the camera moves there as it did."""
    inside = Span(max(framing.span.start_ms, span.start_ms), min(framing.span.end_ms, span.end_ms))
    return replace(framing, span=inside, crops=_between(framing.crops, inside), second=_between(framing.second, inside))


def crop_at(crops: Sequence[Crop], at_ms: int) -> Crop:
    """Where the camera looks at an instant: between two crops it moves evenly, outside it stands still."""
    after = bisect_right(crops, at_ms, key=lambda crop: crop.at_ms)
    if after == 0:
        return replace(crops[0], at_ms=at_ms)
    if after == len(crops):
        return replace(crops[-1], at_ms=at_ms)
    one, two = crops[after - 1], crops[after]
    share = (at_ms - one.at_ms) / (two.at_ms - one.at_ms)
    sides = (a + (b - a) * share for a, b in zip(_sides(one), _sides(two), strict=True))
    return Crop(at_ms, *sides)


def cut_id(cut: Cut, platform: Platform, *, length: str = "", variant: int = 1, code: str = "") -> str:
    """The name of a cut: series, episode, kind, platform, and a hash of all that decides what viewers see.

    Args:
        cut: its own ``id`` is left out of the hash, and so is its ``reason``.
        platform: as the cut is delivered there.
        length: of an ad, in seconds, as part of the name.
        variant: from 1.
        code: of the program that draws and encodes it.
    """
    seen: dict[str, Any] = to_json(replace(cut, id="", reason=""))
    figures = {key: value for key, value in to_json(platform).items() if key not in ("title", "source", "checked")}
    text = json.dumps([seen, figures, code], sort_keys=True, ensure_ascii=False)
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    which = f"-v{variant}" if variant > 1 else ""
    series = re.sub(r"[^\w-]+", "-", cut.series).strip("-") or "series"
    return f"{series}-{cut.episode:03d}-{cut.kind}{length}-{cut.platform}{which}-{mark}"


def _between(crops: tuple[Crop, ...], span: Span) -> tuple[Crop, ...]:
    if len(crops) < 2:
        return crops
    inner = [crop for crop in crops if span.start_ms < crop.at_ms < span.end_ms]
    path = [crop_at(crops, span.start_ms), *inner, crop_at(crops, span.end_ms)]
    return tuple(path[:1] if all(_sides(crop) == _sides(path[0]) for crop in path) else path)


def _sides(crop: Crop) -> tuple[float, float, float, float]:
    return crop.left, crop.top, crop.width, crop.height
