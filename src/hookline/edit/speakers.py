"""Who of the faces in a shot speaks: mouths that move with the voice, and turns where a script or subtitles tell them.

For picture t and face i the evidence is how much its mouth moves (``Seen.mouths``, smoothed over ``SMOOTH_MS``) in logs
against ``STILL``, a mouth at rest; it counts whole while the voice is heard and by ``UNVOICED`` else:

    e[t, i] = w[t] (log(m[t, i] + STILL) - mean over faces of log(m[t, j] + STILL)) + c (r[i])

with r[i] the correlation of the mouth's motion with the voice's level over the turn or shot.  Within a turn one face
speaks: its evidence is summed, and a name said in several turns of a shot draws the same face.  Without turns a
hidden Markov model over the faces, whose speaker changes about every ``CHANGE_S``, gives each picture's posterior
(forward-backward, Rabiner 1989).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hookline.edit.watching import Seen
from hookline.media.voice import STEP_MS, Voice
from hookline.model.shot import Shot
from hookline.model.span import Span

SMOOTH_MS = 280
STILL = 0.012  # motion of a mouth at rest: noise, breathing
UNVOICED = 0.25
CHANGE_S = 2.5
CORRELATED = 3.0  # weight of a correlation of 1, in units of evidence
PICTURES_MOST = 25.0  # evidence of neighbouring pictures is not independent: a turn counts as so many at most
SAME_NAME = 0.5  # share of a name's evidence in other turns of the shot

Evidence = NDArray[np.float64]  # (pictures, faces)


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of dialogue of one speaker, in the source's own time."""

    span: Span
    speaker: str = ""  # "" where nobody says who


def speaking(seen: Seen, voice: Voice | None, turns: Sequence[Turn] = ()) -> Seen:
    """Each face's chance of being the one that speaks, by picture.

    Args:
        seen: a watched source.
        voice: when somebody is heard; None without sound, then mouths alone tell.
        turns: of a script or subtitles, in any order; gaps belong to the nearest one.
    """
    chances: dict[int, NDArray[np.float64]] = {}
    for number, shot in enumerate(seen.footage.shots):
        tracks = [i for i, track in enumerate(seen.tracks) if track.shot == number]
        if tracks:
            evidence = _evidence(seen, tracks, shot, voice)
            chances |= dict(zip(tracks, _chances(seen, evidence, shot, turns).T, strict=True))
    told = tuple(replace(track, speaking=_of_track(seen, chances[i], i)) for i, track in enumerate(seen.tracks))
    return replace(seen, tracks=told)


def _of_track(seen: Seen, chances: NDArray[np.float64], number: int) -> tuple[float, ...]:
    track = seen.tracks[number]
    first = track.first_frame - seen.footage.shots[track.shot].first_frame
    return tuple(np.round(chances[first : first + len(track.faces)], 3).tolist())


def _evidence(seen: Seen, tracks: Sequence[int], shot: Shot, voice: Voice | None) -> Evidence:
    count = shot.end_frame - shot.first_frame
    moved = np.full((count, len(tracks)), np.nan)
    for column, i in enumerate(tracks):
        first = seen.tracks[i].first_frame - shot.first_frame
        mouth = np.array(seen.mouths[i])
        moved[first : first + len(mouth), column] = _smoothed(mouth, seen)
    levels = np.log(moved + STILL)
    with np.errstate(invalid="ignore"):
        others = np.where(np.isnan(levels), 0, levels).sum(axis=1) / np.maximum(1, (~np.isnan(levels)).sum(axis=1))
        evidence = np.where(np.isnan(levels), -3.0, levels - others[:, None])
    if voice is None:
        return evidence
    active, loud = _heard(seen, shot, voice)
    weights = np.where(active, 1.0, UNVOICED)[:, None]
    return evidence * weights + CORRELATED * _correlations(moved, loud) * active[:, None] / PICTURES_MOST


def _smoothed(values: NDArray[np.float64], seen: Seen) -> NDArray[np.float64]:
    rate = seen.footage.fps[0] / seen.footage.fps[1]
    half = max(0, round(SMOOTH_MS / 1000 * rate / 2))
    padded = np.pad(values, half, mode="edge")
    return np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), "valid")


def _heard(seen: Seen, shot: Shot, voice: Voice) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether the voice is heard at each picture, and how loud it is."""
    times = np.array(seen.times_ms[shot.first_frame : shot.end_frame])
    places = (times // STEP_MS).clip(0, max(0, len(voice.active) - 1))
    if not voice.active:
        return np.zeros(len(times), np.bool_), np.zeros(len(times))
    return np.array(voice.active)[places], np.array(voice.levels_db)[places]


def _correlations(moved: NDArray[np.float64], loud: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each face's mouth with the voice's level, where both vary; 0 else."""
    found = np.zeros(moved.shape[1])
    for column, mouth in enumerate(moved.T):
        known = ~np.isnan(mouth)
        if known.sum() > 10 and mouth[known].std() > 0 and loud[known].std() > 0:
            found[column] = float(np.corrcoef(np.log(mouth[known] + STILL), loud[known])[0, 1])
    return found


def _chances(seen: Seen, evidence: Evidence, shot: Shot, turns: Sequence[Turn]) -> NDArray[np.float64]:
    """Chance of each face by picture, (pictures, faces)."""
    if evidence.shape[1] == 1:
        return np.ones_like(evidence)
    times = np.array(seen.times_ms[shot.first_frame : shot.end_frame])
    mine = sorted((turn for turn in turns if turn.span.overlap_ms(shot.span)), key=lambda turn: turn.span)
    if not mine:
        return _posterior(evidence, seen.footage.fps[0] / seen.footage.fps[1])
    return _by_turn(evidence, list(_stretches(times, mine)), [turn.speaker for turn in mine])


def _stretches(times: NDArray[np.int64], turns: Sequence[Turn]) -> Iterator[slice]:
    """The pictures of each turn; a gap is halved between its neighbours."""
    edges = [int(times[0])]
    edges += [(a.span.end_ms + b.span.start_ms) // 2 for a, b in pairwise(turns)]
    edges.append(int(times[-1]) + 1)
    places = np.maximum.accumulate(np.searchsorted(times, edges))
    yield from (slice(int(a), int(b)) for a, b in pairwise(places))


def _by_turn(evidence: Evidence, stretches: Sequence[slice], names: Sequence[str]) -> NDArray[np.float64]:
    sums = np.array([_summed(evidence[one]) for one in stretches])
    chances = np.empty_like(evidence)
    for number, (one, name) in enumerate(zip(stretches, names, strict=True)):
        same = [i for i, other in enumerate(names) if name and other == name and i != number]
        rivals = [i for i, other in enumerate(names) if name and other and other != name]
        total = sums[number] + SAME_NAME * (
            sums[same].sum(axis=0) - sums[rivals].mean(axis=0) if rivals else sums[same].sum(axis=0)
        )
        chances[one] = _softmax(total)
    return chances


def _summed(evidence: Evidence) -> NDArray[np.float64]:
    if not len(evidence):
        return np.zeros(evidence.shape[1])
    total: NDArray[np.float64] = evidence.mean(axis=0) * min(len(evidence), PICTURES_MOST)
    return total


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    grown = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = grown / grown.sum(axis=-1, keepdims=True)
    return shares


def _posterior(evidence: Evidence, rate: float) -> NDArray[np.float64]:
    """Forward-backward over the faces."""
    count, faces = evidence.shape
    likely = np.exp((evidence - evidence.max(axis=1, keepdims=True)) * min(1.0, PICTURES_MOST / rate / 2))
    stay = 1 - 1 / (CHANGE_S * rate)
    moves = np.full((faces, faces), (1 - stay) / max(1, faces - 1))
    np.fill_diagonal(moves, stay)
    forward, backward = np.empty_like(likely), np.ones_like(likely)
    state = np.full(faces, 1 / faces)
    for t in range(count):
        state = (state @ moves if t else state) * likely[t]
        state /= state.sum()
        forward[t] = state
    for t in range(count - 2, -1, -1):
        back = moves @ (likely[t + 1] * backward[t + 1])
        backward[t] = back / back.sum()
    both = forward * backward
    shares: NDArray[np.float64] = both / both.sum(axis=1, keepdims=True)
    return shares
