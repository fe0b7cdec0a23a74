from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from hookline.media.encode import AUDIO_RATE, Encoding, MovieWriter
from hookline.media.probe import probe
from hookline.model.errors import BadInput


def _tone(ms: int, channels: int = 2) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    t = np.arange(ms * AUDIO_RATE // 1000) / AUDIO_RATE
    return np.tile(0.3 * np.sin(2 * np.pi * 440 * t), (channels, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("encode") / "deep" / "movie.mp4"
    dice = np.random.default_rng(2)
    with MovieWriter(path, Encoding(320, 180, fps=(25, 1), gop_ms=1_000)) as writer:
        writer.sound(_tone(3_000))
        for _ in range(38):
            writer.picture(dice.integers(0, 255, (90, 160, 3), dtype=np.uint8), repeat=2)
    return path


def test_what_was_asked_for(movie: Path) -> None:
    info = probe(movie)
    assert (info.width, info.height, info.fps, info.codec) == (320, 180, (25, 1), "h264")
    assert (info.sample_rate, info.channels) == (48_000, 2)
    assert info.duration_ms == 76 * 40
    assert not info.variable_rate


def test_the_index_comes_before_the_pictures(movie: Path) -> None:
    data = movie.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_colour_is_420_and_says_its_matrix(movie: Path) -> None:
    with av.open(str(movie)) as container:
        context = container.streams.video[0].codec_context
        assert (context.pix_fmt, context.colorspace) == ("yuv420p", 1)


def test_groups_of_pictures_are_closed_and_short(movie: Path) -> None:
    with av.open(str(movie)) as container:
        packets = [(p.pts, p.is_keyframe) for p in container.demux(video=0) if p.pts is not None]
    keys = [index for index, (_, is_key) in enumerate(packets) if is_key]
    assert keys[0] == 0
    assert len(keys) >= 3, "a key frame at least every second"
    for key in keys:
        shown = packets[key][0]
        assert all(pts > shown for pts, _ in packets[key + 1 :]), "nothing after a key frame is shown before it"
        assert all(pts < shown for pts, _ in packets[:key]), "nothing before a key frame needs it"


def test_each_group_decodes_alone(movie: Path) -> None:
    with av.open(str(movie)) as container:
        container.seek(2_000_000)
        first = next(container.decode(video=0))
    assert first.key_frame
    assert first.time is not None
    assert 1.0 <= first.time <= 2.0


def test_sound_is_kept(movie: Path) -> None:
    with av.open(str(movie)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    middle = heard[AUDIO_RATE : 2 * AUDIO_RATE]
    strongest = np.abs(np.fft.rfft(middle)).argmax() * AUDIO_RATE / len(middle)
    assert strongest == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> None:
        with MovieWriter(tmp_path / "half.mp4", Encoding(64, 64)) as writer:
            writer.picture(np.zeros((64, 64, 3), dtype=np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "movie.mp4"
    path.write_bytes(b"the last good one")
    with pytest.raises(BadInput, match="is not"), MovieWriter(path, Encoding(64, 64)) as writer:
        writer.picture(np.zeros((64, 64), dtype=np.uint8))
    assert path.read_bytes() == b"the last good one"


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        with MovieWriter(tmp_path / name, Encoding(64, 64)) as writer:
            writer.sound(_tone(400))
            for number in range(10):
                writer.picture(np.full((64, 64, 3), number * 20, dtype=np.uint8))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_odd_sides() -> None:
    with pytest.raises(BadInput, match="even"):
        MovieWriter(Path("x.mp4"), Encoding(63, 64))


def test_sound_of_the_wrong_shape(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="2 channels"), MovieWriter(tmp_path / "x.mp4", Encoding(64, 64)) as writer:
        writer.sound(_tone(100, channels=1))
