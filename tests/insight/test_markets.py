"""Markets: what a series does where nobody saw it yet, from what it did elsewhere and what others did there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from bench.worlds import made_up_story

from hookline.audience.cells import HazardCells, StepCounts
from hookline.insight import SeriesData
from hookline.insight.markets import elements, prospects
from hookline.model.errors import NotEnoughData
from hookline.model.story import SeriesStory, Trait

MARKETS = ("BR", "ID", "JP", "US")
LIKES = {"BR": 0.5, "ID": -0.6, "JP": 0.0, "US": 0.0}  # log-odds of going on that the trope adds there


@dataclass(frozen=True)
class Made:
    data: SeriesData
    going_on: dict[str, float]


def library(seed: int, count: int = 30, starters: int = 3_000) -> list[Made]:
    """Series of which half have a trope that Brazil likes and Indonesia doesn't; each unseen in one market."""
    rng = np.random.default_rng([seed, 21])
    shift = dict(zip(MARKETS, rng.normal(0, 0.4, len(MARKETS)), strict=True))
    return [_series(rng, at, shift, starters) for at in range(count)]


def _series(rng: np.random.Generator, at: int, shift: dict[str, float], starters: int) -> Made:
    has = at % 2 == 0
    story = made_up_story(at, episodes=10)
    story = replace(story, tropes=(Trait("hidden_identity", 0.9, ()),) if has else ())
    own = rng.normal(0, 0.3)
    share = {m: _share(1.8 + own + shift[m] + has * LIKES[m] + rng.normal(0, 0.1)) for m in MARKETS}
    finishing = {m: _share(1.0 + own + 0.5 * shift[m] + rng.normal(0, 0.1)) for m in MARKETS}
    rows = [
        row
        for code, market in enumerate(MARKETS)
        if code != at % len(MARKETS)
        for row in _steps(rng, code, starters, finishing[market], share[market])
    ]
    none = np.zeros(0, dtype=np.int64)
    steps = StepCounts(f"series-{at}", MARKETS, *np.array(sorted(rows), dtype=np.int64).T)
    seen = tuple(m for code, m in enumerate(MARKETS) if code != at % len(MARKETS))
    steps = replace(steps, markets=seen, market=np.searchsorted(np.array(seen), np.array(MARKETS)[steps.market]))
    hazard = HazardCells(f"series-{at}", seen, *[none] * 5)
    return Made(SeriesData(f"series-{at}", story, hazard, steps, simulated=True), share)


def _share(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _steps(rng: np.random.Generator, market: int, starters: int, finishing: float, going_on: float) -> list[list[int]]:
    rows = []
    for number in range(1, 11):
        finished = int(rng.binomial(starters, finishing))
        went = int(rng.binomial(finished, going_on))
        rows.append([number, market, starters, finished, went, went, 0, 0])
        starters = went
    return rows


def test_intervals_of_unseen_markets_hold_what_is_true() -> None:
    held = total = 0
    for seed in range(2):
        made = library(seed)
        told = prospects([one.data for one in made])
        for at, one in enumerate(made):
            new = MARKETS[at % len(MARKETS)]
            (prospect,) = [p for p in told[one.data.series].markets if p.market == new]
            assert not prospect.watched
            held += prospect.going_on.low <= one.going_on[new] <= prospect.going_on.high
            total += 1
    assert 0.85 <= held / total <= 1.0  # 60 intervals of 95 %


def test_what_a_market_likes_is_found_and_what_it_dislikes() -> None:
    made = library(2)
    told = prospects([one.data for one in made])["series-0"]
    advice = {(p.market, e.element): e.advice for p in told.markets for e in p.preferences if e.outcome == "going on"}
    assert advice[("ID", "trope: hidden_identity")] == "adapt"
    assert advice[("BR", "trope: hidden_identity")] == "keep"


def test_markets_come_best_first_and_the_new_ones_say_how_sure() -> None:
    told = prospects([one.data for one in library(3, count=9)])["series-1"]
    values = [one.episodes.value for one in told.markets]
    assert values == sorted(values, reverse=True)
    assert [one.best for one in told.markets if not one.watched] == [1.0]  # the only new one
    assert all(one.best == 0 for one in told.markets if one.watched)


def test_a_series_alone_says_what_is_missing() -> None:
    one = library(1, count=1)[0].data
    told = prospects([one])["series-0"]
    assert len(told.markets) == 3
    assert any("every market" in note for note in told.notes)
    assert any("can't be told apart" in note for note in told.notes)
    assert not any(market.preferences for market in told.markets)


def test_nobody_watching_is_said() -> None:
    data = library(1, count=1, starters=3)[0].data
    with pytest.raises(NotEnoughData, match="no market has 50"):
        prospects([data])


def test_elements_are_the_series_own() -> None:
    story = made_up_story(1)
    named = elements(replace(story, tropes=(Trait("secret_child", 0.8, ()),)))
    assert named["trope: secret_child"] == 1.0
    assert sum(value for name, value in named.items() if name.startswith("beat: ")) > 0
    assert elements(SeriesStory("Nothing", "en", ())) == {}
