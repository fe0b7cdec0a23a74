"""Many series: each by itself, then put together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench.catalogue import LOCAL, PLANTED, Size, claims, made, truth_of

from hookline.audience.cells import HazardCells, StepCounts
from hookline.insight import Effect, ElementKind, Insight, SeriesData, analyse, processes
from hookline.insight.confounding import e_values
from hookline.insight.elements import beat
from hookline.insight.grid import lay, spread
from hookline.insight.hazard import fit
from hookline.insight.meta import meta_regression
from hookline.insight.moments import all_windows, likelihood_ratio, scan
from hookline.insight.pooling import LEAST_SERIES, pool, together
from hookline.insight.study import Rough
from hookline.model.errors import HooklineError
from hookline.model.estimate import Estimate, FindingKind, Grade
from hookline.model.story import BeatType

SMALL = Size(series=10, episodes=12)


@pytest.fixture(scope="module")
def library() -> list[SeriesData]:
    return made(SMALL)


@pytest.fixture(scope="module")
def found(library: list[SeriesData]) -> dict[str, Insight]:
    return analyse(library)


def leaving(told: Insight) -> dict[tuple[str, str], Effect]:
    return {(e.subject, e.market): e for e in told.effects if e.element is ElementKind.BEAT}


def test_planted_types_are_found_and_intervals_hold_the_truth(found: dict[str, Insight]) -> None:
    effects = leaving(found["made-up-0"])
    for kind, odds_ratio in PLANTED.items():
        estimate = effects[kind.value, ""].estimate
        assert estimate.low < odds_ratio < estimate.high
        assert "10 series" in estimate.method
    held = [e.estimate.low <= truth_of(*at) <= e.estimate.high for at, e in effects.items()]
    assert len(held) == 88  # 8 types over all markets, and in each of ten
    assert sum(held) >= 79


def test_an_effect_of_one_market_is_told_of_that_market_only(found: dict[str, Insight]) -> None:
    kind, market, odds_ratio = LOCAL
    local = [f for told in found.values() for f in told.findings if f.beats == (kind,) and f.kind is FindingKind.EFFECT]
    assert {finding.markets for finding in local} == {(market,)}
    assert local[0].estimate.low < odds_ratio < local[0].estimate.high


def test_each_series_hears_of_its_own_places(library: list[SeriesData], found: dict[str, Insight]) -> None:
    for data in library[:3]:
        own = [b.span for ep in data.story.episodes for b in ep.beats if b.type is BeatType.REVEAL]
        assert [place.span for place in leaving(found[data.series])["reveal", ""].places] == own
        assert [expected.episode for expected in found[data.series].expected] == list(range(1, 13))


def test_two_processes_say_the_same(library: list[SeriesData], found: dict[str, Insight]) -> None:
    assert analyse(library, workers=2) == found


def test_a_process_that_dies_is_told_of(library: list[SeriesData], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ANSWER", "raise SystemExit(3)")
    with pytest.raises(HooklineError, match=r"made-up-\d+: the process that learns from it ended early \(exit 3\)"):
        analyse(library, workers=2)


def test_where_nothing_is_planted_hardly_anything_is_claimed() -> None:
    size = replace(SMALL, null=True)
    told = analyse(made(size))
    assert not any(f.kind is FindingKind.EFFECT for insight in told.values() for f in insight.findings)
    assert sum(len(insight.moments) for insight in told.values()) <= 1
    assert "Types claimed: 0" in claims(told, size)


def test_a_series_nobody_watched_does_not_spoil_the_others(library: list[SeriesData]) -> None:
    none = np.zeros(0, dtype=np.int64)
    cells, steps = HazardCells("made-up-0", (), *[none] * 5), StepCounts("made-up-0", (), *[none] * 8)
    told = analyse([replace(library[0], hazard=cells, steps=steps), *library[1:]])
    assert not told["made-up-0"].moments
    assert any("No viewer events yet" in note for note in told["made-up-0"].notes)
    assert leaving(told["made-up-1"])["reveal", ""].q < 0.05


def test_series_that_differ_widen_the_interval() -> None:
    """400 catalogues of 20 series whose effects differ: intervals hold the mean 95% of the time."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        errors = rng.uniform(0.02, 0.2, 20)
        told = together([Rough(0.3 + rng.normal(0, 0.15) + rng.normal(0, e), float(e)) for e in errors])
        assert told
        held += told.bound(-1) <= 0.3 <= told.bound(1)
    assert 0.92 <= held / 400 <= 0.98


def test_few_series_are_no_catalogue() -> None:
    told = [{"": {beat(BeatType.REVEAL): Rough(0.1, 0.05)}}] * (LEAST_SERIES - 1)
    assert pool(told, ("US",)) == []


def test_strata_swept_out_are_strata_written_out() -> None:
    rng = np.random.default_rng(4)
    strata = np.sort(rng.integers(0, 4, 50))
    y, variance, design = rng.normal(0, 0.3, 50), rng.uniform(0.001, 0.1, 50), rng.normal(size=(50, 2))
    swept = meta_regression(y, variance, design, strata=strata)
    written = meta_regression(y, variance, np.column_stack([strata[:, None] == np.arange(4), design]))
    assert swept
    assert written
    assert (swept.value, swept.error, swept.freedom) == pytest.approx((written.value, written.error, written.freedom))


def test_the_scan_finds_the_window_with_the_largest_ratio(library: list[SeriesData]) -> None:
    """Against a loop over every window of every episode."""
    grid = lay(library[:1])
    model, windows = scan(grid)
    expected = grid.at_risk * model.p
    for group in range(grid.groups):
        rows = grid.rows(group)
        starts, ends = all_windows(int(grid.used[rows].sum()))
        pairs = zip(starts.tolist(), ends.tolist(), strict=True)
        sums = np.array([[v[rows][a:b].sum() for v in (grid.exits, expected)] for a, b in pairs])
        best = int(likelihood_ratio(sums[:, 0], sums[:, 1]).argmax())
        first = next(window for window in windows if window.group == group)
        assert (first.start_s, first.end_s) == (starts[best], ends[best])
        assert first.left == pytest.approx(sums[best, 0])


def test_markets_of_a_spread_add_up(library: list[SeriesData]) -> None:
    cells = spread(library[:2])
    everybody = cells.grid()
    assert everybody.at_risk.sum() == sum(data.hazard.at_risk.sum() for data in library[:2])
    here, others = cells.grid("BR".__eq__), cells.grid("BR".__ne__)
    assert np.array_equal(here.exits + others.exits, everybody.exits)
    assert np.array_equal(here.widest, np.arange(len(everybody.second)))


def test_a_fit_that_starts_from_another_market_ends_where_it_would_have(library: list[SeriesData]) -> None:
    cells = spread(library[:1])
    here = cells.grid("BR".__eq__)
    cold, warm = fit(here), fit(here, start=fit(cells.grid()))
    assert warm.log_odds == pytest.approx(cold.log_odds, abs=1e-3)


def test_an_effect_on_the_far_side_needs_as_much_to_explain_it() -> None:
    harm, help_ = (
        Estimate(v, lo, hi, 9, "", Grade.WITHIN, "odds ratio") for v, lo, hi in ((2, 1.5, 3), (0.5, 1 / 3, 1 / 1.5))
    )
    assert e_values(harm, common=False) == pytest.approx(e_values(help_, common=False))
    assert e_values(harm, common=True)[0] < e_values(harm, common=False)[0]
    unsure = Estimate(1.5, 0.9, 2.0, 9, "", Grade.WITHIN, "odds ratio")
    assert e_values(unsure, common=False)[1] == 1.0
