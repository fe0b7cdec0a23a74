"""The command page, written from the command line itself so that it can't be wrong."""

from __future__ import annotations

import argparse
import os

from hookline.cli import parser

HEAD = """\
# Commands

Written by `./dev docs commands` from the command line's own help. Exit codes: 0 done; 2 the input is wrong or something
is missing, said in words; 130 interrupted, and the next run goes on where this one stopped.
"""


def page() -> str:
    """The page as markdown."""
    os.environ["COLUMNS"] = "100"
    top = parser()
    parts = [HEAD]
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                parts.append(f"## hookline {name}\n\n```text\n{sub.format_help().strip()}\n```\n")
    return "\n".join(parts)
