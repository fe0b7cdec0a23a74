"""Where a platform's curve falls more than such a video's does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from bench.curves import Habits, Made, fall, found, make, measure
from bench.worlds import made_up_story

from hookline.audience.exports import curve_cells
from hookline.insight import SeriesData, analyse
from hookline.insight.curves import field_prior, lay_curves, place, scan_curves, unusable
from hookline.insight.findings import clock
from hookline.model.curve import PlatformCurve
from hookline.model.estimate import FindingKind
from hookline.model.span import Span
from hookline.model.story import SeriesStory
from tests.insight.test_analysis import nobody

STORY = made_up_story(5)


def told(made: list[Made]) -> SeriesStory:
    return replace(STORY, episodes=tuple(one.episode for one in made))


def test_without_planted_falls_nothing_is_claimed() -> None:
    """300 curves alone and 50 series of six, everything about them by chance; bench/curves.py does more."""
    alone, series = (measure(range(n), STORY, curves=c, planted=False) for n, c in ((300, 1), (50, 6)))
    assert alone["false"] <= 0.05
    assert series["false"] <= 0.05


def test_planted_falls_are_found_and_their_intervals_hold() -> None:
    figures = measure(range(120), STORY, curves=1, planted=True)
    assert figures["found"] >= 0.8
    assert figures["false"] <= 0.05
    assert figures["covered"] >= 0.93
    figures = measure(range(20), STORY, curves=6, planted=True)
    assert figures["found"] >= 0.85


PLAIN = Habits()


def one(habits: Habits = PLAIN, *, times: float = 4.0, views: int = 20_000, seed: int = 3) -> Made:
    episode = replace(STORY.episodes[0], duration_ms=60_000)
    span = Span(30_000, 36_000)
    rng = np.random.default_rng(seed)
    return make(episode, rng, views=views, falls=[(span, times)] if times else [], habits=habits)


@pytest.mark.parametrize("habits", [Habits(), Habits(smoothing=5), Habits(decimals=1), Habits(decimals=0)], ids=str)
def test_a_fall_is_placed_to_a_second_and_names_its_line(habits: Habits) -> None:
    """100 points on 60 s are 0.6 s each; smoothing and rounding don't hide a fall of four times the rate."""
    made = one(habits)
    story = told([made])
    data = SeriesData("s", story, *nobody(), platform_curves=(made.curve,))
    (finding,) = [f for f in analyse([data])["s"].findings if f.kind is FindingKind.CURVE]
    (where,) = finding.places
    assert abs(where.span.start_ms - 30_000) <= 2_000
    assert abs(where.span.end_ms - 36_000) <= 2_500
    assert finding.claim.startswith("On YouTube, viewers leave at “Line at ")
    assert clock(where.span) in finding.claim
    assert finding.evidence
    assert "field's prior shape" in finding.estimate.method
    assert finding.estimate.low > 0


def test_its_size_is_the_views_that_really_watch() -> None:
    made = one(Habits(decimals=0))
    (dip,) = found([made], told([made]))
    spot = place(dip, made.episode, 0.01)
    watching = made.curve.views * np.interp(dip.span.start_ms / 60_000, made.curve.positions, made.curve.shares)
    assert spot.moment.excess.n == pytest.approx(watching, rel=0.03)


def test_the_fewer_views_the_wider_the_interval() -> None:
    widths = []
    for views in (3_000, 30_000, 300_000):
        (dip,) = found([made := one(views=views)], told([made]))
        estimate = place(dip, made.episode, 0.01).moment.excess
        widths.append(estimate.high - estimate.low)
    assert widths[0] > widths[1] > widths[2]


def test_rounding_to_whole_percents_widens_the_interval_and_more_views_don_t_mend_it() -> None:
    fine, coarse = [found([m := one(Habits(decimals=d))], told([m]))[0].window.error for d in (2, 0)]
    assert coarse > 1.5 * fine
    weights = [
        lay_curves([(one(Habits(decimals=0), views=v).curve, STORY.episodes[0])]).starters[0] for v in (10**5, 10**7)
    ]
    assert weights[1] < 1.3 * weights[0]


def test_such_a_video_is_the_series_others_where_there_are_several() -> None:
    rng = np.random.default_rng(4)
    made = [make(STORY.episodes[i], rng, views=20_000, shape="intro") for i in range(5)]
    planted = make(STORY.episodes[5], rng, views=20_000, shape="intro", falls=[(fall(rng, 60_000), 4.0)])
    dips = found([*made, planted], told([*made, planted]))
    assert [dip.curve.episode for dip in dips] == [6]
    assert dips[0].method == "against 6 curves of this series on YouTube, by position and length"


def test_what_is_watched_again_is_no_fall_and_no_hold() -> None:
    """A hump of a fifth of the views over eight points: up, and down again behind it."""
    made = one(times=0)
    shares = list(made.curve.shares)
    shares[40:48] = [share + 0.2 for share in shares[40:48]]
    curve = replace(made.curve, shares=tuple(shares))
    cells = curve_cells(curve, 60_000)
    assert (cells.exits >= 0).all()
    assert float((cells.to_ms - cells.from_ms).max()) >= 8 * 600
    assert not found([replace(made, curve=curve)], told([made]))
    hollow = replace(curve, shares=tuple(2 * a - b for a, b in zip(made.curve.shares, shares, strict=True)))
    assert not found([replace(made, curve=hollow)], told([made]))


def test_loops_that_begin_above_one_are_curves_too() -> None:
    made = one()
    curve = replace(made.curve, shares=tuple(1.4 * share for share in made.curve.shares))
    (dip,) = found([replace(made, curve=curve)], told([made]))
    assert dip.span.overlap_ms(Span(30_000, 36_000)) > 4_000


def test_meta_s_coarse_seconds_are_judged_as_cells_of_their_width() -> None:
    """22 values that are 1 to 10 s apart: steady leaving is no finding, a steep band is."""
    seconds = (*map(float, range(15)), 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0)
    episode = replace(STORY.episodes[0], duration_ms=75_000)

    def meta(rate: float, steep: float) -> PlatformCurve:
        lost = np.cumsum([0.0, *(rate * (b - a) * (steep if a == 20.0 else 1) for a, b in pairwise(seconds))])
        share = np.round(np.exp(-lost), 4)
        return PlatformCurve(
            "meta", 1, (), (), views=50_000, seconds=seconds, second_shares=tuple(share.tolist()), played=False,
            rounding=0.00005, paid=True,
        )  # fmt: skip

    story = replace(STORY, episodes=(episode,))
    for steep, places in ((1.0, 0), (6.0, 1)):
        dips = [dip for dip in scan_curves([meta(0.01, steep)], story).dips if dip.window.p < 0.01]
        assert len(dips) == places
    assert dips[0].span.overlap_ms(Span(20_000, 25_000)) == 5_000


def test_a_market_s_own_curve_counts_where_there_is_none_of_all() -> None:
    made = one()
    us, br = (replace(made.curve, market=m) for m in ("US", "BR"))
    assert {dip.curve.market for dip in scan_curves([us, br], told([made])).dips} == {"US", "BR"}
    assert {dip.curve.market for dip in scan_curves([us, made.curve, br], told([made])).dips} == {""}


def test_why_a_curve_is_not_judged_is_said() -> None:
    curve = one().curve
    assert not unusable(curve, STORY)
    assert "no such episode" in unusable(replace(curve, episode=99), STORY)
    assert "--views" in unusable(replace(curve, views=0), STORY)
    assert "too few" in unusable(replace(curve, positions=(0.5,), shares=(0.5,)), STORY)
    assert "second by second" in unusable(replace(curve, beside=False), STORY)
    assert not scan_curves([replace(curve, views=0)], STORY).dips


def test_the_field_s_prior_is_two_published_points() -> None:
    shape, held = field_prior()
    rate = -np.log(0.8) / 10**shape
    assert np.exp(-rate * 120**shape) == pytest.approx(0.4)
    assert held == 4.0
