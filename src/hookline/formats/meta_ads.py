"""What ads cost and brought on Meta: reports of Ads Manager (CSV) or the Insights API (JSON), by ad and day."""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample, fold
from hookline.formats.sources import Source, reader, recogniser
from hookline.model.tables import ADS

KIND = "events"
TITLE = "Meta ads report"

SOURCE = Source(
    name="meta_ads",
    title=TITLE,
    table=ADS,
    expected="the columns Ad name, Day, Amount spent (USD), Impressions",
    fields={
        "ad": ("Ad name", "ad_name"),
        "day": ("Day",),
        "start": ("Reporting starts", "date_start"),
        "stop": ("Reporting ends", "date_stop"),
        "country": ("country",),
        "spend": ("Amount spent*", "spend"),
        "spend_heading": ("Amount spent*",),
        "currency": ("Currency", "account_currency"),
        "impressions": ("impressions",),
        "link_clicks": ("Link clicks",),
        "inline_link_clicks": ("inline_link_clicks",),
        "clicks": ("Clicks (all)", "clicks"),
        "installs": ("App installs", "Mobile app installs"),
        "actions_json": ("actions",),
        "account": ("account_id", "Account ID", "account_name", "Account name"),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the columns are Meta's: ad name, and what was spent."""
    table = any(fold(name).startswith("amountspent") for name in sample.columns)
    if sample.has("ad name") and (table or sample.has("spend", "date_start", "impressions")):
        return Match(0.95, "the columns of Meta's ad reports")
    return None


recognise = recogniser(judge)
load = reader(SOURCE)
