from __future__ import annotations

import errno
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from hookline.media import check as checking
from hookline.media.overlay import Overlay
from hookline.media.render import Rendered, RenderedFailed, Rendering, render
from hookline.media.source import examine, fitted_rate
from hookline.model.cut import Clip, Crop, Cut, Fill, Framing
from hookline.model.errors import BadInput, Unreadable
from hookline.model.platform import Platform
from hookline.model.span import Span
from tests.media.films import (
    RATE,
    flash_and_beep,
    lumas,
    number_in,
    numbered,
    offsets_ms,
    plain,
    platform,
    program,
    sound_of,
    tone,
    write,
)
from tests.shared import shared_data

WIDE = platform(160, 90)


def job(
    out: Path, clips: Sequence[tuple[str, int, int]], where: Platform = WIDE, *framings: Framing, **given: Any
) -> Rendering:
    parts = tuple(Clip(source, Span(start, end), framings) for source, start, end in clips)
    return Rendering(Cut(out.stem, "series", 1, parts), where, out, **given)


def done(jobs: Sequence[Rendering], **sources: Path) -> list[Rendered]:
    made = render(jobs, sources, threads=2)
    assert all(isinstance(one, Rendered) for one in made), [str(one) for one in made]
    assert [one.job for one in made] == list(jobs)
    return [one for one in made if isinstance(one, Rendered)]


def numbers(path: Path) -> list[int]:
    return [number_in(luma) for luma in lumas(path)]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain(tmp_path_factory.mktemp("source") / "plain.mp4", 100)


# Time


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30)])
def test_starts_and_ends_to_the_picture(tmp_path: Path, rate: Fraction) -> None:
    film = plain(tmp_path / "film.mp4", 70, rate=rate)
    start, end = round(20 * 1000 / rate), round(60 * 1000 / rate)
    (made,) = done([job(tmp_path / "cut.mp4", [("a", start, end)])], a=film)
    assert Fraction(*made.fps) == rate
    assert numbers(made.job.out) == list(range(20, 60))


@pytest.mark.parametrize(
    ("rate", "most", "expected"),
    [(50, 30, range(20, 60, 2)), (60, 30, range(20, 60, 2)), (60, 60, range(20, 60))],
)
def test_a_rate_too_high_is_halved_evenly(tmp_path: Path, rate: int, most: int, expected: range) -> None:
    film = plain(tmp_path / "film.mp4", 70, rate=Fraction(rate))
    (made,) = done(
        [job(tmp_path / "cut.mp4", [("a", round(20_000 / rate), round(60_000 / rate))], replace(WIDE, max_fps=most))],
        a=film,
    )
    assert numbers(made.job.out) == list(expected)


def test_rates() -> None:
    assert fitted_rate(Fraction(12), least=23, most=60) == 24
    assert fitted_rate(Fraction(10), least=23, most=60) == 30
    assert fitted_rate(Fraction(120), least=23, most=60) == 60
    assert fitted_rate(Fraction(60000, 1001), least=23, most=30) == Fraction(30000, 1001)
    with pytest.raises(BadInput, match="no common frame rate"):
        fitted_rate(Fraction(25), least=26, most=27)


def test_a_variable_rate_becomes_constant_by_its_stamps(tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    gaps = dice.choice([1, 1, 1, 2, 3], 80) / 30
    stamps = [0.0, *np.cumsum(gaps).tolist()]
    film = write(tmp_path / "film.mp4", (numbered(n) for n in range(81)), stamps_s=stamps, sounds=(tone(stamps[-1]),))
    end_ms = round(stamps[-1] * 1000)
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, end_ms)])], a=film)
    assert made.fps == (30, 1)
    at = (np.arange(len(numbers(made.job.out))) + 0.4) / 30
    assert numbers(made.job.out) == (np.searchsorted(stamps, at, side="right") - 1).tolist()


def test_a_cut_that_goes_back_and_takes_two_sources(tmp_path: Path, source: Path) -> None:
    other = write(
        tmp_path / "other.mp4", (numbered(500 + n) for n in range(60)), rate=Fraction(30), sounds=(tone(2.0),)
    )
    clips = [("a", 2000, 3000), ("a", 0, 400), ("b", 1000, 2000), ("a", 400, 800)]
    (made,) = done([job(tmp_path / "cut.mp4", clips)], a=source, b=other)
    found = numbers(made.job.out)
    assert found[:35] == [*range(50, 75), *range(10)]
    assert found[60:] == list(range(10, 20))
    assert (found[35], found[59]) == (530, 559)
    assert made.duration_ms == 2800


def test_sound_and_picture_stand_together(tmp_path: Path) -> None:
    film = flash_and_beep(tmp_path / "film.mp4", [0.4, 1.6, 2.4, 3.2], seconds=4)
    quiet = replace(WIDE, loudness_lufs=-27.0)
    whole, teaser = done(
        [
            job(tmp_path / "whole.mp4", [("a", 0, 4000)], quiet),
            job(tmp_path / "teaser.mp4", [("a", 2205, 4000), ("a", 193, 1993)], quiet),
        ],
        a=film,
    )
    for made in (whole, teaser):
        found = offsets_ms(made.job.out)
        assert len(found) == 4
        assert max(map(abs, found)) < 2, found


def test_sound_is_exactly_as_long_as_the_pictures(tmp_path: Path) -> None:
    film = plain(tmp_path / "film.mp4", 100, rate=Fraction(30000, 1001))
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 100 * n, 100 * n + 77) for n in range(30)])], a=film)
    length = len(numbers(made.job.out)) * 1001 / 30000
    assert length == pytest.approx(30 * 0.077, abs=0.5 / 29.97)
    assert 0 <= sound_of(made.job.out).shape[1] / RATE - length < 0.022  # AAC's last block


# Framing


def column_of_bars(path: Path, frame: int) -> float:
    """Where the first edge of a known step stands, to a part of a pixel."""
    row = lumas(path)[frame][45].astype(float)
    edge = int(np.argmax(np.abs(np.diff(row))))
    low, high = row[: edge - 6].mean(), row[edge + 7 :].mean()
    return float(edge - 6 + ((row[edge - 6 : edge + 7] - high) / (low - high)).sum())


def test_the_camera_moves_evenly_and_finely(tmp_path: Path) -> None:
    picture = np.full((180, 320, 3), 60, np.uint8)
    picture[:, 160:] = 200
    film = write(tmp_path / "film.mp4", (picture for _ in range(50)), sounds=(tone(2.0),))
    keys = (Crop(0, 110.0, 0, 90, 160), Crop(2000, 120.0, 0, 90, 160))  # 5 pixels a second, enlarged twice
    tall = platform(180, 320)
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 2000)], tall, Framing(Span(0, 2000), Fill.CROP, keys))], a=film)
    found = np.array([column_of_bars(made.job.out, frame) for frame in range(50)])
    due = (160 - (110 + 10 * (np.arange(50) + 0.4) / 50)) * 2
    assert np.abs(found - due).max() < 0.8, "within a delivered pixel all the way"
    assert np.abs(np.diff(found)).max() < 1.5, "no jump of the two to four pixels that a cut of 4:2:0 makes"


def test_never_stretched_never_outside(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:180, 0:320]
    disc = np.where((rows - 90) ** 2 + (columns - 160) ** 2 < 60**2, 220, 40).astype(np.uint8)
    film = write(tmp_path / "film.mp4", (np.repeat(disc[..., None], 3, 2) for _ in range(25)), sounds=(tone(1.0),))
    crop = Framing(Span(0, 1000), Fill.CROP, (Crop(0, 260.0, -30.0, 144, 180),))  # reaches past the right and the top
    blur = Framing(Span(0, 1000), Fill.BLUR, (Crop(0, 0, 0, 320, 180),))
    square = platform(160, 200)
    inside, blurred, own = done(
        [
            job(tmp_path / "crop.mp4", [("a", 0, 1000)], square, crop),
            job(tmp_path / "blur.mp4", [("a", 0, 1000)], square, blur),
            job(tmp_path / "own.mp4", [("a", 0, 1000)], square),
        ],
        a=film,
    )
    picture = lumas(inside.job.out)[12]
    assert picture[:, -40:].mean() < 60, "held inside at the right edge, the disc at the left"
    assert picture[100, :20].mean() > 200
    for made in (blurred, own):
        bright = lumas(made.job.out)[12] > 170
        across, down = np.flatnonzero(bright[100]), np.flatnonzero(bright[55:145, 80])
        assert len(across) == pytest.approx(len(down), abs=3), "a disc stays a disc"
        assert len(across) == pytest.approx(60, abs=3)
        assert lumas(made.job.out)[12][:40].std() < 40, "a blurred picture above and below"


def test_a_split_screen(tmp_path: Path) -> None:
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[:, :160], picture[:, 160:] = 60, 200
    film = write(tmp_path / "film.mp4", (picture for _ in range(10)), sounds=(tone(0.4),))
    split = Framing(Span(0, 400), Fill.SPLIT, (Crop(0, 10, 0, 100, 75),), second=(Crop(0, 200, 50, 100, 75),))
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 400)], platform(96, 150), split)], a=film)
    luma = lumas(made.job.out)[5]
    assert luma[:70].mean() == pytest.approx(16 + 60 * 219 / 255, abs=3)
    assert luma[80:].mean() == pytest.approx(16 + 200 * 219 / 255, abs=3)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_source_is_upright(tmp_path: Path, turn: int) -> None:
    film = write(tmp_path / "film.mp4", (np.rot90(numbered(n), k=turn // 90) for n in range(10)), sounds=(tone(0.4),))
    turned = tmp_path / "turned.mp4"
    with av.open(str(film)) as given, av.open(str(turned), "w") as kept:
        streams = {one.index: kept.add_stream_from_template(one) for one in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                kept.mux(packet)
    _turn(turned, turn)
    assert (examine(turned, [Span(0, 400)]).width, examine(turned, [Span(0, 400)]).height) == (160, 90)
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 400)])], a=turned)
    assert numbers(made.job.out) == list(range(10))


def _turn(path: Path, clockwise: int) -> None:
    """Write a turn into the display matrix of the first track's header."""
    data = bytearray(path.read_bytes())
    matrix = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[clockwise]
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (int(value * 65536).to_bytes(4, "big", signed=True) for value in matrix)
    data[at : at + 36] = a + b + bytes(4) + c + d + bytes(4) + bytes(8) + (1 << 30).to_bytes(4, "big")
    path.write_bytes(data)


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:180, 0:160]
    disc = np.where((rows - 90) ** 2 + (2 * columns - 160) ** 2 < 60**2, 220, 40).astype(np.uint8)
    pictures = (np.repeat(disc[..., None], 3, 2) for _ in range(10))
    film = write(tmp_path / "film.mp4", pictures, sounds=(tone(0.4),), sample_aspect_ratio=Fraction(2))
    assert examine(film, [Span(0, 400)]).width == 320
    crop = Framing(Span(0, 400), Fill.CROP, (Crop(0, 70.0, 0.0, 180, 180),))
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 400)], platform(180, 180), crop)], a=film)
    bright = lumas(made.job.out)[5] > 128
    assert np.flatnonzero(bright[90]).tolist()[0] == pytest.approx(160 - 60 - 70, abs=2)
    assert bright[90].sum() == pytest.approx(bright[:, 90].sum(), abs=3)


def test_interlaced_pictures_become_progressive(tmp_path: Path) -> None:
    """A bar that moves from field to field leaves a comb in the source and none in the cut."""
    bar = "geq=lum='if(lt(mod(X-6*N,160),40),220,40)':cb=128:cr=128,interlace=scan=tff"
    given = ["-f", "lavfi", "-i", f"nullsrc=s=160x96:r=50:d=1,{bar}", "-f", "lavfi", "-i", "sine=d=1"]
    how = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p", "-flags", "+ildct+ilme"]
    film = tmp_path / "film.mp4"
    subprocess.run([program("ffmpeg"), "-v", "error", *given, *how, "-x264-params", "tff=1", str(film)], check=True)
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 1000)], platform(160, 96))], a=film)
    assert "interlaced pictures were made progressive" in made.notes

    def comb(path: Path) -> float:
        luma = lumas(path)[12].astype(float)
        return float(np.abs(luma[1:-1:2] - (luma[:-2:2] + luma[2::2]) / 2).mean())

    assert comb(film) > 8
    assert comb(made.job.out) < comb(film) / 4


def test_high_dynamic_range_is_mapped_and_said(tmp_path: Path) -> None:
    film = write(
        tmp_path / "film.mp4",
        (np.full((90, 160, 3), 8 * n, np.uint8) for n in range(30)),
        sounds=(tone(1.2),),
        codec="libx265",
        options={"x265-params": "log-level=none"},
        pix_fmt="yuv420p10le",
        color_trc=16,
        color_primaries=9,
        colorspace=9,
        color_range=1,
    )
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 1200)])], a=film)
    assert any("high dynamic range (PQ)" in note for note in made.notes)
    means = [float(luma.mean()) for luma in lumas(made.job.out)]
    assert means == sorted(means)
    assert means[0] < 18
    assert 190 < means[18] < 230, "diffuse white of 203 nits is neither grey nor clipped"
    with av.open(str(made.job.out)) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_trc, context.colorspace, context.pix_fmt) == (1, 1, "yuv420p")


def test_full_range_becomes_limited(tmp_path: Path) -> None:
    film = write(
        tmp_path / "film.mp4",
        (np.full((90, 160, 3), 255, np.uint8) for _ in range(10)),
        sounds=(tone(0.4),),
        pix_fmt="yuvj420p",
        color_range=2,
    )
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 400)])], a=film)
    assert lumas(made.job.out)[5].mean() == pytest.approx(235, abs=1)


# Overlays


def test_overlays_stand_where_and_while_they_should(tmp_path: Path, source: Path) -> None:
    rgba = np.zeros((20, 30, 4), np.uint8)
    rgba[..., 0], rgba[..., 3] = 255, 255  # red
    half = np.full((20, 30, 4), 255, np.uint8)
    half[..., 3] = 128
    over = (Overlay(Span(400, 800), 21, 11, rgba), Overlay(Span(400, 800), 140, -5, half))
    plain_one, marked = done(
        [
            job(tmp_path / "plain.mp4", [("a", 0, 1200)]),
            job(tmp_path / "marked.mp4", [("a", 0, 1200)], overlays=over),
        ],
        a=source,
    )
    before, after = lumas(plain_one.job.out), lumas(marked.job.out)
    changed = [float(np.abs(a.astype(int) - b).max()) > 8 for a, b in zip(before, after, strict=True)]
    assert changed == [10 <= n < 20 for n in range(30)]
    assert after[15][11:31, 21:51].mean() == pytest.approx(63, abs=4), "BT.709 red"
    under = before[15][2:13, 144:].astype(float)
    assert np.abs(after[15][2:13, 144:] - (under + 235) / 2).mean() < 6, "half of white, cut at the edge"
    with av.open(str(marked.job.out)) as container:
        frame = list(container.decode(video=0))[15].to_ndarray(format="rgb24")
    assert frame[20, 35].tolist() == pytest.approx([255, 0, 0], abs=14)


# Sound that is missing or manifold


def test_missing_sound_is_silence_and_said(tmp_path: Path) -> None:
    film = plain(tmp_path / "film.mp4", 25, sounds=())
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 1000)])], a=film)
    assert "film.mp4 has no sound: silence is put in its place" in made.notes
    assert np.abs(sound_of(made.job.out)).max() == 0


def test_of_several_streams_the_first_with_sound(tmp_path: Path) -> None:
    silence = np.zeros((1, RATE), np.float32)
    film = plain(tmp_path / "film.mp4", 25, sounds=(silence, tone(1.0, hertz=600, channels=1), tone(1.0, hertz=90)))
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 1000)])], a=film)
    assert "of 3 sound streams of film.mp4, number 2 is the first with sound" in made.notes
    heard = sound_of(made.job.out)
    assert heard.shape[0] == 2
    assert np.abs(np.fft.rfft(heard[0, : RATE // 2])).argmax() * 2 == pytest.approx(600, abs=4)


def test_mono_as_asked(tmp_path: Path, source: Path) -> None:
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 1000)], replace(WIDE, channels=1))], a=source)
    assert sound_of(made.job.out).shape[0] == 1


# What goes wrong


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_cut_that_breaks_a_rule_is_not_delivered(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "out"
    bad = job(out / "long.mp4", [("a", 0, 2000)], replace(WIDE, max_ms=1500))
    good = job(out / "good.mp4", [("a", 0, 1000)])
    failed, made = render([bad, good], {"a": source})
    assert isinstance(made, Rendered)
    assert isinstance(failed, RenderedFailed)
    assert str(failed) == "long.mp4: it lasts 2.0 s; at most 1.5 s are taken"
    assert left_in(out) == ["good.mp4"]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds that no encoder makes small."""
    dice = np.random.default_rng(0)
    pictures = [dice.integers(0, 256, (90, 160, 3), np.uint8) for _ in range(50)]
    return write(tmp_path_factory.mktemp("noise") / "noise.mp4", pictures, sounds=(tone(2.0),))


@pytest.mark.parametrize("where", [replace(WIDE, max_kbps=700), replace(WIDE, max_bytes=160_000)])
def test_a_file_too_heavy_is_encoded_again_with_less(tmp_path: Path, noise: Path, where: Platform) -> None:
    tight = job(tmp_path / "tight.mp4", [("a", 0, 2000)], where)
    most = where.max_bytes or 700 * 1000 // 8 * 2
    told: list[tuple[int, int]] = []
    (made,) = render([tight], {"a": noise}, progress=lambda _, done, total: told.append((done, total)))
    assert isinstance(made, Rendered), str(made)
    note = next(one for one in made.notes if "encoded again" in one)
    assert ("kbit/s; at most 700 are taken" if where.max_kbps else "at most 0.2 MB are taken") in note
    size = made.job.out.stat().st_size
    assert size <= most
    assert size > 0.5 * most, "no lighter than it must be"
    assert told[-1][0] == told[-1][1] in (100, 150)


def test_a_file_that_can_never_be_light_enough_fails(tmp_path: Path, noise: Path) -> None:
    tight = job(tmp_path / "tight.mp4", [("a", 0, 2000)], replace(WIDE, max_kbps=180))
    (failed,) = render([tight], {"a": noise})
    assert isinstance(failed, RenderedFailed)
    assert [breach.what for breach in failed.breaches] == ["bit rate"]
    assert failed.kbps > 180
    assert left_in(tmp_path) == []


def test_a_file_too_light_is_encoded_again_with_more(tmp_path: Path, noise: Path) -> None:
    asked = job(tmp_path / "rich.mp4", [("a", 0, 2000)], replace(WIDE, min_kbps=3000))
    (plain_,) = render([job(tmp_path / "plain.mp4", [("a", 0, 2000)])], {"a": noise})
    assert plain_.job.out.stat().st_size * 4 < 3_000_000, "it is light at first"
    (made,) = render([asked], {"a": noise})
    assert isinstance(made, Rendered), str(made)
    assert any("at least 3000 are asked for: encoded again at quality" in note for note in made.notes)


def test_a_failed_cut_leaves_the_last_good_one(tmp_path: Path, source: Path) -> None:
    out = tmp_path / "cut.mp4"
    out.write_bytes(b"the last good one")
    (failed,) = render([job(out, [("a", 0, 2000)], replace(WIDE, min_ms=9_000))], {"a": source})
    assert isinstance(failed, RenderedFailed)
    assert out.read_bytes() == b"the last good one"
    assert left_in(tmp_path) == ["cut.mp4"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("gone", "can't be opened"),
        ("empty", "is empty"),
        ("text", "can't be decoded"),
        ("sound only", "holds only sound"),
        ("half", "can't be decoded|cut short|pictures at"),
    ],
)
def test_a_bad_source_is_told(tmp_path: Path, source: Path, damage: str, says: str) -> None:
    film, out = tmp_path / "film.mp4", tmp_path / "out" / "cut.mp4"
    if damage == "empty":
        film.touch()
    elif damage == "text":
        film.write_text("INT. KITCHEN - DAY\n" * 500)
    elif damage == "half":
        film.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    elif damage == "sound only":
        with av.open(str(film), "w") as container:
            stream: Any = container.add_stream("aac", rate=RATE)
            block = av.AudioFrame.from_ndarray(tone(0.02), format="fltp", layout="stereo")
            block.sample_rate = RATE
            container.mux(stream.encode(block))
            container.mux(stream.encode(None))
    with pytest.raises((Unreadable, BadInput), match=says):
        render([job(out, [("a", 0, 2000)])], {"a": film})
    assert not out.exists()


def test_a_source_damaged_in_the_middle(tmp_path: Path, source: Path) -> None:
    film, out = tmp_path / "film.mp4", tmp_path / "out" / "cut.mp4"
    data = bytearray(source.read_bytes())
    begins = data.index(b"mdat") + 8
    dice = np.random.default_rng(3)
    hurt = slice(begins + 1000, begins + (len(data) - begins) // 2)
    data[hurt] = dice.integers(0, 255, hurt.stop - hurt.start, dtype=np.uint8).tobytes()
    film.write_bytes(bytes(data))
    with pytest.raises(Unreadable, match=r"damaged|can't be decoded"):
        render([job(out, [("a", 0, 4000)])], {"a": film})
    assert not out.parent.exists() or left_in(out.parent) == []


def test_a_clip_past_the_end(tmp_path: Path, source: Path) -> None:
    with pytest.raises(BadInput, match=r"a clip ends at 9\.00 s, the pictures at 4\.00 s"):
        render([job(tmp_path / "cut.mp4", [("a", 0, 9000)])], {"a": source})


def test_a_source_that_changes_meanwhile(tmp_path: Path, source: Path) -> None:
    film, out = tmp_path / "film.mp4", tmp_path / "out" / "cut.mp4"
    film.write_bytes(source.read_bytes())

    def touched(task: str, done: int, total: int) -> None:
        os.utime(film, ns=(1, 1))

    with pytest.raises(Unreadable, match="changed while it was read"):
        render([job(out, [("a", 0, 2000)])], {"a": film}, progress=touched)
    assert left_in(out.parent) == []


def test_a_folder_that_is_a_file(tmp_path: Path, source: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(BadInput, match="a file stands where the folder should be"):
        render([job(tmp_path / "out" / "cut.mp4", [("a", 0, 400)])], {"a": source})


def test_a_folder_that_can_only_be_read(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # root writes everywhere, so the system's refusal is put in its mouth
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(BadInput, match=r"cut\.mp4: can't be written: the folder can't be written to"):
        render([job(tmp_path / "out" / "cut.mp4", [("a", 0, 400)])], {"a": source})


def test_a_full_disk(tmp_path: Path, source: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".cut.mp4.part").symlink_to(full)  # the part is written onto a full disk
    with pytest.raises(BadInput, match="the disk is full"):
        render([job(out / "cut.mp4", [("a", 0, 4000)])], {"a": source})
    assert left_in(out) == []


def test_no_thread_is_left_behind(tmp_path: Path, source: Path) -> None:
    before = threading.active_count()

    def stopped(task: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render([job(tmp_path / "out" / "cut.mp4", [("a", 0, 4000)])], {"a": source}, progress=stopped)
    time.sleep(0.05)
    assert threading.active_count() == before
    assert left_in(tmp_path / "out") == []


def test_a_source_that_ends_black_is_not_blamed(tmp_path: Path) -> None:
    pictures = [*(numbered(n) for n in range(25)), *[np.zeros((90, 160, 3), np.uint8)] * 30]
    film = write(tmp_path / "film.mp4", pictures, sounds=(tone(2.2),))
    (made,) = done([job(tmp_path / "cut.mp4", [("a", 0, 2200)])], a=film)
    assert "the last 1 s are black, as they are in the source" in made.notes
    assert checking.tail_of(made.job.out) == "black"


def test_a_long_source_is_not_read_through(tmp_path: Path) -> None:
    # four hours at one picture a second: only what is asked for is decoded
    picture = numbered(5)
    film = tmp_path / "film.mkv"
    with av.open(str(film), "w") as container:
        video: Any = container.add_stream("libx264", rate=1, options={"preset": "ultrafast", "g": "30"})
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        for second in range(4 * 3600):
            frame.pts = second
            frame.time_base = Fraction(1)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    began = time.process_time()
    (made,) = done(
        [job(tmp_path / "cut.mp4", [("a", 14_000_000, 14_010_000), ("a", 20_000, 30_000)], replace(WIDE, min_fps=0))],
        a=film,
    )
    assert made.duration_ms == 20_000
    assert time.process_time() - began < 5


def test_the_same_job_gives_the_same_file(tmp_path: Path, source: Path) -> None:
    for name in ("a", "b"):
        done([job(tmp_path / name / "cut.mp4", [("a", 2000, 4000), ("a", 0, 400)])], a=source)
    assert (tmp_path / "a" / "cut.mp4").read_bytes() == (tmp_path / "b" / "cut.mp4").read_bytes()


# Real pictures


def test_real_sources(tmp_path: Path) -> None:
    names = (
        ("grid_twoshot", "grid_twoshot_1280x720.mp4"),
        ("tears_of_steel", "battle-clip-medium.webm"),
        ("grid_lipnet", "bbaf2n.mpg"),
    )
    films = {name[0]: shared_data("media", *name) for name in names}
    tall = platform(180, 320)
    clips = [("tears_of_steel", 30_000, 31_500), ("grid_twoshot", 500, 1_500), ("grid_lipnet", 500, 1_500)]
    (made,) = done([job(tmp_path / "recap.mp4", clips, tall)], **films)
    assert made.fps == (24, 1)
    assert made.duration_ms == pytest.approx(3500, abs=21)
