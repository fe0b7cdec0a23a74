"""Make the generated parts of docs/ anew.

./dev docs              all of it
./dev docs commands     the command page
./dev docs schema       the JSON Schemas of a story and of a comparison, shipped with the package
./dev docs tension      an episode's tension with its beats
./dev docs example      the worked example of the story page
./dev docs captions     captions in four scripts on frames of the sample
./dev docs frames       frames of the animatics
./dev docs camera       what the camera follows, in four shapes
./dev docs report       the report in a browser (wants chromium and a finished ./dev demo)
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("commands", "schema", "tension", "example", "captions", "frames", "camera", "report")


def main() -> int:
    """Write what was asked for."""
    wanted = sys.argv[1:] or PARTS
    if unknown := set(wanted) - set(PARTS):
        print(f"docs: no part {', '.join(sorted(unknown))}; parts: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    (HERE / "pictures").mkdir(exist_ok=True)
    for path in [path for part in wanted for path in make(part)]:
        print(path)
    return 0


def make(part: str) -> list[Path]:
    """Write one part; its files."""
    if part == "commands":
        from docs import commands

        (HERE / "commands.md").write_text(commands.page(), encoding="utf-8")
        return [HERE / "commands.md"]
    if part == "schema":
        from hookline import project

        for path, text in project.schema_texts().items():
            path.write_text(text, encoding="utf-8")
        return list(project.schema_texts())
    if part in ("tension", "captions", "frames"):
        drawn: list[Path] = import_module(f"docs.{part}").make(HERE / "pictures")
        return drawn
    if part == "example":
        from docs import example

        return example.make()
    if part == "camera":
        from docs import camera

        return camera.make(HERE / "pictures")
    from docs import pictures

    return pictures.make(HERE.parent / "demo", HERE / "pictures")


if __name__ == "__main__":
    sys.exit(main())
