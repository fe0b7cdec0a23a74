"""Findings, moments, effects and notes as text or JSON: ``hookline insight``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hookline import project
from hookline.cli import draw
from hookline.model.estimate import Estimate, Grade

if TYPE_CHECKING:
    from hookline.insight.result import Effect, Insight, Moment
    from hookline.project import SeriesFound

LINE = 44  # characters of a line that are shown
MOMENTS, EFFECTS = 20, 40  # shown; all of them stand in the JSON
RATIOS = ("odds ratio", "ratio of means")
SAYS = 0.05  # false discovery rate under which an effect is marked


def insight(options: argparse.Namespace) -> None:
    """``hookline insight DIR``."""
    library = project.open_library(options.dir)
    with draw.progress() as progress:
        found = project.insights(library, market=options.market, progress=progress)
    print(told(found, market=options.market, as_json=options.json))


def told(found: Sequence[SeriesFound], *, market: str, as_json: bool) -> str:
    """What was found in every series."""
    if as_json:
        return json.dumps(project.insight_json(tuple(found), market=market), ensure_ascii=False, indent=1)
    return "\n\n".join("\n".join(_series(one, market)) for one in found)


def _series(one: SeriesFound, market: str) -> Iterator[str]:
    marked = "  [simulated viewers]" if one.simulated else ""
    yield f"{one.series}{f', {market} and all markets together' if market else ''}{marked}"
    yield from _findings(one.insight)
    yield from _moments(one.insight.moments)
    yield from _effects(one.insight.effects)
    if one.insight.notes:
        yield "\nnotes"
        yield from (f"  {note}" for note in one.insight.notes)


def _findings(found: Insight) -> Iterator[str]:
    yield "\nfindings, best first (expected gain times certainty)"
    for number, one in enumerate(found.findings, 1):
        yield draw.finding(number, one)
    if not found.findings:
        yield "  none: nothing stands out from chance at a false discovery rate of 5 %"


def _moments(found: Sequence[Moment]) -> Iterator[str]:
    if not found:
        return
    yield "\nmoments: where more (+) or fewer (-) leave than the place explains"
    yield f"  {'episode':>7} {'time':>11} {'market':>7} {'of 100 watching':>22} {'lost of 1,000':>13} {'q':>7}  line"
    ranked = sorted(found, key=lambda one: -abs(one.lost))
    for one in ranked[:MOMENTS]:
        span = "-".join(_clock(ms) for ms in (one.place.span.start_ms, one.place.span.end_ms))
        yield (
            f"  {one.place.episode:>7} {span:>11} {one.market or 'all':>7} {_points(one.excess):>22} "
            f"{one.lost:>13.1f} {_q(one.q):>7}  {_short(one.text)}"
        ).rstrip()
    yield from _more(len(found), MOMENTS)


def _effects(found: Sequence[Effect]) -> Iterator[str]:
    if not found:
        return
    yield "\neffects: odds with the element against without; * q at most 5 % (in a market: that it differs there)"
    yield f"  {'element':<24} {'on':<14} {'market':>7} {'odds ratio':>24} {'q':>7} {'E-value':>8} {'n':>12}  evidence"
    ranked = sorted(found, key=lambda one: (one.q, one.subject, one.market))
    for one in ranked[:EFFECTS]:
        mark = "*" if one.q <= SAYS else " "
        yield (
            f"{mark} {one.subject.replace('_', ' '):<24} {one.outcome:<14} {one.market or 'all':>7} "
            f"{_amount(one.estimate):>24} {_q(one.q):>7} {_unseen(one):>8} {one.estimate.n:>12,}"
            f"  {one.estimate.grade}"
        )
    yield from _more(len(found), EFFECTS)


def _unseen(one: Effect) -> str:
    """The E-value; between viewers dealt out at random nothing unseen needs to be explained away."""
    return "" if one.estimate.grade is Grade.EXPERIMENT else f"{one.e_value:.2f}"


def _more(count: int, shown: int) -> Iterator[str]:
    if count > shown:
        yield f"  and {count - shown} more: --json has them all"


def _amount(one: Estimate) -> str:
    if one.unit in RATIOS:
        return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"
    return _points(one)


def _points(one: Estimate) -> str:
    return f"{100 * one.value:+.1f} [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"


def _q(q: float) -> str:
    return "<0.001" if q < 0.001 else f"{q:.3f}"


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LINE else text[: LINE - 3] + "..."
