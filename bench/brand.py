"""Brand: do the intervals of a placement's lift hold, and how often is one called that isn't there.

``python -m bench.brand`` simulates seasons whose clicks come by second, more at the end of an episode, unevenly from
stretch to stretch, with placements of a known effect (none for half of them), and prints the markdown.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from hookline.audience.brand_cells import CutSeconds
from hookline.insight.brand import Placement, brand_report
from hookline.model.span import Span
from hookline.model.story import SeriesStory

SEASONS, EPISODES, LENGTH_S = 300, 16, 90
EFFECTS = (1.0, 1.0, 2.0, 4.0)  # clicks at a placement against none
STORY = SeriesStory("made", "en", ())


@dataclass(frozen=True, slots=True)
class Kind:
    """How viewers of a season click."""

    name: str
    views: int
    uneven: float  # sd of log rate between stretches of 6 s
    a_second: float = 0.0006  # clicks


KINDS = (
    Kind("8,000 views an episode, even", 8_000, 0.0),
    Kind("8,000 views, uneven", 8_000, 0.3),
    Kind("1,000 views, uneven", 1_000, 0.3),
)


def season(kind: Kind, rng: np.random.Generator) -> tuple[list[CutSeconds], list[Placement], list[float]]:
    """Every episode's seconds, a placement in every second one, and what each does."""
    cuts, placements, effects = [], [], []
    for episode in range(1, EPISODES + 1):
        seconds = np.arange(LENGTH_S)
        leaving = 0.003 + 0.02 * np.exp(-seconds / 4)
        at_risk = kind.views * np.concatenate([[1.0], np.cumprod(1 - leaving)[:-1]])
        shape = 1 + 2 * np.exp(-(LENGTH_S - seconds) / 5) - 0.5 * np.exp(-seconds / 8)
        stretch = np.repeat(rng.normal(0, kind.uneven, LENGTH_S // 6 + 1), 6)[:LENGTH_S]
        rate = kind.a_second * shape * np.exp(rng.normal(0, 0.3) + stretch)
        if episode % 2:
            start, effect = int(rng.integers(3, LENGTH_S - 18)), float(rng.choice(EFFECTS))
            placements.append(Placement(episode, Span(1000 * start, 1000 * (start + 7)), "tea"))
            effects.append(effect)
            rate[start : start + 12] *= effect
        clicks = rng.poisson(at_risk * rate)
        exits = rng.poisson(at_risk * leaving)
        cuts.append(CutSeconds(episode, "main", at_risk.astype(np.int64), exits, clicks, 0 * clicks, 0, 0))
    return cuts, placements, effects


def run(kind: Kind) -> dict[str, tuple[int, int]]:
    """Of all placements: intervals that hold, calls where nothing was planted, calls where something was."""
    held = wrong = nothing = found = something = 0
    for seed in range(SEASONS):
        cuts, placements, effects = season(kind, np.random.default_rng([seed, 5]))
        report = brand_report("made", cuts, STORY, placements)
        truth = {one.episode: effect for one, effect in zip(placements, effects, strict=True)}
        for one in report.placements:
            effect = truth[one.placement.episode]
            assert one.ratio is not None
            held += one.ratio.low <= effect <= one.ratio.high
            called = not one.ratio.low <= 1 <= one.ratio.high
            if effect == 1.0:
                nothing, wrong = nothing + 1, wrong + called
            else:
                something, found = something + 1, found + (called and one.ratio.low > 1)
    return {
        "intervals hold (95 %)": (held, nothing + something),
        "called where nothing was planted": (wrong, nothing),
        "found where clicks double or quadruple": (found, something),
    }


def report() -> str:
    """All figures as markdown."""
    rows = {kind.name: run(kind) for kind in KINDS}
    heads = list(next(iter(rows.values())))
    lines = [
        f"{SEASONS} simulated seasons of {EPISODES} episodes each, 8 placements of 7 s in a season, through "
        "`brand_report`; exact binomial intervals.",
        "",
        f"| viewers | {' | '.join(heads)} |",
        f"|---|{'---|' * len(heads)}",
    ]
    for name, told in rows.items():
        cells = []
        for count, of in told.values():
            ends = binomtest(count, of).proportion_ci()
            cells.append(f"{count / of:.1%} ({ends.low:.1%} to {ends.high:.1%})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
    sys.exit(0)
