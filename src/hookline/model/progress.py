"""How long work says how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on.  ``total`` is 0 while it is not known."""

    def __call__(self, task: str, done: int, total: int) -> None:
        """``done`` of ``total`` units of ``task`` are finished."""


def silent(task: str, done: int, total: int) -> None:
    """A progress that tells nobody."""
