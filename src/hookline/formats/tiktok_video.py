"""TikTok's report of one video ad: who played 2 s, 6 s and each quartile.

What the reporting API answers (``data.list``, each with ``dimensions`` and ``metrics``: ``video_play_actions``,
``video_watched_2s``, ``video_watched_6s``, ``video_views_p25`` to ``p100``, ``average_video_play``) and Ads Manager's
table (``Video views``, ``2-second video views``, ``Video views at 25%``...).  Replays within an impression aren't
counted again.
"""

from __future__ import annotations

from hookline.formats import Match, quartiles
from hookline.model.curve import PlatformExport

KIND = "curve"
TITLE = "TikTok video report"

REPORT = quartiles.Report(
    platform="tiktok",
    why="it names TikTok's video views and how far they got",
    plays=("videoplayactions", "videoviews"),
    quartiles={
        0.25: ("videoviewsp25", "videoviewsat25"),
        0.5: ("videoviewsp50", "videoviewsat50"),
        0.75: ("videoviewsp75", "videoviewsat75"),
        1.0: ("videoviewsp100", "videoviewsat100"),
    },
    marks={
        2.0: ("videowatched2s", "2secondvideoviews"),
        6.0: ("videowatched6s", "6secondvideoviews"),
    },
    watch=("averagevideoplay", "averageplaytimepervideoview", "videoaveragewatchtimepervideoview"),
    about="plays of ads start by themselves in a feed: they are shown beside the app's own viewers, not added to them",
)


def recognise(name: str, head: bytes) -> Match | None:
    """It names TikTok's quartiles."""
    return quartiles.recognise(REPORT, head)


def read(text: str, *, file: str, episode: int, views: int = 0, market: str = "") -> PlatformExport:
    """The curve of one video ad; see ``quartiles.read``."""
    return quartiles.read(REPORT, text, file=file, episode=episode, views=views, market=market)
