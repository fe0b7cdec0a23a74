"""What ads cost and brought on TikTok: reports of Ads Manager (CSV) or the reporting API (JSON), by ad and day."""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Source, reader, recogniser
from hookline.model.tables import ADS

KIND = "events"
TITLE = "TikTok ads report"

SOURCE = Source(
    name="tiktok_ads",
    title=TITLE,
    table=ADS,
    expected="the columns Ad name, Date, Cost, Impressions",
    fields={
        "ad": ("Ad name", "metrics.ad_name", "ad_name"),
        "day": ("Date", "By Day", "Day", "dimensions.stat_time_day", "stat_time_day"),
        "country": ("Country/Region", "country", "dimensions.country_code", "country_code"),
        "spend": ("Cost", "Cost (*", "metrics.spend", "spend"),
        "spend_heading": ("Cost*",),
        "currency": ("currency", "metrics.currency"),
        "account": (
            "dimensions.advertiser_id",
            "advertiser_id",
            "Account ID",
            "metrics.advertiser_name",
            "Account name",
        ),
        "impressions": ("impressions", "metrics.impressions"),
        "clicks": ("Clicks (destination)", "clicks", "metrics.clicks"),
        "installs": ("App install", "Real-time app install", "metrics.app_install", "metrics.real_time_app_install"),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the columns are TikTok's: ad name and cost, or the API's dimensions and metrics."""
    api = any(isinstance(row.get("metrics"), dict) and "spend" in row["metrics"] for row in sample.rows)
    flat = sample.has("stat_time_day", "spend")
    if api or flat or (sample.has("Ad name", "Cost") and not sample.has("Media Source")):
        return Match(0.93, "the columns of TikTok's ad reports")
    return None


recognise = recogniser(judge)
load = reader(SOURCE)
