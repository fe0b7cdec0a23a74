"""Exports of platforms as their documentation shows them: columns, wrapping, units and spelling are theirs."""

from __future__ import annotations

import json
from typing import Any

STUDIO = "Video position (%),Absolute audience retention (%)\n" + "".join(
    f"{i},{100 - i / 2:.2f}\n" for i in range(100)
)
ACTIVITY = "Video position (%),Started watching,Stopped watching,Number of times each moment was seen\n" + "".join(
    f"{i},{1000 if i == 0 else 3},{8},{1000 - 5 * i}\n" for i in range(100)
)
YOUTUBE_METRICS = (
    "elapsedVideoTimeRatio", "audienceWatchRatio", "relativeRetentionPerformance", "startedWatching", "stoppedWatching",
    "totalSegmentImpressions",
)  # fmt: skip


def youtube_api(*, views: int = 2_000, country: str = "") -> dict[str, Any]:
    """An answer of YouTube's Analytics API: a result table with headers and rows."""
    rows: list[list[Any]] = [
        [i / 100, 1 - i / 200, 0.4 + i / 1000, views if i == 1 else 2, 9, round(views * (1 - i / 200))]
        for i in range(1, 101)
    ]
    headers = [{"name": name, "columnType": "METRIC", "dataType": "FLOAT"} for name in YOUTUBE_METRICS]
    if country:
        headers = [{"name": "country", "columnType": "DIMENSION", "dataType": "STRING"}, *headers]
        rows = [[country, *row] for row in rows]
    return {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": rows}


def actions(value: Any) -> list[dict[str, Any]]:
    """A figure as Meta wraps it."""
    return [{"action_type": "video_view", "value": value}]


# 22 values: seconds 0 to 14, then 15-20, 20-25, 25-30, 30-40, 40-50, 50-60, over 60
META_CURVE = (100, 82, 71, 64, 59, 55, 52, 50, 48, 46, 45, 44, 43, 42, 41, 40, 36, 33, 30, 26, 23, 0)
META_ROW: dict[str, Any] = {
    "ad_id": "120210", "ad_name": "Bride ep 1 hook A", "date_start": "2026-10-01", "date_stop": "2026-10-01",
    "impressions": "9000",
    "video_play_actions": actions("8000"),
    "video_play_curve_actions": actions(list(META_CURVE)),
    "video_p25_watched_actions": actions("3200"),
    "video_p50_watched_actions": actions("2400"),
    "video_p75_watched_actions": actions("2000"),
    "video_p95_watched_actions": actions("1800"),
    "video_p100_watched_actions": actions("1700"),
    "video_thruplay_watched_actions": actions("3300"),
    "video_avg_time_watched_actions": actions("19"),
}  # fmt: skip
TIKTOK_ROW: dict[str, Any] = {
    "dimensions": {"ad_id": "1768", "stat_time_day": "2026-10-01 00:00:00"},
    "metrics": {
        "video_play_actions": "5000", "video_watched_2s": "3000", "video_watched_6s": "2000", "video_views_p25": "1500",
        "video_views_p50": "1000", "video_views_p75": "800", "video_views_p100": "600", "average_video_play": "9.31",
    },
}  # fmt: skip
META_TABLE = (
    "Ad name,Reporting starts,Reporting ends,Video plays,Video plays at 25%,Video plays at 50%,Video plays at 75%,"
    "Video plays at 95%,Video plays at 100%,ThruPlays,3-second video plays,Video average play time\n"
    'Bride ep 1 hook A,2026-10-01,2026-10-01,"8,000","3,200","2,400","2,000","1,800","1,700","3,300","5,100",0:00:19\n'
)
TIKTOK_TABLE = (
    "Ad name,By Day,Video views,2-second video views,6-second video views,Video views at 25%,Video views at 50%,"
    "Video views at 75%,Video views at 100%,Average play time per video view\n"
    "Bride 1,2026-10-01,5000,3000,2000,1500,1000,800,600,9.31\n"
)
GEOGRAPHY = (
    "Geography,Views,Average view duration,Watch time (hours)\n"
    "Total,20500,0:00:41,233\nUS,12000,0:00:43,143.3\nBR,8500,0:00:38,89.7\n"
)
DATES = "Date,Geography,Views\n2026-10-01,US,700\n2026-10-02,US,500\n2026-10-01,BR,0\n"


def meta(*rows: dict[str, Any]) -> str:
    """An answer of Meta's Insights API."""
    return json.dumps({"data": rows or [META_ROW], "paging": {"cursors": {"before": "a", "after": "b"}}})


def tiktok(*rows: dict[str, Any]) -> str:
    """An answer of TikTok's reporting API."""
    listed = {"list": list(rows or [TIKTOK_ROW]), "page_info": {"page": 1, "total_number": len(rows or [1])}}
    return json.dumps({"code": 0, "message": "OK", "data": listed})


EXPORTS = {"youtube-retention": STUDIO, "youtube-views": GEOGRAPHY, "meta-video": meta(), "tiktok-video": tiktok()}
