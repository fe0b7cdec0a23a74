"""A brand's placements as text or JSON: ``hookline brand``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hookline import project
from hookline.cli import draw
from hookline.model.errors import NotEnoughData
from hookline.model.estimate import Estimate

if TYPE_CHECKING:
    from hookline.insight.brand import BrandReport, Placed

SAYS = 0.05


def brand(options: argparse.Namespace) -> None:
    """``hookline brand DIR``."""
    library = project.open_library(options.dir)
    with draw.progress() as progress:
        found = project.brand_reports(library, progress=progress)
    if options.json:
        print(json.dumps(project.brand_json(found), ensure_ascii=False, indent=1))
    else:
        told = (f"{n}: {r}" if isinstance(r, NotEnoughData) else "\n".join(_report(r)) for n, r in found.items())
        print("\n\n".join(told))


def _report(found: BrandReport) -> Iterator[str]:
    yield f"{found.series}: the brand in the story{'  [simulated viewers]' if found.simulated else ''}"
    yield (
        f"\n  {'ep':>3} {'time':>11} {'cut':<12} {'brand':<16} {'exposed':>9} {'clicked':>18} {'more of 1,000':>22} "
        f"{'times the rest':>20} {'leaving, times':>20} {'bought':>18}  there"
    )
    yield from (_placed(one) for one in found.placements)
    for one in found.placements:
        if one.tested:
            points = ", ".join(f"{100 * x:+.2f}" for x in (one.tested.low, one.tested.high))
            where = f"cut {one.placement.cut} of episode {one.placement.episode}"
            yield f"  tested: {where}: {100 * one.tested.value:+.2f} points [{points}]; the test counts"
    yield from _where(found)
    yield "\nby cut"
    for cut in found.cuts:
        bought = f"; of those {_share(cut.converted)} bought" if cut.converted else ""
        clicked = f"{_share(cut.clicked)} of {cut.clicked.n:,} views clicked"
        yield f"  episode {cut.episode}, {cut.cut or 'untold'}: {clicked}{bought}"
    if found.notes:
        yield "\nnotes"
        yield from (f"  {note}" for note in found.notes)


def _where(found: BrandReport) -> Iterator[str]:
    sure = [one for one in found.where if one.q <= SAYS]
    if found.where:
        yield "\nwhere it works (placements compared; other differences may play a part)"
    for one in sure:
        yield f"  {one.trait}: {_times(one.ratio)} times the clicks ({one.placements} placements; q {one.q:.3f})"
    if found.where and not sure:
        yield f"  nothing among {len(found.placements)} placements stands out from chance"


def _placed(one: Placed) -> str:
    placement = one.placement
    span = "-".join(f"{ms // 60_000}:{ms // 1000 % 60:02d}" for ms in (placement.span.start_ms, placement.span.end_ms))
    there = [one.position, *(str(kind).replace("_", " ") for kind in one.beats[:2])]
    there += [f"with {placement.spokesperson}"] if placement.spokesperson else []
    return (
        f"  {placement.episode:>3} {span:>11} {placement.cut[:12]:<12} {placement.brand[:16]:<16} {one.exposed:>9,} "
        f"{_share(one.clicked):>18} {_amount(one.lift):>22} {_times(one.ratio):>20} {_times(one.leaving):>20} "
        f"{_share(one.converted):>18}  {', '.join(there)}"
    )


def _share(one: Estimate | None) -> str:
    return f"{100 * one.value:.1f}% [{100 * one.low:.1f}, {100 * one.high:.1f}]" if one else ""


def _amount(one: Estimate) -> str:
    return f"{one.value:+.1f} [{one.low:+.1f}, {one.high:+.1f}]"


def _times(one: Estimate | None) -> str:
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]" if one else ""
