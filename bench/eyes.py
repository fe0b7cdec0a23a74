"""Open and closed eyes: how the measure that thumbnails are chosen by agrees with marks set by eye.

The marks (``bench/eye_marks.json``) were set by looking at the eyes in frames of twelve films of GRID's speakers (every
fifth frame, of the two-shot every sixth): closed, half open, open.  Half-open ones count neither way.  The threshold
was chosen on these frames, so the figures are those of its own fit; faces of which a viewer can't tell (simpl's) are
left out.  The peer is what is usually done: OpenCV's cascades of eyes, which find open ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.shared import SHARED

from hookline.engines.faces import CascadeFaces, FaceFinder, YuNetFaces, opencv
from hookline.engines.models import MODELS
from hookline.media.pictures import looking
from hookline.media.thumbnails import OPEN, eyes_open
from hookline.model.face import Face

MARKS = Path(__file__).with_name("eye_marks.json")
EYES = ("haarcascade_eye.xml", "haarcascade_eye_tree_eyeglasses.xml")
AT = (640, 360)  # faces are found in a copy of at most this size
NEAR = 0.1  # of the picture's width, from a mark to its face

Luma = NDArray[np.float32]
Measure = Callable[[Luma, Face], float]


def main() -> None:
    """Print the table."""
    model = SHARED.joinpath("models", MODELS["yunet"].file)
    rows = []
    finders: list[FaceFinder] = [CascadeFaces(), *([YuNetFaces(model)] if model.exists() else [])]
    for finder in finders:
        seen = list(marked(finder))
        rows.append(_row(f"upright edges, at {OPEN}", finder, seen, eyes_open, OPEN))
        rows += [_row(f"OpenCV's {file}", finder, seen, _by_cascade(file), 2) for file in EYES]
    print(
        "| measure | faces by | closed, called closed | open, called open | order (area under the curve) |",
        "|---|---|---|---|---|",
        *rows,
        sep="\n",
    )


def marked(finder: FaceFinder, *, only: str = "") -> Iterator[tuple[bool, Luma, Face]]:
    """Whether the eyes are open, the picture's luma and the face, of each mark whose face is found."""
    for film, states in json.loads(MARKS.read_text())["films"].items():
        wanted = [(number, x, state == "open") for state in ("open", "closed") for number, x in states.get(state, ())]
        if not film.startswith(only):
            continue
        with looking(SHARED.joinpath("media", film)) as (source, pictures):
            shrink = min(1.0, AT[0] / source.width, AT[1] / source.height)
            size = (round(source.width * shrink), round(source.height * shrink))
            for picture in pictures:
                here = [(x, is_open) for number, x, is_open in wanted if number == picture.number]
                found = [_larger(face, 1 / shrink) for face in finder.find(picture.small(*size))] if here else []
                for x, is_open in here:
                    if face := _nearest(found, x * source.width, NEAR * source.width):
                        yield is_open, picture.luma().astype(np.float32), face


def _nearest(faces: Sequence[Face], x: float, reach: float) -> Face | None:
    near = [face for face in faces if abs(face.left + face.width / 2 - x) <= reach]
    return min(near, key=lambda face: abs(face.left + face.width / 2 - x), default=None)


def _larger(face: Face, by: float) -> Face:
    assert face.eyes is not None
    (a, b), (c, d) = face.eyes
    eyes = ((a * by, b * by), (c * by, d * by))
    return Face(face.left * by, face.top * by, face.width * by, face.height * by, face.score, eyes)


def _by_cascade(file: str) -> Measure:
    """How many eyes one of OpenCV's cascades finds in the upper half of a face, two at most."""
    cv2 = opencv()
    cascade: Any = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / file))

    def found(luma: Luma, face: Face) -> float:
        top, left = max(0, int(face.top)), max(0, int(face.left))
        upper = luma[top : top + int(0.6 * face.height), left : left + int(face.width)].astype(np.uint8)
        return min(2, len(cascade.detectMultiScale(upper, 1.1, 3)))

    return found


def _row(name: str, finder: FaceFinder, seen: Sequence[tuple[bool, Luma, Face]], measure: Measure, least: float) -> str:
    values = [(is_open, measure(luma, face)) for is_open, luma, face in seen]
    opened = np.array([value for is_open, value in values if is_open])
    closed = np.array([value for is_open, value in values if not is_open])
    above = (opened[:, None] > closed).mean() + (opened[:, None] == closed).mean() / 2
    return (
        f"| {name} | {finder.name} | {(closed < least).sum()} of {len(closed)} "
        f"| {(opened >= least).sum()} of {len(opened)} | {above:.3f} |"
    )


if __name__ == "__main__":
    main()
