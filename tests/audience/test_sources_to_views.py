"""What sources say becomes the stretches that were watched, however it is parted over files."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from hookline import formats
from tests.audience.canonical import built, rows
from tests.formats import made_events as made_by
from tests.formats.made_events import ANN, LENGTH_S, SESSIONS, START, Made, iso, millis

KEY = b"k" * 32
LENGTHS = {12: 90_000, 13: 90_000}
Views = list[tuple[Any, ...]]


def imported(folder: Path, format: str, parts: Sequence[Sequence[str]]) -> list[Path]:
    """Each part as an import of its own."""
    folder.mkdir()
    files = []
    for number, part in enumerate(parts):
        source, out = folder / f"{number}.in", folder / f"{number}.parquet"
        source.write_text("\n".join(part) + "\n")
        formats.module(format).load(source, out, series="show", key=KEY)
        files.append(out)
    return files


def watched(folder: Path, files: Sequence[Path]) -> tuple[Views, Views]:
    """Views and the stretches of each."""
    built(folder, files, LENGTHS)
    names = ("view_id", "market", "started_at", "exit_ms", "watched_ms", "completed")
    views = sorted(tuple(row[name] for name in names) for row in rows(folder, "views"))
    market = {view[0]: view[1] for view in views}
    stretches = sorted((market[row["view_id"]], row["from_ms"], row["to_ms"]) for row in rows(folder, "watched"))
    return views, stretches


EXACT = [("DE", 0, 30_000), ("DE", 60_000, 90_000), ("US", 0, 15_000)]


@pytest.mark.parametrize(
    "make", [made_by.mux_timeline, made_by.mux_stream, made_by.xapi, made_by.xapi_pages], ids=lambda make: make.__name__
)
def test_what_was_watched_is_exact(make: Callable[[], Made], tmp_path: Path) -> None:
    made = make()
    views, stretches = watched(tmp_path / "built", imported(tmp_path / "in", made.format, [made.lines]))
    assert merged(stretches) == EXACT
    assert [view[1:] for view in sorted(views, key=lambda view: view[1])] == [
        ("DE", START.replace(tzinfo=None), 90_000, 60_000, True),
        ("US", (START + timedelta(seconds=100)).replace(tzinfo=None), 15_000, 15_000, False),
    ]


def merged(stretches: Views) -> Views:
    """Stretches that follow each other without a gap, as one."""
    found: Views = []
    for market, from_ms, to_ms in stretches:
        if found and found[-1][0] == market and found[-1][2] == from_ms:
            found[-1] = (market, found[-1][1], to_ms)
        else:
            found.append((market, from_ms, to_ms))
    return found


def statement(verb: str, second: int, *, played: str = "", **result: float) -> str:
    """A statement of ann's session."""
    address = "https://w3id.org/xapi/video/extensions"
    told = json.loads(made_by.xapi().lines[0])
    extensions = {f"{address}/{name.replace('_', '-')}": value for name, value in result.items()}
    told["result"] = {"extensions": extensions | ({f"{address}/played-segments": played} if played else {})}
    home = "http://adlnet.gov/expapi" if verb in ("completed", "terminated") else "https://w3id.org/xapi/video"
    return json.dumps(
        told | {"id": f"{verb} {second}", "timestamp": iso(second), "verb": {"id": f"{home}/verbs/{verb}"}}
    )


# at twice the speed: 0 to 40 s, then 60 to 80 s, back to 10 s for 5 s more, and away without a word
HASTY = [
    statement("played", 0, time=0),
    statement("paused", 10, time=20, played="0[.]20"),
    statement("played", 12, time=20),
    statement("seeked", 22, time_from=40, time_to=60),
    statement("seeked", 32, time_from=80, time_to=10),
    statement("terminated", 35, time=15.25, played="0[.]20[,]20[.]40[,]60[.]80[,]10[.]15.25"),
]


def test_played_segments_are_exact_at_any_speed(tmp_path: Path) -> None:
    views, stretches = watched(tmp_path / "built", imported(tmp_path / "in", "xapi", [HASTY]))
    assert stretches == [("DE", 0, 40_000), ("DE", 10_000, 15_250), ("DE", 60_000, 80_000)]
    assert [view[3:] for view in views] == [(80_000, 65_250, False)]


def test_statements_in_halves_and_again_give_the_same(tmp_path: Path) -> None:
    expected = watched(tmp_path / "whole", imported(tmp_path / "in", "xapi", [HASTY]))
    ways = [(HASTY[:3], HASTY[3:]), (HASTY[3:], HASTY[:3]), (HASTY[::2], HASTY[1::2]), (HASTY, HASTY[2:])]
    for number, parts in enumerate(ways):
        files = imported(tmp_path / f"in {number}", "xapi", parts)
        assert watched(tmp_path / f"built {number}", files)[1] == expected[1], number


def call(name: str, second: float, **properties: Any) -> str:
    """A track call; only content events name the episode, as the specification has it."""
    told = json.loads(made_by.segment().lines[0])
    own = {"session_id": SESSIONS[ANN], **properties}
    if name.startswith("Video Content"):
        own |= {"asset_id": "ep012", "program": "Show", "episode": "12", "total_length": LENGTH_S}
    return json.dumps(
        told | {"event": name, "messageId": f"{name} {second}", "timestamp": iso(second), "properties": own}
    )


def playing(*, advertised: bool) -> tuple[list[str], list[str]]:
    """Playback events, whose positions count the advertisement, and content events of one session."""
    ad = 15 if advertised else 0
    playback = [
        call("Video Playback Started", 0, position=0, content_asset_ids=["ep012"]),
        call("Video Playback Paused", 25 + ad, position=25 + ad, content_asset_id="ep012"),
        call("Video Playback Resumed", 40 + ad, position=25 + ad, content_asset_id="ep012"),
        call("Video Playback Exited", 52 + ad, position=37 + ad, content_asset_id="ep012"),
    ]
    content = [call("Video Content Started", 0, position=0), call("Video Content Playing", 10, position=10)]
    content += [call("Video Content Playing", s + ad, position=s) for s in (20,)]
    content += [call("Video Content Playing", 45 + ad, position=30)]
    if advertised:
        content.insert(2, call("Video Ad Started", 12, asset_id="ad-9", content_asset_id="ep012", position=0))
        content.insert(3, call("Video Ad Completed", 27, asset_id="ad-9", content_asset_id="ep012", position=15))
    return playback, content


@pytest.mark.parametrize("advertised", [False, True])
def test_playback_events_in_one_file_and_content_events_in_another(tmp_path: Path, advertised: bool) -> None:
    playback, content = playing(advertised=advertised)
    whole = watched(tmp_path / "whole", imported(tmp_path / "in", "segment", [[*playback, *content]]))
    assert merged(whole[1]) == [("DE", 0, 30_000 if advertised else 37_000)]
    for number, parts in enumerate(permutations((playback, content))):
        files = imported(tmp_path / f"in {number}", "segment", parts)
        assert watched(tmp_path / f"built {number}", files) == whole
    mixed = random.Random(3).sample([*playback, *content], k=len(playback) + len(content))
    assert (
        watched(tmp_path / "mixed", imported(tmp_path / "in 9", "segment", [mixed[:5], mixed[5:], mixed[2:6]])) == whole
    )


def test_a_view_without_a_timeline_is_its_end(tmp_path: Path) -> None:
    told, without = (json.loads(line)["data"] for line in made_by.mux_timeline().lines)
    without |= {"events": None, "view_max_playhead_position": 15_000, "view_total_content_playback_time": 15_200}
    jumped = without | {"view_id": "b", "viewer_user_id": "c", "country_code": "FR", "watch_time": 4_000}
    del jumped["view_total_content_playback_time"]
    lines = [json.dumps(view) for view in (told, without, jumped)]
    views, stretches = watched(tmp_path / "built", imported(tmp_path / "in", "mux-timeline", [lines]))
    assert merged(stretches) == EXACT
    assert {(view[1], view[3], view[4]) for view in views} >= {("US", 15_000, 15_000), ("FR", 15_000, 0)}


def test_where_a_jump_left_is_known_although_players_name_where_it_goes(tmp_path: Path) -> None:
    view = json.loads(made_by.mux_timeline().lines[0])["data"]
    happened = [("viewstart", 0, 0), ("playing", 1, 0), ("seeking", 31, 10), ("seeking", 31.2, 70),
                ("seeked", 31.5, 70), ("playing", 31.6, 70), ("pause", 41.6, 80), ("viewend", 50, 80)]  # fmt: skip
    view["events"] = [
        {"name": name, "viewer_time": millis(at), "playback_time": position * 1000} for name, at, position in happened
    ]
    _, stretches = watched(tmp_path / "built", imported(tmp_path / "in", "mux-timeline", [[json.dumps(view)]]))
    assert merged(stretches) == [("DE", 0, 30_000), ("DE", 70_000, 80_000)]
