"""Sources as they come: the same two people in every odd shape, and found at the same places."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from hookline.edit.watching import Seen, see
from hookline.engines.faces import YuNetFaces
from hookline.media.encode import Encoding, MovieWriter
from hookline.model.codec import dumps, loads
from hookline.model.errors import BadInput, Unreadable
from tests.media.films import program
from tests.shared import shared_data

GRID = ("media", "grid_twoshot", "grid_twoshot_1280x720.mp4")
SECONDS = ("-ss", "5.4", "-t", "1.2")  # the cut at 6 s in the middle
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "18")


@pytest.fixture(scope="module")
def eyes() -> YuNetFaces:
    return YuNetFaces(shared_data("models", "face_detection_yunet_2023mar.onnx"))


def made(path: Path, *arguments: str, filters: str = "", before: tuple[str, ...] = ()) -> Path:
    grid = str(shared_data(*GRID))
    scaled = ",".join(part for part in ("scale=640:360", filters) if part)
    command = [program("ffmpeg"), "-v", "error", *before, *SECONDS, "-i", grid, "-vf", scaled, *arguments, str(path)]
    subprocess.run(command, check=True)
    return path


def places(seen: Seen) -> list[tuple[float, float]]:
    """Middles of the faces of the first shot's middle, as shares of width and height, from the left."""
    middle = seen.footage.shots[0].end_frame // 2
    faces = [
        track.faces[middle - track.first_frame]
        for track in seen.tracks
        if track.shot == 0 and 0 <= middle - track.first_frame < len(track.faces)
    ]
    return sorted(
        ((face.left + face.width / 2) / seen.width, (face.top + face.height / 2) / seen.height) for face in faces
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, eyes: YuNetFaces) -> Seen:
    return see(made(tmp_path_factory.mktemp("odd") / "plain.mp4", *X264), finder=eyes)


def test_two_people_in_two_shots(plain: Seen) -> None:
    assert [shot.first_frame for shot in plain.footage.shots] == [0, 15]
    assert [sum(track.shot == shot for track in plain.tracks) for shot in (0, 1)] == [2, 2]
    assert places(plain) == [pytest.approx((0.19, 0.62), abs=0.04), pytest.approx((0.74, 0.62), abs=0.05)]
    for track, mouth in zip(plain.tracks, plain.mouths, strict=True):
        assert len(track.faces) == len(mouth) == 15, "every picture of the shot"
    assert plain.remarks == ()
    assert plain.voice is not None
    assert loads(Seen, dumps(plain)) == plain


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_source_is_seen_upright(turn: int, plain: Seen, eyes: YuNetFaces, tmp_path: Path) -> None:
    lay = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}[turn]
    lying = made(tmp_path / "lying.mp4", *X264, filters=lay)
    path = tmp_path / "turned.mp4"
    turned = ["-i", str(lying), "-c", "copy", "-metadata:s:v:0", f"rotate={360 - turn}", str(path)]
    subprocess.run([program("ffmpeg"), "-v", "error", *turned], check=True)
    seen = see(path, finder=eyes)
    assert (seen.width, seen.height) == (640, 360)
    assert np.array(places(seen)) == pytest.approx(np.array(places(plain)), abs=0.02)
    assert any(f"turned upright by {turn} degrees" in one for one in seen.remarks)
    assert np.array(seen.mouths[0]).sum() == pytest.approx(np.array(plain.mouths[0]).sum(), rel=0.25, abs=0.2)


def test_wide_pixels_become_square(plain: Seen, eyes: YuNetFaces, tmp_path: Path) -> None:
    seen = see(made(tmp_path / "wide.mp4", *X264, filters="scale=480:360,setsar=4/3"), finder=eyes)
    assert (seen.width, seen.height) == (640, 360)
    assert np.array(places(seen)) == pytest.approx(np.array(places(plain)), abs=0.02)
    assert any("1.333 times as wide" in one for one in seen.remarks)


def test_interlaced_pictures_are_looked_at_in_one_field(plain: Seen, eyes: YuNetFaces, tmp_path: Path) -> None:
    options = (*X264, "-flags", "+ildct+ilme", "-x264-params", "tff=1")
    seen = see(made(tmp_path / "field.mp4", *options, filters="fps=50,interlace=scan=tff"), finder=eyes)
    assert any("interlaced" in one for one in seen.remarks)
    assert np.array(places(seen)) == pytest.approx(np.array(places(plain)), abs=0.02)


@pytest.mark.parametrize(("name", "transfer"), [("PQ", "smpte2084"), ("HLG", "arib-std-b67")])
def test_high_dynamic_range_is_mapped_and_said(
    name: str, transfer: str, plain: Seen, eyes: YuNetFaces, tmp_path: Path
) -> None:
    darker = "lutyuv=y='16*4+(val-64)*0.55':u=val:v=val" if name == "PQ" else "null"  # about where PQ puts paper white
    options = ("-pix_fmt", "yuv420p10le", *X264, "-color_primaries", "bt2020", "-color_trc", transfer)
    path = made(tmp_path / "hdr.mp4", *options, "-colorspace", "bt2020nc", filters=f"format=yuv420p10le,{darker}")
    seen = see(path, finder=eyes)
    assert any(f"high dynamic range ({name})" in one for one in seen.remarks)
    assert np.array(places(seen)) == pytest.approx(np.array(places(plain)), abs=0.02)
    assert [shot.first_frame for shot in seen.footage.shots] == [0, 15]


def test_a_variable_rate_goes_by_its_stamps(eyes: YuNetFaces, tmp_path: Path) -> None:
    thinned = "select='not(eq(mod(n,5),3)+eq(mod(n,7),5))'"
    seen = see(made(tmp_path / "vary.mp4", *X264, "-fps_mode", "vfr", filters=thinned), finder=eyes)
    assert len(set(np.diff(seen.times_ms))) > 1
    assert [shot.span.start_ms for shot in seen.footage.shots] == [0, 600]


def test_silent_sources_and_several_streams(eyes: YuNetFaces, tmp_path: Path) -> None:
    silent = see(made(tmp_path / "silent.mp4", *X264, "-an"), finder=eyes)
    assert silent.voice is None
    assert silent.footage.loudness_lufs is None
    assert "it has no sound" in silent.remarks
    options = (*X264, "-map", "0:v", "-map", "0:v", "-map", "0:a", "-map", "0:a")
    many = see(made(tmp_path / "many.mkv", *options), finder=eyes)
    assert "it holds 2 streams of pictures: the first is used" in many.remarks
    assert "it holds 2 streams of sound: the first that isn't silent is used" in many.remarks


def test_black_bars_are_left_out(eyes: YuNetFaces, tmp_path: Path) -> None:
    seen = see(made(tmp_path / "bars.mp4", *X264, filters="pad=640:480:0:60"), finder=eyes)
    for area in seen.areas:
        assert (area.left, area.width) == (0, 640)
        assert area.top == pytest.approx(60, abs=6)
        assert area.height == pytest.approx(360, abs=12)
        assert area.top >= 60, "no black is kept"
        assert area.top + area.height <= 420


def test_what_moves_draws_the_eye_where_nobody_is(eyes: YuNetFaces, tmp_path: Path) -> None:
    path = tmp_path / "ball.mp4"
    with MovieWriter(path, Encoding(320, 180)) as movie:
        for step in range(50):
            picture = np.full((180, 320, 3), 90, np.uint8)
            picture[70:110, 200 + step : 240 + step] = (230, 60, 40)
            movie.picture(picture)
    seen = see(path, finder=eyes)
    assert seen.tracks == ()
    late = seen.interest[-1]
    assert late.x == pytest.approx(265, abs=25)
    assert late.y == pytest.approx(90, abs=15)


@pytest.mark.parametrize(("size", "message"), [((640, 16), "no film"), ((1280, 64), "no film")])
def test_strips_and_specks_are_refused(size: tuple[int, int], message: str, eyes: YuNetFaces, tmp_path: Path) -> None:
    with MovieWriter(tmp_path / "strip.mp4", Encoding(*size)) as movie:
        movie.picture(np.zeros((size[1], size[0], 3), np.uint8), repeat=5)
    with pytest.raises(BadInput, match=message):
        see(tmp_path / "strip.mp4", finder=eyes)


def test_a_damaged_source_is_refused(eyes: YuNetFaces, tmp_path: Path) -> None:
    (tmp_path / "torn.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(4000))
    with pytest.raises(Unreadable):
        see(tmp_path / "torn.mp4", finder=eyes)
