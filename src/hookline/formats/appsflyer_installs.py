"""AppsFlyer installs (raw data reports): which ad each viewer came from, as CSV or Parquet."""

from __future__ import annotations

from hookline.formats import Match
from hookline.formats.given import Sample
from hookline.formats.sources import Fault, Source, reader, recogniser
from hookline.model.tables import INSTALLS

KIND = "events"
TITLE = "AppsFlyer installs"

SOURCE = Source(
    name="appsflyer_installs",
    title=TITLE,
    table=INSTALLS,
    expected="the columns Install Time, Media Source, Ad, AppsFlyer ID",
    fields={
        "event_name": ("Event Name",),
        "install_time": ("Install Time",),
        "media_source": ("Media Source",),
        "campaign": ("Campaign",),
        "ad": ("Ad",),
        "ad_id": ("Ad ID",),
        "appsflyer_id": ("AppsFlyer ID",),
        "customer_user_id": ("Customer User ID",),
        "country_code": ("Country Code",),
        "user_agent": ("User Agent",),
    },
    faults={
        "not_install": Fault("the row is no install", "raw_time"),
        "no_viewer": Fault("neither AppsFlyer ID nor Customer User ID is there", "raw_time"),
    },
)


def judge(sample: Sample) -> Match | None:
    """Whether the columns are those of AppsFlyer's raw data, and rows are installs."""
    if not sample.has("AppsFlyer ID", "Install Time", "Media Source"):
        return None
    names = [str(row.get("Event Name", row.get("event_name", "install"))) for row in sample.rows]
    installs = sum(name == "install" for name in names)
    if installs > len(names) / 2 or not sample.has("Event Name"):
        return Match(0.97, f"AppsFlyer's raw data; {installs} of the first {len(names)} rows are installs")
    return Match(0.4, "AppsFlyer's raw data, but few installs")


recognise = recogniser(judge)
load = reader(SOURCE)
