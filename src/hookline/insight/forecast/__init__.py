"""A script's viewers before it has any: learnt from a catalogue, or from the field where there is none."""

from hookline.insight.forecast.experience import Experience, learn
from hookline.insight.forecast.predict import forecast, what_if
from hookline.insight.forecast.result import Band, EpisodeChange, EpisodeForecast, Forecast, WhatIf

__all__ = [
    "Band",
    "EpisodeChange",
    "EpisodeForecast",
    "Experience",
    "Forecast",
    "WhatIf",
    "forecast",
    "learn",
    "what_if",
]
