"""Where captions stand: at the bottom of the safe box, or at its top where the bottom covers a face or text.

Faces and burnt-in text are taken as the cut's camera shows them.  Where a source has its own subtitles and they are
seen whole, a caption is not drawn a second time: it stands in the files beside the video alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hookline.edit.burnt import BurntText
from hookline.edit.captions import CaptionStyle
from hookline.edit.reading import reading
from hookline.edit.watching import Seen
from hookline.media.camera import crop_at
from hookline.model.cut import Caption, CaptionPlace, Clip, Crop, Fill, Framing
from hookline.model.face import Face
from hookline.model.platform import Platform

STEP_MS = 200  # how often what lies under a caption is looked at
LINE = 1.28  # of the letters' size, from one line to the next
LETTER = 0.56  # of the letters' size, a Latin letter's width
BETTER = 0.12  # how much less another place must cover before a caption goes there
TEXT = 3.0  # what covering text counts against a face
SUBTITLED = 0.6  # of the captions' time in which a source shows text of its own, to count as subtitled
WHOLE = 0.95  # of a text's box in the frame, to be read
LASTING_MS = 12_000  # text that stands longer is a mark or a title

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the delivered picture


@dataclass(frozen=True, slots=True)
class _Shown:
    """A part of the delivered picture and what of the source it shows."""

    crop: Crop
    at: Box

    def box(self, left: float, top: float, width: float, height: float) -> Box:
        """A rectangle of the source where it is delivered, also outside the picture."""
        factor = (self.at[2] - self.at[0]) / self.crop.width
        x, y = self.at[0] + (left - self.crop.left) * factor, self.at[1] + (top - self.crop.top) * factor
        return x, y, x + width * factor, y + height * factor

    def visible(self, box: Box) -> Box | None:
        """What of a box lies in this part; None where nothing does."""
        left, top, right, bottom = self.at
        cut = max(box[0], left), max(box[1], top), min(box[2], right), min(box[3], bottom)
        return cut if cut[0] < cut[2] and cut[1] < cut[3] else None


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is seen at a moment of a cut: text, and whether all of it is; faces from the eyes to the chin."""

    texts: tuple[tuple[Box, bool], ...]
    faces: tuple[Box, ...]


def placed(
    captions: Sequence[Caption],
    clips: Sequence[Clip],
    seen: Mapping[str, Seen],
    platform: Platform,
    *,
    style: CaptionStyle,
    language: str,
) -> tuple[tuple[Caption, ...], tuple[str, ...]]:
    """Captions with their places, and what is to be said of it.

    Args:
        captions: of a cut, in its time.
        clips: of the cut, framed.
        seen: its sources, by name.
        platform: where the cut is shown.
        style: how captions look.
        language: that they are in.
    """
    moments = [list(_moments(caption, clips, seen, platform)) for caption in captions]
    subtitled = _is_subtitled(moments)
    made: list[Caption] = []
    before = CaptionPlace.BOTTOM
    for caption, looks in zip(captions, moments, strict=True):
        if subtitled and _reads(looks) >= 0.5:
            made.append(replace(caption, place=CaptionPlace.BESIDE))
            continue
        before = _better(caption, looks, platform, style, language, before)
        made.append(replace(caption, place=before))
    return tuple(made), tuple(_notes(made))


def _notes(captions: Sequence[Caption]) -> Iterator[str]:
    beside = sum(caption.place is CaptionPlace.BESIDE for caption in captions)
    top = sum(caption.place is CaptionPlace.TOP for caption in captions)
    if beside:
        yield f"the source has subtitles of its own: {beside} of {len(captions)} captions are not burnt in again"
    if top:
        yield f"{top} of {len(captions)} captions stand at the top, clear of faces and of the source's own text"


def _is_subtitled(moments: Sequence[Sequence[_Moment]]) -> bool:
    looks = [look for caption in moments for look in caption]
    return bool(looks) and _reads(looks) >= SUBTITLED


def _reads(looks: Sequence[_Moment]) -> float:
    """Share of moments in which a text of the source's own can be read."""
    return sum(any(whole for _, whole in look.texts) for look in looks) / len(looks) if looks else 0.0


def _better(
    caption: Caption,
    looks: Sequence[_Moment],
    platform: Platform,
    style: CaptionStyle,
    language: str,
    before: CaptionPlace,
) -> CaptionPlace:
    """The place that covers less; the one of the caption before where they are about even."""
    covers = {
        place: _covers(_box(caption, place, platform, style, language), looks)
        for place in (CaptionPlace.BOTTOM, CaptionPlace.TOP)
    }
    covers[before] -= BETTER / 2
    covers[CaptionPlace.TOP] += BETTER / 2
    return min(covers, key=lambda place: covers[place])


def _covers(box: Box, looks: Sequence[_Moment]) -> float:
    """How much a caption covers, as shares of itself: of faces, and more heavily of text."""
    if not looks:
        return 0.0
    total = 0.0
    for look in looks:
        total += sum(_share(box, face) for face in look.faces)
        total += TEXT * sum(_share(box, text) for text, _ in look.texts)
    return total / len(looks)


def _share(box: Box, other: Box) -> float:
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / ((box[2] - box[0]) * (box[3] - box[1]))


def _box(caption: Caption, place: CaptionPlace, platform: Platform, style: CaptionStyle, language: str) -> Box:
    """About where a caption's letters lie."""
    rules = reading(language)
    safe, size = platform.safe, style.size * platform.height
    letter = 2 * LETTER if rules.chars_per_s < 12 else LETTER  # Han, kana and hangul are as wide as high
    wide = min(safe.width, max(rules.count(line) for line in caption.lines) * letter * size)
    high = len(caption.lines) * LINE * size
    left = (safe.left + safe.right - wide) / 2
    top = safe.top if place is CaptionPlace.TOP else safe.bottom - high
    return left, top, left + wide, top + high


# What is under it


def _moments(
    caption: Caption, clips: Sequence[Clip], seen: Mapping[str, Seen], platform: Platform
) -> Iterator[_Moment]:
    begins = 0
    for clip in clips:
        first = max(caption.span.start_ms, begins) - begins + clip.span.start_ms
        end = min(caption.span.end_ms, begins + clip.span.duration_ms) - begins + clip.span.start_ms
        for at_ms in range(first, end, STEP_MS):
            yield _moment(seen[clip.source], clip, at_ms, platform)
        begins += clip.span.duration_ms


def _moment(seen: Seen, clip: Clip, at_ms: int, platform: Platform) -> _Moment:
    parts = _shown(seen, clip, at_ms, platform)
    texts = tuple(found for part in parts for text in seen.texts if (found := _text(part, text, at_ms)))
    boxes = (part.visible(part.box(*_core(face))) for part in parts for face in _faces(seen, at_ms))
    return _Moment(texts, tuple(box for box in boxes if box))


def _text(part: _Shown, text: BurntText, at_ms: int) -> tuple[Box, bool] | None:
    """A text as it is seen, and whether it can be read and is one that comes and goes."""
    if not text.span.contains(at_ms):
        return None
    box = part.box(text.left, text.top, text.width, text.height)
    found = part.visible(box)
    if found is None:
        return None
    share = (found[2] - found[0]) * (found[3] - found[1]) / ((box[2] - box[0]) * (box[3] - box[1]))
    return found, share >= WHOLE and text.span.duration_ms <= LASTING_MS


def _faces(seen: Seen, at_ms: int) -> Iterator[Face]:
    number = max(0, bisect_right(seen.times_ms, at_ms) - 1)
    for track in seen.tracks:
        if track.first_frame <= number < track.first_frame + len(track.faces):
            yield track.faces[number - track.first_frame]


def _core(face: Face) -> tuple[float, float, float, float]:
    """Left, top, width and height of what tells in a face: from the brows to the chin."""
    return face.left + 0.1 * face.width, face.top + 0.22 * face.height, 0.8 * face.width, 0.75 * face.height


def _shown(seen: Seen, clip: Clip, at_ms: int, platform: Platform) -> tuple[_Shown, ...]:
    """The parts of the delivered picture at a moment of the source's own time."""
    wide, high = float(platform.width), float(platform.height)
    starts = [framing.span.start_ms for framing in clip.framings]
    if not starts:
        return (_fitted(Crop(0, 0, 0, seen.width, seen.height), wide, high),)
    framing = clip.framings[max(0, bisect_right(starts, at_ms) - 1)]
    crop = crop_at(framing, at_ms)
    if framing.fill is Fill.SPLIT:
        lower = crop_at(Framing(framing.span, Fill.CROP, framing.second), at_ms)
        return _Shown(crop, (0, 0, wide, high / 2)), _Shown(lower, (0, high / 2, wide, high))
    return (_fitted(crop, wide, high),)


def _fitted(crop: Crop, wide: float, high: float) -> _Shown:
    """A whole picture in the middle of a frame; one of the frame's shape fills it."""
    factor = min(wide / crop.width, high / crop.height)
    left, top = (wide - crop.width * factor) / 2, (high - crop.height * factor) / 2
    return _Shown(crop, (left, top, wide - left, high - top))
