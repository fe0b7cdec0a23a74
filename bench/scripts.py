"""Every public script through ``hookline story --script FILE --json``, to be read by a person.

The 70 scripts of DramaBench (MIT; the given half and its continuation as one file) are written as
Fountain files under ``bench/.work/scripts``; each document is held against the published schema, every
word of the file against the document, and what a reader has to judge is written to
``bench/.work/scripts/read-me.txt``: names, headings, unread lines, and the lines of each kind.
Prints the counts and every unread line.  Wants the shared data.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.real_input import LABELS, SHARED, records, words
from hookline.cli import main as hookline
from hookline.story.document import SCHEMA_FILE

WORK = Path(__file__).parent / ".work" / "scripts"
ALL = 70
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What one script came to."""

    name: str
    document: Json
    lost: tuple[str, ...]

    @property
    def lines(self) -> list[Json]:
        """Every line of the story."""
        return [line for scene in self.scenes for line in scene["lines"]]

    @property
    def scenes(self) -> list[Json]:
        """Every scene of the story."""
        return [scene for told in self.document["story"]["episodes"] for scene in told["episode"]["scenes"]]


def main() -> int:
    """Read the scripts, print the table; 1 when a command failed, a document is not valid or a word was lost."""
    if not SHARED.exists():
        print("shared data not here: set HOOKLINE_SHARED", file=sys.stderr)
        return 1
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    rows = [row(record) for record in records(ALL)]
    validate([one.document for one in rows])
    (WORK / "read-me.txt").write_text("\n\n".join(map(to_read, rows)), encoding="utf-8")
    print(table(rows))
    return 1 if any(one.lost for one in rows) else 0


def row(record: dict[str, str]) -> Row:
    """One script through the command."""
    text = f"{record['context']}\n\n{record['continuation']}\n"
    path = WORK / f"{record['id']}.fountain"
    path.write_text(text, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as told:
        code = hookline(["story", "--script", str(path), "--json"])
    if code:
        raise SystemExit(f"{path.name} gave {code}")
    document: Json = json.loads(told.getvalue())
    return Row(record["id"], document, lost(text, document))


def lost(text: str, document: Json) -> tuple[str, ...]:
    """Lines of the file with a word that the document holds less often."""
    story = document["story"]
    held = Counter(word for piece in strings(story) for word in words(piece))
    aliases = {word for person in story["characters"] for name in person["aliases"] for word in words(name)}
    gone = []
    for line in filter(str.strip, text.splitlines()):
        asked = Counter(word for word in words(line) if word not in LABELS | aliases)
        if any(held[word] < times for word, times in asked.items()):
            gone.append(line)
        held.subtract(asked)
    return tuple(gone)


def strings(value: Any) -> list[str]:
    """Every text of the script that a document holds; what was read out of it doesn't count."""
    if isinstance(value, dict):
        read_out = ("beats", "ending", "hook", "characters", "source", "evidence", "why", "question", "tropes")
        return [piece for name, part in value.items() if name not in read_out for piece in strings(part)]
    if isinstance(value, list):
        return [piece for part in value for piece in strings(part)]
    return [value] if isinstance(value, str) else []


def validate(documents: list[Json]) -> None:
    """Hold the documents against the published schema."""
    from jsonschema import Draft202012Validator

    checker = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    for document in documents:
        checker.validate(document)


def to_read(one: Row) -> str:
    """What a reader judges of a script."""
    story = one.document["story"]
    names = ", ".join(f"{p['name']} {p['lines']}" for p in story["characters"])
    parts = [f"=== {one.name}: {story['title']}", f"names: {names}"]
    parts += [f"UNREAD {u['source']['line']}: {u['text']!r} ({u['why']})" for u in story["unread"]]
    parts += [f"note: {note}" for note in story["notes"]]
    for scene in one.scenes:
        where = f"{scene['setting']} | {scene['place']} | {scene['time_of_day']}"
        parts.append(f"# {scene['heading']}  [{where}]")
        for line in scene["lines"]:
            who = f"{line['speaker']}{'' if line['voice'] == 'on' else '/' + line['voice']}" if line["speaker"] else ""
            how = f" ({line['delivery']})" if line["delivery"] else ""
            parts.append(f"  {line['kind'][:4]} {who}{how}: {line['text']}")
    return "\n".join(parts)


def table(rows: list[Row]) -> str:
    """The figures as markdown."""
    episodes = [len(one.document["story"]["episodes"]) for one in rows]
    people = [len(one.document["story"]["characters"]) for one in rows]
    kinds = Counter(line["kind"] for one in rows for line in one.lines)
    unread = [(one.name, u) for one in rows for u in one.document["story"]["unread"]]
    bare = sum(not re.search(r"\w", line["text"]) for one in rows for line in one.lines)
    silent = sum(line["kind"] == "dialogue" and not line["speaker"] for one in rows for line in one.lines)
    cells = {
        "scripts, each a valid document": len(rows),
        "episodes": sum(episodes),
        "scenes": sum(len(one.scenes) for one in rows),
        "scenes with a place": sum(bool(scene["place"]) for one in rows for scene in one.scenes),
        "speaking parts": f"{sum(people)} ({min(people)} to {max(people)} a script)",
        "lines": ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()),
        "lines of dialogue without a speaker": silent,
        "lines without a letter": bare,
        "unread lines": len(unread),
        "lines of the files with a word that is lost": sum(len(one.lost) for one in rows),
    }
    lines = ["| what | figure |", "|---|---|", *(f"| {name} | {value} |" for name, value in cells.items())]
    lines += ["", *(f"- unread, {name}:{u['source']['line']}: `{u['text'][:90]}` ({u['why']})" for name, u in unread)]
    lines += [f"- lost, {one.name}: `{line[:90]}`" for one in rows for line in one.lost]
    return "\n".join(lines).rstrip()


if __name__ == "__main__":
    sys.exit(main())
