"""One 90 s episode to four platforms: the whole job, against bare ffmpeg and against MoviePy, side by side.

Wants ffmpeg on the path.  MoviePy runs in a Python of its own, named by ``HOOKLINE_MOVIEPY``; the episode is made once
from the shared media (``HOOKLINE_SHARED``) into a folder of the system's for temporary files.  ``HOOKLINE_ROUNDS``
says how often (3), ``HOOKLINE_SECONDS`` how long an episode (90).
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HOOKLINE_SHARED", REPOSITORY.parent / "shared" / "data"))
SECONDS = int(os.environ.get("HOOKLINE_SECONDS", "90"))
ROUNDS = int(os.environ.get("HOOKLINE_ROUNDS", "3"))
THREADS = os.cpu_count() or 1
SHAPES = {"9x16": (1080, 1920), "1x1": (1080, 1080), "4x5": (1080, 1350), "16x9": (1920, 1080)}
SETTINGS = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "50", "-flags", "+cgop"]
SOUND = ["-c:a", "aac", "-b:a", "160k", "-ar", "48000"]

MOVIEPY = """
import sys
from moviepy import VideoFileClip
source, out, name, width, height, seconds, threads = sys.argv[1:]
width, height, seconds, threads = int(width), int(height), float(seconds), int(threads)
with VideoFileClip(source) as film:
    clip = film.subclipped(0, min(seconds, film.duration))
    wide = min(clip.w, clip.h * width / height)
    high = min(clip.h, clip.w * height / width)
    clip = clip.cropped(x_center=clip.w / 2, y_center=clip.h / 2, width=wide, height=high)
    clip.resized((width, height)).write_videofile(
        f"{out}/{name}.mp4", codec="libx264", preset="veryfast", audio_codec="aac", audio_bitrate="160k",
        audio_fps=48000, threads=threads, temp_audiofile_path=out, logger=None,
        ffmpeg_params=["-crf", "20", "-g", "50"])
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took."""

    wall_s: float
    cpu_s: float
    megabytes: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, max(self.megabytes, other.megabytes))


def main() -> None:
    """Print the figures."""
    if sys.argv[1:2] == ["--ours"]:
        ours(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise SystemExit("ffmpeg is not installed: it is what this bench compares with")
    folder = Path(tempfile.gettempdir()) / "hookline-edit"
    folder.mkdir(exist_ok=True)
    source = episode(ffmpeg, folder)
    bare, whole = [], []
    try:
        for _ in range(ROUNDS):
            bare.append(sum_of(bare_commands(ffmpeg, source, folder / "bare")))
            ours_ = [sys.executable, "-m", "bench.edit_render", "--ours", str(source), str(folder / "ours")]
            whole.append(timed(ours_))
        print(told(bare, whole, moviepy(source, folder / "moviepy")))
    finally:
        for name in ("bare", "ours", "moviepy"):  # the episode stays for the next run
            shutil.rmtree(folder / name, ignore_errors=True)


def episode(ffmpeg: str, folder: Path) -> Path:
    """1080p at 25 frames a second: talking heads, an action scene, talking heads again."""
    path = folder / f"episode-{SECONDS}.mp4"
    if path.exists():
        return path
    media = SHARED / "media"
    heads = "scale=1920:1080:flags=lanczos,fps=25,setsar=1,split[a][b];[0:a]aresample=48000"
    graph = (
        f"[0:v]{heads},aformat=channel_layouts=stereo,asplit[sa][sb];"
        "[1:v]trim=10:34,setpts=PTS-STARTPTS,fps=25,scale=-2:1080:flags=lanczos,crop=1920:1080,setsar=1[c];"
        "[1:a]atrim=10:34,asetpts=PTS-STARTPTS,aresample=48000,aformat=channel_layouts=stereo[sc];"
        "[a][sa][c][sc][b][sb]concat=n=3:v=1:a=1[v][s]"
    )
    given = [media / "grid_twoshot/grid_twoshot_1280x720.mp4", media / "tears_of_steel/battle-clip-medium.webm"]
    inputs = [part for one in given for part in ("-i", str(one))]
    how = ["-map", "[v]", "-map", "[s]", "-t", str(SECONDS), "-c:v", "libx264", "-preset", "medium", "-crf", "18"]
    part = path.with_suffix(".part.mp4")
    run(
        [ffmpeg, "-v", "error", "-y", *inputs, "-filter_complex", graph, *how, "-c:a", "aac", "-b:a", "192k", str(part)]
    )
    part.replace(path)
    return path


def bare_commands(ffmpeg: str, source: Path, out: Path) -> list[list[str]]:
    """Four runs of ffmpeg, each a decode, a crop out of the middle, a scale and an encode."""
    out.mkdir(exist_ok=True)
    made = []
    for name, (width, height) in SHAPES.items():
        wide = min(1920, round(1080 * width / height / 2) * 2)
        steps = [f"crop={wide}:1080"] if wide < 1920 else []
        steps += [f"scale={width}:{height}"] if (wide, 1080) != (width, height) else []
        shaped = ["-vf", ",".join(steps)] if steps else []
        cut = [ffmpeg, "-v", "error", "-y", "-t", str(SECONDS), "-i", str(source), *shaped, *SETTINGS]
        threads = ["-threads", str(THREADS), "-movflags", "+faststart"]
        made.append([*cut, *threads, *SOUND, str(out / f"{name}.mp4")])
    return made


def ours(source: Path, out: Path) -> None:
    """Watch, frame and render: what ``hookline cut`` does for one episode."""
    from hookline.edit.framing import frame
    from hookline.edit.watching import see
    from hookline.engines.faces import finder
    from hookline.media.render import Rendered, Rendering, render
    from hookline.model.cut import Clip, Cut
    from hookline.model.platform import Box, Platform
    from hookline.model.span import Span

    model = SHARED / "models" / "face_detection_yunet_2023mar.onnx"
    stages = [time.process_time()]
    seen = see(source, finder=finder(model=model if model.exists() else None), threads=THREADS)
    stages.append(time.process_time())
    jobs = []
    for name, (width, height) in SHAPES.items():
        platform = Platform(
            name,
            name,
            width,
            height,
            23,
            60,
            1000,
            None,
            None,
            None,
            None,
            Box(0, 0, width, height),
            -14,
            -1,
            2,
            "",
            "",
        )
        framings = frame(seen, platform=platform)
        clip = Clip("episode", Span(0, SECONDS * 1000), framings)
        jobs.append(Rendering(Cut(name, "bench", 1, (clip,)), platform, out / f"{name}.mp4"))
    made = render(jobs, {"episode": source}, threads=THREADS)
    stages.append(time.process_time())
    failed = [str(one) for one in made if not isinstance(one, Rendered)]
    if failed:
        raise SystemExit("\n".join(failed))
    parts = " ".join(f"{after - before:.1f}" for before, after in pairwise(stages))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"CPU seconds of watching and of rendering: {parts}; peak {peak:.0f} MB", file=sys.stderr)


def moviepy(source: Path, out: Path) -> Cost | str | None:
    """The same four cuts by MoviePy, once, each in a process of its own so that none holds the others' memory.

    None where it is not installed; where it fails, what it said: the other figures stand all the same.
    """
    python = os.environ.get("HOOKLINE_MOVIEPY")
    if not python:
        return None
    out.mkdir(exist_ok=True)
    total = Cost(0.0, 0.0, 0.0)
    for name, (width, height) in SHAPES.items():
        given = [str(source), str(out), name, str(width), str(height), str(SECONDS), str(THREADS)]
        with (out / "said.txt").open("w") as said:
            try:
                total = total + timed([python, "-c", MOVIEPY, *given], stderr=said)
            except SystemExit as error:
                last = (out / "said.txt").read_text().strip().splitlines()[-1:]
                return f"{error} at {name}: {' '.join(last) or 'it said nothing'}"
        (out / f"{name}.mp4").unlink()
    return total


def run(command: Sequence[str]) -> None:
    """Run to the end, or stop the bench."""
    subprocess.run(command, check=True)


def timed(command: Sequence[str], *, stderr: IO[str] | None = None) -> Cost:
    """Wall and CPU time of a command with what it started, and its largest process."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=REPOSITORY, stderr=stderr)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed ({os.waitstatus_to_exitcode(status)}): {command[0]}")
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def sum_of(commands: Sequence[Sequence[str]]) -> Cost:
    """Commands one after the other."""
    total = Cost(0.0, 0.0, 0.0)
    for command in commands:
        total = total + timed(command)
    return total


def told(bare: Sequence[Cost], whole: Sequence[Cost], film: Cost | str | None) -> str:
    """The table."""
    ratios = [(ours.wall_s / peer.wall_s, ours.cpu_s / peer.cpu_s) for ours, peer in zip(whole, bare, strict=True)]
    rows = [
        "| | wall | CPU | peak memory |",
        "|---|---|---|---|",
        row("Hookline: watched, framed, sound levelled, checked", whole),
        row("ffmpeg, four runs: centre crop and encode only", bare),
        *([row("MoviePy, four cuts: centre crop and encode only", [film])] if isinstance(film, Cost) else []),
    ]
    walls, cpus = zip(*ratios, strict=True)
    says = [
        f"One {SECONDS} s episode, 1080p at 25 frames a second, to 1080x1920, 1080x1080, 1080x1350 and 1920x1080; x264"
        f" veryfast crf 20, key frame every 2 s, AAC 160 kbit/s, {THREADS} threads, on the same cores one after the"
        f" other; {len(bare)} rounds, least to most.",
        "",
        *rows,
        "",
        f"Of the four bare runs: wall {between(walls)} (at most 1.05 is asked for), CPU {between(cpus)}.",
    ]
    if isinstance(film, str):
        says.append(f"MoviePy did not finish: {film}.")
    if isinstance(film, Cost):
        fewest = [film.wall_s / one.wall_s for one in whole]
        says.append(f"MoviePy takes {between(fewest)} times as long (at least 2 is asked for); one round.")
    return "\n".join(says)


def row(name: str, costs: Sequence[Cost]) -> str:
    """A line of the table."""
    walls, cpus = between([one.wall_s for one in costs], 0), between([one.cpu_s for one in costs], 0)
    return f"| {name} | {walls} s | {cpus} s | {max(one.megabytes for one in costs):.0f} MB |"


def between(values: Sequence[float], places: int = 2) -> str:
    """The least and the most."""
    least, most = f"{min(values):.{places}f}", f"{max(values):.{places}f}"
    return least if least == most else f"{least}-{most}"


if __name__ == "__main__":
    main()
