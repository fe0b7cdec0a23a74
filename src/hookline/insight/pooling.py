"""Effects over a catalogue: each series' own estimates put together, series being the units.

With b_s a series' estimate of an element's log odds ratio and v_s its squared error,

    b_s = mu + u_s + error_s,   u_s ~ N(0, tau2)

(``meta.meta_regression``): series may differ in what an element does there, and the interval of mu says so.
In a market, b_s is the series' estimate there; elsewhere, the mean of its estimates in the other
markets, each weighing its information.  Whether they differ is judged from the series' own
differences, in which what is peculiar to a series' beats falls out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hookline.insight.clusters import Uncertain
from hookline.insight.effects import Candidate
from hookline.insight.elements import in_order
from hookline.insight.meta import meta_regression
from hookline.insight.result import Element
from hookline.insight.study import Rough

LEAST_SERIES = 5  # that judge an element by themselves
Told = Mapping[str, Mapping[Element, Rough]]  # of one series, by market


def pool(told: Sequence[Told], markets: Sequence[str], held: Sequence[Mapping[Element, Rough]] = ()) -> list[Candidate]:
    """Every element's effect over all markets, and whether it differs in each.

    ``held``: by series, what is left of beats' effects once everything else on screen is held equal.
    """
    elements = in_order(one for series in told for one in series.get("", {}))
    return [found for one in elements for found in _of_element(one, told, markets, held)]


def _of_element(
    one: Element, told: Sequence[Told], markets: Sequence[str], held: Sequence[Mapping[Element, Rough]]
) -> Iterator[Candidate]:
    everywhere = [series[""][one] for series in told if one in series.get("", {})]
    overall = together(everywhere)
    if overall is None:
        return
    left = together([series[one] for series in held if one in series])
    yield Candidate(one, "", overall, None, overall.p, len(everywhere), left)
    for market in markets if len(markets) > 1 else ():
        pairs = [pair for series in told if (pair := _pair(one, market, series))]
        effect, elsewhere = together([here for here, _ in pairs]), together([others for _, others in pairs])
        apart = together([Rough(a.value - b.value, float(np.hypot(a.error, b.error))) for a, b in pairs])
        if effect and elsewhere and apart:
            yield Candidate(one, market, effect, elsewhere, apart.p, len(pairs))


def _pair(one: Element, market: str, series: Told) -> tuple[Rough, Rough] | None:
    """A series' estimate in a market, and in its other markets together."""
    here = series.get(market, {}).get(one)
    others = [told[one] for code, told in series.items() if code not in ("", market) and one in told]
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
