"""How long Hookline takes to start, beside a bare Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15


def seconds(*command: str) -> float:
    """Median wall time of a command, run fresh each time."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    bare = seconds("-c", "pass")
    rows = [
        ("bare `python -c pass`", bare, ""),
        ("`import hookline`", seconds("-c", "import hookline"), "0.3 s"),
        ("`import hookline.project`", seconds("-c", "import hookline.project"), "0.3 s"),
        ("`hookline --help`", seconds("-m", "hookline", "--help"), "0.5 s"),
        ("`hookline import --help`", seconds("-m", "hookline", "import", "--help"), "0.5 s"),
    ]
    print(f"| start (median of {RUNS}) | seconds | limit |\n|---|---|---|")
    for name, value, limit in rows:
        print(f"| {name} | {value:.3f} | {limit} |")


if __name__ == "__main__":
    main()
