"""Figures of what platforms export, each with its source, and added to those of the player's own events.

A curve's shares rest on so many views: chance is binomial at each point, and the rounding of the shares counts.
Without a number of views there is no interval: it then spans all that the unit allows, ``n`` is 0 and the method says
so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from hookline.audience.exports import Kept, Points, at, counted, playing, staying
from hookline.audience.groups import checked, visible
from hookline.audience.intervals import METHOD, Z95, poisson, pooled, wilson
from hookline.audience.result import BySecond, Figure, Group
from hookline.model.curve import PlatformCurve, PlatformViews
from hookline.model.estimate import Estimate, Grade

NO_INTERVAL = "the number of views isn't known, so no interval is given"
COVERS = 0.97  # of the length: a curve that ends before says nothing of the end
RANK = "relative retention on the platform"


@dataclass(frozen=True, slots=True)
class Told:
    """What platforms say: figures of each, those to be added to the player's, and what the reader should know."""

    figures: tuple[Figure, ...] = ()
    by_second: tuple[BySecond, ...] = ()
    adding: tuple[tuple[PlatformCurve, Group], ...] = ()  # curves that share no view with others, by group
    suppressed: int = 0
    notes: tuple[str, ...] = ()


def platform_figures(kept: Kept, *, by: Sequence[str] = (), episode: int = 0, k: int = 20) -> Told:
    """Every figure that curves and counts of platforms give, by platform and, where they name one, market.

    Args:
        kept: what ``keep_exports`` kept.
        by: of market, platform and cut, for what is added to the player's figures.
        episode: one alone, by second; 0 for all.
        k: curves of fewer views are left out; where the number isn't known the platform is trusted to have done so.
    """
    checked(by)
    some = [c for c in kept.curves if not episode or c.episode == episode]
    shown = [c for c in some if c.size > 1 and (not c.views or c.views >= k)]
    few = sum(0 < c.views < k for c in some)
    figures: list[Figure] = []
    tracks: list[BySecond] = []
    own: dict[tuple[int, Group], list[PlatformCurve]] = {}
    for curve in shown:
        own.setdefault((curve.episode, of_platform(curve)), []).append(curve)
    for (number, group), curves in own.items():
        figures += _of_group(group, apart(curves), kept.durations_ms[number])
        if episode:
            tracks += _tracks(apart(curves), kept.durations_ms[number])
    told, hidden = _of_counts([c for c in kept.counts if not episode or c.episode == episode], kept.durations_ms, k)
    held = {(f.name, f.group, f.episode) for f in figures}
    figures += [f for f in told if (f.name, f.group, f.episode) not in held]
    adding = tuple(_adding(shown, by))
    return Told(tuple(figures), tuple(tracks), adding, few + hidden, (*kept.notes, *_notes(some, adding, by)))


def platform_retention(kept: Kept, *, k: int = 20) -> tuple[BySecond, ...]:
    """The retention by second of every episode that a curve is of, by platform and market."""
    shown = [c for c in kept.curves if c.size > 1 and (not c.views or c.views >= k)]
    return tuple(retention(c, kept.durations_ms[c.episode]) for c in shown)


def of_platform(curve: PlatformCurve) -> Group:
    """Whose figures a curve's are."""
    return Group(platform=curve.platform, market=curve.market)


# One curve


def method_of(curve: PlatformCurve) -> str:
    """How a curve's shares became figures."""
    what = "plays of each moment, their falling part" if curve.played else "plays that got there"
    days = f", {curve.first_day} to {curve.last_day}" if curve.first_day else ""
    ads = ", ads" if curve.paid else ""
    chance = f"{METHOD}, rounding allowed for" if curve.views else NO_INTERVAL
    return f"{curve.title}{ads}: curve of {curve.size} points{days} ({what}); {chance}"


def bounds(share: Sequence[float], curve: PlatformCurve) -> tuple[list[float], list[float]]:
    """The 95 % interval of shares of a curve's views: Wilson's, widened by half a unit of rounding each way."""
    if not curve.views:
        return [0.0] * len(share), [1.0] * len(share)
    value = np.asarray(share)
    n = curve.views
    low = wilson(np.clip(value - curve.rounding, 0, 1) * n, n)[0]
    high = wilson(np.clip(value + curve.rounding, 0, 1) * n, n)[1]
    return np.minimum(low, value).tolist(), np.maximum(high, value).tolist()


def _of_group(group: Group, curves: Sequence[PlatformCurve], duration_ms: int) -> list[Figure]:
    """The figures of one platform and market in one episode."""
    figures = []
    for name, make in ADDED.items():
        parts = [estimate for curve in curves if (estimate := make(curve, duration_ms)) is not None]
        if whole := _alone(parts):
            figures.append(Figure(name, group, whole, curves[0].episode))
    ranked = next((curve for curve in curves if curve.relative), None)
    if ranked:
        value = float(np.mean(ranked.relative))
        method = f"mean of {ranked.title}'s own rank at {len(ranked.relative)} positions; it says no interval"
        estimate = Estimate(value, 0.0, 1.0, 0, method, Grade.ACROSS, "rank")
        figures.append(Figure(RANK, group, estimate, ranked.episode))
    return figures


def completion(curve: PlatformCurve, duration_ms: int) -> Estimate | None:
    """The share of views that got to the end; None where the curve ends before."""
    points = staying(curve, duration_ms)
    if points[-1][0] < COVERS * duration_ms:
        return None
    (low,), (high,) = bounds([points[-1][1]], curve)
    return Estimate(points[-1][1], low, high, curve.views, method_of(curve), Grade.WITHIN, "share")


def watch_time(curve: PlatformCurve, duration_ms: int) -> Estimate | None:
    """Seconds played for each view: as the platform says, else the area under the curve.

    The interval is that of the mean second reached (its spread follows from the curve), in proportion, as for the
    player's own views.  None where the curve ends before the episode and the platform says no mean.
    """
    points = staying(curve, duration_ms)
    whole = points[-1][0] >= COVERS * duration_ms
    if not whole and not curve.watch_s:
        return None
    mean = curve.watch_s or _area(playing(curve, duration_ms) if curve.played else points, duration_ms)
    told = f"{curve.title}'s own mean" if curve.watch_s else f"area under {curve.title}'s curve of {curve.size} points"
    if not curve.views:
        longest = max(mean, duration_ms / 1000)
        return Estimate(mean, 0.0, longest, 0, f"{told}; {NO_INTERVAL}", Grade.WITHIN, "s a view")
    half = Z95 * _spread(points, duration_ms) * mean / np.sqrt(curve.views)
    method = f"{told}; spread of the second reached"
    return Estimate(
        mean, max(mean - float(half), 0.0), mean + float(half), curve.views, method, Grade.WITHIN, "s a view"
    )


ADDED = {"completion of views": completion, "watch time": watch_time}  # what can be added to the player's own figures


def _area(points: Points, duration_ms: int) -> float:
    """Seconds: the curve's integral to the episode's end, level beyond its last point."""
    closed = (*points, (float(duration_ms), points[-1][1])) if points[-1][0] < duration_ms else points
    return sum((after - before) / 1000 * (a + b) / 2 for (before, a), (after, b) in pairwise(closed))


def _spread(points: Points, duration_ms: int) -> float:
    """Relative standard deviation of the second that a view reached."""
    closed = (*points, (float(duration_ms), points[-1][1])) if points[-1][0] < duration_ms else points
    ends = [((a + b) / 2, s - t) for (a, s), (b, t) in pairwise(closed)] + [(float(duration_ms), closed[-1][1])]
    total = sum(weight for _, weight in ends) or 1.0
    mean = sum(ms * weight for ms, weight in ends) / total
    square = sum(ms * ms * weight for ms, weight in ends) / total
    return float(np.sqrt(max(square - mean * mean, 0.0)) / mean) if mean else 0.0


def retention(curve: PlatformCurve, duration_ms: int) -> BySecond:
    """The share of views that had not ended before each second, to the curve's last point."""
    points = staying(curve, duration_ms)
    last = int(min(points[-1][0], duration_ms - 1) // 1000)
    share = [at(points, 1000 * second) for second in range(last + 1)]
    low, high = bounds(share, curve)
    low[0], high[0] = (1.0, 1.0) if share[0] == 1 else (low[0], high[0])
    return _track("retention", curve, share, low, high, "share", method_of(curve))


def _tracks(curves: Sequence[PlatformCurve], duration_ms: int) -> list[BySecond]:
    """One platform's and market's figures by second; what can't be added is of its largest curve."""
    parts, first = [retention(curve, duration_ms) for curve in curves], curves[0]
    sized = [part for part in parts if part.n]
    found = [_pooled_track(sized) if sized else parts[0]]
    if first.played:
        found.append(plays(first, duration_ms))
    if first.relative:
        found.append(rank(first, duration_ms))
    for name, told in (("started watching", first.started), ("stopped watching", first.stopped)):
        if told and first.views:
            found.append(_passing(name, first, told, duration_ms))
    return found


def plays(curve: PlatformCurve, duration_ms: int) -> BySecond:
    """How often each second is played for each view, as the platform counts: over 1 where viewers watch again.

    Interval: Byar's of the count; it takes plays for independent, as ``rewatching`` does.
    """
    points = playing(curve, duration_ms)
    share = [at(points, 1000 * second + 500) for second in range(-(-duration_ms // 1000))]
    if not curve.views:
        most = max([1.0, *share])
        return _track(
            "plays",
            curve,
            share,
            [0.0] * len(share),
            [most] * len(share),
            "plays a view",
            f"{curve.title}; {NO_INTERVAL}",
        )
    value = np.asarray(share)
    low = poisson(np.maximum(value - curve.rounding, 0) * curve.views)[0] / curve.views
    high = poisson((value + curve.rounding) * curve.views)[1] / curve.views
    method = f"{curve.title}: Byar's Poisson interval, rounding allowed for"
    return _track(
        "plays", curve, share, np.minimum(low, value).tolist(), np.maximum(high, value).tolist(), "plays a view", method
    )


def rank(curve: PlatformCurve, duration_ms: int) -> BySecond:
    """The platform's own rank of each second among its videos of like length; it says no interval."""
    points = tuple((p * duration_ms, r) for p, r in zip(curve.positions, curve.relative, strict=True))
    share = [at(points, 1000 * second + 500) for second in range(-(-duration_ms // 1000))]
    none, all_of_it = [0.0] * len(share), [1.0] * len(share)
    method = f"{curve.title}'s own rank, 0.5 the median; it says no interval"
    track = _track(RANK, curve, share, none, all_of_it, "rank", method)
    return replace(track, n=0, grade=Grade.ACROSS)


def _passing(name: str, curve: PlatformCurve, told: Sequence[int], duration_ms: int) -> BySecond:
    """Views that begin or cease to play in each second, of all views; a hundredth's counts spread over its seconds."""
    width = duration_ms / len(told)
    edges = np.concatenate([[0], np.cumsum(told)]).astype(float)
    ends = np.arange(len(told) + 1) * width
    seconds = np.minimum(np.arange(-(-duration_ms // 1000) + 1) * 1000, duration_ms)
    count = np.diff(np.interp(seconds, ends, edges))
    low, high = poisson(count)
    n = curve.views
    method = f"{curve.title} counts them; Byar's Poisson interval"
    return _track(name, curve, (count / n).tolist(), (low / n).tolist(), (high / n).tolist(), "share a second", method)


def _track(
    name: str,
    curve: PlatformCurve,
    value: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    unit: str,
    method: str,
) -> BySecond:
    return BySecond(
        name, of_platform(curve), curve.episode, curve.views, tuple(value), tuple(low), tuple(high), unit, method
    )


# Counts


def _of_counts(counts: Sequence[PlatformViews], durations_ms: Mapping[int, int], k: int) -> tuple[list[Figure], int]:
    """Views, watch time and the next episode's views, by platform and market."""
    sums: dict[tuple[int, str, str], list[PlatformViews]] = {}
    for one in counts:
        sums.setdefault((one.episode, one.platform, one.market), []).append(one)
    figures: list[Figure] = []
    few = 0
    for platform in dict.fromkeys(one.platform for one in counts):
        own = {key: parts for key, parts in sums.items() if key[1] == platform}
        for episode in dict.fromkeys(key[0] for key in own):
            here = {Group(platform=platform, market=m): _sum(p) for (e, _, m), p in own.items() if e == episode}
            shown, hidden = visible({g: n for g, (n, _) in here.items()}, ("platform", "market"), k=k)
            few += hidden
            for group in sorted(shown, key=lambda group: -here[group][0]):
                figures += _counted(group, episode, *here[group], durations_ms.get(episode, 0))
    return figures + _next(counts, sorted(durations_ms)), few


def _sum(parts: Sequence[PlatformViews]) -> tuple[int, int]:
    return sum(p.views for p in parts), sum(p.watched_ms for p in parts)


def _counted(group: Group, episode: int, views: int, watched_ms: int, duration_ms: int) -> Iterable[Figure]:
    title = PlatformCurve(group.platform, 0, (), ()).title
    yield Figure(
        "views", group, Estimate(views, views, views, views, f"{title} counts them", Grade.WITHIN, "views"), episode
    )
    if watched_ms and duration_ms:
        mean, length = watched_ms / views / 1000, duration_ms / 1000
        most = max(mean, length)
        # of all that lie between 0 and the length with this mean, none spreads further (Bhatia and Davis 2000)
        half = float(Z95 * np.sqrt(mean * (most - mean) / views))
        method = f"{title}'s watch time over its views; widest spread that the length allows"
        estimate = Estimate(mean, max(mean - half, 0.0), mean + half, views, method, Grade.WITHIN, "s a view")
        yield Figure("watch time", group, estimate, episode)


def _next(counts: Sequence[PlatformViews], episodes: Sequence[int]) -> list[Figure]:
    """The next episode's views for each view of an episode, where a platform counts both."""
    found = []
    for platform in dict.fromkeys(one.platform for one in counts):
        totals = {e: counted(PlatformCurve(platform, e, (), ()), counts) for e in episodes}
        for episode, following in pairwise(episodes):
            if totals[episode] and totals[following]:
                a, b = totals[following], totals[episode]
                factor = float(np.exp(Z95 * np.sqrt(1 / a + 1 / b)))
                title = PlatformCurve(platform, 0, (), ()).title
                method = (
                    f"{title}'s views of the next over this one's; not the same viewers; log interval of two counts"
                )
                estimate = Estimate(a / b, a / b / factor, a / b * factor, b, method, Grade.ACROSS, "views a view")
                found.append(Figure("next episode's views", Group(platform=platform), estimate, episode))
    return found


# Added to the player's


def _adding(curves: Sequence[PlatformCurve], by: Sequence[str]) -> Iterable[tuple[PlatformCurve, Group]]:
    """Curves that share no view with each other nor with the player's events, by the groups asked for."""
    for dims in ((), tuple(by)) if by else ((),):
        if "cut" in dims:
            continue
        groups: dict[tuple[int, Group], list[PlatformCurve]] = {}
        for curve in curves:
            if curve.beside and not curve.paid and ("market" not in dims or curve.market):
                group = Group(**{name: str(getattr(curve, name)) for name in dims})
                groups.setdefault((curve.episode, group), []).append(curve)
        for (_, group), some in groups.items():
            yield from ((curve, group) for curve in apart(some))


def apart(curves: Sequence[PlatformCurve]) -> list[PlatformCurve]:
    """Of one episode's curves a set in which no view stands twice, the largest first.

    Curves of one platform share views where their markets (all of them, for a curve that names none) and their days
    (any, for one that names none) meet.
    """
    kept: list[PlatformCurve] = []
    for curve in sorted(curves, key=lambda c: (c.market != "", -c.views, -c.size)):
        if not any(_meet(curve, other) for other in kept):
            kept.append(curve)
    return kept


def _meet(a: PlatformCurve, b: PlatformCurve) -> bool:
    markets = not a.market or not b.market or a.market == b.market
    dated = all((a.first_day, a.last_day, b.first_day, b.last_day))
    days = not dated or (a.first_day <= b.last_day and b.first_day <= a.last_day)
    return a.platform == b.platform and markets and days


def add_figures(figures: Sequence[Figure], told: Told, durations_ms: Mapping[int, int]) -> tuple[Figure, ...]:
    """The player's figures with those of curves that share no view with them; then each platform's own.

    Where the player has none of an episode and one curve stands alone, its figure is the group's.
    """
    made = list(figures)
    for name, make in ADDED.items():
        for (episode, group), curves in _grouped(told.adding).items():
            parts = [e for c in curves if (e := make(c, durations_ms[episode])) is not None]
            made = _merged(made, name, group, episode, parts)
    held = {(f.name, f.group, f.episode) for f in made}
    return (*made, *(f for f in told.figures if (f.name, f.group, f.episode) not in held))


def _grouped(adding: Sequence[tuple[PlatformCurve, Group]]) -> dict[tuple[int, Group], list[PlatformCurve]]:
    found: dict[tuple[int, Group], list[PlatformCurve]] = {}
    for curve, group in adding:
        found.setdefault((curve.episode, group), []).append(curve)
    return found


def _merged(figures: list[Figure], name: str, group: Group, episode: int, parts: Sequence[Estimate]) -> list[Figure]:
    """The figures with one more, or with one that now holds the parts too."""
    own = next((i for i, f in enumerate(figures) if (f.name, f.group, f.episode) == (name, group, episode)), None)
    if own is not None:
        sized = [part for part in parts if part.n]
        if not sized:
            return figures
        before = figures[own]
        whole = pooled([replace(before.estimate, method=f"the player's events: {before.estimate.method}"), *sized])
        return [*figures[:own], replace(before, estimate=whole), *figures[own + 1 :]]
    made = _alone(parts)
    return [*figures, Figure(name, group, made, episode)] if made else figures


def _alone(parts: Sequence[Estimate]) -> Estimate | None:
    """Figures of curves alone: one as it stands, several added where each says its number of views."""
    sized = [part for part in parts if part.n]
    if len(sized) > 1:
        return pooled(sized)
    return sized[0] if sized else next(iter(parts), None)


def add_tracks(tracks: Sequence[BySecond], told: Told, durations_ms: Mapping[int, int]) -> tuple[BySecond, ...]:
    """The player's retention by second with that of curves that share no view with it; then each platform's own."""
    made = list(tracks)
    for (episode, group), curves in _grouped(told.adding).items():
        parts = [replace(retention(curve, durations_ms[episode]), group=group) for curve in curves]
        own = next((t for t in made if (t.name, t.group) == ("retention", group)), None)
        sized = [part for part in parts if part.n]
        if own is not None and sized:
            named = replace(own, method=f"the player's events: {own.method}")
            made[made.index(own)] = _pooled_track([named, *sized])
        elif own is None and parts:
            made.insert(0, _pooled_track(sized) if sized else parts[0])
    held = {(track.name, track.group) for track in made}
    return (*made, *(track for track in told.by_second if (track.name, track.group) not in held))


def _pooled_track(parts: Sequence[BySecond]) -> BySecond:
    """Retention of several groups, added second by second as far as all of them go."""
    if len(parts) == 1:
        return parts[0]
    length = min(len(part.value) for part in parts)
    rows = [
        pooled([Estimate(p.value[i], p.low[i], p.high[i], p.n, p.method, p.grade, p.unit) for p in parts])
        for i in range(length)
    ]
    first = parts[0]
    return replace(
        first, n=rows[0].n, value=tuple(r.value for r in rows), low=tuple(r.low for r in rows),
        high=tuple(r.high for r in rows), method=rows[0].method,
    )  # fmt: skip


def _notes(
    curves: Sequence[PlatformCurve], adding: Sequence[tuple[PlatformCurve, Group]], by: Sequence[str]
) -> Iterable[str]:
    reasons: dict[str, Callable[[PlatformCurve], bool]] = {
        "no interval, and not added to others: its number of views isn't known (--views, or hookline.toml)": lambda c: (
            not c.views
        ),
        "not added, since the player's own events hold this platform's views": lambda c: not c.beside,
        "not added: plays of ads begin by themselves in a feed": lambda c: c.paid,
    }
    added = {id(curve) for curve, _ in adding}
    for why, holds in reasons.items():
        names = dict.fromkeys(c.file or c.title for c in curves if holds(c))
        if names:
            yield f"{_some(list(names))}: {why}."
    twice = dict.fromkeys(
        c.file or c.title for c in curves if c.beside and not c.paid and c.views and id(c) not in added
    )
    if twice:
        yield f"{_some(list(twice))}: not added, since a larger curve of the platform holds its views."
    if curves and "cut" in by:
        yield "Platforms' curves name no cut: they stand in no figure by cut."
    if curves and "market" in by and any(not c.market and not c.paid for c in curves):
        yield "A curve of all markets can't be broken down: it stands in the figures of all viewers alone."


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
