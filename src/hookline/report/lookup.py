"""Where things stand: lines by source, curves and moments by episode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from hookline.audience.result import AudienceSummary, BySecond, Curve, EpisodeStep, Paywall
from hookline.insight.result import Insight, Moment
from hookline.model.curve import PlatformCurve
from hookline.model.estimate import Estimate, Finding
from hookline.model.script import Line, LineKind, Source
from hookline.model.story import EpisodeStory, SeriesStory

K = TypeVar("K")
V = TypeVar("V")

UNHEARD = (LineKind.MARK, LineKind.TRANSITION)


@dataclass(frozen=True)
class Sight:
    """Story, audience and insight side by side, with the ways from one to the other.

    No slots: the look-ups are made once, when first asked for.
    """

    story: SeriesStory
    audience: AudienceSummary | None
    insight: Insight | None

    @property
    def simulated(self) -> bool:
        """Whether any figure rests on simulated viewers."""
        findings = self.insight.findings if self.insight else ()
        return bool(self.audience and self.audience.simulated) or any(f.simulated for f in findings)

    @cached_property
    def curves(self) -> dict[tuple[int, str], Curve]:
        """Retention by episode and market, "" for all; a curve without views or seconds is none."""
        curves = self.audience.curves if self.audience else ()
        return {(c.episode, c.market): c for c in curves if c.n and len(c.share) > 1}

    @cached_property
    def steps(self) -> dict[tuple[int, str], EpisodeStep]:
        """How episodes stand in the season, by episode and market."""
        return {(s.episode, s.market): s for s in (self.audience.steps if self.audience else ())}

    @cached_property
    def paywalls(self) -> tuple[Paywall, ...]:
        """Paywalls, all markets first."""
        return tuple(sorted(self.audience.paywalls if self.audience else (), key=lambda p: (p.market, p.episode)))

    @cached_property
    def expected(self) -> dict[int, tuple[float, ...]]:
        """Expected retention by episode."""
        return {e.episode: e.share for e in (self.insight.expected if self.insight else ()) if len(e.share) > 1}

    @cached_property
    def markets(self) -> tuple[str, ...]:
        """Markets that have a curve or a step of their own, in the audience's order."""
        own = {market for _, market in (*self.curves, *self.steps) if market}
        known = self.audience.markets if self.audience else ()
        return (*(m for m in known if m in own), *sorted(own - set(known)))

    @cached_property
    def platform_curves(self) -> dict[int, tuple[PlatformCurve, ...]]:
        """Platforms' curves by episode."""
        return grouped((c.episode, c) for c in (self.audience.platform_curves if self.audience else ()) if c.size > 1)

    @cached_property
    def platform_tracks(self) -> dict[int, tuple[BySecond, ...]]:
        """Platforms' retention by second, with its interval where the number of views is known, by episode."""
        return grouped((t.episode, t) for t in (self.audience.platform_retention if self.audience else ()))

    @cached_property
    def platform_figures(self) -> dict[tuple[int, str, str, str], Estimate]:
        """What platforms' exports say, by episode, platform, market and the figure's name."""
        figures = self.audience.platform_figures if self.audience else ()
        return {(f.episode, f.group.platform, f.group.market, f.name): f.estimate for f in figures}

    @cached_property
    def moments(self) -> dict[int, tuple[Moment, ...]]:
        """Moments by episode, in order of time."""
        every = sorted(self.insight.moments if self.insight else (), key=lambda m: (m.place.span.start_ms, m.market))
        return grouped((m.place.episode, m) for m in every)

    @cached_property
    def _by_source(self) -> dict[Source, tuple[EpisodeStory, int]]:
        return {
            line.source: (told, index)
            for told in self.story.episodes
            for index, line in enumerate(told.episode.lines())
        }

    def find(self, source: Source) -> tuple[EpisodeStory, int] | None:
        """The episode and the line's place in it."""
        return self._by_source.get(source)


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """Values by key, in the order they came."""
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in groups.items()}


def share_at(shares: tuple[float, ...], at_ms: int) -> float:
    """Retention at an instant, straight between whole seconds."""
    position = min(max(at_ms / 1000, 0.0), len(shares) - 1)
    before = min(int(position), len(shares) - 2) if len(shares) > 1 else 0
    after = min(before + 1, len(shares) - 1)
    return shares[before] + (position - before) * (shares[after] - shares[before])


def by_second(curve: PlatformCurve, told: EpisodeStory) -> tuple[float, ...]:
    """A platform's curve at each whole second of an episode, straight between its points, level beyond them."""
    points = curve.points(told.duration_ms)
    spots, shares = (0.0, *(at for at, _ in points)), (points[0][1], *(share for _, share in points))
    found, i = [], 0
    for second in range(told.seconds):
        while i < len(spots) - 2 and spots[i + 1] < 1000 * second:
            i += 1
        part = (1000 * second - spots[i]) / ((spots[i + 1] - spots[i]) or 1.0)
        found.append(shares[i] + min(1.0, part) * (shares[i + 1] - shares[i]))
    return tuple(found)


def leaving(shares: tuple[float, ...]) -> tuple[float | None, ...]:
    """Share of those watching at each second who leave within it; none where nobody watches."""
    return tuple(max(0.0, 1 - after / now) if now > 0 else None for now, after in pairwise(shares))


def heard(told: EpisodeStory) -> tuple[Line, ...]:
    """The lines that viewers hear or see, each with its span, in order."""
    return tuple(line for line in told.episode.lines() if line.span and line.kind not in UNHEARD)


def around(told: EpisodeStory, at: Source | None, at_ms: int) -> Iterator[tuple[Line, bool]]:
    """The line at a place with the ones before and after it; true marks the line itself."""
    lines = heard(told)
    here = next((i for i, line in enumerate(lines) if line.source == at), None)
    if here is None:
        started = [i for i, line in enumerate(lines) if line.span and line.span.start_ms <= at_ms]
        here = started[-1] if started else None
    if here is None:
        return iter(())
    return ((lines[i], i == here) for i in range(max(0, here - 1), min(len(lines), here + 2)))


def still_of(finding: Finding) -> tuple[int, int] | None:
    """The frame that shows a finding: where its first place begins."""
    return (finding.places[0].episode, finding.places[0].span.start_ms) if finding.places else None
