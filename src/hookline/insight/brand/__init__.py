"""What a brand's placements do: clicks and leaving while it shows against the rest of the episode, and where it works.

``lift`` judges one placement, ``placements`` all of a series: by beat, tension and position, by spokesperson, by cut.
"""

from hookline.insight.brand.placements import brand_report
from hookline.insight.brand.result import BrandReport, CutClicks, Placed, Placement, Where

__all__ = ["BrandReport", "CutClicks", "Placed", "Placement", "Where", "brand_report"]
