"""Who is in a shot: faces that were lost and found again are one person; and whom to look at when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hookline.edit.watching import Seen
from hookline.model.face import Face, FaceTrack

LOST_S = 2.5  # a face found again within that time and
NEAR = 2.0  # within so many of its widths is the same person's
ALIKE = 1.6
SMALL = 0.40  # of the largest face's width; smaller ones are bystanders
SWITCH_S = 0.6  # what a switch costs: it must win more than so many seconds of the right face
ABSENT = -0.5  # what it costs to look at somebody whose face isn't seen


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The tracks of one person in a shot, in order of time."""

    tracks: tuple[FaceTrack, ...]

    def at(self, number: int) -> Face | None:
        """The face in a picture."""
        for track in self.tracks:
            if track.first_frame <= number < track.first_frame + len(track.faces):
                return track.faces[number - track.first_frame]
        return None

    @property
    def seen(self) -> int:
        """In how many pictures."""
        return sum(len(track.faces) for track in self.tracks)

    @property
    def width(self) -> float:
        """Of the face, usually."""
        return float(np.median([face.width for track in self.tracks for face in track.faces]))

    @property
    def middle(self) -> float:
        """Of the face, usually, from the left."""
        return float(np.median([face.left + face.width / 2 for track in self.tracks for face in track.faces]))


def people_of(seen: Seen, shot: int) -> tuple[Person, ...]:
    """The people of a shot, without bystanders."""
    rate = seen.footage.fps[0] / seen.footage.fps[1]
    chains: list[list[FaceTrack]] = []
    for track in sorted((t for t in seen.tracks if t.shot == shot), key=lambda t: t.first_frame):
        near = [(apart, i) for i, chain in enumerate(chains) if (apart := _apart(chain[-1], track, rate)) is not None]
        if near:
            chains[min(near)[1]].append(track)
        else:
            chains.append([track])
    found = [Person(tuple(chain)) for chain in chains]
    if not found:
        return ()
    weight = [one.width * min(1.0, one.seen / rate) for one in found]
    largest = max(one.width for one, w in zip(found, weight, strict=True) if w >= 0.5 * max(weight))
    return tuple(one for one in found if one.width >= SMALL * largest)


def _apart(before: FaceTrack, after: FaceTrack, rate: float) -> float | None:
    """How far apart the end of one track and the begin of another are, in widths; None when they are two people's."""
    gap = after.first_frame - before.first_frame - len(before.faces)
    a, b = before.faces[-1], after.faces[0]
    width = max(a.width, b.width)
    apart = float(
        np.hypot(a.left + a.width / 2 - b.left - b.width / 2, a.top + a.height / 2 - b.top - b.height / 2) / width
    )
    if gap < 0 or gap > LOST_S * rate or apart > NEAR or width > ALIKE * min(a.width, b.width):
        return None
    return apart


def leads(people: Sequence[Person], first: int, end: int, *, least: int) -> list[tuple[int, int, Person]]:
    """Whom to look at from picture to picture: (first, end, person), none shorter than ``least`` pictures.

    The choice that wins most: the chance that a face speaks, a little for its size, less for switches.
    """
    worth = np.array([_worth(one, first, end, people) for one in people]).T
    chosen = _best(worth, SWITCH_S * least / 0.8)
    runs = _runs(chosen)
    while len(runs) > 1 and min(b - a for a, b, _ in runs) < least:
        runs = _without_shortest(runs, worth)
    return [(first + a, first + b, people[who]) for a, b, who in runs]


def _worth(one: Person, first: int, end: int, people: Sequence[Person]) -> NDArray[np.float64]:
    worth = np.full(end - first, ABSENT)
    size = 0.3 * one.width / max(other.width for other in people)
    for track in one.tracks:
        start = track.first_frame - first
        speaks = np.array(track.speaking) if track.speaking else np.full(len(track.faces), 0.5)
        worth[start : start + len(track.faces)] = speaks + size
    return worth


def _best(worth: NDArray[np.float64], cost: float) -> NDArray[np.intp]:
    """The states that win most, a change costing ``cost`` (Viterbi)."""
    count, states = worth.shape
    came = np.zeros((count, states), np.intp)
    total = worth[0].copy()
    for t in range(1, count):
        best = int(total.argmax())
        change = total[best] - cost > total
        came[t] = np.where(change, best, np.arange(states))
        total = np.where(change, total[best] - cost, total) + worth[t]
    path = np.empty(count, np.intp)
    path[-1] = int(total.argmax())
    for t in range(count - 1, 0, -1):
        path[t - 1] = came[t, path[t]]
    return path


def _runs(chosen: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    edges = [0, *(np.flatnonzero(np.diff(chosen)) + 1).tolist(), len(chosen)]
    return [(a, b, int(chosen[a])) for a, b in pairwise(edges)]


def _without_shortest(runs: list[tuple[int, int, int]], worth: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    """The shortest run given to the neighbour who is worth more there."""
    at = min(range(len(runs)), key=lambda i: runs[i][1] - runs[i][0])
    start, end, _ = runs[at]
    sides = [runs[i][2] for i in (at - 1, at + 1) if 0 <= i < len(runs)]
    who = max(sides, key=lambda one: float(worth[start:end, one].sum()))
    chosen = np.concatenate([np.full(b - a, who if i == at else one) for i, (a, b, one) in enumerate(runs)])
    return _runs(chosen)
