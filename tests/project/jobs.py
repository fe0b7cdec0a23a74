"""Jobs that tests give to processes: real ones, killed for real."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from hookline.model.progress import Progress


def squared(item: int, progress: Progress) -> int:
    progress("squares", item, 10)
    return item * item


def who(item: int, progress: Progress) -> int:
    time.sleep(0.2)
    return os.getpid()


def dies_once(item: tuple[Path, int], progress: Progress) -> int:
    """The item 3 kills its process the first time, and the others' pool with it."""
    folder, number = item
    (folder / f"{number}.tried").open("a").write("x")
    if number == 3 and len((folder / "3.tried").read_text()) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return number


def always_dies(item: int, progress: Progress) -> int:
    if item == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def fails(item: int, progress: Progress) -> int:
    raise ValueError("a mistake of ours")


def sleeps(item: tuple[Path, float], progress: Progress) -> int:
    """Leaves its process' number and sleeps."""
    folder, seconds = item
    with (folder / "pids").open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    return os.getpid()
