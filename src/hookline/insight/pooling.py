"""Effects over a catalogue: each series' own estimates put together, series being the units.

With b_s a series' estimate of a type's log odds ratio and v_s its squared error,

    b_s = mu + u_s + error_s,   u_s ~ N(0, tau2)

(``meta.meta_regression``): series may differ in what a type does there, and the interval of mu says so.
In a market, b_s is the series' estimate there; elsewhere, the mean of its estimates in the other
markets, each weighing its information.  Whether they differ is judged from the series' own
differences, in which what is peculiar to a series' beats falls out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.effects import Candidate
from hookline.insight.meta import meta_regression
from hookline.insight.study import Rough
from hookline.model.story import BeatType

LEAST_SERIES = 5  # that judge a type by themselves
Told = Mapping[str, Mapping[BeatType, Rough]]  # of one series, by market


def pool(told: Sequence[Told], markets: Sequence[str]) -> list[Candidate]:
    """Every type's effect over all markets, and whether it differs in each, in the order of ``BeatType``."""
    kinds = [kind for kind in BeatType if any(kind in series.get("", {}) for series in told)]
    return [found for kind in kinds for found in _of_kind(kind, told, markets)]


def _of_kind(kind: BeatType, told: Sequence[Told], markets: Sequence[str]) -> Iterator[Candidate]:
    everywhere = [series[""][kind] for series in told if kind in series.get("", {})]
    overall = together(everywhere)
    if overall is None:
        return
    yield Candidate(kind, "", overall, None, overall.p, len(everywhere))
    for market in markets if len(markets) > 1 else ():
        pairs = [pair for series in told if (pair := _pair(kind, market, series))]
        effect, elsewhere = together([here for here, _ in pairs]), together([others for _, others in pairs])
        apart = together([Rough(a.value - b.value, float(np.hypot(a.error, b.error))) for a, b in pairs])
        if effect and elsewhere and apart:
            yield Candidate(kind, market, effect, elsewhere, apart.p, len(pairs))


def _pair(kind: BeatType, market: str, series: Told) -> tuple[Rough, Rough] | None:
    """A series' estimate in a market, and in its other markets together."""
    here = series.get(market, {}).get(kind)
    others = [told[kind] for code, told in series.items() if code not in ("", market) and kind in told]
    if here is None or not others:
        return None
    weight = np.array([other.error**-2 for other in others])
    value = float(weight @ np.array([other.value for other in others]) / weight.sum())
    return here, Rough(value, float(weight.sum() ** -0.5))


def together(estimates: Sequence[Rough]) -> Uncertain | None:
    """The mean of what series' estimates are drawn from; None where they are too few."""
    if len(estimates) < LEAST_SERIES:
        return None
    y, variance = np.array([e.value for e in estimates]), np.array([e.error**2 for e in estimates])
    return meta_regression(y, variance, np.ones((len(y), 1)))
