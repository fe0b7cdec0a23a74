"""The sample series: scripts by hand, animatics by code."""
