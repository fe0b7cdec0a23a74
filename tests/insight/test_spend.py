"""Spend: the chain ladder's published figures, the division's optimum, nothing claimed where nothing is so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from bench.spend import KINDS, account, judge, oracle
from bench.spend import Tally as Counted
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.audience.ad_cells import Ad, AdCells
from hookline.insight.crossed import crossed_posterior
from hookline.insight.spend import Shown, best_spend
from hookline.insight.spend.divide import STEP, best_division, bounds, divide
from hookline.insight.spend.payback import _shares, payback
from hookline.insight.spend.response import installs_by_spend
from hookline.insight.spend.returns import Returns, recent, returns
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Place
from hookline.model.span import Span
from hookline.model.story import BeatType, SeriesStory

NO_STORY = SeriesStory("made", "en", ())
# Taylor and Ashe (1983), as in Mack (1993), table 1: cumulative claims in thousands
TAYLOR_ASHE = [
    [358, 1125, 1735, 2218, 2746, 3320, 3466, 3606, 3834, 3901],
    [352, 1236, 2170, 3353, 3799, 4120, 4648, 4914, 5339],
    [291, 1292, 2219, 3235, 3986, 4133, 4629, 4909],
    [311, 1419, 2195, 3757, 4030, 4382, 4588],
    [443, 1136, 2128, 2898, 3403, 3873],
    [396, 1333, 2181, 2986, 3692],
    [441, 1288, 2420, 3483],
    [359, 1421, 2864],
    [377, 1363],
    [344],
]
FACTORS = [3.491, 1.747, 1.457, 1.174, 1.104, 1.086, 1.054, 1.077, 1.018]  # Mack 1993, f_1 to f_9


def test_the_chain_ladder_gives_macks_published_factors() -> None:
    grown, known = np.zeros((10, 10)), np.zeros((10, 10), dtype=bool)
    for row, told in enumerate(TAYLOR_ASHE):
        grown[row, : len(told)] = np.diff(told, prepend=0)
        known[row, : len(told)] = True
    share = _shares(grown, known, np.ones((1, 10)))[0]
    assert share[1:] / share[:-1] == pytest.approx(FACTORS, rel=1.5e-3)  # claims are rounded to thousands
    assert share[-1] == 1.0


def made(level: list[float], slope: list[float], today: list[float], sd: float = 0.0) -> Returns:
    """Ads whose response is known, up to ``sd``."""
    rng = np.random.default_rng(1)
    n, known = len(level), np.ones(len(level), dtype=bool)
    spend = np.array(today)
    drawn = np.array(level) + sd * rng.standard_normal((400, n))
    same = np.ones(n)
    slopes = np.broadcast_to(np.array(slope), (400, n)).copy()
    return Returns(spend, spend, drawn, slopes, np.array(level), same, known, 100 * same, same, 9.0, 3.0)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0.3, 0.95), st.floats(10, 1000)), min_size=2, max_size=6),
    st.floats(0.5, 2.0),
)
def test_no_small_shift_beats_the_division(ads: list[tuple[float, float, float]], times: float) -> None:
    found = made(*(list(column) for column in zip(*ads, strict=True)))  # type: ignore[arg-type]
    budget = times * float(found.today.sum())
    today = found.today / found.today.sum() * budget
    low, high = bounds(found, today)
    best = best_division(found, budget, low, high)
    assert best.sum() == pytest.approx(budget)
    assert (best >= low - 1e-6 * budget).all()
    assert (best <= high + 1e-6 * budget).all()
    whole = found.revenue(best).sum(axis=1).mean()
    for i in range(len(best)):
        for j in range(len(best)):
            step = 0.02 * budget
            tried = best.copy()
            tried[i], tried[j] = tried[i] + step, tried[j] - step
            if i != j and (tried >= low).all() and (tried <= high).all():
                assert found.revenue(tried).sum(axis=1).mean() <= whole * (1 + 2e-4)


def test_it_moves_only_where_it_is_sure() -> None:
    sure, unsure = made([1, 0, 0], [0.7] * 3, [100.0] * 3, 0.1), made([0.1, 0, 0], [0.7] * 3, [100.0] * 3, 0.6)
    assert divide(sure, 300).step == 1.0
    assert divide(sure, 300).chosen[0] > 200
    kept = divide(unsure, 300)
    assert kept.step == 0.0
    assert kept.chosen == pytest.approx(kept.today)
    assert kept.certainty < 0.95


def test_slope_and_level_are_found_and_their_errors_are_right() -> None:
    held = n = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        spend = 100 * np.exp(rng.normal(0, 0.4, (12, 80)))
        slope = rng.uniform(0.5, 0.9, 12)
        shock = rng.normal(0, 0.1, 80)
        mean = 50 * (spend / 100) ** slope[:, None] * np.exp(shock)
        installs = rng.poisson(mean * rng.gamma(20, 1 / 20, mean.shape)).astype(float)
        told = installs_by_spend(installs, spend, np.full(12, 100.0))
        held += int((np.abs(told.slope - slope) < 1.96 * np.sqrt(told.slope_variance)).sum())
        n += 12
        assert told.spread == pytest.approx(0.05, abs=0.025)
    assert 0.90 < held / n < 0.99


def test_random_effects_of_two_groupings_shrink_what_is_little_known() -> None:
    rng = np.random.default_rng(2)
    cut, market = np.repeat(np.arange(10), 6), np.tile(np.arange(6), 10)
    truth = rng.normal(0, 0.5, 10)[cut] + rng.normal(0, 0.5, 6)[market] + rng.normal(0, 0.1, 60)
    variance = np.full(60, 0.04)
    variance[0] = np.inf  # nothing measured there: its cut and its market say what to expect
    y = truth + np.sqrt(np.where(np.isfinite(variance), variance, 0.0)) * rng.standard_normal(60)
    y[0] = 50.0
    drawn = crossed_posterior(y, variance, [cut, market], draws=400, seed=3)
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    assert ((low <= truth) & (truth <= high)).mean() > 0.88
    assert abs(drawn[:, 0].mean() - truth[0]) < 0.4
    assert ((drawn.mean(axis=0) - truth)[1:] ** 2).mean() < ((y - truth)[1:] ** 2).mean()


def test_on_simulated_accounts_it_gains_and_on_equal_ads_it_keeps_today() -> None:
    gains, nulls = Counted(), Counted()
    for seed in range(2):
        judge(account(KINDS[0], np.random.default_rng([seed, 77])), gains, seed)
        judge(account(KINDS[1], np.random.default_rng([seed, 78])), nulls, seed)
    assert gains.recommended == 2
    assert gains.gained > 0.7 * gains.possible > 0
    assert gains.covered > 0.85 * gains.ads
    assert nulls.recommended == 0


def test_the_oracle_is_no_worse_than_ours() -> None:
    truth = account(KINDS[0], np.random.default_rng(4))
    cells = recent(truth.cells)
    curve = payback(cells, horizon=30)
    assert curve is not None
    found = returns(cells, curve, draws=200)
    budget = float(found.today.sum())
    best = oracle(truth, found.today, budget)
    assert truth.revenue(best) >= truth.revenue(divide(found, budget).best) * 0.999
    assert (best <= STEP * found.today * 1.01).all()


def test_too_few_payers_or_no_spend_now_is_said() -> None:
    none = np.zeros((1, 40))
    ages = np.zeros((1, 40, 31))
    ad = (Ad("a", "meta", "US"),)
    with pytest.raises(NotEnoughData, match="0 viewers from ads have paid"):
        best_spend(AdCells("s", False, "USD", ad, date(2026, 1, 1), none + 5, none + 3, ages, ages, ages), NO_STORY, {})
    kind = replace(KINDS[0], cuts=2, markets=2)
    cells = account(kind, np.random.default_rng(9)).cells
    cells.spend[:, -30:] = 0
    with pytest.raises(NotEnoughData, match="last four weeks"):
        best_spend(cells, NO_STORY, {})


def test_teasers_are_laid_along_the_story_and_few_say_nothing_of_elements() -> None:
    cells = account(KINDS[0], np.random.default_rng(10)).cells
    names = sorted({ad.cut for ad in cells.ads})
    shown = {name: Shown(name, (Place(1, Span(0, 5_000)),)) for name in names[:3]}
    plan = best_spend(cells, NO_STORY, shown)
    assert {one.cut for one in plan.teasers} == set(names[:3])
    assert plan.teaser_effects == ()
    assert any("3 cuts with payers are known" in note for note in plan.notes)
    assert all(kind in set(BeatType) for one in plan.teasers for kind in one.beats)
    assert plan.test is not None
    assert plan.test.installs_per_cut >= 200
