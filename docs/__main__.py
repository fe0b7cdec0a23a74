"""Make the command page and the pictures of docs/ anew.

./dev docs              all of it (pictures want chromium and a finished ./dev demo)
./dev docs commands     the command page alone
"""

from __future__ import annotations

import sys
from pathlib import Path

from docs import commands, pictures

HERE = Path(__file__).parent


def main() -> int:
    """Write what was asked for."""
    names = sys.argv[1:] or ["commands", "pictures"]
    if "commands" in names:
        (HERE / "commands.md").write_text(commands.page(), encoding="utf-8")
        print("docs/commands.md")
    if "pictures" in names:
        for path in pictures.make(HERE.parent / "demo", HERE / "pictures"):
            print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
