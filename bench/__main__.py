"""Run the benches and put their figures into ``bench/README.md``.

A bench is a module of this folder whose name stands in ``ROOMS``; run as ``python -m bench.NAME`` it
prints one markdown text.  That text replaces what stands between its two markers in the README.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOMS = {
    "whole": ("start", "real_input"),
    "story": ("scripts", "story", "season", "gold", "lines", "alignment", "emotion", "turning", "promises"),
    "audience": ("audience", "events", "scale", "figures", "spark"),
    "insight": (
        "insight",
        "elements",
        "plans",
        "forecasts",
        "experiments",
        "spend",
        "brand",
        "catalogue",
        "curves",
        "recovery",
    ),
    "media": ("shots",),
    "edit": ("faces", "eyes", "burnt", "framing", "choose", "edit_render", "cutting"),
}
BENCHES = tuple(name for names in ROOMS.values() for name in names)
README = Path(__file__).parent / "README.md"


def main() -> int:
    """Run what was asked for, a room's name standing for all its benches; the exit code is 1 if one failed."""
    options = argparse.ArgumentParser(prog="./dev bench")
    options.add_argument(
        "names", nargs="*", metavar="NAME", help=f"a room: {', '.join(ROOMS)}; or a bench: {', '.join(BENCHES)}"
    )
    asked = options.parse_args().names or list(ROOMS)
    if unknown := set(asked) - {*ROOMS, *BENCHES}:
        options.error(f"there is no bench {', '.join(sorted(unknown))}")
    names = [name for one in asked for name in ROOMS.get(one, (one,))]
    failed = [name for name in names if not run(name)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str) -> bool:
    """Run one bench, show its text and keep it; whether it succeeded."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout)
    if done.returncode:
        return False
    seconds = time.monotonic() - began
    day = datetime.now(UTC).date().isoformat()
    stamp = f"_Measured {day} on {os.cpu_count()} cores, Python {platform.python_version()}, in {seconds:.0f} s._"
    keep(name, f"{done.stdout.strip()}\n\n{stamp}")
    return True


def keep(name: str, text: str) -> None:
    """Put a bench's text between its markers in the README."""
    page = README.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{README.name} has no markers for {name}")
    README.write_text(pattern.sub(lambda match: f"{match.group(1)}{text}\n{match.group(2)}", page), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
