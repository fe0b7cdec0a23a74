"""Final Cut Pro XML 1.10, which Final Cut Pro and DaVinci Resolve open.

Times are rational: whole frames of the rate they belong to.  A crop is a scale and a position of the
picture, in hundredths of the frame's height, keyframed where the camera moves; each framing is an item
of its own on the timeline, so that an editor can change it.  A split is a second picture on a lane above,
both trimmed; a blurred fill is the picture enlarged on a lane below (the blur itself is put on by hand).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hookline.formats.timeline import START, Edit, Rate, SourceFile, drops, edits, frame_of, nearest
from hookline.model.cut import Caption, CaptionPlace, Clip, Crop, Cut, Fill

TITLE = "Final Cut Pro XML"
SUFFIX = ".fcpxml"
VERSION = "1.10"
_COLOURS = "1-1-1 (Rec. 709)"
_AUDIO_RATES = {32_000: "32k", 44_100: "44.1k", 48_000: "48k", 88_200: "88.2k", 96_000: "96k"}

Size = tuple[int, int]


def write(
    cut: Cut,
    *,
    fps: Rate,
    sources: Mapping[str, SourceFile],
    size: Size,
    start: str = START,
    language: str = "en",
) -> bytes:
    """A cut as a project in FCPXML.

    Args:
        cut: whose clips, framings and captions are written.
        fps: of the timeline.
        sources: the files that clips are cut from, by the name the clips give.
        size: of the delivered picture, width and height.
        start: the timeline's first timecode.
        language: of the captions.

    Raises:
        BadInput: what can't stand on a timeline.
    """
    listed = [part for edit in edits(cut, fps=fps, sources=sources) for part in _by_framing(edit)]
    root = Element("fcpxml", version=VERSION)
    ids = _resources(SubElement(root, "resources"), listed, fps, size)
    origin = frame_of(start, fps)
    event = SubElement(SubElement(root, "library"), "event", name=cut.series or cut.id)
    project = SubElement(event, "project", name=cut.id)
    sequence = SubElement(project, "sequence", _sequence(listed, fps, origin))
    if cut.reason:
        SubElement(sequence, "note").text = cut.reason
    spine = SubElement(sequence, "spine")
    for number, edit in enumerate(listed):
        item = _item(spine, edit, ids[edit.source.name], fps, origin, size)
        _captions(item, number, edit, cut.captions, fps, language)
    indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n' + tostring(root) + b"\n"


def _by_framing(edit: Edit) -> Iterator[Edit]:
    """An edit cut where its framing changes, every frame in one part."""
    framings = edit.clip.framings
    if not framings:
        yield edit
        return
    at = edit.source_start
    for index, framing in enumerate(framings):
        until = edit.source_end if index == len(framings) - 1 else nearest(framing.span.end_ms, edit.source.fps)
        until = min(max(until, at), edit.source_end)
        if until > at:
            part = Clip(edit.clip.source, edit.clip.span, (framing,))
            yield Edit(part, edit.source, at, until, _along(edit, at), _along(edit, until))
        at = until


def _along(edit: Edit, source_frame: int) -> int:
    """Where a frame of the source lies on the timeline."""
    share = Fraction(source_frame - edit.source_start, edit.source_end - edit.source_start)
    return edit.start + round(share * (edit.end - edit.start))


def _seconds(frames: int, fps: Rate) -> str:
    """Whole frames as rational seconds."""
    rate, scale = fps
    return f"{frames * scale}/{rate}s" if frames else "0s"


def _resources(resources: Element, listed: Sequence[Edit], fps: Rate, size: Size) -> dict[str, str]:
    """Writes formats and assets; the assets' ids by the sources' names."""
    formats: dict[tuple[Rate, Size], str] = {}

    def format_id(rate: Rate, of: Size) -> str:
        if (rate, of) not in formats:
            formats[rate, of] = f"r{len(resources) + 1}"
            _format(resources, formats[rate, of], rate, of)
        return formats[rate, of]

    format_id(fps, size)
    ids: dict[str, str] = {}
    for source in {edit.source.name: edit.source for edit in listed}.values():
        shape = format_id(source.fps, (source.width, source.height))
        ids[source.name] = f"r{len(resources) + 1}"
        _asset(resources, ids[source.name], source, shape)
    return ids


def _format(resources: Element, id: str, fps: Rate, size: Size) -> None:
    SubElement(
        resources,
        "format",
        id=id,
        frameDuration=_seconds(1, fps),
        width=str(size[0]),
        height=str(size[1]),
        colorSpace=_COLOURS,
    )


def _asset(resources: Element, id: str, source: SourceFile, format_id: str) -> None:
    attributes = {
        "id": id,
        "name": source.name,
        "start": "0s",
        "duration": _seconds(nearest(source.duration_ms, source.fps), source.fps),
        "hasVideo": "1",
        "videoSources": "1",
        "format": format_id,
    }
    if source.channels:
        attributes |= {
            "hasAudio": "1",
            "audioSources": "1",
            "audioChannels": str(source.channels),
            "audioRate": str(source.audio_hz),
        }
    asset = SubElement(resources, "asset", attributes)
    SubElement(asset, "media-rep", kind="original-media", src=source.url)


def _sequence(listed: Sequence[Edit], fps: Rate, origin: int) -> dict[str, str]:
    channels = max((edit.source.channels for edit in listed), default=0)
    return {
        "format": "r1",
        "duration": _seconds(listed[-1].end if listed else 0, fps),
        "tcStart": _seconds(origin, fps),
        "tcFormat": "DF" if drops(fps) else "NDF",
        "audioLayout": "mono" if channels == 1 else "stereo",
        "audioRate": _AUDIO_RATES[48_000],
    }


# ------------------------------------------------------------------ what is seen


def _item(spine: Element, edit: Edit, asset: str, fps: Rate, origin: int, size: Size) -> Element:
    framing = edit.clip.framings[0] if edit.clip.framings else None
    item = SubElement(spine, "asset-clip", _placed(edit, asset, fps, offset=_seconds(origin + edit.start, fps)))
    if framing is None or framing.fill is Fill.BLUR:
        SubElement(item, "adjust-conform", type="fit")
    else:
        _framed(item, edit, framing.crops, size, half=1 if framing.fill is Fill.SPLIT else 0)
    if framing is not None and framing.fill is not Fill.CROP:
        lane = "1" if framing.fill is Fill.SPLIT else "-1"
        start = _seconds(edit.source_start, edit.source.fps)
        attributes = _placed(edit, asset, fps, offset=start) | {"lane": lane, "srcEnable": "video"}
        other = SubElement(item, "asset-clip", attributes)
        if framing.fill is Fill.SPLIT:
            _framed(other, edit, framing.second, size, half=-1)
        else:
            SubElement(other, "adjust-conform", type="fill")
    return item


def _placed(edit: Edit, asset: str, fps: Rate, *, offset: str) -> dict[str, str]:
    attributes = {
        "ref": asset,
        "offset": offset,
        "name": edit.source.name,
        "start": _seconds(edit.source_start, edit.source.fps),
        "duration": _seconds(edit.end - edit.start, fps),
        "tcFormat": "DF" if drops(edit.source.fps) else "NDF",
    }
    return attributes | ({"audioRole": "dialogue"} if edit.source.channels else {})


def _framed(item: Element, edit: Edit, crops: Sequence[Crop], size: Size, *, half: int) -> None:
    """The picture scaled and moved so that the crop fills the frame, or its upper (1) or lower (-1) half."""
    if half:
        crop = crops[0]
        trim = SubElement(SubElement(item, "adjust-crop", mode="trim"), "trim-rect")
        _trim(trim, crop, edit.source)
    SubElement(item, "adjust-conform", type="fit")
    first = _transform(crops[0], edit.source, size, half)
    transform = SubElement(item, "adjust-transform", position=_pair(first[0]), scale=_pair((first[1], first[1])))
    if len(crops) > 1:
        keys = [(_key_time(crop.at_ms, edit), _transform(crop, edit.source, size, half)) for crop in crops]
        _keyframes(transform, "position", [(at, _pair(position)) for at, (position, _) in keys])
        _keyframes(transform, "scale", [(at, _pair((scale, scale))) for at, (_, scale) in keys])


def _trim(trim: Element, crop: Crop, source: SourceFile) -> None:
    """What is cut off each side, in hundredths of the source's height."""
    cut_off = {
        "left": crop.left,
        "top": crop.top,
        "right": source.width - crop.left - crop.width,
        "bottom": source.height - crop.top - crop.height,
    }
    for side, pixels in cut_off.items():
        trim.set(side, _number(100 * pixels / source.height))


def _transform(crop: Crop, source: SourceFile, size: Size, half: int) -> tuple[tuple[float, float], float]:
    """Position, in hundredths of the frame's height and up, and scale, over the picture fitted into the frame."""
    width, height = size
    fitted = min(width / source.width, height / source.height)
    enlarged = max(width / crop.width, (height / 2 if half else height) / crop.height)
    right = (source.width / 2 - crop.left - crop.width / 2) * enlarged
    up = (crop.top + crop.height / 2 - source.height / 2) * enlarged + half * height / 4
    return (100 * right / height, 100 * up / height), enlarged / fitted


def _keyframes(transform: Element, name: str, keys: Sequence[tuple[str, str]]) -> None:
    if len({value for _, value in keys}) == 1:
        return
    animation = SubElement(SubElement(transform, "param", name=name), "keyframeAnimation")
    for at, value in keys:
        SubElement(animation, "keyframe", time=at, value=value, curve="linear")


def _key_time(at_ms: int, edit: Edit) -> str:
    return _seconds(nearest(at_ms, edit.source.fps), edit.source.fps)


def _pair(values: tuple[float, float]) -> str:
    return f"{_number(values[0])} {_number(values[1])}"


def _number(value: float) -> str:
    """A number without exponent or trailing zeros."""
    written = f"{value:.5f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


# ------------------------------------------------------------------ captions


def _captions(item: Element, number: int, edit: Edit, captions: Sequence[Caption], fps: Rate, language: str) -> None:
    """The captions that begin in an item, on a lane above it; their times are the item's own."""
    begins = [c for c in captions if edit.start <= nearest(c.span.start_ms, fps) < edit.end]
    for index, caption in enumerate(begins, start=1):
        first, end = nearest(caption.span.start_ms, fps), nearest(caption.span.end_ms, fps)
        offset = _sum(edit.source_start, edit.source.fps, first - edit.start, fps)
        text_id = f"ts{number + 1}-{index}"
        element = SubElement(
            item,
            "caption",
            lane="2",
            offset=offset,
            name=" ".join(caption.lines),
            duration=_seconds(max(1, end - first), fps),
            role=f"iTT?captionFormat=ITT.{language}",
        )
        text = SubElement(element, "text", placement="top" if caption.place is CaptionPlace.TOP else "bottom")
        SubElement(text, "text-style", ref=text_id).text = "\n".join(caption.lines)
        definition = SubElement(element, "text-style-def", id=text_id)
        SubElement(definition, "text-style", font=".AppleSystemUIFont", fontSize="10", fontColor="1 1 1 1")


def _sum(frames: int, fps: Rate, more: int, more_fps: Rate) -> str:
    """Frames of two rates together, in rational seconds."""
    if fps == more_fps:
        return _seconds(frames + more, fps)
    total = Fraction(frames * fps[1], fps[0]) + Fraction(more * more_fps[1], more_fps[0])
    return f"{total.numerator}/{total.denominator}s"
