from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.edit.framing import frame
from hookline.edit.path import JERK, SPEED, motion
from hookline.edit.speakers import Turn, speaking
from hookline.edit.watching import Area, Seen
from hookline.media.camera import crop_at
from hookline.model.cut import Crop, Fill, Framing
from hookline.model.platform import Platform
from hookline.model.span import Span
from tests.edit.scenes import FEED, PORTRAIT, SQUARE, WIDE, face, platform, scene

MOVES, RESTS = np.full(250, 0.1), np.full(250, 0.001)


def crops(framing: Framing, seen: Seen) -> list[Crop]:
    return [crop_at(framing, at) for at in seen.times_ms if framing.span.contains(at)]


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Seen, Platform]:
    """People who walk about, in some shots, in landscape and vertical masters, for any platform."""
    size = draw(st.sampled_from([(1280, 720), (1920, 1080), (1080, 1920), (640, 480)]))
    count = draw(st.integers(3, 160))
    cuts = sorted(draw(st.sets(st.integers(1, count - 1), max_size=3)))
    width = draw(st.floats(0.03, 0.9)) * min(size)
    people = []
    for _ in range(draw(st.integers(1, 3))):
        knots = draw(st.lists(st.floats(-0.1, 1.0), min_size=1, max_size=6))
        path = np.interp(np.linspace(0, len(knots) - 1, count), range(len(knots)), knots) * size[0]
        people.append((path, np.array(draw(st.lists(st.floats(0, 0.2), min_size=count, max_size=count)))))
    seen = scene(people, size=size, cuts=cuts, count=count, width=width, top=draw(st.floats(0, 0.8)) * size[1])
    bars = draw(st.sampled_from([0.0, 0.1]))
    area = Area(0, bars * size[1], size[0], (1 - 2 * bars) * size[1])
    return replace(seen, areas=(area,) * len(seen.areas)), draw(st.sampled_from([PORTRAIT, SQUARE, FEED, WIDE]))


@settings(max_examples=60, deadline=None)
@given(scenes(), st.booleans())
def test_what_holds_of_every_framing(given_scene: tuple[Seen, Platform], listened: bool) -> None:
    seen, wanted = given_scene
    made = frame(speaking(seen, None) if listened else seen, platform=wanted)
    assert [one.span.start_ms for one in made] == [0, *(one.span.end_ms for one in made[:-1])]
    assert made[-1].span.end_ms == seen.footage.duration_ms
    shots = {shot.span.start_ms for shot in seen.footage.shots}
    for one, two in pairwise(made):
        if two.span.start_ms not in shots:
            assert one.span.duration_ms >= 400, "no switch so soon after the last"
            assert two.span.duration_ms >= 400
    area = seen.areas[0]
    for one in made:
        shape = wanted.width / wanted.height * (2 if one.fill is Fill.SPLIT else 1)
        for path in (one.crops, *([one.second] if one.second else [])):
            held = [crop_at(replace(one, crops=path), at) for at in seen.times_ms if one.span.contains(at)]
            for crop in held:
                assert crop.left >= area.left - 0.02
                assert crop.top >= area.top - 0.02
                assert crop.left + crop.width <= area.left + area.width + 0.02
                assert crop.top + crop.height <= area.top + area.height + 0.02
                if one.fill is not Fill.BLUR:
                    assert crop.width / crop.height == pytest.approx(shape, rel=0.011), "never stretched"
            for axis, side in (("left", held[0].width), ("top", held[0].height)):
                places = np.array([getattr(crop, axis) for crop in held])
                speed, jerk = motion(places, fps=25, side=side)
                assert speed <= SPEED + 0.02
                assert jerk <= JERK + 4 * 0.005 * 8 * 25**3 / side, "but for the rounding of the keys"


@pytest.mark.parametrize("wanted", [PORTRAIT, SQUARE, FEED, WIDE], ids=["9:16", "1:1", "4:5", "16:9"])
def test_a_still_face_gets_a_still_camera(wanted: Platform) -> None:
    seen = scene([(600.0, MOVES)])
    (made,) = frame(seen, platform=wanted)
    assert len(made.crops) == 1
    crop, there = made.crops[0], face(600)
    assert crop.left <= there.left
    assert crop.left + crop.width >= there.left + there.width


def test_a_vertical_master_is_taken_whole() -> None:
    seen = scene([(300.0, MOVES)], size=(1080, 1920), width=400)
    (made,) = frame(seen, platform=PORTRAIT)
    assert (made.fill, made.crops) == (Fill.CROP, (Crop(0, 0, 0, 1080, 1920),))


def test_a_close_up_in_a_vertical_master_is_not_cut_for_a_wide_screen() -> None:
    seen = scene([(200.0, MOVES)], size=(1080, 1920), width=600)
    (made,) = frame(seen, platform=WIDE)
    assert made.fill is Fill.BLUR
    assert made.crops[0].height == 1920, "the whole picture stands over its blur"


def test_a_small_face_in_a_vertical_master_is_found_for_a_wide_screen() -> None:
    seen = scene([(500.0, MOVES)], size=(1080, 1920), width=200, top=1100)
    (made,) = frame(seen, platform=WIDE)
    crop = made.crops[0]
    assert made.fill is Fill.CROP
    assert crop.top <= 1100
    assert crop.top + crop.height >= 1360


def test_two_who_fit_are_shown_together() -> None:
    seen = scene([(400.0, MOVES), (560.0, RESTS)], width=120)
    (made,) = frame(speaking(seen, None), platform=SQUARE)
    crop = made.crops[0]
    assert crop.left <= 400
    assert crop.left + crop.width >= 680


def test_the_camera_cuts_to_who_speaks() -> None:
    left = np.concatenate([MOVES[:125], RESTS[:125]])
    seen = scene([(150.0, left), (950.0, left[::-1])])
    turns = [Turn(Span(0, 5000)), Turn(Span(5000, 10_000))]
    one, two = frame(seen, platform=PORTRAIT, turns=turns)
    assert (one.span.end_ms, two.span.start_ms) == (5000, 5000)
    assert one.crops[0].left < 150 < one.crops[0].left + one.crops[0].width
    assert two.crops[0].left < 950 < two.crops[0].left + two.crops[0].width


def test_a_word_thrown_in_moves_nothing() -> None:
    left = np.concatenate([MOVES[:100], RESTS[:10], MOVES[:140]])
    right = np.concatenate([RESTS[:100], MOVES[:10], RESTS[:140]])
    turns = [Turn(Span(0, 4000)), Turn(Span(4000, 4400)), Turn(Span(4400, 10_000))]
    assert len(frame(scene([(150.0, left), (950.0, right)]), platform=PORTRAIT, turns=turns)) == 1


def test_a_quick_exchange_is_shown_in_a_split_screen() -> None:
    turn = np.concatenate([MOVES[:40], RESTS[:40]])
    left = np.tile(turn, 4)
    seen = scene([(150.0, left), (950.0, np.roll(left, 40))])
    turns = [Turn(Span(n * 1600, (n + 1) * 1600)) for n in range(8)]
    (made,) = frame(seen, platform=PORTRAIT, turns=turns)
    assert made.fill is Fill.SPLIT
    upper, lower = made.crops[0], made.second[0]
    assert upper.left < 150 < upper.left + upper.width
    assert lower.left < 950 < lower.left + lower.width


def test_eyes_come_into_the_safe_area() -> None:
    low = platform(1080, 1920, (0.05, 0.14, 0.95, 0.65))  # Reels: the lower third is the platform's
    seen = scene([(500.0, MOVES)], top=440)  # eyes at 0.70 of the height
    (made,) = frame(seen, platform=low)
    crop = made.crops[0]
    line = (seen.tracks[0].faces[0].eyes or ((0, 0), (0, 0)))[0][1]
    assert crop.height < 720, "nearer than the whole height"
    assert crop.top + 0.14 * crop.height <= line <= crop.top + 0.65 * crop.height


def test_where_nobody_is_the_camera_looks_where_it_is_told() -> None:
    seen = scene([(100.0, MOVES)])
    seen = replace(seen, tracks=(), mouths=())
    (told,) = frame(seen, platform=PORTRAIT, centre=(0.9, 0.5))
    assert told.crops[0].left + told.crops[0].width == 1280
    (middle,) = frame(seen, platform=PORTRAIT)
    assert middle.crops[0].left + middle.crops[0].width / 2 == pytest.approx(640, abs=1)
    (whole,) = frame(seen, platform=PORTRAIT, empty=Fill.BLUR)
    assert (whole.fill, whole.crops[0].width) == (Fill.BLUR, 1280)


def test_a_bystander_is_not_followed() -> None:
    seen = scene([(600.0, MOVES)])
    behind = scene([(100.0, MOVES)], width=40)
    seen = replace(seen, tracks=(*seen.tracks, *behind.tracks), mouths=(*seen.mouths, *behind.mouths))
    (made,) = frame(seen, platform=PORTRAIT)
    assert made.crops[0].left < 600
