from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hookline.edit.speakers import Turn, speaking
from hookline.edit.watching import Seen, see
from hookline.engines.faces import YuNetFaces
from hookline.media.voice import Voice, voice_in
from hookline.model.span import Span
from tests.edit.scenes import heard, scene
from tests.shared import shared_data


@pytest.fixture(scope="module")
def grid() -> Seen:
    eyes = YuNetFaces(shared_data("models", "face_detection_yunet_2023mar.onnx"))
    return see(shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4"), finder=eyes)


@pytest.mark.parametrize("told", [True, False], ids=["with turns", "by eye and ear"])
def test_the_speaking_side_of_each_turn(told: bool, grid: Seen) -> None:
    truth = json.loads(shared_data("media", "grid_twoshot", "truth.json").read_text())
    turns = [Turn(Span(round(t["start"] * 1000), round(t["end"] * 1000)), t["speaker"]) for t in truth["turns"]]
    seen = speaking(grid, grid.voice, turns if told else ())
    for turn in truth["turns"]:
        pictures = range(round(turn["start"] * 25), round(turn["end"] * 25))
        sides = [side_at(seen, at) for at in pictures]
        right = np.mean([turn["side"] in ("centre", side) for side in sides])
        assert right >= (0.95 if told else 0.90), turn


def side_at(seen: Seen, at: int) -> str:
    """On which side the face is that most likely speaks."""
    there = [t for t in seen.tracks if 0 <= at - t.first_frame < len(t.faces)]
    best = max(there, key=lambda t: t.speaking[at - t.first_frame])
    face = best.faces[at - best.first_frame]
    return "left" if face.left + face.width / 2 < seen.width / 2 else "right"


def test_both_mouths_move_but_one_goes_with_the_voice() -> None:
    dice = np.random.default_rng(5)
    loud = np.repeat(dice.random(60) < 0.5, 5)  # syllables and pauses
    with_voice = np.where(loud, 0.12, 0.01) + dice.uniform(0, 0.02, 300)
    chewing = np.where(np.repeat(dice.random(60) < 0.5, 5), 0.12, 0.01) + dice.uniform(0, 0.02, 300)
    seen = scene([(100, with_voice), (800, chewing)])
    told = speaking(seen, heard(loud), [Turn(Span(0, 12_000))])
    assert np.mean(told.tracks[0].speaking) > 0.7
    assert np.mean(told.tracks[1].speaking) < 0.3


def test_chances_of_a_picture_sum_to_one() -> None:
    dice = np.random.default_rng(1)
    seen = scene([(100, dice.uniform(0, 0.1, 80)), (500, dice.uniform(0, 0.1, 80)), (900, dice.uniform(0, 0.1, 80))])
    for turns in ((), (Turn(Span(0, 900)), Turn(Span(1000, 3000), "a"))):
        told = speaking(seen, None, turns)
        sums = np.sum([track.speaking for track in told.tracks], axis=0)
        assert sums == pytest.approx(np.ones(80), abs=0.01)


def test_a_name_said_twice_is_one_face() -> None:
    quiet, faint, clear = np.full(75, 0.005), np.full(75, 0.010), np.full(75, 0.1)
    left = np.concatenate([clear, quiet, quiet + 0.005])
    right = np.concatenate([quiet, clear, faint + 0.002])
    turns = [Turn(Span(0, 3000), "ann"), Turn(Span(3000, 6000), "ben"), Turn(Span(6000, 9000), "ann")]
    seen = scene([(100, left), (800, right)])
    told = speaking(seen, None, turns)
    assert told.tracks[0].speaking[-1] > 0.5, "ann is the left one, though the right one's mouth moves a little more"
    nameless = speaking(seen, None, [replace(turn, speaker="") for turn in turns])
    assert nameless.tracks[0].speaking[-1] < 0.5


def test_a_single_face_speaks() -> None:
    told = speaking(scene([(100, np.zeros(50))]), Voice((), ()))
    assert set(told.tracks[0].speaking) == {1.0}


def test_a_voice_between_noises() -> None:
    levels = np.full(1000, -60.0) + np.random.default_rng(2).normal(0, 1, 1000)
    levels[300:500] += 30
    active = np.array(voice_in(levels).active)
    assert active[310:490].all()
    assert not active[:280].any()
    assert not active[520:].any()
