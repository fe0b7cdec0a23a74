"""How large versions will be and how long they will take, before they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from hookline.project.cut_manifest import Delivered
from hookline.project.cut_plan import Planned

ENOUGH = 4  # cuts of the series' own, from which on they are what an estimate rests on
USUAL_BITS = (0.5, 3.0)  # a second and pixel: drawings took 0.9, talking heads 1.1; a moving camera takes more
USUAL_WORK_S = 0.45  # of one processor for a second of a million pixels (bench/cutting.py)


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a version will come to, about."""

    low_bytes: int
    high_bytes: int
    seconds: float  # of work, its share of a pass
    method: str


def estimate(planned: Sequence[Planned], made: Sequence[Delivered]) -> dict[str, Estimated]:
    """By cut: from the series' own cuts where there are some, else from what is usual."""
    bits = sorted(cut.bytes * 8 / _pixel_seconds(cut.width, cut.height, cut.duration_ms) for cut in made if cut.bytes)
    work = sorted(cut.seconds / _pixel_seconds(cut.width, cut.height, cut.duration_ms) for cut in made if cut.seconds)
    known = min(len(bits), len(work)) >= ENOUGH
    low, high = _middle(bits) if known else USUAL_BITS
    pace = work[len(work) // 2] if known else USUAL_WORK_S / 1e6
    method = f"those of the {len(bits)} cuts made" if known else "the usual ones until 4 cuts of this series are made"
    found = {}
    for one in planned:
        area = _pixel_seconds(one.version.platform.width, one.version.platform.height, one.version.cut.duration_ms)
        found[one.id] = Estimated(round(area * low / 8), round(area * high / 8), round(area * pace, 1), method)
    return found


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The range that eight of ten lie in."""
    tenths = quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _pixel_seconds(width: int, height: int, ms: int) -> float:
    return width * height * max(1, ms) / 1000
