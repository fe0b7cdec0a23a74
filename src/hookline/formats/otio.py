"""OpenTimelineIO files (.otio), written as their documented JSON.

Beside picture and sound tracks the file holds each clip's framing as an effect, and the captions as
markers: metadata under ``hookline``, which other programs keep without reading.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hookline.formats.timeline import START, Edit, Rate, SourceFile, edits, frame_of, nearest
from hookline.model.cut import Caption, Cut, Framing

TITLE = "OpenTimelineIO"
SUFFIX = ".otio"
Json = dict[str, Any]


def write(
    cut: Cut, *, fps: Rate, sources: Mapping[str, SourceFile], size: tuple[int, int], start: str = START
) -> bytes:
    """A cut as an OpenTimelineIO timeline.

    Args:
        cut: whose clips, framings and captions are written.
        fps: of the timeline.
        sources: the files that clips are cut from, by the name the clips give.
        size: of the delivered picture, width and height.
        start: the timeline's first timecode.

    Raises:
        BadInput: what can't stand on a timeline.
    """
    listed = edits(cut, fps=fps, sources=sources)
    tracks = [_track("Video", [_clip(edit, framed=True) for edit in listed])]
    if any(edit.source.channels for edit in listed):
        tracks.append(_track("Audio", [_clip(edit) if edit.source.channels else _gap(edit) for edit in listed]))
    timeline = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": cut.id,
        "global_start_time": _time(frame_of(start, fps), fps),
        "metadata": {"hookline": _of_cut(cut, size)},
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "name": "tracks",
            "metadata": {},
            "source_range": None,
            "effects": [],
            "markers": [_marker(caption, fps) for caption in cut.captions],
            "enabled": True,
            "children": tracks,
        },
    }
    return json.dumps(timeline, ensure_ascii=False, indent=1).encode()


def _of_cut(cut: Cut, size: tuple[int, int]) -> Json:
    return {
        "cut": cut.id,
        "series": cut.series,
        "episode": cut.episode,
        "kind": cut.kind,
        "platform": cut.platform,
        "market": cut.market,
        "reason": cut.reason,
        "width": size[0],
        "height": size[1],
    }


def _track(kind: str, children: list[Json]) -> Json:
    return {
        "OTIO_SCHEMA": "Track.1",
        "name": kind,
        "kind": kind,
        "metadata": {},
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "children": children,
    }


def _clip(edit: Edit, *, framed: bool = False) -> Json:
    source = edit.source
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": source.name,
        "metadata": {},
        "source_range": _range(edit.source_start, edit.source_end, source.fps),
        "effects": [_framing(framing) for framing in edit.clip.framings] if framed else [],
        "markers": [],
        "enabled": True,
        "active_media_reference_key": "DEFAULT_MEDIA",
        "media_references": {"DEFAULT_MEDIA": _reference(source)},
    }


def _gap(edit: Edit) -> Json:
    return {
        "OTIO_SCHEMA": "Gap.1",
        "name": "",
        "metadata": {},
        "source_range": _range(0, edit.source_end - edit.source_start, edit.source.fps),
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _reference(source: SourceFile) -> Json:
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "name": source.name,
        "metadata": {"hookline": {"width": source.width, "height": source.height, "channels": source.channels}},
        "target_url": source.url,
        "available_range": _range(0, nearest(source.duration_ms, source.fps), source.fps),
        "available_image_bounds": None,
    }


def _framing(framing: Framing) -> Json:
    return {
        "OTIO_SCHEMA": "Effect.1",
        "name": framing.fill.value,
        "effect_name": "hookline.framing",
        "enabled": True,
        "metadata": {"hookline": asdict(framing)},
    }


def _marker(caption: Caption, fps: Rate) -> Json:
    start, end = nearest(caption.span.start_ms, fps), nearest(caption.span.end_ms, fps)
    return {
        "OTIO_SCHEMA": "Marker.2",
        "name": "\n".join(caption.lines),
        "comment": caption.speaker,
        "color": "WHITE",
        "marked_range": _range(start, end, fps),
        "metadata": {"hookline": {"caption": True}},
    }


def _range(start: int, end: int, fps: Rate) -> Json:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, fps), "duration": _time(end - start, fps)}


def _time(frame: int, fps: Rate) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": float(frame), "rate": fps[0] / fps[1]}
