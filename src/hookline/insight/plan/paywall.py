"""After which episode to ask for money, and how much: expected revenue per starter, in each market.

With the wall before episode e at price p,

    revenue(e, p) = p · coin · reach(e) · u(e, p) · (1 + sum over k > e of product of want(j) u2(p), j = e .. k - 1)

reach is the share of starters who get as far (the product of want: of an episode's starters, those who start
or are asked for the next one, as measured), u the share of the asked who unlock the first time, u2 later
times, coin the share of unlocks that pay money.  What is not known where nobody was asked yet is u:

    logit u = m + a ln(e / 8) + b (strength of the ending before - 1/2) + types + c ln(price / usual) + w

learnt over every series and market of the library (``mixed.py``; w is the market's own, of which KEPT stays
when its wall moves).  c is the price's effect on the odds; it works on u2 as well.  A place is recommended only
where the library has seen several, and so with a price.

A wall moved later lets those who would have refused watch on for nothing; they are taken to stay as
those who paid did, which flatters late walls a little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, Ints, SeriesData
from hookline.insight.mixed import Posterior, Prior, posterior
from hookline.insight.plan.going_on import TYPE_SD, features
from hookline.insight.plan.result import PaywallOption, PaywallPlan
from hookline.model.errors import BadInput, NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.story import EndingType

LEAST = 20  # asked, starters: fewer say nothing
DRAWS = 2_000
SURE = 0.95
MIDDLE = 8.0  # the episode that the model's level belongs to
USUAL, USUAL_SD = -1.1, 0.8  # prior of the level: 25 % unlock, from 7 % to 61 % of them
# Priors of a, b and c.  Studios ask for the first time between episodes 5 and 20 (docs/insight.md); were those the best
# places, unlocking would have to grow with the episode about as reach falls: a near 1.  Half believed: 0.7.
EPISODE, EPISODE_SD = 0.7, 0.5
STRENGTH_SD = 0.75
PRICE, PRICE_SD = -1.0, 0.5
KEPT = 0.9  # correlation of a market's own w at one wall and at another
FEWEST = 2  # the first episode is never paid
PRICES = (0.6, 0.8, 1.0, 1.25, 1.6)  # of today's
PRICES_SEEN = 3  # in one market, before the library tells what a price does
METHOD = "reach and later unlocks as measured, first unlock by mixed model over series and markets, 2,000 draws"
PLACES_SEEN = 3  # different first paid episodes in the library, before a place is recommended
PRIOR = Prior(
    np.array([EPISODE, 0.0, *(0.0 for _ in EndingType), PRICE]),
    np.array([EPISODE_SD, STRENGTH_SD, *(TYPE_SD for _ in EndingType), PRICE_SD]),
    USUAL,
    USUAL_SD,
)


@dataclass(frozen=True, slots=True)
class Price:
    """What one episode costs in a market."""

    amount: float
    currency: str
    coin: float = 1.0  # share of unlocks that pay it; the others watch an ad or hold a pass


def best_paywalls(
    library: Sequence[SeriesData], series: str, prices: Mapping[tuple[str, str], Price], *, seed: int = 0
) -> tuple[PaywallPlan, ...]:
    """The best first paid episode of a series in each of its markets, beside today's.

    Args:
        library: Series with stories and viewers.
        series: Whose wall is placed.
        prices: By series and market; markets without one are left out.
        seed: Of the draws.

    Raises:
        NotEnoughData: no market has viewers and a price.
    """
    at = next(index for index, data in enumerate(library) if data.series == series)
    walls = [wall for data in library for wall in _walls(data, prices)]
    known = _learnt(walls, seed)
    plans = [
        plan
        for code in library[at].steps.markets
        if (price := prices.get((series, code))) and (plan := _plan(library[at], code, price, walls, known, seed))
    ]
    if not plans:
        raise NotEnoughData(
            f"no market of {series} has {LEAST} starters and a price",
            mend="import unlocks with their prices (docs/audience.md), or wait for more viewers",
        )
    return tuple(plans)


@dataclass(frozen=True, slots=True)
class _Wall:
    """A first paid episode as one market met it."""

    series: str
    market: str
    columns: Floats
    log_odds: float
    variance: float
    price: float


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """One market's way through a season, episodes in order from 0."""

    numbers: tuple[int, ...]
    starters: int
    want: Floats  # of an episode's starters, those who start or are asked for the next
    first_paid: int | None  # in order
    again: float  # u2
    asked_again: int

    @property
    def reach(self) -> Floats:
        """Share of starters who get to each episode, were all free."""
        return np.concatenate([[1.0], np.cumprod(self.want[:-1])])


def _path(data: SeriesData, market: str) -> _Path | None:
    steps = data.steps
    if market not in steps.markets:
        return None
    own = steps.market == steps.markets.index(market)
    numbers = sorted(one.number for one in data.story.episodes)

    def along(counts: Ints) -> Floats:
        by_number = dict(zip(steps.episode[own].tolist(), counts[own].tolist(), strict=True))
        return np.array([by_number.get(number, 0) for number in numbers], dtype=np.float64)

    starters, continued, offered, unlocked = (
        along(counts) for counts in (steps.starters, steps.continued, steps.offered, steps.unlocked)
    )
    if not numbers or starters[0] < LEAST:
        return None
    paid = np.flatnonzero(offered > 0)
    first = int(paid[0]) if len(paid) else None
    onward = np.where(np.append(offered[1:], 0) > 0, np.append(offered[1:], 0), continued)
    seen = starters >= LEAST
    usual = float(onward[seen][:-1].sum() / max(starters[seen][:-1].sum(), 1.0))
    want = np.where(seen, np.minimum(onward / np.maximum(starters, 1), 1.0), usual)
    later = slice(first + 1, None) if first is not None else slice(0, 0)
    asked_again = int(offered[later].sum())
    again = float(unlocked[later].sum() / asked_again) if asked_again else 1.0
    return _Path(tuple(numbers), int(starters[0]), want, first, again, asked_again)


def _walls(data: SeriesData, prices: Mapping[tuple[str, str], Price]) -> list[_Wall]:
    steps, found = data.steps, []
    for index, market in enumerate(steps.markets):
        path = _path(data, market)
        if path is None or path.first_paid is None or path.first_paid < 1:
            continue
        number = path.numbers[path.first_paid]
        row = (steps.market == index) & (steps.episode == number)
        asked, paid = float(steps.offered[row].sum()), float(steps.unlocked[row].sum())
        if asked < LEAST or data.story.episode(path.numbers[path.first_paid - 1]) is None:
            continue
        share = (paid + 0.5) / (asked + 1)
        price = prices.get((data.series, market))
        found.append(
            _Wall(
                data.series,
                market,
                _columns(data, path, path.first_paid),
                float(np.log(share / (1 - share))),
                1 / (asked * share * (1 - share)),
                price.amount if price else float("nan"),
            )
        )
    return found


def _columns(data: SeriesData, path: _Path, at: int) -> Floats:
    """What the story and the place say of a wall before the ``at``-th episode; the price's column is left 0."""
    before = data.story.episode(path.numbers[at - 1])
    assert before is not None
    return np.concatenate([[np.log((at + 1) / MIDDLE)], features([before.ending])[0], [0.0]])


def _learnt(walls: Sequence[_Wall], seed: int) -> Posterior:
    """The mixed model over all walls."""
    design = np.array([wall.columns for wall in walls], dtype=np.float64).reshape(len(walls), len(PRIOR.sds))
    design[:, -1] = _dear(walls)
    y = np.array([wall.log_odds for wall in walls], dtype=np.float64)
    variance = np.array([wall.variance for wall in walls], dtype=np.float64)
    return posterior(
        y,
        variance,
        design,
        np.zeros(len(walls), dtype=np.int64),
        groups=1,
        prior=PRIOR,
        draws=DRAWS,
        seed=seed,
    )


def _dear(walls: Sequence[_Wall]) -> Floats:
    """The log of each wall's price over its market's usual one; 0 where prices aren't known."""
    usual = {
        market: float(np.median([w.price for w in walls if w.market == market and w.price == w.price]))
        for market in {w.market for w in walls if w.price == w.price and w.price > 0}
    }
    known = [w.price > 0 and w.market in usual and usual[w.market] > 0 for w in walls]
    return np.array([np.log(w.price / usual[w.market]) if k else 0.0 for w, k in zip(walls, known, strict=True)])


def _plan(
    data: SeriesData, market: str, price: Price, walls: Sequence[_Wall], known: Posterior, seed: int
) -> PaywallPlan | None:
    path = _path(data, market)
    if path is None or len(path.numbers) <= FEWEST:
        return None
    if price.amount <= 0:
        raise BadInput(f"the price of {data.series} in {market} is {price.amount:g}", mend="give a price above 0")
    odds = _unlocks(data, market, path, walls, known, np.random.default_rng([seed, 3]))
    money = _Money(path, price, odds, known.effects[:, -1], np.random.default_rng([seed, 4]))
    places = range(FEWEST - 1, len(path.numbers))
    revenue = {at: money.revenue(at, 1.0) for at in places}
    best = max(places, key=lambda at: float(revenue[at].mean()))
    today = path.first_paid if path.first_paid in revenue else None
    against = today if today is not None else _proposed(data, path)
    gain = revenue[best] - revenue[against]
    sure = float((gain > 0).mean())
    return PaywallPlan(
        series=data.series,
        market=market,
        currency=price.currency,
        today=money.option(today, 1.0) if today is not None else None,
        best=money.option(best, 1.0),
        options=tuple(money.option(at, 1.0) for at in places),
        prices=tuple(money.option(best, ratio) for ratio in PRICES),
        gain=money.estimate(gain),
        certainty=sure,
        recommended=sure >= SURE and best != against and today is not None and _places(walls) >= PLACES_SEEN,
        simulated=data.simulated,
        notes=tuple(_notes(walls, market, path)),
    )


def _proposed(data: SeriesData, path: _Path) -> int:
    """Where the story alone would put the wall; else at the model's middle."""
    story = [path.numbers.index(place.episode) for place in data.story.paywall if place.episode in path.numbers]
    usual = min(int(MIDDLE) - 1, len(path.numbers) - 1)
    return next((at for at in story if at >= FEWEST - 1), usual)


def _notes(walls: Sequence[_Wall], market: str, path: _Path) -> list[str]:
    notes = []
    here = {round(w.price, 6) for w in walls if w.market == market and w.price == w.price}
    if len(here) < PRICES_SEEN:
        notes.append(
            f"prices: the library has seen {len(here)} in {market}; what another price would bring is the field's "
            "guess and no recommendation: test it on half of the viewers"
        )
    if _places(walls) < PLACES_SEEN:
        notes.append(
            f"places: the library has seen walls at {_places(walls)} episode(s); how unlocks change with the place is "
            "the field's guess and no recommendation: test it on half of the viewers"
        )
    if path.first_paid is None:
        notes.append("nothing is paid today: the gain is against the place that the story alone suggests")
    return notes


def _places(walls: Sequence[_Wall]) -> int:
    """At how many different episodes the library has asked first."""
    return len({float(wall.columns[0]) for wall in walls})


def _unlocks(
    data: SeriesData,
    market: str,
    path: _Path,
    walls: Sequence[_Wall],
    known: Posterior,
    rng: np.random.Generator,
) -> Floats:
    """Log-odds of unlocking at the market's price of today, draws x episodes (in order; the first is not a place)."""
    columns = np.array([np.zeros(len(PRIOR.sds)), *(_columns(data, path, at) for at in range(1, len(path.numbers)))])
    mine = next((i for i, w in enumerate(walls) if (w.series, w.market) == (data.series, market)), None)
    own = np.zeros(known.draws)
    dear = 0.0
    if mine is not None:
        dear = float(_dear(walls)[mine])
        fitted = known.levels[:, 0] + known.effects @ np.append(walls[mine].columns[:-1], dear)
        own = known.units[:, mine] - fitted
    fresh = known.tau[:, None] * rng.standard_normal((known.draws, len(columns)))
    kept = KEPT if mine is not None else 0.0
    shift = kept * own[:, None] + np.sqrt(1 - kept**2) * fresh
    columns[:, -1] = dear
    log_odds = known.levels[:, :1] + known.effects @ columns.T + shift
    if mine is not None and path.first_paid is not None:
        log_odds[:, path.first_paid] = known.units[:, mine]
    return np.asarray(log_odds, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Money:
    """What walls bring in one market, by draw."""

    path: _Path
    price: Price
    odds: Floats  # log-odds of the first unlock, draws x episodes
    elastic: Floats
    rng: np.random.Generator

    def revenue(self, at: int, ratio: float) -> Floats:
        """Per starter, by draw, with the wall before the ``at``-th episode at ``ratio`` times today's price."""
        unlock, again = self._unlock(at, ratio), self._again(ratio)
        later = np.ones_like(unlock)
        going = np.ones_like(unlock)
        for want in self.path.want[at:-1].tolist():
            going = going * want * again
            later = later + going
        amount = self.price.amount * ratio * self.price.coin * float(self.path.reach[at])
        return np.asarray(amount * unlock * later, dtype=np.float64)

    def option(self, at: int, ratio: float) -> PaywallOption:
        """The same as an option with its intervals."""
        reach = float(self.path.reach[at])
        error = float(np.sqrt(max(reach * (1 - reach), 0.0) / self.path.starters))
        reached = Estimate(
            reach,
            max(reach - 1.96 * error, 0.0),
            min(reach + 1.96 * error, 1.0),
            self.path.starters,
            "product of shares who go on; normal interval",
            Grade.ACROSS,
            "share of starters",
        )
        return PaywallOption(
            self.path.numbers[at],
            self.price.amount * ratio,
            self.estimate(self.revenue(at, ratio)),
            self.estimate(self._unlock(at, ratio), "share of the asked"),
            reached,
        )

    def estimate(self, draws: Floats, unit: str = "") -> Estimate:
        """The draws' mean and middle 95 %."""
        low, high = (float(x) for x in np.quantile(draws, [0.025, 0.975]))
        unit = unit or f"{self.price.currency} a starter"
        return Estimate(
            min(max(float(draws.mean()), low), high), low, high, self.path.starters, METHOD, Grade.ACROSS, unit
        )

    def _unlock(self, at: int, ratio: float) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(self.odds[:, at] + self.elastic * np.log(ratio)))), dtype=np.float64)

    def _again(self, ratio: float) -> Floats:
        share = min(max(self.path.again, 1e-3), 1 - 1e-3)
        odds = np.log(share / (1 - share)) + self.elastic * np.log(ratio)
        return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)
