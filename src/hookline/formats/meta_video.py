"""Meta's report of one video ad: the play curve and the quartiles.

What the Insights API answers (JSON, or the same as CSV) with ``video_play_actions``, ``video_play_curve_actions``,
``video_p25_watched_actions`` to ``video_p100_watched_actions``, ``video_thruplay_watched_actions``, and Ads Manager's
table (``Video plays at 25%``...).  The curve has 22 values: the share of plays, in whole percent, that got to each of
the seconds 0 to 14, then to the beginnings of the bands 15-20, 20-25, 25-30, 30-40, 40-50, 50-60 and over 60 s.
"""

from __future__ import annotations

from hookline.formats import Match, quartiles
from hookline.model.curve import PlatformExport

KIND = "curve"
TITLE = "Meta video report"

REPORT = quartiles.Report(
    platform="meta",
    why="it names Meta's video plays and how far they got",
    plays=("videoplayactions", "videoplays"),
    quartiles={
        0.25: ("videop25watchedactions", "videoplaysat25"),
        0.5: ("videop50watchedactions", "videoplaysat50"),
        0.75: ("videop75watchedactions", "videoplaysat75"),
        0.95: ("videop95watchedactions", "videoplaysat95"),
        1.0: ("videop100watchedactions", "videoplaysat100"),
    },
    marks={
        2.0: ("videocontinuous2secwatchedactions", "2secondcontinuousvideoplays"),
        3.0: ("3secondvideoplays",),
        15.0: ("videothruplaywatchedactions", "thruplays"),
        30.0: ("video30secwatchedactions",),
    },
    watch=("videoavgtimewatchedactions", "videoaverageplaytime"),
    curve=("videoplaycurveactions",),
    curve_seconds=(*map(float, range(15)), 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0),
    about="plays of ads start by themselves in a feed: they are shown beside the app's own viewers, not added to them",
)


def recognise(name: str, head: bytes) -> Match | None:
    """It names Meta's play curve or quartiles."""
    return quartiles.recognise(REPORT, head)


def read(text: str, *, file: str, episode: int, views: int = 0, market: str = "") -> PlatformExport:
    """The curve of one video ad; see ``quartiles.read``."""
    return quartiles.read(REPORT, text, file=file, episode=episode, views=views, market=market)
