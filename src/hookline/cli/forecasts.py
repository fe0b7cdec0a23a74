"""Forecasts as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hookline.model.codec import to_json
from hookline.model.estimate import Estimate

if TYPE_CHECKING:
    from hookline.insight.forecast import Band, Forecast, WhatIf

VERSION = 1  # of the JSON
AT = (3, 15, 30)  # seconds at which curves are told


def forecast(found: Forecast, *, as_json: bool) -> str:
    """One script's viewers."""
    return _document("forecast", to_json(found)) if as_json else "\n".join(_told(found))


def what_if(found: WhatIf, *, as_json: bool) -> str:
    """What an edit changes."""
    return _document("what-if", to_json(found)) if as_json else "\n".join(_changed(found))


def _document(kind: str, value: object) -> str:
    return json.dumps({"schema": f"hookline.{kind}", "version": VERSION, kind: value}, ensure_ascii=False, indent=1)


def _told(found: Forecast) -> Iterator[str]:
    market = f", {found.market}" if found.market else ""
    yield f"{found.title}{market}: a forecast; nobody has watched it"
    yield f"  from {found.basis}"
    heads = "".join(f"{f'at {second} s':>18}" for second in AT)
    yield f"  {'':3}{heads}{'to the end':>18}{'goes on':>18}   (of those who started; nine in ten lie between)"
    for one in found.episodes:
        going = _share(one.continuation) if one.continuation else ""
        shares = "".join(f"{_at(one.watching, second):>18}" for second in AT)
        yield f"  {one.episode:3}{shares}{_share(one.completion):>18}{going:>18}"
    free = "" if found.first_paid is None else ", were all free"
    yield f"  reach the last episode{free}: {_share(found.reach)}; a starter watches {_minutes(found.watched_s)}"
    unlock = next((one.unlock for one in found.episodes if one.unlock), None)
    if unlock and found.asked and found.payers:
        yield (
            f"  asked to pay for episode {found.first_paid}: {_share(found.asked)} of starters; "
            f"{_share(unlock)} of the asked unlock it, {_share(found.payers)} of starters"
        )
        yield f"    ({unlock.method})"


def _changed(found: WhatIf) -> Iterator[str]:
    before = found.before
    yield f"{before.title}: what the edit is expected to change{f', {before.market}' if before.market else ''}"
    yield f"  from {before.basis}"
    if not found.episodes:
        yield "  no line of an episode that both drafts have differs"
    for one in found.episodes:
        going = f"; finishers who go on {_points(one.continuation)}" if one.continuation else ""
        paid = f"; of those asked for the next one unlock {_points(one.unlock)}" if one.unlock else ""
        yield f"  episode {one.episode}: stay to the end {_points(one.completion)}{going}{paid}"
    watched = found.watched_s
    yield f"  reach the last episode {_points(found.reach)}; a starter watches " + (
        f"{watched.value:+.1f} s [{watched.low:+.1f}, {watched.high:+.1f}]"
    )


def _at(band: Band, second: int) -> str:
    if second >= len(band.mean):
        return ""
    return f"{band.mean[second]:.0%} [{band.low[second]:.0%}, {band.high[second]:.0%}]"


def _share(one: Estimate) -> str:
    return f"{one.value:.0%} [{one.low:.0%}, {one.high:.0%}]"


def _points(one: Estimate) -> str:
    return f"{100 * one.value:+.1f} points [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"


def _minutes(one: Estimate) -> str:
    return f"{one.value / 60:.1f} min [{one.low / 60:.1f}, {one.high / 60:.1f}]"
