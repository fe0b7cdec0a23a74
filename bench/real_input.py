"""Scripts as people write them and a real video, through the whole path as a user walks it.

Twenty scripts of DramaBench (context and continuation as two episodes each) and the two-shot video with
its subtitles become series under ``bench/.work/real``; viewers are simulated, written as Segment Video
events by a writer of its own, and read back by the public importer.  Wants the shared data.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.segment_writer import write_segment
from hookline import formats, project
from hookline.cli import main as hookline
from hookline.model.script import Script
from hookline.model.story import SeriesStory
from hookline.simulate import Plan, viewers

HERE = Path(__file__).parent
WORK = HERE / ".work" / "real"
SHARED = Path(os.environ.get("HOOKLINE_SHARED", HERE.parent.parent / "shared" / "data"))
SCRIPTS = 20
VIEWERS = 1_500  # a series; enough that every group is shown


@dataclass(frozen=True, slots=True)
class Row:
    """What one series came to."""

    name: str
    lines: int
    held: int
    unread: int
    lost: tuple[str, ...]
    events: int
    views: int
    seconds: float


def main() -> int:
    """Make the series, run them, print the table; 1 when a line was lost or a command failed."""
    if not SHARED.exists():
        print("shared data not here: set HOOKLINE_SHARED", file=sys.stderr)
        return 1
    shutil.rmtree(WORK, ignore_errors=True)
    rows = [dramabench(record) for record in records(SCRIPTS)]
    rows.append(two_shot())
    print(table(rows))
    return 1 if any(row.lost for row in rows) else 0


def records(count: int) -> list[dict[str, str]]:
    """The first scripts of the corpus."""
    path = SHARED / "story" / "dramabench" / "dev.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:count]]


def season(record: dict[str, str]) -> str:
    """A record as a season of two episodes in one Fountain file."""
    head, _, body = record["context"].partition("\n\n")
    return f"{head}\n\n# EPISODE 1\n\n{body}\n\n# EPISODE 2\n\n{record['continuation']}\n"


def dramabench(record: dict[str, str]) -> Row:
    """One script through new, import, events, run, report."""
    text = season(record)
    script = WORK / "in" / f"{record['id']}.fountain"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text, encoding="utf-8")
    return through(record["id"], record["title"], [script], text)


def two_shot() -> Row:
    """The two-shot video with its subtitles and no script."""
    folder = SHARED / "media" / "grid_twoshot"
    files = [folder / "grid_twoshot_1280x720.mp4", folder / "grid_twoshot.srt"]
    spoken = re.sub(r"(?m)^\d+$|^.* --> .*$", "", files[1].read_text())
    return through("grid_twoshot", "Two shot", files, spoken, "--episode", "1")


def through(name: str, title: str, files: list[Path], text: str, *words: str) -> Row:
    """The commands a user would give; what came of them."""
    root, began = WORK / name, time.monotonic()
    call("new", root, "--title", title, "--language", "en")
    for file in files:
        call("import", root, file, *words)
    series = project.open_series(root)
    story = project.timed_story(series)
    events = WORK / "in" / f"{name}.jsonl.gz"
    world = viewers(story, Plan.null(), viewers=VIEWERS, seed=5, series=series.config().id)
    written = write_segment(world, events)
    call("import", root, events)
    call("run", root)
    call("report", root)
    seconds = time.monotonic() - began
    (run,) = project.run(project.open_library(root)).series
    audience = run.audience()
    assert audience is not None
    assert audience.simulated
    held = sum(len(episode.episode.lines()) for episode in story.episodes)
    source = [line for line in text.splitlines() if line.strip()]
    return Row(
        name,
        len(source),
        held,
        len(story.unread),
        lost(source, script_of(files), story),
        written,
        audience.views,
        seconds,
    )


def script_of(files: list[Path]) -> Script | None:
    """What the one script among the files holds; None where there are only subtitles."""
    return formats.read_script(files[0], file=files[0].name) if files[0].suffix == ".fountain" else None


def call(*words: object) -> None:
    """A command of hookline that has to succeed."""
    with contextlib.redirect_stdout(io.StringIO()) as told:
        code = hookline([str(word) for word in words])
    if code:
        raise SystemExit(f"hookline {' '.join(map(str, words))} gave {code}\n{told.getvalue()}")


# Words that the model holds as a kind, a voice or a number instead of as text.
LABELS = {"title", "description", "on", "screen", "onscreen", "text", "card", "super", "action", "thinking"}
LABELS |= {"v", "o", "vo", "s", "os", "c", "cont", "d"}


def lost(source: list[str], script: Script | None, story: SeriesStory) -> tuple[str, ...]:
    """The lines of a file with a word that the story, the unread and the front matter hold less often."""
    held = Counter(word for piece in (*front(script), *pieces(story)) for word in words(piece))
    known = LABELS.union(word for person in story.characters for name in person.aliases for word in words(name))
    gone = []
    for line in source:
        asked = Counter(word for word in words(line) if word not in known)
        if any(held[word] < times for word, times in asked.items()):
            gone.append(line)
        held.subtract(asked)
    return tuple(gone)


def words(text: str) -> list[str]:
    """Letters and digits by word, so that layout and marks don't count."""
    return re.findall(r"[^\W_]+", text.lower())


def front(script: Script | None) -> list[str]:
    """What a script says before its first scene."""
    return [script.title, script.description, *script.notes] if script else []


def pieces(story: SeriesStory) -> list[str]:
    """All text that the story holds or lists, speakers before what they say."""
    texts = [*story.notes, *(unread.text for unread in story.unread)]
    for episode in story.episodes:
        texts += [f"episode {episode.number}", episode.episode.title]
        for scene in episode.episode.scenes:
            texts += [scene.heading, scene.number, *scene.cast]
            texts += [part for li in scene.lines for part in (li.speaker or "", li.delivery or "")]
            texts += [li.text for li in scene.lines]
    return texts


def table(rows: list[Row]) -> str:
    """The figures as markdown."""
    lines = [
        "| series | lines of the file | lines of the story | unread | lost | events written | views | whole path, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        cells = (r.name, r.lines, r.held, r.unread, len(r.lost), f"{r.events:,}", f"{r.views:,}", f"{r.seconds:.1f}")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    missing = [f"- {row.name}: `{line[:90]}`" for row in rows for line in row.lost]
    return "\n".join([*lines, "", *(["Lost:", *missing] if missing else ["No line was lost."])])


if __name__ == "__main__":
    sys.exit(main())
