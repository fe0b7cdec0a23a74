"""How many go on after an ending: learnt from the library's episodes, said of endings that nobody saw yet.

The log-odds that a finisher starts the next episode (``endings.transitions``, cleared of the mix of
markets and of who refuses to pay) in the mixed model of ``mixed.py``: series have levels of their own,
the ending's strength and type shift them, and every ending differs by a random amount.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hookline.insight.endings import Transition, transitions
from hookline.insight.grid import Floats, SeriesData
from hookline.insight.mixed import Posterior, Prior, posterior
from hookline.model.story import Ending, EndingType

STRENGTH_SD, TYPE_SD = 1.0, 0.4  # prior, log-odds: of strength from 0 to 1, of a type against the others
USUAL, USUAL_SD = 2.0, 0.7  # prior of the level: 88 % go on, from 64 % to 97 % of them
PRIOR = Prior(np.zeros(1 + len(EndingType)), np.array([STRENGTH_SD, *(TYPE_SD for _ in EndingType)]), USUAL, USUAL_SD)


def features(endings: Sequence[Ending]) -> Floats:
    """Strength about its middle and one column a type; endings x columns."""
    kinds = list(EndingType)
    rows = [[one.strength - 0.5, *(float(one.type is kind) for kind in kinds)] for one in endings]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 1 + len(kinds))


def learnt(library: Sequence[SeriesData], *, draws: int, seed: int) -> tuple[Posterior, list[Transition]]:
    """What the library's endings tell, and the endings themselves in the order of the posterior's units."""
    found = transitions(library)
    return posterior(
        np.array([t.log_odds for t in found], dtype=np.float64),
        np.array([t.variance for t in found], dtype=np.float64),
        features([t.episode.ending for t in found]),
        np.array([t.series for t in found], dtype=np.int64),
        groups=len(library) + 1,  # and one not seen yet, so that one series alone doesn't stand for all
        prior=PRIOR,
        draws=draws,
        seed=seed,
    ), found


def early_share(data: SeriesData) -> float:
    """Of those who start an episode and don't finish it, the share that start the next one all the same."""
    steps = data.steps
    numbers = {episode.number for episode in data.story.episodes}
    rows = np.array([number in numbers and number + 1 in numbers for number in steps.episode.tolist()], dtype=bool)
    left = float((steps.starters - steps.finishers)[rows].sum())
    went = float((steps.continued - steps.finished_continued)[rows].sum())
    return min(max(went / left, 0.0), 1.0) if left else 0.0


def paid_shares(data: SeriesData) -> tuple[int | None, float, float]:
    """The first paid episode (None: all free), the share of the asked who unlock it, and later ones."""
    steps = data.steps
    paid = steps.episode[steps.offered > 0]
    if not len(paid):
        return None, 1.0, 1.0
    first = int(paid.min())

    def share(rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
        asked = float(steps.offered[rows].sum())
        return float(steps.unlocked[rows].sum()) / asked if asked else 1.0

    return first, share(steps.episode == first), share(steps.episode > first)
