"""Sends viewers through a series: who watches what, where they leave, what they pay for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hookline.model.errors import BadInput
from hookline.model.story import EpisodeStory, SeriesStory
from hookline.simulate.hazard import TICK_MS, check, cumulated, faded
from hookline.simulate.plan import MICROS, Plan

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY_MS = 86_400_000
REWIND_SHARE = 0.05  # views that go back once and play a stretch again
EVENTS = ("offered", "unlocked", "ad_unlocked")  # what `Steps.event` counts into


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """One row a playback; parallel arrays."""

    viewer: Ints
    episode: Ints
    started_ms: Ints  # since the Unix epoch
    exit_ms: Ints
    completed: Bools
    rewind_from_ms: Ints  # where it went back ...
    rewind_to_ms: Ints  # ... and to where; equal: it didn't

    @property
    def watched_ms(self) -> Ints:
        """Content time played, repeats counted."""
        return self.exit_ms + self.rewind_from_ms - self.rewind_to_ms


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """One row a time that a viewer was asked to pay, or paid; parallel arrays."""

    viewer: Ints
    episode: Ints
    event: Ints  # index into EVENTS
    at_ms: Ints
    price_micros: Ints  # 0 where no money changed hands


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Everything that simulated viewers of one series did."""

    series: str
    seed: int
    plan: Plan
    markets: tuple[str, ...]
    platforms: tuple[str, ...]
    durations_ms: dict[int, int]  # by episode
    viewer_market: Ints  # index into `markets`, by viewer
    viewer_platform: Ints
    views: Views
    steps: Steps


Rows = TypeVar("Rows", Views, Steps)


def viewers(story: SeriesStory, plan: Plan, *, viewers: int, seed: int, series: str) -> World:
    """A world of that many viewers of a series.  The same arguments give the same world.

    Args:
        story: The timed series; its beats and endings are what the plan's effects hang on.
        plan: Ordinary behaviour and planted effects (``docs/simulate.md``).
        viewers: How many people arrive.
        seed: Of the random numbers.
        series: Name of the series in the tables.

    Raises:
        BadInput: The story has no episodes, or the plan plants something that it doesn't have.
    """
    if not story.episodes:
        raise BadInput("there is no episode to watch", where=series, mend="import a script first")
    check(story, plan)
    return _Run(story, plan, viewers, seed).world(series)


class _Run:
    """One run: the people, and where each of them stands."""

    def __init__(self, story: SeriesStory, plan: Plan, count: int, seed: int) -> None:
        self.story, self.plan, self.seed = story, plan, seed
        # Two streams: what the episodes are like doesn't change with the number of viewers.
        self.rng, self.chances = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2])
        self.episodes = sorted(story.episodes, key=lambda episode: episode.number)
        shares = np.array([market.share for market in plan.markets])
        self.market = self.rng.choice(len(shares), size=count, p=shares / shares.sum()).astype(np.int64)
        platforms = np.array(list(plan.platforms.values()), dtype=float)
        self.platform = self.rng.choice(len(platforms), size=count, p=platforms / platforms.sum()).astype(np.int64)
        self.log_frailty = _log_frailties(plan, count, self.rng)
        self.clock_ms = self._arrivals(count)
        self.entry = self._entries(count)
        self.paid_before = np.zeros(count, dtype=bool)
        self.views: list[Views] = []
        self.steps: list[Steps] = []

    def world(self, series: str) -> World:
        coming = np.zeros(len(self.market), dtype=bool)
        for at, episode in enumerate(self.episodes):
            watching = np.flatnonzero(coming | (self.entry == at))
            if self.plan.paywall and episode.number >= self.plan.paywall.first:
                watching = self._pay(watching, episode.number)
            share_watched = self._watch(watching, episode)
            coming[:] = False
            coming[watching[self._goes_on(watching, share_watched, episode)]] = True
            self.clock_ms[watching] += self._pause(len(watching))
        return World(
            series=series,
            seed=self.seed,
            plan=self.plan,
            markets=tuple(market.code for market in self.plan.markets),
            platforms=tuple(self.plan.platforms),
            durations_ms={episode.number: episode.duration_ms for episode in self.episodes},
            viewer_market=self.market,
            viewer_platform=self.platform,
            views=_joined(Views, self.views),
            steps=_joined(Steps, self.steps),
        )

    def _arrivals(self, count: int) -> Ints:
        """More in the first days than later, more in the evening than at night."""
        days = self.plan.days
        weight = np.exp(-np.arange(days) / days)
        day = self.rng.choice(days, size=count, p=weight / weight.sum())
        hour = self.rng.normal(20, 4, count) % 24
        start = datetime.fromisoformat(self.plan.first_day).replace(tzinfo=UTC).timestamp() * 1000
        return (start + day * DAY_MS + hour * 3_600_000).astype(np.int64)

    def _entries(self, count: int) -> Ints:
        """Index of the episode that each viewer sees first."""
        paywall = self.plan.paywall
        free = [i for i, ep in enumerate(self.episodes) if paywall is None or ep.number < paywall.first] or [0]
        elsewhere = self.rng.random(count) < self.plan.baseline.enter_elsewhere
        return np.where(elsewhere, self.rng.integers(0, len(free), count), 0).astype(np.int64)

    def _pay(self, asked: Ints, episode: int) -> Ints:
        """Those of the asked who unlock the episode."""
        paywall = self.plan.paywall
        assert paywall is not None
        chance = np.where(self.paid_before[asked], paywall.unlock_again, paywall.unlock)
        ratio = np.array([market.unlock_odds_ratio for market in self.plan.markets])[self.market[asked]]
        ratio = ratio * np.exp(self._unlock_shift(episode))
        pays = self.rng.random(len(asked)) < _with_odds(chance, ratio)
        by_ad = self.rng.random(len(asked)) < paywall.by_ad
        price = np.array([round(m.price * MICROS) for m in self.plan.markets], dtype=np.int64)[self.market[asked]]
        number = np.full(len(asked), episode)
        offered_at = self.clock_ms[asked]
        self.steps.append(Steps(asked, number, np.zeros(len(asked), np.int64), offered_at, np.zeros_like(price)))
        event, paid = np.where(by_ad, 2, 1)[pays], np.where(by_ad, 0, price)[pays]
        self.steps.append(Steps(asked[pays], number[pays], event, offered_at[pays] + 4_000, paid))
        self.clock_ms[asked] += np.where(by_ad, 35_000, 6_000)
        self.paid_before[asked[pays]] = True
        return asked[pays]

    def _unlock_shift(self, episode: int) -> float:
        """Log-odds of paying for an episode that itself and the one before give; from a stream of its own."""
        chances = np.random.default_rng([self.seed, 4, episode])
        shift = float(chances.normal(0, self.plan.random.episode_unlock))
        before = self.story.episode(episode - 1)
        for effect in self.plan.endings if before else ():
            if before and effect.type is before.ending.type:
                shift += float(np.log(effect.unlock_odds_ratio)) * faded(self.plan, before.number)
        return shift

    def _watch(self, who: Ints, episode: EpisodeStory) -> Floats:
        """Plays the episode to each; the share of it that they saw."""
        exit_ms = self._exits(who, episode)
        self._note_views(who, episode, exit_ms, self.clock_ms[who])
        self.clock_ms[who] += exit_ms
        again = who[self.rng.random(len(who)) < self.plan.baseline.rewatch]
        second_exit_ms = self._exits(again, episode)
        self._note_views(again, episode, second_exit_ms, self.clock_ms[again] + 2_000)
        self.clock_ms[again] += second_exit_ms + 2_000
        share: Floats = exit_ms / episode.duration_ms
        return share

    def _exits(self, who: Ints, episode: EpisodeStory) -> Ints:
        """Where each leaves: the time at which frailty times the cumulated rate reaches a unit exponential."""
        exit_ms = np.empty(len(who), dtype=np.int64)
        reach = self.rng.exponential(size=len(who)) / np.exp(self.log_frailty[who])
        markets = self.market[who]
        for market, curve in enumerate(self._curves(episode)):
            chosen = np.flatnonzero(markets == market)
            tick = np.searchsorted(curve, reach[chosen])
            inside_tick = self.rng.integers(0, TICK_MS, len(chosen))
            exit_ms[chosen] = np.minimum(tick * TICK_MS + inside_tick, episode.duration_ms)
        return exit_ms

    def _curves(self, episode: EpisodeStory) -> list[Floats]:
        """One cumulated rate a market; drawn anew from the episode's own stream, so always the same."""
        chances = np.random.default_rng([self.seed, 3, episode.number])
        spread = self.plan.random
        common = chances.normal(0, spread.episode_leaving)
        own = chances.normal(0, spread.episode_market_leaving, len(self.plan.markets))
        scenes = chances.normal(0, spread.scene_leaving, len(episode.episode.scenes))
        return [
            cumulated(
                episode,
                self.plan,
                market.code,
                offset=common + own[i] + float(np.log(market.leaving_odds_ratio)),
                scenes=scenes,
            )
            for i, market in enumerate(self.plan.markets)
        ]

    def _note_views(self, who: Ints, episode: EpisodeStory, exit_ms: Ints, started_ms: Ints) -> None:
        goes_back = self.rng.random(len(who)) < REWIND_SHARE
        start = np.where(goes_back, (self.rng.random(len(who)) * exit_ms).astype(np.int64), 0)
        end = np.where(goes_back, np.minimum(start + 5_000, exit_ms), 0)
        number = np.full(len(who), episode.number)
        self.views.append(Views(who, number, started_ms, exit_ms, exit_ms >= episode.duration_ms, end, start))

    def _goes_on(self, who: Ints, share_watched: Floats, episode: EpisodeStory) -> Bools:
        """Who starts (or asks for) the next episode."""
        base, spread = self.plan.baseline, self.plan.random
        shift = self.chances.normal(0, spread.episode_going_on)
        for effect in self.plan.endings:
            if effect.type is episode.ending.type:
                shift += float(np.log(effect.continuation_odds_ratio)) * faded(self.plan, episode.number)
        market = np.log([m.going_on_odds_ratio for m in self.plan.markets])[self.market[who]]
        log_odds = shift + market - spread.frailty_on_going_on * self.log_frailty[who]
        finished = _with_odds(np.full(len(who), base.going_on), np.exp(log_odds))
        chance = np.where(share_watched >= 1, finished, base.going_on_early * share_watched)
        return self.rng.random(len(who)) < chance

    def _pause(self, count: int) -> Ints:
        """Before the next episode: seconds for most, hours for some."""
        soon = self.rng.exponential(8_000, count)
        later = self.rng.lognormal(np.log(8 * 3_600_000), 0.7, count)
        return np.where(self.rng.random(count) < 0.85, soon, later).astype(np.int64)


def _log_frailties(plan: Plan, count: int, rng: np.random.Generator) -> Floats:
    """Of each viewer; the frailty itself is 1 on average and has the log-normal's variance, whatever its kind."""
    sd = plan.random.frailty
    variance = float(np.expm1(sd * sd))
    if plan.structure.frailty == "normal" or not variance:
        return np.asarray(rng.normal(-sd * sd / 2, sd, count), np.float64)
    if plan.structure.frailty == "gamma":
        return np.asarray(np.log(np.maximum(rng.gamma(1 / variance, variance, count), 1e-6)), np.float64)
    # a fifth are restless: 1 + 2 sd, the others 1 - sd / 2
    apart = min(variance**0.5, 1.9)
    return np.asarray(np.log(np.where(rng.random(count) < 0.2, 1 + 2 * apart, 1 - apart / 2)), np.float64)


def _with_odds(chance: Floats, odds_ratio: Floats) -> Floats:
    """A probability after its odds are multiplied."""
    odds = chance * odds_ratio
    result: Floats = odds / (1 - chance + odds)
    return result


def _joined(kind: type[Rows], parts: list[Rows]) -> Rows:
    names = kind.__dataclass_fields__
    return kind(*(np.concatenate([getattr(p, name) for p in parts] or [np.zeros(0, np.int64)]) for name in names))
