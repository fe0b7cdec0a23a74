from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from bench.faces import judged, measure

from hookline.engines.faces import CascadeFaces, FaceFinder, YuNetFaces, finder, overlap
from hookline.engines.models import FOLDER_VARIABLE, MODELS, ModelState, find_model, model_files
from hookline.media.pictures import looking
from hookline.model.errors import BadInput, MissingExtra
from hookline.model.face import Face
from tests.shared import shared_data

MODEL = ("models", MODELS["yunet"].file)


def needs_cascades() -> None:
    cv2 = pytest.importorskip("cv2")
    if not hasattr(cv2, "CascadeClassifier"):
        pytest.skip(f"OpenCV {cv2.__version__} carries no cascades; the extra 'faces' asks for 4")


@pytest.mark.parametrize("kind", ["yunet", "cascades"])
def test_two_heads(kind: str) -> None:
    eyes: FaceFinder
    if kind == "yunet":
        eyes = YuNetFaces(shared_data(*MODEL))
    else:
        needs_cascades()
        eyes = CascadeFaces()
    with looking(shared_data("media", "grid_twoshot", "grid_twoshot_1280x720.mp4")) as (_, pictures):
        picture = next(pictures).small(480, 270)
    found = sorted(eyes.find(picture), key=lambda one: one.left)
    assert len(found) == 2
    for one, middle in zip(found, (96, 352), strict=True):
        assert one.left + one.width / 2 == pytest.approx(middle, abs=20)
        assert one.eyes is not None
        assert one.mouth is not None
        assert one.eyes[0][0] < one.mouth[0] < one.eyes[1][0]
        assert one.eyes[0][1] < one.mouth[1]
        assert 0 < one.score <= 1
    assert eyes.find(np.full((120, 160, 3), 128, np.uint8)) == ()


def test_a_model_file_is_used_where_it_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert [one.state for one in model_files()] == [ModelState.MISSING]
    assert finder().name == "opencv-cascades"
    shutil.copy(shared_data(*MODEL), tmp_path)
    assert [one.state for one in model_files()] == [ModelState.FOUND]
    assert finder().name == "yunet"


def test_another_file_of_that_name_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    path = tmp_path / MODELS["yunet"].file
    path.write_bytes(b"something else")
    assert [one.state for one in model_files()] == [ModelState.WRONG]
    with pytest.raises(BadInput, match="sha256 begins with"):
        find_model(MODELS["yunet"])
    with pytest.raises(BadInput, match="sha256 begins with"):
        YuNetFaces(path).find(np.zeros((64, 64, 3), np.uint8))


def test_a_model_that_is_named_but_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the face model is missing"):
        finder(model=tmp_path / "nowhere.onnx").find(np.zeros((64, 64, 3), np.uint8))


def test_without_opencv_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingExtra, match="faces"):
        CascadeFaces().find(np.zeros((64, 64, 3), np.uint8))


def test_marked_faces_are_found() -> None:
    films, wrong, count, _ = measure(YuNetFaces(shared_data(*MODEL)), 384 * 216, only="grid_lipnet")
    assert films == {"grid_lipnet": (33, 33)}
    assert (wrong, count) == (0, 33)


def test_how_finds_are_judged() -> None:
    one = Face(40, 40, 20, 20, 1.0)
    assert judged((one,), [(0.5, 0.5, 0.2)], [], (100, 100)) == (1, 0)
    assert judged((one, one), [(0.5, 0.5, 0.2)], [], (100, 100)) == (1, 0), "a second find of one face is not wrong"
    assert judged((one,), [(0.9, 0.5, 0.2)], [], (100, 100)) == (0, 1)
    assert judged((one,), [], [(0.5, 0.5, 0.2)], (100, 100)) == (0, 0)


def test_overlap() -> None:
    assert overlap(Face(0, 0, 10, 10, 1), Face(5, 0, 10, 10, 1)) == pytest.approx(1 / 3)
    assert overlap(Face(0, 0, 10, 10, 1), Face(20, 0, 10, 10, 1)) == 0
