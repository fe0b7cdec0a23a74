"""Every error that Hookline raises on purpose.

    HooklineError
    ├── BadInput          a file, an option or a setting of the user's is wrong
    │   ├── Unreadable    a file can't be opened, decoded or parsed
    │   └── UnknownFormat nothing recognises the file
    ├── MissingExtra      an optional dependency is not installed
    ├── SeriesLocked      another process is at work in the same series folder
    ├── EngineFailed      a model or service can't be reached, or keeps failing
    │   └── AnswerRefused it answered with something that can't be used
    └── NotEnoughData     the data don't carry an answer; says what would

Each says what is wrong, where, and how to mend it.  The command line prints the message and
exits with code 2; nothing else in Hookline catches them.
"""

from __future__ import annotations


class HooklineError(Exception):
    """What went wrong, where, and what to do about it."""

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.mend}" if self.mend else head


class BadInput(HooklineError):
    """A file, an option or a setting of the user's is wrong."""


class Unreadable(BadInput):
    """A file can't be opened, decoded or parsed."""


class UnknownFormat(BadInput):
    """No reader recognises the file."""


class MissingExtra(HooklineError):
    """An optional dependency is not installed; carries the command that installs it."""

    def __init__(self, *, needs: str, extra: str) -> None:
        super().__init__(
            f"{needs} is not installed",
            mend=f"install it with: python3 -m pip install 'hookline[{extra}]'",
        )
        self.extra = extra


class SeriesLocked(HooklineError):
    """Another process holds the series folder."""


class EngineFailed(HooklineError):
    """A model or service can't be reached, or keeps failing."""


class AnswerRefused(EngineFailed):
    """A model answered with something that can't be used; ``used`` counts tokens sent, answered, and requests."""

    def __init__(self, what: str, *, where: str = "", mend: str = "", used: tuple[int, int, int] = (0, 0, 0)) -> None:
        super().__init__(what, where=where, mend=mend)
        self.used = used


class NotEnoughData(HooklineError):
    """The data don't carry an answer yet."""
