"""Files that appear under their name only when whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hookline.model.errors import BadInput

_WHY = {
    errno.ENOSPC: ("the disk is full", "make room, then run it again: what was finished before stays"),
    errno.EDQUOT: ("the disk quota is used up", "make room, then run it again: what was finished before stays"),
    errno.EROFS: ("the disk can only be read", "name another folder"),
    errno.EACCES: ("the folder can't be written to", "change its permissions, or name another folder"),
    errno.EPERM: ("the folder can't be written to", "change its permissions, or name another folder"),
    errno.ENOTDIR: ("a file stands where the folder should be", "move it away, or name another folder"),
    errno.EEXIST: ("a file stands where the folder should be", "move it away, or name another folder"),
}


def part_of(path: Path) -> Path:
    """The name that a file has in its folder while it is being written."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say plainly why a file can't be written.

    Raises:
        BadInput: the disk is full, the folder read-only, or the like.
    """
    try:
        yield
    except OSError as error:
        what, mend = _WHY.get(error.errno or 0, (error.strerror or str(error), ""))
        raise BadInput(f"can't be written: {what}", where=str(path), mend=mend) from error


def make_folder(path: Path) -> None:
    """The folder that a file goes into."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)


def deliver(part: Path, path: Path) -> None:
    """Make sure that a part is on the disk, then give it its name, at once and whole."""
    with writing(path):
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_whole(path: Path, data: bytes) -> None:
    """A small file, whole or not at all."""
    make_folder(path)
    part = part_of(path)
    try:
        with writing(path):
            part.write_bytes(data)
        deliver(part, path)
    finally:
        part.unlink(missing_ok=True)
