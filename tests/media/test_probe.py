from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hookline.formats import detect, video
from hookline.media.encode import Encoding, MovieWriter
from hookline.media.probe import VideoInfo, probe
from hookline.model.errors import MissingExtra, Unreadable
from tests.shared import shared_data

REAL = [  # what ffprobe and the data's own README say of them
    (
        ("grid_twoshot", "grid_twoshot_1280x720.mp4"),
        VideoInfo(33_000, 1280, 720, (25, 1), "h264", 0, False, True, 48_000, 1),
    ),
    (
        ("tears_of_steel", "battle-clip-medium.webm"),
        VideoInfo(70_542, 800, 332, (24, 1), "vp8", 0, False, True, 44_100, 2),
    ),
    (("mdn", "friday.mp4"), VideoInfo(6_166, 640, 480, (30, 1), "h264", 0, False, True, 44_100, 2)),
    (("moviepy", "chaplin.mp4"), VideoInfo(9_640, 640, 360, (25, 1), "h264", 0, False, True, 44_100, 2)),
    (("grid_lipnet", "bbaf2n.mpg"), VideoInfo(2_980, 360, 288, (25, 1), "mpeg1video", 0, False, True, 44_100, 2)),
    (("simpl", "vp9_webrtc_2.webm"), VideoInfo(41_400, 1280, 720, (25, 1), "vp9", 0, False, False)),
]


@pytest.mark.parametrize(("parts", "expected"), REAL, ids=lambda value: value[-1] if isinstance(value, tuple) else "")
def test_real_media(parts: tuple[str, ...], expected: VideoInfo) -> None:
    assert probe(shared_data("media", *parts)) == expected


@pytest.mark.parametrize("parts", [parts for parts, _ in REAL], ids=lambda parts: parts[-1])
def test_real_media_is_recognised_as_video(parts: tuple[str, ...]) -> None:
    assert detect(shared_data("media", *parts)).kind == "video"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Four seconds of moving noise: enough to cut short."""
    path = tmp_path / "clip.mp4"
    dice = np.random.default_rng(1)
    with MovieWriter(path, Encoding(160, 90, channels=1)) as movie:
        movie.sound(np.zeros((1, 4 * 48_000), dtype=np.float32))
        for _ in range(100):
            movie.picture(dice.integers(0, 255, (90, 160, 3), dtype=np.uint8))
    return path


def test_a_missing_file() -> None:
    with pytest.raises(Unreadable, match="can't be opened"):
        probe(Path("nowhere.mp4"))


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(Unreadable, match="is empty"):
        probe(tmp_path / "empty.mp4")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        probe(tmp_path)


def test_a_file_that_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("INT. KITCHEN - DAY\n" * 500)
    with pytest.raises(Unreadable, match="can't be decoded"):
        probe(tmp_path / "text.mp4")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_a_file_cut_short(clip: Path, share: float) -> None:
    whole = clip.read_bytes()
    clip.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Unreadable):
        probe(clip)


def test_real_media_cut_short_says_where_it_stops(tmp_path: Path) -> None:
    whole = shared_data("media", "tears_of_steel", "battle-clip-medium.webm").read_bytes()
    short = tmp_path / "short.webm"
    short.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unreadable, match=r"pictures stop at \d+\.\d s of 70\.5 s"):
        probe(short)


def test_sound_without_pictures_is_said_so(tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        for start in range(0, 48_000, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48_000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(Unreadable, match=r"only sound \(aac\)"):
        probe(path)


def test_a_turned_picture_is_measured_as_shown(clip: Path) -> None:
    _turn_by_quarter(clip)
    info = probe(clip)
    assert (info.width, info.height, info.rotation) == (90, 160, 90)


def _turn_by_quarter(path: Path) -> None:
    """Write a rotation into the first track's matrix, as telephones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    assert int.from_bytes(data[at : at + 4]) == 0x10000, "the identity matrix stands here"
    quarter = (0, 0x10000, 0, -0x10000, 0, 0, 90 << 16, 0, 0x40000000)
    data[at : at + 36] = b"".join(value.to_bytes(4, signed=True) for value in quarter)
    path.write_bytes(bytes(data))


def test_a_variable_rate_is_noticed(tmp_path: Path) -> None:
    import av

    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        at = 0
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number * 4, dtype=np.uint8), format="rgb24")
            frame.pts = at
            at += 1 if number % 5 else 3
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert probe(path).variable_rate


def test_without_pyav_it_says_what_to_install(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"hookline\[media\]"):
        probe(clip)


def test_recognising_needs_no_decoder() -> None:
    code = "import sys, hookline.formats.video; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x00\x00\x00\x20ftypisom" + bytes(64), True),
        (b"\x00\x00\x00\x20ftypqt  " + bytes(64), True),
        (b"\x1a\x45\xdf\xa3" + bytes(20) + b"webm", True),
        (b"RIFF\x00\x00\x00\x00AVI LIST", True),
        (b"\x00\x00\x01\xba" + bytes(64), True),
        ((b"\x47" + b"\xff" * 187) * 5, True),
        (b"\x00\x00\x00\x20ftypavif" + bytes(64), False),
        (b"\x00\x00\x00\x20ftypM4A " + bytes(64), False),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", False),
        (b"GGGG" * 300, False),
        (b"WEBVTT\n\n", False),
        ("【第1集】".encode(), False),
        (b"", False),
    ],
)
def test_magic_bytes(head: bytes, *, expected: bool) -> None:
    assert (video.recognise("a.mp4", head) is not None) is expected
