"""A season of 100 episodes through ``hookline story --script FILE --json``, in a process of its own.

The season is made of the 70 public scripts (MIT): each one's given half and its continuation are an
episode of their own, 100 of the 140, in one Fountain file with an ``# EPISODE N`` head above each.
Without the shared data the sample's eight scripts are repeated.  Prints seconds of CPU (user and
system) and on the clock, and the largest resident memory of the process.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.real_input import SHARED, records
from hookline import formats
from hookline.model.script import Script
from hookline.sample import scripts

EPISODES = 100
LIMIT_S, LIMIT_MB = 10, 1000


def main() -> int:
    """Print the figures; 1 beyond a limit."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "season.fountain"
        path.write_text(season(), encoding="utf-8")
        rows = [measured("hookline story --json", path, "--json"), measured("hookline story", path)]
        rows.append(measured("hookline compare, with itself", path, compare=True))
    print("| command | episodes | lines | CPU s | clock s | largest memory, MB |\n|---|---|---|---|---|---|")
    for name, episodes, lines, cpu_s, clock_s, peak_mb in rows:
        print(f"| {name} | {episodes} | {lines:,} | {cpu_s:.1f} | {clock_s:.1f} | {peak_mb:.0f} |")
    print(f"\nTarget: {EPISODES} episodes in under {LIMIT_S} s on two cores, under 1 GB.")
    return 1 if rows[0][3] > 2 * LIMIT_S or rows[0][5] > LIMIT_MB else 0


def season() -> str:
    """One Fountain text of that many episodes."""
    return "\n\n".join(f"# EPISODE {n}\n\n{text}" for n, text in enumerate(episodes()[:EPISODES], start=1)) + "\n"


def episodes() -> list[str]:
    """Texts without their title pages."""
    if SHARED.exists():
        return [body(half) for record in records(70) for half in (record["context"], record["continuation"])]
    return [body(file.read_text(encoding="utf-8")) for file in scripts("en")] * (EPISODES // 8 + 1)


def body(text: str) -> str:
    """A script from its first scene on."""
    kept = re.sub(r"\A(?:[A-Z][\w ]*:.*\n)+", "", text)
    return re.sub(r"(?m)^# .*$", "", kept).strip()


def measured(name: str, path: Path, *words: str, compare: bool = False) -> tuple[str, int, int, float, float, float]:
    """One command: CPU and clock seconds, and the largest memory of any command so far."""
    told = ["compare", str(path), str(path), "--json"] if compare else ["story", "--script", str(path), *words]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-m", "hookline", *told], stdout=subprocess.DEVNULL, check=True)
    clock_s, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    count, lines = counted(season_of(path))
    return name, count, lines, cpu_s, clock_s, after.ru_maxrss / 1024


def counted(script: Script) -> tuple[int, int]:
    """Episodes and lines."""
    return len(script.episodes), sum(len(episode.lines()) for episode in script.episodes)


def season_of(path: Path) -> Script:
    """What the file holds."""
    return formats.read_script(path, file=path.name)


if __name__ == "__main__":
    sys.exit(main())
