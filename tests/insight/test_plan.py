"""Divisions and walls: exact where they can be enumerated, near the oracle's where they can't, harmful never."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from bench.plans import MARKETS, judged, walls, walls_judged, world

from hookline.insight.grid import Floats
from hookline.insight.mixed import Prior, posterior
from hookline.insight.plan import Price, best_division, best_paywalls
from hookline.insight.plan import division as engine
from hookline.model.errors import BadInput, NotEnoughData


def test_without_spread_the_posterior_is_least_squares() -> None:
    rng = np.random.default_rng(1)
    design = rng.standard_normal((400, 2))
    group = np.arange(400) % 4
    level = np.array([1.0, 1.5, 2.0, 2.5])
    y = level[group] + design @ np.array([0.5, -0.3]) + 0.1 * rng.standard_normal(400)
    told = posterior(
        y,
        np.full(400, 0.01),
        design,
        group,
        groups=4,
        prior=Prior(np.zeros(2), np.full(2, 10.0)),
        draws=4000,
    )
    columns = np.column_stack([np.eye(4)[group], design])
    least_squares = np.linalg.lstsq(columns, y, rcond=None)[0]
    assert told.levels.mean(axis=0) == pytest.approx(least_squares[:4], abs=0.01)
    assert told.effects.mean(axis=0) == pytest.approx(least_squares[4:], abs=0.01)
    errors = np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)) * 0.01)
    assert told.effects.std(axis=0) == pytest.approx(errors[4:], rel=0.15)


def test_intervals_of_new_units_hold_them() -> None:
    holds = 0
    for seed in range(120):
        rng = np.random.default_rng([seed, 3])
        level, group = 2.0 + 0.4 * rng.standard_normal(6), np.repeat(np.arange(5), 8)
        design, effect = rng.standard_normal((40, 1)), 0.4 * rng.standard_normal(1)
        truth = level[group] + design @ effect + 0.2 * rng.standard_normal(40)
        y = truth + 0.1 * rng.standard_normal(40)
        told = posterior(
            y, np.full(40, 0.01), design, group, groups=5, prior=Prior(np.zeros(1), np.ones(1)), draws=400, seed=seed
        )
        new_group = None if seed % 2 else 2
        x = rng.standard_normal((1, 1))
        new = level[5 if new_group is None else 2] + float(x[0] @ effect) + 0.2 * rng.standard_normal()
        low, high = np.quantile(told.of_group(new_group, x, rng), [0.05, 0.95])
        holds += low <= new <= high
    assert 0.82 <= holds / 120 <= 0.97  # 0.90 +- 2.7 standard errors


def test_without_units_the_posterior_is_the_prior() -> None:
    none = np.zeros(0)
    told = posterior(
        none, none, np.zeros((0, 1)), np.zeros(0, np.int64), groups=1,
        prior=Prior(np.array([0.7]), np.array([0.5]), -1.0, 0.8), draws=20_000,
    )  # fmt: skip
    assert told.effects.mean() == pytest.approx(0.7, abs=0.02)
    assert told.effects.std() == pytest.approx(0.5, abs=0.02)
    assert told.mean.mean() == pytest.approx(-1.0, abs=0.03)


def test_the_division_is_the_best_of_all_that_there_are() -> None:
    known = world(3, series=1, episodes=4, starters=20_000)[0]
    season = engine._Season.of(known.data, known.points, np.random.default_rng(0))
    edges = engine._Edges.of(season, 45_000, 90_000)
    found = engine._best(season, edges, known.going_on)
    assert found is not None
    index = {(a, b): i for i, (a, b) in enumerate(zip(edges.first.tolist(), edges.last.tolist(), strict=True))}
    last = len(known.points)
    values = {}
    for inner in combinations(range(1, last), 3):
        ends = [*inner, last]
        pairs = list(zip([0, *ends[:-1]], ends, strict=True))
        if all(pair in index for pair in pairs):
            values[tuple(ends)] = _worth(season, edges, [index[pair] for pair in pairs], known.going_on)
    assert len(values) > 100
    assert values[tuple(found)] == max(values.values())


def _worth(season: engine._Season, edges: engine._Edges, path: list[int], going_on: Floats) -> float:
    reach = watched = 0.0
    reach = 1.0
    for edge in path:
        watched += reach * edges.watch_s[edge]
        stay, share = edges.stay[edge], going_on[edges.last[edge] - 1]
        reach *= stay * share + (1 - stay) * season.early
    return float(watched)


def test_divisions_come_near_the_oracle_and_do_no_harm() -> None:
    found = [judged(seed, series=3, episodes=10, starters=20_000) for seed in range(6)]
    assert sum(one.gain for one in found) > 0.9 * sum(one.best for one in found)
    assert not any(one.recommended and one.gain < 0 for one in found)
    assert sum(one.stated[0] <= one.happens <= one.stated[2] for one in found) >= 5


def test_a_season_that_is_divided_best_is_left_alone() -> None:
    known = world(5, series=1, episodes=6, starters=20_000)[0]
    ends = [i for i, p in enumerate(known.points) if p.at_ms == known.data.story.episodes[p.episode - 1].duration_ms]
    only = tuple(known.points[i] for i in ends)
    plan = best_division([known.data], "series-0", only)
    assert plan.best == plan.today
    assert not plan.recommended
    assert plan.gain_s.value == 0


def test_bounds_that_no_division_keeps_are_refused() -> None:
    known = world(5, series=1, episodes=6, starters=20_000)[0]
    with pytest.raises(BadInput, match="would be longer than the longest"):
        best_division([known.data], "series-0", known.points, shortest_ms=90_000, longest_ms=60_000)
    far = tuple(p for p in known.points if p.at_ms != known.data.story.episodes[p.episode - 1].duration_ms)
    with pytest.raises(NotEnoughData, match="0 of 6 episodes"):
        best_division([known.data], "series-0", far)


def test_a_season_that_nobody_watched_is_not_divided() -> None:
    known = world(5, series=1, episodes=6, starters=20_000)[0]
    cells = known.data.hazard
    first = cells.episode == 1
    few = replace(
        cells,
        **{name: getattr(cells, name)[first] for name in ("episode", "market", "second", "at_risk", "exits")},
    )
    with pytest.raises(NotEnoughData, match=r"only 1\d% of the season was watched"):
        best_division([replace(known.data, hazard=few)], "series-0", known.points)


def test_walls_come_near_the_oracle_and_do_no_harm() -> None:
    found = [one for seed in range(6) for one in walls_judged(seed, series=20, episodes=40, starters=20_000)]
    told = [one for one in found if one.recommended]
    assert len(told) >= 5
    assert sum(one.gain for one in told) > 0.9 * sum(one.best for one in told)
    assert not any(one.gain < 0 for one in told)
    assert sum(one.stated[0] <= one.happens <= one.stated[2] for one in found) >= 16


def test_one_wall_alone_recommends_nothing() -> None:
    data = walls(1, series=1, episodes=40, starters=20_000)[0].data
    plans = best_paywalls([data], data.series, {(data.series, "US"): Price(0.4, "USD")})
    assert [plan.market for plan in plans] == ["US"]
    assert not plans[0].recommended
    assert any("walls at 1 episode" in note for note in plans[0].notes)
    assert len(plans[0].options) == 39


def test_without_a_price_there_is_no_wall_to_place() -> None:
    data = walls(1, series=1, episodes=10, starters=20_000)[0].data
    with pytest.raises(NotEnoughData, match="a price"):
        best_paywalls([data], data.series, {})
    with pytest.raises(BadInput, match="the price"):
        best_paywalls([data], data.series, {(data.series, code): Price(0.0, "USD") for code in MARKETS})


def test_revenue_scales_with_the_price() -> None:
    data = [one.data for one in walls(2, series=3, episodes=20, starters=20_000)]
    cheap, dear = (
        best_paywalls(data, "series-0", {("series-0", "US"): Price(amount, "USD", 0.7)})[0] for amount in (1.0, 2.0)
    )
    assert dear.best.revenue.value == pytest.approx(2 * cheap.best.revenue.value)
