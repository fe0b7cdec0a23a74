"""Falls planted in curves as platforms export them: found at their lines, never where nothing is, intervals that hold.

Curves are made view by view in effect: who is left after each tenth of a hundredth is binomial of who was there.  Then
comes what a platform does to them: means over hundredths, plays again of a passage, smoothing, rounding.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.worlds import made_up_story
from hookline.insight.curves import Dip, extra, scan_curves
from hookline.insight.discovery import LEVEL, false_discovery
from hookline.model.curve import PlatformCurve
from hookline.model.span import Span
from hookline.model.story import EpisodeStory, SeriesStory

Floats = NDArray[np.float64]

FIRST_SEED = 50_000  # the detector was tuned on seeds from 0 on
FINE = 10  # steps of the simulation in a hundredth
POINTS = 100
ABOUT = """\
Curves as YouTube exports them (100 points), everything about them by chance: length 45 to 180 s, 1,000 to 200,000
views, five shapes of decline, a passage watched again or none or two, smoothing over 1 to 5 points, 1 to 4 decimals.
Planted: in the first curve 4 to 8 s in which four times as many leave. False claims: without planted falls, of worlds
with any claim; with them, of claims. Intervals: of falls found, those that hold the true excess.
"""
SHAPES = ("falling", "spike", "level", "rising end", "intro")


@dataclass(frozen=True, slots=True)
class Made:
    """A curve with what is true of it."""

    curve: PlatformCurve
    episode: EpisodeStory
    falls: tuple[Span, ...]
    rate: Floats  # of leaving, in each fine step, falls included
    smooth: Floats  # without them


@dataclass(frozen=True, slots=True)
class Habits:
    """What a platform, and its viewers, do to a curve."""

    rewatched: int = 0  # passages that are played again
    smoothing: int = 1  # hundredths in a running mean
    decimals: int = 2  # of the percentages


def smooth_rate(shape: str, seconds: Floats, length_s: float, left: float) -> Floats:
    """A rate of leaving a second, without falls, at which a share ``left`` has gone by the end."""
    share = seconds / length_s
    rate = {
        "falling": (seconds + 1.0) ** -0.5,
        "spike": 0.25 + np.exp(-seconds / 4.0),
        "level": np.ones_like(seconds),
        "rising end": 0.5 + share**2 + np.exp(-(length_s - seconds) / 4.0),
        "intro": np.where(seconds < 3.0, 2.0, 1.0) * (0.3 + np.exp(-seconds / 6.0)),
    }[shape]
    step = length_s / len(seconds)
    return np.asarray(rate * -np.log(1 - left) / (rate.sum() * step), np.float64)


def make(
    episode: EpisodeStory,
    rng: np.random.Generator,
    *,
    views: int,
    shape: str = "falling",
    left: float = 0.5,
    falls: Sequence[tuple[Span, float]] = (),
    habits: Habits = Habits(),
) -> Made:
    """A YouTube curve of an episode whose rate of leaving is so many times higher in each planted fall."""
    length_s = episode.duration_ms / 1000
    step = length_s / (POINTS * FINE)
    seconds = ((np.arange(POINTS * FINE) + 0.5) * step).astype(np.float64)
    smooth = smooth_rate(shape, seconds, length_s, left)
    rate: Floats = smooth.copy()
    for span, times in falls:
        rate[(seconds * 1000 >= span.start_ms) & (seconds * 1000 < span.end_ms)] *= times
    there = np.empty(len(seconds))
    watching = views
    for i, gone in enumerate(-np.expm1(-rate * step)):
        watching -= int(rng.binomial(watching, gone))
        there[i] = watching
    share = there.reshape(POINTS, FINE).mean(axis=1) / views
    for _ in range(habits.rewatched):
        first, width = int(rng.integers(8, 85)), int(rng.integers(2, 7))
        share[first : first + width] += rng.poisson(views * rng.uniform(0.05, 0.4), width) / views
    if habits.smoothing > 1:
        kernel = np.ones(habits.smoothing) / habits.smoothing
        padded = np.pad(share, habits.smoothing // 2, mode="edge")
        share = np.convolve(padded, kernel, mode="valid")
    share = np.round(share, habits.decimals + 2)
    curve = PlatformCurve(
        "youtube",
        episode.number,
        tuple(((np.arange(POINTS) + 0.5) / POINTS).tolist()),
        tuple(share.tolist()),
        views=views,
        rounding=0.5 * 10.0 ** -(habits.decimals + 2),
    )
    return Made(curve, episode, tuple(span for span, _ in falls), rate, smooth)


def found(made: Sequence[Made], story: SeriesStory) -> list[Dip]:
    """What is claimed of some curves, at a false discovery rate of 5 % over them all."""
    dips = scan_curves([one.curve for one in made], story).dips
    q = false_discovery([dip.window.p for dip in dips])
    return [dip for dip, value in zip(dips, q, strict=True) if value <= LEVEL]


def truth(made: Made, span: Span) -> float:
    """The share of those watching at a span's start that leaves in it beyond the smooth rate."""
    length_s = made.episode.duration_ms / 1000
    step = length_s / len(made.rate)
    ms = (np.arange(len(made.rate)) + 0.5) * step * 1000
    inside = (ms >= span.start_ms) & (ms < span.end_ms)
    leaving, expected = (-np.expm1(-(rate[inside].sum() * step)) for rate in (made.rate, made.smooth))
    return float(leaving - expected)


def world(seed: int, story: SeriesStory, *, curves: int, planted: bool, habits: Habits | None = None) -> list[Made]:
    """Curves of a series' first episodes, everything about them by chance."""
    rng = np.random.default_rng([seed, 11])
    shape, left = SHAPES[int(rng.integers(len(SHAPES)))], float(rng.uniform(0.35, 0.8))
    views = int(np.exp(rng.uniform(np.log(1_000), np.log(200_000))))
    chosen = habits or Habits(
        rewatched=int(rng.integers(0, 3)),
        smoothing=int(rng.choice([1, 1, 3, 5])),
        decimals=int(rng.choice([1, 2, 2, 4])),
    )
    made = []
    for number in range(curves):
        told = story.episodes[number]
        length_ms = int(rng.uniform(45_000, 180_000)) if curves == 1 else told.duration_ms
        episode = replace(told, duration_ms=length_ms)
        falls = [(fall(rng, length_ms), 4.0)] if planted and number == 0 else []
        near = float(np.clip(left + rng.normal(0, 0.05), 0.2, 0.9))
        own = max(200, int(views * np.exp(rng.normal(0, 0.3))))
        made.append(make(episode, rng, views=own, shape=shape, left=near, falls=falls, habits=chosen))
    return made


def fall(rng: np.random.Generator, length_ms: int) -> Span:
    """Where a fall is planted: 4 to 8 s, neither in the opening nor at the end."""
    start = int(rng.uniform(0.15, 0.75) * length_ms)
    return Span(start, start + int(rng.uniform(4_000, 8_000)))


def measure(seeds: Sequence[int], story: SeriesStory, *, curves: int, planted: bool) -> dict[str, float]:
    """Over many worlds: false claims, planted falls found, intervals that hold the truth, CPU seconds a curve."""
    began = time.process_time()
    false = recalled = covered = near = 0
    claims = 0
    for seed in seeds:
        made = world(seed, story, curves=curves, planted=planted)
        told = replace(story, episodes=tuple(one.episode for one in made))
        claimed = found(made, told)
        claims += len(claimed)
        wrong = [dip for dip in claimed if not any(dip.span.overlap_ms(s) > 0 for one in made for s in one.falls)]
        false += bool(wrong) if not planted else len(wrong)
        if planted:
            right = [d for d in claimed if d not in wrong and d.curve.episode == made[0].episode.number]
            recalled += bool(right)
            for dip in right[:1]:
                estimate = extra(dip)
                near += 1
                covered += estimate.low <= truth(made[0], dip.span) <= estimate.high
    worlds = len(seeds)
    return {
        "false": false / max(claims, 1) if planted else false / worlds,
        "found": recalled / worlds,
        "covered": covered / max(near, 1),
        "claims": claims,
        "cpu_s": (time.process_time() - began) / worlds / curves,
    }


def main() -> None:
    """Print the figures as a table."""
    story = made_up_story(5)
    print(ABOUT)
    print("| | worlds | false claims | falls found | intervals hold | CPU ms a curve |\n|---|---|---|---|---|---|")
    for name, curves, planted, worlds in (
        ("one curve, nothing planted", 1, False, 1_000),
        ("one curve, a fall planted", 1, True, 1_000),
        ("six episodes' curves, nothing planted", 6, False, 300),
        ("six episodes' curves, a fall planted in one", 6, True, 300),
    ):
        told = measure(range(FIRST_SEED, FIRST_SEED + worlds), story, curves=curves, planted=planted)
        found_and_held = f"{told['found']:.1%} | {told['covered']:.1%}" if planted else "| "
        print(f"| {name} | {worlds:,} | {told['false']:.1%} | {found_and_held} | {1000 * told['cpu_s']:.0f} |")


if __name__ == "__main__":
    main()
