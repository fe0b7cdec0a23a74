from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hookline.edit.path import JERK, SPEED, Path, camera_path, motion, standstills

SIDE = 400.0
WHOLE = 1280.0


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Path, Path, Path]:
    """Ranges of a face that stands, walks, jumps and is lost."""
    count = draw(st.integers(1, 120))
    knots = draw(st.lists(st.floats(0, WHOLE - SIDE), min_size=1, max_size=8))
    jumpy = draw(st.booleans())
    at = np.linspace(0, len(knots) - 1, count)
    middle = np.array(knots)[at.astype(int)] if jumpy else np.interp(at, range(len(knots)), knots)
    room = draw(st.floats(0, 150))
    low, high = (np.clip(middle + way * room, 0, WHOLE - SIDE) for way in (-1, 1))
    lost = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    low[lost], high[lost], middle[lost] = np.nan, np.nan, np.nan
    return low, high, middle


@given(ranges(), st.sampled_from([12.0, 24.0, 25.0, 59.94]))
def test_a_path_stays_in_the_source_and_keeps_its_limits(given_ranges: tuple[Path, Path, Path], fps: float) -> None:
    low, high, ideal = given_ranges
    path = camera_path(low, high, ideal, fps=fps, side=SIDE)
    assert len(path) == len(low)
    assert path.min() >= 0
    assert path.max() <= WHOLE - SIDE
    speed, jerk = motion(path, fps=fps, side=SIDE)
    assert speed <= SPEED + 1e-9
    assert jerk <= JERK + 1e-9


@given(ranges())
def test_standstills_cover_the_path_and_hold_their_ranges(given_ranges: tuple[Path, Path, Path]) -> None:
    low, high, ideal = given_ranges
    stands = standstills(low, high, ideal)
    assert [one.start for one in stands] == [0, *(one.end for one in stands[:-1])]
    assert stands[-1].end == len(low)
    for one in stands:
        for t in range(one.start, one.end):
            if not np.isnan(low[t]):
                assert low[t] - 1e-9 <= one.place <= high[t] + 1e-9


@given(ranges())
def test_there_are_no_fewer_standstills(given_ranges: tuple[Path, Path, Path]) -> None:
    low, high, ideal = given_ranges
    known = [(a, b) for a, b in zip(low.tolist(), high.tolist(), strict=True) if not np.isnan(a)]
    best = [0]  # fewest standstills for the first n ranges, by trying every last one
    for n in range(1, len(known) + 1):
        reach, least = [], np.inf
        a, b = -np.inf, np.inf
        for start in range(n - 1, -1, -1):
            a, b = max(a, known[start][0]), min(b, known[start][1])
            if a > b:
                break
            reach.append(best[start] + 1)
        least = min(reach)
        best.append(int(least))
    assert len(standstills(low, high, ideal)) == max(1, best[-1])


def test_a_face_that_stays_in_the_frame_is_not_followed() -> None:
    middle = 500 + 60 * np.sin(np.linspace(0, 20, 250))
    path = camera_path(middle - 80, middle + 80, middle, fps=25, side=SIDE)
    assert np.ptp(path) == 0


def test_a_walk_is_followed_without_stops() -> None:
    middle = np.interp(np.arange(250), [0, 50, 200, 249], [100, 100, 800, 800])
    path = camera_path(middle - 90, middle + 90, middle, fps=25, side=SIDE)
    assert np.all(np.diff(path) >= -1e-9)
    assert np.all(path >= middle - 95)
    assert np.all(path <= middle + 95)
    walking = np.diff(path)[95:165]
    assert walking.min() > 0.3 * walking.max(), "no stop on the way"


def test_one_move_is_made_early_enough() -> None:
    low = np.where(np.arange(250) < 125, 100.0, 400.0)
    high = np.where(np.arange(250) < 100, 250.0, 500.0)
    path = camera_path(low, high, (low + high) / 2, fps=25, side=SIDE)
    assert np.ptp(path[:60]) < 1e-6
    assert np.ptp(path[-60:]) < 1e-6
    assert np.all(np.diff(path) >= -1e-9)
