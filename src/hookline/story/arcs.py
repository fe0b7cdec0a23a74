"""Step 7: how the mood moves from start to end, and which of the six classic shapes it follows.

The mood by second is smoothed with a normal kernel as wide as ``SMOOTH_SHARE`` of the whole and read
at ``POINTS`` evenly spaced points.  Reagan, Mitchell, Kiley, Danforth and Dodds ("The emotional arcs of
stories are dominated by six basic shapes", EPJ Data Science 5:31, 2016) find by singular value
decomposition of 1,327 novels that three modes and their mirror images carry most of the variance; the
modes look like one, two and three half-waves.  Here the half-waves themselves are the templates::

    wave k at point i of n:  w_k(i) = cos(pi k (i + 1/2) / n),  k = 1, 2, 3

They are orthogonal to each other and to a constant, so with a the arc less its mean,

    fit of wave k = (a . w_k)^2 / (|a|^2 |w_k|^2)

is the share of the arc's variance that it explains, and the three shares sum to at most 1.  The sign of
a . w_k tells the shape from its mirror image, whose fit is 0.  The arc's shape is the best fit; its margin
is what the next best wave explains less.  A smoothed curve of pure chance is explained well by some wave
too: ``docs/story.md`` says how well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from hookline.model.story import Arc, ArcShape, EpisodeStory, Feeling

POINTS = 25
SMOOTH_SHARE = 0.08  # standard deviation of the kernel, of the whole length
BINS = 200  # a season is first averaged into so many stretches: finer changes nothing after smoothing
LEAST_FELT = 8  # lines that sound good or bad; fewer draw no arc
LEAST_RANGE = 0.02  # between the arc's highest and lowest point; below, nothing moves
LEAST_EPISODES = 3  # a season of fewer has no arc of its own

# (a . w_k > 0, a . w_k < 0): cos falls first.
WAVES = {
    1: (ArcShape.FALL, ArcShape.RISE),
    2: (ArcShape.FALL_RISE, ArcShape.RISE_FALL),
    3: (ArcShape.FALL_RISE_FALL, ArcShape.RISE_FALL_RISE),
}
MIRROR = {shape: other for pair in WAVES.values() for shape, other in (pair, pair[::-1])}


def arc_of(valence: Sequence[float]) -> Arc | None:
    """The arc of a mood.

    Args:
        valence: -1..1 at evenly spaced times, as many as there are.

    Returns:
        The smoothed mood at ``POINTS`` points with its shape; None where it is shorter than ``POINTS`` or
        moves less than ``LEAST_RANGE``.

    >>> arc_of([step / 50 - 1 for step in range(100)]).shape
    <ArcShape.RISE: 'rise'>
    """
    if len(valence) < POINTS:
        return None
    values = _smoothed(_binned(valence))
    if max(values) - min(values) < LEAST_RANGE:
        return None
    fits = fits_of(values)
    best = max(fits, key=fits.__getitem__)
    return Arc(tuple(round(value, 4) for value in values), best, fits[best], {str(s): fit for s, fit in fits.items()})


def episode_arc(feelings: Sequence[Feeling], valence: Sequence[float]) -> Arc | None:
    """An episode's arc; None where fewer than ``LEAST_FELT`` lines sound good or bad."""
    return arc_of(valence) if sum(one.valence != 0.0 for one in feelings) >= LEAST_FELT else None


def season_arc(stories: Sequence[EpisodeStory]) -> Arc | None:
    """The arc over all episodes, end to end; None for fewer than ``LEAST_EPISODES`` or too little said."""
    felt = sum(one.valence != 0.0 for story in stories for one in story.feelings)
    if len(stories) < LEAST_EPISODES or felt < LEAST_FELT * LEAST_EPISODES:
        return None
    return arc_of([value for story in stories for value in story.valence])


def margin(arc: Arc) -> float:
    """How much more of the variance the arc's shape explains than the next best."""
    first, second = sorted(arc.fits.values(), reverse=True)[:2]
    return first - second


def fits_of(values: Sequence[float]) -> dict[ArcShape, float]:
    """The share of the variance that each of the six shapes explains, 0..1."""
    mean = sum(values) / len(values)
    moved = [value - mean for value in values]
    variance = sum(value * value for value in moved)
    fits = dict.fromkeys(ArcShape, 0.0)
    for waves, (shape, mirrored) in WAVES.items():
        wave = [math.cos(math.pi * waves * (at + 0.5) / len(values)) for at in range(len(values))]
        along = sum(value * height for value, height in zip(moved, wave, strict=True))
        share = along * along / (variance * sum(height * height for height in wave)) if variance else 0.0
        fits[shape if along > 0 else mirrored] = round(min(1.0, share), 4)
    return fits


def _binned(values: Sequence[float]) -> list[float]:
    """Means of ``BINS`` stretches; the values themselves where there are no more."""
    if len(values) <= BINS:
        return list(values)
    edges = [len(values) * bin // BINS for bin in range(BINS + 1)]
    return [sum(values[first:last]) / (last - first) for first, last in pairwise(edges)]


def _smoothed(values: Sequence[float]) -> list[float]:
    """The mean around each of ``POINTS`` points, weighted by a normal kernel; at the ends over what there is."""
    return [
        sum(value * weight for value, weight in zip(values, weights, strict=True)) for weights in _kernels(len(values))
    ]


@lru_cache(maxsize=256)  # episodes come in few lengths
def _kernels(length: int) -> tuple[tuple[float, ...], ...]:
    """For each point, what each of so many values weighs; sums to 1."""
    rows = []
    for point in range(POINTS):
        far = [((at + 0.5) / length - (point + 0.5) / POINTS) / SMOOTH_SHARE for at in range(length)]
        weights = [math.exp(-0.5 * distance * distance) for distance in far]
        total = sum(weights)
        rows.append(tuple(weight / total for weight in weights))
    return tuple(rows)
