"""All placements of a series: what each does, and where in the story, with whom and in which cut they do best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hookline.audience.brand_cells import CutSeconds
from hookline.audience.intervals import share
from hookline.insight.brand.lift import Expected, Lift, Track, expect, lift, window_of
from hookline.insight.brand.result import BrandReport, CutClicks, Placed, Placement, Where
from hookline.insight.compared import LEAST_EACH, LEAST_UNITS, with_and_without
from hookline.insight.grid import Bools, Ints
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Estimate, Grade
from hookline.model.experiment import ExperimentResult, Metric
from hookline.model.story import BeatType, SeriesStory

METHOD = "clicks against the same cut's other seconds, overdispersed; Byar and Zou-Donner interval"
METHOD_BARE = "clicks of those exposed; hardly anybody clicks elsewhere; Wilson score interval"
METHOD_LEAVING = "exits against the same cut's other seconds, overdispersed; Byar and Zou-Donner interval"
METHOD_WHERE = "random-effects meta-regression over placements, t"
LEAST_EXITS = 20  # expected in a window before leaving is told
THIRDS = ("opening", "middle", "end")


def brand_report(
    series: str,
    cuts: Sequence[CutSeconds],
    story: SeriesStory,
    placements: Sequence[Placement],
    *,
    experiments: Sequence[ExperimentResult] = (),
    simulated: bool = False,
    k: int = 20,
) -> BrandReport:
    """What viewers did at each placement, and what placements that do well have in common.

    Args:
        series: Its id.
        cuts: Every cut second by second.
        story: What stands there.
        placements: Where the brand is shown.
        experiments: Results on cuts by clicks or conversions: on their cuts they count, not the lift.
        simulated: Whether the viewers are.
        k: Placements that fewer views reached are left out and counted.

    Raises:
        NotEnoughData: Nobody watched an episode with a placement.
    """
    pairs = [(one, cut) for one in placements for cut in cuts if _holds(one, cut)]
    if not pairs:
        raise NotEnoughData("nobody watched an episode that shows the brand yet", mend="import viewers' events")
    tracks = {name: [_track(cut, placements, getattr(cut, name)) for cut in cuts] for name in ("clicks", "exits")}
    fits = {name: expect(of) for name, of in tracks.items()}
    shown = [_judged(one, cut, cuts, tracks, fits, story) for one, cut in pairs]
    placed = [_with_test(one, cut, experiments) for (_, cut), one in zip(pairs, shown, strict=True) if one.exposed >= k]
    return BrandReport(
        series,
        simulated,
        tuple(sorted(placed, key=lambda one: -one.lift.value)),
        tuple(_by_cut(cuts, pairs, k)),
        tuple(_where(placed)),
        tuple(_notes(cuts, pairs, placed, fits["clicks"], k)),
    )


def _holds(one: Placement, cut: CutSeconds) -> bool:
    return one.episode == cut.episode and one.cut in ("", cut.cut) and bool(_window(one, cut)) and cut.views > 0


def _window(one: Placement, cut: CutSeconds) -> range:
    return window_of(one.span.start_ms, one.span.end_ms, len(cut.at_risk))


def _track(cut: CutSeconds, placements: Sequence[Placement], counts: Ints) -> Track:
    windows = np.zeros(len(cut.at_risk), dtype=bool)
    for one in placements:
        if one.episode == cut.episode and one.cut in ("", cut.cut):
            window = _window(one, cut)
            windows[window.start : window.stop] = True
    return Track(cut.at_risk, counts, windows)


def _judged(
    one: Placement,
    cut: CutSeconds,
    cuts: Sequence[CutSeconds],
    tracks: Mapping[str, Sequence[Track]],
    fits: Mapping[str, Expected | None],
    story: SeriesStory,
) -> Placed:
    at, window = next(i for i, other in enumerate(cuts) if other is cut), _window(one, cut)
    exposed = int(cut.at_risk[window.start])
    clicks = int(cut.clicks[window.start : window.stop].sum())
    bought = int(cut.bought[window.start : window.stop].sum())
    found = {name: lift(tracks[name][at], at, fit, window) for name, fit in fits.items() if fit}
    clicked = share(min(clicks, exposed), max(exposed, 1))
    beats, tension = _story_there(one, story)
    left = found.get("exits")
    return Placed(
        replace(one, cut=cut.cut),
        exposed,
        clicked,
        _extra(found["clicks"], exposed) if "clicks" in found else _bare(clicked),
        _ratio(found["clicks"], exposed, METHOD) if "clicks" in found else None,
        _ratio(left, exposed, METHOD_LEAVING) if left and left.expected >= LEAST_EXITS else None,
        share(bought, clicks) if clicks else None,
        beats,
        tension,
        THIRDS[min(int(3 * (window.start + 0.5) / max(len(cut.at_risk), 1)), 2)],
    )


def _extra(found: Lift, exposed: int) -> Estimate:
    value, low, high = (1000 * x / exposed for x in found.extra())
    return Estimate(value, low, high, exposed, METHOD, Grade.WITHIN, "clicks of 1,000 exposed")


def _bare(clicked: Estimate) -> Estimate:
    value, low, high = (1000 * x for x in (clicked.value, clicked.low, clicked.high))
    return Estimate(value, low, high, clicked.n, METHOD_BARE, Grade.WITHIN, "clicks of 1,000 exposed")


def _ratio(found: Lift, exposed: int, method: str) -> Estimate:
    value, low, high = found.ratio()
    return Estimate(value, low, high, exposed, method, Grade.WITHIN, "times")


def _story_there(one: Placement, story: SeriesStory) -> tuple[tuple[BeatType, ...], float]:
    episode = story.episode(one.episode)
    if episode is None:
        return (), 0.0
    beats = dict.fromkeys(beat.type for beat in episode.beats if beat.span.overlap_ms(one.span) > 0)
    tension = episode.tension[one.span.start_ms // 1000 : -(-one.span.end_ms // 1000)]
    return tuple(beats), float(np.mean(tension)) if len(tension) else 0.0


def _with_test(one: Placed, cut: CutSeconds, experiments: Sequence[ExperimentResult]) -> Placed:
    """The placement with what an experiment on its cut says: the cut that shows it against one that doesn't."""
    for result in experiments:
        plan = result.plan
        if not result.sound or plan.episode != cut.episode or plan.metric not in (Metric.CLICK, Metric.CONVERSION):
            continue
        for compared in result.comparisons:
            if compared.cut == cut.cut and compared.difference:
                return replace(one, tested=replace(compared.difference, unit="share difference"))
    return one


def _by_cut(cuts: Sequence[CutSeconds], pairs: Sequence[tuple[Placement, CutSeconds]], k: int) -> Iterator[CutClicks]:
    episodes = {one.episode for one, _ in pairs}
    for cut in cuts:
        if cut.episode in episodes and cut.views >= k:
            clicks = min(int(cut.clicks.sum()) + cut.unplaced, cut.views)
            bought = int(cut.bought.sum()) + cut.unplaced_bought
            converted = share(min(bought, clicks), clicks) if clicks >= k else None
            yield CutClicks(cut.episode, cut.cut, share(clicks, cut.views), converted)


def _where(placed: Sequence[Placed]) -> Iterator[Where]:
    """Placements with a trait against those without, by the ratio of clicks to the expected."""
    judged = [one for one in placed if one.ratio and one.ratio.low > 0]
    if len(judged) < LEAST_UNITS:
        return
    y = np.log([one.ratio.value for one in judged if one.ratio])
    spread = [np.log(one.ratio.high / one.ratio.low) / (2 * 1.96) for one in judged if one.ratio]
    for found in with_and_without(y, np.square(spread), _traits(judged)):
        effect = found.effect
        value, low, high = (float(np.exp(x)) for x in (effect.value, effect.bound(-1), effect.bound(1)))
        estimate = Estimate(value, low, high, len(judged), METHOD_WHERE, Grade.ACROSS, "times")
        yield Where(found.element, found.units, estimate, found.q)


def _traits(placed: Sequence[Placed]) -> dict[str, Bools]:
    middle = float(np.median([one.tension for one in placed]))
    people = sorted({one.placement.spokesperson for one in placed} - {""})
    cuts = sorted({one.placement.cut for one in placed})
    told: dict[str, Bools] = {
        f"at the {third}": np.array([one.position == third for one in placed]) for third in THIRDS
    }
    told |= {f"on {str(kind).replace('_', ' ')}": np.array([kind in one.beats for one in placed]) for kind in BeatType}
    told |= {f"with {name}": np.array([one.placement.spokesperson == name for one in placed]) for name in people}
    told |= {f"in cut {name}": np.array([one.placement.cut == name for one in placed]) for name in cuts}
    return told | {"at high tension": np.array([one.tension > middle for one in placed])}


def _notes(
    cuts: Sequence[CutSeconds],
    pairs: Sequence[tuple[Placement, CutSeconds]],
    placed: Sequence[Placed],
    fit: Expected | None,
    k: int,
) -> Iterator[str]:
    if fit is None:
        yield "Hardly anybody clicks while no brand shows: clicks are told as they are, not against an expectation."
    unplaced = sum(cut.unplaced for cut in cuts)
    if unplaced:
        yield f"{unplaced:,} clicks came well after the view had ended: they count by cut, not by place."
    if len(pairs) > len(placed):
        yield f"{len(pairs) - len(placed)} placements were reached by fewer than {k} views: left out."
    if len(placed) < LEAST_UNITS:
        yield f"{len(placed)} placements: what makes one work is judged from {LEAST_UNITS} on, {LEAST_EACH} each way."
    if any(one.tested for one in placed):
        yield "Where an experiment on the cut has a result, it counts, not the lift beside it."
