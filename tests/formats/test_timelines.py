"""Timelines written, and read again by programs that aren't ours: OpenTimelineIO, its adapters, and pycmx.

The adapter for FCPXML counts in whole rates and rounds down through floating point (29/25 s at 25 a
second becomes frame 28), so its arithmetic is replaced by an exact one; what it makes of the document's
structure is its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio
import pycmx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from otio_fcpx_xml_adapter import fcpx_xml

from hookline.formats import edl, fcpxml
from hookline.formats import otio as our_otio
from hookline.formats.timeline import RATES, Rate, SourceFile, frame_of, nearest, timecode
from hookline.model.cut import Caption, CaptionPlace, Clip, Crop, Cut, Fill, Framing
from hookline.model.errors import BadInput
from hookline.model.span import Span

ASKED: list[Rate] = [(24_000, 1001), (25, 1), (30_000, 1001), (30, 1)]
SIZE = (1080, 1920)
Ranges = list[tuple[str, int, int]]


def ms(frame: int, fps: Rate) -> int:
    """When a frame begins, as a probe gives it."""
    return round(Fraction(1000 * frame * fps[1], fps[0]))


def sources(fps: Rate, *, channels: int = 2) -> dict[str, SourceFile]:
    return {
        name: SourceFile(name, f"file:///media/{name}", ms(40_000, fps), fps, 1920, 1080, channels)
        for name in ("ep01.mp4", "ep02.mp4")
    }


def cut_of(ranges: Ranges, fps: Rate, **more: Any) -> Cut:
    clips = tuple(Clip(name, Span(ms(start, fps), ms(end, fps))) for name, start, end in ranges)
    return Cut("ep01-teaser-tiktok", "The Heartbeat Clause", 1, clips, **more)


def records(ranges: Ranges) -> list[tuple[int, int]]:
    """Where clips lie on the timeline."""
    at, found = 0, []
    for _, start, end in ranges:
        found.append((at, at + end - start))
        at += end - start
    return found


RANGES: Ranges = [("ep01.mp4", 0, 62), ("ep02.mp4", 190, 418), ("ep01.mp4", 1_500, 1_837), ("ep01.mp4", 35_999, 36_031)]


@st.composite
def any_ranges(draw: st.DrawFn) -> Ranges:
    made: Ranges = []
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, 38_000))
        made.append((draw(st.sampled_from(["ep01.mp4", "ep02.mp4"])), start, start + draw(st.integers(1, 2_000))))
    return made


def seen(track: otio.schema.Track) -> Ranges:
    return [
        (
            clip.name,
            int(clip.source_range.start_time.value),
            int(clip.source_range.end_time_exclusive().value),
        )
        for clip in track
        if isinstance(clip, otio.schema.Clip)
    ]


# ------------------------------------------------------------------ OpenTimelineIO


def otio_read(ranges: Ranges, fps: Rate, **more: Any) -> otio.schema.Timeline:
    data = our_otio.write(cut_of(ranges, fps, **more), fps=fps, sources=sources(fps), size=SIZE)
    return otio.adapters.read_from_string(data.decode(), "otio_json")


@pytest.mark.parametrize("fps", ASKED)
def test_opentimelineio_reads_the_same_cuts_picture_and_sound(fps: Rate) -> None:
    timeline = otio_read(RANGES, fps)
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]
    for track in timeline.tracks:
        assert seen(track) == RANGES
        assert [
            (int(r.start_time.value), int(r.end_time_exclusive().value))
            for r in (track.range_of_child(c) for c in track)
        ] == records(RANGES)
        assert {clip.media_reference.target_url for clip in track} == {
            "file:///media/ep01.mp4",
            "file:///media/ep02.mp4",
        }
    assert timeline.global_start_time == otio.opentime.RationalTime(frame_of("01:00:00:00", fps), fps[0] / fps[1])
    assert otio.opentime.to_timecode(timeline.global_start_time, fps[0] / fps[1]) in ("01:00:00:00", "01:00:00;00")


@settings(max_examples=40, deadline=None)
@given(any_ranges(), st.sampled_from(ASKED))
def test_any_cut_is_the_same_in_opentimelineio(ranges: Ranges, fps: Rate) -> None:
    timeline = otio_read(ranges, fps)
    assert seen(timeline.tracks[0]) == seen(timeline.tracks[1]) == ranges
    again = otio.adapters.read_from_string(otio.adapters.write_to_string(timeline, "otio_json"), "otio_json")
    assert again.is_equivalent_to(timeline)


def test_framings_and_captions_travel_with_the_timeline() -> None:
    fps = (25, 1)
    framing = Framing(Span(0, 2480), Fill.CROP, (Crop(0, 656.25, 0, 607.5, 1080),))
    clips = (Clip("ep01.mp4", Span(0, 2480), (framing,)),)
    caption = Caption(Span(400, 1200), ("Kneel.", "You got it on my shoe."), "Vivian")
    cut = Cut("a", "b", 1, clips, captions=(caption,), reason="hook first")
    timeline = otio.adapters.read_from_string(
        our_otio.write(cut, fps=fps, sources=sources(fps), size=SIZE).decode(), "otio_json"
    )
    (effect,) = timeline.tracks[0][0].effects
    assert effect.metadata["hookline"]["crops"][0]["left"] == 656.25
    (marker,) = timeline.tracks.markers
    assert (marker.name, marker.comment) == ("Kneel.\nYou got it on my shoe.", "Vivian")
    assert marker.marked_range.start_time == otio.opentime.RationalTime(10, 25)
    assert timeline.metadata["hookline"]["reason"] == "hook first"


def test_a_silent_source_leaves_a_gap_in_the_sound() -> None:
    fps = (25, 1)
    both = sources(fps) | {"ep02.mp4": sources(fps, channels=0)["ep02.mp4"]}
    data = our_otio.write(cut_of(RANGES, fps), fps=fps, sources=both, size=SIZE)
    timeline = otio.adapters.read_from_string(data.decode(), "otio_json")
    assert isinstance(timeline.tracks[1][1], otio.schema.Gap)
    assert timeline.tracks[1].duration() == timeline.tracks[0].duration()


# ------------------------------------------------------------------ EDL


@pytest.mark.parametrize("fps", ASKED)
def test_opentimelineio_reads_the_edl_to_the_frame(fps: Rate) -> None:
    text = edl.write(cut_of(RANGES, fps), fps=fps, sources=sources(fps)).decode()
    rate = fps[0] / fps[1]
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=rate)
    assert seen(timeline.tracks[0]) == RANGES
    codes = re.findall(r"C +(\S+) (\S+) (\S+) (\S+)\r", text)
    origin = frame_of("01:00:00:00", fps)
    assert [
        tuple(otio.opentime.from_timecode(code, rate).value - origin for code in row[2:]) for row in codes
    ] == records(RANGES)


@settings(max_examples=60, deadline=None)
@given(any_ranges(), st.sampled_from(ASKED))
def test_pycmx_reads_any_edl(ranges: Ranges, fps: Rate) -> None:
    text = edl.write(cut_of(ranges, fps), fps=fps, sources=sources(fps)).decode()
    read = pycmx.parse_cmx3600(io.StringIO(text.replace("\r\n", "\n")))
    rate = fps[0] / fps[1]
    found = [
        (
            edit.clip_name,
            int(otio.opentime.from_timecode(edit.source_in, rate).value),
            int(otio.opentime.from_timecode(edit.source_out, rate).value),
        )
        for event in read.events
        for edit in event.edits
    ]
    assert found == ranges
    assert all(edit.channels.video and list(edit.channels.channels) == [1, 2] for e in read.events for edit in e.edits)
    assert not list(read.unrecognized_statements)
    assert ("FCM: DROP FRAME" in text) == (fps == (30_000, 1001))


def test_an_edl_has_reels_of_eight_letters_and_says_which_sound_there_is() -> None:
    fps = (25, 1)
    names = ["media/the-longest-name-1.mp4", "media/the-longest-name-2.mp4", "影片.mp4"]
    made = {
        name: SourceFile(name, name, 10_000, fps, 1920, 1080, channels)
        for name, channels in zip(names, (2, 1, 0), strict=True)
    }
    cut = Cut("x", "s", 1, tuple(Clip(name, Span(0, 1000)) for name in names))
    lines = edl.write(cut, fps=fps, sources=made).decode().split("\r\n")
    events = [line.split()[1:3] for line in lines if line[:3].isdigit()]
    assert events == [["THELONGE", "AA/V"], ["THELONG2", "B"], ["REEL", "V"]]


# ------------------------------------------------------------------ FCPXML


@pytest.fixture
def exact_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The adapter with exact arithmetic."""

    def rational(written: str | None) -> Fraction:
        return Fraction((written or "0s").removesuffix("s"))

    def rate_of(self: Any, format_id: str) -> float:
        return float(1 / rational(self._format_by_id(format_id).get("frameDuration")))

    def frames_of(self: Any, written: str | None, format_id: str) -> int:
        frames = rational(written) / rational(self._format_by_id(format_id).get("frameDuration"))
        assert frames.denominator == 1, f"{written} is no whole frame"
        return int(frames)

    def time_range(self: Any, element: Any, format_id: str) -> Any:
        rate = rate_of(self, format_id)
        times = [
            otio.opentime.RationalTime(frames_of(self, element.get(key), format_id), rate)
            for key in ("start", "duration")
        ]
        return otio.opentime.TimeRange(*times)

    monkeypatch.setattr(fcpx_xml.FcpxXml, "_format_frame_rate", rate_of)
    monkeypatch.setattr(fcpx_xml.FcpxXml, "_number_of_frames", frames_of)
    monkeypatch.setattr(fcpx_xml.FcpxXml, "_time_range", time_range)
    monkeypatch.setattr(fcpx_xml, "to_rational_time", lambda written, fps: otio.opentime.RationalTime(0, fps))


@pytest.mark.usefixtures("exact_reader")
@pytest.mark.parametrize("fps", ASKED)
def test_the_adapter_reads_the_same_cuts_in_fcpxml(fps: Rate) -> None:
    text = fcpxml.write(cut_of(RANGES, fps), fps=fps, sources=sources(fps), size=SIZE).decode()
    (timeline,) = fcpx_xml.read_from_string(text)
    (track,) = timeline.tracks
    assert seen(track) == RANGES
    origin = frame_of("01:00:00:00", fps)
    places = [track.range_of_child(clip) for clip in track if isinstance(clip, otio.schema.Clip)]
    assert [(int(r.start_time.value) - origin, int(r.end_time_exclusive().value) - origin) for r in places] == records(
        RANGES
    )


# What FCPXML 1.10's document type says of the elements written here: the order of the children, as a
# pattern over their names, and the attributes: those that must be, then those that may.
TYPES: dict[str, tuple[str, str, str]] = {
    "fcpxml": ("(resources )?(library )?", "version", ""),
    "resources": ("((asset|format) )*", "", ""),
    "format": ("", "id", "name frameDuration width height colorSpace"),
    "asset": (
        "(media-rep )+",
        "id",
        "name start duration hasVideo format hasAudio videoSources audioSources audioChannels audioRate",
    ),
    "media-rep": ("", "src", "kind"),
    "library": ("(event )*", "", ""),
    "event": ("(project )*", "", "name"),
    "project": ("sequence ", "", "name"),
    "sequence": ("(note )?spine ", "format", "duration tcStart tcFormat audioLayout audioRate"),
    "note": ("", "", ""),
    "spine": ("(asset-clip )*", "", ""),
    "asset-clip": (
        "(note )?(adjust-crop )?(adjust-conform )?(adjust-transform )?((asset-clip|caption) )*",
        "ref",
        "lane offset name start duration srcEnable tcFormat audioRole",
    ),
    "adjust-crop": ("(crop-rect )?(trim-rect )?", "mode", ""),
    "trim-rect": ("", "", "left top right bottom"),
    "adjust-conform": ("", "", "type"),
    "adjust-transform": ("(param )*", "", "position scale"),
    "param": ("(keyframeAnimation )?", "name", "value"),
    "keyframeAnimation": ("(keyframe )*", "", ""),
    "keyframe": ("", "time value", "curve interp"),
    "caption": ("(text )*(text-style-def )*(note )?", "duration", "lane offset name role"),
    "text": ("(text-style )*", "", "placement"),
    "text-style-def": ("text-style ", "id", "name"),
    "text-style": ("", "", "ref font fontSize fontColor"),
}
VALUES = {
    "fcpxml version": r"1\.10",
    "asset audioRate": r"\d+",  # any text to the document type; editors read hertz
    "asset hasVideo": "1",
    "asset hasAudio": "1",
    "media-rep kind": "original-media|proxy-media",
    "sequence tcFormat": "DF|NDF",
    "sequence audioLayout": "mono|stereo|surround",
    "sequence audioRate": r"32k|44\.1k|48k|88\.2k|96k|176\.4k|192k",
    "asset-clip srcEnable": "all|audio|video",
    "asset-clip tcFormat": "DF|NDF",
    "adjust-crop mode": "trim|crop|pan",
    "adjust-conform type": "fit|fill|none",
    "keyframe interp": "linear|ease|easeIn|easeOut",
    "keyframe curve": "linear|smooth",
    "text placement": "left|right|top|bottom",
}
WITH_TEXT = ("note", "text", "text-style")  # nothing but these holds characters
NAME = r"[A-Za-z_][\w.-]*"  # what an ID may be
REFERENCES = {"asset-clip": "asset", "text-style": "text-style-def"}
TIMES = ("start", "duration", "offset", "time", "tcStart", "frameDuration")


def walk(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    yield element
    for child in element:
        yield from walk(child)


def check_document(text: str) -> ElementTree.Element:
    """Holds a document against the rules of its type."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n')
    root = ElementTree.fromstring(text)
    assert root.get("version") == "1.10"
    ids = [element.get("id") for element in walk(root) if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(NAME, id or "") for id in ids)
    kinds = {element.get("id"): element.tag for element in walk(root) if element.get("id")}
    for element in walk(root):
        children, must, may = TYPES[element.tag]
        assert re.fullmatch(children, "".join(f"{child.tag} " for child in element)), element.tag
        assert set(must.split()) <= set(element.keys()) <= {*must.split(), *may.split()}, element.tag
        for key, value in element.items():
            assert key not in TIMES or re.fullmatch(r"\d+(/\d+)?s", value), f"{element.tag} {key} {value}"
            place = f"{element.tag} {key}"
            assert place not in VALUES or re.fullmatch(VALUES[place], value), f"{place} {value}"
        if element.get("ref"):
            assert kinds[element.get("ref")] == REFERENCES[element.tag]
        if element.get("format"):
            assert kinds[element.get("format")] == "format"
        tails = [element.text if element.tag not in WITH_TEXT else None]
        tails += [child.tail for child in element if element.tag not in WITH_TEXT]
        assert not any((characters or "").strip() for characters in tails), f"characters in {element.tag}"
    lanes = [
        child.get("lane")
        for item in root.iter("asset-clip")
        for child in item
        if child.tag in ("asset-clip", "caption")
    ]
    assert all(lane not in (None, "0") for lane in lanes), "what is anchored has a lane"
    return root


def corners(
    item: ElementTree.Element, crop: Crop, source: SourceFile, index: int = 0
) -> tuple[float, float, float, float]:
    """Where a crop's edges come to lie in the frame, by what an editor makes of conform, scale and position."""
    transform = item.find("adjust-transform")
    assert transform is not None
    values = {name: transform.get(name, "") for name in ("position", "scale")}
    for param in transform:
        keys = [key.get("value", "") for key in param.iter("keyframe")]
        values[param.get("name", "")] = keys[index]
    x, y = (float(part) / 100 * SIZE[1] for part in values["position"].split())
    scale = float(values["scale"].split()[0]) * min(SIZE[0] / source.width, SIZE[1] / source.height)
    middle_x, middle_y = SIZE[0] / 2 + x, SIZE[1] / 2 - y
    left, top = middle_x + (crop.left - source.width / 2) * scale, middle_y + (crop.top - source.height / 2) * scale
    return left, top, left + crop.width * scale, top + crop.height * scale


def test_fcpxml_frames_crops_pans_splits_and_fills() -> None:
    fps = (25, 1)
    still = Crop(0, 656.25, 0, 607.5, 1080)
    pan = (Crop(1_000, 100, 0, 607.5, 1080), Crop(2_000, 400.5, 60, 540, 960))
    halves = (Crop(2_000, 0, 54, 1080, 960), Crop(2_000, 840, 54, 1080, 960))
    framings = (
        Framing(Span(0, 1_000), Fill.CROP, (still,)),
        Framing(Span(1_000, 2_000), Fill.CROP, pan),
        Framing(Span(2_000, 3_000), Fill.SPLIT, halves[:1], halves[1:]),
        Framing(Span(3_000, 4_000), Fill.BLUR, (Crop(3_000, 0, 0, 1920, 1080),)),
    )
    captions = (Caption(Span(1_200, 2_400), ("你好",)), Caption(Span(3_000, 3_900), ("a < b", "& c")))
    cut = Cut("x", "s", 1, (Clip("ep01.mp4", Span(0, 4_000), framings),), captions=captions, reason="why")
    root = check_document(fcpxml.write(cut, fps=fps, sources=sources(fps), size=SIZE, language="zh").decode())
    source = sources(fps)["ep01.mp4"]
    items = root.findall(".//spine/asset-clip")
    whole, upper, lower = (0.0, 0.0, 1080.0, 1920.0), (0.0, 0.0, 1080.0, 960.0), (0.0, 960.0, 1080.0, 1920.0)
    assert [item.get("start") for item in items] == ["0s", "25/25s", "50/25s", "75/25s"]
    assert corners(items[0], still, source) == pytest.approx(whole, abs=0.05)
    assert corners(items[1], pan[0], source, 0) == pytest.approx(whole, abs=0.05)
    assert corners(items[1], pan[1], source, 1) == pytest.approx(whole, abs=0.05)
    assert [key.get("time") for key in items[1].findall(".//param[@name='position']//keyframe")] == ["25/25s", "50/25s"]
    assert corners(items[2], halves[0], source) == pytest.approx(upper, abs=0.05)
    below = items[2].find("asset-clip")
    assert below is not None
    assert corners(below, halves[1], source) == pytest.approx(lower, abs=0.05)
    trim = below.find("adjust-crop/trim-rect")
    assert trim is not None
    assert [float(trim.get(side, "0")) * 10.8 for side in ("left", "top", "right", "bottom")] == pytest.approx(
        [840, 54, 0, 66], abs=0.001
    )
    back = items[3].find("asset-clip")
    assert back is not None
    assert (back.get("lane"), back.get("srcEnable")) == ("-1", "video")
    assert back.find("adjust-conform[@type='fill']") is not None
    shown = [(text.get("offset"), "".join(text.find("text").itertext()).strip()) for text in root.iter("caption")]  # type: ignore[union-attr]
    assert shown == [("30/25s", "你好"), ("75/25s", "a < b\n& c")]


def everything(fps: Rate) -> tuple[Cut, dict[str, SourceFile]]:
    """A cut with all that a timeline can hold: sources of other rates, sizes and sound, every fill, moving crops."""
    made = sources(fps) | {
        "höch & quer.mov": SourceFile("höch & quer.mov", "file:///h%C3%B6ch.mov", ms(5_000, fps), fps, 1080, 1920, 1),
        "stumm.mp4": SourceFile("stumm.mp4", "file:///stumm.mp4", ms(5_000, fps), fps, 1280, 720, 0),
    }

    def span(first: int, end: int) -> Span:
        return Span(ms(first, fps), ms(end, fps))

    def still(at: int, left: float, width: float = 607.5, height: float = 1080) -> Crop:
        return Crop(ms(at, fps), left, 0, width, height)

    fills = (
        Framing(span(100, 160), Fill.CROP, (still(100, 656.25),)),
        Framing(span(160, 220), Fill.CROP, (still(160, 100), still(180, 420.5), still(219, 640))),
        Framing(span(220, 280), Fill.SPLIT, (still(220, 0, 1080, 960),), (still(220, 840, 1080, 960),)),
        Framing(span(280, 340), Fill.BLUR, (still(280, 0, 1920),)),
    )
    clips = (
        Clip("ep01.mp4", span(100, 340), fills),
        Clip("höch & quer.mov", span(0, 90)),
        Clip("stumm.mp4", span(31, 1_831), (Framing(span(31, 1_831), Fill.CROP, (still(31, 437.5, 405, 720),)),)),
        *(Clip("ep02.mp4", span(first, first + 40)) for first in range(0, 4_000, 100)),
        Clip("ep01.mp4", span(50, 100), (Framing(span(50, 100), Fill.CROP, (still(50, 656.25),)),)),
    )
    captions = (
        Caption(span(0, 40), ("Who <sent> you", "& why?"), "MIA"),
        Caption(span(170, 230), ("من أرسلك؟",), place=CaptionPlace.TOP),
        Caption(span(3_000, 3_050), ("是谁派你来的？",)),
    )
    return Cut("all-001", "Everything", 1, clips, captions=captions, reason="opens with <this> & ends on that"), made


@pytest.mark.usefixtures("exact_reader")
@pytest.mark.parametrize("fps", ASKED)
def test_everything_at_once_keeps_to_the_document_type_and_is_read_again(fps: Rate) -> None:
    cut, made = everything(fps)
    text = fcpxml.write(cut, fps=fps, sources=made, size=SIZE, language="ar").decode()
    root = check_document(text)
    assert root.find(".//sequence").get("tcFormat") == ("DF" if fps == (30_000, 1001) else "NDF")  # type: ignore[union-attr]
    placed = [text.get("placement") for text in root.iter("text")]
    assert placed == ["bottom", "top", "bottom"]
    silent = [item for item in root.iter("asset-clip") if item.get("name") == "stumm.mp4"]
    assert [item.get("audioRole") for item in silent] == [None]
    (timeline,) = fcpx_xml.read_from_string(text)
    main = timeline.tracks[0] if len(timeline.tracks) == 1 else max(timeline.tracks, key=len)
    wanted: Ranges = []
    for clip in cut.clips:
        parts = clip.framings or (Framing(clip.span, Fill.CROP, ()),)
        wanted += [(clip.source, nearest(f.span.start_ms, fps), nearest(f.span.end_ms, fps)) for f in parts]
    assert [one for one in seen(main) if one in wanted] == wanted
    places = {
        (int(r.start_time.value), int(r.end_time_exclusive().value))
        for r in (main.range_of_child(clip) for clip in main if isinstance(clip, otio.schema.Clip))
    }
    origin = frame_of("01:00:00:00", fps)
    assert {(start + origin, end + origin) for start, end in records(wanted)} <= places


@settings(max_examples=40, deadline=None)
@given(any_ranges(), st.sampled_from(RATES))
def test_any_fcpxml_keeps_to_its_document_type_and_to_whole_frames(ranges: Ranges, fps: Rate) -> None:
    root = check_document(fcpxml.write(cut_of(ranges, fps), fps=fps, sources=sources(fps), size=SIZE).decode())
    frame = Fraction(fps[1], fps[0])

    def frames(item: ElementTree.Element, key: str) -> int:
        exact = Fraction(item.get(key, "").removesuffix("s")) / frame
        assert exact.denominator == 1, "whole frames"
        return int(exact)

    items = root.findall(".//spine/asset-clip")
    times = [[frames(item, key) for key in ("start", "duration", "offset")] for item in items]
    names = [item.get("name") or "" for item in items]
    assert [(name, start, start + length) for name, (start, length, _) in zip(names, times, strict=True)] == ranges
    origin = frame_of("01:00:00:00", fps)
    assert [(offset - origin, offset - origin + length) for _, length, offset in times] == records(ranges)


def test_a_source_of_another_rate_lies_on_the_timelines_frames() -> None:
    both = {"ep01.mp4": SourceFile("ep01.mp4", "file:///a.mp4", 100_000, (24_000, 1001), 1920, 1080)}
    cut = Cut("x", "s", 1, tuple(Clip("ep01.mp4", Span(start, start + 1_001)) for start in (0, 10_010, 20_020)))
    root = check_document(fcpxml.write(cut, fps=(25, 1), sources=both, size=SIZE).decode())
    items = root.findall(".//spine/asset-clip")
    assert [item.get("start") for item in items] == ["0s", "240240/24000s", "480480/24000s"]
    assert [item.get("offset") for item in items] == ["90000/25s", "90025/25s", "90050/25s"]
    assert [item.get("duration") for item in items] == ["25/25s", "25/25s", "25/25s"]


def test_a_source_of_an_uneven_rate_is_counted_in_one_that_editors_know() -> None:
    uneven = {"ep01.mp4": SourceFile("ep01.mp4", "file:///a.mp4", 100_000, (2_997, 100), 1920, 1080)}
    cut = Cut("x", "s", 1, (Clip("ep01.mp4", Span(1_001, 11_011)),))
    root = check_document(fcpxml.write(cut, fps=(30_000, 1001), sources=uneven, size=SIZE).decode())
    rates = {element.get("frameDuration") for element in root.iter("format")}
    assert rates == {"1001/30000s"}
    (item,) = root.findall(".//spine/asset-clip")
    assert (item.get("start"), item.get("duration")) == ("30030/30000s", "300300/30000s")


# ------------------------------------------------------------------ timecode, refusals


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2_000_000), st.sampled_from(RATES))
def test_timecode_is_opentimelineios_and_names_its_frame(frame: int, fps: Rate) -> None:
    code = timecode(frame, fps)
    assert frame_of(code, fps) == frame
    rate = fps[0] / fps[1]
    if fps != (60_000, 1001):  # OpenTimelineIO has no drop frame there that it writes with 59.94 exactly
        assert otio.opentime.to_timecode(otio.opentime.RationalTime(frame, rate), rate).replace(
            ";", ":"
        ) == code.replace(";", ":")


@given(st.integers(0, 400_000), st.sampled_from(RATES))
def test_a_probed_time_is_its_frame(frame: int, fps: Rate) -> None:
    assert nearest(ms(frame, fps), fps) == frame


def test_what_can_not_stand_on_a_timeline_is_refused() -> None:
    fps = (25, 1)
    with pytest.raises(BadInput, match=r"no editor counts 17/1 pictures a second"):
        edl.write(cut_of(RANGES, fps), fps=(17, 1), sources=sources(fps))
    with pytest.raises(BadInput, match=r"ep01\.mp4 is cut from but not among the sources"):
        fcpxml.write(cut_of(RANGES, fps), fps=fps, sources={}, size=SIZE)
    with pytest.raises(BadInput, match="shorter than a frame"):
        our_otio.write(Cut("x", "s", 1, (Clip("ep01.mp4", Span(0, 10)),)), fps=fps, sources=sources(fps), size=SIZE)
