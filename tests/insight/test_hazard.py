from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from bench.worlds import TYPES, hazard_cells, made_up_story, step_counts

from hookline.insight import clusters, hazard
from hookline.insight.grid import Grid, Screen, SeriesData, lay, scenes
from hookline.simulate import Plan, viewers


@pytest.fixture(scope="module")
def grid() -> Grid:
    story = made_up_story(5)
    world = viewers(story, Plan.null(), viewers=20_000, seed=5, series="s")
    return lay([SeriesData("s", story, hazard_cells(world), step_counts(world))])


def dense(grid: Grid, effects: np.ndarray) -> np.ndarray:
    """The design that the sweep avoids: every episode's own three columns, written out."""
    own = hazard._own(grid)
    blocks = [own * (grid.group == group)[:, None] for group in range(grid.groups)]
    return np.column_stack([hazard._position(grid), effects, *blocks])


def test_the_fit_equals_statsmodels_glm(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hazard, "OWN_SD", (1e5, 1e5, 1e5))  # statsmodels has no priors
    effects = np.column_stack([Screen.of(grid).under[kind] for kind in TYPES[:3]])
    ours = hazard.fit(grid, effects=effects, robust=False)
    used = grid.used
    counts = np.column_stack([grid.exits, grid.at_risk - grid.exits])[used]
    theirs = sm.GLM(counts, dense(grid, effects)[used], family=sm.families.Binomial()).fit()
    at = len(ours.coefficients) - 3
    assert ours.coefficients[at:] == pytest.approx(theirs.params[at : at + 3], abs=1e-6)
    assert np.diag(ours.shared_inverse)[at:] == pytest.approx(theirs.bse[at : at + 3] ** 2, rel=1e-4)
    assert ours.p[used] == pytest.approx(theirs.fittedvalues, abs=1e-8)


def test_with_every_second_a_cluster_cr2_is_hc2(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """CR2 of single rows is MacKinnon and White's HC2 of the last weighted step."""
    monkeypatch.setattr(hazard, "OWN_SD", (1e5, 1e5, 1e5))
    effects = np.column_stack([Screen.of(grid).under[kind] for kind in TYPES[:3]])
    model = hazard.fit(grid, effects=effects, robust=False)
    rows = grid.used
    root = np.sqrt(model.information[rows])
    target = root * (model.log_odds[rows] + (grid.exits - grid.at_risk * model.p)[rows] / model.information[rows])
    theirs = sm.OLS(target, dense(grid, effects)[rows] * root[:, None]).fit().get_robustcov_results("HC2")
    at = len(model.coefficients) - 3
    ours = clusters.effects(model, np.arange(len(grid.second)))
    assert [effect.error for effect in ours] == pytest.approx(theirs.bse[at : at + 3], rel=1e-4)


def test_freedom_of_single_rows_is_about_their_number_and_falls_with_few_scenes(grid: Grid) -> None:
    model = hazard.fit(grid, effects=Screen.of(grid).under[TYPES[0]][:, None])
    (by_row,) = clusters.effects(model, np.arange(len(grid.second)))
    (by_scene,) = clusters.effects(model, scenes(grid))
    assert by_row.freedom > 20
    assert 1 <= by_scene.freedom < 24


def test_the_spline_is_straight_beyond_its_last_knot() -> None:
    at = np.linspace(5, 9, 9)
    columns = hazard.natural_spline(at, np.array([0.0, 1.0, 3.0, 5.0]))
    assert np.abs(np.diff(columns, n=2, axis=0)).max() < 1e-9


def test_blocks_that_differ_are_noticed(grid: Grid) -> None:
    assert hazard.fit(grid).tau2 ** 0.5 < 0.1
    rng = np.random.default_rng(1)
    blocks = np.cumsum(grid.second % hazard.BLOCK_S == 0) - 1
    shift = rng.normal(0, 0.4, blocks[-1] + 1)[blocks]
    rough = replace(grid, exits=np.minimum(np.round(grid.exits * np.exp(shift)), grid.at_risk))
    assert 0.25 < hazard.fit(rough).tau2 ** 0.5 < 0.6
