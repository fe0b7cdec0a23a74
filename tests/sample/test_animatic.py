from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import as_file
from itertools import pairwise
from pathlib import Path

import numpy as np
import pysubs2
import pytest
from numpy.typing import NDArray

from hookline import formats
from hookline.engines.espeak import EspeakVoice
from hookline.engines.voice import Mouth, Phone, Speech, VoiceStyle
from hookline.media.probe import probe
from hookline.model.errors import BadInput
from hookline.model.script import Episode, Line, LineKind, Scene, Source
from hookline.model.span import Span
from hookline.sample import puppet, scripts
from hookline.sample.animatic import Job, plan_episode, render_episode, render_episodes
from hookline.sample.camera import Camera
from hookline.sample.draw_face import Face, Mood, head
from hookline.sample.draw_prop import INSERTS
from hookline.sample.draw_svg import Light, group, picture
from hookline.sample.puppet import Pose, Puppet, rasterised
from hookline.sample.shots import Framing, Shot, shots
from hookline.sample.sounds import effect
from hookline.sample.soundtrack import soundtrack
from hookline.sample.stage import Stage, read_stage
from hookline.sample.timeline import Timeline, timeline

pytest.importorskip("vl_convert", reason="vl-convert is not installed: hookline[sample]")
pytest.importorskip("espeakng_loader", reason="espeakng-loader is not installed: hookline[voice]")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return read_stage()


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    with EspeakVoice() as opened:
        yield opened


def _line(number: int, text: str, speaker: str | None = None, kind: LineKind | None = None) -> Line:
    kind = kind or (LineKind.DIALOGUE if speaker else LineKind.ACTION)
    return Line(kind, text, Source("two.fountain", number), speaker)


@pytest.fixture(scope="module")
def two_lines() -> Episode:
    lines = (_line(5, "Kneel.", "VIVIAN"), _line(8, "You tripped me.", "NELL"))
    scene = Scene(
        "INT. BANQUET HALL - NIGHT", Source("two.fountain", 3), lines, "", "interior", "BANQUET HALL", "night"
    )
    return Episode(1, (scene,), "Two lines")


@pytest.fixture(scope="module")
def one_line(two_lines: Episode) -> Episode:
    scene = two_lines.scenes[0]
    return replace(two_lines, scenes=(replace(scene, lines=scene.lines[:1]),))


class HalfSilent:
    """A voice that says "mama" for a second and then holds its breath for a second."""

    def speak(self, text: str, *, style: VoiceStyle) -> Speech:
        edges = range(0, 1_000, 125)
        said = tuple(
            Phone("m" if i % 2 == 0 else "a", Span(at, at + 125), Mouth.CLOSED if i % 2 == 0 else Mouth.OPEN)
            for i, at in enumerate(edges)
        )
        t = np.arange(22_050)
        sound = np.concatenate([8_000 * np.sin(t / 20), np.zeros(22_050)]).astype(np.int16)
        return Speech(sound, 22_050, (*said, Phone("", Span(1_000, 2_000), Mouth.REST)))


def _written(number: int) -> Episode:
    for resource in scripts("en"):
        with as_file(resource) as path:
            for episode in formats.read_script(path, file=path.name).episodes:
                if episode.number == number:
                    return episode
    raise AssertionError(f"the sample has no episode {number}")


@pytest.fixture(scope="module", params=[1, 2])
def real(request: pytest.FixtureRequest, stage: Stage, voice: EspeakVoice) -> Timeline:
    return plan_episode(_written(request.param), stage, voice=voice)


# the plan


def test_an_episode_lands_at_its_length(real: Timeline) -> None:
    assert 60_000 <= real.duration_ms <= 75_000


def test_items_touch_and_keep_every_line(real: Timeline) -> None:
    assert real.items[0].span.start_ms == 0
    ends = [item.span.end_ms for item in real.items[:-1]]
    assert ends == [item.span.start_ms for item in real.items[1:]]
    written = [line.text for line in real.episode.lines() if line.kind is not LineKind.MARK]
    shown = [item.line.text for item in real.items] + [item.overlay for item in real.items]
    assert not [text for text in written if text not in shown]


def test_voices_end_inside_their_lines(real: Timeline) -> None:
    assert all(i.speech.duration_ms <= i.span.duration_ms for i in real.items if i.speech)


def test_shots_cover_the_episode_and_nobody_tires(real: Timeline, stage: Stage) -> None:
    cut = shots(real, stage)
    assert cut[0].span.start_ms == 0
    assert cut[-1].span.end_ms == real.duration_ms
    assert [s.span.end_ms for s in cut[:-1]] == [s.span.start_ms for s in cut[1:]]
    assert max(shot.span.duration_ms for shot in cut) <= 5_000
    assert min(shot.span.duration_ms for shot in cut) >= 1_000


def test_the_hook_comes_before_any_card(real: Timeline, stage: Stage) -> None:
    first = shots(real, stage)[0]
    assert first.framing is Framing.INSERT, "it starts on the event"
    assert first.title


def test_no_cut_goes_to_the_same_picture(real: Timeline, stage: Stage) -> None:
    cut = shots(real, stage)
    seen = [(s.framing, s.insert, s.subject.id if s.subject else "", s.mood) for s in cut]
    assert not [pair for pair in pairwise(seen) if pair[0] == pair[1]]


def test_every_kind_of_shot_is_used(real: Timeline, stage: Stage) -> None:
    used = {shot.framing for shot in shots(real, stage)}
    assert {Framing.CLOSE, Framing.OVER, Framing.TWO, Framing.INSERT} <= used


def test_every_action_of_the_rendered_episodes_that_names_a_thing_has_its_picture(real: Timeline, stage: Stage) -> None:
    drawn = [shot for shot in shots(real, stage) if shot.framing is Framing.INSERT]
    assert len({shot.insert for shot in drawn}) >= 7


def test_who_can_not_stand_is_not_shown_standing(stage: Stage, voice: EspeakVoice) -> None:
    cut = shots(plan_episode(_written(2), stage, voice=voice), stage)
    hidden = next(s.span.start_ms for s in cut if "rolls under" in s.item.line.text)
    standing = [s for s in cut if s.framing is not Framing.INSERT and s.span.start_ms > hidden]
    assert all(s.subject and s.subject.id == "gideon" for s in standing)
    ward = [s for s in cut if s.place.id == "room_nine" and s.framing is not Framing.INSERT]
    assert not [
        s for s in ward if "evelyn" in {f.id for f in (s.subject, s.other) if f and s.framing is not Framing.CLOSE}
    ]


def test_a_stranger_who_speaks_is_named_with_the_line(stage: Stage, voice: EspeakVoice, two_lines: Episode) -> None:
    scene = replace(two_lines.scenes[0], lines=(_line(9, "Who am I?", "STRANGER"),))
    with pytest.raises(BadInput, match=r"two\.fountain:9"):
        timeline(replace(two_lines, scenes=(scene,)), stage, voice)


def test_an_episode_without_lines(stage: Stage, voice: EspeakVoice) -> None:
    with pytest.raises(BadInput, match="episode 4"):
        timeline(Episode(4, ()), stage, voice)


def test_the_staging_calls_only_for_what_is_drawn_and_heard(stage: Stage) -> None:
    assert {match.what for match in stage.inserts} <= set(INSERTS)
    assert {row.draw for row in stage.instead} <= set(INSERTS)
    for match in stage.sounds:
        assert len(effect(match.what)) > 0


def test_every_episode_of_the_sample_can_be_planned(stage: Stage) -> None:
    """Sets and figures are there for all that is written, not only for what the demo renders."""
    for resource in scripts("en"):
        with as_file(resource) as path:
            for episode in formats.read_script(path, file=path.name).episodes:
                plan = timeline(episode, stage, HalfSilent())
                assert shots(plan, stage)[-1].span.end_ms == plan.duration_ms


# the picture


def _speaker_frames(stage: Stage, episode: Episode) -> tuple[Shot, list[NDArray[np.uint8]]]:
    plan = timeline(episode, stage, HalfSilent())
    shot = shots(plan, stage)[0]
    shot = replace(shot, framing=Framing.CLOSE, push=(1.0, 1.0), title="")
    return shot, [frame.copy() for frame in Camera(stage).frames(shot)]


def test_the_mouth_moves_while_speaking_and_rests_in_silence(stage: Stage, two_lines: Episode) -> None:
    shot, frames = _speaker_frames(stage, two_lines)
    assert shot.subject is not None
    speaking, silent = frames[:12], frames[14:24]

    def changes(part: list[NDArray[np.uint8]]) -> list[float]:
        return [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(part)]

    moving = [_lower(f) for f in speaking]
    resting = [_lower(f) for f in silent]
    assert max(changes(moving)) > 1.0
    assert sum(value > 0.8 for value in changes(moving)) >= 4, "m-a-m-a: open and shut again and again"
    assert np.median(changes(resting)) < 0.25 * np.median(sorted(changes(moving))[-6:])


def _lower(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where a close-up on the right has its mouth."""
    height, width = frame.shape[:2]
    return frame[int(height * 0.60) : int(height * 0.80), int(width * 0.46) : int(width * 0.62)]


def test_patches_leave_no_seam(stage: Stage) -> None:
    """A head put together from patches is the head drawn whole, at any tilt and with tears."""
    for figure, tilt, mirrored in ((stage.figures[0], 0, False), (stage.figures[1], 3, True)):
        light = Light("#c3dcd9", "#8ff0d2", 0.7, "#10283a")
        doll = Puppet(figure.look, light, scale=1.3, mirrored=mirrored, mood=Mood.SAD, tears=True)
        image, x, y = doll.pieces(Pose(tilt=tilt, mouth=Mouth.OPEN, lids=0.5))[-1]
        face = Face(Mood.SAD, Mouth.OPEN, 0.5, tears=True)
        turned = group(head(figure.look, face, light), f"rotate({tilt} -8 118)")
        whole = group(turned, "scale(-1,1)") if mirrored else turned
        box = (x / 1.3, y / 1.3, image.width / 1.3, image.height / 1.3)
        drawn = rasterised(picture(whole, width=image.width, height=image.height, box=box))
        difference = np.abs(np.asarray(image).astype(int) - np.asarray(drawn).astype(int)).max(axis=2)
        assert (difference > 60).sum() < 20, "more than what edges cut at a patch's border explain"
        assert max((row > 60).sum() for row in difference) <= 3, "no step in a line"


def test_the_same_seed_draws_the_same(stage: Stage, two_lines: Episode) -> None:
    shot = replace(shots(timeline(two_lines, stage, HalfSilent()), stage)[0], span=Span(0, 320))
    one, other = ([frame.copy() for frame in Camera(stage).frames(shot)] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def camera(stage: Stage) -> Camera:
    return Camera(stage)


@pytest.mark.parametrize("insert", sorted(INSERTS))
def test_every_insert_draws_something(insert: str, stage: Stage, two_lines: Episode, camera: Camera) -> None:
    plan = timeline(two_lines, stage, HalfSilent())
    shot = replace(shots(plan, stage)[0], framing=Framing.INSERT, insert=insert, title="", span=Span(0, 240))
    frames = list(camera.frames(shot))
    assert len(frames) == 3
    assert frames[-1].std() > 12, "not one flat colour"


def test_every_letter_is_in_the_font_that_travels_with_the_renderer() -> None:
    """A machine without fonts draws no letter of any other family."""
    drawings = "".join(path.read_text() for path in Path(puppet.__file__).parent.glob("*.py"))
    joined = re.sub(r"'\n\s*'", "", drawings)
    families = set(re.findall(r'font-family="([^"]*)"', joined))
    assert families == {"Liberation Sans, sans-serif"}


# the sound


def test_music_makes_way_for_voices(stage: Stage, two_lines: Episode) -> None:
    plan = timeline(two_lines, stage, HalfSilent())
    mix = soundtrack(plan, stage, seed=0)
    assert mix.shape == (2, plan.duration_ms * 48)
    assert np.abs(mix).max() <= 0.85
    spoken, breath = mix[:, 10_000:44_000], mix[:, 60_000:90_000]
    assert np.sqrt((spoken**2).mean()) > 1.5 * np.sqrt((breath**2).mean())
    assert np.sqrt((breath**2).mean()) > 0.003, "the room and the music go on"


def test_the_same_seed_sounds_the_same(stage: Stage, two_lines: Episode) -> None:
    plan = timeline(two_lines, stage, HalfSilent())
    assert np.array_equal(soundtrack(plan, stage, seed=3), soundtrack(plan, stage, seed=3))
    assert not np.array_equal(soundtrack(plan, stage, seed=3), soundtrack(plan, stage, seed=4))


# the files


def test_two_lines_become_a_movie_with_subtitles(
    stage: Stage, voice: EspeakVoice, two_lines: Episode, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    made = render_episode(
        two_lines,
        stage,
        out_video=tmp_path / "ep01.mp4",
        out_subtitles=tmp_path / "ep01.srt",
        voice=voice,
        progress=lambda task, done, total: told.append((done, total)),
    )
    info = probe(made.video)
    assert (info.width, info.height, info.fps) == (1280, 720, (25, 1))
    assert (info.has_audio, info.sample_rate, info.channels) == (True, 48_000, 2)
    assert abs(info.duration_ms - made.duration_ms) <= 40
    data = made.video.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    cues = pysubs2.load(str(made.subtitles))
    assert [(cue.plaintext) for cue in cues] == ["Kneel.", "You tripped me."]
    assert all(0 <= cue.start < cue.end <= made.duration_ms for cue in cues)
    assert cues[0].end <= cues[1].start
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]


def test_an_interrupt_leaves_no_half_movie(stage: Stage, one_line: Episode, tmp_path: Path) -> None:
    def interrupt(task: str, done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_episode(
            one_line,
            stage,
            out_video=tmp_path / "a.mp4",
            out_subtitles=tmp_path / "a.srt",
            voice=HalfSilent(),
            progress=interrupt,
        )
    assert list(tmp_path.iterdir()) == []


def test_side_by_side(stage: Stage, one_line: Episode, tmp_path: Path) -> None:
    jobs = [
        Job(replace(one_line, number=number), tmp_path / f"ep{number}.mp4", tmp_path / f"ep{number}.srt")
        for number in (1, 2)
    ]
    told: list[tuple[int, int]] = []
    made = render_episodes(jobs, stage, progress=lambda task, done, total: told.append((done, total)))
    assert [animatic.episode for animatic in made] == [1, 2]
    assert all(probe(animatic.video).duration_ms == animatic.duration_ms for animatic in made)
    assert told[-1][0] == told[-1][1] > 0


def test_an_interrupt_ends_the_others(stage: Stage, one_line: Episode, tmp_path: Path) -> None:
    jobs = [
        Job(replace(one_line, number=number), tmp_path / f"ep{number}.mp4", tmp_path / f"ep{number}.srt")
        for number in (1, 2)
    ]

    def interrupt(task: str, done: int, total: int) -> None:
        if total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_episodes(jobs, stage, progress=interrupt)
    assert not list(tmp_path.glob("*.part"))
