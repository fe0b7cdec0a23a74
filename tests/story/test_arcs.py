from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.model.story import Arc, ArcShape, Emotion, Feeling
from hookline.story.arcs import LEAST_FELT, MIRROR, POINTS, arc_of, episode_arc, fits_of, margin

S = ArcShape
# Straight lines between the extremes, not the cosines that the shapes are fitted with.
CORNERS = {
    S.RISE: (-1, 1),
    S.FALL: (1, -1),
    S.FALL_RISE: (1, -1, 1),
    S.RISE_FALL: (-1, 1, -1),
    S.RISE_FALL_RISE: (-1, 1, -1, 1),
    S.FALL_RISE_FALL: (1, -1, 1, -1),
}
REVERSED = {
    S.RISE: S.FALL,
    S.FALL: S.RISE,
    S.FALL_RISE: S.FALL_RISE,
    S.RISE_FALL: S.RISE_FALL,
    S.RISE_FALL_RISE: S.FALL_RISE_FALL,
    S.FALL_RISE_FALL: S.RISE_FALL_RISE,
}


def through(corners: tuple[int, ...], length: int = 90, *, noise: float = 0.0, seed: int = 0) -> list[float]:
    """A mood that goes straight from corner to corner, with noise."""
    rng = random.Random(seed)
    legs = len(corners) - 1
    values = []
    for at in range(length):
        leg, rest = divmod(at * legs / (length - 1), 1)
        first = min(int(leg), legs - 1)
        rest = 1.0 if int(leg) == legs else rest
        level = corners[first] + (corners[first + 1] - corners[first]) * rest
        values.append(0.5 * level + rng.gauss(0, noise))
    return values


def drawn(values: list[float]) -> Arc:
    arc = arc_of(values)
    assert arc is not None
    return arc


@pytest.mark.parametrize("shape", CORNERS)
def test_each_classic_shape_is_recognised(shape: ArcShape) -> None:
    arc = drawn(through(CORNERS[shape]))
    assert arc.shape is shape
    assert arc.fit > 0.85
    assert margin(arc) > 0.7
    assert len(arc.values) == POINTS


@settings(deadline=None)
@given(st.sampled_from(list(CORNERS)), st.integers(60, 400), st.integers(0, 10_000))
def test_shapes_are_recognised_under_noise_as_large_as_themselves(shape: ArcShape, length: int, seed: int) -> None:
    assert drawn(through(CORNERS[shape], length, noise=0.35, seed=seed)).shape is shape


moods = st.lists(st.floats(-1, 1), min_size=POINTS, max_size=300)


@settings(deadline=None)
@given(moods)
def test_the_opposite_mood_has_the_mirrored_shape(mood: list[float]) -> None:
    arc, mirrored = arc_of(mood), arc_of([-value for value in mood])
    assert (arc is None) == (mirrored is None)
    if arc and mirrored and margin(arc) > 0.01:
        assert mirrored.shape is MIRROR[arc.shape]
        assert mirrored.fit == pytest.approx(arc.fit, abs=1e-3)


@settings(deadline=None)
@given(moods)
def test_told_backwards_a_rise_is_a_fall(mood: list[float]) -> None:
    arc, backwards = arc_of(mood), arc_of(mood[::-1])
    if arc and backwards and margin(arc) > 0.01 and len(mood) <= 200:  # longer ones are averaged first
        assert backwards.shape is REVERSED[arc.shape]


@settings(deadline=None)
@given(moods)
def test_fits_are_shares_of_one_variance(mood: list[float]) -> None:
    arc = arc_of(mood)
    if arc:
        assert sum(arc.fits.values()) <= 1.001
        assert all(0.0 <= fit <= 1.0 for fit in arc.fits.values())
        assert arc.fit == max(arc.fits.values())
        assert set(arc.fits) == {shape.value for shape in ArcShape}
        assert min(mood) - 1e-4 <= min(arc.values)
        assert max(arc.values) <= max(mood) + 1e-4


def test_a_pure_wave_is_explained_whole() -> None:
    wave = [math.cos(2 * math.pi * (at + 0.5) / 50) for at in range(50)]
    assert fits_of(wave)[S.FALL_RISE] == pytest.approx(1.0)


def test_nothing_is_drawn_of_nothing() -> None:
    assert arc_of([]) is None
    assert arc_of([0.3] * 200) is None
    assert arc_of(through((-1, 1), POINTS - 1)) is None


def test_too_few_felt_lines_draw_no_arc() -> None:
    felt, silent = Feeling(Emotion.JOY, 0.9, 0.5), Feeling(Emotion.NEUTRAL, 0.0, 0.0)
    mood = through((-1, 1))
    assert episode_arc([felt] * (LEAST_FELT - 1) + [silent] * 40, mood) is None
    assert episode_arc([felt] * LEAST_FELT + [silent] * 40, mood) is not None
