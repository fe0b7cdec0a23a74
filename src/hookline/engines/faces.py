"""What a finder of faces is, the one that works out of the box, and better ones by model file.

Both run in OpenCV on the processor.  ``CascadeFaces`` uses the cascades that OpenCV's own wheels carry (Viola-Jones
with Lienhart's frontal and Bradley's profile stages, under Intel's BSD-like licence) and finds upright faces that look
at the camera or to a side; ``YuNetFaces`` uses the YuNet network (Wu et al. 2023), finds turned and small ones too, and
says where eyes and mouths are.  bench/README.md has the figures of both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hookline.engines.models import MODELS, ModelFile, find_model
from hookline.model.errors import BadInput, MissingExtra
from hookline.model.face import Face

YUNET = "yunet"
_SURE = 0.6  # YuNet's score of a face
_CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
_SMALLEST = 20  # pixels; the cascades know no smaller faces
_STEP = 1.2  # from one size of face to the next
_CONTRAST, _TILES = 2.0, (8, 8)  # of the evening out (CLAHE)
_VOTES = (2, 3)  # neighbouring finds that a frontal and a profile face need


class FaceFinder(Protocol):
    """Finds faces in one picture."""

    @property
    def name(self) -> str:
        """Which finder this is."""

    @property
    def version(self) -> str:
        """Changes when its answers may."""

    @property
    def every_ms(self) -> int:
        """How often it is worth its cost to look."""

    def find(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """The faces in an RGB picture (height, width, 3), in its pixels; the largest first."""


def finder(*, model: Path | None = None) -> FaceFinder:
    """The best finder there is: YuNet where its model file is found, else the cascades in OpenCV's wheel.

    Args:
        model: a YuNet model file; None looks where ``hookline models`` says.

    Raises:
        BadInput: the model file is not the one it should be.
        MissingExtra: OpenCV is not installed.
    """
    found = model or find_model(MODELS[YUNET])
    return CascadeFaces() if found is None else YuNetFaces(found)


class YuNetFaces:
    """YuNet through OpenCV."""

    name = YUNET
    every_ms = 200

    def __init__(self, model: Path) -> None:
        self._model = model
        self._wanted: ModelFile = MODELS[YUNET]
        self.version = self._wanted.version
        self._detector: Any = None
        self._size = (0, 0)

    def find(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """The faces in an RGB picture, in its pixels; the largest first."""
        size = (picture.shape[1], picture.shape[0])
        if self._detector is None:
            self._detector = self._opened(size)
        if size != self._size:
            self._detector.setInputSize(size)
            self._size = size
        found = self._detector.detect(np.ascontiguousarray(picture[..., ::-1]))[1]
        rows = [] if found is None else found.tolist()
        return _largest_first(_of_yunet(row) for row in rows)

    def _opened(self, size: tuple[int, int]) -> Any:
        cv2 = opencv()
        if not self._model.is_file():
            raise BadInput(
                "the face model is missing", where=str(self._model), mend="hookline models says where to put it"
            )
        self._wanted.check(self._model)
        self._size = size
        return cv2.FaceDetectorYN.create(str(self._model), "", size, _SURE, 0.3, 200)


def _of_yunet(row: list[float]) -> Face:
    x, y, w, h, *points, score = row
    eyes = sorted(((points[0], points[1]), (points[2], points[3])))
    mouth = ((points[6] + points[8]) / 2, (points[7] + points[9]) / 2)
    return Face(x, y, w, h, min(1.0, max(0.0, score)), (eyes[0], eyes[1]), mouth)


class CascadeFaces:
    """The cascades that OpenCV's wheels carry, for faces that look at the camera and for profiles to either side."""

    name = "opencv-cascades"
    every_ms = 400

    def __init__(self) -> None:
        self._cascades: list[Any] = []
        self._even: Any = None  # evens out light and shade: what lies in the dark is seen as well
        self._version = ""

    @property
    def version(self) -> str:
        """OpenCV's own."""
        return str(opencv().__version__)

    def find(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """The faces in an RGB picture, in its pixels; the largest first."""
        cv2 = opencv()
        frontal, profile = self._cascades or self._opened(cv2)
        grey = self._even.apply(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        faces = [_of_cascade(*box, 1.0) for box in self._boxes(frontal, grey, _VOTES[0])]
        faces += [_of_cascade(*box, 0.7) for box in self._boxes(profile, grey, _VOTES[1])]
        mirrored = np.ascontiguousarray(grey[:, ::-1])
        for x, y, w, h in self._boxes(profile, mirrored, _VOTES[1]):
            faces.append(_of_cascade(grey.shape[1] - x - w, y, w, h, 0.7))
        return _largest_first(_apart(faces))

    def _opened(self, cv2: Any) -> list[Any]:
        if not hasattr(cv2, "CascadeClassifier"):
            raise MissingExtra(needs="OpenCV 4 (5 carries no cascades)", extra="faces")
        self._even = cv2.createCLAHE(_CONTRAST, _TILES)
        self._cascades = [cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / name)) for name in _CASCADES]
        return self._cascades

    @staticmethod
    def _boxes(cascade: Any, grey: NDArray[np.uint8], votes: int) -> list[tuple[int, int, int, int]]:
        found = cascade.detectMultiScale(grey, scaleFactor=_STEP, minNeighbors=votes, minSize=(_SMALLEST, _SMALLEST))
        return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


def _of_cascade(x: float, y: float, w: float, h: float, score: float) -> Face:
    """A cascade's square as a face: eyes and mouth stand where they stand in most of its squares."""
    eyes = ((x + 0.31 * w, y + 0.40 * h), (x + 0.69 * w, y + 0.40 * h))
    return Face(x + 0.1 * w, y + 0.08 * h, 0.8 * w, 0.92 * h, score, eyes, (x + 0.5 * w, y + 0.79 * h))


def _apart(faces: list[Face]) -> list[Face]:
    """Of faces that overlap, the surest."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda one: -one.score):
        if all(overlap(face, other) < 0.3 for other in kept):
            kept.append(face)
    return kept


def overlap(a: Face, b: Face) -> float:
    """Intersection over union of two faces' boxes."""
    across = min(a.left + a.width, b.left + b.width) - max(a.left, b.left)
    down = min(a.top + a.height, b.top + b.height) - max(a.top, b.top)
    if across <= 0 or down <= 0:
        return 0.0
    both = across * down
    return both / (a.width * a.height + b.width * b.height - both)


def _largest_first(faces: Any) -> tuple[Face, ...]:
    return tuple(sorted(faces, key=lambda face: -face.width * face.height))


def opencv() -> Any:
    """OpenCV, on one thread: the caller says how many work side by side."""
    try:
        import cv2
    except ImportError as error:
        raise MissingExtra(needs="OpenCV", extra="faces") from error
    cv2.setNumThreads(1)
    return cv2
