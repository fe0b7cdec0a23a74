"""The sample series: scripts by hand, animatics by code."""

from hookline.sample.masters import render_animatics
from hookline.sample.season import MeantBeat, MeantEpisode, beats_meant, copy_scripts, effects, scripts, title

__all__ = [
    "MeantBeat",
    "MeantEpisode",
    "beats_meant",
    "copy_scripts",
    "effects",
    "render_animatics",
    "scripts",
    "title",
]
