from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from hookline.media.check import check
from hookline.media.render import Rendered, Rendering, render
from hookline.model.cut import Clip, Crop, Cut, Fill, Framing
from hookline.model.errors import Unreadable
from hookline.model.platform import Platform
from hookline.model.span import Span
from tests.media.films import RATE, ffprobe, numbered, plain, platform, tone, write
from tests.shared import shared_data

HERE = platform(160, 90)


def broken(path: Path, where: Platform, expected_ms: int = 2000) -> list[str]:
    return [breach.what for breach in check(path, where, expected_ms)]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check")
    film = plain(folder / "film.mp4", 50)
    job = Rendering(Cut("c", "s", 1, (Clip("a", Span(0, 2000)),)), HERE, folder / "good.mp4")
    (made,) = render([job], {"a": film})
    assert isinstance(made, Rendered)
    return made.job.out


def test_a_good_file(good: Path) -> None:
    assert check(good, HERE, 2000) == ()


BREAKS: list[tuple[dict[str, Any], str, str]] = [
    ({"width": 90, "height": 160}, "size", "160x90, pixels 1, turned by 0 degrees instead of 90x160"),
    ({"min_fps": 29.0}, "fps", "25.000 frames a second; 29 to 60"),
    ({"max_fps": 24.0}, "fps", "25.000 frames a second"),
    ({"min_ms": 3000}, "too short", "it lasts 2.0 s; at least 3 s"),
    ({"max_ms": 1000}, "too long", "it lasts 2.0 s; at most 1 s"),
    ({"max_bytes": 1000}, "file size", "at most 0.0 MB"),
    ({"max_kbps": 10}, "bit rate", "at most 10"),
    ({"min_kbps": 90_000}, "bit rate", "at least 90000"),
    ({"loudness_lufs": -20.0}, "loudness", "instead of -20"),
    ({"true_peak_dbtp": -20.0}, "true peak", "at most -20"),
    ({"channels": 1}, "sound", "2 channels instead of aac, 48000 Hz, 1 channels"),
]


@pytest.mark.parametrize(("changes", "what", "says"), BREAKS)
def test_each_rule_of_a_platform(good: Path, changes: dict[str, Any], what: str, says: str) -> None:
    (breach,) = check(good, replace(HERE, **changes), 2000)
    assert breach.what == what
    assert says in breach.says


def test_a_wrong_length(good: Path) -> None:
    assert broken(good, HERE, 1900) == ["duration"]


def copied(source: Path, out: Path, *, options: dict[str, str] | None = None, late_s: float = 0.0) -> Path:
    """The same packets in another container, the sound shifted."""
    with av.open(str(source)) as given, av.open(str(out), "w", options=options or {}) as kept:
        streams = {one.index: kept.add_stream_from_template(one) for one in given.streams}
        for packet in given.demux():
            if packet.dts is None or packet.pts is None:
                continue
            if packet.stream.type == "audio":
                shift = round(late_s / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = streams[packet.stream.index]
            kept.mux(packet)
    return out


def test_the_index_at_the_end_and_an_edit_list(good: Path, tmp_path: Path) -> None:
    assert broken(copied(good, tmp_path / "plain.mp4"), HERE) == ["moov first", "edit list"]


def test_another_container(good: Path, tmp_path: Path) -> None:
    assert "container" in broken(copied(good, tmp_path / "film.mkv"), HERE)


def test_sound_that_comes_late(good: Path, tmp_path: Path) -> None:
    late = copied(good, tmp_path / "late.mp4", options={"movflags": "+faststart"}, late_s=0.06)
    assert [what for what in broken(late, HERE) if what == "offset"]


def written(path: Path, pictures: list[Any], **given: Any) -> Path:
    sound = 0.3 * tone(len(pictures) / 25) / 0.2
    return write(path, pictures, **({"sounds": (sound,)} | given))


def test_an_end_that_is_frozen_or_black(tmp_path: Path) -> None:
    moving = [numbered(n) for n in range(25)]
    frozen = written(tmp_path / "frozen.mp4", [*moving, *[numbered(3)] * 26])
    black = written(tmp_path / "black.mp4", [*moving, *[np.zeros((90, 160, 3), np.uint8)] * 26])
    short = written(tmp_path / "short.mp4", [*moving, *moving, *[numbered(3)] * 10])
    assert "frozen tail" in broken(frozen, HERE)
    assert "black tail" in broken(black, HERE)
    assert not {"frozen tail", "black tail"} & set(broken(short, HERE))


def test_no_sound_and_a_silent_one(tmp_path: Path) -> None:
    pictures = [numbered(n) for n in range(50)]
    assert "sound" in broken(written(tmp_path / "none.mp4", pictures, sounds=()), HERE)
    silent = written(tmp_path / "silent.mp4", pictures, sounds=(np.zeros((2, 2 * RATE), np.float32),))
    assert "loudness" in broken(silent, HERE)
    assert "loudness" not in [breach.what for breach in check(silent, HERE, 2000, silent=True)]


def test_a_variable_rate(tmp_path: Path) -> None:
    stamps = [n * 0.04 + (0.02 if n % 5 == 0 and n else 0.0) for n in range(50)]
    assert "constant rate" in broken(
        written(tmp_path / "f.mp4", [numbered(n) for n in range(50)], stamps_s=stamps), HERE
    )


def test_groups_that_are_open(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    pictures = [dice.integers(0, 255, (90, 160, 3), dtype=np.uint8) // 4 + numbered(n) // 2 for n in range(60)]
    options = {"preset": "medium", "x264-params": "open-gop=1:keyint=12:min-keyint=12:scenecut=0:bframes=3:b-adapt=0"}
    assert "closed groups" in broken(written(tmp_path / "open.mp4", pictures, options=options), HERE, 2400)


def test_another_codec(tmp_path: Path) -> None:
    film = written(tmp_path / "f.mp4", [numbered(n) for n in range(50)], codec="mpeg4", options={})
    assert "codec" in broken(film, HERE)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "f.mp4").write_bytes(b"")
    with pytest.raises(Unreadable):
        check(tmp_path / "f.mp4", HERE, 1000)


# An independent prober on what is delivered

PLATFORMS = [
    platform(1080, 1920, name="tiktok"),
    platform(1080, 1080, name="x", loudness_lufs=-16.0, max_fps=30.0),
    platform(1920, 1080, name="youtube", channels=1),
]


def test_ffprobe_finds_what_platforms_ask_for(tmp_path: Path) -> None:
    film = shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4")
    crop = Framing(Span(4000, 5200), Fill.CROP, (Crop(4000, 100, 0, 405, 720),))
    jobs = [
        Rendering(
            Cut(where.name, "s", 1, (Clip("a", Span(4000, 5200), (crop,) if where.height > where.width else ()),)),
            where,
            tmp_path / f"{where.name}.mp4",
        )
        for where in PLATFORMS
    ]
    made = render(jobs, {"a": film}, threads=2)
    assert all(isinstance(one, Rendered) for one in made), [str(one) for one in made]
    for job in jobs:
        told = ffprobe(job.out, "-show_format", "-show_streams", "-count_packets")
        picture, sound = told["streams"]
        where = job.platform
        assert (picture["codec_name"], picture["pix_fmt"], picture["profile"]) == ("h264", "yuv420p", "High")
        assert (picture["width"], picture["height"]) == (where.width, where.height)
        assert picture["r_frame_rate"] == picture["avg_frame_rate"] == "25/1"
        assert picture["nb_read_packets"] == "30"
        assert picture["sample_aspect_ratio"] == "1:1"
        assert (picture["color_space"], picture["color_range"]) == ("bt709", "tv")
        assert (sound["codec_name"], sound["sample_rate"], sound["channels"]) == ("aac", "48000", where.channels)
        assert float(picture["start_time"]) == float(sound["start_time"]) == 0.0
        assert abs(float(picture["duration"]) - 1.2) < 0.001
        assert abs(float(sound["duration"]) - float(picture["duration"])) < 0.022
        assert "mp4" in told["format"]["format_name"]
        frames = ffprobe(job.out, "-select_streams", "v", "-show_entries", "frame=pts_time,pict_type")["frames"]
        gaps = np.diff([float(frame["pts_time"]) for frame in frames])
        assert gaps.min() == pytest.approx(0.04) == gaps.max()
        data = job.out.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        assert b"elst" not in data[: data.index(b"mdat")]


def test_high_rates_in_time_bases_of_their_own(tmp_path: Path) -> None:
    film = plain(tmp_path / "film.mp4", 60, rate=Fraction(60000, 1001))
    job = Rendering(Cut("c", "s", 1, (Clip("a", Span(0, 1000)),)), HERE, tmp_path / "c.mp4")
    (made,) = render([job], {"a": film})
    assert isinstance(made, Rendered)
    told = ffprobe(job.out, "-show_streams")["streams"][0]
    assert told["avg_frame_rate"] == "60000/1001"
