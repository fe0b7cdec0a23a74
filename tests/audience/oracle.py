"""A slow, obvious second implementation of docs/audience.md: events to views, cells and steps in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

BEFORE, AFTER = ("ad_end", "shown"), ("ad_start", "hidden")
PLAY = ("complete", "seek_from", "seek_to", "start", "resume", "playing", "pause", "interrupt", "exit")
TURN = (*BEFORE, *PLAY, *AFTER)  # the order of what carries the same time
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
    entry_ms: int
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def watched_ms(self) -> int:
        return sum(b - a for a, b in self.spans)


def views(events: Sequence[Event], durations_ms: Mapping[int, int]) -> list[OracleView]:
    """Each viewer's view of each cut."""
    groups: dict[tuple[str, int, str, date], list[dict[str, Any]]] = defaultdict(list)
    sittings: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for event in once(people(events, durations_ms), durations_ms):
        if event["kind"] in TURN:
            sittings[event["viewer_id"], event["session_id"], event["episode"], event["cut"]].append(event)
    for (viewer, _, episode, cut), sitting in sittings.items():
        for event, day in zip(sitting, days(sitting), strict=True):
            groups[viewer, episode, cut, day].append(event)
    found = [view(group, durations_ms[key[1]]) for key, group in groups.items()]
    return possible([v for v in found if v is not None])


def people(events: Sequence[Event], durations_ms: Mapping[int, int]) -> list[Event]:
    return [e for e in events if e["episode"] in durations_ms and e.get("agent") not in ("bot", "tester")]


def days(sitting: Sequence[Event]) -> list[date]:
    """The day of the view that each event belongs to: the day before, where play goes on over midnight."""
    times = sorted(e["at"] for e in sitting)
    found = []
    for event in sitting:
        day = event["at"].date()
        midnight = datetime(day.year, day.month, day.day)
        since = event["at"]
        for at in sorted((t for t in times if t < event["at"]), reverse=True):
            if since < midnight or since - at > timedelta(minutes=30):
                break
            since = at
        over = event["at"].hour == 0 and since < midnight
        found.append(day - timedelta(days=1) if over else day)
    return found


def possible(found: Sequence[OracleView]) -> list[OracleView]:
    """Views of the days on which a viewer did no more than a person can."""
    mine: dict[tuple[str, date], list[OracleView]] = defaultdict(list)
    for v in found:
        mine[v.viewer, v.started_at.date()].append(v)
    kept = []
    for day in mine.values():
        minutes = Counter(v.started_at.replace(second=0, microsecond=0) for v in day)
        if max(minutes.values()) <= 60 and sum(v.watched_ms for v in day) <= 20 * 3_600_000:
            kept += day
    return kept


def once(events: Sequence[Event], durations_ms: Mapping[int, int]) -> list[dict[str, Any]]:
    """Events with positions inside the cut, each id once, and each content once."""
    by_id: dict[tuple[str, date], dict[str, Any]] = {}
    for event in events:
        clamped = dict(event)
        if clamped["position_ms"] is not None:
            clamped["position_ms"] = max(0, min(clamped["position_ms"], durations_ms[clamped["episode"]]))
        name = clamped["event_id"], clamped["at"].date()
        known = by_id.get(name)
        if known is None or first_copy(clamped) < first_copy(known):
            by_id[name] = clamped
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
    turn = TURN.index(e["kind"]) if e["kind"] in TURN else 20
    return (
        e["at"], turn, e["kind"], position, e["session_id"], e["viewer_id"], e["episode"], e["cut"], *place(e)
    )  # fmt: skip


def place(e: Event) -> tuple[str, str]:
    return e["market"], e["platform"]


def view(events: list[dict[str, Any]], duration_ms: int) -> OracleView | None:
    sittings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        sittings[event["session_id"]].append(event)
    watched = [attentive(sitting) for sitting in sittings.values()]
    spans = [span for sitting in watched for span in played(sitting)]
    seen = [e for sitting in watched for e in sitting if not e["in_ad"] and not e["unseen"]]
    told = [e["position_ms"] for e in seen if e["kind"] != "seek_to" and e["position_ms"] is not None]
    ended = any(e["kind"] == "complete" for e in seen)
    if not any(e["kind"] in PLAY for e in events) or (not told and not ended):
        return None
    completed = ended or any(to >= duration_ms - 1000 for _, to in spans)
    exit_ms = duration_ms if completed else min(max(told), duration_ms - 1)
    first = min(events, key=lambda e: (e["at"], *place(e)))
    return OracleView(
        first["viewer_id"], first["episode"], first["cut"], first["market"], first["platform"], first["at"],
        duration_ms, exit_ms, completed, entry(seen, exit_ms, duration_ms), spans,
    )  # fmt: skip


def entry(seen: Sequence[Event], exit_ms: int, duration_ms: int) -> int:
    """Where the view began: at its first event with a position."""
    placed = [(e["at"], e["position_ms"]) for e in seen if e["position_ms"] is not None]
    return min(min(placed)[1] if placed else 0, exit_ms, duration_ms - 1)


def in_order(e: Event) -> Any:
    return e["at"], TURN.index(e["kind"]), -1 if e["position_ms"] is None else e["position_ms"]


def attentive(sitting: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A sitting's events in order, each with what went on around it: walk through it as it happened."""
    ordered = sorted(sitting, key=in_order)
    marks = [e["at"] for e in ordered if e["kind"] in ("ad_start", "ad_end")]
    ad_since, ad_us, hidden, hidings, found = None, 0, False, 0, []
    longest = timedelta(minutes=5)
    for e in ordered:
        own_us = 0
        in_ad, unseen = ad_since is not None and e["at"] - ad_since < longest, hidden
        if e["kind"] in ("ad_start", "ad_end"):
            marks.pop(0)
            ad_since = e["at"] if e["kind"] == "ad_start" else None
        if e["kind"] == "ad_start":
            ends = marks[0] if marks else e["at"] + longest
            own_us = min(ends - e["at"], longest) // timedelta(microseconds=1)
        if e["kind"] in ("hidden", "shown"):
            hidden = e["kind"] == "hidden"
            hidings += hidden
        ads = {"in_ad": in_ad, "ad_us_before": ad_us, "ad_us": ad_us + own_us}
        found.append({**e, **ads, "unseen": unseen, "hidden": hidden, "hidings": hidings})
        ad_us += own_us
    return found


def played(sitting: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Stretches of content played without a jump, from pairs of events that follow each other."""
    ordered = [e for e in sitting if e["position_ms"] is not None and not e["in_ad"]]
    beats = any(e["kind"] == "playing" for e in ordered)
    spans: list[tuple[int, int]] = []
    for one, two in pairwise(ordered):
        a, b = one["position_ms"], two["position_ms"]
        gap_ms = milliseconds(two["at"]) - milliseconds(one["at"])
        shown_us = gap_ms * 1000 - (two["ad_us_before"] - one["ad_us"])
        hidden_between = two["hidings"] - (two["kind"] == "hidden") > one["hidings"]
        if (
            b > a
            and one["kind"] not in ENDING
            and two["kind"] not in BEGINNING
            and not one["hidden"]
            and not hidden_between
            and gap_ms <= 30 * 60_000
            and (b - a) * 1000 <= 3 * shown_us + 2_000_000
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
            cell[0] += second == v.entry_ms // 1000
            cell[1] += v.entry_ms < end and (v.completed or v.exit_ms >= begin)
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
    paid = [e for e in once(people(events, durations_ms), durations_ms) if e["kind"] not in TURN]
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
