"""Burnt-in text: how much of it is found, what else is taken for it, and what looking for it costs.

Recall and precision are shares of time and place: each film is laid out in cells of a 32nd of its width and a tenth of
a second; what is found within a cell and 0.4 s of drawn text is right.  Beside it, by text: found when
three quarters of its box are covered in three quarters of its time.  False alarms are told on real films that hold no
text, as minutes of the film in which something was taken for it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.shared import SHARED

from bench.burnt_films import Film, Shown, film
from hookline.edit.burnt import BurntText, TextFinder
from hookline.media.pictures import looking
from hookline.media.shots import grid_of

FILMS = 56
FIRST_SEED = 1000  # thresholds were set on seeds below
JUMP = 12.0
WITHOUT = (
    "grid_twoshot/grid_twoshot_1280x720.mp4",
    "simpl/vp9_webrtc_2.webm",
    "simpl/vp9_webrtc_3.webm",
    "simpl/vp9_webrtc_4.webm",
    "tears_of_steel/battle-clip-medium.webm",
    "moviepy/big_buck_bunny_0_30.webm",
    "mdn/friday.mp4",
    "greenscreen/man-on-green-screen.mp4",
    "greenscreen/dancer_on_green_640x360.mp4",
)


def main() -> None:
    """Print the tables."""
    count, first = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (FILMS, FIRST_SEED)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            made = film(Path(folder), seed)
            found, _, _ = texts_in(made.path)
            _tell(tallies, made, found)
            made.path.unlink()
    print(f"{count} generated films of 8 s.\n\n| of | text found (of drawn) | recall | precision |\n|---|---|---|---|")
    for (kind, name), tally in sorted(tallies.items()):
        print(f"| {kind}: {name} | {tally.texts_found} of {tally.texts} | {tally.recall} | {tally.precision} |")
    if not SHARED.joinpath("media").exists():
        return
    print(
        "\n| real film without text | seconds | seconds with a false alarm | looking, of decoding's CPU |",
        "|---|---|---|---|",
        sep="\n",
    )
    for name in WITHOUT:
        found, seconds, share = texts_in(SHARED.joinpath("media", name))
        print(f"| {name} | {seconds:.0f} | {_covered_s(found):.1f} | {share:.1%} |")


def texts_in(path: Path) -> tuple[tuple[BurntText, ...], float, float]:
    """Text found in a film, its seconds, and the CPU time of looking against that of decoding."""
    spent = 0.0
    began = time.process_time()
    with looking(path) as (source, pictures):
        finder = TextFinder(source.width, source.height)
        last = None
        at_ms = 0
        for picture in pictures:
            grid = grid_of(picture.frame).astype(np.int16)
            jumped = last is not None and float(np.abs(grid - last).mean()) >= JUMP
            last, at_ms = grid, picture.at_ms
            if finder.due(at_ms, jumped=jumped):
                start = time.process_time()
                finder.look(picture.luma(), at_ms, jumped=jumped)
                spent += time.process_time() - start
    start = time.process_time()
    found = finder.texts(at_ms + 40)
    spent += time.process_time() - start
    return found, at_ms / 1000, spent / (time.process_time() - began - spent)


class Tally:
    """Cells and texts counted."""

    def __init__(self) -> None:
        self.texts = self.texts_found = self.both = self.drawn = self.found = self.right = 0

    @property
    def recall(self) -> str:
        """Share of the drawn cells that were found."""
        return f"{self.both / self.drawn:.3f}" if self.drawn else "-"

    @property
    def precision(self) -> str:
        """Share of the found cells that lie on drawn ones, or within a cell and 0.4 s of them."""
        return f"{self.right / self.found:.3f}" if self.found else "-"


def _tell(tallies: dict[tuple[str, str], Tally], made: Film, found: Sequence[BurntText]) -> None:
    cell = made.size[0] / 32
    truth = _laid([(one.span.start_ms, one.span.end_ms, *one.box) for one in made.texts], made.size)
    near = _laid(
        [
            (one.span.start_ms - 400, one.span.end_ms + 400, x0 - cell, y0 - cell, x1 + cell, y1 + cell)
            for one in made.texts
            for x0, y0, x1, y1 in [one.box]
        ],
        made.size,
    )
    boxes = [
        (one.span.start_ms, one.span.end_ms, one.left, one.top, one.left + one.width, one.top + one.height)
        for one in found
    ]
    cells = _laid(boxes, made.size)
    for key in (("all", ""), ("ground", made.ground), ("shape", f"{made.size[0]} x {made.size[1]}")):
        tally = tallies[key]
        tally.both += int((truth & cells).sum())
        tally.drawn += int(truth.sum())
        tally.found += int(cells.sum())
        tally.right += int((near & cells).sum())
    for text in made.texts:
        mine = _laid([(text.span.start_ms, text.span.end_ms, *text.box)], made.size)
        is_found = _is_found(mine, cells)
        for key in (
            ("all", ""),
            ("ground", made.ground),
            ("shape", f"{made.size[0]} x {made.size[1]}"),
            ("script", text.script),
            ("look", text.look),
        ):
            tallies[key].texts += 1
            tallies[key].texts_found += is_found
            if key[0] in ("script", "look"):
                tallies[key].both += int((mine & cells).sum())
                tallies[key].drawn += int(mine.sum())


def _is_found(mine: NDArray[np.bool_], cells: NDArray[np.bool_]) -> bool:
    shown = mine.any(axis=(1, 2))
    covered = (mine & cells).sum(axis=(1, 2))[shown] / mine.sum(axis=(1, 2))[shown]
    return bool((covered >= 0.75).mean() >= 0.75)


def _laid(boxes: Sequence[tuple[float, ...]], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Times and places that boxes cover, in tenths of seconds and cells."""
    cell = size[0] / 32
    rows = round(size[1] / cell)
    laid = np.zeros((81, rows, 32), np.bool_)
    for start, end, left, top, right, bottom in boxes:
        x0, y0, x1, y1 = (round(side / cell) for side in (left, top, right, bottom))
        laid[
            max(0, round(start / 100)) : round(end / 100), max(0, y0) : max(y1, y0 + 1), max(0, x0) : max(x1, x0 + 1)
        ] = True
    return laid


def _covered_s(found: Sequence[BurntText]) -> float:
    seconds = {tenth for one in found for tenth in range(one.span.start_ms // 100, one.span.end_ms // 100)}
    return len(seconds) / 10


__all__ = ["Shown", "Tally", "main", "texts_in"]

if __name__ == "__main__":
    main()
