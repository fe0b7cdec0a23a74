"""What could not be said, and what would decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hookline.insight import curves, words
from hookline.insight.discovery import LEVEL
from hookline.insight.effects import EPISODES, PLACES, Candidate
from hookline.insight.grid import SeriesData
from hookline.insight.result import Element
from hookline.insight.study import Extent

DIP_S = 6  # the dip that a note speaks of: that long, at twice the odds of leaving
DIP_Z = 5.0  # standard errors that survive the scan over a season
CLOSE = 0.2  # a p below that may be worth waiting for
WORTH = np.log(1.15)  # effects smaller than that are not worth waiting for
MOST_WAITS = 3


@dataclass(frozen=True, slots=True)
class Doubts:
    """Elements whose effect can't be told from something else's."""

    alike: tuple[Element, ...] = ()  # that others on screen say nearly as well
    together: tuple[tuple[Element, Element], ...] = ()  # that the same series have
    carried: tuple[Element, ...] = ()  # beats whose effect is that of an element that comes with them


def of_series(
    data: SeriesData,
    extents: Mapping[str, Extent],
    types: Sequence[tuple[Candidate, float]],
    anything: bool,
    doubts: Doubts,
) -> tuple[str, ...]:
    """Everything that a reader must know about what is missing from a series' findings."""
    told = [*_about_data(data)]
    told += [why for curve in data.platform_curves if (why := curves.unusable(curve, data.story))]
    if data.hazard.at_risk.sum():
        told += [note for market, extent in extents.items() if (note := _too_few(market, extent))]
        told += _worth_waiting(types, extents[""].views)
        told += _cannot_tell(doubts)
        if not anything:
            told.append("Nothing stands out from chance at a false discovery rate of 5%: no finding is claimed.")
    return tuple(told)


def _about_data(data: SeriesData) -> list[str]:
    told = []
    seen = set(data.hazard.episode[data.hazard.at_risk > 0].tolist())
    known = {episode.number for episode in data.story.episodes}
    if not seen:
        told.append("No viewer events yet: import some, and leaving can be laid along the story.")
    if seen - known:
        told.append(f"Episodes {_numbers(seen - known)} have viewers but no script: they are left out.")
    if seen and known - seen:
        told.append(f"Episodes {_numbers(known - seen)} have no viewers yet.")
    if not any(episode.beats for episode in data.story.episodes):
        told.append("The story has no beats, so leaving can't be laid at the door of any type of beat.")
    if len(seen & known) == 1:
        told.append(
            f"With one episode there are moments only: a type of beat is judged from {PLACES} places in {EPISODES} "
            "episodes, an ending from at least 4 episodes."
        )
    if seen and not data.steps.finishers.sum():
        told.append("Nobody has finished an episode, so endings can't be compared.")
    return told


def _numbers(numbers: set[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))


def _too_few(market: str, extent: Extent) -> str:
    """How many more views would show a dip of twice the odds, where those at hand would not.

    A dip of DIP_S seconds with n watching and hazard h has information n h DIP_S about its log odds
    ratio; log 2 is DIP_Z standard errors from none when that is (DIP_Z / log 2)^2.
    """
    if not extent.episodes:
        return ""
    if extent.hazard == 0:
        return f"Nobody{' in ' + market if market else ''} left before an episode's last seconds."
    needed = (DIP_Z / np.log(2)) ** 2 / (extent.hazard * DIP_S)
    short = max(needed - extent.middling, 0) * extent.episodes
    if short < 1:
        return ""
    where = f" in {market}" if market else ""
    return (
        f"Not enough viewers{where} yet: about {_about(short)} more views decide whether a {DIP_S} s passage of a "
        "middling episode doubles leaving."
    )


def _worth_waiting(types: Sequence[tuple[Candidate, float]], views: float) -> list[str]:
    """Types that may do something, and how many views more would tell: errors fall with their root."""
    near = [
        c for c, q in types if c.kind and q > LEVEL and not c.elsewhere and c.p < CLOSE and abs(c.effect.value) > WORTH
    ]
    told = []
    for candidate in sorted(near, key=lambda c: c.p)[:MOST_WAITS]:
        needed = candidate.effect.bound(1) - candidate.effect.value
        more = views * max((1.5 * needed / abs(candidate.effect.value)) ** 2 - 1, 0.2)
        told.append(
            f"{candidate.element.name.replace('_', ' ').capitalize()} may change leaving (odds "
            f"{np.exp(candidate.effect.value):.2f} times), but not beyond chance: about {_about(more)} more views, or "
            "more episodes with it, decide."
        )
    return told


def _cannot_tell(doubts: Doubts) -> list[str]:
    told = []
    if doubts.alike:
        told.append(f"Not judged, since others on screen say nearly the same: {_named(doubts.alike)}.")
    if doubts.carried:
        told.append(f"Not claimed, since what comes with it explains it: {_named(doubts.carried)}.")
    for one, other in doubts.together:
        told.append(f"The same series have {words.of(one).name} and {words.of(other).name}: neither is judged.")
    return told


def _named(some: Sequence[Element]) -> str:
    return ", ".join(words.of(one).name for one in some)


def _about(number: float) -> str:
    """Two figures that count: ``1,900``."""
    digits = max(len(str(int(number))) - 2, 0)
    return f"{round(number / 10**digits) * 10**digits:,}"
