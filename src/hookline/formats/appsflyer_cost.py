"""What ads cost and brought on every network, as AppsFlyer collects it (cost reports, CSV or Parquet)."""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Source, reader, recogniser
from hookline.model.tables import ADS

KIND = "events"
TITLE = "AppsFlyer cost report"

SOURCE = Source(
    name="appsflyer_cost",
    title=TITLE,
    table=ADS,
    expected="the columns Date, Media Source, Ad, Cost, Currency",
    fields={
        "day": ("Date",),
        "media_source": ("Media Source", "Media Source (pid)"),
        "ad": ("Ad", "Ad name", "Adgroup"),
        "ad_id": ("Ad ID", "Adgroup ID"),
        "country": ("Country", "Geo", "Country Code"),
        "spend": ("Cost", "Total Cost", "Spend"),
        "currency": ("Currency", "Original cost currency"),
        "account": ("Ad Account", "Ad account ID", "ad_account"),
        "impressions": ("Impressions",),
        "clicks": ("Clicks",),
        "installs": ("Installs",),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the columns are those of AppsFlyer's cost reports."""
    cost = any(sample.has(name) for name in ("Cost", "Total Cost", "Spend"))
    source = sample.has("Media Source") or sample.has("Media Source (pid)")
    if cost and source and sample.has("Date"):
        return Match(0.95, "the columns of AppsFlyer's cost reports")
    return None


recognise = recogniser(judge)
load = reader(SOURCE)
