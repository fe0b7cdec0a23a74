from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.edit.assemble import Look, crop_at, cut_id, framed, looked, within
from hookline.edit.platforms import known_platforms
from hookline.model.cut import Caption, Clip, Crop, Cut, Fill, Framing
from hookline.model.span import Span

TIKTOK = known_platforms()["tiktok"].platform
CLIPS = (Clip("ep03.mp4", Span(1_000, 9_000)),)
CUT = Cut("", "the-heartbeat-clause", 3, CLIPS, "teaser", "tiktok")

crops = st.builds(Crop, st.just(0), *[st.floats(0, 1000, width=32)] * 2, *[st.floats(100, 900, width=32)] * 2)


@st.composite
def framings(draw: st.DrawFn) -> Framing:
    times = sorted(draw(st.sets(st.integers(0, 10_000), min_size=1, max_size=6)))
    path = tuple(replace(draw(crops), at_ms=at_ms) for at_ms in times)
    return Framing(Span(0, 10_000), Fill.CROP, path)


@given(framings(), st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 1))
def test_a_part_of_a_path_moves_as_the_whole_did(framing: Framing, a: int, b: int, share: float) -> None:
    span = Span(min(a, b), max(a, b))
    part = within(framing, span)
    assert part.span == span
    at_ms = round(span.start_ms + share * span.duration_ms)
    for side in ("left", "top", "width", "height"):
        whole = getattr(crop_at(framing.crops, at_ms), side)
        assert getattr(crop_at(part.crops, at_ms), side) == pytest.approx(whole, abs=0.02)


def test_a_clip_is_framed_over_its_whole_span() -> None:
    still = Crop(0, 0, 0, 606, 1080)
    source = (
        Framing(Span(40, 4_000), Fill.CROP, (still,)),
        Framing(Span(4_000, 8_000), Fill.CROP, (replace(still, left=300),)),
    )
    clip = framed(Clip("a.mp4", Span(0, 8_200)), source)
    assert [one.span for one in clip.framings] == [Span(0, 4_000), Span(4_000, 8_200)]
    inner = framed(Clip("a.mp4", Span(3_000, 3_500)), source)
    assert [one.span for one in inner.framings] == [Span(3_000, 3_500)]
    assert framed(Clip("a.mp4", Span(0, 100)), ()).framings == ()


def test_the_same_cut_has_the_same_name_and_another_another() -> None:
    name = cut_id(CUT, TIKTOK, code="1")
    assert name.startswith("the-heartbeat-clause-003-teaser-tiktok-")
    assert name == cut_id(replace(CUT, id="x", reason="said otherwise"), replace(TIKTOK, source="y"), code="1")
    others = {
        cut_id(replace(CUT, clips=(Clip("ep03.mp4", Span(1_000, 9_001)),)), TIKTOK, code="1"),
        cut_id(replace(CUT, captions=(Caption(Span(0, 900), ("Hi",)),)), TIKTOK, code="1"),
        cut_id(CUT, replace(TIKTOK, loudness_lufs=-16.0), code="1"),
        cut_id(CUT, TIKTOK, code="2"),
        cut_id(replace(CUT, market="fr"), TIKTOK, code="1"),
    }
    assert len(others | {name}) == 6


def test_names_are_safe_in_files_whatever_the_series_is_called() -> None:
    name = cut_id(replace(CUT, series="../a b/ü 心"), TIKTOK, length="15", variant=2)
    assert "/" not in name
    assert " " not in name
    assert "teaser15-tiktok-v2-" in name


@given(framings(), st.integers(0, 9_000), st.integers(1, 5_000), st.floats(0, 1), st.floats(0, 1), st.floats(1, 8))
def test_what_a_person_says_of_the_framing_counts(
    framing: Framing, start: int, length: int, x: float, y: float, zoom: float
) -> None:
    look = Look(1, Span(start, start + length), x, y, zoom)
    found = looked([framing], [look], size=(1280, 720), shape=9 / 16)
    assert [one.span.start_ms for one in found] == [0, *[one.span.end_ms for one in found[:-1]]]  # they touch
    assert found[-1].span.end_ms == 10_000
    (mine,) = [one for one in found if one.span.start_ms == start and len(one.crops) == 1 and one.span.duration_ms]
    (crop,) = mine.crops
    assert crop.width / crop.height == pytest.approx(9 / 16)
    assert crop.left >= 0
    assert crop.top >= 0
    assert crop.left + crop.width <= 1280.001
    assert crop.top + crop.height <= 720.001
    assert crop.width == pytest.approx(405 / zoom)


def test_a_look_may_show_the_whole_picture_and_the_last_word_counts() -> None:
    whole = Framing(Span(0, 4_000), Fill.CROP, (Crop(0, 0, 0, 405, 720),))
    blur = Look(1, Span(1_000, 3_000), fill=Fill.BLUR)
    again = Look(1, Span(2_000, 9_000), x=1.0)
    found = looked([whole], [blur, again], size=(1280, 720), shape=9 / 16)
    assert [(one.span, one.fill) for one in found] == [
        (Span(0, 1_000), Fill.CROP),
        (Span(1_000, 2_000), Fill.BLUR),
        (Span(2_000, 4_000), Fill.CROP),
    ]
    assert found[1].crops[0] == Crop(1_000, 0, 0, 1280, 720)
    assert found[2].crops[0].left == 875
