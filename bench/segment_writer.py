"""Writes a simulated world as a player with Segment's Video specification would have sent it.

It shares nothing with the readers or with ``simulate.write_parquet`` but the world itself, so that
what the importer reads back can be held against what happened.  Small worlds only: one JSON object
an event.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from hookline.simulate.world import World

HEARTBEAT_MS = 10_000
PAUSES = 0.04  # views that pause once and go on in the same session
SITTINGS = 0.04  # views that stop and go on in another session, hours later on the same UTC day
DUPLICATES = 0.01
LATE = 0.02  # events that arrive up to two days after they happened
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

Call = dict[str, Any]


def write_segment(world: World, path: Path) -> int:
    """Writes every view and step as ``track`` calls in order of arrival; how many lines (gzip by suffix)."""
    rng = np.random.default_rng([world.seed, 11])
    calls = [*_views(world, rng), *_steps(world)]
    calls += [calls[i] for i in np.flatnonzero(rng.random(len(calls)) < DUPLICATES)]
    late = np.where(rng.random(len(calls)) < LATE, rng.uniform(0, 48 * HOUR_MS, len(calls)), 0)
    arrival = np.array([call["_at"] for call in calls]) + late + rng.uniform(0, 3_000, len(calls))
    lines = [json.dumps({name: calls[i][name] for name in calls[i] if name != "_at"}) for i in np.argsort(arrival)]
    content = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return len(lines)


def _views(world: World, rng: np.random.Generator) -> Iterator[Call]:
    views = world.views
    for row in range(len(views.viewer)):
        viewer, episode = int(views.viewer[row]), int(views.episode[row])
        length_ms, exit_ms = world.durations_ms[episode], int(views.exit_ms[row])
        plays = _play(exit_ms, int(views.rewind_from_ms[row]), int(views.rewind_to_ms[row]))
        chance, stop = rng.random(), int(rng.integers(0, max(exit_ms, 1)))
        clock, session, stopped = int(views.started_ms[row]), f"s{row}", False
        content: dict[str, Any] = {"total_length": length_ms / 1000, "program": world.series, "episode": episode}
        for number, (event, at_ms) in enumerate([*plays, _end(exit_ms, bool(views.completed[row]))]):
            if not stopped and chance < PAUSES + SITTINGS and event == "Video Content Playing" and at_ms >= stop:
                stopped = True
                later = clock + 5 * HOUR_MS  # on another day it would be another view: see docs/audience.md
                other = chance < SITTINGS and later // DAY_MS == clock // DAY_MS == int(views.started_ms[row]) // DAY_MS
                yield _call(world, viewer, episode, session, "Video Playback Paused", at_ms, clock, f"{row}-p", content)
                clock, session = later if other else clock + 40_000, f"s{row}b" if other else session
                again = "Video Playback Resumed"
                yield _call(world, viewer, episode, session, again, at_ms, clock, f"{row}-r", content)
            before = plays[number - 1][1] if number else 0
            clock += max(at_ms - before, 0)
            yield _call(world, viewer, episode, session, event, at_ms, clock, f"{row}-{number}", content)


def _play(exit_ms: int, back_from: int, back_to: int) -> list[tuple[str, int]]:
    """Events of a view before its end, with their positions."""
    events = [("Video Playback Started", 0), ("Video Content Started", 0)]
    first_end = back_from if back_from > back_to else exit_ms
    events += [("Video Content Playing", at) for at in range(HEARTBEAT_MS, first_end, HEARTBEAT_MS)]
    if back_from > back_to:
        events += [("Video Playback Seek Started", back_from), ("Video Playback Seek Completed", back_to)]
        events += [("Video Content Playing", at) for at in range(back_to + HEARTBEAT_MS, exit_ms, HEARTBEAT_MS)]
    return events


def _end(exit_ms: int, completed: bool) -> tuple[str, int]:
    return ("Video Content Completed" if completed else "Video Playback Exited", exit_ms)


def _steps(world: World) -> Iterator[Call]:
    steps = world.steps
    for row in range(len(steps.viewer)):
        viewer, episode = int(steps.viewer[row]), int(steps.episode[row])
        currency = world.plan.markets[int(world.viewer_market[viewer])].currency
        paid = int(steps.event[row]) > 0
        properties: dict[str, Any] = {"program": world.series, "episode": episode, "product_id": f"e{episode:02d}"}
        if paid:
            price = int(steps.price_micros[row]) / 1e6
            method = "ad" if int(steps.event[row]) == 2 else "coin"
            properties |= {"revenue": price, "currency": currency, "method": method}
        event = "Order Completed" if paid else "Product Viewed"
        yield _track(world, viewer, event, int(steps.at_ms[row]), f"step-{row}", properties)


def _call(
    world: World,
    viewer: int,
    episode: int,
    session: str,
    event: str,
    at_ms: int,
    clock_ms: int,
    message: str,
    content: dict[str, Any],
) -> Call:
    properties = {"session_id": session, "asset_id": f"e{episode:02d}", "position": at_ms / 1000, **content}
    return _track(world, viewer, event, clock_ms, message, properties)


def _track(world: World, viewer: int, event: str, clock_ms: int, message: str, properties: dict[str, Any]) -> Call:
    market = world.markets[int(world.viewer_market[viewer])]
    platform = world.platforms[int(world.viewer_platform[viewer])]
    return {
        "_at": clock_ms,
        "type": "track",
        "event": event,
        "messageId": f"m-{message}",
        "anonymousId": f"viewer-{viewer}",
        "timestamp": datetime.fromtimestamp(clock_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "properties": {**properties, "market": market, "platform": platform, "simulated": True},
    }
