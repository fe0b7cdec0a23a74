"""How far the offline story engine agrees with careful readers, and they with each other.

``bench/gold/guideline.md`` says what was annotated and how.  ``python -m bench.gold texts FOLDER`` writes the
scripts a reader works from, each line with its number.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from bench.real_input import records, season

CORPUS = 70
CHOSEN = 40


def main(words: list[str]) -> int:
    """``texts FOLDER`` writes the numbered scripts."""
    if len(words) == 2 and words[0] == "texts":
        write_texts(Path(words[1]))
        return 0
    print("python -m bench.gold texts FOLDER", file=sys.stderr)
    return 2


def chosen() -> list[dict[str, str]]:
    """The records of the gold set, in its order: the first 40 by the SHA-256 of their id."""
    ordered = sorted(records(CORPUS), key=lambda record: hashlib.sha256(record["id"].encode()).hexdigest())
    return ordered[:CHOSEN]


def write_texts(folder: Path) -> None:
    """A file a script: every line that isn't blank, behind its number."""
    folder.mkdir(parents=True, exist_ok=True)
    for record in chosen():
        lines = enumerate(season(record).splitlines(), start=1)
        text = "".join(f"{number}\t{line}\n" for number, line in lines if line.strip())
        (folder / f"{record['id']}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
