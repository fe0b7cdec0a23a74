"""Retention curves that a platform exports, read as cells: who was watching and who left, by second.

With n views, a share r(t) of them at time t stands for n r(t) watching, and its falls for leaving.
Where the curve rises (viewers jump back) nobody is taken to have left.  The same scan as on
viewers' own events then finds where the curve falls more than its own smooth decline.
"""

from __future__ import annotations

import numpy as np

from hookline.insight.grid import Grid
from hookline.insight.moments import Window, scan
from hookline.model.curve import PlatformCurve
from hookline.model.story import EpisodeStory, SeriesStory

LEAST_POINTS = 20


def scan_curve(curve: PlatformCurve, episode: EpisodeStory) -> list[Window]:
    """The windows where a curve falls more, or less, than it would by position; needs ``views``."""
    return scan(as_grid(curve, episode), curve.market)[1]


def as_grid(curve: PlatformCurve, episode: EpisodeStory) -> Grid:
    """A curve as cells of one second."""
    at_s = np.array(curve.positions) * episode.duration_ms / 1000
    edges = np.arange(episode.seconds + 1)
    share = np.interp(edges, at_s, np.array(curve.shares))
    watching = curve.views * share[:-1]
    left = curve.views * np.maximum(share[:-1] - share[1:], 0)
    seconds = np.arange(episode.seconds)
    length = np.full(episode.seconds, episode.duration_ms / 1000)
    # before the first point nothing is known, and the last seconds are the player's end cards
    used = (seconds >= at_s.min(initial=0.0)) & (seconds + 1 <= length - 2) & (watching > 0)
    bounds = np.array([0, episode.seconds])
    group = np.zeros(episode.seconds, np.int64)
    return Grid(((0, episode),), bounds, group, seconds, length, watching, left, used, seconds)


def unusable(curve: PlatformCurve, story: SeriesStory) -> str:
    """Why a curve can't be judged, and what would mend it; "" when it can."""
    name = f"{curve.file or curve.platform}, episode {curve.episode}"
    if story.episode(curve.episode) is None:
        return f"{name}: the story has no such episode; the curve can't be laid along it."
    if len(curve.positions) < LEAST_POINTS:
        return f"{name}: {len(curve.positions)} points are too few to tell a dip from the decline."
    if curve.views <= 0:
        return f"{name}: the export doesn't say how many views it rests on; give --views, and dips get intervals."
    return ""
