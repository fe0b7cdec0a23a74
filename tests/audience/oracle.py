"""A slow, obvious second implementation of docs/audience.md: events to views, cells and steps in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

TURN = ("complete", "seek_from", "seek_to", "start", "resume", "playing", "pause", "interrupt", "exit")
ENDING = ("exit", "complete", "interrupt", "seek_from")
BEGINNING = ("start", "seek_to")

Event = Mapping[str, Any]


@dataclass
class OracleView:
    viewer: str
    episode: int
    cut: str
    market: str
    platform: str
    started_at: datetime
    duration_ms: int
    exit_ms: int
    completed: bool
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def watched_ms(self) -> int:
        return sum(b - a for a, b in self.spans)


def views(events: Sequence[Event], durations_ms: Mapping[int, int]) -> list[OracleView]:
    """Each viewer's view of each cut."""
    groups: dict[tuple[str, int, str], list[dict[str, Any]]] = defaultdict(list)
    for event in once([e for e in events if e["episode"] in durations_ms], durations_ms):
        if event["kind"] in TURN:
            groups[event["viewer_id"], event["episode"], event["cut"]].append(event)
    found = [view(group, durations_ms[key[1]]) for key, group in groups.items()]
    return [v for v in found if v is not None]


def once(events: Sequence[Event], durations_ms: Mapping[int, int]) -> list[dict[str, Any]]:
    """Events with positions inside the cut, each id once, and each content once."""
    by_id: dict[str, dict[str, Any]] = {}
    for event in events:
        clamped = dict(event)
        if clamped["position_ms"] is not None:
            clamped["position_ms"] = max(0, min(clamped["position_ms"], durations_ms[clamped["episode"]]))
        known = by_id.get(clamped["event_id"])
        if known is None or first_copy(clamped) < first_copy(known):
            by_id[clamped["event_id"]] = clamped
    by_content: dict[Any, dict[str, Any]] = {}
    for event in by_id.values():
        content = tuple(
            event[name]
            for name in ("viewer_id", "session_id", "episode", "cut", "at", "kind", "position_ms", "price_micros")
        )
        known = by_content.get(content)
        if known is None or place(event) < place(known):
            by_content[content] = event
    return list(by_content.values())


def first_copy(e: Event) -> Any:
    position = -1 if e["position_ms"] is None else e["position_ms"]
    turn = TURN.index(e["kind"]) if e["kind"] in TURN else 9
    return (
        e["at"], turn, e["kind"], position, e["session_id"], e["viewer_id"], e["episode"], e["cut"], *place(e)
    )  # fmt: skip


def place(e: Event) -> tuple[str, str]:
    return e["market"], e["platform"]


def view(events: list[dict[str, Any]], duration_ms: int) -> OracleView | None:
    sittings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if event["position_ms"] is not None:
            sittings[event["session_id"]].append(event)
    spans = [span for sitting in sittings.values() for span in played(sitting)]
    told = [e["position_ms"] for e in events if e["kind"] != "seek_to" and e["position_ms"] is not None]
    ended = any(e["kind"] == "complete" for e in events)
    if not told and not ended:
        return None
    completed = ended or any(to >= duration_ms - 1000 for _, to in spans)
    exit_ms = duration_ms if completed else min(max(told), duration_ms - 1)
    first = min(events, key=lambda e: (e["at"], *place(e)))
    return OracleView(
        first["viewer_id"], first["episode"], first["cut"], first["market"], first["platform"], first["at"],
        duration_ms, exit_ms, completed, spans,
    )  # fmt: skip


def played(sitting: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Stretches of content played without a jump, from pairs of events that follow each other."""
    ordered = sorted(sitting, key=lambda e: (e["at"], TURN.index(e["kind"]), e["position_ms"]))
    beats = any(e["kind"] == "playing" for e in ordered)
    spans: list[tuple[int, int]] = []
    for one, two in pairwise(ordered):
        a, b = one["position_ms"], two["position_ms"]
        gap_ms = milliseconds(two["at"]) - milliseconds(one["at"])
        if (
            b > a
            and one["kind"] not in ENDING
            and two["kind"] not in BEGINNING
            and gap_ms <= 30 * 60_000
            and b - a <= 3 * gap_ms + 2_000
            and (not beats or b - a <= 30_000)
        ):
            spans.append((a, b))
    return spans


def milliseconds(at: datetime) -> int:
    whole = at - datetime(1970, 1, 1)
    return (whole.days * 86_400 + whole.seconds) * 1000 + whole.microseconds // 1000


def cells(found: Sequence[OracleView]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Dense cells, second by second and view by view."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for v in found:
        seconds = -(-v.duration_ms // 1000)
        for second in range(seconds):
            key = (v.episode, v.cut, v.market, v.platform, v.started_at.date(), second)
            cell = sums.setdefault(key, [0, 0, 0, 0, 0])
            begin, end, middle = second * 1000, second * 1000 + 1000, second * 1000 + 500
            plays = sum(a <= middle < b for a, b in v.spans)
            cell[0] += second == 0
            cell[1] += v.completed or v.exit_ms >= begin
            cell[2] += not v.completed and begin <= v.exit_ms < end
            cell[3] += sum(max(0, min(b, end) - max(a, begin)) for a, b in v.spans)
            cell[4] += max(0, plays - 1)
    return {key: tuple(cell) for key, cell in sums.items()}


def steps(
    found: Sequence[OracleView], events: Sequence[Event], durations_ms: Mapping[int, int]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Distinct viewers at every step, viewer by viewer."""
    order = sorted(durations_ms)
    following = dict(pairwise(order))
    paid = [e for e in once([e for e in events if e["episode"] in durations_ms], durations_ms) if e["kind"] not in TURN]
    sums: dict[tuple[Any, ...], list[int]] = {}
    for viewer in {v.viewer for v in found} | {e["viewer_id"] for e in paid}:
        mine = [v for v in found if v.viewer == viewer]
        asked = [e for e in paid if e["viewer_id"] == viewer]
        if mine:
            first = min(mine, key=lambda v: (v.started_at, v.market, v.platform))
            stratum = (first.market, first.platform, first.started_at.date())
        else:
            stratum = ("", "", min(e["at"] for e in asked).date())
        for episode in order:
            here = [v for v in mine if v.episode == episode]
            offers = [
                e for e in asked if e["episode"] == episode and e["kind"] in ("offered", "unlocked", "ad_unlocked")
            ]
            if not here and not offers:
                continue
            cut = min(here, key=lambda v: (v.started_at, v.cut)).cut if here else ""
            cell = sums.setdefault((episode, cut, *stratum), [0] * 7)
            finished = any(v.completed for v in here)
            went_on = bool(here) and any(v.episode == following.get(episode) for v in mine)
            cell[0] += bool(here)
            cell[1] += finished
            cell[2] += went_on
            cell[3] += finished and went_on
            cell[4] += bool(offers)
            cell[5] += any(e["kind"] != "offered" for e in offers)
            cell[6] += sum(e["price_micros"] or 0 for e in offers if e["kind"] == "unlocked")
    return {key: tuple(cell) for key, cell in sums.items()}
