"""Shot boundaries on films whose shots are known, beside PySceneDetect's detectors, and the cost of finding them.

PySceneDetect runs where its Python is named: ``HOOKLINE_SCENEDETECT=/path/to/python ./dev bench shots``, with
``scenedetect`` and OpenCV installed there.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.shot_films import KINDS, Change, film, films, write
from hookline.media.probe import opened, video_stream
from hookline.media.shots import shots_of

SEEDS = range(2000, 2014)  # thresholds were set on seeds below 100, two faults found on 1000 to 1013
CUT_SLACK = 1  # frames
MELT_SLACK = 3
SPEED_REPEATS = 3
OTHERS = "HOOKLINE_SCENEDETECT"

PEER = """
import json, sys, time
import scenedetect
from scenedetect import SceneManager, open_video, ContentDetector, AdaptiveDetector, ThresholdDetector
made = {one.__name__: one for one in (ContentDetector, AdaptiveDetector, ThresholdDetector)}
made["all three together"] = None
found = {}
def run(path, names):
    manager = SceneManager()
    for name in names:
        manager.add_detector(made[name]())
    manager.detect_scenes(open_video(path))
    return [start.frame_num for start, _ in manager.get_scene_list()][1:]
single = [name for name in made if made[name]]
for name in made:
    names = [name] if made[name] else single
    found[name] = [run(path, names) for path in json.loads(sys.argv[1])]
speed = {}
for name in ("ContentDetector", "AdaptiveDetector"):
    times = []
    for _ in range(int(sys.argv[3])):
        began = time.process_time()
        run(sys.argv[2], [name])
        times.append(time.process_time() - began)
    speed[name] = min(times)
print(json.dumps({"version": scenedetect.__version__, "found": found, "speed": speed}))
"""


def matched(found: Sequence[int], truth: Sequence[Change]) -> int:
    """How many true changes are found; each answer counts for one of them at most."""
    left, hits = list(found), 0
    for change in truth:
        slack = CUT_SLACK if change.kind == "cut" else MELT_SLACK
        near = [frame for frame in left if change.first - slack <= frame <= change.last + slack]
        if near:
            left.remove(near[0])
            hits += 1
    return hits


def f1(hits: int, found: int, truth: int) -> float:
    """Harmonic mean of precision and recall."""
    return 2 * hits / (found + truth) if found + truth else 1.0


def scores(answers: Sequence[Sequence[int]], truths: Sequence[Sequence[Change]]) -> tuple[float, int, int, int]:
    """F1, and how many were right, said and true."""
    hits = sum(matched(found, truth) for found, truth in zip(answers, truths, strict=True))
    said, true = sum(map(len, answers)), sum(map(len, truths))
    return f1(hits, said, true), hits, said, true


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        kinds, paths, truths = [], [], []
        for kind, seed in films(SEEDS):
            made = film(kind, seed)
            paths.append(write(made, Path(folder) / f"{kind}-{seed}.mp4"))
            kinds.append(kind)
            truths.append(made.changes)
        shots = [shots_of(path)[1:] for path in paths]
        answers = {"Hookline": [[shot.first_frame for shot in found] for found in shots]}
        big = write(film("cut", 1, size=(1920, 1080)), Path(folder) / "big.mp4")
        bare, ours, frames = _costs(big)
        peer = _peer(paths, big)
        if peer:
            answers |= peer["found"]
        print(_table(answers, kinds, truths))
        right = sum(
            shot.begins.value == change.kind
            and change.first - MELT_SLACK <= shot.first_frame <= change.last + MELT_SLACK
            for found, truth in zip(shots, truths, strict=True)
            for shot in found
            for change in truth
        )
        total = sum(map(len, truths))
        print(f"\nOf {total} true changes Hookline finds and names {right} by their kind (cut, dissolve, fade).")
        print(f"\n{len(paths)} films of 320 x 180, {len(SEEDS)} of a kind.\n")
        print(_speed(bare, ours, frames, peer))


def _table(answers: dict[str, list[list[int]]], kinds: list[str], truths: list[tuple[Change, ...]]) -> str:
    rows = [f"| F1 (right / said / true) | {' | '.join(KINDS)} |", f"|---|{'---|' * len(KINDS)}"]
    for name, found in answers.items():
        cells = []
        for kind in KINDS:
            mine = [i for i, one in enumerate(kinds) if one == kind]
            value, hits, said, true = scores([found[i] for i in mine], [truths[i] for i in mine])
            cells.append(f"{value:.3f} ({hits} / {said} / {true})")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _costs(path: Path) -> tuple[float, float, int]:
    """CPU seconds of bare decoding and of finding shots, the least of some runs, and the frames."""
    bare, ours, frames = [], [], 0
    for _ in range(SPEED_REPEATS):
        began = time.process_time()
        with opened(path) as container:
            stream = video_stream(container, path)
            stream.thread_type = "NONE"
            frames = sum(1 for _ in container.decode(stream))
        bare.append(time.process_time() - began)
        began = time.process_time()
        shots_of(path)
        ours.append(time.process_time() - began)
    return min(bare), min(ours), frames


def _peer(paths: Sequence[Path], big: Path) -> dict[str, dict[str, list[list[int]]]] | None:
    python = os.environ.get(OTHERS)
    if not python:
        print(f"PySceneDetect was not run: {OTHERS} names no Python that has it.\n")
        return None
    names = json.dumps([str(path) for path in paths])
    command = [python, "-c", PEER, names, str(big), str(SPEED_REPEATS)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    answer: dict[str, dict[str, list[list[int]]]] = json.loads(done.stdout)
    return answer


def _speed(bare: float, ours: float, frames: int, peer: object) -> str:
    rows = ["| 1080p, one thread | frames a CPU-second | of bare decoding |", "|---|---|---|"]
    costs = {"bare decoding (PyAV)": bare, "Hookline": ours}
    if isinstance(peer, dict):
        costs |= {f"PySceneDetect {peer['version']} {name}": cost for name, cost in peer["speed"].items()}
    rows += [f"| {name} | {frames / cost:.0f} | {bare / cost:.2f} |" for name, cost in costs.items()]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
