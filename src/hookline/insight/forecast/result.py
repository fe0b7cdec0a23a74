"""What forecasts answer with."""

from __future__ import annotations

from dataclasses import dataclass

from hookline.model.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Band:
    """A predicted curve by second: its mean, and what nine of ten such episodes stay within."""

    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float = 0.9


@dataclass(frozen=True, slots=True)
class EpisodeForecast:
    """What an episode's viewers are expected to do."""

    episode: int
    watching: Band  # share of starters still watching at the start of each second, and at the end
    completion: Estimate  # share of starters who stay to the end
    continuation: Estimate | None  # share of finishers who start (or ask for) the next one; None for the last
    unlock: Estimate | None  # share of the asked who unlock; of the first paid episode alone


@dataclass(frozen=True, slots=True)
class Forecast:
    """A script's viewers before it has any."""

    title: str
    market: str  # "" for all
    basis: str  # what it is learnt from, in words
    series: int  # how many series it is learnt from; 0: the field's priors alone
    episodes: tuple[EpisodeForecast, ...]
    reach: Estimate  # share of the first episode's starters who reach the last one, were all free
    watched_s: Estimate  # seconds of the season that a starter watches, were all free
    first_paid: int | None = None  # the episode that viewers are taken to be asked to pay for first
    asked: Estimate | None = None  # share of the first episode's starters who come to be asked
    payers: Estimate | None = None  # and who unlock it


@dataclass(frozen=True, slots=True)
class EpisodeChange:
    """What an edit is expected to change in one episode; shares after minus before."""

    episode: int
    completion: Estimate
    continuation: Estimate | None
    unlock: Estimate | None = None  # of the next one, where it is the first paid episode


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Two drafts of one script, forecast with the same luck."""

    before: Forecast
    after: Forecast
    episodes: tuple[EpisodeChange, ...]  # those whose text differs
    reach: Estimate
    watched_s: Estimate
