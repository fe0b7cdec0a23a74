"""Stories made by chance, and the short way from a simulated world to cells, for benchmarks and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hookline.audience.cells import HazardCells, StepCounts
from hookline.model.script import Episode, Line, LineKind, Scene, Source
from hookline.model.span import Span
from hookline.model.story import Beat, BeatType, Ending, EndingType, EpisodeStory, SeriesStory, Timing
from hookline.simulate.world import World

Ints = NDArray[np.int64]

TYPES = (
    *(BeatType.EXPOSITION, BeatType.CONFRONTATION, BeatType.REVEAL, BeatType.THREAT),
    *(BeatType.COMEBACK, BeatType.FLASHBACK, BeatType.DISCOVERY, BeatType.HUMILIATION),
)
ENDINGS = (
    *(EndingType.RESOLVED, EndingType.SUSPENSE, EndingType.RESOLVED, EndingType.CRISIS),
    *(EndingType.SUSPENSE, EndingType.RESOLVED, EndingType.CRISIS, EndingType.REVERSAL),
)


Placed = Mapping[BeatType, tuple[float, float]]  # shares of an episode between which a type's beats begin


def made_up_story(
    seed: int, *, episodes: int = 8, beats_per_episode: int = 6, placed: Placed = MappingProxyType({})
) -> SeriesStory:
    """A story of episodes of 60-75 s whose beats lie at chance places (or where ``placed`` says); 4 to 9 s each."""
    rng = np.random.default_rng([seed, 7])
    endings = [ENDINGS[i % len(ENDINGS)] for i in rng.permutation(max(episodes, len(ENDINGS)))][:episodes]
    made = tuple(
        _episode(number, endings[number - 1], rng, beats_per_episode=beats_per_episode, placed=placed)
        for number in range(1, episodes + 1)
    )
    return SeriesStory("Made up", "en", made)


def _episode(
    number: int, ending: EndingType, rng: np.random.Generator, *, beats_per_episode: int, placed: Placed
) -> EpisodeStory:
    duration_ms = int(rng.integers(60_000, 75_000))
    cuts = [0, *sorted(int(c) for c in rng.integers(12_000, duration_ms - 12_000, 2)), duration_ms]
    scenes = tuple(_scene(number, i, Span(cuts[i], cuts[i + 1])) for i in range(3))
    length = max(span.end_ms for scene in scenes for line in scene.lines if (span := line.span))
    assert length == duration_ms
    kinds = rng.choice(len(TYPES), size=beats_per_episode, replace=False)
    beats = []
    for kind in kinds:
        first, last_start = placed.get(TYPES[kind], (0.0, 1.0))
        first_ms, last_ms = (
            max(3_000, round(first * duration_ms)),
            min(duration_ms - 12_000, round(last_start * duration_ms)),
        )
        start, length = int(rng.integers(first_ms, last_ms)), int(rng.integers(4_000, 9_000))
        source = Source("made-up.fountain", number * 1000 + start // 1000)
        beats.append(Beat(TYPES[kind], Span(start, start + length), 0.6, (source,), why="placed by chance"))
    last = Span(duration_ms - 6_000, duration_ms)
    return EpisodeStory(
        Episode(number, scenes),
        duration_ms,
        Timing.READING,
        tuple(sorted(beats, key=lambda beat: beat.span)),
        tuple(0.5 for _ in range(-(-duration_ms // 1000))),
        Ending(ending, float(rng.uniform(0.2, 0.9)), last, (Source("made-up.fountain", number * 1000 + 999),)),
    )


def _scene(number: int, index: int, span: Span) -> Scene:
    """Lines of about four seconds from the scene's start to its end."""
    count = max(1, span.duration_ms // 4_000)
    edges = [span.start_ms + span.duration_ms * i // count for i in range(count + 1)]
    lines = tuple(
        Line(
            LineKind.DIALOGUE,
            f"Line at {edges[i] // 1000} s of episode {number}",
            Source("made-up.fountain", number * 1000 + edges[i] // 1000),
            speaker="LIN",
            span=Span(edges[i], edges[i + 1]),
        )
        for i in range(count)
    )
    return Scene(f"INT. PLACE {index + 1} - DAY", Source("made-up.fountain", number * 1000), lines)


@dataclass(frozen=True, slots=True, eq=False)
class _Merged:
    """Views as the audience room counts them: one for each viewer and episode, its sittings merged."""

    viewer: Ints
    episode: Ints
    exit_ms: Ints
    completed: NDArray[np.bool_]


def _merged(world: World) -> _Merged:
    """The furthest exit of each; who comes within a second of the end has completed."""
    views = world.views
    lengths = np.zeros(max(world.durations_ms) + 1, dtype=np.int64)
    lengths[list(world.durations_ms)] = list(world.durations_ms.values())
    key, at = np.unique(views.viewer * len(lengths) + views.episode, return_inverse=True)
    furthest = np.zeros(len(key), dtype=np.int64)
    np.maximum.at(furthest, at, views.exit_ms)
    episode = key % len(lengths)
    completed = furthest >= lengths[episode] - 1000
    return _Merged(key // len(lengths), episode, np.where(completed, lengths[episode], furthest), completed)


def hazard_cells(world: World) -> HazardCells:
    """What ``audience.build`` and ``audience.hazard_cells`` give, without a file in between."""
    views = _merged(world)
    market = world.viewer_market[views.viewer]
    columns: list[Ints] = []
    for episode, duration_ms in sorted(world.durations_ms.items()):
        seconds = -(-duration_ms // 1000)
        for code in range(len(world.markets)):
            chosen = (views.episode == episode) & (market == code)
            if not chosen.any():
                continue
            ended = np.minimum(views.exit_ms[chosen] // 1000, seconds - 1)
            every = np.bincount(ended, minlength=seconds)
            left = np.bincount(ended[~views.completed[chosen]], minlength=seconds)
            at_risk = every[::-1].cumsum()[::-1]
            grid = np.arange(seconds)
            columns.append(np.stack([np.full(seconds, episode), np.full(seconds, code), grid, at_risk, left]))
    return HazardCells(world.series, world.markets, *np.concatenate(columns, axis=1))


def step_counts(world: World) -> StepCounts:
    """The same for steps: distinct viewers, by episode and market."""
    views, steps, count = _merged(world), world.steps, len(world.viewer_market)
    rows: list[list[int]] = []
    for episode in sorted(world.durations_ms):
        here, after = views.episode == episode, views.episode == episode + 1
        started, next_started = _who(views.viewer[here], count), _who(views.viewer[after], count)
        finished = _who(views.viewer[here & views.completed], count)
        asked = _who(steps.viewer[(steps.episode == episode) & (steps.event == 0)], count)
        paid = _who(steps.viewer[(steps.episode == episode) & (steps.event > 0)], count)
        parts = (started, finished, started & next_started, finished & next_started, asked, paid & asked)
        by_market = [np.bincount(world.viewer_market[part], minlength=len(world.markets)) for part in parts]
        seen = [code for code in range(len(world.markets)) if by_market[0][code] or by_market[4][code]]
        rows += [[episode, code, *(int(part[code]) for part in by_market)] for code in seen]
    return StepCounts(world.series, world.markets, *np.array(rows, dtype=np.int64).T)


def _who(viewers: Ints, count: int) -> NDArray[np.bool_]:
    present = np.zeros(count, dtype=bool)
    present[viewers] = True
    return present
