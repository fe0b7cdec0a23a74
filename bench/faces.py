"""Finders of faces against faces marked by eye: recall, precision and cost.

The marks (``bench/face_marks.json``) were set by looking at 207 frames of seventeen films: every face that a viewer
would say is one, turned and covered ones too, is marked; tiny, blurred and nearly dark ones are unsure and count
neither way.  YuNet at 1280 pixels proposed places and missed ones were added by eye, which favours YuNet a little.  A
find is right when its middle lies within half a face's width of a mark and it is between half and twice as
wide.  Cost is CPU seconds on one thread, scaling included.  dlib's detector is measured where ``dlib`` is installed.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.shared import SHARED

from hookline.engines.faces import CascadeFaces, FaceFinder, YuNetFaces
from hookline.engines.models import MODELS
from hookline.media.pictures import looking
from hookline.model.face import Face

MARKS = Path(__file__).with_name("face_marks.json")
SIZES = {"384 x 216": 384 * 216, "640 x 360": 640 * 360}
NEAR = 0.5  # of a mark's width
WIDE = 2.0

Mark = tuple[float, float, float]  # middle as shares of width and height, width as a share of the width


class DlibFaces:
    """dlib's histogram-of-gradients detector, as it comes."""

    name = "dlib HOG"
    version = ""
    every_ms = 200

    def __init__(self) -> None:
        import dlib

        self.version = str(dlib.__version__)
        self._detect: Any = dlib.get_frontal_face_detector()

    def find(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """The faces in a picture, looked for at twice its size."""
        boxes, scores, _ = self._detect.run(picture, 1, 0.0)
        return tuple(
            Face(box.left(), box.top(), box.width(), box.height(), min(1.0, score))
            for box, score in zip(boxes, scores, strict=True)
        )


def finders() -> Iterator[tuple[str, FaceFinder]]:
    """Every finder that is here."""
    yield "cascades in OpenCV's wheel (the default)", CascadeFaces()
    if importlib.util.find_spec("dlib"):
        yield "dlib's HOG", DlibFaces()
    model = SHARED.joinpath("models", MODELS["yunet"].file)
    if model.exists():
        yield "YuNet, by model file", YuNetFaces(model)


def pictures(pixels: int, only: str = "") -> Iterator[tuple[str, NDArray[np.uint8], list[Mark], list[Mark], float]]:
    """Film, small picture, its marks, the unsure ones, and what scaling cost in CPU seconds."""
    films = json.loads(MARKS.read_text())["films"]
    for film, frames in films.items():
        if not film.startswith(only):
            continue
        with looking(SHARED.joinpath("media", film)) as (source, decoded):
            shrink = min(1.0, (pixels / (source.width * source.height)) ** 0.5)
            size = (round(source.width * shrink / 2) * 2, round(source.height * shrink / 2) * 2)
            for picture in decoded:
                row = frames.get(str(picture.number))
                if row is not None:
                    began = time.process_time()
                    small = picture.small(*size)
                    yield film, small, row["faces"], row.get("unsure", []), time.process_time() - began


def judged(found: tuple[Face, ...], marks: list[Mark], unsure: list[Mark], size: tuple[int, int]) -> tuple[int, int]:
    """How many marks were found, and how many finds are wrong."""
    left = list(marks)
    hits = wrong = 0
    for face in found:
        near = [mark for mark in left if _fits(face, mark, size)]
        if near:
            left.remove(near[0])
            hits += 1
        elif not any(_fits(face, mark, size) for mark in [*marks, *unsure]):
            wrong += 1
    return hits, wrong


def _fits(face: Face, mark: Mark, size: tuple[int, int]) -> bool:
    x, y, width = mark[0] * size[0], mark[1] * size[1], mark[2] * size[0]
    apart = np.hypot(face.left + face.width / 2 - x, face.top + face.height / 2 - y)
    return bool(apart <= NEAR * width and 1 / WIDE <= face.width / width <= WIDE)


def measure(finder: FaceFinder, pixels: int, only: str = "") -> tuple[dict[str, tuple[int, int]], int, int, float]:
    """By folder of films (found, marked); wrong finds; pictures; CPU seconds."""
    films: dict[str, tuple[int, int]] = {}
    wrong = count = 0
    cost = 0.0
    for film, small, marks, unsure, scaling in pictures(pixels, only):
        began = time.process_time()
        found = finder.find(small)
        cost += time.process_time() - began + scaling
        hits, bad = judged(found, marks, unsure, (small.shape[1], small.shape[0]))
        folder = film.split("/")[0]
        seen = films.get(folder, (0, 0))
        films[folder] = (seen[0] + hits, seen[1] + len(marks))
        wrong, count = wrong + bad, count + 1
    return films, wrong, count, cost


def main() -> None:
    """Print the table."""
    rows: list[str] = []
    head = ""
    for name, finder in finders():
        for size, pixels in SIZES.items():
            films, wrong, count, cost = measure(finder, pixels)
            hits, marks = (sum(values) for values in zip(*films.values(), strict=True))
            head = head or _head(films, count)
            cells = [f"{h / n:.2f}" for h, n in films.values()]
            rows.append(
                f"| {name} {finder.version} | {size} "
                f"| {hits / marks:.3f} ({hits} of {marks}; {_interval(hits, marks)}) "
                f"| {hits / max(1, hits + wrong):.3f} | {' | '.join(cells)} | {count / cost:.0f} |"
            )
    print(head, *rows, sep="\n")


def _head(films: dict[str, tuple[int, int]], count: int) -> str:
    names = " | ".join(f"{name} ({n})" for name, (_, n) in films.items())
    return (
        f"{count} frames.  Recall by film beside the whole.\n\n"
        f"| finder | looked at in | recall (95% interval) | precision | {names} | pictures a CPU-second |\n"
        f"|---|---|---|---|{'---|' * (len(films) + 1)}"
    )


def _interval(hits: int, count: int) -> str:
    """Wilson's interval of a share."""
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (p * (1 - p) / count + z * z / (4 * count * count)) ** 0.5
    return f"{middle - half:.2f} to {middle + half:.2f}"


if __name__ == "__main__":
    main()
