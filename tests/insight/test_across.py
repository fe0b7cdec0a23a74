"""What series are made of, against completion and revenue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from bench.elements import TROPES, rich_story

from hookline.audience.cells import HazardCells, PriceSeen, StepCounts
from hookline.insight import Element, ElementKind, SeriesData, analyse
from hookline.insight.across import COMPLETION, REVENUE, completions, judge_series
from hookline.insight.units import UnitCandidate, freed_of_markets
from hookline.model.estimate import Grade
from hookline.model.story import Arc, ArcShape, Trait

SWEET, ODDS, TIMES = Element(ElementKind.TROPE, "sweet_romance"), 1.6, 1.4
BASE = rich_story(0, episodes=14)
MARKETS, CURRENCIES, RATES = ("US", "BR", "JP"), ("USD", "BRL", "JPY"), (1.0, 5.0, 150.0)


def catalogue(seed: int, *, series: int = 40, odds: float = ODDS, times: float = TIMES) -> list[SeriesData]:
    """Series that differ (sd 0.3 in completion, 0.3 in spending), seen in some of three markets each."""
    rng = np.random.default_rng([seed, 21])
    return [_made(number, rng, odds, times) for number in range(series)]


def _made(number: int, rng: np.random.Generator, odds: float, times: float) -> SeriesData:
    episodes = int(rng.integers(6, 14))
    tropes = tuple(Trait(name, 0.8, ()) for name in TROPES if rng.random() < 0.5)
    arc = Arc((), list(ArcShape)[int(rng.integers(6))], 0.7)
    story = replace(BASE, episodes=BASE.episodes[:episodes], tropes=tropes, arc=arc)
    has = any(trait.id == SWEET.name for trait in story.tropes)
    own, spent = rng.normal(0, 0.3), rng.normal(0, 0.3)
    rows, prices = [], []
    for code in [code for code in range(3) if rng.random() < 0.8] or [0]:
        share = 1 / (1 + np.exp(-(-2.0 + 0.3 * code + own + has * np.log(odds) - 0.8 * np.log(episodes / 10))))
        n = int(rng.integers(2_000, 20_000))
        done = int(rng.binomial(n, share))
        payers = rng.binomial(n, 0.1)
        counts = np.linspace(n, max(done / 0.9, done), episodes).astype(int)
        for at in range(episodes):
            finished = done if at == episodes - 1 else int(0.9 * counts[at])
            asked = int(counts[at]) if at >= 4 else 0
            rows.append([at + 1, code, counts[at], finished, finished, finished, asked, min(payers, asked)])
        unlocks = int(payers * (episodes - 4) * np.exp(spent + has * np.log(times)))
        prices.append(PriceSeen(MARKETS[code], CURRENCIES[code], 0.4 * RATES[code], 1.0, unlocks))
    name, none = f"series-{number}", np.zeros(0, dtype=np.int64)
    steps = StepCounts(name, MARKETS, *np.array(rows, dtype=np.int64).T)
    return SeriesData(name, story, HazardCells(name, (), *[none] * 5), steps, True, (), tuple(prices))


def with_viewers(library: list[SeriesData]) -> list[SeriesData]:
    """A few seconds of cells, so that there is something to lay along the story."""
    column = np.zeros(1, dtype=np.int64)
    return [
        replace(d, hazard=HazardCells(d.series, ("US",), column + 1, column, column, column + 99, column))
        for d in library
    ]


def of(found: tuple[UnitCandidate, ...], one: Element, outcome: str) -> UnitCandidate:
    (told,) = [c for c in found if (c.element, c.outcome) == (one, outcome)]
    return told


def test_a_trope_that_keeps_and_sells_is_recovered() -> None:
    """20 catalogues of 40 series: intervals hold the truth, in log odds and in the log of what is paid."""
    held = {COMPLETION: 0, REVENUE: 0}
    for seed in range(20):
        found = judge_series(catalogue(seed)).candidates
        for outcome, truth in ((COMPLETION, ODDS), (REVENUE, TIMES)):
            effect = of(found, SWEET, outcome).effect
            held[outcome] += effect.bound(-1) <= np.log(truth) <= effect.bound(1)
    assert min(held.values()) >= 17


def test_tropes_that_do_nothing_are_rarely_called() -> None:
    """At 5%, over 12 catalogues of some ten elements and two outcomes."""
    ps = [c.p for seed in range(12) for c in judge_series(catalogue(seed, odds=1.0, times=1.0)).candidates]
    assert len(ps) > 80
    assert np.mean(np.array(ps) < 0.05) < 0.08


def test_a_claim_speaks_of_series_that_have_it() -> None:
    library = with_viewers(catalogue(3, odds=4.0))
    told = analyse(library)
    for data in library[:12]:
        insight = told[data.series]
        has = any(trait.id == SWEET.name for trait in data.story.tropes)
        claims = [
            f for f in insight.findings if f.claim.startswith("Series with the sweet romance trope are finished more")
        ]
        assert len(claims) == has
        assert all(f.gain == 0 and f.action and f.estimate.grade is Grade.ACROSS for f in claims)
        effect = next(e for e in insight.effects if (e.subject, e.outcome) == (SWEET.name, COMPLETION))
        assert effect.element is ElementKind.TROPE
        assert "over 40 series" in effect.estimate.method
        assert next(e for e in insight.effects if e.outcome == REVENUE).estimate.unit == "ratio of means"


def test_fewer_than_ten_series_tell_nothing_of_series() -> None:
    assert judge_series(catalogue(1, series=9)).candidates == ()


def test_what_the_same_series_have_is_not_judged() -> None:
    twin = Trait("face_slap_twin", 0.9, ())
    library = [
        replace(d, story=replace(d.story, tropes=(*d.story.tropes, twin)))
        if any(t.id == "face_slap" for t in d.story.tropes)
        else d
        for d in catalogue(2)
    ]
    found = judge_series(library)
    assert not any(c.element.name in ("face_slap", twin.id) for c in found.candidates)
    assert {one.name for pair in found.together for one in pair} == {"face_slap", twin.id}
    assert any(
        "face slap" in note and "neither is judged" in note for note in analyse(with_viewers(library))["series-0"].notes
    )


def test_levels_freed_of_markets_are_those_of_a_regression() -> None:
    """Against statsmodels' weighted least squares with a column for each series and market."""
    cells = completions(catalogue(5, series=12))
    unit = np.array([cell.series for cell in cells])
    market = np.array([MARKETS.index(cell.market) for cell in cells])
    y, variance = np.array([cell.y for cell in cells]), np.array([cell.variance for cell in cells])
    weight = np.array([cell.starters for cell in cells], dtype=float)
    numbers, levels, _ = freed_of_markets(unit, market, weight, y, variance)
    columns = np.column_stack([unit[:, None] == numbers, market[:, None] == np.arange(1, 3)]).astype(float)
    theirs = sm.WLS(y, columns, weights=1 / variance).fit().params
    mean = sum(theirs[len(numbers) + code - 1] * weight[market == code].sum() / weight.sum() for code in (1, 2))
    assert levels == pytest.approx(theirs[: len(numbers)] + mean)
