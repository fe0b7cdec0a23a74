"""What the camera follows, on real people: two who talk in turns (grid_twoshot), two in a room (simpl).

Said of the 9:16 version.  Which side speaks is known from the film's own table of turns; where the speaker's face is,
from YuNet in the full picture, every picture of grid_twoshot and every fifth of simpl.  "Naive" is what a script of
thirty lines does: the frame's middle on the largest face of each picture, held where there is none.  Speed and jerk
are of the frame's edge within a view, in frame widths a second (cubed), deliberate switches apart.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from tests.shared import SHARED

from hookline.edit.framing import frame
from hookline.edit.path import motion
from hookline.edit.platforms import known_platforms
from hookline.edit.speakers import Turn, speaking
from hookline.edit.watching import Seen, see
from hookline.engines.faces import CascadeFaces, FaceFinder, YuNetFaces
from hookline.engines.models import MODELS
from hookline.media.camera import crop_at
from hookline.media.pictures import looking
from hookline.model.cut import Framing
from hookline.model.face import Face
from hookline.model.span import Span

GRID = SHARED / "media" / "grid_twoshot"
ROOM = SHARED / "media" / "simpl"
FULL_PIXELS = 1280 * 720
EVERY = 5  # pictures of simpl looked at
Lefts = list[tuple[float, float]]  # by picture, the frame's left edge and width


def finders() -> dict[str, FaceFinder]:
    """The default, and the better one by model file."""
    return {"cascades": CascadeFaces(), "YuNet": YuNetFaces(SHARED / "models" / MODELS["yunet"].file)}


def faces_in(path: Path, *, every: int) -> dict[int, tuple[Face, ...]]:
    """What YuNet finds in the full pictures, by picture."""
    eyes = finders()["YuNet"]
    with looking(path) as (source, pictures):
        size = (source.width, source.height)
        return {p.number: eyes.find(p.small(*size)) for p in pictures if p.number % every == 0}


def lefts_of(framings: Sequence[Framing], seen: Seen) -> Lefts:
    """The frame's left edge and width at each picture; a whole picture counts as it is."""
    made = []
    for at in seen.times_ms:
        one = next(framing for framing in framings if framing.span.contains(at))
        crop = crop_at(one, at)
        made.append((crop.left, crop.width))
    return made


def naive(faces: dict[int, tuple[Face, ...]], seen: Seen, width: float) -> Lefts:
    """The middle of the largest face, picture by picture."""
    made: Lefts = []
    left = (seen.width - width) / 2
    for number in range(len(seen.times_ms)):
        found = faces.get(number)
        if found:
            left = min(max(0.0, found[0].left + found[0].width / 2 - width / 2), seen.width - width)
        made.append((left, width))
    return made


def whole(face: Face, frame_at: tuple[float, float]) -> bool:
    """Whether a face lies wholly in the frame."""
    left, width = frame_at
    return face.left >= left - 0.5 and face.left + face.width <= left + width + 0.5


def speaker_shown(
    faces: dict[int, tuple[Face, ...]], lefts: Lefts, seen: Seen, turns: Sequence[dict[str, object]]
) -> float:
    """Share of pictures in which the speaker's face lies wholly in the frame."""
    good = []
    for number, found in faces.items():
        side = next(t["side"] for t in turns if float(str(t["start"])) <= number / 25 < float(str(t["end"])))
        mine = [f for f in found if side == "centre" or (f.left + f.width / 2 < seen.width / 2) == (side == "left")]
        if mine:
            good.append(any(whole(face, lefts[number]) for face in mine))
    return float(np.mean(good))


def sides(seen: Seen, turns: Sequence[dict[str, object]]) -> list[float]:
    """By turn, the share of pictures in which the likeliest speaker is on the right side."""
    shares = []
    for turn in turns:
        good = []
        for at in range(round(float(str(turn["start"])) * 25), round(float(str(turn["end"])) * 25)):
            there = [t for t in seen.tracks if 0 <= at - t.first_frame < len(t.faces)]
            best = max(there, key=lambda t: t.speaking[at - t.first_frame], default=None)
            if best is None:
                good.append(False)
                continue
            face = best.faces[at - best.first_frame]
            side = "left" if face.left + face.width / 2 < seen.width / 2 else "right"
            good.append(turn["side"] in ("centre", side))
        shares.append(float(np.mean(good)))
    return shares


def smoothness(framings: Sequence[Framing], seen: Seen) -> str:
    """Speed, jerk, switches and the shortest time between two."""
    moves = []
    for one in framings:
        lefts = np.array([crop_at(one, at).left for at in seen.times_ms if one.span.contains(at)])
        moves.append(motion(lefts, fps=seen.footage.fps[0] / seen.footage.fps[1], side=one.crops[0].width))
    cuts = {shot.span.start_ms for shot in seen.footage.shots}
    switches = [b.span.start_ms for _, b in pairwise(framings) if b.span.start_ms not in cuts]
    gaps = [b - a for a, b in pairwise(sorted({*cuts, *switches, seen.footage.duration_ms}))]
    fastest, hardest = (max(values) for values in zip(*moves, strict=True))
    return f"{fastest:.2f} | {hardest:.1f} | {len(switches)} | {min(gaps) / 1000:.2f} s"


def jitter(lefts: Lefts) -> str:
    """Speed and jerk of a path without views."""
    speed, jerk = motion(np.array([left for left, _ in lefts]), fps=25, side=lefts[0][1])
    return f"{speed:.1f} | {jerk:.0f} | - | -"


def dialogue(portrait: object) -> None:
    """The table of grid_twoshot."""
    path = GRID / "grid_twoshot_1280x720.mp4"
    turns = json.loads((GRID / "truth.json").read_text())["turns"]
    said = [Turn(Span(round(t["start"] * 1000), round(t["end"] * 1000)), t["speaker"]) for t in turns]
    faces = faces_in(path, every=1)
    print("| grid_twoshot, 825 pictures | speaking side, worst turn (mean of 11) | speaker's face whole in 9:16 "
          "| speed | jerk | switches | shortest view |\n|---|---|---|---|---|---|---|")  # fmt: skip
    for name, eyes in finders().items():
        began = time.process_time()
        seen = see(path, finder=eyes)
        cost = time.process_time() - began
        for how, given in (("with turns", said), ("by eye and ear", [])):
            told = speaking(seen, seen.voice, given)
            made = frame(told, platform=portrait)  # type: ignore[arg-type]
            side = sides(told, turns)
            shown = speaker_shown(faces, lefts_of(made, seen), seen, turns)
            print(f"| Hookline, {name}, {how} | {min(side):.3f} ({np.mean(side):.3f}) | {shown:.3f} "
                  f"| {smoothness(made, seen)} |")  # fmt: skip
    width = seen.height * 9 / 16
    centre = [((seen.width - width) / 2, width)] * len(seen.times_ms)
    print(f"| crop of the middle | - | {speaker_shown(faces, centre, seen, turns):.3f} | 0 | 0 | - | - |")
    followed = naive(faces, seen, width)
    print(f"| naive, YuNet | - | {speaker_shown(faces, followed, seen, turns):.3f} | {jitter(followed)} |")
    cuts = [shot.first_frame for shot in seen.footage.shots][1:]
    print(f"\nCuts found: {cuts}; true: {json.loads((GRID / 'truth.json').read_text())['cut_frames']}. "
          f"Watching took {cost:.1f} CPU seconds with YuNet, 33 s of 720p.\n")  # fmt: skip


def room(portrait: object) -> None:
    """The table of simpl."""
    print("| simpl, 125 s | no face whole in 9:16 while one is detectable | speed | jerk | switches | shortest view |\n"
          "|---|---|---|---|---|---|")  # fmt: skip
    films = sorted(ROOM.glob("*.webm"))
    found = {path: faces_in(path, every=EVERY) for path in films}
    rows: dict[str, list[bool]] = {}
    told: dict[str, list[str]] = {}
    for name, eyes in finders().items():
        for path in films:
            seen = see(path, finder=eyes)
            made = frame(speaking(seen, seen.voice), platform=portrait)  # type: ignore[arg-type]
            told.setdefault(f"Hookline, {name}", []).append(smoothness(made, seen))
            width = seen.height * 9 / 16
            ways = {f"Hookline, {name}": lefts_of(made, seen)}
            if name == "YuNet":
                ways["crop of the middle"] = [((seen.width - width) / 2, width)] * len(seen.times_ms)
                ways["naive, YuNet"] = naive(found[path], seen, width)
                told.setdefault("naive, YuNet", []).append(jitter(ways["naive, YuNet"]))
            for way, lefts in ways.items():
                rows.setdefault(way, []).extend(
                    not any(whole(face, lefts[number]) for face in faces)
                    for number, faces in found[path].items()
                    if faces
                )
    for way, missed in rows.items():
        values = [one.split(" | ") for one in told.get(way, ["0 | 0 | - | -"])]
        worst = " | ".join(
            [f"{max(float(v[0]) for v in values):.2f}", f"{max(float(v[1]) for v in values):.1f}"]
            + ([str(sum(int(v[2]) for v in values)), min(v[3] for v in values)] if values[0][2] != "-" else ["-", "-"])
        )
        print(f"| {way} | {np.mean(missed):.3f} ({sum(missed)} of {len(missed)} pictures) | {worst} |")


def main() -> None:
    """Print the tables."""
    portrait = known_platforms()["tiktok"].platform
    dialogue(portrait)
    room(portrait)


if __name__ == "__main__":
    main()
