"""The cells and steps of a series as arrays, summed over what a model doesn't need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HazardCells:
    """Who was watching and who left, by episode, market and second; all days, platforms and cuts together.

    The arrays are parallel, sorted by episode, market and second.  Dense: every (episode, market)
    that has a view has every second from 0 to the episode's last one, with 0 where nobody left.
    """

    series: str
    markets: tuple[str, ...]
    episode: Ints
    market: Ints  # index into `markets`
    second: Ints
    at_risk: Ints  # views that had not ended before this second
    exits: Ints  # views that ended in it without completing


@dataclass(frozen=True, slots=True)
class StepCounts:
    """What viewers did after each episode, by episode and market; all days, platforms and cuts together.

    The arrays are parallel, sorted by episode and market.  Counts are of distinct viewers.
    """

    series: str
    markets: tuple[str, ...]
    episode: Ints
    market: Ints  # index into `markets`
    starters: Ints
    finishers: Ints
    continued: Ints  # starters who also started the next episode
    finished_continued: Ints  # finishers who also started the next episode
    offered: Ints
    unlocked: Ints
