"""What a catalogue has seen where it asked for money first, as draws that a script's first paid episode is laid on.

    logit u = m + a ln(e / 8) + b (strength of the ending before - 1/2) + types + w

u is the share of those asked the first time who unlock episode e; the model and its priors are those of
``plan/paywall.py``, with one wall a series: all its markets together, or the one that the catalogue was cut down to.
w is the series' own.  Prices stay out of it: the script is taken to cost what such series usually do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight.grid import Floats, SeriesData
from hookline.insight.mixed import Posterior, Prior, posterior
from hookline.insight.plan.going_on import features
from hookline.insight.plan.paywall import LEAST, MIDDLE, PRIOR
from hookline.model.story import EpisodeStory

ENDING = 0.5  # of the prior of what endings do: many small shifts learnt from few walls would only blur the forecast
_SDS = np.concatenate([PRIOR.sds[:1], ENDING * PRIOR.sds[1:-1]])
_WITHOUT_PRICE = Prior(PRIOR.means[:-1], _SDS, PRIOR.level, PRIOR.level_sd)


@dataclass(frozen=True, slots=True, eq=False)
class Walls:
    """The first paid episodes of a catalogue."""

    told: Posterior
    series: int  # how many of them have a wall that enough viewers met
    asked: int  # viewers
    usual: int | None  # the first paid episode in the middle of the catalogue's; None: none asks


def learn_walls(library: Sequence[SeriesData], *, story: bool, draws: int, seed: int) -> Walls:
    """What the series' walls tell; without any, the priors.

    Args:
        library: Series with stories and viewers.
        story: Whether the ending before the wall counts; without it its place alone does.
        draws: How many.
        seed: Of the draws.
    """
    found = [wall for data in library if (wall := _wall(data, story=story))]
    numbers = sorted(number for number, *_ in found)
    told = posterior(
        np.array([np.log(share / (1 - share)) for *_, share in found], dtype=np.float64),
        np.array([1 / (asked * share * (1 - share)) for _, _, asked, share in found], dtype=np.float64),
        np.array([row for _, row, *_ in found], dtype=np.float64).reshape(len(found), len(_WITHOUT_PRICE.sds)),
        np.zeros(len(found), dtype=np.int64),
        groups=1,
        prior=_WITHOUT_PRICE,
        draws=draws,
        seed=seed,
    )
    asked = sum(asked for _, _, asked, _ in found)
    return Walls(told, len(found), asked, numbers[(len(numbers) - 1) // 2] if numbers else None)


def _wall(data: SeriesData, *, story: bool) -> tuple[int, Floats, int, float] | None:
    """First paid episode, columns, how many were asked, which share unlocked; None where too few were."""
    steps = data.steps
    paid = steps.episode[steps.offered > 0]
    if not len(paid):
        return None
    number = int(paid.min())
    before = data.story.episode(number - 1)
    rows = steps.episode == number
    asked = int(steps.offered[rows].sum())
    if before is None or asked < LEAST:
        return None
    share = (float(steps.unlocked[rows].sum()) + 0.5) / (asked + 1)
    return number, _columns(before, number, story=story), asked, share


def _columns(before: EpisodeStory, number: int, *, story: bool) -> Floats:
    ending = features([before.ending])[0]
    return np.concatenate([[np.log(number / MIDDLE)], ending if story else 0 * ending])


def unlocking(walls: Walls, before: EpisodeStory, *, story: bool, seed: int) -> Floats:
    """The share of the asked who unlock a script's first paid episode, by draw.

    Args:
        walls: What the catalogue has seen.
        before: The last episode for free.
        story: As when they were learnt.
        seed: Of the series' own luck, so that two drafts share it.
    """
    told = walls.told
    luck = np.random.default_rng([seed, 10]).standard_normal(told.draws)
    shift = told.effects @ _columns(before, before.number + 1, story=story)
    log_odds = told.levels[:, 0] + shift + told.tau * luck
    shares: Floats = 1 / (1 + np.exp(-log_odds))
    return shares
